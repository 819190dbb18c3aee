"""Street-level files of data.police.uk, exactly as downloaded: records counted by month, crime type and ward.

What is counted: records reported by the forces that the manifest names, with an LSOA that the look-up places in a ward
of the local authority, or of one of several. Every other record is counted as refused, with the reason. Records have an ID (anti-social
behaviour has none): records of a month that repeat a crime's ID, type and LSOA are that one crime and count once;
records that share an ID and differ in type or LSOA all count, because the ID cannot say which of them is right.
Both are reported. IDs, coordinates and streets are read no further than this room.
"""

import difflib
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.door import MOST_ROWS, open_csv, open_raw, read_table, reading_as
from saferleeds_analysis.intake import schemas
from saferleeds_analysis.intake.files import repeats
from saferleeds_analysis.intake.ledger import Counted, Refusal
from saferleeds_analysis.intake.sources import MANIFEST, Source, inside_raw, name_in_raw, raw_folder
from saferleeds_analysis.problems import DataProblem, noting, refuse

OTHER_FORCE = "reported by another force"
OTHER_FORCE_MISSING = "month is incomplete: no records of another named force"
NO_LSOA = "no LSOA code, so the place is not known and may lie outside the local authority"
OUTSIDE = "outside the local authority"
NOT_IN_LOOKUP = "in the local authority, but with an LSOA code that is not in the look-up"
REPEATED = "repeats the ID, type and LSOA of a record of the same month"

# Records refused for these may belong to the areas that are counted, so a reader is told of them.
MAY_BELONG = (NO_LSOA, NOT_IN_LOOKUP)

_TITLES = ("Crime ID", "Month", "Reported by", "LSOA code", "LSOA name", "Crime type")


def count_street_files(root: Path, source: Source, files: list[Path], catalogue: Catalogue) -> Counted:
    """Count a source's street files; every problem of every file is named in one message."""
    lookup = _read_lookups(root, source, catalogue)
    problems: list[str] = []
    groups, rows = [], {}
    for path in files:
        name = name_in_raw(root, path)
        with noting(problems):
            records = _read_records(path, name, source)
            rows[name] = len(records)
            groups.append(_group(records).assign(file=name))
    if groups:
        problems += _months_in_two_files(pd.concat(groups))
    refuse(problems)
    records = _with_reasons(pd.concat(groups, ignore_index=True), source, lookup)
    counted = records[records["reason"] == ""]
    counts = _ward_counts(records, counted, source, catalogue)
    offence = records["Crime type"].where(records["reason"].isin(MAY_BELONG), "")
    refused = records[records["reason"] != ""].groupby(["file", "Month", offence, "reason"])["records"].sum()
    shared = counted.loc[counted["shares_id"], "records"].sum()
    note = f"{shared:,} records share a crime ID with a record of another type or place; all of them are counted."
    return Counted(
        counts=counts,
        months=tuple(sorted(counts["month"].unique())),
        rows=rows,
        refused=tuple(
            Refusal(file=file, month=month, offence=offence, reason=reason, rows=int(number))
            for (file, month, offence, reason), number in refused.items()
        ),
        notes=(note,) if shared else (),
    )


def _read_records(path: Path, name: str, source: Source) -> pd.DataFrame:
    with open_csv(path, name, source.encoding) as file:
        encoding = file.encoding
        titles = [title.strip('"') for title in file.readline().rstrip("\r\n").split(",")]
    wrong = [title for title in _TITLES if titles.count(title) != 1]
    if wrong:
        raise DataProblem(
            f"{name}, row 1: must have each of the columns {', '.join(repr(t) for t in _TITLES)} once; look at "
            f"{', '.join(repr(title) for title in wrong)}. Is it a street file of data.police.uk?"
        )
    table, misshapen = _read_columns(path, name, encoding)
    refuse(
        f"{name}, row {number}: does not have {len(titles)} values as the header has. Download the file again."
        for number in misshapen
    )
    if not table.num_rows:
        raise DataProblem(f"{name}: has a header and no rows. Download the file again.")
    if table.num_rows > MOST_ROWS:
        raise DataProblem(
            f"{name}: has {table.num_rows:,} rows, more than {MOST_ROWS:,}. Is it one month of one force?"
        )
    records = table.to_pandas()
    records.index += 2
    month = re.match(r"[0-9]{4}-(0[1-9]|1[0-2])(?=-)", path.name)
    schema = schemas.street_schema(source, month[0] if month else None)
    # Records repeat a few thousand combinations; the first row of each is looked at.
    cells = records[list(schema.columns)].drop_duplicates().astype(str)
    refused = schemas.cell_problems(schema, cells, name, show_values=False)
    refuse(line for lines in refused.values() for line in lines)
    return records


