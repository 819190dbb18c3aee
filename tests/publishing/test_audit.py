"""The audit of a pack: each way in which a reader could work out what is withheld, and nothing where there is none."""

import json
import re

import pytest

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import old_figure
from saferleeds_analysis.publishing.audit import audit_pack
from saferleeds_analysis.publishing.files import write_figures

CATALOGUE = load_catalogue()
Q1, Q2 = periods.quarter("2012/13 Q1"), periods.quarter("2012/13 Q2")
YEAR = "12 months to September 2012"
COMPLETIONS = {"indicator_id": "completions", "area": "Leeds", "period": "2012/13"}
C_AND_H = [area.name for area in CATALOGUE.parts("leeds_2004", "C&H")]


@pytest.fixture
def audit(tmp_path):
    """Give a way to lay out packs of figures, {quarter: {report: figures}}, and audit that of Q2."""

    def run(*figures, earlier=(), other=()):
        for quarter, reports in (
            ("2012-13_Q1", {"card": earlier}),
            ("2012-13_Q2", {"card": figures, "other": other}),
        ):
            for name, rows in reports.items():
                folder = tmp_path / "reports" / quarter / name
                folder.mkdir(parents=True, exist_ok=True)
                write_figures([row.to_row() for row in rows], folder / "figures.csv")
        return audit_pack(tmp_path, Q2, catalogue=CATALOGUE)

    return run


def count(value, measure="twelve_month_count", *, area="Armley", period=YEAR, unit="offences", **more):
    if value == "[c]":
        more = {"method": "suppressed"} | more
    more = {"indicator_id": "domestic_burglary", "method": "count"} | more
    return old_figure(area=area, period=period, measure=measure, value=value, unit=unit, **more)


def group(value, name, unit="people", **more):
    return old_figure(measure=f"completions by drug: {name}", value=value, unit=unit, **COMPLETIONS, **more)


def texts(found):
    return [finding.text for finding in found.findings]


def test_the_naive_table_of_27_completions_is_named_with_the_tie_that_gives_it_away(audit):
    found = audit(group("[c]", "other"), group(25, "opiate"), group(27, "all"))
    assert texts(found) == [
        "completions: completions by drug: other, Leeds, April 2012 to March 2013 can be worked out exactly from: "
        "completions by drug in Leeds by group and in all."
    ]
    assert found.offending == {"card"}


def test_the_same_table_protected_passes(audit):
    found = audit(group("[c]", "other"), group("[c]", "opiate"), group(27, "all"))
    assert (found.findings, found.withheld) == ((), 2)
    assert found.in_words().endswith("no small count can be worked out from what is printed.")


def test_a_table_in_one_report_is_undone_by_a_number_in_another(audit):
    protected = [group("[c]", "other"), group("[c]", "opiate"), group(27, "all")]
    found = audit(*protected, other=[group(25, "opiate")])
    assert any("other, Leeds" in text and "exactly" in text for text in texts(found))
    assert any("opiate, Leeds" in text and "printed in another report" in text for text in texts(found))
    assert found.offending == {"card", "other"}


def test_a_ward_follows_from_its_division_and_the_other_wards(audit):
    wards = [count("[c]" if n == 0 else 20, area=name) for n, name in enumerate(C_AND_H)]
    found = audit(*wards, count(20 * (len(C_AND_H) - 1) + 3, area="C&H"))
    assert any(f"domestic_burglary, {C_AND_H[0]}" in text and "exactly" in text for text in texts(found))


def test_the_one_ward_that_a_table_leaves_out_is_worked_out_too(audit):
    wards = [count(20, area=name) for name in C_AND_H[1:]]
    found = audit(*wards, count(20 * len(wards) + 3, area="C&H"))
    assert any(f"domestic_burglary, {C_AND_H[0]}" in text and "exactly" in text for text in texts(found))
    safe = audit(*wards, count(20 * len(wards) + 30, area="C&H"))
    assert safe.findings == ()


