"""A partnership's dashboard: one row a measure, previous and current, the change with its interval, a rating and a comment.

The shape is that of a published dashboard of 2012; the rows are made from the same results as the cards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator, PublishedFigure, Target
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, letter, page_title, paragraph
from saferleeds_analysis.reporting.board import Judgement
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.counted import CHANGE_PERCENT, change_figure, count_figure, worked_out
from saferleeds_analysis.reporting.gathered import Recorded, Result, Sources, results_of
from saferleeds_analysis.reporting.outlook import Outlook
from saferleeds_analysis.reporting.printed_surveys import PrintedSurvey
from saferleeds_analysis.reporting.published import when_printed, window_to_date
from saferleeds_analysis.reporting.services import ServiceCounts
from saferleeds_analysis.reporting.state import state_of
from saferleeds_analysis.reporting.survey_words import change_in_words
from saferleeds_analysis.reporting.surveys import SurveyReport
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import printed

PREVIOUS = Measure(
    id="previous_count",
    words="previous",
    role="count",
    formula="the sum of the counts of the same months a year before",
    decimals=0,
    recurs=True,
)
CURRENT = Measure(
    id="current_count",
    words="current",
    role="count",
    formula="the sum of the counts of the period",
    decimals=0,
    recurs=True,
)
_SOME_ARE_MADE_UP = "Some of these measures rest on illustrative or synthetic data: their rows say so."
COLUMNS = ("Priority and measure", "Previous", "Current", "Change", "RAG", "Comparison and comment")


@dataclass(frozen=True, kw_only=True)
class DashboardRow:
    """One measure of a dashboard, ready to be shown; ``rag`` is the block of its letter and reason.

    ``indicator_id`` is empty where the measure is none of the catalogue's.
    """

    indicator_id: str
    priority: str
    measure: str
    previous: str
    current: str
    change: str
    comparison: str
    rag: Block
    comment: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """The rows of a partnership's measures; its methods give the blocks of the page."""

    area: str
    quarter: pd.Period
    rows: tuple[DashboardRow, ...]

    def title(self) -> Block:
        """Give the page's one first-level heading, and what the reader must know of the rows before any number."""
        text = f"Partnership dashboard, {self.area}, {periods.quarter_name(self.quarter)}"
        made_up = any(f.status == "illustrative" for row in self.rows for f in row.figures)
        return page_title(text, _SOME_ARE_MADE_UP if made_up else "")

    def summary(self) -> Block:
        """Say how many of the measures changed clearly, and how many could not be tested."""
        changed = sum(row.change.startswith(("down", "up", "fell", "rose")) for row in self.rows)
        untested = sum(row.change.startswith("not ") for row in self.rows)
        return paragraph(
            f"Of {len(self.rows)} measures {changed} changed clearly, each over the time that its row names; "
            f"no clear change in {len(self.rows) - changed - untested}, and {untested} cannot be tested. A letter is given only where a target with a number is set, or where a board gave its own."
        )

    def table(self) -> Block:
        """Give the partnership's own measures."""
        return table_of_rows(f"Dashboard of {self.area}, {periods.quarter_name(self.quarter)}", self.rows)


def dashboard(
    sources: Sources,
    *,
    catalogue: Catalogue,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str,
    indicators: str = "",
) -> Dashboard:
    """Gather a dashboard: a row for each measure, made from the same results as its card.

    ``indicators`` are ids with commas between; without them, every indicator of the catalogue for which there is data, in
    its order. A named one that cannot be made has a row with the reason.
    """
    at, year = (
        {"area": area, "quarter": quarter},
        periods.financial_year_name(periods.financial_year_of(quarter)),
    )
    results, reasons = results_of(indicators, sources, catalogue=catalogue, as_at=as_at, **at)
    rows = {name: _unknown(catalogue.indicator(name), reason) for name, reason in reasons.items()}
    for name, found in results.items():
        judged = sources.judged(catalogue.indicator(name), edition=edition, **at)
        targets = catalogue.targets(name, area, year, as_at=as_at)
        rows[name] = _as_judged(_row(found, _why_not_rated(targets)), judged)
    return Dashboard(rows=tuple(rows[name] for name in wording.names_in(indicators) or rows), **at)


