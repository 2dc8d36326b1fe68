"""explain.html in a real browser: every station, narrow or wide, and in print."""

import base64

import pytest

from minimtl.explain.explainpage import explain_page, visit_all
from minimtl.explain.lesson import stations


@pytest.fixture(scope="session")
def path(lesson, tmp_path_factory):
    page = explain_page(lesson, visit_all(lesson, lambda line: None))
    path = tmp_path_factory.mktemp("page") / "explain.html"
    path.write_text(page, encoding="utf-8")
    return path


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


@pytest.mark.parametrize(("width", "zoom"), [(390, 1), (1400, 2), (1400, 1)])
def test_the_page_never_scrolls_sideways(opened, path, width, zoom):
    opened.resize(width // zoom, 844)
    opened.open(path)
    opened.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.value("document.documentElement.scrollWidth") <= width // zoom


def test_it_prints_with_its_answers(opened):
    assert base64.b64decode(opened.do("Page.printToPDF")["data"]).startswith(b"%PDF")
    assert opened.value("[...document.querySelectorAll('details')].every(d => d.open)")
