"""How well gains of pairs are predicted that have ever less in common with those learned from.

Notation
--------
data set        what one meta-analysis is fitted to: X (n_pairs, n_features) and y (n_pairs,)
columns         of X, those that the meta-model sees
labels          simulated labels of all data sets, (n_simulations, n_data_sets, n_pairs), int8

Each design tests a pair once, so that scores are over all tested pairs together, and a p-value is
of the very accuracy that stands beside it. Features are scaled by the training part alone.

Derived in docs/mathematics.md, §17.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minimtl.gains.meta.dependence import effects_of
from minimtl.gains.meta.designs import Design
from minimtl.gains.meta.foldscores import majority_probability, score_folds
from minimtl.gains.meta.model import LabelArray, fit_unseen, of_unseen
from minimtl.stats import (
    Components,
    Effects,
    FloatArray,
    IntArray,
    decide,
    fit_components,
    label_largest,
    simulate_gains,
    simulated_p_value,
)
from minimtl.tasks import TIE, LabelledPairs, Meta, Outcomes, Reading, label_gains

N_SIMULATIONS = 999  # at most: p-values that are not small need a tenth of them
# Fits for one p-value, of 21 blocks and 2 data sets for 999 simulations; of more, fewer.
_N_FITS = 45_000
_FEWEST = 199
_OF_MAJORITY = ("accuracy", "f1", "brier", "log_loss")
_BATCH = 20  # simulated labellings whose meta-models are fitted together
_FEW = 1 << 22  # gains that are simulated all at once, 34 MB; of more so many at a time:
_AT_ONCE = 1 << 20


class Labellings:
    """Simulated labels in an eighth of their bytes; a slice of them is one too.

    ``np.asarray`` gives them as int8, shape (n_simulations, n_data_sets, n_pairs).
    """

    def __init__(self, packed: NDArray[np.uint8], n_pairs: int) -> None:
        self._packed, self.n_pairs = packed, n_pairs

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, some: slice) -> "Labellings":
        return Labellings(self._packed[some], self.n_pairs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        labels = np.unpackbits(self._packed, axis=-1, count=self.n_pairs)
        return labels.astype(dtype or np.int8, copy=False)


@dataclass(frozen=True)
class HeldOutScores:
    """Scores over all tested pairs, means over the data sets; NaN where nothing could be tested.

    ``f1`` is of "gain", ``macro_f1`` of both labels; ``brier`` and ``log_loss`` (in nats) are of
    the probability. ``majority_*`` are of the share of gains among the training pairs, always
    answered. ``p_value`` is the share of labellings drawn from the crossed model of the gains, the
    true one among them, that are predicted at least as accurately; NaN where it was not asked for.
    """

    f1: float
    accuracy: float
    macro_f1: float
    brier: float
    log_loss: float
    majority_accuracy: float
    majority_f1: float
    majority_brier: float
    majority_log_loss: float
    p_value: float


def simulated_labels(outcomes: Outcomes, reading: Reading, rng: np.random.Generator) -> Labellings:
    """Labels of gains from the crossed model that is fitted to the observed ones.

    Features have no say in them, and each data set has as many gains as were observed.

    Returns
    -------
    Labellings of shape (n_simulations, n_data_sets, n_pairs)
        No simulation of fewer than two pairs.
    """
    gains = label_gains(outcomes, reading)
    n_pairs, n_data_sets = gains.shape
    if n_pairs < 2:
        return Labellings(np.zeros((0, n_data_sets, 1), np.uint8), n_pairs)
    effects = effects_of(outcomes.pairs)
    components = fit_components(gains, effects)
    return draw_labels(components, effects, (gains > TIE).sum(axis=0).tolist(), rng)


def draw_labels(
    components: Components, effects: Effects, n_positive: Sequence[int], rng: np.random.Generator
) -> Labellings:
    """Labels of gains from a crossed model, with so many gains in each data set.

    Returns what `simulated_labels` does.
    """
    n_data_sets = len(n_positive)
    n_gains = n_data_sets * effects.n_pairs
    at_once = N_SIMULATIONS if N_SIMULATIONS * n_gains <= _FEW else max(1, _AT_ONCE // n_gains)
    packed = []
    for start in range(0, N_SIMULATIONS, at_once):
        n_some = min(at_once, N_SIMULATIONS - start)
        simulated = simulate_gains(components, effects, n_data_sets, n_some, rng)
        each = [label_largest(simulated[:, :, i], n) for i, n in enumerate(n_positive)]
        packed.append(np.packbits(np.stack(each, axis=1).astype(bool), axis=-1))
    return Labellings(np.concatenate(packed), effects.n_pairs)


def score_held_out(
    data_sets: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    settings: Meta,
    labels: Labellings | None = None,
) -> HeldOutScores:
    """One feature set under one design that tests each pair once; p only with simulated labels.

    All is NaN where there is no fit or no data set.
    """
    tested = design.tested
    if not tested.any() or not data_sets:
        return HeldOutScores(*[float("nan")] * 10)
    rows = []
    for labelled in data_sets:
        X = labelled.X[:, list(columns)]
        predicted = fit_unseen(X, labelled.y, design, settings).probability
        share = of_unseen(majority_probability(labelled.y, design.train), design)
        row = vars(score_folds(labelled.y, predicted, tested[np.newaxis]))
        of_share = vars(score_folds(labelled.y, share, tested[np.newaxis]))
        row |= {f"majority_{name}": of_share[name] for name in _OF_MAJORITY}
        rows.append(row)
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    p_value = float("nan")
    if labels is not None:
        n_most = max(_FEWEST, _N_FITS // (design.n_fits * len(data_sets)))
        some = labels[:n_most]
        p_value = accuracy_p_value(data_sets, columns, design, settings, some, means["accuracy"])
    return HeldOutScores(**means, p_value=p_value)


def unseen_predictions(
    data_sets: Sequence[LabelledPairs], design: Design, settings: Meta
) -> tuple[IntArray, FloatArray]:
    """Label and probability of every tested pair of every data set, from all features."""
    tested = design.tested
    if not tested.any():
        return np.zeros(0, np.int64), np.zeros(0)
    y = np.concatenate([labelled.y[tested] for labelled in data_sets])
    fits = [fit_unseen(labelled.X, labelled.y, design, settings) for labelled in data_sets]
    each = [fit.probability[0, tested] for fit in fits]
    return y, np.concatenate(each)


def accuracy_p_value(
    data_sets: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    settings: Meta,
    labels: Labellings,
    accuracy: float,
) -> float:
    """How often simulated labels are predicted at least as accurately as the true ones."""

    def simulated() -> Iterator[FloatArray]:
        for start in range(0, len(labels), _BATCH):
            batch = np.asarray(labels[start : start + _BATCH])
            each = [
                accuracies(labelled.X[:, list(columns)], batch[:, number], design, settings)
                for number, labelled in enumerate(data_sets)
            ]
            yield np.mean(each, axis=0)

    return simulated_p_value(simulated(), accuracy)


def accuracies(X: FloatArray, labels: LabelArray, design: Design, settings: Meta) -> FloatArray:
    """Accuracy over all test parts together for each labelling, shape (n_labellings,)."""
    right = np.zeros(len(labels), np.int64)
    for some in design.repetitions:
        decision = decide(fit_unseen(X, labels, some, settings).probability)
        right += ((decision == labels) & some.tested).sum(axis=1)
    shares: FloatArray = right / design.test.sum()
    return shares
