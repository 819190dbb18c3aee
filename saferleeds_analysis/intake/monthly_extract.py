"""The analyst's monthly extract: one row a month, area and offence, in CSV or Excel."""

from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake import schemas
from saferleeds_analysis.intake.files import read_table
from saferleeds_analysis.intake.ledger import Counted, months_between
from saferleeds_analysis.intake.sources import COLUMNS, PLACE_COLUMNS, Source, name_in_raw
from saferleeds_analysis.problems import DataProblem

_KEY = ["month", "area", "offence"]


def count_monthly_extract(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    """Read a source's files; every problem of every file is named in one message, and nothing is mended."""
    areas = {area.name: area for area in catalogue.areas(source.area_set)}
    schema = schemas.monthly_extract_schema(source, areas)
    problems, tables, rows, notes = [], [], {}, []
    for path in files:
        name = name_in_raw(root, path)
        try:
            cells, unread = read_table(path, name, source)
        except DataProblem as error:
            problems += str(error).splitlines()
            continue
        rows[name] = len(cells)
        if unread:
            notes.append(f"{name}: columns not read: {', '.join(unread)}.")
        refused = schemas.cell_problems(schema, cells, name, areas=areas)
        problems += [line for lines in refused.values() for line in lines]
        tables.append(_tidy(cells.drop(index=list(refused)), source).assign(file=name))
    # The row numbers of several files repeat, so a row is known by its file and number, never by the index alone.
    counts = pd.concat(tables) if tables else pd.DataFrame(columns=[*COLUMNS, "file"])
    # A row that was refused would look like a gap, so gaps are looked for among sound rows only.
    problems += _repeated(counts) + _spelt_two_ways(counts)
    problems += [] if problems else _gaps(counts, source, {name: area.kind for name, area in areas.items()})
    if problems:
        raise DataProblem("\n".join(problems))
    return Counted(
        counts=counts.assign(row=counts.index)[[*COLUMNS, *PLACE_COLUMNS]],
        months=tuple(sorted(counts["month"].unique())),
        rows=rows,
        notes=tuple(notes),
    )


def _tidy(cells: pd.DataFrame, source: Source) -> pd.DataFrame:
    months = {cell: schemas.month_text(cell, source.month_format) for cell in cells["month"].unique()}
    return pd.DataFrame(
        {
            "month": cells["month"].map(months),
            "area": cells["area"],
            "offence": cells["offence"],
            "count": cells["count"].astype("int64"),
        }
    )


def _repeated(counts: pd.DataFrame) -> list[str]:
    places = counts.assign(row=counts.index)
    first = places.groupby(_KEY)[["file", "row"]].transform("first")
    again = places.assign(first_file=first["file"], first_row=first["row"])[
        places.duplicated(_KEY).to_numpy()
    ]
    return [
        f"{row.file}, row {row.row}, column 'month': {row.month!r} is there again for {row.area!r}, "
        f"{row.offence!r} (first in {row.first_file}, row {row.first_row}). "
        "Keep one row a month, area and offence."
        for row in again.itertuples()
    ]


def _spelt_two_ways(counts: pd.DataFrame) -> list[str]:
    spellings: dict[str, list[str]] = {}
    for offence in counts["offence"].unique():
        spellings.setdefault(" ".join(offence.casefold().split()), []).append(offence)
    lines = []
    for found in spellings.values():
        for other in found[1:]:
            row = counts[counts["offence"] == other].iloc[:1]
            lines.append(
                f"{row['file'].iloc[0]}, row {row.index[0]}, column 'offence': {other!r} is also written "
                f"{found[0]!r}. Write an offence one way."
            )
    return lines


def _gaps(counts: pd.DataFrame, source: Source, kinds: dict[str, str]) -> list[str]:
    """Find months that are missing for an area but not for its like.

    Areas of one kind (all wards) must cover the same months, so that a ward whose zero was left out at the end shows
    too; a city's own row may reach back further than its wards.
    """
    lines = []
    of_kind = counts.assign(kind=counts["area"].map(kinds))
    for (offence, kind), rows in of_kind.groupby(["offence", "kind"], sort=False):
        months = sorted(set(rows["month"]))
        wholly = months_between(months)
        lines += [
            f"{source.id}: {month} is missing for every area of kind {kind!r}, {offence!r}, though the months run "
            f"from {months[0]} to {months[-1]}. Add its rows (0 where there was none)."
            for month in wholly
        ]
        for area, own in rows.groupby("area", sort=False):
            lines += [
                f"{source.id}: {month} is missing for {area!r}, {offence!r}, though other areas of kind {kind!r} "
                "have it. Add the row (0 if there was none)."
                for month in sorted(set(months) - set(own["month"]))
            ]
    return lines
