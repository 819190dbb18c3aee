"""From any printed number back to the rows that it comes from, and forward again: what the figure itself carries, in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import isclose
from pathlib import Path
from typing import Any

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Rows
from saferleeds_analysis.publishing.content import read_content
from saferleeds_analysis.publishing.files import FIGURES, in_reports, read_record
from saferleeds_analysis.publishing.kept_rows import is_reference, with_rows
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Group, Span, facts, heading, join, paragraph
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings.again import why_not, work_out


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The way back from one printed number: the ``row``-th of a report's ``figures.csv``, whose run is ``record``."""

    root: Path
    report: str
    row: int
    section: str
    figure: Figure
    record: Mapping[str, Any]

    @cached_property
    def worked_out(self) -> Any:
        """The value that the working makes of the rows; ``None`` where it makes none (:func:`why_not`) or the rows are not here."""
        here = not any(map(is_reference, self.figure.rows))
        return work_out(self.figure, self.root) if here and not why_not(self.figure, self.root) else None

    @property
    def agrees(self) -> bool | None:
        """Say whether that is the printed value; ``None`` where nothing was worked out."""
        again, value = self.worked_out, self.figure.value
        if again is None:
            return None
        return again == value if isinstance(value, str) else isclose(again, value, rel_tol=1e-9, abs_tol=1e-9)

    def pairs(self) -> list[tuple[str, str]]:
        """Say all of it, name by name."""
        f = self.figure
        verdict = {True: "the printed number", False: "NOT the printed number", None: ""}[self.agrees]
        not_again = why_not(f, self.root) if f.working is not None else ""
        pairs = [
            *carried(f),
            ("Printed", f"{_printed(f)} (row {self.row} of {self.report}/{FIGURES})"),
            ("Worked out again", f"{self.worked_out}: {verdict}" if verdict else not_again),
            *[(given.role, f"{given.file} (SHA-256 {given.sha256}), {numbers(given)}") for given in f.rows],
            ("Section of the page", self.section or "top of the page"),
            *of_the_run(self.record),
        ]
        return [(name, value) for name, value in pairs if value]

    def to_text(self) -> str:
        """Say it in plain words, a line each."""
        return "\n".join(f"{name}: {value}" for name, value in self.pairs())

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain values, for JSON."""
        return {"report": self.report, "row": self.row, "agrees": self.agrees, **dict(self.pairs())}


def trace_rows(root: Path, folder: Path, *, row: int | None, **wanted: str) -> list[Trace]:
    """Trace figures of a published report: one by its row number, or all that fit ``measure``, ``area`` and ``period``."""
    if not (folder / FIGURES).is_file():
        beside = ", ".join(path.parent.name for path in in_reports(folder.parent, FIGURES)) or "none"
        raise ValueError(f"there is no report {folder.name!r} in this pack. Its reports: {beside}.")
    placed, record = read_content(folder).placed, read_record(folder)
    if row is not None and not 1 <= row <= len(placed):
        raise ValueError(f"{folder.name}/{FIGURES} has the rows 1 to {len(placed)}, not {row}.")
    chosen = [row] if row is not None else _fitting([figure for _, figure in placed], wanted)
    if not chosen:
        asked = ", ".join(f"{name} {value!r}" for name, value in wanted.items() if value)
        measures = ", ".join(dict.fromkeys(figure.words for _, figure in placed))
        raise ValueError(f"no figure of {folder.name} has {asked}. Its measures: {measures}.")
    quarter = periods.quarter(record["parameters"]["quarter"])
    return [
        Trace(
            root=root,
            report=folder.name,
            row=number,
            section=placed[number - 1][0],
            figure=with_rows(placed[number - 1][1], root, quarter, folder.name),
            record=record,
        )
        for number in chosen
    ]


def page_of_traces(
    title: str, placed: Sequence[tuple[str, Figure]], *, report: str, record: Mapping[str, Any]
) -> Block:
    """Give the page that says where a report's figures come from: those of its headline box one by one, the rest by measure.

    Rows and fingerprints stand on it only where the figures carry them: in the restricted edition.
    """
    about = [(n, s, f) for n, (s, f) in enumerate(placed, start=1) if f.measure.role != "about the pack"]
    headline: dict[Any, tuple[int, Figure]] = {}
    for number, section, figure in about:
        if not section:  # the box of headline figures stands before the first section
            headline.setdefault((figure.identity, figure.value), (number, figure))
    first = next(iter(headline.values()), (1, None))[0]
    quarter = record["parameters"]["quarter"]
    example = f'saferleeds trace --quarter "{quarter}" --report {report} --row {first}'
    shown = [
        heading(1, title),
        paragraph(
            "This page leads from the printed numbers back to the function that makes them of the rows of files. Any number can "
            "be worked out again by whoever has the files: ",
            Span(example, kind="code"),
        ),
        heading(2, "Headline figures"),
        *(_headline(number, figure) for number, figure in headline.values()),
        *([] if headline else [paragraph("This page has no box of headline figures.")]),
        heading(2, "Every measure on the page"),
        _measures([f for _, _, f in about]) if about else paragraph("There are no figures on the page."),
        heading(2, "How the page was made"),
        facts(of_the_run(record), kind="card-fields"),
        paragraph("Every input of the run is named in run.json beside the page."),
    ]
    return Group(blocks=tuple(shown), kind="trace")


def carried(figure: Figure) -> list[tuple[str, str]]:
    """Say what a figure carries: what it is, how it is made and what it rests on."""
    return [
        ("Measure", f"{figure.words.replace('_', ' ')} ({figure.measure.id}), {figure.measure.role}"),
        ("Area", figure.area),
        ("Period", figure.period),
        ("Status", figure.status),
        ("Method", figure.method),
        ("Formula", figure.measure.formula),
        ("Working", _call(figure)),
    ]


def of_the_run(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say what all figures of a page share: its notebook, parameters and code."""
    return [
        ("Notebook", record["notebook"]["name"]),
        ("Parameters", ", ".join(f"{k} = {v}" for k, v in record["parameters"].items())),
        ("Code version", record["code_version"]),
    ]


