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
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from bs4 import BeautifulSoup
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from projects import ROOT

from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window, month
from saferleeds_analysis.publishing import drawing_browser, export, pdf
from saferleeds_analysis.publishing.content import Content, content_of_blocks, read_content
from saferleeds_analysis.publishing.export import export_pack
from saferleeds_analysis.publishing.files import read_figures
from saferleeds_analysis.publishing.pages import Provenance, render_on_paper
from saferleeds_analysis.publishing.word import write_docx
from saferleeds_analysis.publishing.workbook import COLUMNS, workbook_of, write_ods, write_xlsx
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import (
    Chart,
    Commentary,
    Group,
    Span,
    Table,
    behind,
    bullets,
    facts,
    heading,
    paragraph,
)
from saferleeds_analysis.reporting.questions import Question

DAY = date(2012, 9, 30)
SVG = '<svg role="img" viewBox="0 0 200 100"><rect x="0" y="0" width="200" height="100" fill="#12436D"></rect></svg>'

# What spreadsheets have been made to run, and what other programs read as orders.
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


COUNT = Measure(id="monthly_count", words="monthly_count", role="count", own=True)
YEAR = Measure(id="year_count", words="twelve months", role="count", own=True, part="headline")
CHANGE = Measure(id="change", words="change on the year before", role="change", decimals=1)
TARGET = Measure(id="target", words="target", role="target")
SHARE = Measure(id="share", words="share of people", role="percentage")
VALUE = Measure(id="value", words="value", role="cost", decimals=0)
TEST = Measure(id="test", words="test of the season", role="quality", decimals=3)
BEFORE = Measure(id="before", words="published before: {figure}", role="about the pack")
SEPTEMBER, TWELVE = Window.month(month("2012-09")), Window.twelve_months(month("2012-09"))


def figure(measure, value, *, window=TWELVE, area="Leeds", indicator="burglary", **about):
    return Figure(measure=measure, indicator_id=indicator, area=area, window=window, value=value, **about)


MONTHS = [
    figure(COUNT, 500 - n, window=Window.month(month("2010-10") + n), unit="offences") for n in range(24)
]
FIGURES = (
    *MONTHS,
    figure(YEAR, 5938, lower=5787.9, upper=6091.25, confidence=0.95, unit="offences", status="illustrative"),
    figure(
        CHANGE, -35.55459, lower=-37.6, upper=-33.4, confidence=0.95, unit="%", n=9214, status="estimated"
    ),
    figure(YEAR, "[c]", area="Armley", unit="offences"),
    figure(CHANGE, 2.5, area="Armley", unit="%", caveats=("=a caveat", "Another.")),
    figure(TARGET, 5999, unit="offences", status="published", qualifiers={"target": "stretch"}),
    figure(SHARE, 12.6, unit="%", n=400, status="estimated", caveats=("Another.",)),
    figure(VALUE, 23_306_650, unit="£"),
    figure(TEST, 0.125),
    figure(Measure(id="fine", words="a fine test", role="quality", decimals=9), 0.123456789),
    figure(BEFORE, 9215, indicator="this pack", qualifiers={"figure": "burglary twelve months"}),
    figure(BEFORE, 7, indicator="this pack", qualifiers={"figure": "theft twelve months"}),
)
ACTIONS = Table(
    caption="Actions as they stood in 2012/13 Q2",
    columns=("What", "Who", "By", "State"),
    rows=(("Alley gates", "Housing", "31 October 2012", "On course"),),
    numeric=(False,) * 4,
)


def book_of(figures=FIGURES, *, marking="OFFICIAL", more=(ACTIONS,), questions=()):
    page = page_with([], more=(paragraph("Figures.", figures=figures), *more))
    return workbook_of(
        {"a-card": page, "annex": page_with([], more=(paragraph("Again.", figures=figures[:3]),))},
        homes={"Leeds"},
        title="Figures of 2012/13 Q2",
        author="Safer Camden",
        as_at=DAY,
        marking=marking,
        questions=questions,
    )


