"""Sentences made from results, in plain British English: never typed by hand, so they cannot disagree with the numbers.

Numbers are rounded by one rule everywhere: counts whole, with thousands commas; percentages to one decimal place.
A rise or a fall is named only where the interval leaves out no change; otherwise the words are "no clear change".
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.estimates import CountChange

MINUS = "\N{MINUS SIGN}"


def number(value: float, *, decimals: int = 0) -> str:
    """Write a number with thousands commas, halves rounded away from zero.

    >>> number(5938), number(-3276), number(0.25, decimals=1)
    ('5,938', '−3,276', '0.3')
    """
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}"
    return f"{MINUS}{text}" if rounded < 0 else text


def percent(value: float, *, signed: bool = False) -> str:
    """Write a percentage to one decimal place.

    >>> percent(-35.555, signed=True), percent(12.0, signed=True), percent(0.01, signed=True)
    ('−35.6%', '+12.0%', '0.0%')
    """
    text = number(value, decimals=1)
    plus = "+" if signed and not text.startswith(MINUS) and text.strip("0.") else ""
    return f"{plus}{text}%"


def signed(value: float) -> str:
    """Write a whole number with its sign.

    >>> signed(-56), signed(12), signed(0)
    ('−56', '+12', '0')
    """
    return f"+{number(value)}" if value > 0 else number(value)


def names(items: Sequence[str]) -> str:
    """Join names as in a sentence.

    >>> names(["March 2014", "April 2014", "May 2014"])
    'March 2014, April 2014 and May 2014'
    """
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def months_in_words(months: Sequence[pd.Period]) -> str:
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
    return names(
        [
            periods.month_name(run[0])
            if len(run) == 1
            else f"{periods.month_name(run[0])} to {periods.month_name(run[-1])}"
            for run in runs
        ]
    )


def change_with_interval(change: CountChange) -> str:
    """Write a change and how sure it is.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> change_with_interval(change_between_counts(9214, 5938, unit="offences"))
    'down 35.6% (3,276 fewer; 95% interval down 33.4% to 37.6%)'
    >>> change_with_interval(change_between_counts(100, 91, unit="offences"))
    'no clear change (9 fewer; 95% interval down 32.3% to up 22.1%)'
    >>> change_with_interval(change_between_counts(0, 2, unit="offences"))
    'no clear change (2 more; no percentage can be taken of an earlier count of 0)'
    """
    fewer = fewer_or_more(change.later - change.earlier)
    if change.percent is None:
        return f"{change.direction} ({fewer}; no percentage can be taken of an earlier count of 0)"
    word = {"fell": "down", "rose": "up"}.get(change.direction)
    size = f"{word} {percent(abs(change.percent.value))}" if word else change.direction
    return f"{size} ({fewer}; {change.percent.confidence:.0%} interval {percent_interval(change)})"


def percent_interval(change: CountChange) -> str:
    """Write the interval of a percentage change in words, the smaller size first.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> percent_interval(change_between_counts(100, 150, unit="offences"))
    'up 15.7% to 95.2%'
    """
    low, high = change.percent.lower, change.percent.upper
    upper_word = f"up {percent(high)}" if high != float("inf") else "up without limit"
    if high < 0:
        return f"down {percent(-high)} to {percent(-low)}"
    if low > 0:
        return f"up {percent(low)} to {upper_word.removeprefix('up ')}"
    return f"down {percent(-low)} to {upper_word}"


def fewer_or_more(difference: int) -> str:
    """Write a difference of counts.

    >>> fewer_or_more(-3276), fewer_or_more(12), fewer_or_more(0)
    ('3,276 fewer', '12 more', 'the same number')
    """
    if difference == 0:
        return "the same number"
    return f"{number(abs(difference))} {'fewer' if difference < 0 else 'more'}"


def target_in_words(target: Target, *, superseded: bool) -> str:
    """Write a target with its kind and the month in which it was set.

    >>> from datetime import date
    >>> from saferleeds_analysis.catalogue import load_catalogue
    >>> first, second = load_catalogue().targets("domestic_burglary", "Leeds", "2012/13", as_at=date(2012, 9, 30))
    >>> target_in_words(second, superseded=False)
    'stretch target: at most 5,999 (set September 2012)'
    >>> target_in_words(first, superseded=True)
    'original target: at most 7,056 (set April 2012, since superseded)'
    """
    since = ", since superseded" if superseded else ""
    return (
        f"{target.kind} target: {target.comparison} {number(target.value)} "
        f"(set {target.set_on.strftime('%B %Y')}{since})"
    )
