"""What changed since an earlier pack: figure by figure, and in words.

Two packs are compared by indicator, area, period and measure. A figure that both give is ``unchanged`` or ``restated``;
one that is estimated anew each quarter, or marked provisional, and has moved is ``provisional``. A figure is ``late``
where the earlier pack gave it for its own quarter and this pack does not for this one; it is ``new`` where only this pack
has it, and ``no longer shown`` where only the earlier one had.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isclose

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.figures import old_figure
from saferleeds_analysis.intake.governance import GivenReason
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, behind, heading, join, paragraph
from saferleeds_analysis.reporting.figure_kinds import figure_kind
from saferleeds_analysis.reporting.tables import table

UNCHANGED, RESTATED, PROVISIONAL, LATE, NEW, GONE = STATUSES = (
    "unchanged",
    "restated",
    "provisional",
    "late",
    "new",
    "no longer shown",
)

# Figures of the comparison itself are not compared in turn.
ABOUT_THE_PACK = "this pack"

_MEASURES = {
    "progress, RAG letter": "progress",
    "twelve_month_count": "12-month total",
    "change_count": "change on the year before",
    "change_percent": "percentage change on the year before",
}

# As many main figures are set beside those of the earlier pack as fit a glance.
_SHOWN = 5

NO_REASON = "Reason asked for: none was given yet."

# The caption of the table that repeats a page's main figures beside those of the pack before.
MAIN_FIGURES = "Main figures of this page, then and now"


@dataclass(frozen=True, kw_only=True)
class FigureChange:
    """What became of one figure between two packs.

    ``before`` and ``after`` are the values as the figures' tables give them, empty where there is none; ``since`` is the
    pack in which ``before`` was first published; ``reason`` is the reason given for a restatement; ``note`` says what
    else must be known of it.
    """

    status: str
    indicator_id: str
    area: str
    period: str
    measure: str
    unit: str
    before: str = ""
    after: str = ""
    since: str = ""
    reason: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Give what identifies the figure in both packs."""
        return self.indicator_id, self.area, self.period, self.measure

    @property
    def moved_by(self) -> float | None:
        """Give by how much the value moved; ``None`` where it is text or there is none to compare."""
        before, after = _number(self.before), _number(self.after)
        return None if before is None or after is None else after - before


