"""A board's own word on a measure: the letter on the first screen of its card, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, ROOT, words

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import survey_card
from saferleeds_analysis.reporting.board import judgement
from saferleeds_analysis.reporting.printed_surveys import printed_survey

CATALOGUE = load_catalogue(REFERENCE)
QUARTER = periods.quarter("2012/13 Q2")
DAY = date(2012, 9, 30)
WORDS = intake.commentary(ROOT, QUARTER, "clean_streets")
ABOUT = {"indicator": "clean_streets", "area": "Leeds", "quarter": QUARTER}


def judged(said, edition="public"):
    return judgement(said, edition=edition, **ABOUT)


def first_screen(said):
    found = printed_survey(CATALOGUE, as_at=DAY, **ABOUT)
    return survey_card.top(found, what="card for the board", judged=judged(said), as_at=DAY)


def top(said=WORDS):
    return BeautifulSoup(first_screen(said).html, "html.parser")


def test_the_boards_word_stands_under_the_finding_and_whose_it_is():
    assert words(top().h1) == "Streets with acceptable litter levels: 91.5%, summer 2012"
    assert (
        words(top().select_one("h1 + p"))
        == "G Green . The board's own judgement, not a rating of the figures."
    )


def test_without_words_no_colour_is_invented():
    assert words(top(None).select_one("h1 + p")) == "N Not rated . No target is recorded."
    assert judged(None) is None


@pytest.mark.parametrize(
    ("said", "letters"), [(None, {"rating": "N"}), (WORDS, {"rating": "N", "overall_progress": "G"})]
)
def test_that_the_figures_give_no_rating_is_a_figure_whether_or_not_the_board_judges(said, letters):
    """A rating that was there a quarter ago and is missing now would be told as late."""
    shown = first_screen(said).figures
    assert {f.measure.id: f.value for f in shown if f.measure.role == "letter"} == letters


def test_two_definitions_have_a_tile_each_and_no_change():
    tiles = {words(dt): words(dt.find_next("dd")) for dt in top().select(".tiles dt")}
    assert tiles["Clean streets indicator, summer 2012"].startswith("91.5%")
    assert tiles["NI 195, historic"].startswith("86.7%")
    assert tiles["Change"] == "not given Figures of two definitions are never subtracted."


def test_the_word_of_a_draft_is_for_the_restricted_edition():
    draft = replace(WORDS, status="draft")
    assert judged(draft) is None
    assert judged(draft, edition="restricted").word == "Green"


def test_another_word_is_refused():
    purple = replace(WORDS, sections=(("Overall progress", "Purple\n\nBecause."),))
    with pytest.raises(DataProblem) as refused:
        judged(purple)
    assert str(refused.value) == (
        "commentary/2012-13_Q2/clean_streets.md: '## Overall progress' begins with Green, Amber or Red on a line of its own, not "
        "'Purple'."
    )
