"""What is made of the rows of the table of actions."""

from datetime import date

import pandas as pd

from saferleeds_analysis.intake.actions import is_late


def state(action: pd.DataFrame, *, as_at: str) -> str:
    """Give the state of an action on a day: late where its day has passed and it was not done.

    >>> row = pd.DataFrame({"state": ["on course"], "due": ["2012-09-29"]})
    >>> state(row, as_at="2012-09-30")
    'late'
    """
    [row] = action.to_dict("records")
    due = date.fromisoformat(row["due"]) if isinstance(row["due"], str) and row["due"] else None
    return "late" if is_late(row["state"], due, date.fromisoformat(as_at)) else row["state"]
