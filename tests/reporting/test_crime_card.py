"""The card of recorded crime: what its first screen says, where, and what is done."""

import re
from copy import copy
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from projects import ROOT

from saferleeds_analysis import intake, periods
from saferleeds_analysis.area_tables import load_area_tables
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.reporting import crime_card
from saferleeds_analysis.reporting.actions import next_three, other_actions
from saferleeds_analysis.reporting.areas import areas_of
from saferleeds_analysis.reporting.blocks import Facts, Heading, Table, Text
from saferleeds_analysis.reporting.cards import report_card
from saferleeds_analysis.reporting.first_screen import caveats_in_short
from saferleeds_analysis.reporting.outlook import outlook_of
from saferleeds_analysis.reporting.season import season_of
from saferleeds_analysis.reporting.state import state_of

CATALOGUE = load_catalogue(ROOT / "data/raw/reference")
TABLES = load_area_tables(ROOT / "data/raw/reference")
Q2, DAY = periods.quarter("2012/13 Q2"), date(2012, 9, 30)
PROFILES = {"Middleton Park": "../ward-middleton-park/report.html"}


@pytest.fixture(scope="module")
def actions():
    return intake.actions_of(ROOT, Q2, "domestic_burglary", catalogue=CATALOGUE)


def made(counts, area="Leeds"):
    card = report_card(counts, catalogue=CATALOGUE, area=area, quarter=Q2, as_at=DAY)
    outlook = outlook_of(season_of(card))
    areas = areas_of(card, tables=TABLES)
    return card, outlook, areas


@pytest.fixture(scope="module")
def leeds(counts):
    return made(counts)


@pytest.fixture(scope="module")
def top(leeds, actions):
    return crime_card.top(*leeds, actions=actions, profiles=PROFILES)


def of(block, kind):
    return [part for part in block.walk() if isinstance(part, kind)]


def test_the_heading_is_the_finding_with_the_chance_of_the_target(top):
    headings = [h.text for h in of(top, Heading) if h.level == 1]
    # 5,938 on 9,214 is down 35.6% (the published card: down 36%); 5,305 was recorded by March 2013, below the target of 5,999.
    assert headings == [
        "Domestic burglary fell an unusual 35.6% in a year, and meeting its target is almost certain"
    ]


def test_the_change_of_an_ordinary_year_stands_beside_the_change(top, leeds):
    down, up = leeds[0].headline.change.ordinary
    assert -35.6 < down < -15 and up < 60
    assert f"(95% interval); ordinarily −{-down:.0f}% to +{up:.0f}%." in top.text


def test_three_tiles_give_level_year_end_and_the_wards_that_move_otherwise(top):
    [tiles] = of(top, Facts)
    texts = {name: value.text for name, value in tiles.pairs}
    assert len(texts) == 3
    assert texts["Recorded offences, 12 months to September 2012"].startswith("5,938")
    assert (
        "Target: at most 5,999. Chance of meeting it: more than 99%."
        in texts["Projected for the year 2012/13"]
    )
    assert "10 of 33" in texts["Wards that move against the rest"]


def test_an_area_is_a_link_where_it_has_a_page_of_its_own(top, leeds):
    card, _, areas = leeds
    hrefs = {s.text: s.href for t in of(top, Text) for s in t.spans if s.href}
    assert hrefs == PROFILES
    [shown] = of(crime_card.where(card, areas, profiles=PROFILES), Table)
    linked = {row[0].text: row[0].spans[0].href for row in shown.rows if row[0].spans[0].href}
    assert linked == PROFILES


def test_what_is_not_sure_says_how_such_projections_did(top, leeds):
    assert "In 48 replays the 80% range held" in top.text
    # The chance is over 90%: beside it stands what came of such chances in the replay, as the table of the annex gives it.
    [said] = re.findall(r"; chances of 90% to 100% came true in (\d+\.\d)%\.", top.text)
    [told] = re.findall(
        r"90% to 100% \| almost certain \| \d+ \| \d+\.\d% \| (\d+\.\d)%", leeds[1].record().text
    )
    assert said == told
    assert "C&H: no clear change." in top.text


def test_the_table_has_the_divisions_and_eight_wards_those_that_move_otherwise_first(leeds):
    card, _, areas = leeds
    [shown] = of(crime_card.where(card, areas), Table)
    names = [row[0].text for row in shown.rows]
    assert names[:3] == ["NWL", "NEL", "C&H"]
    apart = areas.differences["ward"].query("word in ['lower', 'higher']").index
    assert len(names) == 11
    assert set(names[3:]) < set(apart)


