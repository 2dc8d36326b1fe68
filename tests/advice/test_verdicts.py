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
from minimtl.stats.scores import macro_f1

ALONE, NETWORK = Way("alone", "regression"), Way("alone", "network")
OTHER, POOLED = Way("jointly", "network", (1,)), Way("pooled", "regression", (1,))


def sample(n=1_000, n_rounds=4, n_folds=5, seed=0):
    rng = np.random.default_rng(seed)
    folds = np.array([rng.permutation(n) % n_folds for _ in range(n_rounds)])
    return TestedTexts(np.arange(n) % 2, folds, n * (1 - 1 / n_folds) if n_folds > 1 else n)


def judged(tested, given, *alone, margin=0.02):
    """What is said of the ways that are not alone."""
    return compare(tested, given, alone or [ALONE], error=0.05, margin=margin)


def labelled(tested, right):
    """The labels of ways that are right about some texts of two classes."""
    return {
        way: np.where(of_way, tested.labels, 1 - tested.labels) for way, of_way in right.items()
    }


def drawn(shares, n=1_000, n_rounds=4, n_folds=5, noise=0.05):
    """Ways and the shares of texts that they are right about; all find the same texts easy."""
    tested, rng = sample(n, n_rounds, n_folds), np.random.default_rng(2)
    easiness = rng.permutation(n) / n
    right = {
        way: easiness + noise * rng.normal(size=(n_rounds, n)) < share
        for way, share in shares.items()
    }
    return tested, labelled(tested, right)


def compared(alone, other, **drawing):
    """A way against the one alone, by their shares."""
    return judged(*drawn({ALONE: alone, OTHER: other}, **drawing))[OTHER]


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
    ("share", "n", "noise", "verdict"),
    [
        (0.85, 1_000, 0.05, HELPS),
        (0.75, 1_000, 0.05, HURTS),
        (0.8, 4_000, 0.05, NO_DIFFERENCE),
        (0.8, 100, 0.05, CANNOT_TELL),
        (0.8, 3_000, 0.0, NO_DIFFERENCE),
        (0.8, 30, 0.0, CANNOT_TELL),  # equal labels of few texts are no proof
    ],
)
def test_the_verdict_is_the_interval_s(share, n, noise, verdict):
    found = compared(0.8, share, n=n, noise=noise)
    assert found.verdict == verdict
    assert found.gain == pytest.approx(share - 0.8, abs=0.02)
    assert found.low < found.gain < found.high
    assert (found.further_runs == found.further_texts == 0) == (verdict != CANNOT_TELL)


def test_one_round_of_one_fold_by_hand():
    """A test part of one's own in two runs: the formulas of the notation, written out."""
    tested, rng = sample(200, n_rounds=2, n_folds=1), np.random.default_rng(3)
    shares = {ALONE: [[0.7], [0.7]], OTHER: [[0.68], [0.74]]}  # of the two runs
    right = {way: rng.random((2, 200)) < share for way, share in shares.items()}
    given = labelled(tested, right)
    found = judged(tested, given)[OTHER]
    d = influences(tested.labels, given[OTHER]) - influences(tested.labels, given[ALONE])
    D, n = d.mean(axis=0), 200
    of_text = (((D - D.mean()) ** 2).sum() + 1) / (n * (n + 1))
    e = d - D
    of_run = max(0, 2 * (e.mean(axis=1) ** 2).mean() - (e**2).sum() / n / n) / 2
    assert of_run > of_text
    variance = 1.2 * of_text + of_run
    freedom = variance**2 / (of_text**2 / (n - 1) + of_run**2)
    half = stats.t.ppf(0.975, freedom) * np.sqrt(variance)
    assert found.gain == pytest.approx(D.mean())
    assert (found.low, found.high) == pytest.approx((D.mean() - half, D.mean() + half), rel=0.02)


def test_a_way_must_be_better_than_each_way_alone():
    found = judged(*drawn({ALONE: 0.7, NETWORK: 0.8, OTHER: 0.75}), ALONE, NETWORK)
    assert list(found) == [OTHER]
    assert found[OTHER].verdict == HURTS
    assert found[OTHER].gain == pytest.approx(-0.05, abs=0.01)


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
    ways = [ALONE, POOLED, NETWORK, OTHER]
    easiness, luck = rng.permutation(n) / n, {way: 0.1 * rng.normal(size=n) for way in ways}
    right = {}
    for way, share in zip(ways, (0.7, 0.78, 0.69, 0.76), strict=True):
        of_kind = luck[NETWORK] if way.model == "network" else 0.0  # they are lucky together
        right[way] = easiness + luck[way] + of_kind + 0.05 * rng.normal(size=(4, n)) < share
    given = labelled(tested, right)
    found = judged(tested, given, ALONE, NETWORK)

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
    found = compared(0.8, 0.804, noise=0.3)
    assert found.verdict == CANNOT_TELL
    assert found.further_texts > 0
    more = compared(0.8, 0.804, n=1_000 + 2 * found.further_texts, noise=0.3)
    assert more.verdict in (HELPS, NO_DIFFERENCE)
    few = judged(*drawn({ALONE: 0.8, OTHER: 0.8}, n=40), margin=0.001)[OTHER]
    assert few.further_texts is None


def test_more_texts_are_counted_for_the_way_alone_that_keeps_a_gain_open():
    """The best way alone is beaten; a worse one that errs on other texts is not, as yet."""
    tested = sample(60, n_rounds=1)
    easiness = np.arange(60)[np.newaxis] / 60
    on_others = np.random.default_rng(0).permuted(easiness, axis=1)
    right = {ALONE: easiness < 0.72, OTHER: easiness < 0.88}
    assert judged(tested, labelled(tested, right))[OTHER].verdict == HELPS
    given = labelled(tested, right | {NETWORK: on_others < 0.7})
    beaten = judged(tested, given, ALONE, NETWORK)[OTHER]
    assert beaten.verdict == CANNOT_TELL
    assert beaten.further_texts > 0


def test_texts_of_a_group_count_as_one_where_they_agree():
    tested = sample(900)
    groups = np.arange(900) // 2 // 5  # five texts of each label
    rng = np.random.default_rng(0)
    right = np.repeat(rng.random((2, 1, 90)) < [[[0.7]], [[0.8]]], 10, axis=2)
    right = np.broadcast_to(right, (2, 4, 900))
    given = labelled(tested, dict(zip((ALONE, OTHER), right, strict=True)))
    together, apart, without = (
        judged(replace(tested, groups=each), given)[OTHER]
        for each in (groups, np.arange(900), None)
    )
    assert together.gain == without.gain
    assert apart.low == pytest.approx(without.low)
    ratio = (together.high - together.low) / (without.high - without.low)
    assert ratio == pytest.approx(np.sqrt(10), rel=0.1)


@pytest.mark.parametrize(
    ("other", "pooled", "n", "noise"), [(0.72, 0.68, 100, 0.3), (0.74, 0.67, 300, 0.05)]
)
def test_a_way_that_clearly_hurts_lends_no_spread_and_a_loss_is_no_tie(other, pooled, n, noise):
    shares, bad = {ALONE: 0.7, OTHER: other, POOLED: pooled}, Way("pretrained", "network", (1,))
    without = judged(*drawn(shares, n=n, noise=noise))
    beside = judged(*drawn(shares | {bad: 0.5}, n=n, noise=noise))
    for way in (OTHER, POOLED):
        assert beside[way].expected == pytest.approx(without[way].expected, abs=0.006)
    assert beside[POOLED].probability < 0.4
    assert beside[bad].probability < 0.05
