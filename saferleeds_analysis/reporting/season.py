"""The season of a report card's series: the adjusted line, the seasonal profile with its error, and how good it is.

The city's series is adjusted by itself; the areas below it borrow its pattern. Where a series cannot be adjusted, the
blocks say why and show it as recorded.
"""

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import chain, takewhile
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Caveat
from saferleeds_analysis.estimates import count_with_interval
from saferleeds_analysis.figures import Measure, Rows, weakest
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.methods import seasonal
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import Block, Figure, behind, join, paragraph
from saferleeds_analysis.reporting.cards import ReportCard
from saferleeds_analysis.reporting.counted import about_counts, sum_of, worked_out
from saferleeds_analysis.reporting.disclosure import ProtectedTable, explained, protect
from saferleeds_analysis.reporting.months_shown import withheld_of
from saferleeds_analysis.reporting.shared import once
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.reporting.views import view
from saferleeds_analysis.results import Result
from saferleeds_analysis.workings import season as workings

_X13 = "the Census Bureau's X-13ARIMA-SEATS with the choices frozen for the year; docs/methods/seasonal.md"
OBSERVED = Measure(
    id="observed",
    words="observed",
    role="count",
    own=True,
    formula="the count of the month",
    decimals=0,
    revised=True,
)
ADJUSTED = Measure(
    id="seasonally_adjusted", words="seasonally adjusted", role="adjusted", formula=_X13, revised=True
)
SEASONAL_FACTOR = Measure(
    id="seasonal_factor", words="seasonal factor", role="adjusted", formula=_X13, decimals=3, revised=True
)
CALENDAR_FACTOR = Measure(
    id="calendar_factor", words="calendar factor", role="adjusted", formula=_X13, decimals=3, revised=True
)
TREND = Measure(id="trend", words="trend", role="adjusted", formula=_X13, revised=True)
IRREGULAR = Measure(
    id="irregular", words="irregular", role="adjusted", formula=_X13, decimals=3, revised=True
)
PROFILE = Measure(
    id="seasonal_profile",
    words="seasonal factor",
    role="adjusted",
    formula="by how many per cent the month usually lies above the average month",
    revised=True,
)
DIAGNOSTIC = Measure(
    id="seasonal_diagnostic",
    words="seasonal adjustment: {test}",
    role="quality",
    formula=_X13,
    decimals=2,
    revised=True,
)
DIRECT_AGAINST_INDIRECT = Measure(
    id="direct_against_indirect",
    words="seasonal adjustment: direct against indirect by {parts}, {of}, %",
    role="quality",
    formula="how far the sum of the adjusted parts lies from the adjusted whole, in per cent of it",
    decimals=2,
    revised=True,
)
ADJUSTED_QUARTER = Measure(
    id="seasonally_adjusted_quarter",
    words="seasonally adjusted, quarter",
    role="adjusted",
    formula="the counts of the quarter divided by factors borrowed from the whole, shrunk toward the area's own",
    decimals=0,
    recurs=True,
    revised=True,
)
QUARTERLY_COUNT = Measure(
    id="quarterly_count",
    words="quarterly count",
    role="count",
    own=True,
    formula="the sum of the three monthly counts of the area",
    decimals=0,
    recurs=True,
)

NO_SEASON = (
    "No seasonal pattern can be told apart from chance, so the months are shown as they were recorded."
)


