"""The one way by which counts that may be small reach a page: tables, charts, workbooks and ``figures.csv`` alike.

``protect`` takes the true counts of a table and gives the table as an edition may print it: small counts withheld, further
ones withheld so that nobody can work the small ones out, counts of people below the city rounded. What is made from a
withheld count (a percentage, a change, a rate) is withheld with it, so no number says more than the counts beside it. In
the restricted edition everything is shown.

>>> from saferleeds_analysis.catalogue import load_catalogue
>>> completions = pd.Series({"Opiate": 31, "Non-opiate": 3, "All": 34})
>>> shown = protect(
...     completions, rules=load_catalogue("data/raw/reference").disclosure_rules, theme="people", edition="public", below_city=False,
...     wholes={"All": ["Opiate", "Non-opiate"]},
... )
>>> [shown.cell(row) for row in completions.index]
['[c]', '[c]', '34']
>>> shown.percent_cell("Opiate", of="All")
'[c]'
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pandas as pd

from saferleeds_analysis.disclosure_rules import EDITIONS, DisclosureRules, Theme
from saferleeds_analysis.estimates import CountChange, Estimate
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.methods.disclosure import choose_withheld
from saferleeds_analysis.methods.survey_intervals import wilson_limits
from saferleeds_analysis.methods.variation import Variation, change_of_a_year
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, join, paragraph
from saferleeds_analysis.reporting.tables import table

SUPPRESSED = "suppressed"

# One breakdown: how many are in a group (``all``: in the whole), and their share of the whole.
IN_GROUP = Measure(
    id="in_group", words="{of}: {group}", role="count", formula="the number of those in the group", decimals=0
)
SHARE_OF_GROUP = Measure(
    id="share_of_group",
    words="{of}: {group}",
    role="percentage",
    formula="100 times the number of those in the group divided by the number of all",
)


@dataclass(frozen=True, kw_only=True)
class ProtectedTable:
    """Counts as an edition may print them; nothing that is withheld is kept here.

    ``counts`` holds the printed counts, missing where one is withheld or not known; ``withheld`` the (row, column) pairs
    that are withheld and ``rounded`` those that are printed to a multiple. ``wholes`` names what adds up to what.
    """

    counts: pd.DataFrame
    withheld: frozenset[tuple[str, str]]
    rounded: frozenset[tuple[str, str]]
    wholes: Mapping[str, tuple[str, ...]]
    theme: Theme
    rules: DisclosureRules
    edition: str

    def value(self, row: str, column: str | None = None) -> int | None:
        """Give the printed count; ``None`` where it is withheld or not known."""
        value = self.counts.loc[row, self._column(column)]
        return None if pd.isna(value) else int(value)

    def is_withheld(self, row: str, column: str | None = None) -> bool:
        """Say whether this count is withheld."""
        return (row, self._column(column)) in self.withheld

    def cell(self, row: str, column: str | None = None) -> str:
        """Give the text that stands in a table: the count, or the mark of a withheld one."""
        if self.is_withheld(row, column):
            return self.rules.withheld
        value = self.value(row, column)
        return "not known" if value is None else wording.number(value)

    def percent(self, row: str, *, of: str, column: str | None = None) -> Estimate | str:
        """Give a count as a percentage of its whole with Wilson's interval, or the mark or words that stand in its place.

        ``of`` must be a declared whole of the row: then the rest of the whole is protected too.
        """
        if row not in self.wholes.get(of, ()):
            raise ValueError(
                f"{of!r} is not declared as a whole of {row!r}. Name it in wholes, with every part of it, so that the rest "
                "cannot be worked out from the percentage."
            )
        if self.is_withheld(row, column) or self.is_withheld(of, column):
            return self.rules.withheld
        part, base = self.value(row, column), self.value(of, column)
        if part is None or base is None:
            return "not known"
        if base == 0 or base < self.rules.smallest_base:
            return self.rules.base_too_small
        share = min(part / base, 1.0)
        lower, upper = wilson_limits(share, base, 0.95)
        return Estimate(
            value=100 * share,
            lower=min(100 * lower, 100 * share),
            upper=max(100 * upper, 100 * share),
            unit="%",
            method="Wilson",
            confidence=0.95,
            n=base,
        )

    def percent_cell(self, row: str, *, of: str, column: str | None = None) -> str:
        """Give the percentage as text: whole where counts are rounded, a mark where none may be printed."""
        share = self.percent(row, of=of, column=column)
        if isinstance(share, str):
            return share
        whole = self._is_rounded(column, row, of)
        return f"{wording.number(share.value)}%" if whole else wording.percent(share.value)

    def change(self, row: str, *, earlier: str, later: str, found: Variation) -> CountChange | None:
        """Compare a row's two years; ``None`` where a count is withheld, not known or rounded."""
        before, after = self.value(row, earlier), self.value(row, later)
        if before is None or after is None or {(row, earlier), (row, later)} & self.rounded:
            return None
        return change_of_a_year(before, after, found=found, unit="")

    def series(self, column: str | None = None) -> pd.Series:
        """Give a column for a chart, missing where a count is withheld: a gap, never a zero."""
        return self.counts[self._column(column)]

    def figure(self, row: str, column: str | None = None, **about: Any) -> Figure:
        """Give the count as a tidy figure. ``about`` are the other fields; a withheld count loses base, interval and rows."""
        about = {"theme": self.theme.id, "method": "count", **about}
        if self.is_withheld(row, column):
            return withheld_figure(self.rules, **about)
        value = self.value(row, column)
        if self._is_rounded(column, row):
            about["method"] = f"count, rounded to the nearest {self.theme.round_to}"
        if value is None or self._is_rounded(column, row):
            about = _without_rows(about)
        return Figure(value=value, **about)

    def percent_figure(self, row: str, *, of: str, column: str | None = None, **about: Any) -> Figure:
        """Give the percentage as a tidy figure; withheld ones carry nothing but their mark."""
        about = {"theme": self.theme.id, **about, "unit": "%"}
        share = self.percent(row, of=of, column=column)
        if isinstance(share, str):
            nothing = withheld_figure(self.rules, **about)
            instead = {
                self.rules.base_too_small: {"value": share, "method": "base too small"},
                "not known": {"value": None, "method": share},
            }
            return replace(nothing, **instead.get(share, {}))
        if self._is_rounded(column, row, of):
            return Figure(
                **_without_rows(about),
                value=round(share.value),
                method="percentage of rounded counts",
                n=share.n,
            )
        return Figure.of(share, **about)

    @property
    def explanation(self) -> str:
        """Say in words what the marks in the table mean; empty where nothing is withheld or rounded."""
        said = []
        if self.withheld:
            # Neither which counts are the small ones nor how small: of two withheld, that would tell both.
            said.append(
                f"{self.rules.withheld}: withheld. A small count might point to a person; where one could be worked out from the "
                "others, others are withheld too, whatever their size, and so is what is made from them."
            )
        if self.rounded:
            said.append(
                f"Counts of parts of the whole area are rounded to the nearest {self.theme.round_to}, so they may not add up."
            )
        return " ".join(said)

    def _is_rounded(self, column: str | None, *rows: str) -> bool:
        return any((row, self._column(column)) in self.rounded for row in rows)

    def _column(self, column: str | None) -> str:
        if column is not None:
            return column
        if self.counts.shape[1] != 1:
            raise ValueError(f"name the column: {', '.join(map(str, self.counts.columns))}.")
        return self.counts.columns[0]


