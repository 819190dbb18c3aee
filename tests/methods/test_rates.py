"""Rates, percentages and means against PHEindicatormethods 2.1.0 (UKHSA) and R 4.2.2, and the laws they obey."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferleeds_analysis.estimates import count_with_interval
from saferleeds_analysis.methods.rates import (
    Denominator,
    compare_rates,
    proportion,
    rate,
)
from saferleeds_analysis.methods.survey_intervals import wilson_limits
from saferleeds_analysis.methods.survey_summaries import published_percentage

YEAR = pd.period_range("2012-04", periods=12, freq="M")
CLOSE = {"rel": 1e-6, "abs": 1e-12}  # the tolerance for PHEindicatormethods


def people(number, counted_on=date(2012, 6, 30), of="people"):
    return Denominator(number=number, of=of, counted_on=counted_on, source="Mid-year estimate, ONS")


def level(text):
    return float(str(text).rstrip("%")) / (100 if "%" in str(text) else 1)


def limits(e):
    return e.lower, e.upper


@pytest.mark.shared
def test_byar_and_wilson_limits_are_those_of_phe(shared):
    table = pd.read_csv(shared / "reference/phe_byars_wilson.csv")
    for row in table.itertuples():
        confidence = level(row.confidence)
        if row.method == "Wilson":
            e = proportion(row.x, row.n, per=1, confidence=confidence)
        else:
            e = count_with_interval(int(row.x), unit="events", method="Byar", confidence=confidence)
        assert e.upper == pytest.approx(row.uppercl, **CLOSE)
        if np.isnan(row.lowercl):  # PHE gives no lower limit; here zero stands for it, and says so
            assert (e.lower, len(e.caveats)) == (0.0, 1)
        else:
            assert e.lower == pytest.approx(row.lowercl, **CLOSE)
    assert len(table) == 13


def halves_of(shared, name):
    """Give the tables of PHE's tests of one function, each its complete rows and those where a part is missing."""
    for file in (f"{name}.csv", f"{name}_grouped.csv"):
        table = pd.read_csv(shared / "reference" / file)
        missing = table["Numerator"].isna() | table["Denominator"].isna()
        yield table[~missing], table[missing]


@pytest.mark.shared
def test_proportions_are_those_of_phe(shared):
    seen, as_printed = [], 0
    for complete, incomplete in halves_of(shared, "phe_proportion"):
        seen.append(len(complete))
        for row in complete.itertuples():
            for confidence, expected in expected_limits(row):
                e = proportion(row.Numerator, row.Denominator, per=row.multiplier, confidence=confidence)
                assert (e.value, *limits(e)) == pytest.approx((row.value, *expected), **CLOSE), row
                # A simple sample of a survey, and a printed percentage, have the same limits.
                simple = wilson_limits(row.Numerator / row.Denominator, row.Denominator, confidence)
                assert tuple(row.multiplier * limit for limit in simple) == pytest.approx(
                    expected, rel=1e-6
                ), row
                if row.multiplier == 100 and confidence == 0.95:
                    printed = {"base": int(row.Denominator), "design_effect": 1.0, "definition": "a question"}
                    e = published_percentage(row.value, **printed)
                    assert limits(e) == pytest.approx(expected, rel=1e-6), row
                    as_printed += 1
        for row in incomplete.itertuples():
            with pytest.raises(ValueError):  # PHE gives nothing where a part is missing; here it is refused
                proportion(row.Numerator, row.Denominator)
    assert seen == [16, 8]
    assert as_printed == 8


@pytest.mark.shared
def test_rates_are_those_of_phe(shared):
    words = {"Exact": "exact Poisson", "Byars": "Byar"}
    seen = []
    for complete, incomplete in halves_of(shared, "phe_rate"):
        seen.append(len(complete))
        for row in complete.itertuples():
            for confidence, expected in expected_limits(row):
                e = rate(
                    int(row.Numerator),
                    people(row.Denominator),
                    months=YEAR,
                    per=int(row.multiplier),
                    confidence=confidence,
                )
                assert (e.value, *limits(e)) == pytest.approx((row.value, *expected), **CLOSE), row
                assert e.method == words[row.method], row
        for row in incomplete.itertuples():
            with pytest.raises(ValueError):
                rate(row.Numerator, people(row.Denominator), months=YEAR)
    assert seen == [17, 9]


def expected_limits(row):
    if hasattr(row, "confidence"):
        return [(level(row.confidence), (row.lowercl, row.uppercl))]
    return [(0.95, (row.lower95_0cl, row.upper95_0cl)), (0.998, (row.lower99_8cl, row.upper99_8cl))]


