"""Questions to an analyst about partners' commentary, before it is published: numbers that contradict the page's own,
small numbers that a table would withhold, quotations without consent, and what looks like a person's name.

A question is for the analyst only and never on the page: the words are the partner's, and so is their correction. Few
questions are asked, so that each is read: a number is compared only with figures of the same kind and area, and only
where it comes so close to one that a slip is more likely than another subject.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from saferleeds_analysis.disclosure_rules import DisclosureRules
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.intake import Commentary
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.markdown import visible

# How near a count comes to be a slip of the one on the page, and a percentage to be meant as it (in points).
_NEAR_COUNT = Decimal("0.03")
_NEAR_ONE_DIGIT = Decimal("0.1")
_NEAR_POINTS = 5
_NEAR_LEVEL_POINTS = 1

# What people quote: what happened and what was agreed, not what may come, what a usual year looks like or how sure somebody is.
_QUOTED = ("count", "percentage", "rate", "change", "target", "cost", "rank")

# Not within a word, an amount, a date or a year such as 2012/13.
_NUMBER = re.compile(
    r"(?<![\w.,/£#-])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\w/]|,\d|\.\d|-\d)"
    r"(?P<percent>\s?(?:%|per cent\b|percent\b))?(?P<after>(?:\s[A-Za-z-]+){0,2})"
)
_DOWN = r"down|falls?|fell|fallen|reduc\w+|decreas\w+|declin\w+|drop\w*|lower|fewer|less|cut"
_UP = r"up|ris\w+|rose|increas\w+|grow\w*|grew|higher|more"
_DIRECTION = re.compile(rf"\b(?:(?P<down>{_DOWN})|(?P<up>{_UP}))\b", re.IGNORECASE)
# What a number counts, where the words behind it say so; a number before one of these small words may count anything.
_COUNTED = re.compile(
    r"^(\s\S+)?\s(offences?|burglar\w+|victims?|crimes?|incidents?|enquir\w+|cases?|fewer|more|less)\b",
    re.IGNORECASE,
)
_SMALL_WORD = re.compile(
    r"^\s(in|to|this|last|were|was|a|an|the|and|or|but|from|by|at|on|since|recorded)\b", re.IGNORECASE
)
_NOT_A_COUNT = re.compile(
    r"^\s(months?|years?|days?|weeks?|hours?|minutes?|miles?|km|metres?|people|staff|officers?|January|February|March|April|May|"
    r"June|July|August|September|October|November|December)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"^(19|20)\d\d$")
_LINK = re.compile(r"\]\([^)]*\)|https?://\S+|mailto:\S+")
_TITLED_NAME = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Cllr|Councillor|PC|PCSO|Sgt|Sergeant|Inspector|Superintendent)\.?\s+(?:[A-Z]\.?\s+)?[A-Z][a-z]{2,}"
)
# A number under 20, what it counts, and at most one word between them.
_SMALL_WORDS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FEW = re.compile(
    rf"(?<![\w.,/£#%-])(?P<number>1?\d|{'|'.join(_SMALL_WORDS[1:])})\s(?:[a-z-]+\s)?(?:"
    r"(?P<people>victims?|perpetrators?|offenders?|suspects?|survivors?|clients?|customers?|tenants?|people|persons?|child(?:ren)?|"
    r"girls?|boys?|wom[ae]n|m[ae]n|pupils?|famil(?:y|ies)|households?)|"
    r"(?P<events>offences?|burglar(?:y|ies)|crimes?|incidents?|cases?|referrals?))\b",
    re.IGNORECASE,
)
_QUOTED_AT_LENGTH = re.compile(r"^\s*>\s*\S|“[^”]{60,}”|\"[^\"]{60,}\"")


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A number in a line of commentary; ``kind`` is what it can only be: a ``count``, a ``change`` in per cent, a ``level``."""

    text: str
    value: Decimal
    kind: str
    direction: int


