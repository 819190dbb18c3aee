"""Questions about commentary before it is published: what contradicts the page, and what must not be mistaken for it."""

from datetime import date

import pytest

from saferleeds_analysis.disclosure_rules import read_disclosure_rules
from saferleeds_analysis.figures import Figure, Measure
from saferleeds_analysis.intake import Commentary
from saferleeds_analysis.periods import Window
from saferleeds_analysis.reporting.commentary_check import questions

RULES = read_disclosure_rules()
YEAR, BEFORE = "12 months to September 2012", "12 months to September 2011"


# What the pages call the measures, and what they are.
ROLES = {
    "twelve_month_count": {"role": "count", "own": True},
    "monthly_count": {"role": "count", "own": True},
    "change_count": {"role": "change", "own": True},
    "change_percent": {"role": "change", "own": True},
    "target_stretch": {"role": "target"},
    "target_original": {"role": "target"},
    "projected year end, 80%": {"role": "projection"},
    "thinks it has got worse": {"role": "percentage"},
    "progress, RAG letter": {"role": "letter"},
}


def figure(area, period, measure, value, unit="offences"):
    return Figure(
        measure=Measure(id=measure, words=measure, **ROLES[measure]),
        indicator_id="domestic_burglary",
        area=area,
        window=Window.named(period),
        value=value,
        unit=unit,
    )


# The published 2012/13 Q2 burglary card and its ASB card: ../shared/facts/leeds_burglary_published_anchors.csv.
FIGURES = [
    figure("Leeds", YEAR, "twelve_month_count", 5938),
    figure("Leeds", BEFORE, "twelve_month_count", 9214),
    figure("Leeds", "12 months to March 2012", "twelve_month_count", 7662),
    figure("Leeds", YEAR, "change_count", -3276),
    figure("Leeds", YEAR, "change_percent", -35.5546, "%"),
    figure("Leeds", "2012/13", "target_stretch", 5999.0),
    figure("Leeds", "2012/13", "target_original", 7056.0),
    figure("Leeds", "December 2011", "monthly_count", 511),
    figure("Leeds", "2012/13", "projected year end, 80%", 5300, "offences"),
    figure("NWL", YEAR, "change_percent", -39.5, "%"),
    figure("NWL", YEAR, "change_count", -1753),
    figure("Armley", YEAR, "twelve_month_count", 314),
    figure("Armley", YEAR, "change_percent", -35.9, "%"),
    figure("Leeds", "12 months to September 2012", "thinks it has got worse", 12.62, "per cent"),
    figure("Leeds", "2012/13 Q2", "progress, RAG letter", "G", ""),
]


def asked(text, **changes):
    given = {
        "organisation": "Safer Leeds",
        "author": "Performance team",
        "received": date(2012, 10, 31),
        "status": "final",
        "sections": (("What we did", text),),
        "file": "commentary/2012-13_Q2/domestic_burglary.md",
        "first_lines": (9,),
    }
    return questions(
        Commentary(**{**given, **changes}),
        FIGURES,
        rules=RULES,
        below_city=["Armley", "NWL", "City & Hunslet"],
    )


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("There were 5,983 offences.", "says '5,983 offences'; the page has 5,938 (twelve month count, Leeds, 12 months to September 2012)"),
        ("The total was 5,839.", "says '5,839'; the page has 5,938 (twelve month count, Leeds, 12 months to September 2012)"),
        ("In all 5938 fell to 5993 offences.", "says '5993 offences'; the page has 5,999 (target stretch, Leeds, 2012/13)"),
        ("That is 3,267 fewer victims.", "says '3,267 fewer'; the page has 3,276 (change count, Leeds, 12 months to September 2012)"),
        ("Burglary is down 38%.", "says 'down 38%'; the page has −35.6% (change percent, Leeds, 12 months to September 2012)"),
        ("Burglary fell by 38.5 per cent over the year in NWL.", "says 'down 38.5 per cent'; the page has −39.5% (change percent, NWL, 12 months to September 2012)"),
        ("Burglary rose by 35.6%.", "says 'up 35.6%'; the page has −35.6% (change percent, Leeds, 12 months to September 2012)"),
        ("An increase of 36% on last year.", "says 'up 36%'; the page has −35.6% (change percent, Leeds, 12 months to September 2012)"),
        ("Armley had 341 burglaries.", "says '341 burglaries'; the page has 314 (twelve month count, Armley, 12 months to September 2012)"),
        ("In NWL 1,735 fewer homes were burgled.", "says '1,735 fewer'; the page has 1,753 (change count, NWL, 12 months to September 2012)"),
        ("The stretch target is 5,899 offences.", "says '5,899 offences'; the page has 5,999 (target stretch, Leeds, 2012/13)"),
        ("12.26% think that it has got worse.", "says '12.26%'; the page has 12.6% (thinks it has got worse, Leeds, 12 months to September 2012)"),
    ],
)  # fmt: skip
def test_a_number_that_contradicts_the_page_is_asked_about(text, question):
    expected = (
        f"commentary/2012-13_Q2/domestic_burglary.md, line 9: {question}. Ask the author which is meant."
    )
    assert asked(text) == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "There were 5,938 offences, 3,276 fewer, down 35.6%.",
        "Down 36% to 5,938.",
        "NWL is down 35.9%.",  # another area's figure is on the page: that the area is wrong no number can tell
        "The stretch target of 5,999 was set; 7,056 before.",
        "In 2011/12 there were 7,662 offences.",
        "In December 2011 alone 511 offences were recorded.",
        "NWL is down 39.5%, 1,753 fewer.",
        "We spoke to 6,073 households in 2012.",
        "11,915 calls were received, of which 453 calls were linked.",
        "Stolen goods are passed on within 20 minutes to 1 hour, less than 2 miles from home.",
        "22 organised crime groups and 35 offenders; 29 cases, 7 orders completed.",
        "Detections are up 12% and repeat visits down 5%.",
        "Student burglary fell 60% after the campaign.",
        "The campaign began on 5 October 2012 and cost £5,983.",
        "See https://example.org/5983/offences and [the paper](https://example.org/38%).",
        "We visited 320 homes in Armley.",
        "Ring 0113 222 4402 or 101.",
        "By 2012 the team had 9 cameras; 400 people came.",
        "94.2% of customers were satisfied.",
    ],
)
def test_numbers_about_other_things_raise_no_question(text):
    assert asked(text) == ()


