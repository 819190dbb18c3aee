"""The strategic assessment: all measures of a project put in order by several criteria, with a proposal of priorities.

Each criterion is read from what a card says already; what is worked out here is harm, the part of a count that lies in few areas, and the
order. A measure that lacks too many criteria has no place, and the page says what it lacks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.area_tables import load_group
from saferleeds_analysis.catalogue import Catalogue, Indicator, local_tables
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.methods.assessment import (
    Assessment,
    Criteria,
    SeverityWeight,
    assess,
    severity_weights,
)
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, bullets, heading, join, paragraph
from saferleeds_analysis.reporting.cases import CasesReport
from saferleeds_analysis.reporting.comparison import compare_area
from saferleeds_analysis.reporting.costs import CostReport
from saferleeds_analysis.reporting.counted import about_counts, worked_out
from saferleeds_analysis.reporting.gathered import Recorded, Result, Sources, result_of, results_of
from saferleeds_analysis.reporting.parts import PartsReport
from saferleeds_analysis.reporting.state import NO_CLEAR_CHANGE, State
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings.assessment import least_harm
from saferleeds_analysis.workings.counts import share

HARM = Measure(
    id="harm",
    words="harm, by severity weights",
    role="quality",
    formula="the count of twelve months times the severity weight of the offence; the least and the most where it may be of several",
    decimals=0,
)
SHARE_IN_FEW = Measure(
    id="share_in_tenth_with_most",
    words="share in the {number} {kind}s with most",
    role="percentage",
    formula="the counts of the tenth of areas with most, in per cent of the counts of all of them",
)
SCORE = Measure(
    id="assessment_score",
    words="score of the strategic assessment",
    role="quality",
    formula="the mean by weight of the part of other measures that it exceeds in each criterion; docs/methods/assessment.md",
    decimals=2,
)
ACCEPTABILITY = Measure(
    id="assessment_acceptability",
    words="part of all weightings under which it is among the first",
    role="quality",
    formula="of 4,000 weightings, each as likely as any other, the part under which it is among those proposed; docs/methods/assessment.md",
)
# What heads the column of each criterion.
_HEADS = {
    "volume": "In 12 months",
    "trend": "In a year",
    "harm": "Harm",
    "cost": "Valued at",
    "comparison": "Beside others",
    "concentration": "In few areas",
    "repeats": "Repeats",
}
# How pressing each word is: more than usual counts more than clear.
_CLEAR, _UNUSUAL = 1, 2
NO_CLEAR_DIFFERENCE = "no clear difference"
# A tenth of fewer areas is one, and says little.
_FEWEST_AREAS = 10


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a criterion says of a measure: how pressing it is (the more, the more), in words, and the figures that it rests on."""

    value: float
    words: str
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """A measure with what each criterion says of it, or why it says nothing."""

    indicator: Indicator
    state: State
    by: Mapping[str, Found | str]

    def found(self, criterion: str) -> Found | None:
        """Give what a criterion says; nothing where it could not be worked out."""
        said = self.by[criterion]
        return said if isinstance(said, Found) else None


