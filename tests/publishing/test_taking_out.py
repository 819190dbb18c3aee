"""What is not in a pack, and what leaves it: data that do not hold the quarter, retired reports, and leftovers."""

import re
import shlex
import shutil
from datetime import date

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from projects import REFERENCE, words
from publishing.packs import ANSWERS, ROLES, figure, write_pack

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.cli import main
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.checking import check_pack
from saferleeds_analysis.publishing.files import leftovers, not_made
from saferleeds_analysis.publishing.index import renew_index
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.pack import publish_editions
from saferleeds_analysis.publishing.run_list import listed_reports, read_run_list
from saferleeds_analysis.publishing.sign_off import blocking_faults, sign_off
from saferleeds_analysis.publishing.taking_out import retire

pytestmark = pytest.mark.usefixtures("warm")

Q2 = periods.quarter("2012/13 Q2")
DAY = date(2012, 9, 30)

# A card of a place whose counts end with the last month that stands in a file.
CARD = """\
from pathlib import Path
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting.blocks import heading, join, paragraph
last = (Path("..") / "data/held" / f"{place}.csv").read_text().strip()
if last == "broken":
    raise DataProblem("source.csv, row 3: -5 is no count.")
if last < "2012-09":
    raise QuarterNotHeld(f"source: the counts end with {last}.")
calls = Measure(id="calls", words="calls", role="count")
block = paragraph("407 calls", figures=[Figure(
    measure=calls, indicator_id="calls", area=place, window=Window.named("2012/13 Q2"), value=407)])
join(heading(1, f"Calls in {place}, {quarter}"), block)"""
PARAMETERS = 'quarter: str = ""  # the quarter\nas_at: str = ""  # the day\nplace: str = ""  # the place'
ENTRY = '[[report]]\nname = "{0}"\nnotebook = "trial"\nparameters = {{ place = "{0}" }}\n'
ALL = ("early", "late", "other")
WHY = "late: source: the counts end with 2012-06."


@pytest.fixture
def root(notebook, monkeypatch):
    """Give a project of three reports, the data of one of which do not hold the quarter yet."""
    root = notebook(CARD, parameters=PARAMETERS).parent.parent
    (root / "data/held").mkdir()
    hold(root, early="2012-09", late="2012-06", other="2012-09")
    make_list(root, *ALL)
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "project"


@pytest.fixture
def published(root, kept):
    """Publish the project as it is; it is made for the first test that asks, and copied for the others."""
    if kept.exists():
        shutil.copytree(kept, root, dirs_exist_ok=True)
    else:
        publish(root)
        shutil.copytree(root, kept)


def hold(root, **last):
    for place, month in last.items():
        (root / f"data/held/{place}.csv").write_text(month, encoding="utf-8")


def make_list(root, *names):
    text = "".join(map(ENTRY.format, names))
    (root / "notebooks/run_list.toml").write_text(text, encoding="utf-8")


def publish(root):
    said = []
    reports = read_run_list(root / "notebooks")
    publish_editions(
        root, Q2, reports, as_at=DAY, catalogue=load_catalogue(REFERENCE), workers=1, say=said.append
    )
    return said


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def folders(root):
    return sorted(p.name for p in (root / "reports/2012-13_Q2").iterdir() if p.is_dir())


def index(root):
    return BeautifulSoup((root / "reports/2012-13_Q2/index.html").read_text(encoding="utf-8"), "html.parser")


def sign(root):
    return sign_off(root, Q2, roles=ROLES, answers=ANSWERS, catalogue=load_catalogue(REFERENCE))


# Data that do not hold the quarter


def test_a_report_whose_data_do_not_hold_the_quarter_is_left_out_with_its_sentence(root):
    said = publish(root)
    assert said[said.index("Not made, because the data do not hold 2012/13 Q2:") + 1] == f"  {WHY}"
    assert folders(root) == ["changes", "early", "other"]
    assert words(index(root).select_one(".notice")) == (
        f"Not in this pack, because their data do not hold this quarter: {WHY}"
    )
    completeness = check_pack(root, Q2, catalogue=load_catalogue(REFERENCE)).results[0]
    assert (completeness.looked_at, completeness.findings) == (2, ())
    assert completeness.not_looked_at == (("late", "source: the counts end with 2012-06."),)
    assert sign(root).version == 1


