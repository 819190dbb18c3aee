"""Satisfaction of those whose case closed: by year with the break between two services, and how sure this year's result is.

A half-width says how far chance moves the answers of those who answered. It says nothing of those who did not.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator, PublishedFigure
from saferleeds_analysis.figures import Measure, Working
from saferleeds_analysis.methods import survey_summaries
from saferleeds_analysis.methods.survey_summaries import SatisfactionSurvey
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Figure, bullets, join, paragraph
from saferleeds_analysis.reporting.published import AS_PRINTED, as_printed, window_to_date
from saferleeds_analysis.reporting.survey_words import points
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.survey_measures import Definition
from saferleeds_analysis.workings import surveys

PRINTED = Measure(
    id="satisfaction",
    words="{question}: {survey}",
    role="percentage",
    formula="the percentage as it was published",
)
BASE = Measure(id="satisfaction_base", words="{who}", role="base", formula=AS_PRINTED, decimals=0)
NOT_ANSWERED = Measure(
    id="not_answered",
    words="not answered",
    role="base",
    formula="the number who were asked less the number who answered",
    decimals=0,
)
RESPONSE_RATE = Measure(
    id="response_rate",
    words="response rate",
    role="quality",
    formula="100 times the number who answered divided by the number who were asked",
)
SATISFIED = Measure(
    id="satisfied",
    words="satisfied",
    role="count",
    formula="the whole number that gives the percentage as it was printed",
    decimals=0,
)
_FROM_PRINT = (
    "from the printed percentage and its base: an interval, a half-width, or the bounds if those who did not answer had all said "
    "one thing; docs/methods/surveys.md"
)
OF_CASES_TO_COME = Measure(
    id="satisfied_of_cases_to_come",
    words="satisfied, as a sample of cases to come",
    role="percentage",
    formula=_FROM_PRINT,
)
HALF_WIDTH = Measure(
    id="satisfaction_half_width", words="half-width at {at}", role="quality", formula=_FROM_PRINT, decimals=2
)
BOUND = Measure(
    id="satisfied_at_most_or_least", words="satisfied if {others}", role="percentage", formula=_FROM_PRINT
)
SAMPLE_SIZE = Measure(
    id="sample_size",
    words="{what} for {margin} points at {percent}%",
    role="assumption",
    formula="the sample at which the half-width is as wanted, with the correction for a finite number of cases, and over the "
    "response rate",
    decimals=0,
    revised=True,
)

_NORMAL = "normal with finite population correction"


@dataclass(frozen=True, kw_only=True)
class SatisfactionMeasure:
    """One question of the survey: its printed percentages, and this year's result (``latest``) where counts are behind it.

    ``printed`` are the figures that the result is worked out from: the percentage, those asked and those who answered. There
    is no result where one of them was not printed, or where not just one whole number prints as the percentage.
    """

    indicator: Indicator
    definitions: tuple[Definition, ...]
    levels: tuple[PublishedFigure, ...]
    printed: Mapping[str, PublishedFigure]
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

    @property
    def latest(self) -> SatisfactionMeasure | None:
        """The first question of which counts are behind this year's result."""
        return next((m for m in self.measures if m.latest is not None), None)

    @property
    def _names(self) -> list[str]:
        return wording.told_apart([m.indicator.name for m in self.measures])

    def by_year(self) -> Block:
        """Give the printed percentages, one row a question and one column a year, and say where the line breaks."""
        years = list(dict.fromkeys(f.period for m in self.measures for f in m.levels))
        if not years:
            return paragraph(f"No result of this survey was known on {periods.day_name(self.as_at)}.")
        rows = [
            [
                name,
                *(next((f"{f.value}%" for f in m.levels if f.period == year), "not known") for year in years),
            ]
            for name, m in zip(self._names, self.measures, strict=True)
        ]
        first = self.measures[0]
        services = {d.definition: d.words.split(", ")[-1] for d in first.definitions}
        lines = [
            f"From {periods.month_name(d.since)} {services[d.definition]} takes the place of {services[d.replaces]}. "
            "The years before are not compared with those after."
            for d in first.definitions
            if d.breaks_the_line(self.as_at)
        ]
        if self.latest is None:
            lines.append(f"No result of {self.year} was known on {periods.day_name(self.as_at)}.")
        lines.append("No base was printed for earlier years, so no change can be tested.")
        shown = table(
            caption=f"{first.indicator.population}, satisfied, by year, {self.area}",
            columns=["Question", *(self.label(year) for year in years)],
            rows=rows,
            figures=[self._figure(m, f) for m in self.measures for f in m.levels],
        )
        return join(shown, bullets(lines))

    def base(self) -> Block:
        """Say how many were asked and answered, and how exact each result is: for those asked, and for cases to come."""
        if self.latest is None:
            return paragraph(
                f"How many were asked and answered in {self.year} was not known on {periods.day_name(self.as_at)}."
            )
        rows, figures = [], []
        for name, m in zip(self._names, self.measures, strict=True):
            s = m.latest
            if s is None:
                continue
            # As a sample of cases beyond those asked it has no correction for their finite number.
            beyond = survey_summaries.published_percentage(
                s.result.value, base=s.answered, design_effect=1, definition=s.result.definition
            )
            rows.append(
                [
                    name,
                    f"{wording.percent(s.result.value)} ({wording.number(s.satisfied)} of {wording.number(s.answered)})",
                    interval(s.result, wording.percent),
                    interval(beyond, wording.percent),
                    points(s.margin_at_result),
                    f"{wording.percent(s.lowest_possible)} to {wording.percent(s.highest_possible)}",
                ]
            )
            figures += [
                Figure.of(
                    beyond,
                    **self._about(m, surveys.satisfaction, give="result"),
                    measure=OF_CASES_TO_COME,
                    method="Wilson",
                    caveats=(),
                ),
                self._number(m, SATISFIED, "satisfied", "people", "the whole number that prints so"),
                self._number(
                    m, HALF_WIDTH, "margin_at_result", "percentage points", _NORMAL, at="the result"
                ),
                self._number(m, BOUND, "lowest_possible", "%", "bound", others="no other was"),
                self._number(m, BOUND, "highest_possible", "%", "bound", others="all others were"),
            ]
        shown = table(
            caption=f"How exact the results of {self.year} to date are",
            columns=[
                "Question",
                "Satisfied",
                "95% interval, these cases",
                "95% interval, cases to come",
                "Half-width",
                "If none or all of the others were",
            ],
            rows=rows,
            text_columns=range(1, 6),
            figures=figures,
        )
        return join(self._answered(self.latest), shown)

    def next_year(self, *, margin: float) -> Block:
        """Say how many must be asked next year for a half-width of ``margin`` points, at this year's response rate."""
        if self.latest is None:
            return NOTHING
        known, s = self.latest, self.latest.latest
        cases = round(s.asked * 4 / self.quarter.quarter)
        sizes, figures = [], []
        for percent, when, at_result in (
            (50.0, "whatever the result", False),
            (s.result.value, "if it stays so", True),
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
            sizes.append(
                f"{when} ({wording.percent(percent)}) {wording.number(size.answers_needed)} answers, by {enough}"
            )
            figures += [
                Figure(
                    **self._about(
                        known,
                        surveys.answers_wanted,
                        margin=margin,
                        quarter=self.quarter.quarter,
                        at_result=at_result,
                        give=give,
                    ),
                    measure=SAMPLE_SIZE,
                    qualifiers={"what": what, "margin": margin, "percent": f"{percent:.1f}"},
                    value=getattr(size, give),
                    unit="people",
                    method=method,
                    n=s.asked,
                )
                for what, give, method in (
                    ("answers needed", "answers_needed", _NORMAL),
                    ("people to ask", "people_to_ask", "answers over response rate"),
                )
            ]
        return paragraph(
            f"Next year, for a half-width of {points(margin)}, if about {wording.number(cases)} cases close and "
            f"{wording.percent(s.response_rate)} answer again: {'; '.join(sizes)}.",
            figures=figures,
        )

    def _answered(self, m: SatisfactionMeasure) -> Block:
        s, population = m.latest, m.indicator.population
        lines = [
            f"In {self.year} to date {wording.number(s.asked)} {population[:1].lower()}{population[1:]} were asked and "
            f"{wording.number(s.answered)} answered ({wording.percent(s.response_rate)}). {wording.number(s.not_answered)} "
            f"({wording.percent(s.not_answered_percent)}) did not, and no interval allows for how they may differ."
        ]
        printed = next((f for f in self.figures if f.measure == "half-width"), None)
        if printed is not None:
            lines.append(
                f"Printed as a {printed.printed_as}: {wording.number(s.margin_at_half, decimals=2)} points is the half-width "
                "at 50%, not an interval."
            )
        figures = [
            as_printed(
                m.printed[who],
                BASE,
                window=window_to_date(m.levels[-1].period),
                qualifiers={"who": who},
                value=getattr(s, who),
                n=s.asked,
            )
            for who in ("asked", "answered")
        ]
        figures += [
            self._number(m, RESPONSE_RATE, "response_rate", "%", "answered over asked", status="published"),
            self._number(
                m, NOT_ANSWERED, "not_answered", "people", "asked less answered", status="published"
            ),
            self._number(m, HALF_WIDTH, "margin_at_half", "percentage points", _NORMAL, at="50%"),
        ]
        return bullets(lines, figures=figures)

    def _number(
        self,
        m: SatisfactionMeasure,
        measure: Measure,
        give: str,
        unit: str,
        method: str,
        status: str = "estimated",
        **qualifiers: str,
    ) -> Figure:
        """Give one of the numbers of the latest result, by its name there."""
        return Figure(
            **self._about(m, surveys.satisfaction, give=give) | {"status": status},
            measure=measure,
            qualifiers=qualifiers,
            value=getattr(m.latest, give),
            unit=unit,
            method=method,
            n=m.latest.asked,
        )

    def _about(self, m: SatisfactionMeasure, function: Callable, **arguments: Any) -> dict[str, Any]:
        """Say what a number worked out from the latest result is about, and how it comes from the printed figures."""
        return {
            "indicator_id": m.indicator.id,
            "area": self.area,
            "window": window_to_date(m.levels[-1].period),
            "status": "estimated",
            "rows": tuple(row for role, f in m.printed.items() for row in f.rows(role)),
            "working": Working.of(
                function, decimals=-m.printed["level"].value.as_tuple().exponent, **arguments
            ),
        }

    def _figure(self, m: SatisfactionMeasure, f: PublishedFigure) -> Figure:
        about = {"qualifiers": {"question": m.indicator.name, "survey": f.measure}, "unit": "%"}
        caveats = [f.note] if f.note else []
        if m.latest is not None and f is m.levels[-1]:
            result = m.latest.result
            about |= {name: getattr(result, name) for name in ("lower", "upper", "confidence", "method", "n")}
            caveats += result.caveats
        return as_printed(f, PRINTED, window=window_to_date(f.period), caveats=tuple(caveats), **about)

    def label(self, period: str) -> str:
        """Write the period of a result for people: a quarter's is the year's to date."""
        return f"{period.split(' ')[0]} to date" if " Q" in period else period


def satisfaction(
    catalogue: Catalogue, *, indicators: list[str], area: str, quarter: pd.Period, as_at: date
) -> Satisfaction:
    """Gather the printed results of a satisfaction survey up to a quarter, and work out this year's from its counts."""
    measures, figures, name = [], [], periods.quarter_name(quarter)
    for indicator in map(catalogue.indicator, indicators):
        known = [
            f
            for f in catalogue.published(indicator.id, as_at=as_at)
            if f.area == area and _ended_by(quarter, f.period)
        ]
        definitions = catalogue.definitions(indicator.id)
        levels = sorted(
            (f for f in known if f.measure in {d.definition for d in definitions}), key=lambda f: f.period
        )
        now = {f.measure: f for f in known if f.period == name}
        now["level"] = next((f for f in levels if f.period == name), None)
        printed = {role: now[role] for role in ("asked", "answered", "level") if now.get(role)}
        latest = None
        if len(printed) == 3:
            latest = survey_summaries.satisfaction_as_printed(
                asked=int(printed["asked"].value),
                answered=int(printed["answered"].value),
                printed_percent=str(printed["level"].value),
                definition=printed["level"].measure,
            )
        measures.append(
            SatisfactionMeasure(
                indicator=indicator,
                definitions=definitions,
                levels=tuple(levels),
                printed=printed,
                latest=latest,
            )
        )
        figures += known
    return Satisfaction(
        measures=tuple(measures), area=area, quarter=quarter, as_at=as_at, figures=tuple(figures)
    )


def _ended_by(quarter: pd.Period, period: str) -> bool:
    """Tell whether a financial year or a quarter had ended with the reported quarter; a period of another kind had not."""
    months = periods.months_named(period) if re.fullmatch(r"\d{4}/\d{2}( Q\d)?", period) else None
    return months is not None and months[-1] <= periods.last_month(quarter)
