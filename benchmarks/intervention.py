"""Measure evaluate_intervention where nothing was done, and where a fall was planted. Prints the tables of the page.

Written down before any result was seen: the split is that of trajectory.py, with the method made on the first half and these tables of the
other half (`--tuning` for the first). Each borough and type of 100 or more a year is taken as treated in turn, beside all the other 21
boroughs; twelve months before and after, starts in April 2014 to 2018 and in February 2019, so that no window touches the
pandemic. A fall of 30% is planted by thinning the months after the start. Intervals are resampled by borough.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from trajectory import london

from saferleeds_analysis.methods.intervention import evaluate_intervention
from saferleeds_analysis.problems import DataProblem

STARTS = [
    pd.Period(month, "M") for month in ("2014-04", "2015-04", "2016-04", "2017-04", "2018-04", "2019-02")
]
BANDS, NAMES = [100, 300, 700, 1_500, 1_000_000], ["100-300", "301-700", "701-1,500", "over 1,500"]
PLANTED = 0.7


def evaluated(given: tuple[str, pd.DataFrame, list[str]]) -> list[dict]:
    """Give a row for each treated borough and start of one type."""
    kind, counts, treated = given
    rng, rows = np.random.default_rng(len(kind)), []
    for start in STARTS:
        for area in treated:
            before = int(counts.loc[start - 12 : start - 1, area].sum())
            if before < BANDS[0]:
                continue
            planted = counts.copy()
            after = slice(start, start + 11)
            planted.loc[after, area] = rng.binomial(counts.loc[after, area], PLANTED)
            try:
                found, fell = (
                    evaluate_intervention(table, areas=[area], start=start, kind=kind)
                    for table in (counts, planted)
                )
            except DataProblem:
                continue
            rows.append(
                {
                    **{
                        "area": area,
                        "kind": kind,
                        "start": start,
                        "before": before,
                        "effect": found.effect.value,
                    },
                    **{"alarm": found.p_value <= 0.05, "outside": found.verdict in ("fell", "rose")},
                    **{"found": fell.verdict == "fell", "unclear": found.verdict == "cannot tell"},
                    **{"smallest": found.smallest_seen, "crude": abs(_crude(counts, area, start)) > 1.96},
                }
            )
    return rows


def _crude(counts: pd.DataFrame, area: str, start: pd.Period) -> float:
    """Give the distance of the log odds ratio of before and after, treated and rest, taking offences as independent."""
    cells = [
        frame.loc[window].to_numpy().sum()
        for frame in (counts[[area]], counts.drop(columns=area))
        for window in (slice(start - 12, start - 1), slice(start, start + 11))
    ]
    return np.log(cells[1] * cells[2] / (cells[0] * cells[3])) / np.sqrt(sum(1 / c for c in cells))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tuning", action="store_true", help="treat the boroughs of the tuning half instead")
    chosen = parser.parse_args()
    halves = london()
    treated = sorted({h.name.split(": ")[0] for h in halves["tuning" if chosen.tuning else "reporting"]})
    tables: dict[str, dict] = {}
    for history in (*halves["tuning"], *halves["reporting"]):
        area, kind = history.name.split(": ")
        tables.setdefault(kind, {})[area] = history
    asked = [(kind, pd.DataFrame(table), treated) for kind, table in tables.items()]
    with ProcessPoolExecutor(2) as pool:
        rows = pd.DataFrame([row for part in pool.map(evaluated, asked) for row in part])
    rows["band"] = pd.cut(rows["before"], BANDS, labels=NAMES)
    columns = ["crude", "alarm", "outside", "found", "unclear"]

    def line(part: pd.DataFrame) -> pd.Series:
        sizes = {
            "95th placebo": part["effect"].abs().quantile(0.95),
            "smallest seen": part["smallest"].median(),
        }
        return pd.Series({**(100 * part[columns].mean()).round(1), **sizes, "n": len(part)})

    print(rows.groupby("band", observed=True).apply(line, include_groups=False).round(1).to_string())
    large = rows[rows["before"] > 700]
    print("\nover 700 a year:", line(large).round(1).to_dict())
    print(large.groupby("kind").apply(line, include_groups=False).round(1).to_string())
    rng, areas = np.random.default_rng(1), large["area"].unique()
    by_area = {area: part["alarm"] for area, part in large.groupby("area")}
    resampled = [pd.concat([by_area[a] for a in rng.choice(areas, len(areas))]).mean() for _ in range(2_000)]
    print(
        "false alarms over 700, 95% interval resampled by borough:",
        (100 * np.quantile(resampled, [0.025, 0.975])).round(1),
    )


if __name__ == "__main__":
    main()
