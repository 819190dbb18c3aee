"""What the words of a public pack tell of a count that it withholds: a row, a sentence, the description or the labels of a drawing.

The audit works out what follows from figures, and a number that no figure stands behind is none to it. Here whoever has the restricted
edition reads the public one as an intruder would: does anything that names what is withheld hold its number too? Word and PDF are made
of the same blocks and workbooks of figures, and a file that was changed since is found by its hash (docs/reliability.md).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from saferleeds_analysis.figures import Figure, Identity
from saferleeds_analysis.publishing.content import Content, read_content
from saferleeds_analysis.publishing.files import NOTEBOOK, in_reports
from saferleeds_analysis.reporting.blocks import Chart, Facts, Table, Words, cell_text

_LABELS_OF_DRAWING = re.compile(r">([^<>]+)</text>")


def told_in_words(public: Path, known: Mapping[Identity, Figure]) -> Iterator[tuple[str, Figure]]:
    """Give the reports of a public pack whose words tell a number of ``known``, the figures that it withholds, each with the figure."""
    for notebook in in_reports(public, NOTEBOOK) if known else ():
        said = list(_said(read_content(notebook.parent)))
        for figure in known.values():
            if any(one.tells(figure) for one in said):
                yield notebook.parent.name, figure


class Said(NamedTuple):
    """Words of a page: a cell with the head of its column, a sentence, a description; ``above`` is what they are about."""

    above: str
    text: str
    head: str = ""

    def tells(self, figure: Figure) -> bool:
        """Say whether the words name a figure, by its area, its period and its group, and hold its number.

        The number is so many of something or of the figure's unit; bare in a cell it is the figure's only under a head that says so.
        """
        group = dict(figure.qualifiers).get("group", "")
        names = [name for name in (figure.area, figure.period, group) if name and name != "all"]
        if not all(name in f"{self.above} {self.text}" for name in names):
            return False
        number = f"{figure.number:,.0f}"
        if self.text.strip() == number:
            return any(
                name and name.lower() in self.head.lower() for name in (figure.period, group, figure.unit)
            )
        return bool(re.search(rf"(?<![\d.,/]){number} (?:of\b|{re.escape(figure.unit)}\b)", self.text))


def _said(content: Content) -> Iterator[Said]:
    for block in content.everything:
        if isinstance(block, Table):
            for name, *cells in block.rows:
                above = f"{content.title} {block.caption} {cell_text(name)}"
                for head, cell in zip(block.columns[1:], cells, strict=True):
                    yield Said(f"{above} {head}", cell_text(cell), head)
        elif isinstance(block, Chart):
            above = f"{content.title} {block.headline} {block.subtitle}"
            labels = _LABELS_OF_DRAWING.findall(block.svg + block.narrow)
            yield from (Said(above, words) for words in (block.headline, block.alt, *labels))
        elif isinstance(block, Words):
            yield Said(content.title, block.text)
        elif isinstance(block, Facts):
            yield from (Said(f"{content.title} {name}", value.text, name) for name, value in block.pairs)
