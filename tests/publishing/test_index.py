"""The index of a pack: what was published, under its headings, with the state of each indicator from its figures."""

import json
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from projects import words

from saferleeds_analysis import periods
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.methods.survey_trends import ON_BASELINE, ON_YEAR_BEFORE
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.index import page_of_all_packs, write_index
from saferleeds_analysis.publishing.report import start_run
from saferleeds_analysis.publishing.run_list import read_groups

from .packs import write_report

# One measure of each part that the state of an indicator is made of, in the words of the project's own.
PARTS = {
    "headline": Measure(id="level", words="level", role="count", own=True, part="headline"),
    "change": Measure(id="change", words="change on a year before", role="change", part="change"),
    "letter": Measure(id="letter", words="letter", role="letter", part="letter"),
    "projection": Measure(id="projection", words="projected year end", role="projection", part="projection"),
    "chance": Measure(id="chance", words="chance of meeting the {target}", role="chance", part="chance"),
}


def figure(part, value, *, year="2012-09", area="Leeds", **more):
    window = Window.twelve_months(periods.month(year))
    return Figure(measure=PARTS[part], indicator_id="burglary", area=area, window=window, value=value, **more)


@pytest.fixture
def pack(project):
    """Give a way to lay down a published report by hand, and to read the index that is made of it."""

    def publish(name, figures=(), *, notebook="every_block", quarter="2012-13_Q2", of_one=True, **page):
        place = project / "reports" / quarter / name
        place.mkdir(parents=True)
        (place / "report.html").write_text("not read", encoding="utf-8")
        # What a report is about, its parameters say: one without an indicator has no state.
        about = {"indicator": figures[0].indicator_id, "area": figures[0].area} if figures and of_one else {}
        record = {
            "notebook": {"name": f"{notebook}.ipynb"},
            "parameters": {"as_at": "2012-09-30"} | about,
            "code_version": "abc",
            "edition": "public",
            "organisation": "Safer Leeds",
            "version_notice": "",
            "page": {"title": name, "notice": "", "finding": ""} | page,
        }
        (place / "run.json").write_text(json.dumps(record), encoding="utf-8")
        write_report(place, figures)

    def read(quarter="2012/13 Q2", **options):
        run = start_run(project, periods.quarter(quarter), as_at=date(2012, 9, 30), edition="public")
        index = write_index(run, **options)
        return BeautifulSoup(index.read_text(encoding="utf-8"), "html.parser") if index.exists() else None

    publish.read, publish.root = read, project
    return publish


