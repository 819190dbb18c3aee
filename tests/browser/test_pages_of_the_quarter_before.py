"""The pages of the example's quarter before, read in a browser as people read them."""

import pytest
from browser.example_pages import QUARTERS, pages_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", pages_of(QUARTERS[0]))
def test_a_page_of_the_quarter_before_is_fit_to_be_published(check_page, example_as_published, page):
    check_page(example_as_published.project / "reports" / page)
