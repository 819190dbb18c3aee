"""What a series of counts must be, and which of its periods a caveat leaves out: checked once, at the door, for every method."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Caveat
from saferleeds_analysis.problems import DataProblem

# Caveats of these kinds take their months out of seasonal shapes and base years; of the months in them, a count may
# be missing, and under "missing" it is wrong where there is one. A definition break is a step in level at its start.
MISSING_KIND = "missing"
LEFT_OUT_KINDS = ("pandemic", MISSING_KIND)
BREAK_KIND = "definition break"

# More than England and Wales record in a year. Simulated paths end at 178 million a period, and must be far from that.
LARGEST = 10_000_000


def check_counts(history: pd.Series, *, caveats: Sequence[Caveat]) -> np.ndarray:
    """Refuse a history that is not counts, one a period, with every problem in one message; mark its left-out periods."""
    if not isinstance(history, pd.Series) or history.name is None:
        raise ValueError("history is a named pandas Series of counts: name it after its indicator.")
    index = history.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr not in ("M", "Q-MAR"):
        raise ValueError(
            f"history {history.name!r} needs a PeriodIndex of months ('M') or of financial-year quarters ('Q-MAR'): "
            "make one with history.to_period('M') or saferleeds_analysis.periods.quarter."
        )
    if not len(history):
        raise ValueError(f"history {history.name!r} is empty.")
    left_out = under_caveats(index, caveats=caveats)
    values = history.to_numpy(dtype=float, na_value=np.nan)
    repeated = index[index.duplicated()].unique()
    absent = pd.period_range(index.min(), index.max(), freq=index.freq).difference(index)
    blank = index[np.isnan(values) & ~left_out]
    below, above = index[values < 0], index[values > LARGEST]
    broken = index[np.nan_to_num(values) % 1 > 0]
    rules = (
        (index.is_monotonic_increasing, "the periods are not in order: sort the history by its index."),
        (repeated.empty, f"periods that are there twice: {names_of(repeated)}."),
        (
            absent.empty,
            f"no row for {names_of(absent)}. Find the count, or write the period as missing and give a caveat of kind "
            "'missing' for it; a true zero is 0.",
        ),
        (
            blank.empty,
            f"no count for {names_of(blank)}. Find the count, or give a caveat of kind 'missing' for the period; a true "
            "zero is 0.",
        ),
        (below.empty, f"counts below zero: {names_of(below)}."),
        (
            above.empty,
            f"counts above {LARGEST:,}: {names_of(above)}. No area has so many: look for digits of two columns in one.",
        ),
        (
            broken.empty,
            f"values that are not whole numbers: {names_of(broken)}. Only counts add up over a year. For a rate, give the "
            "counts and denominator=; a percentage is a level, for which there is assess_level.",
        ),
    )
    problems = [f"\n- {problem}" for holds, problem in rules if not holds]
    if problems:
        raise DataProblem(f"history {history.name!r}:{''.join(problems)}")
    return left_out


def break_starts(index: pd.PeriodIndex, *, caveats: Sequence[Caveat]) -> list[pd.Period]:
    """Give the first period of each new definition; a quarter in which it changed is taken as the first of the new one."""
    return sorted(
        {c.start.asfreq(index.freqstr) for c in caveats if c.kind == BREAK_KIND and c.start is not None}
    )


def period_name(period: pd.Period) -> str:
    """Write a month or a quarter for people."""
    return periods.month_name(period) if period.freqstr == "M" else periods.quarter_name(period)


def under_caveats(
    index: pd.PeriodIndex, *, caveats: Sequence[Caveat], kinds: Sequence[str] = LEFT_OUT_KINDS
) -> np.ndarray:
    """Mark the periods that lie in a caveat of one of these kinds."""
    first, last = index.asfreq("M", how="start"), index.asfreq("M", how="end")
    inside = np.zeros(len(index), dtype=bool)
    for c in caveats:
        if c.kind in kinds:
            inside |= (last >= (c.start or last.min())) & (first <= (c.end or first.max()))
    return inside


def names_of(found: Iterable[pd.Period]) -> str:
    """Write months or quarters for people, six at the most."""
    names = [period_name(p) for p in found]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
