"""The page of a pack that says what changed since the last published one."""

import json
import tempfile
from pathlib import Path

from saferleeds_analysis.publishing.content import pack_figures
from saferleeds_analysis.publishing.earlier import EarlierPack, of_reports
from saferleeds_analysis.publishing.files import (
    CHANGES,
    FIGURES,
    NOTEBOOK,
    PAGE,
    RECORD,
    write_figures,
    write_text,
)
from saferleeds_analysis.publishing.notebooks import notebook_of_block, write_notebook
from saferleeds_analysis.publishing.pages import page_of_block
from saferleeds_analysis.publishing.report import MadeReport, Run, frame_of, put_in_place


def write_changes_page(run: Run, earlier: EarlierPack) -> Path:
    """Write the page of changes of a pack from what is published in it, and give its path."""
    figures = [printed.figure for printed in of_reports(pack_figures(run.folder))]
    block = earlier.page(figures)
    page = page_of_block(
        block,
        name="the page of changes",
        provenance=run.provenance,
        **frame_of(CHANGES, run.quarter_name),
    )
    record = {
        "report": CHANGES,
        "notebook": {"name": "made by saferleeds_analysis.publishing.changes", "sha256": ""},
        "parameters": {
            "quarter": run.quarter_name,
            "as_at": run.as_at.isoformat(),
            "edition": run.edition,
            "compared_with": earlier.name,
        },
        "started": "",
        "finished": "",
        **run.made_with,
    }
    with tempfile.TemporaryDirectory(prefix=".making-", dir=run.folder) as scratch:
        draft = Path(scratch) / CHANGES
        draft.mkdir()
        write_text(draft / PAGE, page.html)
        write_notebook(notebook_of_block(block, source=f"# Made by {__name__}"), draft / NOTEBOOK)
        write_figures(page.content.rows, draft / FIGURES)
        write_text(draft / RECORD, json.dumps(record, indent=2, ensure_ascii=False))
        put_in_place(MadeReport(name=CHANGES, draft=draft, warnings=()), run.folder)
    return run.folder / CHANGES / PAGE
