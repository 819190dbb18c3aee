"""Files as they should never come: each with the reader that meets it and the place that its refusal must name.

They are written when they are needed; none is kept in the repository. ``test_hostile_files.py`` reads them all in one process,
``make hostile`` each in a process of its own, and takes its seconds and its memory.
"""

import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from projects import REFERENCE, with_tables

from saferleeds_analysis import intake
from saferleeds_analysis.area_tables import load_area_tables, load_group
from saferleeds_analysis.catalogue import load_catalogue, read_project
from saferleeds_analysis.documents import load_register
from saferleeds_analysis.intake.governance import read_answers, read_reasons
from saferleeds_analysis.periods import quarter
from saferleeds_analysis.publishing.run_list import read_run_list
from saferleeds_analysis.unit_costs import load_cost_tables

Q2 = quarter("2012/13 Q2")
TOMORROW = (date.today() + timedelta(days=2)).isoformat()
OVERRIDE = "\u202e"
Content = str | bytes | Callable[[Path], None]

HEADER = "month,area,offence,count\n"
ROW = "2012-09,Armley,Theft,7\n"
FIRST = 'title = "T"\npublisher = "P"\nlicence = "L"\nreceived = 2012-10-05\n'
EXTRACT = f'id = "thefts"\nshape = "monthly_extract"\narea_set = "leeds_2004"\n{FIRST}'
WIDE = EXTRACT + 'layout = "wide"\nheader_rows = [1]\nmonth_format = "%Y %b"\noffence = "Theft"\n'
SURVEY = (
    f'id = "survey"\nshape = "respondents"\narea_set = "leeds_2004"\nsingle_unit_strata = "adjust"\n{FIRST}'
    '[questions.asb]\n1 = "worse"\n2 = "same"\n'
)
STREETS = (
    f'id = "streets"\nshape = "police_uk_street"\narea_set = "leeds_2018"\n{FIRST}lookup = "lookups/a.csv"\n'
    'local_authority = "Leeds"\nforces = ["West Yorkshire Police"]\n'
)
PEOPLE = "quarter,area,stratum,cluster,weight,asb\n"
RECORDS = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)
RECORD = "1,2012-08,West Yorkshire Police,,,,,E01000001,Leeds 001A,Burglary,,\n"
LOOKUP = "LSOA11CD,WD18CD,WD18NM,LAD18NM\n"
FRONT = "organisation: O\nauthor: A\nreceived: 2012-10-12\nstatus: final\n"
BOUNDARY = 'name_property = "N"\npublisher = "P"\nlicence = "L"\n'
INDICATOR = "".join(
    f'{key} = "{value}"\n'
    for key, value in {
        "id": "x", "name": "X", "outcome": "o", "priority": "p", "why": "w", "unit": "offences", "improvement_direction":
        "decrease", "population": "p", "definition": "d", "source": "s", "offence": "o", "area_set": "leeds_2004",
    }.items()
)  # fmt: skip
AREAS = "area_set,name,kind,parent,code,basis\n"
TARGETS = "indicator_id,area,period,kind,comparison,value,set_on,agreed_by,source,note\n"


# What takes longer to write than to refuse.
SLOW = ("10 million cells", "3 million rows", "500 MB unpacked", "400 MB of spaces", "a text of 300 MB", "of 2 million rows", "of 50 MB")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One file: what is wrong with it, where it lies below ``data/raw``, what it holds, and the place that is to be named."""

    what: str
    reader: str
    file: str
    content: Content
    place: str
    manifest: str = ""

    def write(self, root: Path) -> None:
        """Write the file into a project, with what it needs beside it."""
        raw = with_tables(root) / "data" / "raw"
        beside = {"boundaries": ("boundaries/leeds_2018.toml", BOUNDARY)}.get(self.reader)
        if self.reader in ("thefts", "survey", "streets"):
            beside = (f"{self.reader}/source.toml", self.manifest)
        if self.reader == "streets":
            wards = [a for a in load_catalogue(REFERENCE).areas("leeds_2018") if a.kind == "ward"]
            rows = (f"E01{n:06},{w.code},{w.name},Leeds\n" for n, w in enumerate(wards))
            put(raw / "streets" / "2012-08-x-street.csv", RECORDS + RECORD)
            put(raw / "lookups" / "a.csv", LOOKUP + "".join(rows))
        for name, content in filter(None, (beside, (self.file, self.content))):
            put(raw / name, content)

    def read(self, root: Path) -> None:
        """Read the project as the command does."""
        READERS[self.reader](root)


def put(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if callable(content):
        content(path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def build(root: Path) -> None:
    intake.build_processed(root, load_catalogue(REFERENCE))


def tables(root: Path) -> None:
    folder = root / "data" / "raw" / "reference"
    read_project(folder)
    load_catalogue(folder)
    load_area_tables(folder)
    load_cost_tables(folder)
    load_register(folder)
    load_group("core_cities", folder)


READERS: dict[str, Callable[[Path], object]] = {
    "thefts": build,
    "survey": build,
    "streets": build,
    "tables": tables,
    "boundaries": lambda root: intake.boundaries(root, "leeds_2018", catalogue=load_catalogue(REFERENCE)),
    "commentary": lambda root: intake.commentary(root, Q2, "theft"),
    "requests": lambda root: intake.commentary_request(root, Q2, "theft"),
    "paper": lambda root: intake.paper(root, "x"),
    "reasons": read_reasons,
    "answers": lambda root: read_answers(root, Q2),
    "run list": lambda root: read_run_list(root / "notebooks"),
}


def sparse(size: int) -> Callable[[Path], None]:
    """Write a file of so many bytes that takes no room on the disk."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(HEADER.encode() + ROW.encode())
            os.truncate(file.fileno(), size)

    return write


def repeated(text: str, times: int, end: str = "", start: str = HEADER) -> Callable[[Path], None]:
    """Write a text again and again, without holding it."""

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(start)
            for _ in range(0, times, 1000):
                file.write(text * 1000)
            file.write(end)

    return write


