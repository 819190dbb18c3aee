"""The workbook, Word and PDF of a page: what is in them, what hostile text does to them, and whether real programs open them."""

import io
import json
import math
import os
import re
import runpy
import shutil
import subprocess
import zipfile
from datetime import date

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from projects import ROOT

from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.figures import FIGURE_COLUMNS
from saferleeds_analysis.publishing import drawing_browser, export, pdf
from saferleeds_analysis.publishing.content import Content, content_of_blocks, read_content
from saferleeds_analysis.publishing.export import export_pack
from saferleeds_analysis.publishing.pages import Provenance, render_on_paper
from saferleeds_analysis.publishing.word import write_docx
from saferleeds_analysis.publishing.workbook import workbook_of, write_ods, write_xlsx
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import (
    Chart,
    Commentary,
    Printed,
    Span,
    Table,
    behind,
    bullets,
    facts,
    heading,
    paragraph,
)

DAY = date(2012, 9, 30)
SVG = '<svg role="img" viewBox="0 0 200 100"><rect x="0" y="0" width="200" height="100" fill="#12436D"></rect></svg>'

# What spreadsheets have been made to run, and what gptables reads as orders.
HOSTILE = (
    '=HYPERLINK("http://example.org","x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|'/c calc'!A1",
    "[words](https://example.org)",
    "$$note$$",
    "https://example.org/looks-like-a-link",
    "<b>&amp;</b>",
    "bell \x07 and null \x00",
    "007",
)


PROVENANCE = Provenance(as_at=DAY, code_version="abc", organisation="Safer Camden")
TITLE = "Burglary in Leeds, 2012/13 Q2"
CHART = Chart(
    name="fell",
    headline="Offences fell",
    subtitle="Leeds, 2012",
    alt="Line chart. It fell from 9 to 5.",
    svg=SVG,
)


def page_with(
    rows, *, columns=("Area", "Count", "Change", "Note"), numeric=(False, True, True, False), more=()
) -> Content:
    return content_of_blocks(
        [
            heading(1, TITLE),
            paragraph("Illustrative months, published totals.", css_class="notice"),
            facts(
                [("Offences", wording.number(5938)), ("Change", "down 35.6%")],
                kind="summary",
            ),
            heading(2, "What happened"),
            CHART,
            Table(caption="Counts", columns=columns, rows=tuple(rows), numeric=numeric),
            Commentary(file="x.md", blocks=(heading(3, "What we did"), paragraph("=2+2 patrols"))),
            *more,
        ]
    )


GOOD = (
    ("Leeds", wording.number(5938), wording.percent(-35.6, signed=True), ""),
    ("C&H", "[c]", wording.percent(0.5, signed=True), "none"),
    ("NEL", wording.pounds(22_101_675), "12 to 14", "≈"),
)


def book_of(rows, tmp_path, *, marking="OFFICIAL"):
    place = {"area": "'=Leeds", "period": "2012/13", "measure": "count", "unit": "offences"}
    limits = {"value": 5938, "lower": 5787.9, "upper": 6091, "confidence": 0.95}
    letter = {
        "area": "NEL",
        "period": "2012/13",
        "measure": "RAG letter",
        "value": "G",
        "caveats": "'-a caveat",
    }
    figures = tmp_path / "figures.csv"
    pd.DataFrame([place | limits, letter], columns=["section", *FIGURE_COLUMNS]).to_csv(
        figures, index=False, encoding="utf-8-sig"
    )
    return workbook_of(
        [page_with(rows)],
        [("a-card", figures)],
        title="Tables of 2012/13 Q2",
        author="Safer Camden",
        as_at=DAY,
        marking=marking,
    )


