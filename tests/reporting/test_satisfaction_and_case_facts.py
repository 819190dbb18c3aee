"""Satisfaction at case closure and the printed facts of cases: known answers of the card of 2012/13 Q2."""

from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, ROOT, words

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.reporting.case_facts import case_facts
from saferleeds_analysis.reporting.satisfaction import satisfaction

CATALOGUE = load_catalogue(REFERENCE)
Q1 = {"quarter": periods.quarter("2012/13 Q1"), "as_at": date(2012, 6, 30)}
Q2 = {"quarter": periods.quarter("2012/13 Q2"), "as_at": date(2012, 9, 30)}
QUESTIONS = ["lasbt_satisfaction_outcome", "lasbt_satisfaction_service"]
PEOPLE = [("lasbt_victims", "victims"), ("lasbt_perpetrators", "perpetrators")]
NAMES = ["lasbt_victims", "lasbt_perpetrators", "asb_calls", "lasbt_case_duration", "lasbt_cases"]


def asked(at=Q2):
    return satisfaction(CATALOGUE, indicators=QUESTIONS, area="Leeds", **at)


def facts(at=Q2, edition="public"):
    return case_facts(CATALOGUE, names=NAMES, area="Leeds", edition=edition, **at)


def cells(block):
    rows = BeautifulSoup(block.html, "html.parser").tbody.find_all("tr")
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in rows]


def test_the_table_is_the_published_one():
    assert cells(asked().by_year()) == [
        ["Outcome of their case", "61.6%", "66.1%", "60.3%", "79.9%", "90.0%"],
        ["Overall service", "72.2%", "73.7%", "70.4%", "83.0%", "94.2%"],
    ]


def test_the_line_breaks_where_the_service_changed():
    text = asked().by_year().text
    assert (
        "From April 2011 Leeds Anti-Social Behaviour Team takes the place of the former Anti-Social Behaviour Unit"
        in text
    )
    assert "The years before are not compared with those after" in text
    assert "No base was printed for earlier years" in text
    assert {f.words.split(": ")[1] for f in asked().by_year().figures} == {
        "ASBU closed-case survey",
        "LASBT closed-case survey",
    }


def test_the_base_is_as_printed_and_the_half_width_is_called_what_it_is():
    text = asked().base().text
    assert (
        "491 victims whose case was closed were asked and 310 answered (63.1%). 181 (36.9%) did not" in text
    )
    # 1.96 x sqrt(0.25/310) x sqrt((491-310)/(491-1)) = 3.38 points; at 90.0% 2.03.
    assert (
        "Printed as a 3.38% confidence interval: 3.38 points is the half-width at 50%, not an interval."
        in text
    )
    by_measure = {(f.indicator_id, f.words): f.value for f in asked().base().figures}
    assert by_measure["lasbt_satisfaction_outcome", "half-width at 50%"] == pytest.approx(3.3828, abs=1e-4)
    assert by_measure["lasbt_satisfaction_outcome", "half-width at the result"] == pytest.approx(
        2.03, abs=0.005
    )
    assert by_measure["lasbt_satisfaction_service", "half-width at the result"] == pytest.approx(
        1.58, abs=0.005
    )
    # Wilson of 279 and 292 of 310 without correction: 86.2 to 92.9 and 91.0 to 96.3.
    # 279 and 279 + 181 of 491
    assert "90.0% (279 of 310) | 87.8% to 91.9% | 86.2% to 92.9% | 2.0 points | 56.8% to 93.7%" in text
    assert "94.2% (292 of 310) | 92.4% to 95.6% | 91.0% to 96.3% | 1.6 points | 59.5% to 96.3%" in text


def test_a_result_of_another_kind_of_period_is_not_the_latest(monkeypatch):
    known = {name: CATALOGUE.published(name, as_at=Q2["as_at"]) for name in QUESTIONS}
    odd = [
        replace(f, period="calendar 2011") for name in QUESTIONS for f in known[name] if f.period == "2011/12"
    ]
    monkeypatch.setattr(
        type(CATALOGUE),
        "published",
        lambda _, name, **__: (*known[name], *(f for f in odd if f.indicator_id == name)),
    )
    measures = asked().measures
    assert [m.levels[-1].period for m in measures] == ["2012/13 Q2", "2012/13 Q2"]
    assert measures[0].latest is measures[0].latest, "it is worked out once"


