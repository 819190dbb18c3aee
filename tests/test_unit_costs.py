"""The cost tables: what they hold and where it comes from, what they refuse, and how an analyst adds to them."""

import csv
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import NATIONAL, Project, load_catalogue
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.unit_costs import load_cost_tables


@pytest.fixture(scope="module")
def tables():
    return load_cost_tables()


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


YEAR_2012 = pd.period_range("2012-01", "2012-12", freq="M")
YEAR_2018 = pd.period_range("2018-01", "2018-12", freq="M")


def test_every_figure_says_where_it_was_seen(tables):
    for name in ("unit_costs.csv", "crime_multipliers.csv", "gdp_deflators.csv"):
        for row in rows(NATIONAL / name):
            assert row["publication"] and row["seen_in"], row
            assert "remember" not in " ".join(row.values()).lower(), row
    # the one unit cost that we have seen in an official document: a strategy for 2013/14
    official = [row for row in rows(NATIONAL / "unit_costs.csv") if row["status"] == "official"]
    assert [(r["offence"], r["value"], r["price_year"]) for r in official] == [
        ("Burglary in a dwelling", "3925", "2010/11")
    ]


# Press report of Research Report 99 (South Wales Echo, 2 August 2019), figure by figure as printed.
@pytest.mark.parametrize(
    ("offence", "component", "pounds"),
    [
        ("Homicide", "total", 3_200_000),
        ("Rape", "total", 39_360),
        ("Violence with injury", "total", 14_050),
        ("Robbery of an individual", "total", 11_320),
        ("Theft of a vehicle", "total", 10_290),
        ("Arson", "total", 8_420),
        ("Other sexual offences", "total", 6_520),
        ("Cyber crime", "total", 550),
        ("Theft from a vehicle", "total", 870),
        ("Criminal damage (not arson)", "total", 1_350),
        ("Homicide", "response: police", 11_960),
        ("Rape", "response: police", 6_360),
        ("Theft of a vehicle", "response: police", 2_030),
        ("Homicide", "response: other criminal justice", 800_980),
    ],
)
def test_the_2015_16_edition_as_the_press_quoted_it(tables, offence, component, pounds):
    row = tables.unit_cost("2015/16", offence, component)
    assert (row.value, row.status, row.provisional) == (pounds, "press", True)


# TaxPayers' Alliance, The Cost of Crime (2008), Table 1, second column.
@pytest.mark.parametrize(
    ("offence", "pounds"),
    [
        ("Violence against the person (not common assault)", 10_407),
        ("Common assault", 1_440),
        ("Sexual offences", 31_438),
        ("Robbery of an individual", 7_282),
        ("Burglary in a dwelling", 3_268),
        ("Theft (not vehicle)", 844),
        ("Criminal damage", 866),
    ],
)
def test_the_2003_04_edition_as_a_second_hand_table_gives_it(tables, offence, pounds):
    row = tables.unit_cost("2003/04", offence)
    assert (row.value, row.status, row.provisional) == (pounds, "secondary", True)


def test_the_fiscal_part_of_a_burglary_is_its_agencies(tables):
    parts = {r.component: r.value for r in tables.unit_costs("2010/11", "Burglary in a dwelling")}
    assert parts["fiscal"] == 1361  # GMCA Unit Cost Database v1.4, CR8.7
    assert sum(v for name, v in parts.items() if name.startswith("fiscal: ")) == 1361


@pytest.mark.shared
def test_no_figure_differs_from_what_was_researched_and_none_is_only_remembered(shared):
    researched = rows(shared / "facts" / "unit_costs.csv")
    police = rows(shared / "data" / "home_office_2018_police_costs_and_multipliers.csv")
    sourced = {
        (r["price_year"], Decimal(r["value_gbp"]))
        for r in researched
        if r["value_gbp"] and not r["verification"].startswith("REMEMBERED")
    }
    sourced |= {("2015/16", Decimal(r["police_cost_per_crime_gbp_2015_16"])) for r in police}
    ours = rows(NATIONAL / "unit_costs.csv")
    assert [r for r in ours if (r["price_year"], Decimal(r["value"])) not in sourced] == []
    remembered = [r for r in researched if r["verification"].startswith("REMEMBERED")]
    assert len(remembered) == 21  # the number that docs/methods/costs.md says were left out
    names = {"Homicide", "Violence without injury", "Domestic burglary", "Fraud"}
    totals = {(r["edition"], r["offence"], r["value"]) for r in ours if r["component"] == "total"}
    assert not {t for t in totals if t[0] == "2015/16" and t[1] in names} - {
        ("2015/16", "Homicide", "3200000")
    }
    multipliers = {Decimal(r["multiplier_recorded_to_all"]) for r in police}
    multipliers |= {
        Decimal(r["multiplier_recorded_to_actual"])
        for r in researched
        if r["multiplier_recorded_to_actual"] and r["source_id"] == "HO-2019/20"
    }
    assert {Decimal(r["multiplier"]) for r in rows(NATIONAL / "crime_multipliers.csv")} == multipliers


