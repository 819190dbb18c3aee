"""What an offence is taken to cost, what a pound was worth, and who pays for a post: agreed tables with their sources.

These are reviewed tables, each row with its source and with how far it was verified: those of ``national/`` in this package,
and a project's own in its ``data/raw/reference/``.

>>> tables = load_cost_tables()
>>> tables.editions()
('2003/04', '2010/11', '2015/16', '2019/20')
>>> tables.unit_cost("2010/11", "Burglary in a dwelling").value
Decimal('3925')
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import NATIONAL, Project, read_local, read_rows, unknown
from saferleeds_analysis.explained import explained
from saferleeds_analysis.figures import TableRow
from saferleeds_analysis.problems import refuse, refuse_unless

COMPONENTS = ("anticipation", "consequence", "response")
STATUSES = ("official", "press", "secondary", "derived")
SCHEMES = ("police.uk", "home_office", "home_office_subgroup", "extract")
MATCHES = ("same", "partial", "none", "changed")
SERIES = ("calendar", "financial", "financial, approximate")
# Home Office tables print to £10, so three parts can miss their total by a little; a slip of the pen misses by more.
_ROUNDING = Decimal(20)


class SeenRow(TableRow):
    """A row whose figure was seen somewhere, as its ``status`` says."""

    @property
    def provisional(self) -> bool:
        """Say whether the figure was never seen in an official document."""
        return self.status != "official"


@dataclass(frozen=True, kw_only=True)
class UnitCost(SeenRow):
    """What one offence costs on average, or a component of it, in an edition of unit costs.

    The fiscal part cuts across the other components. Anything not seen in an official document is provisional.
    """

    edition: str = explained("the edition of unit costs", "2024/25")
    offence: str = explained("the offence as the edition names it", "Domestic burglary")
    component: str = explained(
        '"total"; "anticipation", "consequence", "response" or a part of one ("response: police"); or "fiscal", the part that is public spending',
        "total",
    )
    value: Decimal = explained("pounds an offence, 0 or more", "6200")
    lower: Decimal | None = explained(
        "the lower limit; both limits or neither", "5800", empty="the publication gives none"
    )
    upper: Decimal | None = explained("the upper limit", "6600", empty="the publication gives none")
    price_year: str = explained(
        "the year of whose prices the pounds are; one an edition",
        "2024/25",
        holds="a financial year, 2024/25",
    )
    status: str = explained(
        "where the figure was seen: in an official document, in the press quoting one, in a secondary copy, or derived; all but official are provisional",
        "official",
        holds=STATUSES,
    )
    publication: str = explained(
        "the publication that the figure is of", "Invented Office (2026), Costs of crime"
    )
    seen_in: str = explained("where it was seen", "the publication, table 1")
    note: str = explained("what a reader must know of it", "Rounded", empty="nothing")

    def __post_init__(self) -> None:
        """Refuse a component, a status or a price year that is not known, and limits that do not hold the value."""
        limits = (self.lower, self.upper)
        periods.financial_year(self.price_year)
        refuse_unless(
            (
                self.component.split(":")[0] in ("total", "fiscal", *COMPONENTS),
                f"component {self.component!r} is not total, fiscal, {', '.join(COMPONENTS)} or a part of one "
                "such as 'response: police'.",
            ),
            (self.value >= 0, f"a cost of {self.value} is below zero."),
            (limits.count(None) != 1, "give both lower and upper, or neither."),
            (
                None in limits or self.lower <= self.value <= self.upper,
                f"the limits {self.lower} to {self.upper} do not hold the value {self.value}.",
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Multiplier(SeenRow):
    """How many offences of a kind are thought to happen for each one recorded, in an edition of unit costs."""

    edition: str = explained("the edition of unit costs", "2024/25")
    offence: str = explained("an offence of that edition", "Domestic burglary")
    multiplier: Decimal = explained(
        "how many such offences are thought to happen for each one recorded, above zero", "2.1"
    )
    status: str = explained(
        "where the figure was seen: in an official document, in the press quoting one, in a secondary copy, or derived; all but official are provisional",
        "official",
        holds=STATUSES,
    )
    publication: str = explained(
        "the publication that the figure is of", "Invented Office (2026), Costs of crime"
    )
    seen_in: str = explained("where it was seen", "the publication, table 1")

    def __post_init__(self) -> None:
        """Refuse a multiplier that is not above zero."""
        refuse_unless(
            (self.multiplier > 0, f"a multiplier is above zero; {self.multiplier} is not."),
        )


@dataclass(frozen=True, kw_only=True)
class DeflatorIndex(SeenRow):
    """The GDP deflator of one year in one release (``vintage``) of HM Treasury's table.

    In a series ``financial, approximate`` financial years are weighted from calendar years.
    """

    vintage: str = explained("the release of HM Treasury's table", "March 2027")
    series: str = explained(
        "which years it has; only ratios within one vintage and series mean anything",
        "financial",
        holds=SERIES,
    )
    year: str = explained("the year", "2026/27", holds="2026/27, or 2026 where the series is calendar")
    index: Decimal = explained("the index of the year, above zero", "103.1")
    status: str = explained(
        "where the figure was seen: in an official document, in the press quoting one, in a secondary copy, or derived; all but official are provisional",
        "official",
        holds=STATUSES,
    )
    publication: str = explained(
        "the publication that the figure is of", "HM Treasury GDP deflators, March 2027"
    )
    seen_in: str = explained("where it was seen", "the workbook on gov.uk")

    def __post_init__(self) -> None:
        """Refuse a year that is not of the series' kind, and an index that is not above zero."""
        calendar = self.series == "calendar"
        refuse_unless(
            (
                not calendar or (self.year.isdigit() and len(self.year) == 4),
                f"{self.year!r} is not a calendar year such as '2012'.",
            ),
            (self.index > 0, f"an index is above zero; {self.index} is not."),
        )
        if not calendar:
            periods.financial_year(self.year)


