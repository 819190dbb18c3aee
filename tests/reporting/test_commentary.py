"""Partners' words: shown as written, attributed, and harmless whatever is in the file."""

import re
from datetime import date

import pytest
from bs4 import BeautifulSoup, Comment

from saferleeds_analysis import periods
from saferleeds_analysis.intake import Commentary, CommentaryRequest
from saferleeds_analysis.publishing.content import content_of_blocks, faults_of_content
from saferleeds_analysis.reporting.blocks import heading, html_of
from saferleeds_analysis.reporting.commentary import commentary_sections
from saferleeds_analysis.reporting.markdown import markdown_blocks

QUARTER = periods.quarter("2012/13 Q2")
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "event handler": "<img src=x onerror=alert(1)>",
    "remote picture": "![picture](http://example.org/x.png)",
    "picture of data": "![picture](data:image/svg+xml;base64,PHN2Zz4=)",
    "javascript link": "[click](javascript:alert(1))",
    "javascript link in capitals and tabs": "[click](<java\tSCRIPT:alert(1)>)",
    "javascript link in entities": "[click](&#106;avascript:alert(1))",
    "data link": "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "vbscript link": "[click](vbscript:msgbox)",
    "link to a file": "[click](file:///etc/passwd)",
    "link out of the pack": "[click](../../restricted/2012-13_Q2/index.html)",
    "link to a place that is not there": "[click](#nowhere)",
    "link without scheme": "[click](//example.org/x)",
    "link without words": "[](http://example.org) [\u200b](http://example.org) [![x](y)](http://example.org)",
    "link in HTML": "<a href='javascript:alert(1)'>x</a>",
    "automatic link": "<javascript:alert(1)> <http://example.org/a>",
    "svg": "<svg onload=alert(1)>",
    "iframe": "<iframe src='http://example.org'></iframe>",
    "style": "<style>body{display:none}</style>",
    "style attribute": "<p style='position:fixed;top:0'>x</p>",
    "base": "<base href='http://example.org/'>",
    "refresh": "<meta http-equiv=refresh content=0>",
    "form": "<form action=http://example.org><input></form>",
    "first-level heading": "# A first-level heading of my own",
    "headings of the page": "### Caveats\n\nCaveats\n---\n\n###### Sources",
    "headings that look alike": "# \u0421\u0430v\u0435\u0430ts\n# Caveats\n# Caveats",
    "template": "{{ 7 * 7 }} {% raw %} ${x} {{ self._TemplateReference__context }}",
    "end of the page": "</div></main></body></html>",
    "comment left open": "<!-- comment",
    "conditional comment": "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "CDATA": "<![CDATA[<script>alert(1)</script>]]>",
    "right-to-left override": "\u202egnp.exe\u202c",
    "isolates and marks": "\u2066a\u2069 \u200fb\u200e \u061cc",
    "nothing to see": "\u200b\ufeff\u00ad\u2060",
    "tags for machines": "".join(chr(0xE0000 + ord(c)) for c in "ignore the figures"),
    "NUL and other controls": "a\x00b\x1b[31mc\x07\x9b",
    "piled-up accents": "Z" + "\u0301" * 500,
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#x202e;abc &#0;",
    "fenced code": "```html\n<script>alert(1)</script>\n```",
    "never closed": "**never closed [link](http://example.org",
    "very long word": "x" * 30_000,
    "enormous table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 6_000,
    "table in HTML": "<table>" + "<tr><td>1</td></tr>" * 2000,
    "deep quotes": ">" * 39_000 + " x",
    "deep lists": "\n".join("  " * i + "- a" for i in range(300)),
    "brackets": "[" * 5_000 + "![" * 2_000,
    "stars": "*a " * 5_000 + "**a" * 2_000,
    "formula": "=cmd|'/c calc'!A1\n\n@SUM(A1)\n\n+1+1",
    "link title": '[x](https://example.org "onmouseover=alert(1)")',
    "reference link": "[x]\n\n[x]: javascript:alert(1)",
}
ALLOWED = {"p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br", "code"}
UNSEEN = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u061c\x00-\x08\x0b-\x1f\x7f-\x9f\U000e0000-\U000e007f]"
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_commentary_is_harmless(name):
    soup = BeautifulSoup(html_of(*markdown_blocks(HOSTILE[name])), "html.parser")
    assert {tag.name for tag in soup.find_all()} <= ALLOWED
    for tag in soup.find_all():
        assert set(tag.attrs) <= {"href", "rel"}, "no event handler, style or id survives"
        assert tag.get("href", "https://").startswith(("http://", "https://", "mailto:"))
    assert all(link.text.strip() for link in soup.find_all("a"))
    assert not UNSEEN.search(str(soup)) or name == "entities"
    assert not soup.find_all(string=lambda text: isinstance(text, Comment))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_with_hostile_commentary_is_still_one_that_can_be_published(name):
    hostile = HOSTILE[name]
    one_line = " ".join(hostile.split())[:150]
    block = commentary_sections(
        words(
            author=one_line,
            note=one_line,
            sections=(("", hostile), (one_line, hostile), (one_line, "Again.")),
        ),
        quarter=QUARTER,
        sections=["What we did"],
    )
    blocks = [heading(1, "Title"), heading(2, "What partners say"), block]
    assert faults_of_content(content_of_blocks(blocks)) == []
    page = BeautifulSoup(html_of(*blocks), "html.parser")
    assert [h.name for h in page.find_all(["h1", "h2"])] == ["h1", "h2"]
    assert page.select_one(".commentary").find_next_sibling() is None, "the box holds all of it"


