"""A project of one's own: ``saferleeds init`` writes one that runs.

What a new project holds lies in ``templates/project``, a file for each of its files: what is written there is written once.
The notebooks, the lock, the guides and the page on its tables are those of the library; the header of each CSV table comes from the
class by which it is read.
"""

import csv
import difflib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from saferleeds_analysis import __version__, periods
from saferleeds_analysis.area_tables import AreaDenominator, RebaseDecision, Tile
from saferleeds_analysis.catalogue import (
    NATIONAL,
    Area,
    Catalogue,
    Caveat,
    FamilyRule,
    ListedIntervention,
    Project,
    PublishedFigure,
    Target,
    columns_of,
    needed_columns,
    read_rows,
)
from saferleeds_analysis.documents import Document
from saferleeds_analysis.door import read_table
from saferleeds_analysis.formats import FORMAT
from saferleeds_analysis.intake.actions import Action
from saferleeds_analysis.intake.commentaries import CommentaryRequest
from saferleeds_analysis.intake.sources import read_source, source_folders
from saferleeds_analysis.problems import DataProblem, noting, refuse, twice
from saferleeds_analysis.publishing.doctor import table_faults
from saferleeds_analysis.publishing.files import write_text
from saferleeds_analysis.publishing.places import shipped
from saferleeds_analysis.publishing.run_list import read_run_list, slug
from saferleeds_analysis.survey_measures import Definition, MeasureBaseline
from saferleeds_analysis.unit_costs import (
    AssumedReturn,
    DeflatorIndex,
    Multiplier,
    OffenceMatch,
    UnitCost,
    load_cost_tables,
)

SOURCE = "recorded_crime"

# The CSV tables of a new project, each with the class that its rows are read as.
TABLES = {
    "actions.csv": Action,
    "commentary/requests.csv": CommentaryRequest,
    "reference/area_tiles.csv": Tile,
    "reference/areas.csv": Area,
    "reference/assumed_returns.csv": AssumedReturn,
    "reference/baselines.csv": MeasureBaseline,
    "reference/caveat_families.csv": FamilyRule,
    "reference/caveats.csv": Caveat,
    "reference/crime_multipliers.csv": Multiplier,
    "reference/definitions.csv": Definition,
    "reference/denominators.csv": AreaDenominator,
    "reference/documents.csv": Document,
    "reference/gdp_deflators.csv": DeflatorIndex,
    "reference/interventions.csv": ListedIntervention,
    "reference/offence_mapping.csv": OffenceMatch,
    "reference/published_figures.csv": PublishedFigure,
    "reference/rebase_decisions.csv": RebaseDecision,
    "reference/targets.csv": Target,
    "reference/unit_costs.csv": UnitCost,
}
# What a new project takes over from the library as it is.
AS_IT_IS = (
    "requirements.lock",
    "data/raw/README.md",
    "docs/tables.md",
    *(f"docs/guides/{name}.md" for name in ("your-own-partnership", "a-new-quarter", "notebook-cookbook")),
)
# No partnership is of more: a look-up with more is one of a region or of the nation.
_MOST_AUTHORITIES = 12
_MUST, _MAY = ("name", "kind", "parent"), ("code", "basis")
_KIND = re.compile(r"[a-z]+( [a-z]+)*")
# More measures than this do not fit on the one side of the members' summary.
_ON_ONE_SIDE = 4
_DEFAULT = re.compile(r'^(\w+)(: str = )"[^"]*"', flags=re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Partnership:
    """Whose project it is: its name and contact as pages print them, its area, who sends the counts, and of what.

    ``areas`` is a CSV file of the areas below the whole with the columns ``name``, ``kind`` (``ward``, ``division``) and
    ``parent`` (empty: the whole), and if need be ``code`` and ``basis``; or a look-up of the ONS from small area to ward, of which
    the wards of the whole are taken, or of each authority that it holds. ``offences`` are named as the counts name them.
    """

    organisation: str
    contact: str
    area: str
    police: str
    areas: Path
    offences: tuple[str, ...]


def make_project(folder: Path, partnership: Partnership, *, today: date | None = None) -> Path:
    """Write a project that runs as soon as its counts are there, and give its folder.

    The folder must not be there yet, or be empty. All that is wrong with what was given comes in one message, and then
    nothing is written.
    """
    folder = folder.resolve()
    if folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"the folder {folder.name!r} is not empty. Name one that is not there yet.")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder.name!r} is a file. Name a folder that is not there yet.")
    if not folder.parent.is_dir():
        raise ValueError(f"there is no folder {folder.parent} to make {folder.name!r} in. Make it first.")
    given = _checked(partnership)
    quarter = pd.Period(today or date.today(), freq="Q-MAR") - 1
    # Beside it, so that it takes its name in one step, whole or not at all.
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as place:
        draft = Path(place) / "project"
        _write(draft, given, quarter)
        _read_again(draft)
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder)
    return folder


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """What was given, as the tables of a project hold it."""

    partnership: Partnership
    areas: tuple[Area, ...]
    offences: tuple[dict[str, str], ...]

    @property
    def area_set(self) -> str:
        return self.areas[0].area_set

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(area.kind for area in self.areas if area.parent))


