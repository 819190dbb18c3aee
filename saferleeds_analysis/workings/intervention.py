"""What an area did after something was done there, beside places without it: from months of rows, or from printed changes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from saferleeds_analysis.methods.intervention import Intervention, evaluate_intervention
from saferleeds_analysis.periods import month as month_of
from saferleeds_analysis.workings.counts import total
from saferleeds_analysis.workings.series import by_area
from saferleeds_analysis.workings.trajectory import caveats_of


def result(counts: pd.DataFrame, *, of: str, **given: Any) -> float:
    """Give one number of the evaluation: ``effect``, ``displaced``, ``as_far``, ``smallest_seen`` or ``before``."""
    value = getattr(_evaluated(counts, **given), of)
    return float(getattr(value, "value", value))


def placebos_between(counts: pd.DataFrame, *, low: float, high: float, **given: Any) -> int:
    """Give how many placebos have an effect from ``low`` per cent up to below ``high``."""
    effects = _evaluated(counts, **given).placebos["effect"]
    return int(((effects >= low) & (effects < high)).sum())


def as_elsewhere(own: pd.DataFrame, elsewhere_then: pd.DataFrame, elsewhere: pd.DataFrame) -> float:
    """Give the count that would be there, had it moved as elsewhere since the year before the start.

    >>> ten, twenty = (pd.DataFrame({"count": [n]}) for n in (10, 20))
    >>> as_elsewhere(own=ten, elsewhere_then=twenty, elsewhere=ten)
    5.0
    """
    return total(own) * total(elsewhere) / total(elsewhere_then)


def printed_beside(own: pd.DataFrame, other: pd.DataFrame) -> float:
    """Give a printed change in per cent beside that of another place, in per cent of what it would be with that.

    >>> round(printed_beside(pd.DataFrame({"value": [-39.5]}), pd.DataFrame({"value": [-39.0]})), 1)
    -0.8
    """
    return 100 * ((100 + _cell(own)) / (100 + _cell(other)) - 1)


def printed_beside_the_rest(
    own: pd.DataFrame, number: pd.DataFrame, whole: pd.DataFrame, whole_change: pd.DataFrame
) -> float:
    """Give a printed change in per cent beside that of the rest of a whole, whose count and its change were printed.

    The area's change in per cent and in ``number`` say which counts it had.

    >>> cells = {"own": -50, "number": -20, "whole": 80, "whole_change": -20}  # 40 to 20; the rest 60 to 60
    >>> printed_beside_the_rest(**{name: pd.DataFrame({"value": [cell]}) for name, cell in cells.items()})
    -50.0
    """
    earlier = 100 * _cell(number) / _cell(own)
    later = earlier + _cell(number)
    rest = (_cell(whole) - later) / (_cell(whole) - _cell(whole_change) - earlier)
    return 100 * (later / earlier / rest - 1)


def _cell(row: pd.DataFrame) -> float:
    [value] = row["value"]
    return float(value)


def _evaluated(
    counts: pd.DataFrame,
    *,
    made_of: Mapping[str, Sequence[str]],
    start: str,
    caveats: Sequence[Mapping[str, str]],
    **asked: Any,
) -> Intervention:
    known = {"start": month_of(start), "caveats": caveats_of(caveats)}
    return evaluate_intervention(by_area(counts, made_of), **known, **asked)
