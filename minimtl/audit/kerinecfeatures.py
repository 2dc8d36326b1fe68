"""The released features against Tables 2, 3a and 3b, and the text's description of features.

Table 2's printed accuracies and ours are means over random folds. They count as the same when they
are no further apart than four standard errors of their difference, and a hundredth, by which the
printed one was shortened.

Notation
--------
w       coefficients of the meta-model fitted to all pairs of an experiment, (n_runs, 30)
rank    place of |w| in its row, 0 the largest, (n_runs, 30)
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minimtl.audit.kerineclogs import Efficiency, Experiment, Runs
from minimtl.audit.released import (
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    Finding,
    Judgement,
    Part,
    by_digits,
    judge,
    one_sentence,
    tally,
    undecided,
)
from minimtl.gains.designs import Design, random_folds
from minimtl.gains.metamodel import fit_all_pairs, score_pairs
from minimtl.report.wording import signed
from minimtl.stats.arrays import FloatArray
from minimtl.stats.curves import central_difference
from minimtl.stats.scores import inverse_ranks
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.pairfeatures import FEATURE_NAMES, FEATURE_SETS
from minimtl.tasks.printedtables import (
    AUTHORS_FEATURES,
    TABLE1,
    TABLE2_PRINTED,
    TABLE3A,
    TABLE3B,
    FeatureRow,
)
from minimtl.tasks.protocol import PAPER, RELEASED

_SAME_COEFFICIENT = 5e-4  # three decimals


class _FeatureSet(NamedTuple):
    """A row of Table 2: its label, the columns it names, and what the authors' code computed."""

    label: str
    columns: tuple[int, ...]
    computed: tuple[int, ...]
    sentence: str
    logged_as: str


def _columns(feature_set: str) -> tuple[int, ...]:
    """The authors' columns that are in one of our sets of features."""
    names = [FEATURE_NAMES[number] for number in FEATURE_SETS[feature_set]]
    return tuple(number for number, name in enumerate(AUTHORS_FEATURES) if name in names)


_CURVE_AND_OOV = (*_columns("only_curve"), AUTHORS_FEATURES.index("oov_rate_main"))
_SETS = {
    "all": _FeatureSet(
        "using all features", _columns("all"), _columns("all"), "all 30 features", "All features"
    ),
    "no_curve": _FeatureSet(
        "not using curve features", _columns("no_curve"), _CURVE_AND_OOV,
        "the 18 curve features and the OOV rate", "Without curve data",
    ),
    "only_curve": _FeatureSet(
        "only using curve features", _columns("only_curve"), _columns("no_curve"),
        "the 12 features that are not of the curve", "Only curve data",
    ),
    "only_ratio": _FeatureSet(
        "only using ratio features", _columns("only_ratio"), _columns("no_ratio"),
        "the 22 features that are no ratio", "Without ratio data",
    ),
}  # fmt: skip


def audit_table2(problems: Sequence[Runs], rng: np.random.Generator) -> Part:
    """Table 2 under each reading of its rows; §5.2 has the curve features lead the others.

    The runs have features and both labels; `rng` draws folds, the same for all rows of a problem.
    """
    findings: list[Finding] = []
    leads = []
    for runs in problems:
        pairs = [run.labelled for run in runs.experiments]
        folds = [random_folds("in_fold", len(one.y), RELEASED.meta, rng) for one in pairs]
        as_labelled = {item: _accuracy(pairs, row.columns, folds) for item, row in _SETS.items()}
        for item in _SETS:
            as_computed = _accuracy(pairs, _SETS[item].computed, folds)
            findings += _table2_row(runs, item, as_labelled[item], as_computed)
        lead = as_labelled["only_curve"][0] - as_labelled["no_curve"][0]
        leads.append(f"{signed(lead)} ({runs.problem.upper()})")

    labelled, computed = (
        [f for f in findings if f.reading == reading and f.item != _SETS["all"].label]
        for reading in (AS_PRINTED, AS_COMPUTED)
    )
    line = (
        "Table 2's rows carry other rows' labels (curve and data features are swapped, “only "
        f"ratio” is without the ratios): {tally(computed)} come out as computed, "
        f"{tally(labelled)} as labelled{undecided(computed)}. Curve features do not predict best: "
        f"their lead over the others is {' and '.join(leads)}."
    )
    return Part(findings, [line])


