"""Intervals of a survey percentage: how far the truth may lie from it, by the methods of R's ``svyciprop`` and Wilson's.

All work on a share between 0 and 1 and what its design left of the base; :mod:`survey` makes these from respondents.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special
from scipy.interpolate import BSpline, KroghInterpolator, make_interp_spline

# With fewer than this expected on either side an interval of logits is too narrow.
FEW_EXPECTED = 30


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the intervals of a share are made from.

    ``variance`` is the share's, ``effect`` the design effect, ``df`` the degrees of freedom; ``counted`` and
    ``weights`` are the answers themselves, one a respondent in the base.
    """

    share: float
    variance: float
    n: int
    effect: float
    df: float
    confidence: float
    counted: np.ndarray
    weights: np.ndarray

    @property
    def effective_base(self) -> float:
        """The base of a simple random sample that tells as much, less for few clusters (Korn and Graubard 1998)."""
        few_clusters = t_quantile(self.confidence, self.n - 1) / t_quantile(self.confidence, self.df)
        return self.n / self.effect * few_clusters**2 if self.effect else np.inf


def house_interval(share: float, effective_base: float) -> str:
    """Choose the interval of a percentage: Wilson while either side expects few, logit from there."""
    # Rounded: where exactly as many are expected, the last digit of a machine must not choose.
    expected = round(min(share, 1 - share) * effective_base, 6)
    return "wilson" if expected < FEW_EXPECTED else "logit"


def wilson_limits(share: float, base: float, confidence: float) -> tuple[float, float]:
    """Give Wilson's score limits of a share of ``base``, which need not be whole (Wilson 1927).

    >>> [round(100 * limit, 1) for limit in wilson_limits(279 / 310, 310, 0.95)]
    [86.2, 92.9]
    """
    z = t_quantile(confidence, np.inf)
    centre = share + z**2 / (2 * base)
    half = z * np.sqrt(share * (1 - share) / base + z**2 / (4 * base**2))
    return float((centre - half) / (1 + z**2 / base)), float((centre + half) / (1 + z**2 / base))


def _wilson(sample: Sample) -> tuple[float, float]:
    return wilson_limits(sample.share, sample.effective_base, sample.confidence)


def _logit(sample: Sample) -> tuple[float, float]:
    _check_inside(sample, "logit")
    centre = special.logit(sample.share)
    half = t_quantile(sample.confidence, sample.df) * _logit_error(sample)
    return float(special.expit(centre - half)), float(special.expit(centre + half))


def _arcsine(sample: Sample) -> tuple[float, float]:
    _check_inside(sample, "arcsine")
    centre = np.arcsin(np.sqrt(sample.share))
    error = np.sqrt(sample.variance / (4 * sample.share * (1 - sample.share)))
    half = t_quantile(sample.confidence, sample.df) * error
    return float(np.sin(max(centre - half, 0)) ** 2), float(np.sin(min(centre + half, np.pi / 2)) ** 2)


def _mean(sample: Sample) -> tuple[float, float]:
    half = t_quantile(sample.confidence, sample.df) * np.sqrt(sample.variance)
    return float(sample.share - half), float(sample.share + half)


def _beta(sample: Sample) -> tuple[float, float]:
    """Clopper and Pearson's limits on the effective base, one respondent fewer than Wilson's as R has it."""
    base = sample.effective_base * (sample.n - 1) / sample.n
    tail = (1 - sample.confidence) / 2
    yes, no = base * sample.share, base * (1 - sample.share)
    lower = special.betaincinv(yes, no + 1, tail) if yes else 0.0
    upper = special.betaincinv(yes + 1, no, 1 - tail) if no else 1.0
    return float(lower), float(upper)


