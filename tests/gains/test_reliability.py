"""The reliability diagram, against scikit-learn's calibration curve."""

import numpy as np
from sklearn.calibration import calibration_curve

from minimtl.gains.scoring import reliability_diagram


def test_bins_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.15, 0.95, 500)  # no bin below 0.1; none of the values on an edge
    y = (rng.uniform(size=500) < probability).astype(np.int64)
    bins = reliability_diagram(y, probability)
    observed, predicted = calibration_curve(y, probability, n_bins=10)
    np.testing.assert_allclose([b.observed for b in bins], observed)
    np.testing.assert_allclose([b.predicted for b in bins], predicted)
    assert sum(b.n for b in bins) == 500
    assert bins[0].low == 0.1


def test_certainty_belongs_to_the_last_bin():
    (only,) = reliability_diagram(np.array([1, 0]), np.array([1.0, 0.9]))
    assert only == (0.9, 1.0, 0.95, 0.5, 2)
