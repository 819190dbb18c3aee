"""Where a printed number comes from, in words: the function, the rows, the arithmetic; and the page that says it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from math import isclose
from typing import Any

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Span, behind, facts, heading, join, paragraph
from saferleeds_analysis.reporting.figure_kinds import FigureKind
from saferleeds_analysis.reporting.tables import table


@dataclass(frozen=True, kw_only=True)
class TracedRows:
    """Rows of one file in one role (``counts``, ``counts a year before``, ``unit cost`` ...), each with its row number.

    ``note`` stands where the rows themselves are not shown, because they are about persons.
    """

    role: str
    file: str
    sha256: str
    rows: tuple[Mapping[str, Any], ...] = ()
    note: str = ""

    def numbers(self) -> str:
        """Write the row numbers, runs of neighbours as a span.

        >>> rows = tuple({"row": n} for n in (2, 3, 4, 9))
        >>> TracedRows(role="counts", file="a.csv", sha256="", rows=rows).numbers()
        'rows 2 to 4 and 9'
        """
        if not all(
            isinstance(row["row"], int) for row in self.rows
        ):  # sums of persons, a value of a TOML file
            return self.note or ", ".join(str(row["row"]) for row in self.rows)
        found = sorted({row["row"] for row in self.rows})
        runs = [
            [n for _, n in run] for _, run in groupby(enumerate(found), key=lambda item: item[1] - item[0])
        ]
        spans = [f"{run[0]} to {run[-1]}" if run[1:] else f"{run[0]}" for run in runs]
        if len(found) == 1:
            return f"row {spans[0]}"
        *first, last = spans
        return f"rows {', '.join(first)} and {last}" if first else f"rows {last}"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The way back from one printed number. ``figure`` is its row of ``figures.csv``, the ``row``-th.

    ``recomputed`` is the number worked out from ``inputs`` by the arithmetic in ``working``; ``None`` where ``kind`` says
    that it is run again or not described.
    """

    report: str
    row: int
    figure: Mapping[str, str]
    section: str
    notebook: Mapping[str, str]
    parameters: Mapping[str, Any]
    code_version: str
    kind: FigureKind
    inputs: tuple[TracedRows, ...] = ()
    recomputed: float | None = None
    working: str = ""

    @property
    def agrees(self) -> bool | None:
        """Say whether the recomputed number is the printed one; ``None`` where nothing was recomputed."""
        if self.recomputed is None:
            return None
        return isclose(self.recomputed, float(self.figure["value"]), rel_tol=1e-9, abs_tol=1e-9)

    def to_dict(self) -> dict[str, Any]:
        """Give the trace as plain values, for JSON."""
        return {**asdict(self), "agrees": self.agrees}

    def to_text(self, *, every_row: bool = False) -> str:
        """Say the trace in plain words; the rows in full with ``every_row``."""
        lines = [*(f"{name}: {value}" for name, value in self._pairs())]
        for given in self.inputs:
            lines.append(f"{given.role}: {given.file} (SHA-256 {given.sha256})")
            lines.append(f"  {given.numbers()}" if given.rows else f"  {given.note}")
            shown = given.rows if every_row else given.rows[:3]
            lines += [f"    {_row_in_words(row)}" for row in shown]
            if len(shown) < len(given.rows):
                lines.append(f"    and {len(given.rows) - len(shown):,} more")
        return "\n".join(lines)

    def to_block(self, *, level: int) -> Block:
        """Give the trace as a piece of a page, with a heading of this level and an id that a link can name."""
        f = self.figure
        title = ", ".join(filter(None, (f["measure"].replace("_", " "), f["area"], f["period"])))
        title = title[:1].upper() + title[1:]
        rows = [
            [
                given.role,
                given.file,
                given.numbers() if given.rows else given.note,
                given.sha256,
            ]
            for given in self.inputs
        ]
        shown = [
            heading(level, title, id=f"row-{self.row}"),
            facts(self._own_pairs(), kind="card-fields"),
        ]
        if rows:
            shown.append(
                behind(
                    "Show the rows it comes from",
                    table(
                        caption=f"Rows behind row {self.row} of figures.csv: {title}",
                        columns=["What it is", "File", "Rows", "SHA-256 of the file"],
                        rows=rows,
                        text_columns=(1, 2, 3),
                    ),
                )
            )
        return join(*shown)

    def _pairs(self) -> list[tuple[str, str]]:
        return [
            *self._own_pairs(),
            ("Section of the page", self.section or "top of the page"),
            *self.pairs_of_the_run(),
        ]

    def pairs_of_the_run(self) -> list[tuple[str, str]]:
        """Say what all figures of a page share: its notebook, parameters and code."""
        return [
            ("Notebook", f"{self.notebook['name']} (SHA-256 {self.notebook['sha256']})"),
            ("Parameters", ", ".join(f"{k} = {v}" for k, v in self.parameters.items())),
            ("Code version", self.code_version),
        ]

    def _own_pairs(self) -> list[tuple[str, str]]:
        f, kind = self.figure, self.kind
        printed = " ".join(part for part in (f["value"], f["unit"]) if part)
        pairs = [
            ("Printed", f"{printed} (row {self.row} of {self.report}/figures.csv)"),
            ("Method", f["method"] or "not named"),
            ("Formula", kind.formula or "not described for this measure; the notebook shows the call"),
        ]
        if self.working:
            verdict = "the printed number" if self.agrees else "NOT the printed number"
            pairs.append(("Worked out again", f"{self.working}: {verdict}"))
        elif kind.how == "re-run":
            pairs.append(("To run again", f"the notebook with the same parameters gives it ({kind.made_by})"))
        pairs.append(("Made by", kind.made_by or "see the notebook"))
        return pairs


