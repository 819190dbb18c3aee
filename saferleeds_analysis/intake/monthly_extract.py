"""The analyst's monthly extract: one row a month, area and offence, in CSV or Excel."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake import schemas
from saferleeds_analysis.intake.files import repeats
from saferleeds_analysis.intake.ledger import Counted, Refusal, Revision, months_between
from saferleeds_analysis.intake.sources import COLUMNS, PLACE_COLUMNS, Source
from saferleeds_analysis.problems import refuse

_KEY = ["month", "area", "offence"]


def count_monthly_extract(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    """Read a source's files; every problem of every file is named in one message, and nothing is mended."""
    kinds = {area.name: area.kind for area in catalogue.areas(source.area_set)}
    schema = schemas.monthly_extract_schema(source, kinds)
    read = schemas.read_sound_rows(root, source, files, schema, areas=kinds)
    counts = read.cells.astype({"count": "int64"})
    texts = {cell: schemas.month_text(cell, source.month_format) for cell in counts["month"].unique()}
    counts["month"] = counts["month"].map(texts)
    if source.newer_wins:  # the file that reaches furthest first, so that its counts are those that stay
        reaches = counts.groupby("file")["month"].max()
        counts = counts.sort_values("file", key=lambda f: f.map(reaches), ascending=False, kind="stable")
    again = repeats(counts, _KEY)
    again = again[again["file"] != again["file_first"]]
    differing = again[again["count"] != again["count_first"]]
    if source.newer_wins:
        alike = differing["file"].map(reaches) == differing["file_first"].map(reaches)
        revised, differing = differing[~alike], differing[alike]
    else:
        revised = differing.iloc[:0]
    problems = read.problems + _told_twice(counts) + _told_differently(differing) + _spelt_two_ways(counts)
    # A row that was refused would look like a gap, so gaps are looked for only where all rows are sound.
    refuse(problems or _gaps(counts, source, kinds))
    is_revised = again.index.isin(revised.index)
    reasons = (
        again["file_first"]
        .map("the same count stands in {}".format)
        .mask(is_revised, again["file_first"].map("revised by {}".format))
    )
    overlap = again.assign(reason=reasons).groupby(["file", "reason", "month"]).size()
    files = again[~is_revised].groupby(["file", "file_first"]).size()
    return Counted(
        counts=counts.drop_duplicates(_KEY)[[*COLUMNS, *PLACE_COLUMNS]],
        months=tuple(sorted(set(counts["month"]))),
        rows=read.rows,
        refused=tuple(
            Refusal(file=file, month=month, offence="", reason=reason, rows=int(number))
            for (file, reason, month), number in overlap.items()
        ),
        revisions=tuple(_revisions(again, revised, kinds)),
        notes=(
            *read.notes,
            *(
                f"{file}: {number:,} rows repeat {first} with the same counts, and are counted once."
                for (file, first), number in files.items()
            ),
        ),
    )


def _revisions(again: pd.DataFrame, revised: pd.DataFrame, kinds: dict[str, str]) -> Iterator[Revision]:
    """Say what newer files changed of older ones, by offence and kind of area; ``again`` is all that both files hold."""
    key = ["file", "file_first", "offence", "kind"]
    sums = again.assign(kind=again["area"].map(kinds)).groupby(key)[["count", "count_first"]].sum()
    for place, rows in revised.assign(kind=revised["area"].map(kinds)).groupby(key, sort=False):
        file, by, offence, kind = place
        before, after = map(int, sums.loc[place])
        yield Revision(
            file=file,
            by=by,
            offence=offence,
            kind=kind,
            areas=tuple(dict.fromkeys(rows["area"])),
            months=tuple(sorted(set(rows["month"]))),
            before=before,
            after=after,
        )


def _told_twice(counts: pd.DataFrame) -> list[str]:
    """Find what one file says twice."""
    return [
        f"{row.file}, row {row.row}, column 'month': {row.month!r} is there again for {row.area!r}, "
        f"{row.offence!r} (first in {row.file}, row {row.row_first}). Keep one row a month, area and offence."
        for row in repeats(counts, ["file", *_KEY]).itertuples()
    ]


def _told_differently(differing: pd.DataFrame) -> list[str]:
    """Find what two files say differently.

    Extracts often repeat the months of the one before. Where they say the same of them, that is no fault; where they do not,
    nobody but their owner knows which is right.
    """
    return [
        f"{row.file}, row {row.row}, column 'count': {row.count} for {row.month!r}, {row.area!r}, {row.offence!r}, but "
        f"{row.count_first} in {row.file_first}, row {row.row_first}. Ask which file is right, and move the other out of "
        "data/raw, or ask for it without these months. Where a file that reaches to a later month revises the older one, "
        "state newer_wins = true in source.toml."
        for row in differing.itertuples()
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
