"""``saferleeds``: the commands of the project.

Libraries are imported where they are used, so that ``saferleeds --help`` answers at once.
"""

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from saferleeds_analysis.problems import DataProblem, in_words
from saferleeds_analysis.publishing import stopping
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.places import DISTRIBUTION, MAKING, find_project, refuse_links_out

if TYPE_CHECKING:
    from saferleeds_analysis.catalogue import Catalogue
    from saferleeds_analysis.publishing.run_list import Report

logger = logging.getLogger(__name__)
# A command without a log says what is wrong once, by click.
logging.getLogger("saferleeds_analysis").addHandler(logging.NullHandler())

LOG = "reports/last_run.log"

# The notebooks of `saferleeds report --indicator ... --area ...`, by what the indicator is read from, and what a card has besides.
BESIDE_A_CARD = {"areas": "areas", "annex": "indicator_annex"}
NOTEBOOK_OF = {
    "counts": "recorded_crime_card",
    "service counts": "service_counts",
    "printed counts": "service_counts",
    "percentages": "survey_report",
    "parts": "measure_card",
    "cases": "cases_card",
}


class _Commands(click.Group):
    """Say what went wrong in words, and keep the traceback for the log."""

    def invoke(self, ctx: click.Context) -> Any:
        # A console of Windows may not have every letter of an area's name; that must not end the run.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (DataProblem, ValueError) as error:
            logger.error("%s", error)
            raise click.ClickException(str(error)) from error
        except ReportFailed as error:
            logger.error("%s\n%s", error, error.details)
            raise click.ClickException(f"{error}\n{_where_the_log_is(ctx)}") from error
        except Exception as error:
            logger.exception("not foreseen")
            raise click.ClickException(f"{in_words(error)}\n{_where_the_log_is(ctx)}") from error


_project_option = click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The project's folder; without it, this folder or the nearest above it that is one.",
)


def _in_project(command: Callable[..., None], *, older_too: bool = False) -> Callable[..., None]:
    """Give a command the folder of its project first, with the log started, and the quarter that it is about read.

    A project of another format is refused; an older one is not (``older_too``) where its tables are not read. What a command
    that was killed left is put right first.
    """

    @_project_option
    @functools.wraps(command)
    def run(*, project: Path | None, **given: Any) -> None:
        root = find_project(project)
        refuse_links_out(root)
        _start_log(root)
        from saferleeds_analysis.formats import project_format, refuse_other_formats

        (project_format if older_too else refuse_other_formats)(root / "data" / "raw" / "reference")
        if given.get("quarter") is not None:
            from saferleeds_analysis import periods

            given["quarter"] = periods.quarter(given["quarter"])
        with _stopped_once():
            if (root / MAKING).is_dir():
                from saferleeds_analysis.publishing.one_act import tidy_up

                tidy_up(root)
            command(root, **given)

    return run


_in_project_of_any_age = functools.partial(_in_project, older_too=True)


@click.group(cls=_Commands)
@click.version_option(package_name=DISTRIBUTION)
def main() -> None:
    """Crime-performance statistics and quarterly write-ups for a Community Safety Partnership."""


