"""The divergence's properties and refusals; its values against SciPy are in oracles/."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from minimtl.stats.divergence import jensen_shannon_divergence

COUNTS = arrays(np.int64, 12, elements=st.integers(0, 50)).filter(lambda counts: counts.sum() > 0)


@given(COUNTS, COUNTS)
def test_is_symmetric_within_its_bounds_and_of_shares_alone(p, q):
    divergence = jensen_shannon_divergence(p, q)
    assert jensen_shannon_divergence(p, p) == 0.0
    assert 0.0 <= divergence <= math.log(2)
    # The two orders add the same terms in another order: one rounding of numbers below 1.
    assert divergence == pytest.approx(jensen_shannon_divergence(q, p), abs=1e-15)
    # p / p.sum() has one rounding per entry, which moves a sum of terms below 1 by a few ulp.
    of_shares = jensen_shannon_divergence(p / p.sum() / 8, 7 * q)
    assert of_shares == pytest.approx(divergence, abs=1e-14)


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([0.5, -0.1], [1, 1], "p contains negative"),
        ([1, 1], [np.nan, 1], "q contains NaN or infinity"),
        ([np.inf, 1], [1, 1], "p contains NaN or infinity"),
        ([0, 0], [1, 1], "p contains a distribution whose values are all zero"),
        ([1, 1], [1, 1, 1], "same number of outcomes, got 2 and 3"),
        ([], [], "at least one outcome"),
        (1.0, 1.0, "at least one outcome"),
        ([1 + 1j, 2], [1, 2], "p must hold real numbers, not complex128"),
    ],
)
def test_refuses_what_is_no_distribution(p, q, message):
    with pytest.raises(ValueError, match=message):
        jensen_shannon_divergence(p, q)
