"""The quarter on one side of A4, for members of the council: what each measure says, how sure that is, where it is heading.

Everything is taken from the same results as the cards. A measure that cannot be made is named with the reason.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, Indicator, Project
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.figures import Measure
from saferleeds_analysis.intake import RecordedCounts
from saferleeds_analysis.methods.survey_trends import ON_WINDOW_BEFORE
from saferleeds_analysis.methods.trajectory import Projection
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import counted, services, wording
from saferleeds_analysis.reporting.blocks import (
    Block,
    Figure,
    Group,
    Span,
    bullets,
    facts,
    heading,
    join,
    letter,
    paragraph,
)
from saferleeds_analysis.reporting.cards import TARGET, ReportCard
from saferleeds_analysis.reporting.gathered import Recorded, Result, Sources, result_of, results_of
from saferleeds_analysis.reporting.outlook import Outlook
from saferleeds_analysis.reporting.printed_surveys import PrintedSurvey
from saferleeds_analysis.reporting.published import when_printed
from saferleeds_analysis.reporting.services import ServiceCounts
from saferleeds_analysis.reporting.state import COLOURS, state_of
from saferleeds_analysis.reporting.survey_words import change_in_short, how_sure
from saferleeds_analysis.reporting.surveys import SurveyReport
from saferleeds_analysis.reporting.tables import interval
from saferleeds_analysis.reporting.year_figures import CHANCE, PROJECTED_YEAR_END, RAG_LETTER

AS_REPORTED_BEFORE = Measure(
    id="twelve_month_count_as_reported",
    words="twelve_month_count, as reported the quarter before",
    role="count",
    formula="the sum of the twelve monthly counts of the area, of the data of the quarter before",
    decimals=0,
)
# What the sentences name: of a card, and of a service.
_OF_CARD = (
    RAG_LETTER,
    counted.TWELVE_MONTH_COUNT,
    AS_REPORTED_BEFORE,
    counted.CHANGE_COUNT,
    counted.CHANGE_PERCENT,
    TARGET,
    PROJECTED_YEAR_END,
    CHANCE,
)
_OF_SERVICE = (
    services.QUARTERLY_COUNT,
    services.LAST_YEARS_TOTAL,
    counted.CHANGE_COUNT,
    counted.CHANGE_PERCENT,
    services.YEAR_TO_DATE,
    services.PROJECTED_YEAR_END,
)


_KEY = (
    "G, A and R: on course for the target, at risk, off course, or as the board judges it where that is said. N: not rated, since no target is recorded. A 95% interval is "
    'made so that it holds the true figure 19 times in 20. "No clear change": if nothing had changed, as large a difference would come once in 20 times or more often.'
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One measure in four sentences and a letter; ``label`` says what kind of data it is, where that must be known."""

    name: str
    letter: str
    label: str
    what: str
    sure: str
    outlook: str
    since: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class MembersSummary:
    """The quarter in one area on one side of A4; its methods give the blocks of the page."""

    project: Project
    area: str
    quarter: pd.Period
    items: tuple[Item, ...]
    gaps: tuple[str, ...]

    def title(self) -> Block:
        """Give the page's one first-level heading."""
        quarter = periods.quarter_name(self.quarter)
        return heading(1, f"{self.project.organisation}, {quarter}: summary for members")

    def measures(self) -> Block:
        """Give each measure under its name and letter: what it says, how sure that is, the outlook, the last quarter."""
        return join(*[self._item(item) for item in self.items], paragraph(_KEY, css_class="small"))

    def late_or_missing(self) -> Block:
        """Say what is late or missing: measures, months, partners' words."""
        return bullets(self.gaps or ["Nothing is late or missing."], kind="late")

    def where_to_ask(self) -> Block:
        """Say whom to ask."""
        return paragraph(
            f"Ask the {self.project.contact}. The reports beside this one have the charts, the areas, what partners say, "
            "the methods and the sources."
        )

    def _item(self, item: Item) -> Block:
        lines = [
            ("What", item.what),
            ("How sure", item.sure),
            ("Outlook", item.outlook),
            ("Since last quarter", item.since),
        ]
        colour = Span(COLOURS[item.letter], kind="rag-word")
        label = [" ", Span(f"({item.label})", kind="label")] if item.label else []
        name = heading(3, f"{item.name} ", letter(item.letter), " ", colour, *label)
        return Group(blocks=(name, facts(lines, kind="", figures=item.figures)), kind="measure")


