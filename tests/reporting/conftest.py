"""The counts of the example, read once for all tests of pages on them."""

from datetime import date

import pytest
from projects import REFERENCE, copy_project

from saferleeds_analysis import intake
from saferleeds_analysis.catalogue import load_catalogue


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Give the example's project with its data read; nobody changes it."""
    project = copy_project(tmp_path_factory.mktemp("example") / "a project")
    intake.build_processed(project, load_catalogue(REFERENCE))
    return project


@pytest.fixture(scope="session")
def counts(project):
    """Give the example's counts of domestic burglary as they were known at the end of September 2012; nobody changes them."""
    catalogue = load_catalogue(REFERENCE)
    burglary = catalogue.indicator("domestic_burglary")
    return intake.recorded_counts(project, burglary, catalogue=catalogue, as_at=date(2012, 9, 30))
