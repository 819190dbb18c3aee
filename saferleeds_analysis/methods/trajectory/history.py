"""What a history must be, and what of it may be used: checked once, at the door, for every function of this method."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import COMPARISONS, NATIONAL, Caveat, Target
from saferleeds_analysis.methods.counts import (
    MISSING_KIND,
    break_starts,
    check_counts,
    names_of,
    period_name,
    under_caveats,
)
from saferleeds_analysis.problems import DataProblem

CONSTANTS = tomllib.loads(Path(NATIONAL / "trajectory.toml").read_text(encoding="utf-8"))
# How the projection did on data that had no part in making it.
MEASURED = CONSTANTS["measured"]


@dataclass(frozen=True, kw_only=True)
class History:
    """A checked history, seen from one financial year.

    ``year_index`` holds the periods of the year, April (or April to June) first, of which ``known`` have a count; ``gap``
    is how many periods lie between the end of the history and a year that has not started; ``left_out`` marks the periods
    of the history in a caveat that takes them out, ``unknown`` those without a count that can be believed, and ``breaks`` are the first periods of each new definition that fall
    inside the history.
    """

    counts: pd.Series
    year: pd.Period
    year_index: pd.PeriodIndex
    known: int
    gap: int
    left_out: np.ndarray
    unknown: np.ndarray
    breaks: tuple[pd.Period, ...]

    @property
    def periods_a_year(self) -> int:
        """Twelve months or four quarters."""
        return len(self.year_index)

    def whole_years_before(self) -> list[pd.Period]:
        """Give the financial years before this one with every period inside the history, oldest first."""
        ends, sizes = np.unique(self._ends, return_counts=True)
        back = [
            self.year.year - end for end, size in zip(ends, sizes, strict=True) if size == self.periods_a_year
        ]
        return [self.year - int(years) for years in back if years > 0]

    def counts_of(self, year: pd.Period) -> np.ndarray:
        """Give the counts of one year, as far as the history has them, in order."""
        return self._counts[self._ends == year.year]

    def is_left_out(self, year: pd.Period) -> bool:
        """Say whether any period of a whole year is left out."""
        return bool(self.left_out[self._ends == year.year].any())

    def has_break_inside(self, year: pd.Period) -> bool:
        """Say whether the definition changed after the start of a whole year, so that its months are not of one kind."""
        inside = self.counts.index[self._ends == year.year][1:]
        return any(b in inside for b in self.breaks)

    @cached_property
    def _counts(self) -> np.ndarray:
        return self.counts.to_numpy(dtype=float, na_value=np.nan)

    @cached_property
    def _ends(self) -> np.ndarray:
        """The calendar year in which the financial year of each period ends."""
        return self.counts.index.asfreq("Y-MAR").year.to_numpy()


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
        unknown=under_caveats(index, caveats=caveats, kinds=[MISSING_KIND]) | history.isna().to_numpy(),
        breaks=tuple(s for s in starts if index[0] < s <= first),
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
