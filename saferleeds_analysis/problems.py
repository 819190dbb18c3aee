"""The error that means "look at the data". A wrong call is a plain ``ValueError``."""


class DataProblem(Exception):
    """Data that cannot be used as it stands.

    The message names every problem found, each with its file, row, column and cure, so that an analyst can mend
    the file in one go. Nothing is repaired on the way.
    """


def refuse_unless(*rules: tuple[object, str]) -> None:
    """Refuse a call or a row by the first rule that does not hold: each says what must be true, and else what is wrong."""
    for holds, message in rules:
        if not holds:
            raise ValueError(message)
