"""Charts of areas side by side: a group's rates with its averages, areas ranked with intervals, one area among its like."""

import textwrap
from collections.abc import Mapping, Sequence

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis import periods
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Chart, Figure
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    MID_GREY,
    ORANGE,
    amounts_across,
    label_years,
    positions,
    style,
    svg_of,
)
from saferleeds_analysis.reporting.tables import table


def chart_of_group(
    rows: Sequence[Figure],
    *,
    averages: Mapping[str, float],
    focus: str,
    name: str,
    headline: str,
    subtitle: str,
) -> Block:
    """Draw an area among its group: one dot an area with its interval, and a line for each average.

    ``rows`` are the areas' rates, the first at the top; ``focus`` is the area that the page is about; ``averages`` names two
    averages at most.
    """
    with style(name):
        drawing = Drawing(figsize=(6, 1.2 + 0.42 * len(rows)), layout="constrained")
        ax = drawing.subplots()
        for y, f in enumerate(reversed(rows)):
            own = f.area == focus
            colour, width = (DARK_BLUE, 2.8) if own else (MID_GREY, 2.0)
            if f.lower is not None:
                ax.plot([f.lower, f.upper], [y, y], color=colour, linewidth=width)
            ax.plot([f.value], [y], "D" if own else "o", color=colour, markersize=8 if own else 7)
            ax.annotate(
                wording.number(f.value, decimals=1),
                (f.value if f.upper is None else f.upper, y),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
                fontweight="bold" if own else "normal",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
        lines = sorted(averages.items(), key=lambda item: item[1])
        for i, (label, value) in enumerate(lines):
            ax.axvline(value, color=ORANGE if i else DARK_GREY, linewidth=1.5, linestyle="--" if i else "-")
            ax.annotate(
                f"{label} {wording.number(value, decimals=1)}",
                (value, len(rows) - 0.4),
                xytext=(5 if i else -5, 2),
                textcoords="offset points",
                ha="left" if i else "right",
                va="bottom",
            )
        ax.set_yticks(range(len(rows)), [f.area for f in reversed(rows)])
        for label in ax.get_yticklabels():
            label.set_fontweight("bold" if label.get_text() == focus else "normal")
        ax.set_ylim(-0.6, len(rows) + 0.15)
        ax.set_xlim(0, 1.2 * max(f.value if f.upper is None else f.upper for f in rows))
        amounts_across(ax, wording.number)
        svg = svg_of(drawing, name)
    alt = (
        "Dot chart, highest first. "
        + "; ".join(f"{f.area} {wording.number(f.value, decimals=1)}{_limits(f, 1)}" for f in rows)
        + ". Lines: "
        + "; ".join(f"{label} {wording.number(value, decimals=1)}" for label, value in lines)
        + "."
    )
    data = table(
        caption=f"Data: {subtitle}",
        columns=["Area", "Rate", "95% interval"],
        rows=[
            [
                f.area,
                wording.number(f.value, decimals=1),
                _interval(f, 1),
            ]
            for f in rows
        ]
        + [[label, wording.number(value, decimals=2), "see the table of averages"] for label, value in lines],
        text_columns=(2,),
    )
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=alt,
        data=data,
        shape="small",
    )


def chart_of_ranked_areas(
    levels: Mapping[str, Sequence[Figure]],
    *,
    places: Mapping[str, str],
    name: str,
    headline: str,
    subtitle: str,
    focus: str = "",
) -> Block:
    """Draw the areas of one or more levels (divisions, wards), each level ranked on a scale of its own, with intervals.

    ``places`` gives for each area the place it has and could as well have, in words. Figures without a value (withheld)
    are named in the table and not drawn.
    """
    levels = {kind: list(rows) for kind, rows in levels.items()}
    shown = {kind: [f for f in rows if isinstance(f.value, int | float)] for kind, rows in levels.items()}
    shown = {kind: rows for kind, rows in shown.items() if rows}
    with style(name):
        tall = 0.85 * len(shown) + 0.3 * sum(map(len, shown.values()))
        drawing = Drawing(figsize=(9, tall))
        # Margins are set here, because working them out from three dozen names takes half a second a page.
        axes = drawing.subplots(
            len(shown),
            1,
            squeeze=False,
            gridspec_kw={
                "height_ratios": [len(rows) for rows in shown.values()],
                "left": 0.25,
                "right": 0.98,
                "top": 1 - 0.35 / tall,
                "bottom": 0.35 / tall,
                "hspace": 0.6 * len(shown) / (tall - 0.7),
            },
        )
        for ax, (kind, rows) in zip(axes[:, 0], shown.items(), strict=True):
            for y, f in enumerate(reversed(rows)):
                own = f.area == focus
                colour = ORANGE if own else DARK_BLUE
                if f.lower is not None:
                    ax.plot([f.lower, f.upper], [y, y], color=colour, linewidth=3 if own else 2)
                ax.plot([f.value], [y], "D" if own else "o", color=colour, markersize=7 if own else 5.5)
                ax.annotate(
                    wording.number(f.value),
                    (f.value if f.upper is None else f.upper, y),
                    xytext=(7, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=10,
                    fontweight="bold" if own else "normal",
                )
            ax.set_yticks(range(len(rows)), [f.area for f in reversed(rows)], fontsize=10)
            for label in ax.get_yticklabels():
                label.set_fontweight("bold" if label.get_text() == focus else "normal")
            ax.set_ylim(-0.7, len(rows) - 0.3)
            ax.set_xlim(0, 1.1 * max(f.value if f.upper is None else f.upper for f in rows))
            amounts_across(ax, wording.number)
            ax.set_title(f"{kind.capitalize()}s", loc="left", fontsize=11, fontweight="bold")
        svg = svg_of(drawing, name)
    alt = "Dot chart with 95% intervals, highest first. " + ". ".join(
        f"{kind.capitalize()}s: "
        + "; ".join(
            f"{f.area} {wording.number(f.value)}{_limits(f)}" for f in (rows if len(rows) <= 5 else rows[:5])
        )
        + (
            f"; lowest {rows[-1].area} {wording.number(rows[-1].value)}{_limits(rows[-1])}"
            if len(rows) > 5
            else ""
        )
        for kind, rows in shown.items()
    )
    data = table(
        caption=f"Data: {subtitle}",
        columns=["Area", "Level", "Count", "95% interval", "Place in its level"],
        rows=[
            [
                f.area,
                kind,
                wording.number(f.value) if isinstance(f.value, int | float) else f.value or "not known",
                _interval(f),
                places.get(f.area, "not given"),
            ]
            for kind, rows in levels.items()
            for f in rows
        ],
        text_columns=(1, 3, 4),
    )
    figures = [f for rows in levels.values() for f in rows]
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=f"{alt}.",
        data=data,
        figures=tuple(figures),
    )


