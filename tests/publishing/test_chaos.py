"""Random kills over a pack of six small reports in both editions: the pack is the old one or the new one, and nothing is left.

``make chaos`` kills many more (CHAOS_KILLS), each run of it in another time zone, language and order of sets and with another
number of workers, of which none may show in the pack; docs/reliability.md has what it came to.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil
import pytest
from projects import one_long_way, with_tables

from saferleeds_analysis.publishing.one_act import tidy_up

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the command is forked from a process that has imported it"
)

KILLS = int(os.environ.get("CHAOS_KILLS", "20"))
SEED = int(os.environ.get("CHAOS_SEED", "14"))
# What each run of the long form draws.
WAYS = {
    "TZ": ["UTC", "Europe/London", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"],
    "LC_ALL": ["C", "C.UTF-8", "en_GB.UTF-8", "tr_TR.UTF-8"],
    "PYTHONHASHSEED": ["0", "1", "4294967295", "random"],
    "workers": ["1", "2", "3", "4"],
}

PARAMETERS = """\
quarter: str = "2012/13 Q2"  # the quarter
as_at: str = "2012-09-30"  # the day
edition: str = "public"  # or "restricted"
place: str = ""  # the place
"""
# A table of which the public edition withholds two counts where the first of the places is meant.
REPORT = """\
from pathlib import Path
import pandas as pd
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.blocks import heading, join
from saferleeds_analysis.reporting.disclosure import breakdown, protect
about = {"indicator_id": "completions", "area": "Leeds", "window": Window.year("2012/13"), "what": f"completions of {place}"}
more = int(Path("state.txt").read_text())
few = 2 if place in ("a", "b") else 40
counts = pd.Series({"Opiate": 25 + more, "Non-opiate": few, "All": 25 + more + few})
rules = load_catalogue("../data/raw/reference").disclosure_rules
shown = protect(counts, edition=edition, wholes={"All": ["Opiate", "Non-opiate"]}, rules=rules, theme="people", below_city=False)
words = {"caption": "Completions by drug", "first_column": "Drug", "whole": "All", "unit": "people"}
join(heading(1, f"Treatment {place}, {more}"), breakdown(shown, **words, **about))
"""
ENTRY = '[[report]]\nname = "{0}"\nnotebook = "trial"\nparameters = {{ place = "{0}" }}\n'
# A process that has imported what a command needs, and forks one for each line that it is told.
FORKING = """\
import os, signal, sys
from saferleeds_analysis import cli
from saferleeds_analysis.publishing import checking, pack
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        out = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1), os.dup2(out, 2), os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        cli.main(line.strip().split("|"), prog_name="saferleeds")
    print(pid, flush=True)
