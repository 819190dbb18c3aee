"""The first screen of a survey, of printed percentages and of a service's counts, alone or beside one another on one card.

The words come from the same results as the annex, which says how they are known.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from saferleeds_analysis import periods
from saferleeds_analysis.intake import Action
from saferleeds_analysis.methods.survey_trends import ON_YEAR_BEFORE, TWELVE_MONTHS
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.actions import next_three
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Listing,
    bullets,
    heading,
    join,
    page_title,
    paragraph,
)
from saferleeds_analysis.reporting.board import Judgement
from saferleeds_analysis.reporting.cases import OPEN, OPENED, CasesReport
from saferleeds_analysis.reporting.first_screen import Tile, caveats_in_short, first_screen, sparkline
from saferleeds_analysis.reporting.parts import PartsReport
from saferleeds_analysis.reporting.printed_surveys import PrintedSurvey
from saferleeds_analysis.reporting.published import when_printed
from saferleeds_analysis.reporting.satisfaction import Satisfaction
from saferleeds_analysis.reporting.services import ServiceCounts, WithheldCounts
from saferleeds_analysis.reporting.survey_words import change_in_short, points_interval
from saferleeds_analysis.reporting.surveys import YEAR_BEFORE, SurveyReport
from saferleeds_analysis.reporting.tables import interval

Found = SurveyReport | PrintedSurvey | ServiceCounts | WithheldCounts | PartsReport | CasesReport


class Said(NamedTuple):
    """What a first screen says of one result: the finding, its tiles (the main one first), what is sure and what is not."""

    finding: str
    tiles: list[Tile]
    sure: list[str]
    unsure: list[str]


def top(
    found: Found,
    *beside: ServiceCounts | WithheldCounts | Satisfaction,
    what: str,
    as_at: date,
    judged: Judgement | None = None,
    actions: Sequence[Action] = (),
) -> Block:
    """Give the first screen of a page about a result, with a tile for each of those ``beside`` it; ``judged`` is a board's word."""
    own, *others = [_SAID[type(one)](one) for one in (found, *beside)]
    of_others = [(one.sure, one.unsure) if one.sure else ([], one.unsure[:1]) for one in others]
    sure = own.sure + [line for lines, _ in of_others for line in lines]
    unsure = own.unsure + [line for lines, more in of_others if not lines for line in more]
    # A service's counts are not rated.
    rating = NOTHING if isinstance(found, ServiceCounts | WithheldCounts) else found.progress()
    return first_screen(
        about=_about(found, found.indicator.priority if beside else found.indicator.name, what),
        finding=own.finding,
        notice=wording.kind_of_data(found.notice).removeprefix(". "),
        progress=judged.in_short(rating) if judged else rating,
        tiles=[own.tiles[0], *(one.tiles[0] for one in others), *own.tiles[1:]][:3],
        chart=found.chart(),
        said={
            "What is sure": bullets(sure or ["Nothing here is told apart from chance."]),
            "What is not": bullets(unsure),
            "To decide or do": next_three(actions, as_at=as_at),
        },
    )


