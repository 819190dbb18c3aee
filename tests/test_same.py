"""The tool that says whether two versions make the same pages: small packs, each with one thing changed."""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "same.py"
PUBLIC, FULL = "2012-13_Q2/ward-armley", "restricted/2012-13_Q2/ward-armley"
PACK = "2012-13_Q2"
COUNT = {
    "section": "first",
    "indicator_id": "burglary",
    "area": "Armley",
    "period": "12 months to June 2012",
    "measure": "count",
    "value": "314",
    "lower": "280.5",
    "upper": "350.25",
    "unit": "offences",
    "n": "314",
}
SHARE = COUNT | {"measure": "share of Leeds", "value": "4.6", "unit": "%"}
MEANS = {"measure_id": "count", "qualifiers": "", "window_first": "2011-07", "window_last": "2012-06"}
SHARE_MEANS = MEANS | {"measure_id": "share", "qualifiers": "of=Leeds"}
PAGE = """<html><head><title>T</title></head><body><nav>Contents</nav><main><h1>Armley</h1>
<p>Burglary <strong>fell</strong>.
It was 314.</p><style>p { color: red }</style>
<svg aria-label="A line that falls"><title>Trend</title><text>2012</text><path d="M 0 1"/></svg>
<table><tr><th>Year</th><th>Count</th></tr><tr><td>2012</td><td>314</td></tr></table><script>1</script></main>
<footer>Code version a8be4b671e93</footer></body></html>"""


@pytest.fixture
def same(monkeypatch, tmp_path):
    """The script itself, imported from its file, with an empty list of what is expected."""
    spec = importlib.util.spec_from_file_location("same", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "same", module)  # where its dataclass looks itself up
    spec.loader.exec_module(module)
    (tmp_path / "expected.toml").write_text("")
    return module


@pytest.fixture
def compare(same, tmp_path, capsys):
    """Compare two sets of packs, and give the answer with the words that are printed."""

    def run(old, new, expected="", crosswalk=()):
        (tmp_path / "expected.toml").write_text(expected, encoding="utf-8")
        pd.DataFrame(crosswalk).to_csv(tmp_path / "crosswalk.csv", index=False)
        code = same.compare(old, new, tmp_path / "crosswalk.csv", tmp_path / "expected.toml")
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def packs(tmp_path):
    """Write packs with the same figures and page in every report."""

    def write(name, *rows, page=PAGE, reports=(PUBLIC, FULL)):
        for report in reports:
            folder = tmp_path / name / report
            folder.mkdir(parents=True, exist_ok=True)
            pd.DataFrame(rows).to_csv(folder / "figures.csv", index=False, encoding="utf-8-sig")
            (folder / "report.html").write_text(page, encoding="utf-8")
            (folder / "trace.html").write_text(name, encoding="utf-8")
        (tmp_path / name / "index.html").write_text("<main>All quarters</main>", encoding="utf-8")
        return tmp_path / name

    return write


def test_packs_that_differ_in_nothing_a_reader_sees_are_the_same(packs, compare):
    moved = COUNT | {"section": "second", "value": "314.0000000001"}
    page = (
        PAGE.replace("a8be4b671e93", "0786035")
        .replace("M 0 1", "M 0 2")
        .replace("<strong>fell</strong>", "fell")
    )
    code, out = compare(packs("old", COUNT, SHARE), packs("new", SHARE, moved, COUNT, page=page))
    assert code == 0
    assert out == "The same: 3 pages, 6 figures, differences not asked for: 0\n"


def test_nothing_to_compare_is_not_the_same(tmp_path, same):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="nothing to compare"):
        same.compare(tmp_path / "empty", tmp_path / "empty")