@dataclass(frozen=True, kw_only=True)
class OffenceMatch(TableRow):
    """Which offence of an edition a recorded class of offence stands for, in a stretch of months, and how well.

    One that is ``changed`` was redefined, so that valuing it would mislead: it is refused.
    """

    scheme: str = explained(
        'whose name of the offence it is: "extract" for a monthly extract of one\'s own',
        "extract",
        holds=SCHEMES,
    )
    code: str = explained("the offence as the data name it", "Shed burglary")
    name: str = explained("its name in words", "Shed burglary")
    first_month: pd.Period | None = explained(
        "the first month in which this holds", "2024-04", empty="it has always held"
    )
    last_month: pd.Period | None = explained(
        "the last month in which this holds", "2027-03", empty="it still holds"
    )
    edition: str = explained(
        'the edition of unit costs, or "any" for all that have no row of their own', "2024/25"
    )
    offence: str = explained(
        "the offence of that edition that it stands for",
        "Domestic burglary",
        empty="none: it is left uncosted",
    )
    match: str = explained(
        "how well: same, partial (valued with the reservation given, without a multiplier), none, or changed (redefined, and refused)",
        "partial",
        holds=MATCHES,
    )
    reason: str = explained("why", "The edition has no sheds by themselves")

    def __post_init__(self) -> None:
        """Refuse an unknown scheme or match, a match without an offence, and months the wrong way round."""
        dated = self.first_month and self.last_month
        refuse_unless(
            (
                (self.offence == "") == (self.match == "none"),
                "a row with match 'none' names no offence, and every other row names one.",
            ),
            (self.reason, "every row gives its reason."),
            (
                not dated or self.first_month <= self.last_month,
                f"first_month {self.first_month} comes after last_month {self.last_month}.",
            ),
        )

    def touches(self, months: pd.PeriodIndex) -> bool:
        """Say whether the row is in force in any of these months."""
        return _overlap(self.first_month, self.last_month, months.min(), months.max())


