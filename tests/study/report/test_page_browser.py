"""report.html in a real browser: nothing fails, nothing is asked for, and its controls work."""

import base64
import time

import pytest

from minimtl.report import to_html
from minimtl.study.report.contents import report_document
from minimtl.tasks.pairfeatures import FEATURE_NAMES
from tests.study.report.conftest import whole

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect id='a'/></svg>"
SHOWN = "[...document.querySelectorAll('#entries > :not([hidden])')]"


@pytest.fixture(scope="module")
def path(study, tmp_path_factory):
    """The page of 12 RELATED and 30 UNRELATED pairs."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    figures = {"figure4a": SVG, "figure4b": SVG}
    views = list(study.views)
    for clear in (0, 11):  # the largest gain and the largest loss of RELATED
        runs = views[clear].runs
        views[clear] = views[clear]._replace(half_width=0.001, runs=(*runs, runs[0]))
    results = whole(study.results)
    document = report_document(results, views, study.protocol, study.about, figures)
    path.write_text(to_html(document, figures), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, path):
    """The browser with the page just loaded, as wide as a desk's."""
    browser.resize(1280, 900)
    browser.open(path)
    return browser


def cell(place):
    """What finds the cell of an entry in the `place`-th column, from 1."""
    return f"querySelector('summary > :nth-child({place})')"


def column(browser, place):
    return browser.value(f"{SHOWN}.map(e => e.{cell(place)}.lastChild.data)")


def numbers(browser, place):
    return browser.value(f"{SHOWN}.map(e => +e.{cell(place)}.dataset.value)")


def names(browser):
    """The four topics of each pair that is shown."""
    return [
        f"{main} {aux}" for main, aux in zip(column(browser, 2), column(browser, 3), strict=True)
    ]


def test_it_loads_with_no_complaint_and_asks_for_nothing(opened, path):
    opened.assert_quiet(path)
    drawn = opened.value("[...document.images].map(i => i.complete && i.naturalWidth)")
    assert drawn == [40, 40]


def test_search_narrows_to_pairs_with_every_word(opened):
    assert opened.value("document.getElementById('status').textContent") == "42 of 42 pairs"
    every = names(opened)
    opened.value("document.getElementById('search').focus()")
    opened.do("Input.insertText", text="GRAPHICS mac")
    found = [name for name in every if "graphics" in name and "mac" in name]
    assert names(opened) == found
    assert 0 < len(found) < 10
    status = opened.value("document.getElementById('status').textContent")
    assert status == f"{len(found)} of 42 pairs"
    opened.value("const s = document.getElementById('search'); s.value = 'no such topic';"
                 "s.dispatchEvent(new Event('input'))")  # fmt: skip
    assert opened.value(f"{SHOWN}.length") == 0


def test_choosing_a_problem(opened):
    opened.value("const p = document.getElementById('choice'); p.value = 'RELATED';"
                 "p.dispatchEvent(new Event('input'))")  # fmt: skip
    assert opened.value(f"{SHOWN}.length") == 12
    assert set(column(opened, 1)) == {"RELATED"}


BUTTON = "document.querySelector('#controls .row :nth-child({})')"


@pytest.mark.parametrize(("place", "key"), [(4, "single"), (5, "multi"), (6, "gain")])
def test_sorting_by_a_number_and_back(opened, place, key):
    button = BUTTON.format(place)
    opened.value(f"{button}.click()")
    values = numbers(opened, place)
    assert len(values) == 42
    assert values == sorted(values, reverse=True)
    assert opened.value(f"{button}.getAttribute('aria-pressed')") == "true"
    status = opened.value("document.getElementById('status').textContent")
    assert status == f"42 of 42 pairs, sorted by {key}, largest first"
    opened.value(f"{button}.click()")
    assert numbers(opened, place) == sorted(values)


def test_sorting_by_a_name(opened):
    opened.value(f"{BUTTON.format(3)}.click()")
    tasks = column(opened, 3)
    assert tasks == sorted(tasks)
    assert len(set(tasks)) > 1


def test_a_row_opens_by_keyboard_to_curves_and_features(opened):
    opened.value("document.querySelector('#entries summary').focus()")
    assert opened.value("document.querySelector('#entries svg').checkVisibility()") is False
    opened.press("Enter", text="\r")
    assert opened.value("document.querySelector('#entries details').open") is True
    for part in ("path.blue", "path.orange", ".inside table"):
        box = f"document.querySelector('#entries {part}').getBoundingClientRect()"
        assert opened.value(f"{box}.width") > 100
    assert opened.value(
        "document.querySelectorAll('#entries details:first-child td:not(:empty)').length"
    ) == (len(FEATURE_NAMES))


