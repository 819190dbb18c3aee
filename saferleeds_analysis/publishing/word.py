"""A page as a Word document, for partners who edit: real headings, lists, tables and captions, nothing drawn by hand.

A card is a brief of two sides, as on paper: what is folded away is open, and links to other pages are left out. Header rows
are marked and repeat on each page, pictures and tables carry their words, and there is no empty paragraph: space is a matter
of styles. The data behind charts are left to the workbook.
"""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from saferleeds_analysis.publishing.content import Content, on_paper
from saferleeds_analysis.publishing.files import write_office_file
from saferleeds_analysis.publishing.pages import Provenance
from saferleeds_analysis.reporting.blocks import (
    Block,
    Chart,
    Commentary,
    Facts,
    Group,
    Heading,
    Listing,
    Span,
    Table,
    Text,
    cell_text,
)

_WIDTH_CM = 17.4
_PICTURE_CM = 14.5
_BLUE = "12436D"
# The looks of Word's own styles: size in points, bold, colour, space before and after.
_LOOKS = (
    ("Normal", 10.5, None, "", 0, 3),
    ("Heading 1", 17, True, _BLUE, 4, 4),
    ("Heading 2", 13, True, _BLUE, 8, 3),
    ("Heading 3", 11, True, _BLUE, 5, 2),
    ("Caption", 10, True, "0B0C0C", 4, 3),
)
# What the page calls a paragraph, and the style of the document that it gets.
_STYLES = {
    "notice": "Notice",
    "flag": "Notice",
    "lead": "Lead",
    "commentary-by": "Commentary",
    "commentary-missing": "Notice",
}


def write_docx(
    content: Content, path: Path, *, provenance: Provenance, pictures: Mapping[str, bytes]
) -> None:
    """Write a page as a Word document; a chart without a drawing under its name in ``pictures`` is there in words."""
    document = Document()
    _set_up(document, content.title, provenance)
    _add(document, map(on_paper, content.blocks), pictures)
    made = io.BytesIO()
    document.save(made)
    write_office_file(made, path, as_at=provenance.as_at)


