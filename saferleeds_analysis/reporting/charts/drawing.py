"""How every chart is drawn: one style, one palette, the axes and marks that charts share, one way into a page.

Style: the Government Analysis Function's guidance on charts and accessible colour: at most four colours in a fixed
order, horizontal text, light gridlines, lines labelled directly. The same input gives the same bytes.
"""

import io
import itertools
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from math import inf

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Chart, Figure, Table

DARK_BLUE, LIGHT_BLUE, PALE_BLUE = "#12436D", "#6BACE6", "#ADD1F1"
TEAL, ORANGE = "#28A197", "#F46A25"
GREY, MID_GREY, DARK_GREY, INK = "#BFBFBF", "#6F777B", "#3D3D3D", "#0B0C0C"
# All but white, so that the ground is told from white letters on a colour of their own.
GROUND, GRID = "#FEFEFE", "#E3E3E3"

# What a page in the dark draws otherwise, by the names of its style sheet; everywhere else it is drawn as written here.
_IN_THE_DARK = {
    DARK_BLUE: "dark-blue",
    LIGHT_BLUE: "light-blue",
    PALE_BLUE: "pale-blue",
    GREY: "grey",
    MID_GREY: "mid-grey",
    DARK_GREY: "dark-grey",
    INK: "ink",
    GROUND: "ground",
    GRID: "grid",
}

_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": DARK_GREY,
    "ytick.color": DARK_GREY,
    "axes.edgecolor": DARK_GREY,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": GRID,
    "figure.facecolor": GROUND,
    "axes.facecolor": GROUND,
    "axes.axisbelow": True,
    "svg.fonttype": "none",  # text stays text: small, sharp at any zoom, and the same on every machine
}


# How wide a chart is on a phone, in inches: its letters are 12 pixels high on one of 320 pixels.
_PHONE = 3.6
# What is long there, in letters, by the side on which a label begins; and how high a line is, in points.
_LONG_LABEL = {"left": 15, "right": 12}
_LINE = 12

# Marks a function that draws: its chart is made in this package's style, whatever the notebook has set.
in_our_style = mpl.rc_context({**sns.axes_style("whitegrid"), **_STYLE})


def one_axes(tall: float, *, wide: float = 9):
    """Give a drawing of so many inches and its only axes."""
    drawing = Drawing(figsize=(wide, tall), layout="constrained")
    return drawing, drawing.subplots()


def finish(
    drawing: Drawing,
    *,
    name: str,
    headline: str,
    subtitle: str,
    alt: str,
    data: Table | None = None,
    figures: Iterable[Figure] = (),
    shape: str = "wide",
) -> Chart:
    """Make the drawing a block of a page, with its words and the table of the data behind it.

    All but a map are drawn once more for phones, so narrow that the axis stays in view.
    """
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg_of(drawing, name),
        narrow=""
        if "map" in shape
        else _narrow(drawing, f"{name}-narrow", tallest=_PHONE if shape == "time" else inf),
        alt=alt,
        data=data,
        figures=tuple(figures),
        shape=shape,
    )


def _narrow(drawing: Drawing, name: str, *, tallest: float) -> str:
    """Draw it again as wide as a phone, long labels in two lines, marks across where they have room; empty where labels leave none."""
    drawing.set_size_inches(_PHONE, min(drawing.get_figheight(), tallest))
    for ax in drawing.axes:
        for words in ax.texts:
            side, text = words.get_ha(), words.get_text()
            if "\n" not in text and len(text) > _LONG_LABEL.get(side, len(text)):
                words.set_text("\n".join(text.rsplit(" ", 1)))
                if side == "right":  # over an area: clear of the line within it and of the axis
                    words.set_position(tuple(at + 1.5 * _LINE for at in words.xyann))
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="constrained_layout not applied")
        try:
            drawing.draw_without_rendering()
            for ax in drawing.axes:
                # A browser's letters may be wider than those by which this is laid out.
                if (key := ax.get_legend()) and key.get_window_extent().width > 0.85 * drawing.bbox.width:
                    key_above(ax, columns=1)
            drawing.draw_without_rendering()
            for ax in drawing.axes:
                _thin_out(ax)
                _move_ends_apart(ax, room=72 * ax.get_window_extent().height / drawing.dpi)
            return "" if _has_words_over_others(drawing) else svg_of(drawing, name)
        except UserWarning:
            return ""


def key_above(ax, *, columns: int = 2) -> None:
    """Say above the chart what its marks stand for."""
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, borderaxespad=0)


def _has_words_over_others(drawing: Drawing) -> bool:
    boxes = [
        words.get_window_extent()
        for ax in drawing.axes
        for words in (*ax.texts, *ax.get_yticklabels())
        if words.get_text()
    ]
    return any(
        min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3
        for a, b in itertools.combinations(boxes, 2)
    )


