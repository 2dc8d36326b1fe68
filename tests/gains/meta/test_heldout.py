"""Held-out pairs: each is predicted by a fit that had not seen it; p-values by simulated gains."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss
from sklearn.preprocessing import MinMaxScaler

from minimtl.gains.meta.designs import held_out_designs
from minimtl.gains.meta.heldout import score_held_out, simulated_labels, unseen_predictions
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.outcomes import LabelledPairs, labelled_pairs
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import related_pairs

PAIRS = related_pairs(NEWSGROUPS)
DESIGNS = held_out_designs(tuple(PAIRS), [PAIRS.block(pair) for pair in PAIRS])
N = len(PAIRS)


def labelled(seed=0):
    rng = np.random.default_rng(seed)
    return LabelledPairs(rng.normal(size=(N, 3)), rng.integers(0, 2, N))


@pytest.mark.parametrize("name", DESIGNS)
def test_scores_are_scikit_learns_over_all_pairs_together(name):
    design, (X, y) = DESIGNS[name], labelled()
    probability, share = np.full(N, np.nan), np.full(N, np.nan)
    for train, test in zip(design.train, design.test, strict=True):
        scaler = MinMaxScaler().fit(X[train])
        model = LogisticRegression(tol=1e-10).fit(scaler.transform(X[train]), y[train])
        probability[test] = model.predict_proba(scaler.transform(X[test]))[:, 1]
        share[test] = y[train].mean()
    scores = score_held_out([LabelledPairs(X, y)], range(3), design, PAPER.meta)
    assert scores.accuracy == pytest.approx(accuracy_score(y, probability > 0.5))
    assert scores.brier == pytest.approx(brier_score_loss(y, probability), abs=1e-5)
    assert scores.majority_accuracy == pytest.approx(accuracy_score(y, share > 0.5))
    assert scores.majority_log_loss == pytest.approx(log_loss(y, share))
    assert np.isnan(scores.p_value)
    true, predicted = unseen_predictions([LabelledPairs(X, y)], design, PAPER.meta)
    np.testing.assert_array_equal(true, y)
    np.testing.assert_allclose(predicted, probability, atol=1e-4)


@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=lambda protocol: protocol.name)
def test_simulated_labels_have_as_many_gains_as_were_observed(made_up_outcomes, protocol):
    outcomes = made_up_outcomes("related", N, 3)
    labels = np.asarray(simulated_labels(outcomes, protocol.reading, np.random.default_rng(0)))
    observed = [data.y.sum() for data in labelled_pairs(outcomes, protocol.reading)]
    assert labels.shape[1:] == (len(observed), N)
    np.testing.assert_array_equal(labels.sum(axis=2), np.tile(observed, (len(labels), 1)))


def test_labels_that_features_tell_have_a_small_p_value_and_others_have_none(made_up_outcomes):
    outcomes = made_up_outcomes("related", N, 1)
    labels = simulated_labels(outcomes, PAPER.reading, np.random.default_rng(0))
    (data,) = labelled_pairs(outcomes, PAPER.reading)
    data.X[:, 0] = data.y + 0.1 * data.X[:, 0]
    told = score_held_out([data], [0], DESIGNS["groups_unseen"], PAPER.meta, labels)
    assert told.accuracy == 1.0
    assert told.p_value == 1 / (1 + len(labels))
    blind = score_held_out([data], [1, 2], DESIGNS["groups_unseen"], PAPER.meta, labels)
    assert blind.p_value > 0.05


def test_several_data_sets_are_averaged():
    sets = [labelled(0), labelled(1)]
    design = DESIGNS["main_unseen"]
    first, second = (score_held_out([data], range(3), design, PAPER.meta) for data in sets)
    both = score_held_out(sets, range(3), design, PAPER.meta)
    assert both.brier == pytest.approx((first.brier + second.brier) / 2)


def test_one_block_cannot_be_held_out():
    few = [PAIRS[0], PAIRS[1]]
    design = held_out_designs(few, [PAIRS.block(pair) for pair in few])["block_out"]
    data = LabelledPairs(np.zeros((2, 3)), np.array([0, 1]))
    scores = score_held_out([data], range(3), design, PAPER.meta)
    assert np.isnan(list(vars(scores).values())).all()
    assert unseen_predictions([data], design, PAPER.meta)[0].size == 0
