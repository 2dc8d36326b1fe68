"""``minimtl doctor``: what to send along with the report of a problem.

It says what a maintainer would ask of someone: machine, packages, places, corpora, and whether a
tiny training works. The training has its own process because machine code that does not suit the
processor ends the process without a message, and because only a new process shows what the start
of a command costs.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.corpora import AMAZON, EDITIONS
from minimtl.errors import MinimtlError
from minimtl.system import (
    available_cores,
    cache_dir,
    installed_version,
    processor,
)

EXAMPLES = ("minimtl doctor", "minimtl doctor --json > doctor.json")

# The kernels are compiled to the best of these that the processor has.
VECTOR_FLAGS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "asimd", "sve")
REQUIRED = ("numpy", "scipy", "numba", "llvmlite")
# By the names of setup.cfg: the package of each extra, and what it adds.
EXTRAS = {
    "figures": ("matplotlib", "figures 4 and 5"),
    "notebook": ("nbformat", "the notebook explain.ipynb"),
    "progress": ("tqdm", "a progress bar with the remaining time"),
    "dask": ("distributed", "studies on a Dask cluster"),
    "mpi": ("mpi4py", "studies under MPI"),
}
# A RELATED study with its figures takes a few megabytes; below this a run is at risk.
LITTLE_SPACE = 64 << 20
SECONDS_ALLOWED = 300.0
# After 30 steps the float32 kernels' losses, near 0.7, differ from the float64 twin's by about
# 1e-7; another order of a sum moves the last digits, a wrong kernel far more than this.
LOSSES_AGREE = 1e-5
COMMAND = "from minimtl.cli.doctor import print_facts; print_facts()"

Value = str | int | float | bool | None


@dataclass
class Section:
    """Facts in the order they are shown. A name that ends in ``_bytes`` is a size.

    Attributes
    ----------
    name : str
    facts : {name of the fact: value}
    broken : sentences on what keeps minimtl from working
    notes : sentences on what a person may want to change, and need not
    """

    name: str
    facts: dict[str, Value] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json``."""
    parser.add_argument("--json", action="store_true", help="the same, to be read by programs")


def run(args: argparse.Namespace) -> int:
    """Print the diagnosis; MinimtlError, and so exit code 1, if something essential is broken."""
    sections = [
        make_section("machine", fill_machine),
        make_section("packages", fill_packages),
        make_section("places", fill_places),
        make_section("corpora", fill_corpora),
        make_section("training", fill_training),
    ]
    print((as_json if args.json else as_text)(sections))
    broken = [sentence for section in sections for sentence in section.broken]
    if broken:
        more = f" ({len(broken) - 1} more, see above)" if len(broken) > 1 else ""
        raise MinimtlError(without_home(broken[0]) + more)
    return 0


def make_section(name: str, fill: Callable[[Section], None]) -> Section:
    """The section `name` with the facts that `fill` adds; what it raises becomes a sentence."""
    section = Section(name)
    try:
        fill(section)
    except MinimtlError as error:
        section.notes.append(str(error))
    # The command is for machines with a problem, which may fail in any way at any place.
    except Exception as error:
        section.broken.append(f"Checking {name} failed ({type(error).__name__}: {error}).")
    return section


def fill_machine(section: Section) -> None:
    """Python, the system and the processor."""
    in_environment = sys.prefix != sys.base_prefix
    section.facts.update(
        minimtl=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        environment=sys.prefix if in_environment else "none, the system's Python",
        platform=platform.platform(),
    )
    section.facts["processor"], instructions = processor()
    if instructions:  # where the system lists them
        vectors = " ".join(flag for flag in VECTOR_FLAGS if flag in instructions)
        section.facts["vectors"] = vectors or "unknown"
    section.facts.update(cores_usable=available_cores(), cores=os.cpu_count())