@dataclass(frozen=True, kw_only=True)
class StrategicAssessment:
    """The measures of a project in the order of their scores; its methods give the blocks of the page."""

    area: str
    quarter: pd.Period
    assessed: Mapping[str, Assessed]
    order: Assessment
    criteria: Criteria
    left_out: tuple[str, ...]

    @property
    def _ranked(self) -> pd.DataFrame:
        return self.order.measures.dropna(subset="place")

    def title(self) -> Block:
        """Give what the page is about, and the proposal as its finding."""
        about = f"Strategic assessment, {self.area}, 12 months to {periods.month_name(periods.last_month(self.quarter))}"
        names = [self.assessed[name].indicator.name for name in self.order.proposed]
        if len(self._ranked) > self.criteria.proposed:
            finding = f"Proposed priorities: {wording.listed(names)}"
        else:
            said = wording.counted(len(names), "measures") if names else "No measure"
            finding = f"{said} can be ranked: too few to choose priorities from"
        return join(paragraph(about, css_class="eyebrow"), heading(1, finding))

    def proposal(self) -> Block:
        """Say of each measure that is proposed on what it rests, and under how many other weightings it would be proposed too."""
        lines = []
        for name in self.order.proposed:
            row = self.order.measures.loc[name]
            leads = [c for c in self.criteria.weights if row[c] == 1]
            best = f"highest of all in {wording.listed(leads)}" if leads else "highest in no criterion"
            lines.append(
                f"{self.assessed[name].indicator.name}: {best}. It is among the first {self.criteria.proposed} under "
                f"{wording.number(100 * row['acceptability'])}% of all weightings."
            )
        said = (
            "The order is a proposal by stated criteria. Which priorities are set is for the board to decide."
        )
        return join(bullets(lines or ["No measure is proposed."]), paragraph(said))

    def table(self) -> Block:
        """Set the measures side by side, those with a place first: what each criterion says, and the score."""
        used = [c for c in self.criteria.weights if any(one.found(c) for one in self.assessed.values())]
        rows, figures = [], []
        for name, row in self.order.measures.iterrows():
            one, ranked = self.assessed[name], name in self._ranked.index
            found = {c: one.found(c) for c in used}
            figures += [figure for said in found.values() if said for figure in said.figures]
            figures += self._scores(one, row) if ranked else []
            first = f" ({wording.number(100 * row['acceptability'])}%)" if ranked else ""
            score = f"{wording.number(row['score'], decimals=2)}{first}" if ranked else "none"
            place = f"{int(row['place'])}. " if ranked else ""
            cells = [said.words if said else "not known" for said in found.values()]
            rows.append([f"{place}{one.indicator.name}", *cells, score])
        return table(
            caption=f"Measures of {self.area} by score",
            columns=["Measure", *(_HEADS[c] for c in used), "Score"],
            rows=rows,
            text_columns=range(1, len(used) + 2),
            css_class="lists",
            figures=figures,
        )

    def not_known(self) -> Block:
        """Say what could not be worked out, each reason once with the measures that it is about."""
        reasons: dict[str, list[str]] = {}
        for one in self.assessed.values():
            for criterion, said in one.by.items():
                if isinstance(said, str):
                    reasons.setdefault(f"{criterion}: {said}", []).append(one.indicator.name)
        every = len(self.assessed)
        lines = [
            f"{wording.sentence(why)} {wording.sentence('every measure' if len(names) == every else wording.listed(names))}."
            for why, names in reasons.items()
        ]
        return bullets([*lines, *self.left_out] or ["Everything could be worked out."])

    def how(self) -> Block:
        """Say by which criteria and weights the order was made."""
        weights = [
            f"{c}: {wording.number(w, decimals=0 if w == int(w) else 1)}"
            for c, w in self.criteria.weights.items()
        ]
        lines = [
            f"Weights: {', '.join(weights)}. They are judgements: assessment.toml. In brackets: under how many of all weightings a measure "
            f"is among the first {self.criteria.proposed}.",
            f"A measure has a place where criteria of {wording.number(100 * self.criteria.share_needed)}% of all weights can be worked out for it.",
            "A score is the mean by weight of the part of the other measures that it exceeds; it says nothing of how much it exceeds them by.",
            "Harm is the count times the severity weight of the Office for National Statistics, which is made of courts' sentences; it knows nothing of what is not recorded. Where a count may hold offences of several weights, the middle of its range is put in order.",
            "Of a small count much lies in few areas even where nothing draws it there.",
            "A measure that holds another, as all crime holds burglary, is put in order beside it.",
        ]
        return bullets(lines)

    def _scores(self, one: Assessed, row: pd.Series) -> list[Figure]:
        about = {
            "indicator_id": one.indicator.id,
            "area": self.area,
            "window": Window.twelve_months(periods.last_month(self.quarter)),
            "status": "judgement",
        }
        share_of = 100 * float(row["acceptability"])
        return [
            Figure(**about, measure=SCORE, value=float(row["score"])),
            Figure(**about, measure=ACCEPTABILITY, value=share_of, unit="%"),
        ]


@dataclass(frozen=True, kw_only=True)
class _Page:
    """What the criteria of a page need besides a measure's own results."""

    catalogue: Catalogue
    sources: Sources
    reference: Path
    cost_of: Callable[[Indicator], CostReport]
    place: Mapping[str, Any]
    edition: str
    weights: Mapping[str, SeverityWeight] = field(default_factory=severity_weights)


