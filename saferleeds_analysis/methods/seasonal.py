"""Seasonal adjustment with the Census Bureau's X-13ARIMA-SEATS, honest down to ward level.

A city's series is adjusted by itself: :func:`seasonally_adjust`. Wards, divisions and rare offences are too small to
show a seasonal pattern of their own, so they borrow their parent's, corrected as far as their own counts bear it out:
:func:`borrow_seasonality`. :func:`freeze` replaces the program's automatic choices by what it chose, so that a year's
figures do not move with them, and :func:`review` tells when a frozen choice is no longer the automatic one.

Sources: US Census Bureau, X-13ARIMA-SEATS Reference Manual 1.1 (the program); Ladiray and Quenneville, Seasonal
Adjustment with the X-11 Method (2001), for M1 to M11, Q and the seasonal filters; Eurostat, ESS Guidelines on Seasonal
Adjustment (2015), for frozen models, revisions, and direct against indirect adjustment; Miller and Williams,
International Journal of Forecasting 20 (2004), for the shrinkage of seasonal factors.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import islice
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from saferleeds_analysis.catalogue import unknown
from saferleeds_analysis.estimates import TIDY_COLUMNS
from saferleeds_analysis.explained import explained
from saferleeds_analysis.methods.x13 import X13Output, period_from, run_x13, x13_date
from saferleeds_analysis.problems import DataProblem, refuse, refuse_unless
from saferleeds_analysis.results import Result

AIRLINE = "(0 1 1)(0 1 1)"

_TABLES = {  # adjusted, seasonal, trend, irregular, seasonal and calendar together
    "X-11": ("d11", "d10", "d12", "d13", "d16"),
    "SEATS": ("s11", "s10", "s12", "s13", "s16"),
}
DECOMPOSITIONS = ("automatic", "multiplicative", "additive", "log-additive")
_FILTERS = {
    "automatic": "",
    **{name: f"seasonalma=(s{name}) " for name in ("3x1", "3x3", "3x5", "3x9", "3x15")},
    "stable": "seasonalma=(stable) ",
}
# Of which years totals are kept, and the month (of twelve) or the calendar quarter in which such a year begins.
_YEARS = {"free": {}, "calendar year": {12: "jan", 4: "q1"}, "financial year": {12: "apr", 4: "q2"}}
_TRADING_DAYS = ("test", "none", "td", "tdnolpyear", "td1coef", "td1nolpyear")
_MODEL = re.compile(r"\(\d \d \d\)(\(\d \d \d\))?")
_OUTLIER = re.compile(r"(ao|ls|tc)(\d{4})\.(\d{1,2}|[a-z]{3})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, kw_only=True)
class Break:
    """A known break in a series: a change of definition, or a shock such as the pandemic.

    A ``"level shift"`` holds from ``start`` on. ``"additive outliers"`` take out each period from ``start`` to
    ``end`` by itself, so that it does not bend the seasonal factors of the years before. ``start`` and ``end`` are
    months, or the quarters of a quarterly series; ``reason`` is what the reader is told.

    >>> Break(kind="level shift", start=pd.Period("2017-04", "M"), reason="Sheds and garages count from here on").end is None
    True
    """

    kind: Literal["level shift", "additive outliers"]
    start: pd.Period
    end: pd.Period | None = None
    reason: str

    def __post_init__(self) -> None:
        """Refuse a kind that X-13 is not told of, and an end that does not fit."""
        refuse_unless(
            (
                self.kind in ("level shift", "additive outliers"),
                f"{self.kind!r} is not a break: 'level shift' or 'additive outliers'.",
            ),
            (
                (self.kind == "additive outliers") == (self.end is not None),
                "additive outliers have an end; a level shift holds from its start on and has none.",
            ),
            (
                self.end is None or self.end >= self.start,
                f"the break ends ({self.end}) before it starts ({self.start}).",
            ),
        )


@dataclass(frozen=True, kw_only=True)
class SeasonalSpec:
    """How a series is to be adjusted. What says ``automatic`` or ``test`` is left to the program's own tests.

    The estimation starts from ``ar`` and ``ma`` where they are given: some models have two optima, and a frozen one must not
    jump. ``leap_years`` is always on, unless a comparison with other software or ``annual_totals`` needs it off.

    >>> SeasonalSpec(model=AIRLINE, decomposition="multiplicative").outliers
    'automatic'
    """

    method: Literal["X-11", "SEATS"] = explained(
        "how the season is found", "X-11", empty="X-11", holds=tuple(_TABLES), default="X-11"
    )
    decomposition: Literal["automatic", "multiplicative", "additive", "log-additive"] = explained(
        "whether the season multiplies or adds",
        "multiplicative",
        empty="the program chooses",
        holds=DECOMPOSITIONS,
        default="automatic",
    )
    model: str = explained(
        "the regARIMA model; none for X-11 alone, which looks for no outlier and no calendar",
        AIRLINE,
        empty="the program chooses",
        default="automatic",
    )
    mean: bool = explained("whether the model has a constant", False, empty="false", default=False)
    ar: tuple[float, ...] = explained(
        "from which autoregressive values the estimation starts",
        (),
        empty="the program chooses",
        holds="a list of numbers",
        default=(),
    )
    ma: tuple[float, ...] = explained(
        "from which moving-average values the estimation starts",
        (0.22, 0.64),
        empty="the program chooses",
        holds="a list of numbers",
        default=(),
    )
    outliers: Literal["automatic"] | tuple[str, ...] = explained(
        "the outliers, where the series has them",
        ("ao2024.8",),
        empty="the program looks for them",
        holds='a list such as ["ao2024.8", "ls2023.4"], or "automatic"',
        default="automatic",
    )
    outlier_types: tuple[str, ...] = explained(
        "which kinds of outlier it looks for",
        ("ao", "ls"),
        empty="ao and ls",
        holds="a list of ao, ls and tc",
        default=("ao", "ls"),
    )
    critical_value: Literal["automatic"] | float = explained(
        "from which t-value on an outlier that it looks for counts",
        "automatic",
        empty="the program's own, by the length of the series",
        holds='a number above 0, or "automatic"',
        default="automatic",
    )
    seasonal_filter: str = explained(
        "over how many years X-11 averages each month",
        "3x5",
        empty="the program chooses",
        holds=tuple(_FILTERS),
        default="automatic",
    )
    annual_totals: str = explained(
        "whether the adjusted months of a year add up to its counts (Denton), and of which years",
        "free",
        empty="free",
        holds=tuple(_YEARS),
        default="free",
    )
    trading_day: str = explained(
        "whether days of the week count",
        "none",
        empty="the program tests it",
        holds=_TRADING_DAYS,
        default="test",
    )
    easter: Literal["test", "none"] | int = explained(
        "whether Easter counts, and how many days before it",
        "none",
        empty="the program tests it",
        holds="test, none, or 1 to 25",
        default="test",
    )
    leap_years: bool = explained(
        "whether 29 February is spread over four years", True, empty="true", default=True
    )

    def __new__(cls, **choices: object) -> "SeasonalSpec":
        """Refuse a choice that there is not, with the nearest one's name, before Python does without."""
        known = [f.name for f in fields(cls)]
        for name in choices:
            if name not in known:
                raise ValueError(unknown("choice of a SeasonalSpec", name, known))
        return super().__new__(cls)

    def __post_init__(self) -> None:
        """Name everything in the call that X-13 cannot be asked for."""
        named = () if self.outliers == "automatic" else self.outliers
        strange = sorted(set(self.outlier_types) - {"ao", "ls", "tc"})
        alone = (self.method, self.outliers, self.trading_day, self.easter) == ("X-11", (), "none", "none")
        rules = (
            (self.method in _TABLES, f"method {self.method!r} (one of 'X-11', 'SEATS')"),
            (
                self.decomposition in DECOMPOSITIONS,
                f"decomposition {self.decomposition!r} (one of {', '.join(map(repr, DECOMPOSITIONS))})",
            ),
            (
                self.model in ("automatic", "none") or _MODEL.fullmatch(self.model),
                f"model {self.model!r} ('automatic', 'none' or such as '{AIRLINE}')",
            ),
            (
                self.model not in ("automatic", "none") or not (self.mean or self.ar or self.ma),
                "mean, ar or ma without a model (an automatic model chooses its own)",
            ),
            (
                self.model != "none" or (alone and self.decomposition != "automatic"),
                "model 'none' with what a model decides (X-11 alone takes outliers=(), trading_day='none', easter='none' and a "
                "decomposition that is named)",
            ),
            *((_OUTLIER.fullmatch(name), f"outlier {name!r} (such as 'ao2012.8')") for name in named),
            (not strange, f"outlier types {strange} (from 'ao', 'ls', 'tc')"),
            (
                self.critical_value == "automatic"
                or (
                    self.outliers == "automatic"
                    and isinstance(self.critical_value, Real)
                    and self.critical_value > 0
                ),
                f"critical_value {self.critical_value!r} ('automatic', or a number above 0 while outliers are looked for)",
            ),
            (
                self.seasonal_filter == "automatic"
                or (self.method == "X-11" and self.seasonal_filter in _FILTERS),
                f"seasonal_filter {self.seasonal_filter!r} (of X-11: one of {', '.join(map(repr, _FILTERS))})",
            ),
            (
                self.annual_totals in _YEARS and not (self.leap_years and _YEARS[self.annual_totals]),
                f"annual_totals {self.annual_totals!r} (one of {', '.join(map(repr, _YEARS))}; the last two with "
                "leap_years=False, because a year without its 29 February is not its count)",
            ),
            (
                self.trading_day in _TRADING_DAYS,
                f"trading_day {self.trading_day!r} (one of {', '.join(map(repr, _TRADING_DAYS))})",
            ),
            (
                self.easter in ("test", "none", *range(1, 26)),
                f"easter {self.easter!r} ('test', 'none' or 1 to 25 days)",
            ),
        )
        wrong = [what for holds, what in rules if not holds]
        if wrong:
            raise ValueError("not a way to adjust a series: " + "; ".join(wrong) + ".")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An outlier or a calendar effect as estimated: on the logarithm of the counts, or on the counts if additive."""

    name: str
    estimate: float
    standard_error: float
    t_value: float
    automatic: bool


@dataclass(frozen=True, kw_only=True)
class Diagnostics:
    """The program's measures of an adjustment.

    ``m`` holds M1 to M11 (M8 to M11 from six years on) and ``q`` their weighted mean (below 1 is acceptable), both from
    X-11 only; ``m7`` above 1 means that no seasonality can be told apart. The ``qs_`` fields are p-values of the QS test
    for seasonality, before and after: small before, and above 0.01 after, is what one wants. ``unstable_factors`` and
    ``unstable_changes`` are the sliding spans' percentages of months (above 15 and 35 is too many) and
    ``mean_revision`` the mean absolute revision, in percent, of the first estimates of the last three years; ``None``
    where not asked for, or where the series is too short (``notes`` says so).
    ``notes`` are the program's notes and warnings, and ``program`` is every line of its diagnostics, by its own key.
    """

    m: Mapping[str, float]
    q: float | None
    qs_before: float
    qs_after: float
    unstable_factors: float | None
    unstable_changes: float | None
    mean_revision: float | None
    notes: tuple[str, ...]
    program: Mapping[str, str] = field(repr=False)

    @property
    def m7(self) -> float | None:
        """M7, the share of moving in stable seasonality."""
        return self.m.get("M7")

    @property
    def residual_seasonality(self) -> bool:
        """Whether the QS test still finds seasonality in the adjusted series (at 1 %)."""
        return self.qs_after < 0.01


@dataclass(frozen=True, kw_only=True)
class SeasonalAdjustment(Result):
    """A series with its seasonal pattern taken out, and all that was found on the way.

    ``observed``, ``adjusted``, ``trend``, ``seasonal``, ``calendar`` (leap years, trading days and Easter) and
    ``irregular`` are series over the same periods. The first three are in the counts' unit. The factors are ratios
    round 1, with observed = adjusted x seasonal x calendar and adjusted = trend x irregular, or amounts round 0 that
    add up when ``decomposition`` is ``additive``. ``factor_error`` is the standard error of the last year's seasonal
    factors and ``forecasts`` (forecast, lower, upper, at 95 %) the next year of the observed series.

    ``identifiable`` is False when no seasonality can be told apart: then ``adjusted`` is the observed series, and
    ``seasonal`` what was estimated and not used.
    Where ``spec.annual_totals`` keeps the totals of years, ``adjusted`` is moved a little to do so, and the products hold nearly.
    ``provisional`` marks fewer than five years. ``borrowed`` is the share of the seasonal pattern that comes from the
    parent: 0 for a series adjusted by itself.
    """

    observed: pd.Series
    adjusted: pd.Series
    trend: pd.Series
    seasonal: pd.Series
    calendar: pd.Series
    irregular: pd.Series
    factor_error: pd.Series
    forecasts: pd.DataFrame | None = None
    method: str
    spec: SeasonalSpec | None = None
    decomposition: str
    model: str | None = None
    mean: bool = False
    outliers: tuple[Effect, ...] = ()
    calendar_effects: tuple[Effect, ...] = ()
    breaks: tuple[Break, ...]
    diagnostics: Diagnostics | None = None
    identifiable: bool
    provisional: bool
    borrowed: float = 0.0
    caveats: tuple[str, ...]

    def profile(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Give the last year's seasonal factors with their limits: period, factor, lower, upper, first and last year.

        The limits say how far the factor itself may be off, not how much a month may differ from it.
        """
        z = stats.norm.isf((1 - confidence) / 2)
        last = self.seasonal.iloc[-len(self.factor_error) :]
        return pd.DataFrame(
            {
                "period": last.index,
                "factor": last.to_numpy(),
                "lower": (last - z * self.factor_error).to_numpy(),
                "upper": (last + z * self.factor_error).to_numpy(),
                "confidence": confidence,
                "first_year": self.observed.index[0].year,
                "last_year": self.observed.index[-1].year,
            }
        )

    def to_frame(self, *, area: str = "", unit: str = "") -> pd.DataFrame:
        """Give tidy rows, one a period and measure; forecasts carry their 95 % limits, ``n`` is the observed count."""
        factor_unit = unit if self.decomposition == "additive" else "ratio"
        parts = [
            ("observed", self.observed, unit),
            ("seasonally adjusted", self.adjusted, unit),
            ("trend", self.trend, unit),
            ("seasonal factor", self.seasonal, factor_unit),
            ("calendar factor", self.calendar, factor_unit),
            ("irregular", self.irregular, factor_unit),
        ]
        rows = [
            pd.DataFrame(
                {
                    "period": s.index,
                    "measure": measure,
                    "value": s.to_numpy(float),
                    "unit": u,
                    "n": self.observed.to_numpy(),
                }
            )
            for measure, s, u in parts
        ]
        if self.forecasts is not None:
            ahead = self.forecasts.rename(columns={"forecast": "value"}).rename_axis("period").reset_index()
            rows.append(ahead.assign(measure="forecast", unit=unit, confidence=0.95))
        table = pd.concat(rows, ignore_index=True)
        table = table.assign(
            indicator_id=str(self.observed.name),
            area=area,
            method=self.method,
            caveats=" ".join(self.caveats),
        )
        return table.reindex(columns=list(TIDY_COLUMNS))


