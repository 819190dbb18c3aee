"""Both editions of a pack from one run, and the audits that they must pass.

The public edition is made first. Each report of which it withholds something is made again with everything in it, in a
folder of its own that is never inside the public one. Then both packs are audited. A public report that would give away what
another number withholds is taken out of the pack, kept beside it for the analyst, named, and made in the restricted edition;
a restricted one that is not marked, or at odds with the public one, is taken out too.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.publishing import pack
from saferleeds_analysis.publishing.audit import Audit, audit_pack, audit_restricted
from saferleeds_analysis.publishing.changes import write_changes_page
from saferleeds_analysis.publishing.content import placed_figures
from saferleeds_analysis.publishing.earlier import earlier_pack
from saferleeds_analysis.publishing.files import (
    FIGURES,
    INDEX,
    forget_what_was_made_of,
    in_reports,
    pack_folder,
    refused_folder,
)
from saferleeds_analysis.publishing.index import write_index
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.report import start_run
from saferleeds_analysis.publishing.run_list import Report
from saferleeds_analysis.publishing.versions import version_to_make
from saferleeds_analysis.reporting.disclosure import SUPPRESSED


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
    """Publish the public pack and what the restricted one needs, audit the public one, and give its index.

    Raised at the end as one :class:`ReportFailed`, when all that could be published is: the reports that could not be made,
    and those that the audit refused (they are moved to ``reports/refused/<quarter>/``).
    """
    sources = tuple(sources)
    failures: list[ReportFailed] = []

    def publish(some: Sequence[Report], edition: str) -> Path | None:
        try:
            return pack.publish_reports(
                root,
                quarter,
                some,
                as_at=as_at,
                edition=edition,
                sources=sources,
                workers=workers,
                warm=warm,
                say=say,
            )
        except ReportFailed as failure:
            failures.append(failure)
            return None

    public = pack_folder(root, quarter, edition="public")
    for edition in EDITIONS:
        forget_what_was_made_of(pack_folder(root, quarter, edition=edition))
    publish(reports, "public")
    made = [report for report in reports if report.is_made_in(quarter)]
    withholding = [report for report in made if withholds_something(public / report.name)]
    _forget_restricted(root, quarter, reports, keep=withholding)
    if withholding:
        say(f"Restricted edition of {len(withholding)}, from which something is withheld in the public one:")
        publish(withholding, "restricted")
    if in_reports(public, FIGURES):
        audit = audit_pack(root, quarter, catalogue=catalogue)
        say(audit.in_words().partition("\n")[0])
        if audit.findings:
            refuse(root, quarter, audit, as_at=as_at, sources=sources)
            # Those who may see everything need not wait until the public edition is mended.
            refused = [r for r in reports if r.name in audit.offending and r not in withholding]
            if refused:
                publish(refused, "restricted")
            failures.append(_taken_out(root, quarter, audit, edition="public"))
        beside = audit_restricted(root, quarter, catalogue=catalogue)
        if beside is not None:
            say(beside.in_words().partition("\n")[0])
            if beside.findings:
                refuse(root, quarter, beside, as_at=as_at, edition="restricted", sources=sources)
                failures.append(_taken_out(root, quarter, beside, edition="restricted"))
    if failures:
        raise ReportFailed(
            "\n".join(str(failure) for failure in failures),
            details="\n\n".join(failure.details for failure in failures if failure.details),
        )
    return public / INDEX


def _taken_out(root: Path, quarter: pd.Period, audit: Audit, *, edition: str) -> ReportFailed:
    number = len(audit.offending)
    reports = "1 report was" if number == 1 else f"{number} reports were"
    stands = "stands" if number == 1 else "stand"
    place = refused_folder(root, quarter, edition=edition).relative_to(root).as_posix()
    return ReportFailed(
        f"{reports} taken out of the {edition} pack and {stands} in {place}.\n{audit.in_words()}"
    )


def withholds_something(report: Path) -> bool:
    """Say whether anything is withheld in a published report."""
    # By its method where the figure went through reporting.disclosure, by its mark where a page has its own.
    return any(figure.method == SUPPRESSED or figure.value == "[c]" for _, figure in placed_figures(report))


def refuse(
    root: Path,
    quarter: pd.Period,
    audit: Audit,
    *,
    as_at: date,
    edition: str = "public",
    sources: Iterable[str] = (),
) -> None:
    """Take the reports that an audit refused out of an edition's pack, and keep them for the analyst."""
    folder = pack_folder(root, quarter, edition=edition)
    refused = refused_folder(root, quarter, edition=edition)
    for name in sorted(audit.offending):
        if not (folder / name).is_dir():
            continue
        refused.mkdir(parents=True, exist_ok=True)
        if (refused / name).exists():
            shutil.rmtree(refused / name)
        (folder / name).rename(refused / name)
    version = version_to_make(root, quarter)
    run = start_run(
        root,
        quarter,
        as_at=as_at,
        edition=edition,
        pack_version=version.number,
        version=version.notice,
    )
    if in_reports(folder, FIGURES):  # nothing of a refused report may stand on the page of changes
        write_changes_page(run, earlier_pack(root, quarter, edition=edition))
    write_index(run, not_renewed=sorted(audit.offending), sources=sources)


def _forget_restricted(
    root: Path, quarter: pd.Period, reports: Sequence[Report], *, keep: Sequence[Report]
) -> None:
    """Take away restricted editions of reports of which the public one now shows everything."""
    folder = pack_folder(root, quarter, edition="restricted")
    kept = {report.name for report in keep}
    for report in reports:
        if report.name not in kept and (folder / report.name).is_dir():
            shutil.rmtree(folder / report.name)