def _checked(given: Partnership) -> _Checked:
    """Look at all that was given, and refuse what is wrong with it in one message."""
    faults = [
        f"{what} is a line of text, without spaces around it; {text!r} is not."
        for what, text in (
            ("the partnership's name", given.organisation),
            ("the contact", given.contact),
            ("the area's name", given.area),
            ("the name of the police force", given.police),
            *(("an offence", offence) for offence in given.offences),
        )
        if not _is_a_name(text)
    ]
    faults += [] if given.offences else ["name one offence at least, as the counts name it."]
    offences = [{"id": slug(o).replace("-", "_"), "name": o} for o in given.offences]
    faults += [f"two offences have the id {one!r}." for one in twice(o["id"] for o in offences)]
    areas: tuple[Area, ...] = ()
    with noting(faults):
        areas = _read_areas(given.areas, whole=given.area)
    refuse(faults)
    return _Checked(partnership=given, areas=areas, offences=tuple(offences))


def _is_a_name(text: str) -> bool:
    return bool(text) and text == text.strip() and text.isprintable() and bool(slug(text))


def _read_areas(path: Path, *, whole: str) -> tuple[Area, ...]:
    """Read the areas below the whole, with the whole first; it may have a row of its own, without parent."""
    table = _table_of_areas(path, whole=whole)
    area_set = slug(whole).replace("-", "_")
    faults: list[str] = []
    rows = table.reindex(columns=[*_MUST, *_MAY], fill_value="").to_dict("records")
    for number, row in zip(table.index, rows, strict=True):
        where = f"{path.name}, row {number}, column"
        if not _is_a_name(row["name"]):
            faults.append(
                f"{where} 'name': {row['name']!r} is not a name. Write it without spaces around it."
            )
        if not _KIND.fullmatch(row["kind"]):
            faults.append(
                f"{where} 'kind': {row['kind']!r} is not a kind of area. Write it in small letters, such as ward."
            )
    listed = [Area(area_set=area_set, **row) for row in rows]
    tops = [area for area in listed if area.name == whole and not area.parent]
    top = tops or [Area(area_set=area_set, name=whole, kind="area", parent="", code="", basis="")]
    below = [replace(area, parent=area.parent or whole) for area in listed if area not in tops]
    if not below:
        faults.append(f"{path.name}: has no row of an area below {whole!r}.")
    with noting(faults):  # an area twice, a parent that is not there, an area that is a part of itself
        Catalogue(indicators=(), targets=(), areas=[*top, *below], caveats=(), published=())
    refuse(faults)
    return (*top, *below)


def _table_of_areas(path: Path, *, whole: str) -> pd.DataFrame:
    """Read a table of areas, or make it of a look-up of the ONS; one with other columns is refused."""
    table = read_table(path, path.name)
    if names := _names_in_lookup(table):
        return _areas_of_lookup(table[names], path.name, whole=whole)
    faults = [f"{path.name}: has no column {name!r}." for name in _MUST if name not in table.columns]
    faults += [
        f"{path.name}: column {name!r} is not known. Its columns are {', '.join(_MUST)} and, if need be, {', '.join(_MAY)}."
        for name in table.columns
        if name not in _MUST + _MAY
    ]
    refuse(faults)
    return table


def _names_in_lookup(table: pd.DataFrame) -> list[str]:
    """Give the columns of a ward's code, its name and its authority, in a look-up of the ONS; none in another table."""
    wanted = (r"WD[0-9]{2}CD", r"WD[0-9]{2}NM", r"LAD[0-9]{2}NM")
    found = [name for pattern in wanted for name in table.columns if re.fullmatch(pattern, name)]
    return found if len(found) == len(wanted) else []


def _areas_of_lookup(lookup: pd.DataFrame, file: str, *, whole: str) -> pd.DataFrame:
    """Give the wards of the authority that is the whole or that stands alone; of several, each as a district with its wards."""
    wards = lookup.set_axis(["code", "name", "parent"], axis=1).drop_duplicates().assign(kind="ward")
    authorities = wards["parent"].unique()
    if whole in authorities:
        wards = wards[wards["parent"] == whole]
    if len(set(wards["parent"])) == 1:
        return wards.assign(parent="")
    if len(authorities) > _MOST_AUTHORITIES:
        near = difflib.get_close_matches(whole, authorities, n=1)
        raise DataProblem(
            f"{file}: holds {len(authorities)} local authorities, and none is {whole!r}. "
            + (f"Did you mean {near[0]!r}? " if near else "")
            + "Name the area as the look-up does, or keep the rows of your authorities only."
        )
    districts = pd.DataFrame({"code": "", "name": authorities, "parent": "", "kind": "district"})
    return pd.concat([districts, wards])


