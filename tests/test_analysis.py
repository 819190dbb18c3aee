"""What an analyst calls: the public names, series of one's own, and what a notebook shows of a result."""

import inspect

import numpy as np
import pandas as pd
import papermill
import pytest
from projects import ROOT

import saferleeds_analysis as sl
from saferleeds_analysis.methods.survey_summaries import change_between_percentages
from saferleeds_analysis.reporting.blocks import BLOCKS_MEDIA_TYPE, Chart, Table, block_of
from saferleeds_analysis.reporting.views import view
from saferleeds_analysis.results import Result

MONTHS = pd.period_range("2016-04", periods=114, freq="M")  # to September 2025


@pytest.fixture(scope="module")
def burglary():
    expected = 300 * (1 + 0.2 * np.cos(MONTHS.month * np.pi / 6))
    return pd.Series(np.random.default_rng(1).poisson(expected), MONTHS, name="burglary")


@pytest.fixture(scope="module")
def adjusted(burglary):
    return sl.seasonally_adjust(burglary)


@pytest.mark.parametrize("name", sl.__all__)
def test_each_public_name_is_there_and_explained_by_an_example(name):
    found = getattr(sl, name)
    assert found.__module__.startswith("saferleeds_analysis")
    assert ">>> " in inspect.getdoc(found)


def test_the_tab_key_shows_the_public_names_and_no_more():
    assert [name for name in dir(sl) if not name.startswith("_")] == sorted(sl.__all__)
    assert len(sl.__all__) <= 35


def test_a_misspelt_name_is_refused_with_what_there_is():
    with pytest.raises(
        AttributeError, match="saferleeds_analysis has no 'seasonaly_adjust': it has .*seasonally_adjust"
    ):
        sl.seasonaly_adjust  # noqa: B018


