"""Survey measures in words, tables and charts: known answers of the published cards, and what is refused.

Expected values: the report cards of 2012/13 Q2 and arithmetic on what they print, as each test quotes it.
"""

import shutil
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from projects import REFERENCE, ROOT, words

from saferleeds_analysis import intake, periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.methods import survey, survey_summaries
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting import survey_card
from saferleeds_analysis.reporting.printed_surveys import printed_survey
from saferleeds_analysis.reporting.surveys import survey_report

CATALOGUE = load_catalogue(REFERENCE)
DAY = date(2012, 9, 30)
Q1, Q2 = periods.quarter("2012/13 Q1"), periods.quarter("2012/13 Q2")


@pytest.fixture(scope="module")
def report_of(tmp_path_factory):
    root = tmp_path_factory.mktemp("survey")
    source = ROOT / "data" / "raw" / "synthetic_household_survey"
    shutil.copytree(source, root / "data" / "raw" / source.name)
    intake.build_processed(root, CATALOGUE)

    def make(indicator="asb_got_worse", area="Leeds", quarter=Q2, day=DAY, codes=None, **question):
        known = CATALOGUE.indicator(indicator)
        responses = intake.survey_responses(root, known, catalogue=CATALOGUE, as_at=day)
        responses = replace(responses, question=replace(responses.question, **question))
        if codes:
            asked = responses.source.questions | {responses.question.question: codes}
            responses = replace(responses, source=replace(responses.source, questions=asked))
        return survey_report(responses, catalogue=CATALOGUE, area=area, quarter=quarter, as_at=day)

    return make


@pytest.fixture(scope="module")
def asb(report_of):
    return report_of()


@pytest.fixture(scope="module")
def cohesion(report_of):
    return report_of("different_backgrounds")


def test_the_level_and_the_fall_since_the_baseline_are_those_of_the_card(asb):
    text = asb.findings().text
    assert (
        "In the 12 months to September 2012, 12.6% of households in Leeds said anti-social behaviour got worse in the last "
        "12 months (95% interval" in text
    )
    assert "base 6,073)" in text
    assert "On the baseline of 2008/09 (16.9%): fell by 4.3 points (" in text
    change = next(f for f in asb.findings().figures if f.words == "change, 12 months on the baseline")
    # 12.62 less 16.94
    assert change.value == pytest.approx(-4.32, abs=0.005)
    assert change.lower < -4.32 < change.upper


def test_windows_that_overlap_are_compared_with_their_covariance(asb):
    by_measure = {f.words: f for f in asb.findings().figures}
    quarter = by_measure["change, 12 months on 12 months a quarter before"]
    year = by_measure["change, 12 months on 12 months a year before"]
    assert "three quarters shared (12.9%): no clear change" in asb.findings().text
    assert (quarter.upper - quarter.lower) < 0.7 * (year.upper - year.lower), (
        "three of the four waves are the same"
    )


def test_every_number_of_the_page_has_its_interval_base_and_label(asb):
    blocks = (asb.findings(), asb.quarters(), asb.locality_table(), asb.chart())
    figures = [f for block in blocks for f in block.figures if f.unit]
    assert len(figures) > 60
    for f in figures:
        assert f.lower <= f.value <= f.upper, f
        assert (f.confidence, f.n > 300, bool(f.method)) == (0.95, True, True), f
        assert any(c.startswith("Synthetic respondents") for c in f.caveats), f
    assert "Synthetic respondents, published percentages" in asb.chart().html
    top = survey_card.top(asb, what="survey", as_at=DAY).html
    assert '<p class="notice">Synthetic respondents, published percentages</p>' in top
    assert survey_card.annex_top(asb).html.count('class="notice"') == 1


def test_quarters_are_read_with_allowance_for_all_that_are_shown(asb):
    # The fall of 2.5 points to 2011/12 Q4 has an interval of 0.2 to 4.8, and is one of eight.
    text = asb.quarters().text
    assert "Of 8 quarterly changes, tested together, none is clear." in text
    assert "2011/12 Q4 | 11.2% | 9.6% to 13.0% | −2.5" in text


def test_localities_are_tested_together(asb):
    figures = [f for f in asb.locality_table().figures if f.words == "change, 12 months on the baseline"]
    assert [f.area for f in figures] == ["NWL", "NEL", "C&H"]
    assert all("3 compared together" in f.method for f in figures)
    percentages = {f.area: f for f in asb.locality_table().figures if f.words == "percentage, 12 months"}
    assert sum(percentages[a].n for a in ("NWL", "NEL", "C&H")) == 6073


