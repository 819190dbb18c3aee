"""A measure of how many of how many, from a CSV file to its card: levels, changes, letters, disclosure, and what is refused."""

import json
import shutil

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts_of_services import HEADER, MANIFEST, RE_OFFENCES, REPEATS, TREATMENT, indicator, project
from projects import ROOT, run
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

import saferleeds_analysis as sl
from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake import build_processed
from saferleeds_analysis.methods.parts import change_of_parts, level_of_parts
from saferleeds_analysis.problems import DataProblem, QuarterNotHeld
from saferleeds_analysis.reporting.state import state_of
from saferleeds_analysis.workings.again import work_out


def found(folder, name, *, quarter="2012/13 Q2", edition="public", as_at="2012-10-31"):
    page = sl.open(folder).page(quarter, indicator=name, area="Leeds", as_at=as_at, edition=edition)
    return page.result()


def refused(folder):
    with pytest.raises(DataProblem) as problem:
        build_processed(folder, sl.open(folder).catalogue)
    return str(problem.value).splitlines()


# Known answers


def test_levels_and_differences_are_the_published_ones():
    """Newcombe, Statistics in Medicine 17 (1998): 857-872, tables I and II, methods 3 and 10."""
    for (of, base), limits in {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (1, 29): (0.0061, 0.1718),
    }.items():
        level = level_of_parts(of, base, unit="%")
        assert (level.lower / 100, level.upper / 100) == pytest.approx(limits, abs=5e-5)
    for (later, earlier), limits in {
        ((56, 70), (48, 80)): (0.0524, 0.3339),
        ((9, 10), (3, 10)): (0.1705, 0.8090),
    }.items():
        d = change_of_parts(earlier, later, unit="%").difference
        assert (d.lower / 100, d.upper / 100) == pytest.approx(limits, abs=5e-5)


def test_a_rate_for_each_has_the_interval_of_its_count_and_the_exact_ratio():
    """77 and 91 of 100, as the seeds print re-offences for each offender: R, poisson.test(c(77, 91), c(100, 100))."""
    change = change_of_parts((91, 100), (77, 100), unit="per offender")
    d = change.difference
    assert (d.value, d.lower, d.upper) == pytest.approx(
        (100 * (0.8461538462 - 1), 100 * (0.6164228655 - 1), 100 * (1.158954044 - 1)), abs=1e-6
    )
    assert change.direction == "no clear change"
    thousands = level_of_parts(77, 2_000, unit="per 1,000 households")
    assert (thousands.value, thousands.n) == (38.5, 2_000)


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_change_turned_round_is_its_opposite(base, one, other):
    one, other = min(one, base), min(other, base)
    there, back = (
        change_of_parts(a, b, unit="%")
        for a, b in (((one, base), (other, base)), ((other, base), (one, base)))
    )
    assert there.difference.lower == pytest.approx(-back.difference.upper, abs=1e-9)
    assert {there.direction, back.direction} in ({"fell", "rose"}, {"no clear change"})


@pytest.mark.parametrize("unit", ["points", "per ", "per 0 people", "1,000"])
def test_a_unit_that_is_none_is_refused(unit):
    with pytest.raises(ValueError, match="no unit of a part: '%', 'per 1,000 households', or 'per offender'"):
        level_of_parts(1, 2, unit=unit)


def newcombe(later, earlier):
    """Give the limits of a difference of two percentages, in points, by statsmodels."""
    low, high = confint_proportions_2indep(*later, *earlier, method="newcomb", compare="diff")
    return 100 * low, 100 * high


LEEDS, ENGLAND_NOW, LEEDS_BEFORE, ENGLAND_BEFORE = (192, 400), (5200, 10_000), (160, 400), (4500, 10_000)


# From the file to the page