@dataclass(frozen=True, kw_only=True)
class Season(Result):
    """What seasonal adjustment says of a card's series; ``problem`` says why where it says nothing.

    ``parent`` is the whole's adjustment where the card's area is a part and borrows its pattern; ``together`` names the
    areas of each kind that borrow it in one go. ``quarters`` holds the quarter's count of each area as the edition may
    print it.
    """

    card: ReportCard
    adjustment: seasonal.SeasonalAdjustment | None
    parent: seasonal.SeasonalAdjustment | None
    revision: seasonal.Difference | None = None
    areas: Mapping[str, Mapping[str, seasonal.SeasonalAdjustment]] = field(default_factory=dict)
    frozen: bool = False
    problem: str = ""
    quarters: ProtectedTable | None = None
    together: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def chart(self) -> Block:
        """Draw the months as recorded and seasonally adjusted; as recorded alone where there is no adjustment."""
        card, found = self.card, self.adjustment
        if found is None or not found.identifiable:
            why = f"Not seasonally adjusted: {self.problem}" if found is None else NO_SEASON
            return join(paragraph(why, css_class="notice"), card.months())
        if not card.shown.by_quarter:
            return card.months()
        # An adjusted month is the count divided by a factor that is printed, so it goes with its month.
        figures = card.shown.figures(
            [self._month_figure(m, ADJUSTED, "adjusted") for m in found.adjusted.index]
        )
        drawn = charts.chart_of_adjustment(
            card.shown.hide(found.observed),
            card.shown.hide(found.adjusted),
            withheld=card.shown.withheld,
            name="seasonally-adjusted",
            headline=self._headline(),
            subtitle=card.subtitle("each month as recorded and seasonally adjusted", found.observed.index[0]),
            unit=card.indicator.unit,
            figures=[*card.month_figures(), *figures],
        )
        return card.shown.explained(drawn)

    def profile(self) -> Block:
        """Show the seasonal profile: how far each month usually lies from the average month, and how sure that is."""
        if self.adjustment is None:
            return paragraph(f"No seasonal profile is given: {self.problem}")
        if not self.adjustment.identifiable:
            return paragraph(NO_SEASON)
        if self.adjustment.decomposition == "additive":
            return paragraph(
                "No seasonal profile is given: this series was adjusted by amounts, not by percentages."
            )
        rows = self.adjustment.profile()
        rows = rows.assign(month=[p.month for p in rows["period"]]).sort_values("month")
        figures = [
            self._figure(
                PROFILE,
                Window(p.period.strftime("%B")),  # of every year: no month of the calendar
                100 * (p.factor - 1),
                **self.again(workings.from_average, month=str(p.period)),
                lower=100 * (p.lower - 1),
                upper=100 * (p.upper - 1),
                confidence=p.confidence,
                unit="% of an average month",
                n=len(self.adjustment.observed),
                caveats=(),
            )
            for p in rows.itertuples()
        ]
        high, low = rows.loc[rows["factor"].idxmax()], rows.loc[rows["factor"].idxmin()]
        headline = (
            f"{high['period'].strftime('%B')} is usually {wording.percent(100 * abs(high['factor'] - 1))} above average, "
            f"{low['period'].strftime('%B')} {wording.percent(100 * abs(low['factor'] - 1))} below"
        )
        first, last = self.adjustment.observed.index[[0, -1]]
        return charts.chart_of_profile(
            figures,
            name="seasonal-profile",
            headline=headline,
            subtitle=f"Usual distance from an average month, {self.card.area.name}, with 95% interval. From the months "
            f"{periods.month_name(first)} to {periods.month_name(last)}{self.card.label}",
        )

    def quality(self) -> Block:
        """Say in plain words how good the adjustment is, what was chosen, and how far it moved since last quarter."""
        if self.adjustment is None:
            return paragraph(f"There is no adjustment to judge: {self.problem}")
        found = self.parent or self.adjustment
        tests, whole = found.diagnostics, str(found.observed.name)
        lines = [wording.quality_in_words(found)]
        if self.parent is not None:
            share = wording.percent(100 * self.adjustment.borrowed)
            borrowed = (
                f"{self.card.area.name} borrows the season of {whole}: {share} of its pattern is {whole}'s, the rest its own. "
                f"What follows is about {whole}."
            )
            lines.insert(0, borrowed)
        choice = "frozen for the year" if self.frozen else "chosen automatically for this run"
        lines += [
            f"Method: {found.method}, {found.decomposition}; model {found.model}, {choice}.",
            _effects_in_words("Outliers", found.outliers, none="none in the model"),
            _effects_in_words(
                "Calendar effects",
                found.calendar_effects,
                none="the length of February; the model has no effect of trading days or of Easter",
            ),
        ]
        if self.revision is not None:
            since = periods.month_name(self.revision.table["period"].iloc[-1])
            lines.append(
                f"With the months since {since}, the adjusted figures of the year to that month have moved by "
                f"{wording.percent(self.revision.mean_absolute)} on average and {wording.percent(self.revision.largest)} at most."
            )
        lines += [c for c in found.caveats if c not in lines]
        measures = [
            *([] if tests.q is None else [("Q", "q", tests.q)]),
            *((name, name, value) for name, value in tests.m.items()),
            ("QS before, p", "qs_before", tests.qs_before),
            ("QS after, p", "qs_after", tests.qs_after),
        ]
        figures = [
            self._quality(
                DIAGNOSTIC, value, self.again(workings.diagnostic, area=whole, test=test), test=name
            )
            for name, test, value in measures
        ]
        detail = table(
            caption="Diagnostics of the seasonal adjustment (below 1 is good for Q and M1 to M11)",
            columns=["Measure", "Value"],
            rows=[
                [name, wording.number(value, decimals=2) if value >= 0.005 else "below 0.01"]
                for name, _, value in measures
            ],
            figures=figures,
        )
        return join(*map(paragraph, lines), behind("Show the diagnostics", detail))

    def area_tables(self) -> Block:
        """Show the quarter in each area as recorded and seasonally adjusted, and how much of the pattern is borrowed."""
        if not self.areas:
            return paragraph("No seasonally adjusted figures are given for areas.")
        return join(*[self._areas_of(kind, found) for kind, found in self.areas.items()])

    def decomposition(self) -> Block:
        """Show how the last twelve months are taken apart: recorded, season, calendar, adjusted, trend, irregular."""
        if self.adjustment is None:
            return paragraph(f"The series cannot be taken apart: {self.problem}")
        found = self.adjustment
        ratio = 0 if found.decomposition == "additive" else 3
        columns = [
            ("Recorded", OBSERVED, "observed", 0),
            ("Season", SEASONAL_FACTOR, "seasonal", ratio),
            ("Calendar", CALENDAR_FACTOR, "calendar", ratio),
            ("Seasonally adjusted", ADJUSTED, "adjusted", 1),
            ("Trend", TREND, "trend", 1),
            ("Irregular", IRREGULAR, "irregular", ratio),
        ]
        months, shown = found.observed.index[-12:], self.card.shown

        def hidden(month: pd.Period, measure: Measure) -> bool:
            if measure in (SEASONAL_FACTOR, CALENDAR_FACTOR):
                return False
            # The trend runs through the months around each, and the irregular part is what it leaves.
            return shown.is_withheld(month) or (not shown.complete and measure in (TREND, IRREGULAR))

        def figure(month: pd.Period, measure: Measure, part: str) -> Figure:
            given = self._month_figure(month, measure, part)
            return withheld_of(given, shown.rules) if hidden(month, measure) else given

        taken_apart = table(
            caption=f"{self.card.indicator.name} in {self.card.area.name}, the last twelve months taken apart",
            columns=["Month", *(name for name, *_ in columns)],
            rows=[
                [
                    periods.month_name(m),
                    *(
                        shown.rules.withheld
                        if hidden(m, measure)
                        else wording.number(getattr(found, part)[m], decimals=d)
                        for _, measure, part, d in columns
                    ),
                ]
                for m in months
            ],
            figures=[figure(m, measure, part) for m in months for _, measure, part, _ in columns],
        )
        return shown.explained(taken_apart)

    def direct_and_indirect(self) -> Block:
        """Compare the whole adjusted by itself with the sum of its adjusted parts, level by level."""
        if not self.areas:
            return paragraph("There are no adjusted parts to compare with the whole.")
        if self.parent is not None:
            return paragraph(
                f"The comparison is made for {self.parent.observed.name}, which is adjusted by itself."
            )
        lines, figures = [], []
        for kind, found in self.areas.items():
            compared = seasonal.compare_direct_indirect(self.adjustment, found.values())
            lines.append(
                f"The sum of the adjusted {kind}s differs from the adjusted whole by "
                f"{wording.number(compared.mean_absolute, decimals=2)}% on average and "
                f"{wording.number(compared.largest, decimals=2)}% at most."
            )
            figures += [
                self._quality(
                    DIRECT_AGAINST_INDIRECT,
                    getattr(compared, of),
                    self.again(workings.direct_against_indirect, kind=kind, of=of),
                    parts=kind,
                    of=name,
                )
                for of, name in (("mean_absolute", "mean"), ("largest", "largest"))
            ]
        lines[-1] += " The whole's own is the figure that is used."
        return join(*map(paragraph, lines[:-1]), paragraph(lines[-1], figures=figures))

    def choices(self) -> Block:
        """Show every choice that was made for the series, as it would be frozen for a year."""
        if self.adjustment is None:
            return paragraph(f"There are no choices to freeze: {self.problem}")
        frozen = asdict(seasonal.freeze(self.parent or self.adjustment))
        rows = [[name.replace("_", " "), _choice_in_words(value)] for name, value in frozen.items()]
        state = (
            "These choices are frozen for the year." if self.frozen else "These choices are not frozen yet."
        )
        shown = table(
            caption="Every choice that was made", columns=["Choice", "Value"], rows=rows, text_columns=[1]
        )
        return join(paragraph(state), shown)

    def _areas_of(self, kind: str, found: Mapping[str, seasonal.SeasonalAdjustment]) -> Block:
        card, quarters = self.card, self.quarters
        rows, figures = [], []
        # The place of a withheld count among the others would say how large it is.
        last = [name for name in found if quarters.is_withheld(name)]
        quarter = periods.quarter_months(card.quarter)
        sums = {name: found[name].adjusted.loc[quarter].sum() for name in found if name not in last}
        for name in [*sorted(sums, key=sums.get, reverse=True), *last]:
            borrowed = f"{100 * found[name].borrowed:.0f}%"
            if name in last:
                rows.append([name, *[quarters.rules.withheld] * 3, borrowed])
                figures += [
                    quarters.figure(name, **self._about_quarter(name, found[name]), measure=measure)
                    for measure in (ADJUSTED_QUARTER, QUARTERLY_COUNT)
                ]
                continue
            figure = self._adjusted_quarter(name, found[name])
            counts = (wording.number(figure.n), wording.number(figure.value))
            rows.append([name, *counts, interval(figure), borrowed])
            figures.append(figure)
        shown = table(
            caption=f"{kind.capitalize()}s, {periods.review_period(card.quarter)}: recorded and seasonally adjusted",
            columns=[
                kind.capitalize(),
                "Recorded",
                "Seasonally adjusted",
                "95% interval",
                "Pattern borrowed",
            ],
            rows=rows,
            figures=figures,
        )
        return behind(f"Show the quarter by {kind}", explained(shown, quarters) if last else shown)

    def _adjusted_quarter(self, name: str, area: seasonal.SeasonalAdjustment) -> Figure:
        """Give the adjusted count of an area's quarter; ``n`` is the count as recorded."""
        months = periods.quarter_months(self.card.quarter)
        observed = int(area.observed.loc[months].sum())
        # To a whole number: any closer, and the months could be worked out from it, the count and the printed season.
        adjusted = float(round(float(area.adjusted.loc[months].sum())))
        dispersion = self.card.variations[name].dispersion
        limits = count_with_interval(observed, unit=self.card.indicator.unit, dispersion=dispersion)
        scale = adjusted / observed if observed else 1.0
        return Figure(
            **self._about_quarter(name, area),
            measure=ADJUSTED_QUARTER,
            value=adjusted,
            lower=limits.lower * scale,
            upper=limits.upper * scale,
            confidence=limits.confidence,
            method=f"{area.method}; interval of the count ({limits.method}), scaled",
            n=observed,
            **self.total_again(months, area=name, to_whole_number=True),
        )

    def _about_quarter(self, name: str, area: seasonal.SeasonalAdjustment) -> dict[str, Any]:
        return {
            "indicator_id": self.card.indicator.id,
            "area": name,
            "window": Window.quarter(self.card.quarter),
            "unit": self.card.indicator.unit,
            "status": self.status,
            "caveats": area.caveats,
        }

    def _headline(self) -> str:
        card, months = self.card, periods.quarter_months(self.card.quarter)
        if any(map(card.shown.is_withheld, months.union(months - 3))):
            return f"{card.indicator.name}: months with few {card.indicator.unit} are withheld"
        now, before = (float(self.adjustment.adjusted.loc[m].mean()) for m in (months, months - 3))
        unit = card.indicator.unit
        return f"Seasonally adjusted: {wording.counted(now, unit)} a month, {wording.number(before)} the quarter before"

    @property
    def status(self) -> str:
        """What the adjusted figures rest on."""
        return weakest([self.card.data.source.status, "estimated"])

    def again(self, working: Callable, *, area: str = "", kind: str = "", **arguments: Any) -> dict[str, Any]:
        """Give the rows and the ``working`` by which the adjustment is made again: the card's own, or that of an area.

        The whole is adjusted by itself. An area below it borrows its pattern together with all areas of its kind, so
        their rows are needed too; of a ``kind`` of areas all are.
        """
        rows, model = self.model(area=area, kind=kind)
        return worked_out(rows, working, **model, **arguments)

    def total_again(
        self, months: pd.PeriodIndex, *, area: str = "", to_whole_number: bool = False
    ) -> dict[str, Any]:
        """Give the rows and the working of the sum of some adjusted months, of the card's area or of one below it."""
        given = {"months": [str(m) for m in months], "to_whole_number": to_whole_number}
        return self.again(workings.total_adjusted, area=area, **given)

    def model(self, *, area: str = "", kind: str = "") -> tuple[tuple[Rows, ...], dict[str, Any]]:
        """Give the rows and the plain arguments of the adjustment itself, for a working that goes on from there."""
        found = self.parent or self.adjustment
        area = area or self.card.area.name
        choices = {n: list(v) if isinstance(v, tuple) else v for n, v in asdict(found.spec).items()}
        breaks = [
            {"kind": known.kind, "start": str(known.start), "end": str(known.end or "")}
            for known in found.breaks
        ]
        given = {"choices": choices, "breaks": breaks}
        if not kind and area != found.observed.name:
            kind = next(name for name, areas in self.together.items() if area in areas)
            given["area"] = area
        if not kind:
            return self._rows[""], given
        made_of = self.card.data.made_of
        sums = {name: list(made_of[name]) for name in self.together[kind] if made_of[name] != (name,)}
        return self._rows[kind], given | {"made_of": sums}

    @cached_property
    def _rows(self) -> Mapping[str, tuple[Rows, ...]]:
        """The rows of the whole, and with those of the areas of each kind."""
        found, data = (self.parent or self.adjustment).observed, self.card.data
        whole = data.rows(str(found.name), found.index, role="whole")
        return {"": whole} | {
            kind: (*whole, *data.rows(areas, found.index, role="areas"))
            for kind, areas in self.together.items()
        }

    def _figure(self, measure: Measure, window: Window, value: float, **about: Any) -> Figure:
        """Give a figure of the adjustment in the card's area."""
        given = about_counts(self.card.data) | {
            "area": self.card.area.name,
            "status": self.status,
            "method": self.adjustment.method,
        }
        return Figure(measure=measure, window=window, value=value, **given | about)

    def _month_figure(self, month: pd.Period, measure: Measure, part: str) -> Figure:
        """Give one part of the adjustment in one month."""
        card, found = self.card, self.adjustment
        of_a_count = found.decomposition == "additive" or part in ("observed", "adjusted", "trend")
        if part == "observed":
            working = sum_of(card.data, card.area.name, Window.month(month))
            working["status"] = card.data.source.status
        else:
            working = self.again(workings.in_month, part=part, month=str(month))
        return self._figure(
            measure,
            Window.month(month),
            float(getattr(found, part)[month]),
            unit=card.indicator.unit if of_a_count else "ratio",
            **working,
        )

    def _quality(
        self, measure: Measure, value: float, working: Mapping[str, Any], **qualifiers: str
    ) -> Figure:
        window = Window.twelve_months(periods.last_month(self.card.quarter))
        about = {"qualifiers": qualifiers, "caveats": (), **working}
        return self._figure(measure, window, float(value), **about)


