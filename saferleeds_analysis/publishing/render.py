"""Make the pages of a pack again from its executed notebooks, without running them: the same bytes for the same version."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.files import (
    NOTEBOOK,
    PAGE,
    pack_folder,
    read_record,
    replace_text,
    report_folders,
)
from saferleeds_analysis.publishing.pages import provenance_of, render_notebook
from saferleeds_analysis.publishing.report import frame_of
from saferleeds_analysis.publishing.versions import version_to_make


def render_pack(
    root: Path, quarter: pd.Period, *, edition: str = "public", say: Callable[[str], None] = print
) -> list[Path]:
    """Render every page of a published pack again, and give those that changed.

    A pack that is signed off is refused and stays as it is, and so is a quarter of which nothing is published.
    """
    folder = pack_folder(root, quarter, edition=edition)
    name = periods.quarter_name(quarter)
    reports = report_folders(folder)
    if not reports:
        raise ValueError(f'no pack of {name} is published. Make it first: saferleeds report "{name}"')
    version_to_make(root, quarter)
    changed = []
    for report in reports:
        html = rendered(report)
        if html != (report / PAGE).read_text(encoding="utf-8"):
            replace_text(report / PAGE, html)
            changed.append(report / PAGE)
    say(f"{len(reports)} pages rendered again; {len(changed) or 'none'} changed.")
    return changed


def rendered(report: Path) -> str:
    """Give the HTML of a published report, made from its executed notebook and the record of its run."""
    record = read_record(report)
    return render_notebook(
        nbformat.read(report / NOTEBOOK, as_version=4),
        provenance=provenance_of(record),
        **frame_of(report.name, record["parameters"]["quarter"]),
    )
