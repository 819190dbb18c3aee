"""Say whether two versions of the code make the same pages: the same figures, and the same words.

    make same OLD=main                   # a commit beside what lies in this folder
    make same OLD=main NEW=my-branch     # two commits
    python scripts/same.py crosswalk     # write scripts/same_crosswalk.csv anew

Both quarters of the bundled example are built below .cache/same, where a commit once built is kept. A figure is looked for in
the whole pack, since a page may have been made two, and one of a restricted pack in the public pack too, since a page that holds
no small number has no restricted edition. Not compared: the footers, which hold the code version; the pages of traces,
which hold fingerprints; on which pages a figure stands, and what is said there of how it was made; of a chart, all but its
description. What is meant to differ is in scripts/same_expected.toml.
"""

import difflib
import math
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import combinations, zip_longest
from pathlib import Path

import pandas as pd
from bs4 import BeautifulSoup, NavigableString, Tag

CROSSWALK = Path(__file__).parent / "same_crosswalk.csv"
EXPECTED = Path(__file__).parent / "same_expected.toml"
NUMBERS = {"value", "lower", "upper"}
# What a figure says, wherever it stands.
COMPARED = ("value", "lower", "upper", "confidence", "unit", "n", "status")

# What a figure is, in a pack that says it in words alone, and in one that says it by names and dates.
WORDS = ("indicator_id", "area", "period", "measure")
MEANING = ("measure_id", "qualifiers", "window_first", "window_last")
# The ways to leave words other than the measure's empty in the crosswalk, the emptiest first.
KEPT = [set(kept) for n in range(4) for kept in combinations(WORDS[:3], n)]

# What stands before and after the words of a tag; any other tag begins a line and ends it.
EDGES = dict.fromkeys(("a", "abbr", "b", "code", "em", "i", "strong", "sub", "sup"), ("", "")) | {
    "span": (" ", " "),
    "td": ("", " | "),
    "th": ("", " | "),
}
Row = dict[str, str]
Entry = dict[str, str | list[str]]
Words = Meaning = tuple[str, ...]
Crosswalk = dict[Words, set[Meaning]]


@dataclass(frozen=True)
class Difference:
    """What differs in one place, as the lines of a diff, so that both sides are read."""

    what: str
    where: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    measure: str = ""
    measure_id: str = ""
    row: str = ""


def only(what: str, where: str, line: str, in_new: bool, **about: str) -> Difference:
    """Make the difference of something that one side has and the other has not."""
    return Difference(what, where, () if in_new else (line,), (line,) if in_new else (), **about)


def read_table(file: Path) -> list[Row]:
    """Read a table as text, so that nothing is taken for a number before it is compared."""
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig").to_dict("records")


def read_figures(reports: Path) -> dict[str, list[Row]]:
    """Read the figures of every pack, by the pack's folder, each as often as it is printed."""
    packs: dict[str, list[Row]] = defaultdict(list)
    for file in sorted(reports.rglob("figures.csv")):
        packs[file.parent.parent.relative_to(reports).as_posix()] += read_table(file)
    return packs


def read_crosswalk(file: Path) -> Crosswalk:
    """Read what the words of figures mean, for packs with words alone; an empty indicator, area or period is any."""
    if not file.is_file():
        sys.exit(f"There is no scripts/{file.name}. Write it: python scripts/same.py crosswalk")
    return _meanings(read_table(file), KEPT[-1])


def crosswalk_rows(figures: Iterable[Row]) -> list[Row]:
    """Write the crosswalk of packs that have both: per measure, only the words that it takes to tell meanings apart."""
    by_measure: dict[str, list[Row]] = defaultdict(list)
    for row in figures:
        by_measure[row["measure"]].append(row)
    return [
        dict(zip((*WORDS, *MEANING), (*words, *meaning), strict=True))
        for _, rows in sorted(by_measure.items())
        for words, meanings in sorted(_shortest(rows).items())
        for meaning in sorted(meanings)
    ]


def _shortest(rows: Collection[Row]) -> Crosswalk:
    """Give the form with the fewest entries of those that say as much as all the words do."""
    forms = [_meanings(rows, kept) for kept in KEPT]
    decided = [
        form
        for kept, form in zip(KEPT, forms, strict=True)
        if all(form[_cut(row, kept)] == forms[-1][_cut(row, KEPT[-1])] for row in rows)
    ]
    return min(decided, key=len)


