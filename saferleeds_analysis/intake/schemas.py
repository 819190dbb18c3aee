"""What each column may hold, and the cure for what it may not (pandera).

The checks of a column stand in the order in which they explain: a cell is reported once, by the first that it fails.
Cells are text here, whatever kind of file they came from.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from saferleeds_analysis import periods
from saferleeds_analysis.intake.files import read_table
from saferleeds_analysis.intake.sources import PERSON, Source, name_in_raw
from saferleeds_analysis.intake.wide import read_wide
from saferleeds_analysis.problems import noting, refuse

# Recorded crime in England and Wales is below 7 million offences a year; no month of an area comes near this.
_MOST_OFFENCES = 10_000_000
# What one respondent can stand for.
_MOST_PEOPLE = 70_000_000


def monthly_extract_schema(source: Source, areas: Iterable[str]) -> pa.DataFrameSchema:
    """Say what a monthly extract may hold, given its manifest and the areas of its area set."""
    return pa.DataFrameSchema(
        {
            "month": pa.Column(checks=_month_checks(source)),
            "area": _area_column(source, areas),
            "offence": pa.Column(checks=_name_checks("Write the offence")),
            "count": pa.Column(
                checks=_count_checks(
                    "Offences are counted whole", _MOST_OFFENCES, "England and Wales record in a year"
                )
            ),
        }
    )


def parts_schema(source: Source, areas: Iterable[str]) -> pa.DataFrameSchema:
    """Say what a file of parts or of cohorts may hold, given its manifest and the areas of its area set."""
    followed = {
        "followed_to": pa.Column(
            checks=[
                _filled("Write the month to which these people were followed, such as 2013-09"),
                _like(r"[0-9]{4}-(0[1-9]|1[0-2])", "is not a month such as 2013-09"),
                _ended(source, periods.month, "These people are still followed: take the row out"),
            ]
        )
    }
    of_people = ("People and events are counted whole", _MOST_PEOPLE, "the people of England and Wales")
    return pa.DataFrameSchema(
        {
            "period": pa.Column(
                checks=[
                    _filled("Write the period, such as 2012-09, 2012/13 Q2 or 2012/13"),
                    _each(
                        lambda cell: periods.period_named(cell) is not None,
                        "is neither a month such as 2012-09, nor a quarter such as 2012/13 Q2 (July to September 2012), nor a financial "
                        "year such as 2012/13",
                    ),
                    _ended(source, periods.period_named, "Take the row out"),
                ]
            ),
            "area": _area_column(source, areas),
            "measure": pa.Column(checks=_name_checks("Write the measure")),
            "numerator": pa.Column(checks=_count_checks(*of_people)),
            "denominator": pa.Column(
                checks=[
                    *_count_checks(*of_people),
                    _each(lambda cell: int(cell) > 0, "is no base. Leave the row out where there was nobody"),
                ]
            ),
            **(followed if source.shape == "cohort" else {}),
        }
    )


def cases_schema(source: Source, areas: Iterable[str]) -> pa.DataFrameSchema:
    """Say what the cases of a service may hold, given their manifest and the areas of its area set."""
    return pa.DataFrameSchema(
        {
            "opened": pa.Column(
                checks=[_filled("Write the day on which the case was opened"), *_day_checks(source)]
            ),
            "closed": pa.Column(checks=_day_checks(source)),
            "kind": pa.Column(checks=_name_checks("Write the kind of case")),
            "area": _area_column(source, areas),
            PERSON: pa.Column(
                checks=_not_like(
                    r".*[^\W\d_]\s+[^\W\d_].*",
                    "looks like a name. Write a made-up id in its place, and delete the file that has it",
                ),
                required=False,
            ),
            **{
                name: pa.Column(
                    checks=_each(
                        {"", *values}.__contains__,
                        "holds a value that [characteristics] in source.toml does not have. "
                        f"It has {', '.join(values)}; what is not recorded is an empty cell",
                    )
                )
                for name, values in source.characteristics.items()
            },
        }
    )


def street_schema(source: Source, month: str | None) -> pa.DataFrameSchema:
    """Say what the columns that we count of a police.uk street file may hold; ``month`` is that of the file's name."""
    in_file = [_each(lambda cell: cell == month, f"is not {month}, the month of the file's name")]
    return pa.DataFrameSchema(
        {
            "Month": pa.Column(
                checks=[
                    _like(r"[0-9]{4}-(0[1-9]|1[0-2])", "is not a month such as 2014-01"),
                    *(in_file if month else []),
                    _ended(source, periods.month, "Take the row out"),
                ]
            ),
            "Reported by": pa.Column(checks=_filled("Download the file again")),
            "LSOA code": pa.Column(
                checks=_like(r"([A-Z][0-9]{8})?", "is not the code of a small area (LSOA)")
            ),
            "Crime type": pa.Column(checks=_filled("Download the file again")),
        }
    )


