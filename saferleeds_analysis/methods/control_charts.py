"""XmR control charts by the rules of the NHS "Making Data Count" guides: is this month out of the ordinary?

The numbers and the rules are those of NHSRplotthedots 0.2.2. An XmR chart takes each point to vary about one mean with
no season, so a series that has a season is charted on its seasonally adjusted figures; on one that is seasonal and
unadjusted no special cause is claimed. Limits change by a recorded decision only, never by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from saferleeds_analysis.problems import DataProblem, refuse_unless
from saferleeds_analysis.results import Result

#: Process limits lie this many average moving ranges either side of the mean (three sigma, 3 / 1.128).
LIMIT = 2.66
#: Moving ranges from this many times their average up are left out of it, so that one jump does not hide others.
SCREEN = 3.267
# The share of zeros from which on a series is one of rare events.
_MOSTLY = 0.5
RUN = 7
FEWEST_POINTS = 12

SEASONALITY = ("adjusted", "not seasonal", "seasonal and unadjusted")
IMPROVEMENT = ("decrease", "increase", "neither")

RULES = {
    "above limit": "above the upper process limit",
    "below limit": "below the lower process limit",
    "rising": "part of a run of 7 that rise",
    "falling": "part of a run of 7 that fall",
    "2 of 3 high": "near the upper process limit, like another within three months",
    "2 of 3 low": "near the lower process limit, like another within three months",
    "7 above mean": "part of a run of 7 above the mean",
    "7 below mean": "part of a run of 7 below the mean",
    "none": "within the ordinary variation of the series",
}
_HIGH = ("above limit", "rising", "2 of 3 high", "7 above mean")

_NEITHER = ("Special cause, neither better nor worse", "purple")
# What is said of a point of each type, and the colour of its icon.
_VERDICTS = {
    "improvement": ("Special cause of improvement", "blue"),
    "concern": ("Special cause of concern", "orange"),
    "high": _NEITHER,
    "low": _NEITHER,
    "common cause": ("Common cause", "grey"),
}


@dataclass(frozen=True, kw_only=True)
class Rebase:
    """A recorded decision to set new limits from a period on: why, who decided, and on what day.

    >>> Rebase(
    ...     first=pd.Period("2012-04", "M"), reason="New recording rules", decided_on=date(2012, 5, 1),
    ...     decided_by="Performance board",
    ... ).reason
    'New recording rules'
    """

    first: pd.Period
    reason: str
    decided_on: date
    decided_by: str

    def __post_init__(self) -> None:
        """Refuse a decision without its reason, its day or its maker."""
        if not self.reason.strip() or not self.decided_by.strip() or not isinstance(self.decided_on, date):
            raise ValueError(
                f"new limits from {self.first} need a reason, the day of the decision and who made it: "
                "limits are set anew by a recorded decision only."
            )


@dataclass(frozen=True, kw_only=True)
class Icon:
    """A Making Data Count icon: what it shows, its letter and colour (never colour alone), and its words."""

    kind: str
    letter: str
    colour: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ControlChart(Result):
    """An XmR chart in numbers.

    ``points`` has one row a period: ``value``, ``phase`` (from 1, one more at each rebase), ``in_baseline`` (whether
    the limits rest on it), ``mean``, ``lower_process_limit``, ``upper_process_limit``, ``rule`` (a key of ``RULES``)
    and ``point_type`` (``improvement``, ``concern``, ``high``, ``low``, ``common cause`` or ``not judged``).
    ``variation`` is the icon of the last point, ``assurance`` that of the target against the last limits.
    ``proposed_rebase`` is the period from which new limits would fit the level that the series has come to, if it has.
    """

    name: str
    points: pd.DataFrame
    improvement_direction: str
    seasonality: str
    target: float | None
    rebases: tuple[Rebase, ...]
    proposed_rebase: pd.Period | None
    variation: Icon
    assurance: Icon | None
    caveats: tuple[str, ...]

    @property
    def proposal(self) -> str:
        """Say in a sentence that new limits could be decided on; nothing where none are proposed."""
        if self.proposed_rebase is None:
            return ""
        last = self.points.iloc[-1]
        side = "above" if last["value"] > last["mean"] else "below"
        return (
            f"Since {self.proposed_rebase} the level has held {side} the mean: limits set anew from there would fit, by a recorded decision "
            "that says why it moved."
        )


def xmr_chart(
    series: pd.Series,
    *,
    improvement_direction: str,
    seasonality: str,
    target: float | None = None,
    baseline_points: int | None = None,
    rebases: Sequence[Rebase] = (),
    screen_outliers: bool = True,
) -> ControlChart:
    """Chart a series: mean, process limits, the points that break a rule, and what may be said of them.

    ``improvement_direction`` is ``"decrease"``, ``"increase"`` or ``"neither"``. ``seasonality`` states what the
    series is: ``"adjusted"``, ``"not seasonal"`` (shown by a test, not hoped) or ``"seasonal and unadjusted"``, on
    which no point is judged. ``baseline_points`` fixes the limits on the first points of each phase; without it they
    rest on all. A negative lower limit is left as it is computed; a chart of counts is drawn from zero.

    >>> months = pd.period_range("2012-04", periods=14, freq="M")
    >>> values = [52, 48, 51, 49, 50, 53, 47, 52, 48, 50, 51, 49, 50, 71]
    >>> chart = xmr_chart(
    ...     pd.Series(values, months, name="thefts"), improvement_direction="decrease", seasonality="adjusted"
    ... )
    >>> chart.variation.words
    'Special cause of concern: the last point, 2013-05, is above the upper process limit.'
    """
    refuse_unless(
        (
            improvement_direction in IMPROVEMENT,
            f"improvement_direction is one of {IMPROVEMENT}, not {improvement_direction!r}.",
        ),
        (
            seasonality in SEASONALITY,
            f"seasonality states what the series is, one of {SEASONALITY}, not {seasonality!r}.",
        ),
        (
            baseline_points is None or baseline_points >= 2,
            "a baseline needs at least 2 points, and should have 12.",
        ),
        (isinstance(series.index, pd.PeriodIndex), "the series needs a PeriodIndex, one period a row."),
    )
    _check_series(series)
    values = series.astype(float)
    phases = _phases(values.index, rebases)
    parts = [
        _phase_limits(part, baseline_points, screen_outliers)
        for _, part in values.groupby(phases.to_numpy(), sort=True)
    ]
    points = pd.concat(parts)
    points.insert(1, "phase", phases)
    caveats = _caveats(points, rebases, seasonality)
    judged = seasonality != "seasonal and unadjusted"
    if judged:
        points["point_type"] = [_point_type(rule, improvement_direction) for rule in points["rule"]]
    else:
        points["rule"], points["point_type"] = "none", "not judged"
    return ControlChart(
        name=str(series.name),
        points=points,
        improvement_direction=improvement_direction,
        seasonality=seasonality,
        target=target,
        rebases=tuple(rebases),
        proposed_rebase=_proposed_rebase(parts[-1], baseline_points) if judged else None,
        variation=_variation(points),
        assurance=_assurance(points, target, improvement_direction) if judged else None,
        caveats=caveats,
    )


def _phases(index: pd.PeriodIndex, rebases: Sequence[Rebase]) -> pd.Series:
    phases = pd.Series(1, index=index)
    starts = [rebase.first for rebase in rebases]
    for first in starts:
        if first not in index[1:]:
            raise ValueError(
                f"limits cannot be set anew from {first}: the series runs from {index[0]} to {index[-1]}."
            )
        phases[index >= first] += 1
    if len(set(starts)) < len(starts):
        raise ValueError("two decisions set limits anew from the same period: keep one.")
    lengths = phases.value_counts()
    if (lengths < 2).any():
        raise ValueError("limits need at least 2 points in each phase, and should have 12.")
    return phases


def _phase_limits(values: pd.Series, baseline_points: int | None, screen_outliers: bool) -> pd.DataFrame:
    """Give mean, limits and rules of one phase; rules do not run across a change of limits."""
    baseline = values.iloc[:baseline_points]
    ranges = baseline.diff().abs().iloc[1:]
    if screen_outliers:
        ranges = ranges[ranges < SCREEN * ranges.mean()]
    if not ranges.sum() > 0:
        raise DataProblem(
            f"{values.name}: no limits can be set on {values.index[0]} to {baseline.index[-1]}, where next to nothing varies."
        )
    mean, average_range = baseline.mean(), ranges.mean()
    lower, upper = mean - LIMIT * average_range, mean + LIMIT * average_range
    near = 2 * (LIMIT / 3) * average_range
    outside = (values < lower) | (values > upper)
    return pd.DataFrame(
        {
            "value": values,
            "in_baseline": np.arange(len(values)) < len(baseline),
            "mean": mean,
            "lower_process_limit": lower,
            "upper_process_limit": upper,
            "rule": _rules(values, mean, outside, ~outside & ((values - mean).abs() > near)),
        },
        index=values.index,
    )


def _rules(values: pd.Series, mean: float, outside: pd.Series, close: pd.Series) -> np.ndarray:
    """Name the first rule that each point breaks: outside, trend, two in three, seven on one side, in that order."""
    side, step = np.sign(values - mean), np.sign(values.diff())
    in_trend = _in_window(step.rolling(RUN - 1).sum().abs() == RUN - 1, RUN)
    in_run = _in_window(side.rolling(RUN).sum().abs() == RUN, RUN)
    two_near = (close.rolling(3).sum() >= 2) & (side.rolling(3).sum().abs() == 3)
    in_two_of_three = _in_window(two_near, 3) & close
    # A point between two runs belongs to the one that follows, as the step out of it shows.
    rises = step.shift(-1).where(in_trend.shift(-1, fill_value=False), step) > 0
    high = side > 0
    breaks = {
        "above limit": outside & high,
        "below limit": outside,
        "rising": in_trend & rises,
        "falling": in_trend,
        "2 of 3 high": in_two_of_three & high,
        "2 of 3 low": in_two_of_three,
        "7 above mean": in_run & high,
        "7 below mean": in_run,
    }
    return np.select(list(breaks.values()), list(breaks), "none")


def _proposed_rebase(phase: pd.DataFrame, baseline_points: int | None) -> pd.Period | None:
    """Find from when on new limits would fit: the first period since which the level has moved and is stable again.

    The Making Data Count team leave new limits to judgement; what it asks for is a shift, that has lasted, with enough
    points behind it. The stable shift algorithm (BMJ Quality & Safety, 2025) makes a rule of that: after a break of the shift
    rule limits are set anew only on a stretch that is itself stable. So all points from the period on lie on one side of the
    mean up to the last, there are twelve at least, and no seven of them lie on one side of their own mean, rise or fall.
    """
    side = np.sign(phase["value"] - phase["mean"]).to_numpy()
    turns = np.flatnonzero(side != side[-1])
    values = phase["value"].to_numpy()
    for first in range(turns[-1] + 1 if len(turns) else 0, len(values) - FEWEST_POINTS + 1):
        since = values[first:]
        level = _longest_run(since - since[:baseline_points].mean()) < RUN
        if first and level and _longest_run(np.diff(since)) < RUN - 1:
            return phase.index[first]
    return None


def _longest_run(differences: np.ndarray) -> int:
    """Give the most values in a row of one sign.

    >>> _longest_run(np.array([1.0, 2.0, -1.0, 3.0, 0.5, 0.1]))
    3
    """
    turns = np.flatnonzero(np.diff(np.sign(differences))) + 1
    return int(np.diff([0, *turns, len(differences)]).max())


def _in_window(ends: pd.Series, length: int) -> pd.Series:
    """Say of each point whether it lies in a window of ``length`` points, which end where ``ends`` is true."""
    return ends[::-1].rolling(length, min_periods=1).max()[::-1].astype(bool)


def _point_type(rule: str, improvement_direction: str) -> str:
    if rule == "none":
        return "common cause"
    high = rule in _HIGH
    if improvement_direction == "neither":
        return "high" if high else "low"
    return "improvement" if high == (improvement_direction == "increase") else "concern"


def _variation(points: pd.DataFrame) -> Icon:
    last = points.iloc[-1]
    if last["point_type"] == "not judged":
        return Icon(
            kind="not judged",
            letter="–",
            colour="grey",
            words="Not judged: the series has a season that has not been taken out, and its months differ for that alone.",
        )
    what, colour = _VERDICTS[last["point_type"]]
    letter = "~" if last["rule"] == "none" else "H" if last["rule"] in _HIGH else "L"
    return Icon(
        kind=last["point_type"],
        letter=letter,
        colour=colour,
        words=f"{what}: the last point, {points.index[-1]}, is {RULES[last['rule']]}.",
    )


def _assurance(points: pd.DataFrame, target: float | None, improvement_direction: str) -> Icon | None:
    """Set the target against the limits of the last phase; none without a target or a better direction."""
    if target is None or improvement_direction == "neither":
        return None
    last = points.iloc[-1]
    beyond = (
        "above"
        if target > last["upper_process_limit"]
        else "below"
        if target < last["lower_process_limit"]
        else ""
    )
    if not beyond:
        return Icon(
            kind="inconsistent",
            letter="?",
            colour="grey",
            words="The target lies between the process limits: it may be met or missed by chance.",
        )
    met = (beyond == "above") == (improvement_direction == "decrease")
    return Icon(
        kind="consistent pass" if met else "consistent fail",
        letter="P" if met else "F",
        colour="blue" if met else "orange",
        words=f"The target lies {beyond} the process limits: unless something changes it will be "
        f"{'met' if met else 'missed'} each time.",
    )


def _caveats(points: pd.DataFrame, rebases: Sequence[Rebase], seasonality: str) -> tuple[str, ...]:
    caveats = []
    if seasonality == "seasonal and unadjusted":
        caveats.append(
            "The series is seasonal and unadjusted: its limits are too wide or too narrow for any one month, and no "
            "special cause is claimed. Chart the seasonally adjusted series."
        )
    for _, part in points.groupby("phase"):
        used = int(part["in_baseline"].sum())
        if used < FEWEST_POINTS:
            caveats.append(
                f"The limits from {part.index[0]} rest on {used} points, fewer than {FEWEST_POINTS}: provisional."
            )
    caveats += [
        f"Limits set anew from {r.first} by decision of {r.decided_by} on {r.decided_on.day} {r.decided_on:%B %Y}: {r.reason}."
        for r in sorted(rebases, key=lambda r: r.first)
    ]
    return tuple(caveats)


def _check_series(series: pd.Series) -> None:
    index, blank = series.index, series.index[series.isna()]
    repeated = index[index.duplicated()].astype(str)
    every = pd.period_range(index.min(), index.max(), freq=index.freq) if len(index) else index
    rules = (
        (len(series) >= 2, f"has {len(series)} points, and limits need at least 2"),
        (repeated.empty, f"has {''.join(repeated[:1])} twice"),
        (not repeated.empty or index.equals(every), "has gaps or is not in order"),
        (blank.empty, f"has no value in {', '.join(map(str, blank))}"),
        (not np.isinf(series.to_numpy(dtype=float, na_value=np.nan)).any(), "has a value that is not finite"),
        (
            (series == 0).mean() < _MOSTLY,
            "is 0 in half of its periods or more, and moving ranges of so rare events raise false alarms. Chart a longer period, "
            "or the days between events",
        ),
    )
    problems = [problem for holds, problem in rules if not holds]
    if problems:
        raise DataProblem(f"{series.name}: the series {'; '.join(problems)}.")
