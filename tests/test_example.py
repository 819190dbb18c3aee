"""The bundled example, Safer Leeds 2012/13 Q2: from raw data to the published pages by the command that people use."""

import csv
import hashlib
import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from projects import ROOT, copy_project, run, words


@pytest.fixture(scope="module")
def project(example):
    return example.project


@pytest.fixture(scope="module")
def done(example):
    return example.finished


@pytest.fixture(scope="module")
def folder(project):
    return project / "reports" / "2012-13_Q2" / "domestic-burglary-leeds"


def read(folder):
    return BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def page(folder):
    return read(folder)


@pytest.fixture(scope="module")
def annex(folder):
    return read(folder.with_name("domestic-burglary-leeds-annex"))


@pytest.fixture(scope="module")
def areas(folder):
    return read(folder.with_name("domestic-burglary-leeds-areas"))


@pytest.fixture(scope="module")
def figures(folder):
    return figures_in(folder)


def test_the_command_ends_with_the_page_to_open(project, done):
    last = done.stdout.strip().splitlines()[-1]
    assert Path(last) == project / "reports" / "2012-13_Q2" / "index.html"
    assert Path(last).is_file()


def test_nothing_stops_the_sign_off_of_the_example(done):
    assert "17 checks: none stops the sign-off" in done.stdout
    assert "stops the sign-off" not in done.stdout.replace("none stops the sign-off", "")


def test_the_pages_say_the_published_headline(page, annex, areas):
    assert (
        words(page.h1)
        == "Domestic burglary fell an unusual 35.6% in a year, and meeting its target is almost certain"
    )
    text = words(annex.main)
    assert (
        "In the 12 months to September 2012, 5,938 offences were recorded in Leeds: down 35.6% (3,276 fewer;"
        in text
    )
    assert "on the 12 months before (9,214)" in text
    assert "The target in force for 2012/13 is at most 5,999 (stretch, set September 2012)." in text
    assert "It superseded the target of at most 7,056 (original, set April 2012)." in text
    divisions = next(t for t in areas.find_all("table") if t.caption.text.startswith("Divisions"))
    rows = {words(row.th): [words(td) for td in row.find_all("td")] for row in divisions.tbody.find_all("tr")}
    assert {name: (row[2], row[3], row[5]) for name, row in rows.items()} == {
        "NWL": ("−1,753", "−39.5%", "fell unusually"),
        "NEL": ("−1,467", "−39.0%", "fell unusually"),
        "C&H": ("−56", "−5.6%", "no clear change"),
    }
    # Down 13.9% is no clear change at that size, so that no first fall is told of it.
    assert "Hyde Park & Woodhouse: the first" not in words(areas.main)


def test_the_page_says_what_it_is_about_and_how_it_goes(page):
    assert words(page.select_one(".eyebrow")) == "Domestic burglary in Leeds, 2012/13 Q2: report card"
    assert words(page.select_one(".rag")) == "G"
    tiles = {words(dt): words(dt.find_next("dd")) for dt in page.select(".tiles dt")}
    assert tiles["Recorded offences, 12 months to September 2012"].startswith("5,938")


# The ward table as printed on the published card: the nine highest wards, in this order.
WARDS = [
    ("Hyde Park & Woodhouse", "472", "−13.9%"),
    ("Burmantofts & Richmond Hill", "347", "−39.0%"),
    ("Gipton & Harehills", "315", "−19.8%"),  # printed as -19.9%, which no whole number gives
    ("Armley", "314", "−35.9%"),
    ("Headingley", "298", "−41.5%"),
    ("Killingbeck & Seacroft", "255", "−35.6%"),
    ("Kirkstall", "244", "−52.3%"),
    ("Bramley & Stanningley", "233", "−56.8%"),
    ("Chapel Allerton", "215", "−55.7%"),
]


