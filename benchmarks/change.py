"""Measure the test of a change and the ordinary-year yardstick on real monthly series. Prints the tables of the page.

Written down before any result was seen:

* The split is that of trajectory.py: of the 22 London boroughs in alphabetical order the first, third, fifth... are for TUNING, the
  second, fourth, sixth... for REPORTING. The table of kinds (`--table`) is made of the former alone.
* Years are twelve months to January, since the data end with January 2024. A year beside the one before is ORDINARY where
  neither holds the riots of August 2011 (burglary, robbery, damage) or a month of pandemic restrictions (March 2020 to
  February 2022), and, for violence, sexual and public order offences, neither is the year to January 2015 or 2016, in which
  recording changed after the inspectors' report of 2014. What is left: the years to January 2014 to 2020, and 2024.
* A change is judged with what was known before: the months before April of its own financial year, as the library does.
* Matched halves: two years put together anew, of the odd months of one and the even months of the other, so that nothing changes
  by design. The control is Poisson counts round the same season and level.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from trajectory import caveats, london, northern_ireland

from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.methods.variation import FEWEST_A_YEAR, _strayed, kind_of, ordinary_year, variation

ORDINARY = (2014, 2015, 2016, 2017, 2018, 2019, 2020, 2024)
RECORDED_ANEW = {"violence": (2015, 2016), "sexual offences": (2015, 2016), "public order": (2015, 2016)}
BANDS = [0, 30, 100, 300, 1_000, 3_000, 10_000, 1_000_000]
BAND_NAMES = ["0-30", "31-100", "101-300", "301-1,000", "1,001-3,000", "3,001-10,000", "over 10,000"]
PLANTED = 1.5


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", action="store_true", help="print the table of kinds, from the tuning half")
    parser.add_argument("--tuning", action="store_true", help="judge the tuning half instead")
    chosen = parser.parse_args()
    if chosen.table:
        print_table(london()["tuning"])
        return
    halves = london()
    rows = judged(halves["tuning" if chosen.tuning else "reporting"])
    print_halves(rows)
    print_ordinary(rows)
    print_earlier(rows, halves["tuning"])
    print("\nNorthern Ireland, another country, looked at once")
    rows = judged(northern_ireland(), years=(2018, 2019, 2020))
    print_halves(rows)
    print_ordinary(rows)


def judged(histories: list[pd.Series], *, years: Sequence[int] = ORDINARY) -> pd.DataFrame:
    """Give a row for each series and ordinary year: its two totals, its matched halves, and what was known before."""
    rng = np.random.default_rng(2016)
    known, rows = caveats(), []
    for history in histories:
        area, offence = history.name.split(": ")
        kind = kind_of(offence)
        for year in years:
            if year in RECORDED_ANEW.get(kind, ()):
                continue
            last = pd.Period(f"{year}-01", "M")
            found = variation(history[:last], kind=offence, caveats=known)
            earlier, later = (history[:last].to_numpy()[a:b] for a, b in ((-24, -12), (-12, None)))
            odd = np.arange(12) % 2 == 0
            level = (earlier + later) / 2
            control = rng.poisson([level, level]).sum(axis=1)
            rows.append(
                {
                    **{"area": area, "offence": offence, "kind": kind, "year": year, "found": found},
                    **{"earlier": int(earlier.sum()), "later": int(later.sum())},
                    **{"one": int(np.where(odd, earlier, later).sum())},
                    **{"other": int(np.where(odd, later, earlier).sum())},
                    **{"control_one": int(control[0]), "control_other": int(control[1])},
                }
            )
    table = pd.DataFrame(rows)
    size = (table["earlier"] + table["later"]) / 2
    return table.assign(band=pd.cut(size, BANDS, labels=BAND_NAMES))[size > 0]


def clear(one: int, other: int, *, dispersion: float = 1.0) -> bool:
    """Say whether the test calls a change clear."""
    found = change_between_counts(one, other, unit="offences", dispersion=dispersion)
    return found.direction != "no clear change"


def print_halves(rows: pd.DataFrame) -> None:
    """Print how often nothing is called a change: taking offences as independent, with the dispersion, and the control."""
    rows = rows.assign(
        independent=[clear(r.one, r.other) for r in rows.itertuples()],
        dispersed=[clear(r.one, r.other, dispersion=r.found.dispersion) for r in rows.itertuples()],
        control=[clear(r.control_one, r.control_other) for r in rows.itertuples()],
        dispersion=[r.found.dispersion for r in rows.itertuples()],
    )
    print("\nMatched halves called a change, per cent (nominal 5)\n")
    kinds = ["independent", "dispersed", "control"]
    by_band = rows.groupby("band", observed=True)
    table = (100 * by_band[kinds].mean()).round(1)
    print(table.assign(dispersion=by_band["dispersion"].mean().round(2), n=by_band.size()).to_string())
    print((100 * rows[kinds].mean()).round(1).to_dict(), len(rows))


def print_ordinary(rows: pd.DataFrame) -> None:
    """Print how often an ordinary year is called more than usual, and how often a planted change is found."""
    rng = np.random.default_rng(2017)
    rows = rows[rows["earlier"] >= 30].copy()
    beyond, clears, down, found, size = [], [], [], [], []
    for r in rows.itertuples():
        low, high = ordinary_year(r.earlier, r.found)
        change = change_between_counts(r.earlier, r.later, unit="offences", dispersion=r.found.dispersion)
        percent = change.percent.value
        clears.append(change.direction != "no clear change")
        beyond.append(clears[-1] and not low <= percent <= high)
        down.append(low)
        # A fall of one and a half yardsticks, planted by thinning the later year: on top of what that year did.
        share = (1 + low / 100) ** PLANTED
        thinned = int(rng.binomial(r.later, share))
        planted = change_between_counts(r.earlier, thinned, unit="offences", dispersion=r.found.dispersion)
        found.append(planted.direction == "fell" and planted.percent.value < low)
        size.append(100 * (share - 1))
    rows = rows.assign(beyond=beyond, clear=clears, down=down, found=found, size=size)
    for what in ("year", "band", "kind"):
        parts = rows.groupby(what, observed=True)
        table = (100 * parts[["clear", "beyond", "found"]].mean()).round(1)
        print(f"\nOrdinary years by {what}: clear, more than usual, planted fall found; per cent\n")
        print(
            table.assign(
                yardstick=parts["down"].median().round(),
                planted=parts["size"].median().round(),
                n=parts.size(),
            ).to_string()
        )
    print((100 * rows[["clear", "beyond", "found"]].mean()).round(1).to_dict(), len(rows))
    print(
        "planted falls, middle eight tenths, per cent:",
        rows["size"].quantile([0.1, 0.5, 0.9]).round().tolist(),
    )


def print_earlier(rows: pd.DataFrame, tuning: list[pd.Series]) -> None:
    """Print how often an ordinary year is more than usual by a yardstick of other boroughs' earlier years alone."""
    squares = squares_of(tuning)
    said = []
    for r in rows[(rows["earlier"] >= 30) & (rows["year"] > ORDINARY[1])].itertuples():
        before = squares[(squares["kind"] == r.kind) & (squares["year"] < r.year)]
        low, high = ordinary_year(r.earlier, replace(r.found, year_to_year=np.sqrt(before["square"].mean())))
        change = change_between_counts(r.earlier, r.later, unit="offences", dispersion=r.found.dispersion)
        beyond = change.direction != "no clear change" and not low <= change.percent.value <= high
        said.append({"year": r.year, "beyond": 100 * beyond})
    table = pd.DataFrame(said)
    print("\nMore than usual by a yardstick of other boroughs' earlier years alone, per cent\n")
    print(table.groupby("year")["beyond"].mean().round(1).to_dict(), "all:", round(table["beyond"].mean(), 1))


