"""What recorded crime is valued at: the blocks of the cost-of-crime page for a board, and of its annex.

A value is not money that anybody holds. The words here are "valued at" and "of which about ... is public spending"; each
amount stands with its interval, the period and base of its counts, its edition of unit costs and its price year.

The as-at date governs what was counted and what had been published. Unit costs and deflators are tools that are named with
their edition and vintage, so a later edition may be set beside the one of the time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, wraps
from itertools import chain
from math import ceil
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import AreaDenominator, AreaTables
from saferleeds_analysis.catalogue import Area, Catalogue, PublishedFigure
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.figures import Figure, Measure, Rows, Working, weakest
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.methods import costs
from saferleeds_analysis.methods.costs import (
    CostChange,
    CostEstimate,
    EditionRange,
    OffenceCost,
    ReturnAssumptions,
)
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Listing,
    behind,
    bullets,
    heading,
    join,
    page_title,
    paragraph,
)
from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.counted import worked_out
from saferleeds_analysis.reporting.disclosure import SUPPRESSED
from saferleeds_analysis.reporting.first_screen import Tile, first_screen
from saferleeds_analysis.reporting.published import months_to_check
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.unit_costs import COMPONENTS, CostTables
from saferleeds_analysis.workings import costs as workings

_TIMES = "the count of the period times the unit cost of one offence, carried to the price year by the price index where the edition is of another year"
VALUE = Measure(
    id="value_of_offences", words="value, edition {edition}", role="cost", formula=_TIMES, decimals=0
)
PUBLIC_SPENDING = Measure(
    id="public_spending", words="of which public spending", role="cost", formula=_TIMES, decimals=0
)
SPENDER = Measure(
    id="public_spending_by_spender", words="public spending: {who}", role="cost", formula=_TIMES, decimals=0
)
COMPONENT = Measure(
    id="component_of_value", words="component: {component}", role="cost", formula=_TIMES, decimals=0
)
ALL_OFFENCES = Measure(
    id="value_of_all_offences",
    words="value of all offences, multiplied",
    role="cost",
    formula=f"{_TIMES}, times the multiplier from recorded to all offences",
    decimals=0,
)
PER_HOUSEHOLD = Measure(
    id="value_per_household",
    words="value per household",
    role="cost",
    formula="the count of the period times the unit cost of one offence, divided by the number of households",
    decimals=2,
)
CHANGE_IN_VALUE = Measure(
    id="change_in_value",
    words="change in value: {effect} ({at})",
    role="change",
    formula="the change in value split into number, mix and unit cost by Shapley value; docs/methods/costs.md",
    decimals=2,
)
CHECK_OF_VALUE = Measure(
    id="check_of_published_value",
    words="check of published {published}",
    role="quality",
    formula="the count of the period times the unit cost that the publication used, to be set beside the published amount",
    decimals=0,
)
_ASSUMED = (
    "offences avoided, less those that would have gone anyway, times the share owed to the scheme and the value of an offence, "
    "divided by the money put in; all are parameters of the notebook"
)
ASSUMED_RETURN = Measure(
    id="assumed_return", words="assumed return", role="assumption", formula=_ASSUMED, decimals=2
)
OFFENCES_FOR_RETURN = Measure(
    id="offences_for_return",
    words="offences for £{ratio} for £1",
    role="assumption",
    formula=_ASSUMED,
    decimals=0,
)
# The method of a check whose amount agrees with the published one, to the precision printed.
REPRODUCED = "reproduced"
WITHHELD = (
    "withheld, because a small count might point to a household and its value would give the count away."
)
_MILLION = Decimal(1_000_000)
_EFFECTS = {
    "volume": "More or fewer offences",
    "mix": "Dearer or cheaper kinds among them",
    "price": "Prices of another year",
}


def _needs(name: str) -> Callable:
    """Leave out a block where what it shows (a field of the report) could not be given: the page's finding has said why."""

    def or_nothing(block: Callable) -> Callable:
        @wraps(block)
        def shown(self: "CostReport", *given: Any, **options: Any) -> Block:
            return NOTHING if getattr(self, name) is None else block(self, *given, **options)

        return shown

    return or_nothing


