"""One command at a time on a quarter's pack: while it is made, exported or signed off, a second one is refused.

The lock is an open transaction on an empty SQLite file beside the ledger. The system lets go of it when its process ends,
however it ends, so that no lock is ever left behind.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.ledger import open_ledger


@contextmanager
def at_work(root: Path, quarter: pd.Period) -> Iterator[None]:
    """Hold a quarter's pack while it is changed; a ``ValueError`` where another process of the machine holds it."""
    path = open_ledger(root).path.with_name(f"{periods.quarter_path(quarter)}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as held:
        try:
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise ValueError(
                f"another command is at work on the pack of {periods.quarter_name(quarter)} and nothing was changed. "
                "Wait until it has finished, then give this command again."
            ) from error
        yield
