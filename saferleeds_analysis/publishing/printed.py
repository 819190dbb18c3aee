"""What packs print, gathered as counts, and the ties by which a reader may link them.

Counts of one indicator, area and stretch of months are one count under whatever measure a page prints them. The ties are
those that hold for anybody: wards make divisions and divisions the city, months make quarters and years, groups make all,
a change is the later count less the earlier, a percentage is a count of its base. Counts that no page prints, but that
these ties lead to (the last three months, the one ward that a table leaves out), are in it as well.
"""

import itertools
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.disclosure_rules import Theme
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.methods.disclosure_audit import INFINITY, Tie
from saferleeds_analysis.publishing.content import PrintedFigure

# Printed in full, a percentage is still a number with an end.
_FULL = 1e-9
_ROUNDED = "rounded to the nearest "
_GROUP, _EVERYBODY = "group", "all"

# What the roles of measures mean to somebody who works counts out: these say nothing of the count of their window.
_INDEPENDENT = ("target", "milestone", "projection", "chance", "quality", "assumption", "about the pack")


class Key(NamedTuple):
    """One count: of an indicator (``what`` and ``group`` empty), or of a group of something, in an area and months.

    ``months`` is the first and the last month as whole numbers, or the period's own words where they name no months.
    """

    indicator: str
    area: str
    what: str
    group: str
    months: Hashable


