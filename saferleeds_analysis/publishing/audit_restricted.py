"""The audit of the restricted edition: each page is marked, everything is on it, and nothing is at odds with the public one.

The restricted edition withholds nothing, so there is nothing in it to work out. It is held against what the public packs
print instead: a count that both print is one count, and a count that is withheld from the public must be one that the
public's numbers leave possible. Where it is not, one of the two editions is wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.methods.disclosure_audit import Contradiction, what_can_be_known
from saferleeds_analysis.publishing.audit import Finding, Findings, counted, packs_until
from saferleeds_analysis.publishing.content import PrintedFigure, pack_figures
from saferleeds_analysis.publishing.files import PAGE, RECORD, in_reports, pack_folder, read_record
from saferleeds_analysis.publishing.printed import Key, Printed, Reader, described, gather


@dataclass(frozen=True, kw_only=True)
class RestrictedAudit(Findings):
    """What was looked at of a restricted pack; what passes may go to those who may see it.

    ``shown`` is how many counts it shows that the public packs withhold, ``shared`` how many both print.
    """

    reports: int
    figures: int
    shown: int
    shared: int

    def in_words(self) -> str:
        """Say what was looked at and what was found."""
        return self.told(
            f"Audit of the restricted edition of {self.quarter}: {counted(self.figures, 'figure')} of "
            f"{counted(self.reports, 'report')}; {counted(self.shown, 'count')} that the public edition withholds, "
            f"{self.shared:,} that both print.",
            "Each page is marked, nothing is withheld, and nothing is at odds with the public edition.",
        )


def audit_restricted(root: Path, quarter: pd.Period, *, catalogue: Catalogue) -> RestrictedAudit | None:
    """Audit the restricted edition of a quarter's pack beside the public packs until then; ``None`` where there is none."""
    folder = pack_folder(root, quarter, edition="restricted")
    rows = pack_figures(folder) if folder.is_dir() else ()
    if not rows:
        return None
    reader = Reader(catalogue)
    public = gather((one for place in packs_until(root, quarter) for one in pack_figures(place)), reader)
    counts = [(row, reader.key(row.figure)) for row in rows if reader.role(row.figure) == "count"]
    shown = {key: row for row, key in counts if key in public.withheld and row.figure.number is not None}
    shared = [
        (row, key)
        for row, key in counts
        if key in public.cells and key not in public.withheld and row.figure.number is not None
    ]
    findings = [
        *_not_marked(folder),
        *_withheld_here(rows, reader),
        *_at_odds(shared, public),
        *_ruled_out(shown, public),
    ]
    return RestrictedAudit(
        quarter=periods.quarter_name(quarter),
        reports=len({row.report for row in rows}),
        figures=len(rows),
        shown=len(shown),
        shared=len({key for _, key in shared}),
        findings=tuple(dict.fromkeys(findings)),
    )


def _not_marked(folder: Path) -> Iterable[Finding]:
    for page in in_reports(folder, PAGE):
        name = page.parent.name
        if MARKINGS["restricted"] not in page.read_text(encoding="utf-8"):
            yield Finding(
                text=f"{name} does not bear the marking of the restricted edition.", reports=frozenset([name])
            )
        given = read_record(page.parent) if page.with_name(RECORD).is_file() else {}
        if given.get("parameters", {}).get("edition") == "public":
            yield Finding(
                text=f"{name} is the public edition and stands in the restricted pack.",
                reports=frozenset([name]),
            )


def _withheld_here(rows: Iterable[PrintedFigure], reader: Reader) -> Iterable[Finding]:
    for row in rows:
        if row.figure.value == reader.rules.withheld:
            yield Finding(
                text=f"{row.place}: is withheld in the edition that shows everything.",
                reports=frozenset([row.report]),
            )


def _at_odds(shared: Iterable[tuple[PrintedFigure, Key]], public: Printed) -> Iterable[Finding]:
    for row, key in shared:
        lower, upper = public.cells[key]
        if not lower <= row.figure.number <= upper:
            yield Finding(
                text=f"{row.place}: the public edition prints another number.",
                reports=frozenset([row.report]),
            )


def _ruled_out(shown: dict[Key, PrintedFigure], public: Printed) -> Iterable[Finding]:
    try:
        possible = what_can_be_known(public.cells, public.ties, shown)
    except Contradiction:  # the audit of the public edition names it and refuses what is printed
        return
    for key, (lower, upper) in possible.items():
        row = shown[key]
        if not lower <= row.figure.number <= upper:
            yield Finding(
                text=f"{described(key)}: what the public edition prints leaves no room for the number that {row.report} shows.",
                reports=frozenset([row.report]),
            )
