"""Check a published pack, and write its data-quality page: reads the files, and leaves the judging to the rules.

    reports/2012-13_Q2/data-quality.html    every check, its result and what it means
                      /data-quality.csv     every finding, one a row

Nothing here holds a time, so that two runs on the same pack give the same files.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import NATIONAL, PUBLISHED, Catalogue, read_project
from saferleeds_analysis.intake.counts import processed_table
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.content import read_content
from saferleeds_analysis.publishing.files import (
    INDEX,
    QUALITY_PAGE,
    QUALITY_TABLE,
    not_made,
    pack_folder,
    published_reports,
    read_record,
    record_outputs,
    stands_at,
    write_rows,
    write_text,
)
from saferleeds_analysis.publishing.pages import Link, Provenance, page_of_block
from saferleeds_analysis.publishing.report import code_version
from saferleeds_analysis.publishing.run_list import listed_reports
from saferleeds_analysis.reporting import checks, quality, wording
from saferleeds_analysis.reporting.blocks import Commentary, Text, heading, join, paragraph
from saferleeds_analysis.reporting.checks import Check, CheckResult, Finding, PublishedPage


@dataclass(frozen=True, kw_only=True)
class PackChecks:
    """All checks of a pack: whose it is, what must be known of its data, and the results in the order of the table of checks.

    ``revised`` says what newer files changed of older ones, in the words of the page's table.
    """

    quarter: pd.Period
    as_at: date
    edition: str
    notices: tuple[str, ...]
    revised: tuple[tuple[str, ...], ...]
    results: tuple[CheckResult, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the checks."""
        return tuple(finding for result in self.results for finding in result.findings)


def check_pack(
    root: Path, quarter: pd.Period, *, catalogue: Catalogue, edition: str = "public"
) -> PackChecks:
    """Check the published pack of a quarter: its data, its published figures and its pages.

    A quarter without a published pack is a ``ValueError``.
    """
    pages = [_read_page(place) for place in published_reports(root, quarter, edition=edition)]
    as_at = _as_at(pages, quarter)
    names = {indicator.id: indicator.name for indicator in catalogue.indicators()}
    sources, problems = _sources(root, catalogue, pages)
    counts = _counts(root, catalogue, pages, as_at, problems)
    without_data = not_made(pack_folder(root, quarter, edition=edition))
    expected = [report.name for report in listed_reports(root, catalogue) if report.is_made_in(quarter)]
    figures = [f for i in catalogue.indicators() for f in catalogue.published(i.id, as_at=as_at)]
    actions = intake.actions_in(root, quarter, catalogue=catalogue, edition=edition)
    rules = {
        "completeness": lambda c: checks.completeness(
            c,
            expected=expected,
            without_data=without_data,
            pages=pages,
            counts=counts,
            quarter=quarter,
            problems=list(dict.fromkeys(problems)),
        ),
        "period-agreement": lambda c: checks.period_agreement(c, pages, quarter=quarter, as_at=as_at),
        "as-at": lambda c: checks.nothing_later(c, pages, as_at=as_at),
        "additivity": lambda c: checks.additivity(c, counts, catalogue),
        "printed-sums": lambda c: checks.printed_sums(c, pages, catalogue),
        "percentage-and-count": lambda c: checks.percentage_and_count(c, pages),
        "published-pairs": lambda c: checks.published_pairs(c, figures),
        "published-reproduced": lambda c: checks.published_reproduced(c, counts, catalogue, as_at=as_at),
        "falling-totals": lambda c: checks.falling_totals(c, figures, names),
        "equal-neighbours": lambda c: checks.equal_neighbours(c, figures, counts, names),
        "part-months": lambda c: checks.part_months(c, counts),
        "sudden-breaks": lambda c: checks.sudden_breaks(c, counts, catalogue),
        "residual-season": lambda c: checks.residual_season(c, counts, catalogue),
        "implausible-years": lambda c: checks.implausible_years(c, pages, as_at=as_at),
        "commentary": lambda c: checks.commentary_received(
            c, {names.get(i, i): status for i, status in _commentaries(root, quarter, pages).items()}
        ),
        "actions": lambda c: checks.actions_told(c, actions, quarter=quarter, as_at=as_at),
        "lateness": lambda c: checks.lateness(c, [of.source for of in sources], as_at=as_at),
    }
    agreed = read_checks()
    if different := {check.id for check in agreed} ^ rules.keys():
        raise ValueError(
            f"data_checks.toml and the rules do not name the same checks: {', '.join(sorted(different))}."
        )
    return PackChecks(
        quarter=quarter,
        as_at=as_at,
        edition=edition,
        revised=tuple(_revised(sources, catalogue)),
        notices=tuple(f"{of.source.title}. {of.source.notice}" for of in sources if of.source.notice),
        results=tuple(rules[check.id](check) for check in agreed),
    )


