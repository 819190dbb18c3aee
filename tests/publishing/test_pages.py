"""From executed notebook to page: what is on it, and every fault for which it is refused."""

from base64 import b64encode
from datetime import UTC, date, datetime
from hashlib import sha256

import nbformat
import pytest
from bs4 import BeautifulSoup
from named_figures import named_figure

from saferleeds_analysis import periods
from saferleeds_analysis.estimates import count_with_interval
from saferleeds_analysis.publishing.content import content_of
from saferleeds_analysis.publishing.notebooks import ExecutedNotebook
from saferleeds_analysis.publishing.pack import publish_reports
from saferleeds_analysis.publishing.pages import TEMPLATES, Link, Provenance, make_page, render_on_paper
from saferleeds_analysis.publishing.report import rendered
from saferleeds_analysis.publishing.run_list import Report
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Chart,
    Commentary,
    Heading,
    Span,
    bullets,
    facts,
    heading,
    join,
    paragraph,
)
from saferleeds_analysis.reporting.tables import table

PROVENANCE = Provenance(
    as_at=date(2012, 9, 30),
    code_version="0123456789ab",
    organisation="Safer Leeds",
    sources=("Police & partners",),
)
TITLE = heading(1, "Burglary in Leeds & district")


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


def test_a_section_in_which_nothing_stands_is_not_on_the_page():
    shown = (
        TITLE,
        "## No value",
        NOTHING,
        "## Within",
        "### Small",
        NOTHING,
        "### Large",
        paragraph("Two."),
        "## End",
        NOTHING,
    )
    headings = content_of(executed(*shown).notebook).of(Heading)
    assert [h.text for h in headings] == [TITLE.text, "Within", "Large"]


def page_of(*shown, **more):
    return make_page(executed(*shown), provenance=PROVENANCE, **more)


def soup_of(*shown, **more):
    return BeautifulSoup(page_of(*shown, **more).html, "html.parser")


def faults(*shown) -> str:
    with pytest.raises(ValueError) as error:
        page_of(*shown)
    lines = str(error.value).splitlines()
    assert lines[0] == "the page of trial is not fit to be published:"
    assert len(lines) == 2, "one fault, one line"
    return lines[1]


TABLE = table(caption="Wards", columns=["Ward", "Count"], rows=[["Armley", "314"]])
SVG = '<svg viewBox="0 0 9 9"><path d="M0 0L9 9"/></svg>'
ALT = "A line that falls by half."


def chart(*, svg=SVG, narrow="", alt=ALT, headline="It fell"):
    return Chart(name="fall", headline=headline, subtitle="Offences, Leeds", alt=alt, svg=svg, narrow=narrow)


def drawing(inside: str, attributes: str = "") -> Chart:
    return chart(svg=f'<svg viewBox="0 0 9 9"{attributes}>{inside}</svg>')


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
    assert page.content.title == "Burglary in Leeds & district"
    assert "How to use" not in page.html


def test_nothing_can_be_loaded_and_nothing_can_run():
    soup = soup_of(TITLE, chart())
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert soup.find_all(["script", "link", "iframe"]) == []
    assert not [tag for tag in soup.find_all(True) if tag.get("src")]


def test_only_the_script_of_the_package_can_run_and_only_where_there_is_a_table():
    soup = soup_of(TITLE, TABLE, paragraph("<script>1</script>"))
    [script] = soup.find_all("script")
    whole = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    assert (script.string, script.attrs) == (whole, {})
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"].split("; ")
    digest = b64encode(sha256(whole.encode()).digest()).decode()
    assert [part for part in policy if "script" in part] == [f"script-src 'sha256-{digest}'"]
    on_paper = render_on_paper(page_of(TITLE, TABLE).content, PROVENANCE)
    assert "<script" not in on_paper
    assert "script-src" not in on_paper


def test_a_table_stands_in_a_region_that_scrolls_and_a_picture_in_a_figure_with_its_words():
    soup = soup_of(TITLE, TABLE, chart())
    region = soup.table.parent
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Wards")
    assert [th.get("scope") for th in soup.table.find_all("th")] == ["col", "col", "row"]
    picture = soup.find("svg")
    assert (picture["role"], picture["aria-label"]) == ("img", ALT)
    assert picture.find_parent("figure").figcaption.get_text(" ") == "It fell   Offences, Leeds"


