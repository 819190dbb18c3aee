"""How long cases take: the median duration with its interval, those still open counted in, and the change from one year to another.

A case that is still open has lasted at least until now. Kaplan and Meier's curve (1958) uses that, and neither leaves such cases out,
which would make the service look quick, nor takes them as closed. The curve, its interval (Brookmeyer and Crowley 1982, on
the scale of the log of minus the log) and the log-rank test (Mantel 1966) are those of statsmodels.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.results import Result

METHOD = "Kaplan-Meier, log-log"
# A curve that should lie at just a half is off by this at most.
_ROUNDING = 1e-9
_SURE = 0.05


@dataclass(frozen=True, kw_only=True)
class DurationChange(Result):
    """Whether cases close sooner (``"fell"``) or later (``"rose"``) than before by a log-rank test, with its chance ``p``; else ``"no clear change"``."""

    direction: str
    p: float


def followed(cases: pd.DataFrame, *, first: date, last: date) -> pd.DataFrame:
    """Give for each case opened between two days how many ``days`` it lasted by the second, and whether it had ``closed`` by then.

    >>> cases = pd.DataFrame({"opened": ["2012-04-02", "2012-04-02", "2011-01-01"], "closed": ["2012-04-12", None, None]})
    >>> followed(cases.apply(pd.to_datetime), first=date(2012, 4, 1), last=date(2012, 6, 30)).to_dict("list")
    {'days': [10, 89], 'closed': [True, False]}
    """
    since, until = pd.Timestamp(first), pd.Timestamp(last)
    own = cases[cases["opened"].between(since, until)]
    closed = own["closed"] <= until
    lasted = own["closed"].where(closed, until) - own["opened"]
    return pd.DataFrame({"days": lasted.dt.days, "closed": closed})


def median_duration(durations: pd.DataFrame) -> Estimate | None:
    """Give the median of :func:`followed` cases with its 95% interval; ``None`` while half of them cannot be told to have closed.

    An upper limit that cannot be told yet is infinite.

    >>> median = median_duration(pd.DataFrame({"days": [3, 5, 8, 13, 21, 34], "closed": [True, True, True, True, False, True]}))
    >>> median.value, median.lower, median.upper
    (10.5, 3.0, 34.0)
    >>> median_duration(pd.DataFrame({"days": [3, 9, 9], "closed": [True, False, False]})) is None
    True
    """
    if not durations["closed"].any():
        return None
    # At the end of a curve that reaches nought the scale of the interval has no value.
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = SurvfuncRight(durations["days"], durations["closed"])
        lower, upper = curve.quantile_ci(0.5)
    # Where the curve lies flat at a half, the median is the middle of the flat, as that of a sample is.
    flat = [curve.quantile(0.5 - _ROUNDING), curve.quantile(0.5 + _ROUNDING)]
    if np.isnan(flat[0]):
        return None
    value = float(np.nanmean(flat))
    # A curve of many equal days may step over the whole interval at once: then its ends are the median.
    return Estimate(
        value=value,
        lower=float(np.fmin(lower, value)),
        upper=float(np.fmax(upper, value)),
        unit="days",
        method=METHOD,
        confidence=0.95,
        n=len(durations),
    )


def change_of_durations(earlier: pd.DataFrame, later: pd.DataFrame) -> DurationChange:
    """Compare two sets of :func:`followed` cases over their whole course, not at the median alone.

    >>> quick, slow = (pd.DataFrame({"days": range(n, 20 * n, n), "closed": True}) for n in (1, 3))
    >>> change_of_durations(slow, quick).direction, change_of_durations(quick, quick).direction
    ('fell', 'no clear change')
    """
    both = pd.concat([earlier, later])
    is_later = np.repeat([0, 1], [len(earlier), len(later)])
    try:
        _, p = survdiff(both["days"], both["closed"], is_later)
    except np.linalg.LinAlgError:  # no case closed while others of both were open
        return DurationChange(direction="no clear change", p=1.0)
    if p >= _SURE:
        return DurationChange(direction="no clear change", p=float(p))
    # The slope of Cox's likelihood where both are alike has the sign of what the test sums up: closings more than expected.
    more = PHReg(both["days"], is_later, status=both["closed"]).score(np.zeros(1))[0]
    return DurationChange(direction="fell" if more > 0 else "rose", p=float(p))
