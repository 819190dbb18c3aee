"""Every notebook as an analyst opens it: from top to bottom, with its default parameters, in the notebooks folder."""

import ast
import re

import nbformat
import pytest
from cases_of_services import CASES, of_cases
from nbclient import NotebookClient
from parts_of_services import TREATMENT, of_parts
from projects import PAPERS, ROOT, by_lot, copy_project

from saferleeds_analysis.publishing.run_list import read_run_list
from saferleeds_analysis.reporting.blocks import Block

NOTEBOOKS = [path for project in (ROOT, PAPERS) for path in sorted((project / "notebooks").glob("*.ipynb"))]


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    return {
        project: copy_project(tmp_path_factory.mktemp("lab") / "p", project) for project in (ROOT, PAPERS)
    }


# What a pack of the repository makes has run in a kernel there, and runs in the process of the test; of the others two run in a kernel of their
# own, others at each commit.
IN_A_PACK = {
    (project, report.notebook)
    for project in (ROOT, PAPERS)
    for report in read_run_list(project / "notebooks")
}


IN_A_KERNEL = by_lot([path for path in NOTEBOOKS if (path.parent.parent, path.stem) not in IN_A_PACK], 2)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_from_top_to_bottom_with_its_defaults(projects, path, monkeypatch):
    project = path.parent.parent
    folder = projects[project] / "notebooks"
    if path.stem == "measure_card":  # the example has no such measure
        of_parts(folder.parent, TREATMENT)
    if path.stem == "cases_card":  # nor such cases
        of_cases(folder.parent, CASES)
    notebook = nbformat.read(folder / path.name, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if path not in IN_A_KERNEL:
        monkeypatch.chdir(folder)
        assert any(isinstance(shown, Block) and shown.html for shown in shown_by(cells))
        return
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in cells for output in cell.outputs]
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert [output for output in outputs if output.output_type in ("error", "stream")] == []


def shown_by(cells):
    """Run cells one after another, as a kernel does, and give what each ends with."""
    names = {"__name__": "__main__"}
    for cell in cells:
        *lines, last = ast.parse(cell.source).body
        ends_with_value = isinstance(last, ast.Expr)
        exec(compile(ast.Module(lines if ends_with_value else [*lines, last], []), "cell", "exec"), names)
        if ends_with_value:
            yield eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_with_the_parameter_edition_fixes_none_in_its_cells(path):
    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "edition: str" not in code or not re.search(r'edition="(public|restricted)"', code)
