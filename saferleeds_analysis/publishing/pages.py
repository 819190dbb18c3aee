"""Turn an executed notebook into a page that anyone can read, or say everything that stands in the way.

The page holds the notebook's fixed explanation and what its blocks show, through nbconvert and the templates of this
package: no code, no script but our own (``templates/page.js``), nothing from a network. What a computer can tell about a page that is not fit to
publish is refused here, before the page exists, each time; what needs a browser is in the tests.
"""

from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.publishing.content import (
    Content,
    content_of,
    content_of_blocks,
    faults_of_content,
    faults_of_outputs,
    on_paper,
    with_its_links,
)
from saferleeds_analysis.publishing.notebooks import ExecutedNotebook
from saferleeds_analysis.reporting.blocks import Block, Group, Heading, html_of

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATED = Environment(
    loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
    autoescape=True,
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Whose page it is, at its top, and where its figures come from, in its footer: the same in every run on the same inputs."""

    as_at: date
    code_version: str
    organisation: str
    sources: tuple[str, ...] = ()
    edition: str = "public"
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


def make_page(executed: ExecutedNotebook, **frame: Any) -> Page:
    """Make the page of an executed notebook, in a ``frame`` (see :func:`render_notebook`).

    A page that is not fit to be published (an error or a bare result in it, a picture without a name, a heading level left
    out) is refused with a ``ValueError`` that names every fault.
    """
    content = content_of(executed.notebook)
    refuse(executed.name, [*faults_of_outputs(executed.notebook), *faults_of_content(content)])
    return Page(
        content=content,
        html=render_notebook(executed.notebook, content, **frame),
        warnings=tuple(f"a cell wrote to stderr, which is not on the page: {m}" for m in executed.messages),
    )


def page_of_block(block: Block, *, name: str, trace: str = "", **frame: Any) -> Page:
    """Make a page that no notebook made, with the same checks; the block has the page's h1 and its sections."""
    content = content_of_blocks([Group(blocks=(block,), kind="block")])
    refuse(name, faults_of_content(content))
    return Page(content=content, html=render_content(content, trace=trace, **frame))


def render_content(content: Content, *, trace: str = "", unlinked: Collection[str] = (), **frame: Any) -> str:
    """Give the HTML of a page that no notebook made, as :func:`render_notebook` does of the others."""
    return _framed(content, html_of(*with_its_links(content, trace, unlinked).blocks), **frame)


def render_notebook(
    notebook: Any, content: Content, *, trace: str = "", unlinked: Collection[str] = (), **frame: Any
) -> str:
    """Give the HTML of an executed notebook's page, the same each time for the same notebook and its content.

    ``trace`` is the page to which the first box of headline figures leads, ``unlinked`` are reports to which nothing leads; the
    rest of the ``frame`` is that of :func:`render_page`.
    """
    linked = with_its_links(content, trace, unlinked)
    # Its blocks say what its outputs show; the outputs, of megabytes, would be copied for nothing.
    without_outputs = type(notebook)({**notebook, "cells": []})
    body, _ = _exporter().from_notebook_node(without_outputs, resources={"blocks": linked.blocks})
    return _framed(content, body, **frame)


def render_on_paper(content: Content, provenance: Provenance) -> str:
    """Give the copy of a page that is printed."""
    body = html_of(*map(on_paper, content.blocks))
    return render_page(title=content.title, body=body, provenance=provenance, paper=True)


def render_page(
    *,
    title: str,
    provenance: Provenance,
    body: str = "",
    template: str = "page.html.j2",
    contents: tuple[Link, ...] = (),
    pack: Link | None = None,
    files: tuple[Link, ...] = (),
    paper: bool = False,
    **values: Any,
) -> str:
    """Put a body into the frame that every page has: head, header, contents, footer.

    ``body`` is HTML of our own templates, which escape every word; a ``template`` that extends the frame makes its own of
    ``values``. ``pack`` is the link to the index in the header; ``files`` are named in the footer. The page's policy lets our own
    script run, by the hash of its bytes, and no other.
    """
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "page.js"))
    return TEMPLATED.get_template(template).render(
        title=title,
        body=Markup(body),  # noqa: S704 - see above
        contents=contents,
        provenance=provenance,
        pack=pack,
        files=files,
        style=Markup(style),  # noqa: S704 - our own
        script=Markup(script),  # noqa: S704 - our own
        script_hash=f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
        paper=paper,
        **values,
    )


def provenance_of(record: Mapping[str, Any], *, as_at: date | None = None) -> Provenance:
    """Give what a page's header and footer say, from the record of its run (or from what the run's reports share)."""
    return Provenance(
        as_at=as_at or date.fromisoformat(record["parameters"]["as_at"]),
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
    # Not the one for HTML: it reads the page again, for longer than all else takes, to mend what our blocks have right.
    from nbconvert.exporters import TemplateExporter

    exporter = TemplateExporter(
        extra_template_basedirs=[str(TEMPLATES)], template_name="report", template_file="index.html.j2"
    )
    exporter.register_filter("as_html", html_of)
    return exporter


def _framed(content: Content, body: str, **frame: Any) -> str:
    # A page of two sides needs no list of what is on it.
    short = any(group.kind == "first-screen" for group in content.of(Group))
    headings = [] if short else [h for h in content.of(Heading) if h.level == 2]
    contents = tuple(Link(text=h.text, href=f"#{h.id}") for h in headings)
    return render_page(title=content.title, body=body, contents=contents, **frame)