@pytest.mark.shared
def test_the_deflators_are_the_researched_ones_and_agree_with_the_office_for_national_statistics(
    tables, shared
):
    researched = {
        (r["period"], r["basis"].replace("-approx", ", approximate"), Decimal(r["index"]))
        for r in rows(shared / "facts" / "gdp_deflators.csv")
    }
    ours = {(r["year"], r["series"], Decimal(r["index"])) for r in rows(NATIONAL / "gdp_deflators.csv")}
    assert ours == researched
    # ONS YBGB (June 2025), another release with one decimal: the same story to within one per cent
    ons = {
        r["period"]: float(r["index_2022_100"]) for r in rows(shared / "data" / "gdp_deflator_ons_ybgb.csv")
    }
    table = tables.deflators("December 2025")

    def financial(year):
        start = int(year[:4])
        quarters = [f"{start} Q2", f"{start} Q3", f"{start} Q4", f"{start + 1} Q1"]
        return sum(ons[q] for q in quarters) / 4

    for first, last in [("2003", "2010"), ("2010", "2012"), ("2010", "2024")]:
        ours = float(table[last].index / table[first].index)
        assert ours == pytest.approx(ons[last] / ons[first], rel=0.01)
    for first, last in [("2003/04", "2010/11"), ("2010/11", "2012/13"), ("2010/11", "2022/23")]:
        ours = float(table[last].index / table[first].index)
        assert ours == pytest.approx(financial(last) / financial(first), rel=0.01)


def test_approximate_financial_years_are_three_quarters_of_one_calendar_year_and_one_of_the_next(tables):
    table = tables.deflators("December 2025")
    approximate = [row for row in table.values() if row.series == "financial, approximate"]
    assert len(approximate) == 21
    for row in approximate:
        start = int(row.year[:4])
        weighted = Decimal("0.75") * table[str(start)].index + Decimal("0.25") * table[str(start + 1)].index
        assert abs(weighted - row.index) <= Decimal("0.0001"), row.year


@pytest.mark.parametrize(
    ("scheme", "code", "edition", "months", "offence", "match"),
    [
        ("extract", "Domestic burglary", "2010/11", YEAR_2012, "Burglary in a dwelling", "same"),
        ("home_office", "28A", "2003/04", YEAR_2012, "Burglary in a dwelling", "same"),
        ("home_office", "28A", "2019/20", YEAR_2012, "Domestic burglary", "partial"),
        ("home_office", "28E", "2019/20", YEAR_2018, "Domestic burglary", "same"),
        ("home_office", "28E", "2010/11", YEAR_2018, "Burglary in a dwelling", "changed"),
        ("home_office_subgroup", "Domestic burglary", "2015/16", YEAR_2018, "Domestic burglary", "changed"),
        ("home_office", "30C", "2019/20", YEAR_2018, "Commercial burglary", "partial"),
        ("home_office", "30C", "2010/11", YEAR_2018, "", "none"),
        ("home_office", "2", "2015/16", YEAR_2018, "", "none"),
        ("home_office", "8R", "2019/20", YEAR_2018, "", "none"),
        ("police.uk", "Burglary", "2010/11", YEAR_2012, "", "none"),
        ("police.uk", "Violence and sexual offences", "2019/20", YEAR_2018, "", "none"),
        ("police.uk", "Theft from the person", "2019/20", YEAR_2018, "Theft from the person", "same"),
        ("police.uk", "Theft from the person", "2003/04", YEAR_2012, "", "none"),
    ],
)
def test_what_a_recorded_class_stands_for(tables, scheme, code, edition, months, offence, match):
    row = tables.match(scheme, code, edition, months)
    assert (row.offence, row.match) == (offence, match)
    assert row.reason


def test_a_year_that_spans_a_redefinition_is_the_redefined_class(tables):
    spanning = pd.period_range("2016-07", "2017-06", freq="M")
    assert tables.match("extract", "Domestic burglary", "2010/11", spanning).match == "changed"
    with pytest.raises(
        ValueError, match=r"does not say what '28A' \(home_office\) stands for in edition 2010/11"
    ):
        tables.match("home_office", "28A", "2010/11", spanning)
    # the 2019/20 edition takes 'partial' before April 2017 and 'same' after: neither row serves the whole year
    with pytest.raises(ValueError, match="in all the months from July 2016 to June 2017"):
        tables.match("extract", "Domestic burglary", "2019/20", spanning)


