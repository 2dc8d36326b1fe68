"""The one analysis: scores are a peer's, each pair predicted by a fit that had not seen it."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss
from sklearn.preprocessing import MinMaxScaler

from minimtl.gains.designs import HELD_OUT, unseen_design
from minimtl.gains.engine import adjusted_together, analyse
from minimtl.gains.metamodel import unseen_predictions
from minimtl.gains.pairtable import table_of
from minimtl.stats.intervals import holm
from minimtl.tasks.protocol import RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs
from tests.gains.tables import of_topics

PAIRS = related_pairs(NEWSGROUPS)
N = len(PAIRS)


def noise(seed=0, n_runs=1, every=PAIRS):
    rng = np.random.default_rng(seed)
    shape = (len(every), 3)
    return of_topics(every, rng.normal(size=shape), rng.normal(size=(len(every), n_runs)))


def analysed(table, designs, seed=0, **options):
    return analyse(table, np.random.default_rng(seed), designs, **options)


@pytest.mark.parametrize("name", HELD_OUT)
def test_scores_are_scikit_learns_over_all_pairs_together(name):
    table = noise()
    design, ((X, y),) = unseen_design(table, name), table.data_sets
    probability, share = np.full(N, np.nan), np.full(N, np.nan)
    for train, test in zip(design.train, design.test, strict=True):
        scaler = MinMaxScaler().fit(X[train])
        model = LogisticRegression(tol=1e-10).fit(scaler.transform(X[train]), y[train])
        probability[test] = model.predict_proba(scaler.transform(X[test]))[:, 1]
        share[test] = y[train].mean()
    analysis = analysed(table, [name], alone=(), tested=())
    row, majority = analysis.of(name, "all"), analysis.of(name, "majority").scores
    assert row.n_pairs == N
    assert np.isnan(row.p)
    assert row.scores.accuracy == pytest.approx(accuracy_score(y, probability > 0.5))
    assert row.scores.brier == pytest.approx(brier_score_loss(y, probability), abs=1e-5)
    assert majority.accuracy == pytest.approx(accuracy_score(y, share > 0.5))
    assert majority.log_loss == pytest.approx(log_loss(y, share))
    true, predicted = unseen_predictions(table.data_sets, design, table.settings)
    np.testing.assert_array_equal(true, y)
    np.testing.assert_allclose(predicted, probability, atol=1e-4)


def test_labels_that_features_tell_have_a_small_p_value_and_others_have_none():
    table = noise()
    (data,) = table.data_sets
    data.X[:, 0] = data.y + 0.1 * data.X[:, 0]
    analysis = analysed(table, ["groups_unseen"], alone=["groups_unseen"])
    told = analysis.of("groups_unseen", "x0")
    assert told.scores.accuracy == 1.0
    assert told.p == 1 / 1000
    assert told.p_holm == pytest.approx(3 / 1000)
    assert analysis.of("groups_unseen", "x1").p > 0.05


def test_several_data_sets_are_averaged():
    both = noise(n_runs=2)
    each = [of_topics(PAIRS, both.data_sets[0].X, both.gains[:, [run]]) for run in (0, 1)]
    found, first, second = (
        analysed(table, ["main_unseen"], alone=(), tested=()).of("main_unseen", "all")
        for table in (both, *each)
    )
    for score in ("accuracy", "brier", "f1", "rank_correlation"):
        mean = (getattr(first.scores, score) + getattr(second.scores, score)) / 2
        assert getattr(found.scores, score) == pytest.approx(mean)
    assert found.high - found.low < (first.high - first.low + second.high - second.low) / 2


def test_labels_of_one_run_and_features_of_another(made_up_outcomes):
    table = table_of(made_up_outcomes("related", N, 2), RELEASED)
    analysis = analysed(table, ["groups_unseen", "disjoint"], alone=(), tested=("all",))
    assert analysis.of("disjoint", "all").scores != analysis.of("groups_unseen", "all").scores
    assert np.isnan(analysis.of("disjoint", "all").p)
    one_run = table_of(made_up_outcomes("related", N, 1), RELEASED)
    assert analysed(one_run, ["disjoint"], alone=(), tested=()).designs == ()


def test_what_cannot_be_predicted_says_why():
    few = analysed(noise(every=PAIRS.sample(4)), ["in_fold"])
    assert few.predicted is None
    assert few.why == "the table has 4 pairs, and a prediction needs 10"
    assert few.gain.new_tasks is None
    assert few.gain.value == pytest.approx(few.table.gains.mean())
    same = of_topics(PAIRS, gains=np.ones((N, 1)))
    assert "above 0" in analysed(same, ["in_fold"]).why
    one_block = noise(every=PAIRS.sample(1))
    assert analysed(one_block, ["block_out"], fewest=1).predictions == ()


def test_p_values_of_several_tables_are_adjusted_together():
    each = [analysed(noise(seed), ["main_unseen", "block_out"], alone=()) for seed in (1, 2)]
    rows = [row for analysis in adjusted_together(each) for row in analysis.predictions]
    expected = holm([row.p for row in rows])
    np.testing.assert_array_equal([row.p_holm for row in rows], expected)
    assert np.isfinite(expected).sum() == 4
