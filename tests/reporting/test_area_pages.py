"""Ward and division profiles, ranks, maps and control charts: what they say, withhold and refuse."""

from copy import copy
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from projects import ROOT

from saferleeds_analysis import intake, periods
from saferleeds_analysis.area_tables import AreaTables, RebaseDecision, Tile, load_area_tables
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.estimates import change_between_counts
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import charts, shared, wording
from saferleeds_analysis.reporting.areas import areas_of
from saferleeds_analysis.reporting.blocks import NOTHING, Table, Text
from saferleeds_analysis.reporting.cards import report_card
from saferleeds_analysis.reporting.control import control_of
from saferleeds_analysis.reporting.counted import TWELVE_MONTH_COUNT
from saferleeds_analysis.reporting.outlook import outlook_of
from saferleeds_analysis.reporting.profile import QUARTER_COUNT, profile_of
from saferleeds_analysis.reporting.season import season_of

DAY = date(2012, 9, 30)
Q2 = periods.quarter("2012/13 Q2")


@pytest.fixture(scope="module")
def given(project):
    catalogue = load_catalogue(project / "data/raw/reference")
    counts = intake.recorded_counts(
        project, catalogue.indicator("domestic_burglary"), catalogue=catalogue, as_at=DAY
    )
    return SimpleNamespace(
        project=project,
        catalogue=catalogue,
        counts=counts,
        tables=load_area_tables(project / "data/raw/reference"),
    )


def profile(given, area, **changes):
    options = {
        "catalogue": given.catalogue,
        "tables": given.tables,
        "quarter": Q2,
        "as_at": DAY,
        "edition": "public",
    }
    return profile_of(given.counts, area=area, **{**options, **changes})


@pytest.fixture(scope="module")
def city(given):
    card = report_card(given.counts, catalogue=given.catalogue, area="Leeds", quarter=Q2, as_at=DAY)
    return areas_of(card, tables=given.tables)


def test_a_ward_profile_says_the_published_figures(given):
    # Safer Leeds report card 2012/13 Q2: Armley 314, down 35.9%; NWL down 39.5%, 1,753 fewer; Leeds down 35.6%.
    armley = profile(given, "Armley")
    first = armley.top({})
    assert "Domestic burglary in Armley fell an unusual 35.9% in a year; in Leeds it fell 35.6%" in first.text
    dispersion = armley.card.variations["Armley"].dispersion
    change = change_between_counts(490, 314, unit="offences", dispersion=dispersion)
    limits = wording.percent_interval(change)
    assert 1 < dispersion < 3
    assert "314\n\n" in first.text and f"490 the year before: {limits}, 95% interval" in first.text
    assert (
        "4th of 33 wards\n\nCould be 2nd to " in first.text and "; 5.3% of Leeds" in first.text
    )  # 314 / 5,938
    down, up = armley.card.headline.change.ordinary
    assert -35.9 < down < -15 and f"; ordinarily −{-down:.0f}% to +{up:.0f}%." in first.text
    assert "No target is recorded." in first.text
    # Byar's limits of 314 independent events by the UKHSA formula are 280.2 to 350.7; as far as they stray, the root further away.
    [level] = [f for f in first.figures if f.measure is TWELVE_MONTH_COUNT]
    assert level.lower == pytest.approx(314 - (314 - 280.2) * dispersion**0.5, abs=1)
    assert level.upper == pytest.approx(314 + (350.7 - 314) * dispersion**0.5, abs=1)


def test_a_profile_has_no_figure_of_a_projection_but_the_one_it_prints(given):
    first = profile(given, "Armley").top({})
    [ahead] = [f for f in first.figures if f.measure.role in ("projection", "target", "chance")]
    assert f"about {ahead.value:,.0f}\n\n80% range {ahead.lower:,.0f} to {ahead.upper:,.0f}." in first.text


def test_the_published_change_that_does_not_reproduce_is_flagged(given):
    card = report_card(given.counts, catalogue=given.catalogue, area="Leeds", quarter=Q2, as_at=DAY)
    text = card.published_check().text
    assert "Flag: Gipton & Harehills" in text
    assert "No whole number of offences a year before gives both." in text


def test_a_ward_of_few_offences_is_projected_with_all_others_and_gets_no_control_chart(given):
    first = profile(given, "Wetherby").top({}).text
    assert "Projected for the year 2012/13" in first and "80% range" in first
    assert "out of the ordinary" not in first


