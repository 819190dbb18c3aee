"""The acceptance test of the pack: every fact read from the published documents, on its page and in its cell.

``known_answers/seed_facts.csv`` holds what the documents say (``value``), what whoever read them worked out (``computed``) and found
(``verdict``). ``known_answers/seed_facts_pages.csv`` holds each as ``printed``, with the ``verdict`` of whoever worked its sum out again, and says where it is: the
report, and the section, measure, area and period of the row in its ``figures.csv``. ``expect`` says what must hold there, conditions between semicolons:

    value          the row has the fact's value (a number, or a text)
    text:WORDS     the row's value is these words
    near:NUMBER    the row's value is this number at its precision
    verdict        the fact's verdict is in the row's method or caveats
    flag:WORDS     these words are in the row's method or caveats
    [c]            the value is not printed, and the row says why
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

PAGES = Path(__file__).parent / "known_answers" / "seed_facts_pages.csv"
KEYS = ("section", "measure", "area", "period")


def read(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


PLACES = read(PAGES)
FACTS = read(PAGES.with_name("seed_facts.csv"))


@pytest.fixture(scope="module")
def figures(example, published_papers):
    packs = [project / "reports" / "2012-13_Q2" for project in (example.project, published_papers)]
    return {p.parent.name: read(p, "utf-8-sig") for pack in packs for p in sorted(pack.glob("*/figures.csv"))}


def same_number(printed, value):
    """Compare at the precision of ``printed``."""
    wanted = Decimal(printed)
    step = Decimal(1).scaleb(wanted.as_tuple().exponent)
    return Decimal(value).quantize(step, rounding=ROUND_HALF_UP) == wanted


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def holds(condition, row, place):
    """Say whether one condition of ``expect`` holds of a row of figures."""
    kind, _, words = condition.partition(":")
    said = f"{row['method']} | {row['caveats']}".casefold()
    value = row["value"].lstrip("'")  # text that a spreadsheet would run has an apostrophe in front
    if kind == "value":
        return (
            same_number(place["printed"], value) if is_number(place["printed"]) else value == place["printed"]
        )
    if kind == "text":
        return value == words
    if kind == "near":
        return same_number(words, value)
    if kind == "verdict":
        return place["verdict"].casefold() in said
    if kind == "flag":
        return words.casefold() in said
    if kind == "[c]":
        return value == "[c]" and bool(row["caveats"])
    raise ValueError(f"{PAGES.name}: {condition!r} is not a condition.")


def test_every_fact_has_its_page_as_it_was_printed():
    assert len({fact["id"] for fact in FACTS}) == 162
    placed = {(place["id"], place["printed"], place["verdict"]) for place in PLACES}
    assert placed == {(fact["id"], fact["value"], fact["verdict"]) for fact in FACTS}


@pytest.mark.shared
def test_what_is_copied_here_is_what_was_read_from_the_documents(shared):
    read_from = read(shared / "facts" / "seed_facts.csv")
    assert [{name: fact[name] for name in FACTS[0]} for fact in read_from] == FACTS
    published = read(shared / "facts" / "published_series.csv", "utf-8-sig")
    restated = read(PAGES.with_name("published_series.csv"))
    assert [row for row in published if row in restated] == restated


@pytest.mark.parametrize("place", PLACES, ids=lambda p: f"{p['id']}-{p['report']}")
def test_a_fact_is_on_its_page(figures, place):
    where = f"{place['id']}: reports/2012-13_Q2/{place['report']}/figures.csv"
    assert place["report"] in figures, f"{where}: the pack has no such report"
    wanted = {key: place[key] for key in KEYS if place[key]}
    rows = [
        (number, row)
        for number, row in enumerate(figures[place["report"]], start=2)
        if all(row[key].lstrip("'") == wanted[key] for key in wanted)
    ]
    assert rows, f"{where}: no row with {wanted}"
    number, row = rows[0]
    failed = [c for c in (c.strip() for c in place["expect"].split(";")) if not holds(c, row, place)]
    assert not failed, (
        f"{where}, row {number}, {row['measure']!r} = {row['value']!r} (method {row['method']!r}): not so: {'; '.join(failed)}. "
        f"Printed: {place['printed']}, verdict {place['verdict']}"
    )
