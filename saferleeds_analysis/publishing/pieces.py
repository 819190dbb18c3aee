"""A published page as pieces in their order: headings, paragraphs, lists, tables, charts and commentary.

Word and the workbook are made of these, so they hold what the page holds, and nothing that the page's checks and the
audit have not seen. The page can be read back with certainty because it is ours: it was refused unless each table has a
caption and scopes, each picture its words, and each heading its level. Alternative: tables that travel beside the HTML
in the notebook's outputs; they would be lost wherever a block is folded or joined by hand, and nobody would notice.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from saferleeds_analysis.reporting.wording import MINUS

_PRINTED = re.compile(rf"([+{MINUS}-]?)(£?)(\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(\d+))?(%|m)?", re.ASCII)
_DRAWING = re.compile(r"(<svg\b[^>]*)>.*?</svg>", re.DOTALL | re.IGNORECASE)
_INLINE = ("a", "strong", "b", "em", "i", "code", "span", "abbr", "br", "sup", "sub", "small")


@dataclass(frozen=True, kw_only=True)
class Run:
    """A stretch of text within a paragraph; ``href`` only where it leads to the web."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading of the page; its title has level 1."""

    level: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph; ``kind`` is what the page calls it (``notice``, ``lead``, ``commentary-missing``), often nothing."""

    runs: tuple[Run, ...]
    kind: str = ""

    @property
    def text(self) -> str:
        """The words without their marks."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list, numbered or not, one paragraph an item."""

    items: tuple[Paragraph, ...]
    numbered: bool


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Names with what belongs to them: the fields of a card, a box of headline numbers."""

    kind: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class PieceTable:
    """A table: cells as printed, the first of each row its name; ``numeric`` says which columns hold numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    behind_chart: bool = False


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A chart: its headline and subtitle, what it shows in words, and the drawing."""

    headline: str
    subtitle: str
    alt: str
    svg: str


@dataclass(frozen=True, kw_only=True)
class Commentary:
    """Partners' own words, boxed on the page."""

    pieces: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number as a page prints it, for a spreadsheet: its ``value`` to the printed precision, and how it is shown.

    A percentage is a share (``0.356``), as spreadsheets keep it.
    """

    value: float | int
    decimals: int
    kind: str  # "", "%", "£" or "£m"
    signed: bool


@dataclass(frozen=True, kw_only=True)
class ReadPage:
    """A published page read back: its title, its notices, and its pieces in order."""

    report: str
    title: str
    notices: tuple[str, ...]
    pieces: tuple[Any, ...]
    marking: str
    footer: tuple[tuple[str, str], ...]

    @property
    def tables(self) -> tuple[PieceTable, ...]:
        """Every table of the page, in order."""
        return tuple(piece for piece in self.everything if isinstance(piece, PieceTable))

    @property
    def everything(self) -> tuple[Any, ...]:
        """Every piece in order, those within commentary too."""
        return tuple(_all(self.pieces))


def read_page(page: Path) -> ReadPage:
    """Read a published page (``<report>/report.html``) into its pieces."""
    from bs4 import BeautifulSoup

    drawings: list[str] = []

    def put_by(found: re.Match) -> str:
        drawings.append(found[0])
        return f'{found[1]} data-drawing="{len(drawings) - 1}"></svg>'

    # Drawings are most of a page and are never looked into: put by, the rest is read in a third of the time.
    text = _DRAWING.sub(put_by, page.read_text(encoding="utf-8"))
    soup = BeautifulSoup(text, "html.parser")
    main = soup.select_one("main")
    footer = soup.select(".site-footer dl > div")
    marking = soup.select_one(".marking")
    return ReadPage(
        report=page.parent.name,
        title=_words(soup.h1),
        notices=tuple(
            dict.fromkeys(
                _words(n) for n in main.select(".notice") if n.find_parent(class_="commentary") is None
            )
        ),
        pieces=tuple(_with_drawings(_pieces(main), drawings)),
        marking=_words(marking) if marking is not None else "",
        footer=tuple((_words(d.dt), _words(d.dd)) for d in footer if "Beside this page" not in _words(d.dt)),
    )


def read_number(text: str) -> Number | None:
    """Read a number as our pages print it; ``None`` for anything else, which then stays text.

    >>> read_number("5,938").value, read_number("−35.6%").value, read_number("£22.1m").value
    (5938, -0.356, 22100000)
    >>> read_number("2,5"), read_number("[c]"), read_number("=1+1"), read_number("12 to 14")
    (None, None, None, None)
    """
    found = _PRINTED.fullmatch(text.strip())
    if not found:
        return None
    sign, pound, whole, fraction, unit = found.groups()
    if unit == "m" and not pound:
        return None
    digits, decimals = whole.replace(",", "") + (fraction or ""), len(fraction or "")
    shift = -decimals + {"%": -2, "m": 6}.get(unit or "", 0)
    value = int(digits) * 10**shift if shift >= 0 else round(int(digits) / 10**-shift, -shift)
    negative = sign in (MINUS, "-")
    return Number(
        value=-value if negative else value,
        decimals=decimals,
        kind="%" if unit == "%" else "£m" if unit == "m" else pound,
        signed=sign == "+",
    )


def _with_drawings(pieces: Iterable[Any], drawings: Sequence[str]) -> Iterator[Any]:
    for piece in pieces:
        if isinstance(piece, Picture):
            yield replace(piece, svg=drawings[int(piece.svg)])
        elif isinstance(piece, Commentary):
            yield Commentary(pieces=tuple(_with_drawings(piece.pieces, drawings)))
        else:
            yield piece


def _all(pieces: Sequence[Any]) -> Iterator[Any]:
    for piece in pieces:
        if isinstance(piece, Commentary):
            yield from _all(piece.pieces)
        else:
            yield piece


def _pieces(node: Any) -> Iterator[Any]:
    """Walk what stands in a container; text that stands bare becomes a paragraph, so that nothing is lost."""
    loose: list[Any] = []
    for child in [*node.children, None]:
        if child is not None and (getattr(child, "name", None) is None or child.name in _INLINE):
            loose.append(child)
            continue
        if any(_text_of(one).strip() for one in loose):
            yield Paragraph(runs=tuple(_runs(loose)))
        loose = []
        if child is not None:
            yield from _piece(child)


def _piece(tag: Any) -> Iterator[Any]:
    classes = tag.get("class", [])
    if re.fullmatch("h[1-6]", tag.name):
        yield Heading(level=int(tag.name[1]), text=_words(tag))
    elif tag.name in ("p", "summary"):
        if _words(tag):
            yield Paragraph(
                runs=tuple(_runs(tag.children)),
                kind=" ".join(classes) or ("summary" if tag.name == "summary" else ""),
            )
    elif tag.name in ("ul", "ol"):
        items = tuple(
            Paragraph(runs=tuple(_runs(li.children)))
            for li in tag.find_all("li", recursive=False)
            if _words(li)
        )
        if items:
            yield Listing(items=items, numbered=tag.name == "ol")
    elif tag.name == "dl":
        pairs = tuple((_words(dt), _words(dt.find_next("dd"))) for dt in tag.find_all("dt"))
        yield Pairs(kind=" ".join(classes), pairs=pairs)
    elif tag.name == "table":
        yield _table(tag)
    elif tag.name == "figure" and tag.find("svg") is not None:
        svg, caption = tag.find("svg"), tag.find("figcaption")
        strong = caption.find("strong")
        headline = _words(strong) if strong is not None else _words(caption)
        yield Picture(
            headline=headline,
            subtitle=_words(caption).removeprefix(headline).strip(),
            alt=svg.get("aria-label", "") or headline,
            svg=svg["data-drawing"],
        )
        for table in tag.find_all("table"):
            yield replace(_table(table), behind_chart=True)
    elif "commentary" in classes:
        yield Commentary(pieces=tuple(_pieces(tag)))
    elif tag.name not in ("svg", "nav", "style", "caption"):
        yield from _pieces(tag)


def _table(table: Any) -> PieceTable:
    head = [row for row in table.find_all("tr") if row.find_parent("thead") is not None]
    body = [row for row in table.find_all("tr") if row.find_parent("thead") is None]
    columns = _cells(head[-1] if head else body.pop(0))
    rows = [_cells(row) for row in body]
    numeric = [
        any("numeric" in cell.get("class", []) for cell in cells)
        for cells in zip(
            *(row.find_all(["td", "th"]) for row in body if not row.find(colspan=True)), strict=False
        )
    ]
    wide = max([len(columns), *map(len, rows)])
    return PieceTable(
        caption=_words(table.caption) if table.caption is not None else "",
        columns=(*columns, *[""] * (wide - len(columns))),
        rows=tuple((*row, *[""] * (wide - len(row))) for row in rows),
        numeric=tuple((numeric + [False] * wide)[:wide]),
    )


def _cells(row: Any) -> tuple[str, ...]:
    """Give the words of a row's cells; a cell that spans several columns stands in the first of them."""
    cells: list[str] = []
    for cell in row.find_all(["th", "td"]):
        cells += [_words(cell), *[""] * (int(cell.get("colspan", 1)) - 1)]
    return tuple(cells)


def _runs(nodes: Any, *, bold: bool = False, italic: bool = False, href: str = "") -> Iterator[Run]:
    for node in nodes:
        if getattr(node, "name", None) is None:
            text = re.sub(r"\s+", " ", str(node))
            if text:
                yield Run(text=text, bold=bold, italic=italic, href=href)
        elif node.name == "br":
            yield Run(text="\n")
        else:
            link = node.get("href", "") if node.name == "a" else href
            yield from _runs(
                node.children,
                bold=bold or node.name in ("strong", "b"),
                italic=italic or node.name in ("em", "i"),
                href=link if link.startswith(("http:", "https:", "mailto:")) else "",
            )


def _text_of(node: Any) -> str:
    return str(node) if getattr(node, "name", None) is None else node.get_text()


def _words(tag: Any) -> str:
    spaced = tag.name in ("caption", "figcaption", "dd")
    words = " ".join(tag.get_text(" " if spaced else "").split())
    return re.sub(r" ([,.;:])(?= |$)", r"\1", words) if spaced else words