def protect(
    counts: pd.DataFrame | pd.Series,
    *,
    rules: DisclosureRules,
    theme: str,
    edition: str,
    below_city: bool | Collection[str],
    wholes: Mapping[str, Sequence[str]] | None = None,
    known_zeros: Collection[str] = (),
    already_out: Collection[str] = (),
    not_printed: Collection[str] = (),
) -> ProtectedTable:
    """Give a table of counts as an edition may print it.

    ``counts`` are the true counts, rows by columns (a series is one column), missing where one is not known.
    ``wholes`` says which rows, and which columns, are sums of which others, with *every* part of each: ``{"All": ["Opiate",
    "Non-opiate"]}``. ``below_city`` says whether the table is about a place below the city, or names the rows or columns
    that are. ``known_zeros`` are rows or columns in which there can be nobody. ``already_out`` are rows or columns that an
    earlier release printed and that can be withheld no more; ``not_printed`` are ones that are in no table but follow from
    it (this quarter alone, between two years to date).

    Refused: an edition or theme that is not known, a theme that is printed for the city only in a place below it, counts that
    are none, wholes that are not the sum of their parts.
    """
    _check_edition(edition)
    kind, frame = rules.theme(theme), _whole_numbers(counts)
    wholes = {whole: tuple(parts) for whole, parts in (wholes or {}).items()}
    values = {cell: int(value) for cell, value in frame.stack().items() if pd.notna(value)}  # noqa: PD013
    sums = _sums(frame, values, wholes)
    small_places = _cells_of(frame, below_city)
    withheld = rounded = frozenset()
    if edition == "public":
        if kind.finest == "city" and small_places:
            raise ValueError(
                f"counts of the theme {theme!r} are printed for the whole area only: {kind.why} Give them in the restricted edition."
            )
        out = _cells_of(frame, already_out)
        zeros = {cell for cell in _cells_of(frame, known_zeros) if values.get(cell) == 0}
        small = {c for c in values.keys() - zeros if kind.is_small(values[c], below_city=c in small_places)}
        may_be_rounded = (small_places & values.keys()) - small if kind.round_to > 1 else frozenset()
        withheld = choose_withheld(
            values,
            sums,
            small=small - out,
            width=kind.threshold,
            rounded_to=dict.fromkeys(may_be_rounded, kind.round_to),
            printed_anyway=zeros | out,
            not_printed=_cells_of(frame, not_printed) & values.keys(),
        )
        rounded = may_be_rounded - withheld
    shown = _as_printed(frame, values, withheld, dict.fromkeys(rounded, kind.round_to))
    return ProtectedTable(
        counts=shown.drop(index=list(not_printed), columns=list(not_printed), errors="ignore"),
        withheld=withheld,
        rounded=rounded,
        wholes=wholes,
        theme=kind,
        rules=rules,
        edition=edition,
    )


