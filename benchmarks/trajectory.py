"""Measure the milestone range and the year-end projection on real monthly series. Prints the tables of the page.

The split was written down before any result was seen:

* The 22 London boroughs of the open data, in alphabetical order (the airports are no borough and stay out). The
  first, third, fifth... are for TUNING, the second, fourth, sixth... for REPORTING. Nothing is fitted on the latter.
* Northern Ireland is another country and is looked at once, at the end.
* Series: the eleven major types that run through (historical fraud stops in 2022 and stays out), domestic burglary,
  and eight small types that give counts of a few a year.
* Years forecast: from the fourth year of the history. Normal years have no month in the pandemic's caveat
  (March 2020 to July 2021); 2019/20 to 2021/22 are reported apart.
* Origins: 0, 1, 2, 3, 6, 9 and 11 months into the year; 3, 6 and 9 make the headline.
"""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small matrices: threads only get in each other's way

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target, load_catalogue
from saferleeds_analysis.methods.trajectory import (
    backtest,
    build_trajectory,
    project_together,
    project_year_end,
)
from saferleeds_analysis.methods.trajectory.backtest import Backtest
from saferleeds_analysis.methods.trajectory.history import CONSTANTS, check_history
from saferleeds_analysis.methods.trajectory.projection import _explain
from saferleeds_analysis.problems import DataProblem

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
SMALL_TYPES = (
    "Arson",
    "Homicide",
    "Rape",
    "Robbery of Business Property",
    "Bicycle Theft",
    "Aggravated Vehicle Taking",
    "Possession of Article with Blade or Point",
    "Violent Disorder",
)
LEVELS = [0, 10, 30, 100, 300, 1_000, 3_000, 1_000_000]
LEVEL_NAMES = ["0-10", "11-30", "31-100", "101-300", "301-1,000", "1,001-3,000", "over 3,000"]
ORIGINS = (0, 1, 2, 3, 6, 9, 11)
HEADLINE = (3, 6, 9)


def london() -> dict[str, list[pd.Series]]:
    """Read the boroughs' series, in the two halves of the split."""
    rows = pd.read_csv(DATA / "london_borough_monthly_2010-04_2024-01.csv.gz")
    rows = rows[
        ~rows["borough"].str.startswith("London ") & (rows["major"] != "Historical Fraud and Forgery")
    ]
    months = pd.period_range("2010-04", "2024-01", freq="M", name="month")
    small = rows[rows["minor"].isin((*SMALL_TYPES, "Domestic Burglary"))]
    table = pd.concat(
        [
            rows.pivot_table(index=["borough", "major"], columns="month", values="count", aggfunc="sum"),
            small.pivot_table(index=["borough", "minor"], columns="month", values="count", aggfunc="sum"),
        ]
    ).rename_axis(index=["borough", "type"])
    table = table.reindex(columns=[str(m) for m in months]).fillna(0).astype(int)
    boroughs = sorted(table.index.unique("borough"))
    return {
        half: [
            pd.Series(counts.to_numpy(), index=months, name=f"{borough}: {kind}")
            for (borough, kind), counts in table.iterrows()
            if borough in chosen
        ]
        for half, chosen in (("tuning", boroughs[0::2]), ("reporting", boroughs[1::2]))
    }


def northern_ireland() -> list[pd.Series]:
    """Read the categories that run through the whole time; burglary changed its columns in April 2017 and is joined."""
    table = pd.read_csv(DATA / "northern_ireland_monthly_2015-04_2021-05.csv", index_col="month")
    table.index = pd.PeriodIndex(table.index, freq="M", name="month")
    burglary = [c for c in table if "burglary" in c.lower()]
    table["Burglary"] = table[burglary].sum(axis=1)
    table = table.drop(columns=[*burglary, "Total police recorded crime"])
    return [table[c].rename(f"Northern Ireland: {c}") for c in table]


def caveats():
    """Give the pandemic's caveat, and no other: the London burglary series is back-cast and shows no break."""
    months = pd.period_range("2010-04", "2024-03", freq="M")
    return [c for c in load_catalogue("data/raw/reference").caveats("none", months) if c.kind == "pandemic"]


