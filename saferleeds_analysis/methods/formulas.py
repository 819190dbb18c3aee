"""Formulas that stand in a table as text, worked out and put into words; nothing but what is listed here is understood.

A formula has numbers, names of numbers, ``+ - * /``, brackets, comparisons and the functions of :data:`FUNCTIONS`. A number
keeps the decimals with which it is written, because what can lie behind a printed percentage depends on them.

>>> figures = {"F007": Decimal("1753"), "F006": Decimal("-39.5")}
>>> worked_out("F007 / 2", figures.__getitem__)
Decimal('876.5')
>>> in_words("{-F007} is {F006:p}% of {earlier_counts_of_difference(-F007, F006)}", figures.__getitem__)
'−1,753 is −39.5% of 4,433 to 4,443'
"""

import ast
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from saferleeds_analysis.methods import feasibility
from saferleeds_analysis.methods.rates import proportion
from saferleeds_analysis.methods.survey_summaries import margin_of_error


@dataclass(frozen=True)
class Limits:
    """A number with its limits, where it has any, and the base of a percentage whose limits are its 95% interval."""

    value: Decimal
    lower: Decimal | None = None
    upper: Decimal | None = None
    n: int | None = None


# What a formula can come to: a number, one with limits, whole numbers of which each will do, a text, or yes or no.
Result = Decimal | Limits | tuple[int, ...] | str | bool
Names = Callable[[str], Decimal]


def change(later: Decimal, earlier: Decimal) -> Decimal:
    """Give a change in per cent of the earlier number."""
    return 100 * (later / earlier - 1)


def share(found: Decimal, base: Decimal) -> Limits:
    """Give a percentage with its 95% interval (Wilson)."""
    e = proportion(int(found), int(base))
    return Limits(100 * found / base, _exact(e.lower), _exact(e.upper), int(base))


def margin(percent: Decimal, base: Decimal, population: Decimal | None = None) -> Decimal:
    """Give the 95% half-width of a percentage of a simple random sample, of a finite population if it is given."""
    people = None if population is None else int(population)
    return _exact(margin_of_error(base=int(base), percent=float(percent), design_effect=1, population=people))


def z(later: Decimal, earlier: Decimal, base: Decimal) -> Decimal:
    """Give the test of a change between two percentages, each of a simple random sample of this size."""
    error = math.sqrt(sum(float(share * (100 - share) / base) for share in (later, earlier)))
    return _exact(float(later - earlier) / error)


def earlier_counts(later: Decimal, printed_change: Decimal) -> tuple[int, ...]:
    """Give the whole numbers from which the later count is a change that prints so."""
    return tuple(feasibility.earlier_counts_behind(later=int(later), printed_change=str(printed_change)))


def earlier_counts_of_difference(difference: Decimal, printed_change: Decimal) -> tuple[int, ...]:
    """Give the whole numbers of which the difference is a change that prints so."""
    found = feasibility.earlier_counts_behind_difference(
        difference=int(difference), printed_change=str(printed_change)
    )
    return tuple(found)


def later_counts_of_difference(difference: Decimal, printed_change: Decimal) -> tuple[int, ...]:
    """Give what these whole numbers then become."""
    found = earlier_counts_of_difference(difference, printed_change)
    return tuple(earlier + int(difference) for earlier in found)


def numerators(base: Decimal, printed_percent: Decimal) -> tuple[int, ...]:
    """Give the whole numbers that print so of a base."""
    return tuple(feasibility.numerators_behind(base=int(base), printed_percent=str(printed_percent)))


def bases(count: Decimal, printed_percent: Decimal) -> tuple[int, ...]:
    """Give the bases of which a count prints so, the percentage being a whole one."""
    half = Decimal("0.5")
    first, last = (100 * count / (printed_percent + reach) for reach in (half, -half))
    near = range(max(1, math.ceil(first) - 1), math.floor(last) + 2)
    return tuple(n for n in near if int(count) in numerators(Decimal(n), printed_percent))


def base_of_shares(base: Decimal, *printed_percents: Decimal) -> Decimal:
    """Give the first base, from this one on, of which every percentage can be."""
    near = range(int(base), int(base) + 10)
    fits = (n for n in near if all(numerators(Decimal(n), percent) for percent in printed_percents))
    return Decimal(next(fits, 0))


def mean(*numbers: Decimal) -> Decimal:
    """Give the plain mean."""
    return sum(numbers) / len(numbers)


def place(own: Decimal, *others: Decimal) -> Decimal:
    """Give the place among others, 1 the highest."""
    return Decimal(1 + sum(other > own for other in others))