@dataclass(frozen=True, kw_only=True)
class FundingPosition(TableRow):
    """Posts paid for by a partner and another body, as a paper states them; money in pounds a year.

    ``contribution`` is often rounded, so it need not be ``share`` of ``full_cost``.
    """

    id: str = explained("what the notebook funding_scenario knows it by", "wardens_2026_27")
    name: str = explained("its name", "Neighbourhood wardens")
    partner: str = explained("the partner who pays a share", "The council")
    other_body: str = explained("who pays the rest", "Police and Crime Commissioner")
    year: str = explained("the financial year", "2026/27")
    posts: int = explained("how many posts, above zero", 20)
    full_cost: Decimal = explained("what one post costs, in pounds a year", 38500)
    share: Decimal = explained("the part of it that the partner pays: 21% is 0.21", 0.4)
    contribution: Decimal = explained("what the partner pays for one post, as printed", 15400)
    budget: Decimal = explained("what the partner says it has for these posts, in pounds", 310000)
    other_funders: Decimal = explained("money of others that goes towards the partner's part", 0)
    source: str = explained("the paper that states it", "Report to the board, 3 June 2026")
    known_from: date = explained("the day from which the paper could be read", date(2026, 6, 3))
    note: str = explained("what a reader must know of it", "Rounded", empty="nothing")

    def __post_init__(self) -> None:
        """Refuse posts that are not a whole number above zero, a share outside 0 to 1 and money below zero."""
        whole = isinstance(self.posts, int) and not isinstance(self.posts, bool)
        money = {name: getattr(self, name) for name in ("contribution", "budget", "other_funders")}
        refuse_unless(
            (whole and self.posts > 0, f"posts are a whole number above zero; {self.posts!r} is not."),
            (
                0 < self.share <= 1,
                f"a share lies above 0 and up to 1 (write 21% as 0.21); {self.share} does not.",
            ),
            (self.full_cost > 0, f"the full cost of a post is above zero; {self.full_cost} is not."),
            *((amount >= 0, f"{name} is not below zero; {amount} is.") for name, amount in money.items()),
        )


@dataclass(frozen=True, kw_only=True)
class AssumedReturn(TableRow):
    """What somebody takes to be true of a scheme whose return on money is claimed; the annex of the indicator's cost says what follows."""

    indicator_id: str = explained(
        "the id of the indicator whose offences it is to avoid", "domestic_burglary"
    )
    scheme: str = explained("what the money is put in, as the page prints it", "Alley gates in forty streets")
    investment: float = explained("pounds that are put in, above zero", "100000")
    offences_avoided: float = explained("how many fewer offences there are thought to be, 0 or more", "100")
    deadweight: float = explained(
        "the share of these that would have gone anyway", "0.25", holds="a number from 0 to 1"
    )
    attribution: float = explained(
        "the share of the rest that is owed to the scheme", "0.5", holds="a number from 0 to 1"
    )
    claimed: float = explained("the pounds of return that are claimed for each pound", "3")
    source: str = explained("who takes it to be so", "Business case, May 2026")

    def __post_init__(self) -> None:
        """Refuse money that is none, offences below zero and shares outside 0 to 1."""
        shares = (self.deadweight, self.attribution)
        refuse_unless(
            (self.investment > 0 and self.claimed > 0, "investment and claimed are above zero."),
            (self.offences_avoided >= 0, f"offences_avoided is not below zero; {self.offences_avoided} is."),
            (
                all(0 <= share <= 1 for share in shares),
                "deadweight and attribution are shares from 0 to 1 (write 21% as 0.21).",
            ),
        )


