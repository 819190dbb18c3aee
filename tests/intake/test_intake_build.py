"""From raw to processed: made whole, made once, or left as it was."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from saferleeds_analysis.intake import build
from saferleeds_analysis.intake.ledger import read_provenance
from saferleeds_analysis.problems import DataProblem

ROOT = Path(__file__).parents[2]


COUNTED = ["month", "area", "offence", "count"]


def counted(project) -> pd.DataFrame:
    return pd.read_parquet(project.processed / "thefts.parquet")


def stamps(project) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in project.processed.iterdir()}


def test_the_ledger_says_what_became_of_every_row(project):
    project.manifest('notice = "For tests only."')
    project.rows("2012-08,Armley,Theft,7", "2012-09,Armley,Theft,5")
    (provenance,) = project.build()
    table = json.loads((project.processed / "thefts.provenance.json").read_text(encoding="utf-8"))
    # SHA-256 of the file, by sha256sum.
    assert table["inputs"][0] == {
        "path": "thefts/a.csv",
        "sha256": "376d3443a816e9afc867eefc275b3337d9a37f0cef869841a5ac713fb400252d",
        "rows": 2,
    }
    assert table["inputs"][1]["path"] == "thefts/source.toml"
    assert (table["rows_in"], table["rows_out"], table["rows_refused"], table["refused"]) == (2, 2, 0, [])
    assert (table["months"], table["months_missing"]) == (["2012-08", "2012-09"], [])
    assert table["source"]["notice"] == "For tests only."
    assert table["source"]["received"] == "2012-10-05"
    assert read_provenance(project.processed / "thefts.provenance.json") == provenance


def test_what_is_unchanged_is_not_made_again(project):
    project.rows("2012-09,Armley,Theft,7")
    first = project.build()
    before = stamps(project)
    assert project.build() == first
    assert stamps(project) == before


def test_the_same_files_give_the_same_bytes(project):
    project.rows("2012-09,Armley,Theft,7", "2012-09,Adel & Wharfedale,Theft,1")
    (first,) = project.build()
    table = (project.processed / "thefts.parquet").read_bytes()
    for path in project.processed.iterdir():
        path.unlink()
    (again,) = project.build()
    assert (project.processed / "thefts.parquet").read_bytes() == table
    assert again.fingerprint == first.fingerprint


def test_a_changed_file_manifest_or_table_is_made_again(project):
    project.rows("2012-09,Armley,Theft,7")
    (first,) = project.build()
    project.rows("2012-09,Armley,Theft,8")
    (second,) = project.build()
    assert second.processed_sha256 != first.processed_sha256
    project.manifest('notice = "New."')
    assert project.build()[0].source.notice == "New."
    (project.processed / "thefts.parquet").write_bytes(b"spoilt")
    assert project.build()[0].processed_sha256 == second.processed_sha256
    assert project.counts().series("Armley").tolist() == [8]
    (project.processed / "thefts.provenance.json").write_text("{}", encoding="utf-8")
    assert project.build()[0].processed_sha256 == second.processed_sha256


def test_bad_data_of_one_source_leaves_what_was_there_of_all(project):
    """Half a refresh would set this month's table of one source beside last month's of another."""
    project.rows("2012-09,Armley,Theft,7")
    other = project.folder.parent / "a_read_before_it"
    other.mkdir()
    manifest = (project.folder / "source.toml").read_text(encoding="utf-8")
    (other / "source.toml").write_text(manifest.replace('"thefts"', '"a_read_before_it"'), encoding="utf-8")
    (other / "b.csv").write_text("month,area,offence,count\n2012-09,Armley,Theft,1\n", encoding="utf-8")
    project.build()
    before = stamps(project)
    project.rows("2012-09,Armley,Theft,-7")
    (other / "b.csv").write_text("month,area,offence,count\n2012-09,Armley,Theft,2\n", encoding="utf-8")
    with pytest.raises(DataProblem, match=r"^thefts/a\.csv, row 2, column 'count': '-7' is negative\."):
        project.build()
    assert "a_read_before_it.parquet" in before
    assert stamps(project) == before


def test_a_write_that_fails_leaves_nothing_by_halves(project, monkeypatch):
    project.rows("2012-09,Armley,Theft,7")
    project.build()
    before = stamps(project)
    project.rows("2012-09,Armley,Theft,8")

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(build, "write_provenance", full)
    with pytest.raises(OSError, match="no space left"):
        project.build()
    assert stamps(project) == before


def test_what_a_killed_command_was_making_is_removed_and_what_a_living_one_makes_is_not(project):
    project.rows("2012-09,Armley,Theft,7")
    project.build()
    made = {path.name for path in project.processed.iterdir()}
    for name, age in ((".making_dead", 7200), (".making_alive", 60)):
        folder = project.processed / name
        folder.mkdir()
        (folder / "thefts.parquet").write_bytes(b"half")
        os.utime(folder, (time.time() - age,) * 2)
    project.build()
    assert {path.name for path in project.processed.iterdir()} == {*made, ".making_alive"}


def test_raw_files_are_left_as_they_came(project):
    path = project.rows("2012-09,Armley,Theft,7")
    path.chmod(0o444)
    before = {file: file.read_bytes() for file in project.folder.iterdir()}
    project.build()
    assert {file: file.read_bytes() for file in project.folder.iterdir()} == before


def test_the_room_opens_without_pandera():
    code = "import sys, saferleeds_analysis.intake; sys.exit('pandera' in sys.modules or 'openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_and_files_does_not_matter(project, seed):
    rows = [
        f"2012-0{month},{ward},Theft,{month}" for month in range(1, 10) for ward in ("Armley", "Leeds", "NWL")
    ]
    project.rows(*rows)
    (before,) = project.build()
    counts = counted(project)[COUNTED]
    random = Random(seed)
    random.shuffle(rows)
    cut = random.randrange(1, len(rows))
    project.rows(*rows[:cut])
    project.rows(*rows[cut:], name="b.csv")
    (after,) = project.build()
    assert after.fingerprint != before.fingerprint
    found = counted(project)
    assert found[COUNTED].equals(counts)
    lines = {
        name: (project.folder / name).read_text(encoding="utf-8").splitlines() for name in ("a.csv", "b.csv")
    }
    for row in found.itertuples():
        text = lines[row.file.removeprefix("thefts/")][row.row - 1]
        assert text == f"{row.month},{row.area},{row.offence},{row.count}", "each place leads to its row"
