"""Which months of one area's series an edition may show, and which longer periods beside them.

Each quarter is protected by itself: its small months are withheld, and of its other months as few as keep anybody from
working the small ones out. Whatever is made of whole quarters (a year to date, twelve months to the end of a quarter)
then gives away no more than the quarter does, in this pack and in every later one. Where a quarter itself is small, no month
and no part of a year is shown; the twelve-month counts are protected with those of the other areas.

>>> from saferleeds_analysis.catalogue import load_catalogue
>>> months = pd.Series([2, 9, 7], index=pd.period_range("2012-04", "2012-06", freq="M"))
>>> shown = months_shown(months, rules=load_catalogue("data/raw/reference").disclosure_rules, theme="offences", edition="public", below_city=True)
>>> [str(month) for month in shown.withheld], shown.by_quarter
(['2012-04', '2012-06'], True)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import DisclosureRules
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, join, paragraph
from saferleeds_analysis.reporting.disclosure import SUPPRESSED, protect

_ALL = "the quarter"


@dataclass(frozen=True, kw_only=True)
class MonthsShown:
    """The months of a series as an edition may show them: ``months`` is missing where one is withheld or not known.

    ``withheld`` lists the months withheld, ``by_quarter`` says whether sums of whole quarters may be shown.
    """

    months: pd.Series
    withheld: tuple[pd.Period, ...]
    by_quarter: bool
    rules: DisclosureRules

    @property
    def complete(self) -> bool:
        """Say whether nothing is withheld."""
        return not self.withheld

    def is_withheld(self, month: pd.Period) -> bool:
        """Say whether a month is withheld."""
        return month in self.withheld

    def hide(self, series: pd.Series) -> pd.Series:
        """Give a series made month by month from the counts (the adjusted one) with the same gaps."""
        return series.astype("Float64").mask(series.index.isin(self.withheld))

    def figures(self, figures: Sequence[Figure]) -> list[Figure]:
        """Give the figures of single months, those of withheld months with nothing but their mark."""
        hidden = {Window.month(month) for month in self.withheld}
        return [withheld_of(f, self.rules) if f.window in hidden else f for f in figures]

    def explained(self, block: Block) -> Block:
        """Say beside a block that shows the months what is withheld and why; nothing where all is shown."""
        return block if self.complete else join(block, paragraph(self.in_words))

    @property
    def in_words(self) -> str:
        """Say how many months are withheld, why, and that a gap is not a zero."""
        number, of = len(self.withheld), wording.number(len(self.months))
        months = "1 month" if number == 1 else f"{wording.number(number)} months"
        what = (
            "with others where one could be worked out from the rest of its quarter"
            if self.by_quarter
            else "and all others with them, because the count of a whole quarter is as small"
        )
        return (
            f"{self.rules.withheld}: {months} of {of} {'is' if number == 1 else 'are'} withheld. A small count of offences might point to a "
            f"household, so such months are not shown, {what}. A gap is not a zero."
        )


def months_shown(
    monthly: pd.Series, *, rules: DisclosureRules, theme: str, edition: str, below_city: bool
) -> MonthsShown:
    """Protect the months of one area's series (monthly PeriodIndex, missing where one is not known), quarter by quarter."""
    kind = rules.theme(theme)
    months = monthly.astype("Int64")

    def is_small(value) -> bool:
        return pd.notna(value) and kind.is_small(int(value), below_city=below_city)

    def hiding(withheld: Sequence[pd.Period], *, by_quarter: bool = True) -> MonthsShown:
        left = months.mask(months.index.isin(withheld))
        return MonthsShown(months=left, withheld=tuple(withheld), by_quarter=by_quarter, rules=rules)

    if edition == "restricted":
        return hiding(())
    withheld: list[pd.Period] = []
    for quarter, own in months.groupby(months.index.asfreq("Q-MAR")):
        if not any(map(is_small, own)):
            continue
        counts, sums = own.set_axis(own.index.astype(str)), {}
        if own.index.equals(periods.quarter_months(quarter)) and own.notna().all():
            sums[_ALL] = list(counts.index)
            counts[_ALL] = own.sum()
        if is_small(counts.get(_ALL)):
            return hiding(months.index[months.notna()], by_quarter=False)
        shown = protect(
            counts,
            rules=rules,
            theme=theme,
            edition=edition,
            below_city=below_city,
            wholes=sums,
            already_out=list(sums),
        )
        withheld += [m for m in own.index if shown.is_withheld(str(m))]
    return hiding(withheld)


def withheld_of(figure: Figure, rules: DisclosureRules) -> Figure:
    """Give a figure's name, place and period with the mark in place of its number and of what would tell it."""
    nothing = dict.fromkeys(("lower", "upper", "confidence", "n", "working"))
    return replace(figure, value=rules.withheld, method=SUPPRESSED, rows=(), **nothing)
