"""The pages of a pack are fit to be published, and each check finds the fault that it is there for."""

import pytest
from browser import page_checks

pytestmark = pytest.mark.browser
ALL_CHECKS = (*page_checks.CHECKS, page_checks.check_without_script)


@pytest.mark.parametrize("name", ["every-block/report.html", "index.html"])
def test_a_page_is_fit_to_be_published(check_page, pack, name):
    check_page(pack / name)


def replace(old, new):
    def change(html):
        assert html.count(old) >= 1, f"{old!r} is not on the page, so this test breaks nothing"
        return html.replace(old, new, 1)

    return change


def add(text):
    return replace("</main>", f"{text}</main>")


def without_policy(change):
    """Take the content security policy away first, so that what the policy stops can be seen to happen."""
    return lambda html: change(replace("Content-Security-Policy", "x-none")(html))


LABEL = 'aria-label="Line chart. The total fell from 9,214 to 5,938 in two years."'
CHART = '<figure class="chart"><div class="chart-scroll"><svg viewBox="0 0 900 100">{}</svg></div></figure>'
BROKEN = [
    ("weight", add(" " * 700_000), "the page weighs"),
    (
        "nothing_is_requested",
        without_policy(add('<img src="http://127.0.0.1:9/a.png" alt="">')),
        "asks for http://127",
    ),
    ("nothing_is_requested", add('<img src="http://127.0.0.1:9/a.png" alt="">'), "Content Security Policy"),
    (
        "nothing_is_requested",
        without_policy(add("<script>undefined.x</script>")),
        "script error: Cannot read",
    ),
    ("nothing_is_requested", add("<script>1</script>"), "Executing inline script violates"),
    ("nothing_is_requested", add('<p onclick="1">x</p><script src="a.js"></script>'), "Loading the script"),
    ("nothing_is_requested", replace('"use strict";', '"use strict"; '), "Executing inline script violates"),
    ("nothing_is_requested", without_policy(add('<link rel="stylesheet" href="a.css">')), "asks for file:"),
    ("names_of_the_page", replace('lang="en-GB"', 'lang="en"'), "the language is 'en', not 'en-GB'."),
    ("names_of_the_page", replace("<title>", "<title>Notebook: "), "is neither the first-level heading"),
    ("names_of_the_page", add("<h1>Another</h1>"), "there are 2 first-level headings, not one."),
    ("headings", add("<h2>A</h2><h4>B</h4>"), "the heading 'B' is of level 4 after level 2."),
    ("headings", add("<h2> </h2>"), "an empty heading."),
    ("headings", replace("<h1", "<h2>First</h2><h1"), "the heading 'First' is of level 2 after level 0."),
    ("ids_and_links", add('<p id="a"></p><p id="a"></p>'), "the id 'a' stands 2 times."),
    ("ids_and_links", add('<a href="#nowhere">x</a>'), "the link '#nowhere' leads to no place on the page."),
    ("ids_and_links", add('<a href="absent.csv">x</a>'), "the link 'absent.csv' leads to no file."),
    (
        "ids_and_links",
        add('<a href="ftp://x.org">x</a>'),
        "the link 'ftp://x.org' is neither web, mail nor file.",
    ),
    ("pictures", replace(LABEL, ""), "a picture is named ''."),
    (
        "pictures",
        replace(LABEL, 'aria-label="chart of all our figures.svg"'),
        "named 'chart of all our figures.svg'.",
    ),
    ("pictures", replace(LABEL, 'aria-label="Figure 1"'), "a picture is named 'Figure 1'."),
    (
        "pictures",
        add('<img src="data:," alt="No description has been provided for this image">'),
        "a picture is named 'No description has been provided for this image'.",
    ),
    (
        "pictures",
        replace('role="img"', 'role="presentation"'),
        "1 pictures are shown, but a screen reader meets 0.",
    ),
    ("tables", replace("<caption>A table wider than a phone</caption>", ""), "has no caption."),
    ("tables", replace('scope="row"', ""), "has no scope."),
    (
        "tables",
        add("<table><caption>C</caption><tr><td>1</td></tr></table>"),
        "the table 'C' has no header cells.",
    ),
    ("words", add("<p>In [3]: total</p>"), "'In [3]:' is on the page."),
    ("words", add("<pre>import pandas as pd</pre>"), "'import pandas' is on the page."),
    (
        "words",
        add("<p>Traceback (most recent call last)</p>"),
        "'Traceback (most recent call last)' is on the page.",
    ),
    ("words", add("<p>KeyError: 'Leeds'</p>"), "'KeyError:' is on the page."),
    ("words", add("<p>&lt;Figure object at 0x7f&gt;</p>"), "'object at 0x7f' is on the page."),
    ("words", add("<details><summary>s</summary>NaN</details>"), "'NaN' is on the page"),
    ("words", add("<td>&lt;NA&gt;</td>"), "'<NA>' is on the page"),
    ("words", add("<p>rose by inf %</p>"), "'inf' is on the page"),
    ("words", add("<p>None</p>"), "'None' is on the page"),
    ("with_axe", replace("--text: #0b0c0c", "--text: #999999"), "axe (light): color-contrast"),
    ("with_axe", replace("--text: #e8edf2", "--text: #555555"), "axe (dark): color-contrast"),
    (
        "with_axe",
        replace("@media print {", "@media print { p { color: #aaaaaa }"),
        "axe (print): color-contrast",
    ),
    ("with_axe", add("<nav><ul><p>x</p></ul></nav>"), "axe (light): list"),
    ("with_axe", replace("<main", "<div"), "landmark-one-main"),
    ("narrow_and_enlarged", add('<p style="width: 400px">x</p>'), "at 320 pixels, <p> runs off the side."),
    ("narrow_and_enlarged", add('<p style="width: 700px">x</p>'), "at 200 % zoom, <p> runs off the side."),
    (
        "narrow_and_enlarged",
        add('<p style="width: 70rem">x</p>'),
        "at letters of double size, <p> runs off the side.",
    ),
    (
        "narrow_and_enlarged",
        add('<p style="width: 40px; overflow: hidden; white-space: nowrap">a long line</p>'),
        "at 320 pixels, <p> is cut off.",
    ),
    (
        "narrow_and_enlarged",
        lambda html: html.replace('tabindex="0"', ""),
        "at 320 pixels, <div.table-scroll> scrolls, but not by keyboard or without a name.",
    ),
    (
        "charts_can_be_read",
        add(CHART.format('<g><text x="9" y="50" font-size="12">small</text></g>')),
        "at 320 pixels, small is 10.0 pixels high.",
    ),
    (
        "charts_can_be_read",
        add(
            CHART.format(
                '<g><text x="9" y="50" font-size="40">one</text></g><g><text x="50" y="60" font-size="40">two</text></g>'
            )
        ),
        "at 640 pixels, one and two lie over each other.",
    ),
    (
        "charts_can_be_read",
        add(CHART.format('<g><text x="880" y="50" font-size="30">As recorded</text></g>')),
        "at 320 pixels, As recorded is cut off.",
    ),
    (
        "skip_link",
        replace('<a class="skip-link" href="#main">Skip to main content</a>', ""),
        "does not reach a skip link",
    ),
    ("skip_link", replace(".skip-link:focus {", ".none {"), "cannot be seen when it has the focus."),
    (
        "skip_link",
        replace('<main id="main" tabindex="-1"', "<main"),
        "the skip link leads to <a>, not to <main>.",
    ),
    (
        "keyboard",
        replace(
            "</style>",
            "*:focus { outline: none !important; box-shadow: none !important; background: none !important }</style>",
        ),
        "does not show that it has the focus.",
    ),
    ("without_script", add('<p>1</p><input type="text">'), "axe (without its script): label"),
    (
        "without_script",
        without_policy(
            add("<p>1</p><script>document.querySelector('main > p:last-of-type').remove()</script>")
        ),
        "without its script: the page does not say what it says with it.",
    ),
    ("with_htmlcs", add('<p><input type="text"></p>'), "HTML_CodeSniffer (light): WCAG2AA"),
    ("with_htmlcs", replace("--text: #e8edf2", "--text: #555555"), "HTML_CodeSniffer (dark): WCAG2AA"),
    (
        "keyboard",
        add('<a href="#main" tabindex="3">first</a>'),
        "not as they are read.",
    ),
    ("paper", add('<p style="width: 1000px">x</p>'), "on A4, <p> runs off the side."),
    ("paper", replace(".contents, .skip-link, .on-screen { display: none; }", ""), "<nav> is printed."),
]


