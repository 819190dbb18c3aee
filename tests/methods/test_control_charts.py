"""XmR charts against NHSRplotthedots 0.2.2, its tests of each rule, R, and the laws that limits obey."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import ROOT

from saferleeds_analysis.methods.control_charts import Rebase, xmr_chart
from saferleeds_analysis.problems import DataProblem

# Our words for plotthedots' names of the rules and the types of point.
RULES = {
    "Above UCL": "above limit",
    "Below LCL": "below limit",
    "7 Point Trend (Increasing)": "rising",
    "7 Point Trend (Decreasing)": "falling",
    "2 in 3 Above CL": "2 of 3 high",
    "2 in 3 Below CL": "2 of 3 low",
    "7 Points Above CL": "7 above mean",
    "7 Points Below CL": "7 below mean",
    "Common Cause": "none",
}
TYPES = {
    "common_cause": "common cause",
    "special_cause_improvement": "improvement",
    "special_cause_concern": "concern",
    "special_cause_neutral_high": "high",
    "special_cause_neutral_low": "low",
}


def series(values, first="2012-04", name="offences"):
    return pd.Series(values, pd.period_range(first, periods=len(values), freq="M"), name=name, dtype=float)


def chart(values, **options):
    settled = {"improvement_direction": "decrease", "seasonality": "adjusted"} | options
    return xmr_chart(series(values), **settled)


def drawn_as(table):
    """Draw the chart that a reference table describes, and hold it against the table's mean, limits and findings."""
    case, first = table["case"].iloc[0], table.iloc[0]
    drawn = xmr_chart(
        pd.Series(table["value"].to_numpy(), pd.PeriodIndex(table["period"], freq="M"), name=case),
        improvement_direction=first["better"],
        seasonality="not seasonal",  # as plotthedots takes every series to be
        target=None if np.isnan(first["target"]) else first["target"],
        baseline_points=None if np.isnan(first["baseline"]) else int(first["baseline"]),
        screen_outliers=bool(first["screen"]),
    )
    for ours, theirs in [
        ("mean", "mean"),
        ("lower_process_limit", "lower"),
        ("upper_process_limit", "upper"),
    ]:
        np.testing.assert_allclose(
            drawn.points[ours], table[theirs], rtol=1e-9, atol=0, err_msg=f"{case} {ours}"
        )
    assert drawn.points["rule"].tolist() == table["rule"].tolist(), case
    assert drawn.points["point_type"].tolist() == table["type"].tolist(), case
    assurance = first["assurance"]
    assert (drawn.assurance and drawn.assurance.kind) == (
        assurance if isinstance(assurance, str) else None
    ), case
    return drawn


@pytest.mark.shared
def test_charts_are_those_of_plotthedots(shared):
    table = pd.read_csv(shared / "reference/spc_xmr_plotthedots.csv").rename(
        columns={
            "case_id": "case",
            "y": "value",
            "improvement": "better",
            "screen_outliers": "screen",
            "fix_after_n_points": "baseline",
            "lpl": "lower",
            "upl": "upper",
        }
    )
    table = table.assign(
        better=table["better"].replace("neutral", "neither"),
        rule=table["special_cause_type"].map(RULES),
        type=table["point_type"].map(TYPES),
        assurance=table["assurance_type"].str.replace("_", " "),
    )
    for _, points in table.groupby("case"):
        assert drawn_as(points).variation.kind == TYPES[points["variation_type"].iloc[0]]
    assert table["case"].unique().tolist() == ["SPC1", "SPC2", "SPC3", "SPC4", "SPC5"]


def test_charts_of_the_illustrative_burglaries_are_those_worked_in_r():
    """tests/known_answers/burglary_charts.R wrote the table, from the published rules and the project's own counts."""
    table = pd.read_csv(ROOT / "tests/known_answers/burglary_charts.csv")
    for _, points in table.groupby("case"):
        assert drawn_as(points).variation.kind == points["type"].iloc[-1]
    assert set(table["rule"]) == set(RULES.values())
    assert set(table["type"]) == set(TYPES.values())
    assert table["case"].nunique() == 11


