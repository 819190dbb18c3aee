"""Quarters and months: what is read, what is written, what is refused."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferleeds_analysis import periods

quarters = st.builds(
    lambda year, number: pd.Period(year=year, quarter=number, freq="Q-MAR"),
    st.integers(1950, 2098),
    st.integers(1, 4),
)


@given(quarters)
def test_a_quarter_survives_being_written_and_read(q):
    assert periods.quarter(periods.quarter_name(q)) == q
    assert periods.quarter(periods.quarter_path(q)) == q


@given(quarters)
def test_a_quarter_has_three_months_and_lies_in_its_financial_year(q):
    months = periods.quarter_months(q)
    assert len(months) == 3
    assert all(m.asfreq("Q-MAR") == q for m in months)
    assert set(months) <= set(periods.financial_year_months(periods.financial_year_of(q)))
    assert periods.financial_year_months(periods.financial_year_of(q))[0].month == 4


# The review period as the published cards print it: "July to September 2012" for 2012/13 Q2.
@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2012/13 Q1", "2012-04", "2012-06", "April to June 2012"),
        ("2012/13 Q2", "2012-07", "2012-09", "July to September 2012"),
        ("2012/13 Q4", "2013-01", "2013-03", "January to March 2013"),
        ("1999/00 Q3", "1999-10", "1999-12", "October to December 1999"),
    ],
)
def test_quarters_mean_what_people_mean_by_them(text, first, last, words):
    q = periods.quarter(text)
    assert [str(m) for m in periods.quarter_months(q)[[0, -1]]] == [first, last]
    assert periods.review_period(q) == words


@pytest.mark.parametrize(
    "text", ["2012Q2", "2012 Q2", "2012-Q2", "Q2 2012/13", "2012/2013 Q2", "2012/13 Q5", "2012/13Q2", ""]
)
def test_forms_that_can_be_misread_are_refused_with_the_reason(text):
    with pytest.raises(
        ValueError, match="is not a quarter that can be read with certainty.*do not say whether"
    ):
        periods.quarter(text)


def test_a_financial_year_must_be_two_consecutive_years():
    with pytest.raises(
        ValueError, match=r"'2012/14 Q2' is not a financial year: 2012 is followed by 13, not 14\."
    ):
        periods.quarter("2012/14 Q2")
    with pytest.raises(ValueError, match=r"is not a financial year such as '2012/13'"):
        periods.financial_year("2012")


@pytest.mark.parametrize("text", ["Feb-25", "2012-9", "2012-13", "2012/09", "201209", "2012-09-01"])
def test_a_month_is_written_one_way(text):
    with pytest.raises(ValueError, match="is not a month written as year and month, such as '2012-09'"):
        periods.month(text)


def test_a_calendar_quarter_is_refused_where_a_financial_one_is_needed():
    with pytest.raises(ValueError, match="is not a financial-year quarter"):
        periods.quarter_name(pd.Period("2012Q3", freq="Q-DEC"))


def test_twelve_months_cover_a_year_once():
    months = periods.twelve_months_to(periods.month("2012-09"))
    assert str(months[0]) == "2011-10"
    assert sorted(m.month for m in months) == list(range(1, 13))
    assert periods.twelve_months_name(months[-1]) == "12 months to September 2012"


@pytest.mark.parametrize(
    ("months", "text"),
    [
        (["2014-03"], "March 2014"),
        (["2014-03", "2014-04"], "March 2014 to April 2014"),
        (
            ["2014-03", "2014-05", "2014-12", "2015-01"],
            "March 2014, May 2014 and December 2014 to January 2015",
        ),
    ],
)
def test_runs_of_months_are_written_as_spans(months, text):
    assert periods.months_in_words(pd.PeriodIndex(months, freq="M")) == text
