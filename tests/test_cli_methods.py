"""The yearly commands: the review of frozen seasonal choices and the replay of past years."""

import pytest
from projects import copy_project, run

from saferleeds_analysis.methods.seasonal import read_specs


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("yearly"))


LEEDS = ("--indicator", "domestic_burglary", "--area", "Leeds")


def test_the_review_says_that_what_was_frozen_for_the_year_still_holds_in_its_middle(project):
    done = run(project, "season", *LEEDS, "--to", "2012/13 Q2")
    assert done.returncode == 0, done.stderr
    assert "every frozen choice is still the automatic one." in done.stdout


def test_the_review_names_each_choice_that_would_differ_today(project):
    done = run(project, "season", *LEEDS)
    assert done.returncode == 0, done.stderr
    assert "decomposition: frozen multiplicative, automatic today additive" in done.stdout
    assert "largest difference of the adjusted series in the last year:" in done.stdout


def test_choices_that_are_printed_to_be_frozen_read_back_and_are_used(project):
    done = run(
        project,
        "season",
        "--indicator",
        "domestic_burglary",
        "--area",
        "NWL",
        "--to",
        "2011/12 Q4",
        "--freeze",
    )
    assert done.returncode == 0, done.stderr
    assert "domestic_burglary-NWL" in read_specs(done.stdout)
    reference = project / "data" / "raw" / "reference"
    reference.mkdir(exist_ok=True)
    (reference / "seasonal_specs.toml").write_text(done.stdout, encoding="utf-8")
    review = run(project, "season", "--indicator", "domestic_burglary", "--area", "NWL", "--to", "2011/12 Q4")
    assert review.returncode == 0, review.stderr
    assert "every frozen choice is still the automatic one." in review.stdout


def test_a_series_without_frozen_choices_says_how_to_freeze_them(project):
    done = run(project, "season", "--indicator", "domestic_burglary", "--area", "NEL")
    assert done.returncode == 1
    assert "no choices are frozen for [domestic_burglary-NEL]. Print them with: --freeze" in done.stderr


def test_past_years_are_replayed_beside_the_run_rate(project):
    done = run(project, "backtest", *LEEDS)
    assert done.returncode == 0, done.stderr
    assert "Replayed on 5 past years with what was known after 3, 6 and 9 months" in done.stdout
    for heading in ("Mean error", "80% interval held", "Error score (run-rate: 1)", "Chance stated", "Came"):
        assert heading in done.stdout
    assert "Run-rate | 15 |" in done.stdout