def respondents_schema(source: Source, areas: Iterable[str]) -> pa.DataFrameSchema:
    """Say what the respondents of a survey may hold, given their manifest and the areas of its area set."""
    return pa.DataFrameSchema(
        {
            "quarter": pa.Column(
                checks=[
                    _filled("Write the quarter, such as 2012/13 Q2"),
                    _each(
                        lambda cell: periods.quarter(cell) is not None,
                        "is not a quarter such as 2012/13 Q2 (July to September 2012)",
                    ),
                    _ended(source, periods.quarter, "Take the rows out"),
                ]
            ),
            "area": _area_column(source, areas),
            "stratum": pa.Column(checks=_filled("Write the stratum from which the respondent was drawn")),
            "cluster": pa.Column(checks=_filled("Write the cluster in which the respondent was drawn")),
            "weight": pa.Column(
                checks=[
                    _filled("Ask for the weight: a respondent without one cannot be counted"),
                    _not_like(r"-[0-9.,]+", "is negative. A weight is 0 or more: ask for the weights again"),
                    _like(r"[0-9]+(\.[0-9]+)?", "is not a number. Write the weight in digits, such as 1.25"),
                    _each(
                        lambda cell: float(cell) < _MOST_PEOPLE,
                        "is more than the people of England and Wales. Look at the row again",
                    ),
                ]
            ),
            **{
                name: pa.Column(
                    checks=_each(
                        {"", *codes}.__contains__,
                        "holds an answer code that [questions] in source.toml does not have. "
                        f"It has {', '.join(codes)}; no answer at all is an empty cell",
                    )
                )
                for name, codes in source.questions.items()
            },
        }
    )


def counts_schema(areas: Iterable[str]) -> pa.DataFrameSchema:
    """Say what every processed table holds, whatever it was made from: the last check before it is written."""
    return pa.DataFrameSchema(
        {
            "month": pa.Column(str, pa.Check.str_matches(r"^[0-9]{4}-(0[1-9]|1[0-2])$")),
            "area": pa.Column(str, pa.Check.isin(list(areas))),
            "offence": pa.Column(str, pa.Check.str_length(min_value=1)),
            "count": pa.Column("int64", pa.Check.ge(0)),
            # Where the count stands in the raw files; empty where it is counted from single records.
            "file": pa.Column(str),
            "row": pa.Column("int64", pa.Check.ge(0)),
        },
        unique=["month", "area", "offence"],
        strict=True,
        ordered=True,
    )


@dataclass(frozen=True, kw_only=True)
class SoundRows:
    """The rows of a source's files that can stand, as text with file and row, how many each file has, and all problems."""

    cells: pd.DataFrame
    rows: dict[str, int]
    notes: tuple[str, ...]
    problems: list[str]


