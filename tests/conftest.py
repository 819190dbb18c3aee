"""Fixtures that every test may use."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings
from projects import ROOT, copy_project, run

# No law is broken by a slow machine; and a change is judged on the same examples each time, here and in CI.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


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


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """Give the bundled example, published by the command that people use: its ``project`` folder and how it ``finished``."""
    project = copy_project(tmp_path_factory.mktemp("a project with spaces"))
    finished = run(project, "report", "2012/13 Q2")
    assert finished.returncode == 0, finished.stderr
    return SimpleNamespace(project=project, finished=finished)


@pytest.fixture(scope="session")
def quarter_before(example):
    """Give the folder of the example's pack for the quarter before, 2012/13 Q1, in the same project."""
    finished = run(example.project, "report", "2012/13 Q1")
    assert finished.returncode == 0, finished.stderr
    return example.project / "reports" / "2012-13_Q1"
