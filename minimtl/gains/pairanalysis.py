"""What the analysis of a table of pairs gives, and what that comes to in plain sentences.

Notation of the reliability of labels
-------------------------------------
g_ij    gain of pair i in run j, = μ + t_i + e_ij
τ², σ²  variances of t (between pairs) and of e (between runs of a pair)
k       runs that are averaged before a label is read off

    reliability of a label's gain   τ² / (τ² + σ²/k)
    ceiling of a predictor          E_t Φ(|μ + t| √k / σ)

Derived in docs/mathematics.md, §12.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from minimtl.gains.pairtable import PairTable
from minimtl.gains.scoring import Prediction
from minimtl.report import Block, Grid, Paragraph, counted, signed, text
from minimtl.report import to_text as blocks_text
from minimtl.stats import Estimate, FloatArray, MeanEstimate

Verdict = Literal["new tasks", "same tasks", "names", "nothing", "no features", "no prediction"]
FEWEST = 10  # pairs of which anything is said
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
_UNSEEN = {
    "seen": "nothing: random folds",
    "main_unseen": "the main task",
    "aux_unseen": "the auxiliary task",
    "both_unseen": "both tasks",
    "groups_unseen": "the groups of both tasks",
}
_DESIGN_HEAD = (
    *("unseen in training", "pairs", "all features", "95 % interval", "p", "p (Holm)"),
    *("majority", "main's name", "auxiliary's name", "both names"),
)
_VERDICTS: dict[Verdict, str] = {
    "new tasks": "The features predict the gains of tasks that were not in training.",
    "same tasks": (
        "For tasks that were in training, the features predict gains better than the tasks' names "
        "do; for new tasks their prediction may be chance."
    ),
    "names": "The tasks' names predict gains; what the features add may be chance.",
    "nothing": "Nothing predicts these gains clearly better than chance.",
}
_OF_NAMES = {
    True: "any feature that only identifies tasks would do as well",
    False: "names do not predict clearly better than chance",
}
_N_QUANTILES = 10_001  # midpoint rule over the quantiles of t: error below 1e-4


@dataclass(frozen=True)
class LabelNoise:
    """How noisy the labels are, estimated from several runs; all NaN if there is only one.

    Attributes
    ----------
    run_correlation : mean correlation of the gains between two runs, over all pairs of runs.
    label_reliability : share of the variance of a label's gain that is between pairs.
    ceiling_accuracy : accuracy that no predictor of such labels can exceed on average
        without having seen their runs.
    """

    run_correlation: float
    label_reliability: float
    ceiling_accuracy: float


def label_noise(gains: FloatArray, runs_per_label: int) -> LabelNoise:
    """Estimates from gains, shape (n_pairs, n_runs), for labels of the mean of some runs."""
    n_pairs, n_runs = gains.shape
    if n_runs < 2 or n_pairs < 2:
        return LabelNoise(*[math.nan] * 3)

    within = float(gains.var(axis=1, ddof=1).mean())
    between = max(0.0, float(gains.mean(axis=1).var(ddof=1)) - within / n_runs)
    noise = within / runs_per_label
    total = between + noise
    return LabelNoise(
        run_correlation=_mean_correlation(gains),
        label_reliability=between / total if total > 0 else math.nan,
        ceiling_accuracy=ceiling(float(gains.mean()), between, noise),
    )


def ceiling(mean: float, between: float, noise: float) -> float:
    """Accuracy of a predictor that knows each pair's true gain.

    True gains are normal with the given mean and variance ``between``; ``noise`` is the variance
    of what is added to them before the label is read off.
    """
    if noise == 0:
        return 1.0
    quantiles = (np.arange(_N_QUANTILES) + 0.5) / _N_QUANTILES
    true_gain = mean + np.sqrt(between) * ndtri(quantiles)
    return float(ndtr(np.abs(true_gain) / np.sqrt(noise)).mean())


def _mean_correlation(gains: FloatArray) -> float:
    if (gains.std(axis=0) == 0).any():
        return math.nan
    correlation = np.corrcoef(gains.T)
    return float(correlation[np.triu_indices_from(correlation, k=1)].mean())


class PairFinding(NamedTuple):
    """The verdict, and the sentences that say it with its numbers."""

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
        return to_text({"": self})

    def of(self, design: str, features: str) -> Prediction | None:
        """One row, None if there is none; of a feature and a set of one name, the set."""
        found = (p for p in self.predictions if (p.design, p.features) == (design, features))
        return next(found, None)

    @property
    def designs(self) -> tuple[str, ...]:
        """The names of the designs that have a fit."""
        return tuple(dict.fromkeys(prediction.design for prediction in self.predictions))

    @property
    def finding(self) -> PairFinding:
        """The verdict and the sentences that say it.

        ``new tasks``: the features predict gains of tasks not learned from, by p (Holm) of at most
        0.05 in a design that holds out tasks. ``same tasks``: on random folds alone, beyond what
        tasks explain. ``names``: neither, but names do on random folds. ``nothing``: none of it.
        """
        if self.predicted is None:
            return PairFinding("no prediction", f"No gain was predicted: {self.why}.")

        majorities = {
            row.design: row
            for row in self.predictions
            if (row.kind, row.features) == ("baseline", "majority")
        }
        names = [p for p in self.predictions if (p.design, p.kind) == ("seen", "baseline")][1:]
        best = max(names, key=lambda row: row.scores.accuracy)
        names_tell = min(self.name_p_values.values()) <= ALPHA
        by_name = f"{NAME_WORDS[best.features]} alone"
        rows = {row.design: row for row in self.predictions if row.kind == "all"}
        if not rows:
            return PairFinding(
                "no features",
                f"The table has no features. On random folds {by_name} predicts {_share(best)} of "
                f"the pairs correctly, and the majority {_share(majorities['seen'])}: "
                f"{_OF_NAMES[names_tell]}.",
            )

        seen, *unseen = rows.values()
        predicted = [row for row in unseen if row.p_holm <= ALPHA]
        verdict: Verdict = "names" if names_tell else "nothing"
        if predicted:
            verdict = "new tasks"
        elif seen.p_holm <= ALPHA:
            verdict = "same tasks"

        on_new = "".join(
            f"; on {DESIGN_WORDS[row.design]} the features predict {_share(row)}, and the majority "
            f"{_share(majorities[row.design])}"
            for row in predicted[-1:] or unseen[:1]
        )
        return PairFinding(
            verdict,
            f"{_VERDICTS[verdict]} On random folds the features predict {_share(seen)} of the "
            f"pairs correctly, and {by_name} {_share(best)}{on_new}.",
        )

    @property
    def title(self) -> str:
        """What there is, in a line."""
        table = self.table
        n_main, n_aux = (len(np.unique(tasks)) for tasks in (table.main, table.aux))
        return (
            f"{table.source}: {counted(table.n_pairs, 'pair')} of {n_main:,} main and "
            f"{counted(n_aux, 'auxiliary task')}, {counted(table.gains.shape[1], 'run')}, "
            f"{counted(len(table.features), 'feature')}; {table.labels.mean():.0%} gain."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was guessed or left out, in sentences."""
        table, predicted = self.table, self.predicted
        if predicted is None or predicted.n_pairs == table.n_pairs:
            return table.notes
        return (
            *table.notes,
            f"Predictions use {counted(predicted.n_pairs, 'pair')}, those among tasks drawn at "
            f"random; the mean gain and the reliability use all {table.n_pairs:,}.",
        )

    @property
    def background(self) -> tuple[str, ...]:
        """The mean gain, and how much of a label is chance, in sentences; none of few pairs."""
        if self.table.n_pairs < FEWEST:
            return ()
        return _mean_gain(self), _reliability(self)


