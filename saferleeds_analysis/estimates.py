"""A number with its interval, method and base; and what may be said of the change between two counts.

Every figure that is estimated carries how far it may be off. "No clear change" is the default word: a rise or a fall
is only called one when the interval of the change leaves out no change.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from saferleeds_analysis.problems import refuse_unless
from saferleeds_analysis.results import Result

# The columns of every tidy table of figures, in whole words.
TIDY_COLUMNS = (
    "indicator_id",
    "area",
    "period",
    "measure",
    "value",
    "lower",
    "upper",
    "confidence",
    "unit",
    "method",
    "n",
    "caveats",
)


@dataclass(frozen=True, kw_only=True)
class Estimate(Result):
    """A value with its interval.

    ``value``, ``lower`` and ``upper`` are in ``unit``; ``method`` names how the interval was made and ``confidence``
    its level (0.95); ``n`` is the base (offences counted, people asked); ``caveats`` are sentences that the reader
    needs beside the number. A limit may be infinite (a ratio to a count of zero has no upper limit).

    >>> Estimate(value=12.0, lower=10.0, upper=14.0, unit="%", method="Wilson", confidence=0.95, n=1000)
    <Estimate>
    """

    value: float
    lower: float
    upper: float
    unit: str
    method: str
    confidence: float
    n: int | None = None
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a confidence that is not a share, and a value without an interval round it."""
        if not 0 < self.confidence < 1:
            raise ValueError(
                f"a confidence level lies between 0 and 1, such as 0.95; {self.confidence!r} does not."
            )
        if not self.lower <= self.value <= self.upper:
            raise ValueError(
                f"the interval {self.lower} to {self.upper} does not hold its value {self.value}."
            )


@dataclass(frozen=True, kw_only=True)
class CountChange(Result):
    """The change from one count to another over periods of equal length.

    ``difference`` (later less earlier, in the counts' unit) and ``percent`` (of the earlier count) each with their
    interval; ``percent`` is ``None`` when the earlier count is zero, because no percentage can be taken of nothing.
    ``direction`` is ``"fell"``, ``"rose"`` or ``"no clear change"``; ``dispersion`` is what the intervals allow for.
    ``ordinary`` is how far down and up, in per cent, a year strays from the year before where nothing in particular happens,
    for a change from year to year where that is known.
    """

    earlier: int
    later: int
    difference: Estimate
    percent: Estimate | None
    p_value: float
    direction: str
    dispersion: float = 1.0
    ordinary: tuple[float, float] | None = None

    @property
    def more_than_usual(self) -> bool:
        """Say whether a clear change is also larger than an ordinary year's; never where that is not known."""
        if self.direction == "no clear change" or self.ordinary is None:
            return False
        low, high = self.ordinary
        return not low <= self.percent.value <= high

    @property
    def word(self) -> str:
        """Say in one of three grades how the count moved: no clear change, fell or rose, fell or rose unusually."""
        return f"{self.direction} unusually" if self.more_than_usual else self.direction


def count_with_interval(
    count: int, *, unit: str, confidence: float = 0.95, method: str = "", dispersion: float = 1.0
) -> Estimate:
    """Give a count with the interval of the rate that lies behind it.

    Exact Poisson limits (Garwood 1936) below 10 events and Byar's approximation from 10, the rule of public-health
    statistics in England (UKHSA, PHEindicatormethods). They take events to be independent; crimes come in series, and with a
    ``dispersion`` (variance over that of independent events, 1 at least) so many of them tell as much as one that stands alone.
    ``method`` names one of the two, ``"exact Poisson"`` or ``"Byar"``, for agreement with other software. Where Byar's
    lower limit falls below zero (one event at 99.8%), zero stands for it and a caveat says so.

    >>> e = count_with_interval(315, unit="offences")
    >>> round(e.lower, 1), round(e.upper, 1), e.method
    (281.2, 351.8, 'Byar')
    >>> e = count_with_interval(10, unit="offences", method="exact Poisson")
    >>> round(e.lower, 3), round(e.upper, 3)
    (4.795, 18.39)
    """
    if isinstance(count, bool) or not isinstance(count, Integral) or count < 0:
        raise ValueError(f"{count!r} is not a count: counts are whole numbers from 0.")
    _check_dispersion(dispersion)
    # So many independent events tell as much: seldom a whole number, of which the exact limits are those of the gamma distribution.
    telling = count / dispersion
    method = method or ("exact Poisson" if telling < 10 else "Byar")
    refuse_unless(
        (method in ("Byar", "exact Poisson"), f"method is 'Byar' or 'exact Poisson', not {method!r}."),
        (
            count > 0 or method != "Byar",
            "Byar's approximation has no lower limit for a count of 0: use 'exact Poisson'.",
        ),
    )
    lower, upper = _poisson_limits(telling, confidence, method)
    return Estimate(
        value=count,
        lower=max(dispersion * lower, 0.0),
        upper=dispersion * upper,
        unit=unit,
        method=method + _allowing_for(dispersion),
        confidence=confidence,
        n=int(count),
        caveats=("Byar's approximation gives no lower limit here: 0 stands for it.",) if lower < 0 else (),
    )