def test_projections_of_wards_add_up_to_those_of_divisions_and_the_city(given, tmp_path, monkeypatch):
    monkeypatch.setenv(shared.FOLDER, str(tmp_path))

    def mean_of(area):
        card = report_card(given.counts, catalogue=given.catalogue, area=area, quarter=Q2, as_at=DAY)
        return outlook_of(season_of(card)).projection.mean

    wards = [ward.name for ward in given.catalogue.parts("leeds_2004", "C&H")]
    assert sum(map(mean_of, ("NWL", "NEL", "C&H"))) == pytest.approx(mean_of("Leeds"), rel=1e-12)
    assert sum(map(mean_of, wards)) == pytest.approx(mean_of("C&H"), rel=1e-12)


def test_a_division_profile_shows_its_own_wards(given):
    page = profile(given, "C&H")
    within = page.areas_within({"Rothwell": "../ward-rothwell/report.html"})
    [of_wards] = [block for block in within.walk() if isinstance(block, Table)]
    assert len(of_wards.rows) == 7
    assert "City & Hunslet | 203 | −11.7% | no clear change" in of_wards.text
    linked = {s.text: s.href for b in of_wards.walk() if isinstance(b, Text) for s in b.spans if s.href}
    assert linked == {"Rothwell": "../ward-rothwell/report.html"}
    first = page.top({}).text
    assert "Domestic burglary in C&H: no clear change in a year; in Leeds it fell 35.6%" in first
    assert "1,008 the year before: no clear change" in first  # 952, 56 fewer, as published
    assert "It is 55.4% above what the change in the rest of Leeds would give" in first
    # As published NWL fell by 1,753 (39.5%) to 2,688, all of Leeds from 9,214 to 5,938: (2,688 / 4,441) / (3,250 / 4,773) = 0.889.
    assert (
        "It is 11.1% below what the change in the rest of Leeds would give"
        in profile(given, "NWL").top({}).text
    )
    assert profile(given, "Armley").areas_within({}) is NOTHING


def test_a_profile_leads_up_to_the_whole_and_on_to_its_neighbours(given):
    pages = {name: f"../{name}/report.html" for name in ("Leeds", "NWL", "Alwoodley", "Armley", "Wetherby")}
    armley = profile(given, "Armley")
    trail = armley.top(pages).blocks[0]
    assert [(s.text, s.href) for s in trail.spans if s.href] == [
        ("Leeds", pages["Leeds"]),
        ("NWL", pages["NWL"]),
    ]
    assert armley.beside(pages) == {
        "Previous: Alwoodley": pages["Alwoodley"],
        "Next: Wetherby": pages["Wetherby"],
    }
    assert profile(given, "Wetherby").beside(pages) == {"Previous: Armley": pages["Armley"]}
    assert armley.beside({}) == {}


def test_where_a_change_differs_from_the_rest_it_follows_the_test(city):
    # Cross-product ratio by hand for Hyde Park & Woodhouse: (472/548) / ((5938-472)/(9214-548)) = 1.3656.
    row = city.differences["ward"].loc["Hyde Park & Woodhouse"]
    assert row["ratio"] == pytest.approx((472 / 548) / (5466 / 8666), rel=1e-12)
    assert row["word"] == "higher"
    assert city.differences["ward"].loc["Armley", "word"] == "no clear difference"


@pytest.mark.parametrize(
    ("higher", "text"),
    [
        (
            ["Middleton Park"],
            "Counts fell less, or rose more, than in the rest of Leeds in Middleton Park. 32 of the 33 wards cannot be told from "
            "the rest. At most one in twenty of the differences named here is false, on average.",
        ),
        ([], "None of the 33 wards can be told from the rest."),
    ],
)
def test_what_moves_against_the_rest_is_said_whole_where_it_goes_one_way_or_none(city, higher, text):
    other = copy(city)
    found = city.differences["ward"].assign(word="no clear difference")
    found.loc[higher, "word"] = "higher"
    vars(other)["differences"] = {"ward": found}
    assert other.changes().text.startswith(text)


def test_the_nine_highest_wards_hold_the_share_that_follows_from_the_card(city):
    # The nine printed ward counts add up to 2,693 of 5,938: 45.4%.
    assert "have 2,693 of 5,938 (45.4%)" in city.share().text


