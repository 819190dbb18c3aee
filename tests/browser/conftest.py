"""A browser for the tests, ``check_page`` for every page that is published, and a pack to try them on."""

import os
import runpy
import shutil
from datetime import date
from pathlib import Path

import pytest
from browser.page_checks import faults_of_page, launch
from projects import with_tables

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.pack import publish_reports
from saferleeds_analysis.publishing.run_list import read_run_list

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def browser():
    """Give a headless browser of the Chromium family; skip where there is none, fail in CI."""
    from playwright.sync_api import sync_playwright

    chromium = runpy.run_path(str(ROOT / "scripts" / "ensure_programs.py"))
    executable = chromium["find_chromium"]()
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(f"no browser, and in CI the browser tests must run. {chromium['CURE']}")
        pytest.skip(chromium["CURE"])
    with sync_playwright() as playwright:
        running = launch(playwright, executable)
        yield running
        running.close()


@pytest.fixture(scope="session")
def check_page(browser):
    """Give the function that asserts that a page is fit to be published: ``check_page(path)``."""

    def check(path: Path) -> None:
        faults = faults_of_page(browser, path)
        assert not faults, f"{path.name}:\n" + "\n".join(faults)

    return check


@pytest.fixture(scope="session")
def pack(tmp_path_factory):
    """Give the folder of a published pack with one page that has everything on it."""
    root = tmp_path_factory.mktemp("pack") / "a project"
    shutil.copytree(ROOT / "tests" / "publishing" / "notebooks", root / "notebooks")
    with_tables(root)
    quarter = periods.quarter("2012/13 Q2")
    index = publish_reports(
        root, quarter, read_run_list(root / "notebooks"), as_at=date(2012, 9, 30), say=[].append
    )
    return index.parent
