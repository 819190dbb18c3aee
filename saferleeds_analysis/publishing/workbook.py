"""The tables of a pack as an accessible workbook, in Excel's format and in OpenDocument's.

By the Analysis Function's rules for spreadsheets: a cover, contents with links, notes with the shorthand, then one table a
sheet that starts in A1 with its title, marked as a table, without merged cells and without empty rows or columns in it.
Numbers are numbers and text is text: a cell that begins like a formula stays the text that it is.
"""

import io
import math
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from odfdo import Document, Element
from xlsxwriter.utility import xl_rowcol_to_cell

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.figures import FIGURE_COLUMNS
from saferleeds_analysis.publishing.content import Content
from saferleeds_analysis.publishing.files import read_figures, write_office_file
from saferleeds_analysis.reporting.blocks import Block, Printed, Table, Text, cell_text

Cell = str | Printed | float | int

# The Government Statistical Service's shorthand for what is not a number.
SHORTHAND = {
    "[c]": "withheld: a small number could identify a person, or would give away another that could",
    "[x]": "not available: the figure was not received, or cannot be worked out from what was",
    "[z]": "not applicable: nothing belongs in this cell",
}
_EMPTY = "[z]"
_INSTRUCTIONS = "This worksheet contains one table."
# How a printed number of each kind shows in Excel; its places go between the braces.
_NUMBER_FORMATS = {"": "#,##0{}", "%": "0{}%", "£": '"£"#,##0{}', "£m": '"£"#,##0{},,"m"'}
_NUMERIC_COLUMNS = ("value", "lower", "upper", "confidence", "n")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet with one table: its ``name``, its ``title``, sentences below the title, and the cells."""

    name: str
    title: str
    subtitles: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    leads: bool = False  # for the contents: the first column leads to the sheets that it names

    @property
    def head(self) -> int:
        """The row of the table's header, counted from 0: below the title, the sentences and the instructions."""
        return len(self.subtitles) + 2


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A workbook before it is written: the words of its cover, and its sheets with contents and notes first."""

    title: str
    subject: str
    author: str
    cover: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    made_on: date


def workbook_of(
    pages: Sequence[Content],
    figures: Iterable[tuple[str, Path]],
    *,
    title: str,
    author: str,
    as_at: date,
    marking: str,
    left_out: Sequence[str] = (),
) -> Workbook:
    """Gather the tables of a pack: the state of the indicators, each page's tables, and every figure as a tidy row.

    ``figures`` are pairs of a report and its ``figures.csv``. Cells hold the printed numbers to the printed precision;
    the figures hold them in full. ``left_out`` are reports of whose tables there is no sheet, because a workbook of
    hundreds of sheets is read by nobody; the contents say so, and their numbers are among the figures.
    """
    tables = [(p, t) for p in pages for t in p.of(Table) if t.rows]
    sheets = [
        _state(pages),
        *(_table(number, *table) for number, table in enumerate(tables, start=2)),
        _figures(figures),
    ]
    told = (
        f"Figures as at {periods.day_name(as_at)}.",
        f"Marking: {marking}." if marking else "",
        "This workbook holds the tables of the pages of the pack and nothing else. Numbers in the tables are rounded as "
        "they are on the pages; the last sheet holds every figure in full, with its interval, method and caveats.",
        "The sheet Contents leads to each table, and the sheet Notes explains the shorthand in square brackets.",
        *_say_left_out(left_out),
    )
    sheets = [_contents(sheets, left_out), _notes(pages), *sheets]
    if marking not in ("", MARKINGS["public"]):  # a sheet is printed, or sent on, without its cover
        sheets = [replace(sheet, subtitles=(*sheet.subtitles, f"Marking: {marking}.")) for sheet in sheets]
    return Workbook(
        title=title,
        subject="Crime-performance statistics",
        author=author,
        cover=tuple(line for line in told if line),
        sheets=tuple(sheets),
        made_on=as_at,
    )


def write_xlsx(book: Workbook, path: Path) -> None:
    """Write the workbook as .xlsx, the same bytes for the same workbook."""
    with warnings.catch_warnings():
        # gptables leaves the file of its theme open, and calls pandas in ways that pandas will take back.
        for kind in (ResourceWarning, DeprecationWarning, FutureWarning):
            warnings.simplefilter("ignore", kind)
        from gptables.core.wrappers import GPWorkbook

        made, moment = io.BytesIO(), datetime.combine(book.made_on, time())
        # Text is never looked at for formulas or addresses, whatever it begins with.
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        }
        writer = GPWorkbook(filename=made, options=options)
        writer.set_properties(
            {"title": book.title, "subject": book.subject, "author": book.author, "created": moment}
        )
        _write_cover(writer.add_worksheet("Cover"), book)
        for sheet in book.sheets:
            _write_sheet(writer.add_worksheet(sheet.name), sheet)
        for worksheet in writer.worksheets():  # on its side, as wide as the paper
            worksheet.set_landscape()
            worksheet.set_paper(9)  # A4
            worksheet.fit_to_pages(1, 0)
        writer.close()
        write_office_file(made, path, as_at=book.made_on)


def _write_cover(worksheet: Any, book: Workbook) -> None:
    from gptables import Cover

    told = [_plain(line) for line in book.cover]
    worksheet.write_cover(Cover(title=_plain(book.title), intro=told, width=100))
    for row, line in enumerate(book.cover, start=2):
        worksheet.set_row(row, 16 * max(1, math.ceil(len(line) / 90)))


def _write_sheet(worksheet: Any, sheet: Sheet) -> None:
    from gptables import GPTable

    cells = [[_for_gptables(cell) for cell in row] for row in sheet.rows]
    if sheet.leads:
        cells = [[{name: f"internal:'{name}'!A1"}, *others] for name, *others in cells]
    worksheet.write_gptable(
        GPTable(
            table=pd.DataFrame(cells, columns=[_plain(column) for column in sheet.columns], dtype=object),
            table_name=f"{sheet.name.lower()}_table",
            title=_plain(sheet.title),
            subtitles=[_plain(line) for line in sheet.subtitles],
            instructions=_INSTRUCTIONS,
            index_columns={2: 0},
            additional_formatting=_formats(sheet),
        ),
        auto_width=False,
    )
    widths = _widths(sheet)
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width)
    for row, cells_of_row in enumerate((sheet.columns, *sheet.rows), start=sheet.head):
        lines = max(_lines(cell, width) for cell, width in zip(cells_of_row, widths, strict=True))
        if lines > 1:
            worksheet.set_row(row, 16 * lines)
    worksheet.repeat_rows(sheet.head)


def write_ods(book: Workbook, path: Path) -> None:
    """Write the workbook as .ods, the same bytes for the same workbook.

    odfdo makes the file round them; the sheets are written as XML, because given to it they take a hundred times as long.
    """
    document = Document("spreadsheet")
    document.body.clear()
    styles = dict(_ODS_STYLES)
    cover = Sheet(name="Cover", title=book.title, subtitles=book.cover, columns=(), rows=())
    sheets = [_ods_sheet(sheet, styles) for sheet in (cover, *book.sheets)]
    for style in styles.values():
        document.insert_style(Element.from_tag(style), automatic=True)
    language = document.get_part("styles.xml")
    for style in language.get_elements("//style:text-properties[@fo:language]"):
        style.set_attribute("fo:language", "en")
        style.set_attribute("fo:country", "GB")
    for paper in language.get_elements("//style:page-layout-properties"):
        for name, value in _ODS_PAPER.items():
            paper.set_attribute(name, value)
    meta, moment = document.meta, datetime.combine(book.made_on, time())
    meta.title, meta.subject, meta.language = book.title, book.subject, "en-GB"
    meta.creation_date, meta.date = moment, moment
    meta.initial_creator, meta.creator, meta.generator = book.author, book.author, "saferleeds_analysis"
    sheets.append(_ods_ranges(book.sheets))
    made = io.BytesIO()
    document.save(made)
    write_office_file(made, path, as_at=book.made_on, mend=lambda part: _put_in(part, sheets))


def _put_in(content: str, sheets: Sequence[str]) -> str:
    start, empty, end = content.partition("<office:spreadsheet/>")
    if not empty:
        raise RuntimeError("odfdo writes an empty spreadsheet in another way than before")
    return f"{start}<office:spreadsheet>{''.join(sheets)}</office:spreadsheet>{end}"


# The sheets that every workbook has


def _say_left_out(reports: Sequence[str]) -> tuple[str, ...]:
    if not reports:
        return ()
    if len(reports) == 1:
        return (
            f"The report {reports[0]} has no sheet of its own: its numbers are rows of the sheet Figures.",
        )
    return (
        f"{len(reports)} of the reports have no sheet of their own: their numbers are rows of the sheet Figures, under the "
        f"names {reports[0]} to {reports[-1]}.",
    )


def _contents(sheets: Sequence[Sheet], left_out: Sequence[str]) -> Sheet:
    notes = "Notes: the shorthand in square brackets, and what to know before using the figures"
    listed = ((sheet.name, sheet.title, sheet.subtitles[0] if sheet.subtitles else "") for sheet in sheets)
    return Sheet(
        name="Contents",
        title="Contents",
        subtitles=_say_left_out(left_out),
        columns=("Sheet", "Table", "Page"),
        rows=_texts([("Notes", notes, ""), *listed]),
        leads=True,
    )


def _notes(pages: Sequence[Content]) -> Sheet:
    shorthand = ((mark, meaning[:1].upper() + meaning[1:] + ".") for mark, meaning in SHORTHAND.items())
    notices = ((page.title, " ".join(page.notices)) for page in pages if page.notices)
    return Sheet(
        name="Notes",
        title="Notes",
        subtitles=(
            "The shorthand used in the tables, then what to know before using the figures of a page.",
        ),
        columns=("About", "Note"),
        rows=_texts([*shorthand, *notices]),
    )


def _table(number: int, page: Content, table: Table) -> Sheet:
    return Sheet(
        name=f"Table_{number}",
        title=table.title,
        subtitles=(page.title, *page.notices),
        columns=_unique(table.columns),
        rows=tuple(
            tuple(
                _typed(cell) if is_number else _text(cell_text(cell))
                for cell, is_number in zip(row, table.numeric, strict=True)
            )
            for row in table.rows
        ),
    )


def _state(pages: Sequence[Content]) -> Sheet:
    """Gather the headline figures of every page in one table."""
    rows = [
        (page.title, name, _typed(value))
        for page in pages
        if page.headline_box
        for name, value in page.headline_box.pairs
    ]
    return Sheet(
        name="Table_1",
        title="The state of the indicators: the headline figures of each page",
        subtitles=("As printed at the top of each page",),
        columns=("Page", "Headline", "Figure"),
        rows=tuple(rows) or (("No page of this pack has headline figures", _EMPTY, _EMPTY),),
    )


def _figures(figures: Iterable[tuple[str, Path]]) -> Sheet:
    rows = []
    for report, path in figures:
        for row in read_figures(path):
            cells = [_full(row[c]) if c in _NUMERIC_COLUMNS else _text(row[c]) for c in FIGURE_COLUMNS]
            rows.append((report, *cells))
    return Sheet(
        name="Figures",
        title="Every figure of the pack as a tidy row, in full",
        subtitles=("One row a figure, with its interval, confidence, unit, method and base (n)",),
        columns=("report", *FIGURE_COLUMNS),
        rows=tuple(rows) or ((_EMPTY,) * (1 + len(FIGURE_COLUMNS)),),
    )


# Cells


def _typed(cell: str | Block) -> Cell:
    """Give a printed number as it is; all else as text."""
    if isinstance(cell, Text) and len(cell.spans) == 1:
        cell = cell.spans[0].text
    return cell if isinstance(cell, Printed) else _text(cell_text(cell))


def _full(text: str) -> Cell:
    try:
        value = float(text)
    except ValueError:
        return _text(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _text(text: str) -> str:
    """Give text as a cell holds it: without control characters; a cell that would be empty or a bare sign says so."""
    clean = _CONTROL.sub(" ", text)[:32_000]
    return clean if re.search(r"[^\W_]", clean) else f"{clean} {_EMPTY}".strip()


def _texts(rows: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(_text, row)) for row in rows)


def _unique(columns: Sequence[str]) -> tuple[str, ...]:
    """Name every column, and none like another: a marked table needs both."""
    named: list[str] = []
    for number, column in enumerate(columns, start=1):
        name = column.strip() or f"Column {number}"
        taken = {other.casefold() for other in named}
        named.append(name if name.casefold() not in taken else f"{name} ({number})")
    return tuple(named)


def _number_format(number: Printed) -> str:
    """Give the format in which a number shows as it is printed."""
    places = f".{'0' * number.decimals}" if number.decimals else ""
    shown = _NUMBER_FORMATS[number.kind].format(places)
    return f"+{shown};-{shown};{shown}" if number.startswith("+") else f"{shown};-{shown}"


def _formats(sheet: Sheet) -> list[dict]:
    """Give each number its format. One entry a cell, because gptables formats the last cell of an entry only."""
    return [
        {"cell": {"cells": (row, column), "format": {"num_format": _number_format(cell)}}}
        for row, cells in enumerate(sheet.rows, start=1)
        for column, cell in enumerate(cells)
        if isinstance(cell, Printed)
    ]


def _for_gptables(cell: Cell) -> str | float | int:
    if isinstance(cell, Printed):
        return _value(cell)
    return _plain(cell) if isinstance(cell, str) else cell


def _value(number: Printed) -> float | int:
    """Give a number as spreadsheets keep it: a percentage as a share."""
    return round(number.value / 100, number.decimals + 2) if number.kind == "%" else number.value


def _plain(text: str) -> str:
    """Part the two marks that gptables reads as orders: ``[words](address)`` for links and ``$$note$$`` for notes."""
    return text.replace("](", "] (").replace("$$", "$ $")


def _widths(sheet: Sheet) -> list[int]:
    """Give each column a width in letters that shows its table, within reason; titles above may run on to the right."""
    widths, most = [], 60 if len(sheet.columns) > 3 else 90
    for number, column in enumerate(sheet.columns):
        words = [column, *[_shown(row[number]) for row in sheet.rows[:500]]]
        widths.append(max(9, min(most, max(len(word) for word in words) + 2)))
    return widths


def _lines(cell: Cell, width: int) -> int:
    """Say how many lines a cell needs in a column of this width. Programs do not all work it out."""
    return math.ceil(len(_shown(cell)) / width) + _shown(cell).count("\n")


def _shown(cell: Cell) -> str:
    if isinstance(cell, Printed):
        return f"{_value(cell):,.{cell.decimals}f}"
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


# OpenDocument

_ODS_PAPER = {
    "fo:page-width": "29.7cm",
    "fo:page-height": "21cm",
    "style:print-orientation": "landscape",
    "style:scale-to-X": "1",
    "style:scale-to-Y": "0",
}
_ODS_STYLES = {
    "sheet": '<style:style style:name="sheet" style:family="table"><style:table-properties table:display="true"/></style:style>',
    "title": '<style:style style:name="title" style:family="table-cell"><style:text-properties fo:font-size="14pt" fo:font-weight="bold"/></style:style>',
    "text": '<style:style style:name="text" style:family="table-cell"><style:text-properties fo:font-size="11pt"/></style:style>',
    "cell": '<style:style style:name="cell" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/></style:style>',
    "head": '<style:style style:name="head" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap"/><style:text-properties fo:font-weight="bold"/></style:style>',
}


def _ods_sheet(sheet: Sheet, styles: dict[str, str]) -> str:
    """Write a sheet as XML; the styles of widths and numbers that it needs are added to ``styles``."""
    widths = _widths(sheet) or [100]
    for width in widths:
        styles[f"width{width}"] = (
            f'<style:style style:name="width{width}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width * 0.2:.2f}cm"/></style:style>'
        )
    told = [
        (sheet.title, "title"),
        *((line, "text" if sheet.columns else "cell") for line in sheet.subtitles),
    ]
    told += [(_INSTRUCTIONS, "text")] if sheet.columns else []
    rows = [f"<table:table-row>{_ods_text(line, style)}</table:table-row>" for line, style in told]
    if sheet.columns:
        head = "".join(_ods_text(column, "head") for column in sheet.columns)
        rows.append(
            f"<table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>"
        )
    for row in sheet.rows:
        cells = [_ods_cell(cell, styles) for cell in row]
        if sheet.leads:
            cells[0] = _ods_text(row[0], "cell", link=row[0])
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    columns = "".join(f'<table:table-column table:style-name="width{width}"/>' for width in widths)
    return f'<table:table table:name="{sheet.name}" table:style-name="sheet">{columns}{"".join(rows)}</table:table>'


def _ods_cell(cell: Cell, styles: dict[str, str]) -> str:
    if isinstance(cell, Printed):
        styles |= _ods_styles_of(cell)
        kind = "percentage" if cell.kind == "%" else "float"
        plus = "+" if cell.startswith("+") and cell.value > 0 else ""
        return (
            f'<table:table-cell table:style-name="{_ods_style(cell)}" office:value-type="{kind}" '
            f'office:value="{_value(cell)!r}"><text:p>{plus}{_shown(cell)}</text:p></table:table-cell>'
        )
    if isinstance(cell, str):
        return _ods_text(cell, "cell")
    return f'<table:table-cell office:value-type="float" office:value="{cell!r}"><text:p>{cell!r}</text:p></table:table-cell>'


def _ods_text(text: str, style: str, *, link: str = "") -> str:
    named = f' table:style-name="{style}"'
    lines = [escape(line) for line in text.split("\n")]
    if link:
        lines = [f'<text:a xlink:type="simple" xlink:href="#{link}">{escape(text)}</text:a>']
    told = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell{named} office:value-type="string">{told}</table:table-cell>'


def _ods_style(number: Printed) -> str:
    """Name the style of all numbers that are printed as this one is."""
    kind = {"£": "p", "£m": "m", "%": "c"}.get(number.kind, "n")
    return f"{kind}{number.decimals}{'s' if number.startswith('+') else ''}"


def _ods_styles_of(number: Printed) -> dict[str, str]:
    """Write how numbers of a kind show. A sign for rises is a style of its own that stands for what is above nought."""
    name = _ods_style(number)
    shows, up, down = f"{name}d", f"{name}dup", f"{name}ddown"
    cell = f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="{shows}"/>'
    if not number.startswith("+"):
        return {shows: _ods_number(shows, number), name: cell}
    leads = (
        f'<style:map style:condition="value()&gt;0" style:apply-style-name="{up}"/>'
        f'<style:map style:condition="value()&lt;0" style:apply-style-name="{down}"/>'
    )
    return {
        up: _ods_number(up, number, sign="+"),
        down: _ods_number(down, number, sign="-"),
        shows: _ods_number(shows, number, leads=leads),
        name: cell,
    }


def _ods_number(name: str, number: Printed, *, sign: str = "", leads: str = "") -> str:
    before, after = f"{sign}{'£' if number.kind.startswith('£') else ''}", number.kind.removeprefix("£")
    kind = "percentage" if number.kind == "%" else "number"
    millions = ' number:display-factor="1000000"' if number.kind == "£m" else ""
    grouping = "" if number.kind == "%" else ' number:grouping="true"'
    return (
        f'<number:{kind}-style style:name="{name}">{_ods_words(before)}<number:number '
        f'number:decimal-places="{number.decimals}" number:min-decimal-places="{number.decimals}"{millions} '
        f'number:min-integer-digits="1"{grouping}/>{_ods_words(after)}{leads}</number:{kind}-style>'
    )


def _ods_words(words: str) -> str:
    return f"<number:text>{words}</number:text>" if words else ""


def _ods_ranges(sheets: Sequence[Sheet]) -> str:
    """Mark each table as a range with a header row."""
    marked = []
    for sheet in sheets:
        last = xl_rowcol_to_cell(sheet.head + len(sheet.rows), len(sheet.columns) - 1)
        marked.append(
            f'<table:database-range table:name="{sheet.name.lower()}_table" table:contains-header="true" '
            f'table:target-range-address="{sheet.name}.A{sheet.head + 1}:{sheet.name}.{last}"/>'
        )
    return f"<table:database-ranges>{''.join(marked)}</table:database-ranges>"
