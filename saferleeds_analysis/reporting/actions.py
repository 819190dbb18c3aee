"""What is done about a measure: its next three actions for the first screen, and all of them with their state."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from saferleeds_analysis import periods
from saferleeds_analysis.intake.actions import DONE, DROPPED, Action
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Listing, Span, Table, Text, bullets, paragraph
from saferleeds_analysis.reporting.tables import table

# What a page says of an action, in its table and, as marks of the words, in its list of the next three.
COLUMNS_OF_ACTIONS = ("What", "Who", "By", "State")
_NONE = "No actions are recorded in data/raw/actions.csv."


def next_three(actions: Sequence[Action], *, as_at: date) -> Listing:
    """Give the three actions that are due next, each with who answers for it and by when; what is late says so."""
    return bullets([_in_words(action, as_at) for action in _ahead(actions)] or [_NONE])


def other_actions(actions: Sequence[Action], *, as_at: date, window: str) -> Block:
    """Set out the actions besides the next three; what is late says so."""
    actions = [action for action in actions if action not in _ahead(actions)]
    if not actions:
        return paragraph("No other actions are recorded.")
    return table(
        caption=f"Actions as they stood in {window}",
        columns=COLUMNS_OF_ACTIONS,
        rows=[
            [
                action.what,
                _who(action),
                _by(action),
                _state(action, as_at),
            ]
            for action in actions
        ],
        text_columns=(1, 2, 3),
        css_class="lists",
    )


def _ahead(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.state not in (DONE, DROPPED)][:3]


def actions_on(blocks: Iterable[Block]) -> Iterator[tuple[str, ...]]:
    """Give the actions that a page shows, each by :data:`COLUMNS_OF_ACTIONS`; of the next three the state is whether they are late.

    >>> from saferleeds_analysis.intake.actions import Action
    >>> gates = Action(id="A1", indicator_id="burglary", what="Alley gates", owner="Housing", organisation="", due=None,
    ...     state="on course", progress="", quarter="2012/13 Q2")
    >>> list(actions_on(next_three([gates], as_at=date(2012, 9, 30)).walk()))
    [('Alley gates', 'Housing', 'no day given', '')]
    """
    for block in blocks:
        if isinstance(block, Text):
            marked = {span.kind: span.text for span in block.spans}
            if "What" in marked:
                yield tuple(marked.get(column, "") for column in COLUMNS_OF_ACTIONS)
        elif isinstance(block, Table) and block.columns == COLUMNS_OF_ACTIONS:
            yield from block.rows


def _in_words(action: Action, as_at: date) -> Text:
    late = [Span("late", kind="State"), ": "] if action.is_late(as_at) and action.due else []
    by = "by " if action.due else ""
    return paragraph(
        *(Span(action.what, kind="What"), " (", Span(_who(action), kind="Who"), ", "),
        *(*late, by, Span(_by(action), kind="By"), ")."),
    )


def _who(action: Action) -> str:
    return action.owner or action.organisation or "nobody named"


def _by(action: Action) -> str:
    return periods.day_name(action.due) if action.due else "no day given"


def _state(action: Action, as_at: date) -> str:
    state = "late" if action.is_late(as_at) else action.state
    return wording.sentence(
        f"{state}: {action.progress}" if action.progress and state != "not begun" else state
    )