def strategic_assessment(
    sources: Sources,
    *,
    catalogue: Catalogue,
    reference: Path,
    criteria: Criteria,
    cost_of: Callable[[Indicator], CostReport],
    area: str,
    quarter: pd.Period,
    as_at: date,
    edition: str,
    indicators: str = "",
) -> StrategicAssessment:
    """Assess the measures of a project over the twelve months to the end of a quarter.

    ``indicators`` are ids with commas between; without them, every indicator for which there is data. ``cost_of`` values an indicator's
    offences; ``reference`` holds the groups with which areas are compared.
    """
    at = {"area": area, "quarter": quarter, "as_at": as_at}
    results, reasons = results_of(indicators, sources, catalogue=catalogue, edition=edition, **at)
    page = _Page(
        catalogue=catalogue,
        sources=sources,
        reference=reference,
        cost_of=cost_of,
        place=at,
        edition=edition,
    )
    assessed = {}
    for name, found in results.items():
        indicator = catalogue.indicator(name)
        state = sources.state(found, indicator, edition=edition, area=area, quarter=quarter)
        by = {criterion: _SAYS[criterion](indicator, found, state, page) for criterion in criteria.weights}
        assessed[name] = Assessed(indicator=indicator, state=state, by=by)
    values = pd.DataFrame(
        {
            c: {n: one.found(c).value if one.found(c) else None for n, one in assessed.items()}
            for c in criteria.weights
        },
        dtype=float,
    )
    left_out = [f"{catalogue.indicator(n).name}: {wording.sentence(why)}" for n, why in reasons.items()]
    return StrategicAssessment(
        area=area,
        quarter=quarter,
        assessed=assessed,
        order=assess(values, criteria),
        criteria=criteria,
        left_out=tuple(left_out),
    )


# The criteria: each says how pressing a measure is by it, or why it cannot say


def _volume(indicator: Indicator, found: Result, state: State, page: _Page) -> Found | str:
    count = _part(state, "headline")
    months = None if count is None else count.window.months
    if count is None or count.measure.role != "count" or months is None or len(months) != 12:
        return "no count of twelve months is given."
    return Found(value=count.number, words=wording.number(count.number), figures=(count,))


def _trend(indicator: Indicator, found: Result, state: State, page: _Page) -> Found | str:
    moved = _part(state, "change")
    if moved is None or not state.interval:
        return "the change in a year cannot be tested."
    if indicator.improvement_direction == "neither":
        return "no way of moving is better."
    up = "later" in state.change if moved.number is None else moved.number > 0
    worse = 1 if up == (indicator.improvement_direction == "decrease") else -1
    how = 0 if state.change == NO_CLEAR_CHANGE else _UNUSUAL if "unusual" in state.change else _CLEAR
    return Found(value=worse * how, words=state.change, figures=(moved,))


def _harm(indicator: Indicator, found: Result, state: State, page: _Page) -> Found | str:
    if not isinstance(found, Recorded):
        return "only recorded offences have one."
    if not indicator.offence_codes:
        return "no code of an offence is named (offence_codes in indicators.toml), and a class of several has no severity weight."
    rows = [page.weights[code] for code in indicator.offence_codes if code in page.weights]
    if len(rows) < len(indicator.offence_codes):
        return "not every code that is named has a severity weight."
    count = found.card.headline.later
    if count is None:
        return "the count is not known."
    low, high = (end(row.weight for row in rows) for end in (min, max))
    window = found.card.latest
    places = tuple(place for row in rows for place in row.rows("weights"))
    figure = Figure(
        measure=HARM,
        area=page.place["area"],
        window=window,
        value=count * low,
        **about_counts(found.card.data)
        | worked_out(
            (*found.card.data.rows(page.place["area"], window.months, role="counts"), *places), least_harm
        ),
        **({} if low == high else {"lower": count * low, "upper": count * high}),
    )
    words = wording.number(count * low)
    return Found(
        value=count * (low + high) / 2,
        words=words if low == high else f"{words} to {wording.number(count * high)}",
        figures=(figure,),
    )


def _cost(indicator: Indicator, found: Result, state: State, page: _Page) -> Found | str:
    if not isinstance(found, Recorded):
        return "only recorded offences have one."
    report = page.cost_of(indicator)
    if report.later is None:
        return "no edition of unit costs is used that values it; its page of costs says why."
    amount = float(report.later.amount)
    return Found(value=amount, words=wording.pounds(amount), figures=(report.value_figure(),))