def test_the_head_of_the_list_stays_above_the_pairs(opened):
    opened.value("document.querySelector('#entries > :nth-child(30)').scrollIntoView()")
    head = BUTTON.format(2)
    assert opened.value(f"{head}.getBoundingClientRect().top") < 100
    at = f"...(b => [b.left + 40, b.top + b.height / 2])({head}.getBoundingClientRect())"
    assert opened.value(f"document.elementFromPoint({at}) === {head}")
    # A pair that gets the focus is scrolled clear of it.
    opened.value("document.querySelector('#entries > :nth-child(30) summary').focus()")
    pair = "document.activeElement.getBoundingClientRect().top"
    assert opened.value(f"{pair} >= {head}.getBoundingClientRect().bottom")


def put(browser, name, value):
    """Type a value into a filter."""
    field = f"document.getElementById('{name}')"
    browser.value(f"{field}.value = '{value}'; {field}.dispatchEvent(new Event('input'))")


def test_filters_by_gain_and_by_what_is_clear(opened):
    gains = numbers(opened, 6)
    put(opened, "above", "0.01")
    shown = numbers(opened, 6)
    assert shown == [gain for gain in gains if gain > 0.01]
    faint = opened.value("document.querySelectorAll('.marks .off').length")
    assert faint == 42 - len(shown)
    put(opened, "above", "")
    put(opened, "below", "-0.01")
    shown = numbers(opened, 6)
    assert shown == [gain for gain in gains if gain < -0.01]
    put(opened, "below", "")
    for kind, n_pairs in (("up", 1), ("down", 1), ("open", 40), ("", 42)):
        put(opened, "kind", kind)
        assert opened.value(f"{SHOWN}.length") == n_pairs


MARK = "document.querySelectorAll('.marks a')[3]"
OPEN = "[...document.querySelectorAll('#entries [open]')]"


def middle_of(browser, element):
    """The coordinates of an element's middle in the window."""
    box = f"{element}.getBoundingClientRect()"
    return {
        "x": browser.value(f"{box}.left + {box}.width / 2"),
        "y": browser.value(f"{box}.top + {box}.height / 2"),
    }


