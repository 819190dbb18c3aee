"""The value of crime: figures as published, effects that add up to the penny, and each refusal word for word."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saferleeds_analysis.estimates import count_with_interval
from saferleeds_analysis.methods import costs
from saferleeds_analysis.methods.costs import (
    ReturnAssumptions,
    change_in_cost,
    cost_across_editions,
    cost_of_crime,
    cost_per,
    offences_for_return,
    social_return,
    uprating,
)
from saferleeds_analysis.methods.variation import variation_of
from saferleeds_analysis.unit_costs import CostTables, OffenceMatch, UnitCost, load_cost_tables

TABLES = load_cost_tables()


def calendar(year):
    return pd.period_range(f"{year}-01", f"{year}-12", freq="M")


def financial(start):
    return pd.period_range(f"{start}-04", f"{start + 1}-03", freq="M")


def burglary(count, months, **changes):
    options = {"scheme": "extract", "edition": "2010/11", "price_year": "2010/11", "tables": TABLES} | changes
    return cost_of_crime(pd.Series({"Domestic burglary": count}), months=months, **options)


def millions(amount):
    return f"{amount / 1_000_000:.1f}"


# Safer Leeds Strategy 2013-14: £22.1m in 2012 against £33.3m in 2011, around £11.2m less. The counts are those of the
# calendar years behind the printed figures; financial-year counts are the published 5,305 (2012/13) and 7,662 (2011/12).
def test_the_published_cost_of_burglary_comes_from_calendar_years():
    now, then = burglary(5631, calendar(2012)), burglary(8484, calendar(2011))
    assert (millions(now.amount), millions(then.amount)) == ("22.1", "33.3")
    assert (now.window.name, then.window.name) == ("calendar year 2012", "calendar year 2011")
    assert millions(change_in_cost(then, now).change) == "-11.2"


def test_financial_years_give_another_figure_and_say_so():
    now, then = burglary(5305, financial(2012)), burglary(7662, financial(2011))
    assert (millions(now.amount), millions(then.amount)) == ("20.8", "30.1")
    assert (now.window.name, then.window.name) == ("financial year 2012/13", "financial year 2011/12")


def test_what_is_public_spending_and_what_is_provisional():
    estimate = burglary(5631, calendar(2012))
    # GMCA Unit Cost Database: £1,361 a burglary, of which police £683
    assert estimate.fiscal == 5631 * 1361
    assert estimate.by_offence[0].components["fiscal: police"] == 5631 * 683
    assert [said.split(" (")[0] for said in estimate.provisional] == [
        "public spending part of burglary in a dwelling"
    ]
    strict = burglary(5631, calendar(2012), include_provisional=False)
    assert (strict.amount, strict.fiscal, strict.provisional) == (5631 * 3925, None, ())
    assert strict.multiplier_refused[0].endswith("2010/11 has no multiplier seen in an official document")


def test_every_estimate_says_that_it_is_recorded_crime_and_not_cash():
    estimate = burglary(5631, calendar(2012), price_year="2012/13", vintage="September 2019")
    said = " ".join(estimate.caveats)
    assert costs.RECORDED_ONLY in estimate.caveats and costs.NOT_CASH in estimate.caveats
    assert (
        "Prices of 2010/11 were brought to 2012/13 by HM Treasury's GDP deflator of September 2019 (financial years), "
        "multiplied by 1.0362." in said
    )
    everything = said + estimate.to_frame().to_csv() + " ".join(estimate.multiplier_refused)
    assert "saved" not in everything and "saving" not in everything


# Issue 6 and the deflator table of September 2019, to four places.
@pytest.mark.parametrize(
    ("start", "end", "factor"),
    [
        ("2003/04", "2010/11", "1.1791"),
        ("2010/11", "2012/13", "1.0362"),
        ("2010/11", "2015/16", "1.0801"),
        ("2012/13", "2012/13", "1.0000"),
    ],
)
def test_known_uprating_factors(start, end, factor):
    found = uprating(from_year=start, to_year=end, deflators=TABLES.deflators("September 2019").values())
    assert f"{found.factor:.4f}" == factor
    assert (found.vintage, found.series, found.provisional) == ("September 2019", "financial", True)


def test_calendar_years_use_the_calendar_series():
    found = uprating(from_year="2010", to_year="2024", deflators=TABLES.deflators("December 2025").values())
    assert (f"{found.factor:.4f}", found.series) == ("1.4467", "calendar")  # 100 / 69.1217


def test_an_uprated_unit_cost_is_rounded_to_the_penny_first():
    # 3925 x 95.9298 / 92.5808 = 4066.98...
    estimate = burglary(1000, financial(2012), price_year="2012/13", vintage="September 2019")
    assert estimate.by_offence[0].unit_cost == Decimal("4066.98")
    assert estimate.amount == Decimal("4066980.00")


GROUPS = {"scheme": "home_office_subgroup", "edition": "2019/20", "tables": TABLES}


def groups(counts, months, **changes):
    return cost_of_crime(pd.Series(counts), months=months, **(GROUPS | {"price_year": "2019/20"} | changes))


def test_components_add_to_the_total_with_rounding_shown():
    # edition 2019/20: homicide 68,700 + 2,637,190 + 640,780 = 3,346,670 against a printed 3,346,680
    estimate = groups({"Homicide": 5, "Violence with injury": 4000}, financial(2019))
    assert estimate.by_component == {
        "anticipation": 5 * 68_700 + 4000 * 280,
        "consequence": 5 * 2_637_190 + 4000 * 13_390,
        "response": 5 * 640_780 + 4000 * 2_050,
        "rounding in the edition": 50,
    }
    assert sum(estimate.by_component.values()) == estimate.amount == 5 * 3_346_680 + 4000 * 15_720
    assert estimate.fiscal is None


def test_the_multiplier_is_a_second_figure_where_definitions_match():
    # recorded to actual in edition 2019/20: 1.64 for violence with injury, 2.17 for domestic burglary
    estimate = groups({"Violence with injury": 4000, "Domestic burglary": 3000}, financial(2019))
    assert estimate.with_multiplier.value == pytest.approx(4000 * 15_720 * 1.64 + 3000 * 7_720 * 2.17)
    assert estimate.multiplier_refused == ()
    assert estimate.total.value == 4000 * 15_720 + 3000 * 7_720


def test_the_multiplier_is_refused_where_definitions_differ_or_none_is_known():
    mixed = groups({"Violence with injury": 4000, "Theft from a vehicle": 9000}, financial(2019))
    assert mixed.with_multiplier is None
    assert mixed.multiplier_refused == (
        "Theft from a vehicle: recorded offences take in vehicles of businesses",
    )
    none_known = burglary(5631, calendar(2012))
    assert none_known.with_multiplier is None
    assert none_known.multiplier_refused == (
        "Burglary in a dwelling: edition 2010/11 has no multiplier from a named source",
    )


def test_uncosted_offences_are_listed_and_in_no_figure():
    estimate = groups({"Homicide": 2, "Shoplifting": 900, "Bicycle theft": 0}, financial(2019))
    assert [(u.code, u.count, u.reason) for u in estimate.uncosted] == [
        ("Shoplifting", 900, "no edition values shoplifting by itself"),
        ("Bicycle theft", 0, "no edition values bicycle theft by itself"),
    ]
    assert estimate.amount == 2 * 3_346_680
    assert "Not valued: Shoplifting (900), Bicycle theft (0)." in estimate.caveats
    # the press report of the 2015/16 edition has no figure for theft from the person
    no_source = groups(
        {"Homicide": 2, "Theft from the person": 7}, financial(2015), edition="2015/16", price_year="2015/16"
    )
    assert no_source.uncosted[0].reason == (
        "edition 2015/16 has no unit cost of 'Theft from the person' from a named source"
    )


def test_the_interval_is_the_counts_interval_in_pounds():
    total = burglary(100, calendar(2012)).total
    dispersion = variation_of(100, kind="burglary").dispersion
    alone = count_with_interval(100, unit="offences", dispersion=dispersion)
    assert (total.lower / 3925, total.upper / 3925) == pytest.approx((alone.lower, alone.upper))
    # Byar's limits of 100 independent events (PHEindicatormethods, phe_rate) are 81.36 to 121.63: wider by about the root.
    assert total.lower / 3925 == pytest.approx(100 - 18.64 * np.sqrt(dispersion), abs=0.5)
    assert (total.method, total.n) == ("Byar limits of the counts with their dispersion", 100)


def test_the_dispersion_is_that_of_a_year_whatever_was_counted():
    quarter = burglary(100, pd.period_range("2012-01", periods=3, freq="M"))
    assert quarter.by_offence[0].dispersion == variation_of(400, kind="burglary").dispersion


def test_each_offence_has_its_value_with_its_interval():
    estimate = groups({"Homicide": 5, "Shoplifting": 900, "Arson": 100}, financial(2019), confidence=0.9)
    rows = estimate.to_frame().set_index("measure")
    for offence in estimate.by_offence:
        assert (offence.cost.value, offence.cost.n) == (float(offence.amount), offence.count)
        assert (offence.cost.unit, offence.cost.confidence) == ("£", 0.9)
        of_frame = rows.loc[f"value: {offence.name}", ["lower", "upper"]]
        assert of_frame.tolist() == [offence.cost.lower, offence.cost.upper]
    alone = burglary(100, calendar(2012))
    assert alone.by_offence[0].cost == alone.total


def tables_with_limits(*unit_costs):
    shared = {"price_year": "2024/25", "status": "official", "publication": "x", "seen_in": "x", "note": ""}
    rows = [
        UnitCost(
            edition="2024/25",
            offence=name,
            component="total",
            value=Decimal(value),
            lower=None if lower is None else Decimal(lower),
            upper=None if upper is None else Decimal(upper),
            **shared,
        )
        for name, value, lower, upper in unit_costs
    ]
    mapping = [
        OffenceMatch(
            scheme="extract",
            code=row.offence,
            name=row.offence,
            first_month=None,
            last_month=None,
            edition="2024/25",
            offence=row.offence,
            match="same",
            reason="the same",
        )
        for row in rows
    ]
    return CostTables(unit_costs=rows, multipliers=[], deflators=[], mapping=mapping, funding=[])


def test_known_limits_of_a_unit_cost_widen_the_interval():
    tables = tables_with_limits(("Arson", 1000, 900, 1200))
    options = {"scheme": "extract", "edition": "2024/25", "price_year": "2024/25", "tables": tables}
    total = cost_of_crime(pd.Series({"Arson": 100}), months=calendar(2024), **options).total
    # distances: the count's at £1,000; unit cost £100 and £200 at 100 offences; combined as squares
    dispersion = variation_of(100, kind="arson").dispersion
    alone = count_with_interval(100, unit="offences", dispersion=dispersion)
    assert total.lower == pytest.approx(100_000 - np.hypot(1_000 * (100 - alone.lower), 10_000))
    assert total.upper == pytest.approx(100_000 + np.hypot(1_000 * (alone.upper - 100), 20_000))
    assert total.method == (
        "Byar limits of the counts with their dispersion and published limits of the unit costs, combined by MOVER"
    )


def test_the_interval_of_a_sum_holds_the_truth_as_often_as_it_says():
    tables = tables_with_limits(
        ("Homicide", 3_000_000, None, None), ("Robbery", 10_000, None, None), ("Arson", 2_000, None, None)
    )
    expected = np.array([4, 400, 150])
    truth = expected @ np.array([3_000_000, 10_000, 2_000])
    options = {"scheme": "extract", "edition": "2024/25", "price_year": "2024/25", "tables": tables}
    random = np.random.default_rng(20130331)
    held = 0
    for draw in random.poisson(expected, size=(600, 3)):
        counts = pd.Series(draw, index=["Homicide", "Robbery", "Arson"])
        total = cost_of_crime(counts, months=calendar(2024), **options).total
        held += total.lower <= truth <= total.upper
    assert 0.93 <= held / 600 <= 0.97


counts_of_three = st.fixed_dictionaries(
    {name: st.integers(0, 20_000) for name in ("Homicide", "Violence with injury", "Domestic burglary")}
)
price_years = st.sampled_from(["2017/18", "2018/19", "2019/20", "2020/21", "2021/22"])


def closed_form(now, then):
    """Shapley effects of a product of three, by the textbook formula rather than by orders of change."""

    def shares(estimate, other):
        number = sum(o.count for o in estimate.by_offence) or sum(o.count for o in other.by_offence) or 1
        own = estimate if sum(o.count for o in estimate.by_offence) else other
        return [o.count / number for o in by_code(own)]

    def by_code(estimate):
        return sorted(estimate.by_offence, key=lambda o: o.code)

    n0, n1 = (sum(o.count for o in e.by_offence) for e in (then, now))
    volume = mix = price = 0.0
    for a, b, s0, s1 in zip(by_code(then), by_code(now), shares(then, now), shares(now, then), strict=True):
        p0, p1 = float(a.unit_cost), float(b.unit_cost)
        volume += (n1 - n0) * (s0 * p0 / 3 + (s0 * p1 + s1 * p0) / 6 + s1 * p1 / 3)
        mix += (s1 - s0) * (n0 * p0 / 3 + (n0 * p1 + n1 * p0) / 6 + n1 * p1 / 3)
        price += (p1 - p0) * (n0 * s0 / 3 + (n0 * s1 + n1 * s0) / 6 + n1 * s1 / 3)
    return volume, mix, price


@settings(max_examples=60, deadline=None)
@given(counts_of_three, counts_of_three, price_years, price_years)
def test_the_effects_add_up_to_the_penny(earlier, later, old_prices, new_prices):
    then = groups(earlier, financial(2018), price_year=old_prices, vintage="December 2025")
    now = groups(later, financial(2019), price_year=new_prices, vintage="December 2025")
    change = change_in_cost(then, now)
    assert change.volume + change.mix + change.price == change.change == now.amount - then.amount
    assert all(effect == round(effect, 2) for effect in (change.volume, change.mix, change.price))
    for ours, textbook in zip((change.volume, change.mix, change.price), closed_form(now, then), strict=True):
        assert abs(float(ours) - textbook) <= 0.02 + 1e-9 * abs(textbook)
    if old_prices == new_prices:
        assert change.price == 0
    assert sum(now.by_component.values(), Decimal(0)) == now.amount


def test_one_kind_of_offence_has_the_midpoint_rule_and_no_mix():
    # by hand: unit costs £3,925.00 and £4,066.98, counts 8,484 and 5,631
    then = burglary(8484, calendar(2011))
    now = burglary(5631, calendar(2012), price_year="2012/13", vintage="September 2019")
    change = change_in_cost(then, now)
    assert change.mix == 0
    assert change.volume == (5631 - 8484) * (Decimal("3925.00") + Decimal("4066.98")) / 2
    assert change.price == (Decimal("4066.98") - Decimal("3925.00")) * (Decimal(8484 + 5631)) / 2


def test_a_move_to_graver_offences_alone_is_mix():
    then = groups({"Homicide": 0, "Violence with injury": 100}, financial(2018))
    now = groups({"Homicide": 1, "Violence with injury": 99}, financial(2019))
    change = change_in_cost(then, now)
    assert (change.volume, change.price) == (0, 0)
    assert change.mix == 3_346_680 - 15_720


def test_the_change_of_11_2_million_has_an_interval():
    difference = change_in_cost(burglary(8484, calendar(2011)), burglary(5631, calendar(2012))).difference
    # normal approximation of a difference of counts that stray: 3925 x 1.96 x sqrt(the sum of dispersion x count)
    strayed = sum(variation_of(n, kind="burglary").dispersion * n for n in (8484, 5631))
    half = 3925 * 1.96 * np.sqrt(strayed)
    assert difference.value - difference.lower == pytest.approx(half, rel=0.01)
    assert difference.upper - difference.value == pytest.approx(half, rel=0.01)
    assert half > 1.9 * 914_000  # what it would be of independent events


def test_the_value_per_resident_and_household():
    estimate = burglary(5631, calendar(2012))
    # 341,466 households in Leeds at the 2021 census (ONS): 22,101,675 / 341,466
    each = cost_per(estimate, number=341_466, unit="household")
    assert (round(each.value, 2), each.unit) == (64.73, "£ per household")
    with pytest.raises(ValueError, match=r"the number of residents is a whole number above zero; 0 is not\."):
        cost_per(estimate, number=0, unit="resident")


def test_areas_add_up_to_the_whole():
    by_area = pd.DataFrame(
        {"Domestic burglary": [315, 314, 0], "Burglary": [1, 2, 3]},
        index=["Gipton & Harehills", "Armley", "Harewood"],
    )
    options = {
        "months": calendar(2012),
        "scheme": "extract",
        "edition": "2010/11",
        "price_year": "2010/11",
        "tables": TABLES,
    }
    areas = {area: cost_of_crime(row, **options) for area, row in by_area.iterrows()}
    assert sum(e.amount for e in areas.values()) == 629 * 3925
    one = cost_per(areas["Gipton & Harehills"], number=25_000, unit="resident")
    assert one.value == pytest.approx(315 * 3925 / 25_000)


def test_the_range_across_editions_is_at_one_years_prices():
    found = cost_across_editions(
        pd.Series({"Domestic burglary": 5631}),
        price_year="2012/13",
        vintage="December 2025",
        tables=TABLES,
        editions=TABLES.editions(),
        months=calendar(2012),
        scheme="extract",
    )
    assert list(found.estimates) == ["2003/04", "2010/11", "2019/20"]
    assert (found.lowest, found.highest) == ("2003/04", "2019/20")
    # by hand from the table: 3,268 x 72.3169 / 58.6641 and 7,720 x 72.3169 / 82.1348
    assert found.estimates["2003/04"].by_offence[0].unit_cost == Decimal("4028.56")
    assert found.estimates["2019/20"].by_offence[0].unit_cost == Decimal("6797.20")
    assert "no unit cost of 'Domestic burglary' from a named source" in found.left_out["2015/16"]


def test_an_edition_that_leaves_an_offence_uncosted_is_not_compared():
    options = {
        "price_year": "2015/16",
        "vintage": "December 2025",
        "tables": TABLES,
        "months": financial(2015),
        "scheme": "home_office_subgroup",
    }
    counts = pd.Series({"Homicide": 4, "Robbery of personal property": 300})
    found = cost_across_editions(counts, editions=("2003/04", "2015/16", "2019/20"), **options)
    assert list(found.estimates) == ["2015/16", "2019/20"]
    assert found.left_out == {"2003/04": "'Homicide': the edition's homicide figure has no named source"}
    with pytest.raises(ValueError, match="no edition values all of these offences"):
        cost_across_editions(counts, editions=("2003/04",), **options)


def test_tidy_rows_hold_every_figure():
    frame = groups({"Homicide": 5, "Shoplifting": 900}, financial(2019)).to_frame()
    assert list(frame.columns) == [
        *("period", "edition", "price_year", "measure", "value", "lower", "upper"),
        *("confidence", "unit", "method", "n", "caveats"),
    ]
    values = frame.set_index("measure")["value"]
    assert values["value of recorded offences"] == values["value: Homicide"] == 5 * 3_346_680
    assert np.isnan(values["not valued: Shoplifting"])
    changes = change_in_cost(burglary(8484, calendar(2011)), burglary(5631, calendar(2012))).to_frame()
    assert changes.set_index("measure")["value"]["volume"] == -2853 * 3925


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"edition": "2012/13"},
            "unknown edition of unit costs: '2012/13'. Known: 2003/04, 2010/11, 2015/16, 2019/20.",
        ),
        (
            {"price_year": "2030/31", "vintage": "December 2025"},
            "price year 2030/31 is not in the deflator table of December 2025 (2003/04 to 2023/24). Choose a vintage that "
            "holds both years, or add a newer table to data/raw/reference/gdp_deflators.csv.",
        ),
        (
            {"price_year": "2019/20", "vintage": "September 2019"},
            "price year 2019/20 is not in the deflator table of September 2019 (2000/01 to 2018/19). Choose a vintage that "
            "holds both years, or add a newer table to data/raw/reference/gdp_deflators.csv.",
        ),
        (
            {"price_year": "2012/13"},
            "edition 2010/11 is at prices of 2010/11; to bring it to 2012/13, name the vintage of the deflator: "
            "September 2019, December 2025.",
        ),
        (
            {"price_year": "2012", "vintage": "December 2025"},
            "2010/11 is in the financial, approximate series and 2012 in the calendar one; "
            "both ends of an uprating come from one series.",
        ),
        (
            {"price_year": "2012/13", "vintage": "September 2019", "include_provisional": False},
            "the deflator of September 2019 was not seen in an official document, and provisional figures are excluded. "
            "Leave the prices at 2010/11, or load HM Treasury's table as an official one.",
        ),
        (
            {"edition": "2015/16", "price_year": "2015/16"},
            "edition 2015/16 puts no value on any of these offences ('Domestic burglary': edition 2015/16 has no unit cost "
            "of 'Domestic burglary' from a named source).",
        ),
        (
            {"edition": "2003/04", "price_year": "2003/04", "include_provisional": False},
            "edition 2003/04 puts no value on any of these offences ('Domestic burglary': edition 2003/04 has no unit cost "
            "of 'Burglary in a dwelling' seen in an official document).",
        ),
    ],
)
def test_each_refusal_of_a_call(changes, message):
    with pytest.raises(ValueError) as refused:
        burglary(5631, calendar(2012), **changes)
    assert str(refused.value) == message


@pytest.mark.parametrize("months", [calendar(2017), calendar(2018), financial(2017)])
def test_residential_burglary_is_not_valued_as_burglary_in_a_dwelling(months):
    with pytest.raises(ValueError, match="residential burglary from April 2017 takes in sheds and garages"):
        burglary(5631, months)


def test_the_last_year_of_burglary_in_a_dwelling_is_valued():
    assert burglary(10, financial(2016)).amount == 39_250


@pytest.mark.parametrize("count", [-1, 5631.5, 5631.0, float("nan"), "5631", True])
def test_counts_that_are_not_whole_numbers_are_refused(count):
    with pytest.raises(
        ValueError, match=r"counts are whole numbers from 0; these are not: 'Domestic burglary':"
    ):
        burglary(count, calendar(2012))


def test_every_wrong_offence_is_named_in_one_message():
    counts = pd.Series({"Domestic burglry": 3, "Domestic burglary": 4, "robery": 5})
    with pytest.raises(ValueError) as refused:
        cost_of_crime(
            counts,
            months=calendar(2018),
            scheme="extract",
            edition="2010/11",
            price_year="2010/11",
            tables=TABLES,
        )
    assert [line[:40] for line in str(refused.value).splitlines()] == [
        "unknown offence of scheme 'extract': 'Do",
        "'Domestic burglary' cannot be valued by ",
        "unknown offence of scheme 'extract': 'ro",
    ]


@pytest.mark.parametrize(
    "months",
    [
        pd.PeriodIndex(["2012-01", "2012-03"], freq="M"),
        pd.period_range("2012Q1", "2012Q4", freq="Q-MAR"),
        pd.PeriodIndex([], freq="M"),
        ["2012-01"],
    ],
)
def test_months_with_gaps_and_other_periods_are_refused(months):
    with pytest.raises(
        ValueError, match="months is a monthly PeriodIndex of the months counted, in order and"
    ):
        burglary(5631, months)


def test_two_vintages_are_refused():
    both = [*TABLES.deflators("September 2019").values(), *TABLES.deflators("December 2025").values()]
    with pytest.raises(ValueError) as refused:
        uprating(from_year="2010/11", to_year="2019/20", deflators=both)
    assert str(refused.value) == (
        "both ends of an uprating come from one vintage of the deflator; these rows hold 2: December 2025, September 2019. "
        "Indices of different releases are not comparable."
    )
    one = burglary(10, calendar(2011), price_year="2012/13", vintage="September 2019")
    other = burglary(10, calendar(2012), price_year="2012/13", vintage="December 2025")
    with pytest.raises(ValueError, match="two vintages of the deflator, December 2025 and September 2019"):
        change_in_cost(one, other)


def test_what_cannot_be_compared_is_refused():
    then = burglary(8484, calendar(2011))
    with pytest.raises(ValueError, match="a change of method is not a change in crime"):
        change_in_cost(then, burglary(5631, calendar(2012), edition="2019/20", price_year="2019/20"))
    with pytest.raises(ValueError, match="the estimates cover 12 and 6 months"):
        change_in_cost(then, burglary(2500, pd.period_range("2012-01", "2012-06", freq="M")))
    with pytest.raises(ValueError, match="intervals of two confidence levels"):
        change_in_cost(then, burglary(5631, calendar(2012), confidence=0.8))
    with pytest.raises(ValueError, match="value different offences; in only one of them: Homicide"):
        change_in_cost(
            groups({"Violence with injury": 3}, financial(2018)),
            groups({"Violence with injury": 3, "Homicide": 1}, financial(2019)),
        )


# Leicestershire's report of 2012: £3 of social value for every £1; it states no assumptions, so ours are by hand.
def test_what_a_return_of_three_pounds_for_one_takes():
    stated = ReturnAssumptions(
        investment=51_000, offences_avoided=40, deadweight=0.25, attribution=0.5, unit_value=3925
    )
    found = social_return(stated)
    assert found.value == pytest.approx(40 * 0.375 * 3925)  # £58,875
    assert found.ratio == pytest.approx(58_875 / 51_000)
    assert found.break_even_offences == pytest.approx(51_000 / (0.375 * 3925))
    assert offences_for_return(stated, ratio=3) == pytest.approx(3 * 51_000 / (0.375 * 3925))


def test_a_scheme_owed_nothing_never_breaks_even():
    nothing = ReturnAssumptions(investment=1, offences_avoided=9, deadweight=1, attribution=1, unit_value=9)
    assert (social_return(nothing).ratio, social_return(nothing).break_even_offences) == (0, float("inf"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"deadweight": 1.2}, "deadweight is a share from 0 to 1 (write 21% as 0.21); 1.2 is not."),
        ({"attribution": -0.1}, "attribution is a share from 0 to 1 (write 21% as 0.21); -0.1 is not."),
        ({"investment": 0}, "investment is above zero; 0 is not."),
        ({"offences_avoided": -4}, "offences_avoided is not below zero; -4 is not allowed."),
        ({"unit_value": float("nan")}, "unit_value is not below zero; nan is not allowed."),
    ],
)
def test_assumptions_that_cannot_be_are_refused(change, message):
    fine = {"investment": 1, "offences_avoided": 1, "deadweight": 0, "attribution": 1, "unit_value": 1}
    with pytest.raises(ValueError) as refused:
        ReturnAssumptions(**(fine | change))
    assert str(refused.value) == message
    with pytest.raises(ValueError, match="a ratio is above zero; 0 is not"):
        offences_for_return(ReturnAssumptions(**fine), ratio=0)
