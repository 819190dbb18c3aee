"""Counts, their intervals and changes, against R and PHEindicatormethods."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferleeds_analysis.estimates import Estimate, change_between_counts, count_with_interval, less

counts = st.integers(0, 20_000)


# R 4.2.2 poisson.test (Garwood exact), 95%; below 10 events the house rule is exact.
@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        (0, 0, 3.68887945411394),
        (1, 0.0253178079842899, 5.5716433909389),
        (4, 1.08986537362633, 10.2415886754037),
        (9, 4.11537309737833, 17.0848034514192),
    ],
)
def test_small_counts_have_exact_limits(count, lower, upper):
    e = count_with_interval(count, unit="offences")
    assert (e.lower, e.upper) == pytest.approx((lower, upper), abs=1e-9)
    assert e.method == "exact Poisson"


# UKHSA PHEindicatormethods 2.1.0 tests/testthat, phe_byars_lower and phe_byars_upper.
@pytest.mark.parametrize(
    ("count", "confidence", "lower", "upper"),
    [
        (65, 0.95, 50.1631877104595, 82.8491385459398),
        (65, 0.998, 42.8802614714802, 94.000290844318),
        (1045, 0.95, 982.593201807333, 1110.33121298565),
    ],
)
def test_counts_from_ten_have_byar_limits(count, confidence, lower, upper):
    e = count_with_interval(count, unit="offences", confidence=confidence)
    assert (e.lower, e.upper) == pytest.approx((lower, upper), rel=1e-9)
    assert e.method == "Byar"


# R 4.2.2 poisson.test(c(later, earlier)), two-sided p and conf.int of the rate ratio.
@pytest.mark.parametrize(
    ("later", "earlier", "lower", "upper", "p"),
    [
        (6, 2, 0.536438652900309, 30.3932057490456, 0.2890625),
        (30, 18, 0.899356014281292, 3.17497480640158, 0.111402891061019),
    ],
)
def test_the_change_between_two_counts_is_that_of_r(later, earlier, lower, upper, p):
    change = change_between_counts(earlier, later, unit="offences")
    assert change.percent.lower == pytest.approx(100 * (lower - 1), rel=1e-6)
    assert change.percent.upper == pytest.approx(100 * (upper - 1), rel=1e-6)
    assert change.p_value == pytest.approx(p, rel=1e-9)
    assert change.direction == "no clear change"


def test_the_published_fall_of_burglary_is_clear():
    change = change_between_counts(9214, 5938, unit="offences")
    assert change.difference.value == -3276
    assert round(change.percent.value, 1) == -35.6
    assert change.direction == "fell"


@given(counts, counts)
def test_the_word_and_the_interval_agree_and_hold_the_value(earlier, later):
    change = change_between_counts(earlier, later, unit="offences")
    assert change.difference.lower <= later - earlier <= change.difference.upper
    if change.percent:
        no_change_inside = change.percent.lower <= 0 <= change.percent.upper
        assert (change.direction == "no clear change") == no_change_inside
        assert change.percent.lower <= change.percent.value <= change.percent.upper


@given(counts, counts)
def test_swapping_the_periods_flips_the_sign(earlier, later):
    there = change_between_counts(earlier, later, unit="offences")
    back = change_between_counts(later, earlier, unit="offences")
    assert back.difference.value == -there.difference.value
    assert back.difference.lower == pytest.approx(-there.difference.upper)
    assert back.p_value == pytest.approx(there.p_value)
    words = {"fell": "rose", "rose": "fell", "no clear change": "no clear change"}
    assert back.direction == words[there.direction]


@given(st.integers(1, 5_000))
def test_ten_times_the_count_has_a_narrower_interval_relative_to_it(count):
    small, large = (
        count_with_interval(count, unit="offences"),
        count_with_interval(10 * count, unit="offences"),
    )
    assert (large.upper - large.lower) / large.value < (small.upper - small.lower) / small.value


def test_nothing_before_gives_no_percentage_and_nothing_at_all_no_change():
    from_zero = change_between_counts(0, 7, unit="offences")
    assert from_zero.percent is None
    assert from_zero.direction == "rose"  # 7 against 0: exact two-sided p = 2/128
    assert from_zero.p_value == pytest.approx(2 / 128)
    nothing = change_between_counts(0, 0, unit="offences")
    assert (nothing.direction, nothing.p_value, nothing.percent) == ("no clear change", 1.0, None)
    assert math.isinf(change_between_counts(0, 3, unit="offences").difference.upper) is False


@pytest.mark.parametrize("wrong", [-1, 2.0, 2.5, "12", True, None])
def test_what_is_not_a_count_is_refused(wrong):
    with pytest.raises(ValueError, match=r"is not a count: counts are whole numbers from 0\."):
        count_with_interval(wrong, unit="offences")


def test_an_estimate_lies_in_its_own_interval():
    with pytest.raises(ValueError, match=r"the interval 2 to 3 does not hold its value 1\."):
        Estimate(value=1, lower=2, upper=3, unit="%", method="Wilson", confidence=0.95)
    with pytest.raises(
        ValueError, match="a confidence level lies between 0 and 1, such as 0.95; 95 does not"
    ):
        Estimate(value=1, lower=0, upper=3, unit="%", method="Wilson", confidence=95)


def test_only_estimates_of_one_unit_and_one_confidence_are_subtracted():
    ten = count_with_interval(10, unit="offences")
    for other in (
        count_with_interval(4, unit="people"),
        count_with_interval(4, unit="offences", confidence=0.998),
    ):
        with pytest.raises(ValueError, match="different units or at different levels of confidence"):
            less(ten, other, method="MOVER")


def test_a_difference_has_a_base_where_both_have_one():
    ten, four = (count_with_interval(count, unit="offences") for count in (10, 4))
    assert less(ten, four, method="MOVER").n == 14
    assert less(ten, replace(four, n=None), method="MOVER").n is None
    assert less(replace(ten, n=None), four, method="MOVER").n is None
