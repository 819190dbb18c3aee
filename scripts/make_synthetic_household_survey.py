"""Make the household survey of the bundled example: synthetic answers, published percentages.

The respondents behind the household survey of the West Yorkshire Police Authority were never published, only a few
percentages. This script invents respondents from whom those percentages come, in three steps:

1. a sample for each quarter: divisions, two strata in each, clusters of neighbours drawn afresh, and weights;
2. answers: a level for each quarter, apart a little by division and by cluster, as neighbours' answers are;
3. adjusted: the few answers changed that make each published percentage come out as it was printed.

Nobody in the file exists, and no quarter, division or answer without a published percentage is a fact about Leeds.

    python scripts/make_synthetic_household_survey.py

writes the same file, byte for byte, on every run.
"""

from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "data" / "raw" / "synthetic_household_survey" / "respondents.csv"
SEED = 6073

QUARTERS = [f"{y}/{(y + 1) % 100:02d} Q{q}" for y in range(2007, 2013) for q in range(1, 5)][:-2]
# 1,518 a quarter, and one more in the last, so that its twelve months hold the 6,073 households that were published.
INTERVIEWS = dict.fromkeys(QUARTERS, 1518) | {QUARTERS[-1]: 1519}

# Division, its two strata, the share of the interviews, and how far its answers lie from the city's, in points.
DIVISIONS = {
    "NWL": (("N1", "N2"), 0.42, {"asb": -1.0, "backgrounds": 1.5}),
    "NEL": (("E1", "E2"), 0.36, {"asb": 0.2, "backgrounds": 0.5}),
    "C&H": (("C1", "C2"), 0.22, {"asb": 1.6, "backgrounds": -3.7}),
}
CLUSTERS = 8  # in each stratum and quarter
SPREAD = {"asb": 2.4, "backgrounds": 3.4}  # of the clusters' levels, in points

# The answer that each published percentage counts, and the codes of the others with their shares.
COUNTED = {"asb": "1", "backgrounds": "1"}
OTHERS = {"asb": (("2", 0.80), ("3", 0.12), ("9", 0.08)), "backgrounds": (("2", 0.62), ("9", 0.38))}

# Published: question, the quarters that it covers, per cent. Sources: the report cards of 2012/13 Q2.
PUBLISHED = (
    ("asb", tuple(QUARTERS[4:8]), 16.94),
    ("asb", tuple(QUARTERS[-4:]), 12.62),
    ("backgrounds", tuple(QUARTERS[0:4]), 59.34),
    ("backgrounds", (QUARTERS[-3],), 69.6),
    ("backgrounds", (QUARTERS[-2],), 65.9),
    ("backgrounds", (QUARTERS[-1],), 66.74),
)
# Our own choice between them: a level for each quarter, straight between these.
LEVELS = {
    "asb": ((0, 17.4), (4, 17.1), (7, 16.7), (12, 14.9), (17, 13.6), (21, 12.0)),
    "backgrounds": ((0, 58.9), (3, 59.8), (8, 62.6), (14, 66.3), (19, 69.6), (20, 65.9), (21, 66.74)),
}


def main() -> None:
    """Write the file."""
    respondents()[["quarter", "area", "stratum", "cluster", "weight", "asb", "backgrounds"]].to_csv(
        FILE, index=False, lineterminator="\n"
    )


def respondents() -> pd.DataFrame:
    """Invent every respondent: a row each, weights and codes as text."""
    random = np.random.default_rng(SEED)
    people = pd.concat([_sample(random, quarter) for quarter in QUARTERS], ignore_index=True)
    hundredths = _weights(random, len(people))
    for question in COUNTED:
        people[question] = _answers(random, people, question)
        for asked, quarters, percent in PUBLISHED:
            if asked == question:
                _meet(random, people, hundredths, question, quarters, percent)
    people["weight"] = [f"{w / 100:.2f}" for w in hundredths]
    return people


def _sample(random: np.random.Generator, quarter: str) -> pd.DataFrame:
    """Draw who is asked in a quarter: division, stratum and cluster."""
    shares = [
        (area, stratum, share / 2) for area, (strata, share, _) in DIVISIONS.items() for stratum in strata
    ]
    sizes = np.floor(INTERVIEWS[quarter] * np.array([share for *_, share in shares])).astype(int)
    sizes[0] += INTERVIEWS[quarter] - sizes.sum()
    parts = [
        pd.DataFrame(
            {"quarter": quarter, "area": area, "stratum": stratum, "cluster": np.arange(size) % CLUSTERS + 1}
        )
        for (area, stratum, _), size in zip(shares, sizes, strict=True)
    ]
    return pd.concat(parts).sort_values(["area", "stratum", "cluster"], kind="stable")


def _weights(random: np.random.Generator, n: int) -> np.ndarray:
    """Draw weights about 1, in hundredths: they vary by about a third, as those of household surveys do."""
    return np.clip(np.round(100 * random.lognormal(-0.05, 0.32, n)), 35, 290).astype(int)


def _answers(random: np.random.Generator, people: pd.DataFrame, question: str) -> np.ndarray:
    places = people["quarter"].map({q: i for i, q in enumerate(QUARTERS)})
    points, levels = zip(*LEVELS[question], strict=True)
    level = np.interp(places, points, levels)
    level += people["area"].map({area: away[question] for area, (_, _, away) in DIVISIONS.items()}).to_numpy()
    clusters = people.groupby(["quarter", "stratum", "cluster"], sort=False).ngroup().to_numpy()
    level += SPREAD[question] * random.standard_normal(clusters.max() + 1)[clusters]
    codes, shares = zip(*OTHERS[question], strict=True)
    other = random.choice(codes, size=len(people), p=shares)
    return np.where(random.random(len(people)) < level / 100, COUNTED[question], other)


def _meet(
    random: np.random.Generator,
    people: pd.DataFrame,
    hundredths: np.ndarray,
    question: str,
    quarters: tuple[str, ...],
    percent: float,
) -> None:
    """Change answers, one at a time and at random, until the weighted percentage is the published one."""
    rows = np.flatnonzero(people["quarter"].isin(quarters))
    wanted = round(hundredths[rows].sum() * percent / 100)
    other = OTHERS[question][0][0]
    answers = people[question].to_numpy(copy=True)
    while True:
        counted = answers[rows] == COUNTED[question]
        short = wanted - hundredths[rows][counted].sum()
        if short == 0:
            break
        candidates = rows[answers[rows] == other] if short > 0 else rows[counted]
        # Any one brings a long way nearer; the last is the one whose weight is just what is missing.
        fits = candidates[hundredths[candidates] == abs(short)]
        row = random.choice(fits if len(fits) else candidates)
        answers[row] = COUNTED[question] if short > 0 else other
    people[question] = answers


if __name__ == "__main__":
    main()
