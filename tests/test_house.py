"""The rules of the house, read from the source: what is imported by whom, and what by nobody."""

import ast
import configparser
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from minimtl.system import EXTRA_OF

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "minimtl"
FILES = sorted(SOURCE.rglob("*.py"))
TREES = {file: ast.parse(file.read_text(encoding="utf-8")) for file in FILES}

METADATA = configparser.ConfigParser()
METADATA.read(ROOT / "setup.cfg")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# What stands at the root beside the packages; `errors` and `_version` are open to all.
DOORS = {"__init__", "__main__", "_version", "elementary", "errors"}
MOST_FILES = 20


def requirements(text: str) -> set[str]:
    """The names of packages in a list of requirements, as they are imported."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return {re.split(r"[<>=\[]", line)[0] for line in lines} - {"minimtl"}


RUN_TIME = requirements(METADATA["options"]["install_requires"])
EXTRAS = {name: requirements(text) for name, text in METADATA["options.extras_require"].items()}
OFFERED = EXTRAS.keys() - {"all", "bench", "oracles", "test", "fuzz", "lint", "site"}
OPTIONAL = set.union(*(EXTRAS[name] for name in OFFERED))
# These come with an optional package: Dask with distributed, and threadpoolctl with
# scikit-learn, used where it happens to be.
OPTIONAL |= {"dask", "threadpoolctl"}
# Imported only in answer to a caller who has loaded them already: scikit-learn asking for an
# estimator's tags, or somebody asking for output in pandas or polars.
CALLERS_OWN = {
    *(("sklearn", "base.py"), ("polars", "tfidf.py")),
    *(("pandas", "tfidf.py"), ("pandas", "advice.py")),
}
# Modules whose files or bytes can hold code that runs when they are read.
UNSAFE_MODULES = {"pickle", "_pickle", "marshal", "shelve", "dbm", "dill", "cloudpickle", "joblib"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE_METHODS = {"extract", "extractall", "unpack_archive", "system", "popen"}


class Import(NamedTuple):
    """`file` imports the module `name`, in line `line`."""

    file: Path
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.name}"

    @property
    def top(self) -> str:
        """The package that is imported, as it is installed."""
        return self.name.split(".")[0]


def imports(file: Path) -> Iterator[Import]:
    """All imports of a file: also inside functions, by `import_module`, and for types alone."""
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: relative import"
            for alias in node.names:
                yield Import(file, node.lineno, f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Call) and called(node) == "import_module":
            name = ast.unparse(node.args[0])
            if name.startswith("'"):
                yield Import(file, node.lineno, name.strip("'"))


def called(node: ast.Call) -> str:
    """The last name of what a call calls."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def package(file: Path) -> str:
    """The package that a file of ours is in, or its own name at the root."""
    return file.relative_to(SOURCE).with_suffix("").parts[0]


ALL = [found for file in FILES for found in imports(file)]
OURS = [found for found in ALL if found.name.startswith("minimtl.")]
PACKAGES = {package(file) for file in FILES} - DOORS


def arrows() -> dict[str, set[str]]:
    """Which packages each package imports from."""
    found: dict[str, set[str]] = {name: set() for name in PACKAGES}
    for one in OURS:
        here, there = package(one.file), one.name.split(".")[1]
        if here in PACKAGES and there in PACKAGES - {here}:
            found[here].add(there)
    return found


def drawn() -> dict[str, set[str]]:
    """The arrows of the drawing in docs/architecture.md, ``a --> b & c`` on a line."""
    lines = re.findall(r"^    (\w+) --> (.+)$", ARCHITECTURE, re.MULTILINE)
    return {here: set(there.split(" & ")) for here, there in lines}


def test_there_is_a_house():
    assert len(FILES) > 50
    assert {found.top for found in ALL} >= {"numpy", "scipy", "numba", "minimtl"}
    assert {path.stem for path in SOURCE.glob("*.py")} == DOORS | {"system"}


def test_the_arrows_are_those_that_are_drawn():
    assert {here: there for here, there in arrows().items() if there} == drawn()


def test_each_package_says_what_it_may_import():
    said = {}
    for name in PACKAGES - {"cli"}:
        docstring = import_module(f"minimtl.{name}").__doc__
        (names,) = re.findall(r"^May import: ([\w, ]+)\.", docstring, re.MULTILINE)
        said[name] = set(names.split(", ")) - {"errors"}
    assert said == {name: there for name, there in arrows().items() if name != "cli"}


