"""Models that were trained on different processors: what may differ, and that it is said.

A processor without fused multiply-add is had by ``NUMBA_CPU_NAME=generic``; Haswell has it.
"""

import json
import re
import subprocess
import sys

import pytest

from tests.jobs.processes import ENVIRONMENT, dask_worker, scheduler
from tests.study.test_expected_tables import HASWELL

pytest.importorskip("numba")
pytestmark = pytest.mark.slow
GENERIC = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}


def study(folder, *options, **settings):
    """What a study of four pairs, or as `options` have it, says on standard error."""
    command = [
        sys.executable, "-m", "minimtl", "study", "--corpus", "synthetic", "--problem", "related",
        "--pairs", "4", "--runs", "1", "--workers", "2", "--out", folder, *options,
    ]  # fmt: skip
    environment = ENVIRONMENT | settings
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return ended.stderr


def trained_by(folder):
    return json.loads((folder / "manifest.json").read_text())["trained_by"]


def cells(folder):
    text = "".join((folder / name).read_text("utf-8") for name in ("scores.csv", "features.csv"))
    return re.split("[,\n]", text)


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    folder = tmp_path_factory.mktemp("native")
    said = study(folder)
    assert "kinds of processors" not in said
    assert list(trained_by(folder).values()) == [12]
    assert "kinds of processors" not in (folder / "report.md").read_text()
    return folder


def check_a_mixture(folder, said, native):
    for text in (said, (folder / "report.md").read_text(encoding="utf-8")):
        assert "The models were trained on 2 kinds of processors (" in text
    counts = trained_by(folder)
    assert (sum(counts.values()), len(counts)) == (12, 2)
    assert set(trained_by(native)) < set(counts)
    for ours, theirs in zip(cells(folder), cells(native), strict=True):
        if ours != theirs:
            assert float(ours) == pytest.approx(float(theirs), rel=1e-3)


def test_on_resume(native, tmp_path):
    study(tmp_path, "--pairs", "2", **GENERIC)
    check_a_mixture(tmp_path, study(tmp_path), native)


def test_another_processor_with_fused_multiply_add_goes_on_with_the_same_bytes(native, tmp_path):
    study(tmp_path, "--pairs", "2", **HASWELL)
    assert "kinds of processors" not in study(tmp_path)
    assert list(trained_by(tmp_path).values()) == [12]
    for table in native.glob("*.csv"):
        assert (tmp_path / table.name).read_bytes() == table.read_bytes()


def test_on_dask(native, tmp_path):
    pytest.importorskip("distributed")
    with scheduler() as dask, dask_worker(dask.address, **GENERIC), dask_worker(dask.address):
        said = study(tmp_path, "--executor", f"dask://{dask.address}")
    check_a_mixture(tmp_path, said, native)
