"""The wheel alone, outside the repository: what it brings, and what its pages say they were made with."""

import subprocess
import sys
import zipfile

import pytest
from projects import ROOT

from saferleeds_analysis import __version__
from saferleeds_analysis.publishing.new_project import AS_IT_IS

REPORT = """
from pathlib import Path
import saferleeds_analysis
from saferleeds_analysis.publishing.places import shipped, source_folder
from saferleeds_analysis.publishing.report import code_version
print(Path(saferleeds_analysis.__file__).parent)
print(source_folder())
print(shipped("notebooks"))
print(shipped("requirements.lock"))
print(code_version(Path.cwd()))
"""


def test_the_wheel_carries_code_tables_templates_notebooks_and_the_lock_and_nothing_else(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "saferleeds_analysis", "notebooks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("outside a git checkout nothing says which files are the project's")
    files = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    expected = {
        name.replace("notebooks/", "saferleeds_analysis/templates/notebooks/", 1)
        if name.startswith("notebooks/")
        else name
        for name in files
    } | {f"saferleeds_analysis/templates/{name}" for name in AS_IT_IS}
    with zipfile.ZipFile(wheel) as held:
        names = {name for name in held.namelist() if ".dist-info/" not in name}
    assert names == expected
    assert any(name.endswith(".ipynb") for name in names)
    assert any(name.endswith(".csv") for name in names)


def test_installed_it_finds_what_it_brings_and_names_its_version(wheel, tmp_path):
    site = tmp_path / "site"
    install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run([sys.executable, *install], check=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\nsys.path.insert(0, {str(site)!r})\n{REPORT}"],
        cwd=outside,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    package = site / "saferleeds_analysis"
    assert done.stdout.splitlines() == [
        str(package),
        "None",
        str(package / "templates" / "notebooks"),
        str(package / "templates" / "requirements.lock"),
        f"saferleeds-analysis {__version__}",
    ], done.stderr
