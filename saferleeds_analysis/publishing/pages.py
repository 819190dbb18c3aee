"""Turn an executed notebook into a page that anyone can read, or say everything that stands in the way.

The page holds the notebook's fixed explanation (markdown) and what its blocks show, through nbconvert and the templates
of this package: no code, no scripts, nothing from a network. What a computer can tell about a page that is not fit to
publish is refused here, before the page exists, each time; what needs a browser is in the tests.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.publishing.notebooks import ExecutedNotebook
from saferleeds_analysis.reporting.blocks import FIGURE_COLUMNS, FIGURES_MEDIA_TYPE, Block

TEMPLATES = Path(__file__).parent / "templates"

_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_NO_PLACE_ON_A_PAGE = [
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "link",
    "meta",
    "base",
    "video",
    "audio",
    "canvas",
]
_NOT_WORDS = re.compile(r"\bNaN\b|\bNaT\b|<NA>|^\s*(?:None|nan|-?inf)\s*$")
_LOADED_FROM_ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?(?!#|data:)", re.I)

_SHORTEST_FINDING = 40  # letters


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Whose page it is, at its top, and where its figures come from, in its footer: the same in every run on the same inputs."""

    as_at: date
    code_version: str
    sources: tuple[str, ...] = ()
    edition: str = "public"
    organisation: str = "Safer Leeds"
    version: str = ""

    @property
    def marking(self) -> str:
        """Give the protective marking that stands at the top of the page and of each printed side."""
        return MARKINGS[self.edition]

    @property
    def as_at_text(self) -> str:
        """Write the date as people do: ``30 September 2012``."""
        return f"{self.as_at.day} {self.as_at:%B %Y}"


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where to go, and what it is called."""

    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page, and what else is known of it.

    ``notice`` and ``finding`` are the first of their kind on it, for the index of the pack.
    ``figures`` holds one row for each number on it, with the ``section`` (the id of its h2) in which it stands;
    ``warnings`` what the analyst should look at although it does not stop publication.
    """

    title: str
    notice: str
    finding: str
    html: str
    figures: tuple[dict, ...]
    warnings: tuple[str, ...]


def make_page(
    executed: ExecutedNotebook,
    *,
    provenance: Provenance,
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
    closing: Callable[[tuple[dict, ...]], Block] | None = None,
    trace: str = "",
) -> Page:
    """Make the page of an executed notebook.

    ``pack`` is the link to the index in the header; ``files`` are named in the footer; ``closing`` makes the page's last
    section from its figures; ``trace`` is the page to which the first box of headline figures leads. A page that is not fit to be
    published (an error or a bare table in it, a picture without a name, a heading level left out) is refused with a
    ``ValueError`` that names every fault.
    """
    from bs4 import BeautifulSoup

    _refuse(executed.name, _faults_of_outputs(executed.notebook))
    body, _ = _exporter().from_notebook_node(executed.notebook)
    soup = BeautifulSoup(body, "html.parser")
    give_headings_ids(soup)
    figures, faults = _collect_figures(executed.notebook, soup)
    box = soup.select_one("dl.summary")
    if trace and box is not None:
        link = f'<p class="small on-screen"><a href="{trace}">Where these numbers come from</a></p>'
        box.insert_after(BeautifulSoup(link, "html.parser"))
    if closing is not None and not faults:
        last = closing(figures)
        soup.append(BeautifulSoup(f'<div class="block">\n{last.html}\n</div>\n', "html.parser"))
        give_headings_ids(soup)
        section = soup.find_all("h2")[-1]["id"]
        figures = (*figures, *({"section": section, **figure.to_row()} for figure in last.figures))
    for block in soup.select("div[data-output]"):
        del block["data-output"]
    return _page_of(
        soup,
        executed.name,
        figures,
        faults=faults,
        warnings=tuple(f"a cell wrote to stderr, which is not on the page: {m}" for m in executed.messages),
        provenance=provenance,
        pack=pack,
        files=files,
    )


