"""Every figure of every published document, worked out again: what was printed, what came out, and a verdict on each.

The pages on documents that are later than a pack show the types of report, not what was known in the quarter; each says so
in the same notice, :func:`document_notice`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from saferleeds_analysis import periods
from saferleeds_analysis.documents import DISCLOSURE, Document, Register, RegisteredFigure
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.blocks import Block, behind, bullets, join, page_title, paragraph
from saferleeds_analysis.reporting.register_sums import DERIVED, INPUT, SUMS, Outcome, work_out
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings.counts import as_written
from saferleeds_analysis.workings.printed import number_in

PRINTED = Measure(
    id="figure_of_register",
    words="{figure} {what}: {printed}",
    role="assumption",
    formula="the figure as its document printed it; where none was printed, the number that the register sets down for it",
)
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
SUPPRESSED = "[c]"

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
    "sign differs": ("points the other way once the season is allowed for", True),
    "narrative": ("the words beside it say less or more than a test does", True),
    "label": ("its name is probably wrong", True),
    "not checkable": ("no base, level or comparator is printed", True),
    "disclosure": ("a small count of people", True),
    "gap": ("something is missing that the reader needs", True),
}


@dataclass(frozen=True, kw_only=True)
class CheckedFigure:
    """A printed figure with what came of working it out, and the verdict."""

    figure: RegisteredFigure
    outcome: Outcome
    verdict: str

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
            "method": self.verdict,
            "status": "published",
            "caveats": reasons,
        }
        named = {"figure": f.id, "what": f.measure}
        printed = about | {
            "measure": PRINTED,
            "qualifiers": named | {"printed": "as printed" if f.printed_as else "not printed"},
        }
        worked_out = about | {"measure": WORKED_OUT, "qualifiers": named}
        if hidden:
            made = [printed, worked_out] if o.came_out else [printed]
            return tuple(Figure(**one, value=SUPPRESSED) for one in made)
        figures = [
            Figure(
                **printed,
                value=f.value if f.number is None else float(f.number),
                rows=f.rows(),
                working=Working.of(as_written if f.number is None else number_in),
            )
        ]
        if o.came_out:
            value = o.came_out if o.value is None else o.value
            figures.append(Figure(**worked_out, **self.limits, value=value))
        return tuple(figures)

    @property
    def limits(self) -> dict:
        """The limits of what came out, those of a percentage with its base being its 95% interval."""
        o = self.outcome
        return {"lower": o.lower, "upper": o.upper, "n": o.n, "confidence": 0.95 if o.n else None}


def check_figure(register: Register, figure: RegisteredFigure) -> CheckedFigure:
    """Work one figure out again and judge it.

    A sum that judges gives the verdict; otherwise it is ``input`` or ``derived``, by what the figure is. A sum or a part that
    the register does not know is refused with the figure's id.

    >>> from saferleeds_analysis.documents import load_register
    >>> register = load_register()
    >>> checked = check_figure(register, register.figure("F066"))
    >>> checked.outcome.how, checked.verdict
    ('The sum of its parts: 335 + 354 + 251 + 308 = 1,248.', 'reproduces')
    """
    if figure.check not in SUMS:
        raise ValueError(
            f"register: {figure.id}: {figure.check!r} is not a sum that is known: {', '.join(SUMS)}."
        )
    outcome = work_out(figure, _parts(register, figure))
    by_role = DERIVED if figure.role == "derived" else INPUT
    return CheckedFigure(figure=figure, outcome=outcome, verdict=outcome.verdict or by_role)


def check_register(register: Register, document_id: str = "") -> tuple[CheckedFigure, ...]:
    """Work out every figure of the register, or of one document."""
    return tuple(check_figure(register, figure) for figure in register.figures(document_id))


def document_notice(document: Document, as_at: date) -> Block:
    """Say which document a page is made from, its date, and whether it is later than the pack."""
    day = periods.day_name(document.published)
    later = (
        f" It is later than this pack, which is read as at {periods.day_name(as_at)}: the page shows this type of report, "
        "and nothing on it was known in the quarter."
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
        text = "Published figures, worked out again"
        later = [d for d in self.register.documents() if d.published > self.as_at]
        notice = (
            f"{len(later)} of these {len(self.register.documents())} documents are later than this pack, which is read as at "
            f"{periods.day_name(self.as_at)}: {'; '.join(f'{d.title} ({d.published.year})' for d in later)}. "
            "They show how printed figures are checked; nothing in them was known in the quarter."
        )
        return page_title(text, notice if later else "")

    def summary(self) -> Block:
        """Count the verdicts, over all documents and for each."""
        flagged = [c for c in self.checked if c.flagged]
        hidden = sum(c.hidden_in(self.edition) for c in self.checked)
        lead = (
            f"{len(self.checked)} figures of {len(self.register.documents())} documents were worked out again from the other "
            f"figures printed, where that can be done. {len(flagged)} carry a warning."
        )
        if hidden:
            lead += f" {hidden} are not printed in this edition and shown as {SUPPRESSED}."
        present = [v for v in VERDICTS if any(c.verdict == v for c in self.checked)]
        documents = self.register.documents()
        rows = [
            [
                f"{v[:1].upper()}{v[1:]}{' (warning)' if VERDICTS[v][1] else ''}",
                VERDICTS[v][0],
                str(sum(c.verdict == v for c in self.checked)),
            ]
            for v in present
        ]
        shown = table(
            caption="Verdicts on the published figures",
            columns=["Verdict", "What it means", "Figures"],
            rows=rows,
            text_columns=[1],
            figures=[
                Figure(
                    measure=VERDICT,
                    qualifiers={"verdict": v},
                    indicator_id="register",
                    area="all documents",
                    window=Window("all"),
                    status="published",
                    value=sum(c.verdict == v for c in self.checked),
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
                for d in documents
            ],
            text_columns=[1],
        )
        return join(paragraph(lead), shown, by_document)

    def warnings(self, document: str) -> Block:
        """List the figures of a document that carry a warning, each with its reason."""
        flagged = [c for c in self._of(self.register.document(document)) if c.flagged]
        if not flagged:
            return paragraph("No figure of this document carries a warning.")
        lines = [self._warning(c) for c in flagged]
        return bullets(lines, kind="flags")

    def document(self, document: str) -> Block:
        """Give every figure of a document: as printed, how it was worked out, what came out, the verdict."""
        known = self.register.document(document)
        checked = self._of(known)
        shown = figures_table(f"Every figure: {known.title}", checked, edition=self.edition)
        return join(
            document_notice(known, self.as_at),
            self.warnings(document),
            behind(f"Show all {len(checked)} figures of this document", shown),
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

    def _warning(self, c: CheckedFigure) -> str:
        f = c.figure
        why = DISCLOSURE[f.disclosure] if c.hidden_in(self.edition) else c.outcome.how
        printed = SUPPRESSED if c.hidden_in(self.edition) else f.printed_as
        shown = f" (printed as {printed})" if printed else ""
        return f"{f.measure}, {f.area}, {f.period}{shown}: {c.verdict}. {why}"


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
    verdict = f"{'⚑ ' if c.flagged else ''}{c.verdict[:1].upper()}{c.verdict[1:]}"
    if c.hidden_in(edition):
        return [f.id, name, SUPPRESSED, DISCLOSURE[f.disclosure], SUPPRESSED, verdict]
    how = f"{c.outcome.how} {f.note}{'.' if f.note else ''}".strip()
    return [f.id, name, f.printed_as or "not printed", how, c.outcome.came_out or "none", verdict]


def register_report(register: Register, *, as_at: date, edition: str) -> RegisterReport:
    """Work out the whole register for an edition."""
    return RegisterReport(register=register, checked=check_register(register), as_at=as_at, edition=edition)


def _parts(register: Register, figure: RegisteredFigure) -> list[Decimal | str]:
    return [_part(register, figure, text) for text in figure.parts.split("|")] if figure.parts else []


def _part(register: Register, figure: RegisteredFigure, text: str) -> Decimal | str:
    """Read a part: a number, the number of another row (``F007``, or ``-F007`` for its negative), or a text."""
    text = text.strip()
    sign, name = (-1, text[1:]) if text.startswith("-F") else (1, text)
    if name[:1] == "F" and name[1:].isdigit():
        try:
            value = register.figure(name).number
        except ValueError as error:
            raise ValueError(f"register: {figure.id}: {error}") from error
        return sign * value if sign < 0 else value
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
