"""Figures of reports as an accessible workbook of about ten sheets, in Excel's format and in OpenDocument's.

By the Analysis Function's rules for spreadsheets: contents with links, notes with the shorthand, then one table a sheet
that starts in A1 with its title, marked as a table, without merged cells and without empty rows or columns in it.
A figure is a row, its value and its limits are numbers in columns of their own, and what kind of number it is (recorded,
estimated, illustrative) stands in the row. Text is text: a cell that begins like a formula stays what it is.
"""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path

from xlsxwriter import Workbook as Writer
from xlsxwriter.utility import xl_range

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.figures import STATUSES, Figure, Identity
from saferleeds_analysis.publishing.content import Content
from saferleeds_analysis.publishing.files import write_office_file
from saferleeds_analysis.publishing.pages import TEMPLATED
from saferleeds_analysis.reporting.actions import COLUMNS_OF_ACTIONS, actions_on
from saferleeds_analysis.reporting.changes import series_of
from saferleeds_analysis.reporting.questions import Question
from saferleeds_analysis.reporting.state import state_of
from saferleeds_analysis.reporting.wording import sentence

Cell = str | float | int

# The Government Statistical Service's shorthand for what is not a number.
SHORTHAND = {
    "[c]": "withheld: a small number could identify a person, or would give away another that could",
    "[x]": "not available: the figure was not received, or cannot be worked out from what was",
    "[z]": "not applicable: nothing belongs in this cell",
}
# What each status of a figure means, from the firmest to the weakest.
STATUSES_IN_WORDS = dict(
    zip(
        STATUSES,
        (
            "counted or worked out from records of events or of answers",
            "printed by somebody else, and taken as it was printed",
            "worked out by a method that has a margin, or from numbers that were rounded",
            "worked out from months or answers that were constructed; these are no records",
            "given by people, by no rule",
        ),
        strict=True,
    )
)
COLUMNS = (
    "Measure",
    "Area",
    "Period",
    "Value",
    "Lower limit",
    "Upper limit",
    "Confidence (%)",
    "Unit",
    "Base",
    "Status",
    "Method",
    "Notes",
    "Details",
    "Indicator",
    "First month",
    "Last month",
    "Measure id",
    "Printed in",
)
# A cell is never a bare sign.
_UNITS = {"%": "per cent", "£": "pounds"}
_PRINTED = COLUMNS.index("Status") + 1  # columns that an A4 side has room for
# A series of so many rows says more in a chart, one of levels, which begins at nought.
_LONG, _LEVELS = 24, ("count", "adjusted", "percentage", "rate")
_MOST_PLACES = 5
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PARTS_OF_ODS = ("mimetype", "META-INF/manifest.xml", "meta.xml", "styles.xml", "content.xml")

# The sheets of figures in the order in which a figure is offered to them: it stands on the first that takes it.
_KINDS: tuple[tuple[str, str, Callable[[Figure, Collection[str]], bool]], ...] = (
    (
        "Changes",
        "What changed since the pack before",
        lambda f, _: f.measure.role == "about the pack",
    ),
    (
        "Costs",
        "Costs and values",
        lambda f, _: f.measure.role == "cost" or f.unit.startswith("£"),
    ),
    (
        "Targets",
        "Targets, milestones and where the year is heading",
        lambda f, _: f.measure.role in ("target", "milestone", "projection", "chance"),
    ),
    (
        "Methods",
        "How sure the methods are: tests, errors, bases and assumptions",
        lambda f, _: f.measure.role in ("quality", "base", "assumption"),
    ),
    (
        "Areas",
        "Areas beside each other",
        lambda f, homes: bool(f.area) and f.area not in homes,
    ),
    (
        "Surveys",
        "Surveys and other percentages, and how they moved",
        lambda f, _: f.measure.role == "percentage" or f.unit == "percentage points",
    ),
    (
        "Monthly",
        "Month by month",
        lambda f, _: f.window.first != "" and f.window.first == f.window.last,
    ),
    ("Years", "Quarters, years and other periods, and how they are rated", lambda f, _: True),
)
_ORDER = ("Monthly", "Years", "Areas", "Targets", "Surveys", "Costs", "Methods", "Changes")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet with one table: its ``name``, its ``title``, sentences below the title, and the cells.

    ``decimals`` are the places with which the broken numbers of each row show. A column named ``Sheet`` leads to the sheets
    that it names.
    """

    name: str
    title: str
    told: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    decimals: tuple[int, ...] = ()

    @property
    def head(self) -> int:
        """The row of the table's header, counted from 0: below the title and the sentences."""
        return 1 + len(self.told)

    @property
    def last(self) -> int:
        """The last row of the table, counted from 0."""
        return self.head + len(self.rows)

    @property
    def range(self) -> str:
        """The cells of the table with its header."""
        return xl_range(self.head, 0, self.last, len(self.columns) - 1)

    @property
    def widths(self) -> list[int]:
        """The width of each column in letters, within reason."""
        longest = (
            max(len(str(cell)) for cell in cells) for cells in zip(self.columns, *self.rows, strict=True)
        )
        return [min(80 if self.wraps else 40, most + 3) for most in longest]

    @property
    def wraps(self) -> bool:
        """Whether long text is broken within its cell: in a table for reading, not in one for filtering."""
        return len(self.columns) < 6

    @property
    def cells(self) -> list[list[tuple[Cell, int]]]:
        """The cells row by row, each with the places of its number."""
        places = self.decimals or (0,) * len(self.rows)
        return [
            [(cell, min(n, _MOST_PLACES) if isinstance(cell, float) else 0) for cell in row]
            for row, n in zip(self.rows, places, strict=True)
        ]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A series that is drawn as a chart: its title, and the sheet, first and last row (from 0) where its numbers stand."""

    title: str
    sheet: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A workbook before it is written: whose it is, its day, its sheets, of which the contents are the first, and its charts."""

    title: str
    author: str
    as_at: date
    sheets: tuple[Sheet, ...]
    charts: tuple[Drawn, ...]


