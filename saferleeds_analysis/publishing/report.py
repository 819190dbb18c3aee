"""Publish one report: run its notebook, make its page, and write both with the figures and the record into a folder.

The folder is made beside the place where it will stand, and put there whole or not at all: a report that fails leaves
the one published before it as it was. A report needs nothing from another, so that several can be made at once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import read_project
from saferleeds_analysis.publishing.commentary import questions_about_commentary
from saferleeds_analysis.publishing.content import content_of
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
    write_figures,
    write_text,
)
from saferleeds_analysis.publishing.kept_rows import keep, project_key, put_by, salted
from saferleeds_analysis.publishing.notebooks import (
    ExecutedNotebook,
    ReportFailed,
    append_block,
    check_parameters,
    declared_parameters,
    run_notebook,
    without_machine_paths,
    write_notebook,
)
from saferleeds_analysis.publishing.pages import Link, Page, Provenance, make_page, page_of_block
from saferleeds_analysis.publishing.record import made_with, run_record
from saferleeds_analysis.publishing.run_list import GIVEN_BY_THE_COMMAND, Report
from saferleeds_analysis.publishing.trace import page_of_traces

_FILES = (
    Link(text="every figure on it (CSV)", href=FIGURES),
    Link(text="where each number comes from", href=TRACE),
    Link(text="the executed notebook", href=NOTEBOOK),
    Link(text="the record of its run", href=RECORD),
)
_FILES_OF_CHANGES = (_FILES[0], _FILES[3])


@dataclass(frozen=True, kw_only=True)
class Run:
    """What all the reports of one run share: the project, the quarter, the day, the edition and what they are made with.

    ``version`` is what each page says where the pack corrects a signed-off one; ``earlier`` is the pack with which each
    page's figures are compared.
    """

    root: Path
    quarter: pd.Period
    as_at: date
    edition: str
    made_with: Mapping[str, Any]
    organisation: str
    version: str = ""
    earlier: EarlierPack | None = None

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
        """Give what the footer of each page says."""
        return Provenance(
            as_at=self.as_at,
            code_version=self.made_with["code_version"],
            edition=self.edition,
            organisation=self.organisation,
            version=self.version,
        )

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
    """A report that is made and not yet put in its place: its ``draft`` folder, and what the analyst should look at.

    ``questions`` are about partners' commentary on it and are asked before it is published.
    """

    name: str
    draft: Path
    warnings: tuple[str, ...]
    questions: tuple[str, ...] = ()


def start_run(
    root: Path,
    quarter: pd.Period,
    *,
    as_at: date,
    edition: str,
    pack_version: int = 1,
    version: str = "",
    earlier: EarlierPack | None = None,
) -> Run:
    """Gather what all the reports of a run share; refuse a quarter that has not ended on the day."""
    last_day = periods.last_month(quarter).end_time.date()
    if as_at < last_day:
        raise ValueError(
            f"{periods.quarter_name(quarter)} ends on {last_day.isoformat()}; it cannot be reported as at {as_at.isoformat()}."
        )
    pack_folder(root, quarter, edition=edition)
    organisation = read_project(root / "data" / "raw" / "reference").organisation
    made = made_with(root)
    if edition == "public":  # a fingerprint lets anybody try out what a file holds
        key = project_key(root)
        made["inputs"] = {path: salted(sha256, key) for path, sha256 in made["inputs"].items()}
    return Run(
        root=root,
        quarter=quarter,
        as_at=as_at,
        edition=edition,
        organisation=organisation,
        made_with={
            "pack_version": pack_version,
            "version_notice": version,
            "edition": edition,
            "organisation": organisation,
            **made,
        },
        version=version,
        earlier=earlier,
    )


def check_report(run: Run, report: Report) -> None:
    """Refuse a report whose parameters are wrong, without running it."""
    check_parameters(run.notebook(report), run.parameters(report))


def make_report(run: Run, report: Report, *, into: Path, template: str = "") -> MadeReport:
    """Run a report's notebook and write its folder into another, from which :func:`put_in_place` takes it.

    ``template`` is the address of a warm template, from which its kernel is forked; without one it starts cold. What
    cannot be published is refused: a ``ReportFailed`` of the notebook, a ``ValueError`` of the page.
    """
    notebook = run.notebook(report)
    executed = run_notebook(
        notebook, run.parameters(report), folder_to_run_in=notebook.parent, template=template
    )
    if run.edition == "public":
        keep(run.root, run.quarter, report.name, put_by(executed.notebook, project_key(run.root)))
    if run.earlier is not None:
        figures = content_of(executed.notebook).figures
        append_block(
            executed.notebook, run.earlier.section(report.name, figures), source=f"# Added by {__name__}"
        )
    page = make_page(executed, provenance=run.provenance, **frame_of(report.name, run.quarter_name))
    _refuse_machine_paths(page, executed, run.root)
    record = run_record(report.name, executed, notebook, page, run.made_with)
    draft = into / report.name
    draft.mkdir(parents=True)
    write_text(draft / PAGE, page.html)
    write_notebook(executed.notebook, draft / NOTEBOOK)
    write_figures(page.content.rows, draft / FIGURES)
    write_text(draft / RECORD, record)
    write_text(draft / TRACE, _trace_page(run, report, page, json.loads(record)).html)
    return MadeReport(
        name=report.name,
        draft=draft,
        warnings=page.warnings,
        questions=questions_about_commentary(run.root, run.quarter, page),
    )


def _trace_page(run: Run, report: Report, page: Page, record: Mapping[str, Any]) -> Page:
    """Make the page that leads from the report's numbers back to the rows that they come from."""
    title = f"Where the numbers come from: {page.title}"
    return page_of_block(
        page_of_traces(title, page.content.placed, report=report.name, record=record),
        name=f"the trace of {report.name}",
        provenance=run.provenance,
        pack=Link(text=page.title, href=PAGE),
        files=(
            Link(text="every figure of the report (CSV)", href=FIGURES),
            Link(text="the record of its run", href=RECORD),
        ),
    )


def frame_of(report: str, quarter: str) -> dict[str, Any]:
    """Say what the frame of a report's page links to; the page of changes has no trace of its own."""
    own = report == CHANGES
    return {
        "pack": Link(text=f"All reports of {quarter}", href=f"../{INDEX}"),
        "files": _FILES_OF_CHANGES if own else _FILES,
        "trace": "" if own else TRACE,
    }


def put_in_place(made: MadeReport, folder: Path) -> None:
    """Replace a published report by the finished one; if that cannot be done, leave the published one."""
    place, before = folder / made.name, made.draft.with_name(f".before-{made.name}")
    try:
        if place.exists():
            place.rename(before)
        made.draft.rename(place)
    except BaseException as error:  # an interruption between the two must not leave a gap either
        if before.exists() and not place.exists():
            before.rename(place)
        if not isinstance(error, OSError):
            raise
        raise ReportFailed(
            f"the folder {place.name!r} could not be replaced ({error.strerror}). Is a file in it open, in Excel perhaps?"
        ) from error


def _refuse_machine_paths(page: Page, executed: ExecutedNotebook, root: Path) -> None:
    for text in (page.html, json.dumps(executed.notebook, ensure_ascii=False)):
        clean = without_machine_paths(text, root)
        if clean != text:
            at = next(i for i, (one, other) in enumerate(zip(text, clean, strict=False)) if one != other)
            raise ValueError(
                f"a path of this machine would be published: ...{text[max(0, at - 20) : at + 60]!r}"
            )