@lru_cache(maxsize=4096)  # a page compares the same two counts in a table, a sentence and a chart
def change_between_counts(
    earlier: int,
    later: int,
    *,
    unit: str,
    confidence: float = 0.95,
    dispersion: float = 1.0,
    ordinary: tuple[float, float] | None = None,
) -> CountChange:
    """Compare two counts over periods of equal length.

    The test and the interval of the percentage are exact: given the total of both, the later count is binomial with
    half a chance each when nothing has changed (Przyborowski and Wilenski 1940; R's ``poisson.test``). The interval of
    the difference joins the two counts' own intervals (Zou and Donner 2008, "MOVER"). All take events to be independent unless
    a ``dispersion`` says how far such counts stray (:func:`~saferleeds_analysis.methods.variation.variation`): so many events then
    tell as much as one that stands alone. ``ordinary`` is passed on
    (:func:`~saferleeds_analysis.methods.variation.change_of_a_year` fills in both).

    >>> change = change_between_counts(9214, 5938, unit="offences")
    >>> change.direction, round(change.percent.value, 1)
    ('fell', -35.6)
    >>> round(change.percent.lower, 1), round(change.percent.upper, 1)
    (-37.6, -33.4)
    >>> change_between_counts(10, 8, unit="offences").direction
    'no clear change'
    """
    given = {"confidence": confidence, "dispersion": dispersion}
    before = count_with_interval(earlier, unit=unit, **given)
    after = count_with_interval(later, unit=unit, **given)
    ratio_lower, ratio_upper, p_value = ratio_of_rates((later, 1), (earlier, 1), **given)
    percent = None
    if earlier:
        percent = Estimate(
            value=100 * (later / earlier - 1),
            lower=100 * (ratio_lower - 1),
            upper=100 * (ratio_upper - 1),
            unit="%",
            method="exact conditional (Clopper-Pearson)" + _allowing_for(dispersion),
            confidence=confidence,
            n=int(earlier),
        )
    # The word follows the interval that is printed beside it, so that the two never disagree.
    direction = "fell" if ratio_upper < 1 else "rose" if ratio_lower > 1 else "no clear change"
    return CountChange(
        earlier=int(earlier),
        later=int(later),
        difference=less(after, before, method="MOVER on Poisson limits" + _allowing_for(dispersion)),
        percent=percent,
        p_value=p_value,
        direction=direction,
        dispersion=dispersion,
        ordinary=ordinary,
    )


def less(one: Estimate, other: Estimate, *, method: str, caveats: tuple[str, ...] = ()) -> Estimate:
    """Give one estimate less another, in their unit; the interval joins theirs (Zou and Donner 2008, "MOVER").

    Both have one unit and one confidence. The base is that of both together, ``None`` where one has none.

    >>> ten, four = (count_with_interval(count, unit="offences") for count in (10, 4))
    >>> less(ten, four, method="MOVER").value
    6
    """
    if (one.unit, one.confidence) != (other.unit, other.confidence):
        raise ValueError(
            "the two estimates are in different units or at different levels of confidence: "
            f"{one.unit!r} at {one.confidence} and {other.unit!r} at {other.confidence}."
        )
    value = one.value - other.value
    return Estimate(
        value=value,
        lower=value - sqrt((one.value - one.lower) ** 2 + (other.upper - other.value) ** 2),
        upper=value + sqrt((one.upper - one.value) ** 2 + (other.value - other.lower) ** 2),
        unit=one.unit,
        method=method,
        confidence=one.confidence,
        n=None if None in (one.n, other.n) else one.n + other.n,
        caveats=caveats,
    )


