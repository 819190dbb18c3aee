"""Work a figure out again from the rows that it names: read the files, call the function, nothing else."""

import importlib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis.figures import Figure, Rows

# The project's tables lie in the project, the package's own where the package lies.
_PACKAGE = Path(__file__).parent.parent.parent


def work_out(figure: Figure, root: Path) -> Any:
    """Give the value that a figure's working makes of its rows; a figure without a working is a ``ValueError``."""
    if figure.working is None:
        raise ValueError(f"{figure.place}: no working is known for this figure.")
    module, _, name = figure.working.function.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    roles = dict.fromkeys(given.role for given in figure.rows)
    tables = {role: _read((given for given in figure.rows if given.role == role), root) for role in roles}
    return function(**tables, **figure.working.arguments)


def _read(given: Iterable[Rows], root: Path) -> Any:
    """Read the rows of one role: a table of those that are named, or all of a file."""
    tables = []
    for one in given:
        path = root / one.file if (root / one.file).is_file() else _PACKAGE / one.file
        if path.suffix == ".toml":
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
        table = pd.read_csv(path)
        tables.append(table.iloc[[number - 2 for number in one.numbers]] if one.numbers else table)
    return pd.concat(tables, ignore_index=True)
