"""The run list: what its rules make of the tables, that the example's list makes what it made, and what is refused."""

from pathlib import Path

import pytest

from saferleeds_analysis import periods
from saferleeds_analysis.publishing.run_list import read_run_list

ROOT = Path(__file__).parent.parent.parent
Q1, Q2 = periods.quarter("2012/13 Q1"), periods.quarter("2012/13 Q2")

# What the list of 415 lines made, one entry a report, written out of it by a script before it got rules: name, notebook and
# parameters in both quarters of the example (since then costs take their prices from project.toml, the dashboard names its
# indicators, published papers are a project of their own, and each card has one annex), then those that the second has besides, then the name and area of each profile.
IN_BOTH = """\
members-summary-leeds | members_summary | area=Leeds | indicators=domestic_burglary, asb_got_worse, lasbt_cases, different_backgrounds
domestic-burglary-leeds | recorded_crime_card | indicator=domestic_burglary | area=Leeds
domestic-burglary-leeds-areas | areas | indicator=domestic_burglary | area=Leeds
domestic-burglary-leeds-annex | indicator_annex | indicator=domestic_burglary | area=Leeds
domestic-burglary-leeds-cost | cost_of_crime | indicator=domestic_burglary | area=Leeds
domestic-burglary-leeds-cost-annex | cost_annex | indicator=domestic_burglary | area=Leeds
anti-social-behaviour-leeds | survey_and_service_card | indicator=asb_got_worse | area=Leeds | enquiries=lasbt_enquiries | cases=lasbt_cases | questions=lasbt_satisfaction_outcome, lasbt_satisfaction_service
anti-social-behaviour-leeds-annex | survey_annex | indicator=asb_got_worse | area=Leeds | enquiries=lasbt_enquiries | cases=lasbt_cases | questions=lasbt_satisfaction_outcome, lasbt_satisfaction_service | people=lasbt_victims: victims, lasbt_perpetrators: perpetrators | calls=asb_calls | durations=lasbt_case_duration | margin=3.0
cohesion-leeds | board_card | indicator=different_backgrounds | area=Leeds | meeting=Safer and Stronger Communities Board
cohesion-leeds-annex | survey_annex | indicator=different_backgrounds | area=Leeds | enquiries= | cases= | questions= | people= | calls= | durations= | margin=3.0
clean-neighbourhoods-leeds | board_card | indicator=clean_streets | area=Leeds | meeting=Safer and Stronger Communities Board
clean-neighbourhoods-leeds-annex | survey_annex | indicator=clean_streets | area=Leeds | enquiries= | cases= | questions= | people= | calls= | durations= | margin=3.0
plan-on-a-page | plan_on_a_page | area=Leeds | indicators=
partnership-dashboard | partnership_dashboard | area=Leeds | indicators=domestic_burglary, lasbt_enquiries, lasbt_cases, asb_got_worse, different_backgrounds, lasbt_satisfaction_outcome, clean_streets
methods | methods"""
IN_THE_SECOND = """\
burglary-core-cities | area_comparison | group=core_cities | measure=Domestic burglary | period=2012/13 | area=Leeds | indicator=domestic_burglary
operation-optimal | did_it_work | intervention=operation_optimal | indicator=domestic_burglary | area=Leeds
action-plan | action_plan | area=Leeds"""
PROFILES = """\
division-c-h=C&H | division-nel=NEL | division-nwl=NWL | ward-adel-wharfedale=Adel & Wharfedale |
ward-alwoodley=Alwoodley | ward-ardsley-robin-hood=Ardsley & Robin Hood | ward-armley=Armley |
ward-beeston-holbeck=Beeston & Holbeck | ward-bramley-stanningley=Bramley & Stanningley |
ward-burmantofts-richmond-hill=Burmantofts & Richmond Hill | ward-calverley-farsley=Calverley & Farsley |
ward-chapel-allerton=Chapel Allerton | ward-city-hunslet=City & Hunslet | ward-cross-gates-whinmoor=Cross Gates &
Whinmoor | ward-farnley-wortley=Farnley & Wortley | ward-garforth-swillington=Garforth & Swillington |
ward-gipton-harehills=Gipton & Harehills | ward-guiseley-rawdon=Guiseley & Rawdon | ward-harewood=Harewood |
ward-headingley=Headingley | ward-horsforth=Horsforth | ward-hyde-park-woodhouse=Hyde Park & Woodhouse |
ward-killingbeck-seacroft=Killingbeck & Seacroft | ward-kippax-methley=Kippax & Methley | ward-kirkstall=Kirkstall |
ward-middleton-park=Middleton Park | ward-moortown=Moortown | ward-morley-north=Morley North |
ward-morley-south=Morley South | ward-otley-yeadon=Otley & Yeadon | ward-pudsey=Pudsey | ward-rothwell=Rothwell |
ward-roundhay=Roundhay | ward-temple-newsam=Temple Newsam | ward-weetwood=Weetwood | ward-wetherby=Wetherby"""

