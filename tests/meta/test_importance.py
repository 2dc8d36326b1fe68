"""Coefficients and ranks: which feature is strongest, with what sign, and how surely."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from minimtl.meta.designs import main_tasks, make_designs
from minimtl.meta.importance import coefficients, importance, inverse_ranks
from minimtl.study.hierarchy import NEWSGROUPS
from minimtl.study.outcomes import LabelledPairs
from minimtl.study.protocol import PAPER, RELEASED
from minimtl.study.tasks import EvenSample, unrelated_pairs

PAIRS = tuple(EvenSample(unrelated_pairs(NEWSGROUPS), 150))
TASK = main_tasks(PAIRS)


def signal():
    """Feature 7 helps much, feature 2 hurts somewhat, the others say nothing."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 30)) * 50 + 3
    z = (X[:, 7] - 3) / 50 * 2 - (X[:, 2] - 3) / 50
    return LabelledPairs(X, (z + rng.normal(size=150) > 0).astype(np.int64))


def test_inverse_rank_of_the_strongest_is_the_number_of_features():
    coef = np.array([[0.1, -3.0, 2.0], [0.5, 0.2, -0.1]])
    np.testing.assert_array_equal(inverse_ranks(coef), [[1, 3, 2], [3, 2, 1]])


def test_the_known_features_stand_out():
    protocol = RELEASED.replace(cv_repeats=5).meta
    rng = np.random.default_rng(0)
    result = importance(
        [signal()], make_designs(PAIRS, protocol, rng)["random"], TASK, protocol, rng
    )
    assert np.argsort(-result.inverse_rank)[:2].tolist() == [7, 2]
    assert result.inverse_rank[7] == 30
    np.testing.assert_allclose(result.inverse_rank.sum(), np.arange(1, 31).sum())
    assert result.coefficient[7] > 0 > result.coefficient[2]
    assert result.coefficient_low[7] > 0 > result.coefficient_high[2]
    assert result.sign_stability[7] == 1.0
    nothing = np.delete(np.arange(30), [2, 7])
    covered = (result.coefficient_low < 0) & (result.coefficient_high > 0)
    assert covered[nothing].mean() > 0.75
    assert (result.vif >= 1).all()


def test_coefficients_of_all_pairs_are_scikit_learns():
    labelled = signal()
    Z = (labelled.X - labelled.X.mean(axis=0)) / labelled.X.std(axis=0)
    peer = LogisticRegression(solver="liblinear", tol=1e-10, max_iter=10_000).fit(Z, labelled.y)
    np.testing.assert_allclose(coefficients(labelled, RELEASED.meta), peer.coef_[0], atol=1e-6)
    Z = (labelled.X - labelled.X.min(axis=0)) / np.ptp(labelled.X, axis=0)
    peer = LogisticRegression(tol=1e-10, max_iter=10_000).fit(Z, labelled.y)
    np.testing.assert_allclose(coefficients(labelled, PAPER.meta), peer.coef_[0], atol=1e-5)
