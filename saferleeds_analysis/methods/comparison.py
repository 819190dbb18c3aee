"""Many areas side by side: group averages, ranks with their doubt, funnels, and which differences outlast chance.

A league table invites more than its figures can carry. Here an average says whether it is simple or weighted and
whether the area is in it, a rank comes with the places it could as well have, funnel limits allow for areas that
differ more than chance alone, and where many areas are tested at once the share of false findings is controlled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import inf, nan, sqrt
from numbers import Real

import numpy as np
import pandas as pd
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import GroupMember
from saferleeds_analysis.catalogue import columns_of
from saferleeds_analysis.estimates import (
    change_between_counts,
    count_with_interval,
    smaller_tail_twice,
)
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.problems import DataProblem, refuse_unless
from saferleeds_analysis.results import Result

# What the comparison reads of a group; from which day it could be known is for who calls.
GROUP_COLUMNS = tuple(name for name in columns_of(GroupMember) if name != "known_from")
#: No percentage change is printed on an earlier count under this (the project's disclosure rules).
SMALLEST_BASE = 30
# What a number of a table has to be, in the words of the refusal.
_WHOLE, _FROM_ZERO, _ABOVE_ZERO = "a whole number from 0", "a number from 0", "a number above zero"


@dataclass(frozen=True, kw_only=True)
class GroupComparison(Result):
    """One area against a group of its like, such as the core cities.

    ``areas`` has a row an area, highest rate first: ``rate`` with ``lower`` and ``upper``, ``count`` (and whether it
    is ``published`` or ``implied`` by rate and denominator), ``rank`` with ``rank_lower`` and ``rank_upper`` for the
    whole table read at once. ``averages`` has a row for each average, ``simple`` or ``weighted``, with the area and
    without: its ``value`` with limits, the ``gap`` (the area less the average) with limits, ``gap_percent`` of the
    average, ``gap_events`` with limits, and a ``word``. ``rank`` is the area's own, 1 the highest rate, with the
    places it could as well have, read alone. What cannot be given is ``None`` or missing, with its reason in
    ``not_given``.
    """

    group: str
    area: str
    measure: str
    period: str
    unit: str
    areas: pd.DataFrame
    averages: pd.DataFrame
    rank: int
    rank_lower: int | None
    rank_upper: int | None
    confidence: float
    not_given: tuple[str, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """Areas of different size against one average.

    ``areas`` has a row an area: ``value``, its limits by chance alone (``lower_95``, ``upper_95``, ``lower_998``,
    ``upper_998``) with ``position``, and the limits that allow for overdispersion (``..._overdispersed``).
    ``dispersion`` is about 1 when areas differ by chance alone; ``between_areas_sd`` is how much they differ besides,
    on the square-root scale (rates, ratios) or the arcsine scale (proportions).
    """

    kind: str
    unit: str
    average: float
    dispersion: float
    between_areas_sd: float
    areas: pd.DataFrame
    caveats: tuple[str, ...]


def compare_with_group(
    group: pd.DataFrame, *, area: str, kind: str | None = None, confidence: float = 0.95
) -> GroupComparison:
    """Compare an area's published rate with its group: both averages, its rank, and the gap in events.

    ``group`` has the columns of a group of :func:`~saferleeds_analysis.area_tables.load_group`, one row an area; a most-similar group is a file of the
    same columns. Rates are as published. ``count`` may be empty: it is then implied by rate and denominator, which
    serves the intervals, which allow for how counts of this ``kind`` of offence stray in open data
    (:func:`~saferleeds_analysis.methods.variation.variation_of`); without it events are taken as independent. Without denominators the weighted averages and all intervals are not given, with the reason.

    The intervals join the areas' Poisson limits (MOVER, Zou and Donner 2008). The gap in events is how many fewer
    events would bring the area to that average, the average being held.

    >>> cities = pd.read_csv("data/raw/reference/group_core_cities.csv")
    >>> leeds = compare_with_group(cities, area="Leeds")
    >>> leeds.rank, leeds.rank_lower, leeds.rank_upper
    (3, 3, 4)
    >>> leeds.averages.loc[0, ["average", "word"]].tolist()
    ['simple', 'above']
    >>> [round(float(x), 1) for x in leeds.averages.loc[0, ["value", "gap", "gap_events"]]]
    [15.7, 0.8, 257.2]
    """
    _check_group(group, area)
    table = group.reset_index(drop=True)
    first, n = table.iloc[0], len(table)
    per, of, period = float(first["per"]), str(first["denominator_of"]), str(first["period"])
    rates, counts, denominators = (table[column].astype(float) for column in ("rate", "count", "denominator"))
    own = int(np.flatnonzero(table["area"] == area)[0])
    weights = {"simple": np.ones(n)}
    lower = upper = pd.Series(nan, index=table.index)
    alone = together = (None, None)
    caveats, not_given = [], []
    if denominators.notna().all():
        weights["weighted"] = denominators.to_numpy()
        implied = counts.isna()
        counts = counts.where(~implied, (rates * denominators / per).round())
        # Each area's own exposure is what turns its count into its published rate.
        exposure = (counts * per / rates).where((rates > 0) & (counts > 0), denominators)
        spreads = [1.0 if kind is None else variation_of(c, kind=kind).dispersion for c in counts]
        limits = [
            count_with_interval(int(c), unit="events", confidence=confidence, dispersion=spread)
            for c, spread in zip(counts, spreads, strict=True)
        ]
        lower = pd.Series([e.lower for e in limits]) * per / exposure
        upper = pd.Series([e.upper for e in limits]) * per / exposure
        told = [numbers / spreads for numbers in (counts, exposure)]
        alone = _rank_limits(rates, *told, confidence, one=own)
        together = _rank_limits(rates, *told, confidence)
        if implied.any():
            caveats.append(
                f"The counts behind {_names(table['area'][implied])} are implied by their published rates and "
                f"{of}; they serve for the intervals only."
            )
        caveats += _denominator_caveats(table, of, period)
        caveats.append(
            "Intervals take events to be independent: crimes that come in series make them wider."
            if kind is None
            else "Intervals allow for crimes that come in series, as far as open data of such counts tell."
        )
    else:
        not_given += [
            f"No weighted average: it needs the {of} of every area, and there are none for "
            f"{_names(table['area'][denominators.isna()])}.",
            f"No interval for the rank, the averages or the gaps: without {of} the counts behind the rates are "
            "not known.",
        ]
    # Events per unit of rate: from the area's own count if there is one, so that it fits the published rate.
    from_count = not np.isnan(counts[own]) and rates[own] > 0
    events_per_rate = counts[own] / rates[own] if from_count else denominators[own] / per
    if np.isnan(events_per_rate):
        not_given.append(f"No gap in events: it needs the count or the {of} of {area}.")
    others = np.arange(n) != own
    averages = pd.DataFrame(
        {"average": name, "includes_area": includes}
        | _average(weight * (others | includes), ~others, rates, lower, upper, events_per_rate)
        for name, weight in weights.items()
        for includes in (True, False)
    )
    areas = pd.DataFrame(
        {
            "area": table["area"],
            "rate": rates,
            "lower": lower,
            "upper": upper,
            "count": counts,
            "count_is": np.where(
                counts.isna(), "not known", np.where(table["count"].isna(), "implied", "published")
            ),
            "denominator": denominators,
            "rank": _ranks(rates),
            "rank_lower": together[0],
            "rank_upper": together[1],
        }
    )
    return GroupComparison(
        group=str(first["group"]),
        area=area,
        measure=str(first["measure"]),
        period=period,
        unit=f"per {per:,.0f} {of}",
        areas=areas.sort_values(["rank", "area"]).reset_index(drop=True),
        averages=averages,
        rank=int(_ranks(rates)[own]),
        rank_lower=None if alone[0] is None else int(alone[0][own]),
        rank_upper=None if alone[1] is None else int(alone[1][own]),
        confidence=confidence,
        not_given=tuple(not_given),
        caveats=tuple(caveats),
    )


def rank_areas(areas: pd.DataFrame, *, reading: str, confidence: float = 0.95) -> pd.DataFrame:
    """Rank areas by rate, 1 the highest, with the places that each could as well have.

    ``areas`` has ``area``, ``count`` and ``denominator``. An area could be any place that the areas clearly above it
    and clearly below it leave free: two areas differ clearly when the exact test of their two rates says so after
    Holm's correction (Al Mohamad, Goeman and van Zwet 2022; Mogstad, Romano, Shaikh and Wilhelm 2024). With
    ``reading="one area"`` each row is right with the stated confidence on its own, for an area named beforehand; with
    ``"all areas"`` the whole table is right at once, as a league table is read. Nothing is simulated. A column ``dispersion``
    says how far each area's counts stray; without it events are taken as independent.

    >>> table = pd.DataFrame({"area": ["A", "B", "C"], "count": [300, 280, 100], "denominator": [1000, 1000, 1000]})
    >>> rank_areas(table, reading="all areas")[["area", "rank", "rank_lower", "rank_upper"]].values.tolist()
    [['A', 1, 1, 2], ['B', 2, 1, 2], ['C', 3, 3, 3]]
    """
    if reading not in ("one area", "all areas"):
        raise ValueError(f"reading is 'one area' or 'all areas', not {reading!r}.")
    _check_areas(areas, count=_WHOLE, denominator=_ABOVE_ZERO)
    table = areas.reset_index(drop=True)
    counts, denominators = table["count"].astype(float), table["denominator"].astype(float)
    rates = counts / denominators
    # So many events tell as much as one that stands alone, and are of as much less exposure.
    told = [numbers / _dispersions(table) for numbers in (counts, denominators)]
    if reading == "all areas":
        lower, upper = _rank_limits(rates, *told, confidence)
    else:
        each = [_rank_limits(rates, *told, confidence, one=i) for i in table.index]
        lower = np.array([limits[0][i] for i, limits in enumerate(each)])
        upper = np.array([limits[1][i] for i, limits in enumerate(each)])
    ranked = table.assign(rate=rates, rank=_ranks(rates), rank_lower=lower, rank_upper=upper)
    return ranked.sort_values(["rank", "area"]).reset_index(drop=True)


def funnel_limits(
    denominators: pd.Series | np.ndarray,
    *,
    average: float,
    kind: str,
    per: float = 100,
    between_areas_sd: float = 0.0,
) -> pd.DataFrame:
    """Give the 95% and 99.8% funnel limits round an average at each size of area.

    ``kind`` is ``"proportion"`` (denominators are bases, ``average`` in ``per``), ``"rate"`` (people or households)
    or ``"ratio"`` (expected events, the average then being ``per``). By chance alone the limits are those of UKHSA's
    technical guide: score limits for proportions, exact Poisson limits for rates and ratios. With
    ``between_areas_sd`` they allow for areas that differ besides (Spiegelhalter 2005, additive), on the scale that
    steadies the variance.

    >>> funnel_limits(np.array([1000, 4000]), average=80.0, kind="proportion").round(2).values.tolist()
    [[1000.0, 77.52, 82.48, 76.09, 83.91], [4000.0, 78.76, 81.24, 78.05, 81.95]]
    """
    sizes, share = np.asarray(denominators, dtype=float), average / per
    refuse_unless(
        ((sizes > 0).all(), "funnel limits need sizes above zero."),
        (
            kind in ("proportion", "rate", "ratio"),
            f"kind is 'proportion', 'rate' or 'ratio', not {kind!r}.",
        ),
        (
            share > 0 and (kind != "proportion" or share < 1),
            f"no funnel can be drawn round an average of {average!r} per {per:g}.",
        ),
    )
    columns = {"denominator": sizes}
    for level, tail in (("95", 0.025), ("998", 0.001)):
        z = stats.norm.isf(tail)
        if between_areas_sd:
            reach = z * np.sqrt(1 / (4 * sizes) + between_areas_sd**2)
            lower, upper = (_unsteadied(_steadied(share, kind) + sign * reach, kind) for sign in (-1, 1))
        elif kind == "proportion":
            reach = z * np.sqrt(share * (1 - share) / sizes)
            lower, upper = np.maximum(share - reach, 0), np.minimum(share + reach, 1)
        else:
            expected = share * sizes
            # The count whose exact Poisson limit is the expected count: an inverse of Garwood's limits.
            lower = special.pdtrik(tail, expected) / sizes
            upper = (special.pdtrik(1 - tail, expected) + 1) / sizes
        columns[f"lower_{level}"], columns[f"upper_{level}"] = per * lower, per * upper
    return pd.DataFrame(columns)


def funnel(areas: pd.DataFrame, *, kind: str, per: float = 100) -> Funnel:
    """Set areas against their average, by chance alone and allowing for overdispersion.

    ``areas`` has ``area``, ``count`` and ``denominator`` (for ``kind="ratio"`` the expected events, the average then
    being ``per``). How much the areas differ besides chance is estimated by :func:`overdispersion`.

    >>> wards = pd.DataFrame({
    ...     "area": ["A", "B", "C", "D"], "count": [95, 105, 100, 160], "denominator": [5000, 5000, 5000, 5000]
    ... })
    >>> f = funnel(wards, kind="rate", per=1000)
    >>> f.average, f.areas["position"].tolist()
    (23.0, ['within the limits', 'within the limits', 'within the limits', 'above the 99.8% limits'])
    """
    _check_areas(areas, count=_FROM_ZERO, denominator=_ABOVE_ZERO)
    table = areas.reset_index(drop=True)
    counts, sizes = table["count"].astype(float), table["denominator"].astype(float)
    if kind == "proportion" and (counts > sizes).any():
        raise DataProblem(f"more than the whole in {_names(table['area'][counts > sizes])}.")
    average = per if kind == "ratio" else per * counts.sum() / sizes.sum()
    limits = funnel_limits(sizes, average=average, kind=kind, per=per).drop(columns="denominator")
    dispersion, sd = overdispersion(counts / sizes, sizes, average=average / per, kind=kind)
    wide = funnel_limits(sizes, average=average, kind=kind, per=per, between_areas_sd=sd).drop(
        columns="denominator"
    )
    result = table.assign(value=per * counts / sizes).join(limits)
    result["position"] = _positions(result["value"], limits)
    result = result.join(wide.add_suffix("_overdispersed"))
    result["position_overdispersed"] = _positions(result["value"], wide)
    caveats = [
        f"Of {len(table)} areas that do not truly differ, about {0.05 * len(table):.1f} lie outside the 95% limits by chance."
    ]
    if sd:
        caveats.append(
            f"Areas differ more than chance explains (dispersion {dispersion:.1f}): "
            "the overdispersed limits say which stand out even so."
        )
    return Funnel(
        kind=kind,
        unit="%" if kind == "proportion" and per == 100 else f"per {per:,.0f}",
        average=float(average),
        dispersion=dispersion,
        between_areas_sd=sd,
        areas=result,
        caveats=tuple(caveats),
    )


def overdispersion(
    shares: pd.Series, sizes: pd.Series, *, average: float, kind: str, winsorised: float = 0.1
) -> tuple[float, float]:
    """Give the dispersion of areas' shares round an average, and the standard deviation between areas besides chance.

    Both are on the scale that steadies the variance to 1/(4 size): arcsine of the root for proportions, root for rates
    and ratios. Scores beyond the tenth and ninetieth percentile are drawn in to them (``winsorised``), so that true
    outliers do not excuse themselves (Spiegelhalter 2005). Drawing in lowers the mean square of scores that differ by
    chance alone, to 0.68 for a tenth; that is made good, so that dispersion is then about 1. The spread is the moment
    estimate of DerSimonian and Laird, zero where chance alone is enough.

    >>> dispersion, sd = overdispersion(
    ...     pd.Series([0.02, 0.021, 0.019, 0.02, 0.02]), pd.Series([5000] * 5), average=0.02, kind="rate"
    ... )
    >>> round(dispersion, 2), sd
    (0.05, 0.0)
    """
    if not 0 <= average <= (1 if kind == "proportion" else inf):
        raise ValueError(
            f"an average of {average} cannot be: a proportion lies from 0 to 1, a rate or a ratio from 0 up."
        )
    scores = (_steadied(shares, kind) - _steadied(average, kind)) * 2 * np.sqrt(sizes)
    low, high = np.quantile(scores, [winsorised, 1 - winsorised])
    by_chance = 1.0
    if winsorised:
        z = stats.norm.isf(winsorised)
        by_chance = 2 * winsorised * z**2 + (1 - 2 * winsorised) - 2 * z * stats.norm.pdf(z)
    dispersion = float((scores.clip(low, high) ** 2).mean() / by_chance)
    n, weights = len(scores), 4 * sizes
    freedom = float(weights.sum() - (weights**2).sum() / weights.sum())
    spread = (n * dispersion - (n - 1)) / freedom if n > 1 else 0.0
    return dispersion, sqrt(max(0.0, spread))


def control_false_discoveries(p_values: pd.Series, *, share: float = 0.05) -> pd.DataFrame:
    """Say which of many tests stand when on average at most ``share`` of the findings may be false.

    Benjamini and Hochberg (1995), by statsmodels: ``p_value``, ``adjusted_p_value`` and ``stands``.

    >>> found = control_false_discoveries(pd.Series({"A": 0.001, "B": 0.03, "C": 0.04, "D": 0.6}))
    >>> found["stands"].to_dict()
    {'A': True, 'B': False, 'C': False, 'D': False}
    """
    if not 0 < share < 1:
        raise ValueError(
            f"the share of false findings lies between 0 and 1, such as 0.05; {share!r} does not."
        )
    if not p_values.between(0, 1).all():
        raise DataProblem(
            f"no p-value between 0 and 1 for {_names(p_values.index[~p_values.between(0, 1)])}."
        )
    stands, adjusted, _, _ = multipletests(p_values, alpha=share, method="fdr_bh")
    return pd.DataFrame({"p_value": p_values, "adjusted_p_value": adjusted, "stands": stands})


def changes_by_area(
    areas: pd.DataFrame, *, area_set: str, unit: str, share: float = 0.05, confidence: float = 0.95
) -> pd.DataFrame:
    """Give each area's change between two periods of equal length, and say which changes outlast looking at them all.

    ``areas`` has ``area``, ``earlier`` and ``later`` counts within the boundaries of ``area_set`` (wards of 2004 and
    of 2018 are different places). ``direction`` is ``fell`` or ``rose`` only where the change stands after
    false-discovery control; the intervals are for one area read alone. ``percent`` is left out, with a ``note``, when
    the earlier count is under 30. A column ``dispersion`` says how far each area's counts stray
    (:func:`~saferleeds_analysis.methods.variation.variation`); without it events are taken as independent.

    >>> wards = pd.DataFrame({"area": ["A", "B"], "earlier": [548, 20], "later": [472, 31]})
    >>> changes = changes_by_area(wards, area_set="leeds_2004", unit="offences")
    >>> changes["direction"].tolist(), changes["note"].tolist()
    (['fell', 'no clear change'], ['', 'no percentage on an earlier count of 20'])
    """
    _check_area_set(area_set)
    _check_areas(areas, earlier=_WHOLE, later=_WHOLE)
    changes = [
        change_between_counts(int(a), int(b), unit=unit, confidence=confidence, dispersion=float(spread))
        for a, b, spread in zip(areas["earlier"], areas["later"], _dispersions(areas), strict=True)
    ]
    found = control_false_discoveries(
        pd.Series([c.p_value for c in changes], index=areas["area"].to_numpy()), share=share
    )
    rows = []
    for (name, test), change in zip(found.iterrows(), changes, strict=True):
        small = change.earlier < SMALLEST_BASE
        percent = None if small else change.percent
        moved = "fell" if change.later < change.earlier else "rose"
        rows.append(
            {
                "area_set": area_set,
                "area": name,
                "earlier": change.earlier,
                "later": change.later,
                "difference": change.difference.value,
                "difference_lower": change.difference.lower,
                "difference_upper": change.difference.upper,
                "percent": percent.value if percent else nan,
                "percent_lower": percent.lower if percent else nan,
                "percent_upper": percent.upper if percent else nan,
                "p_value": test["p_value"],
                "adjusted_p_value": test["adjusted_p_value"],
                "direction": moved if test["stands"] else "no clear change",
                "note": f"no percentage on an earlier count of {change.earlier}" if small else "",
            }
        )
    return pd.DataFrame(rows)


def changes_beside_the_rest(
    areas: pd.DataFrame, *, area_set: str, share: float = 0.05, confidence: float = 0.95
) -> pd.DataFrame:
    """Set each area's change between two periods beside the change of all the others, and say which differ even so.

    ``areas`` has ``area``, ``earlier`` and ``later`` counts over periods of equal length. ``ratio`` is (later over earlier) here
    over the same elsewhere: 0.80 means a fifth fewer than the area would have had, had it moved with the rest. Its limits are
    those of the logarithm of an odds ratio (Woolf 1955); they are for one area read alone. ``word`` is ``lower`` or ``higher``
    only where the difference stands after false-discovery control. An area without a count in either period, or whose rest has
    none, is not tested and left out.

    >>> wards = pd.DataFrame({"area": ["A", "B", "C"], "earlier": [500, 400, 450], "later": [250, 380, 440]})
    >>> changes_beside_the_rest(wards, area_set="leeds_2004")[["area", "word"]].values.tolist()
    [['A', 'lower'], ['B', 'higher'], ['C', 'higher']]
    """
    _check_area_set(area_set)
    _check_areas(areas, fewest=2, earlier=_WHOLE, later=_WHOLE)
    table = areas[["area", "earlier", "later"]].reset_index(drop=True)
    counts = table[["earlier", "later"]].astype(float)
    cells = counts.join((counts.sum() - counts).add_suffix("_elsewhere"))
    tested = (cells > 0).all(axis=1)
    if not tested.any():
        raise DataProblem("no area has counts in both periods: there is nothing to compare.")
    table, cells = table[tested].reset_index(drop=True), cells[tested].reset_index(drop=True)
    log_ratio = np.log(
        cells["later"] / cells["earlier"] * cells["earlier_elsewhere"] / cells["later_elsewhere"]
    )
    error = np.sqrt((1 / cells).sum(axis=1) * _dispersions(areas).to_numpy()[tested.to_numpy()])
    reach = stats.norm.isf((1 - confidence) / 2) * error
    table.insert(0, "area_set", area_set)
    table = table.assign(
        ratio=np.exp(log_ratio),
        ratio_lower=np.exp(log_ratio - reach),
        ratio_upper=np.exp(log_ratio + reach),
        p_value=2 * stats.norm.sf(np.abs(log_ratio / error)),
    )
    return _which_differ(table, log_ratio > 0, share)


def _average(
    weights: np.ndarray,
    own: np.ndarray,
    rates: pd.Series,
    lower: pd.Series,
    upper: pd.Series,
    events_per_rate: float,
) -> dict:
    """Give a weighted average of the rates and the gap of one's own (a row of True and False) to it."""
    weights = weights / weights.sum()
    value, value_lower, value_upper = _combined(weights, rates, lower, upper)
    gap, gap_lower, gap_upper = _combined(own - weights, rates, lower, upper)
    word = "not tested" if np.isnan(gap_lower) else "no clear difference"
    if gap_lower > 0:
        word = "above"
    elif gap_upper < 0:
        word = "below"
    return {
        "value": value,
        "lower": value_lower,
        "upper": value_upper,
        "gap": gap,
        "gap_lower": gap_lower,
        "gap_upper": gap_upper,
        "gap_percent": 100 * gap / value if value else nan,
        "gap_events": gap * events_per_rate,
        "gap_events_lower": gap_lower * events_per_rate,
        "gap_events_upper": gap_upper * events_per_rate,
        "word": word,
    }


