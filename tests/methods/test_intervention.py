"""Did it work? Truth recovered, placebos as rarely found as said, laws, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from caveats import caveat
from hypothesis import given, settings
from hypothesis import strategies as st

from saferleeds_analysis.methods.intervention import evaluate_intervention
from saferleeds_analysis.problems import DataProblem

START = pd.Period("2018-04", "M")
AREAS = [f"Ward {n}" for n in range(1, 17)]


def wards(seed: int, *, level: float = 90, spread: float = 0.08, areas=AREAS) -> pd.DataFrame:
    """Make months of wards that share a course and wander each by itself, from one year to the next by ``spread``."""
    rng = np.random.default_rng(seed)
    months = pd.period_range("2010-04", "2019-03", freq="M")
    year = (months.year * 12 + months.month - 4).to_numpy() // 12
    shared = 0.2 * np.sin(2 * np.pi * months.month.to_numpy() / 12) - 0.004 * np.arange(len(months))
    own = rng.normal(0, spread, (year.max() - year.min() + 1, len(areas)))[year - year.min()]
    return pd.DataFrame(rng.poisson(level * np.exp(shared[:, None] + own)), months, areas)


def with_fall(counts: pd.DataFrame, share: float, areas=("Ward 1",), seed: int = 0) -> pd.DataFrame:
    fallen = counts.copy()
    rng = np.random.default_rng(seed)
    for area in areas:
        fallen.loc[START:, area] = rng.binomial(counts.loc[START:, area], share)
    return fallen


def test_a_planted_fall_is_found_at_its_size():
    found = [
        evaluate_intervention(with_fall(wards(seed), 0.6, seed=seed), areas=["Ward 1"], start=START)
        for seed in range(20)
    ]
    assert sum(f.verdict == "fell" for f in found) >= 18
    assert np.median([f.effect.value for f in found]) == pytest.approx(-40, abs=6)
    assert sum(f.effect.lower <= -40 <= f.effect.upper for f in found) >= 17


def test_where_nothing_was_done_little_is_found():
    found = [evaluate_intervention(wards(seed), areas=["Ward 1"], start=START) for seed in range(40)]
    alarms = np.mean([f.verdict in ("fell", "rose") for f in found])
    assert alarms <= 0.15  # 5 % of 40 is 2; 7 or more come once in two hundred times


def test_the_word_and_the_share_of_placebos_agree():
    for seed in range(8):
        found = evaluate_intervention(wards(seed, spread=0.15), areas=["Ward 1"], start=START)
        assert (found.verdict in ("fell", "rose")) == (found.p_value <= 0.05)
        assert found.effect.lower <= found.effect.value <= found.effect.upper
        assert found.to_frame()["start"].max() == START


def test_few_offences_and_wide_years_cannot_tell():
    small, large = (
        [evaluate_intervention(wards(seed, **how), areas=["Ward 1"], start=START) for seed in range(3, 13)]
        for how in ({"level": 9, "spread": 0.2}, {"level": 900, "spread": 0.02})
    )
    assert all(found.smallest_seen > 30 for found in small)
    assert sum(found.verdict == "cannot tell" for found in small) >= 8
    assert all(found.smallest_seen < 20 for found in large)
    assert sum(found.verdict == "no sign" for found in large) >= 8


def test_what_was_pushed_around_the_corner_is_told():
    counts = with_fall(wards(5, level=300, spread=0.03), 0.6)
    counts.loc[START:, "Ward 2"] = (counts.loc[START:, "Ward 2"] * 1.5).astype(int)
    found = evaluate_intervention(counts, areas=["Ward 1"], around=["Ward 2"], start=START)
    assert found.verdict == "fell"
    assert found.displaced.lower > 20
    assert set(found.placebos["area"]) == set(AREAS[2:])


@settings(max_examples=6, deadline=None)
@given(st.permutations(AREAS[1:]), st.integers(1, 12))
def test_the_order_of_the_areas_and_the_later_months_do_not_matter(order, months):
    counts = wards(6)
    plain = evaluate_intervention(counts, areas=["Ward 1"], start=START, months=months)
    last = START + months - 1
    other = evaluate_intervention(
        counts.loc[:last, ["Ward 1", *order]], areas=["Ward 1"], start=START, months=months
    )
    assert other.effect.value == pytest.approx(plain.effect.value)
    assert other.p_value == plain.p_value


@pytest.mark.parametrize(
    ("given", "problem", "words"),
    [
        ({"areas": []}, ValueError, "areas names the areas where something was done"),
        ({"areas": ["Nowhere"]}, ValueError, "no counts for Nowhere: the table has Ward 1"),
        ({"around": ["Ward 1"]}, ValueError, "named twice"),
        ({"months": 0}, ValueError, "1 to 12, not 0"),
        ({"start": "2018-04"}, ValueError, "start is the first month with the intervention"),
        ({"start": pd.Period("2011-04", "M")}, DataProblem, "April 2009 to March 2012 are needed"),
        (
            {"start": pd.Period("2019-01", "M")},
            DataProblem,
            "and the counts run from April 2010 to March 2019",
        ),
        ({"areas": AREAS[:12]}, DataProblem, "4 places without the intervention are too few: 5 at least"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(given, problem, words):
    asked = {"areas": ["Ward 1"], "start": START} | given
    with pytest.raises(problem, match=words):
        evaluate_intervention(wards(7), **asked)


def test_months_under_a_caveat_are_no_comparison():
    recorded = [caveat("pandemic", "2017-06", "2017-08")]
    with pytest.raises(DataProblem, match="months of the comparison lie under a caveat of kind 'pandemic'"):
        evaluate_intervention(wards(8), areas=["Ward 1"], start=START, caveats=recorded)
    earlier = [caveat("pandemic", "2012-06", "2012-08")]
    found = evaluate_intervention(wards(8), areas=["Ward 1"], start=START, caveats=earlier)
    starts = set(found.placebos["start"])
    assert pd.Period("2016-10", "M") in starts
    assert pd.Period("2012-10", "M") not in starts


def test_a_change_of_definition_between_the_years_is_refused_and_a_general_caveat_is_not():
    changed = caveat("definition break", "2017-10")
    with pytest.raises(DataProblem, match="under a caveat of kind 'definition break'"):
        evaluate_intervention(wards(11), areas=["Ward 1"], start=START, caveats=[changed])
    general = caveat("recording", "2014-01")
    told, plain = (
        evaluate_intervention(wards(11), areas=["Ward 1"], start=START, caveats=known)
        for known in ([general], [])
    )
    assert told.effect == plain.effect


def test_a_count_that_falls_to_none_is_a_fall():
    counts = wards(12)
    counts.loc[START:, "Ward 1"] = 0
    found = evaluate_intervention(counts, areas=["Ward 1"], start=START)
    assert (found.verdict, found.effect.value < -99) == ("fell", True)


def test_too_few_placebos_and_too_few_offences_are_refused():
    short = wards(9).loc["2016-04":]
    with pytest.raises(DataProblem, match="15 placebos are too few"):
        evaluate_intervention(short, areas=["Ward 1"], start=START)
    rare = wards(10)
    rare["Ward 1"] = 1
    with pytest.raises(DataProblem, match="Ward 1: fewer than 30 in the year before the start"):
        evaluate_intervention(rare, areas=["Ward 1"], start=START)
