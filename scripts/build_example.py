"""Build both quarters of the bundled example at a commit, or from what lies in this folder, in a folder of its own.

For scripts/same.py. The folders are below .cache/same, so that nothing in reports/ is touched and no version sees what
another made. What was built is kept until the files that it was made from change.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "same"
QUARTERS = ("2012/13 Q1", "2012/13 Q2")
# A project of its own since published papers left the example: their pages are set beside those that the example had.
PAPERS = Path("examples", "published_papers")
MADE_FROM = ("saferleeds_analysis", "notebooks", "data", "examples", "pyproject.toml", "requirements.lock")


def build(commit: str | None) -> Path:
    """Give the reports of a commit, or of what lies in this folder; what was built from the same files is kept."""
    name = _git("rev-parse", "--verify", f"{commit}^{{commit}}").decode().strip() if commit else "working"
    folder, stamp, made_from = CACHE / name, CACHE / f"{name}.built", name if commit else _fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from:
        return folder / "reports"
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    python = sys.executable
    if commit:
        with zipfile.ZipFile(BytesIO(_git("archive", "--format=zip", name))) as archive:
            archive.extractall(folder)
        _run(folder, python, "scripts/make_environment.py")
        python = str(folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    else:
        for file in _files():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, folder / file)
    for quarter in QUARTERS:
        _run(folder, python, "-m", "saferleeds_analysis", "report", quarter)
    if (folder / PAPERS).is_dir():
        _run(folder, python, "-m", "saferleeds_analysis", "report", QUARTERS[1], "--project", str(PAPERS))
        for figures in sorted((folder / PAPERS / "reports").rglob("figures.csv")):
            place = folder / figures.parent.relative_to(folder / PAPERS)
            if not place.exists():  # each has its own page of changes
                shutil.copytree(figures.parent, place)
    shutil.rmtree(folder / ".venv", ignore_errors=True)
    stamp.write_text(made_from, encoding="utf-8")
    return folder / "reports"


def _files() -> list[str]:
    """Give the files of this folder that git has or would take in: nothing that was made here, nothing of the user's own."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
    return sorted({file for file in listed if file and (ROOT / file).is_file()})


def _fingerprint() -> str:
    """Give the fingerprint of what pages are made from, so that an edit of a test or a text builds nothing anew."""
    digest = sha256(sys.version.encode())
    for file in _files():
        if file.split("/")[0] in MADE_FROM:
            digest.update(file.encode() + sha256((ROOT / file).read_bytes()).digest())
    return digest.hexdigest()


def _git(*words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, check=False)  # noqa: S603, S607
    if done.returncode:
        sys.exit(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _run(folder: Path, *command: str) -> None:
    """Run a command in a copy of the project, with the copy's own library, and as outside any checkout."""
    print(f"  {folder.name[:12]}: {' '.join(command[1:])} ...", flush=True)
    environment = {**os.environ, "PYTHONPATH": str(folder), "GIT_CEILING_DIRECTORIES": str(CACHE)}
    with (folder / "build.log").open("ab") as log:
        done = subprocess.run(  # noqa: S603 (our own fixed commands)
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        last = (folder / "build.log").read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        sys.exit("\n".join([*last, "This failed, so there is nothing to compare."]))
