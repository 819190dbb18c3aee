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
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.formats import FORMAT, KEY, format_of
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.at_work import at_work
from saferleeds_analysis.publishing.files import (
    FIGURES,
    MANIFEST,
    OUTPUTS,
    RECORD,
    RETIRED,
    VERSIONS,
    files_of,
    in_reports,
    pack_folder,
    read_figures,
    read_record,
    replace_file,
)
from saferleeds_analysis.publishing.ledger import (
    LEDGER,
    PRINTED_COLUMNS,
    Correction,
    open_ledger,
    short_fingerprint,
)
from saferleeds_analysis.publishing.places import MAKING


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
    if faults := unknown_sign_offs(root, quarter):  # else a signed-off pack would be made anew
        raise DataProblem("\n".join(faults))
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
    with at_work(root, quarter):
        if latest:
            freeze(root, quarter)
            if faults := altered_files(root, quarter, latest):
                raise ValueError(
                    f"version {latest} of {name} cannot be kept, because it is not as it was signed off:\n"
                    + "\n".join(faults)
                )
            for edition in EDITIONS:
                _keep_aside(pack_folder(root, quarter, edition=edition), latest, making=root / MAKING)
        return ledger.record_correction(name, reason=reason.strip(), opened_on=day)


def freeze(root: Path, quarter: pd.Period) -> None:
    """Make the files of the signed-off pack read-only and write ``signed_off.json``, from what the ledger holds.

    Nothing is done where a correction of it is open.
    """
    if not is_frozen(root, quarter):
        return
    name = periods.quarter_name(quarter)
    for edition in EDITIONS:
        folder = pack_folder(root, quarter, edition=edition)
        if not folder.is_dir():
            continue
        place = folder / MANIFEST
        if not place.exists():  # one that says something else is left to be found
            manifest = _manifest(root, folder, name, open_ledger(root).latest_version(name))
            replace_file(place, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        for path in [*files_of(folder), place]:
            _set_writable(path, False)


def verify(root: Path, quarter: pd.Period, *, fingerprint: str = "") -> list[str]:
    """Say everything that is not as it was signed off, of every version of a quarter's pack; nothing where all is well.

    Compared are the ledger with itself, with every ``signed_off.json`` of the project and with the figures of the pack, and
    every file of the pack, hidden ones too, with its hash. ``fingerprint`` is that of the minutes of one of its sign-offs; the
    ledger's must be the same.
    """
    ledger, name = open_ledger(root), periods.quarter_name(quarter)
    faults, latest = ledger.faults() + unknown_sign_offs(root), ledger.latest_version(name)
    if not latest and not faults:
        raise ValueError(f"no pack of {name} is signed off.")
    freeze(root, quarter)
    for version in range(1, latest + 1):
        faults += altered_files(root, quarter, version) or _other_figures(root, quarter, version)
    known = [short_fingerprint(ledger.pack(name, n)["fingerprint"]) for n in range(1, latest + 1)]
    given = "".join(fingerprint.lower().replace("-", " ").split())
    if given and given not in [one.replace("-", "") for one in known]:
        faults.append(
            f"the fingerprint {fingerprint} is not that of {name}, which by the ledger is {', '.join(known) or 'none'}. The "
            "ledger was changed since the minutes were written, or they are those of another pack."
        )
    return faults


def unknown_sign_offs(root: Path, quarter: pd.Period | None = None) -> list[str]:
    """Name each ``signed_off.json`` of the project, or of a quarter, whose sign-off the ledger does not hold."""
    pack = "*" if quarter is None else periods.quarter_path(quarter)
    folders = [
        f"{edition}{pack}/{kept}" for edition in ("", "restricted/") for kept in ("", f"{VERSIONS}/*/")
    ]
    places = sorted(path for folder in folders for path in (root / "reports").glob(folder + MANIFEST))
    held, faults = open_ledger(root).fingerprints() if places else (), []
    for place in places:
        at, written = place.relative_to(root).as_posix(), _read_manifest(place)
        if written.get("ledger_fingerprint") not in held:
            faults.append(
                f"{at}: the ledger does not hold this sign-off (version {written.get('version')} of {written.get('quarter')}, "
                f"{str(written.get('signed_at'))[:10]}). Put {LEDGER} back from its copy, or this file."
            )
    return faults


def altered_files(root: Path, quarter: pd.Period, version: int) -> list[str]:
    """Name every file of a signed-off version that was altered, is missing, or was added, ``signed_off.json`` too."""
    ledger, name = open_ledger(root), periods.quarter_name(quarter)
    expected, latest = ledger.files(name, version), ledger.latest_version(name)
    aside = {RETIRED, *map(str, range(1, latest + 1))}
    faults = []
    for folder, place in _places(root, quarter, version):
        wanted = _within(folder, expected, root)
        kept = aside if place == folder else ()
        found = {path.relative_to(place).as_posix(): path for path in files_of(place, kept=kept)}
        at = place.relative_to(root).as_posix()
        faults += [f"{at}/{file}: is missing." for file in sorted(wanted.keys() - found.keys())]
        faults += [
            f"{at}/{file}: was added after the sign-off." for file in sorted(found.keys() - wanted.keys())
        ]
        faults += [
            f"{at}/{file}: was altered after the sign-off."
            for file in sorted(wanted.keys() & found.keys())
            if found[file].is_symlink() or sha256_of(found[file]) != wanted[file]
        ]
        if place.is_dir() and (place != folder or (place / MANIFEST).exists()):
            says, should = _read_manifest(place / MANIFEST), _manifest(root, folder, name, version)
            other = sorted(key for key in says | should if key != KEY and says.get(key) != should.get(key))
            faults += [f"{at}/{MANIFEST}: says otherwise than the ledger in {', '.join(other)}."] * bool(
                other
            )
    return faults


def without_hashes(root: Path, quarter: pd.Period) -> list[str]:
    """Say of which versions the runs kept no hashes, so that nothing says whether a page was changed before its sign-off."""
    name = periods.quarter_name(quarter)
    told = []
    for version in range(1, open_ledger(root).latest_version(name) + 1):
        records = [path for _, place in _places(root, quarter, version) for path in in_reports(place, RECORD)]
        if any(OUTPUTS not in read_record(path.parent) for path in records):
            told.append(
                f"Version {version} was made by a library that kept no hashes of what it made: whether a page was changed "
                "before the sign-off cannot be said."
            )
    return told


def signed_off_in_words(root: Path, quarter: pd.Period) -> str:
    """Say when the last version of a quarter's pack was signed off, and with which fingerprint."""
    signed = open_ledger(root).pack(periods.quarter_name(quarter))
    day = periods.day_name(date.fromisoformat(signed["signed_at"][:10]))
    return f"Version {signed['version']}, signed off on {day}, fingerprint {short_fingerprint(signed['fingerprint'])}"


def _places(root: Path, quarter: pd.Period, version: int) -> list[tuple[Path, Path]]:
    """Give where a signed-off version lies, with the folder of its pack: there, or kept aside, or (for a moment) both."""
    current = is_frozen(root, quarter) and version == open_ledger(root).latest_version(
        periods.quarter_name(quarter)
    )
    places = []
    for edition in EDITIONS:
        folder = pack_folder(root, quarter, edition=edition)
        kept = folder / VERSIONS / str(version)
        places += [(folder, folder)] * current + [(folder, kept)] * (kept.is_dir() or not current)
    return places


def _other_figures(root: Path, quarter: pd.Period, version: int) -> list[str]:
    """Name the tables of figures of a version that are not what the ledger holds of it."""
    held, faults = open_ledger(root).printed(periods.quarter_name(quarter), version), []
    for folder, place in _places(root, quarter, version):
        edition = next(e for e in EDITIONS if folder == pack_folder(root, quarter, edition=e))
        for table in in_reports(place, FIGURES):
            printed = [{column: row.get(column) for column in PRINTED_COLUMNS} for row in read_figures(table)]
            if printed != held.get((edition, table.parent.name), []):
                at = table.relative_to(root).as_posix()
                faults.append(f"{at}: its figures are not those that the ledger holds.")
    return faults


def _manifest(root: Path, folder: Path, quarter: str, version: int) -> dict[str, Any]:
    """Give what ``signed_off.json`` says of a version in the folder of an edition, by the ledger."""
    signed = open_ledger(root).pack(quarter, version)
    return {
        KEY: FORMAT,
        **{key: signed[key] for key in signed if key != "fingerprint"},
        "ledger_fingerprint": signed["fingerprint"],
        "files": _within(folder, open_ledger(root).files(quarter, version), root),
    }


def _read_manifest(place: Path) -> dict[str, Any]:
    """Read a ``signed_off.json``, of whichever format: nothing where it is not there or no such table; a newer one is refused."""
    try:
        written = json.loads(place.read_text(encoding="utf-8"))
        format_of(written, place.name)
        return written
    except (FileNotFoundError, ValueError, AttributeError):
        return {}


def _within(folder: Path, files: Mapping[str, str], root: Path) -> dict[str, str]:
    """Give the SHA-256 of the signed-off files of a folder, by their path in it."""
    paths = {root / path: sha256 for path, sha256 in files.items()}
    return {p.relative_to(folder).as_posix(): s for p, s in paths.items() if p.is_relative_to(folder)}


def _keep_aside(folder: Path, version: int, *, making: Path) -> None:
    """Copy a signed-off version to where versions are kept, whole or not at all: it is made where packs are."""
    place = folder / VERSIONS / str(version)
    if not folder.is_dir() or place.is_dir():
        return
    draft = making / f"{folder.name}.making"
    shutil.rmtree(draft, ignore_errors=True)
    for path in [*files_of(folder), *folder.glob(MANIFEST)]:
        copy = draft / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        _set_writable(copy, False)
    place.parent.mkdir(exist_ok=True)
    draft.rename(place)
    with suppress(OSError):  # another quarter is being made
        making.rmdir()


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