@dataclass(frozen=True, kw_only=True)
class ThenAndNow:
    """One series in two packs, each pack giving it for its own quarter: rows as in ``figures.csv``."""

    then: Mapping[str, object]
    now: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A pack beside an earlier one. ``signed_off`` says when the earlier one was, and is empty where it was not.

    ``earlier`` names the earlier pack and is empty where there is none; then nothing is compared. ``main`` are the series
    that each pack gives for its own quarter.
    """

    earlier: str
    signed_off: str = ""
    main: tuple[ThenAndNow, ...] = ()
    changes: tuple[FigureChange, ...] = ()
    redefined: tuple[str, ...] = ()

    def of(self, figures: Iterable[Mapping[str, object]]) -> "Comparison":
        """Keep what concerns the figures of one report; and what is late or gone of the indicators and areas on it."""
        figures = list(figures)
        keys = {_key(row) for row in figures}
        series = {(row["indicator_id"], row["area"], row["measure"]) for row in figures}
        return replace(
            self,
            changes=tuple(
                c
                for c in self.changes
                if c.key in keys or (c.status == LATE and (c.indicator_id, c.area, c.measure) in series)
            ),
            redefined=tuple(i for i in self.redefined if any(row["indicator_id"] == i for row in figures)),
        )

    def having(self, status: str) -> tuple[FigureChange, ...]:
        """Give the changes of one status."""
        return tuple(c for c in self.changes if c.status == status)

    def section(self, *, names: Mapping[str, str]) -> Block:
        """Say in short what changed: the main figures then and now, a few sentences, and a table of what was restated.

        ``names`` are those of the indicators.
        """
        if not self.earlier:
            return paragraph("There is no pack of the quarter before to compare with, signed off or not.")
        if not self.changes and not self.main:
            return paragraph(
                f"No figures are on this page that could be compared with the pack of {self.earlier}."
            )
        restated = self.having(RESTATED)
        shown = [_table_of_main(self.main[:_SHOWN], self.earlier, names)] if self.main else []
        shown.append(paragraph(self._sentence("on this page"), figures=self._counts()))
        shown += [paragraph(text, css_class="notice") for text in self._redefinitions(names)]
        if restated:
            shown.append(_table_of_restated(restated, names))
        if self.having(LATE):
            listed = "; ".join(
                dict.fromkeys(f"{_measure(c)}, {c.area}, {c.period}" for c in self.having(LATE))
            )
            shown.append(paragraph(f"Late, since the earlier pack gave them for its own quarter: {listed}."))
        return join(*shown)

    def page(self, *, names: Mapping[str, str]) -> Block:
        """List everything that was restated, is late, provisional, new or no longer shown, each under a heading."""
        if not self.earlier:
            return paragraph("There is no earlier pack to compare with, signed off or not.")
        shown = [paragraph(self._sentence("of this pack"), figures=self._counts())]
        shown += [paragraph(text, css_class="notice") for text in self._redefinitions(names)]
        restated, late = self.having(RESTATED), self.having(LATE)
        shown += [
            heading(2, "Restated"),
            _table_of_restated(restated, names) if restated else paragraph("No figure was restated."),
            heading(2, "Late"),
            _table_of_late(late, names) if late else paragraph("No figure is late."),
            heading(2, "Provisional, and moved"),
            paragraph(
                "These are estimated anew each quarter, as more months are known, or are marked provisional. That they move "
                "is expected and is no restatement."
            ),
            _table_of_series(self.having(PROVISIONAL), names, "Provisional figures that moved"),
            heading(2, "New"),
            paragraph(
                "Most are of the months that came since, or are on a report that the earlier pack did not have."
            ),
            _table_of_series(self.having(NEW), names, "Figures that the earlier pack did not give"),
            heading(2, "No longer shown"),
            paragraph(
                "Most are of months before those that a page goes back to, or of the quarter that the earlier pack was about. "
                "They stay in that pack as they were published."
            ),
            _table_of_series(self.having(GONE), names, "Figures that only the earlier pack gave"),
        ]
        return join(*shown)

    def _sentence(self, where: str) -> str:
        state = f"signed off on {self.signed_off}" if self.signed_off else "which was not signed off"
        count = Counter(c.status for c in self.changes)
        both = count[UNCHANGED] + count[RESTATED] + count[PROVISIONAL]
        moved = [
            abs(100 * c.moved_by / _number(c.before))
            for c in self.having(PROVISIONAL)
            if c.moved_by is not None and _number(c.before)
        ]
        text = f"Compared with the pack of {self.earlier}, {state}: {_figures(both)} {where} {'was' if both == 1 else 'were'} in it too"
        if both:
            text += f". {_were(count[RESTATED])} restated, that is changed after it was published"
            text += (
                f"; {wording.number(count[UNCHANGED])} {'is' if count[UNCHANGED] == 1 else 'are'} unchanged"
            )
        if count[PROVISIONAL]:
            text += f"; {wording.number(count[PROVISIONAL])} {'is' if count[PROVISIONAL] == 1 else 'are'} estimated anew each quarter"
            text += (
                f", and half of the moves are {wording.percent(sorted(moved)[len(moved) // 2])} or less"
                if moved
                else ""
            )
        new = (
            f"{_figures(count[NEW])} {'is' if count[NEW] == 1 else 'are'} new"
            if count[NEW]
            else "No figure is new"
        )
        late = wording.number(count[LATE]) if count[LATE] else "none"
        return f"{text}. {new}, and {late} {'is' if count[LATE] < 2 else 'are'} late."

    def _redefinitions(self, names: Mapping[str, str]) -> list[str]:
        return [
            f"The definition of {names.get(i, i)} was changed since: its figures are not the same measure as before."
            for i in self.redefined
        ]

    def _counts(self) -> list[Figure]:
        count = Counter(c.status for c in self.changes)
        return [
            old_figure(
                indicator_id=ABOUT_THE_PACK,
                area="",
                period=f"since {self.earlier}",
                measure=f"figures {status}",
                value=count[status],
                unit="figures",
                method="compared by indicator, area, period and measure",
            )
            for status in STATUSES
        ]


def compare_figures(
    before: Iterable[Mapping[str, object]],
    after: Iterable[Mapping[str, object]],
    *,
    before_quarter: pd.Period,
    after_quarter: pd.Period,
    reasons: Sequence[GivenReason] = (),
    since: Mapping[tuple[str, ...], str] | None = None,
    ended: Iterable[str] = (),
) -> tuple[FigureChange, ...]:
    """Compare the figures of two packs, rows as in ``figures.csv``, the earlier pack first.

    ``reasons`` are those given for restatements; ``since`` says for (indicator, area, period, measure, value) in which
    pack the earlier value was first published; ``ended`` are indicators that nobody expects any more. A count that falls
    as months are added (800 by December, 782 for the year) cannot be without a restatement, and is one.
    """
    old, new = _by_key(before), _by_key(after)
    why = {(r.indicator_id, r.area, r.period, r.measure): _reason_in_words(r) for r in reasons}
    since = since or {}

    def restated(change: FigureChange) -> FigureChange:
        return replace(
            change,
            status=RESTATED,
            reason=why.get(change.key, ""),
            since=since.get((*change.key, change.before), ""),
        )

    changes: list[FigureChange] = []
    for key, rows in new.items():
        earlier = dict(old.get(key, {}))
        same = [value for value in rows if value in earlier]
        changes += [_change(UNCHANGED, rows[value], earlier.pop(value), rows[value]) for value in same]
        moved = [row for value, row in rows.items() if value not in same]
        for row, was in zip(moved, earlier.values(), strict=False):
            change = _change(PROVISIONAL, row, was, row)
            changes.append(change if _is_provisional(row, was) else restated(change))
        changes += [_change(NEW, row, None, row) for row in moved[len(earlier) :]]
        changes += [_change(GONE, row, row, None) for row in list(earlier.values())[len(moved) :]]
    changes += _absent(old, new, before_quarter, after_quarter, set(ended))
    falls = [restated(change) for change in _impossible_falls(old, new)]
    contradicted = {(change.key, change.before) for change in falls}
    changes = [
        c for c in changes if c.status not in (GONE, UNCHANGED) or (c.key, c.before) not in contradicted
    ]
    return tuple(changes + falls)


def then_and_now(
    before: Iterable[Mapping[str, object]],
    after: Iterable[Mapping[str, object]],
    *,
    before_quarter: pd.Period,
    after_quarter: pd.Period,
) -> tuple[ThenAndNow, ...]:
    """Pair the series that each pack gives for its own quarter, in the order of the page; each series once."""
    ends = [periods.last_month(quarter) for quarter in (before_quarter, after_quarter)]
    if ends[0] == ends[1]:
        return ()
    old, new = (_own_quarter(rows, end) for rows, end in zip((before, after), ends, strict=True))
    pairs = [ThenAndNow(then=old[key], now=row) for key, row in new.items() if key in old]
    # The page's own area comes first on it; "not rated" twice tells nobody anything.
    return tuple(
        pair
        for pair in pairs
        if pair.now["area"] == pairs[0].now["area"] and not pair.then["value"] == pair.now["value"] == "N"
    )


def _own_quarter(rows: Iterable[Mapping[str, object]], end: pd.Period) -> dict[tuple, Mapping[str, object]]:
    """Find the figures that should come each quarter and are of the months up to a quarter's end, by series."""
    found: dict[tuple, Mapping[str, object]] = {}
    for row in rows:
        months = _months(_key(row))
        if figure_kind(str(row["measure"])).each_quarter and months is not None and months[1] == end:
            length = (months[1] - months[0]).n
            found.setdefault((row["indicator_id"], row["area"], row["measure"], length), row)
    return found


