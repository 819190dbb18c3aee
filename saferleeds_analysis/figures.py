"""A number that knows what it is: its identity, its status, the rows that it comes from and how it is worked out.

A :class:`Measure` is declared once, beside the method that makes it. A :class:`Figure` is one number of it, for an indicator,
an area and a :class:`~saferleeds_analysis.periods.Window` of months. Two figures with one identity are the same number,
wherever they are printed; nothing tells what a figure is by matching a name.

>>> from saferleeds_analysis.periods import Window
>>> count = Measure(id="count", words="recorded offences", role="count", formula="the sum of the months")
>>> figure = Figure(measure=count, indicator_id="burglary", area="Leeds", window=Window.year("2011/12"), value=8062)
>>> figure.words, figure.period, figure.identity.window
('recorded offences', '2011/12', ('2011-04', '2012-03'))
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.periods import Window

# What a figure is: how it is told, compared with an earlier pack and linked with others by an intruder.
ROLES = (
    "count",  # events or people counted in the window
    "percentage",  # a share of a base
    "rate",  # a count over a denominator
    "change",  # of a count or a level from one window to another: a difference, a percentage or points
    "adjusted",  # a count with the season taken out, or a part of that
    "target",
    "milestone",
    "projection",
    "chance",
    "cost",
    "rank",
    "letter",  # a rating, a position or a direction, in words
    "base",  # how many were asked, answered or counted: says how sure another figure is
    "quality",  # of a method or of data: a test, an error, a verdict
    "assumption",  # a number that somebody stated, and what follows from it alone
    "about the pack",  # a count of figures, not of anything outside
)

# From the firmest to the weakest: a figure made of several has the weakest of theirs.
STATUSES = ("recorded", "published", "estimated", "illustrative", "judgement")


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A kind of number, declared once beside the method that makes it.

    ``words`` name it; ``{braces}`` in them are filled from a figure's qualifiers. ``formula`` says in words how it comes from
    its rows. ``recurs`` figures are expected again each quarter; ``revised`` ones are estimated anew each time, so that a
    move is no restatement. ``own`` is the count of the indicator itself, which is one count in a window under whatever
    measure; every other is a count of something within it. ``part`` is the part that it plays in the state of an indicator
    (``headline``, ``change``, ``letter``, ``projection``, ``chance``). ``decimals`` is the precision at which it is published.
    """

    id: str
    words: str
    role: str
    formula: str = ""
    decimals: int = 1
    recurs: bool = False
    revised: bool = False
    own: bool = False
    part: str = ""

    def __post_init__(self) -> None:
        """Refuse a role that nobody knows."""
        if self.role not in ROLES:
            raise ValueError(f"measure {self.id!r}: the role {self.role!r} is none of {', '.join(ROLES)}.")


class Identity(NamedTuple):
    """What tells one figure from another, in any pack and on any page."""

    measure_id: str
    indicator_id: str
    area: str
    window: tuple[str, str]
    qualifiers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of one file in one role of a working; ``numbers`` as a spreadsheet shows them, the header being row 1.

    Without numbers the whole file is meant, and ``note`` says what of it.
    """

    role: str
    file: str
    sha256: str
    numbers: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A row of one of the project's own tables, which knows where it stands (``place``) when it was read from a file."""

    place: Rows | None = field(default=None, compare=False, repr=False)

    def rows(self, role: str = "row") -> tuple[Rows, ...]:
        """Give the row as one of those that a figure comes from."""
        return () if self.place is None else (replace(self.place, role=role),)


