"""Did it work? An area where something was done, beside areas where nothing was, and beside what nothing at all produces.

Counts of a year move by a fifth beside those elsewhere although nothing was done, so a test that takes offences as independent finds
an effect almost anywhere. Here the effect is set beside that of placebos: the same sum for every area without the
intervention, at its date and at earlier dates. docs/methods/intervention.md says how it was proved, and on what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Caveat
from saferleeds_analysis.estimates import Estimate
from saferleeds_analysis.methods.counts import BREAK_KIND, check_counts, under_caveats
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.problems import DataProblem, refuse_unless
from saferleeds_analysis.results import Result

#: An effect that stays unseen at this size or less leaves room to say that there is no sign of one.
WORTH_SEEING = 20.0
#: Fewer places without the intervention say nothing of how far places differ.
FEWEST_DONORS = 5
_FEWEST_PLACEBOS, _FEWEST_EVENTS = 40, 30
_POWER = 0.8416  # standard errors beyond the limit for four chances in five
VERDICTS = {
    "fell": "It fell further, or rose less, than places where nothing was done, by more than those differ among themselves.",
    "rose": "It fell less, or rose further, than places where nothing was done, by more than those differ among themselves.",
    "no sign": "No sign of an effect: one large enough to matter would probably have been seen.",
    "cannot tell": "The figures cannot tell: nothing at all could have produced as much, and a real effect would probably have gone unseen.",
}


@dataclass(frozen=True, kw_only=True)
class Intervention(Result):
    """What an area did after something was done there, beside the areas where nothing was.

    ``effect`` is in per cent of what the area would have had, had it moved as areas without it do, with its interval from the
    ``placebos``: one row for each area and start, with ``effect`` (per cent) and ``distance`` (in its own standard deviations).
    ``p_value`` is the share of placebos as far out. ``smallest_seen`` is the smallest fall, in per cent, that would be
    found four times in five. ``before`` is how the area moved beside the others in the year before the start, in per cent, ``displaced``
    the effect in the areas around it. ``verdict`` is one of ``fell``, ``rose``, ``no sign`` and ``cannot tell``.
    """

    areas: tuple[str, ...]
    start: pd.Period
    months: int
    counts: tuple[int, int]
    elsewhere: tuple[int, int]
    effect: Estimate
    p_value: float
    smallest_seen: float
    before: float
    displaced: Estimate | None
    verdict: str
    placebos: pd.DataFrame
    caveats: tuple[str, ...]

    @property
    def as_far(self) -> int:
        """How many placebos lie as far out, each in its own standard deviations."""
        return round(self.p_value * (1 + len(self.placebos))) - 1

    def to_frame(self) -> pd.DataFrame:
        """Give the placebos, one row an area and a start."""
        return self.placebos.copy()


def evaluate_intervention(
    counts: pd.DataFrame,
    *,
    areas: Sequence[str],
    start: pd.Period,
    months: int = 12,
    kind: str = "",
    around: Sequence[str] = (),
    caveats: Sequence[Caveat] = (),
    confidence: float = 0.95,
) -> Intervention:
    """Say whether counts in some areas changed after a start more than they do where nothing is done.

    ``counts`` has a row a month and a column an area; ``areas`` are those with the intervention, taken together, and ``around`` those it may
    have pushed offences into. All other columns are the donors: places where nothing of the kind was done. The months from ``start`` on are
    compared with the same months a year before, and with the donors' change; a place that rose beside the others in one year
    falls back in the next, and how far is learned from the placebos. A placebo is the same sum for one donor beside the other
    donors, at the start and at every half-year before it (Abadie, Diamond and Hainmueller 2010, over donors and dates). The interval
    is the effect plus and minus what 95% of the placebos stay within, each in its own standard deviations.

    >>> rng = np.random.default_rng(1)
    >>> months = pd.period_range("2015-04", periods=60, freq="M")
    >>> wards = pd.DataFrame(rng.poisson(100, (60, 12)), months, list("ABCDEFGHIJKL"))
    >>> wards.loc["2019-04":, "A"] //= 2
    >>> found = evaluate_intervention(wards, areas=["A"], start=pd.Period("2019-04", "M"))
    >>> found.verdict, -60 < found.effect.value < -40
    ('fell', True)
    """
    whole = _checked(counts, areas, around, start, months, caveats)
    donors = whole.drop(columns=[*areas, *around])
    placebos = _placebos(donors, start=start, months=months, caveats=caveats)
    together = pd.DataFrame({n: whole[list(names)].sum(axis=1) for n, names in enumerate((areas, around))})
    sums, elsewhere = _sums(together, start, months), _sums(donors, start, months).sum(axis=1, keepdims=True)
    own, beside = _moved(sums, elsewhere)
    if len(placebos) < _FEWEST_PLACEBOS:
        raise DataProblem(
            f"{len(placebos)} placebos are too few to say what nothing at all produces ({_FEWEST_PLACEBOS} are needed): give more areas, or "
            f"more than {len(whole)} months. Areas with fewer than {_FEWEST_EVENTS} in either year are no placebos."
        )
    back = float(np.clip((placebos["before"] @ placebos["after"]) / (placebos["before"] ** 2).sum(), -0.5, 0))
    strayed = placebos["after"] - back * placebos["before"]
    chance = np.array([_chance(n, kind, months) for n in placebos["count"]])
    between = max(float((strayed**2 - chance).mean()), 0.0)
    distance = strayed / np.sqrt(between + chance)
    # So far out lie as few placebos as the p-value of that confidence allows.
    nth = max(int((1 - confidence) * (len(distance) + 1)), 1)
    reach = float(distance.abs().nlargest(nth).iloc[-1])

    def effect_of(count: float, before: float, after: float) -> tuple[Estimate, float, float]:
        spread, value = sqrt(between + _chance(count, kind, months)), after - back * before
        lower, upper = (_percent(value + side * reach * spread) for side in (-1, 1))
        estimate = Estimate(
            value=_percent(value),
            lower=lower,
            upper=upper,
            unit="%",
            method=f"placebos in place and time ({len(placebos)})",
            confidence=confidence,
            n=int(count),
        )
        return estimate, value / spread, spread

    effect, far, spread = effect_of(*own)
    smallest = -_percent(-(reach + _POWER) * spread)
    unsure = "no sign" if smallest <= WORTH_SEEING else "cannot tell"
    return Intervention(
        areas=tuple(areas),
        start=start,
        months=months,
        counts=tuple(int(n) for n in sums[1:, 0]),
        elsewhere=tuple(int(n) for n in elsewhere[1:, 0]),
        effect=effect,
        p_value=float((1 + (distance.abs() >= abs(far)).sum()) / (1 + len(distance))),
        smallest_seen=smallest,
        before=_percent(own[1]),
        displaced=effect_of(*beside)[0] if around else None,
        verdict="fell" if effect.upper < 0 else "rose" if effect.lower > 0 else unsure,
        placebos=placebos[["area", "start"]].assign(effect=strayed.map(_percent), distance=distance),
        caveats=(
            "Nobody drew lots for where it was done: another cause in the same place and months cannot be told from it.",
            "The places compared with are taken to be without it.",
        ),
    )


def _placebos(
    donors: pd.DataFrame, *, start: pd.Period, months: int, caveats: Sequence[Caveat]
) -> pd.DataFrame:
    """Give the change of every donor beside the others, at the start and at each half-year before it, as far as the data go."""
    rows, at = [], start
    while at - 24 >= donors.index[0]:
        windows = pd.period_range(at - 24, at + months - 1, freq="M")
        over = at == start or windows[-1] < start
        if over and not any(_spoils(c, windows) for c in caveats):
            sums = _sums(donors, at, months)
            moved = _moved(sums, sums.sum(axis=1, keepdims=True) - sums)
            rows += [(name, at, *m) for name, m in zip(donors, moved, strict=True) if m[0] >= _FEWEST_EVENTS]
        at -= 6
    return pd.DataFrame(rows, columns=["area", "start", "count", "before", "after"])


def _sums(counts: pd.DataFrame, start: pd.Period, months: int) -> np.ndarray:
    """Give for each column the count over the same months of the two years before the start, and from the start on, as three rows."""
    at, values = counts.index.get_loc(start), counts.to_numpy()
    return np.array([values[first : first + months].sum(axis=0) for first in (at - 24, at - 12, at)])


def _moved(sums: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Give for each column, as a row, the count of the year before and the log change beside the others: of that year, and since the start."""
    ratios = np.log(np.maximum(sums, 0.5) / np.maximum(others, 0.5))  # a count may fall to none
    return np.column_stack([sums[1], *np.diff(ratios, axis=0)])


