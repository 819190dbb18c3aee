"""A project of the version before formats had a number: its signed pack, its upgrade, and what is refused by either side.

The project and its pack are the bytes of that version (fixtures/project_of_format_1/README.md).
"""

import json
import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from projects import REFERENCE, ROOT, copy_project, run

from saferleeds_analysis import formats
from saferleeds_analysis.catalogue import read_project
from saferleeds_analysis.cli import main
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing import upgrade
from saferleeds_analysis.publishing.upgrade import upgrade_project

FIXTURE = Path(__file__).parent / "fixtures" / "project_of_format_1"
OLDER = (
    "this project is of format 1, and this library reads the tables of format 3: bring it over with saferleeds upgrade "
    "(with --dry-run it only says what it would do).\n"
)
WELL = "Every file is as it was signed off, and the ledger is whole.\n"
WELL_OF_FORMAT_1 = (
    f"{WELL}Version 1, signed off on 29 November 2026, fingerprint 73c6-b768-f5f3-b245-cf79. Compare it with the minutes, or "
    "give theirs with --fingerprint.\nVersion 1 was made by a library that kept no hashes of what it made: whether a page was "
    "changed before the sign-off cannot be said.\n"
)
ROLES = ("--analyst", "Analysts", "--reviewer", "Second analyst", "--owner", "Head of service")


@pytest.fixture
def project(tmp_path):
    zipfile.ZipFile(FIXTURE / "project.zip").extractall(tmp_path)
    return tmp_path / "project"


