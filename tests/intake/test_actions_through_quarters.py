"""Actions that are followed: nothing vanishes from quarter to quarter, late ones are named, and each state can be looked up."""

from datetime import date

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import REFERENCE, copy_project, with_tables

import saferleeds_analysis as sl
from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake.actions import ENDED, STATES
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.checking import read_checks
from saferleeds_analysis.reporting import checks
from saferleeds_analysis.reporting.actions import action_plan, in_a_line, next_three
from saferleeds_analysis.workings.again import work_out

CATALOGUE = load_catalogue(REFERENCE)
QUARTERS = ["2012/13 Q1", "2012/13 Q2", "2012/13 Q3", "2012/13 Q4"]
OLD = "id,indicator_id,what,owner,organisation,due,state,progress,quarter"
NEW = f"{OLD},expected,area,started,restricted"
CHECK = {check.id: check for check in read_checks()}["actions"]


def put(folder, rows, *, header=NEW):
    (folder / "data/raw").mkdir(parents=True, exist_ok=True)
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    (folder / "data/raw/actions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def row(
    id,
    state,
    quarter,
    *,
    due="",
    what="Gates",
    progress="why",
    indicator="domestic_burglary",
    more=("", "", "", ""),
):
    return [id, indicator, what, "Housing manager", "Council", due, state, progress, quarter, *more]


def in_quarter(folder, quarter, edition="public"):
    return intake.actions_in(folder, periods.quarter(quarter), catalogue=CATALOGUE, edition=edition)


def refused(folder):
    with pytest.raises(DataProblem) as problem:
        intake.read_actions(folder, CATALOGUE)
    return str(problem.value).splitlines()


@given(
    st.dictionaries(
        st.sampled_from(["A1", "A2", "A3"]),
        st.lists(st.tuples(st.booleans(), st.sampled_from(STATES)), min_size=4, max_size=4),
        min_size=1,
    )
)
def test_through_four_quarters_no_action_is_lost_or_doubled(tmp_path_factory, histories):
    """Each quarter an action may have a row or not; once ended it has none. It is shown from its first row to its end, once."""
    folder, rows, expected = tmp_path_factory.mktemp("p"), [], {quarter: {} for quarter in QUARTERS}
    for id, told in histories.items():
        last = None
        for quarter, (has_row, state) in zip(QUARTERS, told, strict=True):
            if last in ENDED:
                break
            if has_row:
                rows.append(row(id, state, quarter))
                last = state
            if last is not None:
                expected[quarter][id] = last
    put(folder, rows)
    for quarter in QUARTERS:
        shown = in_quarter(folder, quarter)
        assert {action.id: action.state for action in shown} == expected[quarter]
        assert len(shown) == len(expected[quarter])
        named = in_a_line(shown, as_at=date(2012, 9, 30))
        assert (" late (" in named) is any(action.state == "late" for action in shown)


def test_what_nobody_tells_of_is_shown_with_its_last_row_and_found_by_the_check(tmp_path):
    put(
        tmp_path,
        [
            row("A1", "on course", "2012/13 Q1", due="2012-09-29"),
            row("A2", "done", "2012/13 Q1"),
            row("A3", "on course", "2012/13 Q2"),
        ],
    )
    actions = in_quarter(tmp_path, "2012/13 Q2")
    assert [action.id for action in actions] == ["A1", "A3"]
    plan = action_plan(actions, catalogue=CATALOGUE, as_at=date(2012, 9, 30), window="2012/13 Q2")
    assert "Late: why; not told of since 2012/13 Q1" in plan.text
    assert plan.text.splitlines()[2] == "2 actions: 1 late (Gates), none done"
    assert "late: by 29 September 2012" in next_three(actions, as_at=date(2012, 9, 30)).text
    assert in_a_line(actions, as_at=date(2012, 9, 30)) == "2 actions: 1 late (Gates), none done."
    result = checks.actions_told(
        CHECK, actions, quarter=periods.quarter("2012/13 Q2"), as_at=date(2012, 9, 30)
    )
    assert [(f.where, f.what) for f in result.findings] == [
        (
            "data/raw/actions, A1 (Gates)",
            "stood as on course in 2012/13 Q1, and no row tells of 2012/13 Q2; is late, due on 29 September 2012; Housing manager answers "
            "for it",
        )
    ]
    assert (result.looked_at, result.outcome) == (2, "to be looked at")


def test_a_state_is_a_figure_that_comes_out_of_its_row_again(tmp_path):
    put(
        tmp_path,
        [row("A1", "on course", "2012/13 Q2", due="2012-09-29"), row("A2", "not begun", "2012/13 Q2")],
    )
    listing = next_three(in_quarter(tmp_path, "2012/13 Q2"), as_at=date(2012, 9, 30))
    assert [(f.words, f.value, f.period, f.status) for f in listing.figures] == [
        ("action A1, state", "late", "2012/13 Q2", "judgement"),
        ("action A2, state", "not begun", "2012/13 Q2", "judgement"),
    ]
    assert [work_out(f, tmp_path) for f in listing.figures] == ["late", "not begun"]


