"""Service counts by quarter: the published run-rate beside a projection that knows last year's season."""

from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.services import service_counts

CATALOGUE = load_catalogue(REFERENCE)


def counts_of(indicator, quarter="2012/13 Q2", day=date(2012, 9, 30)):
    return service_counts(
        CATALOGUE, indicator=indicator, area="Leeds", quarter=periods.quarter(quarter), as_at=day
    )


# The published card of 2012/13 Q2 and its arithmetic: 1683/1927 = -12.7%, 1683/(1927/3297) = 2,880, 2 x 1683 = 3,366;
# 671/689 = -2.6%, 671/(689/1248) = 1,215, 2 x 671 = 1,342.
@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        (
            "lasbt_enquiries",
            [
                "1,683 enquiries, down 12.7% (244 fewer;",
                "2012/13, at last year's shares | 2,880 | −12.7%",
                "2012/13, as published | 3,366 | +2.1%; run-rate 3,366: every quarter alike; it points the opposite way",
            ],
        ),
        (
            "lasbt_cases",
            [
                "671 cases, no clear change (18 fewer, −2.6%;",
                "2012/13, at last year's shares | 1,215 | −2.6%",
                "2012/13, as published | 1,342 | +7.5%; run-rate 1,342: every quarter alike; it points the opposite way",
            ],
        ),
    ],
)
def test_the_run_rate_and_the_season_are_shown_side_by_side(indicator, said):
    text = counts_of(indicator).findings().text + counts_of(indicator).quarters().text
    for words in said:
        assert words in text


def test_equal_neighbours_are_noted_in_the_table():
    assert counts_of("lasbt_enquiries").quarters().text.count("check for a copying slip") == 2


@pytest.mark.parametrize(
    ("indicator", "said", "percent"),
    [
        # 958/916 = +4.6%. 3,299 enquiries in the year before stray with 1 + 0.84 x root 3.299 = 2.53: the log of the ratio has the
        # standard error root (2.53 x (1/916 + 1/958)) = 0.0735, so the limits are about -9.4% and +20.8%; exact ones are a little wider.
        (
            "lasbt_enquiries",
            "2012/13 Q2 | 958 | no clear change (42 more, +4.6%; 95% interval down 9.7% to up 21.1%) on 2011/12 Q2",
            4.585,
        ),
        # 340/354 = -4.0%
        (
            "lasbt_cases",
            "2012/13 Q2 | 340 | no clear change (14 fewer, −4.0%; 95% interval down ",
            -3.955,
        ),
    ],
)
def test_the_quarter_is_compared_with_the_same_quarter_of_the_year_before(indicator, said, percent):
    block = counts_of(indicator).quarters()
    assert said in block.text
    quarter = periods.Window.quarter(periods.quarter("2012/13 Q2"))
    (change,) = [f for f in block.figures if (f.measure.id, f.window) == ("change_percent", quarter)]
    assert change.value == pytest.approx(percent, abs=0.001)


@pytest.mark.parametrize(("indicator", "before"), [("lasbt_enquiries", 1_927), ("lasbt_cases", 689)])
def test_the_count_of_the_year_before_that_is_printed_is_a_figure(indicator, before):
    """1,011 + 916 and 335 + 354, from the published 2012/13 Q2 card: ../shared/facts/seed_facts.csv."""
    block = counts_of(indicator).findings()
    [figure] = [f for f in block.figures if f.measure.id == "count_of_year_before_to_date"]
    assert (figure.value, figure.period) == (before, "April to September 2011")
    assert f"on the same months a year before ({before:,})." in block.text


def test_a_clear_fall_of_the_quarter_is_called_one():
    """725 of 1,011: down 28.3%."""
    text = counts_of("lasbt_enquiries", quarter="2012/13 Q1", day=date(2012, 6, 30)).quarters().text
    assert "2012/13 Q1 | 725 | check for a copying slip; down 28.3% (286 fewer; 95% interval down " in text


def test_a_quarter_that_was_not_published_is_named():
    with pytest.raises(DataProblem) as refused:
        counts_of("lasbt_enquiries", quarter="2012/13 Q3")
    assert str(refused.value) == (
        "published_figures.csv has no count of 'lasbt_enquiries' in 'Leeds' for 2012/13 Q3 that was out by 2012-09-30. "
        "Add the rows, or report a quarter for which they are there."
    )


def test_what_came_later_is_not_known_earlier():
    with pytest.raises(DataProblem, match="for 2012/13 Q2 that was out by 2012-06-30"):
        counts_of("lasbt_cases", day=date(2012, 6, 30))
    assert counts_of("lasbt_cases", quarter="2012/13 Q1", day=date(2012, 6, 30)).published is None


def test_a_complete_year_has_no_projection_that_could_be_unclear():
    assert counts_of("lasbt_cases").is_unclear
    assert not replace(counts_of("lasbt_cases"), projection=None).is_unclear


def test_the_quarters_of_both_years_stand_side_by_side_and_those_to_come_are_said():
    """The counts of the published 2012/13 Q2 card: ../shared/facts/seed_facts.csv."""
    block = counts_of("lasbt_cases").chart()
    soup = BeautifulSoup(block.html, "html.parser")
    assert soup.svg["aria-label"] == (
        "Column chart. April to June: 335 in 2011/12, 331 in 2012/13; July to September: 354 in 2011/12, 340 in 2012/13; October "
        "to December: 251 in 2011/12, to come in 2012/13; January to March: 308 in 2011/12, to come in 2012/13."
    )
    assert soup.strong.text == ("July to September 2012: no clear change")
    drawn = [text.text.strip() for text in soup.svg.find_all("text")]
    assert [d for d in drawn if d.isdigit()] == ["335", "354", "251", "308", "331", "340"]
    assert {"2011/12 (left)", "2012/13 (right)"} <= set(drawn)
