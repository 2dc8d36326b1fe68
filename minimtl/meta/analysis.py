"""The meta-analysis: can gains be predicted, by which features, and better than by what is trivial.

Notation
--------
labelled          what one meta-analysis is fitted to: X (n_pairs, 30) and y (n_pairs,)
set, design     the columns of X that a meta-model sees, and how its folds are made

A protocol makes one labelled of averaged runs or one labelled a run; every number here is the mean
over the samples. All sets and samples are scored on the same folds, so that they compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.execution import rng_for
from minimtl.meta.calibration import CalibrationBin, reliability_diagram
from minimtl.meta.designs import Design, main_tasks, make_designs
from minimtl.meta.importance import Importance, importance
from minimtl.meta.labelnoise import LabelNoise, label_noise
from minimtl.meta.model import fit_design
from minimtl.meta.resampling import permuted_rows
from minimtl.meta.scores import SetScores, score_set
from minimtl.study import (
    FEATURE_SETS,
    FeatureMaker,
    LabelledPairs,
    Meta,
    Outcomes,
    PairCurves,
    Problem,
    Protocol,
    Results,
    collect_outcomes,
    labelled_pairs,
)

N_PERMUTATIONS = 999  # at most: p-values that are not small need a tenth of them


@dataclass(frozen=True)
class MetaAnalysis:
    """The whole meta-analysis of one problem.

    ``scores`` is keyed by set, then by design; ``calibration`` is of all features, scored on main
    tasks that were not learned from.
    """

    scores: dict[str, dict[str, SetScores]]
    calibration: list[CalibrationBin]
    importance: Importance
    noise: LabelNoise


class Analysed(NamedTuple):
    """A problem's outcomes and what the meta-analysis made of them."""

    outcomes: Outcomes
    meta: MetaAnalysis


def analyse(outcomes: Outcomes, protocol: Protocol, rng: np.random.Generator) -> MetaAnalysis:
    """The meta-analysis of a problem: five sets of features under four designs."""
    fitted_to = labelled_pairs(outcomes, protocol.reading)
    task = main_tasks(outcomes.pairs)
    every = make_designs(outcomes.pairs, protocol.meta, rng)
    permutations = permuted_rows(task, N_PERMUTATIONS, rng)
    return MetaAnalysis(
        scores={
            name: {
                design.name: score_set(
                    fitted_to, columns, design, task, permutations, protocol.meta
                )
                for design in every.values()
            }
            for name, columns in FEATURE_SETS.items()
        },
        calibration=_calibration(fitted_to, every["by_task"], protocol.meta),
        importance=importance(fitted_to, every["random"], task, protocol.meta, rng),
        noise=label_noise(outcomes.gains, outcomes.n_runs // len(fitted_to)),
    )


def _calibration(
    fitted_to: Sequence[LabelledPairs], design: Design, settings: Meta
) -> list[CalibrationBin]:
    """Reliability diagram of all predictions of held-out pairs, pooled over folds and samples."""
    y = [np.broadcast_to(labelled.y, design.test.shape)[design.test] for labelled in fitted_to]
    probability = [
        fit_design(labelled.X, labelled.y, design, settings).probability[design.test]
        for labelled in fitted_to
    ]
    return reliability_diagram(np.concatenate(y), np.concatenate(probability))


def conclude(
    problems: Sequence[Problem], results: Results, seed: int, make_features: FeatureMaker
) -> list[tuple[Analysed, PairCurves]]:
    """Outcomes and meta-analysis of problems whose models are all in the store."""
    concluded = []
    for problem in problems:
        outcomes, curves = collect_outcomes(problem, results, make_features)
        rng = rng_for("meta-analysis", seed, problem.name)
        concluded.append((Analysed(outcomes, analyse(outcomes, results.protocol, rng)), curves))
    return concluded
