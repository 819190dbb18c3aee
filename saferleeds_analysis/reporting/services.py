"""Counts of a service by quarter, as published: the year so far, and where the year is heading with the season in it.

Published cards double the first half-year. That leaves out the season, and where the first half of a year is usually the
larger one it can point the wrong way; so the published projection is shown beside one that knows the season.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Caveat, Indicator, PublishedFigure
from saferleeds_analysis.estimates import CountChange, change_between_counts
from saferleeds_analysis.figures import old_figure
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import Block, Figure, bullets, heading, join, paragraph
from saferleeds_analysis.reporting.record import track_record
from saferleeds_analysis.reporting.tables import table


@dataclass(frozen=True, kw_only=True)
class ServiceCounts:
    """A service's counts by quarter up to the reported one, last year's total, and both projections of this year.

    ``usual_share`` is the year's total if the same share of it has fallen by now as last year; ``published`` the
    projection as it was printed, if there was one.
    """

    indicator: Indicator
    area: str
    quarter: pd.Period
    counts: pd.Series
    figures: tuple[PublishedFigure, ...]
    like_for_like: CountChange
    projection: trajectory.Projection | None
    published: PublishedFigure | None
    caveats: tuple[Caveat, ...] = ()

    @property
    def year(self) -> str:
        """The financial year of the reported quarter."""
        return periods.financial_year_name(periods.financial_year_of(self.quarter))

    @property
    def last_year(self) -> str:
        """The financial year before."""
        return periods.financial_year_name(periods.financial_year_of(self.quarter) - 1)

    @property
    def last_year_total(self) -> int:
        """The total of the four quarters of the year before."""
        return int(self.counts.iloc[:4].sum())

    def title(self) -> Block:
        """Give the page's one first-level heading."""
        text = f"{self.indicator.name} in {self.area}, {periods.quarter_name(self.quarter)}"
        return heading(1, text)

    def findings(self) -> Block:
        """Say how the year so far compares with the same quarters of last year, and where both projections point."""
        so_far = len(self.counts) - 4
        quarters = ("first quarter", "first two quarters", "first three quarters", "four quarters")[
            so_far - 1
        ]
        same, these = ("quarter", "that quarter") if so_far == 1 else ("quarters", "those quarters")
        change, unit = self.like_for_like, self.indicator.unit
        lines = [
            f"In the {quarters} of {self.year}, {wording.number(change.later)} {unit} were counted: "
            f"{wording.change_with_interval(change)} on the same {same} of the year before "
            f"({wording.number(change.earlier)})."
        ]
        p = self.projection
        if p is not None:
            share = 100 * change.earlier / self.last_year_total
            lines.append(
                f"Last year {wording.percent(share)} of the year's {unit} fell in {these}. If they make the same share of "
                f"this year, it will end at {wording.number(p.usual_share)}, "
                f"{wording.percent(100 * (p.usual_share / self.last_year_total - 1), signed=True)} on last year's "
                f"{wording.number(self.last_year_total)}."
            )
            wide, wider = p.interval(0.8), p.interval(0.95)
            holds_last_year = wide.lower <= self.last_year_total <= wide.upper
            unclear = " It holds last year's total: no clear change is projected." if holds_last_year else ""
            lines.append(
                f"One year cannot show how much of that is the season and how much a change of level. Allowing for both, the "
                f"year is projected to end at about "
                f"{wording.number(wide.value)} (80% interval {wording.number(wide.lower)} to {wording.number(wide.upper)}; 95% interval "
                f"{wording.number(wider.lower)} to {wording.number(wider.upper)}).{unclear}"
            )
            lines += self._published_line(p)
        return bullets(lines, figures=self._figures())

    def quarters(self) -> Block:
        """Draw the quarters of both years side by side, and list them with the year's total or both of its projections."""
        names = [periods.quarter_name(q) for q in self.counts.index]
        notes = {f.period: f.note for f in self.figures if "check" in f.note and f.period in names}
        rows = [
            [name, wording.number(count), notes.get(name, "")]
            for name, count in zip(names, self.counts, strict=True)
        ]
        first = periods.financial_year_name(periods.financial_year_of(self.counts.index[0]))
        rows.insert(4, [f"{first}, whole year", wording.number(self.last_year_total), ""])
        if self.projection is not None:
            e = self.projection.interval(0.8)
            between = f"80% interval {wording.number(e.lower)} to {wording.number(e.upper)}"
            rows.append([f"{self.year}, projected", wording.number(e.value), between])
        if self.published is not None:
            rows.append(
                [
                    f"{self.year}, as published",
                    wording.number(float(self.published.value)),
                    "run-rate: every quarter taken to be alike",
                ]
            )
        listed = table(
            caption=f"{self.indicator.name} by quarter",
            columns=["Quarter", self.indicator.unit.capitalize(), "Note"],
            rows=rows,
            text_columns=[2],
        )
        return join(self._quarters_chart(first), listed)

    def _quarters_chart(self, first: str) -> Block:
        this = [int(count) for count in self.counts.iloc[4:]]
        latest = change_between_counts(
            int(self.counts.iloc[len(this) - 1]), this[-1], unit=self.indicator.unit
        )
        return charts.chart_of_quarters(
            [(first, [int(c) for c in self.counts.iloc[:4]]), (self.year, this + [None] * (4 - len(this)))],
            name=f"quarters-{self.indicator.id.replace('_', '-')}",
            headline=f"{wording.number(this[-1])} {self.indicator.unit} in {periods.review_period(self.quarter)}: "
            f"{wording.change_in_short(latest, on='the same months a year before')}",
            subtitle=f"{self.indicator.unit.capitalize()} by quarter, {self.area}, {first} and {self.year}",
        )

    def chart(self) -> Block:
        """Draw last year's total, the projection with the season, and the published one, on one scale."""
        if self.projection is None:
            return paragraph("The year is complete, so there is nothing to project.")
        by_measure = {f.measure: f for f in self._figures()}
        labels = {
            "last year's total": "Last year's total",
            "share of last year": f"{self.year}, if last year's shares hold",
            "projected year end, 80%": f"{self.year}, projected",
            "published projection": f"{self.year}, as published (run-rate)",
        }
        shown = [(label, by_measure[measure]) for measure, label in labels.items() if measure in by_measure]
        projected = by_measure["projected year end, 80%"]
        return charts.chart_of_dots(
            shown,
            name=f"year-ends-{self.indicator.id.replace('_', '-')}",
            headline=self._headline(projected),
            subtitle=f"{self.indicator.unit.capitalize()} in a financial year, {self.area}. The line is an 80% interval",
        )

    def record(self) -> Block:
        """Say how such projections did in past years."""
        return track_record([self.counts], caveats=(), indicator_id=self.indicator.id, area=self.area)

    def caveats_and_sources(self) -> Block:
        """Say where the counts come from and what the reader must know of them."""
        lines = [f"{source}." for source in dict.fromkeys(f.source for f in self.figures)]
        lines += [f"{c.text} Basis: {c.basis}." for c in self.caveats]
        # No chance is stated and the run-rate is explained where it stands, so those two caveats are not repeated.
        lines += [
            c
            for c in (self.projection.caveats if self.projection else ())
            if "chances" not in c and "run-rate" not in c
        ]
        if any("check" in f.note for f in self.figures):
            lines.append(
                "If a quarter's count was copied by mistake, every comparison and projection on this page changes."
            )
        lines.append(
            "An interval says how far chance alone moves a count of independent events. One person may make many contacts, so "
            "the true uncertainty is wider."
        )
        lines.append(f"What is counted: {self.indicator.definition}")
        return bullets(lines, kind="caveats")

    def _headline(self, projected: Figure) -> str:
        """Name a rise or a fall only where the projection's interval leaves out last year's total."""
        about = f"About {wording.number(projected.value)} {self.indicator.unit} projected"
        last = wording.number(self.last_year_total)
        if projected.lower <= self.last_year_total <= projected.upper:
            return f"{about}: no clear change on {last}"
        return f"{about}: {'fewer' if projected.value < self.last_year_total else 'more'} than last year's {last}"

    def _published_line(self, p: trajectory.Projection) -> list[str]:
        if self.published is None:
            return []
        printed = float(self.published.value)
        printed_change = 100 * (printed / self.last_year_total - 1)
        seasonal_change = 100 * (p.usual_share / self.last_year_total - 1)
        opposite = (
            " It points the opposite way from last year's shares."
            if printed_change * seasonal_change < 0
            else ""
        )
        return [
            f"The published projection is {wording.number(printed)}, "
            f"{wording.percent(printed_change, signed=True)} on last year: the run-rate of {wording.number(p.run_rate)}, "
            f"which takes every quarter to be alike.{opposite}"
        ]

    def _figures(self) -> list[Figure]:
        common = {"indicator_id": self.indicator.id, "area": self.area, "unit": self.indicator.unit}
        slips = {f.period: f.note for f in self.figures if f.measure == "count" and "check" in f.note}
        figures = [
            old_figure(
                **common,
                period=periods.quarter_name(q),
                measure="quarterly count",
                value=int(v),
                method="as published",
                caveats=(slips[name],) if (name := periods.quarter_name(q)) in slips else (),
            )
            for q, v in self.counts.items()
        ]
        figures.append(
            old_figure(
                **common,
                period=self.last_year,
                measure="last year's total",
                value=self.last_year_total,
                method="sum",
            )
        )
        change = self.like_for_like
        for name, estimate in (("change_count", change.difference), ("change_percent", change.percent)):
            if estimate is not None:
                figures.append(
                    old_figure(
                        **common | {"unit": estimate.unit},
                        period=f"{periods.year_to_date_name(self.quarter)} on the same quarters of the year before",
                        measure=name,
                        value=estimate.value,
                        lower=estimate.lower,
                        upper=estimate.upper,
                        confidence=estimate.confidence,
                        method=estimate.method,
                        n=estimate.n,
                    )
                )
        if self.projection is not None:
            p = self.projection
            for confidence in (0.8, 0.95):
                e = p.interval(confidence)
                figures.append(
                    old_figure(
                        **common,
                        period=self.year,
                        measure=f"projected year end, {confidence:.0%}",
                        value=e.value,
                        lower=e.lower,
                        upper=e.upper,
                        confidence=confidence,
                        method=e.method,
                        caveats=p.caveats,
                    )
                )
            figures.append(
                old_figure(
                    **common,
                    period=self.year,
                    measure="share of last year",
                    value=p.usual_share,
                    method="year to date over last year's share",
                )
            )
            figures.append(
                old_figure(
                    **common,
                    period=self.year,
                    measure="run-rate",
                    value=p.run_rate,
                    method="year to date over the part of the year gone",
                )
            )
        if self.published is not None:
            figures.append(
                old_figure(
                    **common,
                    period=self.year,
                    measure="published projection",
                    value=float(self.published.value),
                    method="as published",
                )
            )
        return figures


