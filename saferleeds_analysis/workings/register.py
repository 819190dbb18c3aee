"""What comes of the rows of the register of printed figures, and of the measures that are set beside them."""

import pandas as pd

from saferleeds_analysis.workings.printed import number_in


def status_of_measure(
    measure: pd.DataFrame, current: pd.DataFrame | None = None, target: pd.DataFrame | None = None
) -> str:
    """Give the text that stands for a measure without a figure, or its letter: not rated, or by its target, at most so many.

    >>> row = pd.DataFrame({"status_text": [None], "rated_by": ["F002"]})
    >>> status_of_measure(row, current=pd.DataFrame({"value": [5305]}), target=pd.DataFrame({"value": [5999]}))
    'G'
    """
    [row] = measure.to_dict("records")
    if pd.notna(row["status_text"]):
        return row["status_text"]
    if pd.isna(row["rated_by"]):
        return "N"
    return "G" if number_in(current) <= number_in(target) else "R"
