"""Charts of surveys: a percentage through the waves with its baseline, and satisfaction by year with its break."""

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis.methods.survey_trends import QUARTER, TWELVE_MONTHS, SurveyLevel
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    INK,
    MID_GREY,
    ORANGE,
    PALE_BLUE,
    finish,
    in_our_style,
    label,
    label_ends,
    one_axes,
    percent_upwards,
)
from saferleeds_analysis.reporting.tables import interval, table

_NOT_FROM_ZERO = ". The scale does not begin at 0%"


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
    rolling = [level for level in levels if level.kind == TWELVE_MONTHS]
    single = [level for level in levels if level.kind == QUARTER]
    highest = max(level.estimate.upper for level in levels)
    bottom = 0 if highest < 40 else min(level.estimate.lower for level in levels) - 3
    if bottom:
        subtitle += _NOT_FROM_ZERO
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
    named = [f"{q.qyear - 1}/{q.qyear % 100:02d}" for q in years]
    ax.set_xticks([q.ordinal for q in years], named, ha="left")
    ax.set_xlim(start - 0.6, end + 0.3 * (end - start))
    ax.yaxis.set_major_locator(MaxNLocator(5))
    percent_upwards(ax, (bottom, highest + 0.06 * (highest - bottom)))
    label_ends(ax, ends, beside=10, distance=0.12)
    key = "Line and band: 12 months with 95% interval. Dots: single quarters"
    label(ax, key, (0, 0), xycoords="axes fraction", beside=4, above=8, color=DARK_GREY)
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt,
        data=table(
            caption=f"Twelve months and quarters: {subtitle}",
            columns=["Period", "Percentage", "95% interval", "Base"],
            rows=[
                [
                    level.period,
                    wording.percent(level.estimate.value),
                    interval(level.estimate, wording.percent),
                    wording.number(level.estimate.n),
                ]
                for level in [*rolling[::-1], *single[::-1]]
            ],
        ),
        figures=figures,
        shape="time",
    )


def _through_time(levels: Sequence[SurveyLevel]) -> np.ndarray:
    """Give four rows: where the levels stand, their values, and their lower and upper limits."""
    return np.array(
        [(v.quarter.ordinal, v.estimate.value, v.estimate.lower, v.estimate.upper) for v in levels]
    ).T


@in_our_style
def chart_of_lines_with_break(
    lines: Sequence[tuple[str, Sequence[tuple[str, str, Figure]]]],
    *,
    name: str,
    headline: str,
    subtitle: str,
    break_note: str,
) -> Block:
    """Draw percentages by period, one line a measure, parted where the definition changes.

    Each line is a name and its points: the period, the definition, and the figure, with an interval where it has one.
    Nothing joins two definitions; an upright line with ``break_note`` stands between them.
    """
    flat = [(what, *point) for what, points in lines for point in points]
    periods = list(dict.fromkeys(period for _, period, _, _ in flat))
    bottom = max(0.0, 10 * np.floor(min(f.value for *_, f in flat) / 10) - 10)
    if bottom:
        subtitle += _NOT_FROM_ZERO
    drawing, ax = one_axes(2.6)
    breaks, ends, said = set(), [], []
    for (what, points), colour in zip(lines, (DARK_BLUE, ORANGE), strict=False):
        above = colour == ORANGE or len(lines) == 1
        runs = [list(run) for _, run in itertools.groupby(points, key=lambda point: point[1])]
        for run in runs:
            known = [(periods.index(period), f) for period, _, f in run]
            _draw_run(ax, known, colour=colour, above=above)
        breaks |= {periods.index(run[0][0]) - 0.5 for run in runs[1:]}
        ends.append((float(points[-1][2].value), what, INK))
        words = "; ".join(f"{p}, {d}, {wording.percent(f.value)}" for p, d, f in points)
        said.append(f"{what}: {words}." if what else f"{words}.")
    for x in breaks:
        ax.axvline(x, color=DARK_GREY, linewidth=1.4, linestyle=":")
        how = {"xycoords": ("data", "axes fraction"), "ha": "right", "va": "top", "color": DARK_GREY}
        label(ax, break_note, (x, 1), beside=-6, above=-4, **how)
    if breaks:
        said.append(f"{break_note.replace(chr(10), ' ')}: the lines on either side are not joined.")
    ticks = [p.replace(" to date", "\nto date") for p in periods]
    if len(lines) == 1:  # one measure of several definitions: each period says by which
        ticks = [f"{p}\n{d}" for p, d, _ in lines[0][1]]
    ax.set_xticks(range(len(periods)), ticks)
    ax.set_xlim(-0.4, len(periods) - 1 + 0.42 * max(len(periods) - 1, 1))
    ax.set_yticks(np.arange(bottom, 101, 10 if bottom >= 40 else 20))
    percent_upwards(ax, (bottom, 104))
    label_ends(ax, ends, beside=26, distance=0.09)
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=f"Line chart. {' '.join(said)}",
        data=table(
            caption=f"Figures as published: {subtitle}",
            columns=["Period", "Definition", "Measure", "Percentage", "95% interval", "Base"],
            rows=[
                [
                    period,
                    definition,
                    what,
                    wording.percent(f.value),
                    interval(f, wording.percent, none="not known"),
                    "not published" if f.n is None else wording.number(f.n),
                ]
                for what, period, definition, f in flat
            ],
            text_columns=(1, 2),
        ),
        figures=[f for *_, f in flat],
        shape="time",
    )


def _draw_run(ax, points: Sequence[tuple[int, Figure]], *, colour: str, above: bool) -> None:
    """Draw figures of one definition as a line, each with its interval and its percentage above or below."""
    ax.plot(*zip(*((x, f.value) for x, f in points), strict=True), "o-", color=colour, linewidth=2.2)
    for x, f in points:
        y = f.value
        if f.lower is not None:
            ax.vlines(x, f.lower, f.upper, color=colour, linewidth=1.6)
            y = f.upper if above else f.lower
        label(ax, wording.percent(f.value), (x, y), above=9 if above else -17, ha="center")
