"""Which code trains, where Numba is whole, broken, absent, or told of another processor."""

import os
import subprocess
import sys

import pytest

from minimtl.nn.backend import default_backend, trainer_class

FIT = "import minimtl; minimtl.MultiTaskMLPClassifier(n_epochs=1).fit([[0], [1]], [0, 1])"
TOLD = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")
STUDY = ["-m", "minimtl", "study", "--corpus", "synthetic", "--pairs", "2", "--out"]


def test_the_kernels_are_the_default():
    assert default_backend() == "numba"
    assert trainer_class(None) == trainer_class("numba")
    assert trainer_class("numba").dtype == "float32"


@pytest.mark.parametrize("reason", ["absent", "turned off"])
def test_without_numba_numpy_trains(monkeypatch, reason):
    if reason == "absent":
        monkeypatch.setitem(sys.modules, "numba", None)  # what makes "import numba" an ImportError
    else:
        monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    for name in [name for name in sys.modules if name.startswith("minimtl.nn.kernels")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "minimtl.nn.trainer", raising=False)
    trainer_class.cache_clear()
    assert default_backend() == "numpy"
    assert trainer_class(None).dtype == "float64"
    with pytest.raises(ImportError):
        trainer_class("numba")
    trainer_class.cache_clear()


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="backend must be one of"):
        trainer_class("cuda")


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
