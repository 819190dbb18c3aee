"""What an upgrade does to a project of an older format: :data:`STEPS`, oldest format first.

A step touches no file: it writes into a :class:`Draft`, of which :mod:`.upgrade` makes the files.
"""

import ast
import csv
import hashlib
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from saferleeds_analysis.catalogue import LOCAL_TABLES, NATIONAL, read_rows
from saferleeds_analysis.door import read_text, read_toml
from saferleeds_analysis.formats import FORMAT, KEY
from saferleeds_analysis.intake.sources import MANIFEST, raw_folder
from saferleeds_analysis.problems import DataProblem, noting, refuse
from saferleeds_analysis.publishing.new_project import TABLES, with_defaults
from saferleeds_analysis.publishing.notebooks import declared_parameters
from saferleeds_analysis.publishing.places import shipped
from saferleeds_analysis.publishing.run_list import GIVEN_BY_THE_COMMAND, RUN_LIST

REFERENCE = "data/raw/reference"
PROJECT = f"{REFERENCE}/project.toml"
LIST = f"notebooks/{RUN_LIST}"

# Of format 1 these tables could stand in several files whose names begin alike, such as areas_2018.csv.
_IN_SEVERAL = (
    "areas.csv",
    "baselines.csv",
    "caveat_families.csv",
    "caveats.csv",
    "definitions.csv",
    "indicators.toml",
    "seasonal_specs.toml",
    "survey_questions.toml",
    "targets.csv",
)
# At these prices the report card of format 1 valued offences.
_PRICES = {"cost_edition": "2010/11", "price_year": "2010/11", "vintage": "December 2025"}
# The library's notebooks of format 1, by the start of the SHA-256 of their cells but the parameters: others were changed.
_NOTEBOOKS = {
    "area_comparison": "a8f120b657b1",
    "area_profile": "b4e028723040",
    "board_card": "ddc371c0a078",
    "cost_of_crime": "90b0711dec37",
    "funding_scenario": "fadce31a3567",
    "members_summary": "bbe0b7b0a119",
    "partnership_dashboard": "1945e7a9e5e3",
    "recorded_crime_card": "a258c56ddc32",
    "seasonal_adjustment": "69eefb7f7fd2",
    "service_counts": "5ff78f1e7671",
    "start_here": "027416d3afb6",
    "survey_and_service_card": "a177cd2a288e",
    "survey_report": "cac65b9f447d",
}


# What stood below the first screen of these is a page of its own now.
_ANNEX_OF = {
    "board_card": "survey_annex",
    "recorded_crime_card": "indicator_annex",
    "survey_and_service_card": "survey_annex",
    "survey_report": "survey_annex",
}


# What the parameters of a run list name.
_NAMED = dict.fromkeys(("indicator", "indicators", "enquiries", "cases"), "indicator")
_NAMED |= {name: name for name in ("group", "position", "document")}


@dataclass
class Draft:
    """The project as it is to be: ``after`` holds the text of each file that changes, by its path; ``None`` takes it away.

    ``before`` is the folder of tables that the older version brought, and ``brought`` says whether the project needs them.
    ``defaults`` are those of the parameters of each notebook that is replaced, ``prices`` those that its run list named.
    """

    root: Path
    before: Path | None
    after: dict[str, str | None] = field(default_factory=dict)
    by_hand: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    brought: bool = False
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    prices: dict[str, dict[str, str]] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """Give a file as it is to be; empty where there is none."""
        if path in self.after:
            return self.after[path] or ""
        return _read(self.root / path) if (self.root / path).is_file() else ""

    def reports(self) -> list[dict[str, Any]]:
        """Give the reports of the run list as it is to be."""
        return tomllib.loads(self.text(LIST)).get("report", [])

    def toml_rows(self, pattern: str, name: str) -> list[dict[str, Any]]:
        """Give the tables of a name in the project's own files of a name."""
        return [row for path in self.own(pattern) for row in read_toml(path, path.name).get(name, [])]

    def own(self, pattern: str) -> list[Path]:
        """Give the project's own tables of a name as they lie there."""
        found = sorted((self.root / REFERENCE).glob(pattern))
        return [p for p in found if p.suffix in (".csv", ".toml") and not p.name.startswith((".", "~$"))]


# What is done to a project of format 1


