"""What the meta-analysis does with more pairs than its arrays may hold, on few of them."""

import numpy as np
import pytest

from minimtl.gains.meta.designs import held_out_designs, make_designs
from minimtl.gains.meta.foldscores import score_pairs
from minimtl.gains.meta.heldout import accuracies, simulated_labels
from minimtl.gains.meta.importance import collinearity, importance
from minimtl.gains.meta.model import fit_design, fit_unseen, of_unseen, some_of
from minimtl.tasks.hierarchy import NEWSGROUPS, Hierarchy
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import EvenSample, unrelated_pairs

N_PAIRS = 300
PAIRS = EvenSample(unrelated_pairs(NEWSGROUPS), N_PAIRS)
BLOCKS = [PAIRS.block(pair) for pair in PAIRS]
RNG = np.random.default_rng(1)
X = RNG.normal(size=(N_PAIRS, 4))
Y = (X[:, 0] + RNG.normal(size=N_PAIRS) > 0).astype(np.int64)
SETTINGS = PAPER.replace(cv_repeats=2).meta
MODULES = ("model", "foldscores", "importance")


@pytest.fixture
def many(monkeypatch):
    """A function that makes so many pairs many."""

    def set_most(most):
        for module in MODULES:
            monkeypatch.setattr(f"minimtl.gains.meta.{module}.MOST_TRAINING", most)

    return set_most


@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=lambda protocol: protocol.name)
def test_one_fit_at_a_time_predicts_what_all_at_once_do(protocol, monkeypatch, many):
    """Where each fit learns from all its pairs; the limit is below their number in `fit_unseen`."""
    settings = protocol.replace(cv_repeats=2).meta
    designs = {
        **make_designs(PAIRS, settings, np.random.default_rng(0)),
        **held_out_designs(PAIRS, BLOCKS),
    }
    for design in designs.values():
        for some in design.repetitions:
            expected = fit_design(X, Y, some, settings)
            many(N_PAIRS - 1)
            found = fit_unseen(X, Y, some, settings)
            many(N_PAIRS)
            assert found.coef == pytest.approx(expected.coef, abs=1e-9)
            assert found.probability == pytest.approx(
                of_unseen(expected.probability, some), abs=1e-9
            )


def test_scores_and_accuracies_of_labellings_are_the_same(many):
    folds = make_designs(PAIRS, SETTINGS, np.random.default_rng(0))["in_fold"]
    labels = np.stack([Y, 1 - Y, RNG.permutation(Y)])
    labelled = LabelledPairs(X, Y)
    expected = (
        score_pairs(labelled, [0, 1], folds, SETTINGS),
        accuracies(X, labels, folds, SETTINGS),
    )
    many(N_PAIRS - 1)
    found = score_pairs(labelled, [0, 1], folds, SETTINGS), accuracies(X, labels, folds, SETTINGS)
    for name, values in vars(expected[0]).items():
        assert getattr(found[0], name) == pytest.approx(values)
    assert found[1] == pytest.approx(expected[1])


