"""One rate, percentage or mean with its interval, and what may be said of the difference between two.

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
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest
from statsmodels.stats.rates import etest_poisson_2indep

from saferleeds_analysis import periods
from saferleeds_analysis.estimates import (
    Estimate,
    count_with_interval,
    less,
    ratio_of_rates,
)
from saferleeds_analysis.problems import DataProblem, refuse_unless
from saferleeds_analysis.results import Result

#: Directly standardised rates are withheld below this many events (UKHSA technical guide).
FEWEST_EVENTS = 10
#: No percentage is printed on a smaller base (the project's disclosure rules).
SMALLEST_BASE = 30
_LARGEST_GRID = 4_000


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
class GuardedEstimate:
    """An estimate that is not given when its base is too small to carry it.

    ``estimate`` is ``None`` when withheld, and ``withheld`` is then the sentence to print in its place.
    """

    estimate: Estimate | None
    base: float
    withheld: str = ""


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


@dataclass(frozen=True, kw_only=True)
class ProportionComparison:
    """One proportion against another.

    ``difference`` is the first less the second in percentage points, with the p-value of the chi-squared test (no
    continuity correction). ``odds_ratio`` is conditional, with exact limits, and ``fisher_p_value`` goes with it; it
    is ``None`` when an outcome never or always happened in both. ``word`` follows the interval of the difference.
    """

    difference: Estimate
    p_value: float
    odds_ratio: Estimate | None
    fisher_p_value: float
    word: str


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
    Numerators may be weighted, so need not be whole, for Wilson. For surveys by design use the survey methods, and to
    print a percentage use :func:`percentage`, which keeps the small-base rule.

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


def percentage(
    numerator: float, base: float, *, smallest_base: int = SMALLEST_BASE, confidence: float = 0.95
) -> GuardedEstimate:
    """Give a percentage to print, or the sentence to print in its place when the base is under 30.

    >>> percentage(7, 27).withheld
    'No percentage is given on a base of 27 (fewer than 30).'
    >>> round(percentage(279, 310).estimate.value, 1)
    90.0
    """
    _check_share(numerator, base)
    if base < smallest_base:
        return GuardedEstimate(
            estimate=None,
            base=base,
            withheld=f"No percentage is given on a base of {base:g} (fewer than {smallest_base}).",
        )
    return GuardedEstimate(estimate=proportion(numerator, base, confidence=confidence), base=base)


def mean(values: pd.Series, *, unit: str, confidence: float = 0.95) -> Estimate:
    """Give a mean with Student's t limits; for a simple sample, not a weighted or clustered one.

    >>> m = mean(pd.Series([4.0, 6.0, 8.0]), unit="days")
    >>> round(m.value, 1), round(m.lower, 2), round(m.upper, 2)
    (6.0, 1.03, 10.97)
    """
    if len(values) < 2:
        raise ValueError(f"the interval of a mean needs at least 2 values, not {len(values)}.")
    missing = int(values.isna().sum())
    if missing:
        raise DataProblem(
            f"{missing} of {len(values)} values are missing: leave them out by decision, or find them."
        )
    value = float(values.mean())
    reach = (
        float(stats.t.isf((1 - confidence) / 2, len(values) - 1)) * float(values.std()) / sqrt(len(values))
    )
    return Estimate(
        value=value,
        lower=value - reach,
        upper=value + reach,
        unit=unit,
        method="Student's t",
        confidence=confidence,
        n=len(values),
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


def e_test(count: int, exposure: float, other_count: int, other_exposure: float) -> float:
    """Give the p-value of the E-test of two equal rates (Krishnamoorthy and Thomson 2004), as ``ptools`` does.

    A little more powerful than the exact test, and without an interval of its own: a check for small counts.

    >>> round(e_test(6, 1, 2, 1), 4)
    0.1749
    """
    for number in (count, other_count):
        count_with_interval(number, unit="")  # refuses what is no count
    refuse_unless(
        (exposure > 0 and other_exposure > 0, "both exposures must be above zero."),
        (count or other_count, "the E-test is not defined for two counts of zero."),
    )
    null = (count + other_count) / (exposure + other_exposure)
    means = sorted((null * exposure, null * other_exposure))
    grid = np.arange(stats.poisson.ppf(1e-14, means[0]), stats.poisson.isf(1e-14, means[1]) + 2)
    if len(grid) > _LARGEST_GRID:
        raise ValueError("these counts are too large for the E-test: compare_rates gives the same answer.")
    return float(
        etest_poisson_2indep(count, exposure, other_count, other_exposure, compare="ratio", y_grid=grid)[1]
    )


def compare_proportions(
    numerator: int,
    base: int,
    other_numerator: int,
    other_base: int,
    *,
    method: str = "Newcombe",
    confidence: float = 0.95,
) -> ProportionComparison:
    """Compare two percentages of simple samples or of cases; for a survey by design use the survey methods.

    The interval of the difference is Newcombe's hybrid score (1998), or Wald's as in R's ``prop.test`` without
    continuity correction; the odds ratio and its limits are those of R's ``fisher.test``.

    >>> c = compare_proportions(45, 100, 60, 110)
    >>> round(c.difference.value, 1), round(c.p_value, 3), c.word
    (-9.5, 0.167, 'no clear difference')
    """
    _check_share(numerator, base)
    _check_share(other_numerator, other_base)
    names = {"Newcombe": "newcomb", "Wald": "wald"}
    if method not in names:
        raise ValueError(f"method is 'Newcombe' or 'Wald', not {method!r}.")
    counts, bases = np.array([numerator, other_numerator]), np.array([base, other_base])
    samples = (numerator, base, other_numerator, other_base)
    lower, upper = confint_proportions_2indep(
        *samples, method=names[method], compare="diff", alpha=1 - confidence
    )
    given = {"confidence": confidence, "n": int(bases.sum())}
    varies = 0 < counts.sum() < bases.sum()
    table = np.array([counts, bases - counts]).T
    odds_ratio = None
    if varies:
        odds = stats.contingency.odds_ratio(table, kind="conditional")
        limits = odds.confidence_interval(confidence)
        odds_ratio = Estimate(
            value=float(odds.statistic),
            lower=float(limits.low),
            upper=float(limits.high),
            unit="odds ratio",
            method="exact conditional (Fisher)",
            **given,
        )
    value = numerator / base - other_numerator / other_base
    return ProportionComparison(
        difference=Estimate(
            value=100 * value,
            lower=100 * min(float(lower), value),
            upper=100 * max(float(upper), value),
            unit="percentage points",
            method=method,
            **given,
        ),
        p_value=float(proportions_ztest(counts, bases)[1]) if varies else 1.0,
        odds_ratio=odds_ratio,
        fisher_p_value=float(stats.fisher_exact(table).pvalue) if varies else 1.0,
        word="lower" if upper < 0 else "higher" if lower > 0 else "no clear difference",
    )


def directly_standardised_rate(
    counts: pd.Series,
    populations: pd.Series,
    standard: pd.Series,
    *,
    denominator: Denominator,
    months: pd.PeriodIndex,
    count_variances: pd.Series | None = None,
    per: int = 100_000,
    events: str = "offences",
    confidence: float = 0.95,
) -> GuardedEstimate:
    """Give the rate that a standard population would have at this area's rates by band (Dobson 1991, as UKHSA).

    The three series share one index of bands (ages, kinds of household). ``denominator`` says what ``populations``
    counts, when and by whom, and its number must be their sum. Withheld below 10 events in all. Where the same people
    or homes have several events, ``count_variances`` gives, by band, the sum over them of the square of how many each
    had, and the interval widens to match.

    >>> bands = ["16 to 64", "65 and over"]
    >>> people = Denominator(number=3000, of="people", counted_on=date(2012, 6, 30), source="Mid-2012, ONS")
    >>> year = pd.period_range("2012-04", periods=12, freq="M")
    >>> s = directly_standardised_rate(
    ...     pd.Series([40, 10], bands), pd.Series([2000, 1000], bands), pd.Series([60, 40], bands),
    ...     denominator=people, months=year, per=1000,
    ... )
    >>> s.estimate.value
    16.0
    """
    given = {} if count_variances is None else {"count_variances": count_variances}
    _check_bands(counts=counts, populations=populations, standard=standard, **given)
    variances = given.get("count_variances", counts)
    if abs(populations.sum() - denominator.number) > 1e-6 * denominator.number:
        raise DataProblem(
            f"the populations by band add up to {populations.sum():,.10g}, the denominator is {denominator.number:,.10g}."
        )
    _refuse_empty(populations, "no people or homes in")
    total = int(counts.sum())
    if total < FEWEST_EVENTS:
        said = f"No standardised rate is given on {total} event{'s' * (total != 1)} (fewer than {FEWEST_EVENTS})."
        return GuardedEstimate(estimate=None, base=total, withheld=said)
    weights = standard / standard.sum() / populations
    value = float((weights * counts).sum())
    scale = sqrt(float((weights**2 * variances).sum()) / total)
    limits = count_with_interval(total, unit=events, method="Byar", confidence=confidence)
    return GuardedEstimate(
        base=total,
        estimate=Estimate(
            value=per * value,
            lower=per * (value + scale * (limits.lower - total)),
            upper=per * (value + scale * (limits.upper - total)),
            unit=f"{events} per {per:,} {denominator.of}, standardised",
            method="Dobson" if count_variances is None else "Dobson, repeat events allowed for",
            confidence=confidence,
            n=total,
            caveats=_months_caveats(denominator, months, events),
        ),
    )


def expected_events(
    populations: pd.Series, reference_counts: pd.Series, reference_populations: pd.Series
) -> float:
    """Give how many events this area would have at the reference area's rates by band.

    >>> bands = ["16 to 64", "65 and over"]
    >>> float(expected_events(pd.Series([200, 100], bands), pd.Series([30, 5], bands), pd.Series([1000, 500], bands)))
    7.0
    """
    _check_bands(
        populations=populations,
        reference_counts=reference_counts,
        reference_populations=reference_populations,
    )
    _refuse_empty(reference_populations, "the reference has no people or homes in")
    return float((populations * reference_counts / reference_populations).sum())


def standardised_ratio(
    observed: int,
    expected: float,
    *,
    per: float = 100,
    unit: str = "observed per 100 expected",
    confidence: float = 0.95,
) -> Estimate:
    """Give events observed against expected (the indirectly standardised ratio), 100 meaning "as expected".

    With ``per`` the reference area's own rate, and its unit, the answer is the indirectly standardised rate.

    >>> r = standardised_ratio(91, 835.883561231174)
    >>> round(r.value, 2), round(r.lower, 2), round(r.upper, 2)
    (10.89, 8.77, 13.37)
    """
    if not expected > 0:
        raise ValueError(f"a ratio cannot be taken to {expected!r} expected events.")
    limits = count_with_interval(observed, unit=unit, confidence=confidence)
    return Estimate(
        value=per * observed / expected,
        lower=per * limits.lower / expected,
        upper=per * limits.upper / expected,
        unit=unit,
        method=limits.method,
        confidence=confidence,
        n=int(observed),
    )


def _rate(count: int, denominator: Denominator, *, per: float, events: str, **given: float) -> Estimate:
    of_count = count_with_interval(count, unit=events, **given)
    scale = per / denominator.number
    return replace(
        of_count,
        value=count * scale,
        lower=of_count.lower * scale,
        upper=of_count.upper * scale,
        unit=f"{events} per {per:,} {denominator.of}",
    )


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


def _refuse_empty(populations: pd.Series, words: str) -> None:
    empty = populations.index[populations <= 0]
    if len(empty):
        raise DataProblem(f"{words} {', '.join(map(str, empty))}.")


def _check_bands(**series: pd.Series) -> None:
    """Name every band that is missing, double or negative, in all series at once."""
    (first_name, first), *others = series.items()
    found = [(f"{name} has {{}} twice", s.index[s.index.duplicated()]) for name, s in series.items()]
    found += [
        (f"{first_name} and {name} differ in their bands ({{}})", first.index.symmetric_difference(s.index))
        for name, s in others
    ]
    for name, s in series.items():
        found.append((f"{name} is missing in {{}}", s.index[s.isna()]))
        found.append((f"{name} is negative in {{}}", s.index[s < 0]))
    problems = [text.format(", ".join(map(str, bands))) for text, bands in found if len(bands)]
    if problems:
        raise DataProblem("; ".join(problems) + ".")
