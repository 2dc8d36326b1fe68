"""The rules of the house, read from the source: what is imported by whom, and what by nobody."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "minimtl").rglob("*.py"))

# Floors of the house, from the ground: a module imports from its own room and from lower floors.
FLOORS = (
    ("errors", "_version"),
    ("cache", "atomic", "validation", "feature_names", "estimator", "modelfile", "plain"),
    ("nn", "text", "stats"),
    ("corpora", "persist"),
    ("study",),
    ("report",),
    ("tune", "advise", "diagnosis"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# Rooms on one floor know nothing of each other; these are single files that may.
SHARED = {
    "errors",
    "_version",
    "cache",
    "atomic",
    "validation",
    "feature_names",
    "estimator",
    "modelfile",
}

RUN_TIME = {"numpy", "scipy", "numba", "llvmlite"}
OPTIONAL = {"matplotlib", "jinja2", "markupsafe", "tqdm", "distributed", "dask", "mpi4py"}
OPTIONAL |= {"threadpoolctl"}  # comes with scikit-learn; used where it happens to be
# Imported only in answer to a caller who has loaded them already: scikit-learn asking for an
# estimator's tags, or somebody asking for output in pandas.
CALLERS_OWN = {("sklearn", "estimator.py"), ("pandas", "tfidf.py")}
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


def imports(file: Path) -> Iterator[Import]:
    """All imports of a file: also inside functions, by `import_module`, and for types alone."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: relative import"
            for alias in node.names:
                yield Import(file, node.lineno, f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Call) and called(node) == "import_module":
            name = ast.unparse(node.args[0])
            yield from [Import(file, node.lineno, name.strip("'"))] * name.startswith("'")


def called(node: ast.Call) -> str:
    """The last name of what a call calls."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def room(file: Path) -> str:
    return file.relative_to(ROOT / "minimtl").with_suffix("").parts[0]


ALL = [found for file in FILES for found in imports(file)]


def test_there_is_a_house():
    assert len(FILES) > 50
    assert {found.name.split(".")[0] for found in ALL} >= {"numpy", "scipy", "numba", "minimtl"}


def test_imports_run_downward_only():
    wrong = []
    for found in ALL:
        _, inside, name = found.name.partition("minimtl.")
        here, there = room(found.file), name.split(".")[0]
        if not inside or found.name.startswith("minimtl._version") or here == "__init__":
            continue
        same_floor = FLOOR_OF[here] == FLOOR_OF[there] and (here == there or here in SHARED)
        if not (FLOOR_OF[there] < FLOOR_OF[here] or same_floor):
            wrong.append(str(found))
    assert wrong == []


def test_every_room_has_a_floor():
    assert {room(file) for file in FILES} - {"__init__"} <= FLOOR_OF.keys()


def test_only_the_kernels_import_numba():
    kernels = ROOT / "minimtl" / "nn" / "kernels"
    importers = {found.file for found in ALL if found.name.split(".")[0] in ("numba", "llvmlite")}
    assert importers
    assert [file for file in importers if kernels not in file.parents] == []


def test_packages_are_those_of_the_metadata():
    allowed = RUN_TIME | OPTIONAL | set(sys.stdlib_module_names) | {"minimtl"}
    others = {(found.name.split(".")[0], found.file.name) for found in ALL}
    assert {other for other in others if other[0] not in allowed} == CALLERS_OWN


def test_optional_packages_are_imported_inside_functions_only():
    at_top = [
        f"{file.relative_to(ROOT)}: {ast.unparse(node)}"
        for file in FILES
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(
            name.split(".")[0] in OPTIONAL | dict(CALLERS_OWN).keys()
            for name in [getattr(node, "module", None) or "", *(a.name for a in node.names)]
        )
    ]
    assert at_top == []


def test_nothing_that_runs_what_it_reads():
    wrong = [str(found) for found in ALL if found.name.split(".")[0] in UNSAFE_MODULES]
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
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
    "code",
    [
        "eval(x)",
        "tar.extractall()",
        "archive.extract(m)",
        "run(c, shell=True)",
        "np.load(f)",
        "np.load(f, allow_pickle=True)",
        "os.system(c)",
    ],
)
def test_what_is_unsafe_is_found(code):
    node = ast.parse(code).body[0].value
    assert unsafe(node, FILES[0])
    assert not unsafe(ast.parse("np.load(f, allow_pickle=False)").body[0].value, FILES[0])
    assert not unsafe(ast.parse("re.compile(x)").body[0].value, FILES[0])


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