def test_the_ward_table_begins_with_the_published_one(areas):
    table = next(t for t in areas.find_all("table") if t.caption.text.startswith("Wards:"))
    rows = [[words(cell) for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]
    assert [(row[0], row[2], row[4]) for row in rows][:9] == WARDS
    assert len(rows) == 33


def test_what_cannot_be_reproduced_is_flagged_and_nothing_else_is(annex):
    flags = [words(flag) for flag in annex.select(".flag")]
    assert len(flags) == 1
    assert flags[0].startswith(
        "Flag: Gipton & Harehills, 12 months to September 2012: published as 315 and a change of −19.9%. "
        "No whole number of offences a year before gives both."
    )


def figures_in(folder):
    with (folder / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("beside", "at_least"), [("", 30), ("-annex", 100), ("-areas", 100)])
def test_illustrative_is_said_wherever_the_months_are_shown(folder, beside, at_least):
    own = folder.with_name(f"{folder.name}{beside}")
    page, label = read(own), "Illustrative months, published totals"
    assert label in words(page.select_one(".notice"))
    for caption in page.find_all("figcaption"):
        assert label in words(caption)
    of_counts = ("monthly_count", "twelve_month_count", "change_percent")
    counts = [f for f in figures_in(own) if f["measure"] in of_counts]
    assert len(counts) > at_least
    assert all(label in f["caveats"] for f in counts)


def test_nothing_after_september_2012_is_read_or_said(page, figures):
    prose = " ".join(words(p) for p in page.main.find_all(["p", "li", "dd", "caption"]))
    for later in ("5,305", "2,357", "4,813", "£22.1m", "5,629", "4,700"):
        assert later not in prose
    ahead = ("projected", "milestone", "share of a usual year")
    known = {f["period"] for f in figures if not f["measure"].startswith(ahead)}
    assert {p for p in known if "2013" in p or "October 2012" in p} == set()
    assert "September 2012" in known


def test_every_change_in_the_tidy_figures_has_its_interval_and_method(figures):
    changes = [f for f in figures if f["measure"].startswith("change_")]
    assert changes
    for f in changes:
        assert float(f["lower"]) <= float(f["value"]) <= float(f["upper"])
        assert f["confidence"] == "0.95"
        assert f["method"]
        assert f["n"]
    headline = next(f for f in changes if f["area"] == "Leeds" and f["measure"] == "change_percent")
    # The normal limits of the log ratio, by the dispersion that the annex states; of independent events they would be
    # -37.63312 and -33.41063 (R 4.2.2: poisson.test(c(5938, 9214))$conf.int, as percentages).
    [dispersion] = [float(f["value"]) for f in figures if f["measure"] == "dispersion of the counts"]
    reach = 1.96 * (dispersion * (1 / 5938 + 1 / 9214)) ** 0.5
    for limit, side in (("lower", -1), ("upper", 1)):
        expected = 100 * (5938 / 9214 * math.exp(side * reach) - 1)
        assert float(headline[limit]) == pytest.approx(expected, abs=0.1)
    assert float(headline["lower"]) < -37.63312 < -33.41063 < float(headline["upper"])


def test_the_run_record_names_what_the_page_was_made_from(folder):
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["parameters"] == {
        "quarter": "2012/13 Q2",
        "indicator": "domestic_burglary",
        "area": "Leeds",
        "as_at": "2012-09-30",
        "edition": "public",
    }
    # In public a file is named by a reference that nobody makes of a guessed file without the project's key.
    file = "data/raw/illustrative_burglary/leeds_domestic_burglary.csv"
    plain = hashlib.sha256((ROOT / file).read_bytes()).hexdigest()
    assert re.fullmatch("[0-9a-f]{32}", record["inputs"][file])
    assert not plain.startswith(record["inputs"][file])
    assert {"pandas", "papermill", "nbconvert"} <= set(record["packages"])
    assert str(folder) not in json.dumps(record)


def test_the_quarter_before_knows_one_target(quarter_before):
    text = words(read(quarter_before / "domestic-burglary-leeds-annex").main)
    assert "The target in force for 2012/13 is at most 7,056 (original, set April 2012)." in text
    card = words(read(quarter_before / "domestic-burglary-leeds").main)
    assert "5,999" not in text + card
    assert "No commentary was received for 2012/13 Q1." in card


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["2012Q2"], "'2012Q2' is not a quarter that can be read with certainty."),
        (
            ["2012/13 Q2", "--as-at", "2012-09-15"],
            "2012/13 Q2 ends on 2012-09-30; it cannot be reported as at 2012-09-15.",
        ),
        (["2012/13 Q2", "--indicator", "burglery", "--area", "Leeds"], "unknown indicator: 'burglery'."),
        (
            ["2012/13 Q2", "--indicator", "domestic_burglary", "--area", "Armly"],
            "unknown area of area set 'leeds_2004': 'Armly'. Did you mean 'Armley'?",
        ),
        (
            ["2013/14 Q2", "--indicator", "domestic_burglary", "--area", "Leeds"],
            "and do not hold September 2013, the last month of 2013/14 Q2.",
        ),
    ],
)
def test_what_cannot_be_reported_is_refused_and_what_was_published_stays(project, folder, given, message):
    before = (folder / "report.html").read_bytes()
    refused = run(project, "report", *given)
    assert refused.returncode == 1
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (folder / "report.html").read_bytes() == before


