"""The tables of a pack as an accessible workbook, in Excel's format and in OpenDocument's.

By the Analysis Function's rules for spreadsheets: a cover, contents with links, notes with the shorthand, then one table a
sheet that starts in A1 with its title, marked as a table, without merged cells and without empty rows or columns in it.
Numbers are numbers and text is text: a cell that begins like a formula stays the text that it is.
"""

import math
import re
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.figures import FIGURE_COLUMNS
from saferleeds_analysis.publishing.content import Content
from saferleeds_analysis.publishing.files import read_figures
from saferleeds_analysis.publishing.office_files import write_same_bytes
from saferleeds_analysis.reporting.blocks import Block, Facts, Printed, Text, cell_text
from saferleeds_analysis.reporting.changes import MAIN_FIGURES

Cell = str | Printed | float | int

# The Government Statistical Service's shorthand for what is not a number.
SHORTHAND = {
    "[c]": "withheld: a small number could identify a person, or would give away another that could",
    "[x]": "not available: the figure was not received, or cannot be worked out from what was",
    "[z]": "not applicable: nothing belongs in this cell",
}
_EMPTY = "[z]"
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
    links: tuple[str, ...] = ()  # for the contents: the sheets that the first column leads to


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A workbook before it is written: the words of its cover, and its sheets with contents and notes first."""

    title: str
    subject: str
    cover: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    made_on: date


def workbook_of(
    pages: Sequence[Content],
    figures: Iterable[tuple[str, Path]],
    *,
    title: str,
    as_at: date,
    marking: str,
    left_out: Sequence[str] = (),
) -> Workbook:
    """Gather the tables of a pack: the state of the indicators, each page's tables, and every figure as a tidy row.

    ``figures`` are pairs of a report and its ``figures.csv``. Cells hold the printed numbers to the printed precision;
    the figures hold them in full. ``left_out`` are reports of whose tables there is no sheet, because a workbook of
    hundreds of sheets is read by nobody; the contents say so, and their numbers are among the figures. The main figures of
    each page, then and now, are left out too: each pack's workbook has its own.
    """
    sheets = [_state(pages)]
    for page in pages:
        for table in page.tables:
            # What a page only repeats, beside the pack before, has no sheet of its own.
            if table.rows and table.caption != MAIN_FIGURES:
                sheets.append(
                    Sheet(
                        name=f"Table_{len(sheets) + 1}",
                        title=table.caption,
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
                )
    sheets.append(_figures(figures))
    told = (
        f"Figures as at {periods.day_name(as_at)}.",
        f"Marking: {marking}." if marking else "",
        "This workbook holds the tables of the pages of the pack and nothing else. Numbers in the tables are rounded as "
        "they are on the pages; the last sheet holds every figure in full, with its interval, method and caveats.",
        "The sheet Contents leads to each table, and the sheet Notes explains the shorthand in square brackets.",
        _say_left_out(left_out),
    )
    sheets = [_contents(sheets, left_out), _notes(pages), *sheets]
    if marking not in ("", MARKINGS["public"]):  # a sheet is printed, or sent on, without its cover
        sheets = [replace(sheet, subtitles=(*sheet.subtitles, f"Marking: {marking}.")) for sheet in sheets]
    return Workbook(
        title=title,
        subject="Crime-performance statistics",
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
        _write_with_gptables(book, path)


def _write_with_gptables(book: Workbook, path: Path) -> None:
    import pandas as pd
    from gptables import Cover, GPTable
    from gptables.core.wrappers import GPWorkbook

    moment = datetime(book.made_on.year, book.made_on.month, book.made_on.day)
    # Text is never looked at for formulas or addresses, whatever it begins with.
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.xlsx"
        writer = GPWorkbook(filename=str(draft), options=options)
        writer.set_properties(
            {"title": book.title, "subject": book.subject, "author": "Safer Leeds", "created": moment}
        )
        cover = writer.add_worksheet("Cover")
        cover.write_cover(
            Cover(title=_plain(book.title), intro=[_plain(line) for line in book.cover], width=100)
        )
        for row, line in enumerate(book.cover, start=2):
            cover.set_row(row, 16 * max(1, math.ceil(len(line) / 90)))
        _print_across_one_page(cover)
        for sheet in book.sheets:
            cells = [[_for_gptables(cell) for cell in row] for row in sheet.rows]
            for row, name in zip(cells, sheet.links, strict=False):
                row[0] = {name: f"internal:'{name}'!A1"}
            table = pd.DataFrame(cells, columns=[_plain(column) for column in sheet.columns], dtype=object)
            worksheet = writer.add_worksheet(sheet.name)
            worksheet.write_gptable(
                GPTable(
                    table=table,
                    table_name=f"{sheet.name.lower()}_table",
                    title=_plain(sheet.title),
                    subtitles=[_plain(line) for line in sheet.subtitles],
                    instructions="This worksheet contains one table.",
                    index_columns={2: 0},
                    additional_formatting=_formats(sheet),
                ),
                auto_width=False,
            )
            for column, width in enumerate(_widths(sheet)):
                worksheet.set_column(column, column, width)
            head = len(sheet.subtitles) + 2
            for row, lines in enumerate(_lines(sheet), start=head):
                if lines > 1:
                    worksheet.set_row(row, 16 * lines)
            _print_across_one_page(worksheet, head)
        writer.close()
        write_same_bytes(draft, path, as_at=book.made_on)


def write_ods(book: Workbook, path: Path) -> None:
    """Write the workbook as .ods, the same bytes for the same workbook.

    odfdo makes the file round them; the sheets are written as XML, because given to it they take a hundred times as long.
    """
    from odfdo import Document, Element

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
    meta = document.meta
    moment = datetime(book.made_on.year, book.made_on.month, book.made_on.day)
    meta.title, meta.subject, meta.language = book.title, book.subject, "en-GB"
    meta.creation_date, meta.date = moment, moment
    meta.initial_creator, meta.creator, meta.generator = "Safer Leeds", "Safer Leeds", "saferleeds_analysis"
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.ods"
        document.save(str(draft))
        sheets.append(_ods_ranges(book.sheets))
        write_same_bytes(draft, path, as_at=book.made_on, mend=lambda part: _put_in(part, sheets))


def _put_in(content: str, sheets: Sequence[str]) -> str:
    start, empty, end = content.partition("<office:spreadsheet/>")
    if not empty:
        raise RuntimeError("odfdo writes an empty spreadsheet in another way than before")
    return f"{start}<office:spreadsheet>{''.join(sheets)}</office:spreadsheet>{end}"


# The sheets that every workbook has


def _say_left_out(reports: Sequence[str]) -> str:
    if not reports:
        return ""
    return (
        f"{len(reports)} of the reports have no sheet of their own: their numbers are rows of the sheet Figures, under the "
        f"names {reports[0]} to {reports[-1]}."
        if len(reports) > 1
        else f"The report {reports[0]} has no sheet of its own: its numbers are rows of the sheet Figures."
    )


def _contents(sheets: Sequence[Sheet], left_out: Sequence[str]) -> Sheet:
    rows = [
        ("Notes", "Notes: the shorthand in square brackets, and what to know before using the figures", "")
    ]
    rows += [(sheet.name, sheet.title, sheet.subtitles[0] if sheet.subtitles else "") for sheet in sheets]
    return Sheet(
        name="Contents",
        title="Contents",
        subtitles=tuple(line for line in [_say_left_out(left_out)] if line),
        columns=("Sheet", "Table", "Page"),
        rows=tuple(tuple(_text(cell) for cell in row) for row in rows),
        links=tuple(row[0] for row in rows),
    )


def _notes(pages: Sequence[Content]) -> Sheet:
    rows = [(mark, meaning[:1].upper() + meaning[1:] + ".") for mark, meaning in SHORTHAND.items()]
    rows += [(page.title, " ".join(page.notices)) for page in pages if page.notices]
    return Sheet(
        name="Notes",
        title="Notes",
        subtitles=(
            "The shorthand used in the tables, then what to know before using the figures of a page.",
        ),
        columns=("About", "Note"),
        rows=tuple(tuple(_text(cell) for cell in row) for row in rows),
    )


def _state(pages: Sequence[Content]) -> Sheet:
    """Gather the headline figures of every page in one table."""
    rows = [
        (page.title, name, _typed(value))
        for page in pages
        for box in [b for b in page.everything if isinstance(b, Facts) and b.kind == "summary"][:1]
        for name, value in box.pairs
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
    if number.kind == "%":
        shown = f"0{places}%"
    elif number.kind == "£m":
        shown = f'"£"#,##0{places},,"m"'
    else:
        shown = f'"£"#,##0{places}' if number.kind else f"#,##0{places}"
    return f"+{shown};-{shown};{shown}" if _is_signed(number) else f"{shown};-{shown}"


def _formats(sheet: Sheet) -> list[dict]:
    """Give each number its format. One entry a cell, because gptables formats the last cell of an entry only."""
    return [
        {"cell": {"cells": (row, column), "format": {"num_format": _number_format(cell)}}}
        for row, cells in enumerate(sheet.rows, start=1)
        for column, cell in enumerate(cells)
        if isinstance(cell, Printed)
    ]


def _for_gptables(cell: Cell) -> str | float | int:
    return _value(cell) if isinstance(cell, Printed) else _plain(cell) if isinstance(cell, str) else cell


def _value(number: Printed) -> float | int:
    """Give a number as spreadsheets keep it: a percentage as a share."""
    return round(number.value / 100, number.decimals + 2) if number.kind == "%" else number.value


def _is_signed(number: Printed) -> bool:
    return number.startswith("+")


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


def _lines(sheet: Sheet) -> list[int]:
    """Say how many lines each row of the table needs in its columns, the header first. Programs do not all work it out."""
    widths = _widths(sheet)
    return [
        max(
            math.ceil(len(_shown(cell)) / width) + _shown(cell).count("\n")
            for cell, width in zip(row, widths, strict=True)
        )
        for row in (sheet.columns, *sheet.rows)
    ]


def _print_across_one_page(worksheet: Any, head: int | None = None) -> None:
    """Print a sheet on its side, as wide as the paper, with the header row on each page."""
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    if head is not None:
        worksheet.repeat_rows(head)


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
    told += [("This worksheet contains one table.", "text")] if sheet.columns else []
    rows = [f"<table:table-row>{_ods_text(line, style)}</table:table-row>" for line, style in told]
    if sheet.columns:
        head = "".join(_ods_text(column, "head") for column in sheet.columns)
        rows.append(
            f"<table:table-header-rows><table:table-row>{head}</table:table-row></table:table-header-rows>"
        )
    for number, row in enumerate(sheet.rows):
        link = sheet.links[number] if number < len(sheet.links) else ""
        cells = [_ods_text(link, "cell", link=link) if link else _ods_cell(row[0], styles)]
        cells += [_ods_cell(cell, styles) for cell in row[1:]]
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    columns = "".join(f'<table:table-column table:style-name="width{width}"/>' for width in widths)
    return f'<table:table table:name="{sheet.name}" table:style-name="sheet">{columns}{"".join(rows)}</table:table>'


def _ods_cell(cell: Cell, styles: dict[str, str]) -> str:
    if isinstance(cell, str) and not isinstance(cell, Printed):
        return _ods_text(cell, "cell")
    if not isinstance(cell, Printed):
        return f'<table:table-cell office:value-type="float" office:value="{cell!r}"><text:p>{cell!r}</text:p></table:table-cell>'
    pound = {"£": "p", "£m": "m", "%": "c"}.get(cell.kind, "n")
    name = f"{pound}{cell.decimals}{'s' if _is_signed(cell) else ''}"
    if name not in styles:
        styles |= _ods_numbers(f"{name}d", cell)
        styles[name] = (
            f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="{name}d"/>'
        )
    kind = "percentage" if cell.kind == "%" else "float"
    return (
        f'<table:table-cell table:style-name="{name}" office:value-type="{kind}" office:value="{_value(cell)!r}">'
        f"<text:p>{'+' if _is_signed(cell) and cell.value > 0 else ''}{_shown(cell)}</text:p></table:table-cell>"
    )


def _ods_text(text: str, style: str, *, link: str = "") -> str:
    named = f' table:style-name="{style}"'
    lines = [escape(line) for line in text.split("\n")]
    if link:
        lines = [f'<text:a xlink:type="simple" xlink:href="#{link}">{escape(text)}</text:a>']
    told = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f'<table:table-cell{named} office:value-type="string">{told}</table:table-cell>'


def _ods_numbers(name: str, number: Printed) -> dict[str, str]:
    """Write how numbers of a kind show. A sign for rises is a style of its own that stands for what is above nought."""
    if not _is_signed(number):
        return {name: _ods_number(name, number)}
    up, down = f"{name}up", f"{name}down"
    leads = (
        f'<style:map style:condition="value()&gt;0" style:apply-style-name="{up}"/>'
        f'<style:map style:condition="value()&lt;0" style:apply-style-name="{down}"/>'
    )
    return {
        up: _ods_number(up, number, sign="+"),
        down: _ods_number(down, number, sign="-"),
        name: _ods_number(name, number, leads=leads),
    }


def _ods_number(name: str, number: Printed, *, sign: str = "", leads: str = "") -> str:
    places = f'number:decimal-places="{number.decimals}" number:min-decimal-places="{number.decimals}"'
    before = f"<number:text>{sign}{'£' if number.kind.startswith('£') else ''}</number:text>"
    before = before if before != "<number:text></number:text>" else ""
    if number.kind == "%":
        return (
            f'<number:percentage-style style:name="{name}">{before}<number:number {places} number:min-integer-digits="1"/>'
            f"<number:text>%</number:text>{leads}</number:percentage-style>"
        )
    millions = ' number:display-factor="1000000"' if number.kind == "£m" else ""
    ending = "<number:text>m</number:text>" if number.kind == "£m" else ""
    return (
        f'<number:number-style style:name="{name}">{before}<number:number {places}{millions} '
        f'number:min-integer-digits="1" number:grouping="true"/>{ending}{leads}</number:number-style>'
    )


def _ods_ranges(sheets: Sequence[Sheet]) -> str:
    """Mark each table as a range with a header row."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    marked = []
    for sheet in sheets:
        head = len(sheet.subtitles) + 2
        last = xl_rowcol_to_cell(head + len(sheet.rows), len(sheet.columns) - 1)
        marked.append(
            f'<table:database-range table:name="{sheet.name.lower()}_table" table:contains-header="true" '
            f'table:target-range-address="{sheet.name}.A{head + 1}:{sheet.name}.{last}"/>'
        )
    return f"<table:database-ranges>{''.join(marked)}</table:database-ranges>"
