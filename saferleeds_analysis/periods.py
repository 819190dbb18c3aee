"""Months, financial-year quarters (April to March) and twelve-month windows, and how they are written.

A quarter is a ``pd.Period`` of frequency ``Q-MAR`` and a financial year one of frequency ``Y-MAR``. pandas' own text
for them is ambiguous to people (its ``2013Q2`` is July to September 2012), so text is read and written here only:

>>> q = quarter("2012/13 Q2")
>>> quarter_name(q), quarter_path(q), review_period(q)
('2012/13 Q2', '2012-13_Q2', 'July to September 2012')
>>> twelve_months_name(last_month(q))
'12 months to September 2012'
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

_QUARTER = re.compile(r"(\d{4})(?:/(\d{2}) |-(\d{2})_)Q([1-4])")
_YEAR = re.compile(r"(\d{4})/(\d{2})")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True)
class Window:
    """The months that a number is about, by their first and last (``2011-10``), and how they are written for people.

    Both are empty where the words name no months (``undated``). In words it writes itself:

    >>> str(Window.twelve_months(month("2012-09"))), Window.named("2012/13 Q2").first
    ('12 months to September 2012', '2012-07')
    """

    name: str
    first: str = ""
    last: str = ""

    def __str__(self) -> str:
        """Give the words."""
        return self.name

    @classmethod
    def of(cls, name: str, months: pd.PeriodIndex) -> "Window":
        """Give the window of some months under a name."""
        return cls(name, str(months[0]), str(months[-1]))

    @classmethod
    def month(cls, m: pd.Period) -> "Window":
        """Give the window of a month."""
        return cls(month_name(m), str(m), str(m))

    @classmethod
    def twelve_months(cls, end: pd.Period) -> "Window":
        """Give the window of the twelve months to a month."""
        return cls.of(twelve_months_name(end), twelve_months_to(end))

    @classmethod
    def quarter(cls, q: pd.Period) -> "Window":
        """Give the window of a quarter."""
        return cls.of(quarter_name(q), quarter_months(q))

    @classmethod
    def year(cls, year: "pd.Period | str") -> "Window":
        """Give the window of a financial year."""
        year = financial_year(year) if isinstance(year, str) else year
        return cls.of(financial_year_name(year), financial_year_months(year))

    @classmethod
    def to_date(cls, m: pd.Period) -> "Window":
        """Give the window from April to a month; it is named by that month."""
        return cls(month_name(m), str(financial_year_months(financial_year_of(m))[0]), str(m))

    @classmethod
    def year_to_date(cls, q: pd.Period) -> "Window":
        """Give the window from April to the end of a quarter; it is named by both, which tells it from that of another.

        >>> [Window.year_to_date(quarter(q)).name for q in ("2012/13 Q1", "2012/13 Q2", "2012/13 Q4")]
        ['April to June 2012', 'April to September 2012', 'April 2012 to March 2013']
        """
        months = cls.to_date(last_month(q)).months
        return cls.of(_from_to_name(months), months)

    @classmethod
    def named(cls, text: str) -> "Window":
        """Give the window of a period as tables of the project write it; without months where it names none."""
        months = months_named(text)
        return cls(text) if months is None else cls.of(text, months)

    @classmethod
    def period(cls, period: pd.Period) -> "Window":
        """Give the window of a month, a quarter or a financial year."""
        return {"M": cls.month, "Q-MAR": cls.quarter, "Y-MAR": cls.year}[period.freqstr](period)

    @property
    def months(self) -> pd.PeriodIndex | None:
        """The months themselves; ``None`` where there are none."""
        return pd.period_range(self.first, self.last, freq="M") if self.first else None


def quarter(text: str) -> pd.Period:
    """Read ``2012/13 Q2`` (as people write it) or ``2012-13_Q2`` (as paths do): July to September 2012.

    Anything else is refused, above all ``2012Q2``: it may mean April to June 2012 (calendar year), July to September
    2012 (financial year that starts in 2012) or July to September 2011 (financial year that ends in 2012).

    >>> quarter("2012/13 Q4")
    Period('2013Q4', 'Q-MAR')
    """
    found = _QUARTER.fullmatch(text)
    if not found:
        raise ValueError(
            f"{text!r} is not a quarter that can be read with certainty. Write the financial year and the quarter, "
            "such as '2012/13 Q2' for July to September 2012 (in paths '2012-13_Q2'). Forms such as '2012Q2' are "
            "refused because they do not say whether the year is a calendar or a financial one."
        )
    start, slash_end, dash_end, number = found.groups()
    _check_consecutive(text, int(start), slash_end or dash_end)
    return pd.Period(year=int(start) + 1, quarter=int(number), freq="Q-MAR")


def quarter_name(q: pd.Period) -> str:
    """Write a quarter for people: ``2012/13 Q2``."""
    _check_quarter(q)
    return f"{q.qyear - 1}/{q.qyear % 100:02d} Q{q.quarter}"


def quarter_path(q: pd.Period) -> str:
    """Write a quarter for paths: ``2012-13_Q2``."""
    return quarter_name(q).replace("/", "-").replace(" ", "_")


def quarter_months(q: pd.Period) -> pd.PeriodIndex:
    """Give the three months of a quarter.

    >>> [str(m) for m in quarter_months(quarter("2012/13 Q2"))]
    ['2012-07', '2012-08', '2012-09']
    """
    _check_quarter(q)
    return pd.period_range(q.asfreq("M", how="start"), q.asfreq("M", how="end"), freq="M")


def review_period(q: pd.Period) -> str:
    """Write the months of a quarter as report cards do: ``July to September 2012``."""
    return _from_to_name(quarter_months(q))


def _from_to_name(months: pd.PeriodIndex) -> str:
    first, last = months[0], months[-1]
    return f"{first.strftime('%B') if first.year == last.year else month_name(first)} to {month_name(last)}"


def last_month(q: pd.Period) -> pd.Period:
    """Give the last month of a quarter."""
    return quarter_months(q)[-1]


def month(text: str) -> pd.Period:
    """Read a month written ``2012-09``; any other form is refused.

    >>> month("2012-09")
    Period('2012-09', 'M')
    """
    if not _MONTH.fullmatch(text):
        raise ValueError(f"{text!r} is not a month written as year and month, such as '2012-09'.")
    return pd.Period(text, freq="M")


def by_period(series: pd.Series) -> pd.Series:
    """Give a series with an index of periods; one of days is converted to months where each lies in a month of its own.

    >>> by_period(pd.Series([4, 6], pd.to_datetime(["2024-01-31", "2024-02-29"]), name="thefts")).index.tolist()
    [Period('2024-01', 'M'), Period('2024-02', 'M')]
    """
    if not isinstance(series, pd.Series) or series.name is None:
        raise ValueError(
            "give a pandas Series with a name: counts.rename('burglary') names one after its indicator."
        )
    index = series.index
    if isinstance(index, pd.PeriodIndex):
        return series
    if not isinstance(index, pd.DatetimeIndex):
        raise ValueError(
            f"{series.name}: the index holds no months. Write: series.index = pd.PeriodIndex(series.index, freq='M')"
        )
    if index.tz is not None:
        raise ValueError(
            f"{series.name}: the index has a time zone, in which a month may begin on another day. Write: "
            "series.index = series.index.tz_localize(None).to_period('M')"
        )
    months = index.to_period("M")
    if months.has_duplicates:
        raise ValueError(
            f"{series.name}: several rows lie in {month_name(months[months.duplicated()][0])}. Add them up: "
            "series = series.groupby(series.index.to_period('M')).sum()"
        )
    return series.set_axis(months)


def day_name(day: date) -> str:
    """Write a day for people.

    >>> day_name(date(2012, 9, 30))
    '30 September 2012'
    """
    return f"{day.day} {day.strftime('%B %Y')}"


def month_name(m: pd.Period) -> str:
    """Write a month for people: ``September 2012``."""
    return m.strftime("%B %Y")


def months_in_words(months: Iterable[pd.Period]) -> str:
    """Write months, runs of neighbours as a span.

    >>> months_in_words(pd.PeriodIndex(["2014-03", "2014-04", "2014-05", "2014-07"], freq="M"))
    'March 2014 to May 2014 and July 2014'
    """
    runs: list[list[pd.Period]] = []
    for month in months:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    spans = [
        f"{month_name(run[0])} to {month_name(run[-1])}" if run[1:] else month_name(run[0]) for run in runs
    ]
    *first, last = spans
    return f"{', '.join(first)} and {last}" if first else last


def twelve_months_to(m: pd.Period) -> pd.PeriodIndex:
    """Give the twelve months that end with month ``m``."""
    return pd.period_range(end=m, periods=12, freq="M")


def twelve_months_name(m: pd.Period) -> str:
    """Write a twelve-month window for people: ``12 months to September 2012``."""
    return f"12 months to {month_name(m)}"


def financial_year(text: str) -> pd.Period:
    """Read a financial year written ``2012/13``: April 2012 to March 2013.

    >>> financial_year("2012/13")
    Period('2013', 'Y-MAR')
    """
    found = _YEAR.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a financial year such as '2012/13' (April 2012 to March 2013).")
    _check_consecutive(text, int(found[1]), found[2])
    return pd.Period(year=int(found[1]) + 1, freq="Y-MAR")


def period_named(text: str) -> pd.Period:
    """Read a month (``2012-09``), a quarter (``2012/13 Q2``) or a financial year (``2012/13``).

    >>> [period_named(text).freqstr for text in ("2012-09", "2012/13 Q2", "2012/13")]
    ['M', 'Q-MAR', 'Y-MAR']
    """
    if "/" not in text:
        return month(text)
    return quarter(text) if "Q" in text else financial_year(text)


def months_from_to(period: str, month_text: str) -> int:
    """Give how many months lie from the end of a month, a quarter or a financial year to another month's.

    >>> months_from_to("2011/12 Q2", "2012-09")
    12
    """
    return (month(month_text) - period_named(period).asfreq("M", how="end")).n


def financial_year_of(period: pd.Period) -> pd.Period:
    """Give the financial year in which a month or a quarter falls."""
    return period.asfreq("Y-MAR")


def financial_year_name(year: pd.Period) -> str:
    """Write a financial year for people: ``2012/13``."""
    return f"{year.year - 1}/{year.year % 100:02d}"


def financial_year_months(year: pd.Period) -> pd.PeriodIndex:
    """Give the twelve months of a financial year, April first."""
    return pd.period_range(year.asfreq("M", how="start"), year.asfreq("M", how="end"), freq="M")


def months_named(text: str) -> pd.PeriodIndex | None:
    """Give the months that a period on a page covers; ``None`` where the words name no months.

    Read back are the ways in which this project and its sources write periods: a month, a quarter, a financial year, twelve
    months to a month, a calendar year, part of a financial year (``2013/14 Apr-Dec``), and from one of these to another.

    >>> [str(months_named(p)[0]) for p in ("September 2012", "2012/13 Q2", "2012/13", "12 months to September 2012")]
    ['2012-09', '2012-07', '2012-04', '2011-10']
    >>> len(months_named("April to September 2012")), len(months_named("2008/09 to 2011/12")), months_named("undated")
    (6, 48, None)
    >>> [len(months_named(p)) for p in ("2013/14 Apr-Dec", "calendar 2011")]
    [9, 12]
    """
    try:
        return _months(text)
    except ValueError:
        return None


def _months(text: str) -> pd.PeriodIndex:
    if found := re.fullmatch(r"calendar (?:year )?(\d{4})", text):
        return pd.period_range(f"{found[1]}-01", periods=12, freq="M")
    if found := re.fullmatch(r"(\d{4}/\d{2}) ([A-Z][a-z]{2})-([A-Z][a-z]{2})", text):
        months = financial_year_months(financial_year(found[1]))
        short = [month.strftime("%b") for month in months]
        return _from_to(months[short.index(found[2])], months[short.index(found[3])])
    if text.startswith("12 months to "):
        return twelve_months_to(_months(text.removeprefix("12 months to "))[-1])
    if " to " in text:
        first, _, last = text.removeprefix("from ").partition(" to ")
        end = _months(last)[-1]
        if first in _MONTH_NAMES:  # "April to September 2012"
            first = f"{first} {end.year - (_MONTH_NAMES.index(first) + 1 > end.month)}"
        return _from_to(_months(first)[0], end)
    name, _, year = text.partition(" ")
    if name in _MONTH_NAMES and re.fullmatch(r"\d{4}", year):
        return pd.period_range(f"{year}-{_MONTH_NAMES.index(name) + 1:02d}", periods=1, freq="M")
    if _QUARTER.fullmatch(text):
        return quarter_months(quarter(text))
    return financial_year_months(financial_year(text))


def _from_to(first: pd.Period, last: pd.Period) -> pd.PeriodIndex:
    if first > last:
        raise ValueError(f"{first} is after {last}.")
    return pd.period_range(first, last, freq="M")


def _check_consecutive(text: str, start: int, end: str) -> None:
    if (start + 1) % 100 != int(end):
        raise ValueError(
            f"{text!r} is not a financial year: {start} is followed by {(start + 1) % 100:02d}, not {end}."
        )


def _check_quarter(q: pd.Period) -> None:
    if not isinstance(q, pd.Period) or q.freqstr != "Q-MAR":
        raise ValueError(
            f"{q!r} is not a financial-year quarter. Make one with saferleeds_analysis.periods.quarter('2012/13 Q2')."
        )
