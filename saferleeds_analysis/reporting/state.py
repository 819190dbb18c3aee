"""The state of an indicator: letter, headline, change, target, outlook. One function makes it, and every page reads it.

Nothing is computed here. The state is made of figures that stand on pages, each chosen by the part that its measure says it
plays; a change is shown beside a level only where both are of the same months.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from saferleeds_analysis.figures import Figure
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.methods.survey_trends import ON_YEAR_BEFORE
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.survey_words import signed_points

# The word of each letter, on every page.
COLOURS = {letter: rule["colour"].capitalize() for letter, rule in trajectory.RULES["letters"].items()}


@dataclass(frozen=True, kw_only=True)
class State:
    """What is said everywhere of one indicator in one area, in words, which are empty where no page has such a figure.

    ``letter_by`` says who gave the letter where it does not follow from the rules. ``value`` is the headline with its unit,
    ``what`` its period and ``labels`` what a reader must know of its kind. ``change`` says by how much it moved over a year,
    ``on`` which months that is, and ``interval`` between which limits; ``travel`` is the direction of travel as
    :func:`~.methods.trajectory.travel_in_words` says it.
    ``position`` is where the count stands among the milestones, ``chance`` that of meeting the target in force.
    """

    indicator_id: str
    area: str
    letter: str = ""
    colour: str = ""
    letter_by: str = ""
    value: str = ""
    what: str = ""
    labels: tuple[str, ...] = ()
    change: str = ""
    on: str = ""
    interval: str = ""
    travel: str = ""
    position: str = ""
    chance: str = ""


def state_of(
    figures: Iterable[Figure], indicator_id: str, area: str, *, improvement_direction: str = "neither"
) -> State:
    """Choose from a pack's figures those that make the state of an indicator in an area.

    The headline is the latest level, of the longest window where several end together, and one with its interval before the
    same as it was printed; its change is the one of the same months on a year before. ``improvement_direction`` is that of
    the indicator, where its tables are known.
    A letter that was given goes before "not rated", and the board's own before one by rule; the target in force is the last
    that was set.
    """
    own = [f for f in figures if (f.indicator_id, f.area) == (indicator_id, area) and f.value is not None]
    playing: dict[str, list[Figure]] = {}
    for figure in own:
        playing.setdefault(figure.measure.part, []).append(figure)
    said: dict[str, Any] = {}
    # A level of which nobody knows when it was ("historic") is not the state of anything.
    levels = [
        f for f in playing.get("headline", []) if f.number is not None and re.search(r"\d{4}", f.period)
    ]
    if levels:
        # Of levels whose periods name no months, the last one printed is the latest.
        headline = max(reversed(levels), key=_how_late)
        said |= _level_in_words(headline)
        changes = [f for f in playing.get("change", []) if _is_of_a_year(f) and _same_months(f, headline)]
        said |= _change_in_words(changes[0], improvement_direction) if changes else {}
    if "direction" in playing:
        said["travel"] = str(playing["direction"][0].value)
    if "position" in playing:
        said["position"] = f"{playing['position'][0].value} of the milestone range"
    if "chance" in playing:
        chance = playing["chance"][-1]
        said["chance"] = f"{wording.chance_percent(chance.number)} {chance.words}"
    if "letter" in playing:
        given = min(playing["letter"], key=lambda f: (f.value == "N", f.status != "judgement"))
        said["letter"], said["colour"] = str(given.value), COLOURS.get(str(given.value), "")
        said["letter_by"] = "the board's own judgement" if given.status == "judgement" else ""
    return State(indicator_id=indicator_id, area=area, **said)


def _how_late(level: Figure) -> tuple[str, int, bool]:
    first = int(level.window.first.replace("-", "") or 0)
    return level.window.last, -first, level.lower is not None


def _level_in_words(level: Figure) -> dict[str, Any]:
    months, number = level.window.months, level.number
    is_quarter = months is not None and len(months) == 3
    return {
        "value": wording.percent(number) if level.unit == "%" else f"{wording.number(number)} {level.unit}",
        "what": f"quarter {level.period}" if is_quarter else level.period,
        "labels": tuple(filter(None, [wording.STATUS_LABELS.get(level.status)])),
    }


def _is_of_a_year(change: Figure) -> bool:
    """Tell a change on a year before from those of a survey on its baseline, or on the quarter before."""
    return dict(change.qualifiers).get("on", ON_YEAR_BEFORE) == ON_YEAR_BEFORE


def _same_months(change: Figure, level: Figure) -> bool:
    own, other = change.window, level.window
    return own == other or (bool(own.first) and (own.first, own.last) == (other.first, other.last))


def _change_in_words(change: Figure, improvement_direction: str) -> dict[str, str]:
    number, points = change.number, change.unit == "percentage points"
    size = wording.number(abs(number), decimals=1)
    moved = f"{'down' if number < 0 else 'up'} {size}{' points' if points else '%'}"
    whole_year = change.window.months is not None and len(change.window.months) == 12
    on = "on the 12 months before" if whole_year else "on the same months a year before"
    said = {"change": moved if size.value else "unchanged", "on": on}
    low, high = change.lower, change.upper
    if low is None or high is None:
        return said
    direction = "fell" if high < 0 else "rose" if low > 0 else "no clear change"
    said["travel"] = trajectory.travel_in_words(direction, improvement_direction=improvement_direction)
    said["interval"] = (
        f"{signed_points(low)} to {signed_points(high)} points"
        if points
        else f"{wording.percent(low, signed=True)} to {wording.percent(high, signed=True)}"
    )
    return said
