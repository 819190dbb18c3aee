"""Words, tables, charts and report cards, made from results and never from raw data."""

from saferleeds_analysis.reporting.cards import ReportCard, report_card
from saferleeds_analysis.reporting.commentary import commentary_sections

__all__ = ["ReportCard", "commentary_sections", "report_card"]
