"""What a reader can work out of withheld counts from everything that is printed.

Counts are unknowns, and what is printed ties them together: parts add up to wholes, months to years, a later count less
an earlier one is the change, a percentage pins its count to within its rounding. Each withheld count is then made as
small and as large as all of that allows, by linear programming over whole numbers (HiGHS, through scipy). A count that a
reader can pin down more closely than the rules allow is named, with the ties that pin it.

>>> cells = {"all": (34, 34), "opiate": (31, 31), "other": (0, INFINITY)}
>>> ties = [Tie.sum("all", ["opiate", "other"])]
>>> what_can_be_known(cells, ties, ["other"])
{'other': (3, 3)}
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, nan

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse.csgraph import connected_components

INFINITY = inf
Cell = Hashable
# How far a whole number may be off in the solver's answer and still be that number.
_SLIP = 1e-5


@dataclass(frozen=True, kw_only=True)
class Tie:
    """Something printed that ties counts together: ``lower <= sum of coefficient x count <= upper``.

    ``label`` says in words where it stands, for the analyst who has to mend it.
    """

    coefficients: Mapping[Cell, float]
    lower: float = 0.0
    upper: float = 0.0
    label: str = ""

    @classmethod
    def sum(cls, whole: Cell, parts: Iterable[Cell], *, label: str = "") -> "Tie":
        """Tie a whole to its parts, which add up to it."""
        return cls(coefficients={whole: 1.0, **dict.fromkeys(parts, -1.0)}, label=label)


def matrix_of(ties: Sequence[Tie], cells: Sequence[Cell]) -> sparse.csr_array:
    """Give the coefficients that ties give these cells, of shape (ties, cells).

    >>> matrix_of([Tie.sum("all", ["opiate", "other"])], ["opiate", "all"]).toarray()
    array([[-1.,  1.]])
    """
    place = {cell: number for number, cell in enumerate(cells)}
    entries = [
        (row, place[cell], coefficient)
        for row, tie in enumerate(ties)
        for cell, coefficient in tie.coefficients.items()
        if cell in place
    ]
    rows, columns, values = np.array(entries, dtype=float).reshape(-1, 3).T
    return sparse.csr_array((values, (rows.astype(int), columns.astype(int))), shape=(len(ties), len(cells)))


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """A withheld count that a reader can pin down: it lies from ``lower`` to ``upper``, because of ``ties``."""

    cell: Cell
    lower: float
    upper: float
    ties: tuple[str, ...]


class Contradiction(ValueError):
    """What is printed cannot all be true, so nothing can be said of what follows from it."""


def what_can_be_known(
    cells: Mapping[Cell, tuple[float, float]], ties: Sequence[Tie], wanted: Iterable[Cell]
) -> dict[Cell, tuple[float, float]]:
    """Give the least and the greatest whole number that each wanted count can be.

    ``cells`` gives every count the range that a reader starts from: the number itself where it is printed, two either
    side where it is rounded to 5, from 0 to ``INFINITY`` where it is withheld. Refused, as a :class:`Contradiction`:
    printed numbers that no counts fit.
    """
    system = _System(cells, ties)
    return {cell: system.range_of(cell) for cell in wanted}


def recoverable(
    cells: Mapping[Cell, tuple[float, float]],
    ties: Sequence[Tie],
    thresholds: Mapping[Cell, int],
    *,
    zeros_may_be_known: frozenset[Cell] = frozenset(),
) -> tuple[Recovered, ...]:
    """Name the counts that a reader can pin down more closely than their thresholds allow.

    A count is protected when it could be numbers that lie at least its threshold apart (0 and 5), or when it is certain not
    to be a small one. A count in ``zeros_may_be_known`` may also be known to be none.

    >>> cells = {"all": (27, 27), "opiate": (0, INFINITY), "other": (0, INFINITY)}
    >>> recoverable(cells, [Tie.sum("all", ["opiate", "other"])], {"opiate": 5, "other": 5})
    ()
    """
    system = _System(cells, ties)
    found = []
    for cell, threshold in thresholds.items():
        if not system.is_protected(cell, threshold, zero_may_be_known=cell in zeros_may_be_known):
            lower, upper = system.range_of(cell)
            found.append(Recovered(cell=cell, lower=lower, upper=upper, ties=system.ties_that_pin(cell)))
    return tuple(found)


def first_recoverable(
    cells: Mapping[Cell, tuple[float, float]],
    ties: Sequence[Tie],
    thresholds: Mapping[Cell, int],
    *,
    truth: Mapping[Cell, int] | None = None,
) -> Cell | None:
    """Give the first count that can be pinned down, or ``None``; for those who choose what to withhold.

    They know the ``truth``, which is one table of counts that no reader can rule out, and so need half the work.
    """
    system = _System(cells, ties, truth=truth)
    return next((c for c, threshold in thresholds.items() if not system.is_protected(c, threshold)), None)


class _System:
    """The counts and their ties, in pieces that have no unknown in common, each solved by itself.

    Every solution found is remembered as a table of counts that a reader cannot rule out, so that most questions are
    answered without solving anything.
    """

    def __init__(
        self,
        cells: Mapping[Cell, tuple[float, float]],
        ties: Sequence[Tie],
        *,
        truth: Mapping[Cell, int] | None = None,
    ) -> None:
        self._cells = cells
        self._piece_of: dict[Cell, _Piece] = {}
        for unknowns, own_ties in self._pieces(ties):
            piece = _Piece(cells, unknowns, own_ties, truth)
            self._piece_of.update(dict.fromkeys(unknowns, piece))

    def range_of(self, cell: Cell) -> tuple[float, float]:
        piece = self._piece_of.get(cell)
        return piece.range_of(cell) if piece else self._cells[cell]

    def is_protected(self, cell: Cell, threshold: int, *, zero_may_be_known: bool = False) -> bool:
        """Say whether the count may be values far enough apart, or is certain not to be small."""
        piece = self._piece_of.get(cell)
        if piece and piece.may_be_apart(cell, threshold):
            return True
        lower, upper = self.range_of(cell)
        return upper - lower >= threshold or lower >= threshold or (upper == 0 and zero_may_be_known)

    def ties_that_pin(self, cell: Cell) -> tuple[str, ...]:
        piece = self._piece_of.get(cell)
        return piece.ties_that_pin(cell) if piece else ()

    def _pieces(self, ties: Sequence[Tie]) -> Iterable[tuple[list[Cell], list[Tie]]]:
        """Draw together the unknowns that ties connect."""
        unknown = [cell for cell, (lower, upper) in self._cells.items() if lower != upper]
        matrix = matrix_of(ties, unknown)
        graph = sparse.block_array([[None, matrix.T], [matrix, None]])
        _, piece = connected_components(graph, directed=False)
        gathered: dict[int, tuple[list[Cell], list[Tie]]] = defaultdict(lambda: ([], []))
        for number, cell in zip(piece[: len(unknown)], unknown, strict=True):
            gathered[number][0].append(cell)
        for number, tie in zip(piece[len(unknown) :], ties, strict=True):
            gathered[number][1].append(tie)
        return [(unknowns, own) for unknowns, own in gathered.values() if unknowns and own]


class _Piece:
    """Unknowns that ties connect, as a matrix, with the least and greatest value seen of each."""

    def __init__(
        self,
        cells: Mapping[Cell, tuple[float, float]],
        unknowns: list[Cell],
        ties: list[Tie],
        truth: Mapping[Cell, int] | None,
    ) -> None:
        self._place = {cell: number for number, cell in enumerate(unknowns)}
        self._ties = ties
        known = [
            sum(c * cells[cell][0] for cell, c in tie.coefficients.items() if cell not in self._place)
            for tie in ties
        ]
        self._matrix = matrix_of(ties, unknowns)
        self._lower = np.array([tie.lower for tie in ties]) - known
        self._upper = np.array([tie.upper for tie in ties]) - known
        self._least = np.array([cells[cell][0] for cell in unknowns], dtype=float)
        self._greatest = np.array([cells[cell][1] for cell in unknowns], dtype=float)
        # A bound that binds nobody: whole numbers without an upper limit make the solver's answer ambiguous.
        sizes = [
            abs(n) for n in (*self._lower, *self._upper, *self._least, *self._greatest) if np.isfinite(n)
        ]
        self._cap = 2 * max(sizes, default=0) + 1000
        seen = [nan if truth is None else truth[cell] for cell in unknowns]
        self._seen_least = self._seen_greatest = np.array(seen, dtype=float)
        self._known: dict[tuple[int, int], float] = {}

    def range_of(self, cell: Cell) -> tuple[float, float]:
        place = self._place[cell]
        return self._extreme(place, 1), self._extreme(place, -1)

    def may_be_apart(self, cell: Cell, distance: int) -> bool:
        """Look for two values so far apart, solving no more than needed."""
        place = self._place[cell]
        for solve in (None, -1, 1):
            if solve is not None:
                self._extreme(place, solve)
            if self._seen_greatest[place] - self._seen_least[place] >= distance:
                return True
        return False

    def ties_that_pin(self, cell: Cell) -> tuple[str, ...]:
        """Name the ties whose loosening would widen the range, from the dual values of the two programmes."""
        if not any(tie.label for tie in self._ties):
            return ()
        equal = self._lower == self._upper
        exact, loose = self._matrix[equal], self._matrix[~equal]
        numbers = np.concatenate([np.flatnonzero(equal), *[np.flatnonzero(~equal)] * 2])
        pinned: dict[int, None] = {}
        for sign in (1, -1):
            goal = np.zeros(len(self._place))
            goal[self._place[cell]] = sign
            solved = linprog(
                goal,
                A_eq=exact,
                b_eq=self._lower[equal],
                A_ub=sparse.vstack([loose, -loose]),
                b_ub=np.concatenate([self._upper[~equal], -self._lower[~equal]]),
                bounds=np.column_stack([self._least, np.minimum(self._greatest, self._cap)]),
                method="highs",
            )
            if solved.status == 0:
                duals = np.concatenate([solved.eqlin.marginals, solved.ineqlin.marginals])
                pinned |= dict.fromkeys(numbers[np.abs(duals) > _SLIP])
        labels = dict.fromkeys(self._ties[number].label for number in pinned)
        return tuple(label for label in labels if label)

    def _extreme(self, place: int, sign: int) -> float:
        if (place, sign) not in self._known:
            goal = np.zeros(len(self._place))
            goal[place] = sign
            # Tables without a fraction in their corners need no search over whole numbers, and that is nearly all of them.
            solved = self._solve(goal, whole=False)
            if solved.x is not None and np.abs(solved.x - np.round(solved.x)).max() > _SLIP:
                solved = self._solve(goal, whole=True)
            if solved.status == 2:
                raise Contradiction(
                    "no whole numbers fit all that is printed: "
                    + "; ".join(sorted({tie.label for tie in self._ties if tie.label})[:6])
                )
            if solved.x is None:
                raise RuntimeError(f"the solver gave no answer: {solved.message}")
            values = np.round(solved.x)
            self._seen_least = np.fmin(self._seen_least, values)
            self._seen_greatest = np.fmax(self._seen_greatest, values)
            value = values[place]
            bound = solved.mip_dual_bound * sign if solved.mip_dual_bound is not None else value
            # An answer that is not proved best is replaced by the proved bound, which can only be further out.
            value = min(value, ceil(bound - _SLIP)) if sign > 0 else max(value, floor(bound + _SLIP))
            self._known[place, sign] = INFINITY if value >= self._cap else int(value)
        return self._known[place, sign]

    def _solve(self, goal: np.ndarray, *, whole: bool) -> OptimizeResult:
        return milp(
            goal,
            integrality=np.full(len(self._place), int(whole)),
            bounds=Bounds(self._least, np.minimum(self._greatest, self._cap)),
            constraints=LinearConstraint(self._matrix, self._lower, self._upper),
        )
