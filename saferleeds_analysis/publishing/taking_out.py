"""What leaves a pack: what an audit refused, restricted pages of which nothing is withheld any more, and retired reports.

    reports/refused/2012-13_Q2/<report>/            refused by an audit, for the analyst
    reports/2012-13_Q2/versions/retired/<report>/   retired, or dropped from the run list

After each of them the page of changes and the index are written anew, so that nothing of what left stands there.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, unknown
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.publishing.audit import Audit
from saferleeds_analysis.publishing.content import pack_figures
from saferleeds_analysis.publishing.earlier import earlier_pack, of_reports
from saferleeds_analysis.publishing.files import (
    CHANGES,
    FIGURES,
    NOT_MADE,
    RECORD,
    RETIRED,
    VERSIONS,
    forget_what_was_made_of,
    in_reports,
    leftovers,
    not_made,
    pack_folder,
    read_record,
    record_outputs,
    replace_file,
    report_folders,
    stands_at,
)
from saferleeds_analysis.publishing.index import write_index
from saferleeds_analysis.publishing.notebooks import notebook_of_block
from saferleeds_analysis.publishing.one_act import as_one_act
from saferleeds_analysis.publishing.pages import page_of_block
from saferleeds_analysis.publishing.report import Run, frame_of, start_run, write_folder
from saferleeds_analysis.publishing.run_list import RUN_LIST, listed_reports, with_retired


@as_one_act
def retire(
    root: Path, quarter: pd.Period, name: str, *, catalogue: Catalogue, sources: Iterable[str] = ()
) -> list[str]:
    """Retire a report from a quarter on, and name the folders in which its pages of that quarter are kept now.

    The run list gets a table ``[[retired]]``, so that no later run makes it again; one that the run list does not make (a
    leftover) only leaves the pack. Both editions of its pages go to ``versions/retired`` of their pack. A pack that is
    signed off is refused and stays as it is, and so is a report that is neither on the list nor in the pack.
    """
    listed = listed_reports(root, catalogue)
    made = {report.name for report in listed if report.is_made_in(quarter)}
    known = dict.fromkeys([*made, *leftovers(root, quarter, listed)])
    if name not in known:
        quarter_name = periods.quarter_name(quarter)
        raise ValueError(f"of {quarter_name}: {unknown('report', name, known)}")
    if name in made:
        notebooks = root / "notebooks"
        replace_file(notebooks / RUN_LIST, with_retired(notebooks, name, periods.quarter_name(quarter)))
    kept = []
    for edition in EDITIONS:
        folder = pack_folder(root, quarter, edition=edition)
        if not folder.is_dir():
            continue
        record_not_made(folder, {}, of=[name])
        if (folder / name).is_dir():
            place = _free(folder / VERSIONS / RETIRED / name)
            _move(folder / name, place)
            kept.append(stands_at(root, place))
            forget_what_was_made_of(folder)
        # Also where it had no page: the index says what is not in the pack.
        as_at = _as_at(folder, quarter)
        renew(root, quarter, edition=edition, as_at=as_at, catalogue=catalogue, sources=sources)
    return kept


def take_out_refused(root: Path, quarter: pd.Period, audit: Audit, *, edition: str, **about: Any) -> str:
    """Take the reports that an audit refused out of an edition's pack, keep them for the analyst, and say so.

    ``about`` is what :func:`renew` is told of the pack: ``as_at``, ``catalogue`` and ``sources``.
    """
    folder = pack_folder(root, quarter, edition=edition)
    refused = pack_folder(root, quarter, edition=edition, refused=True)
    names = sorted(audit.offending)
    for name in names:
        if (folder / name).is_dir():
            if (refused / name).exists():
                shutil.rmtree(refused / name)
            _move(folder / name, refused / name)
    renew(root, quarter, edition=edition, **about)
    reports, stands = (
        ("1 report was", "stands") if len(names) == 1 else (f"{len(names)} reports were", "stand")
    )
    place = stands_at(root, refused)
    return f"{reports} taken out of the {edition} pack and {stands} in {place}.\n{audit.in_words()}"


def forget_restricted(root: Path, quarter: pd.Period, names: Iterable[str], **about: Any) -> None:
    """Take away restricted editions of reports of which the public one now shows everything.

    ``about`` is as in :func:`take_out_refused`.
    """
    folder = pack_folder(root, quarter, edition="restricted")
    gone = [name for name in names if (folder / name).is_dir()]
    for name in gone:
        shutil.rmtree(folder / name)
    if gone or [place.name for place in report_folders(folder)] == [CHANGES]:
        renew(root, quarter, edition="restricted", **about)


def renew(
    root: Path,
    quarter: pd.Period,
    *,
    edition: str,
    as_at: date,
    catalogue: Catalogue,
    sources: Iterable[str],
) -> None:
    """Write the page of changes and the index of an edition anew, from the reports that are in its pack."""
    run = start_run(root, quarter, as_at=as_at, edition=edition, catalogue=catalogue)
    earlier = earlier_pack(root, quarter, edition=edition, catalogue=catalogue, listed=run.listed)
    write_changes_page(replace(run, earlier=earlier))
    write_index(run, sources=sources)


def record_not_made(pack: Path, reasons: dict[str, str], *, of: Iterable[str]) -> None:
    """Keep beside a pack's reports which of those that were tried (``of``) it has not, and why; the others stay as they are."""
    tried = set(of)
    told = {name: reason for name, reason in not_made(pack).items() if name not in tried} | reasons
    if told and report_folders(pack):  # an empty pack has no index that could say it
        replace_file(pack / NOT_MADE, json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
    else:
        (pack / NOT_MADE).unlink(missing_ok=True)
    record_outputs(pack, NOT_MADE)


def write_changes_page(run: Run) -> None:
    """Write the page of changes of a pack from what is published in it; without a report there is none."""
    if not any(place.parent.name != CHANGES for place in in_reports(run.folder, FIGURES)):
        if (run.folder / CHANGES).is_dir():
            shutil.rmtree(run.folder / CHANGES)
        return
    figures = [printed.figure for printed in of_reports(pack_figures(run.folder))]
    block = run.earlier.page(figures)
    page = page_of_block(
        block,
        name="the page of changes",
        provenance=run.provenance,
        **frame_of(CHANGES, run.quarter_name),
    )
    record = {
        "report": CHANGES,
        "page": page.content.first_words,
        "notebook": {"name": f"made by {__name__}", "sha256": ""},
        "parameters": {
            "quarter": run.quarter_name,
            "as_at": run.as_at.isoformat(),
            "edition": run.edition,
            "compared_with": run.earlier.name,
        },
        "started": "",
        "finished": "",
        **run.made_with,
    }
    notebook = notebook_of_block(block, source=f"# Made by {__name__}")
    write_folder(run.folder / CHANGES, page=page, notebook=notebook, record=record)


def _as_at(folder: Path, quarter: pd.Period) -> date:
    """Give the day of a pack's last run, which its page of changes keeps."""
    if (folder / CHANGES / RECORD).is_file():
        return date.fromisoformat(read_record(folder / CHANGES)["parameters"]["as_at"])
    return periods.last_month(quarter).end_time.date()


def _move(place: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    place.rename(to)


def _free(place: Path) -> Path:
    """Give a place that nothing is kept in yet: ``ward-armley``, or else ``ward-armley.2``."""
    tried = (place if n == 1 else place.with_name(f"{place.name}.{n}") for n in count(1))
    return next(place for place in tried if not place.exists())
