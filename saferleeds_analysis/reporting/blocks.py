"""What a page is made of: blocks, which are data until they are rendered, each with the figures that it prints.

A notebook shows blocks; JupyterLab shows their HTML, and their data travel beside it in the notebook's output. The page,
Word and the workbook are made of that data, so that nothing is read back from what another program was given.

>>> block = paragraph("Recorded offences: 5,938.")
>>> block.html, block.text
('<p>Recorded offences: 5,938.</p>', 'Recorded offences: 5,938.')
>>> block_of(block.to_data()) == block
True
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from saferleeds_analysis.figures import Figure, figures_of_data, figures_to_data

# The private media type under which blocks travel in a notebook's outputs.
BLOCKS_MEDIA_TYPE = "application/vnd.saferleeds.blocks+json"

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Span:
    """A stretch of words within a paragraph, plain, ``strong``, ``em``, ``code`` or a mark of its own, or a link."""

    text: str
    kind: str = ""
    href: str = ""


class Block:
    """A piece of a page. What it is made of are its fields; ``figures`` are the numbers in it."""

    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """The block in plain words."""
        raise NotImplementedError

    @property
    def html(self) -> str:
        """The block as a page shows it."""
        return html_of(self)

    @property
    def parts(self) -> "tuple[Block, ...]":
        """The blocks within it, in the order in which they are shown."""
        return tuple(_blocks_in(tuple(vars(self).values())))

    def with_parts(self, change: "Callable[[Block], Block]") -> "Block":
        """Give the block with each of its parts changed."""
        return replace(self, **{name: _changed(value, change) for name, value in vars(self).items()})

    def walk(self) -> "Iterator[Block]":
        """Give the block and every block within it, in the order in which they are shown."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def to_data(self) -> dict[str, Any]:
        """Give the block as plain data, from which :func:`block_of` makes it again."""
        return _data(self)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self.html, "text/plain": self.text, BLOCKS_MEDIA_TYPE: self.to_data()}


@dataclass(frozen=True, kw_only=True)
class Words(Block):
    """A heading or a paragraph: words, some of them marked or links."""

    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        """Take plain words for a span."""
        object.__setattr__(self, "spans", _spans(self.spans))

    @property
    def text(self) -> str:
        """The words without their marks."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, kw_only=True)
class Heading(Words):
    """A heading; the page's title has level 1. ``id`` is where a link can lead, made of the words where it is empty."""

    level: int
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Text(Words):
    """A paragraph. ``kind`` says what it is where it is more than that (``notice``, ``flag``, ``small`` ...)."""

    kind: str = ""
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listing(Block):
    """A list, numbered or not; an item is a paragraph, or a group where it holds more."""

    items: tuple[Block, ...]
    kind: str = ""
    numbered: bool = False
    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """The items, a line each."""
        return "\n".join(f"- {item.text}" for item in self.items)


@dataclass(frozen=True, kw_only=True)
class Facts(Block):
    """Names with what belongs to them: a box of headline numbers (``summary``), the fixed fields of a card."""

    pairs: tuple[tuple[str, Block], ...]
    kind: str
    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """The pairs, a line each."""
        return "\n".join(f"{name}: {value.text}" for name, value in self.pairs)


@dataclass(frozen=True, kw_only=True)
class Table(Block):
    """A table: the first cell of each row names it, ``numeric`` says which columns hold numbers.

    A cell is text, or a block where it is more (a list, a letter with its words).
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Block, ...], ...]
    numeric: tuple[bool, ...]
    kind: str = ""
    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """The title, the columns and the rows, a line each."""
        lines = [self.title, " | ".join(self.columns)]
        return "\n".join([*lines, *(" | ".join(map(cell_text, row)) for row in self.rows)])

    @property
    def title(self) -> str:
        """The caption, and what must be known of its numbers where they stand, from their own status, if it does not say so."""
        said = any(word in self.caption for word in ("llustrative", "ynthetic"))
        made_up = {figure.status for figure in self.figures} == {"illustrative"}
        return f"{self.caption} (worked out from illustrative data)" if made_up and not said else self.caption

    @property
    def stacks(self) -> bool:
        """Whether a phone shows one row under another, each cell under the name of its column."""
        return "lists" in self.kind.split()


@dataclass(frozen=True, kw_only=True)
class Chart(Block):
    """A chart: headline and subtitle, the drawing, what it shows in words (``alt``), and the table behind it, folded.

    ``narrow`` is the drawing for phones, where it has one. ``name`` is its id on the page; ``shape`` says what a phone shows of it: the beginning of a ``wide`` one, the end of one
    over ``time``, all of a ``small`` one; a ``map`` is printed on the side of its title. ``data`` is ``None`` where the table stands in full below the chart.
    """

    name: str
    headline: str
    subtitle: str
    alt: str
    svg: str
    narrow: str = ""
    shape: str = "wide"
    data: Table | None = None
    figures: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """Its words."""
        return f"{self.headline}\n{self.subtitle}\n{self.alt}"

    @property
    def drawing(self) -> str:
        """The SVG with its words, as software that reads aloud needs it."""
        return self._with_words(self.svg)

    @property
    def narrow_drawing(self) -> str:
        """The SVG for phones with its words."""
        return self._with_words(self.narrow)

    def _with_words(self, svg: str) -> str:
        from markupsafe import escape

        return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(self.alt)}" ', 1)


@dataclass(frozen=True, kw_only=True)
class Group(Block):
    """Blocks one after another; folded away behind a line that opens them where there is a ``summary``."""

    blocks: tuple[Block, ...]
    kind: str = ""
    summary: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of all that is in it."""
        return tuple(figure for block in self.blocks for figure in block.figures)

    @property
    def text(self) -> str:
        """The words of all that is in it."""
        return "\n\n".join(filter(None, [self.summary, *(block.text for block in self.blocks)]))


