"""How every chart is drawn: one style, one palette, one way into a page.

Style: the Government Analysis Function's guidance on charts and accessible colour: at most four colours in a fixed
order, horizontal text, light gridlines, lines labelled directly. The same input gives the same bytes.
"""

import io
import itertools
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

DARK_BLUE, LIGHT_BLUE, PALE_BLUE = "#12436D", "#6BACE6", "#ADD1F1"
TEAL, ORANGE = "#28A197", "#F46A25"
GREY, MID_GREY, DARK_GREY = "#BFBFBF", "#6F777B", "#3D3D3D"

_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": 11,
    "text.color": "#0B0C0C",
    "axes.labelcolor": "#0B0C0C",
    "xtick.color": DARK_GREY,
    "ytick.color": DARK_GREY,
    "axes.edgecolor": DARK_GREY,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#E3E3E3",
    "axes.axisbelow": True,
    "svg.fonttype": "none",  # text stays text: small, sharp at any zoom, and the same on every machine
}


def style(name: str):
    """Give the context in which a chart of this name is drawn."""
    return mpl.rc_context({**sns.axes_style("whitegrid"), **_STYLE, "svg.hashsalt": name})


def svg_of(drawing: Drawing, name: str) -> str:
    """Give the drawing as SVG to stand inside a page: no fixed size, no metadata, ids that are unique on the page."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    drawing.savefig(buffer, format="svg", metadata=nothing)
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 (our own drawing, written a line above)
    for child in list(root):
        if child.tag.endswith("metadata"):
            root.remove(child)
    root.attrib.pop("width")
    root.attrib.pop("height")
    text = ElementTree.tostring(root, encoding="unicode")
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", text)
    return re.sub(r'((?:href="|url\()#)', rf"\g<1>{name}-", text)


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


def positions(months: pd.PeriodIndex) -> np.ndarray:
    """Give where months stand on a chart's axis."""
    return np.array([m.ordinal for m in months], dtype=float)


def label_years(ax, first: pd.Period, last: pd.Period) -> None:
    """Mark each January (or every month of a short series), as horizontal text."""
    months = pd.period_range(first, last, freq="M")
    marks = months if len(months) <= 14 else months[months.month == 1]
    ax.set_xticks(positions(marks), [m.strftime("%b\n%Y") for m in marks])
    ax.set_xlabel("")


def amounts_across(ax, show: Callable[[float], str]) -> None:
    """Set up an axis of amounts that run from left to right."""
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(lambda value, _: show(value))
    sns.despine(ax=ax, left=True)
