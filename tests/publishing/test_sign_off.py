"""Sign-off: what stands in its way, what it freezes, how a pack is corrected, and how an altered file is found."""

import json
import shutil
import stat
from datetime import UTC, date, datetime

import pytest
from named_figures import named_figure
from projects import REFERENCE
from publishing.packs import ANSWERS, ROLES, figure, write_pack

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake.governance import read_answers, read_reasons
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.earlier import earlier_pack
from saferleeds_analysis.publishing.ledger import open_ledger
from saferleeds_analysis.publishing.pack import publish_reports
from saferleeds_analysis.publishing.report import render_pack
from saferleeds_analysis.publishing.run_list import read_run_list
from saferleeds_analysis.publishing.sign_off import Roles, checklist, sign_off
from saferleeds_analysis.publishing.versions import start_correction, verify

pytestmark = pytest.mark.usefixtures("warm")

Q1, Q2 = periods.quarter("2012/13 Q1"), periods.quarter("2012/13 Q2")
NOW = datetime(2012, 10, 20, 9, 30, tzinfo=UTC)


def sign(root, quarter=Q1, **more):
    return sign_off(
        root,
        quarter,
        **{"roles": ROLES, "answers": ANSWERS, "catalogue": load_catalogue(REFERENCE), "now": NOW} | more,
    )


@pytest.fixture
def pack(tmp_path):
    write_pack(tmp_path, "2012/13 Q1", [figure(6771)])
    return tmp_path


# What stands in the way


def test_everything_that_stands_in_the_way_is_said_at_once_and_nothing_is_changed(pack):
    answers = {**ANSWERS, "read": {"answer": "no", "note": "two pages left"}}
    answers["words"] = {"answer": "perhaps", "note": ""}
    answers["reproduced"] = {"answer": "not applicable", "note": ""}
    del answers["release"]
    with pytest.raises(ValueError) as error:
        sign(pack, answers=answers, failing=["check additivity: the wards do not add up."])
    assert str(error.value).splitlines() == [
        "2012/13 Q1 is not signed off:",
        "- checklist, read: the answer is no (two pages left), and it must be yes to sign 2012/13 Q1 off.",
        "- checklist, reproduced: 'not applicable' needs a note that says why.",
        "- checklist, words: 'perhaps' is no answer; write 'yes', 'no' or 'not applicable'.",
        "- checklist, release: not answered. Is it agreed who may see each edition, and when it is published?",
        "- check additivity: the wards do not add up.",
    ]
    assert not open_ledger(pack).path.exists()
    assert not (pack / "reports/2012-13_Q1/signed_off.json").exists()


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (("A", "a ", "C"), "the reviewer cannot be the analyst: a pack is checked and approved by others."),
        (("A", "B", "A"), "the owner cannot be the analyst: a pack is checked and approved by others."),
        (("A", " ", "C"), "the reviewer is not named."),
    ],
)
def test_nobody_checks_or_approves_the_own_work(roles, message):
    with pytest.raises(ValueError) as error:
        Roles(analyst=roles[0], reviewer=roles[1], owner=roles[2])
    assert str(error.value) == message


def test_a_pack_of_two_runs_on_different_data_is_refused(pack):
    write_pack(
        pack, "2012/13 Q1", [figure(1)], report="other", inputs={"data/raw/source/counts.csv": "2" * 64}
    )
    with pytest.raises(
        ValueError, match=r"data/raw/source/counts.csv changed between the runs of .*burglary"
    ):
        sign(pack)


def test_a_pack_that_is_not_there_or_not_whole_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r'no pack of 2012/13 Q1 is there. Make it: saferleeds report "2012'):
        sign(tmp_path)
    folder = write_pack(tmp_path, "2012/13 Q1", [figure(1)])
    table = folder / "burglary" / "figures.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text + text.splitlines()[-1], encoding="utf-8")
    with pytest.raises(ValueError, match=r"2012-13_Q1/burglary was made by an earlier version"):
        sign(tmp_path)
    for name in ("figures.csv", "report.ipynb"):
        (folder / "burglary" / name).unlink()
    with pytest.raises(ValueError, match=r"burglary has no report.ipynb and no figures.csv. Report it anew."):
        sign(tmp_path)


def test_the_checklist_names_each_item_once_and_a_role_of_the_sign_off():
    items = checklist()
    assert len({item.id for item in items}) == len(items) >= 10
    assert {item.role for item in items} <= {"analyst", "reviewer", "owner"}


