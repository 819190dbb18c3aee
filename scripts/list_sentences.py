"""Write docs/sentences.md: every sentence that the library can put on a page, each with examples of what it has said.

python scripts/list_sentences.py            writes it (a quarter of an hour: packs are made and the tests of pages are run)
python scripts/list_sentences.py --quick    writes it with the examples that it has, and none of new sentences

A template is a text of three words or more in the rooms that speak to readers; docstrings, refusals and the formulas of
measures are none. While the packs are made and the tests run, every Python process notes what each template came to.
"""

import argparse
import ast
import builtins
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "saferleeds_analysis"
PAGE = ROOT / "docs" / "sentences.md"
ROOMS = (
    *("reporting/**/*.py", "methods/**/*.py", "estimates.py", "intake/counts.py"),
    *("publishing/index.py", "publishing/word.py", "publishing/workbook.py"),
)
TESTS = (
    "tests/reporting",
    "tests/methods",
    "tests/intake/test_intake_counts.py",
    "saferleeds_analysis/reporting",
    "saferleeds_analysis/methods",
)
# What takes words that no reader of a page sees: refusals, patterns, formulas, names of what is tried.
SILENT = {
    "DataProblem",
    "ValueError",
    "Measure",
    "compile",
    "filterwarnings",
    "legend",
    "explained",
    "search",
    "_attempt",
    "refuse_unless",
}
REFUSES = re.compile(r"_*(check_(?!position)|post_init|(table|number)_problems)")
# Words of the code that say nothing of what is filled in: modules, and functions that only write what they are given.
NEEDLESS = set(
    re.findall(
        r"\w+",
        """self wording periods number percent signed pounds pounds_and_pence counted day_name listed sentence str int float len
        abs round ceil sorted next min max join map lower capitalize strip rstrip removeprefix removesuffix isoformat strftime
        replace iloc loc decimals for in if else is not None""",
    )
)

HEAD = """\
# Every sentence, with what it has said

Written by `make sentences` from the code and from what the example's packs and the tests of pages said; not by hand. A word in
‹angle quotes› is filled in, and a bar | parts the ways that a piece can go. Under a template with pieces to fill in stands an
example of each way that it went, of the example's packs where they have one. To change a sentence, name its heading and its words.
Words that a table holds stand in that table: what each check of a pack means in `saferleeds_analysis/national/data_checks.toml`.
"""
UNSAID = "## Sentences without an example\n\nNeither the packs nor the tests of pages came to these.\n"


class Templates(ast.NodeTransformer):
    """Find the templates of a module and, in the tree that is given back, have each note what it comes to."""

    def __init__(self) -> None:
        """Have found nothing yet."""
        self.found = dict[str, None]()

    def visit(self, node: ast.AST) -> ast.AST:
        """Pass by what no reader sees, note a text, and look into all else."""
        match node:
            case (
                ast.Raise()
                | ast.Assert()
                | ast.MatchValue()
                | ast.Expr(value=ast.Constant())
                | ast.keyword(arg="kind" | "css_class")
            ):
                return node
            case ast.FunctionDef(name=name) if REFUSES.match(name):
                return node
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SILENT:
                return node
            case ast.JoinedStr() | ast.Constant(value=str()):
                return self._noted(node)
        return self.generic_visit(node)

    def _noted(self, node: ast.expr) -> ast.expr:
        text = in_a_line(in_words(node))
        filled, own = text.count("‹"), re.findall(r"[A-Za-z]{2,}", re.sub("‹[^|›]*›", "", text))
        is_code = re.search(r"[<{}\\]|\[\[|://|\(\?", text) or len(text.split()) < (5 if "_" in text else 3)
        if is_code or not own or filled + len(own) < (4 if filled else 3):
            return node
        self.found[text] = None
        key = ast.Constant(text)
        for number, choice in enumerate([n for n in ast.walk(node) if isinstance(n, ast.IfExp)]):
            choice.test = _call("__went__", key, ast.Constant(number), choice.test)
        return _call("__said__", key, node)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(arguments), keywords=[])


