"""What the reports on areas rest on besides counts: groups to compare with, households, a tile layout, new limits.

Like the catalogue, these are reviewed tables in the project's ``data/raw/reference/``, each row with its source; a group of
areas to compare with is one file, ``group_<name>.csv``.

>>> tables = load_area_tables("data/raw/reference")
>>> tables.denominator("leeds_2004", "Leeds", as_at=date(2013, 3, 31)).number
320596.0
>>> tables.denominator("leeds_2004", "Leeds", as_at=date(2012, 9, 30)) is None
True
>>> tables.tiles("leeds_2004")["Wetherby"]
(1, 7)
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import local_tables, places_in, read_decimal, read_local, unknown
from saferleeds_analysis.door import open_csv, read_table
from saferleeds_analysis.explained import explained
from saferleeds_analysis.figures import TableRow
from saferleeds_analysis.problems import DataProblem, refuse


@dataclass(frozen=True, kw_only=True)
class AreaDenominator(TableRow):
    """How many households or people (``of``) an area had on a day, who counted them, and since when it was known."""

    area_set: str = explained("the set of areas", "otterbridge")
    area: str = explained("an area of the set", "Otterbridge")
    of: str = explained("what was counted: households, people", "households")
    number: float = explained("how many there are, above zero", "52000")
    counted_on: date = explained("the day that the count is about", "2021-03-21")
    source: str = explained("who counted them", "Census 2021, table TS041")
    known_from: date = explained("the day on which the count came out", "2023-01-05")
    note: str = explained("what a reader must know of it", "Rounded", empty="nothing")

    def __post_init__(self) -> None:
        """Refuse a denominator of nothing, without a name or without a source."""
        if not self.number > 0:
            raise ValueError(f"{self.area}: a rate cannot be taken of {self.number:g} {self.of}.")
        if not self.of or not self.source:
            raise ValueError(f"{self.area}: say what was counted (households, people) and who counted it.")


@dataclass(frozen=True, kw_only=True)
class Tile:
    """Where an area stands on a tile map: row 1 is the northernmost, column 1 the westernmost."""

    area_set: str = explained("the set of areas", "otterbridge")
    area: str = explained("an area of the set, once", "Mill Hill")
    row: float = explained(
        "its row on the tile map, the northernmost being 1", "1", holds="a whole number from 1"
    )
    column: float = explained(
        "its column, the westernmost being 1; no two areas have one place", "2", holds="a whole number from 1"
    )
    basis: str = explained("whose layout it is", "schematic, our own layout")

    def __post_init__(self) -> None:
        """Refuse a place that is no whole number from 1."""
        if min(self.row, self.column) < 1 or self.row % 1 or self.column % 1:
            raise ValueError(
                f"{self.area}: row and column are whole numbers from 1, not {self.row:g} and {self.column:g}."
            )


@dataclass(frozen=True, kw_only=True)
class RebaseDecision(TableRow):
    """A recorded decision to set new limits on the control chart of a series from a month on."""

    indicator_id: str = explained("the id of an indicator in indicators.toml", "domestic_burglary")
    area: str = explained("the area of the series", "Otterbridge")
    first: str = explained("the first month of the new limits", "2024-04", holds="a month, 2024-04")
    reason: str = explained("why: what changed, and that it is meant to last", "The new patrol plan began")
    decided_on: date = explained(
        "the day of the decision: no page as at an earlier day uses it", "2024-10-01"
    )
    decided_by: str = explained("who decided: a group or a role", "Performance board")

    def __post_init__(self) -> None:
        """Refuse a decision without its month, its reason or its maker."""
        periods.month(self.first)
        if not self.reason or not self.decided_by:
            raise ValueError(f"new limits from {self.first} need a reason and who decided them.")


class AreaTables:
    """The tables, looked up by area set and area. Made by :func:`load_area_tables`."""

    def __init__(
        self,
        *,
        denominators: Iterable[AreaDenominator],
        tiles: Iterable[Tile],
        decisions: Iterable[RebaseDecision],
    ) -> None:
        """Hold the tables; refuse an area that is on two tiles, and two areas on one."""
        self._denominators = sorted(denominators, key=lambda d: (d.known_from, d.counted_on))
        self._tiles: dict[str, dict[str, tuple[int, int]]] = {}
        self._bases: dict[str, str] = {}
        for tile in tiles:
            placed = self._tiles.setdefault(tile.area_set, {})
            place = (int(tile.row), int(tile.column))
            if tile.area in placed:
                raise DataProblem(f"area_tiles.csv: {tile.area!r} of {tile.area_set!r} is there twice.")
            other = next((area for area, at in placed.items() if at == place), None)
            if other is not None:
                raise DataProblem(
                    f"area_tiles.csv: {tile.area!r} and {other!r} of {tile.area_set!r} are both in row {place[0]}, "
                    f"column {place[1]}. Give one of them another place."
                )
            placed[tile.area] = place
            self._bases[tile.area_set] = tile.basis
        self._decisions = sorted(decisions, key=lambda d: d.first)

    def denominator(
        self, area_set: str, area: str, *, as_at: date, of: str = "households"
    ) -> AreaDenominator | None:
        """Give the latest denominator of an area that was known by a day; ``None`` where there is none."""
        known = [
            d
            for d in self._denominators
            if (d.area_set, d.area, d.of) == (area_set, area, of) and d.known_from <= as_at
        ]
        return known[-1] if known else None

    def why_no_denominator(self, area_set: str, area: str, *, as_at: date, of: str = "households") -> str:
        """Say why no denominator of an area was known by a day: for want of one, or because it came out later."""
        for d in self._denominators:
            if (d.area_set, d.area, d.of) == (area_set, area, of) and d.known_from > as_at:
                counted, day = periods.day_name(d.counted_on), periods.day_name(as_at)
                return f"the {of} of {counted} were not yet known on {day}"
        return f"{of} are not known for these boundaries"

    def tiles(self, area_set: str) -> dict[str, tuple[int, int]]:
        """Give row and column of each area of a set; empty where no layout is made."""
        return dict(self._tiles.get(area_set, {}))

    def basis_of_tiles(self, area_set: str) -> str:
        """Say whose layout it is."""
        return self._bases.get(area_set, "")

    def decisions(self, indicator_id: str, area: str, *, as_at: date) -> tuple[RebaseDecision, ...]:
        """Give the decisions on new limits of a series that were made by a day, in the order of their months."""
        series = (indicator_id, area)
        return tuple(
            d for d in self._decisions if (d.indicator_id, d.area) == series and d.decided_on <= as_at
        )


def load_area_tables(folder: Path | str) -> AreaTables:
    """Read ``denominators.csv``, ``area_tiles.csv`` and ``rebase_decisions.csv`` of a project's ``data/raw/reference``."""
    return AreaTables(
        denominators=read_local(folder, "denominators.csv", AreaDenominator),
        tiles=read_local(folder, "area_tiles.csv", Tile),
        decisions=read_local(folder, "rebase_decisions.csv", RebaseDecision),
    )


