"""What tests of texts share: cutting in blocks, and a comparison of matrices."""

import numpy as np
import pytest

from minimtl.text import counts as counting


@pytest.fixture
def in_blocks(monkeypatch):
    """All texts are cut in blocks, of a few texts each."""
    monkeypatch.setattr(counting, "SMALL", 0)
    monkeypatch.setattr(counting, "BLOCK", 20)


def assert_same(one, other):
    """The same bits of two CSR matrices, of the same types."""
    assert one.shape == other.shape
    for attribute in ("data", "indices", "indptr"):
        assert getattr(one, attribute).dtype == getattr(other, attribute).dtype
        np.testing.assert_array_equal(getattr(one, attribute), getattr(other, attribute))
