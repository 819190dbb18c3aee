"""Charts of amounts: dots with intervals, areas ranked or among their like, quarters, steps, and what a result is sensitive to."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, Table
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    GROUND,
    LIGHT_BLUE,
    MID_GREY,
    ORANGE,
    amounts_across,
    dots_in_rows,
    finish,
    in_our_style,
    key_above,
    label,
    one_axes,
)
from saferleeds_analysis.reporting.tables import interval, table


@in_our_style
def chart_of_dots(
    rows: Sequence[tuple[str, Figure]],
    *,
    name: str,
    headline: str,
    subtitle: str,
    show: Callable[[float], str] = wording.number,
) -> Block:
    """Draw one dot a row, with its interval as a line where it has one, the first row at the top.

    ``show`` writes a value (as money, say).
    """
    drawing, ax = one_axes(0.8 + 0.5 * len(rows), wide=6)
    dots_in_rows(ax, rows, show=show)
    alt = "Dot chart. " + "; ".join(
        f"{what}: {show(f.value)}"
        + (f", {f.confidence:.0%} interval {interval(f, show)}" if f.confidence else "")
        for what, f in rows
    )
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=f"{alt}.",
        data=table(
            caption=subtitle,
            columns=["What", "Value", "Interval"],
            rows=[[what, show(f.value), interval(f, show)] for what, f in rows],
        ),
        shape="small",
    )


@in_our_style
def chart_of_group(
    rows: Sequence[Figure],
    *,
    averages: Mapping[str, float],
    focus: str,
    name: str,
    headline: str,
    subtitle: str,
    data: Table,
) -> Block:
    """Draw an area among its group: one dot an area with its interval, and a line for each average.

    ``rows`` are the areas' rates, the first at the top; ``focus`` is the area that the page is about; ``averages`` names two
    averages at most; ``data`` is the table behind the chart.
    """
    one = partial(wording.number, decimals=1)
    drawing, ax = one_axes(0.9 + 0.31 * len(rows), wide=6)
    white = {"facecolor": GROUND, "edgecolor": "none", "pad": 0.8}
    dots_in_rows(
        ax,
        [(f.area, f) for f in rows],
        show=one,
        focus=focus,
        colours=(MID_GREY, DARK_BLUE),
        bbox=white,
    )
    ax.xaxis.set_major_formatter(lambda value, _: wording.number(value))
    lines = sorted(averages.items(), key=lambda item: item[1])
    for (what, value), (colour, dashes) in zip(lines, ((DARK_GREY, "-"), (ORANGE, "--")), strict=False):
        ax.axvline(value, color=colour, linewidth=1.5, linestyle=dashes, label=f"{what} {one(value)}")
    if lines:  # above the rows, where their names never meet, however near the averages are
        drawing.legend(loc="outside upper left", frameon=False, borderaxespad=0.2)
    alt = (
        "Dot chart, highest first. "
        + "; ".join(_with_limits(f, one) for f in rows)
        + ". Lines: "
        + "; ".join(f"{what} {one(value)}" for what, value in lines)
        + "."
    )
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt,
        data=data,
        shape="small",
    )


def _with_limits(f: Figure, show: Callable[[float], str]) -> str:
    limits = "" if f.lower is None else f" ({interval(f, show)})"
    return f"{f.area} {show(f.value)}{limits}"


@in_our_style
def chart_of_quarters(
    years: Sequence[tuple[str, Sequence[int | None]]],
    *,
    name: str,
    headline: str,
    subtitle: str,
) -> Block:
    """Draw the four quarters of two financial years side by side, so that like is seen beside like.

    ``years`` are the earlier and the later year, each with four counts; ``None`` for a quarter that is still to come. Its
    table stands below it.
    """
    quarters = ["April to June", "July to September", "October to December", "January to March"]
    drawing, ax = one_axes(2.8, wide=8)
    sides = (("left", -0.2, LIGHT_BLUE), ("right", 0.2, DARK_BLUE))
    for (side, across, colour), (year, counts) in zip(sides, years, strict=True):
        known = [(x + across, count) for x, count in enumerate(counts) if count is not None]
        # Named by its side too, so that the colour is not the only sign.
        bars = ax.bar(*zip(*known, strict=True), width=0.38, color=colour, label=f"{year} ({side})")
        ax.bar_label(bars, [wording.number(count) for _, count in known], padding=2)
    ax.set_xticks(range(4), [q.replace(" to ", "\nto ") for q in quarters])
    ax.set_xlim(-0.5, 3.5)
    ax.margins(y=0.12)
    ax.grid(visible=False)
    ax.yaxis.set_visible(False)  # each column bears its number
    ax.spines[["left", "top", "right"]].set_visible(False)
    key_above(ax)

    def cell(count: int | None) -> str:
        return "to come" if count is None else wording.number(count)

    (before, earlier), (after, later) = years
    alt = "Column chart. " + "; ".join(
        f"{quarter}: {cell(earlier[i])} in {before}, {cell(later[i])} in {after}"
        for i, quarter in enumerate(quarters)
    )
    return finish(drawing, name=name, headline=headline, subtitle=subtitle, alt=f"{alt}.", shape="small")


@in_our_style
def chart_of_recent_quarters(
    quarters: Mapping[str, tuple[float | None, str, float | None]],
    *,
    name: str,
    headline: str,
    subtitle: str,
    data: Table,
    figures: Sequence[Figure],
    line: str = "Seasonally adjusted",
    start: str = "",
) -> Block:
    """Draw the last quarters, or years, as recorded (columns, each with its ``cell``) and what is set beside them (dots on a ``line``).

    ``quarters`` gives for each name the count, the cell that is printed of it, and the count on the line; ``None`` is a gap. Before
    the last of them stands a mark where there is a ``start`` to name.
    """
    counts, cells, adjusted = zip(*quarters.values(), strict=True)
    drawing, ax = one_axes(2.1, wide=6)
    bars = ax.bar(
        range(len(counts)), [c or 0 for c in counts], width=0.6, color=LIGHT_BLUE, label="As recorded"
    )
    ax.bar_label(bars, cells, label_type="center")
    beside = [float("nan") if value is None else value for value in adjusted]
    ax.plot(beside, color=DARK_BLUE, marker="o", label=line)
    if start:
        ax.axvline(len(counts) - 1.5, color=DARK_GREY, linewidth=1.5, linestyle="--", label=start)
    ax.set_xticks(range(len(counts)), [quarter.replace(" ", "\n") for quarter in quarters])
    ax.margins(y=0.15)
    ax.grid(visible=False)
    ax.yaxis.set_visible(False)  # each column bears its number
    ax.spines[["left", "top", "right"]].set_visible(False)
    key_above(ax)
    alt = "Column chart. " + "; ".join(
        f"{quarter}: {cell}" + ("" if value is None else f", {line.lower()} {wording.number(value)}")
        for quarter, (_, cell, value) in quarters.items()
    )
    alt += f". Before the last: {start}" if start else ""
    about = {"headline": headline, "subtitle": subtitle, "alt": f"{alt}.", "data": data, "figures": figures}
    return finish(drawing, name=name, shape="small", **about)


@in_our_style
def chart_of_placebos(
    numbers: Mapping[int, int], *, step: int, effect: float, focus: str, data: Table, **about: Any
) -> Block:
    """Draw in how many places and times without an intervention an effect was found, by its size in per cent, and that of ``focus``.

    ``numbers`` has the lower end of each range of ``step`` points; ``about`` are name, headline, subtitle and figures.
    """
    drawing, ax = one_axes(2.1, wide=6)
    lows = list(numbers)
    bars = ax.bar(
        lows,
        list(numbers.values()),
        width=0.9 * step,
        align="edge",
        color=LIGHT_BLUE,
        label="Nothing was done",
    )
    ax.bar_label(bars, [wording.number(n) for n in numbers.values()], padding=2)
    said = f"{focus}: {wording.percent(effect, signed=True)}"
    # Clear of the number on the column behind it, which is low where few came so far.
    ax.axvline(effect, ymin=0.4, color=DARK_BLUE, linewidth=2.5, label=said)
    ends = [*lows, lows[-1] + step]
    ax.set_xticks(ends, [f"{wording.signed(end)}%" for end in ends])
    ax.margins(y=0.18)
    ax.grid(visible=False)
    ax.yaxis.set_visible(False)  # each column bears its number
    ax.spines[["left", "top", "right"]].set_visible(False)
    key_above(ax)
    held = "; ".join(
        f"{wording.signed(low)}% to {wording.signed(low + step)}%: {n}" for low, n in numbers.items()
    )
    alt = (
        f"Column chart of places and times in which nothing was done, by how far they moved. {held}. {said}."
    )
    return finish(drawing, alt=alt, data=data, shape="small", **about)


@in_our_style
def chart_of_sensitivity(
    bars: pd.DataFrame,
    *,
    name: str,
    headline: str,
    subtitle: str,
    show: Callable[[float], str] = wording.number,
) -> Block:
    """Draw a tornado: how far a result moves when each input alone goes to its low and to its high, longest first.

    ``bars`` has the columns ``label``, ``low_label``, ``high_label`` (the inputs in words), ``at_low``, ``central`` and
    ``at_high`` (the results). Each end is labelled with the input that leads to it.
    """
    inputs, central = list(bars.itertuples()), float(bars["central"].iloc[0])
    results = bars[["at_low", "at_high"]].to_numpy(dtype=float)
    room = 0.3 * (results.max() - results.min())
    drawing, ax = one_axes(1.0 + 0.75 * len(bars))
    limits = (results.min() - room, results.max() + room)
    amounts_across(ax, list(bars["label"]), show=show, limits=limits)
    for y, bar in enumerate(inputs):
        ends = ((bar.at_low, bar.low_label, LIGHT_BLUE), (bar.at_high, bar.high_label, DARK_BLUE))
        for at, text, colour in ends:
            ax.barh(y, at - central, left=central, height=0.55, color=colour)
            beside, side = (6, "left") if at > central else (-6, "right")
            if at != central:
                label(ax, text, (at, y), beside=beside, va="center", ha=side)
    ax.axvline(central, color=DARK_GREY, linewidth=1.2)
    alt = f"Tornado chart round {show(central)}. " + "; ".join(
        f"{b.label}: {show(b.at_low)} at {b.low_label}, {show(b.at_high)} at {b.high_label}" for b in inputs
    )
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=f"{alt}.",
        data=table(
            caption=subtitle,
            columns=["Input", "Low", "Result at low", "High", "Result at high"],
            rows=[[b.label, b.low_label, show(b.at_low), b.high_label, show(b.at_high)] for b in inputs],
        ),
    )
