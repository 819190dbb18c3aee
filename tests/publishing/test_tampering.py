"""Ways to alter a signed pack, its ledger, the time or the key: each really done to a copy, and the command that finds it.

The ways, and what finds them, are the table of docs/governance.md; those that nothing finds are in it too.
"""

import contextlib
import json
import re
import shutil
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from projects import REFERENCE, ROOT
from publishing.packs import ANSWERS, ROLES, figure, write_pack

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.cli import main
from saferleeds_analysis.door import sha256_of
from saferleeds_analysis.publishing import ledger as ledgers
from saferleeds_analysis.publishing import versions
from saferleeds_analysis.publishing.files import files_of, record_outputs
from saferleeds_analysis.publishing.report import code_version
from saferleeds_analysis.publishing.sign_off import sign_off

SIGNED, OPEN = "2012/13 Q2", "2012/13 Q3"
PACK, CARD = Path("reports/2012-13_Q2"), Path("reports/2012-13_Q2/burglary")
NEXT = Path("reports/2012-13_Q3/burglary")
LEDGER = "data/ledger/ledger.sqlite"
VERIFY, NOTHING = ("verify", SIGNED), None


def sign(root, quarter, **moment):
    now = datetime(**{"year": 2012, "month": 11, "day": 20, "tzinfo": UTC} | moment)
    catalogue = load_catalogue(REFERENCE)
    return sign_off(
        root, periods.quarter(quarter), roles=ROLES, answers=ANSWERS, catalogue=catalogue, now=now
    )


@pytest.fixture(scope="session")
def signed_once(tmp_path_factory):
    """A project: one pack signed off, corrected and signed off again, in both editions, and one that is not signed off yet."""
    root = tmp_path_factory.mktemp("signed") / "project"
    (root / "notebooks").mkdir(parents=True)
    for version in (1, 2):
        for edition in ("public", "restricted"):
            write_pack(root, SIGNED, [figure(5938)], edition=edition, version=version)
        sign(root, SIGNED)
        if version == 1:
            quarter = periods.quarter(SIGNED)
            versions.start_correction(root, quarter, reason="An offence was counted twice", day="2012-11-20")
            versions.version_to_make(root, quarter)
    write_pack(root, OPEN, [figure(5938)], code=code_version(root))
    return root


@pytest.fixture
def project(signed_once, tmp_path):
    shutil.copytree(signed_once, tmp_path / "project")
    return tmp_path / "project"


def edit(path, before="5938", after="4938"):
    path.chmod(0o644)
    text = path.read_text(encoding="utf-8")
    assert before in text, path
    path.write_text(text.replace(before, after), encoding="utf-8")


def edit_all(folder):
    """Change the number wherever a report gives it, and the hashes of its run with it."""
    for name in ("report.html", "report.ipynb", "figures.csv"):
        edit(folder / name)
    (folder / "run.json").chmod(0o644)
    record_outputs(folder, "report.html", "report.ipynb", "figures.csv")


def edit_with_hash(path, *change):
    edit(path, *change)
    record_outputs(path.parent, path.name)


