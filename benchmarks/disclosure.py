"""How much is withheld, how much could be worked out, and how long the audit takes.

    python -m benchmarks.disclosure            2,000 random tables, then the packs in reports/
    python -m benchmarks.disclosure 500 3      500 others, those of seed 20120930 + 3

Random tables have two to eight rows and columns of counts as wards and months have them (gamma-Poisson, mean 1 to 40), with
row, column and grand totals printed; one table in three is of people, in which a zero is small. Three ways are set side by
side: small counts only, every row that has one, and ours. Each withheld small count is attacked by the audit's solver.
"""

import sys
import time
from pathlib import Path

import numpy as np

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.methods.disclosure import choose_withheld
from saferleeds_analysis.methods.disclosure_audit import INFINITY, Tie, recoverable, what_can_be_known
from saferleeds_analysis.publishing.audit import audit_pack
from saferleeds_analysis.publishing.content import pack_figures
from saferleeds_analysis.publishing.printed import Reader, gather

ROOT = Path(__file__).parent.parent
SEED = 20120930


def random_table(generator):
    """Give counts, sums and the small counts of one random table with its totals."""
    rows, columns = generator.integers(2, 9, size=2)
    level = np.exp(generator.uniform(0, np.log(40)))
    inside = generator.poisson(generator.gamma(1.5, level / 1.5, size=(rows, columns)))
    full = np.zeros((rows + 1, columns + 1), dtype=int)
    full[:-1, :-1] = inside
    full[-1, :-1], full[:-1, -1], full[-1, -1] = inside.sum(0), inside.sum(1), inside.sum()
    counts = {(i, j): int(full[i, j]) for i in range(rows + 1) for j in range(columns + 1)}
    sums = [((i, columns), [(i, j) for j in range(columns)]) for i in range(rows + 1)]
    sums += [((rows, j), [(i, j) for i in range(rows)]) for j in range(columns + 1)]
    people = generator.random() < 1 / 3
    small = [cell for cell, count in counts.items() if count < 5 and (people or count)]
    return counts, sums, small, rows, columns


def recovered(counts, sums, small, withheld):
    cells = {c: (0, INFINITY) if c in withheld else (v, v) for c, v in counts.items()}
    return len(recoverable(cells, [Tie.sum(*s) for s in sums], dict.fromkeys(small, 5)))


def tables(number, seed):
    generator = np.random.default_rng(seed)
    withheld = {"small counts only": 0, "whole rows": 0, "ours": 0}
    worked_out = dict.fromkeys(withheld, 0)
    spoilt = dict.fromkeys(withheld, 0)
    cells = smalls = with_small = 0
    seconds = []
    for _ in range(number):
        counts, sums, small, rows, columns = random_table(generator)
        cells += len(counts)
        smalls += len(small)
        if not small:
            continue
        with_small += 1
        start = time.perf_counter()
        ours = choose_withheld(counts, sums, small=small, width=5)
        seconds.append(time.perf_counter() - start)
        touched = {i for i, j in small if i < rows}
        whole_rows = {(i, j) for i in touched for j in range(columns)} | set(small)
        for name, hidden in (("small counts only", set(small)), ("whole rows", whole_rows), ("ours", ours)):
            found = recovered(counts, sums, small, hidden)
            withheld[name] += len(hidden)
            worked_out[name] += found
            spoilt[name] += found > 0
    print(
        f"{number:,} tables, {with_small:,} with a small count; {cells:,} counts, {smalls:,} of them small; seed {seed}"
    )
    print(f"{'way':20}{'withheld':>10}{'of all':>8}{'worked out':>12}{'tables':>8}")
    for name in withheld:
        share = 100 * withheld[name] / cells
        print(f"{name:20}{withheld[name]:>10,}{share:>7.1f}%{worked_out[name]:>12,}{spoilt[name]:>8,}")
    print(f"our choice: median {np.median(seconds):.3f} s, longest {max(seconds):.2f} s a table")


def packs():
    """Audit each pack that is there; and hold what the audit finds possible against the restricted edition."""
    catalogue = load_catalogue(ROOT / "data" / "raw" / "reference")
    reader = Reader(catalogue)
    for folder in sorted((ROOT / "reports").glob("*_Q?")):
        start = time.perf_counter()
        audit = audit_pack(ROOT, periods.quarter(folder.name), catalogue=catalogue)
        print(f"{audit.in_words()}\n{time.perf_counter() - start:.2f} s")
        printed = gather(pack_figures(folder), reader)
        possible = what_can_be_known(printed.cells, printed.ties, printed.withheld)
        restricted = [row.figure for row in pack_figures(folder.parent / "restricted" / folder.name)]
        truth = {reader.key(figure): figure.number for figure in restricted if reader.role(figure) == "count"}
        held = [key for key in possible if truth.get(key) is not None]
        inside = sum(possible[key][0] <= truth[key] <= possible[key][1] for key in held)
        narrowest = min((possible[k][1] - possible[k][0] for k in held), default=float("nan"))
        print(
            f"the true count lies within what is possible: {inside} of {len(held)}; narrowest range {narrowest:g}"
        )


if __name__ == "__main__":
    number, *more = (int(word) for word in sys.argv[1:] or [2000])
    tables(number, SEED + sum(more))
    packs()
