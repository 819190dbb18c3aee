"""Percentages that were only printed: can they be right, do they differ, and where does their line break?

A printed percentage is looked at three ways: whether a whole number over its base prints so, whether the respondents give
it, and whether a step from one to the next is more than chance. A second figure for one baseline is flagged and not used.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator, PublishedFigure, Target
from saferleeds_analysis.figures import Measure, Rows, Working
from saferleeds_analysis.methods import feasibility, survey, survey_summaries, trajectory
from saferleeds_analysis.methods.survey import SurveyEstimate
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Figure,
    Span,
    bullets,
    join,
    paragraph,
)
from saferleeds_analysis.reporting.letters import letter_of_level, letter_without_target
from saferleeds_analysis.reporting.published import AS_PRINTED, as_printed, period_in_words, window_of
from saferleeds_analysis.reporting.survey_words import (
    change_in_words,
    points,
)
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.survey_measures import Definition, MeasureBaseline
from saferleeds_analysis.workings.surveys import half_width, printed_step

PUBLISHED = Measure(
    id="published_percentage",
    words="published: {definition}",
    role="percentage",
    part="headline",
    formula=AS_PRINTED,
    decimals=2,
)
PUBLISHED_BASE = Measure(
    id="published_base", words="published: base", role="base", formula=AS_PRINTED, decimals=0
)
PUBLISHED_LATER = Measure(
    id="published_later",
    words="published later, not used: {definition}",
    role="percentage",
    formula=AS_PRINTED,
    decimals=2,
)
HALF_WIDTH = Measure(
    id="half_width_simple_random_sample",
    words="95% half-width, simple random sample",
    role="quality",
    formula="from the printed percentage and its base: 1.96 standard errors of a simple random sample; docs/methods/surveys.md",
    decimals=2,
)
PRINTED_STEP = Measure(
    id="change_between_printed_quarters",
    words="change between printed quarters",
    role="change",
    formula="the later printed percentage less the earlier one",
    decimals=2,
)


@dataclass(frozen=True, kw_only=True)
class PrintedSurvey:
    """The printed percentages of one measure in one area: those known by the as-at date, and those printed ``later``
    that contradict them. ``target`` is the one in force, ``targets`` the table in which the measure may have none."""

    indicator: Indicator
    area: str
    quarter: pd.Period
    as_at: date
    definitions: tuple[Definition, ...]
    baselines: tuple[MeasureBaseline, ...]
    figures: tuple[PublishedFigure, ...]
    later: tuple[PublishedFigure, ...]
    caveats_in_words: tuple[str, ...]
    sources: tuple[str, ...]
    target: Target | None
    targets: tuple[Rows, ...]
    respondents: str
    notice: str = ""

    @property
    def levels(self) -> tuple[PublishedFigure, ...]:
        """The percentages themselves, in the order of the definitions."""
        return tuple(f for d in self.definitions for f in self.figures if f.measure == d.definition)

    @property
    def before_and_now(self) -> tuple[PublishedFigure | None, PublishedFigure | None]:
        """The last result by the definition in force, where there is one, and the result before it."""
        in_force = [d.definition for d in self.definitions if not d.replaces or d.breaks_the_line(self.as_at)]
        *_, before, last = (None, None, *self.levels)
        return (before, last) if last and last.measure == in_force[-1] else (last, None)

    @property
    def has_base(self) -> bool:
        """Whether it was printed how many were asked or inspected."""
        return any(f.measure in ("base", "answered") for f in self.figures)

    # A measure of which only percentages were printed

    def findings(self) -> Block:
        """Say each printed level, those of the latest definition first, and where one takes the place of another."""
        lines = []
        for d in reversed(self.definitions):
            own = [f for f in self.levels if f.measure == d.definition]
            name = wording.sentence(d.definition)
            told = [f"{name}, {period_in_words(f.period)}: {f.printed_as}. {f.note}." for f in own]
            lines += told or [f"{name}: no result was known on {periods.day_name(self.as_at)}."]
        lines += [
            f"The line breaks: from {periods.month_name(d.since)} {d.definition!r} takes the place of {d.replaces!r}. "
            f"{d.reason}. Figures of two definitions are never subtracted, so no rise or fall can be given."
            for d in self.definitions
            if d.breaks_the_line(self.as_at)
        ]
        if not self.has_base:
            lines.append("How many were inspected or asked was not printed, so no interval can be given.")
        return bullets(lines, figures=[self._figure(f) for f in self.levels])

    def chart(self) -> Block:
        """Draw the printed percentages with the break between two definitions."""
        if len(self.levels) < 2:
            return NOTHING
        return charts.chart_of_printed(
            [(f.measure, self._figure(f)) for f in self.levels],
            name=f"printed-{self.indicator.id.replace('_', '-')}",
            headline=f"{len(self.levels)} results by {len({f.measure for f in self.levels})} definitions",
            subtitle=f"{self.indicator.name}, {self.area}, as published",
        )

    def progress(self) -> Block:
        """Give the letter of the measure: grey, because no target is recorded or no base was printed; no travel across a break."""
        if self.target is not None:
            why = trajectory.rating_of(
                "N", "without the number that the percentage rests on it cannot be tested against its target."
            )
            about = {
                "indicator_id": self.indicator.id,
                "area": self.area,
                "window": Window.quarter(self.quarter),
            }
            return letter_of_level(
                why,
                self.target,
                unit=self.indicator.unit,
                status="published",
                rows=self.target.rows("target"),
                **about,
            )
        return letter_without_target(
            self.indicator,
            self.area,
            Window.quarter(self.quarter),
            "No target is recorded.",
            targets=self.targets,
        )

    # Checks

    def published_check(
        self, ours: Callable[[str], SurveyEstimate | None] = lambda period: None, *, constructed: bool = False
    ) -> Block:
        """Set each printed percentage beside that of the respondents (``ours``, by period), flag what does not hold, and name what
        was printed later.

        ``constructed`` says that the respondents were made to agree with the print, so that agreement proves nothing.
        """
        if not self.levels:
            return NOTHING
        rows, figures = [], []
        for f in self.levels:
            estimate, remark = ours(f.period), self._feasible(f)
            shown, result = "none", "not checked: no respondents for it"
            if estimate is not None:
                shown = f"{wording.number(estimate.value, decimals=-f.value.as_tuple().exponent)}%"
                agrees = shown.replace(wording.MINUS, "-") == f"{f.value}%"
                result = "reproduced" if agrees else "NOT reproduced"
            told = paragraph(Span(wording.sentence(remark), kind="strong")) if remark else f.note
            rows.append([period_in_words(f.period), f.printed_as, shown, result, told])
            figures.append(self._figure(f, remark))
        checked = table(
            caption="Published percentages and what the respondents give",
            columns=["Period", "Published", "From the respondents", "Result", "Remark"],
            rows=rows,
            text_columns=(1, 2, 3, 4),
            figures=figures,
        )
        built = paragraph("The respondents were made to agree: this checks the making only.")
        return join(*[built] * constructed, checked, *self._margins(), *self._steps(), self.later_figures())

    def later_figures(self) -> Block:
        """Name figures printed after the as-at date, set apart: a second baseline is flagged as one and not used."""
        if not self.later:
            return NOTHING
        rows, figures = [], []
        for f in self.later:
            why = self._second_baseline(f) or f.note
            rows.append([f.printed_as, f.period, why])
            figures.append(
                as_printed(
                    f,
                    PUBLISHED_LATER,
                    qualifiers={"definition": f.measure},
                    method=f.verdict,
                    caveats=(why,),
                )
            )
        documents = dict.fromkeys(f"{f.source}, {periods.day_name(f.known_from)}" for f in self.later)
        notice = paragraph(
            f"Printed after {periods.day_name(self.as_at)}, so that nothing else here uses them: {'; '.join(documents)}.",
            css_class="notice",
        )
        shown = table(
            caption="Figures printed later, flagged and not used",
            columns=["Printed", "Period", "Why it is not used"],
            rows=rows,
            text_columns=(1, 2),
            figures=figures,
        )
        return join(notice, shown)

    # Parts of the blocks

    def _figure(self, f: PublishedFigure, remark: str = "") -> Figure:
        base = self._base_of(f.period)
        return as_printed(
            f,
            PUBLISHED,
            qualifiers={"definition": f.measure},
            method=f"as published; {f.verdict}",
            n=base and int(base.value),
            caveats=tuple(text for text in (remark, f.note) if text),
        )

    def _base_of(self, period: str) -> PublishedFigure | None:
        return next((b for b in self.figures if (b.measure, b.period) == ("base", period)), None)

    def _feasible(self, f: PublishedFigure) -> str:
        """Say whether a whole number of the printed base prints as this percentage; nothing where no base was printed."""
        printed_base, percent = self._base_of(f.period), str(f.value)
        if printed_base is not None:
            base = int(printed_base.value)
            if feasibility.numerators_behind(base=base, printed_percent=percent):
                return ""
            return (
                f"no whole number of {wording.number(base)} prints as {f.printed_as}, so it cannot be an unweighted share of "
                "that base: it is weighted, or rests on fewer."
            )
        of_year = self._base_of(f"12 months to {window_of(f.period).last}")
        if of_year is None or " Q" not in f.period or f.verdict != "ambiguous":
            return ""
        yearly = int(of_year.value)
        return (
            f"called a quarter's figure, but printed beside the {wording.number(yearly)} {self.respondents} of twelve months. "
            f"{_whole_numbers(percent, yearly)}; {_whole_numbers(percent, round(yearly / 4))} (a quarter of them)."
        )

    def _margins(self) -> list[Block]:
        """Say the half-width of a printed percentage whose base is known, had it been a simple random sample."""
        shown = []
        for f in self.levels:
            row = self._base_of(f.period)
            if row is None:
                continue
            base = int(row.value)
            half = survey_summaries.margin_of_error(base=base, percent=float(f.value), design_effect=1)
            shown.append(
                paragraph(
                    f"Had {f.printed_as} been a simple random sample of {wording.number(base)}, its 95% half-width would be "
                    f"{points(half, decimals=2)}; weights and clusters widen it.",
                    figures=[
                        as_printed(row, PUBLISHED_BASE, value=base, unit=self.respondents),
                        Figure(
                            measure=HALF_WIDTH,
                            indicator_id=f.indicator_id,
                            area=f.area,
                            window=window_of(f.period),
                            qualifiers={"definition": f.measure},
                            value=half,
                            unit="percentage points",
                            method="normal, design effect 1",
                            n=base,
                            confidence=0.95,
                            status="estimated",
                            rows=(*f.rows("level"), *row.rows("base")),
                            working=Working.of(half_width),
                        ),
                    ],
                )
            )
        return shown

    def _steps(self) -> list[Block]:
        """Test the steps between printed quarters, on a quarter of the yearly base each, alone and together."""
        quarters = sorted(
            (f for f in self.levels if " Q" in f.period), key=lambda f: periods.quarter(f.period)
        )
        bases = [b for b in self.figures if b.measure == "base"]
        if len(quarters) < 2 or not bases:
            return []
        base = round(int(bases[-1].value) / 4)
        estimates = [
            survey_summaries.published_percentage(
                float(f.value), base=base, design_effect=1, definition=f.measure
            )
            for f in quarters
        ]
        alone = [
            survey_summaries.change_between_percentages(earlier=a, later=b)
            for a, b in itertools.pairwise(estimates)
        ]
        together = survey.allow_for_comparisons(alone)
        lines, figures = [], []
        for before, f, change, allowed in zip(quarters, quarters[1:], alone, together, strict=False):
            d = change.difference
            z = d.value / d.standard_error
            reading = f"{wording.by_chance(change.direction, confidence=d.confidence)}, so it is called no increase and no reduction here."
            if change.direction != "no clear change":
                effect = (z / 1.959964) ** 2
                p = wording.number(allowed.adjusted_p_value, decimals=3)
                nor = f", nor if all {allowed.comparisons} steps are allowed for (p {p})"
                reading = (
                    "By itself that is a clear change, whatever word was printed. It would not be one with a design effect above "
                    f"{wording.number(effect, decimals=2)}{nor if allowed.direction == 'no clear change' else ''}."
                )
            lines.append(
                f"{before.period} to {f.period}, {before.value}% to {f.printed_as}: {change_in_words(change)}; "
                f"z {wording.number(z, decimals=2)}. {reading}"
            )
            figures.append(
                Figure.of(
                    d,
                    measure=PRINTED_STEP,
                    indicator_id=f.indicator_id,
                    area=f.area,
                    window=Window.of(f"{before.period} to {f.period}", window_of(f.period).months),
                    method=f"normal, design effect 1; z {wording.number(z, decimals=2)}; {change.direction}",
                    caveats=(f"Base of {base:,} a quarter is assumed: a quarter of the yearly base.",),
                    status="estimated",
                    rows=(*before.rows("earlier"), *f.rows("later"), *bases[-1].rows("base")),
                    working=Working.of(printed_step),
                )
            )
        lead = paragraph(
            f"No quarter's base was printed. Taking {wording.number(base)} for each, a quarter of {wording.number(bases[-1].value)}, and "
            "a simple random sample, the steps between the printed quarters are:"
        )
        return [lead, bullets(lines, figures=figures)]

    def _second_baseline(self, f: PublishedFigure) -> str:
        first = next((b for b in self.baselines if b.period == f.period), None)
        if f.measure != "second baseline" or first is None:
            return ""
        away = float(f.value - first.value)
        return (
            f"At odds: a second figure for the baseline of {f.period}, {points(abs(away), decimals=2)} "
            f"{'above' if away > 0 else 'below'} the {first.value}% of the report card, with no change of definition declared."
            f"{f' {f.note}.' if f.note else ''}"
        )


def printed_survey(
    catalogue: Catalogue, *, indicator: str, area: str, quarter: pd.Period, as_at: date
) -> PrintedSurvey:
    """Gather the printed percentages of a measure, with the definitions and baselines that were known."""
    known = catalogue.indicator(indicator)
    definitions = catalogue.definitions(indicator)
    every = [f for f in catalogue.published(indicator, as_at=date.max) if f.area == area]
    figures = tuple(f for f in every if f.known_from <= as_at)
    known_baselines = [catalogue.baseline(indicator, area, d.definition, as_at=as_at) for d in definitions]
    baselines = tuple(b for b in known_baselines if b is not None)
    # Without one that was printed for this quarter there is nothing that a later figure could disagree with.
    own = (periods.quarter_name(quarter), f"12 months to {periods.last_month(quarter)}")
    disputed = any(f.period in own for f in figures)
    later = [f for f in every if disputed and f.known_from > as_at and f.verdict == "inconsistent"]
    return PrintedSurvey(
        indicator=known,
        area=area,
        quarter=quarter,
        as_at=as_at,
        definitions=definitions,
        baselines=baselines,
        figures=figures,
        later=tuple(later),
        caveats_in_words=(
            "Only percentages were published. Without the number that they rest on, no interval, test or rating is given.",
            *(c.text for c in catalogue.caveats(indicator, periods.quarter_months(quarter))),
            *(f"{b.value}%, {b.period}: {b.note}." for b in baselines),
        ),
        sources=tuple(dict.fromkeys(f"{f.source}." for f in figures)),
        target=catalogue.target_in_force(indicator, area, quarter, as_at=as_at),
        targets=catalogue.target_tables,
        respondents=catalogue.question(indicator).respondents
        if catalogue.is_asked(indicator)
        else "respondents",
    )


def _whole_numbers(percent: str, base: int) -> str:
    """Say which whole numbers of a base print as a percentage."""
    found = feasibility.numerators_behind(base=base, printed_percent=percent)
    listed = " or ".join(wording.number(n) for n in found)
    none = f"no whole number of {wording.number(base)} prints so"
    return f"{listed} of {wording.number(base)} would print so" if found else none