@main.command()
@click.argument("quarter")
@click.option("--indicator", help="Make one report card: the id of its indicator ...")
@click.option("--area", help="... and its area, instead of the reports of notebooks/run_list.toml.")
@click.option(
    "--as-at", help="Use nothing later than this day (2012-09-30); without it, the quarter's last day."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 8),
    help="Make this many reports at once; without it, as many as pay here.",
)
@click.option("--cold", is_flag=True, help="Start each kernel by itself instead of from a warm process.")
@click.option(
    "--correction", help="Make a new version of a signed-off pack and say why; every page says it too."
)
@click.option("--formats", is_flag=True, help="Make workbooks, Word and PDF too (saferleeds export).")
@_in_project
def report(
    root: Path,
    quarter: Any,
    indicator: str | None,
    area: str | None,
    as_at: str | None,
    workers: int | None,
    cold: bool,
    correction: str | None,
    formats: bool,
) -> None:
    """Make the reports of a QUARTER, written "2012/13 Q2", from the raw data to the page to open."""
    from saferleeds_analysis import periods
    from saferleeds_analysis.publishing.files import PAGE
    from saferleeds_analysis.publishing.one_act import one_act
    from saferleeds_analysis.publishing.pack import publish_editions
    from saferleeds_analysis.publishing.run_list import read_run_list

    day = _day(as_at) if as_at else periods.last_month(quarter).end_time.date()
    catalogue = _catalogue(root)
    one_card = _one_card(catalogue, indicator, area)
    beside = _beside(one_card, root)
    _alone(root, quarter)
    _version(root, quarter, correction, whole=one_card is None)
    reports = [one_card, *beside] if one_card else read_run_list(root / "notebooks", catalogue)
    click.echo(f"Reports of {periods.quarter_name(quarter)}, as at {day.isoformat()}")
    sources = _titles_of_built_sources(root, catalogue)
    click.echo(f"Data ready: {len(sources)} source{'' if len(sources) == 1 else 's'}")
    with one_act(root, quarter):
        index = publish_editions(
            root,
            quarter,
            reports,
            as_at=day,
            catalogue=catalogue,
            sources=sources,
            workers=workers,
            warm=not cold,
            say=click.echo,
        )
        if not one_card:
            _check_and_say(root, quarter, catalogue, sources)
        if formats:
            _export_and_say(root, quarter, catalogue, sources)
    click.echo(f"Open this page:\n{index.parent / one_card.name / PAGE if one_card else index}")


@main.command("sign-off")
@click.argument("quarter")
@click.option("--analyst", prompt="Who made the pack", help="Who made the pack.")
@click.option(
    "--reviewer", prompt="Who checked it", help="Who checked it: the Aqua Book's analytical assurer."
)
@click.option("--owner", prompt="Who answers for it", help="Who answers for it: the Aqua Book's approver.")
@click.option("--commissioner", default="", help="Who asked for it, where that is somebody else.")
@click.option("--ask", is_flag=True, help="Ask here for the answers that data/raw/signoff does not hold.")
@_in_project
def sign_off_(
    root: Path,
    quarter: Any,
    analyst: str,
    reviewer: str,
    owner: str,
    commissioner: str,
    ask: bool,
) -> None:
    """Sign off the pack of a QUARTER: check it, record every figure in the ledger, and freeze its files."""
    from saferleeds_analysis import periods
    from saferleeds_analysis.intake.governance import read_answers
    from saferleeds_analysis.publishing.files import not_made, pack_folder, sentences, write_text
    from saferleeds_analysis.publishing.ledger import open_ledger
    from saferleeds_analysis.publishing.sign_off import (
        ANSWERS,
        Roles,
        blocking_faults,
        checklist,
        minutes_sheet,
        sign_off,
    )
    from saferleeds_analysis.publishing.versions import version_to_make

    catalogue = _catalogue(root)
    roles = Roles(analyst=analyst, reviewer=reviewer, owner=owner, commissioner=commissioner)
    _alone(root, quarter)
    version_to_make(root, quarter)
    answers = read_answers(root, quarter)
    for item in checklist() if ask else ():
        if not answers.get(item.id, {}).get("answer"):
            answer = click.prompt(f"{item.question} ({item.role})", type=click.Choice(ANSWERS))
            note = click.prompt("Note", default="", show_default=False)
            answers[item.id] = {"answer": answer, "note": note}
    failing = blocking_faults(root, quarter, catalogue=catalogue)
    signed = sign_off(root, quarter, roles=roles, answers=answers, catalogue=catalogue, failing=failing)
    figures = sum(len(report.figures) for report in signed.reports)
    click.echo(
        f"Signed off: {signed.quarter}, version {signed.version}: {len(signed.reports)} reports, {figures:,} figures, "
        f"{len(signed.files)} files. They are read-only now."
    )
    for line in sentences(not_made(pack_folder(root, quarter, edition="public"))):
        click.echo(f"Not in it: {line}")
    sheet = minutes_sheet(root, quarter)
    place = open_ledger(root).path.with_name(f"minutes_{periods.quarter_path(quarter)}_{signed.version}.txt")
    write_text(place, sheet + "\n")
    click.echo(
        f"{sheet}\nThese lines are in {place.relative_to(root).as_posix()}: keep them outside the project too."
    )