def rows_of(sheet):
    """Give the table of a sheet of figures as dictionaries."""
    [table] = sheet.tables.values()
    head, *rows = ([cell.value for cell in row] for row in sheet[table.ref])
    return [dict(zip(head, row, strict=True)) for row in rows]


SHEETS_OF_FIGURES = ("Monthly", "Years", "Areas", "Targets", "Surveys", "Costs", "Methods", "Changes")


def figures_in(path):
    """Give the rows of a workbook's figures, in which the headlines are told twice."""
    book = openpyxl.load_workbook(path)
    return [row for name in SHEETS_OF_FIGURES if name in book.sheetnames for row in rows_of(book[name])]


def test_the_questions_of_a_board_have_a_sheet_with_the_page_of_each_answer():
    asked = [Question(asked="Why late: Gates?", href="../../2012-13_Q2/action-plan/report.html")]
    [sheet] = [sheet for sheet in book_of(questions=asked).sheets if sheet.name == "Questions"]
    assert sheet.rows == (("Why late: Gates?", "../../2012-13_Q2/action-plan/report.html"),)
    assert "Questions" not in {sheet.name for sheet in book_of().sheets}


def test_each_sheet_of_a_restricted_workbook_is_marked():
    restricted = MARKINGS["restricted"]
    sheets = book_of(marking=restricted).sheets
    assert len(sheets) == 13
    assert {sheet.told[-1] for sheet in sheets} == {f"Marking: {restricted}."}
    public = book_of().sheets
    assert [sheet.name for sheet in public if any("Marking" in line for line in sheet.told)] == ["Contents"]


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


# The workbook


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("workbook") / "report.xlsx"
    write_xlsx(book_of(), path)
    return path


def test_the_workbook_follows_the_rules_for_accessible_spreadsheets(workbook):
    book = openpyxl.load_workbook(workbook)
    assert book.sheetnames == [
        *("Contents", "Notes", "Headlines", "Monthly", "Years", "Areas", "Targets", "Surveys", "Costs"),
        *("Methods", "Changes", "Charts", "Actions"),
    ]
    assert (book.properties.title, book.properties.language) == ("Figures of 2012/13 Q2", "en-GB")
    assert book.active.title == "Contents"
    for sheet in book.worksheets:
        assert sheet["A1"].value, sheet.title
        assert not sheet.merged_cells.ranges
        [table] = sheet.tables.values()
        cells = [list(row) for row in sheet[table.ref]]
        assert all(cell.value not in (None, "") for row in cells for cell in row), sheet.title
        assert all(any(c.isalnum() for c in str(cell.value)) for row in cells for cell in row), sheet.title
        assert len({cell.value for cell in cells[0]}) == len(cells[0])
        assert sheet.max_row == cells[-1][0].row, "nothing stands below the table"
        assert (table.headerRowCount, table.autoFilter.ref) == (1, table.ref)
        assert sheet.freeze_panes == f"B{cells[1][0].row}", "the header stays, and the first column"
        assert sheet.print_title_rows == f"${cells[0][0].row}:${cells[0][0].row}"
    links = {cell.value: cell.hyperlink.location for cell in book["Contents"]["A"] if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}
    notes = [row["About"] for row in rows_of(book["Notes"])]
    assert notes[:3] == ["[c]", "[x]", "[z]"]
    assert notes[3:8] == ["Recorded", "Published", "Estimated", "Illustrative", "Judgement"]


