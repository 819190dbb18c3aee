"""One area among a group of its like: its rate and rank with their doubt, both averages, the gap in events, the target.

The rates are as somebody published them, so the page says which document they come from, and since when it was known.
"""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator, Target, unknown
from saferleeds_analysis.figures import Figure, Measure, Rows, Working
from saferleeds_analysis.methods import comparison, feasibility
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import Block, Table, bullets, paragraph
from saferleeds_analysis.reporting.cards import TARGET
from saferleeds_analysis.reporting.first_screen import Tile, first_screen
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import comparison as workings
from saferleeds_analysis.workings.counts import as_written

RATE = Measure(
    id="published_rate",
    words="{of}: rate",
    role="rate",
    formula="the rate as it was published, in the file of the group",
)
RANK = Measure(
    id="rank_in_group",
    words="rank (1 is highest)",
    role="rank",
    formula="1 plus the number of areas of the group with a higher published rate",
    decimals=0,
)
_BESIDE = {
    "above": "above the average",
    "below": "below the average",
    "no clear difference": "no clear difference from the average",
    "not tested": "not tested against the average",
}
_NO_JUDGEMENT = (
    "A place is not a judgement of a service: areas differ in their homes, their people and their recording."
)
# Which average: {average} is simple (the plain mean of the rates) or weighted (by households).
_AVERAGE = "{average} average of {group} {whether} {focus}"
AVERAGE = Measure(
    id="group_average",
    words=_AVERAGE,
    role="rate",
    formula="simple: the sum of the published rates divided by their number; weighted: the sum of rates times households, "
    "divided by the sum of households",
    decimals=2,
)
GAP = Measure(
    id="gap_to_group_average",
    words=f"gap to {_AVERAGE}",
    role="rate",
    formula="the published rate of the area less the average of the group's published rates",
    decimals=2,
)
GAP_IN_EVENTS = Measure(
    id="gap_in_events_to_group_average",
    words=f"gap in events to {_AVERAGE}",
    role="rate",
    formula="the gap between the rate and the average, times the area's count divided by its rate",
    decimals=0,
)
COUNT_AT_AVERAGE = Measure(
    id="count_at_group_average",
    words="count at the simple average",
    role="rate",
    formula="the plain mean of the group's published rates, times the area's count divided by its rate",
    decimals=0,
)
TARGET_AS_RATE = Measure(
    id="target_as_rate",
    words="target as a rate",
    role="target",
    formula="the target, times the area's published rate divided by its count",
    decimals=2,
)
TARGET_ON_YEAR = Measure(
    id="target_on_year_compared",
    words="target, change on the year compared",
    role="change",
    formula="100 times (the target divided by the count of the year compared, less 1)",
)
DENOMINATOR_BEHIND = Measure(
    id="denominator_behind_rate",
    words="{of} implied by count and printed rate, {which}",
    role="quality",
    formula="the least and the most households at which the count gives the rate as it was printed",
    decimals=0,
)
RATE_ON_DENOMINATOR = Measure(
    id="rate_on_counted_denominator",
    words="rate on the {of} of {day}",
    role="rate",
    formula="the count times 1,000 divided by the number of households counted on that day",
    decimals=2,
)


