"""A part of a whole: as a percentage, a rate or so many for each, with its interval, and the change from one to another.

People and events are taken as independent of each other; where one person stands for many events the truth is wider, which
the answer says. Percentages have Wilson's interval and their difference Newcombe's (1998, method 10, which joins the two);
rates have the interval of their count (Byar, exact below 10) and their ratio the exact conditional limits.
"""

import re
from dataclasses import dataclass, replace

from saferleeds_analysis.estimates import Estimate, count_with_interval, less, ratio_of_rates
from saferleeds_analysis.methods.rates import proportion
from saferleeds_analysis.problems import refuse_unless
from saferleeds_analysis.results import Result

_RATE = re.compile(r"per (?:([1-9][0-9,]*) )?[^\W\d].*")


@dataclass(frozen=True, kw_only=True)
class PartChange(Result):
    """The change from one level to a later one: in percentage points of percentages, in per cent of rates.

    ``direction`` is ``"fell"``, ``"rose"`` or ``"no clear change"`` and follows the interval. ``difference`` is ``None`` where the
    earlier rate is nought, of which no percentage can be taken.
    """

    earlier: Estimate
    later: Estimate
    difference: Estimate | None
    direction: str


def level_of_parts(numerator: int, denominator: int, *, unit: str) -> Estimate:
    """Give how many of how many as a level in ``unit``: ``"%"``, ``"per 1,000 households"`` or ``"per offender"``.

    >>> level = level_of_parts(349, 1_000, unit="%")
    >>> [round(number, 1) for number in (level.value, level.lower, level.upper)]
    [34.9, 32.0, 37.9]
    >>> round(level_of_parts(91, 118, unit="per offender").value, 2)
    0.77
    """
    per = _per(unit)
    refuse_unless((denominator > 0, f"a level needs a base above zero, not {denominator!r}."))
    if unit == "%":
        return proportion(numerator, denominator)
    scale = per / denominator
    of = count_with_interval(numerator, unit=unit)
    return replace(
        of,
        value=numerator * scale,
        lower=of.lower * scale,
        upper=of.upper * scale,
        n=denominator,
    )


def change_of_parts(earlier: tuple[int, int], later: tuple[int, int], *, unit: str) -> PartChange:
    """Compare two levels, each how many of how many.

    >>> change = change_of_parts((409, 1_100), (310, 1_050), unit="%")
    >>> change.direction, [round(number, 1) for number in (change.difference.lower, change.difference.upper)]
    ('fell', [-11.6, -3.7])
    >>> change_of_parts((91, 100), (77, 100), unit="per offender").direction
    'no clear change'
    """
    before, after = (level_of_parts(*parts, unit=unit) for parts in (earlier, later))
    if unit == "%":
        difference = replace(less(after, before, method="Newcombe"), unit="percentage points")
        low, high = difference.lower, difference.upper
    else:
        lower, upper, _ = ratio_of_rates(later, earlier)
        low, high = 100 * (lower - 1), 100 * (upper - 1)
        difference = earlier[0] and Estimate(
            value=100 * (after.value / before.value - 1),
            lower=low,
            upper=high,
            unit="%",
            method="exact conditional (Clopper-Pearson)",
            confidence=0.95,
            n=earlier[1] + later[1],
        )
    return PartChange(
        earlier=before,
        later=after,
        difference=difference or None,
        direction="fell" if high < 0 else "rose" if low > 0 else "no clear change",
    )


def _per(unit: str) -> int:
    """Read of how many a unit is; refuse one that is none."""
    found = _RATE.fullmatch(unit)
    if unit != "%" and not found:
        raise ValueError(
            f"{unit!r} is no unit of a part: '%', 'per 1,000 households', or 'per offender' for so many each."
        )
    return 100 if unit == "%" else int((found[1] or "1").replace(",", ""))
