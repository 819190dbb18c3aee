"""What the partnership measures and where: indicators, targets, areas, caveats and published figures.

All of it is agreed text and numbers, so it lives in reviewed tables, each row with its source. What is local (indicators,
targets, areas and what was published of them) stands in the project's ``data/raw/reference/``; what holds for England and
Wales stands in ``national/`` of this package. An analyst adds an indicator, a target or an area by adding rows; never in code.

>>> catalogue = load_catalogue("data/raw/reference")
>>> catalogue.indicator("domestic_burglary").improvement_direction
'decrease'
>>> [t.value for t in catalogue.targets("domestic_burglary", "Leeds", "2012/13", as_at=date(2012, 9, 30))]
[7056.0, 5999.0]
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.disclosure_rules import DisclosureRules, read_disclosure_rules
from saferleeds_analysis.door import (
    read_table,
    read_text,
    read_toml,
    sha256_of,
    shown,
    toml_of,
)
from saferleeds_analysis.explained import explained, in_known_words, unfilled
from saferleeds_analysis.figures import Rows, TableRow
from saferleeds_analysis.formats import FORMAT, KEY, refuse_other_formats
from saferleeds_analysis.problems import DataProblem, noting, refuse, twice
from saferleeds_analysis.survey_measures import Definition, MeasureBaseline, SurveyQuestion, check_definitions

NATIONAL = Path(__file__).parent / "national"
# The source of an indicator of which only printed numbers are known.
PUBLISHED = "published_figures"
DIRECTIONS = ("decrease", "increase", "neither")
COMPARISONS = ("at most", "below", "at least", "above")

# The tables that a project's data/raw/reference may hold; of a name with * there may be several.
LOCAL_TABLES = (
    "area_tiles.csv",
    "areas.csv",
    "assessment.toml",
    "assumed_returns.csv",
    "baselines.csv",
    "caveat_families.csv",
    "caveats.csv",
    "crime_multipliers.csv",
    "definitions.csv",
    "denominators.csv",
    "disclosure.toml",
    "documents.csv",
    "funding.toml",
    "gdp_deflators.csv",
    "group_*.csv",
    "indicators.toml",
    "interventions.csv",
    "offence_mapping.csv",
    "performance_measures_*.csv",
    "project.toml",
    "published_figures*.csv",
    "rebase_decisions.csv",
    "register_*.csv",
    "seasonal_specs.toml",
    "survey_questions.toml",
    "targets.csv",
    "unit_costs.csv",
)


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One measure with one definition: what is counted where, why it matters, and which way is better, which is a judgement."""

    id: str = explained(
        "what other tables and the ledger know it by: small letters, digits and _; it stays for good",
        "domestic_burglary",
    )
    name: str = explained("its name as pages print it", "Domestic burglary")
    outcome: str = explained(
        "which outcome of the partnership's plan it belongs to, in the plan's words",
        "People are safe and feel safe",
    )
    priority: str = explained("which priority of the plan it belongs to", "Burglary")
    why: str = explained(
        "why it is a priority, in a sentence or two; printed in its annex",
        "Burglary does more harm than its loss in money.",
    )
    unit: str = explained(
        'what is counted: "offences" for recorded crime, "%" for a percentage, "per offender" or "per 1,000 households" for a rate, "days" for how long '
        'cases take, or what a service counts, such as "calls"',
        "offences",
    )
    improvement_direction: str = explained(
        "which way is better; a judgement of the partnership", "decrease", holds=DIRECTIONS
    )
    population: str = explained("whom the measure is about", "Households in Otterbridge")
    definition: str = explained(
        "what exactly is counted; a new definition is a new indicator",
        "Offences that the police recorded as domestic burglary.",
    )
    source: str = explained(
        'the folder of data/raw that holds its data, or "published_figures" where only printed figures are held',
        "recorded_crime",
    )
    offence: str = explained(
        "what the offence, measure or kind column of the data says, to the letter",
        "Domestic burglary",
        empty="a survey measure, or one of which only printed figures are held",
    )
    area_set: str = explained("the set of areas in areas.csv in which it is counted", "otterbridge")
    beside: str = explained(
        "the id of an indicator of the same unit beside which it is shown, such as that of a group of like areas",
        "treatment_completed_england",
        empty="it stands by itself",
        default="",
    )
    offence_codes: tuple[str, ...] = explained(
        "the Home Office codes of the offences that are counted, by which the strategic assessment finds how grave they are: severity_weights.csv "
        "of the package",
        ["28E", "28F"],
        empty="how grave they are is not computed",
        default=(),
    )
    repeats: str = explained(
        "the id of an indicator, a percentage, that says how many of its victims had been victims before",
        "repeat_victims",
        empty="none does",
        default="",
    )

    @property
    def counted(self) -> str:
        """What is counted, by name: the offence, or the measure itself."""
        return self.offence or self.name

    @property
    def kind_of_data(self) -> str:
        """What it is read from: ``counts`` of offences, ``service counts``, ``percentages`` of a survey, ``parts``, ``cases``, or ``printed`` ones."""
        kind = "percentages" if self.unit == "%" else "counts"
        if self.source == PUBLISHED:
            return f"printed {kind}"
        if self.unit.startswith("per ") or (self.unit == "%" and self.offence):
            return "parts"
        if self.unit == "days":
            return "cases"
        # As in caveat_families.csv of national/: what is counted in offences is recorded crime.
        return "service counts" if kind == "counts" and "offences" not in self.unit else kind


