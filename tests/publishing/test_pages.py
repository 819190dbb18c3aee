"""From executed notebook to page: what is on it, and every fault for which it is refused."""

from datetime import UTC, date, datetime

import nbformat
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from saferleeds_analysis.publishing.notebooks import ExecutedNotebook
from saferleeds_analysis.publishing.pages import Link, Provenance, make_page
from saferleeds_analysis.reporting.blocks import Block, Figure, paragraph

PROVENANCE = Provenance(as_at=date(2012, 9, 30), code_version="0123456789ab", sources=("Police & partners",))
TITLE = Block(html="<h1>Burglary in Leeds &amp; district</h1>", text="Burglary in Leeds & district")


def executed(*shown, messages=()):
    """Make the executed notebook that shows these: text is a markdown cell, a Block or a list of outputs a code cell."""
    node = nbformat.v4.new_notebook()
    for piece in shown:
        if isinstance(piece, str):
            node.cells.append(nbformat.v4.new_markdown_cell(piece))
            continue
        cell = nbformat.v4.new_code_cell("show()", execution_count=1)
        bundle = piece._repr_mimebundle_() if isinstance(piece, Block) else None
        cell.outputs = [nbformat.v4.new_output("display_data", data=bundle)] if bundle else piece
        node.cells.append(cell)
    now = datetime(2012, 10, 5, tzinfo=UTC)
    return ExecutedNotebook(
        name="trial", notebook=node, parameters={}, messages=messages, started=now, finished=now
    )


def page_of(*shown, **more):
    return make_page(executed(*shown), provenance=PROVENANCE, **more)


def soup_of(*shown, **more):
    return BeautifulSoup(page_of(*shown, **more).html, "html.parser")


def html(text: str) -> Block:
    return Block(html=text, text="words")


def faults(*shown) -> str:
    with pytest.raises(ValueError) as error:
        page_of(*shown)
    lines = str(error.value).splitlines()
    assert lines[0] == "the page of trial is not fit to be published:"
    assert len(lines) == 2, "one fault, one line"
    return lines[1]


MARKDOWN = MarkdownIt("commonmark").render
TABLE = "<table><caption>Wards</caption><tr><th scope='col'>Ward</th></tr><tr><td>Armley</td></tr></table>"
SVG = '<svg role="img" aria-label="A line that falls by half." viewBox="0 0 9 9"></svg>'
CHART = f"<figure class='chart'><figcaption><strong>It fell</strong></figcaption>{SVG}</figure>"


# What is on a page


def test_a_page_has_language_title_contents_main_and_provenance():
    soup = soup_of(
        TITLE,
        "## What is counted",
        paragraph("Offences."),
        "## What is counted",
        "### Détail: a part",
        pack=Link(text="All reports", href="../index.html"),
        files=(Link(text="the figures", href="figures.csv"),),
    )
    assert soup.html["lang"] == "en-GB"
    assert soup.title.text == soup.h1.text == "Burglary in Leeds & district"
    assert [(a["href"], a.text) for a in soup.nav.find_all("a")] == [
        ("#what-is-counted", "What is counted"),
        ("#what-is-counted-2", "What is counted"),
    ]
    assert [h["id"] for h in soup.main.find_all(["h2", "h3"])] == [
        "what-is-counted",
        "what-is-counted-2",
        "detail-a-part",
    ]
    assert soup.select_one("a.skip-link")["href"] == "#" + soup.main["id"]
    assert soup.header.a["href"] == "../index.html"
    footer = soup.footer.get_text(" ", strip=True)
    for words in ("30 September 2012", "Police & partners", "0123456789ab", "the figures"):
        assert words in footer


def test_pieces_come_in_the_order_of_the_notebook_and_code_does_not_come():
    main = soup_of("# Title", paragraph("first"), "second", paragraph("third")).main
    assert main.get_text(" ", strip=True) == "Title first second third"


def test_a_cell_for_analysts_is_not_on_the_page():
    run = executed("# How to use this notebook", TITLE, paragraph("Offences."))
    run.notebook.cells[0].metadata["tags"] = ["for-analysts"]
    page = make_page(run, provenance=PROVENANCE)
    assert page.title == "Burglary in Leeds & district"
    assert "How to use" not in page.html


def test_nothing_can_be_loaded_and_nothing_can_run():
    soup = soup_of(TITLE, html(CHART))
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert soup.find_all(["script", "link", "iframe"]) == []
    assert not [tag for tag in soup.find_all(True) if tag.get("src")]