class CostTables:
    """The cost tables, looked up by name. Made by :func:`load_cost_tables`."""

    def __init__(
        self,
        *,
        unit_costs: Iterable[UnitCost],
        multipliers: Iterable[Multiplier],
        deflators: Iterable[DeflatorIndex],
        mapping: Iterable[OffenceMatch],
        funding: Iterable[FundingPosition],
        returns: Iterable[AssumedReturn] = (),
    ) -> None:
        """Hold the tables; refuse what is there twice and what does not fit together, all problems at once."""
        problems: list[str] = []
        self._unit_costs = _keyed(unit_costs, ("edition", "offence", "component"), "unit_costs.csv", problems)
        self._multipliers = _keyed(multipliers, ("edition", "offence"), "crime_multipliers.csv", problems)
        self._deflators = _keyed(deflators, ("vintage", "year"), "gdp_deflators.csv", problems)
        self._funding = _keyed(funding, ("id",), "funding.toml", problems)
        self._returns = tuple(returns)
        self._mapping: dict[tuple[str, str], list[OffenceMatch]] = {}
        for row in mapping:
            self._mapping.setdefault((row.scheme, row.code), []).append(row)
        problems += [*self._unfit_editions(), *self._unfit_parts(), *self._unfit_mapping()]
        refuse(problems)

    def returns(self, indicator_id: str) -> tuple[AssumedReturn, ...]:
        """Give what is assumed of schemes that are to avoid an indicator's offences."""
        return tuple(row for row in self._returns if row.indicator_id == indicator_id)

    def editions(self) -> tuple[str, ...]:
        """Give the editions of unit costs, in the order of the tables."""
        return tuple(dict.fromkeys(edition for edition, _, _ in self._unit_costs))

    def price_year(self, edition: str) -> str:
        """Give the price year of an edition."""
        self._check_edition(edition)
        return next(row.price_year for row in self._unit_costs.values() if row.edition == edition)

    def prices(self, project: Project) -> dict[str, str]:
        """Give the edition, price year and vintage that a project names; where it does not, the newest verified edition at its own prices.

        Verified is an edition of which a unit cost was seen in an official publication.

        >>> load_cost_tables().prices(Project(organisation="Safer Otterbridge", contact="Analysts"))
        {'edition': '2010/11', 'price_year': '2010/11', 'vintage': 'December 2025'}
        """
        verified = [row.edition for row in self._unit_costs.values() if not row.provisional]
        edition = project.cost_edition or max(verified or self.editions(), key=self.price_year)
        return {
            "edition": edition,
            "price_year": project.price_year or self.price_year(edition),
            "vintage": project.vintage or self.vintages()[-1],
        }

    def unit_costs(self, edition: str, offence: str) -> tuple[UnitCost, ...]:
        """Give every component that an edition has for an offence; empty where there is none."""
        self._check_edition(edition)
        return tuple(r for r in self._unit_costs.values() if (r.edition, r.offence) == (edition, offence))

    def unit_cost(self, edition: str, offence: str, component: str = "total") -> UnitCost | None:
        """Give one component of an offence's cost, or ``None`` where no named source gives it."""
        self._check_edition(edition)
        return self._unit_costs.get((edition, offence, component))

    def multiplier(self, edition: str, offence: str) -> Multiplier | None:
        """Give the recorded-to-actual multiplier of an offence, or ``None`` where no named source gives it."""
        self._check_edition(edition)
        return self._multipliers.get((edition, offence))

    def vintages(self) -> tuple[str, ...]:
        """Give the vintages of the deflator, in the order of the tables."""
        return tuple(dict.fromkeys(vintage for vintage, _ in self._deflators))

    def deflators(self, vintage: str) -> dict[str, DeflatorIndex]:
        """Give the deflator of every year in a vintage, by year as written."""
        if vintage not in self.vintages():
            raise ValueError(
                f"unknown vintage of the deflator: {vintage!r}. Known: {', '.join(self.vintages())}."
            )
        return {year: row for (v, year), row in self._deflators.items() if v == vintage}

    def match(self, scheme: str, code: str, edition: str, months: pd.PeriodIndex) -> OffenceMatch:
        """Give what a recorded class of offence stands for in an edition, over all of these months.

        >>> year = periods.financial_year_months(periods.financial_year("2012/13"))
        >>> row = load_cost_tables().match("home_office", "28A", "2010/11", year)
        >>> row.offence, row.match
        ('Burglary in a dwelling', 'same')
        >>> load_cost_tables().match("police.uk", "Burglary", "2010/11", year).match
        'none'
        """
        self._check_edition(edition)
        if scheme not in SCHEMES:
            raise ValueError(unknown("scheme of offences", scheme, SCHEMES))
        if (scheme, code) not in self._mapping:
            known = [c for s, c in self._mapping if s == scheme]
            raise ValueError(unknown(f"offence of scheme {scheme!r}", code, known))
        rows = self._mapping[scheme, code]
        own = [row for row in rows if row.edition == edition] or [r for r in rows if r.edition == "any"]
        touching = [row for row in own if row.touches(months)]
        # A class redefined half-way through is refused as redefined; one row has to serve every month.
        changed = [row for row in touching if row.match == "changed"]
        row = (changed or touching or [None])[0]
        if row is None or (not changed and not (row.touches(months[[0]]) and row.touches(months[[-1]]))):
            raise ValueError(
                f"offence_mapping.csv does not say what {code!r} ({scheme}) stands for in edition {edition} in all "
                f"the months from {periods.month_name(months.min())} to {periods.month_name(months.max())}."
            )
        return row

    def funding(self, position_id: str) -> FundingPosition:
        """Give the funding position with this id."""
        if (position_id,) not in self._funding:
            raise ValueError(unknown("funding position", position_id, [key for (key,) in self._funding]))
        return self._funding[(position_id,)]

    def _check_edition(self, edition: str) -> None:
        if edition not in self.editions():
            raise ValueError(
                f"unknown edition of unit costs: {edition!r}. Known: {', '.join(self.editions())}."
            )

    def _unfit_editions(self) -> list[str]:
        years: dict[str, set[str]] = {}
        for row in self._unit_costs.values():
            years.setdefault(row.edition, set()).add(row.price_year)
        problems = [
            f"unit_costs.csv: edition {e} has two price years: {', '.join(sorted(y))}."
            for e, y in years.items()
            if len(y) > 1
        ]
        priced = {(row.edition, row.offence) for row in self._unit_costs.values()}
        named = [("crime_multipliers.csv", key) for key in self._multipliers]
        named += [
            ("offence_mapping.csv", (row.edition, row.offence))
            for rows in self._mapping.values()
            for row in rows
            if row.offence
        ]
        problems += [
            f"{table}: unit_costs.csv has no offence {offence!r} in edition {edition}."
            for table, (edition, offence) in dict.fromkeys(named)
            if (edition, offence) not in priced
        ]
        return problems

    def _unfit_parts(self) -> list[str]:
        problems = []
        for (edition, offence, component), row in self._unit_costs.items():
            if component == "total":
                parts = [self._unit_costs.get((edition, offence, part)) for part in COMPONENTS]
                added = sum(part.value for part in parts if part)
                if added > row.value + _ROUNDING or (all(parts) and added < row.value - _ROUNDING):
                    problems.append(
                        f"unit_costs.csv: the parts of {offence!r} in edition {edition} add to {added}, "
                        f"not to its total {row.value}."
                    )
            whole = self._unit_costs.get((edition, offence, "total"))
            if component == "fiscal" and whole and row.value > whole.value:
                problems.append(
                    f"unit_costs.csv: the fiscal part of {offence!r} in edition {edition} is more than its total."
                )
        return problems

    def _unfit_mapping(self) -> list[str]:
        return [
            f"offence_mapping.csv: {code!r} ({scheme}) has two rows for edition {one.edition} in the same months."
            for (scheme, code), rows in self._mapping.items()
            for one, other in combinations(rows, 2)
            if one.edition == other.edition
            and _overlap(one.first_month, one.last_month, other.first_month, other.last_month)
        ]


