"""The audits of a pack before it is out: nothing that the rules forbid, and nothing that a reader could work out.

Everything that the public packs print, this quarter's and every earlier one's, is read from their executed notebooks. A
number that a rule forbids is named; and for each withheld count, and each that no page prints but that others lead to, the
least and the greatest value that fit all of it are found. What is found blocks publication.

The restricted edition withholds nothing, so there is nothing in it to work out. It is held against what the public packs
print instead: a count that both print is one count, and a count that is withheld from the public must be one that the
public's numbers leave possible. Where it is not, one of the two editions is wrong.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.disclosure_rules import MARKINGS, Theme
from saferleeds_analysis.door import MOST_BYTES, sha256_of
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.methods.disclosure_audit import Contradiction, recoverable, what_can_be_known
from saferleeds_analysis.publishing.at_work import LOCK
from saferleeds_analysis.publishing.content import PrintedFigure, pack_figures
from saferleeds_analysis.publishing.files import (
    PAGE,
    RECORD,
    in_reports,
    pack_folder,
    public_packs,
    read_record,
)
from saferleeds_analysis.publishing.printed import (
    Key,
    Printed,
    Reader,
    described,
    gather,
    iterate_themes,
)
from saferleeds_analysis.publishing.told_in_words import told_in_words

_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that must not be published: what and why, and the reports of the audited pack in which it stands."""

    text: str
    reports: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What an audit ``looked`` at and found: nothing, if the pack may go out, of which ``passed`` are the words.

    ``withheld`` is how many counts the public packs withhold, ``ties`` how many ties link what they print.
    """

    looked: str
    passed: str
    withheld: int
    ties: int
    findings: tuple[Finding, ...]

    @property
    def offending(self) -> frozenset[str]:
        """The reports of the pack that may not stand as they are."""
        return frozenset().union(*(finding.reports for finding in self.findings))

    def in_words(self) -> str:
        """Say what was looked at, and then what was found, or that it passed."""
        if not self.findings:
            return f"{self.looked}\n{self.passed}"
        return "\n".join(
            [self.looked, f"{len(self.findings)} found:", *(f"- {finding.text}" for finding in self.findings)]
        )


def audit_pack(root: Path, quarter: pd.Period, *, catalogue: Catalogue) -> Audit:
    """Audit the public pack of a quarter together with every earlier pack that is there."""
    folder = pack_folder(root, quarter, edition="public")
    name = periods.quarter_name(quarter)
    if not folder.is_dir():
        raise ValueError(f"there is no pack of {name}: make it first (saferleeds report).")
    reader = Reader(catalogue)
    packs = _packs_until(root, quarter)
    rows = [figure for place in packs for figure in pack_figures(place)]
    printed = gather(rows, reader)
    themes = dict(iterate_themes(printed, reader))
    implied = len(themes.keys() & printed.implied)
    fewest = _fewest(printed)
    own = [row for row in rows if row.pack == folder.name]
    findings = [
        *_of_the_other_edition(folder, edition="public", other="restricted"),
        *_plain_hashes(folder, root / "data"),
        *(_about(row, why) for row in own for why in _forbidden(row.figure, reader)),
        *_printed_elsewhere(printed, folder.name),
        *(
            _about(row, "is made from a count that is withheld")
            for row in printed.made_from_withheld
            if row.pack == folder.name
        ),
        *_worked_out(printed, themes, folder.name),
        *_told(folder, own, pack_folder(root, quarter, edition="restricted"), reader),
    ]
    return Audit(
        looked=f"Audit of {name}: {len(rows):,} figures of {len(packs)} pack{'' if len(packs) == 1 else 's'}, "
        f"{len(printed.ties):,} ties between them. Tried to work out: {_counted(len(printed.withheld), 'withheld count')} and "
        f"{_counted(implied, 'count')} that no page prints but others bear on.",
        passed="Nothing is printed that a rule forbids, and no small count can be worked out from what is printed."
        + (f" No withheld count can be narrowed down to fewer than {fewest:,} numbers." if fewest else ""),
        withheld=len(printed.withheld),
        ties=len(printed.ties),
        findings=tuple(dict.fromkeys(findings)),
    )


def audit_restricted(root: Path, quarter: pd.Period, *, catalogue: Catalogue) -> Audit | None:
    """Audit the restricted edition of a quarter's pack beside the public packs until then; ``None`` where there is none."""
    folder = pack_folder(root, quarter, edition="restricted")
    rows = pack_figures(folder) if folder.is_dir() else ()
    if not rows:
        return None
    reader = Reader(catalogue)
    public = gather((row for place in _packs_until(root, quarter) for row in pack_figures(place)), reader)
    counts = [
        (row, reader.key(row.figure))
        for row in rows
        if reader.role(row.figure) == "count" and row.figure.number is not None
    ]
    shown = {key: row for row, key in counts if key in public.withheld}
    shared = [(row, key) for row, key in counts if key in public.cells and key not in public.withheld]
    findings = [
        *(
            _of_report(page.parent.name, "does not bear the marking of the restricted edition")
            for page in in_reports(folder, PAGE)
            if MARKINGS["restricted"] not in page.read_text(encoding="utf-8")
        ),
        *_of_the_other_edition(folder, edition="restricted", other="public"),
        *(
            _about(row, "is withheld in the edition that shows everything")
            for row in rows
            if row.figure.value == reader.rules.withheld
        ),
        *(
            _about(row, "the public edition prints another number")
            for row, key in shared
            if not _is_within(row, public.cells[key])
        ),
        *_ruled_out(shown, public),
    ]
    return Audit(
        looked=f"Audit of the restricted edition of {periods.quarter_name(quarter)}: {_counted(len(rows), 'figure')} of "
        f"{_counted(len({row.report for row in rows}), 'report')}; {_counted(len(shown), 'count')} that the public edition "
        f"withholds, {len({key for _, key in shared}):,} that both print.",
        passed="Each page is marked, nothing is withheld, and nothing is at odds with the public edition.",
        withheld=len(public.withheld),
        ties=len(public.ties),
        findings=tuple(dict.fromkeys(findings)),
    )