@pytest.mark.parametrize(
    ("column", "changed"),
    [("value", "315"), ("upper", "350.2500005"), ("unit", "crimes"), ("lower", ""), ("n", "314.0")],
)
def test_a_changed_cell_is_named_once_with_the_count_of_reports(packs, compare, column, changed):
    code, out = compare(packs("old", COUNT, SHARE), packs("new", COUNT | {column: changed}, SHARE))
    assert code == 1
    assert f"Figure, in {PACK} and 1 more\n    count (burglary, Armley, 12 months to June 2012)" in out
    assert f"  - {column}: {COUNT[column]}\n  + {column}: {changed}\n" in out
    assert out.endswith("not asked for: 2\n")


def test_a_row_missing_on_either_side_is_named(packs, compare):
    both, one = packs("both", COUNT, SHARE), packs("one", COUNT)
    line = "a figure: value 4.6, lower 280.5, upper 350.25, unit %"
    code, out = compare(both, one)
    assert code == 1 and "share of Leeds (burglary, Armley" in out and f"  - {line}\n" in out
    code, out = compare(one, both)
    assert code == 1 and f"  + {line}\n" in out and "  - " not in out


def test_a_pack_and_a_page_missing_on_one_side_are_named(packs, compare):
    code, out = compare(packs("old", COUNT), packs("new", COUNT, reports=(PUBLIC,)))
    assert code == 1
    assert f"Figure, in restricted/{PACK}\n  - a pack\n" in out and f"Words, in {FULL}\n  - a page\n" in out


def test_a_figure_may_stand_on_another_page_of_the_pack(packs, compare):
    old, new = packs("old", COUNT, SHARE), packs("new", COUNT)
    packs("new", SHARE | {"caveats": "said otherwise"}, reports=(f"{PUBLIC}-annex", f"{FULL}-annex"))
    asked = ENTRY.format("words") + 'report = "*-annex"'
    assert compare(old, new, asked)[0] == 0


def test_a_figure_may_leave_the_restricted_pack_for_the_public_one_as_it_is_and_not_otherwise(packs, compare):
    old = packs("old", COUNT, reports=(PUBLIC,))
    packs("old", COUNT, SHARE, reports=(FULL,))
    new = packs("new", COUNT, SHARE, reports=(PUBLIC,))
    packs("new", COUNT, reports=(FULL,))
    moved = ENTRY.format("figure") + f'report = "{PACK}"\nadded = "a figure: value 4.6, *"'
    assert compare(old, new, moved)[0] == 0
    other = packs("other", COUNT, SHARE | {"value": "[c]"}, reports=(PUBLIC,))
    packs("other", COUNT, reports=(FULL,))
    code, out = compare(old, other, ENTRY.format("figure") + f'report = "{PACK}"')
    assert (
        code == 1
        and f"Figure, in restricted/{PACK}\n    share of Leeds" in out
        and "  - a figure: value 4.6" in out
    )


def test_a_figure_given_twice_alike_is_one_and_unlike_ones_are_all_compared(packs, compare):
    other = COUNT | {"value": "7"}
    assert compare(packs("a", COUNT), packs("b", COUNT, COUNT))[0] == 0
    assert compare(packs("c", COUNT, other), packs("d", other, COUNT))[0] == 0
    code, out = compare(packs("e", COUNT, other), packs("f", other, COUNT | {"value": "8"}))
    assert code == 1 and "  - value: 314\n  + value: 8\n" in out
    assert compare(packs("g", COUNT, COUNT, other), packs("h", COUNT, other))[0] == 0


def test_the_words_of_a_page_are_its_sentences_rows_and_descriptions(same):
    assert same.words_of(same.re.search("<main.*</main>", PAGE, same.re.DOTALL).group()) == [
        "Armley",
        "Burglary fell.",
        "It was 314.",
        "A line that falls Trend",
        "Year | Count |",
        "2012 | 314 |",
    ]


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (("It was 314", "It was 315"), "It was 314.", "It was 315."),
        (("<td>314", "<td>7"), "2012 | 314 |", "2012 | 7 |"),
        ((" that falls", ""), "A line that falls Trend", "A line Trend"),
    ],
)
def test_changed_words_are_shown_as_a_diff_once_for_all_pages(packs, compare, change, old, new):
    code, out = compare(packs("old", COUNT), packs("new", COUNT, page=PAGE.replace(*change)))
    assert code == 1
    assert f"Words, in {PUBLIC} and 1 more\n  - {old}\n  + {new}\n" in out
    assert out.count("  - ") == 1


