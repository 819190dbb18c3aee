"""Each guide does what it says: its blocks are run in order, in a fresh folder, as they are printed.

A block says by the words behind its three ticks what it is; a reader sees the same in the sentence before it.

    sh                  commands, run in the folder of the guide; `cd` goes into another
    sh setup, sh look   an environment to be made, or a program to be opened: not run here; a file named last must be there
    text                what the block before it printed: each line, in this order; ... stands for lines left out
    text page=PATH      what stands on a page
    csv file=PATH       a file to be written (md, toml and py too)
    csv add=PATH        lines to be added at its end
    toml change=PATH    lines to be changed: each in the place of the first that begins with the same word
    python              a cell; the cells of a guide are run as one notebook in the folder `notebooks`
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from projects import ROOT, copy_project, one_long_way

GUIDES = ROOT / "docs" / "guides"
_BLOCK = re.compile(r"^```([^\n]+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^## (\d+)\. ", flags=re.MULTILINE)
_STATED = re.compile(r"^\*\*(\d+) steps, about (\d+) minutes? of waiting", flags=re.MULTILINE)


@dataclass
class Follower:
    """Does in a folder what a guide says, and keeps what the last block printed."""

    folder: Path
    printed: str = ""
    notebook: list = field(default_factory=list)

    def follow(self, name, record):
        """Follow a guide to its end, with the cells at last as one notebook, and record its steps and seconds."""
        text, begun = (GUIDES / name).read_text(encoding="utf-8"), time.monotonic()
        steps, (stated, _) = _STEP.findall(text), _STATED.search(text).groups()
        assert steps == [str(n) for n in range(1, int(stated) + 1)]
        blocks = [(*block.groups(), text[: block.start()]) for block in _BLOCK.finditer(text)]
        assert len(blocks) == text.count("```") / 2
        for words, body, before in blocks:
            kind, _, rest = words.partition(" ")
            how, _, path = rest.partition("=")
            if path and kind != "text":
                assert Path(path).name in before[-700:], f"{name} does not say which file: {path}"
                self.write(how, self.folder / path, body)
            else:
                {"sh": self.run, "text": self.expect, "python": self.cell}[kind](body, rest)
        self.run_cells()
        seconds = time.monotonic() - begun
        record.append((name, f"{len(steps)} steps followed in {seconds:.0f} s"))

    def run(self, body, rest):
        """Run the commands of a block, each as it is printed."""
        said = []
        for line in body.splitlines():
            words = shlex.split(line)
            if rest == "setup":
                continue
            if rest == "look":
                assert (self.folder / words[-1]).is_file(), line
            elif words[0] == "cd":
                self.folder /= words[1]
            else:
                program = shutil.which(words[0], path=_ENVIRONMENT["PATH"])
                done = subprocess.run(
                    [program, *words[1:]],
                    cwd=self.folder,
                    env=_ENVIRONMENT,
                    capture_output=True,
                    text=True,
                    encoding="utf-8",
                    stdin=subprocess.DEVNULL,
                    timeout=600,
                )
                assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
                said += [done.stdout, done.stderr]
        self.printed = "\n".join(said)

    def write(self, how, path, body):
        """Write a file, add to it, or change lines of it."""
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        if how == "change":
            for line in body.splitlines():
                word = re.escape(line.split()[0])
                old, times = re.subn(
                    rf"^{word} .*$", lambda _, line=line: line, old, count=1, flags=re.MULTILINE
                )
                assert times == 1, f"{path.name} has no line {word}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text({"file": body, "add": old + body, "change": old}[how], encoding="utf-8", newline="\n")

    def expect(self, body, rest):
        """Find the lines of a block in what was printed, or on a page."""
        if self.notebook:
            self.notebook[-1]["expected"].append(body)
            return
        if rest:
            page = (self.folder / rest.removeprefix("page=")).read_text(encoding="utf-8")
            plain = re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
            found_in(unescape(" ".join(plain.split())), body)
        else:
            found_in(self.printed, body)

    def cell(self, body, rest):
        """Keep a cell until the end of the guide."""
        self.notebook.append({"source": body, "expected": []})

    def run_cells(self):
        """Run the cells as JupyterLab does, and find what the guide says of their outputs."""
        if not self.notebook:
            return
        cells = [nbformat.v4.new_code_cell(cell["source"]) for cell in self.notebook]
        notebook = nbformat.v4.new_notebook(cells=cells)
        NotebookClient(notebook, resources={"metadata": {"path": str(self.folder / "notebooks")}}).execute()
        for cell, told in zip(notebook.cells, self.notebook, strict=True):
            outputs = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
            for expected in told["expected"]:
                found_in("\n".join(outputs), expected)


# The commands are those of the environment in which the tests run, in front of all others.
_ENVIRONMENT = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


def found_in(text, lines):
    """Find each line in a text, in this order."""
    at = 0
    for line in (line.strip() for line in lines.splitlines()):
        if line != "...":
            where = text.find(line, at)
            assert where >= 0, f"{line!r} does not stand in:\n{text[at:][:5000]}"
            at = where + len(line)


def dead_links(folder):
    """Give the links of the README, the guides and the page on tables that lead to no file of a folder."""
    return [
        (page.name, link)
        for page in (folder / "README.md", folder / "docs/tables.md", *(folder / "docs/guides").glob("*.md"))
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]


@pytest.fixture(scope="module")
def partnership(tmp_path_factory):
    """Give the folder outside the repository in which the guides that follow each other are followed."""
    return Follower(tmp_path_factory.mktemp("outside"))


def test_the_first_hour(tmp_path, request):
    Follower(copy_project(tmp_path / "clone")).follow("first-hour.md", request.node.user_properties)


@one_long_way("the guides of a partnership")
@pytest.mark.parametrize("name", ["your-own-partnership.md", "a-new-quarter.md", "notebook-cookbook.md"])
def test_the_guides_of_a_partnership_follow_each_other(name, partnership, request):
    partnership.follow(name, request.node.user_properties)
    assert dead_links(partnership.folder) == []


def test_the_readme_leads_to_every_guide_and_no_link_is_dead():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {f"docs/guides/{guide.name}" for guide in GUIDES.glob("*.md")} <= set(
        re.findall(r"\((\S+)\)", readme)
    )
    assert dead_links(ROOT) == []
