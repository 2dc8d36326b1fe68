"""Scores in each fold, and baselines, against probabilities worked by hand."""

import numpy as np

from minimtl.gains.meta.foldscores import identity_probability, majority_probability

Y = np.array([1, 1, 0, 0, 1])
TASK = np.array([0, 0, 1, 1, 2])
TRAIN = np.array([[1, 1, 1, 1, 0], [1, 0, 1, 0, 1]], bool)


def test_majority_is_the_training_share_of_gains():
    np.testing.assert_allclose(majority_probability(Y, TRAIN), [[1 / 2] * 5, [2 / 3] * 5])


def test_identity_is_the_tasks_own_share_with_one_pair_of_the_overall_share():
    """Task 2 is unseen by the first fit and gets the overall 1/2."""
    expected = [
        [(2 + 1 / 2) / 3] * 2 + [(0 + 1 / 2) / 3] * 2 + [1 / 2],
        [(1 + 2 / 3) / 2] * 2 + [(0 + 2 / 3) / 2] * 2 + [(1 + 2 / 3) / 2],
    ]
    np.testing.assert_allclose(identity_probability(Y, TRAIN, TASK), expected)
