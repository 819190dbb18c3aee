"""Satisfaction of those whose case closed: by year with the break between two services, and how sure this year's result is.

A half-width says how far chance moves the answers of those who answered. It says nothing of those who did not.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator, PublishedFigure
from saferleeds_analysis.figures import old_figure
from saferleeds_analysis.methods import feasibility, survey_summaries
from saferleeds_analysis.methods.survey import SurveyEstimate
from saferleeds_analysis.methods.survey_summaries import SatisfactionSurvey
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import Block, Figure, bullets, join, paragraph
from saferleeds_analysis.reporting.survey_words import interval, points
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.survey_measures import Definition


@dataclass(frozen=True, kw_only=True)
class SatisfactionMeasure:
    """One question of the survey: its printed percentages, and this year's result where counts are behind it."""

    indicator: Indicator
    definitions: tuple[Definition, ...]
    levels: tuple[PublishedFigure, ...]
    latest: SatisfactionSurvey | None


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """The questions of one satisfaction survey in one area, as known on a day."""

    measures: tuple[SatisfactionMeasure, ...]
    area: str
    quarter: pd.Period
    as_at: date
    figures: tuple[PublishedFigure, ...]

    @property
    def year(self) -> str:
        """The financial year of the reported quarter."""
        return periods.financial_year_name(periods.financial_year_of(self.quarter))

    def by_year(self) -> Block:
        """Give the printed percentages, one row a question and one column a year, and say where the line breaks."""
        years = list(dict.fromkeys(f.period for m in self.measures for f in m.levels))
        if not years:
            return paragraph(f"No result of this survey was known on {periods.day_name(self.as_at)}.")
        rows = [
            [
                m.indicator.name,
                *(next((f"{f.value}%" for f in m.levels if f.period == year), "not known") for year in years),
            ]
            for m in self.measures
        ]
        lines = [
            f"{d.words.split(',')[0]}: from {periods.month_name(d.since)} {d.words.split(', ')[-1]} takes the place of "
            f"{_of(m.definitions, d.replaces).words.split(', ')[-1]}. {d.reason}. The line breaks there: the years before are "
            "not compared with those after."
            for m in self.measures[:1]
            for d in m.definitions
            if d.replaces and d.since is not None and d.since.start_time.date() <= self.as_at
        ]
        if all(m.latest is None for m in self.measures):
            lines.append(f"No result of {self.year} was known on {periods.day_name(self.as_at)}.")
        lines.append(
            "No base was printed for the years before this one, so neither their error nor a change on them can be tested."
        )
        shown = table(
            caption=f"Satisfaction at case closure by year, {self.area}",
            columns=["Question", *(self._label(year) for year in years)],
            rows=rows,
            figures=[self._figure(m, f) for m in self.measures for f in m.levels],
        )
        return join(shown, bullets(lines))

    def chart(self) -> Block:
        """Draw the percentages by year, with the break between the two services."""
        lines = [
            (
                m.indicator.name.removeprefix("Victims satisfied with the ").capitalize(),
                [(self._label(f.period), f.measure, self._figure(m, f)) for f in m.levels],
            )
            for m in self.measures
        ]
        if any(len(points_of_line) < 2 for _, points_of_line in lines):
            return paragraph("There are not two years to draw.")
        last = self.measures[0].levels[-1]
        return charts.chart_of_lines_with_break(
            lines,
            name="satisfaction-by-year",
            headline=f"{last.value}% satisfied with the outcome in {self._label(last.period)}",
            subtitle=f"Victims satisfied at case closure, {self.area}, {self._label(self.measures[0].levels[0].period)} to "
            f"{self._label(last.period)}",
            break_note="New service from\nApril 2011: a break",
        )

    def base(self) -> Block:
        """Say how many were asked and answered, and how exact the result is: as it was printed, and at the result."""
        lines, figures = [], []
        for m in self.measures:
            s = m.latest
            if s is None:
                continue
            if not lines:
                lines += self._answered(s)
                figures += self._answered_figures(m.indicator, s)
            lines.append(
                f"{m.indicator.name}: {wording.number(s.satisfied)} of {wording.number(s.answered)}, "
                f"{wording.percent(s.result.value)} (95% interval {interval(s.result)} for these {wording.number(s.asked)} cases; "
                f"{interval(_beyond(s))} taken as a sample of cases to come). At this result the half-width is "
                f"{points(s.margin_at_result, decimals=1)}. If none of those who did not answer were satisfied it would be "
                f"{wording.percent(s.lowest_possible)} of all who were asked; if all were, {wording.percent(s.highest_possible)}."
            )
            figures += [
                old_figure(
                    indicator_id=m.indicator.id,
                    area=self.area,
                    period=self._months(m.levels[-1].period),
                    measure="satisfied, as a sample of cases to come",
                    value=s.result.value,
                    lower=_beyond(s).lower,
                    upper=_beyond(s).upper,
                    confidence=0.95,
                    unit="%",
                    method="Wilson",
                    n=s.answered,
                ),
                self._number(
                    m.indicator, "satisfied", s.satisfied, "people", "the whole number that prints so"
                ),
                self._number(
                    m.indicator,
                    "half-width at the result",
                    s.margin_at_result,
                    "percentage points",
                    "normal with finite population correction",
                ),
                self._number(m.indicator, "satisfied if no other was", s.lowest_possible, "%", "bound"),
                self._number(m.indicator, "satisfied if all others were", s.highest_possible, "%", "bound"),
            ]
        if not lines:
            return paragraph(
                f"How many were asked and answered in {self.year} was not known on {periods.day_name(self.as_at)}."
            )
        return bullets(lines, figures=figures)

    def next_year(self, *, margin: float) -> Block:
        """Say how many must be asked next year for a half-width of ``margin`` points, at this year's response rate."""
        known = next((m for m in self.measures if m.latest is not None), None)
        if known is None:
            return paragraph("Without this year's response rate no size for next year can be given.")
        s = known.latest
        quarters = (self.quarter.quarter, 4)
        cases = round(s.asked * quarters[1] / quarters[0])
        lines, figures = [], []
        for percent, when in (
            (50.0, "whatever the result"),
            (s.result.value, "if the result stays as it is"),
        ):
            size = survey_summaries.sample_size(
                margin=margin,
                response_rate=s.response_rate,
                design_effect=1,
                population=cases,
                percent=percent,
            )
            enough = (
                f"asking {wording.number(size.people_to_ask)}"
                if size.enough
                else f"more than all {wording.number(size.people_to_ask)}: asking everybody reaches {points(size.margin_reached)}"
            )
            lines.append(
                f"For a half-width of {points(margin)} {when} ({wording.percent(percent)}): "
                f"{wording.number(size.answers_needed)} answers, by {enough}."
            )
            figures += [
                self._number(
                    known.indicator,
                    f"answers needed for {margin} points at {percent:.1f}%",
                    size.answers_needed,
                    "people",
                    "normal with finite population correction",
                ),
                self._number(
                    known.indicator,
                    f"people to ask for {margin} points at {percent:.1f}%",
                    size.people_to_ask,
                    "people",
                    "answers over response rate",
                ),
            ]
        lead = paragraph(
            f"If about {wording.number(cases)} cases close in the year, as this year's {wording.number(s.asked)} so far suggest, and "
            f"{wording.percent(s.response_rate)} answer again:"
        )
        return join(lead, bullets(lines, figures=figures))

    def _answered(self, s: SatisfactionSurvey) -> list[str]:
        lines = [
            f"In {self.year} to date {wording.number(s.asked)} victims whose case had closed were asked and "
            f"{wording.number(s.answered)} answered: a response rate of {wording.percent(s.response_rate)}. "
            f"{wording.number(s.not_answered)} ({wording.percent(s.not_answered_percent)}) did not answer, and no interval allows for how "
            "they may differ.",
        ]
        printed = next((f for f in self.figures if f.measure == "half-width"), None)
        if printed is not None:
            lines.append(
                f"Printed as a {printed.printed_as}. {wording.number(s.margin_at_half, decimals=2)} points is the half-width "
                "at 50%, with the correction for a finite number of cases; it is not an interval, and it is wider than the "
                "half-width at the result."
            )
        return lines

    def _answered_figures(self, indicator: Indicator, s: SatisfactionSurvey) -> list[Figure]:
        return [
            self._number(indicator, "asked", s.asked, "people", "as published"),
            self._number(indicator, "answered", s.answered, "people", "as published"),
            self._number(indicator, "response rate", s.response_rate, "%", "answered over asked"),
            self._number(indicator, "not answered", s.not_answered, "people", "asked less answered"),
            self._number(
                indicator,
                "half-width at 50%",
                s.margin_at_half,
                "percentage points",
                "normal with finite population correction",
            ),
        ]

    def _number(self, indicator: Indicator, measure: str, value: float, unit: str, method: str) -> Figure:
        of, latest = next((m, m.latest) for m in self.measures if m.latest is not None)
        return old_figure(
            indicator_id=indicator.id,
            area=self.area,
            period=self._months(of.levels[-1].period),
            measure=measure,
            value=value,
            unit=unit,
            method=method,
            n=latest.asked,
        )

    def _figure(self, m: SatisfactionMeasure, f: PublishedFigure) -> Figure:
        latest = m.latest.result if m.latest is not None and f is m.levels[-1] else None
        return old_figure(
            indicator_id=f.indicator_id,
            area=f.area,
            period=self._months(f.period),
            measure=f"{m.indicator.name.removeprefix('Victims ')}: {f.measure}",
            value=float(f.value),
            lower=latest.lower if latest else None,
            upper=latest.upper if latest else None,
            confidence=latest.confidence if latest else None,
            unit="%",
            method=latest.method if latest else "as published",
            n=latest.n if latest else None,
            caveats=tuple(text for text in (f.note, *(latest.caveats if latest else ())) if text),
        )

    def _label(self, period: str) -> str:
        """Write the period of a result for people: a quarter's is the year's to date."""
        return f"{period.split(' ')[0]} to date" if " Q" in period else period

    def _months(self, period: str) -> str:
        """Write the period of a result for its figures: with the months, because each quarter's pack has a year to date."""
        return periods.year_to_date_name(periods.quarter(period)) if " Q" in period else period


