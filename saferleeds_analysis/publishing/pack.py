"""Publish the reports of a quarter: run each notebook, make its page, and put it in its place whole or not at all.

    reports/2012-13_Q2/index.html
    reports/2012-13_Q2/<report>/report.html    the page
                               /report.ipynb   the executed notebook
                               /figures.csv    every number on the page, as tidy rows
                               /run.json       what it was made from, with what, and when

Only ``run.json`` holds times, so that two runs on the same inputs give the same page and the same figures, byte by
byte. A report that fails leaves the one published before it as it was.
"""

import csv
import json
import logging
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from hashlib import file_digest
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.notebooks import (
    ExecutedNotebook,
    ReportFailed,
    check_parameters,
    declared_parameters,
    run_notebook,
    without_machine_paths,
    write_notebook,
)
from saferleeds_analysis.publishing.pages import (
    Link,
    Page,
    Provenance,
    make_page,
    read_headline,
    render_page,
    template,
)
from saferleeds_analysis.reporting.blocks import FIGURE_COLUMNS

logger = logging.getLogger(__name__)

RUN_LIST = "run_list.toml"

# Given to every report by the command, so that a run list serves every quarter. A notebook that declares no edition has
# the same page in both.
GIVEN_BY_THE_COMMAND = ("quarter", "as_at", "edition")

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOTEBOOK_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_WINDOWS_KEEPS = re.compile(r"con|prn|aux|nul|(com|lpt)\d")
_FILES = (
    Link(text="every figure on it (CSV)", href="figures.csv"),
    Link(text="the executed notebook", href="report.ipynb"),
    Link(text="the record of its run", href="run.json"),
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report of a pack: which notebook, with what besides the quarter, published in a folder of this name.

    ``first_quarter`` and ``last_quarter`` (``2015/16 Q3``) bound the quarters in which it is made: a one-off paper, or a
    series that has ended. Without them it is made in every quarter.
    """

    name: str
    notebook: str
    parameters: Mapping[str, str | int | float | bool]
    first_quarter: str = ""
    last_quarter: str = ""

    def __post_init__(self) -> None:
        """Refuse names that could leave their folder or that Windows cannot store, and parameters not ours to give."""
        if not _NAME.fullmatch(self.name) or _WINDOWS_KEEPS.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} cannot name a report: small letters and digits with hyphens between."
            )
        if not _NOTEBOOK_NAME.fullmatch(self.notebook):
            raise ValueError(
                f"{self.notebook!r} cannot name a notebook: small letters and digits with underscores between, "
                "without folder and without '.ipynb'."
            )
        for name in self.parameters:
            if name in GIVEN_BY_THE_COMMAND:
                raise ValueError(f"parameter {name!r} is given by the command, not by the run list.")
        first, last = (q and periods.quarter(q) for q in (self.first_quarter, self.last_quarter))
        if first and last and first > last:
            raise ValueError(
                f"first_quarter {self.first_quarter} comes after last_quarter {self.last_quarter}."
            )

    def is_made_in(self, quarter: pd.Period) -> bool:
        """Say whether a quarter lies within the report's own bounds."""
        return (not self.first_quarter or periods.quarter(self.first_quarter) <= quarter) and (
            not self.last_quarter or quarter <= periods.quarter(self.last_quarter)
        )


def read_run_list(notebooks: Path) -> tuple[Report, ...]:
    """Read ``run_list.toml`` in the folder of notebooks: the reports of a quarter, in their order.

    Each ``[[report]]`` has ``name``, ``notebook`` and ``parameters``, may have ``first_quarter`` and ``last_quarter``, and
    has nothing else. All faults in one message.
    """
    path = notebooks / RUN_LIST
    if not path.is_file():
        raise ValueError(f"there is no {RUN_LIST} in the folder {notebooks.name!r}.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{RUN_LIST} cannot be read: {error}") from error
    entries = content.pop("report", [])
    problems = [f"{key!r} is not known; a run list holds [[report]] tables." for key in content]
    if not (isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries)):
        problems.append("it names no [[report]].")
        entries = []
    reports: dict[str, Report] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            report = _read_report(entry)
        except ValueError as error:
            problems.append(f"report {number}: {error}")
            continue
        if report.name in reports:
            problems.append(f"report {number}: {report.name!r} is there twice.")
        if not (notebooks / f"{report.notebook}.ipynb").is_file():
            problems.append(f"report {number}: there is no notebook {report.notebook}.ipynb.")
        reports[report.name] = report
    if problems:
        raise ValueError(f"{RUN_LIST}:\n" + "\n".join(problems))
    return tuple(reports.values())


