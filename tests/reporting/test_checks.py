"""Each data check finds the fault that is planted for it, names the place, and keeps still where there is none.

Planted faults are those of documents: the report card's two review periods and its 315 with −19.9%, the tracker's 725
twice, "March 2106" of a strategy, Calderdale's 800 by December and 782 for the year.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from inspect import signature
from typing import get_type_hints

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import PublishedFigure, load_catalogue
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.intake.ledger import Revision
from saferleeds_analysis.methods.feasibility import earlier_counts_behind
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.checking import _revised, read_checks
from saferleeds_analysis.reporting import checks
from saferleeds_analysis.reporting.checks import Check, PublishedPage
from saferleeds_analysis.reporting.published import check_published
from saferleeds_analysis.reporting.quality import quality_page, summary

CATALOGUE = load_catalogue(REFERENCE)
QUARTER = periods.quarter("2012/13 Q2")
DAY = date(2012, 9, 30)
CHECKS = {check.id: check for check in read_checks()}
NAMES = {indicator.id: indicator.name for indicator in CATALOGUE.indicators()}


def changed(counts, area, month, value):
    by_area = counts.by_area.copy()
    by_area.loc[pd.Period(month, freq="M"), area] = value
    return replace(counts, by_area=by_area)


def figure(period, value, *, measure="count", printed=None, source="A document", area="Leeds"):
    return PublishedFigure(
        indicator_id="domestic_burglary",
        area=area,
        period=period,
        measure=measure,
        value=Decimal(str(value)),
        printed_as=printed or str(value),
        unit="offences",
        source=source,
        source_vintage="",
        known_from=DAY,
        verdict="",
        note="",
    )


def page(
    text="", *, title="A report, 2012/13 Q2", notice="", figures=(), quarter="2012/13 Q2", as_at="2012-09-30"
):
    return PublishedPage(
        report="a-report",
        title=title,
        notice=notice,
        text=text,
        figures=tuple(figures),
        parameters={"quarter": quarter, "as_at": as_at},
    )


COUNT = Measure(id="twelve_month_count", words="twelve_month_count", role="count", own=True)
DIFFERENCE = Measure(id="change_count", words="change_count", role="change", own=True)
PERCENTAGE = Measure(id="change_percent", words="change_percent", role="change", own=True)


def printed(measure, value, *, area="Leeds", period="12 months to September 2012", unit="offences"):
    return Figure(
        measure=measure,
        indicator_id="domestic_burglary",
        area=area,
        window=Window.named(period),
        value=value,
        unit=unit,
    )


def told(result):
    return [(finding.where, finding.what) for finding in result.findings]


# Of the data


def test_the_example_adds_up_in_every_month(counts):
    result = checks.additivity(CHECKS["additivity"], [counts], CATALOGUE)
    # 90 months from April 2005 to September 2012, for the city and its three divisions.
    assert (result.looked_at, result.findings, result.outcome) == (4 * 90, (), "passed")


def test_parts_that_exceed_their_whole_block(counts):
    own = counts.by_area.loc["2012-05", "NWL"]
    result = checks.additivity(CHECKS["additivity"], [changed(counts, "NWL", "2012-05", own - 1)], CATALOGUE)
    places = [where for where, _ in told(result)]
    assert "Domestic burglary, NWL, May 2012" in places
    assert f"{own - 1} offences, but its 13 parts add up to {own} (−1)" in dict(told(result)).values()
    assert {finding.level for finding in checks.blocking(result.findings)} == {"blocking"}
    assert result.outcome == "stops sign-off"


@pytest.mark.parametrize(("share", "found"), [(0.019, 0), (0.03, 1)])
def test_a_whole_may_exceed_its_parts_by_the_declared_share_of_unknown_places(counts, share, found):
    parts = counts.by_area.loc["2012-05", ["NWL", "NEL", "C&H"]].sum()
    own = round(parts / (1 - share))
    result = checks.additivity(CHECKS["additivity"], [changed(counts, "Leeds", "2012-05", own)], CATALOGUE)
    assert len(result.findings) == found


def test_a_missing_month_a_missing_report_and_an_early_end_are_named(counts):
    gap = changed(counts, "Armley", "2012-03", pd.NA)
    result = checks.completeness(
        CHECKS["completeness"], expected=["card", "a-report"], pages=[page()], counts=[gap], quarter=QUARTER
    )
    assert told(result) == [
        ("card", "the report is on the run list of this quarter and is not published"),
        ("Domestic burglary, Armley", "no count for March 2012"),
    ]
    late = checks.completeness(
        CHECKS["completeness"], expected=[], pages=[], counts=[counts], quarter=QUARTER + 1
    )
    assert told(late) == [
        (counts.source.title, "ends with September 2012; the quarter ends with December 2012")
    ]


def test_a_part_of_a_month_is_suspected_and_a_whole_month_is_not(counts):
    check = CHECKS["part-months"]
    assert checks.part_months(check, [counts]).findings == ()
    before = counts.by_area.loc["2011-09", "Leeds"]
    result = checks.part_months(check, [changed(counts, "Leeds", "2012-09", 100)])
    assert told(result) == [
        (
            "Domestic burglary, Leeds, September 2012",
            f"100 offences, the lowest month of the series, against {before} a year before: it may be a part of a month",
        )
    ]


def test_a_planted_change_of_level_is_found_and_a_caveat_explains_it(counts):
    """Half of all offences from April 2009 on: X-13 names the month; the definition's row in the table silences it."""
    months = counts.by_area.index
    level = pd.Series(1.0, index=months)
    level[months >= pd.Period("2009-04", freq="M")] = 0.5
    steady = counts.by_area["Leeds"].loc["2005-04":"2009-03"]
    repeated = pd.Series([int(steady.iloc[i % 48]) for i in range(len(months))], index=months)
    by_area = pd.DataFrame({"Leeds": (repeated * level).round().astype("Int64")})
    planted = replace(counts, by_area=by_area)
    check = CHECKS["sudden-breaks"]
    [finding] = checks.sudden_breaks(check, [planted], CATALOGUE).findings
    assert finding.where == "Domestic burglary, Leeds, April 2009"
    assert (
        "from this month the level is −5" in finding.what or "from this month the level is −4" in finding.what
    )

    class Explained:
        def caveats(self, *_):
            from saferleeds_analysis.catalogue import Caveat

            start = pd.Period("2009-04", freq="M")
            return (
                Caveat(
                    applies_to="all",
                    start=start,
                    end=None,
                    kind="definition break",
                    text="New.",
                    basis="A rule",
                ),
            )

        def parts(self, *_):
            return ()

    assert checks.sudden_breaks(check, [planted], Explained()).findings == ()