def _chance(count: float, kind: str, months: int) -> float:
    """Give the variance of the log of a count over the same months a year before, by how such counts stray in open data."""
    return 2 * variation_of(12 * count / months, kind=kind).dispersion / count


def _percent(log_ratio: float) -> float:
    return 100 * (exp(log_ratio) - 1)


def _spoils(caveat: Caveat, windows: pd.PeriodIndex) -> bool:
    """Say whether months cannot be set beside each other for this caveat: one is left out, or the definition changed between them."""
    if caveat.kind == BREAK_KIND:
        return caveat.start in windows[1:]
    return under_caveats(windows, caveats=[caveat]).any()


def _checked(
    counts: pd.DataFrame,
    areas: Sequence[str],
    around: Sequence[str],
    start: pd.Period,
    months: int,
    caveats: Sequence[Caveat],
) -> pd.DataFrame:
    """Refuse what cannot be evaluated, with every reason at the door."""
    whole = pd.DataFrame({name: periods.by_period(counts[name]) for name in counts})
    for name in whole:
        check_counts(whole[name].rename(name), caveats=())
    named = [*areas, *around]
    unknown = [name for name in named if name not in whole]
    refuse_unless(
        (
            1 <= months <= 12,
            f"months is how many months from the start on are looked at, 1 to 12, not {months!r}.",
        ),
        (bool(areas), "areas names the areas where something was done: one at least."),
        (
            not unknown,
            f"no counts for {', '.join(map(str, unknown))}: the table has {', '.join(map(str, whole))}.",
        ),
        (len(set(named)) == len(named), "an area is named twice among areas and around."),
        (
            isinstance(start, pd.Period) and start.freqstr == "M",
            f"start is the first month with the intervention, not {start!r}: month('2019-04') makes one.",
        ),
    )
    windows = pd.period_range(start - 24, start + months - 1, freq="M")
    problems = [
        (
            windows[0] < whole.index[0] or windows[-1] > whole.index[-1],
            f"{periods.month_name(windows[0])} to {periods.month_name(windows[-1])} are needed (two years before the start and the months "
            f"looked at), and the counts run from {periods.month_name(whole.index[0])} to {periods.month_name(whole.index[-1])}.",
        ),
        (
            len(whole.columns) - len(named) < FEWEST_DONORS,
            f"{len(whole.columns) - len(named)} places without the intervention are too few: {FEWEST_DONORS} at least.",
        ),
        *(
            (
                _spoils(c, windows),
                f"months of the comparison lie under a caveat of kind {c.kind!r}: {c.text}",
            )
            for c in caveats
        ),
    ]
    for applies, problem in problems:
        if applies:
            raise DataProblem(problem)
    few = [
        name
        for name in (areas, around)
        if name and whole[list(name)].sum(axis=1).loc[windows[12:-months]].sum() < _FEWEST_EVENTS
    ]
    if few:
        raise DataProblem(
            f"{', '.join(few[0])}: fewer than {_FEWEST_EVENTS} in the year before the start are too few to evaluate anything."
        )
    return whole.astype("int64")