def test_a_line_that_stands_elsewhere_on_its_page_is_told_as_moved_as_often_as_it_is_on_both_sides(
    packs, compare
):
    old = packs("old", COUNT, page=PAGE.replace("<table>", "<p>One.</p><p>One.</p><table>"))
    new = packs("new", COUNT, page=PAGE.replace("<h1>", "<p>One.</p><h1>"))
    code, out = compare(old, new)
    assert code == 1
    assert f"Moved, in {PUBLIC} and 1 more\n  - One.\n" in out and out.count("One.") == 2
    assert compare(old, new, ENTRY.format("moved") + ENTRY.format("words") + 'removed = "One."')[0] == 0
    assert compare(old, new, ENTRY.format("moved"))[0] == 1


ENTRY = '[[expected]]\nwhat = "{}"\nwhy = "Asked by the board."\n'


def test_what_was_asked_for_passes_with_its_reason(packs, compare):
    old, new = (
        packs("old", COUNT),
        packs("new", COUNT | {"value": "315"}, page=PAGE.replace("was 314", "was 315")),
    )
    entries = ENTRY.format("words") + 'removed = "It was 31?."\nadded = "It was 315."\nreport = "*/ward-*"\n'
    entries += ENTRY.format("figure") + 'measure = "count"\n'
    code, out = compare(old, new, entries)
    assert code == 0
    assert out.startswith("Asked for, differences: 2; entry 1 of expected.toml: Asked by the board.\n")
    assert "The same: 3 pages, 2 figures, differences not asked for: 0" in out


@pytest.mark.parametrize(
    "entry",
    [
        'removed = "It was 314."',
        'added = "It was 315."',
        'report = "2012-13_Q2/*"',
        'removed = "*"\nadded = "No."',
        'ending = "It was 315."',
        'report = "2012-13_Q2/*"\nending = "It was 315."',
    ],
)
def test_an_entry_lets_nothing_pass_beyond_what_it_says(packs, compare, entry):
    old, new = packs("old", COUNT), packs("new", COUNT, page=PAGE.replace("was 314", "was 315"))
    code, out = compare(old, new, ENTRY.format("words") + entry)
    assert code == 1 and "  + It was 315.\n" in out


def test_an_ending_may_be_added_to_lines_that_stay_as_they_are(packs, compare):
    old = packs("old", COUNT)
    new = packs("new", COUNT, page=PAGE.replace("Armley<", "Armley <span>Made up.</span><"))
    asked = ENTRY.format("words") + 'ending = "Made up."'
    assert compare(old, new, asked)[0] == 0
    assert compare(old, new, f'{asked}\nreport = "2012-13_Q9/*"')[0] == 1


def test_an_entry_may_list_several_lines_and_reports_and_each_of_them_is_needed(packs, compare):
    old = packs("old", COUNT)
    new = packs("new", COUNT, page=PAGE.replace("was 314", "was 315").replace("Year", "A year"))
    lines = 'removed = ["It was 314.", "Year |*"]\nadded = ["It was 31?.", "A year |*"{}]\nreport = ["20*", "restricted/*"{}]'
    assert compare(old, new, ENTRY.format("words") + lines.format("", ""))[0] == 0
    for more in ((', "No."', ""), ("", ', "*/leeds"')):
        code, out = compare(old, new, ENTRY.format("words") + lines.format(*more))
        pattern = "".join(more).strip(', "')
        assert code == 1
        assert (
            f"entry 1 of expected.toml: Asked by the board.\n  Stale, for nothing differs so: {pattern}\n"
            in out
        )


