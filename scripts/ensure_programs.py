"""See to it that the tests find a browser and LibreOffice: install them where that is possible, say what to do where not.

With nothing but Python:  python scripts/ensure_programs.py
"""

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# The finder of the browser is the package's own, read as a file, so that this runs before the package is installed.
_BROWSER = runpy.run_path(
    str(Path(__file__).parent.parent / "saferleeds_analysis" / "publishing" / "browser.py")
)
find_chromium: Callable[[], str | None] = _BROWSER["find_browser"]
CURE = f"The browser tests need a browser. {_BROWSER['CURE']}"
LIBREOFFICE_CURE = (
    "The tests of workbooks and Word documents need LibreOffice. On Debian and Ubuntu: sudo apt-get install "
    "libreoffice-calc-nogui libreoffice-writer-nogui. Elsewhere install LibreOffice, or set SAFERLEEDS_LIBREOFFICE."
)
_LIBREOFFICE_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)


def find_libreoffice() -> str | None:
    """Give the path of LibreOffice's program, or ``None``."""
    named = os.environ.get("SAFERLEEDS_LIBREOFFICE")
    if named:
        return shutil.which(named)
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _LIBREOFFICE_PLACES if Path(place).is_file()), None)


def main() -> int:
    """Give 0 when the tests can run or may be skipped, 1 when they must run and cannot."""
    wanted = (
        ("Chromium", find_chromium, CURE, ["chromium-headless-shell|chromium", "fonts-liberation"]),
        (
            "LibreOffice",
            find_libreoffice,
            LIBREOFFICE_CURE,
            ["libreoffice-calc-nogui", "libreoffice-writer-nogui"],
        ),
    )
    packages = [name for _, find, _, names in wanted if find() is None for name in names]
    if packages and _may_install():
        print(f"Installing with apt-get: {', '.join(packages)} ...", flush=True)
        _install(packages)
    missing = 0
    for name, find, cure, _ in wanted:
        found = find()
        print(f"{name}: {found}" if found else f"{cure}\nWithout it the tests that need it are skipped.")
        missing += found is None
    return 1 if missing and os.environ.get("CI") else 0


def _may_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(packages: list[str]) -> None:
    """Install packages; of ``one|other`` the first that this system has."""
    if not _succeeds("apt-get", "update", "--quiet"):
        return
    names = [_first_known(package.split("|")) for package in packages]
    _succeeds("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *names)


def _first_known(packages: list[str]) -> str:
    return next((p for p in packages[:-1] if _succeeds("apt-cache", "show", p, tell=False)), packages[-1])


def _succeeds(*words: str, tell: bool = True) -> bool:
    done = subprocess.run(  # noqa: S603 (our own fixed words, wherever the system has the program)
        words,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0 and tell:
        print("\n".join(done.stdout.splitlines()[-15:]))
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
