"""Seasonal adjustment measured: error on simulated areas, and speed beside statsmodels' wrapper of the same program.

python benchmarks/seasonal.py error      error of the seasonal factors by mean level, beside its peers
python benchmarks/seasonal.py london     small areas in London, on a year that the factors have not seen
python benchmarks/seasonal.py speed      time a series; 33 wards x 14 kinds x 10 years; memory
"""

import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import STL
from statsmodels.tsa.x13 import x13_arima_analysis

from saferleeds_analysis.methods.seasonal import (
    AIRLINE,
    SeasonalSpec,
    borrow_seasonality,
    freeze,
    seasonally_adjust,
    seasonally_adjust_many,
)
from saferleeds_analysis.methods.x13 import find_program, run_x13

LEVELS = (3, 10, 30, 100, 1000)
AREAS = 33
LONDON = Path(__file__).parents[2] / "shared" / "data" / "london_borough_monthly_2010-04_2024-01.csv.gz"
AIRLINE_ONLY = SeasonalSpec(model=AIRLINE, decomposition="multiplicative", trading_day="none", easter="none")


def simulate(rng: np.random.Generator, mean: float, *, years: int = 6) -> tuple[pd.DataFrame, np.ndarray]:
    """Give counts of 33 areas round a mean, and their true seasonal factors.

    The city's pattern is two waves and a rough part, and drifts by 1 % a year. Each area's own differs from it by 5 %
    a month (standard deviation), for good. Areas share 3 % of noise and have 6 % of their own, on top of the chance of
    counting (Poisson); their levels differ by 30 % and drift.
    """
    n = 12 * years
    month = np.arange(n) % 12
    wave = 0.085 * np.cos(2 * np.pi * np.arange(12) / 12 + rng.uniform(0, 6))
    wave += 0.05 * np.cos(4 * np.pi * np.arange(12) / 12 + rng.uniform(0, 6)) + rng.normal(0, 0.02, 12)
    drift = np.cumsum(rng.normal(0, 0.01, (years, 12)), axis=0)
    drift -= drift.mean(axis=1, keepdims=True)
    own = rng.normal(0, 0.05, (AREAS, 12))
    own -= own.mean(axis=1, keepdims=True)
    factors = np.exp(wave[month] + drift[np.arange(n) // 12, month] + own[:, month])
    level = mean * np.exp(rng.normal(0, 0.3, (AREAS, 1)) + np.cumsum(rng.normal(0, 0.01, (AREAS, n)), axis=1))
    noise = np.exp(rng.normal(0, 0.06, (AREAS, n)) + rng.normal(0, 0.03, n))
    months = pd.period_range("2006-04", periods=n, freq="M")
    counts = pd.DataFrame(rng.poisson(level * factors * noise).T, index=months)
    return counts.rename(columns="area {}".format), factors


def own_x13(series: list[pd.Series]) -> np.ndarray:
    """Give the last year's factors by the program alone, airline model; additive where a count is zero."""
    jobs = []
    for counts in series:
        transform, mode = ("none", "add") if (counts == 0).any() else ("log", "mult")
        text = (
            f"transform{{ function={transform} }}\narima{{ model={AIRLINE} }}\noutlier{{ types=(ao ls) }}\n"
            f"estimate{{ }}\nforecast{{ maxlead=12 }}\nx11{{ mode={mode} save=(d10 d12) }}"
        )
        jobs.append((counts, text))
    last = []
    for (counts, _), output in zip(jobs, run_x13(jobs), strict=True):
        seasonal, trend = (output.tables[t][-12:, 0] for t in ("d10", "d12"))
        last.append(1 + seasonal / trend if (counts == 0).any() else seasonal)
    return np.array(last)


def stl_robust(series: list[pd.Series]) -> np.ndarray:
    """Give the last year's factors by STL with robust weights, as statsmodels sets it."""
    fits = [STL(counts.to_numpy(float), period=12, robust=True).fit() for counts in series]
    return np.array([(1 + fit.seasonal / fit.trend)[-12:] for fit in fits])


def error(repetitions: int = 30) -> None:
    """Print the mean absolute error of the last year's factors beside its peers', and how often the limits hold."""
    print(
        f"Error of the last year's seasonal factors, % of level: 6 years, {repetitions} repetitions, 33 areas"
    )
    columns = ("none", "own X-13", "STL robust", "parent's", "ours")
    print(
        f"{'mean':>6}"
        + "".join(f"{c:>12}" for c in columns)
        + f"{'best':>12}{'ours/best':>12}{'95 % holds':>12}"
    )
    for mean in LEVELS:
        errors = []
        for repetition in range(repetitions):
            counts, factors = simulate(np.random.default_rng([mean, repetition]), mean)
            truth = factors[:, -12:]
            whole = counts.sum(axis=1).rename("city")
            ours = borrow_seasonality(counts, parent=seasonally_adjust(whole, spec=AIRLINE_ONLY))
            borrowed = np.array([ours[area].seasonal.iloc[-12:] for area in counts])
            spread = np.array([ours[area].factor_error for area in counts])
            some = [counts[area] for area in list(counts)[::4]]  # every fourth area: these two are slow
            errors.append(
                [
                    np.abs(1 - truth).mean(),
                    np.abs(own_x13(some) - truth[::4]).mean(),
                    np.abs(stl_robust(some) - truth[::4]).mean(),
                    np.abs(own_x13([whole]) - truth).mean(),
                    np.abs(borrowed - truth).mean(),
                    (np.abs(borrowed - truth) < 1.96 * spread).mean(),
                ]
            )
        *figures, held = 100 * np.mean(errors, axis=0)
        best = min(figures[:-1])
        print(
            f"{mean:>6}"
            + "".join(f"{f:>12.2f}" for f in figures)
            + f"{columns[figures.index(best)]:>12}{figures[-1] / best:>12.2f}{held:>11.0f}%"
        )


def _london() -> pd.DataFrame:
    rows = pd.read_csv(LONDON)
    rows = rows[~rows["borough"].str.contains("Heathrow")]
    table = rows.pivot_table(
        index="month", columns=["minor", "borough"], values="count", aggfunc="sum", fill_value=0
    )
    table.index = pd.PeriodIndex(table.index, freq="M")
    return table


def _level(counts: pd.DataFrame) -> pd.DataFrame:
    weights = np.r_[0.5, np.ones(11), 0.5] / 12
    return counts.apply(lambda one: pd.Series(np.convolve(one, weights, "same"), index=counts.index))


def london() -> None:
    """Print how well each year's factors, made from the years before, fit the counts of London's boroughs.

    The squared difference between a month's count and its year's level times the factor, over the level, relative to
    using no factors; by mean count. Much of it is chance that no factor removes. Nothing here was tuned on it but the
    0.9 that a year weighs less than the next (1.0 and 0.8 do nearly as well).
    """
    counts = _london().loc[:"2019-12"]
    totals = counts.T.groupby(level="minor").sum().T
    kinds = [kind for kind in totals if totals[kind].min() > 40]
    rows = []
    for end in ("2016-03", "2017-03", "2018-03"):
        known = totals.loc[:end, kinds]
        test = slice(len(known), len(known) + 12)
        parents = seasonally_adjust_many([known[kind] for kind in kinds], spec=AIRLINE_ONLY)
        for parent in parents:
            every = counts[parent.observed.name]
            level = _level(every)
            areas = every.iloc[: len(known)]
            ours = borrow_seasonality(areas, parent=parent)
            parents_own = parent.seasonal.iloc[-12:].to_numpy()
            usable = [area for area in areas if (areas[area] > 0).all()]
            own = dict(zip(usable, own_x13([areas[area] for area in usable]) if usable else [], strict=True))
            for area in areas:
                expected = level[area].iloc[test].to_numpy()
                seen = every[area].iloc[test].to_numpy()
                row = {"mean": areas[area].iloc[-36:].mean()}
                for name, factors in (
                    ("none", np.ones(12)),
                    ("own X-13", own.get(area, np.full(12, np.nan))),
                    ("parent's", parents_own),
                    ("ours", ours[area].seasonal.iloc[-12:].to_numpy()),
                ):
                    row[name] = np.mean((seen - expected * factors) ** 2 / np.maximum(expected, 0.5))
                rows.append(row)
    table = pd.DataFrame(rows)
    band = pd.cut(table["mean"], [0, 2, 5, 15, 50, 150, 500, 5000])
    means = table.drop(columns="mean").groupby(band, observed=True).mean()
    both = table.dropna().drop(columns="mean").groupby(band, observed=True).mean()
    result = means.assign(**{"own X-13": means["none"] * both["own X-13"] / both["none"]})
    result = 100 * result.div(result["none"], axis=0)
    print("Squared error on a year not seen, none = 100 (own X-13: on areas without a zero); London boroughs")
    print(result.round(1).assign(series=band.value_counts(sort=False)).to_string())


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Give the seconds on the clock and the processor's seconds, ours and the program's together."""
    clock, before = time.perf_counter(), os.times()
    work()
    return time.perf_counter() - clock, sum(os.times()[:4]) - sum(before[:4])


def speed() -> None:
    """Print the time a series beside statsmodels' wrapper, on London's boroughs, 120 months, and two whole batches."""
    counts = _london().loc["2010-04":"2020-03"]
    series = [counts[name].rename("/".join(name)) for name in counts if counts[name].min() > 20][::8]
    automatic = SeasonalSpec(trading_day="none", easter="none", leap_years=False)
    frozen = {a.observed.name: freeze(a) for a in seasonally_adjust_many(series, spec=automatic)}

    def statsmodels() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for one in series:
                x13_arima_analysis(one, outlier=True, trading=False, x12path=str(find_program()))

    def alone(spec: SeasonalSpec | dict[str, SeasonalSpec]) -> None:
        for one in series:
            seasonally_adjust(one, spec=spec[one.name] if isinstance(spec, dict) else spec)

    def together(spec: SeasonalSpec | dict[str, SeasonalSpec]) -> None:
        for _ in seasonally_adjust_many(series, spec=spec):
            pass

    peer = _timed(statsmodels)
    print(
        f"{len(series)} series of 120 months; milliseconds a series, and how many times as fast as statsmodels"
    )
    print(f"{'':<46}{'clock':>8}{'':>8}{'processor':>11}")
    print(
        f"{'statsmodels x13_arima_analysis':<46}{1000 * peer[0] / len(series):>8.1f}{'':>8}{1000 * peer[1] / len(series):>11.1f}"
    )
    for name, work in (
        ("ours, same automatic choices, one by one", lambda: alone(automatic)),
        ("ours, same automatic choices, side by side", lambda: together(automatic)),
        ("ours, frozen specs, one by one", lambda: alone(frozen)),
        ("ours, frozen specs, side by side", lambda: together(frozen)),
    ):
        clock, processor = (t / len(series) for t in _timed(work))
        faster = [p / len(series) / t for p, t in zip(peer, (clock, processor), strict=True)]
        print(f"{name:<46}{1000 * clock:>8.1f}{faster[0]:>7.1f}x{1000 * processor:>11.1f}{faster[1]:>7.1f}x")
    for name, work in (
        ("each by X-13, frozen model", lambda: batch(462)),
        ("borrowed from 14 parents", borrow_all),
    ):
        clock, processor = _timed(work)
        print(
            f"33 x 14 x 120 months, {name}: {clock:.1f} s on the clock, {processor:.1f} s of processor time"
        )
    print("Peak memory: " + ", ".join(f"{n:,} series {_peak(n):.0f} MB" for n in (462, 1848)))


def _made_up(number: int) -> Iterator[pd.Series]:
    rng = np.random.default_rng(1)
    months = pd.period_range("2010-04", periods=120, freq="M")
    expected = 60 * (1 + 0.15 * np.cos(2 * np.pi * months.month / 12))
    for i in range(number):
        yield pd.Series(1 + rng.poisson(expected), index=months, name=f"series {i}")


def batch(number: int) -> None:
    """Adjust made-up series one after another and keep none."""
    for _ in seasonally_adjust_many(_made_up(number), spec=AIRLINE_ONLY):
        pass


def borrow_all() -> None:
    """Adjust 14 kinds of crime for 33 wards: the city's total of each kind by X-13, the wards by borrowing."""
    series = list(_made_up(462))
    for kind in range(14):
        wards = pd.concat(series[33 * kind : 33 * (kind + 1)], axis=1)
        borrow_seasonality(
            wards, parent=seasonally_adjust(wards.sum(axis=1).rename("city"), spec=AIRLINE_ONLY)
        )


def _peak(number: int) -> float:
    code = f"import seasonal; seasonal.batch({number}); seasonal.print_peak()"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    return float(told.stdout)


def print_peak() -> None:
    """Print this process's peak memory in megabytes."""
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    for name in sys.argv[1:] or ("error", "london", "speed"):
        {"error": error, "london": london, "speed": speed}[name]()