def _packs_until(root: Path, quarter: pd.Period) -> list[Path]:
    """Give the folders of the public packs of a quarter and of all quarters before it."""
    return [place for place, of in public_packs(root).items() if of <= quarter]


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _about(row: PrintedFigure, why: str) -> Finding:
    return Finding(text=f"{row.place}: {why}.", reports=frozenset([row.report]))


def _of_report(name: str, why: str) -> Finding:
    return Finding(text=f"{name} {why}.", reports=frozenset([name]))


def _of_the_other_edition(folder: Path, *, edition: str, other: str) -> Iterable[Finding]:
    for path in in_reports(folder, RECORD):
        if read_record(path.parent).get("parameters", {}).get("edition") == other:
            yield _of_report(path.parent.name, f"is the {other} edition and stands in the {edition} pack")


def _plain_hashes(folder: Path, data: Path) -> Iterable[Finding]:
    """Find the hash of a file of data, by which anybody who guesses the file can see that the guess is right."""
    # A larger file was never read. A lock is no data, and whoever opens and closes one loses it for the process that holds it.
    files = {
        sha256_of(path): path
        for path in data.rglob("*")
        if path.is_file() and not path.suffix.startswith(LOCK) and path.stat().st_size <= MOST_BYTES
    }
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder)
        hashes = set(_HASH.findall(path.read_bytes().decode("utf-8", errors="replace")))
        for found in sorted(hashes & files.keys()):
            yield Finding(
                text=f"{name.as_posix()}: holds the plain hash of {files[found].relative_to(data.parent).as_posix()}.",
                reports=frozenset([name.parts[0]]),
            )


def _forbidden(figure: Figure, reader: Reader) -> Iterable[str]:
    """Say what a rule forbids of a figure, whatever else is printed. The number itself is not repeated."""
    if any(rows.numbers for rows in figure.rows):  # how many there are may be the count that is withheld
        yield "carries the numbers of its rows"
    number, role = figure.number, reader.role(figure)
    if number is None or role not in ("count", "percent"):
        return
    theme, below = reader.theme(figure), reader.below_city(figure.area)
    if below and theme.finest == "city":
        yield "is of a sensitive theme below the level of the whole area"
    elif role == "count":
        if theme.is_small(number, below_city=below):
            yield f"is a count under {theme.threshold}"
    elif theme.applies(below_city=below) and 0 <= number <= 100:
        yield from _forbidden_percentage(number, figure.n, theme, smallest_base=reader.rules.smallest_base)


