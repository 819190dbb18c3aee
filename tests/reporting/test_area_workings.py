"""The figures of cards and areas: each comes out of its rows again, and none is another one's namesake."""

from collections import Counter
from datetime import date
from types import SimpleNamespace

import pytest
from projects import REFERENCE, copy_project
from worked_again import all_agree

from saferleeds_analysis import intake, periods
from saferleeds_analysis.area_tables import load_area_tables
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.reporting.areas import areas_of
from saferleeds_analysis.reporting.cards import report_card
from saferleeds_analysis.reporting.profile import profile_of

CATALOGUE, TABLES = load_catalogue(REFERENCE), load_area_tables(REFERENCE)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("areas") / "a project")
    intake.build_processed(project, CATALOGUE)
    return project


@pytest.fixture(scope="module")
def given(project):
    def at(quarter, day):
        counts = intake.recorded_counts(
            project, CATALOGUE.indicator("domestic_burglary"), catalogue=CATALOGUE, as_at=day
        )
        common = {"catalogue": CATALOGUE, "quarter": periods.quarter(quarter), "as_at": day}
        card = report_card(counts, area="Leeds", **common)
        city = areas_of(card, tables=TABLES)
        return SimpleNamespace(counts=counts, common=common, card=card, city=city)

    return at


def figures_of(*blocks):
    return [f for block in blocks for within in block.walk() for f in within.figures]


def without_working(figures):
    return Counter(f.words for f in figures if f.value is not None and f.working is None)


def test_every_figure_of_a_card_comes_out_of_its_rows_again(given):
    card = given("2012/13 Q2", date(2012, 9, 30)).card
    figures = figures_of(card.findings(), card.chart(), card.months(), card.area_tables())
    figures += figures_of(card.published_check())
    assert {f.measure.id for f in figures} == {
        "twelve_month_count",
        "monthly_count",
        "change_count",
        "change_percent",
        "target",
        "check_of_published_count",
        "check_of_published_change_count",
        "check_of_published_change_percent",
    }
    assert all_agree(figures)
    assert not without_working(figures)
    assert {f.status for f in figures if f.measure.id != "target"} == {"illustrative"}
    assert {f.status for f in figures if f.measure.id == "target"} == {"published"}


def test_every_figure_of_areas_side_by_side_comes_out_of_its_rows_again(given):
    city = given("2012/13 Q4", date(2013, 3, 31)).city
    figures = figures_of(city.share(), city.changes(), city.rate("Leeds"))
    figures += [city.figure(name) for names in city.levels.values() for name in names]
    assert {f.measure.id for f in figures} == {
        "twelve_month_count",
        "share_of_whole",
        "change_beside_the_rest",
        "rate_per_1000",
    }
    assert all_agree(figures)
    assert not without_working(figures)


@pytest.mark.parametrize("area", ["Armley", "C&H"])
def test_every_figure_of_a_profile_comes_out_of_its_rows_again(given, area):
    at = given("2012/13 Q2", date(2012, 9, 30))
    page = profile_of(at.counts, area=area, tables=TABLES, edition="public", **at.common)
    figures = figures_of(page.top({}), page.areas_within({}))
    assert all_agree([*figures, *figures_of(at.card.area_tables())])
    assert not without_working(figures)


def test_what_is_withheld_carries_no_rows(given):
    at = given("2012/13 Q2", date(2012, 9, 30))
    card = report_card(at.counts, area="Wetherby", **at.common)
    hidden = [f for f in figures_of(card.months()) if f.value == "[c]"]
    assert hidden
    assert {(f.rows, f.working) for f in hidden} == {((), None)}