def workbook_of(
    pages: Mapping[str, Content],
    *,
    homes: Collection[str],
    title: str,
    author: str,
    as_at: date,
    marking: str,
    questions: Sequence[Question] = (),
) -> Workbook:
    """Gather the figures of reports (their names and pages), each once, with the actions and the notices of the pages.

    ``questions`` are those that a board will ask of a pack.

    ``homes`` are the areas that the reports are about; every other is one of those that are set beside each other.
    """
    figures, printed_in = _each_once(pages)
    notes = {c: f"[note {n}]" for n, c in enumerate(dict.fromkeys(c for f in figures for c in f.caveats), 1)}
    marked = (f"Marking: {marking}.",) if marking else ()
    # A sheet is printed, or sent on, without its contents.
    on_each = marked if marking != MARKINGS["public"] else ()
    of_figures, charts = _sheets_of_figures(figures, printed_in, homes=homes, notes=notes, on_each=on_each)
    actions = Sheet(
        name="Actions",
        title="Actions as they stood in the quarter",
        told=("As printed on the pages.", *on_each),
        columns=("Page", *COLUMNS_OF_ACTIONS),
        rows=_texts(
            (page.title, *action) for page in pages.values() for action in actions_on(page.everything)
        ),
    )
    drawn = Sheet(
        name="Charts",
        title="Series that are long enough for a chart",
        told=("The charts stand to the right of this table, in Excel's format only.", *on_each),
        columns=("Chart", "Sheet of its numbers", "First row", "Last row"),
        rows=tuple((c.title, c.sheet, c.first + 1, c.last + 1) for c in charts),
    )
    asked = _asked(questions, on_each)
    sheets = [one for one in (_notes(pages, notes, on_each), *of_figures, drawn, actions, asked) if one.rows]
    contents = Sheet(
        name="Contents",
        title=title,
        told=(
            f"{author}. Figures as at {periods.day_name(as_at)}.",
            "Values and limits are in full, whatever their cells show. The column Status says what kind of number each is.",
            *marked,
        ),
        columns=("Sheet", "What it holds", "Rows"),
        rows=tuple((one.name, one.title, len(one.rows)) for one in sheets),
    )
    return Workbook(title=title, author=author, as_at=as_at, sheets=(contents, *sheets), charts=charts)


def _asked(questions: Sequence[Question], on_each: tuple[str, ...]) -> Sheet:
    return Sheet(
        name="Questions",
        title="Questions that the board may ask",
        told=(
            "The most pressing first, with the page of the answer, from the folder of the workbook.",
            *on_each,
        ),
        columns=("Question", "Page of the answer"),
        rows=_texts((question.asked, question.href) for question in questions),
    )


