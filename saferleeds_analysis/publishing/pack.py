"""Publish the reports of a quarter, each in its place whole or not at all, and the index that lists them.

    reports/2012-13_Q2/index.html
    reports/2012-13_Q2/<report>/report.html    the page
                               /report.ipynb   the executed notebook
                               /figures.csv    every number on the page, as tidy rows
                               /run.json       what it was made from, with what, and when
    reports/restricted/2012-13_Q2/             the restricted edition, in the same shape

Only ``run.json`` holds times, so that two runs on the same inputs give the same page and the same figures, byte by
byte.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.index import write_index
from saferleeds_analysis.publishing.notebooks import ReportFailed, without_machine_paths
from saferleeds_analysis.publishing.report import Run, check_report, make_report, put_in_place, start_run
from saferleeds_analysis.publishing.run_list import Report

logger = logging.getLogger(__name__)


def publish_reports(
    root: Path,
    quarter: pd.Period,
    reports: Sequence[Report],
    *,
    as_at: date,
    edition: str = "public",
    sources: Iterable[str] = (),
    say: Callable[[str], None] = print,
) -> Path:
    """Publish reports of a quarter into ``reports/<quarter>/`` of a project and give the path of the pack's index.

    ``as_at`` is the day on which the figures are taken to be read: nothing that came later may be in them. ``edition`` is
    given to the notebooks that declare it, and the restricted one has a folder of its own. ``sources``
    are the data that the project holds, named in the index (a page names its own in its text). Reports that are not made
    in this quarter (:meth:`Report.is_made_in`) are left out and named. Every
    parameter of every report is checked before the first one runs. The reports that fail are named at the end, in one
    :class:`ReportFailed`; the others are published. ``say`` is told one line a report.
    """
    run = start_run(root, quarter, as_at=as_at, edition=edition)
    reports = _made_in(quarter, reports, say)
    _check_all(run, reports)
    run.folder.mkdir(parents=True, exist_ok=True)
    failed: dict[str, Exception] = {}
    asked: list[str] = []
    with tempfile.TemporaryDirectory(prefix=".making-", dir=run.folder) as scratch:
        for number, report in enumerate(reports, start=1):
            start = time.perf_counter()
            try:
                made = make_report(run, report, into=Path(scratch))
                put_in_place(made, run.folder)
            except (DataProblem, ValueError, ReportFailed) as error:
                failed[report.name] = error
                outcome = "failed"
            else:
                outcome = f"{len(made.warnings)} to look at in the log" if made.warnings else ""
                asked += [q for q in made.questions if q not in asked]
                for warning in made.warnings:
                    logger.warning("%s: %s", report.name, without_machine_paths(warning, root))
            seconds = time.perf_counter() - start
            say(f"{number}/{len(reports)}  {report.name}  {seconds:.1f} s  {outcome}".rstrip())
    if asked:
        say("Before this is published, ask about the commentary:")
    for question in asked:
        logger.warning("%s", question)
        say(f"  {question}")
    index = write_index(run, not_renewed=failed, sources=sources)
    if failed:
        raise _all_failures(run, failed, of=len(reports))
    return index


def _made_in(quarter: pd.Period, reports: Sequence[Report], say: Callable[[str], None]) -> list[Report]:
    """Leave out the reports that are not made in the quarter, and name them."""
    name = periods.quarter_name(quarter)
    left_out = [report.name for report in reports if not report.is_made_in(quarter)]
    if left_out and len(left_out) == len(reports):
        raise ValueError(
            f"no report of the run list is made in {name}: see first_quarter and last_quarter of each."
        )
    if left_out:
        say(f"Not made in {name}: {', '.join(left_out)}")
    return [report for report in reports if report.is_made_in(quarter)]


def _check_all(run: Run, reports: Sequence[Report]) -> None:
    faults = []
    for report in reports:
        try:
            check_report(run, report)
        except ValueError as error:
            faults.append(f"{report.name}: {error}")
    if faults:
        raise ValueError("nothing was run.\n" + "\n".join(faults))


def _all_failures(run: Run, failed: dict[str, Exception], *, of: int) -> ReportFailed:
    return ReportFailed(
        f"{len(failed)} of {of} reports could not be made; what was published before stands.\n"
        + "\n".join(
            f"{name}: {without_machine_paths(str(error), run.root)}" for name, error in failed.items()
        ),
        details="\n\n".join(getattr(error, "details", "") for error in failed.values()).strip(),
    )
