"""The ledger: every figure of every signed-off pack as it was printed, with its definition and its inputs, for good.

One SQLite file, ``data/ledger/ledger.sqlite``. Rows are added and never changed: triggers refuse every update and
deletion, a pack's rows are closed by the row of the pack itself, and each pack carries a fingerprint of all that was
written before it, so that a change made past the triggers shows. Whoever makes the fingerprints anew too is found by the short
form of the last one, which stands in the minutes of the sign-off. One sign-off is one transaction: all of it or nothing.

    ledger = open_ledger("..")                     # in a notebook of the folder notebooks
    ledger.packs()                                 # what was signed off, by whom, when
    ledger.figures(quarter="2012/13 Q2", report="domestic-burglary-leeds")
    ledger.history("domestic_burglary", "Leeds", "12 months to September 2012", "twelve_month_count")
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.estimates import TIDY_COLUMNS
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.content import PrintedFigure

LEDGER = "data/ledger/ledger.sqlite"
SCHEMA_VERSION = 2

# How long a command waits for another that is writing, before it gives up and says so.
_SECONDS_TO_WAIT = 20

_TABLES = """
CREATE TABLE pack (
    quarter TEXT NOT NULL, version INTEGER NOT NULL, as_at TEXT NOT NULL, signed_at TEXT NOT NULL,
    commissioner TEXT NOT NULL, analyst TEXT NOT NULL, reviewer TEXT NOT NULL, owner TEXT NOT NULL,
    code_version TEXT NOT NULL, checklist TEXT NOT NULL, fingerprint TEXT NOT NULL,
    PRIMARY KEY (quarter, version));
CREATE TABLE correction (
    quarter TEXT NOT NULL, version INTEGER NOT NULL, reason TEXT NOT NULL CHECK (reason <> ''), opened_on TEXT NOT NULL,
    corrects INTEGER NOT NULL, PRIMARY KEY (quarter, version),
    FOREIGN KEY (quarter, corrects) REFERENCES pack (quarter, version));
