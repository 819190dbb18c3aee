"""A pack is published as one act: made and audited in a folder of its own, and then put in place all at once.

    .publishing/2012-13_Q2.making/new/2012-13_Q2/              the pack as it will be, from a copy of the one that stands
                                  /new/restricted/2012-13_Q2/  its restricted edition, as in reports/
                                  /old/                        the pack that stood, from when it is moved until all is done

Nothing of it is in ``reports/`` before it is whole and audited. Then the folder is renamed, and its name is the journal of
intent: ``taking`` (what stands moves to ``old``, the index of all packs first), then ``placing`` (``new`` moves to
``reports/``, that index last). So at no instant do two states stand side by side, and no index names a page that is not
there. A file that is locked turns it back: ``undoing``, ``returning``. Each step moves what is still to be moved, so that
the next command of any kind can finish what a killed one began.

Who holds the lock of a quarter is the only one to make its pack; who holds ``exchange`` the only one to put one in place. The
system lets go of both when a process ends: what lies here and can be locked is a dead one's.
"""

import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import util as processes
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.publishing import stopping
from saferleeds_analysis.publishing.at_work import at_work, held
from saferleeds_analysis.publishing.files import (
    INDEX,
    VERSIONS,
    files_of,
    is_staged,
    staged,
    stands_at,
    write_text,
)
from saferleeds_analysis.publishing.index import page_of_all_packs
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.places import MAKING
from saferleeds_analysis.publishing.versions import version_to_make

# Each step moves all that is there from one place to another, and is followed by another; by another yet where it fails.
_STEPS = {
    ".taking": ("reports", "old", ".placing"),
    ".placing": ("new", "reports", ".done"),
    ".undoing": ("reports", "new", ".returning"),
    ".returning": ("old", "reports", ".done"),
}
_UNDONE_BY = {".taking": ".returning", ".placing": ".undoing"}
_TEMPORARY = "temporary.txt"
# What killed commands of former versions left in the pack itself.
_DRAFTS = (".making-", ".keeping-", ".before-")
_SECONDS = 60  # far longer than renaming a few folders takes


class PagesRefused(ReportFailed):
    """The audit refused pages, which were taken out; the rest of the pack is published."""


@contextmanager
def one_act(root: Path, quarter: pd.Period) -> Iterator[None]:
    """Let what is done within be done to a copy of a quarter's pack, which takes the pack's place at the end.

    An error within leaves the pack that stands as it is (only :class:`PagesRefused` does not). Where an act is open already, what
    is done belongs to it. A pack that is signed off is refused, and one that another command is at work on.
    """
    if is_staged(root, quarter):
        yield
        return
    name, refused = periods.quarter_path(quarter), None
    with at_work(root, quarter):
        tidy_up(root)
        version_to_make(root, quarter)
        folder = root / MAKING / f"{name}.making"
        try:
            _lay_out(folder, root / "reports")
            with staged(root, quarter, folder / "new"):
                try:
                    with _temporary_files_in(folder):
                        yield
                except PagesRefused as error:
                    refused = error
                _put_in_place(root, folder)
        finally:
            _remove(folder)
            with suppress(OSError):  # another quarter is being made
                folder.parent.rmdir()
    if refused is not None:
        raise refused


