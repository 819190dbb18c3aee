"""Survey estimates from respondents: percentages, means, totals and ratios, each with the error its design gives it.

A percentage from a survey is as sure as the way its respondents were chosen, not only as their number. The design says
how: in which stratum and cluster each was drawn, with which weight, out of how many. Standard errors come from Taylor
linearisation (Woodruff 1971; Särndal, Swensson and Wretman 1992, chapter 5), as in R's ``survey``, SUDAAN and Stata.

>>> people = pd.DataFrame({"weight": [1.0] * 200, "worse": ["yes"] * 25 + ["no"] * 175})
>>> design = survey_design(people, weight="weight")
>>> e = proportion(design, "worse", answers=["yes"], out_of=["yes", "no"])
>>> round(e.value, 1), round(e.lower, 1), round(e.upper, 1), e.method, e.n
(12.5, 8.6, 17.8, 'Wilson on the effective base', 200)
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import special

from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.methods.survey_intervals import INTERVALS, Sample, house_interval, t_quantile
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.results import Result

SINGLE_UNIT_RULES = ("certainty", "adjust", "average")

# In so many rounds weights settle on their margins, or never will.
_ROUNDS = 500

# Below this base a percentage is not printed (house rule).
SMALLEST_BASE = 30

# Up to this many degrees of freedom (six clusters of a stratum) clusters that lie closer together than chance leaves them
# in one sample of twenty tell nothing of how clusters differ; with more, only those that agree to the last digit.
_FEW, _TOO_CLOSE = 5, 0.05

# How the caveat begins that many comparisons give to a change.
CLEAR_ALONE = "Clear if looked at alone"


@dataclass(frozen=True, kw_only=True)
class SurveyEstimate(Estimate):
    """An estimate from a survey, with what its interval was made of.

    ``standard_error`` is in the estimate's unit. ``degrees_of_freedom`` are clusters less strata among the respondents
    that count. ``design_effect`` is the variance over that of a simple random sample of ``n`` drawn with replacement,
    and ``effective_n`` is ``n`` divided by it; both are ``None`` where they have no meaning (totals, ratios and
    differences). ``definition`` names the question and the answers that count: figures of two definitions are never
    subtracted. ``linearised`` and ``in_base`` hold one value a respondent, from which differences are made.
    """

    standard_error: float
    degrees_of_freedom: float
    design_effect: float | None = None
    effective_n: float | None = None
    definition: str = ""
    linearised: np.ndarray | None = field(default=None, repr=False, compare=False)
    in_base: np.ndarray | None = field(default=None, repr=False, compare=False)

    def to_frame(
        self, *, indicator_id: str = "", area: str = "", period: str = "", measure: str = ""
    ) -> pd.DataFrame:
        """Give the estimate as one tidy row."""
        row = {
            "indicator_id": indicator_id,
            "area": area,
            "period": period,
            "measure": measure,
            "value": self.value,
            "lower": self.lower,
            "upper": self.upper,
            "confidence": self.confidence,
            "unit": self.unit,
            "method": self.method,
            "n": self.n,
            "standard_error": self.standard_error,
            "degrees_of_freedom": self.degrees_of_freedom,
            "design_effect": self.design_effect,
            "effective_n": self.effective_n,
            "definition": self.definition,
            "caveats": " ".join(self.caveats),
        }
        return pd.DataFrame([row])


@dataclass(frozen=True, kw_only=True)
class SurveyChange(Result):
    """The change from one percentage to another, in percentage points.

    ``direction`` is ``"fell"``, ``"rose"`` or ``"no clear change"``. ``adjusted_p_value`` allows for all the
    ``comparisons`` that were made together (Holm 1979); the direction follows it, so among many comparisons a change
    whose own interval leaves out zero can still be no clear change, and the caveat of the difference says so.
    """

    earlier: SurveyEstimate
    later: SurveyEstimate
    difference: SurveyEstimate
    p_value: float
    adjusted_p_value: float
    comparisons: int
    direction: str


@dataclass(frozen=True, kw_only=True, eq=False)
class SurveyDesign:
    """Respondents and how they were chosen. Made by :func:`survey_design` and :func:`rake`.

    ``known`` says in which groups of known size each respondent is (respondents by groups), and what takes out of values,
    one a respondent, their regression on these groups (groups by respondents); ``None`` where the weights fit no population.
    """

    respondents: pd.DataFrame
    weights: np.ndarray
    single_unit_strata: str | None
    known: tuple[np.ndarray, np.ndarray] | None
    stages: tuple["_Stage", ...] = field(repr=False)

    @property
    def degrees_of_freedom(self) -> int:
        """Clusters less strata of the whole design."""
        return _degrees_of_freedom(self, np.ones(len(self.weights), bool))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stage:
    """One stage of sampling: which unit each respondent is in, and which stratum each unit is in.

    From the second stage on a stratum is a unit of the stage before. By stratum, ``units`` counts its units, ``scale``
    is the factor on its sum of squares, and ``single`` says that it has one unit of several in the population.
    """

    unit: np.ndarray
    stratum_of_unit: np.ndarray
    units: np.ndarray
    scale: np.ndarray
    single: np.ndarray


# --------------------------------------------------------------------------------------------------- the design


def survey_design(
    respondents: pd.DataFrame,
    *,
    weight: str | None,
    strata: str | None = None,
    clusters: str | Sequence[str] = (),
    population_sizes: str | Sequence[str] = (),
    wave: str | None = None,
    single_unit_strata: str | None = None,
    margins: Mapping[str, Mapping[object, float]] | None = None,
) -> SurveyDesign:
    """Say how the respondents, one a row, were chosen; refuse a file from which no error can be taken.

    ``weight`` names the column of weights (``None``: everyone counts alike, or as the population sizes imply).
    ``strata`` names the first stage's strata. ``clusters`` names the units drawn at each stage, first stage first;
    the same label in two strata (or in two units of the stage before) means two units. ``population_sizes`` names, a
    column a stage, the number of units in the population of the stratum, for the finite population correction; without
    it the first stage counts alone, as if drawn with replacement. ``wave`` names the column of a survey whose waves
    were each drawn afresh, so that waves are crossed with strata.

    A stratum with one unit tells nothing of how units in it differ. ``single_unit_strata`` has no default: such a
    stratum is refused until one of R's rules is named: ``"certainty"`` (it adds nothing), ``"adjust"`` (its distance
    from the mean of all strata counts; for a total, from zero) or ``"average"`` (it adds what other strata add on
    average). ``margins`` gives, by column, the numbers of its groups in the population, to which :func:`rake` fits the weights.

    >>> people = pd.DataFrame({"weight": 1.0, "ward": ["A"] * 6 + ["B"] * 6, "street": [n // 2 for n in range(12)]})
    >>> int(survey_design(people, weight="weight", strata="ward", clusters="street").degrees_of_freedom)  # 6 streets less 2 wards
    4
    """
    clusters = [clusters] if isinstance(clusters, str) else [*clusters]
    sizes = [population_sizes] if isinstance(population_sizes, str) else [*population_sizes]
    stages = max(len(clusters), 1)
    if len(sizes) not in (0, stages):
        raise ValueError(f"population sizes are needed for each of the {stages} stages, or for none of them.")
    if single_unit_strata not in (None, *SINGLE_UNIT_RULES):
        raise ValueError(
            f"{single_unit_strata!r} is not a rule for strata with one unit: {SINGLE_UNIT_RULES}."
        )
    first = [column for column in (wave, strata) if column is not None]
    _check_columns(respondents, [*first, *clusters, *sizes], weight)
    # Without clusters each respondent is a unit; without population sizes only the first stage counts.
    labels = [pd.factorize(respondents[column])[0] for column in clusters] or [np.arange(len(respondents))]
    populations = [respondents[column].astype(float) for column in sizes] or [None]
    parent = _codes(respondents[first])
    made, implied, lead = [], np.ones(len(respondents)), np.ones(1)
    for label, population in zip(labels, populations, strict=False):
        unit = _codes(pd.DataFrame({"parent": parent, "unit": label}))
        made.append(_stage(unit, parent, population, lead))
        if population is not None:
            implied = implied * population.to_numpy() / made[-1].units[parent]
            lead = _first_of(1 / implied, unit)
        parent = unit
    if len(made[0].stratum_of_unit) == 1:
        raise DataProblem(
            "The survey file has a single cluster: how clusters differ, and so the error, cannot be known from it."
        )
    if single_unit_strata is None:
        _check_single_units(made, respondents[first])
    design = SurveyDesign(
        respondents=respondents,
        weights=implied if weight is None else respondents[weight].to_numpy(float),
        single_unit_strata=single_unit_strata,
        known=None,
        stages=tuple(made),
    )
    return design if margins is None else rake(design, margins=margins)


def rake(design: SurveyDesign, *, margins: Mapping[str, Mapping[object, float]]) -> SurveyDesign:
    """Scale the weights until the groups of every column of ``margins`` add up to their numbers in the population.

    Each column is fitted in turn until all of them hold (Deming and Stephan 1940). The error is that of what is left of an
    answer beside its regression on the groups, by the weights before (Deville and Särndal 1992), as R's ``calibrate`` with
    ``calfun = "raking"``; of one column it leaves out how far chance moved the groups' sizes (Holt and Smith 1979), as R's
    ``postStratify``. Margins that differ by rounding are scaled to the first one's total.

    >>> people = pd.DataFrame({"weight": 1.0, "sex": ["f", "m"] * 30, "age": ["old"] * 20 + ["young"] * 40})
    >>> margins = {"sex": {"f": 520, "m": 480}, "age": {"old": 400, "young": 600}}
    >>> raked = rake(survey_design(people, weight="weight"), margins=margins)
    >>> people.assign(weight=raked.weights).groupby("age")["weight"].sum().round(6).to_dict()
    {'old': 400.0, 'young': 600.0}
    """
    if design.known is not None:
        raise ValueError("the weights fit a population already: give all its margins in one call of rake.")
    fitted = [_margin(design, by, population) for by, population in margins.items()]
    whole = [numbers.sum() for _, numbers in fitted]
    if max(whole) > 1.001 * min(whole):
        totals = ", ".join(f"{by!r} {total:,.0f}" for by, total in zip(margins, whole, strict=True))
        raise DataProblem(f"The margins are of different populations: {totals}. Take them from one count.")
    fitted = [(codes, numbers * (whole[0] / numbers.sum())) for codes, numbers in fitted]
    weights = design.weights
    for _ in range(_ROUNDS):
        for codes, numbers in fitted:
            weights = weights * (numbers / np.bincount(codes, weights))[codes]
        if all(np.allclose(np.bincount(c, weights), numbers, rtol=1e-10) for c, numbers in fitted):
            break
    else:
        raise DataProblem(
            f"The weights cannot be made to fit {_listed(margins)} together: nobody is in some combinations of their groups. "
            "Join small groups."
        )
    groups = np.concatenate([np.eye(len(numbers))[codes] for codes, numbers in fitted], axis=1)
    weighted = groups.T * design.weights
    return replace(design, weights=weights, known=(groups, np.linalg.pinv(weighted @ groups) @ weighted))


def _margin(
    design: SurveyDesign, by: str, population: Mapping[object, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Give the group of each respondent as a number from 0, and the population of each group."""
    _check_columns(design.respondents, [by], None)
    groups = design.respondents[by]
    unknown = sorted(set(groups) - set(population), key=str)
    empty = sorted(set(population) - set(groups), key=str)
    if unknown or empty:
        raise DataProblem(
            f"Weights by {by!r} need the same groups in the file and the population. "
            f"Only in the file: {_listed(unknown) or 'none'}. Only in the population: {_listed(empty) or 'none'}."
        )
    wrong = [group for group, number in population.items() if not 0 < number < np.inf]
    if wrong:
        raise DataProblem(f"Weights by {by!r}: the population of {_listed(wrong)} is no number above 0.")
    codes, labels = pd.factorize(groups)
    if (np.bincount(codes, design.weights) <= 0).any():
        raise DataProblem(f"Weights by {by!r}: the weights of a group are all 0.")
    return codes, np.array([float(population[label]) for label in labels])


# ------------------------------------------------------------------------------------------------ the estimates


def proportion(
    design: SurveyDesign,
    question: str,
    *,
    answers: Collection[object],
    out_of: Collection[object],
    left_out: Collection[object] = (),
    where: pd.Series | np.ndarray | None = None,
    interval: str | None = None,
    confidence: float = 0.95,
    degrees_of_freedom: float | None = None,
    definition: str = "",
) -> SurveyEstimate:
    """Estimate the percentage that gave one of ``answers``, out of those who gave one of ``out_of``.

    Codes that are allowed but do not count in the base ("don't know") go in ``left_out``; any other code is refused,
    and no answer at all is left out of the base and told in a caveat. ``where`` chooses a part of the respondents (a
    locality, a wave), whose error allows for the rest of the sample.

    ``interval`` is ``"logit"``, ``"xlogit"``, ``"likelihood"``, ``"arcsine"``, ``"beta"`` (Korn and Graubard 1998),
    ``"mean"``, the names of R's ``svyciprop``, or ``"wilson"`` on the effective base. Without one the house rule
    chooses, and ``method`` tells: Wilson where the effective base expects fewer than 30 on either side, logit
    otherwise. ``degrees_of_freedom`` stand in for those of the respondents that count: give
    ``design.degrees_of_freedom`` for Stata's convention, or ``float("inf")`` for the normal distribution.

    >>> people = pd.DataFrame({"weight": 1.0, "ward": ["A"] * 50 + ["B"] * 50, "safe": ["yes", "no"] * 50})
    >>> design = survey_design(people, weight="weight")
    >>> e = proportion(design, "safe", answers=["yes"], out_of=["yes", "no"], where=people["ward"] == "A")
    >>> e.value, e.n
    (50.0, 50)
    """
    if interval is not None and interval not in INTERVALS:
        raise ValueError(f"{interval!r} is not an interval for a percentage: {_listed(sorted(INTERVALS))}.")
    outside = set(answers) - set(out_of)
    if outside:
        raise ValueError(f"the answers {_listed(outside)} are not among those that they are out of.")
    codes = design.respondents[question]
    known = codes.isin([*out_of, *left_out])
    strange = codes.notna() & ~known
    if strange.any():
        raise DataProblem(
            f"Question {question!r} has an unknown answer code {_listed(codes[strange].unique())} in "
            f"{_rows(design.respondents, strange)}. Allowed: {_listed([*out_of, *left_out])}."
        )
    chosen = _chosen(design, where)
    in_base = chosen & codes.isin(list(out_of)).to_numpy()
    silent = int((chosen & codes.isna().to_numpy()).sum())
    return percentage(
        design,
        counted=codes.isin(list(answers)).to_numpy(),
        base=in_base,
        asked=chosen,
        interval=interval,
        confidence=confidence,
        degrees_of_freedom=degrees_of_freedom,
        definition=definition,
        caveats=_silence(silent),
    )


def percentage(
    design: SurveyDesign,
    *,
    counted: np.ndarray,
    base: np.ndarray,
    asked: np.ndarray | None = None,
    interval: str | None = None,
    confidence: float = 0.95,
    degrees_of_freedom: float | None = None,
    definition: str = "",
    caveats: tuple[str, ...] = (),
) -> SurveyEstimate:
    """Estimate the percentage ``counted`` among ``base``, each one true or false a respondent.

    :func:`proportion` does this from answer codes, which it checks; this is for many estimates from one question.
    Those ``asked`` (the base, unless more are given) have the degrees of freedom.
    """
    base = base & (design.weights > 0)
    n, df = _base_and_degrees_of_freedom(design, base, base if asked is None else asked, degrees_of_freedom)
    y = np.where(counted, 100.0, 0.0)
    value, linearised = _linearised_mean(design.weights, y, base)
    value = min(max(value, 0.0), 100.0)
    variance, told = _variance(design, linearised, base if asked is None else asked)
    caveats = (*caveats, *told)
    if 0 < value < 100:
        effect = variance / _simple_variance(design.weights, y, base, value)
    else:
        # The answers cannot show the effect of the design when all agree; the weights' own effect (Kish) is the least.
        weights = design.weights[base]
        effect = n * (weights @ weights) / weights.sum() ** 2
        caveats = (*caveats, "All agree, so only the weights' part of the design effect is allowed for.")
    if n < SMALLEST_BASE:
        caveats = (*caveats, f"Base of {n}, under {SMALLEST_BASE}: not to be printed as a percentage.")
    share = value / 100
    sample = Sample(
        share=share,
        variance=variance / 1e4,
        n=n,
        effect=effect,
        df=df,
        confidence=confidence,
        counted=counted[base],
        weights=design.weights[base],
    )
    method, limits = INTERVALS[interval or house_interval(share, sample.effective_base)]
    if variance == 0 and 0 < share < 1:
        lower = upper = share
        caveats = (
            *caveats,
            "No sampling error: all were asked, or the weights are made to give this percentage.",
        )
    else:
        lower, upper = limits(sample)
    return SurveyEstimate(
        value=value,
        lower=min(100 * lower, value),
        upper=max(100 * upper, value),
        unit="%",
        method=method,
        confidence=confidence,
        n=n,
        caveats=caveats,
        standard_error=float(np.sqrt(variance)),
        degrees_of_freedom=float(df),
        design_effect=float(effect),
        effective_n=n / effect if effect else None,
        definition=definition,
        linearised=linearised,
        in_base=base,
    )


def mean(
    design: SurveyDesign,
    variable: str,
    *,
    unit: str,
    where: pd.Series | np.ndarray | None = None,
    confidence: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> SurveyEstimate:
    """Estimate the mean of a numeric column, with Student's t interval.

    >>> people = pd.DataFrame({"weight": 1.0, "score": [1.0, 2.0, 3.0, 4.0]})
    >>> e = mean(survey_design(people, weight="weight"), "score", unit="points")
    >>> e.value, round(e.standard_error, 4)
    (2.5, 0.6455)
    """
    y, in_base, asked, caveats = _numbers(design, [variable], where)
    value, linearised = _linearised_mean(design.weights, y[0], in_base)
    simple = _simple_variance(design.weights, y[0], in_base, value)
    # Where everybody gave the same answer there is no variance to set the design's beside.
    effect = _variance(design, linearised, asked)[0] / simple if simple else None
    return _with_t_interval(
        design, value, linearised, in_base, asked, unit, confidence, degrees_of_freedom, caveats, effect
    )


def total(
    design: SurveyDesign,
    variable: str,
    *,
    unit: str,
    where: pd.Series | np.ndarray | None = None,
    confidence: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> SurveyEstimate:
    """Estimate the total of a numeric column in the population; the weights must add up to the population."""
    y, in_base, asked, caveats = _numbers(design, [variable], where)
    linearised = np.where(in_base, design.weights * y[0], 0.0)
    return _with_t_interval(
        design, linearised.sum(), linearised, in_base, asked, unit, confidence, degrees_of_freedom, caveats
    )


def ratio(
    design: SurveyDesign,
    numerator: str,
    denominator: str,
    *,
    unit: str,
    where: pd.Series | np.ndarray | None = None,
    confidence: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> SurveyEstimate:
    """Estimate the total of one numeric column over the total of another."""
    (y, x), in_base, asked, caveats = _numbers(design, [numerator, denominator], where)
    below = design.weights[in_base] @ x[in_base]
    if below == 0:
        raise DataProblem(f"column {denominator!r} adds up to 0: nothing can be divided by it.")
    value = design.weights[in_base] @ y[in_base] / below
    linearised = np.where(in_base, design.weights * (y - value * x) / below, 0.0)
    return _with_t_interval(
        design, value, linearised, in_base, asked, unit, confidence, degrees_of_freedom, caveats
    )


def contrast(
    design: SurveyDesign,
    estimates: Sequence[SurveyEstimate],
    coefficients: Sequence[float],
    *,
    unit: str,
    confidence: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> SurveyEstimate:
    """Estimate a weighted sum of estimates of one design, with their covariance.

    Student's t with the degrees of freedom of the whole design, as R's ``svycontrast`` is used, unless others are given.
    """
    if len(estimates) != len(coefficients):
        raise ValueError("each estimate needs its coefficient.")
    if any(e.linearised is None or len(e.linearised) != len(design.weights) for e in estimates):
        raise ValueError("a contrast needs estimates that were all made from this design.")
    value = sum(c * e.value for c, e in zip(coefficients, estimates, strict=True))
    linearised = sum(c * e.linearised for c, e in zip(coefficients, estimates, strict=True))
    in_base = np.logical_or.reduce([e.in_base for e in estimates])
    caveats = tuple(dict.fromkeys(c for e in estimates for c in e.caveats))
    raw = covariance(design, np.stack([e.linearised for e in estimates], axis=1))
    extra = float(np.square(coefficients) @ hidden_variances(estimates, raw))
    return _with_t_interval(
        design,
        value,
        linearised,
        in_base,
        in_base,
        unit,
        confidence,
        design.degrees_of_freedom if degrees_of_freedom is None else degrees_of_freedom,
        caveats,
        extra_variance=extra,
    )


def change(
    design: SurveyDesign,
    *,
    earlier: SurveyEstimate,
    later: SurveyEstimate,
    confidence: float = 0.95,
    degrees_of_freedom: float | None = None,
) -> SurveyChange:
    """Compare two percentages of one design, such as two waves or two localities.

    >>> people = pd.DataFrame({"weight": 1.0, "year": [1] * 50 + [2] * 50, "safe": ["yes", "no"] * 25 + ["yes"] * 50})
    >>> design = survey_design(people, weight="weight")
    >>> first, second = (
    ...     proportion(design, "safe", answers=["yes"], out_of=["yes", "no"], where=people["year"] == year) for year in (1, 2)
    ... )
    >>> found = change(design, earlier=first, later=second)
    >>> found.difference.value, found.direction
    (50.0, 'rose')
    """
    difference = contrast(
        design,
        [later, earlier],
        [1, -1],
        unit="percentage points",
        confidence=confidence,
        degrees_of_freedom=degrees_of_freedom,
    )
    return change_from_difference(earlier=earlier, later=later, difference=difference)


def change_from_difference(
    *, earlier: SurveyEstimate, later: SurveyEstimate, difference: SurveyEstimate
) -> SurveyChange:
    """Test a difference against none, and say which way it goes; refuse two definitions or two units."""
    if earlier.definition != later.definition:
        raise ValueError(
            f"{earlier.definition!r} and {later.definition!r} are two definitions: one is never subtracted from "
            "the other. Show them as two lines with a break between."
        )
    if (earlier.unit, later.unit) != ("%", "%"):
        raise ValueError("a change in percentage points needs two percentages.")
    p_value = two_sided_p_value(difference.value, difference.standard_error, difference.degrees_of_freedom)
    return SurveyChange(
        earlier=earlier,
        later=later,
        difference=difference,
        p_value=p_value,
        adjusted_p_value=p_value,
        comparisons=1,
        direction=_direction(difference.value, p_value, difference.confidence),
    )


def allow_for_comparisons(changes: Sequence[SurveyChange]) -> tuple[SurveyChange, ...]:
    """Allow for having made all these comparisons together, by Holm's method; directions follow.

    Changes that were allowed for with others before are taken as they are alone.
    """
    if not changes:
        return ()
    # statsmodels' multipletests clears Python's memory at each call, which took most of the time of a survey.
    p_values = np.array([c.p_value for c in changes])
    order = np.argsort(p_values)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.maximum.accumulate(p_values[order] * np.arange(len(changes), 0, -1)).clip(max=1)
    result = []
    for one, p in zip(changes, adjusted, strict=True):
        direction = _direction(one.difference.value, p, one.difference.confidence)
        caveats = [caveat for caveat in one.difference.caveats if not caveat.startswith(CLEAR_ALONE)]
        if direction == "no clear change" and one.p_value < 1 - one.difference.confidence:
            caveats.append(f"{CLEAR_ALONE}, not among the {len(changes)} comparisons made together.")
        result.append(
            replace(
                one,
                difference=replace(one.difference, caveats=tuple(caveats)),
                adjusted_p_value=float(p),
                comparisons=len(changes),
                direction=direction,
            )
        )
    return tuple(result)


def variance_of(estimate: SurveyEstimate) -> float:
    """Give the variance of a percentage; of 0 and 100, which linearisation says have none, the one that its interval implies."""
    t = t_quantile(estimate.confidence, estimate.degrees_of_freedom)
    hidden = 0.0 if 0 < estimate.value < 100 else ((estimate.upper - estimate.lower) / (2 * t)) ** 2
    return estimate.standard_error**2 or hidden


def hidden_variances(estimates: Collection[SurveyEstimate], covariances: np.ndarray) -> np.ndarray:
    """Give what the variance of each estimate has beyond the linearised one, which its clusters or its answers hide."""
    linearised = np.diag(covariances)
    beyond = np.array([variance_of(e) for e in estimates]) - linearised
    return np.where(beyond > 1e-9 * linearised, beyond, 0.0)


def two_sided_p_value(value: float, standard_error: float, degrees_of_freedom: float) -> float:
    """Give the chance of a value at least so far from zero when the truth is zero (Student's t)."""
    if standard_error == 0:
        return 1.0 if value == 0 else 0.0
    statistic = -abs(value) / standard_error
    if np.isinf(degrees_of_freedom):
        return float(2 * special.ndtr(statistic))
    return float(2 * special.stdtr(degrees_of_freedom, statistic))


def covariance(design: SurveyDesign, linearised: np.ndarray) -> np.ndarray:
    """Give the covariance matrix of estimates whose linearised values are the columns of ``linearised``.

    Stage by stage: units' sums about their stratum's mean, times n/(n-1), the share of the stratum not sampled, and
    the share of earlier stages that was sampled (Särndal, Swensson and Wretman 1992, section 4.3).
    """
    if design.known is not None:
        # What is left of each value beside its regression on the groups: their sizes are known, not estimated.
        groups, regression = design.known
        weights = design.weights[:, None]
        values = np.divide(linearised, weights, out=np.zeros_like(linearised), where=weights > 0)
        linearised = linearised - weights * (groups @ (regression @ values))
    result = np.zeros((linearised.shape[1], linearised.shape[1]))
    for stage in design.stages:
        sums = _sums(stage.unit, linearised)
        away = sums - (_sums(stage.stratum_of_unit, sums) / stage.units[:, None])[stage.stratum_of_unit]
        alone = stage.single[stage.stratum_of_unit]
        rule = design.single_unit_strata if alone.any() else None
        if rule == "adjust":
            away[alone] = sums[alone]
        of_stage = away.T @ (away * stage.scale[stage.stratum_of_unit][:, None])
        if rule == "average":
            of_stage *= len(stage.single) / (len(stage.single) - stage.single.sum())
        result += of_stage
    return result


# --------------------------------------------------------------------------------------------------- the machinery


def _with_t_interval(
    design: SurveyDesign,
    value: float,
    linearised: np.ndarray,
    in_base: np.ndarray,
    asked: np.ndarray,
    unit: str,
    confidence: float,
    degrees_of_freedom: float | None,
    caveats: tuple[str, ...],
    effect: float | None = None,
    extra_variance: float = 0.0,
) -> SurveyEstimate:
    n, df = _base_and_degrees_of_freedom(design, in_base, asked, degrees_of_freedom)
    variance, told = _variance(design, linearised, asked, extra_variance)
    error = float(np.sqrt(variance))
    half = t_quantile(confidence, df) * error
    return SurveyEstimate(
        value=float(value),
        lower=float(value - half),
        upper=float(value + half),
        unit=unit,
        method="normal" if np.isinf(df) else "t",
        confidence=confidence,
        n=n,
        caveats=tuple(dict.fromkeys((*caveats, *told))),
        standard_error=error,
        degrees_of_freedom=float(df),
        design_effect=None if effect is None else float(effect),
        effective_n=n / effect if effect else None,
        linearised=linearised,
        in_base=in_base,
    )


def _linearised_mean(weights: np.ndarray, y: np.ndarray, in_base: np.ndarray) -> tuple[float, np.ndarray]:
    counted, answers = weights[in_base], y[in_base]
    size = counted.sum()
    value = float(counted @ answers / size)
    linearised = np.zeros(len(weights))
    linearised[in_base] = counted * (answers - value) / size
    return value, linearised


def _simple_variance(weights: np.ndarray, y: np.ndarray, in_base: np.ndarray, value: float) -> float:
    """Give the variance that a simple random sample of this size, drawn with replacement, would have."""
    counted = weights[in_base]
    return float(counted @ (y[in_base] - value) ** 2 / counted.sum() / (len(counted) - 1))


def _variance(
    design: SurveyDesign, linearised: np.ndarray, asked: np.ndarray, extra: float = 0.0
) -> tuple[float, tuple[str, ...]]:
    """Give the variance of an estimate, and the caveat where its clusters lie too close together to have shown it.

    That of people who were drawn one by one from the same strata then takes its place, as if the effective base were the
    base: no more is credited by SAS's SURVEYFREQ (TRUNCATE) and by the US National Center for Health Statistics (Parker
    et al., Vital and Health Statistics 2(175), 2017). Independent people would bring clusters so close (chi-squared) once
    in twenty samples or less. ``extra`` is variance that linearisation does not see.
    """
    variance = float(covariance(design, linearised[:, None])[0, 0]) + extra
    df = _degrees_of_freedom(design, asked)
    share = special.chdtri(df, 1 - _TOO_CLOSE) / df if 0 < df <= _FEW else 1e-12
    if variance > 2 * share * (linearised @ linearised):  # the floor is less than twice that sum
        return variance, ()
    floor = float(covariance(_drawn_one_by_one(design), linearised[:, None])[0, 0])
    if variance >= share * floor:
        return variance, ()
    return floor, (
        "The clusters lie closer together than chance would leave them, so the error is that of people drawn one by one.",
    )


def _drawn_one_by_one(design: SurveyDesign) -> SurveyDesign:
    """Give the design as if each respondent had been drawn alone from the first stage's stratum, the same share of it."""
    first = design.stages[0]
    stratum = first.stratum_of_unit[first.unit]
    people = np.bincount(stratum)
    unsampled = first.scale * np.where(first.units > 1, 1 - 1 / first.units, 1.0)
    stage = _Stage(
        unit=np.arange(len(stratum)),
        stratum_of_unit=stratum,
        units=people,
        scale=unsampled * people / np.maximum(people - 1, 1),
        single=np.zeros(len(people), bool),
    )
    return replace(design, stages=(stage,))


def _base_and_degrees_of_freedom(
    design: SurveyDesign, in_base: np.ndarray, asked: np.ndarray, given: float | None
) -> tuple[int, float]:
    n = int(in_base.sum())
    if n == 0:
        raise DataProblem("Nobody is in the base: nothing can be estimated from a base of zero.")
    df = _degrees_of_freedom(design, asked) if given is None else given
    if df <= 0 or n == 1:
        raise DataProblem(
            f"The base of {n} lies in a single cluster of each stratum that it touches: its error cannot be known."
        )
    return n, df


def _degrees_of_freedom(design: SurveyDesign, in_base: np.ndarray) -> int:
    first = design.stages[0]
    units = np.flatnonzero(np.bincount(first.unit[in_base & (design.weights > 0)]))
    return len(units) - np.count_nonzero(np.bincount(first.stratum_of_unit[units]))


def _direction(difference: float, p_value: float, confidence: float) -> str:
    if p_value >= 1 - confidence:
        return "no clear change"
    return "fell" if difference < 0 else "rose"


def _numbers(
    design: SurveyDesign, variables: Sequence[str], where: pd.Series | np.ndarray | None
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, tuple[str, ...]]:
    chosen = _chosen(design, where)
    columns = [design.respondents[v].to_numpy(float) for v in variables]
    missing = np.logical_or.reduce([np.isnan(c) for c in columns])
    in_base = chosen & ~missing & (design.weights > 0)
    silent = int((chosen & missing).sum())
    return [np.where(missing, 0.0, c) for c in columns], in_base, chosen, _silence(silent)


def _chosen(design: SurveyDesign, where: pd.Series | np.ndarray | None) -> np.ndarray:
    if where is None:
        return np.ones(len(design.weights), bool)
    if len(where) != len(design.weights) or np.asarray(where).dtype != bool:
        raise ValueError("'where' is true or false for each respondent, without gaps.")
    if isinstance(where, pd.Series) and not where.index.equals(design.respondents.index):
        raise ValueError("'where' has other row labels than the respondents.")
    return np.asarray(where)


def _silence(silent: int) -> tuple[str, ...]:
    return (f"{silent:,} gave no answer and are not in the base.",) if silent else ()


def _check_columns(respondents: pd.DataFrame, columns: Sequence[str], weight: str | None) -> None:
    """Refuse columns that are absent or have gaps, and weights that cannot be weights; all problems in one message."""
    columns = columns if weight is None else [weight, *columns]
    absent = [column for column in columns if column not in respondents.columns]
    if absent:
        raise ValueError(f"the respondents have no column {_listed(absent)}.")
    problems = [] if len(respondents) else ["there are no respondents: the base is zero."]
    gaps = {column: respondents[column].isna() for column in columns}
    problems += [
        f"column {column!r} is missing in {_rows(respondents, missing)}. Fill it in, or take them out."
        for column, missing in gaps.items()
        if missing.any()
    ]
    if weight is not None and len(respondents):
        numbers = pd.to_numeric(respondents[weight], errors="coerce").replace([np.inf, -np.inf], np.nan)
        strange, negative = numbers.isna() & respondents[weight].notna(), numbers < 0
        if strange.any():
            problems.append(
                f"column {weight!r} holds weights that are no numbers in {_rows(respondents, strange)}."
            )
        elif negative.any():
            problems.append(f"column {weight!r} holds weights below 0 in {_rows(respondents, negative)}.")
        elif not numbers.sum() > 0:
            problems.append(f"all weights in column {weight!r} are 0.")
    if problems:
        raise DataProblem("The survey file cannot be used: " + " ".join(problems))


def _stage(unit: np.ndarray, parent: np.ndarray, population: pd.Series | None, lead: np.ndarray) -> _Stage:
    stratum_of_unit = _first_of(parent, unit)
    units = np.bincount(stratum_of_unit)
    unsampled = np.ones(len(units))
    if population is not None:
        by_stratum = _first_of(population.to_numpy(), parent)
        if (population != by_stratum[parent]).any():
            raise DataProblem(
                f"column {population.name!r} gives two population sizes for one stratum (or one cluster): one is wrong."
            )
        if (by_stratum < units).any():
            raise DataProblem(
                f"column {population.name!r} gives fewer units in the population than are in the sample."
            )
        unsampled = 1 - units / by_stratum
    # A stratum of which every unit was sampled has no error, be it of one unit.
    single = (units == 1) & (unsampled > 1e-7)
    scale = lead * unsampled * np.where(units > 1, units / np.maximum(units - 1, 1), 1.0)
    return _Stage(
        unit=unit,
        stratum_of_unit=stratum_of_unit,
        units=units,
        scale=scale,
        single=single,
    )


def _check_single_units(stages: Sequence[_Stage], strata: pd.DataFrame) -> None:
    for number, stage in enumerate(stages, start=1):
        if not stage.single.any():
            continue
        if number == 1:
            alone = strata[stage.single[stage.stratum_of_unit[stage.unit]]]
            labels = [" ".join(map(str, row)) for row in alone.drop_duplicates().itertuples(index=False)]
            place = f"Strata with one unit: {_listed(labels)}."
        else:
            place = f"{int(stage.single.sum())} units of stage {number - 1} hold one unit of stage {number}."
        raise DataProblem(
            f"{place} How units differ there cannot be known. Join such strata to their neighbours, or name a rule in "
            f"single_unit_strata: {', '.join(SINGLE_UNIT_RULES)}."
        )


def _first_of(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    _, first = np.unique(codes, return_index=True)
    return values[first]


def _codes(frame: pd.DataFrame) -> np.ndarray:
    """Number the distinct rows from 0; without columns all rows are alike."""
    return frame.groupby([*frame.columns, np.zeros(len(frame))], sort=False).ngroup().to_numpy()


def _sums(codes: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Add up the rows of ``columns`` by code."""
    return np.stack([np.bincount(codes, column) for column in columns.T], axis=1)


def _listed(items: Collection[object]) -> str:
    return ", ".join(repr(i) if not isinstance(i, str) else f"'{i}'" for i in items)


def _rows(respondents: pd.DataFrame, chosen: pd.Series) -> str:
    labels = [str(label) for label in respondents.index[chosen.to_numpy()]]
    if len(labels) == 1:
        return f"row {labels[0]}"
    more = f" and {len(labels) - 5:,} more" if len(labels) > 5 else ""
    return f"rows {', '.join(labels[:5])}{more}"
