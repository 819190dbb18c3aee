"""The path to a target: a milestone for every month or quarter, and the range that it may wander in.

No public source defines the "milestone range" of the report cards: this one is the project's own. The milestone is the
part of the target that has usually fallen by then. The range says how far the count to date of a year that ends
exactly on target wanders from it, so that a position outside the range says something and one inside does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Caveat, Target
from saferleeds_analysis.methods.counts import period_name
from saferleeds_analysis.methods.trajectory.history import (
    CONSTANTS,
    History,
    check_history,
    check_targets,
    is_decrease,
    target_count,
)
from saferleeds_analysis.methods.trajectory.rating import (
    RULES,
    Rating,
    position_words,
    rate_against_range,
    rating_of,
)
from saferleeds_analysis.problems import DataProblem

METHOD = "milestone of a usual year; quasi-binomial range of cumulative shares"


@dataclass(frozen=True, kw_only=True)
class Trajectory:
    """The path to the target of one financial year, and where the counts so far stand on it.

    ``path`` has a row for every period of the year: ``share`` (of a usual year that has fallen by its end), and
    cumulative counts ``milestone``, ``lower``, ``upper``, ``actual`` and ``adjusted`` (empty where not known). It is
    drawn for ``target``, the one in force; ``superseded`` holds earlier ones of the year and ``superseded_path`` a
    column of milestones for each, by kind and value. ``position`` and ``adjusted_position`` are the fixed words for the latest
    period, ``None`` where there is no target or no count yet. ``base_years`` made the shares; ``left_out_years`` did
    not, each with why. ``confidence`` is the range's.
    """

    year: pd.Period
    target: Target | None
    superseded: tuple[Target, ...]
    path: pd.DataFrame
    superseded_path: pd.DataFrame
    confidence: float
    base_years: tuple[pd.Period, ...]
    left_out_years: tuple[tuple[pd.Period, str], ...]
    position: str | None
    adjusted_position: str | None
    rating: Rating
    caveats: tuple[str, ...]


def build_trajectory(
    history: pd.Series,
    *,
    target: Target | Sequence[Target] | None,
    year: pd.Period,
    as_at: date | None = None,
    adjusted: pd.Series | None = None,
    caveats: Sequence[Caveat] = (),
    denominator: float | None = None,
    confidence: float = RULES["range"]["confidence"],
) -> Trajectory:
    """Draw the path to a target over a financial year and say where the counts stand on it.

    ``history`` holds counts by month or by financial-year quarter, up to the last one known. ``target`` may be all
    targets of the year: the last one set by ``as_at`` (by default the last of all) is in force and the ones before it
    are kept as superseded; ``None`` gives the shares alone. Years of the history with a month in a caveat of kind
    ``pandemic`` or ``missing``, or with a ``definition break`` inside, do not shape the path. A rate's ``target`` needs
    ``denominator``, how many of the rate's base there are (321.5 for a rate per 1,000 of 321,500 households). Not for
    percentages: a level does not add up over a year, see ``assess_level``.

    ``adjusted`` is the seasonally adjusted series. Its count to date, times the part of a usual year gone over the part
    of the calendar gone, stands where an actual count of the same strength would stand, and is placed in the same range.

    >>> from datetime import date
    >>> quarters = pd.period_range("2012Q1", "2013Q2", freq="Q-MAR", name="quarter")
    >>> enquiries = pd.Series([1011, 916, 645, 725, 725, 958], index=quarters, name="asb_enquiries")
    >>> aim = Target(indicator_id="asb_enquiries", area="Leeds", period="2012/13", kind="original", comparison="at most",
    ...     value=3000.0, set_on=date(2012, 4, 1), agreed_by="example", source="example", note="")
    >>> t = build_trajectory(enquiries, target=aim, year=periods.financial_year("2012/13"))
    >>> round(float(t.path["share"].iloc[1]), 3), t.position, t.rating.letter
    (0.584, 'at the lower end', 'G')
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, such as 0.8; {confidence!r} does not.")
    checked = check_history(history, year=year, caveats=caveats)
    targets = check_targets(target, year=year)
    if as_at is not None:
        targets = tuple(t for t in targets if t.set_on <= as_at)
    base_years, left_out_years = _choose_base_years(checked)
    counts = np.array([checked.counts_of(y) for y in base_years])
    shares, dispersion, freedom = _usual_year(counts)
    in_force = targets[-1] if targets else None
    path = pd.DataFrame({"share": shares}, index=checked.year_index)
    path["milestone"] = path["lower"] = path["upper"] = np.nan
    if in_force is not None:
        value = target_count(in_force, denominator)
        path["milestone"] = value * shares
        # The second part is the error of the shares themselves, which rest on the base years' count.
        variance = value * shares * (1 - shares) * dispersion * (1 + value / counts.sum())
        spread = stats.t.ppf(0.5 + confidence / 2, freedom) * np.sqrt(variance)
        # What has been counted cannot be taken back: the range never falls, and a year that ends on target was never
        # above it.
        path["lower"] = np.maximum.accumulate(np.maximum(path["milestone"] - spread, 0))
        path["upper"] = np.minimum.accumulate((path["milestone"] + spread)[::-1])[::-1]
    known = checked.year_index[: checked.known]
    path["actual"] = pd.Series(checked.counts_of(year).cumsum(), index=known)
    path["adjusted"] = np.nan if adjusted is None else _adjusted_so_far(adjusted, known, path["share"])
    position, adjusted_position, rating = _stand(path, in_force, checked.known, denominator)
    return Trajectory(
        year=year,
        target=in_force,
        superseded=targets[:-1],
        path=path,
        superseded_path=pd.DataFrame(
            {
                f"{t.kind} {t.comparison} {t.value:,g}": target_count(t, denominator) * shares
                for t in targets[:-1]
            },
            index=path.index,
        ),
        confidence=confidence,
        base_years=tuple(base_years),
        left_out_years=tuple(left_out_years),
        position=position,
        adjusted_position=adjusted_position,
        rating=rating,
        caveats=_caveats(checked, base_years, left_out_years, targets, denominator, adjusted, confidence),
    )


