"""What a quarter says of a service's cases: how long they take, how many are open, and who the people are.

All is of the cases opened in the twelve months to the quarter's end, as they stood at its end. A row is about one person: no
figure names one, and every count goes through the rules of disclosure as one of people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Caveat, Indicator, Target
from saferleeds_analysis.disclosure_rules import DisclosureRules
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.figures import Measure, Rows, weakest
from saferleeds_analysis.intake import RecordedCases
from saferleeds_analysis.intake.sources import NOT_RECORDED
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.methods.cases import DurationChange, change_of_durations, followed, median_duration
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Figure,
    bullets,
    heading,
    join,
    paragraph,
)
from saferleeds_analysis.reporting.disclosure import (
    IN_GROUP,
    ProtectedTable,
    breakdown,
    explained,
    protect,
    withheld_figure,
)
from saferleeds_analysis.reporting.letters import letter_of_level, letter_without_target
from saferleeds_analysis.reporting.state import NO_CLEAR_CHANGE
from saferleeds_analysis.reporting.tables import table

MEDIAN = Measure(
    id="median_duration",
    words="median duration of cases",
    role="rate",
    part="headline",
    formula="Kaplan and Meier's curve at a half, those still open at the end counted as lasting longer; docs/methods/cases.md",
    recurs=True,
)
CHANGE = Measure(
    id="change_of_durations",
    words="durations on the twelve months before",
    role="letter",
    part="change",
    formula="log-rank test of the two twelve months; docs/methods/cases.md",
    recurs=True,
)
P = Measure(
    id="log_rank_p",
    words="chance of such a difference where nothing changed",
    role="quality",
    formula=CHANGE.formula,
    decimals=3,
)
SHARE_RECORDED = Measure(
    id="share_recorded",
    words="{of}, recorded",
    role="quality",
    formula="100 times the number of cases of which it is recorded divided by the number of all",
)
# Of fewer cases no duration stands in the public edition: a median is always the duration of somebody's case.
FEWEST = 20
OPENED, CLOSED, OPEN = "Opened", "Closed by the end", "Open at the end"
RECORDED, EVERYBODY = "Recorded", "All"
REPEAT = "earlier case of the person"
_WITH_ONE = "With one in the 12 months before"
_WORDS = {"fell": "closed sooner", "rose": "closed later"}
_NOT_YET = "cannot be told yet"


@dataclass(frozen=True, kw_only=True)
class CasesReport:
    """All that one quarter says of one kind of case in one area; its methods give the blocks of the page.

    ``ends`` are the quarters of which the page gives the twelve months to their end, the reported one last. ``shown`` protects
    how many of these were opened, closed and still open, a column a quarter.
    """

    indicator: Indicator
    area: str
    quarter: pd.Period
    cases: RecordedCases
    ends: tuple[pd.Period, ...]
    shown: ProtectedTable
    below_city: bool
    target: Target | None
    target_tables: tuple[Rows, ...]
    caveats: tuple[Caveat, ...]

    # What is found

    @property
    def notice(self) -> str:
        """What must be known before any number."""
        return self.cases.source.notice

    @cached_property
    def levels(self) -> Mapping[pd.Period, Estimate]:
        """The median of the twelve months to each quarter's end, where it may be printed and can be told."""
        medians = {q: median_duration(self._followed[q]) for q in self.ends if not self.is_withheld(q)}
        return {
            q: replace(median, n=self.shown.value(OPENED, _column(q)))
            for q, median in medians.items()
            if median
        }

    @cached_property
    def change(self) -> DurationChange | None:
        """Whether cases close sooner or later than in the twelve months before, where both may be printed."""
        if self.year_before not in self.ends or any(map(self.is_withheld, (self.year_before, self.quarter))):
            return None
        return change_of_durations(self._followed[self.year_before], self._followed[self.quarter])

    @property
    def year_before(self) -> pd.Period:
        """The quarter to whose end the twelve months before run."""
        return self.quarter - 4

    def is_withheld(self, quarter: pd.Period) -> bool:
        """Say whether the edition withholds the durations of the twelve months to a quarter's end."""
        return self.shown.edition == "public" and len(self._followed[quarter]) < FEWEST

    # Blocks

    def findings(self) -> Block:
        """Say the median with its interval, how many were opened and are open, and whether cases close sooner or later."""
        window = Window.twelve_months(periods.last_month(self.quarter))
        counts = [f"{wording.sentence(name)}: {self.count(name)}" for name in (OPENED, CLOSED, OPEN)]
        lines = [
            f"{window}: {self.median_in_words(self.quarter)}.",
            f"{'; '.join(counts).lower().capitalize()}.",
        ]
        if self.change is None:
            lines.append("There are no twelve months before to compare them with.")
        else:
            lines.append(f"Twelve months before: {self.median_in_words(self.year_before)}.")
            lines.append(f"On the twelve months before: {self.change_in_words()}.")
        return explained(bullets(lines, figures=self.main_figures()), self.shown)

    def main_figures(self) -> list[Figure]:
        """Give the median, the change and the counts as figures."""
        return [*self._medians(self.quarter), *self._changes(), *self._counts(self.quarter)]

    def chart(self) -> Block:
        """Draw the medians with their intervals, and the target; those without an upper limit yet are left out."""
        told = {q: level for q, level in self.levels.items() if np.isfinite(level.upper)}
        if len(told) < 2:
            return NOTHING
        return charts.chart_of_levels(
            {q: self._medians(q)[0] for q in told},
            name=f"durations-{self.indicator.id.replace('_', '-')}",
            headline=wording.sentence(self.median_in_words(self.quarter).partition(" (")[0]),
            subtitle=f"{self.indicator.name}, {self.area}, median days, 12 months to each quarter's end{wording.kind_of_data(self.notice)}",
            target=self.target and (f"Target: {self.target.comparison}", self.target.value),
            show=self.in_words,
        )

    def quarters(self) -> Block:
        """List the twelve months to each quarter's end: cases opened, closed and open, the median and its interval."""
        rows, figures = [], []
        for quarter in reversed(self.ends):
            level = self.levels.get(quarter)
            instead = self.shown.rules.withheld if self.is_withheld(quarter) else _NOT_YET
            cells = [self.in_words(level.value), self.interval_of(level)] if level else [instead] * 2
            counts = [self.count(name, quarter) for name in (OPENED, CLOSED, OPEN)]
            rows.append([str(Window.twelve_months(periods.last_month(quarter))), *counts, *cells])
            figures += [*self._counts(quarter), *self._medians(quarter)]
        shown = table(
            caption=f"{self.indicator.name}, {self.area}: cases opened in twelve months, as they stood at their end",
            columns=["Period", OPENED, CLOSED, OPEN, "Median", "95% interval"],
            rows=rows,
            text_columns=(4, 5),
            figures=figures,
        )
        few = (
            [f"No duration is given of fewer than {FEWEST} cases."]
            if any(map(self.is_withheld, self.ends))
            else []
        )
        return explained(join(shown, *(paragraph(line, css_class="small") for line in few)), self.shown)

    def people(self) -> Block:
        """Say who the people are, characteristic by characteristic, and how many had a case before."""
        if self.shown.is_withheld(OPENED, _column(self.quarter)):
            return paragraph("Withheld: there are too few cases.")
        blocks = [
            self._breakdown(name, self._own[name], values)
            for name, values in self.cases.source.characteristics.items()
        ]
        return join(*blocks, self._repeats()) if blocks else self._repeats()

    def repeat_share(self) -> Figure | None:
        """Give what part of the cases had one of the same person before; nothing where that is not known."""
        own = (f for f in self._repeats().figures if ("group", _WITH_ONE) in f.qualifiers)
        return next((f for f in own if f.measure.role == "percentage" and f.number is not None), None)

    def progress(self) -> Block:
        """Give the letter against the target, with its reason."""
        about = self._about(self.quarter)
        if self.target is None:
            return letter_without_target(
                self.indicator,
                self.area,
                about["window"],
                "No target is recorded.",
                targets=self.target_tables,
                year=periods.financial_year_name(periods.financial_year_of(self.quarter)),
            )
        rating = trajectory.assess_level(self.levels.get(self.quarter), target=self.target)
        told = replace(rating, reason=rating.reason.replace(" to inf)", " upwards)"))
        about["rows"] = (*about["rows"], *self.target.rows("target"))
        return letter_of_level(told, self.target, unit=self.indicator.unit, **about)

    @property
    def caveats_in_words(self) -> list[str]:
        """What the reader must know."""
        return [
            *filter(None, [self.notice]),
            "A case that is still open counts as lasting longer than it has so far.",
            "A median says nothing of the longest cases: half of them take longer.",
            "The twelve months to one quarter's end share nine months with those to the next.",
            "Cases are taken as independent; where one person has many, the truth is wider.",
            *self._begins_late,
            *(c.text for c in self.caveats),
        ]

    @property
    def sources(self) -> list[str]:
        """Where the data come from."""
        return [
            wording.source_in_words(self.cases.source, as_at=self.cases.as_at),
            f"What is counted: {self.indicator.definition}",
        ]

    # Words

    def in_words(self, value: float) -> str:
        """Write a duration."""
        return wording.level(value, self.indicator.unit)

    def interval_of(self, level: Estimate) -> str:
        """Write the limits of a median; the unit stands with its value."""
        lower, upper = (
            self.in_words(x).split(" ")[0] if np.isfinite(x) else "" for x in (level.lower, level.upper)
        )
        return f"{lower} to {upper}" if upper else f"{lower} upwards"

    def median_in_words(self, quarter: pd.Period) -> str:
        """Say the median of the twelve months to a quarter's end, or why there is none."""
        level = self.levels.get(quarter)
        if level is None:
            few = f"no duration is given of fewer than {FEWEST} cases"
            return few if self.is_withheld(quarter) else f"the median {_NOT_YET}, as too many cases are open"
        base = self.count(OPENED, quarter)
        return f"half of the cases closed within {self.in_words(level.value)} (95% interval {self.interval_of(level)}; {base} cases)"

    def change_in_words(self) -> str:
        """Say by the test's word whether cases close sooner or later."""
        return f"{_WORDS.get(self.change.direction, NO_CLEAR_CHANGE)} ({self._test})"

    def count(self, name: str, quarter: pd.Period | None = None) -> str:
        """Write how many cases of the twelve months to a quarter's end were opened, closed or are open."""
        return self.shown.cell(name, _column(quarter or self.quarter))

    @property
    def _test(self) -> str:
        p = self.change.p
        return f"log-rank test, p {'below 0.001' if p < 0.001 else wording.number(p, decimals=3)}"

    # Parts of the blocks

    @property
    def _begins_late(self) -> list[str]:
        begun = self.cases.since.to_period("M")
        months = Window.twelve_months(periods.last_month(self.quarter)).months
        return [f"The cases begin with {periods.month_name(begun)}."] if begun > months[0] else []

    @cached_property
    def _followed(self) -> Mapping[pd.Period, pd.DataFrame]:
        return {quarter: _followed_to(self.cases.table, quarter) for quarter in self.ends}

    @property
    def _own(self) -> pd.DataFrame:
        """The cases opened in the twelve months to the quarter's end."""
        return self.cases.table.loc[self._followed[self.quarter].index]

    def _medians(self, quarter: pd.Period) -> list[Figure]:
        about = self._about(quarter) | {"measure": MEDIAN, "theme": self.shown.theme.id}
        if self.is_withheld(quarter):
            return [withheld_figure(self.shown.rules, **about, unit="days")]
        return [Figure.of(self.levels[quarter], **about)] if quarter in self.levels else []

    def _changes(self) -> list[Figure]:
        if self.change is None:
            return []
        about = self._about(self.quarter) | {"theme": self.shown.theme.id}
        word = _WORDS.get(self.change.direction, NO_CLEAR_CHANGE)
        return [
            Figure(**about, measure=CHANGE, value=word, method=self._test),
            Figure(**about, measure=P, value=self.change.p, method="log-rank test"),
        ]

    def _counts(self, quarter: pd.Period) -> list[Figure]:
        groups = {OPENED: "all", CLOSED: CLOSED, OPEN: OPEN}
        return [
            self.shown.figure(
                name,
                _column(quarter),
                measure=IN_GROUP,
                qualifiers={"of": "cases opened", "group": group},
                unit="cases",
                **self._about(quarter, counted=True),
            )
            for name, group in groups.items()
        ]

    def _about(self, quarter: pd.Period, *, counted: bool = False) -> dict[str, Any]:
        return {
            "indicator_id": self.indicator.id,
            "area": self.area,
            "window": Window.twelve_months(periods.last_month(quarter)),
            "status": self.cases.source.status
            if counted
            else weakest((self.cases.source.status, "estimated")),
            "caveats": tuple(filter(None, [self.notice])),
            "rows": self.cases.rows,
        }

    def _repeats(self) -> Block:
        repeat = self._own["repeat"]
        if repeat.isna().all():
            return NOTHING
        first_needed = periods.twelve_months_to(periods.last_month(self.year_before))[0]
        if self.cases.since.to_period("M") > first_needed:
            words = f"Not given: the cases begin with {periods.month_name(self.cases.since.to_period('M'))}, and two years are needed."
            return join(heading(3, wording.sentence(REPEAT)), paragraph(words))
        words = {True: _WITH_ONE, False: "Without one"}
        return self._breakdown(REPEAT, repeat.astype(object).map(words), words.values())

    def _breakdown(self, name: str, column: pd.Series, values: Any) -> Block:
        """Give the cases by a characteristic: counts, percentages of those recorded, and of how many it is recorded."""
        words = wording.sentence(name.replace("_", " "))
        theme = _theme(self.shown.rules, self.indicator, f"{self.indicator.offence} by {words}")
        if _is_for_the_city_only(
            self.shown.rules, theme, edition=self.shown.edition, below_city=self.below_city
        ):
            return join(heading(3, words), paragraph("Printed for the whole area only."))
        counts = column.value_counts().reindex([*values], fill_value=0)
        known = int(counts.sum())
        whole = pd.Series({RECORDED: known, NOT_RECORDED: len(column) - known, EVERYBODY: len(column)})
        shown = protect(
            pd.concat([counts, whole]).rename("count"),
            rules=self.shown.rules,
            theme=theme,
            edition=self.shown.edition,
            below_city=self.below_city,
            wholes={RECORDED: [*values], EVERYBODY: [RECORDED, NOT_RECORDED]},
            # All are printed above, and those of whom it is not recorded are no group that anybody is known by.
            already_out=(EVERYBODY, NOT_RECORDED),
        )
        about = self._about(self.quarter, counted=True)
        of = {"of": f"cases by {words.lower()}"}
        broken_down = breakdown(
            replace(shown, counts=shown.counts.loc[[*values, RECORDED]]),
            caption=f"{self.indicator.name}, {self.area}, {about['window']}, by {words.lower()}",
            first_column=words,
            whole=RECORDED,
            unit="cases",
            what=of["of"],
            **about,
        )
        share = shown.percent_cell(RECORDED, of=EVERYBODY)
        said = f"Recorded for {shown.cell(RECORDED)} of {shown.cell(EVERYBODY)} cases ({share})."
        figures = [
            shown.percent_figure(
                RECORDED,
                of=EVERYBODY,
                measure=SHARE_RECORDED,
                qualifiers=of,
                **about,
            )
        ]
        return join(heading(3, words), broken_down, paragraph(said, figures=figures))