def add(path, text="4938"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def change_ledger(root, *statements, rehashed=True):
    """Change the ledger past its triggers, and make the fingerprints anew, as the library itself would."""
    with contextlib.closing(sqlite3.connect(root / LEDGER)) as connection:
        connection.row_factory = sqlite3.Row
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        before = ""
        for pack in connection.execute("SELECT * FROM pack ORDER BY rowid").fetchall() if rehashed else ():
            before = ledgers._fingerprint(connection, pack, before)
            connection.execute(
                "UPDATE pack SET fingerprint = ? WHERE quarter = ? AND version = ?",
                (before, pack["quarter"], pack["version"]),
            )
        connection.commit()


def rewrite_sign_offs(root):
    """Write every signed_off.json anew from the ledger."""
    for folder in (root / PACK, root / "reports/restricted/2012-13_Q2"):
        for version, place in ((1, folder / "versions/1"), (2, folder)):
            manifest = versions._manifest(root, folder, SIGNED, version)
            (place / "signed_off.json").chmod(0o644)
            add(place / "signed_off.json", json.dumps(manifest))


NUMBER = "UPDATE figure SET value = '4938' WHERE value = '5938'"


def rehash(root):
    change_ledger(root, NUMBER)


def rehash_and_rewrite(root):
    rehash(root)
    rewrite_sign_offs(root)


def rewrite_everything(root):
    """Change a number on every page, in every table, in the ledger and in every signed_off.json, all in agreement."""
    changes = [NUMBER]
    for folder in (root / PACK, root / "reports/restricted/2012-13_Q2"):
        for version, place in ((1, folder / "versions/1"), (2, folder)):
            edit_all(place / "burglary")
            changes += [
                f"UPDATE file SET sha256 = '{sha256_of(path)}' WHERE version = {version} AND path = "
                f"'{(folder / path.relative_to(place)).relative_to(root).as_posix()}'"
                for path in files_of(place)
            ]
    change_ledger(root, *changes)
    rewrite_sign_offs(root)


LAST = [
    f"DELETE FROM {table} WHERE {where}"
    for table, where in (
        ("identity", "run IN (SELECT id FROM run WHERE version = 2)"),
        ("figure", "run IN (SELECT id FROM run WHERE version = 2)"),
        ("run", "version = 2"),
        ("file", "version = 2"),
        ("pack", "version = 2"),
    )
]


def without_last(root):
    change_ledger(root, *LAST, rehashed=False)


def without_last_and_its_record(root):
    without_last(root)
    (root / PACK / "signed_off.json").unlink()
    (root / "reports/restricted/2012-13_Q2/signed_off.json").unlink()


def link_reports(root):
    (root / "reports").rename(root.parent / "elsewhere")
    (root / "reports").symlink_to(root.parent / "elsewhere")


def link_page(root):
    (root / CARD / "report.html").rename(root.parent / "report.html")
    (root / CARD / "report.html").symlink_to(root.parent / "report.html")


def stand_in(root):
    """Put a true copy where a kept version would lie, and change the pack itself."""
    shutil.copytree(root / PACK, root / PACK / "versions/2", ignore=shutil.ignore_patterns("versions"))
    edit(root / CARD / "report.html")


def minutes(root):
    return ledgers.short_fingerprint(ledgers.open_ledger(root).pack(SIGNED)["fingerprint"])


BY_HAND = "changed by hand since the run that made them: reports/2012-13_Q3/"
NOT_HELD = (
    "reports/2012-13_Q2/signed_off.json: the ledger does not hold this sign-off (version 2 of 2012/13 Q2, 2012-11-20). Put "
    "data/ledger/ledger.sqlite back from its copy, or this file."
)
OTHERWISE = "reports/2012-13_Q2/signed_off.json: says otherwise than the ledger in "
SIGN, WITH_MINUTES = "sign-off", "verify --fingerprint"
# What is done, the command that is given then, and what it says of it; None where it finds nothing.
WAYS = {
    # Before the sign-off
    "a number on a page": (lambda r: edit(r / NEXT / "report.html"), SIGN, BY_HAND + "burglary/report.html."),
    "a number on a page, and the page's hash in run.json": (
        lambda r: edit_with_hash(r / NEXT / "report.html"),
        SIGN,
        BY_HAND + "burglary/report.html.",
    ),
    "a number in an executed notebook": (
        lambda r: edit(r / NEXT / "report.ipynb"),
        SIGN,
        BY_HAND + "burglary/report.ipynb.",
    ),
    "a row of figures.csv, and its hash": (
        lambda r: edit_with_hash(r / NEXT / "figures.csv"),
        SIGN,
        "figures that are not those of the notebook: reports/2012-13_Q3/burglary/figures.csv, row 1 (value '4938', not "
        "'5938').",
    ),
    "the index of a pack": (lambda r: add(r / NEXT.parent / "index.html"), SIGN, BY_HAND + "index.html."),
    "the index (so too Word, PDF, the workbook, the data-quality page), and its hash": (
        lambda r: edit_with_hash(r / NEXT.parent / "index.html", "2012/13", "2011/12"),
        SIGN,
        NOTHING,
    ),
    "a file that no run made, hidden or not": (
        lambda r: add(r / NEXT.parent / ".drafts/letter.docx"),
        SIGN,
        "made by no run, and so not to be signed off: reports/2012-13_Q3/.drafts/letter.docx.",
    ),
    "notebook, page, figures and hashes, in agreement": (lambda r: edit_all(r / NEXT), SIGN, NOTHING),
    # The time
    "the clock set back before the as-at day": (
        lambda r: {"year": 2011},
        SIGN,
        "it would be signed off on 2011-11-20, before its as-at day, 2012-06-30. Put this machine's clock right.",
    ),
    "the clock set back before the last sign-off": (
        lambda r: {"month": 10},
        SIGN,
        "it would be signed off at 2012-10-20T00:00:00+00:00, before the sign-off before it, at 2012-11-20T00:00:00+00:00.",
    ),
    "the clock set forward": (lambda r: {"year": 2031}, SIGN, NOTHING),
    "the day of a sign-off in the ledger, fingerprints made anew": (
        lambda r: change_ledger(r, "UPDATE pack SET signed_at = '2012-01-05T10:00:00+00:00'"),
        VERIFY,
        "the ledger, 2012/13 Q2: signed off on 2012-01-05, before its as-at day, 2012-06-30.",
    ),
    # Files of a signed pack
    "a page": (
        lambda r: edit(r / CARD / "report.html"),
        VERIFY,
        f"{CARD.as_posix()}/report.html: was altered after the sign-off.",
    ),
    "a file taken away": (
        lambda r: (r / CARD / "run.json").unlink(),
        VERIFY,
        f"{CARD.as_posix()}/run.json: is missing.",
    ),
    "a hidden file": (lambda r: add(r / PACK / ".note"), VERIFY, f"{PACK.as_posix()}/.note: was added"),
    "a file in a hidden folder": (lambda r: add(r / PACK / ".a/b/c"), VERIFY, "/.a/b/c: was added after"),
    "a signed_off.json beside a page": (
        lambda r: add(r / CARD / "signed_off.json"),
        VERIFY,
        f"{CARD.as_posix()}/signed_off.json: was added after the sign-off.",
    ),
    "a file among the kept versions": (
        lambda r: add(r / PACK / "versions/9/report.html"),
        VERIFY,
        f"{PACK.as_posix()}/versions/9/report.html: was added after the sign-off.",
    ),
    "a page of a kept version": (
        lambda r: edit(r / PACK / "versions/1/burglary/report.html"),
        VERIFY,
        f"{PACK.as_posix()}/versions/1/burglary/report.html: was altered after the sign-off.",
    ),
    "a page, with a true copy of the pack where a kept version would lie": (
        stand_in,
        VERIFY,
        f"{CARD.as_posix()}/report.html: was altered after the sign-off.",
    ),
    "a page replaced by a link to the same page": (
        link_page,
        VERIFY,
        f"{CARD.as_posix()}/report.html: was altered after the sign-off.",
    ),
    "the folder reports replaced by a link": (
        link_reports,
        VERIFY,
        "links lead out of the project, where packs and their sign-offs must lie: reports (to ",
    ),
    "read-only taken from a file, and nothing changed": (
        lambda r: (r / CARD / "report.html").chmod(0o644),
        VERIFY,
        NOTHING,
    ),
    "a file put into versions/retired": (lambda r: add(r / PACK / "versions/retired/a"), VERIFY, NOTHING),
    # The record of the sign-off
    "a name in signed_off.json": (
        lambda r: edit(r / PACK / "signed_off.json", "Second analyst", "Somebody"),
        VERIFY,
        OTHERWISE + "reviewer.",
    ),
    "signed_off.json taken away": (lambda r: (r / PACK / "signed_off.json").unlink(), VERIFY, NOTHING),
    # The ledger
    "a figure in the ledger": (
        lambda r: change_ledger(r, NUMBER, rehashed=False),
        VERIFY,
        "what the ledger holds of 2012/13 Q2, version 2 is not what was written at its sign-off.",
    ),
    "a figure in the ledger, fingerprints made anew": (rehash, VERIFY, NOT_HELD),
    "a figure in the ledger, fingerprints and every signed_off.json made anew": (
        rehash_and_rewrite,
        VERIFY,
        f"{CARD.as_posix()}/figures.csv: its figures are not those that the ledger holds.",
    ),
    "everything in agreement: pages, tables, ledger, every signed_off.json": (
        rewrite_everything,
        VERIFY,
        NOTHING,
    ),
    "everything in agreement, and the minutes are asked": (
        rewrite_everything,
        WITH_MINUTES,
        "is not that of 2012/13 Q2, which by the ledger is",
    ),
    "the ledger taken away": (lambda r: (r / LEDGER).unlink(), VERIFY, NOT_HELD),
    "the ledger taken away, and a new run": (
        lambda r: (r / LEDGER).unlink(),
        ("render", SIGNED),
        NOT_HELD,
    ),
    "the ledger and every signed_off.json taken away": (
        lambda r: [
            (r / LEDGER).unlink(),
            *(p.unlink() for p in (r / "reports").rglob("signed_off.json")),
        ],
        VERIFY,
        "no pack of 2012/13 Q2 is signed off.",
    ),
    "bytes of the ledger's file": (
        lambda r: (r / LEDGER).write_bytes(b"no ledger" * 999),
        VERIFY,
        "the ledger's file is damaged (file is not a database). Put data/ledger/ledger.sqlite back from its copy.",
    ),
    "the last entry of the ledger removed": (without_last, VERIFY, NOT_HELD),
    "the last entry removed, with its signed_off.json": (without_last_and_its_record, VERIFY, NOTHING),
    "the last entry removed, with its signed_off.json, and the minutes are asked": (
        without_last_and_its_record,
        WITH_MINUTES,
        "is not that of 2012/13 Q2, which by the ledger is",
    ),
    # The key, and people
    "the project's key": (lambda r: add(r / "data/project_key.txt"), VERIFY, NOTHING),
    "a sign-off in the names of others": (lambda r: sign(r, OPEN), ("verify", OPEN), NOTHING),
}


def said_of(root, command, done):
    """Give the command in question and what it says, on one line; what was refused is said too."""
    if command == SIGN:
        try:
            sign(root, OPEN, **(done if isinstance(done, dict) else {}))
        except ValueError as error:
            return str(error)
        return "signed off"
    words = [*VERIFY, "--fingerprint", done] if command == WITH_MINUTES else command
    output = CliRunner().invoke(main, [*words, "--project", str(root)]).output
    assert "not foreseen" not in output
    return re.sub(r"\s+", " ", output)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_altered_is_found_or_honestly_not(project, way):
    alter, command, finding = WAYS[way]
    fingerprint = minutes(project)
    done = alter(project)
    said = said_of(project, command, fingerprint if command == WITH_MINUTES else done)
    if finding is not None:
        assert finding in said
    else:
        assert re.match("signed off$|Every file is as it was signed off, and the ledger is whole. ", said), (
            said
        )


def test_nothing_is_found_where_nothing_was_altered(project):
    well = "Every file is as it was signed off, and the ledger is whole. Version 2, "
    assert said_of(project, VERIFY, None).startswith(well)
    assert "That is the fingerprint given." in said_of(project, WITH_MINUTES, minutes(project))
    assert said_of(project, SIGN, None) == "signed off"
    assert all(not p.stat().st_mode & stat.S_IWUSR for p in files_of(project / NEXT))


def test_the_table_of_the_documentation_names_each_way_and_what_finds_it():
    text = (ROOT / "docs/governance.md").read_text(encoding="utf-8")
    section = text.partition("## What finds a change")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section, re.M)[2:]
    told = dict(rows)
    assert told.keys() == WAYS.keys()
    for way, (_, command, finding) in WAYS.items():
        name = command if isinstance(command, str) else command[0]
        assert told[way].startswith("nothing" if finding is NOTHING else f"`{name}`"), way


