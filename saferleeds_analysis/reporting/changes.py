"""What changed since an earlier pack: figure by figure, and in words.

Two packs are compared by the identity of their figures. A figure that both give is ``unchanged`` or ``restated``;
one that is estimated anew each quarter, or marked provisional, and has moved is ``provisional``. A figure is ``late``
where the earlier pack gave it for its own quarter and this pack does not for this one; it is ``new`` where only this pack
has it, and ``no longer shown`` where only the earlier one had.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Identity, Measure, weakest
from saferleeds_analysis.intake.governance import GivenReason
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, behind, heading, join, paragraph
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

NO_REASON = "Reason asked for: none was given yet."

FIGURES_BY_STATUS = Measure(
    id="figures_by_status", words="figures {status}", role="about the pack", decimals=0
)
PUBLISHED_BEFORE = Measure(id="published_before", words="published before: {figure}", role="about the pack")
RESTATED_AS = Measure(id="restated_as", words="restated as: {figure}", role="about the pack")


@dataclass(frozen=True, kw_only=True)
class FigureChange:
    """What became of one figure between two packs.

    ``figure`` is the later printing of it where there is one; ``before`` and ``after`` are the values as text, empty where
    there is none; ``since`` is the pack in which ``before`` was first published; ``reason`` is the reason given for a
    restatement; ``note`` says what else must be known of it. ``expected`` is the window for which a late one was expected.
    """

    status: str
    figure: Figure
    before: str = ""
    after: str = ""
    since: str = ""
    reason: str = ""
    note: str = ""
    expected: Window | None = None

    @property
    def period(self) -> str:
        """The period in words: of a late figure the one for which it was expected."""
        return str(self.expected or self.figure.window)

    @property
    def moved_by(self) -> float | None:
        """Give by how much the value moved; ``None`` where it is text or there is none to compare."""
        before, after = _number(self.before), _number(self.after)
        return None if before is None or after is None else after - before


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A pack beside an earlier one. ``signed_off`` says when the earlier one was, and is empty where it was not.

    ``earlier`` names the earlier pack and is empty where there is none; then nothing is compared.
    """

    earlier: str
    signed_off: str = ""
    changes: tuple[FigureChange, ...] = ()
    redefined: tuple[str, ...] = ()

    def having(self, status: str) -> tuple[FigureChange, ...]:
        """Give the changes of one status."""
        return tuple(c for c in self.changes if c.status == status)

    def in_short(self) -> str:
        """Say in one line what a reader must know of what changed; nothing where the two have no figure in common."""
        count = Counter(c.status for c in self.changes)
        if not any(count[status] for status in (UNCHANGED, RESTATED, PROVISIONAL, LATE)):
            return ""
        restated, late = count[RESTATED], count[LATE]
        said = ["nothing restated or late"]
        if restated or late:
            said = [f"{wording.counted(restated, 'figures')} restated", f"{wording.number(late)} late"]
        if self.redefined:
            said.append(f"{wording.counted(len(self.redefined), 'definitions')} changed")
        return f"Since {self.earlier}: {', '.join(said)}."

    def page(self, *, names: Mapping[str, str]) -> Block:
        """List everything that was restated, is late, provisional, new or no longer shown, each under a heading."""
        if not self.earlier:
            return paragraph("There is no earlier pack to compare with, signed off or not.")
        if not self.changes:
            return paragraph(f"No figures could be compared with the pack of {self.earlier}.")
        restated, late = self.having(RESTATED), self.having(LATE)
        return join(
            *self._said(names),
            heading(2, "Restated"),
            _table_of_restated(restated, names) if restated else paragraph("No figure was restated."),
            heading(2, "Late"),
            _table_of_late(late, names) if late else paragraph("No figure is late."),
            heading(2, "Provisional, and moved"),
            paragraph(
                "These are estimated anew each quarter, as more months are known and targets are set, or are marked "
                "provisional. That they move is expected and is no restatement."
            ),
            _table_of_series(self.having(PROVISIONAL), names, "Provisional figures that moved"),
            heading(2, "New"),
            paragraph(
                "This is usual for months that came since, and for a report that the earlier pack did not have."
            ),
            _table_of_series(self.having(NEW), names, "Figures that the earlier pack did not give"),
            heading(2, "No longer shown"),
            paragraph(
                "This is usual for months before those that a page goes back to, and for the quarter that the earlier pack was about. "
                "The figures stay in that pack as they were published."
            ),
            _table_of_series(self.having(GONE), names, "Figures that only the earlier pack gave"),
        )

    def _said(self, names: Mapping[str, str]) -> list[Block]:
        """Say in short what changed, how many figures became what, and which definitions were changed since."""
        redefined = [
            f"The definition of {names.get(i, i)} was changed since: its figures are not the same measure as before."
            for i in self.redefined
        ]
        return [
            *([paragraph(self.in_short())] if self.in_short() else []),
            paragraph(self._sentence(), figures=self._counts()),
            *(paragraph(text, css_class="notice") for text in redefined),
        ]

    def _sentence(self) -> str:
        state = f"signed off on {self.signed_off}" if self.signed_off else "which was not signed off"
        count = Counter(c.status for c in self.changes)
        both = count[UNCHANGED] + count[RESTATED] + count[PROVISIONAL]
        said = f"Of {wording.counted(both, 'figures')} also in the pack of {self.earlier}, {state}, "
        said += (
            f"{_are(count[UNCHANGED])} unchanged and {_are(count[PROVISIONAL])} estimated anew each quarter."
        )
        moved = [
            abs(100 * c.moved_by / _number(c.before))
            for c in self.having(PROVISIONAL)
            if c.moved_by is not None and _number(c.before)
        ]
        if moved:
            said += f" Half of those moved by {wording.percent(sorted(moved)[len(moved) // 2])} or less."
        return f"{said} {wording.counted(count[NEW], 'figures')} {'is' if count[NEW] == 1 else 'are'} new."

    def _counts(self) -> list[Figure]:
        count = Counter(c.status for c in self.changes)
        return [
            Figure(
                measure=FIGURES_BY_STATUS,
                indicator_id=ABOUT_THE_PACK,
                area="",
                window=Window(f"since {self.earlier}"),
                qualifiers={"status": status},
                value=count[status],
                unit="figures",
                method="compared by measure, indicator, area, months and qualifiers",
            )
            for status in STATUSES
        ]


