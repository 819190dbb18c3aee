"""One rate or percentage with its interval, and what may be said of the difference between two rates.

A rate is a count over a denominator that carries its date and source. Intervals say how far chance alone moves such
counts, taking events to be independent; crimes that come in series make the truth wider. The rules and the figures
they are tested on are those of public-health statistics in England (UKHSA, PHEindicatormethods 2.1.0) and of R.
"""

from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from numbers import Real

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from saferleeds_analysis import periods
from saferleeds_analysis.estimates import (
    Estimate,
    count_with_interval,
    less,
    ratio_of_rates,
    scaled,
)
from saferleeds_analysis.problems import refuse_unless
from saferleeds_analysis.results import Result


@dataclass(frozen=True, kw_only=True)
class Denominator:
    """How many households or people a rate is of, the day they were counted for, and who counted them.

    >>> Denominator(number=320_596, of="households", counted_on=date(2011, 3, 27), source="Census 2011, ONS").of
    'households'
    """

    number: float
    of: str
    counted_on: date
    source: str

    def __post_init__(self) -> None:
        """Refuse a denominator of nothing, without a date or without a source."""
        number = isinstance(self.number, Real) and not isinstance(self.number, bool)
        refuse_unless(
            (
                number and self.number > 0,
                f"a rate cannot be taken of {self.number!r} {self.of or 'units'}.",
            ),
            (
                isinstance(self.counted_on, date),
                f"a denominator needs the date that it describes, such as date(2011, 3, 27): {self.counted_on!r}.",
            ),
            (
                self.of and self.source,
                "a denominator says what it counts (households, people) and who counted them.",
            ),
        )


@dataclass(frozen=True, kw_only=True)
class RateComparison(Result):
    """One rate against another.

    ``ratio`` is the first over the second (``None`` when the second count is zero), ``difference`` the first less the
    second; ``word`` is ``"higher"``, ``"lower"`` or ``"no clear difference"`` and follows the interval of the ratio.
    """

    ratio: Estimate | None
    difference: Estimate
    p_value: float
    word: str
    caveats: tuple[str, ...] = ()


def rate(
    count: int,
    denominator: Denominator,
    *,
    months: pd.PeriodIndex,
    per: int = 1_000,
    events: str = "offences",
    confidence: float = 0.95,
    dispersion: float = 1.0,
) -> Estimate:
    """Give events per 1,000 households or people, with the interval of the count (exact below 10, Byar from 10).

    ``months`` are the months that were counted. A denominator of another time, or a count that is not of twelve
    months, is a caveat of the answer. Events are taken as independent unless a ``dispersion`` says how far they stray.

    >>> from saferleeds_analysis.periods import financial_year, financial_year_months
    >>> households = Denominator(
    ...     number=320_596, of="households", counted_on=date(2011, 3, 27), source="Census 2011, ONS"
    ... )
    >>> leeds = rate(5305, households, months=financial_year_months(financial_year("2012/13")))
    >>> round(leeds.value, 1), round(leeds.lower, 1), round(leeds.upper, 1), leeds.unit
    (16.5, 16.1, 17.0, 'offences per 1,000 households')
    >>> leeds.caveats[0]
    'The households are those of 27 March 2011 (Census 2011, ONS); the offences are of April 2012 to March 2013.'
    """
    given = {"confidence": confidence, "dispersion": dispersion}
    found = _rate(count, denominator, per=per, events=events, **given)
    return replace(found, caveats=_months_caveats(denominator, months, events))


def proportion(
    numerator: float, base: float, *, per: int = 100, method: str = "Wilson", confidence: float = 0.95
) -> Estimate:
    """Give a percentage (``per=100``) or a share (``per=1``) with its interval.

    ``method`` is ``"Wilson"`` (the house rule), ``"Clopper-Pearson"`` (exact) or ``"Wilson, continuity corrected"``.
    Numerators may be weighted, so need not be whole, for Wilson. For surveys by design use the survey methods.

    >>> p = proportion(65, 100)
    >>> round(p.lower, 2), round(p.upper, 2)
    (55.25, 73.64)
    """
    _check_share(numerator, base)
    if method == "Wilson":
        lower, upper = proportion_confint(numerator, base, alpha=1 - confidence, method="wilson")
    elif method in ("Clopper-Pearson", "Wilson, continuity corrected"):
        if numerator != int(numerator) or base != int(base):
            raise ValueError(f"{method} needs whole numbers, not {numerator!r} of {base!r}.")
        name = "exact" if method == "Clopper-Pearson" else "wilsoncc"
        lower, upper = stats.binomtest(int(numerator), int(base)).proportion_ci(confidence, method=name)
    else:
        raise ValueError(
            f"method is 'Wilson', 'Clopper-Pearson' or 'Wilson, continuity corrected', not {method!r}."
        )
    share = numerator / base
    return Estimate(
        value=per * share,
        # Rounding in the last place may not push the interval past its value or outside 0 to 1.
        lower=per * max(0.0, min(float(lower), share)),
        upper=per * min(1.0, max(float(upper), share)),
        unit="%" if per == 100 else "share" if per == 1 else f"per {per:,}",
        method=method,
        confidence=confidence,
        n=int(base),
    )


