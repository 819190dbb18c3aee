"""Partnerships of real places: boroughs of London from the police's own tables, and two cities from the street files of two forces."""

import re
import shutil

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from projects import one_long_way, run, words
from real_inputs import (
    BOROUGH_EXTRACT,
    TWO_CITIES,
    TWO_CITIES_MANIFEST,
    city_lookup,
    force_counts,
    london_crime,
    write_borough_extract,
    write_street_files,
)
from test_own_partnership import assert_of_nobody_else, made_in, sign_off

pytestmark = pytest.mark.shared

WHOLE = "London, 22 boroughs"
# The table begins in 2010; from here on the test is shorter, and enough years are there without the pandemic.
FIRST = "2016-04"


def saferleeds(folder, *given):
    done = run(folder, *given)
    assert done.returncode == 0, f"{given}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def make_project(folder, areas, **given):
    """Make a project by its command from a table of its areas, and give its folder."""
    areas.to_csv(folder / "areas.csv", index=False)
    options = {"contact": "Analysts", "areas": "areas.csv", **given}
    saferleeds(folder, "init", "project", *(w for name, text in options.items() for w in (f"--{name}", text)))
    return folder / "project"


def page_of(project, quarter, name):
    path = project / "reports" / quarter / name / "report.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def months_on(page):
    """Give what a card's table of months shows, by the name of the month."""
    table = next(t for t in page.find_all("table") if t.caption.text.startswith("Months"))
    return {words(row.th): words(row.td) for row in table.tbody.find_all("tr")}


@pytest.fixture(scope="module")
def published(shared):
    return london_crime(shared)


# The ONS's Inner London, so far as the copy at hand holds its boroughs; the others are Outer London.
INNER = {
    "Camden",
    "Hackney",
    "Hammersmith and Fulham",
    "Islington",
    "Kensington and Chelsea",
    "Lambeth",
    "Newham",
    "Tower Hamlets",
    "Westminster",
}


def of_london(tmp_path, published):
    """Make a project of the boroughs that the police's file has; its list keeps one report of each notebook."""
    boroughs = sorted(name for name in published["borough"].unique() if "Airports" not in name)
    rows = [(part, "division", "") for part in ("Inner London", "Outer London")]
    rows += [(name, "borough", f"{'Inner' if name in INNER else 'Outer'} London") for name in boroughs]
    given = {"name": "Safer Boroughs", "area": WHOLE, "police": "Metropolitan Police"}
    areas = pd.DataFrame(rows, columns=["name", "kind", "parent"])
    project = make_project(tmp_path, areas, **given, offence="Domestic Burglary")
    run_list = project / "notebooks/run_list.toml"
    text = run_list.read_text(encoding="utf-8")
    one = text.replace('each = "borough"\n', 'each = "borough"\nwhere = { name = "Barnet" }\n')
    # A profile of a borough is enough of that notebook.
    one = re.sub(r'\[\[report\]\]\neach = "division"\n.*?\n\n', "", one, flags=re.DOTALL)
    assert 'where = { name = "Barnet" }' in one and "division" not in one.split("[groups]")[1]
    run_list.write_text(one, encoding="utf-8")
    return project


def put_boroughs(project, published, name, first, last, *, received):
    folder = project / "data/raw/recorded_crime"
    write_borough_extract(folder / name, published, first, last)
    (folder / "source.toml").write_text(BOROUGH_EXTRACT.format(received=received), encoding="utf-8")


