"""What a history must be, and what of it may be used: checked once, at the door, for every function of this method."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import REFERENCE, Caveat, Target
from saferleeds_analysis.problems import DataProblem

CONSTANTS = tomllib.loads(Path(REFERENCE / "trajectory.toml").read_text(encoding="utf-8"))
# How the projection did on data that had no part in making it.
MEASURED = CONSTANTS["measured"]

# Caveats of these kinds take their months out of seasonal shapes and base years; of the months in them, a count may
# be missing. A definition break is a step in level at its start.
LEFT_OUT_KINDS = ("pandemic", "missing")
BREAK_KIND = "definition break"


@dataclass(frozen=True, kw_only=True)
class History:
    """A checked history, seen from one financial year.

    ``known`` is how many periods of the year have a count, ``gap`` how many periods lie between the end of the history
    and a year that has not started; ``left_out`` marks the periods of the history in a caveat that takes them out, and
    ``breaks`` are the first periods of each new definition that fall inside the history.
    """

    counts: pd.Series
    year: pd.Period
    months_per_period: int
    known: int
    gap: int
    left_out: np.ndarray
    breaks: tuple[pd.Period, ...]

    @property
    def periods_a_year(self) -> int:
        """Twelve months or four quarters."""
        return 12 // self.months_per_period

    @property
    def year_index(self) -> pd.PeriodIndex:
        """The periods of the financial year, April (or April to June) first."""
        return _periods_of(self.year, self.counts.index)

    @property
    def this_year(self) -> np.ndarray:
        """The counts of the year that are known, in order."""
        return self.counts.to_numpy()[len(self.counts) - self.known :].astype(float)

    def whole_years_before(self) -> list[pd.Period]:
        """Give the financial years before this one with every period inside the history, oldest first."""
        years = [self.year - back for back in range(1, len(self.counts) // self.periods_a_year + 2)]
        return [
            y for y in reversed(years) if self._rows(y).start >= 0 and self._rows(y).stop <= len(self.counts)
        ]

    def counts_of(self, year: pd.Period) -> np.ndarray:
        """Give the counts of one whole year of the history."""
        return self.counts.to_numpy()[self._rows(year)].astype(float)

    def is_left_out(self, year: pd.Period) -> bool:
        """Say whether any period of a whole year is left out."""
        return bool(self.left_out[self._rows(year)].any())

    def has_break_inside(self, year: pd.Period) -> bool:
        """Say whether the definition changed after the start of a whole year, so that its months are not of one kind."""
        inside = self.counts.index[self._rows(year)][1:]
        return any(b in inside for b in self.breaks)

    def _rows(self, year: pd.Period) -> slice:
        start = len(self.counts) - self.known + self.gap - (self.year - year).n * self.periods_a_year
        return slice(start, start + self.periods_a_year)


def check_history(history: pd.Series, *, year: pd.Period, caveats: Sequence[Caveat]) -> History:
    """Check a history of counts at the door, and look at it from a financial year."""
    if not isinstance(year, pd.Period) or year.freqstr != "Y-MAR":
        raise ValueError(
            f"year is a financial year, not {year!r}. Make one with saferleeds_analysis.periods.financial_year('2012/13')."
        )
    return _seen_from(history, year, caveats, check_counts(history, caveats=caveats))


def check_counts(history: pd.Series, *, caveats: Sequence[Caveat]) -> np.ndarray:
    """Refuse a history that is not counts, one a period, with every problem in one message; mark its left-out periods."""
    _check_call(history)
    index = history.index
    problems = []
    if not index.is_monotonic_increasing:
        problems.append("the periods are not in order: sort the history by its index.")
    if index.has_duplicates:
        problems.append(f"periods that are there twice: {_names(index[index.duplicated()].unique())}.")
    full = pd.period_range(index.min(), index.max(), freq=index.freq)
    absent = full.difference(index)
    if len(absent):
        problems.append(
            f"no row for {_names(absent)}. Find the count, or write the period as missing and give a caveat of kind "
            "'missing' for it; a true zero is 0."
        )
    left_out = _in_left_out(index, caveats)
    empty = index[history.isna().to_numpy() & ~left_out]
    if len(empty):
        problems.append(
            f"no count for {_names(empty)}. Find the count, or give a caveat of kind 'missing' for the period; a true "
            "zero is 0."
        )
    values = history.dropna().to_numpy(dtype=float)
    if (values < 0).any():
        problems.append(f"counts below zero: {_names(history.dropna().index[values < 0])}.")
    if (values != np.round(values)).any():
        problems.append(
            f"values that are not whole numbers: {_names(history.dropna().index[values != np.round(values)])}. Only "
            "counts add up over a year. For a rate, give the counts and denominator=; a percentage is a level, for "
            "which there is assess_level."
        )
    if problems:
        raise DataProblem(f"history {history.name!r}:\n" + "\n".join(f"- {p}" for p in problems))
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
        if t.comparison not in ("at most", "below", "at least", "above"):
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


def _check_call(history: pd.Series) -> None:
    if not isinstance(history, pd.Series) or history.name is None:
        raise ValueError("history is a named pandas Series of counts: name it after its indicator.")
    if not isinstance(history.index, pd.PeriodIndex) or history.index.freqstr not in ("M", "Q-MAR"):
        raise ValueError(
            f"history {history.name!r} needs a PeriodIndex of months ('M') or of financial-year quarters ('Q-MAR'): "
            "make one with history.to_period('M') or saferleeds_analysis.periods.quarter."
        )
    if not len(history):
        raise ValueError(f"history {history.name!r} is empty.")


def _seen_from(
    history: pd.Series, year: pd.Period, caveats: Sequence[Caveat], left_out: np.ndarray
) -> History:
    index = history.index
    wanted = _periods_of(year, index)
    name = periods.financial_year_name(year)
    if index[-1] > wanted[-1]:
        raise ValueError(
            f"history {history.name!r} goes on after {name} ({period_name(index[-1])}). To look at a past year, give "
            "what was known then: history[:last month]."
        )
    if index[0] > wanted[0]:
        raise DataProblem(
            f"history {history.name!r} starts in {period_name(index[0])}, after the start of {name}. The count of the "
            "year to date needs every period from April on."
        )
    known = int((index >= wanted[0]).sum())
    gap = 0 if known else (wanted[0] - index[-1]).n - 1
    if gap >= len(wanted):
        raise DataProblem(
            f"history {history.name!r} ends in {period_name(index[-1])}, more than a year before {name} starts. Add the "
            "counts since, or ask for an earlier year."
        )
    if history.iloc[len(history) - known :].isna().any():
        raise DataProblem(
            f"history {history.name!r} has no count for some periods of {name} itself, so the year to date is not known. "
            "Find the counts."
        )
    starts = break_starts(index, caveats=caveats)
    if inside := [s for s in starts if wanted[0] < s <= wanted[-1]]:
        raise DataProblem(
            f"history {history.name!r}: the definition changed in {period_name(inside[0])}, inside {name}, so the months "
            "of the year do not add up to one total. Restate the earlier months in the new definition, or ask for the "
            "next year."
        )
    return History(
        counts=history,
        year=year,
        months_per_period=1 if index.freqstr == "M" else 3,
        known=known,
        gap=gap,
        left_out=left_out,
        breaks=tuple(s for s in starts if index[0] < s <= wanted[0]),
    )


def _periods_of(year: pd.Period, like: pd.PeriodIndex) -> pd.PeriodIndex:
    return pd.period_range(
        year.asfreq("M", how="start").asfreq(like.freqstr),
        year.asfreq("M", how="end").asfreq(like.freqstr),
        freq=like.freq,
    )


def _in_left_out(index: pd.PeriodIndex, caveats: Sequence[Caveat]) -> np.ndarray:
    first, last = index.asfreq("M", how="start"), index.asfreq("M", how="end")
    inside = np.zeros(len(index), dtype=bool)
    for c in caveats:
        if c.kind in LEFT_OUT_KINDS:
            after = True if c.start is None else last >= c.start
            before = True if c.end is None else first <= c.end
            inside |= after & before
    return inside


def _names(found: pd.PeriodIndex) -> str:
    names = [period_name(p) for p in found]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
