"""A household survey in quarterly waves: each quarter, rolling twelve months of four, and the changes between them.

Two windows a quarter apart share three of their four waves, so the change between them is only what the new wave and
the dropped one differ by: its error needs the covariance of the two, which is taken into account.
Quarters are compared with the quarter before and windows with those a quarter and a year before; "no clear change" is
the default word, and comparisons of one kind are allowed for together.

>>> waves = pd.period_range("2012Q1", periods=6, freq="Q-MAR").repeat(500)
>>> together = ["yes"] * 350 + ["no"] * 150
>>> people = pd.DataFrame({"quarter": waves, "together": together * 5 + ["yes"] * 330 + ["no"] * 170, "id": range(3000)})
>>> from saferleeds_analysis.methods.survey import survey_design
>>> design = survey_design(people, weight=None, wave="quarter")
>>> asked = {"answers": ["yes"], "out_of": ["yes", "no"], "wave": "quarter", "whole": "Leeds", "definition": "get on well"}
>>> trend = rolling_from_respondents(design, "together", **asked)
>>> [(level.period, round(level.estimate.value, 1)) for level in trend.levels if level.kind == "12 months"][-1]
('12 months to September 2012', 69.0)
>>> sorted({change.direction for change in trend.changes.values()})
['no clear change']
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.methods.survey import (
    SurveyChange,
    SurveyDesign,
    SurveyEstimate,
    allow_for_comparisons,
    covariance,
    hidden_variances,
    percentage,
    proportion,
    variance_of,
)
from saferleeds_analysis.methods.survey_summaries import change_between_percentages
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.survey_measures import waves_alike

QUARTER, TWELVE_MONTHS = "quarter", "12 months"
ON_QUARTER_BEFORE = "quarter on the quarter before"
ON_WINDOW_BEFORE = "12 months on 12 months a quarter before"
ON_YEAR_BEFORE = "12 months on 12 months a year before"
ON_BASELINE = "12 months on the baseline"
# With which earlier level a level is compared, by how many quarters back it lies.
_STEPS = {QUARTER: {ON_QUARTER_BEFORE: 1}, TWELVE_MONTHS: {ON_WINDOW_BEFORE: 1, ON_YEAR_BEFORE: 4}}


@dataclass(frozen=True, kw_only=True)
class SurveyLevel:
    """The percentage of one area in a quarter (``kind`` ``"quarter"``) or in twelve months (``"12 months"``).

    ``quarter`` is the quarter, or the last of the four.
    """

    area: str
    kind: str
    quarter: pd.Period
    estimate: SurveyEstimate

    @property
    def period(self) -> str:
        """The quarter or the window as people write it."""
        if self.kind == QUARTER:
            return periods.quarter_name(self.quarter)
        return periods.twelve_months_name(periods.last_month(self.quarter))


@dataclass(frozen=True, kw_only=True)
class SurveyTrend:
    """Levels and changes of one measure. ``changes`` are found by area, kind and (last) quarter of the later level.

    All the changes of one kind, over all areas and quarters, are allowed for together.
    """

    levels: tuple[SurveyLevel, ...]
    changes: Mapping[tuple[str, str, pd.Period], SurveyChange]

    def level(self, area: str, kind: str, quarter: pd.Period) -> SurveyEstimate:
        """Find one level."""
        for level in self.levels:
            if (level.area, level.kind, level.quarter) == (area, kind, quarter):
                return level.estimate
        raise ValueError(f"there is no level of {kind} for {area!r} in {periods.quarter_name(quarter)}.")

    def together(self, keys: Sequence[tuple[str, str, pd.Period]]) -> tuple[SurveyChange, ...]:
        """Give these changes, allowed for as the one set that is shown together, instead of with all of their kind."""
        return allow_for_comparisons([self.changes[key] for key in keys])

    def to_frame(self, *, indicator_id: str) -> pd.DataFrame:
        """Give tidy rows, levels first, then changes with their p-values and direction."""
        rows = [
            level.estimate.to_frame(
                indicator_id=indicator_id, area=level.area, period=level.period, measure=level.kind
            )
            for level in self.levels
        ]
        for (area, kind, quarter), change in self.changes.items():
            of = QUARTER if kind == ON_QUARTER_BEFORE else TWELVE_MONTHS
            period = SurveyLevel(area=area, kind=of, quarter=quarter, estimate=change.later).period
            row = change.difference.to_frame(
                indicator_id=indicator_id, area=area, period=period, measure=f"change, {kind}"
            )
            rows.append(
                row.assign(
                    p_value=change.p_value,
                    adjusted_p_value=change.adjusted_p_value,
                    comparisons=change.comparisons,
                    direction=change.direction,
                )
            )
        return pd.DataFrame([row.iloc[0].to_dict() for row in rows])


def rolling_from_respondents(
    design: SurveyDesign,
    question: str,
    *,
    answers: Collection[object],
    out_of: Collection[object],
    left_out: Collection[object] = (),
    wave: str,
    whole: str,
    localities: str | None = None,
    definition: str,
    baselines: Mapping[str, SurveyEstimate | None] | None = None,
    confidence: float = 0.95,
) -> SurveyTrend:
    """Follow one question through the waves, for the ``whole`` and for each of the ``localities`` (a column).

    ``wave`` names the column of quarters (periods of frequency ``Q-MAR``). ``answers``, ``out_of`` and ``left_out`` are
    as in :func:`survey.proportion`. ``baselines`` gives an independent earlier percentage by area, of the same
    definition. Waves drawn afresh each quarter are given to :func:`survey.survey_design` as ``wave``.
    """
    respondents = design.respondents
    quarters = _quarters(respondents[wave])
    for first, second in waves_alike(respondents, wave):
        raise DataProblem(
            f"a wave is there twice: {periods.quarter_name(first)} and {periods.quarter_name(second)} "
            "hold the same respondents with the same answers. Take one out."
        )
    # This checks the answer codes once for the whole file; what follows works on masks.
    everybody = proportion(design, question, answers=answers, out_of=out_of, left_out=left_out)
    counted = respondents[question].isin(list(answers)).to_numpy()
    places = {whole: np.ones(len(respondents), bool)}
    if localities is not None:
        if respondents[localities].isna().any():
            raise DataProblem(f"column {localities!r} is missing for some respondents.")
        names = respondents[localities].to_numpy()
        places |= {str(name): names == name for name in sorted(set(names))}
    asked_in = {
        (kind, quarter): respondents[wave].isin(members).to_numpy()
        for kind, quarter, members in _levels(quarters)
    }
    found = {}
    for area, place in places.items():
        estimates = {
            level: percentage(
                design,
                counted=counted,
                base=everybody.in_base & asked & place,
                asked=asked & place,
                confidence=confidence,
                definition=definition,
            )
            for level, asked in asked_in.items()
        }
        linearised = np.stack([e.linearised for e in estimates.values()], axis=1)
        # Linearisation gives 0%, 100% and clusters that agree no error at all; what their intervals rest on takes its place.
        raw = covariance(design, linearised)
        found[area] = estimates, raw + np.diag(hidden_variances(estimates.values(), raw))
    return _trend(found, baselines or {})


def _trend(
    found: Mapping[str, tuple[Mapping[tuple[str, pd.Period], SurveyEstimate], np.ndarray]],
    baselines: Mapping[str, SurveyEstimate | None],
) -> SurveyTrend:
    """Make a trend of the levels of each area and their covariance matrix, whose order is the levels'."""
    levels, changes = [], {}
    for area, (estimates, covariances) in found.items():
        place = {level: i for i, level in enumerate(estimates)}
        latest = max((q for kind, q in estimates if kind == TWELVE_MONTHS), default=None)
        baseline = baselines.get(area)
        # From here on an estimate stands by itself, without a value for each respondent.
        alone = {level: replace(e, linearised=None, in_base=None) for level, e in estimates.items()}
        for (kind, quarter), later in alone.items():
            levels.append(SurveyLevel(area=area, kind=kind, quarter=quarter, estimate=later))
            a = place[kind, quarter]
            for name, step in _STEPS[kind].items():
                earlier = alone.get((kind, quarter - step))
                if earlier is None:
                    continue
                b = place[kind, quarter - step]
                variance = max(covariances[a, a] + covariances[b, b] - 2 * covariances[a, b], 0.0)
                changes[area, name, quarter] = change_between_percentages(
                    earlier=earlier, later=later, variance=variance
                )
            if baseline is not None and (kind, quarter) == (TWELVE_MONTHS, latest):
                changes[area, ON_BASELINE, quarter] = change_between_percentages(
                    earlier=baseline, later=later, variance=covariances[a, a] + variance_of(baseline)
                )
    for kind in dict.fromkeys(kind for _, kind, _ in changes):
        keys = [key for key in changes if key[1] == kind]
        changes |= dict(zip(keys, allow_for_comparisons([changes[k] for k in keys]), strict=True))
    return SurveyTrend(levels=tuple(levels), changes=changes)


def _levels(quarters: Sequence[pd.Period]) -> list[tuple[str, pd.Period, tuple[pd.Period, ...]]]:
    """List every quarter, and every window whose four quarters are all there."""
    windows = [(q, tuple(q - back for back in (3, 2, 1, 0))) for q in quarters]
    there = set(quarters)
    return [(QUARTER, q, (q,)) for q in quarters] + [
        (TWELVE_MONTHS, q, members) for q, members in windows if there.issuperset(members)
    ]


def _quarters(column: pd.Series) -> list[pd.Period]:
    if getattr(column.dtype, "freq", None) is None or column.dtype.freq.freqstr not in ("QE-MAR", "Q-MAR"):
        raise ValueError(
            f"the waves are told by {column.dtype} values; make quarters with saferleeds_analysis.periods.quarter."
        )
    return sorted(column.unique())
