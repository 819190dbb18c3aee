"""``saferleeds upgrade``: bring a project that an older version made over to the format of this library.

The steps write into a draft, which is read as a run reads a project before anything of the project is changed. Then all
changed files lie ready in one folder, that folder gets its name in one step, and from there they are put in their places,
``project.toml`` last. What stops a run before that step leaves the project as it was; what stops it later is finished by
the next ``saferleeds upgrade``.
"""

import shutil
from pathlib import Path

from saferleeds_analysis.formats import FORMAT, project_format
from saferleeds_analysis.intake.sources import inside_raw
from saferleeds_analysis.problems import DataProblem, noting
from saferleeds_analysis.publishing.doctor import table_faults
from saferleeds_analysis.publishing.files import replace_file, write_text
from saferleeds_analysis.publishing.notebooks import check_parameters, declared_parameters
from saferleeds_analysis.publishing.run_list import GIVEN_BY_THE_COMMAND, RUN_LIST, read_run_list
from saferleeds_analysis.publishing.upgrade_steps import (
    LIST,
    PROJECT,
    REFERENCE,
    STEPS,
    Draft,
    look_at_what_is_there,
)

_DRAFT, _READY, _TOLD = ".upgrade-draft", ".upgrade-ready", "upgrade.txt"


def upgrade_project(root: Path, *, tables_before: Path | None = None, dry_run: bool = False) -> list[str]:
    """Bring a project to this library's format, or only say what that would do, and give what was done in lines.

    ``tables_before`` is the folder ``saferleeds_analysis/reference`` of the version that made the project, where it does not
    lie in the project. The former files are kept in ``before-upgrade-<format>``, with these lines in ``upgrade.txt``.
    All that stands in the way comes in one ``DataProblem``, and then nothing was changed.
    """
    if (root / _READY).is_dir():
        if dry_run:
            return ["An upgrade was stopped half way. To finish it: saferleeds upgrade"]
        return [*_put_in_place(root), "The upgrade that was stopped is finished."]
    number = project_format(root / REFERENCE)
    if number == FORMAT:
        return [f"Nothing to do: this project is of format {FORMAT}."]
    inside_raw(root, root / REFERENCE)
    before = tables_before or root / "saferleeds_analysis" / "reference"
    is_whole = (before / "areas.csv").is_file() and (before / "project.toml").is_file()
    draft = Draft(root=root, before=before if is_whole else None)
    kept = root / f"before-upgrade-{number}"
    try:
        done = _planned(draft, number)
        if kept.exists():
            draft.faults.append(f"{kept.name} is there from an earlier upgrade. Move it elsewhere first.")
        if not draft.faults:
            _lay_ready(draft, root / _DRAFT, kept.name)
            draft.faults += _faults_of_a_run(root / _DRAFT / "project")
        if draft.faults:
            head = f"the project stays as it is, of format {number}:"
            raise DataProblem("\n".join([head, *dict.fromkeys(draft.faults)]))
        head = f"{'It would be brought' if dry_run else 'Brought'} from format {number} to format {FORMAT}:"
        lines = [head, *done, f"The former files {'would be' if dry_run else 'are'} kept in {kept.name}."]
        if not dry_run:
            shutil.rmtree(root / _DRAFT / "project")
            write_text(root / _DRAFT / kept.name / _TOLD, "\n".join(lines) + "\n")
            (root / _DRAFT).rename(root / _READY)
            _put_in_place(root)
        return lines
    finally:
        shutil.rmtree(root / _DRAFT, ignore_errors=True)


def _planned(draft: Draft, number: int) -> list[str]:
    """Take every step from a format on, where all files can be read, and say in lines what each does."""
    look_at_what_is_there(draft)
    done = []
    for since, words, step in STEPS if not draft.faults else ():
        if since >= number:
            with noting(draft.faults):
                told = step(draft)
                done += [words, *(f"  {line}" for line in told)] if told else []
    return [*done, "To be looked at:", *(f"  {line}" for line in draft.by_hand)] if draft.by_hand else done


def _lay_ready(draft: Draft, folder: Path, kept: str) -> None:
    """Lay out the project as it is to be, to be read, and beside it the former and the new text of what changes."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in (REFERENCE, "notebooks"):
        if (draft.root / name).is_dir():
            left_out = shutil.ignore_patterns(".ipynb_checkpoints")
            shutil.copytree(draft.root / name, folder / "project" / name, ignore=left_out)
    for path, text in draft.after.items():
        for place in (folder / "project" / path, folder / "after" / path, folder / kept / path):
            place.parent.mkdir(parents=True, exist_ok=True)
        if (draft.root / path).is_file():
            shutil.copyfile(draft.root / path, folder / kept / path)
        if text is None:
            (folder / "project" / path).unlink()
        else:
            write_text(folder / "project" / path, text)
            write_text(folder / "after" / path, text)


def _faults_of_a_run(project: Path) -> list[str]:
    """Say what a run would refuse in the tables, the run list and its parameters."""
    faults = table_faults(project)
    if faults or not (project / LIST).is_file():
        return faults
    try:
        reports = read_run_list(project / "notebooks")
    except ValueError as error:
        return str(error).splitlines()
    for report in reports:
        notebook = project / "notebooks" / f"{report.notebook}.ipynb"
        try:
            declared = declared_parameters(notebook)
            given = {name: declared[name].default for name in GIVEN_BY_THE_COMMAND if name in declared}
            check_parameters(notebook, given | report.parameters)
        except ValueError as error:
            faults += [f"{RUN_LIST}, {report.name}: {line}" for line in str(error).splitlines()]
    return faults


def _put_in_place(root: Path) -> list[str]:
    """Put what lies ready in its place, ``project.toml`` last; done again, it comes to the same."""
    after, lines = root / _READY / "after", []
    new = _files(after)
    for kept in (root / _READY).glob("before-upgrade-*"):  # one, until it has left
        for path in _files(kept) - new - {_TOLD}:
            (root / path).unlink(missing_ok=True)
        for path in sorted(new, key=lambda path: (path == PROJECT, path)):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            replace_file(root / path, (after / path).read_bytes())
        lines = (kept / _TOLD).read_text(encoding="utf-8").splitlines()
        kept.rename(root / kept.name)
    shutil.rmtree(root / _READY)
    return lines


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
