"""Table 2 from the released features: the meta-model's accuracy under each reading of a row.

Both the printed accuracy and ours are means over random folds. They count as the same when they
are no further apart than four standard errors of their difference, and a hundredth, by which the
printed one was shortened.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from minimtl.audit.experiments import Experiment, ProblemName
from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    FOUND,
    Finding,
    Judgement,
    absent,
    awaiting,
    names_of,
    verdict_on,
    with_sentence,
)
from minimtl.audit.table1 import gains
from minimtl.meta import Design, fit_design, make_designs, score_folds
from minimtl.study import (
    AUTHORS_FEATURES,
    FEATURE_NAMES,
    FEATURE_SETS,
    RELEASED,
    TABLE1,
    TABLE2_PRINTED,
)


class _Computed(NamedTuple):
    """What stands behind a row of Table 2: columns, in words, and its name in the authors' file."""

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


def audit_accuracy(
    experiments: Sequence[Experiment], problem: ProblemName, rng: np.random.Generator
) -> list[Finding]:
    """Table 2 and the majority class of one problem.

    Parameters
    ----------
    experiments : those of the problem, at least one; each with features and both labels.
    rng : draws the folds, the same for all rows.
    """
    folds = [
        make_designs(experiment.pairs, RELEASED.meta, rng)["random"] for experiment in experiments
    ]
    findings: list[Finding] = []
    as_labelled: dict[str, _Accuracy] = {}
    for item, printed in TABLE2_PRINTED[problem].items():
        computed = _COMPUTED[item]
        for reading, columns, sentence in (
            (AS_PRINTED, _columns(item), ""),
            (AS_COMPUTED, computed.columns, computed.sentence),
        ):
            accuracy = _accuracy(experiments, columns, folds)
            judgement = with_sentence(
                sentence, _judge(printed, accuracy, absent(experiments, problem))
            )
            names = names_of(experiments)
            row = (problem, item, reading, printed, accuracy.mean, names, *judgement)
            findings.append(Finding("Table 2", *row))
            if reading == AS_PRINTED:
                as_labelled[item] = accuracy
        findings += _logged(experiments, problem, item)
    return [
        *findings,
        _curves_first(experiments, problem, as_labelled),
        _majority(experiments, problem),
    ]


def _curves_first(
    experiments: Sequence[Experiment], problem: ProblemName, accuracies: Mapping[str, _Accuracy]
) -> Finding:
    """The claim of §5.2 that curve features predict gains better than the others."""
    curve, other = accuracies["only_curve"], accuracies["no_curve"]
    lead = _Accuracy(curve.mean - other.mean, float(np.hypot(curve.error, other.error)))
    table = TABLE2_PRINTED[problem]
    printed = round(table["only_curve"] - table["no_curve"], 2)
    verdict, reason = with_sentence(
        "accuracy of the curve features less that of all the others; the text says that curves "
        "predict gains best",
        _judge(printed, lead, absent(experiments, problem)),
    )
    row = ("§5.2", problem, "lead of the curve features", AS_PRINTED, printed, lead.mean)
    return Finding(*row, names_of(experiments), verdict, reason)


def _accuracy(
    experiments: Sequence[Experiment], columns: Sequence[int], folds: Sequence[Design]
) -> _Accuracy:
    means, variances = [], []
    for experiment, design in zip(experiments, folds, strict=True):
        assert experiment.features is not None
        y = gains(experiment).astype(np.int64)
        fits = fit_design(experiment.features[:, list(columns)], y, design, RELEASED.meta)
        accuracy = score_folds(y, fits.probability, design.test).accuracy
        repetitions = accuracy.reshape(-1, design.n_folds).mean(axis=1)
        means.append(repetitions.mean())
        variances.append(repetitions.var() / len(repetitions))
    return _Accuracy(float(np.mean(means)), float(np.sqrt(np.sum(variances)) / len(means)))


def _judge(printed: float, accuracy: _Accuracy, missing: Sequence[str]) -> Judgement:
    if missing:
        return awaiting(missing)
    allowed = 4 * np.sqrt(2) * accuracy.error + 0.01
    same = abs(printed - accuracy.mean) <= allowed
    return (AGREES if same else DIFFERS), f"random folds allow a difference of {allowed:.3f}"


def _logged(experiments: Sequence[Experiment], problem: ProblemName, item: str) -> list[Finding]:
    name, printed = _COMPUTED[item].logged_as, TABLE2_PRINTED[problem][item]
    logged = [
        experiment.efficiency.accuracies[name]
        for experiment in experiments
        if experiment.efficiency is not None and name in experiment.efficiency.accuracies
    ]
    if len(logged) < len(experiments):
        return []
    mean = float(np.mean(logged))
    judgement = with_sentence(
        f"there called “{name}”", verdict_on(printed, mean, 2, absent(experiments, problem))
    )
    names = names_of(experiments)
    return [Finding("Table 2", problem, item, AS_LOGGED, printed, mean, names, *judgement)]


def _majority(experiments: Sequence[Experiment], problem: ProblemName) -> Finding:
    shares = np.array([gains(experiment).mean() for experiment in experiments])
    derived = float(np.maximum(shares, 1 - shares).mean())
    bar, source = derived, "it"
    if absent(experiments, problem):
        # The majority's share of a run is no less than the run's share of gains.
        bar, source = TABLE1[problem].improved, "Table 1's share of gains"
    better = [item for item, score in TABLE2_PRINTED[problem].items() if score > bar]
    reason = (
        "is the accuracy of always giving the more frequent label; printed rows above "
        f"{source} ({bar:.3f}): {', '.join(better) or 'none'}"
    )
    names = names_of(experiments)
    return Finding("Table 2", problem, "majority class", "", None, derived, names, FOUND, reason)
