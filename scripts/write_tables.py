"""Write docs/tables.md, every table field by field, from the classes by which the tables are read.

python scripts/write_tables.py            writes it
python scripts/write_tables.py --check    says whether it is out of date, and changes nothing
"""

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import area_tables, catalogue, documents, survey_measures, unit_costs
from saferleeds_analysis.disclosure_rules import DeclaredTie, read_disclosure_rules
from saferleeds_analysis.intake import sources
from saferleeds_analysis.intake.actions import Action
from saferleeds_analysis.intake.commentaries import CommentaryRequest
from saferleeds_analysis.intake.governance import GivenReason
from saferleeds_analysis.methods.assessment import Criteria
from saferleeds_analysis.methods.seasonal import SeasonalSpec
from saferleeds_analysis.publishing.run_list import GIVEN_BY_THE_COMMAND, Report
from saferleeds_analysis.publishing.sign_off import ANSWERS, checklist

PAGE = Path(__file__).parent.parent / "docs" / "tables.md"
REFERENCE = "data/raw/reference"
COLUMNS = ("Field", "Required", "May hold", "Means", "Example")

INTRODUCTION = """# Every table, field by field

*Written by `scripts/write_tables.py` from the classes by which the tables are read. Change the words there, beside the field.*

What a project knows of itself stands in these files. A spreadsheet or a text editor will do, and nothing needs code. `saferleeds doctor`
reads all of them and says in one message what is wrong, with file, row and cure.

- A **CSV table** is saved as *CSV UTF-8* and has all of its columns, in any order, under the names below. *Required* speaks of the
  cells: where it says "no", a cell may be empty, and that has the meaning which is given.
- A **TOML file** has a line `field = value` each; texts stand in quotes, days and numbers do not. Where *Required* says "no", the line may be left out.
- No table has to be there, but for `project.toml` and what its indicators need. A file of another name is refused, with the nearest that is known.
- The examples are of an invented partnership, Safer Otterbridge.
"""

