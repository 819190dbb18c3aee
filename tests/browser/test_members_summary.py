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
