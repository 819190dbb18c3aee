"""A partnership's dashboard: one row a measure, from the state that every page has of it. One side of A4, across."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Target
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, heading, join, letter, paragraph
from saferleeds_analysis.reporting.gathered import (
    Recorded,
    Result,
    Sources,
    in_short,
    progress_of,
    results_of,
)
from saferleeds_analysis.reporting.parts import PartsReport
from saferleeds_analysis.reporting.state import State
from saferleeds_analysis.reporting.tables import table

_KEY = (
    "In brackets: the 95% interval of a change, the 80% range of a projection. N: no target, or no rule to rate by. "
    "Illustrative: made up to fit published totals, not recorded."
)


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """The states of a partnership's measures by their names, in order; one without a value says why it has none.

    ``results`` are those from which the states were made, ``targets`` those of the year and of later ones, both by name.
    """

    area: str
    quarter: pd.Period
    states: Mapping[str, State]
    results: Mapping[str, Result]
    targets: Mapping[str, Sequence[Target]]

    def title(self, what: str = "Partnership dashboard") -> Block:
        """Give what the page is about, and its finding."""
        about = f"{what}, {self.area}, {periods.quarter_name(self.quarter)}"
        return join(paragraph(about, css_class="eyebrow"), heading(1, in_short(self.states.values())))

    def table(self) -> Block:
        """Give the measures, one a row, and what their words mean."""
        shown = table(
            caption=f"Measures of {self.area}, {periods.quarter_name(self.quarter)}",
            columns=["Measure", "Latest", "Change in a year", "Status", "Projected"],
            rows=[_cells(name, state) for name, state in self.states.items()],
            text_columns=range(1, 5),
            css_class="lists one-side dashboard",
            figures=[figure for state in self.states.values() for figure in state.figures],
        )
        return join(shown, paragraph(_KEY, css_class="small"))

    def performance_measures(self) -> Block:
        """Give a row for each target of this year and later: where its measure stands, beside what, and the letter with its reason."""
        rows, figures = [], []
        for name, state in self.states.items():
            found = self.results.get(name)
            letter_of = progress_of(found) if found else NOTHING
            for target in self.targets[name] or [None]:
                said = [_of_target(target), _latest(state), _beside(found)]
                rows.append([name, *said, self._status(name, target, letter_of)])
            figures += [*state.figures, *letter_of.figures]
        return table(
            caption=f"Targets of {self.area}, {periods.quarter_name(self.quarter)}",
            columns=["Measure", "Target", "Latest", "Beside", "Status"],
            rows=rows,
            text_columns=range(1, 5),
            css_class="lists",
            figures=figures,
        )

    def _status(self, name: str, target: Target | None, letter_of: Block) -> str:
        """Give the letter with its reason to the target that it is against, and say of the others that they are not rated."""
        year = periods.financial_year_name(periods.financial_year_of(self.quarter))
        against = {(f.period, f.number) for f in letter_of.figures if f.measure.role == "target"}
        if isinstance(
            self.results.get(name), Recorded
        ):  # its letter in short is against the last that was set for the year
            against = {(t.period, t.value) for t in [t for t in self.targets[name] if t.period == year][-1:]}
        if target is None or (target.period, target.value) in against:
            return _why(letter_of)
        if target.period > year:
            return "Not rated: it is of a later year."
        return "Not rated: another target is in force, or no figure of its year is known."


def dashboard(
    sources: Sources,
    *,
    catalogue: Catalogue,
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str,
    indicators: str = "",
) -> Dashboard:
    """Gather a dashboard: a row for each measure.

    ``indicators`` are ids with commas between; without them, every indicator of the catalogue for which there is data, in
    its order. A named one that cannot be made has a row with the reason.
    """
    at = {"area": area, "quarter": quarter}
    results, reasons = results_of(
        indicators, sources, catalogue=catalogue, as_at=as_at, edition=edition, **at
    )
    states = {}
    for name in wording.names_in(indicators) or results:
        indicator = catalogue.indicator(name)
        states[indicator.name] = (
            sources.state(results[name], indicator, edition=edition, **at)
            if name in results
            else State(indicator_id=name, area=area, what=f"no figures: {reasons[name]}")
        )
    year = periods.financial_year_name(periods.financial_year_of(periods.last_month(quarter)))
    return Dashboard(
        states=states,
        results={catalogue.indicator(name).name: found for name, found in results.items()},
        targets={
            name: catalogue.targets(state.indicator_id, area, year, as_at=as_at, and_later=True)
            for name, state in states.items()
        },
        **at,
    )


def _cells(name: str, state: State) -> list[str | Block]:
    kind = f" ({wording.listed(state.labels).lower()})" if state.labels else ""
    change = f"{state.change} ({state.interval})" if state.interval else "not tested"
    ahead = f"{state.projection} ({state.limits})" if state.projection else "not projected"
    return [
        f"{name}{kind}",
        _latest(state),
        change,
        letter(state.letter or "N", state.colour, wording.sentence(state.letter_by)),
        f"{ahead}; target {state.target}" if state.target else ahead,
    ]


def _why(letter_of: Block) -> str:
    """Give a letter with the sentence that says why; what else a card tells with it stands there."""
    return f"{'. '.join(letter_of.text.rstrip('.').split('. ')[:2])}." if letter_of.text else "No target."


def _latest(state: State) -> str:
    return ", ".join(filter(None, (state.value, state.what))) or "no current figure"


def _of_target(target: Target | None) -> str:
    if target is None:
        return "none"
    of = "" if target.of == "level" else f" ({target.of})"
    return f"{target.comparison} {wording.number(target.value, decimals=0 if target.value == int(target.value) else 1)}{of}, {target.period}"


def _beside(found: Result | None) -> str:
    if not isinstance(found, PartsReport) or found.gap is None:
        return "nothing"
    return f"{found.beside_name}: {found.in_words(found.gap.earlier.value)}. {found.gap_in_words()}."