# The trend rule, which the five charts do not reach: plotthedots 0.2.2 tests/testthat/test-ptd_calculate_point_type.R,
# where 7 rising points are a trend, 6 are not, and a tie breaks it; the points around are chosen to stay near the mean.
@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ([50, 90, 44, 46, 48, 50, 52, 54, 56, 10, 50], {"rising": 7}),
        ([50, 10, 56, 54, 52, 50, 48, 46, 44, 90, 50], {"falling": 7}),
        ([50, 90, 44, 46, 48, 50, 52, 54, 10, 90, 50], {}),
        ([50, 90, 44, 46, 48, 48, 50, 52, 54, 10, 50], {}),
    ],
)
def test_seven_in_a_row_that_rise_or_fall_are_a_trend(values, rules):
    found = chart(values, screen_outliers=False).points["rule"]
    assert found[found != "none"].value_counts().to_dict() == rules


def test_a_point_between_two_trends_belongs_to_the_one_that_follows():
    values = [50, 90, 44, 46, 48, 50, 52, 54, 56, 54, 52, 50, 48, 46, 44, 90, 50]
    found = chart(values, screen_outliers=False).points["rule"].tolist()
    assert found[2:8] == ["rising"] * 6
    assert found[8:15] == ["falling"] * 7


def test_two_in_three_need_all_three_on_one_side():
    # Mean 50 and limits at 30 and 70 by the fixed baseline (average moving range 20 / 2.66), "near" beyond 63.33.
    step = 20 / 2.66
    baseline = [50 - step / 2, 50 + step / 2] * 6
    high = chart([*baseline, 65, 51, 66], baseline_points=12).points["rule"].tolist()
    assert high[-3:] == ["2 of 3 high", "none", "2 of 3 high"]
    assert set(chart([*baseline, 65, 49, 66], baseline_points=12).points["rule"]) == {"none"}
    assert set(chart([*baseline, 65, 51, 51, 66], baseline_points=12).points["rule"]) == {"none"}
    assert chart([*baseline, 71], baseline_points=12).points["rule"].iloc[-1] == "above limit"


def test_no_special_cause_on_a_seasonal_series_that_is_not_adjusted():
    values = [50, 52, 48, 51, 49, 50, 53, 47, 52, 48, 50, 51, 200]
    seen = chart(values, seasonality="adjusted", target=60)
    unjudged = chart(values, seasonality="seasonal and unadjusted", target=60)
    assert seen.variation.words == (
        "Special cause of concern: the last point, 2013-04, is above the upper process limit."
    )
    assert (seen.variation.letter, seen.variation.colour) == ("H", "orange")
    assert set(unjudged.points["point_type"]) == {"not judged"}
    assert set(unjudged.points["rule"]) == {"none"}
    assert unjudged.assurance is None
    assert "pecial cause of" not in unjudged.variation.words
    assert unjudged.caveats[0].endswith("no special cause is claimed. Chart the seasonally adjusted series.")


def test_icons_say_in_words_what_the_target_can_expect():
    values = [50, 52, 48, 51, 49, 50, 53, 47, 52, 48, 50, 51]
    above, below, between = (chart(values, target=t).assurance for t in (80, 20, 50))
    assert (above.kind, above.letter) == ("consistent pass", "P")
    assert (below.kind, below.letter) == ("consistent fail", "F")
    assert (between.kind, between.letter) == ("inconsistent", "?")
    assert above.words == (
        "The target lies above the process limits: unless something changes it will be met each time."
    )
    assert chart(values, target=80, improvement_direction="increase").assurance.kind == "consistent fail"
    assert chart(values, target=80, improvement_direction="neither").assurance is None
    assert chart(values).variation.words == (
        "Common cause: the last point, 2013-03, is within the ordinary variation of the series."
    )


