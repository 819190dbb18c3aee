"""Seasonal adjustment done again, on the months of the rows and with the choices that are given."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from saferleeds_analysis.methods import control_charts, seasonal
from saferleeds_analysis.periods import month as month_of
from saferleeds_analysis.workings.series import by_area, history, key_of, series_of


def adjustment(
    whole: pd.DataFrame,
    *,
    choices: Mapping[str, Any],
    breaks: Sequence[Mapping[str, str]],
    areas: pd.DataFrame | None = None,
    area: str = "",
    made_of: Mapping[str, Sequence[str]] | None = None,
) -> seasonal.SeasonalAdjustment:
    """Adjust the whole; or one ``area`` of ``areas``, which all borrow the whole's pattern together.

    ``choices`` are those of the method's spec by name, ``breaks`` what is known to break the series, and ``made_of`` the
    parts of the areas that have no rows of their own.
    """
    found = _adjusted(key_of(history(whole, "the whole")), json.dumps([dict(choices), list(breaks)]))
    if not area:
        return found
    return seasonal.borrow_seasonality(by_area(areas, made_of or {}), parent=found)[area]


def in_month(whole: pd.DataFrame, *, part: str, month: str, **given: Any) -> float:
    """Give one part of the adjustment (``adjusted``, ``seasonal``, ``calendar``, ``trend``, ``irregular``) in a month."""
    return float(getattr(adjustment(whole, **given), part)[month_of(month)])


def from_average(whole: pd.DataFrame, *, month: str, **given: Any) -> float:
    """Give by how many per cent a month usually lies above the average month."""
    return 100 * (in_month(whole, part="seasonal", month=month, **given) - 1)


def total_adjusted(
    whole: pd.DataFrame, *, months: Sequence[str], to_whole_number: bool, **given: Any
) -> float:
    """Give the sum of some adjusted months."""
    total = float(adjustment(whole, **given).adjusted[pd.PeriodIndex(months, freq="M")].sum())
    return float(round(total)) if to_whole_number else total


def diagnostic(whole: pd.DataFrame, *, test: str, **given: Any) -> float:
    """Give one diagnostic of the whole's adjustment: ``q``, ``M1`` to ``M11``, ``qs_before`` or ``qs_after``."""
    tests = adjustment(whole, **given).diagnostics
    return float(tests.m[test] if test in tests.m else getattr(tests, test))


def direct_against_indirect(
    whole: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    of: str,
    made_of: Mapping[str, Sequence[str]] | None = None,
    **given: Any,
) -> float:
    """Give how far the sum of the adjusted parts lies from the adjusted whole: ``mean_absolute`` or ``largest``, in per cent."""
    found = adjustment(whole, **given)
    parts = seasonal.borrow_seasonality(by_area(areas, made_of or {}), parent=found)
    return float(getattr(seasonal.compare_direct_indirect(found, parts.values()), of))


def on_control_chart(
    whole: pd.DataFrame,
    *,
    of: str,
    improvement_direction: str,
    baseline_points: int,
    decisions: pd.DataFrame | None = None,
    **given: Any,
) -> float | str:
    """Give the ``mean`` or a limit at the last month of the control chart of the adjusted series, or its ``reading``."""
    found = adjustment(whole, **given)
    chart = control_charts.xmr_chart(
        found.adjusted if found.identifiable else found.observed,
        improvement_direction=improvement_direction,
        seasonality="adjusted" if found.identifiable else "not seasonal",
        baseline_points=baseline_points,
        rebases=[
            control_charts.Rebase(
                first=month_of(row["first"]),
                reason=row["reason"],
                decided_on=pd.Timestamp(row["decided_on"]).date(),
                decided_by=row["decided_by"],
            )
            for row in ([] if decisions is None else decisions.to_dict("records"))
        ],
    )
    return chart.variation.kind if of == "reading" else float(chart.points[of].iloc[-1])


# One run of the program answers for every month of a series.
@lru_cache(maxsize=16)
def _adjusted(counts: tuple, given: str) -> seasonal.SeasonalAdjustment:
    choices, breaks = json.loads(given)
    spec = {name: tuple(value) if isinstance(value, list) else value for name, value in choices.items()}
    return seasonal.seasonally_adjust(
        series_of(counts).astype("int64"),
        spec=seasonal.SeasonalSpec(**spec),
        breaks=[
            seasonal.Break(
                kind=known["kind"],
                start=month_of(known["start"]),
                end=month_of(known["end"]) if known["end"] else None,
                reason="as given",
            )
            for known in breaks
        ],
    )
