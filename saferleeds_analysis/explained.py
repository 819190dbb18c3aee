"""What a field of a table means and may hold, said once: beside the field of the class by which its rows are read.

A reader refuses an empty cell of a field that may not be empty, and ``docs/tables.md`` is written from the same words
(``scripts/write_tables.py``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from typing import Any


def explained(
    meaning: str, example: Any, *, empty: str = "", holds: str | tuple[str, ...] = "", **default: Any
) -> Any:
    """Give a field of a dataclass with its meaning and an ``example`` that can be read.

    ``empty`` says what it means where the field is empty or left out, and nothing where it must be filled. ``holds`` is what
    it may hold, where its type does not say it: a description, or the words of which it is one. ``default`` is as in
    :func:`dataclasses.field`.
    """
    about = {"meaning": meaning, "example": example, "empty": empty, "holds": holds}
    return field(metadata=about, **default)


def unfilled(kind: type, row: Mapping[str, Any]) -> Iterable[str]:
    """Name the fields of a row that are empty and must not be.

    >>> from saferleeds_analysis.catalogue import Area
    >>> list(unfilled(Area, {"area_set": "our_area", "name": " ", "kind": "ward", "parent": ""}))
    ['name']
    """
    for f in fields(kind):
        value = row.get(f.name)
        if f.metadata and not f.metadata["empty"] and isinstance(value, str) and not value.strip():
            yield f.name


def in_known_words(kind: type, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a row back if its fields hold the words that they may hold; another word is a ``ValueError``."""
    for f in fields(kind):
        words, word = f.metadata.get("holds"), row.get(f.name)
        if isinstance(words, tuple) and word and word not in words:
            raise ValueError(f"{f.name} {word!r} is none of {', '.join(words)}.")
    return row
