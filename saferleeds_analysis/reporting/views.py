"""How a result shows itself in a notebook: a sentence, a chart where one helps, and a table. One view a kind of result.

The results of a page (a season, an outlook) are told from a project's tables and register their views where they are made; here are those of
the methods, for a series of one's own. No row of data stands behind their numbers and nothing is withheld in them, so a page that is
published refuses them.
"""

import re
from collections.abc import Callable
from functools import partial, singledispatch
from math import isfinite
from numbers import Number

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.estimates import CountChange, Estimate
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.methods.changes import AreaChanges, TwelveMonths
from saferleeds_analysis.methods.comparison import GroupComparison
from saferleeds_analysis.methods.control_charts import ControlChart
from saferleeds_analysis.methods.costs import CostEstimate
from saferleeds_analysis.methods.intervention import VERDICTS, Intervention
from saferleeds_analysis.methods.resourcing import FundingScenario
from saferleeds_analysis.methods.seasonal import SeasonalAdjustment
from saferleeds_analysis.methods.survey import SurveyChange, SurveyEstimate
from saferleeds_analysis.methods.survey_breakdown import SurveyBreakdown
from saferleeds_analysis.methods.variation import Variation
from saferleeds_analysis.reporting import charts, survey_words, wording
from saferleeds_analysis.reporting.blocks import Block, Group, bullets, paragraph
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.results import Result

# Marks what is shown of a series of one's own.
OWN_SERIES = "own-series"


@singledispatch
def view(result: Result) -> Block:
    """Give the blocks by which a result is shown; one without a view of its own shows its table.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> view(change_between_counts(9214, 5938, unit="offences")).text
    '9,214 to 5,938 offences: down 35.6% (3,276 fewer; 95% interval down 33.4% to 37.6%).'
    """
    return own(
        of_frame(
            result.to_frame(), caption=re.sub(r"(?<!^)(?=[A-Z])", " ", type(result).__name__).capitalize()
        )
    )


def own(*shown: Block | str) -> Group:
    """Put the sentences and blocks of a result together, marked as one of a series of one's own."""
    blocks = tuple(one if isinstance(one, Block) else paragraph(one) for one in shown)
    return Group(blocks=blocks, kind=OWN_SERIES)


def of_frame(frame: pd.DataFrame, *, caption: str) -> Block:
    """Set out a frame as a table: numbers to two decimals, those of a column that holds whole ones only as they are."""
    cells = {name: _cells(frame[name]) for name in frame}
    return table(
        caption=caption,
        columns=[wording.sentence(str(name).replace("_", " ")) for name in cells],
        rows=list(zip(*cells.values(), strict=True)),
    )


@view.register
def _(found: CountChange) -> Block:
    counts = f"{wording.number(found.earlier)} to {wording.number(found.later)} {found.difference.unit}"
    said = f"{counts}: {wording.change_with_interval(found)}{wording.ordinarily(found)}."
    return own(said, *(["This is more than usual."] if found.more_than_usual else []))


@view.register
def _(found: Variation) -> Block:
    return own(wording.straying(found))


@view.register
def _(found: Estimate) -> Block:
    show = _shown_in(found.unit)
    said = f"{show(found.value)} ({found.confidence:.0%} interval {interval(found, show)})"
    base = (
        f", of {wording.number(found.n)}" if found.n is not None and isinstance(found, SurveyEstimate) else ""
    )
    return own(f"{said}{base}.", *found.caveats)


@view.register
def _(found: SurveyChange) -> Block:
    levels = f"{wording.percent(found.earlier.value)} to {wording.percent(found.later.value)}"
    return own(f"{levels}: {survey_words.change_in_words(found)}.", *found.difference.caveats)


@view.register
def _(found: TwelveMonths) -> Block:
    drawn = charts.chart_of_totals(
        found.totals,
        name="twelve-month-total",
        headline=f"{found.name}: {wording.change_in_short(found.change)}",
        subtitle=f"{wording.sentence(found.unit)}, twelve-month total",
        unit=found.unit,
        figures=[],
    )
    return own(view(found.change), drawn)


@view.register
def _(found: AreaChanges) -> Block:
    columns = ["area", "earlier", "later", "percent", "percent_lower", "percent_upper", "direction"]
    clear = (found.table["direction"] != "no clear change").sum()
    said = f"{clear} of {len(found.table)} areas changed clearly, with at most one in twenty of such findings false on average."
    return own(said, of_frame(found.table[columns], caption=f"Change, {found.window}"))


@view.register
def _(found: Intervention) -> Block:
    show = partial(wording.percent, signed=True)
    e, (before, after), (rest, rest_after) = found.effect, found.counts, found.elsewhere
    lines = [
        f"{wording.listed(found.areas)}, {periods.month_name(found.start)} on ({found.months} months): {wording.number(before)} to "
        f"{wording.number(after)}; elsewhere {wording.number(rest)} to {wording.number(rest_after)}.",
        f"Beside places without it that is {show(e.value)} ({e.confidence:.0%} interval {show(e.lower)} to {show(e.upper)}). "
        f"{found.as_far} of {wording.number(len(found.placebos))} places and times in which nothing was done moved as far, each for its size.",
        f"Only a fall of {wording.percent(found.smallest_seen)} or more would have been found four times in five.",
        f"In the year before the start it moved by {show(found.before)} beside the others.",
    ]
    if (d := found.displaced) is not None:
        lines.append(
            f"Around it: {show(d.value)} ({d.confidence:.0%} interval {show(d.lower)} to {show(d.upper)})."
        )
    return own(VERDICTS[found.verdict], bullets(lines), *found.caveats)


