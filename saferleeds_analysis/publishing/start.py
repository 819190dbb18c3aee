"""What the start page for JupyterLab shows: the notebooks of a folder, each by what its own first cell says of it."""

import re
from pathlib import Path

from saferleeds_analysis.publishing.notebooks import declared_parameters, read_notebook
from saferleeds_analysis.reporting.blocks import Block, Span, paragraph
from saferleeds_analysis.reporting.tables import table

_START = "start_here"
_ASIDE = "**For analysts; this cell is not on the published page.**"


def list_of_notebooks(folder: Path) -> Block:
    """List the notebooks of a folder as a table: a link, the first sentence of the cell for analysts, the parameters.

    A notebook without such a cell, or without parameters, is refused, as publishing it would be.
    """
    rows = []
    for path in sorted(folder.glob("*.ipynb")):
        if path.stem != _START:
            title, says = _first_cell(path)
            link = paragraph(Span(title, href=path.name))
            rows.append([link, says, ", ".join(declared_parameters(path))])
    columns = ["Notebook", "What it is", "Parameters"]
    return table(caption="The notebooks", columns=columns, rows=rows, text_columns=(1, 2))


def _first_cell(path: Path) -> tuple[str, str]:
    cell = read_notebook(path).cells[0]
    if cell.cell_type != "markdown" or "for-analysts" not in cell.metadata.get("tags", []):
        raise ValueError(f"{path.name}: its first cell is not the one for analysts.")
    heading, _, text = cell.source.partition("\n")
    words = " ".join(text.replace(_ASIDE, "").split())
    sentences = [
        s for s in re.split(r"(?<=[.?!]) ", words) if not s.startswith("Change the parameters below")
    ]
    return heading.lstrip("# ").strip(), sentences[0] if sentences else ""


def commands(quarter: str) -> Block:
    """Give the commands that publish a quarter: all of its pack, and one report card.

    >>> print(commands("2012/13 Q2").text.splitlines()[0])
    saferleeds report "2012/13 Q2"
    """
    lines = [
        f'saferleeds report "{quarter}"',
        f'saferleeds report "{quarter}" --indicator INDICATOR --area AREA',
        "saferleeds list",
    ]
    spans = [span for line in lines for span in (Span("\n"), Span(line, kind="code"))]
    return paragraph(*spans[1:])