def as_one_act(change: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of a project and a quarter (its first two arguments) one act."""

    @functools.wraps(change)
    def run(root: Path, quarter: pd.Period, *args: Any, **given: Any) -> Any:
        with one_act(root, quarter):
            return change(root, quarter, *args, **given)

    return run


def tidy_up(root: Path) -> None:
    """Finish what a killed command was putting in place, and clear away what it was making; never what a living one is at."""
    for folder in (root / MAKING).glob("*.making"):
        with held(root, folder.stem) as ours:
            if ours:
                _remove(folder)
    if any((root / MAKING).glob("*")):
        with _exchanging(root):
            pass
    with suppress(OSError):
        (root / MAKING).rmdir()


@contextmanager
def _exchanging(root: Path) -> Iterator[None]:
    """Be the only one of a project to put a pack in place; what a killed command began is finished first."""
    with held(root, "exchange", wait=_SECONDS) as ours:
        if not ours:
            raise ValueError(
                "another command is putting a pack in place. Wait, then give this command again."
            )
        for folder in (root / MAKING).glob("*"):
            if folder.suffix != ".making":
                _exchange(folder, root)
        yield


def _lay_out(folder: Path, reports: Path) -> None:
    folder.mkdir(parents=True)
    write_text(folder / ".gitignore", "*\n")
    (folder / "new").mkdir()
    for path in sorted(path for part in _parts(folder)[:-1] for path in (reports / part).rglob("*")):
        inner = path.relative_to(reports)
        if path.is_file() and not any(part.startswith(_DRAFTS) for part in inner.parts):
            (folder / "new" / inner).parent.mkdir(parents=True, exist_ok=True)
            _copy(path, folder / "new" / inner)


def _parts(folder: Path) -> tuple[str, ...]:
    """Give what is put in place together, in its order; it is taken away in the reverse order."""
    name = folder.stem
    return f"restricted/{name}", name, f"refused/restricted/{name}", f"refused/{name}", INDEX


def _copy(source: Path, target: Path) -> None:
    """Copy a file. What is kept of earlier versions is never written, so that a second name for it does."""
    if os.name == "posix" and VERSIONS in source.parts:
        with suppress(OSError):  # not every disk has second names
            os.link(source, target)
            return
    shutil.copy2(source, target)


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Keep all temporary files of an act in one folder, of which it is written down where it is before it is made.

    It is where the system has such files: the path of a local socket must be short.
    """
    before, of_processes = tempfile.gettempdir(), processes.get_temp_dir()
    scratch = Path(before, f"safer-{uuid4().hex[:8]}")
    write_text(folder / _TEMPORARY, f"{scratch}\n{of_processes}\n")
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(scratch, ignore_errors=True)
        (folder / _TEMPORARY).unlink(missing_ok=True)


def _put_in_place(root: Path, folder: Path) -> None:
    with _exchanging(root):
        if html := page_of_all_packs(root):
            write_text(folder / "new" / INDEX, html)
        for path in files_of(folder / "new"):
            _have_on_disk(path)
        with stopping.ignored():
            _exchange(folder.rename(folder.with_suffix(".taking")), root)


def _have_on_disk(path: Path) -> None:
    """Wait until a file is on the disk, before the journal says that it is; Windows does so only for who may write it."""
    if os.name == "posix":
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _exchange(folder: Path, root: Path) -> None:
    """Go on with an exchange from the step that its folder is named after; where something cannot be moved, back."""
    locked = None
    places = {"reports": root / "reports"}
    while folder.suffix in _STEPS:
        source, target, after = _STEPS[folder.suffix]
        places |= {"old": folder / "old", "new": folder / "new"}
        try:
            for part in _parts(folder)[:: -1 if source == "reports" else 1]:
                if (places[source] / part).exists():
                    (places[target] / part).parent.mkdir(parents=True, exist_ok=True)
                    (places[source] / part).rename(places[target] / part)
        except OSError as error:
            locked = f"{stands_at(root, _locked(Path(error.filename or folder)))} ({error.strerror})"
            after = _UNDONE_BY.get(folder.suffix)
        if after is None:
            break
        folder = folder.rename(folder.with_suffix(after))
    else:
        _remove(folder)
    if locked:
        until = (
            "Until then the pack is not there." if folder.exists() else "What was published before stands."
        )
        raise ReportFailed(
            f"the pack {folder.stem} could not be put in place, because this cannot be moved: {locked}. Is it open, in Excel "
            f"perhaps? Close it and give the command again. {until}"
        )


def _locked(place: Path) -> Path:
    """Find the file because of which its folder cannot be moved: on Windows one that is open cannot be renamed."""
    for path in sorted(place.rglob("*")):
        try:
            path.rename(path)
        except OSError:
            return path
    return place


def _remove(folder: Path) -> None:
    """Remove what is left of an act, its temporary files too."""
    if (folder / _TEMPORARY).is_file():
        for place in (folder / _TEMPORARY).read_text(encoding="utf-8").splitlines():
            if Path(place).name.startswith(("safer-", "pymp-")):
                shutil.rmtree(place, ignore_errors=True)
    if os.name == "nt":  # it deletes nothing that is read-only
        for path in folder.rglob("*"):
            path.chmod(0o700)
    if folder.is_dir():
        shutil.rmtree(folder)
