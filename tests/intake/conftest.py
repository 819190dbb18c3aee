"""A small project folder for the tests of the intake."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from projects import with_tables

from saferleeds_analysis.catalogue import Catalogue, Indicator, load_catalogue
from saferleeds_analysis.intake import RecordedCounts, build_processed, recorded_counts
from saferleeds_analysis.problems import DataProblem

HEADER = "month,area,offence,count\n"

MANIFEST = """\
id = "thefts"
title = "Thefts by ward"
publisher = "A police force"
licence = "For tests"
received = 2012-10-05
shape = "monthly_extract"
files = "*"
area_set = "leeds_2004"
"""


class Project:
    """A project folder with one source, ``thefts``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "data" / "raw" / "thefts"
        self.processed = root / "data" / "processed"
        self.catalogue: Catalogue = load_catalogue(with_tables(root) / "data" / "raw" / "reference")
        self.folder.mkdir(parents=True)
        self.manifest()

    def manifest(self, *lines: str) -> None:
        (self.folder / "source.toml").write_text(MANIFEST + "\n".join(lines), encoding="utf-8")

    def file(self, content: str | bytes, name: str = "a.csv") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def rows(self, *rows: str, name: str = "a.csv") -> Path:
        return self.file(HEADER + "".join(row + "\n" for row in rows), name)

    def build(self):
        return build_processed(self.root, self.catalogue)

    def refusal(self) -> str:
        """Give the message of the refusal, having seen that nothing is left behind."""
        with pytest.raises(DataProblem) as problem:
            self.build()
        assert not self.processed.exists() or not any(self.processed.iterdir())
        return str(problem.value)

    def counts(self, as_at: date = date(2012, 9, 30), offence: str = "Theft") -> RecordedCounts:
        self.build()
        return recorded_counts(self.root, theft_indicator(offence), catalogue=self.catalogue, as_at=as_at)


def theft_indicator(offence: str = "Theft", area_set: str = "leeds_2004") -> Indicator:
    return Indicator(
        id="theft",
        name="Theft",
        outcome="o",
        priority="p",
        why="w",
        unit="offences",
        improvement_direction="decrease",
        population="people",
        definition="d",
        source="thefts",
        offence=offence,
        area_set=area_set,
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def make_indicator() -> Callable[..., Indicator]:
    return theft_indicator
