"""The changes that a document printed without their counts: the counts that must lie behind each, and the interval at their ends."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from saferleeds_analysis.documents import Register, RegisteredFigure
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.methods.formulas import call_of, earlier_counts_of_difference
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, heading, join, letter
from saferleeds_analysis.reporting.register import document_notice
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import printed

PRINTED_CHANGE = Measure(
    id="printed_change_of_dashboard",
    words="{of}",
    role="change",
    formula="the change as its document printed it",
)
IMPLIED_COUNT = Measure(
    id="implied_count",
    words="{of}: implied {which}",
    role="count",
    formula="the range of whole numbers that give both the percentage and the number as they were printed",
    decimals=0,
)


@dataclass(frozen=True, kw_only=True)
class PrintedChanges:
    """The changes of a dashboard that a document printed; its methods give the blocks of the page."""

    register: Register
    document: str
    as_at: date

    def title(self) -> Block:
        """Give the page's one first-level heading, and the notice of the document."""
        known = self.register.document(self.document)
        return join(heading(1, f"Published dashboard: {known.publisher}"), document_notice(known, self.as_at))

    def table(self) -> Block:
        """Give the changes as rows of a dashboard, with the counts that must lie behind each."""
        claims = [f for f in self.register.figures(self.document) if f.role == "claim"]
        rows = [row_of_print(f) for f in claims]
        return table(
            caption=f"Published changes: {self.register.document(self.document).publisher}",
            columns=(
                "Priority and measure",
                "Previous",
                "Current",
                "Change",
                "RAG",
                "Comparison and comment",
            ),
            rows=[cells for cells, _ in rows],
            text_columns=range(1, 6),
            css_class="lists",
            figures=[figure for _, figures in rows for figure in figures],
        )


def _of_print(figure: RegisteredFigure, measure: Measure, **about: Any) -> Figure:
    """Give what a printed figure says as one of a page; ``about`` says the rest, and goes before what is printed."""
    usual = {
        "indicator_id": figure.document,
        "area": figure.area,
        "window": Window.named(figure.period),
        "value": float(figure.number),
        "unit": "%",
        "status": "published",
        "rows": figure.rows(),
        "working": Working.of(printed.number_in),
    }
    return Figure(measure=measure, **usual | about)


def _published_change(figure: RegisteredFigure) -> tuple[str, str, str, tuple[Figure, ...]]:
    """Work out the counts behind a printed change and its interval at the smallest and the largest of them."""
    difference = int(call_of(figure.formula)[1][0])
    found = earlier_counts_of_difference(Decimal(difference), figure.number)
    dispersion = variation_of(found[-1], kind=figure.measure).dispersion
    ends = [
        change_between_counts(n, n + difference, unit="offences", dispersion=dispersion)
        for n in (found[0], found[-1])
    ]
    lower, upper = min(e.percent.lower for e in ends), max(e.percent.upper for e in ends)
    same = ends[0].direction == ends[1].direction
    word = wording.DOWN_OR_UP.get(ends[0].direction, "no clear change") if same else "no clear change"
    figures = (
        _of_print(
            figure,
            PRINTED_CHANGE,
            qualifiers={"of": f"{figure.measure} %"},
            lower=lower,
            upper=upper,
            confidence=0.95,
            method="exact conditional, at the smallest and the largest base that fit",
        ),
        *(
            _of_print(
                figure,
                IMPLIED_COUNT,
                qualifiers={"of": figure.measure, "which": which},
                value=None,
                working=None,
                lower=found[0] + add,
                upper=found[-1] + add,
                unit="offences",
                method="whole numbers that fit both printed figures",
            )
            for which, add in (("previous", 0), ("current", difference))
        ),
    )
    span = [
        f"{wording.number(found[0] + add)} to {wording.number(found[-1] + add)} (implied)"
        for add in (0, difference)
    ]
    size = wording.number(abs(float(figure.number)), decimals=max(0, -figure.number.as_tuple().exponent))
    words = (
        f"{word} {size}% ({wording.fewer_or_more(difference)}; 95% interval "
        f"{wording.percent(lower, signed=True)} to {wording.percent(upper, signed=True)})"
    )
    return span[0], span[1], words, figures


def row_of_print(figure: RegisteredFigure) -> tuple[list[str | Block], tuple[Figure, ...]]:
    """Make the row of one printed change, and give its figures."""
    function, asked = call_of(figure.formula)
    if function == "earlier_counts_of_difference":
        previous, current, words, figures = _published_change(figure)
        comment = "The interval holds at the smallest and the largest count that the print allows"
    else:
        earlier = asked[1] if function == "change" else ""
        previous = f"{earlier} {figure.unit}" if earlier else "not printed"
        current = f"{figure.value} {figure.unit}" if earlier else "not printed"
        words = f"not tested: printed as {figure.printed_as}"
        comment = figure.note or "No count and no base are printed"
        said = {"qualifiers": {"of": figure.measure}, "unit": figure.unit, "method": "as printed"}
        figures = (_of_print(figure, PRINTED_CHANGE, **said),)
    cells = [
        f"{figure.section}: {figure.measure.removesuffix(': change')}, {figure.period}",
        previous,
        current,
        words,
        letter("N", reason="Not rated: the report's text prints no target."),
        f"Comparison: none printed in figures. {comment}.",
    ]
    return cells, figures
