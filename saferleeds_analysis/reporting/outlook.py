"""Where a card's indicator is heading: its place in the milestone range, the projected year end, and the chance of
meeting each target, in sentences, a chart and a table.

The milestone range is the project's own definition, since no public one exists; every page that shows it says so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, floor

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import Block, Figure, Table, bullets, join, letter, paragraph
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.first_screen import Tile
from saferleeds_analysis.reporting.record import score_of_chances, track_record
from saferleeds_analysis.reporting.season import Season
from saferleeds_analysis.reporting.shared import once
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.reporting.views import view
from saferleeds_analysis.reporting.year_figures import YearFigures
from saferleeds_analysis.results import Result


@dataclass(frozen=True, kw_only=True)
class Outlook(Result):
    """The path to the target and the projection of a card's year; ``problem`` says why where there is none."""

    card: ReportCard
    made: YearFigures
    in_words: Callable[[float], str]
    path: trajectory.Trajectory | None = None
    projection: trajectory.Projection | None = None
    direction: trajectory.Direction | None = None
    problem: str = ""

    @property
    def caveats(self) -> tuple[str, ...]:
        """What the reader must know of the path and of the projection, for the card's list of caveats."""
        of_path = self.path.caveats if self.path is not None and self.path.target is not None else ()
        of_projection = self.projection.caveats if self.projection is not None else ()
        return tuple(dict.fromkeys((*of_path, *of_projection)))

    def progress(self) -> Block:
        """Show the RAG letter with its colour's name and reason, and the direction of travel: a field of the card.

        The letter is the milestone range's, and no better than the chance of meeting the target allows.
        """
        if self.path is None:
            return self._progress(trajectory.rating_of("N", ""), wording.sentence(self.problem))
        (rating, chance), at = self._rating(), self._at()
        if self.path.position is None or self._is_over(at):
            return self._progress(rating, wording.sentence(rating.reason))
        better = "fewer" if trajectory.is_decrease(self.path.target) else "more"
        words = (
            f"{wording.counted(at['actual'], self.card.indicator.unit)} from April to {periods.month_name(at.name)}: "
            f"{self.path.position} of the milestone range {interval(at)} for {_aim(self.path.target)}; {better} is better."
        )
        if chance is not None:
            words += f" Chance of meeting it: {wording.chance_percent(chance.probability)}."
        return self._progress(rating, words)

    def progress_in_short(self) -> Block:
        """Show the letter with its reason in a few words, for the first screen."""
        if self.path is None:
            return self._letter(trajectory.rating_of("N", ""), wording.sentence(self.problem))
        rating, _ = self._rating()
        if self.path.position is None or self._is_over(self._at()):
            return self._letter(rating, wording.sentence(rating.reason))
        if rating.letter != self.path.rating.letter:
            return self._letter(rating, "By the chance of meeting its target.")
        ahead = re.search(r"\((ahead|behind)\)", self.path.position)
        where = (
            f"{ahead[1].capitalize()} of"
            if ahead and ahead[1] == "ahead"
            else "Behind"
            if ahead
            else "Within"
        )
        return self._letter(rating, f"{where} its milestone range.")

    def in_short(self) -> str:
        """Say behind a finding whether the target is met or how likely that is; nothing where there is none."""
        if self.path is None or self.path.target is None:
            return ""
        at, chance = self._at(), self._chance_in_force()
        if at is not None and self._is_over(at):
            met = trajectory.is_met(self.path.target, at["actual"])
            return f", and the year's target was {'met' if met else 'missed'}"
        return f", and meeting its target is {self.in_words(chance.probability)}" if chance else ""

    def tile(self) -> Tile:
        """Give the projected year end beside the target, or what the year came to."""
        if self.path is None:
            return Tile(
                name="Where the year is heading", value="not given", below=wording.sentence(self.problem)
            )
        year = periods.financial_year_name(self.path.year)
        target = f"Target: {_aim(self.path.target)}." if self.path.target else "No target is recorded."
        if self.projection is None:
            at = self._at()
            return Tile(name=f"The year {year}", value=wording.number(at["actual"]), below=target)
        middle, chance = self.projection.interval(0.8), self._chance_in_force()
        said = f"80% range {interval(middle)}. {target}"
        if chance is not None:
            said += f" Chance of meeting it: {wording.chance_percent(chance.probability)}."
        return Tile(
            name=f"Projected for the year {year}",
            value=f"about {wording.number(middle.value)}",
            below=said,
            figures=tuple(self.made.of_year_end(self.projection)),
        )

    def year_chart(self) -> Block:
        """Draw the year as it adds up from April: milestone range, target, what was recorded, and the projection."""
        # With months withheld, they could be read off the line.
        if self.path is None or not self.card.shown.complete:
            return self.card.chart()
        headline = f"{self.card.indicator.name} in {periods.financial_year_name(self.path.year)}"
        figures = [*self.made.of_path(self.path)]
        if self.projection is not None:
            headline += f": heading for about {wording.number(self.projection.interval(0.8).value)}"
            figures += self.made.of_projection(self.projection)
        return charts.chart_of_year(
            self.path.path,
            fan=self.projection.fan if self.projection is not None else None,
            targets=self.card.targets,
            name="year-to-date",
            headline=headline,
            subtitle=f"{self.card.indicator.unit.capitalize()} since April, {self.card.area.name}{self.card.label}",
            unit=self.card.indicator.unit,
            data=self._milestones(),
            figures=figures,
        )

    def held(self) -> Figure | None:
        """Give the share of outcomes that the 80% range held when past years of the same series were replayed, if any could be."""
        return self._replayed("coverage_80")

    def came_true(self) -> Figure | None:
        """Give how often chances like that of the target in force came true when past years were replayed, if any were stated."""
        chance = self._chance_in_force()
        if chance is None:
            return None
        low = min(int(10 * chance.probability), 9)
        return self._replayed(score_of_chances(f"{low / 10:.1f} to {(low + 1) / 10:.1f}"))

    def _replayed(self, score: str) -> Figure | None:
        wanted = {"method": "projection", "score": score}
        return next((f for f in self.record().figures if dict(f.qualifiers) == wanted), None)

    def findings(self) -> Block:
        """Say where the count stands in the milestone range, where the year is heading, and each target's chance."""
        if self.path is None:
            return paragraph(f"No projection is given: {self.problem}", css_class="notice")
        lines = [*self._position_lines(), *self._projection_lines()]
        figures = [*self.made.of_path(self.path)]
        if self.projection is not None:
            figures += self.made.of_projection(self.projection)
        return bullets(lines or ["The year is complete and had no target."], figures=figures)

    def _milestones(self) -> Table:
        rows = [self._milestone_cells(month, at) for month, at in self.path.path.iterrows()]
        return table(
            caption=f"Milestones of {periods.financial_year_name(self.path.year)}, cumulative from April{self.card.label}",
            columns=[
                "To the end of",
                "Usual share of the year",
                "Milestone",
                "80% range",
                "Recorded",
                "Projected (80%)",
            ],
            rows=rows,
            text_columns=(3, 5),
        )

    def _milestone_cells(self, month: pd.Period, at: pd.Series) -> list[str]:
        return [
            periods.month_name(month),
            wording.percent(100 * at["share"]),
            _or_none(at["milestone"]),
            interval(at),
            _or_none(at["actual"]),
            self._fan_cell(month),
        ]

    def record(self) -> Block:
        """Say how such projections did in past years, on the area's own series and on those one level below it."""
        return self._record

    @cached_property
    def _record(self) -> Block:
        card = self.card
        nearest = [p.area for p in next(iter(card.parts.values()), ())]
        nearest = nearest if len(nearest) <= 5 else []
        counts = card.data.by_area.loc[: card.monthly.index[-1]]
        histories = [card.monthly.rename(card.area.name), *(counts[area] for area in nearest)]
        return track_record(
            histories,
            parts={card.area.name: nearest} if nearest else None,
            caveats=card.caveats,
            indicator_id=card.indicator.id,
            area=card.area.name,
            in_words=self.in_words,
            notice=card.data.source.notice,
            status=card.data.source.status,
            rows=[rows for h in histories for rows in card.data.rows(h.name, h.index, role=h.name)],
        )

    def _at(self) -> pd.Series | None:
        """Give the path's row of the latest month with a count."""
        known = self.path.path.dropna(subset="actual")
        return None if known.empty else known.iloc[-1]

    def _is_over(self, at: pd.Series) -> bool:
        """Say whether the latest month with a count is the last of the year."""
        return at.name == self.path.path.index[-1]

    def _chance_in_force(self) -> trajectory.Chance | None:
        return (
            self.projection.chances[-1] if self.projection is not None and self.projection.chances else None
        )

    def _position_lines(self) -> list[str]:
        path, target, at = self.path, self.path.target, self._at()
        if path.position is None:
            return []
        unit = self.card.indicator.unit
        if self._is_over(at):
            return [
                f"The year ended with {wording.counted(at['actual'], unit)} against the {t.kind} target of {_aim(t)}"
                f"{_superseded(t, target)}: "
                f"{'met' if trajectory.is_met(t, at['actual']) else 'missed'}."
                for t in (target, *reversed(path.superseded))
            ]
        lines = [
            f"Recorded from April to {periods.month_name(at.name)}: {wording.counted(at['actual'], unit)}. The "
            f"milestone range for the {target.kind} target of {_aim(target)} is {interval(at)} (80%): recorded performance is "
            f"{path.position} of it; {'fewer' if trajectory.is_decrease(target) else 'more'} is better."
        ]
        if path.adjusted_position is not None:
            line = f"The seasonally adjusted performance is {path.adjusted_position} of the milestone range."
            if self.card.shown.complete:
                line += f" Adjusted, the count to date corresponds to {wording.number(at['adjusted'])}."
            lines.append(line)
        return lines

    def _projection_lines(self) -> list[str]:
        p = self.projection
        if p is None:
            return []
        middle, wide = p.interval(0.8), p.interval(0.95)
        lines = [
            f"The year is projected to end at about {wording.number(middle.value)} "
            f"(80% interval {interval(middle)}; 95% interval {interval(wide)})."
        ]
        if p.run_rate is not None:
            lines.append(f"The straight run-rate would give {wording.number(p.run_rate)}.")
        return lines + [self._chance_line(chance) for chance in reversed(p.chances)]

    def _chance_line(self, chance: trajectory.Chance) -> str:
        t, in_force = chance.target, self.projection.chances[-1].target
        like = self.came_true() if t is in_force else None
        true = f" ({wording.percent(like.number)} of such came true)" if like else ""
        return (
            f"The chance of ending {t.period} with {t.comparison} {wording.number(t.value)} {self.card.indicator.unit} "
            f"({t.kind} target{_superseded(t, in_force)}) is {wording.chance_percent(chance.probability)}: "
            f"{self.in_words(chance.probability)}{true}.{self._pace(chance)}"
        )

    def _pace(self, chance: trajectory.Chance) -> str:
        """Say what a month may still hold, rounded toward the target so that it would just be met."""
        target, required = chance.target, chance.required
        if required is None and trajectory.is_decrease(target):
            return (
                f" It can no longer be met: {wording.number(self.projection.actual)} were recorded already."
            )
        if required is None:
            return " It is met already."
        pace = {
            "at most": f"at most {wording.number(floor(required))}",
            "below": f"at most {wording.number(ceil(required) - 1)}",
        }.get(target.comparison, f"at least {wording.number(ceil(required))}")
        said = f" On average {pace} a month from here on would meet it"
        in_force = target is self.projection.chances[-1].target
        return said + (f"; the projection is {wording.number(chance.expected)} a month." if in_force else ".")

    def _fan_cell(self, month: pd.Period) -> str:
        if self.projection is None or month not in self.projection.fan.index:
            return "none"
        at = self.projection.fan.loc[month]
        return f"{wording.number(at[0.5])} ({wording.number(at[0.1])} to {wording.number(at[0.9])})"

    def _rating(self) -> tuple[trajectory.Rating, trajectory.Chance | None]:
        """Give the letter, no better than the chance of the target in force allows, and that chance."""
        chance = self._chance_in_force()
        own = self.path.rating
        return (own if chance is None else trajectory.cap_by_chance(own, chance.probability)), chance

    def _progress(self, rating: trajectory.Rating, reason: str) -> Block:
        way = self.direction
        if way is not None:
            word = way.word if way.change else f"not known ({way.reason.rstrip('.')})"
            reason += f" Direction of travel: {word}."
        return self._letter(rating, reason)

    def _letter(self, rating: trajectory.Rating, reason: str) -> Block:
        figures = self.made.of_rating(rating.letter, self.path, self.direction)
        return letter(rating.letter, rating.colour.capitalize(), reason, figures=figures)


