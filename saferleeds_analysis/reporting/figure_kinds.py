"""What kind of figure a measure is: the written rules in ``reference/figure_kinds*.toml``, by which figures are compared and traced.

A new measure gets a table there, never a branch in code. A measure without a table is still recorded, compared and
traced to the run that made it; only its recomputation is not described.
"""

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache

from saferleeds_analysis.catalogue import REFERENCE
from saferleeds_analysis.problems import DataProblem

HOW = ("recomputed", "re-run", "looked up", "not described")


@dataclass(frozen=True, kw_only=True)
class FigureKind:
    """The rules for one kind of figure.

    ``measure`` is a regular expression for the whole name of its measures. ``made_by`` names the function that makes the
    figure and ``formula`` says in words how it comes from its inputs, which are ``inputs`` (``recorded counts``,
    ``published figure``, ``target``, ``unit cost``, ...) in the months of ``window``. ``how`` says what a tracer can do
    with it: have it ``recomputed`` by arithmetic (named by ``recipe``), ``re-run`` with the same call, or ``looked up``. A ``count`` counts
    events in the months of its period, so that it cannot fall as months are added; ``from_april`` says that the period
    names the last month of a count from April on. ``revised`` figures are estimated anew each quarter, so that a move is
    no restatement. ``each_quarter`` figures are expected to come again for the next quarter.
    """

    measure: str
    made_by: str = ""
    formula: str = ""
    inputs: tuple[str, ...] = ()
    window: str = ""
    how: str = "not described"
    recipe: str = ""
    count: bool = False
    from_april: bool = False
    revised: bool = False
    each_quarter: bool = False


@cache
def figure_kind(measure: str) -> FigureKind:
    """Give the kind of a measure: the first table that fits its name, or one that describes nothing.

    >>> figure_kind("twelve_month_count").count, figure_kind("something nobody described").how
    (True, 'not described')
    """
    return next(
        (kind for kind in _kinds() if re.fullmatch(kind.measure, measure)),
        FigureKind(measure=re.escape(measure)),
    )


@cache
def _kinds() -> tuple[FigureKind, ...]:
    kinds, problems = [], []
    known = {field.name for field in fields(FigureKind)}
    for path in sorted(REFERENCE.glob("figure_kinds*.toml")):
        for number, table in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["kind"], start=1):
            faults = [f"{key!r} is not known" for key in table if key not in known]
            if table.get("how", HOW[-1]) not in HOW:
                faults.append(f"how is one of {', '.join(HOW)}")
            if faults:
                problems.append(f"{path.name}, kind {number}: {'; '.join(faults)}.")
                continue
            kinds.append(FigureKind(**table | {"inputs": tuple(table.get("inputs", ()))}))
    if problems:
        raise DataProblem("\n".join(problems))
    return tuple(kinds)