def seasonally_adjust(
    counts: pd.Series,
    *,
    spec: SeasonalSpec | None = None,
    breaks: Sequence[Break] = (),
    sliding_spans: bool = False,
    revision_history: bool = False,
    seconds: float = 60,
) -> SeasonalAdjustment:
    """Adjust one series of monthly or quarterly counts with X-13ARIMA-SEATS.

    ``counts`` is a named series with a PeriodIndex, sorted and without gaps, of at least 36 months or 12 quarters;
    under five years the airline model is used and the result is provisional. Without a ``spec`` the program chooses
    model, outliers, transformation and calendar effects, by X-11. ``breaks`` that lie in the series become
    regressors; the others are left out. Fit for the counts of a city or a force. Do not use it for wards or rare
    offences: below about a hundred a month it makes a series worse, and :func:`borrow_seasonality` is made for them.

    >>> months = pd.period_range("2005-04", periods=96, freq="M")
    >>> noise = np.random.default_rng(1).normal(0, 0.03, 96)
    >>> counts = pd.Series(np.round(600 * (1 + 0.2 * np.cos(months.month * np.pi / 6)) * np.exp(noise)), index=months)
    >>> adjustment = seasonally_adjust(counts.rename("burglary"))
    >>> adjustment.identifiable, adjustment.decomposition, float(adjustment.seasonal["2013-01"].round(1))
    (True, 'multiplicative', 1.2)
    """
    [adjustment] = seasonally_adjust_many(
        [counts],
        spec=spec,
        breaks=breaks,
        sliding_spans=sliding_spans,
        revision_history=revision_history,
        seconds=seconds,
    )
    return adjustment