def look_at_what_is_there(draft: Draft) -> None:
    """Read each file by itself, so that a fault is named by the file and row in which it stands now."""
    for name, kind in TABLES.items():
        stem = Path(name).stem
        # The names of schemes change below, and the reader knows the new ones only.
        for path in [] if stem == "offence_mapping" else draft.own(f"{stem}*.csv"):
            with noting(draft.faults):
                read_rows(path, kind)
    run_list = draft.root / LIST
    for path in [*draft.own("*.toml"), *([run_list] if run_list.is_file() else [])]:
        with noting(draft.faults):
            read_toml(path, path.name)
    for number, report in enumerate(draft.reports(), start=1) if not draft.faults else ():
        if not (isinstance(report, dict) and isinstance(report.get("parameters"), dict) and "name" in report):
            draft.faults.append(f"{RUN_LIST}, report {number}: has no name or no parameters = {{ ... }}.")


def _gather_tables(draft: Draft) -> list[str]:
    """Put each table into one file of its name, with the rows before it that the older version brought, where they are used."""
    lacking = list(_not_defined(draft))
    if lacking and draft.before is None:
        draft.faults += lacking
        draft.faults.append(
            "These stood in tables of the version that made the project. Name its folder saferleeds_analysis/reference: "
            "saferleeds upgrade --tables FOLDER. A clone has it at the commit that made the project: git worktree add "
            "../version-before COMMIT; or write the rows into data/raw/reference."
        )
        return []
    draft.brought = bool(lacking)
    parts: dict[str, list[tuple[str, str]]] = {}
    for target, name, text in _of_before(draft.before) if draft.brought else ():
        parts.setdefault(target, []).append((f"the version before, {name}", text))
    own = draft.own("*")
    for path in own:
        parts.setdefault(_name_now(path), []).append((path.name, _read(path)))
    told = []
    for target, found in parts.items():
        if target == "project.toml" or [name for name, _ in found] == [target]:
            continue
        draft.after[f"{REFERENCE}/{target}"] = _joined(target, found)
        told.append(f"{target}: from {', '.join(name for name, _ in found)}")
    draft.after |= {f"{REFERENCE}/{path.name}": None for path in own if path.name != _name_now(path)}
    return told


def _not_defined(draft: Draft) -> Iterator[str]:
    """Say what the project names and its own tables do not hold, each with where it is named first."""
    of_csv = {
        name: [row for path in draft.own(name) for row in _csv_rows(_read(path))]
        for name in ("areas*.csv", "documents.csv")
    }
    defined = {
        "indicator": {row.get("id") for row in draft.toml_rows("indicators*.toml", "indicator")},
        "area_set": {row["area_set"] for row in of_csv["areas*.csv"]},
        "group": {path.stem for path in draft.own("*.csv")},
        "position": {row.get("id") for row in draft.toml_rows("funding.toml", "position")},
        "document": {row["id"] for row in of_csv["documents.csv"]},
    }
    places: dict[tuple[str, str], list[str]] = {}
    for place, what, name in _named(draft):
        if name and name not in defined[what]:
            places.setdefault((what, name), []).append(place)
    for (what, name), (first, *others) in places.items():
        more = f" (and in {len(others)} more places)" if others else ""
        yield f"{first}{more}: {what} {name!r} stands in no table of data/raw/reference."


def _named(draft: Draft) -> Iterator[tuple[str, str, str]]:
    """Give what indicators, sources and the run list name: where, what it is, and its name."""
    for row in draft.toml_rows("indicators*.toml", "indicator"):
        yield f"indicators.toml, {row.get('id')}", "area_set", row.get("area_set", "")
    for path in sorted(raw_folder(draft.root).glob(f"*/{MANIFEST}")):
        name = f"{path.parent.name}/{MANIFEST}"
        yield name, "area_set", read_toml(path, name).get("area_set", "")
    for number, report in enumerate(draft.reports(), start=1):
        for parameter, what in _NAMED.items():
            for name in str(report["parameters"].get(parameter, "")).split(","):
                yield f"{RUN_LIST}, report {number}", what, name.strip()


