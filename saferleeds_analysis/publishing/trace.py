"""From any printed number back to the rows that it comes from, and forward again by plain arithmetic.

The rules are those of ``reference/figure_kinds*.toml``: which inputs a measure has, in which months, and by which arithmetic.
A figure of a kind that is modelled or simulated is traced to the notebook, its parameters and the series; running the
notebook again gives it.
"""

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import REFERENCE, Catalogue, Indicator, load_catalogue
from saferleeds_analysis.intake.files import sha256_of
from saferleeds_analysis.intake.raw_rows import (
    RawFile,
    areas_with_rows,
    raw_files,
    respondent_files,
    rows_behind,
)
from saferleeds_analysis.publishing.files import FIGURES, in_reports, read_figures, read_record
from saferleeds_analysis.publishing.recipes import (
    COUNTS,
    EARLIER,
    GROUP,
    LAST_YEAR,
    LAST_YEAR_TO_DATE,
    LATER,
    TO_DATE,
    WHOLE,
    WHOLE_BEFORE,
    YEAR_BEFORE,
    work_out,
)
from saferleeds_analysis.reporting.blocks import Block
from saferleeds_analysis.reporting.figure_kinds import FigureKind, figure_kind
from saferleeds_analysis.reporting.tracing import Trace, TracedRows, trace_page

_VINTAGE = "December 2025"
_PUBLISHED, _REGISTER = "published_figures", "register_"
_OF_THE_WHOLE = {COUNTS: WHOLE, YEAR_BEFORE: WHOLE_BEFORE}
# Inputs that are rows of the published figures: none but the figure's own, or one of each name in its role.
_PRINTED: Mapping[str, Mapping[str, str]] = {
    "published figure": {},
    "published figures of two periods": {},
    "published number who answered": {LATER: "answered"},
    "published number who were asked": {EARLIER: "asked"},
    "published number of calls": {EARLIER: "calls", LATER: "linked to existing cases"},
    "published durations": {EARLIER: "days", LATER: "days, less than"},
}
_PART_OF_CALLS = {"new referrals, share of calls": "new referrals"}