@dataclass(frozen=True, kw_only=True)
class _OnPage:
    """A figure of the page that is a number; ``quoted`` where people quote such, ``main`` where it is of the page's own area.

    ``kind`` is that of what may be said of it, and empty for a small or a broken number, which is too common to be told.
    """

    figure: Figure
    value: Decimal
    kind: str
    quoted: bool
    main: bool


# A percentage without a word for a rise or a fall may be a change too.
_MAY_BE = {"count": ("count",), "change": ("change",), "level": ("level", "change")}


def questions(
    words: Commentary,
    figures: Sequence[Figure],
    *,
    rules: DisclosureRules,
    below_city: Collection[str] = (),
    names: Iterable[str] = (),
) -> tuple[str, ...]:
    """Give what an analyst should ask or mend before some commentary is published, one sentence each, with its place.

    ``figures`` are those of the page; ``rules`` say which numbers are small, ``below_city`` which areas are parts
    of a city; ``names`` are names of people that must not appear, which the analyst keeps. A question gives the line and
    never the name or the small number.
    """
    asked = []
    lines = [
        (number, line)
        for (_, text), first in zip(words.sections, words.first_lines, strict=True)
        for number, line in enumerate(text.split("\n"), start=first)
    ]
    numbers = _numeric(figures)
    for number, line in lines:
        place = f"{words.file}, line {number}"
        plain = _LINK.sub(" ", visible(line))
        asked += [f"{place}: {fault}" for fault in _contradictions(plain, numbers)]
        asked += [f"{place}: {fault}" for fault in _small_numbers(plain, rules, below_city)]
        if _QUOTED_AT_LENGTH.search(plain) and not words.quotation_consent:
            asked.append(
                f"{place}: quotes somebody. Say in the front matter who agreed to it (quotation_consent), or take it out."
            )
        if _TITLED_NAME.search(plain):
            asked.append(f"{place}: may name a person. Write the role instead.")
        folded = plain.casefold()
        if any(re.search(rf"\b{re.escape(name.casefold())}\b", folded) for name in names if name.strip()):
            asked.append(
                f"{place}: has a name from the list of names that are not published. Write the role instead."
            )
    return tuple(dict.fromkeys(asked))


def _small_numbers(line: str, rules: DisclosureRules, below_city: Collection[str]) -> Iterable[str]:
    """Find numbers that the rules would not let a table print: of people, of a sensitive theme, of events in a named area."""
    of_line = rules.theme_of(line)
    local = any(_names(line, area) for area in below_city)
    for match in _FEW.finditer(line):
        what, word = match["people"] or match["events"], match["number"].lower()
        number = _SMALL_WORDS.index(word) if word in _SMALL_WORDS else int(word)
        sensitive = of_line.id == "sensitive"
        theme = of_line if sensitive else rules.theme("people" if match["people"] else "offences")
        if number and theme.is_small(number, below_city=local):
            yield (
                f"gives a number of {what.lower()} that a table would withhold ({rules.withheld}). "
                f"Write 'fewer than {theme.threshold}', or leave it out."
            )


def _numeric(figures: Sequence[Figure]) -> list[_OnPage]:
    """Keep the figures that are numbers; ``quoted`` marks those that people quote, ``main`` the area of the first one.

    A page holds the total at the end of each month of four years; people quote the latest and the one a year before.
    """
    numbers = [f for f in figures if f.number is not None]
    main = numbers[0].area if numbers else ""
    compared = {f.period for f in numbers if f.measure.role == "change" or f.area != main}
    return [
        _OnPage(
            figure=f,
            value=Decimal(repr(f.value)),
            kind=_kind(f),
            main=f.area == main,
            quoted=f.measure.role in _QUOTED and (not f.measure.own or f.period in compared),
        )
        for f in numbers
    ]


def _kind(figure: Figure) -> str:
    if figure.unit in ("%", "per cent"):
        return "change" if figure.measure.role == "change" else "level"
    return "count" if figure.number.is_integer() and abs(figure.number) >= 100 else ""


