"""Seasonal adjustment against reference runs, on simulated series with a known truth, and by its laws."""

import json
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saferleeds_analysis.methods.seasonal import (
    AIRLINE,
    Break,
    SeasonalSpec,
    borrow_seasonality,
    compare_direct_indirect,
    freeze,
    read_specs,
    residual_season,
    review,
    revision_since,
    seasonally_adjust,
    seasonally_adjust_many,
    write_specs,
)
from saferleeds_analysis.methods.x13 import find_program
from saferleeds_analysis.problems import DataProblem

PLAIN = SeasonalSpec(
    model=AIRLINE, decomposition="multiplicative", outliers=(), trading_day="none", easter="none"
)
PANDEMIC = Break(
    kind="additive outliers",
    start=pd.Period("2020-04", "M"),
    end=pd.Period("2021-04", "M"),
    reason="Pandemic restrictions lowered most recorded crime.",
)


def months(number: int, start: str = "2005-04") -> pd.PeriodIndex:
    return pd.period_range(start, periods=number, freq="M")


def wave(index: pd.PeriodIndex, size: float = 0.2) -> np.ndarray:
    return np.exp(size * np.cos(2 * np.pi * np.asarray(index.month) / 12))


def counted(mean: float, number: int = 96, *, seed: int = 1, name: str = "burglary") -> pd.Series:
    index = months(number)
    return pd.Series(np.random.default_rng(seed).poisson(mean * wave(index)), index=index, name=name)


def wandering(seed: int) -> pd.Series:
    """Give seven years of counts whose level and season both drift, as real ones do."""
    random = np.random.default_rng(seed)
    index = months(84)
    level = np.exp(np.cumsum(random.normal(0, 0.06, 84)))
    season = np.exp(np.cumsum(random.normal(0, 0.08, (7, 12)), axis=0)).ravel() * wave(index)
    return pd.Series(random.poisson(2000 * level * season), index=index, name="burglary")


@pytest.fixture(scope="module")
def london(shared) -> pd.DataFrame:
    rows = pd.read_csv(shared / "data" / "london_borough_monthly_2010-04_2024-01.csv.gz")
    table = rows[rows["major"] == "Burglary"].pivot_table(
        index="month", columns="borough", values="count", aggfunc="sum", fill_value=0
    )
    table.index = pd.PeriodIndex(table.index, freq="M")
    return table


# Known answers: the program's own reference runs, asked for through a SeasonalSpec


def asked(run: pd.Series) -> SeasonalSpec:
    wish = json.loads(run["settings"])
    tests = wish.get("aictest", [])
    decomposition = {None: "automatic", "log": "multiplicative", "none": "additive"}[wish.get("transform")]
    return SeasonalSpec(
        method={"x11": "X-11", "seats": "SEATS"}[wish["method"]],
        decomposition=decomposition,
        model="automatic" if wish["arima"] == "auto" else wish["arima"],
        outliers="automatic" if "outlier" in wish else (),
        outlier_types=tuple(wish.get("outlier", ("ao", "ls"))),
        trading_day="test" if "td" in tests else "none",
        easter="test" if "easter" in tests else "none",
        leap_years=False,  # these runs leave them to the program
    )


def reference_series(shared, name: str) -> pd.Series:
    rows = pd.read_csv(shared / "reference" / "x13_series.csv")
    rows = rows[rows["series"] == name]
    frequency = "Q" if "Q" in rows["period"].iloc[0] else "M"
    return pd.Series(
        rows["value"].to_numpy(), index=pd.PeriodIndex(rows["period"], freq=frequency), name=name
    )