def saved(rows: list, merged: tuple[str, ...] = (), sheets: int = 1) -> bytes:
    """Give a workbook as openpyxl saves it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for span in merged:
        book.active.merge_cells(span)
    for number in range(1, sheets):
        book.create_sheet(f"S{number}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PLAIN = saved([["month", "area", "offence", "count"], ["2012-09", "Armley", "Theft", 7]])
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_part(name: str, *pieces: tuple[str | bytes, int], drop: bool = False) -> Callable[[Path], None]:
    """Write a sound workbook with one part in the place of its own, made of pieces so many times each."""

    def write(path: Path) -> None:
        with (
            zipfile.ZipFile(io.BytesIO(PLAIN)) as sound,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made,
        ):
            for part in sound.namelist():
                if part != name:
                    made.writestr(part, sound.read(part))
            if not drop:
                with made.open(name, "w", force_zip64=True) as file:
                    for piece, times in pieces:
                        piece = piece.encode() if isinstance(piece, str) else piece
                        for done in range(0, times, 1000):
                            file.write(piece * min(1000, times - done))

    return write


def with_sheet(*pieces: tuple[str, int], after: str = "", before: str = "") -> Callable[[Path], None]:
    start, end = f'<worksheet xmlns="{MAIN}"><sheetData>', f"</sheetData>{after}</worksheet>"
    return with_part(SHEET, (before, 1), (start, 1), *pieces, (end, 1))


def with_rows(text: Callable[[int], str], numbers: range) -> Callable[[Path], None]:
    return with_sheet(("".join(map(text, numbers)), 1))


def cut(content: bytes, at: int) -> bytes:
    return content[:at]


def features(*geometries: object) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"properties": {"N": "Armley"}, "geometry": g} for g in geometries],
        }
    )


def text_cells(row: int, *cells: str) -> str:
    return f'<row r="{row}">' + "".join(
        f'<c r="{letter}{row}" t="inlineStr"><is><t>{cell}</t></is></c>' for letter, cell in zip("ABCDEFGH", cells, strict=False)
    ) + "</row>"  # fmt: skip


def of_extracts() -> list[tuple[str, Content, str]]:
    """Say what is wrong with a CSV file, what it holds and which place is named."""
    rows = {
        "a month that is none": ("Septober,Armley,Theft,7\n", "row 2, column 'month'"),
        "a month of the 13th": ("2012-13,Armley,Theft,7\n", "row 2, column 'month'"),
        "a month that has not ended": ("2012-10,Armley,Theft,7\n", "row 2, column 'month'"),
        "a month before 1950": ("0001-01,Armley,Theft,7\n", "row 2, column 'month'"),
        "a year of nine digits": ("999999999-01,Armley,Theft,7\n", "row 2, column 'month'"),
        "a month in other digits": ("２０１２-09,Armley,Theft,7\n", "row 2, column 'month'"),
        "an area of another place": ("2012-09,Bradford,Theft,7\n", "row 2, column 'area'"),
        "an area of 100,000 letters": (f"2012-09,{'A' * 100_000},Theft,7\n", "row 2, column 'area'"),
        "an area with a letter of another alphabet": ("2012-09,Аrmley,Theft,7\n", "row 2, column 'area'"),
        "an area with a space that is not seen": ("2012-09,Armley\u200b,Theft,7\n", "row 2, column 'area'"),
        "an offence with an unseen letter": ("2012-09,Armley,The\u200bft,7\n", "row 2, column 'offence'"),
        "an offence with a bell": ("2012-09,Armley,The\x07ft,7\n", "row 2, column 'offence'"),
        "no offence": ("2012-09,Armley,,7\n", "row 2, column 'offence'"),
        "a count of 5,000 digits": (f"2012-09,Armley,Theft,{'9' * 5000}\n", "row 2, column 'count'"),
        "a count that is negative": ("2012-09,Armley,Theft,-7\n", "row 2, column 'count'"),
        "a count that is infinite": ("2012-09,Armley,Theft,inf\n", "row 2, column 'count'"),
        "a count that is not a number": ("2012-09,Armley,Theft,nan\n", "row 2, column 'count'"),
        "a count with an exponent": ("2012-09,Armley,Theft,1e9\n", "row 2, column 'count'"),
        "a count in other digits": ("2012-09,Armley,Theft,٧\n", "row 2, column 'count'"),
        "a count that is a formula": ("2012-09,Armley,Theft,=1+1\n", "row 2, column 'count'"),
        "a row too long": ("2012-09,Armley,Theft,1,234\n", "row 2: has 5 values"),
        "a row too short": ("2012-09,Armley\n", "row 2: has 2 values"),
        "a row of 100,000 commas": ("," * 100_000 + "x\n", "row 2: has 100001 values"),
        "a value of 200,000 letters": (
            f'2012-09,Armley,"{"x" * 200_000}",7\n',
            "row 2: a value has more than",
        ),
        "a row that is there twice": (ROW + ROW, "row 3, column 'month'"),
        "a quote that is not closed": (
            ROW + '2012-08,"Armley,Theft,7\n' + ROW * 3,
            "row 3: a quotation mark",
        ),
        "a quote not closed above 1 MB": (
            ROW + '2012-08,"Armley,Theft,7\n' + ROW * 50_000,
            "row 3: a value has more than",
        ),
        "a value that goes on behind its quote": ('2012-09,"Armley"x,Theft,7\n', "row 2: a value goes on"),
        "a mark that turns the area round": (f"2012-09,{OVERRIDE}yelmrA,Theft,7\n", "row 2: holds '\\u202e'"),
        "a mark of another direction": (ROW + "2012-08,Armley,The\u2067ft,7\n", "row 3: holds '\\u2067'"),
        "a letter that is not in UTF-8": (b"2012-09,Armley,caf\xe9,7\n", "row 2: a letter is not in UTF-8"),
        "half a letter at the end": (b"2012-09,Armley,caf\xc3", "row 2: a letter is not in UTF-8"),
        "a nought among the letters": (b"2012-09,Armley,Th\x00ft,7\n", ": is not text"),
    }
    found = [
        (
            what,
            HEADER.encode() + (row.encode() if isinstance(row, str) else row),
            f"thefts/a.csv{', ' * (place[0] != ':')}{place}",
        )
        for what, (row, place) in rows.items()
    ]
    whole: dict[str, tuple[Content, str]] = {
        "8 GB that take no room": (sparse(8_000_000_000), ": is larger than 100 MB"),
        "99 MB of noughts": (sparse(99_000_000), ": is not text"),
        "a line of 20 million letters": (repeated("x", 20_000_000), ", row 2: is longer"),
        "20 million empty lines": (repeated("\n", 20_000_000), ": has more than 1,000,000 rows"),
        "30 million cells": (repeated("," * 60 + "\n", 500_000), ", row 201981: has more than 12,000,000 cells"),
        "90 MB of spaces": (repeated(" ", 90_000_000, start=""), ", row 1: is longer"),
        "an empty file": (b"", ": is empty"),
        "a byte-order mark alone": (b"\xef\xbb\xbf", ": is empty"),
        "a header alone": (HEADER, ": has a header and no rows"),
        "no header": (ROW, ", row 1: column"),
        "a column that is there twice": ("month,month,area,offence,count\n", ", row 1: column 'month' is there 2 times"),
        "semicolons": ("month;area;offence;count\n", ", row 1: has semicolons"),
        "tabs": ("month\tarea\toffence\tcount\n", ", row 1: has tabs"),
        "UTF-16": (HEADER.encode("utf-16"), ": is in UTF-16"),
        "UTF-32": (HEADER.encode("utf-32"), ": is in UTF-16"),
        "UTF-7": ("+AG0-onth,area,offence,count\n" + ROW, ", row 1: column 'month' is missing"),
        "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ": is not text"),
        "a PDF": (b"%PDF-1.7\n", ": is a PDF document"),
        "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), ": is an old"),
        "a workbook named .csv": (PLAIN, ": is a zip archive"),
        "a web page": ("<!doctype html><title>Sign in</title>", ": is a web page"),
        "a program": (b"\x7fELF\x02\x01\x01" + bytes(100), ": is not text"),
        "a compressed file": (b"\x1f\x8b\x08\x00" + bytes(100), ": is not text"),
    }  # fmt: skip
    found += [(what, content, f"thefts/a.csv{place}") for what, (content, place) in whole.items()]
    return found


def of_workbooks() -> list[tuple[str, Content, str]]:
    """Say what is wrong with a workbook, what it holds and which place is named."""
    head = (text_cells(1, "month", "area", "offence", "count"), 1)
    deep = 5_000
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in zip("abcdefgh", "bcdefghi", strict=True)
    )
    bomb = f'{doctype}]><worksheet xmlns="{MAIN}"><sheetData><row><c t="inlineStr"><is><t>&i;</t></is></c></row></sheetData></worksheet>'
    outside = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    return [
        ("one stray cell in the last place", with_sheet(head, ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', 1)), "cell XFD1048576"),
        ("one stray cell far below", with_sheet(head, ('<row r="1048576"><c r="D1048576"><v>1</v></c></row>', 1)), "row 1,048,576"),
        ("one stray cell far beside", with_sheet(head, ('<row r="2"><c r="XFD2"><v>1</v></c></row>', 1)), "cell XFD2"),
        ("a row numbered 900,000,000", with_sheet(head, ('<row r="900000000"><c r="A900000000"><v>1</v></c></row>', 1)), "row 900,000,000"),
        ("a cell numbered 900,000,000", with_sheet(head, ('<row r="2"><c r="A900000000"><v>1</v></c></row>', 1)), "cell A900000000"),
        ("a row of 5,000 digits", with_sheet(head, (f'<row r="{"9" * 5000}"><c/></row>', 1)), "thefts/a.xlsx"),
        ("a row numbered -1", with_sheet(head, ('<row r="-1"><c/></row>', 1)), "row -1"),
        ("a row numbered in words", with_sheet(head, ('<row r="two"><c/></row>', 1)), "thefts/a.xlsx"),
        ("a column that is none", with_sheet(head, ('<row r="2"><c r="ÄÖ2"/></row>', 1)), "thefts/a.xlsx"),
        ("20,000 rows reaching XFD", with_rows(lambda n: f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>', range(1, 20_001)), "cell XFD1 "),
        ("rows that go back", with_rows(lambda n: f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>', range(9, 1, -1)), "row 8 comes after"),
        ("one cell 100,000 times", with_sheet(('<row r="1">', 1), ('<c r="A1"/>', 100_000), ("</row>", 1)), "cell A1 comes after"),
        ("10 million cells", with_sheet((f"<row>{'<c/>' * 1000}</row>", 10_000)), "5,000,000 cells"),
        ("3 million rows", with_sheet(("<row><c/></row>", 3_000_000)), "row 1,048,577"),
        ("500 MB unpacked", with_sheet((" " * 1_000_000, 501)), "unpacks to more than 500 MB"),
        ("400 MB of spaces", with_sheet((" " * 1_000_000, 400)), "1,000,000 letters"),
        ("a text of 300 MB", with_sheet(('<row><c t="inlineStr"><is><t>', 1), ("x" * 1_000_000, 300), ("</t></is></c></row>", 1)), "1,000,000 letters"),
        ("a name of 50 MB", with_sheet(("<row ", 1), ("x" * 1_000_000, 50), ('="1"/>', 1)), "1,000,000 letters"),
        ("a remark of 50 MB", with_sheet(("<!--", 1), ("x" * 1_000_000, 50), ("-->", 1)), "1,000,000 letters"),
        ("5,000 deep", with_sheet(("<a>", deep), ("</a>", deep)), "50 deep"),
        ("a million styles", with_part("xl/styles.xml", (f'<styleSheet xmlns="{MAIN}"><cellXfs>', 1), ("<xf/>", 1_000_000), ("</cellXfs></styleSheet>", 1)), "xl/styles.xml"),
        ("a million shared texts", with_part("xl/sharedStrings.xml", (f'<sst xmlns="{MAIN}">', 1), ("<si><t>a</t></si>", 1_000_000), ("</sst>", 1)), "xl/sharedStrings.xml"),
        ("shared texts of 100 MB", with_part("xl/sharedStrings.xml", (f'<sst xmlns="{MAIN}">', 1), ("<si><t>" + "a" * 1000 + "</t></si>", 100_000), ("</sst>", 1)), "xl/sharedStrings.xml"),
        ("a million pieces in a cell", with_sheet(('<row><c t="inlineStr"><is>', 1), ("<r><t>a</t></r>", 1_000_000), ("</is></c></row>", 1)), "row 1 "),
        ("a million names", with_part("xl/workbook.xml", (f'<workbook xmlns="{MAIN}"><definedNames>', 1), ('<definedName name="a">x</definedName>', 1_000_000), ("</definedNames></workbook>", 1)), "xl/workbook.xml"),
        ("an entity bomb", with_part(SHEET, (bomb, 1)), "document type"),
        ("an entity from outside", with_part(SHEET, (outside, 1)), "document type"),
        ("an entity bomb in UTF-16", with_part(SHEET, (bomb.encode("utf-16"), 1)), "document type"),
        ("an entity bomb in its styles", with_part("xl/styles.xml", (bomb, 1)), "document type"),
        ("an entity bomb in its texts", with_part("xl/sharedStrings.xml", (bomb, 1)), "document type"),
        ("a sheet that breaks off", with_part(SHEET, (f'<worksheet xmlns="{MAIN}"><sheetData><row>', 1)), "an Excel workbook"),
        ("a sheet that is no XML", with_part(SHEET, ("month,area\n", 1)), "an Excel workbook"),
        ("an empty sheet part", with_part(SHEET, ("", 1)), "an Excel workbook"),
        ("no sheet part", with_part(SHEET, drop=True), "an Excel workbook"),
        ("no list of parts", with_part("[Content_Types].xml", drop=True), "an Excel workbook"),
        ("no book", with_part("xl/workbook.xml", drop=True), "an Excel workbook"),
        ("a list of parts that is none", with_part("[Content_Types].xml", ("<x/>", 1)), "an Excel workbook"),
        ("a book without sheets", with_part("xl/workbook.xml", (f'<workbook xmlns="{MAIN}"/>', 1)), "thefts/a.xlsx"),
        ("links that lead nowhere", with_part("xl/_rels/workbook.xml.rels", ("<x/>", 1)), "thefts/a.xlsx"),
        ("a text that is not there", with_sheet(head, ('<row r="2"><c r="A2" t="s"><v>99999</v></c></row>', 1)), "an Excel workbook"),
        ("a number that is none", with_sheet(head, ('<row r="2"><c r="A2"><v>seven</v></c></row>', 1)), "an Excel workbook"),
        ("a style that is not there", with_sheet(head, ('<row r="2"><c r="A2" s="99999"><v>1</v></c></row>', 1)), "thefts/a.xlsx"),
        ("a date of 100 million days", with_sheet(head, ('<row r="2"><c r="A2" t="d"><v>99999999-99-99</v></c></row>', 1)), "thefts/a.xlsx"),
        ("an error in a cell", saved([["month", "area", "offence", "count"], ["2012-09", "Armley", "Theft", "#REF!"]]), "row 2, column 'count'"),
        ("a count that is TRUE", saved([["month", "area", "offence", "count"], ["2012-09", "Armley", "Theft", True]]), "row 2, column 'count'"),
        ("a day for a month", saved([["month", "area", "offence", "count"], [date(2012, 9, 11), "Armley", "Theft", 1]]), "row 2, column 'month'"),
        ("a count of 1.5", saved([["month", "area", "offence", "count"], ["2012-09", "Armley", "Theft", 1.5]]), "row 2, column 'count'"),
        ("a formula without its value", saved([["month", "area", "offence", "count"], ["2012-09", "Armley", "Theft", "=1+1"]]), "row 2, column 'count'"),
        ("two sheets", saved([["month"]], sheets=2), "has 2 sheets"),
        ("nothing in it", saved([]), "row 1: is empty"),
        ("a header in row 2", saved([[], ["month", "area", "offence", "count"]]), "row 1: is empty"),
        ("a zip that breaks off", cut(PLAIN, 2_000), "an Excel workbook"),
        ("a zip whose end is gone", cut(PLAIN, len(PLAIN) - 30), "an Excel workbook"),
        ("a zip with another byte", PLAIN[:3_000] + b"\xff" + PLAIN[3_001:], "thefts/a.xlsx"),
        ("text named .xlsx", HEADER + ROW, "an Excel workbook"),
        ("an empty workbook file", b"", "is empty"),
        ("an old workbook named .xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), "an Excel workbook"),
        ("8 GB that take no room, named .xlsx", sparse(8_000_000_000), "larger than 100 MB"),
        ("10,000 parts", many_parts, "5,000 parts"),
        ("a zip within a zip", zipped({"a.xlsx": PLAIN}), "an Excel workbook"),
    ]  # fmt: skip


def many_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as made:
        for number in range(10_000):
            made.writestr(f"xl/media/{number}", b"")


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def of_wide() -> list[tuple[str, Content, str]]:
    """Say what is wrong with a workbook that has its months across."""
    head = (text_cells(1, "area", "2012 Aug", "2012 Sep"), 1)

    def spread(tag: str, ref: str) -> Callable[[Path], None]:
        return with_sheet(head, after=f'<{tag}s><{tag} ref="{ref}"/></{tag}s>')

    return [
        ("a cell merged over the whole sheet", spread("mergeCell", "A1:XFD1048576"), "A1:XFD1048576"),
        ("a merged cell of whole columns", spread("mergeCell", "A:XFD"), "A:XFD"),
        ("a link over the whole sheet", spread("hyperlink", "A1:XFD1048576"), "A1:XFD1048576"),
        ("a month that is none", saved([["area", "2012 Mud"], ["Armley", 1]]), "cell B1"),
        ("a count that is text", saved([["area", "2012 Aug"], ["Armley", "many"]]), "cell B2"),
        ("a count that is negative", saved([["area", "2012 Aug"], ["Armley", -1]]), "cell B2"),
        ("no column of areas", saved([["ward", "2012 Aug"], ["Armley", 1]]), "row 1: column 'area'"),
        ("no row of counts", saved([["area", "2012 Aug"]]), "row 1"),
        ("a total that is no area", saved([["area", "2012 Aug"], ["Armley", 1], ["Total", 1]]), "row 3, column 'area'"),
    ]  # fmt: skip


def of_surveys() -> list[tuple[str, Content, str]]:
    person = "2012/13 Q2,NWL,N,{cluster},{weight},{answer}\n"

    def people(*weights: str, answer: str = "1") -> str:
        return PEOPLE + "".join(
            person.format(cluster=n, weight=weight, answer=answer) for n, weight in enumerate(weights)
        )

    return [
        ("all weights 0", people("0", "0.0"), "every weight in 2012/13 Q2 is 0"),
        ("a weight that is negative", people("-1"), "row 2, column 'weight'"),
        ("a weight that is infinite", people("inf"), "row 2, column 'weight'"),
        ("a weight that is not a number", people("nan"), "row 2, column 'weight'"),
        ("a weight of 400 digits", people("9" * 400), "row 2, column 'weight'"),
        ("a weight of a billion", people("1000000000"), "row 2, column 'weight'"),
        ("no weight", people(""), "row 2, column 'weight'"),
        ("an answer that is not listed", people("1", answer="7"), "row 2, column 'asb'"),
        ("a quarter that is none", people("1").replace("2012/13 Q2", "2012/13 Q9"), "row 2, column 'quarter'"),
        ("a quarter that has not ended", people("1").replace("2012/13 Q2", "2099/00 Q1"), "row 2, column 'quarter'"),
        ("no stratum", people("1").replace(",N,", ",,"), "row 2, column 'stratum'"),
        ("a question that is not there", people("1").replace("asb", "other"), "row 1: column 'asb'"),
    ]  # fmt: skip


def of_streets() -> list[tuple[str, str, Content, str]]:
    """Say what is wrong with a street file or its look-up; where it lies comes second."""
    street, lookup = "streets/2012-08-x-street.csv", "lookups/a.csv"
    sound = LOOKUP + "E01000001,E05011384,Adel & Wharfedale,Leeds\n"
    return [
        ("a record too long", street, RECORDS + RECORD.replace("\n", ",,\n"), f"{street}, row 2"),
        ("a quote that is not closed", street, RECORDS + RECORD + RECORD.replace("1,", '"1,', 1), f"{street}, row 3"),
        ("a header of another table", street, "a,b\n1,2\n", f"{street}, row 1"),
        ("a nought among the records", street, RECORDS.encode() + b"1,\x00\n", f"{street}: is not text"),
        ("8 GB that take no room", street, sparse(8_000_000_000), f"{street}: is larger"),
        ("a mark that turns a place round", street, RECORDS + RECORD.replace("Leeds", OVERRIDE + "sdeeL"), f"{street}, row 2"),
        ("a code that is none", street, RECORDS + RECORD.replace("E01000001", "E1"), f"{street}, row 2"),
        ("a look-up with a row too long", lookup, sound + "E01000002,E05011384,Adel, & Wharfedale,Leeds\n", f"{lookup}, row 3: has 5 values"),
        ("a look-up with a row too short", lookup, sound + "E01000002\n", f"{lookup}, row 3: has 1 values"),
        ("a look-up whose rows are all too long", lookup, LOOKUP + "E01000001,E05011384,Adel & Wharfedale,Leeds,x\n" * 3, f"{lookup}, row 2: has 5 values"),
        ("a look-up of 2 million rows", lookup, repeated("E01000001,E05011384,A,Leeds\n", 2_000_000, start=LOOKUP), f"{lookup}: has more than"),
        ("a look-up with a quote that is not closed", lookup, sound + '"E01000002,E,A,Leeds\n', f"{lookup}, row 3: a quotation mark"),
        ("a look-up with a column twice", lookup, "LSOA11CD,LSOA11CD,WD18CD,WD18NM,LAD18NM\nE,E,W,A,Leeds\n", f"{lookup}, row 1: column 'LSOA11CD'"),
        ("a look-up that is another table", lookup, "a,b\n1,2\n", f"{lookup}, row 1"),
        ("a look-up that is empty", lookup, "", f"{lookup}: is empty"),
        ("a look-up that is a workbook", lookup, PLAIN, f"{lookup}: is a zip archive"),
        ("a look-up with a turned name", lookup, sound.replace("Adel", OVERRIDE + "ledA"), f"{lookup}, row 2: holds"),
    ]  # fmt: skip


def of_toml() -> list[tuple[str, Content, str]]:
    """Say what is wrong with any TOML file, what it holds, and what follows the file's name in the refusal."""
    return [
        ("a value without quotes", "id = thefts\n", ", line 1: cannot be read as TOML"),
        ("an end in the middle", 'id = "thefts"\nx = ', ", last line: cannot be read as TOML"),
        ("nested lists", "x = " + "[" * 100_000, ": cannot be read as TOML"),
        ("nested tables", "x = " + "{a=" * 50_000, ": cannot be read as TOML"),
        ("a name of 100,000 parts", "a." * 100_000 + "b = 1\n", ", line 1: a name has more than 20 parts"),
        ("a name of 100,000 parts in quotes", '"a".' * 100_000 + "b = 1\n", ", line 1: a name has more than 20 parts"),
        ("a table of 100,000 parts", "[" + "a." * 100_000 + "b]\n", ", line 1: a name has more than 20 parts"),
        ("a number of 5,000 digits", "x = " + "9" * 5_000 + "\n", ": cannot be read as TOML"),
        ("one name twice", "x = 1\nx = 2\n", ", line 2: cannot be read as TOML"),
        ("2 MB", "# " + "x" * 2_000_000, ": is larger than 1 MB"),
        ("8 GB that take no room", sparse(8_000_000_000), ": is larger than 1 MB"),
        ("a letter that is not in UTF-8", b"x = 1\ny = 'caf\xe9'\n", ", line 2: is not UTF-8"),
        ("UTF-16", "x = 1\n".encode("utf-16"), ", line 1: is not UTF-8"),
        ("noughts", b"\x00" * 100, ", line 1: cannot be read as TOML"),
        ("a mark that turns letters round", f'x = "{OVERRIDE}a"\n', ", line 1: holds '\\u202e'"),
        ("such a mark written out", 'x = 1\ny = "\\u202Ea"\n', ", line 2: holds"),
    ]  # fmt: skip


