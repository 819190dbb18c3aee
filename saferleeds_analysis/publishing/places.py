"""Where things are: the project that a command is about, and what the library itself is and brings.

Nothing but Python is needed, so that a command answers at once, and where packages are missing too.
"""

from pathlib import Path

from saferleeds_analysis import __version__

DISTRIBUTION = "saferleeds-analysis"
# Where packs are made, in the project: outside reports/ and on the same disk.
MAKING = ".publishing"
HOW_TO_MAKE_A_PROJECT = "Make a project with: saferleeds init FOLDER"

_PACKAGE = Path(__file__).parent.parent
_TEMPLATES = _PACKAGE / "templates"


def find_project(given: Path | None = None) -> Path:
    """Give the folder of the project: the ``given`` one, or this folder or the nearest above it that is one."""
    start = (given or Path.cwd()).absolute()
    for folder in [start] if given else [start, *start.parents]:
        if (folder / "notebooks").is_dir() and (folder / "data" / "raw").is_dir():
            return folder
    where = (
        f"the folder {given} is not a project"
        if given
        else "neither this folder nor one above it is a project"
    )
    raise ValueError(
        f"{where}: a project has the folders notebooks and data/raw. Go there, or use --project. {HOW_TO_MAKE_A_PROJECT}"
    )


def refuse_links_out(root: Path) -> None:
    """Refuse a project whose reports or ledger lie elsewhere by a link: nobody could say who may change what is signed off."""
    reports, ledger = root / "reports", root / "data" / "ledger"
    places = [reports, *reports.glob("*"), *reports.glob("restricted/*"), ledger, *ledger.glob("*")]
    out = [p for p in places if not p.resolve().is_relative_to(root.resolve())]
    if out:
        told = ", ".join(f"{p.relative_to(root).as_posix()} (to {p.resolve()})" for p in out)
        raise ValueError(
            f"links lead out of the project, where packs and their sign-offs must lie: {told}. Put the folder itself in the "
            "place of the link."
        )


def source_folder() -> Path | None:
    """Give the checkout that the library runs from; ``None`` where it is an installed wheel."""
    return None if (_TEMPLATES / "notebooks").is_dir() else _PACKAGE.parent


def shipped(name: str) -> Path:
    """Give a file or folder that the library brings for new projects, such as ``notebooks``.

    An installed wheel holds all of them in its ``templates``; some lie at the top of a checkout.

    >>> (shipped("notebooks") / "recorded_crime_card.ipynb").is_file()
    True
    """
    for folder in (_TEMPLATES, source_folder()):
        if folder and (folder / name).exists():
            return folder / name
    raise ValueError(f"the library brings nothing of the name {name!r}.")


def library_version() -> str:
    """Give the name and version of the library, as pages print it.

    >>> library_version().startswith("saferleeds-analysis ")
    True
    """
    return f"{DISTRIBUTION} {__version__}"
