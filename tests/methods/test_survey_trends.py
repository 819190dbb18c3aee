"""Quarterly waves and rolling twelve months: windows that overlap, against R; breaks; what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from saferleeds_analysis.methods.survey import proportion, rake, survey_design
from saferleeds_analysis.methods.survey_summaries import published_percentage
from saferleeds_analysis.methods.survey_trends import (
    ON_BASELINE,
    ON_QUARTER_BEFORE,
    ON_WINDOW_BEFORE,
    ON_YEAR_BEFORE,
    QUARTER,
    TWELVE_MONTHS,
    rolling_from_respondents,
)
from saferleeds_analysis.problems import DataProblem

QUARTERS = pd.period_range("2012Q1", periods=9, freq="Q-MAR")
QUESTION = {
    "answers": ["Yes"],
    "out_of": ["Yes", "No"],
    "wave": "quarter",
    "whole": "Leeds",
    "definition": "safe",
}


def schools_in_waves(shared, sample):
    """Deal the schools of a Californian survey out to five waves in turn, as the R commands below do."""
    data = pd.read_csv(shared / "reference" / f"survey_data_{sample}.csv")
    return data.assign(quarter=QUARTERS[np.arange(len(data)) % 5])


# R 4.2.2, survey 4.1-1: data$wave <- (seq_len(nrow(data)) - 1) %% 5 + 1; a and b mark waves 1-4 and 2-5, y is
# sch.wide == "Yes"; t <- svytotal(~I(y*a) + a + I(y*b) + b, design); svycontrast(t, quote(100*yb/b - 100*ya/a))
# with svydesign(id=~1, strata=~interaction(wave, stype), weights=~pw) for apistrat
# and svydesign(id=~interaction(wave, dnum), strata=~wave, weights=~pw) for apiclus1.
OVERLAPPING = [
    ("apistrat", {"strata": "stype"}, -3.39902281099677, 1.57474906481665),
    ("apiclus1", {"clusters": "dnum"}, -2.13400428664617, 2.18320610902954),
]


@pytest.mark.shared
def test_windows_that_overlap_a_window_and_a_quarter_agree_with_r(shared):
    for sample, arguments, change, error in OVERLAPPING:
        data = schools_in_waves(shared, sample)
        design = survey_design(data, weight="pw", wave="quarter", **arguments)
        trend = rolling_from_respondents(design, "sch.wide", **QUESTION)
        found = trend.changes["Leeds", ON_WINDOW_BEFORE, QUARTERS[4]].difference
        assert (found.value, found.standard_error) == pytest.approx((change, error), rel=1e-9), sample
    data = schools_in_waves(shared, "apistrat")
    design = survey_design(data, weight="pw", wave="quarter", strata="stype")
    trend = rolling_from_respondents(design, "sch.wide", **QUESTION)
    window = trend.level("Leeds", TWELVE_MONTHS, QUARTERS[3])
    expected = (
        82.8692814387910,
        2.7049632990241,
        148,
    )  # svycontrast(t, quote(100*ya/a)); degf(subset(d, a == 1))
    assert (window.value, window.standard_error, window.degrees_of_freedom) == pytest.approx(expected)
    clustered = survey_design(
        schools_in_waves(shared, "apiclus1"), weight="pw", wave="quarter", clusters="dnum"
    )
    trend = rolling_from_respondents(clustered, "sch.wide", **QUESTION)
    # svycontrast(svyby(~y, ~wave, subset(d, wave <= 2), svymean, covmat = TRUE), c(-100, 100))
    found = trend.changes["Leeds", ON_QUARTER_BEFORE, QUARTERS[1]].difference
    assert (found.value, found.standard_error) == pytest.approx((-5.4054054054054, 8.1219158682033), rel=1e-9)


def household_survey(seed=3, waves=9, size=300, percent=60.0):
    """Make answers with a known percentage: synthetic, from a seed."""
    rng = np.random.default_rng(seed)
    n = waves * size
    return pd.DataFrame(
        {
            "quarter": np.repeat(QUARTERS[:waves], size),
            "locality": rng.choice(["East", "South", "West"], n),
            "weight": rng.uniform(0.6, 1.8, n),
            "q": np.where(rng.random(n) < percent / 100, "Yes", "No"),
        }
    )


def test_levels_and_changes_are_those_of_the_plain_estimates():
    frame = household_survey()
    design = survey_design(frame, weight="weight", wave="quarter")
    trend = rolling_from_respondents(design, "q", localities="locality", **QUESTION)
    places = ["Leeds", "East", "South", "West"]
    assert [(lv.area, lv.kind) for lv in trend.levels] == [
        (p, k) for p in places for k in [QUARTER] * 9 + [TWELVE_MONTHS] * 6
    ]
    where = (frame["locality"] == "South") & frame["quarter"].isin(QUARTERS[2:6])
    plain = proportion(design, "q", answers=["Yes"], out_of=["Yes", "No"], where=where, definition="safe")
    assert trend.level("South", TWELVE_MONTHS, QUARTERS[5]) == plain
    kinds = pd.Series([kind for _, kind, _ in trend.changes]).value_counts()
    assert dict(kinds) == {ON_QUARTER_BEFORE: 4 * 8, ON_WINDOW_BEFORE: 4 * 5, ON_YEAR_BEFORE: 4 * 2}
    comparisons = {kind: change.comparisons for (_, kind, _), change in trend.changes.items()}
    assert comparisons == dict(kinds)
    frame = trend.to_frame(indicator_id="safe")
    assert len(frame) == len(trend.levels) + len(trend.changes)
    assert frame["direction"].notna().sum() == len(trend.changes)


def test_noise_is_no_clear_change_and_a_real_fall_is_found():
    steady = [
        rolling_from_respondents(
            survey_design(household_survey(seed), weight="weight", wave="quarter"),
            "q",
            localities="locality",
            **QUESTION,
        )
        for seed in range(20)
    ]
    clear = [any(c.direction != "no clear change" for c in t.changes.values()) for t in steady]
    # Three kinds of change, each wrong at most once in twenty surveys: some 3 of 20 are to be expected, 8 are not.
    assert sum(clear) <= 7
    fallen = household_survey(7)
    late = fallen["quarter"] >= QUARTERS[4]
    fallen.loc[late, "q"] = np.where(np.random.default_rng(8).random(late.sum()) < 0.45, "Yes", "No")
    trend = rolling_from_respondents(survey_design(fallen, weight="weight", wave="quarter"), "q", **QUESTION)
    change = trend.changes["Leeds", ON_YEAR_BEFORE, QUARTERS[7]]
    assert change.direction == "fell"
    assert change.difference.lower < -15 < change.difference.upper


def test_the_estimates_of_a_change_are_the_levels_that_it_lies_between():
    design = survey_design(household_survey(), weight="weight", wave="quarter")
    trend = rolling_from_respondents(design, "q", **QUESTION)
    change = trend.changes["Leeds", ON_WINDOW_BEFORE, QUARTERS[8]]
    assert change.later is trend.level("Leeds", TWELVE_MONTHS, QUARTERS[8])
    assert change.earlier is trend.level("Leeds", TWELVE_MONTHS, QUARTERS[7])
    assert change.later.linearised is None and change.later.in_base is None


def test_a_baseline_is_compared_with_the_latest_window_only():
    design = survey_design(household_survey(), weight="weight", wave="quarter")
    baseline = published_percentage(70.0, base=6000, design_effect=1.2, definition="safe")
    trend = rolling_from_respondents(design, "q", baselines={"Leeds": baseline}, **QUESTION)
    (key,) = [k for k in trend.changes if k[1] == ON_BASELINE]
    change = trend.changes[key]
    assert key == ("Leeds", ON_BASELINE, QUARTERS[8])
    assert change.direction == "fell"
    window = trend.level("Leeds", TWELVE_MONTHS, QUARTERS[8])
    assert change.difference.value == pytest.approx(window.value - 70)
    assert change.difference.standard_error == pytest.approx(
        np.hypot(window.standard_error, baseline.standard_error)
    )
    without = rolling_from_respondents(design, "q", baselines={"Leeds": None}, **QUESTION)
    assert without.changes.keys() == trend.changes.keys() - {key}
    other = published_percentage(70.0, base=6000, design_effect=1.2, definition="safe after dark")
    with pytest.raises(ValueError, match="'safe after dark' and 'safe' are two definitions"):
        rolling_from_respondents(design, "q", baselines={"Leeds": other}, **QUESTION)


# --- waves of which the percentages are known


def waves_of(percents, base=1000, quarters=QUARTERS):
    """Draw waves in which just these percentages say yes."""
    yes = [round(base * percent / 100) for percent in percents]
    answers = [answer for n in yes for answer in ["Yes"] * n + ["No"] * (base - n)]
    people = pd.DataFrame(
        {"quarter": quarters[: len(yes)].repeat(base), "q": answers, "id": range(len(answers))}
    )
    return rolling_from_respondents(survey_design(people, weight=None, wave="quarter"), "q", **QUESTION)


def test_two_windows_differ_by_the_wave_that_came_and_the_wave_that_went():
    trend = waves_of([60, 61, 62, 63, 68])
    change = trend.changes["Leeds", ON_WINDOW_BEFORE, QUARTERS[4]].difference
    # Equal bases: a quarter of (68 - 60), and the three shared waves cancel.
    assert change.value == pytest.approx(2.0)
    by_hand = np.sqrt((60 * 40 + 68 * 32) / 999) / 4
    assert change.standard_error == pytest.approx(by_hand)
    window = trend.level("Leeds", TWELVE_MONTHS, QUARTERS[4])
    as_if_apart = np.hypot(
        window.standard_error, trend.level("Leeds", TWELVE_MONTHS, QUARTERS[3]).standard_error
    )
    assert change.standard_error < 0.75 * as_if_apart


def test_the_slight_changes_of_the_cohesion_card():
    # 69.6% to 65.9% (2012/13 Q1) to 66.7% (Q2); about 1,518 a quarter, a fourth of the 6,073 of twelve months.
    trend = waves_of([69.6, 65.9, 66.74], base=1518)
    fall, rise = (trend.changes["Leeds", ON_QUARTER_BEFORE, q] for q in QUARTERS[1:3])
    for change, (before, now) in ((fall, (1057, 1000)), (rise, (1000, 1013))):
        variance = sum(yes * (1518 - yes) / 1518 / 1518 / 1517 for yes in (before, now))
        by_hand = 2 * stats.norm.sf(abs(now - before) / 1518 / np.sqrt(variance))  # z about -2.2 and 0.5
        assert change.p_value == pytest.approx(by_hand, rel=0.01)
    assert fall.adjusted_p_value == pytest.approx(2 * fall.p_value)
    assert (fall.direction, rise.direction) == ("no clear change", "no clear change")
    assert "Clear if looked at alone, not among the 2 comparisons made together." in fall.difference.caveats


@given(st.lists(st.integers(1, 99), min_size=5, max_size=9))
@settings(max_examples=20, deadline=None)
def test_a_window_lies_among_its_waves(percents):
    trend = waves_of(percents, base=100)
    for i in range(3, len(percents)):
        window = trend.level("Leeds", TWELVE_MONTHS, QUARTERS[i])
        assert window.value == pytest.approx(np.mean(percents[i - 3 : i + 1]))
        assert window.n == 400


def test_a_missing_wave_makes_no_window():
    trend = waves_of([60, 61, 62, 63], quarters=QUARTERS[:5].delete(2))
    assert not [lv for lv in trend.levels if lv.kind == TWELVE_MONTHS]
    assert ("Leeds", ON_QUARTER_BEFORE, QUARTERS[3]) not in trend.changes


# --- what is refused


def test_a_wave_twice_is_refused():
    frame = household_survey(waves=4)
    copy = frame[frame["quarter"] == QUARTERS[1]].assign(quarter=QUARTERS[4])
    design = survey_design(pd.concat([frame, copy], ignore_index=True), weight="weight", wave="quarter")
    with pytest.raises(
        DataProblem, match="a wave is there twice: 2011/12 Q2 and 2012/13 Q1 hold the same respondents"
    ):
        rolling_from_respondents(design, "q", **QUESTION)


def test_waves_that_cannot_be_read_are_refused():
    frame = household_survey(waves=4)
    texts = survey_design(frame.astype({"quarter": str}), weight="weight", wave="quarter")
    with pytest.raises(ValueError, match=r"make quarters with saferleeds_analysis\.periods\.quarter"):
        rolling_from_respondents(texts, "q", **QUESTION)
    frame = household_survey(waves=4)
    frame.loc[5, "q"] = "Maybe"
    design = survey_design(frame, weight="weight", wave="quarter")
    with pytest.raises(DataProblem, match="unknown answer code 'Maybe' in row 5"):
        rolling_from_respondents(design, "q", **QUESTION)
    frame = household_survey(waves=4)
    design = survey_design(frame.assign(locality=None), weight="weight", wave="quarter")
    with pytest.raises(DataProblem, match="column 'locality' is missing for some respondents"):
        rolling_from_respondents(design, "q", localities="locality", **QUESTION)


def test_a_post_stratified_survey_can_be_followed():
    frame = household_survey()
    groups = frame["quarter"].astype(str) + frame["locality"]
    frame = frame.assign(group=groups)
    design = rake(
        survey_design(frame, weight="weight", wave="quarter"),
        margins={"group": dict.fromkeys(groups, 1000.0)},
    )
    trend = rolling_from_respondents(design, "q", localities="locality", **QUESTION)
    by_locality = [trend.level(p, TWELVE_MONTHS, QUARTERS[8]).value for p in ("East", "South", "West")]
    assert trend.level("Leeds", TWELVE_MONTHS, QUARTERS[8]).value == pytest.approx(np.mean(by_locality))
