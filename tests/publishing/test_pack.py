"""A pack: what lies beside each page, the same bytes each time, and nothing by halves."""

import csv
import hashlib
import hmac
import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from projects import REFERENCE

from saferleeds_analysis import __version__, periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import FIGURE_COLUMNS
from saferleeds_analysis.intake import build_processed
from saferleeds_analysis.publishing.content import pack_figures, read_content
from saferleeds_analysis.publishing.files import pack_folder, read_record, write_figures
from saferleeds_analysis.publishing.kept_rows import is_reference
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.pack import publish_editions, publish_reports
from saferleeds_analysis.publishing.report import code_version
from saferleeds_analysis.publishing.run_list import Report, read_run_list
from saferleeds_analysis.publishing.trace import trace_rows

pytestmark = pytest.mark.usefixtures("warm")

Q2 = periods.quarter("2012/13 Q2")
DAY = date(2012, 9, 30)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# What is published


def test_a_report_has_its_page_notebook_figures_and_record_and_nothing_else(published):
    root, said = published
    assert sorted(files_of(root / "reports")) == [
        "2012-13_Q2/changes/figures.csv",
        "2012-13_Q2/changes/report.html",
        "2012-13_Q2/changes/report.ipynb",
        "2012-13_Q2/changes/run.json",
        "2012-13_Q2/every-block/figures.csv",
        "2012-13_Q2/every-block/report.html",
        "2012-13_Q2/every-block/report.ipynb",
        "2012-13_Q2/every-block/run.json",
        "2012-13_Q2/every-block/trace.html",
        "2012-13_Q2/index.html",
        "2012-13_Q2/run.json",
        "index.html",
    ]
    assert len(said) == 1
    assert re.fullmatch(r"1/1  every-block  \d+\.\d s  1 to look at in the log", said[0])


def test_the_record_says_what_the_report_was_made_from(published):
    root, _ = published
    record = json.loads((root / "reports/2012-13_Q2/every-block/run.json").read_text(encoding="utf-8"))
    assert record["parameters"] == {
        "quarter": "2012/13 Q2",
        "as_at": "2012-09-30",
        "area": "Leeds & district",
        "steps": 12,
    }
    # sha256sum of "month,area,offence,count\n2012-09,Leeds,Theft,407\n"; a fingerprint that anybody could try out is not in
    # public.
    true = "3f5c8c162f8c3ffe99098f63b678971e3ea7482a5e1cf8c44047fa2cb2e9b02f"
    key = (root / "data" / "project_key.txt").read_text(encoding="utf-8").strip()
    salted = hmac.new(key.encode(), true.encode(), hashlib.sha256).hexdigest()[:32]
    assert record["inputs"]["data/raw/source/counts.csv"] == salted
    assert sorted(name for name in record["inputs"] if "/reference/" not in name) == [
        "data/processed/source.parquet",
        "data/raw/source/counts.csv",
        "data/raw/source/source.toml",
    ]
    assert re.fullmatch("[0-9a-f]{32}", record["data_fingerprint"])
    assert not [name for name, content in files_of(root / "reports").items() if true.encode() in content]
    assert record["code_version"].split(", ")[0] == f"saferleeds-analysis {__version__}"
    assert "project at commit" not in record["code_version"]
    assert record["packages"]["papermill"]
    assert record["started"] <= record["finished"]
    text = json.dumps(record)
    assert str(root) not in text
    assert str(Path.home()) not in text


