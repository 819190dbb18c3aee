"""Checks of a quarter's data and pages before they are published: the rules, on results.

Every rule takes a :class:`Check` (its level, its words and its numbers, from ``national/data_checks.toml``) and what it
looks at, and gives a :class:`CheckResult`: how many things it looked at and what it found. A rule that had nothing to look
at says so and is never shown as passed. Files are read elsewhere.
"""

import math
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial, wraps
from itertools import pairwise
from typing import Any, Literal

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, PublishedFigure
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.intake import Action, RecordedCounts, Source
from saferleeds_analysis.methods import feasibility, seasonal
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.published import check_published, period_in_words
from saferleeds_analysis.reporting.season import adjust_areas, breaks_from, complete

LEVELS = ("blocking", "warning")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a check found: ``where`` it stands (file or page, and row), ``what`` it is, and the ``cure``."""

    level: Literal["blocking", "warning"]
    check: str
    where: str
    what: str
    cure: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check as it is agreed: whether it blocks, what it means in words, what to do, and the numbers of its rule."""

    id: str
    title: str
    level: Literal["blocking", "warning"]
    meaning: str
    cure: str
    settings: Mapping[str, float | list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a level that is none of the two."""
        if self.level not in LEVELS:
            raise ValueError(f"check {self.id!r}: level is 'blocking' or 'warning', not {self.level!r}.")

    def result(
        self,
        looked_at: int,
        found: Iterable[tuple[str, str]],
        *,
        not_looked_at: Iterable[tuple[str, str]] = (),
    ) -> "CheckResult":
        """Give the result of this check: how many things were looked at, and pairs of where and what.

        ``not_looked_at`` are pairs of what the rule could not judge and why.
        """
        findings = tuple(
            Finding(level=self.level, check=self.id, where=where, what=what, cure=self.cure)
            for where, what in found
        )
        return CheckResult(
            check=self, looked_at=looked_at, findings=findings, not_looked_at=tuple(not_looked_at)
        )


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a check looked at (``looked_at`` things), what it found, and what it could not judge and why."""

    check: Check
    looked_at: int
    findings: tuple[Finding, ...]
    not_looked_at: tuple[tuple[str, str], ...] = ()

    @property
    def outcome(self) -> str:
        """Say in words how the check came out; a check without anything to look at has not passed."""
        if self.findings:
            return "stops sign-off" if self.check.level == "blocking" else "to be looked at"
        return "passed" if self.looked_at else "nothing to check"


@dataclass(frozen=True, kw_only=True)
class PublishedPage:
    """A page of the pack, as the checks read it: its words, its notice, its figures and the parameters it was run with."""

    report: str
    title: str
    notice: str
    text: str
    figures: tuple[Figure, ...]
    parameters: Mapping[str, object]
    has_commentary: bool = False

    @property
    def is_of_a_later_document(self) -> bool:
        """Say whether the page tells its reader that it is made from a document later than the pack."""
        return "later than this pack" in self.notice.casefold()


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give the findings that stop the sign-off of a pack."""
    return tuple(finding for finding in findings if finding.level == "blocking")


# What a rule gives for each thing that it looks at: where it stands, and what is wrong there, empty where nothing is.
_Judged = Iterator[tuple[str, str]]


def _rule(judge: Callable[..., _Judged]) -> Callable[..., CheckResult]:
    """Make a rule of a generator: everything that it judges was looked at, and what is wrong is found."""
    # The rule takes its types from the generator, but gives a result.
    judge.__annotations__["return"] = CheckResult

    @wraps(judge)
    def rule(check: Check, *of: Any, **about: Any) -> CheckResult:
        judged = list(judge(check, *of, **about))
        return check.result(len(judged), [(where, what) for where, what in judged if what])

    return rule


# Of the data


def completeness(
    check: Check,
    *,
    expected: Sequence[str],
    pages: Sequence[PublishedPage],
    counts: Sequence[RecordedCounts],
    quarter: pd.Period,
    problems: Sequence[tuple[str, str]] = (),
    without_data: Mapping[str, str] | None = None,
) -> CheckResult:
    """Find reports that are not there, months that are missing, and sources that end before the quarter does.

    ``without_data`` are the reports whose data do not hold the quarter, with the reason: there is nothing to look at.
    ``problems`` are pairs of indicator and message for data that could not be read at all.
    """
    made, last = {page.report for page in pages}, periods.last_month(quarter)
    left_out = {name: why for name, why in (without_data or {}).items() if name not in made}
    expected = [name for name in expected if name not in left_out]
    found = [
        (name, "the report is on the run list of this quarter and is not published")
        for name in expected
        if name not in made
    ]
    found += problems
    for data in counts:
        ends = data.series(_whole(data)).dropna().index.max()
        if ends < last:
            found.append(
                (
                    data.source.title,
                    f"ends with {periods.month_name(ends)}; the quarter ends with {periods.month_name(last)}",
                )
            )
        for area in data.by_area.columns:
            series = data.series(area)
            gaps = series.index[series.isna() & (series.index <= ends)]
            if len(gaps):
                found.append(
                    (f"{data.indicator.name}, {area}", f"no count for {periods.months_in_words(gaps)}")
                )
    looked_at = len(expected) + sum(len(d.by_area.columns) for d in counts)
    return check.result(looked_at, found, not_looked_at=left_out.items())


@_rule
def additivity(check: Check, counts: Sequence[RecordedCounts], catalogue: Catalogue) -> _Judged:
    """Find months in which a whole is less than its parts, or more by a larger share than is declared unknown."""
    share = check.settings["share_of_unknown_places"]
    for data in counts:
        for area in data.by_area.columns:
            parts = [p.name for p in catalogue.parts(data.area_set, area)]
            if not parts or not set(parts) <= set(data.by_area.columns):
                continue
            both = pd.DataFrame(
                {"own": data.by_area[area], "parts": data.by_area[parts].sum(axis=1, skipna=False)}
            ).dropna()
            for month, own, total in both.itertuples():
                gap = own - total
                yield (
                    f"{data.indicator.name}, {area}, {periods.month_name(month)}",
                    f"{wording.counted(own, data.indicator.unit)}, but its {len(parts)} parts add up to "
                    f"{wording.number(total)} ({wording.signed(gap)})"
                    if gap < 0 or gap > share * own
                    else "",
                )


@_rule
def part_months(check: Check, counts: Sequence[RecordedCounts]) -> _Judged:
    """Find a last month so low that it may be a part of a month."""
    for data in counts:
        area = _whole(data)
        series = data.series(area).dropna()
        if len(series) < 25:
            continue
        last, before = series.iloc[-1], series.get(series.index[-1] - 12)
        low = before and last < check.settings["lowest_share"] * before and last < series.iloc[:-1].min()
        yield (
            f"{data.indicator.name}, {area}, {periods.month_name(series.index[-1])}",
            f"{wording.counted(last, data.indicator.unit)}, the lowest month of the series, against "
            f"{wording.number(before)} a year before: it may be a part of a month"
            if low
            else "",
        )


def sudden_breaks(check: Check, counts: Sequence[RecordedCounts], catalogue: Catalogue) -> CheckResult:
    """Find months from which a whole or a part directly below it stays on another level, without a caveat that explains it.

    The test is X-13's for level shifts, with the breaks that the caveats know as regressors. Series that it cannot adjust
    are named with the reason: nobody must take them for series without a break.
    """
    looked, found, left = 0, [], []
    around, smallest = check.settings["months_around"], check.settings["smallest_change_percent"]
    for data in counts:
        caveats = catalogue.caveats(data.indicator.id, data.by_area.index)
        starts = [c.start for c in caveats if c.start is not None]
        whole = _whole(data)
        below = [p.name for p in catalogue.parts(data.area_set, whole) if p.name in data.by_area.columns]
        adjust = partial(_adjusted, data, breaks=breaks_from(caveats))
        # Where the wards lie directly below the whole, there are dozens of runs of the program.
        with ThreadPoolExecutor(os.cpu_count()) as several:
            adjustments = list(several.map(adjust, (whole, *below)))
        for area, adjusted in zip((whole, *below), adjustments, strict=True):
            if not isinstance(adjusted, seasonal.SeasonalAdjustment):
                left.append((f"{data.indicator.name}, {area}", str(adjusted).splitlines()[0]))
                continue
            looked += 1
            series = complete(data.series(area))
            for effect in adjusted.outliers:
                if not effect.automatic or not effect.name.lower().startswith("ls"):
                    continue
                month = _month_of(effect.name)
                by = _change_percent(effect.estimate, adjusted.decomposition, series)
                if abs(by) < smallest or any(abs((month - start).n) <= around for start in starts):
                    continue
                found.append(
                    (
                        f"{data.indicator.name}, {area}, {periods.month_name(month)}",
                        f"from this month the level is {wording.percent(by, signed=True)} against the months before "
                        f"(t {wording.number(effect.t_value, decimals=1)}), and no caveat explains it",
                    )
                )
    return check.result(looked, found, not_looked_at=left)


def residual_season(check: Check, counts: Sequence[RecordedCounts], catalogue: Catalogue) -> CheckResult:
    """Find adjusted series that still have a season: of a whole, and of every area below it that borrows its pattern.

    All series of the pack are tested together, so that dozens of wards do not raise an alarm by their number.
    """
    found, left = [], []
    for data in counts:
        whole, caveats = _whole(data), catalogue.caveats(data.indicator.id, data.by_area.index)
        try:
            own, below = adjust_areas(
                data.by_area, whole=whole, of=data, catalogue=catalogue, caveats=caveats
            )
        except DataProblem as problem:
            left.append((f"{data.indicator.name}, {whole}", str(problem).splitlines()[0]))
            continue
        series = [own, *(area for areas in below.values() for area in areas.values())]
        found += [(f"{data.indicator.name}, {of.observed.name}", of) for of in series if of.identifiable]
    tested = seasonal.residual_season(of for _, of in found).assign(where=[where for where, _ in found])
    named = tested[tested["false_discovery"] < check.settings["false_discovery"]]
    said = "the adjusted months still differ by season ({} test, p = {:.1g})"
    return check.result(
        len(tested),
        [(row.where, said.format(row.test, row.p_value)) for row in named.itertuples()],
        not_looked_at=left,
    )


def _adjusted(
    data: RecordedCounts, area: str, *, breaks: Sequence[seasonal.Break]
) -> seasonal.SeasonalAdjustment | DataProblem | ValueError:
    """Adjust an area's series, or give why it cannot be adjusted."""
    try:
        return seasonal.seasonally_adjust(complete(data.series(area)), breaks=breaks)
    except (DataProblem, ValueError) as problem:
        return problem


def lateness(check: Check, sources: Sequence[Source], *, as_at: date) -> CheckResult:
    """Find sources, of counts or of respondents, that were received after the day on which the pack is read."""
    stated = [source for source in sources if source.received is not None]
    return check.result(
        len(stated),
        [
            (
                source.title,
                f"was received on {periods.day_name(source.received)}; the pack is read as at {periods.day_name(as_at)}",
            )
            for source in stated
            if source.received > as_at
        ],
        not_looked_at=[
            (source.title, "its source.toml does not state received")
            for source in sources
            if source.received is None
        ],
    )


@_rule
def actions_told(check: Check, actions: Sequence[Action], *, quarter: pd.Period, as_at: date) -> _Judged:
    """Find actions that are late, and those of which nobody has told in the quarter."""
    for action in actions:
        wrong = []
        if action.told_of != quarter:
            wrong.append(
                f"stood as {action.state} in {action.quarter}, and no row tells of {periods.quarter_name(quarter)}"
            )
        if action.is_late(as_at):
            due = f", due on {periods.day_name(action.due)}" if action.due else ""
            wrong.append(f"is late{due}; {action.owner or action.organisation or 'nobody'} answers for it")
        yield f"data/raw/actions, {action.id} ({action.what})", "; ".join(wrong)


def commentary_received(check: Check, received: Mapping[str, str]) -> CheckResult:
    """Find priorities without commentary; ``received`` gives by the indicator's name its status, empty where there is none."""
    found = [
        (
            f"data/raw/commentary, {indicator}",
            f"the commentary is a {status}" if status else "no commentary has come",
        )
        for indicator, status in received.items()
        if status != "final"
    ]
    return check.result(len(received), found)


# Of published figures


@_rule
def published_pairs(check: Check, figures: Iterable[PublishedFigure]) -> _Judged:
    """Find published percentages that no whole number gives, with the count or the difference printed beside them."""
    beside: dict[tuple, dict[str, list[PublishedFigure]]] = defaultdict(lambda: defaultdict(list))
    for f in figures:
        beside[f.indicator_id, f.area, f.period][f.measure].append(f)
    for (_, area, period), measures in beside.items():
        for percentage in measures["change_percent"]:
            for other in (*measures["count"], *measures["change_count"]):
                # Two sources may round or count in two ways: a pair is what one source prints.
                whole = other.value == int(other.value)
                if other.source != percentage.source or not whole or not percentage.value:
                    continue
                number, change = int(other.value), str(percentage.value)
                possible = (
                    feasibility.earlier_counts_behind(later=number, printed_change=change)
                    if other.measure == "count"
                    else feasibility.earlier_counts_behind_difference(
                        difference=number, printed_change=change
                    )
                )
                yield (
                    f"published figures, {area}, {period_in_words(period)}",
                    ""
                    if possible
                    else f"{other.printed_as} and {percentage.printed_as}: no whole number a year before gives both "
                    f"({percentage.source})",
                )


@_rule
def published_reproduced(
    check: Check, counts: Sequence[RecordedCounts], catalogue: Catalogue, *, as_at: date
) -> _Judged:
    """Find published figures that the data do not give."""
    for data in counts:
        for one in check_published(catalogue.published(data.indicator.id, as_at=as_at), data.by_area):
            yield (
                f"published figures, {one.figure.area}, {one.window}",
                ""
                if one.agrees
                else f"{one.measure}: published {one.figure.printed_as}, from the data {one.ours}. {one.reason}",
            )


@_rule
def falling_totals(check: Check, figures: Iterable[PublishedFigure], names: Mapping[str, str]) -> _Judged:
    """Find counts of a financial year so far that are below the count to an earlier month of the same year.

    Periods are written ``2013/14 Apr-Dec`` for a part of a year and ``2013/14`` for the whole of it; ``names`` are those of
    the indicators.
    """
    by_year: dict[tuple, list[tuple[int, PublishedFigure]]] = defaultdict(list)
    for f in figures:
        if f.measure == "count" and (months := _months_so_far(f.period)):
            by_year[f.indicator_id, f.area, f.period[:7], f.source].append((months, f))
    for (indicator, area, _, _), totals in by_year.items():
        totals.sort(key=lambda pair: pair[0])
        for (n, earlier), (m, later) in pairwise(totals):
            if n == m:
                continue
            yield (
                f"published figures, {names.get(indicator, indicator)}, {area}, {later.period}",
                f"{wording.number(later.value)}, after {wording.number(earlier.value)} for {earlier.period} "
                f"({wording.signed(int(later.value - earlier.value))})"
                if later.value < earlier.value
                else "",
            )


@_rule
def equal_neighbours(
    check: Check,
    figures: Iterable[PublishedFigure],
    counts: Sequence[RecordedCounts],
    names: Mapping[str, str],
) -> _Judged:
    """Find two equal counts in a row: in published quarters, and in the last months of a whole."""
    smallest, back = int(check.settings["smallest_count"]), int(check.settings["months_back"])
    series: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for f in figures:
        if f.measure == "count" and re.fullmatch(r"\d{4}/\d{2} Q[1-4]", f.period):
            series[f"published figures, {names.get(f.indicator_id, f.indicator_id)}, {f.area}"].append(
                (f.period, int(f.value))
            )
    for data in counts:
        area = _whole(data)
        months = data.series(area).dropna().iloc[-back:]
        series[f"{data.indicator.name}, {area}"] = [(str(m), int(n)) for m, n in months.items()]
    for where, row in series.items():
        for (before, n), (after, m) in pairwise(sorted(row)):
            equal = n == m >= smallest
            yield where, f"{wording.number(n)} in {before} and again in {after}" if equal else ""


# Of the pages


def period_agreement(
    check: Check, pages: Sequence[PublishedPage], *, quarter: pd.Period, as_at: date
) -> CheckResult:
    """Find pages that were run for another quarter or day, or that print another review period."""
    name, found = periods.quarter_name(quarter), []
    for page in pages:
        ran = (page.parameters.get("quarter"), page.parameters.get("as_at"))
        if ran != (name, as_at.isoformat()):
            found.append(
                (
                    page.report,
                    f"was run for {ran[0]} as at {ran[1]}, not for {name} as at {as_at.isoformat()}",
                )
            )
        if page.is_of_a_later_document:
            continue
        others = sorted(set(re.findall(r"\b\d{4}/\d{2} Q[1-4]\b", page.title)) - {name})
        if others:
            found.append((page.report, f"its title names {', '.join(others)}"))
        for text in re.findall(r"Review period\W+([A-Z][a-z]+ to [A-Z][a-z]+ \d{4})", page.text):
            if text != periods.review_period(quarter):
                found.append(
                    (page.report, f"its review period is {text}, not {periods.review_period(quarter)}")
                )
    return check.result(len(pages), found)


@_rule
def nothing_later(check: Check, pages: Sequence[PublishedPage], *, as_at: date) -> _Judged:
    """Find figures of periods that began after the as-at day and that are not said to be expected."""
    expected = check.settings["expected_of_the_future"]
    for page in pages:
        for figure in page.figures:
            if not figure.window.first:
                continue
            later = periods.month(figure.window.first).start_time.date() > as_at
            amiss = later and not page.is_of_a_later_document and figure.measure.role not in expected
            yield page.report, f"{figure.place}: {figure.value}" if amiss else ""


def implausible_years(check: Check, pages: Sequence[PublishedPage], *, as_at: date) -> CheckResult:
    """Find years that no page of this pack can mean."""
    first, last = int(check.settings["first_year"]), as_at.year + int(check.settings["years_ahead"])
    months = "|".join(pd.Timestamp(2000, m, 1).strftime("%B") for m in range(1, 13))
    looked, found = 0, []
    for page in pages:
        # A year is a number of four digits after a month, or the first of a financial year.
        for words, year in re.findall(rf"((?:\b(?:{months}) |\b)(\d{{4}})(?:/\d\d)?)\b", page.text):
            if "/" not in words and " " not in words:
                continue
            looked += 1
            if not first <= int(year) <= last:
                found.append((page.report, f"{words.strip()}: a year outside {first} to {last}"))
    return check.result(looked, list(dict.fromkeys(found)))


@_rule
def printed_sums(check: Check, pages: Sequence[PublishedPage], catalogue: Catalogue) -> _Judged:
    """Find pages on which the twelve-month counts of the parts of an area do not add up to its own."""
    for page in pages:
        values: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for figure in page.figures:
            if _is_own(figure, "count") and figure.number is not None:
                values[figure.indicator_id, figure.period][figure.area] = int(figure.number)
        for (indicator, period), by_area in values.items():
            area_set = catalogue.indicator(indicator).area_set
            for area in [a.name for a in catalogue.areas(area_set) if a.name in by_area]:
                parts = [p.name for p in catalogue.parts(area_set, area)]
                if not parts or not set(parts) <= by_area.keys():
                    continue
                own, total = by_area[area], sum(by_area[part] for part in parts)
                yield (
                    f"{page.report}, {area}, {period}",
                    f"{wording.number(own)} printed; its parts add up to {wording.number(total)}"
                    if own != total
                    else "",
                )


@_rule
def percentage_and_count(check: Check, pages: Sequence[PublishedPage]) -> _Judged:
    """Find changes whose printed percentage and difference do not belong to one pair of whole numbers."""
    for page in pages:
        rows: dict[tuple, dict[str, float | None]] = defaultdict(dict)
        for figure in page.figures:
            if _is_own(figure, "count") or _is_own(figure, "change"):
                is_share = figure.measure.role == "change" and figure.unit in ("%", "per cent")
                name = "%" if is_share else figure.measure.role
                rows[figure.indicator_id, figure.area, figure.period][name] = figure.number
        for (_, area, period), held in rows.items():
            difference, percentage, later = held.get("change"), held.get("%"), held.get("count")
            if difference is None or percentage is None:
                continue
            if later is not None:
                earlier = later - difference
            else:
                earlier = round(100 * difference / percentage) if percentage else 0
            possible = earlier > 0 and abs(100 * difference / earlier - percentage) < 1e-6
            possible = possible or difference == 0 == percentage
            printed = f"{wording.signed(difference)} and {wording.percent(percentage, signed=True)}"
            yield f"{page.report}, {area}, {period}", "" if possible else f"{printed} do not belong together"


# Reading what is printed


def _is_own(figure: Figure, role: str) -> bool:
    """Say whether a figure is the indicator's own count of twelve months, or the change of it."""
    months = figure.window.months
    return figure.measure.own and figure.measure.role == role and months is not None and len(months) == 12


def _whole(data: RecordedCounts) -> str:
    """Give the area that is part of no other area with data: the first column, as wholes come first."""
    return data.by_area.columns[0]


def _month_of(outlier: str) -> pd.Period:
    """Read the month of an outlier as X-13 names it: ``LS2012.Feb`` or ``ls2012.2``."""
    year, month = re.fullmatch(r"[a-z]+(\d{4})\.(\w+)", outlier.lower()).groups()
    return pd.Period(f"{year}-{month}" if month.isdigit() else pd.Timestamp(f"1 {month} {year}"), freq="M")


def _change_percent(estimate: float, decomposition: str, series: pd.Series) -> float:
    if decomposition == "additive":
        return 100 * estimate / float(series.mean())
    return 100 * (math.exp(estimate) - 1)


def _months_so_far(period: str) -> int | None:
    """Give how many months of a financial year a period holds, from its April on; ``None`` for other periods."""
    if re.fullmatch(r"\d{4}/\d{2}", period):
        return 12
    found = re.fullmatch(r"\d{4}/\d{2} Apr-(\w{3})", period)
    return (pd.Timestamp(f"1 {found[1]} 2000").month - 4) % 12 + 1 if found else None
