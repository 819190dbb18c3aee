"""The months of a single ward: small ones are gaps, and nothing beside them gives them away."""

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import load_area_tables
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.methods.disclosure_audit import INFINITY, Tie, recoverable
from saferleeds_analysis.reporting.cards import report_card
from saferleeds_analysis.reporting.control import control_of
from saferleeds_analysis.reporting.costs import cost_report
from saferleeds_analysis.reporting.months_shown import months_shown
from saferleeds_analysis.reporting.outlook import outlook_of
from saferleeds_analysis.reporting.season import season_of
from saferleeds_analysis.unit_costs import load_cost_tables

CATALOGUE = load_catalogue(REFERENCE)
Q2 = periods.quarter("2012/13 Q2")
DAY = date(2012, 9, 30)


def shown_of(counts, first="2009-04", *, edition="public", below_city=True):
    months = pd.Series(counts, index=pd.period_range(first, periods=len(counts), freq="M"), dtype="Int64")
    return months_shown(
        months, rules=CATALOGUE.disclosure_rules, theme="offences", edition=edition, below_city=below_city
    )


def test_a_small_month_goes_with_as_few_of_its_quarter_as_will_do():
    shown = shown_of([2, 9, 7, 12, 15, 14])
    assert shown.withheld == tuple(shown.months.index[[0, 2]])
    assert shown.months.fillna(-1).tolist() == [-1, 9, -1, 12, 15, 14]
    assert shown.by_quarter
    assert shown.in_words.startswith("[c]: 2 months of 6 are withheld.")
    assert "A gap is not a zero." in shown.in_words


def test_where_a_quarter_is_small_no_month_is_shown():
    shown = shown_of([1, 0, 2, 12, 15, 14])
    assert shown.months.isna().all()
    assert not shown.by_quarter
    assert len(shown.withheld) == 6


@pytest.mark.parametrize("how", [{"edition": "restricted"}, {"below_city": False}])
def test_the_restricted_edition_and_the_city_show_every_month(how):
    shown = shown_of([2, 9, 7], **how)
    assert shown.complete
    assert shown.months.tolist() == [2, 9, 7]


def test_a_month_that_is_not_known_is_missing_and_not_withheld():
    shown = shown_of([3, None, 7])
    assert shown.withheld == tuple(shown.months.index[:1])
    assert shown.months.isna().tolist() == [True, True, False]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 6), st.integers(0, 30)), min_size=36, max_size=36))
def test_no_small_month_follows_from_quarters_and_from_all_sums_of_quarters(counts):
    """Law: with every quarter, every year to date and every twelve months to a quarter's end printed, none is pinned."""
    shown = shown_of(counts)
    if not shown.by_quarter:
        assert any(0 < sum(counts[i : i + 3]) < 5 for i in range(0, 36, 3))
        assert shown.months.isna().all()
        return
    hidden = set(shown.withheld)
    months = list(shown.months.index)
    cells = {m: (0, INFINITY) if m in hidden else (c, c) for m, c in zip(months, counts, strict=True)}
    ties = []
    for length in (3, 6, 9, 12):
        for start in range(0, 37 - length, 3):
            window = (start, length)
            total = sum(counts[start : start + length])
            cells[window] = (total, total)
            ties.append(Tie.sum(window, months[start : start + length]))
    small = {m: 5 for m, c in zip(months, counts, strict=True) if 0 < c < 5}
    assert set(small) <= hidden
    assert recoverable(cells, ties, small) == ()


def blocks_of(counts, area, edition):
    card = report_card(counts, catalogue=CATALOGUE, area=area, quarter=Q2, as_at=DAY, edition=edition)
    season = season_of(card)
    outlook = outlook_of(season)
    return card, {
        "chart": season.chart(),
        "apart": season.decomposition(),
        "totals": outlook.year_chart(),
        "findings": outlook.findings(),
    }


def printed(blocks):
    return {
        (f.words, f.period): f.value
        for block in blocks.values()
        for f in block.figures
        if isinstance(f.value, int | float)
    }


@pytest.fixture(scope="module")
def wetherby(counts):
    return blocks_of(counts, "Wetherby", "public")


