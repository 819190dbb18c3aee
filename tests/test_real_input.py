"""Real, published data all the way: raw files, the same command and notebook, the page."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup
from projects import ROOT, run, with_tables, words
from real_inputs import write_london_project, write_police_uk_project

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def project(tmp_path_factory, shared):
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    write_police_uk_project(with_tables(root), shared)
    return root


@pytest.fixture(scope="module")
def london(tmp_path_factory, shared):
    root = tmp_path_factory.mktemp("london")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    write_london_project(root, shared)
    return root


def page_of(project, quarter, folder):
    path = project / "reports" / quarter / folder / "report.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def leeds_2014(project):
    given = ["report", "2014/15 Q2", "--indicator", "burglary_police_uk", "--area", "Leeds"]
    finished = run(project, *given)
    assert finished.returncode == 0, finished.stderr
    return page_of(project, "2014-15_Q2", "burglary-police-uk-leeds-annex")


def test_missing_months_are_said_and_no_twelve_month_figure_is_given(leeds_2014):
    text = words(leeds_2014.main)
    assert (
        "No 12-month figure is given: there is no data for October 2012 to December 2013, March 2014 to May 2014 and July 2014."
        in text
    )
    assert (
        "There is no data for March 2014 to May 2014 and July 2014. Nothing was put in their place." in text
    )


# Burglary in Leeds, counted from the police.uk records themselves (leeds_ward_month_type_2014.csv sums them by ward).
def test_the_months_are_those_of_the_records(leeds_2014, shared):
    import pandas as pd

    records = pd.read_csv(shared / "data" / "leeds_ward_month_type_2014.csv")
    expected = records[records["crime_type"] == "Burglary"].groupby("month")["count"].sum()
    table = next(t for t in leeds_2014.find_all("table") if t.caption.text.startswith("Months"))
    shown = {words(r.th): words(r.td) for r in table.tbody.find_all("tr")}
    assert shown["September 2014"] == f"{expected['2014-09']:,}"
    assert shown["January 2014"] == f"{expected['2014-01']:,}"
    assert shown["July 2014"] == "missing"
    assert "October 2014" not in shown


def test_no_crime_id_point_street_or_small_area_reaches_what_is_published_or_logged(
    project, leeds_2014, shared
):
    import pandas as pd

    records = pd.read_csv(
        shared / "data" / "leeds_street_crime_2014.csv.gz", dtype=str, keep_default_na=False
    )
    personal = {
        value
        for column in ("crime_id", "longitude", "latitude", "location", "lsoa_code", "lsoa_name")
        for value in records[column]
        if len(value) > 7
    }
    assert len(personal) > 50_000
    files = [path for path in (project / "reports").rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"report.html", "report.ipynb", "figures.csv", "run.json", "last_run.log"} <= names
    for path in files:
        text = path.read_text(encoding="utf-8")
        # Every piece of text between spaces, quotes, tags and commas, and the streets by name.
        pieces = set(re.split(r"[\s\"'<>,;()|=\\\\]+", text))
        assert not pieces & personal, path.name
        assert "On or near" not in text, path.name


def test_london_boroughs_to_2023_24_q2(london, shared):
    import pandas as pd

    finished = run(
        london,
        "report",
        "2023/24 Q2",
        "--indicator",
        "london_domestic_burglary",
        "--area",
        "London (22 boroughs)",
    )
    assert finished.returncode == 0, finished.stderr
    page = page_of(london, "2023-24_Q2", "london-domestic-burglary-london-22-boroughs-annex")
    rows = pd.read_csv(shared / "data" / "london_borough_monthly_2010-04_2024-01.csv.gz")
    rows = rows[(rows["minor"] == "Domestic Burglary") & ~rows["borough"].str.contains("Airport")]
    by_month = rows.groupby("month")["count"].sum()
    later = by_month["2022-10":"2023-09"].sum()
    earlier = by_month["2021-10":"2022-09"].sum()
    text = words(page.main)
    assert (
        f"In the 12 months to September 2023, {later:,} offences were recorded in London (22 boroughs)"
        in text
    )
    assert f"on the 12 months before ({earlier:,})" in text
    assert "No target is recorded for 2023/24." in text
    assert "Pandemic restrictions" in text
    page = page_of(london, "2023-24_Q2", "london-domestic-burglary-london-22-boroughs-areas")
    barnet = rows[rows["borough"] == "Barnet"].set_index("month")["count"]["2022-10":"2023-09"].sum()
    cells = {words(r.th): [words(c) for c in r.find_all("td")] for r in page.select("table tbody tr")}
    assert cells["Barnet"][1] == f"{barnet:,}"
    assert len([a for a in cells if a in set(rows["borough"])]) == 22
