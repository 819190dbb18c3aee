"""A partnership's dashboard: one row a measure, previous and current, the change with its interval, a rating and a comment.

The shape is that of a published dashboard of 2012. For the partnership's own measures the rows are made from the same
results as the cards; for a published report they are made from what it prints, with the counts that must lie behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import starmap
from types import MappingProxyType
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.documents import Register, RegisteredFigure
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.methods.formulas import call_of, earlier_counts_of_difference
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, join, letter, page_title, paragraph
from saferleeds_analysis.reporting.board import Judgement
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.counted import CHANGE_PERCENT, change_figure, count_figure
from saferleeds_analysis.reporting.outlook import Outlook
from saferleeds_analysis.reporting.register import document_notice
from saferleeds_analysis.reporting.services import ServiceCounts
from saferleeds_analysis.reporting.state import state_of
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
# Of printed surveys, and of a published dashboard
PRINTED_PERCENTAGE = Measure(
    id="printed_percentage",
    words="{of}: {which}",
    role="percentage",
    formula="the percentage as its document printed it",
)
PRINTED_CHANGE = Measure(
    id="printed_change_of_dashboard",
    words="{of}",
    role="change",
    formula="the change as its document printed it",
)
IMPLIED_COUNT = Measure(
    id="implied_count",
    words="{of}: implied {which}",
    role="count",
    formula="the range of whole numbers that give both the percentage and the number as they were printed",
    decimals=0,
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
    """The rows of the partnership's own measures and of a published dashboard; its methods give the blocks of the page."""

    area: str
    quarter: pd.Period
    as_at: date
    register: Register
    rows: tuple[DashboardRow, ...]
    published: tuple[DashboardRow, ...]
    document: str

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
            f"{len(self.rows) - changed - untested} show no clear change, and {untested} cannot be tested. A letter is given only where a target with a number is set, or where a board gave its own."
        )

    def table(self) -> Block:
        """Give the partnership's own measures."""
        return _table(f"Dashboard of {self.area}, {periods.quarter_name(self.quarter)}", self.rows)

    def published_table(self) -> Block:
        """Give the changes of a published dashboard, with the counts that must lie behind each."""
        known = self.register.document(self.document)
        return join(
            document_notice(known, self.as_at),
            _table(f"Published changes: {known.publisher}, quarter 2 of 2012/13", self.published),
        )


def dashboard(
    *,
    card: ReportCard,
    outlook: Outlook,
    services: Sequence[ServiceCounts],
    surveys: Mapping[str, SurveyReport],
    register: Register,
    document: str,
    as_at: date,
    judgements: Mapping[str, Judgement | None] = MappingProxyType({}),
) -> Dashboard:
    """Gather a dashboard from a burglary card with its outlook, service counts, survey measures by the name of their
    priority, and what the register has of others; what was not out by ``as_at`` is left out. ``judgements`` are the letters that boards gave, by the indicator.
    """
    rows = [_recorded(card, outlook), *map(_service, services), *starmap(_asked, surveys.items())]
    if register.document("asb_card").published <= as_at:
        rows += _printed(register)
    return Dashboard(
        area=card.area.name,
        quarter=card.quarter,
        as_at=as_at,
        register=register,
        rows=tuple(_as_judged(row, judgements.get(row.indicator_id)) for row in rows),
        published=tuple(_published(register, f) for f in register.figures(document) if f.role == "claim"),
        document=document,
    )


def _table(caption: str, rows: Sequence[DashboardRow]) -> Block:
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


def _not_rated(reason: str) -> Block:
    return letter("N", reason=f"Not rated: {reason}.")