@view.register
def _(found: Outlook) -> Block:
    return join(found.findings(), found.record())


def outlook_of(season: Season) -> Outlook:
    """Build the path to the card's targets, project its year end, and test its direction of travel."""
    card = season.card
    history = card.monthly.rename(card.indicator.id)
    nothing = Outlook(
        card=card, made=YearFigures(card=card, season=season), in_words=card.catalogue.chance_in_words
    )
    if not card.shown.by_quarter:
        return replace(
            nothing,
            problem="whole quarters are withheld, because small counts might point to a household, and the projection would be "
            "made from them.",
        )
    year = periods.financial_year_of(history.index[-1])
    adjusted = season.adjustment.adjusted if season.adjustment is not None else None
    try:
        course = trajectory.course_of_year(
            history,
            target=card.targets or None,
            year=year,
            unit=card.indicator.unit,
            as_at=card.as_at,
            adjusted=adjusted,
            caveats=card.caveats,
            projection=_beside_the_others(card, year),
        )
        direction = trajectory.direction_of_travel(
            history,
            improvement_direction=card.indicator.improvement_direction,
            unit=card.indicator.unit,
            kind=card.indicator.counted,
            caveats=card.caveats,
        )
    except DataProblem as problem:
        return replace(nothing, problem=" ".join(str(problem).split()))
    return replace(nothing, path=course.path, projection=course.projection, direction=direction)


def _beside_the_others(card: ReportCard, year: pd.Period) -> trajectory.Projection | None:
    """Project an area below the whole together with the whole and all others; of a year that is over there is nothing to project."""
    parts, counts = card.together, card.data.by_area.loc[: card.monthly.index[-1]]
    if not any(card.area.name in below for below in parts.values()) or counts.index[-1].month == 3:
        return None
    given = {"year": year, "caveats": tuple(card.caveats), "unit": card.indicator.unit}
    found = once(trajectory.project_together, counts, parts=parts, **given)[card.area.name]
    if isinstance(found, DataProblem):
        raise found
    return found


def _aim(target: Target) -> str:
    return f"{target.comparison} {wording.number(target.value)}"


def _superseded(target: Target, in_force: Target) -> str:
    return "" if target is in_force else ", since superseded"


def _or_none(value: float) -> str:
    return wording.number(value) if pd.notna(value) else "none"
