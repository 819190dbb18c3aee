"""The warm template: a process that has imported everything and forks a kernel each time it is asked for one.

``python -m saferleeds_analysis.publishing.kernel_template ADDRESS`` listens on a local socket. A connection is a lease: it
asks once for a kernel; is told its process id, and its exit code when it ends; and when the
connection closes, the kernel is ended. When standard input closes, which it does however the parent ends, so do all
kernels and the template.

A fork copies one thread only, so the template may have no other: it reads no data, starts no pool and opens no
connection of its kernels before it forks. (Linux and macOS; Windows cannot fork.)
"""

import gc
import importlib
import os
import pkgutil
import signal
import socket
import sys
import threading
import time
from multiprocessing.connection import Connection, wait
from pathlib import Path

# What kernels and notebooks import at their first use, beside what the library's own modules import.
_FIRST_USED_LATER = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
    "openpyxl",
    "pyarrow.parquet",
)
_ROOMS = ("intake", "methods", "reporting")


def main() -> None:
    """Import, listen, and in each forked child become a kernel."""
    address = sys.argv.pop()
    # As a kernel of its own does: the folder of the notebooks comes first later, the one of the command never.
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]
    _import_everything()
    _refuse_other_threads()
    gc.collect()
    gc.freeze()  # what is shared stays shared: collecting it in a kernel would copy it
    request = _serve(address)
    if request is not None:
        _become_kernel(request)


def _import_everything() -> None:
    # IPython asks pyplot which backend is set; a kernel of its own would find the inline one.
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    for name in _FIRST_USED_LATER:
        importlib.import_module(name)
    for room in _ROOMS:
        package = importlib.import_module(f"saferleeds_analysis.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    blocks = importlib.import_module("saferleeds_analysis.reporting.blocks")
    blocks.html_of()  # so that no kernel reads and compiles the page's template for itself


def _refuse_other_threads() -> None:
    """End with a message where an import has left a thread: what it holds would be held for ever in a fork."""
    deadline = time.monotonic() + 5
    while (count := _threads()) > 1 and time.monotonic() < deadline:  # matplotlib may be at its list of fonts
        time.sleep(0.05)
    if count > 1:
        raise SystemExit(f"an import started a thread; {count} run, and only one can be forked.")


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def _serve(address: str) -> dict | None:
    """Answer until the parent is gone, then give ``None``; in a forked child, give what was asked for."""
    leases: list[Connection] = []
    kernels: dict[Connection, int] = {}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)
        while True:
            for ready in wait([listener, sys.stdin, *leases], timeout=0.05):
                if ready is listener:
                    leases.append(Connection(listener.accept()[0].detach()))
                elif ready is sys.stdin:
                    for pid in kernels.values():
                        _end(pid)
                    return None
                elif (request := _request_of(ready)) is None:
                    leases.remove(ready)
                    ready.close()
                    _end(kernels.pop(ready, 0))
                elif (pid := os.fork()) == 0:
                    for lease in leases:
                        lease.close()
                    return request
                else:
                    kernels[ready] = pid
                    _tell(ready, pid)
            _tell_who_ended(kernels)


def _request_of(lease: Connection) -> dict | None:
    """Read what is asked for; ``None`` when the other side is gone."""
    try:
        return lease.recv()
    except (EOFError, ConnectionResetError):
        return None


def _tell(lease: Connection, number: int) -> None:
    try:
        lease.send(number)
    except OSError:
        return  # the other side is gone, which the next round will show


def _tell_who_ended(kernels: dict[Connection, int]) -> None:
    for lease, pid in list(kernels.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del kernels[lease]
            _tell(lease, os.waitstatus_to_exitcode(status))


def _end(pid: int) -> None:
    """End a kernel and whatever it started, and wait until it is gone."""
    if pid:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)  # it has not come to lead a group of its own yet
        os.waitpid(pid, 0)


def _become_kernel(request: dict) -> None:
    """Turn a forked child into what ``python -m ipykernel_launcher`` would be, from its first line on."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    import numpy
    from ipykernel.kernelapp import IPKernelApp

    # Python reseeds its own numbers in a fork; those of numpy would be the same in every one.
    numpy.random.seed()  # noqa: NPY002 - the state that a cell draws from
    # pyplot is imported already, so it must be told to draw into the notebook.
    IPKernelApp.launch_instance(
        [*request["arguments"], "--matplotlib=inline", f"--IPKernelApp.parent_handle={os.getppid()}"]
    )


if __name__ == "__main__":
    main()
