"""The record of a run: which code, which inputs with their fingerprints, which software, and when."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from saferleeds_analysis.intake.files import sha256_of
from saferleeds_analysis.publishing.kept_rows import KEPT
from saferleeds_analysis.publishing.notebooks import ExecutedNotebook
from saferleeds_analysis.publishing.pages import Page


def made_with(root: Path) -> dict[str, Any]:
    """Say what every report of a run is made with: the code's version, the inputs by their SHA-256, the software."""
    return {
        "code_version": code_version(root),
        "inputs": _hashes(root, ["data/raw", "data/processed"]),
        "python": sys.version.split()[0],
        "packages": dict(sorted((d.name, d.version) for d in metadata.distributions() if d.name)),
    }


def code_version(root: Path) -> str:
    """Say which version of the code a report was made with: the commit, and whether files differ from it."""
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return "not in a git checkout"
    changed = _git(root, "status", "--porcelain")
    return f"{commit[:12]}, with changes not committed" if changed else commit[:12]


def run_record(
    name: str, executed: ExecutedNotebook, notebook: Path, page: Page, shared: Mapping[str, Any]
) -> str:
    """Write the record of one report as JSON: what its page says first, what it was run with and when, and with what."""
    notice = next(iter(page.content.notices), "")
    return json.dumps(
        {
            "report": name,
            "page": {"title": page.title, "notice": notice, "finding": page.content.finding},
            "notebook": {"name": notebook.name, "sha256": sha256_of(notebook)},
            "parameters": executed.parameters,
            "started": _time(executed.started),
            "finished": _time(executed.finished),
            **shared,
        },
        indent=2,
        ensure_ascii=False,
        allow_nan=False,
    )


def _hashes(root: Path, folders: Iterable[str]) -> dict[str, str]:
    """Give the SHA-256 of every file below these folders of the project, by its path in the project.

    The rows that published figures rest on are kept there too, and are no input.
    """
    files = [path for folder in folders for path in sorted((root / folder).rglob("*")) if path.is_file()]
    return {
        path.relative_to(root).as_posix(): sha256_of(path)
        for path in files
        if not path.is_relative_to(root / KEPT)
    }


def _git(root: Path, *words: str) -> str | None:
    """Ask git; ``None`` where there is no git or no checkout."""
    try:
        answer = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", "-C", str(root), *words],  # noqa: S607 - git is wherever the analyst has it
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
