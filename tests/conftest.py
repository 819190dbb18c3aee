"""Fixtures that every test may use."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings
from projects import PAPERS, ROOT, copy_project, run

# No law is broken by a slow machine; and a change is judged on the same examples each time, here and in CI.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

# The test files that take longest, the longest first; before them the one that forks, in a process that has done nothing else. While
# one process publishes the example for all, the other has files that do without it.
LONG = (
    "test_one_act.py",
    "test_own_partnership.py",
    "test_six_quarters.py",
    "test_example_pages.py",
    "test_ledger.py",
    "test_engine.py",
    "test_other_quarters.py",
    "test_guides.py",
    "test_taking_out.py",
    "test_one_state_of_the_data.py",
    "test_pages_of_the_papers.py",
    "test_reproducibility.py",
    "test_seed_facts.py",
    "test_hostile_commentary.py",
    "test_real_input.py",
    "test_formats.py",
)


def pytest_terminal_summary(terminalreporter):
    """Say at the end how many steps each guide has, and how long they took (tests/test_guides.py)."""
    for report in terminalreporter.getreports("passed"):
        for name, told in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"{name}: {told}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of open data and reference values beside the project; skip where there is none, fail in CI."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail("../shared is absent, and in CI the tests that read it must run")
        pytest.skip(
            "needs the open data and reference values in ../shared, which are not part of the repository"
        )
    return folder


def pytest_collection_modifyitems(items):
    """Begin with the files that publish whole packs, so that none of them is left to one process at the end."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


def published_once(tmp_path_factory, worker_id, name, source, quarters):
    """Publish a project once for all processes of a run, by the command that people use.

    Give its ``project`` folder, which nobody may change, and how the last quarter ``finished``.
    """
    shared = worker_id != "master"
    base = tmp_path_factory.getbasetemp().parent if shared else tmp_path_factory.mktemp("published")
    project, done = base / f"{name} with spaces", base / f"{name}.json"
    try:
        (base / f"{name}.lock").touch(exist_ok=False)
    except FileExistsError:
        deadline = time.monotonic() + 900
        while not done.exists():
            assert time.monotonic() < deadline, f"the process that publishes {name} has not finished"
            time.sleep(0.5)
    else:
        copy_project(project, source)
        for quarter in quarters:
            finished = run(project, "report", quarter)
            said = {"returncode": finished.returncode, "stdout": finished.stdout, "stderr": finished.stderr}
            if finished.returncode != 0:
                break
        draft = done.with_suffix(".draft")
        draft.write_text(json.dumps(said), encoding="utf-8")
        draft.rename(done)
    finished = SimpleNamespace(**json.loads(done.read_text(encoding="utf-8")))
    assert finished.returncode == 0, finished.stderr
    return SimpleNamespace(project=project, finished=finished)


@pytest.fixture(scope="session")
def example_as_published(tmp_path_factory, worker_id):
    """Publish the bundled example, both quarters, so that "since last quarter" is real."""
    return published_once(tmp_path_factory, worker_id, "example", ROOT, ("2012/13 Q1", "2012/13 Q2"))


@pytest.fixture(scope="session")
def example(example_as_published, tmp_path_factory):
    """Give a copy of the published example that this process may change, and how it ``finished``."""
    project = tmp_path_factory.mktemp("a copy with spaces") / "project"
    shutil.copytree(example_as_published.project, project)
    said = example_as_published.finished.stdout.replace(str(example_as_published.project), str(project))
    finished = SimpleNamespace(returncode=0, stdout=said, stderr=example_as_published.finished.stderr)
    return SimpleNamespace(project=project, finished=finished)


@pytest.fixture(scope="session")
def published_papers(tmp_path_factory, worker_id):
    """Give the second project, of published documents, with its pack; nobody may change it."""
    return published_once(tmp_path_factory, worker_id, "papers", PAPERS, ("2012/13 Q2",)).project


@pytest.fixture(scope="session")
def quarter_before(example):
    """Give the folder of the example's pack for the quarter before, 2012/13 Q1, in the same project."""
    return example.project / "reports" / "2012-13_Q1"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Build the wheel by the locked hatchling; nothing is fetched and nothing is written beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    [made] = folder.iterdir()
    return made