@view.register
def _(season: Season) -> Block:
    return join(
        season.chart(),
        season.profile(),
        season.quality(),
        season.decomposition(),
        season.area_tables(),
        season.direct_and_indirect(),
        season.choices(),
    )


def season_of(card: ReportCard) -> Season:
    """Adjust a card's series for the season, with the choices that are frozen for it if there are any.

    The whole of the area set is adjusted by itself; every area below it, the card's own too if it is one, borrows its
    pattern. Without frozen choices the program makes its own, but for two: the season is taken to grow with the
    level, as counts do, and under five years neither trading days nor Easter are looked for. Definition breaks and
    pandemic months come from the catalogue's caveats.
    """
    catalogue, data = card.catalogue, card.data.by_area.loc[: card.monthly.index[-1]]
    whole = _whole_of(card, catalogue)
    try:
        found, borrowed = adjust_areas(
            data, whole=whole, of=card.data, catalogue=catalogue, caveats=card.caveats
        )
    except DataProblem as problem:
        return Season(
            card=card,
            adjustment=None,
            parent=None,
            problem=_for_the_page(problem, whole),
        )
    own, before = whole == card.area.name, periods.last_month(card.quarter - 1)
    # Where the data of the quarter before were too short to adjust there is no revision to tell.
    revisable = found.identifiable and len(found.observed.loc[:before]) >= 36
    below = {
        kind: {p.area: borrowed[kind][p.area] for p in parts}
        for kind, parts in card.parts.items()
        if kind in borrowed
    }
    return Season(
        card=card,
        adjustment=found if own else borrowed[card.area.kind][card.area.name],
        parent=None if own else found,
        revision=once(seasonal.revision_since, found, before) if revisable else None,
        areas=below,
        frozen=_frozen(card.indicator.id, whole, catalogue) is not None,
        quarters=_quarters(card, list(chain(*below.values())), catalogue),
        together={kind: tuple(found) for kind, found in borrowed.items()},
    )


