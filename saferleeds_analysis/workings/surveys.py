"""Percentages of surveys: from respondents, with the error that their design gives, and from what was printed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.methods import feasibility, survey, survey_summaries, survey_trends
from saferleeds_analysis.methods.survey import SurveyEstimate
from saferleeds_analysis.methods.survey_summaries import SatisfactionSurvey
from saferleeds_analysis.methods.survey_trends import SurveyTrend
from saferleeds_analysis.workings.printed import as_printed, number_in

# From respondents. ``asked`` says which column holds the answers, which of them count and which are in the base.


def survey_level(
    respondents: pd.DataFrame,
    *,
    asked: Mapping[str, Any],
    single_unit_strata: str | None,
    whole: str,
    area: str,
    kind: str,
    quarter: str,
    give: str = "value",
) -> float:
    """Give a percentage of an area in a quarter or in twelve months, or what else its estimate holds (``lower``).

    >>> people = pd.DataFrame(
    ...     {"quarter": "2012/13 Q2", "area": "NWL", "stratum": "NWL", "cluster": [1, 1, 2, 2], "weight": 1.0}
    ... ).assign(asb=[1, 2, 2, 2])
    >>> asked = {"question": "asb", "answers": ["1"], "out_of": ["1", "2"], "definition": "ASB got worse"}
    >>> at = {"whole": "Leeds", "area": "NWL", "kind": "quarter", "quarter": "2012/13 Q2"}
    >>> survey_level(people, asked=asked, single_unit_strata=None, **at)
    25.0
    """
    people = _people(respondents, asked["question"])
    trend = trend_of(people, asked=asked, single_unit_strata=single_unit_strata, whole=whole)
    return getattr(trend.level(area, kind, periods.quarter(quarter)), give)


def survey_change(
    respondents: pd.DataFrame,
    *,
    asked: Mapping[str, Any],
    single_unit_strata: str | None,
    whole: str,
    area: str,
    kind: str,
    quarter: str,
    baseline: str = "",
    give: str = "value",
) -> float:
    """Give a change of an area's percentage, or what else its estimate holds; ``baseline`` is a financial year."""
    people = _people(respondents, asked["question"])
    trend = trend_of(
        people, asked=asked, single_unit_strata=single_unit_strata, whole=whole, baseline=baseline
    )
    return getattr(trend.changes[area, kind, periods.quarter(quarter)].difference, give)


def trend_of(
    people: pd.DataFrame,
    *,
    asked: Mapping[str, Any],
    single_unit_strata: str | None,
    whole: str,
    baseline: str = "",
) -> SurveyTrend:
    """Follow a household survey in waves drawn afresh, by clusters within strata, in the whole and in each locality.

    ``baseline`` is the financial year whose four waves the latest twelve months are compared with.
    """
    design = survey.survey_design(
        people,
        weight="weight",
        strata="stratum",
        clusters="cluster",
        wave="quarter",
        single_unit_strata=single_unit_strata,
    )
    baselines = {}
    if baseline:
        in_year = people["quarter"].isin(waves_of(baseline))
        places = {whole: in_year} | {area: in_year & (people["area"] == area) for area in set(people["area"])}
        baselines = {area: survey.proportion(design, **asked, where=there) for area, there in places.items()}
    return survey_trends.rolling_from_respondents(
        design, **asked, wave="quarter", whole=whole, localities="area", baselines=baselines
    )


def waves_of(year: str) -> pd.PeriodIndex:
    """Give the four quarters of a financial year."""
    return pd.period_range(
        end=periods.financial_year(year).asfreq("Q-MAR", how="end"), periods=4, freq="Q-MAR"
    )


def _people(respondents: pd.DataFrame, question: str) -> pd.DataFrame:
    """Give quarters as periods, and answers as the codes that they are: pandas reads codes of digits as numbers."""
    known = {text: periods.quarter(text) for text in respondents["quarter"].unique()}
    codes = respondents[question].map(
        lambda code: code if isinstance(code, str) else str(int(code)), na_action="ignore"
    )
    quarters = pd.PeriodIndex([known[text] for text in respondents["quarter"]], freq="Q-MAR")
    return respondents.reset_index(drop=True).assign(
        quarter=quarters, **{question: codes.reset_index(drop=True)}
    )


# From what was printed


def half_width(level: pd.DataFrame, base: pd.DataFrame) -> float:
    """Give the 95% half-width that a printed percentage has, had its base been a simple random sample."""
    return survey_summaries.margin_of_error(
        base=int(number_in(base)), percent=number_in(level), design_effect=1
    )


def printed_step(
    earlier: pd.DataFrame, later: pd.DataFrame, base: pd.DataFrame, *, give: str = "value"
) -> float:
    """Give the step between two printed quarters, each on a quarter of a yearly base, or what else its estimate holds."""
    a, b = (
        survey_summaries.published_percentage(
            number_in(row), base=round(number_in(base) / 4), design_effect=1, definition=""
        )
        for row in (earlier, later)
    )
    return getattr(survey_summaries.change_between_percentages(earlier=a, later=b).difference, give)


def satisfaction(
    asked: pd.DataFrame, answered: pd.DataFrame, level: pd.DataFrame, *, decimals: int, give: str
) -> float:
    """Give one figure of a satisfaction survey, by the whole number that prints as its percentage.

    >>> asked, answered, level = (pd.DataFrame({"value": [v]}) for v in (491, 310, 90.0))
    >>> satisfaction(asked, answered, level, decimals=1, give="satisfied")
    279
    """
    found = getattr(_satisfaction(asked, answered, level, decimals), give)
    return found.value if isinstance(found, SurveyEstimate) else found


def answers_wanted(
    asked: pd.DataFrame,
    answered: pd.DataFrame,
    level: pd.DataFrame,
    *,
    decimals: int,
    margin: float,
    quarter: int,
    at_result: bool,
    give: str,
) -> int:
    """Give the answers that a half-width needs next year, or how many to ask for them, at this year's response rate.

    ``quarter`` says how much of the year those asked are; the percentage is 50, or the result.
    """
    s = _satisfaction(asked, answered, level, decimals)
    size = survey_summaries.sample_size(
        margin=margin,
        response_rate=s.response_rate,
        design_effect=1,
        population=round(s.asked * 4 / quarter),
        percent=s.result.value if at_result else 50.0,
    )
    return getattr(size, give)


def _satisfaction(
    asked: pd.DataFrame, answered: pd.DataFrame, level: pd.DataFrame, decimals: int
) -> SatisfactionSurvey:
    base, percent = int(number_in(answered)), as_printed(level, decimals)
    found = survey_summaries.satisfaction_as_printed(
        asked=int(number_in(asked)), answered=base, printed_percent=percent, definition=""
    )
    if found is None:
        several = feasibility.numerators_behind(base=base, printed_percent=percent)
        how_many = "several whole numbers print" if several else "no whole number prints"
        raise ValueError(f"{how_many} as {percent}% of {base:,}.")
    return found
