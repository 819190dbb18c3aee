"""``saferleeds doctor`` looks at the real thing: each fault has its line and its cure, and the rest is looked at all the same."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from projects import copy_project

from saferleeds_analysis.cli import main
from saferleeds_analysis.publishing import doctor

NEEDED = ["project", "Python", "packages", "X-13", "disk", "tables", "run list", "sources"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(copy_project(tmp_path / "a project"))
    return tmp_path / "a project"


def examine(*words):
    """Give the exit code, and the lines by what was looked at."""
    done = CliRunner().invoke(main, ["doctor", *words])
    lines = {}
    for line in done.stdout.splitlines():
        what, _, says = line.partition(": ")
        lines.setdefault(" ".join(what.split()), []).append(says)
    return done.exit_code, lines, done.stderr


@pytest.mark.browser
def test_all_is_well_in_the_example_and_nothing_is_changed(project):
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    code, lines, _ = examine()
    assert code == 0
    assert list(lines)[:-1] == [f"OK {what}" for what in [*NEEDED[:4], "browser", *NEEDED[4:]]]
    assert list(lines)[-1] == "All that is needed to make pages is well."
    assert lines["OK X-13"][0].endswith("adjusted a trial of 48 months")
    assert "printed a PDF of " in lines["OK browser"][0]
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_outside_a_project_it_looks_at_the_machine_and_says_how_to_make_a_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, lines, _ = examine()
    assert code == 0
    assert lines["NOTE project"][0].endswith("Make a project with: saferleeds init FOLDER")
    assert [what for what in lines if what.startswith("OK")][:3] == ["OK Python", "OK packages", "OK X-13"]
    assert "OK disk" not in lines


def test_a_folder_named_that_is_no_project_is_refused(tmp_path):
    code, _, stderr = examine("--project", str(tmp_path))
    assert code == 1
    assert stderr.endswith("Make a project with: saferleeds init FOLDER\n")


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("/nowhere/x13as", "X13PATH names /nowhere/x13as, and there is no such file. "),
        (__file__, "Permission denied: "),
        (shutil.which("true"), "X-13 could not adjust the series. "),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the programs named here are those of Linux and macOS")
def test_a_broken_x13_path_is_a_fault_with_its_cure(project, monkeypatch, program, says):
    monkeypatch.setenv("X13PATH", program)
    code, lines, stderr = examine()
    assert code == 1
    [fault] = lines["WRONG X-13"]
    assert says in fault
    assert fault.endswith("Correct X13PATH, or take it away: then the installed program is used.")
    assert stderr == "Error: 1 to be mended before pages can be made.\n"
    assert "OK sources" in lines, "the rest is looked at"


def test_without_a_browser_pages_are_made_all_the_same(project, monkeypatch):
    monkeypatch.setenv("SAFERLEEDS_BROWSER", "/nowhere/chromium")
    code, lines, _ = examine()
    assert code == 0
    assert "Or set SAFERLEEDS_BROWSER to the browser's path." in lines["NOTE browser"][0]


@pytest.fixture
def own_project():
    """Give a project that somebody without any rights may look at; the test is that somebody where it is run by root."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name in ("notebooks", "data/raw", "data/processed", "data/ledger", "reports"):
            (Path(folder) / name).mkdir(parents=True)
        root = os.geteuid() == 0
        if root:
            for path in [Path(folder), *Path(folder).rglob("*")]:
                os.chown(path, 65534, 65534)
            os.seteuid(65534)
        yield Path(folder)
        if root:
            os.seteuid(0)
        (Path(folder) / "reports").chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps the rights of a folder in another way")
def test_a_folder_that_cannot_be_written_is_a_fault_with_its_cure(own_project):
    assert doctor._disk(own_project).faults == ()
    (own_project / "reports").chmod(0o555)
    assert doctor._disk(own_project).faults == (
        "reports: nothing can be written there (Permission denied). Give yourself the right to write in it, or move the "
        "project to a folder of your own.",
    )


def test_a_file_where_a_folder_should_be_cannot_be_written_in(project):
    (project / "data" / "processed").write_text("", encoding="utf-8")
    code, lines, _ = examine()
    assert code == 1
    [fault] = lines["WRONG disk"]
    assert fault.startswith("data/processed: nothing can be written there (")


def test_a_full_disk_is_a_fault(project, monkeypatch):
    monkeypatch.setattr(doctor, "_LEAST_FREE", 10**18)
    code, lines, _ = examine()
    assert code == 1
    assert "MB are free, and a quarter needs" in lines["WRONG disk"][0]


def test_all_faults_of_tables_run_list_and_sources_are_said_at_once(project):
    # A choice that nobody knows, nobody's name, a run list that is no TOML, two manifests with a fault each, and a loose file.
    (project / "data" / "raw" / "reference" / "project.toml").unlink()
    specs = project / "data" / "raw" / "reference" / "seasonal_specs.toml"
    specs.write_text('["domestic_burglary, Leeds"]\ncolour = "red"\n', encoding="utf-8")
    (project / "notebooks" / "run_list.toml").write_text("[[report", encoding="utf-8")
    for manifest in sorted(project.glob("data/raw/*/source.toml")):
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace("publisher =", "publishr ="), encoding="utf-8")
    (project / "data" / "raw" / "loose.csv").write_text("a\n", encoding="utf-8")
    code, lines, stderr = examine()
    assert code == 1
    assert "[domestic_burglary, Leeds] has colour, which no spec has. Known: " in lines["WRONG tables"][0]
    assert "there is no project.toml in data/raw/reference" in lines["WRONG tables"][1]
    assert "run_list.toml" in lines["WRONG run list"][0]
    sources = "\n".join(lines["WRONG sources"])
    assert "loose.csv: lies loose in data/raw and would not be read." in sources
    for folder in ("illustrative_burglary", "synthetic_household_survey"):
        assert f"{folder}/source.toml: publisher is missing." in sources
    wrong = sum(len(says) for what, says in lines.items() if what.startswith("WRONG"))
    assert stderr == f"Error: {wrong} to be mended before pages can be made.\n"


def test_a_package_that_is_not_as_declared_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["pandas>=99", "no-such-package>=1"])
    pandas, absent = doctor._packages().faults
    assert pandas.startswith("pandas is installed as ")
    assert ", and >=99 is needed. Install what was tested: python -m pip install --require-hashes" in pandas
    assert absent.startswith("no-such-package is not installed. Install what was tested: ")


def test_what_a_check_did_not_foresee_is_said_and_the_others_are_made(project, monkeypatch):
    def _python():
        raise ModuleNotFoundError("No module named 'packaging'")

    monkeypatch.setattr(doctor, "_python", _python)
    code, lines, _ = examine()
    assert code == 1
    [fault] = lines["WRONG python"]
    assert fault.startswith(
        "could not be looked at: ModuleNotFoundError: No module named 'packaging'. Install"
    )
    assert "OK X-13" in lines
