"""The index of a pack: what was published, at a glance."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.changes import CHANGES
from saferleeds_analysis.publishing.pages import Link, read_headline, render_page, template
from saferleeds_analysis.publishing.report import Run, write_text
from saferleeds_analysis.publishing.run_list import REPORT_NAME, RUN_LIST, read_run_list


def write_index(run: Run, *, not_renewed: Iterable[str] = (), sources: Iterable[str] = ()) -> Path:
    """Write the pack's index from what is published, and give its path: in the order of the run list, then by name.

    ``not_renewed`` are the reports that the last run could not make, ``sources`` the data that the project holds.
    """
    from markupsafe import Markup

    notebooks, folder = run.root / "notebooks", run.folder
    listed = read_run_list(notebooks) if (notebooks / RUN_LIST).is_file() else ()
    order = {report.name: number for number, report in enumerate(listed)}
    published = sorted(
        (
            page.parent
            for page in folder.glob("*/report.html")
            if REPORT_NAME.fullmatch(page.parent.name) and page.parent.name != CHANGES
        ),
        key=lambda place: (order.get(place.name, len(order)), place.name),
    )
    index = folder / "index.html"
    if not published:  # nothing is there to be listed, and an empty pack would look like a published one
        index.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
        return index
    names = {place.name for place in published} | order.keys()
    restricted = run.edition == "restricted"
    title = f"Reports of {run.quarter_name}" + (": restricted edition" if restricted else "")
    body = template("pack.html.j2").render(
        title=title,
        review_period=periods.review_period(run.quarter),
        reports=[{"name": place.name, **read_headline(place / "report.html")} for place in published],
        not_renewed=[report for report in not_renewed if report in names],
        changes=f"{CHANGES}/report.html" if (folder / CHANGES / "report.html").is_file() else "",
    )
    provenance = replace(run.provenance, sources=tuple(sources))
    # The restricted index leads to the public one. The other way round, everybody would learn what is withheld where.
    public = Link(text="The public pack", href=f"../../{folder.name}/index.html") if restricted else None
    html = render_page(title=title, body=Markup(body), provenance=provenance, pack=public)  # noqa: S704 - our own template
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as scratch:
        draft = Path(scratch) / index.name
        write_text(draft, html)
        draft.replace(index)
    return index
