"""The areas of a card side by side: ranked with intervals, on a map, as rates, and which of them differ from the rest.

Small counts pass through the rules of disclosure before anything is drawn or written. What is tested over all the areas of a
level is held to a share of false findings of one in twenty.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import AreaTables
from saferleeds_analysis.estimates import CountChange, count_with_interval
from saferleeds_analysis.figures import Measure, Rows, weakest
from saferleeds_analysis.intake import Boundaries
from saferleeds_analysis.methods import comparison, rates
from saferleeds_analysis.methods.variation import Variation
from saferleeds_analysis.reporting import charts, counted, wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Figure, join, paragraph
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.counted import TWELVE_MONTH_COUNT, about_counts
from saferleeds_analysis.reporting.disclosure import ProtectedTable, explained, protect, withheld_figure
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.workings import areas as of_areas
from saferleeds_analysis.workings import counts as of_counts

SHARE_OF_WHOLE = Measure(
    id="share_of_whole",
    words="share of {whole}",
    role="percentage",
    formula="100 times the count of the area divided by the count of the whole in the same months",
    recurs=True,
)
CHANGE_BESIDE_THE_REST = Measure(
    id="change_beside_the_rest",
    words="change beside the rest of {whole}",
    role="change",
    formula="the area's later count over its earlier one, divided by the same ratio for the rest of the whole without the "
    "area",
    decimals=2,
    recurs=True,
)
RANK_BY_COUNT = Measure(
    id="rank_by_count",
    words="rank by count (1 is most)",
    role="rank",
    formula="1 plus the number of areas of the same kind with a higher count; its limits test every pair of areas (Holm)",
    decimals=0,
    recurs=True,
)
RATE = Measure(
    id="rate_per_1000",
    words="rate per 1,000 {of}",
    role="rate",
    formula="1,000 times the count of the area divided by its households or people (data/raw/reference/denominators.csv)",
    recurs=True,
)


@dataclass(frozen=True, kw_only=True)
class AreasBeside:
    """The areas below a whole for the card's twelve months, and the twelve before; its methods give the blocks.

    ``card`` is the whole's own. ``levels`` has the areas' names by kind, the nearest first; a kind without all its months or all
    its areas is left out and named in ``left_out``.
    """

    card: ReportCard
    levels: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]
    shown: ProtectedTable
    tables: AreaTables
    boundaries: Boundaries | None

    @property
    def smallest(self) -> str:
        """The kind of the smallest areas (ward)."""
        return list(self.levels)[-1] if self.levels else ""

    def count(self, area: str) -> int | None:
        """Give an area's count in the twelve months; ``None`` where it is withheld or not known."""
        return self.shown.value(area, "later") if area in self.shown.counts.index else None

    def variation(self, area: str) -> Variation:
        """Say how an area's counts stray by themselves."""
        return self.card.variations[area]

    def change(self, area: str) -> CountChange | None:
        """Compare an area's two counts; ``None`` where one is withheld or not known. Too small a base has no percentage."""
        if area not in self.shown.counts.index:
            return None
        change = self.shown.change(area, earlier="earlier", later="later", found=self.variation(area))
        if change is None or change.earlier >= self.shown.rules.smallest_base:
            return change
        return replace(change, percent=None)

    def figure(self, area: str) -> Figure:
        """Give an area's count in the twelve months with its interval, as a tidy figure."""
        about = about_counts(self.card.data) | {
            "measure": TWELVE_MONTH_COUNT,
            "area": area,
            "window": self.card.latest,
            "unit": self.card.indicator.unit,
        }
        value = self.count(area)
        if area not in self.shown.counts.index:
            return Figure(**about | {"caveats": ()}, value=None, method="months are missing")
        if value is None:
            return withheld_figure(self.shown.rules, **about | {"caveats": ()})
        dispersion = self.variation(area).dispersion
        e = count_with_interval(value, unit=self.card.indicator.unit, dispersion=dispersion)
        return Figure.of(e, **about, **self.made(self._rows(area), of_counts.total))

    @cached_property
    def ranks(self) -> Mapping[str, pd.DataFrame]:
        """Rank the areas of each level by their counts, 1 the most, each with the places it could as well have.

        An area is read alone: its places are right with 95% confidence for one area named beforehand.
        """
        found = {}
        for kind, names in self.levels.items():
            known = [
                (name, value, self.variation(name).dispersion)
                for name in names
                if (value := self.count(name)) is not None
            ]
            if len(known) > 1:
                counted = pd.DataFrame(known, columns=["area", "count", "dispersion"]).assign(denominator=1.0)
                found[kind] = comparison.rank_areas(counted, reading="one area").set_index("area")
        return found

    def place(self, area: str) -> str:
        """Say an area's place among its like by count, in words; empty where it has none."""
        for kind, ranked in self.ranks.items():
            if area in ranked.index:
                limits = ranked.loc[area, ["rank", "rank_lower", "rank_upper"]]
                place, low, high = (wording.ordinal(int(limit)) for limit in limits)
                could = "" if low == high else f" (could be {low} to {high})"
                return f"{place} of {len(ranked)} {kind}s{could}"
        return ""

    def map(self) -> Block:
        """Draw the smallest areas on a map: real boundaries where the project has them, equal squares otherwise."""
        if not self.levels:
            why = "; ".join(self.left_out) or f"the data hold no areas within {self.card.area.name}"
            return paragraph(f"Areas are not set side by side here: {why}.")
        figures = [self.figure(name) for name in self.levels[self.smallest]]
        area_set = self.card.data.area_set
        what = f"{self.card.indicator.name}, {self.card.window}"
        columns = {
            "95% interval": {f.area: interval(f) for f in figures},
            "Change on the 12 months before": {f.area: self._change_word(f.area) for f in figures},
        }
        common = {"name": "ward-map", "headline": self._where(), "columns": columns}
        tiles = self.tables.tiles(area_set)
        if self.boundaries is not None:
            shown = charts.chart_of_boundaries(
                figures,
                boundaries=self.boundaries.polygons,
                subtitle=f"{what}. Boundaries: {self.boundaries.publisher} ({self.boundaries.licence}){self.card.label}",
                **common,
            )
        elif tiles:
            shown = charts.chart_of_tiles(
                figures,
                tiles=tiles,
                subtitle=f"{what}. Each {self.smallest} is one square: {self.tables.basis_of_tiles(area_set)}, not to scale{self.card.label}",
                **common,
            )
        else:
            return paragraph(
                f"No map is given: the project holds neither boundaries nor a tile layout of the {self.smallest}s."
            )
        return self._explained(shown)

    def share(self) -> Block:
        """Say how much of the whole's count the highest areas hold."""
        if not self.levels:
            return NOTHING
        counts = [(self.count(name), name) for name in self.levels[self.smallest]]
        known = sorted((pair for pair in counts if pair[0] is not None), reverse=True)
        whole, top = self.count(self.card.area.name), known[:9]
        if whole is None or len(known) < 27 or whole < self.shown.rules.smallest_base:
            return NOTHING
        held = sum(v for v, _ in top)
        share = rates.proportion(held, whole)
        text = (
            f"The nine {self.smallest}s with the most {self.card.indicator.unit} have {wording.number(held)} of "
            f"{wording.number(whole)} ({wording.percent(share.value)}); nine of {len(known)} would have "
            f"{wording.percent(100 * 9 / len(known))} if all had the same."
        )
        common = about_counts(self.card.data) | {"area": f"9 {self.smallest}s", "window": self.card.latest}
        rows = self._rows([name for _, name in top])
        sum_of_top = Figure(
            **common,
            measure=TWELVE_MONTH_COUNT,
            value=held,
            unit=self.card.indicator.unit,
            method="sum",
            **self.made(rows, of_counts.total),
        )
        of_all = Figure.of(
            share,
            **common,
            measure=SHARE_OF_WHOLE,
            qualifiers={"whole": self.card.area.name},
            **self.made((*rows, *self._rows(self.card.area.name, role="whole")), of_counts.share),
        )
        return paragraph(text, figures=[sum_of_top, of_all])

    @cached_property
    def differences(self) -> Mapping[str, pd.DataFrame]:
        """Compare each area's change with that of all the others of its level, held to few false findings."""
        found = {}
        for kind, names in self.levels.items():
            rows = [
                (
                    name,
                    self.shown.value(name, "earlier"),
                    self.count(name),
                    self.variation(name).dispersion,
                )
                for name in names
                if self._has_both(name)
            ]
            if len(rows) > 1:
                frame = pd.DataFrame(rows, columns=["area", "earlier", "later", "dispersion"])
                found[kind] = comparison.changes_beside_the_rest(
                    frame, area_set=self.card.data.area_set
                ).set_index("area")
        return found

    def changes(self) -> Block:
        """Name the areas whose change differs from that of the rest of the whole, and those that cannot be told apart."""
        if not self.levels or self.smallest not in self.differences:
            return NOTHING
        found = self.differences[self.smallest]
        better, worse = (found[found["word"] == word].sort_values("ratio") for word in ("lower", "higher"))
        rest = len(found) - len(better) - len(worse)
        moved = [
            f"Counts {how} than in the rest of {self.card.area.name} in {wording.listed(names)}."
            for how, names in (
                ("fell further, or rose less,", better.index),
                ("fell less, or rose more,", worse.index[::-1]),
            )
            if len(names)
        ]
        if moved and rest:
            moved.append(f"{rest} of the {len(found)} {self.smallest}s cannot be told from the rest.")
        text = f"None of the {len(found)} {self.smallest}s can be told from the rest."
        if moved:
            text = "At most one in twenty of the differences named here is false, on average."
        said = paragraph(
            " ".join([*moved, text]),
            figures=[self._difference_figure(area, row) for area, row in found.iterrows()],
        )
        rows = [*better.iterrows(), *worse.iterrows()]
        if not rows:
            return said
        shown = table(
            caption=f"{self.smallest.capitalize()}s whose change differs from the rest of {self.card.area.name}, {self.card.window} on the 12 months before{self.card.label}",
            columns=[
                self.smallest.capitalize(),
                "12 months before",
                self.card.window,
                "Beside the rest",
                "95% interval",
                "Reading",
            ],
            rows=[
                [
                    area,
                    wording.number(row["earlier"]),
                    wording.number(row["later"]),
                    _ratio(row["ratio"]),
                    f"{_ratio(row['ratio_lower'])} to {_ratio(row['ratio_upper'])}",
                    "further down" if row["word"] == "lower" else "less far down, or up",
                ]
                for area, row in rows
            ],
            text_columns=(4, 5),
        )
        return join(said, shown)

    def rate(self, area: str) -> Block:
        """Give an area's rate per 1,000 households with its interval, or say why there is none."""
        card = self.card
        area_set = card.data.area_set
        held = self.tables.denominator(area_set, area, as_at=card.as_at)
        count = self.count(area)
        if held is None:
            why = self.tables.why_no_denominator(area_set, area, as_at=card.as_at)
            return paragraph(f"No rate is given: {why}.")
        if count is None:
            return paragraph("No rate is given, because the count is not.")
        found = rates.rate(
            count,
            rates.Denominator(number=held.number, of=held.of, counted_on=held.counted_on, source=held.source),
            events=card.indicator.unit,
            dispersion=self.variation(area).dispersion,
            months=periods.twelve_months_to(periods.last_month(card.quarter)),
        )
        text = (
            f"Per 1,000 {held.of} that is {wording.number(found.value, decimals=1)} (95% interval "
            f"{interval(found, partial(wording.number, decimals=1))}), on "
            f"{wording.number(held.number)} {held.of} counted on {periods.day_name(held.counted_on)} ({held.source})."
        )
        return paragraph(
            text,
            figures=[
                Figure.of(
                    found,
                    measure=RATE,
                    qualifiers={"of": held.of},
                    indicator_id=card.indicator.id,
                    area=area,
                    window=card.latest,
                    status=weakest([card.data.source.status, "published"]),
                    **self.made((*self._rows(area), *held.rows("denominator")), of_areas.rate, per=1000),
                )
            ],
        )

    def rate_of(self, area: str) -> float | None:
        """Give an area's rate per 1,000 households; ``None`` where its households or its count are not known."""
        held = self.tables.denominator(self.card.data.area_set, area, as_at=self.card.as_at)
        count = self.count(area)
        return None if held is None or count is None else 1000 * count / held.number

    def among_households(self, area: str) -> str:
        """Say where an area's rate lies in the funnel of its level; empty unless every area of it has a denominator."""
        area_set, as_at = self.card.data.area_set, self.card.as_at
        for kind, names in self.levels.items():
            if area not in names:
                continue
            held = [self.tables.denominator(area_set, name, as_at=as_at) for name in names]
            counts = [self.count(name) for name in names]
            if any(x is None for x in (*held, *counts)) or len(names) < 5:
                return ""
            found = comparison.funnel(
                pd.DataFrame({"area": names, "count": counts, "denominator": [d.number for d in held]}),
                kind="rate",
                per=1000,
            )
            row = found.areas.set_index("area").loc[area]
            return (
                f"Its rate lies {row['position_overdispersed']} of a funnel round the average of the {len(names)} {kind}s "
                f"({wording.number(found.average, decimals=1)} per 1,000 households), which allows for true differences between {kind}s."
            )
        return ""

    def rank_figures(self, area: str) -> list[Figure]:
        """Give an area's place among its like as a tidy figure, if it has one."""
        return [
            Figure(
                **about_counts(self.card.data),
                measure=RANK_BY_COUNT,
                qualifiers={"whole": self.card.area.name},
                area=area,
                window=self.card.latest,
                value=int(ranked.loc[area, "rank"]),
                lower=float(ranked.loc[area, "rank_lower"]),
                upper=float(ranked.loc[area, "rank_upper"]),
                confidence=0.95,
                unit=f"of {len(ranked)}",
                method="pairs tested, Holm",
                n=int(ranked["count"].sum()),
                **self.made(
                    tuple(rows for name in ranked.index for rows in self._rows(name, role=name)),
                    of_areas.rank,
                    area=area,
                ),
            )
            for ranked in self.ranks.values()
            if area in ranked.index
        ]

    def difference_figures(self, area: str) -> list[Figure]:
        """Give the comparison of an area's change with the rest as tidy figures."""
        return [
            self._difference_figure(area, found.loc[area])
            for found in self.differences.values()
            if area in found.index
        ]

    # Parts of the blocks

    def _where(self) -> str:
        ranked = self.ranks.get(self.smallest)
        if ranked is None:
            return f"{self.card.indicator.name} by {self.smallest}"
        held = ranked["count"].cumsum()
        number = 1 + int((held < 0.5 * ranked["count"].sum()).sum())
        return f"Half of the {self.card.indicator.unit} are in {number} of {len(ranked)} {self.smallest}s"

    def _change_word(self, area: str) -> str:
        change = self.change(area)
        if change is None:
            return "not given"
        if change.percent is None:
            return change.word
        return f"{wording.percent(change.percent.value, signed=True)} ({change.word})"

    def _explained(self, block: Block) -> Block:
        return explained(block, self.shown) if self.shown.withheld else block

    def _difference_figure(self, area: str, row: pd.Series) -> Figure:
        [level] = [names for names in self.levels.values() if area in names]
        rest = [name for name in level if name != area and self._has_both(name)]
        rows = (
            *counted.rows_of_change(self.card.data, area, self.card.latest),
            *self.card.data.rows(rest, self.card.before.months, role="rest_earlier"),
            *self._rows(rest, role="rest_later"),
        )
        return Figure(
            measure=CHANGE_BESIDE_THE_REST,
            qualifiers={"whole": self.card.area.name},
            indicator_id=self.card.indicator.id,
            area=area,
            window=self.card.latest,
            status=self.card.data.source.status,
            value=float(row["ratio"]),
            lower=float(row["ratio_lower"]),
            upper=float(row["ratio_upper"]),
            confidence=0.95,
            unit="ratio of ratios",
            method=f"log ratio; {row['word']} by Benjamini and Hochberg over the level",
            n=int(row["earlier"] + row["later"]),
            **self.made(rows, of_areas.beside_the_rest),
        )

    def _has_both(self, area: str) -> bool:
        return self.shown.value(area, "earlier") is not None and self.count(area) is not None

    def _rows(self, areas: str | Sequence[str], *, role: str = "counts") -> tuple[Rows, ...]:
        """Give the rows of the counts of an area, or of several, in the card's twelve months."""
        return self.card.data.rows(areas, self.card.latest.months, role=role)

    def made(self, rows: tuple[Rows, ...], function: Callable, **arguments: Any) -> dict[str, Any]:
        """Give the rows of a figure and how it comes from them; nothing where counts are rounded, which they would tell."""
        return {} if self.shown.rounded else counted.worked_out(rows, function, **arguments)