def test_every_indicator_of_the_example_is_mapped_by_its_offence(tables):
    recorded = [i for i in load_catalogue(REFERENCE).indicators() if i.unit == "offences"]
    for indicator in recorded:
        scheme = "police.uk" if indicator.source == "police_uk" else "extract"
        for edition in tables.editions():
            assert tables.match(scheme, indicator.offence, edition, YEAR_2012).reason


@pytest.mark.shared
def test_every_home_office_code_and_police_uk_type_is_mapped(tables, shared):
    listed = rows(shared / "data" / "offence_code_map_ons_policeuk_severity.csv")
    old = {"28A", "28B", "28C", "28D", "29", "30A", "30B", "31"}
    for row in listed:
        code = row["ONS_COUNTS_code"]
        months = YEAR_2012 if code in old else YEAR_2018
        for edition in tables.editions():
            assert tables.match("home_office", code, edition, months).reason
    counted = pd.read_csv(shared / "data" / "leeds_ward_month_type_2014.csv")
    types = set(counted[next(c for c in counted.columns if "type" in c.lower())])
    assert len(types) > 10
    for name in types:
        assert tables.match("police.uk", name, "2015/16", periods.twelve_months_to(YEAR_2012[-1])).reason


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return folder


DEFLATORS = "vintage,series,year,index,status,publication,seen_in\n"
COSTS = "edition,offence,component,value,lower,upper,price_year,status,publication,seen_in,note\n"
MAPPING = "scheme,code,name,first_month,last_month,edition,offence,match,reason\n"


def test_an_analyst_adds_a_release_of_the_deflator_without_code(tmp_path):
    write(
        tmp_path,
        "gdp_deflators.csv",
        DEFLATORS + "June 2026,financial,2010/11,100,official,HM Treasury,gov.uk\n"
        "June 2026,financial,2024/25,150,official,HM Treasury,gov.uk\n",
    )
    tables = load_cost_tables(tmp_path)
    assert tables.vintages() == ("September 2019", "December 2025", "June 2026")
    assert tables.deflators("June 2026")["2024/25"].index == 150


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "gdp_deflators.csv",
            "year,index\n",
            "gdp_deflators.csv: the columns must be vintage, series, year,",
        ),
        (
            "gdp_deflators.csv",
            DEFLATORS + "New,financial,2012,100,official,x,y\n",
            "gdp_deflators.csv, row 2: '2012' is not a financial year such as '2012/13'",
        ),
        (
            "gdp_deflators.csv",
            DEFLATORS + "New,calendar,2012/13,100,official,x,y\n",
            "gdp_deflators.csv, row 2: '2012/13' is not a calendar year such as '2012'.",
        ),
        (
            "gdp_deflators.csv",
            DEFLATORS + "New,calendar,2012,nan,official,x,y\nNew,calendar,2013,-1,official,x,y\n",
            "gdp_deflators.csv, row 2: 'nan' is not a number.\n"
            "gdp_deflators.csv, row 3: an index is above zero; -1 is not.",
        ),
        (
            "gdp_deflators.csv",
            DEFLATORS + "December 2025,calendar,2012,70,official,x,y\n",
            "gdp_deflators.csv: two rows for December 2025, 2012.",
        ),
        (
            "unit_costs.csv",
            COSTS + "2010/11,Burglary in a dwelling,total,3925,,,2010/11,official,x,y,\n",
            "unit_costs.csv: two rows for 2010/11, Burglary in a dwelling, total.",
        ),
        (
            "unit_costs.csv",
            COSTS + "2010/11,Arson,total,£900,,,2010/11,official,x,y,\n",
            "unit_costs.csv, row 2: '£900' is not a number.",
        ),
        (
            "unit_costs.csv",
            COSTS + "2010/11,Arson,total,900,,,2011/12,official,x,y,\n",
            "unit_costs.csv: edition 2010/11 has two price years: 2010/11, 2011/12.",
        ),
        (
            "unit_costs.csv",
            COSTS + "2010/11,Arson,harm,900,,,2010/11,official,x,y,\n",
            "unit_costs.csv, row 2: component 'harm' is not total, fiscal, anticipation, consequence, response",
        ),
        (
            "unit_costs.csv",
            COSTS + "2010/11,Arson,total,900,,,2010/11,remembered,x,y,\n",
            "unit_costs.csv, row 2: status 'remembered' is none of official, press, secondary, derived.",
        ),
        (
            "unit_costs.csv",
            COSTS + "2010/11,Arson,total,900,950,990,2010/11,official,x,y,\n",
            "unit_costs.csv, row 2: the limits 950 to 990 do not hold the value 900.",
        ),
        (
            "unit_costs.csv",
            COSTS + "2010/11,Arson,total,900,800,,2010/11,official,x,y,\n",
            "unit_costs.csv, row 2: give both lower and upper, or neither.",
        ),
        (
            "unit_costs.csv",
            COSTS
            + "".join(
                f"2010/11,Arson,{c},{v},,,2010/11,official,x,y,\n"
                for c, v in [("total", 900), ("anticipation", 100), ("consequence", 600), ("response", 100)]
            ),
            "unit_costs.csv: the parts of 'Arson' in edition 2010/11 add to 800, not to its total 900.",
        ),
        (
            "unit_costs.csv",
            COSTS
            + "2010/11,Arson,total,900,,,2010/11,official,x,y,\n2010/11,Arson,fiscal,901,,,2010/11,official,x,y,\n",
            "unit_costs.csv: the fiscal part of 'Arson' in edition 2010/11 is more than its total.",
        ),
        (
            "crime_multipliers.csv",
            "edition,offence,multiplier,status,publication,seen_in\n2010/11,Arson,0,official,x,y\n",
            "crime_multipliers.csv, row 2: a multiplier is above zero; 0 is not.",
        ),
        (
            "offence_mapping.csv",
            MAPPING + "extract,arson,Arson,,,2010/11,Arsonn,same,the same\n",
            "offence_mapping.csv: unit_costs.csv has no offence 'Arsonn' in edition 2010/11.",
        ),
        (
            "offence_mapping.csv",
            MAPPING + "extract,arson,Arson,,,any,Arson,none,no match\n",
            "offence_mapping.csv, row 2: a row with match 'none' names no offence, and every other row names one.",
        ),
        (
            "offence_mapping.csv",
            MAPPING + "police,arson,Arson,,,any,,none,no match\n",
            "offence_mapping.csv, row 2: scheme 'police' is none of police.uk, home_office, home_office_subgroup, extract.",
        ),
        (
            "offence_mapping.csv",
            MAPPING + "extract,Domestic burglary,x,2010-01,,2010/11,Burglary in a dwelling,same,x\n",
            "offence_mapping.csv: 'Domestic burglary' (extract) has two rows for edition 2010/11 in the same months.",
        ),
        (
            "offence_mapping.csv",
            MAPPING + "extract,arson,Arson,2017-04,2016-04,any,,none,x\n",
            "offence_mapping.csv, row 2: first_month 2017-04 comes after last_month 2016-04.",
        ),
        (
            "funding.toml",
            '[[position]]\nid = "x"\n',
            "funding.toml, position 1 (x): missing ['budget', 'contribution'",
        ),
        (
            "funding.toml",
            '[[position]]\nid = "x"\nname = 5\npartner = "p"\nother_body = "o"\nyear = "2026/27"\nposts = true\nfull_cost = 1\n'
            'share = 0.4\ncontribution = 1\nbudget = 1\nother_funders = 0\nsource = "s"\nknown_from = 2026-06-03\nnote = "n"\n',
            "funding.toml, position 1 (x): name is a text in quotes.\nfunding.toml, position 1 (x): posts is a whole number.",
        ),
    ],
)
def test_a_bad_table_is_refused_with_file_and_row(tmp_path, name, text, message):
    with pytest.raises(DataProblem) as refused:
        load_cost_tables(write(tmp_path, name, text))
    assert message in str(refused.value)