def test_a_fit_learns_from_an_even_sample_of_its_training_part(many):
    many(50)
    train = np.arange(N_PAIRS) % 3 > 0
    rows = some_of(train)
    assert len(rows) == 50
    assert train[rows].all()
    # One of each fiftieth: of 200 training pairs, four.
    np.testing.assert_array_equal(np.searchsorted(np.flatnonzero(train), rows) // 4, np.arange(50))
    designs = held_out_designs(PAIRS, BLOCKS)
    probability = fit_unseen(X, Y, designs["main_unseen"], SETTINGS).probability[0]
    assert ((probability > 0.5) == Y).mean() > 0.6


def test_one_newton_step_is_near_the_fit_of_each_sample_of_tasks(many):
    design = make_designs(PAIRS, SETTINGS, np.random.default_rng(0))["random"]
    task = np.arange(N_PAIRS) // 3
    arguments = ([LabelledPairs(X, Y)], design, task, SETTINGS)
    exact = importance(*arguments, np.random.default_rng(0))
    many(N_PAIRS - 1)
    found = importance(*arguments, np.random.default_rng(0))
    assert found.coefficient == pytest.approx(exact.coefficient)
    assert found.coefficient_all_pairs == pytest.approx(exact.coefficient_all_pairs)
    assert found.coefficient_low == pytest.approx(exact.coefficient_low, abs=0.2)
    assert found.coefficient_high == pytest.approx(exact.coefficient_high, abs=0.2)
    assert found.sign_stability == pytest.approx(exact.sign_stability, abs=0.05)


def test_collinearity_by_blocks_of_rows_is_that_of_all(many, monkeypatch):
    features = np.column_stack([X, X[:, 0] + 0.1 * X[:, 1], np.ones(N_PAIRS)])
    expected = collinearity(features)
    many(70)
    monkeypatch.setattr("minimtl.gains.meta.importance._ROWS_AT_ONCE", 70)
    found = collinearity(features)
    np.testing.assert_allclose(found.vif, expected.vif)
    assert found.condition_number == pytest.approx(expected.condition_number)


def test_many_labels_are_drawn_in_batches_with_the_observed_number_of_gains(
    monkeypatch, made_up_outcomes
):
    outcomes = made_up_outcomes("related", 52, 2)
    monkeypatch.setattr("minimtl.gains.meta.heldout._FEW", 999 * 52 - 1)
    monkeypatch.setattr("minimtl.gains.meta.heldout._AT_ONCE", 52 * 10)
    packed = simulated_labels(outcomes, PAPER.reading, np.random.default_rng(0))
    labels = np.asarray(packed)
    assert (np.asarray(packed[10:15]) == labels[10:15]).all()
    n_gains = (outcomes.gains.mean(axis=1) > 0).sum()
    assert labels.shape == (len(packed), 1, 52) == (999, 1, 52)
    assert (labels.sum(axis=2) == n_gains).all()
    share = labels.mean(axis=0)
    assert share.min() > 0
    assert share.max() < 1


def test_many_blocks_are_held_out_several_at_a_time():
    tree = {f"c{c}": {f"s{s}": ["a", "b", "c"] for s in range(3)} for c in range(6)}
    tree = {
        c: {s: [f"{c}.{s}.{t}" for t in topics] for s, topics in of_class.items()}
        for c, of_class in tree.items()
    }
    pairs = EvenSample(unrelated_pairs(Hierarchy.from_tree(tree)), 1000)
    blocks = [pairs.block(pair) for pair in pairs]
    assert len(set(blocks)) == 153
    designs = held_out_designs(pairs, blocks)
    assert {name: design.n_fits for name, design in designs.items()} == {
        "main_unseen": 20,
        "block_out": 20,
        "groups_unseen": 21,
    }
    out, unseen = designs["block_out"], designs["groups_unseen"]
    for design in (out, unseen):
        assert (design.test.sum(axis=0) == 1).all()
    for train, test in zip(out.train, out.test, strict=True):
        of_both = [{blocks[row] for row in np.flatnonzero(mask)} for mask in (train, test)]
        assert of_both[0].isdisjoint(of_both[1])
    for train, test in zip(unseen.train, unseen.test, strict=True):
        of_both = [
            {name for row in np.flatnonzero(mask) for name in blocks[row]} for mask in (train, test)
        ]
        assert of_both[0].isdisjoint(of_both[1])
    repeats = make_designs(pairs, SETTINGS, np.random.default_rng(0))
    assert repeats["random"].n_fits == 10


def test_folds_are_repeated_less_often_the_more_pairs_there_are(monkeypatch):
    monkeypatch.setattr("minimtl.gains.meta.designs._N_TESTED", 5 * N_PAIRS * 3)
    designs = make_designs(PAIRS, PAPER.meta, np.random.default_rng(0))
    assert designs["random"].n_fits == 15
    assert sum(1 for _ in designs["random"].repetitions) == 3