def publish_reports(
    root: Path,
    quarter: pd.Period,
    reports: Sequence[Report],
    *,
    as_at: date,
    sources: Iterable[str] = (),
    say: Callable[[str], None] = print,
) -> Path:
    """Publish reports of a quarter into ``reports/<quarter>/`` of a project and give the path of the pack's index.

    ``as_at`` is the day on which the figures are taken to be read: nothing that came later may be in them. ``sources``
    are the data that the project holds, named in the index (a page names its own in its text). Reports that are not made
    in this quarter (:meth:`Report.is_made_in`) are left out and named. Every
    parameter of every report is checked before the first one runs. The reports that fail are named at the end, in one
    :class:`ReportFailed`; the others are published. ``say`` is told one line a report.
    """
    _check_finished(quarter, as_at)
    name = periods.quarter_name(quarter)
    left_out = [report.name for report in reports if not report.is_made_in(quarter)]
    if left_out and len(left_out) == len(reports):
        raise ValueError(
            f"no report of the run list is made in {name}: see first_quarter and last_quarter of each."
        )
    if left_out:
        say(f"Not made in {name}: {', '.join(left_out)}")
    reports = [report for report in reports if report.is_made_in(quarter)]
    given = dict(zip(GIVEN_BY_THE_COMMAND, (name, as_at.isoformat(), "public"), strict=True))
    _check_all_parameters(root, reports, given)
    provenance = Provenance(as_at=as_at, code_version=code_version(root))
    record = {
        "code_version": provenance.code_version,
        "inputs": _hashes(root, ["data/raw", "data/processed"]),
        "python": sys.version.split()[0],
        "packages": dict(sorted((d.name, d.version) for d in metadata.distributions() if d.name)),
    }
    folder = root / "reports" / periods.quarter_path(quarter)
    folder.mkdir(parents=True, exist_ok=True)
    failed: dict[str, Exception] = {}
    # One after another, each on its own: publishing one report needs nothing from another.
    publish = partial(_publish_report, root, folder, quarter, given, provenance, record)
    for number, report in enumerate(reports, start=1):
        start = time.perf_counter()
        try:
            page = publish(report)
        except (DataProblem, ValueError, ReportFailed) as error:
            failed[report.name] = error
            outcome = "failed"
        else:
            outcome = _outcome(page.warnings)
            for warning in page.warnings:
                logger.warning("%s: %s", report.name, without_machine_paths(warning, root))
        say(
            f"{number}/{len(reports)}  {report.name}  {time.perf_counter() - start:.1f} s  {outcome}".rstrip()
        )
    index = _write_index(
        root,
        folder,
        quarter,
        not_renewed=tuple(failed),
        provenance=replace(provenance, sources=tuple(sources)),
    )
    if failed:
        raise ReportFailed(
            f"{len(failed)} of {len(reports)} reports could not be made; what was published before stands.\n"
            + "\n".join(
                f"{name}: {without_machine_paths(str(error), root)}" for name, error in failed.items()
            ),
            details="\n\n".join(getattr(error, "details", "") for error in failed.values()).strip(),
        )
    return index


def code_version(root: Path) -> str:
    """Say which version of the code a report was made with: the commit, and whether files differ from it."""
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return "not in a git checkout"
    changed = _git(root, "status", "--porcelain")
    return f"{commit[:12]}, with changes not committed" if changed else commit[:12]


def write_figures(figures: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write a page's figures as CSV: ``section``, then the columns of a tidy figure.

    UTF-8 with a byte-order mark, by which Excel knows the pound sign. Text that begins with ``=``, ``+``, ``-``,
    ``@``, a tab or a line break gets an apostrophe in front, because a spreadsheet would run it as a formula; numbers
    are written as they are.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["section", *FIGURE_COLUMNS])
        writer.writeheader()
        for row in figures:
            writer.writerow({column: _never_a_formula(value) for column, value in row.items()})


def _read_report(entry: dict) -> Report:
    wanted = {"name": str, "notebook": str, "parameters": dict}
    allowed = {**wanted, "first_quarter": str, "last_quarter": str}
    faults = [f"{key!r} is missing." for key in wanted if key not in entry]
    faults += [f"{key!r} is not known." for key in entry if key not in allowed]
    faults += [
        f"{k!r} is not a {t.__name__}." for k, t in allowed.items() if not isinstance(entry.get(k, t()), t)
    ]
    if faults:
        raise ValueError(" ".join(faults))
    return Report(**entry)


def _check_finished(quarter: pd.Period, as_at: date) -> None:
    last_day = periods.last_month(quarter).end_time.date()
    if as_at < last_day:
        raise ValueError(
            f"{periods.quarter_name(quarter)} ends on {last_day.isoformat()}; it cannot be reported as at {as_at.isoformat()}."
        )


def _check_all_parameters(root: Path, reports: Sequence[Report], given: dict) -> None:
    faults = []
    for report in reports:
        try:
            notebook = _notebook(root, report)
            check_parameters(notebook, _parameters(notebook, report, given))
        except ValueError as error:
            faults.append(f"{report.name}: {error}")
    if faults:
        raise ValueError("nothing was run.\n" + "\n".join(faults))