def test_a_quotation_needs_the_consent_of_who_is_quoted():
    text = "Work went on.\n\n> I felt safe in my home again."
    assert asked(text) == (
        "commentary/2012-13_Q2/domestic_burglary.md, line 11: quotes somebody. Say in the front matter who agreed to it "
        "(quotation_consent), or take it out.",
    )
    assert asked(text, quotation_consent="The customer, by letter of 4 October 2012") == ()


@pytest.mark.parametrize(
    "text", ["Thanks to Mr A. Nobody for this.", "Cllr Nobody opened it.", "PC Nobody visited."]
)
def test_what_looks_like_a_name_is_asked_about(text):
    assert asked(text) == (
        "commentary/2012-13_Q2/domestic_burglary.md, line 9: may name a person. Write the role instead.",
    )


def test_a_listed_name_is_found_and_not_repeated():
    words = Commentary(
        organisation="Safer Leeds",
        author="Performance team",
        received=date(2012, 10, 31),
        status="final",
        sections=(("", "Thanks to nadie nobody."),),
        file="x.md",
        first_lines=(5,),
    )
    assert questions(words, [], rules=RULES, names=["Nadie Nobody", " "]) == (
        "x.md, line 5: has a name from the list of names that are not published. Write the role instead.",
    )


def test_an_invisible_letter_hides_no_number():
    assert len(asked("There were 5,9\u200b83 offences.")) == 1


@pytest.mark.parametrize(
    ("text", "what", "threshold"),
    [
        ("Two victims were under 18.", "victims", 5),
        ("We helped 3 young people into work.", "people", 5),
        ("In Armley there were 4 burglaries in August.", "burglaries", 5),
        ("Of the domestic homicide reviews, nine cases are closed.", "cases", 10),
        ("The panel on child exploitation saw 7 children.", "children", 10),
        ("One family in City & Hunslet was moved.", "family", 5),
    ],
)
def test_a_small_number_that_a_table_would_withhold_is_asked_about_and_not_repeated(text, what, threshold):
    assert asked(text) == (
        f"commentary/2012-13_Q2/domestic_burglary.md, line 9: gives a number of {what} that a table would withhold ([c]). "
        f"Write 'fewer than {threshold}', or leave it out.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Five victims were under 18.",
        "In Leeds there were 4 burglaries of that kind.",  # offences in the city point to nobody
        "Two groups of streets were chosen; 6 people from Armley Prison picked litter.",
        "15 children came, and 12 cases on exploitation were closed.",
        "No victims came forward in Armley.",
        "Between 10 and 20 customers answer.",
        "In 3 of 4 months the offences fell.",
    ],
)
def test_numbers_that_a_table_would_print_raise_no_question(text):
    assert asked(text) == ()