def _row(found: Result, why_not_rated: str) -> DashboardRow:
    match found:
        case Recorded():
            return _recorded(*found)
        case ServiceCounts():
            return _service(found, why_not_rated)
        case SurveyReport():
            return _asked(found, why_not_rated)
    return _printed(found, why_not_rated)


def _why_not_rated(targets: Sequence[Target]) -> str:
    """Say why what is no recorded count has no letter: there is no target of the year, or none that a rule rates it against."""
    if not targets:
        return "no target number is set"
    return (
        f"no rule rates it against its target, {targets[-1].comparison} {wording.number(targets[-1].value)}"
    )


def table_of_rows(caption: str, rows: Sequence[DashboardRow]) -> Block:
    """Give rows of a dashboard as a table, with all their figures."""
    return table(
        caption=caption,
        columns=COLUMNS,
        rows=[
            [
                f"{r.priority}: {r.measure}",
                r.previous,
                r.current,
                r.change,
                r.rag,
                f"Comparison: {r.comparison}. {r.comment}.",
            ]
            for r in rows
        ],
        text_columns=range(1, 6),
        css_class="lists",
        figures=[f for r in rows for f in r.figures],
    )


def _unknown(indicator: Indicator, reason: str) -> DashboardRow:
    return DashboardRow(
        indicator_id=indicator.id,
        priority=indicator.priority,
        measure=indicator.name,
        previous="not known",
        current="not known",
        change="not tested: there are no figures",
        comparison="none",
        rag=not_rated("there are no figures"),
        comment=reason.rstrip("."),
        figures=(),
    )


def not_rated(reason: str) -> Block:
    """Give the letter of a measure that has none, with the reason."""
    return letter("N", reason=f"Not rated: {reason}.")


def _recorded(card: ReportCard, outlook: Outlook) -> DashboardRow:
    at = card.headline
    if at.change is None:
        return _unknown(card.indicator, "Months are missing: see the report card")
    progress = outlook.progress()
    return DashboardRow(
        indicator_id=card.indicator.id,
        priority=card.indicator.priority,
        measure=f"{card.indicator.name}, {card.window}",
        previous=f"{wording.number(at.change.earlier)} ({card.before})",
        current=wording.number(at.change.later),
        change=wording.change_with_interval(at.change),
        comparison="none on this page",
        rag=progress,
        comment=card.label.removeprefix(". ") or "See the report card",
        figures=(*_recorded_figures(card), *progress.figures),
    )


def _recorded_figures(card: ReportCard) -> list[Figure]:
    change, area = card.headline.change, card.area.name
    # both counts stand under the words of the period that the row is about
    before = replace(card.before, name=card.window)
    counted = [
        count_figure(card.data, PREVIOUS, area, before, change.earlier, method=""),
        count_figure(card.data, CURRENT, area, card.latest, change.later, method=""),
    ]
    if change.percent is not None:
        counted.append(change_figure(card.data, CHANGE_PERCENT, area, card.latest, change.percent))
    return counted


def _service(service: ServiceCounts, why_not_rated: str) -> DashboardRow:
    change, to_date = service.like_for_like, Window.year_to_date(service.quarter)
    return DashboardRow(
        indicator_id=service.indicator.id,
        priority=service.indicator.priority,
        measure=f"{service.indicator.name}, {to_date}",
        previous=f"{wording.number(change.earlier)} ({Window.year_to_date(service.quarter - 4)})",
        current=wording.number(change.later),
        change=wording.change_with_interval(change),
        comparison="none published",
        rag=not_rated(
            f"{why_not_rated}, and fewer need not be better"
            if service.indicator.improvement_direction == "neither"
            else "counts by quarter are not rated"
        ),
        comment=_about_service(service),
        figures=tuple(_service_figures(service)),
    )


def _about_service(service: ServiceCounts) -> str:
    said = "The same quarters of two years are compared"
    if service.doubles_the_half_year:
        said = (
            "The published projection doubles the half-year and knows no season: see the page on this service"
        )
    return f"{said}. A count may have been copied by mistake: to be checked" if service.is_doubted else said