@dataclass(frozen=True, kw_only=True)
class Target(TableRow):
    """A target for one financial year, in force from the day it was set.

    A later target of the same year supersedes an earlier one, which stays visible.
    """

    indicator_id: str = explained("the id of an indicator in indicators.toml", "domestic_burglary")
    area: str = explained("an area of the indicator's area set", "Otterbridge")
    period: str = explained("the financial year that it is for", "2026/27", holds="a financial year, 2026/27")
    kind: str = explained(
        '"original", or "stretch" for one that asks more; a later one of the same year takes the place of an earlier one',
        "original",
    )
    comparison: str = explained("how it is met", "at most", holds=COMPARISONS)
    value: float = explained("the number that is to be met, in the indicator's unit", "240")
    set_on: date = explained(
        "the day on which it was set: no page as at an earlier day shows it", "2026-04-01"
    )
    agreed_by: str = explained("who set it", "Safer Otterbridge")
    source: str = explained("the paper in which it stands", "Community safety plan 2026, page 12")
    note: str = explained("what a reader must know of it", "Rounded", empty="nothing")
    of: str = explained(
        "what is to meet the value: the level; by how much it gets better in a year (change); by how much it is worse than the "
        "indicator beside which it stands (gap); or whether that gap shrinks in a year (closer, whose value is 0). All but the first are for parts",
        "level",
        empty="the level; the column may be left out",
        holds=("level", "change", "gap", "closer"),
        default="level",
    )

    def __post_init__(self) -> None:
        """Refuse a value that no count or percentage can meet."""
        if not 0 <= self.value < inf:
            raise ValueError(f"the value of a target is a number from 0 up; {self.value} is not.")


@dataclass(frozen=True, kw_only=True)
class Area:
    """A place in an area set: the whole at the top (``parent`` empty), then its parts, each with one parent."""

    area_set: str = explained(
        "the set that it belongs to: one set has one vintage of boundaries", "otterbridge"
    )
    name: str = explained("its name, to the letter as the data have it", "Mill Hill")
    kind: str = explained("what kind of area it is, in small letters: rules of the run list go by it", "ward")
    parent: str = explained("the area of the same set that it is a part of", "Otterbridge", empty="the whole")
    code: str = explained(
        "its code of the Office for National Statistics",
        "E05000001",
        empty="it has none, or nobody has looked",
    )
    basis: str = explained(
        "on what ground it is in the table: a source, a decision, a remark",
        "Boundaries of May 2023",
        empty="nothing is said",
    )


@dataclass(frozen=True, kw_only=True)
class Caveat:
    """What a reader must know about an indicator in a stretch of months, and on what ground we say so."""

    applies_to: str = explained(
        'what it is about: the id of an indicator, a family of caveat_families.csv, a topic of a page (cost of crime) or "all"',
        "domestic_burglary",
    )
    start: pd.Period | None = explained(
        "the first month that it is about", "2026-05", empty="it has always been so"
    )
    end: pd.Period | None = explained("the last month that it is about", "2026-06", empty="it still is so")
    kind: str = explained(
        'a word for it. "definition break" starts the level anew, "pandemic months" are kept out of the season, months of "pandemic" and "missing" out of projections; other words have no effect',
        "recording",
    )
    text: str = explained(
        "the sentence that a reader needs",
        "A new records system came in: May 2026 may hold offences of April.",
    )
    basis: str = explained("how this is known", "The police force, 2 June 2026")


@dataclass(frozen=True, kw_only=True)
class FamilyRule:
    """An indicator belongs to a ``family`` when one of its fields ``contains`` these words: so no list must be kept.

    A row without field names a topic: its caveats belong to a kind of page, whatever the indicator.
    """

    family: str = explained("the name of the family; caveats.csv names it in applies_to", "our burglaries")
    field: str = explained(
        "the field of an indicator that is looked at",
        "offence",
        empty="the name is a topic: its caveats go by kind of page",
    )
    contains: str = explained(
        "words in that field, in any case of letters", "burglary", empty="only where the field is empty too"
    )

    def __post_init__(self) -> None:
        """Refuse a field that indicators do not have."""
        if self.field and self.field not in {f.name for f in fields(Indicator)}:
            raise ValueError(
                f"family {self.family!r} looks at {self.field!r}, which is no field of an indicator."
            )

    def holds_for(self, indicator: Indicator) -> bool:
        """Say whether an indicator belongs to the family by this rule."""
        return bool(self.field) and self.contains.casefold() in getattr(indicator, self.field).casefold()


