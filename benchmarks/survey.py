"""How often survey intervals hold the truth, and how long a survey takes, beside R's ``survey`` where it is installed.

Run from the top folder: ``python benchmarks/survey.py`` (some minutes; ``--quick`` leaves most repetitions out).
Unclustered coverage is exact (every possible count, weighted by its binomial chance); clustered coverage is simulated
from clusters of ten whose percentages follow a beta distribution with an intra-cluster correlation of 0.05. At few clusters
a wave it also says how often a change is told where nothing changed.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from saferleeds_analysis.methods.survey import change, mean, percentage, survey_design
from saferleeds_analysis.methods.survey_trends import rolling_from_respondents

BASES = (30, 50, 100, 310, 750, 1500, 6000)
PERCENTS = (1, 2, 5, 10, 20, 50, 80, 90, 95, 98, 99)
CLUSTER, CORRELATION = 10, 0.05
FEW_CLUSTERS = (2, 3, 4, 5, 6)
# With fewer than this expected on either side, the few counts that can happen set the coverage, whatever the method.
EXPECTED = 5

R_JOB = """
suppressMessages(library(survey))
data <- read.csv(commandArgs(TRUE)[1])
measures <- grep("^measure", names(data), value = TRUE)
started <- proc.time()[["elapsed"]]
design <- svydesign(id = ~cluster, strata = ~wave, weights = ~weight, data = data, nest = TRUE)
rows <- list()
for (m in measures) for (place in sort(unique(data$locality))) {
  here <- subset(design, locality == place & wave >= 5)
  level <- svyciprop(as.formula(paste0("~", m)), here, method = "logit")
  now <- as.numeric(data$locality == place & data$wave >= 5)
  before <- as.numeric(data$locality == place & data$wave >= 4 & data$wave <= 7)
  moved <- update(design, now = now, before = before, yes_now = now * data[[m]], yes_before = before * data[[m]])
  totals <- svytotal(~yes_now + now + yes_before + before, moved)
  difference <- svycontrast(totals, quote(yes_now / now - yes_before / before))
  rows[[length(rows) + 1]] <- c(coef(level), attr(level, "ci"), coef(difference), SE(difference))
}
cat(proc.time()[["elapsed"]] - started, "\\n")
write.csv(do.call(rbind, rows), commandArgs(TRUE)[2], row.names = FALSE)
"""


def coverage_unclustered(base: int) -> list[float]:
    design = survey_design(pd.DataFrame({"row": np.arange(base)}), weight=None)
    everybody = np.ones(base, bool)
    limits = np.empty((base + 1, 2))
    for count in range(base + 1):
        e = percentage(design, counted=np.arange(base) < count, base=everybody)
        limits[count] = e.lower, e.upper
    result = []
    for percent in PERCENTS:
        chances = stats.binom.pmf(np.arange(base + 1), base, percent / 100)
        holds = (limits[:, 0] <= percent) & (percent <= limits[:, 1])
        result.append(100 * chances[holds].sum())
    return result


def coverage_clustered(base: int, repetitions: int, rng: np.random.Generator) -> list[float]:
    clusters = base // CLUSTER
    frame = pd.DataFrame({"cluster": np.repeat(np.arange(clusters), CLUSTER)})
    design, everybody = survey_design(frame, weight=None, clusters="cluster"), np.ones(len(frame), bool)
    spread = (1 - CORRELATION) / CORRELATION
    result = []
    for percent in PERCENTS:
        held = 0
        for _ in range(repetitions):
            share = rng.beta(percent / 100 * spread, (1 - percent / 100) * spread, clusters)
            counted = (rng.random((clusters, CLUSTER)) < share[:, None]).ravel()
            e = percentage(design, counted=counted, base=everybody)
            held += e.lower <= percent <= e.upper
        result.append(100 * held / repetitions)
    return result


def few_clusters(clusters: int, percent: int, repetitions: int, rng: np.random.Generator) -> list[float]:
    """Give how often, in %, a percentage's, a mean's and a change's interval holds the truth, and a word is said for nothing."""
    people = clusters * CLUSTER
    frame = pd.DataFrame(
        {"wave": np.repeat([0, 1], people), "cluster": np.repeat(np.arange(2 * clusters), CLUSTER)}
    )
    design = survey_design(frame, weight=None, clusters="cluster", wave="wave")
    first, spread = (frame["wave"] == 0).to_numpy(), (1 - CORRELATION) / CORRELATION
    found = np.zeros(4)
    for _ in range(repetitions):
        share = rng.beta(percent / 100 * spread, (1 - percent / 100) * spread, 2 * clusters)
        frame["score"] = 100.0 * (rng.random((2 * clusters, CLUSTER)) < share[:, None]).ravel()
        counted = frame["score"].to_numpy() > 0
        before, after = (percentage(design, counted=counted, base=wave) for wave in (first, ~first))
        moved = change(design, earlier=before, later=after)
        for place, e, truth in (
            (0, before, percent),
            (1, mean(design, "score", unit="", where=first), percent),
            (2, moved.difference, 0),
        ):
            found[place] += e.lower <= truth <= e.upper
        found[3] += moved.direction != "no clear change"
    return list(100 * found / repetitions)


