"""The synthetic household survey: made again it is the same file, and its weighted percentages are the published ones.

The published percentages are those of the report cards of 2012/13 Q2 (Safer Leeds Performance Accountability Tracker:
Anti-Social Behaviour; Safer and Stronger Communities Board: cohesion), worked out here with pandas and decimals alone.
"""

import importlib.util
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from projects import ROOT

FILE = ROOT / "data" / "raw" / "synthetic_household_survey" / "respondents.csv"
YEAR_TO_MARCH_2009 = ["2008/09 Q1", "2008/09 Q2", "2008/09 Q3", "2008/09 Q4"]
YEAR_TO_SEPTEMBER_2012 = ["2011/12 Q3", "2011/12 Q4", "2012/13 Q1", "2012/13 Q2"]
YEAR_TO_MARCH_2008 = ["2007/08 Q1", "2007/08 Q2", "2007/08 Q3", "2007/08 Q4"]


@pytest.fixture(scope="module")
def people():
    return pd.read_csv(FILE, dtype=str, keep_default_na=False)


def test_the_script_writes_the_file_that_is_there(tmp_path, monkeypatch):
    path = ROOT / "scripts" / "make_synthetic_household_survey.py"
    spec = importlib.util.spec_from_file_location("script", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "FILE", tmp_path / "respondents.csv")
    script.main()
    assert (tmp_path / "respondents.csv").read_bytes() == FILE.read_bytes()
    assert FILE.stat().st_size < 1_400_000


@pytest.mark.parametrize(
    ("question", "quarters", "printed"),
    [
        ("asb", YEAR_TO_MARCH_2009, "16.94"),
        ("asb", YEAR_TO_SEPTEMBER_2012, "12.62"),
        ("backgrounds", YEAR_TO_MARCH_2008, "59.34"),
        ("backgrounds", ["2011/12 Q4"], "69.6"),
        ("backgrounds", ["2012/13 Q1"], "65.9"),
        ("backgrounds", ["2012/13 Q2"], "66.74"),
    ],
)
def test_the_weighted_percentages_are_the_published_ones(people, question, quarters, printed):
    asked = people[people["quarter"].isin(quarters)]
    weights = asked["weight"].map(Decimal)
    percent = 100 * weights[asked[question] == "1"].sum() / weights.sum()
    assert percent.quantize(Decimal(printed), rounding=ROUND_HALF_UP) == Decimal(printed)


def test_the_twelve_months_to_september_2012_hold_the_6073_households_of_the_card(people):
    assert people["quarter"].isin(YEAR_TO_SEPTEMBER_2012).sum() == 6073
    assert sorted(people["quarter"].unique())[0] == "2007/08 Q1"
    assert people["quarter"].nunique() == 22


def test_the_file_is_said_to_be_synthetic_wherever_it_is_read():
    text = (FILE.parent / "source.toml").read_text(encoding="utf-8")
    assert 'notice = "Synthetic respondents, published percentages: nobody in the data exists;' in text
