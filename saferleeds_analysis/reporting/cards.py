"""The report card of one recorded-crime indicator: all that a quarter says of it.

``report_card`` computes the card once; everything that the notebook shows is one of its blocks, so the words, the
tables, the charts and ``figures.csv`` all come from the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Area, Catalogue, Caveat, Indicator, Target
from saferleeds_analysis.estimates import CountChange
from saferleeds_analysis.figures import Measure
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.methods.variation import Variation, change_of_a_year, variation
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Figure,
    Span,
    behind,
    bullets,
    join,
    page_title,
    paragraph,
)
from saferleeds_analysis.reporting.counted import (
    CHANGE_COUNT,
    CHANGE_PERCENT,
    CHANGES,
    MONTHLY_COUNT,
    TWELVE_MONTH_COUNT,
    about_counts,
    change_figure,
    change_of,
    count_figure,
    sum_of,
)
from saferleeds_analysis.reporting.disclosure import ProtectedTable, explained, protect
from saferleeds_analysis.reporting.letters import target_figure
from saferleeds_analysis.reporting.months_shown import MonthsShown, months_shown
from saferleeds_analysis.reporting.published import CHECKS, PublishedCheck, check_published
from saferleeds_analysis.reporting.shared import once
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.reporting.views import view
from saferleeds_analysis.results import Result

TARGET = Measure(
    id="target", words="target_{kind}", role="target", formula="the target as it was set", decimals=0
)


# As many areas with most are named on the published card.
_WITH_MOST = 9


@dataclass(frozen=True, kw_only=True)
class AreaPosition:
    """The twelve months to the end of the quarter in one area, beside the twelve months before.

    ``change`` is ``None`` when a month of either window is missing; ``missing`` then lists those months.
    ``first_fall_since`` is the last earlier quarter end with a twelve-month fall, where at least three quarters lie
    between without one; ``never_fell_before`` says that no earlier quarter end of the series had one.
    A count that the edition withholds is ``None`` too, with all that is made from it; ``withheld`` says so.
    """

    area: str
    later: int | None
    change: CountChange | None
    missing: tuple[pd.Period, ...]
    first_fall_since: pd.Period | None
    never_fell_before: bool
    withheld: bool


@dataclass(frozen=True, kw_only=True)
class ReportCard(Result):
    """All that one quarter says of one recorded-crime indicator in one area; its methods give the blocks of the page.

    ``whole`` names the area of which this one is a part. ``variations`` say how the counts of each area stray by themselves. ``monthly`` and ``totals`` are the true counts, from which other blocks are computed; ``shown`` and
    ``totals_shown`` are what the edition may print of them.
    """

    indicator: Indicator
    area: Area
    whole: str
    quarter: pd.Period
    as_at: date
    monthly: pd.Series
    totals: pd.Series
    headline: AreaPosition
    parts: Mapping[str, tuple[AreaPosition, ...]]
    targets: tuple[Target, ...]
    published: tuple[PublishedCheck, ...]
    caveats: tuple[Caveat, ...]
    area_bases: tuple[str, ...]
    data: RecordedCounts
    variations: Mapping[str, Variation]
    catalogue: Catalogue = field(repr=False)
    protected: ProtectedTable
    shown: MonthsShown

    # Identity

    @property
    def window(self) -> str:
        """The twelve months that the card is about, in words."""
        return self.latest.name

    @property
    def latest(self) -> Window:
        """The twelve months that the card is about."""
        return Window.twelve_months(self._end)

    @property
    def before(self) -> Window:
        """The twelve months before them."""
        return Window.twelve_months(self._end - 12)

    @property
    def _end(self) -> pd.Period:
        return periods.last_month(self.quarter)

    @property
    def _year(self) -> pd.Period:
        return periods.financial_year_of(self._end)

    @property
    def together(self) -> dict[str, list[str]]:
        """Say of the whole, and of the areas below it, which areas of one kind make it up; nothing on the whole's own card."""
        known, found, left = set(self.data.by_area), {}, [self.whole]
        while left and self.area.name != self.whole and self.whole in known:
            below = self.catalogue.parts(self.data.area_set, area := left.pop(0))
            if parts := [a.name for a in below if a.kind == below[0].kind and a.name in known]:
                found[area] = parts
                left += parts
        return found

    def title(self, what: str = "report card") -> Block:
        """Give the page's one first-level heading, and what the reader must know of the data before any number."""
        return page_title(self.about(what), self.data.source.notice)

    def about(self, what: str) -> str:
        """Name measure, place and quarter, and what the page is."""
        return f"{self.indicator.name} in {self.area.name}, {periods.quarter_name(self.quarter)}: {what}"

    def whose_words(self) -> Block:
        """Say before partners' commentary, on the card of a part, that it was written about the whole."""
        if not self.area.parent:
            return NOTHING
        return paragraph(
            f"What partners write is about the whole of {self.whole}, not about {self.area.name} alone.",
            css_class="notice",
        )

    def why(self) -> Block:
        """Say why this is a priority and what exactly is counted."""
        return join(paragraph(self.indicator.why), paragraph(f"What is counted: {self.indicator.definition}"))

    # Findings

    def findings(self) -> Block:
        """Say the headline findings in sentences: the count, the change and how sure it is, targets."""
        at = self.headline
        if at.later is None:
            return self._no_total()
        recorded = (
            f"{wording.counted(at.later, self.indicator.unit)} {'was' if at.later == 1 else 'were'} recorded"
        )
        first = f"In the {self.window}, {recorded} in {self.area.name}"
        if at.change is None:
            first += f". No change can be given: {self.why_no_change(at)}"
        else:
            change = wording.change_with_interval(at.change)
            before = f"on the 12 months before ({wording.number(at.change.earlier)})"
            first += f": {change} {before}{wording.ordinarily(at.change)}."
        target = f"No target is recorded for {periods.financial_year_name(self._year)}."
        if self.targets:
            target = " ".join(wording.targets_in_words(self.targets))
        lines = [first, target]
        aims = [target_figure(aim, unit=self.indicator.unit, measure=TARGET) for aim in self.targets]
        figures = [*self.change_figures(at), *aims]
        return bullets(lines, figures=figures)

    def chart(self) -> Block:
        """Draw the twelve-month total with the year's targets, over four years at most."""
        totals = self.totals_shown
        known = totals.dropna().loc[periods.financial_year_months(self._year)[0] - 36 :]
        if known.empty:
            return self._no_total()
        drawn = charts.chart_of_totals(
            totals.loc[known.index[0] :],
            name="twelve-month-total",
            headline=self.change_headline,
            subtitle=self.subtitle("12-month total", known.index[0]),
            unit=self.indicator.unit,
            targets=self.targets,
            year=self._year,
            figures=[
                self._total_figure(self.area.name, Window.twelve_months(month), int(value))
                for month, value in known.items()
            ],
        )
        if self.shown.complete:
            return drawn
        ends = (
            "quarters" if self.shown.by_quarter else f"{periods.quarter_name(self.quarter)[-2:]} of each year"
        )
        return join(
            drawn,
            paragraph(
                f"The total is shown to the ends of {ends} only: from one month to the next it would give away months that "
                "are withheld."
            ),
        )

    @property
    def totals_shown(self) -> pd.Series:
        """Give the twelve-month totals that may be printed: where months are withheld, those that give none away."""
        if self.shown.complete:
            return self.totals
        windows = self.totals.index
        apart = windows[(self._end.ordinal - windows.asi8) % (3 if self.shown.by_quarter else 12) == 0]
        totals, rules = self.totals.loc[apart], self.protected
        small = [pd.notna(v) and rules.theme.is_small(int(v), below_city=True) for v in totals]
        named = [periods.twelve_months_name(m) for m in apart]
        out = [w in rules.counts.columns and rules.is_withheld(self.area.name, w) for w in named]
        return totals.mask(small).mask(out)

    def months(self, marks: Mapping[pd.Period, str] | None = None) -> Block:
        """Draw the months as they were recorded, with ``marks`` by month."""
        known = self.shown.months.dropna()
        if known.empty:
            return self.shown.explained(NOTHING)
        drawn = charts.chart_of_months(
            self.shown.months,
            name="months",
            headline=f"{wording.counted(known.iloc[-1], self.indicator.unit)} in {periods.month_name(known.index[-1])}",
            subtitle=self.subtitle("each month as recorded", self.monthly.index[0]),
            unit=self.indicator.unit,
            figures=self.month_figures(),
            withheld=self.shown.withheld,
            marks=marks or {},
        )
        return self.shown.explained(drawn)

    def area_tables(self, profiles: Mapping[str, str] | None = None) -> Block:
        """Give a table of each level of areas below the card's area, in order of the latest count.

        Each change has its interval, and the word that the interval allows. ``profiles`` are the addresses of the areas' pages. Of a
        long level it is said which of those with most fell for the first time in years.
        """
        if not self.parts:
            return paragraph(f"The data hold no areas within {self.area.name}.")
        shown = []
        for kind, positions in self.parts.items():
            if all(p.later is None and not p.withheld for p in positions):
                why = self.why_no_change(positions[0])
                shown.append(paragraph(f"No 12-month figure is given for any {kind}: {why}"))
                continue
            ranked = sorted(positions, key=lambda p: (-(p.later if p.later is not None else -1), p.area))
            shown.append(self._area_table(kind, ranked, profiles or {}))
            shown += self._first_falls(ranked[:_WITH_MOST] if len(ranked) > _WITH_MOST else [])
        tested = sum(p.change is not None for positions in self.parts.values() for p in positions)
        if tested >= 10:
            shown.append(
                paragraph(
                    f"Each of the {tested} areas is tested by itself. If nothing had changed in any of them, about "
                    f"{wording.number(tested * 0.05)} would still be called a fall or a rise by chance."
                )
            )
        return join(*shown)

    def published_check(self) -> Block:
        """Set every published figure that was out by the as-at date beside the same figure from the data."""
        if not self.published:
            return paragraph(
                "No published figures are recorded for this indicator and date, so none are checked."
            )
        agree = sum(check.agrees for check in self.published)
        built = (
            " The months were built to agree with these figures, so this checks the building."
            if self.label
            else ""
        )
        lead = paragraph(
            f"Published figures that the data reproduce to the precision printed: {agree} of {len(self.published)}."
            f"{' What is not reproduced is flagged, with the reason.' if agree < len(self.published) else ''}{built}"
        )
        rows = [
            [
                check.figure.area,
                str(check.window),
                check.measure,
                check.figure.printed_as,
                check.ours,
                "reproduced" if check.agrees else "NOT reproduced",
                check.reason,
            ]
            for check in self.published
        ]
        flags = [
            paragraph(f"Flag: {check.figure.area}, {check.window}: {check.reason}", css_class="flag")
            for check in self.published
            if not check.agrees
        ]
        shown = table(
            caption="Published figures and what the data give",
            columns=["Area", "Period", "Measure", "Published", "From the data", "Result", "Reason"],
            rows=rows,
            text_columns=(1, 2, 3, 4, 5, 6),
            figures=[self._check_figure(check) for check in self.published],
        )
        return join(lead, *flags, behind("Show every figure that was checked", shown))

    # What the reader must know

    def caveat_list(self, more: Sequence[str] = ()) -> Block:
        """List the caveats of the data and of the indicator that touch the card's months, and ``more``; the notice is at the top."""
        lines = [*self.data.caveats]
        lines += [f"{c.text} Basis: {c.basis}." for c in self.caveats]
        lines += [f"{basis}." for basis in self.area_bases]
        lines += more
        lines += [
            wording.straying(self.variations[self.area.name]),
            "Offences often come in series, which the intervals allow for.",
        ]
        return bullets(lines, kind="caveats")

    def sources(self) -> Block:
        """Say where the data and the targets come from."""
        lines = [
            wording.source_in_words(self.data.source, as_at=self.as_at),
            *[
                f"Target of {t.comparison} {wording.number(t.value)} ({t.kind}): {t.source}. {t.note}".strip()
                for t in self.targets
            ],
        ]
        return bullets(map(wording.sentence, lines))

    # Parts of the blocks

    def _area_table(self, kind: str, positions: list[AreaPosition], profiles: Mapping[str, str]) -> Block:
        both, rows = (self.before.name, self.latest.name), []
        for p in positions:
            # Where a count is withheld everything made from it is; the other count may still be known.
            absent, none = (self.protected.rules.withheld,) * 2 if p.withheld else ("not known", "none")
            earlier, later = (self.protected.cell(p.area, window) for window in both)
            percent = p.change.percent if p.change else None
            rows.append(
                [
                    paragraph(Span(p.area, href=profiles.get(p.area, ""))),
                    earlier,
                    later,
                    wording.signed(p.change.difference.value) if p.change else absent,
                    wording.percent(percent.value, signed=True) if percent else none,
                    wording.percent_interval(p.change) if percent else none,
                    p.change.word if p.change else absent,
                ]
            )
        shown = table(
            caption=f"{kind.capitalize()}s: {self.indicator.name.lower()}, {self.window} and the 12 months before",
            columns=[
                kind.capitalize(),
                *both,
                "Change",
                "Change %",
                "95% interval",
                "Reading",
            ],
            rows=rows,
            text_columns=(5, 6),
            figures=[figure for p in positions for figure in self.change_figures(p)],
        )
        return self.explained(shown, positions)

    def explained(self, block: Block, positions: Sequence[AreaPosition]) -> Block:
        """Say below a block why counts are withheld in it, if any are."""
        return explained(block, self.protected) if any(p.withheld for p in positions) else block

    def _first_falls(self, positions: list[AreaPosition]) -> list[Block]:
        notes = []
        for p in positions:
            if p.change is None or p.change.direction != "fell":
                continue
            first = f"{p.area}: the first 12-month fall at a quarter end"
            if p.never_fell_before:
                # The first quarter end with two years of months behind it.
                start = next(m for m in self.monthly.index[23:] if m.month % 3 == 0)
                notes.append(
                    f"{first} in the data, in which {periods.month_name(start)} is the first quarter end that can be compared."
                )
            elif p.first_fall_since is not None:
                notes.append(f"{first} since {periods.month_name(p.first_fall_since)}.")
        return [paragraph(note) for note in notes]

    def _no_total(self) -> Block:
        return paragraph(
            f"No 12-month figure is given: {self.why_no_change(self.headline)}", css_class="notice"
        )

    def why_no_change(self, position: AreaPosition) -> str:
        """Say why an area has no twelve-month figure or no change."""
        if position.withheld:
            return "a count is withheld, because a small one might point to a person."
        return f"there is no data for {periods.months_in_words(position.missing)}."

    @property
    def change_headline(self) -> str:
        """Say in a headline how the twelve-month total has changed in a year."""
        at = self.headline
        if at.change is None:
            return f"{self.indicator.name} in {self.area.name}, 12-month total"
        if at.change.direction == "no clear change":
            return f"{self.indicator.name}: no clear change in a year"
        if at.change.percent is None:
            return f"{self.indicator.name}: {wording.fewer_or_more(at.change.difference.value)} in a year"
        return f"{self.indicator.name} {wording.moved_by(at.change)} in a year"

    def subtitle(self, measure: str, first: pd.Period) -> str:
        """Say below a chart's headline what is measured, where and when, and what kind of data it is."""
        text = (
            f"{self.indicator.unit.capitalize()}, {measure}, {self.area.name}, "
            f"{periods.month_name(first)} to {periods.month_name(self._end)}"
        )
        return text + self.label

    @property
    def label(self) -> str:
        """What kind of data it is, in short, to stand behind a subtitle: the notice's first words."""
        return wording.kind_of_data(self.data.source.notice)

    def _total_figure(self, area: str, window: Window, value: int) -> Figure:
        return count_figure(self.data, TWELVE_MONTH_COUNT, area, window, value)

    def month_figures(self) -> list[Figure]:
        """Give the months as recorded, as tidy figures."""
        return self.shown.figures(
            [
                count_figure(self.data, MONTHLY_COUNT, self.area.name, Window.month(month), int(value))
                for month, value in self.monthly.dropna().items()
            ]
        )

    def change_figures(self, position: AreaPosition) -> list[Figure]:
        """Give both counts of an area and the change between them, as far as the edition may print them."""
        if position.withheld:
            return self._figures_with_some_withheld(position)
        if position.later is None:
            return []
        change, area = position.change, position.area
        figures = [self._total_figure(area, self.latest, position.later)]
        if change is None:
            return figures
        figures.append(self._total_figure(area, self.before, change.earlier))
        figures.append(change_figure(self.data, CHANGE_COUNT, area, self.latest, change.difference))
        if change.percent is not None:
            figures.append(change_figure(self.data, CHANGE_PERCENT, area, self.latest, change.percent))
        return figures

    def _figures_with_some_withheld(self, position: AreaPosition) -> list[Figure]:
        return [
            self.protected.figure(
                position.area,
                window.name,
                measure=TWELVE_MONTH_COUNT,
                area=position.area,
                window=window,
                unit=self.indicator.unit,
                **about_counts(self.data),
                **sum_of(self.data, position.area, window),
            )
            for window in (self.before, self.latest)
            if self.protected.cell(position.area, window.name) != "not known"
        ]

    def _check_figure(self, check: PublishedCheck) -> Figure:
        area, window = check.figure.area, check.window
        change = CHANGES.get(check.figure.measure)
        made = change_of(self.data, change, area, window) if change else sum_of(self.data, area, window)
        return Figure(
            measure=CHECKS[check.figure.measure],
            indicator_id=self.indicator.id,
            area=area,
            window=window,
            value=check.value,
            unit=check.figure.unit,
            method="reproduced" if check.agrees else "not reproduced",
            status=self.data.source.status,
            caveats=(check.reason,) if check.reason else (),
            **made,
        )