@pytest.mark.shared
def test_counts_rates_and_their_ratios_are_those_of_r(shared):
    table = pd.read_csv(shared / "reference/rates_proportions_r.csv")
    seen = 0
    proportions = {
        "wilson": "Wilson",
        "clopper-pearson": "Clopper-Pearson",
        "wilson_cc": "Wilson, continuity corrected",
    }
    counts = {"exact_poisson": "exact Poisson", "byar": "Byar"}
    close = {"rel": 1e-6, "abs": 1e-9}
    for row in table.itertuples():
        if row.kind == "proportion":
            # R limits its correction to the distance from its null of a half, so at a half it makes none.
            name = "wilson" if row.method == "wilson_cc" and 2 * row.x1 == row.n1 else row.method
            e = proportion(row.x1, row.n1, per=1, method=proportions[name], confidence=row.level)
        elif row.kind == "count":
            e = count_with_interval(row.x1, unit="events", method=counts[row.method], confidence=row.level)
        elif row.kind == "rate_per_1000":
            e = rate(row.x1, people(row.n1), months=YEAR, confidence=row.level)
        elif row.kind == "rate_ratio":
            method = "log-normal" if row.method.startswith("log") else "exact"
            c = compare_rates(
                row.x1, people(row.n1), int(row.x2), people(row.n2), method=method, confidence=row.level
            )
            e = c.ratio
            assert c.p_value == pytest.approx(row.p_value, **close)
        else:
            continue  # two proportions and the E-test, which no page says anything by
        assert (e.value, e.upper) == pytest.approx((row.estimate, row.ucl), **close)
        assert e.lower == pytest.approx(0.0 if np.isnan(row.lcl) else row.lcl, **close)
        seen += 1
    assert seen == 70


counts = st.integers(0, 5_000)
bases = st.floats(10, 1e6)


@given(counts, bases, counts, bases)
@settings(deadline=None, max_examples=60)
def test_swapping_two_areas_flips_the_sign(count, base, other_count, other_base):
    there = compare_rates(count, people(base), other_count, people(other_base))
    back = compare_rates(other_count, people(other_base), count, people(base))
    assert back.difference.value == pytest.approx(-there.difference.value)
    assert limits(back.difference) == pytest.approx((-there.difference.upper, -there.difference.lower))
    assert back.p_value == pytest.approx(there.p_value)
    turned = {"higher": "lower", "lower": "higher", "no clear difference": "no clear difference"}
    assert back.word == turned[there.word]
    if there.ratio and back.ratio:
        assert back.ratio.value == pytest.approx(1 / there.ratio.value)
        assert back.ratio.lower == pytest.approx(1 / there.ratio.upper)


@given(counts, bases, st.sampled_from([10, 1_000, 100_000]))
def test_scaling_the_multiplier_scales_the_rate(count, base, per):
    one = rate(count, people(base), months=YEAR, per=1)
    many = rate(count, people(base), months=YEAR, per=per)
    assert (many.value, *limits(many)) == pytest.approx([per * x for x in (one.value, *limits(one))])


@given(st.integers(0, 400), st.integers(1, 400))
def test_more_people_narrow_the_interval_of_a_percentage(numerator, base):
    numerator %= base + 1
    few, many = proportion(numerator, base), proportion(10 * numerator, 10 * base)
    assert 0 <= few.lower <= few.value <= few.upper <= 100
    assert many.upper - many.lower < few.upper - few.lower


def test_a_denominator_of_another_time_and_a_part_of_a_year_are_caveats():
    census = people(320_596, counted_on=date(2011, 3, 27), of="households")
    e = rate(5305, census, months=YEAR)
    assert e.caveats == (
        "The households are those of 27 March 2011 (Mid-year estimate, ONS); "
        "the offences are of April 2012 to March 2013.",
    )
    assert rate(5305, people(320_596), months=YEAR).caveats == ()
    assert rate(5, people(100), months=YEAR[:6]).caveats == ("The rate is of 6 months, not of a year.",)
    assert compare_rates(5, people(100), 6, people(100, counted_on=date(2013, 6, 30))).caveats == (
        "The people are of two dates: 30 June 2012 and 30 June 2013.",
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: people(0), "a rate cannot be taken of 0 people."),
        (lambda: people(float("nan")), "a rate cannot be taken of nan people."),
        (
            lambda: people(5, counted_on=None),
            r"a denominator needs the date that it describes, such as date\(2011, 3, 27\): None.",
        ),
        (
            lambda: Denominator(number=5, of="people", counted_on=date(2012, 6, 30), source=""),
            r"a denominator says what it counts \(households, people\) and who counted them.",
        ),
        (lambda: rate(-1, people(5), months=YEAR), "-1 is not a count: counts are whole numbers from 0."),
        (lambda: rate(1, people(5), months="2012/13"), "months is the PeriodIndex of months counted"),
        (lambda: proportion(5, 0), "a percentage needs a base above zero, not 0."),
        (lambda: proportion(6, 5), "6 is not a part of 5."),
        (lambda: proportion(-1, 5), "-1 is not a part of 5."),
        (
            lambda: proportion(1.5, 5, method="Clopper-Pearson"),
            "Clopper-Pearson needs whole numbers, not 1.5 of 5.",
        ),
        (
            lambda: compare_rates(1, people(5), 1, people(5, of="households")),
            "a rate of people cannot be compared with a rate of households.",
        ),
        (
            lambda: compare_rates(0, people(5), 1, people(5), method="log-normal"),
            "the log-normal method needs both counts above zero: use method='exact'.",
        ),
        (
            lambda: count_with_interval(0, unit="x", method="Byar"),
            "Byar's approximation has no lower limit for a count of 0",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