def test_one_message_names_every_file_that_was_changed_by_hand(project):
    write_pack(project, OPEN, [figure(3)], report="theft")
    edit(project / NEXT / "report.html")
    edit(project / NEXT / "figures.csv")
    edit(project / NEXT.parent / "theft/report.ipynb", "Counted", "Counting")
    pack = "reports/2012-13_Q3"
    assert said_of(project, SIGN, None).splitlines() == [
        "2012/13 Q3 is not signed off:",
        f"- changed by hand since the run that made them: {pack}/burglary/figures.csv, {pack}/burglary/report.html, "
        f'{pack}/theft/report.ipynb. Make the pack anew: saferleeds report "2012/13 Q3"; where only pages are named '
        '(report.html, trace.html), saferleeds render "2012/13 Q3" is enough.',
        f"- figures that are not those of the notebook: {pack}/burglary/figures.csv, row 1 (value '4938', not '5938'). Make "
        'the pack anew: saferleeds report "2012/13 Q3"',
    ]
    assert not (project / pack / "signed_off.json").exists()


def test_a_page_of_another_library_is_signed_off_when_it_was_rendered_by_this_one(project):
    """Another library may render a page otherwise: its record says so here, and its page has one more line."""
    page, record = project / NEXT / "report.html", project / NEXT / "run.json"
    edit(record, code_version(project), "saferleeds-analysis 0.1")
    said_otherwise = 'made by another library, which rendered them otherwise: reports/2012-13_Q3/burglary/report.html. Make the pages again and read them: saferleeds render "2012/13 Q3"'
    assert said_otherwise in said_of(project, SIGN, None)
    assert "changed: reports/2012-13_Q3/burglary/report.html" in said_of(project, ("render", OPEN), None)
    assert "saferleeds-analysis 0.1" in page.read_text(encoding="utf-8")
    assert said_of(project, SIGN, None) == "signed off"


def test_a_pack_whose_runs_kept_no_hashes_is_not_signed_off(project):
    record = project / NEXT / "run.json"
    written = json.loads(record.read_text(encoding="utf-8"))
    del written["outputs"]
    record.write_text(json.dumps(written), encoding="utf-8")
    assert (
        "- without the hashes of what was made, as an older library made them: reports/2012-13_Q3/burglary. Make the pack "
        'anew: saferleeds report "2012/13 Q3"'
    ) in said_of(project, SIGN, None)