def trace_page(
    title: str, traces: Sequence[Trace], headline: Sequence[Trace], *, quarter: str, report: str
) -> Block:
    """Give the page that says where the numbers of a report come from: headline figures one by one, the rest by kind."""
    first = traces[0] if traces else None
    example = (
        f'saferleeds trace --quarter "{quarter}" --report {report} --row {headline[0].row if headline else 1}'
    )
    shown = [
        heading(1, title),
        paragraph(
            "This page leads from the printed numbers back to the function that made them, the rows of the files that they "
            "come from, and the arithmetic between."
        ),
        paragraph("Any other number is traced by its row in figures.csv: ", Span(example, kind="code")),
        heading(2, "Headline figures"),
        *(trace.to_block(level=3) for trace in headline),
    ]
    if not headline:
        shown.append(paragraph("This page has no box of headline figures."))
    shown += [
        heading(2, "Every kind of figure on the page"),
        _kinds(traces) if traces else paragraph("There are no figures on the page."),
        heading(2, "The files it was made from"),
    ]
    files = sorted({(given.file, given.sha256) for trace in traces for given in trace.inputs})
    if files:
        shown.append(
            table(
                caption="Files behind the figures, with the fingerprint of their content",
                columns=["File", "SHA-256"],
                rows=[list(file) for file in files],
                text_columns=(1,),
            )
        )
    else:
        shown.append(
            paragraph("No file is described for these figures; run.json names every input of the run.")
        )
    if first is not None:
        shown += [
            heading(2, "How the page was made"),
            facts(first.pairs_of_the_run(), kind="card-fields"),
            paragraph("Every input of the run, with its fingerprint, is in run.json beside the page."),
        ]
    return join(*shown)


def _kinds(traces: Sequence[Trace]) -> Block:
    groups: dict[tuple[str, str], list[Trace]] = {}
    for trace in traces:
        groups.setdefault((trace.figure["measure"], trace.kind.made_by), []).append(trace)
    rows = []
    for (measure, made_by), members in groups.items():
        kind = members[0].kind
        agreed = Counter(trace.agrees for trace in members)
        state = (
            f"{wording.number(agreed[True])} of {wording.number(len(members))} agree"
            if agreed[True] or agreed[False]
            else {"re-run": "by running the notebook again"}.get(kind.how, "not described")
        )
        rows.append(
            [
                measure.replace("_", " "),
                wording.number(len(members)),
                kind.formula or "not described; see the notebook",
                made_by or "see the notebook",
                state,
            ]
        )
    return table(
        caption="How each kind of figure is made, and whether it was worked out again",
        columns=["Measure", "Figures", "Formula", "Made by", "Worked out again"],
        rows=rows,
        text_columns=(2, 3, 4),
    )


def _row_in_words(row: Mapping[str, Any]) -> str:
    return f"row {row['row']}: " + ", ".join(f"{k} {v}" for k, v in row.items() if k != "row" and v != "")