def seasonally_adjust_many(
    series: Iterable[pd.Series],
    *,
    spec: SeasonalSpec | Mapping[str, SeasonalSpec] | None = None,
    breaks: Sequence[Break] | Mapping[str, Sequence[Break]] = (),
    sliding_spans: bool = False,
    revision_history: bool = False,
    seconds: float = 60,
) -> Iterator[SeasonalAdjustment]:
    """Adjust many series, several at once, and give the adjustments one by one in the same order.

    Series are taken from ``series`` as they are needed, so that memory does not grow with their number. ``spec`` and
    ``breaks`` are the same for all, or given by the series' name (a series without its own gets none). See
    :func:`seasonally_adjust` for the rest.
    """
    series = iter(series)
    # A batch is finished before the first of it is handed out: no program runs while the caller is busy or stops.
    while batch := list(islice(series, 16 * (os.cpu_count() or 1))):
        for counts in batch:
            _check_call(counts)
        specs = [_own(spec, counts) or SeasonalSpec() for counts in batch]
        refuse(
            f"{counts.name}: {problem}"
            for counts, own in zip(batch, specs, strict=True)
            for problem in _problems(counts, own)
        )
        known = [_breaks_within(_own(breaks, counts) or (), counts.index) for counts in batch]
        refuse(
            f"{counts.name}: X-11 alone can take out no break ({within[0].reason}) Name a model."
            for counts, own, within in zip(batch, specs, known, strict=True)
            if own.model == "none" and within
        )
        jobs = [
            (
                (counts / _leap_years(counts.index, own)).rename(counts.name),
                _program_text(counts, own, within)
                + _slow_checks(counts.index, sliding_spans, revision_history),
            )
            for counts, own, within in zip(batch, specs, known, strict=True)
        ]
        yield from map(_adjustment, batch, specs, known, run_x13(jobs, seconds=seconds))


def freeze(adjustment: SeasonalAdjustment, *, seconds: float = 60) -> SeasonalSpec:
    """Replace every automatic choice by what was chosen, and check that this gives the same series again.

    The model's parameters and the factors are still estimated anew with each new month; X-11's filters stay under
    its own rule, because the rule looks at the series several times on the way and a fixed length changes the result.

    >>> months = pd.period_range("2005-04", periods=96, freq="M")
    >>> noise = np.random.default_rng(1).normal(0, 0.03, 96)
    >>> counts = pd.Series(600 * (1 + 0.2 * np.cos(months.month * np.pi / 6)) * np.exp(noise), index=months)
    >>> spec = freeze(seasonally_adjust(counts.rename("burglary")))
    >>> spec.model, spec.decomposition, spec.trading_day
    ('(0 0 0)(0 1 1)', 'multiplicative', 'none')
    """
    if adjustment.spec is None:
        raise ValueError(
            f"{adjustment.observed.name} borrows its seasonality: freeze its parent's adjustment."
        )
    spec = _as_chosen(adjustment)
    again = seasonally_adjust(adjustment.observed, spec=spec, breaks=adjustment.breaks, seconds=seconds)
    difference = _largest_difference(adjustment.adjusted, again.adjusted)
    if difference > 1e-4:
        raise DataProblem(
            f"{adjustment.observed.name}: with its choices frozen the adjusted series differs by up to "
            f"{difference:.2%}: adjust it with a spec whose choices are named."
        )
    return spec


@dataclass(frozen=True, kw_only=True)
class SpecReview:
    """The frozen choices beside those that the program would make today.

    ``changes`` has a row for each choice that differs (choice, frozen, automatic); ``largest_difference`` is the
    largest relative difference between the two adjusted series over the last year.
    """

    changes: pd.DataFrame
    largest_difference: float


