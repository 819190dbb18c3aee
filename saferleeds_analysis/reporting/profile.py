"""The profile of one ward or division on one side: how much, is it changing, how does it stand beside the others.

Everything is said with its doubt, and nothing that a small count cannot carry: no season of its own, no control chart of a few
offences a month, no percentage of fewer than thirty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import AreaTables
from saferleeds_analysis.catalogue import Area, Catalogue
from saferleeds_analysis.estimates import CountChange, Estimate
from saferleeds_analysis.figures import Measure, weakest
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.methods.rates import proportion
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import charts, crime_card, wording
from saferleeds_analysis.reporting.areas import SHARE_OF_WHOLE, AreasBeside, areas_of
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Figure,
    Group,
    Span,
    Text,
    bullets,
    heading,
    paragraph,
)
from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.control import Control, control_of
from saferleeds_analysis.reporting.counted import (
    CHANGE_COUNT,
    CHANGE_PERCENT,
    about_counts,
    change_figure,
    sum_of,
)
from saferleeds_analysis.reporting.disclosure import ProtectedTable, explained, protect
from saferleeds_analysis.reporting.first_screen import Tile, first_screen, sparkline
from saferleeds_analysis.reporting.outlook import Outlook, outlook_of
from saferleeds_analysis.reporting.season import Season, season_of
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings.counts import share as share_of

QUARTER_COUNT = Measure(
    id="quarter_count",
    words="quarter count",
    role="count",
    own=True,
    formula="the sum of the three monthly counts of the quarter in the area",
    decimals=0,
    recurs=True,
)
QUARTER_ADJUSTED = Measure(
    id="quarter_adjusted",
    words="quarter, seasonally adjusted",
    role="adjusted",
    formula="the sum of the quarter's three seasonally adjusted months, where small areas borrow the season of the whole; "
    "docs/methods/seasonal.md",
    recurs=True,
    revised=True,
)
_QUARTERS = 8
_SHOWN = 5
_UNCLEAR = "no clear change"


@dataclass(frozen=True, kw_only=True)
class AreaProfile:
    """All that a page says of one area below the whole; its methods give the blocks.

    ``city`` has the whole's areas side by side, ``between`` the area between them (a ward's division), if there is one.
    """

    card: ReportCard
    city: AreasBeside
    between: Area | None
    season: Season
    control: Control
    outlook: Outlook
    quarters: ProtectedTable

    @property
    def whole(self) -> str:
        """The name of the whole."""
        return self.city.card.area.name

    @property
    def _area(self) -> str:
        return self.card.area.name

    def top(self, pages: Mapping[str, str]) -> Block:
        """Give the first screen; ``pages`` are the addresses of the pages of areas, by their names."""
        trail = [Span(self.whole, href=pages.get(self.whole, ""))]
        if self.between is not None:
            trail += [Span(" › "), Span(self.between.name, href=pages.get(self.between.name, ""))]
        return first_screen(
            above=paragraph(*trail, css_class="trail"),
            about=self.card.about(f"{self.card.area.kind} profile"),
            finding=self._finding(),
            notice=self.card.label.removeprefix(". "),
            tiles=[self._level(), self._place(), self.outlook.tile()],
            chart=self._by_quarter(),
            said={
                "What is sure": bullets(self._said(sure=True)),
                "What is not": bullets(self._said(sure=False)),
            },
        )

    def areas_within(self, pages: Mapping[str, str]) -> Block:
        """Give the areas within a division, those with most first; nothing for an area without any."""
        for kind, positions in self.card.parts.items():
            ranked = sorted(positions, key=lambda p: (-(p.later or 0), p.area))
            shown = crime_card.areas_table(self.card, ranked, f"{kind.capitalize()}s", pages)
            own = [paragraph(f"{self.card.area.basis}.", css_class="small")] if self.card.area.basis else []
            return Group(blocks=(heading(2, f"The {kind}s of {self._area}"), *own, shown), kind="compact")
        return NOTHING

    def beside(self, pages: Mapping[str, str]) -> dict[str, str]:
        """Give the addresses of the areas of its kind that come before and after it by name, under words that say which."""
        kind = self.card.area.kind
        names = sorted(
            (p.area for p in self.city.card.parts.get(kind, ()) if p.area in pages), key=str.casefold
        )
        at = names.index(self._area) if self._area in names else len(names)
        before, after = names[max(at - 1, 0) : at], names[at + 1 : at + 2]
        return {
            f"{way}: {name}": pages[name]
            for way, found in (("Previous", before), ("Next", after))
            for name in found
        }

    # Parts of the first screen

    def _finding(self) -> str:
        if self.city.count(self._area) is None:
            return f"No 12-month count is given for {self._area}: {self._why_none()}"
        own, whole = (self.city.change(name) for name in (self._area, self.whole))
        # Whether the whole's change is unusual is said on its own page.
        own, of_whole = _moved(own), _moved(whole and replace(whole, ordinary=None))
        text = f"{self.card.indicator.name} in {self._area}"
        if not own:
            return f"{text}, 12-month total"
        text += f"{':' if own == _UNCLEAR else ''} {own} in a year"
        return (
            f"{text}; in {self.whole} {'' if of_whole == _UNCLEAR else 'it '}{of_whole}" if of_whole else text
        )

    def _why_none(self) -> str:
        if self.city.figure(self._area).value:
            return "it is withheld, because so small a count might point to a household."
        return f"there is no data for {periods.months_in_words(self.card.headline.missing)}."

    def _level(self) -> Tile:
        value, change = self.city.count(self._area), self.city.change(self._area)
        totals = self.card.totals_shown.dropna()
        name = f"Recorded {self.card.indicator.unit}, {self.card.window}"
        figures = (self.city.figure(self._area), *self._change_figures())
        if value is None:
            return Tile(name=name, value="not given", figures=figures)
        return Tile(
            name=name,
            value=wording.number(value),
            below=f"{wording.number(change.earlier)} the year before: {_reading(change)}{wording.ordinarily(change)}."
            if change
            else "",
            drawing=sparkline(totals.iloc[-48:], name="course", what="the 12-month total")
            if len(totals) > 1
            else NOTHING,
            figures=figures,
        )

    def _place(self) -> Tile:
        name, place, share = "Place by count", self.city.place(self._area), self._share()
        if not place:
            return Tile(name=name, value="not given")
        value, _, could = place.partition(" (")
        said = [could.removesuffix(")")] if could else []
        said += [f"{wording.percent(share.value)} of {self.whole}"] if share else []
        return Tile(
            name=name,
            value=value,
            below=wording.sentence("; ".join(said)),
            figures=(*self.city.rank_figures(self._area), *self._share_figures()),
        )

    def _said(self, *, sure: bool) -> list[str | Text]:
        """Give what is sure, or what is not: how it moves beside the rest, whether it is out of the ordinary, its rate."""
        beside, clear = self._beside_the_rest()
        rate = self.city.rate(self._area)
        lines = [
            (clear, beside),
            (self.control.out_of_the_ordinary, self.control.in_short()),
            (bool(rate.figures), rate),
            (True, paragraph(self.city.among_households(self._area))),
        ]
        if self.season.adjustment is None:
            lines.append((False, paragraph(f"Not seasonally adjusted: {self.season.problem}")))
        return [line for of, line in lines if of == sure and line.text]

    def _beside_the_rest(self) -> tuple[Text, bool]:
        found, figures = (
            self.city.differences.get(self.card.area.kind),
            self.city.difference_figures(self._area),
        )
        if found is None or self._area not in found.index:
            return paragraph(""), False
        row = found.loc[self._area]
        if row["word"] == "no clear difference":
            said = f"Its change does not differ clearly from the rest of {self.whole}."
            return paragraph(said, figures=figures), False
        by, *limits = (abs(100 * (row[c] - 1)) for c in ("ratio", "ratio_lower", "ratio_upper"))
        said = (
            f"It is {wording.percent(by)} {'below' if row['ratio'] < 1 else 'above'} what the change in the rest of {self.whole} would give "
            f"(95% interval {wording.percent(min(limits))} to {wording.percent(max(limits))})."
        )
        return paragraph(said, figures=figures), True

    def _by_quarter(self) -> Block:
        """Draw the last quarters as recorded and seasonally adjusted, with the table of both behind them."""
        found, rows, figures, adjusted = self.season.adjustment, [], [], {}
        about = about_counts(self.card.data) | {
            "area": self._area,
            "unit": self.card.indicator.unit,
            "caveats": (),
        }
        for q in pd.period_range(end=self.card.quarter, periods=_SHOWN, freq="Q-MAR"):
            window = Window.quarter(q)
            name, at = window.name, about | {"window": window}
            rows_of = sum_of(self.card.data, self._area, window)
            figures.append(self.quarters.figure(name, measure=QUARTER_COUNT, **at, **rows_of))
            said = "not adjusted" if found is None else self.quarters.rules.withheld
            if found is not None and not self.quarters.is_withheld(name):
                adjusted[name] = float(found.adjusted.loc[window.months].sum())
                said = wording.number(adjusted[name])
                figures.append(
                    Figure(
                        **at | {"status": weakest([at["status"], "estimated"])},
                        measure=QUARTER_ADJUSTED,
                        value=adjusted[name],
                        method=found.method,
                        n=self.quarters.value(name),
                        **self.season.total_again(window.months),
                    )
                )
            rows.append([name, self.quarters.cell(name), said])
        shown = charts.chart_of_recent_quarters(
            {name: (self.quarters.value(name), cell, adjusted.get(name)) for name, cell, _ in rows},
            name="quarters",
            headline="By quarter",
            subtitle=f"{wording.sentence(self.card.indicator.unit)}{self.card.label}",
            data=table(
                caption=f"{self.card.indicator.name} in {self._area} by quarter{self.card.label}",
                columns=["Quarter", "Recorded", "Seasonally adjusted"],
                rows=rows,
            ),
            figures=figures,
        )
        return explained(shown, self.quarters)

    # Figures

    def _share(self) -> Estimate | None:
        value, whole = self.city.count(self._area), self.city.count(self.whole)
        if value is None or not whole or whole < self.city.shown.rules.smallest_base:
            return None
        return proportion(value, whole)

    def _change_figures(self) -> list[Figure]:
        change = self.city.change(self._area)
        if change is None:
            return []
        data, unit = self.card.data, self.card.indicator.unit
        return [
            change_figure(data, measure, self._area, self.card.latest, e, unit=e.unit or unit)
            for measure, e in ((CHANGE_COUNT, change.difference), (CHANGE_PERCENT, change.percent))
            if e is not None and e.upper != float("inf")
        ]

    def _share_figures(self) -> list[Figure]:
        share = self._share()
        if share is None:
            return []
        data, window = self.card.data, self.card.latest
        rows = (
            *data.rows(self._area, window.months),
            *data.rows(self.whole, window.months, role="whole"),
        )
        return [
            Figure.of(
                share,
                **about_counts(data),
                measure=SHARE_OF_WHOLE,
                qualifiers={"whole": self.whole},
                area=self._area,
                window=window,
                **self.city.made(rows, share_of),
            )
        ]


def profile_of(
    data: RecordedCounts,
    *,
    catalogue: Catalogue,
    tables: AreaTables,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str,
) -> AreaProfile:
    """Make the profile of an area below the whole: a ward, or a division with its wards.

    Refused: the whole itself, and what :func:`~saferleeds_analysis.reporting.cards.report_card` refuses.
    """
    above = catalogue.above(data.area_set, area)
    if not above:
        raise ValueError(
            f"{area} is the whole: a profile sets an area beside others. Its page is the report card of the indicator."
        )
    given = {"catalogue": catalogue, "quarter": quarter, "as_at": as_at, "edition": edition}
    card = report_card(data, area=area, **given)
    whole = report_card(data, area=above[-1].name, **given)
    season = season_of(card)
    return AreaProfile(
        card=card,
        city=areas_of(whole, tables=tables),
        between=above[0] if len(above) > 1 else None,
        season=season,
        control=control_of(season, tables=tables),
        outlook=outlook_of(season),
        quarters=_quarters(card, catalogue=catalogue, edition=edition),
    )


def _moved(change: CountChange | None) -> str:
    """Say in a finding how a count moved; nothing where no change can be given."""
    if change is None or change.percent is None or change.direction == _UNCLEAR:
        return change.direction if change else ""
    return wording.moved_by(change)


def _reading(change: CountChange, *, small: bool = False) -> str:
    """Say how a count moved and how sure that is; a ``small`` base, or none, carries no percentage."""
    if small or change.percent is None:
        return f"{change.direction} ({wording.fewer_or_more(change.later - change.earlier)})"
    limits = f"{wording.percent_interval(change)}, 95% interval"
    return limits if change.direction in wording.DOWN_OR_UP else f"{change.direction} ({limits})"


def _quarters(card: ReportCard, *, catalogue: Catalogue, edition: str) -> ProtectedTable:
    """Protect the last two years of quarters together with the two twelve-month counts that they add up to."""
    quarters = list(pd.period_range(end=card.quarter, periods=_QUARTERS, freq="Q-MAR"))
    months = card.monthly.reindex(
        pd.period_range(end=card.monthly.index[-1], periods=3 * _QUARTERS, freq="M")
    )
    names = [periods.quarter_name(q) for q in quarters]
    counts = pd.Series(
        [months.loc[periods.quarter_months(q)].sum(skipna=False) for q in quarters],
        index=names,
        dtype="Int64",
    )
    wholes = {}
    for name, parts in (("the 12 months before", names[:4]), ("the latest 12 months", names[4:])):
        if counts[parts].notna().all():
            counts[name], wholes[name] = counts[parts].sum(), parts
    return protect(
        counts,
        rules=catalogue.disclosure_rules,
        theme=catalogue.disclosure_rules.theme_of(card.indicator.id, card.indicator.unit).id,
        edition=edition,
        below_city=bool(card.area.parent),
        wholes=wholes,
    )
