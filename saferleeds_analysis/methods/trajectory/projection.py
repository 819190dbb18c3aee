"""Where a year will end, how surely, and the chance of meeting each target.

The counts are taken as Poisson round a rate whose logarithm is a level that wanders, a slope that is slowly forgotten,
a season and noise: a structural time-series model, in its Gaussian-process form so that left-out months and breaks of
definition are simply told to it. How much of each a series has is not one guess: every combination in
``national/trajectory.toml`` is tried and counts by how well it explains the history, so that a short history leaves
them all in play and the projection is wide. Paths of the remaining months are drawn, month by month with their
correlation, and added up; the limits of single months are never added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Caveat, Target
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.methods.counts import period_name
from saferleeds_analysis.methods.trajectory.history import (
    CONSTANTS,
    History,
    check_history,
    check_targets,
    is_met,
    target_count,
)
from saferleeds_analysis.problems import DataProblem, refuse_unless

METHOD = "simulated paths of a structural Poisson model"
RUN_RATE_MISLEADS = "The run-rate takes the rest of the year to be like the part gone: without season, change in level or interval."
_INTERVALS = (0.5, 0.8, 0.95)
_FAN = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
_MONTH = 30.4375  # days in a mean month


@dataclass(frozen=True, kw_only=True)
class Chance:
    """The chance of meeting a target, and what is left to do.

    ``required`` is the mean count a period from here on that ends the year on the target (per month or per quarter);
    ``None`` where the target can no longer be met, or for an increase is met already. ``expected`` is the mean count a
    period that the middle projection holds.
    """

    target: Target
    target_count: float
    probability: float
    required: float | None
    expected: float


@dataclass(frozen=True, kw_only=True)
class Projection:
    """The projected total of a financial year.

    ``totals`` are the simulated year-end totals in order, from which every number comes; ``fan`` holds quantiles
    (columns) of the cumulative count for each period to come; ``chances`` one entry a target, the last in force.
    ``run_rate`` (counts so far over the part of the year gone), ``last_years_months`` (counts so far and last year's
    remaining ones) and ``usual_share`` (counts so far over the part of a usual year gone) stand for comparison, ``None``
    where they cannot be formed.
    """

    unit: str
    year: pd.Period
    known: int
    actual: int
    totals: np.ndarray
    fan: pd.DataFrame
    chances: tuple[Chance, ...]
    run_rate: float | None
    last_years_months: float | None
    usual_share: float | None
    caveats: tuple[str, ...]

    @property
    def median(self) -> float:
        """The middle projection: the year is as likely to end above as below it."""
        return self.quantile(0.5)

    @property
    def intervals(self) -> tuple[Estimate, ...]:
        """The middle projection with its 50, 80 and 95 % intervals."""
        return tuple(self.interval(c) for c in _INTERVALS)

    @property
    def mean(self) -> float:
        """The mean of the simulated totals. Unlike the middle ones, the means of areas add up."""
        return float(self.totals.mean())

    def quantile(self, part: float) -> float:
        """Give the total that the year stays at or below with this chance."""
        return float(np.quantile(self.totals, part, method="inverted_cdf"))

    def interval(self, confidence: float) -> Estimate:
        """Give the middle projection with the interval that holds the year-end total with this confidence."""
        tail = round((1 - confidence) / 2, 10)  # exactly the fan's own quantiles
        return Estimate(
            value=self.median,
            lower=self.quantile(tail),
            upper=self.quantile(1 - tail),
            unit=self.unit,
            method=METHOD,
            confidence=confidence,
            caveats=self.caveats,
        )

    def against(
        self, target: Target | Sequence[Target] | None, *, denominator: float | None = None
    ) -> "Projection":
        """Give the same projection with the chance of meeting each target; ``denominator`` turns a rate's into a count."""
        targets = check_targets(target, year=self.year)
        return replace(self, chances=tuple(self._chance(t, target_count(t, denominator)) for t in targets))

    def _chance(self, target: Target, value: float) -> Chance:
        left, short = len(self.fan), value - self.actual
        open_still = short > 0 or (target.comparison == "at most" and short == 0)
        return Chance(
            target=target,
            target_count=value,
            probability=float(is_met(target, self.totals, value=value).mean()),
            required=short / left if open_still else None,
            expected=(self.median - self.actual) / left,
        )

    def chance_at_most(self, total: float) -> float:
        """Give the chance that the year ends at or below a total."""
        return float(np.searchsorted(self.totals, total, side="right") / len(self.totals))