def of_tables() -> list[tuple[str, str, Content, str]]:
    """Say what is wrong with the tables of reference; which one comes second."""
    area, target = (
        "leeds_2004,{},ward,Leeds,,\n",
        "domestic_burglary,Leeds,2012/13,stretch,at most,{},{},,,\n",
    )
    sound = target.format(900, "2012-09-01")
    return [
        ("a file that nothing reads", "areas_old.csv", AREAS, "areas_old.csv: unknown table"),
        ("a table in Excel", "areas.xlsx", PLAIN, "areas.xlsx: unknown table"),
        ("a table of another name", "Targets (2).csv", TARGETS, "Targets (2).csv: unknown table"),
        ("a folder", "more/areas.csv", AREAS, "more: unknown table"),
        ("a table that is not known", "indicators.toml", f"[[indicater]]\n{INDICATOR}", "indicators.toml: 'indicater' is not known"),
        ("a position that is not known", "funding.toml", '[[positon]]\nid = "x"\n', "funding.toml: 'positon' is not known"),
        ("a tie that is not known", "disclosure.toml", "[[tye]]\n", "disclosure.toml"),
        ("a tie that is a number", "disclosure.toml", "tie = 5\n", "disclosure.toml"),
        ("a threshold that is text", "disclosure.toml", '[thresholds]\noffences = "x"\n', "disclosure.toml"),
        ("thresholds that are a list", "disclosure.toml", "thresholds = [1]\n", "disclosure.toml"),
        ("a tie without its parts", "disclosure.toml", '[[tie]]\nwhole = ["a"]\n', "disclosure.toml"),
        ("an indicator that is a number", "indicators.toml", "indicator = 5\n", "indicators.toml: each indicator"),
        ("indicators that are texts", "indicators.toml", 'indicator = ["x"]\n', "indicators.toml: each indicator"),
        ("a name that is a number", "indicators.toml", "[[indicator]]\n" + INDICATOR.replace('name = "X"', "name = 5"), "indicators.toml, indicator 1 (x): name"),
        ("a direction that is none", "indicators.toml", "[[indicator]]\n" + INDICATOR.replace("decrease", "sideways"), "indicators.toml, indicator 1 (x)"),
        ("an indicator with a turned name", "indicators.toml", "[[indicator]]\n" + INDICATOR.replace('"X"', f'"{OVERRIDE}X"'), "indicators.toml, line 3: holds"),
        ("answers that are numbers", "survey_questions.toml", '[[question]]\nindicator_id = "x"\ndefinition = "d"\nquestion = "q"\nanswers = [1]\nout_of = ["1"]\n', "survey_questions.toml, question 1"),
        ("a position that is a text", "funding.toml", 'position = "x"\n', "funding.toml: each position"),
        ("a season that is no TOML", "seasonal_specs.toml", "[x\n", "seasonal_specs.toml, line 1"),
        ("an area with a turned name", "areas.csv", AREAS + area.format(f"{OVERRIDE}yelmrA"), "areas.csv, row 2: holds"),
        ("a row too long", "areas.csv", AREAS + area.format("A,B"), "areas.csv, row 2: has 7 values"),
        ("rows that are all too long", "areas.csv", AREAS + area.format("A,B") * 3, "areas.csv, row 2: has 7 values"),
        ("a row too short", "areas.csv", AREAS + "x,y\n", "areas.csv, row 2: has 2 values"),
        ("a quote that is not closed", "areas.csv", AREAS + area.format('"A'), "areas.csv, row 2: a quotation mark"),
        ("a column twice", "areas.csv", AREAS.replace("name", "area_set"), "areas.csv, row 1: column 'area_set'"),
        ("an area that is its own whole", "areas.csv", AREAS + "x,A,ward,A,,\n", "area 'A'"),
        ("2 million rows", "areas.csv", repeated("x\n", 2_000_000, start=AREAS), "areas.csv"),
        ("8 GB that take no room", "areas.csv", sparse(8_000_000_000), "areas.csv: is larger"),
        ("a pipe in place of a table", "more_areas.csv", os.mkfifo, "more_areas.csv: unknown table"),
        ("a pipe in place of figures", "published_figures_more.csv", os.mkfifo, "published_figures_more.csv: is a folder, a pipe"),
        ("a table with a turned name", f"published_figures_{OVERRIDE}x.csv", TARGETS, "published_figures_\\u202ex.csv"),
        ("an empty table", "targets.csv", "", "targets.csv: is empty"),
        ("a letter that is not in UTF-8", "targets.csv", TARGETS.encode() + b"caf\xe9\n", "targets.csv, row 2: a letter"),
        ("a target that is not a number", "targets.csv", TARGETS + sound.replace("900", "nan"), "targets.csv, row 2: 'nan'"),
        ("a target that is infinite", "targets.csv", TARGETS + sound.replace("900", "inf"), "targets.csv, row 2: 'inf'"),
        ("a target of a billion digits", "targets.csv", TARGETS + sound.replace("900", "1e999999999"), "targets.csv, row 2: '1e999999999'"),
        ("a day that is none", "targets.csv", TARGETS + sound.replace("2012-09-01", "1 September"), "targets.csv, row 2: '1 September'"),
        ("a row below an empty one", "targets.csv", TARGETS + "\n" + sound.replace("900", "x"), "targets.csv, row 3: 'x'"),
        ("a place on the map that is infinite", "area_tiles.csv", "area_set,area,row,column,basis\nleeds_2004,Armley,inf,1,b\n", "area_tiles.csv, row 2: 'inf'"),
        ("a rate that is not a number", "group_core_cities.csv", "group,area,rate,known_from\ng,Leeds,nan,2013-04-30\n", "group_core_cities.csv, row 2: rate"),
        ("a group with a row too long", "group_core_cities.csv", "group,area,rate,known_from\ng,Leeds,1,2013-04-30,x\n", "group_core_cities.csv, row 2: has 5 values"),
        ("a project whose name is a list", "project.toml", "format = 3\norganisation = []\ncontact = 1\n", "project.toml"),
    ]  # fmt: skip


