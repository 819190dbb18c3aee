"""Real, published data written into a project folder as an analyst would find it.

Each function makes a complete project folder below ``root``: raw files, manifest, look-up and reference tables. The
data is read from the shared folder where it stands and is not part of the repository.
"""

import random
from pathlib import Path

import pandas as pd

# The columns of a street-level file as data.police.uk publishes it, in its order.
STREET_COLUMNS = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
)

POLICE_UK_MANIFEST = """\
id = "police_uk"
title = "Street-level crime in Leeds, 2014"
publisher = "Home Office, data.police.uk"
licence = "Open Government Licence v3.0"
received = 2015-01-31
shape = "police_uk_street"
files = "**/*-street.csv"
area_set = "leeds_2018"
lookup = "lookups/leeds_lsoa11_ward18_lookup.csv"
local_authority = "Leeds"
forces = ["West Yorkshire Police"]
"""

LONDON_MANIFEST = """\
id = "london_monthly"
title = "Recorded crime by borough, 22 boroughs of London"
publisher = "Metropolitan Police, London Datastore"
licence = "Open Government Licence v3.0 expected; not stated with the copy"
received = 2024-02-29
shape = "monthly_extract"
files = "*.csv"
area_set = "london_boroughs"
"""

LONDON_INDICATOR = """\
[[indicator]]
id = "london_domestic_burglary"
name = "Domestic burglary, London"
outcome = "People are safe and feel safe"
priority = "Reduce burglary"
why = "Burglary takes people's belongings and their sense of safety in their own home."
unit = "offences"
improvement_direction = "decrease"
population = "Residents of 22 boroughs of London"
definition = "Recorded offences of domestic burglary, as the Metropolitan Police publishes them by borough."
source = "london_monthly"
offence = "Domestic Burglary"
area_set = "london_boroughs"
"""

LONDON = "London (22 boroughs)"
_AIRPORTS = "London Heathrow and London City Airports"


LONDON_PROJECT = 'organisation = "Open data on London"\ncontact = "publisher of the data"\nformat = 3\n'
LONDON_RUN_LIST = """\
[[report]]
each = "indicator"
name = "{indicator}"
notebook = "recorded_crime_card"
parameters = { indicator = "{indicator}", area = "{area}" }
"""


def write_police_uk_project(root: Path, shared: Path) -> None:
    """Write the police.uk records of Leeds, January to November 2014 without March, April, May and July.

    One file a month, under police.uk's own names of files and columns. These are Leeds' records only, with the
    context column empty, as the copy at hand keeps no other.
    """
    raw = root / "data" / "raw"
    records = pd.read_csv(
        shared / "data" / "leeds_street_crime_2014.csv.gz", dtype=str, keep_default_na=False
    )
    records = records.rename(columns={title.lower().replace(" ", "_"): title for title in STREET_COLUMNS})
    records = records.assign(Context="")[list(STREET_COLUMNS)]
    for month, rows in records.groupby("Month"):
        folder = raw / "police_uk" / month
        folder.mkdir(parents=True)
        rows.to_csv(folder / f"{month}-west-yorkshire-street.csv", index=False)
    (raw / "police_uk" / "source.toml").write_text(POLICE_UK_MANIFEST, encoding="utf-8")
    (raw / "lookups").mkdir()
    lookup = "leeds_lsoa11_ward18_lookup.csv"
    (raw / "lookups" / lookup).write_bytes((shared / "data" / lookup).read_bytes())


def write_london_project(root: Path, shared: Path) -> None:
    """Write domestic burglary in 22 London boroughs, April 2010 to January 2024, as a monthly extract.

    The rows of Heathrow and London City airports are left out: they are no borough and end in January 2022. A borough
    and month without a row had no offence (the publisher leaves such rows out), so its 0 is written.
    """
    raw = root / "data" / "raw"
    published = pd.read_csv(shared / "data" / "london_borough_monthly_2010-04_2024-01.csv.gz")
    rows = published[(published["minor"] == "Domestic Burglary") & (published["borough"] != _AIRPORTS)]
    boroughs = sorted(rows["borough"].unique())
    months = [str(month) for month in pd.period_range("2010-04", "2024-01", freq="M")]
    every = pd.MultiIndex.from_product([months, boroughs], names=["month", "area"])
    counts = rows.set_index(["month", "borough"])["count"].reindex(every, fill_value=0)
    extract = counts.reset_index().assign(offence="Domestic Burglary")
    folder, reference = raw / "london_monthly", raw / "reference"
    folder.mkdir(parents=True)
    reference.mkdir(parents=True)
    extract[["month", "area", "offence", "count"]].to_csv(folder / "domestic_burglary.csv", index=False)
    (folder / "source.toml").write_text(LONDON_MANIFEST, encoding="utf-8")
    (reference / "indicators.toml").write_text(LONDON_INDICATOR, encoding="utf-8")
    areas = pd.DataFrame(
        [("london_boroughs", LONDON, "city", "", "", "The 22 boroughs whose figures are at hand, of 32")]
        + [("london_boroughs", name, "borough", LONDON, "", "Borough of London") for name in boroughs],
        columns=["area_set", "name", "kind", "parent", "code", "basis"],
    )
    areas.to_csv(reference / "areas.csv", index=False)
    (reference / "project.toml").write_text(LONDON_PROJECT, encoding="utf-8")
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "notebooks" / "run_list.toml").write_text(LONDON_RUN_LIST, encoding="utf-8")


