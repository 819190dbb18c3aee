"""A project as a notebook opens it, and one page of it: the tables, data and words of an indicator, an area and a quarter.

A page reads; what is found in the data is worked out by the methods that its notebook calls, a method a cell.
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
from IPython import get_ipython

from saferleeds_analysis import intake, periods
from saferleeds_analysis.area_tables import AreaTables, load_area_tables, load_group
from saferleeds_analysis.catalogue import (
    PUBLISHED,
    Catalogue,
    Project,
    load_catalogue,
    read_project,
    unknown,
)
from saferleeds_analysis.methods.assessment import load_criteria
from saferleeds_analysis.publishing.run_list import pages_about
from saferleeds_analysis.reporting import crime_card, survey_card
from saferleeds_analysis.reporting.actions import action_plan, marks_of, other_actions, what_is_marked
from saferleeds_analysis.reporting.areas import AreasBeside, areas_of
from saferleeds_analysis.reporting.assessment import StrategicAssessment, strategic_assessment
from saferleeds_analysis.reporting.blocks import NOTHING, Block, heading, join
from saferleeds_analysis.reporting.board import judgement
from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.case_facts import CaseFacts, case_facts
from saferleeds_analysis.reporting.commentary import commentary_sections
from saferleeds_analysis.reporting.comparison import AreaComparison, compare_area
from saferleeds_analysis.reporting.control import Control, control_of
from saferleeds_analysis.reporting.costs import CostReport, cost_report
from saferleeds_analysis.reporting.dashboard import Dashboard, dashboard
from saferleeds_analysis.reporting.first_screen import links
from saferleeds_analysis.reporting.funding import FundingReport, funding_report
from saferleeds_analysis.reporting.gathered import Result, Sources, result_of
from saferleeds_analysis.reporting.intervention import DidItWork, did_it_work
from saferleeds_analysis.reporting.members import MembersSummary, members_summary
from saferleeds_analysis.reporting.outlook import Outlook
from saferleeds_analysis.reporting.plan import Plan, plan_of
from saferleeds_analysis.reporting.profile import AreaProfile, profile_of
from saferleeds_analysis.reporting.record import measured_on_open_data
from saferleeds_analysis.reporting.satisfaction import Satisfaction, satisfaction
from saferleeds_analysis.reporting.season import Season
from saferleeds_analysis.reporting.wording import names_in
from saferleeds_analysis.unit_costs import CostTables, load_cost_tables


@dataclass(frozen=True)
class OpenProject:
    """A folder with ``data/raw``, ``data/raw/reference`` and ``notebooks``; its tables are read when they are first asked for."""

    root: Path

    @cached_property
    def catalogue(self) -> Catalogue:
        """Its indicators, areas, targets, definitions and rules."""
        return load_catalogue(self.reference)

    @cached_property
    def area_tables(self) -> AreaTables:
        """Its households and residents, its tile map, its decisions on control limits."""
        return load_area_tables(self.reference)

    @cached_property
    def cost_tables(self) -> CostTables:
        """Unit costs, deflators and the stated funding positions."""
        return load_cost_tables(self.reference)

    @cached_property
    def whose(self) -> Project:
        """Whose pages these are, whom a reader asks, and at which prices offences are valued."""
        return read_project(self.reference)

    @property
    def reference(self) -> Path:
        """The folder of its own tables."""
        return self.root / "data/raw/reference"

    def page(
        self, quarter: str, *, as_at: str, indicator: str = "", area: str = "", edition: str = "public"
    ) -> "Page":
        """Open the page of a quarter as at a day; the data are read anew where a file of ``data/raw`` has changed.

        A parameter that papermill put into the notebook and the notebook has not is refused.
        """
        _refuse_unknown_parameters()
        intake.build_processed(self.root, self.catalogue)
        return Page(
            project=self,
            quarter=periods.quarter(quarter),
            as_at=date.fromisoformat(as_at),
            indicator=indicator,
            area=area,
            edition=edition,
        )


@dataclass(frozen=True, kw_only=True)
class Page:
    """One quarter, as at one day, of an indicator in an area: its data, its words, and the blocks that need both."""

    project: OpenProject
    quarter: pd.Period
    as_at: date
    indicator: str
    area: str
    edition: str

    @property
    def at(self) -> dict[str, Any]:
        """Area, quarter and day, as the methods ask for them."""
        return {"area": self.area, "quarter": self.quarter, "as_at": self.as_at}

    # Data

    def recorded(self) -> intake.RecordedCounts:
        """Give the monthly counts of the indicator by area, as received."""
        known = self.project.catalogue.indicator(self.indicator)
        return self.sources.counts(known, as_at=self.as_at)

    def counts(self) -> ReportCard:
        """Give the monthly counts of the area and its parts, as the edition may print them; ``monthly`` is a pandas Series."""
        return report_card(self.recorded(), catalogue=self.project.catalogue, edition=self.edition, **self.at)

    def result(self, name: str = "") -> Result:
        """Give what the quarter says of the indicator, or of another by its name: of a survey, of parts, of cases, of a service."""
        known = self.project.catalogue.indicator(name or self.indicator)
        return result_of(
            known, self.sources, catalogue=self.project.catalogue, edition=self.edition, **self.at
        )

    def services(self, *names: str) -> dict[str, Result]:
        """Give the counts of services by quarter, by their names; an empty name is left out."""
        return {name: self.result(name) for name in filter(None, names)}

    def satisfaction(self, questions: str) -> Satisfaction:
        """Give the satisfaction survey of some questions, ids with commas between."""
        return satisfaction(self.project.catalogue, indicators=names_in(questions), **self.at)

    def case_facts(self, names: Iterable[str]) -> CaseFacts:
        """Give what was printed of people, calls, cases and durations."""
        return case_facts(self.project.catalogue, names=[*names], edition=self.edition, **self.at)

    @cached_property
    def actions(self) -> list[intake.Action]:
        """The actions on the indicator, as they stood in the quarter."""
        root, known = self.project.root, self.project.catalogue
        return intake.actions_of(root, self.quarter, self.indicator, catalogue=known, edition=self.edition)

    @property
    def sources(self) -> Sources:
        """How pages on many indicators get at their data and words."""
        read = {"catalogue": self.project.catalogue}
        return Sources(
            counts=partial(intake.recorded_counts, self.project.root, **read),
            responses=partial(intake.survey_responses, self.project.root, **read),
            parts=partial(intake.recorded_parts, self.project.root, **read),
            cases=partial(intake.recorded_cases, self.project.root, **read),
            words=partial(intake.commentary, self.project.root, self.quarter),
            asked=partial(intake.commentary_request, self.project.root, self.quarter),
        )

    # Methods that need the project's tables

    def by_area(self, counts: ReportCard) -> AreasBeside:
        """Set the areas below side by side: ranked, mapped, as rates, and which of them differ from the rest."""
        drawn = intake.boundaries(self.project.root, counts.data.area_set, catalogue=self.project.catalogue)
        return areas_of(counts, tables=self.project.area_tables, boundaries=drawn)

    def control_chart(self, season: Season) -> Control:
        """Chart the seasonally adjusted months with the limits that were decided for them."""
        return control_of(season, tables=self.project.area_tables)

    def profile(self) -> AreaProfile:
        """Set a ward or a division beside the others of its kind."""
        return profile_of(
            self.recorded(),
            catalogue=self.project.catalogue,
            tables=self.project.area_tables,
            edition=self.edition,
            **self.at,
        )

    def cost_of_crime(self) -> CostReport:
        """Value the recorded offences at the prices that the project names."""
        tables = self.project.cost_tables
        return cost_report(
            [self.recorded()],
            catalogue=self.project.catalogue,
            tables=tables,
            areas=self.project.area_tables,
            pack_edition=self.edition,
            **tables.prices(self.project.whose),
            **self.at,
        )

    def compare_with_group(self, group: str, *, measure: str, period: str) -> AreaComparison:
        """Set the area beside a group of its like, the file of that name in the project's tables."""
        return compare_area(
            load_group(group, self.project.reference),
            catalogue=self.project.catalogue,
            indicator=self.indicator,
            measure=measure,
            period=period,
            **self.at,
        )

    def did_it_work(self, intervention: str) -> DidItWork:
        """Set what moved after something was done, a row of ``interventions.csv``, beside places without it and what was printed."""
        return did_it_work(
            self.recorded(), intervention=intervention, catalogue=self.project.catalogue, area=self.area
        )

    def funding(self, position: str, *, share: float, shares: Sequence[float]) -> FundingReport:
        """Say what another share of the cost of a stated position means, with a table over ``shares``."""
        return funding_report(
            self.project.cost_tables,
            position=position,
            share=share,
            shares=shares,
            quarter=self.quarter,
            as_at=self.as_at,
        )

    def dashboard(self, indicators: str = "") -> Dashboard:
        """Gather a row for each indicator, ids with commas between; empty: all for which there is data."""
        known = self.project.catalogue
        return dashboard(
            self.sources, catalogue=known, indicators=indicators, edition=self.edition, **self.at
        )

    def strategic_assessment(self, indicators: str = "") -> StrategicAssessment:
        """Put the measures of the project in order by several criteria, ids with commas between; empty: all for which there is data."""
        return strategic_assessment(
            self.sources,
            catalogue=self.project.catalogue,
            reference=self.project.reference,
            criteria=load_criteria(self.project.reference),
            cost_of=lambda indicator: replace(self, indicator=indicator.id).cost_of_crime(),
            edition=self.edition,
            indicators=indicators,
            **self.at,
        )

    def members_summary(self, indicators: str = "") -> MembersSummary:
        """Gather the measures of the quarter for members, ids with commas between; empty: all for which there is data."""
        return members_summary(
            self.sources,
            catalogue=self.project.catalogue,
            project=self.project.whose,
            indicators=indicators,
            **self.at,
        )

    # Blocks

    def top(self, *found: Any, what: str = "report card", judged: bool = False) -> Block:
        """Give the first screen of a card: of an outlook and the areas beside each other, or of a survey and what is beside it.

        Where its board judges progress itself, what it ``judged`` stands.
        """
        if isinstance(found[0], Outlook):
            outlook, areas = found
            profiles = self.addresses("area_profile")
            return crime_card.top(outlook.card, outlook, areas, actions=self.actions, profiles=profiles)
        given = {
            "indicator": self.indicator,
            "area": self.area,
            "quarter": self.quarter,
            "edition": self.edition,
        }
        word = judgement(self._words(), **given) if judged else None
        return survey_card.top(*found, what=what, judged=word, actions=self.actions, as_at=self.as_at)

    def where(self, found: Any, areas: AreasBeside | None = None) -> Block:
        """Give the areas that a board should know of, each a link where it has a page; of a survey its localities."""
        if isinstance(found, ReportCard):
            return crime_card.where(found, areas, profiles=self.addresses("area_profile"))
        return survey_card.by_locality(found)

    def before_quoting(self, *found: Any) -> Block:
        """List what must be known before a figure is quoted, at most four things; the annex lists all."""
        if isinstance(found[0], ReportCard):
            return crime_card.before_quoting(*found)
        return survey_card.before_quoting(*found)

    def commentary(self, *sections: str) -> Block:
        """Give partners' words under these headings, those under others after them; what was not received is said."""
        return commentary_sections(
            self._words(),
            sections=sections,
            quarter=self.quarter,
            edition=self.edition,
            request=intake.commentary_request(self.project.root, self.quarter, self.indicator),
            as_at=self.as_at,
        )

    def measured_on_open_data(self) -> Block:
        """Say how projections were measured once on other data: of every indicator that is counted and of which there are data."""
        known = self.project.catalogue
        there = {PUBLISHED, *(p.source.id for p in intake.build_processed(self.project.root, known))}
        counted = [i.id for i in known.indicators() if "counts" in i.kind_of_data and i.source in there]
        return measured_on_open_data(*counted)

    def plan(self, indicators: str = "", *, whole_year: bool = False) -> Plan:
        """Put measures and actions under the priorities of the plan, ids with commas between; of the ``whole_year`` also what ended in it."""
        since = periods.financial_year_of(self.quarter).asfreq("Q-MAR", how="start") if whole_year else None
        return plan_of(
            self.members_summary(indicators),
            self._all_actions(self.edition, since),
            as_at=self.as_at,
            catalogue=self.project.catalogue,
        )

    def other_actions(self) -> Block:
        """Set out the actions besides the next three, which the first screen names."""
        return other_actions(self.actions, as_at=self.as_at, window=periods.quarter_name(self.quarter))

    def action_plan(self) -> Block:
        """Set out every action of the partnership by priority; the public edition says how many it leaves out."""
        known = self.project.catalogue
        of = {edition: self._all_actions(edition) for edition in ("restricted", self.edition)}
        return action_plan(
            of[self.edition],
            catalogue=known,
            as_at=self.as_at,
            window=periods.quarter_name(self.quarter),
            left_out=len(of["restricted"]) - len(of[self.edition]),
        )

    def turn_the_curve(self, counts: ReportCard) -> Block:
        """Draw the months with the actions marked that were at work, each with a link where a page asks if it worked."""
        marked = marks_of(self.actions)
        if not marked:
            return NOTHING
        asked = {
            action.id: href
            for action in self.actions
            for one in self.project.catalogue.interventions(self.indicator)
            if action.area in one.areas and action.started == one.start
            for href in self.addresses("did_it_work").values()
        }
        return join(
            heading(2, "What was done, and when"),
            counts.months(marks=marked),
            what_is_marked(self.actions, asked),
        )

    def links(self, more: Mapping[str, str] | None = None, *, area: str = "", **words: str) -> Block:
        """Give a line of links: ``more`` by their words, and the indicator's pages on the area by notebook, each under its words."""
        there = dict(more or {})
        for notebook, said in words.items():
            pages = self.addresses(notebook)
            there[said] = pages.get(area or self.area, pages.get("", ""))
        return links(there)

    def addresses(self, notebook: str) -> Mapping[str, str]:
        """Give the addresses of a notebook's pages about the indicator, by area."""
        return self._pages.get(notebook, {})

    @cached_property
    def _pages(self) -> dict[str, dict[str, str]]:
        root, known = self.project.root, self.project.catalogue
        return pages_about(root, self.quarter, self.indicator, catalogue=known)

    def _all_actions(self, edition: str, since: pd.Period | None = None) -> list[intake.Action]:
        root, known = self.project.root, self.project.catalogue
        return intake.actions_in(root, self.quarter, catalogue=known, edition=edition, since=since)

    def _words(self) -> intake.Commentary | None:
        return intake.commentary(self.project.root, self.quarter, self.indicator)


def _refuse_unknown_parameters() -> None:
    """Compare the names that papermill's own cell sets with those of the cells above it, where a notebook is running."""
    notebook = get_ipython()
    cells = notebook.user_ns["In"] if notebook is not None else []
    at = [number for number, cell in enumerate(cells) if cell.startswith("# Parameters\n")]
    if not at:
        return
    declared = {name for cell in cells[: at[0]] for name in _names_set_in(cell)}
    strange = [name for name in _names_set_in(cells[at[0]]) if name not in declared]
    if strange:
        raise ValueError(unknown("parameter", strange[0], declared))


def _names_set_in(cell: str) -> list[str]:
    targets = [
        target
        for line in ast.parse(cell).body
        for target in (line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)])
    ]
    return [target.id for target in targets if isinstance(target, ast.Name)]
