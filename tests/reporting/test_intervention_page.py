"""The page of did it work: its verdicts, every figure worked again, what was printed of 2012, and tables that are refused."""

import shutil
from dataclasses import replace

import pytest
from projects import REFERENCE
from worked_again import all_agree

from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting.intervention import did_it_work

HEAD = "id,title,indicator_id,areas,start,donors,around,done,source,note\n"
ROW = {
    "id": "gates",
    "title": "the alley gates",
    "indicator_id": "domestic_burglary",
    "areas": "Armley; Kirkstall",
    "start": "2011-10",
    "donors": "Alwoodley; Harewood; Horsforth; Moortown; Pudsey; Weetwood; Wetherby",
    "around": "",
    "done": "Gates were put up",
    "source": "Board paper",
    "note": "",
}


@pytest.fixture(scope="module")
def page(counts, tmp_path_factory):
    """Give the function that makes the page of a row of interventions.csv, changed as asked, on the counts of the example."""
    folder = tmp_path_factory.mktemp("tables") / "reference"
    shutil.copytree(REFERENCE, folder)

    def made(data=counts, **changes):
        write(folder, changes)
        known = load_catalogue(folder)
        return did_it_work(data, intervention="gates", catalogue=known, area="Leeds")

    return made


@pytest.fixture(scope="module")
def optimal(counts):
    known = load_catalogue(REFERENCE)
    return did_it_work(counts, intervention="operation_optimal", catalogue=known, area="Leeds")


@pytest.fixture(scope="module")
def first_screen(optimal):
    return optimal.top()


def write(folder, *rows):
    lines = [",".join((ROW | changes).values()) for changes in rows]
    (folder / "interventions.csv").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def recorded(counts):
    return replace(counts, source=replace(counts.source, status="recorded", notice=""))


def test_illustrative_months_prove_nothing_whatever_they_give(optimal, first_screen):
    assert (optimal.found.verdict, optimal.verdict) == ("fell", "cannot tell")
    first = first_screen.text
    assert "Domestic burglary in NWL: these figures cannot tell whether Operation Optimal changed it" in first
    assert "Illustrative: no evidence." in first
    assert "they are not police records" in first
    assert "What could tell\n\n- Recorded months of the areas" in first
    assert "What is sure" not in first


def test_what_was_printed_of_operation_optimal_cannot_support_the_claim(optimal):
    # Report card of 2012/13 Q2: NWL -39.5% (1,753 fewer), NEL -39.0%, C&H 1,014 to 958 by what is left of it; Leeds 5,938, 3,276 fewer.
    # 60.5/61.0 is 0.992. NWL had 1,753/0.395 = 4,438 and then 2,685; the rest 4,776 and then 3,253, and 0.605/0.681 is 0.888.
    found = {dict(f.qualifiers).get("other"): f.value for f in optimal.printed().figures}
    assert found["NEL"] == pytest.approx(-0.8, abs=0.05)
    assert found["the rest of Leeds"] == pytest.approx(-11.2, abs=0.05)
    assert found["C&H"] == pytest.approx(-36, abs=0.5)
    assert optimal.printed().text.endswith(
        "these figures cannot support a claim that Operation Optimal worked."
    )


def test_every_figure_is_worked_out_again_from_its_rows(optimal, first_screen, page, counts):
    with_areas_around = page(recorded(counts), around="Bramley & Stanningley").top()
    assert any("displaced" in f.words for f in with_areas_around.figures)
    of_optimal = (*first_screen.figures, *optimal.placebos().figures, *optimal.printed().figures)
    for figures in (of_optimal, with_areas_around.figures):
        assert all(f.working is not None for f in figures)
        assert all_agree(figures)
    assert {f.status for f in of_optimal} == {"illustrative", "published"}
    assert "In the areas around it, Bramley & Stanningley: " in with_areas_around.text
    assert "No areas around it are named" not in with_areas_around.text
    assert "What is sure" in with_areas_around.text


def test_without_donors_all_other_areas_of_the_kind_are_compared_with(page, counts):
    assert len(page(around="Bramley & Stanningley", donors="").row.donors) == 30  # of 33 wards


