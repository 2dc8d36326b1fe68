"""When a way helps, hurts, makes no difference that matters, or is left open."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from minimtl.advice.verdicts import (
    CANNOT_TELL,
    HELPS,
    HURTS,
    NO_DIFFERENCE,
    TestedTexts,
    compare,
    influences,
)
from minimtl.advice.ways import Way
from minimtl.stats import macro_f1

ALONE, OTHER = Way("alone", "regression"), Way("jointly", "network", (1,))


def sample(n=1_000, n_rounds=4, n_folds=5, seed=0):
    rng = np.random.default_rng(seed)
    folds = np.array([rng.permutation(n) % n_folds for _ in range(n_rounds)])
    return TestedTexts(np.arange(n) % 2, folds, n * (1 - 1 / n_folds) if n_folds > 1 else n)


def judged(tested, given, *alone, error=0.05, margin=0.02):
    """What is said of the ways that are not alone."""
    return compare(tested, given, alone or [ALONE], error=error, margin=margin)


def labelled(tested, right):
    """The labels of ways that are right about some texts of two classes."""
    return {
        way: np.where(of_way, tested.labels, 1 - tested.labels) for way, of_way in right.items()
    }


def compared(shares, n=1_000, n_rounds=4, n_folds=5, noise=0.05, **options):
    """The second way against the first; both find the same texts easy."""
    tested = sample(n, n_rounds, n_folds)
    rng = np.random.default_rng(2)
    easiness = rng.permutation(n) / n
    right = {
        way: easiness + noise * rng.normal(size=(n_rounds, n)) < share
        for way, share in zip((ALONE, OTHER), shares, strict=True)
    }
    return judged(tested, labelled(tested, right), **options)[OTHER]


@pytest.mark.parametrize("n_classes", [2, 5])
def test_influences_have_macro_f1_as_their_mean_and_its_jackknife_s_spread(n_classes):
    rng = np.random.default_rng(0)
    labels, given = rng.integers(0, n_classes, (2, 400))
    given = np.where(rng.random(400) < 0.6, labels, given)
    influence = influences(labels, given[np.newaxis])[0]
    assert influence.mean() == pytest.approx(macro_f1(labels, given), abs=1e-12)
    left_out = [macro_f1(np.delete(labels, i), np.delete(given, i)) for i in range(400)]
    jackknife = 399 / 400 * np.square(left_out - np.mean(left_out)).sum()
    assert influence.var() / 400 == pytest.approx(jackknife, rel=0.02)


@pytest.mark.parametrize(
    ("shares", "n", "verdict"),
    [
        ((0.8, 0.85), 1_000, HELPS),
        ((0.8, 0.75), 1_000, HURTS),
        ((0.8, 0.8), 4_000, NO_DIFFERENCE),
        ((0.8, 0.8), 100, CANNOT_TELL),
    ],
)
def test_the_verdict_is_the_interval_s(shares, n, verdict):
    found = compared(shares, n)
    assert found.verdict == verdict
    assert found.gain == pytest.approx(shares[1] - shares[0], abs=0.02)
    assert found.low < found.gain < found.high
    assert (found.further_runs == found.further_texts == 0) == (verdict != CANNOT_TELL)


def test_one_round_of_one_fold_by_hand():
    """A test part of one's own in two runs: the formulas of the notation, written out."""
    tested = sample(200, n_rounds=2, n_folds=1)
    rng = np.random.default_rng(3)
    given = {way: (rng.random((2, 200)) < 0.7).astype(int) for way in (ALONE, OTHER)}
    found = judged(tested, given)[OTHER]
    d = influences(tested.labels, given[OTHER]) - influences(tested.labels, given[ALONE])
    D, n = d.mean(axis=0), 200
    of_text = (((D - D.mean()) ** 2).sum() + 1) / (n * (n + 1))
    e = d - D
    of_run = max(0, 2 * (e.mean(axis=1) ** 2).mean() - (e**2).sum() / n / n) / 2
    variance = 1.2 * of_text + of_run
    freedom = variance**2 / (of_text**2 / (n - 1) + of_run**2)
    half = stats.t.ppf(0.975, freedom) * np.sqrt(variance)
    assert found.gain == pytest.approx(D.mean())
    assert (found.low, found.high) == pytest.approx((D.mean() - half, D.mean() + half), rel=0.02)


def test_equal_labels_of_few_texts_are_no_proof():
    few, many = (compared((0.8, 0.8), n, noise=0.0) for n in (30, 3_000))
    assert (few.verdict, many.verdict) == (CANNOT_TELL, NO_DIFFERENCE)
    assert few.low < -0.02
    assert few.high > 0.02


def test_a_way_must_be_better_than_each_way_alone():
    tested = sample()
    right = {ALONE: 0.7, Way("alone", "network"): 0.8, OTHER: 0.75}
    easiness = np.random.default_rng(2).permutation(1_000) / 1_000
    given = labelled(tested, {way: np.tile(easiness < x, (4, 1)) for way, x in right.items()})
    found = judged(tested, given, *list(right)[:2])
    assert found[OTHER].verdict == HURTS
    assert found[OTHER].gain == pytest.approx(-0.05, abs=0.01)
    assert list(found) == [OTHER]


def test_the_best_of_many_equal_ways_is_not_believed():
    tested = sample(300)
    rng = np.random.default_rng(4)
    ways = [ALONE, *(Way("jointly", "network", (i,)) for i in range(1, 15))]
    given = labelled(tested, {way: rng.random((4, 300)) < 0.8 for way in ways})
    found = judged(tested, given)
    best = max(found.values(), key=lambda one: one.gain)
    assert 0 < best.expected < best.gain / 2
    assert best.probability < 0.95


