"""docs/systems.md says which systems of the published reports are live: what it names is there, and it counts what it lists."""

import re

from projects import ROOT

PAGE = (ROOT / "docs/systems.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip(" `") for cell in line.split("|")[1:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| M")
]


def test_every_system_has_its_report_and_its_test_or_the_reason_why_not():
    assert [row[0] for row in ROWS] == [f"M{number:02d}" for number in range(1, 32)]
    for number, _, state, notebook, test, why in ROWS:
        if state == "live":
            assert (ROOT / "notebooks" / f"{notebook}.ipynb").is_file(), number
            assert (ROOT / test).is_file(), number
        else:
            assert state in ("half", "printed", "absent") and why, number


def test_the_page_counts_what_it_lists():
    [said] = re.findall(r"quarter: (\d+) of 31", PAGE)
    assert int(said) == sum(row[2] == "live" for row in ROWS)
