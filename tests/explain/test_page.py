"""explain.html in a real browser: whole without a script, and its controls work by keyboard."""

import base64

import numpy as np
import pytest

from minimtl.explain import explain_page, visit_all
from minimtl.explain.station import stations
from minimtl.explain.tablestations import GainsBySize

MEASURED = GainsBySize(
    np.array([25, 200]), np.array([[0.8, 0.8], [0.9, 0.9]]), np.array([[0.82, 0.84], [0.91, 0.89]])
)


@pytest.fixture(scope="session")
def path(lesson, tmp_path_factory):
    page = explain_page(lesson, visit_all(lesson, lambda line: None), MEASURED)
    path = tmp_path_factory.mktemp("page") / "explain.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, path):
    browser.resize(1400, 900)
    browser.open(path)
    return browser


SHOWN = "[...document.querySelectorAll('.move .shown')].map(e => e.innerText)"


def test_it_loads_with_no_complaint_and_asks_for_nothing(opened, path):
    opened.assert_quiet(path)


def test_every_station_is_there(opened):
    titles = opened.value("[...document.querySelectorAll('h2')].map(e => e.textContent)")
    assert titles == [f"{i}. {one.title}" for i, one in enumerate(stations(), start=1)]
    links = opened.value("[...document.querySelectorAll('nav a')].map(e => e.textContent)")
    assert links == titles
    n_formulas = sum(len(station.formulas) for station in stations())
    assert opened.value("document.querySelectorAll('.formula').length") == n_formulas
    assert opened.value("document.querySelectorAll('.formula sub').length") > n_formulas
    assert opened.value("document.querySelectorAll('.good').length") >= len(titles)
    assert opened.value("document.querySelectorAll('.bad').length") == 0
    assert "+0.030" in opened.value("document.body.innerText")  # the mean gain of 25 posts


def test_controls_by_keyboard(opened):
    before = opened.value(SHOWN)
    assert before[0].startswith("Step 1, rate 0.5: ")
    assert "step 1, K = 13" in before[1]
    assert before[2].startswith("in_fold, fold 1: ")
    last = (
        "[...document.querySelectorAll('.move')].map(m => [...m.querySelectorAll('select')].at(-1))"
    )
    for place in range(3):
        opened.value(f"{last}[{place}].focus()")
        opened.press("ArrowDown")
    after = opened.value(SHOWN)
    assert after[0].startswith("Step 1, rate 0.8: ")
    assert "step 1, K = 30" in after[1]
    assert after[2].startswith("in_fold, fold 2: ")


def test_without_script_all_is_there_and_no_dead_control(browser, path):
    browser.do("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(path)
    finally:
        browser.do("Emulation.setScriptExecutionDisabled", value=False)
    visible = "[...document.querySelectorAll('{}')].map(e => e.checkVisibility())"
    assert not any(browser.value(visible.format(".controls")))
    assert browser.value(SHOWN)[0].startswith("Step 1, rate 0.5: ")
    assert all(browser.value(visible.format(".formula")))
    answer = "[...document.querySelectorAll('details')].at(-1)"
    browser.value(f"{answer}.querySelector('summary').click()")
    assert browser.value(f"{answer}.querySelector('p').checkVisibility()") is True


@pytest.mark.parametrize(("width", "zoom"), [(390, 1), (1400, 2), (1400, 1)])
def test_the_page_never_scrolls_sideways(opened, path, width, zoom):
    opened.resize(width // zoom, 844)
    opened.open(path)
    opened.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.value("document.documentElement.scrollWidth") <= width // zoom


def test_it_prints_without_its_controls(opened):
    assert base64.b64decode(opened.do("Page.printToPDF")["data"]).startswith(b"%PDF")
    assert opened.value("[...document.querySelectorAll('details')].every(d => d.open)")
    opened.do("Emulation.setEmulatedMedia", media="print")
    assert opened.value("document.querySelector('.controls').checkVisibility()") is False
    opened.do("Emulation.setEmulatedMedia", media="")
