"""Street-level files of data.police.uk: real records of Leeds, and the traps of such files."""

import csv
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from projects import REFERENCE
from real_inputs import POLICE_UK_MANIFEST, STREET_COLUMNS, write_police_uk_project

from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.intake import build_processed, police_uk, recorded_counts
from saferleeds_analysis.problems import DataProblem

CATALOGUE = load_catalogue(REFERENCE)
WARDS = [area for area in CATALOGUE.areas("leeds_2018") if area.kind == "ward"]
BURGLARY = CATALOGUE.indicator("burglary_police_uk")
FORCE = "West Yorkshire Police"


@pytest.fixture(scope="module")
def leeds(tmp_path_factory, shared) -> Path:
    root = tmp_path_factory.mktemp("leeds")
    write_police_uk_project(root, shared)
    build_processed(root, CATALOGUE)
    return root


@pytest.mark.shared
def test_real_records_are_counted_as_they_were_counted_independently(leeds, shared):
    # ../shared/data/PROVENANCE.md: counts derived from the same records, by other code; wards with none are left out.
    expected = pd.read_csv(shared / "data" / "leeds_ward_month_type_2014.csv")
    expected = expected.set_index(["month", "ward18_name", "crime_type"])["count"].sort_index()
    found = pd.read_parquet(leeds / "data" / "processed" / "police_uk.parquet")
    found = found.set_index(["month", "area", "offence"])["count"].sort_index()
    assert found[found > 0].to_dict() == expected.to_dict()
    assert len(expected) == 2773
    # 14 types in every one of 7 months and 33 wards, zeros and all.
    assert len(found) == 7 * 33 * 14
    assert found.sum() == 46_919


@pytest.mark.shared
def test_real_months_that_are_missing_stay_missing(leeds):
    (provenance,) = build_processed(leeds, CATALOGUE)
    assert provenance.months_missing == ("2014-03", "2014-04", "2014-05", "2014-07")
    assert provenance.months[-1] == "2014-11"
    assert (provenance.rows_in, provenance.rows_refused) == (46_919, 0)
    counts = recorded_counts(leeds, BURGLARY, catalogue=CATALOGUE, as_at=date(2014, 12, 31))
    city = counts.series("Leeds")
    assert [str(month) for month in city.index[city.isna()]] == list(provenance.months_missing)
    assert (str(city.index[0]), str(city.index[-1])) == ("2014-01", "2014-11")
    assert counts.caveats == (
        "There is no data for March 2014 to May 2014 and July 2014. Nothing was put in their place.",
    )
    assert counts.by_area.shape == (11, 34)


@pytest.mark.shared
def test_nothing_personal_leaves_the_raw_folder(leeds, shared):
    records = pd.read_csv(shared / "data" / "leeds_street_crime_2014.csv.gz", nrows=2000)
    table = pd.read_parquet(leeds / "data" / "processed" / "police_uk.parquet")
    ledger = (leeds / "data" / "processed" / "police_uk.provenance.json").read_text(encoding="utf-8")
    # A row of records of one person each has no place in a table that leads to its rows: only the file is said.
    assert list(table.columns) == ["month", "area", "offence", "count", "file", "row"]
    assert set(table["row"]) == {0}
    assert len(list((leeds / "data" / "processed").iterdir())) == 2
    for column in ("crime_id", "location", "lsoa_code"):
        values = set(records[column].dropna())
        assert len(values) > 100
        assert not values & (set(table["area"]) | set(table["offence"]))
        assert not [value for value in values if value in ledger]


@pytest.mark.shared
def test_the_small_areas_of_2021_are_counted_through_their_own_look_up(tmp_path, shared):
    # The 488 real codes of 2021; a code that 2011 had keeps its ward, a new one is given the first ward.
    old = (
        pd.read_csv(shared / "data" / "leeds_lsoa11_ward18_lookup.csv")
        .set_index("LSOA11CD")["WD18NM"]
        .to_dict()
    )
    new = pd.read_csv(shared / "data" / "leeds_lsoa21_households_census2021.csv")["lsoa21_code"].tolist()
    wards = {code: old.get(code, WARDS[0].name) for code in new}
    assert len(new) == 488
    assert 0 < len(set(new) - set(old)) < 30
    project = StreetProject(tmp_path)
    project.lookup("LSOA21CD", wards)
    project.month("2023-06", *({"LSOA code": code} for code in new))
    project.manifest(received="2023-08-01")
    counts = project.counts(date(2023, 6, 30))
    expected = pd.Series(list(wards.values())).value_counts().to_dict()
    assert counts.by_area.loc["2023-06"].to_dict() == {"Leeds": 488, **expected}
    assert counts.caveats == ()
    # Read through the look-up of 2011 alone, the new codes are counted as refused and the reader is told.
    project.lookup("LSOA11CD", old)
    (provenance,) = project.build()
    lost = len(set(new) - set(old))
    assert provenance.rows_refused == lost
    assert project.counts(date(2023, 6, 30)).caveats == (
        f"{lost} records are not counted: in the local authority, but with an LSOA code that is not in the look-up.",
    )