def test_a_measure_of_several_answers_says_them_all_and_the_word_for_respondents_is_the_tables(report_of):
    codes = {"1": "Very safe", "3": "Fairly safe", "2": "Not safe", "9": "Don't know"}
    report = report_of(codes=codes, answers=("1", "3"), respondents="residents")
    share = round(report.level.value, 1)
    assert (
        f"In the 12 months to September 2012, {share}% of residents in Leeds said very or fairly safe (95% interval"
        in (report.findings().text)
    )
    assert "Base: 6,073 residents, worth" in report.quality().text
    assert [f.unit for f in report.quality().figures if f.words == "effective base"] == ["residents"]
    everything = " ".join(
        b.text
        for b in (report.findings(), report.quality(), survey_card.top(report, what="survey", as_at=DAY))
    )
    assert "households." not in everything and "of households" not in everything.replace(
        "share of all households", ""
    )


def test_without_a_word_of_its_own_a_question_is_put_to_respondents(tmp_path):
    text = '[[question]]\nindicator_id = "felt_safe"\ndefinition = "safe"\nquestion = "safe"\nanswers = ["1"]\nout_of = ["1"]\n'
    (tmp_path / "survey_questions.toml").write_text(text, encoding="utf-8")
    assert load_catalogue(tmp_path).question("felt_safe").respondents == "respondents"
    (tmp_path / "survey_questions.toml").write_text(text + 'asked = "x"\n', encoding="utf-8")
    with pytest.raises(DataProblem, match=r"missing \[\], not known \['asked'\]"):
        load_catalogue(tmp_path)


def test_the_sources_say_when_the_answers_came(asb):
    assert "Received 31 October 2012; read as at 30 September 2012." in asb.sources[0]


def test_the_design_effect_and_the_silence_of_the_rest_are_said(asb):
    text = asb.quality().text
    by_measure = {f.words: f.value for f in asb.quality().figures}
    assert by_measure["effective base"] == pytest.approx(6073 / by_measure["design effect"])
    assert "How many did not answer is not known." in text
    assert "How those who did not answer may differ." in survey_card.top(asb, what="survey", as_at=DAY).text


def test_a_locality_has_a_page_of_its_own_and_a_ward_has_none(report_of):
    report = report_of(area="NWL")
    assert "of households in NWL said anti-social behaviour" in report.findings().text
    assert survey_card.by_locality(report).text == ""
    with pytest.raises(DataProblem) as refused:
        report_of(area="Armley")
    assert str(refused.value) == (
        "synthetic_household_survey cannot be broken down to 'Armley': it has Leeds and NWL, NEL, C&H."
    )
    with pytest.raises(
        ValueError, match="unknown area of area set 'leeds_2004': 'Armly'. Did you mean 'Armley'"
    ):
        report_of(area="Armly")


def test_the_quarter_before_knows_nothing_of_the_next(report_of):
    report = report_of(quarter=Q1, day=date(2012, 6, 30))
    shown = [
        report.findings(),
        report.quarters(),
        report.chart(),
        report.published_check(),
    ]
    text = "\n".join(block.text for block in shown)
    for later in ("September 2012", "2012/13 Q2", "12.62", "18.03", "12.24"):
        assert later not in text
    assert "12 months to June 2012" in text
    assert report.printed.later_figures().text == ""


def test_a_wave_that_is_not_there_is_named(report_of):
    with pytest.raises(DataProblem) as refused:
        report_of(quarter=Q2, day=date(2012, 6, 30))
    assert str(refused.value) == (
        "synthetic_household_survey: no wave for 2012/13 Q2 that was known on 2012-06-30; the last is 2012/13 Q1. Add the wave to "
        "data/raw/synthetic_household_survey, or report an earlier quarter."
    )
    with pytest.raises(DataProblem) as refused:
        report_of(quarter=periods.quarter("2007/08 Q2"))
    assert str(refused.value) == (
        "synthetic_household_survey: the twelve months to September 2007 need four waves, and not all of them are in the data."
    )


def test_a_baseline_inside_the_window_is_not_subtracted(report_of):
    text = report_of(quarter=periods.quarter("2008/09 Q4")).findings().text
    assert "It is not compared with the baseline of 2008/09: quarters are missing, or are in both." in text


# What was printed


def test_a_percentage_that_no_whole_number_gives_is_flagged(asb):
    html = BeautifulSoup(asb.published_check().html, "html.parser")
    (flag,) = html.select("td strong")
    # 766 of 6,073 is 12.61% and 767 is 12.63%.
    assert words(flag) == (
        "No whole number of 6,073 prints as 12.62%, so it cannot be an unweighted share "
        "of that base: it is weighted, or rests on fewer."
    )
    assert "its 95% half-width would be 0.84 points" in asb.published_check().text
    results = [words(row.find_all("td")[2]) for row in html.find("tbody").find_all("tr")]
    assert results == ["reproduced", "reproduced"]
    assert "made to agree: this checks the making only" in asb.published_check().text


def test_a_second_baseline_is_flagged_and_not_used(asb):
    block = asb.printed.later_figures()
    assert (
        "At odds: a second figure for the baseline of 2008/09, 1.09 points above the 16.94% of the report card, with no "
        "change of definition declared." in block.text
    )
    assert "so that nothing else here uses them" in block.text
    printed = {float(f.value) for f in block.figures}
    assert printed == {18.03, 12.24, 11.6}
    rest = (asb.findings(), asb.quarters(), asb.locality_table())
    assert not printed & {f.value for other in rest for f in other.figures}


