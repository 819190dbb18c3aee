"""Reports made from published papers: their words made safe, restricted papers never linked, figures with verdicts."""

import re
import tomllib
from dataclasses import replace
from datetime import date

import pytest
from projects import PAPERS as PROJECT
from projects import PAPERS_REFERENCE
from scipy import stats

from saferleeds_analysis import intake
from saferleeds_analysis.catalogue import NATIONAL
from saferleeds_analysis.documents import load_measures, load_register
from saferleeds_analysis.intake.papers import Paper, Part
from saferleeds_analysis.problems import DataProblem
from saferleeds_analysis.reporting.measures import measures_report
from saferleeds_analysis.reporting.papers import paper_report
from saferleeds_analysis.reporting.printed_changes import row_of_print

REGISTER = load_register(PAPERS_REFERENCE)
DAY = date(2012, 9, 30)


def report_of(name, edition="public"):
    return paper_report(intake.paper(PROJECT, name), register=REGISTER, as_at=DAY, edition=edition)


def made(*parts, **more):
    paper = Paper(document="strategy_2013", title="A plan", note="", cover=(), parts=parts, **more)
    return paper_report(paper, register=REGISTER, as_at=DAY, edition="public")


def part(*items, label="Links", figures=()):
    return Part(group="", heading="Theme", blocks=((label, items),), figures=figures)


def ratio_limits(earlier, later, dispersion=1.0):
    """Give the exact limits of a ratio of two counts, from the beta quantiles of Clopper and Pearson (1934), counts over dispersion."""
    earlier, later = earlier / dispersion, later / dispersion
    low = stats.beta.ppf(0.025, later, earlier + 1)
    high = stats.beta.ppf(0.975, later + 1, earlier)
    return low / (1 - low), high / (1 - high)


def kind_row(measure):
    """Give the row of the national table of kinds by which a printed measure strays."""
    table = tomllib.loads((NATIONAL / "variation.toml").read_text(encoding="utf-8"))
    return next(
        row for row in table["kinds"] if not row["words"] or any(w in measure.lower() for w in row["words"])
    )


PAPERS = sorted(p.stem for p in (PROJECT / "data" / "raw" / "papers").glob("*.toml"))


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_says_that_it_is_later_than_the_pack(name):
    assert "It is later than this pack, which is read as at 30 September 2012" in report_of(name).title().text


# The fixed shape of a scrutiny report: six numbered sections, and five themes with three blocks each.
def test_the_scrutiny_report_has_its_fixed_fields_and_sections():
    paper = intake.paper(PROJECT, "scrutiny_2015_10")
    assert [k for k, _ in paper.cover][:4] == ["Report of", "Report to", "Date", "Subject"]
    assert len(paper.cover) == 8
    assert [p.heading[:2] for p in paper.group("Sections")] == ["1.", "2.", "3.", "4.", "5.", "6."]
    themes = paper.group("Theme appendix")
    assert len(themes) == 5
    blocks = ["Context and current position", "Key issues and challenges", "Plans and next steps"]
    assert all([label for label, _ in theme.blocks] == blocks for theme in themes)


def test_the_figures_of_a_sensitive_theme_are_not_in_the_public_scrutiny_report():
    public = report_of("scrutiny_2015_10").sections("Theme appendix")
    assert not re.search(r"\b(73\b|74\b|78%|46%)", public.text)
    assert {f.value for f in public.figures if f.words[:4] in ("F130", "F131")} == {"[c]"}
    assert "73 reports" in report_of("scrutiny_2015_10", "restricted").sections("Theme appendix").text


def test_the_officers_figures_are_worked_out_in_the_scrutiny_report():
    text = report_of("scrutiny_2015_10").sections("Theme appendix").text
    assert (
        "165 posts at £6,620 cost £32,300 (3.0%) more than the £1,060,000 stated, which pays for 160.1."
        in text
    )
    assert "1,188; 1,688 with those proposed" in text


def test_the_action_plan_marks_restricted_papers_and_reports_no_status():
    report = report_of("action_plan_2013_14")
    tables = [report.table(group, heading="Theme", status="Status") for group in report.paper.groups()]
    assert sum(t.html.count("<tr><th") for t in tables) - len(tables) == 10
    assert "Burglary Delivery Plan (restricted)" in tables[1].text
    assert all(line.endswith("Not reported") for t in tables for line in t.text.splitlines()[2:])
    assert report.restricted_links().text.startswith("5 of the linked papers are restricted.")


def test_a_restricted_paper_is_never_linked_and_another_is():
    shown = made(
        part(
            "[Open plan](https://example.org/a)",
            "[Secret plan](https://example.org/b) (restricted)",
            "<https://example.org/c> (restricted)",
        )
    ).table(heading="Theme")
    assert 'href="https://example.org/a"' in shown.html
    assert "Secret plan (restricted)" in shown.html
    assert "example.org/b" not in shown.html
    assert "example.org/c" not in shown.html


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "[go](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "![x](data:image/svg+xml;base64,AAAA)",
        "# A heading of one's own",
    ],
)
def test_hostile_words_are_harmless(words):
    for block in (made(part(words)).table(heading="Theme"), made(part(words)).sections("")):
        assert not re.search(r"<(script|img|h1)|href=\"(javascript|data)", block.html)


