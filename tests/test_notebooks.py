"""Every notebook as an analyst opens it: from top to bottom, with its default parameters, in the notebooks folder."""

import re

import nbformat
import pytest
from cases_of_services import CASES, of_cases
from nbclient import NotebookClient
from parts_of_services import TREATMENT, of_parts
from projects import PAPERS, ROOT, copy_project

NOTEBOOKS = [path for project in (ROOT, PAPERS) for path in sorted((project / "notebooks").glob("*.ipynb"))]


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    return {
        project: copy_project(tmp_path_factory.mktemp("lab") / "p", project) for project in (ROOT, PAPERS)
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_from_top_to_bottom_with_its_defaults(projects, path):
    folder = projects[path.parent.parent] / "notebooks"
    if path.stem == "measure_card":  # the example has no such measure
        of_parts(folder.parent, TREATMENT)
    if path.stem == "cases_card":  # nor such cases
        of_cases(folder.parent, CASES)
    notebook = nbformat.read(folder / path.name, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert [output for output in outputs if output.output_type in ("error", "stream")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_with_the_parameter_edition_fixes_none_in_its_cells(path):
    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "edition: str" not in code or not re.search(r'edition="(public|restricted)"', code)