@main.command()
@click.option("--quarter", required=True, help='The quarter of the pack, such as "2012/13 Q2".')
@click.option("--report", "name", required=True, help="The report: the name of its folder.")
@click.option("--row", type=int, help="The row of its figures.csv, the first figure being 1 ...")
@click.option("--measure", default="", help="... or the measure, as figures.csv names it,")
@click.option("--area", default="", help="the area")
@click.option("--period", default="", help="and the period.")
@click.option("--edition", type=click.Choice(["public", "restricted"]), default="public")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@_in_project
def trace(
    root: Path,
    quarter: Any,
    name: str,
    row: int | None,
    measure: str,
    area: str,
    period: str,
    edition: str,
    as_json: bool,
) -> None:
    """Trace a printed number to the function, the notebook and the rows that it comes from, and work it out again."""
    from saferleeds_analysis.publishing.files import pack_folder
    from saferleeds_analysis.publishing.trace import trace_rows

    if row is None and not (measure or area or period):
        raise ValueError("say which number: --row, or --measure with --area and --period.")
    folder = pack_folder(root, quarter, edition=edition) / name
    traces = trace_rows(root, folder, row=row, measure=measure, area=area, period=period)
    if as_json:
        click.echo(json.dumps([found.to_dict() for found in traces], indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(found.to_text() for found in traces))


@main.command()
@click.argument("quarter")
@click.option(
    "--fingerprint", default="", help="That of the minutes of the sign-off: the ledger's must be the same."
)
@_in_project_of_any_age
def verify(root: Path, quarter: Any, fingerprint: str) -> None:
    """Say whether every file of the signed-off pack of a QUARTER, and the ledger, are as they were signed off."""
    from saferleeds_analysis.publishing import versions

    faults = versions.verify(root, quarter, fingerprint=fingerprint)
    if faults:
        raise ValueError("not as it was signed off:\n" + "\n".join(faults))
    click.echo("Every file is as it was signed off, and the ledger is whole.")
    minutes = (
        "That is the fingerprint given."
        if fingerprint
        else "Compare it with the minutes, or give theirs with --fingerprint."
    )
    click.echo(f"{versions.signed_off_in_words(root, quarter)}. {minutes}")
    for line in versions.without_hashes(root, quarter):
        click.echo(line)


@main.command()
@click.argument("quarter")
@_in_project
def audit(root: Path, quarter: Any) -> None:
    """Look whether the pack of a QUARTER, with all earlier ones, gives away what it withholds; and audit its restricted edition."""
    from saferleeds_analysis.publishing.audit import audit_pack, audit_restricted

    catalogue = _catalogue(root)
    audits = [look(root, quarter, catalogue=catalogue) for look in (audit_pack, audit_restricted)]
    words = "\n".join(found.in_words() for found in audits if found is not None)
    if any(found.findings for found in audits if found is not None):
        raise ValueError(words)
    click.echo(words)


@main.command()
@click.argument("quarter")
@_in_project
def check(root: Path, quarter: Any) -> None:
    """Check the published pack of a QUARTER before it is signed off, and write its data-quality page."""
    from saferleeds_analysis.publishing.checking import check_pack, write_quality_page
    from saferleeds_analysis.publishing.one_act import one_act
    from saferleeds_analysis.publishing.versions import is_frozen
    from saferleeds_analysis.reporting import checks, quality

    found, page = check_pack(root, quarter, catalogue=_catalogue(root)), None
    if not is_frozen(root, quarter):  # a signed-off pack stays as it is, its data-quality page too
        with one_act(root, quarter):
            page = write_quality_page(root, found)
    for finding in found.findings:
        click.echo(f"{finding.level}  {finding.check}  {finding.where}: {finding.what}")
    click.echo(quality.summary(found.results))
    if page is not None:
        click.echo(f"Open this page:\n{page}")
    if checks.blocking(found.findings):
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("report")
@click.option(
    "--quarter", help='From this quarter on ("2012/13 Q2"); without it, from that of the newest pack.'
)
@_in_project
def retire(root: Path, report: str, quarter: Any) -> None:
    """Retire a REPORT (the name of its folder): out of the pack and the index, kept in versions, and made no more.

    A page that the run list no longer makes is taken out in the same way.
    """
    from saferleeds_analysis import periods
    from saferleeds_analysis.publishing.files import pack_folder, public_packs, report_folders
    from saferleeds_analysis.publishing.one_act import one_act
    from saferleeds_analysis.publishing.taking_out import retire

    if quarter is None:
        packs = public_packs(root).values()
        if not packs:
            raise ValueError("there is no pack yet; say from which quarter on: --quarter.")
        quarter = max(packs)
    with one_act(root, quarter):
        catalogue = _catalogue(root)
        sources = _titles_of_built_sources(root, catalogue)
        kept = retire(root, quarter, report, catalogue=catalogue, sources=sources)
        click.echo(f"Retired from {periods.quarter_name(quarter)} on: {report}")
        for place in kept:
            click.echo(f"Its pages are kept in {place}")
        if report_folders(pack_folder(root, quarter, edition="public")):
            _check_and_say(root, quarter, catalogue, sources)


@main.command()
@click.argument("quarter")
@click.argument("reports", nargs=-1)
@click.option(
    "--all", "every", is_flag=True, help="Excel, Word and PDF of every report, the area profiles too."
)
@click.option("--edition", type=click.Choice(["public", "restricted"]), default="public")
@_in_project
def export(root: Path, quarter: Any, reports: tuple[str, ...], every: bool, edition: str) -> None:
    """Make the workbooks, the Word documents and the PDFs of the published pack of a QUARTER.

    With the names of REPORTS (their folders in the pack), the files of these only.
    """
    from saferleeds_analysis.publishing.one_act import one_act

    with one_act(root, quarter):
        catalogue = _catalogue(root)
        sources = _titles_of_built_sources(root, catalogue)
        _export_and_say(root, quarter, catalogue, sources, reports=reports, every=every, edition=edition)


@main.command()
@click.argument("quarter")
@click.option("--edition", type=click.Choice(["public", "restricted"]), default="public")
@_in_project
def render(root: Path, quarter: Any, edition: str) -> None:
    """Make the pages of the published pack of a QUARTER again from its executed notebooks, without running them."""
    from saferleeds_analysis.publishing.files import stands_at
    from saferleeds_analysis.publishing.one_act import one_act
    from saferleeds_analysis.publishing.report import render_pack

    with one_act(root, quarter):
        for page in render_pack(root, quarter, edition=edition, say=click.echo):
            click.echo(f"changed: {stands_at(root, page)}")


@main.command()
@_in_project
def data(root: Path) -> None:
    """Read the files of data/raw into data/processed, or say all that is wrong with them."""
    for built in _built(root, _catalogue(root)):
        click.echo(
            f"{built.source.id}: {built.rows_in:,} rows read, {built.rows_refused:,} not counted, "
            f"months {built.months[0]} to {built.months[-1]}"
        )
        for note in built.notes:
            click.echo(f"  {note}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", "organisation", help="The partnership's name, as its pages print it.")
@click.option("--contact", help="Whom a reader of the pages asks: a team, not a person.")
@click.option("--area", help="The name of the whole area.")
@click.option(
    "--areas",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A CSV file of the areas below it: name, kind (ward, division) and parent (empty: the whole); or an ONS look-up of "
    "small area to ward.",
)
@click.option("--police", help="Who sends the counts: the police force.")
@click.option(
    "--offence", "offences", multiple=True, help="An offence, as the counts name it; may be repeated."
)
def init(folder: Path, **given: Any) -> None:
    """Make a project in FOLDER, which must not be there yet or be empty. What no option gives is asked."""
    from saferleeds_analysis.publishing.new_project import SOURCE, Partnership, make_project

    questions = {
        "organisation": "The partnership's name",
        "contact": "Whom a reader asks",
        "area": "The name of the whole area",
        "areas": "The CSV file of the areas below it (name, kind, parent)",
        "police": "The police force that sends the counts",
        "offences": "The offences, as the counts name them, with semicolons between",
    }
    missing = [name for name in questions if not given[name]]
    if missing and not sys.stdin.isatty():
        options = {"organisation": "--name", "offences": "--offence"}
        raise ValueError(f"missing: {', '.join(options.get(name, f'--{name}') for name in missing)}.")
    for name in missing:
        given[name] = click.prompt(questions[name])
    if isinstance(given["offences"], str):
        given["offences"] = tuple(part.strip() for part in given["offences"].split(";") if part.strip())
    made = make_project(folder, Partnership(**given | {"areas": Path(given["areas"])}))
    click.echo(f"Made: {made}")
    click.echo(f"Next: read its README.md, and put the counts into data/raw/{SOURCE}.")


@main.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--tables",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder saferleeds_analysis/reference of the version that made the project; without it, that of the project.",
)
@_in_project_of_any_age
def upgrade(root: Path, dry_run: bool, tables: Path | None) -> None:
    """Bring a project that was made with an older version over to this one; its former files are kept beside it."""
    from saferleeds_analysis.publishing.upgrade import upgrade_project

    for line in upgrade_project(root, tables_before=tables, dry_run=dry_run):
        click.echo(line)