def adjust_areas(
    counts: pd.DataFrame, *, whole: str, of: RecordedCounts, catalogue: Catalogue, caveats: Sequence[Caveat]
) -> tuple[seasonal.SeasonalAdjustment, dict[str, dict[str, seasonal.SeasonalAdjustment]]]:
    """Adjust a whole by itself, and by kind all the areas below it that borrow its pattern: none of an additive one.

    ``counts`` are the months of ``of`` by area that are to be used.
    """
    own = complete(counts[whole].rename(whole))
    spec = _frozen(of.indicator.id, whole, catalogue) or _usual_spec(own)
    found = once(seasonal.seasonally_adjust, own, spec=spec, breaks=breaks_from(caveats))
    below = {
        kind: [area.name for area in areas if area.name in counts]
        for kind, areas in catalogue.parts_by_kind(of.area_set, whole).items()
    }
    return found, {
        kind: seasonal.borrow_seasonality(counts[names].astype("int64"), parent=found)
        for kind, names in below.items()
        if names and found.decomposition != "additive"
    }


def _frozen(indicator_id: str, whole: str, catalogue: Catalogue) -> seasonal.SeasonalSpec | None:
    return seasonal.read_specs(catalogue.seasonal_specs).get(spec_name(indicator_id, whole))


def _quarters(card: ReportCard, names: Sequence[str], catalogue: Catalogue) -> ProtectedTable:
    """Protect the quarter's counts of the card's area and of those below it together."""
    months = periods.quarter_months(card.quarter)
    counts = card.data.by_area.loc[months, [card.area.name, *names]].sum(skipna=False).astype("Int64")
    sums = {
        name: parts
        for name in counts.index
        if (parts := [p.name for p in catalogue.parts(card.data.area_set, name)])
        and set(parts) <= set(names)
        and counts[parts].sum() == counts[name]
    }
    return protect(
        counts,
        rules=card.protected.rules,
        theme=card.protected.theme.id,
        edition=card.protected.edition,
        below_city=[n for n in counts.index if catalogue.area(card.data.area_set, n).parent],
        wholes=sums,
    )