def test_a_planted_fall_is_the_headline(page, counts):
    fallen = recorded(counts)
    months = fallen.by_area.index >= "2011-10"
    by_area = fallen.by_area.copy()
    by_area.loc[months, ["Armley", "Kirkstall"]] //= 4
    found = page(replace(fallen, by_area=by_area))
    assert (
        "Domestic burglary fell further in Armley and Kirkstall than elsewhere after the alley gates began"
        in found.top().text
    )


def test_where_nothing_can_be_evaluated_the_page_says_why(page):
    found = page(areas="NWL", donors="")
    assert found.found is None
    assert found.placebos().text == ""
    first = found.top()
    text = first.text
    assert "Domestic burglary in NWL: these figures cannot tell whether the alley gates changed it" in text
    assert "Nothing is evaluated: 2 places without the intervention are too few: 5 at least." in text
    assert "Beside places without it" not in text
    assert all_agree(first.figures)


def test_a_place_without_counts_is_named(page, counts):
    found = page(replace(counts, by_area=counts.by_area.drop(columns=["Armley", "Kirkstall"])))
    assert "Nothing is evaluated: there are no counts of Armley and Kirkstall." in found.top().text


def test_nothing_is_printed_of_few_offences(page, counts):
    by_area = counts.by_area.copy()
    by_area.loc["2011-10":, ["Armley", "Kirkstall"]] = 1
    found = page(replace(counts, by_area=by_area))
    first = found.top()
    assert "of fewer than 30 offences a year in Armley and Kirkstall nothing is printed." in first.text
    assert first.figures == ()
    by_area["NWL"] = 1
    printed = page(replace(counts, by_area=by_area), areas="NWL", donors="Rothwell").printed()
    assert (
        "The printed change of NWL, 12 months to September 2012, is −39.5%: −0.8% beside NEL" in printed.text
    )


def test_counts_elsewhere_of_two_interventions_are_two_figures(first_screen, page):
    other = page().top()
    there = [
        {f.identity for f in one.figures if f.area == "7 places elsewhere"} for one in (first_screen, other)
    ]
    assert there[0] and there[1] and not there[0] & there[1]


def test_months_so_far_are_set_beside_the_same_months(page):
    found = page(start="2012-04")
    assert [w.name for w in found.windows][-2:] == [
        "April 2011 to September 2011",
        "April 2012 to September 2012",
    ]
    assert found.found.months == 6
    with pytest.raises(QuarterNotHeld, match="the first month is October 2012, after the last"):
        page(start="2012-10")


def test_an_intervention_of_another_measure_is_refused(page):
    with pytest.raises(
        ValueError,
        match="intervention 'gates' is about 'lasbt_cases', and the page about 'domestic_burglary'",
    ):
        page(indicator_id="lasbt_cases", areas="Leeds", donors="")


def test_all_that_is_wrong_with_the_table_comes_in_one_message(tmp_path):
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    write(
        tmp_path,
        {"areas": "Armly", "donors": "Horsforth; Horsforth"},
        {"indicator_id": "burglry"},
        {"id": "lights", "areas": "NWL", "donors": "NEL", "around": "Armley"},
    )
    with pytest.raises(DataProblem) as refused:
        load_catalogue(tmp_path)
    assert str(refused.value) == (
        "interventions.csv, row 2, column areas: unknown area of area set 'leeds_2004': 'Armly'. Did you mean 'Armley'?\n"
        "interventions.csv, row 2, column donors: 'Horsforth' overlaps 'Horsforth' of column donors. Take one of them out.\n"
        "interventions.csv, row 3, column id: 'gates' is there twice. Give each intervention an id of its own.\n"
        "interventions.csv, row 3, column indicator_id: unknown indicator: 'burglry'. Did you mean 'domestic_burglary'?\n"
        "interventions.csv, row 4, column around: 'Armley' overlaps 'NWL' of column areas. Take one of them out."
    )
    write(tmp_path, {"start": "2011/10"}, {"done": ""})
    with pytest.raises(
        DataProblem, match=r"row 2: '2011/10' is not a month.*\n.*row 3: nothing stands in done"
    ) as refused:
        load_catalogue(tmp_path)
