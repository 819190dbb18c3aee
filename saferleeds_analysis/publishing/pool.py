"""Make several reports at once: a few processes, each making one after another, with kernels forked from one template.

They write into the pack that is being made, and nothing of it is published yet. So the one that started them can end them at
any moment.
"""

import logging
import multiprocessing
import os
import signal
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from saferleeds_analysis.problems import ENDED, DataProblem, in_words
from saferleeds_analysis.publishing import stopping
from saferleeds_analysis.publishing.notebooks import ReportFailed, kernel_environment
from saferleeds_analysis.publishing.report import MadeReport, Run, make_report
from saferleeds_analysis.publishing.run_list import Report
from saferleeds_analysis.publishing.warm_kernels import CAN_FORK, TemplateFailed, WarmTemplate

logger = logging.getLogger(__name__)

# Each imports for seconds what it needs to run a notebook and make a page; forked from a process that has, it need not.
_IMPORTED_ONCE = (__name__, "papermill", "nbconvert.exporters")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a report: it was made, or why it was not; and how long that took, in seconds."""

    report: Report
    seconds: float
    made: MadeReport | None = None
    error: Exception | None = None


def workers_for(count: int) -> int:
    """Say how many processes pay for this number of reports: none beside this one for two, else two to four.

    One more than there are processors, because a report waits now and then.
    """
    has_affinity = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return 1 if count <= 2 else min(4, max(2, processors + 1), count)


def make_reports(
    run: Run, reports: Sequence[Report], *, into: Path, workers: int, warm: bool
) -> Iterator[Outcome]:
    """Make reports in the folder of a pack, ``into``, and give what became of each as it finishes.

    With one worker they are made here, one after another. With ``warm`` the kernels are forked from a template where the
    system can fork. Closing the iterator ends every process at once.
    """
    waiting = deque(reports)
    with ExitStack() as stack:
        shared = tempfile.TemporaryDirectory(prefix="saferleeds-", ignore_cleanup_errors=True)
        run = replace(run, shared=stack.enter_context(shared))
        if workers == 1:
            yield from (_make_one(run, report, into, "") for report in reports)
            return
        can_be_warm = warm and CAN_FORK and _sockets_fit()
        environment = {**os.environ, **kernel_environment()}
        template = stack.enter_context(WarmTemplate(environment)) if can_be_warm else None
        crew = _Crew(run, into)
        stack.callback(crew.end)
        for _ in range(workers):
            crew.hire()
        address = _address(template) if template else ""
        while waiting or crew.busy:
            while waiting and crew.idle:
                crew.give(waiting.popleft(), address)
            yield from crew.finished()


def _address(template: WarmTemplate) -> str:
    """Wait for the template. Where it cannot be, the kernels start cold, which takes longer and comes to the same."""
    try:
        return template.address()
    except TemplateFailed as error:
        logger.warning("the kernels are started cold, because the warm template failed: %s", error)
        return ""


def _sockets_fit() -> bool:
    """Say whether a socket can be made in the folder for temporary files: systems take about 100 characters in all."""
    return len(os.fsencode(tempfile.gettempdir())) <= 65


class _Crew:
    """The processes that make reports, and which of them is at which report."""

    def __init__(self, run: Run, into: Path) -> None:
        self._run, self._into = run, into
        forks = "forkserver" in multiprocessing.get_all_start_methods() and _sockets_fit()
        self._context = multiprocessing.get_context("forkserver" if forks else "spawn")
        if forks:
            self._context.set_forkserver_preload(list(_IMPORTED_ONCE))
        self._processes: dict[Connection, Any] = {}
        self.idle: list[Connection] = []
        self.busy: dict[Connection, tuple[Report, float]] = {}

    def hire(self) -> None:
        ours, theirs = self._context.Pipe()
        work = (theirs, self._run, self._into, tempfile.gettempdir())
        process = self._context.Process(target=_work, args=work, daemon=True)
        with _started_undisturbed():
            process.start()
        theirs.close()  # so that the end of the process can be seen on ours
        self._processes[ours] = process
        self.idle.append(ours)

    def give(self, report: Report, template: str) -> None:
        """Give an idle process a report to make; where it has ended meanwhile, another."""
        worker = self.idle.pop()
        try:
            worker.send((report, template))
        except OSError:
            self._replace(worker)
            self.give(report, template)
            return
        self.busy[worker] = (report, time.perf_counter())

    def finished(self) -> Iterator[Outcome]:
        """Wait until one or more have finished; whoever died at it is replaced."""
        for worker in wait(list(self.busy)):
            report, started = self.busy.pop(worker)
            try:
                outcome = worker.recv()
                self.idle.append(worker)
            except (EOFError, ConnectionResetError):
                what = f"the process that made it ended. {ENDED}"
                error = ReportFailed(f"{report.notebook}: {what}")
                outcome = Outcome(report=report, seconds=time.perf_counter() - started, error=error)
                self._replace(worker)
            yield outcome

    def _replace(self, worker: Connection) -> None:
        self._processes.pop(worker).join()
        worker.close()
        self.hire()

    def end(self) -> None:
        """End every process: those that wait by telling them, those that are at a report at once.

        A forked kernel ends with the template, a cold one when it sees, within a second, that who started it is gone.
        """
        for worker, process in self._processes.items():
            if worker in self.busy:
                process.kill()
            worker.close()
        for process in self._processes.values():
            process.join(timeout=5)
            if process.exitcode is None:
                process.kill()
                process.join()


@contextmanager
def _started_undisturbed() -> Iterator[None]:
    """Start processes in the environment of a kernel, and with what asks them to stop held back until they know what to do."""
    added = {name: text for name, text in kernel_environment().items() if name != "PYTHONPATH"}
    before = {name: os.environ.get(name) for name in added}
    can_hold_back = hasattr(signal, "pthread_sigmask")
    if can_hold_back:
        signal.pthread_sigmask(signal.SIG_BLOCK, stopping.STOPS)
    os.environ.update(added)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                del os.environ[name]
            else:
                os.environ[name] = text
        if can_hold_back:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, stopping.STOPS)


def _work(connection: Connection, run: Run, into: Path, scratch: str) -> None:
    """Make reports until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asked for the reports
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stopping.STOPS)
    tempfile.tempdir = scratch
    logging.disable()  # what goes wrong is said by the outcome
    while True:
        try:
            report, template = connection.recv()
            connection.send(_make_one(run, report, into, template))
        except (EOFError, OSError):  # the other side is gone
            return


def _make_one(run: Run, report: Report, into: Path, template: str) -> Outcome:
    start = time.perf_counter()
    made = error = None
    try:
        try:
            made = make_report(run, report, into=into, template=template)
        except TemplateFailed:  # it has ended meanwhile; a cold kernel takes longer and comes to the same
            made = make_report(run, report, into=into)
    except (DataProblem, ValueError, ReportFailed) as known:
        error = known
    except Exception as other:
        error = ReportFailed(in_words(other), details=traceback.format_exc())
    return Outcome(report=report, seconds=time.perf_counter() - start, made=made, error=error)
