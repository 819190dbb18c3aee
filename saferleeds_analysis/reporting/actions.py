"""What is done about a measure: its next three actions for the first screen, all of them with their state, and the plan of all measures.

The state of an action is a figure, so that the ledger keeps how it stood in each quarter, and the row of the table can be seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.intake.actions import DONE, ENDED, Action
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import (
    Block,
    Listing,
    Span,
    Table,
    Text,
    bullets,
    heading,
    join,
    paragraph,
)
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import actions as workings

STATE = Measure(
    id="action_state",
    words="action {action}, state",
    role="letter",
    formula="as its partner gave it; late where its day has passed and it was not done",
)

# What a page says of an action, in its table and, as marks of the words, in its list of the next three.
COLUMNS_OF_ACTIONS = ("What", "Who", "By", "State")
_NONE = "No actions are recorded in data/raw/actions.csv."


def next_three(actions: Sequence[Action], *, as_at: date) -> Listing:
    """Give the three actions that are due next, each with who answers for it and by when; what is late says so."""
    ahead = _ahead(actions)
    figures = [state_figure(action, as_at) for action in ahead]
    return bullets([_in_words(action, as_at) for action in ahead] or [_NONE], figures=figures)


def other_actions(actions: Sequence[Action], *, as_at: date, window: str) -> Block:
    """Set out the actions besides the next three; what is late says so."""
    actions = [action for action in actions if action not in _ahead(actions)]
    if not actions:
        return paragraph("No other actions are recorded.")
    return table(
        caption=f"Actions as they stood in {window}",
        columns=COLUMNS_OF_ACTIONS,
        rows=[[action.what, _who(action), _by(action), _state(action, as_at, window)] for action in actions],
        text_columns=(1, 2, 3),
        css_class="lists",
        figures=[state_figure(action, as_at) for action in actions],
    )


def action_plan(
    actions: Sequence[Action], *, catalogue: Catalogue, as_at: date, window: str, left_out: int = 0
) -> Block:
    """Set out every action by priority, with its measure and what it is expected to move; ``left_out`` are in another edition."""
    marks = f"In the restricted edition only: {wording.counted(left_out, 'actions')}." if left_out else ""
    silent = actions and not any(action.expected for action in actions)
    by_priority: dict[str, list[Action]] = {}
    for action in actions:
        by_priority.setdefault(catalogue.indicator(action.indicator_id).priority, []).append(action)
    tables = [
        part
        for priority, own in by_priority.items()
        for part in (heading(2, priority), _plan_of(own, catalogue=catalogue, as_at=as_at, window=window))
    ]
    return join(
        paragraph(f"Action plan, {window}", css_class="eyebrow"),
        heading(1, in_a_line(actions, as_at=as_at).rstrip(".") or "No actions"),
        *([paragraph(marks, css_class="notice")] if marks else []),
        *([paragraph("What they are expected to move was not said.")] if silent else []),
        *(tables or [paragraph(_NONE)]),
    )


def _plan_of(actions: Sequence[Action], *, catalogue: Catalogue, as_at: date, window: str) -> Block:
    measures = [catalogue.indicator(action.indicator_id).name for action in actions]
    # A column that says one thing in every row is said once.
    more = {
        "Expected": [action.expected or "not said" for action in actions]
        if any(a.expected for a in actions)
        else [],
        "Measure": measures if len(set(measures)) > 1 else [],
    }
    said = {name: cells for name, cells in more.items() if cells}
    return table(
        caption=f"{wording.listed(list(dict.fromkeys(measures)))}: actions as they stood in {window}",
        columns=[*COLUMNS_OF_ACTIONS, *said],
        rows=[
            [
                f"{action.what}{' (restricted)' if action.restricted == 'yes' else ''}",
                _who(action),
                _by(action),
                _state(action, as_at, window),
                *(cells[number] for cells in said.values()),
            ]
            for number, action in enumerate(actions)
        ],
        text_columns=range(1, 4 + len(said)),
        css_class="lists",
        figures=[state_figure(action, as_at) for action in actions],
    )


def in_a_line(actions: Sequence[Action], *, as_at: date) -> str:
    """Name the actions that are late and count those that are done, in a sentence; empty where there are no actions.

    >>> in_a_line([], as_at=date(2012, 9, 30))
    ''
    """
    late = [action.what for action in actions if action.is_late(as_at)]
    done = sum(action.state == DONE for action in actions)
    named = f" ({wording.listed(late)})" if late else ""
    return (
        f"{wording.counted(len(actions), 'actions')}: {len(late) or 'none'} late{named}, {done or 'none'} done."
        if actions
        else ""
    )


def marks_of(actions: Sequence[Action]) -> dict[pd.Period, str]:
    """Give the months in which actions began, each with their ids, for a chart on which they are marked."""
    months: dict[pd.Period, list[str]] = {}
    for action in actions:
        if action.started is not None:
            months.setdefault(action.started, []).append(action.id)
    return {month: ", ".join(ids) for month, ids in sorted(months.items())}


def what_is_marked(actions: Sequence[Action], evaluations: Mapping[str, str]) -> Listing:
    """Say what each mark of a chart is, with what the action was expected to move; ``evaluations`` are pages that ask if it worked."""
    return bullets(
        paragraph(
            f"{action.id}, {periods.month_name(action.started)}: {action.what}. Expected: {action.expected or 'not said'}.",
            *([" ", Span("Did it work?", href=evaluations[action.id])] if action.id in evaluations else []),
        )
        for action in actions
        if action.started is not None
    )


def _ahead(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.state not in ENDED][:3]


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


def _how(action: Action, as_at: date) -> str:
    return "late" if action.is_late(as_at) else action.state


def _state(action: Action, as_at: date, window: str) -> str:
    state = _how(action, as_at)
    told = f"{state}: {action.progress}" if action.progress and state != "not begun" else state
    since = "" if periods.quarter_name(action.told_of) == window else f"; not told of since {action.quarter}"
    return wording.sentence(f"{told}{since}")


def state_figure(action: Action, as_at: date) -> Figure:
    """Give how an action stands as a figure, with its row of the table."""
    rows = action.rows("action")
    csv = rows and rows[0].file.endswith(".csv")
    return Figure(
        measure=STATE,
        qualifiers={"action": action.id},
        indicator_id=action.indicator_id,
        area=action.area or "all areas",
        window=Window.quarter(action.told_of),
        value=_how(action, as_at),
        status="judgement",
        rows=rows,
        working=Working.of(workings.state, as_at=as_at.isoformat()) if csv else None,
    )
