"""A survey measure of one quarter and area: level, changes and localities, each with its error and its base.

Everything is worked out from respondents; what was printed stands beside it and is checked. "No clear change" is the
default word: a fall or a rise is named only where the test of that change, with its design and its comparisons, says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Caveat, Indicator
from saferleeds_analysis.figures import Measure, Working, weakest
from saferleeds_analysis.intake import SurveyResponses
from saferleeds_analysis.methods import survey_trends, trajectory
from saferleeds_analysis.methods.survey import SurveyChange, SurveyEstimate
from saferleeds_analysis.methods.survey_trends import (
    ON_BASELINE,
    ON_QUARTER_BEFORE,
    ON_WINDOW_BEFORE,
    ON_YEAR_BEFORE,
    QUARTER,
    TWELVE_MONTHS,
)
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import (
    Block,
    Figure,
    bullets,
    join,
    paragraph,
)
from saferleeds_analysis.reporting.letters import letter_of_level, letter_without_target
from saferleeds_analysis.reporting.printed_surveys import PrintedSurvey, printed_survey
from saferleeds_analysis.reporting.published import window_of
from saferleeds_analysis.reporting.survey_words import (
    answers_in_words,
    change_in_short,
    change_in_words,
    points,
    signed_points,
)
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.survey_measures import MeasureBaseline
from saferleeds_analysis.workings.surveys import (
    survey_change,
    survey_level,
    trend_of,
    waves_of,
)

PERCENTAGE = Measure(
    id="survey_percentage",
    words="percentage, {over}",
    role="percentage",
    part="headline",
    formula="100 times the weights of the answers that count, divided by the weights of all answers in the base, over the "
    "period's quarters",
    recurs=True,
)
CHANGE = Measure(
    id="survey_change",
    words="change, {on}",
    role="change",
    part="change",
    formula="the difference of two weighted percentages, tested with the covariance of the respondents that both share; "
    "docs/methods/surveys.md",
)
_TAYLOR = "Taylor linearisation of the weighted, clustered sample; docs/methods/surveys.md"
DESIGN_EFFECT = Measure(
    id="design_effect", words="design effect", role="quality", formula=_TAYLOR, decimals=2
)
EFFECTIVE_BASE = Measure(
    id="effective_base", words="effective base", role="base", formula=_TAYLOR, decimals=0
)
STANDARD_ERROR = Measure(
    id="standard_error", words="standard error", role="quality", formula=_TAYLOR, decimals=2
)

# How many quarters a level or a change of each kind rests on, the last of them its own; a baseline's year comes on top.
_QUARTERS = {
    QUARTER: 1,
    TWELVE_MONTHS: 4,
    ON_QUARTER_BEFORE: 2,
    ON_WINDOW_BEFORE: 5,
    ON_YEAR_BEFORE: 8,
    ON_BASELINE: 4,
}
# What a change on the year before is said to be on.
YEAR_BEFORE = "the 12 months before"
# Of which area, of which kind and of which (last) quarter a level or a change is.
Key = tuple[str, str, pd.Period]
# Quarters compared with the quarter before on a page: two years.
_QUARTERS_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class SurveyReport:
    """All that one quarter says of one survey measure in one area; its methods give the blocks of the page.

    ``respondents`` is the word for those who were asked, ``notice`` what must be known before any number, and ``how_asked``
    what the workings of its figures need beside the answers.
    """

    indicator: Indicator
    area: str
    quarter: pd.Period
    responses: SurveyResponses
    respondents: str
    notice: str
    baseline: MeasureBaseline | None
    trend: survey_trends.SurveyTrend
    localities: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    printed: PrintedSurvey
    how_asked: Mapping[str, Any]

    # Identity

    @property
    def window(self) -> Window:
        """The twelve months that the page is about."""
        return Window.twelve_months(periods.last_month(self.quarter))

    @property
    def level(self) -> SurveyEstimate:
        """The percentage of those twelve months."""
        return self.trend.level(self.area, TWELVE_MONTHS, self.quarter)

    @property
    def main_changes(self) -> dict[str, SurveyChange]:
        """The changes on the year before and on the baseline that there are, each tested by itself, by what it is on.

        The first of them is told first, as of every indicator on the year before.
        """
        found = {on: self._change(kind) for kind, on in self._compared_with.items()}
        return {on: change for on, change in found.items() if change is not None}

    @property
    def _compared_with(self) -> dict[str, str]:
        baseline = {ON_BASELINE: f"the baseline of {self.baseline.period}"} if self.baseline else {}
        return {ON_YEAR_BEFORE: YEAR_BEFORE, **baseline}

    # Findings

    def findings(self) -> Block:
        """Say the level and each change in sentences that come from the tests."""
        words = answers_in_words([self.responses.answers[a] for a in self.responses.question.answers])
        lines = [
            f"In the {self.window}, {wording.percent(self.level.value)} of {self.respondents} in {self.area} said "
            f"{words} (95% interval {interval(self.level, wording.percent)}; base {wording.number(self.level.n)})."
        ]
        quarter_before = "the 12 months a quarter earlier, three quarters shared"
        for kind, on in (self._compared_with | {ON_WINDOW_BEFORE: quarter_before}).items():
            change = self._change(kind)
            if change is None:
                lines.append(
                    f"It is not compared with {on.split(',')[0]}: quarters are missing, or are in both."
                )
            else:
                lines.append(f"On {on} ({wording.percent(change.earlier.value)}): {change_in_words(change)}.")
        return bullets(lines, figures=self.main_figures([*self._compared_with, ON_WINDOW_BEFORE]))

    def main_figures(self, kinds: Iterable[str] = ()) -> list[Figure]:
        """Give the level and its changes, on the year before and on the baseline if no others are named, as figures."""
        changes = {kind: self._change(kind) for kind in kinds or self._compared_with}
        return [
            self._figure((self.area, TWELVE_MONTHS, self.quarter)),
            *(
                self._figure((self.area, kind, self.quarter), c)
                for kind, c in changes.items()
                if c is not None
            ),
        ]

    def chart(self) -> Block:
        """Draw the twelve-month percentage with its interval, the quarters, and the baseline."""
        own = [level for level in self.trend.levels if level.area == self.area]
        since = self._change(ON_BASELINE)
        return charts.chart_of_survey(
            own,
            name=f"trend-{self.indicator.id.replace('_', '-')}",
            headline=f"{wording.percent(self.level.value)} in the {self.window}",
            subtitle=f"12 months and single quarters, {self.area}{wording.kind_of_data(self.notice)}",
            baseline=since and (self.baseline.period, since.earlier.value),
            figures=[self._figure((level.area, level.kind, level.quarter)) for level in own],
        )

    def quarters(self) -> Block:
        """Give the last quarters one by one, each tested against the one before, with allowance for all the tests."""
        own = [level for level in self.trend.levels if (level.area, level.kind) == (self.area, QUARTER)]
        shown = own[-_QUARTERS_SHOWN:]
        changes = self._together([(self.area, ON_QUARTER_BEFORE, level.quarter) for level in shown])
        rows, figures = [], []
        for level in reversed(shown):
            key = (self.area, ON_QUARTER_BEFORE, level.quarter)
            e, change = level.estimate, changes.get(key)
            moved = signed_points(change.difference.value) if change else "not known"
            rows.append([level.period, wording.percent(e.value), interval(e, wording.percent), moved])
            figures.append(self._figure((self.area, QUARTER, level.quarter)))
            figures += [self._figure(key, change)] if change else []
        clear = [
            periods.quarter_name(key[2]) for key, c in changes.items() if c.direction in wording.DOWN_OR_UP
        ]
        said = (
            f"Of {len(changes)} quarterly changes, tested together, "
            f"{wording.listed(clear) if clear else 'none'} {'is' if len(clear) < 2 else 'are'} clear."
        )
        shown_table = table(
            caption=f"Quarter by quarter, {self.area}",
            columns=["Quarter", "Percentage", "95% interval", "Change in points"],
            rows=rows,
            text_columns=(2,),
            figures=figures,
        )
        return join(paragraph(said), shown_table)

    def localities_by_change(self, kind: str) -> tuple[list[str], list[str]]:
        """Name the localities with a clear change of a kind, in its words, and those with none; all are tested together."""
        found = self._together([(area, kind, self.quarter) for area in self.localities])
        clear = [
            f"{k[0]} {change_in_short(c)}" for k, c in found.items() if c.direction in wording.DOWN_OR_UP
        ]
        return clear, [k[0] for k, c in found.items() if c.direction not in wording.DOWN_OR_UP]

    def locality_table(self) -> Block:
        """Compare the localities over the twelve months: level, change on the baseline's period and on the year before."""
        changes = {}
        for kind in self._compared_with:
            changes |= self._together([(area, kind, self.quarter) for area in self.localities])
        rows, figures = [], []
        for area in self.localities:
            e = self.trend.level(area, TWELVE_MONTHS, self.quarter)
            keys = [(area, kind, self.quarter) for kind in self._compared_with]
            said = [change_in_short(changes[key]) if key in changes else "not known" for key in keys]
            rows.append(
                [area, wording.percent(e.value), interval(e, wording.percent), wording.number(e.n), *said]
            )
            figures.append(self._figure((area, TWELVE_MONTHS, self.quarter)))
            figures += [self._figure(key, changes[key]) for key in keys if key in changes]
        return table(
            caption=f"{self.window}; {len(rows)} localities tested together",
            columns=[
                "Locality",
                "Percentage",
                "95% interval",
                "Base",
                *(f"On {on}" for on in self._compared_with.values()),
            ],
            rows=rows,
            text_columns=(2, 4, 5),
            figures=figures,
        )

    def quality(self) -> Block:
        """Say how the survey's design widens the error, and what is not known of those who did not answer."""
        e = self.level
        silent = int(self.responses.respondents["answer"].isna().sum())
        lines = [
            f"Base: {wording.number(e.n)} {self.respondents}, worth a simple random sample of {wording.number(e.effective_n)} "
            f"by weights and clusters (design effect {wording.number(e.design_effect, decimals=2)}); standard error "
            f"{points(e.standard_error, decimals=2)}. How many did not answer is not known.",
        ]
        if silent:
            lines.append(f"{silent:,} of those interviewed gave no answer and are not in the base.")
        figures = [
            Figure(
                **self._about((self.area, TWELVE_MONTHS, self.quarter), give=name),
                measure=measure,
                value=getattr(e, name),
                unit=unit,
                method=method,
                n=e.n,
            )
            for measure, name, unit, method in (
                (DESIGN_EFFECT, "design_effect", "", "Taylor linearisation"),
                (EFFECTIVE_BASE, "effective_n", self.respondents, "base over design effect"),
                (STANDARD_ERROR, "standard_error", "percentage points", "Taylor linearisation"),
            )
        ]
        return bullets(lines, figures=figures)

    def published_check(self) -> Block:
        """Set what was printed beside what the respondents give, and say what of the print does not hold."""
        return self.printed.published_check(self._ours, constructed=bool(self.notice))

    @property
    def caveats_in_words(self) -> list[str]:
        """What the reader must know."""
        lines = [
            "It asks what people perceive, and says nothing of any one service.",
            *(c.text for c in self.caveats),
        ]
        if self.baseline is not None:
            lines.append(
                f"Baseline: {wording.number(self.baseline.value, decimals=2)}% for {self.baseline.period}. {self.baseline.note}."
            )
        return lines

    @property
    def sources(self) -> list[str]:
        """Where the data come from."""
        asked = self.responses.question.definition
        return [
            wording.source_in_words(self.responses.source, as_at=self.responses.as_at),
            *(f"{d.source}." for d in self.printed.definitions if d.definition == asked),
            *([f"{self.baseline.source}."] if self.baseline else []),
        ]

    def progress(self) -> Block:
        """Give the letter of the twelve months against the target, or that none is recorded, with the direction of travel.

        The direction is that of the tests on the year before and on the baseline.
        """
        travel = [
            f"{trajectory.travel_in_words(change.direction, improvement_direction=self.indicator.improvement_direction)} "
            f"{'in the last year' if on == YEAR_BEFORE else f'since {on}'}"
            for on, change in self.main_changes.items()
        ]
        told = wording.sentence("; ".join(travel) or "no earlier period to compare with")
        target = self.printed.target
        if target is None:
            reason = f"No target is recorded. {told}."
            return letter_without_target(
                self.indicator, self.area, self.window, reason, targets=self.printed.targets
            )
        rating = trajectory.assess_level(self.level, target=target)
        about = self._about((self.area, TWELVE_MONTHS, self.quarter))
        # Single answers are not worked out again into a letter: the level is.
        about |= {"rows": (*about["rows"], *target.rows("target")), "working": None}
        return letter_of_level(
            replace(rating, reason=f"{rating.reason} {told}."), target, unit=self.indicator.unit, **about
        )

    # Parts of the blocks

    def _change(self, kind: str) -> SurveyChange | None:
        """Give the one change of a kind that the page is about, tested by itself."""
        key = (self.area, kind, self.quarter)
        return self._together([key]).get(key)

    def _together(self, keys: Sequence[Key]) -> dict[Key, SurveyChange]:
        """Give those of these changes that there are, allowed for together."""
        there = [key for key in keys if key in self.trend.changes]
        return dict(zip(there, self.trend.together(there), strict=True))

    def _ours(self, period: str) -> SurveyEstimate | None:
        """Find the percentage of a period as published figures name it."""
        months = window_of(period).months
        own = [level for level in self.trend.levels if level.area == self.area]
        return next((v.estimate for v in own if Window.named(v.period).months.equals(months)), None)

    def _figure(self, key: Key, change: SurveyChange | None = None) -> Figure:
        """Give a level as a figure, or a change."""
        e = self.trend.level(*key) if change is None else change.difference
        told = {"measure": PERCENTAGE, "qualifiers": {"over": key[1]}}
        if change is not None:
            how = f"{e.method}; {change.comparisons} compared together; {change.direction}"
            told = {"measure": CHANGE, "qualifiers": {"on": key[1]}, "method": how}
        return Figure.of(e, **self._about(key), **told, caveats=(*e.caveats, *filter(None, [self.notice])))

    def _about(self, key: Key, **more: str) -> dict[str, Any]:
        """Say what a level or a change is about, which respondents it rests on and how it comes from them."""
        area, kind, quarter = key
        waves = pd.period_range(end=quarter, periods=_QUARTERS[kind], freq="Q-MAR")
        if kind == ON_BASELINE:
            waves = waves.union(waves_of(self.baseline.period))
            more["baseline"] = self.baseline.period
        people = self.responses.respondents
        whole = Window.twelve_months(periods.last_month(quarter))
        return {
            "indicator_id": self.indicator.id,
            "area": area,
            "window": Window.quarter(quarter) if kind in (QUARTER, ON_QUARTER_BEFORE) else whole,
            "status": weakest(("estimated", self.responses.source.status)),
            "rows": self.responses.rows(people[people["quarter"].isin(waves)]),
            "working": Working.of(
                survey_level if kind in (QUARTER, TWELVE_MONTHS) else survey_change,
                **self.how_asked,
                **more,
                area=area,
                kind=kind,
                quarter=periods.quarter_name(quarter),
            ),
        }


