"""Blocks: the same after a journey as data, every word in them escaped, and no HTML written anywhere else."""

import ast
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from named_figures import named_figure

from saferleeds_analysis import reporting
from saferleeds_analysis.figures import STATUSES, Figure, Measure, Rows, Working
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.blocks import (
    Chart,
    Commentary,
    Facts,
    Group,
    Heading,
    Listing,
    Span,
    Table,
    Text,
    behind,
    block_of,
    bullets,
    facts,
    heading,
    join,
    letter,
    page_title,
    paragraph,
)
from saferleeds_analysis.reporting.tables import table

MODULES = sorted(Path(reporting.__file__).parent.rglob("*.py"))
# The tags of a page. SVG has other ones, and messages may name a place: <folder>.
TAG = re.compile(
    r"</?(?:[apb]|h[1-6]|[uod]l|li|d[td]|t[rdh]|div|span|strong|em|pre|code|table|details|figure)\b[^>]*>"
)

WORDS = st.text(max_size=12) | st.sampled_from(["<b>", "A & B", "'it'", '"so"', "</li>", "\n", "{{ x }}"])
MARKS = st.sampled_from(["", "strong", "em", "code", "rag rag-G", "icon icon-blue"])
KINDS = st.sampled_from(["", "notice", "caveats", "compact slim", "blockquote", "lists"])
SPANS = st.lists(st.builds(Span, WORDS, MARKS, st.sampled_from(["", "#here", "https://example.org/?a&b"])))
# One measure an id, as in the package.
MEASURES = st.sampled_from(
    [
        Measure(id="a", words="{{ x }}", role="count", own=True, recurs=True),
        Measure(id="b", words="in {group}", role="change", formula="a <b>"),
    ]
)
ROWS = st.builds(
    Rows,
    role=WORDS,
    file=WORDS,
    sha256=WORDS,
    numbers=st.lists(st.integers(2, 500), unique=True).map(sorted).map(tuple),
    note=WORDS,
)
FIGURES = st.lists(
    st.builds(
        Figure,
        indicator_id=WORDS,
        area=WORDS,
        window=st.builds(Window, WORDS) | st.just(Window.named("2012/13 Q2")),
        measure=MEASURES,
        qualifiers=st.dictionaries(st.sampled_from(["group", "on"]), WORDS),
        value=st.none() | st.integers() | st.floats(allow_nan=False) | WORDS,
        status=st.sampled_from(STATUSES),
        caveats=st.lists(WORDS, max_size=2).map(tuple),
        rows=st.lists(ROWS, max_size=2).map(tuple),
        working=st.none()
        | st.builds(Working, function=WORDS, arguments=st.dictionaries(WORDS, st.integers())),
    ),
    max_size=2,
).map(tuple)
HEADINGS = st.builds(
    Heading, level=st.integers(1, 6), spans=SPANS.map(tuple), id=st.sampled_from(["", "row-1"])
)
TEXTS = st.builds(Text, spans=SPANS.map(tuple), kind=KINDS, figures=FIGURES)


@st.composite
def tables(draw, cells):
    width = draw(st.integers(1, 3))
    row = st.tuples(*[cells] * width)
    return Table(
        caption=draw(WORDS),
        columns=draw(st.tuples(*[WORDS] * width)),
        rows=tuple(draw(st.lists(row, max_size=3))),
        numeric=draw(st.tuples(*[st.booleans()] * width)),
        kind=draw(KINDS),
        figures=draw(FIGURES),
    )


def nested(inner):
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Listing, items=several, kind=KINDS, numbered=st.booleans(), figures=FIGURES),
        st.builds(
            Facts, pairs=st.lists(st.tuples(WORDS, inner), max_size=3).map(tuple), kind=KINDS, figures=FIGURES
        ),
        tables(WORDS | inner),
        st.builds(
            Chart,
            name=st.just("chart"),
            headline=WORDS,
            subtitle=WORDS,
            alt=WORDS,
            svg=st.just("<svg xmlns='http://www.w3.org/2000/svg'/>"),
            shape=st.sampled_from(["wide", "time", "paper small"]),
            data=st.none() | tables(WORDS),
            figures=FIGURES,
        ),
        st.builds(Group, blocks=several, kind=KINDS, summary=WORDS),
        st.builds(Commentary, blocks=several, file=WORDS),
    )


BLOCKS = st.recursive(HEADINGS | TEXTS, nested, max_leaves=8)