class Tracer:
    """Traces the figures of one project: reads each file once."""

    def __init__(self, root: Path) -> None:
        """Hold the project's folder and its catalogue."""
        self.root = root
        self.catalogue: Catalogue = load_catalogue(root / "data" / "raw" / "reference")
        self._indicators = {indicator.id: indicator for indicator in self.catalogue.indicators()}
        self._raw = cache(lambda source_id: raw_files(root, source_id))
        self._tables = cache(self._read_table)
        self._respondent_files = cache(
            lambda i: respondent_files(root, self.catalogue.question(i), self.catalogue.indicator(i).source)
        )
        self._counts = cache(self._find_counts)
        self._file = cache(
            lambda path, role: TracedRows(
                role=role, file=_shown(path), sha256=sha256_of(path), note="the whole file"
            )
        )

    def trace(self, figure: Mapping[str, str], row: int, *, report: str, record: Mapping[str, Any]) -> Trace:
        """Trace one row of a report's ``figures.csv``, whose ``run.json`` is ``record``."""
        kind = self.kind_of(figure)
        inputs = self._inputs(figure, kind, record["parameters"])
        recomputed, working = work_out(kind.recipe, inputs, figure)
        return Trace(
            report=report,
            row=row,
            figure=dict(figure),
            section=figure.get("section", ""),
            notebook=record["notebook"],
            parameters=record["parameters"],
            code_version=record["code_version"],
            kind=kind,
            inputs=tuple(inputs),
            recomputed=recomputed,
            working=working,
        )

    def kind_of(self, figure: Mapping[str, str]) -> FigureKind:
        """Give the rules for a figure. A group of areas that only its page puts together is run again, not summed."""
        kind = figure_kind(figure["measure"])
        indicator = self._indicators.get(figure["indicator_id"])
        if indicator is None or "recorded counts" not in kind.inputs:
            return kind
        if figure["area"] in {area.name for area in self.catalogue.areas(indicator.area_set)}:
            return kind
        formula = f"{kind.formula}, of the areas that the page puts together"
        return replace(kind, how="re-run", recipe="", formula=formula)

    def _inputs(
        self, figure: Mapping[str, str], kind: FigureKind, parameters: Mapping[str, Any]
    ) -> list[TracedRows]:
        indicator = self._indicators.get(figure["indicator_id"])
        quarter = periods.quarter(parameters["quarter"])
        found: list[TracedRows] = []
        for name in kind.inputs:
            if name.startswith("recorded counts"):
                if indicator is None:
                    continue
                windows = _windows(kind, figure["period"], quarter)
                area = figure["area"]
                if name.endswith("of the whole"):
                    area = next(a.name for a in self.catalogue.areas(indicator.area_set) if not a.parent)
                    windows = {_OF_THE_WHOLE[role]: months for role, months in windows.items()}
                for role, months in windows.items():
                    found += self._counts(role, indicator, area, months[0], months[-1])
            elif name == "respondents":
                found += self._respondents(indicator, figure, kind) if indicator else []
            else:
                found += self._reference_rows(name, figure, parameters)
        return (
            [_withheld(given) for given in found]
            if figure["value"] == self.catalogue.disclosure_rules.withheld
            else found
        )

    def _find_counts(
        self, role: str, indicator: Indicator, area: str, first: pd.Period, last: pd.Period
    ) -> list[TracedRows]:
        months = pd.period_range(first, last, freq="M")
        names = [str(month) for month in months]
        if indicator.source == _PUBLISHED:
            quarters = {periods.quarter_name(month.asfreq("Q-MAR")) for month in months}
            return self._rows_of(
                role,
                "published_figures",
                lambda r: (
                    (r["indicator_id"], r["area"], r["measure"]) == (indicator.id, area, "count")
                    and r["period"] in quarters
                ),
            )
        found = []
        for file in self._raw(indicator.source):
            if file.rows is None:
                found.append(
                    TracedRows(
                        role=role, file=file.path, sha256=file.sha256, note="records, which are not shown"
                    )
                )
            else:
                found.append(_traced(role, file, indicator, self.catalogue, area, names))
        return [given for given in found if given.rows or given.note]

    def _respondents(
        self, indicator: Indicator, figure: Mapping[str, str], kind: FigureKind
    ) -> list[TracedRows]:
        months = periods.months_named(figure["period"])
        if months is None or kind.recipe != "weighted percentage":
            return []
        question = self.catalogue.question(indicator.id)
        quarters = list(dict.fromkeys(periods.quarter_name(m.asfreq("Q-MAR")) for m in months))
        found = []
        for file in self._respondent_files(indicator.id):
            held = set(file.sums["area"])
            areas = areas_with_rows(held, indicator.area_set, self.catalogue, figure["area"])
            chosen = file.sums[file.sums["quarter"].isin(quarters) & file.sums["area"].isin(areas)]
            base = chosen[chosen["answer"].isin(question.out_of)]
            sums = {
                "row": "sums",
                "rows": int(base["size"].sum()),
                "weights": float(base["sum"].sum()),
                "weights that count": float(base.loc[base["answer"].isin(question.answers), "sum"].sum()),
            }
            rule = file.rule(question, areas=areas, quarters=quarters)
            note = f"{sums['rows']:,} rows, none of them shown, since each is a person; those with {rule}"
            found.append(
                TracedRows(
                    role="weights of respondents", file=file.path, sha256=file.sha256, rows=(sums,), note=note
                )
            )
        return found

    def _reference_rows(
        self, name: str, figure: Mapping[str, str], parameters: Mapping[str, Any]
    ) -> list[TracedRows]:
        measure, area, indicator_id = figure["measure"], figure["area"], figure["indicator_id"]
        if name == "target":
            value = re.search(r"(?:at most|at least|below|above) ([\d,]+)$", measure)
            kind = re.search(r"(original|stretch)", measure)
            return self._rows_of(
                name,
                "targets",
                lambda r: (
                    (r["indicator_id"], r["area"]) == (indicator_id, area)
                    and r["period"] in (figure["period"], parameters["quarter"][:7])
                    and (kind is None or r["kind"] == kind[1])
                    and (value is None or float(r["value"]) == float(value[1].replace(",", "")))
                ),
            )
        if name in _PRINTED:
            return self._printed(name, figure, parameters)
        if "register" in name:
            return self._register_rows(name, figure)
        if name == "published rate":
            return self._rows_of(
                name,
                "core_cities",
                lambda r: (
                    r["area"] == area and (": rate" not in measure or f"{r['measure']}: rate" == measure)
                ),
            )
        if name == GROUP:
            # The averages without the area itself say so in their names.
            without = re.search(r" without (.+)$", measure)
            return self._rows_of(
                name,
                "core_cities",
                lambda r: (
                    r["period"] in (figure["period"], _year_before(figure["period"]))
                    and (without is None or r["area"] != without[1])
                ),
            )
        if name == "households":
            return self._rows_of(
                name, "core_cities", lambda r: r["area"] == area and r["denominator_of"] == "households"
            )
        if name in ("unit cost", "price index"):
            return self._costs(name, figure, parameters)
        measured = re.fullmatch(r"projection measured: (\w+)", measure)
        if name == "constants of the method" and measured:
            path = REFERENCE / "trajectory.toml"
            held = tomllib.loads(path.read_text(encoding="utf-8"))["measured"]
            rows = ({"row": f"measured.{measured[1]}", "value": held[measured[1]]},)
            return [TracedRows(role="constant", file=_shown(path), sha256=sha256_of(path), rows=rows)]
        files = {
            "constants of the method": "trajectory.toml",
            "rules of rating": "rag_rules.toml",
            "frozen seasonal choices": "seasonal_specs.toml",
            "stated funding": "funding.toml",
            "performance measures": "performance_measures_2013_14.csv",
        }
        return [self._file(REFERENCE / files[name], name)]

    def _printed(
        self, name: str, figure: Mapping[str, str], parameters: Mapping[str, Any]
    ) -> list[TracedRows]:
        """Find rows of published figures: by the measure that a page's name for it holds, or by a name of their own."""
        rows = partial(
            self._rows_of,
            table=_PUBLISHED,
            where=lambda r: (r["indicator_id"], r["area"]) == (figure["indicator_id"], figure["area"]),
        )
        quarter, period = parameters["quarter"], figure["period"]
        if name == "published figures of two periods":
            before, _, after = period.partition(" to ")
            level = {d.definition for d in self.catalogue.definitions(figure["indicator_id"])}
            return [
                *rows(EARLIER, wanted=lambda r: r["period"] == before and r["measure"] in level),
                *rows(LATER, wanted=lambda r: r["period"] == after and r["measure"] in level),
            ]
        roles = _PRINTED[name]
        if not roles:
            names = _names_of_printed(figure["measure"])
            return rows(
                name, wanted=lambda r: r["measure"] in names and _same_period(r["period"], period, quarter)
            )
        found = []
        for role, measure in roles.items():
            own = _PART_OF_CALLS.get(figure["measure"], measure) if role == LATER else measure
            found += rows(
                role,
                wanted=lambda r, own=own: (
                    r["measure"] == own
                    and (name == "published durations" or _same_period(r["period"], period, quarter))
                ),
            )
        return found

    def _register_rows(self, name: str, figure: Mapping[str, str]) -> list[TracedRows]:
        """Find rows of the register of printed figures: by their number, or by document, measure and period."""
        measure = figure["measure"]
        if name == "register":
            return [self._file(path, name) for path in sorted(REFERENCE.glob("register_*.csv"))]
        number = re.match(r"F\d+", measure)
        if name == "register rows of the parts":
            own = [r for given in self._register_rows("register row", figure) for r in given.rows]
            wanted = {n for r in own for n in re.findall(r"F\d+", r["formula"])}
            return self._rows_of(name, _REGISTER, lambda r: r["id"] in wanted)
        if number:
            return self._rows_of(name, _REGISTER, lambda r: r["id"] == number[0])
        names = {
            re.sub(r"^\d+\. ", "", measure),
            re.sub(r": (previous|current|change|implied \w+)$", "", measure),
        }
        names |= {measure.removesuffix(" %"), re.sub(r": implied \w+$", "", measure)}
        before, _, after = figure["period"].partition(" to ")
        period = {"earlier register row": before, "later register row": after or before}.get(name)
        role = {"earlier register row": EARLIER, "later register row": LATER}.get(name, name)
        return self._rows_of(
            role,
            _REGISTER,
            lambda r: (
                (r["document"], r["area"]) == (figure["indicator_id"], figure["area"])
                and (r["measure"] in names or (role == EARLIER and r["measure"].partition(": ")[0] in names))
                and r["period"] == (period or figure["period"])
            ),
        )

    def _costs(self, name: str, figure: Mapping[str, str], parameters: Mapping[str, Any]) -> list[TracedRows]:
        stated = re.search(r"edition (\S+) of unit costs, (\S+) prices", figure["caveats"])
        if stated is None:
            return []
        edition, price_year = stated[1], stated[2]
        months = periods.months_named(figure["period"].removeprefix("financial year "))
        last = "" if months is None else str(months[-1])
        offences = {
            row["offence"]
            for _, row in self._tables("offence_mapping")[0][2]
            if (row["scheme"], row["code"], row["edition"]) == ("local", figure["indicator_id"], edition)
            and (row["first_month"] or "0000") <= last <= (row["last_month"] or "9999")
        }
        if name == "unit cost":
            component = _component(figure["measure"])
            return self._rows_of(
                name,
                "unit_costs",
                lambda r: (r["edition"], r["component"]) == (edition, component) and r["offence"] in offences,
            )
        cost = self._rows_of(name, "unit_costs", lambda r: r["edition"] == edition)
        own = cost[0].rows[0]["price_year"] if cost else price_year
        if own == price_year:
            return []
        vintage = parameters.get("vintage", _VINTAGE)
        found = []
        for role, year in (
            ("price index of the unit cost", own),
            ("price index of the price year", price_year),
        ):
            found += self._rows_of(
                role,
                "gdp_deflators",
                lambda r, year=year: (
                    r["vintage"] == vintage and r["year"] == year and r["series"].startswith("financial")
                ),
            )
        return found

    def _rows_of(self, role: str, table: str, wanted: Any, where: Any = None) -> list[TracedRows]:
        found = []
        for shown, sha256, rows in self._tables(table):
            own = tuple(
                {"row": number, **row}
                for number, row in rows
                if (where is None or where(row)) and wanted(row)
            )
            if own:
                found.append(TracedRows(role=role, file=shown, sha256=sha256, rows=own))
        return found

    def _read_table(self, name: str) -> list[tuple[str, str, list[tuple[int, dict[str, str]]]]]:
        """Read every file of a reference table, each row with the number that a spreadsheet shows."""
        places = [REFERENCE, self.root / "data" / "raw" / "reference"]
        found = []
        for path in [path for place in places for path in sorted(place.glob(f"{name}*.csv"))]:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(enumerate(csv.DictReader(file), start=2))
            shown = _shown(path) if place_is_ours(path) else path.relative_to(self.root).as_posix()
            found.append((shown, sha256_of(path), rows))
        return found


