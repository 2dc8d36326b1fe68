"""Pending moves in NumPy against Adam step by step, and their rules against the kernels' own."""

import numpy as np
import pytest

from minimtl.explain.descent import FIRST_OF_RULE, RULE_ERROR
from minimtl.explain.rules import deferred_move, gauss_rule, pending_terms
from minimtl.nn import Adam

ADAM = Adam()


@pytest.mark.parametrize("s", [1, 7, 300])
@pytest.mark.parametrize("K", [0, 1, 40])
def test_the_sum_is_adam_step_by_step(s, K):
    rng = np.random.default_rng(s)
    w, g, m = rng.normal(size=(3, 50)) * 1e-3
    v = rng.uniform(0, 1e-6, 50)
    before = w.copy()
    ADAM.update(w, g, m, v, s)
    m_s, r_s = m.copy(), np.sqrt(v)
    for step in range(s + 1, s + K + 1):
        ADAM.update(w, np.zeros_like(w), m, v, step)
    np.testing.assert_allclose(before + deferred_move(ADAM, s, K, m_s, r_s), w, rtol=0, atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_rule_sums_polynomials_as_all_terms_do(n):
    w, z = pending_terms(ADAM, 20, 100)
    y = z / z[0] - 1
    places, weights = gauss_rule(w, y, n)
    assert len(places) == n
    for power in range(2 * n):
        np.testing.assert_allclose(weights @ places**power, w @ y**power, rtol=1e-9)
    assert abs(weights @ places ** (2 * n) / (w @ y ** (2 * n)) - 1) > 1e-6


def test_the_rule_is_as_good_as_the_page_says():
    pending = pytest.importorskip("minimtl.nn.pending")
    assert pending.first_step_of_rule(ADAM) == FIRST_OF_RULE
    assert pending.RULE_ERROR == RULE_ERROR
    w, z = pending_terms(ADAM, 50, 99)
    kernels = pending.terms(ADAM, 50, 100)
    np.testing.assert_allclose(w, kernels[0], rtol=1e-12)
    np.testing.assert_allclose(z, kernels[1], rtol=1e-12)
