"""Numbers worked out again from the rows that a trace names: csv, hashes and plain arithmetic, and nothing of the library.

A trace (as ``saferleeds trace --json`` prints it) says which rows of which files a number comes from. Here each file is
read anew, its fingerprint compared, each row taken by its number, and the number made by the formula that the trace states.
"""

import csv
import hashlib
import re
import tomllib
from functools import cache
from pathlib import Path


def work_out(trace, project, repository):
    """Give the number that the traced rows make."""
    given = {}
    for source in trace["inputs"]:
        path = project / source["file"]
        if not path.is_file():
            path = repository / source["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == source["sha256"], source["file"]
        given.setdefault(source["role"], []).extend(_rows(path, source))
    return _FORMULAS[trace["kind"]["recipe"]](given, float(trace["figure"]["value"]))


def _rows(path, source):
    if source["role"] == "weights of respondents":
        return [_weights(path, source["note"])]
    if path.suffix == ".toml":
        table, name = source["rows"][0]["row"].split(".")
        return [{"value": tomllib.loads(path.read_text(encoding="utf-8"))[table][name]}]
    read = _read(path)
    for row in source["rows"]:
        content = read[row["row"] - 2]  # row 1 is the header
        assert all(content[k] == str(v) for k, v in row.items() if k != "row"), (path.name, row)
    return [read[row["row"] - 2] for row in source["rows"]]


@cache
def _read(path: Path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _weights(path, note):
    """Sum the weights of a survey under the filter that the trace states in words."""
    found = re.fullmatch(
        r"([\d,]+) rows, none of them shown, since each is a person; those with quarter in (.+); area in (.+); (\w+) in "
        r"(.+) \(counted: (.+)\)",
        note,
    )
    count, quarters, areas, question, base, counted = found.groups()
    rows = [
        row
        for row in _read(path)
        if row["quarter"] in quarters.split(", ")
        and row["area"] in areas.split(", ")
        and row[question] in base.split(", ")
    ]
    assert len(rows) == int(count.replace(",", ""))
    return {
        "all": sum(float(row["weight"]) for row in rows),
        "counted": sum(float(row["weight"]) for row in rows if row[question] in counted.split(", ")),
    }


COUNTS, BEFORE = "counts", "counts of the same months a year before"
TO_DATE, LAST_YEAR = "counts of the year to date", "counts of the whole year before"
LAST_YEAR_TO_DATE = "counts of the year before to the same month"


def _total(rows):
    return sum(int(row["count"]) if "count" in row else float(row["value"]) for row in rows)


def _part_of_a_year(rows):
    """Months are twelfths of a year, quarters fourths."""
    months = {row["month"] for row in rows if "month" in row}
    return len(months) / 12 if months else len({row["period"] for row in rows}) / 4


def _value(given):
    """Take the number of the count at the unit cost, carried to the price year and rounded to the penny."""
    cost = float(given["unit cost"][-1]["value"])
    if "price index of the unit cost" in given:
        start = float(given["price index of the unit cost"][-1]["index"])
        end = float(given["price index of the price year"][-1]["index"])
        cost = round(cost * end / start, 2)
    return _total(given[COUNTS]) * cost


def _one_row(given, printed):
    role = next(r for r in ("target", "published figure", "published rate", "constant") if r in given)
    return float(given[role][-1]["rate" if role == "published rate" else "value"])


def _rest_of_target(given, printed):
    months_left = 12 - len({row["month"] for row in given[TO_DATE]})
    return (float(given["target"][-1]["value"]) - _total(given[TO_DATE])) / months_left


_FORMULAS = {
    "sum": lambda given, _: _total(given[COUNTS]),
    "difference": lambda given, _: _total(given[COUNTS]) - _total(given[BEFORE]),
    "percentage change": lambda given, _: 100 * (_total(given[COUNTS]) / _total(given[BEFORE]) - 1),
    "as written": _one_row,
    # One figure may have been printed twice, differently; then one of the rows must be the printed one.
    "as printed": lambda given, printed: min(
        (float(row["value"]) for row in given["published figure"]), key=lambda v: abs(v - printed)
    ),
    "rest of the target": _rest_of_target,
    "run-rate": lambda given, _: _total(given[TO_DATE]) / _part_of_a_year(given[TO_DATE]),
    "with last year's rest": lambda given, _: (
        _total(given[TO_DATE]) + _total(given[LAST_YEAR]) - _total(given[LAST_YEAR_TO_DATE])
    ),
    "over last year's share": lambda given, _: (
        _total(given[TO_DATE]) / (_total(given[LAST_YEAR_TO_DATE]) / _total(given[LAST_YEAR]))
    ),
    "times unit cost": lambda given, _: _value(given),
    "per household": lambda given, _: _value(given) / int(given["households"][-1]["denominator"]),
    "weighted percentage": lambda given, _: (
        100 * given["weights of respondents"][0]["counted"] / given["weights of respondents"][0]["all"]
    ),
}
RECIPES = sorted(_FORMULAS)