def page_of_block(
    block: Block,
    *,
    name: str,
    provenance: Provenance,
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
) -> Page:
    """Make a page that no notebook made, with the same checks; the block has the page's h1 and its sections."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(f'<div class="block">\n{block.html}\n</div>\n', "html.parser")
    give_headings_ids(soup)
    figures = tuple({"section": "", **figure.to_row()} for figure in block.figures)
    return _page_of(soup, name, figures, provenance=provenance, pack=pack, files=files)


def _page_of(
    soup: Any,
    name: str,
    figures: tuple[dict, ...],
    *,
    provenance: Provenance,
    pack: Link | None,
    files: tuple[Link, ...],
    faults: Iterable[str] = (),
    warnings: tuple[str, ...] = (),
) -> Page:
    """Check a body and put it into the frame."""
    from markupsafe import Markup

    _refuse(name, [*faults, *faults_of_page(soup)])
    _let_tables_scroll(soup)
    title, notice, finding = _words(soup.h1), soup.select_one(".notice"), _first_finding(soup)
    return Page(
        title=title,
        notice=_words(notice) if notice else "",
        finding=finding,
        html=render_page(
            title=title,
            body=Markup(soup.decode()),  # noqa: S704 - checked above, and made by our own templates and blocks
            contents=tuple(Link(text=_words(h2), href=f"#{h2['id']}") for h2 in soup.find_all("h2")),
            provenance=provenance,
            pack=pack,
            files=files,
        ),
        figures=figures,
        warnings=warnings,
    )


def render_page(
    *,
    title: str,
    body: str,
    provenance: Provenance,
    contents: tuple[Link, ...] = (),
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
) -> str:
    """Put a body into the frame that every page has: head, header, contents, footer."""
    return template("page.html.j2").render(
        title=title,
        body=body,
        contents=contents,
        provenance=provenance,
        pack=pack,
        files=files,
        style=_style(),
    )


def template(name: str) -> Any:
    """Give one of this package's own templates (not nbconvert's)."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    ).get_template(name)


@cache
def _exporter() -> Any:
    from nbconvert.exporters import HTMLExporter

    return HTMLExporter(
        extra_template_basedirs=[str(TEMPLATES)], template_name="report", exclude_anchor_links=True
    )


def _style() -> Any:
    from markupsafe import Markup

    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own style sheet


def _refuse(name: str, faults: list[str]) -> None:
    if faults:
        raise ValueError(
            f"the page of {name} is not fit to be published:\n" + "\n".join(f"- {f}" for f in faults)
        )


