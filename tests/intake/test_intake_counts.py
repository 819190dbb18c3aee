"""Recorded counts: months, wholes and what a reader could know on a day."""

import csv
import gzip
from datetime import date

import openpyxl
import pandas as pd
import pytest
from projects import REFERENCE
from real_inputs import LONDON, write_london_project

from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.intake import build_processed, recorded_counts
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.workings.again import work_out
from saferleeds_analysis.workings.counts import total

C_AND_H = [area.name for area in load_catalogue(REFERENCE).parts("leeds_2004", "C&H")]


def rows_of(ward_count: int, *months: str) -> list[str]:
    return [f"{month},{ward},Theft,{ward_count}" for month in months for ward in C_AND_H]


def test_a_division_is_the_sum_of_its_wards_once_every_ward_is_there(project):
    project.rows(*rows_of(2, "2012-08", "2012-09"))
    counts = project.counts()
    assert len(C_AND_H) == 7
    assert counts.series("C&H").tolist() == [14, 14]
    # The city is not the sum of one division of three.
    assert list(counts.by_area.columns) == ["C&H", *C_AND_H]


def test_a_division_lacking_a_ward_is_left_out(project):
    project.rows(*rows_of(2, "2012-09")[1:])
    assert list(project.counts().by_area.columns) == C_AND_H[1:]


def test_the_city_is_the_sum_of_its_divisions_own_rows_or_summed(project):
    project.rows(*rows_of(2, "2012-09"), "2012-09,NEL,Theft,100", "2012-09,NWL,Theft,10")
    assert project.counts().series("Leeds").tolist() == [124]


def test_a_whole_with_its_own_rows_uses_them_and_says_how_far_its_parts_differ(project):
    project.rows(*rows_of(2, "2012-07", "2012-08", "2012-09"), "2012-07,C&H,Theft,14", "2012-08,C&H,Theft,20", "2012-09,C&H,Theft,11")  # fmt: skip
    counts = project.counts()
    assert counts.series("C&H").tolist() == [14, 20, 11]
    assert counts.caveats == (
        "The figures given for C&H differ from the sum of its parts in 2 of 3 months, by up to 6 offences in a month "
        "and +3 in all; the figures given for C&H are used.",
    )


def test_a_whole_that_agrees_with_its_parts_needs_no_caveat(project):
    project.rows(*rows_of(2, "2012-09"), "2012-09,C&H,Theft,14")
    assert project.counts().caveats == ()


@pytest.mark.parametrize(
    ("as_at", "last"),
    [
        (date(2012, 9, 30), "2012-09"),
        (date(2012, 9, 29), "2012-08"),
        (date(2012, 8, 31), "2012-08"),
        (date(2030, 1, 1), "2012-09"),
    ],
)
def test_nothing_is_read_that_had_not_ended_by_the_day(project, as_at, last):
    project.rows(*(f"2012-0{month},Armley,Theft,{month}" for month in range(1, 10)))
    by_area = project.counts(as_at).by_area
    assert str(by_area.index[-1]) == last
    assert str(by_area.index[0]) == "2012-01"


def test_the_index_is_monthly_and_the_counts_are_whole_numbers(project):
    project.rows(
        "2012-09,Armley,Theft,7", "2012-08,Armley,Theft,5", "2012-08,Armley,Other,5", "2012-09,Armley,Other,1"
    )
    by_area = project.counts().by_area
    pd.testing.assert_index_equal(
        by_area.index, pd.period_range("2012-08", "2012-09", freq="M", name="month")
    )
    assert by_area.dtypes.to_dict() == {"Armley": pd.Int64Dtype()}
    series = project.counts().series("Armley")
    assert series.name == "Armley"
    assert series.tolist() == [5, 7]


def test_a_series_starts_with_its_areas_own_first_month(project):
    project.rows("2012-08,Leeds,Theft,90", "2012-09,Leeds,Theft,80", "2012-09,Armley,Theft,7")
    assert [str(month) for month in project.counts().series("Armley").index] == ["2012-09"]


def test_changing_a_series_does_not_change_the_counts(project):
    project.rows("2012-09,Armley,Theft,7")
    counts = project.counts()
    series = counts.series("Armley")
    series.iloc[0] = 99
    assert counts.series("Armley").tolist() == [7]