def click(browser, at):
    for kind in ("mousePressed", "mouseReleased"):
        browser.do("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)


def test_a_mark_is_read_out_under_the_pointer_and_leads_to_its_pair(opened):
    at = middle_of(opened, f"{MARK}.querySelector('.hit')")
    opened.do("Input.dispatchMouseEvent", type="mouseMoved", **at)
    title = opened.value(f"{MARK}.querySelector('title').textContent")
    assert opened.value("document.getElementById('readout').textContent") == title
    anchor = opened.value(f"{MARK}.getAttribute('href')")
    click(opened, at)
    assert opened.value("location.hash") == anchor
    assert opened.value(f"{OPEN}.map(e => e.querySelector('.inside').id)") == [anchor[1:]]
    # The browser scrolls there in its own time.
    wait_until(
        lambda: 0 <= opened.value("document.activeElement.getBoundingClientRect().top") < 200
    )


def wait_until(holds):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_marks_by_keyboard(opened):
    opened.value("document.querySelector('.marks').focus()")
    for _ in range(4):
        opened.press("ArrowRight")
    title = opened.value(f"{MARK}.querySelector('title').textContent")
    assert opened.value("document.getElementById('readout').textContent") == title
    opened.press("Enter", text="\r")
    assert opened.value("location.hash") == opened.value(f"{MARK}.getAttribute('href')")
    assert opened.value(f"{OPEN}.length") == 1
    assert opened.value("document.querySelectorAll('.marks a[tabindex=\"-1\"]').length") == 42


def test_a_link_to_a_pair_opens_it_whatever_the_filters(opened):
    put(opened, "search", "no such topic")
    opened.value(f"location.hash = {MARK}.getAttribute('href')")
    opened.value("new Promise(done => setTimeout(done, 100))")
    assert opened.value(f"{OPEN}.length") == 1
    assert opened.value(f"{SHOWN}.length") == 42


def test_clear_gains_and_losses_differ_by_more_than_colour(opened):
    clear = "[...document.querySelectorAll('.marks .{0}:not(.open) .point')]"
    caps = f"{clear}.map(e => getComputedStyle(e).strokeLinecap)"
    assert opened.value(caps.format("orange")) == ["round"]
    assert opened.value(caps.format("blue")) == ["square"]
    assert opened.value("document.querySelectorAll('.marks .open .hole').length") == 40


def test_orange_and_blue_have_one_meaning_each(opened):
    """Verdicts and links have the colour of the text."""
    ink = opened.value("getComputedStyle(document.body).color")
    for other in (".good", ".bad", "a"):
        assert opened.value(f"getComputedStyle(document.querySelector('{other}')).color") == ink
    colour = "getComputedStyle(document.querySelector('{}')).{}"
    for single, multi in ((".n .blue", ".n .orange"), ("figcaption .blue", "figcaption .orange")):
        assert opened.value(colour.format(single, "color")) == opened.value(
            colour.format(".marks .blue .point", "stroke")
        )
        assert opened.value(colour.format(multi, "color")) == opened.value(
            colour.format(".marks .orange .point", "stroke")
        )


REACHED = """(e => e.id || (e.tagName === "BUTTON" && e.textContent) || e.tagName)(
    document.activeElement)"""


def test_every_control_can_be_reached_by_keyboard(opened):
    """Tab from the search goes through the other filters, six buttons and to the first pair."""
    opened.value("document.getElementById('search').focus()")
    reached = []
    for _ in range(11):
        opened.press("Tab")
        reached.append(opened.value(REACHED))
    controls = [
        "choice",
        "kind",
        "above",
        "below",
        "problem",
        "main task",
        "auxiliary task",
        "single",
        "multi",
        "gain",
        "SUMMARY",
    ]
    assert reached == controls


def test_a_phone_need_not_scroll_sideways(opened, path):
    opened.resize(390, 844)
    opened.open(path)
    opened.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.value("document.documentElement.scrollWidth") <= 390
    # Nor does any table in a frame of its own.
    frames = "[...document.querySelectorAll('.wide')]"
    assert opened.value(f"{frames}.length") >= 5
    assert opened.value(f"{frames}.filter(e => e.scrollWidth > e.clientWidth).length") == 0
    label = "getComputedStyle(document.querySelector('.cards td'), '::before').content"
    assert opened.value(label) == '"here"'  # of Table 1


def test_darkness_is_dark_and_readable(opened):
    """Contrast of text and verdicts with the paper, WCAG's 4.5 at least, in light and dark."""
    contrast = """(() => {
      const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map((v) => { v /= 255;
        return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const paper = light(getComputedStyle(document.body).backgroundColor);
      const texts = ["body", "a", "figcaption", ".good", ".bad", ".n .orange", ".n .blue"];
      return [paper, ...texts.map((s) => {
        const ink = light(getComputedStyle(document.querySelector(s)).color);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05); })];
    })()"""
    for scheme, is_dark in (("light", False), ("dark", True)):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        opened.do("Emulation.setEmulatedMedia", features=features)
        paper, *ratios = opened.value(contrast)
        assert (paper < 0.1) == is_dark
        assert min(ratios) >= 4.5, (scheme, ratios)
    opened.do("Emulation.setEmulatedMedia", features=[])


def test_without_script_all_is_there_and_no_dead_control(browser, path):
    browser.do("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(path)
    finally:
        browser.do("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.value("document.getElementById('controls').checkVisibility()") is False
    assert browser.value("document.getElementById('head').checkVisibility()") is True
    assert browser.value("document.getElementById('readout')") is None
    assert browser.value(f"{SHOWN}.length") == 42
    click(browser, middle_of(browser, f"{MARK}.querySelector('.hit')"))
    anchor = browser.value(f"{MARK}.getAttribute('href')")
    assert browser.value("location.hash") == anchor
    assert browser.value("document.querySelector(':target').checkVisibility()") is True


def test_it_prints(opened):
    pdf = base64.b64decode(opened.do("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")
    opened.do("Emulation.setEmulatedMedia", media="print")
    assert opened.value("document.getElementById('controls').checkVisibility()") is False
    assert opened.value("document.getElementById('head').checkVisibility()") is True
    table = "document.querySelector('.long .wide')"
    assert opened.value(f"{table}.checkVisibility({{contentVisibilityAuto: true}})") is True
    assert opened.value(f"{table}.getBoundingClientRect().height") > 100
    assert opened.value(f"{MARK}.checkVisibility()") is True
    opened.resize(700, 1000)  # an A4 page without its margins
    frames = "[...document.querySelectorAll('.wide')]"
    assert opened.value(f"{frames}.filter(e => e.scrollWidth > e.clientWidth).length") == 0
    opened.do("Emulation.setEmulatedMedia", media="")
    assert opened.value(f"{table}.checkVisibility()") is False  # folded again
