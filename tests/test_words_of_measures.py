"""What a figure is stands in its measure: nothing finds it out from the words by which the measure is called."""

import ast

import pytest
from projects import ROOT

PACKAGE = ROOT / "saferleeds_analysis"

# How words are matched: by regular expressions, by their beginning or end, or by what is in them.
PATTERNS = {"match", "fullmatch", "search", "sub", "findall", "finditer"}
PARTS = {"startswith", "endswith", "partition", "rpartition", "removeprefix", "removesuffix", "split", "find"}

# Modules that read the names that a source gave its published figures, not those of our own. It may only shrink.
LEFT = {
    "reporting/costs.py",
    "reporting/printed_changes.py",
    "reporting/measures.py",
    "reporting/satisfaction.py",
}


def matched_words(source):
    """Give the pieces of a program that match the words of a measure."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            read = [*node.args, *(k.value for k in node.keywords)] if node.func.attr in PATTERNS else []
            read += [node.func.value] if node.func.attr in PARTS else []
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant):
            within = any(isinstance(o, ast.In | ast.NotIn) for o in node.ops)
            read = node.comparators if within else []
        else:
            continue
        if any(names_words(part) for part in read):
            found.append(ast.unparse(node))
    return found


def names_words(node):
    """Say whether the words of a measure stand in an expression: ``f.words``, ``f.measure`` or ``row["measure"]``."""
    return any(
        (isinstance(part, ast.Attribute) and part.attr in ("words", "measure"))
        or (isinstance(part, ast.Subscript) and ast.unparse(part.slice) in ("'measure'", "'words'"))
        for part in ast.walk(node)
    )


@pytest.mark.parametrize(
    "text",
    [
        "re.match('a', f.words)",
        "_RANK.search(f.measure.words)",
        "f.measure.id.startswith('rank')",
        "row['measure'].partition(': ')",
        "'adjusted' in f.words",
    ],
)
def test_each_way_of_matching_is_seen(text):
    assert matched_words(text) == [text]


@pytest.mark.parametrize(
    "text", ["f.measure.id == RANK.id", "f.words.replace('_', ' ')", "f.measure.role in roles"]
)
def test_what_compares_or_prints_is_no_matching(text):
    assert matched_words(text) == []


def test_no_module_matches_the_words_of_a_measure():
    modules = [p for folder in ("publishing", "reporting") for p in sorted((PACKAGE / folder).rglob("*.py"))]
    assert len(modules) > 60
    found = {p.relative_to(PACKAGE).as_posix(): matched_words(p.read_text(encoding="utf-8")) for p in modules}
    assert {name: pieces for name, pieces in found.items() if pieces and name not in LEFT} == {}
