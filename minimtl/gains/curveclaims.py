"""Claims about learning curves: when they settle, and whether joint training regularises.

Notation
--------
E           epochs that are looked at, of both kinds of training: those of Figure 4, after which
            the test documents were predicted
by_pair     mean curves of each pair, shape (n_pairs, n_curves, E); by_run of each run, likewise

A claim about curves is about the mean curve, as Figure 4 draws it: single ones wander by more than
what is asked. So statistics take the mean over the rows of `by_pair` or of `by_run`.

Training scores are not kept, but training losses are. A regulariser fits the training documents
less closely and predicts others no worse; the score on test documents *at equal training loss* is
the train-test gap without a training score.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from minimtl.gains.gainclaims import Claim, Evidence, MeasuredClaim
from minimtl.gains.twointervals import estimate, estimate_mean
from minimtl.stats import FloatArray, IntArray

DISTANCE = 0.01  # of a score from its end: one point of F1
LAST = 10  # epochs, of which the mean over those of Figure 4 is the end
_SETTLED = (
    f"epoch from which on the mean {{}} curve (epochs of Figure 4, joined by straight lines) stays "
    f"within {DISTANCE} of the mean of its last {LAST} epochs"
)
_75 = "the global stabilization occurs after approximatively 75 epochs"
_SINGLE_SETTLES = Claim("settles_at_75", _75, _SETTLED.format("single-task"), above=65, below=85)
_MULTI_SETTLES = _SINGLE_SETTLES._replace(statistic=_SETTLED.format("multi-task"))
_SLOWER = Claim(
    "multi_slower",
    "The number of epochs needed to train the multi-task models is slightly greater than the one "
    "for the single-task ones",
    "that epoch of multi-task learning less that of single-task learning",
    above=0,
)
_REGULARISES = Claim(
    "regularises",
    "Multi-task learning […] has strong regularization effects",
    "test score at equal training loss, multi-task less single-task",
    above=0,
)
_FITS_LESS = _REGULARISES._replace(  # as does whatever learns more slowly: no claim
    statistic="training loss where scores are read, multi-task less single-task", above=-math.inf
)
_OVERFITS = Claim(
    "overfits_less",
    "Such overfitting can be remedied by multi-task learning",
    f"how far the mean curve falls from its best epoch to its last {LAST}, single-task less "
    "multi-task",
    above=0,
)


def curve_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about the learning curves of one problem."""
    curves, runs = evidence.curves, evidence.curves.of_runs
    effects = evidence.table.effects
    n = min(curves.single.shape[2], curves.multi.shape[2])
    epochs = curves.epochs[:n]
    by_pair = _stacked((curves.single, curves.multi), n).mean(axis=1)
    by_run = _stacked((runs.single, runs.multi), n)
    for claim, statistic in (
        (_SINGLE_SETTLES, lambda x: settled_epoch(x[:, 0].mean(axis=0), epochs)),
        (_MULTI_SETTLES, lambda x: settled_epoch(x[:, 1].mean(axis=0), epochs)),
        (_SLOWER, lambda x: _later(x, epochs)),
        (_OVERFITS, lambda x: _falls_less(x, epochs)),
    ):
        yield MeasuredClaim(claim, estimate(statistic, by_pair, by_run, effects))

    n = int(np.searchsorted(curves.epochs, evidence.protocol.reading.read_at + 1)) + 1
    each = (curves.single, curves.multi, curves.single_loss, curves.multi_loss)
    by_pair = _stacked(each, n)
    found = estimate(at_equal_loss, by_pair.mean(axis=1), _stacked(runs, n), effects)
    yield MeasuredClaim(_REGULARISES, found)
    _, _, single_loss, multi_loss = np.moveaxis(by_pair[..., -1], -1, 0)
    yield MeasuredClaim(_FITS_LESS, estimate_mean(multi_loss - single_loss, effects))


def _stacked(curves: Iterable[FloatArray], n: int) -> FloatArray:
    """The first `n` epochs of several curves, float64 (…, n_curves, n)."""
    return np.stack([curve[..., :n] for curve in curves], axis=-2).astype(np.float64)


def settled_epoch(curve: FloatArray, epochs: IntArray) -> float:
    """The epoch from which on a curve stays within `DISTANCE` of its end; between two epochs
    where the straight line from one to the other crosses. 1 of a curve that is always within.

    Parameters
    ----------
    curve : float64 (n,), after each of `epochs` (n,), which count from 1.
    """
    distance = np.abs(curve - _end(curve, epochs))
    outside = np.flatnonzero(distance > DISTANCE)
    if not outside.size:
        return 1.0
    last = int(outside[-1])
    if last + 1 == len(curve):
        return float(epochs[last])
    part = (distance[last] - DISTANCE) / (distance[last] - distance[last + 1])
    return float(epochs[last] + part * (epochs[last + 1] - epochs[last]))


def _end(curves: FloatArray, epochs: IntArray) -> FloatArray:
    """The mean over the last epochs of curves (…, n)."""
    mean: FloatArray = curves[..., epochs > epochs[-1] - LAST].mean(axis=-1)
    return mean


def _later(x: FloatArray, epochs: IntArray) -> float:
    single, multi = x.mean(axis=0)
    return settled_epoch(multi, epochs) - settled_epoch(single, epochs)


def _falls_less(x: FloatArray, epochs: IntArray) -> float:
    curves = x.mean(axis=0)
    single, multi = curves.max(axis=1) - _end(curves, epochs)
    return float(single - multi)


def at_equal_loss(x: FloatArray) -> float:
    """Multi-task less single-task score where both mean training losses are first as low as the
    higher of the two is at the end.

    Parameters
    ----------
    x : float64 (n, 4, n_epochs)
        Single-task and multi-task scores, single-task and multi-task losses.
    """
    single, multi, single_loss, multi_loss = x.mean(axis=0)
    level = max(single_loss[-1], multi_loss[-1])
    return _score_at(multi, multi_loss, level) - _score_at(single, single_loss, level)


def _score_at(score: FloatArray, loss: FloatArray, level: float) -> float:
    """The score where the loss is first down to a level, which it reaches."""
    k = int(np.flatnonzero(loss <= level)[0])
    if k == 0:
        return float(score[0])
    part = (loss[k - 1] - level) / (loss[k - 1] - loss[k])
    return float(score[k - 1] + part * (score[k] - score[k - 1]))
