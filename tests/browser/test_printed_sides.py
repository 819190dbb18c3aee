"""What is handed out on paper keeps to its sides of A4: the summary for members and a plan to one, an area's profile to one."""

import re

import pytest
from browser.page_checks import OpenPage

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("pages", "how_many", "sides"),
    [
        ("2012-13_Q?/members-summary-leeds/report.html", 2, 1),
        ("2012-13_Q?/ward-*/report.html", 66, 1),
        ("2012-13_Q?/division-*/report.html", 6, 1),
        ("2012-13_Q?/*-cost/report.html", 2, 2),
        ("2012-13_Q?/burglary-core-cities/report.html", 1, 2),
    ],
)
def test_it_keeps_to_its_sides(browser, example_as_published, pages, how_many, sides):
    found = sorted((example_as_published.project / "reports").glob(pages))
    assert len(found) == how_many
    printed = {f"{page.parent.parent.name}/{page.parent.name}": sides_of(browser, page) for page in found}
    assert {name: number for name, number in printed.items() if number != sides} == {}


def test_a_plan_keeps_to_one_side(browser, published_papers):
    found = sorted((published_papers / "reports").glob("2012-13_Q2/plan-on-a-page*/report.html"))
    assert [sides_of(browser, page) for page in found] == 6 * [1]


def sides_of(browser, page):
    with OpenPage(browser, page) as opened:
        pdf = opened.page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