def test_a_rate_is_given_only_from_households_known_by_then_and_dated(given, city):
    assert city.rate("Leeds").text == (
        "No rate is given: the households of 27 March 2011 were not yet known on 30 September 2012."
    )
    assert "households are not known for these boundaries" in city.rate("Armley").text
    day = date(2013, 3, 31)
    counts = intake.recorded_counts(
        given.project, given.catalogue.indicator("domestic_burglary"), catalogue=given.catalogue, as_at=day
    )
    card = report_card(
        counts, catalogue=given.catalogue, area="Leeds", quarter=periods.quarter("2012/13 Q4"), as_at=day
    )
    later = areas_of(card, tables=given.tables).rate("Leeds")
    # 5,305 / 320,596 households = 16.55 per 1,000
    assert (
        "Per 1,000 households that is 16.5 (95% interval 15.8 to 17.3), on 320,596 households counted on 27 March 2011"
        in later.text
    )
    # Of independent events it would be 16.1 to 17.0; the months stray, so that it is about the root of their dispersion as wide.
    assert card.variations["Leeds"].dispersion == pytest.approx(
        (17.3 - 15.8) ** 2 / (17.0 - 16.1) ** 2, rel=0.15
    )


def test_the_whole_has_no_profile(given):
    with pytest.raises(ValueError, match="Leeds is the whole: a profile sets an area beside others"):
        profile(given, "Leeds")


def test_small_counts_stay_out_of_the_public_edition_and_stand_in_the_restricted(given):
    months = given.counts.by_area.index
    small = given.counts.by_area.copy()
    window = months[(months >= "2011-10") & (months <= "2012-09")]
    taken = small.loc[window, "Wetherby"] - 0
    small.loc[window, "Wetherby"] = 0
    small.loc[window[-1], "Wetherby"] = 3
    lost = taken - small.loc[window, "Wetherby"]
    for whole in ("NEL", "Leeds"):
        small.loc[window, whole] = small.loc[window, whole] - lost
    counts = type(given.counts)(**{**given.counts.__dict__, "by_area": small})
    options = {"catalogue": given.catalogue, "tables": given.tables, "quarter": Q2, "as_at": DAY}
    public = profile_of(counts, area="Wetherby", edition="public", **options)
    first = public.top({})
    assert "it is withheld, because so small a count might point to a household" in first.text
    assert {f.value for f in first.figures if f.measure in (TWELVE_MONTH_COUNT, QUARTER_COUNT)} >= {"[c]"}
    told = [f for f in first.figures if isinstance(f.value, int | float) and f.measure is not QUARTER_COUNT]
    assert not [f for f in told if f.window == Window.twelve_months(periods.last_month(Q2))]
    map_text = public.city.map().text
    assert "without a value: " in map_text and "Wetherby" in map_text.split("without a value: ")[1]
    restricted = profile_of(counts, area="Wetherby", edition="restricted", **options)
    assert "Recorded offences, 12 months to September 2012: 3\n" in restricted.top({}).text


def test_a_tile_that_is_missing_is_refused():
    figures = [
        Figure(indicator_id="x", area=a, window=Window("p"), measure=TWELVE_MONTH_COUNT, value=v)
        for a, v in (("A", 1), ("B", 2))
    ]
    with pytest.raises(ValueError) as refused:
        charts.chart_of_tiles(figures, tiles={"A": (1, 1)}, name="m", headline="h", subtitle="s")
    assert str(refused.value) == "no tile for B: give each area a row and a column in area_tiles.csv."


def test_a_tile_map_says_every_value_and_never_by_colour_alone(city):
    block = city.map()
    assert "E (255 to 472): Hyde Park & Woodhouse" in block.text
    svg = block.html.split("<svg")[1].split("</svg>")[0]
    for label in ("472", "Wetherby", "59", ">E<"):
        assert label in svg


def test_limits_move_by_a_recorded_decision_of_the_area_or_of_the_whole(given, tmp_path):
    card = report_card(given.counts, catalogue=given.catalogue, area="Leeds", quarter=Q2, as_at=DAY)
    season = season_of(card)
    found = control_of(season, tables=given.tables)
    assert found.found.seasonality == "adjusted"
    assert (
        "by decision of Performance team (illustrative) on 1 May 2010: Illustrative decision"
        in found.findings().text
    )
    assert list(found.found.points["phase"].unique()) == [1, 2]
    bare = control_of(season, tables=load_area_tables(tmp_path))
    assert "No decision to set new ones is recorded." in bare.findings().text
    assert list(bare.found.points["phase"].unique()) == [1]
    late = RebaseDecision(
        indicator_id="domestic_burglary",
        area="Leeds",
        first="2012-01",
        reason="Later",
        decided_on=date(2012, 12, 1),
        decided_by="Performance board",
    )
    unknown_yet = control_of(season, tables=AreaTables(denominators=[], tiles=[], decisions=[late]))
    assert list(unknown_yet.found.points["phase"].unique()) == [1]
    ward = profile(given, "Armley").control
    assert "by decision of Performance team (illustrative)" in ward.findings().text


