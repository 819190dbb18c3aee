"""The audit of the restricted edition: what must not stand in it, each found by name, and a run that takes it out."""

import json

import pytest
from projects import REFERENCE
from publishing.packs import write_report

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.disclosure_rules import MARKINGS
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.audit import audit_restricted
from saferleeds_analysis.publishing.files import pack_folder

CATALOGUE = load_catalogue(REFERENCE)
Q2 = periods.quarter("2012/13 Q2")
PUBLIC = {"Opiate": "[c]", "Non-opiate": "[c]", "all": 27}
RESTRICTED = {"Opiate": 25, "Non-opiate": 2, "all": 27}


def write(root, edition, values, *, marking=MARKINGS["restricted"], ran_as=None):
    folder = pack_folder(root, Q2, edition=edition) / "treatment"
    about = {
        "indicator_id": "completions",
        "area": "Leeds",
        "window": Window.named("2012/13"),
        "unit": "people",
    }
    method = {True: "suppressed", False: "count"}
    figures = [
        Figure(
            measure=Measure(id="in_group", words="{of}: {group}", role="count"),
            qualifiers={"of": "completions by drug", "group": name},
            value=value,
            method=method[value == "[c]"],
            theme="people",
            **about,
        )
        for name, value in values.items()
    ]
    write_report(folder, figures)
    (folder / "report.html").write_text(f"<p>{marking}</p>", encoding="utf-8")
    record = {"parameters": {"edition": ran_as or edition}}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")


@pytest.fixture
def audit(tmp_path):
    """Give a way to lay out both editions and audit the restricted one."""

    def run(restricted=RESTRICTED, *, public=PUBLIC, **words):
        write(tmp_path, "public", public)
        write(tmp_path, "restricted", restricted, **words)
        return audit_restricted(tmp_path, Q2, catalogue=CATALOGUE)

    return run


def test_a_restricted_edition_as_it_should_be_passes(audit):
    found = audit()
    assert found.in_words() == (
        "Audit of the restricted edition of 2012/13 Q2: 3 figures of 1 report; 2 counts that the public edition withholds, "
        "1 that both print.\n"
        "Each page is marked, nothing is withheld, and nothing is at odds with the public edition."
    )


def test_without_a_restricted_edition_there_is_nothing_to_audit(tmp_path):
    write(tmp_path, "public", PUBLIC)
    assert audit_restricted(tmp_path, Q2, catalogue=CATALOGUE) is None


@pytest.mark.parametrize(
    ("restricted", "words", "expected"),
    [
        (RESTRICTED, {"marking": MARKINGS["public"]}, ["treatment does not bear the marking of the restricted edition."]),
        (RESTRICTED, {"ran_as": "public"}, ["treatment is the public edition and stands in the restricted pack."]),
        (
            RESTRICTED | {"Opiate": "[c]"},
            {},
            ["2012-13_Q2, treatment: completions by drug: Opiate, Leeds, 2012/13: is withheld in the edition that shows everything."],
        ),
        (
            RESTRICTED | {"all": 28},
            {},
            ["2012-13_Q2, treatment: completions by drug: all, Leeds, 2012/13: the public edition prints another number."],
        ),
        (
            RESTRICTED | {"Opiate": 30},
            {},
            [
                "completions: of completions by drug: Opiate, Leeds, April 2012 to March 2013: what the public edition prints leaves "
                "no room for the number that treatment shows."
            ],
        ),
    ],
)  # fmt: skip
def test_what_must_not_stand_in_it_is_named(audit, restricted, words, expected):
    found = audit(restricted, **words)
    assert [finding.text for finding in found.findings] == expected
    assert found.offending == {"treatment"}
    assert found.in_words().endswith(f"1 found:\n- {expected[0]}")
