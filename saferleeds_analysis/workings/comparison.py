"""An area among a group of its like, from the group's published rates, and what they make of a count and of a target.

``own`` is the area's row of the group.
"""

import pandas as pd

from saferleeds_analysis.methods import feasibility
from saferleeds_analysis.methods.comparison import compare_with_group


def rank(group: pd.DataFrame, area: str) -> int:
    """Give the area's place, 1 the highest rate.

    >>> rates = pd.DataFrame({"area": ["A", "B", "C"], "rate": [9.0, 16.5, 23.3]})
    >>> rank(rates, "B")
    2
    """
    own = group.loc[group["area"] == area, "rate"].iloc[0]
    return 1 + int((group["rate"] > own).sum())


def average(group: pd.DataFrame, area: str, kind: str, includes_area: bool, result: str = "value") -> float:
    """Give a simple or weighted average of the group, with the area or without; or the ``gap`` of the area to it.

    ``result`` is ``value``, ``gap``, or ``gap_events``, the gap in events.
    """
    rows = compare_with_group(group, area=area).averages
    return float(
        rows.loc[(rows["average"] == kind) & (rows["includes_area"] == includes_area), result].iloc[0]
    )


def count_at_average(group: pd.DataFrame, area: str) -> float:
    """Give how many events would be the group's plain mean, by what the area's own count and rate imply."""
    return float(group["rate"].mean() * _exposure(group[group["area"] == area]))


def target_as_rate(target: pd.DataFrame, own: pd.DataFrame) -> float:
    """Give a target as a rate, by what the area's own count and rate imply."""
    return float(target["value"].iloc[0] / _exposure(own))


def target_on_count(target: pd.DataFrame, own: pd.DataFrame) -> float:
    """Give a target in per cent above (or below) the count of the year compared."""
    return float(100 * (target["value"].iloc[0] / own["count"].iloc[0] - 1))


def denominator_behind(own: pd.DataFrame, which: str, decimals: int) -> float:
    """Give the ``least`` or the ``most`` households at which the count gives the rate as printed, to so many decimals."""
    [row] = own.to_dict("records")
    found = feasibility.denominators_behind(
        count=int(row["count"]), printed_rate=f"{row['rate']:.{decimals}f}", per=int(row["per"])
    )
    return found[("least", "most").index(which)]


def rate_on_denominator(own: pd.DataFrame) -> float:
    """Give the count over the households that were counted.

    >>> rate_on_denominator(pd.DataFrame({"count": [50], "denominator": [2500], "per": [1000]}))
    20.0
    """
    return float((own["count"] * own["per"] / own["denominator"]).iloc[0])


def _exposure(own: pd.DataFrame) -> float:
    return (own["count"] / own["rate"]).iloc[0]
