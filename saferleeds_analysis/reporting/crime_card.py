"""The card of recorded crime for a board: two sides that say what is found, where, and what is done. The annex says how we know."""

from collections.abc import Iterable, Mapping, Sequence, Set

import pandas as pd

from saferleeds_analysis.intake import Action
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.actions import next_three
from saferleeds_analysis.reporting.areas import AreasBeside
from saferleeds_analysis.reporting.blocks import (
    NOTHING,
    Block,
    Listing,
    Span,
    Text,
    bullets,
    paragraph,
)
from saferleeds_analysis.reporting.cards import AreaPosition, ReportCard
from saferleeds_analysis.reporting.first_screen import (
    Tile,
    caveats_in_short,
    first_screen,
    in_links,
    sparkline,
)
from saferleeds_analysis.reporting.outlook import Outlook
from saferleeds_analysis.reporting.tables import table

# A board reads the divisions and a few wards; the annex has all of them.
_WARDS_SHOWN = 8
_NAMED = 3


def top(
    card: ReportCard,
    outlook: Outlook,
    areas: AreasBeside,
    *,
    actions: Sequence[Action] = (),
    profiles: Mapping[str, str] | None = None,
) -> Block:
    """Give the first screen of the card. ``profiles`` are the addresses of the areas' own pages, by their names."""
    return first_screen(
        about=card.about("report card"),
        finding=f"{card.change_headline}{outlook.in_short()}",
        notice=card.label.removeprefix(". "),
        progress=outlook.progress_in_short(),
        tiles=[_level(card), outlook.tile(), _beside_the_rest(areas, profiles or {})],
        chart=outlook.year_chart(),
        said={
            "What is sure": _sure(card),
            "What is not": _unsure(card, outlook, areas),
            "To decide or do": next_three(actions, as_at=card.as_at),
        },
    )


def where(card: ReportCard, areas: AreasBeside, *, profiles: Mapping[str, str] | None = None) -> Block:
    """Give the divisions and the wards that a board should know of: those that move against the rest, then the highest."""
    if not card.parts:
        return paragraph(f"The data hold no areas within {card.area.name}.")
    *coarse, (smallest, finest) = card.parts.items()
    chosen, named = list(finest), f"{smallest}s"
    if len(finest) > _WARDS_SHOWN:
        apart = _apart(areas)
        chosen = _worth_knowing(finest, areas, apart)
        named += " against the rest" if len(apart) >= _WARDS_SHOWN else " against the rest or with most"
    rows = [position for _, positions in coarse for position in positions] + chosen
    what = wording.listed([f"{kind}s" for kind, _ in coarse] + [named]).capitalize()
    return areas_table(card, rows, what, profiles or {})


def areas_table(
    card: ReportCard, rows: Sequence[AreaPosition], what: str, profiles: Mapping[str, str]
) -> Block:
    """Set out areas with their counts and changes, each a link where it has a page."""
    shown = table(
        caption=f"{what}, each tested by itself{card.label}",
        columns=["Area", wording.sentence(card.window), "Change in a year", "Reading"],
        rows=[_cells(position, card, profiles) for position in rows],
        text_columns=(3,),
        figures=[figure for position in rows for figure in card.change_figures(position)],
    )
    return card.explained(shown, rows)


def before_quoting(card: ReportCard) -> Block:
    """List what must be known before a figure of the card is quoted, at most four things; the annex lists all."""
    lines = [
        *filter(None, [card.data.source.notice]),
        *card.data.caveats,
        *(c.text for c in card.caveats),
        *(f"{basis}." for basis in card.area_bases[-1:]),
    ]
    return caveats_in_short(lines)


def _level(card: ReportCard) -> Tile:
    at, totals = card.headline, card.totals_shown.dropna()
    if at.later is None:
        return Tile(name=wording.sentence(card.window), value="not given", below=card.why_no_change(at))
    below = wording.change_in_short(at.change) if at.change else "No change can be given."
    return Tile(
        name=f"Recorded {card.indicator.unit}, {card.window}",
        value=wording.number(at.later),
        below=wording.sentence(below),
        drawing=sparkline(totals.iloc[-48:], name="course", what="the 12-month total")
        if len(totals) > 1
        else NOTHING,
        figures=tuple(card.change_figures(at)),
    )


