"""Cases of a service, from a CSV file to their card: durations, changes, who the people are, disclosure, and what is refused."""

import json
import shutil
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from cases_of_services import (
    CASES,
    CHARACTERISTICS,
    HEADER,
    cases,
    in_twelve_months,
    product_limit,
    project,
)
from projects import ROOT, run

import saferleeds_analysis as sl
from saferleeds_analysis import periods
from saferleeds_analysis.intake import build_processed
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting.state import state_of

NAME = "asb_case_duration"
FILE = "asb_cases/a.csv, row"
# The cases of the twelve months to September 2012, counted and worked out apart from the library.
YEAR = list(in_twelve_months(CASES, date(2012, 9, 30)))
MEDIAN, LOWER, UPPER = product_limit(YEAR)
KNOWN, YOUNG = sum(age != "" for *_, age in YEAR), sum(age == "18 to 24" for *_, age in YEAR)
RECORDED = f"Recorded for {KNOWN} of {len(YEAR)} cases ({100 * KNOWN / len(YEAR):.1f}%)."


def found(folder, *, quarter="2012/13 Q2", area="Leeds", edition="public", as_at="2012-10-31"):
    page = sl.open(folder).page(quarter, indicator=NAME, area=area, as_at=as_at, edition=edition)
    return page.result()


def refused(folder):
    with pytest.raises(DataProblem) as problem:
        build_processed(folder, sl.open(folder).catalogue)
    assert not list((folder / "data").glob("processed/*"))
    return str(problem.value).splitlines()


# From the file to the page


def test_half_of_the_cases_close_within_days_that_count_the_open_ones_in(tmp_path):
    report = found(project(tmp_path, CASES))
    assert (
        f"12 months to September 2012: half of the cases closed within {MEDIAN} days (95% interval {LOWER} to {UPPER}; {len(YEAR)} cases)."
        in report.findings().text
    )
    closed = sum(closed for _, closed, _ in YEAR)
    said = f"Opened: {len(YEAR)}; closed by the end: {closed}; open at the end: {len(YEAR) - closed}."
    assert said in report.findings().text
    assert "closed sooner (log-rank test, p below 0.001)" in report.findings().text
    state = state_of([*report.main_figures(), *report.progress().figures], NAME, "Leeds")
    assert (state.value, state.change, state.interval, state.letter) == (
        f"{MEDIAN} days",
        "closed sooner",
        "log-rank test, p below 0.001",
        "N",
    )


def test_the_words_are_no_clear_change_where_the_test_finds_none(tmp_path):
    report = found(
        project(tmp_path, cases(last=date(2011, 9, 30), received=date(2012, 10, 5))), quarter="2011/12 Q2"
    )
    assert (
        report.change is None and "no twelve months before" in report.findings().text
    )  # they begin with April 2010
    report = found(
        project(tmp_path / "b", cases(first=date(2009, 4, 1), last=date(2011, 9, 30))), quarter="2011/12 Q2"
    )
    assert "no clear change (log-rank test, p 0." in report.findings().text
    state = state_of(report.main_figures(), NAME, "Leeds")
    assert state.change == "no clear change" and state.interval.startswith("log-rank test, p 0.")


def test_what_closed_after_the_end_was_still_open_at_it(tmp_path):
    rows = [f"2012-07-{day:02d},2012-10-01,Noise,NWL,P{day},25 to 44" for day in range(1, 31)]
    report = found(project(tmp_path, rows), edition="restricted")
    assert (report.count("Opened"), report.count("Open at the end")) == ("30", "30")
    assert "the median cannot be told yet, as too many cases are open" in report.findings().text
    assert report.quarters().text.count("cannot be told yet") == 2
    assert report.levels == {} and report.chart().text == ""
    assert "The cases begin with July 2012." in report.caveats_in_words


def test_nothing_that_was_known_later_is_read(tmp_path):
    report = found(project(tmp_path, CASES), quarter="2011/12 Q4", as_at="2012-03-31")
    assert report.cases.table["opened"].max() <= pd.Timestamp("2012-03-31")
    assert report.cases.table["closed"].max() <= pd.Timestamp("2012-03-31")
    now = found(tmp_path)
    quarter = periods.quarter("2011/12 Q4")
    assert now.levels[quarter] == report.levels[quarter]