@main.command("new-quarter")
@click.argument("quarter")
@_in_project
def new_quarter(root: Path, quarter: Any) -> None:
    """Lay out a QUARTER: templates of the commentaries asked for, and the files expected, from whom and by when."""
    from saferleeds_analysis import periods
    from saferleeds_analysis.publishing.new_quarter import expected_files, write_commentary_templates

    catalogue = _catalogue(root)
    for path in write_commentary_templates(root, quarter, catalogue):
        click.echo(f"Template: {path.relative_to(root).as_posix()}")
    expected = expected_files(root, quarter, catalogue)
    click.echo(f"Expected for {periods.quarter_name(quarter)}:")
    for one in expected:
        due = periods.day_name(one.due) if one.due else "no day is stated (due_days in source.toml)"
        click.echo(f"  {one.file}\n    from {one.owner}, due: {due}")
    if not any(one.file.endswith(".md") for one in expected):
        click.echo("No commentary is asked for: data/raw/commentary/requests.csv has no row of this quarter.")


@main.command()
@_project_option
def doctor(project: Path | None) -> None:
    """Say what is wrong with the environment, X-13, the browser, the disk and the project's tables, and the cure."""
    from saferleeds_analysis.publishing.doctor import examine

    root, faults = None, 0
    try:
        root = find_project(project)
        click.echo(f"OK     project: {root}")
    except ValueError as error:
        if project:
            raise
        click.echo(f"NOTE   project: {error}")
    for found in examine(root):
        for fault in found.faults:
            click.echo(f"{'WRONG' if found.needed else 'NOTE '}  {found.what}: {fault}")
        if not found.faults:
            click.echo(f"OK     {found.what}: {found.well}")
        faults += len(found.faults) if found.needed else 0
    if faults:
        raise click.ClickException(f"{faults} to be mended before pages can be made.")
    click.echo("All that is needed to make pages is well.")


