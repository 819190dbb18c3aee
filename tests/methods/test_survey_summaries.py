"""Printed percentages, satisfaction at case closure, sample sizes and breakdowns, against published figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferleeds_analysis.methods.survey_summaries import (
    change_between_percentages,
    margin_of_error,
    published_percentage,
    sample_size,
    satisfaction_survey,
)
from saferleeds_analysis.problems import DataProblem

SIMPLE = {"design_effect": 1.0, "definition": "a question"}


# --- printed percentages


# Half-widths worked out for the cards of 2012/13 by hand: 1.96 √(p(100-p)/n), times √((N-n)/(N-1)) where N is known.
@pytest.mark.parametrize(
    ("percent", "base", "population", "points", "decimals"),
    [
        (50, 310, 491, 3.38, 2),  # as published with the satisfaction survey of 2012/13
        (50, 310, None, 5.566, 3),
        (90.0, 310, 491, 2.03, 2),
        (94.2, 310, 491, 1.58, 2),
        (12.62, 6073, None, 0.84, 2),
        (66.74, 1518, None, 2.37, 2),
    ],
)
def test_margins_of_the_report_cards(percent, base, population, points, decimals):
    margin = margin_of_error(base=base, percent=percent, design_effect=1, population=population)
    assert round(margin, decimals) == points


def test_a_design_effect_widens_as_its_square_root():
    plain, complex_ = (margin_of_error(base=6073, percent=12.62, design_effect=d) for d in (1, 1.44))
    assert complex_ == pytest.approx(1.2 * plain)
    e = published_percentage(12.62, base=6073, design_effect=1.44, definition="ASB got worse")
    assert e.effective_n == pytest.approx(6073 / 1.44)
    assert e.caveats == ()


# The changes of the 2012/13 cards: z statistics of the differences, worked out by hand with equal bases.
@pytest.mark.parametrize(
    ("earlier", "later", "base", "z", "direction"),
    [
        (16.94, 12.62, 6073, -6.7, "fell"),
        (69.6, 65.9, 1518, -2.2, "fell"),  # printed as a "slight reduction"
        (65.9, 66.74, 1518, 0.5, "no clear change"),  # printed as a "slight increase"
    ],
)
def test_changes_of_the_report_cards(earlier, later, base, z, direction):
    before, after = (published_percentage(p, base=base, **SIMPLE) for p in (earlier, later))
    change = change_between_percentages(earlier=before, later=after)
    assert change.direction == direction
    assert round(change.difference.value / change.difference.standard_error, 1) == z
    assert (change.difference.lower <= 0 <= change.difference.upper) == (direction == "no clear change")


def test_the_change_from_nobody_still_has_an_error():
    nobody, some = (published_percentage(p, base=50, **SIMPLE) for p in (0, 6))
    change = change_between_percentages(earlier=nobody, later=some)
    alone = some.standard_error
    assert change.difference.standard_error > alone
    assert change.direction == "no clear change"


def test_percentages_of_two_definitions_are_never_subtracted():
    old = published_percentage(86.7, base=900, design_effect=1, definition="NI 195, areas satisfactory")
    new = published_percentage(91.5, base=900, design_effect=1, definition="clean streets indicator")
    with pytest.raises(
        ValueError, match="'NI 195, areas satisfactory' and 'clean streets indicator' are two defin"
    ):
        change_between_percentages(earlier=old, later=new)


@given(st.floats(0, 100), st.integers(1, 10**6), st.floats(0.5, 4))
def test_a_printed_percentage_lies_in_its_interval_within_0_and_100(percent, base, design_effect):
    e = published_percentage(percent, base=base, design_effect=design_effect, definition="a question")
    assert -1e-9 <= e.lower <= e.value <= e.upper <= 100 + 1e-9


@given(st.floats(1, 99), st.floats(1, 99), st.integers(30, 5000), st.integers(30, 5000))
def test_swapping_two_percentages_flips_the_sign(p, q, n, m):
    a, b = published_percentage(p, base=n, **SIMPLE), published_percentage(q, base=m, **SIMPLE)
    there = change_between_percentages(earlier=a, later=b).difference
    back = change_between_percentages(earlier=b, later=a).difference
    assert (there.value, there.lower, there.upper) == pytest.approx((-back.value, -back.upper, -back.lower))


@pytest.mark.parametrize(
    ("percent", "base", "message"),
    [
        (100.1, 310, r"100\.1 is not a percentage: percentages lie from 0 to 100\."),
        (-1, 310, "-1 is not a percentage"),
        (float("nan"), 310, "nan is not a percentage"),
        (50, 0, r"The base is zero: a percentage of nobody does not exist\."),
        (50, -3, "-3 is not a base: a base is a whole number of respondents"),
        (50, 310.5, "310.5 is not a base"),
    ],
)
def test_what_cannot_be_a_percentage_of_a_base_is_refused(percent, base, message):
    with pytest.raises(DataProblem, match=message):
        published_percentage(percent, base=base, **SIMPLE)


def test_more_answers_than_people_are_refused():
    with pytest.raises(DataProblem, match=r"500 answered of a population of 491: more than there are\."):
        margin_of_error(base=500, percent=50, design_effect=1, population=491)
    with pytest.raises(ValueError, match="a design effect is more than 0; 0 is not"):
        margin_of_error(base=500, percent=50, design_effect=0)


# --- satisfaction at case closure


def test_the_satisfaction_survey_of_2012_13():
    survey = satisfaction_survey(
        asked=491, answered=310, satisfied=279, definition="satisfied with the outcome"
    )
    # Published: 310 of 491 named victims, 63.1%, plus or minus 3.38, 90.0% satisfied with the outcome.
    assert round(survey.response_rate, 1) == 63.1
    assert round(survey.margin_at_half, 2) == 3.38
    assert round(survey.margin_at_result, 1) == 2.0
    assert survey.result.value == pytest.approx(90.0)
    assert (survey.not_answered, round(survey.not_answered_percent, 1)) == (181, 36.9)
    # If none, or all, of the 181 were satisfied: 279 and 460 of 491.
    assert (round(survey.lowest_possible, 1), round(survey.highest_possible, 1)) == (56.8, 93.7)
    assert survey.result.caveats == (
        "181 of 491 did not answer; the interval does not allow for how they may differ.",
    )
    rows = survey.to_frame(indicator_id="lasbt", area="Leeds", period="2012/13").set_index("measure")
    assert rows.loc["satisfied", "n"] == 310
    assert rows.loc["response rate", "value"] == survey.response_rate


def test_when_everybody_answers_the_result_is_exact():
    survey = satisfaction_survey(asked=40, answered=40, satisfied=30, definition="satisfied")
    assert (survey.result.lower, survey.result.upper, survey.margin_at_half) == (75, 75, 0)
    assert survey.lowest_possible == survey.highest_possible == 75
    assert survey.result.caveats[0].startswith("Design effect") or survey.result.caveats == ()


@pytest.mark.parametrize(
    ("asked", "answered", "satisfied", "message"),
    [
        (491, 0, 0, r"Nobody answered: a percentage of a base of zero does not exist\."),
        (491, 310, 311, r"311 satisfied of 310 who answered of 491 asked: each must be at most the next\."),
        (300, 310, 279, "279 satisfied of 310 who answered of 300 asked"),
        (491, 310, -1, "-1 is not a count"),
    ],
)
def test_counts_that_cannot_be_are_refused(asked, answered, satisfied, message):
    with pytest.raises(DataProblem, match=message):
        satisfaction_survey(asked=asked, answered=answered, satisfied=satisfied, definition="satisfied")


# --- sample sizes

# Krejcie and Morgan (1970), Determining sample size for research activities, table 1: 5 points, 95%, 50%.
KREJCIE_MORGAN = {
    10: 10, 50: 44, 100: 80, 200: 132, 300: 169, 500: 217, 1000: 278, 2000: 322, 5000: 357, 10000: 370, 50000: 381,
    75000: 382,
}  # fmt: skip


@pytest.mark.parametrize(("population", "printed"), KREJCIE_MORGAN.items())
def test_sample_sizes_of_krejcie_and_morgan(population, printed):
    # They round to the nearest; we go up, so that the margin is met.
    size = sample_size(margin=5, response_rate=100, design_effect=1, population=population)
    assert size.answers_needed in (printed, printed + 1)
    assert size.margin_reached <= 5
    if size.answers_needed > 1:
        fewer = margin_of_error(
            base=size.answers_needed - 1, percent=50, design_effect=1, population=population
        )
        assert fewer > 5


def test_the_published_margin_gives_back_its_sample():
    margin = margin_of_error(base=310, percent=50, design_effect=1, population=491)
    size = sample_size(margin=margin, response_rate=100 * 310 / 491, design_effect=1, population=491)
    assert (size.answers_needed, size.people_to_ask, size.enough) == (310, 491, True)


def test_too_few_people_for_the_margin_is_said():
    size = sample_size(margin=2, response_rate=63.1, design_effect=1, population=491)
    assert (size.people_to_ask, size.enough) == (491, False)
    # All 491 asked at 63.1% gives 309 answers.
    assert size.margin_reached == pytest.approx(
        margin_of_error(base=309, percent=50, design_effect=1, population=491)
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"margin": 0, "response_rate": 60}, "a margin is more than 0"),
        ({"margin": 3, "response_rate": 0}, "a response rate is more than 0%"),
        ({"margin": 3, "response_rate": 101}, "a response rate is more than 0%"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        sample_size(**arguments, design_effect=1)
