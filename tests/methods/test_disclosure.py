"""Choosing what to withhold, and working out what is withheld: known cases by hand, then laws on random tables."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferleeds_analysis.methods.disclosure import choose_withheld
from saferleeds_analysis.methods.disclosure_audit import (
    INFINITY,
    Contradiction,
    Tie,
    recoverable,
    what_can_be_known,
)


def two_way(inside):
    """Give a table's counts with its margins, and its sums."""
    inside = np.asarray(inside)
    rows, columns = inside.shape
    counts = {(i, j): int(inside[i, j]) for i in range(rows) for j in range(columns)}
    counts |= {(i, "all"): int(inside[i].sum()) for i in range(rows)}
    counts |= {("all", j): int(inside[:, j].sum()) for j in range(columns)}
    counts["all", "all"] = int(inside.sum())
    sums = [((i, "all"), [(i, j) for j in range(columns)]) for i in [*range(rows), "all"]]
    sums += [(("all", j), [(i, j) for i in range(rows)]) for j in [*range(columns), "all"]]
    return counts, sums


def as_read(counts, withheld):
    return {cell: (0, INFINITY) if cell in withheld else (count, count) for cell, count in counts.items()}


def ties_of(sums):
    return [Tie.sum(whole, parts, label=f"{whole} is the sum") for whole, parts in sums]


def test_the_naive_table_of_27_completions_is_recovered():
    cells = {"all": (27, 27), "opiate": (25, 25), "other": (0, INFINITY)}
    tie = Tie.sum("all", ["opiate", "other"], label="all completions are opiate and other")
    (found,) = recoverable(cells, [tie], {"other": 5})
    assert (found.lower, found.upper, found.ties) == (2, 2, ("all completions are opiate and other",))


def test_both_parts_of_27_are_withheld():
    counts = {"opiate": 25, "other": 2, "all": 27}
    chosen = choose_withheld(counts, [("all", ("opiate", "other"))], small=["other"], width=5)
    assert chosen == {"opiate", "other"}


def test_two_small_counts_do_not_protect_each_other_when_their_sum_is_small():
    counts = {"a": 1, "b": 2, "c": 40, "all": 43}
    chosen = choose_withheld(counts, [("all", ("a", "b", "c"))], small=["a", "b"], width=5)
    assert chosen == {"a", "b", "c"}


def test_the_smallest_further_count_is_taken():
    counts = {"a": 3, "b": 90, "c": 12, "all": 105}
    assert choose_withheld(counts, [("all", ("a", "b", "c"))], small=["a"], width=5) == {"a", "c"}


def test_one_small_count_in_a_two_way_table_needs_a_rectangle():
    counts, sums = two_way([[3, 20, 30], [40, 9, 50], [60, 70, 80]])
    chosen = choose_withheld(counts, sums, small=[(0, 0)], width=5)
    assert chosen == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_nothing_is_withheld_where_nothing_is_small():
    counts, sums = two_way([[30, 20], [40, 90]])
    assert choose_withheld(counts, sums, small=[], width=5) == frozenset()


def test_what_an_earlier_release_printed_is_not_used_as_cover():
    counts = {"first quarter": 12, "second quarter": 3, "year to date": 15}
    sums = [("year to date", ("first quarter", "second quarter"))]
    chosen = choose_withheld(
        counts,
        sums,
        small=["second quarter"],
        width=5,
        printed_anyway=["first quarter"],
        not_printed=["second quarter"],
    )
    assert chosen == {"year to date"}


def test_a_table_that_is_out_already_cannot_be_protected():
    counts = {"a": 3, "b": 12, "all": 15}
    with pytest.raises(ValueError, match="^'a' cannot be protected: what is printed anyway gives it away"):
        choose_withheld(counts, [("all", ("a", "b"))], small=["a"], width=5, printed_anyway=["b", "all"])


def test_rounded_totals_hide_a_little_by_themselves():
    counts = {"a": 3, "b": 21, "all": 24}
    sums = [("all", ("a", "b"))]
    hides = choose_withheld(counts, sums, small=["a"], width=5, rounded_to={"b": 5, "all": 5})
    assert hides == {"a"}, "20 and 25 leave room for 1 to 9"


