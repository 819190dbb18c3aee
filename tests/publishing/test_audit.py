"""The audit of a pack: each way in which a reader could work out what is withheld, and nothing where there is none."""

import hashlib
import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from projects import REFERENCE
from publishing.packs import own_count, write_report

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import Figure, Measure, Rows
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.audit import audit_pack
from saferleeds_analysis.reporting.disclosure import protect

CATALOGUE = load_catalogue(REFERENCE)
Q1, Q2 = periods.quarter("2012/13 Q1"), periods.quarter("2012/13 Q2")
YEAR = "12 months to September 2012"
COMPLETIONS = {"indicator_id": "completions", "area": "Leeds", "window": Window.named("2012/13")}
IN_GROUP = Measure(id="in_group", words="{of}: {group}", role="count")
SHARE_OF_GROUP = Measure(id="share_of_group", words="{of}: {group}", role="percentage")
CHANGE = Measure(id="change_count", words="change_count", role="change", own=True)
COST = Measure(id="cost", words="value, {edition} edition", role="cost")
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
                write_report(tmp_path / "reports" / quarter / name, rows)
        return audit_pack(tmp_path, Q2, catalogue=CATALOGUE)

    return run


def count(value, measure="twelve_month_count", *, area="Armley", period=YEAR, unit="offences", **more):
    """Give a count of the indicator itself, or a figure of another measure."""
    given = own_count(measure) if isinstance(measure, str) else measure
    method = "suppressed" if value == "[c]" else "count"
    more = {"indicator_id": "domestic_burglary", "method": method} | more
    return Figure(measure=given, area=area, window=Window.named(period), value=value, unit=unit, **more)


def group(value, name, unit="people", *, of="completions by drug", **more):
    measure = SHARE_OF_GROUP if unit == "%" else IN_GROUP
    about = {**COMPLETIONS, "theme": "people"} | more
    return Figure(measure=measure, qualifiers={"of": of, "group": name}, value=value, unit=unit, **about)


def texts(found):
    return [finding.text for finding in found.findings]


def test_the_naive_table_of_27_completions_is_named_with_the_tie_that_gives_it_away(audit):
    found = audit(group("[c]", "other"), group(25, "opiate"), group(27, "all"))
    assert texts(found) == [
        "completions: of completions by drug: other, Leeds, April 2012 to March 2013 can be worked out exactly from: "
        "of completions by drug in Leeds by group and in all."
    ]
    assert found.offending == {"card"}


def test_what_leads_to_the_rows_of_a_figure_is_named(audit, tmp_path):
    file = tmp_path / "data" / "raw" / "people.csv"
    file.parent.mkdir(parents=True)
    file.write_text("who\nA\nB\n", encoding="utf-8")
    plain = hashlib.sha256(file.read_bytes()).hexdigest()
    # As public figures carry their rows: by a reference that only the project can make, and without their numbers.
    public = Rows(role="rows", file="data/raw/people.csv", sha256="0" * 32)
    assert audit(count(60, rows=(public,))).findings == ()
    numbered = audit(count(60, rows=(replace(public, numbers=(2, 3)),)))
    assert texts(numbered) == [
        "2012-13_Q2, card: twelve_month_count, Armley, 12 months to September 2012: carries the numbers of its rows."
    ]
    hashed = audit(count(60, rows=(replace(public, sha256=plain),)))
    assert texts(hashed) == ["card/report.ipynb: holds the plain hash of data/raw/people.csv."]
    assert hashed.offending == {"card"}


def test_the_same_table_protected_passes(audit):
    found = audit(group("[c]", "other"), group("[c]", "opiate"), group(27, "all"))
    assert (found.findings, found.withheld) == ((), 2)
    # Two counts that add up to 27: each may be anything from 0 to 27.
    narrowed = "No withheld count can be narrowed down to fewer than 28 numbers."
    assert found.in_words().endswith(f"no small count can be worked out from what is printed. {narrowed}")


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
        count(-20, CHANGE),
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
    cost = count(11775.0, COST, unit="£", method="count times unit cost", qualifiers={"edition": "2010/11"})
    assert texts(audit(count("[c]"), cost)) == [
        f"2012-13_Q2, card: value, 2010/11 edition, Armley, {YEAR}: is made from a count that is withheld."
    ]


SENSITIVE = {"theme": "sensitive"}


@pytest.mark.parametrize(
    ("figure", "why"),
    [
        (count(3), "is a count under 5"),
        (group(2, "other"), "is a count under 5"),
        (group(0, "other"), "is a count under 5"),
        (group(9, "sex workers", **SENSITIVE), "is a count under 10"),
        (group(9, "by a name of its own", indicator_id="cse_referrals"), "is a count under 10"),
        (group(4, "of a theme that its maker forgot", theme="offences"), "is a count under 5"),
        (
            group(50, "sex workers", area="Armley", **SENSITIVE),
            "is of a sensitive theme below the level of the whole area",
        ),
        (group(40.0, "opiate", unit="%", n=20), "is a percentage of fewer than 30"),
        (group(4.0, "opiate", unit="%", n=73), "there are fewer than 5"),
        (group(98.0, "opiate", unit="%", n=73), "there are fewer than 5"),
        (group(0.0, "victims again", unit="%"), "says something of everybody"),
        (group(4.0, "trans phobic", unit="%", **SENSITIVE), "of a sensitive theme without its base"),
    ],
)
def test_what_a_rule_forbids_is_refused_without_repeating_the_number(audit, figure, why):
    (text,) = texts(audit(figure))
    assert why in text
    assert not re.search(rf"(?<![\w/-]){figure.value}(?![\w/-])", text)


