"""The audit of a pack before it is out: nothing that the rules forbid, and nothing that a reader could work out.

Everything that the public packs print, this quarter's and every earlier one's, is read from their executed notebooks. A
number that a rule forbids is named; and for each withheld count, and each that no page prints but that others lead to, the
least and the greatest value that fit all of it are found. What is found blocks publication.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.methods.disclosure_audit import Contradiction, recoverable
from saferleeds_analysis.publishing.content import PrintedFigure, pack_figures
from saferleeds_analysis.publishing.files import RECORD, in_reports, pack_folder, public_packs, read_record
from saferleeds_analysis.publishing.printed import (
    Printed,
    Reader,
    described,
    gather,
    iterate_themes,
)

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that must not be published: what and why, and the reports of the audited pack in which it stands."""

    text: str
    reports: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What an audit of a quarter's pack found: nothing, if the pack may go out."""

    quarter: str
    findings: tuple[Finding, ...]

    @property
    def offending(self) -> frozenset[str]:
        """The reports of the pack that may not stand as they are."""
        return frozenset().union(*(finding.reports for finding in self.findings))

    def told(self, looked: str, passed: str) -> str:
        """Say what was looked at, and then what was found, or that it passed."""
        if not self.findings:
            return f"{looked}\n{passed}"
        return "\n".join(
            [looked, f"{len(self.findings)} found:", *(f"- {finding.text}" for finding in self.findings)]
        )


@dataclass(frozen=True, kw_only=True)
class Audit(Findings):
    """What an audit of the public pack looked at."""

    packs: tuple[str, ...]
    figures: int
    withheld: int
    implied: int
    ties: int
    seconds: float

    def in_words(self) -> str:
        """Say what was looked at and what was found."""
        return self.told(
            f"Audit of {self.quarter}: {self.figures:,} figures of {len(self.packs)} pack{'s' if len(self.packs) != 1 else ''}, "
            f"{self.ties:,} ties between them. Tried to work out: {counted(self.withheld, 'withheld count')} and "
            f"{counted(self.implied, 'count')} that no page prints but others bear on.",
            "Nothing is printed that a rule forbids, and no small count can be worked out from what is printed.",
        )


