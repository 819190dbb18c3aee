"""The door of data/raw is the only one: no other module opens a file there, however it comes to read it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from projects import ROOT, copy_project

from saferleeds_analysis import door
from saferleeds_analysis.problems import DataProblem

PACKAGE = ROOT / "saferleeds_analysis"
OPENING = {"open", "read_text", "read_bytes", "read_csv", "read_excel", "read_parquet", "ZipFile", "fromfile", "open_csv"}  # fmt: skip
# Below publishing, who else opens a file, and which: none of them lies in data/raw.
OTHERS = {
    "disclosure_rules.py": "its own rules in national/",
    "intake/cases.py": "data/processed",
    "intake/ledger.py": "data/processed",
    "intake/parts.py": "data/processed",
    "intake/responses.py": "data/processed",
    "methods/trajectory/history.py": "national/",
    "methods/trajectory/rating.py": "national/",
    "methods/variation.py": "national/",
    "methods/x13.py": "what the program wrote",
    "reporting/shared.py": "what the run itself has worked out",
}
# Runs with every opening of a file told to it, and prints each below data/raw that another module than the door has made.
WATCH = """
import sys
from pathlib import Path

raw, package = str(Path("data/raw").resolve()), sys.argv[1]
seen, others = set(), set()

def watch(event, given):
    if event != "open" or not isinstance(given[0], str) or not str(Path(given[0]).absolute()).startswith(raw):
        return
    frame = sys._getframe(1)
    while frame and not frame.f_code.co_filename.startswith(package):
        frame = frame.f_back
    where = Path(frame.f_code.co_filename).name if frame else "no module of ours"
    seen.add(str(given[0]))
    if where != "door.py":
        others.add(f"{where}: {given[0]}")

from hostile.hostile_files import READERS, Q2
from saferleeds_analysis import intake
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.formats import project_format
from saferleeds_analysis.publishing.new_quarter import expected_files

sys.addaudithook(watch)
root = Path.cwd()
for reader in ("thefts", "tables", "boundaries", "commentary", "requests", "reasons", "answers"):
    READERS[reader](root)
catalogue = load_catalogue(root / "data" / "raw" / "reference")
for indicator in catalogue.indicators():
    intake.commentary(root, Q2, indicator.id)
intake.pack_inputs(root, Q2, catalogue)
intake.unread_files(root, catalogue)
expected_files(root, Q2, catalogue)
project_format(root / "data" / "raw" / "reference")
print(len(seen), *sorted(others), sep="\\n")
"""


def test_no_module_below_publishing_opens_a_file_but_the_door():
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if name == "door.py" or name.startswith("publishing/"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        of_door = {
            one.asname or one.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "saferleeds_analysis.door"
            for one in node.names
        }
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            title = getattr(called, "attr", getattr(called, "id", ""))
            # pandas and pyarrow may read what the door has opened.
            handed = title == "read_csv" and ast.unparse(node.args[0]) == "file"
            if title in OPENING and title not in of_door and not handed:
                found.add(name)
    assert found == set(OTHERS)


def test_every_file_of_the_example_is_opened_by_the_door(tmp_path):
    root = copy_project(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(PACKAGE)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        capture_output=True,
        text=True,
        check=False,
    )
    number, *others = done.stdout.splitlines() or [done.stderr]
    assert others == []
    assert int(number) > 25


def test_what_a_file_may_not_be_opened_for_is_told_with_the_cure(tmp_path):
    with pytest.raises(DataProblem, match=r"thefts/a\.csv: is a folder, a pipe or a device, not a file\."):
        door.open_raw(tmp_path, "thefts/a.csv")
    (tmp_path / "file").touch()
    with pytest.raises(DataProblem, match=r"thefts/a\.csv: cannot be opened .*Close it in other programs"):
        door.open_raw(tmp_path / "file" / "a.csv", "thefts/a.csv")


def test_looking_over_ends_with_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "_MOST_SECONDS", -1)
    Path(tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataProblem, match=r"thefts/a\.csv: takes more than -1 seconds"):
        door.open_csv(tmp_path / "a.csv", "thefts/a.csv")


def test_a_table_with_an_empty_row_keeps_the_numbers_of_its_rows(tmp_path):
    (tmp_path / "a.csv").write_text('a,b\n\n1,"2\n3"\n4,5\n', encoding="utf-8")
    table = door.read_table(tmp_path / "a.csv", "a.csv")
    assert table.index.tolist() == [3, 4]
    assert table["b"].tolist() == ["2\n3", "5"]
