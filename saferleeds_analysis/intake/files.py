"""Raw files as they come: bytes to text, text or workbook to a table of cells. Nothing is interpreted or mended here."""

import csv
import hashlib
import io
import re
import warnings
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd

from saferleeds_analysis.intake.sources import Source
from saferleeds_analysis.problems import DataProblem, refuse

# An Excel sheet cannot hold more, and a monthly extract of every ward and offence for ten years is far below.
MOST_ROWS = 1_000_000
_MOST_BYTES = 500_000_000

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_KINDS = {
    b"PK\x03\x04": "is a zip archive or an Excel workbook, not a CSV file",
    b"\xd0\xcf\x11\xe0": "is an old or a password-protected Office file, not a CSV file",
    b"%PDF": "is a PDF document, not a CSV file",
}
# How months are written that stand across: 201209, 2012-09, 09/2012, Sep-12, September 2012.
_MONTH_OF_A_COLUMN = r"(19|20)[0-9]{2}[-/ ]?(0[1-9]|1[0-2])|(0[1-9]|1[0-2])/(19|20)[0-9]{2}|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ](20|19)?[0-9]{2}"
_SAVE_AS = "Open it in Excel and save it as 'CSV UTF-8 (Comma delimited)'."


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file's content, by which it is known again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path, name: str, source: Source) -> str:
    """Read a text file: UTF-8, with or without a byte-order mark, or in the encoding that the manifest states."""
    if path.stat().st_size > _MOST_BYTES:
        raise DataProblem(f"{name}: is larger than {_MOST_BYTES // 1_000_000} MB. Is it the right file?")
    raw = path.read_bytes()
    if not raw.removeprefix(_UTF8_MARK).strip():
        raise DataProblem(f"{name}: is empty. Ask for the file again.")
    for start, what in _OTHER_KINDS.items():
        if raw.startswith(start):
            raise DataProblem(f"{name}: {what}. {_SAVE_AS}")
    # A byte-order mark is proof of UTF-8, whatever the manifest says of the folder's other files.
    encoding = "utf-8-sig" if raw.startswith(_UTF8_MARK) else source.encoding or "utf-8"
    if raw.startswith(_UTF16_MARKS) and not source.encoding:
        raise DataProblem(f'{name}: is in UTF-16. {_SAVE_AS} Or state encoding = "utf-16" in source.toml.')
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\x00" in raw:
            raise DataProblem(f"{name}: is not text, so it is not a CSV file. {_SAVE_AS}") from None
        row = raw.count(b"\n", 0, error.start) + 1
        raise DataProblem(
            f"{name}, row {row}: a letter is not in {encoding.upper()} (byte 0x{raw[error.start]:02X}). {_SAVE_AS} "
            'Or, if it was saved by Excel on Windows as plain CSV, state encoding = "cp1252" in source.toml.'
        ) from None
    if "\x00" in text:
        raise DataProblem(f"{name}: is not text, so it is not a CSV file. {_SAVE_AS}")
    if text.lstrip()[:1] == "<":
        raise DataProblem(f"{name}: is a web page (HTML or XML), not a CSV file. Download the data itself.")
    return text


def read_table(
    path: Path, name: str, source: Source, columns: tuple[str, ...]
) -> tuple[pd.DataFrame, list[str]]:
    """Read a CSV file or a workbook whose header (row 1) has our columns, under our names or the manifest's.

    Returns the cells of our columns as text, indexed by the row number that a spreadsheet shows, and the names of the
    columns that are not read. Rows that are empty throughout are no data and are left out.
    """
    rows = read_cells(path, name, source)
    if not any(rows[0][1]):
        raise DataProblem(f"{name}, row 1: is empty; the header must stand in row 1 of the sheet.")
    header, body = rows[0][1], [row for row in rows[1:] if any(row[1])]
    places = _columns(header, name, source, columns)
    refuse(
        f"{name}, row {number}: has {len(cells)} values where the header has {len(header)}. "
        "A comma inside a value (such as 1,234) must be taken out, or the value put in quotes."
        for number, cells in body
        if len(cells) != len(header)
    )
    if not body:
        raise DataProblem(f"{name}: has a header and no rows. Ask for the file again.")
    if len(body) > MOST_ROWS:
        raise DataProblem(
            f"{name}: has {len(body):,} rows, more than {MOST_ROWS:,}. Is it one row a month, area and offence?"
        )
    table = pd.DataFrame(
        {ours: [cells[place] for _, cells in body] for ours, place in places.items()},
        index=[number for number, _ in body],
        dtype=object,
    )
    unread = [title for place, title in enumerate(header) if place not in places.values() and title]
    return table, unread


def read_cells(path: Path, name: str, source: Source) -> list[tuple[int, list[str]]]:
    """Read every row of a CSV file or of a workbook's sheet as text, with the row number that a spreadsheet shows."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _excel_rows(path, name, source)
    return _csv_rows(path, name, source)


def repeats(table: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Give the rows whose key an earlier row has, with the cells of the first that has it (``file_first``).

    >>> table = pd.DataFrame({"month": ["2012-08", "2012-09", "2012-09"], "row": [2, 3, 4]})
    >>> repeats(table, ["month"]).to_dict("records")
    [{'month': '2012-09', 'row': 4, 'row_first': 3}]
    """
    first = table.drop_duplicates(key)
    return table[table.duplicated(key)].merge(first, on=key, how="left", suffixes=("", "_first"))