def _accuracy(
    runs: Sequence[LabelledPairs], columns: Sequence[int], folds: Sequence[Design]
) -> tuple[float, float]:
    """The accuracy of the meta-model that sees these columns, over the runs and their folds.

    Its mean over runs and repetitions, and the standard error that the random folds leave it.
    """
    means, variances = [], []
    for labelled, design in zip(runs, folds, strict=True):
        accuracy = score_pairs(labelled, columns, design, RELEASED.meta).accuracy
        repetitions = accuracy.reshape(-1, design.n_folds).mean(axis=1)
        means.append(repetitions.mean())
        variances.append(repetitions.var() / len(repetitions))
    return float(np.mean(means)), float(np.sqrt(np.sum(variances)) / len(means))


def _table2_row(
    runs: Runs, item: str, labelled: tuple[float, float], computed: tuple[float, float]
) -> list[Finding]:
    """A row as it is labelled, as it was computed, and as the authors' files have it, if so."""
    row, printed = _SETS[item], TABLE2_PRINTED[runs.problem][item]
    readings = [
        (AS_PRINTED, labelled[0], "", _within_folds(printed, *labelled)),
        (AS_COMPUTED, computed[0], row.sentence, _within_folds(printed, *computed)),
    ]
    logs = [run.efficiency.accuracies for run in runs.experiments if run.efficiency is not None]
    logged = [accuracies[row.logged_as] for accuracies in logs if row.logged_as in accuracies]
    if len(logged) == len(runs.experiments):
        mean = float(np.mean(logged))
        judgement = by_digits(printed, mean, 2)
        readings.append((AS_LOGGED, mean, f"there called “{row.logged_as}”", judgement))
    return [
        runs.against("Table 2", row.label, derived, sentence, reading, printed, judgement)
        for reading, derived, sentence, judgement in readings
    ]


def _within_folds(printed: float, mean: float, error: float) -> Judgement:
    allowed = 4 * np.sqrt(2) * error + 0.01
    verdict, _ = judge(abs(printed - mean) <= allowed)
    return Judgement(verdict, f"random folds allow a difference of {allowed:.3f}")


def audit_majority(problems: Sequence[Runs]) -> Part:
    """The accuracy of always giving the more frequent label, and which printed rows are above."""
    findings, lines = [], []
    for runs in problems:
        shares = np.array([run.gains.mean() for run in runs.experiments])
        accuracy = float(np.maximum(shares, 1 - shares).mean())
        # The majority's share of a run is no less than the run's share of gains.
        bar, printed = TABLE1[runs.problem].improved, TABLE2_PRINTED[runs.problem]
        above = [f"“{_SETS[item].label}”" for item, score in printed.items() if score > bar]
        names = ", ".join(above) or "none"
        rows = f"printed rows above Table 1's share of gains ({bar:.3f}): {names}"
        sentence = f"is the accuracy of always giving the more frequent label; {rows}"
        findings.append(runs.finding("Table 2", "majority class", accuracy, sentence))
        lines.append(
            f"Always giving the more frequent label has an accuracy of {accuracy:.3f} on "
            f"{runs.problem.upper()}; {rows}."
        )
    return Part(findings, [" ".join(lines)])


def coefficients(run: Experiment) -> FloatArray:
    """Coefficients of one fit to all pairs, the features standardised over them, (30,)."""
    return fit_all_pairs(run.labelled, RELEASED.meta)


def audit_table3(problems: Sequence[Runs]) -> Part:
    """Table 3a (RELATED) and 3b (UNRELATED); of runs with features and both labels."""
    return one_sentence([_table3(runs) for runs in problems])


def _table3(runs: Runs) -> Part:
    w = np.array([coefficients(run) for run in runs.experiments])
    if runs.problem == "related":
        inverse = inverse_ranks(w).mean(axis=0)
        labelled = _rows(runs, "Table 3a", TABLE3A, 0, AS_PRINTED, inverse)
        ranks = len(AUTHORS_FEATURES) - inverse
        computed = _rows(runs, "Table 3a", TABLE3A, 0, AS_COMPUTED, ranks)
        line = (
            f"{tally(computed)} rows of Table 3a are the mean rank counted from 0, the strongest; "
            f"read as its “inverse rank”, {tally(labelled)} come out: the table stands upside down"
        )
    else:
        labelled = []
        computed = _rows(runs, "Table 3b", TABLE3B, 2, AS_COMPUTED, w.mean(axis=0))
        line = (
            f"{tally(computed)} rows of Table 3b are the coefficients of one fit to all pairs, "
            "features standardised"
        )
    return Part([*labelled, *computed], [] if runs.missing else [line])


