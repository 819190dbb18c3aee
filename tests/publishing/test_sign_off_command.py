"""The sign-off as the commands do it, from the pack that was made to its second version."""

import re
import stat
import subprocess
import sys
from datetime import UTC, datetime

import nbformat
import pytest
from click.testing import CliRunner
from projects import with_tables

from saferleeds_analysis import periods
from saferleeds_analysis.cli import main
from saferleeds_analysis.publishing.at_work import at_work
from saferleeds_analysis.publishing.ledger import open_ledger, short_fingerprint
from saferleeds_analysis.publishing.sign_off import checklist

pytestmark = pytest.mark.usefixtures("warm")

QUARTER = "2012/13 Q2"
ROLES = ("--analyst", "Performance team", "--reviewer", "Second analyst", "--owner", "Head of service")
CARD = (
    'quarter: str = "2012/13 Q2"  # the quarter\nas_at: str = "2012-09-30"  # nothing later is read',
    "from saferleeds_analysis.figures import Figure, Measure\nfrom saferleeds_analysis.periods import Window\nfrom saferleeds_analysis.reporting.blocks import heading, paragraph",
    "heading(1, 'Calls')",
    "paragraph('11,915 calls', figures=(Figure(indicator_id='asb_calls', area='Leeds', "
    "window=Window.named('2012/13 Q2'), measure=Measure(id='calls', words='calls', role='count'), value=11915, unit='calls'),))",
)
BUSY = (
    "Error: another command is at work on the pack of 2012/13 Q2 and nothing was changed. Wait until it has finished, then "
    "give this command again."
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project with one small notebook and no data, as the current folder."""
    root = tmp_path / "a project"
    (root / "notebooks").mkdir(parents=True)
    with_tables(root)
    node = nbformat.v4.new_notebook()
    node.cells = [nbformat.v4.new_code_cell(source) for source in CARD]
    node.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(node, root / "notebooks" / "calls.ipynb")
    (root / "notebooks" / "run_list.toml").write_text(
        '[[report]]\nname = "calls"\nnotebook = "calls"\nparameters = {}\n', encoding="utf-8"
    )
    monkeypatch.chdir(root)
    return root


def run(*words, given=None):
    return CliRunner().invoke(main, list(words), input=given)


def one_line(text):
    """Fold the lines into which a message is broken."""
    return re.sub(r"\s+", " ", text)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pack_is_signed_off_verified_left_alone_and_corrected(project):
    folder = project / "reports" / "2012-13_Q2"
    made = run("report", QUARTER)
    assert made.exit_code == 0, made.output

    # Without answers it is refused, and every question that is open is said.
    refused = run("sign-off", QUARTER, *ROLES)
    assert refused.exit_code == 1
    for item in checklist():
        assert f"- checklist, {item.id}: not answered. {item.question}" in refused.output
    assert open_ledger(project).packs().empty

    # The answers are asked for: yes to each, and no note.
    signed = run("sign-off", QUARTER, *ROLES, "--ask", given="yes\n\n" * len(checklist()))
    assert signed.exit_code == 0, signed.output
    assert "Signed off: 2012/13 Q2, version 1: 2 reports, " in signed.output
    assert all(item.question in one_line(signed.output) for item in checklist())
    before = contents(folder)
    assert all(not (folder / path).stat().st_mode & stat.S_IWUSR for path in before)
    fingerprint = short_fingerprint(open_ledger(project).pack(QUARTER)["fingerprint"])
    today = periods.day_name(datetime.now(UTC).date())
    said = f"Version 1, signed off on {today}, fingerprint {fingerprint}"
    whole = run("verify", QUARTER)
    assert (whole.exit_code, whole.output) == (
        0,
        "Every file is as it was signed off, and the ledger is whole.\n"
        f"{said}. Compare it with the minutes, or give theirs with --fingerprint.\n",
    )
    # The fingerprint stands in the minutes and on the index of all packs too.
    minutes = (project / "data/ledger/minutes_2012-13_Q2_1.txt").read_text(encoding="utf-8")
    assert minutes in signed.output
    assert minutes.splitlines() == [
        f"For the minutes: 2012/13 Q2. {said}.",
        "As at 2012-09-30; analyst Performance team, reviewer Second analyst, owner Head of service.",
        f'To compare later: saferleeds verify "2012/13 Q2" --fingerprint {fingerprint}',
    ]
    assert said in (project / "reports/index.html").read_text(encoding="utf-8")
    for given in (fingerprint, fingerprint.upper().replace("-", " ")):
        assert "That is the fingerprint given." in run("verify", QUARTER, "--fingerprint", given).output

    # Every command that would change it is refused, and nothing is changed.
    for words in (("report", QUARTER), ("export", QUARTER), ("sign-off", QUARTER, *ROLES, "--ask")):
        again = run(*words)
        assert again.exit_code == 1
        assert "stays as it is; nothing was run. To correct it: " in one_line(again.output)
    assert contents(folder) == before

    # A correction is a second version that says so and keeps the first.
    corrected = run("report", QUARTER, "--correction", "Calls were counted twice")
    assert corrected.exit_code == 0, corrected.output
    assert "Version 2, corrects version 1, which is kept in versions/1" in corrected.output
    page = (folder / "calls" / "report.html").read_text(encoding="utf-8")
    assert "Version 2, corrects version 1: Calls were counted twice" in page
    signed = run("sign-off", QUARTER, *ROLES, "--ask", given="yes\n\n" * len(checklist()))
    assert "Signed off: 2012/13 Q2, version 2: 2 reports, " in signed.output
    assert contents(folder / "versions" / "1") == before

    # What is altered by hand is found.
    page = folder / "calls" / "report.html"
    page.chmod(0o644)
    page.write_text("another number", encoding="utf-8")
    altered = run("verify", QUARTER)
    assert altered.exit_code == 1
    assert "reports/2012-13_Q2/calls/report.html: was altered after the sign-off." in altered.output


def test_two_commands_are_not_at_work_on_one_pack(project):
    """Another process holds the pack, as a report that runs would; when it is killed nothing is left in the way."""
    holding = (
        "import time\nfrom pathlib import Path\nfrom saferleeds_analysis import periods\n"
        "from saferleeds_analysis.publishing.at_work import at_work\n"
        f"with at_work(Path({str(project)!r}), periods.quarter({QUARTER!r})):\n    print('held', flush=True)\n"
        "    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout.readline() == "held\n"
            for words in (("report", QUARTER), ("export", QUARTER), ("sign-off", QUARTER, *ROLES)):
                refused = run(*words)
                assert refused.exit_code == 1
                assert one_line(refused.output).startswith(BUSY)
            assert not (project / "reports" / "2012-13_Q2").exists()
            with at_work(project, periods.quarter("2012/13 Q3")):
                pass  # another quarter is free
        finally:
            other.kill()
    with at_work(project, periods.quarter(QUARTER)):
        pass
