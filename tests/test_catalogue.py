"""The agreed tables: what is in them, what is refused, and that a pack knows nothing of later targets."""

import hashlib
import json
import re
import shutil
from dataclasses import asdict, replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from projects import PAPERS_REFERENCE, REFERENCE, ROOT

from saferleeds_analysis.catalogue import NATIONAL, Caveat, FamilyRule, load_catalogue, read_rows
from saferleeds_analysis.documents import RegisteredFigure
from saferleeds_analysis.problems import DataProblem


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(REFERENCE)


def test_targets_are_those_known_on_the_day(catalogue):
    def known(day):
        return [
            (t.kind, t.value) for t in catalogue.targets("domestic_burglary", "Leeds", "2012/13", as_at=day)
        ]

    assert known(date(2012, 8, 31)) == [("original", 7056)]
    assert known(date(2012, 9, 30)) == [("original", 7056), ("stretch", 5999)]
    assert known(date(2012, 3, 31)) == []


def test_leeds_has_three_divisions_and_33_wards_in_both_ward_sets(catalogue):
    parts = catalogue.parts_by_kind("leeds_2004", "Leeds")
    assert {kind: len(areas) for kind, areas in parts.items()} == {"division": 3, "ward": 33}
    assert {kind: len(a) for kind, a in catalogue.parts_by_kind("leeds_2018", "Leeds").items()} == {
        "ward": 33
    }
    assert "Hyde Park & Woodhouse" in {a.name for a in parts["ward"]}
    with pytest.raises(ValueError, match="unknown area of area set 'leeds_2018': 'Hyde Park & Woodhouse'"):
        catalogue.area("leeds_2018", "Hyde Park & Woodhouse")


def test_an_unknown_name_is_answered_with_the_nearest(catalogue):
    with pytest.raises(
        ValueError, match="unknown indicator: 'domestic_burglery'. Did you mean 'domestic_burglary'?"
    ):
        catalogue.indicator("domestic_burglery")
    with pytest.raises(ValueError, match=r"'Armly'. Did you mean 'Armley'\?"):
        catalogue.area("leeds_2004", "Armly")


def test_caveats_come_by_indicator_and_month(catalogue):
    def kinds(first, last, indicator="domestic_burglary"):
        months = pd.period_range(first, last, freq="M")
        return [c.kind for c in catalogue.caveats(indicator, months)]

    assert kinds("2005-04", "2012-09") == []
    assert kinds("2016-04", "2017-04") == ["definition break", "recording", "recording improvement"]
    assert "pandemic" in kinds("2020-04", "2020-04")
    assert kinds("2014-01", "2014-03", "burglary_police_uk") == ["open data", "recording"]


def test_published_figures_keep_their_printed_precision_and_their_day(catalogue):
    known = catalogue.published("domestic_burglary", as_at=date(2012, 9, 30))
    assert "5938" in {str(p.value) for p in known}
    assert "5305" not in {str(p.value) for p in known}, "the year's outturn was not known in September 2012"
    assert {str(p.value) for p in known if p.area == "NEL" and p.measure == "change_percent"} == {"-39.0"}


def test_a_row_of_a_table_knows_where_it_stands(catalogue):
    rows = [
        *catalogue.targets("domestic_burglary", "Leeds", "2012/13", as_at=date(2012, 9, 30)),
        *catalogue.published("domestic_burglary", as_at=date(2012, 9, 30)),
    ]
    for row in rows:
        [at] = row.rows("printed")
        path = ROOT / at.file
        assert at.role == "printed"
        assert at.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        read = pd.read_csv(path).iloc[[n - 2 for n in at.numbers]]
        assert read["value"].tolist() == [float(row.value)]
        assert read["period"].tolist() == [row.period]


def test_a_row_of_the_project_s_own_table_stands_in_its_folder(tmp_path):
    write(
        tmp_path,
        "targets.csv",
        "indicator_id,area,period,kind,comparison,value,set_on,agreed_by,source,note\n"
        "domestic_burglary,Armley,2012/13,original,at most,200,2012-04-01,The board,Plan,\n",
    )
    [target] = load_catalogue(tmp_path).targets(
        "domestic_burglary", "Armley", "2012/13", as_at=date(2012, 9, 30)
    )
    assert [(at.file, at.numbers) for at in target.rows()] == [("data/raw/reference/targets.csv", (2,))]
    assert target == replace(target, place=None), "where a row stands is no part of what it says"


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def own(tmp_path):
    """Give the folder of the example's tables to change, and a way to add rows to one of them."""
    folder = shutil.copytree(REFERENCE, tmp_path / "reference")

    def add(name, rows):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(rows)

    return SimpleNamespace(folder=folder, add=add)