@dataclass(frozen=True, kw_only=True)
class ChanceWord:
    """The words for chances ``below`` a bound (and at or above the bound of the row before)."""

    below: float
    words: str
    source: str


@dataclass(frozen=True, kw_only=True)
class PublishedFigure(TableRow):
    """A figure that somebody published, as printed, and whether it can be reproduced."""

    indicator_id: str = explained("the id of an indicator in indicators.toml", "domestic_burglary")
    area: str = explained("the area that it is about", "Otterbridge")
    period: str = explained(
        "the months that it is about",
        "2025/26",
        holds="2025/26; 2025/26 Q3; 12 months to 2025-12; month 2025-12; calendar 2025; other words are printed and not worked out again",
    )
    measure: str = explained(
        'what it says: "count", "change_percent", "change_count", or the definition of a survey measure; other words are printed and not worked out again',
        "count",
    )
    value: Decimal = explained(
        "the number with the precision in which it was printed: -39.0 is to one decimal place", "251"
    )
    printed_as: str = explained("how it was printed, to the letter", "251")
    unit: str = explained("what is counted, or %", "offences")
    source: str = explained(
        "where the figure stands, so that anybody can look it up", "Annual report 2025/26, page 4"
    )
    source_vintage: str = explained("which issue of the source it stands in", "May 2026")
    known_from: date = explained(
        "the first day on which a reader could know it: no page as at an earlier day shows it", "2026-05-20"
    )
    verdict: str = explained(
        'what is to be thought of it: "input" is taken as printed, "reproduces", "does not reproduce", "inconsistent", "ambiguous", "not checkable", "not comparable"',
        "input",
    )
    note: str = explained("what a reader must know of it", "Rounded", empty="nothing")


@dataclass(frozen=True, kw_only=True)
class ListedIntervention(TableRow):
    """Something that was done in some areas from a month on, of which a page asks whether it worked.

    ``donors`` are the places without it, beside which its areas are set; ``around`` those into which it may have pushed what is counted.
    """

    id: str = explained("what the run list knows it by; it stays for good", "alley_gates")
    title: str = explained("what it is called, as pages print it", "the alley gates")
    indicator_id: str = explained(
        "the id of the indicator in indicators.toml that it was to move", "domestic_burglary"
    )
    areas: tuple[str, ...] = explained(
        "where it was done: areas of the indicator's set, taken together",
        "Mill Hill",
        holds="names with ; between",
    )
    start: pd.Period = explained("the first month with it", "2026-04", holds="a month, 2026-04")
    donors: tuple[str, ...] = explained(
        "places of the same set where nothing of the kind was done",
        "Canal Side; Old Town",
        empty="all other areas of the same kind",
        holds="names with ; between",
    )
    around: tuple[str, ...] = explained(
        "places next to it into which it may have pushed offences; they are no donors",
        "Castle Ward",
        empty="none is named, and the page says what that leaves open",
        holds="names with ; between",
    )
    done: str = explained(
        "what was done, as a sentence without a full stop", "Gates were put up in forty alleys"
    )
    source: str = explained("where that is written", "Board paper, June 2026")
    note: str = explained(
        "what a reader must know of it, in sentences",
        "The last gates were put up in May.",
        empty="nothing",
    )


@dataclass(frozen=True, kw_only=True)
class Project:
    """Whose pages these are, whom a reader asks, and at which prices report cards value offences (:meth:`~.unit_costs.CostTables.prices`)."""

    organisation: str = explained("whose pages these are, at the top of each", "Safer Otterbridge")
    contact: str = explained("whom a reader asks: a team, not a person", "Analysts, Otterbridge Council")
    cost_edition: str = explained(
        "the edition of unit costs at which offences are valued",
        "2010/11",
        empty="the newest edition that was seen in an official publication",
        default="",
    )
    price_year: str = explained(
        "the year of whose prices they are told", "2010/11", empty="the edition's own", default=""
    )
    vintage: str = explained(
        "the release of the deflator by which prices are carried from one year to another",
        "December 2025",
        empty="the newest",
        default="",
    )
    format: int = explained(
        "how the project is laid out: `saferleeds upgrade` moves it on",
        FORMAT,
        empty="the first format",
        default=FORMAT,
    )


