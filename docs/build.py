"""Builds the site: the pages of this folder, the API, the source, the explain page, a gallery.

    python docs/build.py OUT [--explain FILE]

Needs the packages of ``minimtl[site]`` and no network. Every link of every page is checked; a link
to nothing, or a warning of Sphinx, ends with exit code 1. Without ``--explain`` a small lesson is
trained for the explain page, in some seconds.
"""

import argparse
import ast
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx

from minimtl.explain.explainpage import explain_page, visit_all
from minimtl.explain.lesson import SMALL, make_lesson

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PACKAGE = ROOT / "minimtl"
SETTINGS = {
    "project": "minimtl",
    "extensions": ["myst_parser"],
    "html_theme": "furo",
    "html_title": "minimtl",
    "myst_heading_anchors": 4,
    "html_show_copyright": False,
    "html_copy_source": False,
}
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
# A part of the index: what is said above a list of pages, and the list.
PART = re.compile(r"^([A-Z].*):\n\n((?:- .*\n(?: .*\n)*)+)", re.MULTILINE)
MADE = ("gallery", "api/index")  # pages that this folder does not have
EXPLAIN = "explain.html"


def main() -> int:
    """Build into the folder of the command line; 1 if a link or a page is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--explain", type=Path, metavar="FILE", help="explain.html, made before")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(scratch, "pages")
        write_pages(pages)
        warnings = StringIO()
        app = Sphinx(
            str(pages), None, str(args.out), str(Path(scratch, "doctrees")), "html",
            confoverrides=SETTINGS, status=None, warning=warnings,
        )  # fmt: skip
        app.build(force_all=True)
        print(warnings.getvalue(), file=sys.stderr)
        write_sources(args.out / "sources")
        if args.explain:
            shutil.copy(args.explain, args.out / EXPLAIN)
        else:
            page = small_explain_page(Path(scratch, "lesson"))
            (args.out / EXPLAIN).write_text(page, encoding="utf-8")
    wrong = list(broken_links(args.out))
    print(*wrong, sep="\n", file=sys.stderr)
    print(args.out / "index.html")
    return 1 if wrong or app.statuscode or warnings.getvalue() else 0


def write_pages(pages: Path) -> None:
    """The Markdown that Sphinx reads: this folder's with links turned, the API, and the gallery."""
    shutil.copytree(DOCS, pages, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for page in pages.glob("*.md"):
        text = page.read_text(encoding="utf-8").replace("```mermaid", "```text")
        page.write_text(LINK.sub(lambda match: turned(*match.groups()), text), encoding="utf-8")
    index = (pages / "README.md").read_text(encoding="utf-8")
    (pages / "README.md").unlink()
    extra = f'<p><a href="{EXPLAIN}">From a post to a number in Table 2</a>: the explain page.</p>'
    parts = {
        caption: re.findall(r"\]\(([\w-]+)\.md\)", pages_of)
        for caption, pages_of in PART.findall(f"{index}\n")
    }
    trees = [
        f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" + "\n".join(names) + "\n```"
        for caption, names in {**parts, "More": list(MADE)}.items()
    ]
    (pages / "index.md").write_text("\n\n".join([index, extra, *trees]), encoding="utf-8")
    write_api(pages / "api")
    figures = "\n\n".join(f"![{path.stem}]({path.name})" for path in sorted(pages.glob("*.png")))
    (pages / "gallery.md").write_text(f"# Gallery\n\n{figures}\n", encoding="utf-8")


def turned(text: str, target: str) -> str:
    """A link of a page as the site has it: to a line of the source, or to a page."""
    path = target.partition("#")[0]
    if path == "README.md":
        return f"[{text}](index.md)"
    if path.startswith("../"):
        there = (DOCS / path).resolve().relative_to(ROOT).as_posix()
        if there.startswith("minimtl/") and there.endswith(".py"):
            place = text.strip("`").removeprefix("minimtl/")
            line = f"#L-{line_of(place)}" if "::" in place else ""
            shown = text.strip("`")
            return f'<a href="sources/{there}.html{line}"><code>{shown}</code></a>'
        return text  # a file that the site does not have
    return f"[{text}]({target})"


def write_api(folder: Path) -> None:
    """Pages of signatures and docstrings: the public names, and what each package defines."""
    folder.mkdir()
    package = import_module("minimtl")
    homes = {name: f"{home.replace('.', '/')}.py" for name, home in package._HOMES.items()}
    pages = {"minimtl": [entry(path, name) for name, path in sorted(homes.items())]}
    abouts = {"minimtl": package.__doc__}
    for door in sorted(PACKAGE.glob("*/__init__.py")):
        name = f"minimtl.{door.parent.name}"
        files = [path.relative_to(ROOT).as_posix() for path in sorted(door.parent.glob("*.py"))]
        pages[name] = [entry(path, one) for path in files for one in public(path)]
        abouts[name] = import_module(name).__doc__

    for name, entries in pages.items():
        about = (abouts[name] or "").strip()
        text = "\n\n".join([f"# {name}", f"```text\n{about}\n```", *entries])
        (folder / f"{name}.md").write_text(f"{text}\n", encoding="utf-8")
    tree = "```{toctree}\n\n" + "\n".join(pages) + "\n```\n"
    (folder / "index.md").write_text(f"# API\n\n{tree}", encoding="utf-8")


def public(path: str) -> list[str]:
    """The functions and classes of a file that other files may use."""
    nodes = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    definitions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [node.name for node in definitions if not node.name.startswith("_")]


def entry(path: str, name: str) -> str:
    """A definition of a file: its signature as it is written, docstring, and where it stands."""
    source = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    node = next(node for node in source.body if defines(node, name))
    where = f'<p><a href="../sources/{path}.html#L-{node.lineno}">{path}</a></p>'
    return f"## `{name}`\n\n{where}\n\n" + "\n\n".join(described(node))


def line_of(place: str) -> int:
    """The line of a definition, such as ``nn/adam.py::Adam.update``; LookupError if it has gone."""
    path, _, name = place.partition("::")
    node: ast.AST = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    for part in name.split("."):
        found = next((child for child in getattr(node, "body", []) if defines(child, part)), None)
        if found is None:
            raise LookupError(f"minimtl/{place} is not there, and a page leads to it")
        node = found
    return int(getattr(node, "lineno", 1))


def defines(node: ast.stmt, name: str) -> bool:
    """Whether a statement of a module defines a name."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = (leaf for target in targets for leaf in ast.walk(target))
        return any(isinstance(leaf, ast.Name) and leaf.id == name for leaf in names)
    return getattr(node, "name", None) == name


def described(node: ast.AST, inside: str = "") -> Iterator[str]:
    """Signature and docstring of a definition, and of a class's public methods."""
    if isinstance(node, ast.FunctionDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        yield f"```python\n{inside}{node.name}({ast.unparse(node.args)}){returns}\n```"
    elif isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, node.bases))
        fields = [ast.unparse(one) for one in node.body if isinstance(one, ast.AnnAssign)]
        head = f"class {node.name}({bases})" if bases else f"class {node.name}"
        yield "```python\n" + "\n    ".join([head, *fields]) + "\n```"
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        yield f"```python\n{ast.unparse(node)[:300]}\n```"
        return
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
        yield f"```text\n{ast.get_docstring(node)}\n```"
    if isinstance(node, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                yield from described(method, f"{node.name}.")


def write_sources(folder: Path) -> None:
    """Every module as a page with an anchor for each line, L-1, L-2 and so on."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        style = HtmlFormatter(full=True, title=name, lineanchors="L", style="friendly")
        page = folder / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        text = highlight(path.read_text(encoding="utf-8"), PythonLexer(), style)
        page.write_text(text, encoding="utf-8")


def small_explain_page(folder: Path) -> str:
    """The explain page of a small lesson, whose code links to the site's sources."""
    folder.mkdir()
    lesson = make_lesson(None, folder, announce=_say, n_workers=1, protocol=SMALL)
    visits = visit_all(lesson, lambda line: None)
    return explain_page(lesson, visits, lambda path: f"sources/minimtl/{path}.html")


def _say(line: str) -> None:
    print(line, file=sys.stderr)


class Page(HTMLParser):
    """What a page of the site links to, and the anchors that it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.links.append(value)
            if value and (name == "id" or (name == "name" and tag == "a")):
                self.anchors.add(value)


def broken_links(out: Path) -> Iterator[str]:
    """A line for each link within the site that leads to nothing."""
    pages = {path.resolve(): Page(path) for path in out.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not there.exists():
                yield f"{path.relative_to(out.resolve())} links to {link}, which is not there"
                continue
            known = pages[there].anchors if there in pages else {parts.fragment}
            if parts.fragment and unquote(parts.fragment) not in known:
                yield f"{path.relative_to(out.resolve())} links to {link}: no such anchor"


if __name__ == "__main__":
    sys.exit(main())
