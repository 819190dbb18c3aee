"""What can be said of a survey whose answers were printed, not handed over: percentages, bases and counts.

A printed percentage has an error when its base and design effect are stated, and none when they are not: so both are
asked for. This module also holds the figures of a satisfaction survey at case closure and the size that next year's needs.

>>> perception = published_percentage(12.62, base=6073, design_effect=1.0, definition="ASB got worse")
>>> round(perception.lower, 1), round(perception.upper, 1)
(11.8, 13.5)
"""

from dataclasses import dataclass, replace
from math import ceil, inf, sqrt
from numbers import Integral, Real

import pandas as pd

from saferleeds_analysis.methods.feasibility import numerators_behind
from saferleeds_analysis.methods.survey import (
    SMALLEST_BASE,
    SurveyChange,
    SurveyEstimate,
    change_from_difference,
    variance_of,
)
from saferleeds_analysis.methods.survey_intervals import t_quantile, wilson_limits
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.results import Result


@dataclass(frozen=True, kw_only=True)
class SatisfactionSurvey:
    """A survey of everybody whose case closed, of whom some answered.

    ``result`` is the percentage satisfied with its interval, corrected for the share of all cases that answered.
    ``margin_at_half`` is the half-width that is usually published: at 50% whatever the result. ``margin_at_result`` is
    the one at the result. Neither allows for those who did not answer: ``lowest_possible`` and ``highest_possible``
    are the result if none, or all, of them were satisfied. Percentages and percentage points throughout.
    """

    asked: int
    answered: int
    satisfied: int
    response_rate: float
    not_answered: int
    not_answered_percent: float
    result: SurveyEstimate
    margin_at_half: float
    margin_at_result: float
    lowest_possible: float
    highest_possible: float

    def to_frame(self, *, indicator_id: str, area: str, period: str) -> pd.DataFrame:
        """Give tidy rows: the result, then the figures that the statement on non-response needs."""
        about = {"indicator_id": indicator_id, "area": area, "period": period}
        rows = [
            {**about, "measure": measure, "value": value, "unit": unit, "n": self.asked}
            for measure, value, unit in (
                ("asked", self.asked, "people"),
                ("answered", self.answered, "people"),
                ("not answered", self.not_answered, "people"),
                ("response rate", self.response_rate, "%"),
                ("margin at 50%", self.margin_at_half, "percentage points"),
                ("margin at the result", self.margin_at_result, "percentage points"),
                ("satisfied if no other was", self.lowest_possible, "%"),
                ("satisfied if all others were", self.highest_possible, "%"),
            )
        ]
        result = self.result.to_frame(**about, measure="satisfied")
        return pd.concat([result.astype(object), pd.DataFrame(rows, dtype=object)], ignore_index=True)


@dataclass(frozen=True, kw_only=True)
class SampleSize(Result):
    """How many answers a margin needs, and how many people must be asked for them at the response rate given.

    ``margin_reached`` is the half-width that the answers give, in percentage points. Where more would have to be asked than there are, ``people_to_ask`` is everybody and ``enough`` is false.
    """

    answers_needed: int
    people_to_ask: int
    margin_reached: float
    enough: bool


def published_percentage(
    percent: float,
    *,
    base: int,
    design_effect: float,
    definition: str,
    population: int | None = None,
    confidence: float = 0.95,
) -> SurveyEstimate:
    """Give a printed percentage with Wilson's interval on its effective base.

    ``design_effect`` is a judgement and has no default: 1 for a simple random sample, usually 1.2 to 2 for a weighted
    household survey; say where it comes from. ``population`` is how many there were to be asked, for the finite
    population correction (none for a survey of a city).

    >>> printed = published_percentage(62.0, base=310, design_effect=1.3, definition="feels safe after dark")
    >>> round(printed.lower, 1), round(printed.upper, 1)  # Wilson's formula at 310 / 1.3 answers
    (55.7, 67.9)
    """
    effective = _effective_base(percent, base, design_effect, population)
    share = percent / 100
    lower, upper = (share, share) if effective == inf else wilson_limits(share, effective, confidence)
    caveats = (
        [] if design_effect != 1 else ["Design effect taken as 1: weights and clusters would widen this."]
    )
    if base < SMALLEST_BASE:
        caveats.append(f"Base of {base}, under {SMALLEST_BASE}: not to be printed as a percentage.")
    return SurveyEstimate(
        value=float(percent),
        lower=min(100 * lower, percent),
        upper=max(100 * upper, percent),
        unit="%",
        method="Wilson on the effective base",
        confidence=confidence,
        n=int(base),
        caveats=tuple(caveats),
        standard_error=100 * sqrt(share * (1 - share) / effective),
        degrees_of_freedom=inf,
        design_effect=float(design_effect),
        effective_n=effective,
        definition=definition,
    )