def service_counts(
    catalogue: Catalogue, *, indicator: str, area: str, quarter: pd.Period, as_at: date
) -> ServiceCounts:
    """Gather a service's published counts by quarter and project its year.

    The four quarters of the year before and every quarter of this one up to ``quarter`` must have been published by
    ``as_at``; otherwise the missing ones are named.
    """
    figures = tuple(f for f in catalogue.published(indicator, as_at=as_at) if f.area == area)
    by_period = {f.period: f for f in figures if f.measure == "count"}
    first = periods.financial_year_of(quarter).asfreq("Q-MAR", how="start") - 4
    wanted = pd.period_range(first, quarter, freq="Q-MAR")
    missing = [periods.quarter_name(q) for q in wanted if periods.quarter_name(q) not in by_period]
    if missing:
        raise DataProblem(
            f"published_figures.csv has no count of {indicator!r} in {area!r} for {', '.join(missing)} that was out by "
            f"{as_at.isoformat()}. Add the rows, or report a quarter for which they are there."
        )
    counts = pd.Series(
        [int(by_period[periods.quarter_name(q)].value) for q in wanted], index=wanted, name=indicator
    )
    so_far = len(wanted) - 4
    known = catalogue.indicator(indicator)
    year = periods.financial_year_of(quarter)
    return ServiceCounts(
        indicator=known,
        area=area,
        quarter=quarter,
        counts=counts,
        figures=figures,
        like_for_like=change_between_counts(
            int(counts.iloc[:so_far].sum()), int(counts.iloc[4:].sum()), unit=known.unit
        ),
        projection=None
        if so_far == 4
        else trajectory.project_year_end(counts, year=year, area=area, unit=known.unit),
        published=next(
            (
                f
                for f in figures
                if f.measure == "projection" and f.period == periods.financial_year_name(year)
            ),
            None,
        ),
        caveats=catalogue.caveats(
            indicator, pd.period_range(first.start_time, periods.last_month(quarter).end_time, freq="M")
        ),
    )