def _of_before(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Give the tables of a project's own that an older version brought: the name of each now, its name then, its text."""
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.toml")]):
        text = _read(path)
        if path.name in ("caveats.csv", "caveat_families.csv"):
            column = "text" if path.name == "caveats.csv" else "family"
            national = {row[column] for row in _csv_rows(_read(NATIONAL / path.name))}
            text = _csv_text(row for row in _csv_rows(text) if row[column] not in national)
        elif path.name == "disclosure_rules.toml":  # the sums between its figures are the project's
            _, found, ties = text.partition("[[tie]]")
            if found:
                yield "disclosure.toml", path.name, found + ties
            continue
        elif (NATIONAL / path.name).is_file():
            continue
        if text:
            yield _name_now(path), path.name, text


def _name_now(path: Path) -> str:
    """Give the name that a table has now: that of its one file, or ``group_<name>.csv``."""
    for name in _IN_SEVERAL:
        if fnmatch(path.name, name.replace(".", "*.")):
            return name
    is_group = path.suffix == ".csv" and {"area", "rate", "known_from"} <= set(_columns(_read(path)))
    return f"group_{path.name}" if is_group and not any(map(path.match, LOCAL_TABLES)) else path.name


def _joined(target: str, parts: list[tuple[str, str]]) -> str:
    """Put the parts of a table one below the other; those of a CSV must have the same columns."""
    if target.endswith(".toml"):
        return "\n\n".join(text.strip() for _, text in parts) + "\n"
    (first, top), *others = parts
    wanted = sorted(_columns(top))
    refuse(
        f"{name}: has other columns than {first}, which stands in the same table."
        for name, text in others
        if sorted(_columns(text)) != wanted
    )
    return _csv_text(row for _, text in parts for row in _csv_rows(text)) or top


def _name_offences(draft: Draft) -> list[str]:
    """Name each mapped offence as the extract does; before, it was named by the indicator that counts it."""
    path = f"{REFERENCE}/offence_mapping.csv"
    text = draft.text(path)
    indicators = tomllib.loads(draft.text(f"{REFERENCE}/indicators.toml")).get("indicator", [])
    offences = {row.get("id"): row.get("offence", "") for row in indicators}
    national = {(row["scheme"], row["code"]) for row in _csv_rows(_read(NATIONAL / "offence_mapping.csv"))}
    kept, told = [], []
    for number, row in enumerate(_csv_rows(text), start=2):
        if row.get("scheme") == "local" and "code" in row:
            row |= {"scheme": "extract", "code": offences.get(row["code"], row["code"])}
            if {("extract", row["code"]), ("police.uk", row["code"])} & national or row in kept:
                told.append(f"row {number}: left out, since {row['code']!r} is mapped already")
                continue
            told.append(f"row {number}: {row['code']!r}")
        kept.append(row)
    if told:
        draft.after[path] = _csv_text(kept) or text.partition("\n")[0] + "\n"
    return told


def _replace_notebooks(draft: Draft) -> list[str]:
    """Replace the library's notebooks that nobody changed, with the defaults that their parameters had."""
    told = []
    for path in sorted((draft.root / "notebooks").glob("*.ipynb")):
        name, new = f"notebooks/{path.name}", shipped("notebooks") / path.name
        if not new.is_file() or _fingerprint(path) != _NOTEBOOKS.get(path.stem):
            whose = "was changed in this project" if new.is_file() else "is not one of this library's"
            draft.by_hand.append(f"{name}: {whose} and stays as it is. Run it once and look at its page.")
            draft.by_hand += [f"{name}, {fault}" for fault in _not_to_be_imported(path)]
            continue
        had, declared = declared_parameters(path), declared_parameters(new)
        draft.defaults[path.stem] = {
            # What is new was fixed in the notebook before: names of the tables that the older version brought.
            n: had[n].default if n in had else p.default if draft.brought or p.type is not str else ""
            for n, p in declared.items()
        }
        draft.after[name] = with_defaults(new, draft.defaults[path.stem])
        told.append(path.name)
        if annex := _ANNEX_OF.get(path.stem):
            draft.after[f"notebooks/{annex}.ipynb"] = with_defaults(
                shipped("notebooks") / f"{annex}.ipynb", {}
            )
            draft.by_hand.append(
                f"{name}: how its figures are known has a page of its own. Add a report of {annex} to {RUN_LIST}."
            )
    return told


def _cells(notebook: Path) -> list[dict[str, Any]]:
    try:
        return json.loads(_read(notebook))["cells"]
    except (ValueError, KeyError) as error:
        raise DataProblem(f"notebooks/{notebook.name}: cannot be read as a notebook ({error}).") from error


def _fingerprint(notebook: Path) -> str:
    cells = [
        [cell["cell_type"], "".join(cell["source"])]
        for cell in _cells(notebook)
        if "parameters" not in cell["metadata"].get("tags", [])
    ]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:12]


