"""What a strategic assessment works out besides what stands on cards."""

import pandas as pd

from saferleeds_analysis.workings.counts import total


def least_harm(counts: pd.DataFrame, weights: pd.DataFrame) -> float:
    """Give a count times the least of the severity weights of the offences that it may hold.

    >>> least_harm(pd.DataFrame({"count": [3, 4]}), pd.DataFrame({"weight": [500.5, 2288.7]}))
    3503.5
    """
    return total(counts) * float(weights["weight"].min())
