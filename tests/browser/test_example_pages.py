"""The pages of the bundled example, read in a browser as people read them."""

import pytest
from projects import ROOT, run

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.run_list import read_run_list

pytestmark = pytest.mark.browser

QUARTER = "2012/13 Q2"
# One page for each report of the quarter, as the run list names them, the index of the pack, and its data-quality page.
PAGES = [
    "index.html",
    "data-quality.html",
    "changes/report.html",
    *(
        f"{report.name}/report.html"
        for report in read_run_list(ROOT / "notebooks")
        if report.is_made_in(periods.quarter(QUARTER))
    ),
]


# The pages of traces are made by one function from one kind of block; these two have everything that such a page may have.
TRACES = ["domestic-burglary-leeds/trace.html", "anti-social-behaviour-leeds/trace.html"]


@pytest.mark.parametrize("page", [*PAGES, *TRACES])
def test_a_page_of_the_example_is_fit_to_be_published(check_page, example, page):
    check_page(example.project / "reports" / "2012-13_Q2" / page)


def test_the_page_of_a_funding_scenario_is_fit_to_be_published(check_page, example):
    finished = run(example.project, "report", "2015/16 Q3")
    assert finished.returncode == 0, finished.stderr
    name = "community-support-officers-funding"
    pack = example.project / "reports" / "2015-16_Q3"
    assert [p.parent.name for p in pack.glob("*/report.html")] == [name]
    check_page(pack / name / "report.html")


def test_every_page_of_the_example_is_checked(example):
    pack = example.project / "reports" / "2012-13_Q2"
    assert sorted(
        p.relative_to(pack).as_posix() for p in pack.rglob("*.html") if p.name != "trace.html"
    ) == sorted(PAGES)
