"""Did it work? The page of something that was done in some areas: the verdict, what it rests on, and what nothing at all produces.

Where the figures cannot tell, the page says why, and what could. Months that were constructed prove nothing, whatever the sum gives.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, floor
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, ListedIntervention, PublishedFigure
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.figures import Figure, Measure, weakest
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.methods.intervention import (
    FEWEST_DONORS,
    VERDICTS,
    Intervention,
    evaluate_intervention,
)
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting import charts, wording
from saferleeds_analysis.reporting.blocks import NOTHING, Block, Group, bullets, heading, paragraph
from saferleeds_analysis.reporting.counted import about_counts, count_figure, plain_caveats, worked_out
from saferleeds_analysis.reporting.first_screen import Tile, first_screen
from saferleeds_analysis.reporting.published import AS_PRINTED, as_printed, window_of
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.workings import intervention as workings

COUNT = Measure(
    id="count_of_months",
    words="count of the months",
    role="count",
    own=True,
    formula="the sum of the monthly counts of the window in the areas",
    decimals=0,
)
AS_ELSEWHERE = Measure(
    id="count_as_elsewhere",
    words="{title}: count, had it moved as elsewhere",
    role="quality",
    formula="the count of the year before the start, times the count elsewhere divided by that of the year before the start",
    decimals=0,
)
RESULT = Measure(
    id="intervention_result",
    words="{title}: {what}",
    role="quality",
    formula="evaluate_intervention on the monthly counts of the areas and the places without it; docs/methods/intervention.md",
)
PLACEBOS = Measure(
    id="placebos_between",
    words="{title}: places and times without it that moved by {low} to {high} per cent",
    role="quality",
    formula="the number of placebos whose effect lies in the range",
    decimals=0,
)
PRINTED = Measure(id="printed_change_set_beside", words="printed change", role="change", formula=AS_PRINTED)
PRINTED_BESIDE = Measure(
    id="printed_change_beside",
    words="{title}: printed change beside {other}",
    role="quality",
    formula="100 times (100 plus the printed change, divided by 100 plus that of the other place, less 1); the "
    "change of the rest is that of the whole's printed count less the counts that the area's two printed changes imply",
)
_FINDINGS = {
    "fell": "{measure} fell further in {areas} than elsewhere after {title} began",
    "rose": "{measure} fell less, or rose further, in {areas} than elsewhere after {title} began",
    "no sign": "{measure} in {areas}: no sign that {title} changed it",
    "cannot tell": "{measure} in {areas}: these figures cannot tell whether {title} changed it",
}
_YEARS_SHOWN, _STEP, _COLUMNS = 5, 10, 12
_COULD_TELL = "Recorded months of the areas, those around and {fewest} or more places without it, from two years before."


@dataclass(frozen=True, kw_only=True)
class DidItWork:
    """All that a page says of something that was done; its methods give the blocks.

    ``found`` is ``None`` where nothing can be evaluated, and ``problem`` says why. ``months`` are those that were evaluated, ``windows``
    those looked at after the start and the same months of the years before; ``asked`` is what the evaluation was given besides the counts.
    ``published`` is what was printed of ``whole`` and of ``parts``, the areas beside which the first of the row's stands.
    """

    row: ListedIntervention
    whole: str
    data: RecordedCounts
    months: pd.PeriodIndex
    windows: tuple[Window, ...]
    parts: tuple[str, ...]
    found: Intervention | None
    problem: str
    asked: Mapping[str, Any]
    published: Mapping[tuple[str, str], PublishedFigure]

    @property
    def verdict(self) -> str:
        """The verdict in the words of the method; of months that are no records it is always that nothing can be told."""
        return self.found.verdict if self.found is not None and self._recorded else "cannot tell"

    @property
    def _recorded(self) -> bool:
        return self.data.source.status == "recorded"

    @property
    def _areas(self) -> str:
        return wording.listed(self.row.areas)

    def top(self) -> Block:
        """Give the first screen: the verdict, the change, the effect and the least that would have been seen."""
        measure = self.data.indicator.name
        said = {"measure": measure, "areas": self._areas, "title": self.row.title}
        sure = "What is sure" if self._recorded else f"What {self.data.source.status} months give"
        could = [_COULD_TELL.format(fewest=FEWEST_DONORS)]
        return first_screen(
            about=f"Did {self.row.title} work? {measure} in {self._areas}",
            finding=_FINDINGS[self.verdict].format(**said),
            notice=self.data.source.notice,
            tiles=self._tiles(),
            chart=self._chart(),
            said={
                "What was done": bullets([f"{self.row.done} ({self.row.source})."]),
                sure: bullets(self._given()),
                "What is not sure": bullets(self._open()),
                "What could tell": bullets(could if self.verdict == "cannot tell" else []),
            },
        )

    def placebos(self) -> Block:
        """Draw how far places moved in which nothing was done, and the area among them; nothing where nothing is evaluated."""
        if self.found is None:
            return NOTHING
        effects, effect = self.found.placebos["effect"], self.found.effect.value
        found = pd.Series([*effects, effect])
        step = _STEP * max(ceil((found.max() - found.min()) / (_STEP * _COLUMNS)), 1)
        lows = range(step * floor(found.min() / step), floor(found.max()) + 1, step)
        numbers = {low: int(effects.between(low, low + step, inclusive="left").sum()) for low in lows}
        subtitle = f"Change beside other places{self._label}"
        drawn = charts.chart_of_placebos(
            numbers,
            step=step,
            effect=effect,
            focus=self._areas,
            name="placebos",
            headline=f"{self._areas} among {len(effects)} places and times without it",
            subtitle=subtitle,
            data=table(
                caption=subtitle,
                columns=["Change", "Places and times"],
                rows=[
                    [f"{wording.signed(n)}% to {wording.signed(n + step)}%", str(numbers[n])] for n in lows
                ],
            ),
            figures=[self._number(low, low + step, numbers[low]) for low in lows],
        )
        return Group(blocks=(heading(2, "What nothing at all produces"), drawn))

    def printed(self) -> Block:
        """Set what was printed of the area's change beside that of other parts of the whole; nothing where nothing was."""
        own = self.published.get((self._areas, "change_percent"))
        others = self._printed_beside() if own is not None else []
        if not others:
            return NOTHING
        show = partial(wording.percent, signed=True)
        beside = wording.listed([f"{show(f.value)} beside {name}" for name, f in others])
        said = (
            f"The printed change of {self._areas}, {window_of(own.period)}, is {show(own.value)}: {beside}. One pair of years says "
            f"nothing of how places differ by themselves: these figures cannot support a claim that {self.row.title} worked."
        )
        figures = [*(f for _, f in others), as_printed(own, PRINTED)]
        return Group(blocks=(heading(2, "What was printed"), paragraph(said, figures=figures)))

    # Parts of the first screen

    def _given(self) -> list[str]:
        if self.found is None:
            return []
        show, f = partial(wording.percent, signed=True), self.found
        lines = [
            *([VERDICTS[f.verdict]] if self._recorded else []),
            f"{f.as_far} of {len(f.placebos)} places and times without it moved as far, each for its size.",
            f"In the year before, {self._areas} moved by {show(f.before)} beside the others.",
        ]
        if f.displaced is not None:
            moved = f"{show(f.displaced.value)} (95% interval {interval(f.displaced, show)})"
            lines.append(f"In the areas around it, {wording.listed(self.row.around)}: {moved}.")
        return lines

    def _open(self) -> list[str]:
        nobody = "No areas around it are named: what was pushed next door goes unseen."
        lines = [f"Nothing is evaluated: {self.problem}"] if self.problem else []
        lines += self.found.caveats if self.found is not None else []
        lines += [] if self.row.around else [nobody]
        return [*lines, self.row.note] if self.row.note else lines

    def _tiles(self) -> list[Tile]:
        if self.found is None:
            return []
        f, show = self.found, partial(wording.percent, signed=True)
        before, after = (wording.number(n) for n in f.counts)
        elsewhere, since = (wording.number(n) for n in f.elsewhere)
        told = [self._result(of) for of in ("effect", "as_far", "before")]
        told += [self._result("displaced")] if f.displaced is not None else []
        return [
            Tile(
                name=wording.sentence(self.windows[-1].name),
                value=after,
                below=f"{before} a year before; elsewhere {elsewhere} to {since}.",
            ),
            Tile(
                name="Beside places without it",
                value=show(f.effect.value),
                below=f"95% interval {interval(f.effect, show)}.{self._proves}",
                figures=tuple(told),
            ),
            Tile(
                name="Least fall found four times in five",
                value=wording.percent(f.smallest_seen),
                figures=(self._result("smallest_seen"),),
            ),
        ]

    def _chart(self) -> Block:
        """Draw the areas' counts year by year, and what they would be, had they moved as elsewhere since the year before the start."""
        if len(self.windows) < 2 or not self.row.donors:
            return NOTHING
        own, elsewhere = (
            [self._count(names, w) for w in self.windows] for names in (self.row.areas, self.row.donors)
        )
        line = [
            self._as_elsewhere(w, own[-2], elsewhere[-2], n)
            for w, n in zip(self.windows, elsewhere, strict=True)
        ]
        unit = self.data.indicator.unit
        counts = list(zip(self.windows, own, elsewhere, line, strict=True))
        return charts.chart_of_recent_quarters(
            {
                w.months[-1].strftime("%b %Y"): (o.value, wording.number(o.value), e.value)
                for w, o, _, e in counts
            },
            name="beside-elsewhere",
            headline=f"{self._areas}, and had it moved as elsewhere",
            subtitle=f"{wording.sentence(unit)}, {len(self.windows[-1].months)} months to the month named{self._label}",
            line="As elsewhere",
            start=f"Start: {periods.month_name(self.row.start)}",
            data=table(
                caption=f"{wording.sentence(unit)} in {self._areas} and elsewhere ({wording.listed(self.row.donors)}){self._label}",
                columns=["Months", self._areas, "Elsewhere", "Had it moved as elsewhere"],
                rows=[[w.name, *(wording.number(f.value) for f in row)] for w, *row in counts],
            ),
            figures=[figure for _, *row in counts for figure in row],
        )

    @property
    def _proves(self) -> str:
        return "" if self._recorded else f" {self.data.source.status.capitalize()}: no evidence."

    @property
    def _label(self) -> str:
        return wording.kind_of_data(self.data.source.notice)

    # Figures

    def _count(self, names: tuple[str, ...], window: Window) -> Figure:
        value = int(self.data.by_area.loc[window.months, list(names)].sum().sum())
        own = names == self.row.areas
        area = self._areas if own else f"{len(names)} places elsewhere"
        about = {"qualifiers": {} if own else {"title": self.row.title}}
        about |= worked_out(self.data.rows(names, window.months), workings.total)
        return count_figure(self.data, COUNT, area, window, value, **about)

    def _as_elsewhere(self, window: Window, own: Figure, then: Figure, now: Figure) -> Figure:
        given = {"own": self.row.areas, "elsewhere_then": self.row.donors, "elsewhere": self.row.donors}
        at = {"own": own.window, "elsewhere_then": then.window, "elsewhere": now.window}
        rows = tuple(r for role in given for r in self.data.rows(given[role], at[role].months, role=role))
        return replace(
            self._about(AS_ELSEWHERE, window),
            value=own.value * now.value / then.value,
            unit=own.unit,
            **worked_out(rows, workings.as_elsewhere),
        )

    def _result(self, of: str) -> Figure:
        value = getattr(self.found, of)
        figure = self._evaluated(RESULT, workings.result, {"what": of.replace("_", " ")}, of=of)
        if isinstance(value, Estimate):
            return replace(
                figure,
                **{n: getattr(value, n) for n in ("value", "lower", "upper", "confidence", "method", "n")},
            )
        unit = "places and times" if of == "as_far" else figure.unit
        return replace(figure, value=value, unit=unit, n=len(self.found.placebos))

    def _number(self, low: int, high: int, number: int) -> Figure:
        ends = {"low": low, "high": high}
        return replace(
            self._evaluated(PLACEBOS, workings.placebos_between, ends, **ends),
            value=number,
            unit="places and times",
        )

    def _evaluated(
        self, measure: Measure, function: Callable, about: Mapping[str, Any], **given: Any
    ) -> Figure:
        """Give a figure that the whole evaluation makes, still without its value."""
        area_names = [*self.row.areas, *self.row.donors, *self.row.around]
        made = worked_out(self.data.rows(area_names, self.months), function, **self.asked, **given)
        return replace(self._about(measure, self.windows[-1], **about), unit="%", **made)

    def _about(self, measure: Measure, window: Window, **qualifiers: Any) -> Figure:
        known = about_counts(self.data)
        return Figure(
            **known | {"status": weakest([known["status"], "estimated"])},
            measure=measure,
            area=self._areas,
            window=window,
            qualifiers={"title": self.row.title} | qualifiers,
            value=None,
        )

    def _printed_beside(self) -> list[tuple[str, Figure]]:
        """Give the printed change beside that of each other part, and beside the rest of the whole, as far as they were printed."""
        held, own = self.published, self._areas
        parts = [part for part in self.parts if part != own and (part, "change_percent") in held]
        made = [(part, workings.printed_beside, {"other": held[part, "change_percent"]}) for part in parts]
        of_rest = {
            "number": held.get((own, "change_count")),
            "whole": held.get((self.whole, "count")),
            "whole_change": held.get((self.whole, "change_count")),
        }
        if all(of_rest.values()):
            made.append((f"the rest of {self.whole}", workings.printed_beside_the_rest, of_rest))
        beside = [(name, self._set_beside(name, function, given)) for name, function, given in made]
        return sorted(beside, key=lambda pair: -pair[1].value)

    def _set_beside(self, name: str, function: Callable, given: Mapping[str, PublishedFigure]) -> Figure:
        used = {"own": self.published[self._areas, "change_percent"], **given}
        values = {role: pd.DataFrame({"value": [float(f.value)]}) for role, f in used.items()}
        return replace(
            self._about(PRINTED_BESIDE, window_of(used["own"].period), other=name),
            status="published",
            caveats=(),
            value=function(**values),
            unit="%",
            **worked_out(tuple(r for role, f in used.items() for r in f.rows(role)), function),
        )