def test_a_bad_raw_file_stops_the_run_before_anything_is_published(tmp_path):
    project = copy_project(tmp_path)
    raw = project / "data" / "raw" / "illustrative_burglary" / "leeds_domestic_burglary.csv"
    lines = raw.read_text(encoding="utf-8").splitlines()
    lines[10] = lines[10].rsplit(",", 1)[0] + ",-5"
    raw.write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused = run(project, "report", "2012/13 Q2")
    assert refused.returncode == 1
    assert "leeds_domestic_burglary.csv, row 11" in refused.stderr
    assert list((project / "data").glob("processed/*.parquet")) == []
    assert list(project.glob("reports/*/")) == []


def test_no_respondent_reaches_what_is_published_or_logged(tmp_path):
    """Marked people: an id and a postcode in columns that nobody reads, and marks in cluster, stratum and weight."""
    project = copy_project(tmp_path)
    raw = project / "data" / "raw" / "synthetic_household_survey" / "respondents.csv"
    with raw.open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    assert len(people) > 20_000
    for number, person in enumerate(people):
        person["respondent"] = f"MARKED-{number:06d}"
        person["postcode"] = f"LS{number % 29 + 1} MARKED"
        person["cluster"] = f"MARKED cluster {person['cluster']}"
        person["weight"] += f"000{number:06d}"
    with raw.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(people[0]))
        writer.writeheader()
        writer.writerows(people)
    run_list = project / "notebooks" / "run_list.toml"
    head, *entries = run_list.read_text(encoding="utf-8").split("[[report]]")
    own = [entry for entry in entries if 'name = "anti-social-behaviour-leeds"' in entry]
    assert len(own) == 1
    run_list.write_text(f"{head}[[report]]{own[0]}", encoding="utf-8")
    finished = run(project, "report", "2012/13 Q2")
    assert finished.returncode == 0, finished.stderr
    weights = {person["weight"].rstrip("0").encode() for person in people}
    published = [path for path in (project / "reports").rglob("*") if path.is_file()]
    assert {"report.html", "figures.csv", "run.json", "last_run.log"} <= {path.name for path in published}
    for path in published:
        content = path.read_bytes()
        assert b"MARKED" not in content, path.name
        assert not set(re.findall(rb"\d\.\d+", content)) & weights, path.name
    kept = pd.read_parquet(project / "data" / "processed" / "synthetic_household_survey.parquet")
    assert len(kept) == len(people)
    assert not {"respondent", "postcode"} & set(kept.columns), "columns that are not read are not kept"
    said = finished.stdout + finished.stderr
    assert "MARKED" not in said