def review(
    counts: pd.Series, *, frozen: SeasonalSpec, breaks: Sequence[Break] = (), seconds: float = 60
) -> SpecReview:
    """Adjust a series with its frozen choices and with automatic ones, and tell where they differ: once a year."""
    # A spec in which nothing is named leaves all to the program; where nothing of the calendar is wanted, neither are trading days.
    free = SeasonalSpec(
        method=frozen.method,
        outlier_types=frozen.outlier_types,
        seasonal_filter=frozen.seasonal_filter,
        annual_totals=frozen.annual_totals,
        leap_years=frozen.leap_years,
        trading_day="none" if not frozen.leap_years and frozen.trading_day == "none" else "test",
    )
    held, fresh = seasonally_adjust_many(
        [counts.rename("held"), counts.rename("fresh")],
        spec={"held": frozen, "fresh": free},
        breaks=breaks,
        seconds=seconds,
    )
    automatic = _as_chosen(fresh)
    rows = [
        (name, getattr(frozen, name), getattr(automatic, name))
        for name in ("decomposition", "model", "mean", "outliers", "trading_day", "easter")
        if getattr(frozen, name) != getattr(automatic, name)
    ]
    year = -len(held.factor_error)
    return SpecReview(
        changes=pd.DataFrame(rows, columns=["choice", "frozen", "automatic"]),
        largest_difference=_largest_difference(held.adjusted.iloc[year:], fresh.adjusted.iloc[year:]),
    )


def write_specs(specs: Mapping[str, SeasonalSpec]) -> str:
    """Write specs as TOML text, one table a series, for ``data/raw/reference/seasonal_specs.toml``.

    >>> print(write_specs({"domestic_burglary": SeasonalSpec(model=AIRLINE, outliers=("ao2012.8",))}))
    [domestic_burglary]
    method = "X-11"
    decomposition = "automatic"
    model = "(0 1 1)(0 1 1)"
    mean = false
    ar = []
    ma = []
    outliers = ["ao2012.8"]
    outlier_types = ["ao", "ls"]
    critical_value = "automatic"
    seasonal_filter = "automatic"
    annual_totals = "free"
    trading_day = "test"
    easter = "test"
    leap_years = true
    <BLANKLINE>
    """
    blocks = []
    for name, spec in specs.items():
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise ValueError(f"{name!r} cannot head a table of specs: use letters, digits, - and _.")
        blocks.append(
            f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in asdict(spec).items())
        )
    return "\n".join(blocks)


