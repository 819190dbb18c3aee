"""Where a pack lies and what its files are called; how its figures, texts and office files are written.

reports/2012-13_Q2/<report>/    the public pack, one folder a report
reports/restricted/2012-13_Q2/  the restricted one, never inside the public folder
reports/refused/2012-13_Q2/     what an audit took out of the public pack; refused/restricted/ of the restricted one

While a pack is made all of it lies elsewhere (:mod:`saferleeds_analysis.publishing.one_act`), and is found there.
"""

import csv
import io
import json
import re
import shlex
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.figures import FIGURE_COLUMNS
from saferleeds_analysis.formats import FORMAT, KEY, format_of
from saferleeds_analysis.publishing.run_list import REPORT_NAME, Report

# Of each report: its page, the page that leads from its numbers back to the rows they come from, and what lies beside them.
PAGE, TRACE, NOTEBOOK = "report.html", "trace.html", "report.ipynb"
FIGURES, RECORD = "figures.csv", "run.json"
# Where a record keeps the SHA-256 of each file that was made beside it. The pack's own files have a run.json too.
OUTPUTS = "outputs"
DOCX, PDF, BOOK = "report.docx", "report.pdf", "report.xlsx"

# Of the pack: its index, the folder of its page of changes, what is made of its pages besides, and what a sign-off adds.
INDEX, CHANGES = "index.html", "changes"
NOT_MADE = "not_made.json"
XLSX, ODS = "pack.xlsx", "pack.ods"
QUALITY_PAGE, QUALITY_TABLE = "data-quality.html", "data-quality.csv"
MANIFEST, VERSIONS, RETIRED = "signed_off.json", "versions", "retired"
# The packs that this process is making, by their project and the name of their folder: what stands for reports/ until then.
_STAGED: dict[tuple[Path, str], Path] = {}

_TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def pack_folder(root: Path, quarter: pd.Period, *, edition: str, refused: bool = False) -> Path:
    """Give the folder of a quarter's pack: ``reports/2012-13_Q2``, or ``reports/restricted/2012-13_Q2``.

    That of its ``refused`` reports is ``reports/refused/2012-13_Q2``, or ``reports/refused/restricted/2012-13_Q2``.
    """
    if edition not in EDITIONS:
        raise ValueError(f"there is no edition {edition!r}; it is 'public' or 'restricted'.")
    parts = (["refused"] if refused else []) + ([edition] if edition != "public" else [])
    name = periods.quarter_path(quarter)
    return _STAGED.get((root, name), root / "reports").joinpath(*parts, name)


@contextmanager
def staged(root: Path, quarter: pd.Period, reports: Path) -> Iterator[None]:
    """Let the packs of a quarter be found in another folder than ``reports/``, in which they are being made."""
    key = root, periods.quarter_path(quarter)
    _STAGED[key] = reports
    try:
        yield
    finally:
        del _STAGED[key]


def is_staged(root: Path, quarter: pd.Period) -> bool:
    """Say whether a quarter's pack is being made by this process."""
    return (root, periods.quarter_path(quarter)) in _STAGED


def stands_at(root: Path, place: Path) -> str:
    """Write where a file stands in the project, one of a pack that is being made where it will."""
    for reports in _STAGED.values():
        if place.is_relative_to(reports):
            place = root / "reports" / place.relative_to(reports)
    return place.relative_to(root).as_posix()


def public_packs(root: Path) -> dict[Path, pd.Period]:
    """Give every public pack's folder (one in ``reports/`` that bears the name of a quarter), and the quarter."""
    packs = {}
    names = {name for of, name in _STAGED if of == root}
    for name in sorted(names.union(place.name for place in (root / "reports").glob("*"))):
        try:
            quarter = periods.quarter(name)
        except ValueError:  # not a pack
            continue
        folder = pack_folder(root, quarter, edition="public")
        if folder.is_dir() and folder.name == name:
            packs[folder] = quarter
    return packs


def report_folders(pack: Path) -> list[Path]:
    """Give the folders of a pack's published reports, in the order of their names; its page of changes is one."""
    return [page.parent for page in in_reports(pack, PAGE) if REPORT_NAME.fullmatch(page.parent.name)]


def published_reports(root: Path, quarter: pd.Period, *, edition: str) -> list[Path]:
    """Give the folders of a quarter's published reports; a quarter of which nothing is published is refused."""
    reports, name = report_folders(pack_folder(root, quarter, edition=edition)), periods.quarter_name(quarter)
    if not reports:
        raise ValueError(f'no pack of {name} is published. Make it first: saferleeds report "{name}"')
    return reports


def not_made(pack: Path) -> dict[str, str]:
    """Give the reports that a pack has not, because their data do not hold its quarter: each with that in a sentence."""
    path = pack / NOT_MADE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def sentences(reasons: Mapping[str, str]) -> list[str]:
    """Put the reasons why reports are not made into a line each, those with the same reason together.

    >>> sentences({"ward-a": "no month is held.", "ward-b": "no month is held.", "plan": "it is retired."})
    ['ward-a, ward-b: no month is held.', 'plan: it is retired.']
    """
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        names.setdefault(reason, []).append(name)
    return [f"{', '.join(of_it)}: {reason}" for reason, of_it in names.items()]


