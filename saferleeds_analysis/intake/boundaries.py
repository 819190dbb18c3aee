"""Boundaries that an analyst has: one GeoJSON file an area set, with a few lines beside it that say what it is.

    data/raw/boundaries/leeds_2018.geojson
    data/raw/boundaries/leeds_2018.toml      name_property = "WARD_NAME", publisher = "...", licence = "..."

Boundaries change (the wards of Leeds in 2004 and 2018), so a file must have exactly the wards of its area set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from saferleeds_analysis.catalogue import Catalogue, unknown
from saferleeds_analysis.door import read_json, read_toml
from saferleeds_analysis.intake.sources import inside_raw, is_text, raw_folder
from saferleeds_analysis.problems import DataProblem, refuse

_MOST_BYTES = 30_000_000
_STATED = ("name_property", "publisher", "licence")

#: A polygon is its outer ring and then its holes; a ring is a list of (longitude, latitude) or (easting, northing).
Polygon = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, kw_only=True)
class Boundaries:
    """The polygons of each area of a set, with who drew them and under which licence."""

    area_set: str
    polygons: Mapping[str, tuple[Polygon, ...]]
    publisher: str
    licence: str


def boundaries(root: Path, area_set: str, *, catalogue: Catalogue) -> Boundaries | None:
    """Read the boundaries of an area set; ``None`` if the project has none.

    Refused, every problem in one message: a file without its description, that is no GeoJSON of polygons, that names an area
    twice or one that the set does not have, or that lacks one.
    """
    path = raw_folder(root) / "boundaries" / f"{area_set}.geojson"
    name = f"boundaries/{path.name}"
    if not path.is_file():
        return None
    inside_raw(root, path)
    stated = _description(path.with_suffix(".toml"), name)
    content = read_json(
        path, name, "GeoJSON", most=_MOST_BYTES, cure="Use boundaries generalised for mapping."
    )
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise DataProblem(f"{name}: holds no features; it must be a GeoJSON FeatureCollection of polygons.")
    smallest = _smallest_areas(area_set, catalogue)
    found: dict[str, tuple[Polygon, ...]] = {}
    problems = []
    for number, feature in enumerate(features, start=1):
        try:
            area, polygons = _read(feature, stated["name_property"], smallest)
            if area in found:
                raise ValueError(f"{area!r} is there twice.")
            found[area] = polygons
        except ValueError as error:
            problems.append(f"{name}, feature {number}: {error}")
    missing = [area for area in smallest if area not in found]
    if missing and not problems:
        problems.append(f"{name}: has no boundary for {', '.join(missing)} of area set {area_set!r}.")
    refuse(problems)
    return Boundaries(
        area_set=area_set, polygons=found, publisher=stated["publisher"], licence=stated["licence"]
    )


def _description(path: Path, name: str) -> dict[str, str]:
    place = f"boundaries/{path.name}"
    wanted = ", ".join(f'{key} = "..."' for key in _STATED)
    if not path.is_file():
        raise DataProblem(f"{name}: there is no {place} beside it. Write it, with {wanted}.")
    table = read_toml(path, place)
    if set(table) != set(_STATED) or not all(map(is_text, table.values())):
        raise DataProblem(f"{place}: must state {wanted}, and nothing else.")
    return table


def _smallest_areas(area_set: str, catalogue: Catalogue) -> list[str]:
    return [a.name for a in catalogue.areas(area_set) if not catalogue.parts(area_set, a.name)]


def _read(feature: object, name_property: str, known: list[str]) -> tuple[str, tuple[Polygon, ...]]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    if name_property not in properties:
        raise ValueError(
            f"has no property {name_property!r}, only {', '.join(map(repr, properties)) or 'none'}. Correct name_property."
        )
    area = str(properties[name_property])
    if area not in known:
        raise ValueError(unknown("ward", area, known))
    return area, _polygons(area, feature.get("geometry"))


def _polygons(area: str, geometry: object) -> tuple[Polygon, ...]:
    if not isinstance(geometry, dict):
        raise ValueError(f"{area!r} has a geometry that is no object with type and coordinates.")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"{area!r} is a {kind}, not a Polygon or MultiPolygon.")
    given = [coordinates] if kind == "Polygon" else coordinates
    try:
        polygons = tuple(
            tuple(tuple((float(x), float(y)) for x, y, *_ in ring) for ring in polygon) for polygon in given
        )
    except (OverflowError, TypeError, ValueError):
        raise ValueError(f"{area!r} has coordinates that are no pairs of numbers.") from None
    rings = [ring for polygon in polygons for ring in polygon]
    if not rings or min(map(len, rings)) < 4:
        raise ValueError(f"{area!r} has a ring of fewer than four points.")
    if not np.isfinite(np.concatenate(rings)).all():
        raise ValueError(f"{area!r} has a coordinate that is not a number.")
    return polygons