def test_a_table_gets_a_region_that_scrolls_and_one_that_has_it_keeps_it():
    own = f'<div class="table-scroll" role="region" tabindex="0" aria-label="Mine">{TABLE}</div>'
    assert [
        (t.parent["role"], t.parent["tabindex"], t.parent["aria-label"])
        for t in (soup_of(TITLE, html(TABLE)).table, soup_of(TITLE, html(own)).table)
    ] == [("region", "0", "Wards"), ("region", "0", "Mine")]


def test_figures_carry_the_section_they_stand_in():
    def figure(measure):
        return Figure(indicator_id="burglary", area="Leeds", period="2012", measure=measure, value=1)

    page = page_of(
        TITLE,
        paragraph("a", figures=[figure("before")]),
        "## First part",
        paragraph("b", figures=[figure("first"), figure("also first")]),
        Block(html="<h2>Own part</h2><p>c</p>", text="c", figures=(figure("own"),)),
        "### Below",
        paragraph("d", figures=[figure("below")]),
    )
    assert [(row["section"], row["measure"]) for row in page.figures] == [
        ("", "before"),
        ("first-part", "first"),
        ("first-part", "also first"),
        ("own-part", "own"),
        ("own-part", "below"),
    ]


def test_what_a_cell_wrote_to_stderr_is_a_warning_and_not_on_the_page():
    page = make_page(executed(TITLE, messages=("a library warns",)), provenance=PROVENANCE)
    assert page.warnings == ("a cell wrote to stderr, which is not on the page: a library warns",)
    assert "warns" not in page.html


def test_two_pages_of_the_same_run_are_the_same():
    run = executed(TITLE, "## A", html(CHART), html(TABLE), "## A")
    assert make_page(run, provenance=PROVENANCE) == make_page(run, provenance=PROVENANCE)


def test_partners_may_write_none_and_decoration_needs_no_name():
    page_of(
        TITLE,
        html(
            '<div class="commentary"><p>None</p></div><p>None of the wards rose. <svg aria-hidden="true"></svg></p>'
        ),
        html(
            '<p><a rel="noopener">a link whose address was taken away</a> or <a href="mailto:a@b.uk">write</a></p>'
        ),
    )


# What is refused


def display(**data):
    return [nbformat.v4.new_output("display_data", data=data)]


@pytest.mark.parametrize(
    ("outputs", "fault"),
    [
        (
            [nbformat.v4.new_output("error", ename="KeyError", evalue="'Leeds'", traceback=[])],
            "code cell 2 ended in an error: KeyError: 'Leeds'",
        ),
        (
            [nbformat.v4.new_output("stream", name="stdout", text="hello\n")],
            "code cell 2 prints 'hello'; show a Block",
        ),
        (display(**{"text/plain": "5938"}), "code cell 2 leaves a bare result (text/plain): '5938'."),
        (
            display(**{"image/png": "iVBOR", "text/plain": "<Figure>"}),
            "leaves a bare result (image/png, text/plain)",
        ),
        (
            display(**{"image/svg+xml": SVG, "text/plain": "x"}),
            "leaves a bare result (image/svg+xml, text/plain)",
        ),
        (
            display(**{"text/html": '<table border="1" class="dataframe"></table>', "text/plain": "x"}),
            "code cell 2 leaves a bare DataFrame",
        ),
    ],
    ids=["error", "print", "number", "png", "svg", "frame"],
)
def test_an_unfinished_output_is_refused(outputs, fault):
    assert fault in faults(TITLE, outputs)


