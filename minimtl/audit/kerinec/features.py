"""The released feature tables against what the text says of the features (§3.5).

A task's curve features are in every row that has it as its main task; one row of each is read.
"""

from collections.abc import Sequence

import numpy as np

from minimtl.audit.finding import AGREES, AS_PRINTED, DIFFERS, Finding
from minimtl.audit.kerinec.compare import finding_on
from minimtl.audit.kerinec.experiments import Experiment
from minimtl.audit.kerinec.table3 import SAME_COEFFICIENT, coefficients
from minimtl.stats import central_difference, fit_log_curves, spearman
from minimtl.tasks import AUTHORS_FEATURES, PAPER, RELEASED

_TABLE = "§3.5"


def audit_features(experiments: Sequence[Experiment]) -> list[Finding]:
    """Epochs of the gradients, the fitted curves, word counts and scaling of each experiment.

    Parameters
    ----------
    experiments : each with features and both labels.
    """
    return [finding for experiment in experiments for finding in _audit_one(experiment)]


def _audit_one(experiment: Experiment) -> list[Finding]:
    assert experiment.features is not None
    rows = {pair.main: row for row, pair in enumerate(experiment.pairs)}
    losses = np.array([experiment.single[task].loss for task in rows])
    of_task = experiment.features[list(rows.values())]
    return [
        _gradients(experiment, losses, of_task),
        *_curves(experiment, losses, of_task),
        _words(experiment, experiment.features),
        *_scaling(experiment),
    ]


def _column(features: np.ndarray, name: str) -> np.ndarray:
    column: np.ndarray = features[:, AUTHORS_FEATURES.index(name)]
    return column


def _gradients(experiment: Experiment, losses: np.ndarray, of_task: np.ndarray) -> Finding:
    inner = np.arange(1, losses.shape[1] - 1)
    slopes = central_difference(losses, inner)
    apart = np.abs(slopes - _column(of_task, "gradient_75_main")[:, np.newaxis]).max(axis=0)
    epoch = int(inner[apart.argmin()])
    stated = int(0.75 * PAPER.reading.gradient_window)
    return finding_on(
        [experiment],
        _TABLE,
        "epoch of the gradient at 75 %",
        epoch,
        f"75 % of {PAPER.reading.gradient_window} epochs by the text, of {round(epoch / 0.75)} in "
        "the feature table",
        verdict=AGREES if epoch == stated else DIFFERS,
        reading=AS_PRINTED,
        printed=stated,
    )


def _curves(experiment: Experiment, losses: np.ndarray, of_task: np.ndarray) -> list[Finding]:
    window = RELEASED.reading.gradient_window
    a, c = (_column(of_task, f"curve_{name}_main") for name in "ac")
    whole = fit_log_curves(losses)
    first = fit_log_curves(losses[:, :window])
    apart, apart_first = (
        float(np.abs([fit.a for fit in fits] - a).max()) for fits in (whole, first)
    )
    findings = [
        finding_on(
            [experiment],
            _TABLE,
            "curve parameter a",
            apart,
            f"is the most that a differs from our fit to all {losses.shape[1]} losses (from "
            f"one to the first {window}, which the gradients are taken from: {apart_first:.2g})",
        )
    ]
    ours = np.array([fit.c for fit in whole])
    if len(c) > 2 and min(np.ptp(c), np.ptp(ours)) > 0:
        findings.append(
            finding_on(
                [experiment],
                _TABLE,
                "curve parameter c",
                spearman(c, ours),
                "is the rank correlation of c with ours, which has d = 1: a·ln(c·i + d) + b "
                "is one curve for many c, and which of them a search ends at says nothing of the "
                "task",
            )
        )
    return findings


def _words(experiment: Experiment, features: np.ndarray) -> Finding:
    counts = _column(features, "n_words_train_main")
    whole = bool((counts == np.rint(counts)).all() and counts.max() > 1)
    reason = "is the largest of these features"
    if whole:
        reason += ": numbers of distinct words, which grow with the text, and not their ratio to "
        reason += "all words"
    return finding_on(
        [experiment],
        _TABLE,
        "type-token ratio",
        float(counts.max()),
        reason,
        verdict=DIFFERS if whole else AGREES,
        reading=AS_PRINTED,
    )


def _scaling(experiment: Experiment) -> list[Finding]:
    if experiment.efficiency is None:
        return []
    apart, apart_standardised = (
        float(np.abs(coefficients(experiment, how) - experiment.efficiency.coefficients).max())
        for how in (RELEASED.replace(scaling="minmax").meta, RELEASED.meta)
    )
    return [
        finding_on(
            [experiment],
            _TABLE,
            "scaling to [0, 1]",
            apart,
            "is the most that a coefficient differs from the authors' file with features scaled as "
            f"the text says; with standardised ones it is {apart_standardised:.1g}",
            verdict=AGREES if apart < SAME_COEFFICIENT else DIFFERS,
            reading=AS_PRINTED,
        )
    ]