def group(pack, text):
    path = pack.root / "notebooks" / "run_list.toml"
    path.write_text(f"[groups]\n{text}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


def test_the_index_lists_a_published_report_by_its_name(published):
    root, _ = published
    soup = BeautifulSoup((root / "reports/2012-13_Q2/index.html").read_text(encoding="utf-8"), "html.parser")
    assert soup.h1.text == "Reports of 2012/13 Q2"
    assert "July to September 2012" in soup.main.text
    (entry,) = soup.select("dl.card-fields dd a")
    assert entry.text == "Every block", "every report here is of the quarter and of the whole"
    assert entry["href"] == "every-block/report.html"
    assert "Police" in soup.footer.text


def test_the_state_of_an_indicator_is_one_row(pack):
    pack(
        "card",
        [
            figure("letter", "G"),
            figure("headline", 5938, unit="offences", status="illustrative"),
            figure("change", -35.5545, lower=-37.63, upper=-33.41, unit="%"),
            figure("projection", 5273, lower=5123, upper=5434, confidence=0.5),
            figure("projection", 5273, lower=4997, upper=5578, confidence=0.8),
            figure("chance", 1.0, qualifiers={"target": "original target, at most 7,056"}),
            figure("chance", 0.62, qualifiers={"target": "stretch target, at most 5,999"}),
            figure("headline", 9214, unit="offences", year="2011-09", status="illustrative"),
            figure("change", -39.5, lower=-45, upper=-35, unit="%", area="NWL"),
        ],
        title="Burglary in Leeds, 2012/13 Q2: report card",
        finding="Burglary is down by a third",
    )
    soup = pack.read()
    (row,) = soup.select("table.glance tbody tr")
    assert [words(cell) for cell in row.find_all(["th", "td"])] == [
        "Burglary is down by a third Illustrative",
        "G",
        "5,938 offences",
        "down 35.6%",
        "about 5,273 target at most 5,999",
    ]
    assert row.a["href"] == "card/report.html"
    assert soup.select("dl.card-fields") == [], "it stands once"


def test_a_course_is_drawn_of_levels_of_one_length_only(pack):
    months = [f"2012-{month:02}" for month in range(1, 10)]
    levels = [figure("headline", 10 + n, unit="offences", year=year) for n, year in enumerate(months)]
    odd = replace(figure("headline", 99, unit="offences"), window=Window.named("2012/13 Q1"))
    pack("card", [*levels, odd])
    pack("few", [replace(level, area="Armley") for level in levels[:7]])
    first, second = pack.read().select("table.glance tbody tr")
    drawn = first.svg.polyline["points"].split()
    # From zero up: the first level, 10, is ten eighteenths of the last, and 20 x 10/18 = 11.1 lie below it.
    assert (len(drawn), drawn[0], drawn[-1]) == (9, "0.0,8.9", "100.0,0.0")
    assert second.svg is None


def test_a_finding_that_is_too_long_for_a_line_gives_way_to_the_name(pack):
    pack("card", [figure("headline", 10, unit="offences")], title="Burglary", finding="It is so. " * 20)
    (row,) = pack.read().select("table.glance tbody tr")
    assert row.a.text == "Burglary"


def test_what_a_report_does_not_say_is_said_to_be_absent(pack):
    pack("board", [figure("letter", "A", status="judgement")], title="Streets")
    (row,) = pack.read().select("table.glance tbody tr")
    assert [words(cell) for cell in row.find_all("td")] == ["A", "no figure", "not tested", "none"]


def test_a_level_has_a_time_and_goes_with_its_interval_before_the_same_as_it_was_printed(pack):
    printed = figure("headline", 12.6, unit="%", status="published")
    estimated = replace(printed, value=12.62, lower=11.7, upper=13.6, status="illustrative")
    undated = replace(printed, value=86.7, area="Armley", window=Window("historic"))
    pack("a", [estimated, replace(printed, qualifiers={"source": "a card"})])
    pack("b", [undated, figure("letter", "N", area="Armley")])
    first, second = pack.read().select("table.glance tbody tr")
    assert words(first.find_all("td")[1]) == "12.6%"
    assert "Illustrative" in words(first.th)
    assert words(second.find_all("td")[1]) == "no figure"


def test_a_change_stands_beside_a_level_of_the_same_months_only(pack):
    # As published: 958 enquiries in the quarter, and the half-year down 12.7% on the one before.
    quarter = replace(figure("headline", 958, unit="enquiries"), window=Window.named("2012/13 Q2"))
    half = Window.year_to_date(periods.quarter("2012/13 Q2"))
    change = replace(figure("change", -12.7, unit="%", lower=-18.2, upper=-6.7), window=half)
    pack("enquiries", [quarter, change])
    (row,) = pack.read().select("table.glance tbody tr")
    assert [words(cell) for cell in row.find_all("td")][1:3] == ["958 enquiries 2012/13 Q2", "not tested"]


def test_a_report_on_many_indicators_has_no_state_even_in_a_list_without_groups(pack):
    pack("members", [figure("headline", 10, unit="offences")], of_one=False)
    soup = pack.read()
    assert soup.select("table.glance") == []
    assert [words(a) for a in soup.select("dl.card-fields a")] == ["members"]


@pytest.mark.parametrize(
    ("ends", "word"), [((-3.0, -0.2), "down 1.6 points"), ((-1.0, 1.0), "no clear change")]
)
def test_a_direction_is_named_only_where_the_interval_allows_it(pack, ends, word):
    change = figure("change", -1.6, unit="percentage points", lower=ends[0], upper=ends[1])
    pack("survey", [figure("headline", 12.62, unit="%"), change])
    (row,) = pack.read().select("table.glance tbody tr")
    assert words(row.find_all("td")[2]) == word


def test_the_change_of_a_survey_is_that_on_a_year(pack):
    change = figure("change", -4.3, unit="percentage points", lower=-5.8, upper=-2.9)
    figures = [
        replace(figure("headline", 12.62, unit="%"), indicator_id="asb_got_worse"),
        replace(change, indicator_id="asb_got_worse", qualifiers={"on": ON_BASELINE}),
        replace(
            change,
            indicator_id="asb_got_worse",
            value=-1.6,
            lower=-3.0,
            upper=-0.2,
            qualifiers={"on": ON_YEAR_BEFORE},
        ),
    ]
    pack("survey", figures)
    (row,) = pack.read().select("table.glance tbody tr")
    assert words(row.find_all("td")[2]) == "down 1.6 points"


def named_under(soup):
    """The reports that the index names under each heading, by their folders."""
    groups = soup.select("dl.card-fields > div")
    return {g.dt.text: [a["href"].split("/")[0] for a in g.dd.find_all("a")] for g in groups}


def test_reports_stand_under_their_headings_and_each_indicator_once_at_the_top(pack):
    group(pack, '"Cards" = ["every_block"]\n"Area profiles" = ["area_profile"]')
    value = replace(figure("headline", 10, unit="offences"), indicator_id="domestic_burglary")
    pack("card", [value])
    pack("card-again", [value])
    for area in ("NWL", "Armley", "Roundhay"):
        pack(f"profile-{area.lower()}", [replace(value, area=area)], notebook="area_profile")
    pack("odd", notebook="unheard_of")
    soup = pack.read()
    assert [a["href"] for a in soup.select("table.glance a")] == ["card/report.html"]
    assert named_under(soup) == {
        "Cards": ["card-again"],
        "Area profiles": [
            "profile-nwl",
            "profile-roundhay",
        ],  # Armley is a part of NWL, whose own profile leads to it
        "Other reports": ["odd"],
    }
    profiles = soup.select("dl.card-fields dd")[1]
    assert words(profiles) == "NWL · Roundhay ; 1 more within them"


def test_without_groups_what_is_about_a_part_of_a_whole_profiles_it(pack):
    value = replace(figure("headline", 10, unit="offences"), indicator_id="domestic_burglary")
    for name, area in {"a-card": "Leeds", "b-ward": "Armley", "c-division": "NWL"}.items():
        pack(name, [replace(value, area=area)])
    pack("d-paper")
    soup = pack.read()
    assert named_under(soup) == {"Other reports": ["d-paper"], "Area profiles": ["c-division"]}
    assert [a["href"] for a in soup.select("table.glance a")] == ["a-card/report.html"]


def test_what_is_missing_or_left_over_is_said(pack):
    pack("other")
    text = words(pack.read().select_one(".notice"))
    assert text == (
        "Not in this pack, though the run list names them for this quarter: every-block. "
        "In this pack from an earlier run: other: the run list does not make it in this quarter. Take it out: "
        'saferleeds retire other --quarter "2012/13 Q2"; or put it on the run list and report the quarter anew.'
    )


def test_packs_lead_to_their_neighbours_and_to_the_list_of_all(pack):
    pack("a")
    pack("b", quarter="2012-13_Q1")
    assert pack.read("2012/13 Q1").select("ul.inline a") == []
    soup = pack.read()
    assert [(a.text, a["href"]) for a in soup.select("ul.inline a, .site-pack a")] == [
        ("All quarters", "../index.html"),
        ("The quarter before: 2012/13 Q1", "../2012-13_Q1/index.html"),
    ]
    (pack.root / "reports/index.html").write_text(page_of_all_packs(pack.root), encoding="utf-8")
    every = BeautifulSoup((pack.root / "reports/index.html").read_text(encoding="utf-8"), "html.parser")
    assert [(a.text, a["href"]) for a in every.select("main a")] == [
        ("2012/13 Q2", "2012-13_Q2/index.html"),
        ("2012/13 Q1", "2012-13_Q1/index.html"),
    ]


def test_what_changed_between_two_packs_is_a_line_of_the_index_and_of_the_list_of_all(pack):
    line = "Since 2012/13 Q1: 2 figures restated, 1 late."
    pack("a", quarter="2012-13_Q1")
    pack("a")
    pack("changes", title="What changed: 2012/13 Q2", finding=line)
    record = pack.root / "reports/2012-13_Q2/changes/run.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    for compared, said in (("2012/13 Q1", True), ("", False)):
        told["parameters"]["compared_with"] = compared
        record.write_text(json.dumps(told), encoding="utf-8")
        pack.read("2012/13 Q1")
        index = pack.read()
        assert index.select_one('ul.inline a[href="changes/report.html"]').text == "What changed"
        assert (line in words(index.main)) is said
        assert (line in page_of_all_packs(pack.root)) is said


def test_an_empty_pack_has_no_index(pack):
    (pack.root / "reports" / "2012-13_Q2").mkdir(parents=True)
    assert pack.read() is None
    assert page_of_all_packs(pack.root) == ""


def test_groups_are_read_in_order_and_strictly(pack):
    assert read_groups(pack.root / "notebooks") == {}
    group(pack, '"B" = ["x", "y"]\n"A" = []')
    assert list(read_groups(pack.root / "notebooks").items()) == [("B", ("x", "y")), ("A", ())]
    (pack.root / "notebooks" / "run_list.toml").write_text('[groups]\nC = "x"', encoding="utf-8")
    with pytest.raises(ValueError, match="run_list.toml, groups: 'C' is not a list of names of notebooks."):
        read_groups(pack.root / "notebooks")
