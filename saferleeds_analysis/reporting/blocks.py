"""What a notebook shows: one piece of a page, in HTML, in plain words, and with the numbers that are in it.

A block is a value: JupyterLab shows it, the exported page carries it, and publishing collects the figures of every
block on a page into ``figures.csv``. So a number is on the page exactly when it is in the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from saferleeds_analysis.estimates import TIDY_COLUMNS

FIGURE_COLUMNS = TIDY_COLUMNS

# The private media type under which a block's figures travel in a notebook's outputs.
FIGURES_MEDIA_TYPE = "application/vnd.saferleeds.figures+json"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number on a page, as a tidy row. ``value`` may be text where the thing reported is text (a RAG letter)."""

    indicator_id: str
    area: str
    period: str
    measure: str
    value: float | int | str | None
    lower: float | None = None
    upper: float | None = None
    confidence: float | None = None
    unit: str = ""
    method: str = ""
    n: int | None = None
    caveats: tuple[str, ...] = ()

    def to_row(self) -> dict:
        """Give the row as plain types, in the order of :data:`FIGURE_COLUMNS`."""
        row = {column: getattr(self, column) for column in FIGURE_COLUMNS}
        row["caveats"] = " | ".join(self.caveats)
        return row


@dataclass(frozen=True, kw_only=True)
class Block:
    """A piece of a page: ``html`` for the page, ``text`` the same in plain words, ``figures`` the numbers in it.

    >>> block = paragraph("Recorded offences: 5,938.", figures=[])
    >>> block.html
    '<p>Recorded offences: 5,938.</p>'
    """

    html: str
    text: str
    figures: tuple[Figure, ...] = ()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        bundle = {"text/html": self.html, "text/plain": self.text}
        if self.figures:
            bundle[FIGURES_MEDIA_TYPE] = [figure.to_row() for figure in self.figures]
        return bundle


def paragraph(text: str, *, figures: Iterable[Figure] = (), css_class: str = "") -> Block:
    """Make a paragraph of plain text; the text is escaped, so it may come from a file."""
    attribute = f' class="{css_class}"' if css_class else ""
    return Block(html=f"<p{attribute}>{escape(text, quote=False)}</p>", text=text, figures=tuple(figures))


def join(*blocks: Block) -> Block:
    """Put blocks one after another into one."""
    return Block(
        html="\n".join(block.html for block in blocks),
        text="\n\n".join(block.text for block in blocks),
        figures=tuple(figure for block in blocks for figure in block.figures),
    )
