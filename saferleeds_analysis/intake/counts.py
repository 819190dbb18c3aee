"""Recorded offences as monthly series by area: what a notebook starts from."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from saferleeds_analysis.catalogue import Catalogue, Indicator
from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.figures import Rows
from saferleeds_analysis.intake.build import processed_paths
from saferleeds_analysis.intake.ledger import Provenance, read_provenance, rows_of_places
from saferleeds_analysis.intake.sources import OF_PARTS, Source
from saferleeds_analysis.periods import month_name, months_in_words
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld

# The source of an indicator of which only figures were ever printed: there are no counts and no respondents to read.


@dataclass(frozen=True, kw_only=True)
class RecordedCounts:
    """Offences recorded each month, by area, as they stood to a reader on a day.

    ``by_area`` has a monthly ``PeriodIndex`` named ``month`` without gaps, a column (``Int64``) for each area that has
    data, wholes included, and ``<NA>`` where a month is missing: a missing month is never a zero. It ends with the
    last month of data that had ended by ``as_at``. A whole is taken from its own rows if the source has any and is
    otherwise the sum of its parts, where every part has data. ``caveats`` are sentences that the reader needs;
    ``source.notice``, if there is one, is shown wherever the data is shown. ``places`` says for a month and an area in which
    file and row its count stands, ``made_of`` which areas' rows make an area's counts.
    """

    indicator: Indicator
    area_set: str
    by_area: pd.DataFrame
    source: Source
    provenance: Provenance
    as_at: date
    caveats: tuple[str, ...]
    places: Mapping[tuple[str, str], tuple[str, int]]
    made_of: Mapping[str, tuple[str, ...]]

    def rows(
        self, area: str | Sequence[str], months: pd.PeriodIndex, *, role: str = "counts"
    ) -> tuple[Rows, ...]:
        """Give the rows of the raw files that make the counts of an area, or of several, in some months.

        They are its own, or those of its parts.
        """
        found = [
            self.places[key]
            for month in map(str, months)
            for one in ([area] if isinstance(area, str) else area)
            for part in self.made_of.get(one, ())
            if (key := (month, part)) in self.places
        ]
        return rows_of_places(role, found, self.provenance)

    def series(self, area: str) -> pd.Series:
        """Give the monthly series of an area, named by it, from its own first month on."""
        if area not in self.by_area:
            raise DataProblem(
                f"{self.source.id}: no {self.indicator.offence!r} for area {area!r} of area set {self.area_set!r}. "
                f"There is data for {', '.join(self.by_area.columns)}."
            )
        observed = self.by_area[area]
        return observed.loc[observed.first_valid_index() :].copy()


def recorded_counts(root: Path, indicator: Indicator, *, catalogue: Catalogue, as_at: date) -> RecordedCounts:
    """Give an indicator's monthly counts by area, as a reader could know them on the day ``as_at``.

    Reads ``data/processed`` only, and no month that had not ended by ``as_at``.
    """
    table_path, provenance = processed_table(root, indicator)
    source = provenance.source
    if source.shape == "respondents":
        raise DataProblem(
            f"indicator {indicator.id!r} is a percentage from the respondents of {source.id!r}, not a count of offences. "
            "Report it with the notebook survey_report."
        )
    if source.shape in (*OF_PARTS, "cases"):
        raise DataProblem(
            f"indicator {indicator.id!r} counts {indicator.unit}, but {source.id}/source.toml says shape = {source.shape!r}, which holds no "
            "counts by month. Correct the indicator's unit or source in indicators.toml."
        )
    if source.area_set != indicator.area_set:
        raise DataProblem(
            f"indicator {indicator.id!r} is counted in area set {indicator.area_set!r}, but source {source.id!r} in "
            f"{source.area_set!r}. Boundaries are not converted: correct the one that is wrong."
        )
    last = pd.Period(as_at + timedelta(days=1), freq="M") - 1  # that had ended by the end of the day
    months = [("month", "<=", str(last))]
    counts = pq.read_table(table_path, filters=[*months, ("offence", "==", indicator.offence)]).to_pandas()
    if counts.empty:
        offences = (
            pq.read_table(table_path, columns=["offence"], filters=months)["offence"].unique().to_pylist()
        )
        kind = (
            DataProblem if offences else QuarterNotHeld
        )  # a source that has other offences may misspell this one
        raise kind(_nothing(indicator, last, offences))
    by_area, differences, made_of = _with_wholes(counts, indicator.area_set, catalogue)
    return RecordedCounts(
        indicator=indicator,
        area_set=indicator.area_set,
        by_area=by_area,
        source=source,
        provenance=provenance,
        as_at=as_at,
        caveats=(*_missing(by_area), *differences, *_refused(provenance, indicator, last)),
        places={(row.month, row.area): (row.file, row.row) for row in counts.itertuples()},
        made_of=made_of,
    )


def processed_table(root: Path, indicator: Indicator) -> tuple[Path, Provenance]:
    """Give the path of an indicator's processed table with its provenance, having seen that it is the table's own."""
    table_path, provenance_path = processed_paths(root, indicator.source)
    if not (table_path.is_file() and provenance_path.is_file()):
        raise QuarterNotHeld(
            f"the data of indicator {indicator.id!r} (source {indicator.source!r}) has not been processed. "
            f"Put its files and a manifest in data/raw/{indicator.source}, then run: saferleeds data"
        )
    try:
        provenance = read_provenance(provenance_path)
    except ValueError as error:
        raise DataProblem(f"data/processed: {error} Run: saferleeds data") from error
    if provenance.processed_sha256 != sha256_of(table_path):
        raise DataProblem(
            f"data/processed/{table_path.name} is not the table that its provenance describes. Run: saferleeds data"
        )
    return table_path, provenance


def _nothing(indicator: Indicator, last: pd.Period, offences: list[str]) -> str:
    if indicator.offence in offences or not offences:
        return f"{indicator.source}: no month to {month_name(last)} has data."
    near = difflib.get_close_matches(indicator.offence, offences, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"It has {', '.join(sorted(offences))}."
    return f"{indicator.source}: no offence {indicator.offence!r} to {month_name(last)}. {hint}"


def _with_wholes(
    counts: pd.DataFrame, area_set: str, catalogue: Catalogue
) -> tuple[pd.DataFrame, list[str], dict[str, tuple[str, ...]]]:
    months = pd.period_range(counts["month"].min(), counts["month"].max(), freq="M", name="month")
    # Unlike pivot_table, pivot refuses a row that is there twice.
    own = counts.pivot(index="month", columns="area", values="count")  # noqa: PD010
    own.index = pd.PeriodIndex(own.index, freq="M")
    own = own.reindex(months).astype("Int64")

    def rows_of(area: str) -> tuple[str, ...]:
        """Name the areas whose rows make an area's counts: itself, or its parts where each of them has rows."""
        if area in own:
            return (area,)
        of_parts = [rows_of(part.name) for part in catalogue.parts(area_set, area)]
        return tuple(one for part in of_parts for one in part) if all(of_parts) else ()

    areas = [area.name for area in catalogue.areas(area_set)]
    made_of = {area: rows for area in areas if (rows := rows_of(area))}
    by_area = pd.DataFrame(
        {area: own[list(rows)].sum(axis=1, skipna=False) for area, rows in made_of.items()}, index=months
    )
    differences = []
    for area in filter(own.__contains__, areas):
        parts = [part.name for part in catalogue.parts(area_set, area)]
        if parts and made_of.keys() >= set(parts):
            differences += _difference(area, own[area], by_area[parts].sum(axis=1, skipna=False))
    return by_area, differences, made_of


def _difference(area: str, own: pd.Series, of_parts: pd.Series) -> list[str]:
    gaps = (own - of_parts).dropna()
    gaps = gaps[gaps != 0]
    if gaps.empty:
        return []
    largest = gaps.abs().max()
    return [
        f"The figures given for {area} differ from the sum of its parts in {len(gaps)} of {len(own)} months, by up to "
        f"{largest:,} offences in a month and {gaps.sum():+,} in all; the figures given for {area} are used."
    ]


def _missing(by_area: pd.DataFrame) -> list[str]:
    absent = by_area.index[by_area.isna().all(axis=1)]
    if absent.empty:
        return []
    return [f"There is no data for {months_in_words(absent)}. Nothing was put in their place."]


def _refused(provenance: Provenance, indicator: Indicator, last: pd.Period) -> list[str]:
    """Say how many records of the indicator's offence may belong here and are not counted."""
    totals: Counter[str] = Counter()
    for refusal in provenance.refused:
        if refusal.offence == indicator.offence and refusal.month <= str(last):
            totals[refusal.reason] += refusal.rows if refusal.count is None else refusal.count
    return [
        f"{number:,} {'record is' if number == 1 else 'records are'} not counted: {reason}."
        for reason, number in totals.items()
        if number
    ]