@dataclass(frozen=True, kw_only=True)
class CostReport:
    """What the recorded offences of twelve months are valued at, in one area; its methods give the blocks of the page.

    ``cards`` are those of the counts, one each: they say which counts are withheld. A value is worked out when a block asks for it. One that cannot be given is ``None``, and ``why_not`` says why.
    """

    area: Area
    quarter: pd.Period
    as_at: date
    edition: str
    price_year: str
    vintage: str
    data: tuple[RecordedCounts, ...]
    catalogue: Catalogue
    tables: CostTables
    areas: AreaTables
    cards: tuple[ReportCard, ...]
    _reasons: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    # What is valued

    @property
    def months(self) -> pd.PeriodIndex:
        """The twelve months to the end of the quarter."""
        return periods.twelve_months_to(periods.last_month(self.quarter))

    @cached_property
    def later(self) -> CostEstimate | None:
        """The value of the twelve months to the end of the quarter."""
        return self._attempt("later", self._value_shown, self.months, self.area.name)

    @cached_property
    def earlier(self) -> CostEstimate | None:
        """The value of the twelve months before, at prices of the same year."""
        return self.later and self._attempt("earlier", self._value_shown, self.months - 12, self.area.name)

    @cached_property
    def change(self) -> CostChange | None:
        """The change between the two, at prices of one year."""
        return self.earlier and self._attempt("change", costs.change_in_cost, self.earlier, self.later)

    @cached_property
    def own_prices(self) -> CostChange | None:
        """The change with each twelve months at prices of the financial year in which they end."""

        def change() -> CostChange:
            sides = (self.months - 12, self.months)
            years = [periods.financial_year_name(periods.financial_year_of(m[-1])) for m in sides]
            return costs.change_in_cost(*map(self._value, sides, years))

        return self.change and self._attempt("own_prices", change)

    @cached_property
    def bases(self) -> tuple[CostEstimate, ...]:
        """The values of other twelve months that the data hold: calendar and financial years; none without ``later``."""
        if self.later is None:
            return ()
        # Other twelve months give away the quarters in which they differ; that harms nobody unless a quarter is small.
        shown = all(card.shown.by_quarter for card in self.cards)
        years = _other_years(self.months[-1]) if shown else []
        found = [self._attempt(f"base: {months[0]} to {months[-1]}", self._value, months) for months in years]
        return tuple(e for e in found if e is not None)

    @cached_property
    def editions(self) -> EditionRange | None:
        """The same offences valued by every edition."""
        return self.later and self._attempt("editions", self._across_editions)

    @cached_property
    def parts(self) -> dict[str, dict[str, CostEstimate | None]]:
        """The values of the areas below, by kind; ``None`` where one is withheld or months are missing."""
        if self.later is None:
            return {}
        held = set.intersection(*(set(d.by_area.columns) for d in self.data))
        below = self.catalogue.parts_by_kind(self.area.area_set, self.area.name)
        names = {kind: [a.name for a in members if a.name in held] for kind, members in below.items()}
        return {
            kind: {
                name: self._attempt(f"part: {name}", self._value_shown, self.months, name) for name in of_kind
            }
            for kind, of_kind in names.items()
            if of_kind
        }

    @cached_property
    def published(self) -> tuple[tuple[PublishedFigure, Figure], ...]:
        """Published amounts, each with the same amount from the data; none where nothing is valued."""
        if self.later is None:
            return ()
        return _check_published(self.data, self.catalogue, self.tables, self.area.name, self.as_at)

    @property
    def households(self) -> AreaDenominator | None:
        """The households that were known by the day."""
        return self.areas.denominator(self.area.area_set, self.area.name, as_at=self.as_at)

    def why_not(self, *names: str) -> str:
        """Say why a value that is ``None`` could not be given: the reason of the first of these that was refused.

        It stands under the name of the value (``later``), of the part (``part: Armley``) or of the other twelve months
        (``base: 2012-01 to 2012-12``).
        """
        return next((self._reasons[name] for name in names if name in self._reasons), "")

    def _attempt(self, name: str, make: Callable, *given, **options):
        try:
            return make(*given, **options)
        except (ValueError, DataProblem) as refusal:  # the page says the reason where the figure would stand
            self._reasons[name] = str(refusal)
            return None

    def _value_shown(self, months: pd.PeriodIndex, area: str) -> CostEstimate:
        name = periods.twelve_months_name(months[-1])
        tables = [card.protected for card in self.cards]
        if any(area in t.counts.index and t.is_withheld(area, name) for t in tables):
            raise DataProblem(WITHHELD)
        return self._value(months, area=area)

    def _across_editions(self) -> EditionRange:
        return costs.cost_across_editions(
            _counts(self.data, self.area.name, self.months),
            price_year=self.price_year,
            vintage=self.vintage,
            tables=self.tables,
            editions=self.tables.editions(),
            months=self.months,
            scheme=_scheme(self.data),
            dispersions=self._dispersions(self.area.name),
        )

    def _dispersions(self, area: str) -> dict[str, float]:
        """Say how far an area's counts stray, as on their cards."""
        return {
            card.indicator.offence: card.variations[area].dispersion
            for card in self.cards
            if area in card.variations
        }

    def _value(self, months: pd.PeriodIndex, price_year: str = "", area: str = "") -> CostEstimate:
        prices = {
            "edition": self.edition,
            "price_year": price_year or self.price_year,
            "vintage": self.vintage,
        }
        area = area or self.area.name
        prices["dispersions"] = self._dispersions(area)
        return _value(self.data, area, months, tables=self.tables, **prices)

    # Identity

    @property
    def notice(self) -> str:
        """What the reader must know of the data before any number; empty where there is nothing."""
        return " ".join(dict.fromkeys(d.source.notice for d in self.data if d.source.notice))

    @property
    def prices(self) -> str:
        """The edition of unit costs and the price year, in words."""
        return f"unit costs of edition {self.edition}, {self.price_year} prices"

    @_needs("later")
    def assumed_returns(self) -> Block:
        """Say of each scheme of ``assumed_returns.csv`` what its assumptions give for each pound, and what its claim would need."""
        each = float(self.later.amount) / max(self.later.total.n, 1)
        names = ("investment", "offences_avoided", "deadweight", "attribution")
        return join(
            *(
                block
                for data in self.data
                for row in self.tables.returns(data.indicator.id)
                for block in (
                    heading(2, f"What a return of {wording.pounds(row.claimed)} for £1 would rest on"),
                    paragraph(f"{row.scheme}. {row.source}."),
                    return_findings(
                        ReturnAssumptions(**{name: getattr(row, name) for name in names}, unit_value=each),
                        claimed=row.claimed,
                    ),
                )
            )
        )

    def title(self) -> Block:
        """Give the annex's one first-level heading, what must be known of the data before any number, or why there is no value."""
        why = [f"No value is given: {self.why_not('later')}"] if self.later is None else []
        return page_title(
            self._about_page("how the value comes about"), " ".join([*why, self.notice]).strip()
        )

    def _about_page(self, what: str) -> str:
        return f"{self._offences} in {self.area.name}, {periods.quarter_name(self.quarter)}: {what}"

    @property
    def _offences(self) -> str:
        return wording.listed([d.indicator.name for d in self.data])

    # The value

    def top(self) -> Block:
        """Give the first screen: the value as a range over editions, then by the project's own, or why there is none and the cure."""
        at = self.later
        if at is None:
            return self._no_value()
        each = [f"{wording.number(o.count)} × {wording.pounds_and_pence(o.unit_cost)}" for o in at.by_offence]
        of_value = Tile(
            name=f"By edition {self.edition}, {at.window.name}",
            value=wording.pounds(at.amount),
            below=f"{'; '.join(each)}. {interval(at.total, wording.pounds)} by the counts alone ({_percent(at.total)} interval).",
            figures=tuple(self._figures_of(at, self.area.name)),
        )
        of_spending = Tile(
            name="Of which public spending",
            value="not known" if at.fiscal is None else f"about {wording.pounds(at.fiscal)}",
            below=self._per_household(),
        )
        return first_screen(
            about=self._about_page("what it costs"),
            finding=self._finding(),
            notice=wording.kind_of_data(self.notice).removeprefix(". "),
            tiles=[*self._tile_of_editions(), of_value, of_spending],
            chart=self._edition_chart(),
            said=self._said(),
        )

    def _no_value(self) -> Block:
        finding, cure = "No value is given", []
        if self.why_not("later") != WITHHELD:
            try:
                others = wording.listed(list(self._across_editions().estimates))
            except (ValueError, DataProblem):  # no edition can value them, and the reason stands there
                others = ""
            if others:
                finding += f" by edition {self.edition} of unit costs; edition {others} could give one"
                cure = [f"Name edition {others} as cost_edition in data/raw/reference/project.toml."]
        return first_screen(
            about=self._about_page("what it costs"),
            finding=finding,
            notice=wording.kind_of_data(self.notice).removeprefix(". "),
            tiles=[],
            chart=NOTHING,
            said={"Why": bullets([wording.sentence(self.why_not("later"))]), "What to do": bullets(cure)},
        )

    def _finding(self) -> str:
        is_or_are = "is" if len(self.data) == 1 else "are"
        said = f"{self._offences} in {self.area.name} {is_or_are} valued at"
        used = wording.pounds(self.later.amount)
        if self.editions is None or len(self.editions.estimates) == 1:
            return f"{said} {used} a year by edition {self.edition} of unit costs"
        return f"{said} {self._range()} a year, by the edition of unit costs; the one used here gives {used}"

    def _range(self) -> str:
        low, high = (
            self.editions.estimates[end].amount for end in (self.editions.lowest, self.editions.highest)
        )
        return f"{wording.pounds(low)} to {wording.pounds(high)}"

    def _tile_of_editions(self) -> list[Tile]:
        if self.editions is None:
            return []
        number = len(self.editions.estimates)
        return [
            Tile(
                name=f"By {wording.counted(number, 'editions')} of unit costs",
                value=self._range(),
                below=f"Edition {self.editions.lowest} gives least and {self.editions.highest} most, at {self.price_year} prices."
                if number > 1
                else "No other edition values all of these offences.",
            )
        ]

    def _said(self) -> dict[str, Listing]:
        """Give the change, under what is sure only where it is, and what the value owes to its method or leaves out."""
        differ = "Editions differ in what they count as a cost: a difference of method, not of crime."
        sure, unsure = [], [self.why_not("editions") if self.editions is None else differ]
        if self.change is None:
            unsure.append(
                f"The change on the 12 months before is not given: {self.why_not('change', 'earlier')}"
            )
        else:
            clear = not self.change.difference.lower <= 0 <= self.change.difference.upper
            said = (
                f"On the 12 months before ({wording.pounds(self.change.earlier.amount)} at the same prices) it is "
                f"{_change_in_words(self.change.difference)}: a difference in value, not money that any budget gained."
            )
            figures = self._figures_of(self.earlier, self.area.name)
            (sure if clear else unsure).append(paragraph(said, figures=figures))
        unsure += [
            f"Not valued: {u.name} ({wording.counted(u.count, 'offences')}): {u.reason}."
            for u in self.later.uncosted
        ]
        return {"What is sure": bullets(sure), "What is not": bullets(unsure)}

    @_needs("later")
    def before_quoting(self) -> Block:
        """List what must be known before an amount is quoted, at most four things; the annex lists all."""
        return bullets(self._caveats()[:4], kind="caveats")

    @_needs("later")
    def steps(self) -> Block:
        """Give how the value was made: how many of each kind at what price, its components, who spends the public part."""
        at = self.later
        value = "A value is what an offence costs society on average: guarding against it, harm and loss, police and courts. Most of it is not spending."
        spent = [name for o in at.by_offence for name in o.components if name.startswith("fiscal: ")]
        spenders = [
            (name.removeprefix("fiscal: "), name, sum(o.components.get(name, 0) for o in at.by_offence))
            for name in dict.fromkeys(spent)
        ]
        if at.fiscal is None or not spent:
            spenders = []
        else:
            spenders.append(("all public spending", "fiscal", at.fiscal))
        of_components = [
            self._figure(COMPONENT, at, amount, **self._made_of(name), component=name)
            for name, amount in at.by_component.items()
        ]
        of_spenders = [
            self._figure(SPENDER, at, amount, components=(component,), who=name)
            for name, component, amount in spenders
        ]
        amounts = {**at.by_component, "all": at.amount}
        public = {name: amount for name, _, amount in spenders}
        return join(
            bullets([*(self._product(o) for o in at.by_offence), value]),
            self._amounts("Components of the value", amounts, of_components),
            *([self._amounts("Who spends the public part", public, of_spenders)] if public else []),
            self._multiplier(),
        )

    def _amounts(self, what: str, amounts: Mapping[str, Decimal], figures: Sequence[Figure]) -> Block:
        return table(
            caption=f"{what}, {self.later.window.name}, {self.prices}",
            columns=["What", "Amount"],
            rows=[[wording.sentence(name), wording.pounds(amount)] for name, amount in amounts.items()],
            figures=figures,
        )

    # The change

    @_needs("change")
    def drivers(self) -> Block:
        """Give the change and what made it, at the prices of one year and each at its own."""
        columns = [(f"All at {self.price_year} prices", self.change)]
        if self.own_prices is not None:
            columns.append(("Each 12 months at its own prices", self.own_prices))
        changes = [change for _, change in columns]
        # One kind of offence has no mix.
        effects = [name for name in _EFFECTS if name != "mix" or len(self.later.by_offence) > 1]
        shown = table(
            caption=f"Value of recorded offences{wording.kind_of_data(self.notice)}",
            columns=["What", *(title for title, _ in columns)],
            rows=[
                [
                    wording.sentence(self.earlier.window.name),
                    *(wording.pounds(c.earlier.amount) for c in changes),
                ],
                *([_EFFECTS[name], *(_signed(getattr(c, name)) for c in changes)] for name in effects),
                [
                    wording.sentence(self.later.window.name),
                    *(wording.pounds(c.later.amount) for c in changes),
                ],
            ],
            figures=[
                self._effect_figure(effect, title.lower(), c)
                for title, c in columns
                for effect in ("change", *_EFFECTS)
            ],
        )
        if self.own_prices is None:
            note = f"Each 12 months at its own prices is not given: {self.why_not('own_prices')}"
        else:
            note = (
                f"Own prices are those of {self.own_prices.earlier.price_year} and {self.own_prices.later.price_year}; what they add "
                "is inflation, not crime."
            )
        return join(shown, paragraph(note, css_class="small"))

    # The same offences on other bases

    @_needs("later")
    def base_table(self) -> Block:
        """Give the count and value of each base, and say that a figure without its base cannot be checked."""
        shown = table(
            caption=f"The value by the twelve months that are counted, {self.area.name}, {self.prices}",
            columns=["Twelve months", "Offences", "Valued at", "95% interval"],
            rows=[
                [
                    wording.sentence(e.window.name),
                    wording.number(e.total.n),
                    wording.pounds(e.amount),
                    interval(e.total, wording.pounds),
                ]
                for e in self._all_bases()
            ],
            text_columns=[3],
            figures=[f for e in self.bases for f in self._figures_of(e, self.area.name)],
        )
        return join(
            shown,
            paragraph(
                "A calendar year and a financial year of the same number are different twelve months with different counts, so "
                "an amount that does not name its base cannot be checked."
            ),
        )

    @_needs("later")
    def published_check(self) -> Block:
        """Set every published amount that was out by the as-at date beside the same amount from the data."""
        if not self.published:
            return paragraph(
                "No published value of this area's offences was out by the as-at date for months that the data hold, so none "
                "is checked."
            )
        agree = sum(ours.method == REPRODUCED for _, ours in self.published)
        lead = paragraph(
            f"Published amounts that the data reproduce to the precision printed: {agree} of {len(self.published)}."
        )
        shown = table(
            caption="Published amounts and what the data give",
            columns=["Period", "Published", "From the data", "Result", "Source"],
            rows=[
                [
                    wording.sentence(printed.period),
                    printed.printed_as,
                    wording.pounds(ours.value),
                    ours.method if ours.method == REPRODUCED else "NOT reproduced",
                    printed.source,
                ]
                for printed, ours in self.published
            ],
            text_columns=(1, 2, 3, 4),
            figures=[ours for _, ours in self.published],
        )
        return join(lead, shown, *(paragraph(said) for _, ours in self.published for said in ours.caveats))

    # How much the figure owes to the method

    @_needs("editions")
    def _edition_chart(self) -> Block:
        """Draw the same offences valued by every edition that can value them."""
        values = {name: self._figure(VALUE, e, e.total) for name, e in self.editions.estimates.items()}
        apart = max(f.value for f in values.values()) - min(f.value for f in values.values())
        headline = "Editions differ no more than the counts are uncertain"
        if len(values) == 1:
            headline = "Only one edition values all of these offences"
        elif apart > self.later.total.upper - self.later.total.lower:
            headline = "The edition of unit costs matters more than the count"
        return charts.chart_of_dots(
            [(f"Edition {name}", figure) for name, figure in values.items()],
            name="value-by-edition",
            headline=headline,
            subtitle=f"Valued at {self.price_year} prices, {self.area.name}, with 95% intervals{wording.kind_of_data(self.notice)}",
            show=wording.pounds,
        )

    @_needs("editions")
    def edition_table(self) -> Block:
        """Give the value by each edition, and the editions that are left out with the reason."""
        e = self.editions
        rows = [
            [
                f"Edition {name}",
                "; ".join(wording.pounds_and_pence(o.unit_cost) for o in estimate.by_offence),
                wording.pounds(estimate.amount),
                interval(estimate.total, wording.pounds),
                "; ".join(o.reservation for o in estimate.by_offence if o.reservation) or "none",
                _status(estimate),
            ]
            for name, estimate in e.estimates.items()
        ]
        shown = table(
            caption=f"The same offences by edition of unit costs, {self.later.window.name}, {self.price_year} prices",
            columns=["Edition", "An offence", "Valued at", "95% interval", "Reservation", "Status"],
            rows=rows,
            text_columns=(3, 4, 5),
            figures=[
                f
                for name, estimate in e.estimates.items()
                if name != self.edition
                for f in self._figures_of(estimate, self.area.name)
            ],
        )
        low, high = e.estimates[e.lowest], e.estimates[e.highest]
        lines = [
            f"The editions that value all of these offences give {wording.pounds(low.amount)} ({e.lowest}) to "
            f"{wording.pounds(high.amount)} ({e.highest}): a difference of method, in what is counted as a cost, and none in "
            "crime. An edition that came out after the as-at date is a look back with later knowledge.",
            *(x.uprating.sentence for x in e.estimates.values() if x.uprating),
            *(f"Edition {name} is left out: {reason.rstrip('.')}." for name, reason in e.left_out.items()),
        ]
        return join(shown, bullets(map(wording.sentence, lines)))

    # Areas

    @_needs("later")
    def area_tables(self) -> Block:
        """Give the value in each area below, level by level; a level of more than ten areas is folded away."""
        if not self.parts:
            return paragraph(f"The data hold no areas within {self.area.name}.")
        shown = []
        for kind, estimates in self.parts.items():
            known = {name: e for name, e in estimates.items() if e is not None}
            ranked = sorted(known, key=lambda name: (-known[name].amount, name))
            rows = [
                [
                    name,
                    wording.number(known[name].total.n),
                    wording.pounds(known[name].amount),
                    interval(known[name].total, wording.pounds),
                ]
                for name in ranked
            ]
            rows += [
                [name, *(["[c]"] * 3 if self._is_withheld(name) else ["not known", "not known", "none"])]
                for name, e in estimates.items()
                if e is None
            ]
            hidden = [name for name, e in estimates.items() if e is None and self._is_withheld(name)]
            block = table(
                caption=f"Value by {kind}, {self.later.window.name}, {self.prices}",
                columns=[wording.sentence(kind), "Offences", "Valued at", "95% interval"],
                rows=rows,
                text_columns=[3],
                figures=[
                    *(f for name in ranked for f in self._figures_of(known[name], name)),
                    *(self._withheld_figure(name) for name in hidden),
                ],
            )
            if hidden:
                block = join(block, paragraph(f"[c]: {WITHHELD}", css_class="small"))
            shown.append(block if len(rows) <= 10 else behind(f"Show all {len(rows)} {kind}s", block))
        note = (
            "Each area's offences are valued at the average for England and Wales, so areas differ here by their counts alone: "
            "for a ward the value says little that the count does not."
        )
        return join(paragraph(note), *shown)

    # What the reader must know

    def caveat_list(self) -> Block:
        """List what the value leaves out, what is provisional, and what the interval does not cover."""
        return bullets(self._caveats(), kind="caveats")

    def _caveats(self) -> list[str]:
        lines = []
        if self.later is not None:
            lines = [*self.later.caveats, *self._provisional_lines(self.later)]
            if not any(o.unit_cost_limits for o in self.later.by_offence):
                lines.append(
                    "This edition prints no limits for its unit costs, so the intervals hold those of the counts alone."
                )
        lines += [caveat for d in self.data for caveat in d.caveats]
        lines += [
            f"{c.text} Basis: {c.basis}."
            for d in self.data
            for c in self.catalogue.caveats(d.indicator.id, d.by_area.index, topics=["cost of crime"])
        ]
        return list(dict.fromkeys(map(wording.sentence, lines)))

    def sources(self) -> Block:
        """Say where the counts, the unit costs, the prices and the number of households come from."""
        lines = [wording.source_in_words(d.source, as_at=self.as_at) for d in self.data]
        if self.later is not None:
            lines += [
                f"Unit cost of {o.offence.lower()}: edition {self.edition} ({o.status})."
                for o in self.later.by_offence
            ]
        if self.households is not None:
            lines.append(
                f"{wording.number(self.households.number)} households in {self.area.name} on {periods.day_name(self.households.counted_on)}: "
                f"{self.households.source}."
            )
        return bullets(map(wording.sentence, lines))

    # Parts of the blocks

    def _is_withheld(self, part: str) -> bool:
        return self.why_not(f"part: {part}") == WITHHELD

    def _withheld_figure(self, part: str) -> Figure:
        about = self._about(self.later, part) | {"caveats": ()}
        return Figure(measure=VALUE, **about, value="[c]", unit="£", method=SUPPRESSED)

    def _product(self, offence: costs.OffenceCost) -> str:
        text = (
            f"{wording.counted(offence.count, 'offences')} × {wording.pounds_and_pence(offence.unit_cost)}, the average of "
            f"“{offence.offence.lower()}” in England and Wales in edition {self.edition} "
            f"({'seen in an official document' if offence.status == 'official' else f'provisional: {offence.status}'})."
        )
        return f"{text} {wording.sentence(offence.reservation)}." if offence.reservation else text

    def _multiplier(self) -> Block:
        at = self.later
        if at.with_multiplier is None:
            return paragraph(
                "No value is given for offences that were not recorded. A multiplier from recorded to all offences is applied "
                f"only where every offence has one. {'; '.join(at.multiplier_refused)}."
            )
        return paragraph(
            f"With the edition's multipliers from recorded to all offences, the value of all offences thought to have happened "
            f"is {_with_interval(at.with_multiplier)}. {' '.join(at.with_multiplier.caveats)}",
            figures=[self._figure(ALL_OFFENCES, at, at.with_multiplier, more=self._multiplier_rows())],
        )

    def _per_household(self) -> str:
        if self.households is None:
            return f"No value per household is given: their number was not known on {periods.day_name(self.as_at)}."
        each = costs.cost_per(self.later, number=int(self.households.number), unit="household")
        return f"All of it is {wording.pounds_and_pence(round(each.value, 2))} a household."

    def _provisional_lines(self, estimate: CostEstimate) -> list[str]:
        return [f"Provisional, not seen in an official document: {what}." for what in estimate.provisional]

    def _all_bases(self) -> list[CostEstimate]:
        shown = [e for e in (self.later, self.earlier) if e is not None]
        return [*shown, *(e for e in self.bases if e.window not in {x.window for x in shown})]

    def _about(self, estimate: CostEstimate, area: str | None = None, **qualifiers: str) -> dict:
        caveats = (
            f"edition {estimate.edition} of unit costs, {estimate.price_year} prices",
            *((self.notice,) if self.notice else ()),
            *estimate.caveats,
            *self._provisional_lines(estimate),
        )
        return {
            "indicator_id": " ".join(d.indicator.id for d in self.data),
            "area": area or self.area.name,
            "window": estimate.window,
            "qualifiers": {"edition": estimate.edition, "prices": estimate.price_year}
            | ({"deflator": estimate.uprating.vintage} if estimate.uprating else {})
            | qualifiers,
            "status": weakest(["estimated", *(d.source.status for d in self.data)]),
            "caveats": caveats,
        }

    def _figure(
        self,
        measure: Measure,
        estimate: CostEstimate,
        amount: Estimate | Decimal,
        *,
        area: str | None = None,
        components: Sequence[str] = ("total",),
        offences: Sequence[OffenceCost] | None = None,
        less: Sequence[str] = (),
        more: tuple[Rows, ...] = (),
        **qualifiers: str,
    ) -> Figure:
        """Give an amount of a value, made of these components of these offences, as a figure."""
        about = self._about(estimate, area, **qualifiers)
        rows = _rows(self.data, self.tables, about["area"], {"": estimate}, offences, components)
        taken_off = {"less": list(less)} if less else {}
        about |= {"measure": measure} | worked_out(rows + more, workings.value, **taken_off)
        if isinstance(amount, Estimate):
            return Figure.of(amount, **about)
        return Figure(**about, value=float(amount), unit="£", method="count times unit cost")

    def value_figure(self) -> Figure:
        """Give the value of the twelve months as a figure; only where there is one."""
        return self._figure(VALUE, self.later, self.later.total)

    def _figures_of(self, estimate: CostEstimate, area: str) -> list[Figure]:
        figures = [self._figure(VALUE, estimate, estimate.total, area=area)]
        if estimate.fiscal is not None:
            figures.append(
                self._figure(PUBLIC_SPENDING, estimate, estimate.fiscal, area=area, components=("fiscal",))
            )
        if self.households is not None and area == self.area.name:
            each = costs.cost_per(estimate, number=int(self.households.number), unit="household")
            figures.append(
                self._figure(PER_HOUSEHOLD, estimate, each, more=self.households.rows("households"))
            )
        return figures

    def _made_of(self, component: str) -> dict:
        """Say of which components of which offences a part of the value is made, and which are taken off."""
        split = [o for o in self.later.by_offence if all(name in o.components for name in COMPONENTS)]
        if component == costs.ROUNDING:
            return {"offences": split, "components": ("total", *COMPONENTS), "less": COMPONENTS}
        if component == costs.NOT_SPLIT:
            return {"offences": [o for o in self.later.by_offence if o not in split]}
        return {"offences": split, "components": (component,)}

    def _effect_figure(self, effect: str, at: str, change: CostChange) -> Figure:
        sides = {"earlier_": change.earlier, "later_": change.later}
        rows = _rows(self.data, self.tables, self.area.name, sides)
        about = self._about(self.later, effect=effect, at=at) | {
            "measure": CHANGE_IN_VALUE,
            "method": change.method,
            **worked_out(rows, workings.change, effect=effect),
        }
        if change is self.own_prices:
            years = f"{change.earlier.price_year} and {change.later.price_year}"
            about["qualifiers"] |= {"prices": years, "deflator": self.vintage}
        if effect == "change":
            return Figure.of(change.difference, **about)
        return Figure(**about, value=float(getattr(change, effect)), unit="£")

    def _multiplier_rows(self) -> tuple[Rows, ...]:
        found = (self.tables.multiplier(self.edition, o.offence) for o in self.later.by_offence)
        return tuple(dict.fromkeys(row for m in found for row in m.rows("multipliers")))