def _thin_out(ax) -> None:
    """Leave as many marks across as their words have room for, the last of them always."""
    limits = ax.get_xlim()
    seen = [text for text in ax.get_xticklabels() if limits[0] <= text.get_position()[0] <= limits[1]]
    if len(seen) < 2:
        return
    longest = max(text.get_window_extent().width for text in seen)
    places = ax.transData.transform([(text.get_position()[0], 0) for text in seen])[:, 0]
    every = -(-(longest + _LINE / 2) // np.diff(places).min())
    kept = seen[:: -int(max(every, 1))]
    ax.set_xticks([text.get_position()[0] for text in kept], [text.get_text() for text in kept])
    ax.set_xlim(limits)


def _move_ends_apart(ax, *, room: float) -> None:
    """Move the labels at the ends of lines apart again: what is so many points high is lower than before, and has two lines."""
    ends = [words for words in ax.texts if words.get_ha() == "left"]
    lines = max((words.get_text().count("\n") + 1 for words in ends), default=1)
    low, high = ax.get_ylim()
    heights = apart([words.xy[1] for words in ends], 1.2 * _LINE * lines * (high - low) / room)
    for words, height in zip(ends, heights, strict=True):
        words.xy = (words.xy[0], height)


def svg_of(drawing: Drawing, name: str) -> str:
    """Give the drawing as SVG to stand inside a page: no fixed size, no metadata, ids that are unique on the page."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context({"svg.hashsalt": name}):
        drawing.savefig(buffer, format="svg", metadata=nothing)
    # Without what stands before the picture, which is for files of their own.
    _, tag, inside = buffer.getvalue().partition("<svg ")
    text = tag + re.sub(r'(?:width|height)="[^"]+pt" ?', "", inside, count=2)
    for colour, name in _IN_THE_DARK.items():
        text = text.replace(colour.lower(), f"var(--chart-{name}, {colour.lower()})")
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", text)
    return re.sub(r'((?:href="|url\()#)', rf"\g<1>{name}-", text)


# Axes


def amounts_across(
    ax, names: Sequence[str], *, show: Callable[[float], str], limits: tuple[float, float], head: float = 0.6
) -> None:
    """Set up a row for each name, the first at the top, and amounts that run from left to right.

    ``head`` is the room above the first row, in rows.
    """
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -head)
    ax.set_xlim(*limits)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(lambda value, _: show(value))
    sns.despine(ax=ax, left=True)


def months_across(ax, *, room: float = 0.05, top: float = 0, marks: int = 7) -> None:
    """Set up months from left to right and counts from zero upwards, by what is drawn: call it when all of that is.

    Each January is marked (or every month of a short series), as horizontal text. ``room`` is what labels need to the right
    of the last month, as a share of all months; ``top`` an end of the scale that is not its own.
    """
    first, last = ax.dataLim.intervalx
    span = max(last - first, 1)
    months = pd.period_range(*(pd.Period(ordinal=int(at), freq="M") for at in (first, last)))
    marked = months if len(months) <= 14 else months[months.month == 1]
    ax.set_xticks(positions(marked), [m.strftime("%b\n%Y") for m in marked])
    ax.set_xlim(first - 0.03 * span, last + room * span)
    ax.set_ylim(0, top or 1.08 * max(ax.dataLim.y1, 1))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=marks))
    ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
    sns.despine(ax=ax, left=True)


def percent_upwards(ax, limits: tuple[float, float]) -> None:
    """Set up percentages from the bottom upwards."""
    ax.set_ylim(*limits)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    sns.despine(ax=ax, left=True)


def positions(months: pd.PeriodIndex) -> np.ndarray:
    """Give where months stand on a chart's axis."""
    return np.array([m.ordinal for m in months], dtype=float)


# Marks and labels


def line(ax, months: pd.Series, **look) -> None:
    """Draw a series of months as a line: a missing month is a gap, and keeps its room at either end."""
    x = positions(months.index)
    ax.plot(x, months.to_numpy(dtype=float, na_value=float("nan")), **look)
    ax.update_datalim([(x[0], 0), (x[-1], 0)])


def label(ax, text: str, at: tuple[float, float], *, beside: float = 0, above: float = 0, **how) -> None:
    """Write words so many points beside (to the right of) and above a place."""
    ax.annotate(text, at, xytext=(beside, above), textcoords="offset points", **how)


def label_ends(
    ax, labels: Sequence[tuple[float, str, str]], *, beside: float = 6, distance: float = 0.07
) -> None:
    """Label lines where the drawing ends, each by its height, its words and its colour, moved apart where they would meet.

    Call it when the axes are set up: ``distance`` is a share of their height.
    """
    low, high = ax.get_ylim()
    heights = apart([height for height, *_ in labels], distance * (high - low))
    for height, (_, text, colour) in zip(heights, labels, strict=True):
        label(ax, text, (ax.dataLim.x1, height), beside=beside, va="center", color=colour)


def apart(values: Sequence[float], distance: float) -> list[float]:
    """Move labels at the ends of lines up and down until they are a distance apart."""
    placed = sorted(range(len(values)), key=lambda i: values[i])
    moved = list(values)
    for lower, upper in itertools.pairwise(placed):
        short = distance - (moved[upper] - moved[lower])
        if short > 0:
            moved[lower] -= short / 2
            moved[upper] += short / 2
    return moved


def dots_in_rows(
    ax,
    rows: Sequence[tuple[str, Figure]],
    *,
    show: Callable[[float], str],
    focus: str = "",
    colours: tuple[str, str] = (DARK_BLUE, DARK_BLUE),
    head: float = 0.6,
    **how,
) -> None:
    """Draw one dot a row with its interval as a line where it has one, the first row at the top, each with its value.

    The row named ``focus`` has the second of the ``colours``, and a mark and letters of its own. ``how`` is about the values.
    """
    far = [f.value if f.upper is None else f.upper for _, f in rows]
    amounts_across(ax, [name for name, _ in rows], show=show, limits=(0, 1.2 * max(far) or 1), head=head)
    names = ax.get_yticklabels()
    for y, (name, f) in enumerate(rows):
        own = name == focus
        colour, weight = colours[own], "bold" if own else "normal"
        if f.lower is not None:
            ax.hlines(y, f.lower, f.upper, color=colour, linewidth=3 if own else 2)
        ax.plot(f.value, y, "D" if own else "o", color=colour, markersize=7)
        label(ax, show(f.value), (far[y], y), beside=8, va="center", fontweight=weight, **how)
        names[y].set_fontweight(weight)