def test_last_quarters_pack_and_this_one_give_away_three_months(audit):
    earlier = [count(12, "year_to_date_count", period="April to June 2012")]
    found = audit(count(15, "year_to_date_count", period="April to September 2012"), earlier=earlier)
    assert texts(found) == [
        "domestic_burglary, Armley, July 2012 to September 2012 can be worked out exactly from: domestic_burglary in "
        "Armley: April 2012 to September 2012 and the months in it."
    ]
    assert (
        audit(count(35, "year_to_date_count", period="April to September 2012"), earlier=earlier).findings
        == ()
    )


def test_twelve_months_to_two_quarters_do_not_give_away_three(audit):
    earlier = [count(40, period="12 months to June 2012")]
    assert audit(count(38), earlier=earlier).findings == ()


def test_a_count_that_last_quarters_pack_printed_is_not_withheld_by_hiding_it_now(audit):
    found = audit(count("[c]"), earlier=[count(8)])
    assert texts(found) == [
        "domestic_burglary, Armley, October 2011 to September 2012 is withheld in card and printed in another report or an "
        "earlier pack."
    ]


def test_a_change_gives_away_the_count_it_leads_to(audit):
    found = audit(
        count("[c]"),
        count(23, period="12 months to September 2011"),
        count(-20, "change_count"),
    )
    assert any("can be worked out exactly from: the change printed as" in text for text in texts(found))
    assert any("is made from a count that is withheld" in text for text in texts(found))


def test_a_percentage_gives_away_its_count(audit):
    found = audit(
        group("[c]", "other"),
        group("[c]", "opiate"),
        group(310, "all"),
        group(0.645, "other", unit="%", n=310),
    )
    assert any("other, Leeds" in text and "worked out exactly" in text for text in texts(found))


def test_the_cost_of_a_withheld_count_is_that_count(audit):
    cost = count(11775.0, "value, 2010/11 edition", unit="£", method="count times unit cost")
    assert texts(audit(count("[c]"), cost)) == [
        f"2012-13_Q2, card: value, 2010/11 edition, Armley, {YEAR}: is made from a count that is withheld."
    ]


@pytest.mark.parametrize(
    ("figure", "why"),
    [
        (count(3), "is a count under 5"),
        (group(2, "other"), "is a count under 5"),
        (group(0, "other"), "is a count under 5"),
        (group(9, "sex workers"), "is a count under 10"),
        (
            old_figure(
                **COMPLETIONS | {"area": "Armley"}, measure="reports of sex workers", value=50, unit="reports"
            ),
            "is of a sensitive theme below the level of the city",
        ),
        (group(40.0, "opiate", unit="%", n=20), "is a percentage of fewer than 30"),
        (group(4.0, "opiate", unit="%", n=73), "there are fewer than 5"),
        (group(98.0, "opiate", unit="%", n=73), "there are fewer than 5"),
        (group(0.0, "repeat victimisation of clients", unit="%"), "says something of everybody"),
        (group(4.0, "trans phobic", unit="%"), "of a sensitive theme without its base"),
    ],
)
def test_what_a_rule_forbids_is_refused_without_repeating_the_number(audit, figure, why):
    (text,) = texts(audit(figure))
    assert why in text
    assert not re.search(rf"(?<![\w/-]){figure.value}(?![\w/-])", text)


@pytest.mark.parametrize(
    "figure",
    [
        count(3, area="Leeds"),
        count(0),
        count(5),
        count(3, "target_stretch"),
        count(3.7, "seasonally adjusted"),
        count(-3, "change_count"),
        group(25, "opiate"),
        group(40.0, "opiate", unit="%", n=310),
    ],
)
def test_what_no_rule_forbids_passes(audit, figure):
    assert audit(figure).findings == ()


def test_a_restricted_report_in_the_public_pack_is_refused(audit, tmp_path):
    audit(count(20))
    record = tmp_path / "reports/2012-13_Q2/card/run.json"
    record.write_text(json.dumps({"parameters": {"edition": "restricted"}}), encoding="utf-8")
    assert texts(audit(count(20))) == ["card is the restricted edition and stands in the public pack."]


