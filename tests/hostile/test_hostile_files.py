"""Hostile files, all in one process: each is refused with its place, and no parser's words are among ours.

``make hostile`` takes the seconds and the memory of each, in a process of its own.
"""

import re

import pytest
from hostile.hostile_files import SLOW, all_files

from saferleeds_analysis.problems import DataProblem

# Those that take the longest to write are left to the long form.
FILES = [hostile for hostile in all_files() if not hostile.what.endswith(SLOW)]
# What pandas, pyarrow, openpyxl and the parsers of Python say.
PARSERS = re.compile(
    r"Traceback|Error\b|Exception|not well-formed|[Ee]xpect(ed|ing)|tokeniz|unexpected end|Invalid (value|statement|hex|date)|"
    r"invalid literal|codec|attribute|NoneType|subscript|isoformat|BadZip|Arrow|pandas|pyarrow|openpyxl|expat|<class|convert|"
    r"mapping values|while (parsing|scanning)|Exceeds the limit|recursion|list index|unhashable|iterable|unpack \(|dtype"
)


@pytest.mark.parametrize("hostile", FILES, ids=[f"{h.reader}: {h.what}" for h in FILES])
def test_a_hostile_file_is_refused_with_its_place_in_our_own_words(tmp_path, hostile):
    hostile.write(tmp_path)
    with pytest.raises((DataProblem, ValueError)) as refused:
        hostile.read(tmp_path)
    said = str(refused.value)
    assert hostile.place in said
    assert not PARSERS.search(said), said
    assert said.endswith((".", "?"))
    assert len(said) < 20_000
    assert not list((tmp_path / "data").glob("processed/*"))


def test_there_are_as_many_as_the_table_says():
    assert len(FILES) >= 180
    assert len({(h.reader, h.what) for h in FILES}) == len(FILES)