def files(folder):
    """Give what every file of a project holds, but the log that each command begins anew."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "last_run.log"
    }


def say(project, *words):
    """Run a command in this process and give what it said."""
    return CliRunner().invoke(main, [*words, "--project", str(project)]).output.removeprefix("Error: ")


def edit(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_pack_of_the_older_version_verifies_and_a_changed_byte_is_found_before_and_after(project):
    pack = project / "reports/2012-13_Q1"
    signed = files(pack)
    assert "format" not in json.loads(signed["signed_off.json"])
    page = pack / "home-burglary-otterbridge" / "report.html"
    for step in ("before", "after"):
        assert say(project, "verify", "2012/13 Q1") == WELL_OF_FORMAT_1
        assert files(pack) == signed
        page.chmod(0o644)
        page.write_bytes(
            signed["home-burglary-otterbridge/report.html"].replace(b"Otterbridge", b"Otterbridgf", 1)
        )
        assert say(project, "verify", "2012/13 Q1") == (
            "not as it was signed off:\nreports/2012-13_Q1/home-burglary-otterbridge/report.html: was altered after the "
            "sign-off.\n"
        )
        page.chmod(0o644)
        page.write_bytes(signed["home-burglary-otterbridge/report.html"])
        if step == "before":
            upgrade_project(project)


def test_a_quarter_after_the_upgrade_is_reported_with_the_older_pack_beside_it_and_signed_off(project):
    assert say(project, "report", "2012/13 Q2") == OLDER
    assert say(project, "list") == OLDER
    upgrade_project(project)
    raw = project / "data/raw"
    shutil.copyfile(
        FIXTURE / "july_to_september_2012.csv", raw / "invented_counts" / "july_to_september_2012.csv"
    )
    edit(raw / "invented_counts" / "source.toml", "2012-07-10", "2012-10-10")
    shutil.copyfile(raw / "signoff/2012-13_Q1.toml", raw / "signoff/2012-13_Q2.toml")
    done = run(project, "report", "2012/13 Q2")
    assert done.returncode == 0, done.stderr
    pack = project / "reports/2012-13_Q2"
    names = ("home-burglary-otterbridge", "home-burglary-otterbridge-cost", "home-burglary-similar-places")
    for name in names:
        assert json.loads((pack / name / "run.json").read_text(encoding="utf-8"))["format"] == 3
    changes = (pack / "changes/report.html").read_text(encoding="utf-8")
    # Of the older pack, signed off, from the ledger of the older version.
    assert re.search(r"2012/13 Q1[^<]*signed off", changes)
    # By the offence as the extract names it, at the prices that the run list named.
    assert "2010/11" in (pack / names[1] / "report.html").read_text(encoding="utf-8")
    assert say(project, "sign-off", "2012/13 Q2", *ROLES).startswith(
        "Signed off: 2012/13 Q2, version 1: 4 reports"
    )
    assert json.loads((pack / "signed_off.json").read_text(encoding="utf-8"))["format"] == 3
    assert say(project, "verify", "2012/13 Q1") == WELL_OF_FORMAT_1
    said = say(project, "verify", "2012/13 Q2")
    assert said.startswith(WELL)
    assert "kept no hashes" not in said


def test_a_dry_run_changes_nothing_and_says_what_the_upgrade_then_does(project):
    before = files(project)
    would = say(project, "upgrade", "--dry-run").splitlines()
    assert files(project) == before
    done = say(project, "upgrade").splitlines()
    assert would[0] == "It would be brought from format 1 to format 3:"
    assert done[0] == "Brought from format 1 to format 3:"
    assert done[-1] == "The former files are kept in before-upgrade-1."
    assert would[1:-1] == done[1:-1]
    assert "  areas.csv: from areas.csv, areas_added_later.csv" in done
    assert "  home-burglary-otterbridge-cost: without cost_edition, price_year, vintage" in done
    after = files(project)
    assert after.pop("before-upgrade-1/upgrade.txt").decode().splitlines() == done
    changed = {path for path in before if after.get(path) != before[path]}
    assert changed == {
        *(
            f"notebooks/{n}"
            for n in ("area_comparison.ipynb", "cost_of_crime.ipynb", "recorded_crime_card.ipynb")
        ),
        "notebooks/run_list.toml",
        *(
            f"data/raw/reference/{name}"
            for name in (
                "areas.csv",
                "areas_added_later.csv",
                "indicators.toml",
                "indicators_burglary.toml",
                "offence_mapping.csv",
                "project.toml",
                "similar_places.csv",
            )
        ),
    }
    assert {path: after[f"before-upgrade-1/{path}"] for path in changed} == {
        path: before[path] for path in changed
    }
    assert "# The card that the board sees first." in after["notebooks/run_list.toml"].decode()
    assert say(project, "upgrade") == "Nothing to do: this project is of format 3.\n"
    assert say(project, "upgrade", "--dry-run") == "Nothing to do: this project is of format 3.\n"
    assert files(project).keys() - {"before-upgrade-1/upgrade.txt"} == after.keys()


def test_stopped_anywhere_it_is_as_it_was_or_finished_by_the_next_run(project, tmp_path, monkeypatch):
    before, whole = files(project), tmp_path / "whole"
    shutil.copytree(project, whole)
    upgrade_project(whole)
    wanted = files(whole)
    put, calls = upgrade.replace_file, len(wanted)
    for stop in range(calls):
        left = [stop]

        def put_or_stop(place, content, left=left):
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            put(place, content)

        part = tmp_path / f"stopped {stop}"
        shutil.copytree(project, part)
        monkeypatch.setattr(upgrade, "replace_file", put_or_stop)
        try:
            upgrade_project(part)
        except KeyboardInterrupt:
            assert formats.project_format(part / "data/raw/reference") == 1
            assert upgrade_project(part, dry_run=True) == [
                "An upgrade was stopped half way. To finish it: saferleeds upgrade"
            ]
        else:
            break
        monkeypatch.setattr(upgrade, "replace_file", put)
        assert upgrade_project(part)[-1] == "The upgrade that was stopped is finished."
        assert files(part) == wanted
    assert stop == 21  # once for each file that is written
    # Stopped before all lay ready, a draft may be left.
    monkeypatch.setattr(upgrade, "replace_file", put)
    (project / ".upgrade-draft" / "after").mkdir(parents=True)
    (project / ".upgrade-draft" / "after" / "half").write_text("half", encoding="utf-8")
    assert upgrade_project(project, dry_run=True)
    assert files(project) == before


def test_all_faults_of_older_tables_are_named_by_file_and_row_and_nothing_is_changed(project):
    reference = project / "data/raw/reference"
    edit(reference / "targets.csv", ",900,", ",nine hundred,")
    with (reference / "areas_added_later.csv").open("a", encoding="utf-8") as file:
        file.write("otterbridge,Too,many,cells,in,this,row\n")
    before = files(project)
    with pytest.raises(DataProblem) as problem:
        upgrade_project(project)
    head, *faults = str(problem.value).splitlines()
    assert head == "the project stays as it is, of format 1:"
    assert re.fullmatch(
        r"areas_added_later\.csv, row [0-9]+: has 7 values where the header has 6\. A text with commas stands in quotes\.",
        faults[0],
    )
    assert faults[1] == "targets.csv, row 2: 'nine hundred' is not a number."
    assert len(faults) == 2
    assert files(project) == before


def test_what_only_a_run_would_meet_is_refused_too(project):
    reference = project / "data/raw/reference"
    (reference / "targest.csv").write_text("what,is,this\n", encoding="utf-8")
    edit(project / "notebooks/run_list.toml", 'measure = "Burglary of homes", ', "")
    edit(reference / "areas_added_later.csv", "Weir,", "Mill Hill,")
    before = files(project)
    with pytest.raises(DataProblem) as problem:
        upgrade_project(project)
    assert (
        "targest.csv: unknown table of data/raw/reference: 'targest.csv'. Did you mean 'targets.csv'?"
        in str(problem.value)
    )
    assert files(project) == before


def test_prices_that_differ_and_parameters_over_lines_are_named(project):
    run_list = project / "notebooks/run_list.toml"
    second = """
