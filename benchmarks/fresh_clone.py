"""What a new analyst waits for: `make report` in a fresh clone, from nothing to the first page and to the last.

    python benchmarks/fresh_clone.py 6054d71 main       # one commit after another, each in a clone of its own

Each clone has a new home, so that no cache of packages serves it: they come over the network, whose speed is in the seconds. The
clock of a shared machine is noise; compare the columns with each other, and processor seconds before those of the clock.
Prints a table in markdown; docs/decisions.md holds one under "What is installed". Linux and macOS.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def make_report(commit: str, place: Path) -> dict[str, str]:
    """Clone a commit, run `make report` in it, and give what was measured, in words."""
    clone, home = place / "clone", place / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(clone)], check=True)
    subprocess.run(["git", "checkout", "--quiet", "--detach", commit], cwd=clone, check=True)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "XDG_"))}
    log = (place / "log").open("w")
    before, load = _processor_seconds(), os.getloadavg()[0]
    start = time.perf_counter()
    process = subprocess.Popen(
        ["make", "report"], cwd=clone, env=kept | {"HOME": str(home)}, stdout=log, stderr=log
    )
    reached: dict[str, float] = {}
    while process.poll() is None:
        for what, pattern in (("ready", ".venv/ready"), ("page", "reports/*/*/report.html")):
            if what not in reached and any(clone.glob(pattern)):
                reached[what] = time.perf_counter() - start
        time.sleep(0.2)
    total = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(
            f"{commit}: make report ended with {process.returncode}\n{(place / 'log').read_text()[-2000:]}"
        )
    size = sum(path.lstat().st_size for path in (clone / ".venv").rglob("*") if not path.is_dir())
    return {
        "environment ready": f"{reached['ready']:.0f} s",
        "first page on disk": f"{reached['page']:.0f} s",
        "both quarters made": f"{total:.0f} s",
        "processor seconds": f"{_processor_seconds() - before:.0f} s",
        "installed (.venv)": f"{size / 1e6:,.0f} MB",
        "pages": f"{sum(1 for _ in clone.glob('reports/*/*/report.html'))}",
        "load of the machine, start and end": f"{load:.1f}, {os.getloadavg()[0]:.1f}",
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(commits: list[str]) -> None:
    """Measure each commit and print the table."""
    found = {}
    for commit in commits:
        with tempfile.TemporaryDirectory() as place:
            found[commit] = make_report(commit, Path(place))
    print(f"| | {' | '.join(commits)} |\n|---|{'---|' * len(commits)}")
    for row in next(iter(found.values())):
        print(f"| {row} | {' | '.join(columns[row] for columns in found.values())} |")


if __name__ == "__main__":
    main(sys.argv[1:] or ["HEAD"])
