"""What partners do: the table of actions, its refusals, and which of them stand on a card."""

from datetime import date

import pytest
from projects import ROOT, copy_project

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake.commentaries import read_requests
from saferleeds_analysis.intake.governance import read_reasons
from saferleeds_analysis.problems import DataProblem

CATALOGUE = load_catalogue(ROOT / "data/raw/reference")
HEAD = "id,indicator_id,what,owner,organisation,due,state,progress,quarter\n"
ROW = "A1,domestic_burglary,Gates,Housing manager,Council,2012-12-31,on course,,2012/13 Q2\n"


def read(folder, *rows):
    path = folder / "data/raw/actions.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return intake.read_actions(folder, CATALOGUE)


def test_the_examples_actions_are_read_and_stand_with_the_next_ones_first():
    found = intake.actions_of(ROOT, periods.quarter("2012/13 Q2"), "domestic_burglary", catalogue=CATALOGUE)
    # The published card: the custody suite opens in November, the analysis of the court's work comes in the third quarter.
    assert [a.due for a in found[:4]] == [
        date(2012, 10, 31),
        date(2012, 11, 30),
        date(2012, 12, 25),
        date(2012, 12, 31),
    ]
    assert found[1].what == "Youth custody suite at Stainbeck"


def test_an_action_goes_on_into_later_quarters_and_never_into_earlier_ones(tmp_path):
    read(tmp_path, ROW)
    before, there, later = (
        intake.actions_of(tmp_path, periods.quarter(quarter), "domestic_burglary", catalogue=CATALOGUE)
        for quarter in ("2012/13 Q1", "2012/13 Q2", "2012/13 Q3")
    )
    assert (before, [a.id for a in there], [a.quarter for a in later]) == ([], ["A1"], ["2012/13 Q2"])


def test_without_a_table_there_are_none(tmp_path):
    assert intake.read_actions(tmp_path, CATALOGUE) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW, "actions.csv: A1 stands twice in 2012/13 Q2. Keep one row."),
        (ROW.replace("2012/13 Q2", "2012-13_Q2"), "actions.csv: A1 stands twice in 2012/13 Q2. Keep one row."),
        (ROW.replace("A1", "A2").replace("burglary", "burglry"), "actions.csv, row 3, column 'indicator_id': unknown indicator: 'domestic_burglry'. Did you mean 'domestic_burglary'?"),
        (ROW.replace("A1", "A2").replace("on course", "fine"), "state 'fine' is none of not begun, on course, late, done, dropped."),
        (ROW.replace("A1", "A2").replace("on course", "dropped"), "actions.csv, row 3: a dropped action says in progress why."),
        (ROW.replace("A1", "A2").replace("2012-12-31", "Xmas"), "actions.csv, row 3: 'Xmas' is not a day such as 2012-10-05."),
        (ROW.replace("A1", "A2").replace("2012/13 Q2", "autumn"), "actions.csv, row 3: "),
        (ROW.replace("A1", ""), "actions.csv, row 3: nothing stands in id. Fill it in."),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_place(tmp_path, row, message):
    with pytest.raises(DataProblem) as caught:
        read(tmp_path, ROW, row)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("state", "due", "late"),
    [
        ("on course", "2012-09-29", True),
        ("on course", "2012-09-30", False),
        ("done", "2012-09-29", False),
        ("late", "", True),
        ("not begun", "", False),
    ],
)
def test_an_action_is_late_when_its_day_has_passed_whatever_its_row_says(tmp_path, state, due, late):
    [action] = read(tmp_path, ROW.replace("on course", state).replace("2012-12-31", due))
    assert action.is_late(date(2012, 9, 30)) is late


def test_a_table_of_actions_is_part_of_what_a_pack_is_made_from(tmp_path):
    project = copy_project(tmp_path / "project")
    assert "data/raw/actions.csv" in intake.pack_inputs(project, periods.quarter("2012/13 Q2"), CATALOGUE)
    assert intake.unread_files(project, CATALOGUE) == []


@pytest.mark.parametrize("name", ["actions.csv", "restatements.csv", "commentary/requests.csv"])
def test_a_table_that_is_a_link_out_of_the_project_is_refused(tmp_path, name):
    outside, place = tmp_path / "theirs.csv", tmp_path / "project/data/raw" / name
    outside.write_text("secret\n", encoding="utf-8")
    place.parent.mkdir(parents=True)
    place.symlink_to(outside)
    read = {
        "actions.csv": lambda root: intake.read_actions(root, CATALOGUE),
        "restatements.csv": read_reasons,
        "commentary/requests.csv": read_requests,
    }[name]
    with pytest.raises(DataProblem, match="lies outside the project's data/raw"):
        read(tmp_path / "project")