AREAS = """\
area_set,name,kind,parent,code,basis
north_2020,Northshire,county,,,invented
north_2020,East & West,parish,Northshire,,invented
north_2020,Alder,parish,Northshire,,invented
north_2020,Beech,committee,Northshire,,invented
north_2024,Newshire,county,,,invented
north_2024,Cedar,parish,Newshire,,invented
"""
INDICATOR = """
[[indicator]]
id = "{id}"
name = "{id}"
outcome = "o"
priority = "p"
why = "w"
unit = "{unit}"
improvement_direction = "decrease"
population = "p"
definition = "d"
source = "{source}"
offence = "{offence}"
area_set = "{area_set}"
"""
INDICATORS = (
    ("north_theft", "offences", "north_extract", "north_2020"),
    ("north_arson", "offences", "north_extract", "north_2024"),
    ("north_fear", "%", "north_survey", "north_2020"),
)
RULE = '[[report]]\neach = "{each}"\n{more}name = "{name}"\nnotebook = "every_block"\nparameters = {{ {parameters} }}\n'


@pytest.fixture
def listed(project):
    """Give a way to write a run list of a project with its own areas and indicators, and to read it."""
    reference = project / "data" / "raw" / "reference"
    (reference / "areas.csv").write_text(AREAS, encoding="utf-8")
    (reference / "interventions.csv").unlink()  # of other areas
    fields = ("id", "unit", "source", "area_set")
    tables = [
        INDICATOR.format(
            **dict(zip(fields, row, strict=True)), offence=row[0] if row[1] == "offences" else ""
        )
        for row in INDICATORS
    ]
    (reference / "indicators.toml").write_text("".join(tables), encoding="utf-8")

    def read(*entries):
        (project / "notebooks" / "run_list.toml").write_text("\n".join(entries), encoding="utf-8")
        return read_run_list(project / "notebooks")

    return read


def rule(each, name="{area}", parameters='area = "{area}"', more=""):
    return RULE.format(each=each, name=name, parameters=parameters, more=f"{more}\n" if more else "")


# The example's list


