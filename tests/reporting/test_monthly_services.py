"""A service whose counts come by month: the same page, each quarter the sum of its months, or as it was published."""

import shutil
from datetime import date
from functools import partial
from math import isclose

import pytest
from projects import ROOT, run, with_tables

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue, read_project
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import survey_card
from saferleeds_analysis.reporting.dashboard import dashboard
from saferleeds_analysis.reporting.gathered import Sources
from saferleeds_analysis.reporting.members import members_summary
from saferleeds_analysis.reporting.services import service_counts
from saferleeds_analysis.workings.again import work_out

INDICATOR = """\
[[indicator]]
id = "helpline_calls"
name = "Calls to the helpline"
outcome = "o"
priority = "p"
why = "w"
unit = "calls"
improvement_direction = "neither"
population = "residents"
definition = "Calls answered."
source = "helpline"
offence = "Calls"
area_set = "leeds_2004"
"""
SOURCE = """\
id = "helpline"
title = "Calls by month"
publisher = "The helpline"
licence = "For tests"
received = 2012-10-05
shape = "monthly_extract"
area_set = "leeds_2004"
"""
HEADER = (
    "indicator_id,area,period,measure,value,printed_as,unit,source,source_vintage,known_from,verdict,note\n"
)
# The four quarters of 2011/12 as printed: 1,200 calls in all.
PRINTED = {"2011/12 Q1": 290, "2011/12 Q2": 310, "2011/12 Q3": 300, "2011/12 Q4": 300}
DAY = date(2012, 9, 30)


class Helpline:
    """A project with one service: its printed quarters and, from January 2012 on, 100 to 108 calls a month."""

    def __init__(self, root):
        self.root, self.raw = root, root / "data" / "raw"
        with_tables(root)
        (self.raw / "helpline").mkdir()
        with (self.raw / "reference" / "indicators.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{INDICATOR}")
        (self.raw / "helpline" / "source.toml").write_text(SOURCE, encoding="utf-8")
        self.published(PRINTED)
        self.months({f"2012-{month:02}": 99 + month for month in range(1, 10)})

    def published(self, counts):
        rows = [
            f"helpline_calls,Leeds,{quarter},count,{n},{n},calls,The helpline's bulletin,July 2012,2012-07-01,ok,\n"
            for quarter, n in counts.items()
        ]
        path = self.raw / "reference" / "published_figures_helpline.csv"
        path.write_text(HEADER + "".join(rows), encoding="utf-8")

    def months(self, counts):
        rows = [f"{month},Leeds,Calls,{n}\n" for month, n in counts.items()]
        path = self.raw / "helpline" / "calls.csv"
        path.write_text("month,area,offence,count\n" + "".join(rows), encoding="utf-8")

    def report(self, quarter="2012/13 Q2", **given):
        catalogue = load_catalogue(self.raw / "reference")
        intake.build_processed(self.root, catalogue)
        monthly = intake.recorded_counts(
            self.root, catalogue.indicator("helpline_calls"), catalogue=catalogue, as_at=DAY
        )
        about = {"indicator": "helpline_calls", "area": "Leeds", "as_at": DAY, "monthly": monthly} | given
        return service_counts(catalogue, quarter=periods.quarter(quarter), **about)


@pytest.fixture
def helpline(tmp_path):
    return Helpline(tmp_path)


def test_a_quarter_is_the_sum_of_its_months_and_else_as_it_was_published(helpline):
    service = helpline.report()
    # January to March 100 + 101 + 102, April to June 103 + 104 + 105, July to September 106 + 107 + 108.
    assert service.counts.tolist() == [290, 310, 300, 303, 312, 321]
    figures = {f.period: f for f in service.findings().figures if f.words == "quarterly count"}
    assert [(f.value, f.status, f.unit) for f in figures.values()] == [
        (290, "published", "calls"),
        (310, "published", "calls"),
        (300, "published", "calls"),
        (303, "recorded", "calls"),
        (312, "recorded", "calls"),
        (321, "recorded", "calls"),
    ]
    assert "April to September 2012: 633 calls, " in service.findings().text
    text = service.quarters().text
    assert "as published" in text and "sum of its months" in text


def test_where_both_are_there_the_months_are_used_and_the_difference_is_said(helpline):
    assert (
        "300 calls were published for 2011/12 Q4 (The helpline's bulletin); its months add up to 303, which is used here."
        in helpline.report().caveats_in_words
    )
    helpline.published(PRINTED | {"2011/12 Q4": 303})
    assert "add up to" not in " ".join(helpline.report().caveats_in_words)


def test_the_sources_of_both_are_named(helpline):
    assert {
        "The helpline's bulletin.",
        "Calls by month. Publisher: The helpline. Licence: For tests.",
    } <= set(helpline.report().sources)


def test_every_figure_is_worked_out_again_from_the_rows_of_both_tables(helpline):
    service = helpline.report()
    figures = [*service.findings().figures, *service.quarters().figures]
    again = {f.identity: (work_out(f, helpline.root), f.value) for f in figures if f.working is not None}
    assert len(again) >= 15
    assert [pair for pair in again.values() if not isclose(*pair)] == []


def test_illustrative_months_make_every_figure_of_theirs_illustrative_and_the_notice_stands_on_top(helpline):
    manifest = helpline.raw / "helpline" / "source.toml"
    manifest.write_text(SOURCE + 'status = "illustrative"\nnotice = "Made up."\n', encoding="utf-8")
    service = helpline.report()
    top = survey_card.top(service, what="counts of a service", as_at=DAY).text
    assert "\n\nMade up.\n\n" in top and "Made up." in survey_card.before_quoting(service).text
    change = next(f for f in service.quarters().figures if f.measure.id == "change_count")
    assert change.status == "illustrative"
    assert "recorded" not in {f.status for f in service.findings().figures}


