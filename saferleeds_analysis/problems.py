"""The error that means "look at the data". A wrong call is a plain ``ValueError``."""

import errno
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager


class DataProblem(Exception):
    """Data that cannot be used as it stands.

    The message names every problem found, each with its file, row, column and cure, so that an analyst can mend
    the file in one go. Nothing is repaired on the way.

    >>> refuse(["burglary.csv, row 3: month '2024-13' is no month. Write it as 2024-12."])
    Traceback (most recent call last):
    saferleeds_analysis.problems.DataProblem: burglary.csv, row 3: month '2024-13' is no month. Write it as 2024-12.
    """


class QuarterNotHeld(DataProblem):
    """Data that do not hold the quarter that is asked for: they end before it, begin after it, or have not come at all.

    Nothing in them is wrong. A report that meets it is left out of the pack of that quarter, with this message as the reason.
    """


def refuse(problems: Iterable[str]) -> None:
    """Raise all problems as one :class:`DataProblem`, a line each; where there are none, nothing happens."""
    lines = list(problems)
    if lines:
        raise DataProblem("\n".join(lines))


def twice(keys: Iterable[Hashable]) -> list:
    """Give the keys that are there more than once, in the order in which they come.

    >>> twice(["a", "b", "a"])
    ['a']
    """
    return [key for key, times in Counter(keys).items() if times > 1]


@contextmanager
def noting(problems: list[str]) -> Iterator[None]:
    """Add what is refused within to ``problems``, line by line, so that the rest is looked at too."""
    try:
        yield
    except DataProblem as error:
        problems += str(error).splitlines()


def refuse_unless(*rules: tuple[object, str]) -> None:
    """Refuse a call or a row by the first rule that does not hold: each says what must be true, and else what is wrong."""
    for holds, message in rules:
        if not holds:
            raise ValueError(message)


# What becomes of a process when memory is short, and what to do.
ENDED = (
    "It may have run out of memory, or been stopped by someone. Close other programs and give the command again, with "
    "--workers 1 where memory is short."
)


def in_words(error: BaseException) -> str:
    """Say what the machine did not let us do, with the cure: memory, disk, permission, processes; else what was not foreseen.

    >>> in_words(PermissionError(13, "Permission denied", "reports/last_run.log"))
    "'reports/last_run.log' may not be read or written (Permission denied). Close it where it is open, or mend its permissions."
    """
    if isinstance(error, MemoryError):
        return f"memory ran out. {ENDED}"
    if isinstance(error, (ConnectionError, EOFError)):
        return f"a process that was started for this ended. {ENDED}"
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full ({error.strerror}). Make room on it, then give the command again."
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        what = f"{error.filename!r} may not be read or written ({error.strerror})."
        return f"{what} Close it where it is open, or mend its permissions."
    return f"this was not foreseen: {type(error).__name__}: {error}"
