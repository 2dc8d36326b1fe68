"""Predicted sizes of gains: against scikit-learn and dense linear algebra, and on known answers."""

import numpy as np
import pytest
from scipy import stats as peers
from sklearn.linear_model import Ridge
from sklearn.metrics import brier_score_loss, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from minimtl.gains.designs import HELD_OUT, unseen_design
from minimtl.gains.gainsizes import crossed, ridge, score_sizes
from minimtl.stats.crossed import Components, crossed_effects, fit_components, simulate_gains
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS, unrelated_pairs
from tests.gains.tables import of_topics

SAMPLE = unrelated_pairs(NEWSGROUPS).sample(120)
TABLE = of_topics(SAMPLE)
DESIGNS = {name: unseen_design(TABLE, name) for name in HELD_OUT}
LEVELS, EFFECTS = TABLE.levels, TABLE.effects
RNG = np.random.default_rng(4)
TRAIN = RNG.uniform(size=120) < 0.7


def drawn(**lasting):
    components = np.array([lasting.get(name, 0.0) for name in EFFECTS.names])
    model = Components(0.0, components, np.zeros_like(components))
    return simulate_gains(model, EFFECTS, 1, 1, RNG)[0]


def test_ridge_is_scikit_learns_in_units_of_the_spread():
    X, g = RNG.normal(size=(120, 6)), RNG.normal(0.01, 0.02, 120)
    mean, deviation = ridge(X, PAPER.meta)(g, TRAIN, np.ones(120, bool))
    spread = g[TRAIN].std()
    peer = make_pipeline(MinMaxScaler(), Ridge(alpha=1 / PAPER.meta.meta_c))
    expected = spread * peer.fit(X[TRAIN], g[TRAIN] / spread).predict(X)
    assert mean == pytest.approx(expected)
    assert deviation == pytest.approx((g - expected)[TRAIN].std())


def test_the_crossed_prediction_is_the_conditional_expectation_of_normal_gains():
    g = drawn(main=0.4, aux=0.2, pair=0.9)[:, 0]
    mean, deviation = crossed(TABLE)(g, TRAIN, ~TRAIN)
    seen = crossed_effects({name: level[TRAIN] for name, level in LEVELS.items()})
    components = fit_components(g[TRAIN][:, np.newaxis], seen)
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
    each = score_sizes(of_topics(SAMPLE, X, g), [DESIGNS[design]])
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
    design = DESIGNS["block_out"]
    found = scores(g[:, np.newaxis], "block_out", X)
    mean, base, probability = np.zeros((3, 120))
    for train, test in zip(design.train, design.test, strict=True):
        m, s = ridge(X, PAPER.meta)(g, train, np.ones(120, bool))
        mean[test], base[test] = m[test], g[train].mean()
        probability[test] = peers.norm.cdf(m[test] / s[test])
    tested = design.tested
    base_r2 = r2_score(g[tested], base[tested])
    expected = 1 - (1 - r2_score(g[tested], mean[tested])) / (1 - base_r2)
    assert found.r_squared == pytest.approx(expected)
    rho = peers.spearmanr(g[tested], mean[tested]).statistic
    assert found.rank_correlation == pytest.approx(rho)
    assert found.brier == pytest.approx(brier_score_loss(g[tested] > 0, probability[tested]))
    assert found.accuracy == pytest.approx(np.mean((mean > 0) == (g > 0), where=tested))


def test_data_sets_are_averaged_and_a_design_without_folds_has_no_scores():
    g, X = RNG.normal(size=(120, 2)), RNG.normal(size=(120, 3))
    each = [scores(g[:, [i]], "block_out", X).brier for i in (0, 1)]
    assert scores(g, "block_out", X).brier == pytest.approx(np.mean(each))
    alone = of_topics(unrelated_pairs(NEWSGROUPS).sample(1), gains=g[:1])
    for none in score_sizes(alone, [unseen_design(alone, "block_out")]):
        assert np.isnan(none[2:]).all()
