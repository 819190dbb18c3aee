"""What changed between two packs: every status, the known restatement, and laws of the comparison."""

import csv
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from projects import ROOT

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.intake.governance import GivenReason
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.changes import (
    ABOUT_THE_PACK,
    PUBLISHED_BEFORE,
    RESTATED_AS,
    Comparison,
    compare_figures,
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


def test_the_known_restatement_of_calderdale():
    """800 domestic burglaries published by December 2013 and 782 for the year 2013/14: impossible without a restatement.

    West Yorkshire PCC, Community Safety Fund indicators 2013/14, of which tests/known_answers/published_series.csv keeps these two.
    """
    with (ROOT / "tests/known_answers/published_series.csv").open(encoding="utf-8", newline="") as file:
        published = {row["period"]: row["value"] for row in csv.DictReader(file)}
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
    compared = Comparison(earlier="2013/14 Q3", changes=changes)
    assert compared.in_short() == "Since 2013/14 Q3: 1 figure restated, 0 late."
    text = compared.page(names=NAMES).text
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


def test_the_words_of_a_quiet_quarter_and_of_none_before():
    both = [figure(6771, measure="target_original", period="2012/13")]
    said = Comparison(earlier="2012/13 Q1", signed_off="14 July 2012", changes=compared(both, both))
    assert said.in_short() == "Since 2012/13 Q1: nothing restated or late."
    assert said.page(names=NAMES).text.splitlines()[:3] == [
        said.in_short(),
        "",
        "Of 1 figure also in the pack of 2012/13 Q1, signed off on 14 July 2012, 1 is unchanged and 0 are estimated "
        "anew each quarter. 0 figures are new.",
    ]
    assert Comparison(earlier="").in_short() == ""
    assert "There is no earlier pack to compare with" in Comparison(earlier="").page(names=NAMES).text
    new = Comparison(earlier="2012/13 Q1", changes=compared([], both))
    assert new.in_short() == "", "a new report has nothing in common with the pack before"


def test_the_line_counts_what_was_restated_and_what_is_late_and_names_a_new_definition():
    before = [figure(6771), figure(20, area="Armley"), figure(3, period="2012/13", measure="count")]
    after = [figure(6769), figure(4, period="2012/13", measure="count")]
    changed = Comparison(
        earlier="2012/13 Q1", changes=compared(before, after), redefined=("domestic_burglary",)
    )
    assert changed.in_short() == "Since 2012/13 Q1: 2 figures restated, 2 late, 1 definition changed."


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