BOROUGH_EXTRACT = """\
id = "recorded_crime"
title = "Recorded crime by borough"
publisher = "Metropolitan Police, London Datastore"
licence = "Open Government Licence v3.0 expected; not stated with the copy"
shape = "monthly_extract"
area_set = "london_22_boroughs"
received = {received}
empty_means = 0
areas_not_counted = ["London Heathrow and London City Airports"]
layout = "wide"
header_rows = [1]
month_format = "%Y%m"
columns_not_read = ["MajorText"]

[columns]
"LookUp_BoroughName" = "area"
"MinorText" = "offence"
"""


def london_crime(shared: Path) -> pd.DataFrame:
    """Give the Metropolitan Police's counts by month, borough and type of crime: the copy at hand, a row a count."""
    return pd.read_csv(shared / "data" / "london_borough_monthly_2010-04_2024-01.csv.gz")


def write_borough_extract(path: Path, published: pd.DataFrame, first: str, last: str) -> None:
    """Write some months of them in the layout in which the police publishes them: a column a month (``201004``).

    The publisher's columns and their order, every type of crime and the airports too. A borough without any offence of a type
    in the publisher's file has no row of it there, nor here; where the months come from two of the publisher's files of which
    one has no row, the cells are empty.
    """
    months = published[published["month"].between(first, last)]
    # Unlike pivot_table, pivot refuses a count that is there twice.
    wide = months.pivot(index=["major", "minor", "borough"], columns="month", values="count")  # noqa: PD010
    wide = wide.astype("Int64")
    wide.index.names = ["MajorText", "MinorText", "LookUp_BoroughName"]
    path.parent.mkdir(parents=True, exist_ok=True)
    wide.rename(columns=lambda month: month.replace("-", "")).to_csv(path)


TWO_FORCES = {"south-yorkshire": "South Yorkshire Police", "nottinghamshire": "Nottinghamshire Police"}
TWO_CITIES = ["Sheffield", "Nottingham"]
TWO_CITIES_MANIFEST = """\
id = "police_uk"
title = "Street-level crime in Sheffield and Nottingham, 2014"
publisher = "Home Office, data.police.uk"
licence = "Open Government Licence v3.0"
received = 2015-01-31
shape = "police_uk_street"
area_set = "sheffield_and_nottingham"
lookup = "lookups/lsoa11_ward18.csv"
local_authority = ["Sheffield", "Nottingham"]
forces = ["South Yorkshire Police", "Nottinghamshire Police"]
"""


def write_street_files(folder: Path, shared: Path, first: str, last: str) -> None:
    """Write street files of two forces whose records are as many, by month, authority and type, as police.uk published in 2014.

    The copy at hand holds these counts and no single records, so each record's small area is drawn by lot: one of its
    authority where the look-up has them, otherwise a code that no look-up has. A record has an ID unless it is of
    anti-social behaviour, as at police.uk, and no place on a map.
    """
    counts = force_counts(shared)
    counts = counts[counts["month"].between(first, last)]
    of_authority = city_lookup(shared).groupby("LAD18NM")["LSOA11CD"].agg(list)
    lot = random.Random(2014)
    for (month, force), rows in counts.groupby(["month", "force_file"]):
        records = [
            (
                "" if row.crime_type == "Anti-social behaviour" else f"{lot.getrandbits(256):064x}",
                month,
                *(TWO_FORCES[force],) * 2,
                *("", "", "On or near Street"),
                lot.choice(of_authority.get(row.la_name, ["E01999999"])) if row.la_name else "",
                f"{row.la_name} 001A" if row.la_name else "",
                *(row.crime_type, "", ""),
            )
            for row in rows.itertuples()
            for _ in range(row.records)
        ]
        path = folder / month / f"{month}-{force}-street.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(records, columns=STREET_COLUMNS).to_csv(path, index=False)


def force_counts(shared: Path) -> pd.DataFrame:
    """Give police.uk's counts of 2014 by month, force, authority (empty: no place known) and type, of two forces."""
    counts = pd.read_csv(shared / "data" / "police_uk_2014_la_month_type.csv.gz", keep_default_na=False)
    return counts[counts["force_file"].isin(TWO_FORCES)].rename(columns={"count": "records"})


def city_lookup(shared: Path) -> pd.DataFrame:
    """Give the ONS look-up of small area to ward of the two cities."""
    lookup = pd.read_csv(shared / "data" / "core_cities_lsoa11_ward18_lookup.csv.gz")
    return lookup[lookup["LAD18NM"].isin(TWO_CITIES)]
