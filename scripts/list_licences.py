"""Write docs/licences.md: under which licence each package of requirements.lock is, as it says itself where it is installed."""

from importlib.metadata import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "licences.md"
HEAD = """\
# The licences of what reports are made with

Written by `make licences` from what each package of `requirements.lock` says of itself; not by hand, and not checked by a lawyer.
A package that only another system or another Python needs says nothing where the list is written.

| Package | Version | Licence |
| --- | --- | --- |
"""


def licence_of(package: Requirement) -> str:
    """Give the licence that an installed package names: its expression, or its classifiers, or its own words."""
    if package.marker and not package.marker.evaluate():
        return "not installed where this was written"
    said = metadata(package.name)
    classes = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier", [])
        if line.startswith("License :: ")
    ]
    own = (said.get("License") or "").strip().partition("\n")[0]
    return said.get("License-Expression") or ", ".join(classes) or own or "says none"


def page() -> str:
    """Give the whole list, in the order of the lock."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    locked = [Requirement(line.partition(" --hash=")[0]) for line in lines]
    rows = [
        f"| {one.name} | {str(one.specifier).removeprefix('==')} | {licence_of(one)} |\n" for one in locked
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
