"""The arithmetic from traced rows to a printed number: one recipe for each way, each with its working in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.tracing import TracedRows

COUNTS, YEAR_BEFORE = "counts", "counts of the same months a year before"
WHOLE, WHOLE_BEFORE = "counts of the whole", "counts of the whole a year before"
TO_DATE, LAST_YEAR, LAST_YEAR_TO_DATE = (
    "counts of the year to date",
    "counts of the whole year before",
    "counts of the year before to the same month",
)
EARLIER, LATER = "earlier printed figure", "later printed figure"
GROUP, RATE = "published rates of the group", "published rate"
_AS_PRINTED = ("published figure", "register row")
_ROWS_AS_WRITTEN = {
    "target": "value",
    "published figure": "value",
    RATE: "rate",
    "constant": "value",
    "register row": "value",
    EARLIER: "value",
    LATER: "value",
}


def work_out(
    recipe: str, inputs: Sequence[TracedRows], figure: Mapping[str, str]
) -> tuple[float | None, str]:
    """Work a number out of the traced rows by its recipe; nothing where rows that it needs are not there."""
    try:
        value = float(figure["value"])
        return _RECIPES[recipe](_Given(inputs), value) if recipe else (None, "")
    except (KeyError, ValueError, ZeroDivisionError, IndexError):
        return None, ""


class _Given:
    """The traced rows by role, as numbers."""

    def __init__(self, inputs: Sequence[TracedRows]) -> None:
        self._rows: dict[str, list[Mapping[str, Any]]] = {}
        for given in inputs:
            self._rows.setdefault(given.role, []).extend(given.rows)

    def total(self, role: str) -> float:
        """Sum the counts of a role; an absent one is a KeyError."""
        return sum(_count(row) for row in self._rows[role])

    def share_gone(self, role: str) -> float:
        """Say which part of a year a role's months or quarters are."""
        return len({row.get("month") or row["period"] for row in self._rows[role]}) / (
            12 if "month" in self._rows[role][0] else 4
        )

    def value(self, role: str, column: str) -> float:
        """Give the value of the last row of a role."""
        return float(self._rows[role][-1][column])

    def rates(self) -> list[tuple[float, float]]:
        """Give the published rates of the group, each with its households."""
        return [(float(row["rate"]), float(row["denominator"] or "nan")) for row in self._rows[GROUP]]

    def mean(self, *, weighted: bool) -> float:
        """Give the mean of the group's rates, plain or weighted by households."""
        pairs = [(rate, of if weighted else 1.0) for rate, of in self.rates()]
        return sum(rate * of for rate, of in pairs) / sum(of for _, of in pairs)

    def printed(self, value: float) -> float:
        """Give, of several printings of one figure, the one that the page gives."""
        found = [float(row["value"]) for role in _AS_PRINTED for row in self._rows.get(role, ())]
        if not found:
            raise KeyError(value)
        return min(found, key=lambda number: abs(number - value))


def _count(row: Mapping[str, Any]) -> float:
    return float(row["count"] if row.get("count") not in (None, "") else row["value"])


def _n(value: float) -> str:
    return wording.number(value, decimals=0 if float(value).is_integer() else 2)


def _sum(given: _Given, _: float) -> tuple[float, str]:
    total = given.total(COUNTS)
    return total, f"the rows sum to {_n(total)}"


def _difference(given: _Given, _: float) -> tuple[float, str]:
    later, earlier = given.total(COUNTS), given.total(YEAR_BEFORE)
    return later - earlier, f"{_n(later)} less {_n(earlier)} is {_n(later - earlier)}"


def _percentage(given: _Given, _: float) -> tuple[float, str]:
    later, earlier = given.total(COUNTS), given.total(YEAR_BEFORE)
    value = 100 * (later / earlier - 1)
    return value, f"100 times ({_n(later)} divided by {_n(earlier)}, less 1) is {_n(value)}"


def _as_written(given: _Given, value: float) -> tuple[float, str]:
    for role, column in _ROWS_AS_WRITTEN.items():
        try:
            found = given.value(role, column)
        except KeyError:
            continue
        return found, f"the row says {_n(found)}"
    raise KeyError(value)


