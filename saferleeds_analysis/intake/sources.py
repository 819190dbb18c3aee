"""The manifest ``source.toml``: what an analyst says of the files in a folder of ``data/raw``.

A new source is a new folder with a manifest, never new code. The manifest states what the files cannot say for
themselves (who published them, when they came, which boundaries, how the month is written), so that nothing is guessed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from saferleeds_analysis.door import read_toml
from saferleeds_analysis.explained import explained
from saferleeds_analysis.periods import quarter
from saferleeds_analysis.problems import DataProblem, refuse

MANIFEST = "source.toml"

# The columns of a monthly extract and of every processed table of counts.
COLUMNS = ("month", "area", "offence", "count")

# Beside them in a processed table: where each row stands in data/raw (row 0: counted from single records).
PLACE_COLUMNS = ("file", "row")

# The columns of a survey's respondents, beside one a question.
RESPONDENT_COLUMNS = ("quarter", "area", "stratum", "cluster", "weight")

# The columns of a measure's parts: how many (numerator) of how many (denominator).
PART_COLUMNS = ("period", "area", "measure", "numerator", "denominator")
# Where the numerator comes of following the people of the denominator, beside them the month to which they were followed.
COHORT_COLUMNS = (*PART_COLUMNS, "followed_to")
# The shapes whose rows are numbers of people, and of which no column may be about one.
OF_PARTS = {"parts": PART_COLUMNS, "cohort": COHORT_COLUMNS}

# The columns of a service's cases, beside one a characteristic; ``person`` may be left out.
CASE_COLUMNS = ("opened", "closed", "kind", "area")
PERSON = "person"

# What the pages call those whose characteristic nobody wrote down.
NOT_RECORDED = "Not recorded"

# The rules for a stratum with one cluster, as methods.survey and R name them.
SINGLE_UNIT_RULES = ("certainty", "adjust", "average")
STATUSES = ("recorded", "illustrative")

# The folders of data/raw that are no source, and what each holds.
REFERENCE, SIGN_OFF = "reference", "signoff"
NOT_SOURCES = {
    "boundaries": "<area set>.geojson and <area set>.toml, of an area set in areas.csv",
    "commentary": "requests.csv and <quarter>/<indicator>.md, such as 2026-27_Q1/vehicle_crime.md, of an indicator in "
    "indicators.toml",
    "lookups": "the files that a source.toml names as its lookup",
    "papers": "<name>.toml",
    REFERENCE: "the project's tables",
    SIGN_OFF: "<quarter>.toml, such as 2026-27_Q1.toml",
}
# What lies in data/raw by itself: intake.governance and intake.actions read them.
RESTATEMENTS, ACTIONS, ACTIONS_BOOK = LOOSE = ("restatements.csv", "actions.csv", "actions.xlsx")
_DATA_FILES = (".csv", ".xls", ".xlsx", ".xlsm", ".zip")

# The files of a source, where its manifest does not say: downloads of police.uk hold outcomes and searches, too.
_ENDINGS = {"police_uk_street": ("-street.csv",)}

_REQUIRED = ("id", "title", "publisher", "licence", "shape", "area_set")
_OPTIONAL = ("received", "files", "notice", "status", "encoding", "owner", "due_days")
# What only a monthly extract with its months across the columns states.
_OF_WIDE = ("header_rows", "offence", "columns_not_read", "total_rows", "footnotes_from")
# What the total in a row is the sum of: the rows since the total before it, or all rows above it.
SUMS = ("above", "all")

# What a manifest of each shape must state, and what it may state, beside these.
_OF_SHAPE = {
    "monthly_extract": (
        (),
        (
            "month_format",
            "sheet",
            "columns",
            "areas_not_counted",
            "empty_means",
            "layout",
            "newer_wins",
            *_OF_WIDE,
        ),
    ),
    "police_uk_street": (("lookup", "local_authority", "forces"), ()),
    **dict.fromkeys(("parts", "cohort"), ((), ("sheet", "columns", "newer_wins"))),
    "cases": ((), ("sheet", "columns", "characteristics")),
    "respondents": (("questions",), ("sheet", "columns", "waves_not_held", "single_unit_strata")),
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a folder of ``data/raw`` holds.

    Which statements a shape has says :func:`fields_of`. :mod:`intake.wide` reads sheets with their months across, and
    :func:`methods.survey.survey_design` says what is done with a stratum of one cluster.
    """

    id: str = explained("the name of the folder: small letters, digits and _", "vehicle_crime")
    title: str = explained("what the data are, as pages name them", "Vehicle crime by ward")
    publisher: str = explained("who publishes or sends them", "Otter Valley Police")
    licence: str = explained("by what right they are used", "Shared under the partnership's agreement")
    shape: str = explained("which kind of files they are", "monthly_extract", holds=tuple(_OF_SHAPE))
    area_set: str = explained("the set of areas.csv whose names the area column uses", "otterbridge")
    received: date | None = explained(
        "the day on which the newest file came: a month that had not ended by then is refused",
        date(2026, 10, 5),
        empty="a month that has not ended today is refused, and the page says that the day is not stated",
        default=None,
    )
    files: str = explained(
        "which files of the folder are read",
        "vehicle_*.csv",
        empty="all data files",
        holds="a pattern of names",
        default="",
    )
    notice: str = explained(
        "a sentence printed wherever the data are shown",
        "Provisional figures.",
        empty="nothing is printed",
        default="",
    )
    encoding: str = explained(
        'how the text is written: "cp1252" where Excel saved plain CSV', "cp1252", empty="UTF-8", default=""
    )
    month_format: str = explained(
        "how months are written: %b-%y for Feb-25, %m/%Y for 02/2025",
        "%b-%y",
        empty="2025-02, or Excel dates on the first of the month",
        default="",
    )
    sheet: str = explained("which sheet of a workbook is read", "Data", empty="its only sheet", default="")
    columns: Mapping[str, str] = explained(
        "their names of columns and ours",
        {"Ward name": "area", "Offences": "count"},
        empty="the columns have our names",
        holds="a table, at the end of the file",
        default_factory=dict,
    )
    lookup: tuple[str, ...] = explained(
        "the look-up from small area to ward below data/raw; 2011 and 2021 codes may each have one",
        ("lookups/lsoa21_ward24.csv",),
        empty="only for police.uk files",
        default=(),
    )
    local_authority: tuple[str, ...] = explained(
        "the authorities whose records are counted, as the look-up names them",
        ("Otterbridge",),
        empty="only for police.uk files",
        default=(),
    )
    forces: tuple[str, ...] = explained(
        "the forces whose records are counted; a month counts as there only with each of them",
        ("Otter Valley Police",),
        empty="only for police.uk files",
        default=(),
    )
    questions: Mapping[str, Mapping[str, str]] = explained(
        "for each question's column the answer codes with their words",
        {
            "safe": {
                "1": "Very safe",
                "2": "Fairly safe",
                "3": "A bit unsafe",
                "4": "Very unsafe",
                "9": "Don't know",
            }
        },
        empty="only for respondents",
        holds="tables [questions.safe], at the end of the file",
        default_factory=dict,
    )
    characteristics: Mapping[str, tuple[str, ...]] = explained(
        "for each column that says who the person of a case is the values that may stand in it",
        {"age": ("18 to 24", "25 to 44", "45 and over")},
        empty="nothing is said of who the people are",
        holds="a table, at the end of the file",
        default_factory=dict,
    )
    waves_not_held: tuple[str, ...] = explained(
        "quarters between the first and the last that had no wave",
        ("2025/26 Q1",),
        empty="every quarter has one",
        holds="a list of quarters",
        default=(),
    )
    single_unit_strata: str = explained(
        "how the error of a stratum with one cluster is taken",
        "adjust",
        empty="such a stratum is refused",
        holds=SINGLE_UNIT_RULES,
        default="",
    )
    layout: str = explained(
        '"wide" where the months stand across the columns',
        "wide",
        empty="a row for each month, area and offence",
        holds=("wide",),
        default="",
    )
    header_rows: tuple[int, ...] = explained(
        "the rows that head the columns",
        (3, 4),
        empty="only with layout",
        holds="a list of neighbouring row numbers",
        default=(),
    )
    offence: str = explained("the offence of all rows", "Vehicle crime", empty="a column says it", default="")
    columns_not_read: tuple[str, ...] = explained(
        "columns that are no month", ("2026 Total",), empty="every other column is a month", default=()
    )
    total_rows: Mapping[str, str] = explained(
        'rows of totals and what each is the sum of: "above" (the rows since the total before) or "all"; checked, not counted',
        {"Total": "above", "All wards": "all"},
        empty="there is none",
        holds="a table",
        default_factory=dict,
    )
    footnotes_from: str = explained(
        "how the first note below the table begins", "Source", empty="there is none", default=""
    )
    areas_not_counted: tuple[str, ...] = explained(
        "areas of the extract that are none of ours", ("Airport",), empty="every area is ours", default=()
    )
    empty_means: int | None = explained(
        "0 where the publisher leaves out a count that is nought",
        0,
        empty="a count that is not there is missing",
        holds="0",
        default=None,
    )
    newer_wins: bool = explained(
        "whether a file that reaches to a later month revises what an older one gives of the same months",
        True,
        empty="two files that give the same month are refused",
        default=False,
    )
    status: str = explained(
        "whether the numbers are real; of made-up ones each figure says so",
        "recorded",
        empty="recorded",
        holds=STATUSES,
        default="recorded",
    )
    owner: str = explained("who sends the files", "Performance team", empty="the publisher", default="")
    due_days: int = explained(
        "in how many days after a quarter's end they are expected", 20, empty="no day is stated", default=0
    )