def _not_to_be_imported(notebook: Path) -> Iterator[str]:
    """Say what a notebook imports from the library that is not there any more, by its cell."""
    for number, cell in enumerate(_cells(notebook), start=1):
        try:
            statements = ast.parse("".join(cell["source"])).body if cell["cell_type"] == "code" else []
        except SyntaxError:  # commands of Jupyter, which Python does not read
            continue
        wanted = [s for s in statements if isinstance(s, ast.ImportFrom) and s.module]
        for module, name in ((s.module, alias.name) for s in wanted for alias in s.names):
            if module.startswith("saferleeds_analysis") and not _is_there(module, name):
                yield f"cell {number}: {module} has no {name} any more."


def _is_there(module: str, name: str) -> bool:
    try:
        found = import_module(module)
    except ModuleNotFoundError:
        return False
    return hasattr(found, name) or (hasattr(found, "__path__") and find_spec(f"{module}.{name}") is not None)


def _give_parameters(draft: Draft) -> list[str]:
    """Give the reports of replaced notebooks the parameters that these have now; prices go to project.toml."""
    head, *chunks = re.split(r"(?m)^(?=\[\[report\]\])", draft.text(LIST))
    wanted, told = draft.reports(), []
    for number, report in enumerate(wanted):
        given, defaults = report["parameters"], draft.defaults.get(report.get("notebook", ""), {})
        now = {n: given.get(n, d) for n, d in defaults.items() if n not in GIVEN_BY_THE_COMMAND}
        if not now or set(now) == set(given):
            continue
        gone, new = {n: given[n] for n in given if n not in now}, {n: now[n] for n in now if n not in given}
        if set(gone) & set(_PRICES):
            draft.prices[report["name"]] = _PRICES | {n: gone[n] for n in _PRICES if n in gone}
        text = f"parameters = {{ {_as_toml(now, ', ')} }}"
        changed = [f"without {', '.join(gone)}"] * bool(gone) + [f"with {_as_toml(new, ', ')}"] * bool(new)
        told.append(f"{report['name']}: {'; '.join(changed)}")
        report["parameters"] = now
        if number < len(chunks):
            chunks[number] = re.sub(
                r"parameters\s*=\s*\{[^{}]*\}", lambda _, text=text: text, chunks[number], count=1
            )
    if told:
        draft.after[LIST] = "".join([head, *chunks])
    for number, (written, report) in enumerate(zip(draft.reports(), wanted, strict=True), start=1):
        if written != report:
            draft.faults.append(
                f"{RUN_LIST}, report {number} ({report['name']}): its parameters are not on one line as parameters = {{ ... }}, "
                "so that they cannot be changed here. Write them so."
            )
    return told


def _as_toml(values: Mapping[str, Any], between: str = "\n") -> str:
    return between.join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())


def _write_project_toml(draft: Draft) -> list[str]:
    """Write the format, and the prices that were fixed, into project.toml."""
    text = draft.text(PROJECT)
    if not text and draft.brought:
        text = _read(draft.before / "project.toml")
    if not text and not draft.faults:
        draft.faults.append(
            'there is no project.toml in data/raw/reference: write it first, with organisation = "..." and contact = "...".'
        )
        return []
    prices = next(iter(draft.prices.values()), _PRICES)
    if any(other != prices for other in draft.prices.values()):
        draft.faults.append(
            f"{RUN_LIST}: {', '.join(draft.prices)} value offences at different prices, and a project has one edition, price "
            "year and vintage for all pages now. Give them the same ones."
        )
    added = f"\n{KEY} = {FORMAT}\n\n# At which prices all pages value offences.\n{_as_toml(prices)}\n"
    draft.after[PROJECT] = text.rstrip("\n") + "\n" + added
    return [f"{KEY} = {FORMAT}", *_as_toml(prices).splitlines()]


STEPS: tuple[tuple[int, str, Callable[[Draft], list[str]]], ...] = (
    (1, "Tables of data/raw/reference, one file each:", _gather_tables),
    (1, "Offences valued (offence_mapping.csv), named as the extract names them:", _name_offences),
    (1, "Notebooks of the library, replaced by those of this version:", _replace_notebooks),
    (1, "Parameters of reports in the run list:", _give_parameters),
    (1, "project.toml:", _write_project_toml),
)


def _read(path: Path) -> str:
    return read_text(path, path.name, most=50_000_000)  # a notebook with its outputs is a few MB


def _columns(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text)), [])


def _csv_rows(text: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(io.StringIO(text)))


def _csv_text(rows: Iterable[Mapping[str, str]]) -> str:
    """Write rows as CSV, with the columns of the first; empty where there is none."""
    rows, out = list(rows), io.StringIO()
    if rows:
        table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return out.getvalue()