@pytest.mark.shared
def test_reference_runs_through_a_spec(shared):
    # All but X16, which has no regARIMA model and so no spec of ours.
    runs = pd.read_csv(shared / "reference" / "x13_runs.csv").set_index("run_id").drop("X16")
    tables = pd.read_csv(shared / "reference" / "x13_tables.csv").set_index(["run_id", "table"])["value"]
    shift = Break(kind="level shift", start=pd.Period("1983-02", "M"), reason="Seat belts became compulsory.")
    series = [reference_series(shared, run["series"]).rename(run_id) for run_id, run in runs.iterrows()]
    found = seasonally_adjust_many(
        series,
        spec={run_id: asked(run) for run_id, run in runs.iterrows()},
        breaks={"X05": [shift]},
    )
    for adjustment in found:
        run = adjustment.observed.name
        letter = "s" if adjustment.spec.method == "SEATS" else "d"
        np.testing.assert_allclose(adjustment.seasonal, tables[run, f"{letter}10"], rtol=1e-6, err_msg=run)
        np.testing.assert_allclose(adjustment.trend, tables[run, f"{letter}12"], rtol=1e-6, err_msg=run)
        np.testing.assert_allclose(
            adjustment.forecasts["forecast"], tables[run, "fct"], rtol=1e-5, err_msg=run
        )
        np.testing.assert_allclose(
            adjustment.forecasts["lower"], tables[run, "fct_lower"], rtol=1e-5, err_msg=run
        )
        if adjustment.identifiable:
            np.testing.assert_allclose(
                adjustment.adjusted, tables[run, f"{letter}11"], rtol=1e-6, err_msg=run
            )
            np.testing.assert_allclose(
                adjustment.irregular, tables[run, f"{letter}13"], rtol=1e-6, err_msg=run
            )
        else:
            np.testing.assert_array_equal(adjustment.adjusted, adjustment.observed)


@pytest.mark.shared
def test_jdemetra_agrees_where_the_settings_coincide(shared):
    # JDemetra+ 3.6.0, an implementation in Java that shares no code with the Census Bureau's.
    runs = pd.read_csv(shared / "reference" / "x13_runs.csv").set_index("run_id")
    other = pd.read_csv(shared / "reference" / "x13_jdemetra_rsa3_d11.csv").set_index("series")["d11"]
    for run in ("X02", "X04", "X06", "X09", "X11", "X14"):
        name = runs.loc[run, "series"]
        adjustment = seasonally_adjust(reference_series(shared, name), spec=asked(runs.loc[run]))
        assert adjustment.identifiable, run
        np.testing.assert_allclose(adjustment.adjusted, other[name], rtol=3e-4, err_msg=run)


# Known answers: the program called directly, with specs written by hand (X-13ARIMA-SEATS Reference Manual 1.1, chapter 7)


def by_hand(counts: pd.Series, spec: str, table: str, folder) -> np.ndarray:
    """Give a table that the program writes on a spec of its own language."""
    data = "\n".join(map(str, counts.to_list()))
    folder.mkdir()
    (folder / "hand.spc").write_text(f"series{{ start=2005.4 period=12 data=(\n{data}) }}\n{spec}")
    subprocess.run([find_program(), "hand", "-q"], cwd=folder, check=True, capture_output=True)
    rows = (folder / f"hand.{table}").read_text().splitlines()[2:]
    return np.array([float(row.split("\t")[1]) for row in rows])


HAND = "transform{ function=log }\narima{ model=(0 1 1)(0 1 1) }\nforecast{ maxlead=12 }\n"


def test_each_seasonal_filter_is_the_programs_own(tmp_path):
    counts = counted(400, 252, seed=4)
    apart = {}
    for name in ("3x1", "3x3", "3x5", "3x9", "3x15", "stable"):
        found = seasonally_adjust(counts, spec=replace(PLAIN, leap_years=False, seasonal_filter=name))
        wish = name if name == "stable" else f"s{name}"
        theirs = by_hand(
            counts, f"{HAND}x11{{ mode=mult seasonalma=({wish}) save=(d11) }}\n", "d11", tmp_path / name
        )
        np.testing.assert_allclose(found.adjusted, theirs, rtol=1e-9)
        apart[name] = theirs, found.factor_error.mean()
    assert len({adjusted[0] for adjusted, _ in apart.values()}) == 6
    # A longer mean of each month is surer of it.
    assert [error for _, error in apart.values()] == sorted(
        (error for _, error in apart.values()), reverse=True
    )


@pytest.mark.parametrize(("years", "first"), [("calendar year", "jan"), ("financial year", "apr")])
def test_adjusted_months_add_up_to_the_counts_of_their_years(tmp_path, years, first):
    counts = counted(400, 96, seed=5)
    spec = replace(PLAIN, leap_years=False, annual_totals=years)
    found = seasonally_adjust(counts, spec=spec)
    asked = f"{HAND}x11{{ mode=mult }}\nforce{{ type=denton target=original start={first} save=(saa) }}\n"
    np.testing.assert_allclose(found.adjusted, by_hand(counts, asked, "saa", tmp_path / "x"), rtol=1e-9)
    of_years = counts.index.asfreq("Y-MAR" if first == "apr" else "Y-DEC")
    whole = of_years.value_counts().loc[lambda n: n == 12].index
    sums = (s.groupby(of_years).sum()[whole] for s in (found.adjusted, counts))
    np.testing.assert_allclose(*sums, rtol=1e-9)
    assert found.caveats[-1] == f"The adjusted months of each whole {years} add up to its count (Denton)."
    assert freeze(found).annual_totals == years