def fill_packages(section: Section) -> None:
    """Versions; the required packages are imported too, because an installed one may be broken."""
    for package in REQUIRED:
        installed = installed_version(package)
        if package in ("numba", "llvmlite") and installed is None:
            section.facts[package] = "missing; NumPy trains in its place, some ten times slower"
            continue
        section.facts[package] = installed or "missing"
        try:
            import_module(package)
        # An extension module may raise anything while it is loaded.
        except Exception as error:
            section.broken.append(
                f"{package} cannot be imported ({type(error).__name__}: {error}); install it "
                f"again with 'pip install --force-reinstall {package}'."
            )
    for extra, (package, adds) in EXTRAS.items():
        section.facts[package] = installed_version(package) or (
            f"missing; 'pip install minimtl[{extra}]' adds {adds}"
        )


def fill_places(section: Section) -> None:
    """The folders that minimtl writes to: can it, and is there room."""
    folder = cache_dir()
    section.facts["cache"] = str(folder)
    section.facts["cache_size_bytes"] = sum(_sizes(folder))
    section.facts["cache_writable"] = _is_writable(folder)
    if not section.facts["cache_writable"]:
        section.notes.append(
            f"The cache folder {folder} cannot be written, so corpora and kernels are not kept; "
            "set MINIMTL_CACHE to a folder that can."
        )
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    section.facts["here"] = str(here)
    section.facts["here_free_bytes"] = free
    section.facts["here_writable"] = _is_writable(here)
    if not section.facts["here_writable"] or free < LITTLE_SPACE:
        section.notes.append(
            f"{here} cannot hold the results of a study; give a folder with more room as --out."
        )


def _sizes(folder: Path) -> Iterator[int]:
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(top, name)).st_size
            except OSError:  # another process has removed it
                continue