CREATE TABLE definition (sha256 TEXT PRIMARY KEY, indicator_id TEXT NOT NULL, definition TEXT NOT NULL);
CREATE TABLE run (
    id INTEGER PRIMARY KEY, quarter TEXT NOT NULL, version INTEGER NOT NULL, edition TEXT NOT NULL, report TEXT NOT NULL,
    notebook TEXT NOT NULL, parameters TEXT NOT NULL, inputs TEXT NOT NULL, code_version TEXT NOT NULL,
    finished TEXT NOT NULL, UNIQUE (quarter, version, edition, report),
    FOREIGN KEY (quarter, version) REFERENCES pack (quarter, version) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE file (
    quarter TEXT NOT NULL, version INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (quarter, version, path),
    FOREIGN KEY (quarter, version) REFERENCES pack (quarter, version) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE figure (
    run INTEGER NOT NULL REFERENCES run (id), row INTEGER NOT NULL, section TEXT NOT NULL, indicator_id TEXT NOT NULL,
    area TEXT NOT NULL, period TEXT NOT NULL, measure TEXT NOT NULL, value TEXT NOT NULL, lower TEXT NOT NULL,
    upper TEXT NOT NULL, confidence TEXT NOT NULL, unit TEXT NOT NULL, method TEXT NOT NULL, n TEXT NOT NULL,
    caveats TEXT NOT NULL, definition TEXT REFERENCES definition (sha256), PRIMARY KEY (run, row));
CREATE INDEX figure_key ON figure (indicator_id, area, period, measure);
"""
_IDENTITIES = """
CREATE TABLE identity (
    run INTEGER NOT NULL, row INTEGER NOT NULL, measure_id TEXT NOT NULL, qualifiers TEXT NOT NULL, window_first TEXT NOT NULL,
    window_last TEXT NOT NULL, status TEXT NOT NULL, known TEXT NOT NULL, PRIMARY KEY (run, row),
    FOREIGN KEY (run, row) REFERENCES figure (run, row));
"""

# What a ledger of each form has not yet: of form 1 are those from before figures knew what they are.
_MISSING = {0: _TABLES + _IDENTITIES, 1: _IDENTITIES, SCHEMA_VERSION: ""}

# A pack's rows go in first and the pack itself last, so that once it is there nothing can be added to it.
_CLOSED = {
    "run": "EXISTS (SELECT 1 FROM pack WHERE quarter = NEW.quarter AND version = NEW.version)",
    "file": "EXISTS (SELECT 1 FROM pack WHERE quarter = NEW.quarter AND version = NEW.version)",
    "figure": "EXISTS (SELECT 1 FROM run JOIN pack USING (quarter, version) WHERE run.id = NEW.run)",
    "identity": "EXISTS (SELECT 1 FROM run JOIN pack USING (quarter, version) WHERE run.id = NEW.run)",
    "pack": "NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM pack WHERE quarter = NEW.quarter) "
    "OR (NEW.version > 1 AND NOT EXISTS (SELECT 1 FROM correction WHERE quarter = NEW.quarter AND version = NEW.version))",
    "correction": "NEW.version <> 1 + (SELECT coalesce(max(version), 0) FROM pack WHERE quarter = NEW.quarter) "
    "OR NEW.corrects <> NEW.version - 1 OR EXISTS "
    "(SELECT 1 FROM correction WHERE quarter = NEW.quarter AND version = NEW.version)",
    "definition": "EXISTS (SELECT 1 FROM definition WHERE sha256 = NEW.sha256)",
}
# What is printed of a figure (as in figures.csv), and what it knows of itself.
PRINTED_COLUMNS = ("section", *TIDY_COLUMNS)
_IDENTITY = ("measure_id", "qualifiers", "window_first", "window_last", "status", "known")


@dataclass(frozen=True, kw_only=True)
class SignedReport:
    """A report as it goes into the ledger: what its ``run.json`` says, and its figures as :func:`ledger_row` gives them.

    ``definitions`` gives the full definition of each indicator of the figures, by its id.
    """

    edition: str
    name: str
    notebook: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    code_version: str
    finished: str
    figures: tuple[Mapping[str, str], ...]
    definitions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Who signs off. The reviewer and the owner must not be the analyst; the commissioner may be left out."""

    analyst: str
    reviewer: str
    owner: str
    commissioner: str = ""

    def __post_init__(self) -> None:
        """Refuse a role that nobody has, and an analyst who checks or approves the own work."""
        for role in ("analyst", "reviewer", "owner"):
            if not getattr(self, role).strip():
                raise ValueError(f"the {role} is not named.")
        for role in ("reviewer", "owner"):
            if getattr(self, role).strip().casefold() == self.analyst.strip().casefold():
                raise ValueError(
                    f"the {role} cannot be the analyst: a pack is checked and approved by others."
                )


@dataclass(frozen=True, kw_only=True)
class SignedPack:
    """A pack as it is signed off: who, when, the answered checklist, every report and the hash of every file.

    The roles are those of the Aqua Book: ``reviewer`` is its analytical assurer and ``owner`` its approver. ``files``
    are named by their path in the project as they lie when the pack is signed off.
    """

    quarter: str
    version: int
    as_at: str
    signed_at: str
    roles: Roles
    code_version: str
    checklist: Mapping[str, Any]
    reports: tuple[SignedReport, ...]
    files: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A correction that was opened: the version that it makes, the one that it corrects, why and on which day."""

    quarter: str
    version: int
    corrects: int
    reason: str
    opened_on: str

    @property
    def notice(self) -> str:
        """Say on each page of the new version that it corrects another."""
        day = periods.day_name(date.fromisoformat(self.opened_on))
        return f"Version {self.version}, corrects version {self.corrects}: {self.reason} ({day})."


def definitions_of(indicators: Iterable[str], catalogue: Catalogue) -> dict[str, str]:
    """Give the definition of each of these indicators that the catalogue knows, the rows of data that it counts included."""
    known = {indicator.id: indicator for indicator in catalogue.indicators()}
    return {
        i: json.dumps(
            {
                key: getattr(known[i], key)
                for key in ("definition", "unit", "population", "source", "offence", "area_set")
            },
            ensure_ascii=False,
            sort_keys=True,
        )
        for i in sorted(set(indicators))
        if i in known
    }


@dataclass(frozen=True)
class Ledger:
    """What was signed off. Reading an absent ledger finds nothing; the first sign-off makes the file."""

    path: Path

    def packs(self) -> pd.DataFrame:
        """Give one row a signed-off pack, in the order of signing: quarter, version, roles, times, ``fingerprint``."""
        return self._frame(
            "SELECT quarter, version, as_at, signed_at, commissioner, analyst, reviewer, owner, code_version, fingerprint "
            "FROM pack ORDER BY rowid"
        )

    def figures(
        self, *, quarter: str, version: int | None = None, edition: str = "public", report: str = ""
    ) -> pd.DataFrame:
        """Give the figures of a signed-off pack (its latest version unless told), as printed: text, with ``number`` beside.

        ``number`` is the value as a number, missing where it is text (a letter); ``definition`` is the definition that
        the indicator had on the day.
        """
        frame = self._frame(
            f"SELECT run.report, figure.row, {', '.join(f'figure.{c}' for c in PRINTED_COLUMNS)}, definition.definition "  # noqa: S608 - our own columns
            "FROM figure JOIN run ON run.id = figure.run LEFT JOIN definition ON definition.sha256 = figure.definition "
            "WHERE run.quarter = ? AND run.version = ? AND run.edition = ? AND (? = '' OR run.report = ?) "
            "ORDER BY run.id, figure.row",
            quarter,
            version or self.latest_version(quarter),
            edition,
            report,
            report,
        )
        return frame.assign(number=pd.to_numeric(frame["value"], errors="coerce"))

    def printed_figures(
        self, quarter: str, version: int, *, edition: str = "public"
    ) -> tuple[PrintedFigure, ...]:
        """Give the figures of a signed-off pack as they were printed, each knowing what it is."""
        columns = ", ".join(
            [*(f"figure.{c}" for c in PRINTED_COLUMNS), *(f"identity.{c}" for c in _IDENTITY)]
        )
        rows = self._rows(
            f"SELECT run.report, {columns} FROM figure JOIN run ON run.id = figure.run "  # noqa: S608 - our own columns
            "JOIN identity ON identity.run = figure.run AND identity.row = figure.row "
            "WHERE run.quarter = ? AND run.version = ? AND run.edition = ? ORDER BY run.id, figure.row",
            quarter,
            version,
            edition,
        )
        return tuple(_printed(dict(row)) for row in rows)

    def definitions(self, quarter: str, version: int) -> dict[str, str]:
        """Give the definition that each indicator had in a signed-off pack."""
        return dict(
            self._rows(
                "SELECT DISTINCT definition.indicator_id, definition.definition FROM figure JOIN run ON run.id = figure.run "
                "JOIN definition ON definition.sha256 = figure.definition WHERE run.quarter = ? AND run.version = ?",
                quarter,
                version,
            )
        )

    def history(
        self, indicator_id: str, area: str, period: str, measure: str, *, edition: str = "public"
    ) -> pd.DataFrame:
        """Give every signed-off printing of one figure, oldest first: which pack, when, the value and its definition."""
        frame = self._frame(
            "SELECT pack.quarter, pack.version, pack.signed_at, run.report, figure.section, figure.value, figure.lower, "
            "figure.upper, figure.unit, figure.method, figure.n, definition.definition FROM figure "
            "JOIN run ON run.id = figure.run JOIN pack USING (quarter, version) "
            "LEFT JOIN definition ON definition.sha256 = figure.definition WHERE figure.indicator_id = ? AND figure.area = ? "
            "AND figure.period = ? AND figure.measure = ? AND run.edition = ? ORDER BY pack.rowid, run.id, figure.row",
            indicator_id,
            area,
            period,
            measure,
            edition,
        )
        return frame.assign(number=pd.to_numeric(frame["value"], errors="coerce"))

    def latest_version(self, quarter: str) -> int:
        """Give the number of the last signed-off version of a quarter's pack; 0 where there is none."""
        [(version,)] = self._rows("SELECT coalesce(max(version), 0) FROM pack WHERE quarter = ?", quarter)
        return version

    def pack(self, quarter: str, version: int | None = None) -> dict[str, Any] | None:
        """Give the row of a signed-off pack, the checklist's answers in it; ``None`` where there is none."""
        rows = self._rows(
            "SELECT * FROM pack WHERE quarter = ? AND version = ?",
            quarter,
            version or self.latest_version(quarter),
        )
        return {**dict(rows[0]), "checklist": json.loads(rows[0]["checklist"])} if rows else None

    def printed(self, quarter: str, version: int) -> dict[tuple[str, str], list[dict[str, str]]]:
        """Give the rows of ``figures.csv`` of each report of a signed-off pack, as the ledger holds them, by edition and report."""
        rows = self._rows(
            f"SELECT run.edition, run.report, {', '.join(f'figure.{c}' for c in PRINTED_COLUMNS)} FROM figure "  # noqa: S608 - our own columns
            "JOIN run ON run.id = figure.run WHERE run.quarter = ? AND run.version = ? ORDER BY run.id, figure.row",
            quarter,
            version,
        )
        printed: dict[tuple[str, str], list[dict[str, str]]] = {}
        for edition, report, *cells in rows:
            printed.setdefault((edition, report), []).append(dict(zip(PRINTED_COLUMNS, cells, strict=True)))
        return printed

    def files(self, quarter: str, version: int) -> dict[str, str]:
        """Give the SHA-256 of every file of a signed-off pack, by its path."""
        return dict(
            self._rows(
                "SELECT path, sha256 FROM file WHERE quarter = ? AND version = ? ORDER BY path",
                quarter,
                version,
            )
        )

    def corrections(self, quarter: str) -> tuple[Correction, ...]:
        """Give the corrections that were opened for a quarter's pack, oldest first."""
        rows = self._rows("SELECT * FROM correction WHERE quarter = ? ORDER BY version", quarter)
        return tuple(Correction(**dict(row)) for row in rows)

    def open_correction(self, quarter: str) -> Correction | None:
        """Give the correction of a quarter that was opened and is not signed off yet."""
        found = self.corrections(quarter)
        return found[-1] if found and found[-1].version > self.latest_version(quarter) else None

    def published_since(self, quarter: str, *, edition: str = "public") -> dict[tuple[str, ...], str]:
        """Say since which pack each figure of a signed-off pack has been published with the value it has there.

        The keys are indicator, area, period, measure and value; packs of later quarters are not looked at.
        """
        rows = self._rows(
            "SELECT figure.indicator_id, figure.area, figure.period, figure.measure, figure.value, pack.quarter, pack.version "
            "FROM figure JOIN run ON run.id = figure.run JOIN pack USING (quarter, version) "
            "WHERE run.edition = ? AND pack.quarter <= ? ORDER BY pack.quarter DESC, pack.version DESC",
            edition,
            quarter,
        )
        printed: dict[tuple[str, ...], dict[tuple[str, int], set[str]]] = {}
        for *key, value, of, version in rows:
            printed.setdefault(tuple(key), {}).setdefault((of, version), set()).add(value)
        newest, since = (quarter, self.latest_version(quarter)), {}
        for key, packs in printed.items():
            for value in packs.get(newest, ()):
                for pack, values in packs.items():  # backwards in time, as long as the value stays
                    if value not in values:
                        break
                    since[*key, value] = _name_of(*pack)
        return since

    def record(self, pack: SignedPack) -> None:
        """Write a pack into the ledger: all of it in one transaction, or nothing.

        Of two that sign off the same version at once one wins; the other is told who did (``ValueError``).
        """
        with self._writing() as connection:
            latest = connection.execute(
                "SELECT version, owner, signed_at FROM pack WHERE quarter = ? ORDER BY version DESC",
                (pack.quarter,),
            ).fetchone()
            if latest is not None and latest["version"] >= pack.version:
                raise ValueError(
                    f"version {pack.version} of {pack.quarter} is signed off already, for {latest['owner']} on "
                    f"{latest['signed_at']}. Nothing was changed. To correct it: saferleeds report "
                    f'"{pack.quarter}" --correction "why"'
                )
            _insert(connection, pack)

    def record_correction(self, quarter: str, *, reason: str, opened_on: str) -> Correction:
        """Open a correction of the last signed-off version of a quarter, and give it; one at a time."""
        with self._writing() as connection:
            latest = connection.execute(
                "SELECT max(version) FROM pack WHERE quarter = ?", (quarter,)
            ).fetchone()[0]
            if latest is None:
                raise ValueError(
                    f"{quarter} is not signed off, so there is nothing to correct: report it anew."
                )
            made = Correction(
                quarter=quarter, version=latest + 1, corrects=latest, reason=reason, opened_on=opened_on
            )
            _add(connection, "correction", asdict(made))
        return made

    def faults(self) -> list[str]:
        """Say what is not as it was written: a broken file, a pack whose rows no longer give its fingerprint, or times amiss."""
        with self._reading() as connection:
            broken = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            faults, before, last = [f"the ledger's file is damaged: {text}" for text in broken], "", ""
            for pack in connection.execute("SELECT * FROM pack ORDER BY rowid").fetchall():
                name = _name_of(pack["quarter"], pack["version"])
                if _fingerprint(connection, pack, before) != pack["fingerprint"]:
                    faults.append(f"what the ledger holds of {name} is not what was written at its sign-off.")
                faults += [f"the ledger, {name}: {fault}" for fault in faults_of_time(pack, last)]
                before, last = pack["fingerprint"], pack["signed_at"]
            return faults

    def last_signed_at(self) -> str:
        """Give the moment of the last sign-off, of whichever quarter; nothing where there is none."""
        return "".join(row[0] for row in self._rows("SELECT signed_at FROM pack ORDER BY rowid DESC LIMIT 1"))

    def fingerprints(self) -> list[str]:
        """Give the fingerprint of every sign-off, in their order."""
        return [row[0] for row in self._rows("SELECT fingerprint FROM pack ORDER BY rowid")]

    def _rows(self, question: str, *values: Any) -> list:
        with self._reading() as connection:
            return connection.execute(question, values).fetchall()

    def _frame(self, question: str, *values: Any) -> pd.DataFrame:
        with self._reading() as connection:
            found = connection.execute(question, values)
            columns = [column[0] for column in found.description]
            return pd.DataFrame([tuple(row) for row in found], columns=columns)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to read. What the file has not is there and empty: reading never makes or changes it."""
        with closing(_connect(self.path if self.path.exists() else ":memory:")) as connection:
            try:
                if missing := _MISSING[_version(connection)]:
                    connection.executescript(missing.replace("CREATE TABLE", "CREATE TEMPORARY TABLE"))
                yield connection
            except sqlite3.DatabaseError as error:
                raise DataProblem(
                    f"the ledger's file is damaged ({error}). Put {LEDGER} back from its copy."
                ) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction that is committed at the end, or rolled back whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connect(self.path)) as connection:
            # A rollback journal, which also works on a network drive where write-ahead logging does not.
            for line in ("foreign_keys = ON", "recursive_triggers = ON", "synchronous = EXTRA"):
                connection.execute(f"PRAGMA {line}")
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise ValueError(
                    f"another command is writing in the ledger and did not finish in {_SECONDS_TO_WAIT} seconds "
                    f"({error}). Nothing was changed; try again."
                ) from error
            try:
                if missing := _MISSING[_version(connection)]:
                    _make(connection, missing)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def open_ledger(root: Path | str) -> Ledger:
    """Give the ledger of a project."""
    return Ledger(Path(root) / LEDGER)


def _connect(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_SECONDS_TO_WAIT, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _version(connection: sqlite3.Connection) -> int:
    """Give the form of the ledger, 0 where it is empty; a form that is not known is refused."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise DataProblem(
            f"{LEDGER} was written by a later version of this software (its form is {version}, this one knows "
            f"{SCHEMA_VERSION}). Use that version."
        )
    return version


def _make(connection: sqlite3.Connection, missing: str) -> None:
    """Make the tables that are missing, and the triggers that keep all as they are; inside the transaction of a sign-off."""
    for statement in filter(str.strip, missing.split(";")):
        connection.execute(statement)
    refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is added to and never changed'); END"
    for table, condition in _CLOSED.items():
        for name, event in (
            ("no_update", f"UPDATE ON {table}"),
            ("no_delete", f"DELETE ON {table}"),
            # Before the insertion, so that INSERT OR REPLACE cannot take the place of a row either.
            ("closed", f"INSERT ON {table} WHEN {condition}"),
        ):
            connection.execute(f"CREATE TRIGGER IF NOT EXISTS {table}_{name} BEFORE {event} {refuse}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _add(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """Add a row to a table, and give its number."""
    question = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - our own columns
    return connection.execute(question, tuple(row.values())).lastrowid


def _insert(connection: sqlite3.Connection, pack: SignedPack) -> None:
    identity = {"quarter": pack.quarter, "version": pack.version}
    for report in pack.reports:
        definitions = {
            indicator_id: hashlib.sha256(f"{indicator_id}\n{text}".encode()).hexdigest()
            for indicator_id, text in report.definitions.items()
        }
        for indicator_id, sha256 in definitions.items():
            connection.execute(
                "INSERT INTO definition SELECT ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM definition WHERE sha256 = ?)",
                (sha256, indicator_id, report.definitions[indicator_id], sha256),
            )
        of = {
            "edition": report.edition,
            "report": report.name,
            "notebook": report.notebook,
            "parameters": _json(report.parameters),
            "inputs": _json(report.inputs),
            "code_version": report.code_version,
            "finished": report.finished,
        }
        run = _add(connection, "run", identity | of)
        for number, row in enumerate(report.figures, start=1):
            place, definition = {"run": run, "row": number}, definitions.get(row["indicator_id"])
            printed = {column: row.get(column) or "" for column in PRINTED_COLUMNS}
            known = {column: row.get(column) or "" for column in _IDENTITY}
            _add(connection, "figure", place | printed | {"definition": definition})
            _add(connection, "identity", place | known)
    for path, sha256 in sorted(pack.files.items()):
        _add(connection, "file", identity | {"path": path, "sha256": sha256})
    row = identity | {
        "as_at": pack.as_at,
        "signed_at": pack.signed_at,
        "commissioner": pack.roles.commissioner.strip(),
        "analyst": pack.roles.analyst.strip(),
        "reviewer": pack.roles.reviewer.strip(),
        "owner": pack.roles.owner.strip(),
        "code_version": pack.code_version,
        "checklist": _json(pack.checklist),
    }
    last = connection.execute("SELECT fingerprint FROM pack ORDER BY rowid DESC LIMIT 1").fetchone()
    row["fingerprint"] = _fingerprint(connection, row, last["fingerprint"] if last else "")
    _add(connection, "pack", row)


def _fingerprint(connection: sqlite3.Connection, pack: Mapping[str, Any], before: str) -> str:
    """Give the hash of all that the ledger holds of a pack, and of the fingerprint before it."""
    identity = (pack["quarter"], pack["version"])
    found = hashlib.sha256(before.encode())
    found.update(_json([pack[key] for key in pack.keys() if key != "fingerprint"]).encode())  # noqa: SIM118 - a sqlite3.Row
    for question in (
        "SELECT version, corrects, reason, opened_on FROM correction WHERE quarter = ? AND version = ?",
        "SELECT edition, report, notebook, parameters, inputs, code_version, finished FROM run "
        "WHERE quarter = ? AND version = ? ORDER BY id",
        f"SELECT run.edition, run.report, row, {', '.join(f'figure.{c}' for c in PRINTED_COLUMNS)}, definition.definition "  # noqa: S608
        "FROM figure JOIN run ON run.id = figure.run LEFT JOIN definition ON definition.sha256 = figure.definition "
        "WHERE run.quarter = ? AND run.version = ? ORDER BY run.id, row",
        f"SELECT run.edition, run.report, row, {', '.join(f'identity.{c}' for c in _IDENTITY)} "  # noqa: S608
        "FROM identity JOIN run ON run.id = identity.run WHERE run.quarter = ? AND run.version = ? ORDER BY run.id, row",
        "SELECT path, sha256 FROM file WHERE quarter = ? AND version = ? ORDER BY path",
    ):
        for row in connection.execute(question, identity):
            found.update(_json(list(row)).encode())
    return found.hexdigest()


def faults_of_time(pack: Mapping[str, Any], last: str) -> list[str]:
    """Say what cannot be of the day of a sign-off: it lies before the pack's as-at day, or before the ``last`` sign-off.

    >>> faults_of_time({"signed_at": "2012-09-29T10:00:00+00:00", "as_at": "2012-09-30"}, last="")
    ['signed off on 2012-09-29, before its as-at day, 2012-09-30.']
    """
    day, as_at = datetime.fromisoformat(pack["signed_at"]).astimezone().date().isoformat(), pack["as_at"]
    early = [f"signed off on {day}, before its as-at day, {as_at}."] if day < as_at else []
    return early + (
        [f"signed off at {pack['signed_at']}, before the sign-off before it, at {last}."]
        if pack["signed_at"] < last
        else []
    )


def short_fingerprint(fingerprint: str) -> str:
    """Give the first twenty digits of a fingerprint, as people write them down and compare them.

    >>> short_fingerprint("3f2a91bc07de55aa10bb77")
    '3f2a-91bc-07de-55aa-10bb'
    """
    return "-".join(fingerprint[at : at + 4] for at in range(0, 20, 4))


def ledger_row(section: str, figure: Figure) -> dict[str, str]:
    """Give a figure as the ledger keeps it: the text that is printed of it, and what it knows of itself."""
    known = _json({"measure": asdict(figure.measure), "qualifiers": dict(figure.qualifiers)})
    row = {"section": section, **figure.to_row(), "known": known}
    return {name: "" if value is None else str(value) for name, value in row.items()}


def _printed(row: Mapping[str, str]) -> PrintedFigure:
    """Make a figure again from its row."""
    numbers = {name: _read_number(row[name]) for name in ("value", "lower", "upper", "confidence", "n")}
    known = json.loads(row["known"])
    figure = Figure(
        measure=Measure(**known["measure"]),
        indicator_id=row["indicator_id"],
        area=row["area"],
        window=Window(row["period"], row["window_first"], row["window_last"]),
        qualifiers=known["qualifiers"],
        unit=row["unit"],
        method=row["method"],
        status=row["status"],
        caveats=tuple(filter(None, row["caveats"].split(" | "))),
        **numbers,
    )
    return PrintedFigure(figure=figure, report=row["report"], section=row["section"])


def _read_number(text: str) -> float | int | str | None:
    try:
        value = float(text)
    except ValueError:
        return text or None
    return int(value) if value.is_integer() and "." not in text else value


def _name_of(quarter: str, version: int) -> str:
    return quarter if version == 1 else f"{quarter}, version {version}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
