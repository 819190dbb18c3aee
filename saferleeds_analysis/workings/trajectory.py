"""Milestones, projections, chances and ratings worked out again from the counts of a history and the row of a target."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from saferleeds_analysis.catalogue import Caveat, Target
from saferleeds_analysis.estimates import CountChange
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.periods import financial_year
from saferleeds_analysis.periods import month as month_of
from saferleeds_analysis.workings import season
from saferleeds_analysis.workings.series import history, key_of, series_of


def on_the_path(
    counts: pd.DataFrame, target: pd.DataFrame | None = None, *, column: str, month: str, **given: Any
) -> float:
    """Give the ``share`` of a usual year that has fallen by the end of a month, or the ``milestone`` of a target there."""
    return float(_path(counts, target, **given).path.loc[month_of(month), column])


def adjusted_to_date(
    counts: pd.DataFrame,
    whole: pd.DataFrame,
    areas: pd.DataFrame | None = None,
    *,
    month: str,
    year: str,
    caveats: Sequence[Mapping[str, str]],
    **given: Any,
) -> float:
    """Give the seasonally adjusted count from April to a month, on the scale of a usual year."""
    adjusted = season.adjustment(whole, areas=areas, **given).adjusted
    path = _path(counts, None, adjusted=adjusted, year=year, caveats=caveats).path
    return float(path.loc[month_of(month), "adjusted"])


def position(counts: pd.DataFrame, target: pd.DataFrame, **given: Any) -> str:
    """Give the place of the count in the milestone range of a target, in words."""
    return _path(counts, target, **given).position


def letter(
    counts: pd.DataFrame,
    target: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    *,
    together: Mapping[str, Any] | None = None,
    **given: Any,
) -> str:
    """Give the RAG letter of the count in the milestone range, no better than the chance of the target allows."""
    path = _path(counts, target, **given)
    if target is None or len(path.path) == path.path["actual"].count():
        return path.rating.letter
    found = chance(counts, target, areas, of="probability", together=together, **given)
    return trajectory.cap_by_chance(path.rating, found).letter


def direction(
    counts: pd.DataFrame, *, improvement_direction: str, kind: str, caveats: Sequence[Mapping[str, str]]
) -> str:
    """Give the direction of travel, in words."""
    return trajectory.direction_of_travel(
        history(counts),
        improvement_direction=improvement_direction,
        unit="",
        kind=kind,
        caveats=caveats_of(caveats),
    ).word


def dispersion(counts: pd.DataFrame, *, kind: str, caveats: Sequence[Mapping[str, str]]) -> float:
    """Give how far the counts stray, over independent events."""
    return _change(counts, kind, caveats).dispersion


def ordinary_year(counts: pd.DataFrame, *, kind: str, caveats: Sequence[Mapping[str, str]]) -> float:
    """Give how far up a year strays from the one before in an ordinary year, in per cent."""
    return _change(counts, kind, caveats).ordinary[1]


def _change(counts: pd.DataFrame, kind: str, caveats: Sequence[Mapping[str, str]]) -> CountChange:
    given = {"improvement_direction": "neither", "unit": "", "kind": kind, "caveats": caveats_of(caveats)}
    return trajectory.direction_of_travel(history(counts), **given).change


def projected(counts: pd.DataFrame, areas: pd.DataFrame | None = None, *, of: str, **given: Any) -> float:
    """Give the ``median`` of the projected year end, or one of the simple sums beside it (``run_rate`` ...)."""
    return float(getattr(_projection(counts, areas, **given), of))


def projected_to_date(
    counts: pd.DataFrame, areas: pd.DataFrame | None = None, *, month: str, quantile: float, **given: Any
) -> float:
    """Give a quantile of the projected count from April to a month."""
    return float(_projection(counts, areas, **given).fan.loc[month_of(month), quantile])


def chance(
    counts: pd.DataFrame, target: pd.DataFrame, areas: pd.DataFrame | None = None, *, of: str, **given: Any
) -> float | None:
    """Give the ``probability`` of meeting a target, or the mean count a period that is ``required`` or ``expected``."""
    [found] = _projection(counts, areas, **given).against(_target(target)).chances
    return getattr(found, of)


def replayed(
    *,
    method: str,
    score: str,
    caveats: Sequence[Mapping[str, str]],
    parts: Mapping[str, Sequence[str]] | None = None,
    tenth: str = "",
    **histories: pd.DataFrame,
) -> float:
    """Give a score of a method in the normal years of some histories, replayed with what was known then.

    ``parts`` says which of them make up another and are projected together with it. With a ``tenth`` of the chances stated, how often they
    came true, in per cent.
    """
    keys = tuple(key_of(history(counts, name)) for name, counts in histories.items())
    found = _backtest(keys, json.dumps(list(caveats)), json.dumps(parts))
    if tenth:
        return float(100 * found.reliability().set_index("tenth").loc[tenth, "observed"])
    scores = found.scores(by=("kind",))
    [found] = scores[(scores["kind"] == "normal") & (scores["method"] == method)][score]
    return float(found)


def constant(constants: Mapping[str, Any], *, table: str, name: str) -> float:
    """Give a constant of the method as its table states it."""
    return constants[table][name]


def _path(
    counts: pd.DataFrame,
    target: pd.DataFrame | None,
    *,
    year: str,
    caveats: Sequence[Mapping[str, str]],
    adjusted: pd.Series | None = None,
) -> trajectory.Trajectory:
    return trajectory.build_trajectory(
        history(counts),
        target=_target(target),
        year=financial_year(year),
        adjusted=adjusted,
        caveats=caveats_of(caveats),
    )


def _projection(
    counts: pd.DataFrame,
    areas: pd.DataFrame | None = None,
    *,
    year: str,
    caveats: Sequence[Mapping[str, str]],
    together: Mapping[str, Any] | None = None,
) -> trajectory.Projection:
    """Project the counts alone; or an ``area`` ``together`` with others, of which ``made_of`` says whose rows make each."""
    if together is None:
        return _project((key_of(history(counts)),), "", year, json.dumps(list(caveats)))["counts"]
    made = {
        area: history(areas[areas["area"].isin(rows)], area) for area, rows in together["made_of"].items()
    }
    found = _project(
        tuple(map(key_of, made.values())), json.dumps(together["parts"]), year, json.dumps(list(caveats))
    )
    return found[together["area"]]


# One run answers for every quantile and chance, one replay for every method and score.
@lru_cache(maxsize=16)
def _project(keys: tuple, parts: str, year: str, caveats: str) -> dict[str, trajectory.Projection]:
    counts, given = [series_of(key) for key in keys], {"year": financial_year(year)}
    given["caveats"] = caveats_of(json.loads(caveats))
    if parts:
        return trajectory.project_together(pd.concat(counts, axis=1), parts=json.loads(parts), **given)
    return {str(one.name): trajectory.project_year_end(one, **given) for one in counts}


@lru_cache(maxsize=16)
def _backtest(histories: tuple, caveats: str, parts: str) -> trajectory.Backtest:
    return trajectory.backtest(
        map(series_of, histories), caveats=caveats_of(json.loads(caveats)), parts=json.loads(parts)
    )


def _target(row: pd.DataFrame | None) -> Target | None:
    if row is None:
        return None
    [cells] = row.to_dict("records")
    return Target(**cells | {"value": float(cells["value"]), "set_on": date.fromisoformat(cells["set_on"])})


def caveats_of(given: Iterable[Mapping[str, str]]) -> list[Caveat]:
    """Make caveats of what a method of counts uses of them."""
    return [
        Caveat(
            applies_to="",
            kind=known["kind"],
            start=month_of(known["start"]) if known.get("start") else None,
            end=month_of(known["end"]) if known.get("end") else None,
            text="",
            basis="",
        )
        for known in given
    ]