def test_a_project_has_areas_and_indicators_of_its_own_and_no_others(tmp_path):
    write(
        tmp_path,
        "areas.csv",
        "area_set,name,kind,parent,code,basis\nlondon,London,city,,,\nlondon,Barnet,borough,London,,\n",
    )
    catalogue = load_catalogue(tmp_path)
    assert [a.name for a in catalogue.parts("london", "London")] == ["Barnet"]
    assert (catalogue.area_sets(), catalogue.indicators()) == (("london",), ())


def test_every_fault_of_every_table_comes_in_one_message(tmp_path):
    write(tmp_path, "areas.csv", "area_set,name\n")
    write(tmp_path, "target.csv", "x\n")
    write(tmp_path, "project.tml", "x\n")
    write(tmp_path, "indicators.toml", '[[indicator]]\nid = "x"\n[[indicater]]\n')
    write(tmp_path, "disclosure.toml", "[thresholds]\npeople = 4\n")
    with pytest.raises(DataProblem) as refused:
        load_catalogue(tmp_path)
    lines = str(refused.value).splitlines()
    assert [line.split(":")[0].split(",")[0] for line in lines] == [
        "project.tml",
        "target.csv",
        "indicators.toml",
        "areas.csv",
        "disclosure.toml",
    ]
    assert lines[0] == (
        "project.tml: unknown table of data/raw/reference: 'project.tml'. Did you mean 'project.toml'?"
    )
    assert lines[1].endswith("Did you mean 'targets.csv'?")
    assert lines[2] == "indicators.toml: 'indicater' is not known; it holds [[indicator]]."
    assert lines[4] == (
        "disclosure.toml: the threshold of 'people' is a whole number of at least 5, which holds for everybody, not 4."
    )


def test_a_project_may_be_stricter_with_small_numbers(tmp_path):
    write(tmp_path, "disclosure.toml", "[thresholds]\npeople = 10\n")
    rules = load_catalogue(tmp_path).disclosure_rules
    assert {t.id: t.threshold for t in rules.themes} == {"sensitive": 10, "people": 10, "offences": 5}
    assert rules.ties == ()


def test_a_folder_that_is_not_there_is_no_project(tmp_path):
    with pytest.raises(DataProblem, match="there is no folder 'nowhere' for the tables of the project"):
        load_catalogue(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "areas.csv",
            "area_set,name\n",
            "areas.csv: the columns must be area_set, name, kind, parent, code, basis; found",
        ),
        (
            "areas.csv",
            "area_set,name,kind,parent,code,basis\nx,Part,ward,Whole,,\n",
            "area 'Part' names 'Whole' as its whole, which is not in area set 'x'.",
        ),
        (
            "areas.csv",
            "area_set,name,kind,parent,code,basis\nx,East,part,West,,\nx,West,part,East,,\n",
            "area 'East' of area set 'x' is a part of itself, through the wholes that are named.",
        ),
        (
            "areas.csv",
            "area_set,name,kind,parent,code,basis\nleeds_2004,Leeds,city,,,\n"
            + 2 * "leeds_2004,Armley,ward,Leeds,,\n",
            "area 'Armley' is in area set 'leeds_2004' twice.",
        ),
        (
            "targets.csv",
            "indicator_id,area,period,kind,comparison,value,set_on,agreed_by,source,note\n"
            "domestic_burglary,Leeds,2012/13,stretch,at most,about 6000,2012-09-01,,,\n",
            "targets.csv, row 2: 'about 6000' is not a number.",
        ),
        (
            "targets.csv",
            "indicator_id,area,period,kind,comparison,value,set_on,agreed_by,source,note\n"
            "domestic_burglary,Leeds,2012/13,stretch,under,6000,2012-09-01,Safer Leeds,Plan,\n",
            "targets.csv, row 2: comparison 'under' is none of at most, below, at least, above.",
        ),
        (
            "published_figures.csv",
            "indicator_id,area,period,measure,value,printed_as,unit,source,source_vintage,known_from,verdict,note\n"
            "domestic_burglary,Leeds,2012/13,count,many,many,offences,,,2012-09-30,,\n",
            "published_figures.csv, row 2: 'many' is not a number.",
        ),
        (
            "indicators.toml",
            '[[indicator]]\nid = "x"\n',
            "indicators.toml, indicator 1 (x): missing ['area_set'",
        ),
    ],
)
def test_a_bad_table_is_refused_with_file_and_row(tmp_path, name, text, message):
    with pytest.raises(DataProblem) as refused:
        load_catalogue(write(tmp_path, name, text))
    assert message in str(refused.value)


