"""Counts of a service by quarter: the year so far, and where the year is heading with the season in it.

A quarter is the sum of its months where the service's monthly counts are there, and else the count as published.

Published cards double the first half-year. That leaves out the season, and where the first half of a year is usually the
larger one it can point the wrong way; so the published projection is shown beside one that knows the season.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import PUBLISHED, Catalogue, Caveat, Indicator, PublishedFigure
from saferleeds_analysis.disclosure_rules import DisclosureRules
from saferleeds_analysis.estimates import CountChange, change_between_counts
from saferleeds_analysis.figures import Measure, Rows, weakest
from saferleeds_analysis.intake import RecordedCounts, Source
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Figure, paragraph
from saferleeds_analysis.reporting.counted import CHANGE_COUNT, CHANGE_PERCENT, count_figure, worked_out
from saferleeds_analysis.reporting.disclosure import withheld_figure
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
SAME_QUARTERS_BEFORE = Measure(
    id="count_of_year_before_to_date",
    words="count of the same quarters of the year before",
    role="count",
    own=True,
    formula="the sum of the counts of the same quarters of the year before",
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
    projection as it was printed, if there was one. ``printed_counts`` are those that were published, by quarter; the other
    quarters are sums of ``monthly`` counts, and ``differences`` say where such a one was published differently.
    """

    indicator: Indicator
    area: str
    quarter: pd.Period
    counts: pd.Series
    printed_counts: Mapping[pd.Period, PublishedFigure]
    like_for_like: CountChange
    projection: trajectory.Projection | None
    published: PublishedFigure | None
    in_words: Callable[[float], str]
    caveats: tuple[Caveat, ...]
    sources: tuple[str, ...]
    notice: str
    monthly: RecordedCounts | None
    differences: tuple[str, ...]
    theme: str

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
            int(self.counts[self.quarter - 4]),
            int(self.counts[self.quarter]),
            unit=self.indicator.unit,
            dispersion=self.like_for_like.dispersion,
        )

    def findings(self) -> Block:
        """Say how the year so far compares with the same quarters of last year."""
        change = self.like_for_like
        said = (
            f"{wording.sentence(str(Window.year_to_date(self.quarter)))}: {wording.number(change.later)} {self.indicator.unit}, "
            f"{wording.change_with_interval(change)} on the same months a year before ({wording.number(change.earlier)})."
        )
        return paragraph(said, figures=self._figures())

    @property
    def is_unclear(self) -> bool:
        """Whether the projection's 80% interval holds last year's total: no change is projected. Not so in a complete year."""
        e = self.projection and self.projection.interval(0.8)
        return bool(e) and e.lower <= self.last_year_total <= e.upper

    def quarters(self) -> Block:
        """List the quarters of both years with the year's total or both of its projections, and compare the last with a year before."""
        notes = {
            q: "as published" if q in self.printed_counts else "sum of its months" for q in self.counts.index
        }
        if len(set(notes.values())) == 1:  # it is said where two ways of counting stand in one table
            notes.clear()
        notes |= dict.fromkeys(self._doubted, "check for a copying slip")
        change = self.quarter_on_year_before
        compared = f"{wording.change_with_interval(change)} on {periods.quarter_name(self.quarter - 4)}"
        notes[self.quarter] = "; ".join(filter(None, [notes.get(self.quarter), compared]))
        rows = [
            [periods.quarter_name(q), wording.number(count), notes.get(q, "")]
            for q, count in self.counts.items()
        ]
        rows.insert(4, [f"{self.last_year}, whole year", wording.number(self.last_year_total), ""])
        return table(
            caption=f"{self.indicator.name} by quarter",
            columns=["Quarter", self.indicator.unit.capitalize(), "Note"],
            rows=rows + self._year_ends(),
            text_columns=[2],
            figures=self.changes(change, Window.quarter(self.quarter), [self.quarter - 4], [self.quarter]),
        )

    def _year_ends(self) -> list[list[str]]:
        """Give the year's end in rows: projected with the season, at last year's shares, and as it was published."""
        p = self.projection
        if p is None:
            return []
        e, wider = p.interval(0.8), p.interval(0.95)
        note = f"80% interval {interval(e)}; 95% interval {interval(wider)}"
        rows = [
            [f"{self.year}, projected", wording.number(e.value), note],
            [
                f"{self.year}, at last year's shares",
                wording.number(p.usual_share),
                self._on_last_year(p.usual_share),
            ],
        ]
        if self.published is not None:
            printed, last = float(self.published.value), self.last_year_total
            how = f"run-rate {wording.number(p.run_rate)}: every quarter alike"
            how = how if abs(printed - p.run_rate) < 1 else f"how it was made is not known; {how}"
            opposite = "; it points the opposite way" * ((printed - last) * (p.usual_share - last) < 0)
            note = f"{self._on_last_year(printed)}; {how}{opposite}"
            rows.append([f"{self.year}, as published", wording.number(printed), note])
        return rows

    def chart(self) -> Block:
        """Draw the quarters of both years side by side."""
        this = [int(count) for count in self.counts.iloc[4:]]
        latest = self.quarter_on_year_before
        return charts.chart_of_quarters(
            [
                (self.last_year, [int(c) for c in self.counts.iloc[:4]]),
                (self.year, this + [None] * (4 - len(this))),
            ],
            name=f"quarters-{self.indicator.id.replace('_', '-')}",
            headline=f"{periods.review_period(self.quarter)}: {latest.direction}",
            subtitle=f"{self.indicator.unit.capitalize()} by quarter, {self.area}, {self.last_year} and {self.year}",
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

    @property
    def caveats_in_words(self) -> list[str]:
        """What the reader must know of the counts."""
        copied = "If a quarter was copied by mistake, every comparison and projection here changes."
        known = self.projection.caveats if self.projection else ()
        return [
            *filter(None, [self.notice]),
            *self.differences,
            *([copied] if self._doubted else []),
            "One person may make many contacts, so the true uncertainty is wider than the intervals.",
            *(self.monthly.caveats if self.monthly else ()),
            *(c.text for c in self.caveats),
            # No chance is stated and the run-rate is explained where it stands, so those two caveats are not repeated.
            *(c for c in known if "chances" not in c and "run-rate" not in c),
        ]

    def rows(self, quarters: Iterable[pd.Period], role: str) -> tuple[Rows, ...]:
        """Give the rows of the counts of some quarters: those of their months, or those in which they were published."""
        quarters = list(quarters)
        months = [m for q in quarters if q not in self.printed_counts for m in periods.quarter_months(q)]
        counted = self.monthly.rows(self.area, pd.PeriodIndex(months, freq="M"), role=role) if months else ()
        as_published = [self.printed_counts[q].rows(role) for q in quarters if q in self.printed_counts]
        return (*itertools.chain(*as_published), *counted)

    def status(self, quarters: Iterable[pd.Period]) -> str:
        """Give the status of what is made of the counts of some quarters."""
        own = self.monthly.source.status if self.monthly else ""
        return weakest("published" if q in self.printed_counts else own for q in quarters)

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
                theme=self.theme,
                status=self.status([*earlier, *later]),
                **worked_out(rows, function),
            )
            for measure, estimate, function in (
                (CHANGE_COUNT, change.difference, printed.difference),
                (CHANGE_PERCENT, change.percent, printed.percent_change),
            )
            if estimate is not None
        ]

    def _on_last_year(self, total: float) -> str:
        return wording.percent(100 * (total / self.last_year_total - 1), signed=True)

    def _figures(self) -> list[Figure]:
        to_date = Window.year_to_date(self.quarter)
        same = replace(to_date, name=f"{to_date} on the same quarters of the year before")
        before, this = self.counts.index[:4], self.counts.index[4:]
        figures = [
            *(self._count(q) for q in self.counts.index),
            self._made_of(this, YEAR_TO_DATE, to_date, int(self.counts[this].sum()), "sum"),
            self._made_of(
                this - 4,
                SAME_QUARTERS_BEFORE,
                Window.year_to_date(self.quarter - 4),
                int(self.like_for_like.earlier),
                "sum",
            ),
            self._made_of(before, LAST_YEARS_TOTAL, Window.year(self.last_year), self.last_year_total, "sum"),
            *self.changes(self.like_for_like, same, this - 4, this),
        ]
        if self.projection is not None:
            for e in (self.projection.interval(0.8), self.projection.interval(0.95)):
                limits = {name: getattr(e, name) for name in ("lower", "upper", "confidence", "caveats")}
                of = {"confidence": f"{e.confidence:.0%}"}
                figures.append(
                    self._year_end(PROJECTED_YEAR_END, "median", e.method, qualifiers=of, **limits)
                )
            by_shares = "year to date over last year's share"
            figures += [
                self._year_end(SHARE_OF_LAST_YEAR, "usual_share", by_shares),
                self._year_end(RUN_RATE, "run_rate", "year to date over the part of the year gone"),
            ]
        if self.published is not None:
            figures.append(as_printed(self.published, PUBLISHED_PROJECTION, unit=self.indicator.unit))
        return figures

    def _count(self, q: pd.Period) -> Figure:
        count, f = int(self.counts[q]), self.printed_counts.get(q)
        if f is None:
            window = Window.quarter(q)
            return count_figure(self.monthly, SUM_OF_MONTHS, self.area, window, count, theme=self.theme)
        slip = (f.note,) if q in self._doubted else ()
        return as_printed(f, QUARTERLY_COUNT, value=count, unit=self.indicator.unit, caveats=slip)

    def _year_end(self, measure: Measure, give: str, method: str, **about: Any) -> Figure:
        """Give what the projection says of the year's end, by the name that it has there."""
        quarters = self.counts.index
        how = worked_out(self.rows(quarters, "counts"), printed.year_end, year=self.year, give=give)
        about |= {"status": weakest(["estimated", self.status(quarters)])} | how
        value = getattr(self.projection, give)
        return self._made_of(quarters, measure, Window.year(self.year), value, method, **about)

    def _made_of(
        self,
        quarters: pd.PeriodIndex,
        measure: Measure,
        window: Window,
        value: float,
        method: str,
        **about: Any,
    ) -> Figure:
        """Give what is made of the counts of some quarters, their sum if ``about`` says nothing else, as a figure."""
        given = {"status": self.status(quarters), **worked_out(self.rows(quarters, "counts"), printed.total)}
        return Figure(
            measure=measure,
            indicator_id=self.indicator.id,
            area=self.area,
            window=window,
            value=value,
            unit=self.indicator.unit,
            theme=self.theme,
            method=method,
            **given | about,
        )

    @property
    def _doubted(self) -> list[pd.Period]:
        """The quarters whose published count is noted to be looked at again, as it may have been copied by mistake."""
        return [q for q, f in self.printed_counts.items() if "check for a copying slip" in f.note]


