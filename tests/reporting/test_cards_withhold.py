"""A card on an area whose wards have few offences: what it withholds, says, and hands to figures.csv."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.reporting.cards import report_card

ROOT = Path(__file__).parent.parent.parent
CATALOGUE = load_catalogue(REFERENCE)
QUARTER, DAY = periods.quarter("2012/13 Q2"), date(2012, 9, 30)
YEAR, BEFORE = "12 months to September 2012", "12 months to September 2011"


@pytest.fixture(scope="module")
def counts(counts):
    """Give the example's counts with 3 offences in Wetherby in the last twelve months, taken out of its wholes too."""
    by_area = counts.by_area.copy()
    months = periods.twelve_months_to(pd.Period("2012-09", freq="M"))
    for number, month in enumerate(months):
        gone = by_area.loc[month, "Wetherby"] - (1 if number < 3 else 0)
        for area in ("Wetherby", "NEL", "Leeds"):
            by_area.loc[month, area] -= gone
    return replace(counts, by_area=by_area)


def card(counts, **more):
    return report_card(counts, catalogue=CATALOGUE, quarter=QUARTER, as_at=DAY, **{"area": "Leeds", **more})


def later_counts(block):
    return {f.area: f.value for f in block.figures if (f.words, f.period) == ("twelve_month_count", YEAR)}


def test_a_ward_with_3_offences_is_withheld_with_one_more_of_its_division(counts):
    block = card(counts).area_tables()
    hidden = [area for area, value in later_counts(block).items() if value == "[c]"]
    division = [part.name for part in CATALOGUE.parts("leeds_2004", "NEL")]
    assert len(hidden) == 2 and "Wetherby" in hidden and set(hidden) <= set(division)
    assert "[c]: withheld. A small count might point to a person" in block.text
    assert not [f for f in block.figures if f.area in hidden and f.measure.role == "change"]
    row = next(line for line in block.text.splitlines() if line.startswith("Wetherby"))
    assert row.split(" | ")[2:] == ["[c]"] * 5


def test_the_restricted_edition_prints_all_of_it(counts):
    block = card(counts, edition="restricted").area_tables()
    assert later_counts(block)["Wetherby"] == 3
    assert "[c]" not in block.text


def test_a_card_on_that_ward_says_why_it_gives_no_total(counts):
    said = card(counts, area="Wetherby").findings()
    assert said.text == (
        "No 12-month figure is given: a count is withheld, because a small one might point to a person."
    )
    assert said.figures == ()
