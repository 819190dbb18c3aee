"""Twelve months beside the twelve before: of one series, and of every area of a table."""

from dataclasses import dataclass

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.estimates import CountChange
from saferleeds_analysis.methods.comparison import changes_by_area
from saferleeds_analysis.methods.counts import check_counts
from saferleeds_analysis.methods.variation import Variation, change_of_a_year, variation
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.results import Result


@dataclass(frozen=True, kw_only=True)
class TwelveMonths(Result):
    """The twelve months to the last of a series beside the twelve before.

    ``totals`` is the twelve-month total at the end of each month from the twelfth on; ``change`` the tested change;
    ``variation`` what it allows for.
    """

    name: str
    unit: str
    window: str
    totals: pd.Series
    change: CountChange
    variation: Variation

    def to_frame(self) -> pd.DataFrame:
        """Give the twelve-month totals: month and total."""
        return self.totals.rename_axis("month").rename("total").reset_index()


@dataclass(frozen=True, kw_only=True)
class AreaChanges(Result):
    """The change of each area over twelve months, allowed for having looked at all of them; columns of :func:`changes_by_area`."""

    unit: str
    window: str
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give the table, one row an area."""
        return self.table.copy()


def twelve_months(counts: pd.Series, *, kind: str | None = None, unit: str = "offences") -> TwelveMonths:
    """Compare the last twelve months of a monthly series of counts with the twelve before.

    ``counts`` is named and needs 24 months without a gap; ``kind`` is the offence, and the name of the series where it is not given.
    The test allows for how such counts stray by themselves, and the change says whether it is more than an ordinary year's
    (:func:`~saferleeds_analysis.methods.variation.variation`). Both windows have each month once, so the season does not move it.

    >>> months = pd.date_range("2023-04-30", periods=24, freq="ME")
    >>> found = twelve_months(pd.Series([50] * 12 + [40] * 12, months, name="burglary"))
    >>> found.window, found.change.earlier, found.change.later, found.change.direction
    ('12 months to March 2025', 600, 480, 'fell')
    """
    counts = _complete(counts)
    totals = counts.rolling(12).sum().dropna().astype("int64")
    found = variation(counts, kind=kind)
    change = change_of_a_year(int(totals.iloc[-13]), int(totals.iloc[-1]), found=found, unit=unit)
    window = periods.twelve_months_name(counts.index[-1])
    return TwelveMonths(
        name=str(counts.name), unit=unit, window=window, totals=totals, change=change, variation=found
    )


def by_area(counts: pd.DataFrame, *, area_set: str, kind: str = "", unit: str = "offences") -> AreaChanges:
    """Compare the last twelve months of each area with its twelve before, held to one false finding in twenty.

    ``counts`` has a column an area and a row a month, 24 months at least; ``kind`` is the offence; ``area_set`` names the boundaries, since wards of 2004 and of
    2018 are different places.

    >>> months = pd.period_range("2023-04", periods=24, freq="M")
    >>> wards = pd.DataFrame({"Armley": [50] * 12 + [40] * 12, "Otley": [9] * 24}, months)
    >>> by_area(wards, area_set="leeds_2004").to_frame()[["area", "later", "direction"]].values.tolist()
    [['Armley', 480, 'fell'], ['Otley', 108, 'no clear change']]
    """
    whole = pd.DataFrame({name: _complete(counts[name]) for name in counts})
    spreads = pd.Series({name: variation(whole[name], kind=kind).dispersion for name in whole})
    sums = {"earlier": whole.iloc[-24:-12].sum(), "later": whole.iloc[-12:].sum(), "dispersion": spreads}
    table = changes_by_area(
        pd.DataFrame(sums).rename_axis("area").reset_index(), area_set=area_set, unit=unit
    )
    return AreaChanges(unit=unit, window=periods.twelve_months_name(whole.index[-1]), table=table)


def _complete(counts: pd.Series) -> pd.Series:
    """Refuse what is not 24 months of counts in a row, or more."""
    counts = periods.by_period(counts)
    check_counts(counts, caveats=())
    if counts.index.freqstr != "M":
        raise ValueError(f"{counts.name}: twelve months are made of months, not of {counts.index.freqstr}.")
    if len(counts) < 24:
        raise DataProblem(
            f"{counts.name}: {len(counts)} months are too few: two windows of twelve months need 24 in a row."
        )
    return counts.astype("int64")
