"""Every word of both packs of the example: nothing known later, and no word that a test has not earned."""

import csv
import re

import pytest
from bs4 import BeautifulSoup
from projects import words
from sentence_rules import faults_of

# Known only after 30 June 2012, with what each is: ../shared/facts/seed_facts.csv and published_series.csv.
KNOWN_LATER = {
    "5,999": "the stretch target, set in September 2012",
    "5,938": "burglaries in the 12 months to September 2012",
    "958": "enquiries of July to September 2012",
    "340 cases": "cases of July to September 2012; other things of the first quarter are 340 in number too",
    "12.62": "the perception of anti-social behaviour to September 2012",
    "66.74": "cohesion in July to September 2012",
    "94.2": "satisfaction in 2012/13",
}
# Words that promise more than a number says: only their test, or somebody's own print, may bring them onto a page.
UNEARNED = re.compile(
    r"\b(slight(?:ly)?|significant(?:ly)?|dramatic(?:ally)?|sav(?:ed|ing|ings))\b", re.IGNORECASE
)
QUOTED = re.compile(
    r"\b(?:printed|called|published)\b[^.]{0,80}$|\((?:[a-z]+ )?$|\bno (?:cash )?$|\bnot (?:a )?$",
    re.IGNORECASE,
)


def pages(pack):
    found = sorted(pack.rglob("*.html"))
    assert len(found) > 5
    return found


def text_of(page):
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for theirs in soup.select("style, .commentary, blockquote, q"):
        theirs.decompose()
    return words(soup)


def test_the_first_quarter_knows_nothing_of_the_second(quarter_before):
    for page in pages(quarter_before):
        text = text_of(page)
        found = [n for n in KNOWN_LATER if re.search(rf"(?<![\d,.]){re.escape(n)}(?![\d,]|\.\d)", text)]
        assert found == [], f"{page.parent.name}: {[KNOWN_LATER[n] for n in found]}"


def test_nor_do_its_figures(quarter_before):
    later = {float(n.replace(",", "")) for n in KNOWN_LATER if not n.endswith("cases")}
    for path in sorted(quarter_before.rglob("figures.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            known = [
                f for f in csv.DictReader(file) if not f["measure"].startswith(("projected", "milestone"))
            ]
        for figure in known:
            value = figure["value"]
            is_number = re.fullmatch(r"-?\d+(\.\d+)?", value)
            of_it = later | ({340.0} if figure["indicator_id"] == "lasbt_cases" else set())
            assert not (is_number and abs(float(value)) in of_it), f"{path.parent.name}: {figure}"


def test_what_the_first_quarter_lacks_is_said(quarter_before):
    card = text_of(quarter_before / "domestic-burglary-leeds" / "report.html")
    annex = text_of(quarter_before / "domestic-burglary-leeds-annex" / "report.html")
    assert "The target in force for 2012/13 is at most 7,056 (original, set April 2012)." in annex
    assert (
        "No commentary was received for 2012/13 Q1. Safer Leeds (Performance team) was asked for it" in card
    )


@pytest.mark.parametrize("quarter", ["2012-13_Q2", "2012-13_Q1"])
def test_no_page_says_more_than_its_tests(example, quarter_before, quarter):
    faults = []
    for page in pages(example.project / "reports" / quarter):
        text = text_of(page)
        faults += [
            f"{page.parent.name}: {text[max(0, word.start() - 80) : word.end() + 30]}"
            for word in UNEARNED.finditer(text)
            if not QUOTED.search(text[: word.start()][-100:])
        ]
    assert faults == []


def test_no_paragraph_of_a_report_breaks_a_rule_of_grammar(example):
    """The rules of docs/sentences.md, over the whole paragraphs that sentences and pieces of them make."""
    reports = [p for p in pages(example.project / "reports" / "2012-13_Q2") if p.name == "report.html"]
    assert len(reports) > 40
    faults = set()
    for page in reports:
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for theirs in soup.select("style, svg, .commentary, blockquote, q"):
            theirs.decompose()
        told = [
            tag.get_text() for tag in soup.select("main :is(p, li, caption, h1, h2, h3):not(:has(p, li))")
        ]
        said = [" ".join(text.split()) for text in told]
        faults |= {fault for text in said for fault in faults_of(text)}
    assert faults == set()


# Pages that tell the same sentence of the city, a division and a ward.
ONE_FAMILY = ("domestic-burglary-leeds", "domestic-burglary-leeds-areas")
# Headings, labels and caveats apart, and what partners wrote; the fields of a source stand wherever it is named.
APART = "svg, h1, h2, h3, figcaption, caption, th, details, footer, .notice, .eyebrow, .flag, .caveats, .commentary, .commentary-missing"
LENGTH = 12


def runs_of_words(text):
    said = re.findall(r"[\w%£]+", text.casefold())
    return {" ".join(said[at : at + LENGTH]) for at in range(len(said) - LENGTH + 1)}


@pytest.mark.parametrize("quarter", ["2012-13_Q2", "2012-13_Q1"])
def test_no_sentence_stands_on_two_pages_of_a_pack(example, quarter_before, quarter):
    """No run of twelve generated words does, but of the city, a division and a ward: what two pages need, one says and the other links to."""
    tables = (example.project / "data/raw/reference").iterdir()
    written = runs_of_words(" ".join(path.read_text(encoding="utf-8") for path in tables))
    found, faults = {}, []
    for page in sorted((example.project / "reports" / quarter).glob("*/report.html")):
        main = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").main
        for apart in main.select(APART):
            apart.decompose()
        told = [tag.get_text(" ") for tag in main.select(":is(p, li, dd, td):not(:has(p, li))")]
        sentences = [text for text in told if "Licence:" not in text]
        name = page.parent.name
        family = "areas" if name in ONE_FAMILY or name.startswith(("ward-", "division-")) else name
        for run in set().union(*map(runs_of_words, sentences)) - written:
            first = found.setdefault(run, family)
            faults += [f"{first} and {name}: {run}"] if first != family else []
    assert len(found) > 500
    assert faults == []