def of_boundaries() -> list[tuple[str, Content, str]]:
    square = [[0, 0], [1, 0], [1, 1], [0, 0]]
    shape = {"type": "Polygon", "coordinates": [square]}
    of_one = ", feature 1"
    return [
        ("a geometry that is a list", features([1, 2]), of_one),
        ("a geometry that is a text", features("Polygon"), of_one),
        ("a geometry that is true", features(True), of_one),
        ("no geometry", features(None), of_one),
        ("a point", features({"type": "Point", "coordinates": [0, 0]}), of_one),
        ("coordinates that are none", features(shape | {"coordinates": None}), of_one),
        ("coordinates that are a number", features(shape | {"coordinates": 7}), of_one),
        ("coordinates that are an object", features(shape | {"coordinates": {"a": 1}}), of_one),
        ("coordinates that are true", features(shape | {"coordinates": [[[True, None]] * 4]}), of_one),
        ("coordinates of 400 digits", features(shape | {"coordinates": [[[10**400, 0]] * 4]}), of_one),
        ("coordinates that are not numbers", features(shape).replace("[0, 0]", "[NaN, 0]"), of_one),
        ("coordinates that are infinite", features(shape).replace("[0, 0]", "[1e999, 0]"), of_one),
        ("a ring of three points", features(shape | {"coordinates": [square[1:]]}), of_one),
        ("a type that is a list", features(shape | {"type": ["Polygon"]}), of_one),
        ("properties that are a list", '{"features": [{"properties": [], "geometry": {}}]}', of_one),
        ("a feature that is a number", '{"features": [7]}', of_one),
        ("a ward that is a list", features(shape).replace('"Armley"', "[]"), of_one),
        ("features that are a text", '{"features": "many"}', ": holds no features"),
        ("a list in place of an object", "[]", ": holds no features"),
        ("no JSON", "{", ", line 1: cannot be read as GeoJSON"),
        ("100,000 lists in each other", "[" * 100_000, ": cannot be read as GeoJSON"),
        ("a number of 5,000 digits", features(shape).replace("[0, 0]", "[" + "9" * 5000 + ", 0]"), ": cannot be read as GeoJSON"),
        ("5 million empty lists", "[" + "[]," * 4_999_999 + "[]]", ": holds more than 1,500,000 values"),
        ("31 MB", " " * 31_000_000, ": is larger than 30 MB"),
        ("8 GB that take no room", sparse(8_000_000_000), ": is larger than 30 MB"),
        ("a letter that is not in UTF-8", b'{"a": "caf\xe9"}', ", line 1: is not UTF-8"),
        ("a ward with a turned name", features(shape).replace("Armley", f"{OVERRIDE}yelmrA"), ", line 1: holds"),
        ("such a name written out", features(shape).replace("Armley", "\\u202eyelmrA"), ", line 1: holds"),
    ]  # fmt: skip


