"""The pages of the published documents, read in a browser as people read them, and what is left out of them."""

import pytest
from browser import page_checks
from browser.example_pages import drawn
from projects import PAPERS, by_lot

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", ["index.html", *by_lot(drawn("2012/13 Q2", of_each=1, project=PAPERS), 5)])
def test_a_page_of_the_papers_is_fit_to_be_published(check_page, published_papers, page):
    check_page(published_papers / "reports" / page)


def test_every_page_of_the_papers_is_valid_html(published_papers):
    assert page_checks.faults_of_html(sorted((published_papers / "reports").rglob("*.html"))) == []


def test_what_is_withheld_stands_in_the_restricted_edition_only(check_page, published_papers):
    restricted = published_papers / "reports" / "restricted" / "2012-13_Q2"
    made = {place.name for place in restricted.iterdir() if place.is_dir()}
    assert made == {"changes", "performance-measures", "published-figures", "scrutiny-report"}
    check_page(restricted / "published-figures" / "report.html")
