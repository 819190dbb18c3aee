"""What may be printed of small numbers: the partnership's rules as data, each with its basis.

The rules stand in ``national/disclosure_rules.toml``. They say which counts are small in which theme, what theme a
measure belongs to, and what else is asked of a number before it is printed. What follows from them for a table is
worked out in ``reporting.disclosure``, and for a whole pack in the audit.

>>> rules = read_disclosure_rules()
>>> rules.theme_of("victims by age", "people").threshold
10
>>> rules.theme_of("domestic_burglary", "monthly_count", "offences").id
'offences'
"""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from saferleeds_analysis.door import read_toml
from saferleeds_analysis.explained import explained
from saferleeds_analysis.problems import DataProblem

_RULES = Path(__file__).parent / "national" / "disclosure_rules.toml"
STANDINGS = ("verified", "remembered", "derived", "judgement")
EDITIONS = ("public", "restricted")

# What stands at the top of each page, sheet and printed side of an edition.
MARKINGS = {
    "public": "OFFICIAL",
    "restricted": "OFFICIAL-SENSITIVE: restricted edition, not for publication",
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: when it applies, what is done, and on what ground (``standing`` says how far it was confirmed)."""

    id: str
    trigger: str
    action: str
    standing: str
    basis: str

    def __post_init__(self) -> None:
        """Refuse a standing that is none of the four words."""
        if self.standing not in STANDINGS:
            raise ValueError(
                f"rule {self.id!r}: standing is one of {', '.join(STANDINGS)}, not {self.standing!r}."
            )


@dataclass(frozen=True, kw_only=True)
class Theme:
    """Which counts of a theme are small: those under ``threshold``, zeros too if ``zero_is_small``.

    ``everywhere`` says that this holds for the city too; otherwise it holds below the city. ``round_to`` is the multiple
    to which counts below the city are rounded (1 rounds nothing), ``finest`` the smallest level of place printed in the
    public edition (``city`` or ``ward``), ``marking`` the protective marking until the owner clears it.
    """

    id: str
    threshold: int
    everywhere: bool
    zero_is_small: bool
    round_to: int
    finest: str
    marking: str
    why: str

    def applies(self, *, below_city: bool) -> bool:
        """Say whether small counts of this theme are withheld at this level of place."""
        return self.everywhere or below_city

    def is_small(self, count: float, *, below_city: bool) -> bool:
        """Say whether a count is one that may not be printed.

        >>> offences = read_disclosure_rules().theme("offences")
        >>> offences.is_small(4, below_city=True), offences.is_small(4, below_city=False)
        (True, False)
        >>> offences.is_small(0, below_city=True)
        False
        """
        if not self.applies(below_city=below_city):
            return False
        return count < self.threshold and (self.zero_is_small or count > 0)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What belongs to a theme: the words by which its measures are known, and why."""

    theme: str
    words: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class DeclaredTie:
    """A sum that no name shows: a whole and its parts, each by indicator and measure. One part says that both are the same."""

    whole: tuple[str, str] = explained(
        "the whole: an indicator and a measure, as figures.csv names them",
        ("warden_calls", "count"),
        holds="an indicator and a measure",
    )
    parts: tuple[tuple[str, str], ...] = explained(
        "its parts, each an indicator and a measure; one part says that both are the same",
        (("calls_by_day", "count"), ("calls_by_night", "count")),
        holds="a list of such pairs",
    )
    why: str = explained("why they add up", "Calls are logged by day or by night.")


@dataclass(frozen=True, kw_only=True)
class DisclosureRules:
    """Every rule, theme and judgement; ``withheld`` and ``base_too_small`` are the marks that stand in tables."""

    smallest_base: int
    withheld: str
    base_too_small: str
    rules: tuple[Rule, ...]
    themes: tuple[Theme, ...]
    judgements: tuple[Judgement, ...]
    ties: tuple[DeclaredTie, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a judgement on a theme that is not defined."""
        known = {theme.id for theme in self.themes}
        for judgement in self.judgements:
            if judgement.theme not in known:
                raise ValueError(
                    f"a judgement names the theme {judgement.theme!r}; known: {', '.join(sorted(known))}."
                )

    def theme(self, theme_id: str) -> Theme:
        """Give the theme of this id."""
        for theme in self.themes:
            if theme.id == theme_id:
                return theme
        raise ValueError(
            f"unknown theme of disclosure: {theme_id!r}. Known: {', '.join(theme.id for theme in self.themes)}."
        )

    def theme_of(self, *names: str) -> Theme:
        """Give the theme to which a measure belongs by its names (measure, indicator, unit); events if by none."""
        text = " | ".join(names).lower().replace("_", " ")
        for judgement in self.judgements:
            if any(re.search(rf"\b{re.escape(word)}", text) for word in judgement.words):
                return self.theme(judgement.theme)
        return self.theme("offences")


def read_disclosure_rules(*own: Path) -> DisclosureRules:
    """Read the rules of this package, and what a project adds in its ``disclosure.toml`` (``own``).

    A project may tell of sums between its figures (``[[tie]]``) and be stricter (``[thresholds]``); it can loosen nothing.
    """
    try:
        content = tomllib.loads(_RULES.read_text(encoding="utf-8"))
        rules = DisclosureRules(
            smallest_base=content["smallest_base"],
            withheld=content["withheld"],
            base_too_small=content["base_too_small"],
            rules=tuple(Rule(**row) for row in content["rule"]),
            themes=tuple(Theme(**row) for row in content["theme"]),
            judgements=tuple(
                Judgement(theme=row["theme"], words=tuple(row["words"]), why=row["why"])
                for row in content["judgement"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataProblem(f"{_RULES.name}: {error}") from error
    for path in own:
        rules = _with_own(rules, path)
    return rules


def _is_tie(row: object) -> bool:
    """Say whether a table of a project tells of a sum: a whole, its parts and why."""
    if not (isinstance(row, dict) and set(row) == {"whole", "parts", "why"} and isinstance(row["why"], str)):
        return False
    parts = row["parts"] if isinstance(row["parts"], list) else [None]
    return all(
        isinstance(some, list) and all(isinstance(one, str) for one in some)
        for some in [row["whole"], *parts]
    )


def _with_own(rules: DisclosureRules, path: Path) -> DisclosureRules:
    """Add what a project's table says to the rules."""
    try:
        content = read_toml(path, path.name)
        if not_known := set(content) - {"tie", "thresholds"}:
            raise ValueError(f"{sorted(not_known)} is not known; it holds [[tie]] and [thresholds].")
        stricter, told = content.get("thresholds", {}), content.get("tie", [])
        if not (isinstance(stricter, dict) and isinstance(told, list) and all(map(_is_tie, told))):
            raise ValueError(
                "[thresholds] is a table of numbers, and each [[tie]] has whole, a list of texts, parts, a list of such lists, and "
                "why, a text."
            )
        for name, threshold in stricter.items():
            if not isinstance(threshold, int) or threshold < rules.theme(name).threshold:
                raise ValueError(
                    f"the threshold of {name!r} is a whole number of at least {rules.theme(name).threshold}, which holds for "
                    f"everybody, not {threshold!r}."
                )
        ties = tuple(
            DeclaredTie(whole=tuple(row["whole"]), parts=tuple(map(tuple, row["parts"])), why=row["why"])
            for row in told
        )
    except ValueError as error:
        raise DataProblem(f"{path.name}: {error}") from error
    themes = tuple(replace(t, threshold=stricter.get(t.id, t.threshold)) for t in rules.themes)
    return replace(rules, themes=themes, ties=rules.ties + ties)