@view.register
def _(found: ReportCard) -> Block:
    return join(found.why(), found.findings(), found.chart())


def report_card(
    data: RecordedCounts,
    *,
    catalogue: Catalogue,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str = "public",
) -> ReportCard:
    """Compute the card of one recorded-crime indicator for one quarter and area.

    ``data`` holds monthly counts by area up to the as-at date; months after the quarter are left out. A twelve-month
    total is given only when all its months are there, and small ones of places below the city only in the restricted
    edition. Refused: a quarter that had not ended by ``as_at``, an area without data, a quarter for which there is no data at all.
    """
    place = catalogue.area(data.area_set, area)
    end = periods.last_month(quarter)
    _refuse_what_cannot_be_reported(data, catalogue, area, quarter, as_at)
    by_area = data.by_area.loc[:end]
    year = periods.financial_year_name(periods.financial_year_of(end))
    below = catalogue.parts_by_kind(data.area_set, area)
    parts = {kind: [a for a in members if a.name in by_area] for kind, members in below.items()}
    everywhere = [place, *(a for members in parts.values() for a in members)]
    totals = pd.DataFrame({a.name: _twelve_month_totals(by_area[a.name]) for a in everywhere})
    protected = _protect(data, totals, end, catalogue, edition)
    caveats = catalogue.caveats(data.indicator.id, by_area.index)
    found = once(_variations, by_area, kind=data.indicator.counted, caveats=caveats)

    def position(of: Area) -> AreaPosition:
        return _position(of, by_area[of.name], totals[of.name], end, data, protected, found.get(of.name))

    return ReportCard(
        indicator=data.indicator,
        area=place,
        whole=catalogue.whole(place.area_set, area).name,
        quarter=quarter,
        as_at=as_at,
        monthly=by_area[area],
        totals=totals[area],
        headline=position(place),
        parts={kind: tuple(map(position, members)) for kind, members in parts.items() if members},
        protected=protected,
        shown=months_shown(
            by_area[area],
            rules=catalogue.disclosure_rules,
            theme=protected.theme.id,
            edition=edition,
            below_city=bool(place.parent),
        ),
        targets=catalogue.targets(data.indicator.id, area, year, as_at=as_at),
        published=check_published(
            catalogue.published(data.indicator.id, as_at=as_at),
            by_area[[a.name for a in everywhere]],
        ),
        caveats=caveats,
        area_bases=tuple(dict.fromkeys(a.basis for members in below.values() for a in members if a.basis)),
        data=data,
        variations=found,
        catalogue=catalogue,
    )


