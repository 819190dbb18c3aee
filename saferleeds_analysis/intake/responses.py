"""The answers to a survey as a reader could know them on a day: what a notebook on a survey starts from."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import PUBLISHED, Catalogue, Indicator
from saferleeds_analysis.figures import Rows
from saferleeds_analysis.intake.counts import processed_table
from saferleeds_analysis.intake.ledger import Provenance, rows_of_places
from saferleeds_analysis.intake.sources import PLACE_COLUMNS, Source
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.survey_measures import SurveyQuestion


@dataclass(frozen=True, kw_only=True)
class SurveyResponses:
    """Who was asked, how each was chosen, and the answers to one question, a row a person.

    ``respondents`` has the columns ``quarter`` (periods of frequency ``Q-MAR``), ``area``, ``stratum``, ``cluster``,
    ``weight`` and ``answer`` (a code of the source, missing where there was no answer), of the waves that had ended by
    the day ``as_at``, with the ``file`` and ``row`` of each. ``answers`` gives the codes their words. ``source.notice``, if there is one, is shown wherever the data is.
    """

    indicator: Indicator
    question: SurveyQuestion
    respondents: pd.DataFrame
    source: Source
    provenance: Provenance
    as_at: date

    def rows(self, people: pd.DataFrame, *, role: str = "respondents") -> tuple[Rows, ...]:
        """Give the rows of the raw files in which some of the respondents stand."""
        # Of a column of Arrow each text would be made anew for itself, at a cost that a reader of the page waits for.
        places = zip(people["file"].to_numpy(dtype=object), people["row"].tolist(), strict=True)
        return rows_of_places(role, places, self.provenance)

    @property
    def answers(self) -> dict[str, str]:
        """The answer codes with their words."""
        return dict(self.source.questions[self.question.question])


def survey_responses(
    root: Path, indicator: Indicator, *, catalogue: Catalogue, as_at: date
) -> SurveyResponses | None:
    """Give an indicator's respondents, as a reader could know them on the day ``as_at``.

    ``None`` where the indicator was only ever printed as percentages. Reads ``data/processed`` only, and no wave that had
    not ended by ``as_at``.
    """
    if indicator.source == PUBLISHED:
        return None
    table_path, provenance = processed_table(root, indicator)
    source, question = provenance.source, catalogue.question(indicator.id)
    codes = source.questions.get(question.question)
    if codes is None:
        asked = ", ".join(repr(q) for q in source.questions) or "none: it holds no respondents"
        raise DataProblem(
            f"{source.id} has no question {question.question!r}, which survey_questions.toml names for {indicator.id!r}. "
            f"Its questions: {asked}."
        )
    unknown = [code for code in (*question.answers, *question.out_of) if code not in codes]
    if unknown:
        raise DataProblem(
            f"survey_questions.toml counts the answer {unknown[0]!r} of {indicator.id!r}, which {source.id}/source.toml does "
            f"not have. It has {', '.join(codes)}."
        )
    columns = ["quarter", "area", "stratum", "cluster", "weight", *PLACE_COLUMNS, question.question]
    people = pd.read_parquet(table_path, columns=columns).rename(columns={question.question: "answer"})
    known = {text: periods.quarter(text) for text in people["quarter"].unique()}
    ended = {text for text, q in known.items() if periods.last_month(q).end_time.date() <= as_at}
    people = people[people["quarter"].isin(ended)].reset_index(drop=True)
    if people.empty:
        raise QuarterNotHeld(f"{source.id}: no wave of the survey had ended by {as_at.isoformat()}.")
    people["quarter"] = pd.PeriodIndex([known[text] for text in people["quarter"]], freq="Q-MAR")
    return SurveyResponses(
        indicator=indicator,
        question=question,
        respondents=people,
        source=source,
        provenance=provenance,
        as_at=as_at,
    )
