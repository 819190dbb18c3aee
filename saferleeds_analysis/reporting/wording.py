"""Sentences made from results, in plain British English: never typed by hand, so they cannot disagree with the numbers.

Numbers are rounded by one rule everywhere: counts whole, with thousands commas; percentages to one decimal place.
A rise or a fall is named only where the interval leaves out no change; otherwise the words are "no clear change".
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Target
from saferleeds_analysis.estimates import CountChange
from saferleeds_analysis.intake import Commentary, CommentaryRequest, Source
from saferleeds_analysis.methods.seasonal import SeasonalAdjustment
from saferleeds_analysis.methods.variation import Variation

MINUS = "\N{MINUS SIGN}"

# What stands beside a number that was neither recorded nor published nor estimated from what was.
STATUS_LABELS = {"illustrative": "Illustrative", "judgement": "Judgement"}


# The words of a clear change before its size.
DOWN_OR_UP = {"fell": "down", "rose": "up"}


def number(value: float, *, decimals: int = 0) -> str:
    """Write a number with thousands commas, halves rounded away from zero.

    >>> number(5938), number(-3276), number(0.25, decimals=1)
    ('5,938', '−3,276', '0.3')
    """
    rounded = _rounded(value, decimals)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,f}"


def percent(value: float, *, signed: bool = False) -> str:
    """Write a percentage to one decimal place.

    >>> percent(-35.555, signed=True), percent(12.0, signed=True), percent(0.01, signed=True)
    ('−35.6%', '+12.0%', '0.0%')
    """
    plus = "+" if signed and _rounded(value, 1) > 0 else ""
    return f"{plus}{number(value, decimals=1)}%"


def signed(value: float) -> str:
    """Write a whole number with its sign.

    >>> signed(-56), signed(12), signed(0)
    ('−56', '+12', '0')
    """
    return f"{'+' if value > 0 else ''}{number(value)}"


def pounds(value: float) -> str:
    """Write an amount no more exactly than it is known: millions to one decimal, thousands from £10,000, else pounds.

    >>> pounds(22101675), pounds(-11198025), pounds(480978), pounds(6620.04), pounds(999_960), pounds(0)
    ('£22.1m', '−£11.2m', '£481,000', '£6,620', '£1.0m', '£0')
    """
    if abs(value) >= 999_500:
        return f"{_with_pound(number(value / 1_000_000, decimals=1))}m"
    return _with_pound(number(1000 * _rounded(value / 1000, 0) if abs(value) >= 10_000 else value))


def pounds_and_pence(value: float) -> str:
    """Write money to the penny, as a price is written; whole pounds without pence.

    >>> pounds_and_pence(6620.04), pounds_and_pence(3925), pounds_and_pence(-2.5)
    ('£6,620.04', '£3,925', '−£2.50')
    """
    return _with_pound(number(value, decimals=0 if float(value).is_integer() else 2))


def _rounded(value: float | Decimal, decimals: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _with_pound(text: str) -> str:
    return f"{MINUS}£{text.removeprefix(MINUS)}" if text.startswith(MINUS) else f"£{text}"


def matter_most(bars: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Say which inputs move a result most: all whose swing comes within a tenth of the longest, so that a tie is said.

    ``bars`` is a table of one row an input, with its ``swing``; its first column is looked up in ``names``.

    >>> bars = pd.DataFrame({"input": ["posts", "share", "budget"], "swing": [10.2, 10.0, 4.0]})
    >>> matter_most(bars, {"posts": "posts", "share": "share", "budget": "budget"})
    'Posts and share matter most'
    """
    top = bars.loc[bars["swing"] >= 0.9 * bars["swing"].max()].iloc[:, 0].map(names).tolist()
    return f"{sentence(listed(top))} matter{'s' if len(top) == 1 else ''} most"


def moved_by(change: CountChange) -> str:
    """Say which way and how far a clear change went, and whether that is more than usual.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> moved_by(change_between_counts(9214, 5938, unit="offences", ordinary=(-24.0, 31.6)))
    'fell an unusual 35.6%'
    """
    unusual = "an unusual " if change.more_than_usual else ""
    return f"{change.direction} {unusual}{percent(abs(change.percent.value))}"


