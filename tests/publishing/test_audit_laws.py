"""Random packs: what our own choice withholds passes the audit, and the truth always lies within what it finds possible."""

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import REFERENCE
from publishing.packs import own_count, write_report

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.methods.disclosure_audit import what_can_be_known
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.audit import audit_pack
from saferleeds_analysis.publishing.content import pack_figures
from saferleeds_analysis.publishing.printed import Reader, gather
from saferleeds_analysis.reporting.disclosure import protect

CATALOGUE = load_catalogue(REFERENCE)
Q2 = periods.quarter("2012/13 Q2")
YEAR = "12 months to September 2012"
DIVISIONS = {
    part.name: [ward.name for ward in CATALOGUE.parts("leeds_2004", part.name)]
    for part in CATALOGUE.parts("leeds_2004", "Leeds")
}
WARDS = [ward for wards in DIVISIONS.values() for ward in wards]


def in_both_editions(counts, folder):
    """Write a pack of the areas' counts and give the true counts and the audit's view of the public one."""
    truth = dict(zip(WARDS, counts, strict=True))
    truth |= {division: sum(truth[ward] for ward in wards) for division, wards in DIVISIONS.items()}
    truth["Leeds"] = sum(truth[division] for division in DIVISIONS)
    shown = protect(
        pd.Series(truth),
        rules=CATALOGUE.disclosure_rules,
        theme="offences",
        edition="public",
        below_city=[*DIVISIONS, *WARDS],
        wholes={"Leeds": list(DIVISIONS), **DIVISIONS},
    )
    pack = folder / "reports" / "2012-13_Q2"
    about = {
        "indicator_id": "domestic_burglary",
        "window": Window.named(YEAR),
        "measure": own_count(),
        "unit": "offences",
    }
    write_report(pack / "card", [shown.figure(area, area=area, **about) for area in truth])
    return truth, pack


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=len(WARDS), max_size=len(WARDS)))
def test_what_we_withhold_cannot_be_worked_out_and_the_truth_is_never_ruled_out(counts):
    with tempfile.TemporaryDirectory() as folder:
        truth, pack = in_both_editions(counts, Path(folder))
        found = audit_pack(Path(folder), Q2, catalogue=CATALOGUE)
        assert found.findings == ()
        printed = gather(pack_figures(pack), Reader(CATALOGUE))
        known = what_can_be_known(printed.cells, printed.ties, printed.withheld)
    assert len(known) == found.withheld >= sum(0 < truth[area] < 5 for area in truth if area != "Leeds")
    assert all(lower <= truth[key.area] <= upper for key, (lower, upper) in known.items())
