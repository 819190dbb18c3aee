"""Publishing a quarter: the command, with kernels forked from a warm template, beside plain papermill, one after another.

    python benchmarks/publishing.py                 # the whole pack of 2012/13 Q2; plain papermill on a sample
    python benchmarks/publishing.py --all           # plain papermill on every report too

The command checks, makes the page, the figures and the record, and audits the pack; plain ``papermill`` only runs the notebook.
So the ratio is what an analyst saves at least. Each page is then opened from its file in headless Chromium, and the time to its
first contentful paint read (median of three). Memory is the sum of the proportional shares (PSS) of all processes, read from
/proc ten times a second, so that what forks share counts once; Linux only.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.browser import find_browser
from saferleeds_analysis.publishing.report import Run
from saferleeds_analysis.publishing.run_list import read_run_list

ROOT = Path(__file__).parent.parent
QUARTER, AS_AT = "2012/13 Q2", "2012-09-30"


def measured(words, folder):
    """Run a command and give its wall seconds and the peak memory of it and all that it started, in MB."""
    peak, done = [0.0], threading.Event()
    start = time.perf_counter()
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
    watcher.start()
    code = process.wait()
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    if code != 0:
        raise SystemExit(f"{words[:4]} ended with {code}")
    return seconds, peak[0]


def _watch(pid, peak, done):
    while not done.wait(0.1):
        total = 0
        for path in [pid, *_below(pid)]:
            try:
                text = Path(f"/proc/{path}/smaps_rollup").read_text(encoding="ascii")
            except OSError:
                continue
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
        peak[0] = max(peak[0], total / 1024)


def _below(pid):
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def first_paints(pack):
    """Give for each page of a pack the milliseconds to its first contentful paint, and its size in KB."""
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for path in sorted(pack.rglob("*.html")):
            times = []
            for _ in range(3):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(path.as_uri())
                times.append(page.evaluate(_PAINT))
                page.close()
            found[path.relative_to(pack).as_posix()] = statistics.median(times), path.stat().st_size / 1000
        browser.close()
    return found


_PAINT = """async () => {
  const seen = () => performance.getEntriesByName('first-contentful-paint')[0];
  while (!seen()) await new Promise(next => setTimeout(next, 10));
  return seen().startTime;
}"""


def sample(reports):
    """Give one report of each notebook: the first, in the order of the run list."""
    return list({report.notebook: report for report in reversed(reports)}.values())


def main():
    review = periods.quarter(QUARTER)
    reports = [r for r in read_run_list(ROOT / "notebooks") if r.is_made_in(review)]
    plain = reports if "--all" in sys.argv else sample(reports)
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "project"
        for name in ("notebooks", "data/raw"):
            shutil.copytree(ROOT / name, project / name)
        command = [sys.executable, "-m", "saferleeds_analysis"]
        subprocess.run([*command, "data"], cwd=project, check=True, stdout=subprocess.DEVNULL)
        ours, ours_peak = measured([*command, "report", QUARTER], project)
        paints = first_paints(project / "reports" / periods.quarter_path(review))
        run = Run(
            root=project,
            quarter=review,
            as_at=periods.last_month(review).end_time.date(),
            edition="public",
            made_with={},
        )
        times, peaks = {}, []
        for report in plain:
            given = [
                w
                for k, v in run.parameters(report).items()
                for w in ("-r" if isinstance(v, str) else "-p", k, str(v))
            ]
            words = [*(sys.executable, "-m", "papermill", "--no-progress-bar", "--cwd", "notebooks")]
            words += [f"notebooks/{report.notebook}.ipynb", str(Path(scratch) / "out.ipynb"), *given]
            times[report.notebook, report.name], peak = measured(words, project)
            peaks.append(peak)
    by_notebook = {notebook: seconds for (notebook, _), seconds in times.items()}
    theirs = sum(times.get((r.notebook, r.name), by_notebook[r.notebook]) for r in reports)
    how = "measured" if len(plain) == len(reports) else f"from one of each of {len(plain)} notebooks"
    print(f"{QUARTER}, {len(reports)} reports, {os.cpu_count()} processors")
    print(f"{'':34}{'seconds':>10}{'peak MB':>10}")
    print(f"{'saferleeds report':34}{ours:10.1f}{ours_peak:10.0f}")
    print(f"{'papermill, one after another':34}{theirs:10.1f}{max(peaks):10.0f}   ({how})")
    print(f"{'ratio':34}{theirs / ours:10.1f}")
    slowest = max(paints, key=paints.get)
    print(
        f"first paint of {len(paints)} pages: median {statistics.median(ms for ms, _ in paints.values()):.0f} ms, slowest "
        f"{paints[slowest][0]:.0f} ms ({slowest}); heaviest {max(kb for _, kb in paints.values()):.0f} KB"
    )
    print(
        f"median of a plain run: {statistics.median(times.values()):.1f} s; slowest: {max(times.values()):.1f} s"
    )


if __name__ == "__main__":
    main()