def cases_report(
    cases: RecordedCases,
    *,
    catalogue: Catalogue,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str = "public",
) -> CasesReport:
    """Work out the cases of one kind for one quarter and area: refused is a quarter that its data do not reach."""
    indicator, rules = cases.indicator, catalogue.disclosure_rules
    _refuse_not_held(cases, quarter)
    below_city = bool(catalogue.area(indicator.area_set, area).parent)
    theme = _theme(rules, indicator)
    if _is_for_the_city_only(rules, theme, edition=edition, below_city=below_city):
        raise DataProblem(
            f"{indicator.id!r} is printed for the whole area only, and {area!r} is a part of one. Give it in the restricted edition."
        )
    ends = _ends(cases, quarter)
    counts = {q: _followed_to(cases.table, q)["closed"] for q in ends}
    months = periods.twelve_months_to(periods.last_month(quarter))
    return CasesReport(
        indicator=indicator,
        area=area,
        quarter=quarter,
        cases=cases,
        ends=ends,
        shown=protect(
            pd.DataFrame(
                {_column(q): {OPENED: len(c), CLOSED: c.sum(), OPEN: (~c).sum()} for q, c in counts.items()}
            ),
            rules=rules,
            theme=theme,
            edition=edition,
            below_city=below_city,
            wholes={OPENED: [CLOSED, OPEN]},
        ),
        below_city=below_city,
        target=catalogue.target_in_force(indicator.id, area, quarter, as_at=as_at),
        target_tables=catalogue.target_tables,
        caveats=catalogue.caveats(indicator.id, months),
    )


