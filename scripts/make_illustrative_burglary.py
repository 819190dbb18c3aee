"""Make the monthly burglary series of the bundled example: illustrative months, published totals.

The months behind Safer Leeds' published burglary totals were never published. This script constructs a series
that could lie behind them, in three steps:

1. expected: a level for the city x each ward's share x the season, for 33 wards and 96 months;
2. noisy: one draw around it, more scattered than a Poisson count, as real burglary is;
3. adjusted: the smallest change, in whole offences, that meets every published total exactly.

Every published figure is read from `data/raw/reference/published_figures.csv`, where each has its source.
The tables below are our own choices, led by what was printed; they are not records.

    python scripts/make_illustrative_burglary.py

writes the same file, byte for byte, on every run.
"""

import csv
from calendar import monthrange
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.special import ndtri
from scipy.stats import nbinom

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = ROOT / "data" / "raw" / "reference" / "published_figures.csv"
SERIES = ROOT / "data" / "raw" / "illustrative_burglary" / "leeds_domestic_burglary.csv"
SEED = 2012
MONTHS = [f"{year}-{month:02d}" for year in range(2005, 2014) for month in range(1, 13)][3:-9]

# Wards as they were from 2004 to 2018, with the offences expected in the 12 months to September 2011 and 2012.
# For the nine wards of the report card the second figure is published and the first is the whole number that the
# printed change leads to. The rest are ours, in keeping with what was said of them: south Leeds hardly fell, and
# Headingley had several times the burglary of Wetherby. Which ward lies in which division is our assumption too,
# because the card names divisions only.
WARDS = {
    "NWL": {
        "Adel & Wharfedale": (150, 95),
        "Armley": (490, 314),
        "Bramley & Stanningley": (539, 233),
        "Calverley & Farsley": (200, 125),
        "Farnley & Wortley": (310, 200),
        "Guiseley & Rawdon": (175, 110),
        "Headingley": (509, 298),
        "Horsforth": (225, 140),
        "Hyde Park & Woodhouse": (548, 472),
        "Kirkstall": (512, 244),
        "Otley & Yeadon": (150, 95),
        "Pudsey": (270, 170),
        "Weetwood": (350, 190),
    },
    "NEL": {
        "Alwoodley": (220, 125),
        "Burmantofts & Richmond Hill": (569, 347),
        "Chapel Allerton": (485, 215),
        "Cross Gates & Whinmoor": (285, 175),
        "Garforth & Swillington": (135, 85),
        "Gipton & Harehills": (393, 315),
        "Harewood": (130, 85),
        "Killingbeck & Seacroft": (396, 255),
        "Kippax & Methley": (145, 90),
        "Moortown": (280, 175),
        "Roundhay": (330, 190),
        "Temple Newsam": (305, 185),
        "Wetherby": (85, 55),
    },
    "C&H": {
        "Ardsley & Robin Hood": (101, 89),
        "Beeston & Holbeck": (216, 203),
        "City & Hunslet": (218, 190),
        "Middleton Park": (113, 145),
        "Morley North": (130, 120),
        "Morley South": (125, 115),
        "Rothwell": (105, 90),
    },
}
EXPECTED = {ward: pair for division in WARDS.values() for ward, pair in division.items()}
AREAS = sorted(EXPECTED)
# Wards whose share of the city was smaller before 2010/11, with the part of their later share that they had then.
# Chapel Allerton rose most in 2010/11 (28 per cent); Hyde Park & Woodhouse had no 12-month fall until September 2012.
EARLIER_SHARE = {"Chapel Allerton": 0.8, "Hyde Park & Woodhouse": 0.85}

# Offences a year in the city at the start of these months, with straight lines between them. The rise to 2009/10
# and the fall that begins with the Burglary Reduction Programme in September 2011 are published, and so is the quiet
# December of 2010; the path between is ours.
LEVEL = {
    "2005-04": 7900,
    "2006-01": 7550,
    "2007-10": 8500,
    "2009-10": 9900,
    "2010-06": 8450,
    "2010-11": 9150,
    "2010-12": 8000,
    "2011-01": 8900,
    "2011-02": 9500,
    "2011-09": 9500,
    "2011-10": 7750,
    "2011-12": 5600,
    "2012-02": 6250,
    "2012-07": 5450,
    "2013-03": 5100,
}

