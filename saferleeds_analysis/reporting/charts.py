"""Charts, drawn from results and returned as blocks: SVG with a headline, a subtitle, words for those who do not see
it, and the table of the data behind it.

Style: the Government Analysis Function's guidance on charts and accessible colour: at most four colours in a fixed
order, horizontal text, light gridlines, lines labelled directly. The same input gives the same bytes.
"""

import io
import itertools
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from html import escape

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure
from saferleeds_analysis.reporting.tables import behind, table

DARK_BLUE, LIGHT_BLUE, PALE_BLUE = "#12436D", "#6BACE6", "#ADD1F1"
TEAL, ORANGE = "#28A197", "#F46A25"
GREY, MID_GREY, DARK_GREY = "#BFBFBF", "#6F777B", "#3D3D3D"

_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": 11,
    "text.color": "#0B0C0C",
    "axes.labelcolor": "#0B0C0C",
    "xtick.color": DARK_GREY,
    "ytick.color": DARK_GREY,
    "axes.edgecolor": DARK_GREY,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#E3E3E3",
    "axes.axisbelow": True,
    "svg.fonttype": "none",  # text stays text: small, sharp at any zoom, and the same on every machine
}


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
    with _style(name):
        drawing = Drawing(figsize=(9, 4.6), layout="constrained")
        ax = drawing.subplots()
        if milestones is not None:
            x = _positions(milestones.index)
            ax.fill_between(x, milestones["lower"], milestones["upper"], color=GREY, alpha=0.55, linewidth=0)
        if fan is not None and len(fan):
            _draw_fan(ax, fan, start=(last, float(known.iloc[-1])))
        sns.lineplot(
            x=_positions(totals.index),
            y=totals.astype(float).to_numpy(),
            ax=ax,
            color=DARK_BLUE,
            linewidth=2.2,
        )
        at = _positions(known.index[-1:])[0]
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
                _positions(pd.PeriodIndex([start, months[-1]])),
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
        for y, (_, text, colour) in zip(_apart([y for y, *_ in labels], 0.065 * top), labels, strict=True):
            ax.annotate(
                text,
                (_positions(pd.PeriodIndex([end]))[0], y),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=colour,
            )
        if milestones is not None:
            middle = milestones.iloc[2]
            ax.annotate(
                "Milestone range",
                (_positions(milestones.index[2:3])[0], float(middle["upper"])),
                xytext=(4, 6),
                textcoords="offset points",
                color=DARK_GREY,
            )
        ax.set_ylim(0, top)
        span = _positions(pd.PeriodIndex([end]))[0] - _positions(totals.index[:1])[0]
        ax.set_xlim(
            _positions(totals.index[:1])[0],
            _positions(pd.PeriodIndex([end]))[0] + (0.24 * span if labels else 2),
        )
        _label_years(ax, totals.index[0], end)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
        ax.set_ylabel("")
        sns.despine(ax=ax, left=True)
        svg = _svg(drawing, name)
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
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=alt, data=data, figures=figures
    )


def _totals_table(
    totals: pd.Series, milestones: pd.DataFrame | None, fan: pd.DataFrame | None, *, caption: str, unit: str
) -> Block:
    """Give the numbers behind the chart of totals, the latest period first, those to come above it."""
    months = totals.index if fan is None else totals.index.union(fan.index)
    columns = {
        unit.capitalize(): lambda m: wording.number(totals[m]) if pd.notna(totals.get(m)) else "not known"
    }
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
    x = _positions(pd.PeriodIndex([start[0], *fan.index]))
    for (low, high), colour in zip(((0.025, 0.975), (0.1, 0.9)), (PALE_BLUE, LIGHT_BLUE), strict=True):
        ax.fill_between(x, [start[1], *fan[low]], [start[1], *fan[high]], color=colour, linewidth=0)
    ax.plot(x, [start[1], *fan[0.5]], color=DARK_BLUE, linewidth=1.6, linestyle=":")


