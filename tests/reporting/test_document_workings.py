"""The figures of costs, funding, comparisons and documents: each comes out of its rows again, and none is another's namesake."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

import pandas as pd
import pytest
from projects import PAPERS, PAPERS_REFERENCE, REFERENCE, ROOT
from worked_again import all_agree, worked_again

from saferleeds_analysis import intake, periods
from saferleeds_analysis.area_tables import load_area_tables, load_group
from saferleeds_analysis.catalogue import load_catalogue, read_project
from saferleeds_analysis.documents import load_measures, load_register
from saferleeds_analysis.methods.costs import ReturnAssumptions
from saferleeds_analysis.reporting.comparison import compare_area
from saferleeds_analysis.reporting.costs import cost_report, return_findings
from saferleeds_analysis.reporting.dashboard import dashboard
from saferleeds_analysis.reporting.funding import funding_report
from saferleeds_analysis.reporting.gathered import Sources, result_of
from saferleeds_analysis.reporting.measures import measures_report
from saferleeds_analysis.reporting.members import members_summary
from saferleeds_analysis.reporting.papers import paper_report
from saferleeds_analysis.reporting.printed_changes import PrintedChanges
from saferleeds_analysis.reporting.register import register_report
from saferleeds_analysis.reporting.services import service_counts
from saferleeds_analysis.reporting.state import state_of
from saferleeds_analysis.unit_costs import load_cost_tables
from saferleeds_analysis.workings import costs as workings

RULES = ROOT / "data/raw/reference"
CATALOGUE, TABLES, AREAS = load_catalogue(RULES), load_cost_tables(REFERENCE), load_area_tables(REFERENCE)
REGISTER = load_register(PAPERS_REFERENCE)
Q2, DAY = periods.quarter("2012/13 Q2"), date(2012, 9, 30)


def counts_at(project, day):
    indicator = CATALOGUE.indicator("domestic_burglary")
    return intake.recorded_counts(project, indicator, catalogue=CATALOGUE, as_at=day)


def responses_at(project, name):
    return intake.survey_responses(project, CATALOGUE.indicator(name), catalogue=CATALOGUE, as_at=DAY)


def figures_of(*blocks):
    return [f for block in blocks for f in block.figures]


@pytest.mark.parametrize(
    "prices",
    [
        {"edition": "2010/11", "price_year": "2010/11", "vintage": "December 2025"},
        {"edition": "2003/04", "price_year": "2012/13", "vintage": "September 2019"},
    ],
)
def test_every_value_comes_out_of_its_counts_and_unit_costs_again(project, prices):
    cost = cost_report(
        [counts_at(project, date(2013, 6, 30))],
        catalogue=CATALOGUE,
        tables=TABLES,
        areas=AREAS,
        area="Leeds",
        quarter=periods.quarter("2012/13 Q4"),
        as_at=date(2013, 6, 30),
        **prices,
    )
    figures = figures_of(
        cost.top(),
        cost.steps(),
        cost.drivers(),
        cost.base_table(),
        cost.published_check(),
        cost.edition_table(),
        cost.area_tables(),
    )
    made = {"value_of_offences", "value_per_household", "change_in_value", "check_of_published_value"}
    assert made < {f.measure.id for f in figures}
    assert {f.status for f in figures} == {"illustrative"}
    assert all((f.value == "[c]") == (f.working is None) for f in figures)
    assert all_agree(figures)


def test_a_multiplier_a_second_class_and_what_is_taken_off_are_in_a_value():
    # 2 x 100 x 3 + 3 x (40 - 10) x 1
    unit_costs = pd.DataFrame(
        {"offence": ["A", "B", "B"], "component": ["total", "total", "response"], "value": [100, 40, 10]}
    )
    amount = workings.value(
        unit_costs,
        pd.DataFrame({"code": ["a", "b"], "offence": ["A", "B"]}),
        multipliers=pd.DataFrame({"offence": ["A"], "multiplier": [3.0]}),
        less=["response"],
        a=pd.DataFrame({"count": [2]}),
        b=pd.DataFrame({"count": [1, 2]}),
    )
    assert amount == 690


def test_a_stated_return_comes_out_of_its_assumptions_again():
    stated = ReturnAssumptions(
        investment=10_000, offences_avoided=8, deadweight=0.25, attribution=0.5, unit_value=5_000
    )
    figures = figures_of(return_findings(stated, claimed=3))
    assert [(f.value, f.status, f.rows) for f in figures][::2] == [
        (1.5, "judgement", ()),
        (16, "judgement", ()),
    ]
    assert all(f.working for f in figures)
    assert all_agree(figures)


def test_every_figure_of_a_funding_scenario_comes_out_of_the_stated_position_again():
    funding = funding_report(
        TABLES,
        position="pcso_leeds_2015_16",
        share=0.5,
        shares=[0.3, 0.79],
        quarter=periods.quarter("2015/16 Q3"),
        as_at=date(2015, 12, 31),
    )
    figures = figures_of(funding.summary(), funding.stated(), funding.agreement(), funding.share_table())
    assert {(f.measure.id, f.status) for f in figures} == {
        ("stated_funding", "published"),
        ("funding_at_share", "judgement"),
    }
    assert all(f.working for f in figures)
    assert all_agree(figures)


def test_every_figure_beside_a_group_comes_out_of_the_published_rates_again():
    found = compare_area(
        load_group("core_cities", REFERENCE),
        catalogue=CATALOGUE,
        indicator="domestic_burglary",
        area="Leeds",
        measure="Domestic burglary",
        period="2012/13",
        quarter=Q2,
        as_at=DAY,
    )
    figures = figures_of(found.top(), found.target(), found.denominators())
    assert len(figures) == len({f.identity for f in figures}) == 28
    assert all(f.working and f.status == "published" for f in figures)
    assert all_agree(figures)


def of_register(edition):
    report = register_report(REGISTER, as_at=DAY, edition=edition)
    return figures_of(report.summary(), *(report.document(d.id) for d in REGISTER.documents()))


def test_every_figure_of_the_register_comes_out_of_its_formula_again():
    figures = of_register("restricted")
    assert all(f.working for f in figures)
    assert all_agree(figures, PAPERS)


def test_the_public_register_gives_no_way_back_to_what_it_leaves_out():
    figures = of_register("public")
    assert all(not f.rows and f.working is None for f in figures if f.value == "[c]")
    bare = {dict(f.qualifiers)["figure"] for f in figures if f.working is None and f.value != "[c]"}
    assert bare == {"F113"}  # one of its two parts is a small count


@pytest.mark.parametrize("edition", ["public", "restricted"])
def test_every_figure_of_papers_and_measures_comes_out_of_its_rows_again(edition):
    common = {"register": REGISTER, "as_at": DAY, "edition": edition}
    review = paper_report(intake.paper(PAPERS, "annual_update_2021"), **common)
    scrutiny = paper_report(intake.paper(PAPERS, "scrutiny_2015_10"), **common)
    measures = measures_report(
        load_measures("2013_14", PAPERS_REFERENCE),
        document="strategy_2013",
        title="Measures",
        area="Leeds",
        **common,
    )
    figures = figures_of(review.change("F146", "F147"), review.figures(), scrutiny.figures())
    figures += figures_of(measures.table())
    assert all((f.value == "[c]") == (f.working is None) for f in figures)
    assert all_agree(figures, PAPERS)


def sources_of(project):
    return Sources(
        counts=partial(intake.recorded_counts, project, catalogue=CATALOGUE),
        responses=partial(intake.survey_responses, project, catalogue=CATALOGUE),
        parts=partial(intake.recorded_parts, project, catalogue=CATALOGUE),
        cases=partial(intake.recorded_cases, project, catalogue=CATALOGUE),
        words=partial(intake.commentary, project, Q2),
        asked=partial(intake.commentary_request, project, Q2),
    )


def dashboard_of(project, indicators=""):
    at = {"area": "Leeds", "quarter": Q2, "as_at": DAY, "edition": "public"}
    return dashboard(sources_of(project), catalogue=CATALOGUE, indicators=indicators, **at)


@pytest.fixture(scope="module")
def whole_dashboard(project):
    return dashboard_of(project)


def test_every_figure_of_the_dashboard_comes_out_of_its_rows_again(whole_dashboard):
    changes = PrintedChanges(register=REGISTER, document="leicestershire_2012", as_at=DAY)
    figures, printed = whole_dashboard.table().figures, changes.table().figures
    # a range of counts has no value of its own
    assert {f.measure.id for f in printed if f.working is None} == {"implied_count"}
    assert all(f.working is not None for f in figures if f.status != "judgement")
    assert all_agree(figures)
    assert all_agree(printed, PAPERS)


def test_the_dashboard_has_the_letters_that_the_boards_gave(whole_dashboard):
    # The published cards of 2012/13 Q2: cohesion amber, clean neighbourhoods green.
    states = whole_dashboard.states.values()
    letters = {s.indicator_id: (s.letter, s.letter_by) for s in states}
    assert letters.pop("domestic_burglary")[0] == "G"
    given = {name: letter for name, letter in letters.items() if letter[0] not in ("", "N")}
    assert given == {
        "different_backgrounds": ("A", "the board's own judgement"),
        "clean_streets": ("G", "the board's own judgement"),
    }
    figures = [f for state in states for f in state.figures if f.status == "judgement"]
    assert [(f.indicator_id, f.value) for f in figures] == [
        ("different_backgrounds", "A"),
        ("clean_streets", "G"),
    ]


@pytest.mark.parametrize("indicator", ["lasbt_enquiries", "lasbt_cases", "asb_got_worse"])
def test_index_dashboard_and_members_page_speak_of_the_same_months(project, indicator):
    """The index had the quarter's 958 enquiries, up 4.6%, and the others 1,683 of the half-year, down 12.7%."""
    at = {"catalogue": CATALOGUE, "area": "Leeds", "quarter": Q2, "as_at": DAY}
    found = result_of(CATALOGUE.indicator(indicator), sources_of(project), **at)
    page = [*found.findings().figures, *found.quarters().figures]
    state = state_of(page, indicator, "Leeds")
    (row,) = dashboard_of(project, indicator).states.values()
    (item,) = members_summary(
        sources_of(project), project=read_project(REFERENCE), indicators=indicator, **at
    ).items
    expected = {
        "lasbt_enquiries": ("1,683 enquiries", "April to September 2012", "down 12.7%"),
        "lasbt_cases": ("671 cases", "April to September 2012", "no clear change"),
        "asb_got_worse": ("12.6%", "12 months to September 2012", "down 1.6 points"),
    }[indicator]
    assert (state.value, state.what, state.change) == expected
    for other in (row, item.state):
        assert (other.value, other.what, other.change, other.interval) == (*expected, state.interval)


