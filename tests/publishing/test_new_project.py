"""What `saferleeds init` refuses and writes, and what `saferleeds new-quarter` lays out."""

import json
from dataclasses import replace
from datetime import date

import pytest

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import LOCAL_TABLES, load_catalogue, needed_columns, read_rows
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.doctor import table_faults
from saferleeds_analysis.publishing.new_project import (
    TABLES,
    Partnership,
    make_project,
)
from saferleeds_analysis.publishing.new_quarter import expected_files, write_commentary_templates
from saferleeds_analysis.unit_costs import OffenceMatch

QUARTER = periods.quarter("2026/27 Q2")
AREAS = 'name,kind,parent\nEast,division,\nMill Hill,ward,East\n"Old ""Town""",ward,East\n'


@pytest.fixture
def given(tmp_path):
    (tmp_path / "areas.csv").write_text(AREAS, encoding="utf-8")
    return Partnership(
        organisation='Safer "Otterbridge"',
        contact="Analysts \\ Council",
        area="Otterbridge",
        police="Otter Valley Police",
        areas=tmp_path / "areas.csv",
        offences=("Domestic burglary", "Town centre theft"),
    )


def test_names_with_quotes_and_backslashes_come_through_and_every_header_is_that_of_its_reader(
    given, tmp_path
):
    project = make_project(tmp_path / "new", given, today=date(2026, 7, 9))
    reference = project / "data/raw/reference"
    assert [a.name for a in load_catalogue(reference).areas("otterbridge")] == [
        "Otterbridge",
        "East",
        "Mill Hill",
        'Old "Town"',
    ]
    assert (reference / "project.toml").read_text(encoding="utf-8").splitlines()[
        1
    ] == 'organisation = "Safer \\"Otterbridge\\""'
    for name, kind in TABLES.items():
        header = (project / "data/raw" / name).read_text(encoding="utf-8").splitlines()[0]
        assert header == ",".join(needed_columns(kind))
    of_one_name = {name for name in LOCAL_TABLES if "*" not in name}
    assert {path.name for path in reference.iterdir()} == of_one_name | {"published_figures.csv"}
    card = json.loads((project / "notebooks/recorded_crime_card.ipynb").read_text(encoding="utf-8"))
    assert 'quarter: str = "2026/27 Q1"' in "".join(card["cells"][1]["source"])
    assert intake.unread_files(project, load_catalogue(reference)) == []


def test_all_faults_of_what_is_given_come_in_one_message_and_nothing_is_left(given, tmp_path):
    rows = "name,kind,parent\nEast ,division,\nMill Hill,Ward,West\nMill Hill,ward,East\n"
    given.areas.write_text(rows, encoding="utf-8")
    with pytest.raises(DataProblem) as refusal:
        make_project(tmp_path / "new", replace(given, contact="", offences=("Theft", "theft")))
    assert str(refusal.value).splitlines() == [
        "the contact is a line of text, without spaces around it; '' is not.",
        "two offences have the id 'theft'.",
        "areas.csv, row 2, column 'name': 'East ' is not a name. Write it without spaces around it.",
        "areas.csv, row 3, column 'kind': 'Ward' is not a kind of area. Write it in small letters, such as ward.",
        "area 'Mill Hill' is in area set 'otterbridge' twice.",
        "area 'Mill Hill' names 'West' as its whole, which is not in area set 'otterbridge'.",
        "area 'Mill Hill' names 'East' as its whole, which is not in area set 'otterbridge'.",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["areas.csv"]


def test_a_folder_that_is_not_empty_stays_as_it_is_and_a_failure_on_the_way_leaves_nothing(
    given, tmp_path, monkeypatch
):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"^the folder 'new' is not empty\. Name one that is not there yet\.$"
    ):
        make_project(tmp_path / "new", given)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["mine.txt"]
    # Two wards whose names are written alike in an address: found when all that was written is read again.
    given.areas.write_text("name,kind,parent\nOld Town,ward,\nOld-Town,ward,\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'ward-old-town' is there twice"):
        make_project(tmp_path / "other", given)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["areas.csv", "new"]


def test_a_quarter_is_laid_out_once_and_says_what_is_expected_of_whom_and_by_when(given, tmp_path):
    project = make_project(tmp_path / "new", given)
    catalogue = load_catalogue(project / "data/raw/reference")
    source = project / "data/raw/recorded_crime/source.toml"
    source.write_text(source.read_text(encoding="utf-8").replace("# due_days", "due_days"), encoding="utf-8")
    with (project / "data/raw/commentary/requests.csv").open("a", encoding="utf-8") as file:
        file.write(
            "2026/27 Q2,domestic_burglary,The council,Wardens,2026-10-31,\n2026/27 Q1,town_centre_theft,A,B,2026-07-31,\n"
        )

    [template] = write_commentary_templates(project, QUARTER, catalogue)

    assert template == project / "data/raw/commentary/2026-27_Q2/domestic_burglary.template.md"
    assert [(one.file, one.owner, one.due) for one in expected_files(project, QUARTER, catalogue)] == [
        ("data/raw/recorded_crime: the months of 2026/27 Q2", "Otter Valley Police", date(2026, 10, 20)),
        ("data/raw/commentary/2026-27_Q2/domestic_burglary.md", "Wardens, The council", date(2026, 10, 31)),
    ]
    assert intake.unread_files(project, catalogue) == []
    assert intake.commentary(project, QUARTER, "domestic_burglary") is None
    template.write_text("begun", encoding="utf-8")
    assert write_commentary_templates(project, QUARTER, catalogue) == []
    assert template.read_text(encoding="utf-8") == "begun"