def _by_key(rows: Iterable[Mapping[str, object]]) -> dict[tuple, dict[object, Mapping[str, object]]]:
    """Gather the rows of each key by their distinct values, in the order in which they are printed."""
    found: dict[tuple, dict[object, Mapping[str, object]]] = {}
    for row in rows:
        if row["indicator_id"] != ABOUT_THE_PACK:
            found.setdefault(_key(row), {}).setdefault(_same(row["value"]), row)
    return found


def _key(row: Mapping[str, object]) -> tuple[str, str, str, str]:
    return str(row["indicator_id"]), str(row["area"]), str(row["period"]), str(row["measure"])


def _same(value: object) -> object:
    """Give what two printings of one value share: numbers to twelve digits, because machines differ in the last ones."""
    number = _number(value)
    return _text(value) if number is None else float(f"{number:.12g}")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: object) -> float | None:
    try:
        return float(_text(value))
    except ValueError:
        return None


def _change(
    status: str,
    row: Mapping[str, object],
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> FigureChange:
    key = dict(zip(("indicator_id", "area", "period", "measure"), _key(row), strict=True))
    values = {name: _text(of["value"]) if of else "" for name, of in (("before", before), ("after", after))}
    return FigureChange(status=status, unit=_text(row["unit"]), **key, **values)


def _is_provisional(*rows: Mapping[str, object]) -> bool:
    """Say whether a move is to be expected: estimated anew, marked provisional, or of a period "to date", which grows."""
    return any(
        figure_kind(str(row["measure"])).revised
        or "provisional" in str(row["caveats"]).lower()
        or " to date" in str(row["period"])
        for row in rows
    )


def _absent(
    old: dict, new: dict, before_quarter: pd.Period, after_quarter: pd.Period, ended: set[str]
) -> list[FigureChange]:
    """Tell what is late from what is no longer shown, of the figures that only the earlier pack has."""
    last = periods.last_month(after_quarter)
    current = {
        (key[0], key[1], key[3]) for key in new if (months := _months(key)) is not None and months[1] == last
    }
    found = []
    for key, rows in old.items():
        series = (key[0], key[1], key[3])
        months = _months(key)
        if (
            before_quarter != after_quarter
            and months is not None
            and months[1] == periods.last_month(before_quarter)
            and figure_kind(key[3]).each_quarter
            and series not in current
            and key[0] not in ended
            and (expected := _next_period(key[2], after_quarter))
        ):
            row = next(iter(rows.values()))
            found.append(replace(_change(LATE, row, row, None), period=expected))
        if key not in new:
            found += [_change(GONE, row, row, None) for row in rows.values()]
    return found


def _next_period(period: str, quarter: pd.Period) -> str:
    """Write the period of the same form that ends with a quarter."""
    if period.startswith("12 months to "):
        return periods.twelve_months_name(periods.last_month(quarter))
    if " Q" in period:
        return periods.quarter_name(quarter)
    return periods.month_name(periods.last_month(quarter)) if period[0].isalpha() else ""


def _months(key: tuple) -> tuple[pd.Period, pd.Period] | None:
    """Give the first and the last month that a figure is about."""
    months = _named(key[2])
    if months is not None and figure_kind(key[3]).from_april:
        return periods.financial_year_months(periods.financial_year_of(months[1]))[0], months[1]
    return months


@cache
def _named(period: str) -> tuple[pd.Period, pd.Period] | None:
    months = periods.months_named(period)
    return None if months is None else (months[0], months[-1])


def _impossible_falls(old: dict, new: dict) -> list[FigureChange]:
    """Find counts published earlier that a later count from the same first month on, over more months, does not reach."""
    longer: dict[tuple, list[tuple[pd.Period, float, Mapping]]] = {}
    for key, rows in new.items():
        months = _months(key) if figure_kind(key[3]).count else None
        for row in rows.values() if months else ():
            value = _number(row["value"])
            if value is not None:
                longer.setdefault((key[0], key[1], row["unit"], months[0]), []).append(
                    (months[1], value, row)
                )
    found = []
    for key, rows in old.items():
        months = _months(key) if figure_kind(key[3]).count else None
        # Where the new pack gives the same figure with another value, that is the restatement.
        standing = [row for same, row in rows.items() if key not in new or same in new[key]]
        for row in standing if months else ():
            value = _number(row["value"])
            below = [
                (last, count, later)
                for last, count, later in longer.get((key[0], key[1], row["unit"], months[0]), [])
                if value is not None and last > months[1] and count < value
            ]
            if below:
                _, count, later = min(below, key=lambda item: item[1])
                note = (
                    f"Published as {wording.number(value)} for {key[2]}, and now {wording.number(count)} for "
                    f"{later['period']}, which holds those months and more. A count cannot fall as months are added, so at "
                    f"least {wording.number(value - count)} were taken out of {key[2]} since."
                )
                change = _change(RESTATED, row, row, None)
                found.append(replace(change, note=note))
    return found


def _reason_in_words(row: GivenReason) -> str:
    return f"{row.reason} ({row.given_by}, {row.given_on.day} {row.given_on:%B %Y})"


def _table_of_main(main: Sequence[ThenAndNow], earlier: str, names: Mapping[str, str]) -> Block:
    rows, figures = [], []
    for pair in main:
        then, now = pair.then, pair.now
        name = names.get(str(now["indicator_id"]), now["indicator_id"])
        measure = _MEASURES.get(str(now["measure"]), str(now["measure"]).replace("_", " "))
        what = f"{name}, {now['area']}: {measure}"
        rows.append([what, *(f"{_with_unit(row)} ({row['period']})" for row in (then, now))])
        number = _number(then["value"])
        figures.append(
            old_figure(
                indicator_id=ABOUT_THE_PACK,
                area=str(now["area"]),
                period=str(then["period"]),
                measure=f"published before: {now['indicator_id']} {now['measure']}",
                value=_text(then["value"]) if number is None else number,
                unit=_text(then["unit"]),
                method="as published",
            )
        )
    return table(
        caption=MAIN_FIGURES,
        columns=["Figure", f"Pack of {earlier}", "This pack"],
        rows=rows,
        text_columns=(1, 2),
        figures=figures,
        css_class="then-and-now",
    )


def _with_unit(row: Mapping[str, object]) -> str:
    value, unit, number = _printed(_text(row["value"])), _text(row["unit"]), _number(row["value"])
    if unit == "%" and number is not None:
        return wording.percent(number)
    return f"£{value}" if unit == "£" else f"{value} {unit}".strip()


def _table_of_restated(restated: Sequence[FigureChange], names: Mapping[str, str]) -> Block:
    rows, figures = [], []
    for c in restated:
        by = c.moved_by
        share = (
            f" ({wording.percent(100 * by / _number(c.before), signed=True)})"
            if by is not None and _number(c.before) and not isclose(by, 0)
            else ""
        )
        rows.append(
            [
                f"{names.get(c.indicator_id, c.indicator_id)}, {c.area}",
                c.period,
                _measure(c),
                _printed(c.before),
                _printed(c.after) if c.after else "see the reason",
                f"{_signed(by)}{share}" if by is not None else "not a number" if c.after else "at least",
                c.since or "not known",
                " ".join(filter(None, (c.note, c.reason or NO_REASON))),
            ]
        )
        for word, value in (("published before", c.before), ("restated as", c.after)):
            if value:
                number = _number(value)
                figures.append(
                    old_figure(
                        indicator_id=ABOUT_THE_PACK,
                        area=c.area,
                        period=c.period,
                        measure=f"{word}: {c.indicator_id} {c.measure}",
                        value=value if number is None else number,
                        unit=c.unit,
                        method="as published" if word == "published before" else "restated",
                        caveats=(c.reason or NO_REASON,),
                    )
                )
    return table(
        caption="Figures that were restated",
        columns=[
            "Indicator and area",
            "Period",
            "Measure",
            "Published before",
            "Now",
            "By",
            "Published so since",
            "Reason",
        ],
        rows=rows,
        text_columns=(1, 2, 6, 7),
        figures=figures,
    )


def _table_of_late(late: Sequence[FigureChange], names: Mapping[str, str]) -> Block:
    return table(
        caption="Figures that were expected and are not here",
        columns=["Indicator and area", "Measure", "Expected for", "Last published"],
        rows=[
            [
                f"{names.get(c.indicator_id, c.indicator_id)}, {c.area}",
                _measure(c),
                c.period,
                _printed(c.before),
            ]
            for c in late
        ],
        text_columns=(1, 2, 3),
    )


def _table_of_series(changes: Sequence[FigureChange], names: Mapping[str, str], caption: str) -> Block:
    """List many figures by indicator and measure: how many, where, which periods, and how far they moved."""
    if not changes:
        return paragraph("There are none.")
    series: dict[tuple[str, str], list[FigureChange]] = {}
    for c in changes:
        series.setdefault((c.indicator_id, c.measure), []).append(c)
    moved = any(c.moved_by is not None for c in changes)
    rows = []
    for (indicator_id, _), members in series.items():
        areas = list(dict.fromkeys(c.area for c in members if c.area))
        spans = list(dict.fromkeys(c.period for c in members))
        rows.append(
            [
                names.get(indicator_id, indicator_id),
                _measure(members[0]),
                areas[0] if len(areas) == 1 else f"{len(areas)} areas" if areas else "none",
                spans[0] if len(spans) == 1 else f"{spans[0]} to {spans[-1]}",
                wording.number(len(members)),
            ]
        )
        if moved:
            by = [abs(c.moved_by) for c in members if c.moved_by is not None]
            rows[-1].append(f"{_decimals(max(by))} {members[0].unit}".strip() if by else "text")
    columns = ["Indicator", "Measure", "Area", "Period", "Figures"]
    shown = table(
        caption=caption,
        columns=[*columns, "Moved by at most"] if moved else columns,
        rows=rows,
        text_columns=(1, 2, 3),
    )
    return behind(f"Show the {_figures(len(changes))}", shown) if len(rows) > 8 else shown


def _measure(change: FigureChange) -> str:
    return change.measure.replace("_", " ")


def _printed(value: str) -> str:
    number = _number(value)
    return value if number is None else _decimals(number)


def _signed(value: float) -> str:
    return f"+{_decimals(value)}" if value > 0 else _decimals(value)


def _decimals(value: float) -> str:
    """Write a number of unknown kind: whole ones whole, others to as many places as they need to be told apart."""
    if float(value).is_integer():
        return wording.number(value)
    return wording.number(value, decimals=1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4)


def _figures(count: int) -> str:
    return "1 figure" if count == 1 else f"{wording.number(count)} figures"


def _were(count: int) -> str:
    return "Not one was" if count == 0 else "1 was" if count == 1 else f"{wording.number(count)} were"
