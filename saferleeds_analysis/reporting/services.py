"""Counts of a service by quarter: the year so far, and where the year is heading with the season in it.

A quarter is the sum of its months where the service's monthly counts are there, and else the count as published.

Published cards double the first half-year. That leaves out the season, and where the first half of a year is usually the
larger one it can point the wrong way; so the published projection is shown beside one that knows the season.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import PUBLISHED, Catalogue, Caveat, Indicator, PublishedFigure
from saferleeds_analysis.estimates import CountChange, change_between_counts
from saferleeds_analysis.figures import Measure, Rows, weakest
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import Block, Figure, bullets, join, page_title, paragraph
from saferleeds_analysis.reporting.counted import CHANGE_COUNT, CHANGE_PERCENT, count_figure, worked_out
from saferleeds_analysis.reporting.published import AS_PRINTED, as_printed
from saferleeds_analysis.reporting.record import track_record
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.workings import printed

QUARTERLY_COUNT = Measure(
    id="published_quarterly_count",
    words="quarterly count",
    role="count",
    own=True,
    formula="the count as its owner published it",
    decimals=0,
    recurs=True,
)
SUM_OF_MONTHS = replace(
    QUARTERLY_COUNT, id="quarterly_count", formula="the sum of the three monthly counts of the area"
)
YEAR_TO_DATE = Measure(
    id="count_of_year_to_date",
    words="count of the year to date",
    role="count",
    own=True,
    part="headline",
    formula="the sum of the counts of the quarters of the year so far",
    decimals=0,
)
LAST_YEARS_TOTAL = Measure(
    id="last_years_total",
    words="last year's total",
    role="count",
    own=True,
    formula="the sum of the quarters of the year",
    decimals=0,
)
PROJECTED_YEAR_END = Measure(
    id="projected_year_end_of_quarters",
    words="projected year end, {confidence}",
    role="projection",
    part="projection",
    formula="simulated paths of the quarters that are left, from a structural model of the history; docs/methods/trajectory.md",
    decimals=0,
    revised=True,
)
SHARE_OF_LAST_YEAR = Measure(
    id="share_of_last_year",
    words="share of last year",
    role="projection",
    formula="the count of the year to date divided by the share of last year's count that fell in the same quarters",
    decimals=0,
    revised=True,
)
RUN_RATE = Measure(
    id="run_rate",
    words="run-rate",
    role="projection",
    formula="the count of the year to date divided by the part of the year that has gone",
    decimals=0,
    revised=True,
)
PUBLISHED_PROJECTION = Measure(
    id="published_projection",
    words="published projection",
    role="projection",
    formula=AS_PRINTED,
    decimals=0,
    revised=True,
)


@dataclass(frozen=True, kw_only=True)
class ServiceCounts:
    """A service's counts by quarter up to the reported one, last year's total, and both projections of this year.

    ``usual_share`` is the year's total if the same share of it has fallen by now as last year; ``published`` the
    projection as it was printed, if there was one. ``from_months`` are the quarters that are sums of ``monthly`` counts, and
    ``figures`` what was published of the others; ``differences`` say where a quarter was published differently.
    """

    indicator: Indicator
    area: str
    quarter: pd.Period
    counts: pd.Series
    figures: tuple[PublishedFigure, ...]
    like_for_like: CountChange
    projection: trajectory.Projection | None
    published: PublishedFigure | None
    in_words: Callable[[float], str]
    caveats: tuple[Caveat, ...] = ()
    monthly: RecordedCounts | None = None
    from_months: tuple[pd.Period, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def year(self) -> str:
        """The financial year of the reported quarter."""
        return periods.financial_year_name(periods.financial_year_of(self.quarter))

    @property
    def last_year(self) -> str:
        """The financial year before."""
        return periods.financial_year_name(periods.financial_year_of(self.quarter - 4))

    @property
    def last_year_total(self) -> int:
        """The total of the four quarters of the year before."""
        return int(self.counts.iloc[:4].sum())

    @property
    def quarter_on_year_before(self) -> CountChange:
        """The change of the quarter's count on the same quarter of the year before."""
        return change_between_counts(
            int(self.counts[self.quarter - 4]), int(self.counts[self.quarter]), unit=self.indicator.unit
        )

    def title(self) -> Block:
        """Give the page's one first-level heading."""
        notice = self.monthly.source.notice if self.monthly else ""
        return page_title(
            f"{self.indicator.name} in {self.area}, {periods.quarter_name(self.quarter)}", notice
        )

    def findings(self) -> Block:
        """Say how the year so far compares with the same quarters of last year, and where both projections point."""
        so_far = len(self.counts) - 4
        names = ("first quarter", "first two quarters", "first three quarters", "four quarters")
        same = "quarter" if so_far == 1 else "quarters"
        change, unit = self.like_for_like, self.indicator.unit
        lines = [
            f"In the {names[so_far - 1]} of {self.year}, {wording.number(change.later)} {unit} were counted: "
            f"{wording.change_with_interval(change)} on the same {same} of the year before "
            f"({wording.number(change.earlier)})."
        ]
        if self.projection is not None:
            share = 100 * change.earlier / self.last_year_total
            usual = self.projection.usual_share
            wide, wider = self.projection.interval(0.8), self.projection.interval(0.95)
            lines += [
                f"Last year {wording.percent(share)} of the year's {unit} fell in {'that' if so_far == 1 else 'those'} {same}. "
                f"If they make the same share of this year, it will end at {wording.number(usual)}, "
                f"{self._on_last_year(usual)} on last year's {wording.number(self.last_year_total)}.",
                f"One year cannot show how much of that is the season and how much a change of level. Allowing for both, the "
                f"year is projected to end at about "
                f"{wording.number(wide.value)} (80% interval {interval(wide)}; 95% interval {interval(wider)})."
                + (" It holds last year's total: no clear change is projected." if self.is_unclear else ""),
            ]
            if self.published is not None:
                lines.append(self._published_in_words(self.projection))
        return bullets(lines, figures=self._figures())

    @property
    def is_run_rate(self) -> bool:
        """Whether the published projection is the run-rate, to a whole number."""
        p = self.projection
        return bool(self.published and p) and abs(float(self.published.value) - p.run_rate) < 1

    @property
    def is_doubted(self) -> bool:
        """Whether one of its published counts is noted to be looked at again, as it may have been copied by mistake."""
        names = [periods.quarter_name(q) for q in self.counts.index]
        return any(_slip(f) for f in self.figures if f.period in names)

    @property
    def is_unclear(self) -> bool:
        """Whether the projection's 80% interval holds last year's total: no change is projected. Not so in a complete year."""
        if self.projection is None:
            return False
        e = self.projection.interval(0.8)
        return e.lower <= self.last_year_total <= e.upper

    def quarters(self) -> Block:
        """Draw the quarters of both years side by side, and list them with the year's total or both of its projections."""
        names = [periods.quarter_name(q) for q in self.counts.index]
        notes = {f.period: _slip(f) for f in self.figures if f.period in names and _slip(f)}
        if self.from_months and len(self.from_months) < len(names):  # two ways of counting stand in one table
            notes = dict.fromkeys(names, "as published") | notes
            notes |= {periods.quarter_name(q): "sum of its months" for q in self.from_months}
        rows = [
            [name, wording.number(count), notes.get(name, "")]
            for name, count in zip(names, self.counts, strict=True)
        ]
        rows.insert(4, [f"{self.last_year}, whole year", wording.number(self.last_year_total), ""])
        if self.projection is not None:
            e = self.projection.interval(0.8)
            rows.append([f"{self.year}, projected", wording.number(e.value), f"80% interval {interval(e)}"])
        if self.published is not None:
            rows.append(
                [
                    f"{self.year}, as published",
                    wording.number(float(self.published.value)),
                    "run-rate: every quarter taken to be alike" if self.is_run_rate else "",
                ]
            )
        listed = table(
            caption=f"{self.indicator.name} by quarter",
            columns=["Quarter", self.indicator.unit.capitalize(), "Note"],
            rows=rows,
            text_columns=[2],
        )
        change, window = self.quarter_on_year_before, Window.quarter(self.quarter)
        said = paragraph(
            f"In {names[-1]} {self._compared(change, names[-5])}.",
            figures=self.changes(change, window, [self.quarter - 4], [self.quarter]),
        )
        return join(self._quarters_chart(), said, listed)

    def _compared(self, change: CountChange, earlier: str) -> str:
        counted = f"there were {wording.number(change.later)} {self.indicator.unit}"
        word = {"fell": "a clear fall", "rose": "a clear rise"}.get(change.direction, change.direction)
        e = change.percent
        if e is None:
            return f"{counted}, after none in {earlier}: {word}"
        more = "more" if e.value > 0 else "fewer"
        size = f"{wording.percent(abs(e.value))} {more} than" if e.value else "as many as"
        limits = f"{e.confidence:.0%} interval {wording.percent_interval(change)}"
        return f"{counted}, {size} in {earlier} ({limits}): {word}"

    def _quarters_chart(self) -> Block:
        this = [int(count) for count in self.counts.iloc[4:]]
        latest = self.quarter_on_year_before
        return charts.chart_of_quarters(
            [
                (self.last_year, [int(c) for c in self.counts.iloc[:4]]),
                (self.year, this + [None] * (4 - len(this))),
            ],
            name=f"quarters-{self.indicator.id.replace('_', '-')}",
            headline=f"{wording.number(this[-1])} {self.indicator.unit} in {periods.review_period(self.quarter)}: "
            f"{wording.change_in_short(latest, on='the same months a year before')}",
            subtitle=f"{self.indicator.unit.capitalize()} by quarter, {self.area}, {self.last_year} and {self.year}",
        )

    def chart(self) -> Block:
        """Draw last year's total, the projection with the season, and the published one, on one scale."""
        if self.projection is None:
            return paragraph("The year is complete, so there is nothing to project.")
        projected = self._projected(0.8)
        shown = [
            (
                "Last year's total",
                self._total(LAST_YEARS_TOTAL, Window.year(self.last_year), self.counts.index[:4]),
            ),
            (f"{self.year}, if last year's shares hold", self._by_last_years_share()),
            (f"{self.year}, projected", projected),
            *(
                (f"{self.year}, as published{' (run-rate)' * self.is_run_rate}", f)
                for f in self._as_published()
            ),
        ]
        return charts.chart_of_dots(
            shown,
            name=f"year-ends-{self.indicator.id.replace('_', '-')}",
            headline=self._headline(projected),
            subtitle=f"{self.indicator.unit.capitalize()} in a financial year, {self.area}. The line is an 80% interval",
        )

    def record(self) -> Block:
        """Say how such projections did in past years."""
        return track_record(
            [self.counts],
            caveats=(),
            indicator_id=self.indicator.id,
            area=self.area,
            in_words=self.in_words,
            status=self.status(self.counts.index),
            rows=self.rows(self.counts.index, str(self.counts.name)),
        )

    def caveats_and_sources(self) -> Block:
        """Say where the counts come from and what the reader must know of them."""
        lines = [f"{source}." for source in dict.fromkeys(f.source for f in self.figures)]
        if self.monthly is not None:
            source = self.monthly.source
            lines += [f"{source.title}. Publisher: {source.publisher}. Licence: {source.licence}."]
            lines += [*self.differences, *self.monthly.caveats]
        lines += [f"{c.text} Basis: {c.basis}." for c in self.caveats]
        # No chance is stated and the run-rate is explained where it stands, so those two caveats are not repeated.
        known = self.projection.caveats if self.projection else ()
        lines += [c for c in known if "chances" not in c and "run-rate" not in c]
        if self.is_doubted:
            lines.append(
                "If a quarter's count was copied by mistake, every comparison and projection on this page changes."
            )
        lines += [
            "An interval says how far chance alone moves a count of independent events. One person may make many contacts, so "
            "the true uncertainty is wider.",
            f"What is counted: {self.indicator.definition}",
        ]
        return bullets(lines, kind="caveats")

    def rows(self, quarters: Iterable[pd.Period], role: str) -> tuple[Rows, ...]:
        """Give the rows of the counts of some quarters: those of their months, or those in which they were published."""
        quarters = list(quarters)
        printed_rows = tuple(
            row for q in quarters if q not in self.from_months for row in self._printed(q).rows(role)
        )
        months = [m for q in quarters if q in self.from_months for m in periods.quarter_months(q)]
        if not months:
            return printed_rows
        return (*printed_rows, *self.monthly.rows(self.area, pd.PeriodIndex(months, freq="M"), role=role))

    def status(self, quarters: Iterable[pd.Period]) -> str:
        """Give the status of what is made of the counts of some quarters."""
        own = self.monthly.source.status if self.monthly else ""
        return weakest(own if q in self.from_months else "published" for q in quarters)

    def changes(
        self, change: CountChange, window: Window, earlier: Iterable[pd.Period], later: Iterable[pd.Period]
    ) -> list[Figure]:
        """Give a change of the counts of some quarters as figures, in number and in per cent."""
        earlier, later = list(earlier), list(later)
        rows = (*self.rows(earlier, "earlier"), *self.rows(later, "later"))
        return [
            Figure.of(
                estimate,
                measure=measure,
                indicator_id=self.indicator.id,
                area=self.area,
                window=window,
                status=self.status([*earlier, *later]),
                **worked_out(rows, function),
            )
            for measure, estimate, function in (
                (CHANGE_COUNT, change.difference, printed.difference),
                (CHANGE_PERCENT, change.percent, printed.percent_change),
            )
            if estimate is not None
        ]

    def _headline(self, projected: Figure) -> str:
        """Name a rise or a fall only where the projection's interval leaves out last year's total."""
        about = f"About {wording.number(projected.value)} {self.indicator.unit} projected"
        last = wording.number(self.last_year_total)
        if self.is_unclear:
            return f"{about}: no clear change on {last}"
        return f"{about}: {'fewer' if projected.value < self.last_year_total else 'more'} than last year's {last}"

    def _on_last_year(self, total: float) -> str:
        return wording.percent(100 * (total / self.last_year_total - 1), signed=True)

    def _published_in_words(self, p: trajectory.Projection) -> str:
        printed, last = float(self.published.value), self.last_year_total
        opposite = (printed - last) * (p.usual_share - last) < 0
        how = f"the run-rate of {wording.number(p.run_rate)}, which takes every quarter to be alike"
        return (
            f"The published projection is {wording.number(printed)}, {self._on_last_year(printed)} on last year"
            + (f": {how}." if self.is_run_rate else f"; how it was made is not known, and it is not {how}.")
            + (" It points the opposite way from last year's shares." if opposite else "")
        )

    def _figures(self) -> list[Figure]:
        to_date = Window.year_to_date(self.quarter)
        same = replace(to_date, name=f"{to_date} on the same quarters of the year before")
        this = self.counts.index[4:]
        figures = [
            *(self._count(q) for q in self.counts.index),
            self._total(YEAR_TO_DATE, to_date, this),
            self._total(LAST_YEARS_TOTAL, Window.year(self.last_year), self.counts.index[:4]),
            *self.changes(self.like_for_like, same, this - 4, this),
        ]
        if self.projection is not None:
            figures += [
                self._projected(0.8),
                self._projected(0.95),
                self._by_last_years_share(),
                self._year_end(RUN_RATE, "run_rate", "year to date over the part of the year gone"),
            ]
        return figures + self._as_published()

    def _count(self, q: pd.Period) -> Figure:
        if q in self.from_months:
            return count_figure(
                self.monthly, SUM_OF_MONTHS, self.area, Window.quarter(q), int(self.counts[q])
            )
        f = self._printed(q)
        slip = (_slip(f),) if _slip(f) else ()
        return as_printed(f, QUARTERLY_COUNT, value=int(f.value), unit=self.indicator.unit, caveats=slip)

    def _total(self, measure: Measure, window: Window, quarters: pd.PeriodIndex) -> Figure:
        return Figure(
            measure=measure,
            indicator_id=self.indicator.id,
            area=self.area,
            window=window,
            value=int(self.counts[quarters].sum()),
            unit=self.indicator.unit,
            method="sum",
            status=self.status(quarters),
            **worked_out(self.rows(quarters, "counts"), printed.total),
        )

    def _projected(self, confidence: float) -> Figure:
        e = self.projection.interval(confidence)
        limits = {"lower": e.lower, "upper": e.upper, "confidence": confidence, "caveats": e.caveats}
        of = {"confidence": f"{confidence:.0%}"}
        return self._year_end(PROJECTED_YEAR_END, "median", e.method, qualifiers=of, **limits)

    def _by_last_years_share(self) -> Figure:
        return self._year_end(SHARE_OF_LAST_YEAR, "usual_share", "year to date over last year's share")

    def _year_end(self, measure: Measure, give: str, method: str, **about: Any) -> Figure:
        """Give what the projection says of the year's end, by the name that it has there."""
        return Figure(
            measure=measure,
            indicator_id=self.indicator.id,
            area=self.area,
            window=Window.year(self.year),
            value=getattr(self.projection, give),
            unit=self.indicator.unit,
            method=method,
            status=weakest(["estimated", self.status(self.counts.index)]),
            **worked_out(self.rows(self.counts.index, "counts"), printed.year_end, year=self.year, give=give),
            **about,
        )

    def _as_published(self) -> list[Figure]:
        if self.published is None:
            return []
        return [as_printed(self.published, PUBLISHED_PROJECTION, unit=self.indicator.unit)]

    def _printed(self, q: pd.Period) -> PublishedFigure:
        return {f.period: f for f in self.figures if f.measure == "count"}[periods.quarter_name(q)]


