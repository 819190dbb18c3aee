"""The state of an indicator at a glance, read from the tidy figures of its report: one row of a pack's index.

Nothing is computed here. The row repeats figures that stand on the page, each under the name of its measure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from saferleeds_analysis.reporting import wording

_Row = Mapping[str, str]

# Which figure of a report is its latest value, and what is said before its period.
_VALUE = {
    "twelve_month_count": "",
    "percentage, 12 months": "",
    "quarterly count": "quarter ",
}
_SERIES = (
    "quarterly count",
)  # told from the first quarter to the latest; the others begin with the headline
_CHANGE = ("change_percent", "change, 12 months on 12 months a year before")
_LETTER = {
    "progress, RAG letter": "",
    "overall progress, the board's judgement": "the board's own judgement",
    "rating": "",
}
_POSITION, _TRAVEL, _CHANCE = (
    "position in the milestone range",
    "direction of travel",
    "chance of meeting the ",
)
_COLOURS = {"G": "Green", "A": "Amber", "R": "Red", "N": "Not rated"}


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What a pack's index says of one indicator, each in words as they are shown; empty where the report has no such figure.

    ``change`` carries its 95% interval. ``travel`` is the report's own direction of travel, or what the interval of the
    change allows. ``labels`` are the short names of the caveats that the value carries (``Synthetic``).
    """

    indicator_id: str
    area: str
    value: str = ""
    what: str = ""
    change: str = ""
    interval: str = ""
    position: str = ""
    chance: str = ""
    letter: str = ""
    colour: str = ""
    letter_by: str = ""
    travel: str = ""
    labels: tuple[str, ...] = ()


def at_a_glance(figures: Sequence[_Row]) -> Glance | None:
    """Read the state of a report's indicator from the rows of its ``figures.csv``; ``None`` where it has no such figures.

    The report is about the area of the first figure that names a letter or a value.
    """
    first = next((row for row in figures if row["measure"] in (*_LETTER, *_VALUE) and row["value"]), None)
    if first is None:
        return None
    own = [row for row in figures if row["area"] == first["area"] and row["value"]]
    value = _first(own, lambda row: row["measure"] in _VALUE)
    if value is not None and value["measure"] in _SERIES:
        value = [row for row in own if row["measure"] == value["measure"]][-1]
    change = _first(own, lambda row: row["measure"] in _CHANGE)
    letter = _first(own, lambda row: row["measure"] in _LETTER)
    position = _first(own, lambda row: row["measure"] == _POSITION)
    travel = _first(own, lambda row: row["measure"] == _TRAVEL)
    chances = [row for row in own if row["measure"].startswith(_CHANCE)]
    return Glance(
        indicator_id=first["indicator_id"],
        area=first["area"],
        value=_value(value) if value else "",
        what=f"{_VALUE[value['measure']]}{value['period']}" if value else "",
        change=_change(change) if change else "",
        interval=_interval(change) if change else "",
        position=f"{position['value']} of the milestone range" if position else "",
        # The target in force is the last that was set.
        chance=f"{wording.chance_percent(float(chances[-1]['value']))} chance of the {chances[-1]['measure'].removeprefix(_CHANCE)}"
        if chances
        else "",
        letter=letter["value"] if letter else "",
        colour=_COLOURS.get(letter["value"], "") if letter else "",
        letter_by=_LETTER[letter["measure"]] if letter else "",
        travel=travel["value"] if travel else _word(change) if change else "",
        labels=tuple(dict.fromkeys(labels_of(value["caveats"].split(" | ")))) if value else (),
    )


def _first(rows: Sequence[_Row], wanted: Callable[[_Row], bool]) -> _Row | None:
    return next((row for row in rows if wanted(row)), None)


def _value(row: _Row) -> str:
    value, unit = float(row["value"]), row["unit"]
    return wording.percent(value) if unit == "%" else f"{wording.number(value)} {unit}"


def _change(row: _Row) -> str:
    value, points = float(row["value"]), row["unit"] == "percentage points"
    size = f"{wording.number(abs(value), decimals=1)} {'points' if points else ''}".strip()
    size = size if points else f"{size}%"
    if not size.strip("0.% points"):
        return "unchanged"
    return f"{'down' if value < 0 else 'up'} {size}"


def _interval(row: _Row) -> str:
    if not (row["lower"] and row["upper"]):
        return ""
    ends = [float(row[end]) for end in ("lower", "upper")]
    if row["unit"] == "percentage points":
        return f"{_plus(ends[0])} to {_plus(ends[1])} points"
    return f"{wording.percent(ends[0], signed=True)} to {wording.percent(ends[1], signed=True)}"


def _plus(value: float) -> str:
    text = wording.number(value, decimals=1)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def _word(row: _Row) -> str:
    """Name a fall or a rise only where the interval leaves out no change."""
    if not (row["lower"] and row["upper"]):
        return ""
    return "fell" if float(row["upper"]) < 0 else "rose" if float(row["lower"]) > 0 else "no clear change"


def labels_of(caveats: Iterable[str]) -> list[str]:
    """Give the short names of caveats: what stands before the colon of those that have one, and of invented data."""
    names = [caveat.partition(":")[0].strip() for caveat in caveats]
    return [
        n
        for n in names
        if n.lower().startswith(("synthetic", "illustrative", "provisional", "late", "missing"))
    ]