def in_words(node: ast.AST) -> str:
    """Write an expression of a template for one who does not program: its words, and what is filled in within ‹ ›."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr():
            return "".join(map(in_words, node.values))
        case ast.FormattedValue(value=ast.JoinedStr() | ast.Constant() as inner):
            return in_words(inner)
    return f"‹{_filled(node.value)}›"


def _filled(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return re.sub("[‹›]", "", in_words(node)).strip()
        case ast.IfExp():
            return f"{_filled(node.body) or 'nothing'} | {_filled(node.orelse) or 'nothing'}"
        case ast.BinOp(left=ast.Constant(value=str() as end)):
            return f"{end} | nothing"
    found = re.findall(r"[A-Za-z]\w*", ast.unparse(node))
    words = [word for word in found if len(word) > 1 and word not in NEEDLESS] or found
    return " ".join(dict.fromkeys(words)).replace("_", " ")


def rooms() -> dict[str, Path]:
    """Give the modules that speak to readers, by their names within the package."""
    return {
        path.relative_to(PACKAGE).as_posix(): path for room in ROOMS for path in sorted(PACKAGE.glob(room))
    }


def templates(path: Path) -> list[str]:
    """Give the templates of a module, in the order in which they stand."""
    finder = Templates()
    finder.visit(ast.parse(path.read_text(encoding="utf-8")))
    return list(finder.found)


def note_what_is_said(notes: str) -> None:
    """Have each module of the rooms, when this process imports it, append to a file what its templates come to."""
    spoken = {path.resolve() for path in rooms().values()}
    ways, known, as_it_is = defaultdict[str, set](set), set(), SourceFileLoader.get_code

    def went(key: str, number: int, test: object) -> object:
        ways[key].add(f"{number} {bool(test)}")
        return test

    def said(key: str, text: str) -> str:
        line = json.dumps([key, sorted(ways.pop(key, ())), text]) + "\n"
        if line not in known:
            known.add(line)
            with Path(notes).open("ab", buffering=0) as file:
                file.write(line.encode())
        return text

    def get_code(loader: SourceFileLoader, name: str) -> object:
        if Path(loader.path).resolve() not in spoken:
            return as_it_is(loader, name)
        tree = Templates().visit(ast.parse(loader.get_data(loader.path)))
        return compile(ast.fix_missing_locations(tree), loader.path, "exec", dont_inherit=True)

    builtins.__went__, builtins.__said__, SourceFileLoader.get_code = went, said, get_code


def run_noting(notes: Path, project: Path, *words: str) -> None:
    """Run Python in a project's folder, it and every process that it starts noting what they say."""
    with tempfile.TemporaryDirectory() as folder:
        hook = f"import runpy\nrunpy.run_path({__file__!r})['note_what_is_said']({str(notes)!r})\n"
        Path(folder, "sitecustomize.py").write_text(hook, encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([folder, str(ROOT)])}
        subprocess.run([sys.executable, *words], cwd=project, env=environment, check=True)  # noqa: S603  # words of our own


def examples(notes: Iterable[Path]) -> dict[str, list[str]]:
    """Choose of what each template came to one text for each way it went, and one with a count of one if there is such.

    The first file that has a way gives its text, so that the example's own words come before those of a test.
    """
    chosen = defaultdict[str, dict](dict)
    for rank, file in enumerate(notes):
        for line in file.read_text(encoding="utf-8").splitlines():
            template, ways, text = json.loads(line)
            # A reason that does not apply is written too, with nothing in its pieces.
            if not re.search(r" [.,;]|  |''", text) and not (template[0] == "‹" and text[0] == " "):
                way = (*ways, bool(re.search(r"(?<![\w.,£−])1 [a-z]", text)))
                one = (rank, len(text), in_a_line(text))
                chosen[template][way] = min(chosen[template].get(way, one), one)
    return {key: list(dict.fromkeys(text for *_, text in sorted(of.values()))) for key, of in chosen.items()}


def page(said: Mapping[str, Sequence[str]]) -> str:
    """Give the whole list: by module its templates, each with its examples, and at the end those that nobody came to.

    A text without pieces to fill in is an example of itself.
    """
    lines, unsaid = [HEAD], [UNSAID]
    for module, path in rooms().items():
        about = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
        below = []
        for words in templates(path):
            if "‹" in words and words not in said:
                unsaid.append(f"- {words} (`{module}`)")
            else:
                below += [f"- {words}", *(f"  - {text}" for text in said.get(words, ()) if text != words)]
        if below:
            lines += [f"## {re.split('[:.;]( |$)', about)[0]}\n\n`{module}`\n", *below, ""]
    return "\n".join([*lines, *unsaid, ""])


def in_a_line(text: str) -> str:
    """Write a template or an example as one line of the list."""
    return text.strip().replace("\n", " ⏎ ")


def read(text: str) -> dict[tuple[str, str], list[str] | None]:
    """Read the list: the templates by module and words, each with its examples, or ``None`` where nobody came to it."""
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        module = re.search(r"^`(\S+)`$", section, flags=re.MULTILINE)
        for words, of, below in re.findall(
            r"^- (.*?)(?: \(`(\S+\.py)`\))?$\n((?:  - .*\n)*)", section, flags=re.MULTILINE
        ):
            found[of or module[1], words] = None if of else re.findall("  - (.*)\n", below)
    return found


def main() -> None:
    """Write the list: from what packs and tests of pages say now, or quickly with the examples that it has."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="with the examples that the list has")
    if parser.parse_args().quick:
        known = read(PAGE.read_text(encoding="utf-8"))
        said = {words: texts for (_, words), texts in known.items() if texts is not None}
    else:
        said = examples_of_now()
    PAGE.write_text(page(said), encoding="utf-8")


def examples_of_now() -> dict[str, list[str]]:
    """Make the packs and run the tests of pages, and choose the examples of what was said."""
    sys.path.insert(0, str(ROOT / "tests"))
    from projects import PAPERS, copy_project

    report = ("-m", "saferleeds_analysis", "report")
    test = ("-m", "pytest", "-q", "-m", "not hypothesis", "--ignore=tests/reporting/test_sentences.py")
    with tempfile.TemporaryDirectory() as folder:
        notes = [Path(folder, f"{number}.jsonl") for number in range(4)]
        example, papers = copy_project(Path(folder, "example")), copy_project(Path(folder, "papers"), PAPERS)
        run_noting(notes[1], example, *report, "2012/13 Q1")
        run_noting(notes[0], example, *report, "2012/13 Q2")
        run_noting(notes[0], example, "-m", "saferleeds_analysis", "export", "2012/13 Q2", "cohesion-leeds")
        run_noting(notes[2], papers, *report, "2012/13 Q2")
        run_noting(notes[3], ROOT, *test, *TESTS)
        return examples(notes)


if __name__ == "__main__":
    main()
