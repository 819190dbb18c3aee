"""A small project with one notebook that shows everything, and its pack, published once."""

import os
import shutil
from datetime import date
from pathlib import Path

import nbformat
import pytest
from projects import REFERENCE, with_tables

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake import build_processed
from saferleeds_analysis.publishing import pool
from saferleeds_analysis.publishing.notebooks import kernel_environment
from saferleeds_analysis.publishing.pack import publish_reports
from saferleeds_analysis.publishing.run_list import read_run_list
from saferleeds_analysis.publishing.warm_kernels import CAN_FORK, WarmTemplate

HERE = Path(__file__).parent
Q2 = periods.quarter("2012/13 Q2")
SOURCE = """\
id = "source"
title = "Thefts"
publisher = "Police"
licence = "For tests"
received = 2012-12-31
shape = "monthly_extract"
area_set = "leeds_2004"
"""


def make_project(root: Path) -> Path:
    """Lay out a project round the test notebook; its path has a space, as folders of people do."""
    shutil.copytree(HERE / "notebooks", root / "notebooks")
    with_tables(root)
    put_source(root)
    return root


def put_source(root: Path) -> Path:
    """Put a source of one month into a project, and give its folder."""
    folder = root / "data" / "raw" / "source"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(SOURCE, encoding="utf-8")
    (folder / "counts.csv").write_text(
        "month,area,offence,count\n2012-09,Leeds,Theft,407\n", encoding="utf-8"
    )
    return folder


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "a project")


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """Give a project whose pack is published, and the lines that were said."""
    root = make_project(tmp_path_factory.mktemp("published") / "a project")
    said = []
    build_processed(root, load_catalogue(REFERENCE))
    publish_reports(
        root,
        Q2,
        read_run_list(root / "notebooks"),
        as_at=date(2012, 9, 30),
        sources=["Police"],
        say=said.append,
    )
    return root, said


@pytest.fixture
def notebook(tmp_path):
    """Give a way to write a notebook of some code cells, the first with the parameters."""

    def write(
        *cells: str, parameters: str = 'quarter: str = "2012/13 Q2"  # the quarter', name: str = "trial"
    ) -> Path:
        folder = with_tables(tmp_path / "a project") / "notebooks"
        folder.mkdir(parents=True, exist_ok=True)
        node = nbformat.v4.new_notebook()
        node.cells = [nbformat.v4.new_code_cell(source) for source in (parameters, *cells)]
        node.cells[0].metadata["tags"] = ["parameters"]
        path = folder / f"{name}.ipynb"
        nbformat.write(node, path)
        return path

    return write


@pytest.fixture(scope="session")
def template():
    """Give a warm template that is started once for all tests; none where the system cannot fork."""
    if not CAN_FORK:
        yield None
        return
    with WarmTemplate({**os.environ, **kernel_environment()}) as running:
        running.address()
        yield running


@pytest.fixture
def warm(template, monkeypatch):
    """Have reports that are made one after another take their kernels from the template, as those of a whole pack do.

    The pages are the same byte by byte, which test_engine.py shows, and a cold start is most of what a small report takes.
    """
    make_report = pool.make_report

    def from_template(run, report, **about):
        return make_report(run, report, **about | {"template": template.address() if template else ""})

    monkeypatch.setattr(pool, "make_report", from_template)
