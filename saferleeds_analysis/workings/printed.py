"""What is made of numbers that somebody printed: each row of a table of published figures has its ``value``.

Where a service's later quarters are counted by month, the rows of the months stand beside the printed ones, with their ``count``.
"""

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.methods import feasibility, trajectory


def number_in(row: pd.DataFrame) -> float:
    """Give the one number that a row of a table holds."""
    [value] = row["value"]
    return float(value)


def as_printed(row: pd.DataFrame, decimals: int) -> str:
    """Give the number of a row as it was printed.

    >>> as_printed(pd.DataFrame({"value": [90]}), 1)
    '90.0'
    """
    return f"{number_in(row):.{decimals}f}"


def total(counts: pd.DataFrame) -> float:
    """Give the sum of the numbers.

    >>> total(pd.DataFrame({"value": [725, None], "count": [None, 958]}))
    1683.0
    """
    return float(_numbers(counts).sum())


def difference(earlier: pd.DataFrame, later: pd.DataFrame) -> float:
    """Give the later sum less the earlier."""
    return total(later) - total(earlier)


def percent_change(earlier: pd.DataFrame, later: pd.DataFrame) -> float:
    """Give the change from one sum of counts to another, in per cent of the earlier.

    >>> counts = [pd.DataFrame({"value": [v]}) for v in (916, 958)]
    >>> round(percent_change(*counts), 1)
    4.6
    """
    return change_between_counts(int(total(earlier)), int(total(later)), unit="").percent.value


def percent_fall(earlier: pd.DataFrame, later: pd.DataFrame) -> float:
    """Give by how many per cent a later number is below an earlier one."""
    return 100 * (1 - number_in(later) / number_in(earlier))


def share(part: pd.DataFrame, whole: pd.DataFrame) -> float:
    """Give a number in per cent of another."""
    return 100 * number_in(part) / number_in(whole)


def count_behind(change: pd.DataFrame, later: pd.DataFrame, *, decimals: int, which: int) -> int:
    """Give one of the earlier counts, the smallest first, from which the later is a change that prints as this one.

    >>> change, later = pd.DataFrame({"value": [21.8]}), pd.DataFrame({"value": [1248]})
    >>> count_behind(change, later, decimals=1, which=1)
    1025
    """
    found = feasibility.earlier_counts_behind(
        later=int(number_in(later)), printed_change=as_printed(change, decimals)
    )
    return found[which - 1]


def grey_without_target(
    targets: pd.DataFrame | None = None, *, indicator_id: str, area: str, year: str = ""
) -> str:
    """Give the letter of a measure without a target, of a ``year`` if one is named: grey; also where there is no table of targets."""
    if targets is None:
        return "N"
    own = targets[(targets["indicator_id"] == indicator_id) & (targets["area"] == area)]
    own = own[own["period"] == year] if year else own
    if len(own):
        raise ValueError(f"{indicator_id!r} has a target in {area!r}: it is rated against it.")
    return "N"


def year_end(counts: pd.DataFrame, *, year: str, give: str) -> float:
    """Project the total of a financial year from counts by quarter: the middle projection (``give="median"``) or another of its numbers."""
    blank = pd.Series([None] * len(counts), index=counts.index)
    places = zip(counts.get("period", blank), counts.get("month", blank), strict=True)
    quarters = [
        periods.month(month).asfreq("Q-MAR") if pd.notna(month) else periods.quarter(period)
        for period, month in places
    ]
    by_quarter = _numbers(counts).astype(int).groupby(pd.PeriodIndex(quarters, freq="Q-MAR")).sum()
    projection = trajectory.project_year_end(by_quarter.rename("counts"), year=periods.financial_year(year))
    return getattr(projection, give)


def _numbers(counts: pd.DataFrame) -> pd.Series:
    """Give the number of each row: the ``value`` that was printed, or the ``count`` of a month."""
    return counts[[column for column in ("value", "count") if column in counts]].sum(axis=1)
