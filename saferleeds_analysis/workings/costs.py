"""What offences are valued at: counts times unit costs, carried to other prices, and what made a change of it.

``counts`` stand under the names of their offences, ``mapping`` says which offence of the edition each stands for, and two
rows of ``prices`` are the indices of the edition's year and of the year to whose prices a value is carried.
"""

from decimal import Decimal

import pandas as pd

from saferleeds_analysis.methods import costs
from saferleeds_analysis.workings.counts import total


def value(
    unit_costs: pd.DataFrame,
    mapping: pd.DataFrame,
    prices: pd.DataFrame | None = None,
    multipliers: pd.DataFrame | None = None,
    households: pd.DataFrame | None = None,
    less: list[str] = (),
    **counts: pd.DataFrame,
) -> float:
    """Give counts times unit costs, all rows of these added up but for the components to be taken off (``less``).

    ``multipliers`` carry recorded offences to all of them; ``households`` are divided by.

    >>> cost = pd.DataFrame({"offence": ["Burglary"], "component": ["total"], "value": [3925]})
    >>> stands_for = pd.DataFrame({"code": ["domestic_burglary"], "offence": ["Burglary"]})
    >>> value(cost, stands_for, domestic_burglary=pd.DataFrame({"count": [5000, 631]}))
    22101675.0
    """
    numbers = _numbers(mapping, counts)
    times = {} if multipliers is None else multipliers.set_index("offence")["multiplier"].to_dict()
    amount = sum(
        (-1 if row.component in less else 1)
        * numbers[row.offence]
        * _at_prices(row.value, prices)
        * _exact(times.get(row.offence, 1))
        for row in unit_costs.itertuples()
    )
    return float(amount) / (1 if households is None else int(households["number"].iloc[0]))


def change(
    unit_costs: pd.DataFrame,
    mapping: pd.DataFrame,
    effect: str,
    earlier_prices: pd.DataFrame | None = None,
    later_prices: pd.DataFrame | None = None,
    **counts: pd.DataFrame,
) -> float:
    """Give the ``change`` in value, or what of it came of ``volume``, ``mix`` or ``price``.

    ``counts`` stand under the names of their offences with ``earlier_`` or ``later_`` in front.
    """
    sides = []
    for side, prices in (("earlier_", earlier_prices), ("later_", later_prices)):
        numbers = _numbers(mapping, {name: counts[side + name] for name in mapping["code"].unique()})
        sides.append([(numbers[r.offence], _at_prices(r.value, prices)) for r in unit_costs.itertuples()])
    if effect == "change":
        earlier, later = (sum(number * each for number, each in side) for side in sides)
        return float(later - earlier)
    return float(costs.effects_of_change(*sides)[("volume", "mix", "price").index(effect)])


def return_on_money(ratio: float | None = None, **assumptions: float) -> float:
    """Give the stated return for each pound put in, or the fewer offences that a ``ratio`` would take.

    >>> stated = {"investment": 10_000, "offences_avoided": 16, "deadweight": 0.25, "attribution": 0.5}
    >>> return_on_money(**stated, unit_value=5_000), return_on_money(**stated, unit_value=5_000, ratio=3)
    (3.0, 16.0)
    """
    stated = costs.ReturnAssumptions(**assumptions)
    return (
        costs.social_return(stated).ratio if ratio is None else costs.offences_for_return(stated, ratio=ratio)
    )


def _numbers(mapping: pd.DataFrame, counts: dict[str, pd.DataFrame]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for code, offence in zip(mapping["code"], mapping["offence"], strict=True):
        numbers[offence] = numbers.get(offence, 0) + total(counts[code])
    return numbers


def _at_prices(unit_cost: float, prices: pd.DataFrame | None) -> Decimal:
    if prices is None:
        return costs.whole_pennies(_exact(unit_cost))
    of_edition, wanted = map(_exact, prices["index"])
    return costs.whole_pennies(_exact(unit_cost) * (wanted / of_edition))


def _exact(number: float) -> Decimal:
    """Take a number as it is written in its file."""
    return Decimal(str(number))
