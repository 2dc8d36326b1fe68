"""What a study alone has: importance, predicted sizes, the whole of it on any number of pairs."""

import numpy as np
import pytest
from scipy import stats as peers
from sklearn.calibration import calibration_curve
from sklearn.linear_model import Ridge
from sklearn.metrics import brier_score_loss, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from minimtl.gains import studyanalysis as study
from minimtl.gains.designs import random_folds, unseen_design
from minimtl.stats.crossed import Components, fit_components, simulate_gains
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS, unrelated_pairs
from tests.gains.tables import of_topics


def test_the_known_features_stand_out():
    """Feature 7 helps much, feature 2 hurts somewhat, the others say nothing."""
    settings = RELEASED.replace(cv_repeats=5).meta
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 30))
    gains = 2 * X[:, 7] - X[:, 2] + rng.normal(size=150)
    pairs = unrelated_pairs(NEWSGROUPS).sample(150)
    table = of_topics(pairs, 50 * X + 3, gains[:, np.newaxis], settings)
    result = study.importance(table, random_folds("in_fold", 150, settings, rng), rng)
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


def test_vif_is_the_diagonal_of_the_inverse_correlation():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)) * [1, 1e4, 1e-3, 1, 1] + 7
    vif, condition_number = study.collinearity(X)
    correlation = np.corrcoef(X.T)
    np.testing.assert_allclose(vif, np.diag(np.linalg.inv(correlation)), rtol=1e-8)
    values = np.linalg.eigvalsh(correlation)
    np.testing.assert_allclose(condition_number, np.sqrt(values[-1] / values[0]), rtol=1e-8)


def test_a_determined_feature_is_infinitely_inflated_and_a_constant_has_no_factor():
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 40))
    vif, condition_number = study.collinearity(np.column_stack([a, b, a + b, c, np.full(40, 0.1)]))
    assert np.isinf(vif[:3]).all()
    assert 1 <= vif[3] < 2
    assert np.isnan(vif[4])
    assert np.isinf(condition_number)


def test_bootstrap_draws_whole_tasks_as_often_as_there_are():
    task = np.array([0, 1, 1, 0, 2, 3, 3, 4, 4, 4])
    counts = study.bootstrap_counts(10 * task, 4000, np.random.default_rng(0))
    first = [np.flatnonzero(number == task)[0] for number in range(5)]
    np.testing.assert_array_equal(counts, counts[:, first][:, task])
    np.testing.assert_array_equal(counts[:, first].sum(axis=1), 5)
    # Each task is drawn once on average: 4000 draws have a standard error of √0.8 / √4000 = 0.014.
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.06)


SAMPLE = unrelated_pairs(NEWSGROUPS).sample(120)
TABLE = of_topics(SAMPLE)
EFFECTS = TABLE.effects
RNG = np.random.default_rng(4)
TRAIN = RNG.uniform(size=120) < 0.7


def drawn(**lasting):
    components = np.array([lasting.get(name, 0.0) for name in EFFECTS.names])
    model = Components(0.0, components, np.zeros_like(components))
    return simulate_gains(model, EFFECTS, 1, 1, RNG)[0]


def test_ridge_is_scikit_learns_in_units_of_the_spread():
    X, g = RNG.normal(size=(120, 6)), RNG.normal(0.01, 0.02, 120)
    mean, deviation = study.ridge(X, PAPER.meta)(g, TRAIN, np.ones(120, bool))
    spread = g[TRAIN].std()
    peer = make_pipeline(MinMaxScaler(), Ridge(alpha=1 / PAPER.meta.meta_c))
    expected = spread * peer.fit(X[TRAIN], g[TRAIN] / spread).predict(X)
    assert mean == pytest.approx(expected)
    assert deviation == pytest.approx((g - expected)[TRAIN].std())