def test_adjusted_quarters_add_up_to_the_counts_of_their_years():
    counts = counted(400, 96, seed=5).groupby(lambda month: month.asfreq("Q-MAR")).sum().rename("burglary")
    counts.index = pd.PeriodIndex(counts.index, freq="Q-MAR")
    spec = replace(PLAIN, leap_years=False, annual_totals="financial year")
    adjusted = seasonally_adjust(counts, spec=spec).adjusted
    of_years = counts.index.asfreq("Y-MAR")
    np.testing.assert_allclose(adjusted.groupby(of_years).sum(), counts.groupby(of_years).sum(), rtol=1e-9)


def test_the_critical_value_of_outliers_is_the_programs_own(tmp_path):
    counts = counted(400, 96, seed=6)
    counts.iloc[[30, 50]] = (1.25 * counts.iloc[[30, 50]]).astype(int)
    plain = replace(PLAIN, outliers="automatic", leap_years=False)
    few, many = (seasonally_adjust(counts, spec=replace(plain, critical_value=c)) for c in (9.0, 2.9))
    assert ([e.name for e in few.outliers], [e.name for e in many.outliers]) == ([], ["AO2009.Jun"])
    theirs = by_hand(
        counts,
        HAND + "outlier{ types=(ao ls) critical=2.9 }\nx11{ mode=mult save=(d11) }\n",
        "d11",
        tmp_path / "x",
    )
    np.testing.assert_allclose(many.adjusted, theirs, rtol=1e-9)
    assert freeze(many).critical_value == "automatic"


@pytest.mark.parametrize(("mode", "decomposition"), [("mult", "multiplicative"), ("add", "additive")])
def test_x11_without_a_model_is_the_programs_own(tmp_path, mode, decomposition):
    counts = counted(400, 96, seed=7)
    spec = replace(PLAIN, leap_years=False, model="none", decomposition=decomposition)
    found = seasonally_adjust(counts, spec=spec)
    theirs = by_hand(counts, f"x11{{ mode={mode} save=(d11) }}\n", "d11", tmp_path / "x")
    np.testing.assert_allclose(found.adjusted, theirs, rtol=1e-9)
    assert (found.model, found.forecasts, found.decomposition) == ("none", None, decomposition)
    assert freeze(found) == spec
    # Its ends are shorter filters' than those of a series that a model has drawn out.
    modelled = seasonally_adjust(counts, spec=replace(spec, model=AIRLINE)).adjusted
    assert abs(found.adjusted / modelled - 1).iloc[-12:].max() > 1e-4


def test_x11_alone_takes_out_no_break():
    shift = Break(kind="level shift", start=pd.Period("2009-04", "M"), reason="Sheds count from here on.")
    with pytest.raises(
        DataProblem, match=r"X-11 alone can take out no break \(Sheds count from here on.\) Name a model"
    ):
        seasonally_adjust(counted(400), spec=replace(PLAIN, model="none"), breaks=[shift])


def test_an_additive_adjustment_below_zero_says_so():
    index = months(96)
    few = pd.Series(
        np.random.default_rng(3).poisson(2 + 2 * np.cos(index.month * np.pi / 6)), index, name="arson"
    )
    found = seasonally_adjust(few, spec=replace(PLAIN, decomposition="additive"))
    below = int((found.adjusted < 0).sum())
    assert found.identifiable and below
    assert (
        f"The adjusted series is below zero in {below} of 96 months, where no count can be"
        in found.caveats[0]
    )


def test_a_choice_that_there_is_not_is_refused_with_the_nearest():
    with pytest.raises(
        ValueError, match="unknown choice of a SeasonalSpec: 'season_filter'. Did you mean 'seasonal_filter'"
    ) as told:
        SeasonalSpec(season_filter="3x5")
    assert str(told.value).endswith("'?")
    with pytest.raises(
        ValueError, match="unknown choice of a SeasonalSpec: 'zzz'. Known: method, decomposition, model"
    ):
        SeasonalSpec(zzz=1)
    with pytest.raises(DataProblem, match="the 3x15 filter needs twenty years"):
        seasonally_adjust(counted(400), spec=SeasonalSpec(seasonal_filter="3x15"))


