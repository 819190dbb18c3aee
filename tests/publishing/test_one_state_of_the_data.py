"""A pack is of one state of the data: what was made from another is marked in the index, and stops the sign-off."""

import shutil
from datetime import date

import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, words
from publishing.conftest import put_source
from publishing.packs import ANSWERS, ROLES

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake import build_processed
from saferleeds_analysis.publishing.notebooks import ReportFailed
from saferleeds_analysis.publishing.pack import publish_reports
from saferleeds_analysis.publishing.run_list import Report
from saferleeds_analysis.publishing.sign_off import sign_off

pytestmark = pytest.mark.usefixtures("warm")

Q2 = periods.quarter("2012/13 Q2")
ASKED = 'quarter: str = ""  # q\nas_at: str = ""  # a\narea: str = ""  # a place'
CARD = 'from saferleeds_analysis.reporting.blocks import heading\nheading(1, f"Thefts, {area}")'
RUN_LIST = "".join(
    f'[[report]]\nname = "{name}"\nnotebook = "trial"\nparameters = {{ area = "{name}" }}\n'
    for name in ("one", "other")
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "project"


@pytest.fixture
def pack(notebook, kept):
    """Give a pack of two cards that are made from one state of the data, and a way to make cards again.

    It is made for the first test and copied for the others.
    """
    root = notebook(CARD, parameters=ASKED).parent.parent
    (root / "notebooks" / "run_list.toml").write_text(RUN_LIST, encoding="utf-8")
    put_source(root)

    def publish(*names, edition="public"):
        build_processed(root, load_catalogue(REFERENCE))
        reports = [Report(name=name, notebook="trial", parameters={"area": name}) for name in names]
        publish_reports(root, Q2, reports, as_at=date(2012, 9, 30), edition=edition, workers=1, say=[].append)

    if kept.exists():
        shutil.copytree(kept, root, dirs_exist_ok=True)
    else:
        publish("one", "other")
        shutil.copytree(root, kept)
    return root, publish


def sign(root):
    return sign_off(root, Q2, roles=ROLES, answers=ANSWERS, catalogue=load_catalogue(REFERENCE))


def index_of(root):
    return BeautifulSoup((root / "reports/2012-13_Q2/index.html").read_text(encoding="utf-8"), "html.parser")


def a_new_quarters_file(root):
    text = "month,area,offence,count\n2012-10,Leeds,Theft,5\n"
    (root / "data/raw/source/q3.csv").write_text(text, encoding="utf-8")


def a_new_table(root):
    with (root / "data/raw/reference/caveat_families.csv").open("a", encoding="utf-8") as file:
        file.write("visits,unit,visits\n")


@pytest.mark.parametrize("change", [a_new_quarters_file, a_new_table])
def test_a_mixed_pack_is_marked_in_the_index_and_is_not_signed_off_until_it_is_made_again(pack, change):
    root, publish = pack
    change(root)
    publish("one")
    soup = index_of(root)
    assert words(soup.select_one(".notice")) == (
        "Out of date, because they were made from another state of the data than the newest report of this pack: other. Make "
        'the whole pack from one state: saferleeds report "2012/13 Q2" .'
    )
    assert [words(strong) for strong in soup.select("dl.card-fields dd strong")] == ["Out of date"]
    assert soup.select_one("dl.card-fields dd strong").find_previous("a")["href"] == "other/report.html"
    with pytest.raises(ValueError) as error:
        sign(root)
    assert (
        "- made from another state of the data than the newest report: other. Make the whole pack from one state: "
        'saferleeds report "2012/13 Q2".'
    ) in str(error.value).splitlines()
    publish("one", "other")  # which is what the sentence says
    assert "Out of date" not in words(index_of(root))
    assert sign(root).version == 1


def test_the_same_data_again_leave_no_report_out_of_date_and_words_are_not_data(pack):
    root, publish = pack
    (root / "data/processed/source.parquet").unlink()
    words_of_partners = root / "data/raw/commentary/2012-13_Q2/domestic_burglary.md"
    words_of_partners.parent.mkdir(parents=True)
    words_of_partners.write_text("x", encoding="utf-8")
    publish("one")
    assert "Out of date" not in words(index_of(root))


def test_data_that_change_while_a_report_is_made_do_not_get_into_the_pack(pack, notebook):
    root, publish = pack
    table = "../data/raw/reference/caveat_families.csv"
    changes = f"with open('{table}', 'a') as file:\n    file.write('visits,unit,visits\\n')"
    notebook(changes, CARD, parameters=ASKED)
    with pytest.raises(
        ReportFailed, match=r"one: the data changed while the report was made\. Make it again\."
    ):
        publish("one")
    assert sorted(p.name for p in (root / "reports/2012-13_Q2").iterdir() if p.is_dir()) == [
        "changes",
        "one",
        "other",
    ]
    assert not [e for e in index_of(root).select("dl.card-fields strong") if "Out of date" in words(e)]


def test_the_restricted_edition_is_of_the_same_state(pack):
    root, publish = pack
    publish("one", edition="restricted")
    assert sign(root).version == 1


def test_a_restricted_report_of_another_state_stops_the_sign_off(pack):
    root, publish = pack
    publish("one", edition="restricted")
    a_new_quarters_file(root)
    publish("one", "other")
    with pytest.raises(ValueError, match="made from another state of the data than the newest report: one"):
        sign(root)


def test_what_is_not_on_the_run_list_is_cured_in_another_way(pack):
    root, publish = pack
    publish("once")
    a_new_quarters_file(root)
    publish("one", "other")
    with pytest.raises(
        ValueError,
        match=r"once: the run list does not make it in this quarter\. Take it out: saferleeds retire once",
    ):
        sign(root)