@dataclass
class Printed:
    """Everything that was printed, gathered: what a reader starts from, and what links it."""

    cells: dict[Key, tuple[float, float]] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    withheld: dict[Key, PrintedFigure] = field(default_factory=dict)
    implied: set[Key] = field(default_factory=set)
    reports: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    places: dict[Key, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    themes: dict[Key, Theme] = field(default_factory=dict)
    made_from_withheld: list[PrintedFigure] = field(default_factory=list)

    def tie(self, tie: Tie) -> None:
        """Add a tie, and remember in which reports its counts stand."""
        self.ties.append(tie)
        for key in tie.coefficients:
            self.reports[tie.label] |= self.places.get(key, set())

    def tie_sum(self, whole: Key, parts: Collection[Key], *, label: str) -> None:
        """Tie a whole to its parts; those of them that no page prints are implied from now on."""
        for key in (whole, *parts):
            if key not in self.cells:
                self.cells[key] = (0, INFINITY)
                self.implied.add(key)
        self.tie(Tie.sum(whole, parts, label=label))

    def tie_ratio(self, part: Key, whole: Key, percent: float, *, slack: float, label: str) -> None:
        """Tie two counts of which the one is a percentage of the other, known to within a slack."""
        for side, lower, upper in ((percent - slack, 0.0, INFINITY), (percent + slack, -INFINITY, 0.0)):
            self.tie(Tie(coefficients={part: 100.0, whole: -side}, lower=lower, upper=upper, label=label))


class Reader:
    """Tells what each figure is to somebody who works counts out, by its measure and the catalogue's areas."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Hold the rules, which areas lie below a city, and of which area each of an indicator's areas is a part."""
        self.rules = catalogue.disclosure_rules
        self._below = catalogue.below_city()
        self._parents = {
            i.id: {area.name: area.parent for area in catalogue.areas(i.area_set)}
            for i in catalogue.indicators()
        }

    def below_city(self, area: str) -> bool:
        """Say whether an area is a part of one of the catalogue's cities; others (forces, cities) count as cities."""
        return area in self._below

    def theme(self, figure: Figure) -> Theme:
        """Give the stricter of the theme that a figure was made under and that of its indicator and unit."""
        found = (self.rules.theme(figure.theme), self.rules.theme_of(figure.indicator_id, figure.unit))
        return max(found, key=lambda theme: theme.threshold * (1 + theme.everywhere))

    def role(self, figure: Figure) -> str:
        """Say what a figure is: ``count``, ``percent``, ``change``, ``independent`` or ``derived``."""
        role = figure.measure.role
        if role in _INDEPENDENT:
            return "independent"
        if role == "change" and figure.measure.own:
            return "change"
        return {"count": "count", "percentage": "percent"}.get(role, "derived")

    def key(self, figure: Figure) -> Key:
        """Give the count that a figure prints, or that its percentage is of.

        A group is one of what is broken down, whether its count or its percentage is given; a registered figure is one and
        the same on whatever page, under whatever measure.
        """
        what = group = ""
        if not figure.measure.own:
            others = [f"{name} {value}" for name, value in figure.qualifiers if name != _GROUP]
            group = dict(figure.qualifiers).get(_GROUP, "")
            what = ", ".join(others if group and others else [figure.measure.id, *others])
            registered = dict(figure.qualifiers).get("figure")
            what = f"figure {registered}" if registered else what
        months = figure.window.months
        period = figure.period if months is None else (months[0].ordinal, months[-1].ordinal)
        return Key(figure.indicator_id, figure.area, what, group, period)

    def parts(self, indicator: str, area: str) -> tuple[str, ...]:
        """Give the areas that make up an area in the indicator's set of areas."""
        parents = self._parents.get(indicator, {})
        return tuple(name for name, parent in parents.items() if parent == area)

    def wholes(self, indicator: str, area: str) -> Iterator[str]:
        """Give every area of which an area is a part, the nearest first."""
        parents = self._parents.get(indicator, {})
        while area := parents.get(area, ""):
            yield area


def gather(figures: Iterable[PrintedFigure], reader: Reader) -> Printed:
    """Gather the counts that figures print and everything that ties them."""
    printed = Printed()
    figures = list(figures)
    for one in figures:
        figure = one.figure
        if reader.role(figure) != "count":
            continue
        key, number = reader.key(figure), figure.number
        printed.places[key].add((one.pack, one.report))
        printed.themes[key] = reader.theme(figure)
        if number is None:
            if figure.value == reader.rules.withheld:
                printed.withheld[key] = one
            continue
        spread = int(figure.method.rpartition(_ROUNDED)[2]) // 2 if _ROUNDED in figure.method else 0
        # Restated between two packs: a reader knows it no better than both.
        lower, upper = printed.cells.get(key, (INFINITY, -INFINITY))
        printed.cells[key] = (min(lower, max(number - spread, 0)), max(upper, number + spread))
    # What one page withholds and another prints is printed; the audit names it.
    for key in printed.withheld:
        printed.cells.setdefault(key, (0, INFINITY))
    _tie_groups(printed)
    _tie_declared(printed, reader)
    _tie_areas(printed, reader)
    _tie_months(printed)
    _tie_figures(
        printed, [f for f in figures if reader.role(f.figure) not in ("count", "independent")], reader
    )
    return printed


def _tie_groups(printed: Printed) -> None:
    families = defaultdict(dict)
    for key in printed.cells:
        if key.group:
            families[key._replace(group="")][key.group] = key
    for family, groups in families.items():
        everybody = groups.pop(_EVERYBODY, None)
        if everybody and groups:
            label = f"{family.what} in {family.area} by group and in all"
            printed.tie_sum(everybody, groups.values(), label=label)


def _tie_declared(printed: Printed, reader: Reader) -> None:
    """Tie what the rules declare to belong together, wherever two of it stand for the same area and months."""
    places = defaultdict(dict)
    for key in printed.cells:
        measure = f"{key.what}: {key.group}" if key.group else key.what
        places[key.area, key.months][key.indicator, measure] = key
    for there in places.values():
        for declared in reader.rules.ties:
            whole, parts = there.get(declared.whole), [there.get(part) for part in declared.parts]
            if whole is not None and all(part is not None for part in parts):
                printed.tie_sum(whole, parts, label=declared.why)


def _tie_areas(printed: Printed, reader: Reader) -> None:
    families = defaultdict(set)
    for key in list(printed.cells):
        families[key._replace(area="")].add(key.area)
    for family, areas in families.items():
        # Every area above a printed one, up to a printed one, may follow from the others.
        wholes = {whole for area in areas for whole in reader.wholes(family.indicator, area)}
        if not wholes & areas:
            continue
        for whole in wholes:
            parts = [family._replace(area=name) for name in reader.parts(family.indicator, whole)]
            label = f"{_named(family)}: {whole} and the areas that make it up, {_period(family.months)}"
            printed.tie_sum(family._replace(area=whole), parts, label=label)


def _tie_months(printed: Printed) -> None:
    """Tie the stretches of months of each count through the pieces into which their ends cut the time."""
    families = defaultdict(set)
    for key in list(printed.cells):
        if isinstance(key.months, tuple):
            families[key._replace(months=None)].add(key.months)
    for family, windows in families.items():
        edges = sorted({edge for first, last in windows for edge in (first, last + 1)})
        for first, last in windows:
            cuts = [edge for edge in edges if first <= edge <= last + 1]
            pieces = [family._replace(months=(start, end - 1)) for start, end in itertools.pairwise(cuts)]
            if len(pieces) > 1:
                label = f"{_named(family)} in {family.area}: {_period((first, last))} and the months in it"
                printed.tie_sum(family._replace(months=(first, last)), pieces, label=label)


def _tie_figures(printed: Printed, figures: Iterable[PrintedFigure], reader: Reader) -> None:
    """Tie counts by the percentages and changes that are printed of them, and note what is made from withheld ones."""
    for one in figures:
        figure = one.figure
        number, role, key = figure.number, reader.role(figure), reader.key(figure)
        if number is None:
            continue
        own = Key(key.indicator, key.area, "", "", key.months)
        if role == "percent" and key in printed.withheld:
            printed.made_from_withheld.append(one)
            _tie_percent(printed, one, key, number)
        elif role == "change" and isinstance(key.months, tuple):
            earlier = own._replace(months=(key.months[0] - 12, key.months[1] - 12))
            if {own, earlier} & printed.withheld.keys():
                printed.made_from_withheld.append(one)
            if {own, earlier} <= printed.cells.keys():
                _tie_change(printed, one, own, earlier, number)
        elif role == "derived" and own in printed.withheld:
            printed.made_from_withheld.append(one)


def _tie_percent(printed: Printed, one: PrintedFigure, key: Key, number: float) -> None:
    base, slack = one.figure.n, _slack(number)
    label = f"the percentage printed as {one.place}"
    whole = key._replace(group=_EVERYBODY)
    if base is not None:
        lower, upper = (number - slack) * base, (number + slack) * base
        printed.tie(Tie(coefficients={key: 100.0}, lower=lower, upper=upper, label=label))
    elif whole in printed.cells:
        printed.tie_ratio(key, whole, number, slack=slack, label=label)


def _tie_change(printed: Printed, one: PrintedFigure, later: Key, earlier: Key, number: float) -> None:
    label = f"the change printed as {one.place}"
    slack = _slack(number)
    if one.figure.unit in ("%", "per cent"):
        printed.tie_ratio(later, earlier, 100 + number, slack=slack, label=label)
        return
    if number == round(number):  # a difference of counts
        slack = 0.0
    coefficients = {later: 1.0, earlier: -1.0}
    printed.tie(Tie(coefficients=coefficients, lower=number - slack, upper=number + slack, label=label))


def described(key: Key) -> str:
    """Write a count in words: what, where and when."""
    return f"{_named(key)}, {key.area}, {_period(key.months)}"


def _named(key: Key) -> str:
    what = f"{key.indicator}: {key.what}" if key.what else key.indicator
    return f"{what}: {key.group}" if key.group else what


def _period(months: Hashable) -> str:
    if not isinstance(months, tuple):
        return str(months)
    first, last = (pd.Period(ordinal=m, freq="M") for m in months)
    return periods.months_in_words(pd.period_range(first, last, freq="M"))


def _slack(number: float) -> float:
    """Give how far a printed number may lie from the one behind it: half a unit of its last place."""
    _, _, decimals = repr(number).partition(".")
    return max(0.5 * 10.0 ** -len(decimals), _FULL)


def iterate_themes(printed: Printed, reader: Reader) -> Iterator[tuple[Key, Theme]]:
    """Give each count that must not be pinned down, withheld or implied, with its theme."""
    for key in (*printed.withheld, *printed.implied):
        theme = printed.themes.get(key) or reader.rules.theme_of(key.indicator)
        if key in printed.withheld or theme.applies(below_city=reader.below_city(key.area)):
            yield key, theme
