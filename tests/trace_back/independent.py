"""Published figures worked out again from the rows that they name: of the project only the named functions are used.

    python independent.py <project> reports/2012-13_Q2 --figures 200

Each report's executed notebook is read as JSON, the rows of a public figure from where the project keeps them. Each file is
read with pandas, its fingerprint is compared, and the function that the figure names is called with the rows and its
arguments. It says every figure that comes out otherwise, and then ends with 1.
"""

import argparse
import hashlib
import importlib
import json
import math
import random
import sys
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd

BLOCKS = "application/vnd.saferleeds.blocks+json"
REPOSITORY = Path(__file__).parent.parent.parent


def figures_of(project, pack):
    """Give every figure of a pack as plain values, with the ``report`` in which it stands and the rows that it names."""
    found = []
    for path in sorted((Path(project) / pack).glob("*/report.ipynb")):
        report = path.parent.name
        kept = Path(project) / "data" / "processed" / "rows" / Path(pack).name / f"{report}.json"
        rows = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
        notebook = json.loads(path.read_text(encoding="utf-8"))
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
        for figure in (one for output in outputs for one in _figures_in(output.get("data", {}).get(BLOCKS))):
            named = figure.get("rows", [])
            if [given["role"] for given in named] == ["reference"]:
                named = rows[named[0]["note"]]
            found.append(figure | {"report": report, "rows": named})
    return found


def _figures_in(block):
    """Find the figures of a block, or of the blocks within it; what all figures of a block share stands once.

    A block that has figures has those of what is in it among them.
    """
    if isinstance(block, dict) and isinstance(block.get("figures"), dict):
        for one in block["figures"]["each"]:
            yield block["figures"]["shared"] | one
    elif isinstance(block, dict | list):
        for part in block.values() if isinstance(block, dict) else block:
            yield from _figures_in(part)


def work_out(figure, project, change=None):
    """Give the value that the named function makes of the named rows.

    ``change`` is given each file's name, table and the numbers of the rows that are taken, and may give others.
    """
    function, arguments = figure["working"]
    given = {}
    for rows in figure["rows"]:
        table, numbers = _read(_place(rows, project)), numbers_of(rows)
        if not isinstance(table, dict):
            if change is not None:
                table, numbers = change(rows["file"], table, numbers)
            table = (
                table.iloc[[number - 2 for number in numbers]] if numbers else table
            )  # row 1 is the header
        given.setdefault(rows["role"], []).append(table)
    tables = {
        role: of[0] if isinstance(of[0], dict) else pd.concat(of, ignore_index=True)
        for role, of in given.items()
    }
    module, _, name = function.rpartition(".")
    return getattr(importlib.import_module(module), name)(**tables, **arguments)


def agrees(figure, again):
    """Say whether a value is the printed one: letters and words exactly, numbers to their ninth digit."""
    value = figure["value"]
    if isinstance(value, str) or isinstance(again, str):
        return value == again
    return math.isclose(again, value, rel_tol=1e-9, abs_tol=1e-9)


def numbers_of(rows):
    """Read the numbers of rows: ``2-4 9-108/33`` are 2, 3, 4, 9, 42, 75 and 108."""
    found = []
    for part in rows["numbers"].split():
        ends, _, step = part.partition("/")
        first, _, last = ends.partition("-")
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return found


def _place(rows, project):
    path = Path(project) / rows["file"]
    path = path if path.is_file() else REPOSITORY / rows["file"]
    assert _fingerprint(path) == rows["sha256"], (
        f"{rows['file']} is not the file of which the figure was made"
    )
    return path


@cache
def _fingerprint(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _read(path):
    if path.suffix == ".toml":
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    return pd.read_csv(path)


def main():
    """Work random figures of a pack out again, and say which come out otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("project")
    parser.add_argument("pack")
    parser.add_argument("--figures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    known = [f for f in figures_of(asked.project, asked.pack) if "working" in f]
    chosen = random.Random(asked.seed).sample(known, min(asked.figures, len(known)))
    wrong = [f for f in chosen if not agrees(f, work_out(f, asked.project))]
    said = [
        f"{len(chosen)} of {len(known)} figures with a working were worked out again; {len(wrong)} came out otherwise."
    ]
    said += [json.dumps(f | {"again": str(work_out(f, asked.project))}, ensure_ascii=False) for f in wrong]
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if wrong or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
