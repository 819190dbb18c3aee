"""Both editions from one run: marked, apart, and the public one taken back where it would give something away."""

import csv
from datetime import date

import nbformat
import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, with_tables

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.publishing.files import pack_folder
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.pack import publish_editions
from saferleeds_analysis.publishing.run_list import Report

pytestmark = pytest.mark.usefixtures("warm")

Q2 = periods.quarter("2012/13 Q2")
PARAMETERS = """\
quarter: str = "2012/13 Q2"  # the quarter
as_at: str = "2012-09-30"  # the day
edition: str = "public"  # or "restricted"
"""
SET_UP = """\
import pandas as pd
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.blocks import heading
from saferleeds_analysis.reporting.disclosure import breakdown, protect
about = {"indicator_id": "completions", "area": "Leeds", "window": Window.year("2012/13"), "what": "completions by drug"}
words = {"caption": "Completions by drug", "first_column": "Drug", "whole": "All", "unit": "people"}
shared = {"rules": load_catalogue("../data/raw/reference").disclosure_rules, "theme": "people", "below_city": False}"""
TITLE = 'heading(1, "Treatment")'
PROTECTED = """\
counts = pd.Series({"Opiate": 25, "Non-opiate": 2, "All": 27})
shown = protect(counts, edition=edition, wholes={"All": ["Opiate", "Non-opiate"]}, **shared)
breakdown(shown, **words, **about)"""
NAIVE = (
    PROTECTED.replace("edition=edition", 'edition="restricted"')
    .replace("drug", "kind")
    .replace("**about", '**about | {"what": "tests by kind"}')
)
SAFE = (
    PROTECTED.replace("27", "65")
    .replace(": 2,", ": 40,")
    .replace("**about", '**about | {"what": "orders by kind"}')
)
RUN_LIST = """
[[report]]
name = "{0}"
notebook = "{0}"
parameters = {{}}
"""


def write_notebook(root, name, table):
    node = nbformat.v4.new_notebook()
    node.cells = [nbformat.v4.new_code_cell(source) for source in (PARAMETERS, SET_UP, TITLE, table)]
    node.cells[0].metadata["tags"] = ["parameters"]
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    nbformat.write(node, root / "notebooks" / f"{name}.ipynb")


def publish(root, names):
    said = []
    try:
        publish_editions(
            root,
            Q2,
            [Report(name=name, notebook=name, parameters={}) for name in names],
            as_at=date(2012, 9, 30),
            catalogue=load_catalogue(REFERENCE),
            say=said.append,
        )
    except ReportFailed as failure:
        said.append(str(failure))
    return said


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give a project of three reports, published in both editions, and what was said."""
    root = tmp_path_factory.mktemp("editions") / "a project"
    with_tables(root)
    tables = {"treatment": PROTECTED, "safe": SAFE, "naive": NAIVE}
    for name, table in tables.items():
        write_notebook(root, name, table)
    text = "".join(RUN_LIST.format(name) for name in tables)
    (root / "notebooks" / "run_list.toml").write_text(text, encoding="utf-8")
    return root, publish(root, tables)


def page(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def values(report):
    with (report / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["value"] for row in csv.DictReader(file) if row["unit"] == "people"]


def test_a_report_that_withholds_something_is_made_in_both_editions(run):
    root, said = run
    public, restricted = root / "reports/2012-13_Q2", root / "reports/restricted/2012-13_Q2"
    assert values(public / "treatment") == ["[c]", "[c]", "27"]
    assert values(restricted / "treatment") == ["25", "2", "27"]
    assert not (restricted / "safe").exists(), "nothing is withheld of it"
    assert "Restricted edition of 1, from which something is withheld in the public one:" in said


def test_every_page_is_marked_on_screen_and_on_each_printed_side(run):
    root, _ = run
    for edition in ("public", "restricted"):
        folder = pack_folder(root, Q2, edition=edition)
        for path in (folder / "index.html", folder / "treatment" / "report.html"):
            soup = page(path)
            assert soup.select_one("header .marking").text == MARKINGS[edition]
            assert f'content: "{MARKINGS[edition]}"' in soup.style.text


def test_the_restricted_edition_is_never_inside_the_public_folder_nor_linked_from_it(run):
    root, _ = run
    public, restricted = (pack_folder(root, Q2, edition=e) for e in ("public", "restricted"))
    assert public not in restricted.parents
    everything = [path for path in public.rglob("*") if path.is_file()]
    assert everything
    assert not any("restricted" in path.relative_to(public).as_posix() for path in everything)
    links = [a["href"] for path in public.rglob("*.html") for a in page(path).find_all("a")]
    assert not any("restricted" in link for link in links)
    back = [a["href"] for a in page(restricted / "index.html").select("header a")]
    assert [(restricted / link).resolve() for link in back] == [(public / "index.html").resolve()]


def test_no_file_of_the_public_pack_holds_what_is_withheld(run):
    root, _ = run
    folder = root / "reports/2012-13_Q2/treatment"
    shown = page(folder / "report.html").main.text + (folder / "figures.csv").read_text(encoding="utf-8-sig")
    assert "25" not in shown


def test_a_report_that_gives_something_away_is_taken_out_and_kept(run):
    root, said = run
    public = root / "reports/2012-13_Q2"
    assert "1 report was taken out of the public pack and stands in reports/refused/2012-13_Q2." in said[-1]
    assert "tests by kind: Non-opiate, Leeds, 2012/13: is a count under 5." in said[-1]
    assert not (public / "naive").exists() and (public / "safe" / "report.html").is_file()
    assert values(root / "reports/refused/2012-13_Q2/naive") == ["25", "2", "27"]
    index = page(public / "index.html")
    assert "Not in this pack, though the run list names them for this quarter: naive." in index.main.text
    assert "naive/report.html" not in str(index)


def test_a_restricted_edition_that_is_no_longer_needed_goes(run):
    root, _ = run
    assert (root / "reports/restricted/2012-13_Q2/treatment").is_dir()
    write_notebook(root, "treatment", SAFE)
    publish(root, ["treatment"])
    assert not (root / "reports/restricted/2012-13_Q2/treatment").exists()


def test_a_restricted_report_that_is_at_odds_with_the_public_one_is_taken_out_and_kept(tmp_path):
    """The total of the restricted edition is another than the public one's: one of them is wrong."""
    with_tables(tmp_path)
    wrong = PROTECTED.replace("counts = ", 'extra = 2 if edition == "restricted" else 0\ncounts = ').replace(
        '"All": 27', '"All": 27 + extra'
    )
    wrong = wrong.replace('"Opiate": 25', '"Opiate": 25 + extra')
    write_notebook(tmp_path, "treatment", wrong)
    (tmp_path / "notebooks" / "run_list.toml").write_text(RUN_LIST.format("treatment"), encoding="utf-8")
    said = publish(tmp_path, ["treatment"])
    assert (
        "1 report was taken out of the restricted pack and stands in reports/refused/restricted/2012-13_Q2."
        in said[-1]
    )
    assert "completions by drug: all, Leeds, 2012/13: the public edition prints another number." in said[-1]
    assert not (tmp_path / "reports/restricted/2012-13_Q2/treatment").exists()
    assert values(tmp_path / "reports/refused/restricted/2012-13_Q2/treatment") == ["27", "2", "29"]
    assert values(tmp_path / "reports/2012-13_Q2/treatment") == ["[c]", "[c]", "27"]