def raw_folder(root: Path) -> Path:
    """Give the folder of a project in which raw data lies."""
    return Path(root) / "data" / "raw"


def source_folders(root: Path) -> list[Path]:
    """Give the source folders of a project, in the order of their names; refuse one without a manifest."""
    raw = raw_folder(root)
    if not raw.is_dir():
        raise DataProblem(f"{root} has no folder data/raw. Is it the folder of the project?")
    folders = sorted(
        place
        for place in raw.iterdir()
        if place.is_dir() and place.name not in NOT_SOURCES and not place.name.startswith(".")
    )
    problems = [
        f"{place.name}: lies loose in data/raw and would not be read. Put it in a folder with a {MANIFEST}."
        for place in sorted(raw.iterdir())
        if place.is_file() and is_loose(place.relative_to(raw))
    ]
    problems += [
        f"{folder.name}: the folder has no {MANIFEST}, so nobody can say what it holds. "
        "Write one as data/raw/README.md shows, or move the folder out of data/raw."
        for folder in folders
        if not (folder / MANIFEST).is_file()
    ]
    refuse(problems)
    return [inside_raw(root, folder) for folder in folders]


def read_source(folder: Path) -> Source:
    """Read and check the manifest of a source folder; every problem is named in one message."""
    place = f"{folder.name}/{MANIFEST}"
    table = read_toml(folder / MANIFEST, place)
    for name in ("lookup", "local_authority"):  # one may stand by itself
        if isinstance(table.get(name), str):
            table[name] = [table[name]]
    refuse(f"{place}: {problem}" for problem in _problems(table, folder))
    return Source(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    )


