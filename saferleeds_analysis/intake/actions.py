"""What partners do about a measure: ``data/raw/actions.csv``, one row an action and quarter, as it stood then."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.explained import explained
from saferleeds_analysis.intake.commentaries import rows_by_quarter
from saferleeds_analysis.intake.sources import ACTIONS

DONE, DROPPED = "done", "dropped"
STATES = ("not begun", "on course", "late", DONE, DROPPED)


@dataclass(frozen=True, kw_only=True)
class Action:
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

    def __post_init__(self) -> None:
        """Refuse a quarter that is none, and an action that was dropped without a word."""
        periods.quarter(self.quarter)
        if self.state == DROPPED and not self.progress:
            raise ValueError("a dropped action says in progress why.")

    def is_late(self, as_at: date) -> bool:
        """Say whether it should have been done by a day and was not, whatever its row says."""
        overdue = self.due is not None and self.due < as_at and self.state not in (DONE, DROPPED)
        return overdue or self.state == "late"


def read_actions(root: Path, catalogue: Catalogue) -> list[Action]:
    """Read every action of a project, in the order of the table; none where there is no table.

    Refused are an action that stands twice in a quarter, and an indicator that is not in the catalogue.
    """
    return rows_by_quarter(root, ACTIONS, Action, key="id", how="stands", catalogue=catalogue)


def actions_of(root: Path, quarter: pd.Period, indicator_id: str, *, catalogue: Catalogue) -> list[Action]:
    """Give the actions on an indicator as they stood in a quarter: those still to be done first, by the day they are due."""
    rows = [
        row
        for row in read_actions(root, catalogue)
        if row.indicator_id == indicator_id and periods.quarter(row.quarter) == quarter
    ]
    return sorted(rows, key=lambda row: (row.state in (DONE, DROPPED), row.due or date.max))