def cost_report(
    data: Sequence[RecordedCounts],
    *,
    catalogue: Catalogue,
    tables: CostTables,
    areas: AreaTables,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str,
    price_year: str,
    vintage: str,
    pack_edition: str = "public",
) -> CostReport:
    """Value the recorded offences of one or more indicators in an area, for the twelve months to the end of a quarter.

    ``data`` holds the monthly counts of each indicator, all of one area set. A value is a count times a printed price, so
    one of a count that the ``pack_edition`` withholds is not given either. What cannot be valued (a redefined class, a
    mixture of offences, missing months) is no failure of the page: the report says so in its place. Refused: an unknown
    area, edition, price year, vintage or edition of the pack, and a quarter that the data do not hold. ``areas`` says how
    many households were known by the day.
    """
    # A slip of the call ends the page; only what the data or the tables cannot give becomes a sentence on it.
    tables.deflators(vintage)
    costs.prices_carried(tables, edition=edition, price_year=price_year, vintage=vintage)
    at = {"catalogue": catalogue, "area": area, "quarter": quarter, "as_at": as_at, "edition": pack_edition}
    cards = tuple(report_card(d, **at) for d in data)
    return CostReport(
        area=cards[0].area,
        quarter=quarter,
        as_at=as_at,
        edition=edition,
        price_year=price_year,
        vintage=vintage,
        data=tuple(data),
        catalogue=catalogue,
        tables=tables,
        areas=areas,
        cards=cards,
    )