def source_files(root: Path, source: Source) -> list[Path]:
    """Give the files that a manifest names, or all data files of the folder, in the order of their paths."""
    folder, endings = raw_folder(root) / source.id, _ENDINGS.get(source.shape, _DATA_FILES)
    try:
        matching = (
            list(folder.glob(source.files))
            if source.files
            else [path for path in folder.rglob("*") if path.name.lower().endswith(endings)]
        )
    except (ValueError, IndexError, NotImplementedError) as error:
        raise DataProblem(
            f"{source.id}/{MANIFEST}: files = {source.files!r} is not a pattern ({error})."
        ) from error
    found = sorted(
        path
        for path in matching
        if path.is_file()
        and path.name != MANIFEST
        and not is_left_by_a_program(path.relative_to(raw_folder(root)))
    )
    if not found and not source.files:
        raise DataProblem(f"{source.id}: has no data file ({', '.join(endings)}). Put the files there.")
    if not found:
        raise DataProblem(
            f"{source.id}/{MANIFEST}: files = {source.files!r} matches no file in data/raw/{source.id}. "
            "Put the files there, or correct the pattern."
        )
    return [inside_raw(root, path) for path in found]


def is_loose(path: Path) -> bool:
    """Tell a data file that lies in ``data/raw`` itself, where no manifest says what it holds; ``path`` is that below it."""
    return len(path.parts) == 1 and path.suffix.lower() in _DATA_FILES and path.name not in LOOSE


def is_left_by_a_program(path: Path) -> bool:
    """Tell what a program leaves from data: ``~$burglary.xlsx``, ``.~lock.burglary.csv#``, all in ``.ipynb_checkpoints``."""
    return any(part.startswith(("~$", ".")) for part in path.parts)


def inside_raw(root: Path, path: Path) -> Path:
    """Give a path back if it lies in the project's ``data/raw``, links followed; refuse it otherwise."""
    if not path.resolve().is_relative_to(raw_folder(root).resolve()):
        raise DataProblem(f"{path.name} lies outside the project's data/raw. Copy the file into it.")
    return path


def name_in_raw(root: Path, path: Path) -> str:
    """Name a file as messages do: its path below ``data/raw``."""
    return path.relative_to(raw_folder(root)).as_posix()


