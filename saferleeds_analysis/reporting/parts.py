"""What a quarter says of a part of a whole: a percentage, a rate or so many for each, of any service's own data.

A level stands by itself: it has an interval, a change on the same period a year before, and a letter against its target. It
does not add up over a year, so nothing is projected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Caveat, Indicator, Target
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.figures import Measure, Rows, Working, weakest
from saferleeds_analysis.intake import RecordedParts
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.methods.parts import PartChange, change_of_parts, level_of_parts
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Figure, bullets, letter, paragraph
from saferleeds_analysis.reporting.counted import worked_out
from saferleeds_analysis.reporting.disclosure import ProtectedTable, explained, protect, withheld_figure
from saferleeds_analysis.reporting.printed_surveys import letter_without_target
from saferleeds_analysis.reporting.state import COLOURS
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.workings import counts
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
CHANGE = Measure(
    id="change_of_parts",
    words="change on the same period a year before",
    role="change",
    part="change",
    formula="percentage points between two percentages (Newcombe), per cent between two rates (exact); docs/methods/parts.md",
    recurs=True,
)
TARGET = Measure(
    id="target_of_level", words="target_{kind}", role="target", formula="the target as it was set", decimals=2
)
LETTER = Measure(
    id="letter_of_level",
    words="progress, RAG letter",
    role="letter",
    part="letter",
    formula="G: the level meets the target; A: it does not, but its interval reaches it; R: no value in its interval meets it",
    recurs=True,
)


@dataclass(frozen=True, kw_only=True)
class PartsReport:
    """All that one quarter says of one such measure in one area; its methods give the blocks of the page.

    ``shown`` protects the two parts of each period, those in the numerator (``in``) and the others (``out``), as the edition may print
    them.
    """

    indicator: Indicator
    area: str
    quarter: pd.Period
    as_at: date
    parts: RecordedParts
    shown: ProtectedTable
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
        return trajectory.assess_level(self.levels.get(self.latest), target=self.target)

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
        return bullets(lines, figures=self.main_figures())

    def main_figures(self) -> list[Figure]:
        """Give the level and its change as figures."""
        return [self._figure(self.latest), *self._changes()]

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
            cells = (
                [mark] * 3
                if level is None
                else [
                    f"{wording.number(part)} of {wording.number(base)}",
                    self.in_words(level.value),
                    self.interval_of(level),
                ]
            )
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

    def progress(self) -> Block:
        """Give the letter against the target, with its reason."""
        rating, reason = self.rating, wording.sentence(self.rating.reason)
        window = Window.period(self.latest)
        if self.target is None or self.latest not in self.levels:
            reason = "No target is recorded." if self.target is None else reason
            return letter_without_target(
                self.indicator,
                self.area,
                window,
                reason,
                targets=self.target_tables,
                year=self._year,
            )
        about = self._about(self.latest, "parts")
        rows = (*about["rows"], *self.target.rows("target"))
        working = worked_out(rows, workings.letter, unit=self.indicator.unit)
        return against_target(rating, self.target, unit=self.indicator.unit, **about | working)

    def published_check(self) -> Block:
        """Nothing was printed of it that could be checked."""
        return NOTHING

    def where_from(self) -> Block:
        """List where the data come from."""
        return bullets(self.sources)

    @property
    def caveats_in_words(self) -> list[str]:
        """What the reader must know."""
        of = "A percentage" if self.indicator.unit == "%" else "A rate"
        missing = self.parts.missing
        return [
            *filter(None, [self.notice]),
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
        d, unit = moved.difference, " points" if self.indicator.unit == "%" else "%"
        low, high = (wording.number(limit, decimals=1) for limit in (d.lower, d.upper))
        size = wording.number(abs(d.value), decimals=1)
        said = (
            f"{moved.direction} by {size}{unit}" if moved.direction in wording.DOWN_OR_UP else moved.direction
        )
        return f"{said} (95% interval {low} to {high}{unit})"

    # Parts of the blocks

    @cached_property
    def _series(self) -> pd.DataFrame:
        return by_quarter_or_year(self.parts.table, quarter=self.quarter)

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

    def _figure(self, period: pd.Period) -> Figure:
        about = self._about(period, "parts")
        if self._is_withheld(period):
            return withheld_figure(self.shown.rules, **about, measure=LEVEL, theme=self.shown.theme.id)
        working = worked_out(about["rows"], workings.level, unit=self.indicator.unit)
        return Figure.of(self.levels[period], **about | working, measure=LEVEL, theme=self.shown.theme.id)

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

    def _about(self, period: pd.Period, role: str) -> dict[str, Any]:
        months = Window.period(period).months
        own = [p for p in self.parts.table.index if p.asfreq("M", how="end") in months]
        return {
            "indicator_id": self.indicator.id,
            "area": self.area,
            "window": Window.period(period),
            "status": weakest((self.parts.source.status, "estimated" if role == "later" else "recorded")),
            "caveats": tuple(filter(None, [self.notice])),
            "rows": tuple(row for p in own for row in self.parts.rows(p, role=role)),
        }


def against_target(rating: trajectory.Rating, target: Target, *, unit: str, **about: Any) -> Block:
    """Give the letter of a level against its target, with its reason; ``about`` are the fields of the letter's figure."""
    figure = Figure(**about, measure=LETTER, value=rating.letter)
    aim = Figure(
        measure=TARGET,
        qualifiers={"kind": target.kind},
        method=target.comparison,
        indicator_id=figure.indicator_id,
        area=figure.area,
        window=Window.year(target.period),
        value=target.value,
        unit=unit,
        status="published",
        rows=target.rows(),
        working=Working.of(counts.as_written),
    )
    reason = wording.sentence(rating.reason)
    return letter(rating.letter, COLOURS[rating.letter], reason, figures=[figure, aim])