def test_a_figure_is_a_row_with_its_value_and_limits_as_numbers_in_columns_of_their_own(workbook):
    [year] = [
        row for row in figures_in(workbook) if row["Measure id"] == "year_count" and row["Area"] == "Leeds"
    ]
    assert year == {
        "Measure": "twelve months",
        "Area": "Leeds",
        "Period": "12 months to September 2012",
        "Value": 5938,
        "Lower limit": 5787.9,
        "Upper limit": 6091.25,
        "Confidence (%)": 95,
        "Unit": "offences",
        "Base": "[z]",
        "Status": "Illustrative",
        "Method": "[z]",
        "Notes": "[z]",
        "Details": "[z]",
        "Indicator": "burglary",
        "First month": "2011-10",
        "Last month": "2012-09",
        "Measure id": "year_count",
        "Printed in": "a-card",
    }
    assert tuple(year) == COLUMNS
    book = openpyxl.load_workbook(workbook)
    areas = rows_of(book["Areas"])
    assert [row["Value"] for row in areas] == ["[c]", 2.5], "what is withheld stays withheld"
    about = {row["About"]: row["Note"] for row in rows_of(book["Notes"])}
    assert [about[mark] for mark in areas[1]["Notes"].split(", ")] == ["=a caveat", "Another."]
    [cost], [test, fine] = rows_of(book["Costs"]), rows_of(book["Methods"])
    assert (cost["Value"], cost["Unit"]) == (23_306_650, "pounds")
    assert (test["Value"], fine["Value"]) == (0.125, 0.123456789)
    shown = {c.number_format for c in book["Methods"]["D"] if c.value == 0.125}
    assert shown == {"#,##0.000"}, "shown as exactly as it is published, and kept in full"


def test_each_figure_stands_once_and_the_headlines_are_repeated(workbook):
    identities = [
        (row["Measure id"], row["Area"], row["First month"], row["Details"]) for row in figures_in(workbook)
    ]
    assert len(identities) == len(set(identities)) == len(FIGURES)
    book = openpyxl.load_workbook(workbook)
    assert [row["Value"] for row in rows_of(book["Headlines"])] == [5938]
    [with_limits] = book_of((replace(FIGURES[24], lower=None, upper=None), FIGURES[24])).sheets[2].rows
    assert with_limits[COLUMNS.index("Lower limit")] == 5787.9, "no limit is lost where another page has none"
    monthly = rows_of(book["Monthly"])
    assert [row["Value"] for row in monthly] == [figure.value for figure in MONTHS]
    assert [row["Printed in"] for row in monthly] == ["a-card, annex"] * 3 + ["a-card"] * 21


def test_actions_stand_in_a_sheet_and_a_long_series_is_a_native_chart_with_words(workbook):
    book = openpyxl.load_workbook(workbook)
    assert rows_of(book["Actions"]) == [
        {
            "Page": TITLE,
            "What": "Alley gates",
            "Who": "Housing",
            "By": "31 October 2012",
            "State": "On course",
        }
    ]
    [chart] = book["Charts"]._charts
    assert chart.series[0].val.numRef.f == "Monthly!$D$4:$D$27"
    [row] = rows_of(book["Charts"])
    assert row == {
        "Chart": "Monthly count, Leeds (offences), October 2010 to September 2012",
        "Sheet of its numbers": "Monthly",
        "First row": 4,
        "Last row": 27,
    }
    with zipfile.ZipFile(workbook) as parts:
        drawing = parts.read("xl/drawings/drawing1.xml").decode("utf-8")
    said = "Line chart. Monthly count, Leeds (offences), October 2010 to September 2012. Its numbers are rows 4 to 27 of"
    assert f'descr="{said} the sheet Monthly."' in drawing


@given(
    st.lists(
        st.builds(
            figure,
            st.sampled_from([COUNT, YEAR, CHANGE, TARGET, SHARE, VALUE, TEST]),
            st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["[c]", "G"]),
            window=st.sampled_from([SEPTEMBER, TWELVE, Window.year("2011/12"), Window("undated")]),
            area=st.sampled_from(["Leeds", "Armley", "Roundhay", ""]),
            unit=st.sampled_from(["%", "£", "offences", "percentage points"]),
        ),
        min_size=1,
    )
)
def test_no_figure_is_lost_or_told_on_two_sheets(figures):
    sheets = [sheet for sheet in book_of(tuple(figures)).sheets if sheet.name in SHEETS_OF_FIGURES]
    told = [dict(zip(COLUMNS, row, strict=True)) for sheet in sheets for row in sheet.rows]
    keys = [(r["Measure id"], r["Area"].replace("[z]", ""), r["Period"]) for r in told]
    assert len(keys) == len(set(keys))
    assert set(keys) == {(f.measure.id, f.area, f.period) for f in figures}
    first = {f.identity: f.value for f in reversed(figures)}
    assert sorted(map(repr, first.values())) == sorted(repr(row["Value"]) for row in told)


