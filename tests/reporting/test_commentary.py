"""Partners' words: shown as written, attributed, and harmless whatever is in the file."""

from datetime import date
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from saferleeds_analysis import periods
from saferleeds_analysis.reporting.commentary import commentary_sections, markdown_to_html

QUARTER = periods.quarter("2012/13 Q2")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![picture](http://example.org/x.png)",
    "![picture](data:image/svg+xml;base64,PHN2Zz4=)",
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:msgbox)",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg onload=alert(1)>",
    "<iframe src='http://example.org'></iframe>",
    "<style>body{display:none}</style>",
    "<base href='http://example.org/'>",
    "<meta http-equiv=refresh content=0>",
    "<form action=http://example.org><input></form>",
    "# A first-level heading of my own",
    "{{ 7 * 7 }} {% raw %} ${x}",
    "</div></main></body></html>",
    "<!-- comment",
    "\u202egnp.exe\u202c",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "```\n<script>alert(1)</script>\n```",
    "**never closed [link](http://example.org",
    "|a|b|\n|-|-|\n" + "|1|2|\n" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_commentary_is_harmless(text):
    soup = BeautifulSoup(markdown_to_html(text), "html.parser")
    allowed = {"p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br", "code"}
    assert {tag.name for tag in soup.find_all()} <= allowed
    for tag in soup.find_all():
        assert set(tag.attrs) <= {"href", "rel"}, "no event handler, style or id survives"
        assert tag.get("href", "https://").startswith(("http://", "https://", "mailto:"))
    assert "\u202e" not in str(soup)


def test_plain_markdown_is_kept():
    html = markdown_to_html("- **Now** at <2 miles> & [the report](https://example.org/a)")
    assert "<strong>Now</strong>" in html
    assert "&lt;2 miles&gt; &amp;" in html
    assert 'href="https://example.org/a"' in html


def words(**changes):
    given = {
        "organisation": "Safer Leeds",
        "author": "An analyst",
        "received": date(2012, 10, 31),
        "status": "final",
        "note": None,
        "sections": (("What we did", "- Work <b>went on</b>."), ("Thanks", "To all.")),
    }
    return SimpleNamespace(**{**given, **changes})


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
