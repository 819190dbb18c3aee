"""The format of a project: how its tables, its packs and their sign-offs are laid out, as one number.

``data/raw/reference/project.toml`` says of which format a project is; each report's ``run.json`` and each ``signed_off.json``
say in which format they were written. What has no number is of the first. The ledger is a database that counts its own
form, since it completes itself when it is next written to.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saferleeds_analysis.door import read_toml
from saferleeds_analysis.problems import DataProblem

FORMAT = 3
# Where a project's tables and manifests write the number, and where its packs do.
KEY = "format"


def format_of(written: Mapping[str, Any], name: str) -> int:
    """Give the format in which something was written; one that is newer than this library is refused.

    >>> format_of({"report": "ward-armley"}, "run.json")
    1
    """
    number = written.get(KEY, 1)
    if type(number) is not int or number < 1:
        raise DataProblem(f"{name}: {KEY} is a whole number from 1 on, not {number!r}.")
    if number > FORMAT:
        raise DataProblem(
            f"{name} is of format {number}, and this library knows formats up to {FORMAT}: install the newer library with "
            "python -m pip install --upgrade saferleeds-analysis."
        )
    return number


def project_format(reference: Path | str) -> int:
    """Give the format of a project by the folder of its tables; what cannot be read is left to the reader of the tables.

    >>> project_format("data/raw/reference") == FORMAT
    True
    """
    path = Path(reference) / "project.toml"
    if not path.is_file():
        return 1
    try:
        table = read_toml(path, path.name)
    except DataProblem:
        return FORMAT
    return format_of(table, "this project (project.toml)")


def refuse_other_formats(reference: Path | str) -> None:
    """Refuse a project whose tables this library does not read: a newer one, and an older one until it is upgraded."""
    number = project_format(reference)
    if number < FORMAT:
        raise DataProblem(
            f"this project is of format {number}, and this library reads the tables of format {FORMAT}: bring it over with "
            "saferleeds upgrade (with --dry-run it only says what it would do)."
        )
