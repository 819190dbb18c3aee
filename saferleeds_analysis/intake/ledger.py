"""What became of every row: the provenance that lies beside each processed table."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from saferleeds_analysis.figures import Rows
from saferleeds_analysis.intake.sources import Source

# A message longer than this is not read; the first problems show what is wrong with the file.
_MOST_LINES = 20


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file that was read: its path below ``data/raw``, its hash, and its rows of data (none in a manifest)."""

    path: str
    sha256: str
    rows: int = 0


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Rows of one file and month that are not counted, and why.

    ``offence`` is named where the rows may belong to what is counted, and is empty where they certainly do not. ``count`` is
    how many of it there are in the rows; without it, each row is one.
    """

    file: str
    month: str
    offence: str
    reason: str
    rows: int
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What a newer file changed of an older one, for an offence in the areas of a kind.

    ``areas`` are those of which a month changed, ``months`` the months; ``before`` and ``after`` are the sums, in each of the
    files, of all their counts of the kind in the months that both hold.
    """

    file: str
    by: str
    offence: str
    kind: str
    areas: tuple[str, ...]
    months: tuple[str, ...]
    before: int
    after: int

    def __str__(self) -> str:
        """Say it to the analyst."""
        return (
            f"{self.by} revises {self.file}: {self.offence}, {self.kind}: {len(self.months)} months ({', '.join(self.months)}) "
            f"changed in {', '.join(self.areas)}; all counts in both files add up to {self.before:,} in the older and "
            f"{self.after:,} in the newer, which is used."
        )


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a processed table comes from and what became of every row that was read.

    ``rows_in`` are rows of data in the files and ``rows_refused`` those that are not counted, by reason in
    ``refused``; ``rows_out`` are rows of the processed table. ``months_missing`` lie between the first month and the
    last and are in no file. ``revisions`` is what newer files changed of older ones, ``notes`` are sentences about the files that an analyst should know. ``fingerprint``
    stands for everything that the table was made from, the code included.
    """

    source: Source
    inputs: tuple[InputFile, ...]
    rows_in: int
    rows_refused: int
    refused: tuple[Refusal, ...]
    rows_out: int
    months: tuple[str, ...]
    months_missing: tuple[str, ...]
    revisions: tuple[Revision, ...]
    notes: tuple[str, ...]
    fingerprint: str
    processed_sha256: str
    made_at: str


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a shape of raw file gives: a tidy table, its months, the rows of each file, and the rows not counted."""

    counts: pd.DataFrame
    months: tuple[str, ...]
    rows: dict[str, int]
    refused: tuple[Refusal, ...] = ()
    revisions: tuple[Revision, ...] = ()
    notes: tuple[str, ...] = ()


def write_provenance(provenance: Provenance, path: Path) -> None:
    """Write a provenance as JSON that a person can read."""
    text = json.dumps(asdict(provenance), indent=2, ensure_ascii=False, default=date.isoformat)
    path.write_text(text + "\n", encoding="utf-8")


def read_provenance(path: Path) -> Provenance:
    """Read a provenance; a ``ValueError`` says that it is not one of this version's."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        stated = {k: tuple(v) if isinstance(v, list) else v for k, v in table["source"].items()}
        if stated["received"]:
            stated["received"] = date.fromisoformat(stated["received"])
        source = Source(**stated)
        made = table | {
            "source": source,
            "inputs": tuple(InputFile(**row) for row in table["inputs"]),
            "refused": tuple(Refusal(**row) for row in table["refused"]),
            "revisions": tuple(
                Revision(**row | {"areas": tuple(row["areas"]), "months": tuple(row["months"])})
                for row in table["revisions"]
            ),
        }
        return Provenance(**{key: tuple(v) if isinstance(v, list) else v for key, v in made.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} was not written by this version ({error}).") from error


def months_between(months: Iterable[str]) -> list[str]:
    """Give the months that are missing between the first and the last, as text.

    >>> months_between(["2014-01", "2014-02", "2014-06"])
    ['2014-03', '2014-04', '2014-05']
    """
    present = set(months)
    every = pd.period_range(min(present), max(present), freq="M") if present else []
    return [str(month) for month in every if str(month) not in present]


def cut(lines: list[str]) -> list[str]:
    """Keep the first problems of a long list and say how many more there are."""
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"and {more:,} more."]


def rows_of_places(role: str, places: Iterable[tuple[str, int]], provenance: Provenance) -> tuple[Rows, ...]:
    """Give places in raw files (file, row) as the rows of a figure, one entry a file.

    Single records are about persons: of them only the files are named. So it is of counts that stand in no row.
    """
    found: dict[str, list[int]] = {}
    for file, row in places:
        found.setdefault(file, []).append(int(row))
    hashes = {given.path: given.sha256 for given in provenance.inputs}
    if found.pop("", None) and not found:
        single = provenance.source.shape in ("police_uk_street", "cases")
        return tuple(
            Rows(
                role=role,
                file=f"data/raw/{i.path}",
                sha256=i.sha256,
                note="single records, which are not shown"
                if single
                else "no row or an empty cell, which means 0",
            )
            for i in provenance.inputs
            if i.rows
        )
    if (
        provenance.source.layout == "wide"
    ):  # a row holds many months, so its number alone does not lead to a count
        return tuple(
            Rows(
                role=role,
                file=f"data/raw/{file}",
                sha256=hashes[file],
                note=f"a column a month, in the rows {', '.join(map(str, sorted(set(numbers))))}",
            )
            for file, numbers in sorted(found.items())
        )
    return tuple(
        Rows(role=role, file=f"data/raw/{file}", sha256=hashes[file], numbers=tuple(sorted(numbers)))
        for file, numbers in sorted(found.items())
    )