# A stated return on money put in


def return_findings(assumptions: ReturnAssumptions, *, claimed: float) -> Block:
    """Say what the stated assumptions give for each pound, and what a claimed return would need."""
    result = costs.social_return(assumptions)
    a = assumptions
    needed = costs.offences_for_return(a, ratio=claimed)
    lines = [
        f"Assumed: {wording.pounds(a.investment)} put in; {wording.number(a.offences_avoided)} fewer offences; "
        f"{wording.percent(100 * a.deadweight)} of these would have gone anyway; {wording.percent(100 * a.attribution)} of the "
        f"rest is owed to the scheme; {wording.pounds_and_pence(round(a.unit_value, 2))} an offence.",
        f"If all of that held, each £1 would be valued at {wording.pounds_and_pence(round(result.ratio, 2))} in return.",
        f"A return of £1 for £1 would take {wording.number(ceil(result.break_even_offences))} fewer offences, and "
        f"{wording.pounds(claimed)} for £1 would take {wording.number(ceil(needed))}.",
        *result.caveats,
    ]
    figures = [
        _assumed(ASSUMED_RETURN, a, result.ratio, "£ for £1"),
        *(
            _assumed(
                OFFENCES_FOR_RETURN, a, costs.offences_for_return(a, ratio=ratio), "offences", ratio=ratio
            )
            for ratio in (1, claimed)
        ),
    ]
    return bullets(map(wording.sentence, lines), figures=figures)