def test_the_caption_says_that_wards_move_against_the_rest_only_where_all_shown_do(leeds):
    card, _, areas = leeds
    [all_move] = of(crime_card.where(card, areas), Table)
    assert all_move.caption.startswith("Divisions and wards against the rest, each tested by itself")
    few = copy(areas)
    found = areas.differences["ward"].assign(word="no clear difference")
    found.loc["Middleton Park", "word"] = "higher"
    vars(few)["differences"] = {"ward": found}
    [shown] = of(crime_card.where(card, few), Table)
    assert shown.caption.startswith("Divisions and wards against the rest or with most, each tested")
    # Middleton Park rose; then those with most on the published card.
    assert [row[0].text for row in shown.rows][3:6] == [
        "Middleton Park",
        "Hyde Park & Woodhouse",
        "Burmantofts & Richmond Hill",
    ]


def test_without_a_target_and_without_parts_the_page_says_so(counts):
    card, outlook, areas = made(counts, "Armley")
    page = crime_card.top(card, outlook, areas)
    assert "No target is recorded." in page.text
    assert "The data hold no areas to compare." in page.text
    assert "No actions are recorded in data/raw/actions.csv." in page.text
    assert crime_card.where(card, areas).text == "The data hold no areas within Armley."


def test_a_series_with_a_gap_has_a_first_screen_that_claims_nothing(counts):
    by_area = counts.by_area.copy()
    by_area.loc["2012-05"] = pd.NA
    page = crime_card.top(*made(replace(counts, by_area=by_area)))
    [title] = [h.text for h in of(page, Heading) if h.level == 1]
    assert title == "Domestic burglary in Leeds, 12-month total"
    assert "Nothing here is told apart from chance." in page.text
    assert "there is no data for May 2012" in page.text


def test_the_caveats_are_four_at_most_and_begin_with_what_the_data_are(leeds):
    listed = crime_card.before_quoting(leeds[0])
    assert len(listed.items) <= 4
    assert listed.items[0].text.startswith("Illustrative months, published totals:")


def test_the_next_three_actions_stand_first_and_the_others_below(actions):
    ahead = next_three(actions, as_at=DAY)
    assert ahead.items[0].text == (
        "Voluntary code for shops that buy gold (Burglary Task Force, by 31 October 2012)."
    )
    rest = other_actions(actions, as_at=DAY, window="2012/13 Q2")
    assert len(ahead.items) + len(rest.rows) == len(actions)
    assert "no day given" in rest.text


def test_an_action_whose_day_has_passed_is_late_on_the_card(actions):
    later = next_three(actions, as_at=date(2012, 11, 1))
    assert "(Burglary Task Force, late: by 31 October 2012)" in later.text


def test_of_many_caveats_the_first_sentence_of_four_is_given_each_once():
    lines = ["One. More of it.", "Two", "One. More of it.", "Three.", "Four. And more.", "Five."]
    assert [item.text for item in caveats_in_short(lines).items] == ["One.", "Two.", "Three.", "Four."]


@pytest.fixture(scope="module")
def year_end(project):
    """The outlook at the end of the year, of which 5,305 offences are known (strategy for 2013 and 2014) and the target was 5,999."""
    day = date(2013, 4, 30)
    counts = intake.recorded_counts(
        project, CATALOGUE.indicator("domestic_burglary"), catalogue=CATALOGUE, as_at=day
    )
    quarter = periods.quarter("2012/13 Q4")
    card = report_card(counts, catalogue=CATALOGUE, area="Leeds", quarter=quarter, as_at=day)

    def with_target(value):
        own = replace(card, targets=tuple(replace(target, value=value) for target in card.targets))
        return outlook_of(season_of(own))

    return with_target


@pytest.mark.parametrize(("target", "said"), [(5999.0, "met"), (5304.0, "missed")])
def test_at_the_years_end_the_finding_says_whether_the_target_was_met(year_end, target, said):
    outlook = year_end(target)
    assert outlook.in_short() == f", and the year's target was {said}"
    assert outlook.tile().value == "5,305"


def test_a_letter_that_only_the_chance_gives_says_so(leeds):
    _, outlook, _ = leeds
    assert outlook.progress_in_short().text == "G Green. Within its milestone range."
    unlikely = tuple(replace(chance, probability=0.3) for chance in outlook.projection.chances)
    capped = replace(outlook, projection=replace(outlook.projection, chances=unlikely))
    # Below an even chance the letter is amber at best (national/rag_rules.toml).
    assert capped.progress_in_short().text == "A Amber. By the chance of meeting its target."


def test_the_state_of_an_indicator_has_the_80_percent_range_of_its_card(leeds, top):
    state = state_of(top.figures, "domestic_burglary", "Leeds")
    wide = leeds[1].projection.interval(0.8)
    assert state.limits == f"{round(wide.lower):,} to {round(wide.upper):,}"
    assert f"80% range {state.limits}." in top.text
