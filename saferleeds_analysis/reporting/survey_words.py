"""The words for percentages of surveys and their changes."""

from collections.abc import Sequence

from saferleeds_analysis.methods.survey import SurveyChange, SurveyEstimate
from saferleeds_analysis.reporting import wording


def answers_in_words(answers: Sequence[str]) -> str:
    """Write the answers that count as the end of a sentence that begins with "said"; what they end on alike is said once.

    >>> answers_in_words(["Very safe", "Fairly safe"])
    'very or fairly safe'
    >>> answers_in_words(["Every day", "Most days", "Once a week"])
    'every day, most days or once a week'
    >>> answers_in_words(["ASB got worse"]), answers_in_words(["People get on well"])
    ('ASB got worse', 'people get on well')
    """
    split = [answer.split() for answer in answers]
    shared = 0
    if len(split) > 1:
        while shared < min(map(len, split)) - 1 and len({w[-1 - shared].casefold() for w in split}) == 1:
            shared += 1
    # A word in capitals throughout is an abbreviation, or "I".
    begun = [[w[0] if w[0].isupper() else w[0][:1].lower() + w[0][1:], *w[1:]] for w in split]
    each = [" ".join(words[: len(words) - shared]) for words in begun]
    told = " or ".join(filter(None, [", ".join(each[:-1]), each[-1]]))
    return " ".join([told, *begun[-1][len(begun[-1]) - shared :]])


def change_in_words(change: SurveyChange) -> str:
    """Write a change in percentage points with the word that its test allows.

    >>> from saferleeds_analysis.methods.survey_summaries import change_between_percentages, published_percentage
    >>> known = {"base": 6073, "design_effect": 1.25, "definition": "ASB got worse"}
    >>> before, after = published_percentage(16.94, **known), published_percentage(12.62, **known)
    >>> change_in_words(change_between_percentages(earlier=before, later=after))
    'fell by 4.3 points (2.9 to 5.7)'
    >>> same = published_percentage(12.9, **known)
    >>> change_in_words(change_between_percentages(earlier=after, later=same))
    'no clear change (+0.3 points; 95% interval down 1.0 to up 1.6)'
    """
    d = change.difference
    if change.direction == "no clear change":
        return f"no clear change ({signed_points(d.value)} points; {d.confidence:.0%} interval {points_interval(d)})"
    low, high = sorted((abs(d.lower), abs(d.upper)))
    return (
        f"{change.direction} by {points(abs(d.value))} ({wording.number(low, decimals=1)} to "
        f"{wording.number(high, decimals=1)})"
    )


def change_in_short(change: SurveyChange) -> str:
    """Write a change in percentage points without its interval, for a sentence beside which its limits stand.

    >>> from saferleeds_analysis.methods.survey_summaries import change_between_percentages, published_percentage
    >>> known = {"base": 6073, "design_effect": 1.25, "definition": "ASB got worse"}
    >>> before, after = published_percentage(16.94, **known), published_percentage(12.62, **known)
    >>> change = change_between_percentages(earlier=before, later=after)
    >>> change_in_short(change)
    'down 4.3 points'
    """
    if change.direction == "no clear change":
        return change.direction
    return f"{wording.DOWN_OR_UP[change.direction]} {points(abs(change.difference.value))}"


def points(value: float, *, decimals: int = 1) -> str:
    """Write a size in percentage points.

    >>> points(4.32), points(1.0)
    ('4.3 points', '1.0 points')
    """
    return f"{wording.number(value, decimals=decimals)} points"


def signed_points(value: float) -> str:
    """Write percentage points with their sign.

    >>> signed_points(0.84), signed_points(-3.7)
    ('+0.8', '−3.7')
    """
    text = wording.number(value, decimals=1)
    return text if text.startswith(wording.MINUS) or text == "0.0" else f"+{text}"


def points_interval(d: SurveyEstimate) -> str:
    """Write the interval of a change in points in words, the smaller size first."""
    lower, upper = (wording.number(abs(limit), decimals=1) for limit in (d.lower, d.upper))
    if d.upper < 0:
        return f"down {upper} to {lower}"
    if d.lower > 0:
        return f"up {lower} to {upper}"
    return f"down {lower} to up {upper}"