def project_year_end(
    history: pd.Series,
    *,
    year: pd.Period,
    target: Target | Sequence[Target] | None = None,
    caveats: Sequence[Caveat] = (),
    denominator: float | None = None,
    unit: str = "offences",
    seed: int = 1,
) -> Projection:
    """Project the total of a financial year from the counts so far, and give the chance of meeting each target.

    ``history`` holds counts by month or by financial-year quarter up to the last one known: from none to all but one of
    the year's periods, and a year that has not started may be asked for up to a year ahead. Months in a caveat of kind
    ``missing`` are not learned from, and those of a ``pandemic`` tell less than others; at a ``definition break`` the level starts anew and the season
    carries over. The answer is the same for the same ``seed``. ``denominator`` turns a rate's target into a count, as in
    ``build_trajectory``. Not for percentages, which do not add up over a year.

    The chances are calibrated on years in which nothing unheard-of happened: a new law, a pandemic or a change of
    recording is not in them.

    >>> quarters = pd.period_range("2012Q1", "2013Q2", freq="Q-MAR", name="quarter")
    >>> enquiries = pd.Series([1011, 916, 645, 725, 725, 958], index=quarters, name="asb_enquiries")
    >>> p = project_year_end(enquiries, year=periods.financial_year("2012/13"), unit="enquiries")
    >>> p.run_rate, round(p.usual_share), p.actual
    (3366.0, 2880, 1683)
    """
    checked = _usable(history, year=year, caveats=caveats)
    paths = _simulate(checked, np.random.default_rng(seed))
    return _projection(checked, paths, unit=unit).against(target, denominator=denominator)


def project_together(
    counts: pd.DataFrame,
    *,
    parts: Mapping[str, Sequence[str]],
    year: pd.Period,
    caveats: Sequence[Caveat] = (),
    unit: str = "offences",
    seed: int = 1,
) -> dict[str, Projection | DataProblem]:
    """Project a whole and the areas that it is made of, so that every path of the whole is the sum of its parts' paths.

    ``counts`` holds months or quarters in rows and a column for each area; ``parts`` says of the whole, and of any area below it,
    which areas it is made of. The whole is projected as :func:`project_year_end` does it alone. Each area's share of the counts of
    the one above wanders by itself, far less than a count does, so areas with few offences lean on the others; the paths of
    the whole are then divided by paths of the shares, offence by offence. What no part holds is a part of its own.

    An area that cannot be projected has the reason in its place. Refused: what :func:`project_year_end` refuses of the whole, and
    parts that come to more than what they are parts of.

    >>> months = pd.period_range("2010-04", "2012-09", freq="M", name="month")
    >>> counts = pd.DataFrame({"North": [30, 20] * 15, "South": [10] * 30}, index=months)
    >>> counts["City"] = counts.sum(axis=1)
    >>> found = project_together(counts, parts={"City": ["North", "South"]}, year=periods.financial_year("2012/13"))
    >>> round(found["City"].mean) == round(found["North"].mean + found["South"].mean)
    True
    """
    below = [part for of in parts.values() for part in of]
    tops = [area for area in parts if area not in below]
    unknown = [area for area in (*tops, *below) if area not in counts]
    refuse_unless(
        (len(tops) == 1, f"parts names {len(tops)} areas that are part of no other, and one is the whole."),
        (len(set(below)) == len(below), "parts names an area as part of two."),
        (not unknown, f"counts has no column {', '.join(map(repr, unknown[:1]))}, which parts names."),
    )
    rng = np.random.default_rng(seed)
    found = {tops[0]: _usable(counts[tops[0]].rename(tops[0]), year=year, caveats=caveats)}
    paths, left = {tops[0]: _simulate(found[tops[0]], rng)}, list(tops)
    while left:
        area = left.pop(0)
        for part in parts.get(area, ()):
            history = counts[part].rename(part)
            try:
                found[part] = _usable(history.loc[history.first_valid_index() :], year=year, caveats=caveats)
            except DataProblem as problem:
                found[part] = problem
        within = {part: found[part] for part in parts.get(area, ()) if isinstance(found[part], History)}
        paths |= _divide(paths[area], found[area], within, rng)
        left += [part for part in within if part in parts]
    return {
        area: known if area not in paths else _projection(known, paths[area], unit=unit)
        for area, known in found.items()
    }


