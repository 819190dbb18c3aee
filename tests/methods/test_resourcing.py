"""Funding shares: the scrutiny report's figures, its own inconsistency, laws, and refusals."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import REFERENCE

from saferleeds_analysis.methods.resourcing import (
    check_position,
    funding_scenario,
    funding_sensitivity,
)
from saferleeds_analysis.unit_costs import FundingPosition, load_cost_tables

PCSO = load_cost_tables(REFERENCE).funding("pcso_leeds_2015_16")


# Scrutiny report of 13 October 2015: £31,524 a post, 21% (£6,620) council and 79% (£24,904) commissioner, 165 posts,
# five in each of 33 wards, a budget of £1.060m.
def test_the_position_as_the_report_states_it():
    assert (PCSO.posts, PCSO.full_cost, PCSO.share, PCSO.budget) == (
        33 * 5,
        31_524,
        Decimal("0.21"),
        1_060_000,
    )
    check = check_position(PCSO)
    assert (check.exact_contribution, check.other_body_pays) == (Decimal("6620.04"), Decimal("24903.96"))
    assert check.contribution_agrees


def test_the_report_does_not_agree_with_itself():
    check = check_position(PCSO)
    assert not check.agrees
    assert (check.cost_as_printed, check.gap) == (1_092_300, 32_300)
    assert (round(check.gap_percent, 1), round(check.posts_from_budget_exact, 1)) == (3.0, 160.1)
    assert check.sentences == (
        "165 posts at £6,620 each: £1,092,300 a year, £32,300 more than the £1,060,000 stated, which pays for 160.1. "
        "Figures are given on both bases.",
    )


# "If the contribution required is 50%, this would increase the Council's costs by £1.5m ... only 67 PCSOs".
def test_a_share_of_half():
    scenario = funding_scenario(PCSO, share=0.5)
    assert (scenario.partner_pays, scenario.other_body_pays) == (15_762, 15_762)
    assert (scenario.more_than_budget, scenario.more_than_present_cost) == (1_540_730, 1_508_430)
    assert (scenario.posts_from_budget, round(scenario.posts_from_budget_exact, 2)) == (67, 67.25)
    assert (scenario.posts_from_present_cost, round(scenario.posts_from_present_cost_exact, 2)) == (69, 69.30)
    assert round(scenario.break_even_share, 4) == 0.2038  # 1,060,000 / (165 x 31,524)
    assert scenario.caveats[1] == check_position(PCSO).sentences[0]


def test_money_from_other_funders_goes_towards_the_partners_part():
    helped = replace(PCSO, other_funders=Decimal(32_300))
    assert check_position(helped).agrees
    assert funding_scenario(helped, share=0.5).posts_from_budget == 69


def test_a_printed_contribution_that_is_not_the_share_is_found():
    wrong = replace(PCSO, contribution=Decimal(6_720), budget=Decimal(165 * 6_720))
    assert check_position(wrong).sentences == ("21.0% of £31,524 is £6,620.04, not the printed £6,720.",)


def test_the_table_of_shares():
    scenarios = [funding_scenario(PCSO, share=share) for share in (0.21, 0.5, 1)]
    assert [float(s.cost) for s in scenarios] == [1_092_306.60, 2_600_730, 5_201_460]
    assert [s.posts_from_budget for s in scenarios] == [160, 67, 33]


def test_what_matters_most_comes_first():
    ranges = {
        "full_cost": (30_000, 33_000),
        "share": (0.4, 0.6),
        "posts": (155, 175),
        "budget": (950_000, 1_092_300),
    }
    table = funding_sensitivity(PCSO, share=0.5, measure="more_than_budget", ranges=ranges)
    assert list(table["input"]) == ["share", "posts", "full_cost", "budget"]
    # by hand: 20 points of 165 x 31,524; 20 posts and 3,000 x 165 at half; the width of the budget
    assert list(table["swing"]) == pytest.approx([1_040_292, 315_240, 247_500, 142_300])
    assert set(table["central"]) == {1_540_730}
    posts = funding_sensitivity(
        PCSO, share=0.5, measure="posts_from_budget_exact", ranges={"share": (0.4, 0.6)}
    )
    assert list(posts["at_low"].round(2)) == [84.06]  # 1,060,000 / 12,609.60


positions = st.builds(
    FundingPosition,
    id=st.just("x"),
    name=st.just("x"),
    partner=st.just("x"),
    other_body=st.just("x"),
    year=st.just("2015/16"),
    posts=st.integers(1, 500),
    full_cost=st.decimals(1_000, 90_000, places=2),
    share=st.decimals("0.05", "1", places=2),
    contribution=st.decimals(100, 50_000, places=2),
    budget=st.decimals(0, 5_000_000, places=0),
    other_funders=st.decimals(0, 50_000, places=0),
    source=st.just("x"),
    note=st.just(""),
)
shares = st.decimals("0.01", "1", places=2)


@given(positions, shares)
def test_laws_of_a_scenario(position, share):
    scenario = funding_scenario(position, share=share)
    money = position.budget + position.other_funders
    assert scenario.partner_pays + scenario.other_body_pays == position.full_cost
    assert scenario.posts_from_budget * scenario.partner_pays <= money
    assert (scenario.posts_from_budget + 1) * scenario.partner_pays > money
    assert scenario.more_than_budget + money == scenario.cost
    # at or below the break-even share, to within a penny a post, the money pays for every post
    if float(share) < scenario.break_even_share - 1e-5:
        assert scenario.more_than_budget <= position.posts * Decimal("0.01")
    if float(share) > scenario.break_even_share + 1e-5:
        assert scenario.more_than_budget >= -position.posts * Decimal("0.01")


@given(positions, shares, shares)
def test_a_higher_share_never_costs_less_or_buys_more(position, one, other):
    low, high = sorted((one, other))
    cheap, dear = funding_scenario(position, share=low), funding_scenario(position, share=high)
    assert dear.cost >= cheap.cost
    assert dear.posts_from_budget <= cheap.posts_from_budget


def test_money_in_whole_pounds_may_be_written_as_whole_numbers():
    whole = replace(PCSO, full_cost=31_524, contribution=6_620, budget=1_060_000, other_funders=0)
    assert check_position(whole) == check_position(PCSO)
    assert funding_scenario(whole, share=1).cost == 165 * 31_524


@pytest.mark.parametrize("share", [0, -0.1, 1.01, 21])
def test_a_share_outside_nothing_to_all_is_refused(share):
    with pytest.raises(ValueError) as refused:
        funding_scenario(PCSO, share=share)
    assert str(refused.value) == f"a share lies above 0 and up to 1 (write 50% as 0.5); {share} does not."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"posts": 164.5}, "posts are a whole number above zero; 164.5 is not."),
        ({"posts": 0}, "posts are a whole number above zero; 0 is not."),
        ({"share": Decimal(21)}, "a share lies above 0 and up to 1 (write 21% as 0.21); 21 does not."),
        ({"full_cost": Decimal(0)}, "the full cost of a post is above zero; 0 is not."),
        ({"budget": Decimal(-1)}, "budget is not below zero; -1 is."),
    ],
)
def test_a_position_that_cannot_be_is_refused(change, message):
    with pytest.raises(ValueError) as refused:
        replace(PCSO, **change)
    assert str(refused.value) == message


def test_unknown_measures_and_inputs_are_refused():
    with pytest.raises(
        ValueError, match="measure is more_than_budget or posts_from_budget_exact, not 'cost'"
    ):
        funding_sensitivity(PCSO, share=0.5, measure="cost", ranges={})
    with pytest.raises(ValueError, match="wards is none of the inputs: posts, full_cost, share,"):
        funding_sensitivity(PCSO, share=0.5, measure="more_than_budget", ranges={"wards": (30, 35)})