def _choose_base_years(history: History) -> tuple[list[pd.Period], list[tuple[pd.Period, str]]]:
    years, left_out = history.whole_years_before(), []
    for year in years:
        reasons = (
            (history.is_left_out(year), "months left out by a caveat"),
            (history.has_break_inside(year), "the definition changed inside the year"),
            (not history.counts_of(year).sum(), "a count of zero has no shares"),
        )
        left_out += [(year, why) for holds, why in reasons if holds][:1]
    usable = [y for y in years if y not in dict(left_out)]
    if not usable:
        why = "; ".join(f"{periods.financial_year_name(y)}: {reason}" for y, reason in left_out)
        raise DataProblem(
            f"history {history.counts.name!r} has no whole financial year before "
            f"{periods.financial_year_name(history.year)} to take the usual shares from{f' ({why})' if why else ''}. "
            "Add at least one earlier year; until then compare the count with the same months of the year before."
        )
    return usable[-CONSTANTS["milestones"]["base_years"] :], left_out


def _usual_year(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Give cumulative shares, their dispersion over the base years, and the degrees of freedom behind it.

    The dispersion of cumulative shares is Pearson's, period by period. Three base years speak for themselves; where there
    are fewer, what is believed of series like this one (``national/trajectory.toml``) stands in for the missing ones, so
    that a single year has a range too, and a wide one.
    """
    constants = CONSTANTS["milestones"]
    years, length = counts.shape
    cumulative, totals = counts.cumsum(axis=1), counts.sum(axis=1)
    # One event spread evenly over the year keeps the share of a rare offence off 0 and 1.
    shares = (cumulative.sum(axis=0) + np.arange(1, length + 1) / length) / (totals.sum() + 1)
    inner = shares[:-1]
    squares = (totals[:, None] * (cumulative[:, :-1] / totals[:, None] - inner) ** 2).sum(axis=0) / (
        inner * (1 - inner)
    )
    believed = 1 + constants["dispersion_factor"] * totals.mean() ** constants["dispersion_power"]
    stand_ins = max(0, constants["years_that_speak"] - years)
    freedom = stand_ins + years - 1
    dispersion = np.maximum((stand_ins * believed + squares) / freedom, constants["dispersion_least"])
    return shares, np.append(dispersion, 1.0), freedom


def _adjusted_so_far(adjusted: pd.Series, known: pd.PeriodIndex, share: pd.Series) -> pd.Series:
    if not isinstance(adjusted.index, pd.PeriodIndex) or not known.isin(adjusted.index).all():
        raise ValueError(
            "adjusted is the seasonally adjusted series of the same months or quarters: it lacks some of the year to date."
        )
    even = np.arange(1, len(share) + 1) / len(share)
    # After a gap the count to date is not known.
    return adjusted.loc[known].astype(float).cumsum(skipna=False) * share / even


def _stand(
    path: pd.DataFrame, target: Target | None, known: int, denominator: float | None
) -> tuple[str | None, str | None, Rating]:
    if target is None:
        return None, None, rating_of("N", "there is no target.")
    if not known:
        return None, None, rating_of("N", "the year has no count yet.")
    latest = path.iloc[known - 1]
    limits = {"lower": latest["lower"], "upper": latest["upper"]}
    rating = rate_against_range(
        latest["actual"],
        **limits,
        target=target,
        final=known == len(path),
        target_value=target_count(target, denominator),
    )
    if known == len(path):
        words = "target met" if rating.letter == "G" else "target missed"
        return words, None, rating
    place = {"decrease": is_decrease(target), **limits}
    adjusted = None if np.isnan(latest["adjusted"]) else position_words(latest["adjusted"], **place)
    return position_words(latest["actual"], **place), adjusted, rating


def _caveats(
    history, base_years, left_out_years, targets, denominator, adjusted, confidence
) -> tuple[str, ...]:
    said = [
        "The milestone range is the project's own definition: how far a year that ends exactly on target may stand from "
        f"its milestone, {confidence:.0%} of the time.",
        f"The usual shares come from {', '.join(map(periods.financial_year_name, base_years))}.",
    ]
    said += [f"{periods.financial_year_name(y)} is left out: {reason}." for y, reason in left_out_years]
    if len(base_years) < 3:
        said.append(f"Only {len(base_years)} base year{'s' * (len(base_years) > 1)}: the range is wide.")
    older = [b for b in history.breaks if base_years[0].end_time < b.start_time]
    said += [
        f"The definition changed in {period_name(b)}: years before it give the shape of the year, not its level."
        for b in older[-1:]
    ]
    said += [
        f"The {t.kind} target ({t.comparison} {t.value:,g}) was superseded on {periods.day_name(targets[-1].set_on)}."
        for t in targets[:-1]
    ]
    if denominator is not None and targets:
        said.append(
            f"The target is a rate of {targets[-1].value:g}; on {denominator:g} of its base it is a count of "
            f"{target_count(targets[-1], denominator):,.0f}."
        )
    if adjusted is not None:
        said.append(
            "The adjusted position is the seasonally adjusted count to date, put on the scale of a usual year."
        )
    if not history.known:
        said.append("The year has no count yet.")
    return tuple(said)