def _as_asked(responses: SurveyResponses) -> dict[str, Any]:
    """Give the question, the answers that count, those of the base, those beside it, and the definition."""
    question = responses.question
    return {
        "question": question.question,
        "answers": list(question.answers),
        "out_of": list(question.out_of),
        "left_out": [c for c in responses.answers if c not in question.out_of],
        "definition": question.definition,
    }


def survey_report(
    responses: SurveyResponses, *, catalogue: Catalogue, area: str, quarter: pd.Period, as_at: date
) -> SurveyReport:
    """Work out a survey measure for one quarter and area, from the waves that had ended by the as-at date.

    Refused: a quarter without its wave or without four waves behind it, an area that is neither the whole nor a locality.
    """
    indicator, people = responses.indicator, responses.respondents
    people = people[people["quarter"] <= quarter]
    if not (people["quarter"] == quarter).any():
        last = responses.respondents["quarter"].max()
        raise QuarterNotHeld(
            f"{responses.source.id}: no wave for {periods.quarter_name(quarter)} that was known on {as_at.isoformat()}; the last "
            f"is {periods.quarter_name(last)}. Add the wave to data/raw/{responses.source.id}, or report an earlier quarter."
        )
    whole = next(a.name for a in catalogue.areas(indicator.area_set) if not a.parent)
    asked_in = set(people["area"])
    localities = tuple(a.name for a in catalogue.areas(indicator.area_set) if a.name in asked_in)
    if area not in (whole, *localities):
        catalogue.area(indicator.area_set, area)
        raise DataProblem(
            f"{responses.source.id} cannot be broken down to {area!r}: it has {whole} and {', '.join(localities)}."
        )
    asked = _as_asked(responses)
    baseline = catalogue.baseline(indicator.id, whole, responses.question.definition, as_at=as_at)
    how_asked = {
        "asked": asked,
        "single_unit_strata": responses.source.single_unit_strata or None,
        "whole": whole,
    }
    waves = waves_of(baseline.period) if baseline else ()
    # A baseline of which a wave is missing, or is one of the latest twelve months, is not subtracted.
    comparable = baseline and set(people["quarter"]).issuperset(waves) and waves[-1] <= quarter - 4
    trend = trend_of(
        people,
        **how_asked | {"asked": asked | {"question": "answer"}},
        baseline=baseline.period if comparable else "",
    )
    if (area, TWELVE_MONTHS, quarter) not in {(e.area, e.kind, e.quarter) for e in trend.levels}:
        begins_later = people["quarter"].min() > quarter - 3
        kind = QuarterNotHeld if begins_later else DataProblem
        raise kind(
            f"{responses.source.id}: the twelve months to {periods.month_name(periods.last_month(quarter))} need four waves, and not "
            "all of them are in the data."
        )
    return SurveyReport(
        indicator=indicator,
        area=area,
        quarter=quarter,
        responses=responses,
        respondents=responses.question.respondents,
        notice=responses.source.notice,
        baseline=baseline,
        trend=trend,
        localities=localities if area == whole else (),
        caveats=catalogue.caveats(indicator.id, periods.twelve_months_to(periods.last_month(quarter))),
        printed=printed_survey(catalogue, indicator=indicator.id, area=area, quarter=quarter, as_at=as_at),
        how_asked=how_asked,
    )
