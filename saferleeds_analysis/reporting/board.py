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
    formula="the letter of the word that the board gave in its commentary",
    recurs=True,
)
PROGRESS = "Overall progress"
_LETTERS = {"green": "G", "amber": "A", "red": "R"}


@dataclass(frozen=True, kw_only=True)
class BoardCard:
    """One measure on the card of a board; ``words`` are what the board wrote, without its word for overall progress.

    ``progress_word`` and ``progress_reason`` (markdown, not yet made safe) are the board's, empty where none was received.
    """

    measure: SurveyReport | PrintedSurvey
    meeting: str
    quarter: pd.Period
    words: Commentary | None
    progress_word: str
    progress_reason: str

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
        if not self.progress_word:
            return paragraph("No word was received.")
        given = _LETTERS[self.progress_word.casefold()]
        figure = Figure(
            measure=JUDGEMENT,
            indicator_id=self.measure.indicator.id,
            area=self.measure.area,
            window=Window.quarter(self.quarter),
            value=given,
            method="the board's judgement",
            status="judgement",
            rows=self._words_file(),
        )
        reason = markdown_blocks(self.progress_reason or "No reason was given.")
        first = [block for block in reason[:1] if isinstance(block, Text)]  # stands on the line of the word
        word = letter(given, self.progress_word.capitalize())
        return join(paragraph(word, ". ", *first, figures=[figure]), *reason[len(first) :])

    def _words_file(self) -> tuple[Rows, ...]:
        note = f"the section {PROGRESS}"
        file, sha256 = f"data/raw/{self.words.file}", self.words.sha256
        return (Rows(role="words", file=file, sha256=sha256, note=note),) if self.words.file else ()


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
    """Make the card of one measure, from its respondents where there are any and otherwise from what was printed.

    The section "Overall progress" of the board's words begins with Green, Amber or Red on a line of its own. The word of a
    draft is shown in the restricted edition only, as the draft is.
    """
    measure = (
        printed_survey(catalogue, indicator=indicator, area=area, quarter=quarter, as_at=as_at)
        if responses is None
        else survey_report(responses, catalogue=catalogue, area=area, quarter=quarter, as_at=as_at)
    )
    word, reason = "", ""
    if words is not None and (said := dict(words.sections).get(PROGRESS, "").strip()):
        word, _, reason = said.partition("\n")
        word = word.strip().rstrip(".")
        if word.casefold() not in _LETTERS:
            raise DataProblem(
                f"commentary/{periods.quarter_path(quarter)}/{indicator}.md: '## {PROGRESS}' begins with Green, Amber or Red on a "
                f"line of its own, not {word[:40]!r}."
            )
        if words.status == "draft" and edition != "restricted":
            word, reason = "", ""
        words = replace(words, sections=tuple(s for s in words.sections if s[0] != PROGRESS))
    return BoardCard(
        measure=measure,
        meeting=meeting,
        quarter=quarter,
        words=words,
        progress_word=word,
        progress_reason=reason.strip(),
    )
