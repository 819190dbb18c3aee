"""What a change of funding share does to posts: the blocks of the funding-scenario page.

Arithmetic on the figures that a paper states, each of them shown; where the paper's own figures disagree, every answer is
given on both bases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.methods import resourcing
from saferleeds_analysis.methods.resourcing import FundingScenario, PositionCheck
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import Block, bullets, facts, join, page_title, paragraph
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.unit_costs import CostTables, FundingPosition
from saferleeds_analysis.workings import funding as workings

STATED = Measure(
    id="stated_funding",
    words="{what}",
    role="assumption",
    formula="as the paper states it, or arithmetic on the stated posts, cost of a post, share and budget; docs/methods/costs.md",
    decimals=0,
)
AT_SHARE = Measure(
    id="funding_at_share",
    words="{what} at {share}",
    role="assumption",
    formula="arithmetic on the stated posts, cost of a post and budget, at a share that is asked about; docs/methods/costs.md",
    decimals=2,
)
_NAMES = {
    "posts": "Number of posts",
    "full_cost": "Full cost of a post",
    "share": "Share to be paid",
    "budget": "Budget",
    "other_funders": "Money from others",
}
_SHORT_NAMES = {
    "posts": "posts",
    "full_cost": "cost of a post",
    "share": "share",
    "budget": "budget",
    "other_funders": "money from others",
}


@dataclass(frozen=True, kw_only=True)
class FundingReport:
    """A stated position, what it says of itself, and the same posts at another share; its methods give the blocks."""

    position: FundingPosition
    check: PositionCheck
    scenario: FundingScenario
    shares: tuple[Decimal, ...]
    as_at: date

    def title(self) -> Block:
        """Give the page's one first-level heading, and what these figures are."""
        text = (
            f"{self.position.partner} paying {_share(self.scenario.share)} of {self.position.posts} posts: "
            f"a scenario on the figures of {self.position.year}"
        )
        return page_title(text, f"{self.position.name}. {resourcing.CAVEAT}")

    def summary(self) -> Block:
        """Give the answers in a box, on both bases where the paper's figures disagree."""
        s = self.scenario
        pairs = [
            (f"The same {s.position.posts} posts at {_share(s.share)}", f"£{wording.number(s.cost)} a year"),
            (
                "More than the stated budget",
                f"{_whole(s.more_than_budget)} a year ({_whole(s.more_than_present_cost)} more than the posts cost now)",
            ),
            ("Posts that the money pays for", self._posts_in_words()),
            ("Break-even share of the budget", _share(s.break_even_share)),
        ]
        return facts(pairs, kind="summary", figures=self._figures(s))

    def stated(self) -> Block:
        """Give the position as the paper states it."""
        p = self.position
        rows = [
            ["Posts", wording.number(p.posts)],
            ["Full cost of a post, a year", _pounds(p.full_cost)],
            [f"{p.partner} pays", _share(p.share)],
            [f"{p.partner} pays for a post, as printed", _pounds(p.contribution)],
            [
                f"{p.partner} pays for a post, {_share(p.share)} exactly",
                _pounds(self.check.exact_contribution),
            ],
            [f"{p.other_body} pays for a post", _pounds(self.check.other_body_pays)],
            ["Budget as stated", _pounds(p.budget)],
            ["Money from others towards the same posts", _pounds(p.other_funders)],
        ]
        return table(
            caption=f"The position as the paper states it, {p.year}",
            columns=["What", "Figure"],
            rows=rows,
            figures=[
                self._stated(
                    name, workings.as_stated, name, {"posts": "posts", "share": "share"}.get(name, "£")
                )
                for name in ("posts", "full_cost", "share", "contribution", "budget", "other_funders")
            ],
        )

    def agreement(self) -> Block:
        """Say whether the paper's figures agree with one another."""
        if self.check.agrees:
            return paragraph("The stated figures agree with one another.")
        figures = [
            self._stated(what, workings.checked, field, unit)
            for what, field, unit in (
                ("cost of the posts as printed", "cost_as_printed", "£"),
                ("gap to the stated money", "gap", "£"),
                ("posts that the stated money pays for now", "posts_from_budget_exact", "posts"),
            )
        ]
        return join(
            *(paragraph(f"Flag: {sentence}", css_class="flag") for sentence in self.check.sentences),
            paragraph(
                f"The difference is {wording.percent(abs(self.check.gap_percent))} of the stated money. Which of the two figures is right "
                "cannot be told from the paper.",
                figures=figures,
            ),
        )

    def findings(self) -> Block:
        """Say what the share costs for the same posts, what the money pays for, and where it breaks even."""
        s, p = self.scenario, self.position
        lines = [
            f"At {_share(s.share)} {p.partner} would pay {_pounds(s.partner_pays)} a post and {p.other_body} "
            f"{_pounds(s.other_body_pays)}.",
            f"The same {p.posts} posts would cost {p.partner} £{wording.number(s.cost)} a year: "
            f"{_more_or_less(s.more_than_budget)} than the stated budget, and {_more_or_less(s.more_than_present_cost)} than "
            "they cost now.",
            f"{self._posts_in_words()}.",
            f"The budget pays for all {p.posts} posts up to a share of {_share(s.break_even_share)}."
            + (
                f" That is below the present {_share(p.share)}, because the stated figures disagree."
                if s.break_even_share < p.share and not self.check.agrees
                else ""
            ),
        ]
        return bullets(lines)

    def share_chart(self) -> Block:
        """Draw how many posts the stated budget pays for at each share."""
        rows = [
            (
                f"{_share(share)} (now)" if share == self.position.share else _share(share),
                self._at_share(
                    resourcing.funding_scenario(self.position, share=share),
                    "posts from budget",
                    "posts_from_budget",
                    "posts",
                ),
            )
            for share in sorted({self.position.share, *self.shares})
        ]
        return charts.chart_of_dots(
            rows,
            name="posts-by-share",
            headline=f"{_share(self.scenario.share)} pays for {self.scenario.posts_from_budget} of "
            f"{self.position.posts} posts",
            subtitle=f"Whole posts that a budget of {_pounds(self.position.budget)} pays for, by share of the full cost, "
            f"{self.position.year} figures",
        )

    def share_table(self) -> Block:
        """Give cost, shortfall and posts for each share, on both bases."""
        scenarios = [resourcing.funding_scenario(self.position, share=share) for share in self.shares]
        return table(
            caption=f"What each share means for {self.position.posts} posts, pounds a year, {self.position.year} figures",
            columns=[
                "Share",
                "For a post",
                "For all posts",
                "More than the budget",
                "More than the cost now",
                "Posts, budget",
                "Posts, cost now",
            ],
            rows=[
                [
                    _share(s.share),
                    f"£{wording.number(s.partner_pays, decimals=2)}",
                    *(_whole(amount) for amount in (s.cost, s.more_than_budget, s.more_than_present_cost)),
                    wording.number(s.posts_from_budget),
                    wording.number(s.posts_from_present_cost),
                ]
                for s in scenarios
            ],
            figures=[f for s in scenarios if s.share != self.scenario.share for f in self._figures(s)],
        )

    def tornado(self, *, spread: float) -> Block:
        """Draw what matters most: the sum that is short when each stated figure alone is ``spread`` lower or higher."""
        bars = resourcing.funding_sensitivity(
            self.position, share=self.scenario.share, measure="more_than_budget", ranges=self._ranges(spread)
        )
        bars["label"] = bars["input"].map(_NAMES)
        for end in ("low", "high"):
            bars[f"{end}_label"] = [_input(name, v) for name, v in zip(bars["input"], bars[end], strict=True)]
        return charts.chart_of_sensitivity(
            bars,
            name="what-matters",
            headline=wording.matter_most(bars, _SHORT_NAMES),
            subtitle=f"Cost of {self.position.posts} posts at {_share(self.scenario.share)} above the budget, each input alone "
            f"{spread:.0%} lower and higher, {self.position.year} figures",
            show=lambda value: (
                f"{wording.MINUS if value < 0 else ''}£{wording.number(abs(value) / 1_000_000, decimals=2)}m"
            ),
        )

    def sensitivity_note(self, *, spread: float) -> Block:
        """Say what the range is: a yardstick of equal steps, not a judgement of what is plausible."""
        return paragraph(
            f"Every input is moved by the same {spread:.0%}, to show which of them matters; that says nothing of how far each "
            f"is likely to be off. Money from others, of which there is {_pounds(self.position.other_funders)}, is moved by "
            f"{spread:.0%} of the budget."
        )

    def caveats_and_sources(self) -> Block:
        """Say where the figures come from and what the reader must know of them."""
        lines = [
            f"{self.position.source}. Known from {periods.day_name(self.position.known_from)}; read as at {periods.day_name(self.as_at)}.",
            self.position.note,
            *self.scenario.caveats,
            f"Amounts are pounds a year of {self.position.year}. No year is uprated, and the cost of ending a post is not in them.",
        ]
        return bullets(filter(None, lines), kind="caveats")

    # Parts of the blocks

    def _posts_in_words(self) -> str:
        s = self.scenario
        text = f"The budget pays for {wording.counted(s.posts_from_budget, 'posts')} ({s.posts_from_budget_exact:.2f})"
        if s.posts_from_present_cost_exact != s.posts_from_budget_exact:
            text += f", and what the posts cost now for {s.posts_from_present_cost} ({s.posts_from_present_cost_exact:.2f})"
        return text

    def _ranges(self, spread: float) -> dict[str, tuple]:
        p, by = self.position, Decimal(str(spread))
        return {
            "posts": (round(p.posts * (1 - by)), round(p.posts * (1 + by))),
            "full_cost": (p.full_cost * (1 - by), p.full_cost * (1 + by)),
            "share": (self.scenario.share * (1 - by), min(self.scenario.share * (1 + by), Decimal(1))),
            "budget": (p.budget * (1 - by), p.budget * (1 + by)),
            "other_funders": (
                max(p.other_funders - by * p.budget, Decimal(0)),
                p.other_funders + by * p.budget,
            ),
        }

    def _stated(self, what: str, working: Callable, field: str, unit: str) -> Figure:
        """Give a figure that the paper states, or that follows from how its figures agree."""
        value = getattr(self.position if working is workings.as_stated else self.check, field)
        about = self._about(value, unit) | {"measure": STATED, "qualifiers": {"what": what}}
        return Figure(
            **about, status="published", working=Working.of(working, position=self.position.id, field=field)
        )

    def _at_share(self, s: FundingScenario, what: str, field: str, unit: str) -> Figure:
        about = self._about(getattr(s, field), unit) | {"measure": AT_SHARE}
        return Figure(
            **about,
            qualifiers={"what": what, "share": _share(s.share)},
            status="judgement",
            working=Working.of(workings.at_share, position=self.position.id, share=str(s.share), field=field),
        )

    def _about(self, value: Decimal | float, unit: str) -> dict:
        return {
            "indicator_id": self.position.id,
            "area": self.position.partner,
            "window": Window.named(self.position.year),
            "value": value if isinstance(value, int) else float(value),
            "unit": unit,
            "method": "arithmetic on the stated figures",
            "caveats": self.scenario.caveats,
            "rows": self.position.rows("stated"),
        }

    def _figures(self, s: FundingScenario) -> list[Figure]:
        return [
            self._at_share(s, what, field, unit)
            for what, field, unit in (
                ("cost of a post to the partner", "partner_pays", "£"),
                ("cost of the same posts", "cost", "£"),
                ("more than the stated budget", "more_than_budget", "£"),
                ("more than the posts cost now", "more_than_present_cost", "£"),
                ("posts from the stated budget", "posts_from_budget_exact", "posts"),
                ("posts from what they cost now", "posts_from_present_cost_exact", "posts"),
            )
        ]