def _assumed(
    measure: Measure, assumptions: ReturnAssumptions, value: float, unit: str, **ratio: float
) -> Figure:
    """Give what follows from stated assumptions alone: it is told from its like by all of them."""
    stated = {name: float(number) for name, number in asdict(assumptions).items()}
    return Figure(
        measure=measure,
        indicator_id="social return",
        area="",
        window=Window(""),
        value=value,
        qualifiers={name: f"{number:g}" for name, number in (stated | ratio).items()},
        unit=unit,
        method="stated assumptions",
        status="judgement",
        caveats=costs.social_return(assumptions).caveats,
        working=Working.of(workings.return_on_money, **stated, **ratio),
    )


# Parts


def _rows(
    data: Sequence[RecordedCounts],
    tables: CostTables,
    area: str,
    sides: Mapping[str, CostEstimate],
    offences: Sequence[OffenceCost] | None = None,
    components: Sequence[str] = ("total",),
) -> tuple[Rows, ...]:
    """Give what a value is made of, or a change of it: counts, what they stand for, unit costs, and indices of prices.

    ``sides`` are the estimates, each with what stands before the roles of its counts and prices; the last says what offences
    stand for and cost.
    """
    latest = list(sides.values())[-1]
    edition, wanted = latest.edition, offences or latest.by_offence
    matches = [tables.match(_scheme(data), o.code, edition, latest.window.months) for o in wanted]
    each = [tables.unit_cost(edition, o.offence, component) for o in wanted for component in components]
    found = [*chain.from_iterable(match.rows("mapping") for match in matches)]
    found += chain.from_iterable(cost.rows("unit_costs") for cost in each if cost)
    for side, estimate in sides.items():
        valued = {o.code for o in offences or estimate.by_offence}
        counted = {f"{side}{d.indicator.offence}": d for d in data if d.indicator.offence in valued}
        months = estimate.window.months
        found += chain.from_iterable(d.rows(area, months, role=role) for role, d in counted.items())
        if estimate.uprating:
            index = tables.deflators(estimate.uprating.vintage)
            found += index[estimate.uprating.from_year].rows(f"{side}prices")
            found += index[estimate.uprating.to_year].rows(f"{side}prices")
    return tuple(dict.fromkeys(found))  # two classes may stand for one offence


