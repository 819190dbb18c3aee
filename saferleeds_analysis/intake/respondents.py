"""A survey's respondents: one row a person, with the quarter, the area, how each was chosen, and the answers."""

from pathlib import Path

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake import schemas
from saferleeds_analysis.intake.ledger import Counted
from saferleeds_analysis.intake.sources import PLACE_COLUMNS, RESPONDENT_COLUMNS, Source
from saferleeds_analysis.problems import refuse
from saferleeds_analysis.survey_measures import waves_alike


def read_respondents(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    """Read a survey's files; every problem of every file is named in one message, and nothing is mended.

    The table has our columns and one of answer codes (text, missing where there was no answer) for each question, by
    quarter, area, stratum and cluster. Cells are never repeated in a message: a row is a person.
    """
    columns = (*RESPONDENT_COLUMNS, *source.questions)
    areas = {area.name: area for area in catalogue.areas(source.area_set)}
    schema = schemas.respondents_schema(source, areas)
    read = schemas.read_sound_rows(root, source, files, schema, show_values=False)
    refuse(read.problems)
    people = read.cells
    people["quarter"] = pd.PeriodIndex([periods.quarter(q) for q in people["quarter"]])
    people["weight"] = people["weight"].astype(float)
    refuse(
        _waves_twice(people, columns)
        + _gaps(people, source)
        + _single_clusters(people, source)
        + _without_weight(people)
    )
    people = people.sort_values(["quarter", "area", "stratum", "cluster"], kind="stable")
    quarters = people["quarter"].unique()
    people["quarter"] = [periods.quarter_name(q) for q in people["quarter"]]
    for question in source.questions:
        people[question] = people[question].replace("", np.nan)
    return Counted(
        counts=people[[*columns, *PLACE_COLUMNS]].reset_index(drop=True),
        months=tuple(str(month) for q in sorted(quarters) for month in periods.quarter_months(q)),
        rows=read.rows,
        notes=read.notes,
    )


def _waves_twice(people: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Find a quarter that is in two files, and two quarters that hold the very same people and answers."""
    lines = [
        f"{', '.join(files)}: {periods.quarter_name(quarter)} is in {len(files)} files, so its people would count twice. "
        "Keep one."
        for quarter, own in people.groupby("quarter")
        if len(files := sorted(own["file"].unique())) > 1
    ]
    for first, second in waves_alike(people[[*columns]], "quarter"):
        file = people.loc[people["quarter"] == second, "file"].iloc[0]
        lines.append(
            f"{file}: {periods.quarter_name(first)} and {periods.quarter_name(second)} hold the same people with the same "
            "answers: one wave is there twice. Ask which quarter it belongs to, and take the other out."
        )
    return lines


def _without_weight(people: pd.DataFrame) -> list[str]:
    """Find waves in which nobody has a weight above 0: nothing can be estimated from them."""
    return [
        f"{own['file'].iloc[0]}: every weight in {periods.quarter_name(quarter)} is 0, so nobody counts. Ask for the weights."
        for quarter, own in people.groupby("quarter")
        if not own["weight"].any()
    ]


def _gaps(people: pd.DataFrame, source: Source) -> list[str]:
    """Find quarters without a respondent between the first and the last, but for those the manifest knows of."""
    first, last = people["quarter"].min(), people["quarter"].max()
    there = {*people["quarter"], *(periods.quarter(text) for text in source.waves_not_held)}
    return [
        f"{source.id}: no respondent in {periods.quarter_name(q)}, though the waves run from {periods.quarter_name(first)} to "
        f"{periods.quarter_name(last)}. Add the wave, or, if none was held, state it in source.toml: "
        f'waves_not_held = ["{periods.quarter_name(q)}"].'
        for q in pd.period_range(first, last, freq="Q-MAR")
        if q not in there
    ]


def _single_clusters(people: pd.DataFrame, source: Source) -> list[str]:
    """Find strata with one cluster in a wave: how clusters differ there cannot be known."""
    if source.single_unit_strata:
        return []
    clusters = people.groupby(["quarter", "stratum"])["cluster"].nunique()
    return [
        f"{source.id}: stratum {stratum!r} has a single cluster in {periods.quarter_name(quarter)}, so its error cannot be "
        'known. Join the stratum to its neighbour, or state a rule in source.toml: single_unit_strata = "adjust" '
        '(or "average", "certainty").'
        for (quarter, stratum), n in clusters.items()
        if n == 1
    ]
