"""The site's builder: what it makes of links, and what it says of broken ones."""

import importlib.util
from pathlib import Path

import pytest

pytest.importorskip("sphinx")
pytest.importorskip("pygments")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_links_to_definitions_lead_to_their_lines(build):
    link = build.turned("`minimtl/nn/adam.py::Adam.update`", "../minimtl/nn/adam.py")
    line = int(link.partition("#L-")[2].partition('"')[0])
    source = (ROOT / "minimtl" / "nn" / "adam.py").read_text(encoding="utf-8")
    assert "def update(" in source.splitlines()[line - 1]
    assert build.turned("x", "corpus.md#a") == "[x](corpus.md#a)"
    assert build.turned("`tests/x.py`", "../tests/test_house.py") == "`tests/x.py`"


def test_every_public_name_has_an_entry(build):
    import minimtl

    for name in set(minimtl.__all__) - {"__version__"}:
        text = build.entry("minimtl", name)
        assert f"## `{name}`" in text
        assert "```text" in text


def test_broken_links_are_found(build, tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"></p><a href="b.html#there"></a><a href="b.html#nowhere"></a>'
        '<a href="c.html"></a><a href="#here"></a><a href="https://example.org"></a>'
    )
    (tmp_path / "b.html").write_text('<p id="there"></p>')
    assert sorted(build.broken_links(tmp_path)) == [
        "a.html links to b.html#nowhere: no such anchor",
        "a.html links to c.html, which is not there",
    ]
