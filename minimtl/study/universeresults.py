"""Each universe's results, the effects of choices, and the rows of universes.csv and effects.csv.

Notation
--------
g_u     gains of universe u, shape (n_pairs, n_runs), float64; pairs, runs and, as far as the
        protocols allow, documents are the same in all universes
d       Σ_j w_j (g_to(j) − g_from(j)), Σ_j w_j = 1, the effect of a choice on each pair and run

An effect is a gain of gains, and its mean has the intervals of a mean gain: for these tasks over
runs, for new tasks by crossed random effects (`minimtl.stats.crossed`).

The difference between the two protocols is divided among the choices by Shapley's rule: the mean
change when a choice is made, over all orders in which the choices may be made one after another.
These shares add up to the difference.

Universes whose features are the same share them: features depend on documents and loss curves, not
on how scores are read.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np

from minimtl.gains.engine import analyse
from minimtl.gains.pairanalysis import PairAnalysis
from minimtl.gains.pairtable import effects_of, table_of
from minimtl.gains.studyanalysis import FEWEST_PAIRS
from minimtl.jobs.identity import rng_for
from minimtl.jobs.store import Store
from minimtl.report.csvfile import Row
from minimtl.stats.arrays import FloatArray
from minimtl.stats.crossed import Estimate, estimate_mean
from minimtl.study.definition import Study, feature_maker
from minimtl.study.problemresult import intervals
from minimtl.study.universes import Choice, Design, Universe, labels_of, leads_across
from minimtl.tasks.outcomes import FeatureMaker, Outcomes, collect_outcomes, improved_share
from minimtl.tasks.plan import Problem
from minimtl.tasks.protocol import PAPER, PROTOCOLS, RELEASED

ALL = "all universes"
SHARE = "share of the difference"
WHOLE = "all choices"
PREDICTED = ("block_out", "groups_unseen")


class Step(NamedTuple):
    """From one universe to another, by their places; weights of a comparison add up to 1."""

    weight: float
    before: int
    after: int


class ChoiceComparison(NamedTuple):
    """A choice changed from one level to another, in one universe or averaged over several.

    Attributes
    ----------
    field : the choice, or `WHOLE` for a protocol changed into the other.
    about : a protocol, all of whose other values stand; `ALL`; or `SHARE`, Shapley's.
    """

    field: str
    before: str
    after: str
    about: str
    steps: tuple[Step, ...]


class Effect(NamedTuple):
    """The effect of a comparison on a problem."""

    problem: str
    comparison: ChoiceComparison
    estimate: Estimate


def comparisons(
    universes: Sequence[Universe], choices: Sequence[Choice], design: Design
) -> list[ChoiceComparison]:
    """All comparisons that the universes allow; those of the whole difference come first.

    A change of a choice is compared over all universes, in a full design, and about each protocol.
    """
    crosses = leads_across(choices, design)
    place = {(u.about, u.labels): number for number, u in enumerate(universes)}
    found: list[ChoiceComparison] = []
    if crosses:
        found += _shares({u.labels: number for number, u in enumerate(universes)}, choices)

    for column, choice in enumerate(choices):
        names = [level.label for level in choice.levels]
        names += [label for u in universes if (label := u.labels[column]) not in names]
        for before, after in _changes(list(dict.fromkeys(names))):
            changes = []
            for number, universe in enumerate(universes):
                there = place.get((universe.about, _with(universe.labels, column, after)))
                if universe.labels[column] == before and there is not None:
                    changes.append((universe, number, there))

            alone = [
                ChoiceComparison(choice.name, before, after, protocol.name, (Step(1.0, *step),))
                for protocol in PROTOCOLS.values()
                for universe, *step in changes
                if universe.labels == _with(labels_of(protocol, choices), column, before)
                and (crosses or universe.about == protocol.name)
            ]

            if design == "full" and changes and not (len(changes) == 1 and alone):
                weight = 1 / len(changes)
                steps = tuple(Step(weight, number, there) for _, number, there in changes)
                found.append(ChoiceComparison(choice.name, before, after, ALL, steps))
            found += alone
    return found


def _changes(names: list[str]) -> Iterator[tuple[str, str]]:
    """From each level to the next, and from the first to the last."""
    yield from pairwise(names)
    if len(names) > 2:
        yield names[0], names[-1]


def _shares(
    place: dict[tuple[str, ...], int], choices: Sequence[Choice]
) -> Iterator[ChoiceComparison]:
    """The whole difference between the protocols, and the share of each choice."""
    start, end = labels_of(PAPER, choices), labels_of(RELEASED, choices)
    whole = Step(1.0, place[start], place[end])
    yield ChoiceComparison(WHOLE, PAPER.name, RELEASED.name, SHARE, (whole,))
    n = len(choices)
    for column, choice in enumerate(choices):
        others = [other for other in range(n) if other != column]
        steps = []
        for size in range(n):
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for made in combinations(others, size):
                labels = tuple(end[k] if k in made else start[k] for k in range(n))
                after = place[_with(labels, column, end[column])]
                steps.append(Step(weight, place[labels], after))
        yield ChoiceComparison(choice.name, start[column], end[column], SHARE, tuple(steps))


def _with(labels: tuple[str, ...], column: int, label: str) -> tuple[str, ...]:
    return (*labels[:column], label, *labels[column + 1 :])


def effect_of(comparison: ChoiceComparison, outcomes: Sequence[Outcomes]) -> Effect:
    """The effect on one problem, whose outcomes are given universe by universe."""
    difference = sum(
        weight * (outcomes[after].gains - outcomes[before].gains)
        for weight, before, after in comparison.steps
    )
    first = outcomes[comparison.steps[0].before]
    estimate = estimate_mean(np.asarray(difference), effects_of(first.pairs))
    return Effect(first.problem, comparison, estimate)


class UniverseResult(NamedTuple):
    """A universe on one problem.

    Attributes
    ----------
    analysis : the mean gain with its intervals, and how well all features together predict who
        gains, by the designs of `PREDICTED`.
    """

    universe: Universe
    outcomes: Outcomes
    analysis: PairAnalysis

    @property
    def gain(self) -> Estimate:
        """The mean gain, with its intervals."""
        return self.analysis.gain

    def brier(self, design: str, predictor: str = "all") -> float:
        """The Brier score of all features together, or of the majority; NaN without one."""
        prediction = self.analysis.of(design, predictor)
        return prediction.scores.brier if prediction else math.nan


def universe_results(
    universes: Sequence[Universe], studies: Sequence[Study], problem: Problem, store: Store
) -> list[UniverseResult]:
    """The result of each universe, with its study, on a problem; all models are in the store."""
    features: dict[Any, FloatArray] = {}
    results = []
    for universe, study in zip(universes, studies, strict=True):
        read = study.results(store)
        make = _shared_features(study, feature_maker(study, read), features)
        outcomes, _ = collect_outcomes(problem, read, make)
        table = replace(table_of(outcomes, study.protocol), sets={})
        rng = rng_for("multiverse", study.seed)
        analysis = analyse(table, rng, PREDICTED, alone=(), fewest=FEWEST_PAIRS, tested=())
        results.append(UniverseResult(universe, outcomes, analysis))
    return results


def _shared_features(
    study: Study, make: FeatureMaker, features: dict[Any, FloatArray]
) -> FeatureMaker:
    """`make`, which computes the features of a run only where no universe before had the same."""
    reading = replace(
        study.protocol.reading, score="f1", read_at=0, epoch="fixed", label="mean_gain"
    )

    def make_once(problem: Problem, run: int) -> FloatArray:
        key = study.protocol.settings, reading, run
        if key not in features:
            features[key] = make(problem, run)
        return features[key]

    return make_once


def universe_rows(results: Sequence[UniverseResult]) -> list[Row]:
    """The rows of universes.csv."""
    rows: list[Row] = []
    for result in results:
        universe, outcomes = result.universe, result.outcomes
        row: Row = {
            "universe": universe.number,
            "about": universe.about,
            "protocol": universe.own,
            **universe.levels,
            "problem": outcomes.problem,
            "n_pairs": outcomes.n_pairs,
            "n_runs": outcomes.n_runs,
            "single": float(outcomes.single.mean()),
            "multi": float(outcomes.multi.mean()),
            "gain": result.gain.value,
            **_cells(result.gain),
            "improved": improved_share(outcomes, universe.protocol.reading),
        }
        for design in PREDICTED:
            row[f"brier_{design}"] = result.brier(design)
            row[f"majority_brier_{design}"] = result.brier(design, "majority")
        rows.append(row)
    return rows


def effect_rows(effects: Sequence[Effect]) -> list[Row]:
    """The rows of effects.csv."""
    return [
        {
            "problem": effect.problem,
            "field": effect.comparison.field,
            "from": effect.comparison.before,
            "to": effect.comparison.after,
            "about": effect.comparison.about,
            "n_comparisons": len(effect.comparison.steps),
            "effect": effect.estimate.value,
            **_cells(effect.estimate),
        }
        for effect in effects
    ]


def _cells(estimate: Estimate) -> Row:
    """Both intervals of a mean, and p for new tasks; empty cells where there is none."""
    p_value = estimate.new_tasks.p_value if estimate.new_tasks else math.nan
    return {**intervals(estimate), "p_value": p_value}
