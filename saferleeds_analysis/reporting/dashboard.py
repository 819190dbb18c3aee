"""A partnership's dashboard: one row a measure, from the state that every page has of it. One side of A4, across."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, heading, join, letter, paragraph
from saferleeds_analysis.reporting.gathered import Sources, in_short, results_of
from saferleeds_analysis.reporting.state import State
from saferleeds_analysis.reporting.tables import table

_KEY = (
    "In brackets: the 95% interval of a change, the 80% range of a projection. N: no target, or no rule to rate by. "
    "Illustrative: made up to fit published totals, not recorded."
)


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """The states of a partnership's measures by their names, in order; one without a value says why it has none."""

    area: str
    quarter: pd.Period
    states: Mapping[str, State]

    def title(self) -> Block:
        """Give what the page is about, and its finding."""
        about = f"Partnership dashboard, {self.area}, {periods.quarter_name(self.quarter)}"
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
    results, reasons = results_of(indicators, sources, catalogue=catalogue, as_at=as_at, **at)
    states = {}
    for name in wording.names_in(indicators) or results:
        indicator = catalogue.indicator(name)
        states[indicator.name] = (
            sources.state(results[name], indicator, edition=edition, **at)
            if name in results
            else State(indicator_id=name, area=area, what=f"no figures: {reasons[name]}")
        )
    return Dashboard(states=states, **at)


def _cells(name: str, state: State) -> list[str | Block]:
    kind = f" ({wording.listed(state.labels).lower()})" if state.labels else ""
    change = f"{state.change} ({state.interval})" if state.interval else "not tested"
    ahead = f"{state.projection} ({state.limits})" if state.projection else "not projected"
    return [
        f"{name}{kind}",
        ", ".join(filter(None, (state.value, state.what))) or "no current figure",
        change,
        letter(state.letter or "N", state.colour, wording.sentence(state.letter_by)),
        f"{ahead}; target {state.target}" if state.target else ahead,
    ]