def did_it_work(data: RecordedCounts, *, intervention: str, catalogue: Catalogue, area: str) -> DidItWork:
    """Evaluate a row of ``interventions.csv`` on the counts of its indicator, as far as they are known; ``area`` is the whole.

    Where the method refuses the counts, the page says why. Refused: an intervention of another indicator.
    """
    row = catalogue.intervention(intervention)
    if row.indicator_id != data.indicator.id:
        raise ValueError(
            f"intervention {row.id!r} is about {row.indicator_id!r}, and the page about {data.indicator.id!r}. Name that."
        )
    if row.start > data.by_area.index[-1]:
        raise QuarterNotHeld(
            f"{row.title}: the first month is {periods.month_name(row.start)}, after the last of the data."
        )
    names = [*row.areas, *row.donors, *row.around]
    counts = data.by_area[[name for name in names if name in data.by_area]]
    first = max((column.first_valid_index() for _, column in counts.items()), default=counts.index[0])
    counts = counts.loc[first:]
    months = min(12, (counts.index[-1] - row.start).n + 1)
    asked = {
        "areas": row.areas,
        "around": row.around,
        "start": row.start,
        "months": months,
        "kind": data.indicator.counted,
    }
    caveats = catalogue.caveats(data.indicator.id, counts.index)
    whole = catalogue.area(data.area_set, row.areas[0]).parent
    windows = _windows(counts, row.start, months)
    found, problem = None, _why_not(counts, row, windows, catalogue.disclosure_rules.smallest_base)
    windows = () if problem else windows
    try:
        found = None if problem else evaluate_intervention(counts, caveats=caveats, **asked)
    except DataProblem as error:
        problem = str(error)
    plain = {
        "start": str(row.start),
        "caveats": plain_caveats(caveats),
        "made_of": {n: list(data.made_of[n]) for n in counts},
    }
    return DidItWork(
        row=row,
        whole=area,
        parts=tuple(a.name for a in catalogue.parts(data.area_set, whole)) if whole else (),
        data=data,
        months=counts.index,
        windows=windows,
        found=found,
        problem=problem,
        asked={name: list(v) if isinstance(v, tuple) else v for name, v in asked.items()} | plain,
        published=_printed_last(
            catalogue.published(data.indicator.id, as_at=data.as_at), wording.listed(row.areas)
        ),
    )


