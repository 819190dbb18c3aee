"""The first screen of a page: what it is about, the finding, the letter, three tiles, the chart of the question, and what to make of it.

Most readers read nothing else, so a page says here what it has to say; the rest of it says why.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Chart,
    Figure,
    Group,
    Listing,
    Span,
    Text,
    bullets,
    facts,
    heading,
    paragraph,
)

# A board reads a few caveats; the annex has all of them.
_CAVEATS_SHOWN = 4
# The first colour of charts, as the style of a page names it for the dark.
_LINE = "var(--chart-dark-blue, #12436d)"


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One headline number: what it is, the number as it is printed, a line below it, and a small drawing where there is one."""

    name: str
    value: str
    below: str | Text = ""
    drawing: Block = NOTHING
    figures: tuple[Figure, ...] = ()


def first_screen(
    *,
    about: str,
    above: Block = NOTHING,
    finding: str,
    notice: str = "",
    progress: Block = NOTHING,
    tiles: Iterable[Tile],
    chart: Block,
    said: Mapping[str, Listing],
) -> Block:
    """Lay out the first screen of a page, whose one first-level heading is its finding.

    ``about`` names measure, place and quarter above it, and is the page's title elsewhere. ``progress`` is the letter with its
    reason, ``chart`` that of the question, ``above`` a trail of the pages above this one. ``said`` are short lists under headings beside the chart; an empty one is left out.
    """
    boxes = [
        (
            tile.name,
            Group(
                blocks=(
                    paragraph(tile.value, figures=tile.figures, css_class="value"),
                    *([tile.drawing] if tile.drawing is not NOTHING else []),
                    *([paragraph(tile.below, css_class="small")] if tile.below else []),
                )
            ),
        )
        for tile in tiles
    ]
    lists = [part for name, items in said.items() if items.items for part in (heading(2, name), items)]
    return Group(
        kind="first-screen",
        blocks=(
            above,
            paragraph(about, css_class="eyebrow"),
            heading(1, finding),
            *([progress] if progress is not NOTHING else []),
            *([paragraph(notice, css_class="notice")] if notice else []),
            *([facts(boxes, kind="tiles")] if boxes else []),
            Group(kind="beside", blocks=(chart, Group(kind="said", blocks=tuple(lists)))),
        ),
    )


def links(named: Mapping[str, str]) -> Block:
    """Give a line of links by their words; one that leads nowhere is left out."""
    there = [paragraph(Span(words, href=href)) for words, href in named.items() if href]
    return bullets(there, kind="inline") if there else NOTHING


def in_links(names: Iterable[str], hrefs: Mapping[str, str]) -> Text:
    """Write names as a list in a sentence, each a link where a page is about it."""
    names = list(names)
    spans: list[str | Span] = []
    for number, name in enumerate(names):
        before = "" if number == 0 else " and " if number == len(names) - 1 else ", "
        spans += [before, Span(name, href=hrefs.get(name, ""))]
    return paragraph(*(span for span in spans if span != ""))


def caveats_in_short(lines: Iterable[str]) -> Listing:
    """Give the first sentence of each of the first four things that must be known before a figure is quoted."""
    first = [f"{line.partition('. ')[0].rstrip('.')}." for line in dict.fromkeys(lines)]
    return bullets(first[:_CAVEATS_SHOWN], kind="caveats")


def sparkline(
    values: Iterable[float], *, name: str, what: str, show: Callable[[float], str] = wording.number
) -> Chart:
    """Draw the course of a series from zero up, small and without axes, its last value marked: a number beside it says the level."""
    known = [float(value) for value in values if pd.notna(value)]
    alt = f"Small line chart of {what}, from {show(known[0])} to {show(known[-1])}."
    across, up = 100 / max(len(known) - 1, 1), 20 / (max(known) or 1)
    places = [(f"{across * n:.1f}", f"{20 - up * value:.1f}") for n, value in enumerate(known)]
    x, y = places[-1]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-3 -3 106 26" style="stroke: {_LINE}; stroke-width: 1.5">'
        f'<polyline points="{" ".join(map(",".join, places))}" style="fill: none"/>'
        f'<circle cx="{x}" cy="{y}" r="1.8" style="fill: {_LINE}"/></svg>'
    )
    return Chart(name=name, headline=alt, subtitle="", alt=alt, svg=svg, shape="spark")
