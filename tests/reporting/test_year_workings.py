"""The figures of the season, the control chart, the year ahead and the members' page come out of their rows again."""

import json
from datetime import date
from functools import partial

import pytest
from projects import REFERENCE
from worked_again import all_agree

from saferleeds_analysis import intake, periods
from saferleeds_analysis.area_tables import load_area_tables
from saferleeds_analysis.catalogue import load_catalogue, read_project
from saferleeds_analysis.reporting.blocks import NOTHING, block_of
from saferleeds_analysis.reporting.board import judgement
from saferleeds_analysis.reporting.cards import report_card
from saferleeds_analysis.reporting.control import control_of
from saferleeds_analysis.reporting.gathered import Sources
from saferleeds_analysis.reporting.members import members_summary
from saferleeds_analysis.reporting.outlook import outlook_of
from saferleeds_analysis.reporting.season import season_of
from saferleeds_analysis.reporting.services import service_counts


@pytest.fixture(scope="module")
def catalogue(project):
    return load_catalogue(project / "data/raw/reference")


@pytest.fixture(scope="module")
def pages(project, catalogue):
    def at(area, quarter):
        quarter = periods.quarter(quarter)
        day = periods.last_month(quarter).end_time.date()
        counts = intake.recorded_counts(
            project, catalogue.indicator("domestic_burglary"), catalogue=catalogue, as_at=day
        )
        card = report_card(counts, catalogue=catalogue, area=area, quarter=quarter, as_at=day)
        season = season_of(card)
        outlook = outlook_of(season)
        return season, control_of(season, tables=load_area_tables(project / "data/raw/reference")), outlook

    return at


def blocks_of(season, control, outlook):
    return [
        *(season.profile(), season.quality(), season.decomposition(), season.direct_and_indirect()),
        *(season.area_tables(), control.findings(), control.chart()),
        *(outlook.progress(), outlook.findings(), outlook.record()),
    ]


@pytest.fixture(scope="module")
def of_the_city(pages):
    return blocks_of(*pages("Leeds", "2012/13 Q2"))


def figures_in(blocks):
    return [figure for block in blocks for figure in block.figures]


def test_every_figure_of_the_city_comes_out_of_its_rows_again(of_the_city):
    figures = figures_in(of_the_city)
    assert {f.measure.id for f in figures} >= {"control_chart_limit", "projection_replayed", "milestone"}
    assert all(f.working for f in figures)
    assert all_agree(figures)


def test_a_part_borrows_its_season_again_and_what_is_withheld_has_no_rows(pages):
    season, control, outlook = pages("Wetherby", "2012/13 Q2")
    figures = figures_in([*blocks_of(season, control, outlook), season.chart()])
    withheld = [f for f in figures if f.method == "suppressed"]
    assert withheld
    assert {(f.rows, f.working) for f in withheld} == {((), None)}
    assert all(f.working for f in figures if f not in withheld)
    assert all_agree(figures)


@pytest.mark.parametrize("quarter", ["2011/12 Q4", "2012/13 Q4"])
def test_the_letter_of_a_whole_year_is_given_again(pages, quarter):
    _, _, outlook = pages("Leeds", quarter)
    figures = figures_in([outlook.progress(), outlook.findings()])
    assert all(f.working for f in figures)
    assert all_agree(figures)


def test_no_measure_of_two_kinds_has_one_id(of_the_city):
    measures = {f.measure for f in figures_in(of_the_city)}
    assert len({m.id for m in measures}) == len(measures)


def test_the_figures_are_the_same_after_their_journey_as_data(of_the_city):
    for block in of_the_city:
        assert block_of(json.loads(json.dumps(block.to_data()))) == block


def test_a_service_is_replayed_from_its_printed_rows(catalogue):
    day = date(2012, 9, 30)
    found = service_counts(
        catalogue, indicator="lasbt_cases", area="Leeds", quarter=periods.quarter("2012/13 Q2"), as_at=day
    )
    assert all_agree(found.record().figures)


def test_the_figures_of_the_members_page_are_those_of_the_cards(catalogue, project):
    quarter = periods.quarter("2012/13 Q2")
    sources = Sources(
        counts=partial(intake.recorded_counts, project, catalogue=catalogue),
        responses=partial(intake.survey_responses, project, catalogue=catalogue),
        parts=partial(intake.recorded_parts, project, catalogue=catalogue),
        cases=partial(intake.recorded_cases, project, catalogue=catalogue),
        words=partial(intake.commentary, project, quarter),
        asked=partial(intake.commentary_request, project, quarter),
    )
    summary = members_summary(
        sources,
        catalogue=catalogue,
        project=read_project(REFERENCE),
        area="Leeds",
        quarter=quarter,
        as_at=date(2012, 9, 30),
        indicators="domestic_burglary, lasbt_cases",
    )
    figures = summary.measures().figures
    assert {"twelve_month_count", "projected_year_end", "count_of_year_to_date"} <= {
        f.measure.id for f in figures
    }
    assert all(f.working for f in figures)
    assert all_agree(figures)


def test_the_boards_word_names_the_file_that_it_stands_in(catalogue, project):
    quarter = periods.quarter("2012/13 Q2")
    found = judgement(
        intake.commentary(project, quarter, "clean_streets"),
        indicator="clean_streets",
        area="Leeds",
        quarter=quarter,
        edition="public",
    )
    [figure] = found.in_short(NOTHING).figures
    assert (figure.status, figure.rows[0].file) == (
        "judgement",
        "data/raw/commentary/2012-13_Q2/clean_streets.md",
    )
