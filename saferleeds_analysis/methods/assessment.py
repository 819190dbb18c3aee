"""A strategic assessment: measures put in order by several criteria at once, and how far the order rests on the weights.

A measure's score in a criterion is the part of the others that it exceeds, ties half; its score in all is their mean by weight, over the
criteria that can be worked out for it. No weights are right, so each measure also has the part of all possible weightings, each as likely as
any other, under which it is among the first: the acceptability of Lahdelma, Hokkanen and Salminen, SMAA (European Journal of Operational
Research 106, 1998).

>>> values = pd.DataFrame({"volume": [900, 500, 100], "harm": [5.0, 80.0, 1.0]}, index=["shoplifting", "burglary", "cycles"])
>>> found = assess(values, Criteria(weights={"volume": 1, "harm": 2}, proposed=1, share_needed=0.5))
>>> found.proposed, [round(score, 2) for score in found.measures["score"]]
(('burglary',), [0.83, 0.67, 0.0])
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from saferleeds_analysis.catalogue import NATIONAL, local_tables, read_rows, unknown
from saferleeds_analysis.door import read_toml
from saferleeds_analysis.explained import explained
from saferleeds_analysis.figures import TableRow
from saferleeds_analysis.problems import DataProblem, refuse, refuse_unless
from saferleeds_analysis.results import Result

CRITERIA = ("volume", "trend", "harm", "cost", "comparison", "concentration", "repeats")
_FILE = "assessment.toml"
_AS_THE_PACKAGE = "as the package has it"
# So many weightings are drawn: a part of them is then off by less than two in a hundred.
_WEIGHTINGS = 4000


@dataclass(frozen=True, kw_only=True)
class SeverityWeight(TableRow):
    """How grave an offence is: its weight in the Crime Severity Score, made of the sentences that courts gave for it."""

    code: str = explained("the offence's code in the counting rules of the Home Office", "28E")
    offence: str = explained("its name", "Burglary - residential")
    weight: float = explained("its weight, in days of a sentence", "465.4")
    status: str = explained("where the figure was seen", "secondary")
    publication: str = explained("the publication that the figure is of", "Crime Severity Score")
    seen_in: str = explained("where it was seen", "the workbook of the score")


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """How much each criterion weighs, how many measures are proposed, and what part of all weights a measure needs to be ranked."""

    proposed: int = explained("how many measures are proposed as priorities", 3, empty=_AS_THE_PACKAGE)
    share_needed: float = explained(
        "a measure has a place where criteria of this part of all weights can be worked out for it",
        0.5,
        empty=_AS_THE_PACKAGE,
        holds="a number from 0 to 1",
    )
    weights: Mapping[str, float] = explained(
        f"how much each criterion weighs; those that are left out do not count: {', '.join(CRITERIA)}",
        {"volume": 1, "trend": 1, "harm": 2, "cost": 1},
        empty=_AS_THE_PACKAGE,
        holds="a table of numbers from 0 up",
    )

    def __post_init__(self) -> None:
        """Refuse weights of nothing, and criteria that nobody knows."""
        strange = [name for name in self.weights if name not in CRITERIA]
        refuse_unless(
            (not strange, unknown("criterion", "".join(strange[:1]), CRITERIA)),
            (
                all(_is_from_0(weight) for weight in self.weights.values()) and any(self.weights.values()),
                "a weight is a number from 0 up, and one of them is above 0.",
            ),
            (
                type(self.proposed) is int and self.proposed > 0,
                f"proposed is a whole number above 0, not {self.proposed!r}.",
            ),
            (
                _is_from_0(self.share_needed) and self.share_needed <= 1,
                f"share_needed lies between 0 and 1, not {self.share_needed!r}.",
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Assessment(Result):
    """Measures in the order of their scores, those without a place last.

    ``measures`` has a row each: its score in each criterion (missing where it could not be worked out), ``share`` of all weights that these
    are, ``score``, ``place`` and ``acceptability``, all three missing where the share is less than is needed. ``proposed`` are the first.
    """

    measures: pd.DataFrame
    proposed: tuple[str, ...]
    criteria: Criteria

    def to_frame(self) -> pd.DataFrame:
        """Give the measures, a row each."""
        return self.measures.copy()


def load_criteria(folder: Path | str | None = None) -> Criteria:
    """Read how much each criterion weighs: by the table of this package, and by what a project's ``assessment.toml`` says in its place.

    >>> load_criteria().weights["harm"]
    2
    """
    national = read_toml(NATIONAL / _FILE, _FILE)
    own = {
        key: value for path in local_tables(folder, _FILE) for key, value in read_toml(path, _FILE).items()
    }
    refuse(f"{_FILE}: {unknown('key', key, national)}" for key in own if key not in national)
    if not isinstance(own.get("weights", {}), dict):
        raise DataProblem(f"{_FILE}: weights is a table: [weights], then lines such as harm = 2.")
    try:
        return Criteria(**national | own)
    except ValueError as error:
        raise DataProblem(f"{_FILE}: {error}") from None


def severity_weights() -> dict[str, SeverityWeight]:
    """Give the severity weight of each offence by its code.

    >>> round(severity_weights()["46"].weight, 1), severity_weights()["46"].offence
    (11.9, 'Shoplifting')
    """
    return {row.code: row for row in read_rows(NATIONAL / "severity_weights.csv", SeverityWeight)}


def assess(values: pd.DataFrame, criteria: Criteria) -> Assessment:
    """Put measures in order: ``values`` has a row each and a column a criterion, more being more pressing; what is missing is not known."""
    weights = pd.Series(criteria.weights, dtype=float).reindex(values.columns, fill_value=0.0)
    # One that has a criterion to itself is neither above nor below others in it: nought over nought is missing.
    scores = (values.rank(method="average") - 1) / (values.notna().sum() - 1)
    share = scores.notna().mul(weights, axis=1).sum(axis=1) / sum(criteria.weights.values())
    ranked = share.index[(share >= criteria.share_needed) & (share > 0)]
    found = scores.assign(share=share, score=np.nan, place=np.nan, acceptability=np.nan)
    if len(ranked):
        one = _scores_under(scores.loc[ranked], weights.to_numpy()[:, np.newaxis])
        drawn = np.random.default_rng(0).dirichlet(np.ones(int((weights > 0).sum())), _WEIGHTINGS).T
        every = np.zeros((len(weights), _WEIGHTINGS))
        every[(weights > 0).to_numpy()] = drawn
        under = pd.DataFrame(_scores_under(scores.loc[ranked], every)).rank(ascending=False, method="min")
        found.loc[ranked, "score"] = one[:, 0]
        found.loc[ranked, "place"] = found.loc[ranked, "score"].rank(ascending=False, method="min")
        found.loc[ranked, "acceptability"] = (under <= criteria.proposed).mean(axis=1).to_numpy()
    found = found.sort_values("place", kind="stable")
    first = found.index[found["place"] <= criteria.proposed]
    return Assessment(measures=found, proposed=tuple(first), criteria=criteria)


def _scores_under(scores: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    """Give the mean score of each measure, one a row, under each weighting, one a column; each over the criteria that it has."""
    known = scores.notna().to_numpy(dtype=float)
    return (scores.fillna(0.0).to_numpy() @ weights) / np.maximum(known @ weights, 1e-12)


def _is_from_0(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < float("inf")
