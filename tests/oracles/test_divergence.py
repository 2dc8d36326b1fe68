"""The Jensen-Shannon divergence against SciPy's, whose value is its square root."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from minimtl.stats.divergence import jensen_shannon_divergence

# Both add n terms of one sign-mixed sum bounded by 1; pairwise summation in float64 keeps the
# rounding below log2(n) ulp of 1, which is under 4e-15 for n = 60,000.
ABSOLUTE = 4e-15


def zipf_counts(rng, n_words, n_drawn):
    """Counts as of a text: a few frequent words, most of the vocabulary at zero."""
    weights = 1 / np.arange(1, n_words + 1)
    return rng.multinomial(n_drawn, rng.permutation(weights) / weights.sum())


@pytest.mark.parametrize("n_words", [1, 2, 50, 60_000])
@pytest.mark.parametrize("base", [None, 2, 10])
def test_is_the_square_of_scipys_distance(n_words, base):
    rng = np.random.default_rng(n_words)
    p, q = zipf_counts(rng, n_words, 20_000), zipf_counts(rng, n_words, 5_000)
    expected = jensenshannon(p, q, base=base) ** 2
    assert jensen_shannon_divergence(p, q, base=base) == pytest.approx(expected, abs=ABSOLUTE)


def test_nearly_equal_distributions():
    rng = np.random.default_rng(1)
    p = rng.random(1000)
    q = p * (1 + 1e-5 * rng.standard_normal(1000))
    assert jensen_shannon_divergence(p, q) == pytest.approx(jensenshannon(p, q) ** 2, abs=ABSOLUTE)


def test_batches_along_the_last_axis():
    rng = np.random.default_rng(2)
    p, q = rng.random((4, 3, 20)), rng.random((4, 3, 20))
    np.testing.assert_allclose(
        jensen_shannon_divergence(p, q), jensenshannon(p, q, axis=-1) ** 2, rtol=0, atol=ABSOLUTE
    )