def trace_rows(root: Path, folder: Path, *, row: int | None = None, **wanted: str) -> list[Trace]:
    """Trace figures of a published report: one by its row number, or all that fit ``measure``, ``area`` and ``period``."""
    path = folder / FIGURES
    if not path.is_file():
        raise ValueError(
            f"there is no report {folder.name!r} in this pack. Its reports: {_reports_beside(folder)}."
        )
    figures = read_figures(path)
    record = read_record(folder)
    if row is not None:
        if not 1 <= row <= len(figures):
            raise ValueError(f"{folder.name}/{FIGURES} has the rows 1 to {len(figures)}, not {row}.")
        chosen = [row]
    else:
        chosen = [
            number
            for number, figure in enumerate(figures, start=1)
            if all(figure[name] == value for name, value in wanted.items() if value)
        ]
        # The same number may stand in several sections; one trace of each value is enough.
        chosen = list(
            {
                (figures[n - 1]["value"], figures[n - 1]["period"], figures[n - 1]["area"]): n
                for n in reversed(chosen)
            }.values()
        )[::-1]
    if not chosen:
        asked = ", ".join(f"{name} {value!r}" for name, value in wanted.items() if value)
        raise ValueError(
            f"no figure of {folder.name} has {asked}. Its measures: {', '.join(dict.fromkeys(f['measure'] for f in figures))}."
        )
    tracer = Tracer(root)
    return [tracer.trace(figures[n - 1], n, report=folder.name, record=record) for n in chosen]


