"""How far a projection can be trusted: what it would have said in past years, beside what came.

Every page that states a chance carries this, for the series itself as far as it reaches back, and for the open data on
which the method was measured.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from saferleeds_analysis.catalogue import NATIONAL, Caveat
from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.figures import Figure, Measure, Rows, Working, weakest
from saferleeds_analysis.methods import trajectory
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, behind, join, paragraph
from saferleeds_analysis.reporting.counted import plain_caveats, worked_out
from saferleeds_analysis.reporting.shared import once
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import trajectory as workings

MEASURED = Measure(
    id="projection_measured",
    words="projection measured: {of}",
    role="quality",
    formula="as measured once on open data and recorded in national/trajectory.toml",
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
    in_words: Callable[[float], str],
    notice: str = "",
    status: str = "recorded",
    rows: Sequence[Rows] = (),
    parts: Mapping[str, Sequence[str]] | None = None,
) -> Block:
    """Replay the past years of some histories and say how the projection did beside two simpler ones.

    ``histories`` are monthly or quarterly counts, the area's own first. Where none reaches back far enough the block
    says so, and gives only how the method was measured on other data. ``notice`` and ``status`` go with every figure of
    theirs (``parts`` says which of them make up the first), and so do the ``rows`` of each history, in a role of its name. ``in_words`` are the agreed words for a chance.
    """
    try:
        found = once(trajectory.backtest, list(histories), caveats=tuple(caveats), parts=parts)
    except DataProblem as problem:
        why = str(problem).split("\n")[0].split(": that takes")[0].split(". Add")[0]
        return paragraph(f"On this series itself the projection cannot be tried: {why}.")
    years = sorted(found.forecasts["year"].unique())
    about = {
        "indicator_id": indicator_id,
        "area": area,
        "window": Window.named(f"{years[0]} to {years[-1]}"),
        "status": weakest([status, "estimated"]),
        "caveats": (*found.caveats, notice) if notice else found.caveats,
    }
    scores = found.scores(by=("kind",))
    by_method = scores[scores["kind"] == "normal"].set_index("method", drop=False).to_dict("index")
    again = {"caveats": plain_caveats(caveats), "parts": parts}

    def figure(method: str, score: str, value: float, n: int, **given: str) -> Figure:
        worked = worked_out(tuple(rows), workings.replayed, method=method, score=score, **again, **given)
        named = {"method": method, "score": score}
        return Figure(measure=REPLAYED, qualifiers=named, value=float(value), n=int(n), **about, **worked)

    figures = [
        figure(method, score, row[score], row["forecasts"])
        for method, row in by_method.items()
        for score in ("error_percent", "coverage_80", "loss_to_run_rate")
    ]
    figures += [
        figure("projection", score_of_chances(tenth), 100 * observed, n, tenth=tenth)
        for tenth, n, _, observed, _ in found.reliability().itertuples(index=False)
    ]
    replayed = f"{len(years)} past years"
    if len(histories) > 1:
        replayed += f" of {len(histories)} series"
    said = paragraph(_in_words(replayed, by_method))
    return join(
        said,
        behind("Show how the projections did", _tables(found, by_method, figures, area, in_words, notice)),
    )


def measured_on_open_data(*indicator_ids: str) -> Block:
    """Say how the method was measured once, on other data than those of these indicators."""
    measured = trajectory.MEASURED
    constants = Rows(
        role="constants",
        file="saferleeds_analysis/national/trajectory.toml",
        sha256=sha256_of(NATIONAL / "trajectory.toml"),
        note="the table [measured]",
    )
    return paragraph(
        f"The method was measured on open data ({measured['data']}; {wording.number(measured['forecasts'])} projections): its "
        f"80% intervals held {wording.percent(measured['held_80'])} of outcomes, its 90% intervals "
        f"{wording.percent(measured['held_90'])}; chances were right within "
        f"{wording.number(measured['worst_tenth_points'], decimals=1)} points; its error score was "
        f"{wording.percent(100 * (1 - measured['loss_to_run_rate']))} below the run-rate's. In pandemic years the 80% intervals held "
        f"{wording.percent(measured['pandemic_held_80'])}.",
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
            for indicator_id in indicator_ids
            for name in ("held_80", "held_90", "worst_tenth_points", "loss_to_run_rate", "pandemic_held_80")
        ],
    )


def _in_words(replayed: str, by_method: Mapping[str, Mapping[str, Any]]) -> str:
    if not {"projection", "run-rate"} <= by_method.keys():
        return f"Of the {replayed} that can be replayed none is a normal year."
    own, rate = by_method["projection"], by_method["run-rate"]
    return (
        f"Replayed on {replayed} with what was known after 3, 6 and 9 months, the projection was off by "
        f"{wording.percent(own['error_percent'])} of a year's count on average, the run-rate by "
        f"{wording.percent(rate['error_percent'])}; the projection's 80% interval held the outcome in "
        f"{wording.percent(own['coverage_80'])} of {wording.number(own['forecasts'])} cases."
    )


def score_of_chances(tenth: str) -> str:
    """Name the score of the chances in a tenth, ``0.9 to 1.0``: how often they came true.

    >>> score_of_chances("0.9 to 1.0")
    'chances of 90% to 100% came true'
    """
    low, high = (f"{100 * float(end):.0f}%" for end in tenth.split(" to "))
    return f"chances of {low} to {high} came true"


def _tables(
    found: trajectory.Backtest,
    by_method: Mapping[str, Mapping[str, Any]],
    figures: Sequence[Figure],
    area: str,
    in_words: Callable[[float], str],
    notice: str,
) -> Block:
    kind = wording.kind_of_data(notice)
    shown = table(
        caption=f"Projections of past years after 3, 6 and 9 months, {area}{kind}",
        columns=["Method", "Cases", "Mean error", "80% interval held", "Error score (run-rate: 1)"],
        rows=[
            [
                _NAMES[method],
                wording.number(row["forecasts"]),
                wording.percent(row["error_percent"]),
                wording.percent(row["coverage_80"]),
                wording.number(row["loss_to_run_rate"], decimals=2),
            ]
            for method, row in by_method.items()
        ],
        figures=figures,
    )
    chances = table(
        caption=f"Chances that were stated, and how often each came true{kind}",
        columns=["Chance stated", "In words", "Cases", "Mean stated", "Came"],
        rows=[
            [
                score_of_chances(r["tenth"]).removeprefix("chances of ").removesuffix(" came true"),
                in_words(r["stated"]),
                wording.number(r["chances"]),
                wording.percent(100 * r["stated"]),
                wording.percent(100 * r["observed"]),
            ]
            for r in found.reliability().to_dict("records")
        ],
        text_columns=(1,),
    )
    width = paragraph("A run-rate is a single number: its interval has no width.", css_class="small")
    return join(shown, width, chances, paragraph(found.caveats[0]))