def test_restricted_actions_stand_in_the_restricted_edition_only_and_are_counted_in_the_public(tmp_path):
    put(
        tmp_path,
        [
            row("A1", "on course", "2012/13 Q2"),
            row("A2", "on course", "2012/13 Q2", what="Covert work", more=("", "", "", "yes")),
        ],
    )
    public, restricted = (in_quarter(tmp_path, "2012/13 Q2", edition) for edition in ("public", "restricted"))
    assert ([a.id for a in public], [a.id for a in restricted]) == (["A1"], ["A1", "A2"])
    given = {"catalogue": CATALOGUE, "as_at": date(2012, 9, 30), "window": "2012/13 Q2"}
    open_to_all = action_plan(public, left_out=1, **given).text
    assert "Covert" not in open_to_all and "In the restricted edition only: 1 action." in open_to_all
    assert "Covert work (restricted)" in action_plan(restricted, **given).text


def test_a_table_of_before_is_read_without_the_columns_that_came_later(tmp_path):
    put(tmp_path, [row("A1", "on course", "2012/13 Q2")[:9]], header=OLD)
    [action] = in_quarter(tmp_path, "2012/13 Q2")
    assert (action.expected, action.area, action.started, action.restricted) == ("", "", None, "")


def test_a_workbook_will_do(tmp_path):
    with_tables(tmp_path)
    book = openpyxl.Workbook()
    rows = [
        row("A1", "on course", "2012/13 Q2", due=pd.Timestamp("2012-12-01").to_pydatetime()),
        row("A2", "dropped", "2012/13 Q2", progress="No money"),
    ]
    for cells in [NEW.split(","), [], *rows]:
        book.active.append([cell or None for cell in cells])
    book.save(tmp_path / "data/raw/actions.xlsx")
    first, second = in_quarter(tmp_path, "2012/13 Q2")
    assert (first.due, first.owner, second.progress) == (date(2012, 12, 1), "Housing manager", "No money")
    assert intake.unread_files(tmp_path, CATALOGUE) == []
    put(tmp_path, [])
    assert refused(tmp_path) == [
        "actions.csv and actions.xlsx lie beside each other in data/raw. Keep one of the two."
    ]


def test_a_course_that_contradicts_itself_is_refused(tmp_path):
    rows = [
        row("A1", "done", "2012/13 Q1"),
        row("A1", "on course", "2012/13 Q2"),
        row("A2", "on course", "2012/13 Q1"),
        row("A2", "on course", "2012/13 Q2", indicator="asb_got_worse"),
        row("A3", "on course", "2012/13 Q2", more=("", "Atlantis", "", "")),
    ]
    assert refused(put(tmp_path, rows)) == [
        "actions.csv: A3 of 2012/13 Q2: 'Atlantis' is no area of domestic_burglary. It has Leeds, NWL, NEL, C&H, Adel & Wharfedale, Armley "
        "and others.",
        "actions.csv: A1 was done in 2012/13 Q1 and has a row in 2012/13 Q2. What has ended stays so: take the row out, or give what is "
        "done now an id of its own.",
        "actions.csv: A2 is about domestic_burglary in 2012/13 Q1 and about asb_got_worse in 2012/13 Q2. An id is one action for good: give "
        "the other its own.",
    ]


def test_the_chart_marks_when_actions_began_and_leads_to_the_page_that_asks_if_one_worked(tmp_path):
    project = copy_project(tmp_path / "project")
    (project / "data/raw/actions.csv").write_text(f"{NEW}\n", encoding="utf-8")
    page = sl.open(project).page(
        "2012/13 Q2", indicator="domestic_burglary", area="Leeds", as_at="2012-09-30"
    )
    assert page.turn_the_curve(page.counts()).text == ""
    rows = [
        row("A1", "on course", "2012/13 Q2", what="Optimal", more=("A third fewer", "NWL", "2011-10", "")),
        row("A2", "on course", "2012/13 Q2", what="Locks", more=("", "", "2011-10", "")),
        row("A3", "on course", "2012/13 Q2"),
    ]
    put(project, rows)
    page = sl.open(project).page(
        "2012/13 Q2", indicator="domestic_burglary", area="Leeds", as_at="2012-09-30"
    )
    shown = page.turn_the_curve(page.counts())
    assert "A1, A2 began in October 2011." in shown.text
    assert "A1, October 2011: Optimal. Expected: A third fewer. Did it work?" in shown.text
    assert "A2, October 2011: Locks. Expected: not said." in shown.text
    assert '<a href="../operation-optimal/report.html">Did it work?</a>' in shown.html