class StreetProject:
    """A small project of street files: one LSOA a ward, E01000000 in the first, and so on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.raw = root / "data" / "raw"
        self.folder = self.raw / "police_uk"
        self.folder.mkdir(parents=True)
        (self.raw / "lookups").mkdir()
        self.manifest()
        self.lookup("LSOA11CD", {f"E01{n:06}": ward.name for n, ward in enumerate(WARDS)})

    def manifest(
        self, received: str = "2015-01-31", forces: str = f'["{FORCE}"]', lookup: str = '"lookups/a.csv"'
    ) -> None:
        text = POLICE_UK_MANIFEST.replace("2015-01-31", received).replace(f'["{FORCE}"]', forces)
        text = text.replace('"lookups/leeds_lsoa11_ward18_lookup.csv"', lookup)
        (self.folder / "source.toml").write_text(text, encoding="utf-8")

    def lookup(self, column: str, wards: dict[str, str], name: str = "a.csv", **codes: str) -> None:
        known = {ward.name: ward.code for ward in WARDS} | codes
        table = pd.DataFrame(
            [(code, known.get(ward, "E05999999"), ward, "Leeds") for code, ward in wards.items()],
            columns=[column, "WD18CD", "WD18NM", "LAD18NM"],
        )
        table.to_csv(self.raw / "lookups" / name, index=False)

    def month(self, month: str, *records: dict, force: str = FORCE, folder: str = "") -> Path:
        """Write a month; each record is a burglary in the first ward but for what is given."""
        usual = dict.fromkeys(STREET_COLUMNS, "") | {
            "Month": month,
            "Reported by": force,
            "Location": "On or near Secret Street",
            "LSOA code": "E01000000",
            "LSOA name": "Leeds 001A",
            "Crime type": "Burglary",
        }
        path = self.folder / folder / f"{month}-{force.lower().replace(' ', '-')}-street.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, STREET_COLUMNS)
            writer.writeheader()
            writer.writerows(usual | record for record in records)
        return path

    def build(self):
        return build_processed(self.root, CATALOGUE)

    def counts(self, as_at: date = date(2014, 12, 31)):
        self.build()
        return recorded_counts(self.root, BURGLARY, catalogue=CATALOGUE, as_at=as_at)

    def table(self) -> pd.Series:
        self.build()
        table = pd.read_parquet(self.root / "data" / "processed" / "police_uk.parquet")
        return table.set_index(["month", "offence", "area"])["count"]

    def refusal(self) -> str:
        with pytest.raises(DataProblem) as problem:
            self.build()
        assert not (self.root / "data" / "processed").exists()
        return str(problem.value)


@pytest.fixture
def streets(tmp_path) -> StreetProject:
    return StreetProject(tmp_path)


def test_every_record_that_is_not_counted_is_reported_with_the_reason(streets):
    streets.month(
        "2014-01",
        {},
        {"LSOA code": "", "LSOA name": ""},
        {"LSOA code": "E01999999", "LSOA name": "Bradford 001A"},
        {"LSOA code": "E01999998", "LSOA name": "Leeds 200B"},
        {"LSOA code": "E01999998", "LSOA name": "Leeds 200B", "Crime type": "Drugs"},
    )
    streets.month("2014-01", {}, {}, force="British Transport Police")
    (provenance,) = streets.build()
    assert (provenance.rows_in, provenance.rows_refused) == (7, 6)
    assert {(r.month, r.offence, r.reason): r.rows for r in provenance.refused} == {
        ("2014-01", "Burglary", police_uk.NO_LSOA): 1,
        ("2014-01", "", police_uk.OUTSIDE): 1,
        ("2014-01", "Burglary", police_uk.NOT_IN_LOOKUP): 1,
        ("2014-01", "Drugs", police_uk.NOT_IN_LOOKUP): 1,
        ("2014-01", "", police_uk.OTHER_FORCE): 2,
    }
    counts = streets.counts()
    assert counts.series("Leeds").tolist() == [1]
    assert set(counts.caveats) == {
        "1 record is not counted: no LSOA code, so the place is not known and may lie outside the local authority.",
        "1 record is not counted: in the local authority, but with an LSOA code that is not in the look-up.",
    }


def test_rows_in_are_rows_counted_and_rows_refused(streets):
    streets.month("2014-01", {}, {"Crime type": "Drugs"}, {"LSOA code": "", "LSOA name": ""})
    (provenance,) = streets.build()
    assert provenance.rows_in == streets.table().sum() + provenance.rows_refused == 3


def test_an_id_that_comes_again_counts_once_for_the_same_crime_and_else_each_time(streets):
    same = {"Crime ID": "a1"}
    streets.month(
        "2014-01",
        same,
        same | {"Last outcome category": "Under investigation"},
        same | {"LSOA code": "E01000001"},
        {"Crime ID": "b2"},
        {"Crime type": "Anti-social behaviour"},
        {"Crime type": "Anti-social behaviour"},
    )
    streets.month("2014-02", same)
    (provenance,) = streets.build()
    table = streets.table()
    first, second = WARDS[0].name, WARDS[1].name
    assert table["2014-01", "Burglary", first] == 2
    assert table["2014-01", "Burglary", second] == 1
    assert table["2014-02", "Burglary", first] == 1
    assert table["2014-01", "Anti-social behaviour", first] == 2
    assert [(r.month, r.reason, r.rows) for r in provenance.refused] == [("2014-01", police_uk.REPEATED, 1)]
    assert provenance.notes == (
        "2 records share a crime ID with a record of another type or place; all of them are counted.",
    )


def test_a_month_without_one_of_the_forces_is_missing_not_low(streets):
    streets.manifest(forces=f'["{FORCE}", "British Transport Police"]')
    for month in ("2014-01", "2014-02", "2014-03"):
        streets.month(month, {}, force="British Transport Police")
    for month in ("2014-01", "2014-03"):
        streets.month(month, {}, {})
    (provenance,) = streets.build()
    assert provenance.months_missing == ("2014-02",)
    assert [(r.month, r.reason, r.rows) for r in provenance.refused] == [
        ("2014-02", police_uk.OTHER_FORCE_MISSING, 1)
    ]
    assert streets.counts().series("Leeds").isna().tolist() == [False, True, False]
    assert streets.counts().series("Leeds").dropna().tolist() == [3, 3]


def test_a_ward_without_a_record_is_a_true_zero_while_the_type_is_in_use(streets):
    streets.month("2014-01", {}, {"Crime type": "Violent crime"})
    streets.month("2014-02", {"LSOA code": "E01000001"})
    streets.month("2014-03", {}, {"Crime type": "Violence and sexual offences"})
    table = streets.table()
    first, second = WARDS[0].name, WARDS[1].name
    assert [table[month, "Burglary", first] for month in ("2014-01", "2014-02", "2014-03")] == [1, 0, 1]
    assert [table[month, "Burglary", second] for month in ("2014-01", "2014-02", "2014-03")] == [0, 1, 0]
    assert set(table.xs("Violent crime", level="offence").index.get_level_values("month")) == {"2014-01"}
    assert set(table.xs("Violence and sexual offences", level="offence").index.get_level_values("month")) == {
        "2014-03"
    }


def test_both_versions_of_small_areas_may_be_in_one_project(streets):
    streets.lookup("LSOA21CD", {"E01033000": WARDS[2].name}, name="b.csv")
    streets.manifest(received="2023-08-01", lookup='["lookups/a.csv", "lookups/b.csv"]')
    streets.month("2023-06", {}, {"LSOA code": "E01033000"})
    assert streets.counts(date(2023, 6, 30)).by_area.iloc[0][[WARDS[0].name, WARDS[2].name]].tolist() == [
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"Month": "January"}, "column 'Month': is not a month such as 2014-01."),
        ({"Month": "2014-02"}, "column 'Month': is not 2014-01, the month of the file's name."),
        ({"LSOA code": "On or near Secret Street"}, "column 'LSOA code': is not the code of a small area (LSOA)."),
        ({"Crime type": ""}, "column 'Crime type': is empty. Download the file again."),
        ({"Reported by": ""}, "column 'Reported by': is empty. Download the file again."),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_named_without_what_it_says(streets, record, message):
    streets.month("2014-01", {}, record)
    name = "police_uk/2014-01-west-yorkshire-police-street.csv"
    assert streets.refusal() == f"{name}, row 3, {message}"


def test_a_month_that_had_not_ended_when_the_files_came_is_refused(streets):
    streets.manifest(received="2014-01-30")
    streets.month("2014-01", {})
    assert streets.refusal() == (
        "police_uk/2014-01-west-yorkshire-police-street.csv, row 2, column 'Month': had not ended on 30 January 2014, "
        "when the data was received. Take the row out, or correct received in source.toml."
    )


def test_a_month_of_a_force_in_two_files_is_refused(streets):
    streets.month("2014-01", {})
    streets.month("2014-01", {}, folder="copy")
    assert streets.refusal() == (
        "police_uk/copy/2014-01-west-yorkshire-police-street.csv: has 2014-01 of a force that is already in "
        "police_uk/2014-01-west-yorkshire-police-street.csv. Keep one of the two."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ": is empty. Ask for the file again."),
        ("<html></html>", ": is a web page (HTML or XML), not a CSV file. Download the data itself."),
        (",".join(STREET_COLUMNS) + "\n", ": has a header and no rows. Download the file again."),
        (",".join(STREET_COLUMNS) + "\na,b\n", ", row 2: does not have 12 values as the header has. Download the file again."),
        ("Month,Crime type\n", ", row 1: must have each of the columns 'Crime ID', 'Month', 'Reported by', 'LSOA code', 'LSOA name', 'Crime type' once; look at 'Crime ID', 'Reported by', 'LSOA code', 'LSOA name'. Is it a street file of data.police.uk?"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_street_file_is_refused(streets, content, message):
    path = streets.folder / "2014-01-x-street.csv"
    path.write_text(content, encoding="utf-8")
    assert streets.refusal() == f"police_uk/2014-01-x-street.csv{message}"


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(streets):
    path = streets.month("2014-01", {}, {})
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert streets.counts().series("Leeds").tolist() == [2]


def test_a_force_that_is_not_in_the_files_is_refused(streets):
    streets.manifest(forces='["West Yorkshire"]')
    streets.month("2014-01", {})
    assert streets.refusal() == (
        "police_uk: no record is reported by 'West Yorkshire', named in source.toml. "
        "Did you mean 'West Yorkshire Police'?"
    )


def test_files_of_another_place_are_refused(streets):
    streets.month("2014-01", {"LSOA code": "E01999999", "LSOA name": "Bradford 001A"})
    assert streets.refusal() == (
        "police_uk: no record can be placed in 'Leeds'. Does the look-up hold the LSOA codes (2011 or 2021) of the "
        "files, and is local_authority spelt as in it?"
    )


def test_a_look_up_to_wards_of_another_vintage_is_refused(streets):
    first = WARDS[0]
    wards = {f"E01{n:06}": ward.name for n, ward in enumerate(WARDS)}
    streets.lookup("LSOA11CD", wards, **{first.name: "E05001411"})
    streets.month("2014-01", {})
    assert streets.refusal() == (
        f"lookups/a.csv: ward {first.name!r} is E05001411 here and {first.code} in area set 'leeds_2018': another "
        "vintage of boundaries. Use the look-up for the area set's wards."
    )


def test_a_look_up_that_knows_other_wards_is_refused(streets):
    wards = {f"E01{n:06}": ward.name for n, ward in enumerate(WARDS)}
    streets.lookup("LSOA11CD", wards | {"E01000005": "Otley and Yeadon"})
    streets.month("2014-01", {})
    assert streets.refusal().splitlines() == [
        "lookups/a.csv: ward 'Otley and Yeadon' is not in area set 'leeds_2018'. Did you mean 'Otley & Yeadon'?",
        f"lookups/a.csv: no LSOA lies in ward {WARDS[5].name!r} of area set 'leeds_2018'.",
    ]


def test_look_ups_that_disagree_are_refused(streets):
    streets.lookup("LSOA21CD", {"E01000000": WARDS[2].name}, name="b.csv")
    streets.manifest(lookup='["lookups/a.csv", "lookups/b.csv"]')
    streets.month("2014-01", {})
    assert streets.refusal().splitlines()[0] == (
        f"lookups/b.csv: E01000000 lies in {WARDS[2].name!r} here and in {WARDS[0].name!r} elsewhere. "
        "A best-fit look-up gives one ward; use look-ups to the same wards."
    )


def test_a_look_up_that_is_missing_or_another_table_is_refused(streets):
    streets.month("2014-01", {})
    path = streets.raw / "lookups" / "a.csv"
    path.write_text("code,ward\n", encoding="utf-8")
    assert streets.refusal() == (
        "lookups/a.csv, row 1: must have LSOA11CD or LSOA21CD, and one each of WDyyCD, WDyyNM and LADyyNM "
        "(yy the year of the boundaries); found 'code', 'ward'."
    )
    path.unlink()
    assert streets.refusal() == (
        "police_uk/source.toml: the look-up 'lookups/a.csv' is not in data/raw. Put the ONS look-up of LSOA to ward "
        "there."
    )


def test_each_of_several_authorities_must_be_in_the_look_up(streets):
    text = (streets.folder / "source.toml").read_text(encoding="utf-8")
    text = text.replace('local_authority = "Leeds"', 'local_authority = ["Leeds", "Bradfrod"]')
    (streets.folder / "source.toml").write_text(text, encoding="utf-8")
    streets.month("2014-01", {})
    assert streets.refusal() == (
        "lookups/a.csv: has no row of the local authority 'Bradfrod'. Correct local_authority in source.toml, or use the "
        "look-up that holds it."
    )
