"""A pack as one act: whatever is stopped, killed or locked, and whoever is at work beside it, it is the old one or the new one."""

import errno
import gc
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from projects import REFERENCE, with_tables
from publishing.packs import ANSWERS, ROLES, figure, write_pack

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.problems import in_words
from saferleeds_analysis.publishing import one_act as act
from saferleeds_analysis.publishing.at_work import at_work
from saferleeds_analysis.publishing.audit import audit_pack
from saferleeds_analysis.publishing.files import pack_folder, record_outputs, replace_file
from saferleeds_analysis.publishing.kept_rows import keep, project_key
from saferleeds_analysis.publishing.ledger import open_ledger
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.one_act import PagesRefused, one_act, tidy_up
from saferleeds_analysis.publishing.sign_off import sign_off
from saferleeds_analysis.publishing.taking_out import take_out_refused
from saferleeds_analysis.publishing.versions import start_correction, verify

QUARTERS = ("2012/13 Q1", "2012/13 Q2")
CATALOGUE = load_catalogue(REFERENCE)
GIVES_AWAY = 3  # a count under 5 at the level of a ward

needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="a command is forked and killed at each of its steps"
)


def write(root, quarter, value):
    """Write both editions of a pack by hand, as publishing would, and name them in their index."""
    for edition in ("public", "restricted"):
        folder = write_pack(root, quarter, [figure(value, area="Armley")], edition=edition)
        index = f'<h1>{value}</h1><a href="burglary/report.html">a</a> <a href="../index.html">all</a>'
        replace_file(folder / "index.html", index.replace("../", "../../") if edition != "public" else index)
        record_outputs(folder, "index.html")


def publish(root, quarter, value):
    """Publish a pack by hand, audited as any other; one that gives something away is taken out."""
    of = periods.quarter(quarter)
    with one_act(root, of):
        write(root, quarter, value)
        found = audit_pack(root, of, catalogue=CATALOGUE)
        if found.findings:
            about = {"as_at": periods.last_month(of).end_time.date(), "catalogue": CATALOGUE, "sources": ()}
            raise PagesRefused(take_out_refused(root, of, found, edition="public", **about))


def stands(root, quarter):
    """Give what the pages of each edition of a pack say, and what its index says; nothing where there is no pack."""
    said = {}
    for edition, place in (("public", "reports"), ("restricted", "reports/restricted")):
        folder = root / place / periods.quarter_path(periods.quarter(quarter))
        for path in folder.rglob("*.html"):
            said[edition, path.name] = re.findall(
                r"Counted: (\d+)\.|<h1>(\d+)</h1>", path.read_text(encoding="utf-8")
            )
    return said


def dangling(root):
    """Give the links of the public pages that lead nowhere."""
    pages = [p for p in (root / "reports").glob("**/index.html") if "refused" not in p.parts]
    links = [
        (p, href) for p in pages for href in re.findall(r'href="([^"#:]+)"', p.read_text(encoding="utf-8"))
    ]
    return [
        (p, href)
        for p, href in links
        if not (p.parent / href).is_file() and not href.endswith("../index.html")
    ]


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def root(tmp_path):
    root = with_tables(tmp_path / "a project")
    publish(root, QUARTERS[0], 100)
    return root


def test_what_fails_leaves_the_pack_and_what_is_done_within_belongs_to_it(root):
    before, quarter = files_of(root / "reports"), periods.quarter(QUARTERS[0])
    with pytest.raises(KeyError), one_act(root, quarter):
        publish(root, QUARTERS[0], 200)
        assert files_of(root / "reports") == before
        assert (
            b"Counted: 200."
            in (pack_folder(root, quarter, edition="public") / "burglary/report.html").read_bytes()
        )
        raise KeyError
    assert files_of(root / "reports") == before
    assert not (root / ".publishing").exists()


