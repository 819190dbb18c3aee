"""What a percentage from a survey means: its question, its definition, its one baseline, and where its line breaks.

Two figures for one baseline, or two methods in one line, make a change that never happened. So a measure has one
definition at a time and one baseline for it; a second is refused until the change of definition is declared that makes
them two measures, and then neither is subtracted from the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from saferleeds_analysis.explained import explained
from saferleeds_analysis.figures import TableRow
from saferleeds_analysis.problems import refuse


@dataclass(frozen=True, kw_only=True)
class SurveyQuestion:
    """How an indicator is read from respondents: the answers that count, out of all that are in the base."""

    indicator_id: str = explained("the id of an indicator in indicators.toml whose unit is %", "feels_safe")
    definition: str = explained(
        "the measure that the answers make: a definition of definitions.csv", "feels safe after dark"
    )
    question: str = explained(
        "the column of the respondents' file, which source.toml has as [questions.safe]", "safe"
    )
    answers: tuple[str, ...] = explained("the codes that count", ("1", "2"))
    out_of: tuple[str, ...] = explained(
        "all codes that are in the base, those that count too", ("1", "2", "3", "4", "9")
    )
    respondents: str = explained(
        "the word for those who were asked, as a sentence names them",
        "residents",
        empty="respondents",
        default="respondents",
    )


@dataclass(frozen=True, kw_only=True)
class Definition(TableRow):
    """One definition of an indicator, in force from the month ``since`` (or always) in place of ``replaces``."""

    indicator_id: str = explained("the id of an indicator in indicators.toml", "feels_safe")
    definition: str = explained("its short name, once for the indicator", "feels safe after dark")
    words: str = explained("what it says, in full", "Feels very or fairly safe outside after dark")
    since: pd.Period | None = explained(
        "the first month in which it holds", "2024-04", empty="it has always held"
    )
    replaces: str = explained(
        "the definition of the same indicator in whose place it stands: there the line breaks",
        "feels safe",
        empty="it is the first",
    )
    reason: str = explained(
        "why it took its place", "The question now speaks of the dark", empty="it is the first"
    )
    source: str = explained("where it is defined", "Questionnaire, question 7")

    def breaks_the_line(self, as_at: date) -> bool:
        """Say whether it had taken the place of another definition by a day."""
        return bool(self.replaces) and self.since is not None and self.since.start_time.date() <= as_at


@dataclass(frozen=True, kw_only=True)
class MeasureBaseline(TableRow):
    """The figure with which later ones of the same definition are compared, as printed, and who printed it."""

    indicator_id: str = explained("the id of an indicator in indicators.toml", "feels_safe")
    area: str = explained("the area that it is about", "Otterbridge")
    definition: str = explained(
        "a definition of definitions.csv; it has one baseline an area", "feels safe after dark"
    )
    period: str = explained("the months that it is about, in words", "2023/24")
    value: Decimal = explained("the percentage as printed", "61.5")
    known_from: date = explained("the day from which it could be known", "2024-05-01")
    source: str = explained(
        "where the figure stands, so that anybody can look it up", "Survey report 2023/24, table 2"
    )
    note: str = explained("what a reader must know of it", "Rounded", empty="nothing")


def waves_alike(respondents: pd.DataFrame, wave: str) -> list[tuple[pd.Period, pd.Period]]:
    """Find pairs of waves with the very same rows, in whatever order: one wave that is there under two quarters.

    ``wave`` names the column of quarters; all other columns are compared.
    """
    rows = pd.util.hash_pandas_object(respondents.drop(columns=wave), index=False)
    first_with: dict[bytes, pd.Period] = {}
    alike = []
    for quarter, members in rows.groupby(respondents[wave]):
        first = first_with.setdefault(np.sort(members.to_numpy()).tobytes(), quarter)
        if first != quarter:
            alike.append((first, quarter))
    return alike


def check_definitions(definitions: Iterable[Definition], baselines: Iterable[MeasureBaseline]) -> None:
    """Refuse a second definition that replaces nothing, and a second baseline of one definition; all in one message."""
    problems: list[str] = []
    known: dict[str, list[str]] = {}
    for d in definitions:
        earlier = known.setdefault(d.indicator_id, [])
        if d.definition in earlier:
            problems.append(
                f"definitions.csv: {d.definition!r} of {d.indicator_id!r} is there twice. Keep one row."
            )
        elif earlier and (d.replaces not in earlier or d.since is None):
            problems.append(
                f"definitions.csv: {d.indicator_id!r} has a second definition, {d.definition!r}, that does not say which "
                f"one it replaces and since when. Its definitions so far: {', '.join(earlier)}."
            )
        earlier.append(d.definition)
    found: dict[tuple[str, str, str], MeasureBaseline] = {}
    for b in baselines:
        if b.definition not in known.get(b.indicator_id, []):
            problems.append(
                f"baselines.csv: {b.definition!r} is no declared definition of {b.indicator_id!r}. "
                "Declare it in definitions.csv, with what it replaces and since when."
            )
            continue
        first = found.setdefault((b.indicator_id, b.area, b.definition), b)
        if first is not b:
            problems.append(
                f"baselines.csv: {b.indicator_id!r} in {b.area!r} has more than one baseline: {first.value}% for "
                f"{first.period} ({first.source}) and {b.value}% for {b.period} ({b.source}). One measure has one "
                "definition and one baseline. Keep one, or declare in definitions.csv the change of definition that makes "
                "them two measures."
            )
    refuse(problems)
