"""Charts, drawn from results and returned as blocks: SVG with a headline, a subtitle, words for those who do not see
it, and the table of the data behind it.

Style: the Government Analysis Function's guidance on charts and accessible colour: at most four colours in a fixed
order, horizontal text, light gridlines, lines labelled directly. The same input gives the same bytes.
"""

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from html import escape

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure as Drawing

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure
from saferleeds_analysis.reporting.tables import behind, table

DARK_BLUE, ORANGE, GREY, DARK_GREY = "#12436D", "#F46A25", "#BFBFBF", "#3D3D3D"

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
) -> Block:
    """Draw twelve-month totals (monthly PeriodIndex; missing where a month is missing) with the year's targets.

    Each target is a line across the financial year ``year`` from the month in which it was set; superseded ones
    are drawn too.
    """
    with _style(name):
        drawing = Drawing(figsize=(9, 4.4), layout="constrained")
        ax = drawing.subplots()
        x = _positions(totals.index)
        sns.lineplot(x=x, y=totals.astype(float).to_numpy(), ax=ax, color=DARK_BLUE, linewidth=2.2)
        known = totals.dropna()
        last = known.index[-1]
        ax.plot(_positions(known.index[-1:]), [float(known.iloc[-1])], "o", color=DARK_BLUE)
        ax.annotate(
            wording.number(known.iloc[-1]),
            (_positions(known.index[-1:])[0], float(known.iloc[-1])),
            xytext=(0, -16),
            textcoords="offset points",
            ha="center",
            va="top",
            fontweight="bold",
            color=DARK_BLUE,
        )
        end = totals.index[-1]
        for target in targets:
            months = periods.financial_year_months(year)
            start = max(months[0], pd.Period(target.set_on, freq="M"))
            ax.plot(
                _positions(pd.PeriodIndex([start, months[-1]])),
                [target.value] * 2,
                color=DARK_GREY,
                linewidth=1.8,
                linestyle="--" if target is not targets[-1] else "-",
            )
            ax.annotate(
                f"{target.kind.capitalize()} target\n{wording.number(target.value)}",
                (_positions(months[-1:])[0], target.value),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=DARK_GREY,
            )
            end = max(end, months[-1])
        ax.set_ylim(0, 1.08 * max([float(known.max()), *(t.value for t in targets)]))
        room = 14 if targets else 2
        ax.set_xlim(_positions(totals.index[:1])[0], _positions(pd.PeriodIndex([end]))[0] + room)
        _label_years(ax, totals.index[0], end)
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
    if targets:
        alt += " " + " ".join(f"The {t.kind} target is {wording.number(t.value)}." for t in targets)
    rows = [
        [periods.twelve_months_name(m), wording.number(v) if pd.notna(v) else "not known"]
        for m, v in totals.iloc[::-1].items()
    ]
    data = table(caption=f"Twelve-month totals: {subtitle}", columns=["Period", unit.capitalize()], rows=rows)
    return _chart_block(
        name=name, headline=headline, subtitle=subtitle, svg=svg, alt=alt, data=data, figures=figures
    )


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


def _chart_block(
    *, name: str, headline: str, subtitle: str, svg: str, alt: str, data: Block, figures: Sequence[Figure]
) -> Block:
    folded = behind("Data behind this chart", data)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
    html = (
        f'<figure class="chart" id="{escape(name)}">\n'
        f"<figcaption><strong>{escape(headline)}</strong> <span>{escape(subtitle)}</span></figcaption>\n"
        f"{svg}\n"
        f"{folded.html}\n</figure>"
    )
    return Block(html=html, text=f"{headline}\n{subtitle}\n{alt}", figures=tuple(figures))


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