def _service_figures(service: ServiceCounts) -> list[Figure]:
    change, this = service.like_for_like, service.counts.index[4:]
    to_date, before = (Window.year_to_date(service.quarter - years) for years in (0, 4))
    name = f"{to_date} on the same quarters of the year before"
    figures = [
        Figure(
            measure=measure,
            indicator_id=service.indicator.id,
            area=service.area,
            window=replace(window, name=name),
            value=value,
            unit=service.indicator.unit,
            status=service.status(quarters),
            **worked_out(service.rows(quarters, "counts"), printed.total),
        )
        for measure, window, value, quarters in (
            (PREVIOUS, before, change.earlier, this - 4),
            (CURRENT, to_date, change.later, this),
        )
    ]
    changes = service.changes(change, replace(to_date, name=name), this - 4, this)
    return figures + [figure for figure in changes if figure.measure is CHANGE_PERCENT]


def _as_judged(row: DashboardRow, judged: Judgement | None) -> DashboardRow:
    """Give a measure the letter that every page has of it: the board's own, where it gave one."""
    if judged is None:
        return row
    figures = (*row.figures, judged.figure)
    state = state_of(figures, judged.figure.indicator_id, judged.figure.area)
    rag = letter(state.letter, state.colour, f"{wording.sentence(state.letter_by)}.")
    return replace(row, rag=rag, figures=figures)


def _asked(report: SurveyReport, why_not_rated: str) -> DashboardRow:
    """Make the row of a survey from the estimates of its card."""
    level, (change, on), others = report.level, report.main_change, report.main_changes_in_short[1:]
    if change is None:
        previous, words = "not known", "not tested: there is no earlier result"
    else:
        previous = f"{wording.percent(change.earlier.value)} ({on.removeprefix('the ')})"
        words = change_in_words(change)
    return DashboardRow(
        indicator_id=report.indicator.id,
        priority=report.indicator.priority,
        measure=f"{report.indicator.name}, {report.window}",
        previous=previous,
        current=wording.percent(level.value),
        change=words,
        comparison="none published",
        rag=not_rated(why_not_rated),
        comment=". ".join(
            [*map(wording.sentence, others), report.label.removeprefix(". ") or "See the report card"]
        ),
        figures=tuple(report.findings().figures),
    )


def _printed(found: PrintedSurvey, why_not_rated: str) -> DashboardRow:
    """Make the row of percentages that were only printed: without their bases nothing can be tested."""
    before, now = found.before_and_now
    previous, change, comment = _change_of_print(before, now)
    return DashboardRow(
        indicator_id=found.indicator.id,
        priority=found.indicator.priority,
        measure=f"{found.indicator.name}, {when_printed(now.period)}" if now else found.indicator.name,
        previous=previous,
        current=now.printed_as if now else "not known",
        change=change,
        comparison="none published",
        rag=not_rated(why_not_rated),
        comment=comment,
        figures=tuple(
            replace(f, window=window_to_date(f.period)) if " Q" in f.period else f
            for f in found.findings().figures
        ),
    )


def _change_of_print(before: PublishedFigure | None, now: PublishedFigure | None) -> tuple[str, str, str]:
    """Say what was printed before, why a change cannot be tested, and what the reader must know of both."""
    if before is None:
        return "not known", "not tested: there is no earlier result", "Only printed"
    if now is None:
        previous = f"{before.printed_as} ({before.measure}, {when_printed(before.period)})"
        return previous, "not tested: there is no result by the method in force", "The method was replaced"
    if before.measure != now.measure:
        comment = f"{wording.sentence(now.measure)} takes the place of {before.measure}"
        return f"{before.printed_as} (another method)", "not comparable: the method changed", comment
    comment = "Without the bases of both the change cannot be tested"
    lengths = {len(w.months) for w in map(window_to_date, (before.period, now.period)) if w.first}
    if len(lengths) > 1:
        comment += ", and they are not of times of one length"
    change = f"not tested ({float(now.value - before.value):+.1f} points)"
    return f"{before.printed_as} ({when_printed(before.period)})", change, comment
