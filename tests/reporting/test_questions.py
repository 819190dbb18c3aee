"""What a board will ask: from states, actions and checks, the most pressing first, seven at most."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from saferleeds_analysis.intake import Action
from saferleeds_analysis.reporting.questions import MOST, questions_of
from saferleeds_analysis.reporting.state import State

DAY = date(2012, 9, 30)


def state(letter="G", change="no clear change", interval="1% down to 1% up", value="10 offences"):
    return State(indicator_id="x", area="Leeds", letter=letter, change=change, interval=interval, value=value)


def action(what, *, due=date(2012, 9, 1), owner="Housing"):
    about = {
        "id": what,
        "indicator_id": "x",
        "organisation": "",
        "state": "on course",
        "progress": "",
        "quarter": "2012/13 Q2",
    }
    return Action(what=what, owner=owner, due=due, **about)


def asked(states=None, actions=(), findings=()):
    given = {name: (one, f"{name}.html") for name, one in (states or {}).items()}
    return questions_of(
        given, actions=actions, plan="plan.html", findings=findings, quality="q.html", as_at=DAY
    )


def test_what_is_off_course_or_unusual_comes_before_what_has_no_target_or_no_test():
    states = {
        "Litter": state(letter="N", interval=""),
        "Burglary": state(change="down an unusual 35.6%"),
        "Robbery": state(letter="R"),
    }
    finding = {
        "check": "sudden-breaks",
        "where": "Burglary, NWL, October 2011",
        "what": "from this month the level is −46.8% (t −9.7)",
    }
    found = asked(
        states,
        [action("Gates"), action("Locks", owner="")],
        [finding, finding, {**finding, "check": "lateness"}],
    )
    assert [(q.asked, q.href) for q in found] == [
        ("What will bring Robbery back on course?", "Robbery.html"),
        ("Why is Burglary down an unusual 35.6%?", "Burglary.html"),
        ("Why late: Gates (Housing) and Locks (nobody named)?", "plan.html"),
        ("What changed there? Burglary, NWL, October 2011: from this month the level is −46.8%.", "q.html"),
        ("What is the target of Litter?", "Litter.html"),
        ("How sure is Litter, whose change cannot be tested?", "Litter.html"),
    ]


def test_a_quiet_quarter_raises_no_question():
    assert asked({"Burglary": state()}, [action("Gates", due=date(2012, 12, 1))]) == []


@given(
    st.dictionaries(
        st.text("abc", min_size=1),
        st.builds(state, st.sampled_from("GARN"), st.sampled_from(["up an unusual 9%", ""])),
    )
)
def test_there_are_seven_at_most_each_with_the_place_of_its_answer(states):
    found = asked(states, [action("Gates")])
    assert len(found) <= MOST and all(q.href and q.asked.endswith("?") for q in found)
    red = [name for name, one in states.items() if one.letter == "R"]
    assert sum("back on course" in q.asked for q in found) == min(len(red), MOST)
