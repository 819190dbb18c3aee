"""Several reports at once, in kernels forked from a warm template: the same bytes, the same guarantees, nothing left."""

import base64
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import date
from importlib import metadata
from pathlib import Path

import psutil
import pytest
from projects import ROOT, by_itself, with_tables

from saferleeds_analysis import periods
from saferleeds_analysis.problems import ENDED
from saferleeds_analysis.publishing import pool
from saferleeds_analysis.publishing.notebooks import ReportFailed, run_notebook
from saferleeds_analysis.publishing.one_act import tidy_up
from saferleeds_analysis.publishing.pack import publish_reports
from saferleeds_analysis.publishing.pool import workers_for
from saferleeds_analysis.publishing.run_list import Report
from saferleeds_analysis.publishing.warm_kernels import (
    CAN_FORK,
    ENGINE,
    TemplateFailed,
    WarmEngine,
    WarmTemplate,
)

Q2 = periods.quarter("2012/13 Q2")
DAY = date(2012, 9, 30)
ASKED = 'quarter: str = ""  # q\nas_at: str = ""  # a\narea: str = ""  # place'
PAGE = "from saferleeds_analysis.reporting.blocks import heading\nheading(1, f'Burglary in {area}')"
ASKS = """
from pathlib import Path
from saferleeds_analysis.reporting.shared import once
def worked_out(of):
    with Path("worked_out").open("a") as lines:
        lines.write(of + chr(10))
    return of
assert [once(worked_out, "all"), once(worked_out, area)] == ["all", area]
"""

needs_fork = pytest.mark.skipif(not CAN_FORK, reason="this system cannot fork; the kernels start cold")


def run(path, template=None, **options):
    address = template.address() if template else ""
    parameters = {"quarter": "2012/13 Q2"}
    return run_notebook(path, parameters, folder_to_run_in=path.parent, template=address, **options)


def named(*areas):
    return [Report(name=area, notebook="trial", parameters={"area": area}) for area in areas]


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# Warm kernels


@needs_fork
def test_a_forked_kernel_gives_the_same_bytes_as_a_cold_one_charts_included(notebook, template):
    path = notebook(
        "import matplotlib.pyplot as plt\nplt.plot([1, 4, 2]);",
        "import os, sys\nprint(sys.executable, sys.path, os.getcwd(), sys.flags.hash_randomization)",
        "print(sorted(n for n in os.environ if not n.startswith(('PYDEVD', 'JPY'))), os.environ['PYTHONPATH'])",
        "import numpy as np, pandas as pd\nprint({'a', 'b', 'c'}, np.linalg.svd(np.eye(3) + 1)[1])\npd.Series([1.5])",
        "%matplotlib inline\n!echo from the shell\nsys.stderr.write('said aside')\ninput.__name__",
        "_dh, In[-2:], _oh.keys()",
    )
    warm, cold = run(path, template), run(path)
    assert [c.get("outputs") for c in warm.notebook.cells] == [c.get("outputs") for c in cold.notebook.cells]
    assert warm.notebook == cold.notebook
    assert warm.messages == cold.messages == ("said aside",)
    chart = warm.notebook.cells[2].outputs[0].data["image/png"]
    assert base64.b64decode(chart)[:4] == b"\x89PNG", (
        "importing pyplot in the template loses the charts without a word"
    )