def satisfaction(
    catalogue: Catalogue, *, indicators: list[str], area: str, quarter: pd.Period, as_at: date
) -> Satisfaction:
    """Gather the printed results of a satisfaction survey up to a quarter, and work out this year's from its counts."""
    measures, figures = [], []
    for name in indicators:
        known = [
            f for f in catalogue.published(name, as_at=as_at) if f.area == area and _by(quarter, f.period)
        ]
        definitions = catalogue.definitions(name)
        levels = sorted(
            (f for f in known if f.measure in {d.definition for d in definitions}), key=lambda f: f.period
        )
        measures.append(
            SatisfactionMeasure(
                indicator=catalogue.indicator(name),
                definitions=definitions,
                levels=tuple(levels),
                latest=_latest(known, levels, quarter),
            )
        )
        figures += known
    return Satisfaction(
        measures=tuple(measures), area=area, quarter=quarter, as_at=as_at, figures=tuple(figures)
    )


def _latest(
    known: list[PublishedFigure], levels: list[PublishedFigure], quarter: pd.Period
) -> SatisfactionSurvey | None:
    """Work out the survey of the year to date, where its counts were printed and one whole number prints as its result."""
    name = periods.quarter_name(quarter)
    of = {f.measure: f for f in known if f.period == name}
    level = next((f for f in levels if f.period == name), None)
    if level is None or not {"asked", "answered"} <= set(of):
        return None
    answered = int(of["answered"].value)
    satisfied = feasibility.numerators_behind(base=answered, printed_percent=str(level.value))
    if len(satisfied) != 1:
        return None
    return survey_summaries.satisfaction_survey(
        asked=int(of["asked"].value),
        answered=answered,
        satisfied=satisfied[0],
        definition=level.measure,
    )


def _beyond(s: SatisfactionSurvey) -> SurveyEstimate:
    """Give the result as that of a sample of cases beyond those asked: without correction for their finite number."""
    return survey_summaries.published_percentage(
        s.result.value, base=s.answered, design_effect=1, definition=s.result.definition
    )


def _by(quarter: pd.Period, period: str) -> bool:
    """Tell whether a year or a quarter had ended with the reported quarter; a period of another kind had not."""
    try:
        last = (
            periods.quarter(period)
            if " Q" in period
            else periods.financial_year(period).asfreq("Q-MAR", how="end")
        )
    except ValueError:
        return False
    return last <= quarter


def _of(definitions: tuple[Definition, ...], name: str) -> Definition:
    return next(d for d in definitions if d.definition == name)
