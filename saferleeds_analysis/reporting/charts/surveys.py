"""Charts of surveys: a percentage through the waves with its baseline, and printed percentages with the break between definitions."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis import periods
from saferleeds_analysis.methods.survey_trends import QUARTER, TWELVE_MONTHS, SurveyLevel
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    MID_GREY,
    PALE_BLUE,
    finish,
    in_our_style,
    label,
    label_ends,
    one_axes,
    percent_upwards,
)
from saferleeds_analysis.reporting.tables import interval, table

_KEY = "Line and band: 12 months with 95% interval. Dots: single quarters"


@in_our_style
def chart_of_survey(
    levels: Sequence[SurveyLevel],
    *,
    name: str,
    headline: str,
    subtitle: str,
    baseline: tuple[str, float] | None,
    figures: Sequence[Figure],
) -> Block:
    """Draw the twelve-month percentage of one area with its interval, the quarters as dots, and the baseline as a line.

    ``baseline`` is its period and its percentage. A scale that does not begin at zero is said in the subtitle.
    """
    rolling, single = ([v for v in levels if v.kind == kind] for kind in (TWELVE_MONTHS, QUARTER))
    highest = max(level.estimate.upper for level in levels)
    bottom = 0 if highest < 40 else min(level.estimate.lower for level in levels) - 3
    subtitle = _with_scale(f"{subtitle}. {_KEY}", bottom)
    drawing, ax = one_axes(2.6)
    x, value, lower, upper = _through_time(single)
    ax.vlines(x, lower, upper, color=MID_GREY, linewidth=1, alpha=0.7)
    ax.plot(x, value, "o", color=MID_GREY, markersize=4)
    x, value, lower, upper = _through_time(rolling)
    ax.fill_between(x, lower, upper, color=PALE_BLUE, alpha=0.6, linewidth=0)
    ax.plot(x, value, color=DARK_BLUE, linewidth=2.4, marker="o", markevery=[-1])
    first, last = wording.percent(value[0]), wording.percent(value[-1])
    alt = (
        f"Line chart with intervals. The percentage was {first} in the {rolling[0].period} and "
        f"{last} in the {rolling[-1].period}."
    )
    ends = [(value[-1], f"12 months: {last}", DARK_BLUE)]
    start, end = single[0].quarter.ordinal, x[-1]
    if baseline is not None:
        when, at = baseline
        ax.hlines(at, start, end, color=DARK_GREY, linewidth=1.4, linestyle="--")
        ends.append((at, f"Baseline {when}:\n{wording.percent(at)}", DARK_GREY))
        alt += f" The baseline of {when} is {wording.percent(at)}."
    years = [level.quarter for level in single if level.quarter.quarter == 1]
    names = [periods.financial_year_name(periods.financial_year_of(q)) for q in years]
    ax.set_xticks([q.ordinal for q in years], names, ha="left")
    ax.set_xlim(start - 0.6, end + 0.3 * (end - start))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    percent_upwards(ax, (bottom, highest + 0.06 * (highest - bottom)))
    label_ends(ax, ends, beside=10, distance=0.12)
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt,
        data=table(
            caption=f"Twelve months and quarters: {subtitle}",
            columns=["Period", "Percentage", "95% interval", "Base"],
            rows=[_cells(level) for level in [*rolling[::-1], *single[::-1]]],
        ),
        figures=figures,
        shape="time",
    )


def _cells(level: SurveyLevel) -> list[str]:
    e = level.estimate
    return [level.period, wording.percent(e.value), interval(e, wording.percent), wording.number(e.n)]


def _with_scale(subtitle: str, bottom: float) -> str:
    return f"{subtitle}. The scale does not begin at 0%" if bottom else subtitle


def _through_time(levels: Sequence[SurveyLevel]) -> np.ndarray:
    """Give four rows: where the levels stand, their values, and their lower and upper limits."""
    return np.array(
        [(v.quarter.ordinal, v.estimate.value, v.estimate.lower, v.estimate.upper) for v in levels]
    ).T


@in_our_style
def chart_of_levels(
    figures: Mapping[pd.Period, Figure],
    *,
    name: str,
    headline: str,
    subtitle: str,
    target: tuple[str, float] | None,
    show: Callable[[float], str],
) -> Block:
    """Draw the level of each quarter or year with its interval, and the target as a line; a period that is not there is a gap.

    ``target`` is its words and its value, ``show`` writes a level. A scale that does not begin at zero is said in the subtitle.
    """
    known = pd.DataFrame(
        {part: {p: getattr(f, part) for p, f in figures.items()} for part in ("value", "lower", "upper")}
    )
    every = known.reindex(pd.period_range(known.index[0], known.index[-1], freq=known.index[0].freq))
    aims = [] if target is None else [target[1]]
    highest, lowest = max([known["upper"].max(), *aims]), min([known["lower"].min(), *aims])
    bottom = 0 if lowest < 0.5 * highest else lowest - 0.3 * (highest - lowest)
    subtitle = f"{subtitle}. Band: 95% interval{'; the scale does not begin at zero' if bottom else ''}"
    drawing, ax = one_axes(2.6)
    x = [period.ordinal for period in every.index]
    ax.fill_between(x, every["lower"], every["upper"], color=PALE_BLUE, alpha=0.6, linewidth=0)
    ax.plot(x, every["value"], color=DARK_BLUE, linewidth=2.2, marker="o", markersize=4)
    ends = [(known["value"].iloc[-1], show(known["value"].iloc[-1]), DARK_BLUE)]
    if target is not None:
        ax.hlines(target[1], x[0], x[-1], color=DARK_GREY, linewidth=1.4, linestyle="--")
        ends.append((target[1], f"{target[0]} {show(target[1])}", DARK_GREY))
    marked = every.index[:: max(len(x) // 4, 1)]
    ax.set_xticks([p.ordinal for p in marked], [str(Window.period(p)) for p in marked], ha="left")
    ax.set_xlim(x[0] - 0.3, x[-1] + 0.35 * max(len(x) - 1, 1))
    ax.set_ylim(bottom, highest + 0.06 * (highest - bottom))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    label_ends(ax, ends, beside=10, distance=0.12)
    first, last = figures[known.index[0]], figures[known.index[-1]]
    aimed = "" if target is None else f" {target[0]} {show(target[1])}."
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=f"Line chart with intervals, from {show(first.value)} in {first.window} to {show(last.value)} in {last.window}.{aimed}",
        data=table(
            caption=f"Data of the chart: {subtitle}",
            columns=["Period", "Level", "95% interval", "Base"],
            rows=[
                [
                    str(f.window),
                    show(f.value),
                    interval(f, show),
                    "not given" if f.n is None else wording.number(f.n),
                ]
                for f in reversed(list(figures.values()))
            ],
        ),
        figures=list(figures.values()),
        shape="time",
    )


@in_our_style
def chart_of_printed(
    points: Sequence[tuple[str, Figure]], *, name: str, headline: str, subtitle: str
) -> Block:
    """Draw printed percentages in their order, each a definition and its figure, parted where the definition changes.

    Nothing joins two definitions; an upright line stands between them.
    """
    bottom = max(0.0, 10 * np.floor(min(f.value for _, f in points) / 10) - 10)
    subtitle = _with_scale(subtitle, bottom)
    drawing, ax = one_axes(2.6)
    places = list(enumerate(points))
    runs = [list(run) for _, run in itertools.groupby(places, key=lambda place: place[1][0])]
    for run in runs:
        known = [(x, f.value) for x, (_, f) in run]
        ax.plot(*zip(*known, strict=True), "o-", color=DARK_BLUE, linewidth=2.2)
        for x, value in known:
            label(ax, wording.percent(value), (x, value), above=9, ha="center")
    how = {"xycoords": ("data", "axes fraction"), "ha": "right", "va": "top", "color": DARK_GREY}
    for run in runs[1:]:
        ax.axvline(run[0][0] - 0.5, color=DARK_GREY, linewidth=1.4, linestyle=":")
        label(ax, "The definition changes", (run[0][0] - 0.5, 1), beside=-6, above=-4, **how)
    ax.set_xticks(range(len(points)), [f"{f.window}\n{definition}" for definition, f in points])
    ax.set_xlim(-0.4, len(points) - 0.6)
    ax.set_yticks(np.arange(bottom, 101, 10 if bottom >= 40 else 20))
    percent_upwards(ax, (bottom, 104))
    said = "; ".join(f"{f.window}, {definition}, {wording.percent(f.value)}" for definition, f in points)
    broken = " The definition changes: the lines on either side are not joined." * (len(runs) > 1)
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=f"Line chart. {wording.sentence(said)}.{broken}",
        data=table(
            caption=f"Figures as published: {subtitle}",
            columns=["Period", "Definition", "Percentage"],
            rows=[[str(f.window), definition, wording.percent(f.value)] for definition, f in points],
            text_columns=(1,),
        ),
        figures=[f for _, f in points],
        shape="time",
    )
