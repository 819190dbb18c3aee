"""Facts of a service's cases that were printed as single numbers: who the people are, where cases come from, how long they take.

A percentage whose base was not printed cannot be checked, and is shown as such. Few people of a vulnerable group are
counted and not shown in the public edition.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue, PublishedFigure
from saferleeds_analysis.disclosure_rules import DisclosureRules
from saferleeds_analysis.figures import Measure, Working
from saferleeds_analysis.methods import feasibility
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, Figure, bullets, join, paragraph
from saferleeds_analysis.reporting.disclosure import withheld_figure
from saferleeds_analysis.reporting.published import AS_PRINTED, as_printed, window_to_date
from saferleeds_analysis.reporting.tables import table
from saferleeds_analysis.workings import printed

PEOPLE_BY_AGE = Measure(
    id="people_by_age", words="{people} aged {group}", role="count", formula=AS_PRINTED, decimals=0
)
SHARE_OF_PEOPLE = Measure(
    id="share_of_people", words="{people}, {group}", role="percentage", formula=AS_PRINTED
)
CALLS = Measure(id="calls", words="{which}", role="count", formula=AS_PRINTED, decimals=0)
SHARE_OF_CALLS = Measure(
    id="share_of_calls",
    words="{which}, share of calls",
    role="percentage",
    formula="100 times the published number divided by the published number of calls",
    decimals=2,
)
DURATION = Measure(id="case_duration", words="{which}", role="rate", formula=AS_PRINTED, decimals=0)
SHORTER = Measure(
    id="shorter_at_least",
    words="shorter, at least",
    role="change",
    formula="100 times (1 less the later number of days divided by the earlier one)",
)
PUBLISHED_CHANGE = Measure(
    id="published_change_on_year_before",
    words="published change on the year before",
    role="change",
    formula=AS_PRINTED,
)
COUNT_BEHIND = Measure(
    id="count_behind_published_change",
    words="count behind the published change",
    role="count",
    formula="the whole number that gives the percentage as it was printed",
    decimals=0,
)


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """The printed facts of one area that were known on a day; ``public`` says that small numbers are held back."""

    figures: tuple[PublishedFigure, ...]
    area: str
    quarter: pd.Period
    as_at: date
    public: bool
    rules: DisclosureRules

    def demographics(self, groups: Collection[tuple[str, str]]) -> Block:
        """Give what was printed of groups of people: pairs of the figures' id and the people's name in words."""
        found = [(f, people) for name, people in groups for f in self._of(name)]
        if not found:
            return paragraph(f"No breakdown of the people was known on {periods.day_name(self.as_at)}.")
        rows, figures = [], []
        for f, people in found:
            # A number of people is named so that the rules know what it counts.
            kind = PEOPLE_BY_AGE if f.unit == "people" else SHARE_OF_PEOPLE
            qualifiers = {"people": people, "group": f.measure}
            measure = kind.words.format(**qualifiers)
            theme = self.rules.theme_of(measure, f.unit)
            about = {"window": window_to_date(f.period), "qualifiers": qualifiers, "theme": theme.id}
            if self.public and f.unit == "people" and theme.is_small(float(f.value), below_city=False):
                shown = self.rules.withheld
                figure = withheld_figure(
                    self.rules,
                    **about,
                    measure=kind,
                    indicator_id=f.indicator_id,
                    area=f.area,
                    unit=f.unit,
                    status="published",
                    caveats=("A small number of a vulnerable group, held back in the public edition",),
                )
            else:
                shown = f"{f.value}%" if f.unit == "%" else wording.number(float(f.value))
                figure = as_printed(
                    f,
                    kind,
                    **about,
                    method="as published; not checkable",
                    caveats=("Not checkable: no base was printed", f.note),
                )
            rows.append([wording.sentence(measure), shown])
            figures.append(figure)
        notes = dict.fromkeys(f.note for f, _ in found if f.unit == "%" and f.note)
        lines = [f"Not checkable: {note[:1].lower()}{note[1:]}." for note in notes]
        if any(shown == self.rules.withheld for _, shown in rows):
            lines.append(
                f"{self.rules.withheld}: a small number of a vulnerable group, held back because it could point to a person."
            )
        shown_table = table(
            caption=f"People in the cases, {self.area}, {figures[0].window}",
            columns=["Who", "Published"],
            rows=rows,
            figures=figures,
        )
        return join(shown_table, bullets(lines))

    def linkage(self, name: str) -> Block:
        """Say how many calls were linked to cases and led to new ones, and that their months are their own."""
        of = {f.measure: f for f in self._of(name)}
        if not of:
            return paragraph(f"No count of calls was known on {periods.day_name(self.as_at)}.")
        calls, linked, new = (
            int(of[m].value) for m in ("calls", "linked to existing cases", "new referrals")
        )
        line = (
            f"{wording.number(calls)} {of['calls'].unit} were counted. "
            f"{wording.number(linked)} of them ({wording.number(100 * linked / calls, decimals=2)}%) were linked to existing cases, "
            f"and {wording.number(new)} ({wording.number(100 * new / calls, decimals=2)}%) led to new referrals."
        )
        figures = [
            _figure(
                f,
                CALLS,
                qualifiers={"which": f.measure},
                method="as published; period mismatch" if f.measure == "calls" else "as published",
            )
            for f in of.values()
        ]
        figures += [
            _figure(
                of[part],
                SHARE_OF_CALLS,
                qualifiers={"which": which},
                value=100 * int(of[part].value) / calls,
                method=f"{which} over calls",
                unit="%",
                n=calls,
                rows=(*of[part].rows("part"), *of["calls"].rows("whole")),
                working=Working.of(printed.share),
            )
            for which, part in (
                ("linked", "linked to existing cases"),
                ("new referrals", "new referrals"),
            )
        ]
        warning = paragraph(
            f"Another period: these counts are of {of['calls'].period}, the review period is {periods.review_period(self.quarter)}. Compare "
            "them with nothing else here.",
            css_class="flag",
        )
        return join(warning, bullets([line], figures=figures))

    def durations(self, name: str) -> Block:
        """Say how long cases take, before and after, with what is not known of the two numbers."""
        found = self._of(name)
        if len(found) < 2:
            return paragraph(f"Nothing on how long cases take was known on {periods.day_name(self.as_at)}.")
        before, after = found
        shorter = 100 * (1 - after.value / before.value)
        lines = [
            f"Cases took {before.printed_as} {before.period} and {after.printed_as} by {after.period}: "
            f"at least {wording.percent(float(shorter))} shorter.",
            "Whether mean or median, and of how many cases, was not printed: it is not tested. "
            + " ".join(
                f"{wording.sentence(f.printed_as)}: {f.note[:1].lower()}{f.note[1:]}."
                for f in found
                if f.note
            ),
        ]
        return bullets(
            lines,
            figures=[
                *(_figure(f, DURATION, qualifiers={"which": f.measure}) for f in found),
                _figure(
                    after,
                    SHORTER,
                    value=float(shorter),
                    method="one less the later over the earlier",
                    unit="%",
                    rows=(*before.rows("earlier"), *after.rows("later")),
                    working=Working.of(printed.percent_fall),
                ),
            ],
        )

    def opened_change(self, name: str) -> Block:
        """Check the printed yearly change of cases: which earlier count gives it, and whose it is."""
        counts = {f.period: f for f in self._of(name) if f.measure == "count"}
        figure = next((f for f in self._of(name) if f.measure == "change_percent"), None)
        if figure is None or figure.period not in counts:
            return paragraph("No yearly change was printed.")
        total = counts[figure.period]
        found = feasibility.earlier_counts_behind(later=int(total.value), printed_change=str(figure.value))
        listed = " or ".join(wording.number(n) for n in found) or "no whole number"
        return paragraph(
            f"{wording.number(float(total.value))} {total.unit} were counted in {figure.period}, printed as a rise of {figure.value}% on "
            f"the year before: {listed} {total.unit} then. {figure.note}.",
            figures=[
                _figure(figure, PUBLISHED_CHANGE, method=f"as published; {figure.verdict}", unit="%"),
                *(
                    _figure(
                        figure,
                        COUNT_BEHIND,
                        qualifiers={"possibility": which},
                        value=n,
                        method="whole number that prints so",
                        unit=total.unit,
                        status="estimated",
                        rows=(*figure.rows("change"), *total.rows("later")),
                        working=Working.of(
                            printed.count_behind,
                            decimals=-figure.value.as_tuple().exponent,
                            which=which,
                        ),
                    )
                    for which, n in enumerate(found, start=1)
                ),
            ],
        )

    def _of(self, name: str) -> list[PublishedFigure]:
        return [f for f in self.figures if f.indicator_id == name]


def case_facts(
    catalogue: Catalogue, *, names: Sequence[str], area: str, quarter: pd.Period, as_at: date, edition: str
) -> CaseFacts:
    """Gather the printed facts of these ids that were known on a day, for the public or the restricted edition."""
    figures = [f for name in names for f in catalogue.published(name, as_at=as_at) if f.area == area]
    return CaseFacts(
        figures=tuple(figures),
        area=area,
        quarter=quarter,
        as_at=as_at,
        public=edition != "restricted",
        rules=catalogue.disclosure_rules,
    )


def _figure(f: PublishedFigure, measure: Measure, **about: Any) -> Figure:
    return as_printed(f, measure, caveats=(f.note,) if f.note else (), **about)
