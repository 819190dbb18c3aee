"""What a change of funding share does to a number of posts: more money for the same posts, or fewer posts for the money.

The question of the Leeds scrutiny report of October 2015 on 165 police community support officers: the council pays 21%
of £31,524 each from a budget of £1.060m; what if it had to pay 50%? Amounts are pounds a year and no year is uprated.

>>> from saferleeds_analysis.unit_costs import load_cost_tables
>>> position = load_cost_tables("data/raw/reference").funding("pcso_leeds_2015_16")
>>> scenario = funding_scenario(position, share=Decimal("0.5"))
>>> scenario.more_than_budget, scenario.posts_from_budget, round(scenario.posts_from_budget_exact, 2)
(Decimal('1540730.00'), 67, 67.25)
>>> check_position(position).gap
Decimal('32300.00')
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import floor

import pandas as pd

from saferleeds_analysis.methods.costs import one_at_a_time, whole_pennies
from saferleeds_analysis.results import Result
from saferleeds_analysis.unit_costs import FundingPosition

CAVEAT = (
    "Arithmetic on the stated figures: it says what a share would cost, not what a post achieves or "
    "what anybody has agreed."
)
_INPUTS = ("posts", "full_cost", "share", "budget", "other_funders")


@dataclass(frozen=True, kw_only=True)
class PositionCheck:
    """Whether the stated figures agree with one another.

    ``cost_as_printed`` is the posts times the printed contribution, and ``gap`` that less the budget and the money of
    others (above zero: the posts cost more than there is). ``posts_from_budget_exact`` is how many posts the money pays
    for at the printed contribution. ``contribution_agrees`` says whether the printed contribution is the share of the
    full cost to within a pound. ``sentences`` say what was found.
    """

    exact_contribution: Decimal
    other_body_pays: Decimal
    contribution_agrees: bool
    cost_as_printed: Decimal
    gap: Decimal
    gap_percent: float
    posts_from_budget_exact: float
    agrees: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FundingScenario(Result):
    """The same posts at another share of their cost.

    ``partner_pays`` and ``other_body_pays`` are pounds for one post. ``cost`` is what the partner pays for all the posts;
    ``more_than_budget`` is that less the stated budget and the money of others; ``more_than_present_cost`` is that less
    what the posts cost now at the printed contribution. The money pays for ``posts_from_budget`` whole posts, or
    ``posts_from_present_cost`` if it is what the posts cost now that is kept up: two answers where a paper's own figures
    disagree. ``break_even_share`` is the highest share at which the money pays for every post; above 1 it pays at any.
    """

    position: FundingPosition
    share: Decimal
    partner_pays: Decimal
    other_body_pays: Decimal
    cost: Decimal
    more_than_budget: Decimal
    more_than_present_cost: Decimal
    posts_from_budget: int
    posts_from_budget_exact: float
    posts_from_present_cost: int
    posts_from_present_cost_exact: float
    break_even_share: float
    caveats: tuple[str, ...]


def check_position(position: FundingPosition) -> PositionCheck:
    """Compare the stated budget with what the stated posts cost: 165 at £6,620 come to £1,092,300, not £1.060m."""
    exact = whole_pennies(position.full_cost * position.share)
    cost = whole_pennies(position.posts * position.contribution)
    money = position.budget + position.other_funders
    gap = cost - money
    posts = float(money / position.contribution) if position.contribution else float("inf")
    contribution_agrees = abs(exact - position.contribution) < 1
    sentences = []
    if not contribution_agrees:
        sentences.append(
            f"{position.share:.1%} of £{position.full_cost:,} is £{exact:,}, not the printed £{position.contribution:,}."
        )
    if gap:
        more = "more" if gap > 0 else "less"
        sentences.append(
            f"{position.posts} posts at £{position.contribution:,} cost £{cost:,.0f} a year, £{abs(gap):,.0f} {more} than "
            f"the £{money:,.0f} stated, which pays for {posts:.1f}. Figures are given on both bases."
        )
    return PositionCheck(
        exact_contribution=exact,
        other_body_pays=whole_pennies(position.full_cost) - exact,
        contribution_agrees=contribution_agrees,
        cost_as_printed=cost,
        gap=gap,
        gap_percent=float(100 * gap / money) if money else float("inf"),
        posts_from_budget_exact=posts,
        agrees=not sentences,
        sentences=tuple(sentences),
    )


def funding_scenario(position: FundingPosition, *, share: Decimal | float) -> FundingScenario:
    """Say what another share of the full cost means: the cost of the same posts, or the posts that the money pays for.

    ``share`` is above 0 and up to 1 (50% is ``0.5``).

    >>> from saferleeds_analysis.unit_costs import load_cost_tables
    >>> stated = load_cost_tables("data/raw/reference").funding("pcso_leeds_2015_16")
    >>> scenario = funding_scenario(stated, share=0.5)
    >>> scenario.cost == stated.posts * stated.full_cost / 2
    True
    """
    share = Decimal(str(share))
    if not 0 < share <= 1:
        raise ValueError(f"a share lies above 0 and up to 1 (write 50% as 0.5); {share} does not.")
    check = check_position(position)
    partner_pays = whole_pennies(position.full_cost * share)
    cost = position.posts * partner_pays
    money = position.budget + position.other_funders
    from_budget = money / partner_pays
    from_cost = check.cost_as_printed / partner_pays
    return FundingScenario(
        position=position,
        share=share,
        partner_pays=partner_pays,
        other_body_pays=whole_pennies(position.full_cost) - partner_pays,
        cost=cost,
        more_than_budget=cost - money,
        more_than_present_cost=cost - check.cost_as_printed,
        posts_from_budget=floor(from_budget),
        posts_from_budget_exact=float(from_budget),
        posts_from_present_cost=floor(from_cost),
        posts_from_present_cost_exact=float(from_cost),
        break_even_share=float(money / (position.posts * position.full_cost)),
        caveats=(CAVEAT, *check.sentences),
    )


def funding_sensitivity(
    position: FundingPosition,
    *,
    share: Decimal | float,
    measure: str,
    ranges: Mapping[str, tuple[Decimal | float, Decimal | float]],
) -> pd.DataFrame:
    """Give a result when each input alone goes to its low and its high: the bars of a tornado chart, longest first.

    ``measure`` is ``more_than_budget`` (pounds) or ``posts_from_budget_exact`` (posts); the inputs are ``posts``,
    ``full_cost``, ``share`` (the new one), ``budget`` and ``other_funders``. What range is plausible is a judgement.
    """
    if measure not in ("more_than_budget", "posts_from_budget_exact"):
        raise ValueError(f"measure is more_than_budget or posts_from_budget_exact, not {measure!r}.")

    def result(name: str, value: Decimal | float) -> float:
        if name == "share":
            return float(getattr(funding_scenario(position, share=value), measure))
        value = value if name == "posts" else Decimal(str(value))
        return float(getattr(funding_scenario(replace(position, **{name: value}), share=share), measure))

    central = float(getattr(funding_scenario(position, share=share), measure))
    return one_at_a_time(result, what="input", known=_INPUTS, central=central, ranges=ranges)
