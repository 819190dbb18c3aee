"""The quarter on one side of A4, for members of the council: what is found, what is not sure, where it is heading.

Everything is taken from the same results as the cards. A measure that cannot be made is named with the reason.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator, Project
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import (
    Block,
    Group,
    Span,
    bullets,
    facts,
    heading,
    join,
    paragraph,
)
from saferleeds_analysis.reporting.cases import CasesReport
from saferleeds_analysis.reporting.gathered import Recorded, Result, Sources, in_short, results_of
from saferleeds_analysis.reporting.parts import PartsReport
from saferleeds_analysis.reporting.services import ServiceCounts, WithheldCounts
from saferleeds_analysis.reporting.state import NO_CLEAR_CHANGE, State
from saferleeds_analysis.reporting.surveys import SurveyReport

KEY = (
    "G, A and R: on course, at risk, off course, or as the board judges. N: not rated. A change lies between its limits "
    '19 times in 20; "no clear change": one of them is up and the other down.'
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One measure: its name, its state, and what is not sure of it."""

    name: str
    state: State
    unsure: str

    @property
    def found(self) -> str:
        """The level and the change, in a sentence."""
        state = self.state
        if not state.value:
            return "No current figure can be given; its report says why."
        of = "of those asked " if state.value.endswith("%") else ""
        said = (
            f"{state.value} {of}in the {state.what}"
            if "month" in state.what
            else f"{state.value} {of}({state.what})"
        )
        return f"{said}: {state.change} {state.on}." if state.change else f"{said}."

    @property
    def heading_for(self) -> str:
        """Where the year is heading; empty where nothing is projected."""
        state = self.state
        if not state.projection:
            return ""
        target = f"; the target is {state.target}" if state.target else ""
        return f"{wording.sentence(state.projection)} (80% range {state.limits}){target}."


@dataclass(frozen=True, kw_only=True)
class MembersSummary:
    """The quarter in one area on one side of A4; its methods give the blocks of the page."""

    project: Project
    area: str
    quarter: pd.Period
    items: tuple[Item, ...]
    gaps: tuple[str, ...]

    def title(self) -> Block:
        """Give what the page is about, and its finding."""
        about = f"{self.project.organisation}, {periods.quarter_name(self.quarter)}: summary for members"
        finding = in_short(item.state for item in self.items)
        return join(paragraph(about, css_class="eyebrow"), heading(1, finding))

    def measures(self) -> Block:
        """Give each measure under its name and letter: what is found, what is not sure, where it is heading."""
        return join(*map(measure, self.items), paragraph(KEY, css_class="small"))

    def late_or_missing(self) -> Block:
        """Say what is late or missing: measures, months, partners' words."""
        return bullets(self.gaps or ["Nothing is late or missing."], kind="late")

    def where_to_ask(self) -> Block:
        """Say whom to ask."""
        return paragraph(f"Ask the {self.project.contact}.")


def members_summary(
    sources: Sources,
    *,
    catalogue: Catalogue,
    project: Project,
    area: str,
    quarter: pd.Period,
    as_at: date,
    indicators: str = "",
) -> MembersSummary:
    """Gather the measures of a quarter for members.

    ``indicators`` are ids with commas between; without them, every indicator of the catalogue for which there is data, in
    its order. A named one that cannot be made is said to be missing, with the reason. Where none can be made, there is no
    summary: the reasons are refused, as a quarter that is not held where that is all of them.
    """
    at = {"area": area, "quarter": quarter}
    results, reasons = results_of(indicators, sources, catalogue=catalogue, as_at=as_at, **at)
    items, gaps, late = [], [], defaultdict(list)
    for name, found in results.items():
        indicator = catalogue.indicator(name)
        state = sources.state(found, indicator, edition="public", **at)
        items.append(Item(name=indicator.name, state=state, unsure=_unsure(found, state)))
        received = _received(found)
        if received is not None and received > as_at:
            late[received].append(indicator.name)
        gaps += _gaps_of_words(indicator, sources, as_at)
    gaps += [
        f"{catalogue.indicator(name).name}: no figures. {wording.sentence(reason)}"
        for name, reason in reasons.items()
    ]
    if late:
        came = "; ".join(f"{wording.listed(names)} on {periods.day_name(day)}" for day, names in late.items())
        gaps.insert(0, f"The data were received after {periods.day_name(as_at)}: {came}.")
    return MembersSummary(project=project, items=tuple(items), gaps=tuple(gaps), **at)


def measure(item: Item) -> Block:
    """Give a measure under its name and letter: what is found, what is not sure, where it is heading."""
    state = item.state
    lines = [("Found", item.found), ("Not sure", item.unsure), ("Heading for", item.heading_for)]
    kind = "; ".join(
        [*map(str.lower, state.labels), *([f"letter: {state.letter_by}"] if state.letter_by else [])]
    )
    label = [" ", Span(f"({kind})", kind="label")] if kind else []
    name = heading(3, f"{item.name} ", state.in_short(), *label)
    told = facts([(what, said) for what, said in lines if said], kind="", figures=state.figures)
    return Group(blocks=(name, told), kind="measure")


def _unsure(found: Result, state: State) -> str:
    """Say between which limits the change lies, and how such projections did before."""
    if not state.interval:
        return "The change cannot be tested."
    if isinstance(found, CasesReport):
        return f"How many days sooner or later cases close is not told ({state.interval})."
    lies = "It may be" if state.change == NO_CLEAR_CHANGE else "The change is"
    said = f"{lies} {state.interval}."
    if not isinstance(found, Recorded) or found.outlook.projection is None:
        return said
    held = found.outlook.held()
    if held is None:
        return f"{said} The projection could not be tried on past years."
    return f"{said} Of {wording.number(held.n)} replays its 80% range held {wording.percent(held.number)}."


def _received(found: Result) -> date | None:
    """Give the day on which an indicator's data were received, where it has data of its own."""
    match found:
        case Recorded(card=card):
            return card.data.source.received
        case SurveyReport():
            return found.responses.source.received
        case PartsReport():
            return found.parts.source.received
        case CasesReport():
            return found.cases.source.received
        case ServiceCounts(monthly=RecordedCounts() as monthly) | WithheldCounts(monthly=monthly):
            return monthly.source.received
    return None


def _gaps_of_words(indicator: Indicator, sources: Sources, as_at: date) -> list[str]:
    words, asked = sources.words(indicator.id), sources.asked(indicator.id)
    if words is None and asked is None:
        return []  # what is said of it stands with another indicator of the same card
    if words is None:
        name = f"{indicator.name}: no commentary from {asked.organisation} ({asked.owner})"
        return [f"{name}; {wording.due_in_words(asked, as_at=as_at)}."]
    if words.status == "draft":
        return [f"{indicator.name}: {wording.commentary_is_a_draft(words)}"]
    if asked is not None and words.received > asked.due:
        late = wording.counted((words.received - asked.due).days, "days")
        return [f"{indicator.name}: the commentary of {words.organisation} came {late} late."]
    return []