def test_a_quarter_that_the_file_does_not_reach_is_left_out_with_its_reason(tmp_path):
    folder = project(tmp_path, CASES)
    for quarter, as_at in (("2012/13 Q3", "2013-01-31"), ("2012/13 Q2", "2012-09-15")):
        with pytest.raises(
            QuarterNotHeld, match="'Noise' of 'Leeds' has no cases for 2012/13 Q. that were known on"
        ):
            found(folder, quarter=quarter, as_at=as_at)


def test_a_target_gives_a_letter(tmp_path):
    aim = f"{NAME},Leeds,2012/13,original,at most,38,2012-04-01,Safer Leeds,Plan,"
    report = found(project(tmp_path, CASES, targets=[aim]))
    met = f"G Green. {MEDIAN} (interval {LOWER} to {UPPER}) meets the target (at most 38)."
    assert report.progress().text == met
    before = product_limit(in_twelve_months(CASES, date(2012, 6, 30)))
    told = "A Amber. {} (interval {} to {}) does not meet the target (at most 38)".format(*before)
    assert found(tmp_path, quarter="2012/13 Q1").progress().text.startswith(told)


def test_without_a_median_a_target_gives_no_letter_and_an_open_interval_is_said_to_be_open(tmp_path):
    aim = f"{NAME},Leeds,2012/13,original,at most,10,2012-04-01,Safer Leeds,Plan,"
    rows = [f"2012-07-{day:02d},2012-10-01,Noise,NWL,P{day},25 to 44" for day in range(1, 31)]
    assert (
        found(project(tmp_path / "a", rows, targets=[aim])).progress().text
        == "N Not rated. There is no figure."
    )
    closed = [
        row.replace("2012-10-01", f"2012-09-{n + 1:02d}") if n < 16 else row for n, row in enumerate(rows)
    ]
    report = found(project(tmp_path / "b", closed, targets=[aim]))
    assert "(95% interval 62 upwards; 30 cases)" in report.findings().text
    assert report.progress().text.startswith(
        "R Red. 62 (interval 62 upwards) does not meet the target (at most 10)"
    )
    assert report.chart().text == ""


def test_an_excel_file_with_their_names_of_columns_is_read_to_the_day(tmp_path):
    theirs = '\n[columns]\n"Start" = "opened"\n"End" = "closed"\n"Age band" = "age"\n'
    folder = project(tmp_path, [], manifest=f'files = "*.xlsx"\n{CHARACTERISTICS}{theirs}')
    book = openpyxl.Workbook()
    book.active.append(["Start", "End", "kind", "area", "Age band"])
    book.active.append([datetime(2012, 9, 1), None, "Noise", "Leeds", "18 to 24"])
    book.active.append([datetime(2012, 9, 3), datetime(2012, 9, 13), "Noise", "Leeds", None])
    book.save(folder / "data/raw/asb_cases/a.xlsx")
    build_processed(folder, sl.open(folder).catalogue)
    table = pd.read_parquet(folder / "data/processed/asb_cases.parquet")
    assert table["opened"].dt.strftime("%Y-%m-%d").tolist() == ["2012-09-01", "2012-09-03"]
    assert table["closed"].isna().tolist() == [True, False] and table["person"].isna().all()


# Who the people are


def test_characteristics_have_counts_percentages_of_those_recorded_and_the_recorded_rate(tmp_path):
    text = found(project(tmp_path, CASES)).people().text
    assert f"18 to 24 | {YOUNG} | {100 * YOUNG / KNOWN:.1f}%" in text and RECORDED in text