def _sheets_of_figures(
    figures: Sequence[Figure],
    printed_in: Mapping[Identity, str],
    *,
    homes: Collection[str],
    notes: Mapping[str, str],
    on_each: tuple[str, ...],
) -> tuple[list[Sheet], tuple[Drawn, ...]]:
    """Put each figure on its sheet and the headlines on one more; give the sheets, and the series that are drawn."""
    held: dict[str, list[Figure]] = {name: [] for name in ("Headlines", *_ORDER)}
    held["Headlines"] = _headlines(figures, homes)
    for figure in figures:
        held[next(name for name, _, takes in _KINDS if takes(figure, homes))].append(figure)
    about = {"Headlines": "The state of each indicator; its figures stand on the other sheets too"}
    about |= {name: words for name, words, _ in _KINDS}
    sheets = [
        Sheet(
            name=name,
            title=about[name],
            told=("One row a figure. The sheet Notes explains what stands in square brackets.", *on_each),
            columns=COLUMNS,
            rows=tuple(_row(figure, notes, printed_in[figure.identity]) for figure in of),
            decimals=tuple(figure.measure.decimals for figure in of),
        )
        for name, of in held.items()
        if of
    ]
    charts = (chart for sheet in sheets for chart in _long_series(sheet, held[sheet.name]))
    return sheets, tuple(charts)


def _each_once(pages: Mapping[str, Content]) -> tuple[list[Figure], dict[Identity, str]]:
    """Give every figure once, series by series, each in the order of its months; and the reports that print it."""
    figures: dict[Identity, Figure] = {}
    names: dict[Identity, dict[str, None]] = {}
    for name, page in pages.items():
        for figure in page.figures:
            first = figures.setdefault(figure.identity, figure)
            # A count is printed with its limits here and without them there.
            if first.lower is None and figure.lower is not None:
                figures[figure.identity] = figure
            names.setdefault(figure.identity, {})[name] = None
    series: dict[tuple, list[Figure]] = {}
    for figure in figures.values():
        series.setdefault(_series(figure), []).append(figure)
    ordered = [
        figure
        for members in series.values()
        for figure in sorted(members, key=lambda f: (f.window.first, f.window.last))
    ]
    return ordered, {identity: ", ".join(reports) for identity, reports in names.items()}


def _series(figure: Figure) -> tuple:
    months = figure.window.months
    return *series_of(figure), figure.unit, None if months is None else len(months)


def _headlines(figures: Sequence[Figure], homes: Collection[str]) -> list[Figure]:
    """Give the figures of which the state of each indicator is said, in the areas that the reports are about."""
    about = dict.fromkeys((f.indicator_id, f.area) for f in figures if f.area in homes)
    return [figure for one in about for figure in state_of(figures, *one).figures]


def _long_series(sheet: Sheet, figures: Sequence[Figure]) -> Iterator[Drawn]:
    """Give the series of a sheet that are long enough for a chart."""
    row = sheet.head + 1
    for _, members in groupby(figures, key=_series):
        series = list(members)
        first, last = series[0], series[-1]
        if len(series) >= _LONG and first.measure.role in _LEVELS:
            title = (
                f"{sentence(_called(first))}, {first.area} ({first.unit}), {first.period} to {last.period}"
            )
            yield Drawn(title=title, sheet=sheet.name, first=row, last=row + len(series) - 1)
        row += len(series)


def _called(figure: Figure) -> str:
    return figure.words.replace("_", " ")


def _row(figure: Figure, notes: Mapping[str, str], reports: str) -> tuple[Cell, ...]:
    cells = (
        _called(figure),
        figure.area,
        figure.period,
        "[x]" if figure.value is None else figure.value,
        figure.lower,
        figure.upper,
        None if figure.confidence is None else round(100 * figure.confidence, 4),
        _UNITS.get(figure.unit, figure.unit),
        figure.n,
        figure.status.capitalize(),
        figure.method,
        ", ".join(notes[caveat] for caveat in figure.caveats),
        "; ".join(f"{name}={value}" for name, value in figure.qualifiers),
        figure.indicator_id,
        figure.window.first,
        figure.window.last,
        figure.measure.id,
        reports,
    )
    return tuple(_text(cell or "") if cell is None or isinstance(cell, str) else cell for cell in cells)


def _notes(pages: Mapping[str, Content], notes: Mapping[str, str], on_each: tuple[str, ...]) -> Sheet:
    meanings = {**SHORTHAND, **{status.capitalize(): said for status, said in STATUSES_IN_WORDS.items()}}
    told = [
        *((name, f"{meaning[:1].upper()}{meaning[1:]}.") for name, meaning in meanings.items()),
        *((page.title, " ".join(page.notices)) for page in pages.values() if page.notices),
        *((mark, caveat) for caveat, mark in notes.items()),
    ]
    return Sheet(
        name="Notes",
        title="Notes",
        told=("The shorthand, what each status means, what to know of a page, and the notes.", *on_each),
        columns=("About", "Note"),
        rows=_texts(told),
    )


