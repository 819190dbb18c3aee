"""Seasonal adjustment of the project's own counts against X-13 called directly on specs written by hand, and R's arima.

tests/known_answers/burglary_seasons.R wrote the tables, so the proof needs neither R nor data from elsewhere.
"""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from projects import ROOT

from saferleeds_analysis.methods.seasonal import (
    AIRLINE,
    Break,
    SeasonalSpec,
    freeze,
    read_specs,
    review,
    seasonally_adjust,
    seasonally_adjust_many,
    write_specs,
)
from saferleeds_analysis.methods.x13 import run_x13

MONTHS = pd.period_range("2005-04", "2013-03", freq="M")
# What each spec of burglary_seasons.R asks for, in the words of the library; leap years are left to the program.
PLAIN = SeasonalSpec(
    model=AIRLINE,
    decomposition="multiplicative",
    outliers=(),
    trading_day="none",
    easter="none",
    leap_years=False,
)
SEARCHED = replace(
    PLAIN,
    model="automatic",
    decomposition="automatic",
    outliers="automatic",
    outlier_types=("ao", "ls", "tc"),
)
SPECS = {
    "airline": PLAIN,
    "automatic": replace(SEARCHED, trading_day="test", easter="test"),
    "struck": SEARCHED,
    "shift": replace(PLAIN, outliers=("ao2008.7",)),
    "calendar": replace(PLAIN, trading_day="td1coef", easter=8),
    "weekends": replace(PLAIN, trading_day="test", easter="test"),
    "fridays": replace(PLAIN, trading_day="test", easter="test"),
    "additive": replace(PLAIN, decomposition="additive"),
    "seats": replace(PLAIN, method="SEATS"),
    "seats, calendar": replace(
        PLAIN, method="SEATS", trading_day="td1coef", easter=8, outliers=("ao2008.7",)
    ),
    "seats, automatic": replace(SEARCHED, method="SEATS"),
    "quarters": replace(SEARCHED, outlier_types=("ao", "ls")),
    "ward": replace(PLAIN, model="(1 0 0)(0 1 1)"),
    "benchmarked": replace(PLAIN, annual_totals="financial year"),
    "no model": replace(PLAIN, model="none"),
    "slow": replace(PLAIN, seasonal_filter="3x1"),
}
SHIFT = Break(kind="level shift", start=pd.Period("2010-04", "M"), reason="A quarter fewer are recorded.")
FORECAST = {"fct": "forecast", "fct_lower": "lower", "fct_upper": "upper"}


def known(name):
    return pd.read_csv(ROOT / "tests/known_answers" / name)


def with_more_on(counts, *weekdays):
    """Add a tenth for each of these days of the week that a month has above its usual number."""
    number = [
        sum(
            date(month.year, month.month, day).weekday() in weekdays
            for day in range(1, month.days_in_month + 1)
        )
        for month in counts.index
    ]
    return (counts * (1 + 0.1 * (np.array(number) - len(weekdays) * 4.35))).round()


@cache
def series():
    counts = pd.read_csv(ROOT / "data/raw/illustrative_burglary/leeds_domestic_burglary.csv")
    by_ward = counts.pivot_table(index="month", columns="area", values="count").set_axis(MONTHS)
    city = by_ward.sum(axis=1)
    struck = city * np.where(MONTHS >= "2010-04", 0.75, 1) * np.where(MONTHS == "2008-07", 2, 1)
    quarters = city.groupby(MONTHS.asfreq("Q-MAR")).sum()
    others = {
        **dict.fromkeys(("struck", "shift", "seats, automatic"), struck.round()),
        "weekends": with_more_on(city, 5, 6),
        "fridays": with_more_on(city, 4),
        "quarters": quarters.set_axis(pd.PeriodIndex(quarters.index, freq="Q-MAR")),
        "ward": by_ward["Headingley"],
    }
    return {run: others.get(run, city).rename(run) for run in SPECS}


@cache
def answers():
    """Give each run of the program: its tables, and the lines of its diagnostics."""
    tables = known("burglary_seasons.csv").groupby(["run", "table"], sort=False)["value"]
    lines = known("burglary_seasons_said.csv").set_index(["run", "key"])["value"]
    return {
        run: (
            {table: values.to_numpy() for (of, table), values in tables if of == run},
            lines[run].to_dict(),
        )
        for run in SPECS
    }


@cache
def adjusted():
    found = seasonally_adjust_many([series()[run] for run in SPECS], spec=SPECS, breaks={"shift": [SHIFT]})
    return {adjustment.observed.name: adjustment for adjustment in found}


def test_the_program_is_read_as_it_wrote():
    specs = known("burglary_seasons_specs.csv").set_index("run")["spec"]
    assert set(specs.index) == set(SPECS)
    outputs = run_x13([(series()[run], specs[run]) for run in SPECS])
    for run, output in zip(SPECS, outputs, strict=True):
        tables, lines = answers()[run]
        for table, values in tables.items():
            name, _, limit = table.partition("_")
            column = output.tables[name][:, {"": 0, "lower": 1, "upper": 2}[limit]]
            np.testing.assert_allclose(column, values, rtol=1e-6, err_msg=f"{run} {table}")
        if (
            output.diagnostics["build"] == "62"
        ):  # build 61, of the Windows wheel, prints some with other digits
            assert {key: output.diagnostics.get(key) for key in lines} == lines, run