# The year's shape, January to December, with months taken as equally long. OTHER: the median over 22 London boroughs
# of the month effects in recorded domestic burglary, April 2010 to December 2019 (Metropolitan Police). STUDENT: our
# choice; busiest when term begins, quiet when houses stand empty.
OTHER = [1.16, 1.10, 0.99, 0.93, 0.89, 0.88, 0.87, 0.88, 0.95, 1.02, 1.20, 1.12]
STUDENT = [1.08, 1.03, 0.97, 0.95, 0.95, 0.92, 0.82, 0.82, 1.12, 1.25, 1.19, 0.90]
STUDENT_WARDS = {"Headingley", "Hyde Park & Woodhouse", "Kirkstall", "Weetwood"}

# Variance = mean + DISPERSION x mean squared: the median of the same 22 London boroughs, which lie from 0.01 to 0.04.
# On top of that the whole city is up or down together by some per cent from month to month: our choice.
DISPERSION = 0.016
CITY_SHOCK = 0.02

# Whole numbers for totals that are published only through a change or a cost (tests search for the alternatives).
CHOSEN = {
    ("Leeds", "2009/10"): 9537,  # 8,869 was "approximately seven per cent" less
    ("Leeds", "calendar 2011"): 8484,  # £33.3m at £3,925
    **{
        (division, f"12 months to {year}-09"): total
        for division, totals in {"NWL": (4441, 2688), "NEL": (3765, 2298), "C&H": (1008, 952)}.items()
        for year, total in zip((2011, 2012), totals, strict=True)
    },
}
NINE_WARDS = {
    "Armley",
    "Bramley & Stanningley",
    "Burmantofts & Richmond Hill",
    "Chapel Allerton",
    "Gipton & Harehills",
    "Headingley",
    "Hyde Park & Woodhouse",
    "Killingbeck & Seacroft",
    "Kirkstall",
}


def months_of(period: str) -> slice:
    """Where a published period, such as `2012/13` or `12 months to 2012-09`, lies in MONTHS."""
    kind, _, name = period.rpartition(" ")
    last = {"": f"20{name[-2:]}-03", "calendar": f"{name}-12"}.get(kind, name)
    end = MONTHS.index(last) + 1
    return slice(end - (1 if kind == "month" else 12), end)


def total(area: str, period: str) -> np.ndarray:
    """1 for every ward and month that belongs to this area and period, 0 elsewhere."""
    wards = AREAS if area == "Leeds" else WARDS.get(area, [area])
    cells = np.zeros((len(AREAS), len(MONTHS)))
    cells[[AREAS.index(ward) for ward in wards], months_of(period)] = 1
    return cells


def expected_counts() -> np.ndarray:
    """Wards x months: city level x ward share x season x length of month."""
    position = np.arange(len(MONTHS))
    level = np.interp(position + 0.5, [MONTHS.index(month) for month in LEVEL], list(LEVEL.values()))

    # Shares change in straight lines: over 2010 where a ward rose, and in the autumn of 2011 when the fall began.
    turns = [MONTHS.index(month) for month in ("2009-10", "2010-10", "2011-08", "2012-01")]
    share = np.array(
        [
            np.interp(
                position, turns, [EARLIER_SHARE.get(ward, 1) * before, before, before, after * 9214 / 5938]
            )
            for ward, (before, after) in sorted(EXPECTED.items())
        ]
    )
    days = np.array([monthrange(int(month[:4]), int(month[5:]))[1] for month in MONTHS])
    season = np.array([STUDENT if ward in STUDENT_WARDS else OTHER for ward in AREAS])
    season = np.tile(season / season.mean(axis=1, keepdims=True), 9)[:, 3 : 3 + len(MONTHS)]
    return level * share / share.sum(axis=0) * season * days / 365.25