def _forbidden_percentage(
    number: float, base: float | None, theme: Theme, *, smallest_base: int
) -> Iterable[str]:
    if not base:
        if theme.id == "sensitive":
            yield "is a percentage of a sensitive theme without its base"
        elif theme.zero_is_small and number in (0, 100):
            yield "says something of everybody (0% or 100% without a base)"
    elif base < smallest_base:
        yield f"is a percentage of fewer than {smallest_base}"
    else:
        part = round(base * number / 100)
        if any(theme.is_small(count, below_city=True) for count in (part, base - part)):
            yield f"is a percentage behind which, or behind whose rest, there are fewer than {theme.threshold}"


def _told(folder: Path, own: Iterable[PrintedFigure], restricted: Path, reader: Reader) -> Iterable[Finding]:
    """Find words that tell a count which is withheld: only the restricted edition knows which number to look for."""
    withheld = {row.figure.identity for row in own if row.figure.value == reader.rules.withheld}
    known = {
        row.figure.identity: row.figure
        for row in (pack_figures(restricted) if restricted.is_dir() else ())
        if row.figure.identity in withheld
        and row.figure.number is not None
        and reader.role(row.figure) == "count"
    }
    for report, figure in told_in_words(folder, known):
        yield Finding(
            text=f"{report}: its words hold the number of {figure.place}, which is withheld.",
            reports=frozenset([report]),
        )


def _printed_elsewhere(printed: Printed, pack: str) -> Iterable[Finding]:
    for key, row in printed.withheld.items():
        if printed.cells[key][1] != float("inf"):
            yield Finding(
                text=f"{described(key)} is withheld in {row.report} and printed in another report or an earlier pack.",
                reports=_of(printed.places[key], pack),
            )


def _worked_out(printed: Printed, themes: Mapping[Key, Theme], pack: str) -> Iterable[Finding]:
    thresholds = {key: theme.threshold for key, theme in themes.items()}
    zeros = frozenset(key for key, theme in themes.items() if not theme.zero_is_small)
    try:
        found = recoverable(printed.cells, printed.ties, thresholds, zeros_may_be_known=zeros)
    except Contradiction as error:
        named = [places for label, places in printed.reports.items() if label in str(error)]
        yield Finding(
            text=f"{error}. What cannot all be true cannot be audited.",
            reports=_of(set().union(*named), pack),
        )
        return
    for one in found:
        linked = [printed.reports.get(label, set()) for label in one.ties]
        reports = _of(printed.places.get(one.cell, set()).union(*linked), pack)
        if not reports:  # an earlier pack's own, which this one can no longer mend
            continue
        # How closely, and not which number: what the audit says stands in the log.
        how = "exactly" if one.lower == one.upper else f"to within {one.upper - one.lower:g}"
        chain = "; ".join(one.ties) or "its own range"
        yield Finding(text=f"{described(one.cell)} can be worked out {how} from: {chain}.", reports=reports)


def _fewest(printed: Printed) -> int:
    """Give how many numbers the most closely bounded of the withheld counts can still be; 0 where none is bounded or withheld."""
    try:
        ranges = what_can_be_known(printed.cells, printed.ties, printed.withheld).values()
    except Contradiction:  # it is named among the findings
        return 0
    return min((int(upper - lower) + 1 for lower, upper in ranges if upper != float("inf")), default=0)


def _ruled_out(shown: Mapping[Key, PrintedFigure], public: Printed) -> Iterable[Finding]:
    try:
        possible = what_can_be_known(public.cells, public.ties, shown)
    except Contradiction:  # the audit of the public edition names it and refuses what is printed
        return
    for key, row in shown.items():
        if not _is_within(row, possible[key]):
            yield Finding(
                text=f"{described(key)}: what the public edition prints leaves no room for the number that {row.report} shows.",
                reports=frozenset([row.report]),
            )


def _is_within(row: PrintedFigure, bounds: tuple[float, float]) -> bool:
    lower, upper = bounds
    return lower <= row.figure.number <= upper


def _of(places: Iterable[tuple[str, str]], pack: str) -> frozenset[str]:
    return frozenset(report for name, report in places if name == pack)