def test_repeats_are_cases_of_a_person_with_one_opened_in_the_twelve_months_before(tmp_path):
    rows = [
        f"{opened},,Noise,{area},{person},"
        for opened, area, person in (
            ("2011-09-30", "NEL", "A"),  # a year and a day before the next: no repeat
            ("2012-09-30", "NWL", "A"),
            ("2012-01-05", "NEL", "B"),  # in another division: a repeat all the same
            ("2012-08-05", "NWL", "B"),
            ("2012-08-06", "NWL", ""),
            ("2012-08-07", "NWL", "C"),
            ("2010-09-01", "NWL", "D"),
        )
    ] + ["2012-08-07,,Other,NWL,C,", "2012-07-07,,Other,NWL,C,"]
    report = found(project(tmp_path, rows), area="NWL", edition="restricted")
    own = report.cases.table.set_index(report.cases.table["opened"].dt.strftime("%Y-%m-%d"))["repeat"]
    assert own.index[own.isna()].tolist() == ["2012-08-06"]
    assert own.dropna().to_dict() == {
        "2012-09-30": False,
        "2012-08-05": True,
        "2012-08-07": False,
        "2010-09-01": False,
    }
    text = report.people().text
    assert "With one in the 12 months before | 1" in text and "Recorded for 3 of 4 cases" in text


def test_repeats_are_not_told_where_the_cases_do_not_reach_back_two_years(tmp_path):
    text = found(project(tmp_path, cases(first=date(2011, 1, 1)))).people().text
    assert "Not given: the cases begin with January 2011, and two years are needed." in text


def test_the_person_and_single_cases_go_nowhere(tmp_path):
    folder = project(tmp_path, CASES)
    report = found(folder)
    kept = pd.read_parquet(folder / "data/processed/asb_cases.parquet")
    assert str(kept["person"].dtype) == "Int64" and "file" not in kept and "person" not in report.cases.table
    ids = {row.split(",")[4] for row in CASES}
    made = (folder / "data/processed/asb_cases.parquet").read_bytes()
    assert not any(one.encode() in made for one in ids)
    figures = [*report.main_figures(), *report.quarters().figures, *report.people().figures]
    assert {rows.numbers for f in figures for rows in f.rows} == {()}
    assert {rows.note for f in figures for rows in f.rows} == {"single records, which are not shown"}


def test_small_numbers_are_withheld_in_the_public_edition_and_stand_in_the_restricted(tmp_path):
    young = [row for row in CASES if ",18 to 24" in row]
    rows = [row for row in CASES if row not in young] + young[-2:]
    folder = project(tmp_path, rows)
    public, restricted = (found(folder, edition=e).people() for e in ("public", "restricted"))
    assert "18 to 24 | 2 |" in restricted.text
    assert "18 to 24 | [c] | [c]" in public.text and public.text.count("| [c] | [c]") == 2
    assert [f.value for f in public.figures if dict(f.qualifiers).get("group") == "18 to 24"] == [
        "[c]",
        "[c]",
    ]


def test_no_duration_of_fewer_than_twenty_cases_stands_in_the_public_edition(tmp_path):
    rows = [f"2012-07-{day:02d},2012-08-{day:02d},Noise,NWL,P{day},25 to 44" for day in range(1, 20)]
    folder = project(tmp_path, rows)
    public, restricted = (found(folder, edition=e) for e in ("public", "restricted"))
    assert "half of the cases closed within 31 days" in restricted.findings().text
    said = json.dumps([f.to_row() for f in [*public.main_figures(), *public.quarters().figures]])
    assert "no duration is given of fewer than 20 cases" in public.findings().text and " 31" not in said
    assert "No duration is given of fewer than 20 cases." in public.quarters().text
    assert public.levels == {} and public.change is None


def test_a_sensitive_kind_is_printed_for_the_whole_area_only(tmp_path):
    rows = [row.replace("Noise", "Slavery") for row in CASES]
    folder = project(tmp_path, rows, offence="Slavery")
    assert found(folder).shown.theme.id == "sensitive"
    with pytest.raises(DataProblem, match="is printed for the whole area only, and 'NWL' is a part of one"):
        found(folder, area="NWL")
    assert found(folder, area="NWL", edition="restricted").shown.edition == "restricted"


def test_below_the_whole_area_counts_are_rounded_and_a_sensitive_characteristic_is_left_out(tmp_path):
    rows = [row.replace("Noise", "Victims") for row in CASES]
    report = found(project(tmp_path, rows, offence="Victims"), area="NWL")
    assert {int(report.count(name)) % 5 for name in ("Opened", "Closed by the end")} == {0}
    assert report.levels[report.quarter].n % 5 == 0
    assert (
        "Printed for the whole area only." in report.people().text and "18 to 24" not in report.people().text
    )


