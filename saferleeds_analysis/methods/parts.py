"""A part of a whole: as a percentage, a rate or so many for each, with its interval, and the change from one to another.

People and events are taken as independent of each other; where one person stands for many events the truth is wider, which
the answer says. Percentages have Wilson's interval and their difference Newcombe's (1998, method 10, which joins the two);
rates have the interval of their count (Byar, exact below 10) and their ratio the exact conditional limits.
"""

import re
from dataclasses import dataclass, replace

from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.estimates import Estimate, count_with_interval, less, ratio_of_rates, scaled
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.methods.rates import proportion
from saferleeds_analysis.methods.trajectory import Rating
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
    return scaled(count_with_interval(numerator, unit=unit), per / denominator, unit=unit, n=denominator)


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


def rate_parts(
    target: Target,
    *,
    now: tuple[int, int],
    before: tuple[int, int] | None = None,
    beside: tuple[int, int] | None = None,
    beside_before: tuple[int, int] | None = None,
    unit: str,
    improvement_direction: str,
) -> Rating:
    """Rate a level against its target by what the target is of: the level, its change, its gap to another, or whether that shrinks.

    Each is how many of how many: ``now``, the same period a year ``before``, and those of what it stands ``beside``. A change is counted
    towards the better side and a gap towards the worse, so "at least 5" better and "at most 2" worse mean what they say.

    >>> from datetime import date
    >>> aim = Target(indicator_id="treatment", area="Leeds", period="2012/13", kind="original", comparison="at most", value=5.0,
    ...     set_on=date(2012, 4, 1), agreed_by="", source="", note="", of="gap")
    >>> rated = rate_parts(aim, now=(160, 400), beside=(4400, 10_000), unit="%", improvement_direction="increase")
    >>> rated.letter, rated.reason.partition(" (")[0]
    ('G', 'the gap: 4')
    """
    better = 1 if improvement_direction == "increase" else -1
    level = level_of_parts(*now, unit=unit)

    def against(own: tuple[int, int], other: tuple[int, int] | None, sign: int) -> Estimate | None:
        found = other and change_of_parts(other, own, unit=unit).difference
        return scaled(found, sign, unit=found.unit) if found else None

    if target.of == "closer":
        gaps = (
            against(*pair, -better) if None not in pair else None
            for pair in ((before, beside_before), (now, beside))
        )
        return trajectory.assess_gap(*gaps)
    what = {"level": "", "change": "the change in a year: ", "gap": "the gap: "}[target.of]
    found = {"level": level, "change": against(now, before, better), "gap": against(now, beside, -better)}[
        target.of
    ]
    rating = trajectory.assess_level(found, target=target)
    return replace(rating, reason=f"{what}{rating.reason}")


def _per(unit: str) -> int:
    """Read of how many a unit is; refuse one that is none."""
    found = _RATE.fullmatch(unit)
    if unit != "%" and not found:
        raise ValueError(
            f"{unit!r} is no unit of a part: '%', 'per 1,000 households', or 'per offender' for so many each."
        )
    return 100 if unit == "%" else int((found[1] or "1").replace(",", ""))