def _text(text: str) -> str:
    """Give text as a cell holds it: without control characters; a cell that would be empty or a bare sign says so."""
    clean = _CONTROL.sub(" ", text)[:32_000]
    return clean if re.search(r"[^\W_]", clean) else f"{clean} [z]".strip()


def _texts(rows: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(_text, row)) for row in rows)


# Written


def write_xlsx(book: Workbook, path: Path) -> None:
    """Write the workbook as .xlsx, the same bytes for the same workbook."""
    made = io.BytesIO()
    with Writer(made) as writer:
        moment = datetime.combine(book.as_at, time())
        writer.set_properties({"title": book.title, "author": book.author, "created": moment})
        for sheet in book.sheets:
            _write_sheet(writer, sheet)
        for number, drawn in enumerate(book.charts):
            _draw(writer, drawn, row=20 * number)
    write_office_file(made, path, as_at=book.as_at)


def _write_sheet(writer: Writer, sheet: Sheet) -> None:
    worksheet = writer.add_worksheet(sheet.name)
    top = {"valign": "top"}
    plain = writer.add_format({**top, "text_wrap": sheet.wraps})
    head = writer.add_format({**top, "text_wrap": True, "bold": True, "bottom": 1})
    numbers = [
        writer.add_format({**top, "num_format": f"#,##0{'.' * (n > 0)}{'0' * n}"})
        for n in range(_MOST_PLACES + 1)
    ]
    worksheet.write_string(0, 0, sheet.title, writer.add_format({"bold": True, "font_size": 16}))
    for row, line in enumerate(sheet.told, start=1):
        worksheet.write_string(row, 0, line)
    # A table has a filter of its own.
    columns = [{"header": column, "header_format": head} for column in sheet.columns]
    name = f"{sheet.name.lower()}_table"
    worksheet.add_table(sheet.range, {"name": name, "style": None, "columns": columns})
    for row, cells in enumerate(sheet.cells, start=sheet.head + 1):
        for column, (cell, places) in enumerate(cells):
            if not isinstance(cell, str):
                worksheet.write_number(row, column, cell, numbers[places])
            elif sheet.columns[column] == "Sheet":
                worksheet.write_url(row, column, f"internal:'{cell}'!A1", string=cell)
            else:  # never looked at for formulas or addresses, whatever it begins with
                worksheet.write_string(row, column, cell, plain)
    widths = sheet.widths
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width)
    read = sheet.rows if sheet.wraps else ()
    for row, cells in enumerate(read, start=sheet.head + 1):  # not every program works out how high a row is
        lines = max(-(-len(str(cell)) // width) for cell, width in zip(cells, widths, strict=True))
        worksheet.set_row(row, 15 * lines)
    worksheet.freeze_panes(sheet.head + 1, 1)
    worksheet.repeat_rows(sheet.head)
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
    worksheet.print_area(0, 0, sheet.last, min(len(sheet.columns), _PRINTED) - 1)


def _draw(writer: Writer, drawn: Drawn, *, row: int) -> None:
    """Draw a series beside the table of the charts, with words for who does not see it."""
    chart = writer.add_chart({"type": "line"})
    across, up = (
        [drawn.sheet, drawn.first, c, drawn.last, c] for c in map(COLUMNS.index, ("Period", "Value"))
    )
    chart.add_series({"categories": across, "values": up, "line": {"color": "#12436D", "width": 2}})
    chart.set_title({"name": drawn.title, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_y_axis({"min": 0, "num_format": "#,##0"})
    said = f"Line chart. {drawn.title}. Its numbers are rows {drawn.first + 1} to {drawn.last + 1} of the sheet {drawn.sheet}."
    place = {"description": said, "x_scale": 1.6, "y_scale": 1.3}
    writer.get_worksheet_by_name("Charts").insert_chart(row, 5, chart, place)


def write_ods(book: Workbook, path: Path) -> None:
    """Write the workbook as .ods, the same bytes for the same workbook: the parts of the package are templates of ours."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for part in _PARTS_OF_ODS:
            written = TEMPLATED.get_template(f"ods/{part}.j2").render(book=book)
            package.writestr(part, _CONTROL.sub(" ", written))
    write_office_file(made, path, as_at=book.as_at)