def _csv_rows(path: Path, name: str, source: Source) -> list[tuple[int, list[str]]]:
    text = read_text(path, name, source)
    first = text.split("\n", 1)[0]
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "upright strokes")):
        if mark in first and "," not in first:
            raise DataProblem(f"{name}, row 1: has {word} between the columns, not commas. {_SAVE_AS}")
    if text.count("\n") > 2 * MOST_ROWS:
        raise DataProblem(
            f"{name}: has more than {MOST_ROWS:,} rows. Is it one row a month, area and offence?"
        )
    try:
        return list(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1))
    except csv.Error as error:
        raise DataProblem(f"{name}: cannot be read as CSV ({error}). {_SAVE_AS}") from None


def _excel_rows(path: Path, name: str, source: Source) -> list[tuple[int, list[str]]]:
    # Imported here, because it takes half a second that most builds do not need.
    import openpyxl

    if path.stat().st_size == 0:
        raise DataProblem(f"{name}: is empty. Ask for the file again.")
    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
                raise DataProblem(
                    f"{name}: unpacks to more than {_MOST_BYTES // 1_000_000} MB. Is it the right file?"
                )
        with warnings.catch_warnings():
            # openpyxl warns of drop-down lists, styles and the like, which bear no data.
            warnings.simplefilter("ignore")
            # Which cells are merged is known only of a workbook that is read whole, and matters only in a wide one.
            wide = source.layout == "wide"
            book = openpyxl.load_workbook(path, read_only=not wide, data_only=True)
            try:
                sheet = _sheet(book, name, source)
                if wide:
                    _spread_merged_cells(sheet, last_of_header=source.header_rows[-1])
                else:  # some programs write a wrong extent of the sheet, which would hide rows
                    sheet.reset_dimensions()
                rows = [
                    (number, [_cell_text(cell, source) for cell in cells])
                    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
                ]
            finally:
                book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise DataProblem(
            f"{name}: cannot be opened as an Excel workbook ({type(error).__name__}). "
            "Is it protected by a password, or another kind of file? Save it again as .xlsx."
        ) from error
    width = max((place for _, cells in rows for place, cell in enumerate(cells, start=1) if cell), default=0)
    if not width:
        raise DataProblem(f"{name}, row 1: is empty; the header must stand in row 1 of the sheet.")
    return [(number, (cells + [""] * width)[:width]) for number, cells in rows]


def _spread_merged_cells(sheet, *, last_of_header: int) -> None:
    """Put what a merged cell shows into every cell that it covers; a count below the header stays the one that it is."""
    for merged in list(sheet.merged_cells.ranges):
        shown = sheet.cell(merged.min_row, merged.min_col).value
        if merged.min_row > last_of_header and (not isinstance(shown, str) or shown.strip().isdigit()):
            continue
        sheet.unmerge_cells(str(merged))
        for row, column in merged.cells:
            sheet.cell(row, column).value = shown


def _sheet(book, name: str, source: Source):
    names = book.sheetnames
    wanted = source.sheet or names[0]
    if wanted not in names:
        raise DataProblem(
            f"{name}: has no sheet {wanted!r}; it has {_quoted(names)}. Correct sheet in source.toml."
        )
    if len(names) > 1 and not source.sheet:
        raise DataProblem(
            f"{name}: has {len(names)} sheets ({_quoted(names)}). "
            f"Name the one to read in source.toml, such as sheet = {names[0]!r}."
        )
    return book[wanted]


def _cell_text(cell, source: Source) -> str:
    """Write a cell as the same text that a CSV file would hold, so that one set of rules serves both.

    The first day of a month at midnight is how Excel holds a month; any other date stays a whole date and is refused
    where a month is wanted, because Excel turns a typed ``Feb-25`` into 25 February of the current year.
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime) and cell == datetime(cell.year, cell.month, 1):
        return cell.strftime(source.month_format or "%Y-%m")
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _columns(header: list[str], name: str, source: Source, columns: tuple[str, ...]) -> dict[str, int]:
    """Find our columns in a header: their place by our name."""
    ours = [source.columns.get(title, title) for title in header]
    theirs = {mapped: title for title, mapped in source.columns.items()}
    problems = []
    for column in columns:
        if ours.count(column) > 1:
            problems.append(
                f"{name}, row 1: column {column!r} is there {ours.count(column)} times. Keep one."
            )
        elif column not in ours:
            called = f" (in source.toml: {theirs[column]!r})" if column in theirs else ""
            problems.append(
                f"{name}, row 1: column {column!r}{called} is missing; found {_quoted(header)}. "
                f'Add it, or name it in source.toml: [columns] "Their name" = "{column}".'
            )
    months = [title for title in header if re.fullmatch(_MONTH_OF_A_COLUMN, title, flags=re.IGNORECASE)]
    if len(months) > 1 and any(column not in ours for column in columns):
        problems = [
            f'{name}, row 1: the months stand across the columns ({months[0]!r}, {months[1]!r}). State layout = "wide" and '
            "header_rows = [1] in source.toml; data/raw/README.md shows what else such a file may need."
        ]
    refuse(problems)
    return {column: ours.index(column) for column in columns}


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(str(name)[:40]) for name in names[:12]) + (", ..." if len(names) > 12 else "")
