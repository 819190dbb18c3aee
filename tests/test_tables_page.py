"""docs/tables.md: written from the classes that read the tables, complete, and each example read by its reader."""

import re
import subprocess
import sys

import pytest
from projects import REFERENCE, ROOT

from saferleeds_analysis.area_tables import load_group
from saferleeds_analysis.catalogue import LOCAL_TABLES, Area, load_catalogue, read_rows
from saferleeds_analysis.documents import load_measures, load_register
from saferleeds_analysis.intake.commentaries import read_requests
from saferleeds_analysis.intake.governance import read_answers, read_reasons
from saferleeds_analysis.intake.sources import read_source
from saferleeds_analysis.methods.comparison import compare_with_group
from saferleeds_analysis.periods import quarter
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.publishing.doctor import table_faults
from saferleeds_analysis.publishing.new_project import with_defaults
from saferleeds_analysis.publishing.run_list import read_run_list
from saferleeds_analysis.publishing.sign_off import checklist
from saferleeds_analysis.reporting.register import check_register

PAGE = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```\w+ file=(\S+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL))


@pytest.fixture
def project(tmp_path):
    """Write every example of the page where it says that it lies."""
    for name, text in EXAMPLES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_page_is_what_the_classes_say_now():
    done = subprocess.run(
        [sys.executable, "scripts/write_tables.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_every_table_that_a_project_may_hold_has_its_section():
    titles = re.findall(r"^## (\S+)$", PAGE, flags=re.MULTILINE)
    assert {*LOCAL_TABLES, "source.toml", "run_list.toml"} <= set(titles)
    assert len(titles) == len(set(titles))


def test_every_field_has_an_example_and_a_meaning():
    rows = re.findall(r"^\| (`.*) \|$", PAGE, flags=re.MULTILINE)
    assert len(rows) > 200
    for row in rows:
        cells = re.split(r" (?<!\\)\| ", row)
        assert len(cells) == 5, row
        assert all(cell.strip("` ") for cell in cells), row


def test_each_example_is_read_by_the_reader_of_its_table(project):
    reference = project / "data/raw/reference"
    assert table_faults(project) == []
    catalogue = load_catalogue(reference)
    assert [area.name for area in catalogue.areas("otterbridge")] == ["Otterbridge", "Mill Hill"]
    assert catalogue.disclosure_rules.theme("offences").threshold == 10
    register = load_register(reference)
    assert [figure.verdict for figure in check_register(register)] == ["reproduces"]
    assert load_measures("2026_27", reference)[0].current == "F001"
    others = [{"area": name, "rate": 10.0} for name in ("Ashford Vale", "Long Marton")]
    group = load_group("like_areas", reference)
    for other in others:  # a group has three areas at least
        group.loc[len(group)] = {**group.iloc[0], **other, "count": None}
    assert compare_with_group(group, area="Otterbridge").measure == "Domestic burglary"
    for shape in ("vehicle_crime", "police_uk", "residents_survey"):
        assert read_source(project / "data/raw" / shape).id == shape
    assert [(asked.quarter, asked.owner) for asked in read_requests(project)] == [
        ("2026/27 Q2", "Performance team")
    ]
    assert len(read_reasons(project)) == 1
    assert list(read_answers(project, quarter("2026/27 Q2"))) == [item.id for item in checklist()]


def test_the_example_of_the_run_list_is_read_with_its_rule(project):
    profile = with_defaults(ROOT / "notebooks/area_profile.ipynb", {})
    (project / "notebooks/area_profile.ipynb").write_text(profile, encoding="utf-8")
    [report] = read_run_list(project / "notebooks")
    assert (report.name, report.parameters["area"]) == ("ward-mill-hill", "Mill Hill")
    assert report.why_not_in(quarter("2027/28 Q1")) == "retired from 2027/28 Q1 on."


def test_a_cell_that_must_be_filled_is_refused_where_it_is_empty(tmp_path):
    table = tmp_path / "areas.csv"
    table.write_text(
        "area_set,name,kind,parent,code,basis\nhere,Mill Hill, ,,,\n,Otter,ward,,,\n", encoding="utf-8"
    )
    with pytest.raises(DataProblem) as refused:
        read_rows(table, Area)
    assert str(refused.value) == (
        "areas.csv, row 2: nothing stands in kind. Fill it in.\n"
        "areas.csv, row 3: nothing stands in area_set. Fill it in."
    )
    (tmp_path / "indicators.toml").write_text(
        (REFERENCE / "indicators.toml")
        .read_text(encoding="utf-8")
        .replace('name = "Domestic burglary"', 'name = ""', 1),
        encoding="utf-8",
    )
    table.unlink()
    with pytest.raises(DataProblem, match=r"indicators.toml, indicator 1 \(\w+\): nothing stands in name"):
        load_catalogue(tmp_path)
