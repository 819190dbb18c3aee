"""Cases of a service, made up by a seed, laid into a project of a test: those of the last twelve months close sooner."""

import math
import random
import shutil
from datetime import date, timedelta

from parts_of_services import indicator
from projects import REFERENCE

MANIFEST = """id = "asb_cases"
title = "Cases of the team"
publisher = "Safer neighbourhoods team"
licence = "Shared under the partnership's agreement"
shape = "cases"
area_set = "leeds_2004"
received = 2012-10-05
"""
CHARACTERISTICS = '\n[characteristics]\nage = ["18 to 24", "25 to 44", "45 and over"]\n'
HEADER = "opened,closed,kind,area,person,age"


def cases(*, first=date(2010, 4, 1), last=date(2012, 9, 30), received=date(2012, 10, 5), each=3, seed=2012):
    """Give a case every so many days, of 400 persons in three divisions."""
    chance = random.Random(seed)
    rows, opened = [], first
    while opened <= last:
        half = 60 if opened < date(2011, 10, 1) else 30
        closed = opened + timedelta(days=round(chance.expovariate(0.693 / half)))
        area, person = chance.choice(["NWL", "NEL", "C&H"]), f"P{chance.randint(1, 400):04d}"
        age = chance.choice(["18 to 24", "25 to 44", "25 to 44", "45 and over", ""])
        rows.append(f"{opened},{closed if closed <= received else ''},Noise,{area},{person},{age}")
        opened += timedelta(days=chance.randint(0, each))
    return rows


CASES = cases()


def in_twelve_months(rows, last):
    """Give how long each case opened in the twelve months to a day had lasted on it, whether it had closed, and its age band."""
    first = date(last.year - 1, last.month + 1, 1)
    for row in rows:
        opened, closed, *_, age = row.split(",")
        opened, closed = date.fromisoformat(opened), date.fromisoformat(closed) if closed else date.max
        if first <= opened <= last:
            yield (min(closed, last) - opened).days, closed <= last, age


def product_limit(cases):
    """Give the median and its limits by Kaplan and Meier's product, Greenwood's sum and the log-log scale, worked step by step."""
    cases = [(days, closed) for days, closed, _ in cases]
    left, greenwood, median, inside = 1.0, 0.0, None, []
    for day in sorted({days for days, closed in cases if closed}):
        at_risk = sum(days >= day for days, _ in cases)
        ends = sum(closed and days == day for days, closed in cases)
        left *= 1 - ends / at_risk
        if not 0 < left < 1:
            continue
        greenwood += ends / (at_risk * (at_risk - ends))
        median = day if median is None and left <= 0.5 else median
        error = math.sqrt(greenwood) / abs(math.log(left))
        if abs(math.log(-math.log(left)) - math.log(math.log(2))) <= 1.959964 * error:
            inside.append(day)
        elif left < 0.5:
            return median, inside[0], day
    return median, inside[0], math.inf


def project(folder, rows=(), **given):
    """Give a project with the example's tables, a kind of case, and rows of it."""
    shutil.copytree(REFERENCE, folder / "data/raw/reference")
    return of_cases(folder, rows, **given)


def of_cases(folder, rows, *, manifest=CHARACTERISTICS, header=HEADER, files=(), targets=(), **others):
    """Add a kind of case to a project; ``others`` are other fields of its indicator."""
    source = folder / "data/raw/asb_cases"
    source.mkdir(parents=True)
    (source / "source.toml").write_text(MANIFEST + manifest, encoding="utf-8")
    for name, of_file in files or [("a.csv", rows)]:
        (source / name).write_text("\n".join([header, *of_file]) + "\n", encoding="utf-8")
    with (folder / "data/raw/reference/indicators.toml").open("a", encoding="utf-8") as tables:
        about = {"id": "asb_case_duration", "source": "asb_cases", "offence": "Noise", **others}
        tables.write(indicator("Noise cases", "days", "decrease", **about))
    with (folder / "data/raw/reference/targets.csv").open("a", encoding="utf-8") as table:
        table.writelines(f"{target}\n" for target in targets)
    return folder
