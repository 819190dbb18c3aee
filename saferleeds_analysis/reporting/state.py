"""The state of an indicator: letter, headline, change, target, outlook. One function makes it, and every page reads it.

Nothing is computed here. The state is made of figures that stand on pages, each chosen by the part that its measure says it
plays; a change is shown beside a level only where both are of the same months.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from saferleeds_analysis.figures import Figure
from saferleeds_analysis.reporting import wording

COLOURS = {"G": "Green", "A": "Amber", "R": "Red", "N": "Not rated"}


@dataclass(frozen=True, kw_only=True)
class State:
    """What is said everywhere of one indicator in one area; ``None`` where no page has such a figure."""

    indicator_id: str
    area: str
    headline: Figure | None = None
    change_figure: Figure | None = None
    letter_figure: Figure | None = None
    position_figure: Figure | None = None
    direction_figure: Figure | None = None
    chance_figure: Figure | None = None

    @property
    def value(self) -> str:
        """The headline's value with its unit."""
        if self.headline is None or self.headline.number is None:
            return ""
        number, unit = self.headline.number, self.headline.unit
        return wording.percent(number) if unit == "%" else f"{wording.number(number)} {unit}"

    @property
    def what(self) -> str:
        """The headline's period; a quarter is called one."""
        if self.headline is None:
            return ""
        months = self.headline.window.months
        return f"{'quarter ' if months is not None and len(months) == 3 else ''}{self.headline.period}"

    @property
    def change(self) -> str:
        """By how much the headline moved over a year."""
        if self.change_figure is None:
            return ""
        number, points = self.change_figure.number, self.change_figure.unit == "percentage points"
        size = wording.number(abs(number), decimals=1)
        if not size.value:
            return "unchanged"
        return f"{'down' if number < 0 else 'up'} {size}{' points' if points else '%'}"

    @property
    def interval(self) -> str:
        """The interval of the change."""
        f = self.change_figure
        if f is None or f.lower is None or f.upper is None:
            return ""
        if f.unit == "percentage points":
            return f"{_plus(f.lower)} to {_plus(f.upper)} points"
        return f"{wording.percent(f.lower, signed=True)} to {wording.percent(f.upper, signed=True)}"

    @property
    def position(self) -> str:
        """Where the count stands among the milestones."""
        return f"{self.position_figure.value} of the milestone range" if self.position_figure else ""

    @property
    def chance(self) -> str:
        """The chance of meeting the target in force."""
        f = self.chance_figure
        return f"{wording.chance_percent(f.number)} {f.words}" if f else ""

    @property
    def letter(self) -> str:
        """The rating."""
        return str(self.letter_figure.value) if self.letter_figure else ""

    @property
    def colour(self) -> str:
        """The rating's word."""
        return COLOURS.get(self.letter, "")

    @property
    def letter_by(self) -> str:
        """Who gave the letter, where it does not follow from the rules."""
        judged = self.letter_figure is not None and self.letter_figure.status == "judgement"
        return "the board's own judgement" if judged else ""

    @property
    def travel(self) -> str:
        """The direction of travel, or what the interval of the change allows to be said."""
        if self.direction_figure is not None:
            return str(self.direction_figure.value)
        f = self.change_figure
        if f is None or f.lower is None or f.upper is None:
            return ""
        return "fell" if f.upper < 0 else "rose" if f.lower > 0 else "no clear change"

    @property
    def labels(self) -> tuple[str, ...]:
        """What a reader must know of the headline's kind."""
        return (wording.STATUS_LABELS[self.headline.status],) if self._is_marked else ()

    @property
    def _is_marked(self) -> bool:
        return self.headline is not None and self.headline.status in wording.STATUS_LABELS


def state_of(figures: Iterable[Figure], indicator_id: str, area: str) -> State:
    """Choose from a pack's figures those that make the state of an indicator in an area.

    The headline is the latest level, of the longest window where several end together, and one with its interval before the
    same as it was printed; its change is one of the same window.
    A letter that was given goes before "not rated", and the board's own before one by rule; the target in force is the last
    that was set.
    """
    own = [f for f in figures if (f.indicator_id, f.area) == (indicator_id, area) and f.value is not None]
    # A level of which nobody knows when it was ("historic") is not the state of anything.
    levels = [f for f in _playing(own, "headline") if f.number is not None and re.search(r"\d{4}", f.period)]
    # Of levels whose periods name no months, the last one printed is the latest.
    placed = [
        ((f.window.last, -_month(f.window.first), f.lower is not None, place), f)
        for place, f in enumerate(levels)
    ]
    headline = max(placed)[1] if placed else None
    changes = [f for f in _playing(own, "change") if headline is not None and f.window == headline.window]
    letters = sorted(_playing(own, "letter"), key=lambda f: (f.value == "N", f.status != "judgement"))
    chances = _playing(own, "chance")
    return State(
        indicator_id=indicator_id,
        area=area,
        headline=headline,
        change_figure=changes[0] if changes else None,
        letter_figure=letters[0] if letters else None,
        position_figure=next(iter(_playing(own, "position")), None),
        direction_figure=next(iter(_playing(own, "direction")), None),
        chance_figure=chances[-1] if chances else None,
    )


def _playing(figures: Sequence[Figure], part: str) -> list[Figure]:
    return [figure for figure in figures if figure.measure.part == part]


def _month(text: str) -> int:
    return int(text.replace("-", "") or 0)


def _plus(value: float) -> str:
    text = wording.number(value, decimals=1)
    return f"+{text}" if text.value > 0 else text
