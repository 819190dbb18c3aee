"""Figures that say what somebody printed, each with the row of the table in which it stands."""

from typing import Any

from saferleeds_analysis.catalogue import PublishedFigure
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.periods import Window
from saferleeds_analysis.workings.counts import as_written

AS_PRINTED = "the number as its owner published it"


def as_printed(f: PublishedFigure, measure: Measure, window: Window, **about: Any) -> Figure:
    """Give a published figure as one of a page; ``about`` says the rest, and goes before what its row says."""
    given = {
        "indicator_id": f.indicator_id,
        "area": f.area,
        "value": float(f.value),
        "unit": f.unit,
        "method": "as published",
        "status": "published",
        "rows": f.rows(),
        "working": Working.of(as_written),
    }
    return Figure(measure=measure, window=window, **given | about)
