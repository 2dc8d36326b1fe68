"""What the released features say: Tables 2, 3a and 3b, and the text's description of features.

Table 2's printed accuracies and ours are means over random folds. They count as the same when they
are no further apart than four standard errors of their difference, and a hundredth, by which the
printed one was shortened.

Notation
--------
w       coefficients of the meta-model fitted to all pairs of an experiment, (n_runs, 30)
rank    place of |w| in its row, 0 the largest, (n_runs, 30)
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from minimtl.audit.auditfindings import (
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    INCOMPLETE,
    Finding,
    Judgement,
    Part,
    by_digits,
    judge,
    rounding,
    tally,
    undecided,
)
from minimtl.audit.kerineclogs import Efficiency
from minimtl.audit.kerinecruns import Experiment, Runs
from minimtl.audit.metamodels import Accuracy, coefficients, mean_accuracy, random_folds
from minimtl.report import signed
from minimtl.stats import FloatArray, central_difference, fit_log_curves, inverse_ranks, spearman
from minimtl.tasks import (
    AUTHORS_FEATURES,
    FEATURE_NAMES,
    FEATURE_SETS,
    PAPER,
    RELEASED,
    TABLE1,
    TABLE2_PRINTED,
    TABLE3A,
    TABLE3B,
    FeatureRow,
)

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
    """Table 2 under each reading of its rows, and the lead of the curve features (§5.2).

    Parameters
    ----------
    problems : runs of one problem each, all with features and both labels.
    rng : draws the folds, the same for all rows of a problem.
    """
    findings: list[Finding] = []
    labelled: list[Finding] = []
    computed: list[Finding] = []
    leads = []
    for runs in problems:
        folds = [random_folds(len(run.joint), rng) for run in runs.experiments]
        pairs = [run.labelled for run in runs.experiments]
        as_labelled = {
            item: mean_accuracy(pairs, row.columns, folds) for item, row in _SETS.items()
        }
        for item, row in _SETS.items():
            as_computed = mean_accuracy(pairs, row.computed, folds)
            of_row = _table2_row(runs, item, as_labelled[item], as_computed)
            findings += of_row
            if item != "all":
                labelled.append(of_row[0])
                computed.append(of_row[1])
        lead = as_labelled["only_curve"].mean - as_labelled["no_curve"].mean
        findings.append(_lead(runs, as_labelled["only_curve"], as_labelled["no_curve"]))
        leads.append(f"{signed(lead)} ({runs.problem.upper()})")
    line = (
        "Table 2's rows bear other rows' labels (curve and data features changed places, “only "
        f"ratio” is without the ratios): {tally(computed)} come out as computed, "
        f"{tally(labelled)} as labelled{undecided(computed)}. Curve features do not predict best: "
        f"their lead over the others is {' and '.join(leads)}."
    )
    return Part(findings, [line])


def _table2_row(runs: Runs, item: str, labelled: Accuracy, computed: Accuracy) -> list[Finding]:
    """A row as it is labelled, as it was computed, and as the authors' files have it, if so."""
    row, printed = _SETS[item], TABLE2_PRINTED[runs.problem][item]
    readings = [
        (AS_PRINTED, labelled.mean, "", _within_folds(printed, labelled)),
        (AS_COMPUTED, computed.mean, row.sentence, _within_folds(printed, computed)),
    ]
    logs = [run.efficiency.accuracies for run in runs.experiments if run.efficiency is not None]
    logged = [accuracies[row.logged_as] for accuracies in logs if row.logged_as in accuracies]
    if len(logged) == len(runs.experiments):
        mean = float(np.mean(logged))
        judgement = by_digits(printed, mean, 2)
        readings.append((AS_LOGGED, mean, f"there called “{row.logged_as}”", judgement))
    return [
        replace(runs.finding("Table 2", item, derived, sentence), label=row.label).against(
            reading, printed, runs.decided(judgement)
        )
        for reading, derived, sentence, judgement in readings
    ]


def _within_folds(printed: float, accuracy: Accuracy) -> Judgement:
    allowed = 4 * np.sqrt(2) * accuracy.error + 0.01
    verdict, _ = judge(abs(printed - accuracy.mean) <= allowed)
    return Judgement(verdict, f"random folds allow a difference of {allowed:.3f}")


def _lead(runs: Runs, curve: Accuracy, others: Accuracy) -> Finding:
    """The claim of §5.2 that curve features predict gains better than the others."""
    lead = Accuracy(curve.mean - others.mean, float(np.hypot(curve.error, others.error)))
    table = TABLE2_PRINTED[runs.problem]
    printed = round(table["only_curve"] - table["no_curve"], 2)
    sentence = (
        "accuracy of the curve features less that of all the others; the text says that curves "
        "predict gains best"
    )
    finding = runs.finding("§5.2", "lead of the curve features", lead.mean, sentence)
    return finding.against(AS_PRINTED, printed, runs.decided(_within_folds(printed, lead)))


