"""A number with its interval, method and base; and what may be said of the change between two counts.

Every figure that is estimated carries how far it may be off. "No clear change" is the default word: a rise or a fall
is only called one when the interval of the change leaves out no change.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from numbers import Integral

from scipy import stats

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
class Estimate:
    """A value with its interval.

    ``value``, ``lower`` and ``upper`` are in ``unit``; ``method`` names how the interval was made and ``confidence``
    its level (0.95); ``n`` is the base (offences counted, people asked); ``caveats`` are sentences that the reader
    needs beside the number. A limit may be infinite (a ratio to a count of zero has no upper limit).

    >>> Estimate(value=12.0, lower=10.0, upper=14.0, unit="%", method="Wilson", confidence=0.95, n=1000)
    Estimate(value=12.0, lower=10.0, upper=14.0, unit='%', method='Wilson', confidence=0.95, n=1000, caveats=())
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
        """Refuse a value without an interval round it, and a confidence that is not a share."""
        if not self.lower <= self.value <= self.upper:
            raise ValueError(
                f"the interval {self.lower} to {self.upper} does not hold its value {self.value}."
            )
        _check_confidence(self.confidence)


@dataclass(frozen=True, kw_only=True)
class CountChange:
    """The change from one count to another over periods of equal length.

    ``difference`` (later less earlier, in the counts' unit) and ``percent`` (of the earlier count) each with their
    interval; ``percent`` is ``None`` when the earlier count is zero, because no percentage can be taken of nothing.
    ``direction`` is ``"fell"``, ``"rose"`` or ``"no clear change"``.
    """

    earlier: int
    later: int
    difference: Estimate
    percent: Estimate | None
    p_value: float
    direction: str


def count_with_interval(count: int, *, unit: str, confidence: float = 0.95) -> Estimate:
    """Give a count with the interval of the rate that lies behind it, taking events to be independent.

    Exact Poisson limits (Garwood 1936) below 10 events and Byar's approximation from 10, the rule of public-health
    statistics in England (UKHSA, PHEindicatormethods). Crimes that come in series make the true interval wider.

    >>> e = count_with_interval(315, unit="offences")
    >>> round(e.lower, 1), round(e.upper, 1), e.method
    (281.2, 351.8, 'Byar')
    """
    _check_count(count)
    lower, upper, method = _poisson_limits(count, confidence)
    return Estimate(
        value=count, lower=lower, upper=upper, unit=unit, method=method, confidence=confidence, n=int(count)
    )


@lru_cache(maxsize=4096)  # a page compares the same two counts in a table, a sentence and a chart
def change_between_counts(earlier: int, later: int, *, unit: str, confidence: float = 0.95) -> CountChange:
    """Compare two counts over periods of equal length, taking events to be independent.

    The test and the interval of the percentage are exact: given the total of both, the later count is binomial with
    half a chance each when nothing has changed (Przyborowski and Wilenski 1940; R's ``poisson.test``). The interval of
    the difference joins the two counts' own intervals (Zou and Donner 2008, "MOVER"). Both intervals say how far
    chance alone moves such counts; they do not allow for crimes that come in series, which makes them wider.

    >>> change = change_between_counts(9214, 5938, unit="offences")
    >>> change.direction, round(change.percent.value, 1)
    ('fell', -35.6)
    >>> round(change.percent.lower, 1), round(change.percent.upper, 1)
    (-37.6, -33.4)
    >>> change_between_counts(10, 8, unit="offences").direction
    'no clear change'
    """
    _check_count(earlier)
    _check_count(later)
    _check_confidence(confidence)
    total = earlier + later
    p_value = stats.binomtest(int(later), int(total), 0.5).pvalue if total else 1.0
    percent = None
    ratio_lower, ratio_upper = 0.0, float("inf")
    if total:
        share = stats.binomtest(int(later), int(total), 0.5).proportion_ci(confidence, method="exact")
        ratio_lower = float(share.low / (1 - share.low))
        ratio_upper = float(share.high / (1 - share.high)) if share.high < 1 else float("inf")
    if earlier:
        percent = Estimate(
            value=100 * (later / earlier - 1),
            lower=100 * (ratio_lower - 1),
            upper=100 * (ratio_upper - 1),
            unit="%",
            method="exact conditional (Clopper-Pearson)",
            confidence=confidence,
            n=int(earlier),
        )
    # The word follows the interval that is printed beside it, so that the two never disagree.
    direction = "fell" if ratio_upper < 1 else "rose" if ratio_lower > 1 else "no clear change"
    return CountChange(
        earlier=int(earlier),
        later=int(later),
        difference=_difference(earlier, later, unit, confidence),
        percent=percent,
        p_value=float(p_value),
        direction=direction,
    )


def _difference(earlier: int, later: int, unit: str, confidence: float) -> Estimate:
    earlier_lower, earlier_upper, _ = _poisson_limits(earlier, confidence)
    later_lower, later_upper, _ = _poisson_limits(later, confidence)
    value = later - earlier
    return Estimate(
        value=value,
        lower=value - sqrt((later - later_lower) ** 2 + (earlier_upper - earlier) ** 2),
        upper=value + sqrt((later_upper - later) ** 2 + (earlier - earlier_lower) ** 2),
        unit=unit,
        method="MOVER on Poisson limits",
        confidence=confidence,
        n=int(earlier + later),
    )


def _poisson_limits(count: int, confidence: float) -> tuple[float, float, str]:
    tail = (1 - confidence) / 2
    if count < 10:
        lower = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
        upper = stats.chi2.isf(tail, 2 * count + 2) / 2
        return float(lower), float(upper), "exact Poisson"
    z = stats.norm.isf(tail)
    lower = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    upper = (count + 1) * (1 - 1 / (9 * (count + 1)) + z / (3 * sqrt(count + 1))) ** 3
    return float(lower), float(upper), "Byar"


def _check_count(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, Integral) or count < 0:
        raise ValueError(f"{count!r} is not a count: counts are whole numbers from 0.")


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, such as 0.95; {confidence!r} does not.")
