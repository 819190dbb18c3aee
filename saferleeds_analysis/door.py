"""The one door of ``data/raw``: every file that an analyst received is opened here, and nowhere else.

A file is looked over as it streams past, before any of it is held: how large, how many rows, columns and cells, how deeply
nested, how long it takes. What is beyond the limits, or is not what its name says, is refused with file, place and cure, so that
no file can fill the memory or stop a run. What a parser says of a file is never repeated: its words are for programmers.
"""

import codecs
import csv
import hashlib
import io
import json
import re
import stat
import time
import tomllib
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

import pandas as pd

from saferleeds_analysis.problems import DataProblem, refuse, twice

# A monthly extract of every ward and offence for ten years is far below, and an Excel sheet ends soon after.
MOST_ROWS = 1_000_000
_LAST_ROW_OF_A_SHEET = 1_048_576
_MOST_COLUMNS = 2_000
_MOST_CELLS = 12_000_000  # a million records of data.police.uk
_MOST_CELLS_OF_A_WORKBOOK = 5_000_000
_MOST_EMPTY_ROWS = 10_000  # between two rows of a sheet: beyond it lies a stray cell, not the table
_MOST_MERGED = 100_000
_LONGEST = 1_000_000  # letters of a line, or of a text in a workbook, whose cells hold 32,767
_DEEPEST = 50
_MOST_SECONDS = 60

MOST_BYTES = 100_000_000
_MOST_BYTES_UNPACKED = 500_000_000
_MOST_BYTES_OF_A_PART = 20_000_000  # of a workbook, other than a sheet: each is held whole
_MOST_ROWS_OF_A_TABLE = 100_000  # that people write: a table of reference, of at most 100 bytes a row
_MOST_BYTES_OF_SETTINGS = 1_000_000
# Of the parts of a workbook: in a row, in all rows, and beside them (styles, shared texts).
_MOST_ELEMENTS_OF_A_ROW = 50_000
_MOST_ELEMENTS_OF_ROWS = 4 * _MOST_CELLS_OF_A_WORKBOOK
_MOST_OTHER_ELEMENTS = 300_000
_CHUNK = 1 << 18

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_KINDS = {
    b"PK\x03\x04": "is a zip archive or an Excel workbook, not a CSV file",
    b"\xd0\xcf\x11\xe0": "is an old or a password-protected Office file, not a CSV file",
    b"%PDF": "is a PDF document, not a CSV file",
}
_SAVE_AS = "Open it in Excel and save it as 'CSV UTF-8 (Comma delimited)'."
_NOT_TEXT = f"is not text, so it is not a CSV file. {_SAVE_AS}"
_RIGHT_FILE = "Is it the right file?"
_LIMIT_OF_A_SHEET = "Delete the rows below the table and the columns beside it, and save the workbook again."

# They turn the order of the letters round, so that a name reads as another; in TOML, JSON and YAML they may be written out.
_DIRECTION = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
    r"|\\[uU](?:0000)?(?:061[cC]|200[eEfF]|202[a-eA-E]|206[6-9])"
)
# Twenty names with dots between them: a table in a table in a table ..., which take their square to read.
_NESTED_NAMES = re.compile(r"""(?:(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*\.[ \t]*){20}""")


def open_raw(path: Path, name: str, *, most: int = MOST_BYTES, cure: str = _RIGHT_FILE) -> BinaryIO:
    """Open a file that is no larger than ``most`` bytes, named to the reader by ``name``."""
    if shown(name) != name:
        raise DataProblem(
            f"{shown(name)}: the name of the file or its folder holds a letter that is not seen, such as one that turns the order of "
            "the others round. Give it another name."
        )
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DataProblem(f"{name}: is a folder, a pipe or a device, not a file. Take it away.")
        file = path.open("rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataProblem(
            f"{name}: cannot be opened ({error.strerror}). Close it in other programs, and see that you may read it."
        ) from error
    if status.st_size > most:
        file.close()
        limit = f"{most // 1000} kB" if most < 1_000_000 else f"{most // 1_000_000} MB"
        raise DataProblem(f"{name}: is larger than {limit}. {cure}")
    return file


def shown(name: str) -> str:
    """Give the name of a file as it can stand in a message: as it is, or with what is not seen in it written out.

    >>> shown("thefts/a.csv")
    'thefts/a.csv'
    """
    return ascii(name) if _DIRECTION.search(name) or any(letter < " " for letter in name) else name