@pytest.mark.parametrize(
    ("shown", "fault"),
    [
        ([paragraph("no title")], "a page has one h1, its title; this has 0."),
        ([TITLE, "# Second"], "a page has one h1, its title; this has 2."),
        (["## First", TITLE], "the first heading, 'First', is not the h1."),
        ([TITLE, "## A", "#### B"], "the heading 'B' (h4) skips a level after 'A' (h2)."),
        ([TITLE, html("<h2> </h2>")], "an empty h2."),
        ([TITLE, html('<p id="a"></p><p id="a"></p>')], "the id 'a' is used 2 times."),
        ([TITLE, html('<p id="main"></p>')], "the id 'main' is used 2 times."),
        ([TITLE, "[where](#nowhere)"], "the link 'where' leads to '#nowhere', which is not on the page."),
        (
            [TITLE, html('<a href="javascript:alert(1)">x</a>')],
            "leads to 'javascript:alert(1)'; only web, mail",
        ),
        ([TITLE, html('<a href="file:///C:/data">x</a>')], "leads to 'file:///C:/data'; only web, mail"),
        ([TITLE, html('<a href="/srv/data">x</a>')], "leads to '/srv/data'; only web, mail"),
        ([TITLE, html('<a href="https://x.org"></a>')], "the link to 'https://x.org' has no words."),
    ],
)
def test_a_page_that_cannot_be_found_ones_way_in_is_refused(shown, fault):
    assert fault in faults(*shown)


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (SVG, "the picture 'A line that falls by half.' stands bare; it belongs in a figure"),
        (f"<figure>{SVG}</figure>", "stands bare; it belongs in a figure with a figcaption."),
        (
            CHART.replace(' aria-label="A line that falls by half."', ""),
            "a picture has no name that says what it shows",
        ),
        (
            CHART.replace("A line that falls by half.", "Figure 1"),
            "no name that says what it shows ('Figure 1')",
        ),
        (
            CHART.replace("A line that falls by half.", "the last chart I made.png"),
            "no name that says what it shows",
        ),
        (
            CHART.replace(' role="img"', ""),
            'an svg has neither role="img" with a name nor aria-hidden="true".',
        ),
        (
            CHART.replace(SVG, '<img src="data:image/png;base64,iVBO">'),
            "no name that says what it shows ('No description",
        ),
        (TABLE.replace("<caption>Wards</caption>", ""), "the table that begins 'WardArmley' has no caption."),
        (TABLE.replace("Wards", " "), "has no caption."),
        (TABLE.replace(" scope='col'", ""), "the table 'Wards': the header 'Ward' has no scope."),
        (TABLE.replace("th", "td"), "the table 'Wards' has no header cells (th)."),
        (TABLE + TABLE, "2 tables have the caption 'Wards'; tell them apart."),
        ("<script>1</script>", "<script> has no place on a page."),
        ('<iframe srcdoc="x"></iframe>', "<iframe> has no place on a page."),
        ('<p onclick="x()">x</p>', "<p> carries a script in 'onclick'."),
        (
            CHART.replace(SVG, '<img alt="A line that falls by half." src="https://x.org/a.png">'),
            "<img> loads 'https://x.org/a.png'",
        ),
        ('<p style="background: url(https://x.org/a)">x</p>', "the style of <p> loads from elsewhere"),
        ("<style>@import 'https://x.org/a.css';</style>", "the style of <style> loads from elsewhere"),
        ("<p>The rate was NaN.</p>", "'The rate was NaN.' shows a missing value as a computer writes it"),
        ("<p>&lt;NA&gt;</p>", "'<NA>' shows a missing value"),
        ("<p>None</p>", "'None' shows a missing value"),
        ("<dl><dt>Change</dt><dd>inf</dd></dl>", "'inf' shows a missing value"),
    ],
)
def test_a_block_that_some_reader_would_stumble_over_is_refused(block, fault):
    assert fault in faults(TITLE, html(block))


def test_every_fault_is_named_at_once():
    with pytest.raises(ValueError) as error:
        page_of(paragraph("no title"), html(SVG), html("<p>NaN</p>"))
    assert len(str(error.value).splitlines()) == 4


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_figure_that_is_no_number_is_refused(value):
    figure = Figure(indicator_id="burglary", area="Leeds", period="2012", measure="rate", value=value)
    assert f"the figure 'rate' of 'Leeds' has value {value!r}, which is not a number." in faults(
        TITLE, paragraph("x", figures=[figure])
    )


@pytest.mark.parametrize(
    ("blocks", "finding"),
    [
        (["Of 7 measures 3 changed clearly.", "## More\n\nLater."], "Of 7 measures 3 changed clearly."),
        (['<p class="notice">Invented.</p>', "- Burglary fell by 35.6% in the twelve months."], "Burglary fell by 35.6% in the twelve months."),
        (["- New psychoactive substances", "- Burglary fell by 35.6% in the twelve months."], "Burglary fell by 35.6% in the twelve months."),
        (["<table><caption>C</caption><tr><th scope='col'>A</th></tr><tr><td><ul><li>Fewer recorded nuisance and damage incidents.</li></ul></td></tr></table>"], ""),
        (['<div class="commentary"><p>The board sees steady progress.</p></div>'], ""),
        (['<ul class="caveats"><li>An interval says how far chance alone moves a count.</li></ul>'], ""),
        (["Nothing is late."], "Nothing is late."),
        (["- Nothing is late."], ""),
    ],
)  # fmt: skip
def test_the_index_is_told_what_a_page_is_about(blocks, finding):
    assert page_of(TITLE, *(html(MARKDOWN(text)) for text in blocks)).finding == finding
