"""The run list: what a quarter makes. One table a report, or a rule for many, in ``notebooks/run_list.toml``, in order.

A rule has ``each``: one report for each indicator, or for each area of a kind (``ward``, ``division``), of the project's
own tables. Its name and parameters say in braces what comes from the table:

    [[report]]
    each = "ward"
    name = "ward-{area}"
    notebook = "area_profile"
    parameters = { indicator = "domestic_burglary", area = "{area}" }
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Area, Catalogue, Indicator, load_catalogue, unknown
from saferleeds_analysis.door import read_toml
from saferleeds_analysis.explained import explained, in_known_words
from saferleeds_analysis.problems import DataProblem

RUN_LIST = "run_list.toml"

# Given to every report by the command, so that a run list serves every quarter. A notebook that declares no edition has
# the same page in both.
GIVEN_BY_THE_COMMAND = ("quarter", "as_at", "edition")

REPORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOTEBOOK_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_WINDOWS_KEEPS = re.compile(r"con|prn|aux|nul|(com|lpt)\d")
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_INDICATOR = "indicator"
KINDS_OF_DATA = (
    "counts",
    "service counts",
    "percentages",
    "parts",
    "cases",
    "printed counts",
    "printed percentages",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report of a pack: which notebook, with what besides the quarter, published in a folder of this name.

    ``first_quarter`` and ``last_quarter`` (``2015/16 Q3``) bound the quarters in which it is made: a one-off paper, or a
    series that has ended. Without them it is made in every quarter. From ``retired_from`` on it is made no more.
    """

    name: str = explained(
        "the name of its folder; a rule puts {indicator} and {area} in",
        "ward-{area}",
        holds="small letters and digits with hyphens between",
    )
    notebook: str = explained("the notebook, without .ipynb", "area_profile")
    parameters: Mapping[str, str | int | float | bool] = explained(
        "what it is given besides quarter and as_at, which the command gives",
        {"indicator": "domestic_burglary", "area": "{area}"},
        holds="a table",
    )
    first_quarter: str = explained(
        "the first quarter in which it is made",
        "2026/27 Q1",
        empty="it has no beginning",
        holds="a quarter, 2026/27 Q1",
        default="",
    )
    last_quarter: str = explained(
        "the last quarter in which it is made",
        "2027/28 Q4",
        empty="it has no end",
        holds="a quarter, 2027/28 Q4",
        default="",
    )
    only_in: str = explained(
        "the one quarter of each year in which it is made",
        "Q4",
        empty="it is made in every quarter",
        holds=("Q1", "Q2", "Q3", "Q4"),
        default="",
    )
    retired_from: str = ""

    def __post_init__(self) -> None:
        """Refuse names that could leave their folder or that Windows cannot store, and parameters not ours to give."""
        if not REPORT_NAME.fullmatch(self.name) or _WINDOWS_KEEPS.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} cannot name a report: small letters and digits with hyphens between."
            )
        if not _NOTEBOOK_NAME.fullmatch(self.notebook):
            raise ValueError(
                f"{self.notebook!r} cannot name a notebook: small letters and digits with underscores between, "
                "without folder and without '.ipynb'."
            )
        for name in self.parameters:
            if name in GIVEN_BY_THE_COMMAND:
                raise ValueError(f"parameter {name!r} is given by the command, not by the run list.")
        in_known_words(type(self), {"only_in": self.only_in})
        first, last = (q and periods.quarter(q) for q in (self.first_quarter, self.last_quarter))
        if first and last and first > last:
            raise ValueError(
                f"first_quarter {self.first_quarter} comes after last_quarter {self.last_quarter}."
            )

    def is_made_in(self, quarter: pd.Period) -> bool:
        """Say whether a quarter lies within the report's own bounds."""
        return not self.why_not_in(quarter)

    def why_not_in(self, quarter: pd.Period) -> str:
        """Say why the run list does not make the report in a quarter; empty where it does.

        >>> paper = Report(name="plan", notebook="plan", parameters={}, last_quarter="2012/13 Q2")
        >>> paper.why_not_in(periods.quarter("2012/13 Q3"))
        'ended by the run list with 2012/13 Q2.'
        """
        if self.retired_from and periods.quarter(self.retired_from) <= quarter:
            return f"retired from {self.retired_from} on."
        if self.first_quarter and quarter < periods.quarter(self.first_quarter):
            return f"begun by the run list with {self.first_quarter}."
        if self.only_in and f"Q{quarter.quarter}" != self.only_in:
            return f"made once a year, in {self.only_in}."
        if self.last_quarter and periods.quarter(self.last_quarter) < quarter:
            return f"ended by the run list with {self.last_quarter}."
        return ""


