"""What a quarter says of a part of a whole: a percentage, a rate or so many for each, of any service's own data.

A level stands by itself: it has an interval, a change on the same period a year before, and a letter against its target. It
does not add up over a year, so nothing is projected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Caveat, Indicator, Target
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.figures import Measure, Rows, weakest
from saferleeds_analysis.intake import RecordedParts
from saferleeds_analysis.methods import control_charts, trajectory
from saferleeds_analysis.methods.parts import PartChange, change_of_parts, level_of_parts, rate_parts
from saferleeds_analysis.methods.seasonal import p_of_season
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Figure, bullets, heading, join, paragraph
from saferleeds_analysis.reporting.counted import worked_out
from saferleeds_analysis.reporting.disclosure import ProtectedTable, explained, protect, withheld_figure
from saferleeds_analysis.reporting.letters import letter_of_level, letter_without_target
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.workings import parts as workings

_FORMULA = "the numerator over the denominator, times 100 of a percentage, times the number of a rate; docs/methods/parts.md"
LEVEL = Measure(
    id="level_of_parts",
    words="level",
    role="percentage",
    part="headline",
    formula=_FORMULA,
    recurs=True,
    decimals=2,
)
RATE = replace(LEVEL, id="rate_of_parts", role="rate")
CHANGE = Measure(
    id="change_of_parts",
    words="change on the same period a year before",
    role="change",
    part="change",
    formula="percentage points between two percentages (Newcombe), per cent between two rates (exact); docs/methods/parts.md",
    recurs=True,
)


GAP = Measure(
    id="gap_of_parts",
    words="difference from {beside}",
    role="change",
    formula="the level less that beside which it is shown, of the same period; docs/methods/parts.md",
    recurs=True,
)


@dataclass(frozen=True, kw_only=True)
class PartsReport:
    """All that one quarter says of one such measure in one area; its methods give the blocks of the page.

    ``beside`` are the parts of what it is shown beside, ``below`` those of the areas below. ``shown`` protects the two parts of each period,
    those in the numerator (``in``) and the others (``out``), as the edition may print them, ``below_shown`` those of each area in the latest.
    """

    indicator: Indicator
    area: str
    quarter: pd.Period
    as_at: date
    parts: RecordedParts
    beside: RecordedParts | None
    shown: ProtectedTable
    below: Mapping[str, RecordedParts]
    below_shown: ProtectedTable
    target: Target | None
    target_tables: tuple[Rows, ...]
    caveats: tuple[Caveat, ...]

    # What is found

    @property
    def notice(self) -> str:
        """What must be known before any number."""
        return self.parts.source.notice

    @cached_property
    def latest(self) -> pd.Period:
        """The period that the page is about: the quarter, or the latest year."""
        return self._series.index[-1]

    @cached_property
    def levels(self) -> Mapping[pd.Period, Estimate]:
        """The level of each period, without those that the edition withholds."""
        return {
            period: level_of_parts(*self._of(period), unit=self.indicator.unit)
            for period in self._series.index
            if not self._is_withheld(period)
        }

    @cached_property
    def change(self) -> PartChange | None:
        """The change on the same period a year before, where both are there and may be printed."""
        before = self.year_before
        if before not in self.levels or self.latest not in self.levels:
            return None
        return change_of_parts(self._of(before), self._of(self.latest), unit=self.indicator.unit)

    @cached_property
    def rating(self) -> trajectory.Rating:
        """The letter against the target in force."""
        if self.target is None or self.latest not in self.levels:
            return trajectory.assess_level(None, target=self.target)
        return rate_parts(
            self.target,
            **{"now" if role == "parts" else role: numbers for role, (_, numbers) in self._given.items()},
            unit=self.indicator.unit,
            improvement_direction=self.indicator.improvement_direction,
        )

    @cached_property
    def gap(self) -> PartChange | None:
        """The level less that beside which it is shown, of the same period, where both are there, may be printed and can be compared."""
        if "beside" not in self._given:
            return None
        (_, own), (_, other) = (self._given[role] for role in ("parts", "beside"))
        found = change_of_parts(other, own, unit=self.indicator.unit)
        return found if found.difference else None  # of none beside it no rate is a percentage

    @property
    def beside_name(self) -> str:
        """What it is shown beside: the measure, where it is another, in its area."""
        other = self.beside.indicator.name
        return f"{other}, {self.beside.area}" if other != self.indicator.name else self.beside.area

    @cached_property
    def _given(self) -> dict[str, tuple[tuple[Rows, ...], tuple[int, int]]]:
        """The rows and the numbers of now, of a year before, and of both beside: those that are there and may be printed."""
        periods_of = {"parts": self.latest, "before": self.year_before}
        found = {
            role: (self._about(period, role)["rows"], self._of(period))
            for role, period in periods_of.items()
            if period in self.levels
        }
        if self.beside is None or "parts" not in found:
            return found
        other = by_quarter_or_year(self.beside, quarter=self.quarter)
        for role, period in {"beside": self.latest, "beside_before": self.year_before}.items():
            if period in other.index:
                numbers = other.loc[period, ["numerator", "denominator"]]
                found[role] = (
                    rows_of(self.beside, period, role=role),
                    (int(numbers.iloc[0]), int(numbers.iloc[1])),
                )
        return found

    # Blocks

    def findings(self) -> Block:
        """Say the level with its interval and base, and its change in a year."""
        level = self.levels.get(self.latest)
        if level is None:
            said = f"{Window.period(self.latest)}: withheld, because a small number might point to a person."
            return explained(paragraph(said, figures=[self._figure(self.latest)]), self.shown)
        lines = [
            f"{Window.period(self.latest)}: {self.in_words(level.value)} (95% interval {self.interval_of(level)}; "
            f"{wording.number(self._of(self.latest)[0])} of {wording.number(level.n)})."
        ]
        if self.change is None:
            lines.append("There is no figure of a year before to compare it with.")
        else:
            lines.append(
                f"On {Window.period(self.year_before)} ({self.in_words(self.change.earlier.value)}): {self.change_in_words()}."
            )
        if self.gap is not None:
            lines.append(
                f"{self.beside_name}: {self.in_words(self.gap.earlier.value)}. {self.gap_in_words()}."
            )
        return bullets(lines, figures=self.main_figures())

    def main_figures(self) -> list[Figure]:
        """Give the level, its change and its gap to what it is shown beside as figures."""
        return [self._figure(self.latest), *self._changes(), *self.gap_figures()]

    def chart(self) -> Block:
        """Draw the level of each period with its interval, and the target."""
        if len(self.levels) < 2:
            return NOTHING
        figures = {period: self._figure(period) for period in self.levels}
        level = self.levels.get(self.latest)
        said = "withheld" if level is None else self.in_words(level.value)
        return charts.chart_of_levels(
            figures,
            name=f"levels-{self.indicator.id.replace('_', '-')}",
            headline=f"{said} in {Window.period(self.latest)}",
            subtitle=f"{self.indicator.name}, {self.area}{wording.kind_of_data(self.notice)}",
            target=self.target and (f"Target: {self.target.comparison}", self.target.value),
            show=self.in_words,
        )

    def quarters(self) -> Block:
        """List each period: how many of how many, the level and its interval."""
        rows, figures = [], []
        for period in reversed(self._series.index):
            level = self.levels.get(period)
            mark, (part, base) = self.shown.rules.withheld, self._of(period)
            cells = [mark] * 3 if level is None else self._cells((part, base), level)
            rows.append([str(Window.period(period)), *cells])
            figures.append(self._figure(period))
        shown = table(
            caption=f"{self.indicator.name}, {self.area}",
            columns=["Period", "How many", "Level", "95% interval"],
            rows=rows,
            text_columns=(1, 3),
            figures=figures,
        )
        return explained(shown, self.shown) if self.shown.withheld else shown

    def by_area(self) -> Block:
        """Set the areas below side by side in the latest period: how many of how many, the level and its interval; nothing without any."""
        if not self.below:
            return NOTHING
        table_of, figures = self.below_shown, [self._figure_of(area) for area in self.below]
        figures.sort(key=lambda f: -1 if f.number is None else f.number, reverse=True)
        rows = []
        for f in figures:
            part, base = (table_of.cell(f"{f.area}: {of}") for of in ("in", "all"))
            level = str(f.value) if f.number is None else self.in_words(f.number)
            level = f"{wording.number(f.number)}%" if f.number is not None and f.lower is None else level
            limits = "none" if f.lower is None else self.interval_of(f)
            rows.append([f.area, f"{part} of {base}", level, limits])
        shown = table(
            caption=f"{self.indicator.name} by area, {Window.period(self.latest)}",
            columns=["Area", "How many", "Level", "95% interval"],
            rows=rows,
            text_columns=(1, 3),
            figures=figures,
        )
        said = "Each interval is read by itself. No area is called better or worse: how they differ in whom they serve is not allowed for."
        return join(
            heading(2, "By area"),
            explained(shown, table_of, percentages=True),
            paragraph(said, css_class="small"),
        )

    def progress(self) -> Block:
        """Give the letter against the target, with its reason."""
        rating, unit = self.rating, self.indicator.unit
        if self.target is None:
            return letter_without_target(
                self.indicator,
                self.area,
                Window.period(self.latest),
                "No target is recorded.",
                targets=self.target_tables,
                year=self._year,
            )
        about = self._about(self.latest, "parts")
        if self.latest not in self.levels:  # what is withheld is not worked out again
            return letter_of_level(rating, self.target, unit=unit, **about | {"rows": ()})
        asked = {"level": ("parts",), "change": ("parts", "before"), "gap": ("parts", "beside")}
        roles = asked.get(self.target.of, tuple(self._given))
        rows = [row for role in roles if role in self._given for row in self._given[role][0]]
        how = {"unit": unit, "improvement_direction": self.indicator.improvement_direction}
        working = worked_out((*rows, *self.target.rows("target")), workings.letter, **how)
        return letter_of_level(rating, self.target, unit=unit, **about | working)

    @property
    def caveats_in_words(self) -> list[str]:
        """What the reader must know."""
        of = "A percentage" if self.indicator.unit == "%" else "A rate"
        missing, followed = self.parts.missing, self.parts.followed
        return [
            *filter(None, [self.notice]),
            *(
                [f"The people of each period were followed for {followed} months after it."]
                if followed
                else []
            ),
            f"{of} does not add up over a year, so no year-end is projected.",
            "Intervals take people and events as independent; where one person stands for many, the truth is wider.",
            *(
                [f"There are no data for {wording.listed(missing)}. Nothing was put in their place."]
                if missing
                else []
            ),
            *(c.text for c in self.caveats),
        ]

    @property
    def sources(self) -> list[str]:
        """Where the data come from."""
        return [
            wording.source_in_words(self.parts.source, as_at=self.as_at),
            f"What is counted: {self.indicator.definition}",
        ]

    # Words

    def in_words(self, value: float) -> str:
        """Write a level of the measure."""
        return wording.level(value, self.indicator.unit)

    def interval_of(self, level: Estimate) -> str:
        """Write the limits of a level; the unit stands with its value."""
        return interval(level, lambda limit: wording.level(limit, self.indicator.unit).split(" ")[0])

    def change_in_words(self) -> str:
        """Write the change in a year with the word that its test allows, and its limits."""
        moved = self.change
        if moved.difference is None:
            return f"{moved.direction} from none"
        sized = _with_limits(moved.difference)
        if moved.direction in wording.DOWN_OR_UP:
            return f"{moved.direction} by {sized}"
        return f"{moved.direction} ({sized.partition('(')[2]}"

    def gap_in_words(self) -> str:
        """Say whether the level is higher or lower than that beside which it is shown, and by how much."""
        word = {"fell": "Lower", "rose": "Higher"}.get(self.gap.direction, "No clear difference")
        return f"{word}: {_with_limits(self.gap.difference)}"

    def control(self) -> Block:
        """Say whether the latest period is out of the ordinary by the rules of a control chart; nothing under twelve periods."""
        values = pd.Series(
            {period: level.value for period, level in self.levels.items()}, name=self.indicator.name
        )
        whole = len(values) and len(values) == (values.index[-1] - values.index[0]).n + 1
        if len(values) < control_charts.FEWEST_POINTS or not whole or self.latest not in self.levels:
            return NOTHING
        values.index = pd.PeriodIndex(values.index)
        seasonal = values.index.freqstr != "Y-MAR" and p_of_season(values) < 0.05
        found = control_charts.xmr_chart(
            values,
            improvement_direction=self.indicator.improvement_direction,
            seasonality="seasonal and unadjusted" if seasonal else "not seasonal",
        )
        last, said = (
            found.points.iloc[-1],
            found.variation.words.replace(str(self.latest), str(Window.period(self.latest))),
        )
        limits = (self.in_words(last[name]) for name in ("lower_process_limit", "upper_process_limit"))
        return paragraph(f"{said} Process limits of {len(values)} periods: {' to '.join(limits)}.")

    # Parts of the blocks

    @cached_property
    def _series(self) -> pd.DataFrame:
        return by_quarter_or_year(self.parts, quarter=self.quarter)

    @property
    def year_before(self) -> pd.Period:
        """The same period a year before."""
        return self.latest - (4 if self.latest.freqstr == "Q-MAR" else 1)

    @property
    def _year(self) -> str:
        return periods.financial_year_name(periods.financial_year_of(self.latest))

    def _of(self, period: pd.Period) -> tuple[int, int]:
        row = self._series.loc[period]
        return int(row["numerator"]), int(row["denominator"])

    def _is_withheld(self, period: pd.Period) -> bool:
        cells = {
            (f"{Window.period(period)}, {part}", column)
            for part in ("in", "out")
            for column in self.shown.counts
        }
        return bool(cells & (self.shown.withheld | self.shown.rounded))

    @property
    def _measure(self) -> Measure:
        return LEVEL if self.indicator.unit == "%" else RATE

    def _figure(self, period: pd.Period) -> Figure:
        about = self._about(period, "parts")
        if self._is_withheld(period):
            return withheld_figure(
                self.shown.rules, **about, measure=self._measure, theme=self.shown.theme.id
            )
        working = worked_out(about["rows"], workings.level, unit=self.indicator.unit)
        return Figure.of(
            self.levels[period], **about | working, measure=self._measure, theme=self.shown.theme.id
        )

    def _cells(self, numbers: tuple[int, int], level: Estimate | Figure) -> list[str]:
        part, base = map(wording.number, numbers)
        return [f"{part} of {base}", self.in_words(level.value), self.interval_of(level)]

    def _figure_of(self, area: str) -> Figure:
        """Give the level of an area below in the latest period, as far as the edition may print it."""
        parts, shown = self.below[area], self.below_shown
        about = self._about(self.latest, "parts") | {"area": area, "measure": self._measure}
        rows = rows_of(parts, self.latest, role="parts")
        about |= worked_out(rows, workings.level, unit=self.indicator.unit)
        part, base = f"{area}: in", f"{area}: all"
        if self.indicator.unit == "%":
            return shown.percent_figure(part, of=base, **about)
        about["theme"] = shown.theme.id
        if {row for row, _ in shown.withheld | shown.rounded} & {part, base}:
            return withheld_figure(shown.rules, **about)
        numbers = shown.value(part), shown.value(base)
        return Figure.of(level_of_parts(*numbers, unit=self.indicator.unit), **about)

    def _changes(self) -> list[Figure]:
        if self.change is None or self.change.difference is None:
            return []
        about = self._about(self.latest, "later")
        rows = (*self._about(self.year_before, "earlier")["rows"], *about["rows"])
        working = worked_out(rows, workings.change, unit=self.indicator.unit)
        return [
            Figure.of(
                self.change.difference,
                **about | working,
                measure=CHANGE,
                theme=self.shown.theme.id,
            )
        ]

    def gap_figures(self) -> list[Figure]:
        """Give the gap to what it is shown beside as a figure; none where there is none."""
        if self.gap is None:
            return []
        rows = (*self._given["parts"][0], *self._given["beside"][0])
        about = self._about(self.latest, "later") | worked_out(rows, workings.gap, unit=self.indicator.unit)
        return [
            Figure.of(
                self.gap.difference,
                **about,
                measure=GAP,
                qualifiers={"beside": self.beside.indicator.id},
                theme=self.shown.theme.id,
            )
        ]

    def _about(self, period: pd.Period, role: str) -> dict[str, Any]:
        return {
            "indicator_id": self.indicator.id,
            "area": self.area,
            "window": Window.period(period),
            "status": weakest((self.parts.source.status, "estimated" if role == "later" else "recorded")),
            "caveats": tuple(filter(None, [self.notice])),
            "rows": rows_of(self.parts, period, role=role),
        }


def rows_of(parts: RecordedParts, period: pd.Period, *, role: str) -> tuple[Rows, ...]:
    """Give the rows of a quarter or a year: its own, or those of its months."""
    months = Window.period(period).months
    own = [p for p in parts.table.index if p.asfreq("M", how="end") in months]
    return tuple(row for p in own for row in parts.rows(p, role=role))


def _with_limits(d: Estimate) -> str:
    """Write the size of a difference with its limits."""
    unit = " points" if d.unit == "percentage points" else "%"
    low, high = (wording.number(limit, decimals=1) for limit in (d.lower, d.upper))
    return f"{wording.number(abs(d.value), decimals=1)}{unit} (95% interval {low} to {high}{unit})"


def by_quarter_or_year(parts: RecordedParts, *, quarter: pd.Period) -> pd.DataFrame:
    """Give numerators and denominators by quarter or by year, as far as they are known by a quarter's end.

    Months are summed, and a quarter needs all three. People who are followed are known when they have been followed.
    """
    numbers = parts.table[["numerator", "denominator"]]
    if numbers.index.freqstr == "M":
        of = numbers.groupby(numbers.index.asfreq("Q-MAR"))
        numbers = of.sum()[of.size() == 3]
    last = periods.last_month(quarter) - parts.followed
    return numbers[[period.asfreq("M", how="end") <= last for period in numbers.index]]


def parts_report(
    parts: RecordedParts,
    *,
    catalogue: Catalogue,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str = "public",
    beside: RecordedParts | None = None,
    below: Mapping[str, RecordedParts] | None = None,
) -> PartsReport:
    """Work out a measure of parts for one quarter and area, ``beside`` another, with the areas ``below``.

    Refused is a quarter that its data do not reach.
    """
    indicator, there = parts.indicator, by_quarter_or_year(parts, quarter=quarter)
    # The latest that may be known by the quarter's end: the month after it lies in the one that is not known yet.
    length = "Y-MAR" if parts.table.index.freqstr == "Y-MAR" else "Q-MAR"
    wanted = (periods.last_month(quarter) - parts.followed + 1).asfreq(length) - 1
    if not len(there) or there.index[-1] < wanted:
        raise QuarterNotHeld(
            f"{parts.source.id}: {indicator.offence!r} of {area!r} has no figure for {Window.period(wanted)} that was known on "
            f"{as_at.isoformat()}. Add its row, or report an earlier quarter."
        )
    rules, last = catalogue.disclosure_rules, there.index[-1]
    theme = rules.theme_of(indicator.id, indicator.offence, indicator.name)
    protected = {"rules": rules, "theme": theme.id, "edition": edition}
    numbers = {
        f"{Window.period(period)}, {part}": number
        for period, row in there.iterrows()
        for part, number in _in_and_out(row).items()
    }
    shown = protect(
        pd.Series(numbers), **protected, below_city=bool(catalogue.area(indicator.area_set, area).parent)
    )
    # Where the whole may not be printed, or the theme not below it, there is nothing to set side by side.
    is_printed = (edition == "restricted" or theme.finest != "city") and not any(
        row.startswith(str(Window.period(last))) for row, _ in shown.withheld
    )
    found = {
        name: by_quarter_or_year(of, quarter=quarter) for name, of in (below or {}).items() if is_printed
    }
    areas = {name: numbers.loc[last] for name, numbers in found.items() if last in numbers.index}
    return PartsReport(
        indicator=indicator,
        area=area,
        quarter=quarter,
        as_at=as_at,
        parts=parts,
        beside=beside,
        shown=shown,
        below={name: below[name] for name in areas},
        below_shown=_below_shown(
            there.loc[last], areas, whole=area, percent=indicator.unit == "%", **protected
        ),
        target=catalogue.target_in_force(indicator.id, area, last, as_at=as_at),
        target_tables=catalogue.target_tables,
        caveats=catalogue.caveats(indicator.id, Window.period(last).months),
    )


def _in_and_out(row: pd.Series) -> dict[str, int]:
    """Give those in the numerator and the others."""
    return {"in": int(row["numerator"]), "out": max(int(row["denominator"] - row["numerator"]), 0)}


def _below_shown(
    own: pd.Series, areas: Mapping[str, pd.Series], *, whole: str, percent: bool, **protected: Any
) -> ProtectedTable:
    """Protect those in the numerator, the others and all of each area, beside those of the whole, which are printed already."""
    # Of events for each person there are no others.
    kinds = ("in", "out", "all") if percent else ("in", "all")
    numbers, wholes = {}, {}
    for name, row in {whole: own, **areas}.items():
        counts = _in_and_out(row) | {"all": int(row["denominator"])}
        numbers |= {f"{name}: {kind}": counts[kind] for kind in kinds}
        wholes |= {f"{name}: all": [f"{name}: in", f"{name}: out"]} if percent else {}
    for kind in kinds:
        parts = [f"{name}: {kind}" for name in areas]
        if parts and sum(numbers[part] for part in parts) == numbers[f"{whole}: {kind}"]:
            wholes.setdefault(f"{whole}: {kind}", parts)
    below = [row for row in numbers if not row.startswith(f"{whole}: ")]
    out = [row for row in numbers if row.startswith(f"{whole}: ")]
    return protect(pd.Series(numbers), **protected, below_city=below, wholes=wholes, already_out=out)
