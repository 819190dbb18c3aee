"""Where a card's indicator is heading: its place in the milestone range, the projected year end, and the chance of
meeting each target, in sentences, a chart and a table.

The milestone range is the project's own definition, since no public one exists; every page that shows it says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, join, paragraph
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.record import track_record
from saferleeds_analysis.reporting.season import Season
from saferleeds_analysis.reporting.tables import behind, table

OWN_DEFINITION = (
    "The milestone range is the project's own definition: where the count would be by the end of each month if the year "
    "ended exactly on target, with the range that holds four such years in five. No public source defines it."
)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The path to the target and the projection of a card's year; ``problem`` says why where there is none."""

    card: ReportCard
    path: trajectory.Trajectory | None
    projection: trajectory.Projection | None
    direction: trajectory.Direction | None
    in_words: Callable[[float], str]
    problem: str

    def progress(self) -> Block:
        """Show the RAG letter with its colour's name and reason, and the direction of travel: a field of the card."""
        if self.path is None:
            return _progress("N", "Grey", f"no rating: {self.problem}", None)
        rating = self.path.rating
        return _progress(rating.letter, rating.colour.capitalize(), rating.reason, self.direction)

    def findings(self) -> Block:
        """Say where the count stands in the milestone range, where the year is heading, and each target's chance."""
        if self.path is None:
            return paragraph(f"No projection is given: {self.problem}", css_class="notice")
        lines = [*self._position_lines(), *self._projection_lines(), *self._chance_lines()]
        items = "".join(f"<li>{escape(line, quote=False)}</li>" for line in lines)
        shown = Block(
            html=f"<ul>{items}</ul>",
            text="\n".join(f"- {line}" for line in lines),
            figures=tuple(self._figures(self.path.to_frame())) + tuple(self._projected_figures()),
        )
        return join(shown, paragraph(OWN_DEFINITION))

    def chart(self) -> Block:
        """Draw the twelve-month total with its milestone range, the targets and the projection's fan."""
        if self.path is None:
            return self.card.chart()
        card = self.card
        path = self.path.path
        # On the scale of the twelve-month total: the count to date and last year's months that are still to come.
        still_to_come = self._last_years_remaining()
        band = path[["lower", "upper"]].add(still_to_come, axis=0) if self.path.target else None
        fan = self.projection.fan.add(still_to_come, axis=0).dropna() if self.projection else None
        return card.chart(milestones=band, fan=fan)

    def table(self) -> Block:
        """Give the milestones month by month: usual share, milestone, range, actual, and the projection ahead."""
        if self.path is None:
            return paragraph("No milestones are given.")
        rows = []
        for month, at in self.path.path.iterrows():
            rows.append(
                [
                    periods.month_name(month),
                    wording.percent(100 * at["share"]),
                    _or_none(at["milestone"]),
                    f"{_or_none(at['lower'])} to {_or_none(at['upper'])}"
                    if pd.notna(at["lower"])
                    else "none",
                    _or_none(at["actual"]),
                    self._fan_cell(month),
                ]
            )
        years = ", ".join(periods.financial_year_name(y) for y in self.path.base_years)
        shown = table(
            caption=f"Milestones of {periods.financial_year_name(self.path.year)}, cumulative from April",
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
        return join(
            paragraph(f"The usual shares are those of {years}."), behind("Show the milestones", shown)
        )

    def record(self) -> Block:
        """Say how such projections did in past years, on the area's own series and on those one level below it."""
        card = self.card
        nearest = next(iter(card.parts.values()), ()) if len(next(iter(card.parts.values()), ())) <= 5 else ()
        histories = [card.monthly.rename(card.area.name)]
        histories += [card.data.by_area[p.area].loc[: card.monthly.index[-1]] for p in nearest]
        return track_record(
            histories,
            caveats=card.caveats,
            indicator_id=card.indicator.id,
            area=card.area.name,
            notice=card.data.source.notice,
        )

    def _position_lines(self) -> list[str]:
        path, target = self.path, self.path.target
        if target is None or path.position is None:
            return []
        known = path.path.dropna(subset="actual")
        at, month = known.iloc[-1], known.index[-1]
        lines = [
            f"From April to {periods.month_name(month)}, {wording.number(at['actual'])} {self.card.indicator.unit} were "
            f"recorded. The milestone range for the {target.kind} target of {target.comparison} "
            f"{wording.number(target.value)} is {wording.number(at['lower'])} to {wording.number(at['upper'])}: recorded "
            f"performance is {path.position}."
        ]
        if path.adjusted_position is not None:
            lines.append(
                f"The seasonally adjusted performance is {path.adjusted_position} of the milestone range."
            )
        return lines

    def _projection_lines(self) -> list[str]:
        p = self.projection
        if p is None:
            return []
        middle = p.interval(0.8)
        wide = p.interval(0.95)
        lines = [
            f"The year is projected to end at about {wording.number(middle.value)} "
            f"(80% interval {wording.number(middle.lower)} to {wording.number(middle.upper)}; "
            f"95% interval {wording.number(wide.lower)} to {wording.number(wide.upper)})."
        ]
        if p.run_rate is not None:
            lines.append(
                f"The straight run-rate would give {wording.number(p.run_rate)}. {trajectory.RUN_RATE_MISLEADS}"
            )
        return lines

    def _chance_lines(self) -> list[str]:
        if self.projection is None:
            return []
        lines = []
        for chance in reversed(self.projection.chances):
            t = chance.target
            superseded = "" if t is self.projection.chances[-1].target else ", since superseded"
            line = (
                f"The chance of ending {t.period} with {t.comparison} {wording.number(t.value)} {self.card.indicator.unit} ({t.kind} target"
                f"{superseded}) is {chance_percent(chance.probability)}: {self.in_words(chance.probability)}."
            )
            if chance.required is not None:
                line += (
                    f" From here on {wording.number(chance.required)} a month would just meet it; "
                    f"the projection holds {wording.number(chance.expected)}."
                )
            lines.append(line)
        return lines

    def _last_years_remaining(self) -> pd.Series:
        """Give, for each month of the year, how many were recorded last year in the months after it."""
        months = self.path.path.index
        last_year = self.card.monthly.astype("Float64").reindex(months - 12)
        after = float(last_year.sum()) - last_year.cumsum()
        return pd.Series(after.to_numpy(dtype=float, na_value=float("nan")), index=months)

    def _fan_cell(self, month: pd.Period) -> str:
        if self.projection is None or month not in self.projection.fan.index:
            return "none"
        at = self.projection.fan.loc[month]
        return f"{wording.number(at[0.5])} ({wording.number(at[0.1])} to {wording.number(at[0.9])})"

    def _projected_figures(self) -> list[Figure]:
        return [] if self.projection is None else list(self._figures(self.projection.to_frame()))

    def _figures(self, tidy: pd.DataFrame) -> list[Figure]:
        """Turn a method's tidy rows into the page's figures, naming indicator and area as the page does."""
        notice = self.card.data.source.notice
        rows = []
        for row in tidy.to_dict("records"):
            values = {k: (None if isinstance(v, float) and pd.isna(v) else v) for k, v in row.items()}
            caveats = tuple(c for c in (values.pop("caveats") or "").split(" | ") if c)
            rows.append(
                Figure(
                    **values
                    | {
                        "indicator_id": self.card.indicator.id,
                        "area": self.card.area.name,
                        "n": int(values["n"]) if values.get("n") is not None else None,
                        "caveats": (*caveats, notice) if notice else caveats,
                    }
                )
            )
        return rows


def outlook_of(card: ReportCard, *, season: Season, catalogue: Catalogue) -> Outlook:
    """Build the path to the card's targets, project its year end, and test its direction of travel."""
    history = card.monthly.rename(card.indicator.id)
    year = periods.financial_year_of(history.index[-1])
    adjusted = season.adjustment.adjusted if season.adjustment is not None else None
    options = {"caveats": card.caveats, "area": card.area.name, "unit": card.indicator.unit}
    try:
        path = trajectory.build_trajectory(
            history, target=card.targets or None, year=year, as_at=card.as_at, adjusted=adjusted, **options
        )
        complete = history.index[-1] == periods.financial_year_months(year)[-1]
        projection = (
            None
            if complete
            else trajectory.project_year_end(history, target=card.targets or None, year=year, **options)
        )
        direction = trajectory.direction_of_travel(
            history,
            improvement_direction=card.indicator.improvement_direction,
            unit=card.indicator.unit,
            caveats=card.caveats,
        )
    except DataProblem as problem:
        return Outlook(
            card=card,
            path=None,
            projection=None,
            direction=None,
            in_words=catalogue.chance_in_words,
            problem=_one_line(problem),
        )
    return Outlook(
        card=card,
        path=path,
        projection=projection,
        direction=direction,
        in_words=catalogue.chance_in_words,
        problem="",
    )


def chance_percent(probability: float) -> str:
    """Write a chance in whole percent; nothing is quite certain.

    >>> chance_percent(0.6234), chance_percent(0.9999), chance_percent(0.001)
    ('62%', 'more than 99%', 'less than 1%')
    """
    if probability > 0.99:
        return "more than 99%"
    if probability < 0.01:
        return "less than 1%"
    return f"{wording.number(100 * probability)}%"


def _progress(letter: str, colour: str, reason: str, direction: trajectory.Direction | None) -> Block:
    travel = "" if direction is None else f" Direction of travel: {direction.word}."
    words = f"{reason[:1].upper()}{reason[1:]}{travel}"
    return Block(
        html=f'<span class="rag rag-{letter}">{letter}</span> <strong>{escape(colour)}</strong>. {escape(words)}',
        text=f"{letter} ({colour}). {words}",
    )


def _or_none(value: float) -> str:
    return wording.number(value) if pd.notna(value) else "none"


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split())
