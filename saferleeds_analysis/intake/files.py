"""Raw files as they come: bytes to text, text or workbook to a table of cells. Nothing is interpreted or mended here."""

import re
from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd

from saferleeds_analysis.door import MOST_ROWS, csv_rows, open_sheet, text_of
from saferleeds_analysis.intake.personal import personal_columns
from saferleeds_analysis.intake.sources import OF_PARTS, PERSON, Source
from saferleeds_analysis.problems import DataProblem, refuse

# How months are written that stand across: 201209, 2012-09, 09/2012, Sep-12, September 2012.
_MONTH_OF_A_COLUMN = r"(19|20)[0-9]{2}[-/ ]?(0[1-9]|1[0-2])|(0[1-9]|1[0-2])/(19|20)[0-9]{2}|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ](20|19)?[0-9]{2}"


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
    others = {title: place for place, title in enumerate(header) if place not in places.values() and title}
    if source.shape in (*OF_PARTS, "cases"):  # no column of them says who a person is
        looked_at = others | {PERSON: places[PERSON]} if PERSON in places else others
        refuse(personal_columns({t: [cells[p] for _, cells in body] for t, p in looked_at.items()}, name))
    unread = list(others)
    return table, unread


def read_cells(path: Path, name: str, source: Source) -> list[tuple[int, list[str]]]:
    """Read every row of a CSV file or of a workbook's sheet as text, with the row number that a spreadsheet shows."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _excel_rows(path, name, source)
    return list(csv_rows(path, name, source.encoding))


def repeats(table: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Give the rows whose key an earlier row has, with the cells of the first that has it (``file_first``).

    >>> table = pd.DataFrame({"month": ["2012-08", "2012-09", "2012-09"], "row": [2, 3, 4]})
    >>> repeats(table, ["month"]).to_dict("records")
    [{'month': '2012-09', 'row': 4, 'row_first': 3}]
    """
    first = table.drop_duplicates(key)
    return table[table.duplicated(key)].merge(first, on=key, how="left", suffixes=("", "_first"))


def _excel_rows(path: Path, name: str, source: Source) -> list[tuple[int, list[str]]]:
    # Which cells are merged matters only in a wide one.
    wide = source.layout == "wide"
    with open_sheet(path, name, partial(_sheet, name=name, source=source), whole=wide) as sheet:
        if wide:
            _spread_merged_cells(sheet, last_of_header=source.header_rows[-1])
        rows = [
            (number, [_cell_text(cell, source) for cell in cells])
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
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
    a_month = isinstance(cell, datetime) and cell == datetime(cell.year, cell.month, 1)
    if a_month and source.shape != "cases":  # those have days
        return cell.strftime(source.month_format or "%Y-%m")
    return text_of(cell)


def _columns(header: list[str], name: str, source: Source, columns: tuple[str, ...]) -> dict[str, int]:
    """Find our columns in a header: their place by our name."""
    ours = [source.columns.get(title, title) for title in header]
    theirs = {mapped: title for title, mapped in source.columns.items()}
    problems = []
    # Without a header the first row would be a person's.
    there = "" if source.shape in ("cases", "respondents") else f"; found {_quoted(header)}"
    for column in columns:
        if ours.count(column) > 1:
            problems.append(
                f"{name}, row 1: column {column!r} is there {ours.count(column)} times. Keep one."
            )
        elif column not in ours and column != PERSON:
            called = f" (in source.toml: {theirs[column]!r})" if column in theirs else ""
            problems.append(
                f"{name}, row 1: column {column!r}{called} is missing{there}. "
                f'Add it, or name it in source.toml: [columns] "Their name" = "{column}".'
            )
    months = [title for title in header if re.fullmatch(_MONTH_OF_A_COLUMN, title, flags=re.IGNORECASE)]
    if len(months) > 1 and any(column not in ours for column in columns if column != PERSON):
        problems = [
            f'{name}, row 1: the months stand across the columns ({months[0]!r}, {months[1]!r}). State layout = "wide" and '
            "header_rows = [1] in source.toml; data/raw/README.md shows what else such a file may need."
        ]
    refuse(problems)
    return {column: ours.index(column) for column in columns if column in ours}


def _quoted(names: list[str]) -> str:
    return ", ".join(repr(str(name)[:40]) for name in names[:12]) + (", ..." if len(names) > 12 else "")
