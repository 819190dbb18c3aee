"""The commands: what they print, what they refuse, and that help comes at once.

The bundled example is made by the same command in test_example.py; here the project is a small one without data.
"""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from projects import with_tables

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.cli import main
from saferleeds_analysis.publishing import pack

ROOT = Path(__file__).parent.parent

# A report card in two cells; the real one is made in test_example.py.
CARD = (
    'quarter: str = ""  # q\nas_at: str = ""  # a\nindicator: str = ""  # i\narea: str = ""  # a place',
    "import sys\nfrom saferleeds_analysis.reporting.blocks import heading\n"
    "sys.stderr.write('a library warns')\n1 / len(area)\n"
    "heading(1, f'{indicator}, {area}, {quarter}, {as_at}')",
)
RUN_LIST = """
[[report]]
name = "trial"
notebook = "recorded_crime_card"
parameters = { indicator = "burglary", area = "Leeds" }
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project with a small notebook and no data, with one of its folders as the current one."""
    notebooks = tmp_path / "a project" / "notebooks"
    notebooks.mkdir(parents=True)
    with_tables(notebooks.parent)
    node = nbformat.v4.new_notebook()
    node.cells = [nbformat.v4.new_code_cell(source) for source in CARD]
    node.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(node, notebooks / "recorded_crime_card.ipynb")
    (notebooks / "run_list.toml").write_text(RUN_LIST, encoding="utf-8")
    monkeypatch.chdir(notebooks)
    return notebooks.parent


def run(*words):
    return CliRunner().invoke(main, list(words))


def test_report_runs_the_list_from_anywhere_in_the_project_and_ends_with_the_page(project):
    done = run("report", "2012/13 Q2")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "Reports of 2012/13 Q2, as at 2012-09-30"
    assert lines[1] == "Data ready: 0 sources"
    assert lines[2].startswith("1/1  trial  ")
    assert Path(lines[-1]) == project / "reports" / "2012-13_Q2" / "index.html"
    assert Path(lines[-1]).is_file()
    log = (project / "reports" / "last_run.log").read_text(encoding="utf-8")
    assert "trial: a cell wrote to stderr, which is not on the page: a library warns" in log


def test_the_tables_of_the_project_are_read_once_in_a_run(project, monkeypatch):
    reads, init = [], Catalogue.__init__
    monkeypatch.setattr(Catalogue, "__init__", lambda self, **given: reads.append(1) or init(self, **given))
    done = run("report", "2012/13 Q2")
    assert done.exit_code == 0, done.output
    assert len(reads) == 1


def test_a_card_of_one_indicator_and_area_is_made_instead_of_the_list(project):
    done = run(
        "report", "2012-13_Q2", "--indicator", "domestic_burglary", "--area", "C&H", "--as-at", "2012-10-31"
    )
    assert done.exit_code == 0, done.output
    page = Path(done.stdout.splitlines()[-1])
    folder = project / "reports" / "2012-13_Q2"
    assert page == folder / "domestic-burglary-c-h" / "report.html"
    assert "<title>domestic_burglary, C&amp;H, 2012/13 Q2, 2012-10-31</title>" in page.read_text(
        encoding="utf-8"
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "changes",
        "domestic-burglary-c-h",
        "index.html",
        "run.json",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["2012Q2"], "'2012Q2' is not a quarter that can be read with certainty."),
        (
            ["2012/13 Q2", "--as-at", "2012-09-29"],
            "2012/13 Q2 ends on 2012-09-30; it cannot be reported as at 2012-09-29",
        ),
        (["2012/13 Q2", "--as-at", "30/09/2012"], "--as-at '30/09/2012' is not a day written 2012-09-30."),
        (["2012/13 Q2", "--as-at", "20120930"], "--as-at '20120930' is not a day written 2012-09-30."),
        (["2012/13 Q2", "--indicator", "domestic_burglary"], "--indicator and --area go together"),
        (["2012/13 Q2", "--area", "Leeds"], "--indicator and --area go together"),
        (
            ["2012/13 Q2", "--indicator", "clean_streets", "--area", "Leeds"],
            "'clean_streets' was only printed as percentages and has no report of its own.",
        ),
        (
            ["2012/13 Q2", "--indicator", "domestic_burglery", "--area", "Leeds"],
            "Did you mean 'domestic_burglary'?",
        ),
        (["2012/13 Q2", "--indicator", "domestic_burglary", "--area", "Armly"], "Did you mean 'Armley'?"),
    ],
)
def test_a_wrong_call_is_refused_in_words_before_anything_runs(project, words, says):
    done = run("report", *words)
    assert done.exit_code == 1
    assert says in done.stderr
    assert "Traceback" not in done.output
    assert [path.name for path in (project / "reports").iterdir()] == ["last_run.log"]