def sha256_of(path: Path, name: str = "", *, most: int = _MOST_BYTES_UNPACKED) -> str:
    """Give the SHA-256 of a file's content, by which it is known again."""
    with open_raw(path, name or path.name, most=most) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path, name: str, *, most: int = _MOST_BYTES_OF_SETTINGS, cure: str = _RIGHT_FILE) -> str:
    """Read a text that people write, in UTF-8, with or without the byte-order mark of Windows Notepad."""
    with open_raw(path, name, most=most, cure=cure) as file:
        raw = file.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataProblem(f"{name}, line {line}: is not UTF-8 text. Save it as UTF-8.") from error
    _refuse_direction_marks(text, f"{name}, line", 1)
    return text


def read_toml(path: Path, name: str, **how: Any) -> dict[str, Any]:
    """Read a TOML file, named to the reader by ``name``; ``how`` goes to :func:`read_text`."""
    return toml_of(read_text(path, name, **how), name)


def toml_of(text: str, name: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Read a text as TOML.

    >>> toml_of('id = "thefts"', "thefts/source.toml")
    {'id': 'thefts'}
    """
    cure = "Text values stand in quotes, and each line is a name, = and its value."
    if nested := _NESTED_NAMES.search(text):
        line = text.count("\n", 0, nested.start()) + 1
        raise DataProblem(
            f"{name}, line {line}: a name has more than 20 parts with dots between them. {cure}"
        )
    with reading_as("TOML", name, cure):
        return tomllib.loads(text, parse_float=parse_float)


def read_json(path: Path, name: str, kind: str, *, most: int, cure: str) -> Any:
    """Read a JSON file of a ``kind`` (``GeoJSON``) of at most 1,500,000 values."""
    text = read_text(path, name, most=most, cure=cure)
    if sum(map(text.count, ",[{")) > 1_500_000:
        raise DataProblem(f"{name}: holds more than 1,500,000 values. {cure}")
    with reading_as(kind, name, "Ask for the file again."):
        return json.loads(text)


@contextmanager
def reading_as(kind: str, name: str, cure: str) -> Iterator[None]:
    """Turn whatever a parser raises of a file into one refusal with the line, if it is known: its own words are not repeated."""
    try:
        yield
    except (DataProblem, FileNotFoundError):
        raise
    except Exception as error:
        mark = getattr(error, "problem_mark", None)  # of YAML; JSON has a number, TOML a sentence
        found = re.search(r"\(at (line \d+|end of document)", str(error))
        if found:
            place = f"{name}, {found[1].replace('end of document', 'last line')}"
        elif mark or isinstance(error, json.JSONDecodeError):
            place = f"{name}, line {mark.line + 1 if mark else error.lineno}"
        else:
            place = name
        raise DataProblem(f"{place}: cannot be read as {kind}. {cure}") from error


def open_csv(path: Path, name: str, encoding: str = "", *, most: int = MOST_BYTES) -> io.TextIOWrapper:
    """Look a CSV file over from end to end, and open it as text: UTF-8, or in the ``encoding`` that its manifest states."""
    with open_raw(path, name, most=most) as file:
        start = file.read(_CHUNK)
        for mark, what in _OTHER_KINDS.items():
            if start.startswith(mark):
                raise DataProblem(f"{name}: {what}. {_SAVE_AS}")
        if start.startswith(_UTF16_MARKS) and not encoding:
            raise DataProblem(
                f'{name}: is in UTF-16. {_SAVE_AS} Or state encoding = "utf-16" in source.toml.'
            )
        # A byte-order mark is proof of UTF-8, whatever the manifest says of the folder's other files.
        known = "utf-8-sig" if start.startswith(_UTF8_MARK) else encoding or "utf-8"
        file.seek(0)
        _look_over(file, name, known, may_state=not encoding)
    return io.TextIOWrapper(path.open("rb"), encoding=known, newline="")


def _look_over(file: BinaryIO, name: str, encoding: str, *, may_state: bool) -> None:
    """Refuse what is no text, is empty, or holds more than can be held, reading it piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    row, cells, length, begun, until = 1, 0, 0, False, time.thread_time() + _MOST_SECONDS
    while chunk := file.read(_CHUNK):
        text = _decoded(decoder, chunk, name, row, encoding, may_state)
        if "\x00" in text:
            raise DataProblem(f"{name}: {_NOT_TEXT}")
        _refuse_direction_marks(text, f"{name}, row", row)
        if not begun and text.strip():
            begun = True
            _refuse_other_tables(text.lstrip(), name)
        row, cells = row + text.count("\n"), cells + text.count(",")
        end = max(text.rfind("\n"), text.rfind("\r"))
        length = length + len(text) if end < 0 else len(text) - end
        if length > _LONGEST:
            raise DataProblem(f"{name}, row {row}: is longer than {_LONGEST:,} letters. {_RIGHT_FILE}")
        if row > 2 * MOST_ROWS:  # rows that are empty are none
            raise DataProblem(
                f"{name}: has more than {MOST_ROWS:,} rows. Is it one row a month, area and offence?"
            )
        if cells > _MOST_CELLS:
            raise DataProblem(f"{name}, row {row}: has more than {_MOST_CELLS:,} cells. {_RIGHT_FILE}")
        _refuse_late(name, until)
    _decoded(decoder, b"", name, row, encoding, may_state)
    if not begun:
        raise DataProblem(f"{name}: is empty. Ask for the file again.")


def _decoded(
    decoder: codecs.IncrementalDecoder, chunk: bytes, name: str, row: int, encoding: str, may_state: bool
) -> str:
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeError as error:
        held, at = (
            getattr(error, "object", chunk),
            getattr(error, "start", 0),
        )  # which not every encoding gives
        if b"\x00" in held:
            raise DataProblem(f"{name}: {_NOT_TEXT}") from None
        row += held.count(b"\n", 0, at)
        stated = (
            'Or, if it was saved by Excel on Windows as plain CSV, state encoding = "cp1252" in source.toml.'
        )
        raise DataProblem(
            f"{name}, row {row}: a letter is not in {encoding.upper()} (byte 0x{held[at] if held else 0:02X}). {_SAVE_AS}"
            + (f" {stated}" if may_state else "")
        ) from None


def _refuse_other_tables(text: str, name: str) -> None:
    """Refuse a file by how it begins: a web page, or a table with something other than commas between its columns."""
    if text.startswith("<"):
        raise DataProblem(f"{name}: is a web page (HTML or XML), not a CSV file. Download the data itself.")
    first = text.split("\n", 1)[0]
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "upright strokes")):
        if mark in first and "," not in first:
            raise DataProblem(f"{name}, row 1: has {word} between the columns, not commas. {_SAVE_AS}")


