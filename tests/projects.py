"""A project folder of its own for a test, and the command line run in it as a user would."""

import os
import random
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "data" / "raw" / "reference"
# The second project of the repository, of published documents.
PAPERS = ROOT / "examples" / "published_papers"
PAPERS_REFERENCE = PAPERS / "data" / "raw" / "reference"


def run(project, *words):
    """Run the command line as a user would, in a project folder."""
    return subprocess.run(
        [sys.executable, "-m", "saferleeds_analysis", *words],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )


def copy_project(folder, project=ROOT):
    """Copy what a project carries (notebooks and raw data, nothing made) into a folder of its own."""
    made = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(project / "notebooks", folder / "notebooks", ignore=made)
    shutil.copytree(project / "data" / "raw", folder / "data" / "raw")
    return folder


def with_tables(folder):
    """Give a folder the example's own tables, by which its areas and indicators are known and its pages have a name."""
    if not (folder / "data" / "raw" / "reference").is_dir():
        shutil.copytree(REFERENCE, folder / "data" / "raw" / "reference")
    return folder


def words(tag):
    """Give the words of a piece of a page, white space folded."""
    return " ".join(tag.get_text(" ").split())


def by_lot(some, number):
    """So many of some things, others at each commit; outside a checkout always the same; with ``EVERY_WAY=1`` all of them."""
    if os.environ.get("EVERY_WAY"):
        return list(some)
    return random.Random(_commit()).sample(some, min(number, len(some)))


# The whole ways from first to last, of minutes each: a change walks one of them, another at each commit.
LONG_WAYS = (
    "a partnership of other names",
    "London",
    "the guides of a partnership",
    "random kills",
    "six quarters of every shape",
)


# Pages that are published for one test, and two ways of stopping a run: a change takes two of them, others at each commit.
BY_THEMSELVES = ("funding scenario", "hostile commentary", "stopped warm", "stopped cold")


def by_itself(name):
    """Mark a test that is one of :data:`BY_THEMSELVES`."""
    drawn = name in by_lot(BY_THEMSELVES, 2)
    return pytest.mark.skipif(not drawn, reason="of these a change takes two, by lot; EVERY_WAY=1 takes all")


def one_long_way(name):
    """Mark a test that walks one of the :data:`LONG_WAYS`; with ``EVERY_WAY=1`` all of them are walked."""
    drawn = bool(os.environ.get("EVERY_WAY")) or name in by_lot(LONG_WAYS, 1)
    reason = "of the five longest ways a change walks one, by lot; EVERY_WAY=1 walks them all"
    return pytest.mark.skipif(not drawn, reason=reason)


@cache
def _commit():
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
