"""Figures of recorded counts: a count in a window, and its change, each with the rows that it is the sum of."""

from collections.abc import Callable, Sequence
from typing import Any

from saferleeds_analysis.catalogue import Caveat
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.figures import Figure, Measure, Rows, Working
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.periods import Window
from saferleeds_analysis.workings import counts

TWELVE_MONTH_COUNT = Measure(
    id="twelve_month_count",
    words="twelve_month_count",
    role="count",
    formula="the sum of the twelve monthly counts of the area",
    decimals=0,
    recurs=True,
)
MONTHLY_COUNT = Measure(
    id="monthly_count",
    words="monthly_count",
    role="count",
    formula="the count of the month in the area, the sum of its parts where it has no rows of its own",
    decimals=0,
    recurs=True,
)
CHANGE_COUNT = Measure(
    id="change_count",
    words="change_count",
    role="change",
    formula="the count of the period less the count of the same months a year before",
    decimals=0,
    recurs=True,
)
CHANGE_PERCENT = Measure(
    id="change_percent",
    words="change_percent",
    role="change",
    formula="100 times (the count of the period divided by that of the same months a year before, less 1)",
    recurs=True,
)


# How a change is worked out from the counts of two windows, by the measure's id.
CHANGES = {CHANGE_COUNT.id: counts.difference, CHANGE_PERCENT.id: counts.percent_change}


def count_figure(
    data: RecordedCounts, measure: Measure, area: str, window: Window, value: int, **about: Any
) -> Figure:
    """Give a count of an area in a window of months."""
    given = about_counts(data) | {"unit": data.indicator.unit, "method": "count"} | sum_of(data, area, window)
    return Figure(measure=measure, area=area, window=window, value=value, **given | about)


def change_figure(
    data: RecordedCounts, measure: Measure, area: str, window: Window, change: Estimate, **about: Any
) -> Figure:
    """Give the change of an area's count on the same months a year before, in number or in per cent."""
    given = about_counts(data) | change_of(data, CHANGES[measure.id], area, window)
    return Figure.of(change, measure=measure, area=area, window=window, **given | about)


def about_counts(data: RecordedCounts) -> dict[str, Any]:
    """Give what is true of every figure made of an indicator's counts."""
    notice = data.source.notice
    return {
        "indicator_id": data.indicator.id,
        "status": data.source.status,
        "caveats": (notice,) if notice else (),
    }


def sum_of(data: RecordedCounts, area: str, window: Window) -> dict[str, Any]:
    """Give the rows of a count and how it comes from them."""
    return worked_out(data.rows(area, window.months), counts.total)


def change_of(data: RecordedCounts, function: Callable, area: str, window: Window) -> dict[str, Any]:
    """Give the rows of a change on the same months a year before, and how it comes from them."""
    return worked_out(rows_of_change(data, area, window), function)


def rows_of_change(data: RecordedCounts, area: str, window: Window) -> tuple[Rows, ...]:
    """Give the rows of the counts of a window and of the same months a year before."""
    before = data.rows(area, window.months - 12, role="earlier")
    return (*before, *data.rows(area, window.months, role="later"))


def worked_out(rows: tuple[Rows, ...], function: Callable, **arguments: Any) -> dict[str, Any]:
    """Give the rows of a figure and how it comes from them; of single records, which are not shown, the rows alone."""
    shown = rows and all(one.numbers for one in rows)
    return {"rows": rows, "working": Working.of(function, **arguments) if shown else None}


def plain_caveats(caveats: Sequence[Caveat]) -> list[dict[str, str]]:
    """Give what a method of counts uses of caveats as plain values."""
    return [
        {"kind": c.kind} | {name: str(m) for name, m in (("start", c.start), ("end", c.end)) if m is not None}
        for c in caveats
    ]
