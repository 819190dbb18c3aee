"""Sentences, word for word: a table of cases, so that a change of words is a change of this table."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.reporting import wording


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