def areas_of(card: ReportCard, *, tables: AreaTables, boundaries: Boundaries | None = None) -> AreasBeside:
    """Set the areas below a card's area side by side, as the card's edition may print them.

    A kind of area is shown where every one of its areas has all 24 months.
    """
    catalogue = card.catalogue
    by_kind = catalogue.parts_by_kind(card.data.area_set, card.area.name)
    end = card.monthly.index[-1]
    windows = {"earlier": periods.twelve_months_to(end - 12), "later": periods.twelve_months_to(end)}
    months = card.data.by_area.reindex(pd.period_range(end=end, periods=24, freq="M"))
    complete = set(months.dropna(axis="columns"))
    levels, left_out = {}, []
    for kind, members in by_kind.items():
        names = tuple(a.name for a in members)
        without = [name for name in names if name not in complete]
        if without:
            left_out.append(f"these 24 months are not complete for {wording.listed(without)} ({kind})")
        else:
            levels[kind] = names
    whole = [card.area.name] if card.headline.change is not None else []
    everyone = [*whole, *itertools.chain(*levels.values())]
    counts = pd.DataFrame(
        {column: months.loc[window, everyone].sum() for column, window in windows.items()}, dtype="Int64"
    )
    parts_of = {name: [p.name for p in catalogue.parts(card.data.area_set, name)] for name in everyone}
    sums = {
        name: parts
        for name, parts in parts_of.items()
        if parts and set(parts) <= set(everyone) and (counts.loc[parts].sum() == counts.loc[name]).all()
    }
    below = {a.name for a in catalogue.areas(card.data.area_set) if a.parent}
    rules = catalogue.disclosure_rules
    return AreasBeside(
        card=card,
        levels=levels,
        left_out=tuple(left_out),
        shown=protect(
            counts,
            rules=rules,
            theme=rules.theme_of(card.indicator.id, card.indicator.unit).id,
            edition=card.protected.edition,
            below_city=[name for name in everyone if name in below],
            wholes=sums,
        ),
        tables=tables,
        boundaries=boundaries,
    )


def _ratio(value: float) -> str:
    return wording.number(value, decimals=2)
