"""Partners' own words on the page: attributed, boxed, and harmless whatever is in the file."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from saferleeds_analysis import intake
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Commentary, Span, heading, paragraph
from saferleeds_analysis.reporting.markdown import markdown_blocks, visible


def commentary_sections(
    words: intake.Commentary | None,
    *,
    sections: Sequence[str],
    quarter: pd.Period,
    edition: str = "public",
    request: intake.CommentaryRequest | None = None,
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
    draft = [Span("Draft", kind="strong"), " "] if words.status == "draft" else []
    shown: list[Block] = [paragraph(*draft, by, css_class="commentary-by")]
    if words.note:
        shown.append(paragraph(visible(words.note), css_class="notice"))
    received: dict[str, list[str]] = {}
    for name, text in words.sections:
        received.setdefault(visible(name).strip(), []).append(text)
    for text in received.pop("", []):  # before any heading
        shown += markdown_blocks(text)
    for name in [*sections, *(h for h in received if h not in sections)]:
        text = "\n\n".join(t for t in received.get(name, []) if visible(t).strip())
        shown.append(heading(3, name))
        shown += markdown_blocks(text) if text else [_missing(wording.NO_SECTION)]
    return Commentary(file=words.file, blocks=tuple(shown))


def _missing(text: str) -> Block:
    return paragraph(text, css_class="commentary-missing")