def test_a_second_definition_of_a_measure_is_refused(own):
    again = (REFERENCE / "indicators.toml").read_text(encoding="utf-8").split("\n\n")[1]
    own.add("indicators.toml", f"\n{again}\n")
    with pytest.raises(
        DataProblem, match="indicator 'domestic_burglary' is defined twice. One measure has one definition."
    ):
        load_catalogue(own.folder)


STRATEGY = "asb_got_worse,Leeds,{},2008/09,18.03,2013-04-30,Safer Leeds Strategy 2013-2014,\n"


def test_a_second_baseline_of_one_definition_is_refused(own):
    own.add("baselines.csv", STRATEGY.format("got worse in the last 12 months"))
    with pytest.raises(DataProblem) as refused:
        load_catalogue(own.folder)
    assert str(refused.value) == (
        "baselines.csv: 'asb_got_worse' in 'Leeds' has more than one baseline: 16.94% for 2008/09 (Safer Leeds Performance "
        "Accountability Tracker: Anti-Social Behaviour, 2012/13 Q2) and 18.03% for 2008/09 (Safer Leeds Strategy 2013-2014). "
        "One measure has one definition and one baseline. Keep one, or declare in definitions.csv the change of definition "
        "that makes them two measures."
    )


def test_a_second_baseline_needs_its_change_of_definition_declared(own):
    own.add("baselines.csv", STRATEGY.format("reweighted"))
    with pytest.raises(DataProblem) as refused:
        load_catalogue(own.folder)
    assert str(refused.value) == (
        "baselines.csv: 'reweighted' is no declared definition of 'asb_got_worse'. Declare it in definitions.csv, with what it "
        "replaces and since when."
    )
    change = "asb_got_worse,reweighted,w,2013-04,got worse in the last 12 months,New weights,Strategy\n"
    own.add("definitions.csv", change)
    catalogue = load_catalogue(own.folder)

    def baseline(definition):
        return catalogue.baseline("asb_got_worse", "Leeds", definition, as_at=date(2013, 9, 30)).value

    assert str(baseline("reweighted")) == "18.03"
    assert str(baseline("got worse in the last 12 months")) == "16.94"


def test_a_second_definition_says_what_it_replaces_and_since_when(own):
    own.add("definitions.csv", "asb_got_worse,reweighted,w,,,,Questionnaire\n")
    with pytest.raises(DataProblem) as refused:
        load_catalogue(own.folder)
    assert str(refused.value) == (
        "definitions.csv: 'asb_got_worse' has a second definition, 'reweighted', that does not say which one it replaces and "
        "since when. Its definitions so far: got worse in the last 12 months."
    )


def test_a_baseline_is_known_from_its_day_on(catalogue):
    def baseline(day):
        return catalogue.baseline("clean_streets", "Leeds", "clean streets indicator", as_at=day)

    assert baseline(date(2012, 6, 30)) is None
    assert str(baseline(date(2012, 9, 30)).value) == "91.5"


# The library of caveats, row by row: what each is about, and the first and last month that it touches. The months are
# those of the table of facts beside the repository.
@pytest.mark.parametrize(
    ("kind", "indicator", "before", "first", "last"),
    [
        ("recording", "domestic_burglary", "2013-12", "2014-01", "2023-09"),
        ("recording improvement", "burglary_police_uk", "2014-03", "2014-04", "2019-12"),
        ("definition break", "domestic_burglary", "2017-03", "2017-04", "2023-09"),
        ("pandemic", "domestic_burglary", "2020-02", "2020-03", "2021-07"),
        ("boundaries", "domestic_burglary", "2018-04", "2018-05", "2023-09"),
        ("counting rule", "stalking", "2023-04", "2023-05", "2023-09"),
        ("recording improvement", "stalking", "2014-03", "2014-04", "2023-09"),
        ("recording improvement", "asb_incidents", "2014-03", "2014-04", "2023-09"),
        ("pandemic breaches", "asb_incidents", "2020-02", "2020-03", "2021-07"),
    ],
)
def test_each_caveat_holds_from_its_month_on(kind, indicator, before, first, last, own):
    burglary = load_catalogue(REFERENCE).indicator("domestic_burglary")
    more = {
        "stalking": replace(burglary, id="stalking", offence="Stalking and harassment", name="Stalking"),
        "asb_incidents": replace(
            burglary, id="asb_incidents", offence="Anti-social behaviour", unit="incidents"
        ),
    }
    text = "".join(
        "[[indicator]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in asdict(one).items())
        for one in more.values()
    )
    own.add("indicators.toml", text)
    catalogue = load_catalogue(own.folder)

    def kinds(month):
        return [c.kind for c in catalogue.caveats(indicator, pd.PeriodIndex([month], freq="M"))]

    assert kind not in kinds(before)
    assert kind in kinds(first)
    assert kind in kinds(last)