# What is refused


def test_every_fault_of_every_file_is_named_in_one_message_and_no_value_is_repeated(tmp_path):
    rows = [
        "2012-09-03,2012-09-01,Noise,NWL,SECRET1,18 to 24",
        "2012-10-06,,Noise,NWL,SECRET2,",
        "2012-09-03,2012-10-06,Noise,NWL,SECRET3,",
        "03/09/2012,,Noise,NWL,SECRET4,",
        "2012-09-03,20120904,Noise,NWL,SECRET5,",
        "2012-09-03,,Noise,NWLSECRET,SECRET6,",
        "2012-09-03,,,NWL,SECRET7,",
        "2012-09-03,,Noise,NWL,SECRET8,SECRET years",
        ",,Noise,NWL,SECRET9,",
        "2012-09-04,,Noise,NWL,SECRET10,18 to 24",
        "2012-09-04,2012-09-09,Noise,NWL,SECRET10,",
        "2012-09-05,,Noise,NWL,,",
        "2012-09-05,,Noise,NWL,,",
    ]
    folder = project(
        tmp_path, files=[("a.csv", rows), ("b.csv", ["2012-09-05,,Noise,NWL,,", "2012-09-05,,,NWL,,"])]
    )
    told = refused(folder)
    form = "is no day since 1950 that is written as 2012-09-03. Write it so, without a time."
    late = "is after 5 October 2012, when the data was received. Correct the day, or received in source.toml."
    assert told == [
        f"{FILE} 3, column 'opened': {late}",
        f"{FILE} 4, column 'closed': {late}",
        f"{FILE} 5, column 'opened': {form}",
        f"{FILE} 6, column 'closed': {form}",
        f"{FILE} 7, column 'area': is not an area of area set 'leeds_2004'. Correct the name, or add the area to areas.csv in "
        "data/raw/reference.",
        f"{FILE} 8, column 'kind': is empty. Write the kind of case.",
        f"{FILE} 9, column 'age': holds a value that [characteristics] in source.toml does not have. It has 18 to 24, 25 to 44, 45 and "
        "over; what is not recorded is an empty cell.",
        f"{FILE} 10, column 'opened': is empty. Write the day on which the case was opened.",
        "asb_cases/b.csv, row 3, column 'kind': is empty. Write the kind of case.",
        f"{FILE} 2, column 'closed': is before the day on which the case was opened. Correct the one that is wrong.",
        f"{FILE} 12, column 'opened': the case in asb_cases/a.csv, row 11 is there again (the same day, kind, area and person). Keep the "
        "row that is right.",
        "asb_cases/b.csv, row 2, column 'opened': the row is the same as asb_cases/a.csv, row 13. Keep one file with each case.",
    ]
    assert "SECRET" not in "".join(told)


def test_columns_of_people_are_refused_and_never_echoed(tmp_path):
    rows = [f"2012-09-0{n},,Noise,NWL,943 476 5919,,Mary Smith,LS1 1UR" for n in (1, 2)]
    told = refused(project(tmp_path, rows, header=f"{HEADER},Client,Where"))
    cure = "Take it out of the file, and delete the file that has it."
    assert told == [
        f"asb_cases/a.csv, column 'Client': its name is that of a column about single people. {cure}",
        f"asb_cases/a.csv, column 'Where': holds what looks like postcodes. {cure}",
        f"asb_cases/a.csv, column 'person': holds what looks like NHS numbers. {cure}",
    ]


