"""What partners write about a quarter: signed, dated markdown, one file an indicator and quarter.

Who was asked for it, and by when, is in a table beside the files, so that a page can say whose words are missing.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import yaml

from saferleeds_analysis.catalogue import Catalogue, read_rows, unknown
from saferleeds_analysis.door import read_text, reading_as, sha256_of
from saferleeds_analysis.explained import explained
from saferleeds_analysis.intake.sources import inside_raw, is_text, raw_folder
from saferleeds_analysis.periods import quarter, quarter_months, quarter_name, quarter_path
from saferleeds_analysis.problems import DataProblem, refuse, twice

_MOST_BYTES = 40_000
_MOST_SECTIONS = 40
_LONGEST_HEADING = 150
_LONGEST_FRONT = 4_000
_DEEPEST = 4
_REQUIRED = ("organisation", "author", "received", "status")
_OPTIONAL = ("note", "quotation_consent")
_STATUSES = ("draft", "final")
_NO_LINES = "the front matter must be lines of 'name: value'."
_FRONT = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Commentary:
    """A partner's words on an indicator in one quarter, with who wrote them and when they came.

    ``sections`` are pairs of a heading and its markdown, not yet made safe for a page; the heading is empty for text
    that stands before the first one. ``status`` is ``draft`` or ``final``. ``quotation_consent`` says who agreed that
    their words are quoted, and when; it stays off the page. ``file`` is the file's name below ``data/raw``, ``sha256``
    what it held, and ``first_lines`` the number of the line on which each section's text begins, so that a question about
    a number can name its place.
    """

    organisation: str
    author: str
    received: date
    status: str
    note: str = ""
    quotation_consent: str = ""
    sections: tuple[tuple[str, str], ...]
    file: str = ""
    first_lines: tuple[int, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class CommentaryRequest:
    """Who was asked to write about an indicator in a quarter (``2012/13 Q2``), and by which day."""

    quarter: str = explained("the quarter that it is about", "2026/27 Q2", holds="a quarter, 2026/27 Q2")
    indicator_id: str = explained("the id of an indicator in indicators.toml", "domestic_burglary")
    organisation: str = explained("which partner was asked", "Safer Otterbridge")
    owner: str = explained("who there, as a role and not a person", "Performance team")
    due: date = explained("the day by which it is wanted", "2026-10-31")
    note: str = explained("a remark", "The council writes about lighting", empty="nothing")

    def __post_init__(self) -> None:
        """Refuse a quarter that is none."""
        quarter(self.quarter)


def commentary_request(root: Path, wanted: pd.Period, indicator_id: str) -> CommentaryRequest | None:
    """Give who was asked for the commentary on an indicator in a quarter; ``None`` where nobody is recorded.

    The table is ``data/raw/commentary/requests.csv``. ``owner`` is a role ("Performance team"), not a person's name.
    """
    asked = {(quarter(request.quarter), request.indicator_id): request for request in read_requests(root)}
    return asked.get((wanted, indicator_id))


def read_requests(root: Path, catalogue: Catalogue | None = None) -> list[CommentaryRequest]:
    """Read every request for a commentary, in the order of the table; none where there is no table.

    Refused is what is asked for twice and, where the ``catalogue`` is given, an indicator that is not in it.
    """
    about = {"key": "indicator_id", "how": "is asked for", "catalogue": catalogue}
    return rows_by_quarter(root, "commentary/requests.csv", CommentaryRequest, **about)


def rows_by_quarter(
    root: Path, name: str, kind: type, *, key: str, how: str, catalogue: Catalogue | None
) -> list:
    """Read a table of ``data/raw`` of which each row is about an indicator in a quarter; none where there is no table.

    Refused are two rows with the same ``key`` in a quarter (``how`` says of it what is done twice) and, where the ``catalogue`` is
    given, an indicator that is not in it.
    """
    path = inside_raw(root, raw_folder(root) / name)
    rows = read_rows(path, kind) if path.is_file() else []
    faults = [
        f"{name}: {value} {how} twice in {quarter_name(of)}. Keep one row."
        for value, of in twice((getattr(row, key), quarter(row.quarter)) for row in rows)
    ]
    known = [indicator.id for indicator in catalogue.indicators()] if catalogue else []
    faults += [
        f"{name}, row {number}, column 'indicator_id': {unknown('indicator', row.indicator_id, known)}"
        for number, row in enumerate(rows, start=2)
        if catalogue and row.indicator_id not in known
    ]
    refuse(faults)
    return rows


def commentary(root: Path, quarter: pd.Period, indicator_id: str) -> Commentary | None:
    """Read the commentary on an indicator in a quarter; ``None`` if there is none.

    The file is ``data/raw/commentary/<2012-13_Q2>/<indicator_id>.md``: front matter between two lines ``---``, then
    markdown under ``## `` headings. Another quarter's words are never used in its place.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", indicator_id):
        raise ValueError(f"{indicator_id!r} is not the id of an indicator.")
    name = f"commentary/{quarter_path(quarter)}/{indicator_id}.md"
    path = inside_raw(root, raw_folder(root) / name)
    if not path.is_file():
        return None
    text = read_text(path, name, most=_MOST_BYTES, cure="Commentary is a page or two of text.")
    text = text.replace("\r\n", "\n")
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
    if front["received"] > date.today():
        raise DataProblem(
            f"{name}: was received on {front['received']}, a day that is still to come. Correct received."
        )
    found = _sections(parts[2], first_line=text[: parts.start(2)].count("\n") + 1)
    if not found:
        raise DataProblem(f"{name}: has no text below the front matter. Write it, or remove the file.")
    if len(found) > _MOST_SECTIONS:
        raise DataProblem(
            f"{name}: has {len(found)} headings, more than {_MOST_SECTIONS}. Commentary is a page or two of text."
        )
    for heading, _, line in found:
        if len(heading) > _LONGEST_HEADING:
            raise DataProblem(
                f"{name}, line {line - 1}: the heading has {len(heading)} characters, more than {_LONGEST_HEADING}. "
                "A text goes on the line below its heading."
            )
    return Commentary(
        **front,
        sections=tuple((heading, words) for heading, words, _ in found),
        file=name,
        first_lines=tuple(line for *_, line in found),
        sha256=sha256_of(path),
    )