class Catalogue:
    """The agreed tables, looked up by name. Made by :func:`load_catalogue`."""

    def __init__(
        self,
        *,
        indicators: Iterable[Indicator],
        targets: Iterable[Target],
        areas: Iterable[Area],
        caveats: Iterable[Caveat],
        families: Iterable[FamilyRule] = (),
        published: Iterable[PublishedFigure],
        seasonal_specs: str = "",
        chance_words: Iterable[ChanceWord] = (),
        questions: Iterable[SurveyQuestion] = (),
        definitions: Iterable[Definition] = (),
        baselines: Iterable[MeasureBaseline] = (),
        disclosure_rules: DisclosureRules | None = None,
        target_tables: Iterable[Rows] = (),
        interventions: Iterable[ListedIntervention] = (),
    ) -> None:
        """Hold the tables; refuse an indicator or an area that is there twice, and a part without its whole."""
        indicators, areas = tuple(indicators), tuple(areas)
        self._indicators = {indicator.id: indicator for indicator in indicators}
        self._areas: dict[str, dict[str, Area]] = {}
        for area in areas:
            self._areas.setdefault(area.area_set, {})[area.name] = area
        problems = [
            f"indicator {indicator!r} is defined twice. One measure has one definition."
            for indicator in twice(indicator.id for indicator in indicators)
        ]
        problems += [
            f"area {name!r} is in area set {area_set!r} twice."
            for area_set, name in twice((area.area_set, area.name) for area in areas)
        ]
        problems += [
            f"area {area.name!r} names {area.parent!r} as its whole, which is not in area set {area.area_set!r}."
            for area in areas
            if area.parent and area.parent not in self._areas[area.area_set]
        ]
        problems += [
            f"area {area.name!r} of area set {area.area_set!r} is a part of itself, through the wholes that are named."
            for area in areas
            if _is_in_itself(area, self._areas[area.area_set])
        ]
        self._targets = sorted(targets, key=lambda t: t.set_on)
        refuse([*problems, *self._faults_beside(), *self._faults_of_repeats(), *self._faults_of_targets()])
        # The table of targets as a whole: what rests on there being none of a measure rests on all of it.
        self.target_tables = tuple(target_tables)
        self._caveats = tuple(caveats)
        self._families = tuple(families)
        self._published = tuple(published)
        self._chance_words = sorted(chance_words, key=lambda word: word.below)
        self._questions = {q.indicator_id: q for q in questions}
        self._definitions, self._baselines = tuple(definitions), tuple(baselines)
        check_definitions(self._definitions, self._baselines)
        # The frozen choices of seasonal adjustment as TOML text: methods.seasonal reads and checks it.
        self.seasonal_specs = seasonal_specs
        # What may be printed of small numbers: a project may be stricter, and can loosen nothing.
        self.disclosure_rules = disclosure_rules or read_disclosure_rules()
        interventions = tuple(interventions)
        refuse(self._faults_of_interventions(interventions))
        self._interventions = {row.id: self._with_donors(row) for row in interventions}

    def _faults_beside(self) -> Iterator[str]:
        """Say which indicator cannot be shown beside the one that it names: it is not there, or counts something else."""
        for own in filter(lambda i: i.beside, self._indicators.values()):
            other = self._indicators.get(own.beside)
            if other is None:
                yield f"indicator {own.id!r}, beside: {unknown('indicator', own.beside, self._indicators)}"
            elif {own.kind_of_data, other.kind_of_data} != {"parts"} or own.unit != other.unit:
                yield (
                    f"indicator {own.id!r}, beside: {other.id!r} is in {other.unit!r} and it is in {own.unit!r}. Only parts of one unit stand "
                    "beside each other."
                )

    def _faults_of_repeats(self) -> Iterator[str]:
        """Say which indicator names another for its repeats that is not there, or is no percentage."""
        for own in filter(lambda i: i.repeats, self._indicators.values()):
            other = self._indicators.get(own.repeats)
            if other is None:
                yield f"indicator {own.id!r}, repeats: {unknown('indicator', own.repeats, self._indicators)}"
            elif other.unit != "%":
                yield f"indicator {own.id!r}, repeats: {other.id!r} is in {other.unit!r}, and a percentage is needed."

    def _faults_of_targets(self) -> Iterator[str]:
        """Say which target is of something that its indicator has not; what nobody would rate it by is not left unsaid."""
        for target in self._targets:
            own = self._indicators.get(target.indicator_id)
            if own is None or target.of == "level":
                continue
            where = f"the target of {own.id!r} for {target.period} is of {target.of!r}"
            if own.kind_of_data != "parts":
                yield f"{where}, which only parts have (docs/methods/parts.md). Leave the column of empty."
            elif target.of in ("gap", "closer") and not own.beside:
                yield f"{where}, and the indicator stands beside none. Name one as beside in indicators.toml."

    def indicators(self) -> tuple[Indicator, ...]:
        """Give every indicator, in the order of the tables."""
        return tuple(self._indicators.values())

    def indicator(self, indicator_id: str) -> Indicator:
        """Give the indicator with this id."""
        return _looked_up("indicator", indicator_id, self._indicators)

    def area_sets(self) -> tuple[str, ...]:
        """Give the names of the area sets."""
        return tuple(self._areas)

    def area(self, area_set: str, name: str) -> Area:
        """Give the area of this name in an area set."""
        members = _looked_up("area set", area_set, self._areas)
        return _looked_up(f"area of area set {area_set!r}", name, members)

    def areas(self, area_set: str) -> tuple[Area, ...]:
        """Give every area of a set, in the order of the tables."""
        return tuple(_looked_up("area set", area_set, self._areas).values())

    def parts(self, area_set: str, name: str) -> tuple[Area, ...]:
        """Give the areas directly below an area: the divisions of a city, the wards of a division.

        >>> [a.name for a in load_catalogue("data/raw/reference").parts("leeds_2004", "Leeds")]
        ['NWL', 'NEL', 'C&H']
        """
        self.area(area_set, name)
        return tuple(a for a in self.areas(area_set) if a.parent == name)

    def whole(self, area_set: str, name: str) -> Area:
        """Give the whole of which an area is a part, at any depth; a whole is its own.

        >>> load_catalogue("data/raw/reference").whole("leeds_2004", "Armley").name
        'Leeds'
        """
        return (self.area(area_set, name), *self.above(area_set, name))[-1]

    def above(self, area_set: str, name: str) -> tuple[Area, ...]:
        """Give the areas of which an area is a part, the nearest first.

        >>> [a.name for a in load_catalogue("data/raw/reference").above("leeds_2004", "Armley")]
        ['NWL', 'Leeds']
        """
        nearest = self.area(area_set, name).parent
        return (self.area(area_set, nearest), *self.above(area_set, nearest)) if nearest else ()

    def below_city(self) -> frozenset[str]:
        """Give the names of all areas that are a part of another: divisions and wards; others (forces, cities) count as cities.

        >>> {"Leeds", "NWL", "Armley"} & load_catalogue("data/raw/reference").below_city() == {"NWL", "Armley"}
        True
        """
        return frozenset(a.name for members in self._areas.values() for a in members.values() if a.parent)

    def parts_by_kind(self, area_set: str, name: str) -> dict[str, tuple[Area, ...]]:
        """Give every area below an area, at any depth, by kind: first the nearest (divisions, then wards)."""
        found: dict[str, list[Area]] = {}
        below = list(self.parts(area_set, name))
        for area in below:  # each adds its own parts behind those that are still to come
            found.setdefault(area.kind, []).append(area)
            below += self.parts(area_set, area.name)
        return {kind: tuple(members) for kind, members in found.items()}

    def targets(
        self, indicator_id: str, area: str, period: str, *, as_at: date, and_later: bool = False
    ) -> tuple[Target, ...]:
        """Give the targets of a financial year (``2012/13``) that were set by a day, oldest first; the last is in force.

        Asked for those of later years too, they come by year.
        """
        own = (
            t
            for t in self._targets
            if (t.indicator_id, t.area) == (indicator_id, area)
            and t.set_on <= as_at
            and (t.period == period or (and_later and t.period > period))
        )
        return tuple(sorted(own, key=lambda t: t.period))

    def target_in_force(
        self, indicator_id: str, area: str, period: pd.Period, *, as_at: date
    ) -> Target | None:
        """Give the target in force for the financial year of a period, as it stood on a day; none where none was set."""
        year = periods.financial_year_name(periods.financial_year_of(period))
        return next(reversed(self.targets(indicator_id, area, year, as_at=as_at)), None)

    def caveats(
        self, indicator_id: str, months: pd.PeriodIndex, *, topics: Iterable[str] = ()
    ) -> tuple[Caveat, ...]:
        """Give the caveats that touch an indicator, its families or a page's ``topics`` in any of these months.

        >>> months = pd.period_range("2014-01", "2014-03", freq="M")
        >>> [c.kind for c in load_catalogue("data/raw/reference").caveats("domestic_burglary", months, topics=["cost of crime"])]
        ['recording', 'economic cost']
        """
        first, last = months.min(), months.max()
        about = {"all", indicator_id, *topics, *self.families(indicator_id)}
        return tuple(
            c
            for c in self._caveats
            if c.applies_to in about
            and (c.start is None or c.start <= last)
            and (c.end is None or c.end >= first)
        )

    def families(self, indicator_id: str) -> tuple[str, ...]:
        """Give the families to which an indicator belongs; none for an id that the catalogue does not hold.

        >>> load_catalogue("data/raw/reference").families("burglary_police_uk")
        ('police recorded crime', 'open crime data', 'wards of Leeds')
        """
        indicator = self._indicators.get(indicator_id)
        held = [rule.family for rule in self._families if indicator and rule.holds_for(indicator)]
        return tuple(dict.fromkeys(held))

    def published(self, indicator_id: str, *, as_at: date) -> tuple[PublishedFigure, ...]:
        """Give the published figures of an indicator that were out by a day."""
        return tuple(p for p in self._published if p.indicator_id == indicator_id and p.known_from <= as_at)

    def question(self, indicator_id: str) -> SurveyQuestion:
        """Give the question of an indicator that is read from respondents.

        >>> load_catalogue("data/raw/reference").question("asb_got_worse").question
        'asb'
        """
        return _looked_up("indicator with a survey question", indicator_id, self._questions)

    def is_asked(self, indicator_id: str) -> bool:
        """Say whether an indicator is read from respondents of a survey."""
        return indicator_id in self._questions

    def definitions(self, indicator_id: str) -> tuple[Definition, ...]:
        """Give the definitions of an indicator, the oldest first: its line breaks where one replaces another.

        >>> [d.definition for d in load_catalogue("data/raw/reference").definitions("clean_streets")]
        ['NI 195', 'clean streets indicator']
        """
        return tuple(d for d in self._definitions if d.indicator_id == indicator_id)

    def baseline(
        self, indicator_id: str, area: str, definition: str, *, as_at: date
    ) -> MeasureBaseline | None:
        """Give the one baseline of a measure that was known on a day; ``None`` where it has none.

        >>> catalogue = load_catalogue("data/raw/reference")
        >>> day = date(2012, 9, 30)
        >>> catalogue.baseline("asb_got_worse", "Leeds", "got worse in the last 12 months", as_at=day).value
        Decimal('16.94')
        """
        return next(
            (
                b
                for b in self._baselines
                if (b.indicator_id, b.area, b.definition) == (indicator_id, area, definition)
                and b.known_from <= as_at
            ),
            None,
        )

    def intervention(self, intervention_id: str) -> ListedIntervention:
        """Give what was done under this id, its donors filled in: without any, the other areas of its kind.

        >>> load_catalogue("data/raw/reference").intervention("operation_optimal").areas
        ('NWL',)
        """
        return _looked_up("intervention", intervention_id, self._interventions)

    def _with_donors(self, row: ListedIntervention) -> ListedIntervention:
        area_set = self.indicator(row.indicator_id).area_set
        kinds = {self.area(area_set, name).kind for name in row.areas}
        others = [a.name for a in self.areas(area_set) if a.kind in kinds]
        left = tuple(name for name in others if name not in (*row.areas, *row.around))
        return replace(row, donors=row.donors or left)

    def interventions(self, indicator_id: str) -> tuple[ListedIntervention, ...]:
        """Give everything that was to move an indicator and of which a page asks whether it worked."""
        return tuple(one for one in self._interventions.values() if one.indicator_id == indicator_id)

    def _faults_of_interventions(self, rows: Iterable[ListedIntervention]) -> Iterator[str]:
        """Say of each row which name is not known, stands twice or lies within another, with its place in the table."""
        listed: set[str] = set()
        for row in rows:
            where = f"interventions.csv, row {row.place.numbers[0]}, column" if row.place else "column"
            if row.id in listed:
                yield f"{where} id: {row.id!r} is there twice. Give each intervention an id of its own."
            listed.add(row.id)
            if row.indicator_id not in self._indicators:
                yield f"{where} indicator_id: {unknown('indicator', row.indicator_id, self._indicators)}"
                continue
            area_set = self.indicator(row.indicator_id).area_set
            members, taken = self._areas.get(area_set, {}), dict[str, str]()
            for column in ("areas", "donors", "around"):
                for name in getattr(row, column):
                    if name not in members:
                        yield f"{where} {column}: {unknown(f'area of area set {area_set!r}', name, members)}"
                        continue
                    line = self._line(area_set, name)
                    for other in taken:
                        if other in line or name in self._line(area_set, other):
                            yield f"{where} {column}: {name!r} overlaps {other!r} of column {taken[other]}. Take one of them out."
                    taken[name] = column

    def _line(self, area_set: str, name: str) -> set[str]:
        return {name, *(area.name for area in self.above(area_set, name))}

    def chance_in_words(self, probability: float) -> str:
        """Put a chance into the words of the agreed yardstick.

        >>> load_catalogue("data/raw/reference").chance_in_words(0.62)
        'likely'
        """
        return next(word.words for word in self._chance_words if probability < word.below or word.below >= 1)