def least(found: tuple[int, ...]) -> Decimal:
    """Give the least of some whole numbers."""
    return Decimal(found[0])


def most(found: tuple[int, ...]) -> Decimal:
    """Give the greatest of some whole numbers."""
    return Decimal(found[-1])


def day_of_week(day: str) -> str:
    """Give the name of a day written ``2012-05-20``."""
    return date.fromisoformat(day).strftime("%A")


def whole(rule: Callable[[Decimal], int]) -> Callable[[Decimal], Decimal]:
    """Give a rule of rounding to whole numbers as a function of a formula."""
    return lambda number: Decimal(rule(number))


FUNCTIONS: dict[str, Callable[..., Result]] = {
    function.__name__: function
    for function in (
        change,
        share,
        margin,
        z,
        earlier_counts,
        earlier_counts_of_difference,
        later_counts_of_difference,
        numerators,
        bases,
        base_of_shares,
        mean,
        place,
        least,
        most,
        day_of_week,
        abs,
    )
} | {
    "with_limits": Limits,
    "round": whole(round),
    "floor": whole(math.floor),
    "ceil": whole(math.ceil),
}
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def worked_out(formula: str, names: Names) -> Result:
    """Work a formula out; ``names`` gives the number of a name. What is not understood is refused.

    >>> worked_out("__import__('os')", {}.__getitem__)
    Traceback (most recent call last):
    ValueError: "__import__('os')" is not understood in a formula.
    """
    try:
        return _value(ast.parse(formula, mode="eval").body, formula, names)
    except SyntaxError:
        raise ValueError(f"{formula!r} cannot be read as a formula.") from None


def call_of(formula: str) -> tuple[str, list[str]]:
    """Give the function that makes the whole of a formula, and what is asked of it, as written; empty where none does.

    >>> call_of("change(F140, 0.77)"), call_of("F001 + 2")
    (('change', ['F140', '0.77']), ('', []))
    """
    node = ast.parse(formula or "0", mode="eval").body
    if not isinstance(node, ast.Call):
        return "", []
    return ast.unparse(node.func), [ast.get_source_segment(formula, one) for one in node.args]


def in_words(template: str, names: Names) -> str:
    """Fill each ``{formula}`` of a template with its number, as it is, or ``:2`` to two decimals, ``:1%``, ``:+1`` with its sign.

    ``:p`` keeps the decimals as printed. Whole numbers of which each will do are given by their ends.
    """
    return re.sub(
        r"\{([^{}:]+)(?::(\+?)(p|\d%?))?\}",
        lambda found: _text(worked_out(found[1], names), found[2] or "", found[3] or ""),
        template,
    )


def formula_in_words(formula: str, names: Names) -> str:
    """Write a formula with the numbers in place of their names.

    >>> formula_in_words("F1 - 2 * F1", {"F1": Decimal("1200")}.__getitem__)
    '1,200 − 2 × 1,200'
    """
    text = re.sub(r"F\d+", lambda found: _text(names(found[0])), formula)
    return text.replace("*", "×").replace("-", "−")


def _value(node: ast.expr, formula: str, names: Names) -> Result:
    def of(part: ast.expr) -> Result:
        return _value(part, formula, names)

    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=int() | float()):
            return Decimal(ast.get_source_segment(formula, node))
        case ast.Name(id=name):
            return names(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -of(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](of(left), of(right))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _OPERATORS for op in ops):
            ends = [of(part) for part in (left, *others)]
            return all(_OPERATORS[type(op)](*pair) for op, *pair in zip(ops, ends, ends[1:], strict=False))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*(of(one) for one in args))
    raise ValueError(f"{ast.unparse(node)!r} is not understood in a formula.")


def _text(result: Result, sign: str = "", form: str = "") -> str:
    if isinstance(result, str):
        return result
    if isinstance(result, tuple):
        ends = [_text(Decimal(end)) for end in dict.fromkeys(result[:1] + result[-1:])]
        return " to ".join(ends) or "none"
    if form == "p":
        return str(result).replace("-", "\N{MINUS SIGN}")
    decimals = int(form[0]) if form else max(0, -result.normalize().as_tuple().exponent)
    rounded = _exact(float(result)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    before = "\N{MINUS SIGN}" if rounded < 0 else sign if rounded else ""
    return f"{before}{abs(rounded):,f}{form[1:]}"


def _exact(number: float) -> Decimal:
    return Decimal(repr(float(number)))
