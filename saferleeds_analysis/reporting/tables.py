"""Accessible HTML tables: a caption, a scope on every header, and a scroll region that the keyboard reaches.

Our own few lines, because great_tables writes no ``<caption>`` and pandas' Styler no scroll region.
"""

from collections.abc import Iterable, Sequence
from html import escape

from saferleeds_analysis.reporting.blocks import Block, Figure


def table(
    *,
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Block]],
    figures: Iterable[Figure] = (),
    text_columns: Iterable[int] = (),
    css_class: str = "",
) -> Block:
    """Make a table from cells of text. The first column names the row; columns are numeric unless in ``text_columns``.

    A cell may be a block: a list, or a RAG letter with its words. On a phone a table of the class ``lists`` shows one row under
    another, each cell under the name of its column.

    >>> block = table(caption="Offences", columns=["Ward", "Count"], rows=[["Armley", "314"]])
    >>> '<th scope="row">Armley</th><td class="numeric">314</td>' in block.html
    True
    """
    words = set(text_columns)
    kinds = ["" if i == 0 or i in words else ' class="numeric"' for i in range(len(columns))]
    stacks = "lists" in css_class.split()
    labels = [f' data-label="{escape(name)}"' if stacks else "" for name in columns]
    head = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(columns, kinds, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + f'<th scope="row">{_html(row[0])}</th>'
        + "".join(
            f"<td{kind}{label}>{_html(cell)}</td>"
            for cell, kind, label in zip(row[1:], kinds[1:], labels[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    html = (
        f'<div class="table-scroll{f" {css_class}" if css_class else ""}" role="region" tabindex="0" aria-label="{escape(caption)}">\n'
        f"<table><caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )
    lines = [caption, " | ".join(columns), *(" | ".join(_text(cell) for cell in row) for row in rows)]
    return Block(html=html, text="\n".join(lines), figures=tuple(figures))


def _html(cell: str | Block) -> str:
    return cell.html if isinstance(cell, Block) else escape(cell)


def _text(cell: str | Block) -> str:
    return cell.text.replace("\n", "; ") if isinstance(cell, Block) else cell


def behind(summary: str, block: Block) -> Block:
    """Fold a block away behind a line that opens it (no script needed)."""
    return Block(
        html=f"<details><summary>{escape(summary)}</summary>\n{block.html}\n</details>",
        text=f"{summary}\n{block.text}",
        figures=block.figures,
    )