def _meanings(rows: Iterable[Row], kept: Collection[str]) -> Crosswalk:
    """Give all that the words of some rows mean, no other words kept than these and the measure's."""
    found: Crosswalk = defaultdict(set)
    for row in rows:
        found[_cut(row, kept)].add(_meaning(row))
    return dict(found)


def _meaning(row: Row) -> Meaning:
    return tuple(row[column] for column in MEANING)


def _cut(row: Row, kept: Collection[str]) -> Words:
    return (*(row[column] if column in kept else "" for column in WORDS[:3]), row["measure"])


def entry_for(row: Row, crosswalk: Crosswalk) -> Words | None:
    """Give the words of the crosswalk that a figure falls under, those that say most, or ``None``."""
    return next((words for kept in reversed(KEPT) if (words := _cut(row, kept)) in crosswalk), None)


def identity(row: Row, crosswalk: Crosswalk | None) -> tuple[object, ...]:
    """Say what a figure is: by what it means, through the crosswalk where it says so in words alone."""
    if crosswalk is None:
        return tuple(row[column] for column in WORDS)
    meanings = sorted(crosswalk.get(entry_for(row, crosswalk), ()))
    own = _meaning(row) if MEANING[0] in row else None
    # Words that may mean several things make one class of figures on both sides, compared by their values.
    if own is not None and not (own in meanings and len(meanings) > 1):
        meanings = [own]
    return (row["indicator_id"], row["area"], *(meanings or [None, row["period"], row["measure"]]))


def figure_differences(old: Path, new: Path, crosswalk_file: Path) -> Iterator[Difference]:
    """Compare every figure of two sets of packs by what it is."""
    before, after = read_figures(old), read_figures(new)
    named = [any(MEANING[0] in rows[0] for rows in side.values() if rows) for side in (before, after)]
    crosswalk = {} if all(named) else None
    if named == [False, True]:
        crosswalk = read_crosswalk(crosswalk_file)
        used = {entry_for(row, crosswalk) for rows in before.values() for row in rows}
        for words in sorted(set(crosswalk) - used):
            line = "a row that no figure falls under: " + ", ".join(filter(None, words))
            yield only("figure", crosswalk_file.name, line, in_new=False)
    for where in sorted(before | after):
        if where in before and where in after:
            public = where.removeprefix("restricted/")
            given = [side.get(pack, []) for pack in (where, public) for side in (before, after)]
            yield from _pack_differences(where, *given, crosswalk)
        else:
            yield only("figure", where, "a pack", in_new=where in after)


def _pack_differences(
    where: str,
    old: list[Row],
    new: list[Row],
    old_public: list[Row],
    new_public: list[Row],
    crosswalk: Crosswalk | None,
) -> Iterator[Difference]:
    """Compare a pack; what a restricted one has no longer, or has now, may stand in the public one of the quarter."""
    compared = [column for column in COMPARED if all(column in row for row in (*old[:1], *new[:1]))]
    sides: dict[tuple[object, ...], tuple[list[Row], ...]] = defaultdict(lambda: ([], [], [], []))
    for side, rows in enumerate((old, new, old_public, new_public)):
        for row in rows:
            sides[identity(row, crosswalk)][side].append(row)
    for key, of_key in sides.items():
        note = "; its words are not in the crosswalk" if None in key else ""
        yield from _row_differences(where, *_unmatched(*of_key, compared), compared, note)


def _unmatched(
    old: list[Row], new: list[Row], old_public: list[Row], new_public: list[Row], columns: list[str]
) -> tuple[list[Row], list[Row]]:
    """Leave out the rows that are on both sides; a figure that a pack gives several times alike counts once."""
    old, new = (_each_once(rows, columns) for rows in (old, new))

    def without(rows: list[Row], others: list[Row]) -> list[Row]:
        return [row for row in rows if all(_unlike(row, other, columns) for other in others)]

    return without(old, [*new, *new_public]), without(new, [*old, *old_public])


def _each_once(rows: list[Row], columns: list[str]) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        if all(_unlike(row, other, columns) for other in kept):
            kept.append(row)
    return kept


def _row_differences(
    where: str, old: list[Row], new: list[Row], columns: list[str], note: str
) -> Iterator[Difference]:
    for before, after in zip_longest(old, new):
        row = after or before
        about = {"measure": row["measure"], "measure_id": row.get("measure_id", "")}
        about["row"] = ", ".join(row[column] for column in WORDS[:3])
        if before and after:
            changed = _unlike(before, after, columns)
            sides = (tuple(f"{column}: {side[column]}" for column in changed) for side in (before, after))
            yield Difference("figure", where, *sides, **about)
        else:
            told = [
                f"{column} {row[column]}" for column in ("value", "lower", "upper", "unit") if row.get(column)
            ]
            yield only(
                "figure", where, f"a figure: {', '.join(told)}{note}", in_new=after is not None, **about
            )