def chart_of_months(
    months: pd.Series, *, name: str, headline: str, subtitle: str, unit: str, figures: Sequence[Figure]
) -> Block:
    """Draw monthly counts as they were recorded (monthly PeriodIndex; a missing month is a gap in the line)."""
    with _style(name):
        drawing = Drawing(figsize=(9, 3.6), layout="constrained")
        ax = drawing.subplots()
        x = _positions(months.index)
        ax.plot(x, months.astype(float).to_numpy(), color=DARK_BLUE, linewidth=1.8, marker="o", markersize=3)
        ax.set_ylim(0, 1.08 * max(float(months.max()), 1.0))
        _label_years(ax, months.index[0], months.index[-1])
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
        sns.despine(ax=ax, left=True)
        svg = _svg(drawing, name)
    known, missing = months.dropna(), months.index[months.isna()]
    alt = (
        f"Line chart of {len(known)} months. The lowest was {wording.number(known.min())} {unit} in "
        f"{periods.month_name(known.idxmin())} and the highest {wording.number(known.max())} in "
        f"{periods.month_name(known.idxmax())}."
    )
    if len(missing):
        alt += f" No data for {periods.months_in_words(missing)}."
    rows = [
        [periods.month_name(m), wording.number(v) if pd.notna(v) else "missing"]
        for m, v in months.iloc[::-1].items()
    ]
    data = table(caption=f"Months: {subtitle}", columns=["Month", unit.capitalize()], rows=rows)
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=alt, data=data, figures=figures
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
) -> Block:
    """Draw monthly counts as recorded (grey) and seasonally adjusted (dark), labelled at their ends."""
    with _style(name):
        drawing = Drawing(figsize=(9, 4), layout="constrained")
        ax = drawing.subplots()
        x = _positions(observed.index)
        lines = ((observed, MID_GREY, 1.4, "As recorded"), (adjusted, DARK_BLUE, 2.2, "Seasonally adjusted"))
        for series, colour, width, _ in lines:
            ax.plot(x, series.to_numpy(dtype=float), color=colour, linewidth=width)
        ends = _apart([float(series.iloc[-1]) for series, *_ in lines], 0.07 * float(observed.max()))
        for (_, colour, _, text), y in zip(lines, ends, strict=True):
            ax.annotate(
                text, (x[-1], y), xytext=(6, 0), textcoords="offset points", va="center", color=colour
            )
        ax.set_ylim(0, 1.08 * max(float(observed.max()), float(adjusted.max()), 1.0))
        ax.set_xlim(x[0] - 1, x[-1] + max(4, 0.22 * len(x)))
        _label_years(ax, observed.index[0], observed.index[-1])
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        ax.yaxis.set_major_formatter(lambda value, _: wording.number(value))
        sns.despine(ax=ax, left=True)
        svg = _svg(drawing, name)
    last = periods.month_name(observed.index[-1])
    alt = (
        f"Line chart of {len(observed)} months, as recorded and seasonally adjusted. In {last}: "
        f"{wording.number(observed.iloc[-1])} {unit} as recorded, {wording.number(adjusted.iloc[-1])} adjusted. The adjusted "
        f"line is highest in {periods.month_name(adjusted.idxmax())} with {wording.number(adjusted.max())} and lowest in "
        f"{periods.month_name(adjusted.idxmin())} with {wording.number(adjusted.min())}. A year "
        f"before: {wording.number(observed.iloc[-13])} as recorded, {wording.number(adjusted.iloc[-13])} adjusted."
    )
    rows = [
        [periods.month_name(m), wording.number(observed[m]), wording.number(adjusted[m])]
        for m in reversed(observed.index)
    ]
    data = table(
        caption=f"Months: {subtitle}", columns=["Month", "As recorded", "Seasonally adjusted"], rows=rows
    )
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=alt, data=data, figures=figures
    )