def test_data_that_cannot_be_used_is_refused_in_words(project):
    (project / "data" / "raw" / "extract").mkdir()
    done = run("data")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: extract: the folder has no source.toml")
    assert "Traceback" not in done.output


def test_a_report_that_fails_ends_in_an_error_and_its_traceback_is_in_the_log(project):
    run_list = project / "notebooks" / "run_list.toml"
    run_list.write_text(RUN_LIST.replace("Leeds", ""), encoding="utf-8")
    done = run("report", "2012/13 Q2")
    log = project / "reports" / "last_run.log"
    assert done.exit_code == 1
    assert (
        "trial: recorded_crime_card, code cell 2 (import sys): ZeroDivisionError: division by zero"
        in done.stderr
    )
    assert done.stderr.endswith(f"The full log: {log}\n")
    assert "Traceback" not in done.output
    assert "Traceback (most recent call last)" in log.read_text(encoding="utf-8")


def test_what_was_not_foreseen_is_said_shortly_and_logged_in_full(project, monkeypatch):
    def fail(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(pack, "publish_reports", fail)
    done = run("report", "2012/13 Q2")
    log = project / "reports" / "last_run.log"
    assert done.exit_code == 1
    assert done.stderr == f"Error: this was not foreseen: OSError: the disk is full\nThe full log: {log}\n"
    assert "OSError: the disk is full" in log.read_text(encoding="utf-8")
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_outside_a_project_the_command_says_what_a_project_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("list")
    assert done.exit_code == 1
    assert "neither this folder nor one above it is a project" in done.stderr
    done = run("list", "--project", str(tmp_path))
    assert done.exit_code == 1
    assert "is not a project: a project has the folders notebooks and data/raw" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(set(main.commands) - {"doctor", "init"}))
def test_outside_a_project_every_command_says_how_to_make_one(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {
        "quarter": "2012/13 Q2",
        "indicator": "domestic_burglary",
        "area": "Leeds",
        "name": "card",
        "report": "card",
        "analyst": "A",
        "reviewer": "B",
        "owner": "C",
    }
    words = [
        text
        for option in main.commands[name].params
        if option.name in given and (option.required or option.name in ("analyst", "reviewer", "owner"))
        for text in (
            [given[option.name]]
            if option.param_type_name == "argument"
            else [option.opts[0], given[option.name]]
        )
    ]
    done = run(name, *words)
    assert done.exit_code == 1
    assert done.stderr.endswith("Make a project with: saferleeds init FOLDER\n")


def test_list_says_indicators_areas_and_quarters(tmp_path):
    (with_tables(tmp_path) / "notebooks").mkdir()
    shutil.copytree(ROOT / "data/raw/illustrative_burglary", tmp_path / "data/raw/illustrative_burglary")
    done = run("list", "--project", str(tmp_path))
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    at = lines.index("domestic_burglary: Domestic burglary")
    assert lines[at + 1].startswith("  areas: Leeds, NWL, NEL, C&H, Adel & Wharfedale,")
    assert lines[at + 2] == "  quarters: 2005/06 Q1 to 2012/13 Q4"
    assert "  quarters: no data yet" in lines


def test_list_says_why_an_indicator_cannot_be_read(tmp_path):
    (with_tables(tmp_path) / "notebooks").mkdir()
    shutil.copytree(ROOT / "data/raw/illustrative_burglary", tmp_path / "data/raw/illustrative_burglary")
    table = tmp_path / "data/raw/reference/indicators.toml"
    text = table.read_text(encoding="utf-8").replace(
        'offence = "Domestic burglary"', 'offence = "Burglary"', 1
    )
    table.write_text(text, encoding="utf-8")
    done = run("list", "--project", str(tmp_path))
    lines = done.stdout.splitlines()
    at = lines.index("domestic_burglary: Domestic burglary")
    assert lines[at + 1] == "  areas: none has data"
    assert lines[at + 2].startswith("  why: illustrative_burglary: no offence 'Burglary' to ")
    assert lines[at + 2].endswith("It has Domestic burglary.")


def test_a_console_without_every_letter_still_prints(project, monkeypatch):
    (project / "data" / "raw" / "Łódź").mkdir()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="cp1252"))
    with pytest.raises(SystemExit) as ended:
        main(["data"], prog_name="saferleeds")
    assert ended.value.code == 1
    sys.stderr.flush()
    assert "?ód?: the folder has no source.toml" in sys.stderr.buffer.getvalue().decode("cp1252")


def test_help_loads_none_of_the_heavy_libraries():
    script = (
        "import sys\nfrom saferleeds_analysis.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'papermill', 'nbformat', 'nbconvert', 'matplotlib', 'bs4', 'jinja2'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "Make the reports of a QUARTER" in done.stdout