def _recorded(card: ReportCard, outlook: Outlook) -> DashboardRow:
    at = card.headline
    if at.change is None:
        return DashboardRow(
            indicator_id=card.indicator.id,
            priority=card.indicator.priority,
            measure=card.indicator.name,
            previous="not known",
            current="not known",
            change="not tested: months are missing",
            comparison="none",
            rag=_not_rated("months are missing"),
            comment="See the report card",
            figures=(),
        )
    progress = outlook.progress()
    return DashboardRow(
        indicator_id=card.indicator.id,
        priority="Reduce burglary",
        measure=f"{card.indicator.name}, {card.window}",
        previous=wording.number(at.change.earlier),
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


def _service(service: ServiceCounts) -> DashboardRow:
    change = service.like_for_like
    return DashboardRow(
        indicator_id=service.indicator.id,
        priority="Anti-social behaviour",
        measure=f"{service.indicator.name}, {service.year} to date",
        previous=wording.number(change.earlier),
        current=wording.number(change.later),
        change=wording.change_with_interval(change),
        comparison="none published",
        rag=_not_rated("no target is set, and fewer need not be better"),
        comment="The published projection doubles the half-year and knows no season: see the page on this service"
        if service.published
        else "The same quarters of two years are compared",
        figures=tuple(_service_figures(service)),
    )


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
            status="published",
            rows=service.rows(quarters, "counts"),
            working=Working.of(printed.total),
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


def _asked(priority: str, report: SurveyReport) -> DashboardRow:
    """Make the row of a survey from the estimates of its card."""
    level, (change, on) = report.level, report.main_change
    if change is None:
        previous, words = "not known", "not tested: there is no earlier result"
    else:
        d = change.difference
        size, *ends = (wording.number(value, decimals=1) for value in (d.value, d.lower, d.upper))
        previous = f"{wording.percent(change.earlier.value)} ({on.removeprefix('the ')})"
        words = f"{change.direction} ({size} points; 95% interval {' to '.join(ends)})"
    return DashboardRow(
        indicator_id=report.indicator.id,
        priority=priority,
        measure=f"{report.indicator.name}, {report.window}",
        previous=previous,
        current=wording.percent(level.value),
        change=words,
        comparison="none published",
        rag=_not_rated("no target number is set"),
        comment=report.label.removeprefix(". ") or "See the report card",
        figures=tuple(report.findings().figures),
    )


def _printed(register: Register) -> list[DashboardRow]:
    """Make the rows of what was only printed, and cannot be tested."""
    earlier, later, streets = (register.figure(name) for name in ("F036", "F037", "F075"))
    name = f"{earlier.period} to {later.period}"
    return [
        DashboardRow(
            indicator_id="",
            priority="Anti-social behaviour",
            measure=f"{later.measure}, {later.period}",
            previous=f"{earlier.number}% ({earlier.period})",
            current=f"{later.number}%",
            change=f"not tested ({float(later.number - earlier.number):+.1f} points)",
            comparison="none published",
            rag=_not_rated("no target number is set"),
            comment="Half a year stands against a whole one, whose base is not printed, so the change cannot be tested",
            figures=tuple(
                _of_print(
                    f,
                    PRINTED_PERCENTAGE,
                    # both stand under the name of the current one
                    qualifiers={"of": later.measure, "which": which},
                    window=replace(Window.named(f.period), name=name),
                )
                for which, f in (("previous", earlier), ("current", later))
            ),
        ),
        DashboardRow(
            indicator_id="clean_streets",
            priority="Clean neighbourhoods",
            measure="Streets with acceptable litter levels, summer 2012",
            previous="86.7% (another method)",
            current="91.5%",
            change="not comparable: the method changed",
            comparison="none published for the new method",
            rag=_not_rated("a new measure without a target"),
            comment="The earlier percentage is of NI 195, and its year was not printed",
            figures=(
                _of_print(
                    streets,
                    PRINTED_PERCENTAGE,
                    qualifiers={"of": streets.measure, "which": "current"},
                    method="not comparable",
                ),
            ),
        ),
    ]


def _of_print(figure: RegisteredFigure, measure: Measure, **about: Any) -> Figure:
    """Give what a printed figure says as one of a page; ``about`` says the rest, and goes before what is printed."""
    usual = {
        "indicator_id": figure.document,
        "area": figure.area,
        "window": Window.named(figure.period),
        "value": float(figure.number),
        "unit": "%",
        "status": "published",
        "rows": figure.rows(),
        "working": Working.of(printed.number_in),
    }
    return Figure(measure=measure, **usual | about)


def _published_change(figure: RegisteredFigure) -> tuple[str, str, str, tuple[Figure, ...]]:
    """Work out the counts behind a printed change and its interval at the smallest and the largest of them."""
    difference = int(call_of(figure.formula)[1][0])
    found = earlier_counts_of_difference(Decimal(difference), figure.number)
    ends = [change_between_counts(n, n + difference, unit="offences") for n in (found[0], found[-1])]
    lower, upper = min(e.percent.lower for e in ends), max(e.percent.upper for e in ends)
    same = ends[0].direction == ends[1].direction
    word = wording.DOWN_OR_UP.get(ends[0].direction, "no clear change") if same else "no clear change"
    figures = (
        _of_print(
            figure,
            PRINTED_CHANGE,
            qualifiers={"of": f"{figure.measure} %"},
            lower=lower,
            upper=upper,
            confidence=0.95,
            method="exact conditional, at the smallest and the largest base that fit",
        ),
        *(
            _of_print(
                figure,
                IMPLIED_COUNT,
                qualifiers={"of": figure.measure, "which": which},
                value=None,
                working=None,
                lower=found[0] + add,
                upper=found[-1] + add,
                unit="offences",
                method="whole numbers that fit both printed figures",
            )
            for which, add in (("previous", 0), ("current", difference))
        ),
    )
    span = [
        f"{wording.number(found[0] + add)} to {wording.number(found[-1] + add)} (implied)"
        for add in (0, difference)
    ]
    size = wording.number(abs(float(figure.number)), decimals=max(0, -figure.number.as_tuple().exponent))
    words = (
        f"{word} {size}% ({wording.fewer_or_more(difference)}; 95% interval "
        f"{wording.percent(lower, signed=True)} to {wording.percent(upper, signed=True)})"
    )
    return span[0], span[1], words, figures


def _published(register: Register, figure: RegisteredFigure) -> DashboardRow:
    function, asked = call_of(figure.formula)
    if function == "earlier_counts_of_difference":
        previous, current, words, figures = _published_change(figure)
        comment = "The interval holds at the smallest and the largest count that the print allows"
    else:
        earlier = asked[1] if function == "change" else ""
        previous = f"{earlier} a young offender" if earlier else "not printed"
        current = f"{figure.value} a young offender" if earlier else "not printed"
        words = f"not tested: printed as {figure.printed_as}"
        comment = figure.note or "No count and no base are printed"
        said = {"qualifiers": {"of": figure.measure}, "unit": figure.unit, "method": "as printed"}
        figures = (_of_print(figure, PRINTED_CHANGE, **said),)
    better = function == "change" or "First-time" in figure.measure
    return DashboardRow(
        indicator_id="",
        priority=figure.section,
        measure=f"{figure.measure.removesuffix(': change')}, {figure.period}",
        previous=previous,
        current=current,
        change=words,
        comparison="Better than national and regional, as the report says without figures"
        if better
        else "none printed",
        rag=_not_rated("the report's text prints no target"),
        comment=comment,
        figures=figures,
    )
