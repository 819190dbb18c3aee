"""Does an answer depend on the group: a survey's question broken down, with one test of all the groups together.

Percentages of many groups differ by chance, and the pairs that differ most say nothing by themselves. The test is Pearson's of
a two-way table, corrected for weights and clusters to the second order and set against the F distribution (Rao and Scott,
Annals of Statistics 12, 1984; Thomas and Rao, JASA 82, 1987), as R's ``svychisq``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from saferleeds_analysis.methods.survey import (
    SurveyDesign,
    SurveyEstimate,
    covariance,
    hidden_variances,
    percentage,
    proportion,
)
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.results import Result


@dataclass(frozen=True, kw_only=True)
class SurveyBreakdown(Result):
    """A question by group, with the test of whether the answers depend on the group.

    ``percentages`` are found by group and answer, each out of its group. ``statistic`` follows F with
    ``numerator_df`` and ``denominator_df`` where they do not. ``finding`` is ``"the groups differ"`` or
    ``"no clear difference between the groups"``.
    """

    question: str
    by: str
    percentages: Mapping[tuple[str, str], SurveyEstimate]
    statistic: float
    numerator_df: float
    denominator_df: float
    p_value: float
    finding: str
    caveats: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give a row for each group and answer, with the test beside them."""
        test = {"statistic": self.statistic, "p_value": self.p_value, "finding": self.finding}
        rows = [
            {
                "group": group,
                "answer": answer,
                "percent": e.value,
                "lower": e.lower,
                "upper": e.upper,
                "n": e.n,
            }
            | test
            for (group, answer), e in self.percentages.items()
        ]
        return pd.DataFrame(rows)


def survey_breakdown(
    design: SurveyDesign,
    question: str,
    *,
    by: str,
    out_of: Collection[object],
    left_out: Collection[object] = (),
    where: pd.Series | np.ndarray | None = None,
    confidence: float = 0.95,
) -> SurveyBreakdown:
    """Break the answers ``out_of`` a question down by the groups of column ``by``, and test all groups together.

    ``left_out`` and ``where`` are as in :func:`~saferleeds_analysis.methods.survey.proportion`. Those without a group are left
    out, and told. The test says that some group differs, not which; it is sound for a table chosen before it was seen.

    >>> from saferleeds_analysis.methods.survey import survey_design
    >>> people = pd.DataFrame({"weight": 1.0, "age": ["old", "young"] * 60, "safe": (["yes", "no"] * 2 + ["no", "no"]) * 20})
    >>> found = survey_breakdown(survey_design(people, weight="weight"), "safe", by="age", out_of=["yes", "no"])
    >>> found.finding, round(found.percentages["old", "yes"].value, 1)
    ('the groups differ', 66.7)
    """
    groups = design.respondents[by]
    asked = groups.notna().to_numpy() & (True if where is None else np.asarray(where))
    options = {"out_of": out_of, "left_out": left_out, "confidence": confidence}
    base = proportion(design, question, answers=[], where=asked, **options).in_base
    codes = design.respondents[question]
    answers = [answer for answer in out_of if (base & (codes == answer)).any()]
    there = sorted(groups[base].unique(), key=str)
    if min(len(answers), len(there)) < 2:
        raise DataProblem(
            f"{question!r} by {by!r}: a breakdown needs two groups and two answers that somebody gave."
        )
    percentages = {
        (str(group), str(answer)): proportion(
            design, question, answers=[answer], where=asked & (groups == group).to_numpy(), **options
        )
        for group in there
        for answer in answers
    }
    cells = [
        percentage(
            design,
            counted=(codes == answer).to_numpy() & (groups == group).to_numpy(),
            base=base,
            asked=asked,
        )
        for group in there
        for answer in answers
    ]
    statistic, freedom = _rao_scott(design, cells, len(there), len(answers))
    below = freedom * cells[0].degrees_of_freedom
    p_value = float(special.fdtrc(freedom, below, statistic))
    without = int((groups.isna() & (True if where is None else np.asarray(where))).sum())
    own = dict.fromkeys(caveat for e in percentages.values() for caveat in e.caveats)
    return SurveyBreakdown(
        question=question,
        by=by,
        percentages=percentages,
        statistic=statistic,
        numerator_df=freedom,
        denominator_df=below,
        p_value=p_value,
        finding="the groups differ" if p_value < 1 - confidence else "no clear difference between the groups",
        caveats=(*([f"{without:,} are in no group and left out."] if without else []), *own),
    )


def _rao_scott(
    design: SurveyDesign, cells: list[SurveyEstimate], groups: int, answers: int
) -> tuple[float, float]:
    """Give the F statistic of the table of ``cells``, group by group, and its numerator's degrees of freedom.

    The eigenvalues of ``effects`` are the design effects of the table's contrasts; Satterthwaite's approximation takes their
    weighted sum of chi-squared variables for one.
    """
    share = np.array([e.value for e in cells]).reshape(groups, answers) / 100
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    raw = covariance(design, np.stack([e.linearised for e in cells], axis=1))
    variance = (raw + np.diag(hidden_variances(cells, raw))) / 1e4
    apart = [np.eye(size)[:, 1:] - 1 / size for size in (groups, answers)]
    over = np.divide(1, share, out=np.zeros_like(share), where=share > 0).ravel()
    contrasts = np.kron(*apart) * over[:, None]
    simple = np.kron(*apart).T @ contrasts
    effects = np.linalg.pinv(simple) @ (contrasts.T @ variance @ contrasts)
    if not np.trace(effects) > 1e-9 / cells[0].n:
        # Groups of one mind each show no spread at all: that of a simple sample takes its place.
        effects = np.eye(len(effects)) / cells[0].n
    total = float(np.trace(effects))
    pearson = float(((share - expected) ** 2 / expected).sum())
    return pearson / total, total**2 / float(np.trace(effects @ effects))