def quarterly(history: pd.Series) -> pd.Series:
    """Add up months to financial-year quarters, leaving off a quarter that is not whole."""
    groups = history.groupby(history.index.asfreq("Q-MAR"))
    return groups.sum()[groups.size() == 3].rename_axis("quarter").rename(history.name)


def replay(histories: list[pd.Series], *, known, earliest_years: int = 3) -> Backtest:
    """Replay all series on two processes and put the answers together."""
    halves = [histories[0::2], histories[1::2]]
    with ProcessPoolExecutor(2) as pool:
        parts = list(pool.map(_replay, halves, [known] * 2, [earliest_years] * 2))
    return _joined(parts)


def _replay(histories, known, earliest_years) -> Backtest:
    return backtest(histories, caveats=caveats(), known=known, earliest_years=earliest_years)


def together(histories: list[pd.Series], *, known=HEADLINE) -> tuple[Backtest, Backtest]:
    """Replay the same areas alone and, each type with its whole (the sum of these boroughs), together."""
    types = sorted({history.name.split(": ")[1] for history in histories})
    groups = [[h for h in histories if h.name.endswith(f": {kind}")] for kind in types]
    wholes = [sum(group).rename(f"The whole: {kind}") for kind, group in zip(types, groups, strict=True)]
    with ProcessPoolExecutor(2) as pool:
        joint = list(pool.map(_replay_together, wholes, groups, [known] * len(types)))
    return replay([*histories, *wholes], known=known), _joined(joint)


def _replay_together(whole, group, known) -> Backtest:
    parts = {whole.name: [history.name for history in group]}
    return backtest([whole, *group], caveats=caveats(), parts=parts, known=known)


def _joined(parts: list[Backtest]) -> Backtest:
    return Backtest(
        forecasts=pd.concat([p.forecasts for p in parts], ignore_index=True),
        chances=pd.concat([p.chances for p in parts], ignore_index=True),
        skipped=sum((p.skipped for p in parts), ()),
        caveats=parts[0].caveats,
    )


def compare_ways(alone: Backtest, joint: Backtest) -> None:
    """Print the joint projection beside the single one on the same cells."""
    cells = ["series", "year", "known"]
    own = {
        way: b.forecasts[b.forecasts["method"] == "projection"]
        for way, b in (("alone", alone), ("joint", joint))
    }
    rate = alone.forecasts.loc[alone.forecasts["method"] == "run-rate", [*cells, "loss"]]
    table = own["joint"].merge(own["alone"][[*cells, "loss", "inside_80"]], on=cells, suffixes=("", "_alone"))
    table = table.merge(rate, on=cells, suffixes=("", "_run_rate"))
    table["level"] = pd.cut(table["last_year"], [-1, *LEVELS[1:]], labels=LEVEL_NAMES)
    table["area"] = np.where(table["series"].str.startswith("The whole"), "whole", "parts")
    print(
        "Of the parts; loss to the run-rate's, % less loss than alone (and with every series weighing the same):"
    )
    parts = table[table["area"] == "parts"]
    for by in (["kind"], ["kind", "known"], ["kind", "level"], ["kind", "year"]):
        print(parts.groupby(by, observed=True).apply(_gain, include_groups=False).round(3).to_string())
    print("Of the wholes:")
    print(
        table[table["area"] == "whole"]
        .groupby(["kind"])
        .apply(_gain, include_groups=False)
        .round(3)
        .to_string()
    )
    for kind in ("normal", "left out"):
        print(f"Reliability of all, {kind} years:")
        print(joint.reliability(kind=kind).round(3).to_string(index=False))


def _gain(cells: pd.DataFrame) -> pd.Series:
    weights = 1 / cells["last_year"].clip(lower=5)
    return pd.Series(
        {
            "forecasts": len(cells),
            "joint": cells["loss"].sum() / cells["loss_run_rate"].sum(),
            "alone": cells["loss_alone"].sum() / cells["loss_run_rate"].sum(),
            "less": 100 * (1 - cells["loss"].sum() / cells["loss_alone"].sum()),
            "less_alike": 100 * (1 - (cells["loss"] * weights).sum() / (cells["loss_alone"] * weights).sum()),
            "held_80": 100 * cells["inside_80"].mean(),
            "held_80_alone": 100 * cells["inside_80_alone"].mean(),
        }
    )