def test_every_part_of_every_adjustment_is_that_of_the_program_by_hand():
    for run, found in adjusted().items():
        tables, _ = answers()[run]
        s = "s" if found.spec.method == "SEATS" else "d"
        additive = found.decomposition == "additive"
        ours = {
            f"{s}10": found.seasonal,
            "saa" if run == "benchmarked" else f"{s}11": found.adjusted,
            f"{s}12": found.trend,
            f"{s}13": found.irregular,
            f"{s}16": found.seasonal + found.calendar if additive else found.seasonal * found.calendar,
        }
        if found.forecasts is not None:
            ours |= {table: found.forecasts[column] for table, column in FORECAST.items()}
        assert ours.keys() == tables.keys() - ({"d11"} if run == "benchmarked" else set()), run
        for table, values in ours.items():
            np.testing.assert_allclose(values, tables[table], rtol=1e-6, atol=1e-6, err_msg=f"{run} {table}")


def test_the_models_outliers_and_calendar_effects_are_those_that_the_program_found():
    for run, found in adjusted().items():
        _, lines = answers()[run]
        assert found.model == lines.get("arimamdl", "none"), run
        assert found.decomposition == lines.get("finmode", SPECS[run].decomposition), run
        theirs = {
            key.removeprefix("Auto").removeprefix("Outlier$").replace("$", ": "): [*map(float, value.split())]
            for key, value in lines.items()
            if "Outlier$" in key or key.startswith(("Easter[", "Trading Day", "1-Coeff"))
        }
        effects = (*found.outliers, *found.calendar_effects)
        ours = {e.name: [e.estimate, e.standard_error, e.t_value] for e in effects}
        assert ours.keys() == theirs.keys(), run
        for name, numbers in ours.items():
            assert numbers == pytest.approx(theirs[name], rel=1e-5), (run, name)
    assert sum(len(found.outliers) for found in adjusted().values()) == 17


def test_the_measures_of_quality_are_those_that_the_program_printed():
    for run, found in adjusted().items():
        _, lines = answers()[run]
        told = found.diagnostics
        assert told.m == {
            f"M{i}": float(lines[f"f3.m{i:02d}"]) for i in range(1, 12) if f"f3.m{i:02d}" in lines
        }
        assert told.q == (float(lines["f3.q"]) if "f3.q" in lines else None), run
        for ours, key in [(told.qs_before, "qsori"), (told.qs_after, "qssadj")]:
            assert ours == float(lines[key].split()[1]), run
    slow = seasonally_adjust(series()["slow"], spec=SPECS["slow"], sliding_spans=True, revision_history=True)
    _, lines = answers()["slow"]
    assert slow.diagnostics.mean_revision == float(lines["r01.lag00.aar.all"])
    assert slow.diagnostics.unstable_factors == float(lines["s2.a.per"].split()[2])
    assert slow.diagnostics.unstable_changes == float(lines["s2.d.per"].split()[2])


def test_the_airline_model_is_nearly_that_of_r():
    # Two searches of one likelihood, flat near a seasonal average of 0.9: R's ends 0.003 from the program's.
    theirs = known("burglary_seasons_arima.csv").groupby("run")
    for run, of_run in theirs:
        found, values = adjusted()[run], of_run.set_index("part")["value"]
        lines = found.diagnostics.program
        for part in values.index[: -len(found.forecasts)]:
            assert float(lines[part].split()[0]) == pytest.approx(values[part], abs=0.005), (run, part)
        forecasts = values.filter(like="fct")
        np.testing.assert_allclose(found.forecasts["forecast"], forecasts, rtol=2e-3, err_msg=run)


def test_choices_frozen_from_what_the_program_found_give_its_series_again():
    for run in ("automatic", "struck", "weekends", "fridays", "seats, automatic", "quarters"):
        frozen = freeze(adjusted()[run])
        assert "automatic" not in (frozen.model, frozen.decomposition, frozen.outliers), run
        assert "test" not in (frozen.trading_day, frozen.easter), run
        [again] = read_specs(write_specs({"x": frozen})).values()
        s = "s11" if frozen.method == "SEATS" else "d11"
        found = seasonally_adjust(series()[run], spec=again).adjusted
        np.testing.assert_allclose(found, answers()[run][0][s], rtol=2e-5, err_msg=run)


def test_a_review_names_the_outlier_that_a_frozen_choice_lacks():
    counts, frozen = series()["automatic"], freeze(adjusted()["automatic"])
    assert "AutoOutlier$LS2011.Nov" in answers()["automatic"][1] and frozen.outliers == ("ls2011.11",)
    same = review(counts, frozen=frozen)
    assert same.changes.empty
    assert same.largest_difference < 1e-4
    stale = review(counts, frozen=replace(frozen, outliers=()))
    assert stale.changes.to_dict("records") == [
        {"choice": "outliers", "frozen": (), "automatic": ("ls2011.11",)}
    ]
