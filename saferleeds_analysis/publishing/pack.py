"""Publish the pack of a quarter as one act: its reports in both editions, and the index, all of them or none.

    reports/2012-13_Q2/index.html
    reports/2012-13_Q2/<report>/report.html    the page
                               /report.ipynb   the executed notebook
                               /figures.csv    every number on the page, as tidy rows
                               /run.json       what it was made from, with what, and when
    reports/restricted/2012-13_Q2/             the restricted edition, in the same shape

Only ``run.json`` holds times, so that two runs on the same inputs give the same page and the same figures, byte by
byte.

The public edition is made first. Each report of which it withholds something is made again with everything in it, in a
folder of its own that is never inside the public one. Then both packs are audited, before any of it is published. A public
report that would give away what another number withholds is taken out of the pack, kept beside it for the analyst, named, and
made in the restricted edition; a restricted one that is not marked, or at odds with the public one, is taken out too. A report
that cannot be made leaves the pack of an earlier run as it is.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.figures import Figure, Identity
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.publishing.audit import Audit, audit_pack, audit_restricted
from saferleeds_analysis.publishing.content import contradictions, placed_figures
from saferleeds_analysis.publishing.earlier import earlier_pack
from saferleeds_analysis.publishing.files import (
    FIGURES,
    INDEX,
    cures_of_leftovers,
    forget_what_was_made_of,
    in_reports,
    leftovers,
    pack_folder,
    report_folders,
    sentences,
    stands_at,
)
from saferleeds_analysis.publishing.index import write_index
from saferleeds_analysis.publishing.notebooks import ReportFailed, check_parameters, without_machine_paths
from saferleeds_analysis.publishing.one_act import PagesRefused, as_one_act
from saferleeds_analysis.publishing.pool import Outcome, make_reports, workers_for
from saferleeds_analysis.publishing.report import Run, start_run
from saferleeds_analysis.publishing.run_list import Report, listed_reports
from saferleeds_analysis.publishing.taking_out import (
    forget_restricted,
    record_not_made,
    take_out_refused,
    write_changes_page,
)
from saferleeds_analysis.reporting.disclosure import SUPPRESSED

logger = logging.getLogger(__name__)

_LOST = "Its page of an earlier run stands: put the data back, or take the page out with saferleeds retire."

# What a pack says: each figure with where it stands.
_Said = dict[Identity, tuple[str, Figure]]


@as_one_act
def publish_editions(
    root: Path,
    quarter: pd.Period,
    reports: Sequence[Report],
    *,
    as_at: date,
    catalogue: Catalogue,
    sources: Iterable[str] = (),
    workers: int | None = None,
    warm: bool = True,
    say: Callable[[str], None] = print,
) -> Path:
    """Publish the public pack and what the restricted one needs, both audited before, and give the public one's index.

    A report that cannot be made is a :class:`ReportFailed`, and nothing is published. Reports that the audit refuses are moved
    to ``reports/refused/<quarter>/``, and named at the end in :class:`PagesRefused`; the others are published.
    """
    refusals: list[str] = []
    about = {"as_at": as_at, "sources": tuple(sources), "catalogue": catalogue}
    publish = partial(publish_reports, root, quarter, workers=workers, warm=warm, say=say, **about)
    public = pack_folder(root, quarter, edition="public")
    publish(reports, edition="public")
    withholding = [r for r in reports if r.is_made_in(quarter) and withholds_something(public / r.name)]
    forget_restricted(root, quarter, [r.name for r in reports if r not in withholding], **about)
    if withholding:
        say(f"Restricted edition of {len(withholding)}, from which something is withheld in the public one:")
        publish(withholding, edition="restricted")
    for edition, found in _audited(root, quarter, catalogue, say):
        refusals.append(take_out_refused(root, quarter, found, edition=edition, **about))
        # Those who may see everything need not wait until the public edition is mended.
        refused = [r for r in reports if r.name in found.offending and r not in withholding]
        if edition == "public" and refused:
            publish(refused, edition="restricted")
    _say_all(
        "In the pack, though no run of the list renews it:",
        cures_of_leftovers(leftovers(root, quarter, listed_reports(root, catalogue)), quarter),
        say,
    )
    if refusals:
        raise PagesRefused("\n".join(refusals))
    return root / stands_at(root, public / INDEX)


def _audited(
    root: Path, quarter: pd.Period, catalogue: Catalogue, say: Callable[[str], None]
) -> Iterator[tuple[str, Audit]]:
    """Audit each edition, the second when the first has been dealt with, and give what was found where something was."""
    if not in_reports(pack_folder(root, quarter, edition="public"), FIGURES):
        return
    for edition, audit in (("public", audit_pack), ("restricted", audit_restricted)):
        found = audit(root, quarter, catalogue=catalogue)
        if found is not None:  # there may be no restricted edition
            say(found.in_words().partition("\n")[0])
            if found.findings:
                yield edition, found


@as_one_act
def publish_reports(
    root: Path,
    quarter: pd.Period,
    reports: Sequence[Report],
    *,
    as_at: date,
    edition: str = "public",
    catalogue: Catalogue | None = None,
    sources: Iterable[str] = (),
    workers: int | None = None,
    warm: bool = True,
    say: Callable[[str], None] = print,
) -> Path:
    """Publish reports of a quarter into ``reports/<quarter>/`` of a project and give the path of the pack's index.

    ``as_at`` is the day on which the figures are taken to be read: nothing that came later may be in them. ``edition`` is
    given to the notebooks that declare it, and the restricted one has a folder of its own. ``catalogue`` are the project's
    tables, read here where they are not given; ``sources`` the data that the index names. Reports that are not made in this
    quarter (:meth:`Report.is_made_in`) are left out and named. Every parameter of every report is checked before the first one
    runs. The reports that fail are named at the end, in one :class:`ReportFailed`, and the pack that was published stands as it
    is. One pack has one value of a figure: a report that gives another than one that is in the pack already, made in this run or
    left from before, fails. ``say`` is told one line a report, in the order of finishing.

    A report whose data do not hold the quarter has not failed: it is left out, and ``not_made.json`` keeps the reason for the
    index, the checks and the sign-off. Where none can be made for that reason, it is a ``DataProblem``.

    ``workers`` processes make reports at once (as many as pay, when it is not given), with kernels forked from a ``warm``
    template or started cold; the pages are the same.
    """
    run = start_run(root, quarter, as_at=as_at, edition=edition, catalogue=catalogue)
    earlier = earlier_pack(root, quarter, edition=edition, catalogue=run.catalogue, listed=run.listed)
    run = replace(run, earlier=earlier)
    reports = _to_make(run, reports, say)
    run = replace(run, making=tuple(report.name for report in reports))
    for either in EDITIONS:
        forget_what_was_made_of(pack_folder(root, quarter, edition=either))
    crew = workers or workers_for(len(reports))
    errors, questions = _make(run, reports, workers=crew, warm=warm, say=say)
    not_held = {name: str(error) for name, error in errors.items() if isinstance(error, QuarterNotHeld)}
    if not_held and len(not_held) == len(reports):
        raise DataProblem("\n".join([f"nothing can be made of {run.quarter_name}.", *sentences(not_held)]))
    _say_all(f"Not made, because the data do not hold {run.quarter_name}:", sentences(not_held), say)
    asked = dict.fromkeys(question for report in reports for question in questions[report.name])
    _say_all("Before this is published, ask about the commentary:", asked, say)
    if failed := {name: error for name, error in errors.items() if name not in not_held}:
        head = f"{len(failed)} of {len(reports)} reports could not be made; what was published before stands."
        told = [f"{name}: {without_machine_paths(str(error), root)}" for name, error in failed.items()]
        details = filter(None, (getattr(error, "details", "") for error in failed.values()))
        raise ReportFailed("\n".join([head, *told]), details="\n\n".join(details))
    write_changes_page(run)
    record_not_made(run.folder, not_held, of=[report.name for report in reports])
    return root / stands_at(root, write_index(run, sources=sources))


def _make(
    run: Run, reports: Sequence[Report], *, workers: int, warm: bool, say: Callable[[str], None]
) -> tuple[dict[str, Exception], dict[str, tuple[str, ...]]]:
    """Make reports in the pack; give why some cannot be published, and what is to be asked about the others."""
    run.folder.mkdir(parents=True, exist_ok=True)
    said = _standing(run, but=[report.name for report in reports])
    errors, questions, started = {}, {}, time.monotonic()
    with closing(make_reports(run, reports, into=run.folder, workers=workers, warm=warm)) as outcomes:
        for done, outcome in enumerate(outcomes, start=1):
            name, error = outcome.report.name, _why_not(run, outcome, said)
            errors |= {name: error} if error is not None else {}
            questions[name] = outcome.made.questions if outcome.made else ()
            ahead = _time_left(time.monotonic() - started, done, len(reports) - done)
            parts = [f"{done}/{len(reports)}", name, f"{outcome.seconds:.1f} s", ahead]
            say("  ".join(filter(None, [*parts, _came_to(outcome, error)])))
    return errors, questions


def _standing(run: Run, *, but: Collection[str]) -> _Said:
    """Gather what the reports say that are in the pack from before and are not made anew."""
    standing = (folder for folder in report_folders(run.folder) if folder.name not in but)
    return {f.identity: (place, f) for folder in standing for place, f in _places(folder)}


def _places(report: Path) -> list[tuple[str, Figure]]:
    """Give the figures of a report, each with where it stands in the pack."""
    return [
        (f"{report.name}, section {section or 'top'!r}", figure) for section, figure in placed_figures(report)
    ]


def _why_not(run: Run, outcome: Outcome, said: _Said) -> Exception | None:
    """Give the reason why a report cannot be published; ``None`` where it can.

    ``said`` is what the pack says already; what this report says is added to it.
    """
    if outcome.made is None:
        # Where a page stands from before, the data held the quarter once and have lost it: that is a failure.
        lost = isinstance(outcome.error, QuarterNotHeld) and (run.folder / outcome.report.name).is_dir()
        return DataProblem(f"{outcome.error} {_LOST}") if lost else outcome.error
    for warning in outcome.made.warnings:
        logger.warning("%s: %s", outcome.report.name, without_machine_paths(warning, run.root))
    placed = _places(outcome.made.folder)
    if faults := contradictions(placed, said):
        return ReportFailed("\n".join(faults))
    said |= {figure.identity: (place, figure) for place, figure in placed}
    return None


def _say_all(head: str, lines: Iterable[str], say: Callable[[str], None]) -> None:
    """Say some lines under a head, and log them; where there are none, nothing is said."""
    lines = list(lines)
    if lines:
        say(head)
    for line in lines:
        logger.warning("%s", line)
        say(f"  {line}")


def _came_to(outcome: Outcome, error: Exception | None) -> str:
    if error is not None:
        return "not made" if isinstance(error, QuarterNotHeld) else "failed"
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


def _to_make(run: Run, reports: Sequence[Report], say: Callable[[str], None]) -> list[Report]:
    """Leave out the reports that are not made in the quarter, and name them; check the parameters of the others."""
    made = [report for report in reports if report.is_made_in(run.quarter)]
    if reports and not made:
        raise ValueError(
            f"no report of the run list is made in {run.quarter_name}: see first_quarter, last_quarter and only_in of each."
        )
    left_out = {report.name: report.why_not_in(run.quarter) for report in reports if report not in made}
    _say_all(f"Not made in {run.quarter_name}:", sentences(left_out), say)
    faults = []
    for report in made:
        try:
            check_parameters(run.notebook(report), run.parameters(report))
        except ValueError as error:
            faults.append(f"{report.name}: {error}")
    if faults:
        raise ValueError("nothing was run.\n" + "\n".join(faults))
    return made


# The editions


def withholds_something(report: Path) -> bool:
    """Say whether anything is withheld in a published report."""
    # By its method where the figure went through reporting.disclosure, by its mark where a page has its own.
    return any(figure.method == SUPPRESSED or figure.value == "[c]" for _, figure in placed_figures(report))