@dataclass(frozen=True, kw_only=True)
class Commentary(Group):
    """Partners' own words, boxed; ``file`` is where they lie in ``data/raw``, so that numbers in them can be asked about."""

    file: str


NOTHING = Group(blocks=())


def paragraph(*words: str | Span | Text, figures: Iterable[Figure] = (), css_class: str = "") -> Text:
    """Make a paragraph of text and spans; rendering escapes it, so it may come from a file."""
    return Text(spans=words, kind=css_class, figures=tuple(figures))


def heading(level: int, *words: str | Span | Text, id: str = "") -> Heading:
    """Make a heading of text and spans."""
    return Heading(level=level, spans=words, id=id)


def page_title(text: str, notice: str = "") -> Block:
    """Make a page's title, and below it what the reader must know of the data before any number."""
    return join(heading(1, text), *([paragraph(notice, css_class="notice")] if notice else []))


def bullets(
    items: Iterable[str | Block], *, figures: Iterable[Figure] = (), kind: str = "", numbered: bool = False
) -> Listing:
    """Make a list; an item that is a block may be more than words, and its figures come with it."""
    made = tuple(_block(item) for item in items)
    inside = [figure for item in made for figure in item.figures]
    return Listing(items=made, kind=kind, numbered=numbered, figures=(*figures, *inside))


def facts(pairs: Iterable[tuple[str, str | Block]], *, kind: str, figures: Iterable[Figure] = ()) -> Facts:
    """Make a box of names and what belongs to them. The figures of a value that is a block come with it."""
    made = tuple((name, _block(value)) for name, value in pairs)
    inside = [figure for _, value in made for figure in value.figures]
    return Facts(pairs=made, kind=kind, figures=(*figures, *inside))


def letter(of: str, colour: str = "", reason: str = "", *, figures: Iterable[Figure] = ()) -> Text:
    """Make a RAG letter with its word and its reason: never by colour alone."""
    told = [Span(of, kind=f"rag rag-{of}")]
    if colour:
        told += [Span(" "), Span(colour, kind="strong")]
    if reason:
        told.append(Span(f". {reason}" if colour else f" {reason}"))
    return paragraph(*told, figures=figures)


def join(*blocks: Block) -> Block:
    """Put blocks one after another into one."""
    return blocks[0] if len(blocks) == 1 else Group(blocks=blocks)


def behind(summary: str, *blocks: Block) -> Group:
    """Fold blocks away behind a line that opens them (no script needed)."""
    return Group(blocks=blocks, summary=summary)


def cell_text(cell: str | Block) -> str:
    """Give a cell of a table in plain words, on one line."""
    return cell.text.replace("\n", "; ") if isinstance(cell, Block) else cell


def _blocks_in(value: Any) -> Iterator[Block]:
    if isinstance(value, Block):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _blocks_in(one)


def _changed(value: Any, change: Callable[[Block], Block]) -> Any:
    if isinstance(value, tuple):
        return tuple(_changed(one, change) for one in value)
    return change(value) if isinstance(value, Block) else value


def _block(value: str | Block) -> Block:
    return value if isinstance(value, Block) else paragraph(value)


def _spans(words: Iterable[str | Span | Text]) -> tuple[Span, ...]:
    found: list[Span] = []
    for part in words:
        found += part.spans if isinstance(part, Text) else [part if isinstance(part, Span) else Span(part)]
    return tuple(found)


# Rendered


def html_of(*blocks: Block) -> str:
    """Give the HTML of blocks, by this package's template."""
    return str(_renderer()(blocks))


@cache
def _renderer() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["block"] = lambda value: isinstance(value, Block)
    environment.filters["type"] = lambda value: type(value).__name__
    return environment.get_template("blocks.html.j2").module.show_all


# As data


def block_of(data: Mapping[str, Any]) -> Block:
    """Make a block again from its data."""
    return _value(data)


_TYPES: dict[str, type] = {
    kind.__name__: kind for kind in (Span, Heading, Text, Listing, Facts, Table, Chart, Group, Commentary)
}


def _data(value: Any) -> Any:
    """Give a value as JSON holds it: fields that have their default are left out."""
    if isinstance(value, Span) and value == Span(value.text):
        return _data(value.text)
    if is_dataclass(value):
        given = {f.name: getattr(value, f.name) for f in fields(value)}
        kept = {f.name: given[f.name] for f in fields(value) if given[f.name] != f.default}
        data = {name: figures_to_data(v) if name == "figures" else _data(v) for name, v in kept.items()}
        return {"type": type(value).__name__, **data}
    if isinstance(value, tuple | list):
        return [_data(one) for one in value]
    return value.item() if hasattr(value, "item") else value  # numbers of numpy are no JSON


def _value(data: Any) -> Any:
    if isinstance(data, Mapping):
        if data["type"] == "Printed":  # a number, as packs of earlier versions hold it
            return data["text"]
        kind = _TYPES[data["type"]]
        given = {name: value for name, value in data.items() if name != "type"}
        return kind(**{n: figures_of_data(v) if n == "figures" else _value(v) for n, v in given.items()})
    return tuple(_value(one) for one in data) if isinstance(data, list) else data