def of_commentaries() -> list[tuple[str, Content, str]]:
    def told(front: str) -> str:
        return f"---\n{front}---\nText.\n"

    many = "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9 if n else 'x'}]\n" for n in range(12))
    return [
        ("a bomb of anchors", told(FRONT + many), ": the front matter has an anchor"),
        ("an anchor", told(FRONT + "note: &a x\n"), ": the front matter has an anchor"),
        ("a tag that builds", told(FRONT + "note: !!python/object/apply:os.getcwd []\n"), ": the front matter has an anchor"),
        ("lists in each other", told("a: " + "[" * 3_000 + "\n"), ": the front matter must be lines"),
        ("no lines of names", told("just words\n"), ": the front matter must be lines"),
        ("a list that is not closed", told("author: [\n"), ", line 2: cannot be read as front matter"),
        ("a day that is none", told("received: 2012-13-45\n"), ": cannot be read as front matter"),
        ("a bell", told("author: \x07\n"), ": cannot be read as front matter"),
        ("a number of 3,000 digits", told(FRONT + "note: " + "9" * 3_000 + "\n"), ": in the front matter, note"),
        ("a day that is still to come", told(FRONT.replace("2012-10-12", TOMORROW)), ": was received on"),
        ("a front of 5,000 letters", told(FRONT + f"note: {'x' * 5_000}\n"), ": the front matter has"),
        ("an author with a turned name", told(FRONT.replace("author: A", f"author: {OVERRIDE}A")), ", line 3: holds"),
        ("50 kB", told(FRONT) + "x" * 50_000, ": is larger than 40 kB"),
        ("8 GB that take no room", sparse(8_000_000_000), ": is larger than 40 kB"),
        ("no front matter", "Text.\n", ": must begin with front matter"),
        ("a letter that is not in UTF-8", told(FRONT).encode() + b"caf\xe9", ", line 8: is not UTF-8"),
        ("50 headings", told(FRONT) + "## A\nx\n" * 50, ": has 51 headings"),
        ("a heading of 200 letters", told(FRONT) + f"## {'x' * 200}\n", ", line 8: the heading"),
    ]  # fmt: skip


