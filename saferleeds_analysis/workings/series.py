"""Series of counts by month or quarter, rebuilt from the rows of tables."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saferleeds_analysis.periods import quarter


def history(counts: pd.DataFrame, name: str = "counts") -> pd.Series:
    """Give the counts of each month, or of each quarter where the rows are of quarters, over all the rows of a period.

    A period that lacks one of the parts that others have is missing, never smaller.

    >>> rows = pd.DataFrame({"month": ["2012-08", "2012-08", "2012-09"], "area": ["A", "B", "A"], "count": [7, 5, 6]})
    >>> [None if pd.isna(count) else int(count) for count in history(rows)]
    [12, None]
    >>> history(pd.DataFrame({"period": ["2012/13 Q2"], "value": [916]})).index[0]
    Period('2013Q2', 'Q-MAR')
    """
    if "month" in counts:
        index, values = _months(counts), counts["count"]
    else:
        index, values = pd.PeriodIndex([quarter(text) for text in counts["period"]]), counts["value"]
    grouped = values.astype("int64").groupby(index)
    parts = grouped.size()
    every = pd.period_range(index.min(), index.max(), freq=index.freq)
    return grouped.sum().where(parts == parts.max()).reindex(every).astype("Int64").rename(name)


def by_area(counts: pd.DataFrame, made_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Give the months of each area in a column; ``made_of`` names the parts of the areas that are sums of others.

    >>> rows = pd.DataFrame({"month": "2012-08", "area": ["A", "B", "C"], "count": [7, 5, 6]})
    >>> by_area(rows, {"North": ["A", "B"]}).iloc[0].to_dict()
    {'North': 12, 'C': 6}
    """
    whole = {part: area for area, parts in made_of.items() for part in parts}
    areas = counts["area"].replace(whole)
    return counts["count"].groupby([_months(counts), areas]).sum().unstack()[areas.unique()]  # noqa: PD010


def _months(counts: pd.DataFrame) -> pd.PeriodIndex:
    """Give the month of each row, each text read once however many areas have it."""
    rows, texts = pd.factorize(counts["month"].astype(str))
    return pd.PeriodIndex(texts, freq="M", name="month")[rows]


def key_of(series: pd.Series) -> tuple:
    """Give a series as a value by which a result can be kept."""
    return series.name, series.index.freqstr, str(series.index[0]), tuple(series)


def series_of(key: tuple) -> pd.Series:
    """Give the series of a key again."""
    name, freq, first, counts = key
    periods = pd.period_range(pd.Period(first, freq=freq), periods=len(counts), freq=freq)
    return pd.Series(counts, index=periods, name=name, dtype="Int64")
