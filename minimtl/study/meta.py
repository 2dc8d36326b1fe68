"""The meta-analysis: can gains be predicted, by which features, and better than by what is trivial.

Notation
--------
sample          what one meta-analysis is fitted to: X (n_pairs, 30) and y (n_pairs,)
set, design     the columns of X that a meta-model sees, and how its folds are made

A protocol makes one sample of averaged runs or one sample a run; every number here is the mean
over the samples. All sets and samples are scored on the same folds, so that they compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.study.calibration import CalibrationBin, reliability_diagram
from minimtl.study.designs import Design, designs, main_tasks
from minimtl.study.features import FEATURE_SETS
from minimtl.study.importance import Importance, importance
from minimtl.study.labelnoise import LabelNoise, label_noise
from minimtl.study.metamodel import fit_design
from minimtl.study.metascores import SetScores, score_set
from minimtl.study.outcomes import Outcomes, Sample, samples
from minimtl.study.protocol import Protocol
from minimtl.study.resampling import permuted_rows

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
    fitted_to = samples(outcomes, protocol)
    task = main_tasks(outcomes.pairs)
    every = designs(outcomes.pairs, protocol, rng)
    permutations = permuted_rows(task, N_PERMUTATIONS, rng)
    return MetaAnalysis(
        scores={
            name: {
                design.name: score_set(fitted_to, columns, design, task, permutations, protocol)
                for design in every.values()
            }
            for name, columns in FEATURE_SETS.items()
        },
        calibration=_calibration(fitted_to, every["by_task"], protocol),
        importance=importance(fitted_to, every["random"], task, protocol, rng),
        noise=label_noise(outcomes.gains, outcomes.n_runs // len(fitted_to)),
    )


def _calibration(
    fitted_to: Sequence[Sample], design: Design, protocol: Protocol
) -> list[CalibrationBin]:
    """Reliability diagram of all predictions of held-out pairs, pooled over folds and samples."""
    y = [np.broadcast_to(sample.y, design.test.shape)[design.test] for sample in fitted_to]
    probability = [
        fit_design(sample.X, sample.y, design, protocol).probability[design.test]
        for sample in fitted_to
    ]
    return reliability_diagram(np.concatenate(y), np.concatenate(probability))
