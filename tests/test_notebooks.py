"""Every notebook as an analyst opens it: from top to bottom, with its default parameters, in the notebooks folder."""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from projects import ROOT, copy_project

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("lab"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_from_top_to_bottom_with_its_defaults(project, name):
    folder = project / "notebooks"
    notebook = nbformat.read(folder / name, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert [output for output in outputs if output.output_type in ("error", "stream")] == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_with_the_parameter_edition_fixes_none_in_its_cells(name):
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "edition: str" not in code or not re.search(r'edition="(public|restricted)"', code)