def change_between_percentages(
    *, earlier: SurveyEstimate, later: SurveyEstimate, variance: float | None = None
) -> SurveyChange:
    """Compare two percentages, of surveys that were drawn independently of each other unless ``variance`` is given.

    ``variance``, in squared percentage points, is that of their difference: two twelve-month windows that share quarters
    have another than two independent surveys (see ``survey_trends``).

    >>> before = published_percentage(16.94, base=6073, design_effect=1.25, definition="ASB got worse")
    >>> after = published_percentage(12.62, base=6073, design_effect=1.25, definition="ASB got worse")
    >>> change = change_between_percentages(earlier=before, later=after)
    >>> change.direction, round(change.difference.value, 1)
    ('fell', -4.3)
    """
    if earlier.confidence != later.confidence:
        raise ValueError("the two percentages have intervals of different confidence.")
    df = min(earlier.degrees_of_freedom, later.degrees_of_freedom)
    t = t_quantile(earlier.confidence, df)
    error = sqrt(variance_of(earlier) + variance_of(later) if variance is None else variance)
    value = later.value - earlier.value
    difference = SurveyEstimate(
        value=value,
        lower=value - t * error,
        upper=value + t * error,
        unit="percentage points",
        method="normal" if df == inf else "t",
        confidence=earlier.confidence,
        n=earlier.n + later.n,
        caveats=tuple(dict.fromkeys((*earlier.caveats, *later.caveats))),
        standard_error=error,
        degrees_of_freedom=df,
        definition=later.definition,
    )
    return change_from_difference(earlier=earlier, later=later, difference=difference)


def margin_of_error(
    *,
    base: int,
    percent: float,
    design_effect: float,
    population: int | None = None,
    confidence: float = 0.95,
) -> float:
    """Give the half-width of the normal interval in percentage points, with finite population correction.

    >>> round(margin_of_error(base=310, percent=50, design_effect=1, population=491), 2)
    3.38
    """
    effective = _effective_base(percent, base, design_effect, population)
    return float(t_quantile(confidence, inf) * sqrt(percent * (100 - percent) / effective))


def satisfaction_survey(
    *, asked: int, answered: int, satisfied: int, definition: str, confidence: float = 0.95
) -> SatisfactionSurvey:
    """Give the figures of a satisfaction survey in which everybody whose case closed was asked.

    >>> survey = satisfaction_survey(asked=491, answered=310, satisfied=279, definition="satisfied with the outcome")
    >>> round(survey.response_rate, 1), round(survey.margin_at_half, 2), round(survey.margin_at_result, 1)
    (63.1, 3.38, 2.0)
    """
    for count in (asked, answered, satisfied):
        _check_count(count)
    if answered == 0:
        raise DataProblem("Nobody answered: a percentage of a base of zero does not exist.")
    if not satisfied <= answered <= asked:
        raise DataProblem(
            f"{satisfied} satisfied of {answered} who answered of {asked} asked: each must be at most the next."
        )
    percent = 100 * satisfied / answered
    silent = asked - answered
    known = {"base": answered, "design_effect": 1.0, "population": asked}
    result = published_percentage(percent, definition=definition, confidence=confidence, **known)
    if silent:
        unheard = (
            f"{silent:,} of {asked:,} did not answer; the interval does not allow for how they may differ."
        )
        result = replace(result, caveats=(unheard, *(c for c in result.caveats if c.startswith("Base"))))
    return SatisfactionSurvey(
        asked=asked,
        answered=answered,
        satisfied=satisfied,
        response_rate=100 * answered / asked,
        not_answered=silent,
        not_answered_percent=100 * silent / asked,
        result=result,
        margin_at_half=margin_of_error(percent=50, confidence=confidence, **known),
        margin_at_result=margin_of_error(percent=percent, confidence=confidence, **known),
        lowest_possible=100 * satisfied / asked,
        highest_possible=100 * (satisfied + silent) / asked,
    )


