"""The summary for members fits one printed side of A4, in each quarter."""

import re

import pytest
from browser.page_checks import OpenPage

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("quarter", ["2012-13_Q2", "2012-13_Q1"])
def test_it_is_one_side_of_a4(browser, example, quarter_before, quarter):
    page = example.project / "reports" / quarter / "members-summary-leeds" / "report.html"
    with OpenPage(browser, page) as opened:
        pdf = opened.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1


@pytest.mark.parametrize(
    "page", ["index.html", "members-summary-leeds/report.html", "domestic-burglary-leeds/report.html"]
)
def test_the_pages_of_the_quarter_before_are_fit_to_be_published(check_page, quarter_before, page):
    check_page(quarter_before / page)