@pytest.mark.parametrize(
    "text", ["<script>1</script>", "<b onclick='x()'>y</b>", "&lt;i&gt;", "</p><iframe>"]
)
def test_words_stay_words_wherever_they_stand(text):
    shown = [
        paragraph(text, Span(text, kind="strong"), Span(text, href="https://x.org/?a=<b>&c")),
        bullets([text], kind="caveats"),
        facts([(text, text)], kind="summary"),
        table(caption=text, columns=[text, "b"], rows=[[text, text]]),
        chart(headline=text),
        Commentary(file="x.md", blocks=(heading(2, text),)),
    ]
    soup = soup_of(heading(1, text), *shown)
    assert soup.main.find_all(["script", "b", "i", "iframe"]) == []
    assert soup.main.get_text().count(text) == 13


def test_figures_carry_the_section_they_stand_in():
    def figure(measure):
        return named_figure(indicator_id="burglary", area="Leeds", period="2012", measure=measure, value=1)

    page = page_of(
        TITLE,
        paragraph("a", figures=[figure("before")]),
        "## First part",
        paragraph("b", figures=[figure("first"), figure("also first")]),
        join(heading(2, "Own part"), paragraph("c", figures=[figure("own")])),
        "### Below",
        paragraph("d", figures=[figure("below")]),
    )
    assert [(row["section"], row["measure"]) for row in page.content.rows] == [
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
    run = executed(TITLE, "## A", chart(), TABLE, "## A")
    assert make_page(run, provenance=PROVENANCE) == make_page(run, provenance=PROVENANCE)


def test_partners_may_write_none_and_links_may_lead_to_web_and_mail():
    page_of(
        TITLE,
        Commentary(file="x.md", blocks=(paragraph("None"),)),
        paragraph(
            "None of the wards rose. ", Span("write", href="mailto:a@b.uk"), Span("web", href="https://x.org")
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
            "leaves a bare result (text/html, text/plain)",
        ),
        ([], "code cell 2 shows nothing, though it ends with 'show()'."),
        (
            display(**count_with_interval(5938, unit="offences")._repr_mimebundle_()),
            "code cell 2 shows a result of a series of its own: no row of data stands behind its numbers",
        ),
    ],
    ids=["error", "print", "number", "png", "svg", "frame", "nothing", "own series"],
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
        ([TITLE, heading(2, " ")], "an empty h2."),
        ([TITLE, heading(2, "A", id="a"), heading(2, "B", id="a")], "the id 'a' is used 2 times."),
        ([TITLE, heading(2, "A", id="main")], "the id 'main' is used 2 times."),
        ([TITLE, "[where](#nowhere)"], "the link 'where' leads to '#nowhere', which is not on the page."),
        (
            [TITLE, paragraph(Span("x", href="javascript:alert(1)"))],
            "leads to 'javascript:alert(1)'; only web, mail",
        ),
        ([TITLE, paragraph(Span("x", href="file:///C:/data"))], "leads to 'file:///C:/data'; only web, mail"),
        ([TITLE, paragraph(Span("x", href="/srv/data"))], "leads to '/srv/data'; only web, mail"),
        ([TITLE, paragraph(Span("", href="https://x.org"))], "the link to 'https://x.org' has no words."),
    ],
)
def test_a_page_that_cannot_be_found_ones_way_in_is_refused(shown, fault):
    assert fault in faults(*shown)


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (chart(alt=""), "a picture has no name that says what it shows ('')"),
        (chart(alt="Figure 1"), "no name that says what it shows ('Figure 1')"),
        (chart(alt="the last chart I made.png"), "no name that says what it shows"),
        (chart(headline=" "), "the picture 'A line that falls by half.' has no headline."),
        (chart(svg="<svg>"), "the drawing 'fall' is not SVG"),
        (table(caption=" ", columns=["Ward"], rows=[]), "the table that begins 'Ward' has no caption."),
        (join(TABLE, TABLE), "2 tables have the caption 'Wards'; tell them apart."),
        (drawing("<script>1</script>"), "<script> has no place in the drawing 'fall'."),
        (drawing("<foreignObject/>"), "<foreignObject> has no place in the drawing 'fall'."),
        (drawing("", ' onclick="x()"'), "<svg> carries a script in 'onclick'."),
        (chart(narrow='<svg viewBox="0 0 9 9" onclick="x()"/>'), "<svg> carries a script in 'onclick'."),
        (drawing('<use href="https://x.org/a.svg"/>'), "<use> loads 'https://x.org/a.svg'"),
        (drawing('<path style="fill: url(https://x.org/a)"/>'), "<path> loads 'fill: url(https://x.org/a)'"),
        (
            drawing("<style>@import 'https://x.org/a.css';</style>"),
            "the style of the drawing 'fall' loads from elsewhere",
        ),
        (paragraph("The rate was NaN."), "'The rate was NaN.' shows a missing value as a computer writes it"),
        (paragraph("<NA>"), "'<NA>' shows a missing value"),
        (paragraph("None"), "'None' shows a missing value"),
        (facts([("Change", "inf")], kind="summary"), "'inf' shows a missing value"),
        (table(caption="C", columns=["A", "B"], rows=[["x", "nan"]]), "'nan' shows a missing value"),
    ],
)
def test_a_block_that_some_reader_would_stumble_over_is_refused(block, fault):
    assert fault in faults(TITLE, block)


