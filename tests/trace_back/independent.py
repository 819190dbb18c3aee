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


WHOLE, WHOLE_BEFORE = "counts of the whole", "counts of the whole a year before"
EARLIER, LATER = "earlier printed figure", "later printed figure"
GROUP, RATE = "published rates of the group", "published rate"


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
    roles = ("target", "published figure", RATE, "constant", "register row", EARLIER, LATER)
    role = next(r for r in roles if r in given)
    return float(given[role][-1]["rate" if role == RATE else "value"])


def _nearest(given, printed):
    """One figure may have been printed twice, differently; then one of the rows must be the printed one."""
    rows = [*given.get("published figure", []), *given.get("register row", [])]
    return min((float(row["value"]) for row in rows), key=lambda value: abs(value - printed))


def _rates(given):
    return [float(row["rate"]) for row in given[GROUP]]


def _mean(given):
    return sum(_rates(given)) / len(given[GROUP])


def _weighted_mean(given):
    homes = [int(row["denominator"]) for row in given[GROUP]]
    return sum(r * h for r, h in zip(_rates(given), homes, strict=True)) / sum(homes)


def _own_rate(given):
    return float(given[RATE][-1]["rate"])


def _own_count(given):
    return int(given[RATE][-1]["count"])


def _exposure(given):
    """How many thousand households the area's own count and rate mean."""
    return _own_count(given) / _own_rate(given)


def _pair(given):
    """Give the earlier and the later printed figure."""
    return float(given[EARLIER][-1]["value"]), float(given[LATER][-1]["value"])


def _beside_the_rest(given):
    later, earlier = _total(given[COUNTS]), _total(given[BEFORE])
    return (later / earlier) / ((_total(given[WHOLE]) - later) / (_total(given[WHOLE_BEFORE]) - earlier))


def _rest_of_target(given, printed):
    months_left = 12 - len({row["month"] for row in given[TO_DATE]})
    return (float(given["target"][-1]["value"]) - _total(given[TO_DATE])) / months_left


_FORMULAS = {
    "sum": lambda given, _: _total(given[COUNTS]),
    "difference": lambda given, _: _total(given[COUNTS]) - _total(given[BEFORE]),
    "percentage change": lambda given, _: 100 * (_total(given[COUNTS]) / _total(given[BEFORE]) - 1),
    "as written": _one_row,
    "as printed": _nearest,
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
    "share of the whole": lambda given, _: 100 * _total(given[COUNTS]) / _total(given[WHOLE]),
    "ratio to the rest": lambda given, _: _beside_the_rest(given),
    "sum of the year before": lambda given, _: _total(given[BEFORE]),
    "rank of rates": lambda given, _: sorted(_rates(given), reverse=True).index(_own_rate(given)) + 1,
    "mean of rates": lambda given, _: _mean(given),
    "weighted mean of rates": lambda given, _: _weighted_mean(given),
    "gap to the mean": lambda given, _: _own_rate(given) - _mean(given),
    "gap to the weighted mean": lambda given, _: _own_rate(given) - _weighted_mean(given),
    "gap to the mean in events": lambda given, _: (_own_rate(given) - _mean(given)) * _exposure(given),
    "gap to the weighted mean in events": lambda given, _: (
        (_own_rate(given) - _weighted_mean(given)) * _exposure(given)
    ),
    "count at the mean": lambda given, _: _mean(given) * _exposure(given),
    "target at the rate": lambda given, _: float(given["target"][-1]["value"]) / _exposure(given),
    "target on the count": lambda given, _: (
        100 * (float(given["target"][-1]["value"]) / _own_count(given) - 1)
    ),
    "count over households": lambda given, _: 1000 * _own_count(given) / int(given[RATE][-1]["denominator"]),
    "percentage of printed": lambda given, _: 100 * _pair(given)[1] / _pair(given)[0],
    "rest of printed": lambda given, _: _pair(given)[0] - _pair(given)[1],
    "difference of printed": lambda given, _: _pair(given)[1] - _pair(given)[0],
    "percentage change of printed": lambda given, _: 100 * (_pair(given)[1] / _pair(given)[0] - 1),
    "fall of printed": lambda given, _: 100 * (1 - _pair(given)[1] / _pair(given)[0]),
}
RECIPES = sorted(_FORMULAS)