@dataclass(frozen=True, kw_only=True)
class AreaComparison:
    """All that a page says of one area beside a group; its methods give the blocks.

    ``exposure`` is how many households or people the area's own count and rate together imply, over ``per``; it is
    ``None`` where there is no count. ``targets`` are those of the year after the rates'.
    """

    indicator: Indicator
    quarter: pd.Period
    as_at: date
    found: comparison.GroupComparison
    group: pd.DataFrame
    known_from: date
    exposure: float | None
    targets: tuple[Target, ...]

    @property
    def _own(self) -> pd.Series:
        return self.group.loc[self.group["area"] == self.found.area].iloc[0]

    @property
    def _of(self) -> str:
        return str(self._own["denominator_of"])

    @property
    def _sources(self) -> list[str]:
        return list(dict.fromkeys(self.group["source"]))

    def top(self) -> Block:
        """Give the first screen; first of all a notice where the figures came later than the pack."""
        f, highest = self.found, "" if self.found.rank == 1 else f"{wording.ordinal(self.found.rank)} "
        group = f.group[:1].lower() + f.group[1:]
        notice = f"Later than this pack, which is as at {periods.day_name(self.as_at)}: the rates are known from {_month(self.known_from)}."
        gap = self._gap_line()
        clear = self._simple["word"] in ("above", "below")
        return first_screen(
            about=f"{f.measure} in {f.area} beside the {group}, {f.period}",
            finding=f"{f.area} has the {highest}highest rate of the {len(f.areas)} {group}, {_BESIDE[self._simple['word']]}",
            notice=notice if self.known_from > self.as_at else "",
            tiles=self._tiles(),
            chart=self._chart(),
            said={
                "What is sure": bullets(gap if clear else []),
                "What is not": bullets([*([] if clear else gap), *f.not_given, _NO_JUDGEMENT]),
            },
        )

    def _tiles(self) -> list[Tile]:
        f, row = self.found, self._row
        limits, simple = self._limits(row), self._simple
        weighted = [row for name, row in self._averages if name == "weighted"]
        return [
            Tile(
                name=f"{f.area}, {f.unit}, {f.period}",
                value=_rate(row["rate"]),
                below=f"{f.confidence:.0%} interval {limits}."
                if limits
                else "No interval: the count behind it is not known.",
                figures=tuple(self._rate_figure(row) for _, row in f.areas.iterrows()),
            ),
            Tile(
                name="Rank, 1 the highest",
                value=f"{wording.ordinal(f.rank)} of {len(f.areas)}",
                below=self._places_in_words(),
                figures=(self._rank_figure(),),
            ),
            Tile(
                name=f"Beside the simple average, {_rate(simple['value'])}",
                value=self._gap_in_short(simple),
                below=" ".join(
                    f"Weighted by {self._of}, {_rate(row['value'])}: {self._gap_in_short(row)}."
                    for row in weighted
                ),
                figures=tuple(
                    figure for row in f.averages.to_dict("records") for figure in self._average_figures(row)
                ),
            ),
        ]

    def _chart(self) -> Block:
        """Draw the group as dots with intervals and both averages; behind it every average, with the area and without."""
        f = self.found
        averages = {f"{name.capitalize()} average": float(row["value"]) for name, row in self._averages}
        return charts.chart_of_group(
            [self._rate_figure(row) for _, row in f.areas.iterrows()],
            averages=averages,
            focus=f.area,
            name="group",
            headline=f"{f.measure} {f.unit}, {f.period}",
            subtitle=f"{f.group}; lines are {f.confidence:.0%} intervals, the averages include {f.area}",
            data=self._data(),
        )

    def _data(self) -> Table:
        f = self.found
        of_areas = [
            [row["area"], _rate(row["rate"]), self._limits(row) or "not known", *["none"] * 4]
            for _, row in f.areas.iterrows()
        ]
        of_averages = [
            [
                f"{row['average'].capitalize()} average {'with' if row['includes_area'] else 'without'} {f.area}",
                _rate(row["value"], 2),
                "none",
                _signed_rate(row["gap"]),
                _signed_span(row["gap_lower"], row["gap_upper"], _signed_rate),
                _events(row["gap_events"]),
                _signed_span(row["gap_events_lower"], row["gap_events_upper"], _events),
            ]
            for row in f.averages.to_dict("records")
        ]
        less = f"{f.area} less the average"
        return table(
            caption=f"Rates and averages of the {f.group.lower()}, {f.unit}, {f.period}",
            columns=[
                "Area or average",
                "Rate",
                "95% interval",
                less,
                f"{less}: interval",
                f"{less}, in {self.indicator.unit}",
                f"{less}, in {self.indicator.unit}: interval",
            ],
            rows=of_areas + of_averages,
            text_columns=(2, 4, 6),
        )

    def target(self) -> Block:
        """Say what the target of the year after means as a rate, beside the average."""
        if not self.targets:
            return paragraph("No target is recorded for the year after these rates.")
        f, target = self.found, self.targets[-1]
        count = float(self._own["count"])
        rate = target.value / self.exposure
        mean = self._simple["value"]
        at_mean = mean * self.exposure
        change = 100 * (target.value / count - 1)
        side = "below" if rate < mean else "above"
        text = (
            f"The target for {target.period}, {target.comparison} {wording.number(target.value)} {self.indicator.unit} "
            f"({target.kind}), is {wording.percent(abs(change))} {'below' if change < 0 else 'above'} the {wording.number(count)} of "
            f"{f.period} and comes to {_rate(rate, 2)} {f.unit}: {side} the simple average of {f.period} ({_rate(mean, 2)}, or about "
            f"{wording.number(at_mean)} {self.indicator.unit})."
        )
        after = {"window": Window.named(target.period), "qualifiers": {"kind": target.kind}}
        rows = target.rows("target") + self._own_rows
        figures = [
            self._figure(
                TARGET,
                target.value,
                **after,
                unit=self.indicator.unit,
                method=target.comparison,
                rows=target.rows(),
                working=Working.of(as_written),
            ),
            self._figure(
                TARGET_AS_RATE,
                rate,
                **after,
                method="count over implied denominator",
                rows=rows,
                working=Working.of(workings.target_as_rate),
            ),
            self._figure(
                TARGET_ON_YEAR,
                change,
                **after,
                unit="%",
                method="target over count",
                rows=rows,
                working=Working.of(workings.target_on_count),
            ),
            self._figure(
                COUNT_AT_AVERAGE,
                at_mean,
                qualifiers={"group": f.group},
                unit=self.indicator.unit,
                method="average times implied denominator",
                rows=self._group_rows,
                working=Working.of(workings.count_at_average, area=f.area),
            ),
        ]
        figures = [replace(figure, n=int(count)) for figure in figures]
        return paragraph(text, figures=figures)

    def denominators(self) -> Block:
        """Check the area's own rate: which households its count and its printed rate imply, beside those counted."""
        own = self._own
        if pd.isna(own["count"]):
            return paragraph(
                f"The count behind the rate of {self.found.area} is not known, so the rate cannot be checked."
            )
        count, printed, per = int(own["count"]), str(own["rate_as_printed"]), int(own["per"])
        low, high = feasibility.denominators_behind(count=count, printed_rate=printed, per=per)
        text = (
            f"{wording.number(count)} {self.indicator.unit} and a printed rate of {printed} imply between "
            f"{wording.number(low)} and {wording.number(high)} {self._of}."
        )
        decimals = len(printed.partition(".")[2])
        figures = [
            self._figure(
                DENOMINATOR_BEHIND,
                value,
                qualifiers={"of": self._of, "which": which},
                unit=self._of,
                method="rounding interval of the printed rate",
                n=count,
                rows=self._own_rows,
                working=Working.of(workings.denominator_behind, which=which, decimals=decimals),
            )
            for which, value in (("least", low), ("most", high))
        ]
        if pd.notna(own["denominator"]):
            counted, day = float(own["denominator"]), date.fromisoformat(str(own["denominator_date"]))
            inside = low <= counted <= high
            dispersion = variation_of(count, kind=self.found.measure).dispersion
            rate = comparison.count_with_interval(count, unit=self.indicator.unit, dispersion=dispersion)
            scale = per / counted
            text += (
                f" On {periods.day_name(day)}, {wording.number(counted)} were counted, which {'lies' if inside else 'does not lie'} between the two: "
                f"{_rate(count * scale, 2)} {self.found.unit} (95% interval {_rate(rate.lower * scale, 2)} to {_rate(rate.upper * scale, 2)})."
            )
            figures.append(
                self._figure(
                    RATE_ON_DENOMINATOR,
                    count * scale,
                    qualifiers={"of": self._of, "day": periods.day_name(day)},
                    lower=rate.lower * scale,
                    upper=rate.upper * scale,
                    confidence=rate.confidence,
                    method=rate.method,
                    n=count,
                    rows=self._own_rows,
                    working=Working.of(workings.rate_on_denominator),
                )
            )
        return paragraph(text, figures=figures)

    def before_quoting(self) -> Block:
        """List what the reader must know, and where rates and targets come from; the caveats name the households."""
        lines = [
            *self.found.caveats,
            *(f"Rates: {source}. Known from {_month(self.known_from)}." for source in self._sources),
            *(f"Target for {t.period}: {t.source}. {t.note}".strip() for t in self.targets[-1:]),
        ]
        return bullets(lines, kind="caveats")

    # Parts of the blocks

    @property
    def _row(self) -> pd.Series:
        return self.found.areas.loc[self.found.areas["area"] == self.found.area].iloc[0]

    @property
    def _averages(self) -> list[tuple[str, dict]]:
        """The averages that can be given, each with the area in it, ``simple`` first."""
        return [(row["average"], row) for row in self.found.averages.to_dict("records")[::2]]

    @property
    def _simple(self) -> dict:
        return self._averages[0][1]

    def _places_in_words(self) -> str:
        f = self.found
        if f.rank_lower is None:
            return "It is not known how sure its place is."
        if f.rank_lower == f.rank_upper:
            return "It differs clearly from every other area."
        within = f.areas["rank"].between(f.rank_lower, f.rank_upper)
        close = wording.listed(list(f.areas.loc[within & (f.areas["area"] != f.area), "area"]))
        places = f"{wording.ordinal(f.rank_lower)} to {wording.ordinal(f.rank_upper)}"
        return f"Could be {places}: not clearly different from {close}."

    def _gap_in_short(self, row: dict) -> str:
        if row["word"] == "no clear difference":
            return "not clearly different"
        tested = " (not tested)" if row["word"] == "not tested" else ""
        return f"{_rate(abs(row['gap']))} {'above' if row['gap'] >= 0 else 'below'}{tested}"

    def _gap_line(self) -> list[str]:
        row, count = self._simple, self._own["count"]
        if pd.isna(row["gap_events"]):
            return []
        more = "above" if row["gap_events"] > 0 else "below"
        said = f"In {self.indicator.unit}, {self.found.area} is {wording.number(abs(row['gap_events']))} {more} the simple average"
        if pd.notna(row["gap_events_lower"]):
            said += (
                f" (95% interval {_signed_span(row['gap_events_lower'], row['gap_events_upper'], _events)})"
            )
        if pd.notna(count):
            said += f". At that average its {wording.number(count)} would be about {wording.number(count - row['gap_events'])}"
        return [f"{said}."]

    def _limits(self, row: pd.Series) -> str:
        return "" if pd.isna(row["lower"]) else f"{_rate(row['lower'])} to {_rate(row['upper'])}"

    def _rate_figure(self, row: pd.Series) -> Figure:
        limits = self._limits_of(row["lower"], row["upper"])
        return self._figure(
            RATE,
            float(row["rate"]),
            area=row["area"],
            qualifiers={"of": self.found.measure},
            method=f"as published; limits of a count that is {row['count_is']}" if limits else "as published",
            n=None if pd.isna(row["count"]) else int(row["count"]),
            caveats=self.found.caveats if row["count_is"] == "implied" else (),
            rows=_rows(self.group[self.group["area"] == row["area"]], "row"),
            working=Working.of(as_written, column="rate"),
            **limits,
        )

    def _rank_figure(self) -> Figure:
        f = self.found
        return self._group_figure(
            RANK,
            float(f.rank),
            f.rank_lower,
            f.rank_upper,
            qualifiers={"group": f.group},
            unit=f"of {len(f.areas)}",
            method="pairs tested, Holm",
            working=Working.of(workings.rank, area=f.area),
        )

    def _average_figures(self, row: dict) -> list[Figure]:
        f = self.found
        which = {
            "average": row["average"],
            "group": f.group,
            "whether": "with" if row["includes_area"] else "without",
            "focus": f.area,
        }
        asked = {"area": f.area, "kind": row["average"], "includes_area": bool(row["includes_area"])}
        return [
            self._group_figure(
                measure,
                float(row[result]),
                row[f"{limits}lower"],
                row[f"{limits}upper"],
                area=area,
                qualifiers=which,
                unit=unit,
                working=Working.of(workings.average, **asked, result=result),
            )
            for measure, result, limits, area, unit in (
                (AVERAGE, "value", "", f.group, f.unit),
                (GAP, "gap", "gap_", f.area, f.unit),
                (GAP_IN_EVENTS, "gap_events", "gap_events_", f.area, self.indicator.unit),
            )
            if not pd.isna(row[result])
        ]

    def _group_figure(
        self, measure: Measure, value: float, lower: float | None, upper: float | None, **about
    ) -> Figure:
        """Give what the whole group makes, with its limits where both are known."""
        f, limits = self.found, self._limits_of(lower, upper)
        said = " ".join((*f.not_given, *f.caveats))
        usual = {
            "method": "MOVER on Poisson limits" if limits else "arithmetic",
            "n": len(f.areas),
            "caveats": (said,) if said else (),
            "rows": self._group_rows,
        }
        return self._figure(measure, value, **usual | limits | about)

    def _limits_of(self, lower: float | None, upper: float | None) -> dict[str, float]:
        if pd.isna(lower) or pd.isna(upper):
            return {}
        return {"lower": float(lower), "upper": float(upper), "confidence": self.found.confidence}

    def _figure(self, measure: Measure, value: float, **about) -> Figure:
        """Give a number of the area and the period of the rates, in their unit, where nothing else is said."""
        usual = {
            "indicator_id": self.indicator.id,
            "area": self.found.area,
            "window": Window.named(self.found.period),
            "unit": self.found.unit,
            "status": "published",
        }
        return Figure(measure=measure, value=value, **usual | about)

    @property
    def _group_rows(self) -> tuple[Rows, ...]:
        return _rows(self.group, "group")

    @property
    def _own_rows(self) -> tuple[Rows, ...]:
        return _rows(self.group[self.group["area"] == self.found.area], "own")