HOSTILE_BOOK = [
    figure(
        Measure(id=text, words=text.replace("{", ""), role="count"), text, area=text, unit=text, method=text
    )
    for text in HOSTILE
]


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path, office):
    book = book_of(tuple(HOSTILE_BOOK))
    write_xlsx(book, tmp_path / "excel.xlsx")
    write_ods(book, tmp_path / "open.ods")
    [again, from_ods] = office("xlsx", tmp_path / "excel.xlsx", tmp_path / "open.ods")
    for path in (tmp_path / "excel.xlsx", again, from_ods):
        sheet = openpyxl.load_workbook(path)["Areas"]
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert len(cells) > len(HOSTILE) * len(COLUMNS)
        assert {cell.data_type for cell in cells} == {"s"}, "text that looks like a number is text"
        assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    for name in ("excel.xlsx", "open.ods"):
        with zipfile.ZipFile(tmp_path / name) as parts:
            held = "".join(parts.read(part).decode("utf-8") for part in parts.namelist())
        assert not re.search("table:formula|<f>|<f ", held)


def test_libreoffice_reads_the_same_values_from_both_workbooks(tmp_path, office):
    book = book_of()
    write_xlsx(book, tmp_path / "excel.xlsx")
    write_ods(book, tmp_path / "open.ods")
    [again, from_ods] = office("xlsx", tmp_path / "excel.xlsx", tmp_path / "open.ods")

    def values(path):
        return {
            sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)]
            for sheet in openpyxl.load_workbook(path).worksheets
        }

    assert values(again) == values(tmp_path / "excel.xlsx")
    assert values(from_ods) == values(tmp_path / "excel.xlsx")
    made = openpyxl.load_workbook(from_ods)
    assert {c.number_format for c in made["Methods"]["D"] if c.value == 0.125} == {"#,##0.000"}
    assert {len(sheet.tables) for sheet in made.worksheets} == {1}
    assert (
        made["Contents"]["A6"].hyperlink.location.endswith("Headlines!A1") or made["Contents"]["A6"].hyperlink
    )


@pytest.mark.parametrize(("name", "write"), [("pack.xlsx", write_xlsx), ("pack.ods", write_ods)])
def test_a_workbook_has_the_same_bytes_each_time(tmp_path, name, write):
    write(book_of(), tmp_path / name)
    first = (tmp_path / name).read_bytes()
    write(book_of(), tmp_path / name)
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


def test_small_drawings_folds_and_links_to_other_pages_leave_no_stubs_in_word(tmp_path):
    spark = Chart(name="s", headline="A course", subtitle="", alt="Small line chart.", svg=SVG, shape="spark")
    tile = Group(blocks=(paragraph("5,938", css_class="value"), spark, paragraph("Down 35.6%")))
    more = (
        facts([("Offences", tile)], kind="tiles"),
        behind("Show more", paragraph("In it.")),
        bullets([paragraph(Span("What it costs", href="../cost/report.html"))], kind="inline"),
    )
    write_docx(page_with(GOOD, more=more), tmp_path / "a.docx", provenance=PROVENANCE, pictures={})
    told = [p.text for p in Document(str(tmp_path / "a.docx")).paragraphs]
    assert told[-2:] == ["Offences: 5,938; Down 35.6%", "In it."]


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
    assert sum(widths) == pytest.approx(17.4, abs=0.05)
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
    assert names == {"report.xlsx", "report.docx", "report.pdf"}
    index = (exported.made[0].parent / "index.html").read_text(encoding="utf-8")
    links = {a["href"] for a in BeautifulSoup(index, "html.parser").find_all("a")}
    assert {
        "pack.xlsx",
        "pack.ods",
        "every-block/report.xlsx",
        "every-block/report.docx",
        "every-block/report.pdf",
    } <= links