def _scheme(data: Sequence[RecordedCounts]) -> str:
    """Say by whose names of offences, of offence_mapping.csv, the counts stand."""
    schemes = {"police.uk" if d.source.shape == "police_uk_street" else "extract" for d in data}
    if len(schemes) > 1:
        raise ValueError(
            "police.uk's classes of offence and those of a monthly extract cannot be valued together."
        )
    return schemes.pop()


def _value(data: Sequence[RecordedCounts], area: str, months: pd.PeriodIndex, **prices) -> CostEstimate:
    counts = _counts(data, area, months)
    return costs.cost_of_crime(counts, months=months, scheme=_scheme(data), **prices)


def _counts(data: Sequence[RecordedCounts], area: str, months: pd.PeriodIndex) -> pd.Series:
    """Add up each indicator's months; a missing month is refused, because a sum without it is no twelve months."""
    monthly = pd.DataFrame({d.indicator.offence: d.by_area[area].reindex(months) for d in data})
    missing = months[monthly.isna().any(axis=1)]
    if len(missing):
        raise DataProblem(f"no data for {periods.months_in_words(missing)}.")
    return monthly.sum().astype(int)


def _other_years(end: pd.Period) -> list[pd.PeriodIndex]:
    """Give the last two calendar years and the last two financial years that had ended by a month."""
    calendar, financial = (end + 1).year - 1, periods.financial_year_of(end + 1) - 1
    return [
        *(pd.period_range(f"{year}-01", f"{year}-12", freq="M") for year in (calendar, calendar - 1)),
        *(periods.financial_year_months(year) for year in (financial, financial - 1)),
    ]