def noisy_counts(expected: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One negative binomial draw for each ward and month, through its quantiles.

    Only plain uniform numbers are taken from the generator: their sequence is the part that numpy keeps the same
    from version to version.
    """
    mean = expected * np.exp(CITY_SHOCK * ndtri(random.random(len(MONTHS))))
    size = 1 / DISPERSION
    return nbinom.ppf(random.random(mean.shape), size, size / (size + mean))


def published_counts() -> dict[tuple[str, str], int]:
    """The counts that the series must meet: published ones within its months, and those chosen above."""
    with PUBLISHED.open(encoding="utf-8") as table:
        counts = {
            (row["area"], row["period"]): int(row["value"])
            for row in csv.DictReader(table)
            if (row["indicator_id"], row["measure"]) == ("domestic_burglary", "count")
            and row["verdict"] != "input"
        }
    before = {
        (ward, "12 months to 2011-09"): pair[0] for ward, pair in EXPECTED.items() if ward in NINE_WARDS
    }
    return counts | before | CHOSEN


def adjusted_counts(noisy: np.ndarray, expected: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The noisy counts, moved as little as possible so that they meet every published figure.

    An offence more or less matters least in a large cell, and each further one in the same cell costs more than the
    one before, so that an adjustment spreads out over the months instead of landing on a few. The small random part
    of the cost leaves one cheapest answer only, so that every machine finds the same.
    """
    published = published_counts()
    limits = [(total(*key), count, count) for key, count in published.items()]

    # "This is the first quarter that Hyde Park & Woodhouse has seen a 12 month reduction" (September 2012): so none
    # at any quarter end before, from the first with two years behind it.
    ward = "Hyde Park & Woodhouse"
    for end in [month for month in MONTHS[23:87] if month[5:] in {"03", "06", "09", "12"}]:
        year, year_before = f"12 months to {end}", f"12 months to {int(end[:4]) - 1}{end[4:]}"
        limits.append((total(ward, year) - total(ward, year_before), 0, np.inf))

    # The nine wards printed on the card are the highest nine.
    year = "12 months to 2012-09"
    ninth = published["Chapel Allerton", year]
    limits += [(total(area, year), 0, ninth - 1) for area in AREAS if area not in NINE_WARDS]
    rows, low, high = (np.array(side) for side in zip(*limits, strict=True))

    # The first offence added to (or taken from) a cell costs 1, the next two 3 each, the next three 6, others 12.
    steps, prices = [1, 2, 3, 30], [1, 3, 6, 12]
    start = noisy.ravel()
    cost = random.uniform(1, 1.1, start.size) / np.sqrt(expected.ravel())
    more = [np.full(start.size, step) for step in steps]
    fewer = [np.clip(start - taken, 0, step) for taken, step in zip([0, 1, 3, 6], steps, strict=True)]
    sign = np.repeat([1, -1], len(steps))
    cells = rows.reshape(len(rows), -1)
    answer = milp(
        np.concatenate([price * cost for price in prices * 2]),
        integrality=1,
        bounds=Bounds(0, np.concatenate(more + fewer)),
        constraints=LinearConstraint(np.kron(sign, cells), low - cells @ start, high - cells @ start),
        options={"mip_rel_gap": 0, "presolve": False},
    )
    if not answer.success:
        raise RuntimeError(f"no series meets the published figures: {answer.message}")
    return (start + sign @ np.rint(answer.x).reshape(len(sign), -1)).reshape(noisy.shape).astype(int)


def illustrative_series() -> str:
    """The series as CSV text: month, area, offence, count; by month, then ward."""
    random = np.random.Generator(np.random.PCG64(SEED))
    expected = expected_counts()
    counts = adjusted_counts(noisy_counts(expected, random), expected, random)
    rows = [
        f"{month},{area},Domestic burglary,{counts[ward, position]}"
        for position, month in enumerate(MONTHS)
        for ward, area in enumerate(AREAS)
    ]
    return "\n".join(["month,area,offence,count", *rows, ""])


if __name__ == "__main__":
    SERIES.write_bytes(illustrative_series().encode("utf-8"))
    print(f"Written: {SERIES.relative_to(ROOT)}")