@main.command(name="list")
@_in_project
def list_(root: Path) -> None:
    """Say what can be reported: the indicators, their areas and the quarters that the data hold."""
    from saferleeds_analysis import intake

    catalogue = _catalogue(root)
    months = {p.source.id: p.months for p in _built(root, catalogue)}
    for indicator in catalogue.indicators():
        names = [area.name for area in catalogue.areas(indicator.area_set)]
        held, fault = names, ""
        if indicator.source in months and not catalogue.is_asked(indicator.id):
            try:
                counts = intake.recorded_counts(root, indicator, catalogue=catalogue, as_at=date.today())
                held = [name for name in names if name in counts.by_area]
            except DataProblem as problem:
                held, fault = [], str(problem)
        click.echo(f"{indicator.id}: {indicator.name}")
        click.echo(f"  areas: {', '.join(held) or 'none has data'}")
        if fault:
            click.echo(f"  why: {fault}")
        elif without := [name for name in names if name not in held]:
            click.echo(f"  without data: {', '.join(without)}")
        click.echo(f"  quarters: {_quarters_in_words(months.get(indicator.source, ()))}")


@main.command()
@click.option("--indicator", required=True, help="The id of an indicator of recorded offences.")
@click.option("--area", required=True, help="One of its areas.")
@click.option(
    "--to", "last", help='Use the data to this quarter, such as "2011/12 Q4"; without it, all of it.'
)
@click.option("--freeze", is_flag=True, help="Print the choices made now, to be kept in seasonal_specs.toml.")
@_in_project
def season(root: Path, indicator: str, area: str, last: str | None, freeze: bool) -> None:
    """Review once a year whether the frozen choices of a seasonal adjustment are still the automatic ones."""
    from saferleeds_analysis.methods import seasonal
    from saferleeds_analysis.reporting.season import breaks_from, complete, spec_name

    catalogue = _catalogue(root)
    counts = complete(_counts(root, catalogue, indicator, area, last).series(area))
    breaks = breaks_from(catalogue.caveats(indicator, counts.index))
    name = spec_name(indicator, area)
    months = f"{counts.index[0]} to {counts.index[-1]}"
    if freeze:
        spec = seasonal.freeze(seasonal.seasonally_adjust(counts, breaks=breaks))
        click.echo(
            f"# {indicator}, {area}: chosen on the months {months}. Append to data/raw/reference/seasonal_specs.toml."
        )
        click.echo(seasonal.write_specs({name: spec}), nl=False)
        return
    frozen = seasonal.read_specs(catalogue.seasonal_specs).get(name)
    if frozen is None:
        raise ValueError(f"no choices are frozen for [{name}]. Print them with: --freeze")
    found = seasonal.review(counts, frozen=frozen, breaks=breaks)
    click.echo(f"{indicator}, {area}, on the months {months}:")
    for row in found.changes.to_dict("records"):
        click.echo(f"  {row['choice']}: frozen {row['frozen']}, automatic today {row['automatic']}")
    if found.changes.empty:
        click.echo("  every frozen choice is still the automatic one.")
    click.echo(
        f"  largest difference of the adjusted series in the last year: {found.largest_difference:.1%}"
    )


