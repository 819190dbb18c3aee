"""Maps of areas: equal squares at their rough places, or real boundaries where an analyst has them.

Five classes, each with a colour of the sequential palette and a letter, from A (the lowest fifth) to E (the highest), and
the value itself on the map: nothing is said by colour alone. Areas are drawn, and their words written, in the order of the
rows of the table behind the map, by which a page's script finds them again.
"""

import textwrap
from collections.abc import Mapping, Sequence
from math import cos, radians

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure
from saferleeds_analysis.reporting.charts.drawing import DARK_GREY, finish, in_our_style
from saferleeds_analysis.reporting.tables import table

#: Letter, colour and lettering of each class, lightest first, the same by day and in the dark; of an area without a value, which
#: has no class.
_CLASSES = (
    ("A", "#ADD1F0", "black"),
    ("B", "#6BACE5", "black"),
    ("C", "#2073BC", "white"),
    ("D", "#12436E", "white"),
    ("E", "#092135", "white"),
)
_NO_CLASS = ("", "#FFFFFF", "black")
#: In points: 12 pixels on a page, where a map is 50rem wide or more (style.css).
_SMALLEST = 9.8

Rings = Sequence[Sequence[tuple[float, float]]]


@in_our_style
def chart_of_tiles(
    figures: Sequence[Figure],
    *,
    tiles: Mapping[str, tuple[int, int]],
    name: str,
    headline: str,
    subtitle: str,
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> Block:
    """Draw each area as an equal square at its row and column, with its value and the letter of its class.

    ``figures`` has one figure an area; ``tiles`` must place each of them. ``columns`` are further
    columns of the table: by heading, a text an area.
    """
    missing = [f.area for f in figures if f.area not in tiles]
    if missing:
        raise ValueError(
            f"no tile for {', '.join(missing)}: give each area a row and a column in area_tiles.csv."
        )
    figures = _highest_first(figures)
    rows, places = zip(*(tiles[f.area] for f in figures), strict=True)
    down = max(rows) - min(rows) + 1
    across = max(max(places) - min(places) + 1, 7)  # the key needs the room
    corners = {f.area: (tiles[f.area][1] - min(places), min(rows) - tiles[f.area][0] - 1) for f in figures}
    square = Path([(0, 0), (0.96, 0), (0.96, 0.96), (0, 0.96), (0, 0)], closed=True)
    shapes = {area: Path(square.vertices + corner, square.codes) for area, corner in corners.items()}
    drawing, ax = _sheet((-0.05, across), (-down - 0.5, 0.03))
    looks = _draw_areas(ax, figures, shapes, edge=DARK_GREY)
    for f in figures:
        (x, y), (letter, _, ink) = corners[f.area], looks[f.area]
        words = textwrap.fill(f.area, 12)
        ax.text(x + 0.05, y + 0.9, words, fontsize=_SMALLEST, color=ink, va="top", linespacing=1.15)
        ax.text(x + 0.05, y + 0.07, _value(f), fontsize=12.5, fontweight="bold", color=ink)
        ax.text(x + 0.9, y + 0.07, letter, fontsize=11, color=ink, ha="right")
    _draw_key(ax, figures, y=-down - 0.42, width=across, size=0.22)
    words = {"name": name, "headline": headline, "subtitle": subtitle}
    return _finish_map(drawing, "Tile map", figures, columns=columns or {}, **words)


@in_our_style
def chart_of_boundaries(
    figures: Sequence[Figure],
    *,
    boundaries: Mapping[str, Sequence[Rings]],
    name: str,
    headline: str,
    subtitle: str,
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> Block:
    """Draw each area with its real boundary, its value and the letter of its class.

    ``boundaries`` gives for each area its polygons; a polygon is its outer ring and then its holes, a ring a list of
    (longitude, latitude) or of (easting, northing).
    """
    missing = [f.area for f in figures if f.area not in boundaries]
    if missing:
        raise ValueError(f"no boundary for {', '.join(missing)}.")
    figures = _highest_first(figures)
    points = np.array(
        [p for f in figures for polygon in boundaries[f.area] for ring in polygon for p in ring]
    )
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    # Degrees of longitude are shorter than degrees of latitude; a national grid is true as it is.
    narrow = cos(radians((south + north) / 2)) if abs(points).max() <= 180 else 1.0
    width = (east - west) * narrow

    def flat(ring: Sequence[tuple[float, float]]) -> np.ndarray:
        return ((np.array(ring) - (west, south)) * (narrow, 1) / width).round(4)

    shapes = {
        f.area: Path.make_compound_path(
            *(Path(flat(ring), closed=True) for polygon in boundaries[f.area] for ring in polygon)
        )
        for f in figures
    }
    drawing, ax = _sheet((-0.005, 1.005), (-0.08, (north - south) / width + 0.005))
    looks = _draw_areas(ax, figures, shapes, edge="white")
    for f in figures:
        letter, _, ink = looks[f.area]
        _, x, y = max(_size_and_centre(flat(polygon[0])) for polygon in boundaries[f.area])
        how = {"fontsize": _SMALLEST, "fontweight": "bold", "color": ink, "ha": "center", "va": "center"}
        ax.text(x, y, f"{_value(f)} {letter}".rstrip(), **how)
    _draw_key(ax, figures, y=-0.06, width=1.0, size=0.04)
    words = {"name": name, "headline": headline, "subtitle": subtitle}
    return _finish_map(drawing, "Map", figures, columns=columns or {}, **words)


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


def _sheet(across: tuple[float, float], up: tuple[float, float]):
    """Give a drawing and the axes that fill it: nothing lies outside them, so no layout has to be worked out."""
    drawing = Drawing(figsize=(9, 9 * (up[1] - up[0]) / (across[1] - across[0])))
    ax = drawing.add_axes((0, 0, 1, 1), xlim=across, ylim=up, aspect="equal")
    ax.set_axis_off()
    return drawing, ax


def _draw_areas(
    ax, figures: Sequence[Figure], shapes: Mapping[str, Path], *, edge: str
) -> dict[str, tuple[str, str, str]]:
    """Fill each area with the colour of its class; give letter, colour and lettering by area."""
    classes = {area: _CLASSES[i] for area, i in classes_of(figures).items()}
    looks = {f.area: classes.get(f.area, _NO_CLASS) for f in figures}
    for area, (_, colour, _) in looks.items():
        ax.add_patch(PathPatch(shapes[area], facecolor=colour, edgecolor=edge, linewidth=0.7))
    return looks


def _draw_key(ax, figures: Sequence[Figure], *, y: float, width: float, size: float) -> None:
    """Draw the classes with their letters and the values they hold."""
    for i, (text, _) in _members(figures).items():
        letter, colour, _ = _CLASSES[i]
        x = i * width / len(_CLASSES)
        ax.add_patch(Rectangle((x, y), size, size, facecolor=colour, edgecolor=DARK_GREY, linewidth=0.6))
        ax.text(x + 1.3 * size, y + size / 2, f"{letter}  {text}", fontsize=10, va="center")


def _members(figures: Sequence[Figure]) -> dict[int, tuple[str, list[str]]]:
    """Give for each class that holds any areas the values it holds, in words, and its areas, the highest first."""
    classes = classes_of(figures)
    found = {}
    for i in sorted(set(classes.values())):
        members = [f for f in _highest_first(figures) if classes.get(f.area) == i]
        high, low = (wording.number(members[at].value) for at in (0, -1))
        found[i] = (low if low == high else f"{low} to {high}", [f.area for f in members])
    return found


def _highest_first(figures: Sequence[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda f: (1 if f.number is None else -f.value, f.area))


def _finish_map(
    drawing: Drawing,
    kind: str,
    figures: Sequence[Figure],
    *,
    columns: Mapping[str, Mapping[str, str]],
    subtitle: str,
    **words: str,
) -> Block:
    classes, ordered = classes_of(figures), _highest_first(figures)
    groups = [
        f"{_CLASSES[i][0]} ({text}): {', '.join(areas)}"
        for i, (text, areas) in reversed(_members(figures).items())
    ]
    none = [f.area for f in ordered if f.area not in classes]
    if none:
        groups.append(f"without a value: {', '.join(none)}")
    alt = f"{kind} of {len(figures)} areas in five classes. " + "; ".join(groups) + "."
    data = table(
        caption=f"Data of the map: {subtitle}",
        columns=["Area", "Value", "Class", *columns],
        rows=[
            [
                f.area,
                _value(f),
                _CLASSES[classes[f.area]][0] if f.area in classes else "none",
                *(column.get(f.area, "none") for column in columns.values()),
            ]
            for f in ordered
        ],
        text_columns=range(2, 3 + len(columns)),
    )
    return finish(drawing, subtitle=subtitle, alt=alt, data=data, shape="wide map", **words)


def _value(f: Figure) -> str:
    return f.value or "–" if f.number is None else wording.number(f.value)


def _size_and_centre(ring: np.ndarray) -> tuple[float, float, float]:
    """Give how large a ring is, and where its centre lies."""
    x, y = ring.T
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    size = cross.sum() / 2
    if not size:
        return 0.0, float(x.mean()), float(y.mean())
    across, up = ((v + np.roll(v, -1)) @ cross / (6 * size) for v in (x, y))
    return abs(float(size)), float(across), float(up)