def _whole_of(card: ReportCard, catalogue: Catalogue) -> str:
    """Give the name of the largest area above the card's for which there are data."""
    names = [card.area.name, *(area.name for area in catalogue.above(card.data.area_set, card.area.name))]
    return list(takewhile(card.data.by_area.__contains__, names))[-1]


def _usual_spec(counts: pd.Series) -> seasonal.SeasonalSpec:
    short = len(counts) < 60
    calendar = {"trading_day": "none", "easter": "none"} if short else {}
    return seasonal.SeasonalSpec(decomposition="multiplicative", **calendar)


def _for_the_page(problem: DataProblem, whole: str) -> str:
    """Keep what a reader can use of a refusal: the program's own words are for the analyst."""
    text = str(problem)
    if "X-13" in text:
        return f"the program could not adjust the series of {whole}."
    return text.split(". Borrow")[0].rstrip(".") + "."


def spec_name(indicator_id: str, area: str) -> str:
    """Give the name under which the frozen choices of a series stand in ``seasonal_specs.toml``.

    >>> spec_name("domestic_burglary", "C&H")
    'domestic_burglary-C_H'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "_", f"{indicator_id}-{area}")


def breaks_from(caveats: Sequence[Caveat]) -> tuple[seasonal.Break, ...]:
    """Turn the caveats that break a series into regressors: definitions shift its level, the pandemic its months."""
    kinds = {"definition break": "level shift", "pandemic months": "additive outliers"}
    return tuple(
        seasonal.Break(
            kind=kinds[caveat.kind],
            start=caveat.start,
            end=caveat.end if caveat.kind == "pandemic months" else None,
            reason=caveat.text,
        )
        for caveat in caveats
        if caveat.kind in kinds
    )


def _choice_in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"{v:.4g}" if isinstance(v, float) else str(v) for v in value) or "none"
    return str(value)


def _effects_in_words(kind: str, effects: Sequence[seasonal.Effect], *, none: str) -> str:
    words = [f"{_effect_name(e.name)} (t = {wording.number(e.t_value, decimals=1)})" for e in effects]
    return f"{kind}: {'; '.join(words) or none}."


def _effect_name(name: str) -> str:
    """Put the program's name of an effect into words.

    >>> _effect_name("LS2011.Nov"), _effect_name("AO2010.Dec"), _effect_name("Easter[15]: Easter[15]")
    ('a lasting change of level from Nov 2011', 'a month out of line, Dec 2010', 'Easter, 15 days before it')

    A change that we name ourselves is named back with the number of its month.

    >>> _effect_name("LS2017.4"), _effect_name("Easter[1]: Easter[1]")
    ('a lasting change of level from Apr 2017', 'Easter, 1 day before it')
    """
    if found := re.fullmatch(r"(LS|AO|TC)(\d{4})\.(\w+)", name):
        kind, year, month = found.groups()
        words = {
            "LS": "a lasting change of level from",
            "AO": "a month out of line,",
            "TC": "a passing change from",
        }
        name_of_month = calendar.month_abbr[int(month)] if month.isdecimal() else month
        return f"{words[kind]} {name_of_month} {year}"
    if found := re.match(r"Easter\[(\d+)\]", name):
        return f"Easter, {found[1]} {'day' if found[1] == '1' else 'days'} before it"
    return name.split(": ")[-1]


def complete(counts: pd.Series) -> pd.Series:
    """Give counts as whole numbers; refuse a series with a missing month, which is never filled in."""
    missing = counts.index[counts.isna()]
    if len(missing):
        raise DataProblem(f"there is no data for {periods.months_in_words(missing)}.")
    return counts.astype("int64")