def test_each_sheet_of_a_restricted_workbook_is_marked(tmp_path):
    restricted = MARKINGS["restricted"]
    sheets = book_of(GOOD, tmp_path, marking=restricted).sheets
    assert len(sheets) == 5
    assert {sheet.subtitles[-1] for sheet in sheets} == {f"Marking: {restricted}."}
    public = book_of(GOOD, tmp_path).sheets
    assert not any("Marking" in line for sheet in public for line in sheet.subtitles)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Give a way to let LibreOffice open files and write them again, in one start; skip without it, fail in CI."""
    programs = runpy.run_path(str(ROOT / "scripts" / "ensure_programs.py"))
    program = programs["find_libreoffice"]()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"no LibreOffice, and in CI its tests must run. {programs['LIBREOFFICE_CURE']}")
        pytest.skip(programs["LIBREOFFICE_CURE"])
    folder = tmp_path_factory.mktemp("office")

    def convert(to, *files):
        out = folder / f"as-{to}"
        words = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        done = subprocess.run(
            [*words, "--convert-to", to, "--outdir", str(out), *map(str, files)],
            capture_output=True,
            text=True,
            timeout=240,
        )
        told = [line for line in done.stderr.splitlines() if "javaldx" not in line and line.strip()]
        assert (done.returncode, told) == (0, [])
        return [out / f"{file.stem}.{to}" for file in files]

    return convert


# Numbers as printed


@given(st.integers(-(10**9), 10**9))
def test_a_printed_count_knows_its_value(value):
    shown = wording.number(value)
    assert (shown.value, shown.decimals, shown.kind) == (value, 0, "")
    assert shown.replace(",", "").replace(wording.MINUS, "-") == str(value)


@given(st.integers(-99_999, 99_999))
def test_a_printed_percentage_knows_its_value_to_the_printed_precision(thousandths):
    shown = wording.percent(thousandths / 10, signed=True)
    assert shown.value == pytest.approx(thousandths / 10, abs=1e-9)
    assert (shown.kind, shown.decimals, shown.startswith("+")) == ("%", 1, thousandths > 0)


@pytest.mark.parametrize(
    ("shown", "text", "value"),
    [
        (wording.pounds(22_101_675), "£22.1m", 22_100_000),
        (wording.pounds(-11_198_025), "−£11.2m", -11_200_000),
        (wording.pounds(480_978), "£481,000", 481_000),
        (wording.pounds_and_pence(6620.04), "£6,620.04", 6620.04),
        (wording.signed(12), "+12", 12),
    ],
)
def test_printed_amounts_know_their_values(shown, text, value):
    assert (shown, shown.value) == (text, value)


@pytest.mark.parametrize("text", ["", "[c]", "12 to 14", "2012/13", "=1", "1e5", "007", *HOSTILE[:7]])
def test_text_that_looks_like_a_number_stays_text(text):
    assert not isinstance(content_of_blocks([paragraph(text)]).everything[0].spans[0].text, Printed)


# The workbook


def test_the_workbook_follows_the_rules_for_accessible_spreadsheets(tmp_path):
    write_xlsx(book_of(GOOD, tmp_path), tmp_path / "pack.xlsx")
    book = openpyxl.load_workbook(tmp_path / "pack.xlsx")
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Table_1", "Table_2", "Figures"]
    assert (book.properties.title, book.properties.language) == ("Tables of 2012/13 Q2", "en-GB")
    assert book.active.title == "Cover"
    for sheet in book.worksheets[1:]:
        assert sheet["A1"].value, sheet.title
        assert not sheet.merged_cells.ranges
        [table] = sheet.tables.values()
        cells = [list(row) for row in sheet[table.ref]]
        assert all(cell.value not in (None, "") for row in cells for cell in row), sheet.title
        assert len({cell.value for cell in cells[0]}) == len(cells[0])
        assert sheet.max_row == cells[-1][0].row, "nothing stands below the table"
    links = {cell.value: cell.hyperlink.location for cell in book["Contents"]["A"] if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[2:]}
    assert [row[0].value for row in book["Notes"].iter_rows() if str(row[0].value).startswith("[")] == [
        "[c]",
        "[x]",
        "[z]",
    ]


def test_numbers_are_numbers_shown_as_they_are_printed_and_text_is_text(tmp_path):
    write_xlsx(book_of(GOOD, tmp_path), tmp_path / "pack.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "pack.xlsx")["Table_2"]
    rows = [
        [(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows(min_row=sheet.max_row - 2)
    ]
    assert rows == [
        [("Leeds", "s"), (5938, "n"), (-0.356, "n"), ("[z]", "s")],
        [("C&H", "s"), ("[c]", "s"), (0.005, "n"), ("none", "s")],
        [("NEL", "s"), (22_100_000, "n"), ("12 to 14", "s"), ("≈ [z]", "s")],
    ]
    shown = sheet.cell(sheet.max_row - 1, 3).number_format
    assert shown.startswith("+0.0%")
    figures = openpyxl.load_workbook(tmp_path / "pack.xlsx")["Figures"]
    [first, second] = list(figures.iter_rows(min_row=figures.max_row - 1, values_only=True))
    assert first[2:9] == ("=Leeds", "2012/13", "count", 5938, 5787.9, 6091, 0.95)
    assert second[1 + FIGURE_COLUMNS.index("caveats")] == "-a caveat"


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path, office):
    rows = [(text, text, text, text) for text in HOSTILE]
    book = book_of(rows, tmp_path)
    write_xlsx(book, tmp_path / "excel.xlsx")
    write_ods(book, tmp_path / "open.ods")
    [again, from_ods] = office("xlsx", tmp_path / "excel.xlsx", tmp_path / "open.ods")
    for path in (tmp_path / "excel.xlsx", again, from_ods):
        sheet = openpyxl.load_workbook(path)["Table_2"]
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}, path
        assert [cell.coordinate for cell in cells if cell.hyperlink] == []
        numbers = [cell.value for cell in cells if cell.data_type == "n"]
        assert numbers == [], "text that looks like a number is text"
    content = zipfile.ZipFile(tmp_path / "open.ods").read("content.xml").decode("utf-8")
    assert "table:formula" not in content
    assert "Figures" in openpyxl.load_workbook(from_ods).sheetnames


def test_libreoffice_reads_the_same_values_from_both_workbooks(tmp_path, office):
    book = book_of(GOOD, tmp_path)
    write_xlsx(book, tmp_path / "excel.xlsx")
    write_ods(book, tmp_path / "open.ods")
    [again, from_ods] = office("xlsx", tmp_path / "excel.xlsx", tmp_path / "open.ods")

    def values(path):
        return {
            sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in openpyxl.load_workbook(path).worksheets[1:]
        }

    assert values(again) == values(tmp_path / "excel.xlsx")
    assert values(from_ods) == values(tmp_path / "excel.xlsx")
    sheet = openpyxl.load_workbook(from_ods)["Table_2"]
    [rise] = [cell for row in sheet.iter_rows() for cell in row if cell.value == 0.005]
    assert rise.number_format.split(";")[0].replace("\\", "") == "+0.0%", "a rise shows its plus"


@pytest.mark.parametrize(("name", "write"), [("pack.xlsx", write_xlsx), ("pack.ods", write_ods)])
def test_a_workbook_has_the_same_bytes_each_time(tmp_path, name, write):
    book = book_of(GOOD, tmp_path)
    write(book, tmp_path / name)
    first = (tmp_path / name).read_bytes()
    write(book, tmp_path / name)
    assert (tmp_path / name).read_bytes() == first


# Word


def test_the_word_document_has_real_headings_tables_and_alternative_text(tmp_path, office):
    picture = io.BytesIO()
    Image.new("RGB", (20, 10), "#12436D").save(picture, format="PNG")
    page = page_with(GOOD)
    path = tmp_path / "report.docx"
    write_docx(page, path, provenance=PROVENANCE, pictures={"fell": picture.getvalue()})
    [again] = office("docx", path)
    for place in (path, again):
        document = Document(str(place))
        headings = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
        assert headings == [
            ("Heading 1", "Burglary in Leeds, 2012/13 Q2"),
            ("Heading 2", "What happened"),
            ("Heading 3", "What we did"),
        ]
        assert [
            p.text for p in document.paragraphs if not p.text.strip() and not p._p.xpath(".//w:drawing")
        ] == []
        [table] = document.tables
        assert [cell.text for cell in table.rows[0].cells] == ["Area", "Count", "Change", "Note"]
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
        [said] = document.element.xpath("//wp:docPr/@descr")
        assert said == "Line chart. It fell from 9 to 5."
        assert document.core_properties.title == "Burglary in Leeds, 2012/13 Q2"
        footer = document.sections[0].footer.paragraphs[0]._p
        assert re.search("OFFICIAL.*30 September 2012.*Page", "".join(footer.itertext()))
        assert any("=2+2 patrols" in p.text for p in document.paragraphs)
    own = Document(str(path))
    assert own.core_properties.language == "en-GB"
    assert (own.core_properties.author, own.core_properties.last_modified_by) == 2 * ("Safer Camden",)
    assert set(own.styles.element.xpath("//w:lang/@w:val")) == {"en-GB"}
    first = path.read_bytes()
    write_docx(page, path, provenance=PROVENANCE, pictures={"fell": picture.getvalue()})
    assert path.read_bytes() == first


def test_without_a_drawing_the_chart_is_there_in_words(tmp_path):
    write_docx(page_with(GOOD), tmp_path / "report.docx", provenance=PROVENANCE, pictures={})
    told = [p.text for p in Document(str(tmp_path / "report.docx")).paragraphs]
    assert "The chart in words: Line chart. It fell from 9 to 5." in told


def test_each_numbered_list_begins_at_one_and_columns_leave_room_for_their_words(tmp_path):
    steps = bullets(["Step 1", "Step 2"], numbered=True)
    rows = [("a name", "7", "1.5%", "a long reason " * 12), ("another", "8", "2.5%", "reproduced")]
    write_docx(
        page_with(rows, more=(steps, steps)), tmp_path / "report.docx", provenance=PROVENANCE, pictures={}
    )
    document = Document(str(tmp_path / "report.docx"))
    counts = [p._p.pPr.numPr.numId.val for p in document.paragraphs if p.style.name == "List Number"]
    assert counts == [counts[0]] * 2 + [counts[2]] * 2 and counts[0] != counts[2]
    starts = document.part.numbering_part.element.xpath(
        f"./w:num[@w:numId={counts[0]} or @w:numId={counts[2]}]/w:lvlOverride/w:startOverride/@w:val"
    )
    assert starts == ["1", "1"]
    [table] = document.tables
    widths = [column.width.cm for column in table.columns]
    assert sum(widths) == pytest.approx(16.5, abs=0.05)
    assert max(widths) == widths[3] and min(widths) > 1.4


# PDF, and a whole pack


@pytest.fixture(scope="module")
def browser():
    programs = runpy.run_path(str(ROOT / "scripts" / "ensure_programs.py"))
    if programs["find_chromium"]() is None:
        if os.environ.get("CI"):
            pytest.fail(f"no browser, and in CI its tests must run. {programs['CURE']}")
        pytest.skip(programs["CURE"])


@pytest.fixture(scope="module")
def exported(published, tmp_path_factory, browser):
    root = tmp_path_factory.mktemp("exported") / "a project"
    shutil.copytree(published[0], root)
    from saferleeds_analysis import periods

    return export_pack(root, periods.quarter("2012/13 Q2"), say=[].append)


def test_a_pack_is_exported_to_every_format(exported):
    assert exported.problems == ()
    assert [path.name for path in exported.made][:2] == ["pack.xlsx", "pack.ods"]
    names = {path.name for path in exported.made[2:]}
    assert names == {"report.docx", "report.pdf"}
    index = (exported.made[0].parent / "index.html").read_text(encoding="utf-8")
    links = {a["href"] for a in BeautifulSoup(index, "html.parser").find_all("a")}
    assert {"pack.xlsx", "pack.ods", "every-block/report.docx", "every-block/report.pdf"} <= links


def test_every_table_and_chart_of_the_page_is_in_the_formats(exported):
    folder = exported.made[0].parent
    page = read_content(folder / "every-block")
    html = BeautifulSoup((folder / "every-block" / "report.html").read_text(encoding="utf-8"), "html.parser")
    assert len(page.of(Table)) == len(html.find_all("table"))
    titles = [sheet["A1"].value for sheet in openpyxl.load_workbook(folder / "pack.xlsx").worksheets]
    assert [t.caption for t in page.of(Table) if t.rows and t.caption not in titles] == []
    document = Document(str(folder / "every-block" / "report.docx"))
    charts = [block for block in page.everything if isinstance(block, Chart)]
    assert document.element.xpath("//wp:docPr/@descr") == [chart.alt for chart in charts]
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [" ".join(h.get_text().split()) for h in html.main.find_all(re.compile("^h[1-6]$"))]


def test_the_pdf_is_tagged_with_title_language_bookmarks_and_words_for_pictures(exported):
    import pikepdf
    from pdfua import validate

    path = exported.made[0].parent / "every-block" / "report.pdf"
    with pikepdf.open(path) as paper:
        root = paper.Root
        assert (str(root.Lang), bool(root.MarkInfo.Marked), bool(root.ViewerPreferences.DisplayDocTitle)) == (
            "en-GB",
            True,
            True,
        )
        html = (path.parent / "report.html").read_text(encoding="utf-8")
        assert str(paper.docinfo.Title) == BeautifulSoup(html, "html.parser").title.get_text()
        assert str(paper.docinfo.CreationDate) == "D:20120930000000+00'00'"
        assert int(root.Outlines.Count) != 0
        tags, words = [], []

        def walk(node):
            if isinstance(node, pikepdf.Array):
                for kid in node:
                    walk(kid)
            elif isinstance(node, pikepdf.Dictionary):
                if "/S" in node:
                    tags.append(str(node.S))
                    if node.S == "/Figure":
                        words.append(str(node.get("/Alt", "")))
                if "/K" in node:
                    walk(node.K)

        walk(root.StructTreeRoot)
        width, height = (float(n) for n in paper.pages[0].MediaBox[2:])
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/L"} <= set(tags)
    assert tags.count("/H1") == 1
    assert words and all(words)
    assert (round(width), round(height)) == (595, 842)  # A4 in points
    assert path.parent.as_uri().encode() not in path.read_bytes()
    found = validate(path)
    # No claim of conformance is made (28-004), because nothing here has judged all the rules.
    assert {finding.rule_id for finding in found.findings} == {"UA-28-004"}
    # The checker cannot look for empty headings in files of this kind (14-001): see the test of headings.
    assert {o.rule_id for o in found.outcomes if o.skipped_reason} <= {"UA-14-001"}


def test_no_heading_of_the_pdf_is_empty_and_the_marking_stands_on_each_side(exported):
    import pikepdf

    path = exported.made[0].parent / "every-block" / "report.pdf"
    with pikepdf.open(path) as paper:

        def holds_content(node):
            if isinstance(node, pikepdf.Array):
                return any(holds_content(kid) for kid in node)
            return not isinstance(node, pikepdf.Dictionary) or holds_content(node.get("/K", pikepdf.Array()))

        def headings(node):
            if isinstance(node, pikepdf.Array):
                for kid in node:
                    yield from headings(kid)
            elif isinstance(node, pikepdf.Dictionary):
                if str(node.get("/S", "")) in ("/H1", "/H2", "/H3"):
                    yield node
                yield from headings(node.get("/K", pikepdf.Array()))

        found = list(headings(paper.Root.StructTreeRoot))
        assert len(found) > 3
        assert [str(node.S) for node in found if not holds_content(node)] == []
        for side in paper.pages:
            marks, shown_in_decoration = [], 0
            for order in pikepdf.parse_content_stream(side):
                word = str(order.operator)
                if word in ("BDC", "BMC"):
                    marks.append(str(order.operands[0]))
                elif word == "EMC":
                    marks.pop()
                elif word in ("Tj", "TJ"):
                    assert marks, "no words outside all marks"
                    shown_in_decoration += marks[0] == "/Artifact"
            assert marks == [], "each mark ends on its side"
            assert shown_in_decoration >= 2, "the marking and the number of the page"


def test_the_mended_pdf_has_the_same_bytes_each_time_and_keeps_every_word(browser):
    import pikepdf

    html = (
        '<html lang="en-GB"><head><title>T</title><style>@page { @top-right { content: "OFFICIAL" } }'
        "p { border: 1px solid; background: #eee }</style></head><body><h1>Head</h1><p>Words</p>"
        '<ol><li>One</li></ol><ul><li>Dot</li></ul><a href="https://example.org/x">Out</a></body></html>'
    )
    with drawing_browser.drawing_browser() as one:
        printed = one.print_pdf(html)
    mended = pdf.mend(printed, as_at=DAY)
    assert pdf.mend(printed, as_at=DAY) == mended

    def painted(content):
        with pikepdf.open(io.BytesIO(content)) as paper:
            [side] = paper.pages
            return [
                order
                for order in map(str, pikepdf.parse_content_stream(side))
                if "BMC" not in order and "EMC" not in order and "BDC" not in order
            ]

    assert painted(mended) == painted(printed)
    with pikepdf.open(io.BytesIO(mended)) as paper:
        [note] = paper.pages[0].Annots
        assert str(note.Contents) == "Link to https://example.org/x"
        assert str(paper.docinfo.ModDate) == "D:20120930000000+00'00'"
        with paper.open_metadata() as metadata:
            assert metadata["dc:title"] == "T"


def test_reports_on_request_are_made_by_name_and_the_workbook_says_that_they_are_left_out(
    published, tmp_path
):
    from saferleeds_analysis import periods

    root = tmp_path / "a project"
    shutil.copytree(published[0], root)
    pack = root / "reports" / "2012-13_Q2"
    shutil.copytree(pack / "every-block", pack / "ward-x")
    record = pack / "ward-x" / "run.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    told["notebook"]["name"] = "area_profile.ipynb"
    record.write_text(json.dumps(told), encoding="utf-8")
    listed = root / "notebooks" / "run_list.toml"
    listed.write_text(
        '[formats]\non_request = ["area_profile"]\n' + listed.read_text(encoding="utf-8"), encoding="utf-8"
    )
    quarter = periods.quarter("2012/13 Q2")
    done = export_pack(root, quarter, say=[].append)
    assert {path.parent.name for path in done.made} == {"2012-13_Q2", "every-block", "changes"}
    book = openpyxl.load_workbook(pack / "pack.xlsx")
    left = "The report ward-x has no sheet of its own: its numbers are rows of the sheet Figures."
    assert left in [row[0] for row in book["Contents"].iter_rows(max_row=3, values_only=True)]
    assert left in [row[0] for row in book["Cover"].iter_rows(values_only=True)]
    reports = {row[0] for row in book["Figures"].iter_rows(min_row=5, values_only=True)}
    assert reports == {"every-block", "ward-x"}
    named = export_pack(root, quarter, reports=["ward-x"], say=[].append)
    assert [path.relative_to(pack).as_posix() for path in named.made] == [
        "ward-x/report.docx",
        "ward-x/report.pdf",
    ]
    with pytest.raises(
        ValueError, match=r"the pack of 2012/13 Q2 has no report ward-y\. The names are those"
    ):
        export_pack(root, quarter, reports=["ward-y"])


def test_without_a_browser_one_message_says_so_and_the_rest_is_made(published, tmp_path, monkeypatch):
    from saferleeds_analysis import periods

    root = tmp_path / "a project"
    shutil.copytree(published[0], root)
    monkeypatch.setattr(drawing_browser, "find_browser", lambda: None)
    done = export.export_pack(root, periods.quarter("2012/13 Q2"), say=[].append)
    [problem] = done.problems
    assert problem.startswith(
        "No PDF and no pictures in Word were made. Chromium, Google Chrome or Microsoft Edge is needed."
    )
    assert {path.suffix for path in done.made} == {".xlsx", ".ods", ".docx"}


def test_the_paper_copy_has_no_link_to_a_file_and_nothing_folded():
    table = Table(caption="C", columns=("a", "b"), rows=(("x", "y"),), numeric=(False, False))
    content = content_of_blocks(
        [
            heading(1, "T"),
            paragraph(Span("Pack", href="../index.html"), Span("web", href="https://example.org")),
            behind("More", paragraph("In it")),
            Chart(name="c", headline="H", subtitle="S", alt="A line that falls.", svg=SVG, data=table),
        ]
    )
    paper = BeautifulSoup(render_on_paper(content, PROVENANCE), "html.parser")
    assert [a["href"] for a in paper.find_all("a")] == ["https://example.org"]
    assert paper.find(["details", "summary", "table"]) is None
    assert "In it" in paper.get_text()
    assert "Skip" not in paper.get_text()
    assert paper.find("figure") is None
    assert len(paper.find_all("svg")) == 1


def test_a_quarter_without_a_pack_is_refused(tmp_path):
    from saferleeds_analysis import periods

    with pytest.raises(
        ValueError, match=r'no pack of 2012/13 Q1 is published. Make it first: saferleeds report "2012/13 Q1"'
    ):
        export_pack(tmp_path, periods.quarter("2012/13 Q1"))


def test_a_page_is_made_again_from_its_executed_notebook(published):
    folder = published[0] / "reports" / "2012-13_Q2" / "every-block"
    content = read_content(folder)
    soup = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
    assert content.title == soup.h1.get_text()
    assert [t.title for t in content.of(Table)] == [t.caption.get_text() for t in soup.find_all("table")]


# The bundled example


@pytest.fixture(scope="module")
def example_exported(example, browser):
    """Export the bundled example by the command that people use, and let LibreOffice write its office files again."""
    from projects import run

    done = run(example.project, "export", "2012/13 Q2")
    assert done.returncode == 0, done.stderr
    return example.project / "reports" / "2012-13_Q2", done


def test_the_example_is_exported_without_a_problem_and_stays_readable(example_exported):
    folder, done = example_exported
    assert done.stderr == ""
    words = sorted(path.parent.name for path in folder.glob("*/report.docx"))
    assert words == sorted(path.parent.name for path in folder.glob("*/report.pdf"))
    assert {"domestic-burglary-leeds", "members-summary-leeds", "partnership-dashboard"} <= set(words)
    assert [name for name in words if name.startswith(("ward-", "division-"))] == []
    assert len(openpyxl.load_workbook(folder / "pack.xlsx", read_only=True).sheetnames) < 100


def test_libreoffice_opens_every_office_file_of_the_example_with_the_same_values(
    example_exported, office, tmp_path
):
    folder, _ = example_exported
    files = [folder / "pack.xlsx", shutil.copy(folder / "pack.ods", tmp_path / "open.ods")]
    [again, from_ods] = office("xlsx", *files)

    def cells(path):
        book = openpyxl.load_workbook(path, read_only=True)
        return {
            sheet.title: [row for row in sheet.iter_rows(values_only=True) if any(v is not None for v in row)]
            for sheet in book.worksheets
        }

    def same(these, those):
        """Equal, numbers to the fifteen digits that a spreadsheet keeps."""
        return len(these) == len(those) and all(
            a == b or (isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=1e-13))
            for row, other in zip(these, those, strict=True)
            for a, b in zip(row, other, strict=True)
        )

    own = cells(folder / "pack.xlsx")
    figures = own["Figures"]
    printed = sum(len(pd.read_csv(path)) for path in folder.glob("*/figures.csv"))
    assert sum(len(row) == len(figures[-1]) and row[1] is not None for row in figures) == printed + 1
    assert "Marking: OFFICIAL." in {row[0] for row in own["Cover"]}
    assert {"[c]", "[x]", "[z]"} <= {row[0] for row in own["Notes"]}
    for path in (again, from_ods):
        theirs = cells(path)
        assert list(theirs) == list(own)
        assert [name for name in own if name != "Cover" and not same(theirs[name], own[name])] == [], path
        assert "Marking: OFFICIAL." in {row[0] for row in theirs["Cover"]}
    for path in (folder / "pack.xlsx", again, from_ods):
        with zipfile.ZipFile(path) as parts:
            sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
            assert [n for n in sheets if b"<f>" in parts.read(n) or b"<f " in parts.read(n)] == []
    documents = [shutil.copy(p, tmp_path / f"{p.parent.name}.docx") for p in folder.glob("*/report.docx")]
    for own_path, path in zip(documents, office("docx", *documents), strict=True):
        told = [
            [p.text for p in Document(str(place)).paragraphs if p.style.name.startswith("Heading")]
            for place in (own_path, path)
        ]
        assert told[0] == told[1] != [], path.name
        footer = "".join(Document(str(path)).sections[0].footer.paragraphs[0]._p.itertext())
        assert footer.startswith("OFFICIAL. "), path.name


def test_the_pdfs_of_the_example_pass_the_rules_that_are_judged(example_exported):
    from pdfua import validate

    folder, _ = example_exported
    for name in ("domestic-burglary-leeds", "members-summary-leeds", "partnership-dashboard"):
        assert {f.rule_id for f in validate(folder / name / "report.pdf").findings} == {"UA-28-004"}, name