def _contradictions(line: str, figures: list[_OnPage]) -> list[str]:
    faults = []
    for said in _numbers(line):
        if any(_agree(said, f) for f in figures):
            continue
        named = [f for f in figures if f.quoted and not f.main and _names(line, f.figure.area)]
        about = named or [f for f in figures if f.quoted and f.main]
        near = [f for f in about if f.kind == said.kind and _is_near(said, f)]
        if near:
            faults.append(_says(said, min(near, key=lambda f: _unlikeness(said, f))))
    return faults


def _names(line: str, area: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(area)}(?!\w)", line) is not None


def _numbers(line: str) -> list[_Said]:
    found = []
    for match in _NUMBER.finditer(line):
        text, percent, after = match["number"], match["percent"] or "", match["after"] or ""
        value, direction = Decimal(text.replace(",", "")), 0
        if percent:
            direction = _direction(line[: match.start()], after)
            kind = "change" if direction else "level"
        elif _YEAR.match(text) or _NOT_A_COUNT.match(after):
            continue
        else:
            counts = _COUNTED.match(after) or ("," in text and (not after or _SMALL_WORD.match(after)))
            if not counts or value < 100 or value != value.to_integral_value():
                continue
            kind = "count"
        what = percent or re.match(r"(\s\S+)?", after)[0]
        found.append(_Said(text=text + what, value=value, kind=kind, direction=direction))
    return found


def _direction(before: str, after: str) -> int:
    """Tell a fall (-1) or a rise (1) from the words round a number, nearest first; 0 where they tell none."""
    near = " ".join(re.split(r"[.;:]\s", before)[-1].split()[-6:])
    words = list(_DIRECTION.finditer(near)) or list(_DIRECTION.finditer(after))[:1]
    return 0 if not words else -1 if words[-1]["down"] else 1


def _agree(said: _Said, on_page: _OnPage) -> bool:
    """Tell that the page has the number, to the precision at which it is said, and a change in the same direction."""
    if on_page.kind not in _MAY_BE[said.kind]:
        return False
    if said.direction and (said.direction < 0) != (on_page.value < 0):
        return False
    return abs(on_page.value).quantize(said.value, rounding=ROUND_HALF_UP) == said.value


def _says(said: _Said, on_page: _OnPage) -> str:
    figure = on_page.figure
    down_or_up = {-1: "down ", 0: "", 1: "up "}[said.direction]
    if said.kind == "count":
        printed = wording.number(abs(on_page.value))
    else:
        printed = wording.percent(on_page.value, signed=said.kind == "change")
    return (
        f"says '{down_or_up}{said.text}'; the page has {printed} ({figure.words.replace('_', ' ')}, {figure.area}, "
        f"{figure.period}). Ask the author which is meant."
    )


def _is_near(said: _Said, on_page: _OnPage) -> bool:
    """Tell a slip: two digits changed places, one digit is wrong within a tenth, or the numbers nearly agree."""
    not_swapped, not_one_digit, apart = _unlikeness(said, on_page)
    if said.kind == "count":
        return not not_swapped or apart <= (_NEAR_COUNT if not_one_digit else _NEAR_ONE_DIGIT)
    return apart <= (_NEAR_POINTS if said.kind == "change" else _NEAR_LEVEL_POINTS)


def _unlikeness(said: _Said, on_page: _OnPage) -> tuple[bool, bool, Decimal]:
    """Order the figures that may be meant: the same digits in another order first, then one wrong digit, then the nearest.

    Percentages are ordered by how near they are alone, in points.
    """
    size = abs(on_page.value)
    apart = abs(said.value - size)
    if said.kind != "count":
        return True, True, apart
    one, other = f"{said.value:f}", f"{int(size)}"
    one_digit = len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
    return sorted(one) != sorted(other), not one_digit, apart / size