def test_the_crossed_prediction_is_the_conditional_expectation_of_normal_gains():
    g = drawn(main=0.4, aux=0.2, pair=0.9)[:, 0]
    mean, deviation = study.crossed(TABLE)(g, TRAIN, ~TRAIN)
    components = fit_components(g[TRAIN][:, np.newaxis], TABLE.rows(TRAIN).effects)
    assert components.lasting[-1] > 0.1  # else the covariance has no inverse
    sigma = sum(
        component * (Z @ Z.T).toarray()
        for component, Z in zip(components.lasting, EFFECTS.incidence, strict=True)
    )
    inverse = np.linalg.inv(sigma[np.ix_(TRAIN, TRAIN)])
    across = sigma[np.ix_(~TRAIN, TRAIN)]
    expected = components.mean + across @ inverse @ (g[TRAIN] - components.mean)
    assert mean == pytest.approx(expected, rel=1e-5, abs=1e-6)
    variance = np.diag(sigma[np.ix_(~TRAIN, ~TRAIN)] - across @ inverse @ across.T)
    assert deviation == pytest.approx(np.sqrt(variance), rel=1e-5)


def scores(g, design, X=None, predictor="all"):
    """The scores of one predictor under one design."""
    each = study.score_sizes(of_topics(SAMPLE, X, g), [unseen_design(TABLE, design)])
    (found,) = (one for one in each if one.predictor == predictor)
    assert found.design == design
    return found


def test_what_shares_nothing_with_training_is_predicted_the_mean():
    g = drawn(main=1.0, main_topics=0.5, pair=0.1)
    assert scores(g, "groups_unseen", None, "crossed").r_squared == pytest.approx(0, abs=1e-9)
    # Topics of the main task are in training.
    assert scores(g, "main_unseen", None, "crossed").r_squared > 0.05


def test_scores_are_a_peers():
    X, g = RNG.normal(size=(120, 4)), RNG.normal(size=120)
    design = unseen_design(TABLE, "block_out")
    assert design.tested.all()
    found = scores(g[:, np.newaxis], "block_out", X)
    mean, base, probability = np.zeros((3, 120))
    for train, test in zip(design.train, design.test, strict=True):
        mean[test], deviation = study.ridge(X, PAPER.meta)(g, train, test)
        base[test] = g[train].mean()
        probability[test] = peers.norm.cdf(mean[test] / deviation)
    assert found.r_squared == pytest.approx(1 - (1 - r2_score(g, mean)) / (1 - r2_score(g, base)))
    assert found.rank_correlation == pytest.approx(peers.spearmanr(g, mean).statistic)
    assert found.brier == pytest.approx(brier_score_loss(g > 0, probability))
    assert found.accuracy == pytest.approx(np.mean((mean > 0) == (g > 0)))


def test_scores_of_several_data_sets_are_averaged():
    g, X = RNG.normal(size=(120, 2)), RNG.normal(size=(120, 3))
    each = [scores(g[:, [run]], "block_out", X).brier for run in (0, 1)]
    assert scores(g, "block_out", X).brier == pytest.approx(np.mean(each))


def test_a_design_without_folds_has_no_scores():
    alone = of_topics(unrelated_pairs(NEWSGROUPS).sample(1))
    for none in study.score_sizes(alone, [unseen_design(alone, "block_out")]):
        assert np.isnan(none[2:]).all()


@pytest.mark.parametrize("n_pairs", [1, 2, 4])
def test_a_handful_of_pairs_is_analysed_as_far_as_it_goes(made_up_outcomes, n_pairs):
    outcomes = made_up_outcomes(n_pairs=n_pairs)
    meta = study.analyse_problem(outcomes, PAPER.replace(cv_repeats=2), np.random.default_rng(0))
    row = meta.pairs.of("in_fold", "all")
    assert row is None or 0 <= row.scores.accuracy <= 1
    assert np.isfinite(meta.importance.coefficient_all_pairs).all()


def test_bins_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    probability = rng.uniform(0.15, 0.95, 500)  # no bin below 0.1; none of the values on an edge
    y = (rng.uniform(size=500) < probability).astype(np.int64)
    bins = study.calibration(y, probability)
    observed, predicted = calibration_curve(y, probability, n_bins=10)
    np.testing.assert_allclose([b.observed for b in bins], observed)
    np.testing.assert_allclose([b.predicted for b in bins], predicted)
    assert sum(b.n for b in bins) == 500
    assert bins[0].low == 0.1