# Truth, from simulated series


def test_known_factors_are_found_and_limits_hold():
    truth = wave(months(12, "2012-04"))
    held = []
    for adjustment in seasonally_adjust_many(
        (counted(1000, seed=seed, name=f"city {seed}") for seed in range(20)), spec=PLAIN
    ):
        profile = adjustment.profile(confidence=0.95)
        assert np.abs(profile["factor"] - truth).mean() < 0.03
        held.append(((profile["lower"] <= truth) & (truth <= profile["upper"])).mean())
    assert 0.85 < np.mean(held) <= 1


@pytest.mark.parametrize("mean", [3, 30, 300])
def test_borrowing_beats_no_factors_and_the_parents_alone(mean):
    index = months(72)
    errors, held = [], []
    for repetition in range(6):
        random = np.random.default_rng([mean, repetition])
        own = np.exp(random.normal(0, 0.08, (33, 12)))
        truth = wave(index) * own[:, index.month - 1]
        wards = pd.DataFrame(random.poisson(mean * truth).T, index=index).rename(columns="ward {}".format)
        parent = seasonally_adjust(wards.sum(axis=1).rename("city"), spec=PLAIN)
        found = borrow_seasonality(wards, parent=parent)
        truth = truth[:, -12:] / truth[:, -12:].mean(axis=1, keepdims=True)
        factors = np.array([found[ward].seasonal.iloc[-12:] for ward in wards])
        limits = np.array([1.96 * found[ward].factor_error for ward in wards])
        parents = parent.seasonal.iloc[-12:].to_numpy()
        errors.append([np.abs(f - truth).mean() for f in (factors, parents, np.ones(12))])
        held.append((np.abs(factors - truth) < limits).mean())
    ours, the_parents, none = np.mean(errors, axis=0)
    assert ours < the_parents < none
    assert 0.85 < np.mean(held) < 0.99


def with_patterns_of_their_own(seed: int, *, reversed_first: bool) -> list:
    """Adjust 33 wards whose patterns differ a little from the city's by nature; the first may have its season in summer."""
    random, index = np.random.default_rng(seed), months(96)
    of_month = np.asarray(index.month) - 1
    level = np.exp(np.cumsum(random.normal(0, 0.03, 96)))
    rates = 20 * level * wave(index) * np.exp(random.normal(0, 0.05, (33, 12))[:, of_month])
    if reversed_first:
        rates[0] /= wave(index) ** 2
    wards = pd.DataFrame(random.poisson(rates).T, index, [f"ward {i}" for i in range(33)])
    parent = seasonally_adjust(wards.sum(axis=1).rename("city"), spec=PLAIN)
    return [parent, *borrow_seasonality(wards, parent=parent).values()]


def test_a_season_that_is_left_is_found_and_none_is_invented():
    tables = [residual_season(with_patterns_of_their_own(seed, reversed_first=False)) for seed in range(12)]
    p_values = pd.concat(tables)["p_value"]
    # 408 series: the standard error of a share of 5 % is 1.1 points.
    assert (p_values < 0.05).mean() < 0.08
    assert sum((table["false_discovery"] < 0.05).any() for table in tables) <= 2
    for seed in range(4):
        table = residual_season(with_patterns_of_their_own(seed, reversed_first=True)).set_index("name")
        assert table.index[table["false_discovery"] < 0.05].tolist() == ["ward 0"]
        assert table["test"].value_counts().to_dict() == {"Kruskal-Wallis": 33, "QS": 1}


def test_what_is_not_adjusted_is_not_tested_for_a_season_that_is_left():
    flat = pd.Series(np.random.default_rng(1).poisson(400, 96), months(96), name="flat")
    assert residual_season([seasonally_adjust(flat, spec=PLAIN)]).empty
    nothing = residual_season([])
    assert nothing.empty and list(nothing) == ["name", "test", "p_value", "false_discovery"]