def _as_printed(given: _Given, value: float) -> tuple[float, str]:
    found = given.printed(value)
    return found, f"the row says {_n(found)}"


def _rest_of_target(given: _Given, _: float) -> tuple[float, str]:
    target, actual = given.value("target", "value"), given.total(TO_DATE)
    left = round((1 - given.share_gone(TO_DATE)) * 12)
    value = (target - actual) / left
    return value, f"({_n(target)} less {_n(actual)}) divided by {left} months is {_n(value)}"


def _run_rate(given: _Given, _: float) -> tuple[float, str]:
    actual, gone = given.total(TO_DATE), given.share_gone(TO_DATE)
    return actual / gone, f"{_n(actual)} divided by {_n(gone)} of the year is {_n(actual / gone)}"


def _last_years_rest(given: _Given, _: float) -> tuple[float, str]:
    actual, rest = given.total(TO_DATE), given.total(LAST_YEAR) - given.total(LAST_YEAR_TO_DATE)
    return actual + rest, f"{_n(actual)} and {_n(rest)} of last year's later months are {_n(actual + rest)}"


def _over_share(given: _Given, _: float) -> tuple[float, str]:
    actual, share = given.total(TO_DATE), given.total(LAST_YEAR_TO_DATE) / given.total(LAST_YEAR)
    return actual / share, f"{_n(actual)} divided by a share of {share:.4f} is {_n(actual / share)}"


def _times_unit_cost(given: _Given, _: float) -> tuple[float, str]:
    count, cost = given.total(COUNTS), given.value("unit cost", "value")
    carried = ""
    try:
        factor = given.value("price index of the price year", "index") / given.value(
            "price index of the unit cost", "index"
        )
        cost, carried = round(cost * factor, 2), f" (carried to the price year by {factor:.4f})"
    except KeyError:
        pass
    return count * cost, f"{_n(count)} times £{_n(cost)}{carried} is £{_n(count * cost)}"


def _per_household(given: _Given, _: float) -> tuple[float, str]:
    value, words = _times_unit_cost(given, 0)
    households = given.value("households", "denominator")
    return value / households, f"{words}, divided by {_n(households)} households is £{_n(value / households)}"


def _weighted_percentage(given: _Given, _: float) -> tuple[float, str]:
    all_weights = sum(row["weights"] for row in given._rows["weights of respondents"])
    counting = sum(row["weights that count"] for row in given._rows["weights of respondents"])
    value = 100 * counting / all_weights
    return value, f"100 times {_n(counting)} of {_n(all_weights)} (sums of weights) is {_n(value)}"


def _share_of_whole(given: _Given, _: float) -> tuple[float, str]:
    part, whole = given.total(COUNTS), given.total(WHOLE)
    return 100 * part / whole, f"100 times {_n(part)} divided by {_n(whole)} is {_n(100 * part / whole)}"


def _ratio_to_rest(given: _Given, _: float) -> tuple[float, str]:
    later, earlier = given.total(COUNTS), given.total(YEAR_BEFORE)
    rest_later, rest_earlier = given.total(WHOLE) - later, given.total(WHOLE_BEFORE) - earlier
    value = later / earlier / (rest_later / rest_earlier)
    return value, (
        f"({_n(later)} divided by {_n(earlier)}) over ({_n(rest_later)} divided by {_n(rest_earlier)} of the rest) is {_n(value)}"
    )


def _year_before(given: _Given, _: float) -> tuple[float, str]:
    total = given.total(YEAR_BEFORE)
    return total, f"the rows of a year before sum to {_n(total)}"


def _rank(given: _Given, _: float) -> tuple[float, str]:
    own = given.value(RATE, "rate")
    higher = sum(rate > own for rate, _ in given.rates())
    return 1 + higher, f"{higher} rates are higher than {_n(own)}, so its place is {1 + higher}"


def _mean(*, weighted: bool) -> "_Recipe":
    def recipe(given: _Given, _: float) -> tuple[float, str]:
        value = given.mean(weighted=weighted)
        return value, f"the mean of {len(given.rates())} rates is {_n(value)}"

    return recipe


