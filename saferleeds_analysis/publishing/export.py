"""The formats that boards ask for, from a published pack: a workbook of the pack, Word and PDF of each page.

    reports/2012-13_Q2/pack.xlsx, pack.ods    the tables of the pack and every figure
                      /<report>/report.docx   the page for partners who edit
                      /<report>/report.pdf    the page on paper, tagged

They are made of the published pages, after the audit, so they hold nothing that the pages do not. Each file is replaced
whole or not at all, and is the same each time but for the version of the browser. A new run of ``saferleeds report`` takes
them away, since they would be about other numbers.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.publishing.content import Content, read_content
from saferleeds_analysis.publishing.drawing_browser import DrawingBrowser, drawing_browser
from saferleeds_analysis.publishing.files import (
    DOCX,
    FIGURES,
    ODS,
    PDF,
    XLSX,
    pack_folder,
    published_reports,
    read_record,
    record_outputs,
    replace_file,
    stands_at,
)
from saferleeds_analysis.publishing.index import renew_index
from saferleeds_analysis.publishing.one_act import as_one_act
from saferleeds_analysis.publishing.pages import Provenance, provenance_of, render_on_paper
from saferleeds_analysis.publishing.pdf import mend
from saferleeds_analysis.publishing.run_list import read_on_request
from saferleeds_analysis.publishing.word import write_docx
from saferleeds_analysis.publishing.workbook import workbook_of, write_ods, write_xlsx
from saferleeds_analysis.reporting.blocks import Chart


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was made, in its order, and what could not be made and why."""

    made: tuple[Path, ...]
    problems: tuple[str, ...]


@as_one_act
def export_pack(
    root: Path,
    quarter: pd.Period,
    *,
    edition: str = "public",
    catalogue: Catalogue | None = None,
    sources: Iterable[str] = (),
    reports: Sequence[str] = (),
    every: bool = False,
    say: Callable[[str], None] = print,
) -> Exported:
    """Make the workbook, the Word documents and the PDFs of a published pack, and name them in its index.

    Reports that the run list calls ``on_request`` get Word and PDF with ``every`` or by name only. With ``reports`` named,
    their Word and PDF are made and nothing else. A pack that is signed off is refused and stays as it is. ``catalogue``
    and ``sources`` are the tables of the project and the data that the index names.

    Without a browser there are no PDFs, and charts stand in Word in words; ``problems`` says so once, with the cure.
    """
    folder, name = pack_folder(root, quarter, edition=edition), periods.quarter_name(quarter)
    places = published_reports(root, quarter, edition=edition)
    if unknown := set(reports) - {place.name for place in places}:
        raise ValueError(
            f"the pack of {name} has no report {', '.join(sorted(unknown))}. The names are those of the folders in "
            f"{stands_at(root, folder)}."
        )
    records = {place: read_record(place) for place in places}
    provenance = provenance_of(records[places[0]])
    as_at = provenance.as_at
    asked = [place for place in places if place.name in reports]
    usual = asked or _usual(records, read_on_request(root / "notebooks"))
    pages = {place: read_content(place) for place in (places if every else usual)}
    made = []
    if not asked:
        book = workbook_of(
            [pages[place] for place in usual],
            [(place.name, place / FIGURES) for place in places],
            title=f"Tables of {name}",
            author=provenance.organisation,
            as_at=as_at,
            marking=MARKINGS[edition],
            left_out=[place.name for place in places if place not in usual],
        )
        write_xlsx(book, folder / XLSX)
        write_ods(book, folder / ODS)
        record_outputs(folder, XLSX, ODS)
        made += [folder / XLSX, folder / ODS]
        say("Workbook: Excel and OpenDocument")
    files, problems = _export_pages(pages, records)
    made += files
    for kind, file in (("Word", DOCX), ("PDF", PDF)):
        say(f"{kind}: {sum(path.name == file for path in made)}")
    renew_index(root, quarter, as_at=as_at, edition=edition, catalogue=catalogue, sources=sources)
    return Exported(made=tuple(root / stands_at(root, path) for path in made), problems=tuple(problems))


def _usual(records: Mapping[Path, Mapping[str, Any]], on_request: Sequence[str]) -> list[Path]:
    """Leave out the reports of notebooks that are exported on request, unless there would be none."""
    notebooks = {place: record["notebook"]["name"] for place, record in records.items()}
    usual = [place for place, name in notebooks.items() if name.removesuffix(".ipynb") not in on_request]
    return usual or list(records)


def _export_pages(
    pages: Mapping[Path, Content], records: Mapping[Path, Mapping[str, Any]]
) -> tuple[list[Path], list[str]]:
    """Write Word and PDF of pages; give the files that were made, and what could not be made and why."""
    made, problems = [], []
    with contextlib.ExitStack() as stack:
        browser = None
        try:
            browser = stack.enter_context(drawing_browser())
        except OSError as problem:
            problems.append(str(problem))
        for place, page in pages.items():
            try:
                for file in _export(page, place, provenance_of(records[place]), browser):
                    record_outputs(place, file.name)
                    made.append(file)  # also where the next one fails
            except OSError as problem:
                problems.append(f"{place.name}: {problem}")
    return made, problems


def _export(
    page: Content, place: Path, provenance: Provenance, browser: DrawingBrowser | None
) -> Iterator[Path]:
    """Write a page as Word and, where there is a browser, as PDF; give each file when it is written."""
    pictures = {chart.name: browser.draw(chart.drawing) for chart in page.of(Chart)} if browser else {}
    write_docx(page, place / DOCX, provenance=provenance, pictures=pictures)
    yield place / DOCX
    if browser:
        printed = browser.print_pdf(render_on_paper(page, provenance))
        replace_file(place / PDF, mend(printed, as_at=provenance.as_at))
        yield place / PDF
