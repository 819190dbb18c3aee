"""What a page holds, as data: read from an executed notebook, and told from what a reader would stumble over.

The page, the paper copy, Word, the workbook, the index and the checks are made of this; none reads what another wrote.
"""

import ast
import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from math import isclose, isfinite
from pathlib import Path
from typing import Any, TypeVar

from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.figures import Figure, Identity
from saferleeds_analysis.publishing.files import FIGURES, NOTEBOOK, PAGE, in_reports, read_figures
from saferleeds_analysis.publishing.run_list import slug
from saferleeds_analysis.reporting.blocks import (
    BLOCKS_MEDIA_TYPE,
    NOTHING,
    Block,
    Chart,
    Commentary,
    Facts,
    Group,
    Heading,
    Listing,
    Span,
    Table,
    Text,
    Words,
    block_of,
    paragraph,
)
from saferleeds_analysis.reporting.markdown import markdown_blocks
from saferleeds_analysis.reporting.views import OWN_SERIES

_NOT_WORDS = re.compile(r"\bNaN\b|\bNaT\b|<NA>|^\s*(?:None|nan|-?inf)\s*$")
_LOADED_FROM_ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?(?!#|data:)", re.I)
_SHORTEST_FINDING = 40  # letters
# What an analyst alone sees of a notebook, and how papermill marks the cell with the parameters given.
FOR_ANALYSTS = "for-analysts"
Kind = TypeVar("Kind", bound=Block)


@dataclass(frozen=True, kw_only=True)
class Content:
    """The blocks of a page, each heading with its id, and its figures, each ``placed`` in the section where it stands.

    A section is named by the id of its heading of level 2.
    """

    blocks: tuple[Block, ...]
    placed: tuple[tuple[str, Figure], ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures, in the order in which they are printed."""
        return tuple(figure for _, figure in self.placed)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The figures as rows of ``figures.csv``."""
        return [{"section": section, **figure.to_row()} for section, figure in self.placed]

    @cached_property
    def everything(self) -> tuple[Block, ...]:
        """Every block, those within others too, in the order in which they are shown."""
        return tuple(part for block in self.blocks for part in block.walk())

    def of(self, *kinds: type[Kind]) -> tuple[Kind, ...]:
        """Give the blocks of these kinds, in order; the tables are those behind charts too."""
        return tuple(block for block in self.everything if isinstance(block, kinds))

    @property
    def title(self) -> str:
        """What the page is about: the words above its finding where its first heading is one, else that heading."""
        return self._about or self._first_heading

    @property
    def _about(self) -> str:
        return next((b.text for b in self.of(Text) if b.kind == "eyebrow"), "")

    @property
    def _first_heading(self) -> str:
        return next((h.text for h in self.of(Heading) if h.level == 1), "")

    @property
    def headline_box(self) -> Facts | None:
        """The first box of headline numbers."""
        return next((box for box in self.of(Facts) if box.kind in ("summary", "tiles")), None)

    @property
    def notices(self) -> tuple[str, ...]:
        """What must be known before any number, each sentence once; partners' own notes are not among them."""
        found = [
            b.text
            for b in _outside(self.blocks, Commentary)
            if isinstance(b, Text) and "notice" in b.kind.split()
        ]
        return tuple(dict.fromkeys(found))

    @property
    def finding(self) -> str:
        """The first sentences that say what the page is about: its opening paragraph, or else its first finding.

        A few words in a list are an item of it, and no finding; nor is what is late. A page with a first screen has its finding
        for its heading.
        """
        if self._about:
            return self._first_heading
        shown = list(_outside(self.blocks, Commentary, Table, Facts, Chart, opening=True))
        for block in shown:
            if isinstance(block, Heading) and block.level == 2:
                break
            if type(block) is Text and not block.kind:
                return block.text
        lists = [b for b in shown if isinstance(b, Listing) and not {"caveats", "late"} & set(b.kind.split())]
        items = (item.text for block in lists for item in block.items)
        return next((i for i in items if len(i) >= _SHORTEST_FINDING and i.endswith(".")), "")

    @property
    def first_words(self) -> dict[str, str]:
        """What the page says first, as the record of its run keeps it for the index."""
        return {
            "title": self.title,
            "notice": next(iter(self.notices), ""),
            "finding": self.finding,
        }

    @property
    def led_to(self) -> set[str]:
        """The reports of its pack to which it leads, by their names."""
        parts = (span.href.split("/") for words in self.of(Words) for span in words.spans)
        return {part[1] for part in parts if len(part) == 3 and (part[0], part[2]) == ("..", PAGE)}

    @property
    def words(self) -> str:
        """All words of the page on one line, without those that only describe a drawing."""
        return " ".join(" ".join(words_of(block) for block in self.blocks).split())


def content_of(notebook: Any) -> Content:
    """Gather what an executed notebook (an nbformat node, or its JSON) shows: its explanations and its blocks, in order.

    An output without blocks is not among them: see :func:`faults_of_outputs`.
    """
    blocks: list[Block] = []
    for cell in notebook["cells"]:
        if FOR_ANALYSTS in cell["metadata"].get("tags", []):
            continue
        if cell["cell_type"] == "markdown":
            blocks += markdown_blocks("".join(cell["source"]), trusted=True)
        for output in cell.get("outputs", []):
            data = output.get("data", {}).get(BLOCKS_MEDIA_TYPE)
            if data is not None:
                blocks.append(Group(blocks=(block_of(data),), kind="block"))
    return content_of_blocks(_with_something_to_show(blocks))


def _with_something_to_show(blocks: Sequence[Block]) -> list[Block]:
    """Leave out outputs that hold nothing, and the heading of a section in which nothing else stands."""
    kept: list[Block] = []
    left_out = False
    for block in reversed(blocks):
        ends = not kept or (isinstance(kept[-1], Heading) and kept[-1].level <= getattr(block, "level", 0))
        of_nothing = isinstance(block, Heading) and block.level > 1 and left_out and ends
        if of_nothing or all(isinstance(part, Group) for part in block.walk()):
            left_out = True
        else:
            kept.append(block)
            left_out = False
    return kept[::-1]


def content_of_blocks(blocks: Iterable[Block]) -> Content:
    """Give blocks as the content of a page: headings get ids, and figures the sections in which they stand."""
    named = _with_ids(blocks)
    placed, section = [], ""
    for block in named:
        headings = [part for part in block.walk() if isinstance(part, Heading)]
        if headings and headings[0].level == 2:
            section = headings[0].id
        placed += [(section, figure) for figure in block.figures]
        section = next((h.id for h in reversed(headings) if h.level == 2), section)
    return Content(blocks=named, placed=tuple(placed))


@dataclass(frozen=True, kw_only=True)
class PrintedFigure:
    """A figure and where it is printed: in which report of which pack, and in which section of its page."""

    figure: Figure
    report: str
    section: str = ""
    pack: str = ""

    @property
    def place(self) -> str:
        """Say where it stands and what it is."""
        return f"{self.pack}, {self.report}: {self.figure.place}"


def pack_figures(pack: Path) -> tuple[PrintedFigure, ...]:
    """Read every figure of every report of a pack, whatever its folder is called: the audits look at all."""
    folders = {path.parent for name in (NOTEBOOK, FIGURES) for path in in_reports(pack, name)}
    return tuple(
        PrintedFigure(figure=figure, report=folder.name, section=section, pack=pack.name)
        for folder in sorted(folders)
        for section, figure in placed_figures(folder)
    )


def placed_figures(report: Path) -> tuple[tuple[str, Figure], ...]:
    """Read the figures of a published report, each with its section.

    A report whose executed notebook has not the figures of its table is of an earlier version, and refused.
    """
    placed = read_content(report).placed if (report / NOTEBOOK).is_file() else ()
    if (report / FIGURES).is_file() and len(read_figures(report / FIGURES)) != len(placed):
        raise ValueError(
            f"{report.parent.name}/{report.name} was made by an earlier version, whose figures do not know what they are. "
            "Report the quarter anew."
        )
    return placed


def read_content(report: Path) -> Content:
    """Read the content of a published report from its executed notebook, ``<report>/report.ipynb``."""
    return _content_of_file(report / NOTEBOOK, sha256_of(report / NOTEBOOK))


@lru_cache(maxsize=128)  # a pack is read by its index, its page of changes, its checks and its audits
def _content_of_file(notebook: Path, _sha256: str) -> Content:
    return content_of(json.loads(notebook.read_text(encoding="utf-8")))


def on_paper(block: Block) -> Block:
    """Give a block as paper needs it: nothing folded, no links to files nor lists of them, charts without the data behind them."""
    if isinstance(block, Listing) and block.kind == "inline":
        return NOTHING
    if isinstance(block, Chart):
        return replace(block, shape=f"paper {block.shape}", data=None)
    if isinstance(block, Words):
        kept = [
            s if s.href.startswith(("http:", "https:", "mailto:")) else replace(s, href="")
            for s in block.spans
        ]
        return replace(block, spans=tuple(kept))
    if isinstance(block, Group):
        block = replace(block, summary="")
    return block.with_parts(on_paper)


def words_of(block: Block) -> str:
    """Give the words of a block that a reader sees: of a chart its headline, its subtitle and the table behind it."""
    if isinstance(block, Chart):
        behind = block.data.text if block.data is not None else ""
        return f"{block.headline} {block.subtitle} {behind}"
    if isinstance(block, Group):
        return " ".join([block.summary, *map(words_of, block.blocks)])
    return block.text


def _outside(blocks: Iterable[Block], *kinds: type, opening: bool = False) -> Iterator[Block]:
    """Walk blocks, but not into blocks of these kinds; of the ``opening`` neither into folded ones nor into lists."""
    for block in blocks:
        if isinstance(block, kinds) or (opening and isinstance(block, Group) and block.summary):
            continue
        yield block
        if not (opening and isinstance(block, Listing)):
            yield from _outside(block.parts, *kinds, opening=opening)


def _with_ids(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Give each heading an id that no other has; one that has its own keeps it."""
    blocks = list(blocks)
    parts = [part for block in blocks for part in block.walk()]
    used = {p.name if isinstance(p, Chart) else p.id for p in parts if isinstance(p, Chart | Heading)}

    def with_id(block: Block) -> Block:
        if not isinstance(block, Heading) or block.id:
            return block.with_parts(with_id)
        wanted = stem = slug(block.text) or "section"
        number = 2
        while wanted in used:
            wanted, number = f"{stem}-{number}", number + 1
        used.add(wanted)
        return replace(block, id=wanted)

    return tuple(map(with_id, blocks))


# What stands in the way of publication


def faults_of_outputs(notebook: Any) -> list[str]:
    """Name the outputs that would make a page look unfinished."""
    faults = []
    own_code_cells = [
        cell for cell in notebook.cells if cell.cell_type == "code" and cell.get("id") != "parameters-given"
    ]
    for number, cell in enumerate(own_code_cells, start=1):
        if not cell.outputs and _ends_with_a_value(cell.source):
            faults.append(
                f"code cell {number} shows nothing, though it ends with {cell.source.strip().splitlines()[-1][:60]!r}. Let it "
                "give a result or a Block, or end the line with a semicolon."
            )
        for output in cell.outputs:
            if output.output_type == "error":
                faults.append(f"code cell {number} ended in an error: {output.ename}: {output.evalue}")
            elif output.output_type == "stream":
                faults.append(
                    f"code cell {number} prints {output.text.strip()[:60]!r}; show a Block instead."
                )
            elif BLOCKS_MEDIA_TYPE not in output.data:
                kinds = ", ".join(sorted(output.data))
                faults.append(
                    f"code cell {number} leaves a bare result ({kinds}): {output.data.get('text/plain', '')[:60]!r}. "
                    "Show a Block, or end the line with a semicolon."
                )
            elif output.data[BLOCKS_MEDIA_TYPE].get("kind") == OWN_SERIES:
                faults.append(
                    f"code cell {number} shows a result of a series of its own: no row of data stands behind its numbers, and none "
                    "is withheld. Show what is made of a page's counts, as sl.seasonally_adjust(page.counts())."
                )
    return faults


def _ends_with_a_value(source: str) -> bool:
    """Say whether the last line of a cell is there to be shown."""
    statements = ast.parse(source).body
    return bool(statements) and isinstance(statements[-1], ast.Expr) and not source.rstrip().endswith(";")


def faults_of_content(content: Content) -> list[str]:
    """Name everything that a reader, or a reader's software, would stumble over."""
    return [
        *_faults_of_headings(content.of(Heading)),
        *_faults_of_ids_and_links(content),
        *[fault for chart in content.of(Chart) for fault in _faults_of_chart(chart)],
        *_faults_of_tables(content.of(Table)),
        *_faults_of_words(content),
        *_faults_of_figures(content.placed),
    ]


def _faults_of_headings(headings: tuple[Heading, ...]) -> list[str]:
    count = sum(heading.level == 1 for heading in headings)
    faults = [] if count == 1 else [f"a page has one h1, its title; this has {count}."]
    if headings and headings[0].level != 1:
        faults.append(f"the first heading, {headings[0].text!r}, is not the h1.")
    faults += [f"an empty h{h.level}." for h in headings if not h.text.strip()]
    faults += [
        f"the heading {after.text!r} (h{after.level}) skips a level after {before.text!r} (h{before.level})."
        for before, after in pairwise(headings)
        if after.level > before.level + 1
    ]
    return faults


def _faults_of_ids_and_links(content: Content) -> list[str]:
    headings, charts = content.of(Heading), content.of(Chart)
    # main is the frame's own
    ids = Counter(["main", *(heading.id for heading in headings), *(chart.name for chart in charts)])
    faults = [f"the id {name!r} is used {count} times." for name, count in ids.items() if count > 1]
    for span in (span for words in content.of(Words) for span in words.spans):
        href = span.href.strip()
        if href.startswith("#") and href[1:] not in ids:
            faults.append(f"the link {span.text!r} leads to {href!r}, which is not on the page.")
        elif re.match(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:|/", href, re.I):
            faults.append(
                f"the link {span.text!r} leads to {href!r}; only web, mail and relative links can stand."
            )
        if href and not span.text.strip():
            faults.append(f"the link to {href!r} has no words.")
    return faults


def _faults_of_chart(chart: Chart) -> list[str]:
    faults = []
    if not _says_something(chart.alt):
        faults.append(f"a picture has no name that says what it shows ({chart.alt!r}).")
    if not chart.headline.strip():
        faults.append(f"the picture {chart.alt[:60]!r} has no headline.")
    drawings = filter(None, [chart.svg, chart.narrow])
    return [*faults, *(fault for svg in drawings for fault in _faults_of_drawing(svg, chart.name))]


def _faults_of_drawing(svg: str, of: str) -> list[str]:
    faults = []
    try:
        drawing = ElementTree.fromstring(svg)  # noqa: S314 - no entities: the parser of Python expands none from outside
    except ElementTree.ParseError as error:
        return [f"the drawing {of!r} is not SVG: {error}."]
    for tag in drawing.iter():
        name = str(tag.tag).rpartition("}")[2]
        if name in ("script", "foreignObject", "a", "image"):
            faults.append(f"<{name}> has no place in the drawing {of!r}.")
        for attribute, value in tag.attrib.items():
            plain = attribute.rpartition("}")[2].lower()
            if plain.startswith("on"):
                faults.append(f"<{name}> carries a script in {plain!r}.")
            if (plain in ("href", "src") and not value.startswith("#")) or _LOADED_FROM_ELSEWHERE.search(
                value
            ):
                faults.append(f"<{name}> loads {value[:60]!r}; a page carries everything in itself.")
        if name == "style" and _LOADED_FROM_ELSEWHERE.search(tag.text or ""):
            faults.append(f"the style of the drawing {of!r} loads from elsewhere.")
    return faults


def _says_something(name: str) -> bool:
    """Tell a name that says what a picture shows from a file's name or a bare "Figure 1"."""
    filler = re.search(r"no description|\.(png|svg|jpe?g|gif|webp)$", name.strip(), re.I)
    return len(name.split()) >= 4 and not filler


def _faults_of_tables(tables: tuple[Table, ...]) -> list[str]:
    captions = Counter(table.caption.strip() for table in tables)
    faults = [
        f"the table that begins {' '.join(table.columns)[:60]!r} has no caption."
        for table in tables
        if not table.caption.strip()
    ]
    return faults + [
        f"{n} tables have the caption {c!r}; tell them apart." for c, n in captions.items() if c and n > 1
    ]


def _faults_of_words(content: Content) -> list[str]:
    """Find missing values as a computer writes them. A partner may well answer "None"; our own words may not."""
    texts: list[str] = []
    for block in _outside(content.blocks, Commentary):
        if isinstance(block, Words):
            texts += [span.text for span in block.spans]
        elif isinstance(block, Table):
            texts += [block.caption, *block.columns]
            texts += [cell for row in block.rows for cell in row if isinstance(cell, str)]
        elif isinstance(block, Facts):
            texts += [name for name, _ in block.pairs]
        elif isinstance(block, Chart):
            texts += [block.headline, block.subtitle]
    return [
        f"{text.strip()[:60]!r} shows a missing value as a computer writes it; say it in words."
        for text in texts
        if _NOT_WORDS.search(text)
    ]


def _faults_of_figures(placed: tuple[tuple[str, Figure], ...]) -> list[str]:
    """Find what is no number, and numbers that the page gives twice and not alike."""
    faults = [
        f"the figure {figure.words!r} of {figure.area!r} has {name} {value!r}, which is not a number."
        for _, figure in placed
        for name in ("value", "lower", "upper", "confidence")
        if isinstance(value := getattr(figure, name), float) and not isfinite(value)
    ]
    return faults + contradictions((f"section {section or 'top'!r}", figure) for section, figure in placed)


def contradictions(
    placed: Iterable[tuple[str, Figure]], said: Mapping[Identity, tuple[str, Figure]] | None = None
) -> list[str]:
    """Name every figure that is given twice with different values, and both places; ``said`` is what others have given.

    Figures about a pack itself count the figures of one page; they are about nothing that another page could contradict.
    """
    seen = dict(said or {})
    faults = []
    for place, figure in placed:
        if figure.measure.role == "about the pack":
            continue
        before, other = seen.setdefault(figure.identity, (place, figure))
        if other is not figure and not _same_value(other.value, figure.value):
            faults.append(
                f"{figure.indicator_id}, {figure.place}: {other.value} in {before} and {figure.value} in {place}. "
                "One pack has one value of a figure."
            )
    return faults


def _same_value(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return isclose(one, other, rel_tol=1e-9) if numbers else one == other


def with_its_links(content: Content, trace: str, unlinked: Collection[str]) -> Content:
    """Put a link behind the first box of headline numbers, to the page that says where they come from, if there is one.

    Links to the reports that are ``unlinked`` lead nowhere, and their words stay.
    """
    box, dead = content.headline_box, {f"../{name}/{PAGE}" for name in unlinked}
    link = paragraph(Span("Where these numbers come from", href=trace), css_class="small on-screen")

    def linked(block: Block) -> Block:
        if dead and isinstance(block, Words):
            spans = (replace(span, href="") if span.href in dead else span for span in block.spans)
            return replace(block, spans=tuple(spans))
        changed = block.with_parts(linked)
        return Group(blocks=(changed, link)) if trace and block is box else changed

    return replace(content, blocks=tuple(map(linked, content.blocks))) if dead or (trace and box) else content
