"""The index of a pack: the state of every indicator at a glance, then every report; and the index of all packs.

It is made from what is published: the words that each report's ``run.json`` keeps of its page, and its ``figures.csv``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from saferleeds_analysis import periods
from saferleeds_analysis.catalogue import Catalogue
from saferleeds_analysis.door import read_table
from saferleeds_analysis.figures import Figure
from saferleeds_analysis.intake import actions_in
from saferleeds_analysis.periods import Window
from saferleeds_analysis.publishing.content import pack_figures
from saferleeds_analysis.publishing.files import (
    BOOK,
    CHANGES,
    DOCX,
    INDEX,
    ODS,
    PAGE,
    PDF,
    QUALITY_PAGE,
    QUALITY_TABLE,
    RECORD,
    XLSX,
    cures_of_leftovers,
    leftovers,
    not_made,
    out_of_date,
    pack_folder,
    public_packs,
    read_record,
    record_outputs,
    replace_file,
    report_folders,
    sentences,
)
from saferleeds_analysis.publishing.pages import Link, provenance_of, render_page
from saferleeds_analysis.publishing.report import Run, start_run
from saferleeds_analysis.publishing.run_list import read_groups
from saferleeds_analysis.publishing.versions import is_frozen, signed_off_in_words
from saferleeds_analysis.reporting.actions import in_a_line
from saferleeds_analysis.reporting.blocks import NOTHING, Block
from saferleeds_analysis.reporting.first_screen import sparkline
from saferleeds_analysis.reporting.questions import Question, questions_of
from saferleeds_analysis.reporting.state import State, state_of

_LONGEST_FINDING = 95  # letters
_SHORTEST_COURSE = 8  # levels
# Where a report stands whose notebook the run list puts under no heading: a part of a whole is profiled.
_OTHERS, _PROFILES = "Other reports", "Area profiles"
_OTHER_FORMS = ((PDF, "PDF"), (DOCX, "Word"), (BOOK, "Excel"))
_OF_THE_PACK = (
    (XLSX, "All figures (Excel)"),
    (ODS, "All figures (OpenDocument)"),
    (QUALITY_PAGE, "Data quality"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A published report as the index lists it: where it is, what its page says first, and the state of its indicator.

    ``parent`` is the area of which its own is part, and ``is_part`` says that another report of its group is about that.
    """

    name: str
    heading: str
    title: str
    finding: str
    area: str
    parent: str
    files: tuple[Link, ...]
    state: State | None
    out_of_date: bool
    is_part: bool = False

    @property
    def course(self) -> Block:
        """The course of the indicator as a small drawing; nothing where few levels are known."""
        course = self.state.course
        if len(course) < _SHORTEST_COURSE:
            return NOTHING
        return sparkline(course, name=f"course-{self.name}", what=f"the level over time, {self.title}")


def write_index(run: Run, *, sources: Iterable[str] = ()) -> Path:
    """Write the pack's index from what is published, and give its path: in the order of the run list, then by name.

    ``sources`` are the data that the project holds.
    """
    folder = run.folder
    groups = read_groups(run.root / "notebooks") if run.listed else {}
    entries = _entries(run, groups)
    index = folder / INDEX
    if not entries:  # nothing is there to be listed, and an empty pack would look like a published one
        index.unlink(missing_ok=True)
        (folder / RECORD).unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    else:
        html = _index_page(
            run,
            groups=_grouped(entries, groups),
            questions=board_questions(run),
            sources=tuple(sources),
            out_of_date=[entry.name for entry in entries if entry.out_of_date],
            **_what_is_not_there(run, {entry.name for entry in entries}),
        )
        replace_file(index, html)
        record_outputs(folder, INDEX)
    return index


def _entries(run: Run, groups: Mapping[str, Sequence[str]]) -> list[Entry]:
    """Read every report of a pack, in the order of the run list, then by name."""
    order = {report.name: number for number, report in enumerate(run.listed)}
    figures = [printed.figure for printed in pack_figures(run.folder)]
    heading = {notebook: name for name, members in groups.items() for notebook in members}
    old = out_of_date(run.root, run.quarter)
    places = [place for place in report_folders(run.folder) if place.name != CHANGES]
    return sorted(
        (_read_entry(place, run, figures, heading, out_of_date=place in old) for place in places),
        key=lambda entry: (order.get(entry.name, len(order)), entry.name),
    )


