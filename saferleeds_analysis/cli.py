"""``saferleeds``: the commands of the project.

Libraries are imported where they are used, so that ``saferleeds --help`` answers at once.
"""

import logging
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.notebooks import ReportFailed

if TYPE_CHECKING:
    from saferleeds_analysis.publishing.pack import Report

logger = logging.getLogger(__name__)

LOG = "reports/last_run.log"

# The notebook of `saferleeds report --indicator ... --area ...`.
CARD = "recorded_crime_card"


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
            raise click.ClickException(f"{error}\n{_where_the_log_is()}".strip()) from error
        except Exception as error:
            logger.exception("not foreseen")
            what = f"this was not foreseen: {type(error).__name__}: {error}"
            raise click.ClickException(f"{what}\n{_where_the_log_is()}".strip()) from error


_project = click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The project's folder; without it, this folder or the nearest above it that is one.",
)


@click.group(cls=_Commands)
@click.version_option(package_name="saferleeds-analysis")
def main() -> None:
    """Crime-performance statistics and quarterly write-ups for a Community Safety Partnership."""


@main.command()
@click.argument("quarter")
@click.option("--indicator", help="Make one report card: the id of its indicator ...")
@click.option("--area", help="... and its area, instead of the reports of notebooks/run_list.toml.")
@click.option(
    "--as-at", help="Use nothing later than this day (2012-09-30); without it, the quarter's last day."
)
@_project
def report(
    quarter: str, indicator: str | None, area: str | None, as_at: str | None, project: Path | None
) -> None:
    """Make the reports of a QUARTER, written "2012/13 Q2", from the raw data to the page to open."""
    root = _find_project(project)
    _start_log(root)
    from saferleeds_analysis import intake, periods
    from saferleeds_analysis.catalogue import load_catalogue
    from saferleeds_analysis.publishing.pack import publish_reports, read_run_list

    review = periods.quarter(quarter)
    day = _day(as_at) if as_at else periods.last_month(review).end_time.date()
    catalogue = load_catalogue(root / "data" / "raw" / "reference")
    one_card = _one_card(catalogue, indicator, area)
    reports = [one_card] if one_card else read_run_list(root / "notebooks")
    click.echo(f"Reports of {periods.quarter_name(review)}, as at {day.isoformat()}")
    built = intake.build_processed(root, catalogue)
    click.echo(f"Data ready: {len(built)} source{'' if len(built) == 1 else 's'}")
    sources = [f"{p.source.title}. {p.source.publisher}" for p in built]
    index = publish_reports(root, review, reports, as_at=day, sources=sources, say=click.echo)
    click.echo("Open this page:")
    click.echo(str(index.parent / one_card.name / "report.html" if one_card else index))


@main.command()
@_project
def data(project: Path | None) -> None:
    """Read the files of data/raw into data/processed, or say all that is wrong with them."""
    root = _find_project(project)
    _start_log(root)
    from saferleeds_analysis import intake
    from saferleeds_analysis.catalogue import load_catalogue

    for built in intake.build_processed(root, load_catalogue(root / "data" / "raw" / "reference")):
        click.echo(
            f"{built.source.id}: {built.rows_in:,} rows read, {built.rows_refused:,} not counted, "
            f"months {built.months[0]} to {built.months[-1]}"
        )
        for note in built.notes:
            click.echo(f"  {note}")


@main.command(name="list")
@_project
def list_(project: Path | None) -> None:
    """Say what can be reported: the indicators, their areas and the quarters that the data hold."""
    root = _find_project(project)
    _start_log(root)
    from saferleeds_analysis import intake
    from saferleeds_analysis.catalogue import load_catalogue

    catalogue = load_catalogue(root / "data" / "raw" / "reference")
    months = {p.source.id: p.months for p in intake.build_processed(root, catalogue)}
    for indicator in catalogue.indicators():
        areas = ", ".join(area.name for area in catalogue.areas(indicator.area_set))
        click.echo(f"{indicator.id}: {indicator.name}")
        click.echo(f"  areas: {areas}")
        click.echo(f"  quarters: {_quarters_in_words(months.get(indicator.source, ()))}")


def _find_project(given: Path | None) -> Path:
    start = (given or Path.cwd()).absolute()
    for folder in [start] if given else [start, *start.parents]:
        if (folder / "notebooks").is_dir() and (folder / "data" / "raw").is_dir():
            return folder
    where = (
        f"the folder {given} is not a project"
        if given
        else "neither this folder nor one above it is a project"
    )
    raise click.ClickException(
        f"{where}: a project has the folders notebooks and data/raw. Go there, or use --project."
    )


def _one_card(catalogue: Any, indicator: str | None, area: str | None) -> "Report | None":
    if indicator is None and area is None:
        return None
    if indicator is None or area is None:
        raise ValueError(
            "--indicator and --area go together: one report card is about one indicator in one area."
        )
    catalogue.area(catalogue.indicator(indicator).area_set, area)
    from saferleeds_analysis.publishing.pack import Report
    from saferleeds_analysis.publishing.pages import slug

    return Report(
        name=slug(f"{indicator} {area}"), notebook=CARD, parameters={"indicator": indicator, "area": area}
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
    runs: list[list] = []
    for quarter in (q for q in quarters if set(periods.quarter_months(q)) <= held):
        if runs and quarter == runs[-1][-1] + 1:
            runs[-1].append(quarter)
        else:
            runs.append([quarter])
    spans = [[periods.quarter_name(run[0]), periods.quarter_name(run[-1])] for run in runs]
    return (
        ", ".join(first if first == last else f"{first} to {last}" for first, last in spans) or "no data yet"
    )


def _start_log(root: Path) -> None:
    """Keep what a run has to say beyond its messages in one file, which the next run replaces."""
    path = root / LOG
    path.parent.mkdir(exist_ok=True)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def _where_the_log_is() -> str:
    files = [h.baseFilename for h in logging.getLogger().handlers if isinstance(h, logging.FileHandler)]
    return f"The full log: {files[0]}" if files else ""


if __name__ == "__main__":
    main()
