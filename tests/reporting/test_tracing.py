"""Traces in words: row numbers, sums of persons, and values of a settings file."""

import pytest

from saferleeds_analysis.reporting.figure_kinds import figure_kind
from saferleeds_analysis.reporting.tracing import Trace, TracedRows, trace_page


def rows(*numbers, note=""):
    return TracedRows(
        role="counts", file="a.csv", sha256="f" * 64, rows=tuple({"row": n} for n in numbers), note=note
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (rows(7), "row 7"),
        (rows(2, 3, 4, 9), "rows 2 to 4 and 9"),
        (rows(9, 2, 5, 6), "rows 2, 5 to 6 and 9"),
        (rows("sums", note="1,518 rows, none of them shown"), "1,518 rows, none of them shown"),
        (rows("measured.held_80"), "measured.held_80"),
    ],
)
def test_rows_are_named_in_words(given, words):
    assert given.numbers() == words


@pytest.mark.parametrize("given", [rows(2, 3), rows("sums", note="1,518 rows"), rows("measured.held_80")])
def test_a_page_of_traces_is_made_of_every_kind_of_row(given):
    trace = Trace(
        report="card",
        row=1,
        figure={
            "measure": "twelve_month_count",
            "area": "Leeds",
            "period": "12 months",
            "value": "5",
            "unit": "",
            "method": "",
        },
        section="",
        notebook={"name": "card.ipynb", "sha256": "0" * 64},
        parameters={"quarter": "2012/13 Q2"},
        code_version="abc",
        kind=figure_kind("twelve_month_count"),
        inputs=(given,),
        recomputed=5.0,
        working="the rows sum to 5",
    )
    text = trace_page("Where", [trace], [trace], quarter="2012/13 Q2", report="card").text
    assert "Worked out again: the rows sum to 5: the printed number" in text
    assert given.numbers() in text
    assert "1 of 1 agree" in text
