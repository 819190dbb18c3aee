"""The analyst's monthly extract: one row a month, area and offence, in CSV or Excel."""

from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake import schemas
from saferleeds_analysis.intake.files import repeats
from saferleeds_analysis.intake.ledger import Counted, Refusal, months_between
from saferleeds_analysis.intake.sources import COLUMNS, PLACE_COLUMNS, Source
from saferleeds_analysis.problems import refuse


def count_monthly_extract(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    """Read a source's files; every problem of every file is named in one message, and nothing is mended."""
    kinds = {area.name: area.kind for area in catalogue.areas(source.area_set)}
    schema = schemas.monthly_extract_schema(source, kinds)
    read = schemas.read_sound_rows(root, source, files, schema, areas=kinds)
    counts = read.cells.astype({"count": "int64"})
    texts = {cell: schemas.month_text(cell, source.month_format) for cell in counts["month"].unique()}
    counts["month"] = counts["month"].map(texts)
    key = ["month", "area", "offence"]
    again = repeats(counts, key)
    problems = read.problems + _told_twice(again) + _spelt_two_ways(counts)
    # A row that was refused would look like a gap, so gaps are looked for only where all rows are sound.
    refuse(problems or _gaps(counts, source, kinds))
    overlap = again.groupby(["file", "file_first", "month"]).size()
    files = overlap.groupby(["file", "file_first"]).sum()
    return Counted(
        counts=counts.drop_duplicates(key)[[*COLUMNS, *PLACE_COLUMNS]],
        months=tuple(sorted(set(counts["month"]))),
        rows=read.rows,
        refused=tuple(
            Refusal(
                file=file,
                month=month,
                offence="",
                reason=f"the same count stands in {first}",
                rows=int(number),
            )
            for (file, first, month), number in overlap.items()
        ),
        notes=(
            *read.notes,
            *(
                f"{file}: {number:,} rows repeat {first} with the same counts, and are counted once."
                for (file, first), number in files.items()
            ),
        ),
    )


def _told_twice(again: pd.DataFrame) -> list[str]:
    """Find what one file says twice, and what two files say differently.

    Extracts often repeat the months of the one before. Where they say the same of them, that is no fault; where they do not,
    nobody but their owner knows which is right.
    """
    return [
        f"{row.file}, row {row.row}, column 'month': {row.month!r} is there again for {row.area!r}, "
        f"{row.offence!r} (first in {row.file_first}, row {row.row_first}). "
        "Keep one row a month, area and offence."
        if row.file == row.file_first
        else f"{row.file}, row {row.row}, column 'count': {row.count} for {row.month!r}, {row.area!r}, {row.offence!r}, but "
        f"{row.count_first} in {row.file_first}, row {row.row_first}. Ask which file is right, and move the other out of "
        "data/raw, or ask for it without these months."
        for row in again.itertuples()
        if row.file == row.file_first or row.count != row.count_first
    ]


def _spelt_two_ways(counts: pd.DataFrame) -> list[str]:
    spellings = counts.drop_duplicates("offence")
    folded = spellings.assign(folded=[" ".join(o.casefold().split()) for o in spellings["offence"]])
    return [
        f"{row.file}, row {row.row}, column 'offence': {row.offence!r} is also written "
        f"{row.offence_first!r}. Write an offence one way."
        for row in repeats(folded, ["folded"]).itertuples()
    ]


def _gaps(counts: pd.DataFrame, source: Source, kinds: dict[str, str]) -> list[str]:
    """Find months that are missing for an area but not for its like.

    Areas of one kind (all wards) must cover the same months, so that a ward whose zero was left out at the end shows
    too; a city's own row may reach back further than its wards.
    """
    lines = []
    of_kind = counts.assign(kind=counts["area"].map(kinds))
    for (offence, kind), rows in of_kind.groupby(["offence", "kind"], sort=False):
        months = sorted(set(rows["month"]))
        lines += [
            f"{source.id}: {month} is missing for every area of kind {kind!r}, {offence!r}, though the months run "
            f"from {months[0]} to {months[-1]}. Add its rows (0 where there was none)."
            for month in months_between(months)
        ]
        lines += [
            f"{source.id}: {month} is missing for {area!r}, {offence!r}, though other areas of kind {kind!r} "
            "have it. Add the row (0 if there was none)."
            for area, own in rows.groupby("area", sort=False)["month"]
            for month in sorted(set(months) - set(own))
        ]
    return lines
