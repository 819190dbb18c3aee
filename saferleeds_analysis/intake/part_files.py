"""Files of a part and what it is of, by period and area: percentages, rates and scores of any service, in CSV or Excel.

One row holds a month, a quarter or a financial year of one measure: how many of how many. What is made of the two (a
percentage, a rate per thousand, so many for each) says the indicator's unit.
"""

from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake import schemas
from saferleeds_analysis.intake.files import repeats
from saferleeds_analysis.intake.ledger import Counted, Refusal, Revision
from saferleeds_analysis.intake.sources import OF_PARTS, PLACE_COLUMNS, Source
from saferleeds_analysis.periods import Window, months_from_to, period_named
from saferleeds_analysis.problems import refuse

_KEY = ["period", "area", "measure"]
_NUMBERS = ["numerator", "denominator"]
_LENGTHS = {"M": "months", "Q-MAR": "quarters", "Y-MAR": "financial years"}


def read_parts(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    """Read a source's files; every problem of every file is named in one message, and nothing is mended.

    A newer file may revise an older one where the manifest says so: the one that reaches to the later period wins.
    """
    areas = [area.name for area in catalogue.areas(source.area_set)]
    read = schemas.read_sound_rows(root, source, files, schemas.parts_schema(source, areas), areas=areas)
    parts = read.cells.astype(dict.fromkeys(_NUMBERS, "int64"))
    ends = {text: period_named(text).end_time for text in parts["period"].unique()}
    reaches = parts["period"].map(ends).groupby(parts["file"]).max()
    if source.newer_wins:
        parts = parts.sort_values("file", key=lambda f: f.map(reaches), ascending=False, kind="stable")
    again = repeats(parts, _KEY)
    differs = (again["numerator"] != again["numerator_first"]) | (
        again["denominator"] != again["denominator_first"]
    )
    older = again["file"].map(reaches) < again["file_first"].map(reaches)
    revised = again[differs & older] if source.newer_wins else again.iloc[:0]
    percentages = {i.offence for i in catalogue.indicators() if i.source == source.id and i.unit == "%"}
    refuse(
        read.problems
        + _told_twice(again, differs & ~again.index.isin(revised.index))
        + _more_than_all(parts[parts["measure"].isin(percentages)])
        + _of_two_lengths(parts, source)
        + (_followed_unlike(parts, source) if source.shape == "cohort" else [])
    )
    ours = parts.drop_duplicates(_KEY).assign(ends=lambda t: t["period"].map(ends))
    months = {str(m) for text in ends for m in Window.period(period_named(text)).months}
    return Counted(
        counts=ours.sort_values(["measure", "area", "ends"])[
            [*OF_PARTS[source.shape], *PLACE_COLUMNS]
        ].reset_index(drop=True),
        months=tuple(sorted(months)),
        rows=read.rows,
        refused=tuple(
            Refusal(file=row.file, month=row.period, offence="", rows=1, reason=f"{how} {row.file_first}")
            for how, rows in (("revised by", revised), ("the same numbers stand in", again[~differs]))
            for row in rows.itertuples()
        ),
        revisions=tuple(
            _revision(*of, rows) for of, rows in revised.groupby(["file", "file_first", "measure"])
        ),
        notes=read.notes,
    )


def _told_twice(again: pd.DataFrame, differing: pd.Series) -> list[str]:
    """Find what one file says twice, and what two files say differently."""
    within = again["file"] == again["file_first"]
    return [
        f"{row.file}, row {row.row}, column 'period': {row.period!r} is there again for {row.area!r}, {row.measure!r} (first in "
        f"row {row.row_first}). Keep one row a period, area and measure."
        for row in again[within].itertuples()
    ] + [
        f"{row.file}, row {row.row}, column 'numerator': {row.numerator} of {row.denominator} for {row.period!r}, {row.area!r}, "
        f"{row.measure!r}, but {row.numerator_first} of {row.denominator_first} in {row.file_first}, row {row.row_first}. Ask which "
        "file is right, and move the other out of data/raw. Where a file that reaches to a later period revises the older one, "
        "state newer_wins = true in source.toml."
        for row in again[differing & ~within].itertuples()
    ]


def _more_than_all(parts: pd.DataFrame) -> list[str]:
    return [
        f"{row.file}, row {row.row}, column 'numerator': {row.numerator} of {row.denominator} is more than all, and {row.measure!r} is "
        'a percentage. Correct the two, or give the indicator a unit such as "per offender".'
        for row in parts[parts["numerator"] > parts["denominator"]].itertuples()
    ]


def _of_two_lengths(parts: pd.DataFrame, source: Source) -> list[str]:
    lengths = parts["period"].map(lambda text: period_named(text).freqstr).groupby(parts["measure"]).unique()
    return [
        f"{source.id}: {measure!r} is given by {' and by '.join(_LENGTHS[length] for length in of)}. A measure has periods of one "
        "length: give the others another name."
        for measure, of in lengths.items()
        if len(of) > 1
    ]


def _followed_unlike(parts: pd.DataFrame, source: Source) -> list[str]:
    """Find measures whose people were not all followed for the same time: only such are compared."""
    time = parts.apply(lambda row: months_from_to(row["period"], row["followed_to"]), axis=1)
    lines = [
        f"{row.file}, row {row.row}, column 'followed_to': {row.followed_to!r} is before the end of {row.period!r}."
        for row in parts[time < 0].itertuples()
    ]
    return lines + [
        f"{source.id}: {measure!r} is followed for {' and for '.join(map(str, sorted(times)))} months. Only people who were followed for "
        "the same time are compared: give the others another name."
        for measure, times in time.groupby(parts["measure"]).unique().items()
        if len(times) > 1
    ]


def _revision(file: str, by: str, measure: str, rows: pd.DataFrame) -> Revision:
    return Revision(
        file=file,
        by=by,
        offence=measure,
        kind="area",
        areas=tuple(dict.fromkeys(rows["area"])),
        months=tuple(dict.fromkeys(rows["period"])),
        before=int(rows["numerator"].sum()),
        after=int(rows["numerator_first"].sum()),
    )