def satisfaction_as_printed(
    *, asked: int, answered: int, printed_percent: str, definition: str
) -> SatisfactionSurvey | None:
    """Give a satisfaction survey whose result was only printed as a percentage (``"90.0"``).

    ``None`` unless exactly one whole number of those who answered prints so.
    """
    satisfied = numerators_behind(base=answered, printed_percent=printed_percent)
    if len(satisfied) != 1:
        return None
    return satisfaction_survey(asked=asked, answered=answered, satisfied=satisfied[0], definition=definition)


def sample_size(
    *,
    margin: float,
    response_rate: float,
    design_effect: float,
    population: int | None = None,
    percent: float = 50.0,
    confidence: float = 0.95,
) -> SampleSize:
    """Give the answers that a half-width of ``margin`` percentage points needs, and how many to ask for them.

    ``percent`` is the result expected; 50 needs the most. ``response_rate`` is in per cent.

    >>> sample_size(margin=5, response_rate=63.1, design_effect=1, population=1000).answers_needed
    278
    """
    _check_percent(percent)
    if not 0 < margin < 100:
        raise ValueError(f"a margin is more than 0 and less than 100 percentage points; {margin!r} is not.")
    if not 0 < response_rate <= 100:
        raise ValueError(f"a response rate is more than 0% and at most 100%; {response_rate!r} is not.")
    if not design_effect > 0:
        raise ValueError(f"a design effect is more than 0; {design_effect!r} is not.")
    z = t_quantile(confidence, inf)
    needed = design_effect * percent * (100 - percent) * (z / margin) ** 2
    if population is not None:
        needed /= 1 + (needed - 1) / population
    answers = max(ceil(round(needed, 9)), 1)
    ask = ceil(round(100 * answers / response_rate, 9))
    enough = population is None or ask <= population
    reached_by = answers
    if not enough:
        ask = population
        reached_by = max(int(population * response_rate / 100), 1)
    reached = margin_of_error(
        base=reached_by,
        percent=percent,
        design_effect=design_effect,
        population=population,
        confidence=confidence,
    )
    return SampleSize(answers_needed=answers, people_to_ask=ask, margin_reached=reached, enough=enough)


def _effective_base(percent: float, base: int, design_effect: float, population: int | None) -> float:
    _check_percent(percent)
    if isinstance(base, bool) or not isinstance(base, Integral) or base < 0:
        raise DataProblem(f"{base!r} is not a base: a base is a whole number of respondents.")
    if base == 0:
        raise DataProblem("The base is zero: a percentage of nobody does not exist.")
    if not design_effect > 0:
        raise ValueError(f"a design effect is more than 0; {design_effect!r} is not.")
    if population is None:
        return base / design_effect
    if population < base:
        raise DataProblem(f"{base} answered of a population of {population}: more than there are.")
    if population == base:
        return inf
    return base / design_effect * (population - 1) / (population - base)


def _check_percent(percent: float) -> None:
    if isinstance(percent, bool) or not isinstance(percent, Real) or not 0 <= percent <= 100:
        raise DataProblem(f"{percent!r} is not a percentage: percentages lie from 0 to 100.")


def _check_count(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, Integral) or count < 0:
        raise DataProblem(f"{count!r} is not a count: counts are whole numbers from 0.")
