"""What a quarter says of an indicator, whatever its data are: the results from which pages on many indicators are made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator
from saferleeds_analysis.intake import Commentary, CommentaryRequest, RecordedCounts, SurveyResponses
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting.board import Judgement, judgement
from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.outlook import Outlook, outlook_of
from saferleeds_analysis.reporting.printed_surveys import PrintedSurvey, printed_survey
from saferleeds_analysis.reporting.season import season_of
from saferleeds_analysis.reporting.services import ServiceCounts, service_counts
from saferleeds_analysis.reporting.surveys import SurveyReport, survey_report
from saferleeds_analysis.reporting.wording import names_in


class Recorded(NamedTuple):
    """Monthly counts of an indicator: the card and where the year is heading."""

    card: ReportCard
    outlook: Outlook


Result = Recorded | ServiceCounts | SurveyReport | PrintedSurvey


@dataclass(frozen=True, kw_only=True)
class Sources:
    """How to get at what is needed: an indicator's counts or respondents ``as_at`` a day, the words on it, who was asked."""

    counts: Callable[..., RecordedCounts]
    responses: Callable[..., SurveyResponses]
    words: Callable[[str], Commentary | None]
    asked: Callable[[str], CommentaryRequest | None]

    def judged(
        self, indicator: Indicator, *, area: str, quarter: pd.Period, edition: str
    ) -> Judgement | None:
        """Give the letter that a board gave a measure; ``None`` where it gave none."""
        words = self.words(indicator.id)
        return judgement(words, indicator=indicator.id, area=area, quarter=quarter, edition=edition)


def results_of(
    indicators: str, sources: Sources, *, catalogue: Catalogue, quarter: pd.Period, **at: Any
) -> tuple[dict[str, Result], dict[str, str]]:
    """Work out what a quarter says of some indicators, and give the results and the reasons of those that have none, by id.

    ``indicators`` are ids with commas between; without them, every indicator of the catalogue for which there is data, in
    its order, and no reasons. Where there is not one result, or what was once printed is all that is left, the reasons are
    refused, as a quarter that is not held where that is all of them.
    """
    named = names_in(indicators)
    results, reasons = {}, {}
    for indicator in map(catalogue.indicator, named) if named else catalogue.indicators():
        try:
            results[indicator.id] = result_of(indicator, sources, catalogue=catalogue, quarter=quarter, **at)
        except DataProblem as problem:
            reasons[indicator.id] = problem
    told = {name: " ".join(str(problem).split()) for name, problem in reasons.items()}
    if reasons and all(isinstance(found, PrintedSurvey) for found in results.values()):
        kind = QuarterNotHeld if all(isinstance(p, QuarterNotHeld) for p in reasons.values()) else DataProblem
        said = [f"no measure can be given for {periods.quarter_name(quarter)}.", *told.values()]
        raise kind(" ".join(dict.fromkeys(said)))
    return results, told if named else {}


def result_of(
    indicator: Indicator,
    sources: Sources,
    *,
    catalogue: Catalogue,
    area: str,
    quarter: pd.Period,
    as_at: date,
) -> Result:
    """Work out what a quarter says of an indicator in an area; where its data do not reach so far a ``DataProblem`` says why."""
    at = {"area": area, "quarter": quarter, "as_at": as_at}
    match indicator.kind_of_data:
        case "percentages":
            return survey_report(sources.responses(indicator, as_at=as_at), catalogue=catalogue, **at)
        case "printed percentages":
            return printed_survey(catalogue, indicator=indicator.id, **at)
        case "printed counts":
            return service_counts(catalogue, indicator=indicator.id, **at)
        case "service counts":
            monthly = sources.counts(indicator, as_at=as_at)
            return service_counts(catalogue, indicator=indicator.id, monthly=monthly, **at)
    card = report_card(sources.counts(indicator, as_at=as_at), catalogue=catalogue, **at)
    season = season_of(card, catalogue=catalogue)
    return Recorded(card, outlook_of(card, season=season, catalogue=catalogue))
