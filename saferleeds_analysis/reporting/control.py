"""The control chart of a card's series: is the last month out of the ordinary, and has the level moved?

The chart is drawn on the seasonally adjusted series, since its rules know no season. Its limits rest on the first two years of
the series, or of the stretch that follows a recorded decision to set new ones, and do not move by themselves.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import AreaTables, RebaseDecision
from saferleeds_analysis.figures import Measure
from saferleeds_analysis.methods import control_charts
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Figure, Span, Text, join, paragraph
from saferleeds_analysis.reporting.counted import about_counts, worked_out
from saferleeds_analysis.reporting.season import Season
from saferleeds_analysis.reporting.views import view
from saferleeds_analysis.results import Result
from saferleeds_analysis.workings import season as workings

READING = Measure(
    id="control_chart_reading",
    words="control chart, reading of the last month",
    role="letter",
    formula="the rules of the Making Data Count guides, applied to the seasonally adjusted months",
    revised=True,
)
LIMIT = Measure(
    id="control_chart_limit",
    words="control chart, {of}",
    role="quality",
    formula="the mean of the months on which the limits rest, and 2.66 mean moving ranges on either side of it",
    revised=True,
)

BASELINE = 24
#: Below this many offences a month an adjusted month is mostly chance, and small counts could be read off it.
FEWEST_A_MONTH = 10


# How many of the last months are of each kind, in words.
_KINDS = {"improvement": "better than usual", "concern": "worse than usual", "common cause": "as usual"}


@dataclass(frozen=True, kw_only=True)
class Control(Result):
    """A control chart of a card's series, or ``problem``, the reason why there is none."""

    season: Season
    found: control_charts.ControlChart | None
    problem: str
    decisions: Sequence[RebaseDecision] = ()

    def findings(self) -> Block:
        """Show the icon with its words, and say how far the level of the last year lies from the limits' mean."""
        if self.found is None:
            return paragraph(f"No control chart is given: {self.problem}")
        icon, points = self.found.variation, self.found.points
        kinds = points["point_type"].iloc[-12:]
        number = kinds.value_counts().reindex(["improvement", "concern", "common cause"], fill_value=0)
        each = [f"{'all' if n == len(kinds) else n} {_KINDS[kind]}" for kind, n in number.items() if n]
        counted = f" The last {len(kinds)} months: {wording.listed(each)}."
        baseline = points.index[self._in_baseline]
        limits = (
            f"The limits rest on {periods.month_name(baseline[0])} to {periods.month_name(baseline[-1])}."
        )
        if not self.found.rebases:
            limits += " No decision to set new ones is recorded."
        shown = paragraph(
            Span(icon.letter, kind=f"icon icon-{icon.colour}"),
            f" {_months_in_words(icon.words)}{counted if number.sum() == len(kinds) else ''}",
            figures=[self._figure(READING, icon.kind, "reading")],
        )
        told = filter(None, [*self.found.caveats, self.found.proposal])
        return join(shown, paragraph(" ".join([limits, *map(_months_in_words, told)])))

    @property
    def out_of_the_ordinary(self) -> bool:
        """Say whether the last month is a special cause by a rule of the chart."""
        return self.found is not None and self.found.points["rule"].iloc[-1] != "none"

    def in_short(self) -> Text:
        """Say in a sentence how the last month stands to the ordinary ones, for a page that has no room for the chart, if it has one."""
        if self.found is None:
            return paragraph("")
        last = self.found.points.iloc[-1]
        low, high = max(last["lower_process_limit"], 0), last["upper_process_limit"]
        return paragraph(
            f"{_headline(self.found)} (usual: {wording.number(low)} to {wording.number(high)} a month, mean "
            f"{wording.number(last['mean'])}{', seasonally adjusted' if self.found.seasonality == 'adjusted' else ''}).",
            figures=[self._figure(READING, self.found.variation.kind, "reading"), *self._limits()],
        )

    def chart(self) -> Block:
        """Draw the chart."""
        if self.found is None:
            return NOTHING
        points = self.found.points
        measure = "seasonally adjusted" if self.found.seasonality == "adjusted" else "as recorded"
        return charts.chart_of_control(
            self.found,
            name="control-chart",
            headline=_headline(self.found),
            subtitle=self.season.card.subtitle(
                f"each month {measure}, mean and process limits", points.index[0]
            ),
            figures=self._limits(),
        )

    def _limits(self) -> list[Figure]:
        return [
            self._figure(
                LIMIT, float(self.found.points[column].iloc[-1]), column, {"of": column.replace("_", " ")}
            )
            for column in ("mean", "lower_process_limit", "upper_process_limit")
        ]

    def _figure(
        self, measure: Measure, value: float | str, of: str, qualifiers: Mapping[str, str] | None = None
    ) -> Figure:
        card = self.season.card
        rows, model = self.season.model()
        made = worked_out(
            (*rows, *(row for decision in self.decisions for row in decision.rows("decisions"))),
            workings.on_control_chart,
            of=of,
            improvement_direction=card.indicator.improvement_direction,
            baseline_points=BASELINE,
            **model,
        )
        about = about_counts(card.data) | made | {"status": self.season.status, "caveats": self.found.caveats}
        return Figure(
            **about,
            measure=measure,
            area=card.area.name,
            window=Window.month(self.found.points.index[-1]),
            qualifiers=qualifiers or {},
            value=value,
            unit=card.indicator.unit if not isinstance(value, str) else "",
            method=f"XmR, limits at 2.66 moving ranges; series {self.found.seasonality}",
            n=int(self._in_baseline.sum()),
        )

    @property
    def _in_baseline(self) -> pd.Series:
        """Say of each point whether the limits of the last month rest on it."""
        points = self.found.points
        return points["in_baseline"] & (points["phase"] == points["phase"].iloc[-1])