def test_a_percentage_has_its_level_its_change_and_its_letter(tmp_path):
    aim = "treatment_completed,Leeds,2012/13,original,at least,50,2012-04-01,Safer Leeds,Plan,"
    report = found(project(tmp_path, rows=TREATMENT, targets=[aim]), "treatment_completed")
    figures = [*report.main_figures(), *report.progress().figures]
    state = state_of(figures, "treatment_completed", "Leeds")
    low, high = newcombe(LEEDS, LEEDS_BEFORE)
    assert (state.letter, state.value, state.change) == ("A", "48.0%", "up 8.0 points")
    assert state.interval == f"{low:.1f} to {high:.1f} points up"
    low, high = (100 * limit for limit in proportion_confint(*LEEDS, method="wilson"))
    reason = f"48 (interval {low:.3g} to {high:.3g}) does not meet the target (at least 50), but its interval reaches it."
    assert report.progress().text == f"A Amber. {reason}"
    for figure in [*figures, *report.quarters().figures]:
        assert work_out(figure, tmp_path) == figure.value
    assert "No clear change" not in report.findings().text and "rose by 8.0 points" in report.findings().text


def test_a_rate_for_each_and_a_yearly_measure_are_live_too(tmp_path):
    folder = project(tmp_path, rows=[*RE_OFFENCES, *REPEATS])
    each = found(folder, "re_offences")
    # Byar's limits of 77 events: n (1 - 1/9n -+ z/(3 sqrt n))^3, with n + 1 for the upper.
    low, high = (n * (1 - 1 / (9 * n) + z / (3 * n**0.5)) ** 3 for n, z in ((77, -1.96), (78, 1.96)))
    assert (
        f"0.77 per offender (95% interval {low / 100:.2f} to {high / 100:.2f}; 77 of 100)"
        in each.findings().text
    )
    assert "0.91 per offender): no clear change" in each.findings().text
    assert each.caveats_in_words[-1].startswith(
        "There are no data for 2011/12 Q3, 2011/12 Q4 and 2012/13 Q1."
    )
    yearly = found(folder, "repeat_victims")
    assert str(periods.Window.period(yearly.latest)) == "2011/12"
    low, high = (100 * limit for limit in proportion_confint(349, 1000, method="wilson"))
    assert f"34.9% (95% interval {low:.1f}% to {high:.1f}%; 349 of 1,000)" in yearly.findings().text
    assert yearly.progress().text == "N Not rated. No target is recorded."


def test_months_are_summed_to_quarters_and_a_quarter_needs_all_three(tmp_path):
    rows = [f"2012-{m:02d},Leeds,Treatment completed,{m},20" for m in range(4, 10)]
    report = found(project(tmp_path, rows=rows), "treatment_completed")
    assert [(str(p), level.n) for p, level in report.levels.items()] == [("2013Q1", 60), ("2013Q2", 60)]
    [now] = [f for f in report.main_figures() if f.measure.id == "level_of_parts"]
    assert now.value == pytest.approx(100 * 24 / 60) and work_out(now, tmp_path) == now.value
    with pytest.raises(QuarterNotHeld, match="has no figure for 2012/13 Q3"):
        found(tmp_path, "treatment_completed", quarter="2012/13 Q3", as_at="2013-01-31")


def test_a_quarter_that_is_late_is_left_out_with_its_reason(tmp_path):
    folder = project(tmp_path, rows=TREATMENT[:-1])
    with pytest.raises(
        QuarterNotHeld,
        match="has no figure for 2012/13 Q2 that was known on 2012-10-31. Add its row, or report an",
    ):
        found(folder, "treatment_completed")
    assert found(
        folder, "treatment_completed", quarter="2012/13 Q1", as_at="2012-07-31"
    ).latest == periods.quarter("2012/13 Q1")


def test_nothing_that_ended_later_is_read(tmp_path):
    report = found(
        project(tmp_path, rows=TREATMENT), "treatment_completed", quarter="2011/12 Q4", as_at="2012-03-31"
    )
    assert max(report.parts.table.index) == periods.quarter("2011/12 Q4")


