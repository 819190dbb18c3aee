"""Which pages the bundled example has: one for each report of a quarter, as the run list names them, and what packs add."""

from projects import ROOT

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.run_list import read_run_list

QUARTERS = ("2012/13 Q1", "2012/13 Q2")


def pages_of(quarter):
    """One page for each report of the quarter, as the run list names them, and what the pack adds."""
    review = periods.quarter(quarter)
    named = [r.name for r in read_run_list(ROOT / "notebooks") if r.is_made_in(review)]
    pages = [
        "index.html",
        "data-quality.html",
        "changes/report.html",
        *(f"{name}/report.html" for name in named),
    ]
    return [f"{periods.quarter_path(review)}/{page}" for page in pages]


PAGES = ["index.html", *(page for quarter in QUARTERS for page in pages_of(quarter))]
