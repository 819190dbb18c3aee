"""The project's own synthetic survey against R's package survey: answers kept here, with the script that made them.

tests/known_answers/household_survey.R wrote household_survey.csv, so the proof needs neither R nor data from elsewhere.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from projects import ROOT

from saferleeds_analysis.methods.survey import change, contrast, mean, proportion, ratio, survey_design, total
from saferleeds_analysis.methods.survey_breakdown import survey_breakdown
from saferleeds_analysis.problems import DataProblem

WAVES = ["2011/12 Q3", "2011/12 Q4", "2012/13 Q1", "2012/13 Q2"]
MARGINS = {
    "quarter": dict.fromkeys(WAVES, 80_000),
    "area": {"NWL": 140_000, "NEL": 110_000, "C&H": 70_000},
}
WORSE = {"answers": [1], "out_of": [1, 2, 3, 9]}


@cache
def known():
    table = pd.read_csv(ROOT / "tests/known_answers/household_survey.csv")
    return {case: dict(zip(rows["part"], rows["value"], strict=True)) for case, rows in table.groupby("case")}


@cache
def drawn(raked=False):
    people = pd.read_csv(ROOT / "data/raw/synthetic_household_survey/respondents.csv")
    people = people[people["quarter"].isin(WAVES)].reset_index(drop=True)
    people = people.assign(worse=100.0 * (people["asb"] == 1), together=100.0 * (people["backgrounds"] == 1))
    return survey_design(
        people,
        weight="weight",
        strata="stratum",
        clusters="cluster",
        wave="quarter",
        margins=MARGINS if raked else None,
    )


def agrees(case, *, rel=1e-9, **ours):
    theirs = known()[case]
    assert {part: theirs[part] for part in ours} == pytest.approx(ours, rel=rel), case


def estimate_agrees(case, e):
    agrees(case, value=e.value, standard_error=e.standard_error)


def test_estimates_of_the_synthetic_survey_are_those_of_r():
    design = drawn()
    people = design.respondents
    worse = mean(design, "worse", unit="%")
    estimate_agrees("worse, mean", worse)
    agrees("worse, mean", design_effect=worse.design_effect)
    for area in MARGINS["area"]:
        e = proportion(design, "asb", **WORSE, where=people["area"] == area, interval="logit")
        agrees(f"worse, logit, {area}", value=e.value, lower=e.lower, upper=e.upper, rel=1e-8)
    before, now = (proportion(design, "asb", **WORSE, where=people["quarter"] == wave) for wave in WAVES[2:])
    moved = change(design, earlier=before, later=now).difference
    agrees("worse, change on the quarter before", value=moved.value, rel=1e-7)
    agrees("worse, change on the quarter before", standard_error=moved.standard_error)
    assert contrast(design, [now, before], [1, -1], unit="").standard_error == moved.standard_error
    summed = total(design, "worse", unit="")
    estimate_agrees("worse, total", summed)
    estimate_agrees("worse over together", ratio(design, "worse", "together", unit=""))


def test_raked_weights_and_their_errors_are_those_of_r():
    raked = drawn(raked=True)
    agrees(
        "raked", **{"smallest weight": raked.weights.min(), "largest weight": raked.weights.max()}, rel=1e-8
    )
    worse = mean(raked, "worse", unit="%")
    estimate_agrees("raked, worse", worse)
    estimate_agrees(
        "raked, worse, NEL", mean(raked, "worse", unit="%", where=raked.respondents["area"] == "NEL")
    )
    estimate_agrees("raked, together, total", total(raked, "together", unit=""))


@pytest.mark.parametrize(
    ("case", "raked", "question", "by", "where"),
    [
        ("worse by area", False, "asb", "area", None),
        ("worse by area, last wave", False, "asb", "area", ("quarter", WAVES[-1])),
        ("together by worse, NEL", False, "backgrounds", "asb", ("area", "NEL")),
        ("raked, worse by area", True, "asb", "area", None),
    ],
)
def test_the_test_of_a_breakdown_is_that_of_r(case, raked, question, by, where):
    design = drawn(raked)
    chosen = None if where is None else design.respondents[where[0]] == where[1]
    found = survey_breakdown(design, question, by=by, out_of=[1, 2, 3, 9], where=chosen)
    agrees(
        case,
        **{"statistic": found.statistic, "ndf": found.numerator_df, "ddf": found.denominator_df},
        **{"p.value": found.p_value},
        rel=1e-8,
    )
    assert found.finding == "no clear difference between the groups"


def test_a_breakdown_says_who_is_left_out_and_what_each_group_answered():
    people = pd.DataFrame(
        {"safe": ["yes", "yes", "no", "no", "no"] * 40, "age": ["old", "old", "young", "young", None] * 40}
    )
    design = survey_design(people, weight=None)
    found = survey_breakdown(design, "safe", by="age", out_of=["yes", "no", "perhaps"])
    assert found.finding == "the groups differ"
    assert found.caveats[0] == "40 are in no group and left out."
    assert found.to_frame()[["group", "answer", "percent"]].values.tolist() == [
        ["old", "yes", 100.0],
        ["old", "no", 0.0],
        ["young", "yes", 0.0],
        ["young", "no", 100.0],
    ]
    with pytest.raises(DataProblem, match="'safe' by 'age': a breakdown needs two groups and two answers"):
        survey_breakdown(design, "safe", by="age", out_of=["yes", "no"], where=people["age"] == "old")


def test_margins_that_cannot_hold_together_are_refused():
    people = pd.DataFrame({"sex": ["f", "f", "m", "m"] * 5, "age": ["old", "old", "young", "young"] * 5})
    plain = {"weight": None}
    with pytest.raises(
        DataProblem, match=r"different populations: 'sex' 100, 'age' 120\. Take them from one count"
    ):
        survey_design(people, **plain, margins={"sex": {"f": 50, "m": 50}, "age": {"old": 60, "young": 60}})
    with pytest.raises(
        DataProblem, match=r"cannot be made to fit 'sex', 'age' together: nobody is in some combinations"
    ):
        survey_design(people, **plain, margins={"sex": {"f": 50, "m": 50}, "age": {"old": 40, "young": 60}})
    raked = survey_design(people, **plain, margins={"sex": {"f": 50, "m": 50}})
    assert np.isclose(raked.weights.sum(), 100)
