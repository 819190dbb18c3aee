"""The run list: what a quarter makes. One table a report in ``notebooks/run_list.toml``, in the order of the pack."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods

RUN_LIST = "run_list.toml"

# Given to every report by the command, so that a run list serves every quarter. A notebook that declares no edition has
# the same page in both.
GIVEN_BY_THE_COMMAND = ("quarter", "as_at", "edition")

REPORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOTEBOOK_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_WINDOWS_KEEPS = re.compile(r"con|prn|aux|nul|(com|lpt)\d")


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report of a pack: which notebook, with what besides the quarter, published in a folder of this name.

    ``first_quarter`` and ``last_quarter`` (``2015/16 Q3``) bound the quarters in which it is made: a one-off paper, or a
    series that has ended. Without them it is made in every quarter.
    """

    name: str
    notebook: str
    parameters: Mapping[str, str | int | float | bool]
    first_quarter: str = ""
    last_quarter: str = ""

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
        first, last = (q and periods.quarter(q) for q in (self.first_quarter, self.last_quarter))
        if first and last and first > last:
            raise ValueError(
                f"first_quarter {self.first_quarter} comes after last_quarter {self.last_quarter}."
            )

    def is_made_in(self, quarter: pd.Period) -> bool:
        """Say whether a quarter lies within the report's own bounds."""
        return (not self.first_quarter or periods.quarter(self.first_quarter) <= quarter) and (
            not self.last_quarter or quarter <= periods.quarter(self.last_quarter)
        )


def read_run_list(notebooks: Path) -> tuple[Report, ...]:
    """Read ``run_list.toml`` in the folder of notebooks: the reports of a quarter, in their order.

    Each ``[[report]]`` has ``name``, ``notebook`` and ``parameters``, may have ``first_quarter`` and ``last_quarter``, and
    has nothing else. All faults in one message.
    """
    content = _read(notebooks)
    entries = content.get("report", [])
    problems = [
        f"{key!r} is not known; a run list holds [[report]] tables."
        for key in content
        if key not in ("report", "groups", "formats")
    ]
    if not (isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries)):
        problems.append("it names no [[report]].")
        entries = []
    reports: dict[str, Report] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            report = _read_report(entry)
        except ValueError as error:
            problems.append(f"report {number}: {error}")
            continue
        if report.name in reports:
            problems.append(f"report {number}: {report.name!r} is there twice.")
        if not (notebooks / f"{report.notebook}.ipynb").is_file():
            problems.append(f"report {number}: there is no notebook {report.notebook}.ipynb.")
        reports[report.name] = report
    if problems:
        raise ValueError(f"{RUN_LIST}:\n" + "\n".join(problems))
    return tuple(reports.values())


def listed_reports(root: Path) -> tuple[Report, ...]:
    """Read the run list of a project; nothing is listed where it has none."""
    notebooks = root / "notebooks"
    return read_run_list(notebooks) if (notebooks / RUN_LIST).is_file() else ()


def read_groups(notebooks: Path) -> dict[str, tuple[str, ...]]:
    """Read under which headings an index shows the reports of which notebooks: the ``[groups]`` of the run list, in order."""
    groups = _read(notebooks).get("groups", {})
    faults = [
        f"{name!r} is not a list of names of notebooks."
        for name, members in groups.items()
        if not (isinstance(members, list) and all(isinstance(member, str) for member in members))
    ]
    if faults:
        raise ValueError(f"{RUN_LIST}, groups: " + " ".join(faults))
    return {name: tuple(members) for name, members in groups.items()}


def read_on_request(notebooks: Path) -> tuple[str, ...]:
    """Read of which notebooks the reports get Word and PDF only when somebody asks: ``on_request`` of ``[formats]``."""
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
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{RUN_LIST} cannot be read: {error}") from error


def _read_report(entry: dict) -> Report:
    wanted = {"name": str, "notebook": str, "parameters": dict}
    allowed = {**wanted, "first_quarter": str, "last_quarter": str}
    faults = [f"{key!r} is missing." for key in wanted if key not in entry]
    faults += [f"{key!r} is not known." for key in entry if key not in allowed]
    faults += [
        f"{k!r} is not a {t.__name__}." for k, t in allowed.items() if not isinstance(entry.get(k, t()), t)
    ]
    if faults:
        raise ValueError(" ".join(faults))
    return Report(**entry)
