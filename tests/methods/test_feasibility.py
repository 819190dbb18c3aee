"""Which whole numbers can be behind a printed percentage: every case of the published cards, by hand or by search."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saferleeds_analysis.methods.feasibility import (
    earlier_counts_behind,
    earlier_counts_behind_difference,
    numerators_behind,
)


# Ward totals and changes as printed on the burglary card of 2012/13 Q2, with the earlier totals that fit them.
@pytest.mark.parametrize(
    ("ward", "later", "printed", "earlier"),
    [
        ("Hyde Park & Woodhouse", 472, "-13.9", [548]),
        ("Burmantofts & Richmond Hill", 347, "-39.0", [569]),
        ("Gipton & Harehills", 315, "-19.9", []),
        ("Armley", 314, "-35.9", [490]),
        ("Headingley", 298, "-41.5", [509]),
        ("Killingbeck & Seacroft", 255, "-35.6", [396]),
        ("Kirkstall", 244, "-52.3", [511, 512]),
        ("Bramley & Stanningley", 233, "-56.8", [539]),
        ("Chapel Allerton", 215, "-55.7", [485]),
        ("314 would have fitted Gipton & Harehills", 314, "-19.9", [392]),
        ("LASBT cases 2011/12, up 21.8%", 1248, "21.8", [1025]),
    ],
)
def test_the_earlier_counts_behind_a_printed_change(ward, later, printed, earlier):
    assert earlier_counts_behind(later=later, printed_change=printed) == earlier, ward


# Division falls and percentages of the same card; Leicestershire's assaults, 14.1% and 337 fewer (November 2012).
@pytest.mark.parametrize(
    ("difference", "printed", "first", "last"),
    [
        (-1753, "-39.5", 4433, 4443),
        (-1467, "-39.0", 3757, 3766),
        (-56, "-5.6", 992, 1009),
        (-337, "-14.1", 2382, 2398),
    ],
)
def test_the_earlier_counts_behind_a_printed_difference(difference, printed, first, last):
    assert earlier_counts_behind_difference(difference=difference, printed_change=printed) == list(
        range(first, last + 1)
    )


@pytest.mark.parametrize(
    ("base", "printed", "numerators"),
    [
        (6073, "12.62", []),  # 766 is 12.61% and 767 is 12.63%
        (6073, "66.74", [4053]),
        (310, "90.0", [279]),
        (310, "94.2", [292]),
        (73, "50", []),
        (73, "46", []),
        (74, "50", [37]),
        (74, "46", [34]),
        (74, "4", [3]),
    ],
)
def test_the_numerators_behind_a_printed_percentage(base, printed, numerators):
    assert numerators_behind(base=base, printed_percent=printed) == numerators


def exactly(number, of, decimals, rule):
    """Print a percentage as arithmetic does, not as binary fractions do: of an exact half these may go the wrong way."""
    return str((Decimal(100 * number) / of).quantize(Decimal(1).scaleb(-decimals), rounding=rule))


# either way a half is rounded in print
RULES = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN])


@given(st.integers(1, 3000), st.integers(1, 3000), st.sampled_from([0, 1, 2]), RULES)
@example(49, 2000, 1, ROUND_HALF_UP)  # -97.55 exactly
def test_a_true_pair_is_always_found(later, earlier, decimals, rule):
    printed = exactly(later - earlier, earlier, decimals, rule)
    if float(printed) > -100:
        found = earlier_counts_behind(later=later, printed_change=printed)
        assert earlier in found
        assert found == list(range(found[0], found[-1] + 1))


@given(st.integers(1, 500), st.data(), RULES)
def test_the_search_misses_nothing(base, data, rule):
    k = data.draw(st.integers(0, base))
    printed = exactly(k, base, 1, rule)
    exhaustive = [n for n in range(base + 1) if exactly(n, base, 1, rule) == printed]
    assert set(exhaustive) <= set(numerators_behind(base=base, printed_percent=printed))


def test_a_base_of_nothing_and_a_fall_to_nothing_are_refused():
    with pytest.raises(ValueError, match=r"a percentage needs a base of at least 1\."):
        numerators_behind(base=0, printed_percent="50")
    with pytest.raises(ValueError, match="a count cannot change by -100%: it would fall to nothing or below"):
        earlier_counts_behind(later=5, printed_change="-100")
    with pytest.raises(ValueError, match="a change that prints as 0% fits too many counts to list"):
        earlier_counts_behind_difference(difference=0, printed_change="0.0")
