"""Make the project's environment in ``.venv`` from ``requirements.lock``: by uv, and by pip where uv cannot.

Works alike on Windows, Linux and macOS, with nothing but Python:  python scripts/make_environment.py
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> None:
    """Make the environment, install the locked packages, then the project itself as an editable package."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            f"This is Python {sys.version_info[0]}.{sys.version_info[1]}; the project needs Python 3.11, 3.12 or 3.13. "
            "Name another with, for example: make report PYTHON=python3.12"
        )
    folder = ROOT / ".venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    venv.create(folder, with_pip=True, upgrade_deps=False)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    lock = str(ROOT / "requirements.lock")
    print("  installing the packages of requirements.lock ...", flush=True)
    # uv takes a fraction of pip's minute. It does not read pip's own settings (an index or a proxy of the organisation's),
    # so where it fails pip does it. Compiled, as by pip: the reports' processes may not be allowed to keep what they compile.
    uv = [str(python), "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
    by_uv = succeeds([*pip, "uv", "--constraint", lock]) and succeeds([*uv, "--requirement", lock])
    if not by_uv:
        run([*pip, "--requirement", lock])
    print("  installing saferleeds_analysis itself ...", flush=True)
    run([*(uv if by_uv else pip), "--no-deps", "--editable", str(ROOT)])


def succeeds(command: list[str]) -> bool:
    """Say whether a command that may fail did what it should."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0  # noqa: S603


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
