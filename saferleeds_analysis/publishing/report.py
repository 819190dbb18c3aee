"""Publish one report: run its notebook, make its page, and write both with the figures and the record into a folder.

The folder is one of a pack that is being made. A report needs nothing from another, so that several can be made at once.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import Catalogue, load_catalogue, read_project
from saferleeds_analysis.door import read_text, sha256_of
from saferleeds_analysis.formats import FORMAT, KEY
from saferleeds_analysis.publishing.content import Content, content_of
from saferleeds_analysis.publishing.earlier import EarlierPack
from saferleeds_analysis.publishing.files import (
    CHANGES,
    FIGURES,
    INDEX,
    NOTEBOOK,
    PAGE,
    RECORD,
    TRACE,
    pack_folder,
    published_reports,
    read_record,
    record_outputs,
    replace_file,
    report_folders,
    write_figures,
    write_text,
)
from saferleeds_analysis.publishing.kept_rows import keep, project_key, put_by, salted
from saferleeds_analysis.publishing.notebooks import (
    ExecutedNotebook,
    ReportFailed,
    append_block,
    declared_parameters,
    read_notebook,
    run_notebook,
    without_machine_paths,
    write_notebook,
)
from saferleeds_analysis.publishing.pages import (
    Link,
    Page,
    Provenance,
    make_page,
    page_of_block,
    provenance_of,
    render_content,
    render_notebook,
)
from saferleeds_analysis.publishing.places import library_version, source_folder
from saferleeds_analysis.publishing.run_list import GIVEN_BY_THE_COMMAND, Report, listed_reports
from saferleeds_analysis.publishing.trace import page_of_traces
from saferleeds_analysis.publishing.versions import version_to_make
from saferleeds_analysis.reporting.blocks import NOTHING, Commentary
from saferleeds_analysis.reporting.commentary_check import questions

_FILES = (
    Link(text="every figure on it (CSV)", href=FIGURES),
    Link(text="where each number comes from", href=TRACE),
    Link(text="the executed notebook", href=NOTEBOOK),
    Link(text="the record of its run", href=RECORD),
)
# Names of people that must not be published, one a line. Kept by the analyst, and never in the repository.
_NAMES = Path("data", "names_not_published.txt")
_FILES_OF_CHANGES = (_FILES[0], _FILES[3])


@dataclass(frozen=True, kw_only=True)
class Run:
    """What all the reports of one run share: the project, the quarter, the day, the edition and what they are made with.

    ``catalogue`` and ``listed`` are the project's tables and its run list, read once. ``earlier`` is the pack with which each
    page's figures are compared. ``making`` names the reports that this run makes, ``shared`` the folder of what they work out once.
    """

    root: Path
    quarter: pd.Period
    as_at: date
    edition: str
    made_with: Mapping[str, Any]
    catalogue: Catalogue
    listed: tuple[Report, ...]
    earlier: EarlierPack | None = None
    making: tuple[str, ...] = ()
    shared: str = ""

    @property
    def quarter_name(self) -> str:
        """Write the quarter as people do: ``2012/13 Q2``."""
        return periods.quarter_name(self.quarter)

    @property
    def folder(self) -> Path:
        """Give the folder of the pack. The restricted edition is never inside the public folder."""
        return pack_folder(self.root, self.quarter, edition=self.edition)

    @property
    def provenance(self) -> Provenance:
        """Give what the header and the footer of each page say."""
        return provenance_of(self.made_with, as_at=self.as_at)

    def notebook(self, report: Report) -> Path:
        """Give the notebook of a report."""
        return self.root / "notebooks" / f"{report.notebook}.ipynb"

    def parameters(self, report: Report) -> dict[str, str | int | float | bool]:
        """Give all parameters of a report: its own and the command's. The edition only where the notebook declares it."""
        given = (self.quarter_name, self.as_at.isoformat(), self.edition)
        own = {**dict(zip(GIVEN_BY_THE_COMMAND, given, strict=True)), **report.parameters}
        if "edition" not in declared_parameters(self.notebook(report)):
            del own["edition"]
        return own


@dataclass(frozen=True, kw_only=True)
class MadeReport:
    """A report that is made: its ``folder``, and what the analyst should look at.

    ``questions`` are about partners' commentary on it and are asked before it is published.
    """

    folder: Path
    warnings: tuple[str, ...]
    questions: tuple[str, ...] = ()