def test_a_quarter_with_two_of_its_months_is_not_taken_for_a_whole_one(helpline):
    helpline.months({f"2012-{month:02}": 100 for month in range(1, 9)})
    with pytest.raises(DataProblem) as refused:
        helpline.report()
    assert str(refused.value) == (
        "neither published_figures.csv nor the months of helpline have a count of 'helpline_calls' in 'Leeds' for 2012/13 Q2 "
        "that was out by 2012-09-30. Add the rows, or report a quarter for which they are there."
    )


def test_the_months_cannot_be_left_out_unseen(helpline):
    with pytest.raises(ValueError, match="has monthly counts in source 'helpline': pass them as monthly="):
        helpline.report(monthly=None)


def test_the_dashboard_and_the_members_page_tell_what_the_services_page_tells(helpline):
    service = helpline.report()
    catalogue = load_catalogue(helpline.raw / "reference")
    sources = Sources(
        counts=partial(intake.recorded_counts, helpline.root, catalogue=catalogue),
        responses=partial(intake.survey_responses, helpline.root, catalogue=catalogue),
        parts=partial(intake.recorded_parts, helpline.root, catalogue=catalogue),
        cases=partial(intake.recorded_cases, helpline.root, catalogue=catalogue),
        words=lambda indicator: None,
        asked=lambda indicator: None,
    )
    at = {"area": "Leeds", "quarter": periods.quarter("2012/13 Q2"), "as_at": DAY}
    page = dashboard(sources, catalogue=catalogue, indicators="helpline_calls", edition="public", **at)
    [state] = page.states.values()
    # 290 + 310 a year before; January to September as above
    assert (state.value, state.what) == ("633 calls", "April to September 2012")
    own = {f.measure.id: f.value for f in service.findings().figures}
    assert {f.measure.id: f.value for f in state.figures}.items() <= own.items()
    assert state.figures[0].status == "recorded"
    whose = read_project(helpline.raw / "reference")
    summary = members_summary(sources, catalogue=catalogue, project=whose, indicators="helpline_calls", **at)
    assert "633 calls (April to September 2012)" in summary.measures().text


SENSITIVE = INDICATOR.replace('"calls"', '"referrals"').replace(
    "Calls to the helpline", "Exploitation of children"
)


class Few(Helpline):
    """The same service, of a sensitive theme, with 4 referrals in one of its quarters and none printed by anybody."""

    def __init__(self, root):
        super().__init__(root)
        tables = self.raw / "reference/indicators.toml"
        tables.write_text(tables.read_text(encoding="utf-8").replace(INDICATOR, SENSITIVE), encoding="utf-8")
        self.published({})
        months = [f"{2011 + (m > 8)}-{(m + 3) % 12 + 1:02}" for m in range(18)]
        self.months({month: 2 if month == "2012-05" else 1 if month > "2012-03" else 20 for month in months})


def test_small_numbers_of_a_sensitive_theme_are_withheld_with_all_that_is_made_of_them(tmp_path):
    few = Few(tmp_path)
    found = few.report()
    assert found.findings().text.startswith(
        "April to September 2012: [c], withheld. A quarter's count is a small number"
    )
    assert [(f.value, f.theme, f.rows) for f in found.findings().figures] == [("[c]", "sensitive", ())]
    page = survey_card.top(found, what="counts of a service", as_at=DAY).text
    pages = page + found.quarters().text + found.chart().text + survey_card.caveats_and_sources(found).text
    assert "Exploitation of children: withheld" in page and not any(n in pages for n in ("180", "240", "60"))
    restricted = few.report(edition="restricted")
    assert restricted.counts.tolist() == [60, 60, 60, 60, 4, 3]
    assert {f.theme for f in restricted.findings().figures} == {"sensitive"}
    # What somebody printed is out already.
    few.published(PRINTED | {"2012/13 Q1": 4, "2012/13 Q2": 3})
    assert few.report().counts.tolist() == [60, 60, 60, 60, 4, 3]


def test_counts_of_events_in_the_whole_area_are_printed_however_small(tmp_path):
    few = Few(tmp_path)
    tables = few.raw / "reference/indicators.toml"
    tables.write_text(tables.read_text(encoding="utf-8").replace(SENSITIVE, INDICATOR), encoding="utf-8")
    assert few.report().counts.tolist() == [60, 60, 60, 60, 4, 3]


def test_the_public_edition_of_the_page_has_none_of_the_small_numbers_and_the_restricted_has_them(tmp_path):
    few = Few(tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    (tmp_path / "notebooks/run_list.toml").write_text(
        '[[report]]\nname = "referrals"\nnotebook = "service_counts"\n'
        'parameters = { indicator = "helpline_calls", area = "Leeds" }\n',
        encoding="utf-8",
    )
    done = run(few.root, "report", "2012/13 Q2")
    assert done.returncode == 0, done.stderr
    public, restricted = (
        (tmp_path / place / "referrals/report.html").read_text(encoding="utf-8")
        for place in ("reports/2012-13_Q2", "reports/restricted/2012-13_Q2")
    )
    assert "Exploitation of children: withheld" in public and "[c]" in public and ">60<" not in public
    assert ">60<" in restricted and "[c]" not in restricted.split("<main")[1]