def _gap(*, weighted: bool, events: bool) -> "_Recipe":
    def recipe(given: _Given, _: float) -> tuple[float, str]:
        own, mean = given.value(RATE, "rate"), given.mean(weighted=weighted)
        gap = own - mean
        words = f"{_n(own)} less a mean of {_n(mean)} is {_n(gap)}"
        if not events:
            return gap, words
        of = given.value(RATE, "count") / own
        return gap * of, f"{words}, times {_n(of)} (thousand households) is {_n(gap * of)}"

    return recipe


def _count_at_mean(given: _Given, _: float) -> tuple[float, str]:
    mean, of = given.mean(weighted=False), given.value(RATE, "count") / given.value(RATE, "rate")
    return mean * of, f"a mean of {_n(mean)} times {_n(of)} (thousand households) is {_n(mean * of)}"


def _target_at_rate(given: _Given, _: float) -> tuple[float, str]:
    target, of = given.value("target", "value"), given.value(RATE, "count") / given.value(RATE, "rate")
    return target / of, f"{_n(target)} divided by {_n(of)} (thousand households) is {_n(target / of)}"


def _target_on_count(given: _Given, _: float) -> tuple[float, str]:
    target, count = given.value("target", "value"), given.value(RATE, "count")
    value = 100 * (target / count - 1)
    return value, f"100 times ({_n(target)} divided by {_n(count)}, less 1) is {_n(value)}"


def _over_households(given: _Given, _: float) -> tuple[float, str]:
    count, per, of = (given.value(RATE, column) for column in ("count", "per", "denominator"))
    value = count * per / of
    return value, f"{_n(count)} times {_n(per)} divided by {_n(of)} is {_n(value)}"


def _of_printed(formula: "Callable[[float, float], float]", words: str) -> "_Recipe":
    """Join the later and the earlier of two printed figures."""

    def recipe(given: _Given, _: float) -> tuple[float, str]:
        later, earlier = given.value(LATER, "value"), given.value(EARLIER, "value")
        value = formula(later, earlier)
        return value, f"{words.format(later=_n(later), earlier=_n(earlier))} is {_n(value)}"

    return recipe


_Recipe = Callable[[_Given, float], tuple[float, str]]

_RECIPES: Mapping[str, _Recipe] = {
    "sum": _sum,
    "difference": _difference,
    "percentage change": _percentage,
    "as written": _as_written,
    "as printed": _as_printed,
    "rest of the target": _rest_of_target,
    "run-rate": _run_rate,
    "with last year's rest": _last_years_rest,
    "over last year's share": _over_share,
    "times unit cost": _times_unit_cost,
    "per household": _per_household,
    "weighted percentage": _weighted_percentage,
    "share of the whole": _share_of_whole,
    "ratio to the rest": _ratio_to_rest,
    "sum of the year before": _year_before,
    "rank of rates": _rank,
    "mean of rates": _mean(weighted=False),
    "weighted mean of rates": _mean(weighted=True),
    "gap to the mean": _gap(weighted=False, events=False),
    "gap to the weighted mean": _gap(weighted=True, events=False),
    "gap to the mean in events": _gap(weighted=False, events=True),
    "gap to the weighted mean in events": _gap(weighted=True, events=True),
    "count at the mean": _count_at_mean,
    "target at the rate": _target_at_rate,
    "target on the count": _target_on_count,
    "count over households": _over_households,
    "percentage of printed": _of_printed(lambda b, a: 100 * b / a, "100 times {later} divided by {earlier}"),
    "rest of printed": _of_printed(lambda b, a: a - b, "{earlier} less {later}"),
    "difference of printed": _of_printed(lambda b, a: b - a, "{later} less {earlier}"),
    "percentage change of printed": _of_printed(
        lambda b, a: 100 * (b / a - 1), "100 times ({later} divided by {earlier}, less 1)"
    ),
    "fall of printed": _of_printed(
        lambda b, a: 100 * (1 - b / a), "100 times (1 less {later} divided by {earlier})"
    ),
}
