"""How counts stray by themselves: agreement with quasi-Poisson regression, truth recovered, and what is refused."""

from math import exp, sqrt

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from caveats import caveat
from hypothesis import given
from hypothesis import strategies as st

import saferleeds_analysis as sl
from saferleeds_analysis.estimates import change_between_counts, count_with_interval, ratio_of_rates
from saferleeds_analysis.methods.comparison import changes_beside_the_rest, changes_by_area, rank_areas
from saferleeds_analysis.methods.variation import (
    Variation,
    change_of_a_year,
    ordinary_year,
    variation,
    variation_of,
)
from saferleeds_analysis.problems import DataProblem

COUNTS = st.integers(0, 20_000)
DISPERSIONS = st.floats(1, 20)


def series(seed: int, *, dispersion: float, months: int = 132, level: float = 150) -> pd.Series:
    """Make months of a season and a falling level whose counts stray by a known dispersion (gamma-mixed Poisson)."""
    rng = np.random.default_rng(seed)
    index = pd.period_range("2010-04", periods=months, freq="M", name="month")
    mean = level * np.exp(0.2 * np.sin(2 * np.pi * index.month / 12) - 0.003 * np.arange(months))
    rate = mean if dispersion == 1 else rng.gamma(mean / (dispersion - 1), dispersion - 1)
    return pd.Series(rng.poisson(rate), index, name="burglary")


# Intervals that allow for the dispersion


@pytest.mark.parametrize(("earlier", "later", "dispersion"), [(5_938, 5_211, 2.5), (900, 1_100, 1.8)])
def test_a_change_agrees_with_quasi_poisson_regression(earlier, later, dispersion):
    # statsmodels' Poisson regression with its scale set to the dispersion: the normal interval of a log ratio.
    months, year = np.repeat([earlier / 12, later / 12], 12), np.repeat([0, 1], 12)
    months = months + np.tile([-1, 1], 12)  # which leaves the years' totals as they are
    model = sm.GLM(months, sm.add_constant(year), family=sm.families.Poisson()).fit(scale=dispersion)
    low, high = np.asarray(model.conf_int())[1]
    found = change_between_counts(earlier, later, unit="offences", dispersion=dispersion)
    assert found.percent.lower == pytest.approx(100 * (exp(low) - 1), abs=0.4)
    assert found.percent.upper == pytest.approx(100 * (exp(high) - 1), abs=0.4)
    assert found.p_value == pytest.approx(model.pvalues[1], rel=0.2, abs=1e-6)


@given(earlier=COUNTS, later=COUNTS, dispersion=DISPERSIONS)
def test_more_dispersion_never_makes_a_change_surer(earlier, later, dispersion):
    alone = change_between_counts(earlier, later, unit="offences")
    strayed = change_between_counts(earlier, later, unit="offences", dispersion=dispersion)
    assert strayed.direction in (alone.direction, "no clear change")
    if earlier:
        wider = strayed.percent.upper - strayed.percent.lower
        assert wider >= 0.999 * (alone.percent.upper - alone.percent.lower)


@given(one=COUNTS, other=COUNTS)
def test_independent_events_have_the_dispersion_1(one, other):
    plain = change_between_counts(one, other, unit="offences")
    assert change_between_counts(one, other, unit="offences", dispersion=1.0) == plain


@given(one=st.integers(1, 500), other=st.integers(1, 500), times=st.integers(2, 9))
def test_events_in_bunches_tell_as_much_as_so_many_that_stand_alone(one, other, times):
    bunched = ratio_of_rates((times * one, 1), (times * other, 1), dispersion=float(times))
    alone = ratio_of_rates((one, 1), (other, 1))
    assert bunched[:2] == pytest.approx(alone[:2])


@given(count=COUNTS, dispersion=DISPERSIONS)
def test_the_interval_of_a_count_holds_it_and_is_wider_by_about_the_root(count, dispersion):
    plain = count_with_interval(count, unit="offences")
    found = count_with_interval(count, unit="offences", dispersion=dispersion)
    assert found.lower <= count <= found.upper
    if count > 1_000:
        ratio = (found.upper - found.lower) / (plain.upper - plain.lower)
        assert ratio == pytest.approx(sqrt(dispersion), rel=0.05)


@pytest.mark.parametrize("dispersion", [0.5, 0, -1, float("nan"), float("inf")])
def test_what_is_no_dispersion_is_refused(dispersion):
    with pytest.raises(ValueError, match="a dispersion is 1"):
        count_with_interval(10, unit="offences", dispersion=dispersion)


def test_areas_allow_for_their_own_dispersion():
    areas = pd.DataFrame({"area": ["A", "B", "C"], "earlier": [548, 300, 410], "later": [430, 310, 400]})
    spread = areas.assign(dispersion=[3.0, 1.0, 1.0])
    words = [
        changes_by_area(table, area_set="x", unit="offences")["direction"].tolist()
        for table in (areas, spread)
    ]
    assert words == [["fell", "no clear change", "no clear change"], ["no clear change"] * 3]
    wider = [changes_beside_the_rest(table, area_set="x").set_index("area") for table in (areas, spread)]
    reach = [np.log(t["ratio_upper"] / t["ratio_lower"]) for t in wider]
    assert (reach[1] / reach[0]).to_dict() == pytest.approx({"A": sqrt(3), "B": 1.0, "C": 1.0})