def test_the_best_choice_is_found_among_all_choices():
    """Against trying out every set of counts: none of fewer counts protects."""
    generator = np.random.default_rng(20120930)
    for _ in range(40):
        counts, sums = two_way(generator.poisson(12, size=(2, 3)))
        small = [cell for cell, count in counts.items() if count < 5]
        chosen = choose_withheld(counts, sums, small=small, width=5)
        inside = [cell for cell in counts if "all" not in cell]
        if not small or not set(chosen) <= set(inside):
            continue
        fewest = min(
            sum(taken) + len(small)
            for taken in product([0, 1], repeat=len(inside))
            if not {c for c, t in zip(inside, taken, strict=True) if t} & set(small)
            and not recoverable(
                as_read(counts, {*small, *(c for c, t in zip(inside, taken, strict=True) if t)}),
                ties_of(sums),
                dict.fromkeys(small, 5),
            )
        )
        assert len(chosen) == fewest


def test_percentages_and_rounding_are_ties_too():
    cells = {"satisfied": (0, INFINITY), "asked": (310, 310)}
    printed = Tie(coefficients={"satisfied": 100, "asked": -90.0}, lower=-0.05 * 310, upper=0.05 * 310)
    assert what_can_be_known(cells, [printed], ["satisfied"]) == {"satisfied": (279, 279)}


def test_figures_that_contradict_each_other_are_refused():
    cells = {"all": (27, 27), "a": (30, 30), "b": (0, INFINITY)}
    with pytest.raises(Contradiction, match="^no whole numbers fit all that is printed: a and b are all$"):
        what_can_be_known(cells, [Tie.sum("all", ["a", "b"], label="a and b are all")], ["b"])


def test_a_count_without_any_tie_is_anything():
    assert what_can_be_known({"a": (0, INFINITY)}, [], ["a"]) == {"a": (0, INFINITY)}


def test_a_large_count_may_be_known_and_a_certain_zero_where_zeros_are_shown():
    cells = {
        "all": (50, 50),
        "a": (50, 50),
        "b": (0, INFINITY),
        "c": (9, 9),
        "d": (0, INFINITY),
        "e": (59, 59),
    }
    ties = [Tie.sum("all", ["a", "b"]), Tie.sum("e", ["c", "d"])]
    found = recoverable(cells, ties, {"b": 5, "d": 5})
    assert [r.cell for r in found] == ["b"], "50 is not a small count"
    assert recoverable(cells, ties, {"b": 5, "d": 5}, zeros_may_be_known=frozenset("b")) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.integers(0, 8), st.integers(0, 60)), min_size=4, max_size=4),
        min_size=2,
        max_size=5,
    ),
    st.booleans(),
)
def test_no_small_count_of_a_protected_table_can_be_worked_out(inside, zeros_are_small):
    counts, sums = two_way(inside)
    small = [cell for cell, count in counts.items() if count < 5 and (count or zeros_are_small)]
    chosen = choose_withheld(counts, sums, small=small, width=5)
    assert set(small) <= chosen
    assert recoverable(as_read(counts, chosen), ties_of(sums), dict.fromkeys(small, 5)) == ()
    known = what_can_be_known(as_read(counts, chosen), ties_of(sums), chosen)
    assert all(lower <= counts[cell] <= upper for cell, (lower, upper) in known.items())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=8), st.integers(1, 3), st.sampled_from([5, 10]))
def test_a_hierarchy_of_areas_is_protected_at_every_level(wards, in_a_division, width):
    divisions = [wards[i : i + in_a_division] for i in range(0, len(wards), in_a_division)]
    counts = {f"ward {i}.{j}": w for i, d in enumerate(divisions) for j, w in enumerate(d)}
    sums = [(f"division {i}", tuple(f"ward {i}.{j}" for j in range(len(d)))) for i, d in enumerate(divisions)]
    counts |= {name: sum(counts[p] for p in parts) for name, parts in sums}
    sums.append(("city", tuple(f"division {i}" for i in range(len(divisions)))))
    counts["city"] = sum(wards)
    small = [cell for cell, count in counts.items() if 0 < count < width]
    chosen = choose_withheld(counts, sums, small=small, width=width)
    assert recoverable(as_read(counts, chosen), ties_of(sums), dict.fromkeys(small, width)) == ()
