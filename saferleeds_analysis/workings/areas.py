"""What is made of the counts of several areas, and of a count and its households."""

import pandas as pd

from saferleeds_analysis.workings.counts import total


def rank(*, area: str, **counts: pd.DataFrame) -> int:
    """Give the rank of an area among all, each under its name: 1 is the most.

    >>> a, b = pd.DataFrame({"count": [5, 2]}), pd.DataFrame({"count": [9]})
    >>> rank(area="A", **{"A": a, "B & C": b})
    2
    """
    return 1 + sum(total(other) > total(counts[area]) for other in counts.values())


def beside_the_rest(
    earlier: pd.DataFrame, later: pd.DataFrame, rest_earlier: pd.DataFrame, rest_later: pd.DataFrame
) -> float:
    """Give the later count of an area over its earlier one, divided by the same ratio for the rest.

    >>> half, same = pd.DataFrame({"count": [5]}), pd.DataFrame({"count": [10]})
    >>> beside_the_rest(earlier=same, later=half, rest_earlier=same, rest_later=same)
    0.5
    """
    return total(later) / total(earlier) / (total(rest_later) / total(rest_earlier))


def rate(counts: pd.DataFrame, denominator: pd.DataFrame, per: int) -> float:
    """Give a count for every so many of its denominator, the households or people of one row.

    >>> rate(pd.DataFrame({"count": [30, 20]}), pd.DataFrame({"number": [2000]}), per=1000)
    25.0
    """
    [number] = denominator["number"]
    return per * total(counts) / number