def test_a_template_filled_in_is_read_and_one_without_its_day_is_refused(given, tmp_path):
    project = make_project(tmp_path / "new", given)
    with (project / "data/raw/commentary/requests.csv").open("a", encoding="utf-8") as file:
        file.write('2026/27 Q2,domestic_burglary,"The council: wardens",Wardens,2026-10-31,\n')
    [template] = write_commentary_templates(project, QUARTER, load_catalogue(project / "data/raw/reference"))
    page = template.with_name("domestic_burglary.md")
    text = template.read_text(encoding="utf-8").replace("## What we did\n", "## What we did\n\nPatrols.\n")
    page.write_text(text, encoding="utf-8")
    with pytest.raises(DataProblem, match="received must be a day such as 2012-10-05"):
        intake.commentary(project, QUARTER, "domestic_burglary")
    page.write_text(text.replace("received:", "received: 2026-10-20"), encoding="utf-8")
    read = intake.commentary(project, QUARTER, "domestic_burglary")
    assert (read.organisation, read.received) == ("The council: wardens", date(2026, 10, 20))


def test_a_commentary_asked_of_an_unknown_indicator_is_refused_wherever_the_tables_are_read(given, tmp_path):
    project = make_project(tmp_path / "new", given)
    with (project / "data/raw/commentary/requests.csv").open("a", encoding="utf-8") as file:
        file.write("2026/27 Q2,domestic_burglery,A,B,2026-10-31,\n2026/27 Q1,thefts,A,B,2026-07-31,\n")
    said = [
        "commentary/requests.csv, row 2, column 'indicator_id': unknown indicator: 'domestic_burglery'. "
        "Did you mean 'domestic_burglary'?",
        "commentary/requests.csv, row 3, column 'indicator_id': unknown indicator: 'thefts'. "
        "Known: domestic_burglary, town_centre_theft.",
    ]
    assert table_faults(project) == said
    catalogue = load_catalogue(project / "data/raw/reference")
    for read in (
        lambda: intake.build_processed(project, catalogue),
        lambda: expected_files(project, QUARTER, catalogue),
    ):
        with pytest.raises(DataProblem) as refusal:
            read()
        assert set(said) <= set(str(refusal.value).splitlines())


def test_capitals_make_no_other_offence_of_one_that_the_nation_values(given, tmp_path):
    project = make_project(tmp_path / "new", replace(given, offences=("Domestic Burglary",)))
    rows = read_rows(project / "data/raw/reference/offence_mapping.csv", OffenceMatch)
    assert {row.code for row in rows} == {"Domestic Burglary"}
    assert {row.offence for row in rows} == {"Burglary in a dwelling", "Domestic burglary"}
    assert "{indicator}-{area}-cost" in (project / "notebooks/run_list.toml").read_text(encoding="utf-8")


LOOKUP = """LSOA11CD,WD18CD,WD18NM,LAD18CD,LAD18NM
E01000001,E05000001,Mill Hill,E07000001,Otterbridge
E01000002,E05000001,Mill Hill,E07000001,Otterbridge
E01000003,E05000002,Quarry,E07000002,Pendle Bay
"""


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ("Otterbridge", ["Otterbridge/", "Mill Hill/Otterbridge"]),
        (
            "Otter Valley",
            [
                "Otter Valley/",
                "Otterbridge/Otter Valley",
                "Pendle Bay/Otter Valley",
                "Mill Hill/Otterbridge",
                "Quarry/Pendle Bay",
            ],
        ),
    ],
)
def test_areas_may_come_as_a_look_up_of_the_ons(given, tmp_path, area, expected):
    given.areas.write_text(LOOKUP, encoding="utf-8")
    project = make_project(tmp_path / "new", replace(given, area=area))
    areas = load_catalogue(project / "data/raw/reference").areas(area.lower().replace(" ", "_"))
    assert [f"{a.name}/{a.parent}" for a in areas] == expected
    assert [a.code for a in areas if a.name == "Mill Hill"] == ["E05000001"]


def test_a_look_up_of_the_nation_needs_the_name_of_the_authority(given, tmp_path):
    rows = "".join(f"E01{n:06},E05{n:06},Ward {n},E07{n:06},District {n}\n" for n in range(20))
    given.areas.write_text(LOOKUP + rows, encoding="utf-8")
    with pytest.raises(DataProblem) as refusal:
        make_project(tmp_path / "new", replace(given, area="Otterbrigde"))
    assert str(refusal.value) == (
        "areas.csv: holds 22 local authorities, and none is 'Otterbrigde'. Did you mean 'Otterbridge'? Name the area as the "
        "look-up does, or keep the rows of your authorities only."
    )
