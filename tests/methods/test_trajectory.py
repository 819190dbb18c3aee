"""Milestones, projection, chance of meeting the target, RAG and the replay of past years.

Known answers are the published report card's and strategy's figures (Safer Leeds report card 2012/13 Q2; Safer Leeds
Strategy 2013-2014) and plain arithmetic on them; the rest are laws, and truth recovered from simulated series.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from caveats import caveat
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target, load_catalogue
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.methods.trajectory import (
    assess_gap,
    assess_level,
    backtest,
    build_trajectory,
    direction_of_travel,
    project_year_end,
)
from saferleeds_analysis.problems import DataProblem

YEAR = periods.financial_year("2012/13")


def target(value, *, comparison="at most", kind="original", set_on=date(2012, 4, 1), period="2012/13"):
    return Target(
        indicator_id="x", area="Leeds", period=period, kind=kind, comparison=comparison, value=float(value),
        set_on=set_on, agreed_by="", source="", note="",
    )  # fmt: skip


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_a_target_that_nothing_can_meet_is_refused(value):
    with pytest.raises(ValueError, match="the value of a target is a number from 0 up"):
        target(value)


def monthly(counts, *, start="2008-04", name="domestic_burglary"):
    index = pd.period_range(start, periods=len(counts), freq="M", name="month")
    return pd.Series(np.asarray(counts), index=index, name=name)


def quarterly(counts, *, start="2011/12 Q1", name="enquiries"):
    index = pd.period_range(periods.quarter(start), periods=len(counts), freq="Q-MAR", name="quarter")
    return pd.Series(counts, index=index, name=name)


def seasonal(months=54, *, level=500.0, seed=0):
    """Counts with a season of 20 % either way; 54 months from April 2008 end in September 2012."""
    month = np.arange(months)
    return monthly(
        np.random.default_rng(seed).poisson(level * (1 + 0.2 * np.cos(2 * np.pi * (month - 7) / 12)))
    )


ENQUIRIES = quarterly([1011, 916, 645, 725, 725, 958])
CASES = quarterly([335, 354, 251, 308, 331, 340], name="cases")


# --- Known answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "share", "run_rate", "usual_share", "change"),
    [(ENQUIRIES, 58.4, 3366, 2880, -12.7), (CASES, 55.2, 1342, 1215, -2.6)],
)
def test_service_counts_of_2012_point_the_other_way_from_the_doubled_half_year(
    history, share, run_rate, usual_share, change
):
    # Doubled figures as printed in the report card; shares are 1,927 of 3,297 and 689 of 1,248 in 2011/12.
    trajectory = build_trajectory(history, target=None, year=YEAR)
    projection = project_year_end(history, year=YEAR)
    last_year = history.iloc[:4].sum()
    assert round(100 * trajectory.path["share"].iloc[1], 1) == share
    assert projection.run_rate == run_rate
    assert round(projection.usual_share) == usual_share
    assert round(100 * (projection.usual_share / last_year - 1), 1) == change
    assert projection.run_rate > last_year > projection.usual_share
    assert projection.interval(0.95).lower < projection.usual_share < projection.interval(0.95).upper


def test_a_single_year_is_handled_and_said():
    trajectory = build_trajectory(ENQUIRIES, target=target(3000), year=YEAR)
    assert trajectory.base_years == (periods.financial_year("2011/12"),)
    assert "Only 1 base year: the range is wide." in trajectory.caveats
    assert any(
        c.startswith("Short history (1.5 years)") for c in project_year_end(ENQUIRIES, year=YEAR).caveats
    )


def test_the_targets_of_2012_stay_visible_and_the_one_in_force_draws_the_path():
    targets = load_catalogue(REFERENCE).targets(
        "domestic_burglary", "Leeds", "2012/13", as_at=date(2012, 9, 30)
    )
    history = seasonal()
    in_august = build_trajectory(history, target=targets, year=YEAR, as_at=date(2012, 8, 31))
    in_september = build_trajectory(history, target=targets, year=YEAR, as_at=date(2012, 9, 30))
    assert (in_august.target.value, in_august.superseded) == (7056, ())
    assert in_september.target.value == 5999
    assert [t.value for t in in_september.superseded] == [7056]
    assert in_september.superseded_path["original at most 7,056"].iloc[-1] == 7056
    assert in_september.path["milestone"].iloc[-1] == pytest.approx(5999)
    assert "The original target (at most 7,056) was superseded on 1 September 2012." in in_september.caveats
    assert list(in_september.superseded_path) == ["original at most 7,056"]


def test_the_shares_of_equal_years_are_their_own():
    year = np.array([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 10]) * 1000
    path = build_trajectory(monthly(np.tile(year, 4)), target=target(60_000), year=YEAR).path
    assert path["milestone"].to_numpy() == pytest.approx(60_000 * year.cumsum() / 120_000, abs=0.2)


def test_a_rate_target_is_drawn_as_the_count_it_means():
    # Strategy 2013-2014: 16.5 domestic burglaries per 1,000 households, on 321,500 households.
    history = seasonal()
    rate = build_trajectory(history, target=target(16.5), year=YEAR, denominator=321.5)
    count = build_trajectory(history, target=target(16.5 * 321.5), year=YEAR)
    assert rate.path.equals(count.path)
    chances = project_year_end(history, year=YEAR, target=target(16.5), denominator=321.5).chances
    assert chances[0].target_count == pytest.approx(5304.75)


# --- Laws ---------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    counts=st.lists(st.integers(0, 400), min_size=24, max_size=36).filter(lambda c: sum(c[:24])),
    aim=st.integers(1, 5000),
)
def test_milestones_rise_to_the_target_inside_their_range(counts, aim):
    year, goal = periods.financial_year("2010/11"), target(aim, period="2010/11")
    path = build_trajectory(monthly(counts), target=goal, year=year, confidence=0.95).path
    assert path["milestone"].is_monotonic_increasing
    assert path["milestone"].iloc[-1] == pytest.approx(aim)
    assert (path["lower"] >= 0).all()
    assert (path["upper"] <= aim).all()
    assert (path["lower"] <= path["milestone"]).all()
    assert (path["milestone"] <= path["upper"] + 1e-9).all()
    assert path["lower"].iloc[-1] == pytest.approx(path["upper"].iloc[-1])


def test_milestones_scale_with_the_target_and_ranges_with_confidence():
    history = seasonal()
    once = build_trajectory(history, target=target(3000), year=YEAR)
    twice = build_trajectory(history, target=target(6000), year=YEAR)
    wider = build_trajectory(history, target=target(3000), year=YEAR, confidence=0.95)
    assert twice.path["milestone"].to_numpy() == pytest.approx(2 * once.path["milestone"].to_numpy())
    assert (wider.path["lower"] <= once.path["lower"]).all() and (
        wider.path["upper"] >= once.path["upper"]
    ).all()


@settings(max_examples=10, deadline=None)
@given(known=st.integers(0, 11), level=st.floats(0.25, 8000))
def test_intervals_nest_chances_rise_with_the_target_and_the_known_part_is_a_floor(known, level):
    history = seasonal(48 + known, level=level, seed=known)
    aims = [target(level * 12 * part) for part in (0.5, 0.9, 1.0, 1.1, 2.0)]
    projection = project_year_end(history, year=YEAR, target=aims)
    half, eighty, most = projection.intervals
    assert most.lower <= eighty.lower <= half.lower <= projection.median
    assert projection.median <= half.upper <= eighty.upper <= most.upper
    assert most.lower >= projection.actual == history.iloc[48:].sum()
    chances = [c.probability for c in projection.chances]
    assert chances == sorted(chances)
    assert (projection.fan.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert projection.fan[0.5].is_monotonic_increasing
    assert len(projection.fan) == 12 - known


def test_the_same_seed_gives_the_same_answer_and_nothing_given_is_changed():
    history = seasonal()
    before = history.copy()
    first, again = (project_year_end(history, year=YEAR) for _ in range(2))
    other = project_year_end(history, year=YEAR, seed=2)
    assert (first.totals == again.totals).all()
    assert (first.totals != other.totals).any()
    assert other.median == pytest.approx(first.median, rel=0.01)
    pd.testing.assert_series_equal(history, before)


def test_with_eleven_months_known_the_projection_is_nearly_the_year():
    history = seasonal(60)
    projection = project_year_end(history.iloc[:59], year=YEAR)
    assert projection.median == pytest.approx(history.iloc[48:].sum(), rel=0.02)
    at_start = project_year_end(history.iloc[:48], year=YEAR)
    assert len_of(projection) < len_of(at_start) / 2


def len_of(projection):
    interval = projection.interval(0.8)
    return interval.upper - interval.lower


def test_opposite_comparisons_share_out_the_chance():
    aims = {
        c: project_year_end(seasonal(), year=YEAR, target=target(6000, comparison=c))
        for c in ("at most", "above")
    }
    assert sum(p.chances[0].probability for p in aims.values()) == pytest.approx(1)


def test_what_is_required_ends_the_year_on_the_target():
    history = seasonal()
    projection = project_year_end(history, year=YEAR, target=target(6000))
    assert projection.actual + 6 * projection.chances[0].required == pytest.approx(6000)
    assert projection.actual + 6 * projection.chances[0].expected == pytest.approx(projection.median)


def test_a_target_already_passed_has_no_chance_and_one_already_reached_is_sure():
    history = seasonal()
    reduce = project_year_end(history, year=YEAR, target=target(1000)).chances[0]
    increase = project_year_end(history, year=YEAR, target=target(1000, comparison="at least")).chances[0]
    assert (reduce.probability, reduce.required) == (0, None)
    assert (increase.probability, increase.required) == (1, None)


# --- Truth recovered ----------------------------------------------------------------------------------------------


def test_projections_hold_the_truth_as_often_as_they_say():
    """Poisson counts round a wandering level with a season: 80 % intervals should hold about 80 % of 90 years."""
    rng = np.random.default_rng(11)
    inside = []
    for i in range(90):
        month = np.arange(60)
        log_rate = (
            np.log([5, 60, 900][i % 3]) + rng.normal(0, 0.05, 60).cumsum() + 0.15 * np.cos(np.pi * month / 6)
        )
        history = monthly(rng.poisson(np.exp(log_rate + rng.normal(0, 0.08, 60))))
        interval = project_year_end(history.iloc[:54], year=YEAR).interval(0.8)
        inside.append(interval.lower <= history.iloc[48:].sum() <= interval.upper)
    # Two standard errors of a share of 0.8 on 90 are 0.084; whole numbers and a cautious prior lie above it.
    assert 0.716 <= np.mean(inside) <= 0.93


@pytest.mark.parametrize(("total", "unsteady"), [(600, 0.0), (6000, 0.08)])
def test_a_year_that_ends_on_target_stays_inside_the_range_as_often_as_it_says(total, unsteady):
    """Multinomial months, with usual shares or with shares that wander from year to year."""
    rng = np.random.default_rng(5)
    usual = np.array([7, 8, 9, 8, 7, 8, 9, 10, 9, 8, 8, 9]) / 100

    def year():
        shares = usual * np.exp(rng.normal(0, unsteady, 12))
        return rng.multinomial(total, shares / shares.sum())

    inside = []
    for _ in range(100):
        history = monthly(np.concatenate([year() for _ in range(5)]))
        path = build_trajectory(history, target=target(total), year=YEAR).path
        inside.append(path["actual"].between(path["lower"], path["upper"]).iloc[[0, 5, 10]])
    # Three nearly independent months a year: two standard errors of a share of 0.8 are about 0.05.
    assert np.mean(inside) == pytest.approx(0.8, abs=0.05)


# --- Words, letters and direction ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "comparison", "position", "letter"),
    [
        (0.80, "at most", "beyond the lower limit (ahead)", "G"),
        (1.00, "at most", "in the middle", "G"),
        (1.30, "at most", "beyond the upper limit (behind)", "R"),
        (1.30, "at least", "beyond the upper limit (ahead)", "G"),
        (0.70, "at least", "beyond the lower limit (behind)", "R"),
    ],
)
def test_position_words_and_letter(part, comparison, position, letter):
    history = monthly(np.r_[np.full(48, 1000), np.round(np.full(6, 1000 * part))].astype(int))
    trajectory = build_trajectory(history, target=target(12_000, comparison=comparison), year=YEAR)
    assert (trajectory.position, trajectory.rating.letter) == (position, letter)


def test_amber_reaches_five_percent_beyond_the_edge():
    base = np.full(48, 1000)
    upper = (
        build_trajectory(monthly(np.r_[base, np.full(6, 1000)]), target=target(12_000), year=YEAR)
        .path["upper"]
        .iloc[5]
    )
    letters = []
    for worse in (1.0, 1.01, 1.045, 1.06):
        last = int(upper * worse) - 5000
        letters.append(
            build_trajectory(
                monthly(np.r_[base, np.full(5, 1000), last]), target=target(12_000), year=YEAR
            ).rating.letter
        )
    assert letters == ["G", "A", "A", "R"]


@pytest.mark.parametrize(
    ("total", "comparison", "words", "letter"),
    [
        (12_000, "at most", "target met", "G"),
        (12_000, "below", "target missed", "A"),
        (12_600, "at most", "target missed", "A"),
        (12_601, "at most", "target missed", "R"),
        (12_000, "at least", "target met", "G"),
        (11_399, "at least", "target missed", "R"),
    ],
)
def test_at_year_end_the_target_itself_decides(total, comparison, words, letter):
    year = np.full(12, total // 12)
    year[0] += total - year.sum()
    trajectory = build_trajectory(
        monthly(np.r_[np.full(48, 1000), year]), target=target(12_000, comparison=comparison), year=YEAR
    )
    assert (trajectory.position, trajectory.rating.letter) == (words, letter)


def test_the_adjusted_position_takes_the_season_out():
    """Counts that follow the usual season exactly stand where an even adjusted series of the same total stands."""
    year = np.array([8, 8, 8, 8, 8, 8, 12, 12, 12, 12, 12, 12]) * 100
    history = monthly(np.r_[np.tile(year, 4), year[:6]])
    adjusted = monthly(np.full(54, 1000.0))
    trajectory = build_trajectory(history, target=target(12_000), year=YEAR, adjusted=adjusted)
    assert trajectory.path["adjusted"].iloc[5] == pytest.approx(trajectory.path["actual"].iloc[5], abs=1)
    assert trajectory.position == trajectory.adjusted_position == "in the middle"


def test_a_gap_in_the_adjusted_series_leaves_no_adjusted_count_to_date_after_it():
    adjusted = monthly(np.full(54, 1000.0))
    adjusted.iloc[50] = np.nan  # the third month of the year
    trajectory = build_trajectory(
        monthly(np.full(54, 1000)), target=target(12_000), year=YEAR, adjusted=adjusted
    )
    assert trajectory.path["adjusted"].notna().tolist() == [True] * 2 + [False] * 10
    assert (trajectory.position, trajectory.adjusted_position) == ("in the middle", None)


def test_no_target_and_no_count_are_grey_with_the_reason():
    none = build_trajectory(seasonal(), target=None, year=YEAR)
    not_yet = build_trajectory(seasonal(48), target=target(6000), year=YEAR)
    assert (none.rating.letter, none.rating.colour, none.rating.reason) == (
        "N",
        "not rated",
        "there is no target.",
    )
    assert (not_yet.rating.letter, not_yet.rating.reason) == ("N", "the year has no count yet.")
    assert none.path["milestone"].isna().all()


@pytest.mark.parametrize(
    ("better", "word"),
    [
        ("decrease", "fell unusually (improving)"),
        ("increase", "fell unusually (worsening)"),
        ("neither", "fell unusually"),
    ],
)
def test_direction_of_travel_is_a_test(better, word):
    # Strategy 2013-2014: 7,662 domestic burglaries in 2011/12 and 5,305 in 2012/13, a fall of 30.8 %.
    history = monthly([7662 - 11 * 638, *[638] * 11, 5305 - 11 * 442, *[442] * 11], start="2011-04")
    direction = direction_of_travel(history, improvement_direction=better, unit="offences")
    assert direction.word == word
    assert round(direction.change.percent.value, 1) == -30.8
    less = monthly([638] * 12 + [560] * 12, start="2011-04")  # 12 % is clear, and what many a year does
    word = word.replace(" unusually", "")
    assert direction_of_travel(less, improvement_direction=better, unit="offences").word == word
    same = monthly([100] * 24)
    assert direction_of_travel(same, improvement_direction=better, unit="offences").word == "no clear change"


def test_no_direction_across_a_break_or_left_out_months():
    history = monthly([100] * 12 + [50] * 12, start="2011-04")
    for stop in (caveat("definition break", "2012-05"), caveat("pandemic", "2012-01", "2012-03")):
        direction = direction_of_travel(
            history, improvement_direction="decrease", unit="offences", caveats=[stop]
        )
        assert (direction.word, direction.change) == ("no clear change", None)


def test_levels_and_gaps_are_rated_by_their_intervals():
    def level(value, half=2.0):
        return Estimate(
            value=value, lower=value - half, upper=value + half, unit="%", method="", confidence=0.95
        )

    aim = target(85, comparison="at least")
    assert [assess_level(level(v), target=aim).letter for v in (85, 84, 80)] == ["G", "A", "R"]
    assert assess_level(level(80), target=None).letter == assess_level(None, target=aim).letter == "N"
    assert [assess_gap(level(9), level(v)).letter for v in (3, 8, 15)] == ["G", "A", "R"]
    assert assess_gap(level(-9), level(-3)).letter == "G"
    with pytest.raises(ValueError, match="different units or at different levels of confidence"):
        assess_gap(level(9), replace(level(3), unit="per 1,000 households"))


# --- Histories with something in them -----------------------------------------------------------------------------


def test_a_zero_year_shapes_nothing_and_says_so():
    history = monthly(np.r_[np.full(12, 3), np.zeros(12, int), np.full(30, 3)])
    trajectory = build_trajectory(history, target=target(30), year=YEAR)
    assert (periods.financial_year("2009/10"), "a count of zero has no shares") in trajectory.left_out_years
    assert "2009/10 is left out: a count of zero has no shares." in trajectory.caveats
    assert project_year_end(history, year=YEAR).actual == 18


def test_pandemic_years_are_left_out_of_shapes_and_said():
    history = monthly([100] * 78, start="2016-04", name="x")
    year = periods.financial_year("2022/23")
    out = [caveat("pandemic", "2020-03", "2021-07")]
    trajectory = build_trajectory(history, target=target(1000, period="2022/23"), year=year, caveats=out)
    assert [periods.financial_year_name(y) for y in trajectory.base_years] == [
        "2016/17",
        "2017/18",
        "2018/19",
    ]
    assert "2020/21 is left out: months left out by a caveat." in trajectory.caveats
    projection = project_year_end(history, year=year, caveats=out)
    said = "Taken as less sure than others, for the caveat on them: 17 periods from March 2020 to July 2021."
    assert said in projection.caveats


def test_a_shock_that_lasts_moves_the_projection_and_widens_it():
    # Counts halve with the pandemic and stay so to the end of what is known, six months into 2020/21.
    history = monthly([100] * 60 + [50] * 6, start="2015-04")
    year = periods.financial_year("2020/21")
    known = project_year_end(history, year=year)
    shaken = project_year_end(history, year=year, caveats=[caveat("pandemic", "2020-04", "2020-09")])
    # Learned from nothing of this year, it would end near 300 + 600; at the level of the shock at 600.
    assert shaken.actual == 300
    assert 550 < shaken.median < 750
    assert len_of(shaken) > len_of(known)


def test_more_of_a_shock_is_learned_the_longer_it_lasts():
    out = [caveat("pandemic", "2020-04", "2021-03")]
    year = periods.financial_year("2020/21")
    medians = [
        project_year_end(monthly([100] * 60 + [50] * n, start="2015-04"), year=year, caveats=out).median
        for n in (1, 3, 6, 9)
    ]
    distances = [m / (50 * 12) for m in medians]
    assert distances == sorted(distances, reverse=True)


def test_left_out_months_do_not_move_the_projection():
    history = seasonal()
    silly = history.copy()
    silly.iloc[20:26] = 9999
    out = [caveat("missing", str(silly.index[20]), str(silly.index[25]))]
    empty = silly.astype(float)
    empty.iloc[20:26] = np.nan
    a, b = (project_year_end(h, year=YEAR, caveats=out) for h in (silly, empty))
    assert (a.totals == b.totals).all()


def test_a_break_at_the_start_of_a_year_starts_the_level_anew():
    history = seasonal(54)
    history.iloc[48:] *= 3
    plain = project_year_end(history, year=YEAR)
    told = project_year_end(history, year=YEAR, caveats=[caveat("definition break", "2012-04")])
    assert (
        "The definition changed in April 2012: the level starts anew there, the season carries over."
        in told.caveats
    )
    # Told of the step, the model has no reason to think that the level wanders so far by itself.
    assert len_of(told) < len_of(plain)


def test_a_year_that_has_not_started_is_projected_across_the_gap():
    projection = project_year_end(seasonal(46), year=YEAR)
    assert "The year has not started: 2 periods before it are projected as well." in projection.caveats
    assert (projection.known, projection.run_rate, len(projection.fan)) == (0, None, 12)


def test_a_history_of_nothing_projects_very_little():
    projection = project_year_end(monthly(np.zeros(54, int)), year=YEAR)
    assert projection.interval(0.95).upper <= 3
    assert (
        "The history holds no event at all: the projection says no more than that they are rare."
        in projection.caveats
    )


@pytest.mark.parametrize(
    ("history", "caveats", "message"),
    [
        (
            seasonal().drop(pd.Period("2010-05", "M")),
            [],
            "history 'domestic_burglary':\n- no row for May 2010. Find the count, or write the period as missing and "
            "give a caveat of kind 'missing' for it; a true zero is 0.",
        ),
        (
            seasonal().astype(float).where(lambda s: s.index != pd.Period("2010-05", "M")),
            [],
            "history 'domestic_burglary':\n- no count for May 2010. Find the count, or give a caveat of kind 'missing' "
            "for the period; a true zero is 0.",
        ),
        (
            monthly([10.5] * 54),
            [],
            "history 'domestic_burglary':\n- values that are not whole numbers: April 2008, May 2008, June 2008, July 2008, "
            "August 2008, September 2008 and 48 more. Only counts add up over a year. For a rate, give the counts and "
            "denominator=; a percentage is a level, for which there is assess_level.",
        ),
        (
            monthly([-1] + [5] * 53),
            [],
            "history 'domestic_burglary':\n- counts below zero: April 2008.",
        ),
        # Paths of such a series were cut at 178 million without a word, and a projection of it said so much or less.
        *(
            (
                monthly([number] + [5] * 53),
                [],
                "history 'domestic_burglary':\n- counts above 10,000,000: April 2008. No area has so many: look for digits of "
                "two columns in one.",
            )
            for number in (10_000_001, float("inf"))
        ),
        (
            seasonal().iloc[::-1],
            [],
            "history 'domestic_burglary':\n- the periods are not in order: sort the history by its index.",
        ),
        (
            seasonal(),
            [caveat("definition break", "2012-07")],
            "history 'domestic_burglary': the definition changed in July 2012, inside 2012/13, so the months of the year "
            "do not add up to one total. Restate the earlier months in the new definition, or ask for the next year.",
        ),
        (
            seasonal(30),
            [],
            "history 'domestic_burglary' ends in September 2010, more than a year before 2012/13 starts. Add the counts "
            "since, or ask for an earlier year.",
        ),
        (
            seasonal().astype(float).where(lambda s: s.index != pd.Period("2012-05", "M")),
            [caveat("missing", "2012-05", "2012-05")],
            "history 'domestic_burglary' has no count for some periods of 2012/13 itself, so the year to date is not "
            "known. Find the counts.",
        ),
        (
            monthly([5] * 5, start="2012-05"),
            [],
            "history 'domestic_burglary' starts in May 2012, after the start of 2012/13. The count of the year to date "
            "needs every period from April on.",
        ),
    ],
)
def test_histories_that_cannot_be_used_are_refused_with_the_cure(history, caveats, message):
    for question in (
        lambda: build_trajectory(history, target=None, year=YEAR, caveats=caveats),
        lambda: project_year_end(history, year=YEAR, caveats=caveats),
    ):
        with pytest.raises(DataProblem) as refused:
            question()
        assert str(refused.value) == message


def test_no_whole_year_before_is_refused_with_the_cure():
    with pytest.raises(DataProblem) as refused:
        build_trajectory(monthly([5] * 6, start="2012-04"), target=None, year=YEAR)
    assert str(refused.value) == (
        "history 'domestic_burglary' has no whole financial year before 2012/13 to take the usual shares from. Add at "
        "least one earlier year; until then compare the count with the same months of the year before."
    )
    with pytest.raises(DataProblem) as refused:
        project_year_end(monthly([5] * 6, start="2012-04"), year=YEAR)
    assert str(refused.value) == (
        "history 'domestic_burglary' has 6 usable periods. A projection needs a whole year of them (12), to have seen "
        "every season once: add earlier counts."
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: project_year_end(seasonal(60), year=YEAR),
            "2012/13 is complete in history 'domestic_burglary': its total is known, and there is nothing to project.",
        ),
        (
            lambda: project_year_end(seasonal(61), year=YEAR),
            "history 'domestic_burglary' goes on after 2012/13 (April 2013). To look at a past year, give what was known "
            "then: history[:last month].",
        ),
        (
            lambda: project_year_end(seasonal(), year="2012/13"),
            "year is a financial year, not '2012/13'. Make one with "
            "saferleeds_analysis.periods.financial_year('2012/13').",
        ),
        (
            lambda: project_year_end(seasonal().rename(None), year=YEAR),
            "history is a named pandas Series of counts: name it after its indicator.",
        ),
        (
            lambda: build_trajectory(seasonal(), target=target(1, period="2013/14"), year=YEAR),
            "the target of 1 is for '2013/14', and the year asked for is '2012/13'.",
        ),
        (
            lambda: build_trajectory(
                seasonal(), target=[target(1), target(2, comparison="at least")], year=YEAR
            ),
            "the targets of one year ask for a decrease and for an increase at once.",
        ),
    ],
)
def test_wrong_calls_are_refused(call, message):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value) == message


# --- The replay ---------------------------------------------------------------------------------------------------


def test_a_replay_sees_nothing_later_than_its_point_and_reports_left_out_years_apart():
    history = seasonal(72)
    out = [caveat("pandemic", "2013-06", "2013-08")]
    result = backtest(history, caveats=out, known=[6])
    ours = result.forecasts[result.forecasts["method"] == "projection"].set_index("year")
    by_hand = project_year_end(history.iloc[:54], year=YEAR, caveats=out)
    assert ours.loc["2012/13", "projected"] == by_hand.median
    assert ours.loc["2012/13", "actual"] == history.iloc[48:60].sum()
    assert ours["kind"].to_dict() == {"2011/12": "normal", "2012/13": "normal", "2013/14": "left out"}
    run_rate = result.forecasts[result.forecasts["method"] == "run-rate"].set_index("year")
    assert run_rate.loc["2012/13", "projected"] == pytest.approx(by_hand.run_rate, rel=0.01)
    assert set(result.scores()["kind"]) == {"normal", "left out"}
    assert result.to_frame().columns.tolist() == ["group", "measure", "method", "value", "n"]


def test_the_reliability_table_is_the_average_of_what_was_said_and_what_came():
    result = backtest([seasonal(72, seed=s).rename(f"s{s}") for s in range(3)])
    table = result.reliability()
    normal = result.chances
    assert table["chances"].sum() == len(normal) == 3 * 3 * 3 * 5
    assert (table["chances"] * table["observed"]).sum() == pytest.approx(normal["came"].sum())
    assert (table["points"] == 100 * (table["stated"] - table["observed"])).all()


def test_a_year_with_a_break_inside_is_skipped_and_named():
    result = backtest(seasonal(72), caveats=[caveat("definition break", "2013-07")], known=[6])
    assert set(result.forecasts["year"]) == {"2011/12", "2012/13"}
    assert result.skipped == (
        "domestic_burglary, 2013/14: the definition changed inside the year, or a month has no count.",
    )


def test_a_history_too_short_to_replay_is_refused():
    with pytest.raises(DataProblem) as refused:
        backtest(seasonal(36))
    assert str(refused.value) == (
        "no past year can be replayed: that takes a whole financial year with 3 whole years before it. Add earlier "
        "counts, or lower earliest_years."
    )


@pytest.mark.shared
def test_on_a_real_series_the_projection_beats_the_run_rate(shared):
    """Northern Ireland's recorded crime, years 2017/18 and 2018/19: no part of any tuning."""
    table = pd.read_csv(shared / "data" / "northern_ireland_monthly_2015-04_2021-05.csv", index_col="month")
    table.index = pd.PeriodIndex(table.index, freq="M")
    kinds = [
        "Violence without injury",
        "Criminal damage",
        "Theft - shoplifting",
        "Robbery",
        "Sexual offences",
    ]
    result = backtest([table.loc[:"2019-03", k].rename(k) for k in kinds], earliest_years=2)
    scores = result.scores(by=["kind"]).set_index("method")
    assert scores.loc["projection", "loss_to_run_rate"] < 1