def scaled(estimate: Estimate, by: float, *, unit: str, **changed: Any) -> Estimate:
    """Give an estimate times a number that is certain (a rate of a count; with -1 the other side), its limits in order.

    >>> ten = scaled(count_with_interval(10, unit="offences"), 1_000 / 500, unit="offences per 1,000 households")
    >>> ten.value, ten.lower < 20 < ten.upper, scaled(ten, -1, unit=ten.unit).upper < 0
    (20.0, True, True)
    """
    lower, upper = sorted((estimate.lower * by, estimate.upper * by))
    return replace(estimate, value=estimate.value * by, lower=lower, upper=upper, unit=unit, **changed)


def ratio_of_rates(
    one: tuple[int, float], other: tuple[int, float], *, confidence: float = 0.95, dispersion: float = 1.0
) -> tuple[float, float, float]:
    """Give the exact limits of a ratio of two rates and the p-value of no difference (R's ``poisson.test``).

    Each rate is a count and its exposure: given both counts' total, the one is binomial. With a ``dispersion`` the counts
    are divided by it, the limits are those of the beta distribution all the same, and the p-value is twice the smaller tail.

    >>> [round(number, 3) for number in ratio_of_rates((30, 1), (18, 1))]
    [0.899, 3.175, 0.111]
    """
    (count, exposure), (other_count, other_exposure) = one, other
    total = int(count) + int(other_count)
    if not total:
        return 0.0, float("inf"), 1.0
    # The limits of Clopper and Pearson by the beta distribution: what the test's own interval finds by trial, at once.
    tail, scale, share = (
        (1 - confidence) / 2,
        other_exposure / exposure,
        exposure / (exposure + other_exposure),
    )
    here, there = count / dispersion, other_count / dispersion
    low = special.betaincinv(here, there + 1, tail) if count else 0.0
    high = special.betaincinv(here + 1, there, 1 - tail) if other_count else 1.0
    if dispersion == 1:
        # Half of what a command takes to start would go to this import, and few commands compare counts.
        from scipy import stats

        p_value = stats.binomtest(int(count), total, share).pvalue
    else:
        p_value = smaller_tail_twice(here, there, share)
    upper = scale * high / (1 - high) if other_count else float("inf")
    return float(scale * low / (1 - low)), float(upper), float(p_value)


def smaller_tail_twice(count: ArrayLike, other: ArrayLike, share: ArrayLike) -> np.ndarray:
    """Give the p-value of two equal rates by twice the smaller tail, which agrees with the limits of Clopper and Pearson.

    ``share`` is the part of the exposure that is the first's. Counts may be parts of one, and rows of them.

    >>> round(float(smaller_tail_twice(30, 18, 0.5)), 3)
    0.111
    """
    count, other = np.asarray(count, dtype=float), np.asarray(other, dtype=float)
    most = np.where(other > 0, special.betaincc(count + 1, np.maximum(other, 1e-300), share), 1.0)
    least = np.where(count > 0, special.betainc(np.maximum(count, 1e-300), other + 1, share), 1.0)
    return np.minimum(1.0, 2 * np.minimum(most, least))


def _check_dispersion(dispersion: float) -> None:
    if not 1 <= dispersion < float("inf"):
        raise ValueError(
            f"a dispersion is 1 (independent events) or more, not {dispersion!r}: variation(counts).dispersion gives one."
        )


def _allowing_for(dispersion: float) -> str:
    return "" if dispersion == 1 else f", dispersion {dispersion:.2f}"


def _poisson_limits(count: float, confidence: float, method: str) -> tuple[float, float]:
    tail = (1 - confidence) / 2
    if method == "exact Poisson":
        lower = special.gammaincinv(count, tail) if count else 0.0
        return float(lower), float(special.gammainccinv(count + 1, tail))
    z = -special.ndtri(tail)
    lower = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    upper = (count + 1) * (1 - 1 / (9 * (count + 1)) + z / (3 * sqrt(count + 1))) ** 3
    return float(lower), float(upper)
