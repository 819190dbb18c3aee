"""A figure worked out again as anybody can do it: with pandas, its rows and the function that it names."""

import importlib
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from projects import ROOT


def worked_again(figure, project=ROOT):
    """Work a figure out from its rows, and give the answer."""
    tables = defaultdict(list)
    for rows in figure.rows:
        tables[rows.role].append(_read(Path(project) / rows.file, rows.numbers))
    given = {role: of[0] if isinstance(of[0], dict) else pd.concat(of) for role, of in tables.items()}
    module, _, name = figure.working.function.rpartition(".")
    return getattr(importlib.import_module(module), name)(**given, **figure.working.arguments)


def _read(file, numbers):
    if file.suffix == ".toml":
        return tomllib.loads(file.read_text(encoding="utf-8"))
    table = _table(file)
    return table.iloc[[n - 2 for n in numbers]] if numbers else table


@cache  # many figures come from one file
def _table(file):
    return pd.read_csv(file)


def all_agree(figures, project=ROOT):
    """Say that every figure with a working comes out of its rows again, and that equal identities have equal values."""
    values = {}
    for figure in figures:
        first = values.setdefault(figure.identity, figure.value)
        assert figure.value == first, figure
        if figure.working is not None:
            again = worked_again(figure, project)
            same = again == (
                figure.value if isinstance(figure.value, str) else pytest.approx(figure.value, rel=1e-9)
            )
            assert same, (figure, again)
    return True
