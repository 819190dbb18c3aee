"""Rules of grammar and of plain words for what pages say: each with words that break it and words that do not."""

import re
from dataclasses import dataclass

# Nouns of one thing that end as many do, and words before which "1" is no count of them.
_NO_PLURAL = (
    r"(?!(?:is|was|has|less|this|its|as|across|series|plus|per cent|basis|times|pass|census|business)\b)"
)
_ONE = r"(?<![\w.,£%−+/–-])1 "
_MANY = r"(?<![\w.,£%−+/-])(?!(?:19|20)\d\d )(?:0|[2-9]|[1-9][\d,]*\d) "
_NOUNS = (
    "offence|month|year|quarter|day|ward|division|area|count|figure|report|case|enquir|point|finding|measure|pack|"
    "city|household|respondent|answer|document|source|edition|action|target|post|home|change|percentage"
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What no sentence says: why, by which pattern it is found, and words that it takes and words that it leaves."""

    why: str
    pattern: str
    takes: tuple[str, ...]
    leaves: tuple[str, ...] = ()


RULES = (
    Rule(
        why="one of many",
        pattern=_ONE + r"(?:[a-z]+ )?" + _NO_PLURAL + r"[a-z]+[^\Wsu'’]s\b",
        takes=("1 offences were recorded", "in 1 wards of 33", "1 published figures are"),
        leaves=(
            "1 offence was",
            "21 wards",
            "April 1 is",
            "£1 is",
            "0.1 points",
            "1 less than",
            "1 ward has",
            "M1 to M11",
        ),
    ),
    Rule(
        why="many of one",
        pattern=_MANY
        + rf"(?:(?!(?:an?|the|per|each|every|in|of|or|and|on|to|by|last|this|that) )[a-z]+(?<!s) )?(?:(?!enquir|city)(?:{_NOUNS})|enquiry|city)(?![\w’'-])(?! of)",
        takes=("2 ward fell", "0 offence", "1,204 enquiry", "12 published figure were"),
        leaves=("2 wards fell", "1 ward", "a 12-month total", "2012 edition of", "0.5 point"),
    ),
    Rule(
        why="a verb for many after one",
        pattern=_ONE + r"[a-z]+[^\Ws] (?:were|are|have)\b",
        takes=("1 offence were recorded", "1 ward are"),
        leaves=("1 offence was", "11 offences were"),
    ),
    Rule(why="white space twice", pattern=r"\S {2,}\S", takes=("two  spaces",), leaves=("one space",)),
    Rule(
        why="a space before a stop or after an opening bracket",
        pattern=r" [,;:.)!?](?![\d\w])|\( ",
        takes=("fell , and", "it fell .", "(down )", "( down"),
        leaves=("fell, and", "a .csv file"),
    ),
    Rule(
        why="no space after a stop",
        pattern=r"[a-z0-9%)][;!?](?=\w)|[a-z)]{2}[.,:](?=[A-Z])|[a-z],(?=[a-z])",
        takes=("It fell.It rose", "fell,then", "up;down"),
        leaves=("It fell. It rose", "1,204", "docs/methods/a.md", "10:30"),
    ),
    Rule(
        why="a small letter after a full stop",
        pattern=r"[a-z)%]{2}\. [a-z]",
        takes=("It fell. it rose",),
        leaves=("It fell. It rose", "from the file a.csv", "e.g. burglary"),
    ),
    Rule(
        why="a stop twice",
        pattern=r"(?<!\.)\.\.(?!\.)|,,|;;|::|,\.|:\.|;\.|\.,|\.;",
        takes=("It fell..", "fell,, and", "fell:.", "a reason.;"),
        leaves=("It fell. It", "and so on …", "..."),
    ),
    Rule(
        why="a whole count with decimals",
        pattern=r"\d\.0+ (?:[a-z]+ )?(?:offences|months|wards|posts|households|cases|enquiries|calls|people|answers)\b",
        takes=("5,999.0 offences", "12.0 months"),
        leaves=("5,999 offences", "12.0 points", "12.5 posts"),
    ),
    Rule(
        why="a hyphen for a minus sign",
        pattern=r"(?<![\w\]-])(?<!published )(?<!; )(?<!\d and )-[£\d]",  # after those words it is as somebody printed it
        takes=("moved by -3.2 points", "(-£4)", "-5"),
        leaves=("moved by −3.2 points", "2012-09-30", "a 12-month total", "p-5"),
    ),
    Rule(
        why="a space before %",
        pattern=r"\d %",
        takes=("down 35.6 %",),
        leaves=("down 35.6%",),
    ),
    Rule(
        why="a word twice",
        pattern=r"\b(?!that\b|had\b)([A-Za-z]+) \1\b",
        takes=("its place is is not known", "the the rest", "Leeds Leeds"),
        leaves=("is this", "the theme", "in indicator"),
    ),
    Rule(
        why="a before a vowel, or an before none",
        pattern=r"(?:\ba|(?<![,\w] )\bA) (?:8|11\b|18\b|80|(?!one)[aio][a-z]|e(?!u)[a-z]|u(?:n[^i]|p|s[^eu]))|\b[Aa]n (?:[1-79]|1(?![18]\b)|[bcdfgjklmnpqrtvwxyz])",
        takes=("a 8 point rise", "an 7% fall", "a edition", "an ward"),
        leaves=(
            "an 8 point rise",
            "a 7% fall",
            "an edition",
            "a unit",
            "a use",
            "an hour",
            "a European",
            "a one-sided",
        ),
    ),
    Rule(
        why="a bracket that is not closed, or not opened",
        pattern=r"^[^()]*\)|\([^()]*$",
        takes=("down 35% (3,276 fewer", "fewer)"),
        leaves=("down 35% (3,276 fewer)",),
    ),
    Rule(
        why="what a program writes and no person",
        pattern=r"\b(?:None(?! of\b)|nan|NaN|NaT|inf|np\.float64|True|False|Period\(|Timestamp\(|dtype|object at 0x)(?!\w)|\d[eE][+-]?\d|[\[{]'",
        takes=(
            "it was nan",
            "None fell to None",
            "Period('2012-09')",
            "['Leeds']",
            "down inf%",
            "1e-05",
        ),
        leaves=("none of 33", "None of the 33 wards", "information", "Nancy"),
    ),
    Rule(
        why="an empty piece",
        pattern=r"\(\)|“”|: ?[.;]|\bof \.|\bin ,|\(,|\(;| ;",
        takes=("down ()", "Not judged: .", "fell in , and"),
        leaves=("down (3)",),
    ),
    Rule(
        why="words that a board has called clumsy, or that promise more than a test",
        pattern=r"(?i)chance alone|that is changed after|are of improvement|show one of their own|: board card\b|"
        r"\bone of \d in \d\b|\bproves?\b|guarantee",
        takes=(
            "Chance alone would not make this fall",
            "12 are of improvement",
            "Harmony: board card, Leeds",
        ),
        leaves=("no clear change", "Chance does this less than once in 20 times"),
    ),
)


def faults_of(text: str) -> list[str]:
    """Give what is wrong with a sentence, each with the words in which it lies."""
    return [
        f"{rule.why}: “{text[max(0, found.start() - 25) : found.end() + 25]}”"
        for rule in RULES
        for found in re.finditer(rule.pattern, text)
    ]
