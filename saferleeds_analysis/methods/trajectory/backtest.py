"""How far a projection can be trusted: past years replayed on the analyst's own counts, and the stated chances checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Caveat
from saferleeds_analysis.methods.counts import break_starts, check_counts
from saferleeds_analysis.methods.trajectory.projection import Projection, project_together, project_year_end
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.results import Result

# Twentieths: their pinball loss is close to half the continuous ranked probability score.
QUANTILES = np.round(np.arange(0.05, 1, 0.05), 2)
# The chances that are checked: of ending at or below these parts of the year before.
TARGET_PARTS = (0.8, 0.9, 1.0, 1.1, 1.2)
_COVERAGES = (0.5, 0.8, 0.9)


@dataclass(frozen=True, kw_only=True)
class Backtest(Result):
    """What was projected in past years, and what came.

    ``forecasts`` has a row for each method, year and point in the year: ``series``, ``year``, ``known`` (periods),
    ``method``, ``kind`` of year (``normal``, or ``left out`` when a caveat touches it), ``projected``, ``actual``,
    ``last_year``, ``loss`` (pinball, in counts) and ``inside_50``, ``inside_80``, ``inside_90``. ``chances`` has a row for
    each stated chance: of ``at most`` a count, with whether it came. ``skipped`` says which years could not be replayed
    and why. Forecasts of one year, and of neighbouring areas in it, are not independent: a few years of one series say
    little about calibration.
    """

    forecasts: pd.DataFrame
    chances: pd.DataFrame
    skipped: tuple[str, ...]
    caveats: tuple[str, ...]

    def scores(self, *, by: Sequence[str] = ("kind", "known")) -> pd.DataFrame:
        """Give error, coverage and loss by method within groups of the forecasts (columns of ``forecasts``).

        ``error_percent`` is the mean absolute error in % of the year before; ``loss_to_run_rate`` the sum of losses over
        the run-rate's on the same forecasts (below 1 is better); coverages are in %. An interval of whole numbers covers
        more than its nominal share where counts are small.
        """
        forecasts = self.forecasts
        keys = [*by, "method"]
        error = (forecasts["projected"] - forecasts["actual"]).abs() / forecasts["last_year"].clip(lower=1)
        table = (
            forecasts.assign(error_percent=100 * error)
            .groupby(keys, observed=True, sort=False)
            .agg(
                forecasts=("actual", "size"),
                error_percent=("error_percent", "mean"),
                loss=("loss", "mean"),
                **{f"coverage_{c:.0%}".rstrip("%"): (f"inside_{c * 100:.0f}", "mean") for c in _COVERAGES},
            )
            .reset_index()
        )
        covered = [c for c in table if c.startswith("coverage")]
        table[covered] = 100 * table[covered]
        run_rate = table[table["method"] == "run-rate"][[*by, "loss"]].rename(columns={"loss": "of_run_rate"})
        table = table.merge(run_rate, on=list(by), how="left")
        table["loss_to_run_rate"] = table["loss"] / table.pop("of_run_rate")
        return table

    def reliability(self, *, kind: str = "normal") -> pd.DataFrame:
        """Give the stated chances by tenths beside how often the thing came; ``points`` is stated less observed, in points."""
        chances = self.chances[self.chances["kind"] == kind]
        tenth = np.minimum((chances["stated"] * 10).astype(int), 9)
        table = chances.groupby(tenth).agg(
            chances=("stated", "size"), stated=("stated", "mean"), observed=("came", "mean")
        )
        table.index = pd.Index([f"{t / 10:.1f} to {(t + 1) / 10:.1f}" for t in table.index], name="tenth")
        table["points"] = 100 * (table["stated"] - table["observed"])
        return table.reset_index()

    def to_frame(self) -> pd.DataFrame:
        """Give the scores and the reliability table together as tidy rows: group, measure, method, value, n."""
        scores = self.scores().rename(columns={"forecasts": "n"})
        group = scores.pop("kind") + " years, " + scores.pop("known").astype(str) + " periods known"
        tables = [scores.assign(group=group)]
        for kind in self.chances["kind"].unique():
            table = self.reliability(kind=kind).rename(columns={"chances": "n"})
            group = f"{kind} years, chances of " + table.pop("tenth")
            table = table.rename(columns={c: f"reliability, {c}" for c in table if c != "n"})
            tables.append(table.assign(group=group, method="projection"))
        tidy = [t.melt(["group", "method", "n"], var_name="measure") for t in tables]
        return pd.concat(tidy, ignore_index=True)[["group", "measure", "method", "value", "n"]]


def backtest(
    histories: pd.Series | Iterable[pd.Series],
    *,
    caveats: Sequence[Caveat] = (),
    parts: Mapping[str, Sequence[str]] | None = None,
    known: Sequence[int] | None = None,
    earliest_years: int = 3,
    seed: int = 1,
) -> Backtest:
    """Replay the past years of one or more histories: project each from what was known then, and compare.

    Every whole financial year with ``earliest_years`` whole years before it is projected after each number of periods
    in ``known`` (by default 3, 6 and 9 months, or 1, 2 and 3 quarters). Nothing later than that point is shown to the
    projection. Years touched by a caveat of kind ``pandemic`` or ``missing`` are of kind ``left out`` and reported apart;
    years with a break of definition inside, or an empty month, are skipped and named. ``caveats`` apply to every
    history. With ``parts`` the histories, by their names, are projected together as
    :func:`~saferleeds_analysis.methods.trajectory.projection.project_together` does it. The two rivals are the run-rate and last year's remaining months, each with Poisson spread.
    """
    histories = [histories] if isinstance(histories, pd.Series) else list(histories)
    if not histories:
        raise ValueError("there is no history to replay.")
    forecasts, chances, skipped = [], [], []
    for group in [histories] if parts else [[history] for history in histories]:
        _replay(group, parts, caveats, known, earliest_years, seed, forecasts, chances, skipped)
    if not forecasts:
        raise DataProblem(
            f"no past year can be replayed: that takes a whole financial year with {earliest_years} whole years before "
            "it. Add earlier counts, or lower earliest_years." + "".join(f"\n- {s}" for s in skipped)
        )
    frame = pd.DataFrame(forecasts)
    series = frame["series"].nunique()
    years = frame["year"].nunique()
    return Backtest(
        forecasts=frame,
        chances=pd.DataFrame(chances),
        skipped=tuple(skipped),
        caveats=(
            f"{series} series, {years} year{'s' * (years != 1)}. Forecasts of the same year are not independent, so the tables are surer of "
            "large differences than their counts suggest.",
        ),
    )


def _replay(histories, parts, caveats, known, earliest_years, seed, forecasts, chances, skipped) -> None:
    """Replay histories that are projected together, or one alone."""
    counts = pd.concat([history.rename(str(history.name)) for history in histories], axis=1)
    left_out = check_counts(histories[0], caveats=caveats)
    length = 12 if counts.index.freqstr == "M" else 4
    points = known or (length // 4, length // 2, 3 * length // 4)
    years = counts.index.asfreq("Y-MAR")
    breaks = counts.index.isin(break_starts(counts.index, caveats=caveats))
    whole = [year for year in years.unique() if (years == year).sum() == length]
    for year in whole[earliest_years:]:
        inside = years.get_loc(year)
        start, name = inside.start, periods.financial_year_name(year)
        gaps = counts.iloc[start - length : inside.stop].isna().any()
        if breaks[start + 1 : inside.stop].any():
            gaps[:] = True
        skipped += [
            f"{series}, {name}: the definition changed inside the year, or a month has no count."
            for series in gaps.index[gaps]
        ]
        kind = "left out" if left_out[inside].any() else "normal"
        for point in points if not gaps.iloc[0] else ():
            found = _projected(counts.iloc[: start + point], parts, year, caveats, seed)
            for series, projection in found.items():
                if isinstance(projection, DataProblem):
                    skipped += [f"{series}, {name}: {projection}"] if point == points[0] else []
                elif not gaps[series]:
                    at = {"series": series, "year": name, "known": point, "kind": kind}
                    _judge(
                        at, projection, counts[series].iloc[start - length : inside.stop], forecasts, chances
                    )


def _projected(
    counts: pd.DataFrame,
    parts: Mapping[str, Sequence[str]] | None,
    year: pd.Period,
    caveats: Sequence[Caveat],
    seed: int,
) -> dict[str, Projection | DataProblem]:
    given = {"year": year, "caveats": caveats, "seed": seed}
    try:
        if parts:
            return project_together(counts, parts=parts, **given)
        return {series: project_year_end(counts[series], **given) for series in counts}
    except DataProblem as problem:
        return {str(counts.columns[0]): problem}


def _judge(at: dict, projection: Projection, two_years: pd.Series, forecasts: list, chances: list) -> None:
    half = len(two_years) // 2
    before, actual = int(two_years.iloc[:half].sum()), int(two_years.iloc[half:].sum())
    forecasts += _score(at, projection, actual, before)
    chances += [
        at | {"at_most": aim, "stated": projection.chance_at_most(aim), "came": actual <= aim}
        for aim in (round(part * before) for part in TARGET_PARTS)
    ]


def _score(at: dict, projection: Projection, actual: int, before: int) -> list[dict]:
    quantiles = {"projection": np.quantile(projection.totals, QUANTILES, method="inverted_cdf")}
    rivals = {"run-rate": projection.run_rate, "last year's months": projection.last_years_months}
    for method, total in rivals.items():
        if total is not None:
            left = stats.poisson.ppf(QUANTILES, total - projection.actual)
            quantiles[method] = projection.actual + left
    rows = []
    for method, q in quantiles.items():
        off = actual - q
        inside = {
            f"inside_{c * 100:.0f}": bool(_at(q, (1 - c) / 2) <= actual <= _at(q, (1 + c) / 2))
            for c in _COVERAGES
        }
        rows.append(
            at
            | {"method": method, "projected": _at(q, 0.5), "actual": actual, "last_year": before}
            | {"loss": float(np.maximum(QUANTILES * off, (QUANTILES - 1) * off).mean())}
            | inside
        )
    return rows


def _at(quantiles: np.ndarray, part: float) -> float:
    return float(quantiles[np.abs(QUANTILES - part).argmin()])