def squares_of(histories: list[pd.Series]) -> pd.DataFrame:
    """Give the squared log change of each ordinary year from 30 offences up, less what the dispersion explains."""
    rows = []
    for history in histories:
        offence = history.name.split(": ")[1]
        dispersion = variation(history[: pd.Period("2020-02", "M")], kind=offence).dispersion
        for year in ORDINARY:
            earlier, later = (history[: pd.Period(f"{y}-01", "M")].tail(12).sum() for y in (year - 1, year))
            if year not in RECORDED_ANEW.get(kind_of(offence), ()) and min(earlier, later) >= 30:
                square = np.log(later / earlier) ** 2 - 2 * dispersion / earlier
                rows.append({"kind": kind_of(offence), "year": year, "square": square})
    return pd.DataFrame(rows)


def print_table(histories: list[pd.Series]) -> None:
    """Print the table of kinds: dispersion at 1,000 a year less 1, and the spread from year to year."""
    rows = []
    for history in histories:
        past = history[: pd.Period("2020-02", "M")].astype(float)
        if 12 * past.mean() >= FEWEST_A_YEAR:
            strayed, freedom = _strayed(past)
            kind, root = kind_of(history.name.split(": ")[1]), (12 * past.mean() / 1_000) ** 0.5
            rows.append({"kind": kind, "excess": strayed / freedom - 1, "root": root})
    sizes, squares = pd.DataFrame(rows), squares_of(histories)
    for kind in [*sizes["kind"].unique(), ""]:
        size, square = (t[t["kind"] == kind] if kind else t for t in (sizes, squares))
        dispersion = size["excess"].sum() / size["root"].sum()
        spread = np.sqrt(square["square"].mean())
        print(f"{kind or 'all'}: dispersion = {dispersion:.2f}, year_to_year = {spread:.3f}")


if __name__ == "__main__":
    main()
