"""What is done about a measure: its next three actions for the first screen, and all of them with their state."""

from collections.abc import Sequence
from datetime import date

from saferleeds_analysis import periods
from saferleeds_analysis.intake.actions import DONE, DROPPED, Action
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Listing, bullets, paragraph
from saferleeds_analysis.reporting.tables import table

_NONE = "No actions are recorded in data/raw/actions.csv."


def next_three(actions: Sequence[Action], *, as_at: date) -> Listing:
    """Give the three actions that are due next, each with who answers for it and by when; what is late says so."""
    return bullets([f"{a.what} ({_by_whom_and_when(a, as_at)})." for a in _ahead(actions)] or [_NONE])


def other_actions(actions: Sequence[Action], *, as_at: date, window: str) -> Block:
    """Set out the actions besides the next three; what is late says so."""
    actions = [action for action in actions if action not in _ahead(actions)]
    if not actions:
        return paragraph("No other actions are recorded.")
    return table(
        caption=f"Actions as they stood in {window}",
        columns=["What", "Who", "By", "State"],
        rows=[
            [
                action.what,
                action.owner or action.organisation or "nobody named",
                periods.day_name(action.due) if action.due else "no day given",
                _state(action, as_at),
            ]
            for action in actions
        ],
        text_columns=(1, 2, 3),
        css_class="lists",
    )


def _ahead(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.state not in (DONE, DROPPED)][:3]


def _by_whom_and_when(action: Action, as_at: date) -> str:
    who = action.owner or action.organisation or "nobody named"
    late = "late: " if action.is_late(as_at) else ""
    return f"{who}, {late}by {periods.day_name(action.due)}" if action.due else f"{who}, no day given"


def _state(action: Action, as_at: date) -> str:
    state = "late" if action.is_late(as_at) else action.state
    return wording.sentence(
        f"{state}: {action.progress}" if action.progress and state != "not begun" else state
    )
