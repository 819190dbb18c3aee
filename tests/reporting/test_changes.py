"""What changed between two packs: every status, the known restatement, and laws of the comparison."""

import csv
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.intake.governance import GivenReason
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.blocks import Table
from saferleeds_analysis.reporting.changes import (
    ABOUT_THE_PACK,
    PUBLISHED_BEFORE,
    RESTATED_AS,
    Comparison,
    compare_figures,
    then_and_now,
)

Q1, Q2 = periods.quarter("2012/13 Q1"), periods.quarter("2012/13 Q2")
NAMES = {"domestic_burglary": "Domestic burglary"}


OWN = {"role": "count", "own": True, "recurs": True}
MEASURES = {
    "twelve_month_count": OWN,
    "monthly_count": OWN,
    "count": {"role": "count", "own": True},
    "seasonally adjusted": {"role": "adjusted", "revised": True},
    "value per household": {"role": "cost"},
    "rating": {"role": "letter", "recurs": True},
    "target_original": {"role": "target"},
    "anything": {"role": "count"},
}


def figure(value, *, period="12 months to June 2012", measure="twelve_month_count", area="Leeds", **more):
    about = {"indicator_id": "domestic_burglary", "unit": "offences"} | more
    return Figure(
        measure=Measure(id=measure, words=measure, **MEASURES[measure]),
        area=area,
        window=Window.named(period),
        value=value,
        **about,
    )


def compared(before, after, **more):
    return compare_figures(before, after, before_quarter=Q1, after_quarter=Q2, **more)


def statuses(changes):
    return sorted((c.status, c.period) for c in changes)


def test_each_status():
    before = [
        figure(6771),
        figure(531, period="June 2012", measure="monthly_count"),
        figure(20, period="12 months to June 2012", area="Armley"),
        figure(9.5, period="June 2012", measure="seasonally adjusted"),
        figure(9167, period="12 months to April 2009"),
    ]
    after = [
        figure(6771),
        figure(529, period="June 2012", measure="monthly_count"),
        figure(407, period="September 2012", measure="monthly_count"),
        figure(5938, period="12 months to September 2012"),
        figure(9.7, period="June 2012", measure="seasonally adjusted"),
    ]
    changes = compared(before, after)
    assert statuses(changes) == [
        ("late", "12 months to September 2012"),  # Armley's
        ("new", "12 months to September 2012"),
        ("new", "September 2012"),
        ("no longer shown", "12 months to April 2009"),
        ("no longer shown", "12 months to June 2012"),
        ("provisional", "June 2012"),
        ("restated", "June 2012"),
        ("unchanged", "12 months to June 2012"),
    ]
    (restated,) = [c for c in changes if c.status == "restated"]
    assert (restated.before, restated.after, restated.moved_by, restated.reason) == ("531", "529", -2, "")


def test_a_reason_is_given_with_the_restatement_and_since_when_it_was_published():
    why = GivenReason(
        indicator_id="domestic_burglary",
        area="Leeds",
        period="12 months to June 2012",
        measure="twelve_month_count",
        reason="Two offences were cancelled",
        given_by="Police performance team",
        given_on=Q2.end_time.date(),
    )
    key = ("domestic_burglary", "Leeds", "12 months to June 2012", "twelve_month_count", "6771")
    (change,) = compared([figure(6771)], [figure(6769)], reasons=[why], since={key: "2012/13 Q1"})[:1]
    assert change.reason == "Two offences were cancelled (Police performance team, 30 September 2012)"
    assert change.since == "2012/13 Q1"