def _unlike(one: Row, other: Row, columns: Iterable[str]) -> list[str]:
    """Give the columns in which two rows differ."""
    return [
        c
        for c in columns
        if one.get(c, "") != other.get(c, "") and not (c in NUMBERS and _close(one[c], other[c]))
    ]


def _close(one: str, other: str) -> bool:
    """Say whether two numbers are the same to nine digits: sums in another order may differ beyond."""
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-9)
    except ValueError:
        return False


def words_of(page: str) -> list[str]:
    """Give the words of a page's main part as a reader meets them: a sentence, or a row of a table, to a line."""
    soup = BeautifulSoup(page, "html.parser")
    lines = ("".join(_pieces(soup))).split("\n")
    folded = [" ".join(line.split()) for line in lines]
    parts = [[line] if " |" in line else re.split(r"(?<=[.!?]) ", line) for line in folded]
    return [part for split in parts for part in split if part.strip("| ")]


def _pieces(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        if type(child) is NavigableString:
            yield re.sub(r"\s+", " ", child)
        elif isinstance(child, Tag) and child.name == "svg":
            titles = (title.get_text() for title in child.find_all(["title", "desc"]))
            yield f"\n{' '.join([child.get('aria-label', ''), *titles])}\n"
        elif isinstance(child, Tag) and child.name not in {"script", "style", "footer"}:
            before, after = EDGES.get(child.name, ("\n", "\n"))
            yield before
            yield from _pieces(child)
            yield after


def read_pages(reports: Path) -> dict[str, str]:
    """Read the main part of every page for readers, by its report's folder or, of a page beside the reports, its path."""
    pages = {}
    for file in sorted(reports.rglob("*.html")):
        if file.name != "trace.html":
            place = file.parent if file.name == "report.html" else file
            text = file.read_text(encoding="utf-8")
            main = re.search(r"<main\b.*</main>", text, flags=re.DOTALL)
            pages[place.relative_to(reports).as_posix()] = main.group() if main else text
    return pages


def word_differences(old: Path, new: Path) -> Iterator[Difference]:
    """Compare the words of every page, as a diff does; lines that stand elsewhere on the same page are told apart."""
    before, after = read_pages(old), read_pages(new)
    for where in sorted(before | after):
        if where not in before or where not in after:
            yield only("words", where, "a page", in_new=where in after)
        elif before[where] != after[where]:
            a, b = words_of(before[where]), words_of(after[where])
            steps = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
            changed = [(a[i:j], b[k:m]) for step, i, j, k, m in steps if step != "equal"]
            gone, came = (Counter(line for sides in changed for line in sides[side]) for side in (0, 1))
            moved = gone & came
            if moved:
                yield Difference("moved", where, tuple(moved.elements()), ())
            of_gone, of_came = moved.copy(), moved.copy()
            for removed, added in changed:
                rest = tuple(_unmoved(removed, of_gone)), tuple(_unmoved(added, of_came))
                if any(rest):
                    yield Difference("words", where, *rest)


def _unmoved(lines: Iterable[str], moved: Counter[str]) -> Iterator[str]:
    """Leave out lines as often as they moved, and take them off that count."""
    for line in lines:
        if moved[line]:
            moved[line] -= 1
        else:
            yield line


def read_expected(file: Path) -> list[Entry]:
    """Read what is meant to differ, and refuse an entry that cannot be understood or gives no reason."""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("expected", [])
    for number, entry in enumerate(entries, 1):
        unknown = set(entry) - {
            *("what", "why", "report", "measure", "measure_id", "removed", "added", "ending")
        }
        in_two_ways = "ending" in entry and {"removed", "added"} & set(entry)
        if (
            unknown
            or in_two_ways
            or entry.get("what") not in {"figure", "words", "moved"}
            or not entry.get("why")
        ):
            sys.exit(f"{file.name}, entry {number}: see the comment at its top for what an entry says.")
    return entries


def asks_for(entry: Entry, difference: Difference, side: str, line: str) -> bool:
    """Say whether an entry asks for one line of a difference."""
    if entry["what"] != difference.what or (side not in entry and {"removed", "added"} & set(entry)):
        return False
    longer = tuple(f"{removed} {entry.get('ending', '')}" for removed in difference.removed)
    if "ending" in entry and difference.added != longer:
        return False
    asked = {
        "report": difference.where,
        "measure": difference.measure,
        "measure_id": difference.measure_id,
        side: line,
    }
    return all(
        any(_fits(text, pattern) for pattern in listed(entry[name]))
        for name, text in asked.items()
        if name in entry
    )


def listed(patterns: str | list[str]) -> list[str]:
    """Give the patterns of an entry, of which one may stand alone."""
    return [patterns] if isinstance(patterns, str) else patterns


def _fits(text: str, pattern: str) -> bool:
    return text == pattern or fnmatchcase(text, pattern)


def asks_for_nothing(entry: Entry, found: Collection[Difference]) -> list[str]:
    """Give the patterns of an entry that fit nothing in the differences that it asks for."""
    there = {
        "report": {d.where for d in found},
        "removed": {line for d in found for line in d.removed},
        "added": {line for d in found for line in d.added},
    }
    return [
        pattern
        for name, texts in there.items()
        for pattern in listed(entry.get(name, []))
        if not any(_fits(text, pattern) for text in texts)
    ]


def sort_out(
    differences: Iterable[Difference], entries: Sequence[Entry]
) -> tuple[dict[int, list[Difference]], list[Difference]]:
    """Part what each entry asks for from what none does: a difference is asked for when each of its lines is."""
    asked: dict[int, list[Difference]] = {number: [] for number in range(len(entries))}
    others = []
    for difference in differences:
        found = [
            [number for number, entry in enumerate(entries) if asks_for(entry, difference, side, line)]
            for side in ("removed", "added")
            for line in getattr(difference, side)
        ]
        for number in {number for numbers in found for number in numbers}:
            asked[number].append(difference)
        if not all(found):
            others.append(difference)
    return asked, others


def describe(differences: Iterable[Difference]) -> Iterator[str]:
    """Print a change once, however many reports it is in, with where to see it first."""
    groups: dict[tuple, list[Difference]] = defaultdict(list)
    for difference in differences:
        groups[difference.what, difference.measure, difference.removed, difference.added].append(difference)
    for (what, measure, removed, added), group in groups.items():
        first, places = group[0], {difference.where for difference in group}
        count = f"{len(group)} times, " if len(group) > len(places) else ""
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield f"\n{what.capitalize()}, {count}in {first.where}{more}"
        yield from [f"    {measure} ({first.row})"] if measure else []
        yield from [f"  - {line}" for line in removed] + [f"  + {line}" for line in added]


def compare(old: Path, new: Path, crosswalk: Path = CROSSWALK, expected: Path = EXPECTED) -> int:
    """Compare two folders of packs, say what differs, and give 0 when that is nothing but what was asked for."""
    pages, figures = len(read_pages(new)), sum(map(len, read_figures(new).values()))
    if not pages or not figures:
        sys.exit("There is nothing to compare: the new side has no pages or no figures.")
    entries = read_expected(expected)
    asked, others = sort_out([*figure_differences(old, new, crosswalk), *word_differences(old, new)], entries)
    for line in describe(others):
        print(line)
    failed = bool(others)
    for number, found in asked.items():
        idle = asks_for_nothing(entries[number], found)
        failed |= bool(idle) or not found
        says = f"Asked for, differences: {len(found)}" if found else "Stale, for nothing differs as it says"
        print(f"{says}; entry {number + 1} of {expected.name}: {entries[number]['why']}")
        for pattern in idle if found else []:
            print(f"  Stale, for nothing differs so: {pattern}")
    print(
        f"{'Not the same' if failed else 'The same'}: {pages} pages, {figures:,} figures, differences not asked for: {len(others):,}"
    )
    return int(failed)


def write_crosswalk(reports: Path) -> None:
    """Write the crosswalk anew from packs whose figures carry both their words and what they mean."""
    figures = [row for rows in read_figures(reports).values() for row in rows if MEANING[0] in row]
    if not figures:
        sys.exit(f"No figure of these packs says what it means: figures.csv has no {', '.join(MEANING)}.")
    rows = crosswalk_rows(figures)
    pd.DataFrame(rows).to_csv(CROSSWALK, index=False, lineterminator="\n")
    print(f"Written: scripts/{CROSSWALK.name}, {len(rows):,} rows")


def main(words: Sequence[str]) -> int:
    """Compare two versions, or write the crosswalk anew; without a second version, from what lies in this folder."""
    from build_example import build

    if not 1 <= len(words) <= 2:
        sys.exit(__doc__)
    old, new = (*words, None)[:2]
    if old != "crosswalk":
        return compare(build(old), build(new))
    write_crosswalk(build(new))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
