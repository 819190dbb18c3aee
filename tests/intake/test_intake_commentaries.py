"""Partners' commentary: signed, dated, and of its own quarter only."""

from datetime import date

import pytest

from saferleeds_analysis.intake import commentary
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
        ("---\njust words\n---\nText.\n", "the front matter must be lines of 'name: value'."),
        (f"---\n{FRONT}---\n  \n", "has no text below the front matter. Write it, or remove the file."),
        (f"---\n{FRONT.replace('2012-10-12', '2012-06-30')}---\nText.\n", "was received on 2012-06-30, before the quarter began on 2012-07-01. Is it another quarter's commentary?"),
        (f"---\n{FRONT}---\n" + "x" * 100_000, "is larger than 100 kB. Commentary is a page or two of text."),
        (f"---\n{FRONT}---\ncafé".encode("latin-1"), "is not UTF-8 text. Save it as UTF-8."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(write, refusal, text, message):
    write(text)
    assert refusal() == f"{NAME}: {message}"


@pytest.mark.parametrize(
    "front",
    ["author: [", "author: !!python/object/apply:os.getcwd []", "received: 2012-13-45"],
)
def test_front_matter_that_is_no_plain_yaml_is_refused(write, refusal, front):
    write(f"---\n{front}\n---\nText.\n")
    assert refusal().startswith(f"{NAME}: the front matter cannot be read as YAML (")


def test_an_id_that_is_a_path_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^'\.\./secret' is not the id of an indicator\.$"):
        commentary(tmp_path, Q2, "../secret")