def _rows(
    runs: Runs,
    table: str,
    rows: Sequence[FeatureRow],
    digits: int,
    reading: str,
    values: FloatArray,
) -> list[Finding]:
    """The rows of a table, so read; `values` are in the order of `AUTHORS_FEATURES`."""
    findings = []
    for label, feature, printed in rows:
        value = float(values[AUTHORS_FEATURES.index(feature)])
        sentence, judgement = f"the feature is {feature}", by_digits(printed, value, digits)
        findings.append(runs.against(table, label, value, sentence, reading, printed, judgement))
    return findings


def audit_text(experiments: Sequence[Experiment]) -> Part:
    """Epochs of the gradients, word counts and scaling, against what §3.5 says of the features."""
    gradients = [_gradient(run) for run in experiments]
    words = [_words(run) for run in experiments]
    scalings = [_scaling(run, run.efficiency) for run in experiments if run.efficiency]

    epochs = sorted({f"{finding.derived}" for finding in gradients})
    stated = gradients[0].printed
    parts = [f"the gradient at 75 % is that of epoch {' or '.join(epochs)}, not {stated}"]
    if any(finding.verdict == DIFFERS for finding in words):
        parts.append("words are counted where the text has type-token ratios")
    if any(finding.verdict == DIFFERS for finding in scalings):
        parts.append("features are standardised and not scaled to [0, 1]")
    return Part(
        [*gradients, *words, *scalings],
        [f"The features are not those of the text: {', '.join(parts)}."],
    )


def _feature(run: Experiment, name: str) -> FloatArray:
    column: FloatArray = run.labelled.X[:, AUTHORS_FEATURES.index(name)]
    return column


def _gradient(run: Experiment) -> Finding:
    """The epoch at which the loss of the main tasks has the slopes of the feature table."""
    logs = [run.single[pair.main].loss for pair in run.pairs]
    n_epochs = min(loss.size for loss in logs)
    inner = np.arange(1, n_epochs - 1)
    slopes = central_difference(np.array([loss[:n_epochs] for loss in logs]), inner)
    apart = np.abs(slopes - _feature(run, "gradient_75_main")[:, np.newaxis]).max(axis=0)
    epoch = int(inner[apart.argmin()])
    window = PAPER.reading.gradient_window
    stated = int(0.75 * window)
    sentence = f"75 % of {window} epochs by the text, of {round(epoch / 0.75)} in the feature table"
    finding = Runs([run]).finding("§3.5", "epoch of the gradient at 75 %", epoch, sentence)
    return finding.against(AS_PRINTED, stated, judge(epoch == stated))


def _words(run: Experiment) -> Finding:
    counts = _feature(run, "n_words_train_main")
    are_counts = bool((counts == np.rint(counts)).all() and counts.max() > 1)
    sentence = "is the largest of these features"
    if are_counts:
        sentence += ": numbers of distinct words, and not their ratio to all words"
    finding = Runs([run]).finding("§3.5", "type-token ratio", float(counts.max()), sentence)
    return finding.against(AS_PRINTED, math.nan, judge(not are_counts))


def _scaling(run: Experiment, logged: Efficiency) -> Finding:
    minmax = fit_all_pairs(run.labelled, RELEASED.replace(scaling="minmax").meta)
    scaled, standardised = (
        float(np.abs(w - logged.coefficients).max()) for w in (minmax, coefficients(run))
    )
    sentence = (
        "is the most that a coefficient differs from the authors' file with features scaled as "
        f"the text says; with standardised ones it is {standardised:.1g}"
    )
    finding = Runs([run]).finding("§3.5", "scaling to [0, 1]", scaled, sentence)
    return finding.against(AS_PRINTED, math.nan, judge(scaled < _SAME_COEFFICIENT))
