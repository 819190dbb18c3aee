"""Ways of drawing the project's own synthetic survey against R's package survey, with the script that made the answers.

tests/known_answers/survey_designs.R wrote the table, so the proof needs neither R nor data from elsewhere.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from projects import ROOT

from saferleeds_analysis.methods.survey import contrast, mean, proportion, rake, ratio, survey_design, total
from saferleeds_analysis.methods.survey_trends import (
    ON_QUARTER_BEFORE,
    ON_WINDOW_BEFORE,
    TWELVE_MONTHS,
    rolling_from_respondents,
)
from saferleeds_analysis.periods import quarter

WAVES = ["2011/12 Q2", "2011/12 Q3", "2011/12 Q4", "2012/13 Q1", "2012/13 Q2"]
WORSE = {"answers": [1], "out_of": [1, 2, 3, 9]}
CLUSTERS = {"strata": "stratum", "clusters": "cluster"}
# How each sample is taken to have been drawn, with the made-up sizes of its population where it is of few.
DRAWN = {
    "households": {},
    "households of few": {"population_sizes": "everybody"},
    "strata": {"strata": "stratum"},
    "strata of few": {"strata": "stratum", "population_sizes": "homes_of_stratum"},
    "clusters": CLUSTERS,
    "clusters of few": CLUSTERS | {"population_sizes": "places"},
    "two stages": {
        "strata": "stratum",
        "clusters": ["cluster", "household"],
        "population_sizes": ["places", "homes"],
    },
}
HOMES = {"C1": 900, "C2": 1100, "E1": 1500, "E2": 1700, "N1": 2000, "N2": 1800}
DIVISIONS = {"NWL": 140_000, "NEL": 110_000, "C&H": 70_000}


@cache
def known():
    table = pd.read_csv(ROOT / "tests/known_answers/survey_designs.csv")
    return table.pivot_table(index=["design", "case"], columns="part", values="value")


@cache
def asked():
    people = pd.read_csv(ROOT / "data/raw/synthetic_household_survey/respondents.csv")
    people = people[people["quarter"].isin(WAVES)].reset_index(drop=True)
    return people.assign(
        worse=100.0 * (people["asb"] == 1),
        together=100.0 * (people["backgrounds"] == 1),
        household=people.index,
        places=np.where(people["stratum"].str[1] == "1", 40, 24),
        homes=100 + 10 * (people["cluster"] % 3),
        everybody=9000,
        homes_of_stratum=people["stratum"].map(HOMES),
    )


def agrees(design, case, e, *, rel=1e-8):
    theirs = known().loc[(design, case)].dropna()
    ours = {part: getattr(e, part) for part in theirs.index}
    assert ours == pytest.approx(theirs.to_dict(), rel=rel), (design, case)


def every_estimate_agrees(name, design):
    people = design.respondents
    agrees(name, "mean", mean(design, "worse", unit="%"))
    agrees(name, "mean, normal", mean(design, "worse", unit="%", degrees_of_freedom=np.inf))
    agrees(name, "total", total(design, "worse", unit=""))
    agrees(name, "ratio", ratio(design, "worse", "together", unit=""))
    two = [mean(design, answer, unit="%") for answer in ("worse", "together")]
    agrees(name, "difference of two answers", contrast(design, two, [1, -1], unit="%"))
    two = [mean(design, "worse", unit="%", where=people["area"] == area) for area in ("NWL", "NEL")]
    agrees(name, "difference of two areas", contrast(design, two, [1, -1], unit="%"))
    for case in [case for case in known().loc[name].index if case.startswith("share")]:
        of, interval = case.split(", ")
        e = proportion(
            design,
            "asb",
            **WORSE,
            where=people["area"] == "NEL" if of == "share in NEL" else None,
            interval=interval.replace("asin", "arcsine"),
        )
        agrees(name, case, e, rel=1e-6)


def last_wave(**drawn):
    people = asked()[asked()["quarter"] == WAVES[-1]].reset_index(drop=True)
    return survey_design(people, weight="weight", **drawn)


def test_every_estimate_of_every_way_of_drawing_the_synthetic_survey_is_that_of_r():
    for name, drawn in DRAWN.items():
        every_estimate_agrees(name, last_wave(**drawn))
    assert len(known()) == 169


def test_the_synthetic_survey_weighted_to_its_divisions_is_that_of_r():
    few = last_wave(**DRAWN["clusters of few"])
    every_estimate_agrees("post-stratified", rake(few, margins={"area": DIVISIONS}))


def test_the_rules_for_a_stratum_of_one_neighbourhood_are_those_of_r():
    people = asked()[asked()["quarter"] == WAVES[-1]]
    people = people[(people["stratum"] != "E2") | (people["cluster"] == 3)].reset_index(drop=True)
    for rule in ("certainty", "adjust", "average"):
        design = survey_design(people, weight="weight", **DRAWN["clusters of few"], single_unit_strata=rule)
        agrees(f"one unit: {rule}", "mean", mean(design, "worse", unit="%"))
        agrees(f"one unit: {rule}", "total", total(design, "worse", unit=""))


def test_windows_of_the_synthetic_survey_that_overlap_are_those_of_r():
    people = asked().assign(quarter=[quarter(wave) for wave in asked()["quarter"]])
    design = survey_design(people, weight="weight", wave="quarter", **CLUSTERS)
    trend = rolling_from_respondents(
        design, "asb", **WORSE, wave="quarter", whole="Leeds", localities="area", definition="worse"
    )
    last = quarter(WAVES[-1])
    for place in ("Leeds", "NEL"):
        agrees(place, "window", trend.level(place, TWELVE_MONTHS, last))
        for kind, case in [
            (ON_WINDOW_BEFORE, "window on the window before"),
            (ON_QUARTER_BEFORE, "quarter on the quarter before"),
        ]:
            agrees(place, case, trend.changes[place, kind, last].difference)
