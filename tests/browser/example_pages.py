"""Which pages the bundled example has: one for each report of a quarter, as the run list names them, and what packs add.

Each type of page, that is each notebook, is read in the browser on every change.
Which of several, and the few of the quarter before, are drawn by lot, others at each commit: they are made by the same code
from other numbers. With EVERY_WAY=1 all are read.
"""

from collections import defaultdict

from projects import ROOT, by_lot

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.run_list import read_run_list

QUARTERS = ("2012/13 Q1", "2012/13 Q2")


def reports_of(quarter, project=ROOT):
    """The reports of a quarter, as the run list names them."""
    review = periods.quarter(quarter)
    return [report for report in read_run_list(project / "notebooks") if report.is_made_in(review)]


def pages_of(quarter, reports):
    """One page for each report of the quarter, and what the pack adds."""
    named = [report.name for report in reports]
    pages = [
        "index.html",
        "data-quality.html",
        "changes/report.html",
        *(f"{name}/report.html" for name in named),
    ]
    return [f"{periods.quarter_path(periods.quarter(quarter))}/{page}" for page in pages]


def reports_by_lot(quarter, *, of_each, project=ROOT):
    """Of each type of page so many reports as are drawn by lot for this commit."""
    by_type = defaultdict(list)
    for report in reports_of(quarter, project):
        by_type[report.notebook].append(report)
    return [report for reports in by_type.values() for report in by_lot(reports, of_each)]


def drawn(quarter, *, of_each, project=ROOT):
    """The pages that the pack adds, and of each type so many as are drawn by lot for this commit."""
    return pages_of(quarter, reports_by_lot(quarter, of_each=of_each, project=project))


PAGES = ["index.html", *(page for quarter in QUARTERS for page in pages_of(quarter, reports_of(quarter)))]