@main.command()
@click.option("--indicator", required=True, help="The id of an indicator of recorded offences.")
@click.option("--area", required=True, help="One of its areas.")
@click.option(
    "--to", "last", help='Use the data to this quarter, such as "2011/12 Q4"; without it, all of it.'
)
@click.option(
    "--parts", is_flag=True, help="Replay every area below it too, which tells more and takes longer."
)
@_in_project
def backtest(root: Path, indicator: str, area: str, last: str | None, parts: bool) -> None:
    """Replay past years: how far off the projection was, what its intervals held, how often its chances came true."""
    from saferleeds_analysis.reporting.record import measured_on_open_data, track_record

    catalogue = _catalogue(root)
    counts = _counts(root, catalogue, indicator, area, last)
    names = [area]
    if parts:
        below = catalogue.parts_by_kind(catalogue.indicator(indicator).area_set, area)
        names += [part.name for members in below.values() for part in members]
    histories = [counts.series(name) for name in names]
    caveats = catalogue.caveats(indicator, histories[0].index)
    about = {"indicator_id": indicator, "area": area, "in_words": catalogue.chance_in_words}
    replayed = track_record(histories, caveats=caveats, **about)
    click.echo(f"{replayed.text}\n\n{measured_on_open_data(indicator).text}")


def _counts(root: Path, catalogue: "Catalogue", indicator: str, area: str, last: str | None) -> Any:
    """Give the monthly counts of an indicator to the end of a quarter; the area must be one of its areas."""
    from saferleeds_analysis import intake, periods

    wanted = catalogue.indicator(indicator)
    catalogue.area(wanted.area_set, area)
    _built(root, catalogue)
    day = periods.last_month(periods.quarter(last)).end_time.date() if last else date.today()
    return intake.recorded_counts(root, wanted, catalogue=catalogue, as_at=day)