def compare_figures(
    before: Iterable[Figure],
    after: Iterable[Figure],
    *,
    before_quarter: pd.Period,
    after_quarter: pd.Period,
    reasons: Sequence[GivenReason] = (),
    since: Mapping[tuple[str, ...], str] | None = None,
    ended: Iterable[str] = (),
) -> tuple[FigureChange, ...]:
    """Compare the figures of two packs, the earlier pack first.

    ``reasons`` are those given for restatements; ``since`` says for (indicator, area, period, measure, value) in which
    pack the earlier value was first published; ``ended`` are indicators that nobody expects any more. A count that falls
    as months are added (800 by December, 782 for the year) cannot be without a restatement, and is one.
    """
    old, new = _by_identity(before), _by_identity(after)
    why = {(r.indicator_id, r.area, r.period, r.measure): _reason_in_words(r) for r in reasons}
    since = since or {}

    def restated(change: FigureChange) -> FigureChange:
        named = _named(change.figure)
        return replace(
            change,
            status=RESTATED,
            reason=why.get(named, ""),
            since=since.get((*named, change.before), ""),
        )

    changes: list[FigureChange] = []
    for identity, figures in new.items():
        earlier = dict(old.get(identity, {}))
        same = [value for value in figures if value in earlier]
        changes += [_change(UNCHANGED, earlier.pop(value), figures[value]) for value in same]
        moved = [figure for value, figure in figures.items() if value not in same]
        for figure, was in zip(moved, earlier.values(), strict=False):
            change = _change(PROVISIONAL, was, figure)
            changes.append(change if _is_provisional(figure, was) else restated(change))
        changes += [_change(NEW, None, figure) for figure in moved[len(earlier) :]]
        changes += [_change(GONE, figure, None) for figure in list(earlier.values())[len(moved) :]]
    changes += _absent(old, new, before_quarter, after_quarter, set(ended))
    falls = [restated(change) for change in _impossible_falls(old, new)]
    contradicted = {(change.figure.identity, change.before) for change in falls}
    changes = [
        c
        for c in changes
        if c.status not in (GONE, UNCHANGED) or (c.figure.identity, c.before) not in contradicted
    ]
    return tuple(changes + falls)