def ordinarily(change: CountChange) -> str:
    """Say in short, behind a change, how far a year strays from the one before where nothing in particular happens.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> ordinarily(change_between_counts(9214, 5938, unit="offences", ordinary=(-24.0, 31.6)))
    '; ordinarily −24% to +32%'
    """
    if change.ordinary is None or change.percent is None:
        return ""
    down, up = (f"{number(abs(limit))}%" for limit in change.ordinary)
    return f"; ordinarily {MINUS}{down} to +{up}"


def straying(found: Variation) -> str:
    """Say how far counts stray by themselves, and from what that is known.

    >>> from saferleeds_analysis.methods.variation import variation_of
    >>> straying(variation_of(1_000, kind="burglary"))
    'Such counts stray with 2.1 times the variance of independent events (open data of burglary).'
    """
    known = f"open data of {found.kind}"
    if found.own_months:
        known = f"{found.own_months} months before {periods.month_name(found.last + 1)}, steadied by {known}"
    times = number(found.dispersion, decimals=1)
    return f"Such counts stray with {times} times the variance of independent events ({known})."


def change_with_interval(change: CountChange) -> str:
    """Write a change and how sure it is.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> change_with_interval(change_between_counts(9214, 5938, unit="offences"))
    'down 35.6% (3,276 fewer; 95% interval down 33.4% to 37.6%)'
    >>> change_with_interval(change_between_counts(100, 91, unit="offences"))
    'no clear change (9 fewer, −9.0%; 95% interval down 32.3% to up 22.1%)'
    >>> change_with_interval(change_between_counts(0, 2, unit="offences"))
    'no clear change (2 more; no percentage can be taken of an earlier count of 0)'
    """
    fewer = fewer_or_more(change.later - change.earlier)
    if change.percent is None:
        return f"{change.direction} ({fewer}; no percentage can be taken of an earlier count of 0)"
    interval = f"{change.percent.confidence:.0%} interval {percent_interval(change)}"
    if change.direction == "no clear change":
        return f"no clear change ({fewer}, {percent(change.percent.value, signed=True)}; {interval})"
    return f"{DOWN_OR_UP[change.direction]} {percent(abs(change.percent.value))} ({fewer}; {interval})"


def change_in_short(change: CountChange, *, on: str = "the 12 months before") -> str:
    """Write a change without its interval, for a sentence beside which its limits stand.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> change_in_short(change_between_counts(9214, 5938, unit="offences"))
    'down 35.6% on the 12 months before (9,214)'
    >>> change_in_short(change_between_counts(100, 91, unit="offences"), on="the quarter before")
    'no clear change on the quarter before (100)'
    """
    moved = change.direction
    if moved in DOWN_OR_UP and change.percent is not None:
        moved = f"{DOWN_OR_UP[moved]} {percent(abs(change.percent.value))}"
    return f"{moved} on {on} ({number(change.earlier)})"


def by_chance(direction: str, *, confidence: float) -> str:
    """Say what a test at a confidence says of a change: how often as large a difference would come without one, either way.

    >>> by_chance("no clear change", confidence=0.99)
    'Chance does this once in 100 times or more often'
    """
    times = f"once in {round(1 / (1 - confidence))} times"
    often = f"less than {times}" if direction in DOWN_OR_UP else f"{times} or more often"
    return f"Chance does this {often}"


def percent_interval(change: CountChange) -> str:
    """Write the interval of a percentage change in words, the smaller size first.

    >>> from saferleeds_analysis.estimates import change_between_counts
    >>> percent_interval(change_between_counts(100, 150, unit="offences"))
    'up 15.7% to 95.2%'
    """
    low, high = change.percent.lower, change.percent.upper
    upper_word = f"up {percent(high)}" if high != float("inf") else "up without limit"
    if high < 0:
        return f"down {percent(-high)} to {percent(-low)}"
    if low > 0:
        return f"up {percent(low)} to {upper_word.removeprefix('up ')}"
    return f"down {percent(-low)} to {upper_word}"


