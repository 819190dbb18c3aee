"""The pack with which a new one is compared, and what changed since: in a line of each report's page, and on the page of changes.

The earlier pack is the last signed-off version of the quarter before, read from the ledger; where there is none, the pack
of that quarter in ``reports/`` as it lies there, and the pages say that it was not signed off. A correction is compared with
the version that it corrects.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.intake.governance import GivenReason, read_reasons
from saferleeds_analysis.publishing.content import PrintedFigure, pack_figures
from saferleeds_analysis.publishing.files import CHANGES, PAGE, pack_folder
from saferleeds_analysis.publishing.ledger import definitions_of, open_ledger
from saferleeds_analysis.publishing.run_list import Report
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Span, heading, join, paragraph
from saferleeds_analysis.reporting.changes import Comparison, compare_figures, series_of


@dataclass(frozen=True, kw_only=True)
class EarlierPack:
    """The pack with which a new one is compared, and what is known of it; ``name`` is empty where there is none.

    ``figures`` are those of every report, with where they are printed; ``signed_off`` is the day, in words.
    """

    quarter: pd.Period
    name: str = ""
    made_for: pd.Period | None = None
    signed_off: str = ""
    figures: tuple[PrintedFigure, ...] = ()
    definitions: Mapping[str, str] | None = None
    since: Mapping[tuple[str, ...], str] | None = None
    reasons: tuple[GivenReason, ...] = ()
    ended: tuple[str, ...] = ()
    catalogue: Catalogue | None = None

    def line(self, figures: Sequence[Figure]) -> Block:
        """Give the line of a report's page: whether its figures were restated or are late, with the way to the page of changes."""
        series = {series_of(figure) for figure in figures}
        before = (f.figure for f in self.figures if series_of(f.figure) in series)
        said = self.compare(before, figures).in_short()
        if not said:
            return NOTHING
        return paragraph(f"{said} ", Span("What changed", href=f"../{CHANGES}/{PAGE}"), css_class="small")

    def page(self, figures: Sequence[Figure]) -> Block:
        """Give the page of the pack: every figure that was restated, is late, provisional, new or no longer shown."""
        title = f"What changed: {periods.quarter_name(self.quarter)}"
        invented = any(figure.status == "illustrative" for figure in figures)
        said = "Among these figures are illustrative ones, which nobody recorded, as their own pages say."
        return join(
            heading(1, title),
            *([paragraph(said, css_class="notice")] if invented else []),
            self.compare((f.figure for f in self.figures), figures).page(names=self._names()),
        )

    def compare(self, before: Iterable[Figure], after: Iterable[Figure]) -> Comparison:
        """Compare figures of the earlier pack with those of the new one."""
        if not self.name:
            return Comparison(earlier="")
        if not self.figures:  # signed off before figures knew what they are
            return Comparison(earlier=self.name, signed_off=self.signed_off)
        after = list(after)
        now = definitions_of((figure.indicator_id for figure in after), self.catalogue)
        then = self.definitions or {}
        return Comparison(
            earlier=self.name,
            signed_off=self.signed_off,
            changes=compare_figures(
                before,
                after,
                before_quarter=self.made_for,
                after_quarter=self.quarter,
                reasons=self.reasons,
                since=self.since,
                ended=self.ended,
            ),
            redefined=tuple(i for i in now if i in then and then[i] != now[i]),
        )

    def _names(self) -> dict[str, str]:
        return {indicator.id: indicator.name for indicator in self.catalogue.indicators()}


def earlier_pack(
    root: Path, quarter: pd.Period, *, edition: str, catalogue: Catalogue, listed: Sequence[Report]
) -> EarlierPack:
    """Find the pack with which a quarter's new pack is compared; the same edition of it. ``listed`` is the run list."""
    found = EarlierPack(
        quarter=quarter,
        reasons=read_reasons(root),
        ended=_ended(listed, quarter),
        catalogue=catalogue,
    )
    ledger = open_ledger(root)
    correction = ledger.open_correction(periods.quarter_name(quarter))
    before = quarter if correction else quarter - 1
    name = periods.quarter_name(before)
    version = correction.corrects if correction else ledger.latest_version(name)
    if version:
        signed = ledger.pack(name, version)
        figures = ledger.printed_figures(name, version, edition=edition)
        return replace(
            found,
            name=name if version == 1 and not correction else f"{name}, version {version}",
            made_for=before,
            signed_off=periods.day_name(date.fromisoformat(signed["signed_at"][:10])),
            figures=of_reports(figures),
            definitions=ledger.definitions(name, version),
            since=ledger.published_since(name, edition=edition),
        )
    figures = of_reports(pack_figures(pack_folder(root, before, edition=edition)))
    return replace(found, name=name if figures else "", made_for=before, figures=figures)


def of_reports(figures: Iterable[PrintedFigure]) -> tuple[PrintedFigure, ...]:
    """Leave out what stands on a page of changes: it repeats the figures of the reports."""
    return tuple(figure for figure in figures if figure.report != CHANGES)


def _ended(listed: Sequence[Report], quarter: pd.Period) -> tuple[str, ...]:
    """Give the indicators whose reports are on the run list and are not made in this quarter: nobody expects them."""
    made = {r.parameters.get("indicator") for r in listed if r.is_made_in(quarter)}
    return tuple(sorted({str(i) for r in listed if (i := r.parameters.get("indicator")) and i not in made}))