def read_sound_rows(
    root: Path,
    source: Source,
    files: Iterable[Path],
    schema: pa.DataFrameSchema,
    *,
    areas: Iterable[str] = (),
    show_values: bool = True,
) -> SoundRows:
    """Read the columns of a schema from every file; where no file can be read at all, that is refused.

    ``areas`` and ``show_values`` are those of :func:`cell_problems`.
    """
    problems: list[str] = []
    tables, rows, notes = [], {}, []
    for path in files:
        name = name_in_raw(root, path)
        with noting(problems):
            if source.layout == "wide":
                cells, unread = read_wide(path, name, source)
            else:
                cells, unread = read_table(path, name, source, tuple(schema.columns))
            if source.empty_means == 0:  # then an empty cell is as good as no row
                cells = cells[cells["count"] != ""]
            rows[name] = len(cells)
            if unread:
                notes.append(f"{name}: columns not read: {', '.join(unread)}.")
            refused = cell_problems(schema, cells, name, areas=areas, show_values=show_values)
            # An area of a wide sheet is looked at with each of its months, and told once.
            problems += dict.fromkeys(line for lines in refused.values() for line in lines)
            rows_of = cells.get("row", pd.Series(cells.index, index=cells.index))
            tables.append(cells.assign(file=name, row=rows_of).drop(index=list(refused)))
    if not tables:
        refuse(problems)
    cells = pd.concat(tables, ignore_index=True)
    return SoundRows(cells=cells, rows=rows, notes=tuple(notes), problems=problems)


def cell_problems(
    schema: pa.DataFrameSchema,
    cells: pd.DataFrame,
    file: str,
    *,
    areas: Iterable[str] = (),
    show_values: bool = True,
) -> dict[int, list[str]]:
    """Check a table of cells and explain every cell that cannot stand: messages by row number.

    ``areas`` are those that may be meant where one is not known. ``show_values`` is off for record-level files, whose
    values may be personal once columns have slipped.
    """
    problems: dict[int, list[str]] = {}
    try:
        schema.validate(cells, lazy=True)
    except pa.errors.SchemaErrors as errors:
        first = errors.failure_cases.drop_duplicates(["index", "column"])
        for case in first.sort_values(["index", "column"], kind="stable").itertuples():
            row, column, value = int(case.index), case.column, case.failure_case
            shown = f"{_shown(value)} " if show_values and value != "" else ""
            hint = f". {_nearest(value, areas)}" if column == "area" and value != "" else ""
            # In a wide sheet a count and a month stand in a cell of their own.
            place = (
                cells.loc[row, f"{column}_at"] if f"{column}_at" in cells else f"row {row}, column {column!r}"
            )
            problems.setdefault(row, []).append(f"{file}, {place}: {shown}{case.check}{hint}.")
    return problems


def _area_column(source: Source, areas: Iterable[str]) -> pa.Column:
    known = _each(frozenset(areas).__contains__, f"is not an area of area set {source.area_set!r}")
    return pa.Column(checks=[_filled("Write the area's name"), known])


def _name_checks(cure: str) -> list[pa.Check]:
    return [
        _filled(cure),
        _each(
            lambda cell: cell == cell.strip() and cell.isprintable(),
            "has stray spaces or unseen characters. Take them out",
        ),
    ]


def _count_checks(whole: str, most: int, of: str) -> list[pa.Check]:
    return [
        _filled("Write the count, and 0 if there was none"),
        _not_like(r"-[0-9.,]+", "is negative. A count is 0 or more: ask what the correction belongs to"),
        _not_like(r"[0-9]{1,3}(,[0-9]{3})+", "has a thousands separator. Write 1234, not 1,234"),
        _not_like(r"[0-9]*\.[0-9]+", f"is not a whole number. {whole}"),
        _like(r"[0-9]+", "is not a number. Write the count in digits alone"),
        _each(lambda cell: int(cell) < most, f"is more than {of}. Look at the row again"),
    ]


def _day_checks(source: Source) -> list[pa.Check]:
    """Check days, which are known up to the one on which the data came; an empty cell is none."""
    latest = source.received or date.today()
    known = (
        f"is after {periods.day_name(source.received)}, when the data was received. Correct the day, or received in source.toml"
        if source.received
        else "is still to come. Correct the day"
    )
    return [
        _each(
            lambda cell: not cell or cell == date.fromisoformat(cell).isoformat() >= "1950",
            "is no day since 1950 that is written as 2012-09-03. Write it so, without a time",
        ),
        _each(lambda cell: not cell or date.fromisoformat(cell) <= latest, known),
    ]