@needs_fork
def test_every_fork_draws_random_numbers_of_its_own(notebook, template):
    path = notebook("import random, numpy as np\nprint(random.random(), np.random.random())")
    first, second = (run(path, template).notebook.cells[-1].outputs[0].text.split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


@needs_fork
def test_a_fork_does_not_see_what_another_did(notebook, template):
    path = notebook("import saferleeds_analysis as s\nprint(hasattr(s, 'left_behind'))\ns.left_behind = 1")
    assert [run(path, template).notebook.cells[-1].outputs[0].text for _ in range(2)] == ["False\n"] * 2


@needs_fork
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_the_template_has_one_thread(template):
    template.address()
    assert psutil.Process(template._process.pid).num_threads() == 1


@needs_fork
@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("total = 1\ntotal / 0", "trial, code cell 2 (total = 1): ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "trial: not every cell ran to its end: code cell 2, code cell 3."),
        ("import os; os._exit(1)", "the Python process that ran it ended."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the Python process that ran it ended."),
        ("import time; time.sleep(60)", "still running after 2 seconds, so it was stopped."),
    ],
    ids=["error", "exit", "ends", "killed", "hangs"],
)
def test_a_run_that_fails_in_a_fork_says_where_and_leaves_nothing(
    notebook, template, tmp_path, monkeypatch, cell, says
):
    path = notebook(cell, "'never reached'")
    # a short path, as sockets need; the test's own folder may be deep
    scratch = Path(tempfile.mkdtemp(prefix="leeds-test-"))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with pytest.raises(ReportFailed) as error:
        run(path, template, seconds_per_cell=2)
    assert says in str(error.value)
    assert list(scratch.iterdir()) == []
    assert psutil.Process(template._process.pid).children() == []


@needs_fork
def test_what_a_kernel_started_ends_with_it(notebook, template):
    path = notebook("import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)")
    started = int(run(path, template).notebook.cells[-1].outputs[0].text)
    assert not psutil.pid_exists(started) or psutil.Process(started).status() == psutil.STATUS_ZOMBIE


@needs_fork
def test_a_template_that_cannot_start_says_why():
    with (
        WarmTemplate({**os.environ, "PYTHONPATH": "", "PYTHONHOME": "/nowhere"}) as broken,
        pytest.raises(TemplateFailed, match="."),
    ):
        broken.address()


def test_papermill_finds_the_engine_by_entry_point_in_any_order_of_imports():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, value),) = project["entry-points"]["papermill.engine"].items()
    assert name == ENGINE
    assert metadata.EntryPoint(name=name, value=value, group="papermill.engine").load() is WarmEngine
    code = "import sys, saferleeds_analysis.publishing.warm_kernels; print('papermill' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", "papermill imports the engine while it is being imported itself"


# The pool