def test_what_nobody_chose_is_the_newest_verified_edition_at_its_own_prices(tables):
    # Of the four editions one unit cost of 2010/11 was seen in an official publication (docs/methods/costs.md).
    nobody = Project(organisation="A", contact="B")
    usual = {"edition": "2010/11", "price_year": "2010/11", "vintage": "December 2025"}
    assert tables.prices(nobody) == usual
    assert tables.prices(replace(nobody, price_year="2012/13")) == usual | {"price_year": "2012/13"}
    newer = tables.prices(replace(nobody, cost_edition="2019/20"))
    assert newer == usual | {"edition": "2019/20", "price_year": tables.price_year("2019/20")}


def test_unknown_names_are_refused_with_what_is_known(tables):
    with pytest.raises(
        ValueError, match=r"unknown edition of unit costs: '2012/13'. Known: 2003/04, 2010/11,"
    ):
        tables.unit_cost("2012/13", "Homicide")
    with pytest.raises(
        ValueError, match="unknown vintage of the deflator: 'June 2019'. Known: September 2019,"
    ):
        tables.deflators("June 2019")
    with pytest.raises(
        ValueError, match=r"unknown offence of scheme 'extract': 'domestic burglry'. Did you mean"
    ):
        tables.match("extract", "domestic burglry", "2010/11", YEAR_2012)
    with pytest.raises(ValueError, match="unknown scheme of offences: 'police'"):
        tables.match("police", "Burglary", "2010/11", YEAR_2012)
    with pytest.raises(ValueError, match="unknown funding position: 'pcso'"):
        tables.funding("pcso")
