"""Scores of the meta-model: scikit-learn's numbers, and known answers on made-up pairs."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from minimtl.gains.meta.designs import main_tasks, make_designs
from minimtl.gains.meta.scores import score_pairs, score_set
from minimtl.stats.intervals import corrected_resampled_interval
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import EvenSample, related_pairs, unrelated_pairs

SETTINGS = PAPER.replace(cv_repeats=4).meta
PAIRS = tuple(EvenSample(unrelated_pairs(NEWSGROUPS), 120))
TASK = main_tasks(PAIRS)
ALL = range(30)


def labelled_by(y, seed=0):
    return LabelledPairs(np.random.default_rng(seed).normal(size=(len(y), 30)), y.astype(np.int64))


def scores(labelled, columns=ALL, design="random", settings=SETTINGS, pairs=PAIRS):
    every = make_designs(pairs, settings, np.random.default_rng(0))
    return score_set([labelled], columns, every[design], main_tasks(pairs), settings)


def test_an_interval_over_several_data_sets_is_that_of_their_mean():
    rng = np.random.default_rng(6)
    both = [labelled_by(rng.integers(0, 2, 120), seed) for seed in (1, 2)]
    design = make_designs(PAIRS, SETTINGS, np.random.default_rng(0))["random"]
    found = score_set(both, ALL, design, TASK, SETTINGS)
    each = [score_pairs(labelled, ALL, design, SETTINGS).accuracy for labelled in both]
    mean = np.mean(each, axis=0)
    assert found.accuracy == pytest.approx(mean.mean())
    ratio = (design.test.sum(axis=1) / design.train.sum(axis=1)).mean()
    expected = corrected_resampled_interval(mean, ratio)
    assert (found.accuracy_low, found.accuracy_high) == pytest.approx(expected)
    alone = [score_set([one], ALL, design, TASK, SETTINGS) for one in both]
    assert found.accuracy_high - found.accuracy_low < np.mean(
        [one.accuracy_high - one.accuracy_low for one in alone]
    )


@pytest.mark.parametrize("design", ["random", "in_fold", "by_task"])
@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=lambda protocol: protocol.name)
def test_every_fold_scores_as_scikit_learn_would(design, protocol):
    """Both solvers are at the minimum to 1e-8; no probability is that close to a half."""
    rng = np.random.default_rng(1)
    y = (rng.uniform(size=120) < 0.6).astype(np.int64)
    labelled = labelled_by(y)
    settings = protocol.replace(cv_repeats=1).meta
    folds = make_designs(PAIRS, settings, rng)[design]
    ours = score_pairs(labelled, ALL, folds, settings)
    for row in range(folds.n_fits):
        train, test = folds.train[row], folds.test[row]
        X = labelled.X
        scaler = MinMaxScaler() if settings.scaling == "minmax" else StandardScaler()
        if not folds.scaled_inside:
            X, scaler = scaler.fit_transform(X), "passthrough"
        if settings.penalize_intercept:
            model = LogisticRegression(solver="liblinear", tol=1e-10, max_iter=10_000)
        else:
            model = LogisticRegression(tol=1e-10, max_iter=10_000)
        model = make_pipeline(scaler, model).fit(X[train], y[train])
        decision, probability = model.predict(X[test]), model.predict_proba(X[test])[:, 1]
        assert ours.accuracy[row] == pytest.approx(accuracy_score(y[test], decision))
        assert ours.f1[row] == pytest.approx(f1_score(y[test], decision))
        both = f1_score(y[test], decision, average="macro", zero_division=0)
        assert ours.macro_f1[row] == pytest.approx(both)
        assert ours.brier[row] == pytest.approx(brier_score_loss(y[test], probability), abs=1e-5)
        expected = log_loss(y[test], probability, labels=[0, 1])
        assert ours.log_loss[row] == pytest.approx(expected, abs=1e-5)


def test_a_feature_that_tells_is_found_and_one_that_does_not_is_not():
    labelled = labelled_by(np.random.default_rng(2).integers(0, 2, 120))
    labelled.X[:, 3] = labelled.y + 0.1 * labelled.X[:, 3]
    told = scores(labelled, columns=[3], design="by_task")
    assert told.accuracy == 1.0
    assert told.majority_lift_low > 0.3
    blind = scores(labelled, columns=[4, 5], design="by_task")
    assert blind.majority_lift_low < 0 < blind.majority_lift_high


def test_random_folds_reward_the_main_tasks_name_and_grouped_folds_do_not():
    """Labels that are one within a main task: known by name, until whole tasks are held out."""
    pairs = tuple(unrelated_pairs(NEWSGROUPS))
    task = main_tasks(pairs)
    y = np.random.default_rng(3).integers(0, 2, task.max() + 1)[task]
    leaky = scores(labelled_by(y), design="random", columns=[0], pairs=pairs)
    honest = scores(labelled_by(y), design="by_task", columns=[0], pairs=pairs)
    assert leaky.identity_accuracy > 0.9
    assert honest.identity_accuracy == pytest.approx(honest.majority_accuracy)


def test_one_label_only_is_predicted_and_beats_nobody():
    result = scores(labelled_by(np.ones(120)))
    assert result.accuracy == result.majority_accuracy == result.identity_accuracy == 1.0
    assert result.majority_lift == 0.0


def test_scores_of_the_base_rate_are_scikit_learns():
    y = (np.random.default_rng(5).uniform(size=120) < 0.7).astype(np.int64)
    folds = make_designs(PAIRS, SETTINGS, np.random.default_rng(0))["by_task"]
    result = scores(labelled_by(y), design="by_task")
    each = [
        (y[test], np.full(test.sum(), y[train].mean()))
        for train, test in zip(folds.train, folds.test, strict=True)
    ]
    losses = [log_loss(true, p, labels=[0, 1]) for true, p in each]
    assert result.majority_log_loss == pytest.approx(np.mean(losses))
    briers = [brier_score_loss(true, p) for true, p in each]
    assert result.majority_brier == pytest.approx(np.mean(briers))


def test_data_sets_are_averaged():
    first = labelled_by(np.random.default_rng(4).integers(0, 2, 120))
    second = labelled_by(np.ones(120))
    design = make_designs(PAIRS, SETTINGS, np.random.default_rng(0))["random"]
    alone = score_set([first], ALL, design, TASK, SETTINGS)
    both = score_set([first, second], ALL, design, TASK, SETTINGS)
    assert both.accuracy == pytest.approx((alone.accuracy + 1) / 2)
    assert both.majority_f1 == pytest.approx((alone.majority_f1 + 1) / 2)


def test_no_folds_no_scores():
    pairs = tuple(EvenSample(related_pairs(NEWSGROUPS), 1))
    result = scores(labelled_by(np.ones(1)), pairs=pairs)
    assert np.isnan(list(vars(result).values())).all()