def read_specs(text: str) -> dict[str, SeasonalSpec]:
    """Read what :func:`write_specs` wrote.

    >>> spec = SeasonalSpec(model=AIRLINE, outliers=("ao2012.8",), easter=8)
    >>> read_specs(write_specs({"domestic_burglary": spec})) == {"domestic_burglary": spec}
    True
    """
    known = {f.name for f in fields(SeasonalSpec)}
    specs = {}
    for name, table in tomllib.loads(text).items():
        if unknown := sorted(set(table) - known):
            raise DataProblem(
                f"the spec [{name}] has {', '.join(unknown)}, which no spec has. Known: {', '.join(sorted(known))}."
            )
        specs[name] = SeasonalSpec(
            **{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
        )
    return specs


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two adjustments of a series beside each other: of earlier and of present data, or directly and by its parts.

    ``table`` has a row for each period that both cover: ``period``, the two by their names (``previous`` and ``now``, or
    ``direct`` and ``indirect``) and ``percent``, the second over the first. ``mean_absolute`` and ``largest`` are
    percentages: over the last year of a revision, over all periods of direct against indirect. ``in_no_part`` is the share
    of a whole that is counted in none of its parts.
    """

    table: pd.DataFrame
    mean_absolute: float
    largest: float
    in_no_part: float = 0.0


def revision_since(now: SeasonalAdjustment, previous_last: pd.Period, *, seconds: float = 60) -> Difference:
    """Adjust a series as it stood at ``previous_last``, in the same way, and tell how far the adjusted series moved."""
    index = now.observed.index
    if now.spec is None:
        raise ValueError(f"{now.observed.name} borrows its seasonality: look at its parent's revision.")
    if previous_last not in index[:-1]:
        raise ValueError(
            f"{previous_last} is not a period of {now.observed.name} before its last, {index[-1]}."
        )
    earlier = now.observed.loc[:previous_last]
    then = seasonally_adjust(earlier, spec=now.spec, breaks=now.breaks, seconds=seconds)
    return _difference(
        last=len(now.factor_error), previous=then.adjusted, now=now.adjusted.loc[:previous_last]
    )


def borrow_seasonality(areas: pd.DataFrame, *, parent: SeasonalAdjustment) -> dict[str, SeasonalAdjustment]:
    """Adjust small areas with their parent's seasonal factors, drawn toward their own as their counts grow.

    ``areas`` has a column of counts for each area (wards, divisions, rare kinds of an offence) over the parent's
    periods; zeros are fine. Give all the areas of a parent in one call: how much areas differ from their parent is
    learnt from all of them together.

    What an area is expected to count is its share of the parent (smoothed over a year to either side) times the
    parent's trend and factors. Its counts over that expectation, calendar month by calendar month, are its own
    deviation, each year weighing a tenth less than the next, and are shrunk by tau^2 / (tau^2 + v): v is the variance
    of the deviation by chance (Poisson, with the overdispersion found in the areas), tau^2 that of true deviations
    between areas, averaged over its likelihood instead of taken at one value (empirical Bayes; Morris, JASA 78, 1983).
    The parent's factors are themselves drawn toward none by the share of their spread that is error (Miller and
    Williams 2004), which matters for small parents only. Months that the parent treats as outliers do not count.
    ``borrowed`` says how much of an area's pattern is the parent's; ``factor_error`` holds both sources of error.

    >>> months = pd.period_range("2005-04", periods=96, freq="M")
    >>> random = np.random.default_rng(1)
    >>> expected = 30 * (1 + 0.2 * np.cos(months.month * np.pi / 6))
    >>> wards = pd.DataFrame({f"ward {i}": random.poisson(expected) for i in range(20)}, index=months)
    >>> adjusted = borrow_seasonality(wards, parent=seasonally_adjust(wards.sum(axis=1).rename("city")))
    >>> adjusted["ward 7"].borrowed > 0.8
    True
    """
    _check_areas(areas, parent)
    values, toward_own, kept = _borrowed_parts(areas.to_numpy(dtype=float).T, parent)
    index = parent.observed.index
    parts = {
        part: pd.DataFrame(of_areas.T, index=index[-of_areas.shape[1] :], columns=areas.columns)
        for part, of_areas in values.items()
    }
    small = f"The parent's pattern is small beside its own error: {kept:.0%} of it is used."
    results = {}
    for name, own_share in zip(areas.columns, toward_own, strict=True):
        borrowed = 1 - float(own_share)
        source = (
            f"Seasonal pattern borrowed from {parent.observed.name}: {borrowed:.0%} of it is the parent's."
        )
        caveats = (
            (True, source),
            (kept < 0.9, small),
            (not areas[name].any(), "Nothing was counted in any period."),
        )
        results[name] = SeasonalAdjustment(
            observed=areas[name],
            **{part: of_areas[name] for part, of_areas in parts.items()},
            method="the parent's seasonal factors, shrunk toward the area's own (empirical Bayes)",
            decomposition="multiplicative",
            breaks=parent.breaks,
            identifiable=parent.identifiable,
            provisional=parent.provisional,
            borrowed=borrowed,
            caveats=(*(said for holds, said in caveats if holds), *parent.caveats),
        )
    return results


def compare_direct_indirect(whole: SeasonalAdjustment, parts: Iterable[SeasonalAdjustment]) -> Difference:
    """Compare a whole that is adjusted by itself (direct) with the sum of its adjusted parts (indirect).

    The two differ a little, because factors are estimated for each. The whole's own is the figure to publish. What is
    counted in the whole but in no part (offences without a place) is adjusted with the whole's factors.
    """
    parts = list(parts)
    for part in parts:
        if not part.observed.index.equals(whole.observed.index):
            raise ValueError(f"{part.observed.name} does not cover the periods of {whole.observed.name}.")
    counted = sum(part.observed for part in parts)
    over = whole.observed.index[counted > whole.observed]
    if len(over):
        raise DataProblem(f"{whole.observed.name}: in {_listed(over)} more in the parts than in the whole.")
    rest = whole.observed - counted
    wholes_ratio = (whole.adjusted / whole.observed).where(whole.observed > 0, 1)
    indirect = sum(part.adjusted for part in parts) + rest * wholes_ratio
    in_no_part = float(rest.sum() / whole.observed.sum())
    return replace(_difference(direct=whole.adjusted, indirect=indirect), in_no_part=in_no_part)


def residual_season(adjustments: Iterable[SeasonalAdjustment]) -> pd.DataFrame:
    """Test each adjusted series for a season that is left in it: a row a series, ``name``, ``test``, ``p_value``, ``false_discovery``.

    A series that is adjusted by itself has the program's QS test; one that borrows its pattern the Kruskal-Wallis test of its
    irregular part by calendar month or quarter, as JDemetra+ has it among its tests of residual seasonality. Among dozens of series some
    have a small p-value by chance: naming those whose ``false_discovery`` is below 0.05 names, on average, at most one in twenty
    wrongly (Benjamini and Hochberg 1995). Series without an identifiable season are not adjusted and are left out.

    >>> months = pd.period_range("2005-04", periods=96, freq="M")
    >>> noise = np.random.default_rng(1).normal(0, 0.03, 96)
    >>> counts = pd.Series(np.round(600 * (1 + 0.2 * np.cos(months.month * np.pi / 6)) * np.exp(noise)), index=months)
    >>> float(residual_season([seasonally_adjust(counts.rename("burglary"))])["false_discovery"].iloc[0])
    1.0
    """
    rows = [
        (of.observed.name, "QS", of.diagnostics.qs_after)
        if of.diagnostics
        else (of.observed.name, "Kruskal-Wallis", p_of_season(of.irregular))
        for of in adjustments
        if of.identifiable
    ]
    table = pd.DataFrame(rows, columns=["name", "test", "p_value"]).astype({"p_value": float})
    return table.assign(false_discovery=stats.false_discovery_control(table["p_value"]) if rows else [])


def p_of_season(irregular: pd.Series) -> float:
    """Give the p-value of no difference between the calendar months, or quarters, of a series; 1 of one that never varies."""
    of = irregular.index.month if irregular.index.freqstr == "M" else irregular.index.quarter
    varies = (irregular != irregular.iloc[0]).any()
    return float(stats.kruskal(*(month for _, month in irregular.groupby(of))).pvalue) if varies else 1.0


def _difference(*, last: int = 0, **two: pd.Series) -> Difference:
    """Set two series beside each other, and tell how far they lie apart in the ``last`` periods (0: in all)."""
    table = pd.DataFrame(two)
    first, second = table
    table["percent"] = 100 * (table[second] / table[first] - 1)
    apart = table["percent"].iloc[-last:].abs()
    return Difference(
        table=table.rename_axis("period").reset_index(),
        mean_absolute=float(apart.mean()),
        largest=float(apart.max()),
    )


# Borrowing


def _borrowed_parts(
    counts: np.ndarray, parent: SeasonalAdjustment
) -> tuple[dict[str, np.ndarray], np.ndarray, float]:
    """Take counts (areas by periods) apart; give the parts by name, each area's share of its own, and the pattern kept."""
    index, trend = parent.observed.index, parent.trend.to_numpy()
    season = np.array(index.month if index.freqstr == "M" else index.quarter) - 1
    last_year = season[-_per_year(index) :]
    seasonal, calendar, irregular, kept, parent_error = _parents_ratios(parent)
    broken = _outlying(parent)
    age = np.arange(len(index))[::-1] // len(last_year)
    own, shares, noise = _own_patterns(
        counts,
        trend * seasonal * calendar * np.where(broken, irregular, 1),
        season,
        np.where(broken, 0, 0.9**age),
    )
    toward_own, spread = _shrinkage(own, noise)
    deviation = 1 + toward_own * (own - 1)
    deviation /= deviation.mean(axis=1, keepdims=True)
    factors, levels = seasonal * deviation[:, season], shares * trend
    error = np.sqrt(spread + ((1 - toward_own) * parent_error) ** 2)[:, last_year]
    adjusted = counts / (factors * calendar) if parent.identifiable else counts
    parts = {
        "adjusted": adjusted,
        "trend": levels,
        "seasonal": factors,
        "calendar": np.broadcast_to(calendar, counts.shape),
        "irregular": np.divide(adjusted, levels, out=np.ones_like(counts), where=levels > 0),
        "factor_error": error * factors[:, -len(last_year) :],
    }
    return parts, toward_own.mean(axis=1), kept


def _parents_ratios(parent: SeasonalAdjustment) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    """Give the parent's seasonal (shrunk), calendar and irregular ratios, the share of the pattern kept, its error."""
    trend = parent.trend.to_numpy()
    parts = [s.to_numpy(dtype=float) for s in (parent.seasonal, parent.calendar, parent.irregular)]
    error = parent.factor_error.to_numpy()
    if parent.decomposition == "additive":
        parts = [1 + part / trend for part in parts]
        error = error / trend[-len(error) :]
    seasonal, calendar, irregular = parts
    last = seasonal[-len(error) :]
    signal, noise = np.mean((last - 1) ** 2), np.mean(error**2)
    kept = max(0.0, 1 - noise / signal) if signal else 0.0
    return 1 + kept * (seasonal - 1), calendar, irregular, float(kept), float(np.sqrt(noise))


