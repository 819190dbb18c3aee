"""Put the questions about partners' commentary to the analyst when a page with it has been made."""

from pathlib import Path, PurePosixPath

import pandas as pd

from saferleeds_analysis import intake
from saferleeds_analysis.catalogue import load_catalogue
from saferleeds_analysis.publishing.pages import Page
from saferleeds_analysis.reporting.commentary_check import questions

# Names of people that must not be published, one a line. Kept by the analyst, and never in the repository.
NAMES = Path("data", "names_not_published.txt")


def questions_about_commentary(root: Path, quarter: pd.Period, page: Page) -> tuple[str, ...]:
    """Compare every commentary that is shown on a page with the page's own figures; give what to ask, one sentence each."""
    names = root / NAMES
    kept_out = names.read_text(encoding="utf-8-sig").splitlines() if names.is_file() else []
    asked: list[str] = []
    shown = list(dict.fromkeys(PurePosixPath(file).stem for file in page.content.commentary_files))
    if not shown:
        return ()
    catalogue = load_catalogue(root / "data" / "raw" / "reference")
    below_city = catalogue.below_city()
    for indicator in shown:
        words = intake.commentary(root, quarter, indicator)
        if words is not None:
            about_it = [f for f in page.figures if f.indicator_id == indicator] or list(page.figures)
            asked += questions(
                words, about_it, rules=catalogue.disclosure_rules, below_city=below_city, names=kept_out
            )
    return tuple(asked)