def board_questions(run: Run) -> list[Question]:
    """Give what a board will ask of the quarter, from its public pack, for those who prepare the answers: in the restricted edition."""
    if run.edition != "restricted" or run.catalogue is None:
        return []
    groups = read_groups(run.root / "notebooks") if run.listed else {}
    public = replace(run, edition="public")
    place = f"../../{public.folder.name}"
    states = {
        run.catalogue.indicator(entry.state.indicator_id).name: (entry.state, f"{place}/{entry.name}/{PAGE}")
        for entry in _states(_grouped(_entries(public, groups), groups))
    }
    table = public.folder / QUALITY_TABLE
    findings = read_table(table, table.name).to_dict("records") if table.is_file() else []
    plans = [
        r.name
        for r in run.listed
        if r.notebook == "action_plan" and (public.folder / r.name / PAGE).is_file()
    ]
    return questions_of(
        states,
        actions=actions_in(run.root, run.quarter, catalogue=run.catalogue, edition="restricted"),
        plan=f"{place}/{plans[0]}/{PAGE}" if plans else "",
        findings=findings,
        quality=f"{place}/{QUALITY_PAGE}",
        as_at=run.as_at,
    )


def _what_is_not_there(run: Run, names: set[str]) -> dict[str, list[str]]:
    """Say what the pack has not, or has though it should not: for the notice at the top of its index."""
    # The restricted edition holds those reports only of which the public one, which says what has no data, withholds something.
    public = pack_folder(run.root, run.quarter, edition="public")
    in_either = names | {place.name for place in report_folders(public)}
    absent = [r.name for r in run.listed if r.is_made_in(run.quarter) and r.name not in in_either]
    reasons = not_made(public)
    left = [name for name in leftovers(run.root, run.quarter, run.listed) if name in names]
    return {
        "missing": [name for name in absent if name not in reasons],
        "without_data": sentences({name: reasons[name] for name in absent if name in reasons}),
        "leftovers": cures_of_leftovers(left, run.quarter),
    }


def renew_index(
    root: Path,
    quarter: pd.Period,
    *,
    as_at: date,
    edition: str,
    catalogue: Catalogue | None = None,
    sources: Iterable[str] = (),
) -> Path:
    """Write the index of a pack again, after something was made of the pack that the index should name."""
    run = start_run(root, quarter, as_at=as_at, edition=edition, catalogue=catalogue)
    return write_index(run, sources=sources)


def _read_entry(
    place: Path,
    run: Run,
    figures: Sequence[Figure],
    heading: Mapping[str, str],
    *,
    out_of_date: bool,
) -> Entry:
    record = read_record(place)
    about, notebook = record["parameters"], Path(record["notebook"]["name"]).stem
    parent = _parent(about, run.catalogue)
    page = record.get("page", {})  # a report of an earlier version keeps no words of its page
    finding = page.get("finding", "")
    # What a report is about, its parameters say: one of many indicators has no state of its own.
    one = {"indicator", "area"} <= about.keys()
    state = state_of(figures, about["indicator"], about["area"]) if one else None
    return Entry(
        name=place.name,
        heading=heading.get(notebook, _PROFILES if parent else _OTHERS),
        title=_name(page.get("title", place.name), run, whole="" if parent else str(about.get("area", ""))),
        finding=finding if len(finding) <= _LONGEST_FINDING and finding != page.get("notice") else "",
        area=str(about.get("area", "")),
        parent=parent,
        files=tuple(
            Link(text=text, href=f"{place.name}/{file}")
            for file, text in _OTHER_FORMS
            if (place / file).is_file()
        ),
        state=state if state is not None and (state.value or state.letter) else None,
        out_of_date=out_of_date,
    )


def _name(title: str, run: Run, *, whole: str) -> str:
    """Leave out of a title what most reports here have in common: the quarter, and the area that is whole."""
    title = title.replace(f", {run.quarter_name}", "", 1)
    return title.replace(f" in {whole}", "", 1).replace(f", {whole}", "", 1) if whole else title