def read_run_list(notebooks: Path, catalogue: Catalogue | None = None) -> tuple[Report, ...]:
    """Read ``run_list.toml`` in the folder of notebooks: the reports of a quarter, in their order.

    Each ``[[report]]`` has ``name``, ``notebook`` and ``parameters``, may have ``first_quarter`` and ``last_quarter``, and
    as a rule ``each`` and ``where``. A rule is filled from the ``catalogue`` of the project (without one from ``data/raw/reference``): indicators in
    the order of their table, areas in that of their names. ``[[retired]]`` names a report and the quarter from which on it
    is made no more. All faults in one ``ValueError``.
    """
    content = _read(notebooks)
    entries = content.get("report", [])
    problems = [
        f"{key!r} is not known; a run list holds [[report]] tables."
        for key in content
        if key not in ("report", "retired", "groups", "formats")
    ]
    if not (isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries)):
        problems.append("it names no [[report]].")
        entries = []
    tables = cache(lambda: catalogue or load_catalogue(notebooks.parent / "data" / "raw" / "reference"))
    found: dict[str, tuple[str, Report]] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            reports = _reports_of(entry, f"report {number}", tables)
        except ValueError as error:
            problems.append(f"report {number}: {error}")
            continue
        if not (notebooks / f"{entry['notebook']}.ipynb").is_file():
            problems.append(f"report {number}: there is no notebook {entry['notebook']}.ipynb.")
        for place, report in reports:
            if report.name in found:
                first, _ = found[report.name]
                problems.append(f"{place}: {report.name!r} is there twice. The first is that of {first}.")
            found.setdefault(report.name, (place, report))
    listed = {name: report for name, (_, report) in found.items()}
    problems += _retire(listed, content.get("retired", []))
    for read in (read_groups, read_on_request):  # else they would be refused when all reports are made
        try:
            read(notebooks)
        except ValueError as error:
            problems.append(str(error).removeprefix(f"{RUN_LIST}, "))
    if problems:
        raise ValueError(f"{RUN_LIST}:\n" + "\n".join(problems))
    return tuple(listed.values())


def listed_reports(root: Path, catalogue: Catalogue) -> tuple[Report, ...]:
    """Read the run list of a project; nothing is listed where it has none."""
    notebooks = root / "notebooks"
    return read_run_list(notebooks, catalogue) if (notebooks / RUN_LIST).is_file() else ()


def pages_about(
    root: Path, quarter: pd.Period, indicator: str, *, catalogue: Catalogue
) -> dict[str, dict[str, str]]:
    """Give the addresses of a pack's pages about an indicator, by notebook and by area, as another page of the pack links to them.

    A page that is about no indicator of its own, as that of methods, is about all of them.

    >>> pages = pages_about(Path(), periods.quarter("2012/13 Q2"), "domestic_burglary", catalogue=load_catalogue("data/raw/reference"))
    >>> pages["area_profile"]["Armley"], pages["methods"]
    ('../ward-armley/report.html', {'': '../methods/report.html'})
    """
    found: dict[str, dict[str, str]] = {}
    for report in listed_reports(root, catalogue):
        if report.is_made_in(quarter) and report.parameters.get(_INDICATOR, indicator) == indicator:
            area = str(report.parameters.get("area", ""))
            found.setdefault(report.notebook, {}).setdefault(area, f"../{report.name}/report.html")
    return found


