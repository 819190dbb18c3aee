"""Charts and tables as markup: named, captioned, with the data behind them, the same bytes each time."""

import re
from datetime import date

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, ROOT

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.reporting.blocks import behind
from saferleeds_analysis.reporting.charts import chart_of_months, chart_of_totals, drawing
from saferleeds_analysis.reporting.first_screen import sparkline
from saferleeds_analysis.reporting.tables import table

MONTHS = pd.period_range("2009-04", "2012-09", freq="M")


@pytest.fixture(scope="module")
def totals():
    return pd.Series(range(9000, 9000 - len(MONTHS) * 50, -50), index=MONTHS, dtype="Int64", name="Leeds")


def draw(totals, name="total"):
    targets = load_catalogue(REFERENCE).targets(
        "domestic_burglary", "Leeds", "2012/13", as_at=date(2012, 9, 30)
    )
    return chart_of_totals(
        totals,
        name=name,
        headline="Burglary fell",
        subtitle="Offences, Leeds",
        unit="offences",
        figures=[],
        targets=targets,
        year=periods.financial_year("2012/13"),
    )


def test_the_same_data_give_the_same_bytes(totals):
    assert draw(totals).html == draw(totals).html


def test_two_charts_on_a_page_share_no_id_and_refer_only_to_their_own(totals):
    page = draw(totals, "first").html + draw(totals, "second").html
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', page)) <= set(ids)


def test_a_chart_is_named_in_words_that_carry_its_numbers(totals):
    soup = BeautifulSoup(draw(totals).html, "html.parser")
    svg = soup.find("svg")
    assert svg["role"] == "img"
    assert svg["aria-label"] == (
        "Line chart. The twelve-month total was 9,000 offences in April 2009, highest in April 2009 with 9,000, "
        "and 6,950 in September 2012. The original target is 7,056. The stretch target is 5,999."
    )
    assert not svg.has_attr("width")
    assert soup.find("metadata") is None
    assert soup.find("figcaption").get_text(" ", strip=True) == "Burglary fell Offences, Leeds"
    rows = soup.find("details").find_all("tr")
    assert len(rows) == 1 + len(MONTHS)
    assert "5,999" in svg.text


def test_both_targets_are_drawn_and_the_superseded_one_is_dashed(totals):
    soup = BeautifulSoup(draw(totals).html, "html.parser")
    texts = soup.find("svg").text
    assert "Original target" in texts
    assert "Stretch target" in texts
    assert "stroke-dasharray" in str(soup.find("svg"))


def test_a_missing_month_is_a_gap_that_is_said():
    months = pd.Series([5, 7, pd.NA, 4], index=pd.period_range("2014-01", "2014-04", freq="M"), dtype="Int64")
    block = chart_of_months(months, name="m", headline="h", subtitle="s", unit="offences", figures=[])
    assert "No data for March 2014." in block.html
    assert '<td class="numeric">missing</td>' in block.html


def test_a_table_has_a_caption_scopes_and_a_region_for_the_keyboard():
    block = table(
        caption="Wards <1>",
        columns=["Ward", "Count", "Reading"],
        rows=[["A & B", "5", "fell"]],
        text_columns=[2],
    )
    soup = BeautifulSoup(block.html, "html.parser")
    assert soup.caption.text == "Wards <1>"
    assert [th["scope"] for th in soup.find_all("th")] == ["col", "col", "col", "row"]
    assert [td.get("class") for td in soup.find_all("td")] == [["numeric"], None]
    region = soup.find(attrs={"role": "region"})
    assert (region["tabindex"], region["aria-label"]) == ("0", "Wards <1>")


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="has 2 columns, and a row of 1 cells"):
        table(caption="c", columns=["Ward", "Count"], rows=[["Armley"]])


def test_folding_away_keeps_the_figures():
    inner = table(caption="c", columns=["Ward"], rows=[["Armley"]])
    assert behind("Show", inner).html.startswith("<details><summary>Show</summary>")


def test_cells_of_a_table_of_lists_carry_the_name_of_their_column_for_phones():
    cells = {"columns": ["Theme", "Targets & links"], "rows": [["Burglary", "Less"]]}
    lists = table(caption="Plan", css_class="lists one-side", **cells).html
    assert '<td class="numeric" data-label="Targets &amp; links">Less</td>' in lists
    assert "data-label" not in table(caption="Plan", **cells).html


def test_a_chart_over_time_says_so_to_the_style_of_phones(totals):
    assert '<div class="chart-scroll time" role="region" tabindex="0"' in draw(totals).html


def test_a_chart_over_time_has_a_drawing_for_phones_with_the_same_words_in_letters_that_can_be_read(totals):
    chart = draw(totals)
    wide, tall = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', chart.narrow).groups())
    letters = {float(size) for size in re.findall(r"font(?:-size)?: ?(?:\w+ )*([\d.]+)px", chart.narrow)}
    assert letters and min(letters) * 288 / wide >= 12, "12 pixels on a phone of 320, less its margins"
    assert tall <= wide
    shown = [" ".join(re.findall(r"<text[^>]*>([^<]+)</text>", svg)) for svg in (chart.svg, chart.narrow)]
    assert all("6,950" in text and "Stretch target" in text.replace("\n", " ") for text in shown)
    assert f'aria-label="{chart.alt}"' in chart.narrow_drawing and chart.narrow in chart.html.replace(
        f'role="img" aria-label="{chart.alt}" ', ""
    )
    ids = re.findall(r' id="([^"]+)"', chart.html)
    assert len(ids) == len(set(ids))


def test_a_chart_names_its_colours_and_the_pages_style_has_each_of_them_for_the_dark():
    about = {"name": "months", "headline": "H", "subtitle": "S", "unit": "offences", "figures": []}
    months = pd.Series([3.0, 5.0], index=pd.period_range("2012-01", periods=2, freq="M"))
    names = {f"--chart-{name}" for name in drawing._IN_THE_DARK.values()}
    drawings = (chart_of_months(months, **about).svg, sparkline([3, 5], name="course", what="a count").svg)
    for svg in drawings:
        assert "var(--chart-dark-blue, #12436d)" in svg
        assert set(re.findall(r"var\((--[a-z-]+),", svg)) <= names
    style = (ROOT / "saferleeds_analysis/publishing/templates/style.css").read_text("utf-8")
    assert [name for name in sorted(names) if f"{name}: #" not in style] == []


def test_a_sparkline_begins_at_zero_and_says_its_ends():
    drawn = sparkline([10, float("nan"), 5], name="course", what="the count")
    assert drawn.alt == "Small line chart of the count, from 10 to 5."
    assert 'points="0.0,0.0 100.0,10.0"' in drawn.svg
    assert sparkline([0, 0], name="none", what="the count").alt.endswith("from 0 to 0.")
