"""What the start page for JupyterLab shows: the notebooks of a folder, each by what its own first cell says of it."""

import re
from html import escape
from pathlib import Path

from saferleeds_analysis.publishing.notebooks import declared_parameters, read_notebook
from saferleeds_analysis.reporting.blocks import Block

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
            rows.append((path.name, title, says, ", ".join(declared_parameters(path))))
    html = "".join(
        f'<tr><th scope="row"><a href="{escape(name)}">{escape(title)}</a></th>'
        f"<td>{escape(says, quote=False)}</td><td>{escape(parameters)}</td></tr>"
        for name, title, says, parameters in rows
    )
    header = "".join(f'<th scope="col">{name}</th>' for name in ("Notebook", "What it is", "Parameters"))
    return Block(
        html=f"<table><caption>The notebooks</caption><thead><tr>{header}</tr></thead><tbody>{html}</tbody></table>",
        text="\n".join(
            f"{name}: {title}. {says} Parameters: {parameters}." for name, title, says, parameters in rows
        ),
    )


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
        f'saferleeds report "{quarter}" --indicator domestic_burglary --area NWL',
        "saferleeds list",
    ]
    text = "\n".join(lines)
    return Block(html=f"<pre>{escape(text, quote=False)}</pre>", text=text)