def test_a_page_that_the_audit_refuses_was_never_public(root, monkeypatch):
    seen = []
    flush = act._have_on_disk
    monkeypatch.setattr(
        act, "_have_on_disk", lambda path: (seen.append(stands(root, QUARTERS[0])), flush(path))
    )
    before = stands(root, QUARTERS[0])
    with pytest.raises(PagesRefused, match="is a count under 5"):
        publish(root, QUARTERS[0], GIVES_AWAY)
    assert seen
    assert all(one == before for one in seen)
    assert ("public", "report.html") not in stands(root, QUARTERS[0])
    assert (root / "reports/refused/2012-13_Q1/burglary/report.html").is_file()


def test_what_a_killed_command_of_a_former_version_left_in_the_pack_goes(root):
    left = root / "reports/2012-13_Q1/.making-x/card/report.html"
    left.parent.mkdir(parents=True)
    left.touch()
    publish(root, QUARTERS[0], 200)
    assert list((root / "reports").rglob(".*")) == []


@pytest.mark.parametrize("at", range(4))
def test_a_locked_file_leaves_the_old_pack_and_is_named(root, monkeypatch, at):
    """As on Windows, or in a folder that is being synchronised: neither an open file nor its folder can be renamed."""
    write(root, QUARTERS[0], 100)
    before, rename, tried = files_of(root / "reports"), Path.rename, []
    locked = "burglary/figures.csv"

    def refuse(path, target):
        if path.suffix == "" and path.parent.name != ".publishing":
            tried.append(path)
        if (path.is_dir() and len(tried) == at + 1 and path is tried[-1]) or path.as_posix().endswith(locked):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ReportFailed) as error:
        publish(root, QUARTERS[0], 200)
    assert str(error.value).endswith("What was published before stands.")
    assert f"{'restricted/' if at in (1, 2) else ''}2012-13_Q1/{locked} (Permission denied)" in str(
        error.value
    )
    assert files_of(root / "reports") == before
    monkeypatch.undo()
    publish(root, QUARTERS[0], 200)
    assert {said for found in stands(root, QUARTERS[0]).values() for said in map("".join, found)} == {"200"}


@pytest.fixture
def small_disk(tmp_path):
    """Give a project on a disk of its own that is nearly full; root may make one, on Linux."""
    place = tmp_path / "small"
    place.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=2500k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(made, capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    root = with_tables(place / "a project")
    publish(root, QUARTERS[0], 100)
    yield root
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_or_a_read_only_disk_leaves_the_pack_and_is_said_with_its_cure(small_disk):
    before = files_of(small_disk / "reports")
    with (small_disk / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"0" * 4096)
    for room in (0, 60_000):  # not even for a lock, and not for the whole pack
        os.truncate(small_disk / "filling", (small_disk / "filling").stat().st_size - room)
        with pytest.raises(OSError) as error:
            publish(small_disk, QUARTERS[0], 200)
        assert in_words(error.value).startswith("the disk is full (No space left on device). Make room")
    (small_disk / "filling").unlink()
    assert files_of(small_disk / "reports") == before
    tidy_up(small_disk)
    assert not (small_disk / ".publishing").exists()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk.parent)], check=True)
    with pytest.raises(OSError) as error:
        publish(small_disk, QUARTERS[0], 200)
    assert "may not be read or written" in in_words(error.value)
    assert files_of(small_disk / "reports") == before