@pytest.mark.usefixtures("published")
def test_a_report_without_a_page_is_retired_from_index_and_sign_off_too(root):
    done = CliRunner().invoke(main, ["retire", "late", "--quarter", "2012/13 Q2"])
    assert done.exit_code == 0, done.output
    assert index(root).select_one(".notice") is None
    assert not_made(root / "reports/2012-13_Q2") == {}
    assert check_pack(root, Q2, catalogue=load_catalogue(REFERENCE)).results[0].not_looked_at == ()


@pytest.mark.usefixtures("published")
def test_what_stands_in_one_edition_alone_is_a_leftover_of_that_edition(root):
    write_pack(root, "2012/13 Q2", [figure(1)], report="dropped", edition="restricted")
    renew_index(root, Q2, as_at=DAY, edition="public")
    assert "dropped" not in words(index(root))
    renew_index(root, Q2, as_at=DAY, edition="restricted")
    page = root / "reports/restricted/2012-13_Q2/index.html"
    notice = words(BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select_one(".notice"))
    assert "dropped: the run list does not make it" in notice
    # what the public edition has is missing nowhere, and what it has no data for is no different here
    assert "early" not in notice
    assert WHY in notice


@pytest.mark.usefixtures("published")
def test_when_the_data_have_come_it_is_made_and_nothing_is_said_any_more(root):
    hold(root, late="2012-09")
    publish(root)
    assert folders(root) == ["changes", "early", "late", "other"]
    assert not_made(root / "reports/2012-13_Q2") == {}
    assert index(root).select_one(".notice") is None


def test_a_fault_in_the_data_stays_a_failure(root):
    hold(root, early="broken")
    with pytest.raises(ReportFailed, match=r"1 of 3 .*\nearly: source.csv, row 3: -5 is no count\."):
        publish(root)
    assert not (root / "reports/2012-13_Q2").exists(), "a pack is published whole or not at all"


def test_a_report_that_was_never_made_is_named_by_the_sign_off(root):
    make_list(root, "other")
    publish(root)
    make_list(root, "early", "other")
    with pytest.raises(ValueError) as error:
        sign(root)
    assert str(error.value).splitlines()[1:] == [
        "- early is on the run list and was not made. Report it, or retire it: "
        'saferleeds retire early --quarter "2012/13 Q2"'
    ]


@pytest.mark.usefixtures("published")
def test_a_page_whose_data_no_longer_hold_the_quarter_stands_and_the_run_fails(root):
    before = files_of(root / "reports")
    hold(root, early="2012-06")
    with pytest.raises(ReportFailed, match="early: source: the counts end with 2012-06."):
        publish(root)
    assert files_of(root / "reports") == before


def test_where_nothing_can_be_made_each_reason_is_said_and_nothing_is_left(root):
    hold(root, early="2012-06", other="2012-03")
    with pytest.raises(DataProblem) as error:
        publish(root)
    assert str(error.value).splitlines() == [
        "nothing can be made of 2012/13 Q2.",
        "early, late: source: the counts end with 2012-06.",
        "other: source: the counts end with 2012-03.",
    ]
    assert not (root / "reports/2012-13_Q2").exists()


# Retired


@pytest.mark.usefixtures("published")
def test_a_retired_report_leaves_the_pack_and_the_index_is_kept_and_made_no_more(root):
    page = (root / "reports/2012-13_Q2/other/report.html").read_bytes()
    done = CliRunner().invoke(main, ["retire", "other"])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[:2] == [
        "Retired from 2012/13 Q2 on: other",
        "Its pages are kept in reports/2012-13_Q2/versions/retired/other",
    ]
    assert (root / "reports/2012-13_Q2/versions/retired/other/report.html").read_bytes() == page
    for _ in range(2):
        assert folders(root) == ["changes", "early", "versions"]
        reports = index(root).select('dl.card-fields a[href$="/report.html"]')
        assert [words(a) for a in reports] == ["Calls in early"]
        assert "other" not in words(index(root))
        said = publish(root)
    assert said[:2] == ["Not made in 2012/13 Q2:", "  other: retired from 2012/13 Q2 on."]
    assert blocking_faults(root, Q2, catalogue=load_catalogue(REFERENCE)) == []
    assert "other" not in {report.name for report in sign(root).reports}


