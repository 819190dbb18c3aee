"""What ``saferleeds new-quarter`` does: it lays templates ready for the commentaries, and lists the files that are expected."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.intake.commentaries import CommentaryRequest, read_requests
from saferleeds_analysis.intake.reading import TEMPLATE
from saferleeds_analysis.intake.sources import inside_raw, raw_folder, read_source, source_folders
from saferleeds_analysis.publishing.files import write_text
from saferleeds_analysis.publishing.new_project import filling_in
from saferleeds_analysis.publishing.places import shipped

# What a source of each shape brings a quarter, where it is not months.
_HELD = {"respondents": "respondents", "cases": "the cases to the end"}


@dataclass(frozen=True, kw_only=True)
class ExpectedFile:
    """A file that a quarter needs: where it goes, from whom, and by which day (``None``: nobody has said)."""

    file: str
    owner: str
    due: date | None


def expected_files(root: Path, quarter: pd.Period, catalogue: Catalogue) -> list[ExpectedFile]:
    """List what a quarter needs, the first due first: new months or a wave of each source, and the commentaries asked for."""
    ended = periods.last_month(quarter).end_time.date()
    sources = [read_source(folder) for folder in source_folders(root)]
    found = [
        ExpectedFile(
            file=f"data/raw/{source.id}: {_HELD.get(source.shape, 'the months')} of "
            f"{periods.quarter_name(quarter)}",
            owner=source.owner or source.publisher,
            due=ended + timedelta(days=source.due_days) if source.due_days else None,
        )
        for source in sources
    ]
    found += [
        ExpectedFile(
            file=f"data/raw/commentary/{periods.quarter_path(quarter)}/{request.indicator_id}.md",
            owner=f"{request.owner}, {request.organisation}",
            due=request.due,
        )
        for request in _requests(root, quarter, catalogue)
    ]
    return sorted(found, key=lambda one: one.due or date.max)


def write_commentary_templates(root: Path, quarter: pd.Period, catalogue: Catalogue) -> list[Path]:
    """Write a template for each commentary that is asked for in a quarter and give them; none where one or its text is there."""
    folder = raw_folder(root) / "commentary" / periods.quarter_path(quarter)
    template = filling_in(shipped("commentary.md").parent).get_template("commentary.md")
    written = []
    for request in _requests(root, quarter, catalogue):
        path = inside_raw(root, folder / f"{request.indicator_id}{TEMPLATE}")
        if path.exists() or (folder / f"{request.indicator_id}.md").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        text = template.render(request=request, received=request.due.isoformat())
        write_text(path, text)
        written.append(path)
    return written


def _requests(root: Path, quarter: pd.Period, catalogue: Catalogue) -> list[CommentaryRequest]:
    requests = read_requests(root, catalogue)
    return [request for request in requests if periods.quarter(request.quarter) == quarter]