def _parent(about: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Give the area of which the area that a report is about is a part, by the area set of its indicator."""
    for indicator in catalogue.indicators():
        if indicator.id == about.get("indicator"):
            return next(
                (a.parent for a in catalogue.areas(indicator.area_set) if a.name == about["area"]), ""
            )
    return ""


def _grouped(entries: Sequence[Entry], groups: Mapping[str, Sequence[str]]) -> dict[str, list[Entry]]:
    """Put the reports under their headings, in the order of the headings; none of them is left out."""
    found = {}
    for name in dict.fromkeys([*groups, _OTHERS, _PROFILES]):
        members = [entry for entry in entries if entry.heading == name]
        named = {entry.area for entry in members if entry.area}
        found[name] = [replace(entry, is_part=entry.parent in named) for entry in members]
    return {name: members for name, members in found.items() if members}


def _states(groups: Mapping[str, Sequence[Entry]]) -> list[Entry]:
    """Give each indicator and area once, by the first report about it; what profiles an area has a line of its own."""
    shown = (entry for name, members in groups.items() if name != _PROFILES for entry in members)
    first: dict[tuple[str, str], Entry] = {}
    for entry in shown:
        if entry.state is not None:
            first.setdefault((entry.state.indicator_id, entry.state.area), entry)
    return list(first.values())


def _index_page(
    run: Run, *, groups: Mapping[str, Sequence[Entry]], sources: tuple[str, ...], **reports: Sequence[Any]
) -> str:
    restricted = run.edition == "restricted"
    states = _states(groups)
    shown = {entry.name for entry in states}
    others = {name: [e for e in members if e.name not in shown] for name, members in groups.items()}
    # The restricted index leads to the public one. The other way round, everybody would learn what is withheld where.
    public = Link(text="The public pack", href=f"../../{run.folder.name}/{INDEX}")
    return render_page(
        template="pack.html.j2",
        title=f"Reports of {run.quarter_name}" + (": restricted edition" if restricted else ""),
        provenance=replace(run.provenance, sources=sources),
        pack=public if restricted else Link(text="All quarters", href=f"../{INDEX}"),
        review_period=periods.review_period(run.quarter),
        year=str(Window.twelve_months(periods.last_month(run.quarter))),
        financial_year=periods.financial_year_name(periods.financial_year_of(run.quarter)),
        states=states,
        groups={name: members for name, members in others.items() if members},
        profiles=_PROFILES,
        quarter=run.quarter_name,
        of_the_pack=[Link(text=t, href=f) for f, t in _OF_THE_PACK if (run.folder / f).is_file()],
        changes=f"{CHANGES}/{PAGE}" if (run.folder / CHANGES / PAGE).is_file() else "",
        changed=_changed(run.folder),
        actions=_actions(run),
        neighbours=[] if restricted else _neighbours(run),
        **reports,
    )


def _actions(run: Run) -> str:
    """Say in a line how the actions of the partnership stand, as far as the edition tells of them; nothing where there are none."""
    given = (
        actions_in(run.root, run.quarter, catalogue=run.catalogue, edition=run.edition)
        if run.catalogue
        else []
    )
    return in_a_line(given, as_at=run.as_at)


def _changed(pack: Path) -> str:
    """Say in a line what changed since the pack before, as the pack's page of changes does; nothing where there was none."""
    place = pack / CHANGES
    record = read_record(place) if (place / RECORD).is_file() else {}
    compared = record.get("parameters", {}).get("compared_with")
    return record.get("page", {}).get("finding", "") if compared else ""


def _neighbours(run: Run) -> list[Link]:
    """Link to the packs of the quarters before and after, where they are published."""
    near = {"before": run.quarter - 1, "after": run.quarter + 1}
    return [
        Link(
            text=f"The quarter {which}: {periods.quarter_name(q)}",
            href=f"../{periods.quarter_path(q)}/{INDEX}",
        )
        for which, q in near.items()
        if (pack_folder(run.root, q, edition="public") / INDEX).is_file()
    ]


def page_of_all_packs(root: Path) -> str:
    """Give the page that lists the quarters of which a pack is published, the latest first; empty where there is none."""
    published = {quarter: place for place, quarter in public_packs(root).items() if (place / INDEX).is_file()}
    latest = sorted(published, reverse=True)
    records = (read_record(report) for quarter in latest for report in report_folders(published[quarter]))
    record = next(records, None)
    if record is None:
        return ""
    packs = [
        {
            "name": periods.quarter_name(quarter),
            "period": periods.review_period(quarter),
            "href": f"{published[quarter].name}/{INDEX}",
            "count": sum(report.name != CHANGES for report in report_folders(published[quarter])),
            "changed": _changed(published[quarter]),
            "signed_off": signed_off_in_words(root, quarter) if is_frozen(root, quarter) else "",
        }
        for quarter in latest
    ]
    # No day: each pack says its own.
    about = replace(provenance_of(record), version="")
    return render_page(template="packs.html.j2", title="Reports by quarter", provenance=about, packs=packs)