def _outlying(parent: SeasonalAdjustment) -> np.ndarray:
    """Tell which periods the parent takes for outliers, found by the program or known beforehand."""
    index = parent.observed.index
    found = [_outlier_period(e.name, index) for e in parent.outliers if e.name.lower().startswith("ao")]
    outlying = np.asarray(index.isin(found))
    for known in parent.breaks:
        if known.kind == "additive outliers":
            outlying |= (index >= known.start) & (index <= known.end)
    return outlying


def _own_patterns(
    counts: np.ndarray, expected: np.ndarray, season: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each area's own pattern over the parent's, its share of the parent over time, and the pattern's variance.

    Share and pattern are estimated in turns, because either bends the other; four turns settle them.
    """
    length, per_year = len(expected), season.max() + 1
    distance = np.abs(np.subtract.outer(np.arange(length), np.arange(length))) / (per_year + 1)
    near = np.clip(1 - distance**3, 0, None) ** 3  # tricube, a year to either side
    in_season = (season[:, None] == np.arange(per_year)) * weights[:, None]
    own = np.ones((len(counts), per_year))
    for _ in range(4):
        shares = (counts @ near) / ((expected * own[:, season]) @ near)
        level = shares * expected
        held = level @ in_season
        own = np.divide(counts @ in_season, held, out=np.ones_like(own), where=held > 0)
        mean = own.mean(axis=1, keepdims=True)
        own = np.divide(own, mean, out=np.ones_like(own), where=mean > 0)
    fitted = level * own[:, season]
    # Pattern and share have used up a year's worth of freedom, and about one more for each year of the share.
    freedom = 1 - per_year / length - 1 / (0.85 * per_year)
    extra = np.sum(weights * (counts - fitted) ** 2) / freedom - np.sum(weights * fitted)
    dispersion = max(0.0, extra / np.sum(weights * fitted**2))
    chance = level + dispersion * level**2
    held = level @ in_season
    noise = np.divide(
        chance @ (in_season * weights[:, None]), held**2, out=np.full_like(own, np.inf), where=held > 0
    )
    return own, shares, noise


def _shrinkage(own: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the weight of each area's own pattern and the variance that is left, averaged over tau's likelihood."""
    tau = np.linspace(0, 0.4, 81)[:, None, None]
    total = tau**2 + noise
    free = 1 - 1 / own.shape[1]  # the twelve of an area average to one
    with np.errstate(invalid="ignore"):
        likelihood = np.where(np.isfinite(total), np.log(total) + (own - 1) ** 2 / total / free, 0)
    log_likelihood = -0.5 * free * likelihood.sum(axis=(1, 2))
    plausible = np.exp(log_likelihood - log_likelihood.max())
    plausible /= plausible.sum()
    toward_own = np.tensordot(plausible, tau**2 / total, 1)
    spread = np.tensordot(plausible, tau**2 * (1 - tau**2 / total), 1)
    return toward_own, spread


# From a spec to the program's own language


def _program_text(counts: pd.Series, spec: SeasonalSpec, breaks: Sequence[Break]) -> str:
    """Write what the program is to do with a series, one of its own specs a line."""
    log = {"automatic": "auto", "additive": "none"}.get(spec.decomposition, "log")
    mode = {"multiplicative": "mode=mult ", "additive": "mode=add ", "log-additive": "mode=logadd "}
    x11 = f"x11{{ {mode.get(spec.decomposition, '')}{_FILTERS[spec.seasonal_filter]}"
    critical = "" if spec.critical_value == "automatic" else f"critical={spec.critical_value!r} "
    first = _YEARS[spec.annual_totals].get(_per_year(counts.index))
    model = AIRLINE if spec.model == "automatic" and _is_short(counts.index) else spec.model
    starts = [f" {name}=({' '.join(map(repr, v))})" for name, v in (("ar", spec.ar), ("ma", spec.ma)) if v]
    regression = _regression_text(counts.index, spec, breaks)
    of_a_model = (
        f"transform{{ function={log} }}",
        f"regression{{ {regression}}}" if regression else "",
        "automdl{ }" if model == "automatic" else f"arima{{ model={model}{''.join(starts)} }}",
        f"outlier{{ types=({' '.join(spec.outlier_types)}) {critical}}}"
        if spec.outliers == "automatic"
        else "",
        "estimate{ }",
        f"forecast{{ maxlead={_per_year(counts.index)} probability=0.95 save=(fct) }}",
    )
    lines = (
        *(() if model == "none" else of_a_model),
        f"{x11 if spec.method == 'X-11' else 'seats{ '}save=({' '.join(_TABLES[spec.method])}) }}",
        f"force{{ type=denton target=original start={first} save=(saa) }}" if first else "",
    )
    return "\n".join(filter(None, lines)) + "\n"


def _regression_text(index: pd.PeriodIndex, spec: SeasonalSpec, breaks: Sequence[Break]) -> str:
    """Name the regressors that are asked for, and those that the program is to test."""
    named = () if spec.outliers == "automatic" else spec.outliers
    variables = (
        *((True, _break_text(known)) for known in breaks),
        *((_is_within(name[:2], _outlier_period(name, index), index), name) for name in named),
        (spec.mean, "const"),
        (spec.trading_day not in ("test", "none"), spec.trading_day),
        (isinstance(spec.easter, int), f"easter[{spec.easter}]"),
    )
    # With leap years taken out beforehand, the program's own trading days must leave them alone.
    tests = (
        (spec.trading_day == "test", "tdnolpyear" if spec.leap_years else "td"),
        (spec.easter == "test", "easter"),
    )
    asked = {"variables": variables, "aictest": tests}
    wanted = {name: [text for holds, text in of if holds] for name, of in asked.items()}
    return "".join(f"{name}=({' '.join(texts)}) " for name, texts in wanted.items() if texts)


def _slow_checks(index: pd.PeriodIndex, sliding_spans: bool, revision_history: bool) -> str:
    """Ask for sliding spans, and for the revisions of first estimates over the last three years.

    The program's own start of the history wants over twelve years; five before the first estimate are enough for us.
    """
    text = "slidingspans{ }\n" if sliding_spans else ""
    if revision_history:
        first = max(len(index) - 3 * _per_year(index), 5 * _per_year(index))
        start = f"start={x13_date(index[first])} " if first + _per_year(index) <= len(index) else ""
        text += f"history{{ estimates=(sadj trend) {start}}}\n"
    return text


def _break_text(known: Break) -> str:
    start = x13_date(known.start)
    if known.kind == "level shift":
        return f"ls{start}"
    end = x13_date(known.end)
    return f"ao{start}" if start == end else f"aos{start}-{end}"


def _breaks_within(breaks: Sequence[Break], index: pd.PeriodIndex) -> tuple[Break, ...]:
    """Give the breaks that the series can show, cut to its span and in its own periods."""
    kept = []
    for known in breaks:
        start = known.start.asfreq("M", how="start").asfreq(index.freq)
        end = known.end and known.end.asfreq("M", how="end").asfreq(index.freq)
        if end is None and _is_within("ls", start, index):
            kept.append(replace(known, start=start))
        elif end is not None and end >= index[0] and start <= index[-1]:
            kept.append(replace(known, start=max(start, index[0]), end=min(end, index[-1])))
    return tuple(kept)


def _is_within(kind: str, period: pd.Period, index: pd.PeriodIndex) -> bool:
    """Tell whether a series can show a break: a shift at its first or last period is its level, or an outlier."""
    return index[0] < period < index[-1] if kind in ("ls", "tc") else index[0] <= period <= index[-1]


def _outlier_period(name: str, index: pd.PeriodIndex) -> pd.Period:
    _, year, number = _OUTLIER.fullmatch(name.lower()).groups()
    number = int(number) if number.isdigit() else _MONTHS.index(number) + 1
    return period_from(int(year), number, index)


def _leap_years(index: pd.PeriodIndex, spec: SeasonalSpec) -> pd.Series:
    """Give each period's days over its mean days in four years: 28 or 29 over 28.25 in February, 1 elsewhere.

    Taken out before the program runs, because its own leap-year effect cannot be had together with an automatic
    transformation, and gets lost when it selects trading days.
    """
    if not spec.leap_years:
        return pd.Series(1.0, index=index)
    # A quarter's month is its last: the quarter that holds February ends in March.
    february, days = (index.month == 2, 28) if index.freqstr == "M" else (index.month == 3, 90)
    return pd.Series(np.where(february, (days + index.is_leap_year) / (days + 0.25), 1.0), index=index)


def _per_year(index: pd.PeriodIndex) -> int:
    return 12 if index.freqstr == "M" else 4


def _is_short(index: pd.PeriodIndex) -> bool:
    return len(index) < 5 * _per_year(index)


# From what the program wrote to the result


def _adjustment(
    counts: pd.Series, spec: SeasonalSpec, breaks: tuple[Break, ...], output: X13Output
) -> SeasonalAdjustment:
    told = output.diagnostics
    decomposition = told.get("finmode", spec.decomposition)
    additive = decomposition == "additive"
    none = np.full((len(counts), 1), 0.0 if additive else 1.0)
    adjusted, seasonal, trend, irregular, combined = (
        pd.Series(output.tables.get(table, none)[:, 0], index=counts.index, name=counts.name)
        for table in _TABLES[spec.method]
    )
    leap = _leap_years(counts.index, spec)
    calendar = (counts - adjusted - seasonal if additive else leap * combined / seasonal).rename(counts.name)
    diagnostics = _diagnostics(output)
    identifiable = diagnostics.m7 <= 1 if diagnostics.m else diagnostics.qs_before < 0.01
    below = int((adjusted < 0).sum())
    short, word = _is_short(counts.index), "months" if counts.index.freqstr == "M" else "quarters"
    m7, qs = diagnostics.m7, diagnostics.qs_before
    why = f"QS test, p = {qs:.2f}" if m7 is None else f"M7 is {m7:.2f}, above 1"
    caveats = (
        (short, f"Provisional: {len(counts)} {word}, under five years."),
        (not identifiable, f"No identifiable seasonality ({why}): the series is given unadjusted."),
        (
            identifiable and diagnostics.residual_seasonality,
            "Seasonality remains in the adjusted series (QS test, p below 0.01).",
        ),
        (
            identifiable and below,
            f"The adjusted series is below zero in {below} of {len(counts)} {word}, where no count can be: the season was taken "
            "out as amounts.",
        ),
        (
            "saa" in output.tables,
            f"The adjusted {word} of each whole {spec.annual_totals} add up to its count (Denton).",
        ),
    )
    factor_error = _factor_error(seasonal, irregular, told, additive)
    adjusted = pd.Series(
        output.tables.get("saa", adjusted.to_numpy()[:, None])[:, 0], index=counts.index, name=counts.name
    )
    if not identifiable:
        adjusted = counts.astype(float)
        irregular = adjusted - trend if additive else adjusted / trend
    return SeasonalAdjustment(
        observed=counts,
        adjusted=adjusted,
        trend=trend,
        seasonal=seasonal,
        calendar=calendar,
        irregular=irregular,
        factor_error=factor_error,
        forecasts=_forecasts(output.tables.get("fct"), counts.index, spec),
        method=f"X-13ARIMA-SEATS {told['version']} build {told['build']}, {spec.method}",
        spec=spec,
        decomposition=decomposition,
        model=told.get("arimamdl", "none"),
        mean="Constant$Constant" in told,
        outliers=_effects(told, r"(?:Auto)?Outlier\$(.*)"),
        calendar_effects=_effects(told, r"((?:.*Trading Day|Easter|Leap Year).*)"),
        breaks=breaks,
        diagnostics=diagnostics,
        identifiable=identifiable,
        provisional=short,
        caveats=(*(said for holds, said in caveats if holds), *(b.reason for b in breaks)),
    )


def _forecasts(table: np.ndarray | None, index: pd.PeriodIndex, spec: SeasonalSpec) -> pd.DataFrame | None:
    """Give the forecasts after a series; none of X-11 alone, which has no model to make them."""
    if table is None:
        return None
    ahead = pd.period_range(index[-1] + 1, periods=len(table), freq=index.freq)
    return pd.DataFrame(
        table * _leap_years(ahead, spec).to_numpy()[:, None], ahead, ["forecast", "lower", "upper"]
    )


def _diagnostics(output: X13Output) -> Diagnostics:
    told = output.diagnostics

    def number(key: str, place: int = 0) -> float | None:
        return float(told[key].split()[place]) if key in told else None

    return Diagnostics(
        m={f"M{i}": float(told[f"f3.m{i:02d}"]) for i in range(1, 12) if f"f3.m{i:02d}" in told},
        q=number("f3.q"),
        qs_before=number("qsori", 1),
        qs_after=number("qssadj", 1),
        unstable_factors=number("s2.a.per", 2),
        unstable_changes=number("s2.d.per", 2),
        mean_revision=number("r01.lag00.aar.all"),
        notes=output.messages,
        program=told,
    )


def _effects(told: Mapping[str, str], pattern: str) -> tuple[Effect, ...]:
    effects = []
    for key, value in told.items():
        found = "$" in key and re.fullmatch(pattern, key)
        if found and re.fullmatch(r"([+-]\S+ ?){3}", value):
            estimate, standard_error, t_value = map(float, value.split())
            effects.append(
                Effect(
                    name=found[1].replace("$", ": "),
                    estimate=estimate,
                    standard_error=standard_error,
                    t_value=t_value,
                    automatic=key.startswith("Auto"),
                )
            )
    return tuple(effects)


def _factor_error(
    seasonal: pd.Series, irregular: pd.Series, told: Mapping[str, str], additive: bool
) -> pd.Series:
    """Give the standard error of the last year's factors: a month's own spread through X-11's seasonal filter.

    The spread is that of the change, from one year to the next, of the same month's ratio to the trend. (The irregular
    itself is too smooth: the filters have taken part of the noise.) Henderson's filter takes 28 % of the variance with
    the trend. A 3x5 seasonal filter gives seven years the weights 1 2 3 3 3 2 1 of 15; in the last year only half of
    them are known, which makes the variance 1.6 times as large (end weights 17 17 17 9 of 60; Ladiray and Quenneville
    2001). Outliers, which the program keeps out of the factors, are left out.
    """
    per_year = _per_year(seasonal.index)
    noise = (irregular if additive else np.log(irregular)).to_numpy()
    detrended = noise + (seasonal if additive else np.log(seasonal)).to_numpy()
    detrended[np.abs(noise) > 5 * 1.4826 * np.median(np.abs(noise))] = np.nan
    changes = detrended[per_year:] - detrended[:-per_year]
    variance = float(np.nanmean(changes**2)) / 2 / 0.72
    given = told.get("seasonalma", "MSR").split()[0]
    filter_length = re.fullmatch(r"3x(\d+)", told.get("sfmsr", "3x5") if given == "MSR" else given)
    length = int(filter_length[1]) if filter_length else len(seasonal)
    weights = np.convolve(np.ones(3), np.ones(length)) / (3 * length)
    share = max(per_year / len(seasonal), 1.6 * float(np.sum(weights**2)))
    last = seasonal.iloc[-per_year:]
    return np.sqrt(variance * share) * (
        pd.Series(1.0, index=last.index, name=last.name) if additive else last
    )


def _as_chosen(adjustment: SeasonalAdjustment) -> SeasonalSpec:
    told = adjustment.diagnostics.program
    spec = adjustment.spec
    index = adjustment.observed.index
    found = spec.outliers
    if found == "automatic":
        names = (e.name for e in adjustment.outliers if e.automatic)
        found = tuple(f"{n[:2].lower()}{x13_date(_outlier_period(n, index))}" for n in names)
    trading_day = told["aictest.td"] if spec.trading_day == "test" else spec.trading_day
    easter = spec.easter
    if easter == "test":
        easter = int(told["aictest.e.window"]) if told["aictest.e"] == "yes" else "none"
    return replace(
        spec,
        decomposition=adjustment.decomposition,
        model=adjustment.model,
        mean=adjustment.mean,
        ar=tuple(float(value.split()[0]) for key, value in told.items() if key.startswith("AR$")),
        ma=tuple(float(value.split()[0]) for key, value in told.items() if key.startswith("MA$")),
        outliers=found,
        critical_value="automatic",  # its own work is done: the outliers are named
        trading_day="none" if trading_day == "no" else trading_day,
        easter=easter,
    )


def _largest_difference(one: pd.Series, other: pd.Series) -> float:
    return float(((one - other).abs() / one.abs().mean()).max())


# At the door


def _own(given: Any, counts: pd.Series) -> Any:
    """Give what is asked for one series: the same for all, or by their names."""
    return given.get(counts.name) if isinstance(given, Mapping) else given


def _check_call(counts: pd.Series) -> None:
    if not isinstance(counts, pd.Series) or not isinstance(counts.index, pd.PeriodIndex):
        raise ValueError("counts must be a pandas Series with a PeriodIndex of months or quarters.")
    if counts.name is None:
        raise ValueError("counts must have a name, so that messages and tables can say what they are about.")
    if counts.index.freqstr not in ("M", "Q-DEC", "Q-MAR", "Q-JUN", "Q-SEP"):
        raise ValueError(
            f"{counts.name}: periods must be months or calendar quarters, not {counts.index.freqstr}."
        )


def _problems(counts: pd.Series, spec: SeasonalSpec) -> list[str]:
    index = counts.index
    word, least = ("months", 36) if index.freqstr == "M" else ("quarters", 12)
    if not (index.is_unique and index.is_monotonic_increasing):
        return [f"its {word} are not in order, each once. Sort them and keep one count each."]
    if len(counts) < least:
        return [f"{len(counts)} {word} are too few for a seasonal adjustment: at least {least} are needed."]
    gaps = pd.period_range(index[0], index[-1], freq=index.freq).difference(index)
    blank, below, zeros = index[counts.isna()], index[counts < 0], int((counts == 0).sum())
    varies = not below.empty or (counts != counts.iloc[0]).any()
    rules = (
        (gaps.empty, f"{_listed(gaps)} missing. Give each period its count; a true zero is 0."),
        (blank.empty, f"{_listed(blank)} without a count. Give each period its count; a true zero is 0."),
        (
            not blank.empty or np.isfinite(counts.to_numpy(dtype=float)).all(),
            "some counts are not finite numbers.",
        ),
        (
            below.empty,
            f"{_listed(below)} below zero. Counts cannot be; put corrections into the period that they correct.",
        ),
        (varies or not zeros, "every count is zero: there is nothing to adjust."),
        (
            varies or zeros,
            f"every count is {counts.iloc[0]:g}: a constant series has no seasons to adjust for.",
        ),
        (
            spec.seasonal_filter != "3x15" or len(counts) >= 20 * _per_year(index),
            "the 3x15 filter needs twenty years; on fewer the program takes the mean of all years, which is seasonal_filter='stable'.",
        ),
        # One zero makes the program's own choice additive, however large the series, and then it gives negative counts.
        (
            not zeros or not varies or spec.decomposition == "additive",
            f"{zeros} of its {len(counts)} counts are zero, and seasonal factors are multiples. Borrow a larger area's "
            "factors with borrow_seasonality, or ask for decomposition='additive' if amounts suit the series.",
        ),
    )
    return [problem for holds, problem in rules if not holds]


def _check_areas(areas: pd.DataFrame, parent: SeasonalAdjustment) -> None:
    if not isinstance(areas, pd.DataFrame) or not isinstance(areas.index, pd.PeriodIndex):
        raise ValueError("areas must be a DataFrame with a column for each area and a PeriodIndex.")
    if not areas.columns.is_unique:
        raise ValueError("two areas have the same name.")
    index = parent.observed.index
    if not areas.index.equals(index):
        raise DataProblem(
            f"the areas do not cover the periods of {parent.observed.name}, {index[0]} to {index[-1]}, each once and in "
            "order. Give each period its count; a true zero is 0."
        )
    wrong = {
        "without a count": areas.isna(),
        "below zero": areas < 0,
        "more than the whole": areas.gt(parent.observed, axis="index"),
    }
    refuse(
        f"{name}: {_listed(index[cells[name]])} {what}."
        for what, cells in wrong.items()
        for name in areas
        if cells[name].any()
    )


def _listed(periods: pd.PeriodIndex) -> str:
    shown = ", ".join(map(str, periods[:6])) + (f" and {len(periods) - 6} more" if len(periods) > 6 else "")
    return f"{shown} {'is' if len(periods) == 1 else 'are'}"