def test_what_is_not_there_is_refused_with_the_cure(project, make_indicator):
    project.rows("2012-08,Armley,Theft,7", "2012-09,Armley,Theft,7")

    def refusal(indicator, as_at=date(2012, 9, 30)) -> str:
        with pytest.raises(DataProblem) as problem:
            recorded_counts(project.root, indicator, catalogue=project.catalogue, as_at=as_at)
        return str(problem.value)

    assert refusal(make_indicator()) == (
        "the data of indicator 'theft' (source 'thefts') has not been processed. Put its files and a manifest in "
        "data/raw/thefts, then run: saferleeds data"
    )
    project.build()
    assert refusal(make_indicator("Thefts")) == (
        "thefts: no offence 'Thefts' to September 2012. Did you mean 'Theft'?"
    )
    assert refusal(make_indicator("Arson")) == "thefts: no offence 'Arson' to September 2012. It has Theft."
    assert refusal(make_indicator(), date(2012, 8, 30)) == "thefts: no month to July 2012 has data."
    assert refusal(make_indicator(area_set="leeds_2018")) == (
        "indicator 'theft' is counted in area set 'leeds_2018', but source 'thefts' in 'leeds_2004'. Boundaries are not "
        "converted: correct the one that is wrong."
    )
    with pytest.raises(DataProblem) as problem:
        project.counts().series("Leeds")
    assert str(problem.value) == (
        "thefts: no 'Theft' for area 'Leeds' of area set 'leeds_2004'. There is data for Armley."
    )
    (project.processed / "thefts.parquet").write_bytes(b"spoilt")
    assert refusal(make_indicator()) == (
        "data/processed/thefts.parquet is not the table that its provenance describes. Run: saferleeds data"
    )
    (project.processed / "thefts.provenance.json").write_text("{}", encoding="utf-8")
    assert refusal(make_indicator()) == (
        "data/processed: thefts.provenance.json was not written by this version ('source'). Run: saferleeds data"
    )


@pytest.mark.shared
def test_the_london_boroughs_are_read_as_published(tmp_path, shared):
    write_london_project(tmp_path, shared)
    catalogue = load_catalogue(tmp_path / "data" / "raw" / "reference")
    (provenance,) = build_processed(tmp_path, catalogue)
    assert (provenance.rows_in, provenance.rows_out, len(provenance.months)) == (166 * 22, 166 * 22, 166)
    counts = recorded_counts(tmp_path, catalogue.indicator("london_domestic_burglary"), catalogue=catalogue, as_at=date(2023, 9, 30))  # fmt: skip
    assert str(counts.by_area.index[-1]) == "2023-09"
    assert counts.by_area.shape == (162, 23)
    assert counts.caveats == ()
    # The same totals, added up row by row from the published file.
    totals: dict[str, int] = {}
    with gzip.open(
        shared / "data" / "london_borough_monthly_2010-04_2024-01.csv.gz", "rt", encoding="utf-8"
    ) as file:
        for row in csv.DictReader(file):
            if (
                row["minor"] == "Domestic Burglary"
                and "Heathrow" not in row["borough"]
                and row["month"] <= "2023-09"
            ):
                totals[row["month"]] = totals.get(row["month"], 0) + int(row["count"])
    assert {str(month): count for month, count in counts.series(LONDON).items()} == totals


def test_a_count_of_a_workbook_with_names_of_its_own_is_worked_out_again_from_its_rows(project):
    """The trace read such a file as plain CSV before, and ended in an error."""
    project.manifest('month_format = "%b-%y"', "[columns]", '"Month" = "month"', '"Ward" = "area"', '"Crime" = "offence"', '"Offences" = "count"')  # fmt: skip
    book = openpyxl.Workbook()
    for row in (["Month", "Ward", "Crime", "Offences"], ["Aug-12", "Armley", "Theft", 7], [], ["Sep-12", "Armley", "Theft", 5]):  # fmt: skip
        book.active.append(row)
    book.save(project.folder / "a.xlsx")
    counts = project.counts()
    rows = counts.rows("Armley", pd.period_range("2012-09", "2012-09", freq="M"))
    assert rows[0].numbers == (4,)
    measure = Measure(id="count", words="count", role="count", own=True)
    figure = Figure(measure=measure, indicator_id="theft", area="Armley", window=Window.named("September 2012"), value=5, rows=rows, working=Working.of(total))  # fmt: skip
    assert work_out(figure, project.root) == 5


def test_a_count_of_a_wide_sheet_is_not_worked_out_again_and_says_why(project):
    """Its rows hold many months: the whole sheet was read as if each row were a count before."""
    project.manifest('layout = "wide"', "header_rows = [1]", 'offence = "Theft"')
    (project.folder / "a.csv").write_text("area,2012-08,2012-09\nArmley,7,5\n", encoding="utf-8")
    rows = project.counts().rows("Armley", pd.period_range("2012-09", "2012-09", freq="M"))
    measure = Measure(id="count", words="count", role="count", own=True)
    figure = Figure(measure=measure, indicator_id="theft", area="Armley", window=Window.named("September 2012"), value=5, rows=rows, working=Working.of(total))  # fmt: skip
    with pytest.raises(
        ValueError, match=r"a\.csv has not one row a count \(a column a month, in the rows 2\)"
    ):
        work_out(figure, project.root)
