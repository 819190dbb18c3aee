"""Words, tables, charts and report cards, made from results and never from raw data."""

from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.commentary import commentary_sections
from saferleeds_analysis.reporting.outlook import Outlook, outlook_of
from saferleeds_analysis.reporting.season import Season, season_of
from saferleeds_analysis.reporting.services import ServiceCounts, service_counts

__all__ = [
    "Outlook",
    "ReportCard",
    "Season",
    "ServiceCounts",
    "commentary_sections",
    "outlook_of",
    "report_card",
    "season_of",
    "service_counts",
]