def before_quoting(*found: Found) -> Listing:
    """List what must be known before a figure of a card is quoted, of each result the two main things."""
    each = max(4 // len(found), 2)
    known = [list(dict.fromkeys([*filter(None, [one.notice]), *one.caveats_in_words])) for one in found]
    return caveats_in_short(line for lines in known for line in lines[:each])


def by_locality(found: Found) -> Block:
    """Compare the localities of a survey that has some."""
    there = isinstance(found, SurveyReport) and len(found.localities) > 1
    return join(heading(2, "By locality"), found.locality_table()) if there else NOTHING


def section(words: str, *blocks: Block) -> Block:
    """Give blocks of an annex under a heading; nothing where there are none."""
    there = [block for block in blocks if block.text]
    return join(heading(2, words), *there) if there else NOTHING


def annex_top(found: SurveyReport | PrintedSurvey) -> Block:
    """Say what an annex is about, what is asked, at what level it is and how that has changed."""
    return join(
        page_title(_about(found, found.indicator.name, "how we know"), found.notice),
        heading(2, "Level and change"),
        paragraph(found.indicator.definition),
        found.findings(),
        *([found.quarters(), found.quality()] if isinstance(found, SurveyReport) else []),
    )


def counted(service: ServiceCounts | WithheldCounts | None) -> Block:
    """Give the counts of a service and where its year is heading, where there is one."""
    return section(service.indicator.name, service.findings(), service.quarters()) if service else NOTHING


def how_far_to_trust(*services: ServiceCounts | WithheldCounts) -> Block:
    """Say how such projections did in past years of these counts."""
    if not services:
        return NOTHING
    replays = {block.text: block for block in (one.record() for one in services)}
    return section("How far to trust the projection", *replays.values())


def caveats_and_sources(*found: Found) -> Block:
    """List all caveats and sources."""
    caveats = dict.fromkeys(line for one in found for line in one.caveats_in_words)
    sources = dict.fromkeys(line for one in found for line in one.sources)
    return section("Caveats and sources", bullets(caveats, kind="caveats"), bullets(sources))


def _about(found: Found, name: str, what: str) -> str:
    return f"{name} in {found.area}, {periods.quarter_name(found.quarter)}: {what}"


def _of_survey(found: SurveyReport) -> Said:
    level, (on, change) = found.level, next(iter(found.main_changes.items()), ("", None))
    value = wording.percent(level.value)
    finding, below = f"{found.indicator.name}: {value}", f"of {wording.number(level.n)} {found.respondents}"
    if change is not None:
        since = "in a year" if on == YEAR_BEFORE else f"since {on}"
        clear = change.direction in wording.DOWN_OR_UP
        moved = f"{change_in_short(change)} {since}"
        finding = f"{found.indicator.name}: {f'{moved}, to {value}' if clear else f'{value}, {moved}'}"
        below = f"{wording.sentence(moved)} (from {wording.percent(change.earlier.value)})."
    own = [e for e in found.trend.levels if (e.area, e.kind) == (found.area, TWELVE_MONTHS)]
    course = [e.estimate.value for e in own]
    drawn = sparkline(course, name="course", what="the 12-month percentage", show=wording.percent)
    tiles = [
        Tile(
            name=wording.sentence(found.window.name),
            value=value,
            below=below,
            drawing=drawn if len(course) > 1 else NOTHING,
            figures=tuple(found.main_figures()),
        )
    ]
    sure = [
        f"The level is {interval(level, wording.percent)} (95% interval; {wording.number(level.n)} {found.respondents})."
    ]
    unsure = []
    for of, moved in found.main_changes.items():
        between = f"{points_interval(moved.difference)} points on {of}."
        if moved.direction in wording.DOWN_OR_UP:
            sure.append(wording.sentence(between))
        else:
            unsure.append(f"No clear change: {between}")
        if of != on:
            then = f"{wording.percent(moved.earlier.value)} then."
            tiles.append(Tile(name=f"On {of}", value=change_in_short(moved), below=then))
    clear, unclear = found.localities_by_change(ON_YEAR_BEFORE)
    if clear or unclear:
        tiles.append(
            Tile(
                name="Localities that moved in a year",
                value=f"{len(clear) or 'none'} of {len(clear) + len(unclear)}",
                below=f"{wording.listed(clear)}." if clear else "No clear change in any by itself.",
            )
        )
        if unclear:
            unsure.append(f"{wording.listed(unclear)}: no clear change in a year.")
    unsure.append("How those who did not answer may differ.")
    return Said(finding, tiles, sure, unsure)


def _of_parts(found: PartsReport) -> Said:
    level, moved, name = found.levels.get(found.latest), found.change, found.indicator.name
    if level is None:
        tile = Tile(
            name=str(Window.period(found.latest)),
            value="withheld",
            below="A small number might point to a person.",
        )
        return Said(f"{name}: withheld", [tile], [], ["Nothing can be said in this edition."])
    value = found.in_words(level.value)
    said = found.change_in_words().partition(" (")[0] if moved else ""
    drawn = sparkline(
        [e.value for e in found.levels.values()], name="course", what="the level", show=found.in_words
    )
    tiles = [
        Tile(
            name=str(Window.period(found.latest)),
            value=value,
            below=f"{wording.sentence(said)} in a year." if said else "Not compared with a year before.",
            drawing=drawn if len(found.levels) > 1 else NOTHING,
            figures=tuple(found.main_figures()),
        )
    ]
    sure = [f"The level is {found.interval_of(level)} (95% interval; base {wording.number(level.n)})."]
    unsure = []
    if moved:
        then = str(Window.period(found.year_before))
        tiles.append(Tile(name=then, value=found.in_words(moved.earlier.value), below="A year before."))
        clear = moved.direction in wording.DOWN_OR_UP
        (sure if clear else unsure).append(f"{wording.sentence(found.change_in_words())} in a year.")
    if found.gap is not None:
        tiles.insert(
            1,
            Tile(
                name=found.beside_name,
                value=found.in_words(found.gap.earlier.value),
                below=f"{found.gap_in_words()}.",
            ),
        )
    if found.target is not None:
        aim = _aim(found)
        tiles.append(
            Tile(
                name=f"Target for {found.target.period}",
                value=aim,
                below=f"Agreed by {found.target.agreed_by}.",
            )
        )
    unsure.append("Where the year will end: a level is not projected.")
    return Said(
        f"{name}: {f'{said}, to {value}' if moved and moved.direction in wording.DOWN_OR_UP else value}",
        tiles,
        sure,
        unsure,
    )


def _aim(found: PartsReport) -> str:
    """Write a target by what it is of."""
    target = found.target
    if target.of == "closer":
        return f"closer to {found.beside_name if found.beside else 'the other'}"
    what = {"level": "", "change": " better in a year", "gap": " worse"}[target.of]
    points = f"{wording.number(target.value, decimals=1)}{' points' if found.indicator.unit == '%' else '%'}"
    return f"{target.comparison} {found.in_words(target.value) if target.of == 'level' else points}{what}"


def _of_cases(found: CasesReport) -> Said:
    level, before = found.levels.get(found.quarter), found.levels.get(found.year_before)
    told = found.median_in_words(found.quarter)
    tiles = [
        Tile(
            name=str(Window.twelve_months(periods.last_month(found.quarter))),
            value=found.in_words(level.value) if level else "not given",
            below="Half of the cases closed within this." if level else f"{wording.sentence(told)}.",
            figures=tuple(found.main_figures()),
        ),
        Tile(
            name="Open at the end",
            value=found.count(OPEN),
            below=f"Of {found.count(OPENED)} opened in the twelve months.",
        ),
    ]
    if before:
        tiles.append(
            Tile(
                name="Twelve months before",
                value=found.in_words(before.value),
                below="Half closed within this.",
            )
        )
    sure, unsure, said = [], [], ""
    if level:
        sure.append(f"The median is {found.interval_of(level)} days (95% interval).")
    if found.change:
        clear = found.change.direction in wording.DOWN_OR_UP
        word = found.change_in_words().partition(" (")[0]
        said = f"{word.removeprefix('closed ')} than a year before" if clear else word
        (sure if clear else unsure).append(
            f"{wording.sentence(found.change_in_words())}, on the twelve months before."
        )
    unsure.append("How long the cases that are still open will take.")
    finding = ", ".join(filter(None, [told.partition(" (")[0], said]))
    return Said(f"{found.indicator.name}: {finding}", tiles, sure, unsure)


def _of_print(found: PrintedSurvey) -> Said:
    before, now = found.before_and_now
    shown = f"{now.printed_as}, {when_printed(now.period)}" if now else "no current figure"
    tiles = [
        Tile(
            name=wording.sentence(f"{level.measure}, {when_printed(level.period)}"),
            value=level.printed_as,
            below=f"{level.note}." if level.note else "",
            figures=tuple(found.findings().figures) if level is (now or before) else (),
        )
        for level in (now, before)
        if level is not None
    ]
    comparable = bool(now and before) and now.measure == before.measure
    why = (
        "Without their bases no change can be tested."
        if comparable
        else "Figures of two definitions are never subtracted."
    )
    tiles.append(
        Tile(name="Change", value="not given", below=why if before else "There is no earlier result.")
    )
    sure = [f"{shown}, as published." if now else f"No result was known on {periods.day_name(found.as_at)}."]
    unsure = ["Whether it rose or fell."]
    unsure += [] if found.has_base else ["How exact it is: how many were inspected or asked was not printed."]
    return Said(f"{found.indicator.name}: {shown}", tiles, sure, unsure)


def _of_withheld(found: WithheldCounts) -> Said:
    tile = Tile(
        name=wording.sentence(found.indicator.unit),
        value=found.rules.withheld,
        figures=tuple(found.findings().figures),
    )
    return Said(f"{found.indicator.name}: withheld", [tile], [], found.caveats_in_words)


def _of_service(found: ServiceCounts) -> Said:
    change, unit = found.like_for_like, found.indicator.unit
    short = wording.change_in_short(change, on="the year before")
    clear = change.direction in wording.DOWN_OR_UP
    latest = found.quarter_on_year_before
    tiles = [
        Tile(
            name=f"{wording.sentence(unit)}, {Window.year_to_date(found.quarter)}",
            value=wording.number(change.later),
            below=f"{wording.sentence(short)}.",
            drawing=sparkline(
                found.counts,
                name=f"course-{found.indicator.id.replace('_', '-')}",
                what="the count by quarter",
            ),
            figures=tuple(found.findings().figures),
        ),
        Tile(
            name=wording.sentence(periods.review_period(found.quarter)),
            value=wording.number(latest.later),
            below=f"{wording.sentence(wording.change_in_short(latest, on='a year before'))}.",
        ),
    ]
    sure, unsure = [], []
    if change.percent is not None:
        (sure if clear else unsure).append(
            f"{wording.sentence(unit)}: {change.direction}, {wording.percent_interval(change)} (95% interval)."
        )
    if found.projection is not None:
        e = found.projection.interval(0.8)
        tiles.append(
            Tile(
                name=f"Projected for the year {found.year}",
                value=f"about {wording.number(e.value)}",
                below=f"80% range {interval(e)}. Last year: {wording.number(found.last_year_total)}.",
            )
        )
        if found.is_unclear:
            unsure.append(
                f"Whether the year ends above or below last year's {wording.number(found.last_year_total)}."
            )
    return Said(f"{found.indicator.name}: {short}", tiles, sure, unsure)


def _of_satisfaction(found: Satisfaction) -> Said:
    known = [m for m in found.measures if m.levels]
    if not known:
        tile = Tile(name="Satisfaction", value="not known", below=f"On {periods.day_name(found.as_at)}.")
        return Said("", [tile], [], [])
    names = wording.told_apart([m.indicator.name for m in known])
    main = known[0].levels[-1]
    below = [f"{name}: {m.levels[-1].value}%" for name, m in zip(names[1:], known[1:], strict=True)]
    unsure = []
    if found.latest is not None:
        s = found.latest.latest
        below.append(f"{wording.number(s.answered)} answered")
        unsure.append(
            f"{wording.number(s.not_answered)} of the {wording.number(s.asked)} asked did not say whether they were satisfied."
        )
    tile = Tile(
        name=f"{known[0].indicator.name}, {found.label(main.period)}",
        value=f"{main.value}%",
        below=f"{'. '.join(below)}." if below else "",
        figures=tuple(found.by_year().figures),
    )
    return Said("", [tile], [], unsure)


_SAID = {
    SurveyReport: _of_survey,
    PartsReport: _of_parts,
    CasesReport: _of_cases,
    PrintedSurvey: _of_print,
    ServiceCounts: _of_service,
    WithheldCounts: _of_withheld,
    Satisfaction: _of_satisfaction,
}