_Series = tuple[str, str, str, tuple]


def series_of(figure: Figure) -> _Series:
    """Give what one series has in common from quarter to quarter: all of its identity but the window."""
    identity = figure.identity
    return identity.measure_id, identity.indicator_id, identity.area, identity.qualifiers


_Found = dict[Identity, dict[object, Figure]]


def _by_identity(figures: Iterable[Figure]) -> _Found:
    """Gather the figures of each identity by their distinct values, in the order in which they are printed."""
    found: _Found = {}
    for figure in figures:
        if figure.indicator_id != ABOUT_THE_PACK:
            found.setdefault(figure.identity, {}).setdefault(_same(figure.value), figure)
    return found


def _named(figure: Figure) -> tuple[str, str, str, str]:
    """Name a figure as people do who give a reason for its restatement."""
    return figure.indicator_id, figure.area, figure.period, figure.words


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


def _change(status: str, before: Figure | None, after: Figure | None) -> FigureChange:
    return FigureChange(
        status=status,
        figure=after or before,
        before=_text(before.value) if before else "",
        after=_text(after.value) if after else "",
    )


def _is_provisional(*figures: Figure) -> bool:
    """Say whether a move is to be expected: estimated anew each quarter, or marked provisional."""
    return any(
        figure.measure.revised or any("provisional" in caveat.lower() for caveat in figure.caveats)
        for figure in figures
    )


def _absent(
    old: _Found, new: _Found, before_quarter: pd.Period, after_quarter: pd.Period, ended: set[str]
) -> list[FigureChange]:
    """Tell what is late from what is no longer shown, of the figures that only the earlier pack has."""
    last, before = (str(periods.last_month(q)) for q in (after_quarter, before_quarter))
    current = {series_of(f) for figures in new.values() for f in figures.values() if f.window.last == last}
    found = []
    for identity, figures in old.items():
        figure = next(iter(figures.values()))
        if (
            before_quarter != after_quarter
            and figure.window.last == before
            and figure.measure.recurs
            and series_of(figure) not in current
            and figure.indicator_id not in ended
            and (expected := _next_window(figure.window, after_quarter)) is not None
        ):
            found.append(replace(_change(LATE, figure, None), expected=expected))
        if identity not in new:
            found += [_change(GONE, one, None) for one in figures.values()]
    return found


def _next_window(window: Window, quarter: pd.Period) -> Window | None:
    """Give the window of the same length that ends with a quarter; of other lengths none is expected."""
    last = periods.last_month(quarter)
    make = {1: Window.month, 3: lambda _: Window.quarter(quarter), 12: Window.twelve_months}
    months = window.months
    return make[len(months)](last) if months is not None and len(months) in make else None


def _impossible_falls(old: _Found, new: _Found) -> list[FigureChange]:
    """Find counts published earlier that a later count from the same first month on, over more months, does not reach."""
    longer: dict[tuple, list[Figure]] = defaultdict(list)
    for figure in _counts_of(new):
        longer[_beginning(figure)].append(figure)
    found = []
    for figure in _counts_of(old):
        # Where the new pack gives the same figure with another value, that is the restatement.
        if figure.identity in new and _same(figure.value) not in new[figure.identity]:
            continue
        below = [
            later
            for later in longer[_beginning(figure)]
            if later.window.last > figure.window.last and later.number < figure.number
        ]
        if below:
            later = min(below, key=lambda one: one.number)
            note = (
                f"Published as {wording.number(figure.number)} for {figure.period}, and now {wording.number(later.number)} for "
                f"{later.period}, which holds those months and more. A count cannot fall as months are added, so at "
                f"least {wording.number(figure.number - later.number)} were taken out of {figure.period} since."
            )
            found.append(replace(_change(RESTATED, figure, None), note=note))
    return found


def _beginning(count: Figure) -> tuple[str, ...]:
    return count.indicator_id, count.area, count.unit, count.window.first


