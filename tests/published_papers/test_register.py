"""The register of published figures: every sum against the seed facts, what is hidden, and what is refused."""

import csv
import re
from dataclasses import replace
from datetime import date

import pytest
from projects import PAPERS_REFERENCE, ROOT

from saferleeds_analysis.documents import Document, Register, load_register
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.register import (
    VERDICTS,
    check_figure,
    check_register,
    document_notice,
    register_report,
)

REGISTER = load_register(PAPERS_REFERENCE)
CHECKED = {c.figure.id: c for c in check_register(REGISTER)}
SMALL = ("F049", "F094", "F095", "F096", "F097", "F098", "F114", "F115", "F130", "F131")


@pytest.fixture(scope="module")
def seed():
    """Give what was read from the documents and worked out of it by others (tests/test_seed_facts.py)."""
    with (ROOT / "tests/known_answers/seed_facts.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def public():
    return register_report(REGISTER, as_at=date(2012, 9, 30), edition="public")


def test_every_seed_fact_is_in_the_register_with_its_value(seed):
    assert set(CHECKED) == set(seed)
    text = {"F023": "July to September 2012 / April to June 2012"}  # the same two labels, written out
    for name, row in seed.items():
        figure = CHECKED[name].figure
        if figure.number is None:
            assert figure.value == text.get(name, row["value"]), name
        else:
            assert float(figure.number) == float(row["value"]), name


def test_every_computed_verdict_is_that_of_the_seed_fact(seed):
    ours = {name: checked.verdict for name, checked in CHECKED.items()}
    assert ours == {name: row["verdict"].lower() for name, row in seed.items()}


def numbers(text):
    return {n.rstrip(".,").replace(",", "") for n in re.findall(r"\d[\d,]*\.?\d*", text)}


# Numbers of the seed facts' column "computed" that are not among ours, and why.
NOT_OURS = {
    "F002": {"14.98"},  # we print one decimal place: -15.0%
    "F059": {"2011", "12"},  # the year is written "last year"
    "F068": {"2011", "12"},
    "F069": {"2010"},
    "F075": {"4.8"},  # the fact's own verdict: not comparable, so no difference is given
    "F079": {"2011", "12", "2012", "13"},
    "F115": {"556"},  # 25 of 556 is 4.496%, which prints as 4%: the last base that fits is 555
    "F137": {"16625", "14547"},  # 2,078 of 16,624 is 12.5% to four places, which prints as 12% half to even
    "F155": {"20"},  # -20.0%
}


def test_what_comes_out_is_what_the_seed_facts_computed(seed):
    missing = {}
    for name, row in seed.items():
        c = CHECKED[name]
        ours = numbers(f"{c.outcome.how} {c.outcome.came_out} {c.figure.note} {c.figure.value}")
        if left := numbers(row["computed"]) - ours:
            missing[name] = left
    assert missing == NOT_OURS


# Known answers worked out by hand from the printed figures.
@pytest.mark.parametrize(
    ("name", "came_out"),
    [
        ("F003", "9,214 a year before"),
        ("F012", "9,182 to 9,218"),
        ("F015", "year before none"),
        ("F030", "none"),
        ("F031", "±0.84 points (11.78% to 13.46%)"),
        ("F044", "3.3828"),
        ("F069", "year before 1,025"),
        ("F079", "year before 62,361 to 62,853; latest 54,410 to 54,902"),
        ("F086", "5,618 to 5,643 offences"),
        ("F092", "base 13,702 or repeats 1,669"),
        ("F126", "£1,540,730 or £1,508,430"),
        ("F127", "67.25 or 69.30"),
        ("F128", "106 left, or 129 if the 23 are not among them"),
        ("F132", "1,188; 1,688 with those proposed"),
        ("F145", "Sunday"),
        ("F147", "−35.9% on 2,499"),
    ],
)
def test_a_known_answer(name, came_out):
    assert CHECKED[name].outcome.came_out == came_out


def test_shares_of_73_cannot_be_and_of_74_can():
    outcome = CHECKED["F130"].outcome
    assert outcome.came_out == "50%: none; 46%: none; 4%: 3"
    assert "Of 74 all can be: 37 + 34 + 3 = 74." in outcome.how


def test_small_counts_and_what_gives_them_away_are_not_in_the_public_edition(public):
    rows = {}
    for document in REGISTER.documents():
        block = public.document(document.id)
        for figure in block.figures:
            rows.setdefault(figure.words[:4], []).append(figure)
        for c in public.checked:
            if c.figure.id in SMALL and c.figure.document == document.id:
                assert f">{c.figure.id}</th>" in block.html
                assert f"(printed as {c.figure.printed_as})" not in block.text
                assert not c.outcome.came_out or c.outcome.came_out not in block.text
    for name in SMALL:
        assert {f.value for f in rows[name]} == {"[c]"}
        assert all(
            f.lower is None and f.upper is None and "not printed" in f.caveats[0].casefold()
            for f in rows[name]
        )
    # The total stays, its two parts do not: 27 less either would give the other.
    assert rows["F113"][0].value == 27
    assert "2 + 25" not in public.document("strategy_2013").text


def test_the_restricted_edition_has_every_figure():
    restricted = register_report(REGISTER, as_at=date(2012, 9, 30), edition="restricted")
    values = [f.value for d in REGISTER.documents() for f in restricted.document(d.id).figures]
    assert "[c]" not in values
    assert 73.0 in values


def test_the_summary_counts_every_figure_once(public):
    counts = [f.value for f in public.summary().figures]
    assert sum(counts) == 162
    assert set(VERDICTS) == {c.verdict for c in public.checked}


def test_a_later_document_says_so():
    strategy = REGISTER.document("strategy_2013")
    assert (
        "It is later than this pack, which is read as at 30 September 2012"
        in document_notice(strategy, date(2012, 9, 30)).text
    )
    assert "later than this pack" not in document_notice(strategy, date(2013, 4, 30)).text


def test_another_print_gets_another_verdict():
    figure = replace(REGISTER.figure("F066"), value="1249")
    assert check_figure(REGISTER, figure).verdict == "does not reproduce"
    monday = replace(
        REGISTER.figure("F145"), value="21 May 2012", finding='day_of_week("2012-05-21") == "Sunday"'
    )
    assert check_figure(REGISTER, monday).verdict == "input"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formula": "summ(F060)"}, "register: F066: 'summ(F060)' is not understood in a formula."),
        ({"formula": "F060 +"}, "register: F066: 'F060 +' cannot be read as a formula."),
        ({"formula": "F060 + F999"}, "register: F066: unknown figure of the register: 'F999'."),
        ({"verdict": "reproducess"}, "register: F066: unknown verdict: 'reproducess'. Did you mean 'repr"),
    ],
)
def test_a_row_that_cannot_be_worked_out_is_refused(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check_figure(REGISTER, replace(REGISTER.figure("F066"), **change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": "claimed"}, "F066: unknown role: 'claimed'. Did you mean 'claim'?"),
        ({"disclosure": "smal"}, "F066: unknown disclosure: 'smal'. Did you mean 'small'?"),
        ({"finding": "F066 > 5", "verdict": "input"}, "F066: a finding needs two verdicts with | between"),
    ],
)
def test_a_row_with_a_word_that_is_not_known_is_refused(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        replace(REGISTER.figure("F066"), **change)


def test_a_register_refuses_what_is_there_twice_and_what_has_no_document():
    figure = REGISTER.figure("F066")
    document = Document(
        id="asb_card", title="T", publisher="P", published=date(2012, 9, 30), date_note="", what=""
    )
    with pytest.raises(DataProblem, match="figure 'F066' is there twice"):
        Register(documents=[document], figures=[figure, figure])
    with pytest.raises(DataProblem, match="F066: unknown document: 'asb_card'"):
        Register(documents=[], figures=[figure])
