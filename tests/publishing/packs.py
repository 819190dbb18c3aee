"""Small packs written by hand, for what happens to a pack after it is made."""

import csv
import json

from saferleeds_analysis import periods
from saferleeds_analysis.figures import FIGURE_COLUMNS
from saferleeds_analysis.publishing.files import pack_folder
from saferleeds_analysis.publishing.sign_off import Roles, checklist

ROLES = Roles(analyst="Performance team", reviewer="Second analyst", owner="Head of service")
ANSWERS = {item.id: {"answer": "yes", "note": ""} for item in checklist()}


def figure(value, *, period="12 months to June 2012", measure="twelve_month_count", area="Leeds"):
    row = dict.fromkeys(["section", *FIGURE_COLUMNS], "")
    return row | {
        "indicator_id": "domestic_burglary",
        "area": area,
        "period": period,
        "measure": measure,
        "value": str(value),
        "unit": "offences",
    }


def write_pack(root, quarter, figures, *, version=1, edition="public", report="burglary", inputs=None):
    """Write a pack of one report, as publishing would: its page, figures and record."""
    folder = pack_folder(root, periods.quarter(quarter), edition=edition) / report
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(
        f"<h1>{quarter}</h1>{[f['value'] for f in figures]}", encoding="utf-8"
    )
    with (folder / "figures.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["section", *FIGURE_COLUMNS])
        writer.writeheader()
        writer.writerows(figures)
    record = {
        "report": report,
        "notebook": {"name": "card.ipynb", "sha256": "0" * 64},
        "parameters": {"quarter": quarter, "as_at": "2012-06-30"},
        "finished": "2012-07-14T10:00:00+00:00",
        "code_version": "abc",
        "pack_version": version,
        "inputs": inputs or {"data/raw/source/counts.csv": "1" * 64},
    }
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    (folder.parent / "index.html").write_text(f"<h1>{quarter}</h1>", encoding="utf-8")
    return folder.parent
