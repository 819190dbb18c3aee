"""The error that means "look at the data". A wrong call is a plain ``ValueError``."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager


class DataProblem(Exception):
    """Data that cannot be used as it stands.

    The message names every problem found, each with its file, row, column and cure, so that an analyst can mend
    the file in one go. Nothing is repaired on the way.
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
