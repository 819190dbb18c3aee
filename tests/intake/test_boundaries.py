"""Boundary files: read with their description, refused with every problem in one message, drawn in place of the tiles."""

import json

import pytest
from projects import REFERENCE, with_tables

from saferleeds_analysis import intake
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts
from saferleeds_analysis.reporting.counted import TWELVE_MONTH_COUNT

STATED = (
    'name_property = "WARD_NAME"\npublisher = "Ordnance Survey"\nlicence = "Open Government Licence v3.0"\n'
)


def put(root, content, stated=STATED):
    folder = root / "data" / "raw" / "boundaries"
    folder.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "leeds_2018.geojson").write_text(text, encoding="utf-8")
    if stated is not None:
        (folder / "leeds_2018.toml").write_text(stated, encoding="utf-8")


def read(root):
    return intake.boundaries(root, "leeds_2018", catalogue=load_catalogue(REFERENCE))


@pytest.fixture
def wards():
    """Give a made-up square for each ward."""
    names = [a.name for a in load_catalogue(REFERENCE).areas("leeds_2018") if a.kind == "ward"]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"WARD_NAME": name},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[i, 0], [i + 1, 0], [i + 1, 1], [i, 1], [i, 0]]],
                },
            }
            for i, name in enumerate(names)
        ],
    }


def test_a_project_without_boundaries_has_none(tmp_path):
    with_tables(tmp_path)
    assert read(tmp_path) is None


def test_each_ward_has_its_polygons_and_the_file_its_publisher(tmp_path, wards):
    put(tmp_path, wards)
    found = read(tmp_path)
    assert len(found.polygons) == 33
    assert found.publisher == "Ordnance Survey"
    first = wards["features"][0]["properties"]["WARD_NAME"]
    assert found.polygons[first][0][0][:2] == ((0.0, 0.0), (1.0, 0.0))


def changed(wards, change):
    change(wards["features"])
    return wards


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda f: f[3]["properties"].update(WARD_NAME="Armly"),
            "boundaries/leeds_2018.geojson, feature 4: unknown ward: 'Armly'. Did you mean 'Armley'?",
        ),
        (
            lambda f: f[1]["properties"].update(WARD_NAME=f[0]["properties"]["WARD_NAME"]),
            "boundaries/leeds_2018.geojson, feature 2: 'Adel & Wharfedale' is there twice.",
        ),
        (
            lambda f: f.pop(),
            "boundaries/leeds_2018.geojson: has no boundary for Wetherby of area set 'leeds_2018'.",
        ),
        (
            lambda f: f[0].update(properties={"name": "Armley"}),
            "boundaries/leeds_2018.geojson, feature 1: has no property 'WARD_NAME', only 'name'. Correct name_property.",
        ),
        (
            lambda f: f[0].update(geometry={"type": "Point", "coordinates": [0, 0]}),
            "boundaries/leeds_2018.geojson, feature 1: 'Adel & Wharfedale' is a Point, not a Polygon or MultiPolygon.",
        ),
        (
            lambda f: f[0]["geometry"].update(coordinates=[[["a", 0], [1, 0], [1, 1], [0, 1]]]),
            "boundaries/leeds_2018.geojson, feature 1: 'Adel & Wharfedale' has coordinates that are no pairs of numbers.",
        ),
        (
            lambda f: f[0]["geometry"].update(coordinates=[[[0, 0], [1, 0], [0, 0]]]),
            "boundaries/leeds_2018.geojson, feature 1: 'Adel & Wharfedale' has a ring of fewer than four points.",
        ),
    ],
)
def test_a_file_that_does_not_fit_its_area_set_is_refused(tmp_path, wards, change, message):
    put(tmp_path, changed(wards, change))
    with pytest.raises(DataProblem) as refused:
        read(tmp_path)
    assert str(refused.value) == message


def test_a_file_without_its_description_or_that_is_none_is_refused(tmp_path, wards):
    put(tmp_path, wards, stated=None)
    with pytest.raises(
        DataProblem, match=r"there is no boundaries/leeds_2018\.toml beside it\. Write it, with name_property"
    ):
        read(tmp_path)
    put(tmp_path, wards, stated='name_property = "WARD_NAME"\n')
    with pytest.raises(DataProblem, match="must state name_property"):
        read(tmp_path)
    put(tmp_path, "not json")
    with pytest.raises(DataProblem, match="cannot be read as GeoJSON"):
        read(tmp_path)
    put(tmp_path, {"type": "FeatureCollection", "features": []})
    with pytest.raises(DataProblem, match="holds no features"):
        read(tmp_path)


@pytest.mark.shared
def test_the_real_wards_of_2018_are_drawn_in_place_of_the_tiles(tmp_path, shared):
    put(tmp_path, (shared / "data" / "leeds_wards.geojson").read_text(encoding="utf-8"))
    found = read(tmp_path)
    figures = [
        Figure(indicator_id="x", area=name, window=Window("2014"), measure=TWELVE_MONTH_COUNT, value=value)
        for value, name in enumerate(sorted(found.polygons), start=1)
    ]
    block = charts.chart_of_boundaries(
        figures, boundaries=found.polygons, name="map", headline="h", subtitle="s"
    )
    assert block.text.count("Map of 33 areas in five classes.") == 1
    svg = block.html.split("<svg")[1].split("</svg>")[0]
    assert svg.count("<path") >= 33
    assert "33 E" in svg and "1 A" in svg
    assert len(block.html) < 300_000