def funding_report(
    tables: CostTables,
    *,
    position: str,
    share: float,
    shares: Sequence[float],
    quarter: pd.Period,
    as_at: date,
) -> FundingReport:
    """Compute the scenario of a stated position at another share, with a table over ``shares``.

    Refused: a position that was not public by ``as_at``, and a quarter of another financial year than the position's,
    because its amounts are of that year.
    """
    stated = tables.funding(position)
    if stated.known_from > as_at:
        raise DataProblem(
            f"funding.toml: {position!r} was not known before {stated.known_from.isoformat()}; it cannot be reported as at "
            f"{as_at.isoformat()}."
        )
    year = periods.financial_year_name(periods.financial_year_of(quarter))
    if year != stated.year:
        raise DataProblem(
            f"funding.toml: {position!r} states the figures of {stated.year}; it cannot be reported for "
            f"{periods.quarter_name(quarter)}. Add the figures of {year}, or report a quarter of {stated.year}."
        )
    wanted = sorted({Decimal(str(share)), *(Decimal(str(s)) for s in shares)})
    return FundingReport(
        position=stated,
        check=resourcing.check_position(stated),
        scenario=resourcing.funding_scenario(stated, share=share),
        shares=tuple(wanted),
        as_at=as_at,
    )


def _pounds(value: Decimal) -> str:
    """Write an amount in full: a treasurer wants every pound of it."""
    return wording.pounds_and_pence(float(value))


def _whole(value: Decimal) -> str:
    text = wording.number(value)
    return f"{wording.MINUS}£{text.removeprefix(wording.MINUS)}" if value < 0 else f"£{text}"


def _more_or_less(value: Decimal) -> str:
    return f"{_whole(abs(value))} {'less' if value < 0 else 'more'}"


def _share(share: Decimal | float) -> str:
    """Write a share as a percentage, whole where it is whole."""
    text = wording.percent(100 * float(share))
    return text.replace(".0%", "%")


def _input(name: str, value: float) -> str:
    if name == "posts":
        return f"{value:.0f} posts"
    return _share(value) if name == "share" else f"£{wording.number(value)}"
