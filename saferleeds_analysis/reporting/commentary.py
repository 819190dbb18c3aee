"""Partners' own words on the page: attributed, boxed, and harmless whatever is in the file.

Commentary is untrusted text. Raw HTML in it is shown as text, links other than to web and mail addresses lose their
target, pictures are dropped, and control characters that reorder text are removed, because a reader would not see them.
"""

import re
from collections.abc import Sequence
from html import escape

import nh3
from markdown_it import MarkdownIt

from saferleeds_analysis import periods
from saferleeds_analysis.intake import Commentary
from saferleeds_analysis.reporting.blocks import Block

_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br", "code"}
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


def commentary_sections(words: Commentary | None, *, sections: Sequence[str], quarter) -> Block:
    """Show partners' commentary under fixed headings, in their order; what was not received is said.

    ``sections`` are the card's headings; a section of the file under another heading is shown after them, so nothing
    that a partner wrote is lost. Commentary of an earlier quarter is never used.
    """
    if words is None:
        text = f"No commentary was received for {periods.quarter_name(quarter)}."
        return Block(html=f'<p class="commentary-missing">{escape(text)}</p>', text=text)
    received = dict(words.sections)
    by = f"{words.organisation}: {words.author}. Received {words.received.day} {words.received.strftime('%B %Y')}."
    header = f'<p class="commentary-by">{escape(by)} Status: {escape(words.status)}.</p>'
    if words.note:
        header += f'<p class="notice">{escape(words.note)}</p>'
    parts, lines = [header], [by]
    for heading in [*sections, *(h for h in received if h not in sections)]:
        parts.append(f"<h3>{escape(heading)}</h3>")
        lines.append(heading)
        if received.get(heading, "").strip():
            parts.append(markdown_to_html(received[heading]))
            lines.append(received[heading])
        else:
            parts.append('<p class="commentary-missing">No commentary was received for this section.</p>')
            lines.append("No commentary was received for this section.")
    return Block(html=f'<div class="commentary">{"".join(parts)}</div>', text="\n".join(lines))


def markdown_to_html(text: str) -> str:
    """Turn untrusted markdown into safe HTML without headings, pictures, raw HTML or scripts.

    >>> markdown_to_html("**Now** <script>alert(1)</script>")
    '<p><strong>Now</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>'
    """
    html = MarkdownIt("commonmark", {"html": False}).render(_REORDERING.sub("", text))
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    ).strip()
