"""The formats that boards ask for, from a published pack: a workbook of the pack, and workbook, Word and PDF of each page.

    reports/2012-13_Q2/pack.xlsx, pack.ods    every figure of the pack
                      /<report>/report.xlsx   the figures of the page and of the pages that come with it
                      /<report>/report.docx   the page for partners who edit
                      /<report>/report.pdf    the page on paper, tagged

They are made of the published pages, after the audit, so they hold nothing that the pages do not. Each file is replaced
whole or not at all, and is the same each time but for the version of the browser. A new run of ``saferleeds report`` takes
them away, since they would be about other numbers.
"""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.publishing.content import Content, read_content
from saferleeds_analysis.publishing.drawing_browser import DrawingBrowser, drawing_browser
from saferleeds_analysis.publishing.files import (
    BOOK,
    CHANGES,
    DOCX,
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
from saferleeds_analysis.publishing.index import board_questions, write_index
from saferleeds_analysis.publishing.one_act import as_one_act
from saferleeds_analysis.publishing.pages import Provenance, provenance_of, render_on_paper
from saferleeds_analysis.publishing.pdf import mend
from saferleeds_analysis.publishing.report import start_run
from saferleeds_analysis.publishing.run_list import read_on_request
from saferleeds_analysis.publishing.word import write_docx
from saferleeds_analysis.publishing.workbook import Workbook, workbook_of, write_ods, write_xlsx
from saferleeds_analysis.reporting.blocks import Chart
from saferleeds_analysis.reporting.questions import Question


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
    """Make the workbooks, the Word documents and the PDFs of a published pack, and name them in its index.

    Reports that the run list calls ``on_request`` get files of their own with ``every`` or by name only. With ``reports``
    named, their files are made and nothing else. A pack that is signed off is refused and stays as it is. ``catalogue``
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
    run = start_run(root, quarter, as_at=provenance.as_at, edition=edition, catalogue=catalogue)
    asked = [place for place in places if place.name in reports]
    usual = asked or _usual(records, read_on_request(root / "notebooks"))
    pages = {place: read_content(place) for place in places}
    made = []
    if not asked:
        homes = {records[place]["parameters"].get("area", "") for place in usual}
        asked_of = board_questions(run)
        book = _book(pages, f"Figures of {name}", homes=homes, provenance=provenance, questions=asked_of)
        write_xlsx(book, folder / XLSX)
        write_ods(book, folder / ODS)
        record_outputs(folder, XLSX, ODS)
        made += [folder / XLSX, folder / ODS]
        say("Workbook of the pack: Excel and OpenDocument")
    listed = [report.name for report in run.listed]
    files, problems = _export_pages(places if every else usual, pages, records, listed)
    made += files
    for kind, file in (("Workbook", BOOK), ("Word", DOCX), ("PDF", PDF)):
        say(f"{kind}: {sum(path.name == file for path in made)}")
    write_index(run, sources=sources)
    return Exported(made=tuple(root / stands_at(root, path) for path in made), problems=tuple(problems))


def _usual(records: Mapping[Path, Mapping[str, Any]], on_request: Sequence[str]) -> list[Path]:
    """Leave out the reports of notebooks that are exported on request, unless there would be none."""
    notebooks = {place: record["notebook"]["name"] for place, record in records.items()}
    usual = [place for place, name in notebooks.items() if name.removesuffix(".ipynb") not in on_request]
    return usual or list(records)


def _book(
    pages: Mapping[Path, Content],
    title: str,
    *,
    homes: Collection[str],
    provenance: Provenance,
    questions: Sequence[Question] = (),
) -> Workbook:
    return workbook_of(
        {place.name: page for place, page in pages.items()},
        homes=homes,
        title=title,
        author=provenance.organisation,
        as_at=provenance.as_at,
        marking=provenance.marking,
        questions=questions,
    )


def _with_what_comes_along(
    place: Path,
    pages: Mapping[Path, Content],
    records: Mapping[Path, Mapping[str, Any]],
    listed: Sequence[str],
) -> dict[Path, Content]:
    """Give a page and those that come with it, and of the pack's page of changes what is about them.

    With it come the pages about the same indicator and area to which it leads, and they in turn, that the run list names after it.
    """
    subject = _subject(records[place])
    after = set(listed[listed.index(place.name) :] if place.name in listed else ())
    found = [place]
    for page in found:  # which grows
        led_to = after & pages[page].led_to
        found += [p for p in pages if p.name in led_to and p not in found and _subject(records[p]) == subject]
    about = {figure.indicator_id for page in found for figure in pages[page].figures}
    theirs = {p: changes_about(about, page) for p, page in pages.items() if p.name == CHANGES}
    return {p: page for p, page in pages.items() if p in found} | theirs


def changes_about(indicators: Collection[str], changes: Content) -> Content:
    """Leave of a page of changes the figures that tell of these indicators' figures."""
    told = (
        (section, figure, dict(figure.qualifiers).get("figure", "")) for section, figure in changes.placed
    )
    placed = tuple((section, figure) for section, figure, of in told if of.partition(" ")[0] in indicators)
    return replace(changes, placed=placed)


def _subject(record: Mapping[str, Any]) -> list[str | None]:
    return [record["parameters"].get(name) for name in ("indicator", "area")]


def _export_pages(
    places: Sequence[Path],
    pages: Mapping[Path, Content],
    records: Mapping[Path, Mapping[str, Any]],
    listed: Sequence[str],
) -> tuple[list[Path], list[str]]:
    """Write the files of pages; give those that were made, and what could not be made and why."""
    made, problems = [], []
    with contextlib.ExitStack() as stack:
        browser = None
        try:
            browser = stack.enter_context(drawing_browser())
        except OSError as problem:
            problems.append(str(problem))
        for place in places:
            provenance = provenance_of(records[place])
            homes = {records[place]["parameters"].get("area", "")}
            along = _with_what_comes_along(place, pages, records, listed)
            book = _book(along, pages[place].title, homes=homes, provenance=provenance)
            try:
                for file in _export(pages[place], place, provenance, book, browser):
                    record_outputs(place, file.name)
                    made.append(file)  # also where the next one fails
            except OSError as problem:
                problems.append(f"{place.name}: {problem}")
    return made, problems


def _export(
    page: Content, place: Path, provenance: Provenance, book: Workbook, browser: DrawingBrowser | None
) -> Iterator[Path]:
    """Write a page's workbook, where it has figures, its Word and, where there is a browser, its PDF; give each when it is written."""
    if page.figures:
        write_xlsx(book, place / BOOK)
        yield place / BOOK
    pictures = {chart.name: browser.draw(chart.drawing) for chart in page.of(Chart)} if browser else {}
    write_docx(page, place / DOCX, provenance=provenance, pictures=pictures)
    yield place / DOCX
    if browser:
        printed = browser.print_pdf(render_on_paper(page, provenance))
        replace_file(place / PDF, mend(printed, as_at=provenance.as_at))
        yield place / PDF
