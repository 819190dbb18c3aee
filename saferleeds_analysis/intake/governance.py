"""What people say of a pack: the reasons of restatements, and their answers to the checklist of a sign-off.

data/raw/restatements.csv              indicator_id, area, period, measure, reason, given_by, given_on
data/raw/signoff/2012-13_Q2.toml       one table an item of the checklist: answer, note
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import read_rows
from saferleeds_analysis.door import read_toml
from saferleeds_analysis.explained import explained
from saferleeds_analysis.intake.sources import RESTATEMENTS, SIGN_OFF, inside_raw, raw_folder
from saferleeds_analysis.problems import refuse


@dataclass(frozen=True, kw_only=True)
class GivenReason:
    """Why a published figure was restated; the figure is named as ``figures.csv`` names it."""

    indicator_id: str = explained("the figure's indicator, as figures.csv names it", "domestic_burglary")
    area: str = explained("its area", "Otterbridge")
    period: str = explained("its period, in the words of figures.csv", "12 months to June 2026")
    measure: str = explained("its measure", "twelve_month_count")
    reason: str = explained("why it was restated", "Two records were cancelled")
    given_by: str = explained("who says so", "Performance team")
    given_on: date = explained("the day on which it was said", "2026-10-12")

    def __post_init__(self) -> None:
        """Refuse a reason that says nothing or that nobody gave."""
        if not (self.reason and self.given_by):
            raise ValueError("reason and given_by must both be filled in.")


def read_reasons(root: Path) -> tuple[GivenReason, ...]:
    """Read the reasons given for restatements; none where the file is absent. One reason a figure."""
    path = inside_raw(root, raw_folder(root) / RESTATEMENTS)
    rows = read_rows(path, GivenReason) if path.is_file() else []
    first: dict[tuple[str, ...], int] = {}
    problems = []
    for number, row in enumerate(rows, start=2):
        given = first.setdefault((row.indicator_id, row.area, row.period, row.measure), number)
        if given != number:
            problems.append(
                f"{RESTATEMENTS}, row {number}: the same figure as in row {given}. Give one reason."
            )
    refuse(problems)
    return tuple(rows)


def read_answers(root: Path, quarter: pd.Period) -> dict[str, dict[str, str]]:
    """Read the answers to a quarter's checklist, by item; none where the file is absent.

    Each table has an ``answer`` and may have a ``note``, both text. What the items are and which answers are enough is
    for publishing to say.
    """
    path = raw_folder(root) / SIGN_OFF / f"{periods.quarter_path(quarter)}.toml"
    if not path.is_file():
        return {}
    name = f"{SIGN_OFF}/{path.name}"
    tables = read_toml(path, name)
    refuse(
        f'{name}: [{item}] holds answer = "yes" and, where it is needed, note = "why".'
        for item, table in tables.items()
        if not isinstance(table, dict)
        or not set(table) <= {"answer", "note"}
        or not all(isinstance(v, str) for v in table.values())
    )
    return {item: {"answer": "", "note": "", **table} for item, table in tables.items()}
