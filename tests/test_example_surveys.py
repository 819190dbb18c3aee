"""The survey and board pages of the bundled example: the fields of the published cards, and both quarters of them.

The fields are those of the cards of 2012/13 Q2 (Safer Leeds Performance Accountability Tracker: Anti-Social Behaviour; Safer
and Stronger Communities Board: clean neighbourhoods, cohesion), under our own headings.
"""

import csv

import pytest
from bs4 import BeautifulSoup
from projects import ROOT, copy_project, run, words

FIRST = ["What is sure", "What is not", "To decide or do", "Why it is so"]
ASB = [
    "Level and change",
    "Satisfaction at case closure",
    "Who the people are",
    "Anti-social behaviour enquiries",
    "Anti-social behaviour cases opened",
    "How far to trust the projection",
    "Calls, cases and how long they take",
    "Check against published figures",
    "Caveats and sources",
]
BOARD = [
    "Story behind the baseline",
    "What do key stakeholders think?",
    "What we did",
    "What worked locally / case study of impact",
    "Data development",
    "Risks and challenges",
]
CARDS = ("anti-social-behaviour-leeds", "cohesion-leeds", "clean-neighbourhoods-leeds")
REPORTS = (*CARDS, *(f"{card}-annex" for card in CARDS))


def page_of(pack, report):
    return BeautifulSoup((pack / report / "report.html").read_text(encoding="utf-8"), "html.parser")


def headings(page):
    return [words(h) for h in page.main.find_all(["h2", "h3"])]


@pytest.fixture(scope="module")
def pack(example):
    return example.project / "reports" / "2012-13_Q2"


@pytest.fixture(scope="module")
def quarter_before(tmp_path_factory):
    """Publish the six reports as at 30 June 2012, in a project whose run list has no others."""
    project = copy_project(tmp_path_factory.mktemp("the quarter before"))
    run_list = project / "notebooks" / "run_list.toml"
    tables = run_list.read_text(encoding="utf-8").split("[[report]]")[1:]
    own = [t for t in tables if any(f'name = "{name}"' in t for name in REPORTS)]
    run_list.write_text("".join(f"[[report]]{t}" for t in own), encoding="utf-8")
    finished = run(project, "report", "2012/13 Q1")
    assert finished.returncode == 0, finished.stderr
    return project / "reports" / "2012-13_Q1"


def test_the_card_and_its_annex_have_every_section_of_the_published_one(pack):
    page = page_of(pack, "anti-social-behaviour-leeds")
    assert headings(page)[:4] == FIRST
    assert words(page.select_one("h1 + p")).startswith("N Not rated . No target is recorded.")
    assert [h for h in headings(page_of(pack, "anti-social-behaviour-leeds-annex")) if h in ASB] == ASB


@pytest.mark.parametrize(
    ("report", "word"),
    [
        ("clean-neighbourhoods-leeds", "G Green . The board's own judgement"),
        ("cohesion-leeds", "A Amber . The board's own judgement"),
    ],
)
def test_a_board_card_says_the_boards_word_and_has_its_sections_in_order(pack, report, word):
    page = page_of(pack, report)
    assert headings(page)[:4] == FIRST
    assert [h for h in headings(page) if h in BOARD] == BOARD
    assert words(page.select_one("h1 + p")).startswith(word)
    assert "Safer and Stronger Communities Board" in words(page.select_one(".eyebrow"))


@pytest.mark.parametrize("report", CARDS)
def test_the_new_actions_of_the_published_card_stand_on_it_and_the_annex_is_linked(pack, report):
    page = page_of(pack, report)
    of = {
        "anti-social": "asb_got_worse",
        "cohesion-le": "different_backgrounds",
        "clean-neigh": "clean_streets",
    }
    text = (ROOT / "data/raw/actions.csv").read_text(encoding="utf-8").splitlines()
    wanted = [row["what"] for row in csv.DictReader(text) if row["indicator_id"] == of[report[:11]]]
    assert len(wanted) >= 3
    assert [what for what in wanted if what not in words(page.main)] == []
    assert page.find("a", href=f"../{report}-annex/report.html")


def test_the_localities_of_the_board_stand_as_headings_of_their_own(pack):
    text = page_of(pack, "clean-neighbourhoods-leeds").select_one(".commentary")
    assert {words(s) for s in text.find_all("strong")} == {"ENE", "SSE", "WNW"}


def test_nobody_of_the_staff_is_named_and_two_children_are_not_printed(pack):
    text = words(page_of(pack, "anti-social-behaviour-leeds").main)
    assert "Sheila" not in text
    assert "Alistair" not in text
    assert "named members of staff and is not repeated here" in text
    rows = page_of(pack, "anti-social-behaviour-leeds-annex").find_all("tr")
    children = next(words(row) for row in rows if "Victims aged under 18" in words(row))
    assert children.startswith("Victims aged under 18 [c]")


@pytest.mark.parametrize("report", REPORTS)
def test_synthetic_is_said_wherever_the_survey_is_drawn(pack, report):
    page = page_of(pack, report)
    drawn = [words(c) for c in page.find_all("figcaption") if "12 months and single quarters" in words(c)]
    assert len(drawn) == (report in ("anti-social-behaviour-leeds", "cohesion-leeds"))
    assert all("Synthetic respondents, published percentages" in caption for caption in drawn)
    assert ("clean" in report) != ("Synthetic respondents" in words(page.main))


@pytest.mark.parametrize("report", REPORTS)
def test_the_quarter_before_shows_nothing_that_came_later(quarter_before, report):
    text = words(page_of(quarter_before, report).main)
    for later in (
        "12.62",
        "66.74",
        "91.5",
        "18.03",
        "12.24",
        "90.0%",
        "94.2%",
        "3.38",
        "11,915",
        "July to September 2012",
    ):
        assert later not in text
    with (quarter_before / report / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        ends = {f["period"] for f in csv.DictReader(file)}
    assert {p for p in ends if "2012/13 Q2" in p or "September 2012" in p} == set()


def test_the_quarter_before_says_what_is_missing(quarter_before):
    text = words(page_of(quarter_before, "anti-social-behaviour-leeds-annex").main)
    for missing in (
        "No result of 2012/13 was known on 30 June 2012.",
        "No breakdown of the people was known on 30 June 2012.",
        "No count of calls was known on 30 June 2012.",
    ):
        assert missing in text
    annex = words(page_of(quarter_before, "clean-neighbourhoods-leeds-annex").main)
    assert "Clean streets indicator: no result was known on 30 June 2012." in annex
    board = page_of(quarter_before, "clean-neighbourhoods-leeds")
    assert words(board.h1) == "Streets with acceptable litter levels: no current figure"
    assert words(board.select_one("h1 + p")) == "N Not rated . No target is recorded."


@pytest.mark.parametrize("quarter", ["2012-13_Q1", "2012-13_Q2"])
def test_the_page_of_changes_says_that_some_of_its_figures_are_invented(example_as_published, quarter):
    path = example_as_published.project / "reports" / quarter / "changes" / "report.html"
    notice = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one(".notice").text
    assert "illustrative ones, which nobody recorded" in notice
