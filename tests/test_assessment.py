"""The strategic assessment: its order by hand and by law, harm from published weights, what it lacks, and what it refuses."""

import csv
import itertools
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parts_of_services import indicator, of_parts
from projects import REFERENCE, ROOT

import saferleeds_analysis as sl
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.methods.assessment import (
    CRITERIA,
    Criteria,
    assess,
    load_criteria,
    severity_weights,
)
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.workings.again import work_out

WEIGHTS = {"volume": 1, "harm": 2, "cost": 1}
# Offences a month of each of 12 wards, with codes; the last is counted in one ward alone.
OFFENCES = {
    "Shoplifting": (60, ["46"]),
    "Robbery": (4, ["34A", "34B"]),
    "Burglary": (10, ["28E", "29A"]),
    "Theft from a vehicle": (20, ["45"]),
    "Bicycle theft": (6, []),
}
WARDS = [f"Ward {number}" for number in range(1, 13)]


def criteria(weights=WEIGHTS, *, proposed=2, share_needed=0.5):
    return Criteria(weights=weights, proposed=proposed, share_needed=share_needed)


# The order


def test_the_order_by_hand():
    values = pd.DataFrame(
        {"volume": [50, 40, 30, 30], "harm": [1, 9, 5, np.nan], "cost": [np.nan, 2, 7, np.nan]},
        index=["a", "b", "c", "d"],
    )
    found = assess(values, criteria()).measures
    # In volume a exceeds three of three, b two, c and d tie for half of one; in harm of three; in cost of two.
    assert found.loc["a", "score"] == pytest.approx((1 * 1 + 2 * 0) / 3)
    assert found.loc["b", "score"] == pytest.approx((1 * 2 / 3 + 2 * 1 + 1 * 0) / 4)
    assert found.loc["c", "score"] == pytest.approx((1 * 1 / 6 + 2 * 0.5 + 1 * 1) / 4)
    assert pd.isna(found.loc["d", "score"]) and found.loc["d", "share"] == 0.25
    assert list(found.index) == ["b", "c", "a", "d"] and list(found["place"])[:3] == [1, 2, 3]


def test_the_acceptability_is_the_part_of_the_weightings_by_area():
    # With two criteria a weighting is one number from 0 to 1, each as likely: a leads where volume weighs over two thirds.
    values = pd.DataFrame({"volume": [3, 2, 1], "harm": [1, 3, 2]}, index=["a", "b", "c"])
    found = assess(values, criteria({"volume": 1, "harm": 1}, proposed=1)).measures
    assert found.loc["a", "acceptability"] == pytest.approx(1 / 3, abs=0.03)
    assert found.loc["b", "acceptability"] == pytest.approx(2 / 3, abs=0.03)
    assert found.loc["c", "acceptability"] == 0


TABLES = st.lists(st.tuples(*[st.one_of(st.integers(0, 5), st.just(None))] * 3), min_size=1, max_size=6)


@given(rows=TABLES, times=st.sampled_from([0.5, 3]))
@settings(max_examples=60)
def test_the_order_obeys_its_laws(rows, times):
    values = pd.DataFrame(rows, columns=list(WEIGHTS), index=[f"m{n}" for n in range(len(rows))], dtype=float)
    found = assess(values, criteria()).measures.loc[values.index]
    again = assess(values * 7 + 1, criteria({name: w * times for name, w in WEIGHTS.items()})).measures
    pd.testing.assert_frame_equal(
        found, again.loc[values.index]
    )  # units and the sum of weights do not matter
    placed = found.dropna(subset="place")
    assert ((placed["score"] >= 0) & (placed["score"] <= 1)).all() and (placed["share"] >= 0.5).all()
    assert (found["share"].drop(placed.index) < 0.5).all()
    for one, other in itertools.permutations(placed.index, 2):
        both = values.loc[[one, other]]
        if both.notna().all(axis=None) and (both.loc[one] >= both.loc[other]).all():
            assert placed.loc[one, "place"] <= placed.loc[other, "place"]


def test_a_criterion_that_one_measure_alone_has_puts_nothing_in_order():
    values = pd.DataFrame({"volume": [2, 1], "harm": [5, np.nan], "cost": [np.nan, np.nan]}, index=["a", "b"])
    found = assess(values, criteria(share_needed=0.2)).measures
    assert found["harm"].isna().all() and list(found["share"]) == [0.25, 0.25]


# The tables