def chart_of_profile(figures: Sequence[Figure], *, name: str, headline: str, subtitle: str) -> Block:
    """Draw seasonal factors as dots with their intervals, one a period, round the average month at zero."""
    with _style(name):
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
        svg = _svg(drawing, name)
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
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=f"{alt}.", data=data, figures=figures
    )


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
    with _style(name):
        drawing = Drawing(figsize=(9, 0.8 + 0.6 * len(rows)), layout="constrained")
        ax = drawing.subplots()
        for y, (_, f) in enumerate(reversed(rows)):
            if f.lower is not None:
                ax.plot([f.lower, f.upper], [y, y], color=DARK_BLUE, linewidth=2.2)
            ax.plot([f.value], [y], "o", color=DARK_BLUE, markersize=8)
            ax.annotate(show(f.value), (f.value, y), xytext=(0, 9), textcoords="offset points", ha="center")
        ax.set_yticks(range(len(rows)), [label for label, _ in reversed(rows)])
        ax.set_ylim(-0.5, len(rows) - 0.3)
        ax.set_xlim(0, 1.08 * max(f.value if f.upper is None else f.upper for _, f in rows))
        _across(ax, show)
        svg = _svg(drawing, name)

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
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=f"{alt}.", data=data, figures=[]
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
    with _style(name):
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
        _across(ax, show)
        svg = _svg(drawing, name)
    said = [(label.replace("\n", " "), text) for label, _, _, text, _ in bars]
    alt = "Bar chart of steps. " + "; ".join(f"{label}: {text}" for label, text in said)
    data = table(caption=subtitle, columns=["What", "Amount"], rows=[list(pair) for pair in said])
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=f"{alt}.", data=data, figures=[]
    )


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
    with _style(name):
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
        _across(ax, show)
        svg = _svg(drawing, name)
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
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=f"{alt}.", data=data, figures=[]
    )


def _across(ax, show: Callable[[float], str]) -> None:
    """Set up an axis of amounts that run from left to right."""
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(lambda value, _: show(value))
    sns.despine(ax=ax, left=True)


def _chart_block(
    *, name: str, headline: str, subtitle: str, svg: str, alt: str, data: Block, figures: Sequence[Figure]
) -> Block:
    folded = behind("Data behind this chart", data)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
    html = (
        f'<figure class="chart" id="{escape(name)}">\n'
        f"<figcaption><strong>{escape(headline)}</strong> <span>{escape(subtitle)}</span></figcaption>\n"
        # On a phone the chart keeps a size at which its lettering can be read, and scrolls within this region.
        f'<div class="chart-scroll" role="region" tabindex="0" aria-label="{escape(f"Chart: {headline}")}">\n'
        f"{svg}\n</div>\n"
        f"{folded.html}\n</figure>"
    )
    return Block(html=html, text=f"{headline}\n{subtitle}\n{alt}", figures=tuple(figures))


def _apart(values: Sequence[float], distance: float) -> list[float]:
    """Move labels at the ends of lines up and down until they are a distance apart."""
    placed = sorted(range(len(values)), key=lambda i: values[i])
    moved = list(values)
    for lower, upper in itertools.pairwise(placed):
        short = distance - (moved[upper] - moved[lower])
        if short > 0:
            moved[lower] -= short / 2
            moved[upper] += short / 2
    return moved


def _style(name: str):
    return mpl.rc_context({**sns.axes_style("whitegrid"), **_STYLE, "svg.hashsalt": name})


def _positions(months: pd.PeriodIndex) -> np.ndarray:
    return np.array([m.ordinal for m in months], dtype=float)


def _label_years(ax, first: pd.Period, last: pd.Period) -> None:
    """Mark each January (or every month of a short series), as horizontal text."""
    months = pd.period_range(first, last, freq="M")
    marks = months if len(months) <= 14 else months[months.month == 1]
    ax.set_xticks(_positions(marks), [m.strftime("%b\n%Y") for m in marks])
    ax.set_xlabel("")


def _svg(drawing: Drawing, name: str) -> str:
    """Give the drawing as SVG to stand inside a page: no fixed size, no metadata, ids that are unique on the page."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    drawing.savefig(buffer, format="svg", metadata=nothing)
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 (our own drawing, written a line above)
    for child in list(root):
        if child.tag.endswith("metadata"):
            root.remove(child)
    root.attrib.pop("width")
    root.attrib.pop("height")
    text = ElementTree.tostring(root, encoding="unicode")
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", text)
    return re.sub(r'((?:href="|url\()#)', rf"\g<1>{name}-", text)