def test_limits_are_set_anew_by_a_recorded_decision_only():
    before, after = [50, 52, 48, 51, 49, 50, 53, 47, 52, 48, 50, 51], [80, 82, 78, 81, 79, 80]
    decision = Rebase(
        first=pd.Period("2013-04", "M"),
        reason="new recording rules",
        decided_on=date(2013, 5, 7),
        decided_by="the performance board",
    )
    rebased = chart([*before, *after], rebases=[decision])
    # Each phase is a chart of its own.
    alone = [
        chart(before).points,
        xmr_chart(series(after, "2013-04"), improvement_direction="decrease", seasonality="adjusted").points,
    ]
    columns = ["value", "mean", "lower_process_limit", "upper_process_limit", "rule", "point_type"]
    pd.testing.assert_frame_equal(rebased.points[columns], pd.concat(alone)[columns])
    assert rebased.points["phase"].tolist() == [1] * 12 + [2] * 6
    assert rebased.caveats == (
        "The limits from 2013-04 rest on 6 points, fewer than 12: provisional.",
        "Limits set anew from 2013-04 by decision of the performance board on 7 May 2013: new recording rules.",
    )


# A level of 50 for two years, then of 30: the same pattern of twelve months, in which no seven lie on one side.
PATTERN = [-2, 2, -1, 1, -3, 3, -2, 1, -1, 2, -3, 3]


def test_new_limits_are_proposed_where_the_level_has_moved_and_holds():
    before, after = ([level + step for step in PATTERN * 2] for level in (50, 30))
    moved = chart([*before, *after], baseline_points=24)
    assert set(moved.points["point_type"][-24:]) == {"improvement"}
    assert moved.proposed_rebase == pd.Period("2014-04", "M")
    assert moved.proposal == (
        "Since 2014-04 the level has held below the mean: limits set anew from there would fit, by a recorded decision that says why it moved."
    )
    # Once it is decided, nothing is out of the ordinary, and nothing is proposed.
    decision = Rebase(
        first=moved.proposed_rebase, reason="why", decided_on=date(2016, 5, 7), decided_by="the board"
    )
    again = chart([*before, *after], baseline_points=24, rebases=[decision])
    assert (again.proposed_rebase, again.proposal) == (None, "")
    assert set(again.points["rule"][-24:]) == {"none"}
    higher = chart([*after, *before], baseline_points=24)
    assert "the level has held above the mean" in higher.proposal


def test_new_limits_are_not_proposed_too_soon_nor_while_the_level_moves_on_nor_unjudged():
    before, after = [50 + step for step in PATTERN * 2], [30 + step for step in PATTERN]
    assert chart([*before, *after[:11]], baseline_points=24).proposed_rebase is None
    assert chart([*before, *after], baseline_points=24).proposed_rebase == pd.Period("2014-04", "M")
    assert chart([*before, *after, 51], baseline_points=24).proposed_rebase is None
    falling = [40 - step for step in range(30)]
    assert chart([*before, *falling], baseline_points=24).proposed_rebase is None
    # A level that moved on is taken from near where it holds, not from where it first left the mean, April 2014.
    twice = chart([*before, *(40 - step for step in range(9)), *after, *after], baseline_points=24)
    assert twice.proposed_rebase > pd.Period("2014-06", "M")
    unjudged = chart([*before, *after], baseline_points=24, seasonality="seasonal and unadjusted")
    assert unjudged.proposed_rebase is None
    assert chart(PATTERN * 8).proposed_rebase is None


@given(
    st.lists(st.integers(0, 500), min_size=12, max_size=30, unique=True),
    st.integers(1, 50),
    st.integers(-100, 100),
)
@settings(deadline=None, max_examples=30)
def test_moving_or_scaling_the_series_moves_and_scales_its_limits(values, scale, shift):
    one, other = chart(values), chart([scale * v + shift for v in values])
    assert other.points["mean"].iloc[0] == pytest.approx(scale * one.points["mean"].iloc[0] + shift, abs=1e-6)
    assert other.points["upper_process_limit"].iloc[0] == pytest.approx(
        scale * one.points["upper_process_limit"].iloc[0] + shift, abs=1e-6
    )


