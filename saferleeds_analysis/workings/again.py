"""Work a figure out again from the rows that it names: read the files, call the function, nothing else."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis.door import open_csv, read_toml
from saferleeds_analysis.figures import Figure, Rows
from saferleeds_analysis.intake.files import read_table
from saferleeds_analysis.intake.sources import COLUMNS, MANIFEST, OF_PARTS, Source, read_source

# The project's tables lie in the project, the package's own where the package lies.
_PACKAGE = Path(__file__).parent.parent.parent


def work_out(figure: Figure, root: Path) -> Any:
    """Give the value that a figure's working makes of its rows; where that cannot be, :func:`why_not` is a ``ValueError``."""
    if reason := why_not(figure, root):
        raise ValueError(f"{figure.place}: {reason}")
    module, _, name = figure.working.function.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    roles = dict.fromkeys(given.role for given in figure.rows)
    tables = {role: _read((given for given in figure.rows if given.role == role), root) for role in roles}
    return function(**tables, **figure.working.arguments)


def why_not(figure: Figure, root: Path) -> str:
    """Say why a figure cannot be worked out again from its rows; empty where it can."""
    if figure.working is None:
        return "no working is known for this figure."
    for one in figure.rows:
        source = _source_of(one, root)
        if source is not None and (source.layout == "wide" or source.shape == "police_uk_street"):
            return (
                f"{one.file} has not one row a count ({one.note}), so that its rows are not worked out again."
            )
    return ""


def _source_of(one: Rows, root: Path) -> Source | None:
    manifest = root / "/".join(Path(one.file).parts[:3]) / MANIFEST
    return read_source(manifest.parent) if manifest.is_file() else None


def _read(given: Iterable[Rows], root: Path) -> Any:
    """Read the rows of one role: a table of those that are named, or all of a file."""
    tables = []
    for one in given:
        path = root / one.file if (root / one.file).is_file() else _PACKAGE / one.file
        if path.suffix == ".toml":
            return read_toml(path, one.file)
        source = _source_of(one, root)
        if source is not None and _is_not_ours(path, source):
            table = _of_extract(path, source)
        else:
            with open_csv(path, one.file) as file:
                table = pd.read_csv(file, skip_blank_lines=not one.numbers)
            table.index += 2  # the header is row 1
        tables.append(table.loc[list(one.numbers)] if one.numbers else table)
    return pd.concat(tables, ignore_index=True)


def _is_not_ours(path: Path, source: Source) -> bool:
    """Tell an extract that is not a CSV file with our names and months, which would be read a hundred times faster."""
    written = source.columns or source.month_format or source.encoding or path.suffix != ".csv"
    return source.shape in ("monthly_extract", *OF_PARTS) and bool(written)


def _of_extract(path: Path, source: Source) -> pd.DataFrame:
    """Read an extract as the intake does: a workbook, the columns of somebody else's names, months in another form."""
    # Imported here, because pandera takes a second.
    from saferleeds_analysis.intake.schemas import month_text

    if source.shape in OF_PARTS:
        table, _ = read_table(path, path.name, source, OF_PARTS[source.shape])
        return table.astype({"numerator": "int64", "denominator": "int64"})
    table, _ = read_table(path, path.name, source, COLUMNS)
    months = {cell: month_text(cell, source.month_format) for cell in table["month"].unique()}
    return table.assign(month=table["month"].map(months), count=table["count"].astype("int64"))