def _faults_of_outputs(notebook: Any) -> list[str]:
    """Name the outputs that would make a page look unfinished."""
    faults = []
    own_code_cells = [
        cell for cell in notebook.cells if cell.cell_type == "code" and cell.get("id") != "parameters-given"
    ]
    for number, cell in enumerate(own_code_cells, start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                faults.append(f"code cell {number} ended in an error: {output.ename}: {output.evalue}")
            elif output.output_type == "stream":
                faults.append(
                    f"code cell {number} prints {output.text.strip()[:60]!r}; show a Block instead."
                )
            elif "text/html" not in output.data:
                kinds = ", ".join(sorted(output.data))
                faults.append(
                    f"code cell {number} leaves a bare result ({kinds}): {output.data.get('text/plain', '')[:60]!r}. "
                    "Show a Block, or end the line with a semicolon."
                )
            elif 'class="dataframe"' in output.data["text/html"]:
                faults.append(
                    f"code cell {number} leaves a bare DataFrame; make a table of it with reporting."
                )
    return faults


def give_headings_ids(soup: Any) -> None:
    """Give each heading an id that can stand in a link; an id that already can is left as it is."""
    used = {tag["id"] for tag in soup.find_all(id=True) if tag.name not in _HEADINGS}
    for heading in soup.find_all(_HEADINGS):
        wanted = heading.get("id", "")
        if not re.fullmatch(r"[a-z][a-z0-9-]*", wanted):
            wanted = slug(_words(heading)) or "section"
            number = 2
            stem = wanted
            while wanted in used:
                wanted, number = f"{stem}-{number}", number + 1
        heading["id"] = wanted
        used.add(wanted)


def _collect_figures(notebook: Any, soup: Any) -> tuple[tuple[dict, ...], list[str]]:
    """Gather the figures of every block, each with the section it stands in."""
    rows, faults = [], []
    for block in soup.select("div[data-output]"):
        cell, output = (int(number) for number in block["data-output"].split("-"))
        shown = [
            o for o in notebook.cells[cell].outputs if o.output_type in ("display_data", "execute_result")
        ]
        own = block.find(_HEADINGS)
        heading = own if own is not None and own.name == "h2" else block.find_previous("h2")
        section = heading["id"] if heading is not None else ""
        for row in shown[output].data.get(FIGURES_MEDIA_TYPE, []):
            faults += [
                f"the figure {row['measure']!r} of {row['area']!r} has {column} {row[column]!r}, which is not a number."
                for column in FIGURE_COLUMNS
                if isinstance(row[column], float) and not isfinite(row[column])
            ]
            rows.append({"section": section, **{column: row[column] for column in FIGURE_COLUMNS}})
    return tuple(rows), faults


def faults_of_page(soup: Any) -> list[str]:
    """Name everything that a reader, or a reader's software, would stumble over."""
    return [
        *_faults_of_headings(soup),
        *_faults_of_ids_and_links(soup),
        *_faults_of_pictures(soup),
        *_faults_of_tables(soup),
        *_faults_of_content(soup),
    ]


def _faults_of_headings(soup: Any) -> list[str]:
    headings = soup.find_all(_HEADINGS)
    count = len(soup.find_all("h1"))
    faults = [] if count == 1 else [f"a page has one h1, its title; this has {count}."]
    if headings and headings[0].name != "h1":
        faults.append(f"the first heading, {_words(headings[0])!r}, is not the h1.")
    faults += [f"an empty {h.name}." for h in headings if not _words(h)]
    faults += [
        f"the heading {_words(after)!r} ({after.name}) skips a level after {_words(before)!r} ({before.name})."
        for before, after in pairwise(headings)
        if int(after.name[1]) > int(before.name[1]) + 1
    ]
    return faults


def _faults_of_ids_and_links(soup: Any) -> list[str]:
    ids = Counter(tag["id"] for tag in soup.find_all(id=True))
    ids["main"] += 1  # the frame's own
    faults = [f"the id {name!r} is used {count} times." for name, count in ids.items() if count > 1]
    for link in soup.find_all("a", href=True):
        href = link["href"]
        if href.startswith("#") and href[1:] not in ids:
            faults.append(f"the link {_words(link)!r} leads to {href!r}, which is not on the page.")
        elif not href or re.match(r"(?!https?:|mailto:)[a-z][a-z0-9+.-]*:|/", href.strip(), re.I):
            faults.append(
                f"the link {_words(link)!r} leads to {href!r}; only web, mail and relative links can stand."
            )
        if not _words(link):
            faults.append(f"the link to {href!r} has no words.")
    return faults


def _faults_of_pictures(soup: Any) -> list[str]:
    faults = []
    for picture in soup.find_all(["img", "svg"]):
        if picture.name == "svg" and picture.get("aria-hidden") == "true":
            continue
        if picture.name == "svg" and picture.get("role") != "img":
            faults.append('an svg has neither role="img" with a name nor aria-hidden="true".')
        name = picture.get("alt", "") if picture.name == "img" else _name_of_svg(picture, soup)
        if not _says_something(name):
            faults.append(f"a picture has no name that says what it shows ({name!r}).")
        figure = picture.find_parent("figure")
        if figure is None or figure.find("figcaption") is None:
            faults.append(f"the picture {name[:60]!r} stands bare; it belongs in a figure with a figcaption.")
    return faults


def _says_something(name: str) -> bool:
    """Tell a name that says what a picture shows from a file's name, a bare "Figure 1" or nbconvert's filler."""
    filler = re.search(r"no description|\.(png|svg|jpe?g|gif|webp)$", name.strip(), re.I)
    return len(name.split()) >= 4 and not filler


def _name_of_svg(svg: Any, soup: Any) -> str:
    if svg.get("aria-label"):
        return svg["aria-label"]
    named_by = [soup.find(id=name) for name in svg.get("aria-labelledby", "").split()]
    words = " ".join(_words(tag) for tag in named_by if tag is not None)
    return words or (_words(svg.title) if svg.title is not None else "")


def _faults_of_tables(soup: Any) -> list[str]:
    faults, captions = [], Counter()
    for table in soup.find_all("table"):
        caption = _words(table.caption) if table.caption is not None else ""
        captions[caption] += 1
        if not caption:
            faults.append(f"the table that begins {_words(table)[:60]!r} has no caption.")
        headers = table.find_all("th")
        if not headers:
            faults.append(f"the table {caption!r} has no header cells (th).")
        faults += [
            f"the table {caption!r}: the header {_words(th)!r} has no scope."
            for th in headers
            if th.get("scope") not in ("col", "row", "colgroup", "rowgroup")
        ]
    faults += [
        f"{n} tables have the caption {c!r}; tell them apart." for c, n in captions.items() if c and n > 1
    ]
    return faults


def _faults_of_content(soup: Any) -> list[str]:
    faults = [f"<{tag.name}> has no place on a page." for tag in soup.find_all(_NO_PLACE_ON_A_PAGE)]
    for tag in soup.find_all(True):
        faults += [
            f"<{tag.name}> carries a script in {a!r}." for a in tag.attrs if a.lower().startswith("on")
        ]
        if tag.name != "a":
            faults += [
                f"<{tag.name}> loads {str(tag[a])[:60]!r}; a page carries everything in itself."
                for a in ("src", "srcset", "href", "xlink:href", "poster")
                if a in tag.attrs and not str(tag[a]).startswith(("data:", "#"))
            ]
        style = tag.string or "" if tag.name == "style" else tag.get("style", "")
        if _LOADED_FROM_ELSEWHERE.search(style):
            faults.append(f"the style of <{tag.name}> loads from elsewhere: {style[:60]!r}.")
    for text in soup.find_all(string=_NOT_WORDS):
        # A partner may well answer "None"; our own words and numbers may not.
        if text.find_parent(["style", "script"]) is None and text.find_parent(class_="commentary") is None:
            faults.append(
                f"{text.strip()[:60]!r} shows a missing value as a computer writes it; say it in words."
            )
    return faults


def _let_tables_scroll(soup: Any) -> None:
    """Put each table into a region of its own, so that a wide one scrolls by itself and by keyboard."""
    for table in soup.find_all("table"):
        if table.find_parent(attrs={"role": "region"}) is None:
            region = soup.new_tag(
                "div",
                attrs={
                    "class": "table-scroll",
                    "role": "region",
                    "tabindex": "0",
                    "aria-label": _words(table.caption),
                },
            )
            table.wrap(region)


def _first_finding(soup: Any) -> str:
    """Give the first sentences that say what a page is about: its opening paragraph, or else its first finding."""
    for p in soup.select("h1, h2, p:not([class])"):
        if p.name == "h2":
            break
        if (
            p.name == "p"
            and not p.find_parent(["table", "details", "dl"])
            and not p.find_parent(class_="commentary")
        ):
            return _words(p)
    found = (
        _words(li)
        for li in soup.select(".block li")
        if not li.find_parent(["table", "details"]) and not li.find_parent(class_="caveats")
    )
    # A few words in a list are an item of it, and no finding.
    return next((text for text in found if len(text) >= _SHORTEST_FINDING and text.endswith(".")), "")


def _words(tag: Any) -> str:
    return " ".join(tag.get_text().split())


def slug(text: str) -> str:
    """Write text as it can stand in an address or a folder's name.

    >>> slug("domestic_burglary Gipton & Harehills")
    'domestic-burglary-gipton-harehills'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words if not words or words[0].isalpha() else f"section-{words}"