def compare_area(
    group: pd.DataFrame,
    *,
    catalogue: Catalogue,
    indicator: str,
    area: str,
    measure: str,
    period: str,
    quarter: pd.Period,
    as_at: date,
) -> AreaComparison:
    """Compare an area with a group in one measure and period of its file.

    ``group`` is a table of :func:`~saferleeds_analysis.area_tables.load_group`; ``indicator`` says which targets belong to the
    measure and in what unit it counts. Refused: a measure, period or area that the file does not hold.
    """
    for column, wanted in (("measure", measure), ("period", period)):
        held = list(dict.fromkeys(group[column].astype(str)))
        if wanted not in held:
            raise ValueError(unknown(f"{column} of the group", wanted, held))
    rows = group[(group["measure"] == measure) & (group["period"].astype(str) == period)].reset_index(
        drop=True
    )
    if rows.empty:
        raise DataProblem(f"the comparison group has no {measure!r} of {period}.")
    found = comparison.compare_with_group(rows, area=area, kind=measure)
    own = rows[rows["area"] == area].iloc[0]
    known_from = max(rows["known_from"])
    exposure = float(own["count"] / own["rate"]) if pd.notna(own["count"]) and own["rate"] > 0 else None
    after = periods.financial_year_name(periods.financial_year(period) + 1)
    targets = catalogue.targets(indicator, area, after, as_at=max(as_at, known_from)) if exposure else ()
    return AreaComparison(
        indicator=catalogue.indicator(indicator),
        quarter=quarter,
        as_at=as_at,
        found=found,
        group=rows,
        known_from=known_from,
        exposure=exposure,
        targets=targets,
    )


def _rows(group: pd.DataFrame, role: str) -> tuple[Rows, ...]:
    """Give rows of a group, which is one file, as those that a figure comes from."""
    first = group["place"].iloc[0]
    return (replace(first, role=role, numbers=tuple(n for place in group["place"] for n in place.numbers)),)


def _month(day: date) -> str:
    return day.strftime("%B %Y")


def _rate(value: float, decimals: int = 1) -> str:
    return wording.number(value, decimals=decimals)


def _signed_rate(value: float) -> str:
    text = wording.number(value, decimals=2)
    return f"+{text}" if value > 0 else text


def _events(value: float) -> str:
    return "not known" if pd.isna(value) else wording.signed(round(value))


def _signed_span(lower: float, upper: float, show) -> str:
    return "not known" if pd.isna(lower) else f"{show(lower)} to {show(upper)}"