def _beside_the_rest(areas: AreasBeside, profiles: Mapping[str, str]) -> Tile:
    kind = areas.smallest
    found = areas.differences.get(kind)
    if found is None:
        return Tile(
            name="Areas beside each other", value="not given", below="The data hold no areas to compare."
        )
    moved = [
        (words, list(found[found["word"] == word].sort_values("ratio", ascending=word == "lower").index))
        for word, words in (("higher", "fell less, or rose: "), ("lower", "fell further: "))
    ]
    parts: list[str | Text] = []
    for words, names in moved:
        if names:
            more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
            parts += ["; " if parts else "", words, in_links(names[:_NAMED] + more, profiles)]
    number = sum(len(names) for _, names in moved)
    return Tile(
        name=f"{wording.sentence(kind)}s that move against the rest",
        value=f"{number or 'none'} of {len(found)}",
        below=paragraph(*[p for p in parts if p != ""])
        if number
        else "No difference can be told from chance.",
        figures=tuple(
            f for names in (n for _, n in moved) for a in names for f in areas.difference_figures(a)
        ),
    )


def _sure(card: ReportCard) -> Listing:
    change, lines = card.headline.change, []
    if change is not None and change.percent is not None and change.direction in wording.DOWN_OR_UP:
        limits = f"{wording.percent_interval(change)} on the year before (95% interval)"
        lines.append(f"It is {limits}{wording.ordinarily(change)}.")
    nearest = [p for p in next(iter(card.parts.values()), ()) if p.change is not None]
    for word in ("fell", "rose"):
        names = [p.area for p in nearest if p.change.direction == word]
        if names and len(nearest) <= 5:
            lines.append(f"It {word} in {wording.listed(names)}.")
    return bullets(lines or ["Nothing here is told apart from chance."])


def _unsure(card: ReportCard, outlook: Outlook, areas: AreasBeside) -> Listing:
    lines = [_in_past_years(outlook)] if outlook.projection is not None else []
    nearest = [p for p in next(iter(card.parts.values()), ()) if p.change is not None]
    unclear = [p.area for p in nearest if p.change.direction not in wording.DOWN_OR_UP]
    if unclear and len(nearest) <= 5:
        lines.append(f"{wording.listed(unclear)}: no clear change.")
    found = areas.differences.get(areas.smallest)
    if found is not None:
        lines.append(
            f"{len(found) - len(_apart(areas))} of {len(found)} {areas.smallest}s cannot be told from the rest."
        )
    return bullets(lines or ["No projection and no smaller areas are given."])


def _in_past_years(outlook: Outlook) -> str:
    held, true = outlook.held(), outlook.came_true()
    if held is None:
        return "The projection could not be tried on past years of these data."
    said = f"In {wording.number(held.n)} replays the 80% range held {wording.percent(held.number)}"
    if true is None:
        return f"{said}."
    return f"{said}; {dict(true.qualifiers)['score']} in {wording.percent(true.number)}."


def _apart(areas: AreasBeside) -> Set[str]:
    """Give the smallest areas whose change differs from that of the rest."""
    found = areas.differences.get(areas.smallest, pd.DataFrame({"word": []}))
    return set(found.index[found["word"].isin(["lower", "higher"])])


def _worth_knowing(
    positions: Iterable[AreaPosition], areas: AreasBeside, apart: Set[str]
) -> list[AreaPosition]:
    """Choose the areas that move against the rest, then those with the highest rate, or count where no rate is known."""

    def order(position: AreaPosition) -> tuple[bool, float, str]:
        level = areas.rate_of(position.area) or position.later or -1
        return position.area not in apart, -level, position.area

    return sorted(positions, key=order)[:_WARDS_SHOWN]


def _cells(position: AreaPosition, card: ReportCard, profiles: Mapping[str, str]) -> list[str | Block]:
    absent = card.protected.rules.withheld if position.withheld else "not known"
    change = position.change
    percent = change.percent if change else None
    return [
        paragraph(Span(position.area, href=profiles.get(position.area, ""))),
        card.protected.cell(position.area, card.latest.name),
        wording.percent(percent.value, signed=True) if percent else absent,
        change.word if change else absent,
    ]
