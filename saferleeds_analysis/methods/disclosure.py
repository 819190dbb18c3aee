"""Which counts of a table to withhold so that no small one can be worked out from the others.

The small counts are withheld first. Then further ones are, as few as will do, until each small count could be any of
numbers that lie far enough apart whatever a reader adds up and takes away. The choice is an integer programme (Fischetti
and Salazar-Gonzalez 2001): for each small count the printed numbers must leave room for two tables of counts in which it
differs by ``width``. Small tables are solved at once; larger ones count by count, after which every count that is not
needed is given back.

>>> counts = {"opiate": 31, "other": 3, "all": 34}
>>> sorted(choose_withheld(counts, [("all", ("opiate", "other"))], small=["other"], width=5))
['opiate', 'other']
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from saferleeds_analysis.methods.disclosure_audit import INFINITY, Tie, first_recoverable, matrix_of

Cell = Hashable
Sum = tuple[Cell, Sequence[Cell]]

# Up to so many (small counts x counts) all small counts are protected in one programme, which is then the best choice.
_AT_ONCE = 400
# Where the search takes more steps, the best choice so far is taken: steps, because seconds would make it depend on the machine.
# No table of the benchmark's takes more than a few.
_STEPS = 10_000


def choose_withheld(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum],
    *,
    small: Collection[Cell],
    width: int,
    rounded_to: Mapping[Cell, int] | None = None,
    printed_anyway: Collection[Cell] = (),
    not_printed: Collection[Cell] = (),
) -> frozenset[Cell]:
    """Give every count to withhold: the ``small`` ones, and those that would give them away.

    ``sums`` are the wholes of the table with their parts. Within them a withheld count must be able to take values at least
    ``width`` apart. ``rounded_to`` says of which counts only a multiple is printed. ``printed_anyway`` are out already or
    known to all (an earlier release, a zero that cannot be otherwise), ``not_printed`` are no part of the table but follow
    from it (last year's other three quarters). A table that cannot be protected is refused: the message says which count.
    """
    rounded_to = rounded_to or {}
    small, fixed = set(small), set(printed_anyway) - set(small)
    hidden = small | set(not_printed)
    problem = _Table(counts, sums, width=width, rounded_to=rounded_to, fixed=fixed)
    in_order = sorted(small, key=lambda c: (counts[c], str(c)))
    if problem.given_away(hidden, in_order) is None:
        return frozenset(small - set(not_printed))
    chosen: set[Cell] = set()
    if len(small) * len(counts) <= _AT_ONCE:
        chosen = problem.cheapest(hidden, in_order, whole=True) or set()
    # Moves by fractions of a count are found fast and nearly always stand for moves by whole ones; if not, ask for those.
    whole: set[Cell] = set()
    while (cell := problem.given_away(hidden | chosen, in_order)) is not None:
        more = problem.cheapest(hidden | chosen, [cell], whole=cell in whole)
        if more is None or (not more and cell in whole):
            raise ValueError(
                f"{cell!r} cannot be protected: what is printed anyway gives it away, or too many counts would have to be tried. "
                "Leave out the table, or merge groups."
            )
        if not more:
            whole.add(cell)
        chosen |= more
    suspects = list(in_order)
    for cell in sorted(chosen, key=lambda c: (-problem.cost[c], str(c))):
        lost = problem.given_away(hidden | (chosen - {cell}), suspects)
        if lost is None:
            chosen -= {cell}
        else:  # what one loss lays open, the next is likely to
            suspects.insert(0, suspects.pop(suspects.index(lost)))
    return frozenset((small | chosen) - set(not_printed))


class _Table:
    """The counts of one table with their sums, and what it takes to protect some of them."""

    def __init__(
        self,
        counts: Mapping[Cell, int],
        sums: Sequence[Sum],
        *,
        width: int,
        rounded_to: Mapping[Cell, int],
        fixed: Collection[Cell],
    ) -> None:
        self._counts, self._width = counts, width
        self._ties = [Tie.sum(whole, parts) for whole, parts in sums]
        self._printed = {cell: _printed_range(counts[cell], rounded_to.get(cell, 1)) for cell in counts}
        self._fixed = np.array([cell in fixed for cell in counts], dtype=bool)
        biggest = 1 + max(counts.values(), default=0)
        levels = Counter(whole for whole, _ in sums)
        # Fewest first: a total weighs as much as four counts of its parts; of counts alike the smallest.
        self.cost = {c: 4.0 ** min(levels[c], 3) + 0.9 * counts[c] / biggest for c in counts}

    def given_away(self, hidden: Collection[Cell], wanted: Sequence[Cell]) -> Cell | None:
        """Give the first wanted count that can be pinned down when these are withheld."""
        cells = {c: (0, INFINITY) if c in hidden else self._printed[c] for c in self._counts}
        wide = dict.fromkeys(wanted, self._width)
        return first_recoverable(cells, self._ties, wide, truth=self._counts)

    def cheapest(self, hidden: Collection[Cell], wanted: Sequence[Cell], *, whole: bool) -> set[Cell] | None:
        """Give the cheapest further counts to withhold so that the wanted ones are protected; ``None`` if none do.

        For each wanted count there are two moves away from the true table, one up and one down, that keep every sum;
        a count that stays printed moves no further than its rounding hides. ``whole`` asks for moves by whole numbers.
        ``None`` also if none is found in ``_STEPS`` steps.
        """
        # The unknowns: of each count whether it is withheld, then of each move the steps of all counts.
        cells = list(self._counts)
        n, moves = len(cells), 2 * len(wanted)
        counts = np.array([self._counts[cell] for cell in cells], dtype=float)
        is_hidden = np.array([cell in hidden for cell in cells])
        may = ~is_hidden & ~self._fixed
        # How far a move may go: of a printed count what its rounding hides, of a withheld one to nothing or by this reach.
        low, high = np.array([self._printed[cell] for cell in cells], dtype=float).T - counts
        reach = 2.0 * self._width
        deepest = np.maximum(-counts, -reach)
        least = np.where(is_hidden, deepest, np.where(may, np.minimum(low, deepest), low))
        most = np.where(is_hidden | may, reach, high)
        # A move has two rows for each count that may be withheld (one that is not stays within its rounding: from above,
        # then from below), then a row for each sum. The block of a wanted count is the rows of its move up, the rows of its
        # move down, and one row that holds the two apart.
        limited = np.repeat(np.flatnonzero(may), 2)
        above = np.tile([True, False], may.sum())
        one_each = sparse.eye_array(n, format="csr")
        room = np.where(above, high[limited] - reach, low[limited] - deepest[limited])
        sums = matrix_of(self._ties, cells)
        kept = np.zeros(len(self._ties))  # no move changes a sum
        unmoved = sparse.csr_array(sums.shape)  # a sum holds whatever is withheld
        of_choice = sparse.vstack([sparse.diags_array(room) @ one_each[limited], unmoved])
        of_move = sparse.vstack([one_each[limited], sums])
        at_least = np.concatenate([np.where(above, -np.inf, low[limited]), kept])
        at_most = np.concatenate([np.where(above, high[limited], np.inf), kept])
        blocks = []  # of each wanted count its two moves, and that they lie far enough apart
        for cell in wanted:
            own = one_each[[cells.index(cell)]]
            blocks.append(sparse.vstack([sparse.block_diag([of_move, of_move]), sparse.hstack([own, -own])]))
        choices = sparse.vstack([of_choice, of_choice, sparse.csr_array((1, n))] * len(wanted))
        goal = np.where(may, list(self.cost.values()), 0.0)
        integrality = np.full(n * (1 + moves), int(whole))
        integrality[:n] = 1
        solved = milp(
            np.concatenate([goal, np.zeros(n * moves)]),
            integrality=integrality,
            bounds=Bounds(
                np.concatenate([np.zeros(n), np.tile(least, moves)]),
                np.concatenate([may, np.tile(most, moves)]),
            ),
            constraints=LinearConstraint(
                sparse.hstack([choices, sparse.block_diag(blocks)], format="csr"),
                np.tile(np.concatenate([at_least, at_least, [self._width]]), len(wanted)),
                np.tile(np.concatenate([at_most, at_most, [np.inf]]), len(wanted)),
            ),
            options={"node_limit": _STEPS},
        )
        if solved.x is None:
            return None
        return {cell for cell, x in zip(cells, solved.x[:n], strict=True) if x > 0.5}


def _printed_range(count: int, multiple: int) -> tuple[float, float]:
    """Give the range that a reader knows from a count rounded to a multiple.

    >>> _printed_range(27, 5), _printed_range(27, 1)
    ((23, 27), (27, 27))
    """
    if multiple == 1:
        return count, count
    nearest = multiple * ((2 * count + multiple) // (2 * multiple))
    return max(nearest - (multiple - 1) // 2, 0), nearest + multiple // 2
