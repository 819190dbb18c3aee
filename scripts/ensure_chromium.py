"""See to it that the browser tests find Chromium: install it where that is possible, say what to do where it is not.

With nothing but Python:  python scripts/ensure_chromium.py
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CURE = (
    "The browser tests need Chromium, Google Chrome or Microsoft Edge. On Debian and Ubuntu: sudo apt-get install "
    "chromium. On Windows, Edge is found by itself. Or set SAFERLEEDS_BROWSER to the browser's path."
)

_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "msedge",
    "microsoft-edge",
)
_PLACES = (
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str | None:
    """Give the path of a browser of the Chromium family, or ``None``."""
    named = os.environ.get("SAFERLEEDS_BROWSER")
    if named:
        return shutil.which(named)
    commands = (shutil.which(command) for command in _COMMANDS)
    places = (place for place in _PLACES if Path(place).is_file())
    return next(filter(None, commands), None) or next(places, None) or _playwrights_own()


def _playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def main() -> int:
    """Give 0 when the browser tests can run or may be skipped, 1 when they must run and cannot."""
    found = find_chromium()
    if found is None and _may_install():
        print("Chromium is missing; installing it with apt-get ...", flush=True)
        _install()
        found = find_chromium()
    if found:
        print(f"The browser tests use {found}")
        return 0
    print(CURE)
    if os.environ.get("CI"):
        return 1
    print("Without it they are skipped.")
    return 0


def _may_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "--yes", "--quiet", "--no-install-recommends", "chromium", "fonts-liberation"]
    for words in (["update", "--quiet"], install):
        done = subprocess.run(  # noqa: S603 (our own fixed words)
            ["apt-get", *words],  # noqa: S607 (wherever the system has it)
            env=quiet,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            print("\n".join(done.stdout.splitlines()[-15:]))
            return


if __name__ == "__main__":
    sys.exit(main())
