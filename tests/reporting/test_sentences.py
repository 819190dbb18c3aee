"""docs/sentences.md: every sentence of the code is in it and none that is gone, and no example breaks a rule of grammar."""

import importlib.util

import pytest
from projects import ROOT
from sentence_rules import RULES, faults_of

PAGE = (ROOT / "docs" / "sentences.md").read_text(encoding="utf-8")
RULE_NAMES = [rule.why for rule in RULES]


@pytest.fixture(scope="module")
def script():
    """The script itself, imported from its file."""
    spec = importlib.util.spec_from_file_location("list_sentences", ROOT / "scripts" / "list_sentences.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def said(script):
    """Every template of the code, with its module."""
    return {(module, words) for module, path in script.rooms().items() for words in script.templates(path)}


def test_every_sentence_of_the_code_is_in_the_list_and_none_that_is_gone(script, said):
    hint = "docs/sentences.md is of other code: `make sentences`, or scripts/list_sentences.py --quick without new examples"
    assert len(said) > 700
    assert said == set(script.read(PAGE)), hint


@pytest.mark.parametrize("other", ["", "- Offences never come in series.\n"])
def test_a_sentence_that_is_gone_or_changed_is_found(script, said, other):
    [line] = [
        line for line in PAGE.splitlines(keepends=True) if line.startswith("- Offences often come in series")
    ]
    assert said != set(script.read(PAGE.replace(line, other)))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("f'{number(late)} of {len(shown)} figures are late'", ["‹late› of ‹shown› figures are late"]),
        ('f\'It {"fell" if n < 0 else "rose"} in all wards\'', ["It ‹fell | rose› in all wards"]),
        ("say('one ' 'sentence of two pieces')", ["one sentence of two pieces"]),
        ("raise ValueError('this is not for readers')", []),
        ("'''What a docstring says of it.'''", []),
        ("Measure(formula='the sum of the months')", []),
        ("open('a/path.toml', 'r')", []),
    ],
)
def test_a_template_is_what_a_reader_may_see(script, code, words):
    found = script.Templates()
    found.visit(script.ast.parse(code))
    assert list(found.found) == words


def test_each_way_that_a_sentence_goes_has_an_example(script, tmp_path):
    notes = tmp_path / "notes"
    notes.write_text(
        '["‹n› ‹is | are› late", ["0-"], "3 are late"]\n'
        '["‹n› ‹is | are› late", ["0+"], "1 is late"]\n'
        '["‹n› ‹is | are› late", ["0-"], "12 are late"]\n',
        encoding="utf-8",
    )
    assert script.examples([notes]) == {"‹n› ‹is | are› late": ["1 is late", "3 are late"]}


def test_no_example_breaks_a_rule(script):
    listed = script.read(PAGE)
    texts = {text for examples in listed.values() for text in examples or ()}
    texts |= {words for _, words in listed if "‹" not in words}
    assert len(texts) > 900
    assert {text: found for text in texts if (found := faults_of(text))} == {}


@pytest.mark.parametrize("rule", RULES, ids=RULE_NAMES)
def test_a_rule_finds_what_is_wrong_and_leaves_what_is_right(rule):
    assert [
        text for text in rule.takes if not any(f.startswith(f"{rule.why}:") for f in faults_of(text))
    ] == []
    assert [text for text in rule.leaves if any(f.startswith(f"{rule.why}:") for f in faults_of(text))] == []
