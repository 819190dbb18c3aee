"""Make the project's environment in ``.venv`` from a lock: by uv, and by pip where uv cannot.

Works alike on Windows, Linux and macOS, with nothing but Python:

    python scripts/make_environment.py          # what reports need: requirements.lock
    python scripts/make_environment.py --dev    # and what tests need: requirements-dev.lock

Every file that is fetched has the SHA-256 that the lock names, or nothing is installed from it.
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOR_TESTS = ROOT / "requirements-dev.lock"
OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> None:
    """Make the environment, install the locked packages, then the project itself as an editable package."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            f"This is Python {sys.version_info[0]}.{sys.version_info[1]}; the project needs Python 3.11, 3.12 or 3.13. "
            "Name another with, for example: make report PYTHON=python3.12"
        )
    if sys.argv[1:] not in ([], ["--dev"]):
        sys.exit(
            f"{' '.join(sys.argv[1:])} is not known. Give nothing, or --dev for the packages of the tests too."
        )
    lock = FOR_TESTS if sys.argv[1:] else ROOT / "requirements.lock"
    folder = ROOT / ".venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    venv.create(folder, with_pip=True, upgrade_deps=False)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    packages = ["--require-hashes", "--requirement", str(lock)]
    # The lock holds what builds the project too, so that nothing is fetched for it beside the lock.
    itself = ["--no-build-isolation", "--no-deps", "--editable", str(ROOT)]
    with tempfile.TemporaryDirectory(prefix="uv-", ignore_cleanup_errors=True) as place:
        # uv takes a fraction of pip's minute. It does not read pip's own settings (an index or a proxy of the organisation's),
        # so where it fails pip does it. Compiled, as by pip: the reports' processes may not be allowed to keep what they compile.
        program = fetch_uv(pip, Path(place))
        uv = [program, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
        print(f"  installing the packages of {lock.name} ...", flush=True)
        installer = uv if succeeds([*uv, *packages]) else pip
        if installer is pip:
            run([*pip, *packages])
        print("  installing saferleeds_analysis itself ...", flush=True)
        run([*installer, *itself])


def fetch_uv(pip: list[str], place: Path) -> str:
    """Fetch the locked uv into a folder and give its program; it serves here only and stays out of the environment."""
    [locked] = re.findall(r"^uv==(?:.*\\\n)+.*\n", FOR_TESTS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (place / "uv.lock").write_text(locked, encoding="utf-8")
    succeeds([*pip, "--require-hashes", "--target", str(place), "--requirement", str(place / "uv.lock")])
    return str(place / "bin" / ("uv.exe" if os.name == "nt" else "uv"))


def succeeds(command: list[str]) -> bool:
    """Say whether a command that may fail, or that may not be there, did what it should."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def run(command: list[str]) -> None:
    """Run one command, counting the packages that it looks up, and stop at its failure with its own words shown."""
    done = subprocess.Popen(  # noqa: S603 (our own fixed commands)
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    lines, packages = [], 0
    for line in done.stdout:
        lines.append(line)
        if line.startswith("Collecting "):
            packages += 1
            if packages % 20 == 0:
                print(f"  ... {packages} packages", flush=True)
    if done.wait():
        sys.exit(
            "".join(lines[-30:])
            + f"\nThis command failed, and the environment is not ready: {' '.join(command)}"
        )


if __name__ == "__main__":
    main()
