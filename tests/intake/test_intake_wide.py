"""Extracts with their months across: read by what the manifest says of them, and the exact words of what is refused."""

import time
from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WIDE = (
    'layout = "wide"',
    "header_rows = [3, 4]",
    'month_format = "%Y %b"',
    'columns_not_read = ["2012 Total"]',
    'total_rows = { "Total" = "above", "All wards" = "all" }',
    'footnotes_from = "Source"',
    "[columns]",
    '"Ward" = "area"',
    '"Crime" = "offence"',
)
# As a force sends it: a title, the year merged over its months, wards merged over their offences, totals, footnotes.
SHEET = [
    ["Recorded crime by ward", None, None, None, None],
    [None] * 5,
    ["Ward", "Crime", 2012, None, None],
    [None, None, "Aug", "Sep", "Total"],
    ["Armley", "Theft", 7, 5, 12],
    [None, "Burglary", 3, 4, 7],
    ["Total", None, 10, 9, 19],
    ["Horsforth", "Theft", 1, 0, 1],
    [None, "Burglary", 2, 2, 4],
    ["Total", None, 3, 2, 5],
    ["All wards", None, 13, 11, 24],
    [None] * 5,
    ["Source: the force's system, as at 5 October 2012.", None, None, None, None],
    ["Figures are provisional.", None, None, None, None],
]
MERGED = ("A1:E1", "A3:A4", "B3:B4", "C3:E3", "A5:A6", "A8:A9")
COUNTS = {
    ("2012-08", "Armley", "Theft"): 7,
    ("2012-09", "Armley", "Theft"): 5,
    ("2012-08", "Armley", "Burglary"): 3,
    ("2012-09", "Armley", "Burglary"): 4,
    ("2012-08", "Horsforth", "Theft"): 1,
    ("2012-09", "Horsforth", "Theft"): 0,
    ("2012-08", "Horsforth", "Burglary"): 2,
    ("2012-09", "Horsforth", "Burglary"): 2,
}


def save(project, rows, merged=(), name="a.xlsx", **cells):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for span in merged:
        book.active.merge_cells(span)
    for place, value in cells.items():
        book.active[place] = value
    book.save(project.folder / name)


def counted(project):
    table = pd.read_parquet(project.processed / "thefts.parquet")
    return {
        (r.month, r.area, r.offence): r.count
        for r in table[["month", "area", "offence", "count"]].itertuples(index=False)
    }


@pytest.fixture
def wide(project):
    project.manifest(*WIDE)
    return project


def test_a_sheet_as_it_is_sent_gives_the_counts_of_its_cells_and_nothing_else(wide):
    save(wide, SHEET, MERGED)
    (provenance,) = wide.build()
    assert counted(wide) == COUNTS
    assert provenance.notes == ("thefts/a.xlsx: columns not read: 2012 Total.",)
    assert (provenance.rows_in, provenance.rows_out) == (8, 8)


def test_a_count_leads_to_its_row_and_says_that_the_row_holds_many_months(wide):
    save(wide, SHEET, MERGED)
    counts = wide.counts()
    (rows,) = counts.rows("Armley", pd.period_range("2012-08", "2012-09", freq="M"))
    assert (rows.file, rows.numbers, rows.note) == (
        "data/raw/thefts/a.xlsx",
        (),
        "a column a month, in the rows 5",
    )


