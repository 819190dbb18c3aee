"""Partners' own words on the page: attributed, boxed, and harmless whatever is in the file.

Commentary is untrusted text. Raw HTML in it is shown as text, links other than to web and mail addresses lose their
target, pictures are dropped, and characters that nobody sees are removed, because some of them reorder what is read.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from html import escape

import nh3
import pandas as pd
from markdown_it import MarkdownIt

from saferleeds_analysis.intake import Commentary, CommentaryRequest
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block

_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br", "code"}
_HEADING = re.compile(r"<(/?)h[1-6]>")
_EMPTY_LINK = re.compile(r"<a(?: [^>]*)?>\s*</a>")
_WEB_OR_MAIL = re.compile(r"https?://|mailto:", re.I)


def commentary_sections(
    words: Commentary | None,
    *,
    sections: Sequence[str],
    quarter: pd.Period,
    edition: str = "public",
    request: CommentaryRequest | None = None,
    as_at: date | None = None,
) -> Block:
    """Show partners' commentary under fixed headings, in their order; what was not received is said.

    ``sections`` are the card's headings; a section of the file under another heading is shown after them, so nothing
    that a partner wrote is lost. Commentary of an earlier quarter is never used. A draft is shown in the restricted
    edition only, marked as one. ``request`` says who was asked and by when: it is named where words are missing or came
    late; missing words are late where the deadline had passed by ``as_at``.
    """
    if words is None:
        return _missing(wording.commentary_missing(quarter, request=request, as_at=as_at))
    if words.status == "draft" and edition != "restricted":
        return _missing(wording.commentary_is_a_draft(words))
    by = visible(wording.commentary_by(words, request=request))
    draft = '<strong class="draft">Draft</strong> ' if words.status == "draft" else ""
    parts = [f'<p class="commentary-by">{draft}{escape(by)}</p>']
    lines = [f"Draft. {by}" if draft else by]
    if words.note:
        parts.append(f'<p class="notice">{escape(visible(words.note))}</p>')
        lines.append(visible(words.note))
    received: dict[str, list[str]] = {}
    for heading, text in words.sections:
        received.setdefault(visible(heading).strip(), []).append(text)
    before_any_heading = received.pop("", [])
    parts += [markdown_to_html(text) for text in before_any_heading]
    lines += [visible(text) for text in before_any_heading]
    for heading in [*sections, *(h for h in received if h not in sections)]:
        text = "\n\n".join(t for t in received.get(heading, []) if visible(t).strip())
        parts.append(f"<h3>{escape(heading)}</h3>")
        parts.append(markdown_to_html(text) if text else _missing(wording.NO_SECTION).html)
        lines += [heading, visible(text) or wording.NO_SECTION]
    # Publishing reads the name of the file, to compare the numbers in it with those on the page.
    return Block(
        html=f'<div class="commentary" data-file="{escape(words.file)}">{"".join(parts)}</div>',
        text="\n".join(lines),
    )


def markdown_to_html(text: str) -> str:
    """Turn untrusted markdown into safe HTML without headings, pictures, raw HTML or scripts.

    >>> markdown_to_html("**Now** <script>alert(1)</script>")
    '<p><strong>Now</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>'
    >>> markdown_to_html("# Loud\\n[a file](../../secret)")
    '<p><strong>Loud</strong></p>\\n<p><a>a file</a></p>'
    """
    html = MarkdownIt("commonmark", {"html": False}).render(visible(text))
    html = _HEADING.sub(lambda tag: "</strong></p>" if tag[1] else "<p><strong>", html)
    html = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=lambda _tag, _name, value: value if _WEB_OR_MAIL.match(value) else None,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )
    return _EMPTY_LINK.sub("", html).strip()


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


def _missing(text: str) -> Block:
    return Block(html=f'<p class="commentary-missing">{escape(text)}</p>', text=text)
