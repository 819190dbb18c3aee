"""The board's card of one measure: what the measure shows, in our words, beside how the board sees it, in its own.

The board's word for overall progress is its judgement, with its reason. It stands apart from what the measure shows, which
follows from tests.
"""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.figures import Figure, Measure, Rows
from saferleeds_analysis.intake import Commentary, SurveyResponses
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.blocks import (
    Block,
    Text,
    facts,
    join,
    letter,
    page_title,
    paragraph,
)
from saferleeds_analysis.reporting.markdown import markdown_blocks
from saferleeds_analysis.reporting.printed_surveys import PrintedSurvey, printed_survey
from saferleeds_analysis.reporting.surveys import SurveyReport, survey_report

JUDGEMENT = Measure(
    id="overall_progress",
    words="overall progress, the board's judgement",
    role="letter",
    part="letter",
    formula="the letter of the word that the board gave in its commentary",
    recurs=True,
)
PROGRESS = "Overall progress"
_LETTERS = {"green": "G", "amber": "A", "red": "R"}


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a board says of the progress of a measure: the letter as a figure, its word, and why (markdown, not yet made safe)."""

    figure: Figure
    word: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BoardCard:
    """One measure on the card of a board; ``words`` are what the board wrote, without its judgement of overall progress.

    ``judged`` is ``None`` where no judgement was received.
    """

    measure: SurveyReport | PrintedSurvey
    meeting: str
    quarter: pd.Period
    words: Commentary | None
    judged: Judgement | None

    def title(self) -> Block:
        """Give the page's one first-level heading, and what the reader must know of the data before any number."""
        text = f"{self.measure.indicator.name}: board card, {self.measure.area}, {periods.quarter_name(self.quarter)}"
        return page_title(text, self.measure.notice)

    def fields(self) -> Block:
        """Give the fixed fields of the card, then the board's word and what the measure shows."""
        known = self.measure.indicator
        pairs = [
            ("Meeting", self.meeting),
            ("Population", known.population),
            ("Outcome", known.outcome),
            ("Priority", known.priority),
            ("Review period", periods.review_period(self.quarter)),
            ("Overall progress (the board's judgement)", self.overall_progress()),
            ("What the measure shows", self.measure.progress()),
        ]
        return facts(pairs, kind="card-fields")

    def overall_progress(self) -> Block:
        """Give the board's word with its letter and its reason, or say that none was received."""
        if self.judged is None:
            return paragraph("No word was received.")
        reason = markdown_blocks(self.judged.reason or "No reason was given.")
        first = [block for block in reason[:1] if isinstance(block, Text)]  # stands on the line of the word
        word = letter(str(self.judged.figure.value), self.judged.word.capitalize())
        return join(paragraph(word, ". ", *first, figures=[self.judged.figure]), *reason[len(first) :])


def judgement(
    words: Commentary | None, *, indicator: str, area: str, quarter: pd.Period, edition: str
) -> Judgement | None:
    """Read a board's judgement of a measure from its words; ``None`` where it gave none, or only in a draft not yet public.

    The section "Overall progress" of the board's words begins with Green, Amber or Red on a line of its own.
    """
    said = dict(words.sections).get(PROGRESS, "").strip() if words is not None else ""
    if not said or (words.status == "draft" and edition != "restricted"):
        return None
    word, _, reason = said.partition("\n")
    word = word.strip().rstrip(".")
    if word.casefold() not in _LETTERS:
        raise DataProblem(
            f"commentary/{periods.quarter_path(quarter)}/{indicator}.md: '## {PROGRESS}' begins with Green, Amber or Red on a "
            f"line of its own, not {word[:40]!r}."
        )
    note, file = f"the section {PROGRESS}", f"data/raw/{words.file}"
    figure = Figure(
        measure=JUDGEMENT,
        indicator_id=indicator,
        area=area,
        window=Window.quarter(quarter),
        value=_LETTERS[word.casefold()],
        method="the board's judgement",
        status="judgement",
        rows=(Rows(role="words", file=file, sha256=words.sha256, note=note),) if words.file else (),
    )
    return Judgement(figure=figure, word=word, reason=reason.strip())


def board_card(
    responses: SurveyResponses | None,
    words: Commentary | None,
    *,
    catalogue: Catalogue,
    indicator: str,
    area: str,
    meeting: str,
    quarter: pd.Period,
    as_at: date,
    edition: str,
) -> BoardCard:
    """Make the card of one measure, from its respondents where there are any and otherwise from what was printed."""
    measure = (
        printed_survey(catalogue, indicator=indicator, area=area, quarter=quarter, as_at=as_at)
        if responses is None
        else survey_report(responses, catalogue=catalogue, area=area, quarter=quarter, as_at=as_at)
    )
    judged = judgement(words, indicator=indicator, area=area, quarter=quarter, edition=edition)
    if words is not None:
        words = replace(words, sections=tuple(s for s in words.sections if s[0] != PROGRESS))
    return BoardCard(measure=measure, meeting=meeting, quarter=quarter, words=words, judged=judged)
