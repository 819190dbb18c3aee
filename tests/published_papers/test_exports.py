"""The papers in other forms: Word and PDF of their pages by the command that people use."""

import shutil

import openpyxl
import pytest
from projects import run


@pytest.mark.browser
def test_the_papers_are_exported_without_a_problem_and_stay_readable(published_papers, tmp_path):
    from pdfua import validate

    project = shutil.copytree(published_papers, tmp_path / "papers")
    done = run(project, "export", "2012/13 Q2")
    assert (done.returncode, done.stderr) == (0, "")
    folder = project / "reports" / "2012-13_Q2"
    words = {path.parent.name for path in folder.glob("*/report.docx")}
    assert words == {path.parent.name for path in folder.glob("*/report.pdf")}
    assert {"action-plan", "plan-on-a-page", "scrutiny-report", "published-dashboard"} <= words
    assert "published-figures" not in words, "on request only"
    assert {f.rule_id for f in validate(folder / "scrutiny-report" / "report.pdf").findings} == {"UA-28-004"}
    assert len(openpyxl.load_workbook(folder / "pack.xlsx", read_only=True).sheetnames) < 14
