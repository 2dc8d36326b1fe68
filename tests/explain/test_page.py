"""explain.html in a real browser: whole without a script, and its controls work by keyboard."""

import base64
import json

import pytest

from minimtl.explain.documents import Measured, Point
from minimtl.explain.page import render
from minimtl.explain.stations import STATIONS
from minimtl.explain.visit import visit

pytest.importorskip("jinja2")

MEASURED = Measured(
    (Point(25, 0.8, 0.83, (0.02, 0.04)), Point(200, 0.9, 0.9, (0.01, -0.01))), "two runs"
)


@pytest.fixture(scope="session")
def path(lesson, tmp_path_factory):
    page = render(lesson, visit(lesson, lambda line: None), MEASURED)
    path = tmp_path_factory.mktemp("page") / "explain.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, path):
    browser.resize(1400, 900)
    browser.open(path)
    return browser


def text(browser, name):
    return browser.value(f"document.getElementById('{name}').textContent")


def test_it_loads_with_no_complaint_and_asks_for_nothing(opened, path):
    opened.assert_quiet(path)


def test_every_station_has_its_three_columns(opened):
    for station in STATIONS:
        part = f"document.getElementById('{station.key}')"
        assert opened.value(f"{part}.querySelectorAll('math').length") == len(station.formulas)
        assert opened.value(f"{part}.querySelectorAll('.code > pre').length") == len(station.code)
        assert opened.value(f"{part}.querySelectorAll('.values .good').length") >= 1
        columns = (
            f"[...{part}.querySelectorAll('.three > div')].map(e => e.getBoundingClientRect().x)"
        )
        left = opened.value(columns)
        assert left == sorted(set(left))
        assert len(left) == 3
    assert opened.value("document.querySelectorAll('.bad').length") == 0


def test_a_formula_is_drawn(opened):
    box = "document.querySelector('#tfidf math mfrac').getBoundingClientRect()"
    assert opened.value(f"{box}.height") > 25


def test_controls_by_keyboard(opened):
    before = text(opened, "moves-of")
    opened.value("document.getElementById('gap').focus()")
    opened.press("ArrowRight")
    assert text(opened, "gap-value") == "20"
    assert text(opened, "moves-of") != before
    opened.value("document.getElementById('fold').focus()")
    opened.press("ArrowRight")
    assert text(opened, "fold-says").startswith("random, fold 2: ")
    opened.value("document.getElementById('mask-step').focus()")
    opened.press("ArrowRight")
    assert text(opened, "mask-says").startswith("Step 2, rate 0.5: ")
    opened.value("document.getElementById('documents').focus()")
    opened.press("ArrowLeft")
    assert text(opened, "documents-say").startswith("With 25 posts a class: alone 0.800")


def test_what_is_shown_is_what_was_computed(opened):
    numbers = json.loads(text(opened, "numbers"))
    deferred = numbers["deferred"]
    for s in range(len(deferred["steps"])):
        last = "document.getElementById('last')"
        opened.value(f"{last}.value = '{s}'; {last}.dispatchEvent(new Event('input'))")
        cells = opened.value("[...document.querySelectorAll('#moves td:nth-child(3)')]"
                             ".map(e => +e.textContent.replaceAll('−', '-'))")  # fmt: skip
        expected = [move for move, _ in deferred["moves"][-1][s][5]]
        assert cells == pytest.approx(expected, rel=1e-6)


def test_the_mask_of_the_script_is_that_of_the_page(browser, path, opened):
    drawn = "document.getElementById('mask').getAttribute('d')"
    by_script = opened.value(drawn)
    browser.do("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(path)
    browser.do("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.value(drawn) == by_script
    assert len(by_script) > 1000


def test_without_script_all_is_there_and_no_dead_control(browser, path):
    browser.do("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(path)
    finally:
        browser.do("Emulation.setScriptExecutionDisabled", value=False)
    visible = "[...document.querySelectorAll('{}')].map(e => e.checkVisibility())"
    assert not any(browser.value(visible.format(".controls")))
    for part in ("#moves", "#mask", "#pairs .cell", "math", ".question summary"):
        assert all(browser.value(visible.format(part)))
    browser.value("document.querySelector('.question summary').click()")
    assert browser.value("document.querySelector('.question p').checkVisibility()") is True


@pytest.mark.parametrize(("width", "zoom"), [(390, 1), (1400, 2), (1400, 1)])
def test_the_page_never_scrolls_sideways(opened, path, width, zoom):
    opened.resize(width // zoom, 844)
    opened.open(path)
    opened.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.value("document.documentElement.scrollWidth") <= width // zoom


def test_contrast_in_light_and_in_dark(opened):
    """Every text against its nearest background, WCAG's 4.5 at least."""
    contrast = """(() => {
      const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
      const light = (c) => { const [r, g, b] = rgb(c).map((v) => { v /= 255;
        return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const behind = (e) => { for (; e; e = e.parentElement) {
        const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] !== 0) return c; }
        return getComputedStyle(document.body).backgroundColor; };
      let least = 99;
      for (const e of document.querySelectorAll("body *")) {
        if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
        if (!e.checkVisibility() || e.closest("svg")) continue;
        const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
        least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
      }
      return least;
    })()"""
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        opened.do("Emulation.setEmulatedMedia", features=features)
        assert opened.value(contrast) >= 4.5, scheme
    opened.do("Emulation.setEmulatedMedia", features=[])


def test_it_prints_with_its_answers(opened):
    pdf = base64.b64decode(opened.do("Page.printToPDF")["data"])
    assert pdf.startswith(b"%PDF")
    opened.do("Emulation.setEmulatedMedia", media="print")
    assert opened.value("document.querySelector('.controls').checkVisibility()") is False
    answer = "document.querySelector('.question p').getBoundingClientRect().height"
    assert opened.value(answer) > 10
    opened.do("Emulation.setEmulatedMedia", media="")
