"""What a quarter says of an indicator, whatever its data are: the results from which pages on many indicators are made."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.intake import (
    Commentary,
    CommentaryRequest,
    RecordedCases,
    RecordedCounts,
    RecordedParts,
    SurveyResponses,
)
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block
from saferleeds_analysis.reporting.board import judgement
from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.cases import CasesReport, cases_report
from saferleeds_analysis.reporting.outlook import Outlook, outlook_of
from saferleeds_analysis.reporting.parts import PartsReport, parts_report
from saferleeds_analysis.reporting.printed_surveys import PrintedSurvey, printed_survey
from saferleeds_analysis.reporting.published import window_to_date
from saferleeds_analysis.reporting.season import season_of
from saferleeds_analysis.reporting.services import ServiceCounts, WithheldCounts, service_counts
from saferleeds_analysis.reporting.state import NO_CLEAR_CHANGE, State, state_of
from saferleeds_analysis.reporting.surveys import SurveyReport, survey_report


class Recorded(NamedTuple):
    """Monthly counts of an indicator: the card and where the year is heading."""

    card: ReportCard
    outlook: Outlook


Result = Recorded | ServiceCounts | WithheldCounts | SurveyReport | PrintedSurvey | PartsReport | CasesReport


@dataclass(frozen=True, kw_only=True)
class Sources:
    """How to get at what is needed: an indicator's counts, respondents, parts or cases ``as_at`` a day, the words on it, who was asked."""

    counts: Callable[..., RecordedCounts]
    responses: Callable[..., SurveyResponses]
    parts: Callable[..., RecordedParts]
    cases: Callable[..., RecordedCases]
    words: Callable[[str], Commentary | None]
    asked: Callable[[str], CommentaryRequest | None]

    def state(
        self, found: "Result", indicator: Indicator, *, area: str, quarter: pd.Period, edition: str
    ) -> State:
        """Give the state of an indicator from its results, with the letter that its board gave, where it gave one."""
        judged = judgement(
            self.words(indicator.id), indicator=indicator.id, area=area, quarter=quarter, edition=edition
        )
        figures = _figures_of(found) + ([judged.figure] if judged else [])
        return state_of(figures, indicator.id, area)


def results_of(
    indicators: str, sources: Sources, *, catalogue: Catalogue, quarter: pd.Period, **at: Any
) -> tuple[dict[str, Result], dict[str, str]]:
    """Work out what a quarter says of some indicators, and give the results and the reasons of those that have none, by id.

    ``indicators`` are ids with commas between; without them, every indicator of the catalogue for which there is data, in
    its order, and no reasons. Where there is not one result, or what was once printed is all that is left, the reasons are
    refused, as a quarter that is not held where that is all of them.
    """
    named = wording.names_in(indicators)
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
    edition: str = "public",
) -> Result:
    """Work out what a quarter says of an indicator in an area; where its data do not reach so far a ``DataProblem`` says why."""
    at = {"area": area, "quarter": quarter, "as_at": as_at}
    match indicator.kind_of_data:
        case "percentages":
            return survey_report(sources.responses(indicator, as_at=as_at), catalogue=catalogue, **at)
        case "parts":
            found = sources.parts(indicator, area=area, as_at=as_at)
            given = {
                "beside": _beside(indicator, sources, catalogue, as_at),
                "below": _below(indicator, sources, catalogue, area, as_at),
            }
            return parts_report(found, catalogue=catalogue, edition=edition, **given, **at)
        case "cases":
            found = sources.cases(indicator, area=area, as_at=as_at)
            return cases_report(found, catalogue=catalogue, edition=edition, **at)
        case "printed percentages":
            return printed_survey(catalogue, indicator=indicator.id, **at)
        case "printed counts":
            return service_counts(catalogue, indicator=indicator.id, **at)
        case "service counts":
            monthly = sources.counts(indicator, as_at=as_at)
            return service_counts(catalogue, indicator=indicator.id, monthly=monthly, edition=edition, **at)
    card = report_card(sources.counts(indicator, as_at=as_at), catalogue=catalogue, **at)
    return Recorded(card, outlook_of(season_of(card)))


def _beside(
    indicator: Indicator, sources: Sources, catalogue: Catalogue, as_at: date
) -> RecordedParts | None:
    """Give the parts beside which an indicator is shown, of the whole of their areas; none where there are none by the day."""
    if not indicator.beside:
        return None
    other = catalogue.indicator(indicator.beside)
    [whole] = [area.name for area in catalogue.areas(other.area_set) if not area.parent]
    try:
        return sources.parts(other, area=whole, as_at=as_at)
    except QuarterNotHeld:
        return None


def _below(
    indicator: Indicator, sources: Sources, catalogue: Catalogue, area: str, as_at: date
) -> dict[str, RecordedParts]:
    """Give the parts of each area right below one, of those of which there are any by the day."""
    found = {}
    for part in catalogue.parts(indicator.area_set, area):
        with suppress(QuarterNotHeld):
            found[part.name] = sources.parts(indicator, area=part.name, as_at=as_at)
    return found


def progress_of(found: Result) -> Block:
    """Give the letter of what was found against its target in force, with its reason; nothing of what no rule rates."""
    if isinstance(found, Recorded):
        return found.outlook.progress_in_short()
    return NOTHING if isinstance(found, ServiceCounts | WithheldCounts) else found.progress()


def in_short(states: Iterable[State]) -> str:
    """Say of how many measures the change over a year is clear: the finding of a page on many."""
    states = list(states)
    tested = [state for state in states if state.interval]
    clear = [state for state in tested if state.change != NO_CLEAR_CHANGE]
    said = f"{wording.number(len(clear))} of {wording.counted(len(states), 'measures')} changed clearly in a year"
    untested = len(states) - len(tested)
    return f"{said}; {untested} cannot be tested" if untested else said


def _figures_of(found: Result) -> list[Figure]:
    match found:
        case Recorded(card=card, outlook=outlook):
            ahead = outlook.made.of_projection(outlook.projection) if outlook.projection is not None else ()
            return [*card.change_figures(card.headline), *outlook.progress().figures, *ahead]
        case PartsReport() | CasesReport():
            return [*found.main_figures(), *found.progress().figures]
        case PrintedSurvey():
            # A quarter's figure of a survey is printed for the year so far.
            return [
                replace(f, window=window_to_date(f.period)) if " Q" in f.period else f
                for f in [*found.findings().figures, *found.progress().figures]
            ]
        case SurveyReport():
            return [*found.findings().figures, *found.progress().figures]
    return list(found.findings().figures)
