"""A survey's respondents: what is read, as at which day, and every way in which a file is refused."""

from dataclasses import replace
from datetime import date

import pytest
from projects import REFERENCE

from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake import build_processed, recorded_counts, survey_responses
from saferleeds_analysis.problems import DataProblem

MANIFEST = """\
id = "synthetic_household_survey"
title = "A survey"
publisher = "An authority"
licence = "For tests"
received = 2012-10-05
shape = "respondents"
files = "*.csv"
area_set = "leeds_2004"
{more}
[questions.asb]
1 = "got worse"
2 = "same"
3 = "better"
9 = "don't know"
"""
HEADER = "quarter,area,stratum,cluster,weight,asb\n"


def wave(quarter, answers="1 2 2 2"):
    """Give the rows of a wave: two clusters of one stratum."""
    return [f"{quarter},NWL,N,{1 + i % 2},1.5,{a}" for i, a in enumerate(answers.split())]


Q1, Q2 = wave("2012/13 Q1"), wave("2012/13 Q2", "2 2 1 9")


class Survey:
    """A project folder with one survey."""

    def __init__(self, root):
        self.root, self.catalogue = root, load_catalogue(REFERENCE)
        self.folder = root / "data" / "raw" / "synthetic_household_survey"
        self.folder.mkdir(parents=True)
        self.manifest()

    def manifest(self, more=""):
        (self.folder / "source.toml").write_text(MANIFEST.format(more=more), encoding="utf-8")

    def rows(self, *rows, name="a.csv"):
        (self.folder / name).write_text(HEADER + "".join(r + "\n" for r in rows), encoding="utf-8")

    def build(self):
        return build_processed(self.root, self.catalogue)

    def refusal(self):
        with pytest.raises(DataProblem) as refused:
            self.build()
        processed = self.root / "data" / "processed"
        assert not processed.exists() or list(processed.iterdir()) == []
        return str(refused.value)

    def responses(self, as_at=date(2012, 9, 30), catalogue=None, indicator="asb_got_worse"):
        self.build()
        known = catalogue or self.catalogue
        return survey_responses(self.root, known.indicator(indicator), catalogue=known, as_at=as_at)


@pytest.fixture
def survey(tmp_path):
    return Survey(tmp_path)


def test_respondents_are_read_with_their_provenance(survey):
    survey.rows(*Q1, *Q2)
    (provenance,) = survey.build()
    assert (provenance.rows_in, provenance.rows_out, provenance.rows_refused) == (8, 8, 0)
    assert provenance.months == ("2012-04", "2012-05", "2012-06", "2012-07", "2012-08", "2012-09")
    people = survey.responses().respondents
    assert people["answer"].tolist() == [
        "1",
        "2",
        "2",
        "2",
        "2",
        "1",
        "2",
        "9",
    ]  # by quarter, then by cluster
    assert people["weight"].sum() == 12
    assert survey.build() == [provenance], "an unchanged source is not made again"


def test_no_wave_that_had_not_ended_is_read(survey):
    survey.rows(*Q1, *Q2)
    assert {str(q) for q in survey.responses(as_at=date(2012, 9, 29)).respondents["quarter"]} == {"2013Q1"}
    assert {str(q) for q in survey.responses().respondents["quarter"]} == {"2013Q1", "2013Q2"}
    with pytest.raises(DataProblem) as refused:
        survey.responses(as_at=date(2012, 6, 29))
    assert str(refused.value) == "synthetic_household_survey: no wave of the survey had ended by 2012-06-29."


def test_a_file_without_its_header_repeats_nothing_of_the_first_person(survey):
    (survey.folder / "a.csv").write_text("2012/13 Q1,NWL,N,1,1.5,Mary Smith\n" * 2, encoding="utf-8")
    told = survey.refusal()
    assert "a.csv, row 1: column 'quarter' is missing. Add it, or name it in source.toml" in told
    assert "Mary" not in told and "NWL" not in told


def test_no_answer_is_missing_and_an_extra_column_is_told(survey):
    (survey.folder / "a.csv").write_text(
        "street,quarter,area,stratum,cluster,weight,asb\n"
        "High Street,2012/13 Q1,NWL,N,1,1,\nHigh Street,2012/13 Q1,NWL,N,2,1,1\n",
        encoding="utf-8",
    )
    (provenance,) = survey.build()
    assert provenance.notes == ("synthetic_household_survey/a.csv: columns not read: street.",)
    assert survey.responses().respondents["answer"].isna().tolist() == [True, False]


def test_respondents_are_no_count_of_offences(survey):
    survey.rows(*Q1)
    survey.build()
    known = survey.catalogue.indicator("asb_got_worse")
    with pytest.raises(DataProblem) as refused:
        recorded_counts(survey.root, known, catalogue=survey.catalogue, as_at=date(2012, 9, 30))
    assert str(refused.value) == (
        "indicator 'asb_got_worse' is a percentage from the respondents of 'synthetic_household_survey', not a count of "
        "offences. Report it with the notebook survey_report."
    )