# What the types of the classes allow, in words.
HOLDS = {
    str: "text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    Decimal: "a number",
    Decimal | None: "a number",
    float | None: "a number",
    date: "a day, 2026-04-30",
    date | None: "a day, 2026-04-30",
    pd.Period | None: "a month, 2026-04",
    tuple[str, ...]: "a list of texts",
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file, the class of its rows, and the name of its TOML tables; ``*`` in the file's name stands for ``named``.

    Its example is a row of the fields' own examples, but for those that are left ``blank``, and needs the row ``first`` above it.
    """

    file: str
    rows: type
    toml: str = ""
    named: str = ""
    first: Mapping[str, str] | None = None
    blank: tuple[str, ...] = ()


TABLES = (
    Table(file="project.toml", rows=catalogue.Project),
    Table(
        file="areas.csv",
        rows=catalogue.Area,
        first={"area_set": "otterbridge", "name": "Otterbridge", "kind": "area"},
    ),
    Table(
        file="indicators.toml", rows=catalogue.Indicator, toml="[[indicator]]", blank=("beside", "repeats")
    ),
    Table(file="targets.csv", rows=catalogue.Target),
    Table(file="denominators.csv", rows=area_tables.AreaDenominator),
    Table(file="offence_mapping.csv", rows=unit_costs.OffenceMatch),
    Table(file="survey_questions.toml", rows=survey_measures.SurveyQuestion, toml="[[question]]"),
    Table(
        file="definitions.csv",
        rows=survey_measures.Definition,
        first={
            "indicator_id": "feels_safe",
            "definition": "feels safe",
            "words": "Feels very or fairly safe outside",
            "source": "Questionnaire, question 7",
        },
    ),
    Table(file="baselines.csv", rows=survey_measures.MeasureBaseline),
    Table(file="published_figures*.csv", rows=catalogue.PublishedFigure),
    Table(file="caveats.csv", rows=catalogue.Caveat),
    Table(file="caveat_families.csv", rows=catalogue.FamilyRule),
    Table(file="group_*.csv", rows=area_tables.GroupMember, named="like_areas"),
    Table(file="area_tiles.csv", rows=area_tables.Tile),
    Table(file="rebase_decisions.csv", rows=area_tables.RebaseDecision),
    Table(file="interventions.csv", rows=catalogue.ListedIntervention, blank=("donors", "around")),
    Table(file="seasonal_specs.toml", rows=SeasonalSpec, toml="[domestic_burglary-Otterbridge]"),
    Table(file="disclosure.toml", rows=DeclaredTie, toml="[[tie]]"),
    Table(file="assessment.toml", rows=Criteria),
    Table(file="funding.toml", rows=unit_costs.FundingPosition, toml="[[position]]"),
    Table(file="unit_costs.csv", rows=unit_costs.UnitCost),
    Table(file="assumed_returns.csv", rows=unit_costs.AssumedReturn),
    Table(file="crime_multipliers.csv", rows=unit_costs.Multiplier),
    Table(file="gdp_deflators.csv", rows=unit_costs.DeflatorIndex),
    Table(file="documents.csv", rows=documents.Document),
    Table(file="register_*.csv", rows=documents.RegisteredFigure, named="plan_2026"),
    Table(
        file="performance_measures_*.csv",
        rows=documents.PerformanceMeasure,
        named="2026_27",
        blank=("status_text", "rated_by"),
    ),
    Table(file="../commentary/requests.csv", rows=CommentaryRequest),
    Table(file="../actions.csv", rows=Action),
    Table(file="../restatements.csv", rows=GivenReason),
)

# An example of source.toml for each shape: what is not as the fields' own examples say.
OF_SHAPES = {
    "monthly_extract": {},
    "police_uk_street": {
        "id": "police_uk",
        "title": "Street-level crime",
        "publisher": "Home Office, data.police.uk",
        "licence": "Open Government Licence v3.0",
        "files": "*/*-street.csv",
    },
    "parts": {
        "id": "outcomes",
        "title": "Outcomes of services",
        "publisher": "Public health team",
        "files": "outcomes_*.csv",
        "columns": {"Completed": "numerator", "Ended": "denominator"},
    },
    "cohort": {
        "id": "re_offending",
        "title": "Offenders and their re-offences",
        "publisher": "Youth justice service",
        "files": "cohorts_*.csv",
        "columns": {"Offenders": "denominator", "Re-offences": "numerator"},
    },
    "cases": {
        "id": "warden_cases",
        "title": "Cases of the wardens",
        "publisher": "Otterbridge Council",
        "files": "cases.csv",
        "columns": {"Start date": "opened", "End date": "closed"},
    },
    "respondents": {
        "id": "residents_survey",
        "title": "Residents' survey",
        "files": "wave_*.csv",
        "columns": {"Sampling point": "cluster"},
    },
}

# What the run list holds besides a report's own fields: no class has these, publishing/run_list.py reads them itself.
OF_THE_RUN_LIST = (
    (
        "`each`",
        "no: one report",
        "`indicator`, or a kind of area of areas.csv",
        "a rule: one report for each of them; {area} is then the area, or an indicator's whole, and {indicator} its id",
        '`"ward"`',
    ),
    (
        "`where`",
        "no: all of them",
        "a table of columns and values",
        'narrows a rule: any column of indicators.toml or areas.csv, and of indicators also data: "counts", "service counts", '
        '"percentages" (of a survey), "parts", "cases", "printed counts", "printed percentages"',
        '`{ parent = "Otterbridge" }`',
    ),
    (
        "`[groups]`",
        "no",
        "headings, each with a list of notebooks",
        "under which heading of the index their reports stand",
        '`"Area profiles" = ["area_profile"]`',
    ),
    (
        "`[formats]` `on_request`",
        "no",
        "a list of notebooks",
        "their reports get Excel, Word and PDF only when somebody asks",
        '`["area_profile"]`',
    ),
    (
        "`[[retired]]` `name`",
        "yes",
        "the name of a report",
        "it is made no more; `saferleeds retire` writes this",
        '`"ward-mill-hill"`',
    ),
    (
        "`[[retired]]` `from_quarter`",
        "yes",
        "a quarter, 2026/27 Q1",
        "from which quarter on",
        '`"2027/28 Q1"`',
    ),
)
_RUN_LIST_BELOW = """
[[retired]]
name = "ward-mill-hill"
from_quarter = "2027/28 Q1"

[groups]
"Area profiles" = ["area_profile"]

[formats]
on_request = ["area_profile"]
"""


def page() -> str:
    """Give the whole of docs/tables.md."""
    parts = [INTRODUCTION, *(section(table) for table in TABLES)]
    parts += [manifests(), run_list(), answers()]
    return "\n".join(parts)


def section(table: Table) -> str:
    """Give the section of one table: what it is, its fields and an example that is read as it stands."""
    folder = (
        f"data/raw/{table.file.removeprefix('../')}" if ".." in table.file else f"{REFERENCE}/{table.file}"
    )
    held = [about(f) for f in explained_fields(table.rows)]
    values = {f.name: f.metadata["example"] for f in explained_fields(table.rows)} | dict.fromkeys(
        table.blank, ""
    )
    name, file = table.file.removeprefix("../"), folder.replace("*", table.named)
    lines = [f"## {name}", "", summary(table.rows), ""]
    if table.file == "disclosure.toml":
        lines += ["`[[tie]]`, a sum that no name shows:", ""]
    lines += [*rows_of(held), ""]
    if table.file == "disclosure.toml":
        lines += [*thresholds(), ""]
    text = toml(values, table.toml) if file.endswith(".toml") else comma_separated(values, table.first)
    if table.file == "disclosure.toml":
        text += "\n[thresholds]\noffences = 10\n"
    return "\n".join([*lines, *block(file, text), ""])


def thresholds() -> list[str]:
    """Give the rows of [thresholds]: the themes of the national rules, and what holds for everybody."""
    rows = [
        (
            f"`{t.id}`",
            f"no: {t.threshold}",
            f"a whole number from {t.threshold}",
            f"counts below it are small. {t.why}",
            f"`{t.threshold * 2}`",
        )
        for t in read_disclosure_rules().themes
    ]
    return ["`[thresholds]`, for stricter ones than hold for everybody:", "", *rows_of(rows)]


def manifests() -> str:
    """Give the section of source.toml: all its fields, with the shapes that have them, and an example of each shape."""
    lines = ["## source.toml", "", "What a folder of `data/raw` holds: `data/raw/<id>/source.toml`. "]
    lines[-1] += "`data/raw/README.md` says how each shape of file is read."
    lines += ["", *rows_of(of_a_manifest(f) for f in explained_fields(sources.Source)), ""]
    for shape, other in OF_SHAPES.items():
        must, may = sources.fields_of(shape)
        values = {
            f.name: other.get(f.name, f.metadata["example"])
            for f in explained_fields(sources.Source)
            if f.name in must + may
        }
        lines += block(f"data/raw/{values['id']}/source.toml", toml(values | {"shape": shape}))
        lines.append("")
    return "\n".join(lines)


def of_a_manifest(f: Field) -> tuple[str, ...]:
    """Give the row of a field of source.toml, with the shapes that have it where not all do."""
    name, required, *others = about(f)
    must, may = zip(*(sources.fields_of(shape) for shape in OF_SHAPES), strict=True)
    having = [s for s, one, other in zip(OF_SHAPES, must, may, strict=True) if f.name in one + other]
    if len(having) < len(OF_SHAPES):
        needed = any(f.name in fields for fields in must)
        required = f"for {', '.join(having)}: {'yes' if needed else required}"
    return name, required, *others


def run_list() -> str:
    """Give the section of run_list.toml."""
    held = [about(f) for f in explained_fields(Report)]
    values = {f.name: f.metadata["example"] for f in explained_fields(Report)}
    text = toml(values | {"each": "ward", "where": {"parent": "Otterbridge"}}, "[[report]]")
    given = ", ".join(GIVEN_BY_THE_COMMAND)
    lines = [
        "## run_list.toml",
        "",
        f"`notebooks/run_list.toml`: which reports a quarter has. {summary(Report)}",
    ]
    lines += [f"The command itself gives {given}.", "", *rows_of([*held, *OF_THE_RUN_LIST]), ""]
    return "\n".join([*lines, *block("notebooks/run_list.toml", text + _RUN_LIST_BELOW), ""])


def answers() -> str:
    """Give the section of the answers to the checklist of a sign-off."""
    allowed = ", ".join(ANSWERS)
    rows = [
        (
            f"`[{item.id}]`",
            "yes; not no" if item.must else "yes",
            f"`answer`: {allowed}; `note`: why, where it is not yes",
            f"{item.question} ({item.role})",
            '`answer = "yes"`',
        )
        for item in checklist()
    ]
    text = "".join(f'[{item.id}]\nanswer = "yes"\n\n' for item in checklist()).rstrip("\n") + "\n"
    lines = [
        "## signoff/<quarter>.toml",
        "",
        "The answers to the checklist: `data/raw/signoff/2026-27_Q2.toml`.",
        "",
    ]
    return "\n".join([*lines, *rows_of(rows), "", *block("data/raw/signoff/2026-27_Q2.toml", text)])


def explained_fields(kind: type) -> list[Field]:
    """Give the fields of a class that stand in its table: those that say what they mean."""
    return [f for f in fields(kind) if f.metadata]


def about(f: Field) -> tuple[str, ...]:
    """Give the row of a field: name, whether it is required, what it may hold, what it means, an example."""
    told = f.metadata
    optional = f.default is not MISSING or f.default_factory is not MISSING
    required = f"no: {told['empty']}" if told["empty"] or optional else "yes"
    holds = told["holds"] or HOLDS[f.type]
    words = ", ".join(f"`{word}`" for word in holds) if isinstance(holds, tuple) else holds
    example = (
        f"`{in_toml(told['example'])}`" if not isinstance(told["example"], str) else f"`{told['example']}`"
    )
    return f"`{f.name}`", required, words, told["meaning"], example


def rows_of(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Give a table in markdown."""
    head = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    return head + [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]


def block(file: str, text: str) -> list[str]:
    """Give the text of a file as a block that says which file it is."""
    return [f"```{Path(file).suffix.removeprefix('.')} file={file}", *text.rstrip("\n").split("\n"), "```"]


def summary(kind: type) -> str:
    """Give the first paragraph of a class's docstring, as markdown."""
    paragraph = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    return re.sub(r":\w+:`~?\.?(?:[\w.]+\.)?(\w+)`", r"`\1`", paragraph).replace("``", "`")


def comma_separated(values: Mapping[str, str], first: Mapping[str, str] | None) -> str:
    """Give a CSV table of one row, or of two."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(values), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([first, values] if first else [values])
    return text.getvalue()


def toml(values: Mapping[str, Any], name: str = "") -> str:
    """Give a TOML table; what is a table of tables, of columns or of their values, stands in tables of its own at the end."""
    apart = {k: v for k, v in values.items() if k in ("columns", "questions", "characteristics")}
    lines = [name] * bool(name) + [f"{k} = {in_toml(v)}" for k, v in values.items() if k not in apart]
    for key, table in apart.items():
        parts = {f"{key}.{k}": v for k, v in table.items()} if key == "questions" else {key: table}
        for title, held in parts.items():
            lines += ["", f"[{title}]", *(f"{toml_key(k)} = {in_toml(v)}" for k, v in held.items())]
    return "\n".join(lines) + "\n"


def in_toml(value: Any) -> str:
    """Write a value as TOML does."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(k)} = {in_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, tuple):
        return f"[{', '.join(map(in_toml, value))}]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def toml_key(name: str) -> str:
    """Write a key as TOML does: in quotes where it is more than letters, digits, _ and -."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def main() -> None:
    """Write the page, or say whether it is out of date."""
    text = page()
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        sys.exit("docs/tables.md is out of date. Write it anew: python scripts/write_tables.py")


if __name__ == "__main__":
    main()