def _refuse_what_cannot_be_reported(
    data: RecordedCounts, catalogue: Catalogue, area: str, quarter: pd.Period, as_at: date
) -> None:
    end = periods.last_month(quarter)
    if end.end_time.date() > as_at:
        raise ValueError(
            f"{periods.quarter_name(quarter)} ends on {periods.day_name(end.end_time.date())}, after the as-at date "
            f"{periods.day_name(as_at)}: wait for the quarter to end, or give a later as-at date."
        )
    if area not in data.by_area.columns:
        parts = [a.name for members in catalogue.parts_by_kind(data.area_set, area).values() for a in members]
        lacking = [
            n for n in parts if n not in data.by_area.columns and not catalogue.parts(data.area_set, n)
        ]
        if lacking and len(lacking) < len(parts):
            raise DataProblem(
                f"{data.source.id}: {area!r} is the sum of its parts, and there is no data for {wording.listed(lacking)}. "
                "Add their rows (0 where there was no offence), or rows of the whole."
            )
        raise DataProblem(f"{data.source.id}: there is no data for {area!r}.")
    if end not in data.by_area.index:
        raise QuarterNotHeld(
            f"{data.source.id}: the data run from {periods.month_name(data.by_area.index[0])} to "
            f"{periods.month_name(data.by_area.index[-1])} and do not hold {periods.month_name(end)}, the last month "
            f"of {periods.quarter_name(quarter)}. Add the months to data/raw/{data.source.id}, or report an earlier quarter."
        )