def test_a_ward_whose_season_is_another_than_the_citys_is_found_among_all_areas(counts):
    check = CHECKS["residual-season"]
    as_it_is = checks.residual_season(check, [counts], CATALOGUE)
    assert (as_it_is.looked_at, told(as_it_is)) == (37, [])
    # Three times as many in each May to July, which the city counts too; with six a month the ward's factors cannot follow.
    by_area = counts.by_area.copy()
    more = 2 * by_area["Wetherby"].where(by_area.index.month.isin([5, 6, 7]), 0)
    for area in ("Wetherby", "Leeds"):
        by_area[area] += more
    moved = checks.residual_season(check, [replace(counts, by_area=by_area)], CATALOGUE)
    [(where, what)] = told(moved)
    assert where == "Domestic burglary, Wetherby"
    assert what.startswith("the adjusted months still differ by season (Kruskal-Wallis test, p = ")


def test_a_series_that_cannot_be_adjusted_is_named_with_the_reason_and_counts_as_not_looked_at(counts):
    short = replace(counts, by_area=counts.by_area[["Leeds"]].iloc[-24:])
    result = checks.sudden_breaks(CHECKS["sudden-breaks"], [short], CATALOGUE)
    assert (result.looked_at, result.findings, result.outcome) == (0, (), "nothing to check")
    [(where, why)] = result.not_looked_at
    assert where == "Domestic burglary, Leeds"
    assert "24 months" in why
    page = quality_page([result]).html
    assert "What was not looked at" in page and where in page and "24 months" in page