# What it does


def test_the_files_are_read_only_and_the_record_of_the_sign_off_lies_beside_them(pack):
    sign(pack)
    folder = pack / "reports/2012-13_Q1"
    record = json.loads((folder / "signed_off.json").read_text(encoding="utf-8"))
    assert (record["analyst"], record["reviewer"], record["owner"]) == (
        "Performance team",
        "Second analyst",
        "Head of service",
    )
    assert record["checklist"]["read"] == {"answer": "yes", "note": ""}
    assert sorted(record["files"]) == [
        "burglary/figures.csv",
        "burglary/report.html",
        "burglary/report.ipynb",
        "burglary/run.json",
        "index.html",
        "run.json",
    ]
    for path in folder.rglob("*"):
        assert path.is_dir() or not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH), path


def test_both_editions_are_signed_off_together(pack):
    write_pack(pack, "2012/13 Q1", [figure(3)], edition="restricted")
    sign(pack)
    ledger = open_ledger(pack)
    assert ledger.figures(quarter="2012/13 Q1")["value"].tolist() == ["6771"]
    assert ledger.figures(quarter="2012/13 Q1", edition="restricted")["value"].tolist() == ["3"]
    (pack / "reports/restricted/2012-13_Q1/burglary/report.html").chmod(0o644)
    (pack / "reports/restricted/2012-13_Q1/burglary/report.html").write_text("other", encoding="utf-8")
    assert verify(pack, Q1) == [
        "reports/restricted/2012-13_Q1/burglary/report.html: was altered after the sign-off."
    ]


def test_every_altered_added_and_missing_file_is_named(pack):
    sign(pack)
    assert verify(pack, Q1) == []
    folder = pack / "reports/2012-13_Q1"
    (folder / "index.html").unlink()
    (folder / "more.html").write_text("", encoding="utf-8")
    figures = folder / "burglary" / "figures.csv"
    figures.chmod(0o644)
    figures.write_text(figures.read_text(encoding="utf-8").replace("6771", "6700"), encoding="utf-8")
    assert verify(pack, Q1) == [
        "reports/2012-13_Q1/index.html: is missing.",
        "reports/2012-13_Q1/more.html: was added after the sign-off.",
        "reports/2012-13_Q1/burglary/figures.csv: was altered after the sign-off.",
    ]
    with pytest.raises(ValueError, match=r"no pack of 2012/13 Q2 is signed off"):
        verify(pack, Q2)


def test_what_was_altered_is_not_kept_as_the_version_that_was_signed_off(pack):
    sign(pack)
    page = pack / "reports/2012-13_Q1/burglary/report.html"
    page.chmod(0o644)
    page.write_text("other", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"version 1 of 2012/13 Q1 cannot be kept, because it is not as it was"
    ):
        start_correction(pack, Q1, reason="why", day="2012-11-01")
    assert open_ledger(pack).open_correction("2012/13 Q1") is None


# With real pages


def publish(project, quarter=Q2, day=date(2012, 9, 30)):
    said = []
    publish_reports(
        project, quarter, read_run_list(project / "notebooks"), as_at=day, say=said.append, workers=1
    )
    return project / "reports" / periods.quarter_path(quarter)


def test_a_signed_off_pack_is_not_touched_and_a_correction_is_a_new_version_that_says_so(project):
    folder = publish(project)
    sign(project, Q2)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(ValueError) as error:
        publish(project)
    assert str(error.value) == (
        "the pack of 2012/13 Q2 was signed off on 2012-10-20 (version 1) and stays as it is; nothing was run. "
        'To correct it: saferleeds report "2012/13 Q2" --correction "why"'
    )
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before

    start_correction(project, Q2, reason="An offence was counted twice", day="2012-11-01")
    publish(project)
    said = "Version 2, corrects version 1: An offence was counted twice (1 November 2012)."
    pages = [p for p in folder.rglob("*.html") if "versions" not in p.parts]
    assert len(pages) == 4, "the report, its trace, the page of changes, the index"
    for page in pages:
        assert said in page.read_text(encoding="utf-8")
    report = (folder / "every-block/report.html").read_text(encoding="utf-8")
    assert "Since 2012/13 Q2, version 1: nothing restated or late." in report
    kept = {
        p.relative_to(folder / "versions/1"): p for p in (folder / "versions/1").rglob("*") if p.is_file()
    }
    assert {name: p.read_bytes() for name, p in kept.items()} == {
        p.relative_to(folder): content for p, content in before.items()
    }
    assert sign(project, Q2).version == 2
    assert verify(project, Q2) == []
    assert "Version 2" not in (folder / "versions/1/every-block/report.html").read_text(encoding="utf-8")