def _windows(counts: pd.DataFrame, start: pd.Period, months: int) -> tuple[Window, ...]:
    """Give the months looked at and the same months of up to four years before, as far as all the counts are there."""
    spans = [
        pd.period_range(start - 12 * back, periods=months, freq="M")
        for back in range(_YEARS_SHOWN - 1, -1, -1)
    ]
    held = [span for span in spans if counts.reindex(span).notna().all(axis=None)]
    return tuple(
        Window.twelve_months(s[-1]) if months == 12 else Window.of(periods.months_in_words(s), s)
        for s in held
    )


def _why_not(counts: pd.DataFrame, row: ListedIntervention, windows: tuple[Window, ...], base: int) -> str:
    """Say what keeps the page from evaluating anything before the method is asked; empty where nothing does."""
    if absent := [name for name in (*row.areas, *row.donors, *row.around) if name not in counts]:
        return f"there are no counts of {wording.listed(absent)}."
    for names in filter(None, (row.areas, row.donors, row.around)):
        if any(counts.loc[w.months, list(names)].sum().sum() < base for w in windows):
            return f"of fewer than {base} offences a year in {wording.listed(names)} nothing is printed."
    return ""


def _printed_last(figures: Iterable[PublishedFigure], area: str) -> dict[tuple[str, str], PublishedFigure]:
    """Give what was printed of all areas for the last period of which an area's change was, by area and measure."""
    figures = list(figures)
    printed = [f.period for f in figures if (f.area, f.measure) == (area, "change_percent")]
    return {(f.area, f.measure): f for f in figures if printed and f.period == printed[-1]}
