"""Which rows of which raw file a count comes from, by the row numbers that a spreadsheet shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import Catalogue, Indicator
from saferleeds_analysis.intake.files import read_table, sha256_of
from saferleeds_analysis.intake.sources import (
    MANIFEST,
    RESPONDENT_COLUMNS,
    Source,
    raw_folder,
    read_source,
    source_files,
)
from saferleeds_analysis.survey_measures import SurveyQuestion


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A raw file of a source: its path in the project, its SHA-256 and its rows, indexed by their number.

    ``rows`` has month, area, offence and count; it is ``None`` for files of single records, whose rows may be about persons
    and are never shown.
    """

    path: str
    sha256: str
    rows: pd.DataFrame | None


def raw_files(root: Path, source_id: str) -> tuple[RawFile, ...]:
    """Read the raw files of a source as they are; none where the project has no such source."""
    folder = raw_folder(root) / source_id
    if not (folder / MANIFEST).is_file():
        return ()
    source = read_source(folder)
    return tuple(
        RawFile(
            path=path.relative_to(root).as_posix(),
            sha256=sha256_of(path),
            rows=_rows(path, source) if source.shape == "monthly_extract" else None,
        )
        for path in source_files(root, source)
    )


def rows_behind(
    file: RawFile, indicator: Indicator, *, catalogue: Catalogue, area: str, months: Iterable[str]
) -> pd.DataFrame:
    """Give the rows of a file that make an indicator's count in an area and some months (``2012-09``).

    They are the area's own rows where the file has any, and otherwise those of its parts.
    """
    rows = file.rows[file.rows["offence"] == indicator.offence]
    areas = areas_with_rows(set(rows["area"]), indicator.area_set, catalogue, area)
    return rows[rows["area"].isin(areas) & rows["month"].isin(set(months))]


@dataclass(frozen=True, kw_only=True)
class RespondentFile:
    """A survey's file summed by quarter, area and answer to one question: rows, and their weights. No person is in it."""

    path: str
    sha256: str
    sums: pd.DataFrame

    def rule(self, question: SurveyQuestion, *, areas: Iterable[str], quarters: Iterable[str]) -> str:
        """Say in words which rows are meant."""
        return (
            f"quarter in {', '.join(quarters)}; area in {', '.join(sorted(areas))}; {question.question} in "
            f"{', '.join(question.out_of)} (counted: {', '.join(question.answers)})"
        )


def respondent_files(root: Path, question: SurveyQuestion, source_id: str) -> tuple[RespondentFile, ...]:
    """Sum the files of a survey by quarter, area and answer to a question."""
    source = read_source(raw_folder(root) / source_id)
    found = []
    for path in source_files(root, source):
        cells, _ = read_table(path, path.name, source, (*RESPONDENT_COLUMNS, *source.questions))
        by = ["quarter", "area", question.question]
        sums = cells.assign(weight=cells["weight"].astype(float)).groupby(by)["weight"].agg(["size", "sum"])
        found.append(
            RespondentFile(
                path=path.relative_to(root).as_posix(),
                sha256=sha256_of(path),
                sums=sums.reset_index().rename(columns={question.question: "answer"}),
            )
        )
    return tuple(found)


def _rows(path: Path, source: Source) -> pd.DataFrame:
    # Imported here, because pandera takes a second and most commands trace nothing.
    from saferleeds_analysis.intake.schemas import month_text

    cells, _ = read_table(path, path.name, source)
    months = {cell: month_text(cell, source.month_format) for cell in cells["month"].unique()}
    return cells.assign(month=cells["month"].map(months))


def areas_with_rows(held: set[str], area_set: str, catalogue: Catalogue, area: str) -> set[str]:
    """Give the areas whose rows make an area's count: its own where it has any, else its parts', and so on down.

    None for a group that is no area of the set (the nine highest wards): which wards are in it, only the page knows.
    """
    if area in held:
        return {area}
    if area not in {known.name for known in catalogue.areas(area_set)}:
        return set()
    found: set[str] = set()
    for part in catalogue.parts(area_set, area):
        found |= areas_with_rows(held, area_set, catalogue, part.name)
    return found