def audit_majority(problems: Sequence[Runs]) -> Part:
    """The accuracy of always giving the more frequent label, and which printed rows are above."""
    findings, lines = [], []
    for runs in problems:
        shares = np.array([run.gains.mean() for run in runs.experiments])
        accuracy = float(np.maximum(shares, 1 - shares).mean())
        bar, source = accuracy, "it"
        if runs.missing:
            # The majority's share of a run is no less than the run's share of gains.
            bar, source = TABLE1[runs.problem].improved, "Table 1's share of gains"
        above = [item for item, score in TABLE2_PRINTED[runs.problem].items() if score > bar]
        rows = f"printed rows above {source} ({bar:.3f}): {', '.join(above) or 'none'}"
        sentence = f"is the accuracy of always giving the more frequent label; {rows}"
        findings.append(runs.finding("Table 2", "majority class", accuracy, sentence))
        lines.append(
            f"Always giving the more frequent label has an accuracy of {accuracy:.3f} on "
            f"{runs.problem.upper()}; {rows}."
        )
    return Part(findings, [" ".join(lines)])


class _Table3(NamedTuple):
    """A table as it is printed, the digits of its numbers, and what it was computed as."""

    name: str
    rows: Sequence[FeatureRow]
    digits: int
    computed: str


_TABLE3 = {
    "related": _Table3("Table 3a", TABLE3A, 0, "the mean rank counted from 0, the strongest"),
    "unrelated": _Table3(
        "Table 3b", TABLE3B, 2, "the coefficients of one fit to all pairs, features standardised"
    ),
}


def audit_table3(problems: Sequence[Runs]) -> Part:
    """Table 3a (RELATED) and 3b (UNRELATED), and the coefficients against the authors' files.

    Parameters
    ----------
    problems : runs of one problem each, all with features and both labels.
    """
    parts = [_table3(runs) for runs in problems]
    line = "; ".join(line for part in parts for line in part.lines)
    return Part(
        [finding for part in parts for finding in part.findings],
        [f"{line[0].upper()}{line[1:]}."] if line else [],
    )


def _table3(runs: Runs) -> Part:
    table = _TABLE3[runs.problem]
    w = np.array([coefficients(run.labelled) for run in runs.experiments])
    findings = [
        _logged_coefficients(run, run.efficiency, of_run)
        for run, of_run in zip(runs.experiments, w, strict=True)
        if run.efficiency is not None
    ]
    values = w.mean(axis=0)
    labelled = None
    if runs.problem == "related":
        inverse = inverse_ranks(w).mean(axis=0)
        values = len(AUTHORS_FEATURES) - inverse
        words = "the inverse rank, 30 the strongest"
        labelled = _rows_that_agree(runs, table, AS_PRINTED, words, inverse)
        findings.append(labelled)

    computed = _rows_that_agree(runs, table, AS_COMPUTED, table.computed, values)
    findings.append(computed)
    for row in table.rows:
        value = _value(row, values)
        finding = runs.finding(table.name, row.label, value, f"the feature is {row.feature}")
        judgement = runs.decided(by_digits(row.value, value, table.digits))
        findings.append(finding.against(AS_COMPUTED, row.value, judgement))

    if computed.verdict == INCOMPLETE:
        return Part(findings)
    n_rows = len(table.rows)
    line = f"{computed.derived} of {n_rows} rows of {table.name} are {table.computed}"
    if labelled:
        line += (
            f"; read as its “inverse rank”, {labelled.derived} of {n_rows} come out: the table "
            "stands upside down"
        )
    return Part(findings, [line])


def _rows_that_agree(
    runs: Runs, table: _Table3, reading: str, words: str, values: FloatArray
) -> Finding:
    """How many rows agree, and whether both columns order the features alike."""
    printed = [row.value for row in table.rows]
    derived = [_value(row, values) for row in table.rows]
    n_agreeing = sum(
        rounding(theirs, ours, table.digits) is not None
        for theirs, ours in zip(printed, derived, strict=True)
    )
    correlation = spearman(printed, derived)
    sentence = (
        f"read as {words}, the rank correlation with the printed column is {correlation:+.2f}"
    )
    finding = runs.finding(table.name, "rows that agree", n_agreeing, sentence)
    judgement = runs.decided(judge(n_agreeing == len(table.rows)))
    return replace(finding.against(reading, len(table.rows), judgement), sums_up=True)


def _value(row: FeatureRow, values: FloatArray) -> float:
    """The value of the row's feature; `values` are in the order of `AUTHORS_FEATURES`."""
    return float(values[AUTHORS_FEATURES.index(row.feature)])


def _logged_coefficients(run: Experiment, logged: Efficiency, w: FloatArray) -> Finding:
    apart = float(np.abs(w - logged.coefficients).max())
    n_gains, n_losses = int(run.gains.sum()), int((~run.gains).sum())
    same_labels = (n_gains, n_losses) == (logged.n_gains, logged.n_losses)
    sentence = (
        f"largest difference of a coefficient from the authors' file; gains and losses {n_gains} "
        f"and {n_losses}, there {logged.n_gains} and {logged.n_losses}"
    )
    finding = Runs([run]).finding("Table 3", "coefficients", apart, sentence)
    return finding.against(AS_LOGGED, 0.0, judge(apart < _SAME_COEFFICIENT and same_labels))


