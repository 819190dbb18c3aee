"""What partners do about a measure: ``data/raw/actions.csv`` or a workbook ``actions.xlsx``, one row an action and quarter, as it stood then.

An action lives from quarter to quarter under its id. Nothing vanishes: one that is neither done nor dropped, and of which a later
quarter has no row, is shown with its last row, and the page says since when nobody has told of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.explained import explained
from saferleeds_analysis.figures import TableRow
from saferleeds_analysis.intake.commentaries import rows_by_quarter
from saferleeds_analysis.intake.sources import ACTIONS, ACTIONS_BOOK, raw_folder
from saferleeds_analysis.problems import DataProblem, refuse

DONE, DROPPED = "done", "dropped"
ENDED = (DONE, DROPPED)
STATES = ("not begun", "on course", "late", DONE, DROPPED)


@dataclass(frozen=True, kw_only=True)
class Action(TableRow):
    """An action of the partnership as it stood in one quarter; the next quarter has a row of its own with the same ``id``."""

    id: str = explained("what it is known by from quarter to quarter; it stays for good", "A7")
    indicator_id: str = explained(
        "the id of the indicator in indicators.toml on whose card it stands", "domestic_burglary"
    )
    what: str = explained("what is done, in a few words", "Alley gates in twelve streets")
    owner: str = explained(
        "who answers for it, as a role and not a person",
        "Housing manager",
        empty="nobody was named, and the card says so",
    )
    organisation: str = explained("of which partner", "Otterbridge Council", empty="nobody was named")
    due: date | None = explained(
        "the day by which it is to be done", "2026-12-31", empty="no day was given, and the card says so"
    )
    state: str = explained("how it stands", "on course", holds=STATES)
    progress: str = explained(
        "what has been done so far; of a dropped one, why", "Four streets are done", empty="nothing is told"
    )
    quarter: str = explained(
        "the quarter of which this row tells", "2026/27 Q2", holds="a quarter, 2026/27 Q2"
    )
    expected: str = explained(
        "what it is expected to move, by how much and by when",
        "A third fewer burglaries in these streets by March 2027",
        empty="nothing was said, and the plan says so; the column may be left out",
        default="",
    )
    area: str = explained(
        "where it is done: an area of the indicator's set",
        "Mill Hill",
        empty="everywhere; the column may be left out",
        default="",
    )
    started: pd.Period | None = explained(
        "the first month in which it was at work, for the chart on which it is marked",
        "2026-09",
        empty="it is not marked; the column may be left out",
        holds="a month, 2026-09",
        default=None,
    )
    restricted: str = explained(
        "whether it stands in the restricted edition only",
        "yes",
        empty="no; the column may be left out",
        holds=("yes", "no"),
        default="",
    )

    def __post_init__(self) -> None:
        """Refuse a quarter that is none, and an action that was dropped without a word."""
        periods.quarter(self.quarter)
        if self.state == DROPPED and not self.progress:
            raise ValueError("a dropped action says in progress why.")

    @property
    def told_of(self) -> pd.Period:
        """The quarter of which the row tells."""
        return periods.quarter(self.quarter)

    def is_late(self, as_at: date) -> bool:
        """Say whether it should have been done by a day and was not, whatever its row says."""
        return is_late(self.state, self.due, as_at)


def is_late(state: str, due: date | None, as_at: date) -> bool:
    """Say whether what stands so, and is due on a day, is late on another.

    >>> is_late("on course", date(2012, 9, 29), date(2012, 9, 30)), is_late("done", date(2012, 9, 29), date(2012, 9, 30))
    (True, False)
    """
    return state == "late" or (due is not None and due < as_at and state not in ENDED)


def read_actions(root: Path, catalogue: Catalogue) -> list[Action]:
    """Read every action of a project, in the order of the table; none where there is no table.

    Refused are an action that stands twice in a quarter, one that goes on after it was done or dropped, or on another indicator,
    an indicator or an area that is not known, and a table beside a workbook.
    """
    there = [name for name in (ACTIONS, ACTIONS_BOOK) if (raw_folder(root) / name).is_file()]
    if len(there) > 1:
        raise DataProblem(f"{' and '.join(there)} lie beside each other in data/raw. Keep one of the two.")
    [name] = there or [ACTIONS]
    rows = rows_by_quarter(root, name, Action, key="id", how="stands", catalogue=catalogue)
    refuse(f"{name}: {fault}" for fault in _faults(rows, catalogue))
    return rows


def actions_in(
    root: Path,
    quarter: pd.Period,
    *,
    catalogue: Catalogue,
    edition: str = "public",
    since: pd.Period | None = None,
) -> list[Action]:
    """Give every action as it stood in a quarter, in the order of the table: by its row of the quarter, or the last before it.

    One that ended in an earlier quarter is told of no more, or none before the quarter ``since``. The public edition has none that is
    restricted.
    """
    last: dict[str, Action] = {}
    for row in sorted(read_actions(root, catalogue), key=lambda row: row.told_of):
        if row.told_of <= quarter:
            last[row.id] = row
    return [
        row
        for row in last.values()
        if (row.told_of >= (quarter if since is None else since) or row.state not in ENDED)
        and (edition == "restricted" or row.restricted != "yes")
    ]


def actions_of(
    root: Path, quarter: pd.Period, indicator_id: str, *, catalogue: Catalogue, edition: str = "public"
) -> list[Action]:
    """Give the actions on an indicator as they stood in a quarter: those still to be done first, by the day they are due."""
    rows = actions_in(root, quarter, catalogue=catalogue, edition=edition)
    own = [row for row in rows if row.indicator_id == indicator_id]
    return sorted(own, key=lambda row: (row.state in ENDED, row.due or date.max))


def _faults(rows: Iterable[Action], catalogue: Catalogue) -> Iterator[str]:
    """Say what is wrong with the course of actions through the quarters."""
    course: dict[str, list[Action]] = {}
    for row in sorted(rows, key=lambda row: row.told_of):
        course.setdefault(row.id, []).append(row)
        known = [area.name for area in catalogue.areas(catalogue.indicator(row.indicator_id).area_set)]
        if row.area and row.area not in known:
            yield f"{row.id} of {row.quarter}: {row.area!r} is no area of {row.indicator_id}. It has {', '.join(known[:6])} and others."
    for before, after in (pair for told in course.values() for pair in pairwise(told)):
        if before.state in ENDED:
            yield (
                f"{after.id} was {before.state} in {before.quarter} and has a row in {after.quarter}. What has ended stays so: take the "
                "row out, or give what is done now an id of its own."
            )
        if before.indicator_id != after.indicator_id:
            yield (
                f"{after.id} is about {before.indicator_id} in {before.quarter} and about {after.indicator_id} in {after.quarter}. An id "
                "is one action for good: give the other its own."
            )