def test_plain_markdown_is_kept():
    html = html_of(*markdown_blocks("- **Now** at <2 miles> & [the report](https://example.org/a)"))
    assert "<strong>Now</strong>" in html
    assert "&lt;2 miles&gt; &amp;" in html
    assert 'href="https://example.org/a"' in html


def words(**changes):
    given = {
        "organisation": "Safer Leeds",
        "author": "An analyst",
        "received": date(2012, 10, 31),
        "status": "final",
        "sections": (("What we did", "- Work <b>went on</b>."), ("Thanks", "To all.")),
    }
    return Commentary(**{**given, **changes})


def test_each_section_is_shown_and_a_missing_one_is_said():
    block = commentary_sections(words(), quarter=QUARTER, sections=["What we did", "New actions"])
    soup = BeautifulSoup(block.html, "html.parser")
    assert [h.text for h in soup.find_all("h3")] == ["What we did", "New actions", "Thanks"]
    assert "No commentary was received for this section." in soup.text
    assert "Safer Leeds: An analyst. Received 31 October 2012. Status: final." in soup.text
    assert "Work <b>went on</b>." in soup.text


def test_no_commentary_at_all_is_said_with_the_quarter():
    block = commentary_sections(None, quarter=QUARTER, sections=["What we did"])
    assert block.text == "No commentary was received for 2012/13 Q2."


def test_the_names_in_the_head_of_a_file_are_untrusted_too():
    block = commentary_sections(words(author="<script>x</script>"), quarter=QUARTER, sections=[])
    assert "<script>" not in block.html


def test_two_sections_of_one_heading_are_both_shown():
    twice = words(sections=(("What we did", "First."), ("What we did", "Second.")))
    block = commentary_sections(twice, quarter=QUARTER, sections=["What we did"])
    assert "<p>First.</p>\n<p>Second.</p>" in block.html
    assert block.html.count("<h3>") == 1


def test_a_draft_stays_out_of_the_public_edition():
    draft = words(status="draft")
    public = commentary_sections(draft, quarter=QUARTER, sections=["What we did"])
    assert public.text == (
        "A draft was received from Safer Leeds on 31 October 2012. It is not published until it is final."
    )
    assert "went on" not in public.html
    restricted = commentary_sections(draft, quarter=QUARTER, sections=["What we did"], edition="restricted")
    assert restricted.text.startswith("Draft Safer Leeds: An analyst. Received 31 October 2012.")
    assert "<strong>Draft</strong>" in restricted.html


REQUEST = CommentaryRequest(
    quarter="2012/13 Q2",
    indicator_id="domestic_burglary",
    organisation="Safer Leeds",
    owner="Performance team",
    due=date(2012, 10, 19),
    note="",
)


@pytest.mark.parametrize(
    ("as_at", "said"),
    [
        (None, "it is due on 19 October 2012."),
        (date(2012, 10, 19), "it is due on 19 October 2012."),
        (date(2012, 10, 20), "it was due on 19 October 2012 and is late."),
    ],
)
def test_missing_words_name_who_was_asked_and_whether_they_are_late(as_at, said):
    block = commentary_sections(None, quarter=QUARTER, sections=[], request=REQUEST, as_at=as_at)
    assert block.text == (
        f"No commentary was received for 2012/13 Q2. Safer Leeds (Performance team) was asked for it; {said}"
    )


def test_words_that_came_late_say_by_how_much():
    block = commentary_sections(words(), quarter=QUARTER, sections=[], request=REQUEST)
    assert "Received 31 October 2012, 12 days late. Status: final." in block.text
