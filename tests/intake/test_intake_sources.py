"""Manifests: what an analyst states, and what is refused before any data is read."""

import re
from datetime import date
from pathlib import Path

import pytest

from saferleeds_analysis.intake.sources import read_source, source_folders
from saferleeds_analysis.problems import DataProblem

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['colour = "red"'], "'colour' is not known for shape 'monthly_extract'. Known: area_set, areas_not_counted, columns, columns_not_read, due_days, empty_means, encoding, files, footnotes_from, header_rows, id, layout, licence, month_format, newer_wins, notice, offence, owner, publisher, received, shape, sheet, status, title, total_rows."),
        (['forces = ["A"]'], "'forces' is not known for shape 'monthly_extract'. Known: area_set, areas_not_counted, columns, columns_not_read, due_days, empty_means, encoding, files, footnotes_from, header_rows, id, layout, licence, month_format, newer_wins, notice, offence, owner, publisher, received, shape, sheet, status, title, total_rows."),
        (['due_days = "20"'], "due_days is a number of days, such as 20, not '20'."),
        (["due_days = 0"], "due_days is a number of days, such as 20, not 0."),
        (['encoding = "latin-9000"'], "encoding 'latin-9000' is not known. Files saved by Excel on Windows are \"cp1252\"."),
        (['encoding = "hex"'], "encoding 'hex' is not known. Files saved by Excel on Windows are \"cp1252\"."),
        (['month_format = "%b"'], "month_format '%b' does not state both year and month. Write for example \"%b-%y\" for Feb-25, \"%m/%Y\" for 02/2025 or \"%d/%m/%Y\" for 01/02/2025."),
        (['notice = ""'], "notice is a text in quotes, not ''."),
        (["header_rows = [3]"], "header_rows says how a wide sheet is read: state layout = \"wide\" too."),
        (['layout = "wide"'], "header_rows is missing: layout = \"wide\" needs the rows of the header, such as header_rows = [3]."),
        (['layout = "tall"', "header_rows = [3]"], "layout is \"wide\" for months across the columns, not 'tall'; leave it out otherwise."),
        (['layout = "wide"', "header_rows = [3, 5]"], "header_rows is a list of neighbouring row numbers, such as [3] or [2, 3], not [3, 5]."),
        (['layout = "wide"', "header_rows = [3]", 'total_rows = ["Total"]'], "total_rows is a table of labels and what they total, \"above\" (the rows since the total before) or \"all\", such as total_rows = { \"Total\" = \"above\" }, not ['Total']."),
        (["sheet = 2"], "sheet is a text in quotes, not 2."),
        (["[columns]", '"Offences" = "number"'], "[columns] 'Offences' = 'number': our columns are month, area, offence, count."),
        (["[columns]", '"A" = "count"', '"B" = "count"'], "[columns] gives one of our columns twice."),
        (['columns = "count"'], "columns is a table of their names and ours, such as \"Offences\" = \"count\"."),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_used_is_refused(project, lines, message):
    project.rows("2012-09,Armley,Theft,7")
    project.manifest(*lines)
    assert project.refusal() == f"thefts/source.toml: {message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Thefts by ward"\n', "", "title is missing."),
        ("2012-10-05", '"2012-10-05"', "received is a day written without quotes, such as 2012-10-05, not '2012-10-05'."),
        ('id = "thefts"', 'id = "burglaries"', "id 'burglaries' is not the name of the folder, 'thefts'. Make them the same."),
        ('id = "thefts"', 'id = "../thefts"', "id '../thefts' may hold small letters, digits and _ only."),
        ('"monthly_extract"', '"weekly"', "shape is one of monthly_extract, police_uk_street, parts, cohort, cases, respondents, not 'weekly'."),
        ('"*"', '"../other/*.csv"', "files '../other/*.csv' must be a path inside data/raw, written with / and without '..'."),
        ('"*"', '"/etc/*"', "files '/etc/*' must be a path inside data/raw, written with / and without '..'."),
        ('"*"', '"C:/data/*.csv"', "files 'C:/data/*.csv' must be a path inside data/raw, written with / and without '..'."),
        ('"*"', '"*.xlsx"', "files = '*.xlsx' matches no file in data/raw/thefts. Put the files there, or correct the pattern."),
        ('"leeds_2004"', '"leeds_2005"', "unknown area set: 'leeds_2005'. Did you mean 'leeds_2004'?"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_wrong_is_refused(project, old, new, message):
    project.rows("2012-09,Armley,Theft,7")
    path = project.folder / "source.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert project.refusal() == f"thefts/source.toml: {message}"


def test_every_problem_of_a_manifest_comes_in_one_message(project):
    (project.folder / "source.toml").write_text('shape = "police_uk_street"\nfiles = 3\nforces = "West Yorkshire Police"\n', encoding="utf-8")  # fmt: skip
    assert project.refusal().splitlines() == [
        *(
            f"thefts/source.toml: {name} is missing."
            for name in (
                "id",
                "title",
                "publisher",
                "licence",
                "area_set",
                "lookup",
                "local_authority",
            )
        ),
        "thefts/source.toml: files is a text in quotes, not 3.",
        "thefts/source.toml: forces is a list of texts, such as forces = [\"...\"], not 'West Yorkshire Police'.",
    ]


def test_a_manifest_that_is_no_toml_is_refused(project):
    (project.folder / "source.toml").write_text("id = thefts\n", encoding="utf-8")
    assert re.fullmatch(
        r"thefts/source\.toml, line [0-9]+: cannot be read as TOML\. Text values stand in quotes, and each line is a name, = and its value\.",
        project.refusal(),
    )


def test_a_manifest_saved_by_notepad_is_read(project):
    path = project.folder / "source.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_source(project.folder).received == date(2012, 10, 5)


def test_a_folder_without_a_manifest_and_a_loose_file_are_refused(project):
    (project.folder / "source.toml").unlink()
    for known in ("lookups", "commentary"):
        (project.folder.parent / known).mkdir()
    (project.folder.parent / "README.md").write_text("how", encoding="utf-8")
    (project.folder.parent / "loose.CSV").write_text("month", encoding="utf-8")
    assert project.refusal().splitlines() == [
        "loose.CSV: lies loose in data/raw and would not be read. Put it in a folder with a source.toml.",
        "thefts: the folder has no source.toml, so nobody can say what it holds. Write one as data/raw/README.md shows, "
        "or move the folder out of data/raw.",
    ]


def test_a_link_that_leads_out_of_the_raw_folder_is_refused(project, tmp_path):
    outside = tmp_path / "elsewhere.csv"
    outside.write_text("month,area,offence,count\n2012-09,Armley,Theft,7\n", encoding="utf-8")
    try:
        (project.folder / "a.csv").symlink_to(outside)
    except OSError:
        pytest.skip("this system does not let the test make a link")
    assert project.refusal() == "a.csv lies outside the project's data/raw. Copy the file into it."


def test_a_place_that_is_no_project_is_refused(tmp_path):
    with pytest.raises(DataProblem, match=r"has no folder data/raw\. Is it the folder of the project\?$"):
        source_folders(tmp_path)


def test_the_manifests_of_the_guide_are_accepted(tmp_path):
    guide = (ROOT / "data" / "raw" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", guide, flags=re.MULTILINE)
    lines = ["\n".join(line[4:] for line in block.splitlines()).strip() for block in blocks]
    extract, optional, street = (
        next(text for text in lines if text.startswith(start))
        for start in ('id = "vehicle', "received", 'id = "police')
    )
    for name, text in (("vehicle_crime", f"{extract}\n{optional}"), ("police_uk", street)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "source.toml").write_text(text, encoding="utf-8")
    assert read_source(tmp_path / "vehicle_crime").columns == {"Ward name": "area", "Offences": "count"}
    assert read_source(tmp_path / "police_uk").forces == ("Our County Police",)