def _month_checks(source: Source) -> list[pa.Check]:
    if source.month_format:
        example = datetime(2012, 9, 1).strftime(source.month_format)
        forms = [
            _each(
                lambda cell: _month(cell, source.month_format) is not None,
                f"is not a month in the stated month_format {source.month_format!r}, such as {example}",
            )
        ]
    else:
        forms = [
            _each(
                lambda cell: not _is_financial_year(cell),
                "is a financial year, not a month. Give one row a month, such as 2012-09",
            ),
            _not_like(
                r"[A-Za-z]{3,9}[- ][0-9]{2}",
                "may be a month of a year or a day of a month. Write 2025-02 for February 2025, "
                'or state month_format = "%b-%y" in source.toml',
            ),
            _not_like(
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*",
                "is a day, not a month. Write the month as text, such as 2012-09 (Excel turns a typed Feb-25 into "
                "25 February of the current year)",
            ),
            _like(
                r"[0-9]{4}-(0[1-9]|1[0-2])",
                "is not a month. Write year and month, such as 2012-09, or state month_format in source.toml",
            ),
        ]
    month_format = source.month_format or "%Y-%m"
    return [
        _filled("Write the month, such as 2012-09"),
        *forms,
        _each(
            lambda cell: _month(cell, month_format).year >= 1950,
            "is before 1950. Look at the year again",
        ),
        _ended(source, lambda cell: _month(cell, month_format), "Take the row out"),
    ]


def _ended(source: Source, read: Callable[[str], pd.Period], cure: str) -> pa.Check:
    if source.received is None:
        today = date.today()
        return _each(lambda cell: read(cell).end_time.date() < today, f"has not ended yet. {cure}")
    return _each(
        lambda cell: read(cell).end_time.date() <= source.received,
        f"had not ended on {periods.day_name(source.received)}, when the data was received. "
        f"{cure}, or correct received in source.toml",
    )


def _month(cell: str, month_format: str) -> pd.Period:
    """Read a month; a cell that is none, or that is a day within one, is a ``ValueError``."""
    day = datetime.strptime(cell, month_format)
    if day != datetime(day.year, day.month, 1):
        raise ValueError(f"{cell!r} is not the first day of a month.")
    return pd.Period(day, freq="M")


def month_text(cell: str, month_format: str) -> str:
    """Write a checked month as ``YYYY-MM``."""
    return str(_month(cell, month_format or "%Y-%m"))


def _is_financial_year(cell: str) -> bool:
    """Tell 2012-13 and 2012/13 from a month; 2011-12 is a month too, and is read as December 2011."""
    start, _, end = cell.replace("/", "-").partition("-")
    return (
        len(start) == 4
        and len(end) == 2
        and (start + end).isdecimal()
        and int(end) == (int(start) + 1) % 100
        and ("/" in cell or not 1 <= int(end) <= 12)
    )


def _filled(cure: str) -> pa.Check:
    return _each(bool, f"is empty. {cure}")


def _like(pattern: str, why: str) -> pa.Check:
    return _each(lambda cell: bool(re.fullmatch(pattern, cell)), why)


def _not_like(pattern: str, why: str) -> pa.Check:
    return _each(lambda cell: not re.fullmatch(pattern, cell), why)


def _each(test: Callable[[str], bool], why: str) -> pa.Check:
    """Check every cell, each different text once; a test that cannot read the cell has been failed."""

    def passes(cell: str) -> bool:
        try:
            return test(cell)
        except ValueError:
            return False

    return pa.Check(
        lambda cells: cells.map({cell: passes(cell) for cell in cells.unique()}).astype(bool), error=why
    )


def _nearest(value: str, areas: Iterable[str]) -> str:
    by_folded = {" ".join(area.casefold().split()): area for area in areas}
    near = difflib.get_close_matches(" ".join(value.casefold().split()), by_folded, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {by_folded[near[0]]!r}? Names must agree to the letter"
    return "Correct the name, or add the area to areas.csv in data/raw/reference"


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "...")
