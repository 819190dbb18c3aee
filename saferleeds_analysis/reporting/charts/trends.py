"""Charts of months: twelve-month totals with targets and projection, months as recorded and adjusted, seasonal profile, control."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import pandas as pd
import seaborn as sns

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.methods.control_charts import RULES, ControlChart
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, Table
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    GREY,
    LIGHT_BLUE,
    MID_GREY,
    ORANGE,
    PALE_BLUE,
    finish,
    in_our_style,
    label,
    label_ends,
    line,
    months_across,
    one_axes,
    positions,
)
from saferleeds_analysis.reporting.tables import interval, table

# The colours of NHS "Making Data Count": blue for improvement, orange for concern, grey otherwise; each with its own mark.
_MARKS = {
    "improvement": ("v", DARK_BLUE, "improvement"),
    "concern": ("^", ORANGE, "concern"),
    "high": ("^", DARK_GREY, "special cause, high"),
    "low": ("v", DARK_GREY, "special cause, low"),
    "common cause": ("o", MID_GREY, "ordinary variation"),
    "not judged": ("o", MID_GREY, "not judged"),
}


@in_our_style
def chart_of_totals(
    totals: pd.Series,
    *,
    name: str,
    headline: str,
    subtitle: str,
    unit: str,
    figures: Sequence[Figure],
    targets: Sequence[Target] = (),
    year: pd.Period | None = None,
) -> Block:
    """Draw twelve-month totals (monthly PeriodIndex; missing where a month is missing) with the year's targets.

    Each target is a line across the financial year ``year`` from the month in which it was set; superseded ones
    are drawn too.
    """
    known = totals.dropna()
    last, highest = known.index[-1], known.idxmax()
    alt = (
        f"Line chart. The twelve-month total was {wording.counted(known.iloc[0], unit)} in "
        f"{periods.month_name(known.index[0])}, highest in {periods.month_name(highest)} with "
        f"{wording.number(known[highest])}, and {wording.number(known[last])} in {periods.month_name(last)}."
    )
    drawing, ax = one_axes(4.6)
    line(ax, known, color=DARK_BLUE, linewidth=2.2)
    end = (positions([last])[0], float(known[last]))
    ax.plot(*end, "o", color=DARK_BLUE)
    how = {"ha": "right", "va": "top", "fontweight": "bold", "color": DARK_BLUE}
    label(ax, wording.number(known[last]), end, beside=-8, above=-6, **how)
    ends = []
    for target in targets:
        months = periods.financial_year_months(year)
        start = max(months[0], pd.Period(target.set_on, freq="M"))
        across = pd.Series(target.value, index=pd.PeriodIndex([start, months[-1]]))
        line(ax, across, color=DARK_GREY, linewidth=1.8, linestyle="-" if target is targets[-1] else "--")
        ends.append(
            (target.value, f"{target.kind.capitalize()} target {wording.number(target.value)}", DARK_GREY)
        )
        alt += f" The {target.kind} target is {wording.number(target.value)}."
    months_across(ax, room=0.24 if ends else 0.05)
    label_ends(ax, ends)
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt,
        data=table(
            caption=f"Twelve-month totals: {subtitle}",
            columns=["Period", unit.capitalize()],
            rows=[
                [periods.twelve_months_name(m), wording.number(value) if pd.notna(value) else "not known"]
                for m, value in totals.iloc[::-1].items()
            ],
        ),
        figures=figures,
        shape="time",
    )


@in_our_style
def chart_of_year(
    path: pd.DataFrame,
    *,
    fan: pd.DataFrame | None,
    targets: Sequence[Target],
    name: str,
    headline: str,
    subtitle: str,
    unit: str,
    data: Table,
    figures: Sequence[Figure],
) -> Block:
    """Draw the count of a financial year as it adds up from April, against its milestone range, its targets and its projection.

    ``path`` has the months of the year with the columns lower, upper (missing without a target) and actual (missing for months to
    come); ``fan`` the quantiles of the count at the end of each month to come. ``data`` is the table behind the chart.
    """
    known = path["actual"].dropna()
    drawing, ax = one_axes(3.2)
    ends, alt = [], ""
    if not known.empty:
        last = known.index[-1]
        alt = f" Recorded by the end of {periods.month_name(last)}: {wording.counted(known.iloc[-1], unit)}."
    if path["lower"].notna().any():
        x = positions(path.index)
        ax.fill_between(x, path["lower"], path["upper"], color=GREY, alpha=0.55, linewidth=0)
        place = (x[3], float(path["upper"].iloc[3]))
        label(ax, "Milestone range", place, above=10, ha="right", color=DARK_GREY)
        at = path.loc[last] if not known.empty else path.iloc[-1]
        alt += f" The milestone range is then {wording.number(at['lower'])} to {wording.number(at['upper'])}."
    for target in targets[-1:]:
        across = pd.Series(target.value, index=path.index[[0, -1]])
        line(ax, across, color=DARK_GREY, linewidth=1.8)
        ends.append((target.value, f"Target {wording.number(target.value)}", DARK_GREY))
        alt += f" The target is {target.comparison} {wording.number(target.value)}."
    if not known.empty:
        line(ax, known, color=DARK_BLUE, linewidth=2.4)
        end = (positions([last])[0], float(known.iloc[-1]))
        ax.plot(*end, "o", color=DARK_BLUE)
        # Below and to the right there is nothing, however early in the year it is.
        how = {"ha": "center", "va": "top", "fontweight": "bold", "color": DARK_BLUE}
        label(ax, wording.number(known.iloc[-1]), end, beside=22, above=-4, **how)
        if fan is not None and len(fan):
            _draw_fan(ax, fan, start=end)
            at, middle = fan.iloc[-1], wording.number(fan[0.5].iloc[-1])
            ends.append((float(at[0.5]), f"Projection {middle}", DARK_BLUE))
            alt += f" The year is projected to end at {middle}, 80% range {wording.number(at[0.1])} to {wording.number(at[0.9])}."
    months_across(ax, room=0.24, marks=5)
    ax.set_xticks(positions(path.index), [month.strftime("%b") for month in path.index])
    label_ends(ax, ends, distance=0.09)
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=f"Line chart of the year as it adds up.{alt}",
        data=data,
        figures=figures,
        shape="time",
    )


def _draw_fan(ax, fan: pd.DataFrame, *, start: tuple[float, float]) -> None:
    """Draw a projection: 95 % and 80 % intervals, the darker the likelier, and its middle as a dotted line."""
    x = [start[0], *positions(fan.index)]
    for low, high, colour in ((0.025, 0.975, PALE_BLUE), (0.1, 0.9, LIGHT_BLUE)):
        ax.fill_between(x, [start[1], *fan[low]], [start[1], *fan[high]], color=colour, linewidth=0)
    ax.plot(x, [start[1], *fan[0.5]], color=DARK_BLUE, linewidth=1.6, linestyle=":")


@in_our_style
def chart_of_months(
    months: pd.Series,
    *,
    name: str,
    headline: str,
    subtitle: str,
    unit: str,
    figures: Sequence[Figure],
    withheld: Collection[pd.Period] = (),
    marks: Mapping[pd.Period, str] = MappingProxyType({}),
) -> Block:
    """Draw monthly counts as they were recorded (monthly PeriodIndex; a missing month is a gap in the line).

    ``withheld`` are missing months of which the count is known and not shown; ``marks`` are short words at the foot of an upright line.
    """
    drawing, ax = one_axes(3.6)
    line(ax, months, color=DARK_BLUE, linewidth=1.8, marker="o", markersize=3)
    for month, words in marks.items():
        if months.index[0] <= month <= months.index[-1]:
            ax.axvline(month.ordinal, color=DARK_GREY, linewidth=1.4, linestyle=":")
            label(ax, words, (month.ordinal, 0), beside=4, above=4, xycoords=("data", "axes fraction"))
    months_across(ax)
    known = months.dropna()
    missing = months.index[months.isna() & ~months.index.isin(withheld)]
    alt = (
        f"Line chart of {len(known)} months. The lowest was {wording.counted(known.min(), unit)} in "
        f"{periods.month_name(known.idxmin())} and the highest {wording.number(known.max())} in "
        f"{periods.month_name(known.idxmax())}."
    )
    if len(missing):
        alt += f" No data for {periods.months_in_words(missing)}."
    alt += "".join(f" {words} began in {periods.month_name(month)}." for month, words in marks.items())
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt + _gaps(withheld),
        data=_table_of_months(f"Months: {subtitle}", {unit.capitalize(): months}, withheld=withheld),
        figures=figures,
        shape="time",
    )


@in_our_style
def chart_of_adjustment(
    observed: pd.Series,
    adjusted: pd.Series,
    *,
    name: str,
    headline: str,
    subtitle: str,
    unit: str,
    figures: Sequence[Figure],
    withheld: Collection[pd.Period] = (),
) -> Block:
    """Draw monthly counts as recorded (grey) and seasonally adjusted (dark), labelled at their ends.

    Both are missing, a gap in the lines, in the months that are ``withheld``.
    """
    both = {"As recorded": observed, "Seasonally adjusted": adjusted}
    drawing, ax = one_axes(4)
    # A month between two gaps is no line, so where there are gaps each month is marked.
    marker = {"marker": "o", "markersize": 3} if withheld else {}
    line(ax, observed, color=MID_GREY, linewidth=1.4, **marker)
    line(ax, adjusted, color=DARK_BLUE, linewidth=2.2, **marker)
    months_across(ax, room=0.22)
    ends = [float(series.dropna().iloc[-1]) for series in both.values()]
    label_ends(ax, list(zip(ends, both, (MID_GREY, DARK_BLUE), strict=True)))
    known = observed.dropna()
    last = known.index[-1]
    alt = (
        f"Line chart of {len(known)} months, as recorded and seasonally adjusted. In {periods.month_name(last)}: "
        f"{wording.counted(known[last], unit)} as recorded, {wording.number(adjusted[last])} adjusted. The adjusted "
        f"line is highest in {periods.month_name(adjusted.idxmax())} with {wording.number(adjusted.max())} and lowest in "
        f"{periods.month_name(adjusted.idxmin())} with {wording.number(adjusted.min())}."
    )
    if last - 12 in known.index:
        alt += f" A year before: {wording.number(known[last - 12])} as recorded, {wording.number(adjusted[last - 12])} adjusted."
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt + _gaps(withheld),
        data=_table_of_months(f"Months: {subtitle}", both, withheld=withheld),
        figures=figures,
        shape="time",
    )


def _table_of_months(
    caption: str,
    series: Mapping[str, pd.Series],
    *,
    of: str = "Month",
    missing: str = "missing",
    withheld: Collection[pd.Period] = (),
) -> Table:
    """Give the numbers behind a chart of months, the latest month first, each series under its name."""

    def cell(month: pd.Period, value: float) -> str:
        if month in withheld:
            return "[c]"
        return wording.number(value) if pd.notna(value) else missing

    months = next(iter(series.values())).index[::-1]
    return table(
        caption=caption,
        columns=[of, *series],
        rows=[[periods.month_name(m), *(cell(m, values[m]) for values in series.values())] for m in months],
    )


def _gaps(withheld: Collection[pd.Period]) -> str:
    """Say in an alternative text what a gap stands for."""
    return (
        f" Withheld, and a gap in the line: {periods.months_in_words(sorted(withheld))}." if withheld else ""
    )


@in_our_style
def chart_of_profile(figures: Sequence[Figure], *, name: str, headline: str, subtitle: str) -> Block:
    """Draw seasonal factors as dots with their intervals, one a period, round the average month at zero."""

    def show(value: float) -> str:
        return wording.percent(value, signed=True)

    drawing, ax = one_axes(3.4)
    ax.axhline(0, color=DARK_GREY, linewidth=1)
    x = range(len(figures))
    ax.vlines(x, [f.lower for f in figures], [f.upper for f in figures], color=DARK_BLUE, linewidth=2)
    ax.plot(x, [f.value for f in figures], "o", color=DARK_BLUE)
    ax.set_xticks(x, [f.period[:3] for f in figures])
    ax.yaxis.set_major_formatter(
        lambda value, _: f"{value:+.0f}%".replace("-", wording.MINUS) if value else "0%"
    )
    sns.despine(ax=ax, left=True, bottom=True)
    said = "; ".join(f"{f.period} {show(f.value)}" for f in figures)
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=f"Dot chart of the usual distance from an average month. {said}.",
        data=table(
            caption=f"Seasonal profile: {subtitle}",
            columns=["Month", "Usual distance", "95% interval"],
            rows=[[f.period, show(f.value), interval(f, show)] for f in figures],
        ),
        figures=figures,
    )


@in_our_style
def chart_of_control(
    found: ControlChart, *, name: str, headline: str, subtitle: str, figures: Sequence[Figure]
) -> Block:
    """Draw an XmR chart of months: the series, its mean and process limits in each phase, and a mark a kind of point."""
    points = found.points.assign(lower_process_limit=found.points["lower_process_limit"].clip(lower=0))
    lines = {"mean": "mean", "lower_process_limit": "lower limit", "upper_process_limit": "upper limit"}
    marks = dict(_MARKS)
    if found.improvement_direction == "increase":  # then the way up is the way to improve
        marks |= {"improvement": ("^", *_MARKS["improvement"][1:]), "concern": ("v", *_MARKS["concern"][1:])}
    drawing, ax = one_axes(3.9)
    line(ax, points["value"], color=GREY, linewidth=1.3, zorder=1)
    for phase, part in points.groupby("phase"):
        for column in lines:
            dashes = "-" if column == "mean" else (0, (4, 3))
            line(ax, part[column], color=DARK_GREY, linewidth=1.3, linestyle=dashes)
        if phase > 1:
            ax.axvline(part.index[0].ordinal - 0.5, color=MID_GREY, linewidth=1, linestyle=":")
    for kind in dict.fromkeys(points["point_type"]):
        mark, colour, words = marks[kind]
        of_kind = points.loc[points["point_type"] == kind, "value"]
        look = {"marker": mark, "markersize": 4 if mark == "o" else 6, "linestyle": "none", "zorder": 2}
        line(ax, of_kind, color=colour, label=words, **look)
    last = points.iloc[-1]
    months_across(ax, room=0.2)
    ends = [
        (last[column], f"{words} {wording.number(last[column])}", DARK_GREY)
        for column, words in lines.items()
    ]
    label_ends(ax, ends)
    ax.legend(loc="lower left", ncols=3, frameon=False, handletextpad=0.2, borderaxespad=0.2)
    counts = points["point_type"].value_counts()
    said = ", ".join(f"{marks[kind][2]} {counts[kind]}" for kind in counts.index)
    alt = (
        f"Control chart of {len(points)} months: {said}. The last point, {periods.month_name(points.index[-1])}, is "
        f"{wording.number(last['value'])}, the mean {wording.number(last['mean'])} and the process limits "
        f"{wording.number(last['lower_process_limit'])} to {wording.number(last['upper_process_limit'])}."
    )
    return finish(
        drawing,
        name=name,
        headline=headline,
        subtitle=subtitle,
        alt=alt,
        data=table(
            caption=f"Data of the control chart: {subtitle}",
            columns=["Month", "Value", "Mean", "Lower limit", "Upper limit", "Reading", "Rule"],
            rows=[
                [
                    periods.month_name(month),
                    *(wording.number(p[column]) for column in ("value", *lines)),
                    marks[p["point_type"]][2],
                    RULES[p["rule"]],
                ]
                for month, p in points.iloc[::-1].iterrows()
            ],
            text_columns=(5, 6),
        ),
        figures=figures,
        shape="time",
    )
