"""How crime varies by itself: how far a count strays from its level, and how far a year strays from the year before.

Offences come in series, so counts stray further than independent events would: by their dispersion, the variance over that of
independent events. And a year is seldom like the last: what areas of this size and kind do in an ordinary year is the
yardstick for a change. Both are estimated from the series' own past, and borrowed from open data (national/variation.toml) as
far as that past is short. They rest on the years before the current financial year, so that they stand still within it.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.special import ndtri

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import NATIONAL, Caveat
from saferleeds_analysis.estimates import CountChange, change_between_counts
from saferleeds_analysis.methods.counts import check_counts
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.results import Result

_TABLE = tomllib.loads((NATIONAL / "variation.toml").read_text(encoding="utf-8"))
#: How many degrees of freedom, and how many years, the open data count for beside a series' own.
_BORROWED, _BORROWED_YEARS = _TABLE["degrees_of_freedom"], _TABLE["years"]
#: The level may bend every four months: what is slower is a change of level, what is faster is noise.
_BENDS_A_YEAR = 3
_FEWEST_MONTHS = 24
#: Below this many a year a root has another variance, and the dispersion is 1.1 at most.
FEWEST_A_YEAR = 60


@dataclass(frozen=True, kw_only=True)
class Variation(Result):
    """How a series of counts varies by itself.

    ``dispersion`` is the variance of a count round its level over that of independent events, 1 at least; ``year_to_year`` the
    standard deviation of the log of a year's total over the year before, beyond what the dispersion explains. ``kind`` is the
    kind of offence whose open data were borrowed; ``own_months`` and ``own_years`` (changes from year to year) say how
    much of its own past the series had, from ``first`` to ``last``, which are ``None`` where all is borrowed.
    """

    kind: str
    dispersion: float
    year_to_year: float
    own_months: int = 0
    own_years: int = 0
    first: pd.Period | None = None
    last: pd.Period | None = None


def variation(counts: pd.Series, *, kind: str | None = None, caveats: Sequence[Caveat] = ()) -> Variation:
    """Estimate how a monthly series of counts varies by itself, from its months before the financial year of the last one.

    ``counts`` is named, a row a month; a month without a count is left out. ``kind`` names the offence (:func:`kind_of`), as the
    name of the series does where it is not given. Months in a caveat of kind
    "pandemic" or "missing" are left out too, and a year-to-year change that holds one. Of quarters all is borrowed. The dispersion is four times the
    residual variance of the square roots of the counts (Anscombe 1948) round the calendar month and a natural spline of time,
    averaged with that of open data, which counts for 36 degrees of freedom.

    >>> months = pd.period_range("2019-04", periods=60, freq="M")
    >>> found = variation(pd.Series([40, 44, 36, 42] * 15, months, name="thefts"), kind="theft")
    >>> found.kind, found.own_months, found.own_years
    ('theft', 48, 3)
    """
    counts = periods.by_period(counts)
    left_out = check_counts(counts.fillna(0), caveats=caveats) | counts.isna().to_numpy()
    values = pd.Series(counts.to_numpy(dtype=float, na_value=np.nan), counts.index).mask(left_out)
    a_year = 12 if counts.index.freqstr == "M" else 4
    past = values[counts.index.asfreq("Y-MAR") < counts.index[-1].asfreq("Y-MAR")]
    known = past if past.notna().any() else values
    if not known.notna().any():
        raise DataProblem(f"{counts.name}: no month has a count, so nothing can be said of how they vary.")
    yearly = a_year * float(known.mean())
    borrowed = variation_of(yearly, kind=str(counts.name) if kind is None else kind)
    if a_year == 4 or past.notna().sum() < _FEWEST_MONTHS or yearly < FEWEST_A_YEAR:
        return borrowed
    statistic, freedom = _strayed(past)
    dispersion = max((statistic + _BORROWED * borrowed.dispersion) / (freedom + _BORROWED), 1.0)
    squares = _year_to_year_squares(past, dispersion)
    variance = (_BORROWED_YEARS * borrowed.year_to_year**2 + sum(squares)) / (_BORROWED_YEARS + len(squares))
    return Variation(
        kind=borrowed.kind,
        dispersion=dispersion,
        year_to_year=sqrt(max(variance, 0.0)),
        own_months=int(past.notna().sum()),
        own_years=len(squares),
        first=past.index[0],
        last=past.index[-1],
    )


def variation_of(yearly: float, *, kind: str = "") -> Variation:
    """Give how counts of this size and kind vary in open data: for a figure that stands alone.

    ``yearly`` is the count a year. Of a kind that the table does not name, all recorded crime is taken.

    >>> [round(variation_of(n, kind="Domestic burglary").dispersion, 1) for n in (50, 1_000, 5_000)]
    [1.2, 2.1, 3.5]
    """
    if not yearly >= 0:
        raise DataProblem(f"a count a year is a number from 0, not {yearly!r}.")
    row = _row_of(kind)
    dispersion = 1 + row["dispersion"] * (yearly / 1_000) ** _TABLE["power"]
    return Variation(kind=row["kind"], dispersion=dispersion, year_to_year=row["year_to_year"])


def kind_of(offence: str) -> str:
    """Name the kind of offence whose open data stand for this one: the first of the table with a word of its name.

    >>> kind_of("Domestic burglary"), kind_of("Theft from vehicle"), kind_of("enquiries")
    ('burglary', 'vehicle crime', 'all recorded crime')
    """
    return _row_of(offence)["kind"]


def change_of_a_year(
    earlier: int, later: int, *, found: Variation, unit: str, confidence: float = 0.95
) -> CountChange:
    """Compare a year's count with the year's before, allowing for how such counts vary, beside what an ordinary year does.

    >>> change = change_of_a_year(5_938, 5_211, found=variation_of(5_938, kind="burglary"), unit="offences")
    >>> change.direction, change.more_than_usual
    ('fell', False)
    """
    return change_between_counts(
        earlier,
        later,
        unit=unit,
        confidence=confidence,
        dispersion=found.dispersion,
        ordinary=ordinary_year(earlier, found),
    )


def ordinary_year(earlier: int, found: Variation, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Give how far, in per cent down and up, a year's total strays from one of ``earlier`` in an ordinary year.

    ``None`` where the earlier year has no offence.

    >>> down, up = ordinary_year(5_000, variation_of(5_000, kind="burglary"))
    >>> round(down), round(up)
    (-24, 31)
    """
    if not earlier:
        return None
    reach = ndtri((1 + confidence) / 2) * sqrt(found.year_to_year**2 + 2 * found.dispersion / earlier)
    return 100 * (exp(-reach) - 1), 100 * (exp(reach) - 1)