def test_figures_are_tidy_rows_in_which_text_is_never_a_formula(published):
    root, _ = published
    path = root / "reports/2012-13_Q2/every-block/figures.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "by the byte-order mark Excel knows UTF-8"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["section", *FIGURE_COLUMNS]
    assert rows == [
        [
            *["", "burglary", "Leeds & district", "12 months to September 2012", "count", "5938", *[""] * 7],
            *["count", "", "2011-10", "2012-09", "recorded"],
        ],
        [
            *["", "burglary", "Leeds & district", "12 months to September 2012", "change"],
            *["-35.6", "-37.6", "-33.4", "0.95", "%", "", "", "'=HYPERLINK(0) | second"],
            *["change", "", "2011-10", "2012-09", "recorded"],
        ],
        [
            *[
                "a-chart",
                "burglary",
                "Leeds & district",
                "12 months to September 2011",
                "count",
                "9214",
                *[""] * 7,
            ],
            *["count", "", "2010-10", "2011-09", "recorded"],
        ],
    ]
    assert pd.read_csv(path)["value"].tolist() == [5938, -35.6, 9214]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-19.9 %", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path, text):
    row = dict.fromkeys(["section", *FIGURE_COLUMNS], "") | {"area": text, "value": -1.5}
    write_figures([row], tmp_path / "figures.csv")
    with (tmp_path / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        (read,) = csv.DictReader(file)
    assert read["area"] == "'" + text
    assert read["value"] == "-1.5"


def test_two_runs_give_the_same_bytes_but_for_the_record(published, project):
    first, _ = published
    shutil.copy(first / "data" / "project_key.txt", project / "data")
    build_processed(project, load_catalogue(REFERENCE))
    publish_reports(
        project, Q2, read_run_list(project / "notebooks"), as_at=DAY, sources=["Police"], say=[].append
    )
    one, other = files_of(first / "reports"), files_of(project / "reports")
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == ["2012-13_Q2/every-block/run.json"]


# What fails


def test_a_report_that_fails_leaves_the_pack_that_was_published_whole(notebook):
    path = notebook(
        "from saferleeds_analysis.reporting.blocks import heading\n"
        "if area == 'nowhere':\n    raise KeyError(area)\n"
        "heading(1, f'Burglary in {area}')",
        parameters='quarter: str = ""  # q\nas_at: str = ""  # a\narea: str = ""  # place',
    )
    root = path.parent.parent
    here, there = (Report(name=n, notebook="trial", parameters={"area": n}) for n in ("here", "there"))
    publish_reports(root, Q2, [here], as_at=DAY, say=[].append)
    before = files_of(root / "reports")

    said = []
    broken = Report(name="here", notebook="trial", parameters={"area": "nowhere"})
    with pytest.raises(ReportFailed) as error:
        publish_reports(root, Q2, [broken, there], as_at=DAY, say=said.append)
    assert str(error.value) == (
        "1 of 2 reports could not be made; what was published before stands.\n"
        "here: trial, code cell 2 (from saferleeds_analysis.reporting.blocks import heading): KeyError: 'nowhere'"
    )
    assert "raise KeyError(area)" in error.value.details
    assert [line.split()[-1] for line in said] == ["failed", "s"]
    assert files_of(root / "reports") == before
    assert not (root / ".publishing").exists()


def test_a_page_that_is_not_fit_is_not_published(notebook):
    path = notebook("5938", parameters='quarter: str = ""  # q\nas_at: str = ""  # a')
    root = path.parent.parent
    with pytest.raises(
        ReportFailed, match=r"bare: the page of trial is not fit to be published:\n- code cell 2 leaves"
    ):
        publish_reports(
            root, Q2, [Report(name="bare", notebook="trial", parameters={})], as_at=DAY, say=[].append
        )
    assert files_of(root / "reports") == {}, "not even an empty pack"


def test_a_path_of_the_machine_is_not_published(notebook):
    path = notebook(
        "from pathlib import Path\nfrom saferleeds_analysis.reporting.blocks import heading\n"
        "heading(1, f'Read from {Path.cwd()}')",
        parameters='quarter: str = ""  # q\nas_at: str = ""  # a',
    )
    report = Report(name="path", notebook="trial", parameters={})
    with pytest.raises(ReportFailed, match="a path of this machine would be published: .*Read from"):
        publish_reports(path.parent.parent, Q2, [report], as_at=DAY, say=[].append)


def test_every_parameter_of_every_report_is_checked_before_one_runs(project):
    reports = [
        Report(name="good", notebook="every_block", parameters={"area": "Leeds", "steps": 12}),
        Report(name="short", notebook="every_block", parameters={"area": "Leeds"}),
        Report(name="typed", notebook="every_block", parameters={"area": 5, "steps": 12}),
    ]
    with pytest.raises(ValueError) as error:
        publish_reports(project, Q2, reports, as_at=DAY, say=pytest.fail)
    assert str(error.value) == (
        "nothing was run.\n"
        "short: every_block.ipynb was not run; its parameters are wrong:\nsteps: missing (columns of the wide table).\n"
        "typed: every_block.ipynb was not run; its parameters are wrong:\narea: wants str, such as 'Leeds'; 5 is int."
    )
    assert not (project / "reports").exists()


def test_what_was_made_of_the_pages_stays_where_nothing_is_run(project):
    book = project / "reports/2012-13_Q2/pack.xlsx"
    book.parent.mkdir(parents=True)
    book.touch()
    wrong = Report(name="short", notebook="every_block", parameters={"area": "Leeds"})
    with pytest.raises(ValueError, match=r"^nothing was run\."):
        publish_editions(project, Q2, [wrong], as_at=DAY, catalogue=load_catalogue(REFERENCE))
    assert book.is_file()


def test_a_quarter_that_has_not_ended_is_refused(project):
    with pytest.raises(
        ValueError, match="2012/13 Q2 ends on 2012-09-30; it cannot be reported as at 2012-09-29"
    ):
        publish_reports(project, Q2, [], as_at=date(2012, 9, 29))


# One pack has one value of a figure

ASKED = 'quarter: str = ""  # q\nas_at: str = ""  # a\ncount: int = 0  # of offences'
CARD = """\
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.blocks import heading, join, paragraph
year = Window.named("12 months to September 2012")
measure = Measure(id="total", words="offences in twelve months", role="count", own=True)
figure = Figure(measure=measure, indicator_id="domestic_burglary", area="Leeds", window=year, value=count)
join(heading(1, "Burglary"), paragraph("A card."))"""
SECTION = """\
join(heading(2, "Where the year is heading"), paragraph(f"{count} offences", figures=[figure]))"""


def cards(**counts):
    """Give two small reports of one notebook, each with the count that it gives."""
    return [Report(name=name, notebook="trial", parameters={"count": n}) for name, n in counts.items()]


def values_of(root):
    return {
        f.report: f.figure.value for f in pack_figures(root / "reports/2012-13_Q2") if f.report != "changes"
    }


CONTRADICTION = (
    "domestic_burglary, offences in twelve months, Leeds, 12 months to September 2012: 5938 in {0}, section "
    "'where-the-year-is-heading' and 5939 in {1}, section 'where-the-year-is-heading'. One pack has one value of a figure."
)


def test_two_reports_of_one_run_that_contradict_each_other_are_not_published(notebook):
    root = notebook(CARD, SECTION, parameters=ASKED).parent.parent
    with pytest.raises(ReportFailed) as error:
        publish_reports(root, Q2, cards(card=5938, other=5939), as_at=DAY, workers=1, say=[].append)
    assert str(error.value).splitlines() == [
        "1 of 2 reports could not be made; what was published before stands.",
        "other: " + CONTRADICTION.format("card", "other"),
    ]
    assert not (root / "reports/2012-13_Q2").exists()


def test_a_report_that_contradicts_what_stands_from_before_is_not_published_and_both_may_be_made_anew(
    notebook,
):
    root = notebook(CARD, SECTION, parameters=ASKED).parent.parent
    publish_reports(root, Q2, cards(card=5938, other=5938), as_at=DAY, workers=1, say=[].append)
    with pytest.raises(ReportFailed) as error:
        publish_reports(root, Q2, cards(other=5939), as_at=DAY, workers=1, say=[].append)
    assert CONTRADICTION.format("card", "other") in str(error.value)
    assert values_of(root) == {"card": 5938, "other": 5938}, "what was published before stands"
    publish_reports(root, Q2, cards(other=5939, card=5939), as_at=DAY, workers=1, say=[].append)
    assert values_of(root) == {"card": 5939, "other": 5939}


# The rows behind figures

TRACED = """\
from dataclasses import replace
from saferleeds_analysis.figures import Rows, Working
from saferleeds_analysis.workings import counts
rows = Rows(role="counts", file="data/raw/source/counts.csv", sha256="1" * 64, numbers=(2, 4))
figure = replace(figure, rows=(rows,), working=Working.of(counts.total))
"""
MONTHS = "month,count\n2012-07,3\n2012-08,400\n2012-09,4\n"


@pytest.fixture
def traced(notebook):
    """Give a way to publish a report whose figure names the rows 2 and 4 of a file, under a key of one's own."""
    root = notebook(CARD, TRACED + SECTION, parameters=ASKED).parent.parent
    source = root / "data" / "raw" / "source" / "counts.csv"
    source.parent.mkdir(parents=True)
    source.write_text(MONTHS, encoding="utf-8")

    def publish(key, edition="public"):
        (root / "data" / "project_key.txt").write_text(key, encoding="utf-8")
        publish_reports(root, Q2, cards(card=7), as_at=DAY, edition=edition, workers=1, say=[].append)
        folder = pack_folder(root, Q2, edition=edition) / "card"
        return folder, read_content(folder).figures[0]

    return root, publish


def test_a_public_notebook_has_references_in_the_place_of_rows_the_same_with_the_same_key(traced):
    root, publish = traced
    (one, first), (_, again) = publish("a key"), publish("a key")
    (reference,) = first.rows
    assert (is_reference(reference), reference.numbers, reference.file, reference.sha256) == (
        True,
        (),
        "",
        "",
    )
    assert again.rows == first.rows
    assert publish("another key")[1].rows != first.rows
    published = json.loads((one / "report.ipynb").read_text(encoding="utf-8"))
    assert "counts.csv" not in json.dumps([cell["outputs"] for cell in published["cells"]])
    assert "counts.csv" not in (one / "report.html").read_text(encoding="utf-8")
    assert not [name for name, content in files_of(one).items() if b"1" * 64 in content]
    kept = json.loads((root / "data/processed/rows/2012-13_Q2/card.json").read_text(encoding="utf-8"))
    assert reference.note in kept, "rows of an earlier making are kept as well"


def test_the_restricted_notebook_has_the_rows_themselves(traced):
    _, publish = traced
    _, figure = publish("a key", "restricted")
    (rows,) = figure.rows
    assert (rows.file, rows.numbers, rows.sha256) == ("data/raw/source/counts.csv", (2, 4), "1" * 64)


def test_a_trace_finds_the_rows_again_and_works_the_figure_out(traced):
    root, publish = traced
    folder, _ = publish("a key")
    (trace,) = trace_rows(root, folder, row=1)
    (rows,) = trace.figure.rows
    assert (rows.file, rows.numbers) == ("data/raw/source/counts.csv", (2, 4))
    assert (trace.worked_out, trace.agrees) == (7, True)
    assert "counts: data/raw/source/counts.csv" in trace.to_text()
    assert "rows 2 and 4" in trace.to_text()
    shutil.rmtree(root / "data" / "processed" / "rows")
    (without,) = trace_rows(root, folder, row=1)
    assert (without.worked_out, without.agrees) == (None, None), (
        "where the rows are not kept nothing is claimed"
    )


def test_neither_kept_rows_nor_what_nothing_reads_are_inputs_of_the_next_run(traced):
    root, publish = traced
    raw = root / "data" / "raw"
    for name in (
        "papers/plan.toml",
        "papers/plan.docx",
        "commentary/2012-13_Q1/domestic_burglary.md",
        "README.md",
    ):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text("x", encoding="utf-8")
    publish("a key")
    folder, _ = publish("a key")
    made_from = [name for name in read_record(folder)["inputs"] if "/reference/" not in name]
    assert made_from == ["data/raw/papers/plan.toml"], "no table was made of the source"


# The run list


def test_the_run_list_is_read_in_order(project):
    assert read_run_list(project / "notebooks") == (
        Report(
            name="every-block", notebook="every_block", parameters={"area": "Leeds & district", "steps": 12}
        ),
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it names no [[report]]."),
        ("report = 5", "it names no [[report]]."),
        ("x = 1\n", "'x' is not known; a run list holds [[report]] tables."),
        ("[[report]]\nname = 'a'", "report 1: 'notebook' is missing. 'parameters' is missing."),
        (
            "[[report]]\nname = 'a'\nnotebook = 'every_block'\nparameters = {}\ncopies = 2",
            "'copies' is not known.",
        ),
        ("[[report]]\nname = 'a'\nnotebook = 7\nparameters = {}", "'notebook' is not a str."),
        (
            "[[report]]\nname = '../a'\nnotebook = 'every_block'\nparameters = {}",
            "'../a' cannot name a report",
        ),
        ("[[report]]\nname = 'A'\nnotebook = 'every_block'\nparameters = {}", "'A' cannot name a report"),
        ("[[report]]\nname = 'con'\nnotebook = 'every_block'\nparameters = {}", "'con' cannot name a report"),
        (
            "[[report]]\nname = 'a'\nnotebook = '../other'\nparameters = {}",
            "'../other' cannot name a notebook",
        ),
        ("[[report]]\nname = 'a'\nnotebook = 'x/every_block'\nparameters = {}", "cannot name a notebook"),
        (
            "[[report]]\nname = 'a'\nnotebook = 'absent'\nparameters = {}",
            "report 1: there is no notebook absent.ipynb.",
        ),
        (
            "[[report]]\nname = 'a'\nnotebook = 'every_block'\nparameters = {quarter = '2012/13 Q1'}",
            "parameter 'quarter' is given by the command, not by the run list.",
        ),
        (
            "[[report]]\nname = 'a'\nnotebook = 'every_block'\nparameters = {}\n" * 2,
            "report 2: 'a' is there twice.",
        ),
        ("[[report]", "run_list.toml, line 1: cannot be read as TOML. "),
    ],
)
def test_a_run_list_is_taken_strictly(project, text, fault):
    (project / "notebooks" / "run_list.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as error:
        read_run_list(project / "notebooks")
    assert fault in str(error.value)


def test_a_report_is_made_only_in_its_own_quarters(project):
    ended = Report(name="ended", notebook="every_block", parameters={}, last_quarter="2012/13 Q1")
    one_off = Report(name="one-off", notebook="every_block", parameters={}, first_quarter="2012/13 Q3")
    both = Report(
        name="both",
        notebook="every_block",
        parameters={},
        first_quarter="2012/13 Q2",
        last_quarter="2012/13 Q2",
    )
    assert [r.is_made_in(Q2) for r in (ended, one_off, both)] == [False, False, True]
    with pytest.raises(ValueError) as refused:
        publish_reports(project, Q2, [ended, one_off], as_at=DAY)
    assert str(refused.value) == (
        "no report of the run list is made in 2012/13 Q2: see first_quarter, last_quarter and only_in of each."
    )
    with pytest.raises(ValueError, match=r"first_quarter 2012/13 Q3 comes after last_quarter 2012/13 Q1\."):
        Report(name="a", notebook="b", parameters={}, first_quarter="2012/13 Q3", last_quarter="2012/13 Q1")


def test_a_project_without_a_run_list_says_so(project):
    (project / "notebooks" / "run_list.toml").unlink()
    with pytest.raises(ValueError, match=r"there is no run_list.toml in the folder 'notebooks'"):
        read_run_list(project / "notebooks")


# The code's version


def test_the_code_version_is_the_commit_and_whether_files_differ(tmp_path, monkeypatch):
    outside = code_version(tmp_path)
    assert re.fullmatch(
        r"saferleeds-analysis \d+\.\d+\.\d+(, commit [0-9a-f]{12}(, with changes not committed)?)?", outside
    )
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Ann")
        monkeypatch.setenv(f"{name}_EMAIL", "ann@example.org")

    def git(*words):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    git("init", "--quiet")
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    clean = code_version(tmp_path)
    assert clean.startswith(f"{outside}, project at commit ")
    assert re.fullmatch("[0-9a-f]{12}", clean.removeprefix(f"{outside}, project at commit "))
    (tmp_path / "a.txt").write_text("two", encoding="utf-8")
    assert code_version(tmp_path) == f"{clean}, with changes not committed"