def test_an_entry_that_matches_nothing_is_stale_and_fails(packs, compare):
    code, out = compare(packs("old", COUNT), packs("new", COUNT), ENTRY.format("figure") + 'measure = "rate"')
    assert code == 1
    assert "Stale, for nothing differs as it says; entry 1 of expected.toml: Asked by the board.\n" in out


@pytest.mark.parametrize(
    "entry",
    [
        'what = "words"',
        'what = "page"\nwhy = "x"',
        'what = "words"\nwhy = "x"\nline = "y"',
        'what = "words"\nwhy = "x"\nending = "y"\nadded = "z"',
    ],
)
def test_an_entry_that_cannot_be_understood_is_refused(packs, compare, entry):
    with pytest.raises(SystemExit, match=r"expected.toml, entry 1"):
        compare(packs("old", COUNT), packs("new", COUNT), f"[[expected]]\n{entry}")


def test_the_bundled_list_of_expected_differences_can_be_read(same):
    assert isinstance(same.read_expected(same.EXPECTED), list)


# ------------------------------------------------------------------ figures that say what they mean


def test_words_are_translated_by_the_crosswalk_whatever_the_measure_is_called_now(same, packs, compare):
    new = (COUNT | MEANS, SHARE | SHARE_MEANS)
    crosswalk = same.crosswalk_rows(new)
    assert compare(packs("old", COUNT, SHARE), packs("new", *new), crosswalk=crosswalk)[0] == 0
    reworded = SHARE | SHARE_MEANS | {"measure": "share of the city"}
    assert compare(packs("old", COUNT, SHARE), packs("words", new[0], reworded), crosswalk=crosswalk)[0] == 0


def test_the_same_words_with_another_meaning_are_another_figure(same, packs, compare):
    crosswalk = same.crosswalk_rows([COUNT | MEANS])
    later = COUNT | MEANS | {"window_first": "2011-08"}
    code, out = compare(packs("old", COUNT), packs("new", later), crosswalk=crosswalk)
    assert code == 1 and "  - a figure: value 314" in out and "  + a figure: value 314" in out
    assert compare(packs("a", COUNT | MEANS), packs("b", later))[0] == 1
    assert compare(packs("c", COUNT | MEANS), packs("d", COUNT | MEANS))[0] == 0


def test_a_figure_that_the_crosswalk_lacks_and_a_row_that_fits_no_figure_are_named(same, packs, compare):
    planted = same.crosswalk_rows([COUNT | MEANS, COUNT | MEANS | {"measure": "planted"}])
    old, new = packs("old", COUNT, SHARE), packs("new", COUNT | MEANS, SHARE | SHARE_MEANS)
    code, out = compare(old, new, crosswalk=planted)
    assert code == 1
    assert "crosswalk.csv\n  - a row that no figure falls under: planted\n" in out
    assert "unit %; its words are not in the crosswalk\n" in out


def test_without_a_crosswalk_the_command_that_writes_it_is_named(same, packs, tmp_path):
    with pytest.raises(SystemExit, match=r"same.py crosswalk"):
        same.compare(packs("old", COUNT), packs("new", COUNT | MEANS), tmp_path / "none.csv")


def test_the_crosswalk_says_no_more_than_it_takes_to_tell_meanings_apart(same):
    year = {"period": "12 months to June 2011", "window_first": "2010-07", "window_last": "2011-06"}
    rows = [COUNT | MEANS, COUNT | MEANS | year, COUNT | MEANS | {"area": "Otley"}, SHARE | SHARE_MEANS]
    written = same.crosswalk_rows(rows)
    assert [(r["measure"], r["indicator_id"], r["area"], r["period"], r["window_last"]) for r in written] == [
        ("count", "", "", "12 months to June 2011", "2011-06"),
        ("count", "", "", "12 months to June 2012", "2012-06"),
        ("share of Leeds", "", "", "", "2012-06"),
    ]


