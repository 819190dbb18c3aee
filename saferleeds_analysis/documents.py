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

from saferleeds_analysis.catalogue import read_decimal, read_local, read_rows, unknown
from saferleeds_analysis.explained import explained
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
    """A published document."""

    id: str = explained("what registers and papers know it by", "plan_2026")
    title: str = explained("its title", "Community safety plan 2026")
    publisher: str = explained("who published it", "Safer Otterbridge")
    published: date = explained("the day from which it could be read", "2026-04-01")
    date_note: str = explained("how that day is known", "The day is printed on the cover")
    what: str = explained("what it is, in a sentence", "The plan for three years, with its targets")


@dataclass(frozen=True, kw_only=True)
class RegisteredFigure(TableRow):
    """One figure of a document, as printed, and how it is worked out again.

    A ``verdict`` without a finding is a judgement that no formula gives.
    """

    id: str = explained("F and a number, once in all registers", "F001", holds="F and digits")
    document: str = explained("an id of documents.csv", "plan_2026")
    section: str = explained("where in the document it stands", "Burglary")
    measure: str = explained("what it says", "Domestic burglary: fall")
    area: str = explained("the area that it is about", "Otterbridge")
    period: str = explained("the months that it is about, in words", "2025/26")
    printed_as: str = explained("how it is printed", "down 10%", empty="it is not printed: role derived")
    value: str = explained("the number with its printed precision; text where the unit is text", "-10")
    unit: str = explained("%, what is counted, or text", "%")
    role: str = explained(
        'what is to be judged: "claim" is worked out again, "input" taken as printed, "derived" follows from what is printed',
        "claim",
        holds=ROLES,
    )
    formula: str = explained(
        "how it is worked out, from numbers and ids of other rows: methods.formulas",
        "change(225, 250)",
        empty="it is not worked out",
    )
    how: str = explained(
        "how, in words, with formulas in braces",
        "225 offences on {250}.",
        empty="words made from the formula",
    )
    came_out: str = explained(
        "what came out, in words, with formulas in braces", "{value:+1%}", empty="words made from the formula"
    )
    finding: str = explained(
        "a comparison; the verdict is the first of the two where it holds",
        "value == F001",
        empty="the verdict follows from role and formula, or is stated",
    )
    verdict: str = explained(
        "what is to be thought of it; with a finding two, with | between",
        "reproduces|does not reproduce",
        empty="it follows from role and formula",
    )
    disclosure: str = explained(
        "why it is not printed in the public edition",
        "small",
        empty="it is printed",
        holds=tuple(word for word in DISCLOSURE if word),
    )
    note: str = explained("what a reader must know of it", "Rounded", empty="nothing")

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
    return Register(
        documents=read_local(folder, "documents.csv", Document),
        figures=read_local(folder, "register_*.csv", RegisteredFigure),
    )


@dataclass(frozen=True, kw_only=True)
class PerformanceMeasure(TableRow):
    """One row of a table of performance measures: an indicator's target, where it stands, and what it is beside."""

    number: str = explained("the number of the indicator in the paper", "1")
    indicator: str = explained("the indicator, in the paper's words", "Fewer burglaries")
    target: str = explained("its target, in the paper's words", "Ten in a hundred fewer")
    current: str = explained(
        "where it stands: ids of the register, with | between",
        "F001",
        empty="there is no figure: status_text says why",
    )
    comparators: str = explained(
        "what it is beside: ids of the register, with | between", "F001", empty="nothing"
    )
    comparator_text: str = explained("what it is beside, in words", "Like areas, 2025/26", empty="nothing")
    status_text: str = explained(
        "what stands in place of a figure",
        "New measure to be established",
        empty="there are figures: current names them",
    )
    rated_by: str = explained(
        "the id of the register's figure that is the target by which the one current figure is rated",
        "F002",
        empty="it is not rated: why_not_rated says why",
    )
    why_not_rated: str = explained(
        "why it is not rated", "the plan gives no level", empty="it is rated: rated_by says by what"
    )

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