def results(burglary, adjusted):
    wards = pd.DataFrame({"Armley": burglary, "Otley": burglary // 9})
    people = pd.DataFrame({"safe": ["yes", "yes", "no"] * 60, "year": [1, 2] * 90, "weight": 1.0})
    design = sl.survey_design(people, weight="weight")
    first, second = (
        sl.survey_percentage(
            design, "safe", answers=["yes"], out_of=["yes", "no"], where=people["year"] == year
        )
        for year in (1, 2)
    )
    cities = pd.read_csv(ROOT / "data/raw/reference/group_core_cities.csv")
    return {
        "twelve months": sl.twelve_months(burglary),
        "areas": sl.by_area(wards, area_set="wards_2018"),
        "season": adjusted,
        "borrowed": sl.borrow_seasonality(wards, parent=adjusted)["Otley"],
        "year": sl.trajectory(adjusted, at_most=3600),
        "year without a target": sl.trajectory(burglary),
        "control chart": sl.control_chart(adjusted, improvement_direction="decrease"),
        "percentage": sl.published_percentage(62.0, base=310, design_effect=1.3, definition="feels safe"),
        "change of a survey": sl.survey_change(design, earlier=first, later=second),
        "breakdown": sl.survey_breakdown(design, "safe", by="year", out_of=["yes", "no"]),
        "sample": sl.sample_size(margin=3, response_rate=20, design_effect=1.2),
        "group": sl.compare_with_group(cities, area="Leeds"),
        "cost": sl.cost_of_crime(burglary[-12:], offence="Domestic burglary", edition="2019/20"),
        "funding": sl.funding_scenario(sl.open(ROOT).cost_tables.funding("pcso_leeds_2015_16"), share=0.5),
        "replay": sl.replay(burglary),
        "variation": sl.variation(burglary),
        "intervention": sl.evaluate_intervention(
            pd.DataFrame({f"Ward {n}": burglary + n for n in range(12)}),
            areas=["Ward 0"],
            start=MONTHS[-12],
        ),
    }


def test_each_result_shows_itself_and_its_repr_holds_no_number(burglary, adjusted):
    found = results(burglary, adjusted)
    for name, result in found.items():
        shown = result._repr_mimebundle_()
        assert shown["text/html"] and block_of(shown[BLOCKS_MEDIA_TYPE]).text == shown["text/plain"], name
        assert repr(result) == f"<{type(result).__name__}>"
        assert isinstance(result.to_frame(), pd.DataFrame), name
        assert "nan" not in shown["text/plain"].casefold(), name
    charted = {
        name for name, result in found.items() if any(isinstance(b, Chart) for b in view(result).walk())
    }
    assert charted == {
        "twelve months",
        "season",
        "borrowed",
        "year",
        "year without a target",
        "control chart",
    }
    tables = {
        name for name, result in found.items() if any(isinstance(b, Table) for b in view(result).walk())
    }
    assert {"areas", "season", "breakdown", "group", "cost", "sample", "replay"} <= tables


def test_a_series_by_days_is_the_same_as_one_by_months(burglary):
    by_day = burglary.set_axis(MONTHS.to_timestamp(how="end").normalize())
    for method in (sl.twelve_months, sl.trajectory):
        assert view(method(by_day)).text == view(method(burglary)).text


WRONG = {
    "no index": (lambda s: s.reset_index(drop=True), "series.index = pd.PeriodIndex(series.index, freq='M')"),
    "days": (
        lambda s: pd.Series([1, 2], pd.to_datetime(["2024-01-03", "2024-01-09"]), name="x"),
        "several rows lie in January 2024. Add them up: series = series.groupby(series.index.to_period('M')).sum()",
    ),
    "time zone": (
        lambda s: s.set_axis(MONTHS.to_timestamp().tz_localize("UTC")),
        "series.index = series.index.tz_localize(None).to_period('M')",
    ),
    "no name": (lambda s: s.rename(None), "counts.rename('burglary')"),
    "quarters": (
        lambda s: s.set_axis(pd.period_range("1990Q1", periods=len(s), freq="Q-MAR")),
        "are made of months",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_series_that_is_not_by_months_is_refused_with_the_line_that_makes_it_so(burglary, wrong):
    spoil, cure = WRONG[wrong]
    with pytest.raises(ValueError) as refused:
        sl.twelve_months(spoil(burglary))
    assert cure in str(refused.value)


@pytest.mark.parametrize(
    "spoil", [lambda s: s.drop(s.index[-3]), lambda s: s.astype(float).where(s.index != s.index[-3])]
)
def test_a_month_without_a_count_is_named(burglary, spoil):
    with pytest.raises(sl.DataProblem, match=r"'burglary':\n- no (row|count) for (2025-07|July 2025)"):
        sl.twelve_months(spoil(burglary))


def test_a_month_missing_long_ago_is_no_less_missing(burglary):
    """The total of twelve rows would be one of thirteen months."""
    with pytest.raises(sl.DataProblem, match="no row for"):
        sl.twelve_months(burglary.drop(burglary.index[5]))
    with pytest.raises(sl.DataProblem, match="burglary: 23 months are too few"):
        sl.twelve_months(burglary[-23:])


def test_what_a_pages_own_tables_decide_cannot_be_given_beside_them():
    page = sl.open(ROOT).page("2012/13 Q2", indicator="domestic_burglary", area="Leeds", as_at="2012-09-30")
    counts = page.counts()
    with pytest.raises(
        ValueError, match=r"choices and caveats of the project's tables. Take counts\.monthly"
    ):
        sl.seasonally_adjust(counts, spec=sl.SeasonalSpec())
    season = sl.seasonally_adjust(counts)
    for given in ({"at_most": 5000}, {"year": "2013/14"}):
        with pytest.raises(ValueError, match="targets of the project's tables"):
            sl.trajectory(season, **given)


def test_a_change_of_a_survey_is_said_in_tenths_of_a_point(burglary):
    printed = {"base": 6073, "design_effect": 1.25, "definition": "ASB got worse"}
    before, after = (sl.published_percentage(value, **printed) for value in (16.94, 12.62))
    # The published card: a fall of 4.32 points.
    said = view(change_between_percentages(earlier=before, later=after)).text
    assert said == "16.9% to 12.6%: fell by 4.3 points (2.9 to 5.7)."


def test_a_target_needs_its_number_only(burglary):
    course = sl.trajectory(burglary, at_most=3600)
    [chance] = course.projection.chances
    assert (chance.target.comparison, chance.target.value, chance.target.period) == (
        "at most",
        3600,
        "2025/26",
    )
    assert chance.probability == course.projection.chance_at_most(3600)
    more = sl.trajectory(burglary, at_least=3600).projection.chances[0].probability
    assert more == 1 - course.projection.chance_at_most(3599)
    with pytest.raises(ValueError, match="give one target"):
        sl.trajectory(burglary, at_most=1, at_least=2)


def test_a_complete_year_has_no_projection(burglary):
    course = sl.trajectory(burglary[:"2025-03"], at_most=3600, year="2024/25")
    assert course.projection is None
    assert course.path.path["actual"].iloc[-1] == burglary["2024-04":"2025-03"].sum()
    assert sl.trajectory(burglary[:"2025-03"]).path.year == sl.financial_year("2025/26")


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"is no project: it holds no folder data/raw"):
        sl.open(tmp_path)


def test_stock_papermill_refuses_a_misspelt_parameter(tmp_path):
    """papermill only warns, and would run the notebook with its default."""
    with pytest.raises(papermill.PapermillExecutionError) as refused:
        papermill.execute_notebook(
            ROOT / "notebooks/areas.ipynb",
            tmp_path / "out.ipynb",
            parameters={"quater": "2012/13 Q1"},
            cwd=ROOT / "notebooks",
            progress_bar=False,
        )
    assert refused.value.evalue == "unknown parameter: 'quater'. Did you mean 'quarter'?"


def test_a_notebook_of_own_analysis_is_under_ten_lines():
    """The guide's: a series to an adjusted chart, a milestone range with its chance, an interval, a cost."""
    text = (ROOT / "docs/guides/notebook-cookbook.md").read_text(encoding="utf-8")
    whole = text.split("## 4. ")[1].split("## 5. ")[0]
    [cell] = [part.split("```")[0] for part in whole.split("```python\n")[1:]]
    lines = [line for line in cell.splitlines() if line.strip()]
    assert len(lines) < 10
    for call in ("seasonally_adjust", "trajectory", "published_percentage", "cost_of_crime"):
        assert call in cell


def test_a_result_without_a_view_of_its_own_shows_its_table():
    class Answer(Result):
        def to_frame(self):
            return pd.DataFrame({"of_what": ["wards"], "share": [0.25], "count": [1204]})

    assert view(Answer()).text == "Answer\nOf what | Share | Count\nwards | 0.25 | 1,204"
