"""Can a printed percentage be right? Look for the whole numbers that would print as it does.

Published tables give a count and a percentage, rarely both counts. A percentage that no whole number gives is a slip,
a restatement, or a weighted figure whose base is not the one printed; the reader should know. Percentages are taken to
be rounded half away from zero or half to even: a number that prints as stated under either rule is allowed.
"""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, floor

from saferleeds_analysis.problems import DataProblem


def earlier_counts_behind(*, later: int, printed_change: str) -> list[int]:
    """Give every earlier count from which ``later`` is a change that prints as ``printed_change`` (``"-19.9"``, in %).

    >>> earlier_counts_behind(later=472, printed_change="-13.9")
    [548]
    >>> earlier_counts_behind(later=315, printed_change="-19.9")
    []
    """
    if Fraction(printed_change) <= -100:
        raise ValueError(f"a count cannot change by {printed_change}%: it would fall to nothing or below.")
    ends = [later / (1 + change / 100) for change in _before_rounding(printed_change)]
    return _whole_numbers(
        ends,
        lambda earlier: earlier > 0 and _prints_as(100 * Fraction(later - earlier, earlier), printed_change),
    )


def earlier_counts_behind_difference(*, difference: int, printed_change: str) -> list[int]:
    """Give every earlier count of which ``difference`` is a change that prints as ``printed_change`` (in %).

    >>> found = earlier_counts_behind_difference(difference=-1753, printed_change="-39.5")
    >>> found[0], found[-1]
    (4433, 4443)
    """
    if Fraction(printed_change) == 0:
        raise ValueError("a change that prints as 0% fits too many counts to list.")
    ends = [difference / (change / 100) for change in _before_rounding(printed_change)]
    return _whole_numbers(
        ends,
        lambda earlier: earlier > 0 and _prints_as(100 * Fraction(difference, earlier), printed_change),
    )


def numerators_behind(*, base: int, printed_percent: str) -> list[int]:
    """Give every whole number that prints as ``printed_percent`` of ``base`` (unweighted).

    >>> numerators_behind(base=6073, printed_percent="12.62")
    []
    >>> numerators_behind(base=310, printed_percent="90.0")
    [279]
    """
    if base <= 0:
        raise ValueError("a percentage needs a base of at least 1.")
    ends = [base * percent / 100 for percent in _before_rounding(printed_percent)]
    return _whole_numbers(
        ends,
        lambda k: 0 <= k <= base and _prints_as(100 * Fraction(k, base), printed_percent),
    )


def denominators_behind(*, count: int, printed_rate: str, per: int) -> tuple[int, int]:
    """Give the smallest and the largest whole number of households or people on which a count prints as this rate.

    >>> denominators_behind(count=5305, printed_rate="16.5", per=1000)
    (320544, 322492)
    """
    rate = Fraction(printed_rate)
    if count <= 0 or rate <= 0:
        raise ValueError("a denominator follows from a count and a rate that are both above zero.")
    least, most = _before_rounding(printed_rate)
    if least <= 0:
        raise ValueError(
            f"a rate printed as {printed_rate} may be nearly nothing: no largest denominator follows."
        )
    smallest, largest = ceil(count * per / most), floor(count * per / least)
    if smallest > largest:
        raise DataProblem(f"no whole number prints {count:,} as {printed_rate} per {per:,}.")
    return smallest, largest


def _prints_as(value: Fraction, printed: str) -> bool:
    stated = Decimal(printed)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return any(exact.quantize(stated, rounding=rule) == stated for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def _before_rounding(printed: str) -> tuple[Fraction, Fraction]:
    """Give the least and the greatest number that can print so."""
    half = Fraction(Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)) / 2
    return Fraction(printed) - half, Fraction(printed) + half


def _whole_numbers(ends: Sequence[Fraction], fits: Callable[[int], bool]) -> list[int]:
    """Give the whole numbers between two ends, in whichever order these are, that fit."""
    return [n for n in range(ceil(min(ends)), floor(max(ends)) + 1) if fits(n)]