def _counts_of(found: _Found) -> Iterator[Figure]:
    """Give the counts of the indicators themselves that are numbers and whose months are known."""
    for figures in found.values():
        for figure in figures.values():
            known = figure.number is not None and figure.window.first
            if figure.measure.role == "count" and figure.measure.own and known:
                yield figure


def _reason_in_words(row: GivenReason) -> str:
    return f"{row.reason} ({row.given_by}, {row.given_on.day} {row.given_on:%B %Y})"


def _repeated(
    measure: Measure, figure: Figure, value: object, method: str, caveats: tuple[str, ...] = ()
) -> Figure:
    """Give what the page of changes repeats of a figure: a figure about the pack, and not that figure again."""
    number = _number(value)
    return Figure(
        measure=measure,
        indicator_id=ABOUT_THE_PACK,
        area=figure.area,
        window=figure.window,
        qualifiers={"figure": f"{figure.indicator_id} {figure.words}"},
        value=_text(value) if number is None else number,
        unit=figure.unit,
        method=method,
        status=figure.status,
        caveats=caveats,
    )


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
                _whose(c, names),
                c.period,
                _called(c.figure),
                _printed(c.before),
                _printed(c.after) if c.after else "see the reason",
                f"{_signed(by)}{share}" if by is not None else "not a number" if c.after else "at least",
                c.since or "not known",
                " ".join(filter(None, (c.note, c.reason or NO_REASON))),
            ]
        )
        for measure, value in ((PUBLISHED_BEFORE, c.before), (RESTATED_AS, c.after)):
            if value:
                method = "as published" if measure is PUBLISHED_BEFORE else "restated"
                figures.append(_repeated(measure, c.figure, value, method, (c.reason or NO_REASON,)))
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
        rows=[[_whose(c, names), _called(c.figure), c.period, _printed(c.before)] for c in late],
        text_columns=(1, 2, 3),
    )


def _table_of_series(changes: Sequence[FigureChange], names: Mapping[str, str], caption: str) -> Block:
    """List many figures by indicator and measure: how many, where, which periods, and how far they moved."""
    if not changes:
        return paragraph("There are none.")
    series: dict[tuple[str, str], list[FigureChange]] = defaultdict(list)
    for c in changes:
        series[c.figure.indicator_id, c.figure.words].append(c)
    moved = any(c.moved_by is not None for c in changes)
    rows = []
    for (indicator_id, _), members in series.items():
        areas = list(dict.fromkeys(c.figure.area for c in members if c.figure.area))
        spans = list(dict.fromkeys(c.period for c in members))
        rows.append(
            [
                f"{names.get(indicator_id, indicator_id)}{_kind(weakest(c.figure.status for c in members))}",
                _called(members[0].figure),
                areas[0] if len(areas) == 1 else f"{len(areas)} areas" if areas else "none",
                spans[0] if len(spans) == 1 else f"{spans[0]} to {spans[-1]}",
                wording.number(len(members)),
            ]
        )
        if moved:
            by = [abs(c.moved_by) for c in members if c.moved_by is not None]
            rows[-1].append(f"{_decimals(max(by))} {members[0].figure.unit}".strip() if by else "text")
    columns = ["Indicator", "Measure", "Area", "Period", "Figures"]
    shown = table(
        caption=caption,
        columns=[*columns, "Moved by at most"] if moved else columns,
        rows=rows,
        text_columns=(1, 2, 3),
    )
    return behind(f"Show the {wording.counted(len(changes), 'figures')}", shown) if len(rows) > 8 else shown


def _whose(change: FigureChange, names: Mapping[str, str]) -> str:
    figure = change.figure
    return f"{names.get(figure.indicator_id, figure.indicator_id)}, {figure.area}{_kind(figure.status)}"


def _kind(status: str) -> str:
    """Mark what nobody recorded."""
    return f" ({wording.STATUS_LABELS[status].lower()})" if status in wording.STATUS_LABELS else ""


def _called(figure: Figure) -> str:
    return figure.words.replace("_", " ")


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


def _are(count: int) -> str:
    return f"{wording.number(count)} {'is' if count == 1 else 'are'}"