def read_checks(path: Path = NATIONAL / "data_checks.toml") -> tuple[Check, ...]:
    """Read the table of checks: their levels, words and numbers, in their order.

    >>> [check.id for check in read_checks()][:2]
    ['completeness', 'period-agreement']
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["check"]
    known = {f.name for f in fields(Check)}
    for table in tables:
        if not known - {"settings"} <= set(table) <= known:
            raise DataProblem(
                f"{path.name}, check {table.get('id', 'without id')}: its keys must be {', '.join(known)}."
            )
    return tuple(
        Check(**{**table, "meaning": table["meaning"].format(**table.get("settings", {}))})
        for table in tables
    )


def write_quality_page(root: Path, found: PackChecks) -> Path:
    """Write the data-quality page of a pack and the table of its findings, and give the page's path."""
    name = periods.quarter_name(found.quarter)
    folder = pack_folder(root, found.quarter, edition=found.edition)
    page = page_of_block(
        join(
            heading(1, f"Data quality of {name}"),
            *(paragraph(notice, css_class="notice") for notice in found.notices),
            quality.quality_page(found.results, revised=found.revised),
        ),
        name="data quality",
        provenance=Provenance(
            as_at=found.as_at,
            code_version=code_version(root),
            organisation=read_project(root / "data" / "raw" / "reference").organisation,
            edition=found.edition,
        ),
        pack=Link(text=f"All reports of {name}", href=INDEX),
        files=(Link(text="every finding (CSV)", href=QUALITY_TABLE),),
    )
    columns = [f.name for f in fields(Finding)]
    write_text(folder / QUALITY_PAGE, page.html)
    write_rows([{c: getattr(f, c) for c in columns} for f in found.findings], columns, folder / QUALITY_TABLE)
    record_outputs(folder, QUALITY_PAGE, QUALITY_TABLE)
    return root / stands_at(root, folder / QUALITY_PAGE)


def _read_page(place: Path) -> PublishedPage:
    content = read_content(place)
    missing = any(isinstance(b, Text) and b.kind == "commentary-missing" for b in content.everything)
    return PublishedPage(
        report=place.name,
        title=content.title,
        notice=" ".join(content.notices),
        text=content.words,
        figures=content.figures,
        parameters=read_record(place)["parameters"],
        has_commentary=missing or bool(content.of(Commentary)),
    )


def _as_at(pages: Sequence[PublishedPage], quarter: pd.Period) -> date:
    """Give the day that most pages were run for."""
    days = Counter(str(page.parameters.get("as_at", "")) for page in pages)
    return date.fromisoformat(days.most_common(1)[0][0] or str(periods.last_month(quarter).end_time.date()))


def _sources(
    root: Path, catalogue: Catalogue, pages: Sequence[PublishedPage]
) -> tuple[list[intake.Provenance], list[tuple[str, str]]]:
    """Give each source of counts or of respondents that the pack's figures are from, and what cannot be read, and why."""
    shown = {figure.indicator_id for page in pages for figure in page.figures}
    found, problems = {}, []
    for indicator in catalogue.indicators():
        if indicator.id in shown and indicator.source != PUBLISHED:
            try:
                found[indicator.source] = processed_table(root, indicator)[1]
            except DataProblem as problem:
                problems.append((indicator.name, str(problem)))
    return list(found.values()), problems


def _revised(sources: Sequence[intake.Provenance], catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """Say what newer files of the sources changed; a sum that might point to a person is withheld, as on any page."""
    rules = catalogue.disclosure_rules
    for of in sources:
        for r in of.revisions:
            theme = rules.theme_of(r.offence, of.source.title)
            small = any(
                theme.is_small(v, below_city=False) for v in (r.before, r.after, abs(r.after - r.before)) if v
            )
            was, became = (rules.withheld if small else wording.number(v) for v in (r.before, r.after))
            about = f"{r.offence}: {wording.counted(len(r.areas), 'areas')} of the kind {r.kind}"
            yield (
                of.source.title,
                about,
                wording.number(len(r.months)),
                was,
                became,
                r.by.rpartition("/")[2],
            )


def _counts(
    root: Path,
    catalogue: Catalogue,
    pages: Sequence[PublishedPage],
    as_at: date,
    problems: list[tuple[str, str]],
) -> list[intake.RecordedCounts]:
    """Read the monthly counts of the indicators that the pack's pages are about, and add to ``problems`` what cannot be."""
    about, read = {page.parameters.get("indicator") for page in pages}, []
    for indicator in catalogue.indicators():
        if indicator.id not in about or indicator.kind_of_data not in ("counts", "service counts"):
            continue
        try:
            read.append(intake.recorded_counts(root, indicator, catalogue=catalogue, as_at=as_at))
        except DataProblem as problem:
            problems.append((indicator.name, str(problem)))
    return read


def _commentaries(root: Path, quarter: pd.Period, pages: Sequence[PublishedPage]) -> dict[str, str]:
    """Give the status of the commentary of each indicator whose page has a place for it; empty where none has come."""
    indicators = {
        str(p.parameters["indicator"]) for p in pages if p.has_commentary and "indicator" in p.parameters
    }
    found = {indicator: intake.commentary(root, quarter, indicator) for indicator in sorted(indicators)}
    return {indicator: words.status if words else "" for indicator, words in found.items()}
