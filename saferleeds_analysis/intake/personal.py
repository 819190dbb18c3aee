"""What looks like data about single people, by the name of a column or by what it holds: it is refused, and never repeated."""

import re
from collections.abc import Callable, Mapping, Sequence

_NAMES = re.compile(
    r"(fore|sur|first|last|full|middle|client|victim|offender)?\s?names?|client|d\W?o\W?b\W*|(date of )?birth( ?date)?|date of birth|nhs( (no|number)\.?)?"
    r"|post ?code|address|(tele)?phone|mobile|e-?mail|comments?|notes?|free text|narrative|niche|passport|ni number",
    flags=re.IGNORECASE,
)
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", flags=re.IGNORECASE)
_BIRTH = re.compile(
    r"(19[0-9]{2}|200[0-9])-[01][0-9]-[0-3][0-9]|[0-3]?[0-9]/[01]?[0-9]/(19[0-9]{2}|200[0-9])"
)
_FREE_TEXT = 60  # letters; the name of a measure or an area is shorter


def personal_columns(columns: Mapping[str, Sequence[str]], file: str) -> list[str]:
    """Name each column that looks personal, with what it looks like and the cure; cells are looked at and not repeated.

    >>> personal_columns({"Surname": ["x"], "Where": ["LS1 1UR", "LS2 8JT"]}, "a.csv")[1]
    "a.csv, column 'Where': holds what looks like postcodes. Take it out of the file, and delete the file that has it."
    """
    return [
        f"{file}, column {title!r}: {why}. Take it out of the file, and delete the file that has it."
        for title, cells in columns.items()
        if (why := _why(title, [cell for cell in cells if cell]))
    ]


def _why(title: str, cells: Sequence[str]) -> str:
    if _NAMES.fullmatch(title.strip().replace("_", " ")):
        return "its name is that of a column about single people"
    looks: dict[str, Callable[[str], object]] = {
        "postcodes": _POSTCODE.fullmatch,
        "NHS numbers": _is_nhs_number,
        "dates of birth": _BIRTH.fullmatch,
        "free text": lambda cell: len(cell) > _FREE_TEXT,
    }
    found = (
        name for name, like in looks.items() if cells and 2 * sum(map(bool, map(like, cells))) >= len(cells)
    )
    first = next(found, "")
    return first and f"holds what looks like {first}"


def _is_nhs_number(cell: str) -> bool:
    """Tell ten digits whose last is the check digit of the others (modulus 11; NHS Data Dictionary).

    >>> _is_nhs_number("943 476 5919"), _is_nhs_number("943 476 5918")
    (True, False)
    """
    digits = (
        [int(d) for d in re.sub(r"[ -]", "", cell)]
        if re.fullmatch(r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", cell)
        else []
    )
    return bool(digits) and 11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11 in (
        digits[9],
        digits[9] + 11,
    )
