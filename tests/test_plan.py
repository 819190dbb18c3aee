"""The plan by priority, the review of a year and the table of targets: made of measures and actions, in any quarter."""

import pytest
from parts_of_services import REPEATS, TREATMENT, project
from projects import ROOT, copy_project

import saferleeds_analysis as sl
from saferleeds_analysis import periods
from saferleeds_analysis.publishing.run_list import Report

ACTIONS = """id,indicator_id,what,owner,organisation,due,state,progress,quarter,expected,area,started,restricted
A1,treatment_completed,More evening clinics,Manager,Health,2012-06-01,done,Four are open,2012/13 Q1,,,,
A2,treatment_completed,A second van,Manager,Health,2012-08-01,on course,,2012/13 Q2,,,,
A3,treatment_completed,A leaflet,Manager,Health,,dropped,Nobody read it,2012/13 Q2,,,,
A4,treatment_completed,Peer mentors,Manager,Health,2013-01-01,on course,Ten are trained,2012/13 Q2,,,,
A5,treatment_completed,Covert work,Manager,Police,,on course,,2012/13 Q2,,,,yes
A6,treatment_completed,An old action,Manager,Health,,done,,2011/12 Q4,,,,
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    aims = [
        f"treatment_completed,Leeds,{year},original,at least,{value},2012-04-01,Safer Leeds,Plan,"
        for year, value in (("2012/13", 45), ("2012/13", 50), ("2013/14", 55.5))
    ]
    project(folder, rows=TREATMENT, targets=aims)
    (folder / "data/raw/actions.csv").write_text(ACTIONS, encoding="utf-8")
    return folder


def page_of(folder, edition="public"):
    return sl.open(folder).page("2012/13 Q2", area="Leeds", as_at="2012-10-31", edition=edition)


def test_a_plan_on_a_page_has_a_row_for_each_priority(folder):
    plan = page_of(folder).plan("treatment_completed")
    assert plan.title("Plan on a page").text.splitlines()[0] == "Plan on a page, Leeds, 2012/13 Q2"
    [row] = [line for line in plan.on_a_page().text.splitlines() if line.startswith("Drugs")]
    assert row.startswith("Drugs and alcohol | - A Amber Treatment completed: 48.0%, up 8.0 points")
    # A1 ended in the quarter before, A6 in the year before, A5 is of the restricted edition.
    assert row.endswith("3 actions: 1 late (A second van), none done.")
    restricted = page_of(folder, "restricted").plan("treatment_completed").on_a_page().text
    assert "4 actions: 1 late (A second van), none done." in restricted
    letters = [f for f in plan.on_a_page().figures if f.measure.id == "action_state"]
    assert sorted(f.value for f in letters) == ["dropped", "late", "on course"]


def test_a_review_tells_what_was_done_in_the_whole_year_and_not_before(folder):
    text = page_of(folder).plan("treatment_completed", whole_year=True).in_full().text
    assert "Treatment completed A Amber" in text and "up 8.0 points" in text
    for line in (
        "Done: More evening clinics (Four are open).",
        "Dropped: A leaflet (Nobody read it).",
        "Late: A second van.",
        "Going on: Peer mentors (Ten are trained).",
    ):
        assert f"- {line}" in text
    assert "An old action" not in text and "Covert work" not in text


OTHER = "Not rated: another target is in force, or no figure of its year is known."


def test_each_target_of_the_year_and_of_later_ones_has_a_row(folder):
    rows = page_of(folder).dashboard("treatment_completed").performance_measures().text.splitlines()[2:]
    name, latest = "Treatment completed", "48.0%, 2012/13 Q2 | nothing"
    assert rows[0] == f"{name} | at least 45, 2012/13 | {latest} | {OTHER}"
    assert rows[1].startswith(f"{name} | at least 50, 2012/13 | {latest} | A Amber. 48 (interval")
    assert rows[2] == f"{name} | at least 55.5, 2013/14 | {latest} | Not rated: it is of a later year."
    assert len(rows) == 3


def test_a_letter_stands_beside_the_target_that_it_is_against_and_no_other(tmp_path):
    """A yearly figure of 2011/12 is rated by the target of its year, which is over: that of this year waits for its figure."""
    aims = [
        f"repeat_victims,Leeds,{year},original,at most,{value},2011-04-01,Safer Leeds,Plan,"
        for year, value in (("2011/12", 40), ("2012/13", 30))
    ]
    project(tmp_path, rows=REPEATS, targets=aims)
    [row] = page_of(tmp_path).dashboard("repeat_victims").performance_measures().text.splitlines()[2:]
    assert row == f"Repeat victims | at most 30, 2012/13 | 34.9%, 2011/12 | nothing | {OTHER}"
    counts = sl.open(ROOT).page("2012/13 Q2", area="Leeds", as_at="2012-10-31").dashboard("domestic_burglary")
    first, second = counts.performance_measures().text.splitlines()[2:]
    assert first.endswith(OTHER) and second.endswith("| G Green. Within its milestone range.")


def test_a_survey_is_rated_against_its_target_where_one_is_set(tmp_path):
    """The percentage of the twelve months is 12.6, its interval 11.7 to 13.6: as the example's card has it without a target."""
    copy_project(tmp_path / "p")
    target = "asb_got_worse,Leeds,2012/13,original,at most,{},2012-04-01,Safer Leeds,Plan,"
    for value, letter in ((14, "G Green"), (12, "A Amber"), (9, "R Red")):
        text = (ROOT / "data/raw/reference/targets.csv").read_text(encoding="utf-8")
        (tmp_path / "p/data/raw/reference/targets.csv").write_text(
            text + target.format(value) + "\n", encoding="utf-8"
        )
        page = sl.open(tmp_path / "p").page(
            "2012/13 Q2", area="Leeds", as_at="2012-10-31", indicator="asb_got_worse"
        )
        progress = page.result().progress()
        assert progress.text.startswith(f"{letter}. 12.6 (interval")
        assert "Fell (improving) in the last year" in progress.text
        state = page.dashboard("asb_got_worse").states["Residents who say anti-social behaviour got worse"]
        assert state.letter == letter[0]


def test_a_printed_percentage_without_its_base_is_not_rated_and_says_what_is_missing(tmp_path):
    copy_project(tmp_path / "p")
    with (tmp_path / "p/data/raw/reference/targets.csv").open("a", encoding="utf-8") as table:
        table.write("clean_streets,Leeds,2012/13,original,at least,95,2012-04-01,Safer Leeds,Plan,\n")
    page = sl.open(tmp_path / "p").page(
        "2012/13 Q2", area="Leeds", as_at="2012-10-31", indicator="clean_streets"
    )
    assert page.result().progress().text == (
        "N Not rated. Without the number that the percentage rests on it cannot be tested against its target."
    )


def test_a_report_may_be_made_once_a_year():
    review = Report(name="review", notebook="annual_review", parameters={}, only_in="Q4")
    made = [q for q in ("2012/13 Q3", "2012/13 Q4", "2013/14 Q1") if review.is_made_in(periods.quarter(q))]
    assert made == ["2012/13 Q4"]
    assert review.why_not_in(periods.quarter("2012/13 Q3")) == "made once a year, in Q4."
    with pytest.raises(ValueError, match="only_in 'Q5' is none of Q1, Q2, Q3, Q4"):
        Report(name="review", notebook="annual_review", parameters={}, only_in="Q5")