def test_every_fault_is_named_at_once():
    with pytest.raises(ValueError) as error:
        page_of(paragraph("no title"), chart(alt="x"), paragraph("NaN"))
    assert len(str(error.value).splitlines()) == 4


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_figure_that_is_no_number_is_refused(value):
    figure = named_figure(indicator_id="burglary", area="Leeds", period="2012", measure="rate", value=value)
    assert f"the figure 'rate' of 'Leeds' has value {value!r}, which is not a number." in faults(
        TITLE, paragraph("x", figures=[figure])
    )


FELL = "Burglary fell by 35.6% in the twelve months."
IN_A_CELL = table(caption="C", columns=["A", "B"], rows=[["x", bullets([FELL])]], text_columns=[1])


@pytest.mark.parametrize(
    ("shown", "finding"),
    [
        (["Of 7 measures 3 changed clearly.", "## More\n\nLater."], "Of 7 measures 3 changed clearly."),
        ([paragraph("Invented.", css_class="notice"), bullets([FELL])], FELL),
        ([bullets(["New psychoactive substances", FELL])], FELL),
        ([IN_A_CELL], ""),
        ([Commentary(file="x.md", blocks=(paragraph("The board sees steady progress."),))], ""),
        ([bullets([FELL], kind="caveats")], ""),
        (["Nothing is late."], "Nothing is late."),
        ([bullets(["Nothing is late."])], ""),
    ],
)
def test_the_index_is_told_what_a_page_is_about(shown, finding):
    assert page_of(TITLE, *shown).content.finding == finding


# Links to other reports


LEADS = """\
from saferleeds_analysis.reporting.blocks import Span, heading, join, paragraph
leads = paragraph("See ", Span("the other", href="../other/report.html"), ".")
join(heading(1, f"About {about}"), leads)"""


@pytest.mark.usefixtures("warm")
def test_a_page_leads_only_to_reports_that_its_pack_has(notebook):
    parameters = 'quarter: str = ""  # the quarter\nas_at: str = ""  # the day\nabout: str = ""  # x'
    root = notebook(LEADS, parameters=parameters).parent.parent
    one, other = (
        Report(name=name, notebook="trial", parameters={"about": name}) for name in ("one", "other")
    )
    page = root / "reports/2012-13_Q2/one/report.html"

    def publish(*reports):
        publish_reports(
            root, periods.quarter("2012/13 Q2"), reports, as_at=date(2012, 9, 30), workers=1, say=[].append
        )
        return page.read_text(encoding="utf-8")

    assert "<p>See the other.</p>" in publish(one)
    assert rendered(page.parent)["report.html"] == page.read_text(encoding="utf-8")
    linked = '<p>See <a href="../other/report.html">the other</a>.</p>'
    assert linked in publish(one, other)
    assert linked in publish(one), "the other is there from before"
    assert rendered(page.parent)["report.html"] == page.read_text(encoding="utf-8")