@pytest.mark.parametrize(
    ("check", "change", "fault"), BROKEN, ids=[f"{c[0]}-{n}" for n, c in enumerate(BROKEN)]
)
def test_a_check_finds_what_it_is_there_for(browser, pack, check, change, fault):
    html = (pack / "every-block" / "report.html").read_text(encoding="utf-8")
    broken = pack / "every-block" / "broken.html"
    broken.write_text(change(html), encoding="utf-8")
    run = getattr(page_checks, f"check_{check}")
    assert run in ALL_CHECKS
    with page_checks.OpenPage(browser, broken) as page:
        faults = run(page)
    assert any(fault in found for found in faults), faults


def test_every_check_is_shown_to_find_something():
    assert {f"check_{check}" for check, _, _ in BROKEN} == {check.__name__ for check in ALL_CHECKS}


def test_the_html_checker_finds_what_is_not_html(pack):
    whole = pack / "every-block" / "report.html"
    broken = pack / "every-block" / "broken.html"
    text = whole.read_text(encoding="utf-8").replace("</main>", "<p><div>x</p></div></main>")
    broken.write_text(text, encoding="utf-8")
    assert page_checks.faults_of_html([whole, pack / "index.html"]) == []
    assert any("every-block: error:" in fault for fault in page_checks.faults_of_html([broken]))
