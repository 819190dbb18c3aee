"""A financial year as it adds up: its path to a target and where it is heading, together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from saferleeds_analysis.catalogue import Caveat, Target
from saferleeds_analysis.methods.trajectory.milestones import Trajectory, build_trajectory
from saferleeds_analysis.methods.trajectory.projection import Projection, project_year_end
from saferleeds_analysis.results import Result


@dataclass(frozen=True, kw_only=True)
class Course(Result):
    """The course of one financial year: ``path`` to its target and ``projection`` of its end, ``None`` once the year is complete."""

    name: str
    unit: str
    path: Trajectory
    projection: Projection | None

    @property
    def target(self) -> Target | None:
        """The target in force."""
        return self.path.target

    def to_frame(self) -> pd.DataFrame:
        """Give a row for each period of the year: share, milestone, lower, upper, actual, adjusted, projected (10, 50 and 90%)."""
        frame = self.path.path.rename_axis("period")
        if self.projection is not None:
            fan = self.projection.fan[[0.1, 0.5, 0.9]]
            frame = frame.join(fan.set_axis(["projected_10", "projected_50", "projected_90"], axis="columns"))
        return frame.reset_index()


def course_of_year(
    history: pd.Series,
    *,
    target: Target | Sequence[Target] | None,
    year: pd.Period,
    unit: str,
    as_at: date | None = None,
    adjusted: pd.Series | None = None,
    caveats: Sequence[Caveat] = (),
    projection: Projection | None = None,
) -> Course:
    """Give the path and the projection of a year, or the path with a ``projection`` that was made together with other areas; see :func:`build_trajectory` and :func:`project_year_end` for what is refused.

    >>> from saferleeds_analysis import periods
    >>> quarters = pd.period_range("2012Q1", "2013Q2", freq="Q-MAR", name="quarter")
    >>> enquiries = pd.Series([1011, 916, 645, 725, 725, 958], index=quarters, name="asb_enquiries")
    >>> course = course_of_year(enquiries, target=None, year=periods.financial_year("2012/13"), unit="enquiries")
    >>> course.projection.actual, course.path.target
    (1683, None)
    """
    path = build_trajectory(
        history, target=target, year=year, as_at=as_at, adjusted=adjusted, caveats=caveats
    )
    complete = history.index[-1].end_time >= path.path.index[-1].end_time
    if complete:
        projection = None
    elif projection is None:
        projection = project_year_end(history, target=target, year=year, unit=unit, caveats=caveats)
    else:
        projection = projection.against(target)
    return Course(name=str(history.name), unit=unit, path=path, projection=projection)
