"""The board's cards: the board's word beside what the measure shows, and the fields of the published cards."""

from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, ROOT, words

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.board import board_card

CATALOGUE = load_catalogue(REFERENCE)
QUARTER = periods.quarter("2012/13 Q2")
WORDS = intake.commentary(ROOT, QUARTER, "clean_streets")


def card(said=WORDS, edition="public"):
    return board_card(
        None,
        said,
        catalogue=CATALOGUE,
        indicator="clean_streets",
        area="Leeds",
        meeting="Safer and Stronger Communities Board",
        quarter=QUARTER,
        as_at=date(2012, 9, 30),
        edition=edition,
    )


def fields(block):
    html = BeautifulSoup(block.html, "html.parser")
    return {words(dt): words(dt.find_next("dd")) for dt in html.select("dl.card-fields dt")}


def test_the_card_has_the_fields_of_the_published_one():
    shown = fields(card().fields())
    assert shown["Meeting"] == "Safer and Stronger Communities Board"
    assert shown["Population"] == "All people in Leeds"
    assert shown["Outcome"] == "The city is clean and welcoming"
    assert shown["Priority"] == "Ensure that local neighbourhoods are clean"
    assert shown["Overall progress (the board's judgement)"].startswith(
        "G Green . The published card gives the word alone"
    )
    assert shown["What the measure shows"].startswith("N Not rated . No target is recorded")


def test_the_words_keep_every_section_but_the_progress():
    assert [h for h, _ in card().words.sections] == [h for h, _ in WORDS.sections if h != "Overall progress"]


def test_without_words_no_colour_is_invented():
    shown = fields(card(None).fields())
    assert shown["Overall progress (the board's judgement)"] == "No word was received."
    assert [f.words for f in card(None).fields().figures] == ["rating"]


def test_the_word_of_a_draft_is_for_the_restricted_edition():
    draft = replace(WORDS, status="draft")
    assert card(draft).judged is None
    assert card(draft, edition="restricted").judged.word == "Green"


def test_another_word_is_refused():
    purple = replace(WORDS, sections=(("Overall progress", "Purple\n\nBecause."),))
    with pytest.raises(DataProblem) as refused:
        card(purple)
    assert str(refused.value) == (
        "commentary/2012-13_Q2/clean_streets.md: '## Overall progress' begins with Green, Amber or Red on a line of its own, not "
        "'Purple'."
    )


def test_a_hostile_reason_is_harmless():
    hostile = replace(WORDS, sections=(("Overall progress", "Red\n\n<script>alert(1)</script>"),))
    html = card(hostile).fields().html
    assert "<script" not in html
    assert "rag-R" in html