def test_a_rank_could_be_more_places_where_counts_stray():
    table = pd.DataFrame({"area": ["A", "B", "C"], "count": [340, 280, 100], "denominator": [1000.0] * 3})
    surely = rank_areas(table, reading="one area")[["rank_lower", "rank_upper"]].values.tolist()
    strayed = rank_areas(table.assign(dispersion=4.0), reading="one area")
    assert surely == [[1, 1], [2, 2], [3, 3]]
    assert strayed[["rank_lower", "rank_upper"]].values.tolist() == [[1, 2], [1, 2], [3, 3]]


# The estimate


@pytest.mark.parametrize("truth", [1.0, 2.5, 6.0])
def test_the_dispersion_is_recovered(truth):
    # 60 series of ten years: each is drawn a third of the way to the 1 + 1.1 x 1.2 or so that is borrowed for its size.
    borrowed = variation_of(1_500, kind="burglary").dispersion
    found = [variation(series(seed, dispersion=truth), kind="burglary") for seed in range(60)]
    own_freedom = 120 - 12 - 30
    expected = (own_freedom * truth + 36 * borrowed) / (own_freedom + 36)
    assert np.mean([f.dispersion for f in found]) == pytest.approx(expected, rel=0.08)


def test_a_level_that_moves_slowly_is_no_dispersion():
    months = pd.period_range("2010-04", periods=132, freq="M")
    level = 300 * np.exp(0.5 * np.sin(2 * np.pi * np.arange(132) / 60))
    still = pd.Series(level.round().astype(int), months, name="burglary")
    assert variation(still, kind="burglary").dispersion < variation_of(3_600, kind="burglary").dispersion


def test_it_stands_still_within_the_financial_year():
    whole = series(1, dispersion=2)
    seen = [variation(whole[:last], kind="burglary") for last in ("2019-04", "2019-12", "2020-03")]
    assert seen[0] == seen[1] == seen[2]
    assert variation(whole[:"2020-04"], kind="burglary") != seen[0]
    assert (seen[0].first, seen[0].last) == (pd.Period("2010-04", "M"), pd.Period("2019-03", "M"))


def test_months_of_a_pandemic_are_left_out():
    whole = series(2, dispersion=2)
    struck = whole.where(~whole.index.isin(pd.period_range("2018-04", "2018-09", freq="M")), 1)
    away = [caveat("pandemic", "2018-04", "2018-09")]
    left_out, untouched = (variation(s, kind="burglary", caveats=away) for s in (struck, whole))
    assert left_out == untouched
    assert left_out.own_months == 126 - 6 - 6
    assert variation(struck, kind="burglary").dispersion > 1.5 * left_out.dispersion


@pytest.mark.parametrize("months", [12, 20])
def test_what_is_short_is_borrowed(months):
    short = series(3, dispersion=2, months=months)
    found = variation(short, kind="burglary")
    assert (found.own_months, found.own_years, found.first) == (0, 0, None)
    assert found.kind == "burglary"


def test_quarters_borrow_all():
    quarters = pd.Series([400] * 12, pd.period_range("2010Q1", periods=12, freq="Q-MAR"), name="burglary")
    assert variation(quarters, kind="burglary") == variation_of(1_600, kind="burglary")


def test_a_series_without_a_count_is_refused():
    months = pd.period_range("2010-04", periods=30, freq="M")
    empty = pd.Series([pd.NA] * 30, months, dtype="Int64", name="burglary")
    with pytest.raises(DataProblem, match="burglary: no month has a count"):
        variation(empty)
    with pytest.raises(DataProblem, match="a number from 0, not nan"):
        variation_of(float("nan"))


# The ordinary year


@given(earlier=st.integers(1, 50_000), spread=st.floats(0, 0.5), dispersion=DISPERSIONS)
def test_an_ordinary_year_is_as_far_up_as_down_in_proportion(earlier, spread, dispersion):
    down, up = ordinary_year(earlier, Variation(kind="x", dispersion=dispersion, year_to_year=spread))
    assert (1 + down / 100) * (1 + up / 100) == pytest.approx(1)
    assert down < 0 < up


def test_one_year_in_twenty_is_more_than_usual_where_years_move_by_what_is_usual():
    rng, found = np.random.default_rng(5), Variation(kind="x", dispersion=2.0, year_to_year=0.12)
    moves = rng.normal(0, 0.12, 4_000)
    pairs = [
        (rng.poisson(rng.gamma(1_000, 1)), rng.poisson(rng.gamma(1_000 * exp(move), 1))) for move in moves
    ]
    said = [change_of_a_year(int(a), int(b), found=found, unit="offences").more_than_usual for a, b in pairs]
    assert 0.035 < np.mean(said) < 0.065


def test_no_word_is_more_than_usual_without_a_yardstick_or_a_clear_change():
    found = variation_of(5_000, kind="burglary")
    assert not change_between_counts(9_214, 5_938, unit="offences").more_than_usual
    assert change_of_a_year(9_214, 5_938, found=found, unit="offences").more_than_usual
    small = Variation(kind="x", dispersion=3.0, year_to_year=0.0)
    unclear = change_of_a_year(10, 14, found=small, unit="offences")
    assert (unclear.direction, unclear.more_than_usual) == ("no clear change", False)
    assert ordinary_year(0, small) is None


def test_twelve_months_say_what_they_allow_for():
    counts = series(6, dispersion=3)
    found = sl.twelve_months(counts)
    assert found.variation == variation(counts, kind="burglary")
    assert found.change.dispersion == found.variation.dispersion > 1.5
    assert found.change.ordinary is not None