def test_severity_weights_are_those_of_the_copy_that_they_name(shared):
    with (shared / "data/offence_code_map_ons_policeuk_severity.csv").open(encoding="utf-8") as file:
        copy = {
            " ".join(row["ONS_SEVERITY_offence"].split()): float(row["ONS_SEVERITY_weight"])
            for row in csv.DictReader(file)
        }
    ours = {row.offence: row.weight for row in severity_weights().values()}
    assert ours == copy and len(severity_weights()) == 128
    assert all(row.publication and row.seen_in for row in severity_weights().values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("proposed = 3\nweights = 3\n", "weights is a table: [weights], then lines"),
        ("share_neded = 0.5\n", "assessment.toml: unknown key: 'share_neded'. Did you mean 'share_needed'?"),
        (
            "proposed = 0\nshare_needed = 2\n[weights]\nharmm = -1\n",
            "unknown criterion: 'harmm'. Did you mean 'harm'?",
        ),
        (
            "proposed = 0\nshare_needed = 0.5\n[weights]\nharm = 1\n",
            "proposed is a whole number above 0, not 0.",
        ),
        (
            "proposed = 1\nshare_needed = 2\n[weights]\nharm = 1\n",
            "share_needed lies between 0 and 1, not 2.",
        ),
        ("proposed = 1\nshare_needed = 0\n[weights]\nharm = inf\n", "a weight is a number from 0 up"),
        ("proposed = 1\nshare_needed = 0\n[weights]\nharm = 0\n", "and one of them is above 0."),
    ],
)
def test_criteria_that_cannot_be_used_are_refused(tmp_path, text, message):
    (tmp_path / "assessment.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataProblem) as problem:
        load_criteria(tmp_path)
    assert message in str(problem.value)


def test_what_a_project_does_not_say_is_as_the_package_has_it(tmp_path):
    (tmp_path / "assessment.toml").write_text("proposed = 1\n", encoding="utf-8")
    own, national = load_criteria(tmp_path), load_criteria()
    assert (own.proposed, own.weights) == (1, national.weights) and set(national.weights) == set(CRITERIA)


def test_an_indicator_whose_repeats_are_none_is_refused(tmp_path):
    shutil.copytree(REFERENCE, tmp_path / "reference")
    with (tmp_path / "reference/indicators.toml").open("a", encoding="utf-8") as tables:
        for name, repeats in (("Robbery", "domestic_burglary"), ("Theft", "domestic_burglry")):
            about = {"id": name.lower(), "source": "crime", "offence": name, "repeats": repeats}
            tables.write(indicator(name, "offences", "decrease", **about))
    with pytest.raises(DataProblem) as problem:
        load_catalogue(tmp_path / "reference")
    assert str(problem.value).splitlines() == [
        "indicator 'robbery', repeats: 'domestic_burglary' is in 'offences', and a percentage is needed.",
        "indicator 'theft', repeats: unknown indicator: 'domestic_burglry'. Did you mean 'domestic_burglary'?",
    ]


# From files to the page


def counts(months):
    """Give counts by a rule: each ward alike but the first, which has three times as many; in the first year robbery was half of it and
    shoplifting twice."""
    before = {"Robbery": 0.5, "Shoplifting": 2}
    for month in months:
        for number, ward in enumerate(WARDS):
            for offence, (level, _) in OFFENCES.items():
                times = (3 if number == 0 else 1) * (before.get(offence, 1) if month < months[12] else 1)
                yield f"{month},{ward},{offence},{level * times:.0f}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project of four offences in twelve wards, repeats of one of them, and a group beside which another stands."""
    folder = tmp_path_factory.mktemp("assessed")
    reference = folder / "data/raw/reference"
    shutil.copytree(REFERENCE, reference)
    with (reference / "areas.csv").open("a", encoding="utf-8") as areas:
        areas.write("town,Town,city,,,\n" + "".join(f"town,{ward},ward,Town,,\n" for ward in WARDS))
    of_parts(folder, ["2011/12,Town,Repeat victims,30,100"], manifest="")
    source = folder / "data/raw/crime"
    source.mkdir()
    (source / "source.toml").write_text(
        'id = "crime"\ntitle = "Crime"\npublisher = "Police"\nlicence = "Agreement"\nshape = "monthly_extract"\n'
        'area_set = "town"\nreceived = 2012-10-05\n',
        encoding="utf-8",
    )
    months = pd.period_range("2010-10", "2012-09", freq="M")
    lines = ["month,area,offence,count", *counts(months)]
    (source / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tables = (reference / "indicators.toml").read_text(encoding="utf-8")
    tables = tables.replace(
        'offence = "Repeat victims"\narea_set = "leeds_2004"', 'offence = "Repeat victims"\narea_set = "town"'
    )
    for name, (_, codes) in OFFENCES.items():
        about = {"id": name.lower().replace(" ", "_"), "source": "crime", "offence": name, "area_set": "town"}
        repeats = {"repeats": "repeat_victims"} if name == "Robbery" else {}
        tables += indicator(name, "offences", "decrease", **about, offence_codes=codes, **repeats)
    (reference / "indicators.toml").write_text(tables, encoding="utf-8")
    text = (folder / "data/raw/outcomes/source.toml").read_text(encoding="utf-8")
    (folder / "data/raw/outcomes/source.toml").write_text(
        text.replace("leeds_2004", "town"), encoding="utf-8"
    )
    header = (reference / "group_core_cities.csv").read_text(encoding="utf-8").splitlines()[0]
    rows = [
        f"Like towns,{area},,Robbery,2011/12,{rate},1000,{rate * 100:.0f},100000,residents,2011-03-27,Census,Invented,2012-07-01"
        for area, rate in (("Town", 9.0), ("Hill", 4.0), ("Dale", 4.2), ("Ford", 3.9))
    ]
    (reference / "group_like_towns.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(folder):
    page = sl.open(folder).page("2012/13 Q2", area="Town", as_at="2012-10-31")
    return page.strategic_assessment("shoplifting, robbery, burglary, theft_from_a_vehicle, bicycle_theft")


def figure_of(found, measure, name):
    [figure] = [f for f in found.table().figures if (f.measure.id, f.indicator_id) == (measure, name)]
    return figure


def test_harm_is_the_count_times_the_weight_with_a_range_where_weights_differ(found, folder):
    # Fourteen wards' worth of offences a month over twelve months; weights as the Crime Severity Score has them.
    robbery, burglary = (figure_of(found, "harm", name) for name in ("robbery", "burglary"))
    assert robbery.value == pytest.approx(14 * 12 * 4 * 799.6288702) and robbery.lower is None
    assert (burglary.lower, burglary.upper) == pytest.approx((14 * 120 * 465.3814732, 14 * 120 * 2288.669158))
    assert work_out(burglary, folder) == pytest.approx(burglary.value)
    text = found.table().text
    assert f"{14 * 120 * 465.3814732:,.0f} to {14 * 120 * 2288.669158:,.0f}" in text
    assert "Harm: no code of an offence is named" in found.not_known().text


def test_concentration_is_the_part_of_the_tenth_of_areas_with_most(found, folder):
    figure = figure_of(found, "share_in_tenth_with_most", "shoplifting")
    assert figure.value == pytest.approx(100 * (3 + 1) / 14) and work_out(figure, folder) == figure.value
    assert "28.6% in 2 of 12 wards" in found.table().text


def test_what_gets_worse_is_more_pressing_than_what_gets_better(found):
    trend = found.order.measures["trend"]
    assert trend["robbery"] == 1 and trend["shoplifting"] == 0
    assert set(trend.drop(["robbery", "shoplifting"])) == {0.5}


def test_what_is_beside_others_and_repeated_counts_too(found):
    row = next(line for line in found.table().text.splitlines() if "Robbery" in line)
    assert "above the average of Like towns, 2011/12" in row and "30.0% (2011/12)" in row
    assert found.order.measures.loc["robbery", "repeats"] != 1  # one measure alone has them


def test_the_proposal_names_the_first_with_what_it_rests_on(found):
    assert found.title().text.startswith("Strategic assessment, Town, 12 months to September 2012")
    first = found.order.measures.index[0]
    assert found.order.measures.loc[first, "place"] == 1
    assert "highest of all in volume" in found.proposal().text
    assert "of all weightings" in found.proposal().text and "for the board to decide" in found.proposal().text
    assert "Weights: volume: 1, trend: 1, harm: 2" in found.how().text
    assert set(found.order.measures.columns) >= set(CRITERIA)


def test_a_project_weighs_as_its_own_table_says(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "own")
    own = tmp_path / "own/data/raw/reference/assessment.toml"
    own.write_text("proposed = 1\nshare_needed = 0.5\n[weights]\nvolume = 1\nharm = 0.2\n", encoding="utf-8")
    page = sl.open(tmp_path / "own").page("2012/13 Q2", area="Town", as_at="2012-10-31")
    found = page.strategic_assessment("shoplifting, robbery, burglary, theft_from_a_vehicle, bicycle_theft")
    assert (
        found.order.proposed == ("shoplifting",) and "Proposed priorities: Shoplifting" in found.title().text
    )
    assert "Weights: volume: 1, harm: 0.2." in found.how().text


def test_a_measure_alone_has_no_place_and_the_page_says_so():
    page = sl.open(ROOT).page("2012/13 Q2", area="Leeds", as_at="2012-10-31")
    found = page.strategic_assessment("domestic_burglary")
    assert found.title().text.endswith("No measure can be ranked: too few to choose priorities from")
    assert "Domestic burglary | 5,938" in found.table().text and found.proposal().text.startswith(
        "- No measure is proposed."
    )