def _refuse_not_held(cases: RecordedCases, quarter: pd.Period) -> None:
    """Refuse a quarter that had not ended when the data came or were read, or in which no case was opened."""
    months = periods.quarter_months(quarter)
    known = min(filter(None, (cases.source.received, cases.as_at)))
    opened = cases.table["opened"].dt.to_period("M").isin(months)
    if known < months[-1].end_time.date() or not opened.any():
        raise QuarterNotHeld(
            f"{cases.source.id}: {cases.indicator.offence!r} of {cases.area!r} has no cases for {periods.quarter_name(quarter)} that were "
            f"known on {known.isoformat()}. Add the file that reaches to its end, or report an earlier quarter."
        )


def _ends(cases: RecordedCases, quarter: pd.Period) -> tuple[pd.Period, ...]:
    """Give the quarters to whose ends the cases reach back twelve months, and the reported one last."""
    begun = cases.since.to_period("M")
    every = pd.period_range(cases.since.to_period("Q-MAR"), quarter, freq="Q-MAR")
    whole = [q for q in every[:-1] if begun <= periods.twelve_months_to(periods.last_month(q))[0]]
    return (*whole, quarter)


def _followed_to(cases: pd.DataFrame, quarter: pd.Period) -> pd.DataFrame:
    months = periods.twelve_months_to(periods.last_month(quarter))
    return followed(cases, first=months[0].start_time.date(), last=months[-1].end_time.date())


def _column(quarter: pd.Period) -> str:
    return periods.quarter_name(quarter)


def _theme(rules: DisclosureRules, indicator: Indicator, *names: str) -> str:
    """Give the theme of a count of cases: one of people, or the sensitive one where the words of the measure say so."""
    found = rules.theme_of(*names, indicator.id, indicator.offence, indicator.name)
    return "sensitive" if found.id == "sensitive" else "people"


def _is_for_the_city_only(rules: DisclosureRules, theme: str, *, edition: str, below_city: bool) -> bool:
    return edition == "public" and below_city and rules.theme(theme).finest == "city"
