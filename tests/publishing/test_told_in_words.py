"""What the words of a public pack tell of a count that it withholds: each place in which it may be planted, and none where it is not."""

import pytest
from projects import REFERENCE

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.audit import audit_pack
from saferleeds_analysis.publishing.content import content_of_blocks
from saferleeds_analysis.publishing.files import pack_folder, write_figures
from saferleeds_analysis.publishing.notebooks import notebook_of_block, write_notebook
from saferleeds_analysis.reporting.blocks import Chart, bullets, facts, heading, join, paragraph
from saferleeds_analysis.reporting.tables import table

CATALOGUE = load_catalogue(REFERENCE)
Q2 = periods.quarter("2012/13 Q2")
COUNT = Measure(id="in_group", words="{of}: {group}", role="count")


def counted(value, group):
    return Figure(
        measure=COUNT,
        qualifiers={"of": "completions by drug", "group": group},
        indicator_id="completions",
        area="Leeds",
        window=Window.named("2012/13"),
        value=value,
        unit="people",
        method="suppressed" if value == "[c]" else "count",
        theme="people",
    )


def write(root, edition, values, *blocks):
    folder = pack_folder(root, Q2, edition=edition) / "treatment"
    folder.mkdir(parents=True, exist_ok=True)
    figures = [counted(value, group) for group, value in values.items()]
    block = join(
        heading(1, "Treatment in Leeds, 2012/13"),
        paragraph("Counts of those who completed.", figures=figures),
        *blocks,
    )
    write_notebook(notebook_of_block(block, source="# by hand"), folder / "report.ipynb")
    write_figures(content_of_blocks([block]).rows, folder / "figures.csv")


def found(root, *planted):
    write(root, "public", {"Opiate": "[c]", "Non-opiate": "[c]", "all": 40}, *planted)
    write(root, "restricted", {"Opiate": 33, "Non-opiate": 7, "all": 40})
    audit = audit_pack(root, Q2, catalogue=CATALOGUE)
    return [finding.text for finding in audit.findings if "its words hold" in finding.text]


def drawn(**words):
    given = {"headline": "Completions", "alt": "A line.", "svg": "<svg ><text>0</text></svg>"} | words
    return Chart(name="c", subtitle="People, 2012/13", **given)


def columns(*heads, row):
    return table(
        caption="Completions, 2012/13", columns=["Drug", *heads], rows=[row], text_columns=range(1, len(row))
    )


@pytest.mark.parametrize(
    "planted",
    [
        paragraph("Of the Non-opiate group 7 people completed."),
        bullets(["Non-opiate: 7 of 12 completed"]),
        paragraph("In short: Non-opiate 7 people.", css_class="notice"),
        facts([("Non-opiate", "7 people")], kind="summary"),
        columns("People", row=["Non-opiate", "7"]),
        columns("2012/13", row=["Non-opiate", "7"]),
        columns("How many", row=["Non-opiate", "7 of 12"]),
        drawn(alt="A bar of the Non-opiate group, 7 people high."),
        drawn(headline="Non-opiate: 7 people"),
        drawn(svg="<svg ><text>Non-opiate: 7 people</text></svg>"),
    ],
)
def test_a_number_that_is_withheld_is_found_wherever_words_tell_it(tmp_path, planted):
    told = found(tmp_path, planted)
    assert told == [
        "treatment: its words hold the number of completions by drug: Non-opiate, Leeds, 2012/13, which is withheld."
    ]
    assert "7" not in told[0].replace("2012/13", "")


@pytest.mark.parametrize(
    "other",
    [
        paragraph("Non-opiate: 7% of the year's budget; 17 people wrote; 7.5 people on average."),
        paragraph("Opiate: 7 people wrote."),  # another group, whose own number is not 7
        columns("Place", row=["Non-opiate", "7"]),
        columns("2011/12", row=["Non-opiate", "7"]),
        drawn(svg="<svg ><text>7</text></svg>"),
        paragraph("7 people came to the launch."),
    ],
)
def test_the_same_number_of_something_else_is_no_finding(tmp_path, other):
    assert found(tmp_path, other) == []
