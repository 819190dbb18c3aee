"""What comes of the rows of the register of printed figures, and of the measures that are set beside them.

A figure of the register is worked out by its ``formula`` (:mod:`saferleeds_analysis.methods.formulas`), whose names are the
other figures. Where a row says no other words (``how``, ``came_out``), they are made from the formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from saferleeds_analysis.documents import RegisteredFigure
from saferleeds_analysis.figures import TableRow
from saferleeds_analysis.methods import formulas
from saferleeds_analysis.methods.formulas import Limits, Names, Result
from saferleeds_analysis.workings.printed import number_in

REPRODUCES, NOT, CONSISTENT = "reproduces", "does not reproduce", "consistent (levels not published)"
INPUT, DERIVED = "input", "derived"
AS_PRINTED = "Taken as printed: the document gives nothing to work it out from."

# The words for a formula that is one call of a function, by its name: how it was worked out, and what came out.
_WORDS = {
    "change": ("The change that it is from an earlier figure.", "{value:+1%} on {second}"),
    "earlier_counts": (
        "The whole numbers from which {first} is a change of {second:p}%.",
        "year before {value}",
    ),
    "earlier_counts_of_difference": (
        "The whole numbers of which {first} is {second:p}%.",
        "year before {value}; latest {later_counts_of_difference(first, second)}",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of working a figure out again.

    ``how`` says it in words; ``came_out`` is the result in print and ``value`` (with ``lower`` and ``upper`` where only a
    range follows) as a number; ``n`` is the base of a percentage whose limits are its 95% interval.
    """

    how: str
    came_out: str
    verdict: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None


def work_out(figure: RegisteredFigure, names: Names) -> Outcome:
    """Work a figure of the register out by its formula, put it into words, and judge the print.

    ``names`` gives the numbers of the other figures. A ``finding`` that holds brings the first of the row's two verdicts,
    otherwise the second.
    """
    result = formulas.worked_out(figure.formula, names) if figure.formula else None
    limits = _limits(result)
    own = vars(limits) | {"value": result if isinstance(result, tuple) else limits.value}
    called, asked = formulas.call_of(figure.formula)
    if called in _WORDS:
        own |= {"first": formulas.worked_out(asked[0], names), "second": formulas.worked_out(asked[1], names)}

    def known(name: str) -> Result:
        return own[name] if name in own else names(name)

    how, came_out = _words(figure, called, names)
    return Outcome(
        how=formulas.in_words(how, known),
        came_out=formulas.in_words(came_out, known),
        verdict=_verdict(figure, result, known),
        value=None if limits.value is None else float(limits.value),
        lower=_limit(limits.lower),
        upper=_limit(limits.upper),
        n=limits.n,
    )


def worked_out(figure: pd.DataFrame, parts: pd.DataFrame | None = None, **decimals: int) -> float | str:
    """Give what comes of the formula of a row of the register, with the rows of its other figures (``parts``).

    ``decimals`` says of a figure with how many it was printed, where its number as a table holds it does not tell.

    >>> columns = {"id": ["F1", "F2"], "value": [12.0, 9.0], "formula": ["F2 + 3", None]}
    >>> worked_out(*(pd.DataFrame(columns).iloc[[row]] for row in (0, 1)))
    12.0
    """
    known = _registered(figure if parts is None else pd.concat([figure, parts]), decimals)
    outcome = work_out(known[figure["id"].iloc[0]], lambda name: known[name].number)
    return outcome.came_out if outcome.value is None else outcome.value


def figures_with_verdict(figures: pd.DataFrame, verdict: str, **decimals: int) -> int:
    """Give how many figures of the register have a verdict."""
    known = _registered(figures, decimals)
    return sum(work_out(f, lambda name: known[name].number).verdict == verdict for f in known.values())


def status_of_measure(
    measure: pd.DataFrame, current: pd.DataFrame | None = None, target: pd.DataFrame | None = None
) -> str:
    """Give the text that stands for a measure without a figure, or its letter: not rated, or by its target, at most so many.

    >>> row = pd.DataFrame({"status_text": [None], "rated_by": ["F002"]})
    >>> status_of_measure(row, current=pd.DataFrame({"value": [5305]}), target=pd.DataFrame({"value": [5999]}))
    'G'
    """
    [row] = measure.to_dict("records")
    if pd.notna(row["status_text"]):
        return row["status_text"]
    if pd.isna(row["rated_by"]):
        return "N"
    return "G" if number_in(current) <= number_in(target) else "R"


def plain(number: object) -> str:
    """Write a number of a table as it can be known without its print: without zeros at its end."""
    text = str(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _registered(rows: pd.DataFrame, decimals: Mapping[str, int]) -> dict[str, RegisteredFigure]:
    """Make the figures of the register again from its rows as pandas reads them."""
    wanted = {f.name for f in fields(RegisteredFigure)} - {f.name for f in fields(TableRow)}
    found = {}
    for row in rows.astype(object).where(rows.notna(), "").to_dict("records"):
        name, value = row["id"], plain(row["value"])
        if name in decimals:
            value = f"{Decimal(value):.{decimals[name]}f}"
        given = {column: str(row.get(column, "")) for column in wanted} | {"value": value}
        found[name] = RegisteredFigure(**given | {"role": given["role"] or INPUT})
    return found


def _words(figure: RegisteredFigure, called: str, names: Names) -> tuple[str, str]:
    """Give the words of the row, or of its formula where it has none."""
    how, came_out = _WORDS.get(called, ("", "{value}" if figure.formula else ""))
    if not figure.formula:
        how = AS_PRINTED
    elif not how:
        parts = "The sum of its parts: " if set("*/-(") & set(figure.formula) == set() else ""
        how = f"{parts}{formulas.formula_in_words(figure.formula, names)} = {{value}}."
    return figure.how or how, figure.came_out or came_out


def _verdict(figure: RegisteredFigure, result: Result | None, known: Names) -> str:
    """Judge by the row's finding, or a claim by its formula, or leave the figure what it is by its role."""
    if figure.finding:
        found, _, otherwise = figure.verdict.partition("|")
        return found if formulas.worked_out(figure.finding, known) else otherwise
    if figure.verdict or figure.role != "claim" or result is None:
        return figure.verdict or (DERIVED if figure.role == "derived" else INPUT)
    if isinstance(result, tuple):
        possible = CONSISTENT if "difference" in figure.formula else REPRODUCES
        return possible if result else NOT
    rounded = _limits(result).value.quantize(figure.number, rounding=ROUND_HALF_UP)
    return REPRODUCES if rounded == figure.number else NOT


def _limits(result: Result | None) -> Limits:
    """Give a result as a number with limits; of whole numbers of which each will do, the ends alone."""
    if isinstance(result, tuple):
        return Limits(None, *result[:1], *result[-1:])
    return result if isinstance(result, Limits) else Limits(result)


def _limit(limit: Decimal | int | None) -> float | int | None:
    """Give a limit as a number, a whole one as such: counts are bounded by counts."""
    if limit is None:
        return None
    return int(limit) if limit == int(limit) else float(limit)