def rows_of(text):
    """Give name, notebook and parameters of each line."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    return [(name, notebook, tuple(filter(None, own))) for name, notebook, *own in rows]


def test_the_examples_list_makes_the_reports_that_it_made_before_it_had_rules():
    """The papers stand behind the areas now; in the index, where each stands under its heading, no report has another place."""
    profiles = [tuple(cell.strip().split("=")) for cell in " ".join(PROFILES.split()).split("|")]
    of_areas = [
        (name, "area_profile", ("indicator=domestic_burglary", f"area={area}")) for name, area in profiles
    ]
    rows = rows_of(IN_BOTH)
    first, of_many = rows[:-3], rows[-3:]
    *second, plan = rows_of(IN_THE_SECOND)
    before = {
        Q1: [*first, *of_areas, *of_many],
        Q2: [*first, *second, *of_areas, plan, *of_many],
    }
    listed = read_run_list(ROOT / "notebooks")
    for quarter, rows in before.items():
        made = [
            (r.name, r.notebook, tuple(f"{k}={v}" for k, v in r.parameters.items()))
            for r in listed
            if r.is_made_in(quarter)
        ]
        assert made == rows


def test_nothing_in_the_list_needs_an_edit_in_a_new_year():
    made = {
        year: [r for r in read_run_list(ROOT / "notebooks") if r.is_made_in(periods.quarter(f"{year} Q1"))]
        for year in ("2026/27", "2027/28")
    }
    assert made["2026/27"] == made["2027/28"]
    notebooks = {report.notebook for report in made["2026/27"]}
    assert {
        "members_summary",
        "recorded_crime_card",
        "survey_and_service_card",
        "board_card",
        "survey_annex",
        "area_profile",
    } <= notebooks
    assert len(made["2026/27"]) == 50


# Rules


def test_a_rule_makes_a_report_of_each_indicator_in_the_order_of_the_tables(listed):
    reports = listed(
        rule(
            "indicator",
            "{indicator}-{area}",
            'area = "{area}", steps = 3',
            'where = { source = "north_extract" }',
        )
    )
    assert [(r.name, r.parameters) for r in reports] == [
        ("north-theft-northshire", {"area": "Northshire", "steps": 3}),
        ("north-arson-newshire", {"area": "Newshire", "steps": 3}),
    ]


def test_a_rule_is_narrowed_by_the_kind_of_data_and_by_several_values(listed):
    own = 'source = ["north_extract", "north_survey"]'
    survey, several = (
        listed(rule("indicator", "{indicator}", more=f"where = {{ {where} }}"))
        for where in (f'data = "percentages", {own}', own)
    )
    assert [report.name for report in survey] == ["north-fear"]
    assert [report.name for report in several] == ["north-theft", "north-arson", "north-fear"]


def test_a_rule_makes_a_report_of_each_area_of_any_kind_in_the_order_of_their_names(listed):
    committees = listed(rule("committee", "committee-{area}"))
    assert [report.name for report in committees] == ["committee-beech"]
    told = listed(rule("parish", "parish-{area}", 'indicator = "north_theft", area = "{area}"'))
    assert [(r.name, r.parameters["area"]) for r in told] == [
        ("parish-alder", "Alder"),
        ("parish-east-west", "East & West"),
    ], "those of the area set in which the indicator is counted"
    other = listed(rule("parish", more='where = { area_set = "north_2024" }'))
    assert [report.name for report in other] == ["cedar"]


def test_a_new_area_needs_no_edit_of_the_list(listed, project):
    before = listed(rule("committee"))
    table = project / "data" / "raw" / "reference" / "areas.csv"
    table.write_text(f"{AREAS}north_2020,Fir,committee,Northshire,,invented\n", encoding="utf-8")
    after = read_run_list(project / "notebooks")
    assert [report.name for report in before] == ["beech"]
    assert [report.name for report in after] == ["beech", "fir"]


def test_two_things_of_one_name_are_refused_and_both_places_named(listed, project):
    table = project / "data" / "raw" / "reference" / "areas.csv"
    table.write_text(f"{AREAS}north_2020,East-West,parish,Northshire,,invented\n", encoding="utf-8")
    with pytest.raises(ValueError) as error:
        listed(
            rule("parish", "parish-{area}", more='where = { area_set = "north_2020" }'),
            '[[report]]\nname = "parish-alder"\nnotebook = "every_block"\nparameters = {}',
        )
    assert str(error.value).splitlines() == [
        "run_list.toml:",
        "report 1, parish 'East-West': 'parish-east-west' is there twice. The first is that of report 1, parish 'East & West'.",
        "report 2: 'parish-alder' is there twice. The first is that of report 1, parish 'Alder'.",
    ]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (rule("committe"), "unknown kind of thing in each: 'committe'. Did you mean 'committee'?"),
        (rule("parish"), 'each "parish" is in the area sets north_2020, north_2024: say which, where = { area_set = "north_2020" }.'),
        (rule("committee", more='where = { area = "Beech" }'), "unknown column in where: 'area'."),
        (rule("indicator", more='where = { sauce = "x" }'), "unknown column in where: 'sauce'. Did you mean 'source'?"),
        (
            rule("indicator", more='where = { source = "north_extrakt" }'),
            "unknown source in where: 'north_extrakt'. Did you mean 'north_extract'?",
        ),
        (rule("indicator", more='where = { data = "count" }'), "unknown data in where: 'count'. Did you mean 'counts'?"),
        (rule("committee", "{ward}"), "{ward} in '{ward}' stands for nothing here. Known: {area}."),
        (rule("committee", parameters='area = "{indicator}"'), "{indicator} in '{indicator}' stands for nothing here."),
        (rule("committee", "fixed", 'quarter = "{area}"'), "parameter 'quarter' is given by the command"),
        (rule("committee", "{area}", "").replace("every_block", "absent"), "report 1: there is no notebook absent.ipynb."),
        (
            '[[report]]\nname = "a"\nnotebook = "every_block"\nparameters = {}\nwhere = { source = "x" }',
            "'where' narrows a rule; add each, or leave it out.",
        ),
        (rule("committee") + '[[retired]]\nname = "beach"\nfrom_quarter = "2020/21 Q1"', "retired 1: unknown report: 'beach'. Did you mean 'beech'?"),
        (rule("committee") + '[[retired]]\nname = "beech"', "retired 1: 'from_quarter' is missing."),
        (rule("committee") + '[[retired]]\nname = "beech"\nfrom_quarter = "2020"', "retired 1: '2020' is not a quarter"),
    ],
)  # fmt: skip
def test_a_rule_is_taken_strictly(listed, entry, fault):
    with pytest.raises(ValueError) as error:
        listed(entry)
    assert fault in str(error.value)


def test_a_retired_report_is_made_until_its_quarter_and_the_others_of_its_rule_go_on(listed):
    twice = "".join(
        f'[[retired]]\nname = "parish-alder"\nfrom_quarter = "{quarter}"\n'
        for quarter in ("2012/13 Q4", "2012/13 Q2")
    )
    reports = listed(rule("parish", "parish-{area}", more='where = { area_set = "north_2020" }'), twice)
    assert [[r.name for r in reports if r.is_made_in(q)] for q in (Q1, Q2)] == [
        ["parish-alder", "parish-east-west"],
        ["parish-east-west"],
    ]
    assert reports[0].why_not_in(Q2) == "retired from 2012/13 Q2 on."