def chart_of_panels(
    series: Mapping[str, pd.Series],
    *,
    name: str,
    headline: str,
    subtitle: str,
    unit: str,
    figures: Sequence[Figure],
    focus: str = "",
    same_scale: bool = False,
    across: int = 3,
) -> Block:
    """Draw small multiples: one panel an area, its totals at quarter ends (monthly PeriodIndex), all over the same months.

    With ``same_scale`` the panels can be compared in height; without it each has its own scale from zero, so that the
    shapes can be compared. The first and last value of each panel are written on it.
    """
    down = -(-len(series) // across)
    top = max(float(s.max()) for s in series.values())
    with style(name):
        drawing = Drawing(figsize=(9, 0.4 + (2.0 if down > 1 else 2.4) * down), layout="constrained")
        axes = drawing.subplots(down, across, squeeze=False)
        for ax, (area, values) in zip(axes.flat, series.items(), strict=False):
            known = values.dropna().astype(float)
            x = positions(values.index)
            own = area == focus or not focus
            ax.plot(
                x,
                values.to_numpy(dtype=float, na_value=float("nan")),
                color=DARK_BLUE if own else MID_GREY,
                linewidth=2.2,
            )
            for at, beside, align in ((0, 1, "left"), (-1, -2, "right")):
                place = (positions(known.index)[at], float(known.iloc[at]))
                # The label stands on the side of the point that the line leaves free.
                low = known.iloc[at] < 0.3 * (top if same_scale else float(known.max()))
                free_above = low or len(known) < 2 or known.iloc[beside] <= known.iloc[at]
                ax.plot(*place, "o", color=DARK_BLUE if own else MID_GREY, markersize=5)
                ax.annotate(
                    wording.number(known.iloc[at]),
                    place,
                    xytext=(0, 7 if free_above else -7),
                    textcoords="offset points",
                    ha=align,
                    va="bottom" if free_above else "top",
                    fontsize=10,
                )
            ax.set_ylim(0, 1.22 * (top if same_scale else float(known.max()) or 1))
            title = "\n".join(textwrap.wrap(area, 17)) if across > 3 else area
            ax.set_title(title, loc="left", fontsize=10.5, fontweight="bold" if area == focus else "normal")
            label_years(ax, values.index[0], values.index[-1])
            ax.tick_params(labelsize=9)
            ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=3))
            ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
            sns.despine(ax=ax, left=True)
        for ax in list(axes.flat)[len(series) :]:
            ax.set_axis_off()
        svg = svg_of(drawing, name)
    first, last = (next(iter(series.values())).index[i] for i in (0, -1))
    alt = (
        f"Line charts of {unit}, twelve-month totals to {periods.month_name(first)} and to {periods.month_name(last)}: "
        + "; ".join(
            f"{area} from {wording.number(s.dropna().iloc[0])} to {wording.number(s.dropna().iloc[-1])}, "
            f"highest {wording.number(s.max())} in {periods.month_name(s.dropna().astype(float).idxmax())}"
            for area, s in series.items()
        )
    )
    rows = [
        [
            periods.month_name(m),
            *(wording.number(s[m]) if pd.notna(s[m]) else "not given" for s in series.values()),
        ]
        for m in reversed(next(iter(series.values())).index)
    ]
    data = table(caption=f"Data: {subtitle}", columns=["12 months to", *series], rows=rows)
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=f"{alt}.",
        data=data,
        figures=tuple(figures),
    )


def _interval(f: Figure, decimals: int = 0) -> str:
    if f.lower is None:
        return "none"
    return f"{wording.number(f.lower, decimals=decimals)} to {wording.number(f.upper, decimals=decimals)}"


def _limits(f: Figure, decimals: int = 0) -> str:
    return "" if f.lower is None else f" ({_interval(f, decimals)})"
