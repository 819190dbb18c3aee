"""The funding page: what the scrutiny report of October 2015 says, where it disagrees with itself, and what matters."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.methods.resourcing import check_position
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.funding import funding_report
from saferleeds_analysis.unit_costs import load_cost_tables

TABLES = load_cost_tables(REFERENCE)


def report_of(quarter="2015/16 Q3", day=date(2015, 12, 31), share=0.5):
    return funding_report(
        TABLES,
        position="pcso_leeds_2015_16",
        share=share,
        shares=[0.3, 0.79],
        quarter=periods.quarter(quarter),
        as_at=day,
    )


@pytest.fixture(scope="module")
def funding():
    return report_of()


# Report of the Director of Environment and Housing, 13 October 2015: 31,524 a post, 21% is 6,620, 79% is 24,904, a
# budget of 1.060m for 165 posts; 50% costs "1.5m" more or leaves 67 posts. 165 x 6,620 = 1,092,300.
def test_the_stated_figures_are_shown_with_their_exact_shares(funding):
    text = funding.stated().text
    for row in (
        "Posts | 165",
        "| £31,524",
        "as printed | £6,620\n",
        "exactly | £6,620.04",
        "Commissioner pays for a post | £24,903.96",
    ):
        assert row in text


def test_the_inconsistency_of_the_paper_is_flagged(funding):
    block = funding.agreement()
    assert 'class="flag"' in block.html
    assert (
        "165 posts at £6,620 each: £1,092,300 a year, £32,300 more than the £1,060,000 stated" in block.text
    )
    assert "3.0% of the stated money" in block.text


def test_the_answers_are_given_on_both_bases(funding):
    text = funding.findings().text
    assert "£1,540,730 more than the stated budget, and £1,508,430 more than they cost now." in text
    assert "The budget pays for 67 posts (67.25), and what the posts cost now for 69 (69.30)." in text
    # 1,060,000 / (165 x 31,524) = 20.38%
    assert (
        "up to a share of 20.4%. That is below the present 21%, because the stated figures disagree." in text
    )
    values = {f.words: f.value for f in funding.summary().figures}
    assert values["cost of the same posts at 50%"] == 165 * 15_762
    assert values["posts from the stated budget at 50%"] == pytest.approx(1_060_000 / 15_762)


def test_a_paper_that_agrees_with_itself_gets_one_answer(funding):
    position = replace(funding.position, contribution=Decimal("6620.04"), budget=Decimal("1092306.60"))
    agreeing = replace(funding, position=position, check=check_position(position))
    assert agreeing.agreement().text == "The stated figures agree with one another."


def test_the_share_table_has_a_row_a_share(funding):
    text = funding.share_table().text
    assert "50% | £15,762.00 | £2,600,730 | £1,540,730 | £1,508,430 | 67 | 69" in text
    assert [line.split(" | ")[0] for line in text.splitlines()[2:]] == ["30%", "50%", "79%"]
    assert "21% (now): 160; 30%: 112; 50%: 67; 79%: 42." in funding.share_chart().text


def test_the_tornado_says_a_tie_as_a_tie(funding):
    block = funding.tornado(spread=0.1)
    assert block.text.startswith("Posts, cost of a post and share matter most\n")
    # 165 x 15,762 - 0.9 x 1,060,000 = 1,646,730; at 1.1 x it is 1,434,730
    assert "Budget: £1.65m at £954,000, £1.43m at £1,166,000" in block.text


def test_a_paper_is_not_known_before_its_day_nor_used_for_another_year():
    with pytest.raises(DataProblem) as early:
        report_of(day=date(2015, 10, 12), quarter="2015/16 Q2")
    assert str(early.value) == (
        "funding.toml: 'pcso_leeds_2015_16' was not known before 2015-10-13; it cannot be reported as at 2015-10-12."
    )
    with pytest.raises(DataProblem) as other:
        report_of(quarter="2016/17 Q1", day=date(2016, 6, 30))
    assert str(other.value) == (
        "funding.toml: 'pcso_leeds_2015_16' states the figures of 2015/16; it cannot be reported for 2016/17 Q1. "
        "Add the figures of 2016/17, or report a quarter of 2015/16."
    )


def test_a_share_over_the_whole_is_refused():
    with pytest.raises(
        ValueError, match=r"a share lies above 0 and up to 1 \(write 50% as 0.5\); 50 does not."
    ):
        report_of(share=50)
