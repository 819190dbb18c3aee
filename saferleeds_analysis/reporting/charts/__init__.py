"""Charts, drawn from results and returned as blocks: SVG with a headline, a subtitle, words for those who do not see
it, and the table of the data behind it. One module a kind of chart; ``drawing`` holds what they share.
"""

from saferleeds_analysis.reporting.charts.amounts import (
    chart_of_dots,
    chart_of_group,
    chart_of_placebos,
    chart_of_quarters,
    chart_of_recent_quarters,
    chart_of_sensitivity,
)
from saferleeds_analysis.reporting.charts.maps import chart_of_boundaries, chart_of_tiles
from saferleeds_analysis.reporting.charts.surveys import chart_of_levels, chart_of_printed, chart_of_survey
from saferleeds_analysis.reporting.charts.trends import (
    chart_of_adjustment,
    chart_of_control,
    chart_of_months,
    chart_of_profile,
    chart_of_totals,
    chart_of_year,
)

__all__ = [
    "chart_of_adjustment",
    "chart_of_boundaries",
    "chart_of_control",
    "chart_of_dots",
    "chart_of_group",
    "chart_of_levels",
    "chart_of_months",
    "chart_of_placebos",
    "chart_of_printed",
    "chart_of_profile",
    "chart_of_quarters",
    "chart_of_recent_quarters",
    "chart_of_sensitivity",
    "chart_of_survey",
    "chart_of_tiles",
    "chart_of_totals",
    "chart_of_year",
]
