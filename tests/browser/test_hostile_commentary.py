"""Commentary that means harm or is mistaken, on a real page: published whole, harmless, and asked about."""

import csv
import logging

import pytest
from bs4 import BeautifulSoup
from projects import by_itself, copy_project, run, words

pytestmark = [pytest.mark.browser, by_itself("hostile commentary")]

HOSTILE = (
    """---
organisation: "=cmd|'/c calc'!A1"
author: "<script>alert(1)</script>"
received: 2012-10-31
status: final
note: "{{ 7 * 7 }}"
---

There were 5,983 offences, down 38% on the year before.

## Story behind the baseline

<script>document.title = "taken"</script> <img src=x onerror="document.title = 'taken'">
![a picture](https://example.org/x.png) ![data](data:image/png;base64,iVBORw0KGgo=)
<iframe src="https://example.org"></iframe><style>body { display: none }</style>

## What we did

# Domestic burglary in Leeds

[click](javascript:alert(1)) [file](../../../secret.csv) [nowhere](#nowhere) [](https://example.org)
{{ config }} {% include "x" %} ${x}

## What we did

> > > > > > > > > > > > "I was thanked for it."

## \N{CYRILLIC CAPITAL LETTER ES}aveats

None of it </div></main></body></html> <!-- left open

## New actions

WORD

| a | b |
|---|---|
""".replace("WORD", "x" * 3000)
    + "| 1 | 2 |\n" * 500
)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("hostile"))
    path = project / "data" / "raw" / "commentary" / "2012-13_Q2" / "domestic_burglary.md"
    path.write_text(HOSTILE, encoding="utf-8")
    finished = run(project, "report", "2012/13 Q2", "--indicator", "domestic_burglary", "--area", "Leeds")
    assert finished.returncode == 0, finished.stderr
    return project, finished


def test_the_page_is_still_fit_to_be_published(check_page, published):
    check_page(published[0] / "reports/2012-13_Q2/domestic-burglary-leeds/report.html")


def test_nothing_of_it_leaves_its_box(published):
    page = published[0] / "reports/2012-13_Q2/domestic-burglary-leeds/report.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    box = soup.select_one(".commentary")
    assert "<script>alert(1)</script>" in words(box)
    assert "{{ 7 * 7 }}" in words(box)
    box.extract()
    for theirs in (
        "alert(1)",
        "7 * 7",
        "example.org",
        "=cmd",
        "5,983",
        "\N{CYRILLIC CAPITAL LETTER ES}aveats",
    ):
        assert theirs not in soup.decode()


def test_no_cell_of_the_figures_is_a_formula(published):
    path = published[0] / "reports/2012-13_Q2/domestic-burglary-leeds/figures.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) > 1000
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+") or "cmd" in cell]


def test_the_analyst_is_asked_in_the_output_and_in_the_log(published):
    project, finished = published
    place = "commentary/2012-13_Q2/domestic_burglary.md, line"
    said = [
        f"{place} 9: says '5,983 offences'; the page has 5,938 (twelve month count, Leeds, 12 months to September 2012). "
        "Ask the author which is meant.",
        f"{place} 9: says 'down 38%'; the page has −35.6% (change percent, Leeds, 12 months to September 2012). "
        "Ask the author which is meant.",
        f"{place} 26: quotes somebody. Say in the front matter who agreed to it (quotation_consent), or take it out.",
    ]
    lines = finished.stdout.splitlines()
    start = lines.index("Before this is published, ask about the commentary:")
    assert [line.strip() for line in lines[start + 1 : start + 4]] == said
    log = (project / "reports" / "last_run.log").read_text(encoding="utf-8")
    assert all(
        f"{logging.getLevelName(logging.WARNING)} saferleeds_analysis.publishing.pack: {s}" in log
        for s in said
    )
