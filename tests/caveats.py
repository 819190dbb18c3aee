"""Caveats for tests of methods."""

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Caveat


def caveat(kind, start, end=None):
    """Give a caveat of a kind on some months, on everything that is counted."""
    return Caveat(
        applies_to="all",
        start=periods.month(start),
        end=periods.month(end) if end else None,
        kind=kind,
        text="",
        basis="",
    )
