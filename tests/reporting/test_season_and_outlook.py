"""The season and the outlook of the example's card: what is said, what is drawn, and what is said when it cannot be."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE

import saferleeds_analysis as sl
from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.reporting.cards import report_card
from saferleeds_analysis.reporting.outlook import outlook_of
from saferleeds_analysis.reporting.season import breaks_from, season_of
from saferleeds_analysis.reporting.wording import chance_percent

CATALOGUE = load_catalogue(REFERENCE)
QUARTER = periods.quarter("2012/13 Q2")
DAY = date(2012, 9, 30)


def card_of(counts, area="Leeds"):
    return report_card(counts, catalogue=CATALOGUE, area=area, quarter=QUARTER, as_at=DAY)


@pytest.fixture(scope="module")
def card(counts):
    return card_of(counts)


@pytest.fixture(scope="module")
def season(card):
    return season_of(card)


@pytest.fixture(scope="module")
def outlook(card, season):
    return outlook_of(season)


def test_the_published_sentence_is_computed(outlook):
    # The published card: "The seasonally adjusted performance is at the lower end of the Milestone Range".
    assert (
        "The seasonally adjusted performance is at the lower end of the milestone range."
        in outlook.findings().text
    )


def test_what_was_projected_in_september_holds_what_came(outlook):
    # 2012/13 ended at 5,305 (Safer Leeds Strategy 2013-2014), known to nobody in September 2012.
    interval = outlook.projection.interval(0.95)
    assert interval.lower <= 5305 <= interval.upper
    stretch, original = sorted(outlook.projection.chances, key=lambda c: c.target.value)
    assert (stretch.target.value, original.target.value) == (5999, 7056)
    assert stretch.probability <= original.probability


def test_both_chances_are_said_in_words_and_numbers(outlook):
    text = outlook.findings().text
    for value, kind in (("5,999", "stretch target"), ("7,056", "original target, since superseded")):
        assert f"The chance of ending 2012/13 with at most {value} offences ({kind}) is " in text
    assert "almost certain" in text
    assert "The straight run-rate would give 4,956." in text  # 2 x 2,478, the count of April to September
    assert any("without season, change in level or interval" in caveat for caveat in outlook.caveats)
    assert any("the project's own definition" in caveat for caveat in outlook.caveats)


def test_progress_is_a_letter_a_colour_and_a_reason(outlook):
    field = BeautifulSoup(outlook.progress().html, "html.parser").p
    assert field.select_one(".rag.rag-G").text == "G"
    assert "Green" in field.text
    assert "Direction of travel: fell unusually (improving)." in field.text


def test_the_milestones_end_on_the_target(outlook):
    path = outlook.path.path
    assert path["milestone"].iloc[-1] == pytest.approx(5999)
    assert (path["lower"] <= path["milestone"]).all()
    assert outlook.year_chart().data.rows[-1][2] == "5,999"


def test_every_table_of_past_projections_says_of_what_kind_its_data_are(outlook):
    text = outlook.record().text
    assert "after 3, 6 and 9 months, Leeds. Illustrative months, published totals" in text
    assert "and how often each came true. Illustrative months, published totals" in text


def test_the_tidy_figures_hold_the_projection_with_its_intervals(outlook):
    projected = [f for f in outlook.findings().figures if f.words == "projected year end"]
    assert {f.confidence for f in projected} == {0.5, 0.8, 0.95}
    assert all(f.lower <= f.value <= f.upper for f in projected)
    assert all("Illustrative months" in " ".join(f.caveats) for f in projected)


def test_a_tile_has_the_figures_that_it_prints_and_the_chart_of_the_year_those_that_it_draws(outlook):
    projected, chance = outlook.tile().figures
    assert (projected.measure.id, projected.confidence) == ("projected_year_end", 0.8)
    assert dict(chance.qualifiers)["target"] == "stretch target, at most 5,999"
    drawn = [f for f in outlook.year_chart().figures if f.measure.id == "projected_to_date"]
    assert {f.period for f in drawn} == {
        "October 2012",
        "November 2012",
        "December 2012",
        "January 2013",
        "February 2013",
        "March 2013",
    }


def test_how_projections_did_on_open_data_is_a_figure_of_those_indicators_alone_of_which_there_are_data(
    project,
):
    """Burglary of all buildings is in the example's catalogue and its files are not: it would stop the sign-off."""
    page = sl.open(project).page("2012/13 Q2", as_at="2012-09-30")
    said = {f.indicator_id for f in page.measured_on_open_data().figures}
    assert said == {"domestic_burglary", "lasbt_enquiries", "lasbt_cases"}


