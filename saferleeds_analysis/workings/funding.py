"""What a funding position states of itself, and what another share of the cost would mean."""

from collections.abc import Mapping

from saferleeds_analysis.catalogue import row_of
from saferleeds_analysis.methods import resourcing
from saferleeds_analysis.unit_costs import FundingPosition


def as_stated(stated: Mapping, position: str, field: str) -> float:
    """Give a number as the position states it."""
    return float(getattr(_position(stated, position), field))


def checked(stated: Mapping, position: str, field: str) -> float:
    """Give what comes of setting the stated figures beside one another."""
    return float(getattr(resourcing.check_position(_position(stated, position)), field))


def at_share(stated: Mapping, position: str, share: str, field: str) -> float:
    """Give what another share of the full cost means."""
    return float(getattr(resourcing.funding_scenario(_position(stated, position), share=share), field))


def _position(stated: Mapping, position: str) -> FundingPosition:
    return row_of(FundingPosition, next(table for table in stated["position"] if table["id"] == position))
