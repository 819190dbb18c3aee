"""The pages of the quarter before, and those of the restricted edition, read in a browser as people read them."""

import pytest
from browser.example_pages import QUARTERS, drawn
from projects import by_lot

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", by_lot(drawn(QUARTERS[0], of_each=1), 4))
def test_a_page_of_the_quarter_before_is_fit_to_be_published(check_page, example_as_published, page):
    check_page(example_as_published.project / "reports" / page)


def test_every_page_of_the_restricted_edition_is_fit_for_those_who_may_read_it(
    check_page, example_as_published
):
    folder = example_as_published.project / "reports" / "restricted"
    pages = sorted(path for path in folder.rglob("*.html") if path.name != "trace.html")
    assert {page.parent.name for page in pages} >= {
        "2012-13_Q2",
        "anti-social-behaviour-leeds-annex",
    }
    for page in pages:
        check_page(page)