def service_counts(
    catalogue: Catalogue,
    *,
    indicator: str,
    area: str,
    quarter: pd.Period,
    as_at: date,
    monthly: RecordedCounts | None = None,
) -> ServiceCounts:
    """Gather a service's counts by quarter and project its year.

    ``monthly`` are its monthly counts (:func:`intake.monthly_counts`), where it has a source of them: a quarter of which all
    three months are there is their sum, and any other is the count as published. Where both are there and differ, the months
    are used and the page says by how much. The four quarters of the year before and every quarter of this one up to
    ``quarter`` must have been known by ``as_at``; otherwise the missing ones are named.
    """
    known = catalogue.indicator(indicator)
    if monthly is None and known.source != PUBLISHED:
        raise ValueError(
            f"indicator {indicator!r} has monthly counts in source {known.source!r}: pass them as monthly=intake.monthly_counts(...)."
        )
    year = periods.financial_year_of(quarter)
    first = year.asfreq("Q-MAR", how="start") - 4
    wanted = pd.period_range(first, quarter, freq="Q-MAR")
    figures = tuple(f for f in catalogue.published(indicator, as_at=as_at) if f.area == area)
    by_name = {f.period: f for f in figures if f.measure == "count"}
    published = {q: f for q in wanted if (f := by_name.get(periods.quarter_name(q)))}
    sums = {} if monthly is None else _sums_of_months(monthly.series(area), wanted)
    by_quarter = {q: int(f.value) for q, f in published.items()} | sums
    _refuse_gaps(wanted, by_quarter, known, area=area, as_at=as_at)
    counts = pd.Series([by_quarter[q] for q in wanted], index=wanted, name=indicator, dtype=int)
    so_far = len(wanted) - 4
    projected = ("projection", periods.financial_year_name(year))
    replaced = {q: f for q, f in published.items() if q in sums}
    return ServiceCounts(
        indicator=known,
        area=area,
        quarter=quarter,
        counts=counts,
        figures=tuple(f for f in figures if f not in replaced.values()),
        like_for_like=change_between_counts(
            int(counts.iloc[:so_far].sum()), int(counts.iloc[4:].sum()), unit=known.unit
        ),
        projection=None if so_far == 4 else trajectory.project_year_end(counts, year=year, unit=known.unit),
        in_words=catalogue.chance_in_words,
        published=next((f for f in figures if (f.measure, f.period) == projected), None),
        caveats=catalogue.caveats(
            indicator, pd.period_range(first.start_time, periods.last_month(quarter).end_time, freq="M")
        ),
        monthly=monthly,
        from_months=tuple(sums),
        differences=_differences(replaced, sums, known.unit),
    )


