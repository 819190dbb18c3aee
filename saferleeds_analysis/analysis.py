"""What an analyst calls, in a notebook or a script: ``import saferleeds_analysis as sl``.

Each method takes a pandas Series or DataFrame of one's own (an index of months; one of days is converted where that is plain) and gives a
result that shows itself in JupyterLab. Two of them take a page's counts too, and then tell them as the page may print them.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.estimates import change_between_counts, count_with_interval
from saferleeds_analysis.methods import control_charts, costs, seasonal
from saferleeds_analysis.methods.changes import by_area, twelve_months
from saferleeds_analysis.methods.comparison import compare_with_group, funnel, rank_areas
from saferleeds_analysis.methods.intervention import evaluate_intervention
from saferleeds_analysis.methods.rates import Denominator, compare_rates, rate
from saferleeds_analysis.methods.resourcing import funding_scenario
from saferleeds_analysis.methods.seasonal import (
    Break,
    SeasonalAdjustment,
    SeasonalSpec,
    borrow_seasonality,
)
from saferleeds_analysis.methods.survey import change as survey_change
from saferleeds_analysis.methods.survey import proportion as survey_percentage
from saferleeds_analysis.methods.survey import survey_design
from saferleeds_analysis.methods.survey_breakdown import survey_breakdown
from saferleeds_analysis.methods.survey_summaries import published_percentage, sample_size
from saferleeds_analysis.methods.trajectory import Backtest, Course, backtest, course_of_year
from saferleeds_analysis.methods.variation import variation
from saferleeds_analysis.periods import financial_year, month, quarter
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.project import OpenProject
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.outlook import Outlook, outlook_of
from saferleeds_analysis.reporting.season import Season, season_of
from saferleeds_analysis.unit_costs import load_cost_tables


def open(folder: str | Path = ".") -> OpenProject:
    """Open a project: the folder that holds ``data/raw`` and ``notebooks``; in a notebook of its own that is ``".."``.

    >>> page = open(".").page("2012/13 Q2", indicator="domestic_burglary", area="Leeds", as_at="2012-09-30")
    >>> int(page.counts().monthly[-12:].sum())  # the published card of the quarter has 5,938
    5938
    """
    root = Path(folder)
    if not (root / "data" / "raw").is_dir():
        raise ValueError(
            f"{str(folder)!r} is no project: it holds no folder data/raw. In a notebook of the project write sl.open('..')."
        )
    return OpenProject(root)


def seasonally_adjust(
    counts: pd.Series | ReportCard, *, spec: SeasonalSpec | None = None, breaks: Sequence[Break] = ()
) -> SeasonalAdjustment | Season:
    """Take the season out of counts by X-13ARIMA-SEATS; see :func:`~saferleeds_analysis.methods.seasonal.seasonally_adjust`.

    A page's counts are adjusted with the choices that are frozen for them, and the areas below borrow the pattern.

    >>> import numpy as np
    >>> months = pd.period_range("2015-04", periods=96, freq="M")
    >>> expected = 300 * (1 + 0.2 * np.cos(months.month * np.pi / 6))
    >>> series = pd.Series(np.random.default_rng(1).poisson(expected), months, name="burglary")
    >>> seasonally_adjust(series).identifiable
    True
    """
    if isinstance(counts, ReportCard):
        if spec is not None or breaks:
            raise ValueError(
                "a page's counts are adjusted by the choices and caveats of the project's tables. Take counts.monthly to try others."
            )
        return season_of(counts)
    return seasonal.seasonally_adjust(periods.by_period(counts), spec=spec, breaks=breaks)


def trajectory(
    counts: pd.Series | SeasonalAdjustment | Season,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    target: Target | None = None,
    year: str = "",
    unit: str = "offences",
) -> Course | Outlook:
    """Follow a financial year: the path to its target, the projected end, and the chance of meeting the target.

    The target is a number, ``at_most`` or ``at_least``, or a :class:`Target` of the project's tables. ``year`` (``"2025/26"``) is that of
    the first month without a count, unless it is given. Of an adjusted series the adjusted count is placed too. A page's
    season brings the targets of its tables. See :func:`~saferleeds_analysis.methods.trajectory.build_trajectory` and
    :func:`~saferleeds_analysis.methods.trajectory.project_year_end` for what is refused.

    >>> months = pd.period_range("2021-04", periods=54, freq="M")
    >>> course = trajectory(pd.Series([40, 50] * 27, months, name="thefts"), at_most=540)
    >>> course.path.target.period, course.projection.actual
    ('2025/26', 270)
    """
    if isinstance(counts, Season):
        if year or any(given is not None for given in (at_most, at_least, target)):
            raise ValueError(
                "a page's season is told beside the targets of the project's tables, in the year of its quarter. Take "
                "season.adjustment to try others."
            )
        return outlook_of(counts)
    adjusted = counts.adjusted if isinstance(counts, SeasonalAdjustment) else None
    history = periods.by_period(counts.observed if isinstance(counts, SeasonalAdjustment) else counts)
    asked = financial_year(year) if year else periods.financial_year_of(history.index[-1] + 1)
    given = [(c, v) for c, v in (("at most", at_most), ("at least", at_least)) if v is not None]
    if len(given) + (target is not None) > 1:
        raise ValueError("give one target: at_most, at_least or target.")
    if given:
        target = _target(*given[0], name=str(history.name), year=asked)
    return course_of_year(history, target=target, year=asked, unit=unit, adjusted=adjusted)


def _target(comparison: str, value: float, *, name: str, year: pd.Period) -> Target:
    return Target(
        indicator_id=name,
        area="",
        period=periods.financial_year_name(year),
        kind="original",
        comparison=comparison,
        value=float(value),
        set_on=date.min,
        agreed_by="",
        source="",
        note="",
    )


def replay(history: pd.Series | Sequence[pd.Series], **options) -> Backtest:
    """Try the projection on past years of series; see :func:`~saferleeds_analysis.methods.trajectory.backtest`.

    >>> months = pd.period_range("2014-04", periods=120, freq="M")
    >>> replayed = replay(pd.Series([40, 50, 60] * 40, months, name="thefts"))
    >>> "error_percent" in replayed.scores()
    True
    """
    histories = [history] if isinstance(history, pd.Series) else history
    return backtest([periods.by_period(one) for one in histories], **options)


def control_chart(
    series: pd.Series | SeasonalAdjustment, *, improvement_direction: str, seasonality: str = "", **options
) -> control_charts.ControlChart:
    """Chart a series with its mean and process limits; see :func:`~saferleeds_analysis.methods.control_charts.xmr_chart`.

    An adjustment states its ``seasonality`` itself: ``"adjusted"``, or ``"not seasonal"`` where none could be told.

    >>> months = pd.period_range("2012-04", periods=14, freq="M")
    >>> series = pd.Series([52, 48, 51, 49, 50, 53, 47, 52, 48, 50, 51, 49, 50, 71], months, name="thefts")
    >>> control_chart(series, improvement_direction="decrease", seasonality="not seasonal").variation.kind
    'concern'
    """
    if isinstance(series, SeasonalAdjustment):
        seasonality = seasonality or ("adjusted" if series.identifiable else "not seasonal")
        series = series.adjusted
    return control_charts.xmr_chart(
        periods.by_period(series),
        improvement_direction=improvement_direction,
        seasonality=seasonality,
        **options,
    )


def cost_of_crime(
    counts: pd.Series, *, offence: str, edition: str, price_year: str = "", folder: str | Path | None = None
) -> costs.CostEstimate:
    """Value the recorded offences of all months of a series; see :func:`~saferleeds_analysis.methods.costs.cost_of_crime`.

    ``offence`` is its name in the national table of offences (``"Domestic burglary"``); prices are those of the ``edition``'s own year
    unless ``price_year`` names another. ``folder`` holds a project's own tables of prices (its ``data/raw/reference``).

    >>> months = pd.period_range("2011-10", periods=12, freq="M")
    >>> cost = cost_of_crime(pd.Series(500, months, name="burglary"), offence="Domestic burglary", edition="2010/11")
    >>> cost.amount > 1_000_000
    True
    """
    monthly, tables = periods.by_period(counts), load_cost_tables(folder)
    return costs.cost_of_crime(
        pd.Series({offence: int(monthly.sum())}),
        months=monthly.index,
        scheme="extract",
        edition=edition,
        price_year=price_year or tables.price_year(edition),
        vintage=tables.vintages()[-1],
        tables=tables,
    )
