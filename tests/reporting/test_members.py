"""The summary for members: three lines a measure, all from the state that every page has of it."""

import re
from datetime import date
from functools import partial
from types import SimpleNamespace as Given

import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, words

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue, read_project
from saferleeds_analysis.reporting.gathered import Sources, in_short
from saferleeds_analysis.reporting.members import members_summary


@pytest.fixture(scope="module")
def summary(project):
    catalogue = load_catalogue(project / "data/raw/reference")

    def make(quarter, as_at, indicators):
        review = periods.quarter(quarter)
        sources = Sources(
            counts=partial(intake.recorded_counts, project, catalogue=catalogue),
            responses=partial(intake.survey_responses, project, catalogue=catalogue),
            parts=partial(intake.recorded_parts, project, catalogue=catalogue),
            cases=partial(intake.recorded_cases, project, catalogue=catalogue),
            words=partial(intake.commentary, project, review),
            asked=partial(intake.commentary_request, project, review),
        )
        return members_summary(
            sources,
            catalogue=catalogue,
            project=read_project(REFERENCE),
            area="Leeds",
            quarter=review,
            as_at=as_at,
            indicators=indicators,
        )

    return make


@pytest.fixture(scope="module")
def second(summary):
    return summary("2012/13 Q2", date(2012, 9, 30), "domestic_burglary, asb_got_worse,lasbt_cases")


@pytest.fixture(scope="module")
def first(summary):
    return summary("2012/13 Q1", date(2012, 6, 30), "domestic_burglary, burglary_police_uk")


def test_burglary_says_the_published_headline_and_where_it_is_heading(second):
    item = second.items[0]
    # 5,938, 3,276 fewer than 9,214, and the stretch target of September 2012: the published card. Of independent events the interval would
    # be 33.4% to 37.6% (R's poisson.test); the months stray.
    assert (
        item.found
        == "5,938 offences in the 12 months to September 2012: down an unusual 35.6% on the 12 months before."
    )
    near, far = re.match(r"The change is ([\d.]+)% to ([\d.]+)% down\. Of ", item.unsure).groups()
    assert 30 < float(near) < 33.4 < 37.6 < float(far) < 41
    assert "replays its 80% range held" in item.unsure, "a projection says how such ones did"
    assert item.heading_for.endswith("; the target is at most 5,999.")
    assert (item.state.letter, item.state.labels) == ("G", ("Illustrative",))


def test_a_survey_says_its_change_in_a_year_and_is_not_projected(second):
    item = second.items[1]
    # 12.62% of 6,073 asked: the published card on anti-social behaviour.
    assert item.found == (
        "12.6% of those asked in the 12 months to September 2012: down 1.6 points on the 12 months before."
    )
    assert item.unsure == "The change is 0.2 to 3.0 points down."
    assert item.heading_for == ""


def test_a_service_that_has_no_target_is_not_rated(second):
    item = second.items[2]
    assert item.state.letter == ""
    # 335 + 354 and 331 + 340 cases: the published card.
    assert (
        item.found == "671 cases (April to September 2012): no clear change on the same months a year before."
    )
    # Of independent events 12.6% down to 8.5% up (R's poisson.test); 1,379 cases a year stray with 1 + 0.84 x root 1.379 = 1.99.
    down, up = map(float, re.fullmatch(r"It may be ([\d.]+)% down to ([\d.]+)% up\.", item.unsure).groups())
    assert (down, up) == pytest.approx((16.3, 13.2), abs=0.1)


def test_every_level_change_and_projection_is_among_the_figures(second):
    values = {round(f.value, 1) for f in second.measures().figures if isinstance(f.value, int | float)}
    assert {5938, -35.6, 12.6, -1.6, 671, -2.6} <= values


def test_data_that_came_after_the_day_are_said_to_be_late_and_the_reader_knows_whom_to_ask(second):
    # The days are those of the manifests: the months came in April 2013, the respondents in October 2012.
    assert second.late_or_missing().text.splitlines() == [
        "- The data were received after 30 September 2012: Domestic burglary on 30 April 2013; Residents who say "
        "anti-social behaviour got worse on 31 October 2012."
    ]
    assert second.where_to_ask().text.startswith("Ask the Performance team, Safer Leeds.")


def test_the_quarter_before_knows_nothing_of_this_one(first):
    text = "\n".join(block.text for block in (first.title(), first.measures(), first.late_or_missing()))
    assert "at most 7,056" in text
    for later in ("5,999", "5,938", "stretch", "September 2012", "1,165"):
        assert later not in text


def test_what_is_missing_is_said_with_who_was_asked(first):
    missing = first.late_or_missing().text.splitlines()
    assert missing[0] == "- The data were received after 30 June 2012: Domestic burglary on 30 April 2013."
    assert missing[1] == (
        "- Domestic burglary: no commentary from Safer Leeds (Performance team); it is due on 31 July 2012."
    )
    assert missing[2].startswith("- Burglary (all buildings): no figures. ")


def test_without_a_list_every_measure_with_data_is_there_in_the_catalogues_order(summary):
    found = summary("2012/13 Q2", date(2012, 9, 30), "")
    names = [item.name for item in found.items]
    assert names[0] == "Domestic burglary"
    assert "Anti-social behaviour enquiries" in names
    assert "Burglary (all buildings)" not in names


def test_the_page_has_a_letter_with_its_word_for_each_measure(second):
    soup = BeautifulSoup(second.measures().html, "html.parser")
    assert words(soup.h3).startswith("Domestic burglary G Green")
    assert [dt.text for dt in soup.select(".measure")[0].find_all("dt")] == [
        "Found",
        "Not sure",
        "Heading for",
    ]
    assert [dt.text for dt in soup.select(".measure")[1].find_all("dt")] == ["Found", "Not sure"]
    assert second.title().text.splitlines()[-1] == "2 of 3 measures changed clearly in a year"


def test_the_finding_of_a_page_on_many_says_how_many_measures_cannot_be_tested():
    fell, unclear, untested = (
        Given(interval=limits, change=change)
        for limits, change in (("down 1% to 2%", "fell"), ("down 1% to up 2%", "no clear change"), ("", ""))
    )
    assert (
        in_short([fell, unclear, untested]) == "1 of 3 measures changed clearly in a year; 1 cannot be tested"
    )
    assert in_short([fell]) == "1 of 1 measure changed clearly in a year"