def test_a_figure_that_the_register_does_not_know_is_refused():
    with pytest.raises(ValueError, match="unknown figure of the register: 'F999'"):
        made(part("x", figures=("F999",)))


def test_training_places_fell_with_an_interval():
    block = report_of("annual_update_2021").change("F146", "F147")
    low, high = (100 * (ratio - 1) for ratio in ratio_limits(2499, 1603))
    assert (
        f"2,499 to 1,603, down 35.9% (896 fewer; 95% interval down {-high:.1f}% to {-low:.1f}%)" in block.text
    )


def test_the_annual_review_has_ten_themes_and_publishes_no_outcome():
    report = report_of("annual_update_2021")
    assert len(report.paper.group("Activity")) == 10
    shown = report.table(
        "Outcome measures", heading="Theme", columns=["Proposed measure", "Baseline"], missing="Not published"
    )
    assert shown.text.count("Not published") == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = 'T'", "papers/x.toml: document must be a text; it has no [[part]]."),
        (
            "document = 1\ntitle = 'T'\nfoo = 2\npart = []",
            "papers/x.toml: 'foo' is not known; document must be",
        ),
        (
            "document = 'd'\ntitle = 'T'\n[[part]]\nheading = 'H'\nblocks = { a = [] }",
            "papers/x.toml: part 1: blocks must be a table of texts or lists of texts.",
        ),
        ("document = ", "papers/x.toml, last line: cannot be read as TOML. "),
    ],
)
def test_a_bad_paper_is_refused_with_every_fault(tmp_path, text, message):
    (tmp_path / "data" / "raw" / "papers").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "papers" / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataProblem, match=re.escape(message)):
        intake.paper(tmp_path, "x")


def test_a_paper_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(ValueError, match=re.escape("there is no paper data/raw/papers/x.toml. Known: none.")):
        intake.paper(tmp_path, "x")
    with pytest.raises(ValueError, match="cannot name a paper"):
        intake.paper(tmp_path, "../x")


# The nine indicators of 2013/14


@pytest.fixture(scope="module")
def measures():
    return measures_report(
        load_measures("2013_14", PAPERS_REFERENCE),
        register=REGISTER,
        document="strategy_2013",
        title="Performance measures 2013/14",
        area="Leeds",
        as_at=DAY,
        edition="public",
    )


def test_the_measures_have_their_texts_and_intervals(measures):
    text = measures.table().text
    assert text.count("New measure to be established") == 2
    assert text.count("Baseline to come from Families First") == 2
    assert "Targets in development" in text
    # Wilson's formula on 334 of 1,192 with z = 1.96, by hand: (0.28020 + 0.00161 ± 0.02556) / 1.00322
    assert "28% of 1,192 (95% interval 25.5% to 30.6%)" in text
    assert "G Green. 5,305 meets the target in force for 2012/13, at most 5,999." in text
    assert "race: [c]" in text
    assert "27 completions, 5%" in text
    assert "2 completions" not in text


def test_the_ambiguous_numerator_is_said(measures):
    assert "If 4,782 are the repeat victims, all victims are 13,702" in measures.flags().text


def test_a_measure_needs_a_figure_and_a_rating_or_the_reason_why_not():
    row = load_measures("2013_14", PAPERS_REFERENCE)[0]
    with pytest.raises(ValueError, match="needs either current figures or a status_text"):
        replace(row, current="")
    with pytest.raises(ValueError, match="needs either rated_by or why_not_rated"):
        replace(row, why_not_rated="")


def test_a_measure_is_rated_by_one_figure_on_one_figure():
    rated = next(m for m in load_measures("2013_14", PAPERS_REFERENCE) if m.rated_by)
    with pytest.raises(ValueError, match=re.escape("so it needs one current figure, not 'F081|F002'")):
        replace(rated, current="F081|F002")
    with pytest.raises(ValueError, match=re.escape("unknown figure of the register: 'F081|F002'")):
        measures_report(
            [replace(rated, rated_by="F081|F002")],
            register=REGISTER,
            document="strategy_2013",
            title="Performance measures",
            area="Leeds",
            as_at=DAY,
            edition="public",
        )


# Leicestershire, 7 November 2012: 573 fewer is printed as 18%
def test_a_published_change_has_its_counts_and_an_interval_at_both_ends():
    (_, previous, current, change, rag, _), _ = row_of_print(REGISTER.figure("F135"))
    assert previous == "3,098 to 3,274 (implied)"
    assert current == "2,525 to 2,701 (implied)"
    # National table: such counts a year stray with 1 + dispersion of the kind x root of thousands.
    dispersion = 1 + kind_row(REGISTER.figure("F135").measure)["dispersion"] * 3.274**0.5
    pairs = ((3098, 2525), (3274, 2701))
    ends = [100 * (r - 1) for pair in pairs for r in ratio_limits(*pair, dispersion)]
    low, high = (f"−{-end:.1f}%" for end in (min(ends), max(ends)))
    assert change == f"down 18% (573 fewer; 95% interval {low} to {high})"
    assert rag.text.startswith("N Not rated")