def _read_columns(path: Path, name: str, encoding: str) -> tuple[pa.Table, list[int]]:
    """Read the columns that are kept, and give the numbers of the rows that do not have as many values as the header."""
    misshapen: list[int] = []

    def skip(row):
        misshapen.append(row.number)
        return "skip"

    with reading_as("CSV", name, "Download the file again."), open_raw(path, name) as file:
        table = csv.read_csv(
            file,
            # One thread, because only then is a row's number known.
            read_options=csv.ReadOptions(use_threads=False, encoding=encoding.removesuffix("-sig")),
            parse_options=csv.ParseOptions(invalid_row_handler=skip),
            convert_options=csv.ConvertOptions(
                include_columns=_TITLES,
                column_types={
                    t: pa.string() if t == "Crime ID" else pa.dictionary(pa.int32(), pa.string())
                    for t in _TITLES
                },
                strings_can_be_null=False,
            ),
        )
    return table, misshapen


def _group(records: pd.DataFrame) -> pd.DataFrame:
    """Count records alike in all that we keep; from here on there are no IDs."""
    known = records["Crime ID"] != ""
    repeats_one = known & records.duplicated(["Crime ID", "Month", "Crime type", "LSOA code"])
    once = records[known & ~repeats_one]
    shares = once.index[once.duplicated(["Crime ID", "Month"], keep=False)]
    kept = list(_TITLES[1:])
    flagged = records[kept].assign(repeats=repeats_one, shares_id=records.index.isin(shares))
    groups = flagged.groupby([*kept, "repeats", "shares_id"], observed=True).size()
    return groups.rename("records").reset_index().astype(dict.fromkeys(kept, str))


def _months_in_two_files(groups: pd.DataFrame) -> list[str]:
    held = groups[["file", "Month", "Reported by"]].drop_duplicates()
    return [
        f"{file}: has {month} of a force that is already in {first}. Keep one of the two."
        for file, month, _, first in repeats(held, ["Month", "Reported by"]).itertuples(index=False)
    ]


def _with_reasons(records: pd.DataFrame, source: Source, lookup: pd.DataFrame) -> pd.DataFrame:
    """Say of every group why it is not counted ('' if it is); the first reason that holds is the one given."""
    code = records["LSOA code"]
    # police.uk names a small area by its authority and a number: Leeds 011A.
    named = records["LSOA name"].str.replace(r" [0-9]{3}[A-Z]$", "", regex=True)
    authority = code.map(lookup["authority"]).fillna(named)
    forces = records.groupby("Month")["Reported by"].agg(set)
    incomplete = records["Month"].map({m: not set(source.forces) <= found for m, found in forces.items()})
    tests = {
        OTHER_FORCE: ~records["Reported by"].isin(source.forces),
        OTHER_FORCE_MISSING: incomplete,
        NO_LSOA: code == "",
        OUTSIDE: ~authority.isin(source.local_authority),
        NOT_IN_LOOKUP: ~code.isin(lookup.index),
        REPEATED: records["repeats"],
    }
    reason = pd.Series("", index=records.index)
    for why, holds in tests.items():
        reason = reason.mask((reason == "") & holds, why)
    return records.assign(reason=reason, ward=code.map(lookup["ward"]), complete=~incomplete)


def _ward_counts(
    records: pd.DataFrame, counted: pd.DataFrame, source: Source, catalogue: Catalogue
) -> pd.DataFrame:
    """Count by month, ward and type, with a 0 where a ward had none.

    A type gets its zeros from the first month to the last in which the files have it anywhere: outside these
    the category did not exist (police.uk split and renamed categories in 2013), so nothing can be said.
    """
    own = records[records["Reported by"].isin(source.forces) & records["complete"]]
    if own.empty:
        raise DataProblem(_no_month(records, source))
    if counted.empty:
        raise DataProblem(
            f"{source.id}: no record can be placed in {' or '.join(map(repr, source.local_authority))}. "
            "Does the look-up hold the LSOA codes (2011 or 2021) of the files, and is local_authority spelt as in it?"
        )
    months = sorted(own["Month"].unique())
    in_use = own.groupby("Crime type")["Month"].agg(["min", "max"])
    wards = [area.name for area in _wards(source, catalogue)]
    cells = pd.MultiIndex.from_tuples(
        [
            (month, ward, offence)
            for offence, first, last in in_use.itertuples()
            for month in months
            if first <= month <= last
            for ward in wards
        ],
        names=["month", "area", "offence"],
    )
    found = counted.groupby(["Month", "ward", "Crime type"])["records"].sum()
    found.index.names = cells.names
    counts = found.reindex(cells, fill_value=0).rename("count").astype("int64").reset_index()
    return counts.assign(file="", row=0)  # a count of many records, which are not named


