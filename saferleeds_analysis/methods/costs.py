"""What recorded crime is valued at, in whose prices, and how that changes; never what was "saved".

Economic and social costs are averages for England and Wales: spending in anticipation of crime, harm and loss in
consequence of it, and the response of the police and courts. Only the fiscal part is public spending, and little of that
could be released by one crime fewer. Sources: Home Office Research Report 99 (2018) and its forerunners for unit costs,
HM Treasury's GDP deflator for prices, both read by :mod:`saferleeds_analysis.unit_costs`.

>>> from saferleeds_analysis.unit_costs import load_cost_tables
>>> estimate = cost_of_crime(
...     pd.Series({"Domestic burglary": 5631}),
...     months=pd.period_range("2012-01", "2012-12", freq="M"),
...     scheme="extract", edition="2010/11", price_year="2010/11", tables=load_cost_tables(),
... )
>>> f"£{estimate.amount / 1_000_000:.1f}m, {estimate.window}"
'£22.1m, calendar year 2012'
>>> f"of which about £{estimate.fiscal / 1_000_000:.1f}m is public spending"
'of which about £7.7m is public spending'
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor, hypot
from numbers import Integral

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.estimates import Estimate, count_with_interval, less
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import refuse_unless
from saferleeds_analysis.results import Result
from saferleeds_analysis.unit_costs import (
    COMPONENTS,
    CostTables,
    DeflatorIndex,
    Multiplier,
    OffenceMatch,
    UnitCost,
)

RECORDED_ONLY = "Recorded offences only: offences that nobody reported, or that were not recorded, are not in this figure."
NOT_CASH = "An economic and social value. It is not money that any budget holds or could release."
IN_SERIES = (
    "The interval allows for offences that come in series. "
    "It does not cover how far the unit costs may be off, unless their publication says."
)
# Names of what is in a value beside the components of its edition.
ROUNDING, NOT_SPLIT = "rounding in the edition", "not split by the edition"
_PENNY = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Uprating:
    """How prices of one year became prices of another: a ratio of two indices of one vintage and series."""

    from_year: str
    to_year: str
    factor: Decimal
    vintage: str
    series: str
    seen_in: str
    provisional: bool

    @property
    def sentence(self) -> str:
        """Say what was done to the prices, with the vintage."""
        kind = f"{self.series} years"
        if self.series == "financial, approximate":
            kind = "financial years, approximated from calendar years"
        return (
            f"Prices of {self.from_year} were brought to {self.to_year} by HM Treasury's GDP deflator of {self.vintage} "
            f"({kind}), multiplied by {self.factor:.4f}."
        )


@dataclass(frozen=True, kw_only=True)
class OffenceCost:
    """One recorded class of offence, valued.

    ``unit_cost`` is pounds an offence at the estimate's prices, to the penny; ``amount`` is the count times it, and
    ``cost`` the same with its interval, of this ``confidence``. ``components`` holds the amount of each component that
    the edition gives, by name, details such as ``response: police`` included. ``reservation`` says where the recorded class and the offence of the
    edition differ, and is empty where they are the same. ``dispersion`` says how far such counts stray.
    """

    code: str
    name: str
    offence: str
    count: int
    unit_cost: Decimal
    unit_cost_limits: tuple[float, float] | None
    amount: Decimal
    confidence: float
    components: Mapping[str, Decimal]
    multiplier: Decimal | None
    dispersion: float
    reservation: str
    status: str
    provisional: tuple[str, ...]

    @property
    def cost(self) -> Estimate:
        """The value of the offences in pounds, with its interval."""
        return _interval([self], self.confidence)


@dataclass(frozen=True, kw_only=True)
class Uncosted:
    """A recorded class of offence that no figure is put on, and why."""

    code: str
    name: str
    count: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class CostEstimate(Result):
    """What the recorded offences of some months are valued at, in one edition's unit costs and one year's prices.

    ``total`` is pounds with its interval and ``amount`` the same to the penny, for recorded offences only.
    ``by_component`` splits it into anticipation, consequence, response, what the edition does not split, and rounding;
    these add up to ``amount``. ``fiscal`` is the part that is public spending, which cuts across the others; it is ``None``
    unless known for every costed offence. ``with_multiplier`` is the value of all offences thought to have happened,
    ``None`` where ``multiplier_refused`` says why no such figure may be given. ``uncosted`` offences are in no figure.
    ``provisional`` names what was not seen in an official document; ``window`` names the base of the counts.
    """

    edition: str
    price_year: str
    uprating: Uprating | None
    window: Window
    amount: Decimal
    total: Estimate
    by_offence: tuple[OffenceCost, ...]
    by_component: Mapping[str, Decimal]
    fiscal: Decimal | None
    with_multiplier: Estimate | None
    multiplier_refused: tuple[str, ...]
    uncosted: tuple[Uncosted, ...]
    provisional: tuple[str, ...]
    caveats: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give tidy rows: the total, each offence, each component, the fiscal part, the multiplied and the uncosted."""
        rows = [_row("value of recorded offences", self.total, caveats=self.caveats)]
        rows += [_row(f"value: {o.name}", o.cost, caveats=(o.reservation,)) for o in self.by_offence]
        rows += [_plain_row(f"component: {name}", amount) for name, amount in self.by_component.items()]
        if self.fiscal is not None:
            rows.append(_plain_row("of which public spending", self.fiscal))
        if self.with_multiplier is not None:
            rows.append(
                _row(
                    "value of all offences, multiplied",
                    self.with_multiplier,
                    caveats=self.with_multiplier.caveats,
                )
            )
        rows += [
            _plain_row(f"not valued: {u.name}", None) | {"n": u.count, "caveats": u.reason}
            for u in self.uncosted
        ]
        shared = {"period": self.window.name, "edition": self.edition, "price_year": self.price_year}
        return pd.DataFrame(shared | row for row in rows)


