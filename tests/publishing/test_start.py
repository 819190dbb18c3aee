"""The start page for JupyterLab lists every notebook by its own words."""

import pytest
from bs4 import BeautifulSoup
from projects import ROOT, words

from saferleeds_analysis.publishing.start import list_of_notebooks


def test_every_notebook_of_the_project_is_listed_with_what_it_is():
    folder = ROOT / "notebooks"
    soup = BeautifulSoup(list_of_notebooks(folder).html, "html.parser")
    rows = {
        row.a["href"]: [words(cell) for cell in row.find_all(["th", "td"])]
        for row in soup.tbody.find_all("tr")
    }
    assert sorted(rows) == sorted(p.name for p in folder.glob("*.ipynb") if p.stem != "start_here")
    for name, (title, says, parameters) in rows.items():
        assert title, name
        assert len(says) > 20, f"{name}: its first cell says nothing of it"
        assert "quarter" in parameters
    assert rows["recorded_crime_card.ipynb"][0] == "Report card of a recorded-crime indicator"


def test_a_notebook_whose_first_cell_is_not_for_analysts_is_refused(notebook):
    with pytest.raises(ValueError, match=r"trial.ipynb: its first cell is not the one for analysts\."):
        list_of_notebooks(notebook("1").parent)
