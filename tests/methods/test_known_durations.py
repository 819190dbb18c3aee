"""How long cases take against R's package survival, with the script that made the answers; laws; and truth found again.

tests/known_answers/case_durations.R wrote the tables, so the proof needs no R.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import ROOT

from saferleeds_analysis.methods.cases import change_of_durations, median_duration

CASES = pd.read_csv(ROOT / "tests/known_answers/case_durations.csv").astype({"closed": bool})
SAID = pd.read_csv(ROOT / "tests/known_answers/case_durations_said.csv")
DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=60)


def of(name, group):
    return CASES[(CASES["set"] == name) & (CASES["group"] == group)]


def test_medians_and_their_limits_are_those_of_r():
    for row in SAID.itertuples():
        found = median_duration(of(row.set, row.group))
        if np.isnan(row.median):
            assert found is None, row
            continue
        upper = np.inf if np.isnan(row.upper) else row.upper
        assert (found.value, found.lower, found.upper, found.n) == (
            row.median,
            row.lower,
            upper,
            row.cases,
        ), row


def test_the_log_rank_test_is_that_of_r_and_says_which_way():
    for row in SAID[SAID["group"] == 2].itertuples():
        found = change_of_durations(of(row.set, 1), of(row.set, 2))
        assert found.p == pytest.approx(row.p, abs=1e-9), row
        clear = "fell" if row.more_than_expected > 0 else "rose"
        assert found.direction == (clear if row.p < 0.05 else "no clear change"), row
    assert set(SAID["p"] < 0.05) == {True, False}


@given(DAYS)
def test_where_all_are_closed_the_median_is_that_of_the_sample(days):
    found = median_duration(pd.DataFrame({"days": days, "closed": True}))
    assert found.value == np.median(days)
    assert found.lower <= found.value <= found.upper


@given(DAYS, st.data())
def test_open_cases_never_make_a_median_shorter(days, data):
    closed = data.draw(st.lists(st.booleans(), min_size=len(days), max_size=len(days)))
    found = median_duration(pd.DataFrame({"days": days, "closed": closed}))
    # Of an even number the lower of the two in the middle: a curve that stays at a half to its end has no middle, and R prints its beginning.
    assert found is None or found.value >= np.quantile(days, 0.5, method="inverted_cdf")


@given(DAYS, DAYS)
def test_a_change_turned_round_is_its_opposite(one, other):
    one, other = (pd.DataFrame({"days": days, "closed": True}) for days in (one, other))
    there, back = change_of_durations(one, other), change_of_durations(other, one)
    assert there.p == pytest.approx(back.p)
    assert {there.direction, back.direction} in ({"fell", "rose"}, {"no clear change"})


def made(chance, half, cases=150):
    """Give a year of cases of a known median, opened on any of its days and looked at on the last."""
    lasted, seen = chance.exponential(half / np.log(2), cases), chance.uniform(0, 365, cases)
    return pd.DataFrame({"days": np.ceil(np.minimum(lasted, seen)), "closed": lasted <= seen})


def test_the_truth_is_found_again_and_no_change_is_seldom_called_one():
    """400 years of 150 cases with a median of 60 days, each beside one alike and one of 40 days.

    The interval holds the truth in 95.0% of them, the middle median is 61.0, and that of the closed alone 46.6; 6.3% of what is alike is
    called a change, and 90.3% of what is quicker.
    """
    chance = np.random.default_rng(2012)
    years = [(made(chance, 60), made(chance, 60), made(chance, 40)) for _ in range(400)]
    medians = [median_duration(year) for year, _, _ in years]
    held = np.mean([m.lower <= 60 <= m.upper for m in medians])
    assert 0.93 <= held <= 0.975
    assert np.median([m.value for m in medians]) == pytest.approx(60, abs=1.5)
    naive = np.mean([year.loc[year["closed"], "days"].median() for year, _, _ in years])
    assert naive < 52  # who leaves out those that are open finds the service quicker than it is
    words = [[change_of_durations(year, other).direction for other in others] for year, *others in years]
    alike, quicker = zip(*words, strict=True)
    assert np.mean([word != "no clear change" for word in alike]) <= 0.075
    assert np.mean([word == "fell" for word in quicker]) >= 0.75 and "rose" not in quicker
