"""The table of performance measures: indicator, target, where it stands, what it is beside, and a rating or the reason why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from saferleeds_analysis.disclosure_rules import read_disclosure_rules
from saferleeds_analysis.documents import PerformanceMeasure, Register, RegisteredFigure
from saferleeds_analysis.estimates import Estimate, count_with_interval
from saferleeds_analysis.figures import Figure, Measure, Working
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import (
    Block,
    behind,
    bullets,
    heading,
    join,
    letter,
    paragraph,
)
from saferleeds_analysis.reporting.register import (
    SUPPRESSED,
    CheckedFigure,
    check_figure,
    document_notice,
    figures_table,
)
from saferleeds_analysis.reporting.tables import interval, table
from saferleeds_analysis.workings.printed import number_in
from saferleeds_analysis.workings.register import status_of_measure

FIGURE_OF_MEASURE = {
    role: Measure(
        id=f"performance_measure_{role}",
        words="{number}. {what}",
        role=role,
        formula="the figure as its document printed it",
    )
    for role in ("count", "percentage", "assumption")
}
STATUS_OF_MEASURE = Measure(
    id="status_of_performance_measure",
    words="{number}. status: {target}",
    role="letter",
    formula="the letter of the written rule: rated only where the document prints the result and the target in force",
)


@dataclass(frozen=True, kw_only=True)
class MeasuresReport:
    """Performance measures with their checked figures; its methods give the blocks of the page."""

    measures: Sequence[PerformanceMeasure]
    checked: Mapping[str, CheckedFigure]
    register: Register
    document: str
    title_text: str
    area: str
    as_at: date
    edition: str

    def title(self) -> Block:
        """Give the page's one first-level heading, and the notice of the document."""
        notice = document_notice(self.register.document(self.document), self.as_at)
        return join(heading(1, self.title_text), notice)

    def summary(self) -> Block:
        """Say how many of the measures have a figure, a rating, or are still to come."""
        rows = self.measures
        indicators = len({m.number for m in rows})
        without = sum(not m.current for m in rows)
        rated = sum(bool(m.rated_by) for m in rows)
        return paragraph(
            f"{wording.counted(indicators, 'indicators')} with {wording.counted(len(rows), 'targets')}, of which {without} without a "
            f"figure yet and {rated} rated by a written rule; the others say why not. A missing rating is no sign of good or bad "
            "performance."
        )

    def table(self) -> Block:
        """Give the measures, one row a target, with the indicator's number and name in front."""
        return table(
            caption=f"{self.title_text}: where each target stands",
            columns=["Indicator", "Target", "Current performance", "Comparators", "Status"],
            rows=[
                [
                    f"{m.number}. {m.indicator}",
                    m.target,
                    self._current(m),
                    self._comparators(m),
                    letter(*self._status(m)),
                ]
                for m in self.measures
            ],
            text_columns=range(1, 5),
            css_class="lists",
            figures=[f for m in self.measures for f in self._figures(m)],
        )

    def flags(self) -> Block:
        """List each figure of the table that carries a warning, and fold away how all were worked out."""
        checked = [
            c for m in self.measures for c in (*self._checked(m.current), *self._checked(m.comparators))
        ]
        lines = [
            f"{c.figure.measure}: {c.verdict}. {c.figures(self.edition)[0].caveats[0]}"
            for c in checked
            if c.flagged
        ]
        every = figures_table("Figures of the table", checked, edition=self.edition)
        return join(
            bullets(lines), behind(f"Show how {wording.counted(len(checked), 'figures')} came out", every)
        )

    def _checked(self, ids: str) -> list[CheckedFigure]:
        return [self.checked[one] for one in _ids(ids)]

    def _current(self, m: PerformanceMeasure) -> Block | str:
        return m.status_text or _listed([self._printed(c) for c in self._checked(m.current)])

    def _comparators(self, m: PerformanceMeasure) -> Block | str:
        found = [self._printed(c) for c in self._checked(m.comparators)]
        return _listed([*found, *filter(None, [m.comparator_text])] or ["none printed"])

    def _printed(self, c: CheckedFigure) -> str:
        """Write a figure as printed, or worked out where it is not printed, with its interval where it has a base."""
        f = c.figure
        name = f"{f.measure.split(', ')[-1]}: " if "repeat victimisation, " in f.measure else ""
        if c.hidden_in(self.edition):
            return f"{name}{SUPPRESSED}"
        flag = " ⚑" if c.flagged else ""
        if not f.printed_as:
            return f"{c.outcome.came_out} {f.unit}, {f.area} (not printed)"
        if f.unit.startswith("per "):
            return f"{name}{f.printed_as} {f.unit}{flag}"
        place = "" if f.area == self.area or f.area in f.printed_as else f", {f.area}"
        return f"{name}{f.printed_as}{place}{self._interval(c)}{flag}"

    def _interval(self, c: CheckedFigure) -> str:
        f, o = c.figure, c.outcome
        if f.unit == "offences" and f.number is not None:
            e = _of_offences(f)
            return f" {f.unit} (95% interval {interval(e)})"
        if o.n:
            return f" (95% interval {interval(o, wording.percent)})"
        return ""

    def _status(self, m: PerformanceMeasure) -> tuple[str, str, str]:
        """Give the letter, its colour (none where it is not rated) and the reason."""
        if not m.rated_by:
            return "N", "", f"Not rated: {m.why_not_rated}."
        now, target = self.checked[m.current].figure.number, self.checked[m.rated_by].figure
        met = now <= target.number
        reason = (
            f"{wording.number(float(now))} {'meets' if met else 'misses'} the target in force for {target.period}, at most "
            f"{wording.number(float(target.number))}. The target shown here is of the year to come and not yet rated."
        )
        return ("G", "Green", reason) if met else ("R", "Red", reason)

    def _figures(self, m: PerformanceMeasure) -> list[Figure]:
        """Give a row for each printed figure, with its interval, and one for the status."""
        figures = [self._current_figure(m, c) for c in self._checked(m.current)]
        given, colour, reason = self._status(m)
        rows = m.rows("measure")
        if m.rated_by:
            rows += self.checked[m.current].figure.rows("current")
            rows += self.checked[m.rated_by].figure.rows("target")
        status = Figure(
            measure=STATUS_OF_MEASURE,
            qualifiers={"number": m.number, "target": m.target},
            indicator_id=self.document,
            area=self.area,
            window=Window.named(self.register.document(self.document).published.isoformat()),
            value=m.status_text or given,
            status="judgement",
            caveats=(f"{given} ({colour}). {reason}" if colour else f"{given}. {reason}",),
            rows=rows,
            working=Working.of(status_of_measure),
        )
        return [*figures, status]

    def _current_figure(self, m: PerformanceMeasure, c: CheckedFigure) -> Figure:
        f = c.figure
        about = {
            "measure": FIGURE_OF_MEASURE[f.role_of_number],
            "theme": read_disclosure_rules().theme_of(f.measure, f.document, f.unit).id,
            "qualifiers": {"number": m.number, "figure": f.id, "what": f.measure},
            "indicator_id": self.document,
            "area": f.area,
            "window": Window.named(f.period),
            "unit": f.unit,
            "method": "suppressed" if c.hidden_in(self.edition) else c.verdict,
            "status": "published",
            "caveats": c.figures(self.edition)[0].caveats,
        }
        if c.hidden_in(self.edition):
            return Figure(**about, value=SUPPRESSED)
        if f.unit == "offences":
            e = _of_offences(f)
            about |= {"lower": e.lower, "upper": e.upper, "confidence": e.confidence, "n": e.n}
        elif f.unit == "%" and c.outcome.value is not None and c.outcome.n:
            about |= c.limits
        return Figure(**about, value=float(f.number), rows=f.rows(), working=Working.of(number_in))


def _of_offences(figure: RegisteredFigure) -> Estimate:
    """Give a printed count of offences with its interval, allowing for how such counts stray in open data."""
    count = int(figure.number)
    dispersion = variation_of(count, kind=figure.measure).dispersion
    return count_with_interval(count, unit=figure.unit, dispersion=dispersion)


def measures_report(
    measures: Sequence[PerformanceMeasure],
    *,
    register: Register,
    document: str,
    title: str,
    area: str,
    as_at: date,
    edition: str,
) -> MeasuresReport:
    """Gather a table of performance measures; an id that the register does not know is refused before anything is shown.

    ``area`` is whose measures they are: figures of other areas name theirs.
    """
    register.document(document)
    named = {i for m in measures for i in (*_ids(m.current), *_ids(m.comparators), m.rated_by) if i}
    return MeasuresReport(
        measures=measures,
        checked={i: check_figure(register, register.figure(i)) for i in sorted(named)},
        register=register,
        document=document,
        title_text=title,
        area=area,
        as_at=as_at,
        edition=edition,
    )


def _ids(text: str) -> list[str]:
    return [one for one in text.split("|") if one]


def _listed(items: list[str]) -> Block | str:
    return items[0] if len(items) == 1 else bullets(items)