def test_an_extract_of_a_later_day_and_missing_commentary_are_said(counts):
    # The example's own file is dated April 2013, and the pack is read as at September 2012. A survey was not looked at before.
    survey = replace(
        counts.source, id="survey", title="A survey", shape="respondents", received=date(2012, 10, 1)
    )
    assert told(checks.lateness(CHECKS["lateness"], [counts.source, survey], as_at=DAY)) == [
        (counts.source.title, "was received on 30 April 2013; the pack is read as at 30 September 2012"),
        ("A survey", "was received on 1 October 2012; the pack is read as at 30 September 2012"),
    ]
    unstated = replace(counts.source, received=None)
    result = checks.lateness(CHECKS["lateness"], [unstated], as_at=DAY)
    assert (result.looked_at, result.findings) == (0, ())
    assert result.not_looked_at == ((counts.source.title, "its source.toml does not state received"),)
    received = {"Domestic burglary": "final", "Disorder": "", "Theft": "draft"}
    assert told(checks.commentary_received(CHECKS["commentary"], received)) == [
        ("data/raw/commentary, Disorder", "no commentary has come"),
        ("data/raw/commentary, Theft", "the commentary is a draft"),
    ]


def test_what_a_newer_file_revised_stands_on_the_page_and_a_small_sum_is_withheld(counts):
    revision = Revision(
        file="thefts/old.csv",
        by="thefts/new.csv",
        offence="Theft",
        kind="ward",
        areas=("Armley",),
        months=("2012-08",),
        before=1061,
        after=1064,
    )
    of = replace(counts.provenance, revisions=(revision,))
    about = (counts.source.title, "Theft: 1 area of the kind ward", "1")
    [shown] = _revised([of], CATALOGUE)
    assert shown == (*about, "1,061", "1,064", "new.csv")
    page = quality_page([], revised=[shown]).text
    assert "What newer files revised" in page and "1,061" in page and "1,064" in page
    of_people = replace(of, revisions=(replace(revision, offence="Hate crime victims"),))
    [(*_, was, became, _)] = _revised([of_people], CATALOGUE)
    assert (was, became) == ("[c]", "[c]")


# Of published figures


def test_the_cards_315_with_minus_19_9_per_cent_is_impossible_and_nothing_else_of_it():
    figures = CATALOGUE.published("domestic_burglary", as_at=DAY)
    result = checks.published_pairs(CHECKS["published-pairs"], figures)
    [finding] = result.findings
    assert finding.where == "published figures, Gipton & Harehills, 12 months to September 2012"
    assert finding.what.startswith("315 and -19.9%: no whole number a year before gives both")
    # The card prints eight other wards with a count and a percentage, and three divisions with a difference and a percentage.
    assert result.looked_at >= 12


@given(earlier=st.integers(50, 20_000), later=st.integers(1, 20_000))
def test_a_percentage_taken_of_two_whole_numbers_is_never_called_impossible(earlier, later):
    printed = f"{100 * (later / earlier - 1):.1f}"
    pair = [
        figure("2011/12", later),
        figure("2011/12", printed, measure="change_percent"),
    ]
    if Decimal(printed) <= -100:
        return
    assert checks.published_pairs(CHECKS["published-pairs"], pair).findings == ()
    assert not Decimal(printed) or earlier in earlier_counts_behind(later=later, printed_change=printed)


def test_the_published_figure_that_does_not_reproduce_is_named(counts):
    result = checks.published_reproduced(CHECKS["published-reproduced"], [counts], CATALOGUE, as_at=DAY)
    assert [f.where for f in result.findings] == [
        "published figures, Gipton & Harehills, 12 months to September 2012"
    ]