class _TextFindings(NamedTuple):
    """One experiment's features against what §3.5 says of them; None where nothing can be told."""

    gradient: Finding
    curve_a: Finding
    curve_c: Finding | None
    words: Finding
    scaling: Finding | None


def audit_text(experiments: Sequence[Experiment]) -> Part:
    """Epochs of the gradients, the fitted curves, word counts and scaling, against §3.5.

    Parameters
    ----------
    experiments : each with features and both labels.
    """
    texts = [_text(run) for run in experiments]
    epochs = sorted({f"{text.gradient.derived}" for text in texts})
    stated = texts[0].gradient.printed
    parts = [f"the gradient at 75 % is of epoch {' or '.join(epochs)} and not {stated}"]
    if any(text.words.verdict == DIFFERS for text in texts):
        parts.append("words are counted where the text has type-token ratios")
    if any(text.scaling and text.scaling.verdict == DIFFERS for text in texts):
        parts.append("features are standardised and not scaled to [0, 1]")
    return Part(
        [finding for text in texts for finding in text if finding is not None],
        [f"The features are not the text's: {', '.join(parts)}."],
    )


def _text(run: Experiment) -> _TextFindings:
    # A task's curve features are in every row that has it as its main task; one of each is read.
    rows = {pair.main: row for row, pair in enumerate(run.joint)}
    n_epochs = min(run.single[task].loss.size for task in rows)
    losses = np.array([run.single[task].loss[:n_epochs] for task in rows])
    a, c, gradient = (
        run.table[list(rows.values()), AUTHORS_FEATURES.index(f"{name}_main")]
        for name in ("curve_a", "curve_c", "gradient_75")
    )
    return _TextFindings(
        _gradient(run, losses, gradient),
        *_curves(run, losses, a, c),
        _words(run),
        _scaling(run, run.efficiency) if run.efficiency else None,
    )


def _gradient(run: Experiment, losses: FloatArray, gradient: FloatArray) -> Finding:
    inner = np.arange(1, losses.shape[1] - 1)
    apart = np.abs(central_difference(losses, inner) - gradient[:, np.newaxis]).max(axis=0)
    epoch = int(inner[apart.argmin()])
    window = PAPER.reading.gradient_window
    stated = int(0.75 * window)
    sentence = f"75 % of {window} epochs by the text, of {round(epoch / 0.75)} in the feature table"
    finding = Runs([run]).finding("§3.5", "epoch of the gradient at 75 %", epoch, sentence)
    return finding.against(AS_PRINTED, stated, judge(epoch == stated))


def _curves(
    run: Experiment, losses: FloatArray, a: FloatArray, c: FloatArray
) -> tuple[Finding, Finding | None]:
    n_epochs, window = losses.shape[1], RELEASED.reading.gradient_window
    whole, first = fit_log_curves(losses), fit_log_curves(losses[:, :window])
    apart, apart_first = (
        float(np.abs([fit.a for fit in fits] - a).max()) for fits in (whole, first)
    )
    of_a = (
        f"is the most that a differs from our fit to all {n_epochs} losses (from one to the first "
        f"{window}, which the gradients are taken from: {apart_first:.2g})"
    )
    of_c = (
        "is the rank correlation of c with ours, which has d = 1: a·ln(c·i + d) + b is one curve "
        "for many c, and which of them a search ends at says nothing of the task"
    )
    curve_a = Runs([run]).finding("§3.5", "curve parameter a", apart, of_a)
    ours = np.array([fit.c for fit in whole])
    if len(c) <= 2 or min(np.ptp(c), np.ptp(ours)) == 0:
        return curve_a, None
    return curve_a, Runs([run]).finding("§3.5", "curve parameter c", spearman(c, ours), of_c)


def _words(run: Experiment) -> Finding:
    counts = run.table[:, AUTHORS_FEATURES.index("n_words_train_main")]
    are_counts = bool((counts == np.rint(counts)).all() and counts.max() > 1)
    sentence = "is the largest of these features"
    if are_counts:
        sentence += ": numbers of distinct words, which grow with the text, and not their ratio to "
        sentence += "all words"
    finding = Runs([run]).finding("§3.5", "type-token ratio", float(counts.max()), sentence)
    return finding.against(AS_PRINTED, None, judge(not are_counts))


def _scaling(run: Experiment, logged: Efficiency) -> Finding:
    minmax, standardised = (
        float(np.abs(coefficients(run.labelled, how) - logged.coefficients).max())
        for how in (RELEASED.replace(scaling="minmax").meta, RELEASED.meta)
    )
    sentence = (
        "is the most that a coefficient differs from the authors' file with features scaled as "
        f"the text says; with standardised ones it is {standardised:.1g}"
    )
    finding = Runs([run]).finding("§3.5", "scaling to [0, 1]", minmax, sentence)
    return finding.against(AS_PRINTED, None, judge(minmax < _SAME_COEFFICIENT))