@view.register
def _(found: SeasonalAdjustment) -> Block:
    if found.diagnostics is None:
        share = wording.percent(100 * found.borrowed)
        quality = f"{share} of the seasonal pattern is borrowed, the rest the area's own."
    else:
        quality = wording.quality_in_words(found)
    drawn = charts.chart_of_adjustment(
        found.observed,
        found.adjusted,
        name="seasonally-adjusted",
        headline=f"{found.observed.name}, as recorded and seasonally adjusted",
        subtitle="Each month",
        unit="counts",
        figures=[],
    )
    profile = found.profile()[["period", "factor", "lower", "upper"]]
    return own(
        quality,
        drawn,
        of_frame(profile, caption="Seasonal factors of the last year, with their 95% interval"),
        *found.caveats,
    )


@view.register
def _(found: trajectory.Course) -> Block:
    year, ahead, target = periods.financial_year_name(found.path.year), found.projection, found.target
    lines = []
    if ahead is not None:
        middle = ahead.interval(0.8)
        lines.append(
            f"{year} is projected to end at about {wording.number(middle.value)} {found.unit} (80% interval {interval(middle)})."
        )
        lines += [
            f"The chance of ending with {c.target.comparison} {wording.number(c.target.value)} is "
            f"{wording.chance_percent(c.probability)}."
            for c in ahead.chances
        ]
    if found.path.position is not None:
        lines.append(f"The count to date is {found.path.position} of the milestone range (80%).")
    rows = found.to_frame()
    return own(
        bullets(lines),
        charts.chart_of_year(
            found.path.path,
            fan=ahead.fan if ahead is not None else None,
            targets=[target] if target is not None else [],
            name="year-to-date",
            headline=f"{found.name} in {year}",
            subtitle=f"{wording.sentence(found.unit)} since April",
            unit=found.unit,
            data=of_frame(rows, caption=f"{year}, cumulative from April"),
            figures=[],
        ),
    )


@view.register
def _(found: trajectory.Backtest) -> Block:
    columns = ["kind", "known", "method", "forecasts", "error_percent", "coverage_80", "loss_to_run_rate"]
    scores = of_frame(found.scores()[columns], caption="Projections of past years, beside what came")
    return own(scores, *found.skipped, *found.caveats)


@view.register
def _(found: SurveyBreakdown) -> Block:
    told = f"{found.question} by {found.by}: {found.finding} (Rao and Scott's test, p {wording.number(found.p_value, decimals=3)})."
    columns = ["group", "answer", "percent", "lower", "upper", "n"]
    return own(
        told, of_frame(found.to_frame()[columns], caption=f"{found.question} by {found.by}"), *found.caveats
    )


@view.register
def _(found: ControlChart) -> Block:
    drawn = charts.chart_of_control(
        found,
        name="control-chart",
        headline=found.name,
        subtitle="Each month, mean and process limits",
        figures=[],
    )
    icons = [icon.words for icon in (found.variation, found.assurance) if icon is not None]
    return own(*filter(None, [*icons, found.proposal]), drawn, *found.caveats)


@view.register
def _(found: GroupComparison) -> Block:
    said = f"{found.area} has the {wording.ordinal(found.rank)} highest of {len(found.areas)} rates: {found.measure}, {found.period}."
    columns = ["area", "rate", "lower", "upper", "rank", "rank_lower", "rank_upper"]
    return own(said, of_frame(found.areas[columns], caption=f"{found.measure}, {found.unit}"))


@view.register
def _(found: CostEstimate) -> Block:
    said = (
        f"{wording.pounds(float(found.amount))} at the prices of {found.price_year} (edition {found.edition}; interval of the "
        f"count alone {interval(found.total, wording.pounds)})."
    )
    limits = ["value", "lower", "upper"]
    rows = found.to_frame()[["measure", *limits]].astype(dict.fromkeys(limits, float)).round()
    shown = of_frame(rows, caption=f"Pounds, {found.window}")
    return own(said, shown, *found.caveats)


@view.register
def _(found: FundingScenario) -> Block:
    said = (
        f"At a share of {wording.percent(100 * float(found.share))} the posts would cost {wording.pounds(float(found.cost))}, "
        f"and the budget pays for {wording.number(found.posts_from_budget)} of {wording.number(found.position.posts)}."
    )
    return own(said, *found.caveats)


def _shown_in(unit: str) -> Callable[[float], str]:
    if unit.startswith("£"):
        return wording.pounds
    return wording.percent if unit == "%" else partial(wording.number, decimals=1)


def _cells(column: pd.Series) -> list[str]:
    numbers = [v for v in column if isinstance(v, Number) and not isinstance(v, bool) and isfinite(v)]
    decimals = 0 if all(v == round(v) for v in numbers) else 2
    return [_cell(value, decimals) for value in column]


def _cell(value: object, decimals: int) -> str:
    if isinstance(value, pd.Period):
        return periods.month_name(value) if value.freqstr == "M" else periods.quarter_name(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, Number):
        return str(value)
    if isfinite(value):
        return wording.number(value, decimals=decimals)
    return "none" if pd.isna(value) else "no limit"