def _set_up(document: Any, title: str, provenance: Provenance) -> None:
    properties = document.core_properties
    moment = datetime.combine(provenance.as_at, time())
    properties.title, properties.language = title, "en-GB"
    properties.author = properties.last_modified_by = provenance.organisation
    properties.comments = ""
    properties.created, properties.modified, properties.revision = moment, moment, 1
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(1.5)
    section.header_distance = section.footer_distance = Cm(0.8)
    styles = document.styles
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    for name, size, bold, colour, before, after in _LOOKS:
        style = styles[name]
        style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), bold
        if colour:
            style.font.color.rgb = RGBColor.from_string(colour)
        for theme in ("asciiTheme", "hAnsiTheme"):  # which would come before the font that is named
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    styles["Caption"].paragraph_format.keep_with_next = True
    for name, colour in (("Notice", "F46A25"), ("Lead", ""), ("Commentary", _BLUE)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        if colour:
            style.paragraph_format.left_indent = Cm(0.4)
            border = _element("pBdr")
            border.append(_element("left", val="single", sz="24", space="8", color=colour))
            # The order of a paragraph's properties is fixed: borders come before spacing and indents.
            style.element.get_or_add_pPr().insert(0, border)
    styles["Lead"].font.size = Pt(13)
    told = (
        f"{provenance.marking}. Data as at {provenance.as_at_text}. Code version {provenance.code_version}."
    )
    footer = section.footer.paragraphs[0]
    footer.add_run(f"{told} Page ")
    _add_field(footer, "PAGE")
    footer.add_run(" of ")
    _add_field(footer, "NUMPAGES")


def _add(document: Any, blocks: Iterable[Block], pictures: Mapping[str, bytes]) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            document.add_heading(block.text, level=min(block.level, 9))
        elif isinstance(block, Text):
            kind = next((style for name, style in _STYLES.items() if name in block.kind.split()), None)
            _write(document.add_paragraph(style=kind), block.spans)
        elif isinstance(block, Listing):
            _add_list(document, block, pictures)
        elif isinstance(block, Facts):
            for name, value in block.pairs:  # without the small drawings among the words
                said = "; ".join(part.text for part in value.walk() if isinstance(part, Text))
                _write(document.add_paragraph(), [Span(f"{name}: ", kind="strong"), Span(said)])
        elif isinstance(block, Table):
            _add_table(document, block)
        elif isinstance(block, Chart):
            _add_picture(document, block, pictures.get(block.name))
        elif isinstance(block, Commentary):
            document.add_paragraph("Partners' own words begin here.", style="Commentary").runs[0].bold = True
            _add(document, block.blocks, pictures)
            document.add_paragraph("Partners' own words end here.", style="Commentary").runs[0].bold = True
        elif isinstance(block, Group):
            _add(document, block.blocks, pictures)


def _add_list(document: Any, block: Listing, pictures: Mapping[str, bytes]) -> None:
    count = _new_count(document) if block.numbered else None
    for item in block.items:
        first, *more = item.parts or (item,)
        paragraph = document.add_paragraph(style="List Number" if block.numbered else "List Bullet")
        if count is not None:
            paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = count
        _write(paragraph, first.spans if isinstance(first, Text) else [Span(first.text)])
        _add(document, more, pictures)


def _add_table(document: Any, table: Table) -> None:
    document.add_paragraph(table.title, style="Caption")
    made = document.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    made.style = "Table Grid"
    made.autofit = False
    widths = [Cm(width) for width in _column_widths(table)]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    _say_of_table(made, table)
    for row, cells in zip(made.rows, (table.columns, *table.rows), strict=True):
        is_head = cells is table.columns
        marks = row._tr.get_or_add_trPr()
        marks.append(_element("cantSplit"))
        if is_head:
            marks.append(_element("tblHeader"))
        for number, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[number]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
            run = paragraph.add_run(_clean(cell_text(text)) or "none")
            run.font.size = Pt(9)
            run.bold = is_head or number == 0
            if table.numeric[number]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _add_picture(document: Any, picture: Chart, drawing: bytes | None) -> None:
    document.add_paragraph(f"{picture.headline}. {picture.subtitle}".rstrip(" ."), style="Caption")
    if drawing is None:
        document.add_paragraph(f"The chart in words: {picture.alt}")
    else:
        shape = document.add_picture(io.BytesIO(drawing), width=Cm(_PICTURE_CM))
        said = shape._inline.docPr
        said.set("descr", picture.alt)
        said.set("title", picture.headline)
        said.set("name", picture.headline)
    document.add_paragraph("The data behind this chart are on the page and in the workbook of the pack.")


def _new_count(document: Any) -> int:
    """Give the number of a count that begins at 1 again: without one, every numbered list goes on from the one before."""
    listed = document.styles["List Number"].element.pPr.numPr.numId.val
    counts = document.part.numbering_part.element
    count = counts.add_num(counts.num_having_numId(listed).abstractNumId.val)
    count.add_lvlOverride(ilvl=0).add_startOverride(1)
    return count.numId


def _column_widths(table: Table) -> list[float]:
    """Share the page's width among the columns, in centimetres: room for the longest word, the rest by length."""
    least, wished = [], []
    for number, column in enumerate(table.columns):
        cells = [column, *[cell_text(row[number]) for row in table.rows]]
        least.append(0.55 + 0.19 * max(len(word) for word in f"{' '.join(cells)} none".split()))
        longest = max([len(column) / 2, *[len(cell) for cell in cells[1:]]])
        wished.append(max(least[-1], 0.55 + 0.17 * min(longest, 60)))
    if sum(least) >= _WIDTH_CM:
        return [_WIDTH_CM * width / sum(least) for width in least]
    spare, more = _WIDTH_CM - sum(least), sum(wished) - sum(least)
    shares = [(w - x) / more if more else 1 / len(least) for w, x in zip(wished, least, strict=True)]
    return [x + spare * share for x, share in zip(least, shares, strict=True)]


def _write(paragraph: Any, spans: Iterable[Span]) -> None:
    for span in spans:
        run = paragraph.add_run(_clean(span.text))
        if span.href.startswith(("http:", "https:", "mailto:")):
            run.underline = True
            link = _element("hyperlink")
            link.set(
                qn("r:id"), paragraph.part.relate_to(span.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            )
            link.append(run._r)
            paragraph._p.append(link)
        else:
            run.bold, run.italic = span.kind == "strong" or None, span.kind == "em" or None


def _clean(text: str) -> str:
    return "".join(c for c in text if c >= " " or c in "\n\t")


def _element(name: str, **values: str) -> Any:
    """Make an element of Word's own, for what the library has no words for."""
    made = OxmlElement(f"w:{name}")
    for key, value in values.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _add_field(paragraph: Any, code: str) -> None:
    field = _element("fldSimple", instr=code)
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)


def _say_of_table(made: Any, table: Table) -> None:
    properties = made._tbl.tblPr
    properties.append(_element("tblCaption", val=table.title))
    properties.append(_element("tblDescription", val=f"Columns: {', '.join(table.columns)}."))
    look = properties.find(qn("w:tblLook"))
    look.set(qn("w:firstRow"), "1")
    look.set(qn("w:firstColumn"), "1")