[[report]]
name = "theft-cost"
notebook = "cost_of_crime"
[report.parameters]
indicator = "bicycle_theft"
area = "Otterbridge"
cost_edition = "2015/16"
price_year = "2015/16"
vintage = "December 2025"
"""
    run_list.write_text(run_list.read_text(encoding="utf-8") + second, encoding="utf-8")
    with pytest.raises(DataProblem) as problem:
        upgrade_project(project)
    assert str(problem.value).splitlines()[1:] == [
        "run_list.toml, report 4 (theft-cost): its parameters are not on one line as parameters = { ... }, so that they cannot "
        "be changed here. Write them so.",
        "run_list.toml: home-burglary-otterbridge-cost, theft-cost value offences at different prices, and a project has one "
        "edition, price year and vintage for all pages now. Give them the same ones.",
    ]


def test_a_changed_notebook_stays_and_what_it_imports_in_vain_is_named_by_its_cell(project):
    card = project / "notebooks/cost_of_crime.ipynb"
    edit(card, "catalogue import load_catalogue", "catalogue import REFERENCE, load_catalogue")
    shutil.copyfile(card, project / "notebooks/our_own.ipynb")
    changed = card.read_bytes()
    lines = upgrade_project(project)
    assert card.read_bytes() == changed
    at = lines.index("To be looked at:")
    lacks = "cell 3: saferleeds_analysis.catalogue has no REFERENCE any more."
    gone = "cell 3: saferleeds_analysis.reporting.costs has no return_chart any more."
    assert lines[at + 1 : -1] == [
        "  notebooks/cost_of_crime.ipynb: was changed in this project and stays as it is. Run it once and look at its page.",
        f"  notebooks/cost_of_crime.ipynb, {lacks}",
        f"  notebooks/cost_of_crime.ipynb, {gone}",
        "  notebooks/our_own.ipynb: is not one of this library's and stays as it is. Run it once and look at its page.",
        f"  notebooks/our_own.ipynb, {lacks}",
        f"  notebooks/our_own.ipynb, {gone}",
    ]


@pytest.fixture
def tables_before(tmp_path):
    """Give the tables of the example as the version before brought them, in two files and without a format."""
    folder = shutil.copytree(REFERENCE, tmp_path / "before")
    head, *indicators = re.split(
        r"(?m)^(?=\[\[indicator\]\])", (folder / "indicators.toml").read_text("utf-8")
    )
    (folder / "indicators.toml").write_text(head + "".join(indicators[:4]), encoding="utf-8")
    (folder / "indicators_surveys.toml").write_text("".join(indicators[4:]), encoding="utf-8")
    (folder / "group_core_cities.csv").rename(folder / "core_cities.csv")
    for path in (ROOT / "saferleeds_analysis/national").iterdir():
        national, own = path.read_text("utf-8"), folder / path.name
        below = own.read_text("utf-8").partition("\n")[2] if own.is_file() else ""
        own.write_text(national + below, encoding="utf-8")
    with (folder / "disclosure_rules.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[tie]]\nwhole = ["domestic_burglary", ""]\nparts = [["domestic_burglary", "a"]]\nwhy = "a sum"\n'
        )
    (folder / "project.toml").write_text('organisation = "Theirs"\ncontact = "Them"\n', encoding="utf-8")
    return folder


def test_tables_that_the_older_version_brought_come_along_where_they_are_used(project, tables_before):
    run_list = project / "notebooks/run_list.toml"
    edit(
        run_list,
        'indicator = "home_burglary", area = "Otterbridge" }',
        'indicator = "domestic_burglary", area = "Leeds" }',
    )
    (project / "data/raw/reference/project.toml").unlink()
    with pytest.raises(DataProblem) as problem:
        upgrade_project(project)
    assert str(problem.value).splitlines()[1:] == [
        "run_list.toml, report 1: indicator 'domestic_burglary' stands in no table of data/raw/reference.",
        "These stood in tables of the version that made the project. Name its folder saferleeds_analysis/reference: saferleeds "
        "upgrade --tables FOLDER. A clone has it at the commit that made the project: git worktree add ../version-before "
        "COMMIT; or write the rows into data/raw/reference.",
    ]
    lines = upgrade_project(project, tables_before=tables_before)
    assert "  group_core_cities.csv: from the version before, core_cities.csv" in lines
    reference = project / "data/raw/reference"
    assert read_project(reference).organisation == "Theirs"
    for name in ("caveats.csv", "caveat_families.csv", "group_core_cities.csv", "funding.toml"):
        assert (reference / name).read_text("utf-8").split() == (REFERENCE / name).read_text("utf-8").split()
    areas = (reference / "areas.csv").read_text(encoding="utf-8").splitlines()
    assert areas[:-4] == (REFERENCE / "areas.csv").read_text(encoding="utf-8").splitlines()
    assert "a sum" in (reference / "disclosure.toml").read_text(encoding="utf-8")


def test_a_project_without_use_for_them_gets_none_of_them(project, tables_before):
    before = {path.name for path in (project / "data/raw/reference").iterdir()}
    upgrade_project(project, tables_before=tables_before)
    assert {path.name for path in (project / "data/raw/reference").iterdir()} == before - {
        "areas_added_later.csv",
        "indicators_burglary.toml",
        "similar_places.csv",
    } | {"group_similar_places.csv"}


NEWER = (
    "{} is of format 4, and this library knows formats up to 3: install the newer library with python -m pip install --upgrade "
    "saferleeds-analysis.\n"
)


def test_a_newer_project_pack_or_sign_off_is_refused_with_one_sentence(project):
    upgrade_project(project)
    pack = project / "reports/2012-13_Q1"
    signed, record = pack / "signed_off.json", pack / "home-burglary-otterbridge" / "run.json"
    of_card = ("--quarter", "2012/13 Q1", "--report", "home-burglary-otterbridge", "--row", "9")
    for path, name, command in (
        (signed, "signed_off.json", ("verify", "2012/13 Q1")),
        (record, "home-burglary-otterbridge/run.json", ("trace", *of_card)),
    ):
        before = path.read_text(encoding="utf-8")
        path.chmod(0o644)
        path.write_text(before.replace("{", '{"format": 4, ', 1), encoding="utf-8")
        assert say(project, *command) == NEWER.format(name)
        path.write_text(before, encoding="utf-8")
    edit(project / "data/raw/reference/project.toml", "format = 3", "format = 4")
    for command in (("report", "2012/13 Q2"), ("verify", "2012/13 Q1"), ("upgrade",)):
        assert say(project, *command) == NEWER.format("this project (project.toml)")
    edit(project / "data/raw/reference/project.toml", "format = 4", 'format = "two"')
    assert say(project, "list") == (
        "this project (project.toml): format is a whole number from 1 on, not 'two'.\n"
    )


def test_a_project_of_format_2_gets_the_notebooks_of_now_and_keeps_what_it_changed(tmp_path):
    project = copy_project(tmp_path / "project")
    for path in ("indicator_annex", "areas", "methods"):
        (project / f"notebooks/{path}.ipynb").unlink()
    for path in (FIXTURE.parent / "notebooks_of_format_2").glob("*.ipynb"):
        shutil.copy(path, project / "notebooks")
    edit(project / "data/raw/reference/project.toml", f"format = {formats.FORMAT}", "format = 2")
    (project / "notebooks/run_list.toml").write_text(
        '[[report]]\nname = "season"\nnotebook = "seasonal_adjustment"\n'
        'parameters = { indicator = "domestic_burglary", area = "Leeds" }\n',
        encoding="utf-8",
    )
    edit(project / "notebooks/area_profile.ipynb", "For analysts", "For our analysts")
    own = (project / "notebooks/area_profile.ipynb").read_bytes()
    done = say(project, "upgrade").splitlines()
    assert done[0] == "Brought from format 2 to format 3:"
    assert "  seasonal_adjustment.ipynb, which is indicator_annex.ipynb now" in done
    assert "  areas.ipynb: new. Add it to run_list.toml where its page is wanted." in done
    assert (project / "notebooks/area_profile.ipynb").read_bytes() == own
    assert not (project / "notebooks/seasonal_adjustment.ipynb").exists()
    [report] = tomllib.loads((project / "notebooks/run_list.toml").read_text("utf-8"))["report"]
    assert report["notebook"] == "indicator_annex"
    for name in ("recorded_crime_card", "indicator_annex"):
        assert cells_of(project / f"notebooks/{name}.ipynb") == cells_of(ROOT / f"notebooks/{name}.ipynb")
    assert say(project, "upgrade") == "Nothing to do: this project is of format 3.\n"


def cells_of(notebook):
    return [cell["source"] for cell in json.loads(notebook.read_text("utf-8"))["cells"]]