def _is_in_itself(area: Area, members: Mapping[str, Area]) -> bool:
    """Say whether an area is a part of itself, or one of its wholes is."""
    seen = {area.name}
    while area := members.get(area.parent):
        if area.name in seen:
            return True
        seen.add(area.name)
    return False


def load_catalogue(folder: Path | str) -> Catalogue:
    """Read the tables of a project (its ``data/raw/reference``), and beside them what holds for England and Wales.

    The folder may hold the files of :data:`LOCAL_TABLES` and no other; none of them must be there. Every fault of every
    table comes in one :class:`DataProblem`.
    """
    folder = Path(folder)
    faults = [*unknown_tables(folder)]

    def rows(name: str, kind: type, *national: Path) -> list:
        found = []
        for path in (*national, *local_tables(folder, name)):
            with noting(faults):
                found += read_rows(path, kind)
        return found

    given = {
        "indicators": rows("indicators.toml", Indicator),
        "targets": rows("targets.csv", Target),
        "areas": rows("areas.csv", Area),
        "caveats": rows("caveats.csv", Caveat, NATIONAL / "caveats.csv"),
        "families": rows("caveat_families.csv", FamilyRule, NATIONAL / "caveat_families.csv"),
        "published": rows("published_figures*.csv", PublishedFigure),
        "questions": rows("survey_questions.toml", SurveyQuestion),
        "definitions": rows("definitions.csv", Definition),
        "baselines": rows("baselines.csv", MeasureBaseline),
        "interventions": rows("interventions.csv", ListedIntervention),
    }
    with noting(faults):
        given["disclosure_rules"] = read_disclosure_rules(*local_tables(folder, "disclosure.toml"))
    with noting(faults):
        specs = {path: read_text(path, path.name) for path in local_tables(folder, "seasonal_specs.toml")}
        for path, text in specs.items():
            toml_of(text, path.name)
        given["seasonal_specs"] = "\n".join(specs.values())
    refuse(faults)
    given["target_tables"] = [
        replace(place, role="targets", numbers=())
        for path in local_tables(folder, "targets.csv")
        for place in places_in(path, [0])
    ]
    return Catalogue(**given, chance_words=read_rows(NATIONAL / "chance_words.csv", ChanceWord))


