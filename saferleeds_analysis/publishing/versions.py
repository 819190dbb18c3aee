"""Versions of a pack: what may be written for a quarter, what is frozen, and whether it still is as it was signed off.

    reports/2012-13_Q2/                  the version that is current
    reports/2012-13_Q2/versions/1/       version 1, kept when a correction of it was opened
    reports/2012-13_Q2/signed_off.json   who signed it off, when, and the SHA-256 of every file

The ledger says what is signed off. Read-only files and ``signed_off.json`` are made from it afterwards, each time again
where a command that was stopped left them unmade.
"""

import json
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.formats import FORMAT, KEY, format_of
from saferleeds_analysis.intake.files import sha256_of
from saferleeds_analysis.publishing.files import MANIFEST, VERSIONS, files_of, pack_folder, replace_file
from saferleeds_analysis.publishing.ledger import Correction, open_ledger


@dataclass(frozen=True, kw_only=True)
class Version:
    """The version of a pack that is being made, and what each page says of it where it corrects an earlier one."""

    number: int
    notice: str = ""


def is_frozen(root: Path, quarter: pd.Period) -> bool:
    """Say whether a quarter's pack is signed off and no correction of it is open."""
    ledger, name = open_ledger(root), periods.quarter_name(quarter)
    return ledger.latest_version(name) > 0 and ledger.open_correction(name) is None


def version_to_make(root: Path, quarter: pd.Period) -> Version:
    """Give the version that may be made of a quarter's pack; refuse where it is signed off and nothing is to be corrected."""
    ledger, name = open_ledger(root), periods.quarter_name(quarter)
    latest, correction = ledger.latest_version(name), ledger.open_correction(name)
    if latest and correction is None:
        freeze(root, quarter)
        signed = ledger.pack(name)
        raise ValueError(
            f"the pack of {name} was signed off on {signed['signed_at'][:10]} (version {latest}) and stays as it is; nothing "
            f'was run. To correct it: saferleeds report "{name}" --correction "why"'
        )
    if correction is not None:
        for edition in EDITIONS:
            _thaw(pack_folder(root, quarter, edition=edition))
    return Version(number=latest + 1, notice=correction.notice if correction else "")


def start_correction(root: Path, quarter: pd.Period, *, reason: str, day: str) -> Correction:
    """Keep the signed-off version of a quarter's pack aside and open its correction, or go on with the one that is open.

    ``day`` is the day of opening, which every page of the new version says. The files that are kept must be those that
    were signed off.
    """
    ledger, name = open_ledger(root), periods.quarter_name(quarter)
    if not reason.strip():
        raise ValueError("a correction needs its reason: it stands on every page of the new version.")
    opened = ledger.open_correction(name)
    if opened is not None:
        if opened.reason != reason.strip():
            raise ValueError(
                f"a correction of {name} is open already: version {opened.version}, {opened.reason!r}. Go on with it: "
                f'saferleeds report "{name}"'
            )
        return opened
    latest = ledger.latest_version(name)
    if latest:
        faults = altered_files(root, quarter, latest)
        if faults:
            raise ValueError(
                f"version {latest} of {name} cannot be kept, because it is not as it was signed off:\n"
                + "\n".join(faults)
            )
        for edition in EDITIONS:
            _keep_aside(pack_folder(root, quarter, edition=edition), latest)
    return ledger.record_correction(name, reason=reason.strip(), opened_on=day)


def freeze(root: Path, quarter: pd.Period) -> None:
    """Make the files of the signed-off pack read-only and write ``signed_off.json``, from what the ledger holds.

    Nothing is done where a correction of it is open.
    """
    if not is_frozen(root, quarter):
        return
    ledger, name = open_ledger(root), periods.quarter_name(quarter)
    signed = ledger.pack(name)
    files = ledger.files(name, signed["version"])
    for edition in EDITIONS:
        folder = pack_folder(root, quarter, edition=edition)
        if not folder.is_dir():
            continue
        manifest = {
            KEY: FORMAT,
            **{key: signed[key] for key in signed if key != "fingerprint"},
            "ledger_fingerprint": signed["fingerprint"],
            "files": _within(folder, files, root),
        }
        place = folder / MANIFEST
        if not _says(place, manifest):
            replace_file(place, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        for path in [*files_of(folder), place]:
            _set_writable(path, False)


def verify(root: Path, quarter: pd.Period) -> list[str]:
    """Say everything that is not as it was signed off, of every version of a quarter's pack; nothing where all is well."""
    ledger, name = open_ledger(root), periods.quarter_name(quarter)
    latest = ledger.latest_version(name)
    if not latest:
        raise ValueError(f"no pack of {name} is signed off.")
    freeze(root, quarter)
    faults = ledger.faults()
    for version in range(1, latest + 1):
        faults += altered_files(root, quarter, version)
    return faults


def altered_files(root: Path, quarter: pd.Period, version: int) -> list[str]:
    """Name every file of a signed-off version that was altered, is missing, or was added."""
    expected = open_ledger(root).files(periods.quarter_name(quarter), version)
    faults = []
    for edition in EDITIONS:
        folder = pack_folder(root, quarter, edition=edition)
        kept = folder / VERSIONS / str(version)
        place = kept if kept.is_dir() else folder
        wanted = _within(folder, expected, root)
        found = {path.relative_to(place).as_posix(): path for path in files_of(place)}
        at = place.relative_to(root).as_posix()
        faults += [f"{at}/{name}: is missing." for name in sorted(wanted.keys() - found.keys())]
        faults += [
            f"{at}/{name}: was added after the sign-off." for name in sorted(found.keys() - wanted.keys())
        ]
        faults += [
            f"{at}/{name}: was altered after the sign-off."
            for name in sorted(wanted.keys() & found.keys())
            if sha256_of(found[name]) != wanted[name]
        ]
    return faults


def _says(place: Path, manifest: Mapping[str, Any]) -> bool:
    """Say whether a ``signed_off.json`` holds what it should, in whichever format it was written; a newer one is refused."""
    try:
        written = json.loads(place.read_text(encoding="utf-8"))
        return manifest | {KEY: format_of(written, place.name)} == {KEY: 1} | written
    except (FileNotFoundError, ValueError, AttributeError):  # not there, or no such table
        return False


def _within(folder: Path, files: Mapping[str, str], root: Path) -> dict[str, str]:
    """Give the SHA-256 of the signed-off files of a folder, by their path in it."""
    paths = {root / path: sha256 for path, sha256 in files.items()}
    return {p.relative_to(folder).as_posix(): s for p, s in paths.items() if p.is_relative_to(folder)}


def _keep_aside(folder: Path, version: int) -> None:
    """Copy a signed-off version to where versions are kept, whole or not at all."""
    place = folder / VERSIONS / str(version)
    if not folder.is_dir() or place.is_dir():
        return
    draft = place.with_name(
        f".keeping-{version}"
    )  # always the same, so that the next time heals what was stopped
    shutil.rmtree(draft, ignore_errors=True)
    for path in [*files_of(folder), *folder.glob(MANIFEST)]:
        copy = draft / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        _set_writable(copy, False)
    draft.rename(place)


def _thaw(folder: Path) -> None:
    """Let the files of a pack that is being corrected be replaced; the signed-off ones are kept aside."""
    for path in files_of(folder):
        _set_writable(path, True)
    manifest = folder / MANIFEST
    if manifest.is_file():
        _set_writable(manifest, True)
        manifest.unlink()


def _set_writable(path: Path, writable: bool) -> None:
    mode = path.stat().st_mode
    wanted = mode | stat.S_IWUSR if writable else mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if wanted != mode:
        path.chmod(wanted)