@dataclass(frozen=True, kw_only=True)
class GroupMember:
    """One area of a group to compare with. All areas of a group have the same group, measure, period, per and denominator_of."""

    group: str = explained("the name of the group", "Like areas")
    area: str = explained("the name of the area", "Otterbridge")
    code: str = explained(
        "its code of the Office for National Statistics", "E06000099", empty="nobody has looked"
    )
    measure: str = explained("what is compared", "Domestic burglary")
    period: str = explained("the months, in words", "2024/25")
    rate: Decimal = explained("the rate as printed", "12.4")
    per: float = explained("of how many it is: 1000 for a rate per 1,000", "1000")
    count: float | None = explained("how many were counted", "645", empty="not published")
    denominator: float | None = explained(
        "how many households or people the area has",
        "52000",
        empty="not held: then for all areas of the group",
    )
    denominator_of: str = explained("of what the rate is: households, people", "households")
    denominator_date: date | None = explained(
        "the day that the denominator is about", "2021-03-21", empty="none is held"
    )
    denominator_source: str = explained("who counted it", "Census 2021, table TS041", empty="none is held")
    source: str = explained("where the rate stands", "Home Office open data, July 2025")
    known_from: date = explained("the first day on which a reader could know it", "2025-07-24")


# The columns of a group that must hold more than text: how each is read, and what is wrong where it cannot be.
_READ_OF_A_GROUP = {
    "rate": (read_decimal, "is not a number"),
    "known_from": (date.fromisoformat, "is not a day such as 2013-04-30"),
}


def load_group(name: str, folder: Path | str) -> pd.DataFrame:
    """Read a group to compare an area with: ``group_<name>.csv`` of a project's ``data/raw/reference``.

    One row an area, with the columns of :class:`GroupMember`. ``rate_as_printed`` keeps the printed precision, and ``place``
    says where each row stands.

    >>> load_group("core_cities", "data/raw/reference").loc[4, ["area", "rate_as_printed", "denominator_of"]].tolist()
    ['Liverpool', '15.0', 'households']
    """
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name):
        raise ValueError(f"{name!r} cannot name a group: small letters, digits and underscores, no ending.")
    path = Path(folder) / f"group_{name}.csv"
    if not path.is_file():
        known = [file.stem.removeprefix("group_") for file in local_tables(folder, "group_*.csv")]
        raise ValueError(
            f"{unknown('group', name, known)} A group is a file group_{name}.csv in data/raw/reference."
        )
    numbers = read_table(path, path.name).index  # refuses what is no table
    with open_csv(path, path.name) as file:
        table = pd.read_csv(file, dtype={"rate": str})
    if missing := [c for c in ("area", "rate", "known_from") if c not in table.columns]:
        raise DataProblem(
            f"{path.name}: has no column {', '.join(missing)}. A group has area, rate and known_from at least."
        )
    problems = []
    for number, row in zip(numbers, table.to_dict("records"), strict=True):
        for column, (read, wrong) in _READ_OF_A_GROUP.items():
            try:
                read(str(row[column]))
            except ValueError:
                problems.append(f"{path.name}, row {number}: {column} {row[column]!r} {wrong}.")
    refuse(problems)
    return table.assign(
        rate_as_printed=table["rate"],
        rate=table["rate"].astype(float),
        known_from=[date.fromisoformat(str(day)) for day in table["known_from"]],
        place=places_in(path, numbers),
    )
