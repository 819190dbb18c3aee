"""The cases of a service as they stood on a day: what a notebook on how long cases take, and on whose they are, starts from."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue, Indicator
from saferleeds_analysis.figures import Rows
from saferleeds_analysis.intake.counts import processed_table
from saferleeds_analysis.intake.ledger import Provenance, rows_of_places
from saferleeds_analysis.intake.parts import not_there
from saferleeds_analysis.intake.sources import PERSON, Source
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld, refuse

# An earlier case of the same person counts where it was opened in so many days before.
REPEATED_WITHIN = 365


@dataclass(frozen=True, kw_only=True)
class RecordedCases:
    """The cases of one kind in one area, and in the areas below it, as they stood on a day.

    ``table`` has a row a case: ``opened`` and ``closed`` (missing while it is open), ``repeat`` (whether the same person had a
    case of the kind in the twelve months before; missing where nobody says whose it is) and the characteristics of
    ``source.characteristics`` (missing where they are not recorded). Who the persons are is not in it. ``since`` is the first
    day on which a case of the kind was opened anywhere.
    """

    indicator: Indicator
    area: str
    table: pd.DataFrame
    since: pd.Timestamp
    source: Source
    provenance: Provenance
    as_at: date

    @property
    def rows(self) -> tuple[Rows, ...]:
        """The files in which the cases stand; a row is about one person, so that none is named."""
        return rows_of_places("cases", [("", 0)], self.provenance)


def recorded_cases(
    root: Path, indicator: Indicator, *, area: str, catalogue: Catalogue, as_at: date
) -> RecordedCases:
    """Give an indicator's cases in an area, of those opened by a day and as they stood on it; reads ``data/processed`` only."""
    below = catalogue.parts_by_kind(indicator.area_set, area).values()
    table_path, provenance = processed_table(root, indicator)
    source = provenance.source
    if source.shape != "cases":
        raise DataProblem(
            f"indicator {indicator.id!r} is in days, but {source.id}/source.toml says shape = {source.shape!r}. How long cases take is "
            'read from shape = "cases".'
        )
    every = pd.read_parquet(table_path)
    refuse(not_there("kind", every["kind"], indicator))
    own = every[(every["kind"] == indicator.offence) & (every["opened"] <= pd.Timestamp(as_at))]
    own = own.assign(repeat=_is_repeat(own), closed=own["closed"].where(own["closed"] <= pd.Timestamp(as_at)))
    here = own[own["area"].isin([area, *(part.name for parts in below for part in parts)])]
    if here.empty:
        raise QuarterNotHeld(
            f"{source.id}: {indicator.offence!r} has no case of {area!r} that was opened by {as_at.isoformat()}."
        )
    return RecordedCases(
        indicator=indicator,
        area=area,
        table=here.drop(columns=["kind", "area", PERSON]).reset_index(drop=True),
        since=own["opened"].min(),
        source=source,
        provenance=provenance,
        as_at=as_at,
    )


def _is_repeat(cases: pd.DataFrame) -> pd.Series:
    """Say of each case whether its person had one that was opened on an earlier day, in the twelve months before."""
    known = cases.loc[cases[PERSON].notna(), ["opened", PERSON]].sort_values("opened")
    found = pd.merge_asof(
        known,
        known.assign(earlier=known["opened"]),
        on="opened",
        by=PERSON,
        allow_exact_matches=False,
        tolerance=pd.Timedelta(days=REPEATED_WITHIN),
    )
    is_one = pd.Series(found["earlier"].notna().to_numpy(), known.index, dtype="boolean")
    return is_one.reindex(cases.index)