def print_few_clusters(repetitions: int) -> None:
    rng = np.random.default_rng(6)
    print(f"\nTwo waves of few clusters of {CLUSTER}, nothing changed ({repetitions:,} repetitions), in %")
    print("| clusters a wave | truth | percentage held | mean held | change held | said to rise or fall |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for clusters in FEW_CLUSTERS:
        for percent in (20, 50):
            cells = " | ".join(f"{cell:.1f}" for cell in few_clusters(clusters, percent, repetitions, rng))
            print(f"| {clusters} | {percent} % | {cells} |")


def print_coverage(title: str, rows: dict[int, list[float]], effect: float) -> None:
    print(f"\n{title}")
    print("| base | " + " | ".join(f"{p}%" for p in PERCENTS) + " |")
    print("| --- |" + " --- |" * len(PERCENTS))
    allowed = outside = 0
    for base, covered in rows.items():
        cells = []
        for percent, cover in zip(PERCENTS, covered, strict=True):
            counts = base / effect * min(percent, 100 - percent) / 100 >= EXPECTED
            allowed += counts
            outside += counts and not 93 <= round(cover, 1) <= 97
            cells.append(f"{cover:.1f}" if counts else f"({cover:.1f})")
        print(f"| {base:,} | " + " | ".join(cells) + " |")
    print(
        f"In brackets: under {EXPECTED} expected on a side of the effective base. "
        f"Of the other {allowed} cells {outside} lie outside 93 to 97%."
    )


def household_survey() -> pd.DataFrame:
    """Make 6,000 respondents in eight quarters, ten localities and twelve measures: synthetic, from a seed."""
    rng = np.random.default_rng(2012)
    n = 6000
    frame = pd.DataFrame(
        {
            "wave": np.repeat(np.arange(1, 9), n // 8),
            "locality": rng.choice([f"locality {i}" for i in range(10)], n),
            "cluster": rng.integers(0, 60, n),
            "weight": rng.uniform(0.5, 2.0, n).round(3),
        }
    )
    for measure in range(12):
        frame[f"measure{measure}"] = (rng.random(n) < 0.1 + 0.06 * measure).astype(int)
    return frame


def time_whole_survey(frame: pd.DataFrame) -> None:
    quarters = pd.period_range("2011Q1", periods=8, freq="Q-MAR")
    frame = frame.assign(quarter=quarters[frame["wave"] - 1])
    started, processor = time.perf_counter(), time.process_time()
    design = survey_design(frame, weight="weight", clusters="cluster", wave="quarter")
    levels = changes = 0
    for measure in range(12):
        trend = rolling_from_respondents(
            design,
            f"measure{measure}",
            answers=[1],
            out_of=[0, 1],
            wave="quarter",
            whole="Leeds",
            localities="locality",
            definition=f"measure {measure}",
        )
        levels, changes = levels + len(trend.levels), changes + len(trend.changes)
    taken, processor = time.perf_counter() - started, time.process_time() - processor
    print(
        f"6,000 respondents x 12 measures x 10 localities: {levels:,} levels and {changes:,} changes "
        f"in {taken:.2f} s, of which {processor:.2f} s of the processor's time (to be under 2 s)."
    )


def same_job_here(frame: pd.DataFrame) -> tuple[float, np.ndarray]:
    started = time.perf_counter()
    design = survey_design(frame, weight="weight", clusters="cluster", wave="wave")
    wave, locality = frame["wave"].to_numpy(), frame["locality"].to_numpy()
    now, before = wave >= 5, (wave >= 4) & (wave <= 7)
    places = {place: locality == place for place in sorted(set(locality))}
    rows = []
    for measure in range(12):
        counted = frame[f"measure{measure}"].to_numpy() == 1
        for here in places.values():
            later = percentage(design, counted=counted, base=here & now, interval="logit")
            earlier = percentage(design, counted=counted, base=here & before)
            moved = change(design, earlier=earlier, later=later).difference
            rows.append((later.value, later.lower, later.upper, moved.value, moved.standard_error))
    return time.perf_counter() - started, np.array(rows) / 100


def compare_with_r(frame: pd.DataFrame) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None or subprocess.run([rscript, "-e", "library(survey)"], capture_output=True).returncode:
        print("\nR with its package survey is not installed, so there is no time to compare with.")
        return
    here, ours = min((same_job_here(frame) for _ in range(3)), key=lambda run: run[0])
    with tempfile.TemporaryDirectory() as folder:
        data, job, result = (Path(folder) / name for name in ("data.csv", "job.R", "result.csv"))
        frame.to_csv(data, index=False)
        job.write_text(R_JOB)
        runs = [
            subprocess.run([rscript, job, data, result], capture_output=True, text=True, check=True)
            for _ in range(3)
        ]
        theirs, in_r = pd.read_csv(result).to_numpy(), min(float(run.stdout.split()[-1]) for run in runs)
    print(
        "\n120 percentages with logit intervals and 120 changes between overlapping windows, best of three:"
    )
    print("| | seconds | ratio |\n| --- | --- | --- |")
    print(f"| here | {here:.2f} | 1 |\n| R survey | {in_r:.2f} | {in_r / here:.0f} (to be at least 5) |")
    print(f"Largest difference between the two: {np.abs(ours - theirs).max():.1e} of 1.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 repetitions instead of 2,000")
    repetitions = 200 if parser.parse_args().quick else 2000
    print_few_clusters(repetitions)
    frame = household_survey()
    time_whole_survey(frame)
    compare_with_r(frame)
    exact = {base: coverage_unclustered(base) for base in BASES}
    print_coverage("Coverage of the house interval at 95%, simple samples (exact), in %", exact, 1)
    rng = np.random.default_rng(1)
    simulated = {base: coverage_clustered(base, repetitions, rng) for base in BASES}
    print_coverage(
        f"The same, clusters of {CLUSTER} with correlation {CORRELATION} ({repetitions:,} repetitions), in %",
        simulated,
        1 + (CLUSTER - 1) * CORRELATION,
    )


if __name__ == "__main__":
    main()