def _comparison(indicator: Indicator, found: Result, state: State, page: _Page) -> Found | str:
    better_up = indicator.improvement_direction == "increase"
    if isinstance(found, PartsReport) and found.gap is not None:
        words = found.gap_in_words()
        above = {"Higher": 1, "Lower": -1}.get(words.partition(":")[0], 0)
        return Found(value=-above if better_up else above, words=words, figures=tuple(found.gap_figures()))
    for path in local_tables(page.reference, "group_*.csv"):
        group = load_group(path.stem.removeprefix("group_"), page.reference)
        rows = group[(group["measure"] == indicator.name) & (group["known_from"] <= page.place["as_at"])]
        if page.place["area"] not in set(rows["area"]):
            continue
        latest = max(rows["period"].astype(str))
        beside = compare_area(
            rows,
            catalogue=page.catalogue,
            indicator=indicator.id,
            measure=indicator.name,
            period=latest,
            **page.place,
        )
        word = str(beside.found.averages.iloc[0]["word"])
        if word not in ("above", "below", NO_CLEAR_DIFFERENCE):
            return f"the difference from the average of {rows['group'].iloc[0]} cannot be tested."
        value = {"above": 1, "below": -1}.get(word, 0)
        of = f"{'' if value else 'from '}the average of {rows['group'].iloc[0]}, {latest}"
        return Found(value=-value if better_up else value, words=f"{word} {of}")
    return "nothing stands beside it in a group_*.csv of data/raw/reference, or by beside in indicators.toml."


def _concentration(indicator: Indicator, found: Result, state: State, page: _Page) -> Found | str:
    if not isinstance(found, Recorded) or not found.card.parts:
        return "there is no count by area."
    kind, positions = max(found.card.parts.items(), key=lambda item: len(item[1]))
    counts = {p.area: p.later for p in positions}
    if len(counts) < _FEWEST_AREAS or None in counts.values() or not sum(counts.values()):
        return f"not all counts by {kind} are known."
    most = sorted(counts, key=counts.get, reverse=True)[: ceil(len(counts) / 10)]
    part = 100 * sum(counts[name] for name in most) / sum(counts.values())
    data, months = found.card.data, found.card.latest.months
    rows = [
        row
        for role, names in {"counts": most, "whole": counts}.items()
        for name in names
        for row in data.rows(name, months, role=role)
    ]
    figure = Figure(
        measure=SHARE_IN_FEW,
        qualifiers={"number": len(most), "kind": kind},
        area=page.place["area"],
        window=found.card.latest,
        value=part,
        unit="%",
        **about_counts(data) | worked_out(tuple(rows), share),
    )
    return Found(
        value=part,
        words=f"{wording.percent(part)} in {len(most)} of {wording.counted(len(counts), f'{kind}s')}",
        figures=(figure,),
    )


def _repeats(indicator: Indicator, found: Result, state: State, page: _Page) -> Found | str:
    if isinstance(found, CasesReport):
        if (figure := found.repeat_share()) is None:
            return "how many cases are repeats is not known."
        return Found(value=figure.number, words=wording.percent(figure.number), figures=(figure,))
    if not indicator.repeats:
        return "no indicator says how many are repeats (repeats in indicators.toml)."
    other = page.catalogue.indicator(indicator.repeats)
    try:
        its = result_of(other, page.sources, catalogue=page.catalogue, edition=page.edition, **page.place)
    except DataProblem as problem:
        return " ".join(str(problem).split())
    place = {name: page.place[name] for name in ("area", "quarter")}
    level = _part(page.sources.state(its, other, edition=page.edition, **place), "headline")
    if level is None:
        return f"{other.name} is not known."
    return Found(
        value=level.number, words=f"{wording.percent(level.number)} ({level.period})", figures=(level,)
    )


def _part(state: State, part: str) -> Figure | None:
    return next((figure for figure in state.figures if figure.measure.part == part), None)


_SAYS: Mapping[str, Callable[[Indicator, Result, State, _Page], Found | str]] = {
    "volume": _volume,
    "trend": _trend,
    "harm": _harm,
    "cost": _cost,
    "comparison": _comparison,
    "concentration": _concentration,
    "repeats": _repeats,
}