def milestone_coverage(histories: list[pd.Series]) -> pd.DataFrame:
    """Take each normal year's own total as its target and ask whether the count to date stood inside the range."""
    rows = []
    for history in histories:
        checked = check_history(history, year=history.index[-1].asfreq("Y-MAR"), caveats=caveats())
        whole = checked.whole_years_before()
        for year in whole[3:]:
            total = checked.counts_of(year).sum()
            if checked.is_left_out(year) or not total:
                continue
            aim = _target(total, year)
            past = history[history.index <= year.asfreq("M", how="end")]
            for confidence in (0.8, 0.95):
                try:
                    path = build_trajectory(
                        past, target=aim, year=year, caveats=caveats(), confidence=confidence
                    ).path
                except DataProblem:  # no base year holds a count, so there are no shares
                    break
                inside = path["actual"].between(path["lower"], path["upper"])
                rows += [
                    {"confidence": confidence, "month": m, "total": total, "inside": inside.iloc[m - 1]}
                    for m in (1, 2, 3, 6, 9, 11)
                ]
    table = pd.DataFrame(rows)
    table["level"] = pd.cut(table["total"], LEVELS, labels=LEVEL_NAMES)
    by_level = table.pivot_table(
        index=["confidence", "level"], columns="month", values="inside", aggfunc="mean", observed=True
    )
    every = table.pivot_table(index="confidence", columns="month", values="inside", aggfunc="mean")
    every.index = pd.MultiIndex.from_product([every.index, ["all"]])
    n = table[table["month"] == 1].groupby(["confidence", "level"], observed=True).size()
    return (100 * pd.concat([by_level, every])).round(1).assign(years=n)


def _target(total: float, year: pd.Period) -> Target:
    start = year.asfreq("M", how="start").start_time.date()
    return Target(
        indicator_id="benchmark", area="", period=periods.financial_year_name(year), kind="original",
        comparison="at most", value=float(total), set_on=start, agreed_by="", source="", note="",
    )  # fmt: skip


def show(result: Backtest, *, levels: bool = False) -> None:
    """Print the tables of one replay."""
    forecasts = result.forecasts.assign(
        level=pd.cut(result.forecasts["last_year"], [-1, *LEVELS[1:]], labels=LEVEL_NAMES)
    )
    result = Backtest(forecasts=forecasts, chances=result.chances, skipped=(), caveats=())
    print(result.scores().round(3).to_string(index=False))
    print(result.scores(by=["kind"]).round(3).to_string(index=False))
    if levels:
        table = result.scores(by=["kind", "level"])
        print(table[(table["method"] == "projection")].round(3).to_string(index=False))
        scaled = forecasts.assign(loss=forecasts["loss"] / forecasts["last_year"].clip(lower=5))
        scaled = Backtest(forecasts=scaled, chances=result.chances, skipped=(), caveats=())
        print("Loss as a part of the year before (every series weighs the same):")
        print(
            scaled.scores(by=["kind"])[["kind", "method", "loss_to_run_rate"]].round(3).to_string(index=False)
        )
    for kind in result.chances["kind"].unique():
        print(f"Reliability, {kind} years:")
        print(result.reliability(kind=kind).round(3).to_string(index=False))


def tune(histories: list[pd.Series]) -> None:
    """Make the weights of the settings again (empirical Bayes), then the recalibration."""
    grid = [CONSTANTS["projection"][part] for part in ("level", "season", "noise")]
    evidence = []
    for history in histories:
        for end in (84, 120):
            past = history.iloc[end - 84 : end]
            checked = check_history(past, year=past.index[-1].asfreq("Y-MAR"), caveats=caveats())
            evidence.append(_explain(checked).evidence)
    likelihood = np.exp(np.array(evidence) - np.max(evidence, axis=1, keepdims=True))
    likelihood = likelihood.reshape(-1, *[len(g) for g in grid])
    weights = [np.full(len(g), 1 / len(g)) for g in grid]
    for _ in range(300):
        joint = likelihood * np.einsum("i,j,k->ijk", *weights)
        mean = (joint / joint.sum(axis=(1, 2, 3), keepdims=True)).mean(axis=0)
        weights = [mean.sum(axis=(1, 2)), mean.sum(axis=(0, 2)), mean.sum(axis=(0, 1))]
    # A twentieth of an even share keeps every setting possible for a series unlike these.
    for part, weight in zip(("level", "season", "noise"), weights, strict=True):
        print(part, ((weight + 0.02) / (weight + 0.02).sum()).round(2).tolist())
    result = replay(histories, known=HEADLINE)
    show(result, levels=True)
    print(
        "shift and stretch by hand: middle of the stated against the observed, and coverage of 80 % near 80"
    )
    normal = result.forecasts[
        (result.forecasts["kind"] == "normal") & (result.forecasts["method"] == "projection")
    ]
    print(
        "ended above the middle projection:", round(float((normal["actual"] > normal["projected"]).mean()), 3)
    )
    print("ended below:", round(float((normal["actual"] < normal["projected"]).mean()), 3))


