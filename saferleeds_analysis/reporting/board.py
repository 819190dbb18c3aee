"""A board's own word on a measure: its judgement, which stands apart from what the measure shows."""

from dataclasses import dataclass

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Measure, Rows
from saferleeds_analysis.intake import Commentary
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.blocks import Block, letter

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
    """What a board says of the progress of a measure: the letter as a figure, and its word; why stands in its words."""

    figure: Figure
    word: str

    def in_short(self, rating: Block) -> Block:
        """Show the letter and the word, and whose they are; the ``rating`` of the figures, in whose place they stand, keeps its figure."""
        whose = "The board's own judgement, not a rating of the figures."
        return letter(
            str(self.figure.value), self.word.capitalize(), whose, figures=[self.figure, *rating.figures]
        )


def judgement(
    words: Commentary | None, *, indicator: str, area: str, quarter: pd.Period, edition: str
) -> Judgement | None:
    """Read a board's judgement of a measure from its words; ``None`` where it gave none, or only in a draft not yet public.

    The section "Overall progress" of the board's words begins with Green, Amber or Red on a line of its own.
    """
    said = dict(words.sections).get(PROGRESS, "").strip() if words is not None else ""
    if not said or (words.status == "draft" and edition != "restricted"):
        return None
    word = said.partition("\n")[0].strip().rstrip(".")
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
    return Judgement(figure=figure, word=word)
