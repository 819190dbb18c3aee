"""Find a browser of the Chromium family on this machine. Nothing but Python is needed, so that set-up scripts can read it."""

import os
import shutil
from pathlib import Path

CURE = (
    "Chromium, Google Chrome or Microsoft Edge is needed. On Debian and Ubuntu: sudo apt-get install chromium. On Windows, "
    "Edge is found by itself. Or set SAFERLEEDS_BROWSER to the browser's path."
)

_COMMANDS = (
    "chromium-headless-shell",  # Debian's, without windows: starts sooner than the whole browser and draws the same
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


def find_browser() -> str | None:
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