def test_processes_are_used_where_they_pay(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert [workers_for(n) for n in (1, 2, 3, 60)] == [1, 1, 3, 3]
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert workers_for(60) == 4


@pytest.fixture
def three_ways(notebook, monkeypatch, tmp_path):
    """Publish the same three reports one after another, in a pool, and in a pool as on a system that cannot fork.

    Each asks for two things that the run works out once: the same for all, and one of its own.
    """
    path = notebook(ASKS + PAGE, parameters=ASKED)
    published = {}
    for way, options in {
        "one by one": {"workers": 1},
        "pool": {"workers": 2},
        "as on Windows": {"workers": 2, "warm": False},
    }.items():
        if way == "as on Windows":
            monkeypatch.setattr(pool.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
        root = tmp_path / way
        shutil.copytree(path.parent, root / "notebooks")
        with_tables(root)
        (root / "data" / "project_key.txt").write_text("the same in each", encoding="utf-8")
        said = []
        publish_reports(root, Q2, named("a", "b", "c"), as_at=DAY, say=said.append, **options)
        worked_out = (root / "notebooks" / "worked_out").read_text(encoding="utf-8").split()
        published[way] = (files_of(root / "reports"), said, worked_out)
    return published


def test_a_pool_publishes_what_one_process_does(three_ways):
    one, _, worked_out = three_ways["one by one"]
    assert sorted(worked_out) == ["a", "all", "b", "c"], "what all of them ask for is worked out once"
    assert (
        len(one) == 3 * 5 + 4 + 1 + 1 + 1
    )  # the reports, the page of changes, the pack's index and the list of packs
    for way in ("pool", "as on Windows"):
        files, said, worked_out = three_ways[way]
        differ = [name for name in one if files.get(name) != one[name]]
        assert {Path(name).name for name in differ} == {"run.json"}
        assert files.keys() == one.keys()
        assert sorted(line.split()[1] for line in said) == ["a", "b", "c"]
        assert [line.split()[0] for line in said] == ["1/3", "2/3", "3/3"]
        assert set(worked_out) == {"a", "all", "b", "c"}
        assert len(worked_out) <= 5, "two that ask at the same time both work it out"
        assert " left" in said[0]
        assert " left" not in said[2]


def test_a_report_that_fails_in_a_pool_fails_alone(notebook):
    code = (
        "import os, signal\n"
        "if area == 'killer':\n    os.kill(int(os.environ['JPY_PARENT_PID']), signal.SIGKILL)\n"
        "if area == 'zero':\n    1 / 0\n"
    )
    root = notebook(code + PAGE, parameters=ASKED).parent.parent
    said = []
    with pytest.raises(ReportFailed) as error:
        reports = named("a", "killer", "zero", "b", "c")
        publish_reports(root, Q2, reports, as_at=DAY, workers=2, warm=False, say=said.append)
    lines = str(error.value).splitlines()
    assert lines[0] == "2 of 5 reports could not be made; what was published before stands."
    assert sorted(lines[1:]) == [
        f"killer: trial: the process that made it ended. {ENDED}",
        "zero: trial, code cell 2 (import os, signal): ZeroDivisionError: division by zero",
    ]
    assert len(said) == 5, "the others are tried too, so that all that is wrong is said at once"
    assert list((root / "reports").rglob("*")) == []


@needs_fork
def test_kernels_start_cold_where_the_template_cannot_be(notebook, monkeypatch, caplog):
    def no_template(_):
        raise TemplateFailed("an import started a thread.")

    monkeypatch.setattr(WarmTemplate, "address", no_template)
    root = notebook(PAGE, parameters=ASKED).parent.parent
    publish_reports(root, Q2, named("a", "b"), as_at=DAY, workers=2, warm=True, say=[].append)
    assert sorted(p.parent.name for p in (root / "reports").rglob("report.html")) == ["a", "b", "changes"]
    assert "started cold, because the warm template failed: an import started a thread." in caplog.text


@needs_fork
def test_a_template_that_is_killed_takes_its_kernels_along_and_the_others_start_cold(notebook):
    code = "import os, signal, time\nif area == 'killer':\n    os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)\n"
    root = notebook(code + PAGE, parameters=ASKED).parent.parent
    said = []
    with pytest.raises(ReportFailed) as error:
        publish_reports(root, Q2, named("killer", "a", "b", "c", "d"), as_at=DAY, workers=2, say=said.append)
    failed = str(error.value).splitlines()[1:]
    assert 1 <= len(failed) <= 2
    assert all(line.endswith(f"the Python process that ran it ended. {ENDED}") for line in failed)
    assert len(said) == 5
    assert not (root / "reports/2012-13_Q2").exists()


# Stopped half-way, with real processes


def start_slow_reports(notebook, tmp_path, *options):
    """Start the command on reports that finish once and then hang, and wait until it is in the midst of them."""
    hang = "import pathlib, time\nif pathlib.Path('hang').exists():\n    pathlib.Path(f'at-{area}').touch(); time.sleep(100)\n"
    root = notebook(hang + PAGE, parameters=ASKED).parent.parent
    with_tables(root)
    entries = [f'[[report]]\nname = "{a}"\nnotebook = "trial"\nparameters = {{area = "{a}"}}' for a in "abc"]
    (root / "notebooks" / "run_list.toml").write_text("\n".join(entries), encoding="utf-8")
    publish_reports(root, Q2, named("a"), as_at=DAY, say=[].append)
    (root / "notebooks" / "hang").touch()
    before = files_of(root / "reports")
    # a short path, as sockets need; the test's own folder may be deep
    scratch = Path(tempfile.mkdtemp(prefix="leeds-test-"))
    process = subprocess.Popen(
        [sys.executable, "-m", "saferleeds_analysis", "report", "2012/13 Q2", "--workers", "3", *options],
        cwd=root,
        # A process started in the background is born deaf to Ctrl-C; a user's is not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while len(list((root / "notebooks").glob("at-*"))) < 3:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    return process, root, before, scratch


def ends_within(seconds, processes):
    _gone, alive = psutil.wait_procs(processes, timeout=seconds)
    return [" ".join(p.cmdline()) for p in alive if p.status() != psutil.STATUS_ZOMBIE]


@needs_fork
@pytest.mark.parametrize(
    ("options", "again"),
    [
        pytest.param((), signal.SIGTERM, marks=by_itself("stopped warm"), id="warm"),
        pytest.param(("--cold",), signal.SIGINT, marks=by_itself("stopped cold"), id="cold"),
    ],
)
def test_ctrl_c_leaves_nothing_running_and_nothing_by_halves(notebook, tmp_path, options, again):
    process, root, before, scratch = start_slow_reports(notebook, tmp_path, *options)
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 3 + 3
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the whole group
    for _ in range(20):  # whoever asks again does not stop the clearing up
        time.sleep(0.02)
        process.send_signal(again)
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "Error: stopped. What was published before stands as it was.\n"
    assert ends_within(15, family) == []
    assert list(scratch.iterdir()) == []
    after = files_of(root / "reports")
    assert after.pop("last_run.log") is not None
    assert after == before
    assert not (root / ".publishing").exists()


@needs_fork
def test_a_run_that_is_killed_takes_everything_with_it(notebook, tmp_path):
    process, root, before, scratch = start_slow_reports(notebook, tmp_path)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate(timeout=60)
    assert ends_within(30, family) == []
    tidy_up(root)
    assert files_of(root / "reports").keys() - before.keys() == {"last_run.log"}
    assert [*scratch.iterdir(), *root.glob(".publishing")] == []