def test_what_cannot_be_written_spoils_neither_the_key_nor_the_rows_that_are_kept(tmp_path):
    resource = pytest.importorskip("resource")
    quarter = periods.quarter(QUARTERS[0])
    keep(tmp_path, quarter, "card", {"a": []})
    before, limits = files_of(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        for write_here in (project_key, lambda root: keep(root, quarter, "card", {"b": []})):
            with pytest.raises(OSError, match="File too large"):
                write_here(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files_of(tmp_path) == before


def test_what_versions_keep_and_the_ledger_outlive_the_exchange(root):
    sign_off(root, periods.quarter(QUARTERS[0]), roles=ROLES, answers=ANSWERS, catalogue=CATALOGUE)
    start_correction(root, periods.quarter(QUARTERS[0]), reason="why", day="2012-11-01")
    kept = files_of(root / "reports/2012-13_Q1/versions")
    assert len(kept) == 7  # of the report, and the index, the record of both and the manifest
    for value in (200, 300):
        publish(root, QUARTERS[0], value)
        assert files_of(root / "reports/2012-13_Q1/versions") == kept
    assert verify(root, periods.quarter(QUARTERS[0])) == []


def test_an_audit_in_the_middle_of_an_act_does_not_let_go_of_the_quarter(root):
    """The system drops a process's lock on a file when the process closes that file, wherever it had opened it."""
    quarter = periods.quarter(QUARTERS[0])
    ask = "import sys; from saferleeds_analysis.publishing.at_work import held; from pathlib import Path\n"
    ask += f"with held(Path({str(root)!r}), {periods.quarter_path(quarter)!r}) as ours: sys.exit(ours)"
    with at_work(root, quarter):
        audit_pack(root, quarter, catalogue=CATALOGUE)
        assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 0
    assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 1


# A model of two commands, and of whoever kills them


CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "shutil.copyfile", "sqlite3.connect")


def stopped_at(step, root, quarter, value, *, of=CHANGES, command=publish):
    """Fork a command that stops at one of its steps on the file system, and give its process; without a step it ends by itself."""
    gc.collect()  # a connection to SQLite that is open while a process forks would give its locks to both
    pid = os.fork()
    if pid:
        return pid
    multiprocessing.current_process()._config.pop("tempdir", None)  # that of the process it was forked from
    steps = iter(range(1, 10_000))

    def look(event, _):
        if event in of and next(steps) == step:
            os.kill(os.getpid(), signal.SIGSTOP)

    sys.addaudithook(look)
    code = 1
    try:
        command(root, quarter, value)
        code = 0
    except PagesRefused:
        code = 2
    except ValueError as error:
        code = 3 if "another command" in str(error) else 1
    finally:
        os._exit(code)


class TwoCommands(RuleBasedStateMachine):
    """Commands on two quarters that stop anywhere, go on, or are killed, on real files and by real processes."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.root = with_tables(Path(self.folder.name) / "a project")
        (self.root / "reports").mkdir()
        self.alive = {}
        self.possible = {quarter: {None} for quarter in QUARTERS}
        self.value = 100

    def came_to(self, pid):
        """Wait until a command stops or ends, and note what may stand from then on."""
        status = os.waitpid(pid, os.WUNTRACED)[1]
        if os.WIFSTOPPED(status):
            return
        quarter, value = self.alive.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, 2, 3), code
        if code == 0:
            self.possible[quarter] = {value}
        if code == 2:
            self.possible[quarter] = {"restricted"}

    @precondition(lambda self: len(self.alive) < 2)
    @rule(quarter=st.sampled_from(QUARTERS), refused=st.booleans(), step=st.integers(1, 150))
    def start(self, quarter, refused, step):
        self.value += 1
        value = GIVES_AWAY if refused else self.value
        self.possible[quarter] = self.possible[quarter] | {"restricted" if refused else value}
        pid = stopped_at(step, self.root, quarter, value)
        self.alive[pid] = quarter, value
        self.came_to(pid)

    @precondition(lambda self: self.alive)
    @rule(first=st.booleans())
    def go_on(self, first):
        pid = sorted(self.alive)[0 if first else -1]
        os.kill(pid, signal.SIGCONT)
        self.came_to(pid)

    @precondition(lambda self: self.alive)
    @rule(first=st.booleans())
    def kill(self, first):
        pid = sorted(self.alive)[0 if first else -1]
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        del self.alive[pid]

    @rule()
    def next_command(self):
        try:
            tidy_up(self.root)
        except ValueError:  # one that lives is putting a pack in place
            assert self.alive
            return
        if not self.alive:
            assert not (self.root / ".publishing").exists()
            for quarter in QUARTERS:
                self.is_whole(quarter)

    def is_whole(self, quarter):
        """One pack, whole, and one that may stand: none is lost."""
        said = stands(self.root, quarter)
        found = {text for texts in said.values() for text in map("".join, texts)}
        if not said:
            assert None in self.possible[quarter]
        elif ("public", "report.html") not in said:
            assert "restricted" in self.possible[quarter]
        else:
            assert len(said) == 4
            assert len(found) == 1
            assert int(*found) in self.possible[quarter]

    @invariant()
    def nothing_unaudited_is_public_and_nothing_is_mixed_or_missing(self):
        for quarter in QUARTERS:
            said = stands(self.root, quarter)
            public = {
                "".join(t) for (edition, _), texts in said.items() if edition == "public" for t in texts
            }
            assert str(GIVES_AWAY) not in public
            both = {"".join(t) for texts in said.values() for t in texts}
            assert len(both) <= 1
        assert dangling(self.root) == []

    def teardown(self):
        for pid in self.alive:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.alive = {}
        self.next_command()
        self.folder.cleanup()


@needs_fork
def test_no_interleaving_of_two_commands_with_kills_makes_an_unaudited_page_public(monkeypatch):
    monkeypatch.setattr(act, "_SECONDS", 0.1)
    machine = TwoCommands.TestCase
    machine.settings = settings(
        max_examples=int(os.environ.get("CHAOS_EXAMPLES", "6")),
        stateful_step_count=12,
        deadline=None,
        phases=[Phase.generate],  # a shorter example of what fails would take minutes to find
    )
    machine().runTest()


@needs_fork
def test_a_command_killed_at_any_of_its_steps_leaves_one_pack(root):
    """At each step of the exchange itself, one after another; what was begun is finished by the next command."""
    step = 0
    while True:
        step += 1
        pid = stopped_at(step, root, QUARTERS[0], 100 + step, of=("os.rename", "os.rmdir"))
        if os.WIFEXITED(os.waitpid(pid, os.WUNTRACED)[1]):
            break
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert dangling(root) == []
        tidy_up(root)
        found = {"".join(t) for texts in stands(root, QUARTERS[0]).values() for t in texts}
        assert len(stands(root, QUARTERS[0])) == 4
        assert len(found) == 1
        assert not (root / ".publishing").exists()
        assert dangling(root) == []
    assert step > 20


def sign_off_and_correct(root, quarter, value):
    """Sign a pack off, where it is not, and open its correction, where it is not open."""
    of, ledger = periods.quarter(quarter), open_ledger(root)
    if not ledger.latest_version(quarter):
        sign_off(root, of, roles=ROLES, answers=ANSWERS, catalogue=CATALOGUE)
    start_correction(root, of, reason=f"{value} were counted twice", day="2012-11-01")


@needs_fork
def test_a_sign_off_and_a_correction_that_are_killed_are_finished_by_the_next_command(root, tmp_path):
    step, before = 0, files_of(root / "reports/2012-13_Q1")
    while True:
        step += 1
        shutil.copytree(root, project := tmp_path / str(step))
        given = project, QUARTERS[0], 100
        pid = stopped_at(step, *given, of=("os.rename",), command=sign_off_and_correct)
        if os.WIFEXITED(os.waitpid(pid, os.WUNTRACED)[1]):
            break
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        tidy_up(project)
        sign_off_and_correct(*given)
        assert verify(project, periods.quarter(QUARTERS[0])) == []
        kept = files_of(project / "reports/2012-13_Q1/versions")
        assert kept.keys() == {f"1/{name}" for name in [*before, "signed_off.json"]}
        assert not list((project / "reports/2012-13_Q1").rglob(".*"))
        assert not (project / ".publishing").exists()
    assert step == 6  # two manifests, the list of packs, and two editions kept


@needs_fork
def test_what_a_living_command_is_making_is_left_alone(root):
    pid = stopped_at(40, root, QUARTERS[0], 200)
    os.waitpid(pid, os.WUNTRACED)
    before = files_of(root / ".publishing")
    assert before
    tidy_up(root)
    assert files_of(root / ".publishing") == before
    with (
        pytest.raises(ValueError, match="another command is at work"),
        at_work(root, periods.quarter(QUARTERS[0])),
    ):
        pass
    os.kill(pid, signal.SIGCONT)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert {"".join(t) for texts in stands(root, QUARTERS[0]).values() for t in texts} == {"200"}
