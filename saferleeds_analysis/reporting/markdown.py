"""Markdown as blocks: the fixed explanations of a notebook, and what partners write.

What partners write is untrusted: raw HTML in it is shown as text, headings become bold paragraphs, pictures are dropped,
links lead to web and mail addresses only, and characters that nobody sees are removed, because some reorder what is read.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from saferleeds_analysis.reporting.blocks import Block, Group, Span, bullets, heading, join, paragraph

_WEB_OR_MAIL = re.compile(r"https?://|mailto:", re.I)
_MARKS = {"strong": "strong", "em": "em", "code_inline": "code"}


def markdown_blocks(text: str, *, trusted: bool = False) -> tuple[Block, ...]:
    """Turn markdown into blocks; ``trusted`` is our own, which may have headings and links to places on the page.

    >>> [block.html for block in markdown_blocks("**Now** <script>alert(1)</script>")]
    ['<p><strong>Now</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>']
    >>> [block.html for block in markdown_blocks("# Loud\\n[a file](../../secret)")]
    ['<p><strong>Loud</strong></p>', '<p>a file</p>']
    """
    tree = SyntaxTreeNode(MarkdownIt("commonmark", {"html": False}).parse(visible(text)))
    return _blocks(tree, trusted)


def visible(text: str) -> str:
    """Take out the characters that nobody sees: control, zero-width and reordering ones, and piled-up accents.

    >>> visible("paid \\u202e005,1\\u202c now\\u200b"), visible("caf\\u00e9\\n\\u2026")
    ('paid 005,1 now', 'café\\n…')
    """
    text = unicodedata.normalize("NFC", text).replace("\u2028", "\n").replace("\u2029", "\n")
    kept = "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )
    return re.sub(
        "([\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]{2})[\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]+",
        r"\1",
        kept,
    )


def _blocks(parent: Any, trusted: bool) -> tuple[Block, ...]:
    return tuple(block for node in parent.children for block in _made_of(node, trusted))


def _made_of(node: Any, trusted: bool) -> Iterator[Block]:
    if node.type == "heading" and trusted:
        yield heading(int(node.tag[1]), *_spans(node.children[0], trusted))
    elif node.type in ("paragraph", "heading"):
        spans = list(_spans(node.children[0], trusted, "strong" if node.type == "heading" else ""))
        if "".join(span.text for span in spans).strip():
            yield paragraph(*spans)
    elif node.type in ("bullet_list", "ordered_list"):
        items = [_blocks(item, trusted) for item in node.children]
        yield bullets([join(*blocks) for blocks in items if blocks], numbered=node.type == "ordered_list")
    elif node.type == "blockquote":
        yield Group(blocks=_blocks(node, trusted), kind="blockquote")
    elif node.content.strip():  # code: words in another type
        yield paragraph(Span(node.content.rstrip("\n"), kind="code"))


def _spans(node: Any, trusted: bool, kind: str = "", href: str = "") -> Iterator[Span]:
    for child in node.children:
        if child.type in ("softbreak", "hardbreak"):
            yield Span("\n" if child.type == "hardbreak" else " ")
        elif child.type == "link":
            address = str(child.attrs.get("href", ""))
            yield from _spans(child, trusted, kind, address if trusted or _WEB_OR_MAIL.match(address) else "")
        elif child.type in _MARKS and child.children:
            yield from _spans(child, trusted, _MARKS[child.type], href)
        elif child.type != "image" and child.content:
            yield Span(child.content, kind=_MARKS.get(child.type, kind), href=href)
