"""Short studies of the synthetic corpus by both protocols give the tables that they always gave.

They are the same bytes on every processor that adds a product by one operation, whatever the width
of its vectors, NumPy's code for it and the library of linear algebra. Processes of their own stand
in for other processors, each with kernels compiled for it.

A change that means to alter tables writes them anew by
``python -m tests.study.test_expected_tables``. Look at what `git diff` says of them.
"""

import os
import platform
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.report.csvfile import write_tables
from minimtl.study.definition import Study
from minimtl.study.problemresult import problem_results
from minimtl.study.studytables import tables
from minimtl.system import processor
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS
from tests.study.conftest import concluded_from, tables_in, trained_store

pytest.importorskip("numba")
EXPECTED = Path(__file__).parent / "expected"
# The synthetic corpus has 120 documents of a task in the smaller partition.
PROTOCOLS = {"paper": PAPER, "released": RELEASED.replace(train_per_task=100)}


HASWELL = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi,+bmi2,+f16c,+lzcnt,+movbe,+popcnt,+sse4.2",
}
FOUND = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
WIDE = [name for name in FOUND if "512" in name or name == "X86_V4"]
OTHERS = {
    "haswell, old linear algebra, narrow NumPy": HASWELL
    | {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": " ".join(WIDE)},
    "haswell in halves": HASWELL
    | {
        "NUMBA_CPU_FEATURES": HASWELL["NUMBA_CPU_FEATURES"] + ",+prefer-128-bit",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "znver4": {"NUMBA_CPU_NAME": "znver4", "OPENBLAS_CORETYPE": "Zen"},
    "skylake-avx512": {"NUMBA_CPU_NAME": "skylake-avx512", "OPENBLAS_CORETYPE": "SkylakeX"},
}


def make_tables(protocol, folder):
    """Conduct the short study in the new `folder` and write its tables there."""
    folder.mkdir()
    problems = make_problems("related", protocol, NEWSGROUPS, n_pairs=4, n_runs=1)
    study = Study(generate_synthetic(), protocol, problems, 0, "numba")
    with trained_store(folder, study) as (store, _):
        concluded = concluded_from(store, study)
    write_tables(tables(problem_results(concluded, "synthetic", NEWSGROUPS)), folder)


def make_all(folder):
    """The tables of both protocols, each in a folder of its name."""
    for name, protocol in PROTOCOLS.items():
        make_tables(protocol, folder / name)


def check(folder):
    for name in PROTOCOLS:
        assert len(tables_in(folder / name)) == 12
        assert tables_in(folder / name) == tables_in(EXPECTED / name)


def test_on_this_processor(tmp_path):
    if not import_module("minimtl.nn.kernels.jit").fuses_products():
        pytest.skip("this processor adds a product by two operations")
    make_all(tmp_path)
    check(tmp_path)


@pytest.mark.parametrize("other", OTHERS)
def test_on_another_processor(other, tmp_path):
    if platform.machine().lower() not in ("x86_64", "amd64") or "avx2" not in processor()[1]:
        pytest.skip("stands in for processors of this kind only")
    if "haswell" not in other and not WIDE:
        pytest.skip("this processor has no vectors of 512 bits")
    environment = os.environ | OTHERS[other] | {"MINIMTL_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "tests.study.test_expected_tables", tmp_path]
    subprocess.run(command, env=environment, check=True)
    check(tmp_path)


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else scratch)
        make_all(folder)
        if folder == Path(scratch):
            for table in folder.glob("*/*.csv"):
                shutil.copy(table, EXPECTED / table.parent.name)