def csv_rows(
    path: Path, name: str, encoding: str = "", *, most: int = MOST_BYTES
) -> Iterator[tuple[int, list[str]]]:
    """Give each row of a CSV file as text with the number that a spreadsheet shows, one at a time."""
    number = 0
    with open_csv(path, name, encoding, most=most) as file:
        try:
            for number, cells in enumerate(csv.reader(file, strict=True), start=1):
                yield number, cells
        except csv.Error as error:
            what = "a quotation mark is opened and not closed. Close it, or take it out."
            if "expected after" in str(error):
                what = "a value goes on behind its closing quotation mark. Write such a mark within a value twice."
            elif "larger" in str(error):
                what = f"a value has more than {csv.field_size_limit():,} letters, perhaps because {what}"
            raise DataProblem(f"{name}, row {number + 1}: {what}") from error


def read_table(
    path: Path, name: str, encoding: str = "utf-8", *, most_rows: int = _MOST_ROWS_OF_A_TABLE
) -> pd.DataFrame:
    """Read a CSV table with a header as text, indexed by the row number of a spreadsheet; a ragged row is refused.

    Rows that are empty throughout are left out. Of a workbook it is the first sheet.
    """
    if path.suffix.lower() == ".xlsx":
        with open_sheet(path, name, lambda book: book.worksheets[0]) as sheet:
            return _table_of(enumerate(_full_rows(sheet), start=1), name, most_rows)
    return _table_of(csv_rows(path, name, encoding, most=100 * most_rows), name, most_rows)


def _table_of(rows: Iterator[tuple[int, list[str]]], name: str, most_rows: int) -> pd.DataFrame:
    _, header = next(rows, (1, []))
    held = [(number, cells) for number, cells in islice(rows, most_rows) if any(cells)]
    if next(rows, None):
        raise DataProblem(f"{name}: has more than {most_rows:,} rows. {_RIGHT_FILE}")
    refuse(
        f"{name}, row 1: column {title!r} is there twice. Keep one." for title in twice(filter(None, header))
    )
    ragged = (
        f"{name}, row {number}: has {len(cells)} values where the header has {len(header)}. A text with commas stands in quotes."
        for number, cells in held
        if len(cells) != len(header)
    )
    refuse(islice(ragged, 100))  # more are not read
    return pd.DataFrame(
        [cells for _, cells in held], index=[number for number, _ in held], columns=header, dtype=object
    )