@dataclass(frozen=True, kw_only=True)
class CostChange:
    """The change in value between two estimates, in pounds to the penny, and what made it.

    ``volume`` is from more or fewer offences, ``mix`` from dearer or cheaper kinds among them, ``price`` from unit costs
    at other prices. The three add up exactly to ``change``. ``difference`` is the change with its interval.
    """

    earlier: CostEstimate
    later: CostEstimate
    change: Decimal
    volume: Decimal
    mix: Decimal
    price: Decimal
    difference: Estimate
    method: str
    caveats: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give tidy rows: the change and its three effects."""
        amounts = {"earlier": self.earlier.amount, "later": self.later.amount}
        amounts |= {name: getattr(self, name) for name in ("change", "volume", "mix", "price")}
        return pd.DataFrame(
            {"measure": name, "value": float(amount), "unit": "£", "method": self.method}
            for name, amount in amounts.items()
        )


@dataclass(frozen=True, kw_only=True)
class EditionRange:
    """The same offences valued by every edition that can value all of them, at the prices of one year."""

    estimates: Mapping[str, CostEstimate]
    left_out: Mapping[str, str]
    lowest: str
    highest: str


@dataclass(frozen=True, kw_only=True)
class ReturnAssumptions:
    """What a social return rests on: every number is an assumption that somebody has to stand behind.

    ``investment`` is pounds put in; ``offences_avoided`` is how many fewer offences there were; ``deadweight`` is the
    share of those that would have gone anyway; ``attribution`` is the share of the rest that is owed to the scheme;
    ``unit_value`` is pounds an offence.
    """

    investment: float
    offences_avoided: float
    deadweight: float
    attribution: float
    unit_value: float

    def __post_init__(self) -> None:
        """Refuse money and offences below zero, and shares outside 0 to 1."""
        shares = {"deadweight": self.deadweight, "attribution": self.attribution}
        amounts = {"offences_avoided": self.offences_avoided, "unit_value": self.unit_value}
        refuse_unless(
            *(
                (0 <= share <= 1, f"{name} is a share from 0 to 1 (write 21% as 0.21); {share} is not.")
                for name, share in shares.items()
            ),
            *(
                (amount >= 0, f"{name} is not below zero; {amount} is not allowed.")
                for name, amount in amounts.items()
            ),
            (self.investment > 0, f"investment is above zero; {self.investment} is not."),
        )


@dataclass(frozen=True, kw_only=True)
class SocialReturn:
    """Pounds of economic and social value for each pound put in (``ratio``), under stated assumptions.

    ``break_even_offences`` is how many fewer offences give £1 for £1.
    """

    value: float
    ratio: float
    break_even_offences: float
    caveats: tuple[str, ...]


def uprating(*, from_year: str, to_year: str, deflators: Iterable[DeflatorIndex]) -> Uprating:
    """Give the factor that brings prices of one year to another, both ends from one vintage and one series.

    Years are written as the series writes them: ``2012/13`` for a financial and ``2012`` for a calendar year.

    >>> from saferleeds_analysis.unit_costs import load_cost_tables
    >>> table = load_cost_tables().deflators("September 2019").values()
    >>> round(uprating(from_year="2003/04", to_year="2010/11", deflators=table).factor, 4)
    Decimal('1.1791')
    """
    rows = list(deflators)
    vintages = sorted({row.vintage for row in rows})
    if len(vintages) != 1:
        raise ValueError(
            f"both ends of an uprating come from one vintage of the deflator; these rows hold {len(vintages)}: "
            f"{', '.join(vintages) or 'none'}. Indices of different releases are not comparable."
        )
    by_year = {row.year: row for row in rows}
    missing = [year for year in dict.fromkeys((from_year, to_year)) if year not in by_year]
    if missing:
        kind = [year for year in by_year if ("/" in year) == ("/" in missing[0])]
        holds = f"{min(kind)} to {max(kind)}" if kind else "no years written so"
        raise ValueError(
            f"price year {' and '.join(missing)} is not in the deflator table of {vintages[0]} ({holds}). Choose a vintage "
            "that holds both years, or add a newer table to data/raw/reference/gdp_deflators.csv."
        )
    start, end = by_year[from_year], by_year[to_year]
    if start.series != end.series:
        raise ValueError(
            f"{from_year} is in the {start.series} series and {to_year} in the {end.series} one; "
            "both ends of an uprating come from one series."
        )
    return Uprating(
        from_year=from_year,
        to_year=to_year,
        factor=end.index / start.index,
        vintage=start.vintage,
        series=start.series,
        seen_in=end.seen_in,
        provisional=start.provisional or end.provisional,
    )


def cost_of_crime(
    counts: pd.Series,
    *,
    months: pd.PeriodIndex,
    scheme: str,
    edition: str,
    price_year: str,
    tables: CostTables,
    vintage: str | None = None,
    include_provisional: bool = True,
    confidence: float = 0.95,
    dispersions: Mapping[str, float] | None = None,
) -> CostEstimate:
    """Value recorded offences by an edition's unit costs, at the prices of ``price_year``.

    ``counts`` is a Series of whole numbers, one for each class of recorded offence as ``scheme`` names it (``police.uk``
    types, ``home_office`` codes, ``home_office_subgroup`` or the names of an ``extract``); ``months`` are the months counted, because
    classes of offence are redefined from time to time. ``vintage`` names the release of the deflator, and is needed when
    ``price_year`` is not the edition's own. ``dispersions`` say by class how far the counts stray
    (:func:`~saferleeds_analysis.methods.variation.variation`); of a class without one, open data do. ``include_provisional=False`` leaves out every figure that was not seen in an
    official document.

    Offences without a unit cost are listed as uncosted; a redefined class is refused. Unit costs are averages of all
    such offences in England and Wales: for a handful of offences in a small area they say little.
    """
    _check_counts(counts)
    _check_months(months)
    prices = prices_carried(tables, edition=edition, price_year=price_year, vintage=vintage)
    if prices and prices.provisional and not include_provisional:
        raise ValueError(
            f"the deflator of {prices.vintage} was not seen in an official document, and provisional figures are excluded. "
            f"Leave the prices at {prices.from_year}, or load HM Treasury's table as an official one."
        )
    factor = prices.factor if prices else Decimal(1)
    seen = "from a named source" if include_provisional else "seen in an official document"
    allowed = (False, include_provisional)
    by_offence, uncosted = [], []
    for code, match in _matches(counts, scheme, edition, months, tables).items():
        count = int(counts[code])
        unit_costs = tables.unit_costs(edition, match.offence)
        rows = {row.component: row for row in unit_costs if row.provisional in allowed}
        multiplier = tables.multiplier(edition, match.offence) if match.match == "same" else None
        if multiplier and multiplier.provisional not in allowed:
            multiplier = None
        if "total" in rows:
            borrowed = variation_of(12 * count / len(months), kind=match.name).dispersion
            strays = (dispersions or {}).get(code, borrowed)
            by_offence.append(_offence_cost(code, match, count, rows, multiplier, factor, confidence, strays))
        else:
            unseen = f"edition {edition} has no unit cost of {match.offence!r} {seen}"
            reason = match.reason if match.match == "none" else unseen
            uncosted.append(Uncosted(code=code, name=match.name, count=count, reason=reason))
    if not by_offence:
        listed = "; ".join(f"{u.code!r}: {u.reason}" for u in uncosted)
        raise ValueError(f"edition {edition} puts no value on any of these offences ({listed}).")
    return _estimate(by_offence, uncosted, edition, price_year, prices, months, seen, confidence)


def whole_pennies(pounds: Decimal | int) -> Decimal:
    """Round an amount to the penny, half up."""
    return Decimal(pounds).quantize(_PENNY, rounding=ROUND_HALF_UP)


def cost_per(estimate: CostEstimate, *, number: int, unit: str) -> Estimate:
    """Give the value per ``unit`` (``resident``, ``household``), of which there are ``number``.

    >>> from saferleeds_analysis.unit_costs import load_cost_tables
    >>> estimate = cost_of_crime(
    ...     pd.Series({"Domestic burglary": 5631}), months=pd.period_range("2012-01", "2012-12", freq="M"),
    ...     scheme="extract", edition="2010/11", price_year="2010/11", tables=load_cost_tables(),
    ... )
    >>> round(cost_per(estimate, number=341466, unit="household").value, 2)
    64.73
    """
    if isinstance(number, bool) or not isinstance(number, Integral) or number <= 0:
        raise ValueError(f"the number of {unit}s is a whole number above zero; {number!r} is not.")
    total = estimate.total
    return replace(
        total,
        value=total.value / number,
        lower=total.lower / number,
        upper=total.upper / number,
        unit=f"£ per {unit}",
    )


def cost_across_editions(
    counts: pd.Series,
    *,
    price_year: str,
    vintage: str,
    tables: CostTables,
    editions: Sequence[str],
    **options,
) -> EditionRange:
    """Value the same offences by several editions at one year's prices: how much the figure owes to the method.

    Only editions that value every offence are compared; the others are left out, each with its reason.
    """
    _check_counts(counts)
    estimates: dict[str, CostEstimate] = {}
    left_out: dict[str, str] = {}
    for edition in editions:
        tables.price_year(edition)  # an unknown edition is a slip of the call
        try:
            estimate = cost_of_crime(
                counts, edition=edition, price_year=price_year, vintage=vintage, tables=tables, **options
            )
        except ValueError as refusal:
            left_out[edition] = str(refusal)
            continue
        if estimate.uncosted:
            left_out[edition] = "; ".join(f"{u.code!r}: {u.reason}" for u in estimate.uncosted)
        else:
            estimates[edition] = estimate
    if not estimates:
        raise ValueError(
            "no edition values all of these offences. " + " ".join(f"{e}: {r}" for e, r in left_out.items())
        )
    ranked = sorted(estimates, key=lambda e: estimates[e].amount)
    return EditionRange(estimates=estimates, left_out=left_out, lowest=ranked[0], highest=ranked[-1])


def change_in_cost(earlier: CostEstimate, later: CostEstimate) -> CostChange:
    """Split the change in value between two periods into volume, mix and price effects that add up to the penny.

    Value is number of offences x share of each kind x unit cost. Each effect is its average over the six orders in which
    the three could have changed (the Shapley value; with one kind of offence it is Marshall and Bennet's midpoint rule),
    so no effect is favoured by coming first and nothing is left over. Pennies are shared by largest remainder.

    At constant prices the price effect is nothing. Two editions are two methods, and two vintages two price scales:
    neither difference is a change in crime, and both are refused.
    """
    _check_comparable(earlier, later)
    sides = (sorted(e.by_offence, key=lambda o: o.code) for e in (earlier, later))
    volume, mix, price = effects_of_change(*([(o.count, o.unit_cost) for o in side] for side in sides))
    change = later.amount - earlier.amount
    difference = less(later.total, earlier.total, method="MOVER", caveats=(NOT_CASH,))
    return CostChange(
        earlier=earlier,
        later=later,
        change=change,
        volume=volume,
        mix=mix,
        price=price,
        difference=replace(difference, value=float(change)),
        method="Shapley value of number, mix and unit cost",
        caveats=(NOT_CASH, RECORDED_ONLY),
    )


def effects_of_change(
    earlier: Sequence[tuple[int, Decimal]], later: Sequence[tuple[int, Decimal]]
) -> list[Decimal]:
    """Give what of a change in value came of volume, of mix and of price: each offence with its number and unit cost.

    >>> [str(effect) for effect in effects_of_change([(100, Decimal(50))], [(80, Decimal(55))])]
    ['-1050.00', '0.00', '450.00']
    """
    q0, q1 = ([number for number, _ in side] for side in (earlier, later))
    p0, p1 = ([Fraction(unit_cost) for _, unit_cost in side] for side in (earlier, later))
    return _parts_in_pennies(_shapley(q0, q1, p0, p1))


def social_return(assumptions: ReturnAssumptions) -> SocialReturn:
    """Give the social value for each pound put in, under stated assumptions.

    >>> stated = ReturnAssumptions(
    ...     investment=10_000, offences_avoided=16, deadweight=0.25, attribution=0.5, unit_value=5_000
    ... )
    >>> social_return(stated).ratio
    3.0
    """
    a = assumptions
    owed = (1 - a.deadweight) * a.attribution
    value = a.offences_avoided * owed * a.unit_value
    return SocialReturn(
        value=value,
        ratio=value / a.investment,
        break_even_offences=offences_for_return(a, ratio=1),
        caveats=(NOT_CASH, "Every figure here is an assumption, not a measurement."),
    )


def offences_for_return(assumptions: ReturnAssumptions, *, ratio: float) -> float:
    """Give how many fewer offences a stated return (``3`` for £3 for each £1) takes; infinite where none would do.

    What has to be true for a published ratio to hold, the other assumptions being as stated:

    >>> stated = ReturnAssumptions(
    ...     investment=10_000, offences_avoided=0, deadweight=0.25, attribution=0.5, unit_value=5_000
    ... )
    >>> offences_for_return(stated, ratio=3)
    16.0
    """
    if not ratio > 0:
        raise ValueError(f"a ratio is above zero; {ratio} is not.")
    a = assumptions
    worth = (1 - a.deadweight) * a.attribution * a.unit_value
    return ratio * a.investment / worth if worth else float("inf")


def one_at_a_time(
    result: Callable[[str, float], float],
    *,
    what: str,
    known: Sequence[str],
    central: float,
    ranges: Mapping[str, tuple[float, float]],
) -> pd.DataFrame:
    """Give a result when each of the inputs known alone goes to its low and its high, longest swing first.

    ``what`` names the column of the inputs' names, and ``result`` gives the result with one input at a value.

    >>> bars = one_at_a_time(
    ...     lambda name, value: 2 * value, what="input", known=["a"], central=6.0, ranges={"a": (1, 4)}
    ... )
    >>> bars[["input", "at_low", "at_high", "swing"]].values.tolist()
    [['a', 2, 8, 6]]
    """
    unknown = sorted(set(ranges) - set(known))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is none of the {what}s: {', '.join(known)}.")
    bars = pd.DataFrame(
        [
            (name, float(low), float(high), result(name, low), central, result(name, high))
            for name, (low, high) in ranges.items()
        ],
        columns=[what, "low", "high", "at_low", "central", "at_high"],
    )
    bars["swing"] = (bars["at_high"] - bars["at_low"]).abs()
    return bars.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def _row(measure: str, e: Estimate, *, caveats: Sequence[str]) -> dict:
    return {
        "measure": measure,
        "value": e.value,
        "lower": e.lower,
        "upper": e.upper,
        "confidence": e.confidence,
        "unit": e.unit,
        "method": e.method,
        "n": e.n,
        "caveats": " ".join(caveats),
    }


def _plain_row(measure: str, amount: Decimal | None) -> dict:
    blank = dict.fromkeys(("lower", "upper", "confidence"))
    return {
        "measure": measure,
        "value": None if amount is None else float(amount),
        **blank,
        "unit": "£",
        "method": "not valued" if amount is None else "count times unit cost",
        "n": None,
        "caveats": "",
    }


def prices_carried(
    tables: CostTables, *, edition: str, price_year: str, vintage: str | None
) -> Uprating | None:
    """Give how an edition's prices become those of a year; ``None`` where that is the edition's own year."""
    own = tables.price_year(edition)
    if price_year == own:
        return None
    if vintage is None:
        raise ValueError(
            f"edition {edition} is at prices of {own}; to bring it to {price_year}, name the vintage of the deflator: "
            f"{', '.join(tables.vintages())}."
        )
    return uprating(from_year=own, to_year=price_year, deflators=tables.deflators(vintage).values())


def _check_counts(counts: pd.Series) -> None:
    if not isinstance(counts, pd.Series) or counts.empty or not counts.index.is_unique:
        raise ValueError(
            "counts is a Series with one whole number for each class of offence, each class once."
        )
    wrong = [
        f"{code!r}: {count!r}"
        for code, count in counts.items()
        if isinstance(count, bool) or not isinstance(count, Integral) or count < 0
    ]
    if wrong:
        raise ValueError(f"counts are whole numbers from 0; these are not: {', '.join(wrong)}.")


def _check_months(months: pd.PeriodIndex) -> None:
    monthly = isinstance(months, pd.PeriodIndex) and months.freqstr == "M" and len(months) > 0
    if not monthly or not months.equals(pd.period_range(months[0], periods=len(months), freq="M")):
        raise ValueError("months is a monthly PeriodIndex of the months counted, in order and without a gap.")


def _matches(
    counts: pd.Series, scheme: str, edition: str, months: pd.PeriodIndex, tables: CostTables
) -> dict[str, OffenceMatch]:
    found, problems = {}, []
    for code in counts.index:
        try:
            found[code] = match = tables.match(scheme, code, edition, months)
        except ValueError as error:
            problems.append(str(error))
            continue
        if match.match == "changed":
            valued = f"{code!r} cannot be valued by edition {edition} in {_period_name(months)}"
            problems.append(f"{valued}: {match.reason}.")
    if problems:
        raise ValueError("\n".join(problems))
    return found


def _offence_cost(
    code: str,
    match: OffenceMatch,
    count: int,
    rows: Mapping[str, UnitCost],
    multiplier: Multiplier | None,
    factor: Decimal,
    confidence: float,
    dispersion: float,
) -> OffenceCost:
    # each unit cost is rounded to the penny first, so that every amount is whole pennies and all sums are exact
    each = {name: whole_pennies(row.value * factor) for name, row in rows.items()}
    total = rows["total"]
    unit_cost = each.pop("total")
    has_limits = total.lower is not None
    return OffenceCost(
        code=code,
        name=match.name,
        offence=match.offence,
        count=count,
        unit_cost=unit_cost,
        unit_cost_limits=(float(total.lower * factor), float(total.upper * factor)) if has_limits else None,
        amount=count * unit_cost,
        confidence=confidence,
        components={name: count * value for name, value in each.items()},
        multiplier=multiplier.multiplier if multiplier else None,
        dispersion=dispersion,
        reservation=match.reason if match.match == "partial" else "",
        status=total.status,
        provisional=tuple(
            f"{what} of {match.offence.lower()} ({row.seen_in})"
            for what, row in (
                ("unit cost", total),
                ("public spending part", rows.get("fiscal")),
                ("multiplier", multiplier),
            )
            if row and row.provisional
        ),
    )


def _estimate(
    by_offence: list[OffenceCost],
    uncosted: list[Uncosted],
    edition: str,
    price_year: str,
    prices: Uprating | None,
    months: pd.PeriodIndex,
    seen: str,
    confidence: float,
) -> CostEstimate:
    amount = sum(o.amount for o in by_offence)
    fiscal = [o.components.get("fiscal") for o in by_offence]
    refused = tuple(
        f"{o.name}: {o.reservation or f'edition {edition} has no multiplier {seen}'}"
        for o in by_offence
        if o.multiplier is None
    )
    multiplied = None
    if not refused:
        said = "The multiplier is an estimate too, and the interval does not cover how far it may be off."
        multiplied = replace(_interval(map(_multiplied, by_offence), confidence), caveats=(said,))
    provisional = tuple(dict.fromkeys(said for o in by_offence for said in o.provisional))
    caveats = [RECORDED_ONLY, NOT_CASH, IN_SERIES]
    if prices:
        provisional += (f"GDP deflator of {prices.vintage} ({prices.seen_in})",) if prices.provisional else ()
        caveats.append(prices.sentence)
    if uncosted:
        caveats.append(f"Not valued: {', '.join(f'{u.name} ({u.count:,})' for u in uncosted)}.")
    caveats += [f"{o.name}: {o.reservation}." for o in by_offence if o.reservation]
    if provisional:
        caveats.append(f"Provisional, not seen in an official document: {'; '.join(provisional)}.")
    return CostEstimate(
        edition=edition,
        price_year=price_year,
        uprating=prices,
        window=Window.of(_period_name(months), months),
        amount=amount,
        total=replace(_interval(by_offence, confidence), value=float(amount)),
        by_offence=tuple(by_offence),
        by_component=_by_component(by_offence),
        fiscal=None if None in fiscal else sum(fiscal),
        with_multiplier=multiplied,
        multiplier_refused=refused,
        uncosted=tuple(uncosted),
        provisional=provisional,
        caveats=tuple(caveats),
    )


def _by_component(by_offence: list[OffenceCost]) -> dict[str, Decimal]:
    """Add the components up; an offence without all three is not split, since its known parts are not the whole."""
    split = [o for o in by_offence if all(name in o.components for name in COMPONENTS)]
    parts = {name: sum(o.components[name] for o in split) for name in COMPONENTS} if split else {}
    parts[ROUNDING] = sum(o.amount for o in split) - sum(parts.values())
    parts[NOT_SPLIT] = sum(o.amount for o in by_offence if o not in split)
    return {name: amount for name, amount in parts.items() if amount or name in COMPONENTS}


def _interval(valued: Iterable[OffenceCost], confidence: float) -> Estimate:
    """Combine the limits of counts and of unit costs by the MOVER rule (Zou and Donner 2008).

    Counts are taken as independent, so their distances to the limits add as squares. The unit costs of one edition come
    from one model and err together, so theirs add as they are.
    """
    valued = list(valued)
    offences = [(o.count, float(o.unit_cost), o.unit_cost_limits) for o in valued]
    counts = [
        count_with_interval(o.count, unit="offences", confidence=confidence, dispersion=o.dispersion)
        for o in valued
    ]
    value = sum(count * unit for count, unit, _ in offences)
    known = [(count, unit, limits) for count, unit, limits in offences if limits]
    below = hypot(*(u * (c.value - c.lower) for c, (_, u, _) in zip(counts, offences, strict=True)))
    above = hypot(*(u * (c.upper - c.value) for c, (_, u, _) in zip(counts, offences, strict=True)))
    methods = dict.fromkeys(c.method.partition(",")[0] for c in counts)
    said = " and ".join(methods) + " limits of the counts with their dispersion"
    if known:
        below = hypot(below, sum(count * (unit - limits[0]) for count, unit, limits in known))
        above = hypot(above, sum(count * (limits[1] - unit) for count, unit, limits in known))
        said += " and published limits of the unit costs"
    return Estimate(
        value=value,
        lower=value - below,
        upper=value + above,
        unit="£",
        method=said if len(offences) == 1 and not known else f"{said}, combined by MOVER",
        confidence=confidence,
        n=sum(count for count, _, _ in offences),
    )


def _multiplied(offence: OffenceCost) -> OffenceCost:
    """Give the cost of all offences thought to have happened for each one recorded."""
    by, limits = offence.multiplier, offence.unit_cost_limits
    return replace(
        offence,
        unit_cost=offence.unit_cost * by,
        unit_cost_limits=limits and (limits[0] * float(by), limits[1] * float(by)),
    )


def _check_comparable(earlier: CostEstimate, later: CostEstimate) -> None:
    vintages = sorted({e.uprating.vintage for e in (earlier, later) if e.uprating})
    months = [len(e.window.months) for e in (earlier, later)]
    codes = [{o.code for o in e.by_offence} for e in (earlier, later)]
    refuse_unless(
        (
            earlier.edition == later.edition,
            f"the earlier estimate uses edition {earlier.edition} and the later {later.edition}: a change of method is "
            "not a change in crime. Value both by one edition.",
        ),
        (
            len(vintages) < 2,
            f"the estimates use two vintages of the deflator, {' and '.join(vintages)}. Uprate both by one.",
        ),
        (
            months[0] == months[1],
            f"the estimates cover {months[0]} and {months[1]} months; compare periods of equal length.",
        ),
        (
            earlier.total.confidence == later.total.confidence,
            "the estimates have intervals of two confidence levels; make both at one.",
        ),
        (
            codes[0] == codes[1],
            "the estimates value different offences; in only one of them: "
            f"{', '.join(sorted(codes[0] ^ codes[1]))}. Value the same offences in both.",
        ),
    )


def _shapley(q0: list[int], q1: list[int], p0: list[Fraction], p1: list[Fraction]) -> list[Fraction]:
    """Average each effect of number, share and unit cost over the six orders in which they may change."""
    n0, n1 = sum(q0), sum(q1)
    # a period without offences has no mix of its own: it is given the other's, so that all of the change is volume
    s0 = [Fraction(q, n0) for q in q0] if n0 else [Fraction(q, n1 or 1) for q in q1]
    s1 = [Fraction(q, n1) for q in q1] if n1 else s0

    def effect(changed: tuple, one: tuple, other: tuple) -> Fraction:
        # in two orders of the six it changes before both others, in two after both, and in one each between them
        before_or_after = one[0] * other[0] + one[1] * other[1]
        between = one[0] * other[1] + one[1] * other[0]
        return (changed[1] - changed[0]) * (2 * before_or_after + between) / 6

    kinds = [
        ((n0, n1), share, cost)
        for share, cost in zip(zip(s0, s1, strict=True), zip(p0, p1, strict=True), strict=True)
    ]
    return [
        sum((effect(number, share, cost) for number, share, cost in kinds), Fraction(0)),
        sum((effect(share, number, cost) for number, share, cost in kinds), Fraction(0)),
        sum((effect(cost, number, share) for number, share, cost in kinds), Fraction(0)),
    ]


def _parts_in_pennies(effects: Sequence[Fraction]) -> list[Decimal]:
    """Round to pennies so that the parts still add up: the largest remainders get the pennies that are left."""
    pence = [effect * 100 for effect in effects]
    whole = [floor(p) for p in pence]
    left = int(sum(pence)) - sum(whole)
    by_remainder = sorted(range(len(pence)), key=lambda k: pence[k] - whole[k], reverse=True)
    for k in by_remainder[:left]:
        whole[k] += 1
    return [Decimal(w).scaleb(-2) for w in whole]


def _period_name(months: pd.PeriodIndex) -> str:
    """Name the base of the counts, because a calendar and a financial year of one number give two figures."""
    first, last = months.min(), months.max()
    if len(months) != 12:
        return f"{periods.month_name(first)} to {periods.month_name(last)}"
    financial = periods.financial_year_name(periods.financial_year_of(first))
    years = {1: f"calendar year {first.year}", 4: f"financial year {financial}"}
    return years.get(first.month, periods.twelve_months_name(last))
