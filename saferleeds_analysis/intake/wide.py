"""A monthly extract with its months across the columns, read by what its manifest says of it and by nothing else.

    layout = "wide"
    header_rows = [3, 4]                   # the rows above the data whose cells, read downwards, say what a column holds
    offence = "Vehicle crime"              # where no column says it
    columns_not_read = ["2012 Total"]      # columns that are no month
    total_rows = { "Total" = "above" }     # rows that are the sum of the rows above them ("all": of all rows)
    footnotes_from = "Source:"             # the notes below the table begin with this

A merged cell is what it shows, in every cell that it covers, unless it is a count, which cannot be shared out. A total is never counted; one that is not the sum of its rows is
refused, because nobody knows which of the two is right.
"""

from functools import reduce
from pathlib import Path

import pandas as pd
from openpyxl.utils import get_column_letter

from saferleeds_analysis.intake.files import read_cells
from saferleeds_analysis.intake.sources import Source
from saferleeds_analysis.problems import DataProblem, refuse


def read_wide(path: Path, name: str, source: Source) -> tuple[pd.DataFrame, list[str]]:
    """Read a wide file into the columns of a monthly extract, one row a cell, and name the columns that are not read.

    Beside them, ``row`` is the sheet's row, and ``month_at``, ``area_at``, ``offence_at`` and ``count_at`` say where each stands.
    """
    rows = read_cells(path, name, source)
    first, last = source.header_rows[0] - 1, source.header_rows[-1]
    width = max(len(cells) for _, cells in rows)
    rows = [(number, cells + [""] * (width - len(cells))) for number, cells in rows]
    body = [(number, cells) for number, cells in rows[last:] if any(cells)]
    footnotes = (at for at, (_, cells) in enumerate(body) if _begins(cells, source.footnotes_from))
    body = body[: next(footnotes, None)]
    titles = [_title(parts) for parts in zip(*(cells for _, cells in rows[first:last]), strict=True)]
    cells, labels = _cells(titles, body, name, source)
    is_total = cells[labels].isin([*source.total_rows])
    # Label by label, because filling across a frame of this length takes minutes.
    total = reduce(pd.Series.combine_first, (cells[label].where(is_total[label]) for label in labels))
    labelled = cells.assign(total=total)
    refuse(_wrong_totals(labelled, name, source))
    data = cells[~is_total.any(axis=1)].reset_index(drop=True)
    if data.empty:
        raise DataProblem(
            f"{name}: has no row of counts below the header in row {last}. Correct header_rows in source.toml."
        )
    row = data["row"].astype(str)
    data = data.assign(
        count_at="cell " + data["column"] + row,
        month_at="cell " + data["column"] + str(last),
        area_at="row " + row + ", column 'area'",
        offence_at="row " + row + ", column 'offence'",
    )
    unread = [title for title in titles if title in source.columns_not_read]
    return data.drop(columns="column"), unread


def _cells(
    titles: list[str], body: list[tuple[int, list[str]]], name: str, source: Source
) -> tuple[pd.DataFrame, list[str]]:
    """Give every cell below a month as a row, those of totals too, and the columns that say what a row is about."""
    labels = _labels(titles, name, source)
    left_out = {
        *labels.values(),
        *(at for at, title in enumerate(titles) if title in source.columns_not_read),
    }
    # A column without a title is left out only where it is empty.
    months = [
        at
        for at, title in enumerate(titles)
        if at not in left_out and (title or any(cells[at] for _, cells in body))
    ]
    columns = ["month", "area", "offence", "count", "row", "column"]
    rows = [
        (
            titles[at],
            cells[labels["area"]],
            cells[labels["offence"]] if "offence" in labels else source.offence,
            cells[at],
            number,
            get_column_letter(at + 1),
        )
        for number, cells in body
        for at in months
    ]
    return pd.DataFrame(rows, columns=columns), [*labels]


def _labels(titles: list[str], name: str, source: Source) -> dict[str, int]:
    """Give the places of the columns of areas and offences."""
    ours = [source.columns.get(title, title) for title in titles]
    wanted = ["area"] if source.offence else ["area", "offence"]
    row = source.header_rows[-1]
    problems = [
        f"{name}, row {row}: column {column!r} is there {ours.count(column)} times and must be there once; found "
        f'{", ".join(map(repr, filter(None, titles[:12])))}. Name it in source.toml: [columns] "Their name" = "{column}"'
        + (', or state offence = "...".' if column == "offence" else ".")
        for column in wanted
        if ours.count(column) != 1
    ]
    problems += [
        f"{name}, row {row}: has no column {title!r}, which columns_not_read names. Correct it in source.toml."
        for title in source.columns_not_read
        if title not in titles
    ]
    refuse(problems)
    return {column: ours.index(column) for column in wanted}


def _wrong_totals(cells: pd.DataFrame, name: str, source: Source) -> list[str]:
    """Find totals that are not the sum of their rows, column by column; ``total`` is the label of a row that is one."""
    problems, sums = [], source.total_rows
    if source.empty_means == 0:
        cells = cells.assign(count=cells["count"].replace("", "0"))
    for column, own in cells.groupby("column", sort=False):
        counts = own["count"].where(own["count"].str.fullmatch("[0-9]+"))
        since = everything = 0
        for label, count, row in zip(own["total"], counts, own["row"], strict=True):
            if pd.isna(label):
                # A count that is none is told as such, and its totals need not be.
                since, everything = (
                    float("nan") if pd.isna(count) else so_far + int(count) for so_far in (since, everything)
                )
                continue
            expected = everything if sums[label] == "all" else since
            if pd.isna(count):
                problems.append(
                    f"{name}, cell {column}{row}: {label!r} has no whole number. Ask for the file again."
                )
            elif pd.notna(expected) and int(count) != expected:
                rows = "all rows above it" if sums[label] == "all" else "the rows since the total before it"
                problems.append(
                    f"{name}, cell {column}{row}: {label!r} is {int(count):,}, but {rows} add up to {expected:,}. Ask which is right."
                )
            since = 0 if sums[label] == "above" else since
    return problems


def _title(parts: tuple[str, ...]) -> str:
    """Join the cells of a header that stand below one another; what is merged over several rows is said once."""
    return " ".join(part for part in dict.fromkeys(parts) if part)


def _begins(cells: list[str], text: str) -> bool:
    return bool(text) and next(filter(None, cells)).startswith(text)
