"""Monthly extracts: what is accepted, and the exact words of what is not."""

import io
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from projects import run

from saferleeds_analysis.intake import files, unread_files
from saferleeds_analysis.intake.ledger import read_provenance
from saferleeds_analysis.problems import DataProblem

MONTHS = ("2012-07", "2012-08", "2012-09")
SAVE_AS = "Open it in Excel and save it as 'CSV UTF-8 (Comma delimited)'."


def workbook(rows: list[list], *more_sheets: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in more_sheets:
        book.create_sheet(title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2012-09,Armley,Theft,-3", "column 'count': '-3' is negative. A count is 0 or more: ask what the correction belongs to."),
        ("2012-09,Armley,Theft,many", "column 'count': 'many' is not a number. Write the count in digits alone."),
        ("2012-09,Armley,Theft,2.5", "column 'count': '2.5' is not a whole number. Offences are counted whole."),
        ("2012-09,Armley,Theft,", "column 'count': is empty. Write the count, and 0 if there was none."),
        ('2012-09,Armley,Theft,"1,234"', "column 'count': '1,234' has a thousands separator. Write 1234, not 1,234."),
        ("2012-09,Armley,Theft, 5", "column 'count': ' 5' is not a number. Write the count in digits alone."),
        ("2012-09,Armley,Theft,99999999999999999999", "column 'count': '99999999999999999999' is more than England and Wales record in a year. Look at the row again."),
        ("2012-09,Armly,Theft,1", "column 'area': 'Armly' is not an area of area set 'leeds_2004'. Did you mean 'Armley'? Names must agree to the letter."),
        ("2012-09,ARMLEY ,Theft,1", "column 'area': 'ARMLEY ' is not an area of area set 'leeds_2004'. Did you mean 'Armley'? Names must agree to the letter."),
        ("2012-09,Wakefield Rural,Theft,1", "column 'area': 'Wakefield Rural' is not an area of area set 'leeds_2004'. Correct the name, or add the area to areas.csv in data/raw/reference."),
        ("2012-09,,Theft,1", "column 'area': is empty. Write the area's name."),
        ("2012-09,Armley,,1", "column 'offence': is empty. Write the offence."),
        ("2012-09,Armley,Theft ,1", "column 'offence': 'Theft ' has stray spaces or unseen characters. Take them out."),
        ("Sep-12,Armley,Theft,1", "column 'month': 'Sep-12' may be a month of a year or a day of a month. Write 2025-02 for February 2025, or state month_format = \"%b-%y\" in source.toml."),
        ("2012-13,Armley,Theft,1", "column 'month': '2012-13' is a financial year, not a month. Give one row a month, such as 2012-09."),
        ("2012/13,Armley,Theft,1", "column 'month': '2012/13' is a financial year, not a month. Give one row a month, such as 2012-09."),
        ("2012-00,Armley,Theft,1", "column 'month': '2012-00' is not a month. Write year and month, such as 2012-09, or state month_format in source.toml."),
        ("2012-09-01,Armley,Theft,1", "column 'month': '2012-09-01' is a day, not a month. Write the month as text, such as 2012-09 (Excel turns a typed Feb-25 into 25 February of the current year)."),
        ("1012-09,Armley,Theft,1", "column 'month': '1012-09' is before 1950. Look at the year again."),
        ("2012-10,Armley,Theft,1", "column 'month': '2012-10' had not ended on 5 October 2012, when the data was received. Take the row out, or correct received in source.toml."),
        (",Armley,Theft,1", "column 'month': is empty. Write the month, such as 2012-09."),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_stand_is_named_with_its_cure(project, row, message):
    project.rows("2012-08,Armley,Theft,7", row)
    assert project.refusal() == f"thefts/a.csv, row 3, {message}"


def test_every_problem_of_every_file_comes_in_one_message(project):
    project.rows("2012-08,Armly,Theft,-1", "2012-09,Armley,Theft,x")
    project.file("month;area;offence;count\n", "b.csv")
    project.rows("Feb-12,Armley,Theft,2", name="c.csv")
    assert [line.split(": ")[0] for line in project.refusal().splitlines()] == [
        "thefts/a.csv, row 2, column 'area'",
        "thefts/a.csv, row 2, column 'count'",
        "thefts/a.csv, row 3, column 'count'",
        "thefts/b.csv, row 1",
        "thefts/c.csv, row 2, column 'month'",
    ]


def test_a_long_list_of_problems_is_cut(project):
    project.rows(*(f"2012-09,Armley,Theft,x{number}" for number in range(1, 1031)))
    lines = project.refusal().splitlines()
    assert len(lines) == 21
    assert lines[19].startswith("thefts/a.csv, row 21, ")
    assert lines[20] == "and 1,010 more."


def test_a_month_that_is_there_twice_is_refused(project):
    project.rows("2012-09,Armley,Theft,7", "2012-09,Horsforth,Theft,7", "2012-09,Armley,Theft,8")
    assert project.refusal() == (
        "thefts/a.csv, row 4, column 'month': '2012-09' is there again for 'Armley', 'Theft' "
        "(first in thefts/a.csv, row 2). Keep one row a month, area and offence."
    )


def test_a_month_that_two_files_give_differently_is_refused(project):
    project.rows("2012-08,Armley,Theft,1", "2012-09,Armley,Theft,7")
    project.rows("2012-09,Armley,Theft,8", name="b.csv")
    assert project.refusal() == (
        "thefts/b.csv, row 2, column 'count': 8 for '2012-09', 'Armley', 'Theft', but 7 in thefts/a.csv, row 3. Ask which "
        "file is right, and move the other out of data/raw, or ask for it without these months. Where a file that reaches to "
        "a later month revises the older one, state newer_wins = true in source.toml."
    )


def test_a_newer_file_revises_an_older_one_where_the_manifest_says_so_and_never_silently(project):
    project.manifest("newer_wins = true")
    project.rows("2012-07,Armley,Theft,20", "2012-08,Armley,Theft,30", "2012-08,Horsforth,Theft,5", "2012-07,Horsforth,Theft,6", name="b_old.csv")  # fmt: skip
    project.rows("2012-07,Armley,Theft,20", "2012-08,Armley,Theft,33", "2012-09,Armley,Theft,7", "2012-07,Horsforth,Theft,6", "2012-08,Horsforth,Theft,5", "2012-09,Horsforth,Theft,4", name="a_new.csv")  # fmt: skip
    (provenance,) = project.build()
    counts = project.counts()
    assert counts.series("Armley").tolist() == [20, 33, 7]
    assert counts.rows("Armley", pd.period_range("2012-08", "2012-08", freq="M"))[0].file.endswith(
        "a_new.csv"
    )
    (revision,) = provenance.revisions
    assert str(revision) == (
        "thefts/a_new.csv revises thefts/b_old.csv: Theft, ward: 1 months (2012-08) changed in Armley; all counts in both "
        "files add up to 61 in the older and 64 in the newer, which is used."
    )
    assert (provenance.rows_in, provenance.rows_refused, provenance.rows_out) == (10, 4, 6)
    assert [(r.month, r.reason, r.rows) for r in provenance.refused] == [
        ("2012-08", "revised by thefts/a_new.csv", 1),
        ("2012-07", "the same count stands in thefts/a_new.csv", 2),
        ("2012-08", "the same count stands in thefts/a_new.csv", 1),
    ]
    assert read_provenance(project.processed / "thefts.provenance.json") == provenance
    (project.root / "notebooks").mkdir()
    for _ in range(2):  # at each run, not only at the one that reads the files
        assert str(revision) in run(project.root, "data").stdout.splitlines()


def test_of_two_files_that_reach_as_far_none_is_newer_and_a_file_that_says_a_month_twice_is_refused(project):
    project.manifest("newer_wins = true")
    project.rows("2012-09,Armley,Theft,7")
    project.rows("2012-09,Armley,Theft,8", name="b.csv")
    assert project.refusal().startswith("thefts/b.csv, row 2, column 'count': 8 for '2012-09', 'Armley'")
    project.rows("2012-09,Armley,Theft,7", "2012-09,Armley,Theft,7", name="b.csv")
    assert project.refusal().startswith("thefts/b.csv, row 3, column 'month': '2012-09' is there again")


def test_newer_wins_is_true_or_false(project):
    project.manifest('newer_wins = "yes"')
    assert project.refusal() == (
        "thefts/source.toml: newer_wins is true or false, without quotes, not 'yes'."
    )


def test_a_month_that_one_file_has_twice_is_refused_beside_another_that_has_it(project):
    project.rows("2012-09,Armley,Theft,7")
    project.rows("2012-08,Armley,Theft,7", "2012-08,Armley,Theft,7", name="b.csv")
    assert project.refusal() == (
        "thefts/b.csv, row 3, column 'month': '2012-08' is there again for 'Armley', 'Theft' "
        "(first in thefts/b.csv, row 2). Keep one row a month, area and offence."
    )


def test_months_that_two_files_give_alike_are_counted_once_and_accounted_for(project):
    project.rows("2012-08,Armley,Theft,1", "2012-09,Armley,Theft,7")
    project.rows("2012-07,Armley,Theft,3", "2012-08,Armley,Theft,1", "2012-09,Armley,Theft,7", name="b.csv")
    (provenance,) = project.build()
    counts = project.counts()
    assert counts.series("Armley").tolist() == [3, 1, 7]
    assert counts.caveats == ()
    assert (provenance.rows_in, provenance.rows_refused, provenance.rows_out) == (5, 2, 3)
    assert [(r.file, r.month, r.reason, r.rows) for r in provenance.refused] == [
        ("thefts/b.csv", month, "the same count stands in thefts/a.csv", 1)
        for month in ("2012-08", "2012-09")
    ]
    assert provenance.notes == (
        "thefts/b.csv: 2 rows repeat thefts/a.csv with the same counts, and are counted once.",
    )


def test_a_new_quarters_file_beside_the_old_one_is_read_without_a_word_in_the_manifest(project):
    """Neither files nor received need be stated: all data files of the folder are read, in whatever folder of it they are."""
    manifest = project.folder / "source.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(
        text.replace('files = "*"\n', "").replace("received = 2012-10-05\n", ""), encoding="utf-8"
    )
    project.file("How it came", "README.md")
    project.rows("2012-09,Armley,Theft,7")
    assert project.build()[0].months == ("2012-09",)
    project.rows("2012-10,Armley,Theft,5", "2012-11,Armley,Theft,4", name="2012-13_Q3/thefts.csv")
    assert project.build()[0].months == ("2012-09", "2012-10", "2012-11")
    assert unread_files(project.root, project.catalogue) == []
    project.file(b"\xd0\xcf\x11\xe0", "q4.xls")
    with pytest.raises(DataProblem, match=r"^thefts/q4\.xls: is an old or a password-protected Office file"):
        project.build()


def test_without_the_day_of_receipt_a_month_that_has_not_ended_today_is_refused(project):
    manifest = project.folder / "source.toml"
    text = manifest.read_text(encoding="utf-8").replace("received = 2012-10-05\n", "")
    manifest.write_text(text, encoding="utf-8")
    this_month = date.today().strftime("%Y-%m")
    project.rows("2012-09,Armley,Theft,7", f"{this_month},Armley,Theft,7")
    assert project.refusal() == (
        f"thefts/a.csv, row 3, column 'month': '{this_month}' has not ended yet. Take the row out."
    )


def test_a_folder_without_a_data_file_is_refused(project):
    manifest = project.folder / "source.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('files = "*"\n', ""), encoding="utf-8")
    project.file("x", "notes.docx")
    assert project.refusal() == (
        "thefts: has no data file (.csv, .xls, .xlsx, .xlsm, .zip). Put the files there."
    )


def test_a_month_that_no_area_has_is_a_gap(project):
    project.rows(
        "2012-06,Armley,Theft,7", "2012-08,Armley,Theft,7", "2012-06,Pudsey,Theft,7", "2012-08,Pudsey,Theft,7"
    )
    assert project.refusal() == (
        "thefts: 2012-07 is missing for every area of kind 'ward', 'Theft', though the months run from 2012-06 to "
        "2012-08. Add its rows (0 where there was none)."
    )  # fmt: skip


@pytest.mark.parametrize("absent", MONTHS)
def test_a_month_that_one_ward_lacks_is_a_gap_wherever_it_lies(project, absent):
    rows = [f"{month},{ward},Theft,7" for month in MONTHS for ward in ("Armley", "Horsforth")]
    rows.remove(f"{absent},Horsforth,Theft,7")
    project.rows(*rows)
    assert project.refusal() == (
        f"thefts: {absent} is missing for 'Horsforth', 'Theft', though other areas of kind 'ward' have it. "
        "Add the row (0 if there was none)."
    )


def test_a_city_may_reach_back_further_than_its_wards(project):
    project.rows("2012-08,Leeds,Theft,90", "2012-09,Leeds,Theft,80", "2012-09,Armley,Theft,7")
    by_area = project.counts().by_area
    assert by_area["Leeds"].tolist() == [90, 80]
    assert by_area["Armley"].isna().tolist() == [True, False]


def test_an_offence_written_two_ways_is_refused(project):
    project.rows("2012-09,Armley,Theft,7", "2012-09,Horsforth,theft,7")
    assert project.refusal() == (
        "thefts/a.csv, row 3, column 'offence': 'theft' is also written 'Theft'. Write an offence one way."
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("month,area,count", "column 'offence' is missing; found 'month', 'area', 'count'. Add it, or name it in source.toml: [columns] \"Their name\" = \"offence\"."),
        ("month,area,offence,Count", "column 'count' is missing; found 'month', 'area', 'offence', 'Count'. Add it, or name it in source.toml: [columns] \"Their name\" = \"count\"."),
        ("month,area,offence,count,count", "column 'count' is there 2 times. Keep one."),
        ("month;area;offence;count", f"has semicolons between the columns, not commas. {SAVE_AS}"),
        ("month\tarea\toffence\tcount", f"has tabs between the columns, not commas. {SAVE_AS}"),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_read_is_refused(project, header, message):
    project.file(header + "\n2012-09,Armley,Theft,7\n")
    assert project.refusal() == f"thefts/a.csv, row 1: {message}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": is empty. Ask for the file again."),
        (b"\xef\xbb\xbf\r\n", ": is empty. Ask for the file again."),
        (b"month,area,offence,count\n", ": has a header and no rows. Ask for the file again."),
        (b"month,area,offence,count\n,,,\n\n", ": has a header and no rows. Ask for the file again."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", f": is not text, so it is not a CSV file. {SAVE_AS}"),
        (b"month\x00,area", f": is not text, so it is not a CSV file. {SAVE_AS}"),
        (b"PK\x03\x04 and so on", f": is a zip archive or an Excel workbook, not a CSV file. {SAVE_AS}"),
        (b"%PDF-1.7", f": is a PDF document, not a CSV file. {SAVE_AS}"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", f": is an old or a password-protected Office file, not a CSV file. {SAVE_AS}"),
        (b"<!doctype html><title>Sign in</title>", ": is a web page (HTML or XML), not a CSV file. Download the data itself."),
        ("month,area,offence,count\n".encode("utf-16"), f': is in UTF-16. {SAVE_AS} Or state encoding = "utf-16" in source.toml.'),
        (b'month,area,offence,count\n2012-09,"Armley,Theft,7\n', ", row 2: a quotation mark is opened and not closed. Close it, or take it out."),
        (b"month,area,offence,count\n2012-09,Armley,Theft,1,234\n", ", row 2: has 5 values where the header has 4. A comma inside a value (such as 1,234) must be taken out, or the value put in quotes."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(project, content, message):
    project.file(content)
    assert project.refusal() == f"thefts/a.csv{message}"


def test_latin_1_is_refused_with_the_cure_and_accepted_with_it(project):
    project.file("month,area,offence,count\n2012-09,Armley,Theft from café,7\n".encode("latin-1"))
    assert project.refusal() == (
        f"thefts/a.csv, row 2: a letter is not in UTF-8 (byte 0xE9). {SAVE_AS} "
        'Or, if it was saved by Excel on Windows as plain CSV, state encoding = "cp1252" in source.toml.'
    )
    project.manifest('encoding = "cp1252"')
    assert project.counts(offence="Theft from café").series("Armley").tolist() == [7]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(project):
    project.file(b"\xef\xbb\xbfmonth,area,offence,count\r\n2012-09,Armley,Theft,7\r\n")
    assert project.counts().series("Armley").tolist() == [7]


def test_a_byte_order_mark_is_proof_of_utf_8_whatever_the_manifest_says(project):
    project.manifest('encoding = "cp1252"')
    project.file("\ufeffmonth,area,offence,count\n2012-09,Armley,Café theft,7\n")
    assert project.counts(offence="Café theft").series("Armley").tolist() == [7]


@pytest.mark.parametrize(
    ("month_format", "written"),
    [("%b-%y", ("Jul-12", "Aug-12", "Sep-12")), ("%m/%Y", ("07/2012", "08/2012", "09/2012"))],
)
def test_another_form_of_month_is_read_once_it_is_stated(project, month_format, written):
    project.manifest(f'month_format = "{month_format}"')
    project.rows(*(f"{month},Armley,Theft,{n}" for n, month in enumerate(written)))
    series = project.counts().series("Armley")
    assert [str(month) for month in series.index] == list(MONTHS)
    assert series.tolist() == [0, 1, 2]


def test_with_a_stated_form_every_other_form_is_refused(project):
    project.manifest('month_format = "%d/%m/%Y"')
    project.rows("01/08/2012,Armley,Theft,1", "02/09/2012,Armley,Theft,1", "2012-09,Armley,Theft,1")
    why = "is not a month in the stated month_format '%d/%m/%Y', such as 01/09/2012."
    assert project.refusal() == (
        f"thefts/a.csv, row 3, column 'month': '02/09/2012' {why}\n"
        f"thefts/a.csv, row 4, column 'month': '2012-09' {why}"
    )


def test_row_numbers_are_those_of_the_spreadsheet(project):
    project.file('month,area,offence,count\n\n2012-09,"Armley","The\nft",7\n,,,\n2012-09,Armley,Theft,x\n')
    lines = project.refusal().splitlines()
    assert [line.split(",")[1] for line in lines] == [" row 3", " row 5"]
    assert "'The\\nft' has stray spaces or unseen characters" in lines[0]


def test_their_names_of_columns_are_read_once_they_are_mapped(project):
    project.manifest("[columns]", '"Ward name" = "area"', '"Offences" = "count"')
    project.file("month,Ward name,offence,Offences,Officer\n2012-09,Armley,Theft,7,A N Other\n")
    (provenance,) = project.build()
    assert provenance.notes == ("thefts/a.csv: columns not read: Officer.",)
    assert project.counts().series("Armley").tolist() == [7]


def test_a_mapped_column_that_is_not_there_is_named_as_they_call_it(project):
    project.manifest("[columns]", '"Offences" = "count"')
    project.rows("2012-09,Armley,Theft,7")
    project.file("month,area,offence,number\n2012-09,Armley,Theft,7\n")
    assert project.refusal() == (
        "thefts/a.csv, row 1: column 'count' (in source.toml: 'Offences') is missing; found 'month', 'area', "
        "'offence', 'number'. Add it, or name it in source.toml: [columns] \"Their name\" = \"count\"."
    )


def test_text_that_looks_like_a_formula_is_text(project):
    offence = '=HYPERLINK("http://example.org")'
    project.file('month,area,offence,count\n2012-09,Armley,"=HYPERLINK(""http://example.org"")",7\n')
    assert project.counts(offence=offence).series("Armley").tolist() == [7]


def test_too_many_rows_are_refused(project, monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    project.rows(*(f"{month},Armley,Theft,7" for month in MONTHS))
    assert project.refusal() == (
        "thefts/a.csv: has 3 rows, more than 2. Is it one row a month, area and offence?"
    )


def test_excel_months_may_be_text_or_dates_and_counts_numbers_or_digits(project):
    project.file(
        workbook(
            [
                ["month", "area", "offence", "count"],
                ["2012-07", "Armley", "Theft", 7],
                [date(2012, 8, 1), "Armley", "Theft", "8"],
                [datetime(2012, 9, 1), "Armley", "Theft", 9.0],
                [None, None, None, None],
            ]
        ),
        "a.xlsx",
    )
    series = project.counts().series("Armley")
    assert [str(month) for month in series.index] == list(MONTHS)
    assert series.tolist() == [7, 8, 9]


def test_excel_dates_are_read_beside_a_stated_form(project):
    project.manifest('month_format = "%b-%y"')
    header = ["month", "area", "offence", "count"]
    project.file(workbook([header, ["Aug-12", "Armley", "Theft", 1], [date(2012, 9, 1), "Armley", "Theft", 2]]), "a.xlsx")  # fmt: skip
    assert project.counts().series("Armley").tolist() == [1, 2]


def test_what_excel_makes_of_a_typed_month_is_refused(project):
    # Typed in 2012, Sep-11 becomes 11 September 2012.
    header = ["month", "area", "offence", "count"]
    rows = [[date(2012, 9, 11), "Armley", "Theft", 1], ["2012-08", "Armley", "Theft", True], ["2012-07", "Armley", "Theft", 1.5]]  # fmt: skip
    project.file(workbook([header, *rows]), "a.xlsx")
    assert project.refusal().splitlines() == [
        "thefts/a.xlsx, row 2, column 'month': '2012-09-11' is a day, not a month. Write the month as text, such as "
        "2012-09 (Excel turns a typed Feb-25 into 25 February of the current year).",
        "thefts/a.xlsx, row 3, column 'count': 'TRUE' is not a number. Write the count in digits alone.",
        "thefts/a.xlsx, row 4, column 'count': '1.5' is not a whole number. Offences are counted whole.",
    ]


def test_a_workbook_with_several_sheets_needs_one_named(project):
    rows = [["month", "area", "offence", "count"], ["2012-09", "Armley", "Theft", 7]]
    project.file(workbook(rows, "Notes"), "a.xlsx")
    assert project.refusal() == (
        "thefts/a.xlsx: has 2 sheets ('Sheet', 'Notes'). Name the one to read in source.toml, such as sheet = 'Sheet'."
    )
    project.manifest('sheet = "Data"')
    assert project.refusal() == (
        "thefts/a.xlsx: has no sheet 'Data'; it has 'Sheet', 'Notes'. Correct sheet in source.toml."
    )
    project.manifest('sheet = "Sheet"')
    assert project.counts().series("Armley").tolist() == [7]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty. Ask for the file again."),
        (b"month,area,offence,count\n", "cannot be read as an Excel workbook. Is it protected by a password, or another kind of file? Save it again as .xlsx."),
        (workbook([]), "is empty; the header must stand in row 1 of the sheet."),
        (workbook([[], ["month", "area", "offence", "count"]]), "is empty; the header must stand in row 1 of the sheet."),
    ],
)  # fmt: skip
def test_a_workbook_that_is_none_is_refused(project, content, message):
    project.file(content, "a.xlsx")
    assert (
        project.refusal().removeprefix("thefts/a.xlsx").removeprefix(", row 1").removeprefix(": ") == message
    )


def test_what_a_program_leaves_while_a_workbook_is_open_is_not_data(project):
    project.rows("2012-09,Armley,Theft,7")
    project.file(b"\x00\x01", "~$a.xlsx")
    project.file(b"lock", ".~lock.a.csv#")
    assert project.counts().series("Armley").tolist() == [7]


NOUGHTS_LEFT_OUT = ("2012-07,Armley,Theft,7", "2012-08,Horsforth,Drugs,2", "2012-09,Armley,Theft,5")


def test_noughts_that_are_left_out_are_0_where_the_manifest_says_so(project):
    project.rows(*NOUGHTS_LEFT_OUT, "2012-09,Horsforth,Theft,")
    project.manifest("empty_means = 0")
    (provenance,) = project.build()
    # An offence is 0 from its first month on in the months and areas that have rows of any; an empty cell is as good as no row.
    assert project.counts().by_area[["Armley", "Horsforth"]].to_dict("list") == {
        "Armley": [7, 0, 5],
        "Horsforth": [0, 0, 0],
    }
    assert project.counts(offence="Drugs").series("Armley").to_dict() == {
        pd.Period("2012-08"): 0,
        pd.Period("2012-09"): 0,
    }
    assert provenance.notes == ("7 counts that no row or an empty cell has are 0, as empty_means says.",)
    rows = project.counts().rows("Horsforth", pd.period_range("2012-07", "2012-07", freq="M"))
    assert [row.note for row in rows] == ["no row or an empty cell, which means 0"]


def test_noughts_that_are_left_out_are_gaps_where_it_does_not(project):
    project.rows(*NOUGHTS_LEFT_OUT)
    assert "thefts: 2012-08 is missing for every area of kind 'ward', 'Theft'" in project.refusal()


def test_a_month_of_which_nothing_is_there_stays_a_gap(project):
    project.rows("2012-07,Armley,Theft,7", "2012-09,Armley,Theft,5")
    project.manifest("empty_means = 0")
    assert project.refusal() == (
        "thefts: 2012-08 is missing for every area of kind 'ward', 'Theft', though the months run from 2012-07 to 2012-09. "
        "Add its rows (0 where there was none)."
    )


def test_offences_of_no_area_of_ours_are_in_no_sum_and_readers_are_told(project):
    project.rows("2012-09,Armley,Theft,7", "2012-09,Not known,Theft,12", "2012-09,Not known,Drugs,3")
    project.manifest('areas_not_counted = ["Not known"]')
    counts = project.counts()
    assert counts.by_area.columns.tolist() == ["Armley"]
    assert counts.caveats == (
        "12 records are not counted: recorded for 'Not known', which is not one of the areas counted here.",
    )
    assert (counts.provenance.rows_in, counts.provenance.rows_refused) == (3, 2)


def test_an_area_of_ours_cannot_be_left_out_of_the_counts(project):
    project.rows("2012-09,Armley,Theft,7")
    project.manifest('areas_not_counted = ["Armley"]')
    assert project.refusal() == (
        "thefts/source.toml: areas_not_counted names 'Armley', which is an area of area set 'leeds_2004'. "
        "Take it out of one of the two."
    )


def test_a_file_of_which_nothing_is_counted_is_refused(project):
    project.rows("2012-09,Not known,Theft,12")
    project.manifest('areas_not_counted = ["Not known"]')
    assert project.refusal() == (
        "thefts: has no count of an area of area set 'leeds_2004'. Ask for the file again."
    )


def test_months_across_the_columns_are_met_with_the_statement_that_reads_them(project):
    project.file("Ward,Crime,201208,201209\nArmley,Theft,7,5\n")
    assert project.refusal() == (
        "thefts/a.csv, row 1: the months stand across the columns ('201208', '201209'). State layout = \"wide\" and "
        "header_rows = [1] in source.toml; data/raw/README.md shows what else such a file may need."
    )