@one_long_way("London")
def test_london_from_the_polices_own_tables_reports_checks_signs_and_exports(tmp_path, published):
    project = of_london(tmp_path, published)
    burglary = published[published["minor"] == "Domestic Burglary"].set_index("month").sort_index()
    by_borough = {name: rows["count"] for name, rows in burglary.groupby("borough")}
    in_all = burglary[~burglary["borough"].str.contains("Airports")].groupby("month")["count"].sum()

    def year_to(series, last):
        months = pd.period_range(end=last, periods=12, freq="M").astype(str)
        return int(series.reindex(months, fill_value=0).sum())

    put_boroughs(project, published, "to 2023-09.csv", FIRST, "2023-09", received="2023-10-20")
    card = ("--indicator", "domestic_burglary", "--area", "Tower Hamlets")
    saferleeds(project, "report", "2023/24 Q2", *card)
    text = words(page_of(project, "2023-24_Q2", "domestic-burglary-tower-hamlets").main)
    text += words(page_of(project, "2023-24_Q2", "domestic-burglary-tower-hamlets-annex").main)
    later, earlier = (year_to(by_borough["Tower Hamlets"], last) for last in ("2023-09", "2022-09"))
    assert f"{later:,} offences were recorded in Tower Hamlets" in text
    assert f"on the 12 months before ({earlier:,})" in text

    put_boroughs(project, published, "from 2023-10.csv", "2023-10", "2024-01", received="2024-02-29")
    saferleeds(project, "report", "2023/24 Q3")
    names = {
        f"domestic-burglary-london-22-boroughs{end}"
        for end in ("", "-annex", "-areas", "-cost", "-cost-annex")
    }
    assert made_in(project, "2023/24 Q3") == names | {
        "members-summary",
        "borough-barnet",
        "action-plan",
        "partnership-dashboard",
        "methods",
    }
    card, annex, areas = (
        page_of(project, "2023-24_Q3", f"domestic-burglary-london-22-boroughs{end}")
        for end in ("", "-annex", "-areas")
    )
    text = " ".join(words(page.main) for page in (card, annex, areas))
    later, earlier = (year_to(in_all, last) for last in ("2023-12", "2022-12"))
    assert f"{later:,} offences were recorded in {WHOLE}" in text
    assert f"on the 12 months before ({earlier:,})" in text
    assert (
        "From April 2023 residential burglary is split" in text
    )  # the nation's caveat, whatever the capitals
    airports = by_borough["London Heathrow and London City Airports"][FIRST:"2023-12"].sum()
    assert (
        f"{airports} record is not counted: recorded for 'London Heathrow and London City Airports'" in text
    )
    assert f"than in the rest of {WHOLE} in" in text
    assert "the city" not in text.lower().replace("london city airports", "")
    assert "london_22_boroughs" not in text
    cells = {words(r.th): [words(c) for c in r.find_all("td")] for r in areas.select("table tbody tr")}
    for borough in ("Barnet", "Westminster", "Richmond upon Thames"):
        assert cells[borough][1] == f"{year_to(by_borough[borough], '2023-12'):,}"
    assert len(cells.keys() & by_borough.keys()) == 22

    saferleeds(project, "check", "2023/24 Q3")
    saferleeds(project, "export", "2023/24 Q3")
    sign_off(saferleeds, project, "2023/24 Q3")
    saferleeds(project, "verify", "2023/24 Q3")
    assert_of_nobody_else(project / "reports")
    assert_of_nobody_else(project / "data/processed")
    pack = project / "reports/2023-24_Q3"
    assert {path.suffix for path in pack.rglob("*")} >= {".html", ".csv", ".xlsx", ".docx", ".pdf"}


def of_two_cities(tmp_path, shared):
    """Make a project of two cities, each with its wards, that counts what police.uk publishes of both their forces."""
    lookup = city_lookup(shared)
    given = {"name": "Two Cities", "area": "Sheffield and Nottingham", "police": "data.police.uk"}
    project = make_project(tmp_path, lookup, **given, offence="Burglary")
    raw = project / "data/raw"
    shutil.rmtree(raw / "recorded_crime")
    indicators = raw / "reference/indicators.toml"
    table = indicators.read_text(encoding="utf-8")
    indicators.write_text(table.replace('"recorded_crime"', '"police_uk"'), encoding="utf-8")
    (raw / "lookups").mkdir()
    lookup.to_csv(raw / "lookups/lsoa11_ward18.csv", index=False)
    write_street_files(raw / "police_uk", shared, "2014-06", "2014-09")
    (raw / "police_uk/source.toml").write_text(TWO_CITIES_MANIFEST, encoding="utf-8")
    return project


def test_street_files_of_two_forces_are_counted_in_the_authorities_of_both(tmp_path, shared):
    project = of_two_cities(tmp_path, shared)
    card = ("--indicator", "burglary", "--area")
    saferleeds(project, "report", "2014/15 Q2", *card, "Sheffield and Nottingham")
    # The records themselves, summed by other code; and what police.uk published, of which they are as many.
    paths = sorted((project / "data/raw/police_uk").rglob("*-street.csv"))
    assert len(paths) == 8
    records = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths])
    placed = records.merge(city_lookup(shared), left_on="LSOA code", right_on="LSOA11CD")
    key = ["Month", "WD18NM", "Crime type"]
    found = pd.read_parquet(project / "data/processed/police_uk.parquet")
    found = found.set_index(["month", "area", "offence"])["count"]
    assert found[found > 0].sort_index().to_dict() == placed.groupby(key).size().to_dict()
    counts = force_counts(shared)
    burglary = counts[(counts["crime_type"] == "Burglary") & counts["la_name"].isin(TWO_CITIES)]
    by_month = burglary.groupby("month")["records"].sum()
    page = page_of(project, "2014-15_Q2", "burglary-sheffield-and-nottingham-annex")
    shown = months_on(page)
    for month, name in (("2014-07", "July 2014"), ("2014-08", "August 2014"), ("2014-09", "September 2014")):
        assert shown[name] == f"{by_month[month]:,}"
    text = words(page.main)
    nowhere = counts[(counts["crime_type"] == "Burglary") & (counts["la_name"] == "")]
    unplaced = nowhere.set_index("month")["records"]["2014-06":"2014-09"].sum()
    assert f"{unplaced:,} records are not counted: no LSOA code" in text
    assert "Open crime data give approximate places" in text
    assert_of_nobody_else(project / "reports")
