"""The page of a pack that says what changed since the last published one."""

import json
import tempfile
from pathlib import Path

from saferleeds_analysis.publishing.earlier import EarlierPack, of_reports
from saferleeds_analysis.publishing.files import (
    CHANGES,
    FIGURES,
    INDEX,
    PAGE,
    RECORD,
    published_figures,
    write_figures,
    write_text,
)
from saferleeds_analysis.publishing.pages import Link, page_of_block
from saferleeds_analysis.publishing.report import MadeReport, Run, put_in_place


def write_changes_page(run: Run, earlier: EarlierPack) -> Path:
    """Write the page of changes of a pack from what is published in it, and give its path."""
    figures = of_reports(published_figures(run.folder))
    page = page_of_block(
        earlier.page(figures),
        name="the page of changes",
        provenance=run.provenance,
        pack=Link(text=f"All reports of {run.quarter_name}", href=f"../{INDEX}"),
        files=(
            Link(text="every figure on it (CSV)", href=FIGURES),
            Link(text="the record of its run", href=RECORD),
        ),
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
        write_figures(page.figures, draft / FIGURES)
        write_text(draft / RECORD, json.dumps(record, indent=2, ensure_ascii=False))
        put_in_place(MadeReport(name=CHANGES, draft=draft, warnings=()), run.folder)
    return run.folder / CHANGES / PAGE