"""


def contents(root):
    """Give what stands in ``reports/``, without what differs from run to run: the log, and the times of the records."""
    found = {}
    for path in (root / "reports").rglob("*"):
        if path.is_file() and path.name != "last_run.log":
            found[path.relative_to(root / "reports").as_posix()] = _without_times(path)
    return found


def _without_times(path):
    if path.name != "run.json":
        return path.read_bytes()
    return {
        k: v
        for k, v in json.loads(path.read_text(encoding="utf-8")).items()
        if k not in ("started", "finished")
    }


def of_pack(found):
    """Leave out the index of all packs, which is away for the moment in which a pack is put in place."""
    return {name: text for name, text in found.items() if name != "index.html"}


class Chaos:
    """A project whose data have two states, the packs of both, and a way to run its command and to kill what belongs to it."""

    def __init__(self, folder):
        self.root = with_tables(folder / "project")
        notebooks = self.root / "notebooks"
        notebooks.mkdir()
        node = nbformat.v4.new_notebook()
        node.cells = [nbformat.v4.new_code_cell(source) for source in (PARAMETERS, REPORT)]
        node.cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(node, notebooks / "trial.ipynb")
        (notebooks / "run_list.toml").write_text("".join(map(ENTRY.format, "abcdef")), encoding="utf-8")
        # a short path, as sockets need
        self.scratch = Path(tempfile.mkdtemp(prefix="leeds-test-"))
        self.lottery = random.Random(SEED)
        self.kills, self.ends, self.seconds = Counter(), Counter(), 0.0
        self.workers = "2"
        self.begin()
        self.packs = {}
        for state in (0, 1):
            self.set_state(state)
            started = time.monotonic()
            psutil.wait_procs([self.start()], timeout=300)
            self.usual = time.monotonic() - started
            self.packs[state] = contents(self.root)
            assert "a/report.html" in " ".join(self.packs[state]), (self.root / "said.txt").read_text()
            assert (
                sum(
                    name.startswith("restricted/") and name.endswith("report.html")
                    for name in self.packs[state]
                )
                == 3
            )

    def begin(self, **environment):
        self.forking = subprocess.Popen(
            [sys.executable, "-c", FORKING],
            cwd=self.root,
            env={**os.environ, "TMPDIR": str(self.scratch), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def draw(self):
        """Go on in another environment, drawn and printed."""
        drawn = {name: self.lottery.choice(some) for name, some in WAYS.items()}
        sys.stdout.write(f"after {sum(self.kills.values())} kills: {drawn}\n")
        self.workers = drawn.pop("workers")
        self.close()
        self.begin(**drawn)

    def set_state(self, state):
        (self.root / "notebooks/state.txt").write_text(str(state), encoding="utf-8")

    def start(self):
        self.forking.stdin.write(f"report|2012/13 Q2|--workers|{self.workers}\n")
        self.forking.stdin.flush()
        return psutil.Process(int(self.forking.stdout.readline()))

    def one_run(self):
        """Run the command and kill, now and then, one of its processes; then look at what stands, and tidy up as any command."""
        self.set_state(self.lottery.randrange(2))
        command, started = self.start(), time.monotonic()
        family = {}
        while command.is_running() and sum(self.kills.values()) < KILLS:
            # about eight in a run that goes on
            until = time.monotonic() + self.lottery.expovariate(8 / self.usual)
            while time.monotonic() < until and command.is_running():
                family |= {p.pid: p for p in _children(command)}
                time.sleep(0.02)
            self.kill(command, family)
            self.look(command)
        psutil.wait_procs([command], timeout=300)
        self.seconds += time.monotonic() - started
        said = (self.root / "said.txt").read_text(encoding="utf-8")
        assert "not foreseen" not in said, said
        # Of a command that is killed as it starts a worker, the worker complains.
        assert "Error: " not in said or "Traceback" not in said, said
        self.ends[next((s for s in said.split("\n") if s.startswith(("Error", "Open"))), "killed")] += 1
        _gone, alive = psutil.wait_procs(list(family.values()), timeout=30)
        assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []
        tidy_up(self.root)
        assert not (self.root / ".publishing").exists()
        assert list(self.scratch.iterdir()) == []
        assert contents(self.root) in self.packs.values(), "one pack, whole"

    def kill(self, command, family):
        """Kill the command, or one of its processes; ask the command to stop now and then instead."""
        kinds = {"command": [command]}
        for process in family.values():
            with suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    kinds.setdefault(_kind(process), []).append(process)
        kind = self.lottery.choice(sorted(kinds))
        how = self.lottery.choice([signal.SIGTERM, signal.SIGKILL]) if kind == "command" else signal.SIGKILL
        with suppress(ProcessLookupError):
            os.kill(self.lottery.choice(kinds[kind]).pid, how)
            self.kills[f"{kind}, {how.name}"] += 1

    def look(self, command):
        """Nothing stands that is not of one audited pack; a pack may be away while it is put in place, but not in part."""
        with suppress(psutil.NoSuchProcess):
            command.suspend()  # what is read while folders are renamed is of no instant
        found = of_pack(contents(self.root))
        with suppress(psutil.NoSuchProcess):
            command.resume()
        wholes = [of_pack(pack) for pack in self.packs.values()]
        assert any(found.items() <= whole.items() for whole in wholes)
        assert all({n.split("/")[0] for n in found} <= {n.split("/")[0] for n in whole} for whole in wholes)

    def close(self):
        self.forking.stdin.close()
        self.forking.stdout.close()
        self.forking.wait(timeout=30)

    def end(self):
        self.close()
        shutil.rmtree(self.scratch)


def _children(command):
    try:
        return command.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kind(process):
    words = " ".join(process.cmdline())
    parent = " ".join(process.parent().cmdline()) if process.parent() else ""
    if "kernel_template" in words:
        return "kernel" if "kernel_template" in parent else "template"
    return "kernel" if "ipykernel" in words else "worker" if "forkserver" in parent else "server of workers"


@one_long_way("random kills")
def test_random_kills_leave_one_pack_whole_and_nothing_else(tmp_path):
    chaos = Chaos(tmp_path)
    try:
        while sum(chaos.kills.values()) < KILLS:
            if os.environ.get("CHAOS_KILLS"):
                chaos.draw()
            chaos.one_run()
        chaos.set_state(1)
        psutil.wait_procs([chaos.start()], timeout=300)
        assert contents(chaos.root) == chaos.packs[1], "after healing, byte for byte"
    finally:
        sys.stdout.write(f"{dict(chaos.kills)}\n{dict(chaos.ends)}\n{chaos.seconds:.0f} s\n")
        chaos.end()
