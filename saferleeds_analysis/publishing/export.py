"""The formats that boards ask for, from a published pack: a workbook of the pack, Word and PDF of each page.

    reports/2012-13_Q2/pack.xlsx, pack.ods    the tables of the pack and every figure
                      /<report>/report.docx   the page for partners who edit
                      /<report>/report.pdf    the page on paper, tagged

They are made of the published pages, after the audit, so they hold nothing that the pages do not. Each file is replaced
whole or not at all, and is the same each time but for the version of the browser. A new run of ``saferleeds report`` takes
them away, since they would be about other numbers.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.publishing.content import Content, read_content
from saferleeds_analysis.publishing.drawing_browser import DrawingBrowser, NoBrowser, drawing_browser
from saferleeds_analysis.publishing.files import (
    DOCX,
    FIGURES,
    ODS,
    PDF,
    RECORD,
    XLSX,
    pack_folder,
    read_record,
    report_folders,
)
from saferleeds_analysis.publishing.index import renew_index
from saferleeds_analysis.publishing.pages import provenance_of, render_on_paper
from saferleeds_analysis.publishing.pdf import write_pdf
from saferleeds_analysis.publishing.run_list import read_on_request
from saferleeds_analysis.publishing.versions import version_to_make
from saferleeds_analysis.publishing.word import write_docx
from saferleeds_analysis.publishing.workbook import workbook_of, write_ods, write_xlsx
from saferleeds_analysis.reporting.blocks import Chart


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was made, in its order, and what could not be made and why."""

    made: tuple[Path, ...]
    problems: tuple[str, ...]


def export_pack(
    root: Path,
    quarter: pd.Period,
    *,
    edition: str = "public",
    sources: Iterable[str] = (),
    reports: Sequence[str] = (),
    every: bool = False,
    say: Callable[[str], None] = print,
) -> Exported:
    """Make the workbook, the Word documents and the PDFs of a published pack, and name them in its index.

    Reports that the run list calls ``on_request`` get Word and PDF with ``every`` or by name only. With ``reports`` named,
    their Word and PDF are made and nothing else. A pack that is signed off is refused and stays as it is. ``sources`` are
    the data that the index names.

    Without a browser there are no PDFs, and charts stand in Word in words; ``problems`` says so once, with the cure.
    """
    folder = pack_folder(root, quarter, edition=edition)
    places = report_folders(folder)
    name = periods.quarter_name(quarter)
    if not places:
        raise ValueError(f'no pack of {name} is published. Make it first: saferleeds report "{name}"')
    if unknown := set(reports) - {place.name for place in places}:
        raise ValueError(
            f"the pack of {name} has no report {', '.join(sorted(unknown))}. The names are those of the folders in "
            f"{folder.relative_to(root).as_posix()}."
        )
    version_to_make(root, quarter)  # refuses a pack that is signed off
    as_at = _as_at(places, quarter)
    asked = [place for place in places if place.name in reports]
    usual = asked or _usual(places, read_on_request(root / "notebooks"))
    pages = {place: read_content(place) for place in (places if every else usual)}
    made, problems = [], []
    if not asked:
        made += _write_workbooks(
            folder, places, {place.name: pages[place] for place in usual}, name, as_at, MARKINGS[edition]
        )
        say("Workbook: Excel and OpenDocument")
    with contextlib.ExitStack() as stack:
        browser = None
        try:
            browser = stack.enter_context(drawing_browser())
        except (NoBrowser, OSError) as problem:
            problems.append(str(problem))
        for place, page in pages.items():
            try:
                provenance = provenance_of(read_record(place))
                pictures = _draw(page, browser) if browser else {}
                write_docx(page, place / DOCX, provenance=provenance, pictures=pictures)
                made.append(place / DOCX)
                if browser:
                    write_pdf(render_on_paper(page, provenance), place / PDF, as_at=as_at, browser=browser)
                    made.append(place / PDF)
            except OSError as problem:
                problems.append(f"{place.name}: {problem}")
    for kind, file in (("Word", DOCX), ("PDF", PDF)):
        say(f"{kind}: {sum(path.name == file for path in made)}")
    renew_index(root, quarter, as_at=as_at, edition=edition, sources=sources)
    return Exported(made=tuple(made), problems=tuple(problems))


def _usual(places: Sequence[Path], on_request: Sequence[str]) -> list[Path]:
    """Leave out the reports of notebooks that are exported on request, unless there would be none."""
    usual = []
    for place in places:
        of = read_record(place)["notebook"]["name"] if (place / RECORD).is_file() else ""
        if of.removesuffix(".ipynb") not in on_request:
            usual.append(place)
    return usual or list(places)


def _write_workbooks(
    folder: Path, places: Sequence[Path], pages: Mapping[str, Content], name: str, as_at: date, marking: str
) -> list[Path]:
    book = workbook_of(
        list(pages.values()),
        [(place.name, place / FIGURES) for place in places if (place / FIGURES).is_file()],
        title=f"Tables of {name}",
        as_at=as_at,
        marking=marking,
        left_out=[place.name for place in places if place.name not in pages],
    )
    write_xlsx(book, folder / XLSX)
    write_ods(book, folder / ODS)
    return [folder / XLSX, folder / ODS]


def _draw(page: Content, browser: DrawingBrowser) -> dict[str, bytes]:
    charts = [block for block in page.everything if isinstance(block, Chart)]
    return {chart.name: browser.draw(chart.drawing) for chart in charts}


def _as_at(places: Sequence[Path], quarter: pd.Period) -> date:
    for place in places:
        record = read_record(place) if (place / RECORD).is_file() else {}
        if day := record.get("parameters", {}).get("as_at"):
            return date.fromisoformat(day)
    return periods.last_month(quarter).end_time.date()
