"""Rates, shares, ratios and funnels of the project's own counts against R's package stats, with the scripts that made them.

tests/known_answers/burglary_rates.R wrote the two tables, so the proof needs neither R nor data from elsewhere.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from projects import ROOT

from saferleeds_analysis.estimates import change_between_counts, count_with_interval
from saferleeds_analysis.methods.comparison import funnel
from saferleeds_analysis.methods.rates import Denominator, compare_rates, proportion, rate

YEAR = pd.period_range("2012-04", periods=12, freq="M")
LIMITS = ["lower_95", "upper_95", "lower_998", "upper_998"]


def known(name):
    return pd.read_csv(ROOT / "tests/known_answers" / name)


def exposed(number):
    return Denominator(number=number, of="homes", counted_on=date(2012, 6, 30), source="made for this test")


def estimate_of(row):
    match row.kind:
        case "count":
            return count_with_interval(
                row.x1, unit="offences", method=row.method, confidence=row.level
            ), np.nan
        case "rate":
            return rate(row.x1, exposed(row.n1), months=YEAR, confidence=row.level), np.nan
        case "proportion":
            return proportion(row.x1, row.n1, per=1, method=row.method, confidence=row.level), np.nan
        case "ratio":
            two = row.x1, exposed(row.n1), int(row.x2), exposed(row.n2)
            found = compare_rates(*two, method=row.method, confidence=row.level)
            return found.ratio, found.p_value
        case "difference":
            found = change_between_counts(int(row.x2), row.x1, unit="offences", confidence=row.level)
            return found.difference, np.nan
    raise AssertionError(row.kind)


def test_counts_rates_shares_and_ratios_of_the_wards_are_those_of_r():
    table = known("burglary_rates.csv")
    for row in table.itertuples():
        e, p_value = estimate_of(row)
        got = (e.value, e.lower, e.upper, p_value)
        expected = (row.value, row.lower, row.upper, row.p_value)
        assert got == pytest.approx(expected, rel=1e-7, abs=1e-9, nan_ok=True), row
        assert row.kind not in ("count", "rate", "proportion") or e.method == row.method
    assert table["kind"].value_counts().to_dict() == {
        "proportion": 390,
        "count": 344,
        "ratio": 264,
        "rate": 172,
        "difference": 132,
    }


def test_funnels_of_the_wards_are_those_of_r():
    table = known("burglary_funnels.csv")
    for (kind, per, average), drawn in table.groupby(["kind", "per", "average"]):
        found = funnel(drawn[["area", "count", "denominator"]], kind=kind, per=per)
        assert found.average == pytest.approx(average, rel=1e-12), kind
        np.testing.assert_allclose(found.areas[LIMITS], drawn[LIMITS], rtol=1e-9, err_msg=kind)
        assert found.areas["position"].tolist() == drawn["position"].tolist(), kind
    assert len(table) == 4 * 33
    assert table["position"].nunique() == 5