def read_project(folder: Path | str) -> Project:
    """Read whose pages a project makes: ``project.toml`` of its ``data/raw/reference``.

    >>> read_project("data/raw/reference").organisation
    'Safer Leeds'
    """
    path = Path(folder) / "project.toml"
    if not path.is_file():
        raise DataProblem(
            'there is no project.toml in data/raw/reference: it says whose pages these are, as organisation = "..." and '
            'contact = "...".'
        )
    refuse_other_formats(folder)
    table = read_toml(path, path.name)
    table.pop(KEY)
    must = [f.name for f in fields(Project) if f.default is MISSING]
    may = [f.name for f in fields(Project) if f.name not in must]
    texts = all(isinstance(v, str) and v.strip() for v in table.values())
    if not (set(must) <= set(table) <= {*must, *may} and texts):
        raise DataProblem(
            f"{path.name}: must give {' and '.join(must)}, each a text, and may give {', '.join(may)}, and nothing else."
        )
    return Project(**table)


def local_tables(folder: Path | str | None, name: str) -> list[Path]:
    """Give the files of one table of a project: one, or several where its name in :data:`LOCAL_TABLES` has a ``*``."""
    return [] if folder is None else sorted(Path(folder).glob(name))


def unknown_tables(folder: Path) -> Iterator[str]:
    """Say of each file in the folder of tables that nothing reads what it may have been meant to be."""
    if not folder.is_dir():
        yield f"there is no folder {folder.name!r} for the tables of the project (data/raw/reference)."
        return
    for path in sorted(folder.iterdir()):
        if not path.name.startswith((".", "~$")) and not any(map(path.match, LOCAL_TABLES)):
            yield f"{shown(path.name)}: {unknown('table of data/raw/reference', path.name, LOCAL_TABLES)}"