def test_the_row_that_says_most_decides(same):
    general = {"measure": "count", "indicator_id": "", "area": "", "period": ""} | MEANS
    special = general | {"area": "Armley", "measure_id": "special"}
    crosswalk = {
        (r["indicator_id"], r["area"], r["period"], r["measure"]): {tuple(r[c] for c in MEANS)}
        for r in (general, special)
    }
    assert same.identity(COUNT, crosswalk)[2][0] == "special"
    assert same.identity(COUNT | {"area": "Otley"}, crosswalk)[2][0] == "count"


def test_words_with_two_meanings_are_compared_by_their_values(same, packs, compare):
    twins = (COUNT | MEANS, COUNT | MEANS | {"measure_id": "count_of_streets", "value": "20"})
    crosswalk = same.crosswalk_rows(twins)
    assert len(crosswalk) == 2
    old = packs("old", COUNT, COUNT | {"value": "20"})
    assert compare(old, packs("new", *twins), crosswalk=crosswalk)[0] == 0
    code, out = compare(old, packs("less", twins[0]), crosswalk=crosswalk)
    assert code == 1 and "  - a figure: value 20" in out


def test_the_crosswalk_is_written_from_packs_that_say_what_they_mean(
    same, packs, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(same, "CROSSWALK", tmp_path / "written.csv")
    same.write_crosswalk(packs("new", COUNT | MEANS, SHARE | SHARE_MEANS))
    assert capsys.readouterr().out == "Written: scripts/written.csv, 2 rows\n"
    assert same.read_crosswalk(same.CROSSWALK) == {
        ("", "", "", "count"): {("count", "", "2011-07", "2012-06")},
        ("", "", "", "share of Leeds"): {("share", "of=Leeds", "2011-07", "2012-06")},
    }
    with pytest.raises(SystemExit, match="says what it means"):
        same.write_crosswalk(packs("old", COUNT))


# ------------------------------------------------------------------ the packs themselves


@pytest.fixture
def builder(tmp_path, monkeypatch):
    """The script that builds, in a small repository of its own, with its commands noted instead of run."""
    spec = importlib.util.spec_from_file_location("build_example", SCRIPT.with_name("build_example.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    project, commands = tmp_path / "project", []
    for file, text in {".gitignore": ".cache/\nmine.csv\n", "data/a.csv": "1", "data/mine.csv": "2"}.items():
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text(text)
    monkeypatch.setattr(module, "ROOT", project)
    monkeypatch.setattr(module, "CACHE", project / ".cache" / "same")
    monkeypatch.setattr(module, "_run", lambda folder, *command: commands.append(command[1:]))
    module._git("init", "--quiet")
    module._git("add", ".")
    module._git("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=First")
    return module, project, commands


REPORTS = [("-m", "saferleeds_analysis", "report", quarter) for quarter in ("2012/13 Q1", "2012/13 Q2")]


def test_a_commit_is_built_once_in_an_environment_of_its_own(builder):
    module, project, commands = builder
    (project / "data" / "a.csv").write_text("not committed")
    reports = module.build("HEAD")
    assert module.build("HEAD~0") == reports
    assert commands == [("scripts/make_environment.py",), *REPORTS]
    assert (reports.parent / "data" / "a.csv").read_text() == "1"
    with pytest.raises(SystemExit, match="git rev-parse"):
        module.build("nowhere")


def test_what_lies_in_the_folder_is_built_anew_when_what_pages_are_made_from_changes(builder):
    module, project, commands = builder
    (project / "data" / "new.csv").write_text("3")
    reports = module.build(None)
    assert {file.name for file in (reports.parent / "data").iterdir()} == {"a.csv", "new.csv"}
    (project / "README.md").write_text("words")
    module.build(None)
    assert commands == REPORTS
    (project / "data" / "new.csv").write_text("4")
    module.build(None)
    assert commands == REPORTS * 2
    assert (reports.parent / "data" / "new.csv").read_text() == "4"
