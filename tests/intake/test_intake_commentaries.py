"""Partners' commentary: signed, dated, and of its own quarter only."""

import re
from datetime import date

import pytest

from saferleeds_analysis.intake import commentary, commentary_request
from saferleeds_analysis.periods import quarter
from saferleeds_analysis.problems import DataProblem

Q2 = quarter("2012/13 Q2")
FRONT = "organisation: Safer Leeds\nauthor: Performance team\nreceived: 2012-10-12\nstatus: final\n"
NAME = "commentary/2012-13_Q2/domestic_burglary.md"


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes, folder: str = "2012-13_Q2") -> None:
        path = tmp_path / "data" / "raw" / "commentary" / folder / "domestic_burglary.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    return write


@pytest.fixture
def refusal(tmp_path):
    def refusal() -> str:
        with pytest.raises(DataProblem) as problem:
            commentary(tmp_path, Q2, "domestic_burglary")
        return str(problem.value)

    return refusal


def test_commentary_is_read_with_its_signature(tmp_path, write):
    write(
        f"---\n{FRONT}note: Agreed by the board.\n---\nFirst words.\n\n## What we did\n\n- One\n- Two\n\n### Detail\nMore.\n\n## Risks ##\nNone.\n"
    )
    found = commentary(tmp_path, Q2, "domestic_burglary")
    assert (found.organisation, found.author, found.received, found.status, found.note) == (
        "Safer Leeds",
        "Performance team",
        date(2012, 10, 12),
        "final",
        "Agreed by the board.",
    )
    assert found.sections == (
        ("", "First words."),
        ("What we did", "- One\n- Two\n\n### Detail\nMore."),
        ("Risks", "None."),
    )  # fmt: skip


def test_windows_line_ends_and_a_byte_order_mark_are_accepted(tmp_path, write):
    write(b"\xef\xbb\xbf" + f"---\n{FRONT}---\n## What we did\nMuch.\n".replace("\n", "\r\n").encode())
    assert commentary(tmp_path, Q2, "domestic_burglary").sections == (("What we did", "Much."),)


def test_absence_is_none_and_another_quarter_never_stands_in(tmp_path, write):
    assert commentary(tmp_path, Q2, "domestic_burglary") is None
    write(f"---\n{FRONT}---\nText.\n", folder="2012-13_Q1")
    assert commentary(tmp_path, Q2, "domestic_burglary") is None
    assert commentary(tmp_path, Q2, "vehicle_crime") is None


