"""A project folder of its own for a test, and the command line run in it as a user would."""

import random
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "data" / "raw" / "reference"


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


def copy_project(folder):
    """Copy what the project carries (notebooks and raw data, nothing made) into a folder of its own."""
    shutil.copytree(
        ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    return folder


def words(tag):
    """Give the words of a piece of a page, white space folded."""
    return " ".join(tag.get_text(" ").split())


def by_lot(some, number):
    """So many of some things, others at each commit; outside a checkout always the same."""
    return random.Random(_commit()).sample(some, min(number, len(some)))


@cache
def _commit():
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