def test_names_in_the_place_of_ids_and_a_file_without_a_header_are_refused_and_not_repeated(tmp_path):
    rows = ["2012-09-01,,Noise,NWL,Mary Smith,", "2012-09-02,,Noise,NWL,K 12,"]
    assert refused(project(tmp_path / "a", rows)) == [
        f"{FILE} 2, column 'person': looks like a name. Write a made-up id in its place, and delete the file that has it."
    ]
    told = refused(project(tmp_path / "b", rows[1:], header="2012-09-01,2012-09-02,Secret,NWL,K12,SECRET"))
    assert told[0].startswith(
        "asb_cases/a.csv, row 1: column 'opened' is missing. Add it, or name it in source.toml"
    )
    assert len(told) == 5 and "secret" not in "".join(told).lower()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('characteristics = "age"', "characteristics is a table of columns and the values that may stand in them"),
        ("[characteristics]\nage = []", "[characteristics] 'age' is a list of different values"),
        ('[characteristics]\nage = ["18", "18"]', "[characteristics] 'age' is a list of different values"),
        ('[characteristics]\nage = ["18", "Not recorded"]', "[characteristics] 'age' is a list of different values"),
        ('[characteristics]\nkind = ["Noise"]', "[characteristics] 'kind' has the name of a column of ours. Rename the column."),
    ],
)  # fmt: skip
def test_characteristics_that_cannot_be_used_are_refused(tmp_path, lines, message):
    [told] = refused(project(tmp_path, CASES[:3], manifest=lines))
    assert told.startswith(f"asb_cases/source.toml: {message}")


def test_an_indicator_whose_kind_or_shape_is_not_there_is_told_what_is(tmp_path):
    folder = project(tmp_path, CASES, offence="Fly-tipping")
    with pytest.raises(
        DataProblem,
        match="asb_cases: unknown kind: 'Fly-tipping'. Known: .*Noise.* indicators.toml names it as offence of",
    ):
        found(folder)
    tables = folder / "data/raw/reference/indicators.toml"
    tables.write_text(tables.read_text().replace('source = "asb_cases"', 'source = "illustrative_burglary"'))
    shutil.copytree(ROOT / "data/raw/illustrative_burglary", folder / "data/raw/illustrative_burglary")
    with pytest.raises(
        DataProblem, match="shape = 'monthly_extract'. How long cases take is read from shape = \"cases\""
    ):
        found(folder)


def test_a_count_of_cases_by_month_is_not_read_from_a_row_a_case(tmp_path):
    folder = project(tmp_path, CASES)
    tables = folder / "data/raw/reference/indicators.toml"
    tables.write_text(tables.read_text().replace('unit = "days"', 'unit = "cases"'))
    with pytest.raises(
        DataProblem,
        match="counts cases, but asb_cases/source.toml says shape = 'cases', which holds no counts",
    ):
        found(folder)


def test_the_pages_on_many_measures_have_a_line_of_it(tmp_path):
    folder = project(tmp_path, CASES)
    page = sl.open(folder).page("2012/13 Q2", area="Leeds", as_at="2012-10-31")
    board = page.dashboard(NAME)
    assert "closed sooner (log-rank test, p below 0.001)" in board.table().text
    assert board.title().text.endswith("1 of 1 measure changed clearly in a year")
    members = page.members_summary(NAME).measures().text
    assert (
        f"{MEDIAN} days in the 12 months to September 2012: closed sooner than in the 12 months before."
        in members
    )
    assert "How many days sooner or later cases close is not told (log-rank test, p below 0.001)." in members


def test_the_card_is_made_by_rows_of_tables_alone(tmp_path):
    folder = project(tmp_path, CASES)
    shutil.copytree(
        ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    done = run(
        folder, "report", "2012/13 Q2", "--indicator", NAME, "--area", "Leeds", "--as-at", "2012-10-31"
    )
    assert done.returncode == 0, done.stderr
    made = folder / "reports/2012-13_Q2/asb-case-duration-leeds"
    page = (made / "report.html").read_text(encoding="utf-8")
    for words in (
        f"half of the cases closed within {MEDIAN} days, sooner than a year before",
        "How long cases take",
        "Who the people are",
        RECORDED,
        "Earlier case of the person",
    ):
        assert words in page
    figures = pd.read_csv(made / "figures.csv")
    assert figures.loc[figures["measure_id"] == "median_duration", "period"].nunique() == 7
    # No id of a person is in anything that was made.
    files = [path for path in (folder / "reports").rglob("*") if path.is_file()]
    assert not any(b"P0123" in path.read_bytes() for path in files)