def compare_rates(
    count: int,
    denominator: Denominator,
    other_count: int,
    other_denominator: Denominator,
    *,
    method: str = "exact",
    per: int = 1_000,
    events: str = "offences",
    confidence: float = 0.95,
) -> RateComparison:
    """Compare one rate with another, over the same months, by their ratio and their difference.

    ``method="exact"`` is the conditional binomial test and its limits (R's ``poisson.test``); ``"log-normal"`` the
    usual approximation, which needs both counts above zero. The interval of the difference joins the two counts' own
    intervals (Zou and Donner 2008, "MOVER").

    >>> census = {"of": "households", "counted_on": date(2011, 3, 27), "source": "Census 2011, ONS"}
    >>> c = compare_rates(30, Denominator(number=1000, **census), 18, Denominator(number=1000, **census))
    >>> round(c.ratio.value, 2), round(c.ratio.lower, 2), round(c.ratio.upper, 2), c.word
    (1.67, 0.9, 3.17, 'no clear difference')
    """
    if denominator.of != other_denominator.of:
        raise ValueError(
            f"a rate of {denominator.of} cannot be compared with a rate of {other_denominator.of}."
        )
    given = {"per": per, "events": events, "confidence": confidence}
    one, other = _rate(count, denominator, **given), _rate(other_count, other_denominator, **given)
    if method == "exact":
        exposed = (count, denominator.number), (other_count, other_denominator.number)
        lower, upper, p_value = ratio_of_rates(*exposed, confidence=confidence)
    elif method == "log-normal":
        if not (count and other_count):
            raise ValueError("the log-normal method needs both counts above zero: use method='exact'.")
        spread = sqrt(1 / count + 1 / other_count)
        log_ratio = np.log(one.value / other.value)
        lower, upper = np.exp(stats.norm.interval(confidence, loc=log_ratio, scale=spread))
        p_value = 2 * stats.norm.sf(abs(log_ratio / spread))
    else:
        raise ValueError(f"method is 'exact' or 'log-normal', not {method!r}.")
    dates = [periods.day_name(d.counted_on) for d in (denominator, other_denominator)]
    apart = f"The {denominator.of} are of two dates: {dates[0]} and {dates[1]}."
    return RateComparison(
        ratio=Estimate(
            value=one.value / other.value,
            lower=float(lower),
            upper=float(upper),
            unit="ratio of rates",
            method="exact conditional (Clopper-Pearson)" if method == "exact" else "log-normal",
            confidence=confidence,
            n=int(count + other_count),
        )
        if other_count
        else None,
        difference=less(one, other, method="MOVER on Poisson limits"),
        p_value=float(p_value),
        word="lower" if upper < 1 else "higher" if lower > 1 else "no clear difference",
        caveats=(apart,) if dates[0] != dates[1] else (),
    )


def _rate(count: int, denominator: Denominator, *, per: float, events: str, **given: float) -> Estimate:
    of_count = count_with_interval(count, unit=events, **given)
    return scaled(of_count, per / denominator.number, unit=f"{events} per {per:,} {denominator.of}")


def _months_caveats(denominator: Denominator, months: pd.PeriodIndex, events: str) -> tuple[str, ...]:
    if not isinstance(months, pd.PeriodIndex) or months.freqstr != "M" or not len(months):
        raise ValueError("months is the PeriodIndex of months counted, as periods.twelve_months_to gives.")
    counted = pd.Period(denominator.counted_on, freq="M")
    caveats = []
    if not months[0] <= counted <= months[-1]:
        caveats.append(
            f"The {denominator.of} are those of {periods.day_name(denominator.counted_on)} ({denominator.source}); "
            f"the {events} are of {periods.month_name(months[0])} to {periods.month_name(months[-1])}."
        )
    if len(months) != 12:
        caveats.append(f"The rate is of {len(months)} month{'s' * (len(months) != 1)}, not of a year.")
    return tuple(caveats)


def _check_share(numerator: float, base: float) -> None:
    refuse_unless(
        (base > 0, f"a percentage needs a base above zero, not {base!r}."),
        (0 <= numerator <= base, f"{numerator!r} is not a part of {base!r}."),
    )
