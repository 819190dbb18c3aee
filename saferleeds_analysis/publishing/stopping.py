"""What asks a command to stop: Ctrl-C, the system, and the terminal that is closed (which Windows has not)."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def ignored() -> Any:
    """Give a context in which no signal to stop is heard."""
    return _heard_by(signal.SIG_IGN)


def heard_once() -> Any:
    """Give a context in which each signal to stop is a ``KeyboardInterrupt``, and after the first none is heard any more.

    So a second one does not stop the clearing up after the first.
    """

    def stop(*_: Any) -> None:
        for one in STOPS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    return _heard_by(stop)


@contextmanager
def _heard_by(handler: Callable[..., None] | signal.Handlers) -> Iterator[None]:
    """Have a handler for the signals, but for those to which the command was started deaf (nohup)."""
    stops = STOPS if threading.current_thread() is threading.main_thread() else []
    before = {one: was for one in stops if (was := signal.getsignal(one)) is not signal.SIG_IGN}
    for one in before:
        signal.signal(one, handler)
    try:
        yield
    finally:
        for one, was in before.items():
            if signal.getsignal(one) is handler:  # who was asked to stop hears nothing any more, to its end
                signal.signal(one, was or signal.SIG_DFL)
