"""Whose pages a project makes, and what `make report` makes without and with a quarter."""

import shutil
import subprocess
from datetime import date

import pytest
from projects import ROOT

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import read_project
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.pages import render_page
from saferleeds_analysis.publishing.report import start_run


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data" / "raw" / "reference").mkdir(parents=True)

    def write(text):
        (tmp_path / "data" / "raw" / "reference" / "project.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_projects_own_name_stands_at_the_top_of_its_pages(project):
    root = project('organisation = "Safer Camden"\ncontact = "Community safety team"\nformat = 3\n')
    assert read_project(root / "data" / "raw" / "reference").contact == "Community safety team"
    run = start_run(root, periods.quarter("2012/13 Q2"), as_at=date(2012, 9, 30), edition="public")
    page = render_page(title="T", body="<h1>T</h1>", provenance=run.provenance)
    assert '<p class="site-name">Safer Camden</p>' in page
    assert "Safer Leeds" not in page


def test_without_one_nobody_s_name_is_taken(tmp_path):
    with pytest.raises(
        DataProblem, match=r"there is no project\.toml in data/raw/reference: it says whose pages"
    ):
        read_project(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "organisation = Safer Leeds\n",
            "project.toml, line 1: cannot be read as TOML. Text values stand in quotes, and each line is a name, = and its value.",
        ),
        (
            'organisation = "A"\nformat = 3\n',
            "project.toml: must give organisation and contact, each a text, and may give cost_edition, price_year, vintage, format, and "
            "nothing else.",
        ),
        (
            'organisation = "A"\ncontact = " "\nformat = 3\n',
            "project.toml: must give organisation and contact, each a text,",
        ),
        (
            'organisation = "A"\ncontact = "B"\nlogo = "C"\nformat = 3\n',
            "project.toml: must give organisation and contact,",
        ),
        (
            'organisation = "A"\ncontact = "B"\n',
            "this project is of format 1, and this library reads the tables of format 3: bring it over with saferleeds upgrade",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_refused(project, text, message):
    root = project(text)
    with pytest.raises(DataProblem) as problem:
        read_project(root / "data" / "raw" / "reference")
    assert str(problem.value).startswith(message)


@pytest.mark.parametrize(
    ("given", "quarters"),
    [([], ["2012/13 Q1", "2012/13 Q2"]), (["QUARTER=2012/13 Q3"], ["2012/13 Q3"])],
)
def test_make_report_makes_both_quarters_of_the_example_or_the_one_that_is_named(given, quarters):
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make on this machine")
    told = subprocess.run(
        [make, "--dry-run", "--always-make", "report", *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    reports = [line for line in told.splitlines() if "saferleeds report" in line]
    assert [line.split('"')[1] for line in reports] == quarters
