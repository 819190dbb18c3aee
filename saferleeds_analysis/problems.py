"""The error that means "look at the data". A wrong call is a plain ``ValueError``."""


class DataProblem(Exception):
    """Data that cannot be used as it stands.

    The message names every problem found, each with its file, row, column and cure, so that an analyst can mend
    the file in one go. Nothing is repaired on the way.
    """