def _check_published(
    data: Sequence[RecordedCounts], catalogue: Catalogue, tables: CostTables, area: str, as_at: date
) -> tuple[tuple[PublishedFigure, Figure], ...]:
    """Set each published amount beside the same from the data, by the unit cost that its publication used.

    An amount of a period that ``months_to_check`` leaves out, such as a quarter, is not checked.
    """
    checks = []
    for d in data:
        figures = [p for p in catalogue.published(d.indicator.id, as_at=as_at) if p.area == area]
        editions = [p.period for p in figures if p.measure == "unit_cost_gbp"]
        for figure in figures if editions else ():
            months = months_to_check(figure.period)
            if months is None or "cost_gbp_million" not in figure.measure:
                continue
            try:
                checks.append((figure, _worked_out_again(figure, months, d, tables, editions[0])))
            except DataProblem:  # months that the data do not hold: there is nothing to compare
                continue
    return tuple(checks)


def _worked_out_again(
    figure: PublishedFigure, months: pd.PeriodIndex, data: RecordedCounts, tables: CostTables, edition: str
) -> Figure:
    prices = {"tables": tables, "edition": edition, "price_year": tables.price_year(edition)}
    later = _value([data], figure.area, months, **prices)
    ours, sides, made = later.amount, {"": later}, {"function": workings.value}
    if figure.measure.startswith("change_"):
        earlier = _value([data], figure.area, months - 12, **prices)
        ours, sides = later.amount - earlier.amount, {"earlier_": earlier, "later_": later}
        made = {"function": workings.change, "effect": "change"}
    agrees = (ours / _MILLION).quantize(figure.value, rounding=ROUND_HALF_UP) == figure.value
    return Figure(
        measure=CHECK_OF_VALUE,
        indicator_id=figure.indicator_id,
        area=figure.area,
        window=Window.of(figure.period, months),
        value=float(ours),
        qualifiers={"published": figure.measure, "edition": edition},
        unit="£",
        method=REPRODUCED if agrees else f"not {REPRODUCED}",
        status=weakest(["estimated", data.source.status]),
        caveats=_other_base(figure, data, later, **prices),
        **worked_out(_rows([data], tables, figure.area, sides), **made),
    )


