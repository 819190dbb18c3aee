"""The state of an indicator: letter, headline, change, projection. One function makes it, and every page reads it.

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
from saferleeds_analysis.reporting.blocks import Block, letter

# The word of each letter, on every page.
COLOURS = {letter: rule["colour"].capitalize() for letter, rule in trajectory.RULES["letters"].items()}
NO_CLEAR_CHANGE = "no clear change"


@dataclass(frozen=True, kw_only=True)
class State:
    """What is said everywhere of one indicator in one area, in words, which are empty where no page has such a figure.

    ``letter_by`` says who gave the letter where it does not follow from the rules. ``value`` is the headline with its unit,
    ``what`` its period and ``labels`` what a reader must know of its kind. ``change`` says by how much it moved over a year,
    ``on`` which months that is, and ``interval`` between which limits. ``projection`` is where the year is heading, ``limits``
    its range, ``target`` the target in force. ``figures`` are those of which all this is said, ``course`` the levels of as many
    months each up to the headline.
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
    projection: str = ""
    limits: str = ""
    target: str = ""
    figures: tuple[Figure, ...] = ()
    course: tuple[float, ...] = ()

    def in_short(self) -> Block:
        """Give the letter with its colour, or N alone: a page on many measures says once what that means."""
        rated = self.letter not in ("", "N")
        return letter(self.letter, self.colour) if rated else letter("N")


def state_of(figures: Iterable[Figure], indicator_id: str, area: str) -> State:
    """Choose from a pack's figures those that make the state of an indicator in an area.

    The headline is the latest level, of the longest window where several end together, and one with its interval before the
    same as it was printed; its change is the one of the same months on a year before. A letter that was given goes before
    "not rated", and the board's own before one by rule; the target in force is the last that was set.
    """
    own = [f for f in figures if (f.indicator_id, f.area) == (indicator_id, area) and f.value is not None]
    playing: dict[str, list[Figure]] = {}
    for figure in own:
        playing.setdefault(figure.measure.part, []).append(figure)
    said: dict[str, Any] = {}
    chosen: list[Figure] = []
    # A level of which nobody knows when it was ("historic") is not the state of anything.
    levels = [
        f for f in playing.get("headline", []) if f.number is not None and re.search(r"\d{4}", f.period)
    ]
    if levels:
        # Of levels whose periods name no months, the last one printed is the latest.
        headline = max(reversed(levels), key=_how_late)
        changes = [f for f in playing.get("change", []) if _is_of_a_year(f) and _same_months(f, headline)]
        said |= _level_in_words(headline)
        ordinary = [f for f in playing.get("ordinary", []) if f.window == headline.window]
        said |= _change_in_words(changes[0], *ordinary[:1]) if changes else {}
        chosen += [headline, *changes[:1]]
        course = {f.window.last: f.number for f in levels if _kind(f) == _kind(headline)}
        said["course"] = tuple(course[month] for month in sorted(course))
    ahead = [f for f in playing.get("projection", []) if f.confidence == 0.8]
    if ahead:
        limits = (wording.number(ahead[0].lower), wording.number(ahead[0].upper))
        said["projection"] = f"about {wording.number(ahead[0].number)} in {ahead[0].period}"
        said["limits"] = f"{limits[0]} to {limits[1]}"
        chosen.append(ahead[0])
    if "chance" in playing:
        said["target"] = str(dict(playing["chance"][-1].qualifiers)["target"]).partition(", ")[2]
        chosen.append(playing["chance"][-1])
    if "letter" in playing:
        given = min(playing["letter"], key=lambda f: (f.value == "N", f.status != "judgement"))
        said["letter"], said["colour"] = str(given.value), COLOURS.get(str(given.value), "")
        said["letter_by"] = "the board's own judgement" if given.status == "judgement" else ""
        chosen.append(given)
    return State(indicator_id=indicator_id, area=area, figures=tuple(chosen), **said)


def _how_late(level: Figure) -> tuple[str, int, bool]:
    first = int(level.window.first.replace("-", "") or 0)
    return level.window.last, -first, level.lower is not None


def _kind(level: Figure) -> tuple:
    months = level.window.months
    return level.measure.id, level.qualifiers, None if months is None else len(months)


def _level_in_words(level: Figure) -> dict[str, Any]:
    return {
        "value": wording.level(level.number, level.unit),
        "what": level.period,
        "labels": tuple(filter(None, [wording.STATUS_LABELS.get(level.status)])),
    }


def _is_of_a_year(change: Figure) -> bool:
    """Tell a change on a year before from those of a survey on its baseline, or on the quarter before."""
    return dict(change.qualifiers).get("on", ON_YEAR_BEFORE) == ON_YEAR_BEFORE


def _same_months(change: Figure, level: Figure) -> bool:
    own, other = change.window, level.window
    return own == other or (bool(own.first) and (own.first, own.last) == (other.first, other.last))


def _change_in_words(change: Figure, ordinary: Figure | None = None) -> dict[str, str]:
    whole_year = change.window.months is not None and len(change.window.months) == 12
    on = "on the 12 months before" if whole_year else "on the same months a year before"
    if change.number is None:  # a test of which way, without by how much
        than = on if change.value == NO_CLEAR_CHANGE else on.replace("on", "than in", 1)
        return {"change": str(change.value), "on": than, "interval": change.method}
    unit = " points" if change.unit == "percentage points" else "%"
    number, low, high = change.number, change.lower, change.upper
    known = low is not None and high is not None
    unusual = ordinary is not None and not ordinary.lower <= number <= ordinary.upper
    still = wording.number(abs(number), decimals=1) == "0.0"
    moved = "unchanged" if still else _moved(number, unit, how="an unusual " if unusual else "")
    said = {
        "change": NO_CLEAR_CHANGE if known and low <= 0 <= high else moved,
        "on": on,
    }
    if known:
        said["interval"] = _between(low, high, unit)
    return said


def _between(low: float, high: float, unit: str) -> str:
    if low * high <= 0:
        return f"{_size(low, unit)} down to {_size(high, unit)} up"
    near, far = sorted((low, high), key=abs)
    return f"{_size(near, '%' if unit == '%' else '')} to {_size(far, unit)} {'down' if high < 0 else 'up'}"


def _size(number: float, unit: str) -> str:
    return f"{wording.number(abs(number), decimals=1)}{unit}"


def _moved(number: float, unit: str, *, how: str = "") -> str:
    return f"{'down' if number < 0 else 'up'} {how}{_size(number, unit)}"