def words_in(block):
    """Every word of a block and of the blocks within it, as it was given."""
    for part in block.walk():
        if isinstance(part, Heading | Text):
            yield from (span.text for span in part.spans if span.text != "\n")  # which breaks the line
        elif isinstance(part, Table):
            yield from (part.caption, *part.columns)
            yield from (cell for row in part.rows for cell in row if isinstance(cell, str))
        elif isinstance(part, Facts):
            yield from (name for name, _ in part.pairs)
        elif isinstance(part, Chart):
            yield from (part.headline, part.subtitle, part.alt)
        elif isinstance(part, Commentary):
            yield part.file
        elif isinstance(part, Group):
            yield part.summary


def on_paper(block):
    """Whether a chart in it is drawn as for paper, without the table behind it."""
    return any(isinstance(part, Chart) and part.shape.startswith("paper") for part in block.walk())


@given(BLOCKS)
def test_a_block_is_the_same_after_a_journey_as_json(block):
    again = block_of(json.loads(json.dumps(block.to_data())))
    assert again == block
    assert again.html == block.html
    assert again.figures == block.figures


@given(BLOCKS)
def test_every_word_of_a_block_stands_escaped_in_its_html(block):
    html = block.html
    if not on_paper(block):
        assert [word for word in words_in(block) if str(escape(word)) not in html] == []
    assert not re.search(r"<b>|\{\{", html.replace("{{ x }}", ""))


def test_a_number_of_a_pack_of_an_earlier_version_is_read_as_its_words():
    said = {
        "type": "Span",
        "text": {"type": "Printed", "text": "35.6%", "value": 35.6, "decimals": 1, "kind": "%"},
    }
    assert block_of(said) == Span("35.6%")


def test_numbers_made_of_illustrative_data_say_so_in_the_caption_of_their_table():
    about = {"measure": "count", "period": "2012/13 Q2", "indicator_id": "burglary", "area": "Leeds"}
    made_up, counted = (named_figure(**about, value=7, status=s) for s in ("illustrative", "recorded"))

    def shown(*figures, caption="Offences"):
        return table(caption=caption, columns=["Area", "Count"], rows=[["Leeds", "7"]], figures=figures)

    assert "<caption>Offences (worked out from illustrative data)</caption>" in shown(made_up).html
    assert shown(made_up, counted).title == "Offences", "rows of several kinds are marked one by one"
    assert shown(counted).title == shown().title == "Offences"
    said = "Offences. Illustrative months, published totals"
    assert shown(made_up, caption=said).title == said


def test_the_makers_make_what_a_page_needs():
    figure = named_figure(indicator_id="i", area="A", period="p", measure="rating", value="G")
    rated = letter("G", "Green", "On course.", figures=[figure])
    box = facts([("Progress", rated), ("Outcome", "Less <harm>")], kind="card-fields")
    assert box.figures == (figure,)
    assert box.html == (
        '<dl class="card-fields"><div><dt>Progress</dt><dd><span class="rag rag-G">G</span> <strong>Green</strong>. On course.</dd>'
        "</div><div><dt>Outcome</dt><dd>Less &lt;harm&gt;</dd></div></dl>"
    )
    assert letter("N", reason="Not rated.").html == '<p><span class="rag rag-N">N</span> Not rated.</p>'
    assert heading(3, "Burglary ", rated).text == "Burglary G Green. On course."
    assert page_title("Card").html == "<h1>Card</h1>"
    assert page_title("Card", "Made up.").html == '<h1>Card</h1>\n<p class="notice">Made up.</p>'
    folded = behind("Show", box, paragraph("More."))
    assert [
        tag.name for tag in BeautifulSoup(folded.html, "html.parser").details.find_all(recursive=False)
    ] == [
        "summary",
        "dl",
        "p",
    ]
    assert join(paragraph("One."), folded).figures == (figure,)
    lines = Group(blocks=(bullets(["a", bullets(["b"], numbered=True)], kind="caveats"),), kind="compact")
    assert (
        lines.html
        == '<div class="compact"><ul class="caveats"><li>a</li><li><ol><li>b</li></ol></li></ul></div>'
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_of_reporting_writes_html(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imported = {
        name.name if isinstance(node, ast.Import) else f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert not imported & {"html", "html.escape"}
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    documented = [
        n.body[0].value for n in ast.walk(tree) if isinstance(n, owners) and isinstance(n.body[0], ast.Expr)
    ]
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    written = [t.value for t in texts if t not in documented and TAG.search(t.value)]
    assert written == [], "blocks are made by their makers and rendered by blocks.html.j2"
    if module.name != "blocks.py":
        read = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr == "html"]
        assert read == [], "a block is put into another as it is"
