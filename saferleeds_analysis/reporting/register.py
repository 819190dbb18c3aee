"""Every figure of every published document, worked out again: what was printed, what came out, and a verdict on each.

The pages on documents that are later than a pack show the types of report, not what was known in the quarter; each says so
in the same notice, :func:`document_notice`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import unknown
from saferleeds_analysis.disclosure_rules import read_disclosure_rules
from saferleeds_analysis.documents import DISCLOSURE, Document, Register, RegisteredFigure
from saferleeds_analysis.figures import Figure, Measure, Rows, Working
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, behind, bullets, join, page_title, paragraph
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings.counts import as_written
from saferleeds_analysis.workings.printed import number_in
from saferleeds_analysis.workings.register import Outcome, figures_with_verdict, plain, work_out, worked_out

_AS_PRINTED = "the figure as its document printed it; where none was printed, the number that the register sets down for it"
# By what it is: an intruder adds up counts, and takes a percentage for a count of its base.
PRINTED = {
    role: Measure(id=f"register_{role}", words="{figure} {what}: {printed}", role=role, formula=_AS_PRINTED)
    for role in ("count", "percentage", "assumption")
}
WORKED_OUT = Measure(
    id="figure_of_register_worked_out",
    words="{figure} {what}: worked out",
    role="assumption",
    formula="the formula that the register has for the figure, with its other figures",
)
VERDICT = Measure(
    id="figures_of_register_with_verdict",
    words="verdict: {verdict}",
    role="quality",
    formula="the number of the register's figures with this verdict",
    decimals=0,
)
SUPPRESSED, _HIDDEN = "[c]", "suppressed"

# What each verdict means, and whether the reader is warned of the figure.
VERDICTS: Mapping[str, tuple[str, bool]] = {
    "reproduces": ("the other printed figures give it, to the precision printed", False),
    "consistent (levels not published)": (
        "whole numbers exist that give it; which ones is not printed",
        False,
    ),
    "input": ("taken as printed; there is nothing to work it out from", False),
    "derived": ("follows from what is printed", False),
    "does not reproduce": ("the other printed figures give something else, or cannot give it", True),
    "reproduces only with calendar-year counts": ("the financial year's count gives something else", True),
    "inconsistent": ("contradicts another printed figure, label or date", True),
    "ambiguous": ("can be read in two ways that differ", True),
    "period mismatch": ("is of another period than the page it stands on", True),
    "not comparable": ("is made in another way than the figure it is set beside", True),
    "sign differs": ("the same months of the year before point the other way", True),
    "narrative": ("the words beside it say less or more than a test does", True),
    "label": ("its name is probably wrong", True),
    "not checkable": ("no base, level or comparator is printed", True),
    "disclosure": ("a small count of people", True),
    "gap": ("something is missing that the reader needs", True),
}


@dataclass(frozen=True, kw_only=True)
class CheckedFigure:
    """A printed figure with what came of working it out from other figures (``parts``), and the verdict."""

    figure: RegisteredFigure
    outcome: Outcome
    parts: tuple[RegisteredFigure, ...]

    @property
    def verdict(self) -> str:
        """What is to be thought of the figure, in the words of :data:`VERDICTS`."""
        return self.outcome.verdict

    @property
    def flagged(self) -> bool:
        """Say whether the reader is warned of the figure."""
        return VERDICTS[self.verdict][1]

    def hidden_in(self, edition: str) -> bool:
        """Say whether the figure is left out of an edition."""
        return edition == "public" and bool(self.figure.disclosure)

    def figures(self, edition: str) -> tuple[Figure, ...]:
        """Give the tidy rows of the figure: as printed, and worked out again where anything came out."""
        f, o, hidden = self.figure, self.outcome, self.hidden_in(edition)
        reasons = (DISCLOSURE[f.disclosure],) if hidden else tuple(t for t in (o.how, f.note) if t)
        about = {
            "indicator_id": f.document,
            "area": f.area,
            "window": Window.named(f.period),
            "unit": f.unit,
            "method": _HIDDEN if hidden else self.verdict,
            "status": "published",
            "theme": read_disclosure_rules().theme_of(f.measure, f.document, f.unit).id,
            "caveats": reasons,
        }
        named = {"figure": f.id, "what": f.measure}
        printed = about | {
            "measure": PRINTED[f.role_of_number],
            "qualifiers": named | {"printed": "as printed" if f.printed_as else "not printed"},
        }
        again = about | {"measure": WORKED_OUT, "qualifiers": named}
        if hidden:
            printed["value"] = again["value"] = SUPPRESSED
        else:
            printed |= {
                "value": f.value if f.number is None else float(f.number),
                "rows": f.rows(),
                "working": Working.of(as_written if f.number is None else number_in),
            }
            again |= {
                "value": o.came_out if o.value is None else o.value,
                **self.limits,
                **self._working(edition),
            }
        return tuple(Figure(**made) for made in ([printed, again] if o.came_out else [printed]))

    def _working(self, edition: str) -> dict:
        """Give the rows of what came out and how it comes from them; not of what an edition leaves out."""
        own = self.figure.rows("figure")
        if edition == "public" and any(part.disclosure for part in self.parts):
            return {"rows": own}
        return {
            "rows": (*own, *(row for part in self.parts for row in part.rows("parts"))),
            "working": Working.of(worked_out, **_zeros_printed([self.figure, *self.parts])),
        }

    @property
    def limits(self) -> dict:
        """The limits of what came out, those of a percentage with its base being its 95% interval."""
        o = self.outcome
        return {"lower": o.lower, "upper": o.upper, "n": o.n, "confidence": 0.95 if o.n else None}


def check_figure(register: Register, figure: RegisteredFigure) -> CheckedFigure:
    """Work one figure out again and judge it.

    Refused, with the figure's id: a formula that is not understood, a name that the register does not know, and a verdict that
    is none of :data:`VERDICTS`.

    >>> from saferleeds_analysis.documents import load_register
    >>> register = load_register("examples/published_papers/data/raw/reference")
    >>> checked = check_figure(register, register.figure("F066"))
    >>> checked.outcome.how, checked.verdict
    ('The sum of its parts: 335 + 354 + 251 + 308 = 1,248.', 'reproduces')
    """

    def number(name: str) -> Decimal:
        return (figure if name == figure.id else register.figure(name)).number

    try:
        outcome = work_out(figure, number)
    except ValueError as error:
        raise ValueError(f"register: {figure.id}: {error}") from error
    if outcome.verdict not in VERDICTS:
        raise ValueError(f"register: {figure.id}: {unknown('verdict', outcome.verdict, VERDICTS)}")
    parts = tuple(register.figure(name) for name in figure.named)
    return CheckedFigure(figure=figure, outcome=outcome, parts=parts)


def check_register(register: Register) -> tuple[CheckedFigure, ...]:
    """Work out every figure of the register."""
    return tuple(check_figure(register, figure) for figure in register.figures())


def document_notice(document: Document, as_at: date) -> Block:
    """Say which document a page is made from, its date, and whether it is later than the pack."""
    day = periods.day_name(document.published)
    later = (
        f" It is later than this pack, which is read as at {periods.day_name(as_at)}: nothing on it was known in the "
        "quarter."
        if document.published > as_at
        else ""
    )
    return paragraph(
        f"From a published document: {document.title} ({document.publisher}, {day}). {document.date_note}.{later}",
        css_class="notice",
    )


@dataclass(frozen=True, kw_only=True)
class RegisterReport:
    """The register's figures with their verdicts, for one edition; its methods give the blocks of the page."""

    register: Register
    checked: tuple[CheckedFigure, ...]
    as_at: date
    edition: str

    def title(self) -> Block:
        """Give the page's one first-level heading, and what it holds."""
        later = [d for d in self.register.documents() if d.published > self.as_at]
        notice = (
            f"{len(later)} of these {len(self.register.documents())} documents {'is' if len(later) == 1 else 'are'} later than this pack, which is read as at "
            f"{periods.day_name(self.as_at)}: {'; '.join(f'{d.title} ({d.published.year})' for d in later)}. "
            "They show how printed figures are checked; nothing in them was known in the quarter."
        )
        return page_title("Published figures, worked out again", notice if later else "")

    def summary(self) -> Block:
        """Count the verdicts, over all documents and for each."""
        hidden = sum(c.hidden_in(self.edition) for c in self.checked)
        lead = (
            f"Worked out again from the other figures printed, where that can be done: {wording.counted(len(self.checked), 'figures')} "
            f"of {wording.counted(len(self.register.documents()), 'documents')}, {sum(c.flagged for c in self.checked)} with a warning."
        )
        if hidden:
            lead += f" Not printed in this edition, and shown as {SUPPRESSED}: {hidden}."
        given = Counter(c.verdict for c in self.checked)
        present = [v for v in VERDICTS if v in given]
        shown = table(
            caption="Verdicts on the published figures",
            columns=["Verdict", "What it means", "Figures"],
            rows=[
                [
                    f"{wording.sentence(v)}{' (warning)' if VERDICTS[v][1] else ''}",
                    VERDICTS[v][0],
                    str(given[v]),
                ]
                for v in present
            ],
            text_columns=[1],
            figures=[
                Figure(
                    measure=VERDICT,
                    qualifiers={"verdict": v},
                    indicator_id="register",
                    area="all documents",
                    window=Window("all"),
                    status="published",
                    rows=self._files(),
                    working=Working.of(
                        figures_with_verdict,
                        verdict=v,
                        **_zeros_printed([c.figure for c in self.checked]),
                    ),
                    value=given[v],
                    n=len(self.checked),
                )
                for v in present
            ],
        )
        by_document = table(
            caption="Figures and warnings by document",
            columns=["Document", "Published", "Figures", "Warnings"],
            rows=[
                [
                    d.title,
                    periods.day_name(d.published),
                    str(len(self._of(d))),
                    str(sum(c.flagged for c in self._of(d))),
                ]
                for d in self.register.documents()
            ],
            text_columns=[1],
        )
        return join(paragraph(lead), shown, by_document)

    def warnings(self, document: str) -> Block:
        """List the figures of a document that carry a warning, each with its reason."""
        lines = [self._warning(c) for c in self._of(self.register.document(document)) if c.flagged]
        if not lines:
            return paragraph("No figure of this document carries a warning.")
        return bullets(lines, kind="flags")

    def document(self, document: str) -> Block:
        """Give every figure of a document: as printed, how it was worked out, what came out, the verdict."""
        known = self.register.document(document)
        checked = self._of(known)
        shown = figures_table(f"Every figure: {known.title}", checked, edition=self.edition)
        return join(
            document_notice(known, self.as_at),
            self.warnings(document),
            behind(f"Show {wording.counted(len(checked), 'figures')} of this document", shown),
        )

    def caveats_and_sources(self) -> Block:
        """Say what the verdicts can and cannot tell, and name the documents."""
        lines = [
            "A figure that reproduces agrees with the other figures of its document; it may still be wrong.",
            "A percentage is compared at the precision at which it was printed, rounded half up.",
            *[reason for key, reason in DISCLOSURE.items() if key and self.edition == "public"],
            *[f"{d.title}. {d.publisher}. {d.what}. {d.date_note}." for d in self.register.documents()],
        ]
        return bullets(lines, kind="caveats")

    def _of(self, document: Document) -> list[CheckedFigure]:
        return [c for c in self.checked if c.figure.document == document.id]

    def _files(self) -> tuple[Rows, ...]:
        """Give the files of the register."""
        rows = (row for c in self.checked for row in c.figure.rows("figures"))
        return tuple(dict.fromkeys(replace(row, numbers=()) for row in rows))

    def _warning(self, c: CheckedFigure) -> str:
        f = c.figure
        printed, verdict, why = f.printed_as, c.verdict, c.outcome.how
        if c.hidden_in(self.edition):
            printed, verdict, why = SUPPRESSED, "not published", DISCLOSURE[f.disclosure]
        shown = f" (printed as {printed})" if printed else ""
        return f"{f.measure}, {f.area}, {f.period}{shown}: {verdict}. {why}"


