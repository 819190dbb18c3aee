"""Three measures of parts (a percentage by quarter, a rate for each, a yearly percentage), laid into a project of a test."""

import json
import shutil

from projects import REFERENCE

MANIFEST = """id = "outcomes"
title = "Outcomes of services"
publisher = "Public health team"
licence = "Shared under the partnership's agreement"
shape = "parts"
area_set = "leeds_2004"
received = 2012-10-05
"""
HEADER = "period,area,measure,numerator,denominator"
QUARTERS = [f"20{y}/{y + 1} Q{q}" for y in (10, 11) for q in (1, 2, 3, 4)] + ["2012/13 Q1", "2012/13 Q2"]
TREATMENT = [f"{q},Leeds,Treatment completed,{120 + 8 * n},400" for n, q in enumerate(QUARTERS)]
RE_OFFENCES = [f"{q},Leeds,Re-offences,{n},100" for q, n in (("2011/12 Q2", 91), ("2012/13 Q2", 77))]
REPEATS = [f"{y},Leeds,Repeat victims,349,1000" for y in ("2010/11", "2011/12")]


def indicator(name, unit, direction, **others):
    words = {
        "id": name.lower().replace(" ", "_").replace("-", "_"),
        "name": name,
        "outcome": "People recover",
        "priority": "Drugs and alcohol",
        "why": "Treatment that ends well keeps people out of harm.",
        "unit": unit,
        "improvement_direction": direction,
        "population": "People in treatment",
        "definition": f"{name}, of all in the period.",
        "source": "outcomes",
        "offence": name,
        "area_set": "leeds_2004",
        **others,
    }
    return "\n[[indicator]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in words.items())


def project(folder, *, rows=(), manifest="", files=(), targets=()):
    """Give a project with the example's tables, three measures of parts, and rows of them."""
    shutil.copytree(REFERENCE, folder / "data/raw/reference")
    return of_parts(folder, rows, manifest=manifest, files=files, targets=targets)


def of_parts(folder, rows, *, manifest="", files=(), targets=()):
    """Add three measures of parts to a project."""
    source = folder / "data/raw/outcomes"
    source.mkdir(parents=True)
    (source / "source.toml").write_text(MANIFEST + manifest, encoding="utf-8")
    for name, of_file in files or [("a.csv", rows)]:
        (source / name).write_text("\n".join([HEADER, *of_file]) + "\n", encoding="utf-8")
    with (folder / "data/raw/reference/indicators.toml").open("a", encoding="utf-8") as tables:
        tables.write(indicator("Treatment completed", "%", "increase"))
        tables.write(indicator("Re-offences", "per offender", "decrease"))
        tables.write(indicator("Repeat victims", "%", "decrease"))
    with (folder / "data/raw/reference/targets.csv").open("a", encoding="utf-8") as table:
        table.writelines(f"{target}\n" for target in targets)
    return folder
