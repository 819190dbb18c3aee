"""Two runs on the same inputs give the same bytes: in another order, by another engine, under another hash seed."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256

from browser.example_pages import reports_by_lot
from projects import by_lot, copy_project

# Only these hold times.
TIMED = ("run.json", "last_run.log")


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in TIMED
    }


def publish(project, quarter, *options, seed, only=()):
    """Give the command that people use; with ``only``, of the reports of the run list make these alone."""
    words = ["report", quarter, *options]
    done = subprocess.run(
        [sys.executable, "-c", f"{ONLY}\nreport(only={list(only)}, words={words})"],
        cwd=project,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    assert done.returncode == 0, done.stderr


ONLY = """
from saferleeds_analysis import cli
from saferleeds_analysis.publishing import pack

def report(*, only, words):
    publish_editions = pack.publish_editions

    def some(root, quarter, reports, **about):
        return publish_editions(root, quarter, [r for r in reports if not only or r.name in only], **about)

    pack.publish_editions = some
    cli.main(words)
"""

# Rows are named by references that nobody makes without the project's own key.
KEY = "project_key.txt"


def test_a_second_run_gives_the_same_bytes(example_as_published, tmp_path):
    """The first run had some order of finishing and a random hash seed; the second has another of each.

    Six reports of types that are drawn by lot are made anew in a copy of the packs; and so are the page of changes, the index and
    the page of data quality, which tell of the whole pack.
    """
    project = copy_project(tmp_path / "again")
    first, again = example_as_published.project / "reports", project / "reports"
    shutil.copytree(first, again)
    shutil.copy2(example_as_published.project / "data" / KEY, project / "data" / KEY)
    made = by_lot([report.name for report in reports_by_lot("2012/13 Q2", of_each=1)], 6)
    assert len(made) >= 6
    for name in (*made, "changes"):
        shutil.rmtree(again / "2012-13_Q2" / name)
    for page in ("index.html", "data-quality.html"):
        (again / "2012-13_Q2" / page).unlink()
    publish(project, "2012/13 Q2", "--workers", "2", seed="12345", only=made)
    one, other = (hashes(reports / "2012-13_Q2") for reports in (first, again))
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


def test_cold_kernels_give_the_same_bytes_as_the_warm_ones(example_as_published, tmp_path):
    """On the card of a survey; the engine's own tests have more."""
    project = copy_project(tmp_path / "cold")
    first, again = example_as_published.project / "reports", project / "reports"
    for quarter in ("2012-13_Q1", "2012-13_Q2"):  # the reports to which the card leads
        shutil.copytree(first / quarter, again / quarter)
    shutil.copy2(example_as_published.project / "data" / KEY, project / "data" / KEY)
    name = "cohesion-leeds"
    card = ("--indicator", "different_backgrounds", "--area", "Leeds")
    publish(project, "2012/13 Q2", *card, "--cold", seed="7")
    one, other = (hashes(reports / "2012-13_Q2" / name) for reports in (first, again))
    assert set(one) >= {"report.html", "figures.csv", "report.ipynb"}
    assert {path: one[path] for path in other} == other