def test_wards_may_borrow_through_their_division():
    index = months(96)
    random = np.random.default_rng(8)
    wards = pd.DataFrame(random.poisson(6 * wave(index)[:, None] * np.ones(12)), index=index).rename(
        columns="ward {}".format
    )
    divisions = wards.T.groupby(np.arange(12) // 4).sum().T.rename(columns="division {}".format)
    city = seasonally_adjust(wards.sum(axis=1).rename("city"), spec=PLAIN)
    east = borrow_seasonality(divisions, parent=city)["division 0"]
    found = borrow_seasonality(wards.iloc[:, :4], parent=east)
    truth = wave(index[-12:]) / wave(index[-12:]).mean()
    assert np.abs(found["ward 2"].seasonal.iloc[-12:] - truth).mean() < 0.05


def test_a_level_shift_is_taken_out_of_the_factors():
    index = months(96)
    counts = counted(600).astype(float)
    shifted = counts.where(index < pd.Period("2009-04", "M"), counts * 0.6)
    known = Break(kind="level shift", start=pd.Period("2009-04", "M"), reason="A new definition.")
    plain = seasonally_adjust(counts, spec=PLAIN)
    treated = seasonally_adjust(shifted, spec=PLAIN, breaks=[known])
    untreated = seasonally_adjust(shifted, spec=PLAIN)

    def moved(other):
        return (other.seasonal / plain.seasonal - 1).abs().max()

    assert moved(treated) < 0.02 < moved(untreated)
    assert treated.outliers[0].estimate == pytest.approx(np.log(0.6), abs=0.05)
    assert "A new definition." in treated.caveats


@pytest.mark.shared
def test_pandemic_treatment_leaves_londons_earlier_factors(london):
    burglary = london.sum(axis=1).rename("burglary")
    before = seasonally_adjust(burglary[:"2020-02"]).seasonal

    def moved(adjustment) -> float:
        return float(100 * (adjustment.seasonal[:"2020-02"] / before - 1).abs().mean())

    treated = moved(seasonally_adjust(burglary, breaks=[PANDEMIC]))
    untreated = moved(seasonally_adjust(burglary, spec=SeasonalSpec(outliers=())))
    assert treated <= 1  # per cent, on average over the factors
    assert treated < untreated


# Laws


@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([2, 10, 1000]))
def test_parts_multiply_to_the_whole_and_units_do_not_matter(seed, scale):
    counts = wandering(seed)
    one = seasonally_adjust(counts, spec=PLAIN)
    other = seasonally_adjust(counts * scale, spec=PLAIN)
    np.testing.assert_allclose(one.adjusted * one.seasonal * one.calendar, counts, rtol=1e-9)
    np.testing.assert_allclose(one.trend * one.irregular, one.adjusted, rtol=1e-9)
    np.testing.assert_allclose(other.seasonal, one.seasonal, rtol=1e-5)  # of 9,000 none differed by 1e-6


# A level that never moves makes the model's first parameter 1, where the likelihood is flat: the program's search ends
# wherever the last digit of its logarithms leads it. Of 4,000 such series, ten times as large, none moved by more than
# 0.05% (seed 21 did), under the tenth of a per cent to which anything is printed; none whose parameters lay below 0.999
# moved by more than 0.00006%.
@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([2, 10, 1000]))
@example(seed=21, scale=10)
@example(seed=529, scale=2)
def test_units_move_a_level_that_never_moves_by_less_than_is_printed(seed, scale):
    counts = counted(400, 84, seed=seed)
    one = seasonally_adjust(counts, spec=PLAIN)
    other = seasonally_adjust(counts * scale, spec=PLAIN)
    np.testing.assert_allclose(other.seasonal, one.seasonal, rtol=1e-3)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_additive_parts_add_to_the_whole(seed):
    counts = counted(40, 84, seed=seed)
    found = seasonally_adjust(counts, spec=replace(PLAIN, decomposition="additive"))
    # Where no season can be told apart, nothing is taken out.
    taken_out = found.seasonal + found.calendar if found.identifiable else 0
    np.testing.assert_allclose(found.adjusted + taken_out, counts, atol=1e-8)
    np.testing.assert_allclose(found.trend + found.irregular, found.adjusted, atol=1e-8)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), times=st.integers(5, 50))