def by_quarter_or_year(parts: pd.DataFrame, *, quarter: pd.Period) -> pd.DataFrame:
    """Give numerators and denominators by quarter or by year, up to a quarter; months are summed, and a quarter needs all three.

    >>> months = pd.period_range("2012-04", periods=5, freq="M")
    >>> found = by_quarter_or_year(pd.DataFrame({"numerator": 1, "denominator": 2}, months), quarter=periods.quarter("2012/13 Q2"))
    >>> found["denominator"].to_dict()
    {Period('2013Q1', 'Q-MAR'): 6}
    """
    numbers = parts[["numerator", "denominator"]]
    if parts.index.freqstr == "M":
        of = numbers.groupby(parts.index.asfreq("Q-MAR"))
        numbers = of.sum()[of.size() == 3]
    last = periods.last_month(quarter)
    return numbers[[period.asfreq("M", how="end") <= last for period in numbers.index]]


def parts_report(
    parts: RecordedParts,
    *,
    catalogue: Catalogue,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str = "public",
) -> PartsReport:
    """Work out a measure of parts for one quarter and area: refused is a quarter that its data do not reach."""
    indicator, there = parts.indicator, by_quarter_or_year(parts.table, quarter=quarter)
    yearly = parts.table.index.freqstr == "Y-MAR"
    wanted = periods.financial_year_of(quarter + 1) - 1 if yearly else quarter
    if not len(there) or there.index[-1] < wanted:
        raise QuarterNotHeld(
            f"{parts.source.id}: {indicator.offence!r} of {area!r} has no figure for {Window.period(wanted)} that was known on "
            f"{as_at.isoformat()}. Add its row, or report an earlier quarter."
        )
    rules, last = catalogue.disclosure_rules, there.index[-1]
    numbers = {
        f"{Window.period(period)}, {part}": number
        for period, row in there.iterrows()
        for part, number in (("in", row["numerator"]), ("out", max(row["denominator"] - row["numerator"], 0)))
    }
    targets = catalogue.targets(
        indicator.id, area, periods.financial_year_name(periods.financial_year_of(last)), as_at=as_at
    )
    months = Window.period(last).months
    return PartsReport(
        indicator=indicator,
        area=area,
        quarter=quarter,
        as_at=as_at,
        parts=parts,
        shown=protect(
            pd.Series(numbers),
            rules=rules,
            theme=rules.theme_of(indicator.id, indicator.offence, indicator.name).id,
            edition=edition,
            below_city=bool(catalogue.area(indicator.area_set, area).parent),
        ),
        target=targets[-1] if targets else None,
        target_tables=catalogue.target_tables,
        caveats=catalogue.caveats(indicator.id, months),
    )
