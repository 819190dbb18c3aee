"""Maps of areas: equal squares at their rough places, or real boundaries where an analyst has them.

Five classes, each with a colour of the sequential palette and a letter, from A (the lowest fifth) to E (the highest), and
the value itself on the map: nothing is said by colour alone.
"""

import textwrap
from collections.abc import Mapping, Sequence
from math import cos, radians

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Chart, Figure
from saferleeds_analysis.reporting.charts.drawing import DARK_GREY, ORANGE, style, svg_of
from saferleeds_analysis.reporting.tables import table

#: Lightest first; the letters stand for the same classes.
_CLASSES = (("A", "#ADD1F1"), ("B", "#6BACE6"), ("C", "#2073BC"), ("D", "#12436D"), ("E", "#092135"))
_DARK_FROM = 2  # from this class on the lettering is white
_NO_VALUE = "#FFFFFF"

Rings = Sequence[Sequence[tuple[float, float]]]


def chart_of_tiles(
    figures: Sequence[Figure],
    *,
    tiles: Mapping[str, tuple[int, int]],
    name: str,
    headline: str,
    subtitle: str,
    focus: str = "",
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> Block:
    """Draw each area as an equal square at its row and column, with its value and the letter of its class.

    ``figures`` has one figure an area; ``tiles`` must place each of them. ``focus`` is outlined. ``columns`` are further
    columns of the table: by heading, a text an area.
    """
    missing = [f.area for f in figures if f.area not in tiles]
    if missing:
        raise ValueError(
            f"no tile for {', '.join(missing)}: give each area a row and a column in area_tiles.csv."
        )
    classes = classes_of(figures)
    north, west = (min(tiles[f.area][i] for f in figures) - 1 for i in (0, 1))
    placed = {f.area: (tiles[f.area][0] - north, tiles[f.area][1] - west) for f in figures}
    down, across = (max(at[i] for at in placed.values()) for i in (0, 1))
    across = max(across, 7)  # the key needs the room
    with style(name):
        # The axes fill the drawing: nothing lies outside them, so no layout has to be worked out.
        drawing = Drawing(figsize=(9, 9 * (down + 0.53) / (across + 0.05)))
        ax = drawing.add_axes((0, 0, 1, 1))
        for f in sorted(figures, key=lambda f: f.area == focus):  # the outlined tile is drawn last, on top
            row, column = placed[f.area]
            at = classes.get(f.area)
            own = f.area == focus
            ax.add_patch(
                Rectangle(
                    (column - 1, -row),
                    0.96,
                    0.96,
                    facecolor=_NO_VALUE if at is None else _CLASSES[at][1],
                    edgecolor=ORANGE if own else DARK_GREY,
                    linewidth=5 if own else 0.6,
                )
            )
            ink = "white" if at is not None and at >= _DARK_FROM else "#0B0C0C"
            label = "\n".join(textwrap.wrap(f.area, 12))
            ax.text(
                column - 0.95,
                -row + 0.9,
                label,
                fontsize=8.8,
                color=ink,
                va="top",
                ha="left",
                linespacing=1.15,
            )
            ax.text(
                column - 0.95, -row + 0.07, _value(f), fontsize=12.5, fontweight="bold", color=ink, ha="left"
            )
            if at is not None:
                ax.text(column - 0.1, -row + 0.07, _CLASSES[at][0], fontsize=11, color=ink, ha="right")
        _draw_key(ax, figures, classes, y=-down - 0.42, width=across)
        ax.set_xlim(-0.05, across)
        ax.set_ylim(-down - 0.5, 0.03)
        ax.set_aspect("equal")
        ax.set_axis_off()
        svg = svg_of(drawing, name)
    return _block(figures, classes, "Tile map", name, headline, subtitle, svg, focus, columns)


def chart_of_boundaries(
    figures: Sequence[Figure],
    *,
    boundaries: Mapping[str, Sequence[Rings]],
    name: str,
    headline: str,
    subtitle: str,
    focus: str = "",
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> Block:
    """Draw each area with its real boundary, its value and the letter of its class.

    ``boundaries`` gives for each area its polygons; a polygon is its outer ring and then its holes, a ring a list of
    (longitude, latitude) or of (easting, northing).
    """
    missing = [f.area for f in figures if f.area not in boundaries]
    if missing:
        raise ValueError(f"no boundary for {', '.join(missing)}.")
    classes = classes_of(figures)
    points = np.array(
        [p for f in figures for polygon in boundaries[f.area] for ring in polygon for p in ring]
    )
    west, south, east, north = *points.min(axis=0), *points.max(axis=0)
    # Degrees of longitude are shorter than degrees of latitude; a national grid is true as it is.
    narrow = cos(radians((south + north) / 2)) if abs(points).max() <= 180 else 1.0
    width = (east - west) * narrow

    def flat(ring: Sequence[tuple[float, float]]) -> np.ndarray:
        return np.array([((x - west) * narrow / width, (y - south) / width) for x, y in ring]).round(4)

    height = (north - south) / width
    with style(name):
        drawing = Drawing(figsize=(9, 9 * (height + 0.085) / 1.01))
        ax = drawing.add_axes((0, 0, 1, 1))
        for f in sorted(figures, key=lambda f: f.area == focus):
            at, own = classes.get(f.area), f.area == focus
            paths = [
                Path.make_compound_path(*(Path(flat(ring), closed=True) for ring in polygon))
                for polygon in boundaries[f.area]
            ]
            ax.add_collection(
                PatchCollection(
                    [PathPatch(path) for path in paths],
                    facecolor=_NO_VALUE if at is None else _CLASSES[at][1],
                    edgecolor=ORANGE if own else "white",
                    linewidth=4 if own else 0.8,
                )
            )
        for f in figures:
            at = classes.get(f.area)
            largest = max(
                (flat(polygon[0]) for polygon in boundaries[f.area]), key=lambda ring: abs(_area(ring))
            )
            x, y = _centre(largest)
            ink = "white" if at is not None and at >= _DARK_FROM else "#0B0C0C"
            ax.text(
                x,
                y,
                f"{_value(f)}{'' if at is None else f' {_CLASSES[at][0]}'}",
                fontsize=8.5,
                color=ink,
                ha="center",
                va="center",
                fontweight="bold",
            )
        _draw_key(ax, figures, classes, y=-0.06, width=1.0, size=0.04)
        ax.set_xlim(-0.005, 1.005)
        ax.set_ylim(-0.08, height + 0.005)
        ax.set_aspect("equal")
        ax.set_axis_off()
        svg = svg_of(drawing, name)
    return _block(figures, classes, "Map", name, headline, subtitle, svg, focus, columns)


def classes_of(figures: Sequence[Figure]) -> dict[str, int]:
    """Give the class of each area that has a value: the fifth of the areas it falls in, the lowest 0; equal values alike.

    >>> from saferleeds_analysis.figures import Measure
    >>> from saferleeds_analysis.periods import Window
    >>> count = Measure(id="count", words="count", role="count")
    >>> def ward(name, value):
    ...     return Figure(measure=count, indicator_id="", area=name, window=Window("2012/13"), value=value)
    >>> classes_of([ward("A", 5), ward("B", 9), ward("C", 5), ward("D", 40), ward("E", 7), ward("F", "[c]")])
    {'A': 0, 'C': 0, 'E': 2, 'B': 3, 'D': 4}
    """
    known = sorted((f for f in figures if isinstance(f.value, int | float)), key=lambda f: (f.value, f.area))
    values = [f.value for f in known]
    return {f.area: 5 * values.index(f.value) // len(values) for f in known}


def _draw_key(
    ax, figures: Sequence[Figure], classes: Mapping[str, int], *, y: float, width: float, size: float = 0.22
) -> None:
    """Draw the classes with their letters and the values they hold."""
    for i, text in _ranges(figures, classes).items():
        x = i * width / 5
        ax.add_patch(
            Rectangle((x, y), size, size, facecolor=_CLASSES[i][1], edgecolor=DARK_GREY, linewidth=0.6)
        )
        ax.text(
            x + 1.3 * size, y + size / 2, f"{_CLASSES[i][0]}  {text}", fontsize=10, va="center", ha="left"
        )


def _ranges(figures: Sequence[Figure], classes: Mapping[str, int]) -> dict[int, str]:
    found = {}
    for i in range(len(_CLASSES)):
        values = [f.value for f in figures if classes.get(f.area) == i]
        if values:
            low, high = wording.number(min(values)), wording.number(max(values))
            found[i] = low if low == high else f"{low} to {high}"
    return found


def _block(figures, classes, kind, name, headline, subtitle, svg, focus, columns) -> Block:
    ordered = sorted(figures, key=lambda f: (-f.value if isinstance(f.value, int | float) else 1, f.area))
    groups = []
    for i, text in reversed(_ranges(figures, classes).items()):
        members = [f.area for f in ordered if classes.get(f.area) == i]
        groups.append(f"{_CLASSES[i][0]} ({text}): {', '.join(members)}")
    none = [f.area for f in ordered if f.area not in classes]
    if none:
        groups.append(f"without a value: {', '.join(none)}")
    alt = f"{kind} of {len(figures)} areas in five classes. " + "; ".join(groups) + "."
    if focus:
        alt += f" {focus} is outlined."
    columns = columns or {}
    data = table(
        caption=f"Data of the map: {subtitle}",
        columns=["Area", "Value", "Class", *columns],
        rows=[
            [
                f.area,
                _value(f),
                "none" if f.area not in classes else _CLASSES[classes[f.area]][0],
                *(column.get(f.area, "none") for column in columns.values()),
            ]
            for f in ordered
        ],
        text_columns=(2, *range(3, 3 + len(columns))),
    )
    return Chart(name=name, headline=headline, subtitle=subtitle, svg=svg, alt=alt, data=data)


def _value(f: Figure) -> str:
    if isinstance(f.value, int | float):
        return wording.number(f.value)
    return f.value or "–"


def _area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def _centre(ring: np.ndarray) -> tuple[float, float]:
    x, y = ring[:, 0], ring[:, 1]
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    area = cross.sum() / 2
    if not area:
        return float(x.mean()), float(y.mean())
    return (
        float(((x + np.roll(x, -1)) * cross).sum() / (6 * area)),
        float(((y + np.roll(y, -1)) * cross).sum() / (6 * area)),
    )