def members_summary(
    sources: Sources,
    *,
    catalogue: Catalogue,
    project: Project,
    area: str,
    quarter: pd.Period,
    as_at: date,
    indicators: str = "",
) -> MembersSummary:
    """Gather the measures of a quarter for members.

    ``indicators`` are ids with commas between; without them, every indicator of the catalogue for which there is data, in
    its order. A named one that cannot be made is said to be missing, with the reason. Where none can be made, there is no
    summary: the reasons are refused, as a quarter that is not held where that is all of them.
    """
    at = {"area": area, "quarter": quarter, "as_at": as_at}
    results, reasons = results_of(indicators, sources, catalogue=catalogue, **at)
    items, gaps, late = [], [], defaultdict(list)
    for name, found in results.items():
        indicator = catalogue.indicator(name)
        item = _item_of(found, indicator, sources, catalogue=catalogue, **at)
        items.append(_as_judged(item, indicator, sources, area=area, quarter=quarter))
        received = _received(found)
        if received is not None and received > as_at:
            late[received].append(indicator.name)
        gaps += _gaps_of_words(indicator, sources, as_at)
    gaps += [f"{catalogue.indicator(name).name}: no figures. {reason}" for name, reason in reasons.items()]
    if late:
        came = "; ".join(f"{wording.listed(names)} on {periods.day_name(day)}" for day, names in late.items())
        gaps.insert(0, f"The data were received after {periods.day_name(as_at)}: {came}.")
    return MembersSummary(project=project, area=area, quarter=quarter, items=tuple(items), gaps=tuple(gaps))


def _item_of(found: Result, indicator: Indicator, sources: Sources, *, quarter: pd.Period, **at: Any) -> Item:
    """Make an indicator's item; recorded counts are set beside what was known of them a quarter ago."""
    match found:
        case ServiceCounts():
            return _of_service(found)
        case SurveyReport():
            return _of_survey(found)
        case PrintedSurvey():
            return _of_print(found)
    earlier = quarter - 1
    ended = periods.last_month(earlier).end_time.date()
    try:
        before = result_of(indicator, sources, **at | {"quarter": earlier, "as_at": ended})
    except DataProblem:
        before = None
    return _of_card(*found, before)


def _received(found: Result) -> date | None:
    """Give the day on which an indicator's data were received, where it has data of its own."""
    match found:
        case Recorded(card=card):
            return card.data.source.received
        case SurveyReport():
            return found.responses.source.received
        case ServiceCounts(monthly=RecordedCounts() as monthly):
            return monthly.source.received
    return None


def _of_card(card: ReportCard, outlook: Outlook, before: Recorded | None) -> Item:
    at, unit = card.headline, card.indicator.unit
    letter = _letter(outlook)
    figures = [*outlook.progress().figures, *card.findings().figures, *outlook.findings().figures]
    if at.later is None:
        what, sure = f"No 12-month figure can be given: {card.findings().text}", "Not known."
    elif at.change is None:
        what = f"{wording.number(at.later)} {unit} in the {card.window}. The 12 months before are not all in the data."
        sure = "No change can be given."
    else:
        what = (
            f"{wording.number(at.later)} {unit} in the {card.window}: {wording.change_in_short(at.change)}."
        )
        sure = wording.how_sure(at.change)
    since = "There is no report of the quarter before to compare with."
    if before is not None:
        since, more = _since(card, letter, *before)
        figures += more
    return Item(
        name=card.indicator.name,
        letter=letter,
        label=card.label.removeprefix(". "),
        what=what,
        sure=sure,
        outlook=_outlook_of_card(outlook),
        since=since,
        figures=_kept(figures, card.area.name, _OF_CARD),
    )


def _outlook_of_card(outlook: Outlook) -> str:
    if outlook.projection is None:
        return outlook.progress().text.split(". ", 1)[-1]
    p = outlook.projection
    text = f"{_projected(p)}."
    if p.chances:
        chance = p.chances[-1]
        text += (
            f" The chance of meeting the target, {chance.target.comparison} {wording.number(chance.target.value)}, is "
            f"{wording.chance_percent(chance.probability)}: {outlook.in_words(chance.probability)}."
        )
    return text


def _projected(p: Projection) -> str:
    e = p.interval(0.8)
    return (
        f"{periods.financial_year_name(p.year)} is projected to end at about {wording.number(e.value)} "
        f"(80% interval {interval(e)})"
    )


def _since(card: ReportCard, letter: str, before: ReportCard, outlook: Outlook) -> tuple[str, list[Figure]]:
    """Say how the total, the letter and the target have moved since the report of the quarter before."""
    parts, figures = [], []
    now, then = card.headline.later, before.headline.later
    if now is not None and then is not None:
        months = periods.quarter_months(card.quarter)
        own, year_ago = (card.monthly.reindex(m) for m in (months, months - 12))
        change = change_between_counts(int(year_ago.sum()), int(own.sum()), unit=card.indicator.unit)
        parts.append(
            f"The 12-month total was {wording.number(then)} a quarter ago. {periods.review_period(card.quarter)} alone had "
            f"{wording.number(change.later)}: {wording.change_in_short(change, on='the same months a year before')}."
        )
        figures = [
            replace(f, measure=AS_REPORTED_BEFORE)
            for f in before.summary().figures
            if f.measure is counted.TWELVE_MONTH_COUNT
        ]
    old = _letter(outlook)
    if old == "N" != letter:
        parts.append(f"It was not rated then, and is {letter} now.")
    else:
        parts.append(
            f"The rating stays {letter}." if old == letter else f"The rating was {old} and is {letter}."
        )
    known = {(t.kind, t.value) for t in before.targets}
    year = before.targets[-1].period if before.targets else ""
    parts += [
        f"A {t.kind} target of {t.comparison} {wording.number(t.value)} was set in {t.set_on.strftime('%B %Y')}."
        for t in card.targets
        if (t.kind, t.value) not in known and t.period == year
    ]
    return " ".join(parts), figures