def _write(draft: Path, given: _Checked, quarter: pd.Period) -> None:
    raw = draft / "data" / "raw"
    _render_all(draft, given, quarter)
    rows: dict[str, Iterable[Any]] = {
        "reference/areas.csv": given.areas,
        "reference/offence_mapping.csv": _matches(given.partnership.offences),
    }
    for name, kind in TABLES.items():
        write_table(raw / name, kind, rows.get(name, ()))
    for name in AS_IT_IS:
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shipped(name), draft / name)
    defaults = {
        "quarter": periods.quarter_name(quarter),
        "as_at": periods.last_month(quarter).end_time.date().isoformat(),
        "area": given.partnership.area,
        "indicator": given.offences[0]["id"],
        "indicators": "",
        "meeting": given.partnership.organisation,
    }
    for path in sorted(shipped("notebooks").glob("*.ipynb")):
        write_text(draft / "notebooks" / path.name, with_defaults(path, defaults))


def _render_all(draft: Path, given: _Checked, quarter: pd.Period) -> None:
    """Write every file of ``templates/project`` where it lies there, filled in."""
    templates = shipped("project")
    environment = filling_in(templates)
    prices = _prices(given.partnership)
    valued = _valued(given.partnership.offences, prices["cost_edition"])
    words = {
        "partnership": given.partnership,
        "area_set": given.area_set,
        "kinds": given.kinds,
        "offences": given.offences,
        "on_one_side": ", ".join(offence["id"] for offence in given.offences[:_ON_ONE_SIDE]),
        "prices": prices,
        "valued": [o["id"] for o in given.offences if o["name"] in valued],
        "quarter": periods.quarter_name(quarter),
        "source": SOURCE,
        "version": __version__,
        "format": FORMAT,
        "example_area": given.areas[-1].name,
    }
    for path in sorted(path for path in templates.rglob("*") if path.is_file()):
        name = path.relative_to(templates).as_posix()
        target = draft / (".gitignore" if name == "gitignore" else name)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_text(target, environment.get_template(name).render(words))


def filling_in(folder: Path) -> Environment:
    """Give what fills in the templates of a folder."""
    environment = Environment(  # noqa: S701  # no HTML: what is put in is quoted by a filter of its own
        loader=FileSystemLoader(folder, encoding="utf-8"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A text of TOML and of YAML is written as one of JSON: they quote and escape alike.
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    return environment


def _prices(given: Partnership) -> dict[str, str]:
    """Give the prices at which a new project values offences, as project.toml names them."""
    whose = Project(organisation=given.organisation, contact=given.contact)
    edition, price_year, vintage = load_cost_tables().prices(whose).values()
    return {"cost_edition": edition, "price_year": price_year, "vintage": vintage}


def _matches(offences: Sequence[str]) -> list[OffenceMatch]:
    """Say what each offence stands for in the unit costs: as the Home Office's class of its name, or that nobody has said yet.

    Capitals make no other name: some forces write Domestic Burglary.
    """
    national = read_rows(NATIONAL / "offence_mapping.csv", OffenceMatch)
    in_extracts = {row.code for row in national if row.scheme == "extract"}
    found = []
    for offence in offences:
        if offence in in_extracts:
            continue
        same = [
            row
            for row in national
            if row.scheme == "home_office_subgroup" and row.code.casefold() == offence.casefold()
        ]
        found += [replace(row, scheme="extract", code=offence) for row in same] or [
            OffenceMatch(
                scheme="extract",
                code=offence,
                name=offence,
                first_month=None,
                last_month=None,
                edition="any",
                offence="",
                match="none",
                reason="nobody has said yet which offence of the unit costs it stands for",
            )
        ]
    return found


def _valued(offences: Sequence[str], edition: str) -> set[str]:
    """Give the offences on which an edition puts a value, by the national table or by what a new project writes."""
    rows = [*read_rows(NATIONAL / "offence_mapping.csv", OffenceMatch), *_matches(offences)]
    wanted = ("extract", edition)
    return {r.code for r in rows if (r.scheme, r.edition) == wanted and r.match in ("same", "partial")}


def write_table(path: Path, kind: type, rows: Iterable[Any]) -> None:
    """Write a table of the project's shape: a header of the fields of ``kind`` that it must have, or that a row fills, and the rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, needed = list(rows), needed_columns(kind)
    columns = [
        name
        for name in columns_of(kind)
        if name in needed or any(getattr(row, name) != getattr(kind, name) for row in rows)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows([getattr(row, name) for name in columns] for row in rows)  # None is an empty cell


def with_defaults(source: Path, defaults: dict[str, str]) -> str:
    """Give the text of a notebook with other defaults of its parameters; those that ``defaults`` does not name become empty."""
    kept = defaults | {"edition": "public"}

    def with_default(found: re.Match) -> str:
        return f"{found[1]}{found[2]}{json.dumps(kept.get(found[1], ''), ensure_ascii=False)}"

    notebook = json.loads(source.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            text = _DEFAULT.sub(with_default, "".join(cell["source"]))
            cell["source"] = text.splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _read_again(draft: Path) -> None:
    """Read all that was written as a run reads it; what is wrong came in with what was given."""
    refuse(table_faults(draft))
    read_run_list(draft / "notebooks")
    for folder in source_folders(draft):
        read_source(folder)
