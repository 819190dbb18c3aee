"""The profile of one ward or division on one or two pages: how much, is it changing, how does it stand beside the others.

Everything is said with its doubt, and nothing that a small count cannot carry: no season of its own, no control chart of a few
offences a month, no percentage of fewer than thirty.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import AreaTables
from saferleeds_analysis.catalogue import Area, Catalogue
from saferleeds_analysis.estimates import Estimate, change_between_counts
from saferleeds_analysis.figures import Measure, weakest
from saferleeds_analysis.intake import Boundaries, RecordedCounts
from saferleeds_analysis.methods.rates import proportion
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.areas import SHARE_OF_WHOLE, AreasBeside, areas_of
from saferleeds_analysis.reporting.blocks import Block, Figure, Group, behind, bullets, facts, paragraph
from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.control import FEWEST_A_MONTH, Control, control_of
from saferleeds_analysis.reporting.counted import (
    CHANGE_COUNT,
    CHANGE_PERCENT,
    about_counts,
    change_figure,
    sum_of,
)
from saferleeds_analysis.reporting.disclosure import ProtectedTable, explained, protect
from saferleeds_analysis.reporting.outlook import Outlook, outlook_of
from saferleeds_analysis.reporting.season import Season, season_of
from saferleeds_analysis.reporting.tables import interval, table
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


@dataclass(frozen=True, kw_only=True)
class AreaProfile:
    """All that a page says of one area below the whole; its methods give the blocks.

    ``city`` has the whole's areas side by side, ``between`` the area between them (a ward's division), if there is one.
    ``outlook`` is ``None`` where a projection of so few offences would say next to nothing.
    """

    card: ReportCard
    city: AreasBeside
    own: AreasBeside | None
    between: Area | None
    season: Season
    control: Control
    outlook: Outlook | None
    quarters: ProtectedTable

    @property
    def _area(self) -> str:
        return self.card.area.name

    @property
    def _whole(self) -> str:
        return self.city.card.area.name

    def title(self) -> Block:
        """Give the page's one first-level heading, and what the reader must know of the data before any number."""
        return self.card.title(f"{self.card.area.kind} profile")

    def summary(self) -> Block:
        """Give the headline numbers in a box."""
        figure = self.city.figure(self._area)
        if not isinstance(figure.value, int):
            why = (
                "it is withheld, because so small a count might point to a household."
                if figure.value
                else f"there is no data for {periods.months_in_words(self.card.headline.missing)}."
            )
            return paragraph(f"No 12-month count is given for {self._area}: {why}", css_class="notice")
        unit = self.card.indicator.unit
        pairs = [
            (
                f"Recorded {unit}, {self.card.window}",
                f"{wording.number(figure.value)} (95% interval {interval(figure)})",
            ),
            ("Change on the 12 months before", self._change_in_words(self._area)),
        ]
        if place := self.city.place(self._area):
            pairs.append(("Place by count, 1st the most", place))
        if share := self._share():
            pairs.append((f"Share of {self._whole}", wording.percent(share.value)))
        return facts(pairs, kind="summary")

    def findings(self) -> Block:
        """Say how the area moves, beside its division and the city, in the quarter, and where the year is heading."""
        year_end, projected = self._year_end()
        rate = self.city.rate(self._area)
        lines = [
            self._own(),
            *self._around(),
            self._beside_the_rest(),
            self._quarter(),
            year_end,
            rate.text,
            self.city.among_households(self._area),
        ]
        figures = [
            self.city.figure(self._area),
            *self._change_figures(),
            *self.city.rank_figures(self._area),
            *self._share_figures(),
            *self.city.difference_figures(self._area),
            *projected,
            *rate.figures,
        ]
        return bullets(filter(None, lines), figures=figures)

    def panels(self) -> Block:
        """Draw the area's twelve-month totals beside its division and the city; a division's wards beside each other."""
        card = self.card
        wards = [] if self.own is None else list(self.own.levels.get(self.own.smallest, ()))
        names = wards or [self._area, *([self.between.name] if self.between else []), self._whole]
        ends = pd.period_range(end=card.quarter, periods=13, freq="Q-MAR").asfreq("M")
        series = {name: self._totals(name).reindex(ends) for name in names}
        series = {name: s for name, s in series.items() if s.notna().sum() > 1}
        if not series or not (wards or self._area in series):
            whose = "" if wards else f" for {self._area}"
            return paragraph(f"No totals of earlier years are given{whose}.")
        what = f"{card.indicator.name}, 12-month totals at quarter ends, {periods.month_name(ends[0])} to {periods.month_name(ends[-1])}"
        scale = "all on one scale" if wards else "each on its own scale from zero"
        shown = charts.chart_of_panels(
            series,
            name="panels",
            headline=f"The {len(series)} wards of {self._area}" if wards else self._panel_headline(),
            subtitle=f"{what}; {scale}{card.label}",
            unit=card.indicator.unit,
            figures=[],
            focus="" if wards else self._area,
            same_scale=bool(wards),
            across=5 if wards else len(series),
        )
        return _compact(shown, kind="compact" if wards else "compact slim")

    def map(self) -> Block:
        """Show where the area lies; a division's page shows its wards."""
        return _compact(self.city.map(focus=self._area) if self.own is None else self.own.map())

    def areas(self) -> Block:
        """Rank the area among its like; a division's wards stand in a table with their changes."""
        if self.own is not None:
            return _compact(
                behind(f"Show the wards of {self._area} ranked, with intervals", self.own.ranked()),
                self.card.area_tables(highest=20),
            )
        ranked = self.city.ranked(focus=self._area)
        return _compact(behind(f"Show all {self.card.area.kind}s ranked, with intervals", ranked))

    def quarter_table(self) -> Block:
        """Give the last two years by quarter, as recorded and seasonally adjusted."""
        found = self.season.adjustment
        rows, figures = [], []
        for q in pd.period_range(end=self.card.quarter, periods=_SHOWN, freq="Q-MAR"):
            window = Window.quarter(q)
            name = window.name
            about = about_counts(self.card.data) | {
                "area": self._area,
                "window": window,
                "unit": self.card.indicator.unit,
                "caveats": (),
            }
            rows_of = sum_of(self.card.data, self._area, window)
            figures.append(self.quarters.figure(name, measure=QUARTER_COUNT, **about, **rows_of))
            if self.quarters.is_withheld(name):
                adjusted = self.quarters.rules.withheld
            elif found is None:
                adjusted = "not adjusted"
            else:
                value = float(found.adjusted.loc[window.months].sum())
                adjusted = wording.number(value)
                figures.append(
                    Figure(
                        **about | {"status": weakest([about["status"], "estimated"])},
                        measure=QUARTER_ADJUSTED,
                        value=value,
                        method=found.method,
                        n=self.quarters.value(name),
                        **self.season.total_again(window.months),
                    )
                )
            rows.append([f"{name} ({periods.review_period(q)})", self.quarters.cell(name), adjusted])
        shown = table(
            caption=f"{self.card.indicator.name} in {self._area} by quarter{self.card.label}",
            columns=["Quarter", "Recorded", "Seasonally adjusted"],
            rows=rows,
            figures=figures,
        )
        blocks = [explained(shown, self.quarters)]
        if found is None:
            blocks.append(paragraph(f"Not seasonally adjusted: {self.season.problem}"))
        elif found.borrowed is not None and self.season.parent is not None:
            text = (
                f"The season is borrowed: {wording.percent(100 * found.borrowed)} of the pattern is that of {self._whole}, as far "
                f"as the counts of {self._area} are too small to show one of their own."
            )
            blocks.append(paragraph(text))
        return _compact(*blocks)

    def control_chart(self) -> Block:
        """Show the control chart and what it says, or why there is none."""
        drawn = [behind("Show the control chart", self.control.chart())] if self.control.found else []
        return _compact(self.control.findings(), *drawn)

    def published_check(self) -> Block:
        """Set the area's published figures beside the same figures from the data."""
        if not self.card.published:
            return paragraph(
                f"No figure of {self._area} was published by the pack's day, so none is checked."
            )
        return _compact(self.card.published_check())

    def caveat_list(self) -> Block:
        """List what the reader must know."""
        bases = [area.basis for area in (self.card.area, self.between) if area is not None]
        more = [
            *(f"{basis}." for basis in bases if basis),
            f"A place by count says where the {self.card.indicator.unit} are, not where a home is likeliest to be hit: areas differ in "
            "their number of homes.",
            "The place is right with 95% confidence for one area; a whole table read at once is less sure.",
        ]
        if self.outlook is not None:
            more.append("A projection holds for a year in which nothing unheard-of happens.")
        return _compact(self.card.caveat_list(more))

    def sources(self) -> Block:
        """Say where the data come from."""
        return _compact(self.card.sources())

    # Parts of the blocks

    def _change_in_words(self, area: str) -> str:
        change = self.city.change(area)
        if change is None:
            return "not given"
        if change.percent is None:
            return (
                f"{change.direction} ({wording.fewer_or_more(change.later - change.earlier)}; no percentage is given on "
                f"{wording.number(change.earlier)})"
            )
        return wording.change_with_interval(change)

    def _share(self) -> Estimate | None:
        value, whole = self.city.count(self._area), self.city.count(self._whole)
        if value is None or not whole or whole < self.city.shown.rules.smallest_base:
            return None
        return proportion(value, whole)

    def _own(self) -> str:
        value, card = self.city.count(self._area), self.card
        if value is None:
            return f"No 12-month count is given for {self._area}."
        said = f"In the {card.window}, {wording.number(value)} {card.indicator.unit} were recorded in {self._area}"
        change = self._change_in_words(self._area)
        return f"{said}: {change} on the 12 months before." if self.city.change(self._area) else f"{said}."

    def _around(self) -> list[str]:
        names = [(self.between.name, f", its {self.between.kind}")] if self.between else []
        names.append((self._whole, f", the whole {self.city.card.area.kind}"))
        return [
            f"{name}{what}: {self._change_in_words(name)}."
            for name, what in names
            if self.city.change(name) is not None
        ]

    def _beside_the_rest(self) -> str:
        found = self.city.differences.get(self.card.area.kind)
        if found is None or self._area not in found.index:
            return ""
        row = found.loc[self._area]
        how = f"{len(found)} {self.card.area.kind}s were tested at once and at most one finding in twenty is false on average"
        if row["word"] == "no clear difference":
            return f"Its change does not differ clearly from that of the rest of {self._whole} ({how})."
        by, *limits = (abs(100 * (row[c] - 1)) for c in ("ratio", "ratio_lower", "ratio_upper"))
        side = "below" if row["ratio"] < 1 else "above"
        return (
            f"Its count is {wording.percent(by)} {side} where it would be if it had moved like the rest of {self._whole} "
            f"(95% interval {wording.percent(min(limits))} to {wording.percent(max(limits))}; {how})."
        )

    def _quarter(self) -> str:
        now, before = (periods.quarter_name(q) for q in (self.card.quarter, self.card.quarter - 4))
        value, earlier = self.quarters.value(now), self.quarters.value(before)
        if value is None or earlier is None:
            return ""
        change = change_between_counts(earlier, value, unit=self.card.indicator.unit)
        text = (
            f"In {periods.review_period(self.card.quarter)}, {wording.counted(value, self.card.indicator.unit)} "
            f"{'was' if value == 1 else 'were'} recorded, {wording.number(earlier)} in the same quarter a year before: "
        )
        if change.direction == "no clear change" or earlier < self.city.shown.rules.smallest_base:
            return f"{text}{change.direction} ({wording.fewer_or_more(value - earlier)})."
        return f"{text}{wording.change_with_interval(change)}."

    def _year_end(self) -> tuple[str, list[Figure]]:
        """Say where the year is heading, with the figure that says so; no words where nothing can be said."""
        if self.outlook is None:
            too_few = f"with fewer than {FEWEST_A_MONTH} {self.card.indicator.unit} a month"
            return f"No year end is projected: {too_few} the interval would be too wide to be of use.", []
        projection = self.outlook.projection
        if projection is None:
            problem = self.outlook.problem
            return (f"No year end is projected: {problem}" if problem else ""), []
        middle = projection.interval(0.8)
        text = (
            f"{periods.financial_year_name(projection.year)} is projected to end at about {wording.number(middle.value)} "
            f"(80% interval {interval(middle)})."
        )
        if not self.card.targets:
            text += f" No target is recorded for {self._area}, so no chance of meeting one is given."
        about = {"method": "structural model, simulated", "n": int(projection.actual)}
        caveats = self.city.figure(self._area).caveats
        return text, [self.outlook.made.year_end(projection, 0.8, caveats=caveats, **about)]

    def _panel_headline(self) -> str:
        change = self.city.change(self._area)
        if change is None or change.direction == "no clear change":
            return f"{self._area}: no clear change in a year"
        if change.percent is None:
            return f"{self._area} {change.direction} in a year"
        return f"{self._area} {change.direction} {wording.percent(abs(change.percent.value))} in a year"

    def _totals(self, area: str) -> pd.Series:
        """Give the twelve-month totals of an area, without those that the edition withholds."""
        data = self.card.data
        if area not in data.by_area:
            return pd.Series(dtype="Int64")
        months = data.by_area[area].loc[: self.card.monthly.index[-1]]
        totals = months.astype("Float64").rolling(12, min_periods=12).sum().astype("Int64")
        shown = self.city.shown
        if shown.edition == "restricted":
            return totals
        below = area in self.city.places_below
        small = [pd.notna(v) and shown.theme.is_small(int(v), below_city=below) for v in totals]
        return totals.mask(small)

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
            *data.rows(self._whole, window.months, role="whole"),
        )
        return [
            Figure.of(
                share,
                **about_counts(data),
                measure=SHARE_OF_WHOLE,
                qualifiers={"whole": self._whole},
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
    boundaries: Boundaries | None = None,
) -> AreaProfile:
    """Make the profile of an area below the whole: a ward, or a division with its wards.

    Refused: the whole itself, and what :func:`~saferleeds_analysis.reporting.cards.report_card` refuses.
    """
    place = catalogue.area(data.area_set, area)
    above = _above(place, catalogue)
    if not above:
        raise ValueError(
            f"{area} is the whole: a profile sets an area beside others. Its page is the report card of the indicator."
        )
    given = {"catalogue": catalogue, "quarter": quarter, "as_at": as_at, "edition": edition}
    card = report_card(data, area=area, **given)
    whole = report_card(data, area=above[-1].name, **given)
    common = {"catalogue": catalogue, "tables": tables, "edition": edition}
    city = areas_of(whole, **common, boundaries=boundaries)
    below = catalogue.parts(data.area_set, area)
    season = season_of(card, catalogue=catalogue)
    enough = card.headline.later is not None and card.headline.later >= 12 * FEWEST_A_MONTH
    return AreaProfile(
        card=card,
        city=city,
        own=areas_of(card, **common) if below else None,
        between=above[0] if len(above) > 1 else None,
        season=season,
        control=control_of(season, tables=tables),
        outlook=outlook_of(card, season=season, catalogue=catalogue) if enough else None,
        quarters=_quarters(card, catalogue=catalogue, edition=edition),
    )


def _compact(*blocks: Block, kind: str = "compact") -> Block:
    """Mark blocks to be printed small, so that a ward's profile stays within two sheets."""
    return Group(blocks=blocks, kind=kind)


def _above(area: Area, catalogue: Catalogue) -> list[Area]:
    """Give the areas above one, the nearest first."""
    found = []
    while area.parent:
        area = catalogue.area(area.area_set, area.parent)
        found.append(area)
    return found


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
