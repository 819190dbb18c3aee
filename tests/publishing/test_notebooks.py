"""The wrapper round papermill: what is refused before a run, what a failed run says, what a finished one carries."""

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

from saferleeds_analysis.publishing.notebooks import (
    Parameter,
    ReportFailed,
    check_parameters,
    declared_parameters,
    run_notebook,
    without_machine_paths,
)

HERE = Path(__file__).parent


def message(error) -> str:
    return str(error.value)


# Parameters, as declared


def test_parameters_are_read_with_type_default_and_comment():
    declared = declared_parameters(HERE / "notebooks" / "every_block.ipynb")
    assert list(declared) == ["quarter", "as_at", "area", "steps"]
    assert declared["steps"] == Parameter(
        name="steps", type=int, default=12, comment="columns of the wide table"
    )


def test_negative_numbers_and_every_type_can_be_declared(notebook):
    path = notebook(
        parameters='a: str = "#1"  # a text\nb: int = -3  # b\nc: float = 0.5  # c\nd: bool = True  # d'
    )
    assert {p.name: (p.type, p.default, p.comment) for p in declared_parameters(path).values()} == {
        "a": (str, "#1", "a text"),
        "b": (int, -3, "b"),
        "c": (float, 0.5, "c"),
        "d": (bool, True, "d"),
    }


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('quarter = "x"  # c', "only annotated constants may stand here"),
        ("quarter: str  # c", "only annotated constants may stand here"),
        ("import os", "only annotated constants may stand here"),
        ('quarter: list = "x"  # c', "quarter is annotated list; a parameter is str, int, float or bool."),
        ("n: int = 2 + 3  # c", "n must be a constant; '2 + 3' is not."),
        ("n: int = len('x')  # c", "n must be a constant"),
        ("n: float = 1  # c", "n is annotated float, but its value 1 is int."),
        ("n: int = True  # c", "n is annotated int, but its value True is bool."),
        ("n: int = 1", "n has no comment that says what it is."),
        ("n: int = 1; m: int = 2  # c", "one parameter a line."),
        ('n: str = (  # c\n "x")', "one parameter a line."),
        ("n: int = 1  # c\nn: int = 2  # c", "'n' is declared twice."),
        ("n: int = (", "the parameters cell cannot be read"),
    ],
)
def test_a_parameters_cell_holds_nothing_else(notebook, line, fault):
    with pytest.raises(ValueError) as error:
        declared_parameters(notebook(parameters=line))
    assert fault in message(error)


def test_every_fault_of_the_cell_is_named_at_once(notebook):
    with pytest.raises(ValueError) as error:
        declared_parameters(notebook(parameters="a = 1\nb: int = 2"))
    assert message(error) == (
        "trial.ipynb, parameters cell:\n"
        'line 1: only annotated constants may stand here, such as quarter: str = "2012/13 Q2"  # what it is.\n'
        "line 2: b has no comment that says what it is."
    )


@pytest.mark.parametrize("tagged", [0, 2])
def test_one_cell_is_tagged(notebook, tagged):
    path = notebook("1")
    node = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate(node["cells"]):
        cell["metadata"]["tags"] = ["parameters"] if number < tagged else []
    path.write_text(json.dumps(node), encoding="utf-8")
    with pytest.raises(ValueError, match="one cell must be tagged 'parameters'; (none|2) found"):
        declared_parameters(path)


def test_what_is_no_notebook_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"there is no notebook 'absent.ipynb' in the folder"):
        declared_parameters(tmp_path / "absent.ipynb")
    (tmp_path / "text.ipynb").write_text("not a notebook", encoding="utf-8")
    with pytest.raises(ValueError, match=r"text.ipynb is not a notebook that can be read: "):
        declared_parameters(tmp_path / "text.ipynb")


# Parameters, as given


