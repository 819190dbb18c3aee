"""Papers and plans on a page: cover, sections, tables of lists, and the figures that a paper prints, each with its verdict.

The words are the paper's, shortened by the partnership; they are untrusted text and go through the same path as partners'
commentary. Nothing in them is computed; the figures are those of the register.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from saferleeds_analysis.documents import Register
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.intake import Paper
from saferleeds_analysis.intake.papers import Part
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, bullets, facts, heading, join, paragraph
from saferleeds_analysis.reporting.markdown import markdown_blocks
from saferleeds_analysis.reporting.register import CheckedFigure, check_figure, document_notice, figures_table
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import printed

CHANGE_OF_PRINTED = Measure(
    id="printed_change_percent",
    words="{of}: change",
    role="change",
    formula="100 times (the later printed count divided by the earlier one, less 1)",
)
RESTRICTED = "(restricted)"
NOT_REPORTED = "Not reported"
_ADDRESS = re.compile(r"\[([^\]]*)\]\([^)]*\)|<[^>\s]*>")


@dataclass(frozen=True, kw_only=True)
class PaperReport:
    """A paper with the checked figures that it names; its methods give the blocks of the page."""

    paper: Paper
    register: Register
    checked: Mapping[str, CheckedFigure]
    as_at: date
    edition: str

    def title(self) -> Block:
        """Give the page's one first-level heading, and the notice of the document."""
        return join(
            heading(1, self.paper.title),
            document_notice(self.register.document(self.paper.document), self.as_at),
            *([paragraph(self.paper.note)] if self.paper.note else []),
        )

    def cover(self) -> Block:
        """Give the fixed fields of the cover."""
        return facts(self.paper.cover, kind="card-fields")

    def sections(self, group: str) -> Block:
        """Give the parts of a group one after another: a heading, the labelled texts, and the part's figures."""
        return join(*(block for part in self.paper.group(group) for block in self._section(part)))

    def table(
        self,
        group: str = "",
        *,
        heading: str,
        columns: Sequence[str] = (),
        status: str = "",
        missing: str = "None stated",
        one_side: bool = False,
    ) -> Block:
        """Give the parts of a group as a table: the heading, then a column for each label, lists in the cells.

        Without ``columns`` they are the labels of the first part. ``status`` adds a last column of this name which says that
        nothing was reported; ``missing`` stands where a part has nothing under a label. ``one_side`` prints the whole page on
        one side of A4.
        """
        parts = self.paper.group(group)
        columns = tuple(columns) or tuple(label for label, _ in parts[0].blocks)
        rows = []
        for part in parts:
            cells = [part.items(name) or (missing,) for name in columns] + (
                [(NOT_REPORTED,)] if status else []
            )
            rows.append([part.heading, *(_listed(cell) for cell in cells)])
        return table(
            caption=f"{self.paper.title}: {group.lower()}" if group else self.paper.title,
            columns=[heading, *columns, *([status] if status else [])],
            rows=rows,
            text_columns=range(1, len(columns) + 2),
            css_class="lists one-side" if one_side else "lists",
        )

    def change(self, earlier: str, later: str) -> Block:
        """Say the change from one printed count of the paper to another, with its interval."""
        before, after = (self.register.figure(name) for name in (earlier, later))
        change = change_between_counts(int(before.number), int(after.number), unit=after.unit)
        window = replace(Window.named(after.period), name=f"{before.period} to {after.period}")
        return paragraph(
            f"{after.measure}, {window}: {wording.number(change.earlier)} to "
            f"{wording.number(change.later)}, {wording.change_with_interval(change)}. The interval takes places to be filled one "
            "by one; they are filled by the session, so the truth is less sure.",
            figures=[
                Figure.of(
                    change.percent,
                    measure=CHANGE_OF_PRINTED,
                    qualifiers={"of": after.measure},
                    indicator_id=after.document,
                    area=after.area,
                    window=window,
                    status="published",
                    rows=(*before.rows("earlier"), *after.rows("later")),
                    working=Working.of(printed.percent_change),
                )
            ],
        )

    def figures(self) -> Block:
        """Give every figure that the paper names, once, with how it was worked out."""
        return figures_table(
            f"Figures of the paper: {self.paper.title}", list(self.checked.values()), edition=self.edition
        )

    def restricted_links(self) -> Block:
        """Say how many of the links lead to restricted papers."""
        items = {i for part in self.paper.parts for _, values in part.blocks for i in values}
        found = [i for i in items if RESTRICTED in i]
        if not found:
            return paragraph("No link is restricted.")
        return paragraph(
            f"{len(found)} of the linked papers are restricted. They are named and marked, and never linked from this page."
        )

    def _section(self, part: Part) -> list[Block]:
        shown = [heading(3, part.heading)]
        for label, items in part.blocks:
            if label:
                shown.append(heading(4, label))
            shown.append(_listed(items))
        checked = [self.checked[name] for name in part.figures]
        if checked:
            shown.append(figures_table(f"Figures: {part.heading}", checked, edition=self.edition))
        return shown


def paper_report(paper: Paper, *, register: Register, as_at: date, edition: str) -> PaperReport:
    """Check every figure that a paper names; a document or a figure that the register does not know is refused."""
    register.document(paper.document)
    names = dict.fromkeys(name for part in paper.parts for name in part.figures)
    return PaperReport(
        paper=paper,
        register=register,
        checked={name: check_figure(register, register.figure(name)) for name in names},
        as_at=as_at,
        edition=edition,
    )


def _listed(items: Sequence[str]) -> Block:
    """Make one text a paragraph and several a list."""
    # Of a link that is marked as restricted the address is taken out; its name stays.
    shown = [_ADDRESS.sub(r"\1", item) if RESTRICTED in item else item for item in items]
    made = [join(*markdown_blocks(item)) for item in shown]
    return made[0] if len(made) == 1 else bullets(made)
