"""Sign a pack off: everything that must be so is checked, then it is recorded in the ledger and frozen.

The roles are those of HM Treasury's Aqua Book: the commissioner asked for the pack, the analyst made it, the reviewer (its
analytical assurer) checked it, the owner (its approver) answers for it. The names are given by those who sign off.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import NATIONAL, Catalogue
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.publishing.audit import audit_pack, audit_restricted
from saferleeds_analysis.publishing.checking import check_pack
from saferleeds_analysis.publishing.content import placed_figures
from saferleeds_analysis.publishing.evidence import changed_by_hand
from saferleeds_analysis.publishing.files import (
    FIGURES,
    INDEX,
    NOTEBOOK,
    PAGE,
    RECORD,
    cures_of_leftovers,
    files_of,
    in_reports,
    leftovers,
    not_made,
    out_of_date,
    pack_folder,
    read_record,
    replace_file,
)
from saferleeds_analysis.publishing.index import page_of_all_packs
from saferleeds_analysis.publishing.ledger import (
    Roles,
    SignedPack,
    SignedReport,
    definitions_of,
    faults_of_time,
    ledger_row,
    open_ledger,
    short_fingerprint,
)
from saferleeds_analysis.publishing.run_list import Report, listed_reports
from saferleeds_analysis.publishing.versions import freeze, signed_off_in_words, version_to_make
from saferleeds_analysis.reporting import checks

ANSWERS = ("yes", "no", "not applicable")
ROLES = ("commissioner", "analyst", "reviewer", "owner")


@dataclass(frozen=True, kw_only=True)
class ChecklistItem:
    """A question of the checklist, whose it is to answer, and whether "no" stands in the way."""

    id: str
    role: str
    question: str
    must: bool = False


@cache
def checklist() -> tuple[ChecklistItem, ...]:
    """Give the questions that are asked before a sign-off, in their order."""
    items = tomllib.loads((NATIONAL / "qa_checklist.toml").read_text(encoding="utf-8"))["item"]
    return tuple(ChecklistItem(**item) for item in items)


def sign_off(
    root: Path,
    quarter: pd.Period,
    *,
    roles: Roles,
    answers: Mapping[str, Mapping[str, str]],
    catalogue: Catalogue,
    failing: Sequence[str] = (),
    now: datetime | None = None,
) -> SignedPack:
    """Sign off a quarter's pack: record it in the ledger, then freeze its files. Gives what was recorded.

    ``answers`` are those to the checklist; ``failing`` are the blocking faults that other checks found. Everything that
    stands in the way comes in one ``ValueError``, and then nothing was changed. The sign-off stands from the moment at
    which the ledger holds it; freezing is done again by the next command where it was cut off.
    """
    name = periods.quarter_name(quarter)
    version = version_to_make(root, quarter)
    listed = listed_reports(root, catalogue)
    reports, faults = _read_reports(root, quarter, version.number, catalogue, listed)
    faults += changed_by_hand(root, quarter)
    faults += _mixed(root, quarter, listed)
    faults += _unfinished(root, quarter, listed, {r.name for r in reports if r.edition == "public"})
    faults += _unanswered(answers, name)
    faults += failing
    signed_at = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    as_at = max((str(report.parameters.get("as_at", "")) for report in reports), default="")
    faults += [
        f"it would be {fault} Put this machine's clock right."
        for fault in faults_of_time(
            {"signed_at": signed_at, "as_at": as_at}, open_ledger(root).last_signed_at()
        )
    ]
    if faults:
        raise ValueError(f"{name} is not signed off:\n" + "\n".join(f"- {fault}" for fault in faults))
    pack = SignedPack(
        quarter=name,
        version=version.number,
        as_at=as_at,
        signed_at=signed_at,
        roles=roles,
        code_version=", ".join(dict.fromkeys(r.code_version for r in reports)),
        checklist={item.id: dict(answers[item.id]) for item in checklist()},
        reports=tuple(reports),
        files={
            path.relative_to(root).as_posix(): sha256_of(path)
            for edition in EDITIONS
            for path in files_of(pack_folder(root, quarter, edition=edition))
        },
    )
    open_ledger(root).record(pack)
    freeze(root, quarter)
    replace_file(root / "reports" / INDEX, page_of_all_packs(root))
    return pack


def minutes_sheet(root: Path, quarter: pd.Period) -> str:
    """Give what belongs in the minutes of the last sign-off of a quarter's pack: who, when, and its fingerprint.

    Only what lies outside the project's folders shows a change by somebody who may write in all of them.
    """
    name = periods.quarter_name(quarter)
    signed = open_ledger(root).pack(name)
    roles = ", ".join(f"{role} {signed[role]}" for role in ROLES if signed[role])
    return "\n".join(
        [
            f"For the minutes: {name}. {signed_off_in_words(root, quarter)}.",
            f"As at {signed['as_at']}; {roles}.",
            f'To compare later: saferleeds verify "{name}" --fingerprint {short_fingerprint(signed["fingerprint"])}',
        ]
    )


def blocking_faults(root: Path, quarter: pd.Period, *, catalogue: Catalogue) -> list[str]:
    """Say what the checks of the data and the audit of small numbers find that stops a sign-off."""
    found = checks.blocking(check_pack(root, quarter, catalogue=catalogue).findings)
    audited = audit_pack(root, quarter, catalogue=catalogue)
    restricted = audit_restricted(root, quarter, catalogue=catalogue)
    return [
        *(
            f"check {finding.check}, {finding.where}: {finding.what} {finding.cure}".strip()
            for finding in found
        ),
        *(f"audit of small numbers: {finding.text}" for finding in audited.findings),
        *(f"audit of the restricted edition: {f.text}" for f in (restricted.findings if restricted else ())),
    ]


def _read_reports(
    root: Path, quarter: pd.Period, version: int, catalogue: Catalogue, listed: Sequence[Report]
) -> tuple[list[SignedReport], list[str]]:
    """Read every report of the pack, both editions, and say what is wrong with them."""
    name, reports, left = periods.quarter_name(quarter), [], leftovers(root, quarter, listed)
    faults = cures_of_leftovers(left, quarter)  # whatever else is wrong with them, no run makes them anew
    for edition in EDITIONS:
        inputs: dict[str, tuple[str, str]] = {}
        folder = pack_folder(root, quarter, edition=edition)
        for place in [r.parent for r in in_reports(folder, RECORD) if r.parent.name not in left]:
            report, at = _read_report(place, edition, catalogue), place.relative_to(root).as_posix()
            if isinstance(report, str):
                faults.append(report)
                continue
            if report.parameters.get("quarter") != name:
                faults.append(
                    f"{at} is of {report.parameters.get('quarter')!r}, not of {name}. Report it anew."
                )
            made_as = read_record(place).get("pack_version", 1)
            if made_as != version:
                faults.append(f"{at} is of version {made_as}, not of version {version}. Report it anew.")
            for path, sha256 in report.inputs.items():
                other = inputs.setdefault(path, (sha256, at))
                if other[0] != sha256:
                    faults.append(
                        f"{path} changed between the runs of {other[1]} and {at}. Report the quarter anew."
                    )
            reports.append(report)
    if not any(report.edition == "public" for report in reports):
        faults.insert(0, f'no pack of {name} is there. Make it: saferleeds report "{name}"')
    if len({report.parameters.get("as_at") for report in reports}) > 1:
        faults.append("the reports have different as-at dates. Report the quarter anew.")
    return reports, faults


def _read_report(folder: Path, edition: str, catalogue: Catalogue) -> SignedReport | str:
    missing = [name for name in (PAGE, NOTEBOOK, FIGURES) if not (folder / name).is_file()]
    if missing:
        return f"{folder.name} has no {' and no '.join(missing)}. Report it anew."
    try:
        run = read_record(folder)
        figures = tuple(ledger_row(section, figure) for section, figure in placed_figures(folder))
        return SignedReport(
            edition=edition,
            name=folder.name,
            notebook=f"{run['notebook']['name']} {run['notebook']['sha256']}",
            parameters=run["parameters"],
            inputs=run["inputs"],
            code_version=run["code_version"],
            finished=run["finished"],
            figures=figures,
            definitions=definitions_of((row["indicator_id"] for row in figures), catalogue),
        )
    except (ValueError, KeyError, TypeError) as error:
        return (
            f"{folder.name}: its {RECORD}, {NOTEBOOK} or {FIGURES} cannot be read ({error}). Report it anew."
        )


def _mixed(root: Path, quarter: pd.Period, listed: Sequence[Report]) -> list[str]:
    """Say which reports were made from another state of the data; a leftover is named with its own cure."""
    old = {place.name for place in out_of_date(root, quarter)} - set(leftovers(root, quarter, listed))
    return [
        f"made from another state of the data than the newest report: {', '.join(sorted(old))}. Make the whole pack from one "
        f'state: saferleeds report "{periods.quarter_name(quarter)}".'
    ] * bool(old)


def _unfinished(root: Path, quarter: pd.Period, listed: Sequence[Report], made: set[str]) -> list[str]:
    accounted_for = made | not_made(pack_folder(root, quarter, edition="public")).keys()
    return [
        f"{report.name} is on the run list and was not made. Report it, or retire it: "
        f'saferleeds retire {report.name} --quarter "{periods.quarter_name(quarter)}"'
        for report in listed
        if report.is_made_in(quarter) and report.name not in accounted_for
    ]


def _unanswered(answers: Mapping[str, Mapping[str, str]], name: str) -> list[str]:
    items = {item.id: item for item in checklist()}
    faults = [f"checklist: {key!r} is not an item of it." for key in answers if key not in items]
    for key, item in items.items():
        given = answers.get(key, {})
        answer, note = given.get("answer", ""), given.get("note", "").strip()
        if not answer:
            faults.append(f"checklist, {key}: not answered. {item.question}")
        elif answer not in ANSWERS:
            faults.append(
                f"checklist, {key}: {answer!r} is no answer; write 'yes', 'no' or 'not applicable'."
            )
        elif answer != "yes" and not note:
            faults.append(f"checklist, {key}: {answer!r} needs a note that says why.")
        elif answer == "no" and item.must:
            faults.append(
                f"checklist, {key}: the answer is no ({note}), and it must be yes to sign {name} off."
            )
    return faults