@contextmanager
def _stopped_once() -> Iterator[None]:
    """Say what stands when the command was stopped."""
    try:
        with stopping.heard_once():
            yield
    except KeyboardInterrupt as error:
        stopped = click.ClickException("stopped. What was published before stands as it was.")
        stopped.exit_code = 130
        raise stopped from error


def _check_and_say(root: Path, quarter: Any, catalogue: "Catalogue", sources: list[str]) -> None:
    """Check a pack that was just made, write its data-quality page, and say in one line how it came out."""
    from saferleeds_analysis.publishing.checking import check_pack, write_quality_page
    from saferleeds_analysis.publishing.files import INDEX, pack_folder, stands_at
    from saferleeds_analysis.publishing.index import renew_index
    from saferleeds_analysis.reporting import quality

    found = check_pack(root, quarter, catalogue=catalogue)
    page = write_quality_page(root, found)
    # The restricted index asks about what the checks found, where there is one.
    there = [e for e in ("public", "restricted") if (pack_folder(root, quarter, edition=e) / INDEX).is_file()]
    for edition in dict.fromkeys([found.edition, *there]):
        renew_index(root, quarter, catalogue=catalogue, sources=sources, as_at=found.as_at, edition=edition)
    click.echo(f"{quality.summary(found.results)} See {stands_at(root, page)}")


def _export_and_say(
    root: Path,
    quarter: Any,
    catalogue: "Catalogue",
    sources: list[str],
    *,
    reports: tuple[str, ...] = (),
    every: bool = False,
    edition: str = "public",
) -> None:
    from saferleeds_analysis.publishing.export import export_pack

    done = export_pack(
        root,
        quarter,
        edition=edition,
        catalogue=catalogue,
        sources=sources,
        reports=reports,
        every=every,
        say=click.echo,
    )
    for problem in done.problems:
        click.echo(problem, err=True)
    click.echo(f"{len(done.made)} files made in {done.made[0].parent.relative_to(root).as_posix()}")


def _catalogue(root: Path) -> "Catalogue":
    from saferleeds_analysis.catalogue import load_catalogue

    return load_catalogue(root / "data" / "raw" / "reference")


def _titles_of_built_sources(root: Path, catalogue: "Catalogue") -> list[str]:
    """Read the raw data into ``data/processed`` and give the title and publisher of each source."""
    return [f"{p.source.title}. {p.source.publisher}" for p in _built(root, catalogue)]


def _built(root: Path, catalogue: "Catalogue") -> list[Any]:
    """Read the raw data into ``data/processed``; name each file of it that nothing reads, and what newer files revised."""
    from saferleeds_analysis import intake

    # First, because a file that is not read may be why the build finds a gap.
    for unread in intake.unread_files(root, catalogue):
        logger.warning(unread)
        click.echo(unread, err=True)
    built = intake.build_processed(root, catalogue)
    for revision in (revision for made in built for revision in made.revisions):
        logger.warning("%s", revision)
        click.echo(str(revision))
    return built