def _combined(
    weights: np.ndarray, rates: pd.Series, lower: pd.Series, upper: pd.Series
) -> tuple[float, float, float]:
    """Give a weighted sum of rates with the limits that join the rates' own (MOVER)."""
    value = float((weights * rates).sum())
    if lower.isna().any():
        return value, nan, nan
    down, up = weights * (lower - rates), weights * (upper - rates)
    towards_less, towards_more = np.minimum(down, up), np.maximum(down, up)
    return value, value - sqrt(float((towards_less**2).sum())), value + sqrt(float((towards_more**2).sum()))


def _ranks(rates: pd.Series) -> np.ndarray:
    return rates.rank(method="min", ascending=False).astype(int).to_numpy()


def _rank_limits(
    rates: pd.Series, counts: pd.Series, exposure: pd.Series, confidence: float, *, one: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the lowest and highest place of each area, from pairs that differ clearly (all pairs, or those of one)."""
    n, rate, count, size = len(rates), rates.to_numpy(), counts.to_numpy(), exposure.to_numpy()
    pairs = np.array(np.triu_indices(n, 1))
    if one is not None:
        pairs = pairs[:, (pairs == one).any(axis=0)]
    # Of each pair the area with the higher rate stands first.
    high, low = np.where(rate[pairs[0]] >= rate[pairs[1]], pairs, pairs[::-1])
    p_values = smaller_tail_twice(count[high], count[low], size[high] / (size[high] + size[low]))
    clear = (_holm(p_values) <= 1 - confidence) & (rate[high] > rate[low])
    return 1 + np.bincount(low[clear], minlength=n), n - np.bincount(high[clear], minlength=n)


def _dispersions(areas: pd.DataFrame) -> pd.Series:
    return areas.get("dispersion", pd.Series(1.0, index=areas.index)).astype(float)


def _holm(p_values: np.ndarray) -> np.ndarray:
    """Adjust p-values by Holm's step-down; statsmodels sweeps the memory on each call, which takes 0.2 s."""
    order = np.argsort(p_values)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    return np.minimum(adjusted, 1.0)


def _which_differ(table: pd.DataFrame, higher: pd.Series, share: float) -> pd.DataFrame:
    """Say which areas differ from the rest even after false-discovery control, and to which side."""
    found = control_false_discoveries(table["p_value"], share=share)
    word = np.where(found["stands"], np.where(higher, "higher", "lower"), "no clear difference")
    return table.assign(adjusted_p_value=found["adjusted_p_value"], word=word)


def _steadied(share: float | pd.Series, kind: str) -> float | pd.Series:
    """Put shares on the scale on which chance moves them by 1/(4 size), whatever they are."""
    return np.arcsin(np.sqrt(share)) if kind == "proportion" else np.sqrt(share)


def _unsteadied(value: np.ndarray, kind: str) -> np.ndarray:
    value = np.clip(value, 0, np.pi / 2 if kind == "proportion" else None)
    return np.sin(value) ** 2 if kind == "proportion" else value**2


def _positions(values: pd.Series, limits: pd.DataFrame) -> np.ndarray:
    return np.select(
        [
            values < limits["lower_998"],
            values < limits["lower_95"],
            values > limits["upper_998"],
            values > limits["upper_95"],
        ],
        ["below the 99.8% limits", "below the 95% limits", "above the 99.8% limits", "above the 95% limits"],
        default="within the limits",
    )


def _denominator_caveats(table: pd.DataFrame, of: str, period: str) -> list[str]:
    dates = {date.fromisoformat(str(d)) for d in table["denominator_date"]}
    if len(dates) > 1:
        return [
            f"The {of} of the areas are of different dates: {', '.join(map(periods.day_name, sorted(dates)))}."
        ]
    (day,) = dates
    if periods.financial_year_name(periods.financial_year_of(pd.Period(day, freq="M"))) == period:
        return []
    return [
        f"The {of} used for weights are those of {periods.day_name(day)} "
        f"({table['denominator_source'].iloc[0]}); the rates are of {period}, on {of} not published with them."
    ]


def _check_group(group: pd.DataFrame, area: str) -> None:
    """Name every problem of a comparison group in one message."""
    problems = _table_problems("the comparison group", group, GROUP_COLUMNS)
    has_size = group["denominator"].notna()
    has_origin = group["denominator_source"].notna() & group["denominator_date"].map(_is_date)
    alike = ("group", "measure", "period", "per", "denominator_of")
    if len(group) < 3:
        problems.append(f"a group of {len(group)} has no average to speak of (at least 3 areas)")
    problems += [f"{name} is not the same in every row" for name in alike if len(set(group[name])) > 1]
    problems += _number_problems(group, "rate", _FROM_ZERO)
    problems += _number_problems(group, "count", _WHOLE, empty=True)
    problems += _number_problems(group, "denominator", _ABOVE_ZERO, empty=True)
    if has_size.any() and not has_size.all():
        problems.append("denominators are given for some areas and not for others: all or none")
    problems += [
        f"the denominator of {name} has no date (as 2011-03-27) or no source"
        for name in group["area"][has_size & ~has_origin]
    ]
    if not problems:
        # A denominator of another date shifts a rate a little; a tenth is a slip in one of the three.
        implied = group["count"] * group["per"] / group["denominator"]
        apart = (implied - group["rate"]).abs() > 0.1 * group["rate"]
        problems += [f"count, rate and denominator of {name} do not agree" for name in group["area"][apart]]
    if group["source"].isna().any():
        problems.append("every row needs its source")
    if not problems and area not in set(group["area"]):
        problems.append(f"{area} is not in it; it has {_names(group['area'])}")
    if problems:
        raise DataProblem(f"the comparison group: {'; '.join(problems)}.")


def _check_area_set(area_set: str) -> None:
    if not area_set:
        raise ValueError("area_set says which boundaries the areas have, such as 'leeds_2018'.")


def _check_areas(areas: pd.DataFrame, *, fewest: int = 1, **kinds: str) -> None:
    """Name every problem of a table of areas in one message: its columns hold numbers of these kinds."""
    problems = _table_problems("the table of areas", areas, ("area", *kinds))
    if areas.empty:
        problems.append("there are no areas")
    for column, kind in kinds.items():
        problems += _number_problems(areas, column, kind)
    if problems:
        raise DataProblem(f"the table of areas: {'; '.join(problems)}.")
    if len(areas) < fewest:
        raise DataProblem("one area has no rest to differ from.")


def _table_problems(what: str, table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Refuse a table without its columns, and name what is wrong with the areas in it."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise DataProblem(f"{what} has no column {', '.join(missing)}.")
    twice = table["area"][table["area"].duplicated()].unique()
    problems = [f"{_names(twice)} is there twice"] if len(twice) else []
    if table["area"].isna().any():
        problems.append("an area has no name")
    return problems


def _number_problems(table: pd.DataFrame, column: str, kind: str, *, empty: bool = False) -> list[str]:
    wrong = [
        f"{area}: {value}"
        for area, value in zip(table["area"], table[column], strict=True)
        if not (_is_of_kind(value, kind) or (empty and pd.isna(value)))
    ]
    return [f"{column} is not {kind} in {', '.join(wrong)}"] if wrong else []


def _is_of_kind(value: object, kind: str) -> bool:
    if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(value):
        return False
    fits = {_WHOLE: value == int(value), _FROM_ZERO: True, _ABOVE_ZERO: value > 0}
    return value >= 0 and fits[kind]


def _is_date(value: object) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _names(labels: pd.Series | pd.Index) -> str:
    return ", ".join(str(label) for label in labels)
