"""Which code trains, where Numba is whole, broken or absent."""

import sys

import pytest

from minimtl.nn.backend import default_backend, trainer_class


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