def _share(row: Prediction) -> str:
    return f"{row.scores.accuracy:.0%}"


def _mean_gain(analysis: PairAnalysis) -> str:
    """The mean gain with its intervals; of labels it is a share."""
    these, new = analysis.gain.these_tasks, analysis.gain.new_tasks
    if new is None:
        return "The mean gain has no interval: it needs two main and two auxiliary tasks."
    if analysis.table.has_labels:
        low, high = max(0.0, new.low), min(1.0, new.high)
        return f"With new tasks {low:.0%} to {high:.0%} of the pairs would gain (95 % interval)."

    said = f"Mean gain {signed(new.mean, 4)}; for new tasks {_between(new)}"
    if these is not None:
        said += f", for these tasks {_between(these)}"
    return f"{said} (95 % intervals)."


def _between(estimate: MeanEstimate) -> str:
    return f"{signed(estimate.low, 4)} to {signed(estimate.high, 4)}"


def _reliability(analysis: PairAnalysis) -> str:
    """How much of the labels is chance, and what that caps."""
    noise, n_runs = analysis.noise, analysis.table.gains.shape[1]
    if n_runs < 2:
        return "One run cannot tell how much of a gain is chance; two runs can."
    if math.isnan(noise.label_reliability):
        return "Too few pairs have every run to tell how much of a gain is chance."

    said = (
        f"The gains of two runs correlate at {noise.run_correlation:.2f} over "
        f"{counted(len(analysis.table.complete), 'pair')}; the reliability of a label, of "
        f"{counted(n_runs, 'run')}, is {noise.label_reliability:.2f}"
    )
    if not math.isnan(noise.ceiling_accuracy):
        said += (
            f", so a predictor that has not seen these runs is right about at most "
            f"{noise.ceiling_accuracy:.0%} of the pairs on average"
        )
    return f"{said}."


def answers(analyses: Mapping[str, PairAnalysis]) -> tuple[str, ...]:
    """The finding of each table; of a study behind the name of the problem."""
    return tuple(
        (f"{name.upper()}: " if name else "") + analysis.finding.sentence
        for name, analysis in analyses.items()
    )


def to_text(analyses: Mapping[str, PairAnalysis]) -> str:
    """For a terminal: the finding first."""
    blocks: list[Block] = []
    for answer, analysis in zip(answers(analyses), analyses.values(), strict=True):
        blocks += [Paragraph(answer), Paragraph(analysis.title)]
        if analysis.predictions:
            blocks.append(design_grid(analysis))
        blocks += map(Paragraph, (*analysis.background, *analysis.notes))
    return blocks_text(blocks)


def design_grid(analysis: PairAnalysis) -> Grid:
    """Accuracy under each design, of all features beside the baselines."""
    lines = []
    for design in analysis.designs:
        row = analysis.of(design, "all")
        cells = ("–",) * 4
        if row is not None:
            interval = "–" if math.isnan(row.low) else f"{text(row.low, 2)} to {text(row.high, 2)}"
            cells = (text(row.scores.accuracy), interval, text(row.p), text(row.p_holm))

        baselines = [p for p in analysis.predictions if (p.design, p.kind) == (design, "baseline")]
        names = [text(baseline.scores.accuracy) for baseline in baselines]
        lines.append((_UNSEEN[design], f"{baselines[0].n_pairs:,}", *cells, *names))
    return Grid(_DESIGN_HEAD, tuple(lines))
