"""Run a notebook with given parameters, or refuse: the one place that knows papermill.

Papermill only warns about an unknown parameter, takes a cell that was skipped for one that ran, leaves the half-made
notebook of a failed run behind, and writes the machine's paths into what it keeps. This wrapper closes those doors:
parameters are checked before anything runs, and an :class:`ExecutedNotebook` exists only when every cell has run.
"""

import ast
import io
import math
import os
import re
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saferleeds_analysis.problems import ENDED, DataProblem, QuarterNotHeld
from saferleeds_analysis.publishing.warm_kernels import ENGINE, WarmEngine
from saferleeds_analysis.reporting.shared import FOLDER

if TYPE_CHECKING:
    from saferleeds_analysis.reporting.blocks import Block

# Every process that reads notebooks would build a grammar of addresses first, for two seconds, by which jsonschema checks a format
# that no notebook has; jsonschema does without it where it is not there.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

_TYPES = {"str": str, "int": int, "float": float, "bool": bool}
# Errors of a cell whose message is for the analyst as it stands, by their names.
_FOR_THE_ANALYST = {kind.__name__: kind for kind in (DataProblem, QuarterNotHeld)}
_LIBRARY = Path(__file__).parent.parent.parent
_METADATA = {
    "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter that a notebook declares: ``quarter: str = "2012/13 Q2"  # the quarter of the report``."""

    name: str
    type: type
    default: str | int | float | bool
    comment: str


@dataclass(frozen=True, kw_only=True)
class ExecutedNotebook:
    """A notebook of which every code cell has run, with what it was given and when.

    ``notebook`` (an nbformat node) carries no time, no path of this machine and nothing that the cells wrote to
    stderr; that text is in ``messages``.
    """

    name: str
    notebook: Any
    parameters: dict[str, str | int | float | bool]
    messages: tuple[str, ...]
    started: datetime
    finished: datetime


class ReportFailed(Exception):
    """A report that was started and not finished. ``details`` holds the whole traceback, for the log."""

    def __init__(self, message: str, *, details: str = "") -> None:
        """Hold the message for the analyst and the details for the log."""
        super().__init__(message)
        self.details = details


def read_notebook(path: Path) -> Any:
    """Read a notebook file as an nbformat node."""
    import nbformat

    if not path.is_file():
        raise ValueError(f"there is no notebook {path.name!r} in the folder {path.parent.name!r}.")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (ValueError, nbformat.ValidationError) as error:
        raise ValueError(
            f"{path.name} is not a notebook that can be read: {str(error).splitlines()[0]}"
        ) from error
    return notebook


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters that a notebook declares, in their order, without running it.

    They stand in the single cell tagged ``parameters``, one a line, each an annotated constant (str, int, float or
    bool) with a comment that says what it is. Anything else in that cell is refused, all of it in one message.
    """
    cells = [
        cell
        for cell in read_notebook(notebook).cells
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])
    ]
    if len(cells) != 1:
        raise ValueError(
            f"{notebook.name}: one cell must be tagged 'parameters'; {len(cells) or 'none'} found."
        )
    source = cells[0].source
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ValueError(
            f"{notebook.name}: the parameters cell cannot be read, line {error.lineno}: {error.msg}."
        ) from error
    comments = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found: dict[str, Parameter] = {}
    problems = []
    on_line = Counter(statement.lineno for statement in statements)
    for statement in statements:
        parameter = _read_declaration(statement, comments.get(statement.lineno, ""))
        if isinstance(parameter, str):
            problems.append(f"line {statement.lineno}: {parameter}")
        elif statement.end_lineno != statement.lineno or on_line[statement.lineno] > 1:
            problems.append(f"line {statement.lineno}: one parameter a line.")
        elif parameter.name in found:
            problems.append(f"line {statement.lineno}: {parameter.name!r} is declared twice.")
        else:
            found[parameter.name] = parameter
    if problems:
        raise ValueError(f"{notebook.name}, parameters cell:\n" + "\n".join(problems))
    return found


def check_parameters(notebook: Path, parameters: Mapping[str, object], *, use_defaults: bool = False) -> None:
    """Refuse parameters that the notebook does not declare, that are missing or that are of another type.

    Types are taken exactly: ``5`` is no float and ``True`` no int, because a conversion that nobody asked for is how
    a report comes to be about something else.
    """
    declared = declared_parameters(notebook)
    problems = [
        f"{name}: not a parameter of this notebook. Its parameters: {', '.join(declared) or 'none'}."
        for name in parameters
        if name not in declared
    ]
    if not use_defaults:
        problems += [
            f"{name}: missing ({p.comment})." for name, p in declared.items() if name not in parameters
        ]
    for name, parameter in declared.items():
        value = parameters.get(name, parameter.default)
        if type(value) is not parameter.type:
            problems.append(
                f"{name}: wants {parameter.type.__name__}, such as {parameter.default!r}; "
                f"{value!r} is {type(value).__name__}."
            )
        elif isinstance(value, float) and not math.isfinite(value):
            problems.append(f"{name}: {value!r} is not a finite number.")
    if problems:
        raise ValueError(f"{notebook.name} was not run; its parameters are wrong:\n" + "\n".join(problems))


def run_notebook(
    notebook: Path,
    parameters: Mapping[str, str | int | float | bool],
    *,
    folder_to_run_in: Path,
    out: Path | None = None,
    use_defaults: bool = False,
    seconds_per_cell: int = 600,
    template: str = "",
    shared: str = "",
) -> ExecutedNotebook:
    """Run a notebook from top to bottom in a fresh kernel of this same Python, and give it back executed.

    ``folder_to_run_in`` is the project's ``notebooks`` folder, in which JupyterLab would run it too, so that ``..``
    is the project in both. ``out``, when given, is written at the end and only on success. ``template`` is the address of
    a :class:`~saferleeds_analysis.publishing.warm_kernels.WarmTemplate`; without one the kernel starts cold. ``shared`` is the
    folder of what the reports of a run share, if there is one. A wrong parameter is a ``ValueError`` before anything runs; a cell
    that fails, hangs or ends its kernel is a :class:`ReportFailed`.
    """
    check_parameters(notebook, parameters, use_defaults=use_defaults)
    started = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="saferleeds-") as scratch:
        kernel = {"template": template, "kernel_manager_class": _kernel_manager(Path(scratch), shared)}
        executed = _execute(
            notebook, dict(parameters), folder_to_run_in, Path(scratch), seconds_per_cell, kernel
        )
    finished = datetime.now(UTC)
    _check_every_cell_ran(notebook.stem, executed)
    messages = _scrub(executed, dict(parameters))
    if out is not None:
        write_notebook(executed, out)
    return ExecutedNotebook(
        name=notebook.stem,
        notebook=executed,
        parameters=dict(parameters),
        messages=messages,
        started=started,
        finished=finished,
    )


def write_notebook(notebook: Any, path: Path) -> None:
    """Write a notebook whole or not at all."""
    import nbformat

    from saferleeds_analysis.publishing.files import replace_file

    replace_file(path, nbformat.writes(notebook) + "\n")


def append_block(notebook: Any, block: "Block", *, source: str) -> None:
    """Put a block behind an executed notebook's own, as the output of a cell that says what it is."""
    import nbformat

    shown = nbformat.v4.new_output("display_data", data=block._repr_mimebundle_())
    cell = nbformat.v4.new_code_cell(source, outputs=[shown], execution_count=None)
    cell["id"] = f"added-{len(notebook.cells)}"  # the library makes one up at each run
    notebook.cells.append(cell)


def notebook_of_block(block: "Block", *, source: str) -> Any:
    """Give the executed notebook of a page that no notebook made: one cell, which says what made it."""
    import nbformat

    notebook = nbformat.v4.new_notebook(metadata=dict(_METADATA))
    append_block(notebook, block, source=source)
    return notebook


def without_machine_paths(text: str, project: Path) -> str:
    """Take the paths of this machine out of a message, so that it can be passed on.

    >>> without_machine_paths("No such file: '/home/ann/leeds/data/raw/x.csv'", Path("/home/ann/leeds"))
    "No such file: 'data/raw/x.csv'"
    """
    folders = [
        (project, ""),
        (Path(sys.prefix), "<environment>/"),
        (Path(tempfile.gettempdir()), "<temporary>/"),
    ]
    for folder, shown in [*folders, (Path.home(), "~/")]:
        if folder.parent == folder:
            continue
        for written in {str(folder), folder.as_posix(), str(folder).replace("\\", "\\\\")}:
            text = re.sub(
                r"(?<![\w.-])" + re.escape(written) + r"(?:/|\\\\|\\)", lambda _, shown=shown: shown, text
            )
    return text


def _read_declaration(statement: ast.stmt, comment: str) -> Parameter | str:
    """Give the parameter that a statement declares, or say what is wrong with it."""
    if not (
        isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value
    ):
        return 'only annotated constants may stand here, such as quarter: str = "2012/13 Q2"  # what it is.'
    name, annotation = statement.target.id, ast.unparse(statement.annotation)
    if annotation not in _TYPES:
        return f"{name} is annotated {annotation}; a parameter is str, int, float or bool."
    try:
        default = ast.literal_eval(statement.value)
    except ValueError:
        return f"{name} must be a constant; {ast.unparse(statement.value)!r} is not."
    if type(default) is not _TYPES[annotation]:
        return f"{name} is annotated {annotation}, but its value {default!r} is {type(default).__name__}."
    if not comment:
        return f"{name} has no comment that says what it is."
    return Parameter(name=name, type=_TYPES[annotation], default=default, comment=comment)


def _execute(
    notebook: Path,
    parameters: dict,
    folder: Path,
    scratch: Path,
    seconds_per_cell: int,
    kernel: Mapping[str, Any],
) -> Any:
    """Hand the notebook to papermill and turn every way of failing into one exception that says where."""
    from nbclient.exceptions import CellTimeoutError
    from papermill import execute_notebook
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError, strip_color

    # Papermill knows it by entry point, unless the package was installed before there was one.
    papermill_engines.register(ENGINE, WarmEngine)

    # Papermill fills in braces in the paths that it is given, so it gets a copy in a folder whose name we chose.
    copy = scratch / "notebook.ipynb"
    write_notebook(read_notebook(notebook), copy)
    reached: list[Any] = []

    def failure(what: str, details: str) -> ReportFailed:
        message = without_machine_paths(f"{notebook.stem}, {_place(reached)}: {what}", folder.parent)
        return ReportFailed(message, details=details)

    try:
        return execute_notebook(
            copy,
            None,
            parameters,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            engine_name=ENGINE,
            **kernel,
            execution_timeout=seconds_per_cell,
            resources={"metadata": {"path": str(folder)}},  # the kernel's folder; ours is left as it is
            force_raise_errors=True,
            record_timing=False,
            shell_timeout_interval=1,
            iopub_timeout=60,
            shutdown_kernel="immediate",
            on_cell_execute=lambda cell, cell_index: reached.append(cell),
        )
    except PapermillExecutionError as error:
        details = strip_color("\n".join(error.traceback))
        if error.ename in _FOR_THE_ANALYST:
            raise _FOR_THE_ANALYST[error.ename](without_machine_paths(error.evalue, folder.parent)) from None
        short = f" {ENDED}" if error.ename == "MemoryError" else ""
        raise failure(f"{error.ename}: {error.evalue}{short}", details) from None
    except CellTimeoutError as error:
        raise failure(
            f"still running after {seconds_per_cell} seconds, so it was stopped.", str(error)
        ) from None
    except RuntimeError as error:  # before its first answer, too
        if "died" not in str(error):
            raise
        raise failure(f"the Python process that ran it ended. {ENDED}", str(error)) from None


def kernel_environment() -> dict[str, str]:
    """Give what the environment of every kernel has beyond this process's: this library, and nothing left to chance."""
    search_path = [str(_LIBRARY), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    threads = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM")
    return {
        "PYTHONPATH": os.pathsep.join(str(Path(folder).absolute()) for folder in search_path),
        "PYTHONHASHSEED": "0",  # the order of a set must not make two runs differ
        "PYTHONUTF8": "1",
        "TMPDIR": tempfile.gettempdir(),  # what a kernel that is killed leaves there goes with the rest of the run
        # Several kernels share the processors, and sums must not depend on how many there are.
        **{f"{library}_THREADS": "1" for library in threads},
        "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a template with a second thread cannot be forked
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # nobody debugs here, so the debugger need not warn
    }


def _kernel_manager(scratch: Path, shared: str) -> type:
    """Give a kernel manager that starts this same Python and depends on nothing that is installed for the user.

    No kernelspec is looked up (there may be none for this environment, or one that points to another), the user's
    IPython start-up files are not read, and the kernel imports the library that is running here.
    """
    import zmq
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpec

    this_python = KernelSpec(
        argv=[
            *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            "--log-level=ERROR",  # its warnings (of its sockets, of an end) are not for who reads the progress
        ],
        language="python",
        display_name="Python of this environment",
        env={**kernel_environment(), "IPYTHONDIR": str(scratch / "ipython"), FOLDER: shared},
    )

    # Kernels that start side by side race for TCP ports. A local socket's path may have 103 letters.
    local = os.name != "nt" and zmq.has("ipc") and len(str(scratch / "kernel-ipc-1")) < 100
    connection = {"transport": "ipc" if local else "tcp", "connection_file": str(scratch / "kernel.json")}

    class KernelOfThisInterpreter(AsyncKernelManager):
        kernel_spec = this_python

        def __init__(self, **options: Any) -> None:
            super().__init__(**connection, **options)

    return KernelOfThisInterpreter


def _place(reached: list[Any]) -> str:
    own = [cell for cell in reached if not _is_injected(cell)]
    if not own:
        return "before its first cell"
    first_line = next(line.strip() for line in own[-1].source.splitlines() if line.strip())
    return f"code cell {len(own)} ({first_line[:60]})"


def _check_every_cell_ran(name: str, notebook: Any) -> None:
    """Take nothing on trust: papermill also calls a run a success when a cell was skipped or left early."""
    own = [cell for cell in notebook.cells if cell.cell_type == "code" and not _is_injected(cell)]
    not_run = [
        f"code cell {number}"
        for number, cell in enumerate(own, start=1)
        if cell.source.strip()
        and (
            cell.execution_count is None
            or cell.metadata.papermill.status != "completed"
            or any(output.output_type == "error" for output in cell.outputs)
        )
    ]
    record = notebook.metadata.papermill
    if not_run or record.exception or not record.end_time:
        raise ReportFailed(
            f"{name}: not every cell ran to its end: {', '.join(not_run) or 'the last was cut off'}."
        )


def _scrub(notebook: Any, parameters: dict) -> tuple[str, ...]:
    """Keep in the notebook what a reader needs and two runs share; give back what the cells wrote to stderr."""
    messages = []
    notebook.metadata = {**_METADATA, "papermill": {"parameters": parameters}}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if _is_injected(cell):
            cell["id"] = "parameters-given"  # papermill makes one up at each run
        if cell.cell_type == "code":
            # Streams come over a channel of their own: in how many parts, and when beside the rest, is a matter of timing.
            said = "".join("".join(o.text) for o in cell.outputs if _is_stderr(o)).strip()
            messages += [said] if said else []
            kept = [output for output in cell.outputs if not _is_stderr(output)]
            cell.outputs = sorted(kept, key=lambda output: output.output_type == "stream")
    return tuple(messages)


def _is_stderr(output: Any) -> bool:
    return output.output_type == "stream" and output.name == "stderr"


def _is_injected(cell: Any) -> bool:
    """Tell the cell that papermill puts in, with the parameters given, from the notebook's own."""
    return "injected-parameters" in cell.metadata.get("tags", [])
