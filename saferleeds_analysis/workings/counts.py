"""Counts, and what is made of two counts."""

import pandas as pd

from saferleeds_analysis.estimates import change_between_counts


def total(counts: pd.DataFrame) -> int:
    """Give the sum of the counts.

    >>> total(pd.DataFrame({"month": ["2012-08", "2012-09"], "count": [7, 5]}))
    12
    """
    return int(counts["count"].sum())


def difference(earlier: pd.DataFrame, later: pd.DataFrame) -> int:
    """Give the later count less the earlier."""
    return total(later) - total(earlier)


def percent_change(earlier: pd.DataFrame, later: pd.DataFrame) -> float:
    """Give the change in per cent of the earlier count."""
    return change_between_counts(total(earlier), total(later), unit="").percent.value


def share(counts: pd.DataFrame, whole: pd.DataFrame) -> float:
    """Give a count in per cent of the whole."""
    return 100 * total(counts) / total(whole)


def as_written(row: pd.DataFrame, column: str = "value") -> float | str:
    """Give the one cell that a table holds."""
    [value] = row[column]
    return value