def _row_of(offence: str) -> dict:
    name = offence.lower()
    return next(row for row in _TABLE["kinds"] if not row["words"] or any(w in name for w in row["words"]))


def _strayed(past: pd.Series) -> tuple[float, float]:
    """Give the sum of squares by which counts stray from season and level, in variances of independent events, and its freedom."""
    known = past.notna().to_numpy()
    time = np.arange(len(past))
    knots = np.linspace(0, time[-1], max(round(_BENDS_A_YEAR * len(past) / 12) + 2, 4))
    level = CubicSpline(knots, np.eye(len(knots)), bc_type="natural")(time)
    months = np.equal.outer(past.index.month, np.arange(1, 13))
    design = np.column_stack([months, level])[known]
    # The square root of a count of independent events has the variance 1/4, whatever its level.
    roots = np.sqrt(past.to_numpy()[known] + 3 / 8)
    effects, _, rank, _ = np.linalg.lstsq(design, roots)
    return 4 * float(((roots - design @ effects) ** 2).sum()), float(len(roots) - rank)


def _year_to_year_squares(past: pd.Series, dispersion: float) -> list[float]:
    """Give the squared log change of each whole twelve months on those before, less what the dispersion explains."""
    totals = past.to_numpy()[len(past) % 12 :].reshape(-1, 12).sum(axis=1)  # missing where a month is
    return [
        log(later / earlier) ** 2 - dispersion * (1 / earlier + 1 / later)
        for earlier, later in pairwise(totals)
        if earlier > 0 and later > 0
    ]