def of_the_others() -> list[tuple[str, str, str, Content, str]]:
    """Say what is wrong with the rest; who reads it and where it lies come second and third."""
    asked, reason = "commentary/requests.csv", "restatements.csv"
    asks, reasons = (
        "quarter,indicator_id,organisation,owner,due,note\n",
        "indicator_id,area,period,measure,reason,given_by,given_on\n",
    )
    listed = '[[report]]\nname = "a"\nnotebook = "a"\nparameters = {}\n'
    return [
        ("a day that is none", "requests", asked, asks + "2012/13 Q2,theft,O,T,soon,\n", "requests.csv, row 2: 'soon'"),
        ("a row too long", "requests", asked, asks + "2012/13 Q2,theft,O,T,2012-10-01,,,\n", "requests.csv, row 2: has 8 values"),
        ("a quote that is not closed", "requests", asked, asks + '"2012/13 Q2\n', "requests.csv, row 2: a quotation mark"),
        ("a turned name", "requests", asked, asks + f"2012/13 Q2,theft,{OVERRIDE}O,T,2012-10-01,\n", "requests.csv, row 2: holds"),
        ("a reason twice", "reasons", reason, reasons + 2 * "theft,Leeds,2012/13,count,r,g,2012-10-01\n", "restatements.csv, row 3"),
        ("a reason of nobody", "reasons", reason, reasons + "theft,Leeds,2012/13,count,r,,2012-10-01\n", "restatements.csv, row 2"),
        ("an answer that is a number", "answers", "signoff/2012-13_Q2.toml", "[a]\nanswer = 1\n", "signoff/2012-13_Q2.toml: [a]"),
        ("an answer that is a list", "answers", "signoff/2012-13_Q2.toml", "a = [1]\n", "signoff/2012-13_Q2.toml: [a]"),
        ("parts that are texts", "paper", "papers/x.toml", "document = 'd'\ntitle = 't'\npart = ['x']\n", "papers/x.toml: it has no [[part]]"),
        ("300 kB", "paper", "papers/x.toml", f"title = '{'x' * 300_000}'\n", "papers/x.toml: is larger than 200 kB"),
        ("a list that is not closed", "run list", "../../notebooks/run_list.toml", listed + "x = [", "run_list.toml"),
        ("lists in each other", "run list", "../../notebooks/run_list.toml", "x = " + "[" * 100_000, "run_list.toml"),
        ("a report that is a number", "run list", "../../notebooks/run_list.toml", "report = 5\n", "run_list.toml"),
        ("a name that leads out", "run list", "../../notebooks/run_list.toml", listed.replace('"a"', '"../a"'), "run_list.toml"),
        ("2 MB", "run list", "../../notebooks/run_list.toml", "# " + "x" * 2_000_000, "run_list.toml: is larger"),
    ]  # fmt: skip