def _usable(history: pd.Series, *, year: pd.Period, caveats: Sequence[Caveat]) -> History:
    """Check a history at the door, and that it has something to project and has seen every season."""
    checked = check_history(history, year=year, caveats=caveats)
    if checked.known == checked.periods_a_year:
        raise ValueError(
            f"{periods.financial_year_name(year)} is complete in history {history.name!r}: its total is known, and there "
            "is nothing to project."
        )
    if (~checked.left_out).sum() < checked.periods_a_year:
        raise DataProblem(
            f"history {history.name!r} has {(~checked.left_out).sum()} usable periods. A projection needs a whole year of "
            f"them ({checked.periods_a_year}), to have seen every season once: add earlier counts."
        )
    return checked


def _projection(history: History, paths: np.ndarray, *, unit: str) -> Projection:
    actual = int(history.counts_of(history.year).sum())
    cumulative = actual + paths[:, history.gap :].cumsum(axis=1)
    totals = np.sort(cumulative[:, -1])
    fan = pd.DataFrame(
        np.quantile(cumulative, _FAN, axis=0, method="inverted_cdf").T.astype(float),
        index=history.year_index[history.known :],
        columns=list(_FAN),
    )
    return Projection(
        unit=unit,
        year=history.year,
        known=history.known,
        actual=actual,
        totals=totals,
        fan=fan,
        chances=(),
        **_comparisons(history, actual),
        caveats=_caveats(history),
    )


def _simulate(history: History, rng: np.random.Generator) -> np.ndarray:
    """Draw paths of the periods to come (rows) from the end of the history to the end of the year."""
    constants = CONSTANTS["projection"]
    rates = _draw(_explain(history), rng, shift=constants["shift"], stretch=constants["stretch"])
    # The cap is 200 million a period: it stops overflow of wild paths and is far above any count.
    return rng.poisson(np.exp(np.minimum(rates, 19)))