def with_retired(notebooks: Path, name: str, quarter: str) -> str:
    """Give the text of the run list with a report retired from a quarter on; all else in it stays."""
    text = (notebooks / RUN_LIST).read_text(encoding="utf-8").rstrip("\n")
    return f'{text}\n\n[[retired]]\nname = "{name}"\nfrom_quarter = "{quarter}"\n'


def slug(text: str) -> str:
    """Write text as it can stand in an address or a folder's name.

    >>> slug("domestic_burglary Gipton & Harehills")
    'domestic-burglary-gipton-harehills'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words if not words or words[0].isalpha() else f"section-{words}"


def read_groups(notebooks: Path) -> dict[str, tuple[str, ...]]:
    """Read under which headings an index shows the reports of which notebooks: the ``[groups]`` of the run list, in order."""
    groups = _read(notebooks).get("groups", {})
    if not isinstance(groups, dict):
        raise ValueError(
            f"{RUN_LIST}, groups: it is a table of headings, each with a list of names of notebooks."
        )
    faults = [
        f"{name!r} is not a list of names of notebooks."
        for name, members in groups.items()
        if not (isinstance(members, list) and all(isinstance(member, str) for member in members))
    ]
    if faults:
        raise ValueError(f"{RUN_LIST}, groups: " + " ".join(faults))
    return {name: tuple(members) for name, members in groups.items()}


def read_on_request(notebooks: Path) -> tuple[str, ...]:
    """Read of which notebooks the reports get Excel, Word and PDF only when somebody asks: ``on_request`` of ``[formats]``."""
    formats = _read(notebooks).get("formats", {})
    named = formats.get("on_request", []) if isinstance(formats, dict) else None
    if not (isinstance(named, list) and all(isinstance(n, str) for n in named)) or set(formats) - {
        "on_request"
    }:
        raise ValueError(
            f"{RUN_LIST}, formats: it holds on_request, a list of names of notebooks, and nothing else."
        )
    return tuple(named)


def _read(notebooks: Path) -> dict:
    path = notebooks / RUN_LIST
    if not path.is_file():
        raise ValueError(f"there is no {RUN_LIST} in the folder {notebooks.name!r}.")
    try:
        return read_toml(path, RUN_LIST)
    except DataProblem as error:  # it is no data
        raise ValueError(str(error)) from error


def _refuse_keys(entry: Any, wanted: Mapping[str, type], also: Mapping[str, type] | None = None) -> None:
    """Refuse a table that lacks a key that is wanted, has one that is not known, or a value of another type."""
    if not isinstance(entry, dict):
        raise ValueError("it is not a table.")
    allowed = {**wanted, **(also or {})}
    faults = [f"{key!r} is missing." for key in wanted if key not in entry]
    faults += [f"{key!r} is not known." for key in entry if key not in allowed]
    faults += [
        f"{k!r} is not a {t.__name__}." for k, t in allowed.items() if not isinstance(entry.get(k, t()), t)
    ]
    if faults:
        raise ValueError(" ".join(faults))


def _reports_of(entry: dict, place: str, tables: Callable[[], Catalogue]) -> list[tuple[str, Report]]:
    """Give the report of an entry, or those of a rule, each with the place that it comes from."""
    wanted = {"name": str, "notebook": str, "parameters": dict}
    _refuse_keys(
        entry, wanted, {"first_quarter": str, "last_quarter": str, "only_in": str, "each": str, "where": dict}
    )
    given = {key: value for key, value in entry.items() if key not in ("each", "where")}
    if "each" not in entry:
        if "where" in entry:
            raise ValueError("'where' narrows a rule; add each, or leave it out.")
        return [(place, Report(**given))]
    of = entry["each"]
    found = []
    for words in _words_of(of, entry.get("where", {}), entry["parameters"], tables()):
        parameters = {
            k: _filled(v, words) if isinstance(v, str) else v for k, v in entry["parameters"].items()
        }
        name = slug(_filled(entry["name"], words))
        about = words[_INDICATOR if of == _INDICATOR else "area"]
        found.append(
            (f"{place}, {of} {about!r}", Report(**{**given, "name": name, "parameters": parameters}))
        )
    return found


def _words_of(
    each: str, where: Mapping[str, Any], parameters: Mapping[str, Any], catalogue: Catalogue
) -> list[dict[str, str]]:
    """Give for each thing that a rule is about, in order, the words that may stand in braces."""
    if each == _INDICATOR:
        rows = [{**asdict(i), "data": i.kind_of_data} for i in catalogue.indicators()]
        kept = _narrowed(rows, where, [*(f.name for f in fields(Indicator)), "data"])
        return [{_INDICATOR: row["id"], "area": _whole(row["area_set"], catalogue)} for row in kept]
    if "area_set" not in where:  # an indicator is counted in one set
        of = {i.id: i.area_set for i in catalogue.indicators()}
        named = parameters.get(_INDICATOR)
        where = {**where, "area_set": of[named]} if named in of else where
    return [{"area": name} for name in _areas(each, where, catalogue)]


def _areas(kind: str, where: Mapping[str, Any], catalogue: Catalogue) -> list[str]:
    """Give the names of the areas of a kind, in their order; those of several area sets are told apart by ``where``."""
    rows = [asdict(area) for area_set in catalogue.area_sets() for area in catalogue.areas(area_set)]
    of_kind = [row for row in rows if row["kind"] == kind]
    if not of_kind:
        known = dict.fromkeys([_INDICATOR, *(row["kind"] for row in rows)])
        raise ValueError(unknown("kind of thing in each", kind, known))
    kept = _narrowed(of_kind, where, [f.name for f in fields(Area)])
    sets = list(dict.fromkeys(row["area_set"] for row in kept))
    if len(sets) > 1:
        raise ValueError(
            f'each "{kind}" is in the area sets {", ".join(sets)}: say which, where = {{ area_set = "{sets[0]}" }}.'
        )
    return sorted((row["name"] for row in kept), key=str.casefold)


def _narrowed(
    rows: Sequence[dict[str, str]], where: Mapping[str, Any], columns: Sequence[str]
) -> list[dict[str, str]]:
    """Keep the rows of which each column named by ``where`` has its value, or one of its list of values.

    Refused are a column that the table has not, and a value that no row has; a kind of data may have come to nobody yet.
    """
    wanted = {column: value if isinstance(value, list) else [value] for column, value in where.items()}
    for column, values in wanted.items():
        if column not in columns:
            raise ValueError(unknown("column in where", column, columns))
        held = dict.fromkeys([*(row[column] for row in rows), *(KINDS_OF_DATA if column == "data" else ())])
        for value in values:
            if value not in held:
                raise ValueError(unknown(f"{column} in where", str(value), held))
    return [row for row in rows if all(row[column] in values for column, values in wanted.items())]


def _whole(area_set: str, catalogue: Catalogue) -> str:
    wholes = [area.name for area in catalogue.areas(area_set) if not area.parent]
    # With several there is none to stand in braces; who asks for it is told so.
    return wholes[0] if len(wholes) == 1 else ""


def _filled(template: str, words: Mapping[str, str]) -> str:
    """Put words in the place of their names in braces."""
    for name in _IN_BRACES.findall(template):
        if not words.get(name):
            known = ", ".join(f"{{{word}}}" for word, value in words.items() if value)
            raise ValueError(f"{{{name}}} in {template!r} stands for nothing here. Known: {known}.")
    return _IN_BRACES.sub(lambda found: words[found[1]], template)


def _retire(listed: dict[str, Report], entries: Any) -> list[str]:
    """Let each retired report end with its quarter, the earliest where it is named twice, and say what is wrong."""
    faults = []
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
        try:
            _refuse_keys(entry, {"name": str, "from_quarter": str})
            start = periods.quarter_name(periods.quarter(entry["from_quarter"]))
            if entry["name"] not in listed:
                raise ValueError(
                    f"{unknown('report', entry['name'], listed)} One that no entry makes needs no end."
                )
        except ValueError as error:
            faults.append(f"retired {number}: {error}")
            continue
        report = listed[entry["name"]]
        listed[report.name] = replace(report, retired_from=min(start, report.retired_from or start))
    return faults
