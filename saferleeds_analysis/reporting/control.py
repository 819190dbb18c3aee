"""The control chart of a card's series: is the last month out of the ordinary, and has the level moved?

The chart is drawn on the seasonally adjusted series, since its rules know no season. Its limits rest on the first two years of
the series, or of the stretch that follows a recorded decision to set new ones, and do not move by themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import AreaTables, RebaseDecision
from saferleeds_analysis.figures import Measure
from saferleeds_analysis.methods import control_charts
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Figure, Span, join, paragraph
from saferleeds_analysis.reporting.counted import about_counts, worked_out
from saferleeds_analysis.reporting.season import Season
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


@dataclass(frozen=True, kw_only=True)
class Control:
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
        last, year = points.iloc[-1], points.iloc[-12:]
        words = _months_in_words(icon.words)
        counted = (
            f"Of the last {len(year)} months, {int((year['point_type'] == 'improvement').sum())} are of improvement, "
            f"{int((year['point_type'] == 'concern').sum())} of concern and "
            f"{int((year['point_type'] == 'common cause').sum())} within the ordinary variation of the series."
            if set(year["point_type"]) <= {"improvement", "concern", "common cause"}
            else ""
        )
        baseline = points[points["in_baseline"] & (points["phase"] == last["phase"])].index
        limits = (
            f"The limits rest on {periods.month_name(baseline[0])} to {periods.month_name(baseline[-1])} and move only by a "
            "recorded decision."
        )
        if not self.found.rebases:
            limits += " No decision to set new limits is recorded."
        shown = paragraph(
            Span(icon.letter, kind=f"icon icon-{icon.colour}"),
            f" {words} {counted}".rstrip(),
            figures=[self._figure(READING, icon.kind, "reading")],
        )
        return join(shown, paragraph(" ".join([limits, *map(_months_in_words, self.found.caveats)])))

    def chart(self) -> Block:
        """Draw the chart."""
        if self.found is None:
            return NOTHING
        card, points = self.season.card, self.found.points
        figures = [
            self._figure(LIMIT, float(points[column].iloc[-1]), column, {"of": column.replace("_", " ")})
            for column in ("mean", "lower_process_limit", "upper_process_limit")
        ]
        first = points.index[0]
        measure = "seasonally adjusted" if self.found.seasonality == "adjusted" else "as recorded"
        return charts.chart_of_control(
            self.found,
            name="control-chart",
            headline=_headline(self.found),
            subtitle=card.subtitle(f"each month {measure}, mean and process limits", first),
            figures=figures,
        )

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
            n=int(
                (
                    self.found.points["in_baseline"]
                    & (self.found.points["phase"] == self.found.points["phase"].iloc[-1])
                ).sum()
            ),
        )


def control_of(season: Season, *, tables: AreaTables) -> Control:
    """Chart a card's series by the Making Data Count rules, where that is sound.

    Where the area has no decisions of its own, those of the largest area above it apply. No chart where the series cannot be
    adjusted, is shorter than three years, has fewer than ten offences a month, or has months that the edition withholds.
    """
    card = season.card

    def none(why: str) -> Control:
        return Control(season=season, found=None, problem=why)

    if season.adjustment is None:
        return none(f"the series could not be seasonally adjusted: {season.problem}")
    adjustment = season.adjustment
    tested = season.parent or adjustment
    seasonality = "adjusted" if tested.identifiable else "not seasonal"
    series = adjustment.adjusted if tested.identifiable else adjustment.observed
    recent = float(adjustment.observed.iloc[-12:].mean())
    if recent < FEWEST_A_MONTH and not card.headline.withheld:
        return none(
            f"with {wording.number(recent, decimals=1)} {card.indicator.unit} a month in the last year, fewer than "
            f"{FEWEST_A_MONTH}, single months are mostly chance."
        )
    if not card.shown.complete:
        return none(
            f"{len(card.shown.withheld)} of its {len(card.monthly)} months are withheld, because small counts might point to a "
            "household, and the mean and limits would be made from them."
        )
    owner = card.area.name
    decisions = tables.decisions(card.indicator.id, owner, as_at=card.as_at)
    if not decisions and season.parent is not None:
        owner = str(season.parent.observed.name)
        decisions = tables.decisions(card.indicator.id, owner, as_at=card.as_at)
    decisions = [d for d in decisions if series.index[0] < periods.month(d.first) < series.index[-1]]
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
            seasonality=seasonality,
            baseline_points=BASELINE,
            rebases=rebases,
        )
    except DataProblem as problem:
        return none(f"{problem}")
    return Control(season=season, found=found, problem="", decisions=decisions)


def _headline(found: control_charts.ControlChart) -> str:
    points = found.points
    last = points.iloc[-1]
    month = periods.month_name(points.index[-1])
    if last["value"] < last["lower_process_limit"]:
        return f"{month} lies below the lower process limit"
    if last["value"] > last["upper_process_limit"]:
        return f"{month} lies above the upper process limit"
    if last["point_type"] in ("improvement", "concern", "high", "low"):
        return f"{month} is one of a run out of the ordinary"
    return f"{month} lies within the ordinary variation"


def _months_in_words(text: str) -> str:
    """Write the months in a method's sentence as people do.

    >>> _months_in_words("Common cause: the last point, 2012-09, is within.")
    'Common cause: the last point, September 2012, is within.'
    """
    for word in text.replace(",", " ").replace(".", " ").split():
        try:
            month = periods.month(word)
        except ValueError:
            continue
        text = text.replace(word, periods.month_name(month))
    return text