def test_next_year_needs_so_many_answers():
    # n0 = 0.25 (1.96/0.03)^2 = 1067.07; with 982 cases 1067.07/(1 + 1066.07/982) = 511.7; 512/0.63136 = 810.9.
    text = asked().next_year(margin=3.0).text
    assert "for a half-width of 3.0 points, if about 982 cases close and 63.1% answer again" in text
    assert "whatever the result (50.0%) 512 answers, by asking 811;" in text
    assert "more than all 982: asking everybody reaches" in asked().next_year(margin=1.0).text


def test_the_quarter_before_says_what_was_not_known():
    assert [len(row) for row in cells(asked(Q1).by_year())] == [5, 5]
    assert "No result of 2012/13 was known on 30 June 2012." in asked(Q1).by_year().text
    assert (
        asked(Q1).base().text == "How many were asked and answered in 2012/13 was not known on 30 June 2012."
    )
    assert asked(Q1).next_year(margin=3.0).text == ""
    shown = [
        facts(Q1).demographics(PEOPLE),
        facts(Q1).linkage("asb_calls"),
        facts(Q1).durations("lasbt_case_duration"),
    ]
    assert [block.text for block in shown] == [
        "No breakdown of the people was known on 30 June 2012.",
        "No count of calls was known on 30 June 2012.",
        "Nothing on how long cases take was known on 30 June 2012.",
    ]


def test_percentages_without_a_base_cannot_be_checked_and_few_children_are_not_printed():
    block = facts().demographics(PEOPLE)
    shown = {row[0]: row[1:] for row in cells(block)}
    assert shown["Victims, black and minority ethnic"] == ["10.5%"]
    assert shown["Victims, female"] == ["64.5%"]
    assert shown["Perpetrators, black and minority ethnic"] == ["10.0%"]
    assert shown["Perpetrators, female"] == ["49.0%"]
    assert shown["Perpetrators aged under 18"] == ["80"]
    assert shown["Victims aged under 18"] == ["[c]"]
    assert "Not checkable: of active cases in which it was recorded; the base was not printed." in block.text
    (held_back,) = [f for f in block.figures if f.value == "[c]"]
    assert (held_back.n, held_back.lower, held_back.method) == (None, None, "suppressed")
    assert 2 not in [f.value for f in block.figures]


def test_the_restricted_edition_has_the_small_number():
    shown = {row[0]: row[1] for row in cells(facts(edition="restricted").demographics(PEOPLE))}
    assert shown["Victims aged under 18"] == "2"
    assert "[c]" not in facts(edition="restricted").demographics(PEOPLE).text


def test_calls_of_other_months_than_the_review_period_carry_a_warning():
    block = facts().linkage("asb_calls")
    (flag,) = BeautifulSoup(block.html, "html.parser").select(".flag")
    assert words(flag).startswith(
        "Another period: these counts are of April to August 2012, the review period is July to September 2012."
    )
    # 453/11,915 = 3.80% and 66/11,915 = 0.55%
    assert "11,915 calls were counted. 453 of them (3.80%)" in block.text
    assert "66 (0.55%) led to new referrals" in block.text


def test_durations_and_the_yearly_rise_say_what_they_rest_on():
    text = facts().durations("lasbt_case_duration").text
    # (241 - 150)/241
    assert "at least 37.8% shorter" in text
    assert "Whether mean or median, and of how many cases, was not printed: it is not tested." in text
    assert "Less than 150 calendar days: an upper bound only." in text
    # 1,248/1,025 - 1 = 21.76%, the only whole number that prints as 21.8%
    assert (
        "printed as a rise of 21.8% on the year before: 1,025 cases then."
        in facts().opened_change("lasbt_cases").text
    )


def test_no_sentence_of_one_document_or_city_stands_in_the_library():
    """What is local is in the tables of the project; these stood in the code."""
    code = "\n".join(
        p.read_text(encoding="utf-8") for p in sorted((ROOT / "saferleeds_analysis").rglob("*.py"))
    )
    for words_of_one in (
        "a young offender",
        "Better than national",
        "Police received",
        "(the former unit)",
        "another service's count",
        "victims whose case had closed",
        "because the example shows",
        "whole of the city",
        "rest of the city",
    ):
        assert words_of_one not in code, words_of_one