def test_unknown_missing_and_mistyped_parameters_are_refused_in_one_message(notebook):
    path = notebook(
        "raise SystemExit('this must not run')",
        parameters='quarter: str = "2012/13 Q2"  # the quarter\nn: int = 1  # how many\nshare: float = 0.5  # part',
    )
    with pytest.raises(ValueError) as error:
        run_notebook(path, {"quater": "2012/13 Q2", "n": True, "share": 1}, folder_to_run_in=path.parent)
    assert message(error) == (
        "trial.ipynb was not run; its parameters are wrong:\n"
        "quater: not a parameter of this notebook. Its parameters: quarter, n, share.\n"
        "quarter: missing (the quarter).\n"
        "n: wants int, such as 1; True is bool.\n"
        "share: wants float, such as 0.5; 1 is int."
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(notebook, value):
    with pytest.raises(ValueError, match="share: .* is not a finite number"):
        check_parameters(notebook(parameters="share: float = 0.5  # part"), {"share": value})


def test_defaults_serve_only_when_asked_for(notebook):
    path = notebook()
    check_parameters(path, {}, use_defaults=True)
    with pytest.raises(ValueError, match="quarter: missing"):
        check_parameters(path, {})


# Runs that fail


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("total = 1\ntotal / 0", "trial, code cell 2 (total = 1): ZeroDivisionError: division by zero"),
        ("open('../data/raw/absent.csv')", "No such file or directory: '../data/raw/absent.csv'"),
        ("raise SystemExit(0)", "trial: not every cell ran to its end: code cell 2, code cell 3."),
        ("import os; os._exit(1)", "the Python process that ran it ended."),
        ("import time; time.sleep(60)", "still running after 2 seconds, so it was stopped."),
    ],
    ids=["error", "file", "exit", "killed", "hangs"],
)
def test_a_run_that_fails_says_where_and_leaves_nothing(notebook, tmp_path, monkeypatch, cell, says):
    path = notebook(cell, "'never reached'")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = set(path.parent.parent.rglob("*"))
    with pytest.raises(ReportFailed) as error:
        run_notebook(
            path,
            {"quarter": "2012/13 Q2"},
            folder_to_run_in=path.parent,
            out=path.parent / "out.ipynb",
            seconds_per_cell=2,
        )
    assert says in message(error)
    assert str(tmp_path) not in message(error)
    assert set(path.parent.parent.rglob("*")) == before
    assert list(scratch.iterdir()) == []


def test_a_cell_that_is_skipped_is_no_success(notebook):
    path = notebook("1 + 1", "2 + 2")
    node = json.loads(path.read_text(encoding="utf-8"))
    node["cells"][1]["metadata"]["tags"] = ["skip-execution"]
    path.write_text(json.dumps(node), encoding="utf-8")
    with pytest.raises(ReportFailed, match="not every cell ran to its end: code cell 2"):
        run_notebook(path, {"quarter": "2012/13 Q2"}, folder_to_run_in=path.parent)


# Runs that end well


def test_a_run_has_this_python_this_library_and_the_notebooks_folder(notebook, monkeypatch, tmp_path):
    """No kernelspec of the user is needed or heeded: here there is a false one of the usual name."""
    false_spec = tmp_path / "jupyter" / "kernels" / "python3"
    false_spec.mkdir(parents=True)
    (false_spec / "kernel.json").write_text(
        json.dumps({"argv": ["no-such-python"], "display_name": "x", "language": "python"}), encoding="utf-8"
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    path = notebook(
        "import json, os, sys, saferleeds_analysis as s\nprint(json.dumps([sys.executable, s.__file__, os.getcwd()]))",
        "print(quarter)",
    )
    awkward = 'Gipton & "Häre"\\n\n  it\'s {x} =1'
    here = Path.cwd()
    out = path.parent / "out.ipynb"
    run = run_notebook(path, {"quarter": awkward}, folder_to_run_in=path.parent, out=out)
    import saferleeds_analysis

    facts, shown = (cell.outputs[0].text for cell in run.notebook.cells[2:])
    assert json.loads(facts) == [sys.executable, saferleeds_analysis.__file__, str(path.parent)]
    assert shown == awkward + "\n"
    assert Path.cwd() == here
    assert json.loads(out.read_text(encoding="utf-8"))["metadata"]["papermill"] == {
        "parameters": {"quarter": awkward}
    }
    if os.name != "nt":
        assert out.stat().st_mode & 0o044, "others may read what is published"


def test_what_cells_write_to_stderr_is_told_apart(notebook):
    path = notebook("import sys\nsys.stderr.write('a library warns\\n')\nprint('shown')")
    run = run_notebook(path, {}, folder_to_run_in=path.parent, use_defaults=True)
    assert run.messages == ("a library warns",)
    assert [output.name for output in run.notebook.cells[-1].outputs] == ["stdout"]
    assert run.started < run.finished


def test_the_executed_notebook_carries_no_time_no_path_and_no_stderr(published):
    root, _ = published
    text = (root / "reports" / "2012-13_Q2" / "every-block" / "report.ipynb").read_text(encoding="utf-8")
    for trace in (
        "start_time",
        "end_time",
        "duration",
        "iopub",
        "input_path",
        "output_path",
        "stderr",
        "warns of",
    ):
        assert f'"{trace}' not in text
    assert str(Path.home()) + os.sep not in text
    assert tempfile.gettempdir() not in text
    assert json.loads(text)["metadata"]["papermill"] == {
        "parameters": {
            "quarter": "2012/13 Q2",
            "as_at": "2012-09-30",
            "area": "Leeds & district",
            "steps": 12,
        }
    }


def test_paths_of_the_machine_are_taken_out_of_messages(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    project = Path("/srv/leeds/project")
    text = "in /srv/leeds/project/data/raw/x.csv, /home/ann/other/y.csv; see https://x.org/home/ann/z"
    assert (
        without_machine_paths(text, project)
        == "in data/raw/x.csv, ~/other/y.csv; see https://x.org/home/ann/z"
    )