def _front_matter(text: str, name: str) -> dict:
    if len(text) > _LONGEST_FRONT:
        raise DataProblem(
            f"{name}: the front matter has {len(text)} characters, more than {_LONGEST_FRONT}. It says who wrote, and when."
        )
    text = f"\n{text}"  # so that each line has the number that it has in the file
    with reading_as("front matter", name, "Write plain 'name: value' lines between the two lines of ---."):
        _refuse_what_can_grow(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        table = yaml.safe_load(text)
    if not isinstance(table, dict):
        raise DataProblem(f"{name}: {_NO_LINES}")
    # YAML keeps the last of two equal names without a word.
    problems = [f"{key!r} is there twice" for key in sorted(twice(str(key.value) for key, _ in node.value))]
    problems += [f"{key} is missing" for key in _REQUIRED if key not in table]
    problems += [f"{_short(key)} is not known" for key in table if key not in _REQUIRED + _OPTIONAL]
    problems += [
        f"{key} must be a text, not {_short(table[key])}"
        for key in ("organisation", "author", *_OPTIONAL)
        if key in table and not is_text(table[key])
    ]
    if type(received := table.get("received", date.min)) is not date:
        problems.append(f"received must be a day such as 2012-10-05, not {_short(str(received))}")
    if (status := table.get("status", "draft")) not in _STATUSES:
        problems.append(f"status must be draft or final, not {_short(status)}")
    if problems:
        raise DataProblem(f"{name}: in the front matter, {'; '.join(problems)}.")
    return table


def _refuse_what_can_grow(text: str, name: str) -> None:
    """Refuse YAML whose few lines can stand for more text than a computer holds, or build more than texts."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:  # stop at once: each level more takes longer to read
            raise DataProblem(f"{name}: {_NO_LINES}")
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise DataProblem(
                f"{name}: the front matter has an anchor (&), an alias (*) or a tag (!). Write plain 'name: value' lines, "
                "a text with such a letter in quotes."
            )


def _sections(body: str, *, first_line: int) -> list[tuple[str, str, int]]:
    """Give each section's heading, its text and the number of the line on which the text begins."""
    before, *parts = re.split(r"^## (.*)\n?", body, flags=re.MULTILINE)
    sections = []
    line = first_line
    for heading, text in zip(["", *parts[::2]], [before, *parts[1::2]], strict=True):
        blank = text[: len(text) - len(text.lstrip())].count("\n") if text.strip() else 0
        sections.append((heading.strip().rstrip("#").strip(), text.strip(), line + blank))
        line += text.count("\n") + 1
    return sections if sections[0][1] else sections[1:]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
