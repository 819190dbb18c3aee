"""Charts of months: twelve-month totals with targets and projection, months as recorded and adjusted, seasonal profile."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Chart, Figure
from saferleeds_analysis.reporting.charts.drawing import (
    DARK_BLUE,
    DARK_GREY,
    GREY,
    LIGHT_BLUE,
    MID_GREY,
    PALE_BLUE,
    apart,
    label_years,
    positions,
    style,
    svg_of,
)
from saferleeds_analysis.reporting.tables import table


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
    milestones: pd.DataFrame | None = None,
    fan: pd.DataFrame | None = None,
) -> Block:
    """Draw twelve-month totals (monthly PeriodIndex; missing where a month is missing) with the year's targets.

    Each target is a line across the financial year ``year`` from the month in which it was set; superseded ones
    are drawn too. ``milestones`` (columns lower, upper) is drawn as a band and ``fan`` (columns of quantiles) as the
    projection from the last total on, both by month on the scale of the totals.
    """
    known = totals.dropna()
    last = known.index[-1]
    with style(name):
        drawing = Drawing(figsize=(9, 4.6), layout="constrained")
        ax = drawing.subplots()
        if milestones is not None:
            x = positions(milestones.index)
            ax.fill_between(x, milestones["lower"], milestones["upper"], color=GREY, alpha=0.55, linewidth=0)
        if fan is not None and len(fan):
            _draw_fan(ax, fan, start=(last, float(known.iloc[-1])))
        sns.lineplot(
            x=positions(totals.index),
            y=totals.astype(float).to_numpy(),
            ax=ax,
            color=DARK_BLUE,
            linewidth=2.2,
        )
        at = positions(known.index[-1:])[0]
        ax.plot([at], [float(known.iloc[-1])], "o", color=DARK_BLUE)
        ax.annotate(
            wording.number(known.iloc[-1]),
            (at, float(known.iloc[-1])),
            xytext=(-8, -6),
            textcoords="offset points",
            ha="right",
            va="top",
            fontweight="bold",
            color=DARK_BLUE,
        )
        end = totals.index[-1]
        months = periods.financial_year_months(year) if targets else totals.index[-1:]
        labels = [
            (t.value, f"{t.kind.capitalize()} target {wording.number(t.value)}", DARK_GREY) for t in targets
        ]
        for target in targets:
            start = max(months[0], pd.Period(target.set_on, freq="M"))
            ax.plot(
                positions(pd.PeriodIndex([start, months[-1]])),
                [target.value] * 2,
                color=DARK_GREY,
                linewidth=1.8,
                linestyle="--" if target is not targets[-1] else "-",
            )
            end = max(end, months[-1])
        if fan is not None and len(fan):
            end = max(end, fan.index[-1])
            labels.append(
                (float(fan[0.5].iloc[-1]), f"Projection {wording.number(fan[0.5].iloc[-1])}", DARK_BLUE)
            )
        highest = [float(known.max()), *(t.value for t in targets)]
        highest += [float(fan.max().max())] if fan is not None and len(fan) else []
        top = 1.08 * max(highest)
        for y, (_, text, colour) in zip(apart([y for y, *_ in labels], 0.065 * top), labels, strict=True):
            ax.annotate(
                text,
                (positions(pd.PeriodIndex([end]))[0], y),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=colour,
            )
        if milestones is not None:
            middle = milestones.iloc[2]
            ax.annotate(
                "Milestone range",
                (positions(milestones.index[2:3])[0], float(middle["upper"])),
                xytext=(4, 6),
                textcoords="offset points",
                color=DARK_GREY,
            )
        ax.set_ylim(0, top)
        span = positions(pd.PeriodIndex([end]))[0] - positions(totals.index[:1])[0]
        ax.set_xlim(
            positions(totals.index[:1])[0],
            positions(pd.PeriodIndex([end]))[0] + (0.24 * span if labels else 2),
        )
        label_years(ax, totals.index[0], end)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
        ax.set_ylabel("")
        sns.despine(ax=ax, left=True)
        svg = svg_of(drawing, name)
    first = known.index[0]
    highest = known.idxmax()
    alt = (
        f"Line chart. The twelve-month total was {wording.number(known.iloc[0])} {unit} in {periods.month_name(first)}, "
        f"highest in {periods.month_name(highest)} with {wording.number(known[highest])}, "
        f"and {wording.number(known.iloc[-1])} in {periods.month_name(last)}."
    )
    alt += "".join(f" The {t.kind} target is {wording.number(t.value)}." for t in targets)
    if milestones is not None:
        at = milestones.loc[last] if last in milestones.index else milestones.iloc[-1]
        alt += f" The milestone range is then {wording.number(at['lower'])} to {wording.number(at['upper'])}."
    if fan is not None and len(fan):
        ends = fan.iloc[-1]
        alt += (
            f" The projection for {periods.month_name(fan.index[-1])} is {wording.number(ends[0.5])}, with an 80% interval "
            f"of {wording.number(ends[0.1])} to {wording.number(ends[0.9])}."
        )
    data = _totals_table(totals, milestones, fan, caption=f"Twelve-month totals: {subtitle}", unit=unit)
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


def _totals_table(
    totals: pd.Series, milestones: pd.DataFrame | None, fan: pd.DataFrame | None, *, caption: str, unit: str
) -> Block:
    """Give the numbers behind the chart of totals, the latest period first, those to come above it."""
    months = totals.index if fan is None else totals.index.union(fan.index)

    def recorded(month: pd.Period) -> str:
        if pd.notna(totals.get(month)):
            return wording.number(totals[month])
        return "to come" if month > totals.index[-1] else "not known"

    columns = {unit.capitalize(): recorded}
    if milestones is not None:
        columns["Milestone range"] = lambda m: _span(milestones, m, "lower", "upper")
    if fan is not None and len(fan):
        columns["Projection"] = lambda m: wording.number(fan.loc[m, 0.5]) if m in fan.index else "none"
        columns["80% interval"] = lambda m: _span(fan, m, 0.1, 0.9)
        columns["95% interval"] = lambda m: _span(fan, m, 0.025, 0.975)
    rows = [[periods.twelve_months_name(m), *(cell(m) for cell in columns.values())] for m in months[::-1]]
    return table(caption=caption, columns=["Period", *columns], rows=rows)


def _span(frame: pd.DataFrame, month: pd.Period, low, high) -> str:
    if month not in frame.index or pd.isna(frame.loc[month, low]):
        return "none"
    return f"{wording.number(frame.loc[month, low])} to {wording.number(frame.loc[month, high])}"


def _draw_fan(ax, fan: pd.DataFrame, *, start: tuple[pd.Period, float]) -> None:
    """Draw a projection: 95 % and 80 % intervals, the darker the likelier, and its middle as a dotted line."""
    x = positions(pd.PeriodIndex([start[0], *fan.index]))
    for (low, high), colour in zip(((0.025, 0.975), (0.1, 0.9)), (PALE_BLUE, LIGHT_BLUE), strict=True):
        ax.fill_between(x, [start[1], *fan[low]], [start[1], *fan[high]], color=colour, linewidth=0)
    ax.plot(x, [start[1], *fan[0.5]], color=DARK_BLUE, linewidth=1.6, linestyle=":")


def chart_of_months(
    months: pd.Series,
    *,
    name: str,
    headline: str,
    subtitle: str,
    unit: str,
    figures: Sequence[Figure],
    withheld: Collection[pd.Period] = (),
) -> Block:
    """Draw monthly counts as they were recorded (monthly PeriodIndex; a missing month is a gap in the line).

    ``withheld`` are missing months of which the count is known and not shown.
    """
    with style(name):
        drawing = Drawing(figsize=(9, 3.6), layout="constrained")
        ax = drawing.subplots()
        x = positions(months.index)
        ax.plot(x, months.astype(float).to_numpy(), color=DARK_BLUE, linewidth=1.8, marker="o", markersize=3)
        ax.set_ylim(0, 1.08 * max(float(months.max()), 1.0))
        label_years(ax, months.index[0], months.index[-1])
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
        sns.despine(ax=ax, left=True)
        svg = svg_of(drawing, name)
    known = months.dropna()
    missing = months.index[months.isna() & ~months.index.isin(withheld)]
    alt = (
        f"Line chart of {len(known)} months. The lowest was {wording.number(known.min())} {unit} in "
        f"{periods.month_name(known.idxmin())} and the highest {wording.number(known.max())} in "
        f"{periods.month_name(known.idxmax())}."
    )
    if len(missing):
        alt += f" No data for {periods.months_in_words(missing)}."
    alt += _gaps(withheld)
    rows = [[periods.month_name(m), _cell(m, v, withheld)] for m, v in months.iloc[::-1].items()]
    data = table(caption=f"Months: {subtitle}", columns=["Month", unit.capitalize()], rows=rows)
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
    with style(name):
        drawing = Drawing(figsize=(9, 4), layout="constrained")
        ax = drawing.subplots()
        x = positions(observed.index)
        lines = ((observed, MID_GREY, 1.4, "As recorded"), (adjusted, DARK_BLUE, 2.2, "Seasonally adjusted"))
        for series, colour, width, _ in lines:
            # A month between two gaps is no line, so where there are gaps each month is marked.
            marker = {"marker": "o", "markersize": 3} if withheld else {}
            ax.plot(
                x,
                series.to_numpy(dtype=float, na_value=float("nan")),
                color=colour,
                linewidth=width,
                **marker,
            )
        ends = apart([float(series.dropna().iloc[-1]) for series, *_ in lines], 0.07 * float(observed.max()))
        for (_, colour, _, text), y in zip(lines, ends, strict=True):
            ax.annotate(
                text, (x[-1], y), xytext=(6, 0), textcoords="offset points", va="center", color=colour
            )
        ax.set_ylim(0, 1.08 * max(float(observed.max()), float(adjusted.max()), 1.0))
        ax.set_xlim(x[0] - 1, x[-1] + max(4, 0.22 * len(x)))
        label_years(ax, observed.index[0], observed.index[-1])
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
        sns.despine(ax=ax, left=True)
        svg = svg_of(drawing, name)
    known = observed.dropna()
    last = known.index[-1]
    alt = (
        f"Line chart of {len(known)} months, as recorded and seasonally adjusted. In {periods.month_name(last)}: "
        f"{wording.number(known[last])} {unit} as recorded, {wording.number(adjusted[last])} adjusted. The adjusted "
        f"line is highest in {periods.month_name(adjusted.idxmax())} with {wording.number(adjusted.max())} and lowest in "
        f"{periods.month_name(adjusted.idxmin())} with {wording.number(adjusted.min())}."
    )
    if last - 12 in known.index:
        alt += f" A year before: {wording.number(known[last - 12])} as recorded, {wording.number(adjusted[last - 12])} adjusted."
    alt += _gaps(withheld)
    rows = [
        [periods.month_name(m), _cell(m, observed[m], withheld), _cell(m, adjusted[m], withheld)]
        for m in reversed(observed.index)
    ]
    data = table(
        caption=f"Months: {subtitle}", columns=["Month", "As recorded", "Seasonally adjusted"], rows=rows
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


def _cell(month: pd.Period, value: float, withheld: Collection[pd.Period]) -> str:
    if month in withheld:
        return "[c]"
    return wording.number(value) if pd.notna(value) else "missing"


def _gaps(withheld: Collection[pd.Period]) -> str:
    """Say in an alternative text what a gap stands for."""
    return (
        f" Withheld, and a gap in the line: {periods.months_in_words(sorted(withheld))}." if withheld else ""
    )


def chart_of_profile(figures: Sequence[Figure], *, name: str, headline: str, subtitle: str) -> Block:
    """Draw seasonal factors as dots with their intervals, one a period, round the average month at zero."""
    with style(name):
        drawing = Drawing(figsize=(9, 3.4), layout="constrained")
        ax = drawing.subplots()
        x = np.arange(len(figures))
        ax.axhline(0, color=DARK_GREY, linewidth=1)
        for at, f in zip(x, figures, strict=True):
            ax.plot([at, at], [f.lower, f.upper], color=DARK_BLUE, linewidth=2)
        ax.plot(x, [f.value for f in figures], "o", color=DARK_BLUE)
        ax.set_xticks(x, [f.period[:3] for f in figures])
        ax.yaxis.set_major_formatter(
            lambda value, _: f"{value:+.0f}%".replace("-", wording.MINUS) if value else "0%"
        )
        sns.despine(ax=ax, left=True, bottom=True)
        svg = svg_of(drawing, name)
    alt = "Dot chart of the usual distance from an average month. " + "; ".join(
        f"{f.period} {wording.percent(f.value, signed=True)}" for f in figures
    )
    rows = [
        [
            f.period,
            wording.percent(f.value, signed=True),
            f"{wording.percent(f.lower, signed=True)} to {wording.percent(f.upper, signed=True)}",
        ]
        for f in figures
    ]
    data = table(
        caption=f"Seasonal profile: {subtitle}",
        columns=["Month", "Usual distance", "95% interval"],
        rows=rows,
    )
    return Chart(
        name=name,
        headline=headline,
        subtitle=subtitle,
        svg=svg,
        alt=f"{alt}.",
        data=data,
        figures=tuple(figures),
    )
