"""Links between the pages of docs/ and the code, both ways.

A page links to a definition as [`minimtl/nn/adam.py::Adam.update`](../minimtl/nn/adam.py); a
docstring refers to a page as "docs/mathematics.md, §2" or "docs/deferred-adam.md".
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
MODULES = sorted((ROOT / "minimtl").rglob("*.py"))

DEFINITION = re.compile(r"\[`([\w/]+\.py)::([\w.]+)`\]\(([^)]+)\)")
LINK = re.compile(r"\[[^\]]*\]\((?!https?://)([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
REFERENCE = re.compile(r"docs/([\w-]+\.md)(?:,\s+§(\d+))?")


def defined_names(path):
    """What a module defines: functions, classes and their methods, and names it assigns."""
    names = set()

    def collect(nodes, prefix=""):
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                collect(node.body, f"{prefix}{node.name}.")
            if isinstance(node, ast.Assign):
                names.update(prefix + t.id for t in node.targets if isinstance(t, ast.Name))

    collect(ast.parse(path.read_text(encoding="utf-8")).body)
    return names


def anchor(heading):
    """The fragment by which GitHub links to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def sections(page):
    """The numbered sections of a page: their text by number."""
    parts = re.split(r"^## (\d+)\. ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def references():
    """Every (module, page, section or "") that a docstring of minimtl refers to."""
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                for page, number in REFERENCE.findall(ast.get_docstring(node) or ""):
                    yield module, ROOT / "docs" / page, number


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_point_at_files_and_headings_that_exist(page):
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        path, _, fragment = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if fragment and there.suffix == ".md":
            headings = HEADING.findall(there.read_text(encoding="utf-8"))
            assert fragment in map(anchor, headings), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_definitions_name_what_is_there(page):
    for path, name, target in DEFINITION.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).resolve() == ROOT / path, target
        assert name in defined_names(ROOT / path), f"{path} has no {name}"


def test_docstrings_refer_to_pages_that_link_back():
    found = list(references())
    assert found
    for module, page, number in found:
        assert page.exists(), f"{module} refers to {page.name}"
        text = sections(page)[number] if number else page.read_text(encoding="utf-8")
        linked = {ROOT / path for path, _, _ in DEFINITION.findall(text)}
        assert module in linked, f"{page.name} §{number} has no link to {module}"


def test_mathematics_is_found_from_the_code():
    """The first definition that a section links to is its home, and leads back to it."""
    page = ROOT / "docs" / "mathematics.md"
    back = set(references())
    for number, text in sections(page).items():
        home = ROOT / DEFINITION.search(text)[1]
        # Section 3 sums up a page of its own, to which the code refers.
        there = {(home, page, number), (home, page.with_name("deferred-adam.md"), "")}
        assert back & there, f"{home} does not say “docs/mathematics.md, §{number}”"
