"""Sentences, word for word: the table wording_cases.csv, so that a change of words is a change of that table."""

import csv
import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target, load_catalogue
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.methods.trajectory.rating import position_words
from saferleeds_analysis.reporting import survey_words, wording


def count_change(earlier, later, direction, value, lower, upper):
    """Give what a change between two counts is to the words: the numbers in the table are the method's, not computed here."""
    percent = (
        None if value is None else SimpleNamespace(value=value, lower=lower, upper=upper, confidence=0.95)
    )
    difference = SimpleNamespace(value=later - earlier, confidence=0.95)
    return SimpleNamespace(
        earlier=earlier, later=later, direction=direction, percent=percent, difference=difference
    )


def survey_change(direction, value, lower, upper):
    difference = SimpleNamespace(value=value, lower=lower, upper=upper, confidence=0.95)
    return SimpleNamespace(direction=direction, difference=difference)


def asked_by(due):
    return due and SimpleNamespace(
        organisation="Safer Leeds", owner="Performance team", due=date.fromisoformat(due), note=""
    )


def words_of(received):
    return SimpleNamespace(
        organisation="Safer Leeds",
        author="Performance team",
        received=date.fromisoformat(received),
        status="final",
    )


SAYS = {
    "number": lambda value, decimals=0: wording.number(value, decimals=decimals),
    "percent": wording.percent,
    "signed percent": lambda value: wording.percent(value, signed=True),
    "signed": wording.signed,
    "pounds": wording.pounds,
    "pounds and pence": wording.pounds_and_pence,
    "counted": wording.counted,
    "fewer or more": wording.fewer_or_more,
    "chance": wording.chance_percent,
    "chance in words": load_catalogue(REFERENCE).chance_in_words,
    "position": lambda at, lower, upper, decrease: position_words(
        at, lower=lower, upper=upper, decrease=decrease
    ),
    "change": lambda *given: wording.change_with_interval(count_change(*given)),
    "change in short": lambda *given: wording.change_in_short(count_change(*given)),
    "survey change": lambda *given: survey_words.change_in_words(survey_change(*given)),
    "survey change in short": lambda *given: survey_words.change_in_short(survey_change(*given)),
    "day": lambda text: periods.day_name(date.fromisoformat(text)),
    "commentary missing": lambda due, as_at: wording.commentary_missing(
        periods.quarter("2012/13 Q1"), request=asked_by(due), as_at=as_at and date.fromisoformat(as_at)
    ),
    "commentary by": lambda received, due: wording.commentary_by(words_of(received), request=asked_by(due)),
    "missing months": lambda *months: periods.months_in_words([periods.month(m) for m in months]),
}
with (Path(__file__).parent / "wording_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


@pytest.mark.parametrize("case", CASES, ids=[f"{case['kind']} {case['input']}" for case in CASES])
def test_a_result_is_said_in_these_words(case):
    assert SAYS[case["kind"]](*json.loads(case["input"])) == case["sentence"]


def test_every_kind_of_sentence_has_cases():
    assert {case["kind"] for case in CASES} == SAYS.keys()
    assert len(CASES) >= 60


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (5938, 0, "5,938"),
        (-3276, 0, "−3,276"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.4, 0, "0"),
        (-35.555, 1, "−35.6"),
        (0.25, 1, "0.3"),
        (-0.04, 1, "0.0"),
        (1234567.891, 2, "1,234,567.89"),
    ],
)
def test_numbers_are_rounded_by_one_rule(value, decimals, text):
    assert wording.number(value, decimals=decimals) == text


@given(st.integers(-(10**9), 10**9))
def test_a_written_number_reads_back(value):
    assert int(wording.number(value).replace(",", "").replace("−", "-")) == value


# The intervals are those of R 4.2.2, poisson.test(c(later, earlier)); the words are ours.
@pytest.mark.parametrize(
    ("earlier", "later", "text"),
    [
        (9214, 5938, "down 35.6% (3,276 fewer; 95% interval down 33.4% to 37.6%)"),
        (1000, 1200, "up 20.0% (200 more; 95% interval up 10.2% to 30.6%)"),
        (10, 8, "no clear change (2 fewer, −20.0%; 95% interval down 72.6% to up 125.1%)"),
        (3, 3, "no clear change (the same number, 0.0%; 95% interval down 86.6% to up 646.6%)"),
        (0, 2, "no clear change (2 more; no percentage can be taken of an earlier count of 0)"),
        (0, 9, "rose (9 more; no percentage can be taken of an earlier count of 0)"),
    ],
)
def test_a_change_says_its_size_its_number_and_its_interval(earlier, later, text):
    assert wording.change_with_interval(change_between_counts(earlier, later, unit="offences")) == text


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_slight_and_significant_are_never_said(earlier, later):
    text = wording.change_with_interval(change_between_counts(earlier, later, unit="offences"))
    assert "slight" not in text
    assert "significant" not in text
    assert "nan" not in text
    assert "inf" not in text.replace("interval", "")


def test_a_target_that_stands_alone_supersedes_nothing():
    target = Target(
        indicator_id="domestic_burglary",
        area="Leeds",
        period="2013/14",
        kind="original",
        comparison="below",
        value=4700.0,
        set_on=date(2013, 4, 1),
        agreed_by="",
        source="",
        note="",
    )
    assert wording.targets_in_words([target]) == [
        "The target in force for 2013/14 is below 4,700 (original, set April 2013)."
    ]
