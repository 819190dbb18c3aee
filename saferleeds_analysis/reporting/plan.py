"""The partnership's plan by priority: what its measures show and what is done about them, on one side, or in full for a year's review.

Measures are those of the summary for members, actions those of the action plan: nothing is said here that does not stand there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake import Action
from saferleeds_analysis.intake.actions import DONE, DROPPED
from saferleeds_analysis.reporting.actions import in_a_line, state_figure
from saferleeds_analysis.reporting.blocks import Block, Text, bullets, heading, join, paragraph
from saferleeds_analysis.reporting.gathered import in_short
from saferleeds_analysis.reporting.members import KEY, Item, MembersSummary, measure
from saferleeds_analysis.reporting.tables import table


@dataclass(frozen=True, kw_only=True)
class Priority:
    """A priority of the plan: its measures, and the actions on them."""

    measures: tuple[Item, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The priorities of a plan by name, in the order of the table of indicators; its methods give the blocks of a page."""

    summary: MembersSummary
    as_at: date
    priorities: Mapping[str, Priority]

    def title(self, what: str) -> Block:
        """Give what the page is (a plan on a page, an annual review), and its finding."""
        about = f"{what}, {self._of}"
        finding = in_short(item.state for item in self.summary.items)
        return join(paragraph(about, css_class="eyebrow"), heading(1, finding))

    def on_a_page(self) -> Block:
        """Give a row for each priority: its measures with letter, level and target, and how its actions stand."""
        rows = [
            [name, bullets(map(_in_short, of.measures)), self._done(of.actions)]
            for name, of in self.priorities.items()
        ]
        shown = table(
            caption=f"The plan of {self._of}",
            columns=["Priority", "Measures", "Actions"],
            rows=rows,
            text_columns=(1, 2),
            css_class="lists one-side",
            figures=self._figures(),
        )
        return join(shown, paragraph("N: not rated.", css_class="small"))

    def in_full(self) -> Block:
        """Give each priority under its name: what its measures show, and what was done, dropped, is late or goes on."""
        shown = [
            block
            for name, of in self.priorities.items()
            for block in (heading(2, name), *map(measure, of.measures), *self._actions(of.actions))
        ]
        return join(*shown, paragraph(KEY, css_class="small"))

    def late_or_missing(self) -> Block:
        """Say what is late or missing: measures, months, partners' words."""
        return self.summary.late_or_missing()

    @property
    def _of(self) -> str:
        return f"{self.summary.area}, {periods.quarter_name(self.summary.quarter)}"

    def _done(self, actions: Sequence[Action]) -> str:
        return in_a_line(actions, as_at=self.as_at) or "No actions are recorded."

    def _actions(self, actions: Sequence[Action]) -> list[Block]:
        if not actions:
            return [paragraph(self._done(actions))]
        groups = {
            "Done": [a for a in actions if a.state == DONE],
            "Dropped": [a for a in actions if a.state == DROPPED],
            "Late": [a for a in actions if a.is_late(self.as_at)],
        }
        told = {action.id for group in groups.values() for action in group}
        groups["Going on"] = [a for a in actions if a.id not in told]
        lines = [
            f"{how}: {'; '.join(_with_word(a) for a in group)}." for how, group in groups.items() if group
        ]
        return [
            heading(3, "What was done"),
            bullets(lines, figures=[state_figure(a, self.as_at) for a in actions]),
        ]

    def _figures(self) -> list:
        return [
            figure
            for of in self.priorities.values()
            for figure in (
                *(f for item in of.measures for f in item.state.figures),
                *(state_figure(action, self.as_at) for action in of.actions),
            )
        ]


def plan_of(summary: MembersSummary, actions: Sequence[Action], *, catalogue: Catalogue, as_at: date) -> Plan:
    """Put the measures of a summary and the actions on them under the priorities of the table of indicators."""
    by_priority: dict[str, tuple[list[Item], list[Action]]] = {}
    for item in summary.items:
        by_priority.setdefault(catalogue.indicator(item.state.indicator_id).priority, ([], []))[0].append(
            item
        )
    for action in actions:
        by_priority.setdefault(catalogue.indicator(action.indicator_id).priority, ([], []))[1].append(action)
    return Plan(
        summary=summary,
        as_at=as_at,
        priorities={
            name: Priority(measures=tuple(items), actions=tuple(own))
            for name, (items, own) in by_priority.items()
        },
    )


def _in_short(item: Item) -> Text:
    state = item.state
    target = f"; target {state.target}" if state.target else ""
    change = f", {state.change}" if state.change else ""
    kind = "; ".join(filter(None, [*map(str.lower, state.labels), state.letter_by]))
    said = f" {item.name}: {state.value or 'no current figure'}{change}{target}{f' ({kind})' if kind else ''}"
    return paragraph(state.in_short(), said)


def _with_word(action: Action) -> str:
    return f"{action.what} ({action.progress})" if action.progress else action.what