def start_run(
    root: Path,
    quarter: pd.Period,
    *,
    as_at: date,
    edition: str,
    catalogue: Catalogue | None = None,
) -> Run:
    """Gather what all the reports of a run share; refuse a pack that is signed off, and a quarter that has not ended.

    The project's tables are read here where nobody hands them on.
    """
    version = version_to_make(root, quarter)
    last_day = periods.last_month(quarter).end_time.date()
    if as_at < last_day:
        raise ValueError(
            f"{periods.quarter_name(quarter)} ends on {last_day.isoformat()}; it cannot be reported as at {as_at.isoformat()}."
        )
    reference = root / "data" / "raw" / "reference"
    catalogue = catalogue or load_catalogue(reference)
    made = _made_with(root, quarter, catalogue)
    if edition == "public":  # a fingerprint lets anybody try out what a file holds
        key = project_key(root)
        made["inputs"] = {path: salted(sha256, key) for path, sha256 in made["inputs"].items()}
    return Run(
        root=root,
        quarter=quarter,
        as_at=as_at,
        edition=edition,
        made_with={
            "pack_version": version.number,
            "version_notice": version.notice,
            "edition": edition,
            "organisation": read_project(reference).organisation,
            **made,
        },
        catalogue=catalogue,
        listed=listed_reports(root, catalogue),
    )


def _made_with(root: Path, quarter: pd.Period, catalogue: Catalogue) -> dict[str, Any]:
    """Say what every report of a run is made with: the code's version, the inputs by their SHA-256, the software.

    ``data_fingerprint`` is the same in both editions, by which reports of two states of the data are found in one pack.
    """
    inputs, fingerprint = _read_by_the_pack(root, quarter, catalogue)
    return {
        KEY: FORMAT,
        "code_version": code_version(root),
        "inputs": inputs,
        "data_fingerprint": fingerprint,
        "python": sys.version.split()[0],
        "packages": dict(sorted((d.name, d.version) for d in metadata.distributions() if d.name)),
    }


def _read_by_the_pack(root: Path, quarter: pd.Period, catalogue: Catalogue) -> tuple[dict[str, str], str]:
    """Give the SHA-256 of each file that a pack can be made from, and the fingerprint of the data among them."""
    inputs = intake.pack_inputs(root, quarter, catalogue)
    return inputs, salted(intake.data_fingerprint(inputs), project_key(root))


def code_version(root: Path) -> str:
    """Say what a report was made with: the library's version, its commit where it runs from a checkout, and the project's.

    Each commit says whether files differ from it. A project that lies in the library's own checkout has the same one.
    """
    source = source_folder()
    library, project = _commit(source) if source else None, _commit(root)
    said = [library_version()]
    if library:
        said.append(f"commit {library}")
    if project and project != library:
        said.append(f"project at commit {project}")
    return ", ".join(said)


def _commit(folder: Path) -> str | None:
    """Give the commit of a checkout, and whether files differ from it; ``None`` where there is none."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    return (
        f"{commit[:12]}, with changes not committed" if _git(folder, "status", "--porcelain") else commit[:12]
    )


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


def make_report(run: Run, report: Report, *, into: Path, template: str = "") -> MadeReport:
    """Run a report's notebook and write its folder into that of a pack.

    ``template`` is the address of a warm template, from which its kernel is forked; without one it starts cold. What
    cannot be published is refused: a ``ReportFailed`` of the notebook, a ``ValueError`` of the page.
    """
    notebook = run.notebook(report)
    kernel = {"template": template, "shared": run.shared}
    executed = run_notebook(notebook, run.parameters(report), folder_to_run_in=notebook.parent, **kernel)
    if _read_by_the_pack(run.root, run.quarter, run.catalogue)[1] != run.made_with["data_fingerprint"]:
        raise ReportFailed("the data changed while the report was made. Make it again.")
    if run.edition == "public":
        keep(run.root, run.quarter, report.name, put_by(executed.notebook, project_key(run.root)))
    shown = content_of(executed.notebook)
    changed = run.earlier.line(shown.figures) if run.earlier is not None else NOTHING
    if changed is not NOTHING:
        append_block(executed.notebook, changed, source=f"# Added by {__name__}")
    unlinked = _not_in_the_pack(run, shown)
    frame = frame_of(report.name, run.quarter_name, unlinked=unlinked)
    page = make_page(executed, provenance=run.provenance, **frame)
    _refuse_machine_paths(page, executed, run.root)
    content = page.content
    record = {
        "report": report.name,
        "page": content.first_words,
        "notebook": {"name": notebook.name, "sha256": sha256_of(notebook)},
        "parameters": executed.parameters,
        "unlinked": unlinked,
        "started": _time(executed.started),
        "finished": _time(executed.finished),
        **run.made_with,
    }
    made = MadeReport(folder=into / report.name, warnings=page.warnings, questions=_questions(run, content))
    trace = _trace_page(report.name, content, record)
    write_folder(made.folder, page=page, notebook=executed.notebook, record=record, trace=trace)
    return made


def write_folder(
    folder: Path, *, page: Page, notebook: Any, record: Mapping[str, Any], trace: str = ""
) -> None:
    """Write the folder of a report, in the place of an earlier one: page, trace, executed notebook, figures, record of its run."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    write_text(folder / PAGE, page.html)
    if trace:
        write_text(folder / TRACE, trace)
    write_notebook(notebook, folder / NOTEBOOK)
    write_figures(page.content.rows, folder / FIGURES)
    write_text(folder / RECORD, json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False))
    record_outputs(folder, PAGE, TRACE, NOTEBOOK, FIGURES)


