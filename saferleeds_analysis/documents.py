"""Published documents and every figure printed in them, as a register: what was printed, where, and what can be worked out.

``documents.csv`` of a project's ``data/raw/reference`` names the documents; ``register_<document>.csv`` holds their figures, one a row, each
with the formula by which it can be worked out again (:mod:`saferleeds_analysis.methods.formulas`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from saferleeds_analysis.catalogue import local_tables, read_decimal, read_rows, unknown
from saferleeds_analysis.figures import TableRow
from saferleeds_analysis.problems import DataProblem

ROLES = ("claim", "input", "derived")
# Units of numbers that count nobody and nothing.
_AMOUNTS = ("text", "days", "percentage points", "per 1,000 households", "GBP", "GBP a year", "GBP million")
# Of a small count and of the one that would give it away the same is said: which is which would tell both.
_SMALL = "Not printed in the public edition: it is a small number of people, or would give one away."
DISCLOSURE = {
    "": "",
    "small": _SMALL,
    "theme": "Small numbers on a sensitive theme are not printed in the public edition.",
    "complement": _SMALL,
}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A published document: ``published`` is the day from which it could be read, ``date_note`` how that is known."""

    id: str
    title: str
    publisher: str
    published: date
    date_note: str
    what: str


@dataclass(frozen=True, kw_only=True)
class RegisteredFigure(TableRow):
    """One figure of a document, as printed.

    ``role`` says what is to be judged: a ``claim`` is worked out again from the other figures; an ``input`` is taken as
    printed; ``derived`` is a figure that the document does not print and that follows from what it does. ``formula`` works it
    out from numbers and from the ids of other rows (``100 * F043 / 491``); ``how`` and ``came_out`` say in words how it was
    worked out and what came out, with formulas in braces, where the words that are made from the formula do not serve.
    ``finding`` is a comparison: where it holds, the verdict is the first of the two in ``verdict``, otherwise the second
    (``sign differs|derived``). A ``verdict`` without a finding is a judgement that no formula gives. ``disclosure`` says why the figure is not printed in the public edition (empty: it is).
    """

    id: str
    document: str
    section: str
    measure: str
    area: str
    period: str
    printed_as: str
    value: str
    unit: str
    role: str
    formula: str
    how: str
    came_out: str
    finding: str
    verdict: str
    disclosure: str
    note: str

    def __post_init__(self) -> None:
        """Refuse a role or a reason for not printing that is not known."""
        if self.role not in ROLES:
            raise ValueError(f"{self.id}: {unknown('role', self.role, ROLES)}")
        if self.disclosure not in DISCLOSURE:
            raise ValueError(f"{self.id}: {unknown('disclosure', self.disclosure, DISCLOSURE)}")
        if self.finding and "|" not in self.verdict:
            raise ValueError(
                f"{self.id}: a finding needs two verdicts with | between: if it holds, and otherwise."
            )

    @property
    def named(self) -> tuple[str, ...]:
        """The ids of the other rows that its formulas name."""
        text = " ".join((self.formula, self.how, self.came_out, self.finding))
        return tuple(name for name in dict.fromkeys(re.findall(r"\bF\d+\b", text)) if name != self.id)

    @property
    def number(self) -> Decimal | None:
        """The printed number with its precision; ``None`` where the figure is text."""
        return None if self.unit == "text" else read_decimal(self.value)

    @property
    def role_of_number(self) -> str:
        """Say what its number is: a ``count``, a ``percentage``, or an amount of another kind (``assumption``)."""
        if self.number is None or self.unit in _AMOUNTS:
            return "assumption"
        return "percentage" if self.unit == "%" else "count"


class Register:
    """The documents and their figures, looked up by id. Made by :func:`load_register`."""

    def __init__(self, *, documents: Iterable[Document], figures: Iterable[RegisteredFigure]) -> None:
        """Hold the tables; refuse an id that is there twice, and a figure of a document that is not."""
        self._documents = {d.id: d for d in documents}
        self._figures: dict[str, RegisteredFigure] = {}
        for figure in figures:
            if figure.id in self._figures:
                raise DataProblem(f"register: figure {figure.id!r} is there twice.")
            if figure.document not in self._documents:
                raise DataProblem(
                    f"register: {figure.id}: {unknown('document', figure.document, self._documents)}"
                )
            self._figures[figure.id] = figure

    def documents(self) -> tuple[Document, ...]:
        """Give the documents, oldest first."""
        return tuple(sorted(self._documents.values(), key=lambda d: d.published))

    def document(self, document_id: str) -> Document:
        """Give the document with this id."""
        if document_id not in self._documents:
            raise ValueError(unknown("document", document_id, self._documents))
        return self._documents[document_id]

    def figures(self, document_id: str = "") -> tuple[RegisteredFigure, ...]:
        """Give every figure, or those of one document, by id."""
        if document_id:
            self.document(document_id)
        rows = sorted(self._figures.values(), key=lambda f: f.id)
        return tuple(f for f in rows if document_id in ("", f.document))

    def figure(self, figure_id: str) -> RegisteredFigure:
        """Give the figure with this id."""
        if figure_id not in self._figures:
            raise ValueError(unknown("figure of the register", figure_id, self._figures))
        return self._figures[figure_id]


def load_register(folder: Path | str) -> Register:
    """Read ``documents.csv`` and every ``register_*.csv`` of a project's ``data/raw/reference``.

    >>> register = load_register("examples/published_papers/data/raw/reference")
    >>> register.figure("F057").value, register.document("scrutiny_2015").published.isoformat()
    ('3297', '2015-10-13')
    """

    def rows(name: str, kind: type) -> list:
        return [row for path in local_tables(folder, name) for row in read_rows(path, kind)]

    return Register(
        documents=rows("documents.csv", Document), figures=rows("register_*.csv", RegisteredFigure)
    )


@dataclass(frozen=True, kw_only=True)
class PerformanceMeasure(TableRow):
    """One row of a table of performance measures: an indicator's target, where it stands, and what it is beside.

    ``current`` and ``comparators`` are ids of the register, split at ``|``; ``status_text`` stands where there is no figure
    (``New measure to be established``). ``rated_by`` is the id of the target against which the one current figure is rated,
    and ``why_not_rated`` the reason where there is none.
    """

    number: str
    indicator: str
    target: str
    current: str
    comparators: str
    comparator_text: str
    status_text: str
    rated_by: str
    why_not_rated: str

    def __post_init__(self) -> None:
        """Refuse a row with neither a figure nor a text, one neither rated nor saying why, and one that rates several figures."""
        if bool(self.current) == bool(self.status_text):
            raise ValueError(f"{self.target!r} needs either current figures or a status_text.")
        if bool(self.rated_by) == bool(self.why_not_rated):
            raise ValueError(f"{self.target!r} needs either rated_by or why_not_rated.")
        if self.rated_by and (not self.current or "|" in self.current):
            raise ValueError(
                f"{self.target!r} has rated_by, so it needs one current figure, not {self.current!r}."
            )


def load_measures(year: str, folder: Path | str) -> tuple[PerformanceMeasure, ...]:
    """Read ``performance_measures_<year>.csv`` (``2013_14``) of a project's ``data/raw/reference``.

    >>> measures = load_measures("2013_14", "examples/published_papers/data/raw/reference")
    >>> len({m.number for m in measures}), measures[1].status_text
    (9, 'New measure to be established')
    """
    path = Path(folder) / f"performance_measures_{year}.csv"
    if not path.is_file():
        raise ValueError(f"there is no performance_measures_{year}.csv; years are written 2013_14.")
    return tuple(read_rows(path, PerformanceMeasure))