def chance_percent(probability: float) -> str:
    """Write a chance in whole percent; nothing is quite certain.

    >>> chance_percent(0.6234), chance_percent(0.9999), chance_percent(0.001)
    ('62%', 'more than 99%', 'less than 1%')
    """
    if probability > 0.99:
        return "more than 99%"
    if probability < 0.01:
        return "less than 1%"
    return f"{number(100 * probability)}%"


def counted(value: float, unit: str) -> str:
    """Write a count with its unit, in the singular for one.

    >>> counted(1, "offences"), counted(1204, "enquiries"), counted(0.9, "enquiries")
    ('1 offence', '1,204 enquiries', '1 enquiry')
    """
    one = re.sub(r"ies$", "y", unit) if unit.endswith("ies") else unit.removesuffix("s")
    text = number(value)
    return f"{text} {one if text == '1' else unit}"


def level(value: float, unit: str) -> str:
    """Write a level with its unit: a percentage, a rate to two or three figures, a count, or days, of which there may be a half.

    >>> level(43.8, "%"), level(0.7712, "per offender"), level(38.46, "per 1,000 households"), level(5938.0, "offences")
    ('43.8%', '0.77 per offender', '38.5 per 1,000 households', '5,938 offences')
    >>> level(52.5, "days"), level(1.0, "days")
    ('52.5 days', '1 day')
    """
    if unit == "%":
        return percent(value)
    if unit == "days" and value == int(value):
        return counted(value, unit)
    decimals = (2 if abs(value) < 10 else 1) if unit.startswith("per ") else int(unit == "days")
    return f"{number(value, decimals=decimals)} {unit}"


def fewer_or_more(difference: int) -> str:
    """Write a difference of counts.

    >>> fewer_or_more(-3276), fewer_or_more(12), fewer_or_more(0)
    ('3,276 fewer', '12 more', 'the same number')
    """
    if difference == 0:
        return "the same number"
    return f"{number(abs(difference))} {'fewer' if difference < 0 else 'more'}"