def page_of_traces(
    root: Path, title: str, figures: Sequence[Mapping[str, Any]], *, report: str, record: Mapping[str, Any]
) -> Block:
    """Give the page that traces the figures of a report: those of its headline box one by one, the others by kind."""
    tracer = Tracer(root)
    rows = [{key: "" if value is None else str(value) for key, value in row.items()} for row in figures]
    traces = [
        tracer.trace(row, number, report=report, record=record)
        for number, row in enumerate(rows, start=1)
        if row["indicator_id"] != "this pack"
    ]
    seen: dict[tuple[str, ...], Trace] = {}
    for trace in traces:
        if not trace.section:  # the box of headline figures stands before the first section
            f = trace.figure
            seen.setdefault((f["measure"], f["area"], f["period"], f["value"]), trace)
    return trace_page(
        title, traces, tuple(seen.values()), quarter=record["parameters"]["quarter"], report=report
    )


def place_is_ours(path: Path) -> bool:
    """Say whether a reference table is the package's own, not the project's."""
    return path.is_relative_to(REFERENCE)


def _shown(path: Path) -> str:
    return f"saferleeds_analysis/reference/{path.name}"


def _reports_beside(folder: Path) -> str:
    return ", ".join(path.parent.name for path in in_reports(folder.parent, FIGURES)) or "none"


