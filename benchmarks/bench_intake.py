"""How long a year of street-level files takes, against pandas alone doing the same count with no check.

    PYTHONPATH=. python benchmarks/bench_intake.py

Twelve months of 47,000 records each, made from the real records of Leeds 2014 in ../shared (the months are renamed, so
the figures mean nothing). Both sides start in a fresh process, so that the time of imports is in it.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

INTAKE = """
from pathlib import Path
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake import build_processed
build_processed(Path({root!r}), load_catalogue("data/raw/reference"))
"""

PANDAS = """
from pathlib import Path
import pandas as pd
raw = Path({root!r}) / "data" / "raw"
lookup = pd.read_csv(raw / "lookups" / "leeds_lsoa11_ward18_lookup.csv")
counts = []
for path in sorted((raw / "police_uk").rglob("*-street.csv")):
    records = pd.read_csv(path).merge(lookup, left_on="LSOA code", right_on="LSOA11CD")
    counts.append(records.groupby(["Month", "Crime type", "WD18NM"]).size())
pd.concat(counts).rename("count").reset_index().to_parquet(raw / "counts.parquet")
"""


def write_year(root: Path) -> int:
    from real_inputs import write_police_uk_project

    write_police_uk_project(root, ROOT.parent / "shared")
    folder = root / "data" / "raw" / "police_uk"
    records = pd.concat([pd.read_csv(path, dtype=str) for path in sorted(folder.rglob("*.csv"))])
    for place in folder.iterdir():
        if place.is_dir():
            shutil.rmtree(place)
    for number, month in enumerate(pd.period_range("2013-06", "2014-05", freq="M")):
        ids = records["Crime ID"].str[:-2] + f"{number:02}"
        path = folder / f"{month}-west-yorkshire-street.csv"
        records.assign(Month=str(month), **{"Crime ID": ids}).to_csv(path, index=False)
    return 12 * len(records)


def seconds(code: str, root: Path) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code.format(root=str(root))], cwd=ROOT, check=True)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = write_year(root)
        peer = min(seconds(PANDAS, root) for _ in range(3))
        first = []
        for _ in range(3):
            shutil.rmtree(root / "data" / "processed", ignore_errors=True)
            first.append(seconds(INTAKE, root))
        again = min(seconds(INTAKE, root) for _ in range(3))
        print(f"{rows:,} records in 12 files; best of 3, imports included")
        print(f"{'what':<52}{'seconds':>9}{'ratio to pandas':>17}")
        for what, taken in (
            ("pandas: read_csv, merge, groupby, no check", peer),
            ("build_processed, first time: checked, with ledger", min(first)),
            ("build_processed, nothing changed", again),
        ):
            print(f"{what:<52}{taken:>9.2f}{taken / peer:>17.2f}")


if __name__ == "__main__":
    main()