def _trace_page(report: str, content: Content, record: Mapping[str, Any]) -> str:
    """Make the page that leads from a report's numbers back to the rows that they come from."""
    return page_of_block(
        page_of_traces(
            f"Where the numbers come from: {content.title}", content.placed, report=report, record=record
        ),
        name=f"the trace of {report}",
        provenance=provenance_of(record),
        pack=Link(text=content.title, href=PAGE),
        files=(
            Link(text="every figure of the report (CSV)", href=FIGURES),
            Link(text="the record of its run", href=RECORD),
        ),
    ).html


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _questions(run: Run, content: Content) -> tuple[str, ...]:
    """Compare every commentary that is shown on a page with the page's own figures; give what to ask, one sentence each."""
    shown = dict.fromkeys(PurePosixPath(words.file).stem for words in content.of(Commentary))
    if not shown:
        return ()
    names = run.root / _NAMES
    kept_out = read_text(names, names.name).splitlines() if names.is_file() else []
    rules, below_city = run.catalogue.disclosure_rules, run.catalogue.below_city()
    asked: list[str] = []
    for indicator in shown:
        words = intake.commentary(run.root, run.quarter, indicator)
        if words is not None:
            about_it = [f for f in content.figures if f.indicator_id == indicator] or list(content.figures)
            asked += questions(words, about_it, rules=rules, below_city=below_city, names=kept_out)
    return tuple(asked)


def _not_in_the_pack(run: Run, content: Content) -> list[str]:
    """Name the reports to which a page leads and which neither this run makes nor the pack has from before."""
    there = {*run.making, *(folder.name for folder in report_folders(run.folder))}
    return sorted(content.led_to - there)


def frame_of(report: str, quarter: str, *, unlinked: Collection[str] = ()) -> dict[str, Any]:
    """Say what the frame of a report's page links to; the page of changes has no trace of its own.

    ``unlinked`` are reports that the pack has not, to which the page does not lead.
    """
    own = report == CHANGES
    return {
        "unlinked": unlinked,
        "pack": Link(text=f"All reports of {quarter}", href=f"../{INDEX}"),
        "files": _FILES_OF_CHANGES if own else _FILES,
        "trace": "" if own else TRACE,
    }


def _refuse_machine_paths(page: Page, executed: ExecutedNotebook, root: Path) -> None:
    for text in (page.html, json.dumps(executed.notebook, ensure_ascii=False)):
        clean = without_machine_paths(text, root)
        if clean != text:
            at = next(i for i, (one, other) in enumerate(zip(text, clean, strict=False)) if one != other)
            raise ValueError(
                f"a path of this machine would be published: ...{text[max(0, at - 20) : at + 60]!r}"
            )


def rendered(report: Path) -> dict[str, str]:
    """Render the pages of a published report again, from its executed notebook and the record of its run, by their names.

    The library that made them gives them byte by byte.
    """
    record, notebook = read_record(report), read_notebook(report / NOTEBOOK)
    content, quarter = content_of(notebook), record["parameters"]["quarter"]
    frame = frame_of(report.name, quarter, unlinked=record.get("unlinked", ()))
    frame["provenance"] = provenance_of(record)
    own = report.name == CHANGES  # made of a block, which its notebook only carries
    pages = {PAGE: render_content(content, **frame) if own else render_notebook(notebook, content, **frame)}
    if (report / TRACE).is_file():
        pages[TRACE] = _trace_page(report.name, content, record)
    return pages


def render_pack(
    root: Path, quarter: pd.Period, *, edition: str = "public", say: Callable[[str], None] = print
) -> list[Path]:
    """Render every page of a published pack again, and give those that changed.

    A pack that is signed off is refused and stays as it is, and so is a quarter of which nothing is published.
    """
    reports = published_reports(root, quarter, edition=edition)
    version_to_make(root, quarter)
    changed = []
    for report in reports:
        for name, html in rendered(report).items():
            if html.encode() != (report / name).read_bytes():
                replace_file(report / name, html)
                changed.append(report / name)
            record_outputs(report, name)
    say(f"Reports rendered again: {len(reports)}. Pages that changed: {len(changed)}.")
    return changed