def _full_rows(sheet: Any) -> Iterator[list[str]]:
    """Give the rows of a sheet as text, as wide as the header: a sheet's own rows end with blank cells, or before them."""
    width = 0
    for cells in sheet.iter_rows(values_only=True):
        row = [text_of(cell) for cell in cells]
        filled = max((place for place, text in enumerate(row, start=1) if text), default=0)
        width = width or filled
        yield (row + [""] * width)[: max(width, filled)]


def text_of(cell: object) -> str:
    """Write a cell of a workbook as the same text that a CSV file would hold; a day at midnight is a day."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


@contextmanager
def open_sheet(path: Path, name: str, choose: Callable[[Any], Any], *, whole: bool = False) -> Iterator[Any]:
    """Open the sheet of a workbook that ``choose`` takes from it; only of a ``whole`` one is it known which cells are merged."""
    # Imported here, because it takes half a second that most commands do not need.
    import openpyxl

    with warnings.catch_warnings(), open_workbook(path, name) as file:
        warnings.simplefilter("ignore")  # of drop-down lists, styles and the like, which bear no data
        book = openpyxl.load_workbook(file, read_only=not whole, data_only=True)
        try:
            sheet = choose(book)
            if not whole:  # some programs write a wrong extent of the sheet, which would hide rows
                sheet.reset_dimensions()
            yield sheet
        finally:
            book.close()


@contextmanager
def open_workbook(path: Path, name: str) -> Iterator[BinaryIO]:
    """Look every part of an Excel workbook over as it unpacks, and open it for its reader, whose words are not repeated either."""
    cure = "Is it protected by a password, or another kind of file? Save it again as .xlsx."
    with open_raw(path, name) as file, reading_as("an Excel workbook", name, cure):
        if not file.read(1):
            raise DataProblem(f"{name}: is empty. Ask for the file again.")
        with zipfile.ZipFile(file) as parts:
            held = parts.infolist()
            if sum(part.file_size for part in held) > _MOST_BYTES_UNPACKED or len(held) > 5_000:
                raise DataProblem(
                    f"{name}: unpacks to more than {_MOST_BYTES_UNPACKED // 1_000_000} MB or 5,000 parts. {_RIGHT_FILE}"
                )
            look = _Workbook(name)
            for part in held:
                if part.filename.endswith((".xml", ".rels")) and not part.filename.startswith("customXml/"):
                    look.at_part(part, parts)
        yield file


class _Workbook:
    """Counts what the parts of a workbook hold as they stream past; the first that is too much is refused with its place."""

    def __init__(self, name: str) -> None:
        self.name, self.place = name, name
        self.until = time.thread_time() + _MOST_SECONDS
        self.cells = self.merged = self.of_rows = self.others = 0

    def at_part(self, part: zipfile.ZipInfo, parts: zipfile.ZipFile) -> None:
        self.place = f"{self.name}, {part.filename}"
        if part.file_size > _MOST_BYTES_OF_A_PART and not part.filename.startswith("xl/worksheets/"):
            self.refuse(f"is larger than {_MOST_BYTES_OF_A_PART // 1_000_000} MB", _RIGHT_FILE)
        self.depth = self.deepest = self.row = self.row_before = self.column = self.of_row = 0
        self.row_text, self.in_row = "0", False
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.StartDoctypeDeclHandler = self.at_document_type
        without = 0
        with parts.open(part) as file:
            while chunk := file.read(_CHUNK):
                before = self.of_rows + self.others
                parser.Parse(chunk)
                without = without + len(chunk) if before == self.of_rows + self.others else 0
                if without > _LONGEST:
                    self.refuse(f"holds a text of more than {_LONGEST:,} letters", _RIGHT_FILE)
                self.check()
            parser.Parse(b"", True)
            self.check()

    def check(self) -> None:
        """Refuse what is too much so far: after each piece, because it would be slow at each element."""
        if self.deepest > _DEEPEST:
            self.refuse(f"is nested more than {_DEEPEST} deep", _RIGHT_FILE)
        if self.cells > _MOST_CELLS_OF_A_WORKBOOK:
            what = f"row {self.row:,}: the workbook has more than {_MOST_CELLS_OF_A_WORKBOOK:,} cells"
            self.refuse(what, _RIGHT_FILE)
        if self.of_row > _MOST_ELEMENTS_OF_A_ROW or self.of_rows > _MOST_ELEMENTS_OF_ROWS:
            self.refuse(f"row {self.row:,} holds more than can be read", _LIMIT_OF_A_SHEET)
        if self.others > _MOST_OTHER_ELEMENTS:
            what = f"holds more than {_MOST_OTHER_ELEMENTS:,} styles, texts or other parts beside its cells"
            self.refuse(what, "Copy the table alone into a new workbook.")
        _refuse_late(self.name, self.until)

    def at_document_type(self, *_: Any) -> None:
        self.refuse("holds a document type, which no workbook has", _RIGHT_FILE)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > self.deepest:
            self.deepest = self.depth
        if self.in_row:
            self.of_row += 1
            self.of_rows += 1
            if tag == "c" or tag.endswith(":c"):
                self.at_cell(attributes.get("r"))
            return
        self.others += 1
        kind = tag.rpartition(":")[2]
        if kind == "row":
            self.at_row(attributes.get("r"))
        elif kind == "sheetData":
            self.row = self.row_before = 0
        elif kind in ("mergeCell", "hyperlink") and "ref" in attributes:
            self.at_range(attributes["ref"])

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.in_row and (tag == "row" or tag.endswith(":row")):
            self.in_row = False
            self.others -= 1  # the row itself, which is none of the others
            self.of_rows += 1

    def at_row(self, given: str | None) -> None:
        if self.of_row > _MOST_ELEMENTS_OF_A_ROW:
            self.check()
        self.in_row, self.of_row, self.column = True, 0, 0
        number = int(given) if given else self.row + 1
        if number <= self.row or number > _LAST_ROW_OF_A_SHEET:
            what = "comes after a later row" if number <= self.row else "lies beyond the last row of a sheet"
            self.refuse(f"row {number:,} {what}", _LIMIT_OF_A_SHEET)
        self.row, self.row_text = number, str(number)

    def at_cell(self, given: str | None) -> None:
        column = self.column + 1
        if given:
            letters = given[: -len(self.row_text)]
            if given[len(letters) :] != self.row_text:
                self.refuse(f"cell {given[:20]} stands in row {self.row:,}", _LIMIT_OF_A_SHEET)
            column = _column(letters)
        if not self.column < column <= _MOST_COLUMNS:
            many = column > _MOST_COLUMNS
            what = (
                f"stands beyond column {_MOST_COLUMNS:,}" if many else "comes after a later cell of its row"
            )
            self.refuse(f"cell {given or f'{column} of row {self.row_text}'} {what}", _LIMIT_OF_A_SHEET)
        if self.row - self.row_before > _MOST_EMPTY_ROWS:
            self.refuse(
                f"row {self.row:,} stands more than {_MOST_EMPTY_ROWS:,} rows below the one before it",
                _LIMIT_OF_A_SHEET,
            )
        self.cells += column - self.column
        self.column, self.row_before = column, self.row

    def at_range(self, ref: str) -> None:
        ends = [re.fullmatch(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", end) for end in ref.split(":")]
        if all(ends) and len(ends) == 2:
            (left, top), (right, bottom) = (end.groups() for end in ends)
            self.merged += (abs(_column(right) - _column(left)) + 1) * (abs(int(bottom) - int(top)) + 1)
        if self.merged > _MOST_MERGED or not all(ends):
            self.refuse(f"{ref[:40]}: too many cells are merged or linked", "Undo it, and save it again.")

    def refuse(self, what: str, cure: str) -> None:
        raise DataProblem(f"{self.place}: {what}. {cure}")


@cache
def _column(letters: str) -> int:
    """Give the number of a column: 1 for A.

    >>> _column("XFD")
    16384
    """
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError(f"{letters[:20]!r} is no column.")
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _refuse_direction_marks(text: str, place: str, first: int) -> None:
    if found := _DIRECTION.search(text):
        raise DataProblem(
            f"{place} {first + text.count(chr(10), 0, found.start())}: holds {found[0]!a}, an unseen mark that turns the order of "
            "letters round. Take it out: write the line again."
        )


def _refuse_late(name: str, until: float) -> None:
    if time.thread_time() > until:
        raise DataProblem(
            f"{name}: takes more than {_MOST_SECONDS} seconds of the processor to look over. {_RIGHT_FILE}"
        )
