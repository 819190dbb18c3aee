"""A measure of which each period has a part and what it is of: what a notebook on percentages and rates of a service starts from."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue, Indicator, unknown
from saferleeds_analysis.figures import Rows
from saferleeds_analysis.intake.counts import processed_table
from saferleeds_analysis.intake.ledger import Provenance, rows_of_places
from saferleeds_analysis.intake.sources import OF_PARTS, PLACE_COLUMNS, Source
from saferleeds_analysis.periods import Window, months_from_to, period_named
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld, refuse


@dataclass(frozen=True, kw_only=True)
class RecordedParts:
    """One measure in one area, period by period, as it stood to a reader on a day.

    ``table`` has an index of months, quarters or financial years, in order and without those that are missing, and the columns
    ``numerator`` and ``denominator`` (whole numbers) with the ``file`` and ``row`` of each. ``followed`` says for how many months after
    the period its people were followed, before which nothing is known of them.
    """

    indicator: Indicator
    area: str
    table: pd.DataFrame
    source: Source
    provenance: Provenance
    as_at: date
    followed: int

    def rows(self, period: pd.Period, *, role: str = "parts") -> tuple[Rows, ...]:
        """Give the row of the raw files in which a period stands."""
        place = self.table.loc[period]
        return rows_of_places(role, [(place["file"], int(place["row"]))], self.provenance)

    @property
    def missing(self) -> list[str]:
        """The periods between the first and the last that no file has, in words."""
        there = self.table.index
        every = pd.period_range(there[0], there[-1], freq=there.freq)
        return [str(Window.period(period)) for period in every.difference(there)]


def recorded_parts(
    root: Path, indicator: Indicator, *, area: str, catalogue: Catalogue, as_at: date
) -> RecordedParts:
    """Give an indicator's parts in an area, of the periods that had ended by a day; reads ``data/processed`` only."""
    catalogue.area(indicator.area_set, area)
    table_path, provenance = processed_table(root, indicator)
    source = provenance.source
    if source.shape not in OF_PARTS:
        raise DataProblem(
            f"indicator {indicator.id!r} is {indicator.unit!r} of {indicator.offence!r}, but {source.id}/source.toml says shape = "
            f'{source.shape!r}. A part of a whole is read from shape = "parts"; a survey has no offence in indicators.toml.'
        )
    table = pd.read_parquet(table_path)
    refuse(not_there("measure", table["measure"], indicator))
    own = table[(table["measure"] == indicator.offence) & (table["area"] == area)]
    own = own.set_index(pd.PeriodIndex([period_named(text) for text in own["period"]])) if len(own) else own
    followed = (
        months_from_to(*own[["period", "followed_to"]].iloc[0]) if "followed_to" in own and len(own) else 0
    )
    known = [period.asfreq("M", how="end") + followed for period in own.index]
    own = own[[last.end_time.date() <= as_at for last in known]] if len(own) else own
    if own.empty:
        raise QuarterNotHeld(
            f"{source.id}: {indicator.offence!r} has no period of {area!r} that had ended by {as_at.isoformat()}."
        )
    return RecordedParts(
        indicator=indicator,
        area=area,
        table=own[["numerator", "denominator", *PLACE_COLUMNS]],
        source=source,
        provenance=provenance,
        as_at=as_at,
        followed=followed,
    )


def not_there(what: str, names: pd.Series, indicator: Indicator) -> list[str]:
    """Say that a table has not the measure or the kind of an indicator, with the nearest that it has; nothing where it has it."""
    there, offence = sorted(names.unique()), indicator.offence
    if offence in there:
        return []
    named = f"indicators.toml names it as offence of {indicator.id!r}."
    return [f"{indicator.source}: {unknown(what, offence, there)} {named}"]
