"""The figures of a card's year: its path to the target, its projection, and how it is rated.

Each has the rows of the history's counts and, where there is one, of its target, with the method that is run on them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.estimates import CountChange
from saferleeds_analysis.figures import Figure, Measure, Rows, weakest
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.counted import about_counts, plain_caveats, sum_of, worked_out
from saferleeds_analysis.reporting.months_shown import withheld_of
from saferleeds_analysis.reporting.season import Season
from saferleeds_analysis.workings import trajectory as workings

_MILESTONE = "the target times the mean share of a year that had fallen by the month in the base years; docs/methods/trajectory.md"
_PATHS = "simulated paths of the months that are left, from a structural model of the history; docs/methods/trajectory.md"
_RULES = "the written rules of national/rag_rules.toml, applied to the position in the milestone range and the chance of the target"
SHARE = Measure(
    id="share_of_usual_year",
    words="share of a usual year",
    role="quality",
    formula="the mean share of a year that had fallen by the month in the base years; docs/methods/trajectory.md",
    decimals=3,
    revised=True,
)
MILESTONE = Measure(
    id="milestone", words="milestone", role="milestone", formula=_MILESTONE, decimals=0, revised=True
)
SUPERSEDED_MILESTONE = Measure(
    id="superseded_milestone",
    words="milestone, superseded {target}",
    role="milestone",
    formula=_MILESTONE,
    decimals=0,
    revised=True,
)
ACTUAL_TO_DATE = Measure(
    id="actual_to_date",
    words="actual to date",
    role="count",
    own=True,
    formula="the sum of the monthly counts from April to the month",
    decimals=0,
    recurs=True,
)
ADJUSTED_TO_DATE = Measure(
    id="adjusted_to_date",
    words="adjusted to date",
    role="adjusted",
    formula="the sum of the seasonally adjusted months from April, set against the usual share of the year",
    decimals=0,
    revised=True,
)
PROJECTED_YEAR_END = Measure(
    id="projected_year_end",
    words="projected year end",
    role="projection",
    part="projection",
    formula=_PATHS,
    decimals=0,
    revised=True,
)
PROJECTED_TO_DATE = Measure(
    id="projected_to_date",
    words="projected to date, {quantile} quantile",
    role="projection",
    formula=_PATHS,
    decimals=0,
    revised=True,
)
PROJECTED_A_MONTH = Measure(
    id="projected_a_month",
    words="projected a month from here on",
    role="projection",
    formula="(the projected year end less the count from April to date) divided by the months that are left of the year",
    decimals=0,
    revised=True,
)
CHANCE = Measure(
    id="chance_of_target",
    words="chance of meeting the {target}",
    role="chance",
    part="chance",
    formula=_PATHS,
    decimals=2,
    revised=True,
)
REQUIRED = Measure(
    id="required_for_target",
    words="required a period for the {target}",
    role="target",
    formula="(the target less the count from April to date) divided by the months that are left of the year",
    decimals=0,
    revised=True,
)
RUN_RATE = Measure(
    id="run_rate_comparison",
    words="run-rate (comparison)",
    role="projection",
    formula="the count of the year to date divided by the part of the year that has gone",
    decimals=0,
    revised=True,
)
WITH_LAST_YEARS_REST = Measure(
    id="last_years_rest_comparison",
    words="last year's remaining months (comparison)",
    role="projection",
    formula="the count of the year to date plus the count of last year's months that are still to come this year",
    decimals=0,
    revised=True,
)
BY_USUAL_SHARE = Measure(
    id="usual_share_comparison",
    words="share of a usual year (comparison)",
    role="projection",
    formula="the count of the year to date divided by the part of a usual year that has gone",
    decimals=0,
    revised=True,
)
RAG_LETTER = Measure(
    id="progress_letter",
    words="progress, RAG letter",
    role="letter",
    part="letter",
    formula=_RULES,
    recurs=True,
    revised=True,
)
POSITION = Measure(
    id="position_in_range",
    words="position in the milestone range",
    role="letter",
    formula=_RULES,
    recurs=True,
    revised=True,
)
DIRECTION_OF_TRAVEL = Measure(
    id="direction_of_travel",
    words="direction of travel",
    role="letter",
    formula="the test of the last twelve months on the twelve before, by the written rules of national/rag_rules.toml",
    recurs=True,
    revised=True,
)

DISPERSION = Measure(
    id="dispersion",
    words="dispersion of the counts",
    role="quality",
    formula="how far the months before this financial year stray from season and level, over independent events; docs/methods/variation.md",
    decimals=2,
    revised=True,
)
ORDINARY_YEAR = Measure(
    id="ordinary_year",
    words="change of an ordinary year",
    role="quality",
    part="ordinary",
    formula="how far a year strays from the one before where nothing in particular happens, down and up; docs/methods/variation.md",
    revised=True,
)

# The simple sums beside the projection, by the name of their field.
_COMPARISONS = {
    "run_rate": (RUN_RATE, "run-rate"),
    "last_years_months": (WITH_LAST_YEARS_REST, "last year's remaining months"),
    "usual_share": (BY_USUAL_SHARE, "share of a usual year"),
}


@dataclass(frozen=True, kw_only=True)
class YearFigures:
    """Makes the figures of the year of a card, as far as its edition may show them."""

    card: ReportCard
    season: Season

    def is_hidden(self, month: pd.Period) -> bool:
        """Say whether the year to a month would give away months that are withheld: within quarters it would."""
        return not self.card.shown.complete and month.month % 3 != 0

    def of_path(self, path: trajectory.Trajectory) -> Iterator[Figure]:
        """Give every number of the path month by month: shares, milestones with their range, counts to date."""
        for month in path.path.index:
            for figure in self._of_month(path, month):
                # With the season's factors, which are printed, an adjusted sum tells one month from another.
                tells = figure.measure is ADJUSTED_TO_DATE and not self.card.shown.complete
                yield withheld_of(figure, self.card.shown.rules) if tells or self.is_hidden(month) else figure

    def of_projection(self, p: trajectory.Projection) -> Iterator[Figure]:
        """Give every number of the projection: its intervals, the chances, the sums beside it, the fan and the pace."""
        year, said = Window.year(p.year), {"caveats": self._with_notice(p.caveats)}
        simulated = {"method": trajectory.projection.METHOD}
        yield from (self._year_end(p, e.confidence) for e in p.intervals)
        for chance in p.chances:
            yield self._of_chance(p, chance, CHANCE, "probability")
            yield self._of_chance(p, chance, REQUIRED, "required")
        for part, (measure, method) in _COMPARISONS.items():
            if (value := getattr(p, part)) is not None:
                worked = self._simulated(workings.projected, of=part)
                yield self._figure(measure, year, value, method=method, **said, **worked)
        for month, fan in p.fan.iterrows():
            for part, value in fan.items():
                about = {"qualifiers": {"quantile": f"{part:.1%}"}} | simulated | said
                worked = self._simulated(workings.projected_to_date, month=str(month), quantile=part)
                figure = self._figure(PROJECTED_TO_DATE, Window.to_date(month), value, **about, **worked)
                yield withheld_of(figure, self.card.shown.rules) if self.is_hidden(month) else figure
        for chance in p.chances[-1:]:
            worked = self._simulated(workings.chance, chance.target, of="expected")
            yield self._figure(PROJECTED_A_MONTH, year, chance.expected, **worked)

    def of_year_end(self, p: trajectory.Projection) -> Iterator[Figure]:
        """Give what a few words say of the projection: its middle with the 80% range, and the chance of the target in force."""
        yield self._year_end(p, 0.8)
        for chance in p.chances[-1:]:
            yield self._of_chance(p, chance, CHANCE, "probability")

    def of_rating(
        self, letter: str, path: trajectory.Trajectory | None, direction: trajectory.Direction | None
    ) -> Iterator[Figure]:
        """Give the letter, the position in the milestone range and the direction of travel, as far as there are any."""
        quarter = Window.quarter(self.card.quarter)
        about = {"unit": "", "method": "national/rag_rules.toml"}
        worked = {} if path is None else self._simulated(workings.letter, path.target)
        yield self._figure(RAG_LETTER, quarter, letter, **about, **worked)
        if path is not None and path.position is not None:
            worked = self._worked(workings.position, path.target)
            yield self._figure(POSITION, quarter, path.position, **about, **worked)
        if direction is not None:
            way, kind = self.card.indicator.improvement_direction, self.card.indicator.counted
            given = {"improvement_direction": way, "kind": kind, "caveats": self._given["caveats"]}
            worked = worked_out(self._counts, workings.direction, **given)
            yield self._figure(DIRECTION_OF_TRAVEL, quarter, direction.word, **about, **worked)
            yield from self._of_variation(direction.change, kind)

    def _of_variation(self, change: CountChange | None, kind: str) -> Iterator[Figure]:
        """Give what the direction of travel rests on: the dispersion, and the change of an ordinary year."""
        if change is None or change.ordinary is None:
            return
        given = {"kind": kind, "caveats": self._given["caveats"]}
        worked = worked_out(self._counts, workings.dispersion, **given)
        yield self._figure(DISPERSION, self.card.latest, change.dispersion, unit="", **worked)
        down, up = change.ordinary
        limits = {"lower": down, "upper": up, "confidence": 0.95, "unit": "%"}
        worked = worked_out(self._counts, workings.ordinary_year, **given)
        yield self._figure(ORDINARY_YEAR, self.card.latest, up, **limits, **worked)

    def _of_month(self, path: trajectory.Trajectory, month: pd.Period) -> Iterator[Figure]:
        at, window = path.path.loc[month], Window.to_date(month)
        said = {"n": len(path.base_years), "caveats": self._with_notice(path.caveats)}
        summed = {"method": "sum"} | said

        def on_the_path(target: Target | None, column: str) -> dict[str, Any]:
            worked = self._worked(workings.on_the_path, target, column=column, month=str(month))
            return {"method": trajectory.milestones.METHOD} | said | worked

        yield self._figure(SHARE, window, at["share"], unit="share", **on_the_path(None, "share"))
        if path.target is not None:
            limits = {"lower": at["lower"], "upper": at["upper"], "confidence": path.confidence}
            about = limits | on_the_path(path.target, "milestone")
            yield self._figure(MILESTONE, window, at["milestone"], **about)
        for target, name in zip(path.superseded, path.superseded_path, strict=False):
            about = {"qualifiers": {"target": name}} | on_the_path(target, "milestone")
            yield self._figure(SUPERSEDED_MILESTONE, window, path.superseded_path.loc[month, name], **about)
        if pd.notna(at["actual"]):
            about = {"status": self.card.data.source.status} | sum_of(
                self.card.data, self.card.area.name, window
            )
            yield self._figure(ACTUAL_TO_DATE, window, at["actual"], **summed, **about)
        if pd.notna(at["adjusted"]):
            rows, model = self.season.model()
            given = self._given | model | {"month": str(month)}
            worked = worked_out((*self._counts, *rows), workings.adjusted_to_date, **given)
            yield self._figure(ADJUSTED_TO_DATE, window, at["adjusted"], **summed, **worked)

    def _year_end(self, p: trajectory.Projection, confidence: float) -> Figure:
        """Give the middle projection with one of its intervals."""
        e = p.interval(confidence)
        about = {
            "lower": e.lower,
            "upper": e.upper,
            "confidence": confidence,
            "method": e.method,
            "qualifiers": {"confidence": f"{confidence:.0%}"},
            "caveats": self._with_notice(p.caveats),
        }
        worked = self._simulated(workings.projected, of="median")
        return self._figure(PROJECTED_YEAR_END, Window.year(p.year), e.value, **about, **worked)

    def _of_chance(
        self, p: trajectory.Projection, chance: trajectory.Chance, measure: Measure, part: str
    ) -> Figure:
        """Give the chance of a target, or what it requires a month."""
        t = chance.target
        simulated = {"unit": "probability", "method": trajectory.projection.METHOD}
        about = {
            "qualifiers": {"target": f"{t.kind} target, {t.comparison} {t.value:,g}"},
            "caveats": self._with_notice(p.caveats),
        } | (simulated if measure is CHANCE else {"method": "arithmetic"})
        worked = self._simulated(workings.chance, t, of=part)
        return self._figure(measure, Window.year(p.year), getattr(chance, part), **about, **worked)

    def _figure(self, measure: Measure, window: Window, value: float | str | None, **about: Any) -> Figure:
        data = self.card.data
        given = about_counts(data) | {
            "area": self.card.area.name,
            "unit": self.card.indicator.unit,
            "status": weakest([data.source.status, "estimated"]),
            "caveats": (),
        }
        return Figure(measure=measure, window=window, value=value, **given | about)

    def _with_notice(self, caveats: Sequence[str]) -> tuple[str, ...]:
        notice = self.card.data.source.notice
        return (*caveats, notice) if notice else tuple(caveats)

    def _worked(self, function: Callable, target: Target | None = None, **arguments: Any) -> dict[str, Any]:
        """Give the rows of the history and of a target, and the working that runs the method on them again."""
        of_target = () if target is None else target.rows("target")
        return worked_out((*self._counts, *of_target), function, **self._given, **arguments)

    def _simulated(
        self, function: Callable, target: Target | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Give the same of what comes from simulated paths: below the whole, with the rows of all areas that are projected together."""
        card, worked = self.card, self._worked(function, target, **arguments)
        if not card.together or not worked["working"]:
            return worked
        places = [card.whole, *chain.from_iterable(card.together.values())]
        made_of = {area: list(card.data.made_of[area]) for area in places}
        own = list(dict.fromkeys(row for rows in made_of.values() for row in rows))
        together = {"area": card.area.name, "parts": card.together, "made_of": made_of}
        rows = (*worked["rows"], *card.data.rows(own, card.monthly.index, role="areas"))
        return worked_out(rows, function, together=together, **self._given, **arguments)

    @property
    def _given(self) -> dict[str, Any]:
        year = periods.financial_year_of(self.card.monthly.index[-1])
        return {
            "year": periods.financial_year_name(year),
            "caveats": plain_caveats(self.card.caveats),
        }

    @cached_property
    def _counts(self) -> tuple[Rows, ...]:
        return self.card.data.rows(self.card.area.name, self.card.monthly.index)
