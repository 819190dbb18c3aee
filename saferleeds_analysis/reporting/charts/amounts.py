"""Charts of amounts: dots with intervals, steps from one amount to another, and what a result is sensitive to."""

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure as Drawing

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Chart, Figure
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    LIGHT_BLUE,
    ORANGE,
    TEAL,
    amounts_across,
    style,
    svg_of,
)
from saferleeds_analysis.reporting.tables import table


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
    with style(name):
        drawing = Drawing(figsize=(6, 0.8 + 0.5 * len(rows)), layout="constrained")
        ax = drawing.subplots()
        for y, (_, f) in enumerate(reversed(rows)):
            if f.lower is not None:
                ax.plot([f.lower, f.upper], [y, y], color=DARK_BLUE, linewidth=2.2)
            ax.plot([f.value], [y], "o", color=DARK_BLUE, markersize=8)
            ax.annotate(show(f.value), (f.value, y), xytext=(0, 9), textcoords="offset points", ha="center")
        ax.set_yticks(range(len(rows)), [label for label, _ in reversed(rows)])
        ax.set_ylim(-0.5, len(rows) - 0.3)
        ax.set_xlim(0, 1.08 * max(f.value if f.upper is None else f.upper for _, f in rows))
        amounts_across(ax, show)
        svg = svg_of(drawing, name)

    def interval(f: Figure) -> str:
        return "none" if f.lower is None else f"{show(f.lower)} to {show(f.upper)}"

    alt = "Dot chart. " + "; ".join(
        f"{label}: {show(f.value)}" + (f", {f.confidence:.0%} interval {interval(f)}" if f.confidence else "")
        for label, f in rows
    )
    data = table(
        caption=subtitle,
        columns=["What", "Value", "Interval"],
        rows=[[label, show(f.value), interval(f)] for label, f in rows],
    )
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=f"{alt}.",
        data=data,
        shape="small",
    )


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
    with style(name):
        drawing = Drawing(figsize=(6, 3), layout="constrained")
        ax = drawing.subplots()
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
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, borderaxespad=0)
        svg = svg_of(drawing, name)

    def cell(count: int | None) -> str:
        return "to come" if count is None else wording.number(count)

    (before, earlier), (after, later) = years
    alt = "Column chart. " + "; ".join(
        f"{quarter}: {cell(earlier[i])} in {before}, {cell(later[i])} in {after}"
        for i, quarter in enumerate(quarters)
    )
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=f"{alt}.",
        data=None,
        shape="small",
    )


def chart_of_steps(
    start: tuple[str, float],
    effects: Sequence[tuple[str, float]],
    end: tuple[str, float],
    *,
    name: str,
    headline: str,
    subtitle: str,
    show: Callable[[float], str] = wording.number,
) -> Block:
    """Draw how effects lead from one amount to another: bars for both, and between them each effect from where it begins.

    The effects add up to the difference, so the last one ends where the last bar does.
    """
    bars, at = [(start[0], 0.0, start[1], show(start[1]), DARK_BLUE)], start[1]
    for label, effect in effects:
        plus = "+" if effect > 0 else ""
        bars.append((label, at, at + effect, f"{plus}{show(effect)}", ORANGE if effect > 0 else TEAL))
        at += effect
    bars.append((end[0], 0.0, end[1], show(end[1]), DARK_BLUE))
    with style(name):
        drawing = Drawing(figsize=(9, 0.8 + 0.6 * len(bars)), layout="constrained")
        ax = drawing.subplots()
        widest = max(max(left, right) for _, left, right, _, _ in bars)
        for y, (_, left, right, text, colour) in enumerate(reversed(bars)):
            ax.barh(y, right - left, left=left, height=0.6, color=colour)
            if left == right:  # an effect of nothing is a mark, not an absence
                ax.plot([left, left], [y - 0.3, y + 0.3], color=DARK_GREY, linewidth=1.5)
            ax.annotate(text, (max(left, right), y), xytext=(6, 0), textcoords="offset points", va="center")
        ax.set_yticks(range(len(bars)), [label for label, *_ in reversed(bars)])
        ax.set_xlim(0, 1.16 * widest)
        amounts_across(ax, show)
        svg = svg_of(drawing, name)
    said = [(label.replace("\n", " "), text) for label, _, _, text, _ in bars]
    alt = "Bar chart of steps. " + "; ".join(f"{label}: {text}" for label, text in said)
    data = table(caption=subtitle, columns=["What", "Amount"], rows=[list(pair) for pair in said])
    return Chart(name=name, headline=headline, subtitle=subtitle, svg=svg, alt=f"{alt}.", data=data)


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
    central = float(bars["central"].iloc[0])
    with style(name):
        drawing = Drawing(figsize=(9, 1.0 + 0.75 * len(bars)), layout="constrained")
        ax = drawing.subplots()
        for y, bar in enumerate(bars.iloc[::-1].itertuples()):
            ends = ((bar.at_low, bar.low_label, LIGHT_BLUE), (bar.at_high, bar.high_label, DARK_BLUE))
            for at, text, colour in ends:
                ax.barh(y, at - central, left=central, height=0.55, color=colour)
                if at != central:
                    right = at > central
                    ax.annotate(
                        text,
                        (at, y),
                        xytext=(6 if right else -6, 0),
                        textcoords="offset points",
                        va="center",
                        ha="left" if right else "right",
                    )
        ax.axvline(central, color=DARK_GREY, linewidth=1.2)
        ax.set_yticks(range(len(bars)), list(bars["label"].iloc[::-1]))
        low = float(bars[["at_low", "at_high"]].min().min())
        high = float(bars[["at_low", "at_high"]].max().max())
        ax.set_xlim(low - 0.3 * (high - low), high + 0.3 * (high - low))
        amounts_across(ax, show)
        svg = svg_of(drawing, name)
    alt = f"Tornado chart round {show(central)}. " + "; ".join(
        f"{b.label}: {show(b.at_low)} at {b.low_label}, {show(b.at_high)} at {b.high_label}"
        for b in bars.itertuples()
    )
    data = table(
        caption=subtitle,
        columns=["Input", "Low", "Result at low", "High", "Result at high"],
        rows=[
            [b.label, b.low_label, show(b.at_low), b.high_label, show(b.at_high)] for b in bars.itertuples()
        ],
    )
    return Chart(name=name, headline=headline, subtitle=subtitle, svg=svg, alt=f"{alt}.", data=data)
