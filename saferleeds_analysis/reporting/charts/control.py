"""The control chart: points, mean and limits, with the points that break a rule told apart by shape as well as colour."""

from collections.abc import Sequence

import seaborn as sns
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis import periods
from saferleeds_analysis.methods.control_charts import RULES, ControlChart
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Chart, Figure
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    GREY,
    MID_GREY,
    ORANGE,
    label_years,
    positions,
    style,
    svg_of,
)
from saferleeds_analysis.reporting.tables import table

# The colours of NHS "Making Data Count": blue for improvement, orange for concern, grey otherwise; each with its own mark.
_MARKS = {
    "improvement": ("v", DARK_BLUE, "improvement"),
    "concern": ("^", ORANGE, "concern"),
    "high": ("^", DARK_GREY, "special cause, high"),
    "low": ("v", DARK_GREY, "special cause, low"),
    "common cause": ("o", MID_GREY, "ordinary variation"),
    "not judged": ("o", MID_GREY, "not judged"),
}


def chart_of_control(
    found: ControlChart, *, name: str, headline: str, subtitle: str, figures: Sequence[Figure]
) -> Block:
    """Draw an XmR chart of months: the series, its mean and process limits in each phase, and a mark a kind of point."""
    points = found.points
    x = positions(points.index)
    rising = found.improvement_direction == "increase"
    with style(name):
        drawing = Drawing(figsize=(9, 3.9), layout="constrained")
        ax = drawing.subplots()
        ax.plot(x, points["value"], color=GREY, linewidth=1.3, zorder=1)
        for _, part in points.groupby("phase"):
            at = positions(part.index)
            ax.plot(at, part["mean"], color=DARK_GREY, linewidth=1.4)
            for limit in ("lower_process_limit", "upper_process_limit"):
                ax.plot(at, part[limit].clip(lower=0), color=DARK_GREY, linewidth=1.2, linestyle=(0, (4, 3)))
            if part["phase"].iloc[0] > 1:
                ax.axvline(at[0] - 0.5, color=MID_GREY, linewidth=1, linestyle=":")
        for kind in dict.fromkeys(points["point_type"]):
            shown = points[points["point_type"] == kind]
            mark, colour, words = _MARKS[kind]
            if rising and kind in ("improvement", "concern"):
                mark = "^" if kind == "improvement" else "v"
            ax.plot(
                positions(shown.index),
                shown["value"],
                mark,
                color=colour,
                markersize=6 if mark != "o" else 4,
                label=words,
                zorder=2,
            )
        last = points.iloc[-1]
        for column, words in (
            ("mean", "mean"),
            ("lower_process_limit", "lower limit"),
            ("upper_process_limit", "upper limit"),
        ):
            ax.annotate(
                f"{words} {wording.number(max(last[column], 0))}",
                (x[-1], max(last[column], 0)),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=9.5,
                color=DARK_GREY,
            )
        ax.set_xlim(x[0] - 1, x[-1] + max(5, 0.17 * len(x)))
        ax.set_ylim(0, 1.1 * max(float(points["value"].max()), float(points["upper_process_limit"].max())))
        label_years(ax, points.index[0], points.index[-1])
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
        ax.legend(
            loc="lower left", ncols=3, frameon=False, fontsize=9.5, handletextpad=0.2, borderaxespad=0.2
        )
        sns.despine(ax=ax, left=True)
        svg = svg_of(drawing, name)
    counts = points["point_type"].value_counts()
    said = ", ".join(f"{counts[kind]} of {_MARKS[kind][2]}" for kind in counts.index)
    alt = (
        f"Control chart of {len(points)} months: {said}. The last point, {periods.month_name(points.index[-1])}, is "
        f"{wording.number(last['value'])}, the mean {wording.number(last['mean'])} and the process limits "
        f"{wording.number(max(last['lower_process_limit'], 0))} to {wording.number(last['upper_process_limit'])}."
    )
    data = table(
        caption=f"Data of the control chart: {subtitle}",
        columns=["Month", "Value", "Mean", "Lower limit", "Upper limit", "Reading", "Rule"],
        rows=[
            [
                periods.month_name(month),
                wording.number(p["value"]),
                wording.number(p["mean"]),
                wording.number(max(p["lower_process_limit"], 0)),
                wording.number(p["upper_process_limit"]),
                _MARKS[p["point_type"]][2],
                RULES[p["rule"]],
            ]
            for month, p in points.iloc[::-1].iterrows()
        ],
        text_columns=(5, 6),
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