@pytest.mark.shared
def test_the_known_restatement_of_calderdale(shared):
    """800 domestic burglaries published by December 2013 and 782 for the year 2013/14: impossible without a restatement."""
    with (shared / "facts" / "published_series.csv").open(encoding="utf-8-sig", newline="") as file:
        published = {
            row["period"]: row["value"]
            for row in csv.DictReader(file)
            if (row["indicator"], row["area"]) == ("Domestic burglary", "Calderdale")
        }
    assert (published["2013/14 Apr-Dec"], published["2013/14"]) == ("800", "782")
    before, after = (
        [figure(int(published[period]), area="Calderdale", period=period, measure="count")]
        for period in ("2013/14 Apr-Dec", "2013/14")
    )
    changes = compare_figures(
        before,
        after,
        before_quarter=periods.quarter("2013/14 Q3"),
        after_quarter=periods.quarter("2013/14 Q4"),
    )
    (restated,) = [c for c in changes if c.status == "restated"]
    assert restated.note == (
        "Published as 800 for 2013/14 Apr-Dec, and now 782 for 2013/14, which holds those months and more. A count cannot "
        "fall as months are added, so at least 18 were taken out of 2013/14 Apr-Dec since."
    )
    text = Comparison(earlier="2013/14 Q3", changes=changes).section(names=NAMES).text
    assert "1 was restated" in text
    assert "Reason asked for: none was given yet." in text


def test_a_count_that_does_not_fall_is_no_restatement_and_one_that_is_restated_is_one_once():
    december = figure(800, period="2013/14 Apr-Dec", measure="count")
    year = figure(801, period="2013/14", measure="count")
    assert [c.status for c in compared([december], [year])] == ["new", "no longer shown"]
    corrected, later = replace(december, value=780), replace(year, value=782)
    assert sorted(c.status for c in compared([december], [corrected, later])) == [
        "new",
        "restated",
    ]


def test_what_a_figure_is_decides_and_not_how_it_is_called():
    """The value of burglary by two editions of unit costs, and a measure whose words are written anew."""

    def value(number, edition, words="value per household"):
        measure = Measure(id="value_per_household", words=words, role="cost")
        return replace(figure(number), measure=measure, qualifiers=(("edition", edition),))

    before = [value(72.7, "2010/11"), value(71.8, "2003/04")]
    after = [value(71.8, "2003/04"), value(73.0, "2010/11", words="value a household")]
    assert sorted((c.status, c.before, c.after) for c in compared(before, after)) == [
        ("restated", "72.7", "73.0"),
        ("unchanged", "71.8", "71.8"),
    ]


def test_a_number_is_the_same_on_a_machine_that_rounds_its_last_digit_otherwise():
    (change,) = compared([figure(71.8, measure="count")], [figure(71.80000000000001, measure="count")])
    assert change.status == "unchanged"


def test_what_is_marked_provisional_and_moves_is_no_restatement():
    marked = figure(6771, measure="count", caveats=("Provisional: two forces",))
    (change,) = compared([marked], [figure(6769, measure="count")])
    assert change.status == "provisional"


def test_the_page_of_changes_repeats_figures_and_has_none_of_its_own_that_could_be_compared():
    """What it prints of others is about the pack, so that the next comparison leaves it out."""
    changes = compared([figure(6771), figure(5)], [figure(6769), figure(5)])
    shown = Comparison(earlier="2012/13 Q1", changes=changes).page(names=NAMES).figures
    repeated = [(f.measure, f.value) for f in shown if f.measure in (PUBLISHED_BEFORE, RESTATED_AS)]
    assert repeated == [(PUBLISHED_BEFORE, 6771), (RESTATED_AS, 6769)]
    assert {f.indicator_id for f in shown} == {ABOUT_THE_PACK}
    assert compared([], shown) == ()