@dataclass(frozen=True, kw_only=True)
class Working:
    """How a figure is worked out from its rows, by anybody: a named function of tables and plain arguments."""

    function: str
    arguments: Mapping[str, Any]

    @classmethod
    def of(cls, function: Callable, /, **arguments: Any) -> "Working":
        """Name a function of :mod:`saferleeds_analysis.workings` with the plain arguments that it takes beside its rows."""
        return cls(function=f"{function.__module__}.{function.__qualname__}", arguments=arguments)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number. ``value`` is text where the thing reported is text (a letter), or the mark of what is withheld.

    ``qualifiers`` are what besides measure, indicator, area and window tells it from its like: a group, the window with
    which it is compared, an edition of prices, a horizon; never the report or the section. ``method`` says how the value and
    its limits were made, ``n`` is the base. ``theme`` is that of the rules of disclosure: which numbers of it are small.
    """

    measure: Measure
    indicator_id: str
    area: str
    window: Window
    value: float | int | str | None
    qualifiers: tuple[tuple[str, str], ...] = ()
    lower: float | None = None
    upper: float | None = None
    confidence: float | None = None
    unit: str = ""
    method: str = ""
    n: int | None = None
    status: str = "recorded"
    theme: str = "offences"
    caveats: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()
    working: Working | None = None

    def __post_init__(self) -> None:
        """Order the qualifiers, so that they can be given as a mapping; refuse an unknown status."""
        given = self.qualifiers.items() if isinstance(self.qualifiers, Mapping) else self.qualifiers
        object.__setattr__(self, "qualifiers", tuple(sorted((str(k), str(v)) for k, v in given)))
        if self.status not in STATUSES:
            raise ValueError(f"the status {self.status!r} is none of {', '.join(STATUSES)}.")

    @classmethod
    def of(cls, estimate: Estimate, **about: Any) -> "Figure":
        """Give an estimate as a figure, with its limits, method and base; ``about`` says the rest, and goes before it."""
        given = {
            name: getattr(estimate, name)
            for name in ("value", "lower", "upper", "confidence", "unit", "method", "n")
        }
        return cls(**given | {"caveats": estimate.caveats} | about)

    @property
    def identity(self) -> Identity:
        """What tells it from every other figure."""
        window = (self.window.first, self.window.last) if self.window.first else (self.window.name, "")
        return Identity(self.measure.id, self.indicator_id, self.area, window, self.qualifiers)

    @property
    def number(self) -> float | None:
        """The value as a number; ``None`` for words and marks."""
        return None if self.value is None or isinstance(self.value, str) else float(self.value)

    @property
    def place(self) -> str:
        """Say what it is, in words: measure, area and period."""
        return f"{self.words}, {self.area}, {self.period}"

    @property
    def words(self) -> str:
        """The measure in words."""
        return self.measure.words.format(**dict(self.qualifiers))

    @property
    def period(self) -> str:
        """The window in words."""
        return self.window.name

    def to_row(self) -> dict[str, Any]:
        """Give the figure as a tidy row, in the order of :data:`FIGURE_COLUMNS`."""
        return {
            "indicator_id": self.indicator_id,
            "area": self.area,
            "period": self.period,
            "measure": self.words,
            "value": self.value,
            "lower": self.lower,
            "upper": self.upper,
            "confidence": self.confidence,
            "unit": self.unit,
            "method": self.method,
            "n": self.n,
            "caveats": " | ".join(self.caveats),
            "measure_id": self.measure.id,
            "qualifiers": "; ".join(f"{name}={value}" for name, value in self.qualifiers),
            "window_first": self.window.first,
            "window_last": self.window.last,
            "status": self.status,
        }


# The columns of figures.csv, in whole words.
FIGURE_COLUMNS = tuple(
    Figure(
        measure=Measure(id="m", words="m", role="count"),
        indicator_id="",
        area="",
        window=Window("w"),
        value=0,
    ).to_row()
)


def weakest(statuses: Iterable[str]) -> str:
    """Give the status of what is made of figures with these: the weakest of them.

    >>> weakest(["published", "illustrative", "recorded"]), weakest([])
    ('illustrative', 'recorded')
    """
    return max(statuses, key=STATUSES.index, default=STATUSES[0])


# As data: in the output of a notebook, what all figures of a block share stands once


def figures_to_data(figures: Iterable[Figure]) -> dict[str, Any]:
    """Give figures as plain data, from which :func:`figures_of_data` makes them again."""
    figures = list(figures)
    each = [_figure_data(figure) for figure in figures]
    first = each[0] if each else {}
    shared = {
        name: value
        for name, value in first.items()
        if all(name in one and one[name] == value for one in each)
    }
    return {
        "measures": {f.measure.id: _given(f.measure) for f in figures},
        "shared": shared,
        "each": [{name: value for name, value in one.items() if name not in shared} for one in each],
    }


def figures_of_data(data: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Make figures again from their data."""
    measures = {name: Measure(**fields) for name, fields in data["measures"].items()}
    return tuple(_figure_of(data["shared"] | one, measures) for one in data["each"])


def _figure_data(figure: Figure) -> dict[str, Any]:
    given = _given(figure)
    given["measure"] = figure.measure.id
    given["window"] = [figure.window.name, figure.window.first, figure.window.last]
    given["qualifiers"] = dict(figure.qualifiers)
    given["rows"] = [_given(rows) | {"numbers": _spans(rows.numbers)} for rows in figure.rows]
    if figure.working is not None:
        given["working"] = [figure.working.function, dict(figure.working.arguments)]
    return {name: value for name, value in given.items() if value not in ([], {})}


def _figure_of(data: Mapping[str, Any], measures: Mapping[str, Measure]) -> Figure:
    given = dict(data)
    working = given.pop("working", None)
    rows = given.pop("rows", ())
    return Figure(
        **given
        | {
            "measure": measures[given["measure"]],
            "window": Window(*given["window"]),
            "caveats": tuple(given.get("caveats", ())),
            "rows": rows_of_data(rows),
            "working": Working(function=working[0], arguments=working[1]) if working else None,
        }
    )


def rows_of_data(rows: Iterable[Mapping[str, Any]]) -> tuple[Rows, ...]:
    """Make rows again from their data."""
    return tuple(Rows(**{**one, "numbers": _numbers(one["numbers"])}) for one in rows)


def _given(of: Any) -> dict[str, Any]:
    """Give the fields of a dataclass that have not their default, numbers of numpy as those of Python."""
    given = {f.name: getattr(of, f.name) for f in fields(of)}
    kept = {f.name: given[f.name] for f in fields(of) if given[f.name] != f.default}
    plain = {name: value.item() if hasattr(value, "item") else value for name, value in kept.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _spans(numbers: Iterable[int]) -> str:
    """Write whole numbers in short: runs by their ends, and by their step where it is not 1.

    >>> _spans([2, 3, 4, 9, 42, 75, 108]), _spans([7]), _spans([])
    ('2-4 9-108/33', '7', '')
    >>> _numbers("2-4 9-108/33")
    (2, 3, 4, 9, 42, 75, 108)
    """
    left, written = list(numbers), []
    while left:
        step = left[1] - left[0] if len(left) > 1 else 1
        length = 1
        while length < len(left) and left[length] - left[length - 1] == step:
            length += 1
        if length < 3 and step != 1:  # two numbers apart are no run: the second may begin one
            length = 1
        run, left = left[:length], left[length:]
        written.append(
            f"{run[0]}" if length == 1 else f"{run[0]}-{run[-1]}" + (f"/{step}" if step != 1 else "")
        )
    return " ".join(written)


def _numbers(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split():
        ends, _, step = part.partition("/")
        first, _, last = ends.partition("-")
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return tuple(found)
