"""No file of data/raw is left out without a word: each that nothing reads is named, with what to do about it."""

from pathlib import Path

from projects import ROOT, run

from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake import unread_files


def put(project, *names: str) -> None:
    for name in names:
        path = project.folder.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")


def unread(project) -> list[str]:
    return unread_files(project.root, project.catalogue)


def test_a_silently_unread_file_is_named_at_every_run_on_the_screen_and_in_the_log(project):
    """The new quarter's file lies beside the old one, but the manifest names the old one alone."""
    (project.root / "notebooks").mkdir()
    manifest = project.folder / "source.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('files = "*"', 'files = "q1.csv"'), encoding="utf-8")
    project.rows("2012-06,Armley,Theft,7", name="q1.csv")
    project.rows("2012-07,Armley,Theft,5", name="q2.csv")
    said = (
        "thefts/q2.csv: nothing reads this file. Correct files in thefts/source.toml, "
        "save it as CSV or .xlsx, or move it out of data/raw."
    )
    card = ("--indicator", "domestic_burglary", "--area", "Leeds")
    for command in (["data"], ["list"], ["report", "2012/13 Q1", *card]):
        done = run(project.root, *command)
        assert done.stderr.splitlines()[0] == said
        assert said not in done.stdout
        assert said in (project.root / "reports" / "last_run.log").read_text(encoding="utf-8")


def test_a_gap_that_an_unread_file_would_fill_is_told_with_the_file(project):
    (project.root / "notebooks").mkdir()
    project.rows("2012-06,Armley,Theft,7", "2012-08,Armley,Theft,5")
    put(project, "july.csv.old")
    lines = run(project.root, "data").stderr.splitlines()
    assert lines[0].startswith(
        "july.csv.old: nothing reads this file. Put it in a folder with a source.toml,"
    )
    assert "2012-07 is missing" in lines[1]


def test_a_loose_data_file_is_told_once(project):
    (project.root / "notebooks").mkdir()
    project.rows("2012-09,Armley,Theft,7")
    put(project, "loose.csv", "loose.txt")
    said = run(project.root, "data").stderr
    assert said.count("loose.csv") == said.count("loose.txt") == 1
    assert "loose.csv: lies loose in data/raw and would not be read" in said


def test_each_place_says_what_it_holds(project):
    project.rows("2012-09,Armley,Theft,7", name="deep/a.csv")  # the pattern "*" does not look into folders
    put(
        project,
        "notes.docx",
        "boundaries/leeds_2008.geojson",
        "commentary/2012-13_Q2/domestic_burglry.md",
        "commentary/2012-13_q2/domestic_burglary.md",
        "lookups/lsoa.csv",
        "papers/plan.docx",
        "signoff/Q2.toml",
    )
    assert [line.split(": ")[0] for line in unread(project)] == [
        "boundaries/leeds_2008.geojson",
        "commentary/2012-13_Q2/domestic_burglry.md",
        "commentary/2012-13_q2/domestic_burglary.md",
        "lookups/lsoa.csv",
        "notes.docx",
        "papers/plan.docx",
        "signoff/Q2.toml",
        "thefts/deep/a.csv",
    ]
    assert unread(project)[1] == (
        "commentary/2012-13_Q2/domestic_burglry.md: nothing reads this file. commentary holds requests.csv and "
        "<quarter>/<indicator>.md, such as 2026-27_Q1/vehicle_crime.md, of an indicator in indicators.toml. Correct its name "
        "or place, or move it out of data/raw."
    )


def test_what_is_read_and_what_is_no_data_is_not_named(project):
    project.rows("2012-09,Armley,Theft,7")
    project.manifest('encoding = "utf-8"')
    put(
        project,
        "README.md",
        "restatements.csv",
        "thefts/README.md",
        "thefts/~$a.xlsx",
        "thefts/.ipynb_checkpoints/a-checkpoint.csv",
        "boundaries/leeds_2004.geojson",
        "boundaries/leeds_2004.toml",
        "commentary/requests.csv",
        "commentary/2012-13_Q2/domestic_burglary.md",
        "papers/plan.toml",
        "signoff/2012-13_Q2.toml",
        "reference/areas.csv",
    )
    assert unread(project) == []


def test_a_lookup_that_a_manifest_names_is_read(project):
    text = (project.folder / "source.toml").read_text(encoding="utf-8")
    street = 'lookup = "lookups/a.csv"\nlocal_authority = "Leeds"\nforces = ["West Yorkshire Police"]\n'
    (project.folder / "source.toml").write_text(
        text.replace("monthly_extract", "police_uk_street") + street, encoding="utf-8"
    )
    put(project, "lookups/a.csv", "lookups/b.csv")
    assert [line.split(": ")[0] for line in unread(project)] == ["lookups/b.csv"]


def test_many_unread_files_of_a_folder_do_not_hide_those_of_another(project):
    project.rows("2012-09,Armley,Theft,7")
    put(project, *(f"lookups/{number:02}.csv" for number in range(30)), "notes.docx")
    lines = unread(project)
    assert (lines[20], lines[21].split(": ")[0], len(lines)) == ("and 10 more.", "notes.docx", 22)


def test_a_manifest_that_is_refused_is_told_by_the_build_alone(project):
    project.rows("2012-09,Armley,Theft,7")
    (project.folder / "source.toml").write_text("id = thefts\n", encoding="utf-8")
    assert unread(project) == []


def test_the_projects_own_files_are_all_read():
    assert unread_files(Path(ROOT), load_catalogue(ROOT / "data" / "raw" / "reference")) == []
