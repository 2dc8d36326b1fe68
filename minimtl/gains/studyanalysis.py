"""The meta-analysis of a study: the analysis of its pairs, and what the study alone has beside it.

A protocol has one data set of averaged runs, or one for each run; every number here is the mean
over them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from minimtl.gains.claims import (
    Evidence,
    MeasuredClaim,
    association_claims,
    curve_claims,
    gain_claims,
    prediction_claims,
    problem_claims,
)
from minimtl.gains.designs import HELD_OUT, make_designs
from minimtl.gains.engine import STUDY_DESIGNS, adjusted_together, analyse
from minimtl.gains.gainsizes import SizeScores, score_sizes
from minimtl.gains.metamodel import Importance, importance, unseen_predictions
from minimtl.gains.pairanalysis import PairAnalysis
from minimtl.gains.pairtable import table_of
from minimtl.gains.scoring import CalibrationBin, reliability_diagram
from minimtl.jobs import rng_for
from minimtl.tasks import (
    FeatureMaker,
    Outcomes,
    PairCurves,
    Problem,
    Protocol,
    Results,
    collect_outcomes,
)

FEWEST_PAIRS = 2  # of a quick look at a study


@dataclass(frozen=True)
class MetaAnalysis:
    """The whole meta-analysis of one problem.

    Attributes
    ----------
    pairs : can gains be predicted, under each of `STUDY_DESIGNS`; each feature by itself with the
        groups of a pair unseen.
    calibration : of all features, with the groups of a pair unseen.
    sizes : predictions of the size of the gain.
    importance : of each feature in the meta-model.
    """

    pairs: PairAnalysis
    calibration: list[CalibrationBin]
    sizes: list[SizeScores]
    importance: Importance


class Analysed(NamedTuple):
    """A problem's outcomes and its meta-analysis, by one protocol."""

    outcomes: Outcomes
    meta: MetaAnalysis
    protocol: Protocol


def analyse_problem(
    outcomes: Outcomes, protocol: Protocol, rng: np.random.Generator
) -> MetaAnalysis:
    """The meta-analysis of a problem; p-values are adjusted for this problem alone."""
    analysis = analyse(
        table_of(outcomes, protocol),
        rng,
        STUDY_DESIGNS,
        alone=("groups_unseen",),
        fewest=FEWEST_PAIRS,
        tested=("all", "set"),
    )
    table = analysis.predicted or analysis.table
    designs = make_designs(table, ("in_fold", *HELD_OUT), rng)
    answers = unseen_predictions(table.data_sets, designs["groups_unseen"], table.settings)
    return MetaAnalysis(
        pairs=analysis,
        calibration=reliability_diagram(*answers),
        sizes=score_sizes(table, [designs[name] for name in HELD_OUT]),
        importance=importance(table, designs["in_fold"], rng),
    )


def conclude(
    problems: Sequence[Problem], results: Results, seed: int, make_features: FeatureMaker
) -> list[tuple[Analysed, PairCurves]]:
    """Outcomes and meta-analysis of problems whose models are all in the store.

    p-values are adjusted for all that the problems have.
    """
    protocol, concluded = results.protocol, []
    for problem in problems:
        outcomes, curves = collect_outcomes(problem, results, make_features)
        rng = rng_for("meta-analysis", seed, problem.name)
        meta = analyse_problem(outcomes, protocol, rng)
        concluded.append((Analysed(outcomes, meta, protocol), curves))
    return adjusted_for_all(concluded)


def adjusted_for_all(
    concluded: Sequence[tuple[Analysed, PairCurves]],
) -> list[tuple[Analysed, PairCurves]]:
    """The same with p-values adjusted for all that stand in the study's tables."""
    together = adjusted_together([analysed.meta.pairs for analysed, _ in concluded])
    return [
        (analysed._replace(meta=replace(analysed.meta, pairs=pairs)), curves)
        for (analysed, curves), pairs in zip(concluded, together, strict=True)
    ]


def measure_claims(
    concluded: Sequence[tuple[Analysed, PairCurves]],
) -> Iterator[tuple[Analysed, MeasuredClaim]]:
    """Each problem with each claim about it, in the order of the paper's sections 5 and 6.

    Nothing is drawn at random.
    """
    related = {
        analysed.protocol.name: frozenset(analysed.outcomes.pairs)
        for analysed, _ in concluded
        if analysed.outcomes.problem == "related"
    }
    for analysed, curves in concluded:
        evidence = Evidence(analysed.outcomes, analysed.protocol, curves)
        measured = [*gain_claims(evidence)]
        if analysed.outcomes.problem == "unrelated":
            measured += problem_claims(evidence, related.get(analysed.protocol.name, ()))
        measured += curve_claims(evidence)
        measured += prediction_claims(evidence)
        measured += association_claims(evidence)
        yield from ((analysed, one) for one in measured)
