"""What the script of a page makes of its tables and charts, by mouse and by keyboard, in a browser: known answers."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from browser.page_checks import OpenPage, check_nothing_is_requested
from named_figures import named_figure

from saferleeds_analysis.publishing.pages import TEMPLATES, Provenance, page_of_block
from saferleeds_analysis.reporting.blocks import heading, join, letter, paragraph
from saferleeds_analysis.reporting.charts import chart_of_boundaries, chart_of_months, chart_of_tiles
from saferleeds_analysis.reporting.tables import table

pytestmark = pytest.mark.browser

PROVENANCE = Provenance(as_at=date(2012, 9, 30), code_version="0", organisation="Safer Leeds")
# Cells as pages print them, and the order in which a reader expects their rows, upwards and downwards.
ORDERS = {
    "numbers": (["1,234", "56", "[c]", "−3", "–", "1,000", "+12", "56"], "36175024", "05176324"),
    "shares": (["12.5%", "9%", "not known", "−0.3%", "100%"], "31042", "40132"),
    "pounds": (["£1.2m", "£900,000", "none", "−£5", "£3,874.41", "£1bn"], "341052", "501432"),
    "changes": (
        ["no clear change", "down 35.6%", "up 3%", "down 4.4 points", "not tested"],
        "13024",
        "20314",
    ),
    "ranges": (["357 to 568", "[c]", "95 to 120", "about 5,273 in 2012/13"], "2031", "3021"),
    "periods": (
        ["September 2012", "12 months to March 2012", "1 January 2013", "no day given"],
        "1023",
        "2013",
    ),
    "quarters": (["2012/13 Q1", "2011/12 Q4", "2011/12, to date", "2010/11 Q2"], "3120", "0123"),
    "words": (["Ward 10", "Ward 9", "armley", "none", "[c]"], "21034", "01234"),
    "letters": ([letter("R", "Red"), letter("G"), letter("N"), letter("A")], "1302", "2031"),
}
WARDS = [f"Ward {n}" for n in range(1, 13)]
COUNTS = [7, 31, 12, 5, 40, 22, 9, 18, 3, 27, 15, 11]
CHANGES = ["−13.9% (fell)", "+31.4% (rose)", *["+0.8% (no clear change)"] * 9, "not given"]
MONTHS = pd.Series(range(100, 124), index=pd.period_range("2010-10", periods=24, freq="M"), dtype=float)


def wards_on_a_map(draw, name, **places):
    figures = [
        named_figure(measure="count", indicator_id="burglary", area=ward, period="2012/13", value=count)
        for ward, count in zip(WARDS, COUNTS, strict=True)
    ]
    changes = {"Change on the 12 months before": dict(zip(WARDS, CHANGES, strict=True))}
    return draw(figures, name=name, headline=name, subtitle=name, columns=changes, **places)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    squares = {ward: (n // 4, n % 4) for n, ward in enumerate(WARDS)}
    rings = {w: [[[(c, r), (c + 1, r), (c + 1, r + 1), (c, r)]]] for w, (r, c) in squares.items()}
    rows = [["Armley", "−3", "=1+1, or"], ["Horsforth", "−1.5%", "a"], ["Otley", "1,234", "b"], *["xyz"] * 6]
    shown = join(
        heading(1, "Wards of Leeds, 2012/13 Q2"),
        paragraph("Two tables."),
        table(caption="=Wards & notes", columns=["Ward", "Count", "Note"], rows=rows, text_columns=(2,)),
        table(caption="Three", columns=["Ward", "Count"], rows=[["a", "1"], ["b", "2"], ["c", "3"]]),
        *(
            replace(
                table(
                    caption=name,
                    columns=["Row", "Cell"],
                    rows=[[str(n), cell] for n, cell in enumerate(cells)],
                ),
                kind="lists" if name == "letters" else "",
            )
            for name, (cells, *_) in ORDERS.items()
        ),
        chart_of_months(MONTHS, name="months", headline="Months", subtitle="s", unit="offences", figures=()),
        wards_on_a_map(chart_of_tiles, "squares", tiles=squares),
        wards_on_a_map(chart_of_boundaries, "boundaries", boundaries=rings),
    )
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page_of_block(shown, name="wards", provenance=PROVENANCE).html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(browser, written):
    """Give the page to all tests, each of which uses another part of it; at the end nothing was asked for or went wrong."""
    with OpenPage(browser, written) as page:
        page.open_details()
        yield page
        assert check_nothing_is_requested(page) == []


def region(opened, caption):
    return opened.page.locator(f'.table-scroll[aria-label="{caption}"]')


def tools(opened, caption):
    return opened.page.locator(".tools:not(.readout)", has_text=f"({caption})")


def first_cells(opened, caption):
    return region(opened, caption).locator("tbody th:visible").all_inner_texts()


def test_the_script_is_small():
    assert (TEMPLATES / "page.js").stat().st_size < 15_000


@pytest.mark.parametrize("name", ORDERS)
def test_a_table_is_sorted_as_a_reader_expects_and_goes_back(opened, name):
    cells, upwards, downwards = ORDERS[name]
    head = region(opened, name).locator("thead th").nth(1)
    head.locator("button").focus()
    found = []
    for key in ("Enter", "Space", "Enter"):
        opened.page.keyboard.press(key)
        order = "".join(first_cells(opened, name))
        found.append(
            (head.get_attribute("aria-sort"), order, tools(opened, name).get_by_role("status").inner_text())
        )
    printed = "".join(map(str, range(len(cells))))
    ways = ["ascending", "descending", None]
    assert [way for way, *_ in found] == ways
    assert [order for _, order, _ in found] == [upwards, downwards, printed]
    first = cells[int(upwards[0])]
    assert found[0][2] == f"Sorted by Cell, from {first if isinstance(first, str) else first.text}."
    assert found[2][2] == "In the order of the page."


def test_rows_are_filtered_on_the_screen_and_printed_all_the_same(opened):
    name = "Data of the map: squares"
    box = tools(opened, name).get_by_role("searchbox")
    box.fill("ward FELL")
    assert first_cells(opened, name) == ["Ward 1"]
    assert tools(opened, name).get_by_role("status").inner_text() == "1 of 12 rows shown."
    opened.page.emulate_media(media="print")
    assert len(first_cells(opened, name)) == 12
    opened.page.emulate_media(media="screen")
    box.fill("")
    assert len(first_cells(opened, name)) == 12


def test_small_tables_have_no_tools_and_those_seen_at_once_no_filter(opened):
    assert tools(opened, "Three").count() == 0
    assert region(opened, "Three").locator("button").count() == 0
    for name in ("Copy (numbers)", "Download CSV (numbers)"):
        assert tools(opened, "numbers").get_by_role("button", name=name, exact=True).count() == 1
    assert tools(opened, "numbers").get_by_role("searchbox").count() == 0
    assert tools(opened, "=Wards & notes").get_by_role("searchbox").count() == 1


def test_a_table_is_copied_and_downloaded_as_it_is_seen_and_nothing_in_it_is_a_formula(opened):
    name, about = "=Wards & notes", "Wards of Leeds, 2012/13 Q2. OFFICIAL"
    controls = tools(opened, name)
    controls.get_by_role("searchbox").fill("or")
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    controls.get_by_role("button", name="Copy").click()
    controls.get_by_text("2 rows copied.").wait_for()
    # "Armley" is found by its note.
    lines = [
        [f"'{name}"],
        ["Ward", "Count", "Note"],
        ["Armley", "-3", "'=1+1, or"],
        ["Horsforth", "-1.5%", "a"],
    ]
    assert opened.evaluate("() => navigator.clipboard.readText()") == "\n".join(
        "\t".join(line) for line in [*lines, [about]]
    )
    with opened.page.expect_download() as waiting:
        controls.get_by_role("button", name="Download CSV").press("Enter")
    assert waiting.value.suggested_filename == "wards-notes.csv"
    said = waiting.value.path().read_bytes().decode("utf-8-sig")
    assert (
        said == f'\'{name}\r\nWard,Count,Note\r\nArmley,-3,"\'=1+1, or"\r\nHorsforth,-1.5%,a\r\n"{about}"\r\n'
    )
    controls.get_by_role("searchbox").fill("")


def test_heads_that_a_phone_does_not_show_take_no_focus(opened):
    head = region(opened, "letters").locator("thead button").first
    opened.page.set_viewport_size({"width": 320, "height": 800})
    assert head.is_disabled()
    opened.page.set_viewport_size({"width": 1280, "height": 900})
    assert head.is_enabled()


def test_the_values_of_a_chart_are_read_month_by_month_by_keyboard_and_by_pointing(opened):
    figure = opened.page.locator("#months")
    slider, said = figure.get_by_role("slider"), figure.locator(".readout > span")
    assert said.inner_text() == "Move the slider, or point at the chart."
    slider.focus()
    opened.page.keyboard.press("Home")
    assert (slider.get_attribute("aria-valuetext"), said.inner_text()) == ("October 2010: Offences 100",) * 2
    opened.page.keyboard.press("ArrowRight")
    assert said.inner_text() == "November 2010: Offences 101"
    # Where the line itself has its points.
    points = opened.evaluate(
        "() => { const svg = document.querySelector('#months svg'), box = svg.getBoundingClientRect(); "
        "const d = [...svg.querySelectorAll('path')].map(p => p.getAttribute('d')).find(d => d && d.split('L').length === 24); "
        "return d.match(/[\\d.]+ [\\d.]+/g).map(at => at.split(' ').map(v => v * box.width / svg.viewBox.baseVal.width)) }"
    )
    drawing = figure.locator(".chart-scroll svg")
    for i, month in ((0, "October 2010"), (7, "May 2011"), (23, "September 2012")):
        drawing.hover(position={"x": points[i][0] + 1, "y": points[i][1]})
        assert said.inner_text() == f"{month}: Offences {100 + i}"
        assert slider.get_attribute("aria-valuetext") == said.inner_text()
        guide = opened.evaluate(
            "() => { const line = document.querySelector('#months line.made').getBoundingClientRect(); "
            "return line.x - document.querySelector('#months svg').getBoundingClientRect().x }"
        )
        assert guide == pytest.approx(points[i][0], abs=1.5)


def test_a_chart_of_which_no_periods_are_known_has_no_slider(opened):
    assert opened.page.locator("figure.chart").count() == 3
    assert opened.page.get_by_role("slider").count() == 1


@pytest.mark.parametrize("name", ["squares", "boundaries"])
def test_a_map_shows_where_counts_changed_and_is_printed_as_it_was(opened, name):
    figure = opened.page.locator(f"#{name}")
    drawing = figure.locator(".chart-scroll svg:visible")
    counts = drawing.get_attribute("aria-label")
    figure.get_by_role("radio", name="Value").focus()
    opened.page.keyboard.press("ArrowDown")
    assert drawing.get_attribute("aria-label") == (
        "Map of 12 areas. Change on the 12 months before: fell: Ward 1; rose: Ward 2; no clear change: Ward 5, Ward 10, Ward 6, "
        "Ward 8, Ward 11, Ward 3, Ward 7, Ward 4, Ward 9; not given: Ward 12."
    )
    said = " ".join(" ".join(drawing.locator("text").all_text_contents()).split())
    for words in ("−13.9% F", "+31.4% R", "+0.8% N", "F fell: 1", "R rose: 1", "N no clear change: 9"):
        assert words in said
    assert " 40 " not in said
    # The areas, and the squares of the key.
    painted = drawing.locator("path").evaluate_all("paths => paths.map(path => path.style.fill)")
    colours = ("rgb(107, 172, 229)", "rgb(244, 106, 37)", "rgb(217, 217, 217)")
    assert [painted.count(colour) for colour in colours] == [2, 2, 10]
    opened.page.emulate_media(media="print")
    assert drawing.get_attribute("aria-label") == counts
    opened.page.emulate_media(media="screen")
    figure.get_by_role("radio", name="Value").check()
    assert drawing.get_attribute("aria-label") == counts


def test_nothing_that_the_script_makes_is_printed(opened):
    made = opened.page.locator(".tools:visible, .made:visible")
    assert made.count() > 10
    opened.page.emulate_media(media="print")
    assert made.count() == 0
    opened.page.emulate_media(media="screen")
