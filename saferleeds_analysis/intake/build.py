"""From ``data/raw`` to ``data/processed``: every source is read before any is written, so all are made or none."""

import hashlib
import json
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from saferleeds_analysis import door
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.door import MOST_BYTES, sha256_of
from saferleeds_analysis.intake.commentaries import read_requests
from saferleeds_analysis.intake.ledger import (
    Counted,
    InputFile,
    Provenance,
    cut,
    months_between,
    read_provenance,
    write_provenance,
)
from saferleeds_analysis.intake.sources import (
    MANIFEST,
    OF_PARTS,
    Source,
    inside_raw,
    name_in_raw,
    raw_folder,
    read_source,
    source_files,
    source_folders,
)
from saferleeds_analysis.problems import DataProblem, noting, refuse

_MAKING, _SECONDS = ".making_", 3600


def processed_paths(root: Path, source_id: str) -> tuple[Path, Path]:
    """Give the paths of a source's processed table and of its provenance."""
    folder = Path(root) / "data" / "processed"
    return folder / f"{source_id}.parquet", folder / f"{source_id}.provenance.json"


def build_processed(root: Path, catalogue: Catalogue) -> list[Provenance]:
    """Make the processed table of every source folder of a project, and give their provenance.

    A source whose files, manifest, areas and code are unchanged is not made again. All problems of all sources come in
    one :class:`DataProblem`; then nothing is written, and every source keeps the table that it had: half a refresh would
    put this month's survey beside last month's offences.
    """
    root = Path(root)
    _sweep(root / "data" / "processed")
    ready: list[tuple[Provenance, Counted | None]] = []
    problems: list[str] = []
    with noting(problems):
        read_requests(root, catalogue)
    for folder in source_folders(root):
        of_source: list[str] = []
        with noting(of_source):
            ready.append(_read(root, read_source(folder), catalogue))
        problems += cut(of_source)
    refuse(problems)
    return [
        provenance if counted is None else _write(root, provenance, counted) for provenance, counted in ready
    ]


def _read(root: Path, source: Source, catalogue: Catalogue) -> tuple[Provenance, Counted | None]:
    """Give a source's provenance, and its table where that is not there already, made from just these files."""
    try:
        areas = catalogue.areas(source.area_set)
    except ValueError as error:
        raise DataProblem(f"{source.id}/{MANIFEST}: {error}") from error
    files = source_files(root, source)
    manifest = raw_folder(root) / source.id / MANIFEST
    lookups = [inside_raw(root, raw_folder(root) / name) for name in source.lookup]
    hashes = {
        name: sha256_of(path, name, most=MOST_BYTES)
        for path in sorted({manifest, *lookups, *files})
        if path.is_file() and (name := name_in_raw(root, path))
    }
    own_code = [*sorted(Path(__file__).parent.glob("*.py")), Path(door.__file__)]
    code = {path.name: sha256_of(path) for path in own_code}
    made_from = {"files": hashes, "areas": [asdict(area) for area in areas], "code": code}
    fingerprint = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()
    before = _before(root, source)
    if before and before.fingerprint == fingerprint:
        return before, None
    counted = _count(root, source, files, catalogue)
    provenance = Provenance(
        source=source,
        inputs=tuple(
            InputFile(path=path, sha256=sha256, rows=counted.rows.get(path, 0))
            for path, sha256 in hashes.items()
        ),
        rows_in=sum(counted.rows.values()),
        rows_refused=sum(refusal.rows for refusal in counted.refused),
        refused=counted.refused,
        rows_out=len(counted.counts),
        months=counted.months,
        months_missing=tuple(months_between(counted.months)),
        revisions=counted.revisions,
        notes=counted.notes,
        fingerprint=fingerprint,
        processed_sha256="",
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return provenance, counted


def _count(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    # Imported here, because pandera takes a second and most builds find nothing to do.
    from saferleeds_analysis.intake import (
        case_files,
        monthly_extract,
        part_files,
        police_uk,
        respondents,
        schemas,
    )

    if source.shape == "respondents":
        return respondents.read_respondents(root, source, files, catalogue)
    if source.shape in OF_PARTS:
        return part_files.read_parts(root, source, files, catalogue)
    if source.shape == "cases":
        return case_files.read_cases(root, source, files, catalogue)
    count = {
        "monthly_extract": monthly_extract.count_monthly_extract,
        "police_uk_street": police_uk.count_street_files,
    }[source.shape]
    counted = count(root, source, files, catalogue)
    schemas.counts_schema(area.name for area in catalogue.areas(source.area_set)).validate(counted.counts)
    ordered = counted.counts.sort_values(["offence", "area", "month"]).reset_index(drop=True)
    return replace(counted, counts=ordered)


def _write(root: Path, provenance: Provenance, counted: Counted) -> Provenance:
    """Write table and provenance under temporary names and rename them, so that a failure leaves nothing by halves."""
    table_path, provenance_path = processed_paths(root, provenance.source.id)
    table_path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=table_path.parent, prefix=_MAKING) as folder:
        made_table, made_provenance = Path(folder) / table_path.name, Path(folder) / provenance_path.name
        counted.counts.to_parquet(made_table, index=False)
        provenance = replace(provenance, processed_sha256=sha256_of(made_table))
        write_provenance(provenance, made_provenance)
        made_table.replace(table_path)
        made_provenance.replace(provenance_path)
    return provenance


def _sweep(folder: Path) -> None:
    """Remove what a killed command was making, by its age: one that lives takes seconds, and at most minutes, for a table."""
    for left in folder.glob(f"{_MAKING}*"):
        with suppress(FileNotFoundError):  # its own command has finished meanwhile
            if time.time() - left.stat().st_mtime > _SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _before(root: Path, source: Source) -> Provenance | None:
    """Give the provenance of the table that is there, if it was not touched since it was made."""
    table_path, provenance_path = processed_paths(root, source.id)
    try:
        before = read_provenance(provenance_path)
        return before if before.processed_sha256 == sha256_of(table_path) else None
    except (FileNotFoundError, ValueError):
        return None