def test_the_icon_of_a_control_chart_has_its_letter_and_its_words(given):
    control = profile(given, "Armley").control
    assert (
        profile(given, "Wetherby")
        .control.findings()
        .text.startswith(
            "No control chart is given: there were fewer than 10 offences a month (4.9 on average"
        )
    )
    assert control.findings().text.startswith(
        "L Special cause of improvement: the last point, September 2012, is"
    )
    assert control.in_short().text == (
        "September 2012 is part of an unusual run of months (usual: 14 to 71 a month, mean 43, seasonally adjusted)."
    )


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [(0, 1, "row and column are whole numbers from 1"), (1.5, 1, "not 1.5 and 1")],
)
def test_a_tile_stands_in_whole_rows_and_columns(row, column, message):
    with pytest.raises(ValueError, match=message):
        Tile(area_set="s", area="A", row=row, column=column, basis="b")


def test_a_funnel_is_said_where_every_ward_has_households(given, tmp_path):
    wards = [a.name for a in given.catalogue.areas("leeds_2004") if a.kind == "ward"]
    frame = pd.DataFrame(
        {
            "area_set": "leeds_2004",
            "area": wards,
            "of": "households",
            "number": 9715,
            "counted_on": "2011-03-27",
            "source": "Made for this test",
            "known_from": "2012-07-16",
            "note": "",
        }
    )
    frame.to_csv(tmp_path / "denominators.csv", index=False)
    page = profile(given, "Hyde Park & Woodhouse", tables=load_area_tables(tmp_path))
    text = page.top({}).text
    assert "Per 1,000 households that is 48.6" in text  # 472 / 9.715
    assert "of a funnel round the average of the 33 wards (" in text
    assert "which allows for true differences between wards." in text


def test_every_ward_and_division_is_in_the_run_list(given):
    from saferleeds_analysis.publishing.run_list import read_run_list

    made = {r.parameters["area"] for r in read_run_list(ROOT / "notebooks") if r.notebook == "area_profile"}
    assert made == {a.name for a in given.catalogue.areas("leeds_2004") if a.parent}
    assert len(made) == 36


def test_a_lacking_month_is_said(given):
    holed = given.counts.by_area.copy()
    holed.loc["2012-08", ["Armley", "NWL", "Leeds"]] = pd.NA
    counts = type(given.counts)(**{**given.counts.__dict__, "by_area": holed})
    options = {"catalogue": given.catalogue, "tables": given.tables, "quarter": Q2, "as_at": DAY}
    page = profile_of(counts, area="Armley", edition="public", **options)
    first = page.top({})
    assert "No 12-month count is given for Armley: there is no data for August 2012." in first.text
    [behind] = [block for block in first.walk() if isinstance(block, Table)]
    assert "2012/13 Q2 | not known | not adjusted" in behind.text
    assert (
        "Areas are not set side by side here: these 24 months are not complete for NWL (division)"
        in page.city.map().text
    )


def test_a_city_that_lacks_a_ward_is_told_which(given):
    lacking = given.counts.by_area.drop(columns=["Leeds", "NEL", "Wetherby", "Roundhay"])
    counts = type(given.counts)(**{**given.counts.__dict__, "by_area": lacking})
    with pytest.raises(DataProblem) as refused:
        report_card(counts, catalogue=given.catalogue, area="Leeds", quarter=Q2, as_at=DAY)
    assert str(refused.value) == (
        "illustrative_burglary: 'Leeds' is the sum of its parts, and there is no data for Roundhay and Wetherby. "
        "Add their rows (0 where there was no offence), or rows of the whole."
    )


def test_a_wards_card_says_that_partners_write_about_the_whole_area(given):
    card = report_card(given.counts, catalogue=given.catalogue, area="Armley", quarter=Q2, as_at=DAY)
    assert (
        card.whose_words().text == "What partners write is about the whole of Leeds, not about Armley alone."
    )
    city = report_card(given.counts, catalogue=given.catalogue, area="Leeds", quarter=Q2, as_at=DAY)
    assert city.whose_words().text == ""
