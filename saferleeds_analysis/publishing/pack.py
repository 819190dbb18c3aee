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
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Identity
from saferleeds_analysis.publishing.changes import write_changes_page
from saferleeds_analysis.publishing.content import contradictions, placed_figures
from saferleeds_analysis.publishing.earlier import earlier_pack
from saferleeds_analysis.publishing.files import FIGURES, in_reports, report_folders
from saferleeds_analysis.publishing.index import write_index
from saferleeds_analysis.publishing.notebooks import ReportFailed, without_machine_paths
from saferleeds_analysis.publishing.pool import Outcome, make_reports, workers_for
from saferleeds_analysis.publishing.report import Run, check_report, put_in_place, start_run
from saferleeds_analysis.publishing.run_list import Report
from saferleeds_analysis.publishing.versions import version_to_make

logger = logging.getLogger(__name__)

# What a pack says: each figure with where it stands.
_Said = dict[Identity, tuple[str, Figure]]


def publish_reports(
    root: Path,
    quarter: pd.Period,
    reports: Sequence[Report],
    *,
    as_at: date,
    edition: str = "public",
    sources: Iterable[str] = (),
    workers: int | None = None,
    warm: bool = True,
    say: Callable[[str], None] = print,
) -> Path:
    """Publish reports of a quarter into ``reports/<quarter>/`` of a project and give the path of the pack's index.

    ``as_at`` is the day on which the figures are taken to be read: nothing that came later may be in them. ``edition`` is
    given to the notebooks that declare it, and the restricted one has a folder of its own. ``sources``
    are the data that the project holds, named in the index (a page names its own in its text). Reports that are not made
    in this quarter (:meth:`Report.is_made_in`) are left out and named. Every
    parameter of every report is checked before the first one runs. The reports that fail are named at the end, in one
    :class:`ReportFailed`; the others are published. One pack has one value of a figure: a report that gives another than
    one that is in the pack already, made in this run or left from before, fails. ``say`` is told one line a report, in the order of finishing.

    ``workers`` processes make reports at once (as many as pay, when it is not given), with kernels forked from a ``warm``
    template or started cold; the pages are the same. An interruption leaves what has finished, published and listed.
    """
    version, earlier = version_to_make(root, quarter), earlier_pack(root, quarter, edition=edition)
    run = start_run(
        root,
        quarter,
        as_at=as_at,
        edition=edition,
        pack_version=version.number,
        version=version.notice,
        earlier=earlier,
    )
    reports = _made_in(quarter, reports, say)
    _check_all(run, reports)
    run.folder.mkdir(parents=True, exist_ok=True)
    said = _standing(run, but={report.name for report in reports})
    left = [report.name for report in reports]
    failed: dict[str, Exception] = {}
    questions: dict[str, tuple[str, ...]] = {}
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=".making-", dir=run.folder) as scratch:
            crew = workers or workers_for(len(reports))
            made = make_reports(run, reports, into=Path(scratch), workers=crew, warm=warm)
            with closing(made) as outcomes:
                for outcome in outcomes:
                    name = outcome.report.name
                    error = _publish(run, outcome, said)
                    if error is not None:
                        failed[name] = error
                    if outcome.made is not None:
                        questions[name] = outcome.made.questions
                    left.remove(name)
                    parts = [
                        f"{len(reports) - len(left)}/{len(reports)}",
                        name,
                        f"{outcome.seconds:.1f} s",
                        _time_left(time.monotonic() - started, len(reports) - len(left), len(left)),
                        "failed" if error else _to_look_at(outcome),
                    ]
                    say("  ".join(part for part in parts if part))
    finally:
        # When it is stopped, too: the index lists what is there.
        if in_reports(run.folder, FIGURES):
            write_changes_page(run, earlier)
        index = write_index(run, not_renewed=[*failed, *left], sources=sources)
    _ask([question for report in reports for question in questions.get(report.name, ())], say)
    if failed:
        raise _all_failures(run, failed, of=len(reports))
    return index


def _standing(run: Run, *, but: Collection[str]) -> _Said:
    """Gather what the reports say that are in the pack from before and are not made anew."""
    said: _Said = {}
    for folder in report_folders(run.folder):
        if folder.name not in but:
            said |= {figure.identity: (place, figure) for place, figure in _places(folder)}
    return said


def _places(report: Path) -> list[tuple[str, Figure]]:
    """Give the figures of a report, each with where it stands in the pack."""
    return [
        (f"{report.name}, section {section or 'top'!r}", figure) for section, figure in placed_figures(report)
    ]


def _publish(run: Run, outcome: Outcome, said: _Said) -> Exception | None:
    """Put a report that was made in its place, and give the reason where that was not to be.

    ``said`` is what the pack says already; what is put in place is added to it.
    """
    if outcome.made is None:
        return outcome.error
    for warning in outcome.made.warnings:
        logger.warning("%s: %s", outcome.report.name, without_machine_paths(warning, run.root))
    placed = _places(outcome.made.draft)
    if faults := contradictions(placed, said):
        return ReportFailed("\n".join(faults))
    try:
        put_in_place(outcome.made, run.folder)
    except ReportFailed as error:
        return error
    said |= {figure.identity: (place, figure) for place, figure in placed}
    return None


def _ask(questions: Iterable[str], say: Callable[[str], None]) -> None:
    """Put each question about the commentary once, in the order of the reports, whichever finished first."""
    asked = list(dict.fromkeys(questions))
    if asked:
        say("Before this is published, ask about the commentary:")
    for question in asked:
        logger.warning("%s", question)
        say(f"  {question}")


def _to_look_at(outcome: Outcome) -> str:
    return f"{len(outcome.made.warnings)} to look at in the log" if outcome.made.warnings else ""


def _time_left(seconds: float, done: int, left: int) -> str:
    """Say how much longer it takes if the rest goes as fast as what is done; nothing at the end.

    >>> _time_left(30, done=10, left=20)
    'about 60 s left'
    >>> _time_left(60, done=10, left=50)
    'about 5 min left'
    """
    if not left:
        return ""
    ahead = seconds / done * left
    return f"about {round(ahead / 60)} min left" if ahead >= 90 else f"about {max(1, round(ahead))} s left"


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