@dataclass(frozen=True, kw_only=True)
class WithheldCounts:
    """A service's counts of which a quarter is a small number on its theme: the public edition prints none of them, nor what is made of them."""

    indicator: Indicator
    area: str
    quarter: pd.Period
    rules: DisclosureRules
    theme: str
    monthly: RecordedCounts

    @property
    def notice(self) -> str:
        """What must be known before any number."""
        return self.monthly.source.notice

    def findings(self) -> Block:
        """Say that nothing is printed, and why."""
        window = Window.year_to_date(self.quarter)
        said = f"{wording.sentence(str(window))}: {self.rules.withheld}, withheld. {self.caveats_in_words[0]}"
        about = {
            "indicator_id": self.indicator.id,
            "area": self.area,
            "window": window,
            "unit": self.indicator.unit,
        }
        return paragraph(
            said, figures=[withheld_figure(self.rules, **about, measure=YEAR_TO_DATE, theme=self.theme)]
        )

    def quarters(self) -> Block:
        """Give nothing: there is no quarter that may be printed."""
        return NOTHING

    chart = record = quarters

    @property
    def caveats_in_words(self) -> list[str]:
        """What the reader must know."""
        return [
            "A quarter's count is a small number, which might point to a person: none of the quarters is printed. A gap is not a zero."
        ]

    @property
    def sources(self) -> list[str]:
        """Where the counts come from."""
        return [_in_words(self.monthly.source), f"What is counted: {self.indicator.definition}"]