def test_figures_of_a_protected_table_are_audited_under_its_theme(audit):
    """9 is small among sensitive counts only, and no word of these figures says that they are sensitive."""
    counts = pd.Series({"A": 9, "B": 40, "all": 49})
    wholes = {"all": ["A", "B"]}
    shown = protect(
        counts,
        rules=CATALOGUE.disclosure_rules,
        theme="sensitive",
        edition="restricted",
        below_city=False,
        wholes=wholes,
    )
    about = {**COMPLETIONS, "indicator_id": "cases", "qualifiers": {"of": "cases by kind", "group": "A"}}
    found = audit(
        shown.figure("A", measure=IN_GROUP, unit="cases", **about),
        shown.percent_figure("A", of="all", measure=SHARE_OF_GROUP, **about),
    )
    assert [text.partition(": is ")[2] for text in texts(found)] == [
        "a count under 10.",
        "a percentage behind which, or behind whose rest, there are fewer than 10.",
    ]


@pytest.mark.parametrize(
    "figure",
    [
        count(3, area="Leeds"),
        count(0),
        count(5),
        count(3, Measure(id="target", words="target", role="target")),
        count(3.7, Measure(id="adjusted", words="seasonally adjusted", role="adjusted")),
        count(-3, CHANGE),
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
        "no whole numbers fit all that is printed: of completions by drug in Leeds by group and in all. What cannot all be "
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


def declared(tie, whole, parts):
    """Give figures of a tie that the rules declare: the value of the whole, and those of its parts."""

    def printed(value, named):
        indicator, measure = named
        return Figure(
            measure=Measure(id=measure, words=measure, role="count"),
            indicator_id=indicator,
            area="Leeds",
            window=Window.named("12 months to March 2013"),
            value=value,
            unit="people",
            theme="people",
            method="suppressed" if value == "[c]" else "count",
        )

    return [printed(whole, tie.whole), *(printed(*pair) for pair in zip(parts, tie.parts, strict=True))]


@pytest.mark.parametrize("tie", CATALOGUE.disclosure_rules.ties, ids=lambda tie: tie.why)
def test_sums_that_the_rules_declare_are_ties_across_reports(audit, tie):
    rest = [25] * (len(tie.parts) - 1)
    whole, withheld, *others = declared(tie, 2 + sum(rest), ["[c]", *rest])
    found = audit(whole, *others, other=[withheld])
    assert found.ties == 1
    assert [t for t in texts(found) if f"can be worked out exactly from: {tie.why}." in t]
    assert audit(*others, other=[withheld]).ties == 0
    if others:
        safe = audit(whole, *declared(tie, 0, ["[c]"] * len(tie.parts))[1:])
        assert (safe.findings, safe.ties) == ((), 1)


def test_a_share_of_a_year_is_no_count_even_where_it_is_a_whole_number(audit):
    """At the end of the year the usual share is 1, which is not one offence."""
    share = Measure(id="share_of_usual_year", words="share of a usual year", role="quality")
    assert audit(count(1.0, share, unit="share", period="March 2013")).findings == ()


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
    left = 400 - 40 * len(C_AND_H[2:])
    assert said.endswith(f"No withheld count can be narrowed down to fewer than {left + 1} numbers.")


def test_quarters_of_a_profile_are_the_months_of_a_card(audit):
    """A page's quarter less another page's two months is the third."""
    months = [
        count(v, "monthly_count", period=m)
        for v, m in ((9, "April 2012"), ("[c]", "May 2012"), (8, "June 2012"))
    ]
    found = audit(*months, other=[count(20, "quarter count", period="2012/13 Q1")])
    assert len(found.findings) == 1
    assert "May 2012 can be worked out exactly" in texts(found)[0]


def test_the_quality_of_an_adjustment_of_a_withheld_month_may_be_printed_and_its_season_may_not(audit):
    """A test says how good a method is; a factor is made from the months themselves."""
    month = count("[c]", period="July 2012")
    quality = Measure(id="stability", words="stability of the season", role="quality")
    assert audit(count(1.088, quality, unit="ratio", period="July 2012"), month).findings == ()
    factor = Measure(id="seasonal_factor", words="seasonal factor", role="adjusted")
    found = audit(count(1.088, factor, unit="ratio", period="July 2012"), month)
    assert ["is made from a count that is withheld" in text for text in texts(found)] == [True]


def test_a_report_of_an_earlier_version_is_refused_and_not_passed_over(audit, tmp_path):
    audit(count(20))
    (tmp_path / "reports/2012-13_Q2/card/report.ipynb").unlink()
    with pytest.raises(
        ValueError, match=r"2012-13_Q2/card was made by an earlier version.*Report the quarter anew."
    ):
        audit_pack(tmp_path, Q2, catalogue=CATALOGUE)