def _refuse_gaps(
    wanted: pd.PeriodIndex,
    held: Mapping[pd.Period, int],
    indicator: Indicator,
    *,
    area: str,
    as_at: date,
) -> None:
    """Refuse quarters without a count: as a fault where others stand on both sides, else as a quarter that is not held."""
    missing = [periods.quarter_name(q) for q in wanted if q not in held]
    if not missing:
        return
    table = "published_figures.csv has no count"
    if indicator.source != PUBLISHED:
        table = f"neither published_figures.csv nor the months of {indicator.source} have a count"
    forgotten = held and len(held) <= (max(held) - min(held)).n
    kind = DataProblem if forgotten else QuarterNotHeld
    raise kind(
        f"{table} of {indicator.id!r} in {area!r} for {', '.join(missing)} that was out by "
        f"{as_at.isoformat()}. Add the rows, or report a quarter for which they are there."
    )


def _slip(figure: PublishedFigure) -> str:
    """Give the note of a published count that asks for it to be looked at again; empty where it does not."""
    doubted = figure.measure == "count" and "check for a copying slip" in figure.note
    return figure.note if doubted else ""


def _differences(
    replaced: Mapping[pd.Period, PublishedFigure], sums: Mapping[pd.Period, int], unit: str
) -> tuple[str, ...]:
    """Say where the months of a quarter add up to another count than was published."""
    return tuple(
        f"{f.printed_as} {unit} were published for {f.period} ({f.source}); its months add up to {wording.number(sums[q])}, "
        "which is used here."
        for q, f in replaced.items()
        if int(f.value) != sums[q]
    )


def _sums_of_months(months: pd.Series, quarters: pd.PeriodIndex) -> dict[pd.Period, int]:
    """Give the count of each quarter of which every month is there."""
    found = {q: months.reindex(periods.quarter_months(q)) for q in quarters}
    return {q: int(own.sum()) for q, own in found.items() if own.notna().all()}
