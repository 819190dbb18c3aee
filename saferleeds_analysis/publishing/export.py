"""The formats that boards ask for, from a published pack: a workbook of the pack, Word and PDF of each page.

    reports/2012-13_Q2/pack.xlsx, pack.ods    the tables of the pack and every figure
                      /<report>/report.docx   the page for partners who edit
                      /<report>/report.pdf    the page on paper, tagged

They are made of the published pages, after the audit, so they hold nothing that the pages do not. Each file is replaced
whole or not at all, and is the same each time but for the version of the browser. A new run of ``saferleeds report`` takes
them away, since they would be about other numbers.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.index import renew_index
from saferleeds_analysis.publishing.pdf import NoBrowser, draw_pictures, write_pdf
from saferleeds_analysis.publishing.pieces import Picture, read_page
from saferleeds_analysis.publishing.report import DOCUMENTS, WORKBOOKS, pack_folder
from saferleeds_analysis.publishing.run_list import REPORT_NAME
from saferleeds_analysis.publishing.versions import version_to_make
from saferleeds_analysis.publishing.word import write_docx
from saferleeds_analysis.publishing.workbook import workbook_of, write_ods, write_xlsx


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
    say: Callable[[str], None] = print,
) -> Exported:
    """Make the workbook, the Word documents and the PDFs of a published pack, and name them in its index.

    A pack that is signed off is refused and stays as it is. ``sources`` are the data that the index names.

    Without a browser there are no PDFs, and charts stand in Word in words; ``problems`` says so once, with the cure.
    """
    folder = pack_folder(root, quarter, edition=edition)
    places = [p.parent for p in sorted(folder.glob("*/report.html")) if REPORT_NAME.fullmatch(p.parent.name)]
    name = periods.quarter_name(quarter)
    if not places:
        raise ValueError(f'no pack of {name} is published. Make it first: saferleeds report "{name}"')
    version_to_make(root, quarter)  # refuses a pack that is signed off
    as_at = _as_at(places, quarter)
    pages = [read_page(place / "report.html") for place in places]
    made, problems = [], []
    book = workbook_of(
        pages,
        [(place.name, place / "figures.csv") for place in places if (place / "figures.csv").is_file()],
        title=f"Tables of {name}",
        as_at=as_at,
        marking=pages[0].marking,
    )
    for file, write in zip(WORKBOOKS, (write_xlsx, write_ods), strict=True):
        write(book, folder / file)
        made.append(folder / file)
        say(file)
    pictures: dict[Picture, bytes] = {}
    can_draw = True
    try:
        wanted = [p for page in pages for p in page.pieces if isinstance(p, Picture)]
        pictures = dict(zip(wanted, draw_pictures(wanted), strict=True))
    except (NoBrowser, OSError) as problem:
        problems.append(str(problem))
        can_draw = not isinstance(problem, NoBrowser)
    for page, place in zip(pages, places, strict=True):
        write_docx(page, place / DOCUMENTS[0], pictures=pictures, as_at=as_at)
        made.append(place / DOCUMENTS[0])
    say(f"Word: {len(pages)}")
    if can_draw:
        printed, failed = _print_all(places, as_at)
        made += printed
        problems += failed
        say(f"PDF: {len(printed)}")
    renew_index(root, quarter, as_at=as_at, edition=edition, sources=sources)
    return Exported(made=tuple(made), problems=tuple(problems))


def _print_all(places: Sequence[Path], as_at: date) -> tuple[list[Path], list[str]]:
    """Print two pages at a time: a browser's start waits more than it works."""

    def print_one(place: Path) -> str:
        try:
            write_pdf(place / "report.html", place / DOCUMENTS[1], as_at=as_at)
        except OSError as problem:
            return f"{place.name}: {problem}"
        return ""

    with ThreadPoolExecutor(max_workers=2) as two:
        told = list(two.map(print_one, places))
    printed = [place / DOCUMENTS[1] for place, problem in zip(places, told, strict=True) if not problem]
    return printed, [problem for problem in told if problem]


def _as_at(places: Sequence[Path], quarter: pd.Period) -> date:
    for place in places:
        if (place / "run.json").is_file():
            record = json.loads((place / "run.json").read_text(encoding="utf-8"))
            if day := record.get("parameters", {}).get("as_at"):
                return date.fromisoformat(day)
    return periods.last_month(quarter).end_time.date()