@pytest.mark.parametrize(("printed", "said"), [("3366", True), ("3000", False)])
def test_only_a_projection_that_doubles_the_half_year_is_said_to(printed, said):
    found = service_counts(CATALOGUE, indicator="lasbt_enquiries", area="Leeds", quarter=Q2, as_at=DAY)
    found = replace(found, published=replace(found.published, value=Decimal(printed)))
    assert ("how it was made is not known; run-rate 3,366" in found.quarters().text) is not said


def test_the_dashboard_tells_of_a_printed_percentage_what_was_printed(whole_dashboard):
    states = {state.indicator_id: state for state in whole_dashboard.states.values()}
    outcome = states["lasbt_satisfaction_outcome"]
    # The anti-social behaviour card of 2012/13 Q2: 90.0% from April to September 2012, without a base.
    assert (outcome.value, outcome.what, outcome.change) == ("90.0%", "April to September 2012", "")
    assert (outcome.figures[0].value, outcome.figures[0].window.first) == (90.0, "2012-04")
    assert states["clean_streets"].what == "summer 2012"


def test_a_named_measure_that_cannot_be_made_has_a_row_with_the_reason(project, whole_dashboard):
    assert "Burglary (all buildings)" not in whole_dashboard.states
    shown = dashboard_of(project, "burglary_police_uk, lasbt_cases").table().text
    [row] = [line for line in shown.splitlines() if line.startswith("Burglary (all buildings)")]
    assert "no figures: " in row
    assert "police_uk" in row


def test_a_formula_reads_the_precision_with_which_its_figures_are_printed():
    [printed, again] = [f for f in of_register("restricted") if f.words.startswith("F008")]
    assert (printed.value, dict(again.working.arguments)) == (-39.0, {"F008": 1})
    assert worked_again(again, PAPERS) == again.value
    assert worked_again(replace(again, working=replace(again.working, arguments={})), PAPERS) != again.value
