"""Averages, ranks, funnels and many tests at once, against published figures and independent software."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import REFERENCE, ROOT
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests

from saferleeds_analysis.methods.comparison import (
    GROUP_COLUMNS,
    changes_beside_the_rest,
    changes_by_area,
    compare_with_group,
    control_false_discoveries,
    funnel,
    funnel_limits,
    overdispersion,
    rank_areas,
)
from saferleeds_analysis.problems import DataProblem


@pytest.fixture(scope="module")
def core_cities():
    return pd.read_csv(REFERENCE / "group_core_cities.csv")


def areas(counts, denominators=None):
    sizes = [1000] * len(counts) if denominators is None else denominators
    return pd.DataFrame(
        {"area": [f"Area {i}" for i in range(len(counts))], "count": list(counts), "denominator": sizes}
    )


# The core cities of 2012/13: Safer Leeds Strategy 2013-2014, where Leeds is 0.8 or 5.1% above the mean of 15.7, third
# highest of eight, and 5,048 burglaries or fewer would have met the mean (5,305 were recorded).
def test_leeds_among_the_core_cities(core_cities):
    leeds = compare_with_group(core_cities, area="Leeds")
    simple = leeds.averages.iloc[0]
    assert simple["value"] == pytest.approx(15.7)
    assert simple["gap"] == pytest.approx(0.8)
    assert round(simple["gap_percent"], 1) == 5.1
    assert round(5305 - simple["gap_events"]) == 5048
    without = leeds.averages.iloc[1]
    assert (without["average"], bool(without["includes_area"])) == ("simple", False)
    assert round(without["value"], 2) == 15.59
    assert leeds.rank == 3
    assert leeds.areas.loc[leeds.areas.area == "Leeds", "count_is"].item() == "published"
    assert leeds.not_given == ()
    # Weighted by households of the Census 2011, by hand: sum of rate x households over households.
    rates, homes = core_cities.rate.to_numpy(), core_cities.denominator.to_numpy()
    assert leeds.averages.iloc[2]["value"] == pytest.approx((rates * homes).sum() / homes.sum())
    others = core_cities.area != "Leeds"
    assert leeds.averages.iloc[3]["value"] == pytest.approx(np.average(rates[others], weights=homes[others]))
    assert homes[core_cities.area == "Leeds"].item() == 320_596
    assert "are those of 27 March 2011" in leeds.caveats[1]


def test_the_core_cities_are_those_of_the_strategy(core_cities):
    # As copied from the strategy, and held against the documents' own list by tests/test_seed_facts.py.
    facts = (
        pd.read_csv(ROOT / "tests/known_answers/seed_facts.csv", dtype=str).set_index("id").loc["F099":"F106"]
    )
    printed = pd.to_numeric(facts["value"]).set_axis(facts["area"])
    assert core_cities.set_index("area")["rate"].to_dict() == printed.to_dict()


def test_the_intervals_of_averages_and_gaps_hold_at_their_stated_rate():
    # Truth recovery: six areas of known rates; the four averages and gaps should be missed about 5% of the time.
    generator = np.random.default_rng(2013)
    true, homes = np.array([23.3, 18.2, 16.5, 16.4, 9.0, 13.7]), np.array([20, 23, 32, 13, 12, 41]) * 1000
    gap = true[2] - np.average(np.delete(true, 2), weights=np.delete(homes, 2))
    inside = []
    for _ in range(200):
        counts = generator.poisson(true * homes / 1000)
        row = compare_with_group(group_of(counts, homes), area="Area 2").averages.iloc[3]
        inside.append(row["gap_lower"] <= gap <= row["gap_upper"])
    assert 0.91 <= np.mean(inside) <= 0.985


def group_of(counts, homes, **changed):
    table = pd.DataFrame(
        {
            "group": "Six areas",
            "area": [f"Area {i}" for i in range(len(counts))],
            "code": "",
            "measure": "Domestic burglary",
            "period": "2012/13",
            "rate": 1000 * np.asarray(counts) / homes,
            "per": 1000,
            "count": counts,
            "denominator": homes,
            "denominator_of": "households",
            "denominator_date": "2012-06-30",
            "denominator_source": "ONS",
            "source": "made for this test",
        }
    )
    return table.assign(**changed)


def test_without_households_no_weighted_average_and_the_reason(core_cities):
    blank = core_cities.assign(denominator=np.nan, denominator_date=np.nan, denominator_source=np.nan)
    leeds = compare_with_group(blank, area="Leeds")
    assert leeds.averages["average"].tolist() == ["simple", "simple"]
    assert leeds.averages["word"].tolist() == ["not tested", "not tested"]
    assert leeds.averages["value"].iloc[0] == pytest.approx(15.7)
    assert round(leeds.averages["gap_events"].iloc[0]) == 257  # from Leeds's own count and rate
    assert (leeds.rank, leeds.rank_lower, leeds.rank_upper) == (3, None, None)
    assert leeds.not_given[0].startswith("No weighted average: it needs the households of every area")
    assert leeds.not_given[1].startswith("No interval for the rank, the averages or the gaps")
    sheffield = compare_with_group(blank, area="Sheffield")
    assert sheffield.not_given[2] == "No gap in events: it needs the count or the households of Sheffield."


def test_a_most_similar_group_is_a_file_of_the_same_columns(tmp_path):
    made = group_of([300, 250, 200, 100], [10_000] * 4, group="Most similar group")
    made.to_csv(tmp_path / "most_similar_group.csv", index=False)
    read = pd.read_csv(tmp_path / "most_similar_group.csv")
    assert tuple(read.columns) == GROUP_COLUMNS
    found = compare_with_group(read, area="Area 0")
    assert (found.group, found.rank, found.averages["word"].iloc[1]) == ("Most similar group", 1, "above")
    assert found.caveats == (
        "Intervals take events to be independent: crimes that come in series make them wider.",
    )
    assert (len(found.areas), len(found.averages)) == (4, 4)
    limits = [(found.areas, "rate", ""), (found.averages, "value", "")]
    limits += [(found.averages, gap, f"{gap}_") for gap in ("gap", "gap_events")]
    for frame, value, of in limits:
        assert (frame[f"{of}lower"] <= frame[value]).all()
        assert (frame[value] <= frame[f"{of}upper"]).all()


@given(st.lists(st.integers(1, 3000), min_size=4, max_size=7), st.data())
@settings(deadline=None, max_examples=12)
def test_swapping_two_areas_flips_the_gap_and_nothing_depends_on_order(counts, data):
    homes = np.array(
        data.draw(st.lists(st.integers(1000, 90_000), min_size=len(counts), max_size=len(counts)))
    )
    group = group_of(counts, homes)
    for area in ("Area 0", "Area 3"):
        there = compare_with_group(group, area=area)
        back = compare_with_group(group.iloc[::-1], area=area)
        pd.testing.assert_frame_equal(there.averages, back.averages, rtol=1e-7, atol=1e-9)
        assert (there.rank, there.rank_lower, there.rank_upper) == (
            back.rank,
            back.rank_lower,
            back.rank_upper,
        )
        assert there.rank_lower <= there.rank <= there.rank_upper
        rows = there.averages
        assert (rows["gap_lower"] <= rows["gap"] + 1e-9).all()
        assert (rows["gap"] <= rows["gap_upper"] + 1e-9).all()
        # The average with the area lies between that without it and the area itself.
        assert abs(rows["gap"].iloc[0]) <= abs(rows["gap"].iloc[1]) + 1e-9
        assert rows["gap"].iloc[1] == pytest.approx(rows["gap"].iloc[0] * len(counts) / (len(counts) - 1))


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=7), st.sampled_from(["one area", "all areas"]))
@settings(deadline=None, max_examples=25)
def test_a_rank_set_holds_the_observed_rank_and_widens_for_the_whole_table(counts, reading):
    ranked = rank_areas(areas(counts), reading=reading)
    assert (ranked["rank_lower"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_upper"]).all()
    assert ranked["rank_lower"].min() == 1
    assert ranked["rank_upper"].max() == len(counts)
    scaled = rank_areas(areas(counts).assign(denominator=50.5), reading=reading)
    pd.testing.assert_frame_equal(
        ranked.drop(columns=["denominator", "rate"]), scaled.drop(columns=["denominator", "rate"])
    )


def test_rank_sets_hold_the_true_ranks_of_the_whole_table():
    generator = np.random.default_rng(9)
    true = np.array([300, 280, 275, 200, 120])
    held = []
    for _ in range(120):
        ranked = rank_areas(areas(generator.poisson(true)), reading="all areas").sort_values("area")
        held.append(
            ((ranked["rank_lower"] <= np.arange(1, 6)) & (np.arange(1, 6) <= ranked["rank_upper"])).all()
        )
    assert np.mean(held) >= 0.95


def test_rank_sets_are_holms_pairs_by_statsmodels():
    counts = np.array([300, 262, 240, 231, 190, 120])
    ranked = rank_areas(areas(counts), reading="all areas")
    pairs = [(i, j) for i in range(6) for j in range(i + 1, 6)]
    # Equal sizes, so each pair is a binomial of a half, twice its smaller tail.
    p_values = [min(1, 2 * stats.binom.cdf(counts[j], counts[i] + counts[j], 0.5)) for i, j in pairs]
    clear = dict(zip(pairs, multipletests(p_values, alpha=0.05, method="holm")[0], strict=True))
    above = [1 + sum(clear[i, j] for i in range(j)) for j in range(6)]
    below = [6 - sum(clear[i, j] for j in range(i + 1, 6)) for i in range(6)]
    assert ranked["rank_lower"].tolist() == above
    assert ranked["rank_upper"].tolist() == below


def test_areas_with_the_same_rate_share_the_place():
    ranked = rank_areas(areas([50, 50, 10]), reading="one area")
    assert ranked["rank"].tolist() == [1, 1, 3]


@pytest.mark.shared
def test_funnels_are_those_of_phe(shared):
    for kind in ("rate", "ratio"):
        table = pd.read_csv(shared / f"reference/phe_funnel_{kind}_outputs.csv", encoding="utf-8-sig").rename(
            columns=str.strip
        )
        events = table.iloc[:, 0]
        average, per = (table["baseline"].iloc[0], 100_000) if kind == "rate" else (100, 100)
        checked = 0
        for theirs, ours in [("2s", "95"), ("3s", "998")]:
            for side in ("lower", "upper"):
                # PHE gives the size (population of one year of three, or expected events) where so many events lie on it.
                if kind == "rate":
                    size = table[f"{side}_{theirs}_population_1_year"] * 3
                    limit = table[f"{side}_{theirs}_limit"]
                else:
                    size, limit = table[f"{side}_{theirs}_exp_events"], table[f"{side}_{theirs}_isr"]
                got = funnel_limits(size, average=average, kind=kind, per=per)[f"{side}_{ours}"]
                # At one and two events PHE's search for the size stops early, by up to 5e-5 of it.
                tolerance = np.where(events <= 2, 1e-5, 1e-6)
                assert (np.abs(got / limit - 1) <= tolerance).all(), (kind, side, ours)
                checked += len(table)
        assert checked >= 400, kind
    table = pd.read_csv(shared / "reference/phe_funnel_prop_outputs.csv", encoding="utf-8-sig")
    own = pd.read_csv(shared / "reference/phe_funnel_prop_inputs.csv", encoding="utf-8-sig")
    average = 100 * own.numerator.sum() / own.denominator.sum()
    got = funnel_limits(table.Population, average=average, kind="proportion")
    for ours, theirs in [
        ("lower_95", "Lower2s0025limit"),
        ("upper_95", "Upper2s0025limit"),
        ("lower_998", "Lower3s0001limit"),
        ("upper_998", "Upper3s0001limit"),
    ]:
        np.testing.assert_allclose(got[ours], table[theirs], rtol=1e-6, atol=1e-6)
    assert len(table) == 100


POSITIONS = {
    "Low (0.001)": "below the 99.8% limits",
    "Low (0.025)": "below the 95% limits",
    "High (0.025)": "above the 95% limits",
    "High (0.001)": "above the 99.8% limits",
    "Not significant": "within the limits",
}


@pytest.mark.shared
def test_funnel_positions_are_those_of_phe(shared):
    for kind, file, columns in [
        ("proportion", "phe_funnel_prop_inputs.csv", {"numerator": "count"}),
        ("ratio", "phe_funnel_ratio_inputs.csv", {"obs": "count", "expected": "denominator"}),
    ]:
        table = pd.read_csv(shared / "reference" / file, encoding="utf-8-sig").rename(columns=columns)
        table["area"] = np.arange(len(table))
        found = funnel(table, kind=kind)
        expected = [POSITIONS[word] for word in table["significance"]]
        assert found.areas["position"].tolist() == expected, kind
        assert len(table) >= 300, kind


def test_the_spread_between_areas_is_that_of_dersimonian_and_laird():
    # statsmodels' combine_effects on the same scale, without drawing in, round its own fixed-effect mean.
    generator = np.random.default_rng(5)
    sizes = pd.Series(generator.integers(500, 9000, 40).astype(float))
    roots = 0.15 + generator.normal(0, 0.012, 40) + generator.normal(0, 1, 40) / (2 * np.sqrt(sizes))
    average = np.average(roots, weights=sizes) ** 2
    _, sd = overdispersion(roots**2, sizes, average=average, kind="rate", winsorised=0)
    peer = combine_effects(roots.to_numpy(), (1 / (4 * sizes)).to_numpy(), method_re="dl")
    assert sd**2 == pytest.approx(peer.tau2, rel=1e-9)


def test_overdispersed_limits_hold_95_per_cent_of_areas_and_chance_needs_none():
    generator = np.random.default_rng(11)
    sizes = generator.integers(2_000, 20_000, 2_000).astype(float)
    rates = (np.sqrt(0.02) + generator.normal(0, 0.01, 2_000)) ** 2
    wide = funnel(areas(generator.poisson(rates * sizes), sizes), kind="rate", per=1000)
    assert wide.between_areas_sd == pytest.approx(0.01, rel=0.1)
    assert wide.dispersion > 3
    # Areas of many sizes have heavier tails than the drawing in allows for, which costs a point or so.
    assert 0.925 <= (wide.areas["position_overdispersed"] == "within the limits").mean() <= 0.965
    assert (wide.areas["position"] == "within the limits").mean() < 0.8
    chance = funnel(areas(generator.poisson(0.02 * sizes), sizes), kind="rate", per=1000)
    assert chance.dispersion == pytest.approx(1, abs=0.1)
    assert 0.935 <= (chance.areas["position"] == "within the limits").mean() <= 0.97
    shares = np.sin(np.arcsin(np.sqrt(0.3)) + generator.normal(0, 0.02, 2_000)) ** 2
    parts = funnel(areas(generator.binomial(sizes.astype(int), shares), sizes), kind="proportion")
    assert parts.between_areas_sd == pytest.approx(0.02, rel=0.1)
    assert 0.925 <= (parts.areas["position_overdispersed"] == "within the limits").mean() <= 0.965


def test_benjamini_and_hochbergs_own_example():
    # Journal of the Royal Statistical Society B 57 (1995), section 4: four of fifteen stand at 0.05.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
    ]
    found = control_false_discoveries(pd.Series([*p, 0.759, 1.0]))
    assert found["stands"].tolist() == [True] * 4 + [False] * 11
    assert found["adjusted_p_value"].iloc[0] == pytest.approx(0.0015)


def test_ward_changes_outlast_looking_at_all_of_them_or_are_not_named():
    # Wards and their falls as printed on the burglary card of 2012/13 Q2; one made-up ward of noise.
    wards = pd.DataFrame(
        {
            "area": ["Headingley", "Armley", "Hyde Park & Woodhouse", "Noise", "Small"],
            "earlier": [509, 490, 548, 100, 12],
            "later": [298, 314, 472, 91, 9],
        }
    )
    changes = changes_by_area(wards, area_set="leeds_2004", unit="offences").set_index("area")
    assert changes["direction"].tolist() == ["fell", "fell", "fell", "no clear change", "no clear change"]
    assert round(changes.loc["Headingley", "percent"], 1) == -41.5
    assert changes.loc["Small", "note"] == "no percentage on an earlier count of 12"
    assert np.isnan(changes.loc["Small", "percent"])
    assert changes["area_set"].unique().tolist() == ["leeds_2004"]
    assert (changes["adjusted_p_value"] >= changes["p_value"]).all()


def test_noise_in_many_wards_is_rarely_named():
    generator = np.random.default_rng(33)
    named = 0
    for _ in range(15):
        counts = generator.poisson(150, (33, 2))
        wards = pd.DataFrame({"area": range(33), "earlier": counts[:, 0], "later": counts[:, 1]})
        changes = changes_by_area(wards, area_set="made", unit="offences")
        assert (changes["p_value"] < 0.05).sum() <= 10
        named += (changes["direction"] != "no clear change").any()
    assert named <= 3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: rank_areas(areas([1, 2]), reading="both"),
            "reading is 'one area' or 'all areas', not 'both'.",
        ),
        (
            lambda: funnel_limits([10], average=5, kind="mean"),
            "kind is 'proportion', 'rate' or 'ratio', not 'mean'.",
        ),
        (lambda: funnel_limits([0], average=5, kind="rate"), "funnel limits need sizes above zero."),
        (
            lambda: funnel_limits([10], average=100, kind="proportion"),
            "no funnel can be drawn round an average of 100 per 100.",
        ),
        (
            lambda: control_false_discoveries(pd.Series([0.5]), share=5),
            "the share of false findings lies between 0 and 1, such as 0.05; 5 does not.",
        ),
        (
            lambda: changes_beside_the_rest(areas([1, 2]), area_set=""),
            "area_set says which boundaries the areas have, such as 'leeds_2018'.",
        ),
        *(
            (
                lambda average=average, kind=kind: overdispersion(
                    pd.Series([0.1, 0.2]), pd.Series([50, 60]), average=average, kind=kind
                ),
                f"an average of {average} cannot be: a proportion lies from 0 to 1, a rate or a ratio from 0 up.",
            )
            for average, kind in ((1.2, "proportion"), (-0.1, "proportion"), (-1, "rate"))
        ),
    ],
)
def test_a_wrong_call_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: rank_areas(areas([1, -2, 2.5], [10, 0, 10]), reading="all areas"),
            "the table of areas: count is not a whole number from 0 in Area 1: -2.0, Area 2: 2.5; "
            "denominator is not a number above zero in Area 1: 0.",
        ),
        (
            lambda: rank_areas(areas([1, 2]).assign(area="Same"), reading="all areas"),
            "the table of areas: Same is there twice.",
        ),
        (
            lambda: rank_areas(areas([1]).drop(columns="denominator"), reading="all areas"),
            "the table of areas has no column denominator.",
        ),
        (lambda: rank_areas(areas([]), reading="all areas"), "the table of areas: there are no areas."),
        (lambda: funnel(areas([11], [10]), kind="proportion"), "more than the whole in Area 0."),
        (
            lambda: changes_beside_the_rest(areas([5]).assign(earlier=5, later=5), area_set="leeds_2018"),
            "one area has no rest to differ from.",
        ),
        (lambda: control_false_discoveries(pd.Series({"A": 1.5})), "no p-value between 0 and 1 for A."),
        (
            lambda: compare_with_group(
                group_of([1, 2, 3], [10] * 3).drop(columns=["rate", "source"]), area="Area 0"
            ),
            "the comparison group has no column rate, source.",
        ),
        (
            lambda: compare_with_group(group_of([1, 2, 3], [10] * 3), area="Leeds"),
            "the comparison group: Leeds is not in it; it has Area 0, Area 1, Area 2.",
        ),
        (
            lambda: compare_with_group(group_of([1, 2], [10] * 2, denominator_date=""), area="Area 0"),
            r"the comparison group: a group of 2 has no average to speak of \(at least 3 areas\); "
            r"the denominator of Area 0 has no date \(as 2011-03-27\) or no source; "
            r"the denominator of Area 1 has no date \(as 2011-03-27\) or no source.",
        ),
        (
            lambda: compare_with_group(
                group_of([1, 2, 3], np.array([10, 10, np.nan]), rate=1.0), area="Area 0"
            ),
            "denominators are given for some areas and not for others: all or none",
        ),
        (
            lambda: compare_with_group(
                group_of([1, 2, 3], [10] * 3, period=["2012", "2012", "2013"]), area="Area 0"
            ),
            "the comparison group: period is not the same in every row.",
        ),
        (
            lambda: compare_with_group(group_of([10, 20, 30], [1000] * 3, rate=[10, 20, 34]), area="Area 0"),
            "the comparison group: count, rate and denominator of Area 2 do not agree.",
        ),
    ],
)
def test_data_that_cannot_be_compared_are_refused(call, words):
    with pytest.raises(DataProblem, match=words):
        call()