def load_cost_tables(folder: Path | str | None = None) -> CostTables:
    """Read the cost tables that hold for England and Wales, and those of a project's ``data/raw/reference``.

    A project has ``funding.toml``, and may add rows in ``offence_mapping.csv`` (its own classes of offence), and in
    ``unit_costs.csv``, ``crime_multipliers.csv`` and ``gdp_deflators.csv``, in the shape of the national ones: an edition or a vintage that
    came out since. What is there twice is refused.
    """

    def rows(name: str, kind: type) -> list:
        return read_rows(NATIONAL / name, kind) + read_local(folder, name, kind)

    return CostTables(
        unit_costs=rows("unit_costs.csv", UnitCost),
        multipliers=rows("crime_multipliers.csv", Multiplier),
        deflators=rows("gdp_deflators.csv", DeflatorIndex),
        mapping=rows("offence_mapping.csv", OffenceMatch),
        funding=read_local(folder, "funding.toml", FundingPosition),
        returns=read_local(folder, "assumed_returns.csv", AssumedReturn),
    )


def _keyed(rows: Iterable, names: tuple[str, ...], table: str, problems: list[str]) -> dict:
    keyed: dict[tuple, object] = {}
    for row in rows:
        key = tuple(getattr(row, name) for name in names)
        if key in keyed:
            problems.append(f"{table}: two rows for {', '.join(key)}.")
        keyed[key] = row
    return keyed


def _overlap(first, last, other_first, other_last) -> bool:
    return (first is None or other_last is None or first <= other_last) and (
        last is None or other_first is None or last >= other_first
    )
