"""What lies in ``data/raw`` and is read by nothing, so that no file is left out without a word."""

from pathlib import Path

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake.governance import RESTATEMENTS, SIGN_OFF
from saferleeds_analysis.intake.ledger import cut
from saferleeds_analysis.intake.sources import (
    MANIFEST,
    is_left_by_a_program,
    raw_folder,
    read_source,
    source_files,
)
from saferleeds_analysis.problems import DataProblem

# Notes for people, and what Windows leaves.
_NOTES = ("readme.md", "readme.txt", "thumbs.db", "desktop.ini")

# What each folder that is no source holds; its tables of reference are checked where they are read.
_HOLDS = {
    "boundaries": "<area set>.geojson and <area set>.toml, of an area set in areas.csv",
    "commentary": "requests.csv and <quarter>/<indicator>.md, such as 2026-27_Q1/vehicle_crime.md, of an indicator in "
    "indicators.toml",
    "lookups": "the files that a source.toml names as its lookup",
    "papers": "<name>.toml",
    SIGN_OFF: "<quarter>.toml, such as 2026-27_Q1.toml",
}


def unread_files(root: Path, catalogue: Catalogue) -> list[str]:
    """Name every file of ``data/raw`` that nothing reads, a sentence each, with what to do about it.

    Not named are notes (``README.md``), hidden files, those that a program leaves while a file is open, and what stands in a
    folder whose manifest is missing or refused, because the build says that.

    >>> from saferleeds_analysis.catalogue import load_catalogue
    >>> unread_files(Path(), load_catalogue())
    []
    """
    raw = raw_folder(root)
    sources = _files_of_sources(root)
    read = set().union(*sources.values())
    unread: dict[str, list[str]] = {}
    for path in sorted(raw.rglob("*")):
        below = path.relative_to(raw)
        place = below.parts[0]
        if path in read or not path.is_file() or is_left_by_a_program(below) or path.name.lower() in _NOTES:
            continue
        if place in sources:
            cure = (
                f"Correct files in {place}/{MANIFEST}, save it as CSV or .xlsx, or move it out of data/raw."
            )
        elif len(below.parts) == 1:
            cure = f"Put it in a folder with a {MANIFEST}, or move it out of data/raw."
        elif place in _HOLDS:
            cure = f"{place} holds {_HOLDS[place]}. Correct its name or place, or move it out of data/raw."
        else:
            continue
        if not _is_read(below.parts, catalogue):
            unread.setdefault(place, []).append(f"{below.as_posix()}: nothing reads this file. {cure}")
    return [line for lines in unread.values() for line in cut(lines)]


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
            return file == RESTATEMENTS
        case ("boundaries", file):
            return Path(file).stem in catalogue.area_sets() and file.endswith((".geojson", ".toml"))
        case ("commentary", "requests.csv"):
            return True
        case ("commentary", folder, file):
            return _is_quarter(folder) and file in {f"{i.id}.md" for i in catalogue.indicators()}
        case ("papers", file):
            return file.endswith(".toml")
        case ("signoff", file):
            return file.endswith(".toml") and _is_quarter(Path(file).stem)
    return False


def _is_quarter(folder: str) -> bool:
    try:
        return periods.quarter_path(periods.quarter(folder)) == folder
    except ValueError:
        return False