def leftovers(root: Path, quarter: pd.Period, listed: Sequence[Report]) -> tuple[str, ...]:
    """Name the reports that stand in a quarter's pack, in either edition, and are no longer made in it by the run list, ``listed``.

    No run renews them. Of a project without a run list none is one.
    """
    made = {report.name for report in listed if report.is_made_in(quarter)} | {CHANGES}
    packs = [pack_folder(root, quarter, edition=edition) for edition in EDITIONS]
    there = {path.parent.name for pack in packs for file in (PAGE, RECORD) for path in in_reports(pack, file)}
    return tuple(sorted(there - made)) if listed else ()


def cures_of_leftovers(names: Iterable[str], quarter: pd.Period) -> list[str]:
    """Say of each leftover (by name) of a quarter's pack what to do with it: the command takes it out of both editions."""
    return [
        f"{name}: the run list does not make it in this quarter. Take it out: saferleeds retire {shlex.quote(name)} --quarter "
        f'"{periods.quarter_name(quarter)}"; or put it on the run list and report the quarter anew.'
        for name in names
    ]


def in_reports(pack: Path, file: str) -> list[Path]:
    """Give the files of one name in the folders of a pack, whatever the folders are called: the audits look at all."""
    return sorted(pack.glob(f"*/{file}"))


def files_of(folder: Path, *, kept: Collection[str] | None = None) -> list[Path]:
    """Give the files and links of a pack's version, hidden ones too, in order, but for the record of its sign-off.

    What lies in ``versions`` is not among them, or only what does not bear one of the names that are ``kept`` there.
    """
    files = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder).parts
        aside = inner[0] == VERSIONS and inner[1:] and (kept is None or inner[1] in kept)
        if inner != (MANIFEST,) and not aside and (path.is_symlink() or not path.is_dir()):
            files.append(path)
    return files


def record_outputs(folder: Path, *names: str) -> None:
    """Record the SHA-256 of files that were just made in the ``run.json`` beside them, and forget those that are gone."""
    made = {name: sha256_of(folder / name) for name in names if (folder / name).is_file()}
    has_record = (folder / RECORD).is_file()
    if made or has_record:
        record = read_record(folder) if has_record else {KEY: FORMAT}
        others = {name: sha256 for name, sha256 in record.get(OUTPUTS, {}).items() if name not in names}
        text = json.dumps(record | {OUTPUTS: others | made}, indent=2, ensure_ascii=False, allow_nan=False)
        replace_file(folder / RECORD, text)


def forget_what_was_made_of(folder: Path) -> None:
    """Take away the workbooks and the data-quality page of a pack: they are about pages that are to be made anew."""
    made = (XLSX, ODS, QUALITY_PAGE, QUALITY_TABLE)
    for name in made:
        (folder / name).unlink(missing_ok=True)
    record_outputs(folder, *made)


def read_record(report: Path) -> dict[str, Any]:
    """Read the record of a report's run, or of what lies beside a pack's reports; one of a newer format than this library's is refused."""
    record = json.loads((report / RECORD).read_text(encoding="utf-8"))
    format_of(record, f"{report.name}/{RECORD}")
    return record


def out_of_date(root: Path, quarter: pd.Period) -> list[Path]:
    """Give the reports of a pack, of both editions, that were made from another state of the data than the newest of them."""
    packs = [pack_folder(root, quarter, edition=edition) for edition in EDITIONS]
    # The page of changes is written anew with every run, from what the other pages say.
    reports = [place for pack in packs for place in report_folders(pack) if place.name != CHANGES]
    made = {place: read_record(place) for place in reports}
    newest = max(made.values(), key=lambda record: record.get("finished", ""), default={})
    return [p for p in reports if made[p].get("data_fingerprint") != newest.get("data_fingerprint")]


def read_figures(path: Path) -> list[dict[str, str]]:
    """Read a published ``figures.csv`` as it is printed: without the apostrophes that keep text from being a formula."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{column: _unquoted(text) for column, text in row.items()} for row in csv.DictReader(file)]


def write_figures(figures: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write a page's figures as CSV: ``section``, then the columns of a tidy figure."""
    write_rows(figures, ["section", *FIGURE_COLUMNS], path)


def write_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], path: Path) -> None:
    """Write rows as CSV for people who open it in a spreadsheet.

    UTF-8 with a byte-order mark, by which Excel knows the pound sign. Text that begins with ``=``, ``+``, ``-``,
    ``@``, a tab or a line break gets an apostrophe in front, because a spreadsheet would run it as a formula; numbers
    are written as they are.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for row in rows:
            writer.writerow({column: _never_a_formula(value) for column, value in row.items()})


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with the same line ends everywhere."""
    path.write_text(text, encoding="utf-8", newline="\n")


def replace_file(place: Path, content: str | bytes) -> None:
    """Write a file in the place of the one that is there, whole or not at all."""
    made = content.encode() if isinstance(content, str) else content
    # Always the same name, so that the next time does away with what was stopped.
    draft = place.with_name(f".making-{place.name}")
    try:
        draft.write_bytes(made)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


def write_office_file(made: io.BytesIO, place: Path, *, as_at: date) -> None:
    """Put an office file in its place whole, dated with the as-at day and in British English.

    It has the same bytes for the same content: without the times at which its parts were packed.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _TIMES.sub(rb"\g<1>" + f"{as_at.isoformat()}T00:00:00Z".encode(), content)
                if b"<dc:language>" not in content:
                    content = content.replace(
                        b"</cp:coreProperties>", b"<dc:language>en-GB</dc:language></cp:coreProperties>"
                    )
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, compress_type=method)
    replace_file(place, packed.getvalue())


def _never_a_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _is_a_formula(value) else value


def _unquoted(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_a_formula(text[1:]) else text


def _is_a_formula(text: str) -> bool:
    return text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r", "\n")