_ON_THE_YEAR_BEFORE = " on the same quarters of the year before"


def _windows(kind: FigureKind, period: str, quarter: pd.Period) -> dict[str, pd.PeriodIndex]:
    """Say which months stand in which role."""
    end = periods.last_month(quarter)
    year = periods.financial_year_months(periods.financial_year_of(end))
    to_date = year[year <= end]
    months = periods.months_named(period.removeprefix("financial year ").removesuffix(_ON_THE_YEAR_BEFORE))
    if " to date" in period:
        months = to_date
    if kind.window == "history":
        return {"history of counts": pd.period_range("1990-01", end, freq="M")}
    if kind.window.startswith("year to date"):
        whole = kind.window.endswith("whole year before")
        return {TO_DATE: to_date} | ({LAST_YEAR: year - 12, LAST_YEAR_TO_DATE: to_date - 12} if whole else {})
    if months is None:
        return {}
    if kind.window == "from April":
        start = periods.financial_year_months(periods.financial_year_of(months[-1]))[0]
        return {COUNTS: pd.period_range(start, months[-1], freq="M")}
    return {COUNTS: months} | ({YEAR_BEFORE: months - 12} if "year before" in kind.window else {})


def _traced(
    role: str, file: RawFile, indicator: Indicator, catalogue: Catalogue, area: str, months: list[str]
) -> TracedRows:
    rows = rows_behind(file, indicator, catalogue=catalogue, area=area, months=months)
    return TracedRows(
        role=role,
        file=file.path,
        sha256=file.sha256,
        rows=tuple(
            {"row": int(number), **row}
            for number, row in zip(rows.index, rows.to_dict("records"), strict=True)
        ),
    )


def _same_period(printed: str, shown: str, quarter: str) -> bool:
    """Say whether the period of a published figure (``12 months to 2012-09``) is the one that a page shows."""
    found = re.fullmatch(r"(12 months to |month )?(\d{4}-\d{2})", printed)
    if found:
        name = periods.month_name(periods.month(found[2]))
        return shown == (f"12 months to {name}" if (found[1] or "").startswith("12") else name)
    # What was printed for a quarter of the year to date is shown with its months.
    to_date = periods.year_to_date_name(periods.quarter(quarter))
    return printed == (quarter if shown in (to_date, f"{quarter[:7]} to date") else shown)


def _names_of_printed(measure: str) -> set[str]:
    """Give what a published figure may be named, of which a page says more: ``victims, female`` is ``female``."""
    known = {"published projection": "projection", "published change on the year before": "change_percent"}
    names = {measure, known.get(measure, measure)}
    for part in ("check of published ", "published: ", "published later, not used: ", " aged ", ": ", ", "):
        names.add(measure.partition(part)[2] or measure)
    return names


def _year_before(period: str) -> str:
    """Name the financial year before one (``2013/14``), or nothing where it is not one."""
    try:
        return periods.financial_year_name(periods.financial_year(period) - 1)
    except ValueError:
        return ""


def _withheld(given: TracedRows) -> TracedRows:
    """Leave out the rows behind a number that the edition withholds: they would give it away."""
    return replace(given, rows=(), note="not shown, because the number is withheld")


def _component(measure: str) -> str:
    if measure in ("of which public spending", "public spending: all public spending"):
        return "fiscal"
    if measure.startswith("public spending: "):
        return f"fiscal: {measure.removeprefix('public spending: ')}"
    part = measure.removeprefix("component: ")
    return "total" if part == measure or part == "not split by the edition" else part
