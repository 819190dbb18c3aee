"""Targets and the way to them: milestones with their range, year-end projection, the chance of meeting the target.

Three questions, one function each: where should we be (:func:`build_trajectory`), where will we end
(:func:`project_year_end`), and how far can that answer be trusted (:func:`backtest`). RAG letters and the direction
of travel follow written rules (:mod:`rating`).
"""

from saferleeds_analysis.methods.trajectory.backtest import Backtest, backtest
from saferleeds_analysis.methods.trajectory.course import Course, course_of_year
from saferleeds_analysis.methods.trajectory.history import MEASURED, is_decrease, is_met
from saferleeds_analysis.methods.trajectory.milestones import Trajectory, build_trajectory
from saferleeds_analysis.methods.trajectory.projection import (
    RUN_RATE_MISLEADS,
    Chance,
    Projection,
    project_together,
    project_year_end,
)
from saferleeds_analysis.methods.trajectory.rating import (
    RULES,
    Direction,
    Rating,
    assess_gap,
    assess_level,
    cap_by_chance,
    direction_of_travel,
    rating_of,
    travel_in_words,
)

__all__ = [
    "MEASURED",
    "RULES",
    "RUN_RATE_MISLEADS",
    "Backtest",
    "Chance",
    "Course",
    "Direction",
    "Projection",
    "Rating",
    "Trajectory",
    "assess_gap",
    "assess_level",
    "backtest",
    "build_trajectory",
    "cap_by_chance",
    "course_of_year",
    "direction_of_travel",
    "is_decrease",
    "is_met",
    "project_together",
    "project_year_end",
    "rating_of",
    "travel_in_words",
]
