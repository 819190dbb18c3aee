"""Published figures: as figures of a page, each with the row of the table in which it stands, and beside the data.

Beside the same figures from the data it is said which are reproduced, which cannot be, and why.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import PublishedFigure
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.methods import feasibility
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.workings.counts import as_written

AS_PRINTED = "the number as its owner published it"
MEASURES = {"count": "count", "change_count": "change", "change_percent": "change %"}
CHECKS = {
    "count": Measure(
        id="check_of_published_count",
        words="check of published count",
        role="count",
        own=True,
        formula="the sum of the monthly counts of the period, to be set beside the published figure",
        decimals=0,
    ),
    "change_count": Measure(
        id="check_of_published_change_count",
        words="check of published change_count",
        role="change",
        own=True,
        formula="the count of the period less that of the same months a year before, to be set beside the published figure",
        decimals=0,
    ),
    "change_percent": Measure(
        id="check_of_published_change_percent",
        words="check of published change_percent",
        role="change",
        own=True,
        formula="100 times (the count of the period divided by that of a year before, less 1), to be set beside the "
        "published figure",
    ),
}


def as_printed(f: PublishedFigure, measure: Measure, **about: Any) -> Figure:
    """Give a published figure as one of a page; ``about`` says the rest, and goes before what its row says."""
    given = {
        "indicator_id": f.indicator_id,
        "area": f.area,
        "window": window_of(f.period),
        "value": float(f.value),
        "unit": f.unit,
        "method": "as published",
        "status": "published",
        "rows": f.rows(),
        "working": Working.of(as_written),
    }
    return Figure(measure=measure, **given | about)


@dataclass(frozen=True, kw_only=True)
class PublishedCheck:
    """One published figure, the same figure from the data (``value``; in print ``ours``) and whether they agree."""

    figure: PublishedFigure
    window: Window
    measure: str
    value: float
    ours: str
    agrees: bool
    reason: str


def check_published(figures: Iterable[PublishedFigure], by_area: pd.DataFrame) -> tuple[PublishedCheck, ...]:
    """Work out each published figure again from monthly counts by area, where all its months are there.

    Counts must agree exactly, percentages to the precision at which they were printed. Figures of other kinds, areas
    or months than the data hold are left out, and those of periods that :func:`months_to_check` leaves out.
    """
    figures = tuple(figures)
    checks = []
    for figure in figures:
        months = months_to_check(figure.period)
        if figure.measure not in MEASURES or figure.area not in by_area.columns or months is None:
            continue
        later, earlier = _total(by_area[figure.area], months), _total(by_area[figure.area], months - 12)
        if later is None or (figure.measure != "count" and not earlier):
            continue
        value = {
            "count": lambda later, _: later,
            "change_count": lambda later, earlier: later - earlier,
            "change_percent": lambda later, earlier: 100 * (later / earlier - 1),
        }[figure.measure](later, earlier)
        agrees = Decimal(repr(float(value))).quantize(figure.value, rounding=ROUND_HALF_UP) == figure.value
        text = wording.number(value, decimals=max(-figure.value.as_tuple().exponent, 0))
        checks.append(
            PublishedCheck(
                figure=figure,
                window=window_of(figure.period),
                measure=MEASURES[figure.measure],
                value=value,
                ours=f"{text}%" if figure.measure == "change_percent" else text,
                agrees=agrees,
                reason="" if agrees else _reason(figure, figures, later),
            )
        )
    return tuple(checks)


def _reason(figure: PublishedFigure, figures: tuple[PublishedFigure, ...], later: int) -> str:
    """Say whether the print contradicts itself, or the data differ from it."""
    printed_count = next(
        (
            int(f.value)
            for f in figures
            if (f.area, f.period, f.measure) == (figure.area, figure.period, "count")
        ),
        None,
    )
    if (
        figure.measure == "change_percent"
        and printed_count is not None
        and not feasibility.earlier_counts_behind(later=printed_count, printed_change=str(figure.value))
    ):
        return (
            f"published as {wording.number(printed_count)} and a change of {wording.number(figure.value, decimals=1)}%. "
            f"No whole number of offences a year before gives both. {figure.note}"
        )
    return f"the data give another figure ({wording.number(later)} in the period). {figure.note}".strip()


def _total(monthly: pd.Series, months: pd.PeriodIndex) -> int | None:
    counts = monthly.reindex(months)
    return None if counts.isna().any() else int(counts.sum())


def window_of(period: str) -> Window:
    """Give the window of a period as published figures name it; without months where it is of another kind.

    What is written as a financial year and is none is refused.

    >>> window_of("12 months to 2012-09").name, window_of("undated").months
    ('12 months to September 2012', None)
    """
    if re.fullmatch(r"\d{4}/\d{2}", period):
        return Window.year(period)
    return Window.named(period_in_words(period))


def months_to_check(period: str) -> pd.PeriodIndex | None:
    """Give the months over which a published figure is worked out again from the data; ``None`` where it is not.

    It is for a financial year (``2012/13``), a calendar year (``calendar 2012``), a month (``month 2012-09``) and twelve
    months (``12 months to 2012-09``). A quarter is left out above all: packs print a year to date under its quarter.

    >>> len(months_to_check("calendar 2012")), months_to_check("2012/13 Q2")
    (12, None)
    """
    checked = re.fullmatch(r"\d{4}/\d{2}|calendar \d{4}|(month|12 months to) \d{4}-\d{2}", period)
    return window_of(period).months if checked else None


def window_to_date(period: str) -> Window:
    """Give the window of a figure of a service: a pack prints a year to date under its quarter."""
    return Window.year_to_date(periods.quarter(period)) if " Q" in period else Window.named(period)


def period_in_words(period: str) -> str:
    """Write a period of a published figure in words."""
    found = re.fullmatch(r"(month|12 months to) (\d{4}-\d{2})", period)
    if found is None:
        return period
    month = periods.month(found[2])
    return periods.month_name(month) if found[1] == "month" else periods.twelve_months_name(month)


def when_printed(period: str) -> str:
    """Write the period of a printed percentage in words: a pack prints a year to date under its quarter."""
    return str(window_to_date(period)) if " Q" in period else period_in_words(period)
