"""Kernels forked from a warm template instead of started cold, as an engine of papermill.

A kernel that starts cold spends two seconds on imports before its first cell; a fork of a process that has imported
everything starts at once and shares its memory. ``kernel_template.py`` is that process, :class:`WarmTemplate` starts and
ends it, and :class:`WarmEngine` has papermill's own engine run a notebook in a kernel that it forks. What comes out is the same,
byte by byte.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

# The name under which papermill knows the engine: see the entry points in pyproject.toml.
ENGINE = "saferleeds"

CAN_FORK = hasattr(os, "fork") and hasattr(socket, "AF_UNIX")


class TemplateFailed(Exception):
    """The template process could not be started; kernels can still be started cold."""


class WarmTemplate:
    """A running template process: a context that gives its address, and leaves no kernel behind."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Take the environment in which the template starts: what Python reads at its start cannot be changed in a fork."""
        self._environment = dict(environment)

    def __enter__(self) -> "WarmTemplate":
        """Start the process; :meth:`address` waits for it."""
        self._folder = tempfile.TemporaryDirectory(prefix="saferleeds-")
        self._log, self._address = Path(self._folder.name, "log"), str(Path(self._folder.name, "ask"))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this Python, our own module
                [sys.executable, "-m", __name__.replace("warm_kernels", "kernel_template"), self._address],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for the one who asked for the reports
            )
        return self

    def __exit__(self, *_: object) -> None:
        """End the process and every kernel that it has forked."""
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its kernels see within a second that it is gone, and go too
            self._process.wait()
        self._folder.cleanup()

    def address(self, *, seconds: float = 60) -> str:
        """Wait until the template is ready and give the address to ask at."""
        deadline = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < deadline:
            with socket.socket(socket.AF_UNIX) as trial:
                if trial.connect_ex(self._address) == 0:
                    return self._address
            time.sleep(0.05)
        said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise TemplateFailed(said[-1] if said else "it did not answer in time.")


class WarmEngine:
    """Papermill's engine by entry point: its own, with kernels forked from the template at ``template``.

    It holds papermill's engine instead of inheriting from it, because papermill loads its engines while it is being
    imported itself.
    """

    @staticmethod
    def execute_notebook(
        nb: Any, kernel_name: str, *, template: str = "", kernel_manager_class: Any = None, **options: Any
    ) -> Any:
        """Run a notebook as papermill's engine does. Without a template the kernel starts cold."""
        from jupyter_client import AsyncKernelManager
        from papermill.engines import NBClientEngine

        manager = kernel_manager_class or AsyncKernelManager
        if template:
            manager = _forking(manager, template)
        return NBClientEngine.execute_notebook(nb, kernel_name, kernel_manager_class=manager, **options)

    @staticmethod
    def nb_kernel_name(nb: Any, name: str | None = None) -> str:
        """Say which kernel papermill would take."""
        from papermill.engines import NBClientEngine

        return NBClientEngine.nb_kernel_name(nb, name)

    @staticmethod
    def nb_language(nb: Any, language: str | None = None) -> str:
        """Say which language papermill would take it for."""
        from papermill.engines import NBClientEngine

        return NBClientEngine.nb_language(nb, language)


def _forking(manager: type, template: str) -> type:
    """Give a kernel manager like this one, whose kernel is forked from the template."""
    from jupyter_client.provisioning import LocalProvisioner

    class ForkingProvisioner(LocalProvisioner):
        async def launch_kernel(self, cmd: list[str], **options: Any) -> dict:
            self.process = _ForkedKernel(
                template,
                {"arguments": cmd[cmd.index("-f") :], "cwd": str(options["cwd"]), "env": options["env"]},
            )
            self.pid = self.pgid = self.process.pid
            self.cwd = options["cwd"]
            return self.connection_info

    class ForkingManager(manager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.provisioner = ForkingProvisioner(
                parent=self, kernel_id=self.kernel_id, kernel_spec=self.kernel_spec
            )

    return ForkingManager


class _ForkedKernel:
    """A forked kernel, with the methods of ``subprocess.Popen`` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, template: str, request: dict) -> None:
        try:
            self._lease = Client(template, family="AF_UNIX")
            self._lease.send(request)
        except OSError as error:
            raise TemplateFailed("the template ended.") from error
        self.returncode: int | None = None
        answer = self._hear()
        if answer is None:
            raise TemplateFailed("the template ended.")
        self.pid: int = answer

    def poll(self) -> int | None:
        return self.wait(timeout=0)

    def wait(self, timeout: float | None = None) -> int | None:
        if self.returncode is None and self._lease.poll(timeout):
            exit_code = self._hear()
            # A template that is gone has taken its kernels with it.
            self.returncode = -signal.SIGKILL if exit_code is None else exit_code
            self._lease.close()
        return self.returncode

    def _hear(self) -> int | None:
        """Read the next number that the template tells; ``None`` when it is gone."""
        try:
            return self._lease.recv()
        except (EOFError, ConnectionResetError):
            return None

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)
