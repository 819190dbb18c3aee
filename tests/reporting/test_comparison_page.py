"""The page of an area beside its group: the published core-city table of 2012/13 and what follows from it."""

from datetime import date

import pandas as pd
import pytest
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import load_area_tables, load_group
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.blocks import Table
from saferleeds_analysis.reporting.comparison import compare_area

Q2 = periods.quarter("2012/13 Q2")


def compared(group=None, **changes):
    given = {
        "catalogue": load_catalogue(REFERENCE),
        "indicator": "domestic_burglary",
        "area": "Leeds",
        "measure": "Domestic burglary",
        "period": "2012/13",
        "quarter": Q2,
        "as_at": date(2012, 9, 30),
    }
    return compare_area(
        load_group("core_cities", REFERENCE) if group is None else group, **{**given, **changes}
    )


@pytest.fixture(scope="module")
def leeds():
    return compared()


def values(block):
    return {(f.area, f.words): f for f in block.figures}


def table_of(found):
    [behind] = [block for block in found.top().walk() if isinstance(block, Table)]
    return behind.text


def test_the_published_rates_stand_on_the_page_in_order(leeds):
    # Safer Leeds Strategy 2013-2014, performance measures: domestic burglary per 1,000 households, 2012/13.
    printed = {
        "Manchester": "23.3",
        "Sheffield": "18.2",
        "Leeds": "16.5",
        "Nottingham": "16.4",
        "Liverpool": "15.0",
        "Birmingham": "13.7",
        "Bristol": "13.5",
        "Newcastle upon Tyne": "9.0",
    }
    text = table_of(leeds).splitlines()[2:10]
    assert [line.split(" | ")[:2] for line in text] == [[area, rate] for area, rate in printed.items()]
    # 5,305 burglaries stray with a dispersion of 1 + 1.10 x root 5.305 = 3.53: 5,305 +- 1.96 x root (3.53 x 5,305) = 268, a rate of 0.84.
    assert text[2].startswith("Leeds | 16.5 | 15.7 to 17.4 |")


def test_both_averages_are_stated_with_the_area_and_without(leeds):
    # The mean of the eight printed rates is 125.6/8 = 15.70 and of the seven others 109.1/7 = 15.59; the weighted one by
    # hand: the sum of rate times households over 1,798,775 households is 15.88, without Leeds 15.75.
    text = table_of(leeds)
    for average in (
        "Simple average with Leeds | 15.70 | none | +0.80 |",
        "Simple average without Leeds | 15.59 |",
        "Weighted average with Leeds | 15.88 |",
        "Weighted average without Leeds | 15.75 |",
    ):
        assert average in text
    first = leeds.top().text
    assert "Beside the simple average, 15.7: 0.8 above" in first
    # 0.6 above: the interval of Leeds alone reaches 15.7.
    assert "Weighted by households, 15.9" in first
    assert "0.6 above" not in first


def test_the_rank_comes_with_the_places_that_it_could_as_well_have(leeds):
    text = leeds.top().text
    assert "Leeds has the 3rd highest rate of the 8 core cities, above the average" in text
    assert "3rd of 8\n\nCould be 3rd to 4th: not clearly different from Nottingham." in text


def test_the_gap_to_the_average_is_given_in_offences(leeds):
    # 5,305 x 15.70 / 16.5 = 5,047.8
    first = leeds.top()
    assert "At that average its 5,305 would be about 5,048." in first.text
    gap = values(first)[("Leeds", "gap in events to simple average of Core cities with Leeds")]
    assert gap.value == pytest.approx(5305 - 5305 * 15.70 / 16.5, abs=1e-6)
    assert gap.lower < gap.value < gap.upper


def test_the_target_is_put_as_a_rate_beside_the_average(leeds):
    # 4,700 x 16.5 / 5,305 = 14.62; 4,700/5,305 - 1 = -11.4%
    text = leeds.target().text
    assert (
        "The target for 2013/14, below 4,700 offences (original), is 11.4% below the 5,305 of 2012/13" in text
    )
    assert "14.62 per 1,000 households" in text
    assert "below the simple average of 2012/13 (15.70, or about 5,048 offences)." in text


def test_count_and_printed_rate_imply_the_households_of_the_census(leeds):
    # 5,305 / 16.55 and 5,305 / 16.45 thousand; Census 2011, 27 March 2011: 320,596 households.
    text = leeds.denominators().text
    assert "imply between 320,544 and 322,492 households." in text
    assert (
        "On 27 March 2011, 320,596 were counted, which lies between the two: 16.55 per 1,000 households"
        in text
    )


def test_counts_that_were_not_published_are_said_to_be_reconstructed(leeds):
    text = leeds.before_quoting().text
    assert "The counts behind Manchester, Sheffield," in text
    assert "are implied by their published rates and households; they serve for the intervals only." in text
    manchester = values(leeds.top())[("Manchester", "Domestic burglary: rate")]
    assert manchester.n == 4_776
    assert any("implied" in caveat for caveat in manchester.caveats)


