"""What the reports of a run are made with: which code, which inputs with their fingerprints, which software."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from saferleeds_analysis.intake.files import sha256_of
from saferleeds_analysis.publishing.kept_rows import KEPT


def made_with(root: Path) -> dict[str, Any]:
    """Say what every report of a run is made with: the code's version, the inputs by their SHA-256, the software."""
    # The rows that published figures rest on are kept among the data too, and are no input.
    files = [
        p
        for folder in ("raw", "processed")
        for p in sorted((root / "data" / folder).rglob("*"))
        if p.is_file()
    ]
    inputs = [path for path in files if not path.is_relative_to(root / KEPT)]
    return {
        "code_version": code_version(root),
        "inputs": {path.relative_to(root).as_posix(): sha256_of(path) for path in inputs},
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