def test_a_newer_file_revises_an_older_one_where_the_manifest_says_so(tmp_path):
    later = ["2012/13 Q1,Leeds,Treatment completed,200,410", "2012/13 Q2,Leeds,Treatment completed,192,400"]
    files = [("a.csv", TREATMENT[:-1]), ("b.csv", later)]
    folder = project(tmp_path / "wins", files=files, manifest="newer_wins = true\n")
    [made] = build_processed(folder, sl.open(folder).catalogue)
    [revision] = made.revisions
    assert (revision.offence, revision.months, revision.before, revision.after) == (
        "Treatment completed",
        ("2012/13 Q1",),
        184,
        200,
    )
    assert found(folder, "treatment_completed").levels[periods.quarter("2012/13 Q1")].n == 410
    assert refused(project(tmp_path / "refused", files=files)) == [
        "outcomes/b.csv, row 2, column 'numerator': 200 of 410 for '2012/13 Q1', 'Leeds', 'Treatment completed', but 184 of 400 in "
        "outcomes/a.csv, row 10. Ask which file is right, and move the other out of data/raw. Where a file that reaches to a later "
        "period revises the older one, state newer_wins = true in source.toml."
    ]


def test_their_names_of_columns_are_read_and_worked_again(tmp_path):
    theirs = '[columns]\n"Quarter" = "period"\n"Place" = "area"\n"What" = "measure"\n"Yes" = "numerator"\n"All" = "denominator"\n'
    folder = project(tmp_path, rows=TREATMENT, manifest=theirs)
    path = folder / "data/raw/outcomes/a.csv"
    path.write_text(path.read_text().replace(HEADER, "Quarter,Place,What,Yes,All"))
    report = found(folder, "treatment_completed")
    assert work_out(report.main_figures()[1], folder) == report.main_figures()[1].value


def test_a_small_number_is_withheld_in_the_public_edition_and_stands_in_the_restricted(tmp_path):
    rows = [
        f"{q},Leeds,Repeat victims,{n},300"
        for q, n in (("2011/12 Q2", 40), ("2012/13 Q1", 296), ("2012/13 Q2", 3))
    ]
    aim = "repeat_victims,Leeds,2012/13,original,at most,5,2012-04-01,Safer Leeds,Plan,"
    folder = project(tmp_path, rows=rows, targets=[aim])
    public, restricted = (found(folder, "repeat_victims", edition=e) for e in ("public", "restricted"))
    # 3 who are, and 4 who are not, are both few.
    assert [str(p) for p in public.levels] == ["2012Q2"] and len(restricted.levels) == 3
    said = json.dumps(
        [f.to_row() for f in [*public.main_figures(), *public.quarters().figures, *public.progress().figures]]
    )
    assert "296" not in said and "98.6" not in said and public.chart().text == ""
    assert public.quarters().text.count("[c] | [c] | [c]") == 2
    assert public.findings().text.startswith(
        "2012/13 Q2: withheld, because a small number might point to a person."
    )
    assert public.change is None and restricted.change.direction == "fell"
    assert public.progress().text == "N Not rated. There is no figure."
    given = [f for f in public.progress().figures if f.working]
    assert [(f.measure.id, work_out(f, folder)) for f in given] == [("target_of_level", 5)]
    assert restricted.progress().text.startswith("G Green. 1 (interval ")


# Beside another, and targets of other kinds than a level


ENGLAND = [
    "2011/12 Q2,England,Treatment completed,4500,10000",
    "2012/13 Q2,England,Treatment completed,5200,10000",
]
AIM = "treatment_completed,Leeds,2012/13,original,{},{},2012-04-01,Safer Leeds,Plan,,{}"


