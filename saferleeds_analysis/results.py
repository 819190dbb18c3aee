"""What a method gives back: a result, which shows itself where a notebook's cell ends with it.

How it is shown is the business of ``reporting.views``, which a method knows nothing of; it is looked up when somebody looks.
"""

from dataclasses import fields
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class Result:
    """A frozen answer of one method. In JupyterLab it shows a sentence, a chart and a table; its ``repr`` holds no number.

    An executed notebook keeps every ``repr``, and a number in it could be one that the page withholds.

    >>> class Answer(Result):
    ...     pass
    >>> Answer()
    <Answer>
    """

    def __init_subclass__(cls, **options) -> None:
        """Give each kind of result the short ``repr``, before ``dataclass`` would make a long one."""
        super().__init_subclass__(**options)
        cls.__repr__ = Result.__repr__

    def __repr__(self) -> str:
        """Say what it is, and no number of it."""
        return f"<{type(self).__name__}>"

    def to_frame(self) -> "pd.DataFrame":
        """Give its numbers and words as one tidy row; an estimate within it with its limits beside it."""
        import pandas as pd

        row = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Result) and hasattr(value, "lower"):
                row |= {
                    field.name: value.value,
                    f"{field.name}_lower": value.lower,
                    f"{field.name}_upper": value.upper,
                }
            elif isinstance(value, str | int | float | Decimal):
                row[field.name] = value
        return pd.DataFrame([row])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return import_module("saferleeds_analysis.reporting.views").view(self)._repr_mimebundle_()
