"""The project's own run list in a quarter that most of its data do not hold: each live report is made, or a sentence says why not."""

import json

from projects import copy_project, run

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.run_list import read_run_list


def test_after_the_data_end_every_live_report_is_made_or_a_sentence_says_why_not(tmp_path):
    project = copy_project(tmp_path)
    path = project / "notebooks" / "run_list.toml"
    text = path.read_text(encoding="utf-8")
    one_ward = text.replace('each = "ward"\n', 'each = "ward"\nwhere = { name = "Armley" }\n')
    assert one_ward != text
    path.write_text(one_ward, encoding="utf-8")
    quarter = periods.quarter("2013/14 Q1")
    live = {report.name for report in read_run_list(project / "notebooks") if report.is_made_in(quarter)}
    assert {"members-summary-leeds", "domestic-burglary-leeds", "ward-armley", "cohesion-leeds-annex"} <= live

    done = run(project, "report", "2013/14 Q1")

    assert done.returncode == 0, done.stderr
    pack = project / "reports" / "2013-14_Q1"
    made = {page.parent.name for page in pack.glob("*/report.html")} - {"changes"}
    why_not = json.loads((pack / "not_made.json").read_text(encoding="utf-8"))
    assert made == {"action-plan", "burglary-core-cities", "methods"}
    assert made | why_not.keys() == live
    of_months = (
        "the data run from April 2005 to March 2013 and do not hold June 2013, the last month of 2013/14 Q1."
    )
    for name in ("domestic-burglary-leeds", "ward-armley", "division-nwl", "partnership-dashboard"):
        assert of_months in why_not[name]
    assert "no wave for 2013/14 Q1 that was known on 2013-06-30" in why_not["cohesion-leeds"]
    assert why_not["members-summary-leeds"].startswith("no measure can be given for 2013/14 Q1. ")
    index = (pack / "index.html").read_text(encoding="utf-8")
    assert all(reason in done.stdout for reason in why_not.values())
    assert "Not in this pack, because their data do not hold this quarter:" in index