def test_larger_counts_borrow_less_and_zeros_stay_zero(seed, times):
    random = np.random.default_rng(seed)
    index = months(60)
    own = np.exp(random.normal(0, 0.15, (10, 12)))[:, index.month - 1]
    small = pd.DataFrame(random.poisson(4 * own).T, index=index).rename(columns="ward {}".format)
    parent = seasonally_adjust((100 * small.sum(axis=1) + 1).rename("city"), spec=PLAIN)
    few = borrow_seasonality(small, parent=parent)
    many = borrow_seasonality(
        pd.DataFrame(random.poisson(4 * times * own).T, index=index, columns=small.columns), parent=parent
    )
    assert np.mean([many[w].borrowed for w in small]) < np.mean([few[w].borrowed for w in small])
    for ward in small:
        assert 0 <= few[ward].borrowed <= 1
        assert (few[ward].adjusted[small[ward] == 0] == 0).all()
        assert np.isfinite(few[ward].to_frame(area=ward, unit="offences")["value"]).all()


@given(
    outliers=st.one_of(
        st.just("automatic"), st.lists(st.sampled_from(["ao2012.8", "ls2017.4", "tc2009.12"])).map(tuple)
    ),
    start=st.floats(-0.99, 0.99, allow_subnormal=False),
    easter=st.one_of(st.sampled_from(["test", "none"]), st.integers(1, 25)),
    leap_years=st.booleans(),
)
def test_specs_survive_being_written_down(outliers, start, easter, leap_years):
    spec = SeasonalSpec(model=AIRLINE, ma=(start,), outliers=outliers, easter=easter, leap_years=leap_years)
    assert read_specs(write_specs({"burglary": spec, "robbery": SeasonalSpec()})) == {
        "burglary": spec,
        "robbery": SeasonalSpec(),
    }


def test_many_at_once_are_the_same_as_one_by_one():
    series = [counted(300, 84, seed=i, name=f"s{i}") for i in range(7)]
    for counts, found in zip(series, seasonally_adjust_many(iter(series), spec=PLAIN), strict=True):
        np.testing.assert_array_equal(found.adjusted, seasonally_adjust(counts, spec=PLAIN).adjusted)


# Freezing, reviewing, revising, comparing


@pytest.mark.shared
def test_frozen_choices_give_the_same_series_and_a_review_names_those_that_have_changed(shared):
    for name in ("AirPassengers|1949-01|1960-12", "UKgas|1960Q1|1986Q4"):
        counts = reference_series(shared, name)
        for method in ("X-11", "SEATS"):
            case = f"{name} {method}"
            automatic = seasonally_adjust(counts, spec=SeasonalSpec(method=method))
            frozen = freeze(automatic)
            assert "automatic" not in (frozen.model, frozen.decomposition, frozen.outliers), case
            assert "test" not in (frozen.trading_day, frozen.easter), case
            [again] = read_specs(write_specs({"x": frozen})).values()
            held = seasonally_adjust(counts, spec=again).adjusted
            np.testing.assert_allclose(held, automatic.adjusted, rtol=2e-5, err_msg=case)
    counts = reference_series(shared, "AirPassengers|1949-01|1960-12")
    frozen = freeze(seasonally_adjust(counts))
    same = review(counts, frozen=frozen)
    assert same.changes.empty
    assert same.largest_difference < 1e-4
    # The published run of this series has the outlier AO1951.May; a frozen choice without it is out of date.
    stale = review(counts, frozen=replace(frozen, outliers=()))
    assert stale.changes.to_dict("records") == [
        {"choice": "outliers", "frozen": (), "automatic": ("ao1951.5",)}
    ]


def test_revision_tells_how_far_the_adjusted_series_moved():
    counts = counted(600)
    now = seasonally_adjust(counts, spec=PLAIN)
    revision = revision_since(now, counts.index[-4])
    then = seasonally_adjust(counts.iloc[:-3], spec=PLAIN)
    assert list(revision.table["period"]) == list(counts.index[:-3])
    expected = 100 * (now.adjusted / then.adjusted - 1).iloc[-15:-3].abs()
    assert revision.mean_absolute == pytest.approx(expected.mean())
    assert revision.largest == pytest.approx(expected.max())
    # A frozen shift that the shorter series cannot show yet is left out of it.
    shifted = seasonally_adjust(counts, spec=replace(PLAIN, outliers=("ls2012.12", "ao2013.2")))
    np.testing.assert_allclose(
        revision_since(shifted, counts.index[-4]).table["previous"], then.adjusted, rtol=1e-9
    )
    with pytest.raises(ValueError, match="is not a period of burglary before its last, 2013-03"):
        revision_since(now, counts.index[-1])