def _parameters(notebook: Path, report: Report, given: dict) -> dict:
    own = {**given, **report.parameters}
    return own if "edition" in declared_parameters(notebook) else {k: own[k] for k in own if k != "edition"}


def _notebook(root: Path, report: Report) -> Path:
    return root / "notebooks" / f"{report.notebook}.ipynb"


def _publish_report(
    root: Path,
    folder: Path,
    quarter: pd.Period,
    given: dict,
    provenance: Provenance,
    record: dict,
    report: Report,
) -> Page:
    notebook = _notebook(root, report)
    executed = run_notebook(notebook, _parameters(notebook, report, given), folder_to_run_in=notebook.parent)
    pack = Link(text=f"All reports of {periods.quarter_name(quarter)}", href="../index.html")
    page = make_page(executed, provenance=provenance, pack=pack, files=_FILES)
    _refuse_machine_paths(page, executed, root)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as scratch:
        draft = Path(scratch) / report.name
        draft.mkdir()
        _write_text(draft / "report.html", page.html)
        write_notebook(executed.notebook, draft / "report.ipynb")
        write_figures(page.figures, draft / "figures.csv")
        _write_text(draft / "run.json", _run_record(report, executed, notebook, record))
        _put_in_place(draft, folder / report.name)
    return page


def _run_record(report: Report, executed: ExecutedNotebook, notebook: Path, record: dict) -> str:
    return json.dumps(
        {
            "report": report.name,
            "notebook": {"name": notebook.name, "sha256": _sha256(notebook)},
            "parameters": executed.parameters,
            "started": _time(executed.started),
            "finished": _time(executed.finished),
            **record,
        },
        indent=2,
        ensure_ascii=False,
        allow_nan=False,
    )


def _put_in_place(draft: Path, place: Path) -> None:
    """Replace a published folder by the finished one; if that cannot be done, leave the published one."""
    before = draft.parent / "before"
    try:
        if place.exists():
            place.rename(before)
        draft.rename(place)
    except OSError as error:
        if before.exists() and not place.exists():
            before.rename(place)
        raise ReportFailed(
            f"the folder {place.name!r} could not be replaced ({error.strerror}). Is a file in it open, in Excel perhaps?"
        ) from error


def _write_index(
    root: Path, folder: Path, quarter: pd.Period, *, not_renewed: tuple[str, ...], provenance: Provenance
) -> Path:
    """Write the pack's index from what is published: in the order of the run list, then by name."""
    from markupsafe import Markup

    notebooks = root / "notebooks"
    listed = read_run_list(notebooks) if (notebooks / RUN_LIST).is_file() else ()
    order = {report.name: number for number, report in enumerate(listed)}
    published = sorted(
        (page.parent for page in folder.glob("*/report.html") if _NAME.fullmatch(page.parent.name)),
        key=lambda place: (order.get(place.name, len(order)), place.name),
    )
    index = folder / "index.html"
    if not published:  # nothing is there to be listed, and an empty pack would look like a published one
        index.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
        return index
    names = {place.name for place in published} | order.keys()
    name = periods.quarter_name(quarter)
    title = f"Reports of {name}"
    body = template("pack.html.j2").render(
        title=title,
        review_period=periods.review_period(quarter),
        reports=[{"name": place.name, **read_headline(place / "report.html")} for place in published],
        not_renewed=[report for report in not_renewed if report in names],
    )
    html = render_page(title=title, body=Markup(body), provenance=provenance)  # noqa: S704 - our own template
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as scratch:
        draft = Path(scratch) / index.name
        _write_text(draft, html)
        draft.replace(index)
    return index


def _refuse_machine_paths(page: Page, executed: ExecutedNotebook, root: Path) -> None:
    for text in (page.html, json.dumps(executed.notebook, ensure_ascii=False)):
        clean = without_machine_paths(text, root)
        if clean != text:
            at = next(i for i, (one, other) in enumerate(zip(text, clean, strict=False)) if one != other)
            raise ValueError(
                f"a path of this machine would be published: ...{text[max(0, at - 20) : at + 60]!r}"
            )


def _hashes(root: Path, folders: Iterable[str]) -> dict[str, str]:
    """Give the SHA-256 of every file below these folders of the project, by its path in the project."""
    files = [path for folder in folders for path in sorted((root / folder).rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): _sha256(path) for path in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _git(root: Path, *words: str) -> str | None:
    """Ask git; ``None`` where there is no git or no checkout."""
    try:
        answer = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", "-C", str(root), *words],  # noqa: S607 - git is wherever the analyst has it
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _outcome(warnings: tuple[str, ...]) -> str:
    return f"{len(warnings)} to look at in the log" if warnings else ""


def _never_a_formula(value: Any) -> Any:
    if isinstance(value, str) and (
        value.lstrip()[:1] in ("=", "+", "-", "@") or value[:1] in ("\t", "\r", "\n")
    ):
        return f"'{value}"
    return value