def read_local(folder: Path | str | None, name: str, kind: type) -> list:
    """Read all files of one table of a project, those of :func:`local_tables`, with :func:`read_rows`."""
    return [row for path in local_tables(folder, name) for row in read_rows(path, kind)]


def read_rows(path: Path, kind: type) -> list:
    """Read a table of the project's shape, one ``kind`` a row of a CSV file or a table of a TOML file; all faults in one message.

    Its fields are the columns or the keys. A :class:`~saferleeds_analysis.figures.TableRow` is told where it stands.
    """
    if path.suffix == ".toml":
        return _read_tables(path, kind)
    table = read_table(path, path.name)
    wanted = columns_of(kind)
    columns = [f for f in fields(kind) if f.name in wanted]
    # A column with a default came later than the table, and may be left out.
    table = table.assign(**{f.name: "" for f in columns if f.default is not MISSING and f.name not in table})
    if sorted(table.columns) != sorted(wanted):
        raise DataProblem(
            f"{path.name}: the columns must be {', '.join(wanted)}; found {', '.join(table.columns)}."
        )
    rows, problems = [], []
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        if empty := list(unfilled(kind, row)):
            problems.append(f"{path.name}, row {number}: nothing stands in {', '.join(empty)}. Fill it in.")
        try:
            given = [f for f in columns if row[f.name].strip() or f.default is MISSING]
            cells = {f.name: _READERS.get(f.type, str)(row[f.name].strip()) for f in given}
            rows.append(kind(**in_known_words(kind, cells)))
        except ValueError as error:
            problems.append(f"{path.name}, row {number}: {error}")
    refuse(problems)
    if not issubclass(kind, TableRow):
        return rows
    return [replace(row, place=at) for row, at in zip(rows, places_in(path, table.index), strict=True)]


def _read_tables(path: Path, kind: type) -> list:
    """Read the ``[[...]]`` tables of a TOML file, which holds nothing else, one ``kind`` a table."""
    name = _NAMES_OF_TABLES[path.name]
    # parse_float keeps 0.21 as it is written: money is not counted in binary fractions
    content = toml_of(read_text(path, path.name), path.name, parse_float=Decimal)
    refuse(
        f"{path.name}: {other!r} is not known; it holds [[{name}]]."
        for other in sorted(set(content) - {name})
    )
    tables = content.get(name, [])
    if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
        raise DataProblem(f"{path.name}: each {name} is a table of its own, below a line [[{name}]].")
    [whole] = places_in(path, [0])
    rows, problems = [], []
    for number, table in enumerate(tables, start=1):
        known_by = table.get("id", "without id")
        try:
            row = row_of(kind, table)
            place = {"place": replace(whole, numbers=(), note=f"{name} {known_by}")}
            rows.append(replace(row, **place) if issubclass(kind, TableRow) else row)
        except ValueError as error:
            problems += [
                f"{path.name}, {name} {number} ({known_by}): {line}" for line in str(error).splitlines()
            ]
    refuse(problems)
    return rows


