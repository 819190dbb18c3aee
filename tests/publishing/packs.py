"""Small packs written by hand, for what happens to a pack after it is made."""

import pickle
from functools import lru_cache

from projects import with_tables

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.content import content_of, content_of_blocks
from saferleeds_analysis.publishing.files import pack_folder, record_outputs, write_figures
from saferleeds_analysis.publishing.notebooks import notebook_of_block, write_notebook
from saferleeds_analysis.publishing.pages import Page, provenance_of, render_notebook
from saferleeds_analysis.publishing.report import frame_of, write_folder
from saferleeds_analysis.publishing.sign_off import Roles, checklist
from saferleeds_analysis.reporting.blocks import heading, join, paragraph

ROLES = Roles(analyst="Performance team", reviewer="Second analyst", owner="Head of service")
ANSWERS = {item.id: {"answer": "yes", "note": ""} for item in checklist()}


def own_count(words="twelve_month_count", **more):
    """Give a measure that counts an indicator itself."""
    return Measure(id=words, words=words, role="count", own=True, recurs=True, **more)


def figure(value, *, period="12 months to June 2012", measure="twelve_month_count", area="Leeds", **more):
    return Figure(
        measure=measure if isinstance(measure, Measure) else own_count(measure),
        indicator_id="domestic_burglary",
        area=area,
        window=Window.named(period),
        value=value,
        unit="offences",
        **more,
    )


def block_and_notebook(figures, title="Card"):
    """Give the page of some figures as a block, their values in its words, and as an executed notebook."""
    said = f"Counted: {', '.join(str(f.value) for f in figures[:20])}."
    block = join(heading(1, title), paragraph(said, figures=figures))
    return block, notebook_of_block(block, source="# by hand")


def write_report(folder, figures, title="Card"):
    """Write what publishing keeps of a report's figures: the executed notebook and the table."""
    folder.mkdir(parents=True, exist_ok=True)
    block, notebook = block_and_notebook(figures, title)
    write_notebook(notebook, folder / "report.ipynb")
    write_figures(content_of_blocks([block]).rows, folder / "figures.csv")


@lru_cache(maxsize=4096)
def page_and_notebook(given):
    """Make the page of figures and a record; a thousand histories ask for the same ones again and again."""
    figures, record, report, quarter = pickle.loads(given)
    _, notebook = block_and_notebook(figures)
    content = content_of(notebook)
    frame = {"provenance": provenance_of(record), **frame_of(report, quarter)}
    return Page(content=content, html=render_notebook(notebook, content, **frame)), notebook


def write_pack(
    root, quarter, figures, *, version=1, edition="public", report="burglary", inputs=None, code="abc"
):
    """Write a pack of one report, as publishing would: its page, notebook, figures and record."""
    with_tables(root)
    folder = pack_folder(root, periods.quarter(quarter), edition=edition) / report
    record = {
        "report": report,
        "notebook": {"name": "card.ipynb", "sha256": "0" * 64},
        "parameters": {"quarter": quarter, "as_at": "2012-06-30"},
        "finished": "2012-07-14T10:00:00+00:00",
        "code_version": code,
        "edition": edition,
        "organisation": "Safer Leeds",
        "version_notice": "",
        "pack_version": version,
        "inputs": inputs or {"data/raw/source/counts.csv": "1" * 64},
    }
    page, notebook = page_and_notebook(pickle.dumps((figures, record, report, quarter)))
    write_folder(folder, page=page, notebook=notebook, record=record)
    (folder.parent / "index.html").write_text(f"<h1>{quarter}</h1>", encoding="utf-8")
    record_outputs(folder.parent, "index.html")
    return folder.parent