def _likelihood(sample: Sample) -> tuple[float, float]:
    """Limits where the deviance, scaled by the design effect, reaches the t quantile (Rao and Scott 1984).

    The root is read off a profile in steps of a fifth on the logit scale, joined by a cubic spline, because R does so
    and agreement with R is worth more here than the exact root, which lies within 0.002 percentage points.
    """
    _check_inside(sample, "likelihood")
    share, n = sample.share, sample.n
    error = _logit_error(sample)
    cutoff = t_quantile(sample.confidence, sample.df) * error * np.sqrt(_information(sample))
    furthest = special.stdtrit(n - 1, 1 - special.ndtr(-cutoff) / 4)
    step = furthest / 5 * error
    steps = np.arange(-59, 60)
    with np.errstate(invalid="ignore"):  # endless steps, of very few clusters, are refused below
        x = special.logit(share) + step * steps
    tried = special.expit(x)
    deviance = 2 * n * (special.rel_entr(share, tried) + special.rel_entr(1 - share, 1 - tried))
    z = np.sign(steps) * np.sqrt(np.maximum(deviance, 0) * (n - 1) / n)
    # The points that are not too far (the middle never is), and one more on either side.
    near = np.flatnonzero(~(np.abs(z) >= furthest))
    used = slice(max(near[0] - 1, 0), near[-1] + 2)
    x, z = x[used], z[used]
    if not np.isfinite(z).all():
        raise ValueError("so few clusters have no likelihood interval; leave the choice to the house rule.")
    fine = np.linspace(x[0], x[-1], 3 * len(x))
    lower, upper = np.interp([-cutoff, cutoff], _spline(x, z)(fine), fine)
    return float(special.expit(lower)), float(special.expit(upper))


INTERVALS: dict[str, tuple[str, Callable[[Sample], tuple[float, float]]]] = {
    "logit": ("logit", _logit),
    "xlogit": ("logit of the mean", _logit),
    "likelihood": ("likelihood", _likelihood),
    "arcsine": ("arcsine", _arcsine),
    "beta": ("beta (Korn-Graubard)", _beta),
    "mean": ("mean (t)", _mean),
    "wilson": ("Wilson on the effective base", _wilson),
}


def _spline(x: np.ndarray, y: np.ndarray) -> BSpline:
    """Join points by a cubic spline whose third derivative at each end is that of a cubic through the four end points.

    Forsythe, Malcolm and Moler (1977), R's default; none of scipy's named end conditions is this one.
    """
    ends = ((x[:4], y[:4]), (x[-4:], y[-4:]))
    first, last = (float(KroghInterpolator(at, of).derivative(at[0], 3)) for at, of in ends)
    return make_interp_spline(x, y, k=3, bc_type=([(3, first)], [(3, last)]))


def _information(sample: Sample) -> float:
    """Give n p (1 - p) as R's ``glm`` has it: from the fit one step before it stops, which moves the seventh digit."""
    weights = sample.weights / sample.weights.mean()
    y = sample.counted.astype(float)
    mu = (weights * y + 0.5) / (weights + 1)
    before = np.inf
    while True:
        information = weights * mu * (1 - mu)
        fitted = information @ (special.logit(mu) + (y - mu) / (mu * (1 - mu))) / information.sum()
        mu = np.full(sample.n, special.expit(fitted))
        deviance = -2 * weights @ np.log(np.where(sample.counted, mu, 1 - mu))
        if abs(deviance - before) < 1e-8 * (abs(deviance) + 0.1):
            return float(information.sum())
        before = deviance


def _logit_error(sample: Sample) -> float:
    return float(np.sqrt(sample.variance) / (sample.share * (1 - sample.share)))


def _check_inside(sample: Sample, name: str) -> None:
    if not 0 < sample.share < 1:
        raise ValueError(
            f"the {name} interval does not exist at 0% or 100%; leave the choice to the house rule."
        )


@lru_cache
def t_quantile(confidence: float, degrees_of_freedom: float) -> float:
    """Give the two-sided quantile of Student's t, or of the normal distribution for infinite degrees of freedom."""
    tail = (1 + confidence) / 2
    return float(
        special.ndtri(tail) if np.isinf(degrees_of_freedom) else special.stdtrit(degrees_of_freedom, tail)
    )