def sentence(text: str) -> str:
    """Begin a text with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def ordinal(number: int) -> str:
    """Write a place in a ranking.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 22, 33)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd', '33rd']
    """
    tail = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"


def kind_of_data(notice: str) -> str:
    """Give a notice's first words, to stand behind a subtitle or a caption; empty where there is no notice.

    >>> kind_of_data("Illustrative months, published totals: they are not police records."), kind_of_data("")
    ('. Illustrative months, published totals', '')
    """
    return f". {notice.split(':')[0]}" if notice else ""


def source_in_words(source: Source, *, as_at: date) -> str:
    """Say what a source is, who publishes it, by what right it is used, when it came and as at which day it is read."""
    came = f"Received {periods.day_name(source.received)}" if source.received else "Day of receipt not stated"
    return (
        f"{source.title}. Publisher: {source.publisher}. Licence: {source.licence}. "
        f"{came}; read as at {periods.day_name(as_at)}."
    )


def listed(names: Sequence[str]) -> str:
    """Write names as a list in a sentence.

    >>> listed(["A"]), listed(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def told_apart(names: Sequence[str]) -> list[str]:
    """Leave out the words with which all of several names begin, where that leaves something of each.

    >>> told_apart(["Victims satisfied with the outcome", "Victims satisfied with the overall service"])
    ['Outcome', 'Overall service']
    >>> told_apart(["Enquiries"])
    ['Enquiries']
    """
    words = [name.split() for name in names]
    shared = 0
    while len(words) > 1 and shared < min(map(len, words)) - 1 and len({w[shared] for w in words}) == 1:
        shared += 1
    return [sentence(" ".join(w[shared:])) for w in words]


def targets_in_words(targets: Sequence[Target]) -> list[str]:
    """Say which target of a year is in force, the last that was set, and which it superseded; oldest first given.

    >>> from datetime import date
    >>> from saferleeds_analysis.catalogue import load_catalogue
    >>> both = load_catalogue("data/raw/reference").targets("domestic_burglary", "Leeds", "2012/13", as_at=date(2012, 9, 30))
    >>> for sentence in targets_in_words(both):
    ...     print(sentence)
    The target in force for 2012/13 is at most 5,999 (stretch, set September 2012).
    It superseded the target of at most 7,056 (original, set April 2012).
    """
    *superseded, in_force = targets

    def details(target: Target) -> str:
        return f"{target.comparison} {number(target.value)} ({target.kind}, set {target.set_on.strftime('%B %Y')})"

    return [
        f"The target in force for {in_force.period} is {details(in_force)}.",
        *(f"It superseded the target of {details(target)}." for target in superseded),
    ]


NO_SECTION = "No commentary was received for this section."


def commentary_by(words: Commentary, *, request: CommentaryRequest | None = None) -> str:
    """Say whose words they are, when they came and whether that was late.

    >>> from types import SimpleNamespace as Given
    >>> words = Given(organisation="Safer Leeds", author="Team", received=date(2012, 10, 31), status="final")
    >>> commentary_by(words, request=Given(due=date(2012, 10, 19)))
    'Safer Leeds: Team. Received 31 October 2012, 12 days late. Status: final.'
    """
    late = (words.received - request.due).days if request is not None else 0
    lateness = f", {counted(late, 'days')} late" if late > 0 else ""
    return f"{words.organisation}: {words.author}. Received {periods.day_name(words.received)}{lateness}. Status: {words.status}."


def commentary_is_a_draft(words: Commentary) -> str:
    """Say that words have come which are not yet final, so that nobody thinks that none were sent."""
    return f"A draft was received from {words.organisation} on {periods.day_name(words.received)}. It is not published until it is final."


def commentary_missing(
    quarter: pd.Period, *, request: CommentaryRequest | None = None, as_at: date | None = None
) -> str:
    """Say that no words have come, who was asked, and whether the deadline has passed by the as-at day.

    >>> commentary_missing(periods.quarter("2012/13 Q1"))
    'No commentary was received for 2012/13 Q1.'
    """
    text = f"No commentary was received for {periods.quarter_name(quarter)}."
    if request is None:
        return text
    deadline = due_in_words(request, as_at=as_at)
    note = f" {request.note}" if request.note else ""
    return f"{text} {request.organisation} ({request.owner}) was asked for it; {deadline}.{note}"


def due_in_words(request: CommentaryRequest, *, as_at: date | None) -> str:
    """Say when commentary was or is due, and whether that day has passed by the as-at day."""
    day = periods.day_name(request.due)
    late = as_at is not None and as_at > request.due
    return f"it was due on {day} and is late" if late else f"it is due on {day}"


def names_in(text: str) -> list[str]:
    """Give the names that stand in a text with commas between.

    >>> names_in("domestic_burglary, asb_got_worse,")
    ['domestic_burglary', 'asb_got_worse']
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def pairs_in(text: str) -> dict[str, str]:
    """Give the names that stand in a text with commas between, each with what stands behind its colon.

    >>> pairs_in("service_victims: victims, service_clients: clients")
    {'service_victims': 'victims', 'service_clients': 'clients'}
    """
    pairs = [name.partition(":") for name in names_in(text)]
    if any(not (colon and words.strip()) for _, colon, words in pairs):
        raise ValueError(
            f"{text!r}: each name needs a colon and its words behind it, such as victims_2012: victims."
        )
    return {name.strip(): words.strip() for name, _, words in pairs}


def quality_in_words(found: SeasonalAdjustment) -> str:
    """Judge an adjustment by X-11's Q (below 1 is accepted) and the QS test for seasonality that is left."""
    tests = found.diagnostics
    if not found.identifiable:
        return "No seasonal pattern can be told apart from chance, so the series is shown unadjusted."
    failed = [name for name, value in tests.m.items() if value > 1]
    grade = "poor" if tests.q is not None and tests.q >= 1 else "acceptable" if failed else "good"
    judged = [f"{'a' if tests.residual_seasonality else 'no'} season is found in the adjusted series"]
    if failed:
        judged.insert(0, f"{', '.join(failed)} above 1")
    if tests.q is not None:
        judged.insert(0, f"its overall mark, Q, is {number(tests.q, decimals=2)} (below 1 is good)")
    provisional = " It is provisional: there are fewer than five years of data." if found.provisional else ""
    return f"The adjustment is of {grade} quality: {'; '.join(judged)}.{provisional}"