@pytest.mark.shared
def test_direct_and_indirect_london_differ_little(london):
    counts = london[:"2020-02"]
    whole = seasonally_adjust((counts.sum(axis=1) + 10).rename("London"), spec=PLAIN)
    parts = borrow_seasonality(counts, parent=whole)
    compared = compare_direct_indirect(whole, parts.values())
    assert compared.in_no_part == pytest.approx(10 * len(counts) / whole.observed.sum())
    # METHODS of the project: 0.3 % on average and 1.4 % at most, measured elsewhere.
    assert compared.mean_absolute < 0.5
    assert compared.largest < 2
    with pytest.raises(DataProblem, match=r"^London: in 2010-04, .* and 113 more are more in the parts"):
        compare_direct_indirect(replace(whole, observed=whole.observed - 100), parts.values())


# What is said, and what is refused


def test_short_series_are_provisional_and_use_the_airline_model():
    found = seasonally_adjust(counted(600, 48))
    assert (found.provisional, found.model) == (True, AIRLINE)
    assert found.caveats[0] == "Provisional: 48 months, under five years."


def test_no_identifiable_seasonality_gives_the_series_unadjusted():
    counts = pd.Series(np.random.default_rng(5).poisson(200, 96), index=months(96), name="fraud")
    found = seasonally_adjust(counts, spec=PLAIN)
    assert found.diagnostics.m7 > 1
    assert not found.identifiable
    assert found.caveats == (
        f"No identifiable seasonality (M7 is {found.diagnostics.m7:.2f}, above 1): the series is given unadjusted.",
    )
    np.testing.assert_array_equal(found.adjusted, counts)
    ward = borrow_seasonality(pd.DataFrame({"ward": counts // 20}), parent=found)["ward"]
    assert not ward.identifiable
    np.testing.assert_array_equal(ward.adjusted, counts // 20)


def test_leap_years_are_spread_and_quarters_know_their_calendar():
    index = pd.period_range("2005Q1", periods=40, freq="Q-MAR")
    noise = np.random.default_rng(2).normal(0, 0.02, 40)
    counts = pd.Series(900 * np.exp(0.1 * (index.quarter == 3) + noise), index=index, name="quarters")
    found = seasonally_adjust(counts, spec=PLAIN)
    winter = found.calendar[found.calendar != 1]
    # January to March is the fourth quarter of a year that starts in April: 90 or 91 days, 90.25 on average.
    assert set(winter.index.quarter) == {4}
    assert sorted({round(f * 90.25) for f in winter}) == [90, 91]
    assert found.seasonal["2013Q3"] > 1.05
    assert found.forecasts.index[0] == pd.Period("2015Q1", "Q-MAR")


def test_tidy_rows():
    table = seasonally_adjust(counted(600), spec=PLAIN).to_frame(area="Leeds", unit="offences")
    assert " ".join(table) == (
        "indicator_id area period measure value lower upper confidence unit method n caveats"
    )
    assert table["measure"].value_counts()["forecast"] == 12
    assert (table.groupby("measure")["value"].count().drop("forecast") == 96).all()


def test_slow_checks_are_given_on_request():
    found = seasonally_adjust(counted(600, 144), spec=PLAIN, sliding_spans=True, revision_history=True)
    assert 0 <= found.diagnostics.unstable_factors <= 100
    assert 0 < found.diagnostics.mean_revision < 5
    short = seasonally_adjust(counted(600), spec=PLAIN, sliding_spans=True, revision_history=True).diagnostics
    assert short.unstable_factors is None
    assert 0 < short.mean_revision < 5
    assert short.notes == (
        "NOTE: Not enough data to perform sliding spans analysis. Must be able to form at least two sliding spans.",
    )


GOOD = counted(600, 48)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (
            GOOD.iloc[:35],
            "burglary: 35 months are too few for a seasonal adjustment: at least 36 are needed.",
        ),
        (
            GOOD.drop(GOOD.index[[3, 4]]),
            "burglary: 2005-07, 2005-08 are missing. Give each period its count; a true zero is 0.",
        ),
        (
            GOOD.astype(float).mask(GOOD.index == GOOD.index[9]),
            "burglary: 2006-01 is without a count. Give each period its count; a true zero is 0.",
        ),
        (
            GOOD.where(GOOD.index != GOOD.index[0], -3),
            "burglary: 2005-04 is below zero. Counts cannot be; put corrections into the period that they correct.",
        ),
        (GOOD * 0, "burglary: every count is zero: there is nothing to adjust."),
        (GOOD * 0 + 7, "burglary: every count is 7: a constant series has no seasons to adjust for."),
        (
            GOOD.iloc[::-1],
            "burglary: its months are not in order, each once. Sort them and keep one count each.",
        ),
        (
            GOOD.where(GOOD.index != GOOD.index[0], 0),
            "burglary: 1 of its 48 counts are zero, and seasonal factors are multiples. Borrow a larger area's factors "
            "with borrow_seasonality, or ask for decomposition='additive' if amounts suit the series.",
        ),
    ],
)
def test_refusals(counts, message):
    with pytest.raises(DataProblem) as problem:
        seasonally_adjust(counts)
    assert str(problem.value) == message


def test_too_few_quarters():
    index = pd.period_range("2010Q1", periods=11, freq="Q-MAR")
    with pytest.raises(DataProblem) as problem:
        seasonally_adjust(pd.Series(range(11), index=index, name="robbery"))
    assert str(problem.value) == (
        "robbery: 11 quarters are too few for a seasonal adjustment: at least 12 are needed."
    )


def test_every_problem_is_named_at_once():
    bad = [GOOD.iloc[:30].rename("one"), (GOOD * 0).rename("two")]
    with pytest.raises(DataProblem) as problem:
        list(seasonally_adjust_many(bad))
    assert [line.split(":")[0] for line in str(problem.value).splitlines()] == ["one", "two"]


@pytest.mark.parametrize(
    ("areas", "error", "message"),
    [
        (
            GOOD.iloc[1:].to_frame(),
            DataProblem,
            "the areas do not cover the periods of burglary, 2005-04 to 2009-03",
        ),
        ((GOOD * -1).to_frame(), DataProblem, "burglary: 2005-04, 2005-05"),
        (
            (GOOD + (GOOD.index == "2007-03")).to_frame("ward"),
            DataProblem,
            "ward: 2007-03 is more than the whole.",
        ),
        (
            GOOD.where(GOOD.index != "2007-03", float("inf")).to_frame("ward"),
            DataProblem,
            "2007-03 is more than",
        ),
        (GOOD.reset_index(drop=True).to_frame(), ValueError, "areas must be a DataFrame"),
    ],
)
def test_areas_that_cannot_borrow(areas, error, message):
    with pytest.raises(error, match=message):
        borrow_seasonality(areas, parent=seasonally_adjust(GOOD, spec=PLAIN))


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (
            {"seasonal_filter": "3x7"},
            "not a way to adjust a series: seasonal_filter '3x7' (of X-11: one of 'automatic', '3x1', '3x3', '3x5', '3x9', "
            "'3x15', 'stable').",
        ),
        (
            {"annual_totals": "financial year"},
            "not a way to adjust a series: annual_totals 'financial year' (one of 'free', 'calendar year', 'financial year'; "
            "the last two with leap_years=False, because a year without its 29 February is not its count).",
        ),
        (
            {"critical_value": 3.5, "outliers": ()},
            "not a way to adjust a series: critical_value 3.5 ('automatic', or a number above 0 while outliers are looked for).",
        ),
        ({"method": "STL"}, "not a way to adjust a series: method 'STL' (one of 'X-11', 'SEATS')."),
        (
            {"model": "airline"},
            "not a way to adjust a series: model 'airline' ('automatic', 'none' or such as '(0 1 1)(0 1 1)').",
        ),
        (
            {"model": "none", "trading_day": "none", "easter": "none"},
            "not a way to adjust a series: model 'none' with what a model decides (X-11 alone takes outliers=(), trading_day='none', "
            "easter='none' and a decomposition that is named).",
        ),
        (
            {"mean": True, "easter": 99},
            "not a way to adjust a series: mean, ar or ma without a model (an automatic model chooses its own); easter 99 "
            "('test', 'none' or 1 to 25 days).",
        ),
    ],
)
def test_specs_that_cannot_be_asked_for(wish, message):
    with pytest.raises(ValueError) as problem:
        SeasonalSpec(**wish)
    assert str(problem.value) == message


def test_borrowed_seasonality_cannot_be_frozen():
    ward = borrow_seasonality((GOOD // 50).to_frame("ward"), parent=seasonally_adjust(GOOD, spec=PLAIN))[
        "ward"
    ]
    with pytest.raises(ValueError, match="ward borrows its seasonality: freeze its parent's adjustment"):
        freeze(ward)