def _as_printed(
    frame: pd.DataFrame,
    values: Mapping[tuple, int],
    withheld: Collection[tuple],
    rounded_to: Mapping[tuple, int],
) -> pd.DataFrame:
    """Give the table with its counts rounded or taken out."""
    shown = frame.copy()
    for cell, step in rounded_to.items():
        shown.loc[cell] = step * round(values[cell] / step)
    for cell in withheld:
        shown.loc[cell] = pd.NA
    return shown


def withheld_figure(rules: DisclosureRules, **about: Any) -> Figure:
    """Give the tidy figure of something withheld: its mark, and nothing from which it could be worked out."""
    for field in ("value", "lower", "upper", "confidence", "n", "method"):
        about.pop(field, None)
    return Figure(value=rules.withheld, method=SUPPRESSED, **_without_rows(about))


def _without_rows(about: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what tells a count that is rounded or withheld: the rows that it is the sum of."""
    return {name: value for name, value in about.items() if name not in ("rows", "working")}


def breakdown(
    shown: ProtectedTable,
    *,
    caption: str,
    first_column: str,
    whole: str,
    unit: str,
    what: str,
    **about: Any,
) -> Block:
    """Make the table of one breakdown, counts and percentages, with the explanation of its marks below it.

    ``whole`` is the row of all, of which percentages are taken; ``what`` is broken down. The figures (``about`` are their
    other fields) are named ``<what>: <group>`` and ``<what>: all``, by which the audit knows that they add up.
    """
    rows, figures = [], []
    for row in shown.counts.index:
        about["qualifiers"] = {"of": what, "group": "all" if row == whole else row}
        figures.append(shown.figure(row, measure=IN_GROUP, unit=unit, **about))
        if row == whole:
            rows.append([row, shown.cell(row), ""])
            continue
        rows.append([row, shown.cell(row), shown.percent_cell(row, of=whole)])
        figures.append(shown.percent_figure(row, of=whole, measure=SHARE_OF_GROUP, **about))
    shown_table = table(
        caption=caption, columns=[first_column, unit.capitalize(), "Percentage"], rows=rows, figures=figures
    )
    return explained(shown_table, shown, percentages=True)


def explained(block: Block, *tables: ProtectedTable, percentages: bool = False) -> Block:
    """Put the explanation of the marks below a block, once for all the protected tables that went into it."""
    lines = dict.fromkeys(t.explanation for t in tables if t.explanation)
    rules = tables[0].rules if tables else None
    if percentages and rules and rules.base_too_small in block.text:
        mark = f"{rules.base_too_small}: no percentage is given of fewer than {rules.smallest_base}."
        lines[mark] = None
    return join(block, *(paragraph(line, css_class="small") for line in lines)) if lines else block


def _check_edition(edition: str) -> None:
    if edition not in EDITIONS:
        raise ValueError(f"{edition!r} is not an edition: {' or '.join(EDITIONS)}.")


def _whole_numbers(counts: pd.DataFrame | pd.Series) -> pd.DataFrame:
    frame = counts.to_frame(name=counts.name or "count") if isinstance(counts, pd.Series) else counts
    if frame.index.has_duplicates or frame.columns.has_duplicates:
        raise ValueError("a row or a column stands twice in the table.")
    numbers = frame.astype("Float64")
    known = numbers.stack()  # noqa: PD013
    for cell, value in known.items():
        if pd.notna(value) and (value < 0 or value != round(value)):
            raise ValueError(
                f"{float(value)!r} in {cell[0]!r} is not a count: counts are whole numbers from 0."
            )
    return numbers.astype("Int64")


def _sums(
    frame: pd.DataFrame, values: Mapping[tuple[str, str], int], wholes: Mapping[str, tuple[str, ...]]
) -> list[tuple[Any, list]]:
    """Give every sum of the table, cell by cell; those with a count that is not known are left out."""
    sums = []
    for whole, parts in wholes.items():
        if {whole, *parts} <= set(frame.index):
            sums += [((whole, c), [(p, c) for p in parts]) for c in frame.columns]
        elif {whole, *parts} <= set(frame.columns):
            sums += [((r, whole), [(r, p) for p in parts]) for r in frame.index]
        else:
            raise ValueError(f"{whole!r} and its parts {list(parts)!r} are neither rows nor columns.")
    known = [(total, members) for total, members in sums if values.keys() >= {total, *members}]
    for total, members in known:
        added = sum(values[member] for member in members)
        if values[total] != added:
            raise ValueError(
                f"{total[0]!r}, {total[1]!r} is {values[total]}, and its parts add up to {added}. Name every part, those "
                "not known as a row of their own."
            )
    return known


def _cells_of(frame: pd.DataFrame, names: bool | Collection[str]) -> frozenset[tuple[str, str]]:
    """Give the cells of these rows and columns; all for ``True``, none for ``False``."""
    cells = frozenset(product(frame.index, frame.columns))
    if isinstance(names, bool):
        return cells if names else frozenset()
    wanted = set(names)
    strange = wanted - set(frame.index) - set(frame.columns)
    if strange:
        raise ValueError(f"neither rows nor columns of the table: {', '.join(sorted(map(str, strange)))}.")
    return frozenset((row, column) for row, column in cells if row in wanted or column in wanted)