def _twelve_month_totals(monthly: pd.Series) -> pd.Series:
    """Sum each twelve months; missing where any of them is missing."""
    return monthly.astype("Float64").rolling(12, min_periods=12).sum().astype("Int64")


def _variations(by_area: pd.DataFrame, *, kind: str, caveats: Sequence[Caveat]) -> dict[str, Variation]:
    return {
        name: variation(by_area[name], kind=kind, caveats=caveats)
        for name in by_area
        if by_area[name].notna().any()
    }


def _position(
    area: Area,
    monthly: pd.Series,
    totals: pd.Series,
    end: pd.Period,
    data: RecordedCounts,
    protected: ProtectedTable,
    found: Variation | None,
) -> AreaPosition:
    earliest, earlier, later = totals.reindex([end - 24, end - 12, end])
    hidden = [protected.is_withheld(area.name, window) for window in protected.counts.columns]
    change, before = None, []
    if not any(hidden):
        before = _quarter_ends_with_a_fall(totals, end)
        if pd.notna(earlier) and pd.notna(later):
            change = change_of_a_year(int(earlier), int(later), found=found, unit=data.indicator.unit)
    window = pd.period_range(end=end, periods=24, freq="M")
    last_fall = max(before, default=None)
    return AreaPosition(
        area=area.name,
        later=None if hidden[-1] or pd.isna(later) else int(later),
        change=change,
        missing=tuple(window[monthly.reindex(window).isna()]),
        first_fall_since=last_fall if last_fall is not None and (end - last_fall).n >= 12 else None,
        never_fell_before=change is not None and not before and pd.notna(earliest),
        withheld=any(hidden),
    )


