"""Turn an executed notebook into a page that anyone can read, or say everything that stands in the way.

The page holds the notebook's fixed explanation and what its blocks show, through nbconvert and the templates of this
package: no code, no scripts, nothing from a network. What a computer can tell about a page that is not fit to
publish is refused here, before the page exists, each time; what needs a browser is in the tests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.publishing.content import (
    Content,
    content_of,
    content_of_blocks,
    faults_of_content,
    faults_of_outputs,
    link_after_headlines,
    on_paper,
)
from saferleeds_analysis.publishing.notebooks import ExecutedNotebook
from saferleeds_analysis.reporting.blocks import Block, Group, html_of

TEMPLATES = Path(__file__).parent / "templates"


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
        return periods.day_name(self.as_at)


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where to go, and what it is called."""

    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page: what it holds, its HTML, and what the analyst should look at although it does not stop publication."""

    content: Content
    html: str
    warnings: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The page's one heading of level 1."""
        return self.content.title

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers on it."""
        return self.content.figures


def make_page(
    executed: ExecutedNotebook,
    *,
    provenance: Provenance,
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
    trace: str = "",
) -> Page:
    """Make the page of an executed notebook.

    ``pack`` is the link to the index in the header; ``files`` are named in the footer; ``trace`` is the page to which the
    first box of headline figures leads. A page that is not fit to be published (an error or a bare result in it, a picture
    without a name, a heading level left out) is refused with a ``ValueError`` that names every fault.
    """
    content = content_of(executed.notebook)
    refuse(executed.name, [*faults_of_outputs(executed.notebook), *faults_of_content(content)])
    return Page(
        content=content,
        html=_rendered(executed.notebook, content, trace, provenance=provenance, pack=pack, files=files),
        warnings=tuple(f"a cell wrote to stderr, which is not on the page: {m}" for m in executed.messages),
    )


def page_of_block(
    block: Block,
    *,
    name: str,
    provenance: Provenance,
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
    trace: str = "",
) -> Page:
    """Make a page that no notebook made, with the same checks; the block has the page's h1 and its sections."""
    content = content_of_blocks([Group(blocks=(block,), kind="block")])
    refuse(name, faults_of_content(content))
    linked = link_after_headlines(content, trace)
    body = html_of(*linked.blocks)
    return Page(content=content, html=_framed(content, body, provenance=provenance, pack=pack, files=files))


def render_notebook(
    notebook: Any,
    *,
    provenance: Provenance,
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
    trace: str = "",
) -> str:
    """Give the HTML of an executed notebook's page, the same each time for the same notebook."""
    return _rendered(notebook, content_of(notebook), trace, provenance=provenance, pack=pack, files=files)


def render_on_paper(content: Content, provenance: Provenance) -> str:
    """Give the copy of a page that is printed."""
    body = html_of(*map(on_paper, content.blocks))
    return render_page(title=content.title, body=_ours(body), provenance=provenance, paper=True)


def render_page(
    *,
    title: str,
    body: str,
    provenance: Provenance,
    contents: tuple[Link, ...] = (),
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
    paper: bool = False,
) -> str:
    """Put a body into the frame that every page has: head, header, contents, footer."""
    return template("page.html.j2").render(
        title=title,
        body=body,
        contents=contents,
        provenance=provenance,
        pack=pack,
        files=files,
        style=_ours((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        paper=paper,
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


def provenance_of(record: Mapping[str, Any]) -> Provenance:
    """Give what a page's header and footer say, from the record of its run."""
    return Provenance(
        as_at=date.fromisoformat(record["parameters"]["as_at"]),
        code_version=record["code_version"],
        edition=record["edition"],
        organisation=record["organisation"],
        version=record["version_notice"],
    )


def refuse(name: str, faults: Iterable[str]) -> None:
    """Refuse a page that has faults, all of them in one message."""
    listed = [f"- {fault}" for fault in faults]
    if listed:
        raise ValueError("\n".join([f"the page of {name} is not fit to be published:", *listed]))


@cache
def _exporter() -> Any:
    from nbconvert.exporters import HTMLExporter

    exporter = HTMLExporter(extra_template_basedirs=[str(TEMPLATES)], template_name="report")
    exporter.register_filter("as_html", html_of)
    return exporter


def _rendered(notebook: Any, content: Content, trace: str, **frame: Any) -> str:
    """Give the page of a notebook whose content is known."""
    linked = link_after_headlines(content, trace)
    body, _ = _exporter().from_notebook_node(notebook, resources={"blocks": linked.blocks})
    return _framed(content, body, **frame)


def _framed(content: Content, body: str, **frame: Any) -> str:
    contents = tuple(Link(text=h.text, href=f"#{h.id}") for h in content.headings if h.level == 2)
    return render_page(title=content.title, body=_ours(body), contents=contents, **frame)


def _ours(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - made by our own templates, which escape every word
