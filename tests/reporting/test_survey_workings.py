"""The figures of surveys, satisfaction, cases and services: each comes out of its rows again, and none is another's namesake."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from projects import REFERENCE
from worked_again import all_agree, worked_again

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import Working
from saferleeds_analysis.reporting.case_facts import case_facts
from saferleeds_analysis.reporting.printed_surveys import printed_survey
from saferleeds_analysis.reporting.satisfaction import satisfaction
from saferleeds_analysis.reporting.services import service_counts
from saferleeds_analysis.reporting.surveys import survey_report
from saferleeds_analysis.workings import surveys

CATALOGUE = load_catalogue(REFERENCE)
AT = {"quarter": periods.quarter("2012/13 Q2"), "as_at": date(2012, 9, 30)}


@pytest.fixture(scope="module")
def report_of(project):
    def make(indicator, area="Leeds"):
        known = CATALOGUE.indicator(indicator)
        responses = intake.survey_responses(project, known, catalogue=CATALOGUE, as_at=AT["as_at"])
        return survey_report(responses, catalogue=CATALOGUE, area=area, **AT)

    return make


def figures_of(*blocks):
    return [f for block in blocks for f in block.figures]


def of_survey(report):
    shown = (report.findings, report.quarters, report.locality_table, report.quality)
    return figures_of(*(block() for block in shown))


def statuses(figures):
    return {f.measure.id: f.status for f in figures}


@pytest.mark.parametrize("indicator", ["asb_got_worse", "different_backgrounds"])
def test_every_figure_of_a_survey_comes_out_of_its_respondents_again(report_of, indicator):
    report = report_of(indicator)
    figures = of_survey(report)
    assert statuses(figures) == dict.fromkeys(
        ("survey_percentage", "survey_change", "design_effect", "effective_base", "standard_error"),
        "illustrative",
    )
    assert {q["on"] for f in figures if "on" in (q := dict(f.qualifiers))} == {
        "quarter on the quarter before",
        "12 months on 12 months a quarter before",
        "12 months on 12 months a year before",
        "12 months on the baseline",
    }
    assert all(f.working for f in figures)
    assert all_agree(figures)
    assert all_agree(figures_of(report.progress()))


def test_the_limits_and_the_other_areas_come_out_of_the_respondents_too(report_of):
    figures = report_of("asb_got_worse", area="NWL").findings().figures
    assert len(figures) == 4
    for figure in figures:
        for limit in ("lower", "upper"):
            asked = figure.working.arguments | {"give": limit}
            again = replace(figure, working=Working(function=figure.working.function, arguments=asked))
            assert worked_again(again) == pytest.approx(getattr(figure, limit), rel=1e-9)


def test_a_percentage_rests_on_the_people_of_its_window(report_of):
    level, on_year, *_ = report_of("asb_got_worse").findings().figures
    assert level.window == on_year.window == periods.Window.named("12 months to September 2012")
    assert [len(r.numbers) for r in level.rows] == [6073]
    [of_both] = on_year.rows
    assert set(level.rows[0].numbers) < set(of_both.numbers)


@pytest.mark.parametrize("indicator", ["asb_got_worse", "different_backgrounds", "clean_streets"])
def test_every_printed_figure_stands_in_its_row(indicator):
    printed = printed_survey(CATALOGUE, indicator=indicator, area="Leeds", **AT)
    figures = figures_of(printed.findings(), printed.published_check(), printed.progress())
    assert all(f.working for f in figures)
    assert all_agree(figures)
    published = {f.status for f in figures if f.measure.id.startswith("published")}
    assert published == {"published"}


def test_every_figure_of_satisfaction_comes_out_of_its_rows_again():
    asked = satisfaction(
        CATALOGUE,
        indicators=["lasbt_satisfaction_outcome", "lasbt_satisfaction_service"],
        area="Leeds",
        **AT,
    )
    figures = figures_of(asked.by_year(), asked.base(), asked.next_year(margin=3.0))
    assert statuses(figures) == {
        "satisfaction": "published",
        "satisfaction_base": "published",
        "response_rate": "published",
        "not_answered": "published",
        "satisfied": "estimated",
        "satisfied_of_cases_to_come": "estimated",
        "satisfaction_half_width": "estimated",
        "satisfied_at_most_or_least": "estimated",
        "sample_size": "estimated",
    }
    assert all(f.working for f in figures)
    assert all_agree(figures)


def test_every_figure_of_cases_comes_out_of_its_rows_again_and_what_is_withheld_has_none():
    names = ["lasbt_victims", "lasbt_perpetrators", "asb_calls", "lasbt_case_duration", "lasbt_cases"]
    facts = case_facts(CATALOGUE, names=names, area="Leeds", edition="public", **AT)
    figures = figures_of(
        facts.demographics([("lasbt_victims", "victims"), ("lasbt_perpetrators", "perpetrators")]),
        facts.linkage("asb_calls"),
        facts.durations("lasbt_case_duration"),
        facts.opened_change("lasbt_cases"),
    )
    assert [(f.value, f.rows) for f in figures if f.working is None] == [("[c]", ())]
    assert all_agree(figures)


@pytest.mark.parametrize("indicator", ["lasbt_enquiries", "lasbt_cases"])
def test_every_figure_of_a_service_comes_out_of_its_rows_again(indicator):
    found = service_counts(CATALOGUE, indicator=indicator, area="Leeds", **AT)
    figures = [*found.findings().figures, *figures_of(found.quarters(), found.chart())]
    assert statuses(figures) == {
        "published_quarterly_count": "published",
        "count_of_year_to_date": "published",
        "count_of_year_before_to_date": "published",
        "last_years_total": "published",
        "change_count": "published",
        "change_percent": "published",
        "projected_year_end_of_quarters": "estimated",
        "share_of_last_year": "estimated",
        "run_rate": "estimated",
        "published_projection": "published",
    }
    assert all(f.working for f in figures)
    assert all_agree(figures)


@pytest.mark.parametrize(
    ("answered", "percent", "why"),
    [
        (6073, 12.62, "no whole number prints as 12.62% of 6,073."),
        (30_000, 12.62, "several whole numbers print as 12.62% of 30,000."),
    ],
)
def test_a_percentage_without_one_whole_number_behind_it_is_refused(answered, percent, why):
    rows = [pd.DataFrame({"value": [value]}) for value in (40_000, answered, percent)]
    with pytest.raises(ValueError, match=why):
        surveys.satisfaction(*rows, decimals=2, give="satisfied")
    with pytest.raises(ValueError, match=why):
        surveys.answers_wanted(*rows, decimals=2, margin=5.0, quarter=2, at_result=True, give="people_to_ask")
