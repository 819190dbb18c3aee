"""Which files of a project are read, by which one state of the data is known from another, and which are read by nothing."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.door import sha256_of, shown
from saferleeds_analysis.intake.ledger import cut, read_provenance
from saferleeds_analysis.intake.sources import (
    LOOSE,
    MANIFEST,
    NOT_SOURCES,
    REFERENCE,
    SIGN_OFF,
    is_left_by_a_program,
    is_loose,
    raw_folder,
    read_source,
    source_files,
)
from saferleeds_analysis.problems import DataProblem

# What `saferleeds new-quarter` lays ready for the writers of a commentary, who save it under its own name.
TEMPLATE = ".template.md"
# Notes for people, and what Windows leaves.
_NOTES = ("readme.md", "readme.txt", "thumbs.db", "desktop.ini")

# What people write comes a page at a time, and is no part of the state of the data.
_WORDS = ("commentary", "papers", *LOOSE)


def pack_inputs(root: Path, quarter: pd.Period, catalogue: Catalogue) -> dict[str, str]:
    """Give the SHA-256 of every file that the reports of a quarter can be made from, by its path in the project.

    Those are the processed tables with the files that they were made from, as they were then; the project's tables of
    reference; and what was written about the quarter. A file that no table has taken in yet is not among them.
    """
    root, found = Path(root), {}
    for path in sorted((root / "data" / "processed").glob("*.provenance.json")):
        try:
            made = read_provenance(path)
        except ValueError:  # of an earlier version, which nothing reads either
            continue
        found |= {f"data/raw/{given.path}": given.sha256 for given in made.inputs}
        found[f"data/processed/{made.source.id}.parquet"] = made.processed_sha256
    for path, parts in _files(root):
        about_another = parts[0] == "commentary" and parts[1] not in (
            "requests.csv",
            periods.quarter_path(quarter),
        )
        if _is_read(parts, catalogue) and parts[0] != SIGN_OFF and not about_another:
            found[path.relative_to(root).as_posix()] = sha256_of(path)
    return found


def data_fingerprint(inputs: dict[str, str]) -> str:
    """Give one SHA-256 for all the data and tables of reference among a pack's inputs: two reports of one state have the same.

    >>> one, other = {"data/raw/thefts/a.csv": "1f"}, {"data/raw/thefts/a.csv": "2e"}
    >>> data_fingerprint(one) == data_fingerprint(other)
    False
    >>> data_fingerprint(one) == data_fingerprint(one | {"data/raw/commentary/2012-13_Q2/theft.md": "3d"})
    True
    >>> data_fingerprint(one) == data_fingerprint(one | {"data/raw/papers_sold/a.csv": "3d"})
    False
    """
    data = {path: sha256 for path, sha256 in inputs.items() if path.split("/")[2] not in _WORDS}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def unread_files(root: Path, catalogue: Catalogue) -> list[str]:
    """Name every file of ``data/raw`` that nothing reads, a sentence each, with what to do about it.

    Not named are notes (``README.md``), templates of commentaries, hidden files, those that a program leaves while a file is open, and what the
    build itself refuses: a folder whose manifest is missing or faulty, a data file that lies in no folder.

    >>> from saferleeds_analysis.catalogue import load_catalogue
    >>> unread_files(Path(), load_catalogue("data/raw/reference"))
    []
    """
    sources = _files_of_sources(root)
    read = set().union(*sources.values())
    unread: dict[str, list[str]] = {}
    for path, parts in _files(root):
        place = parts[0]
        if is_loose(Path(*parts)):
            continue
        if place in sources:
            cure = (
                f"Correct files in {place}/{MANIFEST}, save it as CSV or .xlsx, or move it out of data/raw."
            )
        elif len(parts) == 1:
            cure = f"Put it in a folder with a {MANIFEST}, or move it out of data/raw."
        elif place in NOT_SOURCES:
            cure = (
                f"{place} holds {NOT_SOURCES[place]}. Correct its name or place, or move it out of data/raw."
            )
        else:
            continue
        if path not in read and not _is_read(parts, catalogue):
            unread.setdefault(place, []).append(f"{shown('/'.join(parts))}: nothing reads this file. {cure}")
    return [line for lines in unread.values() for line in cut(lines)]


def _files(root: Path) -> list[tuple[Path, tuple[str, ...]]]:
    """Give every file of ``data/raw`` that may be data, with the parts of its path below it."""
    raw = raw_folder(root)
    files = [(path, path.relative_to(raw)) for path in sorted(raw.rglob("*")) if path.is_file()]
    return [
        (path, below.parts)
        for path, below in files
        if not (is_left_by_a_program(below) or below.name.lower() in _NOTES or below.name.endswith(TEMPLATE))
    ]


def _files_of_sources(root: Path) -> dict[str, set[Path]]:
    """Give the files that each source folder's manifest has read, itself and its look-ups with them."""
    raw = raw_folder(root)
    found = {}
    for manifest in sorted(raw.glob(f"*/{MANIFEST}")):
        try:
            source = read_source(manifest.parent)
        except DataProblem:
            continue
        found[source.id] = {manifest, *(raw / name for name in source.lookup)}
        try:
            found[source.id] |= {*source_files(root, source)}
        except DataProblem:  # its pattern finds nothing, so that all of the folder is unread
            continue
    return found


def _is_read(parts: tuple[str, ...], catalogue: Catalogue) -> bool:
    """Say whether a file that belongs to no source is read, by its path below ``data/raw``."""
    match parts:
        case (file,):
            return file in LOOSE
        case (place, *_) if place == REFERENCE:  # its tables are checked where they are read
            return True
        case ("boundaries", file):
            return Path(file).stem in catalogue.area_sets() and file.endswith((".geojson", ".toml"))
        case ("commentary", "requests.csv"):
            return True
        case ("commentary", folder, file):
            return _is_quarter(folder) and file in {f"{i.id}.md" for i in catalogue.indicators()}
        case ("papers", file):
            return file.endswith(".toml")
        case (place, file) if place == SIGN_OFF:
            return file.endswith(".toml") and _is_quarter(Path(file).stem)
    return False


def _is_quarter(folder: str) -> bool:
    try:
        return periods.quarter_path(periods.quarter(folder)) == folder
    except ValueError:
        return False