def test_a_report_is_retired_twice_and_both_are_kept(root):
    for _ in range(2):
        make_list(root, *ALL)
        publish(root)
        retire(root, Q2, "other", catalogue=load_catalogue(REFERENCE))
    kept = root / "reports/2012-13_Q2/versions/retired"
    assert sorted(place.name for place in kept.iterdir()) == ["other", "other.2"]


@pytest.mark.parametrize("name", ["othr", "changes", "../2012-13_Q2/other", "versions", ""])
@pytest.mark.usefixtures("published")
def test_what_is_no_report_is_not_retired(root, name):
    before = (root / "notebooks/run_list.toml").read_bytes()
    with pytest.raises(ValueError, match=r"of 2012/13 Q2: unknown report: "):
        retire(root, Q2, name, catalogue=load_catalogue(REFERENCE))
    assert (root / "notebooks/run_list.toml").read_bytes() == before
    assert folders(root) == ["changes", "early", "other"]


@pytest.mark.usefixtures("published")
def test_a_signed_off_pack_keeps_its_reports_and_one_retires_from_the_next_quarter_on(root):
    sign(root)
    refused = CliRunner().invoke(main, ["retire", "other"])
    assert refused.exit_code == 1
    assert "stays as it is" in refused.output
    done = CliRunner().invoke(main, ["retire", "other", "--quarter", "2012/13 Q3"])
    assert done.output == "Retired from 2012/13 Q3 on: other\n"
    assert folders(root) == ["changes", "early", "other"]


# Leftovers


def cure(text):
    """Give the command that a message names."""
    return shlex.split(re.search(r"saferleeds (retire [^;]*)", text)[1])


@pytest.mark.usefixtures("published")
def test_a_report_dropped_from_the_list_is_named_by_run_index_and_sign_off_and_their_cure_works(root):
    make_list(root, "early", "late")
    said = publish(root)
    message = (
        "other: the run list does not make it in this quarter. Take it out: saferleeds retire other --quarter "
        '"2012/13 Q2"; or put it on the run list and report the quarter anew.'
    )
    assert said[said.index("In the pack, though no run of the list renews it:") + 1] == f"  {message}"
    assert message in words(index(root).select_one(".notice"))
    with pytest.raises(ValueError) as error:
        sign(root)
    assert str(error.value).splitlines()[1:] == [f"- {message}"]
    done = CliRunner().invoke(main, cure(str(error.value)))
    assert done.exit_code == 0, done.output
    assert folders(root) == ["changes", "early", "versions"]
    assert leftovers(root, Q2, listed_reports(root, load_catalogue(REFERENCE))) == ()
    assert "retired" not in (root / "notebooks/run_list.toml").read_text(encoding="utf-8")
    assert sign(root).version == 1


def test_a_restricted_leftover_is_cured_by_what_the_sign_off_says_of_it(root):
    """Its report was dropped from the list and the day has moved on; to report the quarter anew does not touch it."""
    folder = write_pack(root, "2012/13 Q2", [figure(1)], report="dropped", edition="restricted")
    publish(root)
    with pytest.raises(ValueError) as error:
        sign(root)
    assert cure(str(error.value)) == ["retire", "dropped", "--quarter", "2012/13 Q2"]
    assert len(str(error.value).splitlines()) == 2, "nothing else is in the way"
    done = CliRunner().invoke(main, cure(str(error.value)))
    assert done.exit_code == 0, done.output
    assert (folder / "versions/retired/dropped/run.json").is_file()
    assert sign(root).version == 1
