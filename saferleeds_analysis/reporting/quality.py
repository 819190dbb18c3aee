"""The data-quality page of a pack: every check with its result, and what each finding means and asks for."""

from collections.abc import Sequence

from saferleeds_analysis.reporting import wording
from saferleeds_analysis.reporting.blocks import Block, facts, heading, join, paragraph
from saferleeds_analysis.reporting.checks import CheckResult
from saferleeds_analysis.reporting.tables import table

# At most so many findings of one check are listed; the CSV beside the page holds them all.
MOST_LISTED = 25


def summary(results: Sequence[CheckResult]) -> str:
    """Say in one sentence how the checks came out.

    >>> summary([])
    '0 checks: none stops the sign-off, 0 findings to be looked at.'
    """
    stops = sum(len(r.findings) for r in results if r.check.level == "blocking")
    warnings = sum(len(r.findings) for r in results if r.check.level == "warning")
    stop = "finding that stops" if stops == 1 else "findings that stop"
    blocking = f"{wording.number(stops)} {stop} the sign-off" if stops else "none stops the sign-off"
    return f"{wording.counted(len(results), 'checks')}: {blocking}, {wording.counted(warnings, 'findings')} to be looked at."


def quality_page(results: Sequence[CheckResult], *, revised: Sequence[Sequence[str]] = ()) -> Block:
    """Give the body of the page below its title: the summary, a table of all checks, and what was found, check by check.

    ``revised`` are the lines of the table of what newer files changed of older ones.
    """
    rows = [
        [
            r.check.title,
            r.outcome.capitalize(),
            wording.number(r.looked_at),
            wording.number(len(r.findings)),
            "Stops sign-off" if r.check.level == "blocking" else "Look at it",
        ]
        for r in results
    ]
    shown = [
        paragraph(summary(results), css_class="lead"),
        paragraph(
            "A finding is not always an error. It is something that a person must look at before the figures are used; the "
            "cure says how. A check that had nothing to look at has not passed."
        ),
        heading(2, "All checks"),
        table(
            caption="Every check of this pack and how it came out",
            columns=["Check", "Result", "Looked at", "Found", "If found"],
            rows=rows,
            text_columns=[1, 4],
            css_class="lists",
        ),
        heading(2, "What was found"),
    ]
    found = [r for r in results if r.findings]
    if not found:
        shown.append(paragraph("Nothing was found."))
    for result in found:
        shown += _what_was_found(result)
    left_out = [[where, r.check.title, why] for r in results for where, why in r.not_looked_at]
    if left_out:
        shown += [
            heading(2, "What was not looked at"),
            paragraph("A check could not judge these, so it has not passed them."),
            table(
                caption="What a check could not judge, and why",
                columns=["What", "Check", "Why"],
                rows=left_out,
                text_columns=[1, 2],
            ),
        ]
    if revised:
        shown += _what_was_revised(revised)
    shown.append(heading(2, "What each check means"))
    return join(*shown, facts([(r.check.title, r.check.meaning) for r in results], kind="card-fields"))


def _what_was_revised(revised: Sequence[Sequence[str]]) -> list[Block]:
    return [
        heading(2, "What newer files revised"),
        paragraph(
            "A newer file of these sources gives other counts of months that an older one holds, and the newer counts are "
            "used. The sums are of all counts of the kind in the months that both files hold."
        ),
        table(
            caption="Months that a newer file changed",
            columns=["Source", "What", "Months changed", "Older file", "Newer file", "Newer file's name"],
            rows=[list(line) for line in revised],
            text_columns=[1, 5],
        ),
    ]


def _what_was_found(result: CheckResult) -> list[Block]:
    check, left = result.check, len(result.findings) - MOST_LISTED
    shown = [
        heading(3, check.title),
        paragraph(f"What is checked: {check.meaning}"),
        paragraph(f"What to do: {check.cure}"),
        table(
            caption=f"Found: {check.title[:1].lower()}{check.title[1:]}",
            columns=["Where", "What"],
            rows=[[f.where, f.what] for f in result.findings[:MOST_LISTED]],
            text_columns=[1],
        ),
    ]
    if left > 0:
        shown.append(paragraph(f"And {wording.number(left)} more, in the CSV file beside this page."))
    return shown
