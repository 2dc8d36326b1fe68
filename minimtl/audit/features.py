"""The released feature tables against what the text says of the features (§3.5).

A task's curve features are in every row that has it as its main task; one row of each is read.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import spearmanr

from minimtl.audit.experiments import Experiment
from minimtl.audit.finding import AGREES, AS_PRINTED, DIFFERS, FOUND, Finding
from minimtl.audit.table3 import SAME_COEFFICIENT, fit_to_all_pairs
from minimtl.stats import fit_log_curves
from minimtl.study import AUTHORS_FEATURES, PAPER, RELEASED


def audit_features(experiments: Sequence[Experiment]) -> list[Finding]:
    """Epochs of the gradients, the fitted curves, word counts and scaling of each experiment.

    Parameters
    ----------
    experiments : each with features and both labels.
    """
    return [finding for experiment in experiments for finding in _of_one(experiment)]


def _of_one(experiment: Experiment) -> list[Finding]:
    rows = {pair.main: row for row, pair in enumerate(experiment.pairs)}
    losses = np.array([experiment.single[task].loss for task in rows])
    of_task = _columns(experiment)[list(rows.values())]
    return [
        _gradients(experiment, losses, of_task),
        *_curves(experiment, losses, of_task),
        _words(experiment),
        *_scaling(experiment),
    ]


def _columns(experiment: Experiment) -> np.ndarray:
    assert experiment.features is not None
    return experiment.features


def _line(
    experiment: Experiment, item: str, printed: float | None, value: float, verdict: str, why: str
) -> Finding:
    reading = "" if verdict == FOUND else AS_PRINTED
    row = ("§3.5", experiment.problem, item, reading, printed, value, experiment.name)
    return Finding(*row, verdict, why)


def _gradients(experiment: Experiment, losses: np.ndarray, of_task: np.ndarray) -> Finding:
    last = AUTHORS_FEATURES.index("gradient_75_main")
    slopes = (losses[:, 2:] - losses[:, :-2]) / 2
    epoch = 1 + int(np.abs(slopes - of_task[:, [last]]).max(axis=0).argmin())
    stated = int(0.75 * PAPER.reading.gradient_window)
    return _line(
        experiment,
        "epoch of the gradient at 75 %",
        stated,
        epoch,
        AGREES if epoch == stated else DIFFERS,
        f"75 % of {PAPER.reading.gradient_window} epochs by the text, of "
        f"{round(epoch / 0.75)} in the feature table",
    )


def _curves(experiment: Experiment, losses: np.ndarray, of_task: np.ndarray) -> list[Finding]:
    a, c = (of_task[:, AUTHORS_FEATURES.index(f"curve_{name}_main")] for name in "ac")
    whole = fit_log_curves(losses)
    first = fit_log_curves(losses[:, : RELEASED.reading.gradient_window])
    apart, apart_first = (
        float(np.abs([fit.a for fit in fits] - a).max()) for fits in (whole, first)
    )
    findings = [
        _line(
            experiment,
            "curve parameter a",
            None,
            apart,
            FOUND,
            f"is the most that a differs from our fit to all {losses.shape[1]} losses (from one to "
            f"the first {RELEASED.reading.gradient_window}, which the gradients are taken from: "
            f"{apart_first:.2g})",
        )
    ]
    ours = np.array([fit.c for fit in whole])
    if len(c) > 2 and min(np.ptp(c), np.ptp(ours)) > 0:
        findings.append(
            _line(
                experiment,
                "curve parameter c",
                None,
                float(spearmanr(c, ours).statistic),
                FOUND,
                "is the rank correlation of c with ours, which has d = 1: a·ln(c·i + d) + b is one "
                "curve for many c, and which of them a search ends at says nothing of the task",
            )
        )
    return findings


def _words(experiment: Experiment) -> Finding:
    counts = _columns(experiment)[:, AUTHORS_FEATURES.index("n_words_train_main")]
    whole = bool((counts == np.rint(counts)).all() and counts.max() > 1)
    return _line(
        experiment,
        "type-token ratio",
        None,
        float(counts.max()),
        DIFFERS if whole else AGREES,
        "is the largest of these features: numbers of distinct words, which grow with the text, "
        "and not their ratio to all words"
        if whole
        else "is the largest of these features",
    )


def _scaling(experiment: Experiment) -> list[Finding]:
    if experiment.efficiency is None:
        return []
    apart, apart_standardised = (
        float(np.abs(fit_to_all_pairs(experiment, how) - experiment.efficiency.coefficients).max())
        for how in (RELEASED.replace(scaling="minmax").meta, RELEASED.meta)
    )
    same = apart < SAME_COEFFICIENT
    return [
        _line(
            experiment,
            "scaling to [0, 1]",
            None,
            apart,
            AGREES if same else DIFFERS,
            "is the most that a coefficient differs from the authors' file with features scaled as "
            f"the text says; with standardised ones it is {apart_standardised:.1g}",
        )
    ]