def test_a_page_says_what_was_restated_and_why(project):
    """The pack of the quarter before, signed off with another count for the same twelve months."""
    count = named_figure(
        indicator_id="burglary",
        area="Leeds & district",
        period="12 months to September 2012",
        measure="count",
        value=5940,
    )
    write_pack(project, "2012/13 Q1", [count], report="every-block")
    (project / "data/raw/restatements.csv").write_text(
        "indicator_id,area,period,measure,reason,given_by,given_on\n"
        "burglary,Leeds & district,12 months to September 2012,count,Two records were cancelled,Performance team,2012-10-12\n",
        encoding="utf-8",
    )
    changes = publish(project) / "changes/report.html"
    assert "2012/13 Q1, which was not signed off" in changes.read_text(encoding="utf-8")
    sign(project, Q1)
    page = (publish(project) / "every-block/report.html").read_text(encoding="utf-8")
    assert "Since 2012/13 Q1: 1 figure restated, 0 late." in page
    assert 'href="../changes/report.html"' in page
    assert "5,940" not in page, "the figures of the pack before are on the page of changes"
    said = changes.read_text(encoding="utf-8")
    assert "2012/13 Q1, signed off on 20 October 2012" in said
    for cell in ("5,940", "5,938", "−2", "Two records were cancelled (Performance team, 12 October 2012)"):
        assert cell in said


def test_a_number_that_was_changed_on_the_page_alone_is_not_signed_off(published, tmp_path):
    shutil.copytree(published[0], tmp_path / "project")
    page = tmp_path / "project/reports/2012-13_Q2/every-block/report.html"
    text = page.read_text(encoding="utf-8")
    assert "5,938" in text
    page.write_text(text.replace("5,938", "4,938"), encoding="utf-8")
    with pytest.raises(ValueError) as error:
        sign(tmp_path / "project", Q2)
    assert str(error.value) == (
        "2012/13 Q2 is not signed off:\n- changed by hand since the run that made them: "
        'reports/2012-13_Q2/every-block/report.html. Make the pack anew: saferleeds report "2012/13 Q2"; where only pages are '
        'named (report.html, trace.html), saferleeds render "2012/13 Q2" is enough.'
    )
    render_pack(tmp_path / "project", Q2, say=str)
    assert page.read_text(encoding="utf-8") == text
    assert sign(tmp_path / "project", Q2).version == 1


def test_without_an_earlier_pack_no_page_says_what_changed(published):
    root, _ = published
    page = (root / "reports/2012-13_Q2/every-block/report.html").read_text(encoding="utf-8")
    assert "changes/report.html" not in page
    assert earlier_pack(root, Q2, edition="public", catalogue=load_catalogue(REFERENCE), listed=()).name == ""


# What people give


def test_one_reason_a_figure_and_each_with_its_giver(tmp_path):
    folder = tmp_path / "data/raw"
    folder.mkdir(parents=True)
    assert read_reasons(tmp_path) == ()
    header = "indicator_id,area,period,measure,reason,given_by,given_on\n"
    row = "burglary,Leeds,2012/13,count,Late records,Police,2012-10-12\n"
    (folder / "restatements.csv").write_text(header + row + row, encoding="utf-8")
    with pytest.raises(DataProblem, match=r"restatements.csv, row 3: the same figure as in row 2. Give one"):
        read_reasons(tmp_path)
    (folder / "restatements.csv").write_text(header + row.replace("Police", ""), encoding="utf-8")
    with pytest.raises(DataProblem, match=r"row 2: reason and given_by must both be filled in."):
        read_reasons(tmp_path)


def test_answers_are_read_strictly(tmp_path):
    folder = tmp_path / "data/raw/signoff"
    folder.mkdir(parents=True)
    assert read_answers(tmp_path, Q2) == {}
    path = folder / "2012-13_Q2.toml"
    path.write_text('[read]\nanswer = "yes"\n', encoding="utf-8")
    assert read_answers(tmp_path, Q2) == {"read": {"answer": "yes", "note": ""}}
    path.write_text("[read]\nanswer = true\n", encoding="utf-8")
    with pytest.raises(DataProblem, match=r'signoff/2012-13_Q2.toml: \[read\] holds answer = "yes"'):
        read_answers(tmp_path, Q2)
