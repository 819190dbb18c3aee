"""What partners write about a quarter: signed, dated markdown, one file an indicator and quarter."""

import re
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import pandas as pd
import yaml

from saferleeds_analysis.intake.sources import inside_raw, raw_folder
from saferleeds_analysis.periods import quarter_months, quarter_path
from saferleeds_analysis.problems import DataProblem

_MOST_BYTES = 100_000
_STATUSES = ("draft", "final")
_FRONT = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Commentary:
    """A partner's words on an indicator in one quarter, with who wrote them and when they came.

    ``sections`` are pairs of a heading and its markdown, not yet made safe for a page; the heading is empty for text
    that stands before the first one. ``status`` is ``draft`` or ``final``.
    """

    organisation: str
    author: str
    received: date
    status: str
    note: str = ""
    sections: tuple[tuple[str, str], ...]


def commentary(root: Path, quarter: pd.Period, indicator_id: str) -> Commentary | None:
    """Read the commentary on an indicator in a quarter; ``None`` if there is none.

    The file is ``data/raw/commentary/<2012-13_Q2>/<indicator_id>.md``: front matter between two lines ``---``, then
    markdown under ``## `` headings. Another quarter's words are never used in its place.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", indicator_id):
        raise ValueError(f"{indicator_id!r} is not the id of an indicator.")
    name = f"commentary/{quarter_path(quarter)}/{indicator_id}.md"
    path = raw_folder(root) / name
    if not path.is_file():
        return None
    inside_raw(root, path)
    if path.stat().st_size > _MOST_BYTES:
        raise DataProblem(
            f"{name}: is larger than {_MOST_BYTES // 1000} kB. Commentary is a page or two of text."
        )
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DataProblem(f"{name}: is not UTF-8 text. Save it as UTF-8.") from error
    parts = _FRONT.fullmatch(text)
    if not parts:
        raise DataProblem(
            f"{name}: must begin with front matter between two lines of ---: organisation, author, received, status."
        )
    front = _front_matter(parts[1], name)
    started = quarter_months(quarter)[0].start_time.date()
    if front["received"] < started:
        raise DataProblem(
            f"{name}: was received on {front['received']}, before the quarter began on {started}. "
            "Is it another quarter's commentary?"
        )
    sections = _sections(parts[2])
    if not sections:
        raise DataProblem(f"{name}: has no text below the front matter. Write it, or remove the file.")
    return Commentary(**front, sections=sections)


def _front_matter(text: str, name: str) -> dict:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        table = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise DataProblem(f"{name}: the front matter cannot be read as YAML ({_one_line(error)}).") from error
    if not isinstance(table, dict):
        raise DataProblem(f"{name}: the front matter must be lines of 'name: value'.")
    # YAML keeps the last of two equal names without a word.
    keys = [key.value for key, _ in node.value]
    known = [f.name for f in fields(Commentary) if f.name != "sections"]
    problems = [f"{key!r} is there twice" for key in sorted({key for key in keys if keys.count(key) > 1})]
    problems += [f"{key} is missing" for key in known if key not in table and key != "note"]
    problems += [f"{key!r} is not known" for key in table if key not in known]
    for key in known:
        if key in table and key != "received" and not (isinstance(table[key], str) and table[key].strip()):
            problems.append(f"{key} must be a text, not {table[key]!r}")
    if "received" in table and type(table["received"]) is not date:
        problems.append(f"received must be a day such as 2012-10-05, not {str(table['received'])!r}")
    if isinstance(table.get("status"), str) and table["status"] not in _STATUSES:
        problems.append(f"status must be draft or final, not {table['status']!r}")
    if problems:
        raise DataProblem(f"{name}: in the front matter, {'; '.join(problems)}.")
    return table


def _sections(body: str) -> tuple[tuple[str, str], ...]:
    before, *rest = re.split(r"^## ", body, flags=re.MULTILINE)
    sections = [("", before.strip())] if before.strip() else []
    for part in rest:
        heading, _, text = part.partition("\n")
        sections.append((heading.strip().rstrip("#").strip(), text.strip()))
    return tuple(sections)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
