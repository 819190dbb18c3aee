"""Files of a service's cases: one row a case, with the days on which it was opened and closed, in CSV or Excel.

A row is about one person. No cell of it stands in a message, and of who the person is nothing is kept but a number, by which
one and the same person's cases are known.
"""

from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake import schemas
from saferleeds_analysis.intake.files import repeats
from saferleeds_analysis.intake.ledger import Counted
from saferleeds_analysis.intake.sources import CASE_COLUMNS, PERSON, PLACE_COLUMNS, Source
from saferleeds_analysis.problems import refuse


def read_cases(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    """Read a source's files; every problem of every file is named in one message, and nothing is mended.

    The table has our columns and one for each characteristic (missing where it is not recorded), by the day of opening.
    """
    areas = [area.name for area in catalogue.areas(source.area_set)]
    schema = schemas.cases_schema(source, areas)
    read = schemas.read_sound_rows(root, source, files, schema, show_values=False)
    columns = [*CASE_COLUMNS, PERSON, *source.characteristics]
    cases = read.cells.reindex(columns=[*columns, *PLACE_COLUMNS], fill_value="").fillna("")
    refuse(read.problems + _closed_before_opened(cases) + _told_twice(cases, columns))
    cases = cases[columns].mask(cases[columns] == "").sort_values([*columns], kind="stable")
    cases[PERSON] = _numbers_of(cases[PERSON])
    for day in ("opened", "closed"):
        cases[day] = pd.to_datetime(cases[day], format="%Y-%m-%d")
    first, last = cases["opened"].min(), cases["opened"].max()
    return Counted(
        counts=cases.reset_index(drop=True),
        months=tuple(map(str, pd.period_range(first, last, freq="M"))),
        rows=read.rows,
        notes=read.notes,
    )


def _closed_before_opened(cases: pd.DataFrame) -> list[str]:
    both = cases[cases["closed"] != ""]
    return [
        f"{row.file}, row {row.row}, column 'closed': is before the day on which the case was opened. Correct the one that is wrong."
        for row in both[both["closed"] < both["opened"]].itertuples()
    ]


def _told_twice(cases: pd.DataFrame, columns: list[str]) -> list[str]:
    """Find cases that are there again: those of one person, and where nobody says whose they are those of a second file.

    Two people may have equal cases, so that one file may hold equal rows without a person.
    """
    named = cases[PERSON] != ""
    same_person = repeats(cases[named], ["opened", "kind", "area", PERSON])
    alike = repeats(cases[~named], columns)
    return [
        f"{row.file}, row {row.row}, column 'opened': the case in {row.file_first}, row {row.row_first} is there again (the same day, "
        "kind, area and person). Keep the row that is right."
        for row in same_person.itertuples()
    ] + [
        f"{row.file}, row {row.row}, column 'opened': the row is the same as {row.file_first}, row {row.row_first}. Keep one file with "
        "each case."
        for row in alike[alike["file"] != alike["file_first"]].itertuples()
    ]


def _numbers_of(people: pd.Series) -> pd.Series:
    """Give each person a number that leads back to nobody.

    >>> _numbers_of(pd.Series(["K7", None, "B2", "K7"])).tolist()
    [1, <NA>, 2, 1]
    """
    numbers, _ = pd.factorize(people)
    return pd.Series(numbers + 1, people.index, dtype="Int64").replace(0, pd.NA)
