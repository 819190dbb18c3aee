"""A page as a tagged PDF, and charts as pictures for Word, both drawn by a browser without a window.

The browser keeps the page's headings, tables, lists and alternative texts as tags, takes its title and language, and
makes bookmarks of its headings. It gets a copy of the page made for paper: no links to files beside the page, which would
name folders of this machine, and no folded parts.
"""

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from saferleeds_analysis.publishing.browser import CURE, find_browser
from saferleeds_analysis.publishing.pieces import Picture

_SECONDS = 120
_SCALE = 2  # picture points to a point of the drawing: sharp in print
_COLUMNS, _GAP = 3, 10
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}\+00'00'\)")


class NoBrowser(Exception):
    """There is no browser that could draw. The message says what to do."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(f"No PDF and no pictures in Word were made. {CURE}")


def write_pdf(page: Path, path: Path, *, as_at: date) -> None:
    """Print a published page as a tagged PDF with title, language and bookmarks; dated with the as-at day."""
    with tempfile.TemporaryDirectory(prefix="saferleeds-") as folder:
        copy, made = Path(folder) / "page.html", Path(folder) / "page.pdf"
        copy.write_text(for_paper(page.read_text(encoding="utf-8")), encoding="utf-8")
        _browse(
            copy,
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
            profile=Path(folder) / "profile",
        )
        if not made.is_file():
            raise OSError(f"the browser made no PDF of {page.parent.name}.")
        moment = f"D:{as_at:%Y%m%d}000000+00'00'".encode()
        # As long as what it replaces, so that the file's table of contents stays right.
        content = _DATES.sub(lambda found: b"/" + found[1] + b" (" + moment + b")", made.read_bytes())
        unfinished = path.with_name(f".{path.name}.draft")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def for_paper(html: str) -> str:
    """Make the copy of a page that is printed."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for left_out in soup.select(".contents, .skip-link"):
        left_out.decompose()
    for term in soup.select(".site-footer dt"):
        if term.get_text().strip() == "Beside this page":
            term.parent.decompose()
    for link in soup.find_all("a", href=True):
        if not link["href"].startswith(("http:", "https:", "mailto:")):
            link.unwrap()
    for folded in soup.find_all("details"):
        if folded.find_parent("figure") is not None:
            told = soup.new_tag("p")
            told.string = "The data behind this chart are on the page and in the workbook of the pack."
            folded.replace_with(told)
        else:
            folded["open"] = ""
    # A figure's own tag would count as a picture without words: the drawing in it has them.
    for figure in soup.find_all("figure"):
        figure.name = "div"
        for caption in figure.find_all("figcaption", recursive=False):
            caption.name = "p"
    return soup.decode()


def draw_pictures(pictures: Sequence[Picture]) -> list[bytes]:
    """Draw charts as PNG, in order. All of them in one go, because starting a browser takes longer than drawing."""
    from PIL import Image

    if not pictures:
        return []
    sizes = [_size(picture.svg) for picture in pictures]
    wide, high = max(w for w, _ in sizes), max(h for _, h in sizes)
    places = [
        (_GAP + (i % _COLUMNS) * (wide + _GAP), _GAP + (i // _COLUMNS) * (high + _GAP))
        for i in range(len(pictures))
    ]
    drawings = "".join(
        f'<div style="position:absolute;left:{x}px;top:{y}px;width:{w}px;height:{h}px">{picture.svg}</div>'
        for picture, (x, y), (w, h) in zip(pictures, places, sizes, strict=True)
    )
    page = (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Charts</title><style>body{margin:0;'
        f"background:#fff}}svg{{display:block;width:100%;height:100%}}</style></head><body>{drawings}</body></html>"
    )
    across = _COLUMNS * (wide + _GAP) + _GAP
    down = -(-len(pictures) // _COLUMNS) * (high + _GAP) + _GAP
    with tempfile.TemporaryDirectory(prefix="saferleeds-") as folder:
        source, made = Path(folder) / "charts.html", Path(folder) / "charts.png"
        source.write_text(page, encoding="utf-8")
        _browse(
            source,
            f"--window-size={across},{down + 200}",  # some browsers take their frame off the height
            f"--force-device-scale-factor={_SCALE}",
            "--hide-scrollbars",
            f"--screenshot={made}",
            profile=Path(folder) / "profile",
        )
        if not made.is_file():
            raise OSError("the browser drew no charts.")
        with Image.open(made) as whole:
            drawn = []
            for (x, y), (w, h) in zip(places, sizes, strict=True):
                part = whole.convert("RGB").crop(tuple(_SCALE * n for n in (x, y, x + w, y + h)))
                kept = io.BytesIO()
                part.save(kept, format="PNG")
                drawn.append(kept.getvalue())
    return drawn


def _size(svg: str) -> tuple[int, int]:
    found = re.search(r'viewbox="0 0 ([\d.]+) ([\d.]+)"', svg, re.IGNORECASE)
    if not found:
        return 640, 360
    return round(float(found[1])), round(float(found[2]))


def _browse(page: Path, *words: str, profile: Path) -> None:
    browser = find_browser()
    if browser is None:
        raise NoBrowser
    # A browser will not start as root inside its own sandbox; the page is ours and loads nothing.
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        subprocess.run(  # noqa: S603 - our own fixed words and paths
            [
                browser,
                "--headless",
                "--disable-gpu",
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
                "--font-render-hinting=none",
                f"--user-data-dir={profile}",
                *root,
                *words,
                page.as_uri(),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OSError(f"the browser had not finished after {_SECONDS} seconds.") from error
