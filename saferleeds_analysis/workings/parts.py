"""Levels of a part of a whole, their changes, and how they are rated: each row of a file of parts has its ``numerator`` and ``denominator``."""

from datetime import date

import pandas as pd

from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.methods.parts import change_of_parts, level_of_parts, rate_parts


def level(parts: pd.DataFrame, *, unit: str) -> float:
    """Give a level: the rows' numerators over their denominators.

    >>> level(pd.DataFrame({"numerator": [3, 4], "denominator": [10, 10]}), unit="%")
    35.0
    """
    return level_of_parts(*_sums(parts), unit=unit).value


def change(earlier: pd.DataFrame, later: pd.DataFrame, *, unit: str) -> float:
    """Give the change from one level to another: percentage points of percentages, per cent of rates."""
    return change_of_parts(_sums(earlier), _sums(later), unit=unit).difference.value


def gap(parts: pd.DataFrame, beside: pd.DataFrame, *, unit: str) -> float:
    """Give a level less another beside it: percentage points of percentages, per cent of rates."""
    return change_of_parts(_sums(beside), _sums(parts), unit=unit).difference.value


def letter(target: pd.DataFrame, *, unit: str, improvement_direction: str, **parts: pd.DataFrame) -> str:
    """Give the letter of a level against its target; ``parts`` are the rows of now, before, and of what it stands beside."""
    [row] = target.to_dict("records")
    blank = {
        "set_on": date.fromisoformat(row["set_on"]),
        "note": "",
        "of": row["of"] if isinstance(row.get("of"), str) else "level",
    }
    given = {"now" if role == "parts" else role: _sums(rows) for role, rows in parts.items()}
    return rate_parts(
        Target(**{**row, **blank}), **given, unit=unit, improvement_direction=improvement_direction
    ).letter


def _sums(parts: pd.DataFrame) -> tuple[int, int]:
    return int(parts["numerator"].sum()), int(parts["denominator"].sum())
