"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
