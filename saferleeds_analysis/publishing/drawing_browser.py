"""One browser without a window that draws many pages: tagged PDFs, and charts as pictures.

It is started once and told what to do over its debugging connection, because a start takes as long as ten pages. The
connection is on this machine only, on a port that the browser chooses, and ends with the work.
"""

import base64
import contextlib
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import websocket

from saferleeds_analysis.publishing.browser import CURE, find_browser

_SECONDS = 60
_SCALE = 2  # picture points to a point of the drawing: sharp in print


@dataclass(frozen=True, kw_only=True)
class DrawingBrowser:
    """A browser that waits for pages to draw. Each page must hold all that it shows."""

    connection: Any
    session: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def print_pdf(self, html: str) -> bytes:
        """Print a page as a tagged PDF with bookmarks; its size and margins are those of its styles."""
        self._show(html)
        made = self.tell(
            "Page.printToPDF",
            preferCSSPageSize=True,
            printBackground=True,
            generateTaggedPDF=True,
            generateDocumentOutline=True,
        )
        return base64.b64decode(made["data"])

    def draw(self, svg: str) -> bytes:
        """Draw a chart as PNG on white, as large as its own frame says."""
        found = re.search(r'viewbox="0 0 ([\d.]+) ([\d.]+)"', svg, re.IGNORECASE)
        wide, high = (round(float(size)) for size in found.groups()) if found else (640, 360)
        self._show(
            '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Chart</title><style>'
            f"body{{margin:0;background:#fff}}svg{{display:block;width:{wide}px;height:{high}px}}</style></head>"
            f"<body>{svg}</body></html>"
        )
        made = self.tell(
            "Page.captureScreenshot",
            format="png",
            captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": wide, "height": high, "scale": _SCALE},
        )
        return base64.b64decode(made["data"])

    def _show(self, html: str) -> None:
        frame = self.tell("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.tell("Page.setDocumentContent", frameId=frame, html=html)
        self.tell("Runtime.evaluate", expression="document.fonts.ready.then(() => true)", awaitPromise=True)

    def tell(self, method: str, **words: Any) -> dict[str, Any]:
        """Tell the browser to do something, in the words of its debugging protocol, and give its answer."""
        number, session = next(self.numbers), {"sessionId": self.session} if self.session else {}
        answer: dict[str, Any] = {}
        try:
            self.connection.send(json.dumps({"id": number, "method": method, "params": words, **session}))
            while answer.get("id") != number:
                answer = json.loads(self.connection.recv() or "{}")
        except (websocket.WebSocketException, json.JSONDecodeError) as error:
            raise OSError(f"the browser did not answer to {method}: {error}") from error
        if "error" in answer:
            raise OSError(f"the browser could not do {method}: {answer['error'].get('message', '')}")
        return answer["result"]


@contextlib.contextmanager
def drawing_browser() -> Iterator[DrawingBrowser]:
    """Start a browser and end it with the work; ``OSError`` where there is none or it fails, which says what to do."""
    browser = find_browser()
    if browser is None:
        raise OSError(f"No PDF and no pictures in Word were made. {CURE}")
    # A browser will not start as root inside its own sandbox; the pages are ours and load nothing.
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="saferleeds-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(  # noqa: S603 - our own fixed words and paths
            [
                browser,
                "--headless",
                "--disable-gpu",
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
                "--font-render-hinting=none",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                *root,
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port, path = _address(Path(profile) / "DevToolsActivePort", process)
            # Without an origin, because browsers refuse connections that come from a web page.
            connection = websocket.create_connection(
                f"ws://127.0.0.1:{port}{path}", suppress_origin=True, timeout=_SECONDS
            )
            with contextlib.closing(connection):
                whole = DrawingBrowser(connection=connection)
                tab = whole.tell("Target.createTarget", url="about:blank")["targetId"]
                session = whole.tell("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
                yield replace(whole, session=session)
                with contextlib.suppress(OSError):
                    whole.tell("Browser.close")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _address(told: Path, process: subprocess.Popen) -> tuple[str, str]:
    """Wait until the browser has written down where it listens."""
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end and process.poll() is None:
        words = told.read_text(encoding="utf-8").split() if told.is_file() else []
        if len(words) == 2:
            return words[0], words[1]
        time.sleep(0.05)
    raise OSError("the browser did not start. No PDF and no pictures in Word were made.")