def row_of(kind: type, table: Mapping[str, Any]) -> Any:
    """Make a ``kind`` of a TOML table, its fields as keys; lists become tuples, and a number may be written in any way.

    All that is wrong with it is one ``ValueError``, a line each.
    """
    known = {f.name: f.type for f in fields(kind) if f.name not in _NO_COLUMNS}
    wanted = {f.name for f in fields(kind) if f.default is MISSING}
    missing, others = sorted(wanted - set(table)), sorted(set(table) - set(known))
    if missing or others:
        raise ValueError(f"missing {missing}, not known {others}.")
    faults = [f"nothing stands in {name}. Fill it in." for name in unfilled(kind, table)]
    faults += [
        f"{key} is {_IN_TOML[known[key]][1]}."
        for key, value in table.items()
        if type(value) not in _IN_TOML[known[key]][0]
        or (isinstance(value, list) and not all(isinstance(text, str) for text in value))
    ]
    if faults:
        raise ValueError("\n".join(faults))
    values = {key: _IN_TOML[known[key]][2](value) for key, value in table.items()}
    return kind(**in_known_words(kind, values))


def columns_of(kind: type) -> list[str]:
    """Give the columns of a CSV table of the project's shape, in their order.

    >>> columns_of(Area)
    ['area_set', 'name', 'kind', 'parent', 'code', 'basis']
    """
    return [f.name for f in fields(kind) if f.name not in _NO_COLUMNS]


def needed_columns(kind: type) -> list[str]:
    """Give the columns that a CSV table must have: those whose field has no default; the others may be left out.

    >>> "of" in columns_of(Target), "of" in needed_columns(Target)
    (True, False)
    """
    optional = {f.name for f in fields(kind) if f.default is not MISSING}
    return [name for name in columns_of(kind) if name not in optional]


def places_in(path: Path, numbers: Iterable[int]) -> list[Rows]:
    """Give for each row of a table, by its number, in which file of the project it stands, and where."""
    national, own = "saferleeds_analysis/national", "data/raw"
    folder = national if path.parent == NATIONAL else own if path.parent.name == "raw" else f"{own}/reference"
    file, sha256 = f"{folder}/{path.name}", sha256_of(path)
    return [Rows(role="row", file=file, sha256=sha256, numbers=(int(n),)) for n in numbers]


def read_decimal(text: str) -> Decimal:
    """Read a number as it is printed, with its precision; refuse what is none, infinity included."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 20 or len(text) > 40:  # nobody printed that
        raise ValueError(f"{text[:40]!r} is not a number.")
    return number


def read_day(text: str) -> date:
    """Read a day that is written 2012-10-05."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a day such as 2012-10-05.") from None


_NAMES_OF_TABLES = {
    "funding.toml": "position",
    "indicators.toml": "indicator",
    "survey_questions.toml": "question",
}
# Of a field of each type: of which types a value of a TOML table is, in words too, and how it is taken over.
_IN_TOML = {
    str: ((str,), "a text in quotes", str),
    tuple[str, ...]: ((list,), "a list of texts in quotes", tuple),
    int: ((int,), "a whole number", int),
    Decimal: ((int, float, Decimal), "a number", lambda number: read_decimal(str(number))),
    date: ((date,), "a day without quotes, such as 2026-04-30", lambda day: day),
}
# Where a row stands is no column of its table.
_NO_COLUMNS = [f.name for f in fields(TableRow)]
_READERS = {
    float: lambda text: float(read_decimal(text)),
    Decimal: read_decimal,
    Decimal | None: lambda text: read_decimal(text) if text else None,
    tuple[str, ...]: lambda text: tuple(filter(None, map(str.strip, text.split(";")))),
    pd.Period: periods.month,
    date: read_day,
    date | None: lambda text: read_day(text) if text else None,
    pd.Period | None: lambda text: periods.month(text) if text else None,
}


def _looked_up(what: str, name: str, known: Mapping[str, Any]) -> Any:
    """Give what stands under a name; refuse a name that is not known."""
    if name not in known:
        raise ValueError(unknown(what, name, known))
    return known[name]


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is not known, with the nearest that is, or with all of them."""
    known = list(known)
    same = {other.casefold(): other for other in known}
    near = [same[n] for n in difflib.get_close_matches(name.casefold(), same, n=1, cutoff=0.5)]
    hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known) or 'none'}."
    return f"unknown {what}: {name!r}. {hint}"
