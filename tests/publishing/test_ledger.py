"""The ledger: what it holds, that nothing in it can be changed, and hundreds of histories of people, corrections and crashes."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from projects import REFERENCE, with_tables
from publishing.packs import ANSWERS, ROLES, figure, write_pack

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import Measure
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing import ledger as ledger_module
from saferleeds_analysis.publishing.earlier import earlier_pack
from saferleeds_analysis.publishing.files import read_figures
from saferleeds_analysis.publishing.ledger import Ledger, open_ledger
from saferleeds_analysis.publishing.sign_off import sign_off
from saferleeds_analysis.publishing.versions import altered_files, start_correction, verify, version_to_make
from saferleeds_analysis.reporting.changes import compare_figures

Q1, Q2 = periods.quarter("2012/13 Q1"), periods.quarter("2012/13 Q2")
NOW = datetime(2012, 7, 20, 9, 30, tzinfo=UTC)
CATALOGUE = load_catalogue(REFERENCE)


def sign(root, quarter, **more):
    return sign_off(
        root, quarter, **{"roles": ROLES, "answers": ANSWERS, "catalogue": CATALOGUE, "now": NOW} | more
    )


@pytest.fixture
def signed(tmp_path):
    """Give a project with one signed-off pack."""
    write_pack(tmp_path, "2012/13 Q1", [figure(6771), figure("G", measure="progress, RAG letter")])
    sign(tmp_path, Q1)
    return tmp_path


def test_an_analyst_reads_packs_figures_and_the_history_of_a_figure(signed):
    ledger = open_ledger(signed)
    (pack,) = ledger.packs().to_dict("records")
    assert (pack["quarter"], pack["version"], pack["signed_at"]) == (
        "2012/13 Q1",
        1,
        "2012-07-20T09:30:00+00:00",
    )
    assert (pack["analyst"], pack["reviewer"], pack["owner"]) == (
        "Performance team",
        "Second analyst",
        "Head of service",
    )
    figures = ledger.figures(quarter="2012/13 Q1")
    assert figures["value"].tolist() == ["6771", "G"]
    assert figures["number"].iloc[0] == 6771
    assert figures["number"].isna().tolist() == [False, True]
    assert "Recorded offences of burglary in a dwelling" in figures["definition"].iloc[0]

    start_correction(signed, Q1, reason="An offence was counted twice", day="2012-08-01")
    write_pack(signed, "2012/13 Q1", [figure(6770)], version=2)
    sign(signed, Q1)
    history = ledger.history("domestic_burglary", "Leeds", "12 months to June 2012", "twelve_month_count")
    assert history[["version", "value"]].values.tolist() == [[1, "6771"], [2, "6770"]]
    assert ledger.figures(quarter="2012/13 Q1")["value"].tolist() == ["6770"]
    assert ledger.figures(quarter="2012/13 Q1", version=1)["value"].tolist() == ["6771", "G"]


def test_an_absent_ledger_answers_with_nothing_and_is_not_made_by_asking(tmp_path):
    ledger = open_ledger(tmp_path)
    assert ledger.packs().empty
    assert ledger.figures(quarter="2012/13 Q1").empty
    assert "value" in ledger.history("a", "b", "c", "d").columns
    assert ledger.latest_version("2012/13 Q1") == 0
    assert not (tmp_path / "data").exists()


TABLES = ("pack", "correction", "definition", "run", "file", "figure", "identity")


def test_every_table_refuses_to_be_changed_by_anybody(signed):
    start_correction(signed, Q1, reason="why", day="2012-08-01")
    path = open_ledger(signed).path
    before = path.read_bytes()
    connection = sqlite3.connect(path)
    for table in TABLES:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0, table
        for statement in (
            f"UPDATE {table} SET {columns[-1]} = {columns[-1]}",
            f"DELETE FROM {table}",
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
            f"INSERT OR IGNORE INTO {table} SELECT * FROM {table}",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="the ledger is added to and never changed"):
                connection.execute(statement)
    connection.rollback()
    connection.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO figure SELECT run, 99, section, indicator_id, area, period, measure, '1', lower, upper, confidence, "
        "unit, method, n, caveats, definition FROM figure LIMIT 1",
        "INSERT INTO file VALUES ('2012/13 Q1', 1, 'reports/2012-13_Q1/more.html', 'x')",
        "INSERT INTO run SELECT 99, quarter, version, edition, 'more', notebook, parameters, inputs, code_version, finished "
        "FROM run LIMIT 1",
    ],
)
def test_nothing_can_be_added_to_a_pack_that_is_signed_off(signed, statement):
    with (
        sqlite3.connect(open_ledger(signed).path) as connection,
        pytest.raises(sqlite3.IntegrityError, match="added to and never changed"),
    ):
        connection.execute(statement)


def test_a_change_made_past_the_triggers_shows(signed):
    path = open_ledger(signed).path
    assert open_ledger(signed).faults() == []
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER figure_no_update")
        connection.execute("UPDATE figure SET value = '6700' WHERE value = '6771'")
    assert open_ledger(signed).faults() == [
        "what the ledger holds of 2012/13 Q1 is not what was written at its sign-off."
    ]


def test_a_ledger_of_a_later_version_is_refused(signed):
    with sqlite3.connect(open_ledger(signed).path) as connection:
        connection.execute("PRAGMA user_version = 3")
    with pytest.raises(
        DataProblem, match=r"data/ledger/ledger.sqlite was written by a later version .*form is 3, this"
    ):
        open_ledger(signed).packs()


def test_a_figure_comes_back_from_the_ledger_as_it_was_printed(tmp_path):
    """All but its rows and its working, which stand in the executed notebook."""
    printed = [
        figure(
            -35.6,
            measure=Measure(
                id="change", words="change against {base}", role="change", own=True, revised=True
            ),
            qualifiers={"base": "12 months to June 2011"},
            lower=-37.6,
            upper=-33.4,
            confidence=0.95,
            method="conditional binomial",
            n=9214,
            status="illustrative",
            caveats=("one", "provisional"),
        ),
        figure("G", measure=Measure(id="letter", words="progress", role="letter"), period="from the start"),
        figure(None),
    ]
    write_pack(tmp_path, "2012/13 Q1", printed)
    sign(tmp_path, Q1)
    held = open_ledger(tmp_path).printed_figures("2012/13 Q1", 1)
    assert [one.figure for one in held] == printed
    assert {one.report for one in held} == {"burglary"}


VERSION_1 = Path(__file__).parent / "ledger_version_1.sql"


@pytest.fixture
def signed_long_ago(tmp_path):
    """Give a project signed off by the software that knew no identities: its ledger as that wrote it, and its pack."""
    path = open_ledger(with_tables(tmp_path)).path
    path.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    folder = tmp_path / "reports" / "2012-13_Q1"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<h1>2012/13 Q1</h1>", encoding="utf-8")
    return tmp_path


def test_a_ledger_of_the_first_version_is_read_as_it_is(signed_long_ago):
    ledger = open_ledger(signed_long_ago)
    before = ledger.path.read_bytes()
    assert ledger.figures(quarter="2012/13 Q1")["value"].tolist() == ["6771", "231"]
    assert ledger.printed_figures("2012/13 Q1", 1) == ()
    assert verify(signed_long_ago, Q1) == []
    assert ledger.path.read_bytes() == before, "reading changes nothing"


def test_a_ledger_of_the_first_version_gets_its_new_table_with_the_next_sign_off(signed_long_ago):
    ledger = open_ledger(signed_long_ago)
    write_pack(signed_long_ago, "2012/13 Q2", [figure(5938)])
    sign(signed_long_ago, Q2)
    assert [one.figure for one in ledger.printed_figures("2012/13 Q2", 1)] == [figure(5938)]
    assert ledger.printed_figures("2012/13 Q1", 1) == ()
    for quarter in (Q1, Q2):
        assert verify(signed_long_ago, quarter) == []
    for change in ("DELETE FROM identity", "UPDATE identity SET status = 'published'"):
        with (
            contextlib.closing(sqlite3.connect(ledger.path)) as connection,
            pytest.raises(sqlite3.IntegrityError, match="the ledger is added to and never changed"),
        ):
            connection.execute(change)


def test_a_pack_that_was_signed_off_long_ago_is_not_compared_and_the_page_says_so(signed_long_ago):
    earlier = earlier_pack(
        signed_long_ago, Q2, edition="public", catalogue=load_catalogue(REFERENCE), listed=()
    )
    assert earlier.line([figure(5938)]).text == ""
    page = earlier.page([figure(5938)])
    assert "No figures could be compared with the pack of 2012/13 Q1." in page.text


def test_since_when_a_figure_is_published_so(tmp_path):
    values = {"2012/13 Q1": 10, "2012/13 Q2": 12, "2012/13 Q3": 12, "2012/13 Q4": 10}
    for quarter, value in values.items():
        write_pack(tmp_path, quarter, [figure(value), figure(5, area="Armley")])
        sign(tmp_path, periods.quarter(quarter))
    key = ("domestic_burglary", "Leeds", "12 months to June 2012", "twelve_month_count")
    since = {q: open_ledger(tmp_path).published_since(q) for q in values}
    assert since["2012/13 Q1"][*key, "10"] == "2012/13 Q1"
    assert since["2012/13 Q3"][*key, "12"] == "2012/13 Q2"
    assert since["2012/13 Q4"][*key, "10"] == "2012/13 Q4", "the same number again is not the same printing"
    assert since["2012/13 Q4"]["domestic_burglary", "Armley", *key[2:], "5"] == "2012/13 Q1"


# Two at once


def test_two_processes_sign_off_at_once_one_wins_and_the_other_is_told(tmp_path):
    write_pack(tmp_path, "2012/13 Q1", [figure(n, area=f"Area {n}") for n in range(300)])
    program = (
        "import sys, time, pathlib\n"
        "from publishing.packs import ANSWERS\n"
        "from saferleeds_analysis import periods\n"
        "from saferleeds_analysis.catalogue import load_catalogue\n"
        "from saferleeds_analysis.publishing.sign_off import Roles, sign_off\n"
        "roles = Roles(analyst='A', reviewer='B', owner=sys.argv[1])\n"
        "from projects import REFERENCE, with_tables\n"
        "catalogue = load_catalogue(REFERENCE)\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "sign_off(pathlib.Path(sys.argv[2]), periods.quarter('2012/13 Q1'), roles=roles, answers=ANSWERS, "
        "catalogue=catalogue)\n"
    )
    tests = Path(__file__).parent.parent
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, owner, str(tmp_path)],
            cwd=tests,
            env={"PYTHONPATH": f"{tests.parent}:{tests}", "PATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for owner in ("First owner", "Second owner")
    ]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    loser = next(error for process, error in zip(both, errors, strict=True) if process.returncode)
    (pack,) = open_ledger(tmp_path).packs().to_dict("records")
    assert "signed off" in loser
    assert pack["owner"] in ("First owner", "Second owner")
    assert len(open_ledger(tmp_path).figures(quarter="2012/13 Q1")) == 300
    assert verify(tmp_path, Q1) == []


def test_a_sign_off_that_is_killed_leaves_all_or_nothing(tmp_path):
    """Real processes, killed with SIGKILL at moments spread over the whole sign-off."""
    program = (
        "import sys, pathlib\n"
        "from publishing.packs import ANSWERS, ROLES\n"
        "from saferleeds_analysis import periods\n"
        "from saferleeds_analysis.catalogue import load_catalogue\n"
        "from saferleeds_analysis.publishing.sign_off import sign_off\n"
        "from projects import REFERENCE, with_tables\n"
        "catalogue = load_catalogue(REFERENCE)\n"
        "print('ready', flush=True)\n"
        "sign_off(pathlib.Path(sys.argv[1]), periods.quarter('2012/13 Q1'), roles=ROLES, answers=ANSWERS, "
        "catalogue=catalogue)\n"
    )
    tests = Path(__file__).parent.parent
    outcomes = []
    for number, wait in enumerate([0.0, 0.03, 0.1]):
        root = tmp_path / str(number)
        write_pack(root, "2012/13 Q1", [figure(n, area=f"Area {n}") for n in range(2000)])
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(root)],
            cwd=tests,
            env={"PYTHONPATH": f"{tests.parent}:{tests}", "PATH": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(wait)
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        process.communicate(timeout=60)
        ledger = open_ledger(root)
        assert ledger.faults() == []
        held = len(ledger.figures(quarter="2012/13 Q1"))
        outcomes.append(held)
        assert held in (0, 2000)
        if not held:
            sign(root, Q1)
        assert verify(root, Q1) == []
        assert len(ledger.figures(quarter="2012/13 Q1")) == 2000
    assert 0 in outcomes, "the earliest kill came before the end"


# Histories: 100 at each change, 1,000 in `make chaos`


class Crash(BaseException):
    """Stands for a process that is killed: no ordinary handler catches it."""


class Crashing:
    """Counts the steps at which the world is changed, and crashes at a given one."""

    def __init__(self, monkeypatch):
        self.left = None
        for owner, name in (
            (Path, "replace"),
            (Path, "rename"),
            (Path, "chmod"),
            (Path, "mkdir"),
            (Path, "unlink"),
            (shutil, "copyfile"),
        ):
            monkeypatch.setattr(owner, name, self._counting(getattr(owner, name)))
        counting = self._counting

        class Connection(sqlite3.Connection):
            execute = counting(sqlite3.Connection.execute)
            executemany = counting(sqlite3.Connection.executemany)

        connect = sqlite3.connect
        monkeypatch.setattr(
            ledger_module.sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Connection)
        )

    def _counting(self, function):
        def counted(*arguments, **more):
            if self.left is not None:
                if self.left == 0:
                    self.left = None
                    raise Crash
                self.left -= 1
            return function(*arguments, **more)

        return counted


class Model:
    """What should be: for each quarter the signed-off versions in order, and the correction that is open."""

    def __init__(self):
        self.signed, self.open, self.draft = {}, {}, {}

    def version(self, quarter):
        return len(self.signed.get(quarter, [])) + 1

    def may_publish(self, quarter):
        return not self.signed.get(quarter) or quarter in self.open


QUARTERS = ["2012/13 Q1", "2012/13 Q2", "2012/13 Q3"]
PERIODS = ["12 months to March 2012", "12 months to June 2012"]


def one_history(root, seed, crashing):
    """Live through one history; give how many steps crashed. After each crash and at the end the world
    must be as the model says."""
    chance = random.Random(seed)
    model, crashed = Model(), 0
    for _ in range(chance.randint(5, 10)):
        quarter = chance.choice(QUARTERS)
        period = periods.quarter(quarter)
        likely = "sign" if quarter in model.draft else "publish" if model.may_publish(quarter) else "correct"
        action = chance.choice(["publish", "sign", "correct", "tamper", *4 * [likely]])
        version_before = open_version(root, quarter)
        crashing.left = chance.randint(0, 60) if chance.random() < 0.4 and action != "publish" else None
        try:
            if action == "publish":
                publish(root, model, quarter, chance)
            elif action == "sign":
                sign_in(root, model, quarter, period)
            elif action == "correct":
                correct_in(root, model, quarter, period, chance)
            else:
                refuse_tampering(root, chance)
        except Crash:
            crashed += 1
            crashing.left = None
            after_crash(root, model, quarter, version_before)
            check(root, model)
        finally:
            crashing.left = None
    check(root, model)
    return crashed


def open_version(root, quarter):
    ledger = open_ledger(root)
    return ledger.latest_version(quarter), ledger.open_correction(quarter)


def publish(root, model, quarter, chance):
    """Publish, or be refused where the pack is signed off; the pack on disc is then as it was."""
    figures = [figure(chance.randint(1, 9), period=p) for p in PERIODS[: chance.randint(1, 2)]]
    if model.may_publish(quarter):
        assert version_to_make(root, periods.quarter(quarter)).number == model.version(quarter)
        write_pack(root, quarter, figures, version=model.version(quarter))
        model.draft[quarter] = figures
    else:
        with pytest.raises(ValueError, match="was signed off on 2012-07-20"):
            version_to_make(root, periods.quarter(quarter))


def sign_in(root, model, quarter, period):
    ready = quarter in model.draft and model.may_publish(quarter)
    if ready:
        sign(root, period)
        model.signed.setdefault(quarter, []).append(model.draft.pop(quarter))
        model.open.pop(quarter, None)
    else:
        with pytest.raises(ValueError, match="signed off|not of version"):
            sign(root, period)


def correct_in(root, model, quarter, period, chance):
    reason = chance.choice(["a slip", "a late record"])
    if quarter in model.open and model.open[quarter] != reason:
        with pytest.raises(ValueError, match="is open already"):
            start_correction(root, period, reason=reason, day="2012-08-01")
    elif not model.signed.get(quarter):
        with pytest.raises(ValueError, match="is not signed off, so there is nothing to correct"):
            start_correction(root, period, reason=reason, day="2012-08-01")
    else:
        start_correction(root, period, reason=reason, day="2012-08-01")
        model.open[quarter] = reason


def refuse_tampering(root, chance):
    path = open_ledger(root).path
    if path.exists():
        connection = sqlite3.connect(path)
        table = chance.choice(["figure", "pack", "run", "file"])
        made = connection.execute("PRAGMA user_version").fetchone()[0]
        if made and connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"DELETE FROM {table}")
        connection.close()


def after_crash(root, model, quarter, before):
    """Ask the ledger which side of the crash the world is on: the step was done whole or not at all."""
    latest, opened = open_version(root, quarter)
    if latest > before[0]:
        assert latest == before[0] + 1
        model.signed.setdefault(quarter, []).append(model.draft.pop(quarter))
        model.open.pop(quarter, None)
    elif opened != before[1]:
        model.open[quarter] = opened.reason


def version_to_make_or_refuse(root, quarter):
    """Do what the next command does first: it freezes again what a crash left unfrozen."""
    with contextlib.suppress(ValueError):
        version_to_make(root, quarter)


def check(root, model):
    """The ledger holds what was signed off, no more and no less; every signed-off file is as it was; comparisons agree."""
    ledger = open_ledger(root)
    packs = ledger.packs()
    assert sorted(zip(packs["quarter"], packs["version"], strict=True)) == sorted(
        (q, n) for q, versions in model.signed.items() for n in range(1, len(versions) + 1)
    )
    for quarter, versions in model.signed.items():
        for number, figures in enumerate(versions, start=1):
            held = ledger.figures(quarter=quarter, version=number)
            assert list(zip(held["period"], held["value"], strict=True)) == [
                (f.period, str(f.value)) for f in figures
            ]
        if versions:
            opened = ledger.open_correction(quarter)
            assert (opened.reason if opened else None) == model.open.get(quarter)
            version_to_make_or_refuse(root, periods.quarter(quarter))
            for number in range(1, len(versions) + 1):
                assert altered_files(root, periods.quarter(quarter), number) == []
    assert ledger.faults() == []
    for one, other in pairwise(QUARTERS):
        if model.signed.get(one) and model.signed.get(other):
            before, after = model.signed[one][-1], model.signed[other][-1]
            compared = compare_figures(
                *([f.figure for f in ledger.printed_figures(q, len(model.signed[q]))] for q in (one, other)),
                before_quarter=periods.quarter(one),
                after_quarter=periods.quarter(other),
            )
            was, now = ({f.period: f.value for f in rows} for rows in (before, after))
            expected = [(p, "unchanged" if was[p] == now[p] else "restated") for p in now if p in was]
            told = [(c.period, c.status) for c in compared if c.status in ("unchanged", "restated")]
            assert sorted(told) == sorted(expected)


def test_many_histories_of_publishing_restating_correcting_and_crashing(tmp_path, monkeypatch):
    crashing, crashed, signed = Crashing(monkeypatch), 0, 0
    memory = Path("/dev/shm")  # where there is a disc in memory, which saves half a minute
    many = 1000 if os.environ.get("EVERY_WAY") else 100
    for seed in range(many):
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
            crashed += one_history(Path(folder), seed, crashing)
            signed += len(open_ledger(folder).packs())
    assert crashed > 0.3 * many, "crashes at any point are what this is about"
    assert signed > many


def test_the_figures_are_read_as_they_are_printed(tmp_path):
    folder = write_pack(tmp_path, "2012/13 Q1", [figure(1, area="'=HYPERLINK(0)"), figure(2, area="'tis")])
    assert [f["area"] for f in read_figures(folder / "burglary" / "figures.csv")] == ["=HYPERLINK(0)", "'tis"]


def test_a_ledger_object_is_no_more_than_its_path(tmp_path):
    assert open_ledger(str(tmp_path)).path == Ledger(tmp_path / "data/ledger/ledger.sqlite").path