def test_a_ward_of_small_months_has_gaps_in_figures_table_and_words(wetherby, counts):
    card, blocks = wetherby
    own = counts.by_area["Wetherby"]
    small = own[(own > 0) & (own < 5)]
    assert len(small) > 0
    table_behind = " ".join(re.sub(r"<[^>]+>", " ", blocks["chart"].html).split())
    for month in small.index:
        name = periods.month_name(month)
        assert f"{name} [c] [c]" in table_behind
        for measure in ("monthly_count", "observed", "seasonally adjusted", "trend", "actual to date"):
            if measure == "actual to date" and month.month % 3 == 0:
                continue
            assert (measure, name) not in printed(blocks)
    assert "Withheld, and a gap in the line:" in blocks["chart"].html
    assert card.shown.in_words in blocks["chart"].text


def test_totals_of_a_ward_of_small_months_end_with_quarters(wetherby):
    _, blocks = wetherby
    ends = [p for (measure, p) in printed(blocks) if measure == "twelve_month_count"]
    assert ends
    assert {p.split()[3] for p in ends} == {"March", "June", "September", "December"}
    assert "to the ends of quarters only" in blocks["totals"].text
    to_date = [p.split()[0] for (measure, p) in printed(blocks) if measure == "actual to date"]
    assert to_date == ["June", "September"]


def test_the_restricted_card_of_the_ward_shows_all(counts):
    card, blocks = blocks_of(counts, "Wetherby", "restricted")
    assert "[c]" not in "".join(block.text for block in blocks.values())
    months = {p for (measure, p) in printed(blocks) if measure == "monthly_count"}
    assert len(months) == len(card.monthly)


def test_quarters_of_wards_are_whole_numbers_when_adjusted(counts):
    """With the printed season, a closer figure would tell how a quarter's offences lie in its months."""
    card = report_card(counts, catalogue=CATALOGUE, area="Leeds", quarter=Q2, as_at=DAY)
    figures = season_of(card).area_tables().figures
    assert len(figures) == 36
    assert all(f.value == round(f.value) for f in figures)


def few(counts, area, by):
    """Give the counts with so few offences in one ward that a quarter and its year are small; its division follows."""
    frame = counts.by_area.copy()
    frame[area] = (np.arange(len(frame)) % by == 0).astype(int)
    wards = CATALOGUE.parts("leeds_2004", "NEL")
    frame["NEL"] = frame[[w.name for w in wards]].sum(axis=1)
    frame["Leeds"] = frame[["NWL", "NEL", "C&H"]].sum(axis=1)
    return type(counts)(**{**vars(counts), "by_area": frame})


def test_a_ward_of_a_few_a_year_shows_its_mark_and_no_number(counts):
    tiny = few(counts, "Wetherby", 4)
    card, blocks = blocks_of(tiny, "Wetherby", "public")
    assert card.headline.later is None
    assert "a count is withheld" in card.findings().text
    assert "No projection is given: whole quarters are withheld" in blocks["findings"].text
    numbers = printed(blocks | {"card": card.findings()})
    assert not {m for m, _ in numbers} & {"monthly_count", "twelve_month_count", "observed", "actual to date"}
    control = control_of(season_of(card), tables=None)
    assert "No control chart is given: 90 of its 90 months are withheld" in control.findings().text


def test_the_value_of_a_withheld_count_is_withheld(counts):
    at = {
        "quarter": Q2,
        "as_at": DAY,
        "edition": "2010/11",
        "price_year": "2010/11",
        "vintage": "December 2025",
    }
    common = {
        "catalogue": CATALOGUE,
        "tables": load_cost_tables(),
        "areas": load_area_tables(REFERENCE),
        **at,
    }
    tiny = few(counts, "Wetherby", 4)
    page = cost_report([tiny], area="Wetherby", **common)
    assert "No value is given\n" in page.top().text
    assert "Withheld, because a small count" in page.top().text
    assert "cost_edition" not in page.top().text  # no other edition would give it
    assert page.top().figures == page.drivers().figures == page.steps().figures == ()
    table = cost_report([tiny], area="Leeds", **common).area_tables()
    assert "Wetherby | [c] | [c] | [c]" in table.text
    values = {f.area: f.value for f in table.figures if f.words == "value, edition 2010/11"}
    assert values["Wetherby"] == "[c]"
    assert sum(v == "[c]" for v in values.values()) >= 2, "its division less the other wards would give it"
    open_to_staff = cost_report([tiny], area="Leeds", pack_edition="restricted", **common).area_tables()
    assert "[c]" not in open_to_staff.text
