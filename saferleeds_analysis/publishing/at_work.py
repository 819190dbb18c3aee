"""One command at a time on a quarter's pack: while it is made, exported or signed off, a second one is refused.

A lock is an open transaction on an empty SQLite file beside the ledger. The system lets go of it when its process ends,
however it ends, so that no lock is ever left behind.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.ledger import open_ledger

# How the file of a lock ends; SQLite's own beside it end in .lock-journal.
LOCK = ".lock"
_HELD: set[Path] = set()


@contextmanager
def at_work(root: Path, quarter: pd.Period) -> Iterator[None]:
    """Hold a quarter's pack while it is changed; a ``ValueError`` where another process of the machine holds it."""
    with held(root, periods.quarter_path(quarter), wait=0.5) as ours:
        if not ours:
            raise ValueError(
                f"another command is at work on the pack of {periods.quarter_name(quarter)} and nothing was changed. "
                "Wait until it has finished, then give this command again."
            )
        yield


@contextmanager
def held(root: Path, name: str, *, wait: float = 0) -> Iterator[bool]:
    """Hold what bears a name in a project, and say whether it could be had within so many seconds.

    What this process holds already, it has.
    """
    path = open_ledger(root).path.with_name(f"{name}{LOCK}")
    if path in _HELD:
        yield True
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
                number = errno.ENOSPC if full else errno.EACCES
                raise OSError(number, os.strerror(number), str(path)) from error
            yield False
            return
        _HELD.add(path)
        try:
            yield True
        finally:
            _HELD.remove(path)