def _divide(
    paths: np.ndarray, whole: History, parts: Mapping[str, History], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Divide paths of a whole between its parts, and what is in none of them, by paths of their shares."""
    if not parts:
        return {}
    rest = whole.counts - sum(part.counts for part in parts.values())
    if (over := rest[rest < 0].index).size:
        raise DataProblem(
            f"in {period_name(over[0])} the parts of {whole.counts.name!r} come to more than its own count. Give counts that "
            "add up."
        )
    unknown = rest.isna().to_numpy()
    left = (
        {"": replace(whole, counts=rest, unknown=whole.unknown | unknown)}
        if rest.sum() or unknown.any()
        else {}
    )
    # The paths of each come in the order of its settings, which are no two parts' in common.
    shares = [
        rng.permutation(_draw(_explain(part, of=whole), rng)) for part in (*parts.values(), *left.values())
    ]
    shares = np.exp(np.stack(shares, axis=-1))
    divided = rng.multinomial(paths, shares / shares.sum(axis=-1, keepdims=True))
    return {area: divided[..., i] for i, area in enumerate(parts)}


def _draw(fit: "_Fit", rng: np.random.Generator, *, shift: float = 0.0, stretch: float = 1.0) -> np.ndarray:
    """Draw log rates of the periods to come (columns)."""
    known, draws = fit.residuals.shape[1], CONSTANTS["projection"]["draws"]
    # Every setting has its part of the paths, in proportion to how well it explains the history.
    bounds = np.round(np.append(0, fit.posterior.cumsum()) * draws).astype(int)
    rates = np.empty((draws, len(fit.offset)))
    for i in np.flatnonzero(np.diff(bounds)):
        rows = slice(bounds[i], bounds[i + 1])
        ahead = fit.factor[i, known:-1, known:-1]
        mean = fit.factor[i, known:-1, :known] @ fit.residuals[i] + shift * np.sqrt((ahead**2).sum(axis=1))
        wander = rng.standard_normal((rows.stop - rows.start, len(fit.offset))) @ ahead.T
        rates[rows] = mean + stretch * wander
    return rates + fit.offset


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """What the history says under every setting: its ``evidence`` (log), the Cholesky ``factor`` of past, periods to come
    and pseudo-data, the past's standardised ``residuals``, each setting's ``posterior`` weight, and the ``offset`` that
    turns modelled log rates of the periods to come into those of counts."""

    evidence: np.ndarray
    factor: np.ndarray
    residuals: np.ndarray
    posterior: np.ndarray
    offset: np.ndarray


def _explain(history: History, *, of: History | None = None) -> _Fit:
    """Explain a history by itself, or as a share ``of`` the counts of the whole."""
    constants, step = CONSTANTS["projection"], 12 // history.periods_a_year
    to_come = history.gap + history.periods_a_year - history.known
    window = constants["history_years"] * history.periods_a_year
    index = history.counts.index[-window:]
    index = pd.period_range(index[0], periods=len(index) + to_come, freq=index.freq)
    unknown, shaken = history.unknown[-window:], history.left_out[-window:]
    if of is None:
        # Rates are per mean month, so that February is not a season of its own.
        days = np.round((index.end_time - index.start_time) / pd.Timedelta(days=1)).to_numpy(dtype=float)
        exposure = np.log(days / _MONTH)
    else:
        unknown = unknown | of.unknown[-len(unknown) :]
        # A whole of none is taken for next to none, which tells next to nothing of shares.
        whole = of.counts[-len(unknown) :].to_numpy(dtype=float, na_value=0)
        exposure = np.append(np.log(np.maximum(whole, 0.01)), np.zeros(to_come))
    past = np.flatnonzero(~unknown)
    kept = np.append(past, np.arange(len(index) - to_come, len(index)))
    counts = history.counts.to_numpy(dtype=float, na_value=np.nan)[-window:][past]
    exposure, known = exposure[kept], len(past)

    settings, weights = _settings(of_a_share=of is not None)
    # A month of a shock is no usual month, but it tells of the level, if less surely than another; and there the level itself
    # wanders fast, though much the same everywhere.
    shock = (constants["shock"] ** 2 * (1 if of is None else constants["own"]["noise"])) * shaken[past]
    fast = () if of is not None else tuple((np.flatnonzero(shaken) - kept[0]).tolist())
    parts = _covariances(tuple((kept - kept[0]).tolist()), step, fast)
    # The level is unknown at the start and anew at each break: periods share the starts that lie behind both.
    starts = [0, *((start - index[0]).n for start in history.breaks)]
    behind = (kept >= np.array(starts)[:, None]).astype(float)
    level = constants["unknown_level"] ** 2 * (behind.T @ behind)
    pseudo, noise = _working_data(counts, exposure[:known], parts, level, weights @ settings, shock)
    middle = np.average(pseudo, weights=1 / (noise + 0.05))

    # One Cholesky factor a setting does all: with the past first, its lower blocks are the conditional mean and spread
    # of the periods to come; the row of pseudo-data at the end becomes the past's standardised residuals. The large
    # last diagonal only keeps the matrix positive.
    size = len(kept)
    joint = np.zeros((len(settings), size + 1, size + 1))
    joint[:, :size, :size] = level + np.tensordot(settings, parts, axes=1)
    joint[:, np.arange(known), np.arange(known)] += noise
    joint[:, size, :known] = pseudo - middle
    joint[:, size, size] = 1e9
    factor = np.linalg.cholesky(joint)
    residuals = factor[:, size, :known]
    evidence = -0.5 * (residuals**2).sum(axis=1) - np.log(
        np.diagonal(factor, axis1=1, axis2=2)[:, :known]
    ).sum(axis=1)
    posterior = weights * np.exp(evidence - evidence.max())
    return _Fit(
        evidence=evidence,
        factor=factor,
        residuals=residuals,
        posterior=posterior / posterior.sum(),
        offset=middle + exposure[known:],
    )


def _working_data(counts, exposure, parts, level_unknown, variances, shock) -> tuple[np.ndarray, np.ndarray]:
    """Turn counts into log rates with a known error, at the mode of the model with middling settings.

    These are the pseudo-data of iteratively reweighted least squares (McCullagh and Nelder 1989; for mixed models,
    Breslow and Clayton 1993), which keep zeros and small counts usable where a plain logarithm would not.
    """
    known = len(counts)
    prior = level_unknown[:known, :known] + np.tensordot(variances, parts[:, :known, :known], axes=1)
    middle = np.log((counts.sum() + 0.5) / np.exp(exposure).sum())
    rate = np.clip(np.log(np.maximum(counts, 0.3)) - exposure, middle - 1, middle + 1)
    for _ in range(20):
        expected = np.exp(rate + exposure)
        pseudo = rate + (counts - expected) / expected
        fitted = middle + prior @ np.linalg.solve(prior + np.diag(1 / expected + shock), pseudo - middle)
        step = np.clip(fitted - rate, -2, 2)
        rate = rate + step
        if np.abs(step).max() < 1e-3:
            break
    expected = np.exp(rate + exposure)
    return rate + (counts - expected) / expected, 1 / expected + shock


@lru_cache(maxsize=64)
def _covariances(positions: tuple[int, ...], step: int, fast: tuple[int, ...]) -> np.ndarray:
    """Give the covariance over periods of each part of the log rate, for a standard deviation of one: level, season, noise, slope.

    In the ``fast`` periods the level wanders as in several.
    """
    constants = CONSTANTS["projection"]
    month = step * np.array(positions)
    apart = np.abs(month[:, None] - month[None, :])
    gone = month + constants["shock_wander"] * (month[:, None] >= step * np.array(fast)).sum(axis=1) * step
    level = np.minimum(gone[:, None], gone[None, :]).astype(float)
    correlation = constants["season_correlation"]
    lags = np.arange(0, 12, step)
    mean = (correlation ** np.minimum(lags, 12 - lags)).mean()
    lag = np.minimum(apart % 12, 12 - apart % 12)
    # Less its mean, the season adds nothing to the level of a whole year.
    season = (correlation**lag - mean) / (1 - mean)
    every = np.arange(month[-1] + 1)
    slopes = constants["slope_kept"] ** np.abs(every[:, None] - every[None, :])
    slope = constants["slope"] ** 2 * slopes.cumsum(axis=0).cumsum(axis=1)[np.ix_(month, month)]
    return np.stack([level, season, np.eye(len(month)) / step, slope])


@lru_cache(maxsize=2)
def _settings(*, of_a_share: bool) -> tuple[np.ndarray, np.ndarray]:
    """Give the variances of level, season, noise and slope that are tried, and the weight of each combination."""
    c = CONSTANTS["projection"]
    settings = (
        np.array([(*combination, 1.0) for combination in product(c["level"], c["season"], c["noise"])]) ** 2
    )
    weights = np.array(
        [a * b * d for a, b, d in product(c["level_weight"], c["season_weight"], c["noise_weight"])]
    )
    if of_a_share:
        settings = settings * [c["own"][part] for part in ("level", "season", "noise", "slope")]
    return settings, weights / weights.sum()


def _comparisons(history: History, actual: int) -> dict[str, float | None]:
    known, length = history.known, history.periods_a_year
    years = history.whole_years_before()
    usable = [y for y in years if not history.is_left_out(y) and not history.has_break_inside(y)]
    usable = usable[-CONSTANTS["milestones"]["base_years"] :]
    totals = sum((history.counts_of(y) for y in usable), start=np.zeros(length))
    so_far = totals[:known].sum()
    # Last year's months are those of the financial year just before, whatever it was like; none if it is not there whole.
    last = history.counts_of(history.year - 1)
    whole = len(last) == length and not np.isnan(last).any()
    return {
        "run_rate": actual * length / known if known else None,
        "last_years_months": actual + float(last[known:].sum()) if whole else None,
        "usual_share": float(actual * totals.sum() / so_far) if known and so_far else None,
    }


def _span(months: pd.PeriodIndex) -> str:
    ends = " to ".join(map(period_name, [*months[:1], *months[-1:]]))
    return f"{len(months)} periods from {ends}"


def _caveats(history: History) -> tuple[str, ...]:
    years = (~history.left_out).sum() / history.periods_a_year
    index = history.counts.index
    unknown, shaken = index[history.unknown], index[history.left_out & ~history.unknown]
    caveats = (
        (True, "The chances hold for years in which nothing unheard-of happens."),
        (history.known, RUN_RATE_MISLEADS),
        (
            years < 3,
            f"Short history ({years:.1f} years): most of what is known of the season comes from other series, and the "
            "projection is wide.",
        ),
        (len(unknown), f"Not learned from: {_span(unknown)}."),
        (len(shaken), f"Taken as less sure than others, for the caveat on them: {_span(shaken)}."),
        *(
            (
                True,
                f"The definition changed in {period_name(start)}: the level starts anew there, the season carries over.",
            )
            for start in history.breaks
        ),
        (
            history.gap,
            f"The year has not started: {history.gap} periods before it are projected as well.",
        ),
        (
            not history.gap and not history.known,
            "The year has no count yet: the projection rests on earlier years alone.",
        ),
        (
            not history.counts.sum(),
            "The history holds no event at all: the projection says no more than that they are rare.",
        ),
    )
    return tuple(said for holds, said in caveats if holds)
