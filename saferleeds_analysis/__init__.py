"""Crime-performance statistics and quarterly write-ups for a Community Safety Partnership.

An analyst writes ``import saferleeds_analysis as sl`` and finds what there is to call by ``sl.`` and the Tab key.

>>> import saferleeds_analysis as sl
>>> sl.change_between_counts(9214, 5938, unit="offences").direction
'fell'

The rooms behind it, in the order in which data flows: ``intake`` reads files, ``methods`` compute, ``reporting`` says and draws,
``publishing`` runs notebooks and writes pages. ``periods``, ``catalogue`` and ``estimates`` are what they all speak of.
"""

from typing import Any

__version__ = "0.1.0"


# Loaded when first asked for: a command that needs none of them loads none, and the rooms import each other freely.
__all__ = [
    "Break",
    "DataProblem",
    "Denominator",
    "SeasonalSpec",
    "borrow_seasonality",
    "by_area",
    "change_between_counts",
    "compare_rates",
    "compare_with_group",
    "control_chart",
    "cost_of_crime",
    "count_with_interval",
    "evaluate_intervention",
    "financial_year",
    "funding_scenario",
    "funnel",
    "month",
    "open",
    "published_percentage",
    "quarter",
    "rank_areas",
    "rate",
    "replay",
    "sample_size",
    "seasonally_adjust",
    "survey_breakdown",
    "survey_change",
    "survey_design",
    "survey_percentage",
    "trajectory",
    "twelve_months",
    "variation",
]


def __getattr__(name: str) -> Any:
    """Give a public name from where it is made."""
    if name not in __all__:
        raise AttributeError(f"saferleeds_analysis has no {name!r}: it has {', '.join(__all__)}.")
    from saferleeds_analysis import analysis

    return getattr(analysis, name)


def __dir__() -> list[str]:
    return ["__version__", *__all__]
