"""Papers and plans as text: a scrutiny report, an action plan, a plan on a page, one TOML file each.

The text is untrusted: it is markdown, made safe where it is shown and not here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from saferleeds_analysis.door import read_toml
from saferleeds_analysis.intake.sources import inside_raw, is_text, raw_folder
from saferleeds_analysis.problems import DataProblem

_MOST_BYTES = 200_000


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a paper: its ``blocks`` are pairs of a label and items of markdown (one item: a text; more: a list).

    ``figures`` are ids of the register whose figures belong to the part.
    """

    group: str
    heading: str
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    figures: tuple[str, ...]

    def items(self, label: str) -> tuple[str, ...]:
        """Give the items under a label, none where the part has no such block."""
        return dict(self.blocks).get(label, ())


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper: the id of its document in the register, its title, its cover fields and its parts, in order."""

    document: str
    title: str
    note: str
    cover: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]

    def groups(self) -> tuple[str, ...]:
        """Give the groups of parts, in the order of the file."""
        return tuple(dict.fromkeys(part.group for part in self.parts))

    def group(self, name: str) -> tuple[Part, ...]:
        """Give the parts of a group; an unknown one is refused."""
        found = tuple(part for part in self.parts if part.group == name)
        if not found:
            raise ValueError(
                f"the paper {self.title!r} has no parts in group {name!r}; it has {', '.join(self.groups())}."
            )
        return found


def paper(root: Path, name: str) -> Paper:
    """Read ``data/raw/papers/<name>.toml``; all faults in one message.

    The file has ``document`` and ``title``, may have ``note`` and a table ``[cover]``, and has ``[[part]]`` tables with
    ``heading``, ``blocks`` (label = text or list of texts) and, if wanted, ``group`` and ``figures``.
    """
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise ValueError(f"{name!r} cannot name a paper: small letters, digits and underscores.")
    place = f"papers/{name}.toml"
    path = raw_folder(root) / place
    if not path.is_file():
        known = sorted(p.stem for p in (raw_folder(root) / "papers").glob("*.toml"))
        raise ValueError(f"there is no paper data/raw/{place}. Known: {', '.join(known) or 'none'}.")
    inside_raw(root, path)
    content = read_toml(path, place, most=_MOST_BYTES, cure="A paper is a few pages of text.")
    problems = _faults(content, _PAPER)
    tables = content["part"] if _are_parts(content.get("part")) else []
    for number, table in enumerate(tables, start=1):
        problems += [f"part {number}: {fault}" for fault in _faults(table, _PART)]
    if problems:
        raise DataProblem(f"{place}: {'; '.join(problems)}.")
    return Paper(
        document=content["document"],
        title=content["title"],
        note=content.get("note", ""),
        cover=tuple(content.get("cover", {}).items()),
        parts=tuple(
            Part(
                group=table.get("group", ""),
                heading=table["heading"],
                blocks=tuple((label, _items(value)) for label, value in table["blocks"].items()),
                figures=tuple(table.get("figures", ())),
            )
            for table in tables
        ),
    )


def _items(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _is_text_or_empty(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(is_text(item) for item in value)


def _is_cover(value: object) -> bool:
    return isinstance(value, dict) and all(is_text(line) for line in value.values())


def _are_parts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(part, dict) for part in value)


def _are_blocks(value: object) -> bool:
    return isinstance(value, dict) and all(is_text(v) or (v and _are_texts(v)) for v in value.values())


# Of each key of a paper and of a part: what it must hold, what stands for it where it is not there, and what is said if
# it does not hold.
_Rules = dict[str, tuple[Callable[[object], bool], object, str]]
_PAPER: _Rules = {
    "document": (is_text, None, "document must be a text"),
    "title": (is_text, None, "title must be a text"),
    "note": (_is_text_or_empty, "", "note must be a text"),
    "cover": (_is_cover, {}, "[cover] holds lines of 'name = \"text\"'"),
    "part": (_are_parts, None, "it has no [[part]]"),
}
_PART: _Rules = {
    "heading": (is_text, None, "heading must be a text"),
    "group": (_is_text_or_empty, "", "group must be a text"),
    "figures": (_are_texts, [], "figures must be a list of ids of the register"),
    "blocks": (_are_blocks, None, "blocks must be a table of texts or lists of texts"),
}


def _faults(table: dict, rules: _Rules) -> list[str]:
    unknown = [f"{key!r} is not known" for key in table if key not in rules]
    return unknown + [
        fault for key, (holds, default, fault) in rules.items() if not holds(table.get(key, default))
    ]
