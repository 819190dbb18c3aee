"""RAG letters and direction of travel, by the written rules in ``national/rag_rules.toml``."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from saferleeds_analysis.catalogue import NATIONAL, Caveat, Target
from saferleeds_analysis.estimates import CountChange, Estimate, less, scaled
from saferleeds_analysis.methods.counts import break_starts, check_counts, names_of
from saferleeds_analysis.methods.trajectory.history import is_decrease, is_met
from saferleeds_analysis.methods.variation import change_of_a_year, variation

RULES = tomllib.loads(Path(NATIONAL / "rag_rules.toml").read_text(encoding="utf-8"))
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, kw_only=True)
class Rating:
    """A RAG rating: its letter (G, A, R, or N where there is none), its colour and the reason in words."""

    letter: str
    colour: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Direction:
    """Which way a measure travels: ``word`` for the reader, ``change`` the test behind it (None where none was made)."""

    word: str
    change: CountChange | None
    reason: str


def rate_against_range(
    value: float, *, lower: float, upper: float, target: Target, final: bool, target_value: float
) -> Rating:
    """Rate a cumulative count against its milestone range, or at year end against the target itself."""
    name = f"{value:,.0f}"
    goal = f"the target ({target.comparison} {target_value:,.0f})"
    if final and is_met(target, value, value=target_value):
        return rating_of("G", f"the year ended at {name}, which meets {goal}.")
    decrease = is_decrease(target)
    edge = target_value if final else upper if decrease else lower
    where = goal if final else f"the milestone range's edge of {edge:,.0f}"
    # How much worse than the edge, as a part of it; an edge of zero leaves no room for amber.
    worse = value - edge if decrease else edge - value
    if worse <= 0 and not final:
        inside = lower <= value <= upper
        return rating_of("G", f"{name} is {'inside' if inside else 'ahead of'} the milestone range.")
    if worse <= RULES["amber"]["beyond_the_edge"] * abs(edge):
        return rating_of("A", f"{name} is up to {RULES['amber']['beyond_the_edge']:.0%} worse than {where}.")
    return rating_of("R", f"{name} is more than {RULES['amber']['beyond_the_edge']:.0%} worse than {where}.")


def cap_by_chance(rating: Rating, probability: float) -> Rating:
    """Make a rating no better than the chance of meeting the target allows: amber below an even chance, red far below.

    >>> cap_by_chance(Rating(letter="G", colour="green", reason="inside the range."), 0.09).letter
    'R'
    >>> cap_by_chance(Rating(letter="A", colour="amber", reason="outside the range."), 0.9).letter
    'A'
    """
    allowed = (
        "G"
        if probability >= RULES["chance"]["green_from"]
        else "A"
        if probability >= RULES["chance"]["amber_from"]
        else "R"
    )
    if "GAR".find(allowed) <= "GAR".find(rating.letter):
        return rating
    return rating_of(allowed, f"{rating.reason} The letter follows the chance of meeting the target.")


def rating_of(letter: str, reason: str) -> Rating:
    """Give a letter with its colour; ``N``, which is none, with why there is no other."""
    return Rating(letter=letter, colour=RULES["letters"][letter]["colour"], reason=reason)


def position_words(value: float, *, lower: float, upper: float, decrease: bool) -> str:
    """Say in the fixed words where a cumulative count stands in its milestone range.

    >>> position_words(2700, lower=2650, upper=3050, decrease=True)
    'at the lower end'
    >>> position_words(3100, lower=2650, upper=3050, decrease=True)
    'beyond the upper limit (behind)'
    """
    words = RULES["words"]["decrease" if decrease else "increase"]
    end = RULES["range"]["end"] * (upper - lower)
    places = {
        "below": value < lower,
        "above": value > upper,
        "lower": value < lower + end,
        "upper": value > upper - end,
    }
    return words[next((place for place, holds in places.items() if holds), "middle")]


def travel_in_words(direction: str, *, improvement_direction: str) -> str:
    """Say which way a measure travels, and whether that is for the better: of a test's ``fell``, ``rose`` or ``no clear change``.

    >>> travel_in_words("fell", improvement_direction="decrease"), travel_in_words("fell", improvement_direction="neither")
    ('fell (improving)', 'fell')
    """
    return RULES["direction"].get(direction, {}).get(improvement_direction, RULES["direction"]["unclear"])


def direction_of_travel(
    history: pd.Series,
    *,
    improvement_direction: str,
    unit: str,
    kind: str | None = None,
    caveats: Sequence[Caveat] = (),
) -> Direction:
    """Test the last twelve months of counts (or four quarters) on the twelve before, and say which way they travel.

    "No clear change" is said unless the interval of the change leaves out no change, allowing for how counts of this ``kind`` of
    offence (the name of the series where it is not given) stray by themselves. No direction is given where a
    month is left out or the definition changed inside the two years, because the two counts are not alike.

    >>> months = pd.period_range("2010-10", "2012-09", freq="M", name="month")
    >>> history = pd.Series([700] * 12 + [500] * 12, index=months, name="domestic_burglary")
    >>> direction_of_travel(history, improvement_direction="decrease", unit="offences").word
    'fell unusually (improving)'
    """
    if improvement_direction not in ("decrease", "increase", "neither"):
        raise ValueError(
            f"improvement_direction is 'decrease', 'increase' or 'neither', not {improvement_direction!r}."
        )
    left_out = check_counts(history, caveats=caveats)
    length = RULES["direction"]["months"] // (1 if history.index.freqstr == "M" else 3)
    unclear = RULES["direction"]["unclear"]
    two_years = history.index[-2 * length :]
    broken = [b for b in break_starts(history.index, caveats=caveats) if b in two_years[1:]]
    reasons = (
        (
            len(history) < 2 * length,
            f"the test needs {2 * length} periods of counts, and there are {len(history)}.",
        ),
        (left_out[-2 * length :].any(), "some of the two years' months are left out by a caveat."),
        (broken, f"the definition changed in {names_of(broken[-1:])}."),
    )
    for applies, reason in reasons:
        if applies:
            return Direction(word=unclear, change=None, reason=reason)
    change = change_of_a_year(
        int(history.iloc[-2 * length : -length].sum()),
        int(history.iloc[-length:].sum()),
        found=variation(history, kind=kind, caveats=caveats),
        unit=unit,
        confidence=RULES["direction"]["confidence"],
    )
    word = travel_in_words(change.direction, improvement_direction=improvement_direction)
    word = word.replace(change.direction, change.word, 1)
    percent = "" if change.percent is None else f" ({change.percent.value:+.1f}%)".replace("-", MINUS)
    return Direction(
        word=word,
        change=change,
        reason=f"{change.earlier:,} in the twelve months before, {change.later:,} in the last{percent}.",
    )


def assess_level(level: Estimate | None, *, target: Target | None) -> Rating:
    """Rate a level, such as a survey percentage, against its target: a level does not add up, so it has no milestones.

    Green when the value meets the target; amber when it does not but its interval holds the target, so that chance may
    be all; red when the whole interval lies on the wrong side.

    >>> from datetime import date
    >>> aim = Target(indicator_id="asb_satisfaction", area="Leeds", period="2012/13", kind="original",
    ...     comparison="at least", value=85.0, set_on=date(2012, 4, 1), agreed_by="", source="", note="")
    >>> level = Estimate(value=83.0, lower=78.4, upper=86.8, unit="%", method="Wilson", confidence=0.95, n=310)
    >>> assess_level(level, target=aim).letter
    'A'
    """
    if target is None:
        return rating_of("N", "there is no target.")
    if level is None:
        return rating_of("N", "there is no figure.")
    aim = f"the target ({target.comparison} {target.value:g})"
    value, lower, upper = (f"{number:.3g}" for number in (level.value, level.lower, level.upper))
    figure = f"{value} (interval {lower} to {upper})"
    if is_met(target, level.value):
        return rating_of("G", f"{figure} meets {aim}.")
    nearest = level.lower if is_decrease(target) else level.upper
    if is_met(target, nearest):
        return rating_of("A", f"{figure} does not meet {aim}, but its interval reaches it.")
    return rating_of("R", f"{figure} does not meet {aim}, nor does any value in its interval.")


def assess_gap(earlier: Estimate | None, later: Estimate | None) -> Rating:
    """Rate "move closer to the average": two gaps to it (own value less the average), at the baseline and now.

    Green when the gap is smaller by more than chance; amber when no clear change; red when larger by more than chance.
    The interval of the change joins the two gaps' own intervals (Zou and Donner 2008), taking them as independent. A gap
    that has gone over to the better side counts by its size, so ask this only while the measure is the worse one.

    >>> gap = lambda value: Estimate(value=value, lower=value - 0.5, upper=value + 0.5, unit="per 1,000 households",
    ...     method="", confidence=0.95)
    >>> assess_gap(gap(6.2), gap(1.5)).letter
    'G'
    """
    if earlier is None or later is None:
        return rating_of("N", "a gap is missing.")
    near, far = _size(later), _size(earlier)
    change = less(near, far, method="MOVER")
    moved = f"(change {change.value:+.3g}, interval {change.lower:+.3g} to {change.upper:+.3g})"
    unit = later.unit if later.unit == "%" else f" {later.unit}"
    words = f"the gap went from {far.value:.3g} to {near.value:.3g}{unit} {moved.replace('-', MINUS)}"
    if change.upper < 0:
        return rating_of("G", f"closer: {words}.")
    if change.lower > 0:
        return rating_of("R", f"further away: {words}.")
    return rating_of("A", f"no clear change: {words}.")


def _size(gap: Estimate) -> Estimate:
    return gap if gap.value >= 0 else scaled(gap, -1, unit=gap.unit)