def _one_card(catalogue: "Catalogue", indicator: str | None, area: str | None) -> "Report | None":
    if indicator is None and area is None:
        return None
    if indicator is None or area is None:
        raise ValueError(
            "--indicator and --area go together: one report card is about one indicator in one area."
        )
    from saferleeds_analysis.publishing.run_list import Report, slug

    known = catalogue.indicator(indicator)
    catalogue.area(known.area_set, area)
    notebook = NOTEBOOK_OF.get(known.kind_of_data)
    if notebook is None:
        raise ValueError(
            f"{indicator!r} was only printed as percentages and has no report of its own. It stands on the cards of "
            "notebooks/run_list.toml: leave out --indicator and --area."
        )
    return Report(
        name=slug(f"{indicator} {area}"), notebook=notebook, parameters={"indicator": indicator, "area": area}
    )


def _beside(card: "Report | None", root: Path) -> "list[Report]":
    """Give the pages beside a card of counts, of all areas and of how its figures are known, as far as the project has them."""
    if card is None or card.notebook != NOTEBOOK_OF["counts"]:
        return []
    return [
        replace(card, name=f"{card.name}-{what}", notebook=notebook)
        for what, notebook in BESIDE_A_CARD.items()
        if (root / "notebooks" / f"{notebook}.ipynb").is_file()
    ]


def _alone(root: Path, quarter: Any) -> None:
    """Hold the quarter's pack until the command ends, or refuse where another command holds it."""
    from saferleeds_analysis.publishing.at_work import at_work

    click.get_current_context().with_resource(at_work(root, quarter))


def _version(root: Path, quarter: Any, correction: str | None, *, whole: bool) -> None:
    """Refuse to touch a signed-off pack before anything runs, or open its correction."""
    from saferleeds_analysis.publishing import versions

    if correction is None:
        versions.version_to_make(root, quarter)
    elif not whole:
        raise ValueError("a correction makes the whole pack anew: leave out --indicator and --area.")
    else:
        opened = versions.start_correction(root, quarter, reason=correction, day=date.today().isoformat())
        click.echo(
            f"Version {opened.version}, corrects version {opened.corrects}, which is kept in versions/{opened.corrects}"
        )


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(f"--as-at {text!r} is not a day written 2012-09-30.")
    return day


def _quarters_in_words(months: tuple[str, ...]) -> str:
    """Write the quarters of which every month is there, neighbours drawn together."""
    from saferleeds_analysis import periods

    held = {periods.month(month) for month in months}
    quarters = sorted({month.asfreq("Q-MAR") for month in held})
    whole = [quarter for quarter in quarters if set(periods.quarter_months(quarter)) <= held]
    firsts = [periods.quarter_name(quarter) for quarter in whole if quarter - 1 not in whole]
    lasts = [periods.quarter_name(quarter) for quarter in whole if quarter + 1 not in whole]
    spans = zip(firsts, lasts, strict=True)
    return (
        ", ".join(first if first == last else f"{first} to {last}" for first, last in spans) or "no data yet"
    )


def _start_log(root: Path) -> None:
    """Keep what a run has to say beyond its messages in one file, which the next run replaces."""
    path = root / LOG
    path.parent.mkdir(exist_ok=True)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    top = logging.getLogger()
    top.addHandler(handler)
    top.setLevel(logging.INFO)
    context = click.get_current_context().find_root()
    context.obj = path
    context.call_on_close(handler.close)
    context.call_on_close(lambda: top.removeHandler(handler))


def _where_the_log_is(ctx: click.Context) -> str:
    return f"The full log: {ctx.obj}" if ctx.obj else "Nothing was logged."


if __name__ == "__main__":
    main()