def fields_of(shape: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give what the manifest of a shape must state, and what it may state besides.

    >>> fields_of("police_uk_street")[0][-3:]
    ('lookup', 'local_authority', 'forces')
    """
    must, may = _OF_SHAPE[shape]
    return _REQUIRED + must, _OPTIONAL + may


def _problems(table: dict, folder: Path) -> list[str]:
    shape = table.get("shape")
    if shape not in tuple(_OF_SHAPE):  # a list is no key of a mapping
        return [f"shape is one of {', '.join(_OF_SHAPE)}, not {shape!r}."]
    must, may = fields_of(shape)
    known = {*must, *may}
    problems = [f"{name} is missing." for name in must if name not in table]
    problems += [
        f"{name!r} is not known for shape {shape!r}. Known: {', '.join(sorted(known))}."
        for name in sorted(set(table) - known)
    ]
    if "layout" in table and "header_rows" not in table:
        problems.append(
            'header_rows is missing: layout = "wide" needs the rows of the header, such as header_rows = [3].'
        )
    problems += [
        f'{name} says how a wide sheet is read: state layout = "wide" too.'
        for name in _OF_WIDE
        if name in table and "layout" not in table
    ]
    columns = _columns_of(shape, table.get("characteristics"))
    found = {name: _problems_of_value(name, table[name], columns) for name in table if name in known}
    problems += [problem for of_value in found.values() for problem in of_value]
    if found.get("id") == [] and table["id"] != folder.name:
        problems.append(
            f"id {table['id']!r} is not the name of the folder, {folder.name!r}. Make them the same."
        )
    return problems


def _columns_of(shape: str, characteristics: Any) -> tuple[str, ...]:
    """Give our columns of a shape, of cases with those of characteristics, as far as these can be read."""
    if shape == "cases":
        return (*CASE_COLUMNS, PERSON, *(characteristics if isinstance(characteristics, dict) else ()))
    return {"respondents": RESPONDENT_COLUMNS, **OF_PARTS}.get(shape, COLUMNS)


def _problems_of_value(name: str, value: Any, columns: tuple[str, ...]) -> list[str]:
    """Find what is wrong with a statement: the first rule that it breaks, or all that is wrong with a table."""
    if name == "columns":
        return _problems_of_columns(value, columns)
    if name == "questions":
        return _problems_of_questions(value, columns)
    if name == "characteristics":
        return _problems_of_characteristics(value)
    if name == "waves_not_held":
        return _problems_of_waves(value)
    if name == "lookup" and _are_texts(value):
        return [problem for text in value for problem in _broken((_PATH,), name, text)]
    return _broken(_RULES.get(name, (_TEXT,)), name, value)


def _broken(rules: Iterable[tuple[Callable[[Any], object], str]], name: str, value: Any) -> list[str]:
    """Say which of the rules a value breaks first; nothing where it keeps them all."""
    for holds, otherwise in rules:
        try:
            kept = holds(value)
        except (LookupError, ValueError):  # a rule that cannot read the value is broken
            kept = False
        if not kept:
            return [otherwise.format(name=name, value=value)]
    return []


def _problems_of_columns(value: Any, columns: tuple[str, ...]) -> list[str]:
    if not isinstance(value, dict) or not all(isinstance(ours, str) for ours in value.values()):
        theirs = "Offences" if columns == COLUMNS else "Their name"
        return [f'columns is a table of their names and ours, such as "{theirs}" = "{columns[-1]}".']
    problems = [
        f"[columns] {theirs!r} = {ours!r}: our columns are {', '.join(columns)}."
        for theirs, ours in value.items()
        if ours not in columns
    ]
    if len(set(value.values())) < len(value):
        problems.append("[columns] gives one of our columns twice.")
    return problems


def _problems_of_questions(value: Any, columns: tuple[str, ...]) -> list[str]:
    example = 'such as [questions.safe] with lines like 1 = "very safe"'
    if not isinstance(value, dict) or not value:
        return [f"questions is a table for each question's column, {example}."]
    problems = [
        f"[questions.{name}] is a table of answer codes and their words, {example}."
        for name, codes in value.items()
        if not isinstance(codes, dict) or not _are_texts(list(codes.values()))
    ]
    return problems + [
        f"[questions.{name}] has the name of a column of ours. Rename the question's column."
        for name in value
        if name in columns
    ]


def _problems_of_characteristics(value: Any) -> list[str]:
    example = 'such as [characteristics] with lines like age = ["18 to 24", "25 and over"]'
    if not isinstance(value, dict) or not value:
        return [f"characteristics is a table of columns and the values that may stand in them, {example}."]
    problems = [
        f"[characteristics] {name!r} is a list of different values, {example}; who is not recorded has an empty cell."
        for name, values in value.items()
        if not _are_texts(values) or len({*values, NOT_RECORDED}) <= len(values)
    ]
    return problems + [
        f"[characteristics] {name!r} has the name of a column of ours. Rename the column."
        for name in value
        if name in (*CASE_COLUMNS, PERSON)
    ]


def _problems_of_waves(value: Any) -> list[str]:
    try:
        for text in value if isinstance(value, list) else [value]:
            quarter(text)
    except (ValueError, TypeError) as error:
        return [f"waves_not_held: {error}"]
    return []


def _is_day(value: Any) -> bool:
    return type(value) is date  # a time of a day is a date, too


def is_text(value: Any) -> bool:
    """Say whether a statement is a text that is not empty."""
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(is_text(text) for text in value)


def _are_rows(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(type(row) is int and row > 0 for row in value)
        and value == list(range(value[0], value[0] + len(value)))
    )


def _lies_inside(value: str) -> bool:
    path = PurePosixPath(value)
    return not path.is_absolute() and ".." not in path.parts and not set(value) & {"\\", ":"}


def _is_encoding(value: str) -> bool:
    return isinstance(bytes(4).decode(value), str)


def _states_a_month(value: str) -> bool:
    days = (datetime(2012, 9, 1), datetime(2025, 2, 1))
    return all(datetime.strptime(day.strftime(value), value) == day for day in days)


# What a statement must be and what is said where it is not, in the order in which that explains; a text by default.
_TEXT = (is_text, "{name} is a text in quotes, not {value!r}.")
_TEXTS = (_are_texts, '{name} is a list of texts, such as {name} = ["..."], not {value!r}.')
_PATH = (_lies_inside, "{name} {value!r} must be a path inside data/raw, written with / and without '..'.")
_RULES = {
    "due_days": (
        (
            lambda value: type(value) is int and value > 0,
            "due_days is a number of days, such as 20, not {value!r}.",
        ),
    ),
    "received": (
        (_is_day, "received is a day written without quotes, such as 2012-10-05, not {value!r}."),
        (lambda day: day <= date.today(), "received {value} is a day that is still to come. Correct it."),
    ),
    "id": (
        _TEXT,
        (
            re.compile(r"[a-z][a-z0-9_]*").fullmatch,
            "id {value!r} may hold small letters, digits and _ only.",
        ),
    ),
    "files": (_TEXT, _PATH),
    "lookup": (_TEXTS,),
    "local_authority": (_TEXTS,),
    "areas_not_counted": (_TEXTS,),
    "empty_means": (
        (
            lambda value: type(value) is int and value == 0,
            "empty_means is 0, where a count that is not there is nought, not {value!r}; leave it out otherwise.",
        ),
    ),
    "layout": (
        (
            "wide".__eq__,
            'layout is "wide" for months across the columns, not {value!r}; leave it out otherwise.',
        ),
    ),
    "header_rows": (
        (
            _are_rows,
            "header_rows is a list of neighbouring row numbers, such as [3] or [2, 3], not {value!r}.",
        ),
    ),
    "columns_not_read": (_TEXTS,),
    "newer_wins": (
        (
            lambda value: isinstance(value, bool),
            "newer_wins is true or false, without quotes, not {value!r}.",
        ),
    ),
    "total_rows": (
        (
            lambda value: isinstance(value, dict) and set(value.values()) <= set(SUMS),
            'total_rows is a table of labels and what they total, "above" (the rows since the total before) or "all", such as '
            'total_rows = {{ "Total" = "above" }}, not {value!r}.',
        ),
    ),
    "forces": (_TEXTS,),
    "status": (
        _TEXT,
        (STATUSES.__contains__, 'status is "recorded" or "illustrative", not {value!r}.'),
    ),
    "encoding": (
        _TEXT,
        (_is_encoding, 'encoding {value!r} is not known. Files saved by Excel on Windows are "cp1252".'),
    ),
    "month_format": (
        _TEXT,
        (
            _states_a_month,
            "month_format {value!r} does not state both year and month. "
            'Write for example "%b-%y" for Feb-25, "%m/%Y" for 02/2025 or "%d/%m/%Y" for 01/02/2025.',
        ),
    ),
    "single_unit_strata": (
        (
            SINGLE_UNIT_RULES.__contains__,
            f"single_unit_strata is one of {', '.join(SINGLE_UNIT_RULES)}, not {{value!r}}.",
        ),
    ),
}
