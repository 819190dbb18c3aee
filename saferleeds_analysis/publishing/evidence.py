"""Whether a pack that is to be signed off is what its runs made: files by their hashes, pages and figures by the notebooks.

Each ``run.json`` holds the SHA-256 of what was made beside it. Whoever changes a file may change that too, so each page is
rendered again from its executed notebook, and each row of ``figures.csv`` compared with those that the notebook carries.
"""

from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import EDITIONS
from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.publishing.content import read_content
from saferleeds_analysis.publishing.files import (
    FIGURES,
    NOTEBOOK,
    OUTPUTS,
    RECORD,
    files_of,
    in_reports,
    pack_folder,
    read_figures,
    read_record,
)
from saferleeds_analysis.publishing.report import code_version, rendered

# What may be wrong with files, and the cure.
_FAULTS = {
    "changed": "changed by hand since the run that made them: {}. Make the pack anew: {report}; where only pages are named "
    "(report.html, trace.html), {render} is enough.",
    "rows": "figures that are not those of the notebook: {}. Make the pack anew: {report}",
    "missing": "taken away since the run that made them: {}. Make the pack anew: {report}",
    "added": "made by no run, and so not to be signed off: {}. Take them out of the pack.",
    "without": "without the hashes of what was made, as an older library made them: {}. Make the pack anew: {report}",
    "otherwise": "made by another library, which rendered them otherwise: {}. Make the pages again and read them: {render}",
}


def changed_by_hand(root: Path, quarter: pd.Period) -> list[str]:
    """Say which files of a quarter's pack, of both editions, are not as its runs made them: a line for each kind of fault.

    A page that another library made may be rendered otherwise by this one without anybody's hand: it is not said to be
    changed, and not signed off until it is rendered by this library.
    """
    packs = [pack_folder(root, quarter, edition=edition) for edition in EDITIONS]
    found = [_compared(root, folder) for folder in packs if folder.is_dir()]
    name = periods.quarter_name(quarter)
    commands = {command: f'saferleeds {command} "{name}"' for command in ("report", "render")}
    return [
        words.format(", ".join(named), **commands)
        for kind, words in _FAULTS.items()
        if (named := [one for faults in found for one in faults[kind]])
    ]


def _compared(root: Path, folder: Path) -> dict[str, list[str]]:
    """Compare the files of an edition with what its runs recorded; give those that are at fault by the kind of fault."""
    made, without = _recorded(folder)
    found = set(files_of(folder)) - {folder / RECORD, *in_reports(folder, RECORD)}
    changed = {p for p in found & made.keys() if p.is_symlink() or sha256_of(p) != made[p]}
    otherwise, rows = set(), []
    for place in sorted(path.parent for path in made.keys() & found - changed if path.name == NOTEBOOK):
        told, pages = _against_notebook(place, place.relative_to(root).as_posix())
        rows += told
        if other := pages - changed:
            same = _library(read_record(place)["code_version"]) == _library(code_version(root))
            (changed if same else otherwise).update(other)
    faults = {
        "changed": changed,
        "missing": made.keys() - found,
        "added": {p for p in found - made.keys() if p.parent not in without},
        "without": without & {path.parent for path in found},  # a pack of which all was retired has no files
        "otherwise": otherwise,
    }
    named = {kind: sorted(p.relative_to(root).as_posix() for p in paths) for kind, paths in faults.items()}
    return named | {"rows": rows}


def _recorded(folder: Path) -> tuple[dict[Path, str], set[Path]]:
    """Give the SHA-256 of each file that the records of a pack name, and the folders of which no record names any."""
    made, without = {}, set()
    for place in [folder, *(path.parent for path in in_reports(folder, RECORD))]:
        try:
            made |= {place / name: sha256 for name, sha256 in read_record(place)[OUTPUTS].items()}
        except (
            FileNotFoundError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ):  # none, or none that can be read
            without.add(place)
    return made, without


def _against_notebook(report: Path, at: str) -> tuple[list[str], set[Path]]:
    """Give the rows of a report's table of figures, and its pages, that are not as its executed notebook makes them.

    What cannot be read is left to the sign-off, which says so.
    """
    try:
        pages = {
            name for name, html in rendered(report).items() if html.encode() != (report / name).read_bytes()
        }
        table, carried = read_figures(report / FIGURES), read_content(report).rows
    except (ValueError, KeyError, TypeError, FileNotFoundError):
        return [], set()
    rows = []
    for number, (has, row) in enumerate(zip(table, carried, strict=False), start=1):
        should = {column: "" if value is None else str(value) for column, value in row.items()}
        other = [f"{c} {has.get(c)!r}, not {should[c]!r}" for c in should if has.get(c) != should[c]]
        if other:
            rows.append(f"{at}/{FIGURES}, row {number} ({', '.join(other)})")
    return rows, {report / name for name in pages}


def _library(code_version: str) -> str:
    """Give what a code version says of the library: a project may have been committed since."""
    return code_version.partition(", project at")[0]
