"""A partnership's dashboard: one row a measure, previous and current, the change with its interval, a rating and a comment.

The shape is that of a published dashboard of 2012. For the partnership's own measures the rows are made from the same
results as the cards; for a published report they are made from what it prints, with the counts that must lie behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.documents import Register, RegisteredFigure
from saferleeds_analysis.estimates import CountChange, Estimate, change_between_counts
from saferleeds_analysis.figures import old_figure
from saferleeds_analysis.methods import feasibility
from saferleeds_analysis.methods.survey_summaries import change_between_percentages, published_percentage
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, heading, join, letter, paragraph
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.outlook import Outlook
from saferleeds_analysis.reporting.register import document_notice
from saferleeds_analysis.reporting.services import ServiceCounts
from saferleeds_analysis.reporting.tables import table

COLUMNS = ("Priority and measure", "Previous", "Current", "Change", "RAG", "Comparison and comment")


@dataclass(frozen=True, kw_only=True)
class DashboardRow:
    """One measure of a dashboard, ready to be shown; ``rag`` is the block of its letter and reason."""

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
        """Give the page's one first-level heading."""
        text = f"Partnership dashboard, {self.area}, {periods.quarter_name(self.quarter)}"
        return heading(1, text)

    def summary(self) -> Block:
        """Say how many of the measures changed clearly, and how many could not be tested."""
        changed = sum(row.change.startswith(("down", "up", "fell", "rose")) for row in self.rows)
        untested = sum(row.change.startswith("not ") for row in self.rows)
        return paragraph(
            f"Of {len(self.rows)} measures {changed} changed clearly, {len(self.rows) - changed - untested} show no clear change, and "
            f"{untested} cannot be tested. A letter is given only where a target with a number is set."
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
    register: Register,
    design_effect: float,
    document: str,
    as_at: date,
) -> Dashboard:
    """Gather a dashboard from a burglary card with its outlook, service counts, and the surveys of the register.

    ``design_effect`` is a judgement on the household survey, whose weights are not published. Surveys that were not out by
    ``as_at`` are left out.
    """
    rows = [_recorded(card, outlook), *(_service(s) for s in services)]
    if register.document("asb_card").published <= as_at:
        rows += _surveys(register, design_effect)
    return Dashboard(
        area=card.area.name,
        quarter=card.quarter,
        as_at=as_at,
        register=register,
        rows=tuple(rows),
        published=tuple(_published(register, f) for f in register.figures(document) if f.check in _CHANGES),
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
    notice = card.data.source.notice
    return DashboardRow(
        priority="Reduce burglary",
        measure=f"{card.indicator.name}, {card.window}",
        previous=wording.number(at.change.earlier),
        current=wording.number(at.change.later),
        change=wording.change_with_interval(at.change),
        comparison="see the report on core cities",
        rag=progress,
        comment=notice.split(":")[0] if notice else "See the report card",
        figures=(
            *_change_figures(
                card.indicator.id, card.area.name, card.window, card.indicator.unit, at.change, notice
            ),
            *progress.figures,
        ),
    )


def _service(service: ServiceCounts) -> DashboardRow:
    change = service.like_for_like
    period = f"{periods.year_to_date_name(service.quarter)} on the same quarters of the year before"
    return DashboardRow(
        priority="Anti-social behaviour",
        measure=f"{service.indicator.name}, {service.year} to date",
        previous=wording.number(change.earlier),
        current=wording.number(change.later),
        change=wording.change_with_interval(change),
        comparison="none published",
        rag=_not_rated("no target is set, and fewer need not be better"),
        comment="A published projection doubles the half-year; like for like the year points another way"
        if service.published
        else "Like for like with the same quarters",
        figures=_change_figures(
            service.indicator.id, service.area, period, service.indicator.unit, change, ""
        ),
    )


def _change_figures(
    indicator: str, area: str, period: str, unit: str, change: CountChange, notice: str
) -> tuple[Figure, ...]:
    common = {
        "indicator_id": indicator,
        "area": area,
        "period": period,
        "caveats": (notice,) if notice else (),
    }
    rows = [
        old_figure(**common, measure="previous", value=change.earlier, unit=unit),
        old_figure(**common, measure="current", value=change.later, unit=unit),
    ]
    if change.percent is not None:
        rows.append(_estimate(common, "change_percent", change.percent))
    return tuple(rows)


def _estimate(common: dict, measure: str, e: Estimate) -> Figure:
    return old_figure(
        **common,
        measure=measure,
        value=e.value,
        lower=e.lower,
        upper=e.upper,
        confidence=e.confidence,
        unit=e.unit,
        method=e.method,
        n=e.n,
    )


def _surveys(register: Register, design_effect: float) -> list[DashboardRow]:
    """Make the rows of the printed surveys: tested where both bases can be had, said to be untested where not."""
    year = int(register.figure("F029").number)
    effect = f"design effect taken as {design_effect:g}"
    return [
        _survey(
            register.figure("F032"),
            register.figure("F030"),
            priority="Anti-social behaviour",
            bases=(year, year),
            design_effect=design_effect,
            comment=f"Two baselines are printed for one year; the card's is used. Both years taken as {wording.number(year)} households, {effect}",
            why_not_rated="no target number is set",
        ),
        _survey(
            register.figure("F036"),
            register.figure("F037"),
            priority="Anti-social behaviour",
            bases=None,
            design_effect=design_effect,
            comment="The base of the earlier year is not printed, so the change cannot be tested",
            why_not_rated="no target number is set",
        ),
        _survey(
            register.figure("F078"),
            register.figure("F076"),
            priority="Cohesive communities",
            bases=(round(year / 4), round(year / 4)),
            design_effect=design_effect,
            comment=f"A quarter is taken as a fourth of {wording.number(year)} households, {effect}. The board's card was amber, for its economy",
            why_not_rated="continued increase is wanted, without a number",
        ),
        DashboardRow(
            priority="Clean neighbourhoods",
            measure="Streets with acceptable litter levels, summer 2012",
            previous="86.7% (another method)",
            current="91.5%",
            change="not comparable: the method changed",
            comparison="none published for the new method",
            rag=_not_rated("a new measure without a target"),
            comment="The board's card was green",
            figures=(
                old_figure(
                    indicator_id="board_cards",
                    area="Leeds",
                    period="summer 2012",
                    measure=f"{register.figure('F075').measure}: current",
                    value=float(register.figure("F075").number),
                    unit="%",
                    method="not comparable",
                ),
            ),
        ),
    ]


def _survey(
    earlier: RegisteredFigure,
    later: RegisteredFigure,
    *,
    priority: str,
    bases: tuple[int, int] | None,
    design_effect: float,
    comment: str,
    why_not_rated: str,
) -> DashboardRow:
    common = {
        "indicator_id": later.document,
        "area": later.area,
        "period": f"{earlier.period} to {later.period}",
    }
    figures = [
        old_figure(
            **common,
            measure=f"{later.measure}: {name}",
            value=float(f.number),
            unit="%",
            n=bases[0] if bases else None,
        )
        for name, f in (("previous", earlier), ("current", later))
    ]
    if bases is None:
        gap = float(later.number - earlier.number)
        words = f"not tested ({gap:+.1f} points)"
    else:
        both = [
            published_percentage(
                float(f.number), base=n, design_effect=design_effect, definition=later.measure
            )
            for f, n in zip((earlier, later), bases, strict=True)
        ]
        change = change_between_percentages(earlier=both[0], later=both[1])
        d = change.difference
        size = wording.number(d.value, decimals=1)
        interval = f"{wording.number(d.lower, decimals=1)} to {wording.number(d.upper, decimals=1)}"
        words = f"{change.direction} ({size} points; 95% interval {interval})"
        figures.append(_estimate(common, f"{later.measure}: change", d))
    return DashboardRow(
        priority=priority,
        measure=f"{later.measure}, {later.period}",
        previous=f"{earlier.number}% ({earlier.period})",
        current=f"{later.number}%",
        change=words,
        comparison="none published",
        rag=_not_rated(why_not_rated),
        comment=comment,
        figures=tuple(figures),
    )


def _published_change(figure: RegisteredFigure) -> tuple[str, str, str, tuple[Figure, ...]]:
    """Work out the counts behind a printed change and its interval at the smallest and the largest of them."""
    difference = int(figure.parts.split("|")[0])
    found = feasibility.earlier_counts_behind_difference(
        difference=difference, printed_change=str(figure.number)
    )
    ends = [change_between_counts(n, n + difference, unit="offences") for n in (found[0], found[-1])]
    lower, upper = min(e.percent.lower for e in ends), max(e.percent.upper for e in ends)
    directions = {e.direction for e in ends}
    word = {"fell": "down", "rose": "up"}.get(
        directions.pop() if len(directions) == 1 else "", "no clear change"
    )
    common = {"indicator_id": figure.document, "area": figure.area, "period": figure.period}
    rows = (
        old_figure(
            **common,
            measure=f"{figure.measure} %",
            value=float(figure.number),
            lower=lower,
            upper=upper,
            confidence=0.95,
            unit="%",
            method="exact conditional, at the smallest and the largest base that fit",
        ),
        *(
            old_figure(
                **common,
                measure=f"{figure.measure}: implied {name}",
                value=None,
                lower=found[0] + add,
                upper=found[-1] + add,
                unit="offences",
                method="whole numbers that fit both printed figures",
            )
            for name, add in (("previous", 0), ("current", difference))
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
    return span[0], span[1], words, rows


def _published(register: Register, figure: RegisteredFigure) -> DashboardRow:
    if figure.check == "difference_behind":
        previous, current, words, figures = _published_change(figure)
        comment = "The interval holds at the smallest and the largest count that the print allows"
    else:
        earlier = figure.parts.split("|")[0] if figure.check == "ratio_change" else ""
        previous = f"{earlier} a young offender" if earlier else "not printed"
        current = f"{figure.value} a young offender" if earlier else "not printed"
        words = f"not tested: printed as {figure.printed_as}"
        comment = figure.note or "No count and no base are printed"
        figures = (
            old_figure(
                indicator_id=figure.document,
                area=figure.area,
                period=figure.period,
                measure=figure.measure,
                value=float(figure.number),
                unit=figure.unit,
                method="as printed",
            ),
        )
    better = figure.check == "ratio_change" or "First-time" in figure.measure
    return DashboardRow(
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


_CHANGES = ("difference_behind", "ratio_change", "no_levels")