def test_a_measure_that_was_only_printed_has_no_respondents(survey):
    survey.rows(*Q1)
    assert survey.responses(indicator="clean_streets") is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "2012/13 Q1,NWL,N,1,-1.2,1",
            "row 2, column 'weight': is negative. A weight is 0 or more: ask for the weights again.",
        ),
        (
            "2012/13 Q1,NWL,N,1,,1",
            "row 2, column 'weight': is empty. Ask for the weight: a respondent without one cannot be counted.",
        ),
        (
            "2012/13 Q1,NWL,N,1,heavy,1",
            "row 2, column 'weight': is not a number. Write the weight in digits, such as 1.25.",
        ),
        (
            "2012/13 Q1,NWL,N,1,1,7",
            "row 2, column 'asb': holds an answer code that [questions] in source.toml does not have. It has 1, 2, 3, 9; "
            "no answer at all is an empty cell.",
        ),
        (
            "2012/13 Q1,NWL,N,,1,1",
            "row 2, column 'cluster': is empty. Write the cluster in which the respondent was drawn.",
        ),
        (
            "2012/13 Q1,Nowhere,N,1,1,1",
            "row 2, column 'area': is not an area of area set 'leeds_2004'. Correct the name, or add the area to areas.csv in data/raw/reference.",
        ),
        (
            "2012Q1,NWL,N,1,1,1",
            "row 2, column 'quarter': is not a quarter such as 2012/13 Q2 (July to September 2012).",
        ),
        (
            "2012/13 Q3,NWL,N,1,1,1",
            "row 2, column 'quarter': had not ended on 5 October 2012, when the data was received. Take the rows out, or "
            "correct received in source.toml.",
        ),
    ],
)
def test_a_cell_that_cannot_stand_is_named_with_its_cure(survey, row, message):
    survey.rows(row, *Q1)
    assert survey.refusal() == f"synthetic_household_survey/a.csv, {message}"


def test_every_problem_of_a_file_comes_in_one_message(survey):
    survey.rows("2012/13 Q1,NWL,N,1,-1,7", "2012/13 Q1,NWL,,1,,1")
    lines = survey.refusal().splitlines()
    assert [line.split(":")[0].split(", ", 1)[1] for line in lines] == [
        "row 2, column 'asb'",
        "row 2, column 'weight'",
        "row 3, column 'stratum'",
        "row 3, column 'weight'",
    ]


def test_a_wave_in_two_files_is_refused(survey):
    survey.rows(*Q1)
    survey.rows(*wave("2012/13 Q1", "2 1 1 1"), name="b.csv")
    assert survey.refusal() == (
        "synthetic_household_survey/a.csv, synthetic_household_survey/b.csv: 2012/13 Q1 is in 2 files, so its people would "
        "count twice. Keep one."
    )


def test_one_wave_under_two_quarters_is_refused(survey):
    survey.rows(*Q1, *wave("2012/13 Q2"))
    assert survey.refusal() == (
        "synthetic_household_survey/a.csv: 2012/13 Q1 and 2012/13 Q2 hold the same people with the same answers: one wave is "
        "there twice. Ask which quarter it belongs to, and take the other out."
    )


def test_a_quarter_without_respondents_is_refused_unless_none_was_held(survey):
    survey.rows(*wave("2011/12 Q4", "1 1 1 2"), *Q2)
    assert survey.refusal() == (
        "synthetic_household_survey: no respondent in 2012/13 Q1, though the waves run from 2011/12 Q4 to 2012/13 Q2. Add the "
        'wave, or, if none was held, state it in source.toml: waves_not_held = ["2012/13 Q1"].'
    )
    survey.manifest('waves_not_held = ["2012/13 Q1"]')
    (provenance,) = survey.build()
    assert provenance.months_missing == ("2012-04", "2012-05", "2012-06")


def test_a_single_cluster_is_refused_unless_a_rule_is_stated(survey):
    survey.rows(*Q1, "2012/13 Q1,NEL,E,1,1,1")
    assert survey.refusal() == (
        "synthetic_household_survey: stratum 'E' has a single cluster in 2012/13 Q1, so its error cannot be known. Join the "
        'stratum to its neighbour, or state a rule in source.toml: single_unit_strata = "adjust" (or "average", '
        '"certainty").'
    )
    survey.manifest('single_unit_strata = "adjust"')
    assert survey.responses().source.single_unit_strata == "adjust"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            'single_unit_strata = "guess"',
            "single_unit_strata is one of certainty, adjust, average, not 'guess'.",
        ),
        (
            'waves_not_held = ["2012Q1"]',
            "waves_not_held: '2012Q1' is not a quarter that can be read with certainty.",
        ),
        (
            'columns = { "Wave" = "month" }',
            "[columns] 'Wave' = 'month': our columns are quarter, area, stratum, cluster, weight.",
        ),
        (
            '[questions.weight]\n1 = "a"',
            "[questions.weight] has the name of a column of ours. Rename the question's column.",
        ),
        ("[questions.safe]", "[questions.safe] is a table of answer codes and their words"),
    ],
)
def test_a_statement_that_cannot_be_used_is_refused(survey, more, message):
    survey.manifest(more)
    survey.rows(*Q1)
    assert message in survey.refusal()


def test_a_question_that_the_survey_does_not_have_is_refused(survey):
    survey.rows(*Q1)
    with pytest.raises(DataProblem) as refused:
        survey.responses(indicator="different_backgrounds")
    assert str(refused.value) == (
        "synthetic_household_survey has no question 'backgrounds', which survey_questions.toml names for "
        "'different_backgrounds'. Its questions: 'asb'."
    )


def test_an_answer_that_the_manifest_does_not_have_is_refused(survey):
    survey.rows(*Q1)
    survey.build()
    question = replace(survey.catalogue.question("asb_got_worse"), answers=("4",))

    class Other:
        def question(self, indicator_id):
            return question

    with pytest.raises(DataProblem) as refused:
        survey_responses(
            survey.root,
            survey.catalogue.indicator("asb_got_worse"),
            catalogue=Other(),
            as_at=date(2012, 9, 30),
        )
    assert str(refused.value) == (
        "survey_questions.toml counts the answer '4' of 'asb_got_worse', which synthetic_household_survey/source.toml does not "
        "have. It has 1, 2, 3, 9."
    )