def _like_for_like(counts: pd.Series, known: Indicator) -> CountChange:
    """Compare the quarters of the year so far with the same quarters of the year before, whose four come first."""
    dispersion = variation_of(float(counts.iloc[:4].sum()), kind=known.counted).dispersion
    earlier, later = (int(part.sum()) for part in (counts.iloc[: len(counts) - 4], counts.iloc[4:]))
    return change_between_counts(earlier, later, unit=known.unit, dispersion=dispersion)


def service_counts(
    catalogue: Catalogue,
    *,
    indicator: str,
    area: str,
    quarter: pd.Period,
    as_at: date,
    monthly: RecordedCounts | None = None,
    edition: str = "public",
) -> ServiceCounts | WithheldCounts:
    """Gather a service's counts by quarter and project its year.

    ``monthly`` are its monthly counts (:func:`intake.recorded_counts`), where it has a source of them: a quarter of which all
    three months are there is their sum, and any other is the count as published. Where both are there and differ, the months
    are used and the page says by how much. The four quarters of the year before and every quarter of this one up to
    ``quarter`` must have been known by ``as_at``; otherwise the missing ones are named. Where a quarter that nobody published is a small
    number, the public edition has nothing of them.
    """
    known = catalogue.indicator(indicator)
    if monthly is None and known.source != PUBLISHED:
        raise ValueError(
            f"indicator {indicator!r} has monthly counts in source {known.source!r}: pass them as monthly=intake.recorded_counts(...)."
        )
    year = periods.financial_year_of(quarter)
    first = year.asfreq("Q-MAR", how="start") - 4
    wanted = pd.period_range(first, quarter, freq="Q-MAR")
    figures = [f for f in catalogue.published(indicator, as_at=as_at) if f.area == area]
    by_name = {f.period: f for f in figures if f.measure == "count"}
    published = {q: f for q in wanted if (f := by_name.get(periods.quarter_name(q)))}
    sums = _sums_of_months(monthly.series(area), wanted) if monthly else {}
    by_quarter = {q: int(f.value) for q, f in published.items()} | sums
    _refuse_gaps(wanted, by_quarter, known, area=area, as_at=as_at)
    unpublished = [sums[q] for q in sums if q not in published]
    theme, small = _protection(catalogue, known, area, unpublished)
    about = {"indicator": known, "area": area, "quarter": quarter, "monthly": monthly, "theme": theme}
    if small and edition == "public":
        return WithheldCounts(**about, rules=catalogue.disclosure_rules)
    counts = pd.Series([by_quarter[q] for q in wanted], index=wanted, name=indicator, dtype=int)
    so_far = len(wanted) - 4
    projected = ("projection", periods.financial_year_name(year))
    replaced = {q: published.pop(q) for q in sums if q in published}
    return ServiceCounts(
        **about,
        counts=counts,
        printed_counts=published,
        like_for_like=_like_for_like(counts, known),
        projection=None if so_far == 4 else trajectory.project_year_end(counts, year=year, unit=known.unit),
        in_words=catalogue.chance_in_words,
        published=next((f for f in figures if (f.measure, f.period) == projected), None),
        caveats=catalogue.caveats(
            indicator, pd.period_range(first.start_time, periods.last_month(quarter).end_time, freq="M")
        ),
        notice=monthly.source.notice if monthly else "",
        sources=(
            *dict.fromkeys(f"{f.source}." for f in figures if f not in replaced.values()),
            *([_in_words(monthly.source)] if monthly else []),
            f"What is counted: {known.definition}",
        ),
        differences=_differences(replaced, sums, known.unit),
    )


def _protection(catalogue: Catalogue, known: Indicator, area: str, counts: Iterable[int]) -> tuple[str, bool]:
    """Give the theme of a service by the rules of disclosure, and whether any of its counts is small on it."""
    theme = catalogue.disclosure_rules.theme_of(known.id, known.unit, known.name, known.offence)
    below_city = bool(catalogue.area(known.area_set, area).parent)
    return theme.id, any(theme.is_small(count, below_city=below_city) for count in counts)


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


def _sums_of_months(months: pd.Series, quarters: pd.PeriodIndex) -> dict[pd.Period, int]:
    """Give the count of each quarter of which every month is there."""
    found = {q: months.reindex(periods.quarter_months(q)) for q in quarters}
    return {q: int(own.sum()) for q, own in found.items() if own.notna().all()}


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


def _in_words(source: Source) -> str:
    return f"{source.title}. Publisher: {source.publisher}. Licence: {source.licence}."