def all_files() -> list[Hostile]:
    """Give every hostile file."""
    a = "thefts/a.csv"
    found = [("thefts", EXTRACT, what, a, content, place) for what, content, place in of_extracts()]
    found += [
        ("thefts", EXTRACT, f"a workbook: {what}", "thefts/a.xlsx", content, place)
        for what, content, place in of_workbooks()
    ]
    found += [
        ("thefts", WIDE, f"months across: {what}", "thefts/a.xlsx", content, place)
        for what, content, place in of_wide()
    ]
    found += [
        ("survey", SURVEY, what, "survey/a.csv", content, place) for what, content, place in of_surveys()
    ]
    found += [("streets", STREETS, what, file, content, place) for what, file, content, place in of_streets()]
    found += [
        ("thefts", "", f"a manifest: {what}", "thefts/source.toml", content, f"thefts/source.toml{place}")
        for what, content, place in of_toml()
    ]
    found += [
        (
            "tables",
            "",
            f"an indicator: {what}",
            "reference/indicators.toml",
            content,
            f"indicators.toml{place}",
        )
        for what, content, place in of_toml()[:9]
    ]
    found += [
        ("tables", "", what, f"reference/{file}", content, place)
        for what, file, content, place in of_tables()
    ]
    found += [
        (
            "boundaries",
            "",
            what,
            "boundaries/leeds_2018.geojson",
            content,
            f"boundaries/leeds_2018.geojson{place}",
        )
        for what, content, place in of_boundaries()
    ]
    found += [
        (
            "commentary",
            "",
            what,
            "commentary/2012-13_Q2/theft.md",
            content,
            f"commentary/2012-13_Q2/theft.md{place}",
        )
        for what, content, place in of_commentaries()
    ]
    found += [
        (reader, "", what, file, content, place) for what, reader, file, content, place in of_the_others()
    ]
    found += [
        ("thefts", EXTRACT + 'encoding = "idna"\n', "an encoding for addresses", a, HEADER + "a..b\xc3\n", "thefts/a.csv"),
        ("thefts", EXTRACT.replace("2012-10-05", TOMORROW), "a day of receipt that is still to come", a, HEADER + ROW, "thefts/source.toml: received"),
        ("thefts", EXTRACT, "a file with a turned name", f"thefts/a{OVERRIDE}vsc.csv", HEADER + ROW, "'thefts/a\\u202evsc.csv'"),
        ("thefts", EXTRACT, "a file with a line in its name", "thefts/a\nb.csv", HEADER + ROW, "'thefts/a\\nb.csv'"),
    ]  # fmt: skip
    return [
        Hostile(reader=reader, manifest=manifest, what=what, file=file, content=content, place=place)
        for reader, manifest, what, file, content, place in found
    ]
