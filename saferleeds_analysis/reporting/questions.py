"""What a board will ask of a pack, and where the answer stands: made from states, actions and checks, never from opinion.

At most seven, those first that a board can act on: what is off course, what moved more than usual, what is late, what does not hold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from saferleeds_analysis.intake import Action
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.state import State

MOST = 7
# Of which check a finding is a question, and how it is asked.
_OF_CHECKS = {
    "sudden-breaks": "What changed there? {where}: {what}.",
    "residual-season": "Has it a season of its own? {where}.",
    "published-pairs": "Which of the published figures is wrong? {where}.",
    "commentary": "When will the words of partners come? {where}.",
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with the address of the page on which its answer stands."""

    asked: str
    href: str


def questions_of(
    states: Mapping[str, tuple[State, str]],
    *,
    actions: Sequence[Action],
    plan: str,
    findings: Iterable[Mapping[str, str]],
    quality: str,
    as_at: date,
) -> list[Question]:
    """Give the questions of a pack, the most pressing first.

    ``states`` are those of the indicators by name, each with the address of its page; ``plan`` and ``quality`` are the addresses of the
    action plan and of the data-quality page, ``findings`` the rows of the latter.

    >>> burglary = State(indicator_id="burglary", area="Leeds", letter="R", change="up an unusual 30.0%", interval="up")
    >>> asked = questions_of({"Burglary": (burglary, "b.html")}, actions=[], plan="", findings=[], quality="", as_at=date(2012, 9, 30))
    >>> [question.asked for question in asked]
    ['What will bring Burglary back on course?', 'Why is Burglary up an unusual 30.0%?']
    """
    every = [
        *_of_states(states),
        *_of_actions(actions, plan, as_at),
        *_of_findings(findings, quality),
        *_of_gaps(states),
    ]
    return every[:MOST]


def _of_states(states: Mapping[str, tuple[State, str]]) -> Iterator[Question]:
    for name, (state, href) in states.items():
        if state.letter == "R":
            yield Question(asked=f"What will bring {name} back on course?", href=href)
    for name, (state, href) in states.items():
        if "unusual" in state.change:
            yield Question(asked=f"Why is {name} {state.change}?", href=href)


def _of_actions(actions: Sequence[Action], plan: str, as_at: date) -> Iterator[Question]:
    late = [action for action in actions if action.is_late(as_at)]
    if late:
        named = wording.listed(
            [f"{a.what} ({a.owner or a.organisation or 'nobody named'})" for a in late[:3]]
        )
        more = f" and {len(late) - 3} more" if late[3:] else ""
        yield Question(asked=f"Why late: {named}{more}?", href=plan)


def _of_findings(findings: Iterable[Mapping[str, str]], quality: str) -> Iterator[Question]:
    first: dict[str, Mapping[str, str]] = {}
    for finding in findings:
        if finding["check"] in _OF_CHECKS:
            first.setdefault(finding["check"], finding)
    for check, finding in first.items():
        asked = _OF_CHECKS[check].format(
            where=finding["where"], what=finding["what"].partition(" (")[0].partition(",")[0]
        )
        yield Question(asked=asked, href=quality)


def _of_gaps(states: Mapping[str, tuple[State, str]]) -> Iterator[Question]:
    for name, (state, href) in states.items():
        if state.value and state.letter in ("", "N"):
            yield Question(asked=f"What is the target of {name}?", href=href)
    for name, (state, href) in states.items():
        if state.value and not state.interval:
            yield Question(asked=f"How sure is {name}, whose change cannot be tested?", href=href)