def _protect(
    data: RecordedCounts, totals: pd.DataFrame, end: pd.Period, catalogue: Catalogue, edition: str
) -> ProtectedTable:
    """Give both twelve-month counts of every area on the card as the edition may print them."""
    counts = totals.reindex([end - 12, end]).T.astype("Int64")
    counts.columns = [periods.twelve_months_name(month) for month in (end - 12, end)]
    wholes = {}
    for area in counts.index:
        parts = [part.name for part in catalogue.parts(data.area_set, area)]
        # Some sources count offences in the whole that lie in no part; then nothing follows by subtraction.
        if parts and set(parts) <= set(counts.index):
            known = counts.loc[[area, *parts]].notna().all()
            adds_up = (counts.loc[area] == counts.loc[parts].sum())[known]
            if adds_up.all():
                wholes[area] = parts
    whole_places = {a.name for a in catalogue.areas(data.area_set) if not a.parent}
    return protect(
        counts,
        rules=catalogue.disclosure_rules,
        theme=catalogue.disclosure_rules.theme_of(data.indicator.id, data.indicator.unit).id,
        edition=edition,
        below_city=[area for area in counts.index if area not in whole_places],
        wholes=wholes,
    )


def _quarter_ends_with_a_fall(totals: pd.Series, end: pd.Period) -> list[pd.Period]:
    """List the quarter ends before ``end`` at which the total was below that of twelve months earlier."""
    fell = totals.astype("Float64").diff(12).lt(0).fillna(False)
    return [m for m in totals.index[fell] if m < end and m.month % 3 == 0]