@given(st.lists(st.integers(0, 10_000), min_size=12, max_size=40, unique=True))
@settings(deadline=None, max_examples=30)
def test_turning_the_better_direction_turns_the_verdict(values):
    lower, higher = chart(values), chart(values, improvement_direction="increase")
    turned = {"improvement": "concern", "concern": "improvement", "common cause": "common cause"}
    assert [turned[t] for t in lower.points["point_type"]] == higher.points["point_type"].tolist()
    # Every point outside the limits is flagged, and no flag stands without a rule.
    outside = ~lower.points["value"].between(
        lower.points["lower_process_limit"], lower.points["upper_process_limit"]
    )
    assert lower.points["rule"][outside].isin(["above limit", "below limit"]).all()
    assert ((lower.points["rule"] == "none") == (lower.points["point_type"] == "common cause")).all()


def test_what_cannot_be_charted_is_refused():
    steady = series([5, 5, 5, 5])
    options = {"improvement_direction": "decrease", "seasonality": "adjusted"}
    with pytest.raises(TypeError, match="seasonality"):
        xmr_chart(steady, improvement_direction="decrease")
    with pytest.raises(ValueError, match="seasonality states what the series is, one of"):
        xmr_chart(steady, improvement_direction="decrease", seasonality="probably fine")
    with pytest.raises(ValueError, match="improvement_direction is one of"):
        xmr_chart(steady, improvement_direction="down", seasonality="adjusted")
    with pytest.raises(ValueError, match="the series needs a PeriodIndex, one period a row."):
        xmr_chart(pd.Series([1, 2, 3]), **options)
    with pytest.raises(ValueError, match="a baseline needs at least 2 points, and should have 12."):
        chart([1, 2, 3, 4], baseline_points=1)
    with pytest.raises(
        DataProblem,
        match="offences: no limits can be set on 2012-04 to 2012-07, where next to nothing varies.",
    ):
        xmr_chart(steady, **options)
    with pytest.raises(DataProblem, match="offences: the series has gaps or is not in order."):
        xmr_chart(series([1, 2, 3, 4]).drop(pd.Period("2012-05", "M")), **options)
    with pytest.raises(DataProblem, match="offences: the series has no value in 2012-05."):
        xmr_chart(series([1, None, 3, 4]), **options)
    with pytest.raises(DataProblem, match="offences: the series has a value that is not finite."):
        xmr_chart(series([1, float("inf"), 3, 4]), **options)
    # Of 0.3 a month nine in ten are 0: limits on them said special cause of 17.6% of months in which nothing had changed.
    with pytest.raises(DataProblem, match="is 0 in half of its periods or more, .* the days between events"):
        xmr_chart(series([0, 0, 1, 0, 0, 2]), **options)
    assert xmr_chart(series([0, 1, 2, 0, 1, 2]), **options).points["value"].sum() == 6
    with pytest.raises(DataProblem, match="offences: the series has 2012-04 twice."):
        xmr_chart(pd.concat([series([1, 2]), series([1])]), **options)
    decision = {"reason": "why", "decided_on": date(2013, 5, 7), "decided_by": "the board"}
    with pytest.raises(
        ValueError, match="limits cannot be set anew from 2020-01: the series runs from 2012-04"
    ):
        chart([1, 2, 3, 4], rebases=[Rebase(first=pd.Period("2020-01", "M"), **decision)])
    with pytest.raises(ValueError, match="limits need at least 2 points in each phase, and should have 12."):
        chart([1, 2, 3, 4], rebases=[Rebase(first=pd.Period("2012-07", "M"), **decision)])
    twice = [Rebase(first=pd.Period("2012-06", "M"), **decision)] * 2
    with pytest.raises(ValueError, match="two decisions set limits anew from the same period: keep one."):
        chart([1, 2, 3, 4], rebases=twice)
    for missing in ({"reason": " "}, {"decided_on": None}, {"decided_by": ""}):
        with pytest.raises(
            ValueError, match="new limits from 2012-06 need a reason, the day of the decision and who made it"
        ):
            Rebase(first=pd.Period("2012-06", "M"), **(decision | missing))