@pytest.mark.parametrize(
    ("front", "message"),
    [
        (FRONT.replace("author: Performance team\n", ""), "author is missing"),
        (FRONT + "colour: red\n", "'colour' is not known"),
        (FRONT.replace("final", "finished"), "status must be draft or final, not 'finished'"),
        (FRONT.replace("2012-10-12", "12 October"), "received must be a day such as 2012-10-05, not '12 October'"),
        (FRONT.replace("2012-10-12", "2012-10-12 10:00:00"), "received must be a day such as 2012-10-05, not '2012-10-12 10:00:00'"),
        (FRONT.replace("Performance team", "No"), "author must be a text, not False"),
        (FRONT + "status: draft\n", "'status' is there twice"),
        ("author: A\nnote: ''\n", "organisation is missing; received is missing; status is missing; note must be a text, not ''"),
    ],
)  # fmt: skip
def test_front_matter_that_cannot_be_used_is_refused(write, refusal, front, message):
    write(f"---\n{front}---\nText.\n")
    assert refusal() == f"{NAME}: in the front matter, {message}."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Just text.\n", "must begin with front matter between two lines of ---: organisation, author, received, status."),
        ("---\nauthor: A\n", "must begin with front matter between two lines of ---: organisation, author, received, status."),
        ("", "must begin with front matter between two lines of ---: organisation, author, received, status."),
        ("---\na: " + "[" * 3000 + "\n---\nText.\n", "the front matter must be lines of 'name: value'."),
        ("---\njust words\n---\nText.\n", "the front matter must be lines of 'name: value'."),
        (f"---\n{FRONT}---\n  \n", "has no text below the front matter. Write it, or remove the file."),
        (f"---\n{FRONT.replace('2012-10-12', '2012-06-30')}---\nText.\n", "was received on 2012-06-30, before the quarter began on 2012-07-01. Is it another quarter's commentary?"),
        (f"---\n{FRONT}---\n" + "x" * 40_000, "is larger than 40 kB. Commentary is a page or two of text."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(write, refusal, text, message):
    write(text)
    assert refusal() == f"{NAME}: {message}"


def test_a_letter_that_is_not_utf_8_is_refused_with_its_line(write, refusal):
    write(f"---\n{FRONT}---\ncafé".encode("latin-1"))
    assert refusal() == f"{NAME}, line 7: is not UTF-8 text. Save it as UTF-8."


@pytest.mark.parametrize(
    "front",
    ["author: [", "received: 2012-13-45", "? [a]\n: b", "author: \x00"],
)
def test_front_matter_that_is_no_plain_yaml_is_refused(write, refusal, front):
    write(f"---\n{front}\n---\nText.\n")
    assert re.fullmatch(
        rf"{re.escape(NAME)}(, line [2-4])?: cannot be read as front matter\. Write plain 'name: value' lines between the two "
        r"lines of ---\.",
        refusal(),
    )


@pytest.mark.parametrize(
    "front",
    [
        "author: !!python/object/apply:os.getcwd []",
        "a: &a [x, x]\nb: &b [*a, *a, *a]\nauthor: [*b, *b, *b]",
        "author: &anchor Team",
        "<<: *team",
    ],
)
def test_yaml_that_can_grow_or_build_things_is_refused(write, refusal, front):
    write(f"---\n{FRONT}{front}\n---\nText.\n")
    assert refusal() == (
        f"{NAME}: the front matter has an anchor (&), an alias (*) or a tag (!). Write plain 'name: value' lines, a text "
        "with such a letter in quotes."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"---\n{FRONT}note: {'x' * 4000}\n---\nText.\n", f": the front matter has {len(FRONT) + len('note: ') + 4000} characters, more than 4000. It says who wrote, and when."),
        (f"---\n{FRONT}---\n" + "## A\nx\n" * 41, ": has 41 headings, more than 40. Commentary is a page or two of text."),
        (f"---\n{FRONT}---\nText.\n\n## {'x' * 151}\n", ", line 9: the heading has 151 characters, more than 150. A text goes on the line below its heading."),
        (f"---\n{FRONT}note: {['x' * 30] * 9}\n---\nText.\n", ": in the front matter, note must be a text, not ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'xxxxxxxxxxxxxxxxxxxxxxxx...."),
    ],
)  # fmt: skip
def test_what_is_too_large_is_refused_with_its_size(write, refusal, text, message):
    write(text)
    assert refusal() == f"{NAME}{message}"


def test_each_section_knows_its_line(tmp_path, write):
    write(f"---\n{FRONT}---\n\nBefore.\n\n## What we did\n\n- One\n- Two\n## Risks\nNone.\n")
    found = commentary(tmp_path, Q2, "domestic_burglary")
    lines = (tmp_path / "data" / "raw" / found.file).read_text(encoding="utf-8").split("\n")
    assert found.file == NAME
    assert [lines[n - 1] for n in found.first_lines] == ["Before.", "- One", "None."]


REQUESTS = "quarter,indicator_id,organisation,owner,due,note\n"


@pytest.fixture
def asked_for(tmp_path):
    def ask(rows):
        place = tmp_path / "data" / "raw" / "commentary"
        place.mkdir(parents=True, exist_ok=True)
        (place / "requests.csv").write_text(REQUESTS + rows, encoding="utf-8")
        return commentary_request(tmp_path, Q2, "domestic_burglary")

    return ask


def test_who_was_asked_is_read_by_quarter_and_indicator(tmp_path, asked_for):
    assert commentary_request(tmp_path, Q2, "domestic_burglary") is None
    other = "2012/13 Q1,domestic_burglary,Leeds,Team,2012-07-31,\n2012/13 Q2,vehicle_crime,Leeds,Team,2012-07-31,\n"
    assert asked_for(other) is None
    found = asked_for(other + "2012/13 Q2,domestic_burglary,Safer Leeds,Performance team,2012-10-19,\n")
    assert (found.organisation, found.owner, found.due) == (
        "Safer Leeds",
        "Performance team",
        date(2012, 10, 19),
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2012/13 Q2,domestic_burglary,Leeds,Team,31 July,\n", "requests.csv, row 2: '31 July' is not a day such as 2012-10-05."),
        ("2012/13 Q2,domestic_burglary,Leeds,Team,2012-07-31,\n" * 2, "commentary/requests.csv: domestic_burglary is asked for twice in 2012/13 Q2. Keep one row."),
    ],
)  # fmt: skip
def test_requests_that_cannot_be_used_are_refused(asked_for, rows, message):
    with pytest.raises(DataProblem) as problem:
        asked_for(rows)
    assert str(problem.value) == message


def test_an_id_that_is_a_path_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^'\.\./secret' is not the id of an indicator\.$"):
        commentary(tmp_path, Q2, "../secret")
