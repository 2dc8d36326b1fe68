"""How well gains of pairs are predicted that have ever less in common with those learned from.

Notation
--------
data set        what one meta-analysis is fitted to: X (n_pairs, n_features) and y (n_pairs,)
columns         of X, those that the meta-model sees
labels          simulated labels of all data sets, (n_simulations, n_data_sets, n_pairs), int64

Each design tests a pair once, so that scores are over all tested pairs together, and a p-value is
of the very accuracy that stands beside it. Features are scaled by the training part alone.

Derived in docs/mathematics.md, §17.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from minimtl.meta.dependence import pair_levels
from minimtl.meta.designs import Design
from minimtl.meta.foldscores import majority_probability, score_folds
from minimtl.meta.model import fit_design
from minimtl.stats import (
    Components,
    Effects,
    FloatArray,
    IntArray,
    crossed_effects,
    fit_components,
    label_largest,
    simulate_gains,
    simulated_p_value,
)
from minimtl.study import TIE, LabelledPairs, Meta, Outcomes, Reading, label_gains

N_SIMULATIONS = 999  # at most: p-values that are not small need a tenth of them
# Fits for one p-value, of 21 blocks and 2 data sets for 999 simulations; of more, fewer.
_N_FITS = 45_000
_FEWEST = 199
_OF_MAJORITY = ("accuracy", "f1", "brier", "log_loss")
_BATCH = 20  # simulated labellings whose meta-models are fitted together


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


def simulated_labels(outcomes: Outcomes, reading: Reading, rng: np.random.Generator) -> IntArray:
    """Labels of gains from the crossed model that is fitted to the observed ones.

    Features have no say in them, and each data set has as many gains as were observed.

    Returns
    -------
    int64 array of shape (n_simulations, n_data_sets, n_pairs)
        No simulation of fewer than two pairs.
    """
    gains = label_gains(outcomes, reading)
    n_pairs, n_data_sets = gains.shape
    if n_pairs < 2:
        return np.zeros((0, n_data_sets, n_pairs), np.int64)
    effects = crossed_effects(pair_levels(outcomes.pairs))
    components = fit_components(gains, effects)
    return draw_labels(components, effects, (gains > TIE).sum(axis=0).tolist(), rng)


def draw_labels(
    components: Components, effects: Effects, n_positive: Sequence[int], rng: np.random.Generator
) -> IntArray:
    """Labels of gains from a crossed model, with so many gains in each data set.

    Returns what `simulated_labels` does.
    """
    simulated = simulate_gains(components, effects, len(n_positive), N_SIMULATIONS, rng)
    each = [label_largest(simulated[:, :, i], n) for i, n in enumerate(n_positive)]
    return np.stack(each, axis=1)


def score_held_out(
    data_sets: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    settings: Meta,
    labels: IntArray | None = None,
) -> HeldOutScores:
    """One feature set under one design that tests each pair once; p only with simulated labels.

    All is NaN where there is no fit or no data set.
    """
    tested = design.tested
    if not tested.any() or not data_sets:
        return HeldOutScores(*[float("nan")] * 10)
    rows = []
    for labelled in data_sets:
        predicted = of_unseen(
            fit_design(labelled.X[:, list(columns)], labelled.y, design, settings).probability,
            design,
        )
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
    fits = [fit_design(labelled.X, labelled.y, design, settings) for labelled in data_sets]
    each = [of_unseen(fit.probability, design)[0, tested] for fit in fits]
    return y, np.concatenate(each)


def accuracy_p_value(
    data_sets: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    settings: Meta,
    labels: IntArray,
    accuracy: float,
) -> float:
    """How often simulated labels are predicted at least as accurately as the true ones."""

    def simulated() -> Iterator[FloatArray]:
        for start in range(0, len(labels), _BATCH):
            batch = labels[start : start + _BATCH]
            each = [
                accuracies(labelled.X[:, list(columns)], batch[:, number], design, settings)
                for number, labelled in enumerate(data_sets)
            ]
            yield np.mean(each, axis=0)

    return simulated_p_value(simulated(), accuracy)


def accuracies(X: FloatArray, labels: IntArray, design: Design, settings: Meta) -> FloatArray:
    """Accuracy over all test parts together for each labelling, shape (n_labellings,)."""
    probability = fit_design(X, labels, design, settings).probability
    decision = probability.reshape(len(labels), *design.test.shape) > 0.5
    right = (decision == labels[:, np.newaxis]) & design.test
    shares: FloatArray = right.sum(axis=(1, 2)) / design.test.sum()
    return shares


def of_unseen(probability: FloatArray, design: Design) -> FloatArray:
    """Of each pair the probability by the fit that it tests, (n_labellings, n_pairs).

    ``probability`` is that of `minimtl.meta.model.Fits`, a row a labelling and fit; 0 for a pair
    that no fit is tested on.
    """
    of_fits = probability.reshape(-1, design.n_fits, design.test.shape[1])
    each: FloatArray = (of_fits * design.test).sum(axis=1)
    return each
