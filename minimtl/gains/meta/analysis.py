"""The meta-analysis: can gains be predicted, by which features, and better than by a baseline.

Notation
--------
data set        what one meta-analysis is fitted to: X (n_pairs, n_features) and y (n_pairs,)
feature set     the columns of X that a meta-model sees
design          how folds are made

A protocol has one data set of averaged runs, or one for each run; every number here is the mean
over them. All feature sets and data sets are scored on the same folds, so that scores compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.gains.meta.calibration import CalibrationBin, reliability_diagram
from minimtl.gains.meta.crossed import CROSSED, Predictor, crossed
from minimtl.gains.meta.dependence import mean_of_gains
from minimtl.gains.meta.designs import Design, held_out_designs, main_tasks, make_designs
from minimtl.gains.meta.heldout import (
    HeldOutScores,
    score_held_out,
    simulated_labels,
    unseen_predictions,
)
from minimtl.gains.meta.importance import Importance, importance
from minimtl.gains.meta.labelnoise import LabelNoise, label_noise
from minimtl.gains.meta.scores import SetScores, score_set
from minimtl.gains.meta.sizes import SizeScores, ridge, score_sizes
from minimtl.jobs import rng_for
from minimtl.stats import MeanGain
from minimtl.tasks import (
    DEFINITIONS,
    FeatureMaker,
    Outcomes,
    PairCurves,
    Problem,
    Protocol,
    Results,
    collect_outcomes,
    disjoint_pairs,
    label_gains,
    labelled_pairs,
)


@dataclass(frozen=True)
class MetaAnalysis:
    """The whole meta-analysis of one problem.

    ``gain`` is the mean gain with its intervals, None of too few tasks. ``scores`` and
    ``held_out`` are keyed by feature set, then by design. ``disjoint`` has each feature set with
    features and labels from different runs, ``alone`` each feature by itself, and ``calibration``
    is of all features, all three with the subclasses of a pair unseen. ``sizes`` has predictions of
    the size of the gain, by feature set or `CROSSED`, then by design.
    """

    gain: MeanGain | None
    scores: dict[str, dict[str, SetScores]]
    held_out: dict[str, dict[str, HeldOutScores]]
    disjoint: dict[str, HeldOutScores]
    alone: dict[str, HeldOutScores]
    calibration: list[CalibrationBin]
    sizes: dict[str, dict[str, SizeScores]]
    importance: Importance
    noise: LabelNoise


class Analysed(NamedTuple):
    """A problem's outcomes and its meta-analysis."""

    outcomes: Outcomes
    meta: MetaAnalysis


def analyse(outcomes: Outcomes, protocol: Protocol, rng: np.random.Generator) -> MetaAnalysis:
    """The meta-analysis of a problem: each feature set under each design."""
    data_sets, settings = labelled_pairs(outcomes, protocol.reading), protocol.meta
    task = main_tasks(outcomes.pairs)
    designs = make_designs(outcomes.pairs, settings, rng)
    held_out = held_out_designs(outcomes.pairs, outcomes.blocks)
    labels = simulated_labels(outcomes, protocol.reading, rng)
    disjoint = disjoint_pairs(outcomes, protocol.reading)
    new_problem = held_out["groups_unseen"]
    features = DEFINITIONS[protocol.reading.features]
    return MetaAnalysis(
        gain=mean_of_gains(outcomes),
        scores={
            name: {
                design.name: score_set(data_sets, columns, design, task, settings)
                for design in designs.values()
            }
            for name, columns in features.sets.items()
        },
        held_out={
            name: {
                design.name: score_held_out(data_sets, columns, design, settings, labels)
                for design in held_out.values()
            }
            for name, columns in features.sets.items()
        },
        disjoint={
            name: score_held_out(disjoint, columns, new_problem, settings)
            for name, columns in features.sets.items()
        },
        alone={
            name: score_held_out(data_sets, [column], new_problem, settings)
            for column, name in enumerate(features.names)
        },
        calibration=reliability_diagram(*unseen_predictions(data_sets, new_problem, settings)),
        sizes=_sizes(outcomes, protocol, held_out),
        importance=importance(data_sets, designs["random"], task, settings, rng),
        noise=label_noise(outcomes.gains, outcomes.n_runs // len(data_sets)),
    )


def _sizes(
    outcomes: Outcomes, protocol: Protocol, designs: dict[str, Design]
) -> dict[str, dict[str, SizeScores]]:
    gains = label_gains(outcomes, protocol.reading)
    data_sets = labelled_pairs(outcomes, protocol.reading)

    def scores(predictors: Sequence[Predictor]) -> dict[str, SizeScores]:
        return {
            design.name: score_sizes(gains, predictors, design, outcomes.pairs)
            for design in designs.values()
        }

    of_sets = {
        name: scores([ridge(labelled.X[:, list(columns)], protocol.meta) for labelled in data_sets])
        for name, columns in DEFINITIONS[protocol.reading.features].sets.items()
    }
    return {**of_sets, CROSSED: scores([crossed(outcomes.pairs)] * len(data_sets))}


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
