"""A processor that kernels cannot be compiled for, or that this one is not, ends in a sentence."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("numba")
FIT = "import minimtl; minimtl.MultiTaskMLPClassifier(n_epochs=1).fit([[0], [1]], [0, 1])"
TOLD = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")
STUDY = ["-m", "minimtl", "study", "--corpus", "synthetic", "--pairs", "2", "--out"]


def run(*arguments, **settings):
    others = {name: value for name, value in os.environ.items() if name not in TOLD}
    return subprocess.run(
        [sys.executable, *arguments], env=others | settings, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"NUMBA_CPU_NAME": "pentium9"}, "does not know what NUMBA_CPU_NAME=pentium9 names"),
        ({"NUMBA_CPU_FEATURES": "+warp"}, "does not know what NUMBA_CPU_FEATURES=+warp names"),
        ({"NUMBA_CPU_FEATURES": "+xop,+tbm"}, "This processor cannot run code"),
    ],
)
def test_one_sentence(tmp_path, settings, sentence):
    ended = run(*STUDY, tmp_path / "out", **settings)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert ended.stderr.startswith("minimtl: ")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_in_python():
    ended = run("-c", FIT, NUMBA_CPU_NAME="pentium9")
    assert ended.stderr.splitlines()[-1].startswith("minimtl.errors.MinimtlError: The compiler")
