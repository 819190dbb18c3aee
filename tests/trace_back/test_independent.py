"""The script that works figures out again, on a pack of one report that was made by hand: it agrees, and it can disagree."""

import json
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from publishing.packs import figure, own_count
from trace_back import independent
from trace_back.independent import agrees, figures_of, numbers_of, work_out

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Measure, Rows, Working
from saferleeds_analysis.publishing.kept_rows import keep, put_by
from saferleeds_analysis.publishing.notebooks import notebook_of_block, write_notebook
from saferleeds_analysis.reporting.blocks import heading, join, paragraph
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import counts

PACK = "reports/2012-13_Q2"
FILE = "data/raw/source/counts.csv"
MONTHS = "month,area,count\n" + "".join(f"2012-{m:02d},Leeds,{10 * m}\n" for m in range(1, 13))


@pytest.fixture
def pack(tmp_path):
    """Give a way to lay out a pack of some figures; two of them are given where none is said: 450 and a rise of 150."""

    def write(*figures, edition="public"):
        path = tmp_path / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MONTHS, encoding="utf-8")
        given = sha256(path.read_bytes()).hexdigest()

        def rows(role, *numbers):
            return Rows(role=role, file=FILE, sha256=given, numbers=numbers)

        whole = figure(
            4 + 5 + 6,
            measure=own_count("count"),
            rows=(rows("counts", 5, 6, 7),),
            working=Working.of(counts.total),
        )
        change = figure(
            150,
            measure=Measure(id="change", words="change", role="change", own=True),
            rows=(rows("earlier", 2, 3), rows("later", 7, 13)),
            working=Working.of(counts.difference),
        )
        shown = figures or (replace(whole, value=40 + 50 + 60), change)
        plain = table(caption="Words", columns=["role"], rows=[["role"], ["counts"]])
        notebook = notebook_of_block(
            join(heading(1, "Card"), paragraph("Counted.", figures=shown), plain), source="# by hand"
        )
        if edition == "public":
            keep(tmp_path, periods.quarter("2012/13 Q2"), "card", put_by(notebook, b"key"))
        folder = tmp_path / PACK / "card"
        folder.mkdir(parents=True, exist_ok=True)
        write_notebook(notebook, folder / "report.ipynb")
        return tmp_path

    yield write
    independent._read.cache_clear()
    independent._fingerprint.cache_clear()


@pytest.mark.parametrize("edition", ["public", "restricted"])
def test_figures_are_found_with_their_rows_and_come_out_again(pack, edition):
    project = pack(edition=edition)
    total, change = figures_of(project, PACK)
    assert (numbers_of(total["rows"][0]), [given["role"] for given in change["rows"]]) == (
        [5, 6, 7],
        ["earlier", "later"],
    )
    # 10 times the fourth to the sixth month; and 60 + 120 less 10 + 20.
    assert [work_out(f, project) for f in (total, change)] == [150, 150]
    assert agrees(total, 150) and not agrees(total, 151)


def test_the_script_says_which_figure_comes_out_otherwise(pack):
    script = [sys.executable, str(Path(independent.__file__)), str(pack()), PACK]
    good = subprocess.run(script, capture_output=True, text=True)
    assert (good.returncode, good.stdout) == (
        0,
        "2 of 2 figures with a working were worked out again; 0 came out otherwise.\n",
    )
    project = pack(edition="restricted")
    notebook = project / PACK / "card" / "report.ipynb"
    text = notebook.read_text(encoding="utf-8")
    assert text.count('"5-7"') == 1
    notebook.write_text(text.replace('"5-7"', '"5-8"'), encoding="utf-8")
    bad = subprocess.run(script, capture_output=True, text=True)
    assert bad.returncode == 1
    assert json.loads(bad.stdout.splitlines()[1])["again"] == "220"


def test_another_file_than_that_of_which_the_figure_was_made_is_refused(pack):
    project = pack()
    (project / FILE).write_text(MONTHS.replace("40", "41"), encoding="utf-8")
    with pytest.raises(AssertionError, match="is not the file of which the figure was made"):
        work_out(figures_of(project, PACK)[0], project)


def test_of_the_project_the_script_imports_only_what_figures_name():
    source = Path(independent.__file__).read_text(encoding="utf-8")
    assert "saferleeds_analysis" not in source
