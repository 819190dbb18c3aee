"""What the reports of a run share: worked out once, the same for each, and nothing of it where there is no run."""

import pandas as pd
import pytest

from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.shared import FOLDER, once

CALLS = []


def totals(counts, *, by):
    CALLS.append(by)
    if by == "nothing":
        raise DataProblem("there is nothing to add up.")
    return counts.groupby(getattr(counts.index, by)).sum() / 3


@pytest.fixture
def calls():
    CALLS.clear()
    return CALLS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


def counts(last=7):
    months = pd.period_range("2012-01", periods=4, freq="M")
    return pd.Series([1, 2, 4, last], index=months, name="thefts")


def test_the_same_question_is_answered_once_to_the_last_bit(folder, calls):
    first, second = (once(totals, counts(), by="quarter") for _ in range(2))
    assert calls == ["quarter"]
    pd.testing.assert_series_equal(first, second, check_exact=True)
    assert second.tolist() == [7 / 3, 7 / 3]


def test_another_series_another_option_and_another_function_are_other_questions(folder, calls):
    assert once(totals, counts(), by="quarter").tolist() == [7 / 3, 7 / 3]
    assert once(totals, counts(last=8), by="quarter").tolist() == [7 / 3, 8 / 3]
    assert once(totals, counts().rename("robberies"), by="quarter").name == "robberies"
    assert once(totals, counts(), by="year").tolist() == [14 / 3]
    assert calls == ["quarter", "quarter", "quarter", "year"]
    assert once(len, counts()) == 4
    assert len(list(folder.iterdir())) == 5


def test_what_is_refused_is_refused_again_and_nothing_is_kept(folder, calls):
    for _ in range(2):
        with pytest.raises(DataProblem, match=r"there is nothing to add up\."):
            once(totals, counts(), by="nothing")
    assert calls == ["nothing", "nothing"]
    assert list(folder.iterdir()) == []


def test_outside_a_run_everything_is_worked_out_and_where_nothing_can_be_kept_too(
    calls, tmp_path, monkeypatch
):
    for asked in ("", str(tmp_path / "gone")):
        monkeypatch.setenv(FOLDER, asked)
        calls.clear()
        assert [once(totals, counts(), by="year").tolist() for _ in range(2)] == [[14 / 3]] * 2
        assert calls == ["year", "year"]