# packs print a year to date under its quarter: April to September 2012 is not the count of July to September
def test_a_published_figure_of_a_quarter_is_not_set_beside_the_months_of_the_quarter(counts):
    others = ("2012/13 Q2", "September 2012", "calendar year 2011", "12 months to September 2012", "undated")
    assert check_published([figure(period, 1) for period in others], counts.by_area) == ()
    kept = ("2011/12", "calendar 2011", "month 2012-09", "12 months to 2012-09")
    checked = check_published([figure(period, 1) for period in kept], counts.by_area)
    assert [one.figure.period for one in checked] == list(kept)


def test_a_financial_year_that_is_none_is_refused(counts):
    with pytest.raises(ValueError, match="2012 is followed by 13, not 14"):
        check_published([figure("2012/14", 1)], counts.by_area)


def test_a_rule_says_that_it_gives_a_result():
    assert get_type_hints(checks.additivity)["return"] is checks.CheckResult
    assert signature(checks.additivity).return_annotation is checks.CheckResult


def test_calderdales_800_by_december_and_782_for_the_year_are_found(shared):
    facts = pd.read_csv(shared / "facts" / "published_series.csv")
    rows = facts[(facts["indicator"] == "Domestic burglary") & facts["period"].str.startswith("2013/14")]
    figures = [figure(r.period, r.value, area=r.area, source=r.source) for r in rows.itertuples()]
    result = checks.falling_totals(CHECKS["falling-totals"], figures, NAMES)
    assert told(result) == [
        (
            "published figures, Domestic burglary, Calderdale, 2013/14",
            "782, after 800 for 2013/14 Apr-Dec (−18)",
        )
    ]
    # Two steps for each of the authorities: to December and to March.
    assert result.looked_at == 2 * rows["area"].nunique()


def test_the_trackers_725_twice_is_found_and_small_ties_are_not(counts):
    figures = [f for i in ("lasbt_enquiries", "lasbt_cases") for f in CATALOGUE.published(i, as_at=DAY)]
    result = checks.equal_neighbours(CHECKS["equal-neighbours"], figures, [counts], NAMES)
    assert (
        "published figures, Anti-social behaviour enquiries, Leeds",
        "725 in 2011/12 Q4 and again in 2012/13 Q1",
    ) in told(result)
    small = [figure("2011/12 Q3", 12), figure("2011/12 Q4", 12)]
    assert checks.equal_neighbours(CHECKS["equal-neighbours"], small, [], NAMES).findings == ()


# Of the pages


def test_the_cards_two_review_periods_are_found():
    text = "Review period: July to September 2012. Findings. Review period: April to June 2012."
    result = checks.period_agreement(CHECKS["period-agreement"], [page(text)], quarter=QUARTER, as_at=DAY)
    assert told(result) == [
        ("a-report", "its review period is April to June 2012, not July to September 2012")
    ]


def test_a_page_of_another_quarter_or_day_is_found_and_a_later_document_may_name_its_own():
    other = page(title="A report, 2012/13 Q1", quarter="2012/13 Q1", as_at="2012-06-30")
    result = checks.period_agreement(CHECKS["period-agreement"], [other], quarter=QUARTER, as_at=DAY)
    assert told(result) == [
        ("a-report", "was run for 2012/13 Q1 as at 2012-06-30, not for 2012/13 Q2 as at 2012-09-30"),
        ("a-report", "its title names 2012/13 Q1"),
    ]
    later = page(
        title="Scrutiny paper, 2015/16 Q1",
        notice="It is later than this pack, which is read as at 30 September 2012",
    )
    assert (
        checks.period_agreement(CHECKS["period-agreement"], [later], quarter=QUARTER, as_at=DAY).findings
        == ()
    )