def _of_service(found: ServiceCounts) -> Item:
    change, unit = found.like_for_like, found.indicator.unit
    outlook = "The year is complete."
    if found.projection is not None:
        outlook = (
            f"{_projected(found.projection)}, beside {wording.number(found.last_year_total)} last year"
            f"{': no clear change' if found.is_unclear else ''}."
        )
    last, this = int(found.counts.iloc[-2]), int(found.counts.iloc[-1])
    step = change_between_counts(last, this, unit=unit)
    return Item(
        name=found.indicator.name,
        letter="N",
        label="",
        what=f"{wording.number(change.later)} {unit} from {Window.year_to_date(found.quarter)}: "
        f"{wording.change_in_short(change, on='the same months a year before')}.",
        sure=wording.how_sure(change),
        outlook=outlook,
        since=f"{wording.number(this)} in {periods.review_period(found.quarter)}, "
        f"{wording.change_in_short(step, on='the quarter before')}. The season is in both.",
        figures=_kept(found.findings().figures, found.area, _OF_SERVICE),
    )


def _of_survey(found: SurveyReport) -> Item:
    level, (change, on) = found.level, found.main_change
    what = f"{wording.percent(level.value)} of {found.respondents} in the {found.window}"
    sure = f"The percentage is {interval(level, wording.percent)} ({level.confidence:.0%} interval; base {wording.number(level.n)})."
    if change is not None:
        what += f": {wording.listed(found.main_changes_in_short)}"
        sure = f"{how_sure(change, on=on if len(found.main_changes) > 1 else '')} {sure}"
    key = (found.area, ON_WINDOW_BEFORE, found.quarter)
    since = "There is no earlier quarter to compare with."
    if key in found.trend.changes:
        [step] = found.trend.together([key])
        since = (
            f"{wording.sentence(change_in_short(step))} on the 12 months to "
            f"{periods.month_name(periods.last_month(found.quarter - 1))} ({wording.percent(step.earlier.value)}), "
            "with nine months in both."
        )
    return Item(
        name=found.indicator.name,
        letter="N",
        label=found.label.removeprefix(". "),
        what=f"{what}.",
        sure=sure,
        outlook=f"A survey is not projected. Direction of travel: {found.travel()}.",
        since=since,
        figures=tuple(found.findings().figures),
    )


def _of_print(found: PrintedSurvey) -> Item:
    _, now = found.before_and_now
    what = f"{now.printed_as}, {when_printed(now.period)}" if now else "No result is known"
    return Item(
        name=found.indicator.name,
        letter="N",
        label="",
        what=f"{what}.",
        sure="No interval is given here: see the card."
        if found.has_base
        else "Only a percentage was printed: without its base no interval can be given.",
        outlook="A printed percentage is not projected.",
        since="Single results were printed, so no quarter can be compared with another.",
        figures=tuple(found.findings().figures),
    )


def _letter(outlook: Outlook) -> str:
    return next(str(f.value) for f in outlook.progress().figures if f.measure is RAG_LETTER)


def _kept(figures: Sequence[Figure], area: str, measures: Sequence[Measure]) -> tuple[Figure, ...]:
    """Keep the figures that the sentences name, each once."""
    return tuple({f.identity: f for f in figures if f.area == area and f.measure in measures}.values())


def _as_judged(item: Item, indicator: Indicator, sources: Sources, *, area: str, quarter: pd.Period) -> Item:
    """Give a measure the letter that every page has of it: the board's own, where it gave one."""
    judged = sources.judged(indicator, area=area, quarter=quarter, edition="public")
    if judged is None:
        return item
    figures = (judged.figure, *item.figures)
    state = state_of(figures, indicator.id, area)
    label = "; ".join(filter(None, [item.label, state.letter_by and f"letter: {state.letter_by}"]))
    return replace(item, letter=state.letter, label=label, figures=figures)


def _gaps_of_words(indicator: Indicator, sources: Sources, as_at: date) -> list[str]:
    words, asked = sources.words(indicator.id), sources.asked(indicator.id)
    if words is None and asked is None:
        return []  # what is said of it stands with another indicator of the same card
    if words is None:
        name = f"{indicator.name}: no commentary from {asked.organisation} ({asked.owner})"
        return [f"{name}; {wording.due_in_words(asked, as_at=as_at)}."]
    if words.status == "draft":
        return [f"{indicator.name}: {wording.commentary_is_a_draft(words)}"]
    if asked is not None and words.received > asked.due:
        late = wording.counted((words.received - asked.due).days, "days")
        return [f"{indicator.name}: the commentary of {words.organisation} came {late} late."]
    return []