def _is_writable(folder: Path) -> bool:
    """True if a file can be written in `folder`, or in the first above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError:
        return False
    return True


def fill_corpora(section: Section) -> None:
    """The published files that are here, checked; nothing is fetched."""
    provided = os.environ.get("MINIMTL_DATA")
    section.facts["MINIMTL_DATA"] = provided
    folders = {"cache": cache_dir(), **({"MINIMTL_DATA": Path(provided)} if provided else {})}
    for edition in (*EDITIONS, AMAZON):
        places = folders if edition.folder is None else {"minimtl": edition.folder}
        for place, folder in places.items():
            path = folder / edition.file_name
            if place != "minimtl" and not path.is_file():
                continue
            name = f"{edition.name} in {place}"
            try:
                section.facts[name] = edition.check(path)
            except MinimtlError as error:
                section.facts[name] = "damaged"
                # What is in the cache is passed over; every other file is taken.
                (section.notes if place == "cache" else section.broken).append(str(error))


def fill_training(section: Section) -> None:
    """Run `print_facts` in a new process and add what it prints to the section."""
    home = Path(__file__).parents[2]
    environment = dict(os.environ)
    if "MINIMTL_CACHE" in environment:  # which may be relative to the working folder
        environment["MINIMTL_CACHE"] = str(cache_dir())
    try:
        # From the folder that minimtl is in: "-c" finds the modules of the working folder first.
        result = subprocess.run(
            [sys.executable, "-c", COMMAND], cwd=home, env=environment, capture_output=True,
            timeout=SECONDS_ALLOWED, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        section.broken.append(f"A tiny training took more than {SECONDS_ALLOWED:.0f} s.")
        return
    if result.returncode:
        section.broken.append(f"A tiny training failed: {_reason(result)}.")
        return
    facts = json.loads(result.stdout)
    section.notes += facts.pop("notes")
    section.facts.update(facts)
    if facts.get("largest_difference", 0.0) > LOSSES_AGREE:
        section.broken.append(
            f"The compiled kernels differ from NumPy by {facts['largest_difference']:.1e} in a "
            "loss; use --backend numpy, and please report this with the output of "
            "'minimtl doctor --json'."
        )


def _reason(result: "subprocess.CompletedProcess[bytes]") -> str:
    """Why the process failed: its signal, or the last line of its standard error."""
    if result.returncode < 0:
        number = -result.returncode
        known = number in set(signal.Signals)
        return f"the process was ended by {signal.Signals(number).name if known else number}"
    lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {result.returncode} without a message"


def print_facts() -> None:
    """Train by each backend and print the facts as JSON."""
    from minimtl.nn import why_no_kernels

    reason = why_no_kernels()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compiled = None if reason else _train_compiled()
        exact, seconds = _train("numpy")

    facts: dict[str, Any] = {"kernels": f"none: {reason}"}
    if compiled is not None:
        losses, facts = compiled
    facts["numpy_ms"] = round(1e3 * seconds, 2)
    if compiled is not None:
        facts["largest_difference"] = float(abs(losses - exact).max())
    messages = (str(warning.message) for warning in caught)
    print(json.dumps({**facts, "notes": [message for message in messages if "kernels" in message]}))


def _train_compiled() -> tuple[Any, dict[str, Any]]:
    """The losses by the kernels, and what they took, when they are loaded and then."""
    start = time.perf_counter()
    losses, _ = _train("numba")
    first = time.perf_counter() - start
    from minimtl.nn.kernels import FOLDER, train_epoch

    _, again = _train("numba")
    return losses, {
        "kernels": "loaded" if train_epoch.n_loaded else "compiled",
        "kept_in": None if FOLDER is None else str(FOLDER),
        "first_training_seconds": round(first, 2),
        "numba_ms": round(1e3 * again, 2),
    }


def _train(backend: str) -> tuple[Any, float]:
    """Losses (2, 3) of two joint tasks over three epochs, and the seconds that it took."""
    import numpy as np
    from scipy import sparse

    from minimtl.nn import Learner, Schedule, Shape, TaskData, initialize

    rng = np.random.default_rng(0)
    dense = rng.random((100, 300)) * (rng.random((100, 300)) < 0.1)
    X = sparse.csr_matrix(dense.astype(np.float32))
    tasks = [TaskData(X, rng.integers(2, size=100), X[:10]) for _ in range(2)]
    learner = Learner(initialize(Shape(300, (16, 16), (2, 2)), rng))
    start = time.perf_counter()
    history = learner.run(tasks, Schedule(n_epochs=3, batch_size=10), rng, backend)
    return history.losses, time.perf_counter() - start


def as_text(sections: Sequence[Section]) -> str:
    """Section by section, a fact a line, what is wrong at the end of its section."""
    lines: list[str] = []
    width = max((len(_title(name)) for section in sections for name in section.facts), default=0)
    for section in sections:
        lines.append(section.name)
        for name, value in section.facts.items():
            lines.append(f"  {_title(name):<{width}}  {_shown(name, value)}")
        lines += [f"  BROKEN: {sentence}" for sentence in section.broken]
        lines += [f"  note: {sentence}" for sentence in section.notes]
    return without_home("\n".join(lines))


def as_json(sections: Sequence[Section]) -> str:
    """The facts by section, and all that is wrong."""
    content: dict[str, object] = {section.name: section.facts for section in sections}
    content["broken"] = [sentence for section in sections for sentence in section.broken]
    content["notes"] = [sentence for section in sections for sentence in section.notes]
    return without_home(json.dumps(content, indent=2, ensure_ascii=False))


def without_home(text: str) -> str:
    """`text` with the user's home folder, which often is a person's name, as ``~``."""
    try:
        home = str(Path.home())
    except RuntimeError:
        return text
    for spelled in (home, json.dumps(home)[1:-1]):  # JSON doubles the backslashes of Windows
        if len(home) > 1:
            text = text.replace(spelled, "~")
    return text


def _title(name: str) -> str:
    for unit in ("_bytes", "_seconds", "_ms"):
        name = name.removesuffix(unit)
    return name.replace("_", " ") if name.islower() else name  # MINIMTL_DATA stays as it is


def _shown(name: str, value: Value) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_bytes"):
        return _size(int(value))
    if name.endswith("_seconds"):
        return f"{value} s"
    if name.endswith("_ms"):
        return f"{value} ms"
    return f"{value:.1e}" if isinstance(value, float) else str(value)


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.1f} MB"
