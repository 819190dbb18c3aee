"""How far a projection can be trusted: what it would have said in past years, beside what came.

Every page that states a chance carries this, for the series itself as far as it reaches back, and for the open data on
which the method was measured.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from saferleeds_analysis.catalogue import REFERENCE, Caveat
from saferleeds_analysis.figures import Figure, Measure, Rows, Working, weakest
from saferleeds_analysis.intake.files import sha256_of
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, behind, join, paragraph
from saferleeds_analysis.reporting.counted import plain_caveats, worked_out
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import trajectory as workings

MEASURED = Measure(
    id="projection_measured",
    words="projection measured: {of}",
    role="quality",
    formula="as measured once on open data and recorded in reference/trajectory.toml",
    decimals=2,
)
REPLAYED = Measure(
    id="projection_replayed",
    words="backtest, {method}: {score}",
    role="quality",
    formula="the projection replayed on the past years of the series; docs/methods/trajectory.md",
    decimals=2,
    revised=True,
)

_NAMES = {
    "projection": "The projection",
    "run-rate": "Run-rate",
    "last year's months": "Last year's remaining months",
}


def track_record(
    histories: Sequence[pd.Series],
    *,
    caveats: Sequence[Caveat],
    indicator_id: str,
    area: str,
    notice: str = "",
    status: str = "recorded",
    rows: Sequence[Rows] = (),
) -> Block:
    """Replay the past years of some histories and say how the projection did beside two simpler ones.

    ``histories`` are monthly or quarterly counts, the area's own first. Where none reaches back far enough the block
    says so, and gives only how the method was measured on other data. ``notice`` and ``status`` go with every figure of
    theirs, and so do the ``rows`` of each history, in a role of its name.
    """
    measured = trajectory.MEASURED
    constants = Rows(
        role="constants",
        file="saferleeds_analysis/reference/trajectory.toml",
        sha256=sha256_of(REFERENCE / "trajectory.toml"),
        note="the table [measured]",
    )
    general = paragraph(
        f"The method was measured on open data that had no part in making it ({measured['data']}; "
        f"{wording.number(measured['forecasts'])} projections): its 80% intervals held "
        f"{wording.percent(measured['held_80'])} of the outcomes and its 90% intervals {wording.percent(measured['held_90'])}; "
        f"its stated chances were within {wording.number(measured['worst_tenth_points'], decimals=1)} points of what came; its "
        "error score, in which misses and needlessly wide intervals both cost, was "
        f"{wording.percent(100 * (1 - measured['loss_to_run_rate']))} below the run-rate's. In pandemic years it "
        "did worse than the run-rate.",
        figures=[
            Figure(
                measure=MEASURED,
                indicator_id=indicator_id,
                area="other areas",
                window=Window(measured["data"]),
                qualifiers={"of": name},
                value=measured[name],
                n=measured["forecasts"],
                status="estimated",
                rows=(constants,),
                working=Working.of(workings.constant, table="measured", name=name),
            )
            for name in ("held_80", "held_90", "worst_tenth_points", "loss_to_run_rate")
        ],
    )
    try:
        found = trajectory.backtest(list(histories), caveats=caveats)
    except DataProblem as problem:
        why = str(problem).split("\n")[0].split(". Add")[0]
        return join(paragraph(f"On this series itself the projection cannot be tried: {why}."), general)
    about = {
        "indicator_id": indicator_id,
        "area": area,
        "status": weakest([status, "estimated"]),
        "caveats": (*found.caveats, notice) if notice else found.caveats,
    }

    def replayed(method: str, score: str) -> dict[str, Any]:
        given = {"method": method, "score": score, "caveats": plain_caveats(caveats)}
        return about | worked_out(tuple(rows), workings.replayed, **given)

    return join(*_own_record(found, len(histories), area, replayed), general)


def _own_record(
    found: trajectory.Backtest, series: int, area: str, about: Callable[[str, str], dict[str, Any]]
) -> list[Block]:
    """Say how the projection did; ``about`` gives what each figure has besides its number, by method and score."""
    years = sorted(found.forecasts["year"].unique())
    replayed = f"{len(years)} past years of {series} series" if series > 1 else f"{len(years)} past years"
    scores = found.scores(by=("kind",))
    scores = scores[scores["kind"] == "normal"]
    rows, figures = [], []
    for row in scores.to_dict("records"):
        rows.append(
            [
                _NAMES[row["method"]],
                wording.number(row["forecasts"]),
                wording.percent(row["error_percent"]),
                wording.percent(row["coverage_80"]),
                wording.number(row["loss_to_run_rate"], decimals=2),
            ]
        )
        figures += [
            Figure(
                measure=REPLAYED,
                window=Window.named(f"{years[0]} to {years[-1]}"),
                qualifiers={"method": row["method"], "score": score},
                value=float(row[score]),
                n=int(row["forecasts"]),
                **about(row["method"], score),
            )
            for score in ("error_percent", "coverage_80", "loss_to_run_rate")
        ]
    own = next((r for r in rows if r[0] == _NAMES["projection"]), None)
    rate = next((r for r in rows if r[0] == _NAMES["run-rate"]), None)
    said = (
        f"Replayed on {replayed} with what was known after 3, 6 and 9 months, the projection was off by {own[2]} of a "
        f"year's count on average, the run-rate by {rate[2]}; the projection's 80% interval held the outcome in {own[3]} of "
        f"{own[1]} cases."
        if own and rate
        else f"Of the {replayed} that can be replayed none is a normal year."
    )
    shown = table(
        caption=f"Projections of past years after 3, 6 and 9 months, {area}",
        columns=["Method", "Cases", "Mean error", "80% interval held", "Error score (run-rate: 1)"],
        rows=rows,
        figures=figures,
    )
    reliability = found.reliability()
    chances = table(
        caption="Chances that were stated, and how often the thing came",
        columns=["Chance stated", "Cases", "Mean stated", "Came"],
        rows=[
            [
                f"{round(100 * float(r['tenth'].split(' to ')[0]))}% to {round(100 * float(r['tenth'].split(' to ')[1]))}%",
                wording.number(r["chances"]),
                wording.percent(100 * r["stated"]),
                wording.percent(100 * r["observed"]),
            ]
            for r in reliability.to_dict("records")
        ],
    )
    few = paragraph(found.caveats[0])
    return [paragraph(said), behind("Show how the projections did", join(shown, chances, few))]
