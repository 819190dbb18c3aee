"""Two hundred random numbers of the pack are worked out again from the rows they name, by a script of its own (independent.py)."""

import random
from collections import Counter

import pytest
from projects import run
from trace_back.independent import agrees, figures_of, numbers_of, work_out

from saferleeds_analysis.publishing.content import pack_figures
from saferleeds_analysis.publishing.kept_rows import is_reference
from saferleeds_analysis.workings import counts

QUARTER, PACK = "2012/13 Q2", "reports/2012-13_Q2"
CARD = "domestic-burglary-leeds"
# Sums and differences of counts: each row that they name is in them.
COUNTING = {
    f"{counts.__name__}.{f.__name__}" for f in (counts.total, counts.difference, counts.percent_change)
}


@pytest.fixture(scope="module")
def figures(example):
    """Give every figure of the example's public pack, as the script reads it."""
    return figures_of(example.project, PACK)


@pytest.fixture(scope="module")
def worked(figures):
    """Give the figures that have a working."""
    return [figure for figure in figures if "working" in figure]


@pytest.fixture(scope="module")
def counted(worked):
    """Give sixty figures that are counted from rows."""
    known = [f for f in worked if f["working"][0] in COUNTING]
    return random.Random(60).sample(known, 60)


def named(figure):
    return figure["report"], figure["measure"], figure["area"], figure["window"][0]


def test_two_hundred_random_figures_come_out_of_their_rows_again(worked, example):
    chosen = random.Random(200).sample(worked, 200)
    wrong = [named(f) for f in chosen if not agrees(f, work_out(f, example.project))]
    assert wrong == []
    assert len(Counter(f["working"][0] for f in chosen)) >= 5, "a draw of many kinds"


def test_each_function_makes_the_figures_that_name_it(worked, example):
    """A random draw may miss a rare function, so each has three of its own."""
    functions = sorted({f["working"][0] for f in worked})
    for function in functions:
        of_it = [f for f in worked if f["working"][0] == function]
        for figure in random.Random(3).sample(of_it, min(3, len(of_it))):
            assert agrees(figure, work_out(figure, example.project)), named(figure)
    assert len(functions) >= 5


def test_the_script_finds_every_figure_that_the_pack_prints(figures, example):
    printed = Counter((one.report, str(one.figure.value)) for one in pack_figures(example.project / PACK))
    assert Counter((f["report"], str(f["value"])) for f in figures) == printed


def test_every_row_that_a_count_names_is_in_it(counted, example):
    """One more in one of its rows, and the value is another one."""
    chance = random.Random(1)
    for figure in counted:
        rows = chance.choice([rows for rows in figure["rows"] if rows["numbers"]])
        file, number = rows["file"], chance.choice(numbers_of(rows))

        def one_more(of, table, numbers, file=file, number=number):
            if of != file:
                return table, numbers
            table = table.copy()
            table.loc[number - 2, "count"] += 1
            return table, numbers

        again = work_out(figure, example.project, change=one_more)
        assert not agrees(figure, again), (named(figure), file, number)


def test_no_row_that_a_count_does_not_name_is_in_it(counted, example):
    """Any other row is taken out of the file, and those below it move up: the value is the same."""
    chance = random.Random(2)
    for figure in counted:
        file = chance.choice(figure["rows"])["file"]
        its = {n for rows in figure["rows"] if rows["file"] == file for n in numbers_of(rows)}
        taken = []

        def without(of, table, numbers, file=file, its=its, taken=taken):
            if of != file:
                return table, numbers
            if not taken:
                taken.append(chance.choice([n for n in range(2, len(table) + 2) if n not in its]))
            left = table.drop(index=taken[0] - 2).reset_index(drop=True)
            return left, [n - (n > taken[0]) for n in numbers]

        again = work_out(figure, example.project, change=without)
        assert taken and agrees(figure, again), (named(figure), file, taken)


def test_a_public_figure_carries_no_row_and_a_withheld_one_none_at_all(example, figures):
    printed = [one.figure for one in pack_figures(example.project / PACK)]
    assert all(is_reference(rows) for figure in printed for rows in figure.rows)
    withheld = [figure for figure in figures if figure["value"] == "[c]"]
    assert [named(f) for f in withheld if f["rows"] or "working" in f] == []
    assert withheld


# The command


def test_the_command_prints_the_way_back(example):
    wanted = ["--measure", "twelve_month_count", "--area", "Leeds", "--period", "12 months to September 2012"]
    done = run(example.project, "trace", "--quarter", QUARTER, "--report", CARD, *wanted)
    assert done.returncode == 0, done.stderr
    for words in (
        "Printed: 5938 offences (row ",
        f" of {CARD}/figures.csv)",
        "Worked out again: 5938: the printed number",
        "data/raw/illustrative_burglary/leeds_domestic_burglary.csv (SHA-256 ",
        "rows 2576 to 2971",  # October 2011 to September 2012: 12 months of 33 wards
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
def test_a_number_that_is_not_there_is_said_to_be(example, words, message):
    done = run(example.project, "trace", "--quarter", QUARTER, *words)
    assert done.returncode == 1
    assert message in done.stderr


def test_each_page_leads_to_its_trace_and_back(example):
    folder = example.project / PACK / CARD
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<a href="trace.html">Where these numbers come from</a>' in page
    trace = (folder / "trace.html").read_text(encoding="utf-8")
    assert 'href="report.html"' in trace
    assert "saferleeds_analysis.workings.counts.total" in trace
    assert "leeds_domestic_burglary.csv" not in trace, (
        "rows and fingerprints are for those who have the files"
    )
