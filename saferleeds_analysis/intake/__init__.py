"""The only room that reads ``data/raw``: from what an analyst received to tidy counts with their provenance.

``build_processed`` turns every source folder into ``data/processed``; ``recorded_counts``,
``recorded_parts``, ``recorded_cases``, ``survey_responses`` and ``commentary`` give what a notebook asks for.
"""

from saferleeds_analysis.intake.actions import Action, actions_in, actions_of, read_actions
from saferleeds_analysis.intake.boundaries import Boundaries, boundaries
from saferleeds_analysis.intake.build import build_processed
from saferleeds_analysis.intake.cases import RecordedCases, recorded_cases
from saferleeds_analysis.intake.commentaries import (
    Commentary,
    CommentaryRequest,
    commentary,
    commentary_request,
)
from saferleeds_analysis.intake.counts import RecordedCounts, recorded_counts
from saferleeds_analysis.intake.ledger import Provenance
from saferleeds_analysis.intake.papers import Paper, paper
from saferleeds_analysis.intake.parts import RecordedParts, recorded_parts
from saferleeds_analysis.intake.reading import data_fingerprint, pack_inputs, unread_files
from saferleeds_analysis.intake.responses import SurveyResponses, survey_responses
from saferleeds_analysis.intake.sources import Source

__all__ = [
    "Action",
    "Boundaries",
    "Commentary",
    "CommentaryRequest",
    "Paper",
    "Provenance",
    "RecordedCases",
    "RecordedCounts",
    "RecordedParts",
    "Source",
    "SurveyResponses",
    "actions_in",
    "actions_of",
    "boundaries",
    "build_processed",
    "commentary",
    "commentary_request",
    "data_fingerprint",
    "pack_inputs",
    "paper",
    "read_actions",
    "recorded_cases",
    "recorded_counts",
    "recorded_parts",
    "survey_responses",
    "unread_files",
]