@pytest.mark.parametrize(
    ("role", "period", "found"),
    [
        ("count", "October 2012", 1),
        ("count", "September 2012", 0),
        ("milestone", "October 2012", 0),
        ("projection", "2013/14", 0),
        ("count", "2012/13 Q3", 1),
        ("count", "undated", 0),
    ],
)
def test_a_figure_of_the_future_is_found_unless_it_is_expected(role, period, found):
    measure = Measure(id="a", words="a", role=role)
    shown = [page(figures=[printed(measure, 400, period=period)])]
    assert len(checks.nothing_later(CHECKS["as-at"], shown, as_at=DAY).findings) == found
    excused = [replace(shown[0], notice="It is later than this pack")]
    assert checks.nothing_later(CHECKS["as-at"], excused, as_at=DAY).findings == ()


def test_march_2106_is_found_and_a_count_of_four_digits_is_no_year():
    text = "The target was set in March 2106. 9999 offences and 2106 more were recorded in 2011/12, as in April 2012."
    result = checks.implausible_years(CHECKS["implausible-years"], [page(text)], as_at=DAY)
    assert told(result) == [("a-report", "March 2106: a year outside 1950 to 2032")]
    assert result.looked_at == 3


def test_printed_parts_that_do_not_add_up_are_found():
    figures = [printed(COUNT, v, area=a) for a, v in [("NWL", 10), ("NEL", 20), ("C&H", 30), ("Leeds", 61)]]
    result = checks.printed_sums(CHECKS["printed-sums"], [page(figures=figures)], CATALOGUE)
    assert told(result) == [
        ("a-report, Leeds, 12 months to September 2012", "61 printed; its parts add up to 60")
    ]
    # A withheld part leaves nothing to be checked, and nothing checked is not a pass.
    withheld = [*figures[:2], printed(COUNT, "[c]", area="C&H"), figures[3]]
    result = checks.printed_sums(CHECKS["printed-sums"], [page(figures=withheld)], CATALOGUE)
    assert (result.looked_at, result.outcome) == (0, "nothing to check")


def test_a_percentage_that_does_not_follow_from_its_counts_is_found():
    # The published card: 5,938 offences, 3,276 fewer, down 35.6% (3,276 of 9,214 is 35.5546...%).
    right = [
        printed(COUNT, 5938),
        printed(DIFFERENCE, -3276),
        printed(PERCENTAGE, -327600 / 9214, unit="%"),
        printed(PERCENTAGE, -327600 / 9214, unit="per cent"),  # as a table of published figures writes it
    ]
    wrong = [*right[:2], printed(PERCENTAGE, -39.0, unit="%")]
    check = CHECKS["percentage-and-count"]
    assert checks.percentage_and_count(check, [page(figures=right)]).findings == ()
    assert told(checks.percentage_and_count(check, [page(figures=wrong)])) == [
        ("a-report, Leeds, 12 months to September 2012", "−3,276 and −39.0% do not belong together")
    ]


# What is said of them


def test_a_level_is_one_of_two():
    with pytest.raises(ValueError, match="check 'x': level is 'blocking' or 'warning', not 'fatal'."):
        Check(id="x", title="X", level="fatal", meaning="", cure="")


def test_the_page_says_what_was_found_and_what_was_not_checked():
    found = CHECKS["additivity"].result(4, [("a file, row 3", "61 and <60>")])
    nothing = CHECKS["printed-sums"].result(0, [])
    passed = CHECKS["commentary"].result(1, [])
    assert summary([found, nothing, passed]) == (
        "3 checks: 1 finding that stops the sign-off, 0 findings to be looked at."
    )
    block = quality_page([found, nothing, passed])
    assert "Stops sign-off" in block.text
    assert "Nothing to check" in block.text
    assert "61 and &lt;60&gt;" in block.html
    assert CHECKS["additivity"].cure in block.text


def test_a_long_list_is_cut_and_says_so():
    block = quality_page([CHECKS["additivity"].result(40, [(f"row {n}", "wrong") for n in range(40)])])
    assert block.text.count("wrong") == 25
    assert "And 15 more, in the CSV file beside this page." in block.text