def counted(number: int, what: str) -> str:
    """Say a number of something, in its plural where there is not one of it."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def audit_pack(root: Path, quarter: pd.Period, *, catalogue: Catalogue) -> Audit:
    """Audit the public pack of a quarter together with every earlier pack that is there."""
    start = time.perf_counter()
    folder = pack_folder(root, quarter, edition="public")
    if not folder.is_dir():
        raise ValueError(
            f"there is no pack of {periods.quarter_name(quarter)}: make it first (saferleeds report)."
        )
    reader = Reader(catalogue)
    packs = packs_until(root, quarter)
    rows = [figure for place in packs for figure in pack_figures(place)]
    own = [one for one in rows if one.pack == folder.name]
    printed = gather(rows, reader)
    findings = [
        *_restricted_in_public(folder),
        *_leads_to_rows(own),
        *_plain_hashes(folder, root / "data"),
        *_forbidden(own, reader),
        *_printed_elsewhere(printed, folder.name),
        *_made_from_withheld(printed, folder.name),
        *_worked_out(printed, reader, folder.name),
    ]
    return Audit(
        quarter=periods.quarter_name(quarter),
        packs=tuple(place.name for place in packs),
        figures=len(rows),
        withheld=len(printed.withheld),
        implied=sum(key in printed.implied for key, _ in iterate_themes(printed, reader)),
        ties=len(printed.ties),
        seconds=time.perf_counter() - start,
        findings=tuple(dict.fromkeys(findings)),
    )


def packs_until(root: Path, quarter: pd.Period) -> list[Path]:
    """Give the folders of the public packs of a quarter and of all quarters before it."""
    return [place for place, of in public_packs(root).items() if of <= quarter]


def _restricted_in_public(folder: Path) -> Iterable[Finding]:
    for path in in_reports(folder, RECORD):
        name = path.parent.name
        if read_record(path.parent).get("parameters", {}).get("edition") == "restricted":
            yield Finding(
                text=f"{name} is the restricted edition and stands in the public pack.",
                reports=frozenset([name]),
            )


def _leads_to_rows(printed: Iterable[PrintedFigure]) -> Iterable[Finding]:
    """Find figures that carry the numbers of their rows: how many there are may be the count that is withheld."""
    for one in printed:
        if any(rows.numbers for rows in one.figure.rows):
            yield Finding(
                text=f"{one.place}: carries the numbers of its rows.", reports=frozenset([one.report])
            )


def _plain_hashes(folder: Path, data: Path) -> Iterable[Finding]:
    """Find the hash of a file of data, by which anybody who guesses the file can see that the guess is right."""
    files = {sha256(path.read_bytes()).hexdigest(): path for path in data.rglob("*") if path.is_file()}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        for found in sorted(
            set(_HASH.findall(path.read_bytes().decode("utf-8", errors="replace"))) & files.keys()
        ):
            name = path.relative_to(folder)
            yield Finding(
                text=f"{name.as_posix()}: holds the plain hash of {files[found].relative_to(data.parent).as_posix()}.",
                reports=frozenset([name.parts[0]]),
            )


def _forbidden(printed: Iterable[PrintedFigure], reader: Reader) -> Iterable[Finding]:
    """Name the numbers that a rule forbids whatever else is printed. The number itself is not repeated."""
    for one in printed:
        row = one.figure
        number, role = row.number, reader.role(row)
        if number is None or role not in ("count", "percent"):
            continue
        theme, below = reader.theme(row), reader.below_city(row.area)
        why = ""
        if below and theme.finest == "city":
            why = "is of a sensitive theme below the level of the city"
        elif role == "count" and theme.is_small(number, below_city=below):
            why = f"is a count under {theme.threshold}"
        elif role == "percent" and (theme.everywhere or below):
            why = _forbidden_percent(row, number, theme, reader)
        if why:
            yield Finding(text=f"{one.place}: {why}.", reports=frozenset([one.report]))


def _forbidden_percent(row: Figure, number: float, theme, reader: Reader) -> str:
    if not 0 <= number <= 100:
        return ""
    if not row.n:
        if theme.id == "sensitive":
            return "is a percentage of a sensitive theme without its base"
        return (
            "says something of everybody (0% or 100% without a base)"
            if theme.zero_is_small and number in (0, 100)
            else ""
        )
    base = float(row.n)
    if base < reader.rules.smallest_base:
        return f"is a percentage of fewer than {reader.rules.smallest_base}"
    part = round(base * number / 100)
    if theme.is_small(part, below_city=True) or theme.is_small(base - part, below_city=True):
        return f"is a percentage behind which, or behind whose rest, there are fewer than {theme.threshold}"
    return ""


def _printed_elsewhere(printed: Printed, pack: str) -> Iterable[Finding]:
    for key, row in printed.withheld.items():
        _lower, upper = printed.cells[key]
        if upper != float("inf"):
            yield Finding(
                text=f"{described(key)} is withheld in {row.report} and printed in another report or an earlier pack.",
                reports=_of(printed.places[key], pack),
            )


def _made_from_withheld(printed: Printed, pack: str) -> Iterable[Finding]:
    for row in printed.made_from_withheld:
        if row.pack == pack:
            yield Finding(
                text=f"{row.place}: is made from a count that is withheld.", reports=frozenset([row.report])
            )


def _worked_out(printed: Printed, reader: Reader, pack: str) -> Iterable[Finding]:
    themes = dict(iterate_themes(printed, reader))
    thresholds = {key: theme.threshold for key, theme in themes.items()}
    zeros = frozenset(key for key, theme in themes.items() if not theme.zero_is_small)
    try:
        found = recoverable(printed.cells, printed.ties, thresholds, zeros_may_be_known=zeros)
    except Contradiction as error:
        yield Finding(
            text=f"{error}. What cannot all be true cannot be audited.",
            reports=frozenset(
                name
                for label, places in printed.reports.items()
                if label in str(error)
                for name in _of(places, pack)
            ),
        )
        return
    for one in found:
        places = printed.places.get(one.cell, set()).union(
            *(printed.reports.get(label, set()) for label in one.ties)
        )
        reports = _of(places, pack)
        if not reports:  # an earlier pack's own, which this one can no longer mend
            continue
        # How closely, and not which number: what the audit says stands in the log.
        how = "exactly" if one.lower == one.upper else f"to within {one.upper - one.lower:g}"
        chain = "; ".join(one.ties) or "its own range"
        yield Finding(text=f"{described(one.cell)} can be worked out {how} from: {chain}.", reports=reports)


def _of(places: Iterable[tuple[str, str]], pack: str) -> frozenset[str]:
    return frozenset(report for name, report in places if name == pack)
