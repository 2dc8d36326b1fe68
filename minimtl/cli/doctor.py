"""``minimtl doctor``: what to send along with the report of a problem.

It says what a maintainer would ask of someone: machine, packages, corpora, and whether a
tiny training works. The training has its own process because machine code that does not suit the
processor ends the process without a message, and because only a new process shows what the start
of a command costs.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.corpora.amazon import AMAZON
from minimtl.corpora.load import EDITIONS
from minimtl.errors import MinimtlError
from minimtl.system import EXTRA_OF, available_cores, cache_dir, package_versions, processor

EXAMPLES = ("minimtl doctor", "minimtl doctor --json > doctor.json")

# The kernels are compiled to the best of these that the processor has.
VECTOR_FLAGS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "asimd", "sve")
SECONDS_ALLOWED = 300.0
# After 30 steps the float32 kernels' losses, near 0.7, differ from the float64 twin's by about
# 1e-7; another order of a sum moves the last digits, a wrong kernel far more than this.
LOSSES_AGREE = 1e-5
# By the extra that adds it.
ADDED = {
    "figures": "figures 4 and 5",
    "notebook": "the notebook explain.ipynb",
    "progress": "a progress bar with the remaining time",
    "dask": "studies on a Dask cluster",
    "mpi": "studies under MPI",
}
COMMAND = "from minimtl.cli.doctor import print_facts; print_facts()"

Facts = dict[str, str | int | float | bool | None]


@dataclass
class Diagnosis:
    """The facts about a machine, and what is wrong.

    Attributes
    ----------
    facts : {section: {name: value}}, in the order in which they are shown
    broken : sentences on what keeps minimtl from working
    notes : sentences on what a person may want to change, and need not
    """

    facts: dict[str, Facts] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json``."""
    parser.add_argument("--json", action="store_true", help="print the same as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the diagnosis; MinimtlError, and so exit code 1, if something essential is broken."""
    found = diagnose()
    print(without_home(as_json(found) if args.json else as_text(found)))
    if found.broken:
        more = f" ({len(found.broken) - 1} more, see above)" if len(found.broken) > 1 else ""
        raise MinimtlError(without_home(found.broken[0]) + more)
    return 0


def diagnose() -> Diagnosis:
    """All sections; what a check raises becomes a sentence."""
    found = Diagnosis()
    for name, check in CHECKS.items():
        facts = found.facts[name] = {}
        try:
            check(facts, found)
        except MinimtlError as error:
            found.notes.append(str(error))
        # The command is for machines with a problem, which may fail in any way at any place.
        except Exception as error:
            found.broken.append(f"Checking {name} failed ({type(error).__name__}: {error}).")
    return found


def check_machine(facts: Facts, found: Diagnosis) -> None:
    """Python, the system and the processor."""
    in_environment = sys.prefix != sys.base_prefix
    facts.update(
        minimtl=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        environment=sys.prefix if in_environment else "none, the system's Python",
        platform=platform.platform(),
    )
    facts["processor"], instructions = processor()
    if instructions:  # where the system lists them
        vectors = " ".join(flag for flag in VECTOR_FLAGS if flag in instructions)
        facts["vectors"] = vectors or "unknown"
    facts.update(cores_usable=available_cores(), cores=os.cpu_count())


def check_packages(facts: Facts, found: Diagnosis) -> None:
    """Versions, and what brings a package that is missing; the training shows what is broken."""
    for package, version in package_versions().items():
        extra = EXTRA_OF[package]
        if version is None and extra is not None:
            facts[package] = f"missing; 'pip install minimtl[{extra}]' adds {ADDED[extra]}"
        elif version is None and package in ("numba", "llvmlite"):
            facts[package] = "missing; NumPy trains in its place, some ten times slower"
        else:
            facts[package] = version or "missing"


def check_corpora(facts: Facts, found: Diagnosis) -> None:
    """The published files that are here, checked, and the places for them; nothing is fetched."""
    provided = os.environ.get("MINIMTL_DATA")
    facts.update(cache=str(cache_dir()), MINIMTL_DATA=provided)
    folders = {"cache": cache_dir(), **({"MINIMTL_DATA": Path(provided)} if provided else {})}
    for edition in (*EDITIONS, AMAZON):
        places = folders if edition.folder is None else {"minimtl": edition.folder}
        for place, folder in places.items():
            path = folder / edition.file_name
            if place != "minimtl" and not path.is_file():
                continue
            name = f"{edition.name} in {place}"
            try:
                facts[name] = edition.check(path)
            except MinimtlError as error:
                facts[name] = "damaged"
                # What is in the cache is passed over; every other file is taken.
                (found.notes if place == "cache" else found.broken).append(str(error))


def check_training(facts: Facts, found: Diagnosis) -> None:
    """Run `print_facts` in a new process and add what it prints."""
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
        found.broken.append(f"A tiny training took more than {SECONDS_ALLOWED:.0f} s.")
        return
    if result.returncode:
        found.broken.append(f"A tiny training failed: {_reason(result)}.")
        return
    trained = json.loads(result.stdout)
    found.notes += trained.pop("notes")
    facts.update(trained)
    if trained.get("kept_in", "") is None:
        found.notes.append(
            f"{cache_dir()} cannot keep the kernels, so each process compiles them again; set "
            "MINIMTL_CACHE to a folder of your own that can be written."
        )
    if "is installed but" in trained["kernels"]:
        found.broken.append(
            f"{trained['kernels'].removeprefix('none: ')}; install it again with "
            "'pip install --force-reinstall numba llvmlite'."
        )
    difference = trained.get("largest_difference", 0.0)
    if difference > LOSSES_AGREE:
        found.broken.append(
            f"The compiled kernels differ from NumPy by {difference:.1e} in a loss; use --backend "
            "numpy, and please report this with the output of 'minimtl doctor --json'."
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
    from minimtl.nn.backend import why_no_kernels

    reason = why_no_kernels()
    facts: dict[str, Any] = {"kernels": f"none: {reason}"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        losses = _losses("numpy")
        if not reason:
            difference = float(abs(_losses("numba") - losses).max())
            from minimtl.nn.kernels.epoch import train_epoch
            from minimtl.nn.kernels.jit import FOLDER

            facts["kernels"] = "loaded" if train_epoch.n_loaded else "compiled"
            facts["kept_in"] = None if FOLDER is None else str(FOLDER)
            facts["largest_difference"] = difference
    messages = (str(warning.message) for warning in caught)
    print(json.dumps({**facts, "notes": [message for message in messages if "kernels" in message]}))


def _losses(backend: str) -> Any:
    """Losses (2, 3) of two joint tasks over three epochs."""
    import numpy as np

    from minimtl.nn.classifier import MultiTaskMLPClassifier

    rng = np.random.default_rng(0)
    X = (rng.random((100, 300)) * (rng.random((100, 300)) < 0.1)).astype(np.float32)
    network = MultiTaskMLPClassifier(
        (16, 16), n_epochs=3, batch_size=10, backend=backend, random_state=0
    )
    return network.fit([X, X], [np.arange(100) % 2, np.arange(100) % 3 % 2]).loss_curve_


CHECKS = {
    "machine": check_machine,
    "packages": check_packages,
    "corpora": check_corpora,
    "training": check_training,
}


def as_text(found: Diagnosis) -> str:
    """Section by section, a fact a line; what is wrong comes last."""
    lines = []
    width = max(len(name) for facts in found.facts.values() for name in facts)
    for section, facts in found.facts.items():
        lines.append(section)
        lines += [f"  {name:<{width}}  {_shown(value)}" for name, value in facts.items()]
    lines += [f"BROKEN: {sentence}" for sentence in found.broken]
    lines += [f"note: {sentence}" for sentence in found.notes]
    return "\n".join(lines)


def _shown(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def as_json(found: Diagnosis) -> str:
    """The facts by section, and all that is wrong."""
    content = {**found.facts, "broken": found.broken, "notes": found.notes}
    return json.dumps(content, indent=2, ensure_ascii=False)


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