def _no_month(records: pd.DataFrame, source: Source) -> str:
    found = set(records["Reported by"])
    absent = [force for force in source.forces if force not in found]
    if not absent:
        return (
            f"{source.id}: no month has records of every force named in source.toml. Add the missing files."
        )
    near = difflib.get_close_matches(absent[0], found, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "Add its files, or correct forces in source.toml."
    return f"{source.id}: no record is reported by {absent[0]!r}, named in source.toml. {hint}"


def _read_lookups(root: Path, source: Source, catalogue: Catalogue) -> pd.DataFrame:
    """Give the ``ward`` and ``authority`` of every small area (LSOA, the index), of 2011 or 2021 or both.

    The wards are checked against the area set, by code, so that no other vintage slips in.
    """
    rows = pd.concat([_lookup_rows(root, name, source) for name in source.lookup])
    placed = rows.drop_duplicates(["lsoa", "code", "ward"])
    problems = [
        f"{row.file}: {row.lsoa} lies in {row.ward!r} here and in {row.ward_first!r} elsewhere. "
        "A best-fit look-up gives one ward; use look-ups to the same wards."
        for row in repeats(placed, ["lsoa"]).itertuples()
    ]
    # Of two look-ups that name the authority of a small area otherwise, the last one holds.
    placed = placed.drop(columns="authority").join(rows.groupby("lsoa")["authority"].last(), on="lsoa")
    ours = placed[placed["authority"].isin(source.local_authority)]
    refuse(
        f"{', '.join(source.lookup)}: has no row of the local authority {authority!r}. "
        "Correct local_authority in source.toml, or use the look-up that holds it."
        for authority in source.local_authority
        if authority not in set(ours["authority"])
    )
    problems += _wards_unlike(ours, source, catalogue)
    refuse(problems)
    return placed.set_index("lsoa")


def _wards_unlike(lookup: pd.DataFrame, source: Source, catalogue: Catalogue) -> list[str]:
    """Find the wards of a look-up that the area set has not, or has with another code, and those that it lacks."""
    place = ", ".join(source.lookup)
    known = {area.name: area.code for area in _wards(source, catalogue)}
    problems = []
    for code, ward in sorted(set(zip(lookup["code"], lookup["ward"], strict=True))):
        if ward not in known:
            near = difflib.get_close_matches(ward, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "Use the look-up for the area set's wards."
            problems.append(f"{place}: ward {ward!r} is not in area set {source.area_set!r}. {hint}")
        elif known[ward] not in ("", code):
            problems.append(
                f"{place}: ward {ward!r} is {code} here and {known[ward]} in area set "
                f"{source.area_set!r}: another vintage of boundaries. Use the look-up for the area set's wards."
            )
    return problems + [
        f"{place}: no LSOA lies in ward {ward!r} of area set {source.area_set!r}."
        for ward in sorted(set(known) - set(lookup["ward"]))
    ]


def _lookup_rows(root: Path, name: str, source: Source) -> pd.DataFrame:
    """Give a look-up's small areas with the code and name of their ward and their authority, and the file."""
    path = inside_raw(root, raw_folder(root) / name)
    if not path.is_file():
        raise DataProblem(
            f"{source.id}/{MANIFEST}: the look-up {name!r} is not in data/raw. "
            "Put the ONS look-up of LSOA to ward there."
        )
    table = read_table(path, name, source.encoding, most_rows=MOST_ROWS)
    small = [column for column in table.columns if re.fullmatch(r"LSOA(11|21)CD", column)]
    others = [
        [column for column in table.columns if re.fullmatch(pattern, column)]
        for pattern in (r"WD[0-9]{2}CD", r"WD[0-9]{2}NM", r"LAD[0-9]{2}NM")
    ]
    if not small or any(len(found) != 1 for found in others):
        raise DataProblem(
            f"{name}, row 1: must have LSOA11CD or LSOA21CD, and one each of WDyyCD, WDyyNM and LADyyNM "
            f"(yy the year of the boundaries); found {', '.join(map(repr, table.columns[:12]))}."
        )
    named = dict(zip((found[0] for found in others), ("code", "ward", "authority"), strict=True))
    ours = table[[*named, *small]].rename(columns=named)
    return (
        ours.melt(id_vars=list(named.values()), value_name="lsoa").drop(columns="variable").assign(file=name)
    )


def _wards(source: Source, catalogue: Catalogue) -> list:
    """Give the areas without parts: what the records are counted in."""
    return [
        area for area in catalogue.areas(source.area_set) if not catalogue.parts(source.area_set, area.name)
    ]
