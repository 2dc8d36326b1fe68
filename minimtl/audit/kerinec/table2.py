"""Table 2 from the released features: the meta-model's accuracy under each reading of a row.

Both the printed accuracy and ours are means over random folds. They count as the same when they
are no further apart than four standard errors of their difference, and a hundredth, by which the
printed one was shortened.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    Finding,
    Judgement,
    by_digits,
)
from minimtl.audit.kerinec.compare import absent, compare, finding_on
from minimtl.audit.kerinec.experiments import Experiment
from minimtl.audit.kerinec.table1 import gains, labelled_pairs
from minimtl.gains import Design, random_folds, score_pairs
from minimtl.tasks import (
    AUTHORS_FEATURES,
    FEATURE_NAMES,
    FEATURE_SETS,
    RELEASED,
    TABLE1,
    TABLE2_PRINTED,
)


class _Computed(NamedTuple):
    """What the authors' code computed for a row: columns, in words, and its name in their file."""

    columns: tuple[int, ...]
    sentence: str
    logged_as: str


def _columns(feature_set: str) -> tuple[int, ...]:
    """The authors' columns that are in one of our sets of features."""
    names = [FEATURE_NAMES[number] for number in FEATURE_SETS[feature_set]]
    return tuple(number for number, name in enumerate(AUTHORS_FEATURES) if name in names)


_OOV = AUTHORS_FEATURES.index("oov_rate_main")
_COMPUTED = {
    "all": _Computed(_columns("all"), "all 30 features", "All features"),
    "no_curve": _Computed(
        (*_columns("only_curve"), _OOV),
        "the 18 curve features and the OOV rate",
        "Without curve data",
    ),
    "only_curve": _Computed(
        _columns("no_curve"), "the 12 features that are not of the curve", "Only curve data"
    ),
    "only_ratio": _Computed(
        _columns("no_ratio"), "the 22 features that are no ratio", "Without ratio data"
    ),
}


class _Accuracy(NamedTuple):
    """Mean over runs and repetitions, and the standard error that the random folds leave it."""

    mean: float
    error: float


def audit_accuracy(experiments: Sequence[Experiment], rng: np.random.Generator) -> list[Finding]:
    """Table 2 and the majority class of one problem.

    Parameters
    ----------
    experiments : of one problem, at least one; each with features and both labels.
    rng : draws the folds, the same for all rows.
    """
    folds = [
        random_folds("in_fold", len(experiment.pairs), RELEASED.meta, rng, scaled_inside=False)
        for experiment in experiments
    ]
    findings = []
    as_labelled = {}
    for item, printed in TABLE2_PRINTED[experiments[0].problem].items():
        computed = _COMPUTED[item]
        as_labelled[item] = _accuracy(experiments, _columns(item), folds)
        for reading, accuracy, sentence in (
            (AS_PRINTED, as_labelled[item], ""),
            (AS_COMPUTED, _accuracy(experiments, computed.columns, folds), computed.sentence),
        ):
            findings.append(
                compare(
                    experiments,
                    "Table 2",
                    item,
                    reading,
                    printed=printed,
                    derived=accuracy.mean,
                    judgement=_judge(printed, accuracy),
                    sentence=sentence,
                )
            )
        findings += _compare_log(experiments, item, printed)
    lead = _compare_lead(experiments, as_labelled["only_curve"], as_labelled["no_curve"])
    return [*findings, lead, _majority(experiments)]


def _accuracy(
    experiments: Sequence[Experiment], columns: Sequence[int], folds: Sequence[Design]
) -> _Accuracy:
    means, variances = [], []
    for experiment, design in zip(experiments, folds, strict=True):
        accuracy = score_pairs(labelled_pairs(experiment), columns, design, RELEASED.meta).accuracy
        repetitions = accuracy.reshape(-1, design.n_folds).mean(axis=1)
        means.append(repetitions.mean())
        variances.append(repetitions.var() / len(repetitions))
    return _Accuracy(float(np.mean(means)), float(np.sqrt(np.sum(variances)) / len(means)))


def _judge(printed: float, accuracy: _Accuracy) -> Judgement:
    allowed = 4 * np.sqrt(2) * accuracy.error + 0.01
    same = abs(printed - accuracy.mean) <= allowed
    reason = f"random folds allow a difference of {allowed:.3f}"
    return Judgement(AGREES if same else DIFFERS, reason)


def _compare_log(experiments: Sequence[Experiment], item: str, printed: float) -> list[Finding]:
    """The row against the authors' own files; nothing if one of them lacks it."""
    name = _COMPUTED[item].logged_as
    logged = [
        experiment.efficiency.accuracies[name]
        for experiment in experiments
        if experiment.efficiency is not None and name in experiment.efficiency.accuracies
    ]
    if len(logged) < len(experiments):
        return []
    derived = float(np.mean(logged))
    return [
        compare(
            experiments,
            "Table 2",
            item,
            AS_LOGGED,
            printed=printed,
            derived=derived,
            judgement=by_digits(printed, derived, 2),
            sentence=f"there called “{name}”",
        )
    ]


def _compare_lead(experiments: Sequence[Experiment], curve: _Accuracy, other: _Accuracy) -> Finding:
    """The claim of §5.2 that curve features predict gains better than the others."""
    lead = _Accuracy(curve.mean - other.mean, float(np.hypot(curve.error, other.error)))
    table = TABLE2_PRINTED[experiments[0].problem]
    printed = round(table["only_curve"] - table["no_curve"], 2)
    return compare(
        experiments,
        "§5.2",
        "lead of the curve features",
        AS_PRINTED,
        printed=printed,
        derived=lead.mean,
        judgement=_judge(printed, lead),
        sentence="accuracy of the curve features less that of all the others; the text says that "
        "curves predict gains best",
    )


def _majority(experiments: Sequence[Experiment]) -> Finding:
    problem = experiments[0].problem
    shares = np.array([gains(experiment).mean() for experiment in experiments])
    derived = float(np.maximum(shares, 1 - shares).mean())
    bar, source = derived, "it"
    if absent(experiments, problem):
        # The majority's share of a run is no less than the run's share of gains.
        bar, source = TABLE1[problem].improved, "Table 1's share of gains"
    better = [item for item, score in TABLE2_PRINTED[problem].items() if score > bar]
    return finding_on(
        experiments,
        "Table 2",
        "majority class",
        derived,
        "is the accuracy of always giving the more frequent label; printed rows above "
        f"{source} ({bar:.3f}): {', '.join(better) or 'none'}",
    )