def test_a_page_on_later_figures_says_so_at_its_top_and_one_of_its_own_time_does_not(leeds):
    text = leeds.top().text
    assert (
        "Later than this pack, which is as at 30 September 2012: the rates are known from April 2013." in text
    )
    assert "Rates: Safer Leeds Strategy 2013-2014" in leeds.before_quoting().text
    own_time = compared(quarter=periods.quarter("2013/14 Q1"), as_at=date(2013, 6, 30))
    assert "Later than this pack" not in own_time.top().text


def test_a_most_similar_group_is_just_another_file(tmp_path):
    group = pd.read_csv(REFERENCE / "group_core_cities.csv", dtype=str).iloc[:5]
    group.assign(group="Most similar cities").to_csv(tmp_path / "group_most_similar.csv", index=False)
    found = compared(load_group("most_similar", tmp_path))
    assert "Domestic burglary in Leeds beside the most similar cities, 2012/13" in found.top().text
    # (23.3 + 18.2 + 16.5 + 16.4 + 15.0) / 5 = 17.88
    assert "Simple average with Leeds | 17.88 |" in table_of(found)
    assert "3rd of 5" in found.top().text


def test_without_households_no_interval_and_no_weighted_average_is_given(tmp_path):
    group = pd.read_csv(REFERENCE / "group_core_cities.csv", dtype=str)
    blank = group.assign(denominator="", denominator_date="", denominator_source="", count="")
    blank.to_csv(tmp_path / "group_bare.csv", index=False)
    found = compared(load_group("bare", tmp_path))
    text = found.top().text
    assert "It is not known how sure its place is." in text
    assert "No interval for the rank, the averages or the gaps: without households" in text
    assert "eighted by" not in text
    assert found.top().html.count('<figure class="chart') == 1
    assert all(f.lower is None for f in found.top().figures)


def test_a_gap_to_an_average_of_nothing_is_said_and_not_tested(tmp_path):
    group = pd.read_csv(REFERENCE / "group_core_cities.csv", dtype=str)
    known = {"denominator": "", "denominator_date": "", "denominator_source": "", "count": ""}
    group.assign(rate="0.0", **known).to_csv(tmp_path / "group_none.csv", index=False)
    assert "0.0 above (not tested)" in compared(load_group("none", tmp_path)).top().text


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"area": "Bradford"}, DataProblem, "Bradford is not in it; it has Manchester, Sheffield, Leeds"),
        (
            {"measure": "Robbery"},
            ValueError,
            "unknown measure of the group: 'Robbery'. Known: Domestic burglary.",
        ),
        (
            {"period": "2011/12"},
            ValueError,
            "unknown period of the group: '2011/12'. Did you mean '2012/13'?",
        ),
    ],
)
def test_what_the_group_does_not_hold_is_refused(changes, error, message):
    with pytest.raises(error) as refused:
        compared(**changes)
    assert message in str(refused.value)


def test_a_group_that_is_not_there_or_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(
        ValueError,
        match=r"unknown group: 'most_similar'\. Known: none\. A group is a file group_most_similar\.csv",
    ):
        load_group("most_similar", tmp_path)
    with pytest.raises(ValueError, match="cannot name a group"):
        load_group("../core_cities", tmp_path)
    text = (REFERENCE / "group_core_cities.csv").read_text(encoding="utf-8")
    (tmp_path / "group_bad.csv").write_text(
        text.replace("23.3", "many").replace("2013-04-30", "April", 1), encoding="utf-8"
    )
    with pytest.raises(DataProblem) as refused:
        load_group("bad", tmp_path)
    assert str(refused.value) == (
        "group_bad.csv, row 2: rate 'many' is not a number.\n"
        "group_bad.csv, row 2: known_from 'April' is not a day such as 2013-04-30."
    )


def test_two_areas_on_one_tile_are_refused(tmp_path):
    (tmp_path / "area_tiles.csv").write_text(
        "area_set,area,row,column,basis\nx,A,1,1,ours\nx,B,1,1,ours\n", encoding="utf-8"
    )
    with pytest.raises(DataProblem) as refused:
        load_area_tables(tmp_path)
    assert str(refused.value) == (
        "area_tiles.csv: 'B' and 'A' of 'x' are both in row 1, column 1. Give one of them another place."
    )


@pytest.mark.parametrize("area_set", ["leeds_2004", "leeds_2018"])
def test_every_ward_has_a_tile_and_no_tile_is_without_its_ward(area_set):
    wards = {a.name for a in load_catalogue(REFERENCE).areas(area_set) if a.kind == "ward"}
    assert load_area_tables(REFERENCE).tiles(area_set).keys() == wards
    assert len(wards) == 33