def test_every_table_and_chart_of_the_page_is_in_its_word_document(exported):
    folder = exported.made[0].parent
    page = read_content(folder / "every-block")
    html = BeautifulSoup((folder / "every-block" / "report.html").read_text(encoding="utf-8"), "html.parser")
    assert len(page.of(Table)) == len(html.find_all("table"))
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


STRANDED = {"/H1", "/H2", "/H3", "/Caption"}


def ends_of_sides(path):
    """Give the tags, outermost first, of what stands lowest on each side of a PDF; and how many charts are on two sides."""
    import pikepdf

    tags, charts = {}, []

    def walk(node, above, side):
        """Name the tags above each piece of content, and give those pieces."""
        if isinstance(node, pikepdf.Array):
            return [piece for kid in node for piece in walk(kid, above, side)]
        if not isinstance(node, pikepdf.Dictionary):
            tags[side, int(node)] = above
            return [(side, int(node))]
        side = node.Pg.objgen if "/Pg" in node else side
        if "/MCID" in node:
            return walk(node.MCID, above, side)
        above = (*above, str(node.S)) if "/S" in node else above
        pieces = walk(node.get("/K", pikepdf.Array()), above, side)
        # A chart's own part of the page holds its headline and, one part further in, its drawing.
        kinds = {tags[piece][len(above) :][:2] for piece in pieces}
        if ("/NonStruct", "/Figure") in kinds and any(kind[:1] == ("/P",) for kind in kinds):
            charts.append({piece[0] for piece in pieces})
        return pieces

    def lowest(side):
        """Give the piece of content of a side whose words are drawn lowest."""
        at, kept, piece, drawn = pikepdf.Matrix(), [], None, {}
        for order in pikepdf.parse_content_stream(side):
            word, given = str(order.operator), order.operands
            if word == "q":
                kept.append(at)
            elif word == "Q":
                at = kept.pop()
            elif word == "cm":
                at = pikepdf.Matrix(*map(float, given)) @ at
            elif word == "BDC" and "/MCID" in given[1]:
                piece = side.obj.objgen, int(given[1].MCID)
            elif word == "EMC":
                piece = None
            elif word == "Tm" and piece:
                drawn[piece] = (pikepdf.Matrix(*map(float, given)) @ at).f
        return min(drawn, key=drawn.get)

    with pikepdf.open(path) as paper:
        walk(paper.Root.StructTreeRoot.K, (), None)
        sides = [tags[lowest(side)] for side in paper.pages]
    return sides, sum(len(sides_of_it) > 1 for sides_of_it in charts)


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


def test_nothing_is_stranded_at_the_foot_of_a_side_and_a_chart_stays_with_its_headline(browser, tmp_path):
    """Sections of every length, so that sides end everywhere in them."""
    rows = [(f"Ward {n}", "1", "2", "a longer note") for n in range(14)]
    sections = []
    for n in range(16):
        sections += [
            heading(2, f"Section {n}"),
            *(paragraph(f"Line {line}.") for line in range(n % 7)),
            Chart(name=f"c{n}", headline=f"Chart {n}", subtitle="Of a year.", alt="It falls.", svg=SVG),
            *([heading(3, f"Table {n}")] if n % 2 else []),
            Table(
                caption=f"Counts of wards {n}, of which the caption is so long that it takes more than one line of a side, as long ones do",
                columns=("Ward", "Before", "After", "Note"),
                rows=tuple(rows),
                numeric=(False, True, True, False),
            ),
        ]
    page = content_of_blocks([heading(1, TITLE), *sections])
    with drawing_browser.drawing_browser() as one:
        (tmp_path / "long.pdf").write_bytes(one.print_pdf(render_on_paper(page, PROVENANCE)))
    sides, apart = ends_of_sides(tmp_path / "long.pdf")
    assert len(sides) > 7
    assert [n for n, end in enumerate(sides, start=1) if STRANDED & set(end)] == []
    assert apart == 0


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