def test_figures_that_cannot_all_be_true_are_named(audit):
    found = audit(group("[c]", "other"), group(30, "opiate"), group(27, "all"))
    assert texts(found) == [
        "no whole numbers fit all that is printed: completions by drug in Leeds by group and in all. What cannot all be "
        "true cannot be audited."
    ]
    assert found.offending == {"card"}


def test_counts_rounded_to_5_are_read_as_ranges(audit):
    rounded = {"method": "count, rounded to the nearest 5"}
    found = audit(group("[c]", "other"), group(25, "opiate", **rounded), group(30, "all", **rounded))
    assert found.findings == ()


def test_a_pack_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match=r"^there is no pack of 2012/13 Q2: make it first \(saferleeds report\)"
    ):
        audit_pack(tmp_path, Q2, catalogue=CATALOGUE)


def test_sums_that_the_rules_declare_are_ties_across_reports(audit):
    def printed(value, indicator, measure, *, period, unit="completions"):
        return old_figure(
            indicator_id=indicator, area="Leeds", period=period, measure=measure, value=value, unit=unit
        )

    document = "strategy_2013"
    one, two, three = (
        f"{n} Treatment completions, criminal justice{kind}: as printed"
        for n, kind in (("F113", ""), ("F114", ": non-opiate"), ("F115", ": opiate"))
    )
    year = "12 months to March 2013"
    naive = [printed(27, document, one, period=year), printed("[c]", document, two, period=year)]
    found = audit(*naive, printed(25, document, three, period=year))
    assert [t for t in texts(found) if "non-opiate" in t and "can be worked out exactly from" in t]
    safe = audit(*naive, printed("[c]", document, three, period=year))
    assert (safe.findings, safe.ties) == ((), 1)
    same = [
        printed(
            "[c]", "lasbt_victims", "victims aged under 18", period="April to September 2012", unit="people"
        ),
        printed(
            12,
            "asb_card",
            "F049 Victims under 18: as printed",
            period="April to September 2012",
            unit="people",
        ),
    ]
    # 12 is no small number, and still the number of children.
    assert audit(*same).ties == 1
    assert audit(*same[:1]).findings == ()


@pytest.mark.parametrize(
    "measure, unit", [("share of a usual year", "share"), ("share of a usual year (comparison)", "offences")]
)
def test_a_share_of_a_year_is_no_count_even_where_it_is_a_whole_number(audit, measure, unit):
    """At the end of the year the usual share is 1, which is not one offence."""
    assert audit(count(1.0, measure, unit=unit, period="March 2013")).findings == ()


def test_a_month_that_is_taken_apart_is_the_month_as_recorded(audit):
    found = audit(
        count(3, "observed", period="July 2012"), other=[count("[c]", "monthly_count", period="July 2012")]
    )
    assert "is a count under 5" in texts(found)[0]
    assert "is withheld in other and printed in another report" in texts(found)[1]


def test_the_summary_says_what_was_tried_and_not_that_it_was_worked_out(audit):
    """A ward and two divisions lack: small ones are looked for there, not in the city, and none can be worked out."""
    rows = [count(40, area=name) for name in C_AND_H[2:]]
    found = audit(*rows, count(400, area="C&H"), count("[c]", area=C_AND_H[0]))
    assert found.findings == ()
    said = found.in_words()
    assert "Tried to work out: 1 withheld count and 3 counts that no page prints but others bear on." in said
    assert said.endswith("no small count can be worked out from what is printed.")


def test_quarters_of_a_profile_are_the_months_of_a_card(audit):
    """A page's quarter less another page's two months is the third."""
    months = [
        count(v, "monthly_count", period=m)
        for v, m in ((9, "April 2012"), ("[c]", "May 2012"), (8, "June 2012"))
    ]
    found = audit(*months, other=[count(20, "quarter count", period="2012/13 Q1")])
    assert len(found.findings) == 1
    assert "May 2012 can be worked out exactly" in texts(found)[0]


def test_the_season_of_a_withheld_month_may_be_printed(audit):
    """It is the city's, and says nothing of the month's own count."""
    factor = count(1.088, "seasonal factor", unit="ratio", period="July 2012")
    assert audit(factor, count("[c]", "monthly_count", period="July 2012")).findings == ()