@pytest.mark.parametrize(
    ("cell", "value", "message"),
    [
        ("C7", 11, "cell C7: 'Total' is 11, but the rows since the total before it add up to 10. Ask which is right."),
        ("D10", 3, "cell D10: 'Total' is 3, but the rows since the total before it add up to 2. Ask which is right."),
        ("C11", 14, "cell C11: 'All wards' is 14, but all rows above it add up to 13. Ask which is right."),
        ("C11", "n/a", "cell C11: 'All wards' has no whole number. Ask for the file again."),
        ("A8", "Horsfrth", "row 8, column 'area': 'Horsfrth' is not an area of area set 'leeds_2004'. Did you mean 'Horsforth'? Names must agree to the letter."),
        ("D9", -2, "cell D9: '-2' is negative. A count is 0 or more: ask what the correction belongs to."),
        ("D9", None, "cell D9: is empty. Write the count, and 0 if there was none."),
        ("D4", "Sept", "cell D4: '2012 Sept' is not a month in the stated month_format '%Y %b', such as 2012 Sep."),
        ("D4", "Oct", "cell D4: '2012 Oct' had not ended on 5 October 2012, when the data was received. Take the row out, or correct received in source.toml."),
        ("E4", "Sum", "row 4: has no column '2012 Total', which columns_not_read names. Correct it in source.toml."),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_named_by_its_cell(wide, cell, value, message):
    merged = [span for span in MERGED if not (cell == "A8" and span == "A8:A9")]
    rows = [list(row) for row in SHEET]
    if cell == "A8":
        rows[8][0] = "Horsforth"
    save(wide, rows, merged, **{cell: value} if value is not None else {})
    if value is None:
        rows[8][3] = None
        save(wide, rows, merged)
    assert message in wide.refusal()
    assert wide.refusal().splitlines()[0].startswith("thefts/a.xlsx, ")


def test_a_count_that_is_merged_over_two_months_is_not_counted_twice(wide):
    save(wide, SHEET, (*MERGED, "C9:D9"))
    assert (
        "thefts/a.xlsx, cell D9: is empty. Write the count, and 0 if there was none."
        in wide.refusal().splitlines()
    )


def test_a_total_that_source_toml_does_not_name_is_no_area(project):
    project.manifest(*(line for line in WIDE if not line.startswith("total_rows")))
    save(project, SHEET, MERGED)
    lines = project.refusal().splitlines()
    assert [line for line in lines if "'Total' is not an area" in line]
    assert [line for line in lines if "'All wards' is not an area" in line]


def test_excel_dates_head_the_columns_and_one_offence_stands_in_the_manifest(project):
    project.manifest('layout = "wide"', "header_rows = [1]", 'offence = "Theft"')
    save(project, [["area", datetime(2012, 8, 1), datetime(2012, 9, 1)], ["Armley", 7, 5]])
    project.build()
    assert counted(project) == {("2012-08", "Armley", "Theft"): 7, ("2012-09", "Armley", "Theft"): 5}


def test_a_csv_file_may_be_wide_and_what_stands_beyond_its_header_is_not_left_out(project):
    project.manifest('layout = "wide"', "header_rows = [2]")
    project.file("Thefts\narea,offence,2012-08\nArmley,Theft,7\n", "a.csv")
    project.build()
    assert counted(project) == {("2012-08", "Armley", "Theft"): 7}
    project.file("Thefts\narea,offence,2012-08\nArmley,Theft,7,8\n", "a.csv")
    with pytest.raises(Exception, match=r"thefts/a.csv, cell D2: is empty. Write the month"):
        project.build()


def test_a_sheet_without_its_columns_is_refused_with_the_cure(project):
    project.manifest('layout = "wide"', "header_rows = [1]")
    save(project, [["Place", "2012-08"], ["Armley", 7]])
    assert project.refusal().splitlines() == [
        "thefts/a.xlsx, row 1: column 'area' is there 0 times and must be there once; found 'Place', '2012-08'. Name it in "
        'source.toml: [columns] "Their name" = "area".',
        "thefts/a.xlsx, row 1: column 'offence' is there 0 times and must be there once; found 'Place', '2012-08'. Name it in "
        'source.toml: [columns] "Their name" = "offence", or state offence = "...".',
    ]


def test_a_sheet_of_totals_alone_is_refused(wide):
    save(wide, [*SHEET[:4], ["Total", None, 0, 0, 0]], MERGED[:4])
    assert wide.refusal() == (
        "thefts/a.xlsx: has no row of counts below the header in row 4. Correct header_rows in source.toml."
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.lists(st.integers(0, 999), min_size=3, max_size=3), min_size=2, max_size=2))
def test_wide_and_long_are_the_same_table(project, counts):
    """A law: months across or down, the counts are the same."""
    for path in project.folder.glob("*.xlsx"):
        path.unlink()
    wards, months = ("Armley", "Horsforth"), ("2012-07", "2012-08", "2012-09")
    project.manifest('layout = "wide"', "header_rows = [1]", 'offence = "Theft"')
    save(project, [["area", *months], *([w, *own] for w, own in zip(wards, counts, strict=True))])
    project.build()
    assert counted(project) == {
        (month, ward, "Theft"): counts[w][m] for w, ward in enumerate(wards) for m, month in enumerate(months)
    }


def test_an_empty_cell_is_0_in_a_total_too_where_the_manifest_says_so(wide):
    wide.manifest("empty_means = 0", *WIDE)
    save(wide, SHEET, MERGED, D8=None, D9=None, D10=None, D11=9, E8=1, E9=2, E10=3, E11=22)
    wide.build()
    assert counted(wide) == COUNTS | {("2012-09", "Horsforth", "Burglary"): 0}


def test_a_wide_file_of_a_whole_force_is_read_in_seconds(project):
    # 500 rows of 200 months; filling the totals across its 100,000 cells took minutes.
    months = pd.period_range("1996-01", periods=200, freq="M")
    crimes = [f"Crime {number}" for number in range(500)]
    header = ["Ward", "Crime", *(f"{month:%Y%m}" for month in months)]
    rows = [["Armley", crime, *["1"] * len(months)] for crime in crimes]
    project.file("\n".join(",".join(row) for row in [header, *rows]) + "\n")
    settings = ('layout = "wide"', "header_rows = [1]", 'month_format = "%Y%m"')
    project.manifest(*settings, "[columns]", '"Ward" = "area"', '"Crime" = "offence"')
    started = time.process_time()
    (provenance,) = project.build()
    assert provenance.rows_in == 100_000
    assert time.process_time() - started < 20