def test_reports_on_request_get_files_of_their_own_by_name_and_are_in_the_workbook_of_the_pack(
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
    printed = {row["Printed in"] for row in figures_in(pack / "pack.xlsx")}
    assert printed == {"every-block, ward-x"}, "their figures are in the workbook of the pack"
    named = export_pack(root, quarter, reports=["ward-x"], say=[].append)
    assert [path.relative_to(pack).as_posix() for path in named.made] == [
        "ward-x/report.xlsx",
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


def test_what_changed_of_another_indicator_is_none_of_a_pages_business():
    changes = content_of_blocks([heading(1, "What changed"), paragraph("Two.", figures=FIGURES[-2:])])
    [told] = export.changes_about({"burglary"}, changes).figures
    assert dict(told.qualifiers) == {"figure": "burglary twelve months"}


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
    for book in (folder / "pack.xlsx", folder / "domestic-burglary-leeds" / "report.xlsx"):
        assert openpyxl.load_workbook(book, read_only=True).sheetnames[:3] == [
            "Contents",
            "Notes",
            "Headlines",
        ]


def test_the_workbooks_of_the_example_hold_every_figure_of_its_tables_and_no_other(example_exported):
    folder, _ = example_exported

    def identities(rows, *names):
        return {tuple(row[name].replace("[z]", "") for name in names) for row in rows}

    def compared(book, reports):
        printed = [row for report in reports for row in read_figures(folder / report / "figures.csv")]
        held = figures_in(folder / book)
        told = ("Measure id", "Indicator", "Area", "Period", "First month", "Last month", "Details")
        csv = ("measure_id", "indicator_id", "area", "period", "window_first", "window_last", "qualifiers")
        assert identities(held, *told) == identities(printed, *csv)
        assert len(held) == len(identities(held, *told)), "each stands once"
        # Of several printings the one with its limits is told.
        values = {tuple(row[n] for n in csv): row for row in sorted(printed, key=lambda r: r["lower"] != "")}
        for row in held:
            of = values[tuple(row[name].replace("[z]", "") for name in told)]
            numbers = (("Value", "value"), ("Lower limit", "lower"), ("Upper limit", "upper"), ("Base", "n"))
            for column, name in numbers:
                shown = "" if row[column] == "[z]" else row[column]
                assert shown == of[name] or math.isclose(shown, float(of[name]), rel_tol=1e-13), row
            assert row["Status"] == of["status"].capitalize()

    compared("pack.xlsx", [path.parent.name for path in folder.glob("*/figures.csv")])
    card = "domestic-burglary-leeds"
    compared(
        f"{card}/report.xlsx", [card, *(f"{card}-{of}" for of in ("annex", "areas", "cost", "cost-annex"))]
    )
    compared("burglary-core-cities/report.xlsx", ["burglary-core-cities"])
    [actions] = [
        rows_of(sheet)
        for sheet in openpyxl.load_workbook(folder / card / "report.xlsx").worksheets
        if sheet.title == "Actions"
    ]
    assert {"Voluntary code for shops that buy gold", "Analysis of the work with Leeds Crown Court"} < {
        row["What"] for row in actions
    }


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
    assert "Marking: OFFICIAL." in {row[0] for row in own["Contents"]}
    for path in (again, from_ods):
        theirs = cells(path)
        assert list(theirs) == list(own)
        assert [name for name in own if not same(theirs[name], own[name])] == [], path
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


def test_a_card_of_the_example_is_two_sides_as_pdf_and_in_word_and_nothing_is_stranded(
    example_exported, office, tmp_path
):
    import pikepdf

    folder, _ = example_exported
    cards = ("domestic-burglary-leeds", "anti-social-behaviour-leeds", "cohesion-leeds")
    printed = office("pdf", *(shutil.copy(folder / c / "report.docx", tmp_path / f"{c}.docx") for c in cards))
    for path in [*printed, *(folder / card / "report.pdf" for card in cards)]:
        with pikepdf.open(path) as paper:
            assert len(paper.pages) == 2, path
    for path in folder.glob("*/report.pdf"):
        sides, apart = ends_of_sides(path)
        assert (apart, [end for end in sides if STRANDED & set(end)]) == (0, []), path.parent.name
