"""Charts of surveys: a percentage through the waves with its baseline, and satisfaction by year with its break."""

import itertools
from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis.methods.survey_trends import QUARTER, TWELVE_MONTHS, SurveyLevel
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Chart, Figure
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    MID_GREY,
    ORANGE,
    PALE_BLUE,
    apart,
    style,
    svg_of,
)
from saferleeds_analysis.reporting.tables import table


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
    lowest = min(level.estimate.lower for level in levels)
    from_zero = highest < 40
    if not from_zero:
        subtitle += ". The scale does not begin at 0%"
    with style(name):
        drawing = Drawing(figsize=(9, 4.4), layout="constrained")
        ax = drawing.subplots()
        for level in single:
            x, e = level.quarter.ordinal, level.estimate
            ax.plot([x, x], [e.lower, e.upper], color=MID_GREY, linewidth=1, alpha=0.7)
            ax.plot([x], [e.value], "o", color=MID_GREY, markersize=4)
        x = np.array([level.quarter.ordinal for level in rolling])
        ax.fill_between(
            x,
            [level.estimate.lower for level in rolling],
            [level.estimate.upper for level in rolling],
            color=PALE_BLUE,
            alpha=0.6,
            linewidth=0,
        )
        ax.plot(x, [level.estimate.value for level in rolling], color=DARK_BLUE, linewidth=2.4)
        last, end = rolling[-1].estimate.value, x[-1]
        ax.plot([end], [last], "o", color=DARK_BLUE)
        labels = [(last, f"12 months: {wording.percent(last)}", DARK_BLUE)]
        if baseline is not None:
            ax.plot(
                [single[0].quarter.ordinal, end],
                [baseline[1]] * 2,
                color=DARK_GREY,
                linewidth=1.4,
                linestyle="--",
            )
            labels.append(
                (baseline[1], f"Baseline {baseline[0]}:\n{wording.percent(baseline[1])}", DARK_GREY)
            )
        bottom = 0 if from_zero else lowest - 3
        top = highest + 0.06 * (highest - bottom)
        for y, (_, text, colour) in zip(
            apart([y for y, *_ in labels], 0.12 * (top - bottom)), labels, strict=True
        ):
            ax.annotate(text, (end, y), xytext=(10, 0), textcoords="offset points", va="center", color=colour)
        ax.annotate(
            "Line and band: 12 months with 95% interval. Dots: single quarters",
            (0, 0),
            xycoords="axes fraction",
            xytext=(4, 8),
            textcoords="offset points",
            color=DARK_GREY,
        )
        starts = [level.quarter for level in single if level.quarter.quarter == 1]
        ax.set_xticks(
            [q.ordinal for q in starts], [f"{q.qyear - 1}/{q.qyear % 100:02d}" for q in starts], ha="left"
        )
        ax.set_xlim(single[0].quarter.ordinal - 0.6, end + 0.3 * (end - single[0].quarter.ordinal))
        ax.set_ylim(bottom, top)
        ax.yaxis.set_major_locator(MaxNLocator(6))
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
        sns.despine(ax=ax, left=True)
        svg = svg_of(drawing, name)
    first = rolling[0]
    alt = (
        f"Line chart with intervals. The percentage was {wording.percent(first.estimate.value)} in the {first.period} and "
        f"{wording.percent(last)} in the {rolling[-1].period}."
    )
    if baseline is not None:
        alt += f" The baseline of {baseline[0]} is {wording.percent(baseline[1])}."
    rows = [
        [
            level.period,
            wording.percent(level.estimate.value),
            f"{wording.percent(level.estimate.lower)} to {wording.percent(level.estimate.upper)}",
            wording.number(level.estimate.n),
        ]
        for level in [*rolling[::-1], *single[::-1]]
    ]
    data = table(
        caption=f"Twelve months and quarters: {subtitle}",
        columns=["Period", "Percentage", "95% interval", "Base"],
        rows=rows,
    )
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=alt,
        data=data,
        figures=tuple(figures),
        shape="time",
    )


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
    periods = list(dict.fromkeys(period for _, points in lines for period, *_ in points))
    place = {period: i for i, period in enumerate(periods)}
    with style(name):
        drawing = Drawing(figsize=(9, 4.2), layout="constrained")
        ax = drawing.subplots()
        breaks = set()
        ends = []
        for (label, points), colour in zip(lines, (DARK_BLUE, ORANGE), strict=False):
            for definition in dict.fromkeys(d for _, d, _ in points):
                run = [(place[p], f) for p, d, f in points if d == definition]
                x, y = [at for at, _ in run], [f.value for _, f in run]
                ax.plot(x, y, color=colour, linewidth=2.2, marker="o", markersize=6)
                for at, f in run:
                    if f.lower is not None:
                        ax.plot([at, at], [f.lower, f.upper], color=colour, linewidth=1.6)
                    above = colour == ORANGE or len(lines) == 1
                    ax.annotate(
                        wording.percent(f.value),
                        (at, (f.value if f.lower is None else f.upper if above else f.lower)),
                        xytext=(0, 9 if above else -17),
                        textcoords="offset points",
                        ha="center",
                    )
            breaks |= {place[b[0]] - 0.5 for a, b in itertools.pairwise(points) if a[1] != b[1]}
            ends.append((float(points[-1][2].value), label))
        for at in breaks:
            ax.axvline(at, color=DARK_GREY, linewidth=1.4, linestyle=":")
            ax.annotate(
                break_note,
                (at, 1),
                xycoords=("data", "axes fraction"),
                xytext=(-6, -4),
                textcoords="offset points",
                ha="right",
                va="top",
                color=DARK_GREY,
            )
        values = [f for _, points in lines for *_, f in points]
        bottom = max(0.0, 10 * np.floor(min(f.value for f in values) / 10) - 10)
        for y, (_, label) in zip(apart([v for v, _ in ends], 0.09 * (104 - bottom)), ends, strict=True):
            ax.annotate(label, (len(periods) - 1, y), xytext=(26, 0), textcoords="offset points", va="center")
        ticks = [p.replace(" to date", "\nto date") for p in periods]
        if len(lines) == 1:  # one measure of several definitions: each period says by which
            ticks = [f"{p}\n{d}" for p, d, _ in lines[0][1]]
        ax.set_xticks(range(len(periods)), ticks)
        ax.set_xlim(-0.4, len(periods) - 1 + 0.42 * max(len(periods) - 1, 1))
        ax.set_ylim(bottom, 104)
        ax.set_yticks(np.arange(bottom, 101, 10 if bottom >= 40 else 20))
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
        sns.despine(ax=ax, left=True)
        svg = svg_of(drawing, name)
    if bottom:
        subtitle += ". The scale does not begin at 0%"
    alt = "Line chart. " + " ".join(
        (f"{label}: " if label else "")
        + "; ".join(f"{p}, {d}, {wording.percent(f.value)}" for p, d, f in points)
        + "."
        for label, points in lines
    )
    alt += f" {break_note.replace(chr(10), ' ')}: the lines on either side are not joined." if breaks else ""
    rows = [
        [
            period,
            definition,
            label,
            wording.percent(f.value),
            "not known" if f.lower is None else f"{wording.percent(f.lower)} to {wording.percent(f.upper)}",
            "not published" if f.n is None else wording.number(f.n),
        ]
        for label, points in lines
        for period, definition, f in points
    ]
    data = table(
        caption=f"Figures as published: {subtitle}",
        columns=["Period", "Definition", "Measure", "Percentage", "95% interval", "Base"],
        rows=rows,
        text_columns=(1, 2),
    )
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=alt,
        data=data,
        shape="time",
        figures=tuple(f for _, points in lines for *_, f in points),
    )