def _other_base(
    figure: PublishedFigure, data: RecordedCounts, estimate: CostEstimate, **prices
) -> tuple[str, ...]:
    """Say what the financial year of the same number would give instead of a calendar year, where the data hold it."""
    if not figure.period.startswith("calendar ") or figure.measure.startswith("change_"):
        return ()
    year = periods.financial_year_of(estimate.window.months[-1])
    try:
        other = _value([data], figure.area, periods.financial_year_months(year), **prices)
    except DataProblem:
        return ()
    return (
        f"{figure.printed_as} needs the count of the {figure.period.replace('calendar', 'calendar year')} "
        f"({wording.number(estimate.total.n)}); the financial year "
        f"{periods.financial_year_name(year)} ({wording.number(other.total.n)}) gives "
        f"{wording.pounds(float(other.amount))}.",
    )


def _with_interval(e: Estimate) -> str:
    return f"{wording.pounds(e.value)} ({_percent(e)} interval {interval(e, wording.pounds)})"


def _percent(e: Estimate) -> str:
    return f"{e.confidence:.0%}"


def _change_in_words(e: Estimate) -> str:
    """Name a rise or a fall only where the interval leaves out no change, as everywhere."""
    if e.upper < 0:
        return (
            f"{wording.pounds(-e.value)} less ({_percent(e)} interval {wording.pounds(-e.upper)} to "
            f"{wording.pounds(-e.lower)} less)"
        )
    limits = f"{_percent(e)} interval {interval(e, wording.pounds)}"
    if e.lower > 0:
        return f"{wording.pounds(e.value)} more ({limits} more)"
    return f"no clear change ({wording.pounds(e.value)}; {limits})"


def _signed(amount: Decimal) -> str:
    return f"{'+' if amount > 0 else ''}{wording.pounds(float(amount))}"


def _status(estimate: CostEstimate) -> str:
    """Say how far the unit costs and the prices behind a value were verified; its public part is another matter."""
    if not all(o.status == "official" for o in estimate.by_offence):
        return "provisional"
    return (
        "provisional prices"
        if estimate.uprating and estimate.uprating.provisional
        else "seen in an official document"
    )
