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

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

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
        self._unknown = {cell for cell, (lower, upper) in cells.items() if lower != upper}
        self._piece_of: dict[Cell, _Piece] = {}
        for unknowns, own_ties in self._pieces(ties):
            piece = _Piece(cells, unknowns, own_ties, truth)
            self._piece_of.update(dict.fromkeys(unknowns, piece))

    def range_of(self, cell: Cell) -> tuple[float, float]:
        lower, upper = self._cells[cell]
        if cell not in self._unknown:
            return lower, upper
        piece = self._piece_of.get(cell)
        return piece.range_of(cell) if piece else (lower, upper)

    def is_protected(self, cell: Cell, threshold: int, *, zero_may_be_known: bool = False) -> bool:
        """Say whether the count may be values far enough apart, or is certain not to be small."""
        piece = self._piece_of.get(cell) if cell in self._unknown else None
        if piece and piece.may_be_apart(cell, threshold):
            return True
        lower, upper = self.range_of(cell)
        return upper - lower >= threshold or lower >= threshold or (upper == 0 and zero_may_be_known)

    def ties_that_pin(self, cell: Cell) -> tuple[str, ...]:
        piece = self._piece_of.get(cell)
        return piece.ties_that_pin(cell) if piece else ()

    def _pieces(self, ties: Sequence[Tie]) -> Iterable[tuple[list[Cell], list[Tie]]]:
        """Draw together the unknowns that ties connect."""
        parent = {cell: cell for cell in self._unknown}

        def root(cell: Cell) -> Cell:
            while parent[cell] != cell:
                parent[cell] = parent[parent[cell]]
                cell = parent[cell]
            return cell

        with_unknowns = []
        for tie in ties:
            members = [cell for cell in tie.coefficients if cell in self._unknown]
            if members:
                with_unknowns.append((members[0], tie))
                for member in members[1:]:
                    parent[root(member)] = root(members[0])
        gathered: dict[Cell, tuple[list[Cell], list[Tie]]] = {}
        for first, tie in with_unknowns:
            gathered.setdefault(root(first), ([], []))[1].append(tie)
        for cell in self._unknown:
            if root(cell) in gathered:
                gathered[root(cell)][0].append(cell)
        return gathered.values()


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
        rows, columns, values, lower, upper = [], [], [], [], []
        for number, tie in enumerate(ties):
            known = 0.0
            for cell, coefficient in tie.coefficients.items():
                if cell in self._place:
                    rows.append(number)
                    columns.append(self._place[cell])
                    values.append(coefficient)
                else:
                    known += coefficient * cells[cell][0]
            lower.append(tie.lower - known)
            upper.append(tie.upper - known)
        self._matrix = sparse.csr_array((values, (rows, columns)), shape=(len(ties), len(unknowns)))
        self._lower, self._upper = np.array(lower), np.array(upper)
        self._least = np.array([cells[cell][0] for cell in unknowns], dtype=float)
        self._greatest = np.array([cells[cell][1] for cell in unknowns], dtype=float)
        # A bound that binds nobody: whole numbers without an upper limit make the solver's answer ambiguous.
        sizes = [
            abs(n) for n in (*self._lower, *self._upper, *self._least, *self._greatest) if np.isfinite(n)
        ]
        self._cap = 2 * max(sizes, default=0) + 1000
        if truth is None:
            self._seen_least = np.full(len(unknowns), np.inf)
            self._seen_greatest = np.full(len(unknowns), -np.inf)
        else:
            self._seen_least = np.array([truth[cell] for cell in unknowns], dtype=float)
            self._seen_greatest = self._seen_least
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
        pinned: dict[str, None] = {}
        if not any(tie.label for tie in self._ties):
            return ()
        for sign in (1, -1):
            goal = np.zeros(len(self._place))
            goal[self._place[cell]] = sign
            finite = np.minimum(self._greatest, self._cap)
            equal = self._lower == self._upper
            parts = [self._matrix[~equal], -self._matrix[~equal]]
            solved = linprog(
                goal,
                A_eq=self._matrix[equal] if equal.any() else None,
                b_eq=self._lower[equal] if equal.any() else None,
                A_ub=sparse.vstack(parts) if (~equal).any() else None,
                b_ub=np.concatenate([self._upper[~equal], -self._lower[~equal]]) if (~equal).any() else None,
                bounds=np.column_stack([self._least, finite]),
                method="highs",
            )
            if solved.status != 0:
                continue
            numbers = np.flatnonzero(equal)
            for number, dual in zip(numbers, solved.eqlin.marginals if equal.any() else [], strict=False):
                if abs(dual) > _SLIP:
                    pinned[self._ties[number].label] = None
            loose = np.flatnonzero(~equal)
            for number, dual in zip(
                [*loose, *loose], solved.ineqlin.marginals if (~equal).any() else [], strict=False
            ):
                if abs(dual) > _SLIP:
                    pinned[self._ties[number].label] = None
        return tuple(label for label in pinned if label)

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
            self._seen_least = np.minimum(self._seen_least, values)
            self._seen_greatest = np.maximum(self._seen_greatest, values)
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