def numbers(given: Rows) -> str:
    """Write the row numbers, runs of neighbours as a span.

    >>> numbers(Rows(role="counts", file="a.csv", sha256="", numbers=(2, 3, 4, 9)))
    'rows 2 to 4 and 9'
    """
    if not given.numbers:
        return given.note or "the whole file"
    runs = [
        [n for _, n in run]
        for _, run in groupby(enumerate(given.numbers), key=lambda item: item[1] - item[0])
    ]
    spans = [f"{run[0]} to {run[-1]}" if run[1:] else f"{run[0]}" for run in runs]
    return f"{'row' if len(given.numbers) == 1 else 'rows'} {wording.listed(spans)}"


def _headline(number: int, figure: Figure) -> Block:
    title = ", ".join(filter(None, (figure.words.replace("_", " "), figure.area, figure.period)))
    told = [pair for pair in [("Printed", _printed(figure)), *carried(figure)] if pair[1]]
    told += [
        (g.role, f"{g.file}, {numbers(g)} (SHA-256 {g.sha256})") for g in figure.rows if not is_reference(g)
    ]
    return join(
        heading(3, title[:1].upper() + title[1:], id=f"row-{number}"), facts(told, kind="card-fields")
    )


def _measures(figures: Iterable[Figure]) -> Block:
    groups: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        groups.setdefault((figure.measure.id, _function(figure)), []).append(figure)
    return table(
        caption="How each measure is made",
        columns=["Measure", "Figures", "Formula", "Working", "Status"],
        rows=[
            [
                members[0].measure.id.replace("_", " "),
                wording.number(len(members)),
                members[0].measure.formula or "see the notebook",
                function or "by running the notebook again",
                ", ".join(dict.fromkeys(f.status for f in members)),
            ]
            for (_, function), members in groups.items()
        ],
        text_columns=(2, 3, 4),
    )


def _fitting(figures: Sequence[Figure], wanted: Mapping[str, str]) -> list[int]:
    """Give the rows of the figures that fit; of one that stands in several sections the first."""
    found: dict[Any, int] = {}
    for number, figure in enumerate(figures, start=1):
        told = {"measure": figure.words, "area": figure.area, "period": figure.period}
        if all(told[name] == value for name, value in wanted.items() if value):
            found.setdefault((figure.identity, figure.value), number)
    return list(found.values())


def _printed(figure: Figure) -> str:
    value = figure.value
    shown = f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else value
    return " ".join(str(part) for part in (shown, figure.unit) if part not in (None, ""))


def _function(figure: Figure) -> str:
    return figure.working.function if figure.working else ""


def _call(figure: Figure) -> str:
    if figure.working is None:
        return ""
    arguments = sorted(figure.working.arguments.items())  # as the written notebook has them
    given = ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False, sort_keys=True)}" for name, value in arguments
    )
    return f"{figure.working.function}({given})"
