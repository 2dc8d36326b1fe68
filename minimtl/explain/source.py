"""What is quoted: lines of this package's own source, and formulas of docs/mathematics.md.

The package has that page as `mathematics.md`, so that both are read where it is installed.
"""

import ast
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Excerpt(NamedTuple):
    """A definition without its docstring: where it stands in the package, and its lines."""

    path: str
    name: str
    line: int
    text: str


@cache
def _module(path: str) -> tuple[list[str], ast.Module]:
    text = files("minimtl").joinpath(path).read_text(encoding="utf-8")
    return text.splitlines(), ast.parse(text)


def excerpt(place: str) -> Excerpt:
    """The definition at `place`, such as ``nn/adam.py::Adam.update``, from the file as it is now.

    The file is read, not imported, so that kernels can be shown where Numba is missing.

    Raises
    ------
    LookupError
        If the file has no such definition.
    """
    path, _, name = place.partition("::")
    lines, tree = _module(path)
    node: ast.AST = tree
    for part in name.split("."):
        node = _child(node, part, place)
    assert isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Assign)
    first, last = node.lineno, node.end_lineno or node.lineno
    hidden: range = range(0)
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        first = min([first, *(decorator.lineno for decorator in node.decorator_list)])
        if ast.get_docstring(node) is not None:
            docstring = node.body[0]
            hidden = range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1)
    kept = [lines[i - 1] for i in range(first, last + 1) if i not in hidden]
    indent = len(kept[0]) - len(kept[0].lstrip())
    return Excerpt(path, name, first, "\n".join(line[indent:] for line in kept))


def _child(node: ast.AST, name: str, place: str) -> ast.AST:
    for child in getattr(node, "body", ()):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == name:
            return child
        if isinstance(child, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in child.targets
        ):
            return child
    raise LookupError(f"minimtl/{place} is not there; a station of `minimtl explain` shows it")


@cache
def _page() -> str:
    return (files("minimtl.explain") / "mathematics.md").read_text(encoding="utf-8")


@cache
def _sections() -> dict[int, str]:
    """The text of each numbered section."""
    parts = re.split(r"^## (\d+)\. ", _page(), flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def section_title(number: int) -> str:
    """The heading of a numbered section, without its number; KeyError if there is none."""
    return _sections()[number].partition("\n")[0]


def formula(section: int, start: str) -> str:
    """The formula of a section that begins with `start`, as it stands there.

    Formulas are what is indented by four spaces; two on one line are three spaces apart.

    Raises
    ------
    LookupError
        If no formula, or more than one, begins so.
    """
    lines = re.findall(r"^ {4}(\S.*)$", _sections()[section], re.MULTILINE)
    pieces = [piece.strip(" ,.;") for line in lines for piece in re.split(r" {3,}", line)]
    found = [piece for piece in pieces if piece.startswith(start)]
    if len(found) != 1:
        raise LookupError(
            f"mathematics.md, section {section}, has {len(found)} formulas that begin with "
            f"{start!r}; a station needs one"
        )
    return found[0]