def speed(histories: list[pd.Series]) -> None:
    """Time everything one series needs: trajectory, projection and chance."""
    year = periods.financial_year("2019/20")
    seconds = []
    for history in histories[:40]:
        past = history[:"2019-09"]
        start = time.perf_counter()
        aim = _target(history["2018-04":"2019-03"].sum(), year)
        build_trajectory(past, target=aim, year=year, caveats=caveats())
        project_year_end(past, target=aim, year=year, caveats=caveats())
        seconds.append(time.perf_counter() - start)
    print(f"median {1000 * np.median(seconds):.0f} ms a series, longest {1000 * max(seconds):.0f} ms")
    wards = [f"Ward {i}" for i in range(33)]
    parts = {"City": ["North", "East", "South"]} | {
        division: wards[i::3] for i, division in enumerate(("North", "East", "South"))
    }
    rng = np.random.default_rng(1)
    months = pd.period_range("2005-04", "2012-09", freq="M", name="month")
    counts = pd.DataFrame(rng.poisson(15, (len(months), 33)), index=months, columns=wards)
    for division in parts["City"]:
        counts[division] = counts[parts[division]].sum(axis=1)
    counts["City"] = counts[wards].sum(axis=1)
    start = time.process_time()
    project_together(counts, parts=parts, year=periods.financial_year("2012/13"))
    projected = time.process_time() - start
    backtest([counts[area] for area in ("City", *parts["City"], *wards)], parts=parts)
    print(
        f"city, 3 divisions and 33 wards: projected in {projected:.1f} s of processor, with the replay of 4 years at 3 points "
        f"{time.process_time() - start:.1f} s"
    )


def main() -> None:
    """Print every table, or with --tune the constants."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--tune", action="store_true", help="make the constants again, on the tuning boroughs only"
    )
    parser.add_argument(
        "--tuning", action="store_true", help="judge the tuning half in place of the reporting one"
    )
    parser.add_argument(
        "parts", nargs="*", default=["milestones", "reporting", "together", "quarterly", "ireland", "speed"]
    )
    asked = parser.parse_args()
    halves = london()
    if asked.tune:
        tune(halves["tuning"])
        return
    if asked.tuning:
        halves["reporting"] = halves["tuning"]
    if "milestones" in asked.parts:
        print("\n(a) Coverage of the milestone range, % (reporting boroughs, normal years)")
        print(milestone_coverage(halves["reporting"]).to_string())
    if "reporting" in asked.parts:
        print("\n(b) Projection, reporting boroughs")
        show(replay(halves["reporting"], known=HEADLINE), levels=True)
        print("\nOther points in the year")
        result = replay(halves["reporting"][0::3], known=(0, 1, 2, 11))
        print(result.scores().round(3).to_string(index=False))
    if "together" in asked.parts:
        print("\nAreas of a type together, and the same cells alone")
        compare_ways(*together(halves["reporting"]))
    if "quarterly" in asked.parts:
        print("\nThe same by quarters, reporting boroughs")
        show(replay([quarterly(h) for h in halves["reporting"]], known=(1, 2, 3)))
    if "ireland" in asked.parts:
        print("\nNorthern Ireland, another country: years from the third")
        show(replay(northern_ireland(), known=HEADLINE, earliest_years=2), levels=True)
    if "speed" in asked.parts:
        print("\n(c) Speed")
        speed(halves["reporting"])


if __name__ == "__main__":
    main()
