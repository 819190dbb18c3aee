"""Fifty random numbers of the pack are worked out again from their traced rows by a script of its own (independent.py)."""

import json
import math
import random
import shutil
from collections import Counter
from types import SimpleNamespace

import pytest
from projects import ROOT, run
from trace_back.independent import RECIPES, work_out

from saferleeds_analysis.publishing.files import read_figures
from saferleeds_analysis.publishing.trace import Tracer

QUARTER = "2012/13 Q2"
CARD = "domestic-burglary-leeds"


@pytest.fixture(scope="module")
def pack(example):
    """Give the example with all its printed numbers, each with the way to trace it, as plain values."""
    tracer, numbers = Tracer(example.project), []
    for path in sorted(example.project.glob("reports/2012-13_Q2/*/figures.csv")):
        record = json.loads((path.parent / "run.json").read_text(encoding="utf-8"))
        numbers += [
            SimpleNamespace(
                report=path.parent.name,
                row=row,
                printed=figure,
                kind=tracer.kind_of(figure),
                record=record,
            )
            for row, figure in enumerate(read_figures(path), start=1)
            if figure["indicator_id"] != "this pack"
        ]

    def trace(n):
        found = tracer.trace(n.printed, n.row, report=n.report, record=n.record)
        return json.loads(json.dumps(found.to_dict()))

    return SimpleNamespace(project=example.project, numbers=numbers, trace=trace)


def can_be_worked_out(pack):
    """Give the numbers that arithmetic gives: not the letters and words, nor what the edition withholds."""
    return [n for n in pack.numbers if n.kind.how in ("recomputed", "looked up") and is_number(n)]


def is_number(n):
    try:
        return math.isfinite(float(n.printed["value"]))
    except ValueError:
        return False


def check(pack, number):
    trace = pack.trace(number)
    ours = work_out(trace, pack.project, ROOT)
    assert math.isclose(ours, float(number.printed["value"]), rel_tol=1e-9, abs_tol=1e-9), trace
    assert trace["agrees"] is True


def test_every_figure_of_the_pack_is_described(pack):
    """A new measure gets a table in reference/figure_kinds_<subject>.toml: no measure is an exception."""
    missing = Counter((n.report, n.printed["measure"]) for n in pack.numbers if n.kind.how == "not described")
    assert missing == {}


def test_fifty_random_numbers_are_worked_out_again_from_their_rows(pack):
    chosen = random.Random(50).sample(can_be_worked_out(pack), 50)
    for number in chosen:
        check(pack, number)
    assert len(Counter(n.kind.recipe for n in chosen)) >= 5, "a draw of many kinds"


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_kind_of_arithmetic_is_worked_out_again(pack, recipe):
    """A random draw may miss a rare kind, so each has three of its own."""
    of_kind = [n for n in can_be_worked_out(pack) if n.kind.recipe == recipe]
    assert of_kind, "no printed number is made so"
    for number in random.Random(3).sample(of_kind, min(3, len(of_kind))):
        check(pack, number)


def test_every_number_that_can_be_worked_out_is_the_printed_one(pack):
    can_be = can_be_worked_out(pack)
    wrong = [(n.report, n.row, n.printed["measure"]) for n in can_be if pack.trace(n)["agrees"] is not True]
    assert wrong == []
    assert len(can_be) > 2_500


def test_what_is_modelled_is_the_same_when_its_notebook_is_run_again(pack, tmp_path):
    """Simulated and seasonally adjusted figures: the notebook and the parameters that the trace names give them again."""
    modelled = [n for n in pack.numbers if n.kind.how == "re-run" and n.report == CARD]
    chosen = random.Random(10).sample(modelled, 10)
    trace = pack.trace(chosen[0])
    assert trace["notebook"]["name"] == "recorded_crime_card.ipynb"
    for folder in ("notebooks", "data"):
        shutil.copytree(pack.project / folder, tmp_path / folder)
    given = trace["parameters"]
    again = run(
        tmp_path, "report", given["quarter"], "--indicator", given["indicator"], "--area", given["area"]
    )
    assert again.returncode == 0, again.stderr
    figures = read_figures(tmp_path / "reports/2012-13_Q2" / CARD / "figures.csv")
    for n in chosen:
        assert figures[n.row - 1] == n.printed


def test_a_withheld_number_is_not_in_its_trace(pack):
    withheld = [n for n in pack.numbers if n.printed["value"] == "[c]"]
    for n in withheld:
        for given in pack.trace(n)["inputs"]:
            assert given["rows"] == []
            assert given["note"] == "not shown, because the number is withheld"
    assert any(pack.trace(n)["inputs"] for n in withheld)


def test_no_respondent_is_in_a_trace(pack):
    surveys = [n for n in pack.numbers if n.kind.recipe == "weighted percentage"]
    for number in random.Random(1).sample(surveys, 5):
        (given,) = pack.trace(number)["inputs"]
        assert [set(row) for row in given["rows"]] == [{"row", "rows", "weights", "weights that count"}]
        assert "none of them shown, since each is a person" in given["note"]


def test_the_command_prints_the_way_back(pack):
    wanted = ["--measure", "twelve_month_count", "--area", "Leeds", "--period", "12 months to September 2012"]
    done = run(pack.project, "trace", "--quarter", QUARTER, "--report", CARD, *wanted)
    assert done.returncode == 0, done.stderr
    for words in (
        f"Printed: 5938 offences (row 4 of {CARD}/figures.csv)",
        "Worked out again: the rows sum to 5,938: the printed number",
        "data/raw/illustrative_burglary/leeds_domestic_burglary.csv (SHA-256 ",
        "rows 2576 to 2971",  # October 2011 to September 2012: 12 months of 33 wards
        "and 393 more",
    ):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--report", "nowhere", "--row", "1"], "there is no report 'nowhere' in this pack. Its reports: "),
        (["--report", CARD, "--row", "99999"], f"{CARD}/figures.csv has the rows 1 to "),
        (["--report", CARD], "say which number: --row, or --measure with --area and --period."),
        (["--report", CARD, "--measure", "x"], f"no figure of {CARD} has measure 'x'. Its measures: "),
    ],
)
def test_a_number_that_is_not_there_is_said_to_be(pack, words, message):
    done = run(pack.project, "trace", "--quarter", QUARTER, *words)
    assert done.returncode == 1
    assert message in done.stderr


def test_each_page_leads_to_its_trace_and_back(pack):
    folder = pack.project / "reports/2012-13_Q2" / CARD
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<a href="trace.html">Where these numbers come from</a>' in page
    trace = (folder / "trace.html").read_text(encoding="utf-8")
    assert 'href="report.html"' in trace
    assert "the rows sum to 5,938: the printed number" in trace
    assert "NOT the printed number" not in trace