def test_the_main_figures_are_set_beside_those_of_the_earlier_pack():
    """The published twelve months of the two packs: 6,771 and 5,938. A part of the page's area and a target are not main."""
    before = [
        figure("N", period="2012/13 Q1", measure="rating"),
        figure(6771, period="12 months to June 2012", measure="twelve_month_count"),
        figure(2713, period="12 months to June 2012", measure="twelve_month_count", area="NWL"),
        figure(7056, period="2012/13", measure="target_original"),
    ]
    after = [
        figure("N", period="2012/13 Q2", measure="rating"),
        figure(5938, period="12 months to September 2012", measure="twelve_month_count"),
        figure(6771, period="12 months to June 2012", measure="twelve_month_count"),
        figure(2386, period="12 months to September 2012", measure="twelve_month_count", area="NWL"),
        figure(7056, period="2012/13", measure="target_original"),
    ]
    quarters = {
        "before_quarter": periods.quarter("2012/13 Q1"),
        "after_quarter": periods.quarter("2012/13 Q2"),
    }
    main = then_and_now(before, after, **quarters)
    assert [(pair.then.value, pair.now.value) for pair in main] == [(6771, 5938)]
    shown = Comparison(earlier="2012/13 Q1", main=main).section(names=NAMES)
    assert (
        "6,771 offences (12 months to June 2012) | 5,938 offences (12 months to September 2012)" in shown.text
    )
    assert [f.value for f in shown.figures if f.measure == PUBLISHED_BEFORE] == [6771]
    same = dict.fromkeys(quarters, periods.quarter("2012/13 Q2"))
    assert then_and_now(after, after, **same) == (), "a correction is of the same quarter"


def test_of_main_figures_of_several_kinds_the_illustrative_ones_are_marked():
    now = figure(5938, period="12 months to September 2012", status="illustrative")
    counted = figure(340, period="2012/13 Q2", measure="count", status="published")

    def names_of(*shown):
        main = tuple((figure(6771), one) for one in shown)
        section = Comparison(earlier="2012/13 Q1", main=main).section(names=NAMES)
        return [row[0] for block in section.walk() if isinstance(block, Table) for row in block.rows]

    assert ["(illustrative)" in name for name in names_of(now, counted)] == [True, False]
    assert ["(illustrative)" in name for name in names_of(now)] == [False], "the page's notice says so of all"


def test_the_words_of_a_quiet_quarter_and_of_none_before():
    both = [figure(6771, measure="target_original", period="2012/13")]
    said = Comparison(earlier="2012/13 Q1", signed_off="14 July 2012", changes=compared(both, both))
    assert said.section(names=NAMES).text == (
        "Compared with the pack of 2012/13 Q1, signed off on 14 July 2012: 1 figure on this page was in it too. "
        "Not one was restated, that is changed after it was published; 1 is unchanged. No figure is new, and none is late."
    )
    assert (
        Comparison(earlier="").section(names=NAMES).text
        == "There is no pack of the quarter before to compare with, signed off or not."
    )


figures = st.lists(
    st.builds(
        figure,
        st.integers(0, 50),
        period=st.sampled_from(["June 2012", "May 2012", "12 months to June 2012", "2012/13 Q1"]),
        measure=st.sampled_from(["monthly_count", "twelve_month_count", "seasonally adjusted", "anything"]),
        area=st.sampled_from(["Leeds", "Armley"]),
    ),
    max_size=12,
)


@given(figures)
def test_a_pack_beside_itself_is_unchanged(rows):
    # Counts that contradict each other within one pack are said to, whatever came before.
    found = {c.status for c in compared(rows, rows) if not c.note}
    assert found <= {"unchanged", "late"}


@given(figures, figures)
def test_every_figure_of_both_packs_is_in_the_comparison(before, after):
    changes = compared(before, after)
    for figures, side in ((before, "before"), (after, "after")):
        wanted = {(figure.identity, str(figure.value)) for figure in figures}
        told = {
            (c.figure.identity, getattr(c, side)) for c in changes if c.status != "late" and getattr(c, side)
        }
        assert wanted == told


def test_both_periods_are_named_by_their_months_whatever_each_pack_calls_them():
    """A service page set "April to June 2012 on the same quarters of the year before" beside "2012/13 Q2"."""
    to_date = Window("April to June 2012 on the same quarters of the year before", "2012-04", "2012-06")
    then, now = (figure(n, period="2012/13 Q2", measure="monthly_count") for n in (725, 958))
    main = then_and_now([replace(then, window=to_date)], [now], before_quarter=Q1, after_quarter=Q2)
    shown = Comparison(earlier="2012/13 Q1", main=main).section(names=NAMES)
    assert "725 offences (April to June 2012) | 958 offences (July to September 2012)" in shown.text
