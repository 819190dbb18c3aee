"""The letter of a level against its target, and of a measure without one: said in one way on every page."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from saferleeds_analysis.catalogue import Indicator, Target
from saferleeds_analysis.figures import Measure, Rows, Working
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, letter
from saferleeds_analysis.reporting.state import COLOURS
from saferleeds_analysis.workings import counts
from saferleeds_analysis.workings.printed import grey_without_target

RATING = Measure(
    id="rating",
    words="rating",
    role="letter",
    part="letter",
    formula="a letter: grey without a target",
    recurs=True,
)
LETTER = Measure(
    id="letter_of_level",
    words="progress, RAG letter",
    role="letter",
    part="letter",
    formula="G: the target is met; A: it is not, but the interval reaches it; R: no value in the interval meets it; docs/methods/parts.md",
    recurs=True,
)
TARGET = Measure(
    id="target_of_level", words="target_{kind}", role="target", formula="the target as it was set", decimals=2
)


def letter_without_target(
    indicator: Indicator, area: str, window: Window, reason: str, *, targets: Iterable[Rows], year: str = ""
) -> Block:
    """Give the letter of a measure for which the table of ``targets`` has none, of a ``year`` if one is named, with its reason."""
    whole = (replace(table, note="none of its rows is of this measure") for table in targets)
    about = {"indicator_id": indicator.id, "area": area}
    figure = Figure(
        **about,
        measure=RATING,
        window=window,
        value="N",
        rows=tuple(whole),
        working=Working.of(grey_without_target, **about, **({"year": year} if year else {})),
    )
    return letter("N", COLOURS["N"], reason, figures=[figure])


def letter_of_level(rating: trajectory.Rating, target: Target, *, unit: str, **about: Any) -> Block:
    """Give the letter of a level against its target, with its reason; ``about`` are the fields of the letter's figure."""
    figure = Figure(**about, measure=LETTER, value=rating.letter)
    reason = wording.sentence(rating.reason)
    return letter(
        rating.letter, COLOURS[rating.letter], reason, figures=[figure, target_figure(target, unit=unit)]
    )


def target_figure(target: Target, *, unit: str, measure: Measure = TARGET) -> Figure:
    """Give a target as a figure, with its row."""
    return Figure(
        measure=measure,
        qualifiers={"kind": target.kind},
        indicator_id=target.indicator_id,
        area=target.area,
        window=Window.year(target.period),
        value=target.value,
        unit=unit,
        method=target.comparison,
        status="published",
        caveats=(target.note,) if target.note else (),
        rows=target.rows(),
        working=Working.of(counts.as_written),
    )