def test_no_package_imports_itself_through_others():
    above = arrows()
    while above:
        ground = {name for name, below in above.items() if not below & above.keys()}
        assert ground, f"a circle among {sorted(above)}"
        above = {name: below for name, below in above.items() if name not in ground}


def test_imports_name_the_file_that_defines_what_they_import():
    """A package has no code, and what begins with an underscore is a file's own.

    mypy refuses names that a file only imports.
    """
    for door in SOURCE.rglob("*/__init__.py"):
        if door.parent.name not in ("minimtl", "cli"):
            assert len(ast.parse(door.read_text(encoding="utf-8")).body) == 1, door
    names = [found.name.replace("_version.__version__", "") for found in OURS]
    assert [name for name in names if "._" in name] == []
    assert {one.name.split(".")[1] for one in OURS} <= PACKAGES | DOORS | {"system"}


def test_no_package_is_a_crowd():
    sizes = Counter(file.parent for file in FILES)
    assert {folder for folder, size in sizes.items() if size > MOST_FILES} == set()


def test_only_the_kernels_import_numba():
    importers = {found.file for found in ALL if found.top in ("numba", "llvmlite")}
    assert {file.parent for file in importers} == {SOURCE / "nn" / "kernels"}


def test_packages_are_those_of_the_metadata():
    allowed = RUN_TIME | OPTIONAL | set(sys.stdlib_module_names) | {"minimtl"}
    others = {(found.top, found.file.name) for found in ALL if found.top not in allowed}
    assert others == CALLERS_OWN


def test_doctor_names_the_extra_that_brings_a_package():
    extras = {package: extra for extra in OFFERED for package in EXTRAS[extra]}
    assert extras | dict.fromkeys(RUN_TIME) == EXTRA_OF


def test_optional_packages_are_imported_inside_functions_only():
    at_top = {(file, node.lineno) for file, tree in TREES.items() for node in tree.body}
    late = OPTIONAL | dict(CALLERS_OWN).keys()
    wrong = [str(one) for one in ALL if one.top in late and (one.file, one.line) in at_top]
    assert wrong == []


def test_nothing_that_runs_what_it_reads():
    wrong = [str(found) for found in ALL if found.top in UNSAFE_MODULES]
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                wrong += unsafe(node, file)
    assert wrong == []


def unsafe(node: ast.Call, file: Path) -> list[str]:
    """What is wrong with a call, if anything is."""
    is_method = isinstance(node.func, ast.Attribute)
    options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    faults = {
        "runs text": not is_method and called(node) in UNSAFE_CALLS,
        "unpacks to disk or starts a shell": is_method and called(node) in UNSAFE_METHODS,
        "starts a shell": options.get("shell", "False") != "False",
        # NumPy's files may hold pickles, and are read without only when told so.
        "may unpickle": is_method
        and ast.unparse(node.func) in ("np.load", "numpy.load")
        and options.get("allow_pickle") != "False",
        "may unpickle ": options.get("allow_pickle", "False") != "False",
    }
    where = f"{file.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)[:60]}"
    return [f"{where} {fault}" for fault, is_so in faults.items() if is_so]


@pytest.mark.parametrize(
    ("code", "is_unsafe"),
    [
        ("eval(x)", True),
        ("tar.extractall()", True),
        ("archive.extract(m)", True),
        ("run(c, shell=True)", True),
        ("os.system(c)", True),
        ("np.load(f)", True),
        ("np.load(f, allow_pickle=True)", True),
        ("np.load(f, allow_pickle=False)", False),
        ("re.compile(x)", False),
    ],
)
def test_what_is_unsafe_is_found(code, is_unsafe):
    assert bool(unsafe(ast.parse(code).body[0].value, FILES[0])) == is_unsafe


@pytest.mark.parametrize(
    "code",
    ["import minimtl", "from minimtl.cli import main\ntry: main(['--help'])\nexcept SystemExit: 0"],
)
def test_neither_numba_nor_scipy_is_loaded_for_nothing(code):
    code += "\nimport sys; print(*sys.modules, file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(result.stderr.split())
    assert "minimtl" in loaded
    assert loaded & (RUN_TIME | OPTIONAL) == set()