def test_a_page_of_2012_has_no_caveat_of_later_years_and_one_of_2023_has_them(catalogue):
    def starts(indicator, first, last):
        found = catalogue.caveats(indicator, pd.period_range(first, last, freq="M"))
        return {str(c.start) for c in found if c.start is not None}

    for indicator in ("domestic_burglary", "burglary_police_uk", "lasbt_enquiries", "asb_got_worse"):
        assert starts(indicator, "2005-04", "2012-09") == set()
    assert starts("domestic_burglary", "2005-04", "2023-09") == {
        "2014-01",
        "2014-04",
        "2017-04",
        "2018-05",
        "2020-03",
        "2020-04",
        "2023-04",
    }


def test_what_is_true_of_every_sample_or_cost_has_no_date(catalogue):
    months = pd.period_range("2012-09", "2012-09", freq="M")
    assert [c.kind for c in catalogue.caveats("asb_got_worse", months)] == [
        "sample survey",
        "households only",
    ]
    assert [c.kind for c in catalogue.caveats("lasbt_satisfaction_outcome", months)] == ["sample survey"]
    assert [c.kind for c in catalogue.caveats("domestic_burglary", months, topics=["cost of crime"])] == [
        "economic cost"
    ]


def both(name, kind):
    return [row for folder in (NATIONAL, REFERENCE) for row in read_rows(folder / name, kind)]


def test_every_caveat_is_about_something_that_is_there_and_says_its_basis(catalogue):
    families = both("caveat_families.csv", FamilyRule)
    known = {"all", *(i.id for i in catalogue.indicators()), *(rule.family for rule in families)}
    caveats = both("caveats.csv", Caveat)
    assert [c.applies_to for c in caveats if c.applies_to not in known] == []
    assert [c.kind for c in caveats if not c.basis] == []


def test_the_library_holds_every_caveat_of_the_table_of_facts(shared):
    facts = pd.read_csv(shared / "facts" / "caveats.csv")
    told = {(str(c.start) if c.start else "any") for c in both("caveats.csv", Caveat)}
    assert set(facts["from"]) <= told


def test_a_family_that_looks_at_no_field_is_refused(tmp_path):
    (tmp_path / "caveat_families.csv").write_text(
        "family,field,contains\ntheft,offense,theft\n", encoding="utf-8"
    )
    with pytest.raises(
        DataProblem,
        match="caveat_families.csv, row 2: family 'theft' looks at 'offense', which is no field of an",
    ):
        load_catalogue(tmp_path)


def test_what_a_rule_withholds_does_not_stand_in_the_package():
    """Numbers that the public edition marks [c] lie in the project's folder; the wheel goes to anybody."""
    package = "\n".join(p.read_text(encoding="utf-8-sig") for p in NATIONAL.parent.rglob("*.csv"))
    tables = [*PAPERS_REFERENCE.glob("register_*.csv"), *REFERENCE.glob("published_figures*.csv")]
    rows = [line for path in tables for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert len(rows) > 200
    assert [row for row in rows if row in package] == []


def test_what_a_rule_withholds_lies_in_files_of_its_own():
    withheld = [*REFERENCE.glob("*_withheld.csv"), *PAPERS_REFERENCE.glob("*_withheld.csv")]
    assert sum(len(path.read_text(encoding="utf-8-sig").splitlines()) - 1 for path in withheld) == 11
    open_registers = {*PAPERS_REFERENCE.glob("register_*.csv")} - {*withheld}
    figures = [figure for path in open_registers for figure in read_rows(path, RegisteredFigure)]
    assert len(figures) > 100
    assert [figure.id for figure in figures if figure.disclosure] == []


def test_nothing_in_the_package_is_about_one_place():
    """Names of places and bodies stand in the tables of a project, and in no table that comes with the library."""
    tables = [p for p in NATIONAL.parent.rglob("*") if p.suffix in (".csv", ".toml")]
    assert len(tables) > 10
    local = re.compile("Leeds|LASBT|lasbt|Leicestershire|West Yorkshire")
    assert [p.name for p in tables if local.search(p.read_text(encoding="utf-8-sig"))] == []