def beside_england(folder, *, aim=""):
    """Give a project in which the treatments of Leeds (40 % and 48 % of 400) stand beside those of England (45 % and 52 % of 10,000)."""
    project(folder, rows=TREATMENT)
    reference, source = folder / "data/raw/reference", folder / "data/raw/england"
    areas = (reference / "areas.csv").read_text(encoding="utf-8")
    (reference / "areas.csv").write_text(
        f"{areas.rstrip()}\nengland,England,country,,E92000001,\n", encoding="utf-8"
    )
    table = (reference / "indicators.toml").read_text(encoding="utf-8")
    own = indicator("Treatment completed", "%", "increase")
    other = {"id": "treatment_england", "source": "england", "area_set": "england"}
    table = table.replace(own, own.rstrip() + '\nbeside = "treatment_england"\n')
    (reference / "indicators.toml").write_text(
        table + indicator("Treatment completed", "%", "increase", **other), encoding="utf-8"
    )
    source.mkdir()
    manifest = MANIFEST.replace("outcomes", "england").replace("leeds_2004", "england")
    (source / "source.toml").write_text(manifest, encoding="utf-8")
    (source / "a.csv").write_text("\n".join([HEADER, *ENGLAND]) + "\n", encoding="utf-8")
    targets = (reference / "targets.csv").read_text(encoding="utf-8").splitlines()
    lines = [f"{targets[0]},of", *(f"{line}," for line in targets[1:]), *filter(None, [aim])]
    (reference / "targets.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found(folder, "treatment_completed")


FEW = [
    *TREATMENT,
    "2012/13 Q2,NWL,Treatment completed,3,20",
    "2012/13 Q2,NEL,Treatment completed,92,180",
    "2012/13 Q2,C&H,Treatment completed,97,200",
]
BETTER = "the change in a year: 8", newcombe(LEEDS, LEEDS_BEFORE)
WORSE = "the gap: 4", newcombe(ENGLAND_NOW, LEEDS)


@pytest.mark.parametrize(
    ("aim", "letter", "reason"),
    [
        (
            ("at least", 50, ""),
            "A",
            ("48", [100 * limit for limit in proportion_confint(*LEEDS, method="wilson")]),
        ),
        (("at least", 5, "change"), "G", BETTER),
        (("at least", 10, "change"), "A", BETTER),
        (("at least", 20, "change"), "R", BETTER),
        (("at most", 5, "gap"), "G", WORSE),
        (("at most", 1, "gap"), "A", WORSE),
    ],
)
def test_a_target_may_be_of_the_level_its_change_or_its_gap_to_another(tmp_path, aim, letter, reason):
    report = beside_england(tmp_path, aim=AIM.format(*aim))
    said, (low, high) = reason
    assert report.rating.letter == letter
    assert report.rating.reason.startswith(f"{said} (interval {low:.3g} to {high:.3g}) ")
    for figure in [*report.main_figures(), *report.progress().figures]:
        assert work_out(figure, tmp_path) == figure.value


def test_a_target_may_be_to_move_closer_to_another(tmp_path):
    report = beside_england(tmp_path, aim=AIM.format("at most", 0, "closer"))
    (low, high), (low_before, high_before) = (
        newcombe(ENGLAND_NOW, LEEDS),
        newcombe(ENGLAND_BEFORE, LEEDS_BEFORE),
    )
    # From 5 to 4 points: the limits of two differences joined (Zou and Donner 2008).
    lower = -1 - ((4 - low) ** 2 + (high_before - 5) ** 2) ** 0.5
    upper = -1 + ((high - 4) ** 2 + (5 - low_before) ** 2) ** 0.5
    said = f"the gap went from 5 to 4 percentage points (change −1, interval {lower:+.3g} to {upper:+.3g})".replace(
        "-", "−"
    )
    assert (report.rating.letter, report.rating.reason) == ("A", f"no clear change: {said}.")
    [letter] = [f for f in report.progress().figures if f.measure.role == "letter"]
    assert len({rows.role for rows in letter.rows}) == 5 and work_out(letter, tmp_path) == "A"


def test_it_is_shown_beside_another_with_the_difference_tested(tmp_path):
    report, (low, high) = beside_england(tmp_path), newcombe(LEEDS, ENGLAND_NOW)
    assert report.findings().text.splitlines()[-1] == (
        f"- England: 52.0%. No clear difference: 4.0 points (95% interval {low:.1f} to {high:.1f} points).".replace(
            "-8", "−8"
        ).replace("-9", "−9")
    )
    page = sl.open(tmp_path).page(
        "2012/13 Q2", indicator="treatment_completed", area="Leeds", as_at="2012-10-31"
    )
    assert "England: 52.0%" in page.top(report).text
    earlier = found(tmp_path, "treatment_completed", quarter="2011/12 Q1", as_at="2011-07-31")
    assert earlier.gap is None and "England" not in earlier.findings().text


def test_what_cannot_stand_beside_another_or_be_rated_so_is_refused_where_the_tables_are_read(tmp_path):
    reference = project(tmp_path, rows=TREATMENT) / "data/raw/reference"
    tables, targets = reference / "indicators.toml", reference / "targets.csv"
    text = tables.read_text(encoding="utf-8")
    for name, unit, direction, other in (
        ("Treatment completed", "%", "increase", "re_offences"),
        ("Repeat victims", "%", "decrease", "treatment_complete"),
    ):
        own = indicator(name, unit, direction)
        text = text.replace(own, own.rstrip() + f'\nbeside = "{other}"\n')
    tables.write_text(text, encoding="utf-8")
    rows = targets.read_text(encoding="utf-8").splitlines()
    of = [
        AIM.format("at most", 5, "change").replace("treatment_completed", "domestic_burglary"),
        AIM.format("at most", 5, "gap").replace("treatment_completed", "re_offences"),
    ]
    targets.write_text(
        "\n".join([f"{rows[0]},of", *(f"{row}," for row in rows[1:]), *of]) + "\n", encoding="utf-8"
    )
    with pytest.raises(DataProblem) as problem:
        load_catalogue(reference)
    assert str(problem.value).splitlines() == [
        "indicator 'treatment_completed', beside: 're_offences' is in 'per offender' and it is in '%'. Only parts of one unit stand beside each "
        "other.",
        "indicator 'repeat_victims', beside: unknown indicator: 'treatment_complete'. Did you mean 'treatment_completed'?",
        "the target of 'domestic_burglary' for 2012/13 is of 'change', which only parts have (docs/methods/parts.md). Leave the column of empty.",
        "the target of 're_offences' for 2012/13 is of 'gap', and the indicator stands beside none. Name one as beside in indicators.toml.",
    ]


def test_beside_none_no_rate_is_a_percentage(tmp_path):
    project(tmp_path, rows=[*RE_OFFENCES, "2012/13 Q2,Leeds,Elsewhere,0,500"])
    tables = tmp_path / "data/raw/reference/indicators.toml"
    own = indicator("Re-offences", "per offender", "decrease")
    text = tables.read_text(encoding="utf-8").replace(own, own.rstrip() + '\nbeside = "elsewhere"\n')
    tables.write_text(text + indicator("Elsewhere", "per offender", "decrease"), encoding="utf-8")
    report = found(tmp_path, "re_offences")
    assert report.gap is None and "Elsewhere" not in report.findings().text


def test_twelve_periods_have_control_limits_and_fewer_have_none(tmp_path):
    quarters = [f"20{y:02d}/{y + 1:02d} Q{q}" for y in (9, 10, 11) for q in (1, 2, 3, 4)] + [
        "2012/13 Q1",
        "2012/13 Q2",
    ]
    level = [161, 158, 163, 157, 160, 162, 159, 164, 158, 161, 160, 157, 162, 230]
    rows = [f"{q},Leeds,Treatment completed,{n},400" for q, n in zip(quarters, level, strict=True)]
    report = found(project(tmp_path, rows=rows), "treatment_completed")
    assert report.control().text.startswith(
        "Special cause of improvement: the last point, 2012/13 Q2, is above the upper process limit. Process limits of 14 periods: "
    )
    few = found(tmp_path, "treatment_completed", quarter="2011/12 Q3", as_at="2011-12-31")
    assert few.control().text == ""


# People who are followed


def cohorts(folder, rows):
    project(folder, rows=[])
    source = folder / "data/raw/outcomes"
    manifest = (source / "source.toml").read_text(encoding="utf-8").replace('"parts"', '"cohort"')
    (source / "source.toml").write_text(manifest, encoding="utf-8")
    (source / "a.csv").write_text("\n".join([f"{HEADER},followed_to", *rows]) + "\n", encoding="utf-8")
    return folder


def test_people_are_told_of_when_they_have_been_followed_and_not_before(tmp_path):
    rows = [
        "2010/11 Q2,Leeds,Re-offences,91,100,2011-09",
        "2011/12 Q1,Leeds,Re-offences,80,100,2012-06",
        "2011/12 Q2,Leeds,Re-offences,77,100,2012-09",
    ]
    report = found(cohorts(tmp_path, rows), "re_offences")
    assert "2011/12 Q2: 0.77 per offender" in report.findings().text
    assert "On 2010/11 Q2 (0.91 per offender)" in report.findings().text
    assert report.caveats_in_words[0] == "The people of each period were followed for 12 months after it."
    assert [work_out(f, tmp_path) for f in report.main_figures()] == [f.value for f in report.main_figures()]
    before = found(tmp_path, "re_offences", quarter="2012/13 Q1", as_at="2012-06-30")
    assert str(periods.Window.period(before.latest)) == "2011/12 Q1"
    with pytest.raises(QuarterNotHeld, match="has no figure for 2011/12 Q3"):
        found(tmp_path, "re_offences", quarter="2012/13 Q3", as_at="2013-01-31")


def test_people_who_are_still_followed_or_were_followed_for_another_time_are_refused(tmp_path):
    rows = [
        "2012/13 Q2,Leeds,Re-offences,77,100,2013-09",
        "2011/12 Q2,Leeds,Re-offences,77,100,2011-08",
        "2011/12 Q1,Leeds,Re-offences,77,100,",
    ]
    assert refused(cohorts(tmp_path / "a", rows)) == [
        "outcomes/a.csv, row 2, column 'followed_to': '2013-09' had not ended on 5 October 2012, when the data was received. These people "
        "are still followed: take the row out, or correct received in source.toml.",
        "outcomes/a.csv, row 4, column 'followed_to': is empty. Write the month to which these people were followed, such as 2013-09.",
        "outcomes/a.csv, row 3, column 'followed_to': '2011-08' is before the end of '2011/12 Q2'.",
    ]
    rows = ["2011/12 Q2,Leeds,Re-offences,77,100,2012-09", "2011/12 Q1,Leeds,Re-offences,77,100,2012-03"]
    assert refused(cohorts(tmp_path / "b", rows)) == [
        "outcomes: 'Re-offences' is followed for 9 and for 12 months. Only people who were followed for the same time are compared: give "
        "the others another name."
    ]


# What is refused


def test_every_fault_of_a_file_is_named_in_one_message(tmp_path):
    rows = [
        "2012-13,Leeds,Treatment completed,1,2",
        "2012/13 Q9,Leeds,Treatment completed,1,2",
        "2012/13 Q3,Leeds,Treatment completed,1,2",
        "2012/13 Q1,Leds,Treatment completed,1,2",
        "2012/13 Q1,Leeds, Treatment completed,1,2",
        "2012/13 Q1,Leeds,Treatment completed,-1,2",
        "2012/13 Q1,Leeds,Treatment completed,1.5,0",
        "2012/13 Q1,Leeds,Treatment completed,,3",
        '2012/13 Q1,Leeds,Treatment completed,"1,234",3',
    ]
    told = refused(project(tmp_path, rows=rows))
    form = "is neither a month such as 2012-09, nor a quarter such as 2012/13 Q2 (July to September 2012), nor a financial year such as 2012/13."
    assert told == [
        f"outcomes/a.csv, row 2, column 'period': '2012-13' {form}",
        f"outcomes/a.csv, row 3, column 'period': '2012/13 Q9' {form}",
        "outcomes/a.csv, row 4, column 'period': '2012/13 Q3' had not ended on 5 October 2012, when the data was received. Take the row out, "
        "or correct received in source.toml.",
        "outcomes/a.csv, row 5, column 'area': 'Leds' is not an area of area set 'leeds_2004'. Did you mean 'Leeds'? Names must agree to "
        "the letter.",
        "outcomes/a.csv, row 6, column 'measure': ' Treatment completed' has stray spaces or unseen characters. Take them out.",
        "outcomes/a.csv, row 7, column 'numerator': '-1' is negative. A count is 0 or more: ask what the correction belongs to.",
        "outcomes/a.csv, row 8, column 'denominator': '0' is no base. Leave the row out where there was nobody.",
        "outcomes/a.csv, row 8, column 'numerator': '1.5' is not a whole number. People and events are counted whole.",
        "outcomes/a.csv, row 9, column 'numerator': is empty. Write the count, and 0 if there was none.",
        "outcomes/a.csv, row 10, column 'numerator': '1,234' has a thousands separator. Write 1234, not 1,234.",
    ]


def test_what_contradicts_itself_is_refused(tmp_path):
    rows = [
        "2012/13 Q1,Leeds,Treatment completed,5,3",
        "2012/13 Q1,Leeds,Re-offences,5,3",
        "2012/13 Q2,Leeds,Repeat victims,5,30",
        "2012/13 Q2,Leeds,Repeat victims,5,30",
        "2011/12,Leeds,Repeat victims,5,30",
    ]
    assert refused(project(tmp_path, rows=rows)) == [
        "outcomes/a.csv, row 5, column 'period': '2012/13 Q2' is there again for 'Leeds', 'Repeat victims' (first in row 4). Keep one row a "
        "period, area and measure.",
        "outcomes/a.csv, row 2, column 'numerator': 5 of 3 is more than all, and 'Treatment completed' is a percentage. Correct the two, or "
        'give the indicator a unit such as "per offender".',
        "outcomes: 'Repeat victims' is given by quarters and by financial years. A measure has periods of one length: give the others "
        "another name.",
    ]


def test_columns_of_people_are_refused_before_anything_is_written_and_never_echoed(tmp_path):
    folder = project(tmp_path, rows=[])
    rows = [f"{row},Mary Smith,1980-03-0{n + 1},943 476 5919,LS1 1UR" for n, row in enumerate(TREATMENT[:3])]
    header = f"{HEADER},Client,D.O.B.,Reference,Place"
    (folder / "data/raw/outcomes/a.csv").write_text("\n".join([header, *rows]) + "\n")
    told = refused(folder)
    assert told == [
        "outcomes/a.csv, column 'Client': its name is that of a column about single people. Take it out of the file, and delete the file "
        "that has it.",
        "outcomes/a.csv, column 'D.O.B.': its name is that of a column about single people. Take it out of the file, and delete the file "
        "that has it.",
        "outcomes/a.csv, column 'Reference': holds what looks like NHS numbers. Take it out of the file, and delete the file that has it.",
        "outcomes/a.csv, column 'Place': holds what looks like postcodes. Take it out of the file, and delete the file that has it.",
    ]
    assert not (folder / "data/processed/outcomes.parquet").exists()


def test_an_indicator_whose_measure_or_shape_is_not_there_is_told_what_is(tmp_path):
    folder = project(tmp_path, rows=TREATMENT)
    with pytest.raises(
        DataProblem,
        match="outcomes: unknown measure: 'Repeat victims'. Known: Treatment completed. indicators.toml names it as offence of 'repeat_v",
    ):
        found(folder, "repeat_victims")
    tables = folder / "data/raw/reference/indicators.toml"
    tables.write_text(tables.read_text().replace('source = "outcomes"', 'source = "illustrative_burglary"'))
    shutil.copytree(ROOT / "data/raw/illustrative_burglary", folder / "data/raw/illustrative_burglary")
    with pytest.raises(
        DataProblem, match="shape = 'monthly_extract'. A part of a whole is read from shape = \"parts\""
    ):
        found(folder, "repeat_victims")


def test_the_card_is_made_by_rows_of_tables_alone(tmp_path):
    folder = project(tmp_path, rows=FEW)
    shutil.copytree(
        ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    given = (
        "report",
        "2012/13 Q2",
        "--indicator",
        "treatment_completed",
        "--area",
        "Leeds",
        "--as-at",
        "2012-10-31",
    )
    done = run(folder, *given)
    assert done.returncode == 0, done.stderr
    page = (folder / "reports/2012-13_Q2/treatment-completed-leeds/report.html").read_text(encoding="utf-8")
    for words in (
        "rose by 8.0 points, to 48.0%",
        "Period by period",
        "192 of 400",
        "a level is not projected",
        "97 of 200",
    ):
        assert words in page
    restricted = folder / "reports/restricted/2012-13_Q2/treatment-completed-leeds/report.html"
    assert "3 of 20" in restricted.read_text(encoding="utf-8") and "3 of 20" not in page
    audited = run(folder, "audit", "2012/13 Q2")
    assert audited.returncode == 0 and "no small count can be worked out" in audited.stdout, audited.stdout
    figures = pd.read_csv(folder / "reports/2012-13_Q2/treatment-completed-leeds/figures.csv")
    assert figures.loc[figures["measure_id"] == "level_of_parts", "period"].nunique() == 10


# Areas below the whole

OF_AREAS = [
    *TREATMENT,
    "2012/13 Q2,NWL,Treatment completed,96,160",
    "2012/13 Q2,NEL,Treatment completed,60,150",
    "2012/13 Q2,C&H,Treatment completed,36,90",
]


def test_areas_stand_side_by_side_with_their_intervals_the_highest_first(tmp_path):
    report = found(project(tmp_path, rows=OF_AREAS), "treatment_completed", edition="restricted")
    lines = report.by_area().text.splitlines()
    assert lines[0] == "By area"
    low, high = (100 * limit for limit in proportion_confint(96, 160, method="wilson"))
    assert f"NWL | 96 of 160 | 60.0% | {low:.1f}% to {high:.1f}%" in lines
    assert [line.split(" | ")[0] for line in lines if " of " in line and "|" in line] == ["NWL", "NEL", "C&H"]
    for figure in report.by_area().figures:
        assert work_out(figure, tmp_path) == figure.value
    assert "No area is called better or worse" in report.by_area().text


def test_without_areas_in_the_data_there_is_no_table_of_them(tmp_path):
    assert found(project(tmp_path, rows=TREATMENT), "treatment_completed").by_area().text == ""


def renamed(folder, rows, name):
    """Give a project whose measure of treatment has another name, by which the rules know of what theme it is."""
    project(folder, rows=[row.replace("Treatment completed", name) for row in rows])
    tables = folder / "data/raw/reference/indicators.toml"
    text = tables.read_text(encoding="utf-8").replace('"Treatment completed"', f'"{name}"')
    tables.write_text(text, encoding="utf-8")
    return folder


def test_an_area_with_few_is_withheld_with_another_from_which_it_would_follow(tmp_path):
    public = found(project(tmp_path, rows=FEW), "treatment_completed").by_area()
    figures = {figure.area: figure for figure in public.figures}
    assert [area for area in ("NWL", "NEL", "C&H") if figures[area].value == "[c]"] == ["NWL", "NEL"]
    assert figures["NWL"].rows == () and figures["NWL"].n is None
    assert "C&H | 97 of 200 | 48.5%" in public.text and "3 of 20" not in public.text
    restricted = found(tmp_path, "treatment_completed", edition="restricted").by_area().text
    assert "NWL | 3 of 20 | [u]" in restricted and "NEL | 92 of 180 | 51.1%" in restricted


def test_of_people_the_public_edition_rounds_the_areas(tmp_path):
    """Counts of people below the whole are rounded to 5 by rule, and their percentages are whole."""
    public = found(renamed(tmp_path, FEW, "Clients who recovered"), "treatment_completed").by_area()
    lines = public.text.splitlines()
    assert "NEL | 90 of 180 | 50% | none" in lines and "C&H | 95 of 200 | 48% | none" in lines
    assert any(line.startswith("NWL | [c] of ") and "| [c] | none" in line for line in lines)
    assert all(f.rows == () and f.lower is None for f in public.figures)
    assert "rounded to the nearest 5" in public.text


def test_a_rate_of_events_in_areas_has_its_interval_and_is_checked_against_the_sum(tmp_path):
    rows = [
        *RE_OFFENCES,
        *(f"2012/13 Q2,{area},Re-offences,{n},{of}" for area, n, of in (("NWL", 40, 50), ("NEL", 37, 50))),
    ]
    restricted = found(project(tmp_path, rows=rows), "re_offences", edition="restricted").by_area()
    low, high = (n * (1 - 1 / (9 * n) + z / (3 * n**0.5)) ** 3 for n, z in ((40, -1.96), (41, 1.96)))
    assert (
        f"NWL | 40 of 50 | 0.80 per offender | {low / 50:.2f} to {high / 50:.2f}"
        in restricted.text.splitlines()
    )
    for figure in restricted.figures:
        assert work_out(figure, tmp_path) == figure.value


def test_a_sensitive_theme_has_no_areas_in_the_public_edition(tmp_path):
    folder = renamed(tmp_path, OF_AREAS, "Exploitation cases closed")
    assert found(folder, "treatment_completed").by_area().text == ""
    assert "NWL | 96 of 160" in found(folder, "treatment_completed", edition="restricted").by_area().text