def test_a_quarter_beside_a_yearly_base_is_flagged(cohesion):
    (flag,) = BeautifulSoup(cohesion.published_check().html, "html.parser").select("td strong")
    # 4,053 of 6,073 is 66.738%; 1,013 of 1,518 is 66.73% and 1,014 is 66.80%.
    assert words(flag) == (
        "Called a quarter's figure, but printed beside the 6,073 households of twelve months. 4,053 of "
        "6,073 would print so; no whole number of 1,518 prints so (a quarter of them)."
    )


def test_the_slight_reduction_is_a_fall_and_the_slight_increase_is_no_clear_change(cohesion):
    # z of 69.6% to 65.9% and of 65.9% to 66.74% on 1,518 each: -2.18 and 0.49; twice the smaller of the two p-values
    # (2 x 0.029) is above 0.05, and (2.18/1.96)^2 = 1.24.
    text = cohesion.published_check().text
    assert (
        "2011/12 Q4 to 2012/13 Q1, 69.6% to 65.9% (a slight reduction): fell by 3.7 points (0.4 to 7.0); z −2.18. By itself that "
        "is a clear change, whatever word was printed. It would not be one with a design effect above 1.24, nor if all 2 steps are "
        "allowed for (p 0.058)." in text
    )
    assert (
        "2012/13 Q1 to 2012/13 Q2, 65.9% to 66.74% (increased slightly): no clear change (+0.8 points; 95% interval down 2.5 to up "
        "4.2); z 0.49. Chance does this once in 20 times or more often, so it is called no increase and no reduction here."
        in text
    )


def test_two_definitions_break_the_line_and_are_never_subtracted():
    printed = printed_survey(CATALOGUE, indicator="clean_streets", area="Leeds", quarter=Q2, as_at=DAY)
    text = printed.findings().text
    assert "from June 2012 'clean streets indicator' takes the place of 'NI 195'" in text
    assert "never subtracted, so no rise or fall can be given" in text
    assert "4.8" not in text, "91.5 less 86.7"
    assert "The definition changes: the lines on either side are not joined." in printed.chart().html
    old, new = (
        survey_summaries.published_percentage(
            float(f.value), base=1000, design_effect=1, definition=f.measure
        )
        for f in printed.levels
    )
    with pytest.raises(
        ValueError,
        match="'NI 195' and 'clean streets indicator' are two definitions: one is never subtracted",
    ):
        survey_summaries.change_between_percentages(earlier=old, later=new)


def test_before_the_new_definition_has_a_result_there_is_one_figure_and_no_chart():
    printed = printed_survey(
        CATALOGUE, indicator="clean_streets", area="Leeds", quarter=Q1, as_at=date(2012, 6, 30)
    )
    assert "Clean streets indicator: no result was known on 30 June 2012." in printed.findings().text
    assert printed.chart().text == ""
    top = survey_card.top(printed, what="card", as_at=date(2012, 6, 30)).text
    assert "Streets with acceptable litter levels: no current figure" in top
    assert "91.5" not in "\n".join(
        b.text
        for b in (
            printed.findings(),
            printed.published_check(),
            survey_card.caveats_and_sources(printed),
        )
    )


def test_a_set_of_comparisons_is_allowed_for_as_it_is_shown(asb):
    key = ("Leeds", "quarter on the quarter before", periods.quarter("2011/12 Q4"))
    alone = asb.trend.together([key])[0]
    assert (alone.direction, alone.comparisons, alone.adjusted_p_value) == ("fell", 1, alone.p_value)
    assert not any(c.startswith(survey.CLEAR_ALONE) for c in alone.difference.caveats)
    twice = asb.trend.together([key, key])
    assert [c.adjusted_p_value for c in twice] == [pytest.approx(2 * alone.p_value)] * 2


def test_the_first_screen_says_the_change_and_what_is_sure_and_what_is_not(asb):
    top = BeautifulSoup(survey_card.top(asb, what="survey", as_at=DAY).html, "html.parser")
    assert (
        words(top.h1)
        == "Residents who say anti-social behaviour got worse: down 1.6 points in a year, to 12.6%"
    )
    said = {words(h): [words(li) for li in h.find_next("ul").find_all("li")] for h in top.select(".said h2")}
    assert "Down 0.2 to 3.0 points on the 12 months before." in said["What is sure"]
    assert "NWL, NEL and C&H: no clear change in a year." in said["What is not"]


def test_a_level_without_a_clear_change_is_not_said_to_move(cohesion):
    top = BeautifulSoup(survey_card.top(cohesion, what="survey", as_at=DAY).html, "html.parser")
    assert words(top.h1).endswith(": 68.1%, no clear change in a year")
