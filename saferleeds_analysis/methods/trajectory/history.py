"""What a history must be, and what of it may be used: checked once, at the door, for every function of this method."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import COMPARISONS, NATIONAL, Caveat, Target
from saferleeds_analysis.problems import DataProblem

CONSTANTS = tomllib.loads(Path(NATIONAL / "trajectory.toml").read_text(encoding="utf-8"))
# How the projection did on data that had no part in making it.
MEASURED = CONSTANTS["measured"]

# Caveats of these kinds take their months out of seasonal shapes and base years; of the months in them, a count may
# be missing. A definition break is a step in level at its start.
LEFT_OUT_KINDS = ("pandemic", "missing")
BREAK_KIND = "definition break"


@dataclass(frozen=True, kw_only=True)
class History:
    """A checked history, seen from one financial year.

    ``year_index`` holds the periods of the year, April (or April to June) first, of which ``known`` have a count; ``gap``
    is how many periods lie between the end of the history and a year that has not started; ``left_out`` marks the periods
    of the history in a caveat that takes them out, and ``breaks`` are the first periods of each new definition that fall
    inside the history.
    """

    counts: pd.Series
    year: pd.Period
    year_index: pd.PeriodIndex
    known: int
    gap: int
    left_out: np.ndarray
    breaks: tuple[pd.Period, ...]

    @property
    def periods_a_year(self) -> int:
        """Twelve months or four quarters."""
        return len(self.year_index)

    def whole_years_before(self) -> list[pd.Period]:
        """Give the financial years before this one with every period inside the history, oldest first."""
        sizes = self._years.value_counts().sort_index()
        return [y for y, size in sizes.items() if y < self.year and size == self.periods_a_year]

    def counts_of(self, year: pd.Period) -> np.ndarray:
        """Give the counts of one year, as far as the history has them, in order."""
        return self.counts[self._years == year].to_numpy(dtype=float, na_value=np.nan)

    def is_left_out(self, year: pd.Period) -> bool:
        """Say whether any period of a whole year is left out."""
        return bool(self.left_out[self._years == year].any())

    def has_break_inside(self, year: pd.Period) -> bool:
        """Say whether the definition changed after the start of a whole year, so that its months are not of one kind."""
        inside = self.counts.index[self._years == year][1:]
        return any(b in inside for b in self.breaks)

    @cached_property
    def _years(self) -> pd.PeriodIndex:
        return self.counts.index.asfreq("Y-MAR")


def check_history(history: pd.Series, *, year: pd.Period, caveats: Sequence[Caveat]) -> History:
    """Check a history of counts at the door, and look at it from a financial year."""
    if not isinstance(year, pd.Period) or year.freqstr != "Y-MAR":
        raise ValueError(
            f"year is a financial year, not {year!r}. Make one with saferleeds_analysis.periods.financial_year('2012/13')."
        )
    left_out = check_counts(history, caveats=caveats)
    index, name = history.index, periods.financial_year_name(year)
    first, last = (year.asfreq("M", how=end).asfreq(index.freqstr) for end in ("start", "end"))
    wanted = pd.period_range(first, last, freq=index.freq)
    known = int((index >= first).sum())
    gap = 0 if known else (first - index[-1]).n - 1
    starts = break_starts(index, caveats=caveats)
    inside = [s for s in starts if first < s <= last]
    rules = (
        (
            index[-1] <= last,
            ValueError,
            f" goes on after {name} ({period_name(index[-1])}). To look at a past year, give what was known then: "
            "history[:last month].",
        ),
        (
            index[0] <= first,
            DataProblem,
            f" starts in {period_name(index[0])}, after the start of {name}. The count of the year to date needs every "
            "period from April on.",
        ),
        (
            gap < len(wanted),
            DataProblem,
            f" ends in {period_name(index[-1])}, more than a year before {name} starts. Add the counts since, or ask for "
            "an earlier year.",
        ),
        (
            history[index >= first].notna().all(),
            DataProblem,
            f" has no count for some periods of {name} itself, so the year to date is not known. Find the counts.",
        ),
        (
            not inside,
            DataProblem,
            f": the definition changed in {names_of(inside[:1])}, inside {name}, so the months of the year do not add up "
            "to one total. Restate the earlier months in the new definition, or ask for the next year.",
        ),
    )
    for holds, problem, why in rules:
        if not holds:
            raise problem(f"history {history.name!r}{why}")
    return History(
        counts=history,
        year=year,
        year_index=wanted,
        known=known,
        gap=gap,
        left_out=left_out,
        breaks=tuple(s for s in starts if index[0] < s <= first),
    )


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
    left_out = _in_left_out(index, caveats)
    values = history.to_numpy(dtype=float, na_value=np.nan)
    repeated = index[index.duplicated()].unique()
    absent = pd.period_range(index.min(), index.max(), freq=index.freq).difference(index)
    blank = index[np.isnan(values) & ~left_out]
    below, broken = index[values < 0], index[values % 1 > 0]
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


def check_targets(target: Target | Sequence[Target] | None, *, year: pd.Period) -> tuple[Target, ...]:
    """Give the targets of a year, oldest first, so that the last is in force; refuse one of another year."""
    targets = () if target is None else (target,) if isinstance(target, Target) else tuple(target)
    name = periods.financial_year_name(year)
    for t in targets:
        if t.period != name:
            raise ValueError(
                f"the target of {t.value:g} is for {t.period!r}, and the year asked for is {name!r}."
            )
        if t.comparison not in COMPARISONS:
            raise ValueError(
                f"the target of {t.value:g} has the comparison {t.comparison!r}: it is 'at most', 'below', 'at least' "
                "or 'above'."
            )
    if len({is_decrease(t) for t in targets}) > 1:
        raise ValueError("the targets of one year ask for a decrease and for an increase at once.")
    return tuple(sorted(targets, key=lambda t: t.set_on))


def is_decrease(target: Target) -> bool:
    """Say whether less is better for a target."""
    return target.comparison in ("at most", "below")


def is_met(target: Target, total: float | np.ndarray, *, value: float | None = None) -> bool | np.ndarray:
    """Say whether a total meets a target; ``value`` stands for the target's own where it was turned into a count."""
    value = target.value if value is None else value
    compare = {"at most": np.less_equal, "below": np.less, "at least": np.greater_equal, "above": np.greater}
    return compare[target.comparison](total, value)


def target_count(target: Target, denominator: float | None) -> float:
    """Give a target as a count: a rate times its denominator, or the value itself."""
    if denominator is None:
        return target.value
    if not denominator > 0:
        raise ValueError(
            f"denominator is how many of the rate's base there are (321.5 for 321,500), not {denominator!r}."
        )
    return target.value * denominator


def period_name(period: pd.Period) -> str:
    """Write a month or a quarter for people."""
    return periods.month_name(period) if period.freqstr == "M" else periods.quarter_name(period)


def _in_left_out(index: pd.PeriodIndex, caveats: Sequence[Caveat]) -> np.ndarray:
    first, last = index.asfreq("M", how="start"), index.asfreq("M", how="end")
    inside = np.zeros(len(index), dtype=bool)
    for c in caveats:
        if c.kind in LEFT_OUT_KINDS:
            inside |= (last >= (c.start or last.min())) & (first <= (c.end or first.max()))
    return inside


def names_of(found: Iterable[pd.Period]) -> str:
    """Write months or quarters for people, six at the most."""
    names = [period_name(p) for p in found]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
