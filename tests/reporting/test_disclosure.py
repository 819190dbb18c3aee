"""What an edition may print of a table of counts: the papers' own cases, the marks, the figures, and exact refusals."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferleeds_analysis.disclosure_rules import STANDINGS, Rule, read_disclosure_rules
from saferleeds_analysis.figures import Measure, Rows, Working
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.disclosure import (
    breakdown,
    protect,
    withheld_figure,
)
from saferleeds_analysis.workings.counts import total

RULES = read_disclosure_rules()
ROWS = (Rows(role="counts", file="data/raw/x.csv", sha256="0", numbers=(2,)),)
COMPLETIONS = pd.Series({"Opiate": 25, "Non-opiate": 2, "All": 27})
WHOLE = {"All": ["Opiate", "Non-opiate"]}
ABOUT = {"indicator_id": "completions", "area": "Leeds", "window": Window.year("2012/13")}
COUNT = Measure(id="count", words="count", role="count")


def shown(counts=COMPLETIONS, *, theme="people", edition="public", below_city=False, wholes=WHOLE, **more):
    return protect(
        counts,
        rules=RULES,
        theme=theme,
        edition=edition,
        below_city=below_city,
        wholes=wholes,
        **more,
    )


def test_every_rule_has_its_ground():
    assert {rule.id for rule in RULES.rules} >= {
        "primary",
        "zero",
        "secondary",
        "percent",
        "base",
        "rounding",
    }
    assert all(rule.standing in STANDINGS and rule.basis for rule in RULES.rules)
    with pytest.raises(ValueError, match="^rule 'x': standing is one of verified, remembered, derived, judg"):
        Rule(id="x", trigger="", action="", standing="guessed", basis="")


@pytest.mark.parametrize(
    ("names", "theme"),
    [
        (("domestic_burglary", "monthly_count", "offences"), "offences"),
        (("victims by age: under 18", "people"), "sensitive"),
        (("victims by sex: female", "people"), "people"),
        (("drug treatment", "completions"), "people"),
        (("Reports of sex workers", "reports"), "sensitive"),
        (("lasbt_cases", "quarterly count", "cases"), "offences"),
        (("MARAC referrals", "cases"), "sensitive"),
    ],
)
def test_what_belongs_to_which_theme_is_written_down(names, theme):
    assert RULES.theme_of(*names).id == theme


def test_27_completions_of_which_25():
    table = shown()
    assert [table.cell(row) for row in COMPLETIONS.index] == ["[c]", "[c]", "27"]
    assert table.percent_cell("Non-opiate", of="All") == "[c]"
    assert "[c]: withheld. A small count might point to a person" in table.explanation


def test_the_restricted_edition_shows_all_and_explains_nothing():
    table = shown(edition="restricted")
    assert [table.cell(row) for row in COMPLETIONS.index] == ["25", "2", "27"]
    assert table.explanation == ""


def test_only_two_victims_under_18():
    ages = pd.Series({"Under 18": 2, "18 and over": 208, "All": 210})
    table = shown(ages, theme="sensitive", wholes={"All": ["Under 18", "18 and over"]})
    assert [table.cell(row) for row in ages.index] == ["[c]", "[c]", "210"]


def test_a_zero_of_people_is_small_and_a_zero_of_offences_is_not():
    counts = pd.Series({"a": 0, "b": 40, "All": 40})
    wholes = {"All": ["a", "b"]}
    assert shown(counts, wholes=wholes).cell("a") == "[c]"
    assert shown(counts, wholes=wholes, known_zeros=["a"]).cell("a") == "0"
    assert shown(counts, wholes=wholes, theme="offences", below_city=True).cell("a") == "0"


def test_offences_of_the_city_are_printed_and_those_of_a_ward_are_not():
    counts = pd.Series({"Leeds": 23, "Armley": 3, "Bramley": 9, "Wetherby": 11})
    wholes = {"Leeds": ["Armley", "Bramley", "Wetherby"]}
    wards = ["Armley", "Bramley", "Wetherby"]
    table = shown(counts, theme="offences", below_city=wards, wholes=wholes)
    assert [table.cell(row) for row in counts.index] == ["23", "[c]", "[c]", "11"]
    everywhere = shown(counts, theme="offences", below_city=False, wholes=wholes)
    assert [everywhere.cell(row) for row in counts.index] == ["23", "3", "9", "11"]


def test_people_of_a_ward_are_rounded_and_their_percentages_whole():
    counts = pd.Series({"Women": 43, "Men": 28, "All": 71})
    table = shown(counts, below_city=True, wholes={"All": ["Women", "Men"]})
    assert [table.cell(row) for row in counts.index] == ["45", "30", "70"]
    assert table.percent_cell("Women", of="All") == "64%"
    assert "rounded to the nearest 5, so they may not add up" in table.explanation


def test_a_sensitive_theme_stays_at_the_level_of_the_city():
    with pytest.raises(
        ValueError,
        match="^counts of the theme 'sensitive' are printed for the whole area only: .*restricted edition.$",
    ):
        shown(theme="sensitive", below_city=True)


def test_a_base_under_30_has_no_percentage():
    counts = pd.Series({"a": 12, "b": 17, "All": 29})
    table = shown(counts, wholes={"All": ["a", "b"]})
    assert (table.cell("a"), table.percent_cell("a", of="All")) == ("12", "[u]")
    figure = table.percent_figure("a", of="All", **ABOUT, measure=COUNT)
    assert (figure.value, figure.method, figure.n) == ("[u]", "base too small", None)


def test_last_quarters_release_counts():
    """12 by June and 15 by September would say that there were 3 between."""
    counts = pd.DataFrame(
        {"to June": [12, 30], "July to September": [3, 22], "to September": [15, 52]},
        index=["Armley", "Bramley"],
    )
    table = shown(
        counts,
        theme="offences",
        below_city=True,
        wholes={"to September": ["to June", "July to September"]},
        already_out=["to June"],
        not_printed=["July to September"],
    )
    assert list(table.counts.columns) == ["to June", "to September"]
    assert [table.cell(row, "to September") for row in counts.index] == ["[c]", "52"]


def test_a_change_of_a_withheld_count_is_withheld():
    counts = pd.DataFrame({"2011/12": [20, 40], "2012/13": [3, 50]}, index=["Armley", "Bramley"])
    table = shown(counts, theme="offences", below_city=True, wholes=None)
    years = {"earlier": "2011/12", "later": "2012/13", "found": variation_of(40)}
    assert table.change("Armley", **years) is None
    assert table.change("Bramley", **years).difference.value == 10


def test_a_withheld_figure_carries_nothing_but_its_mark():
    figure = withheld_figure(
        RULES,
        **ABOUT,
        measure=COUNT,
        unit="people",
        n=27,
        lower=1.0,
        upper=5.0,
        rows=ROWS,
        working=Working.of(total),
    )
    assert (figure.value, figure.method) == ("[c]", "suppressed")
    assert (figure.lower, figure.upper, figure.confidence, figure.n) == (None, None, None, None)
    assert (figure.rows, figure.working) == ((), None)


def test_a_rounded_count_does_not_say_of_which_rows_it_is_the_sum():
    about = {**ABOUT, "measure": COUNT, "rows": ROWS, "working": Working.of(total)}
    counts = pd.Series({"Women": 43, "Men": 28, "All": 71})
    wholes = {"All": ["Women", "Men"]}
    rounded = shown(counts, below_city=True, wholes=wholes)
    for figure in (rounded.figure("Women", **about), rounded.percent_figure("Women", of="All", **about)):
        assert (figure.rows, figure.working) == ((), None)
    exact = shown(counts, wholes=wholes).figure("Women", **about)
    assert (exact.rows, exact.working) == (ROWS, Working.of(total))


def test_a_breakdown_has_its_figures_and_says_what_its_marks_mean():
    block = breakdown(
        shown(),
        caption="Completions by drug",
        first_column="Drug",
        whole="All",
        unit="people",
        what="completions by drug",
        **ABOUT,
    )
    assert [(f.words, f.unit, f.value) for f in block.figures] == [
        ("completions by drug: Opiate", "people", "[c]"),
        ("completions by drug: Opiate", "%", "[c]"),
        ("completions by drug: Non-opiate", "people", "[c]"),
        ("completions by drug: Non-opiate", "%", "[c]"),
        ("completions by drug: all", "people", 27),
    ]
    assert '<td class="numeric">[c]</td>' in block.html and "might point to a person" in block.text
    assert "25" not in block.text and "2 " not in block.text.replace("27", "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edition": "secret"}, "^'secret' is not an edition: public or restricted.$"),
        (
            {"theme": "burglary"},
            "^unknown theme of disclosure: 'burglary'. Known: sensitive, people, offences.$",
        ),
        (
            {"counts": pd.Series({"Opiate": 2.5})},
            "^2.5 in 'Opiate' is not a count: counts are whole numbers from 0.$",
        ),
        (
            {"counts": pd.Series({"Opiate": 25, "Non-opiate": 2, "All": 30})},
            "^'All', 'count' is 30, and its parts add up",
        ),
        (
            {"wholes": {"Everybody": ["Opiate"]}},
            "^'Everybody' and its parts .* are neither rows nor columns.$",
        ),
        ({"below_city": ["Armley"]}, "^neither rows nor columns of the table: Armley.$"),
    ],
)
def test_refusals(change, message):
    with pytest.raises(ValueError, match=message):
        shown(**change)


def test_a_percentage_needs_its_whole_declared():
    with pytest.raises(ValueError, match="^'All' is not declared as a whole of 'Opiate'. Name it in wholes"):
        shown(wholes=None).percent_cell("Opiate", of="All")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=2, max_size=6), st.sampled_from(["people", "sensitive"]))
def test_a_protected_table_keeps_nothing_that_is_withheld(counts, theme):
    table = pd.Series({f"group {i}": c for i, c in enumerate(counts)} | {"All": sum(counts)})
    parts = [row for row in table.index if row != "All"]
    public = shown(table, theme=theme, wholes={"All": parts})
    threshold = RULES.theme(theme).threshold
    for row in table.index:
        assert public.is_withheld(row) or table[row] >= threshold
        assert public.value(row) == (None if public.is_withheld(row) else table[row])
    hidden = [row for row in table.index if public.is_withheld(row)]
    assert len(hidden) != 1 or hidden == ["All"] or "All" in hidden


# --- breakdowns by protected characteristic


def values(block):
    return {
        (f.words.partition(": ")[2], f.unit): f.value if isinstance(f.value, str) else round(f.value, 1)
        for f in block.figures
    }
