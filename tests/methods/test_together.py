"""Projections of areas together: their paths add up, areas lean on each other, and a known way of dividing is found again."""

import numpy as np
import pandas as pd
import pytest
from caveats import caveat
from hypothesis import given, settings
from hypothesis import strategies as st

from saferleeds_analysis import periods
from saferleeds_analysis.methods.trajectory import backtest, project_together, project_year_end
from saferleeds_analysis.methods.trajectory.history import check_history
from saferleeds_analysis.methods.trajectory.projection import _divide
from saferleeds_analysis.problems import DataProblem

YEAR = periods.financial_year("2012/13")
MONTHS = pd.period_range("2006-04", "2012-09", freq="M", name="month")
PARTS = {"City": ["North", "South"], "North": ["A", "B"], "South": ["C", "D"]}


def city(*, rates=(40, 20, 8, 2), seed=0):
    """Give counts of four wards, two divisions and their city."""
    rng = np.random.default_rng(seed)
    season = 1 + 0.2 * np.sin(2 * np.pi * MONTHS.month / 12)
    counts = pd.DataFrame(
        {name: rng.poisson(rate * season) for name, rate in zip("ABCD", rates, strict=True)}, index=MONTHS
    )
    return counts.assign(
        North=counts[["A", "B"]].sum(axis=1), South=counts[["C", "D"]].sum(axis=1), City=counts.sum(axis=1)
    )


@settings(max_examples=8, deadline=None)
@given(rates=st.tuples(*[st.integers(0, 60)] * 4), seed=st.integers(0, 99))
def test_paths_of_parts_add_up_to_the_last_offence(rates, seed):
    counts = city(rates=rates, seed=seed)
    found = project_together(counts, parts=PARTS, year=YEAR)
    # The sum of all simulated totals is the sum over all paths, so that one offence too many would show.
    for area, parts in PARTS.items():
        assert found[area].totals.sum() == sum(found[part].totals.sum() for part in parts)


def test_the_whole_is_projected_as_if_it_stood_alone():
    counts = city()
    whole = project_together(counts, parts=PARTS, year=YEAR)["City"]
    assert (whole.totals == project_year_end(counts["City"].rename("City"), year=YEAR).totals).all()


def test_shares_that_do_not_change_are_found_again():
    counts = city(rates=(400, 200, 80, 20))
    found = project_together(counts, parts=PARTS, year=YEAR)
    # 12 months at the rates that made the counts, the season of a year adding up to nothing.
    for area, rate in zip("ABCD", (400, 200, 80, 20), strict=True):
        assert found[area].quantile(0.025) <= 12 * rate <= found[area].quantile(0.975), area


def test_an_area_of_few_offences_is_surer_together_than_alone():
    counts = city(rates=(400, 200, 80, 4))
    together, alone = (
        project_together(counts, parts=PARTS, year=YEAR)["D"],
        project_year_end(counts["D"], year=YEAR),
    )
    assert together.quantile(0.9) - together.quantile(0.1) < alone.quantile(0.9) - alone.quantile(0.1)


def test_what_no_part_holds_is_a_part_of_its_own():
    counts = city()
    counts["City"] += 30
    found = project_together(counts, parts=PARTS, year=YEAR)
    apart = found["City"].mean - found["North"].mean - found["South"].mean
    assert apart == pytest.approx(12 * 30, rel=0.15)


def test_an_area_that_cannot_be_projected_has_the_reason_and_the_others_go_on():
    counts = city().astype("Int64")
    counts.loc["2012-05", "B"] = pd.NA
    found = project_together(counts, parts=PARTS, year=YEAR)
    assert str(found["B"]) == (
        "history 'B':\n- no count for May 2012. Find the count, or give a caveat of kind 'missing' for the period; a true zero is 0."
    )
    assert found["North"].mean > found["A"].mean > 0


def test_parts_that_come_to_more_than_the_whole_are_refused():
    counts = city()
    counts.loc["2010-05", "North"] = counts.loc["2010-05", "City"] + 1
    with pytest.raises(DataProblem, match="in May 2010 the parts of 'City' come to more than its own count"):
        project_together(counts, parts=PARTS, year=YEAR)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"City": ["North"], "Town": ["South"]}, "2 areas that are part of no other"),
        ({"City": ["North", "Soth"]}, "no column 'Soth'"),
        ({"City": ["North", "South"], "North": ["A"], "South": ["A"]}, "names an area as part of two"),
    ],
)
def test_parts_that_name_no_one_whole_or_no_column_are_refused(parts, why):
    with pytest.raises(ValueError, match=why):
        project_together(city(), parts=parts, year=YEAR)


def test_a_replay_of_areas_together_scores_each_of_them():
    counts = city()
    found = backtest(
        [counts[area] for area in ("City", "North", "South")], parts={"City": ["North", "South"]}
    )
    scored = found.forecasts[found.forecasts["method"] == "projection"]
    assert scored.groupby("series").size().to_dict() == {"City": 9, "North": 9, "South": 9}
    assert scored["inside_90"].mean() > 0.6


def test_in_a_pandemic_the_level_of_a_large_count_may_move_far():
    months = pd.period_range("2013-04", "2020-09", freq="M", name="month")
    rng = np.random.default_rng(3)
    rate = np.where(months >= pd.Period("2020-03", freq="M"), 5_000.0, 10_000.0)
    counts = pd.Series(rng.poisson(rate * np.exp(rng.normal(0, 0.03, len(months)))), index=months, name="all")
    found = project_year_end(
        counts, year=periods.financial_year("2020/21"), caveats=[caveat("pandemic", "2020-03", "2021-07")]
    )
    # Half of what it was, to the end of the year: the 80% range holds that, which it did not by a level that was slow to follow.
    assert found.quantile(0.1) <= 60_000 <= found.quantile(0.9)


def test_which_paths_of_a_share_are_wild_says_nothing_of_those_of_the_whole():
    # Paths are drawn setting by setting, tame ones first: unshuffled, a wild path of the whole would meet wild ones of every share.
    counts = city(rates=(40, 20, 8, 2))
    whole, *parts = (
        check_history(counts[area].rename(area), year=YEAR, caveats=()) for area in ("City", "A", "B")
    )
    given = np.full((5000, 6), 70)
    divided = _divide(given, whole, dict(zip("AB", parts, strict=True)), np.random.default_rng(1))["A"].sum(
        axis=1
    )
    assert divided[:1500].std() == pytest.approx(divided[-1500:].std(), rel=0.1)
