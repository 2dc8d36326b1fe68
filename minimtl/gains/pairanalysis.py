"""What the analysis of a table of pairs gives, and what its scores come to in one sentence."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from minimtl.gains.labelnoise import LabelNoise
from minimtl.gains.pairtable import PairTable
from minimtl.gains.scoring import BASELINES, Prediction
from minimtl.gains.twointervals import Estimate
from minimtl.report import counted

Verdict = Literal["new tasks", "same tasks", "names", "nothing", "no features", "no prediction"]
ALPHA = 0.05
NAME_WORDS = {
    "majority": "the majority",
    "main_name": "the main task's name",
    "aux_name": "the auxiliary task's name",
    "both_names": "both tasks' names",
}
DESIGN_WORDS = {
    "seen": "random folds",
    "main_unseen": "unseen main tasks",
    "aux_unseen": "unseen auxiliary tasks",
    "both_unseen": "pairs of unseen tasks",
    "groups_unseen": "pairs of unseen groups",
}


class PairFinding(NamedTuple):
    """The verdict and the sentence that says it with its numbers."""

    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class PairAnalysis:
    """What a table of pairs says.

    Attributes
    ----------
    table : the pairs, and what was guessed in reading them.
    predicted : the pairs whose gains were predicted, all or a sample; None where none were, and
        `why` says why.
    gain : the mean gain with its intervals.
    noise : the reliability of the labels.
    predictions : by design, baselines first; none of a design that has no fit.
    name_p_values : of each baseline of names on random folds, were the labels exchangeable.
    """

    table: PairTable
    predicted: PairTable | None
    why: str
    gain: Estimate
    noise: LabelNoise
    predictions: tuple[Prediction, ...] = ()
    name_p_values: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """As ``minimtl meta`` prints it."""
        from minimtl.gains.pairs.forms import to_text  # which needs this class

        return to_text({"": self})

    def of(self, design: str, features: str) -> Prediction | None:
        """One row, None if there is none; of a feature and a set of one name, the set."""
        found = (p for p in self.predictions if (p.design, p.features) == (design, features))
        return next(found, None)

    @property
    def finding(self) -> "PairFinding":
        """The verdict and the sentence that says it."""
        return _find(self)

    @property
    def reliability(self) -> str:
        """How much of the labels is chance, and what that caps, in a sentence."""
        return _reliability(self)

    @property
    def designs(self) -> tuple[str, ...]:
        """The names of the designs that have a fit."""
        return tuple(dict.fromkeys(prediction.design for prediction in self.predictions))


def _find(analysis: PairAnalysis) -> PairFinding:
    """The finding of an analysis.

    ``new tasks``: the features predict gains of tasks not learned from, by p (Holm) of at most
    0.05 in a design that holds out tasks. ``same tasks``: on random folds alone, beyond what tasks
    explain. ``names``: neither, but names do on random folds. ``nothing``: none of it.
    """
    table = analysis.predicted
    if table is None:
        return PairFinding("no prediction", f"No gain was predicted: {analysis.why}.")
    seen = analysis.of("seen", "all")
    names = [row for name in BASELINES[1:] if (row := analysis.of("seen", name)) is not None]
    if not names:
        return PairFinding("no prediction", "No gain was predicted: no fold could be made.")
    best = max(names, key=lambda row: row.scores.accuracy)
    told = min(analysis.name_p_values.values()) <= ALPHA
    if seen is None:
        return PairFinding("no features", _without_features(analysis, best, told))
    unseen = [
        row
        for design in analysis.designs
        if design != "seen" and (row := analysis.of(design, "all")) is not None
    ]
    start = (
        f"On random folds the features tell {_share(seen)} of the labels; a model that sees only "
        f"{NAME_WORDS[best.features]}, {_share(best)}"
    )
    held = [row for row in unseen if row.p_holm <= ALPHA]
    if held:
        start += f"; on {_beside_majority(analysis, held[-1])}: the features predict the gains of "
        return PairFinding("new tasks", f"{start}tasks that were not learned from.")
    if unseen:
        start += f"; on {_beside_majority(analysis, unseen[0])}"
    if seen.p_holm <= ALPHA:
        return PairFinding(
            "same tasks",
            f"{start}: the features predict more than names do among the tasks learned from, and "
            "nothing that can be told from chance for new tasks.",
        )
    if told:
        return PairFinding(
            "names",
            f"{start}: names predict, and the features nothing beyond them that can be told from "
            "chance.",
        )
    return PairFinding("nothing", f"{start}: nothing here can be told from chance.")


def _without_features(analysis: PairAnalysis, best: Prediction, told: bool) -> str:
    majority = analysis.of("seen", "majority")
    assert majority is not None
    return (
        "The table has no features; on random folds a model that sees only "
        f"{NAME_WORDS[best.features]} tells {_share(best)} of the labels, the majority "
        f"{_share(majority)}: "
        + (
            "that much any feature that only names tasks would reach."
            if told
            else "names tell nothing that can be told from chance."
        )
    )


def _beside_majority(analysis: PairAnalysis, row: Prediction) -> str:
    majority = analysis.of(row.design, "majority")
    assert majority is not None
    return (
        f"{DESIGN_WORDS[row.design]} the features tell {_share(row)} against {_share(majority)} by "
        "the majority"
    )


def _share(row: Prediction) -> str:
    return f"{row.scores.accuracy:.2f}"


def _reliability(analysis: PairAnalysis) -> str:
    """How much of the labels is chance, and what that caps."""
    noise, n_runs = analysis.noise, analysis.table.gains.shape[1]
    if math.isnan(noise.label_reliability):
        return (
            "One run cannot tell how much of a gain is chance; two would."
            if n_runs < 2
            else "Too few pairs have every run to tell how much of a gain is chance."
        )
    said = (
        f"The gains of two runs correlate at {noise.run_correlation:.2f} over "
        f"{counted(len(analysis.table.complete), 'pair')}; the reliability of a label, of "
        f"{counted(n_runs, 'run')}, is {noise.label_reliability:.2f}"
    )
    if not math.isnan(noise.ceiling_accuracy):
        said += (
            f", so that no predictor that has not seen these runs tells more than "
            f"{noise.ceiling_accuracy:.2f} of the labels on average"
        )
    return f"{said}."
