"""Predicted sizes of gains: against scikit-learn and dense linear algebra, and on known answers."""

import numpy as np
import pytest
from scipy import stats as peers
from sklearn.linear_model import Ridge
from sklearn.metrics import brier_score_loss, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from minimtl.gains.meta.crossed import crossed
from minimtl.gains.meta.dependence import pair_levels
from minimtl.gains.meta.designs import held_out_designs
from minimtl.gains.meta.sizes import ridge, score_sizes
from minimtl.stats.crossed import Components, crossed_effects, fit_components, simulate_gains
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import EvenSample, unrelated_pairs

SAMPLE = EvenSample(unrelated_pairs(NEWSGROUPS), 120)
PAIRS = tuple(SAMPLE)
DESIGNS = held_out_designs(PAIRS, [SAMPLE.block(pair) for pair in PAIRS])
LEVELS = pair_levels(PAIRS)
EFFECTS = crossed_effects(LEVELS)
RNG = np.random.default_rng(4)
TRAIN = RNG.uniform(size=120) < 0.7


def drawn(**lasting):
    components = {name: lasting.get(name, 0.0) for name in EFFECTS.names}
    model = Components(0.0, components, dict.fromkeys(components, 0.0))
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
    mean, deviation = crossed(PAIRS)(g, TRAIN, ~TRAIN)
    seen = crossed_effects({name: level[TRAIN] for name, level in LEVELS.items()})
    components = fit_components(g[TRAIN][:, np.newaxis], seen)
    assert components.lasting["pair"] > 0.1  # else the covariance has no inverse
    sigma = sum(
        components.lasting[name] * (Z @ Z.T).toarray()
        for name, Z in zip(EFFECTS.names, EFFECTS.incidence, strict=True)
    )
    inverse = np.linalg.inv(sigma[np.ix_(TRAIN, TRAIN)])
    across = sigma[np.ix_(~TRAIN, TRAIN)]
    expected = components.mean + across @ inverse @ (g[TRAIN] - components.mean)
    assert mean == pytest.approx(expected, rel=1e-5, abs=1e-6)
    variance = np.diag(sigma[np.ix_(~TRAIN, ~TRAIN)] - across @ inverse @ across.T)
    assert deviation == pytest.approx(np.sqrt(variance), rel=1e-5)


def test_of_many_pairs_conjugate_gradients_predict_the_same_means(monkeypatch):
    g = drawn(main=0.4, aux=0.2, main_topics=0.2, pair=0.3)[:, 0]
    mean, deviation = crossed(PAIRS)(g, TRAIN, ~TRAIN)
    monkeypatch.setattr("minimtl.gains.meta.crossed.MOST_EXACT", 100)
    many, approximate = crossed(PAIRS)(g, TRAIN, ~TRAIN)
    assert many == pytest.approx(mean, abs=1e-5)
    prior = crossed(PAIRS)(g, DESIGNS["groups_unseen"].train[0], DESIGNS["groups_unseen"].test[0])[
        1
    ]
    assert (approximate < prior.min()).all()  # something is known of each
    assert approximate.mean() == pytest.approx(deviation.mean(), rel=0.1)


def test_conjugate_gradients_that_do_not_arrive_say_so(monkeypatch):
    g = drawn(main=0.4, aux=0.2, main_topics=0.2, pair=0.3)[:, 0]
    monkeypatch.setattr("minimtl.gains.meta.crossed.MOST_EXACT", 100)
    monkeypatch.setattr("minimtl.gains.meta.crossed._MOST_STEPS", 2)
    with pytest.warns(RuntimeWarning, match=r"left 0\.\d+ of the gains after 2 steps"):
        crossed(PAIRS)(g, TRAIN, ~TRAIN)


def test_what_shares_nothing_with_training_is_predicted_the_mean():
    g = drawn(main=1.0, main_topics=0.5, pair=0.1)
    found = score_sizes(g, [crossed(PAIRS)], DESIGNS["groups_unseen"], PAIRS)
    assert found.r_squared == pytest.approx(0, abs=1e-9)
    shared = score_sizes(g, [crossed(PAIRS)], DESIGNS["main_unseen"], PAIRS)
    assert shared.r_squared > 0.05  # topics of the main task are in training


def test_scores_are_a_peers():
    X, g = RNG.normal(size=(120, 4)), RNG.normal(size=120)
    design = DESIGNS["block_out"]
    found = score_sizes(g[:, np.newaxis], [ridge(X, PAPER.meta)], design, PAIRS)
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


def test_features_that_make_the_gains_predict_them_and_noise_does_not():
    X = RNG.normal(size=(120, 5))
    g = (X @ np.arange(5.0) + 0.5 * RNG.normal(size=120))[:, np.newaxis]
    settings = PAPER.meta
    told = score_sizes(g, [ridge(X, settings)], DESIGNS["groups_unseen"], PAIRS)
    assert told.r_squared_low > 0.5
    assert told.r_squared_low < told.r_squared < told.r_squared_high
    blind = score_sizes(
        g, [ridge(RNG.normal(size=(120, 5)), settings)], DESIGNS["groups_unseen"], PAIRS
    )
    assert abs(blind.r_squared) < 0.2
    assert blind.r_squared_low < 0


def test_data_sets_are_averaged_and_a_design_without_folds_has_no_scores():
    g, X = RNG.normal(size=(120, 2)), RNG.normal(size=(120, 3))
    both = score_sizes(g, [ridge(X, PAPER.meta)] * 2, DESIGNS["block_out"], PAIRS)
    each = [
        score_sizes(g[:, [i]], [ridge(X, PAPER.meta)], DESIGNS["block_out"], PAIRS) for i in (0, 1)
    ]
    assert both.brier == pytest.approx(np.mean([one.brier for one in each]))
    alone = held_out_designs(PAIRS[:1], [SAMPLE.block(PAIRS[0])])["block_out"]
    none = score_sizes(g[:1], [crossed(PAIRS[:1])] * 2, alone, PAIRS[:1])
    assert all(np.isnan(value) for value in vars(none).values())
