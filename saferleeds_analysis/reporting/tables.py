"""Tables of a page: the one way from cells to a block that the page, Word and the workbook can show."""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, Table


def table(
    *,
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Block]],
    figures: Iterable[Figure] = (),
    text_columns: Iterable[int] = (),
    css_class: str = "",
) -> Table:
    """Make a table from cells of text. The first column names the row; columns are numeric unless in ``text_columns``.

    A cell may be a block: a list, or a RAG letter with its words. On a phone a table of the class ``lists`` shows one row under
    another, each cell under the name of its column.

    >>> block = table(caption="Offences", columns=["Ward", "Count"], rows=[["Armley", "314"]])
    >>> '<th scope="row">Armley</th><td class="numeric">314</td>' in block.html
    True
    """
    words = {0, *text_columns}
    uneven = [row for row in rows if len(row) != len(columns)]
    if uneven:
        raise ValueError(
            f"the table {caption!r} has {len(columns)} columns, and a row of {len(uneven[0])} cells."
        )
    return Table(
        caption=caption,
        columns=tuple(columns),
        rows=tuple(map(tuple, rows)),
        numeric=tuple(i not in words for i in range(len(columns))),
        kind=css_class,
        figures=tuple(figures),
    )


def interval(
    of: Figure | Estimate | pd.Series, show: Callable[[float], str] = wording.number, *, none: str = "none"
) -> str:
    """Write the limits of a figure, an estimate or a row of a frame by ``show``; ``none`` where it has no interval."""
    return none if pd.isna(of.lower) else f"{show(of.lower)} to {show(of.upper)}"