@view.register
def _(found: Control) -> Block:
    return join(found.findings(), found.chart())


def control_of(season: Season, *, tables: AreaTables) -> Control:
    """Chart a card's series by the Making Data Count rules, where that is sound.

    Where the area has no decisions of its own, those of the largest area above it apply. No chart where the series cannot be
    adjusted, is shorter than three years, has fewer than ten offences a month, or has months that the edition withholds.
    """
    card, adjustment = season.card, season.adjustment
    if adjustment is None:
        return Control(
            season=season,
            found=None,
            problem=f"the series could not be seasonally adjusted: {season.problem}",
        )
    identifiable = (season.parent or adjustment).identifiable
    series = adjustment.adjusted if identifiable else adjustment.observed
    recent = float(adjustment.observed.iloc[-12:].mean())
    if recent < FEWEST_A_MONTH and not card.headline.withheld:
        problem = (
            f"there were fewer than {FEWEST_A_MONTH} {card.indicator.unit} a month ({wording.number(recent, decimals=1)} on average "
            "in the last year), so single months are mostly chance."
        )
        return Control(season=season, found=None, problem=problem)
    if not card.shown.complete:
        problem = (
            f"{len(card.shown.withheld)} of its {len(card.monthly)} months {'is' if len(card.shown.withheld) == 1 else 'are'} withheld, because small counts might point to a "
            "household, and the mean and limits would be made from them."
        )
        return Control(season=season, found=None, problem=problem)
    owners = [card.area.name] if season.parent is None else [card.area.name, str(season.parent.observed.name)]
    recorded = (tables.decisions(card.indicator.id, owner, as_at=card.as_at) for owner in owners)
    decisions = [
        d
        for d in next(filter(None, recorded), ())
        if series.index[0] < periods.month(d.first) < series.index[-1]
    ]
    rebases = tuple(
        control_charts.Rebase(
            first=periods.month(d.first),
            reason=d.reason.rstrip("."),
            decided_on=d.decided_on,
            decided_by=d.decided_by,
        )
        for d in decisions
    )
    try:
        found = control_charts.xmr_chart(
            series.rename(card.area.name),
            improvement_direction=card.indicator.improvement_direction,
            seasonality="adjusted" if identifiable else "not seasonal",
            baseline_points=BASELINE,
            rebases=rebases,
        )
    except DataProblem as problem:
        return Control(season=season, found=None, problem=str(problem))
    return Control(season=season, found=found, problem="", decisions=decisions)


def _headline(found: control_charts.ControlChart) -> str:
    last, month = found.points.iloc[-1], periods.month_name(found.points.index[-1])
    places = {
        "lies below the lower process limit": last["value"] < last["lower_process_limit"],
        "lies above the upper process limit": last["value"] > last["upper_process_limit"],
        "is part of an unusual run of months": last["rule"] != "none",
    }
    place = next((words for words, holds in places.items() if holds), "lies within the ordinary variation")
    return f"{month} {place}"


def _months_in_words(text: str) -> str:
    """Write the months in a method's sentence as people do.

    >>> _months_in_words("Common cause: the last point, 2012-09, is within.")
    'Common cause: the last point, September 2012, is within.'
    """
    months = r"(?<![^\s,.])\d{4}-(?:0[1-9]|1[0-2])(?![^\s,.])"
    return re.sub(months, lambda found: periods.month_name(periods.month(found[0])), text)