def test_beliefs_are_those_of_a_normal_model_with_an_unknown_level():
    """By conditioning on the scores, with a prior that leaves the level of all ways open."""
    n, tested, rng = 300, sample(300), np.random.default_rng(1)
    networks = [Way("alone", "network"), OTHER]
    ways = [ALONE, Way("pooled", "regression", (1,)), *networks]
    easiness, luck = rng.permutation(n) / n, {way: 0.1 * rng.normal(size=n) for way in ways}
    given = {}
    for way, share in zip(ways, (0.7, 0.78, 0.69, 0.76), strict=True):
        of_kind = luck[networks[0]] if way in networks else 0.0  # networks are lucky together
        right = easiness + luck[way] + of_kind + 0.05 * rng.normal(size=(4, n)) < share
        given[way] = np.where(right, tested.labels, 1 - tested.labels)
    alone = [ways[0], ways[2]]
    found = judged(tested, given, *alone)

    means = np.array([influences(tested.labels, labels).mean(axis=0) for labels in given.values()])
    scores, noise = means.mean(axis=1), 1.25 * np.cov(means, bias=True) / n
    typical = np.trace(noise - noise.mean(axis=0)) / len(ways)
    variance = scores.var(ddof=1) - typical
    assert variance > 0.1 * typical
    prior = variance * np.eye(len(ways)) + 100.0
    kept = prior @ np.linalg.inv(prior + noise)
    believed, covariance = kept @ (scores - scores.mean()), prior - kept @ prior

    best = max((0, 2), key=lambda number: scores[number])
    for number in (1, 3):
        gain = min(believed[number] - believed[best], scores[number] - scores[best])
        size = np.sqrt(
            np.array([1, 1, -2]) @ covariance[[number, best, number], [number, best, best]]
        )
        one = found[ways[number]]
        assert gain > 0
        assert one.expected == pytest.approx(gain, rel=1e-6)
        assert one.probability == pytest.approx(stats.norm.cdf(gain / size), rel=1e-6)


def test_so_many_more_texts_would_do():
    found = compared((0.8, 0.804), noise=0.3)
    assert found.verdict == CANNOT_TELL
    assert found.further_texts > 0
    more = compared((0.8, 0.804), n=1_000 + 2 * found.further_texts, noise=0.3)
    assert more.verdict in (HELPS, NO_DIFFERENCE)
    assert compared((0.8, 0.8), n=40, margin=0.001).further_texts is None


def test_more_texts_are_counted_for_the_way_alone_that_keeps_a_gain_open():
    """The best way alone is beaten; a worse one that errs on other texts is not, as yet."""
    n, network = 60, Way("alone", "network")
    tested, rng = sample(n, n_rounds=1), np.random.default_rng(0)
    easiness = np.arange(n) / n
    right = {
        ALONE: easiness < 0.72,
        network: rng.permutation(easiness) < 0.7,
        OTHER: easiness < 0.88,
    }
    given = {way: labels[np.newaxis] for way, labels in labelled(tested, right).items()}
    beaten = judged(tested, given, ALONE, network)[OTHER]
    alone = {way: given[way] for way in (ALONE, OTHER)}
    assert judged(tested, alone)[OTHER].verdict == HELPS
    assert beaten.verdict == CANNOT_TELL
    assert beaten.further_texts > 0


def test_texts_of_a_group_count_as_one_where_they_agree():
    tested = sample(900)
    groups = np.arange(900) // 2 // 5  # five texts of each label
    rng = np.random.default_rng(0)
    right = np.repeat(rng.random((2, 1, 90)) < [[[0.7]], [[0.8]]], 10, axis=2)
    right = np.broadcast_to(right, (2, 4, 900))
    given = labelled(tested, dict(zip((ALONE, OTHER), right, strict=True)))
    grouped = replace(tested, groups=groups)
    with_groups = judged(grouped, given)[OTHER]
    without = judged(tested, given)[OTHER]
    assert with_groups.gain == without.gain
    ratio = (with_groups.high - with_groups.low) / (without.high - without.low)
    assert ratio == pytest.approx(np.sqrt(10), rel=0.1)
    alone = replace(tested, groups=np.arange(900))
    same = judged(alone, given)[OTHER]
    assert same.low == pytest.approx(without.low)


def test_a_way_that_clearly_hurts_lends_no_spread_and_a_loss_is_no_tie():
    tested, rng = sample(300), np.random.default_rng(3)
    easiness = rng.permutation(300) / 300
    right = {ALONE: 0.7, OTHER: 0.74, Way("pooled", "regression", (1,)): 0.67}
    given = {
        way: np.where(easiness + 0.1 * rng.normal(size=(4, 300)) < share, tested.labels, 1)
        for way, share in right.items()
    }
    bad = Way("pretrained", "network", (1,))
    worse = {bad: np.where(rng.random((4, 300)) < 0.5, tested.labels, 1 - tested.labels)}
    without, beside = (judged(tested, labels) for labels in (given, given | worse))
    for way in (OTHER, Way("pooled", "regression", (1,))):
        assert beside[way].expected == pytest.approx(without[way].expected, abs=0.01)
    lost = beside[Way("pooled", "regression", (1,))]
    assert lost.gain < 0
    assert lost.probability < 0.4
    assert beside[bad].probability < 0.01