def figures_table(caption: str, checked: Sequence[CheckedFigure], *, edition: str) -> Block:
    """Give figures as a table: as printed, how each was worked out, what came out, and the verdict."""
    return table(
        caption=caption,
        columns=["No.", "Figure", "As printed", "How it was worked out", "What came out", "Verdict"],
        rows=[_row(c, edition) for c in checked],
        text_columns=range(1, 6),
        figures=[f for c in checked for f in c.figures(edition)],
        css_class="lists",
    )


def _row(c: CheckedFigure, edition: str) -> list[str]:
    f = c.figure
    name = f"{f.measure}, {f.area}, {f.period}"
    if c.hidden_in(edition):  # a verdict would tell the small count from the one that gives it away
        return [f.id, name, SUPPRESSED, DISCLOSURE[f.disclosure], SUPPRESSED, "Not published"]
    verdict = f"{'⚑ ' if c.flagged else ''}{wording.sentence(c.verdict)}"
    how = f"{c.outcome.how} {f.note}{'.' if f.note else ''}".strip()
    came_out = c.outcome.came_out or "none"
    return [f.id, name, f.printed_as or "not printed", how, came_out, verdict]


def register_report(register: Register, *, as_at: date, edition: str) -> RegisterReport:
    """Work out the whole register for an edition."""
    return RegisterReport(register=register, checked=check_register(register), as_at=as_at, edition=edition)


def _zeros_printed(figures: Sequence[RegisteredFigure]) -> dict[str, int]:
    """Give with how many decimals figures are printed that end with a zero: a program that reads the table drops it."""
    numbers = {f.id: f.number for f in figures if f.number is not None and plain(f.value) != f.value}
    return {name: -number.as_tuple().exponent for name, number in numbers.items()}