def test_the_adjusted_line_is_the_recorded_one_without_season_and_calendar(season):
    a = season.adjustment
    pd.testing.assert_series_equal(
        a.adjusted * a.seasonal * a.calendar, a.observed.astype(float), check_names=False, rtol=1e-9
    )


def test_quality_is_said_in_plain_words(season):
    text = season.quality().text
    assert text.startswith("The adjustment is of good quality: its overall mark, Q, is 0.")
    # A test that finds nothing and a model without an effect do not show that there is none.
    assert "no season is found in the adjusted series" in text
    assert "Outliers: none in the model." in text
    assert "the model has no effect of trading days or of Easter." in text
    assert (
        "With the months since June 2012, the adjusted figures of the year to that month have moved by"
        in text
    )


def test_small_areas_borrow_more_than_large_ones(season):
    divisions, wards = season.areas["division"], season.areas["ward"]
    assert max(a.borrowed for a in divisions.values()) < wards["Wetherby"].borrowed
    assert "Pattern borrowed" in season.area_tables().html


def test_the_profile_has_a_month_each_with_its_interval(season):
    block = season.profile()
    assert [f.period for f in block.figures][:2] == ["January", "February"]
    assert len(block.figures) == 12
    assert all(f.lower < f.value < f.upper for f in block.figures)


def test_a_series_with_missing_months_says_why_there_is_no_season_and_no_projection(counts):
    by_area = counts.by_area.copy()
    by_area.loc["2011-05"] = pd.NA
    gap = card_of(replace(counts, by_area=by_area))
    season = season_of(gap)
    outlook = outlook_of(season)
    assert "Not seasonally adjusted: there is no data for May 2011." in season.chart().text
    assert season.areas == {}
    assert outlook.progress().text.startswith("N Not rated. History 'domestic_burglary':")
    assert "no count for" in outlook.findings().text
    assert outlook.tile().value == "not given"
    assert outlook.year_chart().name == "twelve-month-total"


def test_a_short_series_is_refused_with_the_reason(counts):
    short = card_of(replace(counts, by_area=counts.by_area.loc["2010-04":]))
    season = season_of(short)
    assert season.adjustment is None
    assert "36" in season.problem


def test_breaks_come_from_the_caveats():
    months = pd.period_range("2015-04", "2023-09", freq="M")
    breaks = breaks_from(CATALOGUE.caveats("domestic_burglary", months))
    assert [(b.kind, str(b.start), str(b.end)) for b in breaks] == [
        ("level shift", "2017-04", "None"),
        ("level shift", "2023-04", "None"),
        ("additive outliers", "2020-04", "2021-04"),
    ]


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.03, "a remote chance"),
        (0.2, "highly unlikely"),
        (0.5, "a realistic possibility"),
        (0.6, "likely"),
        (0.99, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_a_chance_has_the_words_of_the_yardstick(probability, words):
    assert CATALOGUE.chance_in_words(probability) == words


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "less than 1%"), (0.0099, "less than 1%"), (0.5, "50%"), (0.991, "more than 99%")],
)
def test_nothing_is_quite_certain(probability, text):
    assert chance_percent(probability) == text
