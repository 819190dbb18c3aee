"""What a reader with five minutes is asked to read: how many words and printed sides a page of each type may have, and what its
first screen holds. The table is that of docs/decisions.md; what does not fit goes to an annex, or away.
"""

import re

import pytest
from browser.example_pages import QUARTERS, reports_of
from browser.page_checks import OpenPage
from projects import by_lot

from saferleeds_analysis import periods

pytestmark = pytest.mark.browser

AS_NEEDED = 99
# Words and sides of A4 at most, by the notebook of a page.
BUDGETS = {
    "index": (250, 1),
    "members_summary": (350, 1),
    "partnership_dashboard": (250, 1),
    "recorded_crime_card": (700, 2),
    "survey_and_service_card": (700, 2),
    "board_card": (700, 2),
    "survey_report": (400, 2),
    "service_counts": (400, 2),
    "cost_of_crime": (400, 2),
    "area_comparison": (400, 2),
    "did_it_work": (400, 2),
    "action_plan": (400, 2),
    "plan_on_a_page": (250, 1),
    "division": (300, 1),
    "ward": (200, 1),
    "indicator_annex": (1500, AS_NEEDED),
    "survey_annex": (1500, AS_NEEDED),
    "cost_annex": (1500, AS_NEEDED),
    "areas": (1500, AS_NEEDED),
    "methods": (700, AS_NEEDED),
}
# Its first result is of summer 2012, so there was nothing to draw.
NOTHING_KNOWN_YET = ("2012/13 Q1", "clean-neighbourhoods-leeds")
CARDS = ("recorded_crime_card", "survey_and_service_card", "board_card")
MOST_COMMENTARY = 250
# What must be seen without scrolling: on a desktop all, on a phone what the page says.
SCREENS = {
    (1280, 800): {"h1": 1, ".first-screen .rag": 1, ".tiles > div": 3, ".beside figure svg": 1},
    (390, 844): {"h1": 1, ".first-screen .rag": 1, ".tiles > div": 1},
}
# The words of controls, which the page's script makes, are not the page's.
COUNT_WORDS = """most => {
  const count = e => e.innerText.trim().split(/\\s+/).filter(word => word).length;
  const main = document.querySelector('main');
  const commentary = [...main.querySelectorAll('.commentary')].reduce((sum, e) => sum + count(e), 0);
  const show = how => main.querySelectorAll('.tools').forEach(e => { e.style.display = how });
  show('none');
  const words = count(main) - Math.max(0, commentary - most);
  show('');
  return words;
}"""
WHERE_IT_ENDS = "([what, n]) => [...document.querySelectorAll(what)].slice(0, n).map(e => e.getBoundingClientRect().bottom)"


def test_no_page_is_over_its_budget_and_every_first_screen_holds_what_it_says(browser, example_as_published):
    reports = example_as_published.project / "reports"
    faults = []
    for quarter in QUARTERS:
        pack = reports / periods.quarter_path(periods.quarter(quarter))
        reports_there = reports_of(quarter)
        wards = [report for report in reports_there if type_of(report) == "ward"]
        left_out = [report for report in wards if report not in by_lot(wards, 6)]
        pages = {pack / r.name / "report.html": type_of(r) for r in reports_there if r not in left_out}
        for path, kind in {pack / "index.html": "index", **pages}.items():
            with OpenPage(browser, path) as page:
                found = faults_of_length(page, kind)
                if (quarter, path.parent.name) != NOTHING_KNOWN_YET:
                    found += faults_of_first_screen(page, kind)
            faults += [f"{path.relative_to(reports).parent} ({kind}): {fault}" for fault in found]
    assert not faults, "\n".join(["", *faults])


def test_a_dashboard_lies_across(browser, example_as_published):
    page = example_as_published.project / "reports/2012-13_Q2/partnership-dashboard/report.html"
    with OpenPage(browser, page) as opened:
        [width, height] = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed(opened)).groups()
    assert float(width) > float(height)


def test_a_plan_keeps_to_one_side(browser, published_papers):
    found = sorted((published_papers / "reports").glob("2012-13_Q2/plan-on-a-page*/report.html"))
    assert len(found) == 6
    for path in found:
        with OpenPage(browser, path) as page:
            assert sides_of(page) == 1, path.parent.name


def type_of(report):
    """The notebook, but for the profiles, which are of two sizes."""
    return report.name.partition("-")[0] if report.notebook == "area_profile" else report.notebook


def faults_of_length(page, kind):
    words_allowed, sides_allowed = BUDGETS[kind]
    page.page.set_viewport_size({"width": 1280, "height": 800})
    words, sides = page.page.evaluate(COUNT_WORDS, MOST_COMMENTARY), sides_of(page)
    return [
        *([f"{words} words, {words_allowed} at most"] if words > words_allowed else []),
        *([f"{sides} printed sides, {sides_allowed} at most"] if sides > sides_allowed else []),
    ]


def faults_of_first_screen(page, kind):
    if not page.evaluate("() => Boolean(document.querySelector('.first-screen'))"):
        return ["there is no first screen"] if kind in CARDS else []
    faults = []
    for (width, height), wanted in SCREENS.items():
        page.page.set_viewport_size({"width": width, "height": height})
        for what, number in wanted.items():
            if kind not in CARDS and what != "h1":
                continue  # other pages have no letter, or fewer tiles
            ends = page.page.evaluate(WHERE_IT_ENDS, [what, number])
            if len(ends) < number:
                faults.append(f"{len(ends)} of {number} {what} on the first screen")
            elif max(ends) > height:
                faults.append(f"at {width} pixels {what} ends at {max(ends):.0f}, below {height}")
    return faults


def printed(page):
    return page.page.pdf(prefer_css_page_size=True)


def sides_of(page):
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed(page)))
